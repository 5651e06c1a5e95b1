"""Texts to columns: each different text is understood once, then laid over its rows.

A table of 100,000 observations has some hundreds of different cells, so checking it costs what checking those costs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from matchmaker.errors import Fault
from matchmaker.io.raw import RawColumn, RawTable
from matchmaker.model.cells import Cell
from matchmaker.model.checks import Mask
from matchmaker.model.columns import Column, default_of, encode, freeze, is_optional
from matchmaker.model.faults import CellFault, fault
from matchmaker.model.words import TABLES, Word, cells, required

__all__ = ["Parsed", "parse_table"]

# stands in a wrong cell until the faults are told; a table with such a cell is never handed out
FILLING: dict[str, Any] = {"whole": 0, "yes_no": False, "list": (), "moments": ()}


@dataclass
class Parsed:
    """Columns of one table, masks of its wrong cells, and the faults.

    Parameters
    ----------
    arrays
        Columns as :class:`matchmaker.model.table.Table` holds them.
    wrong
        Column to a mask of its wrong cells.
    faults
        All faults of this table by itself.

    Examples
    --------
    >>> Parsed().faults
    []
    """

    arrays: dict[str, Column] = field(default_factory=dict)
    wrong: dict[str, Mask] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def parse_table(raw: RawTable) -> Parsed:
    """Understand all cells of a table.

    Parameters
    ----------
    raw
        What was read.

    Examples
    --------
    >>> from matchmaker.io.raw import raw_column
    >>> parsed = parse_table(RawTable("demands", 2, {"level": raw_column(["1", "x"])}))
    >>> [found.kind for found in parsed.faults]
    ['missing_column', 'missing_column', 'not_whole']
    """
    word = TABLES[raw.name]
    parsed = Parsed(faults=list(_faults_of_header(raw, word=word)))
    for name, cell in cells(word).items():
        if name in raw.columns:
            _column(raw.columns[name], name=name, cell=cell, word=word, parsed=parsed)
        elif name not in required(word):
            default = default_of(word, name=name)
            one = encode([default], cell=cell, optional=is_optional(word, name=name))
            parsed.arrays[name] = freeze(np.repeat(one, raw.size))
    return parsed


def _faults_of_header(raw: RawTable, *, word: type[Word]) -> Iterator[Fault]:
    known = tuple(cells(word))
    strange = [name for name in raw.columns if name not in known]
    for name in strange:
        free = [column for column in known if column not in raw.columns]
        near = free or known
        yield fault("unknown_column", table=raw.name, column=name, came=name, expected=", ".join(known), known=near)
    for name in required(word):
        if name not in raw.columns:
            yield fault("missing_column", table=raw.name, column=name, expected=name, known=strange)


def _column(raw: RawColumn, *, name: str, cell: Cell, word: type[Word], parsed: Parsed) -> None:
    is_required = name in required(word)
    values: list[Any] = _plain_texts(raw.texts, cell=cell)
    found: dict[int, Fault] = {}
    for code, text in enumerate([] if values else raw.texts):
        try:
            values.append(_value(text, name=name, cell=cell, word=word, is_required=is_required))
        except CellFault as error:
            found[code] = error.at(word.table, row=0, column=name)
            values.append(FILLING.get(cell.kind))
    unique = encode(values, cell=cell, optional=is_optional(word, name=name))
    parsed.arrays[name] = freeze(unique[raw.codes])
    if found:
        bad = np.isin(raw.codes, list(found))
        parsed.wrong[name] = bad
        parsed.faults += [replace(found[raw.codes[row]], row=int(row) + 1) for row in np.flatnonzero(bad)]


def _plain_texts(texts: list[str], *, cell: Cell) -> list[str]:
    # ids and names mostly differ in every row: look at all of them in one search, and one by one only when it finds
    stripped = [text.strip() for text in texts]
    if cell.kind not in ("id", "text") or cell.words or not all(stripped):
        return []
    return [] if cell.forbids("".join(stripped)) else stripped


def _value(text: str, *, name: str, cell: Cell, word: type[Word], is_required: bool) -> Any:
    if text.strip():
        return cell.read(text)
    if is_required:
        raise CellFault("missing_cell", "", cell.expected())
    return default_of(word, name=name)
