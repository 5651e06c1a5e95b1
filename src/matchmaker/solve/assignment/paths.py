"""Kernels: rows enter an assignment one at a time by exact shortest augmenting paths.

In "maximise" form: a row price ``u[i]``, a column price ``v[j] >= 0``. The *slack* of a pair is ``u[i] + v[j] -
points``, of leaving row i out ``u[i] - leave[i]``. No slack is ever negative and what is chosen has slack zero; a
column with an open seat has price zero. Because column prices are not negative, a candidate list in order of points can
be cut off: whatever is not listed has at least the slack ``u[i] - tail[i]``. The end of a list is an event of the
search like any column, at that distance; when it is the next one, the search pauses until the caller has made the list
longer.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from matchmaker.solve.assignment.heap import pop, push
from matchmaker.solve.assignment.market import (
    AFTER,
    BEGIN,
    BEST,
    CLOSED,
    COUNT,
    DISTANCE,
    DONE,
    ENDED,
    FAR,
    HEAD,
    HEAP,
    IN_CLOSED,
    IN_HEAP,
    IN_READY,
    IN_SEEN,
    IN_TOUCHED,
    LAST_COLUMN,
    LAST_ROW,
    LEAVE,
    MUST,
    N_PARKED,
    NEXT,
    NOW,
    PAUSED,
    PLACE,
    PRICE,
    REACHED,
    READY,
    RESUMED,
    SEATS,
    SEEN,
    STUCK,
    TAIL,
    TOUCHED,
    USED,
    VIA,
    WANTED,
    WHOLE,
    WORK,
)
from matchmaker.solve.assignment.seating import raise_prices, swap
from matchmaker.solve.compiled import compiled

__all__ = ["enter_rows"]

# How many more lists are made longer when one is.
TOGETHER = 4
# How many candidates are looked at one by one, and how many together after those.
FIRST_LOOK = 4
NEXT_LOOK = 32


@compiled
def _touch(a: Any, column: int) -> None:
    """Remember a column that this search gives a distance, so that the next one can start afresh."""
    a.paper[TOUCHED, a.tally[IN_TOUCHED]] = column
    a.tally[IN_TOUCHED] += 1


@compiled
def _reach(a: Any, row: int, j: int, d: Any, now: Any) -> None:
    """Note that full column `j` lies at distance `d` by way of `row`; at no distance it is looked at next."""
    a.column_values[j, DISTANCE] = d
    a.columns[j, VIA] = row
    if d > now or a.columns[j, PLACE] >= 0:
        push(a, j)
    else:
        a.paper[READY, a.tally[IN_READY]] = j
        a.tally[IN_READY] += 1


@compiled
def _none_nearer(a: Any, begin: int, end: int, height: Any, best: Any) -> bool:
    """Say whether none of these candidates shortens a distance: no branches, so that it takes a nanosecond each."""
    hit = np.uint8(0)
    for e in range(begin, end):
        j = np.uint64(a.listed[np.uint64(e)])
        d = height - a.points[np.uint64(e)] + a.column_values[j, PRICE]
        hit |= np.uint8(d < a.column_values[j, DISTANCE]) & np.uint8(d < best)
    return bool(hit == 0)


@compiled
def _look_at(a: Any, row: int, j: int, d: Any, now: Any) -> bool:
    """Note the distance `d` of column `j` by way of `row`; say whether the search can end there at once."""
    if d >= a.column_values[j, DISTANCE] or d >= a.marks[BEST] or a.columns[j, SEATS] == 0:
        return False
    if a.column_values[j, DISTANCE] == a.marks[FAR]:
        _touch(a, j)
    if a.columns[j, USED] == a.columns[j, SEATS]:
        _reach(a, row, j, d, now)
        return False
    a.columns[j, VIA] = row
    a.column_values[j, DISTANCE] = d
    a.marks[BEST] = d
    a.tally[LAST_ROW] = -1
    a.tally[LAST_COLUMN] = j
    return bool(d <= now)


@compiled
def _look(a: Any, row: int, now: Any) -> None:
    """Look at the candidates of `row`, which the tree reaches at distance `now`."""
    height = now + a.row_values[row, PRICE]
    if a.rows[row, MUST] == 0 and height - a.row_values[row, LEAVE] < a.marks[BEST]:
        a.marks[BEST] = height - a.row_values[row, LEAVE]
        a.tally[LAST_ROW] = row
    begin = a.rows[row, BEGIN]
    end = begin + a.rows[row, COUNT]
    e = begin
    step = FIRST_LOOK
    while e < end and height - a.points[e] < a.marks[BEST]:
        stop = min(e + step, end)
        if step == FIRST_LOOK or not _none_nearer(a, e, stop, height, a.marks[BEST]):
            for k in range(e, stop):
                j = a.listed[k]
                d = max(height - a.points[k] + a.column_values[j, PRICE], now)
                if _look_at(a, row, j, d, now):
                    a.tally[WORK] += stop - begin
                    return
        e = stop
        step = NEXT_LOOK
    a.tally[WORK] += e - begin + FIRST_LOOK
    if e >= end and a.rows[row, WHOLE] == 0:
        _reach_end(a, row, max(height - a.row_values[row, TAIL], now))


@compiled
def _reach_end(a: Any, row: int, d: Any) -> None:
    """Note that unlisted columns of `row` may lie at distance `d`."""
    end = a.columns.shape[0] - a.rows.shape[0] + row
    if a.columns[end, PLACE] < 0 and d < a.marks[BEST]:
        if a.column_values[end, DISTANCE] == a.marks[FAR]:
            _touch(a, end)
        a.column_values[end, DISTANCE] = d
        push(a, end)


@compiled
def _next_column(a: Any) -> int:
    """Return the nearest column not yet looked behind, or -1 when none is nearer than the end of the path."""
    if a.tally[IN_READY] > 0:
        a.tally[IN_READY] -= 1
        return int(a.paper[READY, a.tally[IN_READY]])
    if a.tally[IN_HEAP] == 0:
        return -1
    if a.column_values[a.paper[HEAP, 0], DISTANCE] >= a.marks[BEST]:
        return -1
    return pop(a)


@compiled
def _first_price(a: Any, row: int) -> None:
    """Give a row that enters the smallest price at which surely no slack is negative."""
    top = a.row_values[row, LEAVE]
    if a.rows[row, COUNT] > 0:
        first = a.points[a.rows[row, BEGIN]]
        if a.rows[row, MUST] == 1 or first > top:
            top = first
    elif a.rows[row, WHOLE] == 0 and (a.rows[row, MUST] == 1 or a.row_values[row, TAIL] > top):
        top = a.row_values[row, TAIL]
    a.row_values[row, PRICE] = top


@compiled
def _begin(a: Any, root: int) -> None:
    """Begin a search with a tree that holds only `root`."""
    for k in range(a.tally[IN_TOUCHED]):
        column = a.paper[TOUCHED, k]
        a.column_values[column, DISTANCE] = a.marks[FAR]
        a.columns[column, PLACE] = -1
    for k in range(IN_HEAP, IN_TOUCHED + 1):
        a.tally[k] = 0
    a.marks[BEST] = a.marks[FAR]
    a.marks[NOW] = 0
    _first_price(a, root)
    _climb(a, root, a.marks[NOW])


@compiled
def _climb(a: Any, row: int, now: Any) -> None:
    """Take a row into the tree and look at its candidates."""
    a.paper[SEEN, a.tally[IN_SEEN]] = row
    a.tally[IN_SEEN] += 1
    a.row_values[row, REACHED] = now
    _look(a, row, now)


@compiled
def _is_too_short(a: Any, row: int, now: Any) -> bool:
    """Say whether the end of a row's list is really the next event; if it lies further by now, note where."""
    if a.rows[row, WHOLE] == 1:
        return False
    d = a.row_values[row, REACHED] + a.row_values[row, PRICE] - a.row_values[row, TAIL]
    if d <= now:
        return True
    _reach_end(a, row, d)
    return False


@compiled
def _grow(a: Any) -> int:
    """Grow the tree until its nearest end is known (-1), or until a row's list ends too soon (that row)."""
    m = a.columns.shape[0] - a.rows.shape[0]
    while a.marks[BEST] > a.marks[NOW]:
        j = _next_column(a)
        if j < 0:
            break
        now = a.column_values[j, DISTANCE]
        a.marks[NOW] = now
        if j >= m:
            if _is_too_short(a, j - m, now):
                return int(j - m)
            continue
        a.paper[CLOSED, a.tally[IN_CLOSED]] = j
        a.tally[IN_CLOSED] += 1
        row = a.columns[j, HEAD]
        while row >= 0:
            _climb(a, row, now)
            if a.marks[BEST] <= now:
                break
            row = a.rows[row, AFTER]
    return -1


@compiled
def _ask_longer(a: Any, short: int) -> None:
    """Mark `short`, and some rows whose lists end next in this search, to be made longer together."""
    m = a.columns.shape[0] - a.rows.shape[0]
    a.rows[short, WANTED] = 1
    more = TOGETHER
    k = 0
    while k < a.tally[IN_HEAP] and more > 0:
        j = a.paper[HEAP, k]
        if j >= m and a.rows[j - m, WHOLE] == 0:
            a.rows[j - m, WANTED] = 1
            more -= 1
        k += 1
    a.tally[RESUMED] = 1


@compiled
def _look_again(a: Any) -> None:
    """Go on with a search whose wanted lists are longer now."""
    for k in range(a.tally[IN_SEEN]):
        row = a.paper[SEEN, k]
        if a.rows[row, WANTED] == 1:
            a.rows[row, WANTED] = 0
            _look(a, row, a.row_values[row, REACHED])
    a.tally[RESUMED] = 0


@compiled
def enter_rows(a: Any, queue: Any, parked: Any, budget: int) -> int:
    """Enter the rows of `queue` from ``tally[NEXT]`` on, each by its shortest augmenting path.

    Parameters
    ----------
    a : Market
    queue : int64 [q]
        Rows that wait.
    parked : int64 [q] or [0]
        With room: a search that needs longer lists is dropped, its row put here (``tally[N_PARKED]`` of them), and the
        next row enters. Without: such a search pauses.
    budget : int
        Candidates to look at before control goes back to the caller.

    Returns
    -------
    int
        DONE; PAUSED (call again); ENDED (make the lists of the rows marked WANTED longer and call again); or STUCK: the
        last row of the queue looked at cannot be placed, and the rows and columns of its tree (``paper[SEEN]``,
        ``paper[CLOSED]``) compete for too few seats.
    """
    a.tally[WORK] = 0
    while a.tally[NEXT] < queue.size or a.tally[RESUMED] == 1:
        if a.tally[WORK] > budget:
            return PAUSED
        if a.tally[RESUMED] == 1:
            root = queue[a.tally[NEXT] - 1]
            _look_again(a)
        else:
            root = queue[a.tally[NEXT]]
            a.tally[NEXT] += 1
            _begin(a, root)
        short = _grow(a)
        if short >= 0:
            _ask_longer(a, short)
            if parked.size == 0:
                return ENDED
            a.tally[RESUMED] = 0
            parked[a.tally[N_PARKED]] = root
            a.tally[N_PARKED] += 1
            continue
        if a.marks[BEST] == a.marks[FAR]:
            return STUCK
        raise_prices(a)
        swap(a, root)
    return DONE
