"""Pricing: the position worth most, points minus prices, of one pair, and of every pupil over all employers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matchmaker.solve.bundle import Found, Limits, best_bundle, copy_slots
from matchmaker.solve.bundle_bounds import quick_bound
from matchmaker.solve.compiled import compiled
from matchmaker.solve.joint.stock import Columns, Falls, Prices, Stock
from matchmaker.solve.reach import Reach

__all__ = ["find_pair", "pair_price", "piece_prices", "price_pair", "price_pupils"]

MOST_NODES = 20_000


@compiled
def piece_prices(reach: Reach, prices: Prices) -> NDArray[np.float64]:
    """Return the price of one piece of every lot, the function's hours included."""
    work = reach.work
    result = prices.pieces.copy()
    for lot in range(len(result)):
        first = work.function_start[work.lot_employer[lot]]
        for part in range(work.part_start[lot], work.part_start[lot + 1]):
            result[lot] += work.part_hours[part] * prices.function[first + work.part_function[part]]
    return result


@compiled
def pair_price(reach: Reach, prices: Prices, pupil: int, employer: int) -> float:
    """Return what a place and the supervision of this pupil cost at this employer."""
    return float(prices.places[employer] + prices.supervision[employer] * reach.work.support[pupil])


@compiled
def find_pair(reach: Reach, pupil: int, employer: int) -> int:
    """Return the index of a pair, -1 when it is out of reach."""
    low, high = reach.pair_start[pupil], reach.pair_start[pupil + 1]
    while low < high:
        middle = (low + high) // 2
        if reach.pair_employer[middle] < employer:
            low = middle + 1
        else:
            high = middle
    if low < reach.pair_start[pupil + 1] and reach.pair_employer[low] == employer:
        return int(low)
    return -1


@compiled(inline=True)
def price_pair(
    reach: Reach,
    stock: Stock,
    piece_price: NDArray[np.float64],
    pair: int,
    beat: float,
    found: Found,
) -> tuple[int, float]:
    """Find the best bundles of a pair from what is left: those whose points less prices of their pieces pass `beat`.

    Returns how many were found (at most one a row of `found`), and an upper bound on the value of all others.
    """
    pupil, employer = reach.pair_pupil[pair], reach.pair_employer[pair]
    first, last = reach.item_start[pair], reach.item_start[pair + 1]
    quick = quick_bound(
        reach.item_lot[first:last],
        reach.item_points[first:last],
        piece_price,
        stock.pieces,
        reach.work.lot_hours,
        reach.work.part_start,
        reach.work.max_tasks,
        reach.work.hours_max[pupil],
        beat,
    )
    if quick <= beat:
        return 0, quick
    # Not above: to take all of it up costs more than the bound itself.
    work = reach.work
    lots, points = np.empty(last - first, np.int64), np.empty(last - first, np.int64)
    net, pieces = np.empty(last - first), np.empty(last - first, np.int64)
    for i in range(last - first):
        lots[i], points[i] = reach.item_lot[first + i], reach.item_points[first + i]
        net[i] = points[i] - piece_price[lots[i]]
        pieces[i] = stock.pieces[lots[i]]
    limits = Limits(
        work.hours_min[pupil],
        work.hours_max[pupil],
        work.max_tasks,
        work.fit_floor - reach.pair_points[pair],
        work.available[pupil],
        stock.function[work.function_start[employer] : work.function_start[employer + 1]],
    )
    return best_bundle(lots, net, points, pieces, work, limits, beat, MOST_NODES, found)


@compiled
def price_pupils(
    first: int,
    last: int,
    who: NDArray[np.int64],
    reach: Reach,
    stock: Stock,
    prices: Prices,
    piece_price: NDArray[np.float64],
    known: NDArray[np.float64],
    slack: float,
    best: Columns,
    value: NDArray[np.float64],
    bound: NDArray[np.float64],
    falls: Falls,
) -> None:
    """For the pupils `who[first:last]` find the columns worth most over all pairs.

    `known` is a value that the pupil surely reaches; columns within `slack` of the best are kept, as many as fit in the
    rows of `best` of each one in `who` (unused ones with employer -1); once these are full, only better ones are
    sought. `value` takes their value and `bound` [who] an upper bound on the value of any column of the pupil. Pairs
    whose ceiling, raised by `falls`, stays below what matters are not priced.
    """
    work = reach.work
    keep = len(best.pupil) // max(len(who), 1)
    for index in range(first, last):
        pupil = who[index]
        found = Found(np.full((1, work.max_tasks), -1, np.int64), np.zeros((1, work.max_tasks), np.int64), np.zeros(1))
        top, limit = known[pupil], known[pupil]
        base = index * keep
        for row in range(base, base + keep):
            best.pupil[row] = pupil
            best.employer[row] = -1
            value[row] = -np.inf
        for option in range(reach.vacancy_start[pupil], reach.vacancy_start[pupil + 1]):
            function = reach.vacancy_function[option]
            employer = work.function_employer[function]
            worth = reach.vacancy_points[option] - prices.seats[function] - pair_price(reach, prices, pupil, employer)
            if worth > top - slack and stock.seats[function] > 0 and stock.places[employer] > 0:
                top = max(top, worth)
                row = slot_for(value, base, keep, worth)
                if row >= 0:
                    best.employer[row] = employer
                    best.function[row] = function
                    best.points[row] = reach.vacancy_points[option]
                    for slot in range(work.max_tasks):
                        best.lot[row, slot] = -1
                        best.count[row, slot] = 0
                    value[row] = worth
        limit = max(limit, top)
        for pair in range(reach.pair_start[pupil], reach.pair_start[pupil + 1]):
            employer = reach.pair_employer[pair]
            if stock.places[employer] < 1:
                continue
            enough = max(top - slack, value[base : base + keep].min())
            if len(falls.ceiling) > 0:
                falls.ceiling[pair] += falls.place[employer] + falls.supervision[employer] * work.support[pupil]
                falls.ceiling[pair] += min(falls.bundle[employer], falls.hour[employer] * work.hours_max[pupil])
                if falls.ceiling[pair] <= enough:
                    continue
            constant = reach.pair_points[pair] - pair_price(reach, prices, pupil, employer)
            count, rest = price_pair(reach, stock, piece_price, pair, enough - constant, found)
            if len(falls.ceiling) > 0:
                falls.ceiling[pair] = constant + (max(rest, found.value[0]) if count > 0 else rest)
            if count > 0:
                worth = found.value[0] + constant
                row = slot_for(value, base, keep, worth)
                if row >= 0:
                    best.employer[row] = employer
                    best.function[row] = -1
                    copy_slots(found.lot, found.count, 0, best.lot, best.count, row)
                    best.points[row] = column_points(reach, pair, found.lot[0], found.count[0])
                    value[row] = worth
                top = max(top, worth)
            limit = max(limit, rest + constant, top)
        bound[index] = max(limit, top)


@compiled
def slot_for(value: NDArray[np.float64], base: int, keep: int, worth: float) -> int:
    """Return the row of the least valued column kept, when `worth` is more; else -1."""
    least = base
    for row in range(base, base + keep):
        if value[row] < value[least]:
            least = row
    return least if worth > value[least] else -1


@compiled
def column_points(reach: Reach, pair: int, lots: NDArray[np.int64], counts: NDArray[np.int64]) -> int:
    """Return the points of a bundle for a pair, the pair's own points included."""
    total = reach.pair_points[pair]
    for slot in range(len(lots)):
        if lots[slot] < 0:
            break
        for item in range(reach.item_start[pair], reach.item_start[pair + 1]):
            if reach.item_lot[item] == lots[slot]:
                total += counts[slot] * reach.item_points[item]
                break
    return int(total)
