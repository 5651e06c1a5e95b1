"""Repair in turns: moves, fillings proposed by price, and the best choice of all fillings seen."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from matchmaker.solve.chunks import in_chunks
from matchmaker.solve.joint.build import draw
from matchmaker.solve.joint.fillings import keep_notes, no_notes, note_employers
from matchmaker.solve.joint.pricing import piece_prices
from matchmaker.solve.joint.propose import propose
from matchmaker.solve.joint.recombine import MOST_SECONDS, Choice, choice_of, recombine
from matchmaker.solve.joint.repair import Repair, total_value
from matchmaker.solve.joint.stock import Columns, Prices, Stock, full_stock

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

__all__ = ["Turns"]

MOVES_A_TURN, MOVES_AN_EMPLOYER = 320, 8
"""Moves before a choice; the latter, for every employer, in a region with more than `WHOLE`."""
PAUSE, BOLD = 3, 0.5
"""Turns without a try for more pupils after one that failed; share of those who may be had that is tried for, but one
at a time after such a failure."""
PART, WHOLE = 64, 90
"""Employers whose fillings are chosen at once; all of them in a region with no more than `WHOLE`."""
TIMES, NOISE = 4, 60.0
"""Fillings proposed for each employer in a turn, and by how many points liking a pupil varies."""


class Turns:
    """Takes turns on a plan under repair.

    Parameters
    ----------
    repair : Repair
    prices : list of Prices
    pupil_price : list of float arrays, shape (pupils)
        What each pupil's best position is worth at these prices.
    masks : sequence of bool arrays, shape (pupils)
        Whom the aims before points count, the first aim first.
    """

    def __init__(
        self,
        repair: Repair,
        prices: list[Prices],
        pupil_price: list[NDArray[np.float64]],
        masks: Sequence[NDArray[np.bool_]],
    ) -> None:
        self.repair, self.prices, self.masks = repair, prices, masks
        self.pupil_price, self.asked = pupil_price, pupil_price[-1].copy()
        work, pairs = repair.reach.work, len(repair.reach.pair_pupil)
        employers, room = len(work.places), (int(work.places.max(initial=0)), work.max_tasks)
        self.notes = [no_notes(1, *room) for _ in range(employers)]
        self.liking, self.visits = np.full(pairs, np.inf), np.zeros(employers, np.int64)
        self.states, self.pause, self.bold = np.zeros((employers, 1), np.int64), 0, BOLD
        self.piece_price = [piece_prices(repair.reach, part) for part in prices]

    def run(
        self,
        *,
        heat: tuple[float, float],
        noise: float,
        progress: Callable[[int], float],
        seconds_left: Callable[[], float],
    ) -> tuple[int, int]:
        """Take turns until `progress` of the rounds of moves says 1.

        Returns the rounds, and how often a choice of fillings made a better plan. Choices are made while moves go on.
        """
        employers = len(self.visits)
        moves = MOVES_A_TURN if employers <= WHOLE else MOVES_AN_EMPLOYER * employers
        rounds, helped, done, pending = math.ceil(moves / self.repair.groups), 0, 0, None
        with ThreadPoolExecutor(1) as aside:
            while len(self.visits) and len(self.pupil_price[0]) and progress(done) < 1.0:
                done += self.repair.run(self.prices, heat=heat, noise=noise, progress=progress, begin=done, most=rounds)
                helped += pending is not None and self.adopt(*pending.result())
                part = self.part()
                for time in range(TIMES):
                    self.propose(part, time % len(self.prices))
                seconds = seconds_left()
                pending = aside.submit(
                    recombine,
                    self.choice(part),
                    seconds=min(MOST_SECONDS, seconds) if seconds < np.inf else seconds,
                )
            helped += pending is not None and self.adopt(*pending.result())
        return done, helped

    def part(self) -> NDArray[np.int64]:
        """Return employers that many pupils link, around one that was looked at least."""
        reach, count = self.repair.reach, len(self.visits)
        if count <= WHOLE:
            return np.arange(count)
        fewest = np.flatnonzero(self.visits == self.visits.min())
        centre = fewest[int(draw(self.repair.state) * len(fewest))]
        near = np.zeros(len(reach.pair_start) - 1, bool)
        near[reach.pair_pupil[reach.pair_employer == centre]] = True
        links = np.bincount(reach.pair_employer[near[reach.pair_pupil]], minlength=count).astype(float)
        links[centre] = np.inf
        employers = np.sort(np.lexsort((self.visits, -links))[:PART])
        self.visits[employers] += 1
        return employers

    def propose(self, employers: NDArray[np.int64], kind: int) -> None:
        """Note a filling for each of these employers, at one kind of prices."""
        repair, price = self.repair, (self.pupil_price[kind] + self.asked) / 2
        for employer in employers.tolist():
            draw(repair.state)
            self.states[employer] = repair.state

        def some(first: int, last: int) -> None:
            stock = Stock(*full_stock(repair.reach.work))
            for employer in employers[first:last].tolist():
                propose(
                    repair.reach,
                    stock,
                    self.prices[kind],
                    self.piece_price[kind],
                    price,
                    repair.shelf,
                    repair.pairs_at(employer),
                    self.liking,
                    self.states[employer],
                    NOISE,
                    self.notes[employer],
                )

        in_chunks(some, len(employers))
        for employer in employers.tolist():
            keep_notes(self.notes[employer], repair.fillings)

    def choice(self, employers: NDArray[np.int64]) -> Choice:
        """Return what there is to choose from at these employers, the best plan included."""
        repair = self.repair
        for employer in employers.tolist():
            note_employers(repair.best, np.array([employer]), self.notes[employer])
            keep_notes(self.notes[employer], repair.fillings)
        self.pause = max(0, self.pause - 1)
        return choice_of(repair.fillings, repair.best, self.masks, employers, more=None if self.pause else self.bold)

    def adopt(self, plan: Columns | None, worth: NDArray[np.float64] | None) -> bool:
        """Go on from a plan if it is better than the best one; say whether it is. Prices of pupils are kept."""
        # Who is worth nothing there keeps the price asked before: at none they would be proposed everywhere.
        if worth is not None:
            self.asked = np.where(worth > 0, worth, self.asked)
        if self.pause == 0 and len(self.visits) <= WHOLE:
            failed = plan is None or (plan.employer >= 0).sum() <= (self.repair.best.employer >= 0).sum()
            self.pause, self.bold = (PAUSE, 0.0) if failed else (0, BOLD)
        if plan is None or int(total_value(plan, self.repair.aims)) <= self.repair.best_value:
            return False
        self.repair.go_on_from(plan)
        return True
