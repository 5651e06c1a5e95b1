"""Reading regions from folders, documents and frames."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from matchmaker.errors import InputFaults
from matchmaker.io import read_region, write_region
from matchmaker.io.csv_file import read_csv
from matchmaker.model import Framework, default_framework

SHARED = Path(__file__).parents[2].parent / "shared" / "cases" / "onet-twente"
DIMENSION = default_framework().ids[0]


def document() -> dict[str, Any]:
    """Return the smallest region that has something in every table."""
    return {
        "region": {"name": "Dorp", "date": "2026-11-02"},
        "pupils": [
            {
                "id": "p1",
                "birth_month": "2009-04",
                "school": "pro",
                "lat": 52.1,
                "lon": 5.2,
                "hours_min": 8,
                "hours_max": 16,
                "available": ["mo-am", "tu-pm"],
                "consent": True,
            }
        ],
        "observations": [{"pupil": "p1", "dimension": DIMENSION, "level": 3, "source": "teacher"}],
        "employers": [{"id": "e1", "name": "Kas", "lat": 52.1, "lon": 5.2, "places": 2, "supervision_hours": 4.5}],
        "functions": [{"id": "f1", "employer": "e1", "name": "tuinder"}],
        "tasks": [{"id": "t1", "function": "f1", "name": "stekken", "hours": 4, "conditions": "dust;noise"}],
        "demands": [{"task": "t1", "dimension": DIMENSION, "level": 2}],
    }


def kinds(source: Any) -> list[tuple[str, int, str, str]]:
    """Return place and kind of every fault of a source."""
    with pytest.raises(InputFaults) as caught:
        read_region(source)
    return [(fault.table, fault.row, fault.column, fault.kind) for fault in caught.value.faults]


def test_a_document_is_read_from_a_mapping_a_file_and_a_stream(tmp_path: Path) -> None:
    """The same document gives the same region whichever way it comes."""
    text = json.dumps(document())
    (tmp_path / "region.json").write_text(text, encoding="utf-8")
    one = read_region(document())
    assert one == read_region(tmp_path / "region.json") == read_region(io.StringIO(text))
    assert one.pupils.get("p1").available == ("mo-am", "tu-pm") and one.pupils.get("p1").consent is True
    assert one.tasks.get("t1").conditions == ("dust", "noise")
    assert len(one.decisions) == 0


def test_frames_may_hold_numbers_dates_and_lists() -> None:
    """Frames with native types, missing values and lists in cells give the same region as texts."""
    frames: dict[str, Any] = {name: pd.DataFrame(rows) for name, rows in document().items() if name != "region"}
    frames["pupils"]["birth_month"] = pd.to_datetime(frames["pupils"]["birth_month"])
    frames["pupils"]["max_km"] = np.nan
    frames["pupils"]["waiting_since"] = pd.NaT
    frames["pupils"]["aids"] = None
    frames["observations"]["level"] = frames["observations"]["level"].astype("Int64")
    assert read_region({"region": document()["region"], **frames}) == read_region(document())


def test_an_empty_list_or_null_is_not_stated() -> None:
    """Null and an empty list mean the same as leaving the key out."""
    changed = document()
    changed["pupils"][0] |= {"likes": [], "max_km": None, "route": None}
    assert read_region(changed) == read_region(document())


@pytest.mark.parametrize(
    ("part", "value", "expected"),
    [
        ("pupils", {"id": "p1"}, ("pupils", 0, "", "not_this_shape")),
        ("pupils", [3], ("pupils", 1, "", "not_this_shape")),
        ("region", [3], ("region", 0, "", "not_this_shape")),
        ("region", {"name": "Dorp", "date": "2026-11-02", "policy": 3}, ("region", 0, "policy", "not_this_shape")),
        (
            "region",
            {"name": "Dorp", "date": "2026-11-02", "framework": "melba"},
            ("region", 0, "framework", "bad_value"),
        ),
        ("region", {"name": "Dorp", "date": "2026-11-02", "framework": []}, ("framework", 0, "", "bad_value")),
        ("region", {"name": "Dorp", "date": "2026-11-02", "datum": 1}, ("region", 0, "datum", "unknown_key")),
        ("pupil", [], ("pupil", 0, "", "unknown_table")),
    ],
)
def test_a_document_of_another_shape_is_a_fault(part: str, value: Any, expected: tuple[str, int, str, str]) -> None:
    """Whatever stands in a document, the answer is a fault with its place and never a traceback."""
    assert expected in kinds({**document(), part: value})


@pytest.mark.parametrize("text", ["", "[]", "{", "3", '{"region": {}}'])
def test_any_json_text_gets_an_answer(text: str) -> None:
    """A text that is no document is a fault."""
    assert kinds(io.StringIO(text))


def test_values_of_a_wrong_type_are_faults() -> None:
    """True is no number, a mapping is no cell, and a value in a list may not hold the separator."""
    changed = document()
    changed["pupils"][0] |= {"hours_min": True, "hours_max": {"a": 1}, "likes": ["a;b"]}
    found = kinds(changed)
    assert ("pupils", 1, "hours_min", "not_number") in found
    assert ("pupils", 1, "hours_max", "not_this_shape") in found
    assert ("pupils", 1, "likes", "bad_id") in found


def test_a_place_that_is_no_region_is_a_fault(tmp_path: Path) -> None:
    """A path that leads nowhere, to another kind of file or to rubbish is a fault."""
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    (tmp_path / "bad.json").write_bytes(b'{"a": "\xe9"}')
    (tmp_path / "bad.xlsx").write_bytes(b"PK no workbook")
    for name in ("nowhere", "notes.txt", "bad.json", "bad.xlsx"):
        assert kinds(tmp_path / name)


def test_a_parquet_file_that_is_none_is_a_fault(tmp_path: Path) -> None:
    """Rubbish under the name of a Parquet table is a fault of that table."""
    pytest.importorskip("pyarrow")
    (tmp_path / "pupils.parquet").write_bytes(b"no parquet")
    assert ("pupils", 0, "", "unreadable") in kinds(tmp_path)


def test_open_vocabularies_take_any_id() -> None:
    """Families, conditions, certificates and hazards that nobody else uses are no faults."""
    changed = document()
    changed["tasks"][0] |= {
        "family": "bijen",
        "conditions": ["angels"],
        "certificates": ["imker"],
        "hazards": ["steek"],
    }
    assert read_region(changed).tasks.get("t1").family == "bijen"


def test_a_region_brings_its_own_framework(tmp_path: Path) -> None:
    """A framework.toml in the folder is used, named in region.toml or not."""
    dimension = default_framework().dimensions[0].model_copy(update={"anchors": {}})
    own = Framework(name="own", levels=(0, 1, 2, 3), dimensions=(dimension,))
    region = read_region({**document(), "region": {**document()["region"], "framework": own.to_document()}})
    assert region.framework == own
    write_region(region, tmp_path)
    assert read_region(tmp_path) == region
    text = (tmp_path / "region.toml").read_text(encoding="utf-8")
    (tmp_path / "region.toml").write_text(text.replace('framework = "framework.toml"\n', ""), encoding="utf-8")
    assert read_region(tmp_path) == region


@pytest.mark.parametrize(
    "text",
    [
        'task,dimension,level\nt1,x,1\nt2,"x,y",2\n',
        "task,dimension,level\r\nt1,x,1\r\nt2,y,2",
        "\ufefftask,dimension,level\n\nt1,x,1\n\n\nt2,y,2\n\n",
        'task,dimension,level\nt1,"x\ny",1\nt2,"say ""x""",2\n',
        "task,dimension,level\n",
    ],
)
def test_csv_is_read_as_the_standard_reader_reads_it(text: str, tmp_path: Path) -> None:
    """Quotes, line ends, blank lines and a byte order mark are read as Python's csv reads them."""
    import csv

    path = tmp_path / "demands.csv"
    path.write_bytes(text.encode("utf-8"))
    table, faults = read_csv(path, table="demands")
    assert not faults and table is not None
    rows = [row for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")) if row]
    read = [[column.texts[code] for code in column.codes] for column in table.columns.values()]
    assert list(table.columns) == rows[0]
    assert read == ([list(column) for column in zip(*rows[1:], strict=True)] or [[], [], []])


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("task;dimension;level\nt1;x;1\n", "wrong_delimiter"),
        ("task,dimension,level\nt1,x\n", "too_few_cells"),
        ("task,dimension,level\nt1,x,1,2\n", "too_many_cells"),
        ("\n\n", "no_header"),
        ('task,dimension,level\nt1,"x,1\n', "bad_quotes"),
        ("task,dimension,level,level\nt1,x,1,1\n", "double_column"),
    ],
)
def test_a_csv_of_another_shape_is_one_fault(text: str, kind: str, tmp_path: Path) -> None:
    """A file with another separator, ragged rows, open quotes or no header is told as that."""
    path = tmp_path / "demands.csv"
    path.write_text(text, encoding="utf-8")
    assert [fault.kind for fault in read_csv(path, table="demands")[1]] == [kind]


def test_two_files_for_one_table_are_a_fault(tmp_path: Path) -> None:
    """A table as CSV and as Parquet in one folder is not silently read from one of them."""
    (tmp_path / "tasks.csv").write_text("id\n", encoding="utf-8")
    (tmp_path / "tasks.parquet").write_bytes(b"")
    assert ("tasks", 0, "", "two_files") in kinds(tmp_path)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared cases are not there")
def test_a_region_of_real_tasks_is_read(tmp_path: Path) -> None:
    """The O*NET region reads without faults, and a copy with one cell changed gives one fault."""
    region = read_region(SHARED)
    assert (len(region.pupils), len(region.employers), len(region.tasks)) == (300, 120, 5698)
    assert region.policy.max_tasks == 10 and region.framework.levels[-1] == 7
    shutil.copytree(SHARED, tmp_path / "copy")
    for path in (tmp_path / "copy").iterdir():
        path.chmod(0o644)
    rows = (SHARED / "demands.csv").read_text(encoding="utf-8").replace("comprehension,3", "comprehension,8", 1)
    (tmp_path / "copy" / "demands.csv").write_text(rows, encoding="utf-8")
    assert kinds(tmp_path / "copy") == [("demands", 1, "level", "unknown_level")]
