"""Which pairs need not be priced again: what each was worth at most, and how much prices have fallen since.

When prices fall, no position at an employer gains more than the fall of its place, of the supervision and of the pieces
that it may hold. A pair that was far below a pupil's best stays below it for many rounds, unpriced and with the same
proof.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from matchmaker.solve.compiled import compiled
from matchmaker.solve.joint.pricing import piece_prices
from matchmaker.solve.joint.stock import Falls, Prices

if TYPE_CHECKING:
    from matchmaker.solve.reach import Reach, Work

__all__ = ["Screen"]


class Screen:
    """The ceilings of all pairs, and the prices that they hold at."""

    def __init__(self, reach: Reach, prices: Prices) -> None:
        self.reach, self.prices = reach, prices
        self.ceiling = np.full(len(reach.pair_pupil), np.inf)

    def falls(self, prices: Prices) -> Falls:
        """Return how far prices have fallen since the last call."""
        before, self.prices = self.prices, prices
        fallen = np.maximum(0.0, piece_prices(self.reach, before) - piece_prices(self.reach, prices))
        bundle, hour = falls_of_lots(self.reach.work, fallen)
        supervision = before.supervision - prices.supervision
        return Falls(self.ceiling, before.places - prices.places, supervision, bundle, hour)


@compiled
def falls_of_lots(work: Work, fallen: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """For every employer: what the tasks of one position gain together at most, and what an hour gains at most."""
    employers = len(work.places)
    bundle, hour = np.zeros(employers), np.zeros(employers)
    most = np.zeros(work.max_tasks)
    for employer in range(employers):
        for slot in range(work.max_tasks):
            most[slot] = 0.0
        for lot in range(work.lot_start[employer], work.lot_start[employer + 1]):
            hour[employer] = max(hour[employer], fallen[lot] / work.lot_hours[lot])
            gain = fallen[lot] * work.lot_pieces[lot]
            for slot in range(work.max_tasks):
                if gain > most[slot]:
                    most[slot], gain = gain, most[slot]
        for slot in range(work.max_tasks):
            bundle[employer] += most[slot]
    return bundle, hour
