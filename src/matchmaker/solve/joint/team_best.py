"""The best positions of one team at one employer, exactly: near positions first, else pupil by pupil.

Most teams are settled among the few positions that come near their pupil's best (`team_search`). Where the bound stays
far off, mostly because a team cannot all be served, the pupil with the fewest positions gets each of them in turn, and
the rest of the team is bounded and searched again with what is left (branch and bound).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from matchmaker.solve.joint.stock import Stock
from matchmaker.solve.joint.team import (
    NOTHING,
    Bench,
    Positions,
    join,
    list_near,
    no_positions,
    some_of,
    still_fit,
    whole_price,
)
from matchmaker.solve.joint.team_bound import price_team, team_bound
from matchmaker.solve.joint.team_search import best_filling

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from matchmaker.solve.reach import Reach

__all__ = ["FIRST", "GROWTH", "BestOfTeam", "Room", "Undecided", "for_team", "room_after"]

FIRST, GROWTH = 12.0, 2.5
"""Points below a pupil's best within which positions are listed at first, and how that grows."""
FEW, MANY = 400, 1_000
"""Positions of a pupil that are searched together; the same where nobody has few."""
PICKY, MOST = 150, 3_000
"""Positions of the pupil with fewest that are rather tried one by one; the same where nothing else is left."""
BEST, FEW_NODES, NO_LIMIT = 60, 3_000, 1e9
"""Positions of a pupil among which good ones are sought, and nodes of that search; more than any filling loses."""
MOST_NODES, MOST_BRANCHES = 15_000, 500
"""Nodes of one search, and positions tried one by one in one region."""
ROOM_TO_FIND, KNOWN = 1_200, 60
"""Positions that a bound may find; those of a pupil that it begins with."""
EPS = 1e-6


class Undecided(Exception):
    """A team took more positions, branches or time than there are."""


class Room(NamedTuple):
    """What is left at an employer, and the positions known that fit in it: the first `known` of `pool`."""

    stock: Stock
    bench: Bench
    pool: Positions
    known: int


def for_team(room: Room, team: Sequence[int], price: NDArray[np.float64]) -> Room:
    """Return the room with only those positions known that fit, are of a team, and are worth most at some prices."""
    fine = np.flatnonzero(still_fit(room.bench, room.pool, room.known) & np.isin(room.pool.member[: room.known], team))
    pool, whole = some_of(room.pool, fine), np.empty(len(room.bench.have))
    whole_price(room.bench, price, whole)
    used = pool.row >= 0
    worth = pool.points - (np.where(used, pool.count, 0) * whole[np.where(used, pool.row, 0)]).sum(axis=1)
    order = np.lexsort((np.arange(len(fine)), -worth, pool.member))
    first = np.searchsorted(pool.member[order], pool.member[order])
    best = order[np.arange(len(order)) - first < KNOWN]
    parts = [some_of(pool, best), no_positions(ROOM_TO_FIND, pool.row.shape[1])]
    return room._replace(pool=join(parts), known=len(best))


def room_after(room: Room, near: Positions, one: int) -> Room:
    """Return what is left after a position."""
    stock, bench = room.stock, room.bench
    slots = near.row[one] >= 0
    rows, counts = near.row[one][slots], near.count[one][slots]
    have, cap = bench.have.copy(), bench.cap - counts @ bench.hours[rows]
    np.subtract.at(have, rows, counts)
    lots = len(have) - len(cap)
    pieces, function = stock.pieces.copy(), stock.function.copy()
    pieces[bench.first_lot : bench.first_lot + lots] = have[:lots]
    function[bench.first_function : bench.first_function + len(cap)] = cap
    start, choice = _choices_left(bench, have)
    bench = bench._replace(have=have, cap=cap, choice_start=start, choice=choice)
    return room._replace(stock=stock._replace(pieces=pieces, function=function), bench=bench)


def _choices_left(bench: Bench, have: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return what is left of the choices that hold all that is gone."""
    left, gone = [0], bench.have - have
    kept = [np.zeros((0, len(have)), np.int64)]
    for group, first in enumerate(bench.choice_start[:-1]):
        inside = np.zeros(len(have), bool)
        inside[bench.own[bench.own_start[group] : bench.own_start[group + 1]]] = True
        rest = bench.choice[first : bench.choice_start[group + 1]] - np.where(inside, gone, 0)
        kept.append(rest[(rest >= 0).all(axis=1)])
        left.append(left[-1] + len(kept[-1]))
    return np.array(left, np.int64), np.concatenate(kept)


class BestOfTeam:
    """Finds the best positions of teams at one employer.

    Values are whole numbers: points times `scale`, plus one for every position that is the one wanted.

    Parameters
    ----------
    reach : Reach
    wanted : Positions or None
        The position of every member of the bench in another plan, member -1 where there is none.
    scale : int
        More than there are pupils.
    stop : callable
        Says that time has run out.
    """

    def __init__(self, reach: Reach, wanted: Positions | None, scale: int, stop: Callable[[], bool]) -> None:
        self.reach, self.wanted, self.scale, self.stop, self.branches = reach, wanted, scale, stop, 0

    def values(self, near: Positions) -> NDArray[np.int64]:
        """Return the value of every position."""
        kept = 0 if self.wanted is None else _same(near, self.wanted)
        return np.rint(near.points).astype(np.int64) * self.scale + kept

    def extra(self, team: Sequence[int]) -> int:
        """Return how many of a team could have the position wanted."""
        return 0 if self.wanted is None else int((self.wanted.member[list(team)] >= 0).sum())

    def nearby(
        self, room: Room, team: Sequence[int], price: NDArray[np.float64], within: float
    ) -> tuple[int, Positions] | float | None:
        """Look among the positions that come so near their pupil's best: the best positions, or a bound on the points.

        None when there are too many.
        """
        room, value, top = self._priced(room, team, price)
        found, extra = self._search(room, team, price, value, within, FEW), self.extra(team) / self.scale
        if found is None:
            return None
        lost, filling = found
        if filling is not None and lost <= within - extra:
            return int(self.values(filling).sum()), filling
        return top - within + extra

    def good(self, room: Room, team: Sequence[int], price: NDArray[np.float64]) -> Positions | None:
        """Return good positions for all of a team, not always the best; None when none were found."""
        room, value, _ = self._priced(room, team, price)
        parts = [self._list(room, one, price, NOTHING, BEST)[0] for one in team]
        _, filling, _ = self._choose(room, parts, value, price, NO_LIMIT, FEW_NODES)
        return filling

    def _priced(
        self, room: Room, team: Sequence[int], price: NDArray[np.float64]
    ) -> tuple[Room, NDArray[np.float64], float]:
        """Return the room with what pricing has found, what everybody's best is worth, and the bound."""
        value = np.empty(len(team))
        total, known = price_team(self.reach, *room[:2], np.array(team, np.int64), *room[2:], price, value)
        return room._replace(known=known), value, total + float(value.sum())

    def of(
        self, room: Room, team: Sequence[int], price: NDArray[np.float64], beat: int
    ) -> tuple[int, Positions] | None:
        """Return the largest value of positions for all of a team, and the positions; None when it is not over `beat`.

        `price` holds prices that bound the team closely.

        Raises
        ------
        Undecided
        """
        room, value, top = self._priced(room, team, price)
        extra = self.extra(team) / self.scale
        limit, within = top - beat / self.scale + extra, FIRST
        while limit > 0:
            within = min(within, limit)
            found = self._search(room, team, price, value, within, FEW)
            if found is None:
                picky = self._fewest(room, team, price, value - limit, PICKY)
                found = None if picky else self._search(room, team, price, value, within, MANY)
                if found is None:
                    for most in (MANY // 2, MOST):
                        picky = picky or self._fewest(room, team, price, value - limit, most)
                    return self._one_by_one(room, team, price, value, top, beat, picky)
            lost, filling = found
            if filling is not None and (lost <= within - extra or within == limit):
                worth = int(self.values(filling).sum())
                return (worth, filling) if worth > beat else None
            if within == limit:
                return None
            within *= GROWTH
        return None

    def _near(self, room: Room, member: int, price: NDArray[np.float64], beat: float, most: int) -> Positions | None:
        """List a member's positions worth more than `beat`; None when there are too many.

        Raises
        ------
        Undecided
        """
        if self.stop():
            raise Undecided
        near, rest = self._list(room, member, price, beat, most)
        return None if len(near.points) >= most or rest > beat + EPS else near

    def _list(
        self, room: Room, member: int, price: NDArray[np.float64], beat: float, most: int
    ) -> tuple[Positions, float]:
        """Return a member's best positions worth more than `beat`, about `most` of them, and a bound on all others."""
        to, whole = no_positions(most + len(room.bench.cap), self.reach.work.max_tasks), np.empty(len(room.bench.have))
        whole_price(room.bench, price, whole)
        count, rest = list_near(self.reach, room.stock, room.bench, whole, member, beat, most, to, 0)
        return some_of(to, np.arange(count)), rest

    def _losses(self, near: Positions, worth: float) -> NDArray[np.float64]:
        kept = self.values(near) % self.scale
        return worth - near.worth - kept / self.scale

    def _search(
        self,
        room: Room,
        team: Sequence[int],
        price: NDArray[np.float64],
        value: NDArray[np.float64],
        within: float,
        most: int,
    ) -> tuple[float, Positions | None] | None:
        """Return the least loss below `within` and the positions, None without any; None in all when it takes long."""
        parts: list[Positions] = []
        for one, worth in zip(team, value, strict=True):
            part = self._near(room, one, price, worth - within, most)
            if part is None:
                return None
            parts.append(part)
        lost, filling, ended = self._choose(room, parts, value, price, within, MOST_NODES)
        return (lost, filling) if ended else None

    def _choose(
        self,
        room: Room,
        parts: Sequence[Positions],
        value: NDArray[np.float64],
        price: NDArray[np.float64],
        within: float,
        nodes: int,
    ) -> tuple[float, Positions | None, bool]:
        """Return the least loss below `within` among these positions, those chosen, and whether that is proved."""
        losses = [self._losses(part, worth) for part, worth in zip(parts, value, strict=True)]
        orders = [np.lexsort((np.arange(len(loss)), loss)) for loss in losses]
        near = join([some_of(part, order) for part, order in zip(parts, orders, strict=True)])
        loss = np.concatenate([own[order] for own, order in zip(losses, orders, strict=True)])
        start, best = np.cumsum([0, *(len(own) for own in losses)]), np.empty(len(parts), np.int64)
        lost, left = best_filling(room.bench, near, start, loss, price, within, nodes, best)
        return lost, some_of(near, best) if best[0] >= 0 else None, left >= 0

    def _one_by_one(
        self,
        room: Room,
        team: Sequence[int],
        price: NDArray[np.float64],
        value: NDArray[np.float64],
        top: float,
        beat: int,
        picky: tuple[int, Positions] | None,
    ) -> tuple[int, Positions] | None:
        """Give the pupil with the fewest positions each of them in turn, and the rest of the team what is left."""
        if picky is None:
            raise Undecided
        extra = self.extra(team) / self.scale
        at, near = picky
        loss, own, best = self._losses(near, float(value[at])), self.values(near), None
        others = [member for member in team if member != team[at]]
        for one in np.lexsort((np.arange(len(loss)), loss)).tolist():
            if top - loss[one] + extra <= beat / self.scale:
                break
            self.branches += 1
            if self.branches > MOST_BRANCHES:
                raise Undecided
            rest = self.rest(room_after(room, near, one), others, price, beat - int(own[one]))
            if rest is not None:
                beat = int(own[one]) + rest[0]
                best = beat, join([some_of(near, np.array([one])), rest[1]])
        return best

    def _fewest(
        self, room: Room, team: Sequence[int], price: NDArray[np.float64], beat: NDArray[np.float64], most: int
    ) -> tuple[int, Positions] | None:
        """Return the place in the team of the member with fewest positions worth more than `beat`, and these."""
        best = None
        for at, (one, least) in enumerate(zip(team, beat.tolist(), strict=True)):
            part = self._near(room, one, price, least, most)
            if part is not None:
                best, most = (at, part), len(part.points)
        return best

    def rest(
        self, room: Room, team: Sequence[int], price: NDArray[np.float64], beat: int
    ) -> tuple[int, Positions] | None:
        """Bound a team at prices of its own, then do as `of` does."""
        if not team:
            return (0, no_positions(0, self.reach.work.max_tasks)) if beat < 0 else None
        own, enough = price.copy(), (beat - self.extra(team)) / self.scale
        room = for_team(room, team, price)
        least, known = team_bound(self.reach, *room[:2], np.array(team, np.int64), *room[2:], own, enough)
        return None if least <= enough else self.of(room._replace(known=known), team, own, beat)


def _same(near: Positions, wanted: Positions) -> NDArray[np.int64]:
    """Mark positions that are the one wanted of their member."""

    def key(of: Positions) -> NDArray[np.int64]:
        order = np.argsort(-of.row, axis=1, kind="stable")
        row, count = np.take_along_axis(of.row, order, 1), np.take_along_axis(of.count, order, 1)
        return np.column_stack([row, np.where(row >= 0, count, 0)]).astype(np.int64)

    same = (key(near) == key(wanted)[near.member]).all(axis=1) & (wanted.member[near.member] >= 0)
    return np.asarray(same, np.int64)
