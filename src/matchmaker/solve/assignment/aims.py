"""Several aims, the first before the second before the third, without a big constant that merely looks large enough.

Whole-number aims are added up with factors that provably keep the order: an aim's factor is one more than everything
the aims after it can change together. When the sum would not fit 64 bits, or points are not whole numbers, the aims are
solved one after the other: with optimal prices the optimal assignments of an aim are exactly those on pairs of slack
zero that place every row and fill every seat that has a price; the next aim is maximised among those.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.solve.assignment.check import Problem, is_whole
from matchmaker.solve.assignment.core import solve, sum_of
from matchmaker.solve.assignment.errors import InvalidProblem
from matchmaker.solve.assignment.result import Assignment
from matchmaker.solve.assignment.source import ArrayPoints, PointsSource, Rows, SparsePoints
from matchmaker.solve.assignment.watch import Watch

__all__ = ["Aim", "read_aims", "solve_aims"]

ROUNDING = 1e-13
BLOCK_CELLS = 2_000_000


@dataclass(frozen=True, eq=False)
class Aim:
    """One aim: what each pair, or each row wherever it is placed, adds to it.

    Attributes
    ----------
    worth : int64 or float64 [n] or [n, m]
    """

    worth: NDArray[Any]

    @property
    def by_row(self) -> bool:
        """Whether it only counts that a row is placed, not where."""
        return self.worth.ndim == 1

    def of(self, columns: NDArray[np.int64]) -> Any:
        """Return the total of this aim for an assignment.

        Parameters
        ----------
        columns : int64 [n]

        Returns
        -------
        int or float
        """
        rows = np.flatnonzero(columns >= 0)
        return sum_of(self.worth[rows] if self.by_row else self.worth[rows, columns[rows]])

    def spread(self) -> int:
        """Return how much the totals of two assignments can differ at most."""
        if not self.worth.size:
            return 0
        per_row = self.worth[:, None] if self.by_row else self.worth
        high = np.maximum(per_row.max(axis=1), 0).astype(object)
        low = np.minimum(per_row.min(axis=1), 0).astype(object)
        return int((high - low).sum())


def read_aims(aims: Sequence[Any], *, shape: tuple[int, int]) -> tuple[Aim, ...]:
    """Check aims and bring them into one form.

    Parameters
    ----------
    aims : sequence of "placed", array [n] or array [n, m]
    shape : (int, int)

    Returns
    -------
    tuple of Aim

    Raises
    ------
    InvalidProblem

    Examples
    --------
    >>> [aim.by_row for aim in read_aims(["placed", [[1, 2]]], shape=(1, 2))]
    [True, False]
    """
    faults, read = [], []
    for k, aim in enumerate(aims):
        if isinstance(aim, str) and aim != "placed":
            faults.append(f"aims[{k}] must be 'placed', 'leximin' or an array. Got {aim!r}.")
            continue
        worth = np.ones(shape[0], np.int64) if isinstance(aim, str) else np.asarray(aim)
        if worth.shape not in ((shape[0],), shape) or worth.dtype.kind not in "iubf":
            allowed = f"numbers of shape ({shape[0]},) or {shape}"
            faults.append(f"aims[{k}] must be {allowed}. Got {worth.dtype} of shape {worth.shape}.")
        elif worth.dtype.kind == "f" and not np.isfinite(worth).all():
            faults.append(f"aims[{k}] must be finite numbers.")
        elif worth.dtype.kind == "f" and (worth == np.rint(worth)).all() and np.abs(worth).max(initial=0) < 2**53:
            read.append(Aim(worth.astype(np.int64)))
        else:
            read.append(Aim(worth.astype(np.float64 if worth.dtype.kind == "f" else np.int64)))
    if faults:
        raise InvalidProblem(faults)
    return tuple(read)


@dataclass(frozen=True, eq=False)
class _Face:
    """The optimal assignments of a stage: pairs of slack zero, columns that must be full."""

    source: PointsSource
    row_prices: NDArray[Any]
    column_prices: NDArray[Any]
    full: NDArray[np.bool_]
    rounding: float

    def allows(self, rows: Rows) -> NDArray[np.bool_]:
        worth, allowed = self.source.block(rows)
        u = self.row_prices[rows][:, None]
        room = self.rounding * (np.abs(u) + np.abs(self.column_prices) + np.abs(worth)) if self.rounding else 0
        on_face: NDArray[np.bool_] = u + self.column_prices - worth <= room
        return on_face if allowed is None else on_face & allowed


@dataclass(frozen=True, eq=False)
class _Stage:
    """One group of aims as a source: each with its factor, the points if they belong here, and the face before."""

    points: PointsSource
    terms: tuple[tuple[int, Aim], ...]
    with_points: bool
    face: _Face | None
    bonus: Any

    @property
    def shape(self) -> tuple[int, int]:
        return self.points.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        whole = all(aim.worth.dtype.kind == "i" for _, aim in self.terms)
        return np.dtype(np.int64) if whole and (not self.with_points or is_whole(self.points)) else np.dtype(np.float64)

    def block(self, rows: Rows) -> tuple[NDArray[Any], NDArray[np.bool_] | None]:
        points, allowed = self.points.block(rows)
        total = points.astype(self.dtype) if self.with_points else np.zeros(points.shape, self.dtype)
        for factor, aim in self.terms:
            if not aim.by_row:
                total += factor * aim.worth[rows].astype(self.dtype)
        if self.face is not None:
            allowed = self.face.allows(rows)
            total[:, self.face.full] += self.bonus
        return total, allowed


def solve_aims(problem: Problem, *, aims: tuple[Aim, ...], method: str, seed: int | None, watch: Watch) -> Assignment:
    """Solve the aims in their order, the points of the problem last.

    Parameters
    ----------
    problem : Problem
    aims : tuple of Aim
    method : str
    seed : int or None
    watch : Watch

    Returns
    -------
    Assignment
        Its total is points, its bound one on the points at the same totals of the aims, its prices those of the last
        stage; `aims` holds the totals of the aims.
    """
    groups = _groups(problem, aims)
    face: _Face | None = None
    must = problem.must
    for k, (terms, with_points) in enumerate(groups):
        last = k == len(groups) - 1
        stage = _stage(problem, terms, with_points, face, must)
        result = solve(stage, method=method, seed=seed if last else None, watch=watch)
        if last or result.status != "optimal":
            break
        face, must = _face_of(stage, result, face)
    return _report(problem, aims, stage, result, last)


def _most(problem: Problem) -> int:
    """Return the largest spread with which prices surely fit 64 bits."""
    chain = 2 * min(len(problem.leave), int(problem.seats.sum())) + 4 if problem.must.any() else 16
    return 2**61 // chain


def _groups(problem: Problem, aims: tuple[Aim, ...]) -> list[tuple[tuple[tuple[int, Aim], ...], bool]]:
    """Collect neighbouring aims whose weighted sum provably fits 64 bits; the points go with the last group."""
    groups: list[tuple[tuple[tuple[int, Aim], ...], bool]] = []
    most = _most(problem)
    reach = _spread_of_points(problem) if problem.exact else most
    terms: tuple[tuple[int, Aim], ...] = ()
    with_points = True
    for aim in reversed(aims):
        alone = aim.spread() if aim.worth.dtype.kind == "i" else most
        factor = reach + 1
        if reach + factor * alone >= most:
            groups.append((terms, with_points))
            terms, with_points, factor, reach = (), False, 1, 0
        terms = ((factor, aim), *terms)
        reach += factor * alone
    return [*reversed([*groups, (terms, with_points)])]


def _spread_of_points(problem: Problem) -> int:
    """Return how much two totals of whole-number points can differ at most."""
    largest = largest_of(problem.source)
    leave = np.abs(problem.leave).astype(object)
    return int(sum(np.maximum(leave, largest) + largest)) if len(leave) else 0


def largest_of(source: PointsSource) -> int:
    """Return a number that no point exceeds, without sign.

    Parameters
    ----------
    source : PointsSource
        Of whole numbers. One that has an attribute `largest` says it itself; any other is looked through.

    Returns
    -------
    int

    Examples
    --------
    >>> largest_of(ArrayPoints(np.array([[3, -8]])))
    8
    """
    told = getattr(source, "largest", None)
    if told is not None:
        return int(told)
    if isinstance(source, SparsePoints):
        return int(np.abs(source.points).max(initial=0))
    n, m = source.shape
    step = max(1, BLOCK_CELLS // max(m, 1))
    largest = 0
    for first in range(0, n, step):
        points, allowed = source.block(slice(first, min(first + step, n)))
        where: Any = True if allowed is None else allowed
        high, low = np.max(points, initial=0, where=where), np.min(points, initial=0, where=where)
        largest = max(largest, int(high), -int(low))
    return largest


def _stage(problem: Problem, terms: Any, with_points: bool, face: _Face | None, must: NDArray[np.bool_]) -> Problem:
    """Return the problem of one group of aims on the face of those before."""
    rows_only = with_points and face is None and all(aim.by_row for _, aim in terms)
    bonus = 0
    if face is not None:
        bonus = 1 + sum(factor * aim.spread() for factor, aim in terms)
        bonus += 2 * _spread_of_points(replace(problem, leave=np.ceil(problem.leave))) if with_points else 0
    source = problem.source if rows_only else _Stage(problem.source, terms, with_points, face, bonus)
    exact = problem.exact if rows_only else source.dtype.kind == "i"
    if with_points:
        exact = exact and problem.exact
    leave = (problem.leave if with_points else np.zeros(len(must))).astype(np.int64 if exact else np.float64)
    for factor, aim in terms:
        if aim.by_row:
            leave = leave - (factor * aim.worth).astype(leave.dtype)
    return replace(problem, source=source, leave=leave, must=must)


def _face_of(stage: Problem, result: Assignment, before: _Face | None) -> tuple[_Face, NDArray[np.bool_]]:
    """Return the optimal face of a stage, and the rows that must be placed on it."""
    rounding = 0.0 if stage.exact else ROUNDING
    scale = np.abs(result.row_prices) + np.abs(stage.leave)
    forced = stage.must | (result.row_prices - stage.leave > rounding * scale)
    full = result.column_prices > rounding * float(scale.max(initial=0))
    if before is not None:
        full |= before.full
    return _Face(stage.source, result.row_prices, result.column_prices, full, rounding), forced


def _report(problem: Problem, aims: tuple[Aim, ...], stage: Problem, result: Assignment, last: bool) -> Assignment:
    totals = tuple(aim.of(result.columns) for aim in aims)
    total = sum_of(_values(problem, result.columns))
    bound = total + (result.bound - result.total) if last else float("inf")
    return replace(result, total=total, bound=bound, aims=totals)


def _values(problem: Problem, columns: NDArray[np.int64]) -> NDArray[Any]:
    """Return what each row adds to the points."""
    values = problem.leave.copy()
    placed = np.flatnonzero(columns >= 0)
    if isinstance(problem.source, ArrayPoints):
        values[placed] = problem.source.points[placed, columns[placed]]
        return values
    step = max(1, BLOCK_CELLS // max(problem.source.shape[1], 1))
    for first in range(0, len(placed), step):
        rows = placed[first : first + step]
        values[rows] = problem.source.block(rows)[0][np.arange(len(rows)), columns[rows]]
    return values
