"""What may go into a bundle, in which order to try it, and how much it can still add: the bounds of `bundle`."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matchmaker.solve.compiled import compiled

__all__ = [
    "EPS",
    "Items",
    "Limits",
    "Parts",
    "fill_bound",
    "most_hours_table",
    "price_slots",
    "quick_bound",
    "useful_items",
]

EPS = 1e-6
BISECTIONS = 8
QUICK_STEPS, QUICK_LENGTH = 6, 1.5
FIRST_GUESS = (0.5, 0.25)
"""Shares of the value to beat that all hours and all task slots are thought to be worth. At prices that have settled
it settles four fifths of all pairs, six steps from there settle eleven twelfths."""


class Items(NamedTuple):
    """What may go into the bundle, in the order of the search.

    `row` points into the caller's arrays; `net` and `hours` are of all pieces together, `net` less the price of the
    task slots; `function` is -1 for a group of several tasks.
    """

    row: NDArray[np.int64]
    net: NDArray[np.float64]
    hours: NDArray[np.float64]
    tasks: NDArray[np.int64]
    function: NDArray[np.int64]


class Parts(NamedTuple):
    """The tasks that lots consist of, named as in `Work`: few arrays, for a call hands over every one of them."""

    lot_hours: NDArray[np.float64]
    part_start: NDArray[np.int64]
    part_hours: NDArray[np.float64]
    part_when: NDArray[np.int32]
    part_function: NDArray[np.int64]


class Limits(NamedTuple):
    """What the position must keep to.

    Hours, number of tasks, least points of its pieces, the pupil's moments, hours left in each of the functions.
    """

    hours_min: float
    hours_max: float
    tasks: int
    points: int
    available: int
    function: NDArray[np.float64]


@compiled
def quick_bound(
    lots: NDArray[np.int32],
    points: NDArray[np.int32],
    piece_price: NDArray[np.float64],
    pieces: NDArray[np.int64],
    lot_hours: NDArray[np.float64],
    part_start: NDArray[np.int64],
    most_tasks: int,
    hours_max: float,
    beat: float,
) -> float:
    """Bound the value of every bundle without sorting anything; stop as soon as the bound does not pass `beat`.

    With a price of an hour and one of a task slot, whatever they are, no bundle is worth more than all the hours and
    slots at these prices and what every lot is worth beyond them (Lagrangian relaxation of both limits). A few
    subgradient steps aim at `beat`. Prices and pieces have a row for every lot.
    """
    lowest, (of_hours, of_slots) = np.inf, FIRST_GUESS
    if beat <= 0.0 or hours_max <= EPS:
        return lowest
    for _ in range(QUICK_STEPS):
        hour, slot = of_hours * beat / hours_max, of_slots * beat / most_tasks
        bound, used, taken = (of_hours + of_slots) * beat, 0.0, 0
        for i in range(len(lots)):
            lot = lots[i]
            hours = lot_hours[lot]
            beyond = points[i] - piece_price[lot] - hour * hours
            if beyond <= 0.0:
                continue
            # Division is slow, and mostly there are fewer pieces than there are hours.
            most = pieces[lot] if pieces[lot] * hours <= hours_max else int((hours_max + EPS) / hours)
            tasks = part_start[lot + 1] - part_start[lot]
            if most * beyond > slot * tasks:
                bound += most * beyond - slot * tasks
                used += most * hours
                taken += tasks
        lowest = min(lowest, bound)
        more_hours, more_slots = used / hours_max - 1.0, taken / most_tasks - 1.0
        norm = more_hours**2 + more_slots**2
        if lowest <= beat or norm <= EPS:
            break
        length = QUICK_LENGTH * (bound / beat - 1.0) / norm
        of_hours, of_slots = max(0.0, of_hours + length * more_hours), max(0.0, of_slots + length * more_slots)
    return lowest


@compiled
def slots_used(items: Items, order: NDArray[np.int64], room: float, price: float) -> float:
    """Count the task slots of the fractional fill at this price of a slot."""
    used = 0.0
    for i in order:
        if items.net[i] <= price * items.tasks[i] or room <= EPS:
            break
        part = min(1.0, room / items.hours[i])
        used += part * items.tasks[i]
        room -= part * items.hours[i]
    return used


@compiled
def sort_by_worth(items: Items, price: float, order: NDArray[np.int64], worth: NDArray[np.float64]) -> None:
    """Sort `order` by value an hour at this price of a slot, best first, ties by item.

    By insertion, because the order is nearly sorted already.
    """
    for i in range(len(order)):
        worth[i] = (items.net[i] - price * items.tasks[i]) / items.hours[i]
    for place in range(1, len(order)):
        moving, at = order[place], place
        while at > 0:
            other = order[at - 1]
            if worth[other] > worth[moving] or (worth[other] == worth[moving] and other < moving):
                break
            order[at] = other
            at -= 1
        order[at] = moving


@compiled
def price_slots(items: Items, room: float, most_tasks: int) -> tuple[NDArray[np.int64], float]:
    """Find the price of a task slot at which hours and slots run out together, and the items' order at that price.

    The fractional fill in that order plus price x slots is an upper bound on any bundle (Lagrangian relaxation of the
    number of tasks); this price makes it nearly the smallest such bound.
    """
    order, worth = np.arange(len(items.net)), np.empty(len(items.net))
    sort_by_worth(items, 0.0, order, worth)
    if slots_used(items, order, room, 0.0) <= most_tasks:
        return order, 0.0
    low, high = 0.0, 0.0
    for i in range(len(items.net)):
        high = max(high, items.net[i] / items.tasks[i])
    for _ in range(BISECTIONS):
        price = (low + high) / 2
        sort_by_worth(items, price, order, worth)
        if slots_used(items, order, room, price) > most_tasks:
            low = price
        else:
            high = price
    sort_by_worth(items, high, order, worth)
    return order, high


@compiled
def fill_bound(
    items: Items,
    start: int,
    room: float,
    need: float,
    limits: Limits,
    taken: NDArray[np.float64],
    scratch: NDArray[np.float64],
) -> float:
    """Bound what items from `start` on can still add within `room` hours, when they must add `need` hours at least.

    The hours of the position and those of each function are nested limits, for which filling by value an hour is the
    best fractional choice (greedy on a polymatroid). Items of several functions count as of none.
    """
    bound = 0.0
    for f in range(len(scratch)):
        scratch[f] = limits.function[f] - taken[f]
    for i in range(start, len(items.net)):
        wanted = room if items.net[i] > 0.0 else need
        part = min(items.hours[i], wanted)
        if part <= EPS:
            if items.net[i] <= 0.0 or room <= EPS:
                break
            continue
        if items.function[i] >= 0:
            part = min(part, scratch[items.function[i]])
            if part <= 0.0:
                continue
            scratch[items.function[i]] -= part
        bound += items.net[i] * part / items.hours[i]
        room -= part
        need -= part
    return bound if need <= EPS else -np.inf


@compiled
def most_hours_table(hours: NDArray[np.float64], most_tasks: int) -> NDArray[np.float64]:
    """Return the most hours that items from each on can add in so many slots, shape (items + 1, slots + 1)."""
    table = np.zeros((len(hours) + 1, most_tasks + 1))
    longest = np.zeros(most_tasks + 1)
    for i in range(len(hours) - 1, -1, -1):
        moving = hours[i]
        for slot in range(most_tasks):
            if moving > longest[slot]:
                moving, longest[slot] = longest[slot], moving
        total = 0.0
        for slot in range(most_tasks):
            total += longest[slot]
            table[i, slot + 1] = total
    return table


@compiled
def useful_items(
    lots: NDArray[np.int64],
    net: NDArray[np.float64],
    pieces: NDArray[np.int64],
    parts: Parts,
    limits: Limits,
    least_hours: float,
) -> Items:
    """Collect the items that fit into the hours of the position and of which every task has `least_hours` or more."""
    count = 0
    items = Items(
        np.empty(len(lots), np.int64),
        np.empty(len(lots)),
        np.empty(len(lots)),
        np.empty(len(lots), np.int64),
        np.empty(len(lots), np.int64),
    )
    for i in range(len(lots)):
        lot = lots[i]
        most = min(pieces[i], int((limits.hours_max + EPS) / parts.lot_hours[lot]))
        smallest = 1e9
        for part in range(parts.part_start[lot], parts.part_start[lot + 1]):
            smallest = min(smallest, most * parts.part_hours[part])
        if most < 1 or smallest < least_hours - EPS:
            continue
        items.row[count] = i
        items.net[count] = most * net[i]
        items.hours[count] = most * parts.lot_hours[lot]
        items.tasks[count] = parts.part_start[lot + 1] - parts.part_start[lot]
        items.function[count] = parts.part_function[parts.part_start[lot]] if items.tasks[count] == 1 else -1
        count += 1
    return Items(items.row[:count], items.net[:count], items.hours[:count], items.tasks[:count], items.function[:count])
