"""Kernels and checks of the proof: prices under which no pair, listed or not, could improve the assignment."""

from __future__ import annotations

from typing import Any

import numpy as np

from matchmaker.solve.assignment.market import (
    BEGIN,
    CHOSEN,
    COUNT,
    LEAVE,
    MUST,
    OUT,
    PRICE,
    SEATS,
    TAIL,
    USED,
    WAITING,
    WHOLE,
)
from matchmaker.solve.assignment.seating import seat
from matchmaker.solve.assignment.source import PointsSource
from matchmaker.solve.compiled import compiled

__all__ = ["largest_violation", "points_of", "settle_prices", "take_open_seats", "take_over"]

BLOCK_CELLS = 2_000_000


@compiled
def settle_prices(a: Any) -> None:
    """Set every row price to the smallest that covers all its pairs and, where allowed, leaving it out.

    What is not listed is covered by the end of the list, since column prices are not negative. In exact arithmetic this
    changes nothing for rows that entered; in floating arithmetic it repairs the last digit.

    Parameters
    ----------
    a : Market
    """
    for row in range(a.rows.shape[0]):
        top = a.row_values[row, LEAVE]
        known = a.rows[row, MUST] == 0
        for e in range(a.rows[row, BEGIN], a.rows[row, BEGIN] + a.rows[row, COUNT]):
            if known and a.points[e] <= top:
                break
            value = a.points[e] - a.column_values[a.listed[e], PRICE]
            if a.columns[a.listed[e], SEATS] == 0:
                continue
            if not known or value > top:
                top = value
                known = True
        if a.rows[row, WHOLE] == 0 and (not known or a.row_values[row, TAIL] > top):
            top = a.row_values[row, TAIL]
        a.row_values[row, PRICE] = top


@compiled
def take_open_seats(a: Any) -> None:
    """Give each row that still waits its best candidate with an open seat, or leave it out.

    Parameters
    ----------
    a : Market
    """
    for row in range(a.rows.shape[0]):
        if a.rows[row, CHOSEN] != WAITING:
            continue
        a.rows[row, CHOSEN] = OUT
        for e in range(a.rows[row, BEGIN], a.rows[row, BEGIN] + a.rows[row, COUNT]):
            j = a.listed[e]
            if a.columns[j, USED] < a.columns[j, SEATS]:
                a.columns[j, USED] += 1
                seat(a, row, j)
                break


@compiled
def _worst(block: Any, allowed: Any, row_prices: Any, column_prices: Any) -> float:
    worst = 0.0
    for r in range(block.shape[0]):
        for j in range(block.shape[1]):
            over = block[r, j] - row_prices[r] - column_prices[j]
            if over > worst and (allowed.shape[0] == 0 or allowed[r, j]):
                worst = over
    return worst


def largest_violation(source: PointsSource, *, row_prices: Any, column_prices: Any, seats: Any = None) -> float:
    """Price all pairs, block by block, and return by how much the worst exceeds its prices (0.0: proof complete).

    This looks at every pair anew and so does not rely on the candidate lists.

    Parameters
    ----------
    source : PointsSource
    row_prices, column_prices : arrays [n], [m]
    seats : int array [m], optional
        Columns without seats are not priced.

    Returns
    -------
    float

    Examples
    --------
    >>> from matchmaker.solve.assignment.source import ArrayPoints
    >>> prices = {"row_prices": np.array([7, 4]), "column_prices": np.array([3, 0])}
    >>> largest_violation(ArrayPoints(np.array([[10, 7], [6, 4]])), **prices)
    0.0
    """
    n, m = source.shape
    step = max(1, BLOCK_CELLS // max(m, 1))
    wide = np.int64 if source.dtype.kind in "iub" else np.float64
    priced = np.ones(m, bool) if seats is None else np.asarray(seats) > 0
    worst = 0.0
    for first in range(0, n, step):
        points, allowed = source.block(slice(first, min(first + step, n)))
        if not priced.all():
            allowed = np.broadcast_to(priced, points.shape) if allowed is None else allowed & priced
        mask = np.zeros((0, 0), bool) if allowed is None else np.ascontiguousarray(allowed)
        block = np.ascontiguousarray(points, points.dtype if points.dtype in (np.int32, np.float32) else wide)
        worst = max(worst, _worst(block, mask, row_prices[first : first + step], column_prices))
    return float(worst)


@compiled
def points_of(a: Any, values: Any) -> Any:
    """Write the points of the column of each placed row; return the rows whose column is not in their list.

    Parameters
    ----------
    a : Market
    values : array [n]
        Written.

    Returns
    -------
    int64 [k]
    """
    lost = np.zeros(a.rows.shape[0], np.bool_)
    for row in range(a.rows.shape[0]):
        lost[row] = a.rows[row, CHOSEN] >= 0
        for e in range(a.rows[row, BEGIN], a.rows[row, BEGIN] + a.rows[row, COUNT]):
            if a.listed[e] == a.rows[row, CHOSEN]:
                values[row] = a.points[e]
                lost[row] = False
                break
    return np.flatnonzero(lost)


@compiled
def take_over(a: Any, chosen: Any, prices: Any) -> None:
    """Put a finished assignment and its column prices into the market.

    Parameters
    ----------
    a : Market
    chosen : int64 [n]
    prices : array [m]
    """
    for j in range(prices.size):
        a.column_values[j, PRICE] = prices[j]
    for row in range(chosen.size):
        a.rows[row, CHOSEN] = chosen[row]
        if chosen[row] >= 0:
            a.columns[chosen[row], USED] += 1
            seat(a, row, chosen[row])
