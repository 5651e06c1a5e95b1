"""From a region to files, whole or not at all."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from matchmaker.errors import MissingExtra
from matchmaker.io.folder import SHIPPED
from matchmaker.io.toml_text import toml_text
from matchmaker.model.framework import default_framework
from matchmaker.model.region import Region
from matchmaker.model.table import Table
from matchmaker.model.whole import write_whole

__all__ = ["region_document", "write_region"]

LONGEST_EXCEL_CELL = 30_000


def region_document(region: Region) -> dict[str, Any]:
    """Region as one JSON document of plain values; what is not stated is left out.

    Parameters
    ----------
    region
        The region.

    Examples
    --------
    >>> import datetime as dt
    >>> region_document(Region("Dorp", dt.date(2026, 11, 2)))["region"]
    {'name': 'Dorp', 'date': '2026-11-02'}
    """
    return {"region": _head(region), **{name: table.to_records() for name, table in region.tables().items()}}


def write_region(region: Region, path: str | Path, *, tables: Literal["csv", "parquet"] = "csv") -> Path:
    """Write a region to a ``.json`` document, an ``.xlsx`` workbook, or else a folder.

    Reading it again gives an equal region. A file that was there is replaced only when all is written.

    Parameters
    ----------
    region
        The region.
    path
        Where to.
    tables
        Form of the tables in a folder.

    Returns
    -------
    Path
        Where it was written.

    Raises
    ------
    MissingExtra
        When a workbook or Parquet file needs a package that is not installed.

    Examples
    --------
    >>> import datetime as dt
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_region(Region("Dorp", dt.date(2026, 11, 2)), f"{folder}/region.json").name
    'region.json'
    """
    target = Path(path)
    suffix = target.suffix.lower()
    if suffix == ".json":
        text = json.dumps(region_document(region), ensure_ascii=False, indent=1, allow_nan=False)
        write_whole({target: f"{text}\n"})
    elif suffix == ".xlsx":
        write_whole({target: _workbook(region)})
    else:
        write_whole(_folder(region, folder=target, tables=tables))
    return target


def _head(region: Region) -> dict[str, Any]:
    policy = region.policy.model_dump(mode="json", exclude_defaults=True)
    head: dict[str, Any] = {"name": region.name, "date": region.date.isoformat()}
    if region.framework != default_framework():
        head["framework"] = region.framework.to_document()
    return {**head, "policy": policy} if policy else head


def _folder(region: Region, *, folder: Path, tables: str) -> dict[Path, str | bytes | None]:
    head = _head(region)
    own = head.get("framework")
    # naming the shipped framework keeps a framework.toml left from before from being read
    head["framework"] = "framework.toml" if own else SHIPPED[0]
    files: dict[Path, str | bytes | None] = {folder / "region.toml": toml_text(head)}
    if own:
        files[folder / "framework.toml"] = toml_text(own)
    form: Callable[[Table[Any]], bytes] = _csv if tables == "csv" else _parquet
    other = "parquet" if tables == "csv" else "csv"
    for name, table in region.tables().items():
        files[folder / f"{name}.{tables}"] = form(table)
        files[folder / f"{name}.{other}"] = None
    return files


def _csv(table: Table[Any]) -> bytes:
    names = list(table.arrays)
    columns = [table.texts(name) for name in names]
    # csv quotes the line end it writes, not the other one; a cell with a lone carriage return would break its row
    returns = any("\r" in cell for column in columns for cell in column)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL if returns else csv.QUOTE_MINIMAL)
    writer.writerow(names)
    writer.writerows(zip(*columns, strict=True))
    return text.getvalue().encode()


def _parquet(table: Table[Any]) -> bytes:
    data = io.BytesIO()
    try:
        table.to_frame().astype(str).to_parquet(data, engine="pyarrow", index=False)
    except ImportError:
        raise MissingExtra("writing .parquet", package="pyarrow", extra="parquet") from None
    return data.getvalue()


def _workbook(region: Region) -> bytes:
    import pandas as pd

    head = _head(region)
    rows = []
    for key, value in head.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        rows += [(key, text[at : at + LONGEST_EXCEL_CELL]) for at in range(0, len(text), LONGEST_EXCEL_CELL)]
    sheets = {"region": pd.DataFrame(rows, columns=["key", "value"])}
    sheets |= {name: table.to_frame() for name, table in region.tables().items()}
    data = io.BytesIO()
    try:
        with pd.ExcelWriter(data, engine="openpyxl") as book:
            for name, frame in sheets.items():
                frame.to_excel(book, sheet_name=name, index=False)
    except ImportError:
        raise MissingExtra("writing .xlsx", package="openpyxl", extra="excel") from None
    return data.getvalue()
