"""Prices of what is left at some employers, by steps over a list of columns; and how often each column is taken."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matchmaker.solve.compiled import compiled
from matchmaker.solve.joint.packing import Packings, dearest
from matchmaker.solve.joint.stock import Columns, Prices, Stock
from matchmaker.solve.reach import Work

__all__ = ["Shared", "read_prices", "settle", "shared_of", "write_prices", "write_use"]

REACHED, PATIENCE, KEPT = 0.97, 15, 0.6
"""Share of the value that steps aim at; steps without a better one before they shrink; part of a step that goes on."""
WATCHED = 3
"""What is taken in the first one in so many of the steps does not count."""


class Shared(NamedTuple):
    """What some employers have left to give out, in one row: lots, functions, places, supervision, seats of functions.

    Attributes
    ----------
    employer : int64 array, shape (employers)
    first_lot, first_function : int64 arrays, shape (employers + 1)
        Where the lots and functions of each begin, among all lots and all functions of these employers.
    capacity, scale : float arrays
        How much there is, and what prices are measured in; 0 for what is without limit or priced by choices of pieces.
    link_start, link_row, link_hours : arrays
        Of each lot: functions with a price by the hour, and the hours that a piece takes there.
    packings : Packings
        Largest choices of the pieces left; lots are numbered as in this row.
    pieces : float array
        Room for the choices dearest at some prices.
    """

    employer: NDArray[np.int64]
    first_lot: NDArray[np.int64]
    first_function: NDArray[np.int64]
    capacity: NDArray[np.float64]
    scale: NDArray[np.float64]
    link_start: NDArray[np.int64]
    link_row: NDArray[np.int64]
    link_hours: NDArray[np.float64]
    packings: Packings
    pieces: NDArray[np.float64]


@compiled
def packings_left(
    work: Work,
    packings: Packings,
    group_start: NDArray[np.int64],
    stock: Stock,
    employers: NDArray[np.int64],
    first_lot: NDArray[np.int64],
) -> Packings:
    """Return the largest choices of what is left at some employers.

    They are those of the whole that hold what is gone, less what is gone: adding a piece to what is left adds it to the
    whole. `group_start` says which groups are each employer's.
    """
    groups, lots, choices, cells = 0, 0, 0, 0
    for employer in employers:
        for group in range(group_start[employer], group_start[employer + 1]):
            width = packings.lot_start[group + 1] - packings.lot_start[group]
            here = packings.choice_start[group + 1] - packings.choice_start[group]
            groups, lots, choices, cells = groups + 1, lots + width, choices + here, cells + here * width
    lot_start, choice_start = np.zeros(groups + 1, np.int64), np.zeros(groups + 1, np.int64)
    lot = np.empty(lots, np.int64)
    taken_start, taken = np.empty(choices, np.int64), np.empty(cells, np.int64)
    group_now, choice_now, cell = 0, 0, 0
    for j in range(len(employers)):
        off = first_lot[j] - work.lot_start[employers[j]]
        for group in range(group_start[employers[j]], group_start[employers[j] + 1]):
            first, width = packings.lot_start[group], packings.lot_start[group + 1] - packings.lot_start[group]
            for k in range(width):
                lot[lot_start[group_now] + k] = packings.lot[first + k] + off
            for choice in range(packings.choice_start[group], packings.choice_start[group + 1]):
                holds = True
                for k in range(width):
                    gone = work.lot_pieces[packings.lot[first + k]] - stock.pieces[packings.lot[first + k]]
                    taken[cell + k] = packings.taken[packings.taken_start[choice] + k] - gone
                    holds = holds and taken[cell + k] >= 0
                if holds:
                    taken_start[choice_now] = cell
                    choice_now, cell = choice_now + 1, cell + width
            group_now += 1
            lot_start[group_now], choice_start[group_now] = lot_start[group_now - 1] + width, choice_now
    return Packings(
        packings.by_hour, packings.by_piece, lot_start, lot, choice_start, taken_start[:choice_now], taken[:cell]
    )


@compiled
def shared_of(
    work: Work,
    packings: Packings,
    group_start: NDArray[np.int64],
    stock: Stock,
    employers: NDArray[np.int64],
    typical: NDArray[np.float64],
) -> Shared:
    """Return what these employers have left; `typical` is how much of each of the five kinds a position uses."""
    width = len(employers)
    first_lot, first_function = np.zeros(width + 1, np.int64), np.zeros(width + 1, np.int64)
    links = 0
    for j in range(width):
        employer = employers[j]
        lots = work.lot_start[employer + 1] - work.lot_start[employer]
        first_lot[j + 1] = first_lot[j] + lots
        first_function[j + 1] = first_function[j] + work.function_start[employer + 1] - work.function_start[employer]
        links += work.part_start[work.lot_start[employer + 1]] - work.part_start[work.lot_start[employer]]
    lots, functions = first_lot[width], first_function[width]
    capacity, scale = np.zeros(lots + 2 * functions + 2 * width), np.zeros(lots + 2 * functions + 2 * width)
    link_start, link_row, link_hours = np.zeros(lots + 1, np.int64), np.empty(links, np.int64), np.empty(links)
    places, link = lots + functions, 0
    for j in range(width):
        employer = employers[j]
        begin = work.function_start[employer]
        for k in range(first_lot[j + 1] - first_lot[j]):
            lot, row = work.lot_start[employer] + k, first_lot[j] + k
            capacity[row], scale[row] = stock.pieces[lot], 1.0 / typical[0]
            for part in range(work.part_start[lot], work.part_start[lot + 1]):
                if packings.by_hour[begin + work.part_function[part]]:
                    link_row[link] = lots + first_function[j] + work.part_function[part]
                    link_hours[link] = work.part_hours[part]
                    link += 1
            link_start[row + 1] = link
        for k in range(first_function[j + 1] - first_function[j]):
            row = lots + first_function[j] + k
            if packings.by_hour[begin + k]:
                capacity[row], scale[row] = stock.function[begin + k], 1.0 / typical[1]
            seat = places + 2 * width + first_function[j] + k
            capacity[seat], scale[seat] = stock.seats[begin + k], 1.0 / typical[4]
        capacity[places + j], scale[places + j] = stock.places[employer], 1.0 / typical[2]
        capacity[places + width + j] = stock.supervision[employer]
        if np.isfinite(stock.supervision[employer]):
            scale[places + width + j] = 1.0 / typical[3]
        else:
            capacity[places + width + j] = 0.0
    left = packings_left(work, packings, group_start, stock, employers, first_lot)
    return Shared(
        employers, first_lot, first_function, capacity, scale, link_start, link_row[:link], link_hours[:link],
        left, capacity[:lots].copy(),
    )  # fmt: skip


@compiled
def read_prices(work: Work, shared: Shared, prices: Prices, row: NDArray[np.float64]) -> None:
    """Write the prices of what these employers have into one row."""
    width, lots, functions = len(shared.employer), shared.first_lot[-1], shared.first_function[-1]
    for j in range(width):
        employer = shared.employer[j]
        for k in range(shared.first_lot[j + 1] - shared.first_lot[j]):
            row[shared.first_lot[j] + k] = prices.pieces[work.lot_start[employer] + k]
        for k in range(shared.first_function[j + 1] - shared.first_function[j]):
            at, function = shared.first_function[j] + k, work.function_start[employer] + k
            row[lots + at], row[lots + functions + 2 * width + at] = prices.function[function], prices.seats[function]
        row[lots + functions + j] = prices.places[employer]
        row[lots + functions + width + j] = prices.supervision[employer]


@compiled
def write_prices(
    work: Work, shared: Shared, row: NDArray[np.float64], prices: Prices, piece_price: NDArray[np.float64]
) -> None:
    """Write one row of prices back; `piece_price` takes those of pieces with the hours of functions."""
    width, lots, functions = len(shared.employer), shared.first_lot[-1], shared.first_function[-1]
    for j in range(width):
        employer = shared.employer[j]
        for k in range(shared.first_lot[j + 1] - shared.first_lot[j]):
            at, lot = shared.first_lot[j] + k, work.lot_start[employer] + k
            prices.pieces[lot] = piece_price[lot] = row[at]
            for link in range(shared.link_start[at], shared.link_start[at + 1]):
                piece_price[lot] += shared.link_hours[link] * row[shared.link_row[link]]
        for k in range(shared.first_function[j + 1] - shared.first_function[j]):
            at, function = shared.first_function[j] + k, work.function_start[employer] + k
            prices.function[function], prices.seats[function] = row[lots + at], row[lots + functions + 2 * width + at]
        prices.places[employer] = row[lots + functions + j]
        prices.supervision[employer] = row[lots + functions + width + j]


@compiled
def write_use(
    work: Work,
    shared: Shared,
    j: int,
    columns: Columns,
    column: int,
    index: NDArray[np.int32],
    amount: NDArray[np.float64],
) -> None:
    """Write what a column at the employer in place `j` uses: places in the row of what is shared, and how much."""
    width, lots, functions = len(shared.employer), shared.first_lot[-1], shared.first_function[-1]
    for k in range(len(index)):
        index[k], amount[k] = 0, 0.0
    index[0], amount[0] = lots + functions + j, 1.0
    index[1], amount[1] = lots + functions + width + j, work.support[columns.pupil[column]]
    if columns.function[column] >= 0:
        own = columns.function[column] - work.function_start[shared.employer[j]]
        index[2], amount[2] = lots + functions + 2 * width + shared.first_function[j] + own, 1.0
        return
    off = shared.first_lot[j] - work.lot_start[shared.employer[j]]
    for slot in range(columns.lot.shape[1]):
        if columns.lot[column, slot] < 0:
            break
        index[2 + slot], amount[2 + slot] = columns.lot[column, slot] + off, columns.count[column, slot]


@compiled
def settle(
    shared: Shared,
    start: NDArray[np.int64],
    stop: NDArray[np.int64],
    points: NDArray[np.float64],
    index: NDArray[np.int32],
    amount: NDArray[np.float64],
    bonus: NDArray[np.float64],
    steps: int,
    row: NDArray[np.float64],
    often: NDArray[np.int64],
) -> None:
    """Lower the value of the relaxation by subgradient steps from the prices in `row`, which takes the best ones.

    Column `k` of those of pupil i, `start[i] <= k < stop[i]`, has so many `points`, and uses `amount[k]` of the rows
    `index[k]`; `often[k]` counts the steps in which it was the one worth most to its pupil, `bonus` [pupils] included.
    """
    price, use, best = row.copy(), np.zeros(len(row)), row.copy()
    direction = np.zeros(len(row))
    theta, stale, least = 1.0, 0, np.inf
    for step in range(steps):
        price[:] = row
        use[:] = 0.0
        for lot in range(len(shared.link_start) - 1):
            for link in range(shared.link_start[lot], shared.link_start[lot + 1]):
                price[lot] += shared.link_hours[link] * row[shared.link_row[link]]
        value = 0.0
        for pupil in range(len(start)):
            taken, top = -1, 0.0
            for column in range(start[pupil], stop[pupil]):
                worth = points[column] + bonus[pupil]
                for k in range(index.shape[1]):
                    worth -= amount[column, k] * price[index[column, k]]
                if worth > top:
                    taken, top = column, worth
            if taken >= 0:
                value += top
                often[taken] += WATCHED * step >= steps
                add_use(shared, index[taken], amount[taken], use)
        dearest(shared.packings, row, shared.pieces)
        for k in range(len(row)):
            have = shared.pieces[k] if k < len(shared.pieces) else shared.capacity[k]
            value += have * row[k]
            use[k] -= have
        stale = 0 if value < least - 1e-5 * abs(value) else stale + 1
        if value < least:
            least = value
            best[:] = row
        if stale > PATIENCE:
            theta, stale = theta / 2, 0
        if not step_along(use, shared.scale, theta * (1.0 - REACHED) * abs(value), direction, row):
            break
    row[:] = best


@compiled
def add_use(shared: Shared, index: NDArray[np.int32], amount: NDArray[np.float64], use: NDArray[np.float64]) -> None:
    """Add what a column uses, hours of functions included."""
    for k in range(len(index)):
        at, much = index[k], amount[k]
        use[at] += much
        if at < len(shared.link_start) - 1 and much > 0.0:
            for link in range(shared.link_start[at], shared.link_start[at + 1]):
                use[shared.link_row[link]] += much * shared.link_hours[link]


@compiled
def step_along(
    beyond: NDArray[np.float64],
    scale: NDArray[np.float64],
    reach: float,
    direction: NDArray[np.float64],
    row: NDArray[np.float64],
) -> bool:
    """Raise the prices of what is used beyond what there is, lower the others; say whether anything could move."""
    norm = 0.0
    for k in range(len(row)):
        slope = beyond[k] * scale[k]
        if slope < 0.0 and row[k] <= 0.0:
            slope = 0.0
        direction[k] = slope + KEPT * direction[k]
        norm += direction[k] * direction[k]
    if norm <= 1e-12:
        return False
    for k in range(len(row)):
        row[k] = max(0.0, row[k] + reach / norm * direction[k] * scale[k])
    return True
