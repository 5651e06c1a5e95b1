"""Kernels that give positions out: the best position at an employer from what is left, and rebuilding employers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matchmaker.solve.bundle import Found, copy_slots
from matchmaker.solve.compiled import compiled
from matchmaker.solve.joint.pricing import column_points, find_pair, pair_price, price_pair
from matchmaker.solve.joint.shelf import Shelf, best_kept, keep, take_down
from matchmaker.solve.joint.stock import (
    Columns,
    Prices,
    Stock,
    column_fits,
    copy_column,
    has_room,
    second_employer,
    take,
)
from matchmaker.solve.reach import Reach

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "Aims",
    "best_position",
    "column_worth",
    "column_worths",
    "draw",
    "fill",
    "value_of",
    "weights_of",
]

NONE = -1e18


class Aims(NamedTuple):
    """What a placement is worth in the order of the policy.

    `bonus` [pupils] for placing the pupil at all, plus `scale` x points. The weights are whole numbers so far apart
    that no sum over the pupils of one move lets a later aim outweigh an earlier one.
    """

    bonus: NDArray[np.int64]
    scale: int


def weights_of(order: Sequence[str], masks: dict[str, NDArray[np.bool_]], pupils: int) -> Aims:
    """Return weights so far apart that no sum over the pupils of one move outweighs an earlier aim.

    Parameters
    ----------
    order : sequence of str
        Aims, the first one first; ``points`` among them.
    masks : dict of str to bool array, shape (pupils)
        Whom every other aim counts.
    pupils : int

    Examples
    --------
    >>> weights_of(("placed", "points"), {"placed": np.ones(2, bool)}, 2)
    Aims(bonus=array([1048576, 1048576]), scale=1)
    """
    bonus, scale, weight = np.zeros(pupils, np.int64), 0, 1
    for aim in reversed(order):
        if aim == "points":
            scale, weight = weight, weight << 20
        else:
            bonus += weight * masks[aim]
            weight <<= 7
    return Aims(bonus, scale)


@compiled
def column_worth(reach: Reach, columns: Columns, row: int, prices: Prices, piece_price: NDArray[np.float64]) -> float:
    """Return a column's points minus the prices of all it uses."""
    employer, function = columns.employer[row], columns.function[row]
    worth = float(columns.points[row]) - pair_price(reach, prices, columns.pupil[row], employer)
    if function >= 0:
        return float(worth - prices.seats[function])
    second = second_employer(reach.work, columns, row)
    if second >= 0:
        worth -= pair_price(reach, prices, columns.pupil[row], second)
    for slot in range(columns.lot.shape[1]):
        if columns.lot[row, slot] < 0:
            break
        worth -= columns.count[row, slot] * piece_price[columns.lot[row, slot]]
    return worth


@compiled
def column_worths(
    reach: Reach, columns: Columns, rows: NDArray[np.int64], prices: Prices, piece_price: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the worth of many columns."""
    worth = np.empty(len(rows))
    for i in range(len(rows)):
        worth[i] = column_worth(reach, columns, rows[i], prices, piece_price)
    return worth


@compiled
def best_seat(
    reach: Reach, stock: Stock, prices: Prices, pupil: int, employer: int, beat: float, target: Columns, row: int
) -> float:
    """Write the vacancy worth most at an employer, if it passes `beat`, into a row; return its worth, or `beat`."""
    best, price = beat, pair_price(reach, prices, pupil, employer)
    for option in range(reach.vacancy_start[pupil], reach.vacancy_start[pupil + 1]):
        function = reach.vacancy_function[option]
        if reach.work.function_employer[function] == employer and stock.seats[function] > 0:
            worth = reach.vacancy_points[option] - prices.seats[function] - price
            if worth > best:
                best = worth
                target.employer[row], target.function[row] = employer, function
                target.points[row] = reach.vacancy_points[option]
                for slot in range(reach.work.max_tasks):
                    target.lot[row, slot] = -1
                    target.count[row, slot] = 0
    return best


@compiled
def best_carved(
    reach: Reach,
    stock: Stock,
    prices: Prices,
    piece_price: NDArray[np.float64],
    pair: int,
    beat: float,
    target: Columns,
    row: int,
    found: Found,
) -> float:
    """Write a pair's bundle worth most, if it passes `beat`, into a row; return its worth, or `beat`."""
    constant = reach.pair_points[pair] - pair_price(reach, prices, reach.pair_pupil[pair], reach.pair_employer[pair])
    count, _ = price_pair(reach, stock, piece_price, pair, beat - constant, found)
    if count == 0:
        return beat
    target.employer[row], target.function[row] = reach.pair_employer[pair], -1
    copy_slots(found.lot, found.count, 0, target.lot, target.count, row)
    target.points[row] = column_points(reach, pair, found.lot[0], found.count[0])
    return float(found.value[0] + constant)


@compiled
def best_position(
    reach: Reach,
    stock: Stock,
    prices: Prices,
    piece_price: NDArray[np.float64],
    pupil: int,
    employer: int,
    beat: float,
    target: Columns,
    row: int,
    found: Found,
) -> float:
    """Write the pupil's position worth most at an employer, from what is left, into a row; return its worth.

    Where there is none, the row's employer is -1 and the worth a very low number.
    """
    target.pupil[row], target.employer[row] = pupil, -1
    if not has_room(reach.work, stock, pupil, employer):
        return NONE
    best = best_seat(reach, stock, prices, pupil, employer, beat, target, row)
    pair = find_pair(reach, pupil, employer)
    if pair >= 0:
        best = best_carved(reach, stock, prices, piece_price, pair, best, target, row, found)
    return best if target.employer[row] >= 0 else NONE


@compiled(inline=True)
def good_position(
    reach: Reach,
    stock: Stock,
    prices: Prices,
    piece_price: NDArray[np.float64],
    pupil: int,
    employer: int,
    shelf: Shelf,
    target: Columns,
    row: int,
    found: Found,
) -> float:
    """Like `best_position`, but the search has to beat the bundles found before; what it finds is kept for later."""
    target.pupil[row], target.employer[row] = pupil, -1
    if not has_room(reach.work, stock, pupil, employer):
        return NONE
    best, pair = best_seat(reach, stock, prices, pupil, employer, NONE, target, row), find_pair(reach, pupil, employer)
    if pair >= 0:
        price = pair_price(reach, prices, pupil, employer)
        kept, worth = best_kept(reach, stock, piece_price, pair, best + price, shelf)
        if kept >= 0:
            target.employer[row], target.function[row], best = employer, -1, worth - price
            take_down(shelf, pair, kept, target, row)
        better = best_carved(reach, stock, prices, piece_price, pair, best, target, row, found)
        if better > best:
            best = better
            keep(shelf, pair, target, row)
    return best if target.employer[row] >= 0 else NONE


@compiled
def new_found(rows: int, most_tasks: int) -> Found:
    """Return room for the best bundles."""
    return Found(np.full((rows, most_tasks), -1, np.int64), np.zeros((rows, most_tasks), np.int64), np.zeros(rows))


@compiled
def value_of(chosen: Columns, pupil: int, aims: Aims) -> int:
    """Return what a pupil's placement adds to the aims, 0 when unplaced."""
    if chosen.employer[pupil] < 0:
        return 0
    return int(aims.bonus[pupil] + aims.scale * chosen.points[pupil])


@compiled
def draw(state: NDArray[np.int64]) -> float:
    """Return the next number in [0, 1) of a multiplicative congruential generator (Lehmer; Park and Miller 1988)."""
    state[0] = state[0] * 48271 % 2147483647
    return float((state[0] - 1) / 2147483646.0)


@compiled
def empty_columns(rows: int, most_tasks: int) -> Columns:
    """Return room for columns inside a kernel."""
    return Columns(
        np.zeros(rows, np.int64),
        np.full(rows, -1, np.int64),
        np.full(rows, -1, np.int64),
        np.zeros(rows, np.int64),
        np.full((rows, most_tasks), -1, np.int64),
        np.zeros((rows, most_tasks), np.int64),
    )


@compiled(inline=True)
def fill(
    reach: Reach,
    stock: Stock,
    prices: Prices,
    piece_price: NDArray[np.float64],
    shelf: Shelf,
    aims: Aims,
    employers: NDArray[np.int64],
    pupils: NDArray[np.int64],
    chosen: Columns,
    state: NDArray[np.int64],
    noise: float,
) -> None:
    """Give positions at the employers to those pupils who have none, the one with most to lose first (regret).

    A position once priced stays the best one until somebody takes of what it uses, because stock only shrinks.
    """
    work, width = reach.work, len(employers)
    found = new_found(1, work.max_tasks)
    table = empty_columns(len(pupils) * width, work.max_tasks)
    worth = np.full(len(pupils) * width, NONE)
    open_to = np.ones(len(pupils), np.bool_)
    for i in range(len(pupils)):
        if chosen.employer[pupils[i]] >= 0:
            open_to[i] = False
            continue
        for j in range(width):
            row = i * width + j
            worth[row] = good_position(
                reach, stock, prices, piece_price, pupils[i], employers[j], shelf, table, row, found
            )
    while True:
        who, where, most = -1, -1, NONE
        for i in range(len(pupils)):
            if not open_to[i]:
                continue
            top, second, at = NONE, NONE, -1
            for j in range(width):
                if worth[i * width + j] > top:
                    top, second, at = worth[i * width + j], top, j
                elif worth[i * width + j] > second:
                    second = worth[i * width + j]
            if at < 0:
                open_to[i] = False
                continue
            # Without a second choice the pupil stands to lose the placement itself.
            lose = aims.scale * (top - second) if second > NONE else aims.bonus[pupils[i]] + aims.scale * top
            lose += noise * draw(state) * aims.scale
            if lose > most:
                who, where, most = i, at, lose
        if who < 0:
            return
        row = who * width + where
        copy_column(table, row, chosen, pupils[who])
        take(work, stock, chosen, pupils[who])
        open_to[who] = False
        for i in range(len(pupils)):
            other = i * width + where
            if open_to[i] and worth[other] > NONE and not column_fits(work, stock, table, other):
                worth[other] = good_position(
                    reach, stock, prices, piece_price, pupils[i], employers[where], shelf, table, other, found
                )
