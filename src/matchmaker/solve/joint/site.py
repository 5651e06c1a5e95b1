"""An employer as its teams see it, and what prices of its own say of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from matchmaker.solve.joint.packing import Packings
from matchmaker.solve.joint.stock import Columns, Stock
from matchmaker.solve.joint.team import Bench, Positions, no_positions
from matchmaker.solve.joint.team_best import Room, for_team
from matchmaker.solve.joint.team_bound import team_bound, values_at
from matchmaker.solve.joint.tighten import hours_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from matchmaker.solve.reach import Reach

__all__ = ["Site", "write_filling"]


class Site:
    """An employer with its bench, and the positions there that are known.

    `stock` is what the whole region has, and `known` how many positions there is room for.
    """

    def __init__(self, reach: Reach, packings: Packings, stock: Stock, employer: int, known: int) -> None:
        self.reach, self.employer = reach, employer
        bench = _bench_of(reach, packings, employer)
        self.room = Room(stock, bench, no_positions(known, reach.work.max_tasks), 0)

    @property
    def no_price(self) -> NDArray[np.float64]:
        """Prices of nothing: of the rows, then of an hour of each function."""
        return np.zeros(len(self.room.bench.have) + len(self.room.bench.cap))

    @property
    def everybody(self) -> NDArray[np.int64]:
        """The places of all members."""
        return np.arange(len(self.room.bench.pupil))

    def values(self, price: NDArray[np.float64], members: NDArray[np.int64]) -> tuple[float, NDArray[np.float64]]:
        """Return the price of all there is, and what the best position of these members is worth at these prices."""
        total, value, known = values_at(self.reach, *self.room, price, members)
        self.room = self.room._replace(known=known)
        return total, value

    def bound(self, team: Sequence[int], price: NDArray[np.float64], near: NDArray[np.float64], enough: float) -> float:
        """Bound what a team is worth by prices of its own, from `price` on, which takes them; below `enough` will do.

        Of the positions known those worth most at the prices `near` are looked at first.
        """
        room = for_team(self.room, team, near)
        below, known = team_bound(self.reach, *room[:2], np.array(team, np.int64), *room[2:], price, enough)
        self._remember(room, known)
        return below

    def _remember(self, room: Room, known: int) -> None:
        """Remember the positions that a bound has found."""
        new, pool, first = known - room.known, self.room.pool, self.room.known
        if known > room.known and first + new <= len(pool.points):
            for part, own in zip(pool, room.pool, strict=True):
                part[first : first + new] = own[room.known : known]
            self.room = self.room._replace(known=first + new)


def _bench_of(reach: Reach, packings: Packings, employer: int) -> Bench:
    """Return an employer as its teams see it."""
    work = reach.work
    lots = slice(int(work.lot_start[employer]), int(work.lot_start[employer + 1]))
    functions = slice(int(work.function_start[employer]), int(work.function_start[employer + 1]))
    height, width = lots.stop - lots.start, functions.stop - functions.start
    options = np.repeat(np.arange(len(reach.vacancy_start) - 1), np.diff(reach.vacancy_start))
    seated = options[work.function_employer[reach.vacancy_function] == employer]
    pairs = np.flatnonzero(reach.pair_employer == employer)
    pupil = np.unique(np.concatenate([seated, reach.pair_pupil[pairs]])).astype(np.int64)
    pair = np.full(len(pupil), -1, np.int64)
    pair[np.searchsorted(pupil, reach.pair_pupil[pairs])] = pairs
    hours = hours_of(work, lots, width, height + width)
    have = np.concatenate([work.lot_pieces[lots], work.seats[functions]]).astype(np.int64)
    grouped, own_start, own, choice_start, choice = _choices(packings, lots, len(have))
    return Bench(
        employer=employer,
        first_lot=lots.start,
        first_function=functions.start,
        pupil=pupil,
        pair=pair,
        have=have,
        hours=hours,
        cap=work.cap[functions].astype(float),
        by_hour=packings.by_hour[functions],
        grouped=grouped,
        own_start=own_start,
        own=own,
        choice_start=choice_start,
        choice=choice,
    )


def _choices(
    packings: Packings, lots: slice, rows: int
) -> tuple[NDArray[np.bool_], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return which rows are in a group, the rows and the largest choices of pieces of every group at one employer."""
    grouped, own_start, rows_of, start, choices = np.zeros(rows, bool), [0], [np.zeros(0, np.int64)], [0], []
    for which in range(len(packings.lot_start) - 1):
        own = packings.lot[packings.lot_start[which] : packings.lot_start[which + 1]]
        if not lots.start <= own[0] < lots.stop:
            continue
        grouped[own - lots.start] = True
        rows_of.append(own - lots.start)
        own_start.append(own_start[-1] + len(own))
        for choice in range(packings.choice_start[which], packings.choice_start[which + 1]):
            row, first = np.zeros(rows, np.int64), packings.taken_start[choice]
            row[own - lots.start] = packings.taken[first : first + len(own)]
            choices.append(row)
        start.append(len(choices))
    table = np.array(choices, np.int64).reshape(len(choices), rows)
    return grouped, np.array(own_start, np.int64), np.concatenate(rows_of), np.array(start, np.int64), table


def write_filling(bench: Bench, filling: Positions, plan: Columns, rows: NDArray[np.int64]) -> None:
    """Write the positions of a filling into these rows of columns."""
    seat = filling.row[:, 0] - (len(bench.have) - len(bench.cap))
    plan.pupil[rows], plan.employer[rows] = bench.pupil[filling.member], bench.employer
    plan.points[rows] = np.rint(filling.points).astype(np.int64)
    plan.function[rows] = np.where(seat >= 0, bench.first_function + seat, -1)
    carved = (filling.row >= 0) & (seat < 0)[:, None]
    plan.lot[rows] = np.where(carved, filling.row + bench.first_lot, -1)
    plan.count[rows] = np.where(carved, filling.count, 0)
