"""The best positions of a team at one employer: a search through all positions that come near their pupil's best.

At prices that bound a team's points every position falls short of its pupil's best by some loss, and what nobody uses
loses its price. The points of a filling are the bound less all it loses, so that a filling of small loss holds only
positions of small loss: these are listed, and searched pupil by pupil, the one with the fewest positions left first.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matchmaker.solve.compiled import compiled
from matchmaker.solve.joint.team import Bench, Positions, dearest_of, fits

__all__ = ["best_filling"]

EPS = 1e-6


class Level(NamedTuple):
    """One depth of the search: what is used so far, and which positions are still open to every member of the team."""

    used: NDArray[np.int64]
    hours: NDArray[np.float64]
    loss: NDArray[np.float64]
    open_to: NDArray[np.int64]
    width: NDArray[np.int64]
    slot: NDArray[np.int64]
    at: NDArray[np.int64]


@compiled
def unused(
    bench: Bench,
    near: Positions,
    level: Level,
    depth: int,
    price: NDArray[np.float64],
    most: NDArray[np.int64],
    own: NDArray[np.int64],
) -> float:
    """Return the price of what nobody can use any more: the positions open to each member use so much of it at most."""
    rows, members = len(bench.have), level.width.shape[1]
    for row in range(rows):
        most[row] = level.used[depth, row]
    for slot in range(members):
        own[:] = 0
        for k in range(level.width[depth, slot]):
            one = level.open_to[depth, slot, k]
            for part in range(near.row.shape[1]):
                row = near.row[one, part]
                if row < 0:
                    break
                own[row] = max(own[row], near.count[one, part])
        for row in range(rows):
            most[row] += own[row]
    total = 0.0
    for row in range(rows):
        if not bench.grouped[row]:
            total += price[row] * max(0, bench.have[row] - most[row])
    for group in range(len(bench.choice_start) - 1):
        total += dearest_of(bench, group, price, bench.have)[0] - dearest_of(bench, group, price, most)[0]
    for function in range(len(bench.cap)):
        if bench.by_hour[function] and price[rows + function] > 0.0:
            hours = 0.0
            for row in range(rows):
                hours += min(most[row], bench.have[row]) * bench.hours[row, function]
            total += price[rows + function] * max(0.0, bench.cap[function] - hours)
    return total


@compiled
def enter(
    bench: Bench, near: Positions, loss: NDArray[np.float64], level: Level, depth: int, one: int, spare: float
) -> None:
    """Write the next depth: `one` is taken, and what does not fit beside it is closed.

    So is what loses `spare` more than the first one open to the same member.
    """
    below, taken = depth + 1, level.slot[depth]
    level.used[below] = level.used[depth]
    level.hours[below] = level.hours[depth]
    level.loss[below] = level.loss[depth] + loss[one]
    for part in range(near.row.shape[1]):
        row = near.row[one, part]
        if row < 0:
            break
        level.used[below, row] += near.count[one, part]
        for function in range(len(bench.cap)):
            level.hours[below, function] += near.count[one, part] * bench.hours[row, function]
    for slot in range(level.width.shape[1]):
        level.width[below, slot] = 0
        if slot == taken:
            continue
        first = level.open_to[depth, slot, 0]
        for k in range(level.width[depth, slot]):
            other = level.open_to[depth, slot, k]
            if loss[other] >= loss[first] + spare:
                break
            if fits(bench, near, other, level.used[below], level.hours[below]):
                level.open_to[below, slot, level.width[below, slot]] = other
                level.width[below, slot] += 1


@compiled
def least_to_come(
    near: Positions, loss: NDArray[np.float64], level: Level, depth: int, left: NDArray[np.bool_]
) -> tuple[float, int]:
    """Return what those not seated lose at least, and which of them has fewest positions open; -1 when one has none."""
    total, fewest, choice = 0.0, 1 << 60, -1
    for slot in range(len(left)):
        if left[slot]:
            if level.width[depth, slot] == 0:
                return 1e18, -1
            total += loss[level.open_to[depth, slot, 0]]
            if level.width[depth, slot] < fewest:
                fewest, choice = level.width[depth, slot], slot
    return total, choice


@compiled
def best_filling(
    bench: Bench,
    near: Positions,
    start: NDArray[np.int64],
    loss: NDArray[np.float64],
    price: NDArray[np.float64],
    beat: float,
    most_nodes: int,
    best: NDArray[np.int64],
) -> tuple[float, int]:
    """Find one position for every member of a team such that all fit and least is lost, less than `beat`.

    The positions of member k are rows `start[k]` to before `start[k + 1]` of `near`, the least loss first. `price` is
    that of the rows, then of an hour of each function. Writes the rows chosen into `best`, -1 where nothing is found.

    Returns
    -------
    tuple
        The least loss (or `beat`), and how many nodes are left; below 0 nothing is proved.
    """
    members, rows, widest = len(start) - 1, len(bench.have), 0
    for slot in range(members):
        widest = max(widest, start[slot + 1] - start[slot])
    level = Level(
        np.zeros((members + 1, rows), np.int64),
        np.zeros((members + 1, len(bench.cap))),
        np.zeros(members + 1),
        np.zeros((members + 1, members, max(widest, 1)), np.int64),
        np.zeros((members + 1, members), np.int64),
        np.full(members + 1, -1, np.int64),
        np.zeros(members + 1, np.int64),
    )
    most, own, left = np.zeros(rows, np.int64), np.zeros(rows, np.int64), np.ones(members, np.bool_)
    chosen = np.full(members, -1, np.int64)
    whole = price.copy()
    best[:] = -1
    for slot in range(members):
        for k in range(start[slot + 1] - start[slot]):
            level.open_to[0, slot, k] = start[slot] + k
        level.width[0, slot] = start[slot + 1] - start[slot]
    depth, entered = 0, True
    while depth >= 0:
        if entered:
            most_nodes -= 1
            if most_nodes < 0:
                return beat, most_nodes
            more, slot = least_to_come(near, loss, level, depth, left)
            level.slot[depth], level.at[depth] = slot, 0
            lost = level.loss[depth] + more
            if lost < beat - EPS and (slot >= 0 or depth == members):
                lost += unused(bench, near, level, depth, whole, most, own)
            if depth == members and lost < beat - EPS:
                beat = lost
                best[:] = chosen
            if depth == members or slot < 0 or lost >= beat - EPS:
                entered = False
                depth -= 1
                if depth >= 0:
                    left[level.slot[depth]] = True
                continue
        slot, at = level.slot[depth], level.at[depth]
        first = level.open_to[depth, slot, 0]
        if at < level.width[depth, slot]:
            one = level.open_to[depth, slot, at]
            more, _ = least_to_come(near, loss, level, depth, left)
            spare = beat - EPS - (level.loss[depth] + more - loss[first] + loss[one])
            if spare > 0.0:
                level.at[depth] += 1
                enter(bench, near, loss, level, depth, one, spare)
                left[slot], chosen[slot] = False, one
                depth += 1
                entered = True
                continue
        entered = False
        depth -= 1
        if depth >= 0:
            left[level.slot[depth]] = True
    return beat, most_nodes
