"""Writing regions, whole or not at all."""

from __future__ import annotations

import datetime as dt
import os
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.errors import MissingExtra
from matchmaker.io import read_region, write_region
from matchmaker.io.toml_text import toml_text
from matchmaker.model import Employer, Region, Table

REGION = Region("Dorp", dt.date(2026, 11, 2))
EMPLOYER = Employer(id="e1", name="Kas", lat=52.1, lon=5.2, places=2, supervision_hours=4)


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the disk fails in the middle, the old files are whole and nothing half is left beside them."""
    write_region(REGION, tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    calls = []

    def failing(number: int) -> None:
        calls.append(number)
        if len(calls) == 3:
            raise OSError("disk full")

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(OSError, match="disk full"):
        write_region(REGION.replace(employers=Table.of(Employer, rows=[EMPLOYER])), tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_other_files_in_a_folder_are_left_alone(tmp_path: Path) -> None:
    """Writing a region into a folder touches only the files of a region."""
    (tmp_path / "README.md").write_text("mine", encoding="utf-8")
    write_region(REGION, tmp_path)
    assert (tmp_path / "README.md").read_text(encoding="utf-8") == "mine"


def test_changing_the_form_leaves_one_file_a_table(tmp_path: Path) -> None:
    """Tables written as Parquet over tables written as CSV do not stay beside them."""
    pytest.importorskip("pyarrow")
    write_region(REGION, tmp_path)
    write_region(REGION, tmp_path, tables="parquet")
    assert not list(tmp_path.glob("*.csv")) and read_region(tmp_path) == REGION
    write_region(REGION, tmp_path)
    assert not list(tmp_path.glob("*.parquet")) and read_region(tmp_path) == REGION


def test_a_framework_left_from_before_is_not_read(tmp_path: Path) -> None:
    """A region with the shipped framework keeps it when the folder still holds another one."""
    (tmp_path / "framework.toml").write_text("name = 'old'", encoding="utf-8")
    assert read_region(write_region(REGION, tmp_path)) == REGION


@pytest.mark.parametrize(("package", "path"), [("openpyxl.workbook", "x.xlsx"), ("pyarrow", "x")])
def test_a_missing_extra_says_what_to_install(
    package: str, path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the optional package the error names the extra that brings it, and nothing is written."""
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtra, match=r"pip install \"matchmaker\["):
        write_region(REGION, tmp_path / path, tables="parquet")
    assert not (tmp_path / path).exists()


VALUES = st.recursive(
    st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False) | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.text(st.characters(codec="utf-8")), VALUES, max_size=4))
def test_toml_is_read_as_it_was_written(document: dict[str, Any]) -> None:
    """Any mapping of plain values comes back from its TOML text."""
    assert tomllib.loads(toml_text(document)) == document
