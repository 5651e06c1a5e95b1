"""Which employers and pupils a round of moves is about: groups that share nothing."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matchmaker.solve.compiled import compiled
from matchmaker.solve.joint.build import draw
from matchmaker.solve.joint.stock import Columns, Stock, second_employer
from matchmaker.solve.reach import Reach, Work

__all__ = ["Busy", "choose_groups", "filled"]

WHOLE = 0.3
"""Share of the employers of a move that are freed whole; of the others a random part of the pupils."""


class Busy(NamedTuple):
    """Employers and pupils that are being planned elsewhere meanwhile."""

    employer: NDArray[np.bool_]
    pupil: NDArray[np.bool_]


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
