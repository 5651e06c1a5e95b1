"""Repair in turns: moves, new fillings beside those at hand or by price, and the best choice of all fillings seen."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from matchmaker.solve.chunks import in_chunks
from matchmaker.solve.joint.build import draw
from matchmaker.solve.joint.exchange import exchange
from matchmaker.solve.joint.fillings import keep_notes, no_notes, note_employers
from matchmaker.solve.joint.pricing import piece_prices
from matchmaker.solve.joint.propose import propose
from matchmaker.solve.joint.recombine import MOST_SECONDS, MOST_SEEN, Choice, Recombined, choice_of, in_parts, recombine
from matchmaker.solve.joint.repair import Kind, Repair, total_value
from matchmaker.solve.joint.stock import Columns, Stock, free_prices, full_stock

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

__all__ = ["WHOLE", "Turns"]

MOVES_A_TURN, MOVES_AN_EMPLOYER = 320, 3
"""Moves before a choice: so many, or the latter for every employer of the region, where that is more."""
PAUSE, BOLD = 3, 0.5
"""Every how many turns more pupils are tried for when that failed; share of those who may be had that is tried for, but
one at a time after such a failure."""
PART, WHOLE = 64, 130
"""Employers whose fillings are chosen at once; all of them in a region with no more than `WHOLE`."""
A_CHOICE, SHORT = 2.4e-5, 0.1
"""Seconds that a choice for the whole of a larger region takes, by its employers squared; part of it if short."""
STAGES, STAGE = 5, 4.0
"""How often it is made at most, and how much longer a stage is that ends with it."""
LONGER = 3.0
"""How much longer than usual its integer program may take: nothing comes of one that is stopped too early."""
SEEN = 12, 24
"""Fillings of an employer that a short one sees, and a usual one with an exchange before it."""
SHARED = 6
"""One in so many of those unplaced, in turn, takes part in the choice for a part."""
NOISE = 60.0
"""By how many points liking a pupil varies when fillings are proposed."""


class Turns:
    """Takes turns on a plan under repair.

    Parameters
    ----------
    repair : Repair
    kinds : list of Kind
        Prices to go by; fillings are proposed at each in turn.
    masks : sequence of bool arrays, shape (pupils)
        Whom the aims before points count, the first aim first.
    """

    def __init__(
        self,
        repair: Repair,
        kinds: list[Kind],
        masks: Sequence[NDArray[np.bool_]],
    ) -> None:
        self.repair, self.kinds, self.masks = repair, kinds, masks
        self.asked, self.worth = kinds[-1].worth.copy(), kinds[-1].worth.copy()
        work, pairs = repair.reach.work, len(repair.reach.pair_pupil)
        employers, room = len(work.places), (int(work.places.max(initial=0)), work.max_tasks)
        self.notes = [no_notes(1, *room) for _ in range(employers)]
        self.liking, self.visits = np.full(pairs, np.inf), np.zeros(employers, np.int64)
        self.states, self.pause, self.bold = np.zeros((employers, 1), np.int64), 0, BOLD
        self.piece_price = [piece_prices(repair.reach, kind.prices) for kind in kinds]
        self.free, self.no_price = free_prices(work), np.zeros(len(work.lot_pieces))
        self.whole = employers <= WHOLE

    def run(
        self,
        *,
        heat: tuple[float, float],
        noise: float,
        progress: Callable[[int], float],
        seconds_left: Callable[[], float],
    ) -> tuple[int, int]:
        """Take turns until `progress` of the rounds of moves says 1.

        Returns the rounds, and how often a choice of fillings made a better plan. Choices are made while moves go on;
        where time is limited, moves go on until the choice is made. In a large region they wait for a choice for all
        employers, several times where there is much time.
        """
        cost, done, helped = A_CHOICE * len(self.visits) ** 2, 0, 0
        stages = 1 if self.whole or not cost else int(min(max(1.0, seconds_left() / (STAGE * cost)), STAGES))
        for stage in range(1, stages + 1):

            def reached(turn: int, end: float = stage / stages) -> float:
                share = progress(turn)
                return share if share < end else 1.0

            rounds, better = self._run(heat, noise, reached, seconds_left, done)
            done, helped = done + rounds, helped + better
            if not self.whole and seconds_left() >= SHORT * cost > 0.0:
                helped += self.choose_everywhere(seconds_left(), cost, more=stage == stages)
        return done, helped

    def _run(
        self,
        heat: tuple[float, float],
        noise: float,
        progress: Callable[[int], float],
        seconds_left: Callable[[], float],
        begin: int,
    ) -> tuple[int, int]:
        """Take turns until `progress` says 1, the first round of moves number `begin`."""
        moves = max(MOVES_A_TURN, MOVES_AN_EMPLOYER * len(self.visits))
        rounds, helped, done, turn = math.ceil(moves / self.repair.groups), 0, begin, 0
        choice, pending = None, None
        with ThreadPoolExecutor(1) as aside:
            while len(self.visits) and len(self.worth) and progress(done) < 1.0:
                done += self.repair.run(self.kinds, heat=heat, noise=noise, progress=progress, begin=done, most=rounds)
                timed = seconds_left() < np.inf
                if timed and pending is not None and not pending.done():
                    continue
                if choice is not None and pending is not None:
                    helped += self.adopt(choice, pending.result())
                part, support = self.part(), np.zeros(0, np.int64) if pending is None else pending.result().support
                self.propose(part, turn % len(self.kinds))
                self.exchange(part, choice, support)
                choice, turn = self.choice(part), turn + 1
                seconds = min(MOST_SECONDS, seconds_left()) if timed else np.inf
                pending = aside.submit(recombine, choice, seconds=seconds)
            if choice is not None and pending is not None:
                helped += self.adopt(choice, pending.result())
        return done - begin, helped

    def choose_everywhere(self, seconds: float, cost: float, *, more: bool) -> bool:
        """Choose among fillings of all employers of a region of which only parts were chosen before: say if that helps.

        Many parts together leave what one choice for all finds, but it takes too long to be made often. With fewer
        seconds than it should `cost` it is short: it sees few fillings, and does not try for `more` pupils.
        """
        everywhere, short, (few, many) = np.arange(len(self.visits)), seconds < cost, SEEN
        self.whole, self.worth, self.pause = True, self.kinds[-1].worth, int(short or not more)
        choice = self.choice(everywhere, seen=few) if short else self.fresh_choice(everywhere, seen=many)
        helped = self.adopt(
            choice, recombine(choice, seconds=np.inf if seconds == np.inf else min(seconds, LONGER * cost))
        )
        self.whole = False
        return helped

    def fresh_choice(self, employers: NDArray[np.int64], *, seen: int = MOST_SEEN) -> Choice:
        """Return what there is to choose from after an exchange at the prices of a linear program over what there was.

        What each employer is to choose from is chosen by the prices of before.
        """
        choice, worth = self.choice(employers, seen=seen), self.worth
        parts = in_parts(choice)
        if parts.worth is None:
            return choice
        self.worth = np.where(np.isnan(parts.worth), worth, parts.worth)
        self.exchange(employers, choice, parts.support)
        self.worth = worth
        return self.choice(employers, seen=seen)

    @property
    def plan(self) -> Columns:
        """The plan that choices are to make better: the best one, or that of the moves where only a part is chosen."""
        return self.repair.best if self.whole else self.repair.chosen

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
        repair, price = self.repair, (self.kinds[kind].worth + self.asked) / 2
        for employer in employers.tolist():
            draw(repair.state)
            self.states[employer] = repair.state

        def some(first: int, last: int) -> None:
            stock = Stock(*full_stock(repair.reach.work))
            for employer in employers[first:last].tolist():
                propose(
                    repair.reach,
                    stock,
                    self.kinds[kind].prices,
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

    def exchange(self, employers: NDArray[np.int64], choice: Choice | None, support: NDArray[np.int64]) -> None:
        """Note fillings beside those of the plan, and beside those that the linear program of the last choice used."""
        repair, sources = self.repair, self._sources(employers, choice, support)
        price = (self.kinds[-1].worth + self.worth) / 2

        def some(first: int, last: int) -> None:
            stock = Stock(*full_stock(repair.reach.work))
            for employer in employers[first:last].tolist():
                for columns, rows in sources[employer]:
                    exchange(
                        repair.reach,
                        stock,
                        self.free,
                        self.no_price,
                        price,
                        columns,
                        rows,
                        repair.pairs_at(employer),
                        employer,
                        self.notes[employer],
                        repair.fillings,
                    )

        in_chunks(some, len(employers))

    def _sources(
        self, employers: NDArray[np.int64], choice: Choice | None, support: NDArray[np.int64]
    ) -> dict[int, list[tuple[Columns, NDArray[np.int64]]]]:
        """Return the fillings of each employer to look beside: columns and which rows of them."""
        order = np.argsort(self.plan.employer, kind="stable")
        start = np.searchsorted(self.plan.employer[order], np.arange(len(self.visits) + 1))
        now = {employer: order[start[employer] : start[employer + 1]] for employer in employers.tolist()}
        sources = {employer: [(self.plan, rows)] for employer, rows in now.items()}
        if choice is not None:
            pool, first = choice.pool, np.searchsorted(choice.pool.row, np.arange(len(choice.pool.employer) + 1))
            for one in support.tolist():
                employer, rows = int(pool.employer[one]), np.arange(first[one], first[one + 1])
                if employer in now and not np.array_equal(pool.pupil[rows], now[employer]):
                    sources[employer].append((pool.columns, rows))
        return sources

    def choice(self, employers: NDArray[np.int64], *, seen: int = MOST_SEEN) -> Choice:
        """Return what there is to choose from at these employers, the plan at hand included."""
        repair = self.repair
        for employer in employers.tolist():
            note_employers(self.plan, np.array([employer]), self.notes[employer])
            keep_notes(self.notes[employer], repair.fillings)
        more = None if self.pause else self.bold
        # Nearly every part could take nearly everybody unplaced: the moves need most of them, too.
        away = None if self.whole else (np.arange(len(self.worth)) + self.visits.sum() // PART) % SHARED != 0
        choice = choice_of(
            repair.fillings, self.plan, self.masks, employers, more=more, price=self.worth, away=away, seen=seen
        )
        if not self.whole:
            near = np.zeros(len(choice.free), bool)
            near[repair.reach.pair_pupil[np.isin(repair.reach.pair_employer, employers)]] = True
            repair.busy.employer[:] = False
            repair.busy.employer[employers] = True
            repair.busy.pupil[:] = choice.free & (near | (self.plan.employer >= 0))
        return choice

    def _counts(self, plan: Columns) -> list[int]:
        """Count whom a plan places of each mask."""
        return [int((mask & (plan.employer >= 0)).sum()) for mask in self.masks]

    def adopt(self, choice: Choice, answer: Recombined) -> bool:
        """Go on from a plan if it is better than the one at hand; say whether it is. Prices of pupils are kept."""
        plan, repair = answer.plan, self.repair
        # Who is worth nothing there keeps the price asked before: at none they would be proposed everywhere.
        if answer.worth is not None:
            self.asked = np.where(answer.worth > 0, answer.worth, self.asked)
            self.worth = np.where(np.isnan(answer.worth), self.worth, answer.worth)
        if self.pause == 0 and self.whole:
            failed = plan is None or self._counts(plan) <= self._counts(repair.best)
            self.pause, self.bold = (PAUSE, 0.0) if failed else (0, BOLD)
        self.pause = max(0, self.pause - 1)
        before = repair.best if self.whole else choice.best
        if plan is None or int(total_value(plan, repair.aims)) <= int(total_value(before, repair.aims)):
            return False
        if self.whole:
            repair.go_on_from(plan)
        else:
            repair.take_over(plan, repair.busy.pupil)
        return True
