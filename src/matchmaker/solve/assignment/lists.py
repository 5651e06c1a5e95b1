"""Kernels: the k best columns of every row, best first, out of blocks of points.

One pass over a row keeps the candidates above a rising threshold in a buffer of twice the length; a full buffer is cut
to its best half. So a row costs about one comparison a column.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from matchmaker.solve.assignment.market import BEGIN, COUNT, LEAVE, MUST, SEATS, TAIL, WHOLE
from matchmaker.solve.compiled import compiled

__all__ = ["STRIDE", "copy_sparse", "has_fraction", "has_infinite", "keep_best", "select", "sort"]

SHORT = 24
FEW = 64
STRETCH = 64
SAMPLE = 512
BUFFER = 4096
NARROW = 4
WORTH_A_GUESS = 24
STRIDE = 2_654_435_761


@compiled
def _before(p: Any, j: int, q: Any, k: int) -> bool:
    """Say whether candidate (p, j) stands before (q, k) in a list: more points, else seen earlier."""
    return bool(p > q or (p == q and j < k))


@compiled
def keep_best(points: Any, turns: Any, size: int, k: int) -> None:
    """Reorder so that the first k candidates are the k best (quickselect, Hoare 1961).

    Parameters
    ----------
    points : array [size or more]
    turns : int array [size or more]
        When each was seen; breaks ties.
    size, k : int
    """
    low, high = 0, size - 1
    while low < high:
        middle = (low + high) >> 1
        p, t = points[middle], turns[middle]
        i, j = low, high
        while i <= j:
            while _before(points[i], turns[i], p, t):
                i += 1
            while _before(p, t, points[j], turns[j]):
                j -= 1
            if i <= j:
                points[i], points[j] = points[j], points[i]
                turns[i], turns[j] = turns[j], turns[i]
                i += 1
                j -= 1
        if k - 1 <= j:
            high = j
        elif k - 1 >= i:
            low = i
        else:
            return


@compiled
def _insert(points: Any, turns: Any, low: int, high: int) -> None:
    """Sort a short stretch, first to last both included."""
    for i in range(low + 1, high + 1):
        p, t, k = points[i], turns[i], i
        while k > low and _before(p, t, points[k - 1], turns[k - 1]):
            points[k] = points[k - 1]
            turns[k] = turns[k - 1]
            k -= 1
        points[k] = p
        turns[k] = t


@compiled
def sort(points: Any, turns: Any, size: int) -> None:
    """Sort candidates, best first (quicksort; the smaller side waits on a stack).

    Parameters
    ----------
    points, turns : arrays
        As for `keep_best`.
    size : int
    """
    stack = np.empty((64, 2), np.int64)
    stack[0, 0], stack[0, 1] = 0, size - 1
    depth = 1
    while depth > 0:
        depth -= 1
        low, high = stack[depth, 0], stack[depth, 1]
        while high - low > SHORT:
            middle = (low + high) >> 1
            p, t = points[middle], turns[middle]
            i, j = low, high
            while i <= j:
                while _before(points[i], turns[i], p, t):
                    i += 1
                while _before(p, t, points[j], turns[j]):
                    j -= 1
                if i <= j:
                    points[i], points[j] = points[j], points[i]
                    turns[i], turns[j] = turns[j], turns[i]
                    i += 1
                    j -= 1
            if j - low < high - i:
                stack[depth, 0], stack[depth, 1] = i, high
                high = j
            else:
                stack[depth, 0], stack[depth, 1] = low, j
                low = i
            depth += 1
        _insert(points, turns, low, high)


@compiled
def _count_out(points: Any, turns: Any, size: int) -> bool:
    """Sort candidates, best first, by counting, if points are whole numbers in a narrow range; say whether they were.

    Candidates must stand in the order of their turns; equal points keep it.
    """
    if isinstance(points[0], float):
        return False
    low, high = points[0], points[0]
    for e in range(size):
        low, high = min(low, points[e]), max(high, points[e])
    if high - low > NARROW * size:
        return False
    begin = np.zeros(high - low + 2, np.int32)
    for e in range(size):
        begin[high - points[e] + 1] += 1
    for v in range(1, begin.size):
        begin[v] += begin[v - 1]
    sorted_points, sorted_turns = np.empty(size, points.dtype), np.empty(size, turns.dtype)
    for e in range(size):
        at = begin[high - points[e]]
        begin[high - points[e]] += 1
        sorted_points[at] = points[e]
        sorted_turns[at] = turns[e]
    points[:size] = sorted_points
    turns[:size] = sorted_turns
    return True


@compiled
def _full(found: Any, state: Any) -> None:
    """Cut full buffers to the k best, the worst of them last."""
    points, turns, k = found
    keep_best(points, turns, points.size, k)
    state[0] = k
    state[1] = 1
    worst = 0
    for e in range(1, k):
        if _before(points[worst], turns[worst], points[e], turns[e]):
            worst = e
    points[k - 1], points[worst] = points[worst], points[k - 1]
    turns[k - 1], turns[worst] = turns[worst], turns[k - 1]


@compiled
def _guess(values: Any, allowed: Any, found: Any) -> tuple[Any, bool]:
    """Guess from a sample of stretches which points about twice k columns reach; False: too few to say."""
    points, turns, k = found
    m = values.size
    stretches = SAMPLE // STRETCH
    rank = 2 * k * stretches * STRETCH // m + 3
    size = 0
    for s in range(stretches):
        begin = s * (m // stretches)
        for j in range(begin, begin + STRETCH):
            if allowed.size == 0 or allowed[j]:
                points[size] = values[j]
                turns[size] = j
                size += 1
    if size < 2 * rank:
        return points[0], False
    keep_best(points, turns, size, rank)
    return points[:rank].min(), True


@compiled
def _just_below(value: Any) -> Any:
    """Return the next smaller number of the same kind: above it is the same as at least `value`."""
    if isinstance(value, float):
        return np.nextafter(value, -np.inf)
    return value - 1


@compiled
def _gather(a: Any, values: Any, allowed: Any, stretch: Any, found: Any, state: Any, bar: Any) -> None:
    """Add the candidates above the bar, in a stretch (begin, end, turn of column 0), to the buffers.

    Small unsigned types and no branch in the first inner loop, so that the compiler lays many comparisons side by side;
    it stands here and not in a function of its own because a call for every few columns would cost more than it does.
    """
    points, turns, k = found
    begin, end, turn = stretch
    masked = allowed.size > 0
    least = bar[0]
    for at in range(begin, end, STRETCH):
        stop = min(at + STRETCH, end)
        hit = np.uint8(0)
        for j in range(at, stop):
            hit |= np.uint8(values[np.uint64(j)] > least)
        if hit == 0:
            continue
        for j in range(at, stop):
            p = values[np.uint64(j)]
            if p <= least or (masked and not allowed[np.uint64(j)]) or a.columns[j, SEATS] == 0:
                continue
            if state[0] == points.size:
                _full(found, state)
                least = values.dtype.type(points[k - 1])
                if p <= least:
                    continue
            points[state[0]] = p
            turns[state[0]] = turn + j
            state[0] += 1
    bar[0] = least


@compiled
def _pick(values: Any, allowed: Any, a: Any, row: int, found: Any, bottom: Any) -> tuple[int, bool]:
    """Fill the buffers with the k best allowed columns of one row; return how many, and whether any was dropped.

    Among equal points the column seen earlier stays, so that a longer list holds all of a shorter one; each row begins
    at another column, so that rows with many ties do not all list the same columns.
    """
    points, turns, k = found
    m = values.size
    first = (row * STRIDE) % m
    bar = np.empty(1, values.dtype)
    lowest = bottom if a.rows[row, MUST] == 1 else max(_just_below(a.row_values[row, LEAVE]), bottom)
    guess, guessed = _guess(values, allowed, found) if m >= WORTH_A_GUESS * k else (points[0], False)
    for _ in range(2):
        guessed = guessed and guess > lowest
        bar[0] = _just_below(guess) if guessed else lowest
        state = np.zeros(2, np.int64)
        _gather(a, values, allowed, (first, m, -first), found, state, bar)
        _gather(a, values, allowed, (0, first, m - first), found, state, bar)
        if not guessed or state[0] >= k:
            break
        guessed = False
    size = state[0]
    sorted_yet = size > SHORT and state[1] == 0 and _count_out(points, turns, size)
    if size > k:
        if not sorted_yet:
            keep_best(points, turns, size, k)
        size = k
        state[1] = 1
    if not sorted_yet:
        sort(points, turns, size)
    for e in range(size):
        turns[e] = (turns[e] + first) % m
    return size, state[1] == 1 or guessed


@compiled
def select(block: Any, allowed: Any, which: Any, a: Any, k: int, at: Any, bottom: Any) -> None:
    """Write the lists of the rows `which`, whose points are the rows of `block`, into the market.

    Pairs that are worth less than leaving the row out, and columns without seats, are never listed: no optimum needs
    them.

    Parameters
    ----------
    block : array [r, m]
    allowed : bool [r, m] or [0, 0]
        With no rows: every pair is allowed.
    which : int64 [r]
    a : Market
    k : int
        Longest list.
    at : int64 [r]
        Where in the market's lists each row has room for k entries.
    bottom : number
        Smallest number of the block's type, below all points.
    """
    size = max(2 * k, BUFFER)
    points = np.empty(size, a.points.dtype)
    turns = np.empty(size, np.int32)
    everything = np.zeros(0, np.bool_)
    for r in range(which.size):
        row = which[r]
        mask = allowed[r] if allowed.shape[0] > 0 else everything
        size, dropped = _pick(block[r], mask, a, row, (points, turns, k), bottom)
        begin = at[r]
        a.points[begin : begin + size] = points[:size]
        a.listed[begin : begin + size] = turns[:size]
        a.rows[row, BEGIN] = begin
        a.rows[row, COUNT] = size
        a.rows[row, WHOLE] = 0 if dropped else 1
        a.row_values[row, TAIL] = points[size - 1] if dropped else a.row_values[row, LEAVE]


@compiled
def _insert_plain(points: Any, listed: Any, low: int, end: int) -> None:
    """Sort a short list by points alone."""
    for i in range(low + 1, end):
        p, j, k = points[i], listed[i], i
        while k > low and points[k - 1] < p:
            points[k] = points[k - 1]
            listed[k] = listed[k - 1]
            k -= 1
        points[k] = p
        listed[k] = j


@compiled
def copy_sparse(begin: Any, columns: Any, points: Any, rows: Any, few: int, a: Any) -> None:
    """Write lists out of compressed rows into the market: all entries, the best few of them sorted and listed.

    Parameters
    ----------
    begin, columns, points : arrays
        As in `SparsePoints`.
    rows : int64 [r]
    few : int
        Longest list; a longer row's list has an end, as if the rest were not there.
    a : Market
        With room for all entries, each row's where it stands in the compressed rows.
    """
    for row in rows:
        first = begin[row]
        size = first
        must = a.rows[row, MUST] == 1
        for e in range(begin[row], begin[row + 1]):
            if (must or points[e] >= a.row_values[row, LEAVE]) and a.columns[columns[e], SEATS] > 0:
                a.points[size] = points[e]
                a.listed[size] = columns[e]
                size += 1
        whole = size - first <= few
        if not whole:
            keep_best(a.points[first:size], a.listed[first:size], size - first, few)
            size = first + few
        if size - first <= FEW:
            _insert_plain(a.points, a.listed, first, size)
        else:
            sort(a.points[first:size], a.listed[first:size], size - first)
        a.rows[row, BEGIN] = first
        a.rows[row, COUNT] = size - first
        a.rows[row, WHOLE] = 1 if whole else 0
        a.row_values[row, TAIL] = a.row_values[row, LEAVE] if whole else a.points[size - 1]


@compiled
def has_infinite(bits: Any, exponent: Any) -> bool:
    """Say whether any float, given as its bits, is infinite or not a number.

    Parameters
    ----------
    bits : int64 or int32 [..., m]
        The floats, viewed as integers.
    exponent : int
        The bits of the exponent.

    Returns
    -------
    bool
    """
    for row in range(bits.shape[0]):
        line = bits[row]
        hit = np.uint8(0)
        for j in range(line.size):
            hit |= np.uint8((line[np.uint64(j)] & exponent) == exponent)
        if hit > 0:
            return True
    return False


@compiled
def has_fraction(points: Any) -> bool:
    """Say whether any of these floats is not a whole number below 2**53.

    Parameters
    ----------
    points : float [r, m]

    Returns
    -------
    bool
    """
    for row in range(points.shape[0]):
        line = points[row]
        hit = np.uint8(0)
        for j in range(line.size):
            p = line[np.uint64(j)]
            hit |= np.uint8(p != np.rint(p)) | np.uint8(abs(p) > 9007199254740992.0)
        if hit > 0:
            return True
    return False
