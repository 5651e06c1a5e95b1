"""The reference method: scipy's dense solver, with prices recovered afterwards."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from matchmaker.solve.assignment.source import PointsSource

__all__ = ["column_prices", "full_matrix", "solve_dense"]


def full_matrix(source: PointsSource) -> NDArray[np.float64]:
    """Return all points as one float matrix, forbidden pairs minus infinity.

    Parameters
    ----------
    source : PointsSource

    Returns
    -------
    float64 [n, m]

    Examples
    --------
    >>> from matchmaker.solve.assignment.source import ArrayPoints
    >>> full_matrix(ArrayPoints(np.array([[1, 2]]), np.array([[True, False]])))
    array([[  1., -inf]])
    """
    points, allowed = source.block(slice(0, source.shape[0]))
    matrix = points.astype(np.float64)
    if allowed is not None:
        matrix[~allowed] = -np.inf
    return matrix


def solve_dense(matrix: NDArray[Any], *, seats: NDArray[np.int64], leave: Any, must: Any) -> NDArray[np.int64] | None:
    """Solve with a copy of a column for every seat and a private column for leaving each row out.

    Parameters
    ----------
    matrix : float64 [n, m]
        Forbidden pairs minus infinity.
    seats : int64 [m]
    leave : array [n]
    must : bool [n]

    Returns
    -------
    int64 [n] or None
        Column of every row, -1 left out; None: not every row that must be placed can be.

    Examples
    --------
    >>> points = np.array([[10.0, 7.0], [6.0, 4.0]])
    >>> solve_dense(points, seats=np.ones(2, int), leave=np.zeros(2), must=np.zeros(2, bool))
    array([0, 1])
    """
    n, m = matrix.shape
    copies = np.repeat(np.arange(m), np.minimum(seats, n))
    out = np.where(must, -np.inf, leave)[:, None] * np.ones(n)
    wide = np.hstack([matrix[:, copies], out])
    try:
        rows, taken = linear_sum_assignment(-wide)
    except ValueError:
        return None
    chosen = np.full(n, -1)
    seated = taken < len(copies)
    chosen[rows[seated]] = copies[taken[seated]]
    return chosen


def column_prices(matrix: NDArray[Any], *, chosen: NDArray[np.int64], leave: Any, must: Any) -> NDArray[np.float64]:
    """Return the smallest prices that prove an optimal assignment (longest paths, Bellman 1958, over columns).

    Parameters
    ----------
    matrix : float64 [n, m]
    chosen : int64 [n]
        An optimal assignment.
    leave : array [n]
    must : bool [n]

    Returns
    -------
    float64 [m]

    Examples
    --------
    >>> points = np.array([[10.0, 7.0], [6.0, 4.0]])
    >>> column_prices(points, chosen=np.array([0, 1]), leave=np.zeros(2), must=np.zeros(2, bool))
    array([2., 0.])
    """
    n, m = matrix.shape
    placed = np.flatnonzero(chosen >= 0)
    own = matrix[placed, chosen[placed]]
    prices = np.zeros(m)
    left = chosen < 0
    if left.any():
        prices = np.maximum(prices, (matrix[left] - np.asarray(leave)[left, None]).max(axis=0, initial=0.0))
    for _ in range(n + 1):
        asked = (matrix[placed] + (prices[chosen[placed]] - own)[:, None]).max(axis=0, initial=0.0)
        if not (asked > prices).any():
            break
        prices = np.maximum(prices, asked)
    return prices
