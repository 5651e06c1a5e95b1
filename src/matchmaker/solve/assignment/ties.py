"""A seeded lottery among all optimal assignments, without touching the points.

With optimal prices, the optimal assignments are exactly those that use pairs with slack zero only, leave out only rows
whose price equals that of leaving them out, and fill every column with a price. In lottery order each row takes, among
the columns it can still have in some optimal assignment, the one its own ticket ranks first (any column before being
left out), and keeps it. The outcome depends on points, ids and seed alone: not on the order of rows or columns, and not
on the method that found the first optimum.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from matchmaker.solve.assignment.draw import Draw, let_choose
from matchmaker.solve.assignment.engine import Engine
from matchmaker.solve.assignment.market import (
    BEGIN,
    COUNT,
    LEAVE,
    MUST,
    PRICE,
    SEATS,
    TAIL,
    WHOLE,
)
from matchmaker.solve.assignment.source import SparsePoints
from matchmaker.solve.compiled import compiled

__all__ = ["draw_lots", "tickets"]

MOST_PAIRS = 40_000_000
MOST_FOR_CYCLES = 4_000_000
BLOCK_CELLS = 1_000_000
ROUNDING = 1e-14


def tickets(ids: Sequence[Hashable] | None, *, which: NDArray[np.int64], seed: int, kind: str) -> NDArray[np.uint64]:
    """Return the lottery tickets of some rows or columns: a hash of seed, kind and id.

    Parameters
    ----------
    ids : sequence or None
        None: positions are the ids.
    which : int64 [k]
        Positions of those wanted.
    seed : int
    kind : str
        "row" or "column".

    Returns
    -------
    uint64 [k]

    Examples
    --------
    >>> a = tickets(["p1", "p2"], which=np.array([0, 1]), seed=7, kind="row")
    >>> b = tickets(["p2", "p1"], which=np.array([1, 0]), seed=7, kind="row")
    >>> bool((a == b).all())
    True
    """
    start = f"{seed}|{kind}|".encode()
    if ids is None or all(isinstance(ids[k], (int, np.integer)) for k in which):
        numbers = which if ids is None else np.array([int(ids[k]) & 0xFFFFFFFFFFFFFFFF for k in which], np.uint64)
        salt = int.from_bytes(hashlib.blake2b(start, digest_size=8).digest(), "little")
        return _scramble(numbers.astype(np.uint64) ^ np.uint64(salt))
    drawn = [hashlib.blake2b(start + str(ids[k]).encode(), digest_size=8).digest() for k in which]
    return np.frombuffer(b"".join(drawn), "<u8").astype(np.uint64)


def _scramble(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Mix the bits of whole numbers (the finaliser known as splitmix64)."""
    with np.errstate(over="ignore"):
        x = x + np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return x ^ (x >> np.uint64(31))


@compiled
def _count_tight(a: Any, rounding: float, counts: Any, short: Any) -> bool:
    """Count each row's pairs of slack zero; mark rows that may have more beyond the end of their list."""
    for row in range(a.rows.shape[0]):
        u = a.row_values[row, PRICE]
        counts[row] = 0
        for e in range(a.rows[row, BEGIN], a.rows[row, BEGIN] + a.rows[row, COUNT]):
            p = a.points[e]
            v = a.column_values[a.listed[e], PRICE]
            room = rounding * (abs(u) + abs(v) + abs(p))
            if u - p > room + rounding * abs(u):
                break
            if u + v - p <= room and a.columns[a.listed[e], SEATS] > 0:
                counts[row] += 1
        tail = a.row_values[row, TAIL]
        short[row] = a.rows[row, WHOLE] == 0 and u - tail <= rounding * (abs(u) + abs(tail))
    return bool(short.any())


@compiled
def _list_tight(a: Any, rounding: float, begin: Any, pairs: Any, done: Any) -> None:
    """Write the pairs of slack zero of all rows that are not done yet."""
    for row in range(a.rows.shape[0]):
        if done[row]:
            continue
        u = a.row_values[row, PRICE]
        k = begin[row]
        e = a.rows[row, BEGIN]
        while k < begin[row + 1]:
            p = a.points[e]
            v = a.column_values[a.listed[e], PRICE]
            open_column = a.columns[a.listed[e], SEATS] > 0
            if open_column and u + v - p <= rounding * (abs(u) + abs(v) + abs(p)):
                pairs[k] = a.listed[e]
                k += 1
            e += 1


def _tight_pairs(engine: Engine, rounding: float) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return all pairs of slack zero as compressed rows, listed or not."""
    n = len(engine.leave)
    counts, short = np.zeros(n, np.int64), np.zeros(n, bool)
    _count_tight(engine.market, rounding, counts, short)
    if isinstance(engine.source, SparsePoints) and engine.longer_lists(np.flatnonzero(short)):
        _count_tight(engine.market, rounding, counts, short)
    found = _tight_beyond(engine, np.flatnonzero(short), rounding, counts)
    begin = np.concatenate([[0], np.cumsum(counts)])
    pairs = np.empty(begin[-1], np.int32)
    for row, columns in found.items():
        pairs[begin[row] : begin[row + 1]] = columns
    short[:] = False
    short[list(found)] = True
    _list_tight(engine.market, rounding, begin, pairs, short)
    return begin, pairs


def _tight_beyond(engine: Engine, rows: Any, rounding: float, counts: Any) -> dict[int, NDArray[np.int32]]:
    """Look at all pairs of the rows whose list ends on a tie; write how many have slack zero, and return them."""
    engine.add("rows looked at whole for ties", len(rows))
    found: dict[int, NDArray[np.int32]] = {}
    prices, seats = engine.column_prices, engine.seats
    step = max(1, BLOCK_CELLS // max(len(seats), 1))
    total = 0
    for first in range(0, len(rows), step):
        which = rows[first : first + step]
        points, allowed = engine.source.block(which)
        u = engine.market.row_values[which, PRICE][:, None]
        room = rounding * (np.abs(u) + np.abs(prices) + np.abs(points)) if rounding else 0
        tight = (u + prices - points <= room) & (seats > 0)
        if allowed is not None:
            tight &= allowed
        total += int(tight.sum())
        if total > MOST_PAIRS:
            break
        for row, line in zip(which.tolist(), tight, strict=True):
            found[row] = np.flatnonzero(line).astype(np.int32)
            counts[row] = len(found[row])
    return found


def _cycles(engine: Engine, begin: NDArray[np.int64], pairs: NDArray[np.int32], can_leave: Any) -> tuple[Any, Any]:
    """Return for rows and columns on which cycle of exchanges they lie (strongly connected components)."""
    n, m = engine.source.shape
    row_cycle, column_cycle = np.arange(n, dtype=np.int32), np.arange(n, n + m + 1, dtype=np.int32)
    if len(pairs) > MOST_FOR_CYCLES:
        return np.zeros_like(row_cycle), np.zeros_like(column_cycle)
    chosen, used = engine.chosen, engine.used
    owner = np.repeat(np.arange(n), np.diff(begin))
    moves = pairs != chosen[owner]
    goes = can_leave & (chosen >= 0)
    mobile = goes.copy()
    mobile[owner[moves]] = True
    if not mobile.any():
        return row_cycle, column_cycle
    # Only rows that could move, and the columns they could leave or enter, can lie on a cycle.
    row_at = np.cumsum(mobile) - 1
    touched = np.zeros(m, bool)
    touched[pairs[moves]] = True
    touched[chosen[mobile & (chosen >= 0)]] = True
    column_at = np.cumsum(touched) + row_at[-1]
    sink = int(column_at[-1]) + 1
    rows, columns = np.flatnonzero(mobile), np.flatnonzero(touched)
    placed, left = rows[chosen[rows] >= 0], rows[chosen[rows] < 0]
    open_seat = columns[used[columns] < engine.market.columns[columns, SEATS]]
    may_empty = columns[(engine.column_prices[columns] <= 0) & (used[columns] > 0)]
    to_sink = np.concatenate([column_at[open_seat], row_at[np.flatnonzero(goes)]])
    from_sink = np.concatenate([column_at[may_empty], row_at[left]])
    at_sink = [np.full(len(some), sink) for some in (from_sink, to_sink)]
    tail = np.concatenate([row_at[owner[moves]], column_at[chosen[placed]], to_sink, at_sink[0]])
    head = np.concatenate([column_at[pairs[moves]], row_at[placed], at_sink[1], from_sink])
    graph = csr_array((np.ones(len(tail), np.int8), (tail, head)), shape=(sink + 1, sink + 1))
    label = connected_components(graph, directed=True, connection="strong")[1] + n + m + 1
    row_cycle[rows], column_cycle[columns], column_cycle[m] = (
        label[row_at[rows]],
        label[column_at[columns]],
        label[sink],
    )
    return row_cycle, column_cycle


def draw_lots(engine: Engine, *, seed: int, row_ids: Any = None, column_ids: Any = None) -> None:
    """Choose among all optimal assignments by lottery; the engine holds one of them, with optimal prices.

    Parameters
    ----------
    engine : Engine
        Changed in place.
    seed : int
    row_ids, column_ids : sequence or None
        Tickets are drawn from seed and ids; None: positions.
    """
    exact = engine.leave.dtype.kind == "i"
    rounding = 0.0 if exact else ROUNDING
    begin, pairs = _tight_pairs(engine, rounding)
    table, values = engine.market.rows, engine.market.row_values
    room = rounding * (np.abs(values[:, PRICE]) + np.abs(values[:, LEAVE]))
    can_leave = (table[:, MUST] == 0) & (values[:, PRICE] - values[:, LEAVE] <= room)
    row_cycle, column_cycle = _cycles(engine, begin, pairs, can_leave)
    size = np.bincount(np.concatenate([row_cycle, column_cycle]))
    movers = np.flatnonzero(size[row_cycle] > 1)
    engine.add("rows with a tie", len(movers))
    if len(movers) == 0:
        return
    draw = _draw(engine, begin, pairs, row_cycle, column_cycle, can_leave)
    draw.row_tickets[movers] = tickets(row_ids, which=movers, seed=seed, kind="row")
    owner = np.repeat(np.arange(len(table)), np.diff(begin))
    seen = np.unique(pairs[row_cycle[owner] == column_cycle[pairs]])
    draw.column_tickets[seen] = tickets(column_ids, which=seen, seed=seed, kind="column")
    order = movers[np.argsort(draw.row_tickets[movers], kind="stable")]
    engine.add("places changed by lot", let_choose(engine.market, draw, order))


def _draw(engine: Engine, begin: Any, pairs: Any, row_cycle: Any, column_cycle: Any, can_leave: Any) -> Draw:
    n, m = engine.source.shape
    at_sink = column_cycle[m]
    free = engine.column_prices <= 0
    left_out = np.flatnonzero((can_leave | (engine.chosen < 0)) & (row_cycle == at_sink))
    unpriced = np.flatnonzero(free & (column_cycle[:m] == at_sink))
    return Draw(
        begin, pairs, row_cycle, column_cycle, can_leave, np.zeros(n, bool), np.zeros(n, np.uint64),
        np.zeros(m, np.uint64), left_out, unpriced, np.zeros(m, np.int64), np.zeros(2, np.int64),
    )  # fmt: skip
