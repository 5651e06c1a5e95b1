"""The best bundle of tasks for one pupil at one employer, exactly: branch and bound with proven bounds.

A bundle takes whole pieces of lots such that hours, number of tasks, least hours of a task, the functions' caps and the
week all fit. Its value is the points of its pieces minus their prices. The bounds are in `bundle_bounds`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matchmaker.solve.bundle_bounds import (
    EPS,
    Items,
    Limits,
    Parts,
    fill_bound,
    most_hours_table,
    price_slots,
    useful_items,
)
from matchmaker.solve.compiled import compiled

if TYPE_CHECKING:
    from matchmaker.solve.reach import Work

__all__ = ["LEAST_HOURS", "Found", "Limits", "best_bundle", "copy_slots", "popcount", "week_holds"]

LEAST_HOURS = 0.5
LEAST_SHARE = 16.0
BAND = 8.0
TIE = 1e-9


@compiled
def popcount(mask: int) -> int:
    """Count the moments in a bit mask."""
    count = 0
    while mask:
        mask &= mask - 1
        count += 1
    return count


@compiled
def week_holds(masks: NDArray[np.int64], hours: NDArray[np.float64], count: int) -> bool:
    """Say by Hall's condition whether groups of hours fit into their open moments, four hours each."""
    for subset in range(1, 1 << count):
        union, need = 0, 0.0
        for group in range(count):
            if subset >> group & 1:
                union |= masks[group]
                need += hours[group]
        if need > 4.0 * popcount(union) + EPS:
            return False
    return True


class Trail(NamedTuple):
    """The branch of the search that is looked at, one row a depth; `left` counts the pieces still to be tried."""

    item: NDArray[np.int64]
    left: NDArray[np.int64]
    hours: NDArray[np.float64]
    value: NDArray[np.float64]
    points: NDArray[np.int64]
    tasks: NDArray[np.int64]
    least: NDArray[np.float64]
    groups: NDArray[np.int64]
    group_mask: NDArray[np.int64]
    group_hours: NDArray[np.float64]
    taken: NDArray[np.float64]


class Found(NamedTuple):
    """The best bundles so far, best first; unused slots have lot -1."""

    lot: NDArray[np.int64]
    count: NDArray[np.int64]  # type: ignore[assignment]  # hides a method of tuple that nobody needs here
    value: NDArray[np.float64]


@compiled
def new_trail(most_tasks: int, functions: int) -> Trail:
    """Return an empty trail, its first row the empty bundle."""
    rows = most_tasks + 2
    trail = Trail(
        np.zeros(rows, np.int64),
        np.zeros(rows, np.int64),
        np.zeros(rows),
        np.zeros(rows),
        np.zeros(rows, np.int64),
        np.zeros(rows, np.int64),
        np.full(rows, 1e9),
        np.zeros(rows, np.int64),
        np.zeros((rows, rows), np.int64),
        np.zeros((rows, rows)),
        np.zeros((rows, functions)),
    )
    trail.item[0] = -1
    return trail


@compiled
def add_lot(trail: Trail, depth: int, lot: int, count: int, parts: Parts, limits: Limits) -> bool:
    """Write `count` pieces of a lot below `depth`, and say whether every limit still holds."""
    below = depth + 1
    trail.hours[below] = trail.hours[depth] + count * parts.lot_hours[lot]
    trail.least[below] = trail.least[depth]
    trail.groups[below] = trail.groups[depth]
    for g in range(trail.groups[depth]):
        trail.group_mask[below, g] = trail.group_mask[depth, g]
        trail.group_hours[below, g] = trail.group_hours[depth, g]
    for f in range(len(limits.function)):
        trail.taken[below, f] = trail.taken[depth, f]
    for part in range(parts.part_start[lot], parts.part_start[lot + 1]):
        hours, function = count * parts.part_hours[part], parts.part_function[part]
        trail.least[below] = min(trail.least[below], hours)
        trail.taken[below, function] += hours
        if trail.taken[below, function] > limits.function[function] + EPS:
            return False
        mask = parts.part_when[part] & limits.available
        g = 0
        while g < trail.groups[below] and trail.group_mask[below, g] != mask:
            g += 1
        if g == trail.groups[below]:
            trail.groups[below] += 1
            trail.group_mask[below, g] = mask
            trail.group_hours[below, g] = 0.0
        trail.group_hours[below, g] += hours
    least = trail.least[below]
    if least < LEAST_HOURS - EPS or LEAST_SHARE * least < trail.hours[below] - EPS:
        return False
    return week_holds(trail.group_mask[below], trail.group_hours[below], trail.groups[below])


@compiled
def copy_slots(
    lot: NDArray[np.int64],
    count: NDArray[np.int64],
    row: int,
    to_lot: NDArray[np.int64],
    to_count: NDArray[np.int64],
    place: int,
) -> None:
    """Copy a row of lots and counts; element by element, because a copy of a whole row takes seconds to compile."""
    for slot in range(lot.shape[1]):
        to_lot[place, slot] = lot[row, slot]
        to_count[place, slot] = count[row, slot]


@compiled
def keep_bundle(found: Found, kept: int, trail: Trail, depth: int, items: Items, lots: NDArray[np.int64]) -> int:
    """Put the bundle of the trail among the best, and return how many are kept."""
    place = min(kept, len(found.value) - 1)
    while place > 0 and found.value[place - 1] < trail.value[depth]:
        found.value[place] = found.value[place - 1]
        copy_slots(found.lot, found.count, place - 1, found.lot, found.count, place)
        place -= 1
    found.value[place] = trail.value[depth]
    for d in range(depth, found.lot.shape[1]):
        found.lot[place, d] = -1
        found.count[place, d] = 0
    for d in range(depth):
        found.lot[place, d] = lots[items.row[trail.item[d]]]
        # The count was lowered when the branch was entered, ready for the next one.
        found.count[place, d] = trail.left[d] + 1
    return min(kept + 1, len(found.value))


@compiled
def search(
    lots: NDArray[np.int64],
    net: NDArray[np.float64],
    points: NDArray[np.int64],
    pieces: NDArray[np.int64],
    parts: Parts,
    limits: Limits,
    least_hours: float,
    floor: float,
    nodes: int,
    kept: int,
    found: Found,
) -> tuple[int, float, int]:
    """Search one band of hours depth first; return how many bundles are kept, a bound on all others, and nodes left."""
    items = useful_items(lots, net, pieces, parts, limits, least_hours)
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
        return kept, root, nodes
    most_hours = most_hours_table(items.hours, limits.tasks)
    trail = new_trail(limits.tasks, len(limits.function))
    depth = 0
    while depth >= 0:
        if trail.left[depth] == 0:
            trail.item[depth] += 1
            k, slots = trail.item[depth], limits.tasks - trail.tasks[depth]
            need = limits.hours_min - trail.hours[depth]
            if k >= len(items.net) or slots == 0 or most_hours[k, slots] < need - EPS:
                depth -= 1
                continue
            room = limits.hours_max - trail.hours[depth]
            more = fill_bound(items, k, room, need, limits, trail.taken[depth], scratch)
            if trail.value[depth] + slot_price * slots + more <= floor + TIE:
                depth -= 1
                continue
            i = items.row[k]
            if items.tasks[k] > slots:
                continue
            trail.left[depth] = min(pieces[i], int((room + EPS) / parts.lot_hours[lots[i]]))
            if trail.left[depth] == 0:
                continue
        count = trail.left[depth]
        trail.left[depth] -= 1
        nodes -= 1
        if nodes < 0:
            return kept, max(root, floor), 0
        k = trail.item[depth]
        i = items.row[k]
        if not add_lot(trail, depth, lots[i], count, parts, limits):
            continue
        depth += 1
        trail.value[depth] = trail.value[depth - 1] + count * net[i]
        trail.points[depth] = trail.points[depth - 1] + count * points[i]
        trail.tasks[depth] = trail.tasks[depth - 1] + items.tasks[k]
        trail.item[depth] = k
        trail.left[depth] = 0
        enough = trail.hours[depth] >= limits.hours_min - EPS and trail.points[depth] >= limits.points
        if enough and trail.value[depth] > floor + TIE:
            kept = keep_bundle(found, kept, trail, depth, items, lots)
            if kept == len(found.value):
                floor = found.value[kept - 1]
    return kept, floor, nodes


@compiled(inline=True)
def best_bundle(
    lots: NDArray[np.int64],
    net: NDArray[np.float64],
    points: NDArray[np.int64],
    pieces: NDArray[np.int64],
    work: Work,
    limits: Limits,
    beat: float,
    most_nodes: int,
    found: Found,
) -> tuple[int, float]:
    """Find the best bundles worth more than `beat`, best first, as many as `found` has rows.

    A task must be at least a sixteenth of the position: the longer the position, the fewer tasks may go in. The hours
    are therefore searched in bands of eight (sixteen half hours), the longest first, each with the tasks that are long
    enough.

    Parameters
    ----------
    lots, net, points, pieces : arrays, one row an item
        Lot, points minus price of a piece, points of a piece, pieces to be had.
    work : Work
        Hours, moments and functions of lots and their parts.
    limits : Limits
    beat : float
        Only bundles of more value than this are of interest.
    most_nodes : int
        Where to give up; the bound returned then covers what was not looked at.
    found : Found
        Takes the result.

    Returns
    -------
    tuple
        How many bundles were found, and an upper bound on the value of every bundle that is not listed.
    """
    kept, nodes, bound, floor = 0, most_nodes, -np.inf, beat
    parts = Parts(work.lot_hours, work.part_start, work.part_hours, work.part_when, work.part_function)
    smallest = 1e9
    for i in range(len(lots)):
        for part in range(parts.part_start[lots[i]], parts.part_start[lots[i] + 1]):
            smallest = min(smallest, parts.part_hours[part])
    high = limits.hours_max
    while True:
        low = limits.hours_min
        if LEAST_SHARE * smallest < high - EPS:
            low = max(low, BAND * np.ceil(high / BAND - 1.0 - EPS))
        # A band is open below: a bundle of just `low` hours belongs to the next one, and so do tasks of a sixteenth.
        gap = 2 * EPS if low > limits.hours_min + EPS else 0.0
        own = Limits(low + gap, high, limits.tasks, limits.points, limits.available, limits.function)
        least_hours = max(LEAST_HOURS, low / LEAST_SHARE + gap)
        kept, rest, nodes = search(lots, net, points, pieces, parts, own, least_hours, floor, nodes, kept, found)
        bound = max(bound, rest)
        if kept == len(found.value):
            floor = max(floor, found.value[kept - 1])
        if low <= limits.hours_min + EPS:
            return kept, bound
        high = low
