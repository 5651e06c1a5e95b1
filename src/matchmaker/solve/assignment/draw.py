"""Kernels of the lottery: rows choose in turn, and each choice is kept only if everyone can still be served.

Whether a row can have another column is a search for a cycle of exchanges along pairs of slack zero. The *sink* stands
for everything outside: a row may go there if its price is that of leaving it out, and a seat may stay open if its
column has no price.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matchmaker.solve.assignment.market import (
    AFTER,
    CHOSEN,
    HEAD,
    OUT,
    PRICE,
    SEATS,
    STAMP,
    TURN,
    USED,
    VIA,
)
from matchmaker.solve.assignment.seating import leave_column, seat
from matchmaker.solve.compiled import compiled

__all__ = ["Draw", "let_choose"]

FROM_SINK = -3
NEVER = np.uint64(2**64 - 1)


@compiled
def _mix(x: Any, y: Any) -> Any:
    z = (x ^ (y * np.uint64(0x9E3779B97F4A7C15))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(29))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(32))


class Draw(NamedTuple):
    """The arrays of one lottery.

    Attributes
    ----------
    begin : int64 [n + 1]
    pairs : int32 [pairs]
        Columns of slack zero of row i: ``pairs[begin[i]:begin[i + 1]]``.
    row_cycle, column_cycle : int32 [n], [m + 1]
        Which exchanges are possible at all; the last column entry is that of the sink.
    can_leave, fixed : bool [n]
    row_tickets, column_tickets : uint64 [n], [m]
    left_out, unpriced : int64
        Rows that may stand outside, columns that may lose a row without a replacement.
    stack : int64 [m]
    note : int64 [2]
        What reached the sink (a row, or n + a column, or -1), and whether the search ended there.
    """

    begin: NDArray[np.int64]
    pairs: NDArray[np.int32]
    row_cycle: NDArray[np.int32]
    column_cycle: NDArray[np.int32]
    can_leave: NDArray[np.bool_]
    fixed: NDArray[np.bool_]
    row_tickets: NDArray[np.uint64]
    column_tickets: NDArray[np.uint64]
    left_out: NDArray[np.int64]
    unpriced: NDArray[np.int64]
    stack: NDArray[np.int64]
    note: NDArray[np.int64]


@compiled
def _spread(a: Any, t: Any, row: int, size: int) -> int:
    """Push the columns into which `row` could move and that were not seen yet for the present row."""
    turn = a.tally[TURN]
    for e in range(t.begin[row], t.begin[row + 1]):
        j = t.pairs[e]
        if a.columns[j, STAMP] != turn and t.column_cycle[j] == t.row_cycle[row]:
            a.columns[j, STAMP] = turn
            a.columns[j, VIA] = row
            t.stack[size] = j
            size += 1
    return size


@compiled
def _open_sink(a: Any, t: Any, size: int) -> int:
    """Go on from the sink: rows left out may come in, columns without a price may lose a row."""
    for row in t.left_out:
        if a.rows[row, CHOSEN] == OUT and not t.fixed[row]:
            size = _spread(a, t, row, size)
    for j in t.unpriced:
        if a.columns[j, STAMP] != a.tally[TURN] and a.columns[j, USED] > 0:
            a.columns[j, STAMP] = a.tally[TURN]
            a.columns[j, VIA] = FROM_SINK
            t.stack[size] = j
            size += 1
    return size


@compiled
def _leads_home(a: Any, t: Any, me: int, first: int) -> bool:
    """Say whether `me` could move to column `first` and all others shift so that everyone stays served."""
    goal = a.rows[me, CHOSEN]
    goal_may_empty = goal == OUT or a.column_values[goal, PRICE] <= 0
    a.columns[first, STAMP] = a.tally[TURN]
    a.columns[first, VIA] = me
    t.stack[0] = first
    size = 1
    while size > 0:
        size -= 1
        j = t.stack[size]
        if j == goal:
            return True
        to_sink = -1
        if a.columns[j, USED] < a.columns[j, SEATS]:
            to_sink = t.fixed.size + j
        row = a.columns[j, HEAD]
        while row >= 0:
            if not t.fixed[row]:
                if t.can_leave[row]:
                    to_sink = row
                size = _spread(a, t, row, size)
            row = a.rows[row, AFTER]
        if to_sink >= 0 and t.note[0] < 0:
            t.note[0] = to_sink
            if goal_may_empty:
                t.note[1] = 1
                return True
            size = _open_sink(a, t, size)
    return False


@compiled
def _exchange(a: Any, t: Any, me: int) -> None:
    """Carry out the exchange found: walk back from the place that `me` leaves, filling one hole after another."""
    hole = a.rows[me, CHOSEN]
    if hole != OUT:
        leave_column(a, me)
        if t.note[1] == 1:
            a.columns[hole, USED] -= 1
            hole = OUT
    row = -1
    while row != me:
        if hole == OUT:
            row = t.note[0]
            if row >= t.fixed.size:
                hole = row - t.fixed.size
                a.columns[hole, USED] += 1
            else:
                hole = a.rows[row, CHOSEN]
                leave_column(a, row)
                a.rows[row, CHOSEN] = OUT
            continue
        row = a.columns[hole, VIA]
        if row == FROM_SINK:
            a.columns[hole, USED] -= 1
            hole = OUT
            continue
        old = a.rows[row, CHOSEN]
        if row != me and old != OUT:
            leave_column(a, row)
        seat(a, row, hole)
        hole = old


@compiled
def let_choose(a: Any, t: Any, order: Any) -> int:
    """Let the rows choose in this order; return how many changed their place.

    Parameters
    ----------
    a : Market
        With an optimal assignment and its prices.
    t : Draw
    order : int64 [k]

    Returns
    -------
    int
    """
    changes = 0
    for me in order:
        options = t.pairs[t.begin[me] : t.begin[me + 1]]
        ranks = _mix(t.row_tickets[me], t.column_tickets[options])
        here = NEVER
        for k in range(options.size):
            if options[k] == a.rows[me, CHOSEN]:
                here = ranks[k]
        a.tally[TURN] += 1
        t.note[0] = -1
        t.note[1] = 0
        for _ in range(options.size):
            k = int(np.argmin(ranks))
            j = options[k]
            if ranks[k] >= here:
                break
            ranks[k] = NEVER
            if a.columns[j, STAMP] == a.tally[TURN] or t.column_cycle[j] != t.row_cycle[me]:
                continue
            if _leads_home(a, t, me, j):
                _exchange(a, t, me)
                changes += 1
                break
        t.fixed[me] = True
    return changes
