"""Solve again after a small change: keep lists and prices, fill what came free, enter what is new."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from matchmaker.solve.assignment import market as at
from matchmaker.solve.assignment.check import Problem, check_finite
from matchmaker.solve.assignment.engine import Engine
from matchmaker.solve.assignment.fill import fill_open_seats, rows_of_columns
from matchmaker.solve.assignment.prove import take_over
from matchmaker.solve.assignment.result import Assignment
from matchmaker.solve.assignment.source import ArrayPoints
from matchmaker.solve.assignment.watch import Watch

__all__ = ["resume"]


def resume(problem: Problem, *, start: Assignment, watch: Watch) -> tuple[Engine, NDArray[np.int64]] | None:
    """Return an engine that goes on from an earlier solution, and the rows that still have to enter.

    Rows with an id that was there before are taken to have the same points as before; only `seats` may differ for the
    columns, which must be the same in the same order. What does not fit that is solved afresh (None).

    Parameters
    ----------
    problem : Problem
    start : Assignment
    watch : Watch

    Returns
    -------
    (Engine, int64 [k]) or None

    Raises
    ------
    BadPoints
        In rows that are new; earlier rows were checked before.
    """
    old = start._memory
    if old is None or not _same_columns(problem, start) or start.status != "optimal" or old.whole_rows:
        return None
    if ((old.seats == 0) & (problem.seats > 0)).any():  # columns without seats were never listed
        return None
    stays = _where_before(problem, start)
    kept = np.flatnonzero(stays >= 0)
    same_kind = problem.leave.dtype == old.leave.dtype and not len(_changed(problem, old, stays, kept))
    new_rows = np.flatnonzero(stays < 0)
    if not same_kind or 2 * len(kept) < len(stays) or not _fits_kind(problem, new_rows):
        return None
    engine = Engine(problem.source, problem.seats, problem.leave, problem.must, watch)
    _hand_over(engine, old, stays, kept)
    if not engine.lengthen(new_rows, max(1, int(old.market.rows[:, at.COUNT].max(initial=1)))):
        return None
    engine.listed = True
    m = len(problem.seats)
    opened = np.flatnonzero((engine.used < engine.market.columns[:m, at.SEATS]) & (engine.column_prices > 0))
    if len(opened):
        begin, rows, points = rows_of_columns(engine.market, m, engine.column_prices[opened].max())
        engine.add("seats filled again", fill_open_seats(engine.market, opened, begin, rows, points))
    return engine, np.flatnonzero(engine.chosen == at.WAITING)


def _same_columns(problem: Problem, start: Assignment) -> bool:
    if start.column_ids is None or problem.column_ids is None:
        return start.column_ids is problem.column_ids and problem.source.shape[1] == len(start.column_prices)
    return start.column_ids == problem.column_ids


def _where_before(problem: Problem, start: Assignment) -> NDArray[np.int64]:
    """Return for every row where it stood before, -1: not there."""
    n = len(problem.leave)
    if problem.row_ids is None or start.row_ids is None:
        before = np.arange(n)
        before[len(start.columns) :] = -1
        return before
    position = {name: k for k, name in enumerate(start.row_ids)}
    return np.fromiter((position.get(name, -1) for name in problem.row_ids), np.int64, n)


def _changed(problem: Problem, old: Engine, stays: NDArray[np.int64], kept: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return rows that stayed but may be left out at another price than before."""
    before = stays[kept]
    differs = (problem.leave[kept] != old.leave[before]) | (problem.must[kept] != old.must[before])
    changed: NDArray[np.int64] = kept[differs]
    return changed


def _fits_kind(problem: Problem, rows: NDArray[np.int64]) -> bool:
    """Say whether new rows of an array are finite (else an error names them) and whole where the rest is."""
    if not isinstance(problem.source, ArrayPoints) or not len(rows):
        return True
    points, allowed = problem.source.block(rows)
    names = rows.tolist() if problem.row_ids is None else [problem.row_ids[k] for k in rows]
    some = replace(problem, source=ArrayPoints(points, allowed), row_ids=tuple(names))
    check_finite(some.source, some.row_ids, some.column_ids)
    return not problem.exact or points.dtype.kind != "f" or bool((points == np.rint(points)).all())


def _hand_over(engine: Engine, old: Engine, stays: NDArray[np.int64], kept: NDArray[np.int64]) -> None:
    """Put lists, prices and places of the rows that stayed into the new engine; rows without a seat wait."""
    before = stays[kept]
    was = old.market
    for field in (at.BEGIN, at.COUNT, at.WHOLE):
        engine.market.rows[kept, field] = was.rows[before, field]
    for field in (at.PRICE, at.TAIL):
        engine.market.row_values[kept, field] = was.row_values[before, field]
    engine.market = engine.market._replace(listed=was.listed, points=was.points)
    engine.room = old.room
    engine.shared = True
    chosen = np.full(len(stays), at.WAITING)
    chosen[kept] = was.rows[before, at.CHOSEN]
    take_over(engine.market, _seated(chosen, engine.seats), old.column_prices.copy())


def _seated(chosen: NDArray[np.int64], seats: NDArray[np.int64]) -> NDArray[np.int64]:
    """Let rows wait that are more than their column has seats now."""
    placed = np.flatnonzero(chosen >= 0)
    over = np.flatnonzero(np.bincount(chosen[placed], minlength=len(seats)) > seats)
    for j in over:
        chosen[np.flatnonzero(chosen == j)[seats[j] :]] = at.WAITING
    return chosen
