"""Ruin and recreate (Schrimpf and others 2000): free a few employers that share pupils, fill them again, keep gains."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from matchmaker.solve.compiled import compiled
from matchmaker.solve.joint.build import Aims, draw, rebuild, shake_prices, value_of
from matchmaker.solve.joint.fillings import Notes, keep_notes, no_fillings, no_notes
from matchmaker.solve.joint.pricing import piece_prices
from matchmaker.solve.joint.shelf import Shelf, no_shelf
from matchmaker.solve.joint.stock import Columns, Prices, Stock, free_prices, full_stock, second_employer, take
from matchmaker.solve.reach import Work

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from matchmaker.solve.reach import Reach

__all__ = ["Repair", "groups_of", "total_value"]

MOST_GROUPS = 16
EMPLOYERS_A_GROUP = 3
"""Moves worked on side by side: fixed by the region, so that the plan does not depend on the number of threads."""

WHOLE = 0.3
"""Share of the employers of a move that are freed whole; of the others a random part of the pupils."""


class Busy(NamedTuple):
    """Employers and pupils that are being planned elsewhere meanwhile."""

    employer: NDArray[np.bool_]
    pupil: NDArray[np.bool_]


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


@compiled
def choose_groups(
    reach: Reach,
    by_employer: NDArray[np.int64],
    employer_start: NDArray[np.int64],
    chosen: Columns,
    stock: Stock,
    busy: Busy,
    state: NDArray[np.int64],
    groups: int,
    most_employers: int,
    most_pupils: int,
    employers: NDArray[np.int64],
    pupils: NDArray[np.int64],
) -> None:
    """Draw groups of employers that pupils link, with the pupils placed there and some who are unplaced.

    Of most employers only some pupils are freed. Nobody is in two groups, and nobody who is busy in one. Rows of
    `employers` and `pupils` take a group each, unused slots -1.
    """
    taken_employer, taken_pupil = busy.employer.copy(), busy.pupil.copy()
    at = placed_at(reach.work, chosen)
    waiting, queue = np.empty(len(chosen.employer), np.int64), 0
    for pupil in range(len(chosen.employer)):
        if chosen.employer[pupil] < 0 and reach.pair_start[pupil + 1] > reach.pair_start[pupil]:
            waiting[queue] = pupil
            queue += 1
    for group in range(groups):
        for slot in range(employers.shape[1]):
            employers[group, slot] = -1
        for slot in range(pupils.shape[1]):
            pupils[group, slot] = -1
        width, crowd = 0, 0
        size = 1 + int(draw(state) * most_employers)
        if queue > 0 and draw(state) < 0.5:
            pupil = waiting[int(draw(state) * queue)]
            if not taken_pupil[pupil]:
                taken_pupil[pupil] = True
                pupils[group, 0] = pupil
                crowd = 1
        for _ in range(4 * size):
            if width == size:
                break
            employer = int(draw(state) * len(reach.work.places))
            if crowd > 0:
                pupil = pupils[group, int(draw(state) * crowd)]
                employer = linked(reach, stock, pupil, draw(state) < 0.5, state)
            here = at[employer]
            if taken_employer[employer] or reach.work.places[employer] < 1 or crowd + here[0] > most_pupils:
                continue
            taken_employer[employer] = True
            employers[group, width] = employer
            width += 1
            share = 1.0 if draw(state) < WHOLE else draw(state)
            for k in range(here[0]):
                if draw(state) < share and crowd < most_pupils:
                    pupils[group, crowd] = here[1 + k]
                    taken_pupil[here[1 + k]] = True
                    crowd += 1
            pairs = employer_start[employer + 1] - employer_start[employer]
            for _ in range(min(6, pairs)):
                pupil = reach.pair_pupil[by_employer[employer_start[employer] + int(draw(state) * pairs)]]
                if crowd < most_pupils and not taken_pupil[pupil] and chosen.employer[pupil] < 0:
                    pupils[group, crowd] = pupil
                    taken_pupil[pupil] = True
                    crowd += 1


@compiled
def linked(reach: Reach, stock: Stock, pupil: int, with_place: bool, state: NDArray[np.int64]) -> int:
    """Draw an employer in the pupil's reach, if wanted the next one that has a place and supervision left."""
    first, last = reach.pair_start[pupil], reach.pair_start[pupil + 1]
    if last == first:
        return int(draw(state) * len(reach.work.places))
    at = first + int(draw(state) * (last - first))
    if with_place:
        for step in range(last - first):
            employer = reach.pair_employer[first + (at - first + step) % (last - first)]
            if stock.places[employer] > 0 and stock.supervision[employer] >= reach.work.support[pupil]:
                return int(employer)
    return int(reach.pair_employer[at])


@compiled
def placed_at(work: Work, chosen: Columns) -> NDArray[np.int64]:
    """Return who is placed at each employer: one row an employer, the number first, then the pupils.

    Those at two employers are left out: moves side by side share no employer, so they stay as they are.
    """
    employers = len(work.places)
    count, where = np.zeros(employers, np.int64), np.full(len(chosen.employer), -1)
    for pupil in range(len(chosen.employer)):
        if chosen.employer[pupil] >= 0 and second_employer(work, chosen, pupil) < 0:
            where[pupil] = chosen.employer[pupil]
            count[where[pupil]] += 1
    most = 0
    for employer in range(employers):
        most = max(most, count[employer])
    table = np.zeros((employers, 1 + most), np.int64)
    for pupil in range(len(chosen.employer)):
        employer = where[pupil]
        if employer >= 0:
            table[employer, 0] += 1
            table[employer, table[employer, 0]] = pupil
    return table


@compiled
def filled(row: NDArray[np.int64]) -> int:
    """Count the used slots of a row."""
    count = 0
    while count < len(row) and row[count] >= 0:
        count += 1
    return count


@compiled
def rebuild_groups(
    first: int,
    last: int,
    reach: Reach,
    stock: Stock,
    prices: Prices,
    piece_price: NDArray[np.float64],
    shelf: Shelf,
    shake: bool,
    shaken: NDArray[np.float64],
    aims: Aims,
    employers: NDArray[np.int64],
    pupils: NDArray[np.int64],
    chosen: Columns,
    states: NDArray[np.int64],
    noise: float,
    heat: float,
    gains: NDArray[np.int64],
    notes: Notes,
) -> None:
    """Rebuild groups `first` to before `last`; groups share no employer and no pupil, so they may run side by side."""
    for group in range(first, last):
        width, crowd = filled(employers[group]), filled(pupils[group])
        if shake:
            shake_prices(reach, piece_price, employers[group, :width], states[group], shaken)
        else:
            shaken = piece_price
        yields = -heat * np.log(1.0 - draw(states[group])) * aims.scale
        gains[group] = rebuild(
            reach,
            stock,
            prices,
            shaken,
            shelf,
            aims,
            employers[group, :width],
            pupils[group, :crowd],
            chosen,
            states[group],
            noise,
            yields,
            notes,
        )


@dataclass
class Repair:
    """A plan under repair, and the best one seen."""

    reach: Reach
    stock: Stock
    chosen: Columns
    aims: Aims
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

    def _note_best(self) -> None:
        if self.value > self.best_value:
            self.best_value = self.value
            self.best = Columns(*(part.copy() for part in self.chosen))

    def run(
        self,
        prices: list[Prices],
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

        Moves see one of these prices, the last of them by half, none, or the last shaken, in turn: what others could
        do with a task counts more or less. Losses accepted on the way (points) cool from the first to the second
        `heat`.
        """
        if not len(self.chosen.employer) or not len(self.reach.work.places):
            return 0
        employers = np.empty((self.groups, most_employers + 1), np.int64)
        pupils = np.empty((self.groups, most_pupils), np.int64)
        gains = np.zeros(self.groups, np.int64)
        notes = [no_notes(most_employers + 1, *self.room) for _ in range(self.groups)]
        half = Prices(*(0.5 * part for part in prices[-1]))
        shares = [*prices, half, free_prices(self.reach.work), prices[-1]]
        piece_price = [piece_prices(self.reach, part) for part in shares]
        shaken = [piece_price[-1].copy() for _ in range(self.groups)]
        with ThreadPoolExecutor() as pool:
            turn = begin
            while (done := progress(turn)) < 1.0 and (most is None or turn < begin + most):
                turn += 1
                choose_groups(
                    self.reach,
                    self.by_employer,
                    self.employer_start,
                    self.chosen,
                    self.stock,
                    self.busy,
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
                jobs = [
                    pool.submit(
                        rebuild_groups,
                        group,
                        group + 1,
                        self.reach,
                        self.stock,
                        shares[(turn + group) % len(shares)],
                        piece_price[(turn + group) % len(shares)],
                        self.shelf,
                        (turn + group) % len(shares) == len(shares) - 1,
                        shaken[group],
                        self.aims,
                        employers,
                        pupils,
                        self.chosen,
                        self.states,
                        noise,
                        warm,
                        gains,
                        notes[group],
                    )
                    for group in range(self.groups)
                ]
                for job in jobs:
                    job.result()
                for note in notes:
                    keep_notes(note, self.fillings)
                self.value += int(gains.sum())
                self._note_best()
        return turn - begin
