"""From any source to a region: a folder, a JSON document, a workbook, a mapping of frames."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO, cast

from matchmaker.errors import Fault, InputFaults
from matchmaker.io.csv_file import decoded
from matchmaker.io.document import read_document, read_json
from matchmaker.io.folder import read_folder
from matchmaker.io.head import Head, parse_head
from matchmaker.io.parsing import Parsed, parse_table
from matchmaker.io.raw import RawRegion
from matchmaker.model.checks import Checkable, check
from matchmaker.model.faults import fault
from matchmaker.model.framework import Framework
from matchmaker.model.policy import Policy
from matchmaker.model.region import Region
from matchmaker.model.table import Table
from matchmaker.model.words import TABLES, cells

__all__ = ["read_region"]

OF_THE_ROW = ("too_many_cells", "too_few_cells")
MAY_BE_ABSENT = ("decisions",)
SOURCES = (
    "a folder of tables, a .json document or an .xlsx workbook",
    "een map met tabellen, een .json-document of een .xlsx-werkmap",
)
PART_ORDER = {name: rank for rank, name in enumerate(("region", "framework", *TABLES))}


def read_region(source: str | Path | Mapping[str, Any] | TextIO) -> Region:
    """Read a region and check all of it.

    Parameters
    ----------
    source
        A folder with ``region.toml`` and a CSV (or Parquet) file a table; a ``.json`` document; an ``.xlsx`` workbook;
        an open text file with a JSON document; a mapping in the shape of the JSON document, of which each table may
        also be a pandas frame.

    Returns
    -------
    Region
        Only when there is no fault at all.

    Raises
    ------
    InputFaults
        With all faults of all tables.
    MissingExtra
        When a workbook or Parquet file needs a package that is not installed.

    Examples
    --------
    >>> try:
    ...     read_region({"region": {"name": "Dorp"}})
    ... except InputFaults as error:
    ...     print(error.faults[0].column, "|", error.faults[0].allowed)
    date | a date YYYY-MM-DD, the day on which the plan is made
    """
    return _region(_raw(source))


def _raw(source: str | Path | Mapping[str, Any] | TextIO) -> RawRegion:
    if isinstance(source, Mapping):
        return read_document(source)
    if not isinstance(source, (str, Path)):
        return read_json(source.read())
    path = Path(source)
    if path.is_dir():
        return read_folder(path)
    suffix = path.suffix.lower()
    if not path.is_file() or suffix not in (".json", ".xlsx"):
        raise InputFaults([fault("not_this_shape", table="region", came=str(source), expected=SOURCES)])
    if suffix == ".xlsx":
        from matchmaker.io.frames import read_workbook

        return read_workbook(path)
    text, faults = decoded(path.read_bytes(), table="region")
    if faults:
        raise InputFaults(faults)
    return read_json(text)


def _region(raw: RawRegion) -> Region:
    head, faults = parse_head(raw)
    parsed = {name: parse_table(raw.tables[name]) for name in TABLES if name in raw.tables}
    faults = [*raw.faults, *_missing(raw), *faults, *(found for table in parsed.values() for found in table.faults)]
    faults += check(_checkable(head, parsed=parsed))
    faults = [found for found in faults if found.kind in OF_THE_ROW or not _is_ragged(found, raw=raw)]
    if faults:
        raise InputFaults(_in_reading_order(faults, parsed=parsed))
    tables = {name: Table(TABLES[name], table.arrays) for name, table in parsed.items()}
    return Region(
        cast(str, head.name),
        cast(dt.date, head.date),
        framework=cast(Framework, head.framework),
        policy=cast(Policy, head.policy),
        **cast("dict[str, Any]", tables),
    )


def _checkable(head: Head, *, parsed: Mapping[str, Parsed]) -> Checkable:
    return Checkable(
        {name: table.arrays for name, table in parsed.items()},
        {(name, column): mask for name, table in parsed.items() for column, mask in table.wrong.items()},
        head.framework,
        head.date,
    )


def _missing(raw: RawRegion) -> list[Fault]:
    absent = [name for name in TABLES if name not in raw.tables and name not in raw.unread]
    faults = [fault("missing_table", table=name, expected=name) for name in absent if name not in MAY_BE_ABSENT]
    told = any(found.table == "region" for found in raw.faults)
    if raw.head is None and "region" not in raw.unread and not told:
        faults.append(fault("missing_region", table="region"))
    return faults


def _is_ragged(found: Fault, *, raw: RawRegion) -> bool:
    return found.table in raw.tables and found.row in raw.tables[found.table].ragged


def _in_reading_order(faults: Sequence[Fault], *, parsed: Mapping[str, Parsed]) -> list[Fault]:
    column_order = {(name, column): rank for name in TABLES for rank, column in enumerate(cells(TABLES[name]))}

    def place(found: Fault) -> tuple[int, int, int]:
        column = column_order.get((found.table, found.column), -1)
        return PART_ORDER.get(found.table, len(PART_ORDER)), found.row, column

    return sorted(faults, key=place)
