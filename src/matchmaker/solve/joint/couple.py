"""The best position of one pupil at two employers, exactly.

The search is that of `bundle`, over the lots of both employers as if they were one, with two conditions more: there is
work at both, and the week can be divided between them (`halves`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matchmaker.solve.bundle import LEAST_HOURS, LEAST_SHARE, TIE, Found, Trail, add_lot, keep_bundle, new_trail
from matchmaker.solve.bundle_bounds import EPS, Items, Limits, fill_bound, most_hours_table, price_slots, useful_items
from matchmaker.solve.compiled import compiled
from matchmaker.solve.halves import WEEK, halves_hold
from matchmaker.solve.joint.pricing import column_points
from matchmaker.solve.joint.stock import Columns, Stock
from matchmaker.solve.reach import Reach

__all__ = ["price_two", "write_two"]

MOST_NODES = 20_000


class Joined(NamedTuple):
    """The items of a pupil at two employers as lots of one: functions and moments of the second come after the first's.

    `lot` is the row in the region, `first` how many of them are at the first employer; `function` is what is left of
    the hours of each function. The other names are those of `Work`.
    """

    lot: NDArray[np.int64]
    points: NDArray[np.int64]
    net: NDArray[np.float64]
    pieces: NDArray[np.int64]
    lot_hours: NDArray[np.float64]
    part_start: NDArray[np.int64]
    part_hours: NDArray[np.float64]
    part_when: NDArray[np.int64]
    part_function: NDArray[np.int64]
    function: NDArray[np.float64]


@compiled
def join(reach: Reach, stock: Stock, piece_price: NDArray[np.float64], one: int, other: int) -> Joined:
    """Put the items of two pairs of a pupil side by side."""
    work = reach.work
    items, parts, functions = 0, 0, 0
    for pair in (one, other):
        employer = reach.pair_employer[pair]
        functions += work.function_start[employer + 1] - work.function_start[employer]
        for item in range(reach.item_start[pair], reach.item_start[pair + 1]):
            lot = reach.item_lot[item]
            items += 1
            parts += work.part_start[lot + 1] - work.part_start[lot]
    joined = Joined(
        np.empty(items, np.int64),
        np.empty(items, np.int64),
        np.empty(items),
        np.empty(items, np.int64),
        np.empty(items),
        np.zeros(items + 1, np.int64),
        np.empty(parts),
        np.empty(parts, np.int64),
        np.empty(parts, np.int64),
        np.empty(functions),
    )
    row, at, shift, week = 0, 0, 0, 0
    for pair in (one, other):
        employer = reach.pair_employer[pair]
        for item in range(reach.item_start[pair], reach.item_start[pair + 1]):
            lot = reach.item_lot[item]
            joined.lot[row], joined.points[row] = lot, reach.item_points[item]
            joined.net[row] = reach.item_points[item] - piece_price[lot]
            joined.pieces[row], joined.lot_hours[row] = stock.pieces[lot], work.lot_hours[lot]
            for part in range(work.part_start[lot], work.part_start[lot + 1]):
                joined.part_hours[at] = work.part_hours[part]
                joined.part_when[at] = np.int64(work.part_when[part]) << week
                joined.part_function[at] = work.part_function[part] + shift
                at += 1
            row += 1
            joined.part_start[row] = at
        for function in range(work.function_start[employer], work.function_start[employer + 1]):
            joined.function[shift] = stock.function[function]
            shift += 1
        week = WEEK
    return joined


@compiled
def at_both(trail: Trail, depth: int) -> bool:
    """Say whether the bundle of the trail has work at both employers."""
    sides = 0
    for group in range(trail.groups[depth]):
        sides |= 1 if trail.group_mask[depth, group] < 1 << WEEK else 2
    return sides == 3


@compiled
def search_two(joined: Joined, limits: Limits, floor: float, nodes: int, found: Found) -> tuple[int, float]:
    """Search depth first for bundles worth more than `floor`; return how many are kept and a bound on all others."""
    every = np.arange(len(joined.lot))
    least_hours = max(LEAST_HOURS, limits.hours_min / LEAST_SHARE)
    items = useful_items(every, joined.net, joined.pieces, joined, limits, least_hours)  # type: ignore[arg-type]
    order, slot_price = price_slots(items, limits.hours_max, limits.tasks)
    items = Items(
        items.row[order],
        items.net[order] - slot_price * items.tasks[order],
        items.hours[order],
        items.tasks[order],
        items.function[order],
    )
    scratch, none = np.empty(len(limits.function)), np.zeros(len(limits.function))
    root = slot_price * limits.tasks + fill_bound(items, 0, limits.hours_max, limits.hours_min, limits, none, scratch)
    if root <= floor + TIE:
        return 0, root
    most_hours = most_hours_table(items.hours, limits.tasks)
    trail = new_trail(limits.tasks, len(limits.function))
    kept, depth = 0, 0
    while depth >= 0:
        slots = limits.tasks - trail.tasks[depth]
        if trail.left[depth] == 0:
            trail.item[depth] += 1
            k = trail.item[depth]
            need = limits.hours_min - trail.hours[depth]
            if k >= len(items.net) or slots == 0 or most_hours[k, slots] < need - EPS:
                depth -= 1
                continue
            room = limits.hours_max - trail.hours[depth]
            more = fill_bound(items, k, room, need, limits, trail.taken[depth], scratch)
            if trail.value[depth] + slot_price * slots + more <= floor + TIE:
                depth -= 1
                continue
            if items.tasks[k] > slots:
                continue
            i = items.row[k]
            trail.left[depth] = min(joined.pieces[i], int((room + EPS) / joined.lot_hours[i]))
            if trail.left[depth] == 0:
                continue
        count, k = trail.left[depth], trail.item[depth]
        trail.left[depth] -= 1
        nodes -= 1
        if nodes < 0:
            return kept, max(root, floor)
        if not add_lot(trail, depth, items.row[k], count, joined, limits):  # type: ignore[arg-type]
            continue
        both = at_both(trail, depth + 1)
        if not both and slots == items.tasks[k]:
            continue
        if both and not halves_hold(trail.group_mask[depth + 1], trail.group_hours[depth + 1], trail.groups[depth + 1]):
            continue
        depth += 1
        trail.value[depth] = trail.value[depth - 1] + count * joined.net[items.row[k]]
        trail.points[depth] = trail.points[depth - 1] + count * joined.points[items.row[k]]
        trail.tasks[depth] = trail.tasks[depth - 1] + items.tasks[k]
        trail.item[depth] = k
        trail.left[depth] = 0
        enough = both and trail.hours[depth] >= limits.hours_min - EPS and trail.points[depth] >= limits.points
        if enough and trail.value[depth] > floor + TIE:
            kept = keep_bundle(found, kept, trail, depth, items, joined.lot)
            if kept == len(found.value):
                floor = found.value[kept - 1]
    return kept, floor


@compiled
def price_two(
    reach: Reach, stock: Stock, piece_price: NDArray[np.float64], one: int, other: int, beat: float, found: Found
) -> tuple[int, float]:
    """Find the best bundles of a pupil at two employers (pairs `one` and `other`) from what is left.

    Those whose points less prices of their pieces pass `beat`. Returns how many were found (at most one a row of
    `found`), and an upper bound on the value of all others.
    """
    work, pupil = reach.work, reach.pair_pupil[one]
    if work.max_tasks < 2:
        return 0, -np.inf
    joined = join(reach, stock, piece_price, one, other)
    moments = int(work.available[pupil])
    limits = Limits(
        work.hours_min[pupil],
        work.hours_max[pupil],
        work.max_tasks,
        work.fit_floor - reach.pair_points[one] - reach.pair_points[other],
        moments | moments << WEEK,
        joined.function,
    )
    return search_two(joined, limits, beat, MOST_NODES, found)


@compiled
def write_two(
    reach: Reach,
    one: int,
    other: int,
    lots: NDArray[np.int64],
    counts: NDArray[np.int64],
    columns: Columns,
    row: int,
) -> None:
    """Write a bundle at two employers into a row; the employer with most hours counts as its own, ties by row."""
    work, hours = reach.work, 0.0
    for slot in range(len(lots)):
        columns.lot[row, slot], columns.count[row, slot] = lots[slot], counts[slot]
        if lots[slot] >= 0:
            at_one = work.lot_employer[lots[slot]] == reach.pair_employer[one]
            hours += counts[slot] * work.lot_hours[lots[slot]] * (1.0 if at_one else -1.0)
    columns.pupil[row] = reach.pair_pupil[one]
    columns.employer[row] = reach.pair_employer[one if hours > -EPS else other]
    columns.function[row] = -1
    columns.points[row] = column_points(reach, one, lots, counts) + column_points(reach, other, lots, counts)
