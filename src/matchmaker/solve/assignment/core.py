"""`assign`: who gets which column so that the points are most, with a proof."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.solve.assignment import market as at
from matchmaker.solve.assignment import reference
from matchmaker.solve.assignment.again import resume
from matchmaker.solve.assignment.check import Problem
from matchmaker.solve.assignment.engine import Engine
from matchmaker.solve.assignment.errors import NotAllPlaced
from matchmaker.solve.assignment.prove import points_of
from matchmaker.solve.assignment.result import Assignment
from matchmaker.solve.assignment.source import ArrayPoints
from matchmaker.solve.assignment.ties import draw_lots
from matchmaker.solve.assignment.watch import Watch
from matchmaker.solve.compiled import is_compiled

__all__ = ["new_engine", "solve"]

MOST_GROUPS = 30
DENSE_CELLS = 30_000_000
HARD = 40
LOOKED_UP = 64


def new_engine(problem: Problem, *, watch: Watch) -> Engine:
    """Return an engine for a checked problem.

    Parameters
    ----------
    problem : Problem
    watch : Watch

    Returns
    -------
    Engine
    """
    return Engine(problem.source, problem.seats, problem.leave, problem.must, watch)


def solve(
    problem: Problem, *, method: str, seed: int | None, watch: Watch, start: Assignment | None = None
) -> Assignment:
    """Solve one problem with one aim.

    Parameters
    ----------
    problem : Problem
    method : {"auto", "paths", "scipy"}
    seed : int or None
        None: no lottery.
    watch : Watch
    start : Assignment, optional
        Earlier solution to go on from.

    Returns
    -------
    Assignment
    """
    again = None if start is None else resume(problem, start=start, watch=watch)
    if again is not None:
        engine, rows = again
        engine.enter(rows)
        if engine.is_stuck():
            raise nearest_conflict(engine, problem)
        return finish(engine, problem, seed=seed, method="again")
    engine = new_engine(problem, watch=watch)
    cells = math.prod(problem.source.shape)
    fits = cells <= DENSE_CELLS and isinstance(problem.source, ArrayPoints)
    if method == "auto":
        method = "paths" if is_compiled() or not fits else "scipy"
        engine.effort = HARD * cells if fits else None
    if engine.first_lists():
        if engine.kept is not None:
            engine.effort = HARD * cells
        if method == "paths":
            enter_all(engine, problem)
        else:
            enter_all_dense(engine, problem)
    return finish(engine, problem, seed=seed, method=method)


def enter_all(engine: Engine, problem: Problem) -> None:
    """Enter all rows by shortest paths; over whole rows where lists turn out to cost more than they save.

    Parameters
    ----------
    engine : Engine
    problem : Problem

    Raises
    ------
    NotAllPlaced
    """
    engine.enter(np.arange(len(problem.leave)))
    if engine.too_hard:
        engine.enter_dense(_matrix(problem))
    if engine.is_stuck():
        raise nearest_conflict(engine, problem)


def _matrix(problem: Problem) -> NDArray[Any]:
    """Return all points as a matrix for the dense kernel."""
    points, allowed = problem.source.block(slice(0, problem.source.shape[0]))
    matrix = np.array(points, problem.leave.dtype, order="C")
    if allowed is not None:
        matrix[~allowed] = -at.far_away(matrix.dtype)
    return matrix


def enter_all_dense(engine: Engine, problem: Problem) -> None:
    """Let scipy choose, recover the prices, and put both into the engine.

    Parameters
    ----------
    engine : Engine
    problem : Problem

    Raises
    ------
    NotAllPlaced
    """
    matrix = reference.full_matrix(problem.source)
    chosen = reference.solve_dense(matrix, seats=problem.seats, leave=problem.leave, must=problem.must)
    if chosen is None:
        engine.enter(np.arange(len(problem.leave)))
        raise nearest_conflict(engine, problem)
    prices = reference.column_prices(matrix, chosen=chosen, leave=problem.leave, must=problem.must)
    engine.adopt(chosen, prices)


def finish(engine: Engine, problem: Problem, *, seed: int | None, method: str) -> Assignment:
    """Break ties, settle the prices and return the result.

    Parameters
    ----------
    engine : Engine
    problem : Problem
    seed : int or None
    method : str

    Returns
    -------
    Assignment
    """
    complete = engine.listed and not (engine.chosen == at.WAITING).any()
    if complete and seed is not None:
        draw_lots(engine, seed=seed, row_ids=problem.row_ids, column_ids=problem.column_ids)
    columns, row_prices, column_prices = engine.finish()
    total = total_of(engine, problem)
    bound = bound_of(problem, row_prices, column_prices, engine.listed)
    if complete and not problem.exact and math.isclose(total, bound, rel_tol=1e-9, abs_tol=1e-300):
        bound = total
    status = "optimal" if complete else "limit"
    names = problem.row_ids, problem.column_ids
    return Assignment(
        columns, total, bound, row_prices, column_prices, status, method, engine.steps(), (), None, *names, engine
    )


def total_of(engine: Engine, problem: Problem) -> Any:
    """Return the points of the assignment in the engine, less the price of rows left out.

    Parameters
    ----------
    engine : Engine
    problem : Problem

    Returns
    -------
    int or float
    """
    values = problem.leave.copy()
    placed = np.flatnonzero(engine.chosen >= 0)
    columns = engine.chosen[placed]
    if isinstance(problem.source, ArrayPoints):
        values[placed] = problem.source.points[placed, columns]
    else:
        lost = points_of(engine.market, values)
        for first in range(0, len(lost), LOOKED_UP):
            which = lost[first : first + LOOKED_UP]
            values[which] = problem.source.block(which)[0][np.arange(len(which)), engine.chosen[which]]
    return sum_of(values[~(problem.must & (engine.chosen < 0))])


def sum_of(values: NDArray[Any]) -> Any:
    """Return a sum without rounding between the terms.

    Parameters
    ----------
    values : array [k]

    Returns
    -------
    int or float
    """
    return int(values.sum()) if values.dtype.kind == "i" else math.fsum(values)


def bound_of(problem: Problem, row_prices: Any, column_prices: Any, listed: bool) -> Any:
    """Return the upper bound that the prices prove (infinite while lists are missing).

    Parameters
    ----------
    problem : Problem
    row_prices, column_prices : arrays
    listed : bool

    Returns
    -------
    int or float
    """
    if not listed:
        return float("inf")
    return sum_of(np.concatenate([row_prices, np.minimum(problem.seats, max(len(row_prices), 1)) * column_prices]))


def nearest_conflict(engine: Engine, problem: Problem) -> NotAllPlaced:
    """Look on for more rows that cannot be placed and return the smallest group that competes for too few seats.

    Parameters
    ----------
    engine : Engine
        Whose last search found no seat.
    problem : Problem

    Returns
    -------
    NotAllPlaced
    """
    best: tuple[NDArray[np.int64], NDArray[np.int64]] | None = None
    engine.effort = None
    for _ in range(MOST_GROUPS):
        tally, paper = engine.market.tally, engine.market.paper
        rows = paper[at.SEEN, : tally[at.IN_SEEN]].copy()
        if best is None or len(rows) < len(best[0]):
            best = rows, paper[at.CLOSED, : tally[at.IN_CLOSED]].copy()
        engine.chosen[rows[0]] = at.OUT
        if engine.enter(np.flatnonzero(engine.chosen == at.WAITING)):
            break
    assert best is not None
    rows, columns = np.sort(best[0]), np.sort(best[1])
    names = [list(range(count)) if ids is None else ids for ids, count in
             ((problem.row_ids, problem.source.shape[0]), (problem.column_ids, problem.source.shape[1]))]  # fmt: skip
    return NotAllPlaced(
        [names[0][i] for i in rows], columns=[names[1][j] for j in columns], seats=int(problem.seats[columns].sum())
    )
