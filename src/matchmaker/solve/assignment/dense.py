"""Kernel: the same shortest augmenting paths without lists, every step over whole rows.

Some matrices (products i*j are the classic) make nearly every search look at nearly every pair. Sorted lists then cost
more than they save. This kernel goes on from any state of the market and needs the points as one matrix.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from matchmaker.solve.assignment.market import (
    AFTER,
    BEST,
    CLOSED,
    DISTANCE,
    DONE,
    HEAD,
    IN_CLOSED,
    IN_SEEN,
    LAST_COLUMN,
    LAST_ROW,
    LEAVE,
    MUST,
    NEXT,
    PAUSED,
    PRICE,
    REACHED,
    SEATS,
    SEEN,
    STUCK,
    USED,
    VIA,
    WORK,
)
from matchmaker.solve.assignment.seating import raise_prices, swap
from matchmaker.solve.compiled import compiled

__all__ = ["enter_rows_dense"]


@compiled
def _relax(row: int, height: Any, line: Any, prices: Any, open_columns: Any, distance: Any, via: Any) -> None:
    """Shorten the distances of open columns by way of `row`; forbidden pairs stand below `distance` of nothing."""
    for j in open_columns:
        d = height - line[j] + prices[j]
        if d < distance[j]:
            distance[j] = d
            via[j] = row


@compiled
def _nearest(a: Any, open_columns: Any, distance: Any) -> int:
    """Return the place of the nearest open column, one with an open seat if there is a choice."""
    best = 0
    for k in range(1, open_columns.size):
        d, least = distance[open_columns[k]], distance[open_columns[best]]
        if d < least or (d == least and a.columns[open_columns[k], USED] < a.columns[open_columns[k], SEATS]):
            best = k
    return best


@compiled
def _climb(a: Any, row: int, now: Any) -> None:
    """Take a row into the tree and see whether the path may end by leaving it out."""
    a.paper[SEEN, a.tally[IN_SEEN]] = row
    a.tally[IN_SEEN] += 1
    a.row_values[row, REACHED] = now
    d = now + a.row_values[row, PRICE] - a.row_values[row, LEAVE]
    if a.rows[row, MUST] == 0 and d < a.marks[BEST]:
        a.tally[LAST_ROW] = row
        a.marks[BEST] = d


@compiled
def _search(a: Any, root: int, points: Any, prices: Any, paper: Any, far: Any) -> None:
    """Find the shortest path from `root`; `paper` holds the columns with seats, distances and predecessors."""
    columns, distance, via = paper
    distance[:] = far
    open_columns = columns.copy()
    a.tally[IN_SEEN], a.tally[IN_CLOSED] = 0, 0
    a.marks[BEST] = far
    now = a.row_values[root, PRICE] - a.row_values[root, PRICE]
    _climb(a, root, now)
    _relax(root, a.row_values[root, PRICE], points[root], prices, open_columns, distance, via)
    a.tally[WORK] += open_columns.size
    while open_columns.size > 0:
        k = _nearest(a, open_columns, distance)
        j = open_columns[k]
        now = distance[j]
        if now >= far / 2 or now >= a.marks[BEST]:
            return
        a.columns[j, VIA] = via[j]
        a.column_values[j, DISTANCE] = now
        if a.columns[j, USED] < a.columns[j, SEATS]:
            a.tally[LAST_ROW], a.tally[LAST_COLUMN] = -1, j
            a.marks[BEST] = now
            return
        open_columns[k] = open_columns[-1]
        open_columns = open_columns[:-1]
        a.paper[CLOSED, a.tally[IN_CLOSED]] = j
        a.tally[IN_CLOSED] += 1
        row = a.columns[j, HEAD]
        while row >= 0:
            _climb(a, row, now)
            _relax(row, now + a.row_values[row, PRICE], points[row], prices, open_columns, distance, via)
            a.tally[WORK] += open_columns.size
            row = a.rows[row, AFTER]


@compiled
def _first_price(a: Any, row: int, line: Any, prices: Any, columns: Any, far: Any) -> None:
    """Give a row that enters the smallest price at which no slack is negative."""
    known = a.rows[row, MUST] == 0
    top = a.row_values[row, LEAVE]
    for j in columns:
        value = line[j] - prices[j]
        if line[j] > -far / 2 and (not known or value > top):
            top = value
            known = True
    a.row_values[row, PRICE] = top


@compiled
def enter_rows_dense(a: Any, queue: Any, points: Any, far: Any, budget: int) -> int:
    """Enter the rows of `queue` from ``tally[NEXT]`` on, looking at whole rows.

    Parameters
    ----------
    a : Market
    queue : int64 [q]
        Rows that wait.
    points : int64 or float64 [n, m]
        Forbidden pairs: minus `far`.
    far : number
        Larger than any distance can become, with room to add.
    budget : int
        Pairs to look at before control goes back to the caller.

    Returns
    -------
    int
        DONE, PAUSED or STUCK, as for `enter_rows`.
    """
    m = points.shape[1]
    columns = np.flatnonzero(a.columns[:m, SEATS] > 0)
    prices = a.column_values[:m, PRICE].copy()
    paper = (columns, np.empty(m, points.dtype), np.empty(m, np.int64))
    a.tally[WORK] = 0
    while a.tally[NEXT] < queue.size:
        if a.tally[WORK] > budget:
            return PAUSED
        root = queue[a.tally[NEXT]]
        a.tally[NEXT] += 1
        _first_price(a, root, points[root], prices, columns, far)
        _search(a, root, points, prices, paper, far)
        if a.marks[BEST] == far:
            return STUCK
        raise_prices(a)
        for k in range(a.tally[IN_CLOSED]):
            j = a.paper[CLOSED, k]
            prices[j] = a.column_values[j, PRICE]
        swap(a, root)
    return DONE
