"""What may be handed to `assign`: all faults at once, before anything is solved."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.solve.assignment.errors import BadPoints, InvalidProblem
from matchmaker.solve.assignment.lists import has_fraction, has_infinite
from matchmaker.solve.assignment.source import ArrayPoints, PointsSource, SparsePoints

__all__ = ["Problem", "check_finite", "is_whole", "read_problem"]

NAMED = 20
EXPONENT = {"float64": 0x7FF0000000000000, "float32": 0x7F800000}


@dataclass(frozen=True, eq=False)
class Problem:
    """Checked arguments.

    Attributes
    ----------
    source : PointsSource
    seats : int64 [m]
    leave : int64 or float64 [n]
        Points of leaving a row out.
    must : bool [n]
    row_ids, column_ids : tuple or None
    """

    source: PointsSource
    seats: NDArray[np.int64]
    leave: NDArray[Any]
    must: NDArray[np.bool_]
    row_ids: tuple[Hashable, ...] | None
    column_ids: tuple[Hashable, ...] | None

    @property
    def exact(self) -> bool:
        """Whether all arithmetic is on whole numbers."""
        return self.leave.dtype.kind == "i"


def read_problem(
    points: Any,
    *,
    seats: Any,
    allowed: Any,
    unplaced: Any,
    row_ids: Any,
    column_ids: Any,
    exact: bool | None = None,
) -> Problem:
    """Check the arguments of `assign` and bring them into one form.

    Parameters
    ----------
    points, seats, allowed, unplaced, row_ids, column_ids
        As in `assign`.
    exact : bool, optional
        Whether all points are known to be whole numbers (True) or not (False) and to be finite; None: look.

    Returns
    -------
    Problem

    Raises
    ------
    InvalidProblem
        With all faults.
    BadPoints
        When points of allowed pairs are not finite.

    Examples
    --------
    >>> problem = read_problem([[1.0, 2.0]], seats=1, allowed=None, unplaced=0, row_ids=None, column_ids=None)
    >>> problem.exact, problem.seats
    (True, array([1, 1]))
    """
    faults: list[str] = []
    source = _read_points(points, allowed, faults)
    n, m = source.shape
    whole_seats = _read_seats(seats, m, faults)
    price = _read_unplaced(unplaced, n, faults)
    ids = [_read_ids("row_ids", row_ids, n, faults), _read_ids("column_ids", column_ids, m, faults)]
    if faults:
        raise InvalidProblem(faults)
    must = np.isinf(price)
    price = np.where(must, 0.0, price)
    if exact is None:
        check_finite(source, ids[0], ids[1])
        exact = is_whole(source)
    exact = exact and bool((price == np.rint(price)).all())
    leave = -price.astype(np.int64) if exact else -price
    return Problem(source, whole_seats, leave, must, ids[0], ids[1])


def _read_points(points: Any, allowed: Any, faults: list[str]) -> PointsSource:
    if isinstance(points, PointsSource):
        if allowed is not None:
            faults.append("allowed must be None when points is a source: the source says what is allowed.")
        return points
    if hasattr(points, "tocsr"):
        return _read_sparse(points, allowed, faults)
    array = np.asarray(points)
    if array.dtype.kind == "O":
        array = array.astype(np.float64)
    if array.ndim == 1 and array.size == 0:
        array = array.reshape(0, 0)
    if array.ndim != 2 or array.dtype.kind not in "iubf":
        faults.append(f"points must be numbers in 2 dimensions. Got {array.dtype} in {array.ndim}.")
        return ArrayPoints(np.zeros((0, 0), np.int64))
    if allowed is None:
        return ArrayPoints(array)
    mask = np.asarray(allowed)
    if mask.shape != array.shape or mask.dtype != bool:
        faults.append(f"allowed must be bool of shape {array.shape}. Got {mask.dtype} of shape {mask.shape}.")
        return ArrayPoints(array)
    return ArrayPoints(array, mask)


def _read_sparse(points: Any, allowed: Any, faults: list[str]) -> PointsSource:
    if allowed is not None:
        faults.append("allowed must be None when points is sparse: pairs that are absent are forbidden.")
    matrix = points.tocsr()
    if not matrix.has_canonical_format:
        matrix = matrix.copy()
        matrix.sum_duplicates()
    data = matrix.data
    if data.dtype.kind not in "iubf":
        faults.append(f"points must be numbers. Got {data.dtype}.")
        data = np.zeros(len(data), np.int64)
    return SparsePoints(matrix.indptr, matrix.indices, data, matrix.shape[1])


def _read_seats(seats: Any, m: int, faults: list[str]) -> NDArray[np.int64]:
    array = np.asarray(seats)
    one = np.ones(m, np.int64)
    if array.ndim > 1 or (array.ndim == 1 and len(array) != m):
        faults.append(f"seats must be one whole number or {m} of them. Got shape {array.shape}.")
        return one
    if array.dtype.kind not in "iub" and not (array.dtype.kind == "f" and (array == np.rint(array)).all()):
        faults.append(f"seats must be whole numbers. Got {array.dtype}.")
        return one
    negative = np.flatnonzero(np.atleast_1d(array) < 0)
    if len(negative):
        came = np.atleast_1d(array)[negative[0]]
        faults.append(f"seats must be at least 0. Got {came} for column {negative[0]} ({len(negative)} such).")
    return np.broadcast_to(array.astype(np.int64), (m,)).copy()


def _read_unplaced(unplaced: Any, n: int, faults: list[str]) -> NDArray[np.float64]:
    """Return the price of leaving each row out; infinite: not possible."""
    if unplaced is None:
        return np.full(n, np.inf)
    array = np.asarray(unplaced, np.float64)
    if array.ndim > 1 or (array.ndim == 1 and len(array) != n):
        faults.append(f"unplaced must be None, one number or {n} of them. Got shape {array.shape}.")
        return np.zeros(n)
    if np.isnan(array).any() or (array == -np.inf).any():
        faults.append("unplaced must be a price, or infinite for a row that must be placed. Got nan or minus infinity.")
    return np.broadcast_to(array, (n,)).copy()


def _read_ids(name: str, ids: Any, length: int, faults: list[str]) -> tuple[Hashable, ...] | None:
    if ids is None:
        return None
    given = tuple(ids.tolist()) if isinstance(ids, np.ndarray) else tuple(ids)
    if len(given) != length:
        faults.append(f"{name} must have {length} entries. Got {len(given)}.")
    elif len(set(given)) != length:
        twice = next(one for k, one in enumerate(given) if one in given[:k])
        faults.append(f"{name} must be different from each other. Got {twice!r} twice.")
    return given


def _name(ids: Sequence[Hashable] | None, position: int) -> Hashable:
    return int(position) if ids is None else ids[position]


def _floats(source: PointsSource) -> NDArray[Any] | None:
    """Return the floats that are in memory, in two dimensions, or None."""
    if not isinstance(source, ArrayPoints | SparsePoints) or source.points.dtype.kind != "f" or not source.points.size:
        return None
    points = source.points if source.points.dtype.name in EXPONENT else source.points.astype(np.float64)
    if points.ndim == 1:
        return points.reshape(1, -1)
    return points if points.flags.c_contiguous else np.ascontiguousarray(points)


def check_finite(source: PointsSource, row_ids: Any, column_ids: Any) -> None:
    """Refuse points that are not finite where a pair is allowed.

    Parameters
    ----------
    source : PointsSource
    row_ids, column_ids : tuple or None

    Raises
    ------
    BadPoints
    """
    points = _floats(source)
    if points is None or not has_infinite(points.view(f"i{points.itemsize}"), EXPONENT[points.dtype.name]):
        return
    if isinstance(source, SparsePoints):
        entries = np.flatnonzero(~np.isfinite(source.points))
        rows = np.searchsorted(source.begin, entries, side="right") - 1
        bad = [(int(i), int(source.columns[e]), float(source.points[e])) for i, e in zip(rows, entries, strict=True)]
    else:
        wrong = ~np.isfinite(points)
        if isinstance(source, ArrayPoints) and source.allowed is not None:
            wrong &= source.allowed
        bad = [(int(i), int(j), float(points[i, j])) for i, j in np.argwhere(wrong)]
    if bad:
        raise BadPoints([(_name(row_ids, i), _name(column_ids, j), value) for i, j, value in bad])


def is_whole(source: PointsSource) -> bool:
    """Say whether all points of a source are whole numbers (floats in memory may be; then nothing is lost).

    Parameters
    ----------
    source : PointsSource

    Returns
    -------
    bool

    Examples
    --------
    >>> is_whole(ArrayPoints(np.array([[1.0, 2.0]]))), is_whole(ArrayPoints(np.array([[1.5]])))
    (True, False)
    """
    if source.dtype.kind in "iub":
        return True
    points = _floats(source)
    return isinstance(source, ArrayPoints | SparsePoints) and (points is None or not has_fraction(points))
