"""One CSV file to texts: decoding, header, ragged rows, each told with its place."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from matchmaker.errors import Fault
from matchmaker.io.raw import RawTable, raw_column
from matchmaker.model.faults import fault
from matchmaker.model.words import TABLES, required

__all__ = ["decoded", "read_csv"]


def decoded(data: bytes, *, table: str) -> tuple[str, list[Fault]]:
    r"""Text of a UTF-8 file (a byte order mark may stand first), or the fault that says which byte is not UTF-8.

    Examples
    --------
    >>> decoded(b"id\nCaf\xe9", table="employers")[1][0].came
    "line 2: 'Caf\\xe9'"
    """
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        shown = data.splitlines()[line - 1][:40].decode("ascii", errors="backslashreplace")
        where = f"0x{data[error.start]:02x} ({error.start + 1})"
        return "", [
            fault("undecodable", table=table, row=max(line - 1, 0), came=f"line {line}: '{shown}'", expected=where)
        ]


def read_csv(path: Path, *, table: str) -> tuple[RawTable | None, list[Fault]]:
    r"""Table of a CSV file as texts, and the faults of its shape; no table when it cannot be read at all.

    Parameters
    ----------
    path
        The file.
    table
        Name of the table, for the faults.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "demands.csv"
    ...     _ = path.write_text("task,dimension,level\nt1,pace,2\n")
    ...     table, faults = read_csv(path, table="demands")
    >>> table.size, faults
    (1, [])
    """
    try:
        text, faults = decoded(path.read_bytes(), table=table)
    except OSError as error:
        return None, [fault("unreadable", table=table, came=path.name, expected=error.strerror or "")]
    if faults:
        return None, faults
    lengths: list[int] = []
    try:
        flat = _cells(text, lengths=lengths)
    except csv.Error as error:
        return None, [fault("bad_quotes", table=table, row=len(lengths), came=path.name, expected=str(error))]
    return _table(flat, lengths=lengths, table=table)


def _cells(text: str, *, lengths: list[int]) -> list[str]:
    text = text.replace("\r\n", "\n") if '"' not in text else text
    if '"' not in text and "\r" not in text:
        # without quotes a comma is always a border: splitting is three times as fast as csv, and most tables are so
        lines = [line for line in text.split("\n") if line]
        lengths += [line.count(",") + 1 for line in lines]
        return ",".join(lines).split(",") if lines else []
    flat: list[str] = []
    for row in csv.reader(io.StringIO(text, newline=""), strict=True):
        if row:  # a blank line is no row
            lengths.append(len(row))
            flat += row
    return flat


def _table(flat: list[str], *, lengths: list[int], table: str) -> tuple[RawTable | None, list[Fault]]:
    # one flat list of cells: keeping a list a row would cost three times the time
    if not lengths:
        return None, [fault("no_header", table=table, expected=",".join(required(TABLES[table])))]
    width = lengths[0]
    header = [name.strip() for name in flat[:width]]
    if width == 1 and ";" in header[0]:
        return None, [fault("wrong_delimiter", table=table, came=header[0])]
    twice = sorted({name for name in header if header.count(name) > 1})
    faults = [fault("double_column", table=table, column=name, came=name) for name in twice]
    ragged: frozenset[int] = frozenset()
    if set(lengths) != {width}:
        ragged = frozenset(row for row, length in enumerate(lengths) if length != width)
        flat, found = _straightened(flat, lengths=lengths, table=table)
        faults += found
    columns = {name: raw_column(flat[width + place :: width]) for place, name in enumerate(header)}
    return RawTable(table, len(lengths) - 1, columns, ragged), faults


def _straightened(flat: list[str], *, lengths: list[int], table: str) -> tuple[list[str], list[Fault]]:
    width, at = lengths[0], 0
    straight: list[str] = []
    faults = []
    for row, length in enumerate(lengths):
        cells = flat[at : at + length]
        at += length
        if length != width:
            came = f"{length}: {','.join(cells)}"
            kind = "too_many_cells" if length > width else "too_few_cells"
            faults.append(fault(kind, table=table, row=row, came=came, expected=str(width)))
        straight += (cells + [""] * width)[:width]
    return straight, faults
