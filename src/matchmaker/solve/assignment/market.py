"""The tables of one assignment under way, and what stands where in them.

All state lies in four tables (rows and columns, whole numbers and values), one row of a table per row or column of the
problem, so that a step touches one or two cache lines instead of ten. Column ``m + i`` stands for the end of the list
of row i.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Market", "far_away", "new_market"]

# What `chosen` says besides a column.
OUT = -1
WAITING = -2

# How `enter_rows` ended.
DONE = 0
PAUSED = 1
STUCK = 2
ENDED = 3

# rows: whole numbers
BEGIN, COUNT, WHOLE, MUST, CHOSEN, AFTER, BEFORE, WANTED = range(8)
# row_values
PRICE, LEAVE, TAIL, REACHED = range(4)
# columns: whole numbers (the price of a column is at PRICE too)
SEATS, USED, HEAD, STAMP, VIA, PLACE = range(6)
# column_values
DISTANCE = 1
# paper
HEAP, READY, CLOSED, SEEN, TOUCHED = range(5)
# tally
TURN, IN_HEAP, IN_READY, IN_CLOSED, IN_SEEN, LAST_COLUMN, LAST_ROW, IN_TOUCHED, WORK, NEXT, RESUMED, N_PARKED = range(
    12
)
# marks
BEST, NOW, FAR = range(3)


class Market(NamedTuple):
    """The arrays of one assignment under way; see the module for what stands where.

    Attributes
    ----------
    rows : int64 [n, 8]
    row_values : int64 or float64 [n, 4]
    columns : int64 [m + n, 8]
    column_values : int64 or float64 [m + n, 2]
    listed : int32 [entries]
        Columns of the candidate lists; row i has ``listed[begin:begin + count]``, points descending.
    points : int64 or float64 [entries]
    paper : int64 [5, m + n]
        Scratch of one search.
    tally : int64 [16]
    marks : int64 or float64 [3]
    """

    rows: NDArray[np.int64]
    row_values: NDArray[Any]
    columns: NDArray[np.int64]
    column_values: NDArray[Any]
    listed: NDArray[np.int32]
    points: NDArray[Any]
    paper: NDArray[np.int64]
    tally: NDArray[np.int64]
    marks: NDArray[Any]


def new_market(seats: NDArray[np.int64], *, leave: NDArray[Any], must: NDArray[np.bool_]) -> Market:
    """Return a market with empty lists in which every row still waits.

    Parameters
    ----------
    seats : int64 [m]
    leave : int64 or float64 [n]
        Points of leaving a row out; its dtype is the dtype of all values.
    must : bool [n]
        Rows that may not be left out.

    Returns
    -------
    Market

    Examples
    --------
    >>> market = new_market(np.array([1, 2]), leave=np.zeros(3, np.int64), must=np.zeros(3, bool))
    >>> market.rows[:, CHOSEN]
    array([-2, -2, -2])
    """
    n, m, kind = len(leave), len(seats), leave.dtype
    rows = np.zeros((n, 8), np.int64)
    rows[:, MUST] = must
    rows[:, CHOSEN] = WAITING
    rows[:, [AFTER, BEFORE]] = -1
    columns = np.zeros((m + n, 8), np.int64)
    columns[:m, SEATS] = np.minimum(seats, max(n, 1))
    columns[:, [HEAD, PLACE]] = -1
    row_values = np.zeros((n, 4), kind)
    row_values[:, LEAVE] = leave
    far = far_away(kind)
    column_values = np.zeros((m + n, 2), kind)
    column_values[:, DISTANCE] = far
    return Market(
        rows, row_values, columns, column_values, np.zeros(0, np.int32), np.zeros(0, kind),
        np.zeros((5, m + n), np.int64), np.zeros(16, np.int64), np.array([0, 0, far], kind),
    )  # fmt: skip


def far_away(kind: np.dtype[Any]) -> Any:
    """Return a number larger than any distance, with room to add.

    Parameters
    ----------
    kind : numpy.dtype
        int64 or float64.

    Returns
    -------
    int or float

    Examples
    --------
    >>> far_away(np.dtype(np.int64)) == 2**61
    True
    """
    return 2**61 if kind.kind == "i" else 1e300
