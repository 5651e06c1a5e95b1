"""One JSON document (or the same as a Python mapping) to texts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from matchmaker.errors import Fault, near_names
from matchmaker.io.frames import table_of_frame
from matchmaker.io.raw import RawColumn, RawRegion, RawTable, raw_column
from matchmaker.model.cells import Cell
from matchmaker.model.faults import CellFault, fault
from matchmaker.model.words import TABLES, cells

__all__ = ["read_document", "read_json"]

A_LIST = ("a list of rows, each with the names of the columns", "een lijst met rijen, elk met de kolomnamen")
NAMES = ("names with values", "namen met waarden")
PARTS = ("region", *TABLES)


def read_json(text: str) -> RawRegion:
    """Document of a JSON text, as texts of cells.

    Examples
    --------
    >>> read_json("[]").faults[0].kind
    'not_this_shape'
    """
    try:
        document = json.loads(text)
    except ValueError as error:
        return RawRegion(
            faults=[fault("not_json", table="region", came=text[:60], expected=str(error))], unread={*PARTS}
        )
    if not isinstance(document, dict):
        found = fault("not_this_shape", table="region", came=text[:60], expected=NAMES)
        return RawRegion(faults=[found], unread={*PARTS})
    return read_document(document)


def read_document(document: Mapping[str, Any]) -> RawRegion:
    """Mapping in the shape of the JSON document; a table may also be a pandas frame.

    Parameters
    ----------
    document
        ``{"region": {...}, "pupils": [...] or a frame, ...}``.

    Examples
    --------
    >>> read_document({"pupils": [{"id": "p1"}]}).tables["pupils"].size
    1
    """
    raw = RawRegion()
    _head(document, raw=raw)
    for name, rows in document.items():
        if name not in PARTS:
            near = near_names(str(name), known=PARTS)
            raw.faults.append(fault("unknown_table", table=str(name), came=str(name), known=near))
        elif name != "region":
            _table(rows, name=name, raw=raw)
    return raw


def _head(document: Mapping[str, Any], *, raw: RawRegion) -> None:
    if "region" not in document:
        return
    head = document["region"]
    if not isinstance(head, Mapping):
        raw.faults.append(fault("not_this_shape", table="region", came=str(head)[:60], expected=NAMES))
        raw.unread.add("region")
        return
    raw.head = head
    if not isinstance(head.get("framework"), str):
        raw.framework = head.get("framework")


def _table(rows: Any, *, name: str, raw: RawRegion) -> None:
    if hasattr(rows, "iloc") and hasattr(rows, "columns"):
        raw.tables[name], faults = table_of_frame(rows, table=name)
    elif isinstance(rows, (list, tuple)) and all(isinstance(row, Mapping) for row in rows):
        raw.tables[name], faults = _table_of_records(rows, table=name)
    else:
        faults = _not_rows(rows, table=name)
        raw.unread.add(name)
    raw.faults += faults


def _not_rows(rows: Any, *, table: str) -> list[Fault]:
    if not isinstance(rows, (list, tuple)):
        return [fault("not_this_shape", table=table, came=str(rows)[:60], expected=A_LIST)]
    return [
        fault("not_this_shape", table=table, row=number, came=str(row)[:60], expected=NAMES)
        for number, row in enumerate(rows, start=1)
        if not isinstance(row, Mapping)
    ]


def _table_of_records(rows: Sequence[Mapping[str, Any]], *, table: str) -> tuple[RawTable, list[Fault]]:
    known = cells(TABLES[table])
    names = dict.fromkeys(chain.from_iterable(rows)) or dict.fromkeys(known)
    faults: list[Fault] = []
    columns = {}
    for name in names:
        cell = known.get(name, Cell("text"))
        columns[name] = _column([row.get(name) for row in rows], cell=cell, place=(table, name), faults=faults)
    return RawTable(table, len(rows), columns), faults


def _column(values: list[Any], *, cell: Cell, place: tuple[str, str], faults: list[Fault]) -> RawColumn:
    texts = []
    for row, value in enumerate(values, start=1):
        if value.__class__ is str:
            texts.append(value)
            continue
        try:
            if isinstance(value, Mapping):
                raise CellFault("not_this_shape", str(value)[:60], cell.expected())
            texts.append(cell.text(value))
        except CellFault as error:
            faults.append(error.at(place[0], row=row, column=place[1]))
            texts.append("")
    return raw_column(texts)
