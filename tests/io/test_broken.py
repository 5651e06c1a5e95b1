"""One folder per kind of fault, each with its golden message."""

from __future__ import annotations

from pathlib import Path

import pytest

from matchmaker.errors import InputFaults
from matchmaker.io import read_region

BROKEN = Path(__file__).parents[2] / "data" / "fixtures" / "broken"
FOLDERS = sorted(path.name for path in BROKEN.iterdir() if path.is_dir())


def faults_of(folder: str) -> InputFaults:
    """Return the error of reading a folder."""
    with pytest.raises(InputFaults) as caught:
        read_region(BROKEN / folder)
    return caught.value


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize(("language", "file"), [("en", "expected.txt"), ("nl", "expected.nl.txt")])
def test_the_message_is_the_golden_one(folder: str, language: str, file: str) -> None:
    """Reading a broken folder gives exactly the message kept beside it, in English and in Dutch."""
    expected = (BROKEN / folder / file).read_text(encoding="utf-8")
    assert faults_of(folder).text(language=language) + "\n" == expected


def test_all_faults_of_all_tables_come_at_once() -> None:
    """Six faults in five parts are told together, in the order of the tables."""
    found = [(fault.table, fault.row, fault.column) for fault in faults_of("several").faults]
    assert found == [
        ("region", 0, "policy.max_gaps"),
        ("pupils", 1, "school"),
        ("pupils", 2, "hours_max"),
        ("employers", 2, "places"),
        ("tasks", 3, "function"),
        ("demands", 2, "level"),
    ]


def test_one_mistake_is_one_fault() -> None:
    """A folder with one broken table does not also complain about everything that refers to it."""
    for folder in ("undecodable", "empty_table", "missing_table", "open_quote", "framework_not_there"):
        assert len(faults_of(folder).faults) == 1
