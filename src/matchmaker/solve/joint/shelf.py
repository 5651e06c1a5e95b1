"""Bundles found before, kept by pair: a search that has to beat the best of them that still fits is soon over.

Repair asks for the best position of the same pairs again and again, each time with something else given out. A bundle
that was best once is often the best of what is left another time.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matchmaker.solve.compiled import compiled
from matchmaker.solve.joint.stock import Columns, Stock, lots_fit
from matchmaker.solve.reach import Reach

__all__ = ["Shelf", "best_kept", "keep", "no_shelf", "take_down"]

ROWS = 24
"""Bundles kept of a pair."""


class Shelf(NamedTuple):
    """Bundles by pair; `found` counts how many were put there, the last `ROWS` of which are kept."""

    found: NDArray[np.int64]
    lot: NDArray[np.int32]
    count: NDArray[np.int16]  # type: ignore[assignment]  # hides a method of tuple that nobody needs here
    points: NDArray[np.int32]


def no_shelf(pairs: int, most_tasks: int) -> Shelf:
    """Return room for the bundles of so many pairs; the memory is used as they come."""
    return Shelf(
        np.zeros(pairs, np.int64),
        np.zeros((pairs, ROWS, most_tasks), np.int32),
        np.zeros((pairs, ROWS, most_tasks), np.int16),
        np.zeros((pairs, ROWS), np.int32),
    )


@compiled
def best_kept(
    reach: Reach, stock: Stock, piece_price: NDArray[np.float64], pair: int, beat: float, shelf: Shelf
) -> tuple[int, float]:
    """Return the row of the bundle worth most that fits and passes `beat`, -1 when there is none, and its worth.

    Worth is the points of the position less the prices of its pieces.
    """
    best, top = -1, beat
    for row in range(min(shelf.found[pair], ROWS)):
        worth = float(shelf.points[pair, row])
        for slot in range(shelf.lot.shape[2]):
            if shelf.count[pair, row, slot] == 0 or worth <= top:
                break
            worth -= shelf.count[pair, row, slot] * piece_price[shelf.lot[pair, row, slot]]
        if worth > top and lots_fit(reach.work, stock, shelf.lot[pair, row], shelf.count[pair, row]):
            best, top = row, worth
    return best, top


@compiled
def keep(shelf: Shelf, pair: int, columns: Columns, row: int) -> None:
    """Put the bundle of a column on the shelf of its pair, in place of the oldest when that is full."""
    place = shelf.found[pair] % ROWS
    shelf.found[pair] += 1
    shelf.points[pair, place] = columns.points[row]
    for slot in range(columns.lot.shape[1]):
        used = columns.lot[row, slot] >= 0
        shelf.lot[pair, place, slot] = columns.lot[row, slot] if used else 0
        shelf.count[pair, place, slot] = columns.count[row, slot] if used else 0


@compiled
def take_down(shelf: Shelf, pair: int, place: int, target: Columns, row: int) -> None:
    """Write a bundle of the shelf into a row of columns."""
    target.points[row] = shelf.points[pair, place]
    for slot in range(target.lot.shape[1]):
        used = shelf.count[pair, place, slot] > 0
        target.lot[row, slot] = shelf.lot[pair, place, slot] if used else -1
        target.count[row, slot] = shelf.count[pair, place, slot]
