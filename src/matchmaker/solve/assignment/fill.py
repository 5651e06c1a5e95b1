"""Kernels: after rows left, open seats whose column still has a price are filled by paths that start at the column.

The mirror image of a row that enters: distances are slacks, a row moves towards the open seat, its own seat comes free,
and so on, until a seat may stay open (its column's price falls to zero) or a row from outside comes in. Prices of
columns on the way fall, those of rows rise. A pair beyond the end of a list has at least the column's own price as
slack, so it never is on such a path: lists need not become longer.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from matchmaker.solve.assignment.heap import pop, push
from matchmaker.solve.assignment.market import (
    AFTER,
    BEGIN,
    CHOSEN,
    CLOSED,
    COUNT,
    DISTANCE,
    FAR,
    HEAD,
    IN_CLOSED,
    IN_HEAP,
    OUT,
    PLACE,
    PRICE,
    READY,
    SEATS,
    STAMP,
    TURN,
    USED,
    VIA,
    WAITING,
)
from matchmaker.solve.assignment.seating import leave_column, seat
from matchmaker.solve.compiled import compiled

__all__ = ["fill_open_seats", "rows_of_columns"]


@compiled
def rows_of_columns(a: Any, m: int, highest: Any) -> tuple[Any, Any, Any]:
    """Turn the candidate lists round: which rows list each column, and with what points.

    Row prices only rise while seats are filled, so a candidate whose points lie `highest` or more below its row's price
    can never be on a path as short as the price of an open seat, and is left out.

    Parameters
    ----------
    a : Market
    m : int
    highest : number
        Highest price among the columns whose seats are to be filled.

    Returns
    -------
    begin : int64 [m + 1]
    rows : int32 [entries]
    points : array [entries]
    """
    begin = np.zeros(m + 2, np.int64)
    for i in range(a.rows.shape[0]):
        for e in range(a.rows[i, BEGIN], a.rows[i, BEGIN] + a.rows[i, COUNT]):
            if a.row_values[i, PRICE] - a.points[e] >= highest:
                break
            begin[a.listed[e] + 2] += 1
    for j in range(2, m + 2):
        begin[j] += begin[j - 1]
    rows = np.empty(begin[m + 1], np.int32)
    points = np.empty(begin[m + 1], a.points.dtype)
    for i in range(a.rows.shape[0]):
        for e in range(a.rows[i, BEGIN], a.rows[i, BEGIN] + a.rows[i, COUNT]):
            if a.row_values[i, PRICE] - a.points[e] >= highest:
                break
            at = begin[a.listed[e] + 1]
            begin[a.listed[e] + 1] += 1
            rows[at] = i
            points[at] = a.points[e]
    return begin[: m + 1], rows, points


@compiled
def _reach(a: Any, j: int, row: int, towards: int, d: Any) -> None:
    """Note that a seat of column `j` comes free at distance `d` when `row` moves on to column `towards`."""
    turn = a.tally[TURN]
    if a.columns[j, STAMP] == turn and d >= a.column_values[j, DISTANCE]:
        return
    if a.columns[j, STAMP] != turn:
        a.columns[j, STAMP] = turn
        a.columns[j, PLACE] = -1
    a.column_values[j, DISTANCE] = d
    a.columns[j, VIA] = row
    a.paper[READY, j] = towards
    push(a, j)


@compiled
def _search(a: Any, start: int, begin: Any, rows: Any, points: Any) -> tuple[Any, int, int]:
    """Find the shortest path from the open seat of `start`: its length, its last column, the row from outside."""
    a.tally[TURN] += 1
    a.tally[IN_HEAP] = 0
    a.tally[IN_CLOSED] = 0
    best = a.column_values[start, PRICE]
    last, comes = start, -1
    _reach(a, start, -1, -1, best - best)
    while a.tally[IN_HEAP] > 0 and a.column_values[a.paper[0, 0], DISTANCE] < best:
        j = pop(a)
        d = a.column_values[j, DISTANCE]
        a.paper[CLOSED, a.tally[IN_CLOSED]] = j
        a.tally[IN_CLOSED] += 1
        if d + a.column_values[j, PRICE] < best:
            best, last, comes = d + a.column_values[j, PRICE], j, -1
        for e in range(begin[j], begin[j + 1]):
            row = rows[e]
            here = a.rows[row, CHOSEN]
            s = max(d, d + a.row_values[row, PRICE] + a.column_values[j, PRICE] - points[e])
            if here in (j, WAITING) or s >= best:
                continue
            if here == OUT:
                best, last, comes = s, j, row
            else:
                _reach(a, here, row, j, s)
    return best, last, comes


@compiled
def _shift(a: Any, best: Any, last: int, comes: int, start: int) -> None:
    """Let prices follow the path and move its rows."""
    for k in range(a.tally[IN_CLOSED]):
        j = a.paper[CLOSED, k]
        fall = best - a.column_values[j, DISTANCE]
        if fall > 0:
            a.column_values[j, PRICE] -= fall
            row = a.columns[j, HEAD]
            while row >= 0:
                a.row_values[row, PRICE] += fall
                row = a.rows[row, AFTER]
    j = last
    a.columns[start, USED] += 1
    if comes >= 0:
        seat(a, comes, j)
    else:
        a.columns[j, USED] -= 1
        a.column_values[j, PRICE] = best - best
    while j != start:
        row = a.columns[j, VIA]
        towards = a.paper[READY, j]
        leave_column(a, row)
        seat(a, row, towards)
        j = towards


@compiled
def fill_open_seats(a: Any, opened: Any, begin: Any, rows: Any, points: Any) -> int:
    """Fill open seats of these columns until none has a price.

    Parameters
    ----------
    a : Market
    opened : int64 [k]
    begin, rows, points : arrays
        As from `rows_of_columns`.

    Returns
    -------
    int
        Number of searches.
    """
    count = 0
    for start in opened:
        while a.columns[start, USED] < a.columns[start, SEATS] and a.column_values[start, PRICE] > 0:
            best, last, comes = _search(a, start, begin, rows, points)
            _shift(a, best, last, comes, start)
            count += 1
    a.column_values[:, DISTANCE] = a.marks[FAR]
    a.columns[:, PLACE] = -1
    return count
