"""Which whole pieces may leave together: all largest choices of pieces that the limits of functions allow.

A limit on the hours that a function may give up is a knapsack of a few lots. Priced by the hour, its relaxation fills
it to the last minute with parts of pieces; priced by its largest choices of whole pieces it does not, and the bound is
that much closer (Dantzig-Wolfe decomposition of the knapsack; Geoffrion 1974 on why it is at least as good).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from matchmaker.solve.compiled import compiled

if TYPE_CHECKING:
    from matchmaker.solve.reach import Reach, Work

__all__ = ["Packings", "dearest", "group_starts", "packings_of"]

MOST_LOTS, MOST_CHOICES, MOST_LARGEST = 16, 4_096, 200
"""Groups of functions with more lots, more choices of pieces, or more largest ones keep a price by the hour."""
EPS = 1e-6


class Packings(NamedTuple):
    """Largest choices of pieces, by group of functions that share lots.

    Attributes
    ----------
    by_hour : bool array, shape (functions)
        Functions with a limit that no group covers.
    by_piece : bool array, shape (lots)
        Lots that no group covers.
    lot_start, lot : int64 arrays
        The lots of every group.
    choice_start : int64 array, shape (groups + 1)
        Choices of every group.
    taken_start, taken : int64 arrays
        Bounds of each choice in `taken`: how many pieces of each lot of its group.
    """

    by_hour: NDArray[np.bool_]
    by_piece: NDArray[np.bool_]
    lot_start: NDArray[np.int64]
    lot: NDArray[np.int64]
    choice_start: NDArray[np.int64]
    taken_start: NDArray[np.int64]
    taken: NDArray[np.int64]


def packings_of(reach: Reach) -> Packings:
    """List the largest choices of pieces for every group of functions that is small enough.

    Examples
    --------
    >>> import matchmaker as mm
    >>> from matchmaker.numbers.problem import make_problem
    >>> from matchmaker.solve.reach import make_reach
    >>> packings = packings_of(make_reach(make_problem(mm.read_region(mm.town()))))
    >>> len(packings.lot_start) == len(packings.choice_start)
    True
    """
    work = reach.work
    lot, function = _drawn(work)
    limited = np.isfinite(work.cap) & np.isin(np.arange(len(work.cap)), function)
    nodes = len(work.lot_pieces) + len(work.cap)
    graph = coo_array((np.ones(len(lot)), (lot, len(work.lot_pieces) + function)), shape=(nodes, nodes))
    _, group = connected_components(graph, directed=False)
    needed = np.unique(group[len(work.lot_pieces) + np.unique(function[limited[function]])])
    by_group = np.argsort(group[: len(work.lot_pieces)], kind="stable")
    sorted_group = group[by_group]
    lots: list[NDArray[np.int64]] = []
    counts: list[NDArray[np.int64]] = []
    lot_start, choice_start, count_start = [0], [0], [0]
    by_hour, by_piece = limited.copy(), np.ones(len(work.lot_pieces), bool)
    room = np.empty(MOST_LARGEST * MOST_LOTS, np.int64)
    for which in needed.tolist():
        own = by_group[np.searchsorted(sorted_group, which) : np.searchsorted(sorted_group, which, side="right")]
        if len(own) > MOST_LOTS:
            continue
        found = largest_choices(work, own, room)
        if found < 0:
            continue
        lots.append(own)
        counts.append(room[: found * len(own)].copy())
        lot_start.append(lot_start[-1] + len(own))
        choice_start.append(choice_start[-1] + found)
        count_start.extend(count_start[-1] + len(own) * np.arange(1, found + 1))
        by_piece[own] = False
        by_hour[function[np.isin(lot, own)]] = False
    return Packings(
        by_hour,
        by_piece,
        np.array(lot_start, np.int64),
        np.concatenate([*lots, np.zeros(0, np.int64)]).astype(np.int64),
        np.array(choice_start, np.int64),
        np.array(count_start, np.int64),
        np.concatenate([*counts, np.zeros(0, np.int64)]).astype(np.int64),
    )


def group_starts(work: Work, packings: Packings) -> NDArray[np.int64]:
    """Return where the groups of each employer begin, shape (employers + 1)."""
    employer = work.lot_employer[packings.lot[packings.lot_start[:-1]]]
    return np.searchsorted(employer, np.arange(len(work.places) + 1)).astype(np.int64)


def _drawn(work: Work) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the lot and the function of every part."""
    lot = np.repeat(np.arange(len(work.lot_pieces)), np.diff(work.part_start))
    return lot, work.function_start[work.lot_employer[lot]] + work.part_function


@compiled
def hours_drawn(work: Work, lots: NDArray[np.int64], count: NDArray[np.int64], function: int) -> float:
    """Return the hours that a choice of pieces takes from a function."""
    hours = 0.0
    for k in range(len(lots)):
        first = work.function_start[work.lot_employer[lots[k]]]
        for part in range(work.part_start[lots[k]], work.part_start[lots[k] + 1]):
            if first + work.part_function[part] == function:
                hours += count[k] * work.part_hours[part]
    return hours


@compiled
def allowed(work: Work, lots: NDArray[np.int64], count: NDArray[np.int64]) -> bool:
    """Say whether a choice of pieces keeps to the limits of all functions it draws on."""
    for k in range(len(lots)):
        first = work.function_start[work.lot_employer[lots[k]]]
        for part in range(work.part_start[lots[k]], work.part_start[lots[k] + 1]):
            function = first + work.part_function[part]
            if hours_drawn(work, lots, count, function) > work.cap[function] + EPS:
                return False
    return True


@compiled
def largest_choices(work: Work, lots: NDArray[np.int64], room: NDArray[np.int64]) -> int:
    """Write all choices of pieces that are allowed and to which no piece can be added; -1 when there are too many."""
    width, choices = len(lots), 1
    for k in range(width):
        choices *= work.lot_pieces[lots[k]] + 1
        if choices > MOST_CHOICES:
            return -1
    count, found = np.zeros(width, np.int64), 0
    for _ in range(choices):
        if allowed(work, lots, count):
            largest = True
            for k in range(width):
                if count[k] < work.lot_pieces[lots[k]]:
                    count[k] += 1
                    largest = not allowed(work, lots, count)
                    count[k] -= 1
                    if not largest:
                        break
            if largest:
                if found == MOST_LARGEST:
                    return -1
                for k in range(width):
                    room[found * width + k] = count[k]
                found += 1
        place = 0
        while place < width:
            count[place] += 1
            if count[place] <= work.lot_pieces[lots[place]]:
                break
            count[place] = 0
            place += 1
    return found


@compiled
def dearest(packings: Packings, piece_price: NDArray[np.float64], pieces: NDArray[np.float64]) -> float:
    """Choose for every group the pieces worth most at these prices; return their worth.

    `pieces` [lots] takes how many of each lot that is.
    """
    total, own = 0.0, np.empty(MOST_LOTS)
    for group in range(len(packings.lot_start) - 1):
        first, last = packings.lot_start[group], packings.lot_start[group + 1]
        best, top = -1, -1.0
        for k in range(last - first):
            own[k] = piece_price[packings.lot[first + k]]
        for choice in range(packings.choice_start[group], packings.choice_start[group + 1]):
            at, worth = packings.taken_start[choice], 0.0
            for k in range(last - first):
                worth += packings.taken[at + k] * own[k]
            if worth > top:
                best, top = choice, worth
        at = packings.taken_start[best]
        for k in range(last - first):
            pieces[packings.lot[first + k]] = packings.taken[at + k]
        total += top
    return total
