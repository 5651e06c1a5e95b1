"""What some employers share out among their pupils, all in one row: how much is left, its prices, what columns use."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matchmaker.solve.chunks import in_chunks
from matchmaker.solve.compiled import compiled
from matchmaker.solve.joint.packing import Packings, group_starts
from matchmaker.solve.joint.stock import Columns, Prices, Stock, full_stock, second_employer
from matchmaker.solve.reach import Reach, Work

__all__ = [
    "Offers",
    "Shared",
    "offers_of",
    "read_prices",
    "shared_by_all",
    "shared_of",
    "typical_use",
    "write_prices",
    "write_use",
]


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


class Offers(NamedTuple):
    """Columns that pupils choose from: those of pupil i are rows `start[i]` to before `stop[i]`.

    Each has `points`, and uses `amount` of the rows `index` of what is shared, both of shape (columns, most used).
    """

    start: NDArray[np.int64]
    stop: NDArray[np.int64]
    points: NDArray[np.float64]
    index: NDArray[np.uint32]  # type: ignore[assignment]  # hides a method of tuple that nobody needs here
    amount: NDArray[np.float64]


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
    index: NDArray[np.uint32],
    amount: NDArray[np.float64],
) -> None:
    """Write what a column at the employer in place `j` uses: places in the row of what is shared, and how much.

    Positions at two employers are understood only where all employers share.
    """
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
    second = second_employer(work, columns, column) if work.most_employers > 1 else -1
    if second >= 0:
        index[-2], amount[-2] = lots + functions + second, 1.0
        index[-1], amount[-1] = lots + functions + width + second, work.support[columns.pupil[column]]


def typical_use(reach: Reach) -> NDArray[np.float64]:
    """How much of each kind of resource one position uses, roughly: puts the prices on one scale."""
    hours = float(np.mean(reach.work.hours_max)) if len(reach.work.hours_max) else 1.0
    support = float(np.mean(reach.work.support)) if len(reach.work.support) else 1.0
    return np.array([1.0, max(hours / 4, 0.5), 1.0, max(support, 0.25), 1.0])


def shared_by_all(reach: Reach, packings: Packings) -> Shared:
    """Return what all employers have, nothing given out yet."""
    work = reach.work
    groups, stock = group_starts(work, packings), Stock(*full_stock(work))
    return shared_of(work, packings, groups, stock, np.arange(len(work.places)), typical_use(reach))


def offers_of(work: Work, shared: Shared, columns: Columns, start: NDArray[np.int64]) -> Offers:
    """Return columns sorted by pupil as offers, where all employers share; those of pupil i begin at `start[i]`."""
    shape = len(columns.pupil), work.max_tasks + 2 * work.most_employers
    index, amount = np.empty(shape, np.uint32), np.empty(shape)
    in_chunks(lambda first, last: all_uses(work, shared, columns, first, last, index, amount), len(index))
    return Offers(start[:-1], start[1:], columns.points.astype(float), index, amount)


@compiled
def all_uses(
    work: Work,
    shared: Shared,
    columns: Columns,
    first: int,
    last: int,
    index: NDArray[np.uint32],
    amount: NDArray[np.float64],
) -> None:
    """Write what each column uses, where all employers share."""
    for column in range(first, last):
        write_use(work, shared, columns.employer[column], columns, column, index[column], amount[column])
