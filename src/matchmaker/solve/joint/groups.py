"""Which employers and pupils a round of moves is about: groups that share nothing."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matchmaker.solve.compiled import compiled
from matchmaker.solve.joint.build import draw
from matchmaker.solve.joint.stock import Columns, Stock, second_employer
from matchmaker.solve.reach import Reach, Work

__all__ = ["Busy", "Leads", "choose_groups", "filled", "leads_from", "no_leads"]

WHOLE = 0.3
"""Share of the employers of a move that are freed whole; of the others a random part of the pupils."""
FIRST_OF, NEXT_OF = 16, 4
"""Pupils drawn of whom the one who falls short most is where a move begins, and where it grows from."""
ASTRAY = 0.1
"""Share of the employers that are drawn from all in reach of a pupil, whatever prices say."""
NEAR = 50.0
"""By how many points what a pupil finds at an employer may be worth less than the best one, to lead there."""


class Leads(NamedTuple):
    """Where a move may gain, as far as prices tell.

    Attributes
    ----------
    start : int64 array, shape (pupils + 1)
        Bounds of each pupil's employers.
    employer : int64 array
        Those where a position worth nearly as much as the pupil's best one was found, the best first.
    """

    start: NDArray[np.int64]
    employer: NDArray[np.int64]


def no_leads(pupils: int) -> Leads:
    """Return leads with which all employers in reach are as good."""
    return Leads(np.zeros(pupils + 1, np.int64), np.zeros(0, np.int64))


def leads_from(pool: Columns, worth: NDArray[np.float64], pupils: int) -> Leads:
    """Return where the columns of a pool lead, by what each is worth.

    Examples
    --------
    >>> from matchmaker.solve.joint.stock import no_columns
    >>> pool = no_columns(3, 1)._replace(pupil=np.array([0, 0, 0]), employer=np.array([2, 5, 7]))
    >>> leads_from(pool, np.array([80.0, 90.0, 20.0]), 2).employer.tolist()
    [5, 2]
    """
    most = np.full(pupils, -np.inf)
    np.maximum.at(most, pool.pupil, worth)
    near = np.flatnonzero(worth >= most[pool.pupil] - NEAR)
    near = near[np.lexsort((pool.employer[near], -worth[near], pool.pupil[near]))]
    # The first of each employer stays, in the order of worth.
    first = np.unique(np.stack([pool.pupil[near], pool.employer[near]], axis=1), axis=0, return_index=True)[1]
    near = near[np.sort(first)]
    start = np.searchsorted(pool.pupil[near], np.arange(pupils + 1))
    return Leads(start.astype(np.int64), pool.employer[near])


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
    leads: Leads,
    short: NDArray[np.float64],
    state: NDArray[np.int64],
    groups: int,
    most_employers: int,
    most_pupils: int,
    employers: NDArray[np.int64],
    pupils: NDArray[np.int64],
) -> None:
    """Draw groups of employers that pupils link, with the pupils placed there and some who are unplaced.

    `short` [pupils] is by how much what each one has is worth less than the best one: groups begin where that is much,
    and grow to where `leads` lead. Of most employers only some pupils are freed. Nobody is in two groups, and nobody
    who is busy in one. Rows of `employers` and `pupils` take a group each, unused slots -1.
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
            if crowd == 0:
                employer = first_employer(reach.work, chosen, taken_pupil, short, state)
            else:
                pupil = who_falls_short(pupils[group, :crowd], short, state)
                employer = led_to(leads, pupil, state)
                if employer < 0:
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
def first_employer(
    work: Work,
    chosen: Columns,
    taken: NDArray[np.bool_],
    short: NDArray[np.float64],
    state: NDArray[np.int64],
) -> int:
    """Draw a few pupils who are placed and free to move; return where the one is who falls short most, or any."""
    employer, most = int(draw(state) * len(work.places)), -np.inf
    for _ in range(FIRST_OF):
        pupil = int(draw(state) * len(short))
        if chosen.employer[pupil] >= 0 and not taken[pupil] and short[pupil] > most:
            employer, most = int(chosen.employer[pupil]), short[pupil]
    return employer


@compiled
def who_falls_short(crowd: NDArray[np.int64], short: NDArray[np.float64], state: NDArray[np.int64]) -> int:
    """Draw a few pupils of a crowd and return the one who falls short most."""
    best = crowd[int(draw(state) * len(crowd))]
    for _ in range(NEXT_OF - 1):
        other = crowd[int(draw(state) * len(crowd))]
        if short[other] > short[best]:
            best = other
    return int(best)


@compiled
def led_to(leads: Leads, pupil: int, state: NDArray[np.int64]) -> int:
    """Draw an employer where leads lead a pupil, better ones more often; -1 where they lead nowhere, and at times."""
    some = leads.start[pupil + 1] - leads.start[pupil]
    if some == 0 or draw(state) < ASTRAY:
        return -1
    return int(leads.employer[leads.start[pupil] + int(some * draw(state) ** 2)])


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
