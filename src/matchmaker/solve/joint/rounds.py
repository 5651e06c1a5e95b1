"""A first plan in rounds: price positions, assign pupils to employers, give out what fits, price what is left again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from matchmaker.solve.assignment import assign
from matchmaker.solve.chunks import in_chunks
from matchmaker.solve.joint.build import column_worths
from matchmaker.solve.joint.pricing import piece_prices, price_pupils
from matchmaker.solve.joint.stock import Columns, Prices, Stock, column_fits, copy_column, no_columns, no_falls, take

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from matchmaker.solve.reach import Reach

__all__ = ["most_placed", "place_in_rounds", "priced_from"]

CHOICES = 6
SLACK = 400.0
MOST_ROUNDS = 30


def place_in_rounds(
    reach: Reach,
    stock: Stock,
    prices: Prices,
    pool: Columns,
    chosen: Columns,
    *,
    who: NDArray[np.bool_],
    first: NDArray[np.bool_],
    lottery: NDArray[np.int64],
    stop: Callable[[], bool],
) -> int:
    """Place pupils until nobody more can be placed, writing to `stock` and `chosen`; return the number of rounds.

    Only those in `who` are placed. The first round chooses among the columns of the pool, every later one among
    positions priced from what is left. In each round pupils are assigned to employers with their places (`assign`: as
    many as possible, then as many of those in `first`, then the most worth at the prices); where two want the same
    task, the one with the lower rank of the lottery among equals gets it and the other waits for the next round.
    """
    piece_price, offered = piece_prices(reach, prices), pool
    for turn in range(MOST_ROUNDS):
        waiting = np.flatnonzero((chosen.employer < 0) & who)
        if turn > 0:
            offered = priced_from(reach, stock, prices, piece_price, waiting)
        rows = np.flatnonzero((offered.employer >= 0) & (chosen.employer[offered.pupil] < 0) & who[offered.pupil])
        worth = column_worths(reach, offered, rows, prices, piece_price)
        if not len(rows) or (turn > 0 and stop()):
            return turn
        given = 0
        for row in _assigned(reach, stock, offered, rows, worth, first, lottery):
            if column_fits(reach.work, stock, offered, row):
                pupil = int(offered.pupil[row])
                copy_column(offered, row, chosen, pupil)
                take(reach.work, stock, chosen, pupil)
                given += 1
        if turn > 0 and not given:
            return turn
    return MOST_ROUNDS


def priced_from(
    reach: Reach, stock: Stock, prices: Prices, piece_price: NDArray[np.float64], waiting: NDArray[np.int64]
) -> Columns:
    """Price the best positions at one employer, from what is left, of those who wait; several of each."""
    pupils = len(reach.pair_start) - 1
    columns = no_columns(len(waiting) * CHOICES, reach.work.max_tasks)
    value, limit = np.empty(len(waiting) * CHOICES), np.empty(len(waiting))
    least, falls = np.full(pupils, -1e9), no_falls()
    in_chunks(
        lambda low, high: price_pupils(
            low, high, waiting, reach, stock, prices, piece_price, least, SLACK, columns, value, limit, falls
        ),
        len(waiting),
    )
    return columns


def _assigned(
    reach: Reach,
    stock: Stock,
    offered: Columns,
    rows: NDArray[np.int64],
    worth: NDArray[np.float64],
    first: NDArray[np.bool_],
    lottery: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Return the rows that the assignment chooses, the most worth first."""
    pupils, employers = len(first), len(reach.work.places)
    # Of several columns of a pair only the best counts.
    order = np.lexsort((rows, -worth, offered.employer[rows], offered.pupil[rows]))
    rows, worth = rows[order], worth[order]
    key = offered.pupil[rows] * employers + offered.employer[rows]
    best = np.concatenate([[True], key[1:] != key[:-1]])
    rows, worth = rows[best], worth[best]
    points = np.rint(worth).astype(np.int64)
    table = csr_array((points, (offered.pupil[rows], offered.employer[rows])), shape=(pupils, employers))
    aims: list[object] = ["placed"] + ([first.astype(np.int64)] if first.any() else [])
    answer = assign(
        table, seats=np.maximum(stock.places, 0), unplaced=0, aims=aims, seed=None, row_ids=lottery.tolist()
    )
    hit = answer.columns[offered.pupil[rows]] == offered.employer[rows]
    rows, worth = rows[hit], worth[hit]
    return rows[np.lexsort((lottery[offered.pupil[rows]], -worth))]


def most_placed(reach: Reach) -> int:
    """Return a number of pupils that no plan exceeds: all with work in reach, places shared (a maximum matching)."""
    pupils, employers = len(reach.pair_start) - 1, len(reach.work.places)
    options = np.repeat(np.arange(pupils), np.diff(reach.vacancy_start))
    rows = np.concatenate([reach.pair_pupil, options])
    columns = np.concatenate([reach.pair_employer, reach.work.function_employer[reach.vacancy_function]])
    pairs = np.unique(rows * employers + columns)
    ones = np.ones(len(pairs), np.int64)
    table = csr_array((ones, (pairs // max(employers, 1), pairs % max(employers, 1))), shape=(pupils, employers))
    return int(assign(table, seats=reach.work.places, unplaced=0, seed=None).total) if len(pairs) else 0
