"""Positions from what a plan leaves, and swaps of two pupils: points that surely can be had, for many at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from matchmaker.solve.bundle import Found
from matchmaker.solve.chunks import in_chunks
from matchmaker.solve.compiled import compiled
from matchmaker.solve.joint.build import best_position
from matchmaker.solve.joint.stock import Columns, Prices, Stock, free_prices, give, take
from matchmaker.solve.reach import Reach

if TYPE_CHECKING:
    from matchmaker.solve.joint.margins import Margins

__all__ = ["NONE", "points_from", "swaps"]

NONE = -1e18
PARTNERS = 8
"""How many swaps are kept of every pupil with those that come later."""


def points_from(
    reach: Reach,
    stock: Stock,
    pupil: NDArray[np.int64],
    employer: NDArray[np.int64],
    *,
    least: NDArray[np.generic] | None = None,
) -> NDArray[np.float64]:
    """Return the most points of a position of each pupil at each employer from a stock, when nobody else takes of it.

    Parameters
    ----------
    reach : Reach
    stock : Stock
        What there is to give out.
    pupil, employer : int arrays, shape (pairs)
        Row numbers.
    least : array, shape (pairs), optional
        Fewer points are of no interest.

    Returns
    -------
    float array, shape (pairs)
        `NONE` where there is no such position.
    """
    points = np.full(len(pupil), NONE)
    beat = np.full(len(pupil), NONE) if least is None else np.asarray(least, np.float64) - 0.5
    free, no_price = free_prices(reach.work), np.zeros(len(reach.work.lot_pieces))
    in_chunks(
        lambda first, last: best_points(first, last, reach, stock, free, no_price, pupil, employer, beat, points),
        len(pupil),
    )
    return points


def swaps(
    reach: Reach, left: Stock, chosen: Columns, margins: Margins, *, within: int
) -> list[tuple[int, int, int, int]]:
    """Return every two placed pupils who can change employers at a loss of at most `within` points together.

    Both take their best position from what is left at the other employer once the two are gone. Of each pupil at most
    eight swaps with pupils of a higher row are kept, those that lose least.

    Parameters
    ----------
    reach : Reach
    left : Stock
        What the plan leaves.
    chosen : Columns
        The plan, one row a pupil.
    margins : Margins
        Tells who has which employers in reach.
    within : int

    Returns
    -------
    list of tuple
        Row numbers of both pupils, and the points that each would then have.
    """
    employers = np.arange(len(reach.work.places) + 1)
    order = np.argsort(chosen.employer, kind="stable").astype(np.int64)
    at_start = np.searchsorted(chosen.employer[order], employers).astype(np.int64)
    placed = np.flatnonzero(chosen.employer >= 0).astype(np.int64)
    partner = np.full((len(placed), PARTNERS), -1, np.int64)
    points = np.zeros((len(placed), PARTNERS, 2), np.int64)
    free, no_price = free_prices(reach.work), np.zeros(len(reach.work.lot_pieces))
    in_chunks(
        lambda first, last: swap_points(
            first, last, placed, reach, left, free, no_price, chosen, margins.start, margins.employer, at_start,
            order, float(within), partner, points,
        ),
        len(placed),
    )  # fmt: skip
    return [
        (int(placed[row]), int(partner[row, slot]), int(points[row, slot, 0]), int(points[row, slot, 1]))
        for row, slot in np.argwhere(partner >= 0).tolist()
    ]


@compiled
def best_points(
    first: int,
    last: int,
    reach: Reach,
    stock: Stock,
    free: Prices,
    no_price: NDArray[np.float64],
    pupil: NDArray[np.int64],
    employer: NDArray[np.int64],
    beat: NDArray[np.float64],
    points: NDArray[np.float64],
) -> None:
    """Find the most points of the pairs `first` to `last`, where they beat `beat`."""
    most = reach.work.max_tasks
    found = Found(np.full((1, most), -1, np.int64), np.zeros((1, most), np.int64), np.zeros(1))
    own = one_column(most)
    for row in range(first, last):
        points[row] = best_position(reach, stock, free, no_price, pupil[row], employer[row], beat[row], own, 0, found)


@compiled
def one_column(most_tasks: int) -> Columns:
    """Return room for one column inside a kernel."""
    return Columns(
        np.zeros(1, np.int64),
        np.full(1, -1, np.int64),
        np.full(1, -1, np.int64),
        np.zeros(1, np.int64),
        np.full((1, most_tasks), -1, np.int64),
        np.zeros((1, most_tasks), np.int64),
    )


@compiled
def swap_points(
    first: int,
    last: int,
    who: NDArray[np.int64],
    reach: Reach,
    left: Stock,
    free: Prices,
    no_price: NDArray[np.float64],
    chosen: Columns,
    start: NDArray[np.int64],
    employer: NDArray[np.int64],
    at_start: NDArray[np.int64],
    at_pupil: NDArray[np.int64],
    within: float,
    partner: NDArray[np.int64],
    points: NDArray[np.int64],
) -> None:
    """Find for the placed pupils `who[first:last]` those placed later in the row with whom they could change employers.

    `partner` [who, kept] takes up to so many of them at a loss of at most `within`, the least loss first; `points`
    [who, kept, 2] what both positions would then have.
    """
    work = reach.work
    found = Found(np.full((1, work.max_tasks), -1, np.int64), np.zeros((1, work.max_tasks), np.int64), np.zeros(1))
    own, kept = one_column(work.max_tasks), partner.shape[1]
    stock = Stock(
        left.pieces.copy(), left.function.copy(), left.places.copy(), left.supervision.copy(), left.seats.copy()
    )
    for index in range(first, last):
        pupil = who[index]
        here = chosen.employer[pupil]
        give(work, stock, chosen, pupil)
        for option in range(start[pupil], start[pupil + 1]):
            there = employer[option]
            if there == here:
                continue
            for place in range(at_start[there], at_start[there + 1]):
                other = at_pupil[place]
                if other <= pupil or not is_open(start, employer, other, here):
                    continue
                both = chosen.points[pupil] + chosen.points[other]
                give(work, stock, chosen, other)
                mine = best_position(reach, stock, free, no_price, pupil, there, NONE, own, 0, found)
                if mine > NONE:
                    beat = both - within - 0.5 - mine
                    theirs = best_position(reach, stock, free, no_price, other, here, beat, own, 0, found)
                    if theirs > NONE:
                        keep_partner(partner, points, chosen, index, kept, other, int(mine), int(theirs))
                take(work, stock, chosen, other)
        take(work, stock, chosen, pupil)


@compiled
def is_open(start: NDArray[np.int64], employer: NDArray[np.int64], pupil: int, where: int) -> bool:
    """Say whether an employer is among a pupil's options."""
    for option in range(start[pupil], start[pupil + 1]):
        if employer[option] >= where:
            return bool(employer[option] == where)
    return False


@compiled
def keep_partner(
    partner: NDArray[np.int64],
    points: NDArray[np.int64],
    chosen: Columns,
    row: int,
    kept: int,
    other: int,
    mine: int,
    theirs: int,
) -> None:
    """Put a swap among the best of a row, the most gain first."""
    gain, place = mine + theirs - chosen.points[other], kept
    while place > 0:
        before = partner[row, place - 1]
        if before >= 0 and points[row, place - 1, 0] + points[row, place - 1, 1] - chosen.points[before] >= gain:
            break
        if before >= 0 and place < kept:
            partner[row, place] = before
            points[row, place, 0], points[row, place, 1] = points[row, place - 1, 0], points[row, place - 1, 1]
        place -= 1
    if place < kept:
        partner[row, place] = other
        points[row, place, 0], points[row, place, 1] = mine, theirs
