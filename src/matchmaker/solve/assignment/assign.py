"""The public door of the assignment core."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np

from matchmaker.solve.assignment.aims import read_aims, solve_aims
from matchmaker.solve.assignment.check import Problem, read_problem
from matchmaker.solve.assignment.core import solve
from matchmaker.solve.assignment.errors import InvalidProblem
from matchmaker.solve.assignment.leximin import with_leximin
from matchmaker.solve.assignment.loads import read_loads, solve_loads
from matchmaker.solve.assignment.result import Assignment
from matchmaker.solve.assignment.watch import Progress, Watch
from matchmaker.solve.compiled import announcing

__all__ = ["assign"]

METHODS = ("auto", "paths", "scipy")


def assign(
    points: Any,
    *,
    seats: Any = None,
    allowed: Any = None,
    unplaced: Any = 0,
    load: Any = None,
    capacity: Any = None,
    seed: int | None = 0,
    aims: Sequence[Any] = (),
    row_ids: Sequence[Hashable] | None = None,
    column_ids: Sequence[Hashable] | None = None,
    method: str = "auto",
    start: Assignment | None = None,
    progress: Progress | None = None,
    time_limit: float | None = None,
) -> Assignment:
    """Assign every row to a column, or to none, so that the points are most; exact, with prices that prove it.

    Parameters
    ----------
    points : array [n, m], scipy.sparse matrix [n, m], or PointsSource
        Points of row i in column j. Whole numbers are added exactly. In a sparse matrix an absent pair is forbidden and
        a stored zero is zero points. A source yields blocks of rows and need never be a matrix.
    seats : int or int array [m], optional
        How many rows a column takes. Default 1; with `load` no limit but the capacity.
    allowed : bool array [n, m], optional
        Pairs that may be chosen. Points of other pairs are not looked at.
    unplaced : number, array [n] or None
        Price of leaving a row out: the total is the points of the chosen pairs less this for every row left out. None
        (or infinite for a row): must be placed.
    load : array [n] or [n, m], optional
        What a row takes of a column's capacity.
    capacity : number or array [m], optional
        Loads in a column together must not exceed this.
    seed : int or None
        Among all optimal assignments a lottery drawn from `seed` and the ids chooses, whatever the order of rows and
        columns. None: any optimal assignment, a little sooner. With `load` the seed only decides the order of search.
    aims : sequence, optional
        What comes before points, most important first: "placed" (how many rows are placed), an array [n] (what placing
        each row counts), an array [n, m], or, after "placed", "leximin" (the least points of a placed row as many as
        can be, then the second least, and so on; exact). Each is reached as far as possible before the next.
    row_ids, column_ids : sequences, optional
        Names, for the lottery, errors and `start`. Default: positions.
    method : {"auto", "paths", "scipy"}
        "paths": shortest augmenting paths on candidate lists; "scipy": `scipy.optimize.linear_sum_assignment` on the
        full matrix; "auto" takes paths, and changes to whole rows where lists do not pay.
    start : Assignment, optional
        Earlier solution of nearly the same problem. Rows with the same id must have the same points as then; rows may
        leave and come, seats may change. What cannot be used is solved afresh.
    progress : callable, optional
        Called with (stage, done, total) about ten times a second; returning False stops the solution.
    time_limit : float, optional
        Seconds, after which the best so far is returned, with the bound proved so far and status "limit".

    Returns
    -------
    Assignment

    Raises
    ------
    InvalidProblem
        Arguments that do not fit together: all faults at once.
    BadPoints
        Points of allowed pairs that are not finite, by row and column.
    NotAllPlaced
        A row had to be placed: names a smallest group of rows that compete for too few seats.
    LoadsDoNotFit
        The same with loads, for which no such group can be named.

    Notes
    -----
    `docs/method/assignment.md` explains the method and names its sources.

    Examples
    --------
    >>> result = assign([[10, 7], [6, 4]])
    >>> result.columns, result.total, result.bound
    (array([0, 1]), 14, 14)
    >>> result.row_prices[:, None] + result.column_prices >= [[10, 7], [6, 4]]
    array([[ True,  True],
           [ True,  True]])
    >>> assign([[10, 7], [6, 4]], seats=[2, 1]).columns
    array([0, 0])
    >>> assign([[5, 1], [4, -2]], allowed=[[True, True], [True, True]], aims=["placed"]).columns
    array([1, 0])
    >>> assign([[9, 5], [8, 7]], load=[2, 3], capacity=4, unplaced=None).columns
    array([0, 1])
    """
    watch = Watch(progress, time_limit)
    if seats is None:
        seats = 1 if load is None else np.iinfo(np.int64).max
    with announcing(watch.announce):
        problem = read_problem(
            points,
            seats=seats,
            allowed=allowed,
            unplaced=unplaced,
            row_ids=row_ids,
            column_ids=column_ids,
            exact=_known_kind(start),
        )
        _check_together(problem, method=method, aims=aims, load=load, start=start)
        if load is not None or capacity is not None:
            loads, room = read_loads(load, capacity, shape=problem.source.shape)
            return solve_loads(problem, load=loads, capacity=room, seed=seed, watch=watch)
        if len(aims):
            levels = read_aims(with_leximin(aims, problem.source), shape=problem.source.shape)
            return solve_aims(problem, aims=levels, method=method, seed=seed, watch=watch)
        return solve(problem, method=method, seed=seed, watch=watch, start=start)


def _known_kind(start: Assignment | None) -> bool | None:
    """Return whether an earlier solution was on whole numbers, None without one."""
    return None if start is None or start._memory is None else bool(start._memory.leave.dtype.kind == "i")


def _check_together(problem: Problem, *, method: str, aims: Sequence[Any], load: Any, start: Assignment | None) -> None:
    faults = []
    if method not in METHODS:
        faults.append(f"method must be one of {', '.join(METHODS)}. Got {method!r}.")
    if len(aims) and load is not None:
        faults.append("aims and load cannot be used together: put the aims into the points.")
    if start is not None and (len(aims) or load is not None):
        faults.append("start cannot be used together with aims or load.")
    if load is not None and problem.source.shape[0] * problem.source.shape[1] > 2**26:
        faults.append("load needs the points as a matrix of at most 67,108,864 pairs.")
    if faults:
        raise InvalidProblem(faults)
