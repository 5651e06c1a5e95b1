"""Ruin and recreate (Schrimpf and others 2000): free a few employers that share pupils, fill them again, keep gains."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from matchmaker.solve.compiled import compiled
from matchmaker.solve.joint.build import Aims, column_worths, draw, value_of
from matchmaker.solve.joint.dual import in_pieces
from matchmaker.solve.joint.fillings import keep_notes, no_fillings, no_notes
from matchmaker.solve.joint.groups import Busy, Leads, choose_groups
from matchmaker.solve.joint.packing import Packings, group_starts
from matchmaker.solve.joint.pricing import piece_prices
from matchmaker.solve.joint.rebuild import rebuild
from matchmaker.solve.joint.refill import Market
from matchmaker.solve.joint.shared import typical_use
from matchmaker.solve.joint.shelf import no_shelf
from matchmaker.solve.joint.stock import Columns, Prices, Stock, free_prices, full_stock, take

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from matchmaker.solve.reach import Reach

__all__ = ["Kind", "Repair", "groups_of", "total_value"]

MOST_GROUPS = 48
EMPLOYERS_A_GROUP = 4
"""Moves worked on side by side: fixed by the region, so that the plan does not depend on the number of threads."""


class Kind(NamedTuple):
    """One kind of prices that the search goes by.

    `bonus` [pupils] is what being placed is worth in itself there, `worth` [pupils] what each pupil's best position is
    worth at these prices without it, and `leads` where such positions are.
    """

    prices: Prices
    bonus: NDArray[np.float64]
    worth: NDArray[np.float64]
    leads: Leads


@compiled
def total_value(chosen: Columns, aims: Aims) -> int:
    """Return what a plan is worth in the order of the aims."""
    total = 0
    for pupil in range(len(chosen.employer)):
        total += value_of(chosen, pupil, aims)
    return total


def groups_of(employers: int) -> int:
    """Return how many moves a round has in a region of so many employers."""
    return max(1, min(MOST_GROUPS, employers // EMPLOYERS_A_GROUP))


@dataclass
class Repair:
    """A plan under repair, and the best one seen."""

    reach: Reach
    stock: Stock
    chosen: Columns
    aims: Aims
    packings: Packings
    seed: int

    def __post_init__(self) -> None:
        self.by_employer = np.argsort(self.reach.pair_employer, kind="stable")
        employers = self.reach.pair_employer[self.by_employer]
        self.employer_start = np.searchsorted(employers, np.arange(len(self.reach.work.places) + 1)).astype(np.int64)
        self.shelf = no_shelf(len(self.reach.pair_pupil), self.reach.work.max_tasks)
        self.best = Columns(*(part.copy() for part in self.chosen))
        self.value = self.best_value = int(total_value(self.chosen, self.aims))
        self.state = np.array([self.seed % 2147483646 + 1], np.int64)
        self.groups = groups_of(len(self.reach.work.places))
        self.states = np.zeros((self.groups, 1), np.int64)
        work = self.reach.work
        self.room = (int(work.places.max(initial=0)), work.max_tasks)
        self.fillings = no_fillings(len(work.places), *self.room)
        self.busy = Busy(np.zeros(len(work.places), bool), np.zeros(len(self.chosen.employer), bool))

    def markets(self, kinds: list[Kind]) -> list[list[Market]]:
        """Return for each kind of prices and each group what its dives begin with."""
        work, typical = self.reach.work, typical_use(self.reach)
        starts, free = group_starts(work, self.packings), free_prices(work)
        room = [(Prices(*(part.copy() for part in free)), free.pieces.copy()) for _ in range(self.groups)]
        bases = [in_pieces(self.reach, kind.prices, self.packings) for kind in kinds]
        return [
            [Market(base, kind.bonus, self.packings, starts, typical, *own) for own in room]
            for base, kind in zip(bases, kinds, strict=True)
        ]

    def pairs_at(self, employer: int) -> NDArray[np.int64]:
        """Return the pairs of an employer."""
        return self.by_employer[self.employer_start[employer] : self.employer_start[employer + 1]]

    def go_on_from(self, chosen: Columns) -> None:
        """Go on from another plan, which is the best one seen from then on."""
        self._take_all(chosen)
        self.best = Columns(*(part.copy() for part in chosen))
        self.best_value = self.value

    def take_over(self, plan: Columns, who: NDArray[np.bool_]) -> None:
        """Put some pupils where another plan has them: there nothing but what they have must be used."""
        chosen = Columns(*(part.copy() for part in self.chosen))
        for part, other in zip(chosen, plan, strict=True):
            part[who] = other[who]
        self._take_all(chosen)
        self._note_best()

    def _take_all(self, chosen: Columns) -> None:
        self.chosen = Columns(*(part.copy() for part in chosen))
        self.stock = Stock(*full_stock(self.reach.work))
        for pupil in np.flatnonzero(self.chosen.employer >= 0).tolist():
            take(self.reach.work, self.stock, self.chosen, pupil)
        self.value = int(total_value(self.chosen, self.aims))

    def _short(self, kind: Kind, piece_price: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return by how much what each pupil has is worth less than the best one, at these prices."""
        placed, short = np.flatnonzero(self.chosen.employer >= 0), kind.worth.copy()
        short[placed] -= column_worths(self.reach, self.chosen, placed, kind.prices, piece_price)
        return short

    def _note_best(self) -> None:
        if self.value > self.best_value:
            self.best_value = self.value
            self.best = Columns(*(part.copy() for part in self.chosen))

    def run(
        self,
        kinds: list[Kind],
        *,
        heat: tuple[float, float],
        noise: float,
        progress: Callable[[int], float],
        begin: int = 0,
        most: int | None = None,
        most_employers: int = 6,
        most_pupils: int = 24,
    ) -> int:
        """Do rounds of moves until `progress` of their number says 1, or `most`, the first one number `begin`.

        Returns how many were done.

        Rounds go by each kind of prices in turn. Losses accepted on the way (points) cool from the first to the second
        `heat`.
        """
        if not len(self.chosen.employer) or not len(self.reach.work.places):
            return 0
        employers = np.empty((self.groups, most_employers + 1), np.int64)
        pupils = np.empty((self.groups, most_pupils), np.int64)
        notes = [no_notes(most_employers + 1, *self.room) for _ in range(self.groups)]
        piece_price, markets = [piece_prices(self.reach, kind.prices) for kind in kinds], self.markets(kinds)
        with ThreadPoolExecutor() as pool:
            turn = begin
            while (done := progress(turn)) < 1.0 and (most is None or turn < begin + most):
                turn += 1
                at = turn % len(kinds)
                choose_groups(
                    self.reach,
                    self.by_employer,
                    self.employer_start,
                    self.chosen,
                    self.stock,
                    self.busy,
                    kinds[at].leads,
                    self._short(kinds[at], piece_price[at]),
                    self.state,
                    self.groups,
                    most_employers,
                    most_pupils,
                    employers,
                    pupils,
                )
                for group in range(self.groups):
                    draw(self.state)
                    self.states[group] = self.state
                warm = heat[0] * (heat[1] / heat[0]) ** done
                # The largest first, so that no thread is left with one of them at the end.
                jobs = [
                    pool.submit(
                        rebuild,
                        self.reach,
                        self.stock,
                        self.shelf,
                        markets[at][group],
                        self.aims,
                        employers[group],
                        pupils[group],
                        self.chosen,
                        self.states[group],
                        noise,
                        warm,
                        notes[group],
                    )
                    for group in np.argsort(-(pupils >= 0).sum(axis=1), kind="stable").tolist()
                ]
                self.value += sum(job.result() for job in jobs)
                for note in notes:
                    keep_notes(note, self.fillings)
                self._note_best()
        return turn - begin
