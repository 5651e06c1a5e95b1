"""Kernels: what happens when a shortest path is found: prices follow, rows move on by one seat."""

from __future__ import annotations

from typing import Any

from matchmaker.solve.assignment.market import (
    AFTER,
    BEFORE,
    BEST,
    CHOSEN,
    CLOSED,
    DISTANCE,
    HEAD,
    IN_CLOSED,
    IN_SEEN,
    LAST_COLUMN,
    LAST_ROW,
    OUT,
    PRICE,
    REACHED,
    SEEN,
    USED,
    VIA,
)
from matchmaker.solve.compiled import compiled

__all__ = ["leave_column", "raise_prices", "seat", "swap"]


@compiled
def raise_prices(a: Any) -> None:
    """Make every slack on the shortest path zero without making any negative.

    Parameters
    ----------
    a : Market
    """
    best = a.marks[BEST]
    for k in range(a.tally[IN_SEEN]):
        row = a.paper[SEEN, k]
        a.row_values[row, PRICE] -= best - a.row_values[row, REACHED]
    for k in range(a.tally[IN_CLOSED]):
        j = a.paper[CLOSED, k]
        a.column_values[j, PRICE] += best - a.column_values[j, DISTANCE]


@compiled
def leave_column(a: Any, row: int) -> None:
    """Take `row` out of its column's list of rows; the seat count stays as it is.

    Parameters
    ----------
    a : Market
    row : int
    """
    j = a.rows[row, CHOSEN]
    earlier, later = a.rows[row, BEFORE], a.rows[row, AFTER]
    if earlier >= 0:
        a.rows[earlier, AFTER] = later
    else:
        a.columns[j, HEAD] = later
    if later >= 0:
        a.rows[later, BEFORE] = earlier


@compiled
def seat(a: Any, row: int, j: int) -> None:
    """Put `row` first in the list of rows of column `j`; the seat count stays as it is.

    Parameters
    ----------
    a : Market
    row, j : int
    """
    first = a.columns[j, HEAD]
    a.rows[row, CHOSEN] = j
    a.rows[row, BEFORE] = -1
    a.rows[row, AFTER] = first
    if first >= 0:
        a.rows[first, BEFORE] = row
    a.columns[j, HEAD] = row


@compiled
def swap(a: Any, root: int) -> None:
    """Move every row on the path found one step on, so that `root` gets its place.

    Parameters
    ----------
    a : Market
    root : int
    """
    row = a.tally[LAST_ROW]
    if a.tally[IN_SEEN] > 0 and row >= 0:
        j = a.rows[row, CHOSEN]
        if row != root:
            leave_column(a, row)
        a.rows[row, CHOSEN] = OUT
        if row == root:
            return
    else:
        j = a.tally[LAST_COLUMN]
        a.columns[j, USED] += 1
    row = -1
    while row != root:
        row = a.columns[j, VIA]
        old = a.rows[row, CHOSEN]
        if row != root:
            leave_column(a, row)
        seat(a, row, j)
        j = old
