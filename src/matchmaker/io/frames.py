"""Frames to texts: pandas frames given in Python, sheets of a workbook, Parquet files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from matchmaker.errors import Fault, InputFaults, MissingExtra
from matchmaker.io.raw import RawColumn, RawRegion, RawTable, raw_column
from matchmaker.model.cells import Cell
from matchmaker.model.faults import CellFault, fault
from matchmaker.model.words import TABLES, cells

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["parquet_frame", "read_workbook", "table_of_frame"]


def table_of_frame(frame: pd.DataFrame, *, table: str) -> tuple[RawTable, list[Fault]]:
    """Table of a frame whose cells may be numbers, dates, lists or texts; missing values are empty cells.

    Parameters
    ----------
    frame
        Columns as in the contract, in any order; the index does not count.
    table
        Name of the table, for the faults.

    Examples
    --------
    >>> import pandas as pd
    >>> table, faults = table_of_frame(pd.DataFrame({"task": ["t1"], "level": [2.0]}), table="demands")
    >>> table.columns["level"].texts[1]
    '2'
    """
    known = cells(TABLES[table])
    names = [str(name).strip() for name in frame.columns]
    faults = [
        fault("double_column", table=table, column=name, came=name)
        for name in sorted({name for name in names if names.count(name) > 1})
    ]
    columns = {}
    for position, name in enumerate(names):
        columns[name], found = _column(frame.iloc[:, position], cell=known.get(name, Cell("text")))
        faults += [error.at(table, row=row, column=name) for row, error in found]
    return RawTable(table, len(frame), columns), faults


def _column(series: pd.Series[Any], *, cell: Cell) -> tuple[RawColumn, list[tuple[int, CellFault]]]:
    import pandas as pd

    try:
        codes, values = pd.factorize(series.astype(object))
    except TypeError:  # lists cannot be hashed
        return _cell_by_cell(series, cell=cell)
    if any(isinstance(value, (tuple, frozenset)) for value in values):
        return _cell_by_cell(series, cell=cell)
    texts = ["", *(cell.text(value) for value in values)]
    return RawColumn(texts, codes.astype(np.int64) + 1), []


def _cell_by_cell(series: pd.Series[Any], *, cell: Cell) -> tuple[RawColumn, list[tuple[int, CellFault]]]:
    texts, faults = [], []
    for row, (value, missing) in enumerate(zip(series.tolist(), series.isna().tolist(), strict=True), start=1):
        try:
            texts.append("" if missing is True else cell.text(value))
        except CellFault as error:
            texts.append("")
            faults.append((row, error))
    return raw_column(texts), faults


def parquet_frame(path: Path) -> pd.DataFrame:
    """Frame of a Parquet file.

    Raises
    ------
    MissingExtra
        When pyarrow is not installed.
    """
    import pandas as pd

    try:
        return pd.read_parquet(path, engine="pyarrow")
    except ImportError:
        raise MissingExtra("reading .parquet", package="pyarrow", extra="parquet") from None
    except (OSError, ValueError) as error:  # what pyarrow raises for a file that is no Parquet is a ValueError
        raise InputFaults([fault("unreadable", table=path.stem, came=path.name, expected=str(error))]) from None


def read_workbook(path: Path) -> RawRegion:
    """Return the sheets of an .xlsx as texts; the sheet ``region`` has the columns ``key`` and ``value``.

    Its keys are ``name``, ``date``, and ``policy`` and ``framework`` as JSON (in several rows when long).

    Raises
    ------
    MissingExtra
        When python-calamine is not installed.
    """
    import pandas as pd

    try:
        sheets = pd.read_excel(path, sheet_name=None, engine="calamine", dtype=object, na_filter=False)
    except ImportError:
        raise MissingExtra("reading .xlsx", package="python-calamine", extra="excel") from None
    except Exception as error:  # calamine has an error of its own, with no base that can be named without it
        raise InputFaults([fault("unreadable", table="region", came=path.name, expected=str(error))]) from None
    raw = RawRegion()
    if "region" in sheets:
        _workbook_head(sheets["region"], raw=raw)
    for name in TABLES:
        if name in sheets:
            raw.tables[name], faults = table_of_frame(sheets[name], table=name)
            raw.faults += faults
    return raw


def _workbook_head(sheet: pd.DataFrame, *, raw: RawRegion) -> None:
    head: dict[str, Any] = {}
    for key, value in sheet.iloc[:, :2].itertuples(index=False):
        head[str(key)] = f"{head[str(key)]}{value}" if key in head else value
    for key in ("policy", "framework"):
        if isinstance(head.get(key), str) and head[key].startswith("{"):
            try:
                head[key] = json.loads(head[key])
            except ValueError as error:
                raw.faults.append(fault("not_json", table="region", column=key, came=head[key], expected=str(error)))
                del head[key]
    raw.framework = head.get("framework") if isinstance(head.get("framework"), dict) else None
    raw.head = head
