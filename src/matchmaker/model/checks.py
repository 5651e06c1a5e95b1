"""Checks across tables: do references lead somewhere, do levels belong to the framework, do dates come in order.

They work on columns, for a region just read as well as for one changed in a what-if. A cell that is wrong by itself is
not looked at again, so that one mistake is one fault.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from matchmaker.errors import Fault
from matchmaker.model.columns import Column
from matchmaker.model.faults import fault
from matchmaker.model.framework import Framework
from matchmaker.model.region import Region
from matchmaker.model.table import duplicate_ids
from matchmaker.model.words import TABLES, cells

__all__ = ["Checkable", "check", "checkable", "faults_of_codes"]

LOOKED_FOR = 20
COMPARED_WITH = 2000
# what has happened by the date of the region; a decision may well be taken later, about the plan for that date
PAST = (("pupils", "birth_month"), ("pupils", "waiting_since"), ("observations", "date"))
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Checkable:
    """Columns to check together; a table or framework that could not be read is left out.

    Parameters
    ----------
    arrays
        Table to column to array.
    wrong
        (table, column) to a mask of the cells that are already known to be wrong.
    framework, date
        Of the region; None when they could not be read.
    known
        Columns in which there is nothing wrong, such as those of a region before a change; what has not been replaced
        since is not looked at again.

    Examples
    --------
    >>> Checkable({"demands": {"task": np.array(["t1"])}}).asks(("demands", "task"), ("demands", "level"))
    False
    """

    arrays: Mapping[str, Mapping[str, Column]]
    wrong: Mapping[tuple[str, str], Mask] = field(default_factory=dict)
    framework: Framework | None = None
    date: dt.date | None = None
    known: Mapping[str, Mapping[str, Column]] = field(default_factory=dict)

    def asks(self, *columns: tuple[str, str]) -> bool:
        """Whether these columns (table, column) are all there, and any of them is not known to be right."""
        there = all(column in self.arrays.get(table, {}) for table, column in columns)
        return there and any(
            self.arrays[table][column] is not self.known.get(table, {}).get(column) for table, column in columns
        )

    def good(self, table: str, *columns: str) -> Mask:
        """Rows whose cells in these columns are right by themselves."""
        good = np.ones(len(self.arrays[table][columns[0]]), dtype=np.bool_)
        for column in columns:
            if (table, column) in self.wrong:
                good &= ~self.wrong[table, column]
        return good


def checkable(region: Region, *, known: Region | None = None) -> Checkable:
    """Return a region's columns for :func:`check`; `known` is a region without faults that it was changed from.

    Examples
    --------
    >>> import datetime as dt
    >>> check(checkable(Region("Dorp", dt.date(2026, 11, 2))))
    []
    """
    arrays = {name: table.arrays for name, table in region.tables().items()}
    before = {} if known is None else {name: table.arrays for name, table in known.tables().items()}
    return Checkable(arrays, framework=region.framework, date=region.date, known=before)


def check(what: Checkable) -> list[Fault]:
    """All faults that only show when tables are laid side by side.

    Examples
    --------
    >>> check(Checkable({"demands": {"task": np.array(["t1"], dtype=object)}, "tasks": {"id": np.array([])}}))[0].kind
    'unknown_id'
    """
    found: list[Fault] = []
    for checked in (_ids, _references, _dimensions, _levels, _dates, _hours, _demands_once, _decisions):
        found.extend(checked(what))
    return found


def faults_of_codes(
    kind: str,
    *,
    table: str,
    column: str,
    values: Column,
    rows: Iterable[int],
    expected: str | tuple[str, str] = "",
    known: Iterable[str] = (),
) -> Iterator[Fault]:
    """One fault a row; near names are looked up once a different value, and only for those that are printed.

    Parameters
    ----------
    kind, table, column, expected
        As for :func:`matchmaker.model.faults.fault`.
    values
        The column.
    rows
        Row numbers, counted from 0.
    known
        Names among which to look for one that is near.

    Examples
    --------
    >>> ids = np.array(["e1", "e9"], dtype=object)
    >>> [one.row for one in faults_of_codes("unknown_id", table="tasks", column="function", values=ids, rows=[1])]
    [2]
    """
    names = tuple(known)
    told: dict[str, Fault] = {}
    for row in rows:
        came = str(values[row])
        if came not in told:
            near = _worth_comparing(came, known=names) if len(told) < LOOKED_FOR else ()
            told[came] = fault(kind, table=table, column=column, came=came, expected=expected, known=near)
        yield replace(told[came], row=int(row) + 1)


def _worth_comparing(came: str, *, known: tuple[str, ...]) -> tuple[str, ...]:
    # comparing with a hundred thousand ids would cost seconds; a slip of the hand rarely changes start and length
    if len(known) > COMPARED_WITH:
        known = tuple(name for name in known if name[:2] == came[:2] and abs(len(name) - len(came)) <= 1)
    return known[:COMPARED_WITH]


def _ids(what: Checkable) -> Iterator[Fault]:
    for table in TABLES:
        if what.asks((table, "id")):
            ids = what.arrays[table]["id"].tolist()
            if len(set(ids)) < len(ids):
                yield from duplicate_ids(ids, table=table)


def _references(what: Checkable) -> Iterator[Fault]:
    for table, word in TABLES.items():
        for column, cell in cells(word).items():
            if cell.refers and what.asks((table, column), (cell.refers, "id")):
                known = what.arrays[cell.refers]["id"].tolist()
                yield from _unknown(
                    what, table=table, column=column, kind="unknown_id", known=known, expected=cell.refers
                )


def _dimensions(what: Checkable) -> Iterator[Fault]:
    if what.framework is None:
        return
    for table in ("observations", "demands"):
        if what.asks((table, "dimension")):
            yield from _unknown(
                what,
                table=table,
                column="dimension",
                kind="unknown_dimension",
                known=what.framework.ids,
                expected=what.framework.name,
            )


def _unknown(
    what: Checkable, *, table: str, column: str, kind: str, known: Iterable[str | None], expected: str
) -> Iterator[Fault]:
    values = what.arrays[table][column]
    names = dict.fromkeys(name for name in known if name is not None)
    strange = set(values.tolist()).difference(names, (None,))
    if strange:
        rows = [row for row, value in enumerate(values) if value in strange]
        yield from faults_of_codes(
            kind, table=table, column=column, values=values, rows=rows, expected=expected, known=names
        )


def _levels(what: Checkable) -> Iterator[Fault]:
    if what.framework is None:
        return
    expected = ", ".join(str(level) for level in what.framework.levels)
    for table in ("observations", "demands"):
        if what.asks((table, "level")):
            values = what.arrays[table]["level"]
            strange = what.good(table, "level") & ~np.isin(values, what.framework.levels)
            rows = np.flatnonzero(strange)
            yield from faults_of_codes(
                "unknown_level", table=table, column="level", values=values, rows=rows, expected=expected
            )


def _dates(what: Checkable) -> Iterator[Fault]:
    if what.date is None:
        return
    day = what.date.isoformat()
    for table, column in PAST:
        if what.asks((table, column)):
            values = what.arrays[table][column]
            rows = np.flatnonzero(values > np.datetime64(what.date))
            yield from faults_of_codes(
                "after_region", table=table, column=column, values=values, rows=rows, expected=day
            )


def _hours(what: Checkable) -> Iterator[Fault]:
    if not what.asks(("pupils", "hours_min"), ("pupils", "hours_max")):
        return
    low, high = what.arrays["pupils"]["hours_min"], what.arrays["pupils"]["hours_max"]
    for row in np.flatnonzero(low > high):
        yield fault(
            "hours_order",
            table="pupils",
            row=int(row) + 1,
            column="hours_max",
            came=f"{high[row]:g}",
            expected=f"{low[row]:g}",
        )


def _demands_once(what: Checkable) -> Iterator[Fault]:
    if not what.asks(("demands", "task"), ("demands", "dimension")):
        return
    pairs = list(zip(what.arrays["demands"]["task"], what.arrays["demands"]["dimension"], strict=True))
    if len(set(pairs)) == len(pairs):
        return
    first: dict[tuple[str, str], int] = {}
    for row, pair in enumerate(pairs, start=1):
        if None not in pair and first.setdefault(pair, row) != row:
            came = f"{pair[0]}, {pair[1]}"
            at = str(first[pair])
            yield fault("duplicate_demand", table="demands", row=row, column="dimension", came=came, expected=at)


def _decisions(what: Checkable) -> Iterator[Fault]:
    if not what.asks(("decisions", "pupil"), ("decisions", "employer"), ("decisions", "kind")):
        return
    made = what.arrays["decisions"]
    good = what.good("decisions", "pupil", "employer", "kind")
    rows = [row for row in range(len(made["kind"])) if good[row] and made["pupil"][row] and made["employer"][row]]
    fixed: dict[str, int] = {}
    for row in rows:
        if made["kind"][row] == "fixed" and fixed.setdefault(made["pupil"][row], row) != row:
            came, at = made["pupil"][row], str(fixed[made["pupil"][row]] + 1)
            yield fault("two_fixed", table="decisions", row=row + 1, column="pupil", came=came, expected=at)
    pairs = {(made["pupil"][row], made["employer"][row]): row for row in rows if made["kind"][row] == "fixed"}
    for row in rows:
        pair = (made["pupil"][row], made["employer"][row])
        if made["kind"][row] == "excluded" and pair in pairs:
            came, at = ", ".join(pair), str(pairs[pair] + 1)
            yield fault("fixed_and_excluded", table="decisions", row=row + 1, column="kind", came=came, expected=at)
