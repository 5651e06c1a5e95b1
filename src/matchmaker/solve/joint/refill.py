"""Employers of a move filled by diving: their prices found anew, those placed whose position is settled, and so on."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matchmaker.solve.compiled import compiled
from matchmaker.solve.joint.build import NONE, draw, empty_columns, good_position, new_found
from matchmaker.solve.joint.packing import Packings
from matchmaker.solve.joint.settle import Stride, no_weights, settle
from matchmaker.solve.joint.shared import Offers, read_prices, shared_of, write_prices, write_use
from matchmaker.solve.joint.shelf import Shelf
from matchmaker.solve.joint.stock import Columns, Prices, Stock, column_fits, copy_column, take
from matchmaker.solve.reach import Reach

__all__ = ["Market", "refill"]

STAGES, STEPS, REACHED, PATIENCE = 8, 50, 0.97, 15
"""Stages, and the steps of each (see `Stride`)."""
ROOM = 48
"""Columns of a pupil that are looked at, at most."""


class Market(NamedTuple):
    """What a dive starts from, and room for the prices that it finds.

    `prices` and `bonus` [pupils] are those of the relaxation, `packings` its choices of pieces, with the groups of each
    employer from `group_start` on; `typical` is what a position uses of each kind. `now` and `piece_price` are written.
    """

    prices: Prices
    bonus: NDArray[np.float64]
    packings: Packings
    group_start: NDArray[np.int64]
    typical: NDArray[np.float64]
    now: Prices
    piece_price: NDArray[np.float64]


@compiled
def refill(
    reach: Reach,
    stock: Stock,
    market: Market,
    shelf: Shelf,
    employers: NDArray[np.int64],
    pupils: NDArray[np.int64],
    old: Columns,
    chosen: Columns,
    state: NDArray[np.int64],
    noise: float,
) -> None:
    """Place pupils who are free at employers of a move, in stages: at prices found anew, those settled most first.

    The prices begin with those of `market`, and end in its `now`; `old` is where the pupils came from, which counts as
    a column of theirs. In every stage each pupil's best position at each employer is priced from what is left, steps of
    the relaxation over all columns that fit follow, and those who took one column most often are placed in it. Who is
    not placed then is left to the caller.
    """
    work, crowd, employers = reach.work, len(pupils), np.sort(employers)
    table, start = empty_columns(crowd * ROOM, work.max_tasks), ROOM * np.arange(crowd)
    end, bonus = start.copy(), np.empty(crowd)
    index = np.zeros((crowd * ROOM, work.max_tasks + 2), np.uint32)
    amount, points = np.zeros(index.shape), np.zeros(crowd * ROOM)
    found, spare = new_found(1, work.max_tasks), empty_columns(1, work.max_tasks)
    shared = shared_of(work, market.packings, market.group_start, stock, employers, market.typical)
    row, often = np.empty(len(shared.capacity)), np.zeros(crowd * ROOM, np.int64)
    read_prices(work, shared, market.prices, row)
    write_prices(work, shared, row, market.now, market.piece_price)
    for i in range(crowd):
        bonus[i] = market.bonus[pupils[i]] + noise * (2.0 * draw(state) - 1.0)
        if old.employer[i] >= 0:
            add(table, start[i], end, i, old, i)
    waiting = crowd
    for stage in range(STAGES):
        if stage > 0:
            shared = shared_of(work, market.packings, market.group_start, stock, employers, market.typical)
        for i in range(crowd):
            if chosen.employer[pupils[i]] >= 0:
                end[i] = start[i]
                continue
            drop(reach, stock, table, start[i], end, i)
            for employer in employers:
                worth = good_position(
                    reach, stock, market.now, market.piece_price, pupils[i], employer, shelf, spare, 0, found
                )
                if worth > NONE and worth + bonus[i] > 0.0:
                    add(table, start[i], end, i, spare, 0)
            for column in range(start[i], end[i]):
                points[column], often[column] = table.points[column], 0
                j = np.searchsorted(employers, table.employer[column])
                write_use(work, shared, j, table, column, index[column], amount[column])
        offers = Offers(start, end, points, index, amount)
        settle(shared, offers, bonus, no_weights(), Stride(STEPS, -np.inf, REACHED, 1.0, PATIENCE), row, often)
        write_prices(work, shared, row, market.now, market.piece_price)
        waiting -= place_settled(reach, stock, table, start, end, often, -(-waiting // (STAGES - stage)), chosen)
        if waiting == 0:
            break


@compiled
def add(table: Columns, first: int, end: NDArray[np.int64], i: int, source: Columns, row: int) -> None:
    """Write a column behind those of pupil `i`, unless it is there already or there is no room."""
    if end[i] == first + ROOM:
        return
    for column in range(first, end[i]):
        if same_position(table, column, source, row):
            return
    copy_column(source, row, table, end[i])
    end[i] += 1


@compiled
def same_position(columns: Columns, column: int, others: Columns, row: int) -> bool:
    """Say whether two columns are the same position."""
    same = columns.employer[column] == others.employer[row] and columns.function[column] == others.function[row]
    for slot in range(columns.lot.shape[1]):
        same = same and columns.lot[column, slot] == others.lot[row, slot]
        same = same and columns.count[column, slot] == others.count[row, slot]
    return bool(same)


@compiled
def drop(reach: Reach, stock: Stock, table: Columns, first: int, end: NDArray[np.int64], i: int) -> None:
    """Drop the columns of pupil `i` that do not fit any more."""
    column = first
    while column < end[i]:
        if column_fits(reach.work, stock, table, column):
            column += 1
        else:
            end[i] -= 1
            copy_column(table, end[i], table, column)


@compiled
def place_settled(
    reach: Reach,
    stock: Stock,
    table: Columns,
    start: NDArray[np.int64],
    end: NDArray[np.int64],
    often: NDArray[np.int64],
    most: int,
    chosen: Columns,
) -> int:
    """Place pupils in the columns taken most often, as far as they fit, up to `most`; return how many."""
    given = 0
    while given < most:
        best, top = -1, 0
        for i in range(len(start)):
            for column in range(start[i], end[i]):
                if often[column] > top:
                    best, top = column, often[column]
        if best < 0:
            break
        often[best] = 0
        pupil = table.pupil[best]
        if chosen.employer[pupil] < 0 and column_fits(reach.work, stock, table, best):
            copy_column(table, best, chosen, pupil)
            take(reach.work, stock, chosen, pupil)
            given += 1
    return given
