"""How high points can be at most, place by place from the lowest: a matching in which every position is on its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from matchmaker.solve.assignment import assign
from matchmaker.solve.bundle import Found
from matchmaker.solve.chunks import in_chunks
from matchmaker.solve.compiled import compiled
from matchmaker.solve.joint.pricing import price_pair
from matchmaker.solve.joint.stock import Stock, full_stock

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from matchmaker.solve.reach import Reach

__all__ = ["Ceilings"]

NONE, NOTHING = -1e17, -1e16


class Ceilings:
    """Bounds on the points of everybody placed, lowest first.

    Of a plan that places n pupils let m be the most pupils whom a matching of pupils to places can give a position of
    at least t points, each the best one of the pair from all that the employer has. Then at least n - m of the plan
    have fewer than t. So the k-th lowest points are at most the largest t at which m is n - k + 1 or more.

    Parameters
    ----------
    reach : Reach
    always : bool array, shape (pupils)
        Who is placed in every plan compared with: whoever of them cannot have t points counts below it.
    """

    def __init__(self, reach: Reach, *, always: NDArray[np.bool_]) -> None:
        self.places, self.pupils = reach.work.places, len(always)
        best = np.full(len(reach.pair_pupil), NONE)
        stock, piece_price = Stock(*full_stock(reach.work)), np.zeros(len(reach.work.lot_pieces))
        in_chunks(lambda low, high: most_of_pairs(low, high, reach, stock, piece_price, best), len(best))
        owner = np.repeat(np.arange(self.pupils), np.diff(reach.vacancy_start))
        self.pupil = np.concatenate([reach.pair_pupil, owner])
        self.employer = np.concatenate([reach.pair_employer, reach.work.function_employer[reach.vacancy_function]])
        self.best = np.floor(np.concatenate([best, reach.vacancy_points.astype(float)]) + 1e-6)
        self.values = np.unique(self.best[self.best > NOTHING])
        own = np.full(self.pupils, NONE)
        np.maximum.at(own, self.pupil, self.best)
        self._always = np.sort(own[always])
        self._known: dict[int, int] = {}

    def at(self, place: int, placed: int) -> int | None:
        """Return the most points there can be at a place from the lowest, 0 for the lowest; None without positions.

        Parameters
        ----------
        place, placed : int
            The place, and how many the plans compared with place.
        """
        if not len(self.values):
            return None
        low, high = 0, len(self.values) - 1
        while low < high:
            middle = (low + high + 1) // 2
            short = int(np.searchsorted(self._always, self.values[middle]))
            enough = min(self._above(middle), placed - short) >= placed - place
            low, high = (middle, high) if enough else (low, middle - 1)
        return int(self.values[low])

    def _above(self, row: int) -> int:
        """Return how many pupils a matching gives at least as many points as this row of `values`."""
        if row not in self._known:
            keys = (self.pupil * len(self.places) + self.employer)[self.best >= self.values[row]]
            pairs = np.divmod(np.unique(keys), len(self.places))
            shape = (self.pupils, len(self.places))
            table = csr_array((np.ones(len(pairs[0]), np.int64), pairs), shape=shape)
            self._known[row] = int(assign(table, seats=self.places, unplaced=0, seed=None).total)
        return self._known[row]


@compiled
def most_of_pairs(
    first: int,
    last: int,
    reach: Reach,
    stock: Stock,
    piece_price: NDArray[np.float64],
    best: NDArray[np.float64],
) -> None:
    """Write what a position of each of the pairs `first` to before `last` has at most; very low where there is none."""
    tasks = reach.work.max_tasks
    for pair in range(first, last):
        found = Found(np.full((1, tasks), -1, np.int64), np.zeros((1, tasks), np.int64), np.zeros(1))
        count, rest = price_pair(reach, stock, piece_price, pair, NONE, found)
        most = max(rest, found.value[0]) if count > 0 else rest
        best[pair] = most + reach.pair_points[pair]
