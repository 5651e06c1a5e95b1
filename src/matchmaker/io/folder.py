"""A folder of tables: region.toml, framework.toml and a CSV or Parquet file a table."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from matchmaker.errors import Fault
from matchmaker.io.csv_file import decoded, read_csv
from matchmaker.io.frames import table_of_frame
from matchmaker.io.raw import RawRegion, RawTable
from matchmaker.model.faults import fault
from matchmaker.model.words import TABLES

__all__ = ["SHIPPED", "read_folder"]

SHIPPED = ("leerling_in_beeld", "leerling in beeld")
NEAR_A_TABLE = 0.8


def read_folder(folder: Path) -> RawRegion:
    """Everything in a folder that belongs to a region, as texts.

    Parameters
    ----------
    folder
        A folder in the shape of the contract, section 2.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     read_folder(Path(folder)).faults[0].allowed
    'the file region.toml'
    """
    raw = RawRegion()
    raw.head = _toml(folder / "region.toml", part="region", faults=raw.faults)
    _framework(folder, raw=raw)
    for name in TABLES:
        _table(folder, name=name, raw=raw)
    raw.faults += _strange_files(folder)
    return raw


def _toml(path: Path, *, part: str, faults: list[Fault]) -> Mapping[str, Any] | None:
    if not path.is_file():
        faults.append(fault("missing_file", table=part, expected=path.name))
        return None
    text, found = decoded(path.read_bytes(), table=part)
    faults += found
    try:
        return None if found else tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        lines = text.splitlines()
        came = lines[int(line[1]) - 1] if line and int(line[1]) <= len(lines) else path.name
        faults.append(fault("not_toml", table=part, came=came, expected=str(error)))
        return None


def _framework(folder: Path, *, raw: RawRegion) -> None:
    said = (raw.head or {}).get("framework")
    if isinstance(said, str) and said not in SHIPPED:
        raw.framework = _toml(folder / said, part="framework", faults=raw.faults)
    elif said is None and (folder / "framework.toml").is_file():
        raw.framework = _toml(folder / "framework.toml", part="framework", faults=raw.faults)
    else:
        return
    if raw.framework is None:
        raw.unread.add("framework")


def _table(folder: Path, *, name: str, raw: RawRegion) -> None:
    files = [path for path in (folder / f"{name}.csv", folder / f"{name}.parquet") if path.is_file()]
    if not files:
        return
    if len(files) > 1:
        both = " / ".join(path.name for path in files)
        raw.faults.append(fault("two_files", table=name, came=both, expected=both))
    table: RawTable | None
    if files[0].suffix == ".csv":
        table, faults = read_csv(files[0], table=name)
    else:
        table, faults = table_of_frame(_parquet(files[0]), table=name)
    raw.faults += faults
    if table is None:
        raw.unread.add(name)
    else:
        raw.tables[name] = table


def _parquet(path: Path) -> Any:
    from matchmaker.io.frames import parquet_frame

    return parquet_frame(path)


def _strange_files(folder: Path) -> list[Fault]:
    faults = []
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in (".csv", ".parquet") and path.stem not in TABLES:
            near = difflib.get_close_matches(path.stem.lower(), TABLES, n=1, cutoff=NEAR_A_TABLE)
            if near:
                faults.append(fault("unknown_table", table=path.stem, came=path.name, known=[near[0] + path.suffix]))
    return faults
