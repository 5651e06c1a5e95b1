"""The best positions of one team at one employer, among those that come near their pupil's best (`team_search`)."""

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
    whole_price,
)
from matchmaker.solve.joint.team_bound import price_team
from matchmaker.solve.joint.team_search import best_filling

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from matchmaker.solve.reach import Reach

__all__ = ["FIRST", "GROWTH", "BestOfTeam", "Room", "Undecided", "for_team"]

FIRST, GROWTH = 12.0, 2.5
"""Points below a pupil's best within which positions are listed at first, and how that grows."""
FEW, MANY = 400, 1_500
"""Positions of a pupil that are searched together, at first and at last."""
BEST, FEW_NODES, NO_LIMIT = 60, 3_000, 1e9
"""Positions of a pupil among which good ones are sought, and nodes of that search; more than any filling loses."""
MOST_NODES, MANY_NODES = 15_000, 30_000
"""Nodes of one search, at first and at last."""
ROOM_TO_FIND, KNOWN = 1_200, 60
"""Positions that a bound may find; those of a pupil that it begins with."""
EPS, FARTHER = 1e-6, 1e-3
"""Rounding; how much farther than good positions, so that these are found again."""


class Undecided(Exception):
    """A team took more branches or time than there are."""


class Room(NamedTuple):
    """What there is at an employer, and the positions known: the first `known` of `pool`."""

    stock: Stock
    bench: Bench
    pool: Positions
    known: int


def for_team(room: Room, team: Sequence[int], price: NDArray[np.float64]) -> Room:
    """Return the room with only those positions known that are of a team and worth most at some prices."""
    fine = np.flatnonzero(np.isin(room.pool.member[: room.known], team))
    pool, whole = some_of(room.pool, fine), np.empty(len(room.bench.have))
    whole_price(room.bench, price, whole)
    used = pool.row >= 0
    worth = pool.points - (np.where(used, pool.count, 0) * whole[np.where(used, pool.row, 0)]).sum(axis=1)
    order = np.lexsort((np.arange(len(fine)), -worth, pool.member))
    first = np.searchsorted(pool.member[order], pool.member[order])
    best = order[np.arange(len(order)) - first < KNOWN]
    parts = [some_of(pool, best), no_positions(ROOM_TO_FIND, pool.row.shape[1])]
    return room._replace(pool=join(parts), known=len(best))


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
        self.reach, self.wanted, self.scale, self.stop = reach, wanted, scale, stop

    def values(self, near: Positions) -> NDArray[np.int64]:
        """Return the value of every position."""
        kept = 0 if self.wanted is None else _same(near, self.wanted)
        return np.rint(near.points).astype(np.int64) * self.scale + kept

    def extra(self, team: Sequence[int]) -> int:
        """Return how many of a team could have the position wanted."""
        return 0 if self.wanted is None else int((self.wanted.member[list(team)] >= 0).sum())

    def nearby(
        self,
        room: Room,
        team: Sequence[int],
        price: NDArray[np.float64],
        within: float,
        most: int = FEW,
        nodes: int = MOST_NODES,
    ) -> tuple[int, Positions] | float | None:
        """Look among the positions that come so near their pupil's best: the best positions, or a bound on the points.

        None when there are too many: more than `most` of a pupil.
        """
        room, value, top = self.priced(room, team, price)
        found, extra = self._search(room, team, price, value, within, most, nodes), self.extra(team) / self.scale
        if found is None:
            return None
        lost, filling = found
        if filling is not None and lost <= within - extra:
            return int(self.values(filling).sum()), filling
        return top - within + extra

    def good(self, room: Room, team: Sequence[int], price: NDArray[np.float64]) -> Positions | None:
        """Return good positions for all of a team, not always the best; None when none were found."""
        room, value, _ = self.priced(room, team, price)
        parts = [self._list(room, one, price, NOTHING, BEST)[0] for one in team]
        _, filling, _ = self._choose(room, parts, value, price, NO_LIMIT, FEW_NODES)
        return filling

    def priced(
        self, room: Room, team: Sequence[int], price: NDArray[np.float64]
    ) -> tuple[Room, NDArray[np.float64], float]:
        """Return the room with what pricing has found, what everybody's best is worth, and the bound."""
        value = np.empty(len(team))
        total, known = price_team(self.reach, *room[:2], np.array(team, np.int64), *room[2:], price, value)
        return room._replace(known=known), value, total + float(value.sum())

    def of(
        self, room: Room, team: Sequence[int], price: NDArray[np.float64], within: float
    ) -> tuple[int, Positions] | float | None:
        """Look as `nearby` does, among more positions: as far as good positions say is needed, `within` without any."""
        good = self.good(room, team, price)
        if good is not None:
            _, _, top = self.priced(room, team, price)
            within = top - (int(self.values(good).sum()) - self.extra(team)) / self.scale + FARTHER
        return self.nearby(room, team, price, within, MANY, MANY_NODES)

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
        nodes: int,
    ) -> tuple[float, Positions | None] | None:
        """Return the least loss below `within` and the positions, None without any; None in all when it takes long."""
        parts: list[Positions] = []
        for one, worth in zip(team, value, strict=True):
            part = self._near(room, one, price, worth - within, most)
            if part is None:
                return None
            parts.append(part)
        lost, filling, ended = self._choose(room, parts, value, price, within, nodes)
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


def _same(near: Positions, wanted: Positions) -> NDArray[np.int64]:
    """Mark positions that are the one wanted of their member."""

    def key(of: Positions) -> NDArray[np.int64]:
        order = np.argsort(-of.row, axis=1, kind="stable")
        row, count = np.take_along_axis(of.row, order, 1), np.take_along_axis(of.count, order, 1)
        return np.column_stack([row, np.where(row >= 0, count, 0)]).astype(np.int64)

    same = (key(near) == key(wanted)[near.member]).all(axis=1) & (wanted.member[near.member] >= 0)
    return np.asarray(same, np.int64)
