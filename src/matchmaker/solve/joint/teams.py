"""Small regions exactly: one team an employer, each worked out only as closely as the choice among them needs.

A plan puts a team of pupils, perhaps nobody, at every employer, and nobody in two. What a team is worth at most is
bounded by prices of its employer alone (`team`); the best choice of teams by these bounds (`team_choice`) bounds every
plan. The teams chosen are then worked out more closely, at last exactly (`team_search`, or `team_program` where too
many positions come near the best), and the choice is made again, until all teams chosen are exact: then no plan is
better (a decomposition by employer, after Benders 1962).
"""

from __future__ import annotations

from itertools import combinations
from math import comb
from typing import TYPE_CHECKING

import numpy as np

from matchmaker.solve.joint.packing import Packings, packings_of
from matchmaker.solve.joint.site import Site, write_filling
from matchmaker.solve.joint.stock import Columns, Stock, full_stock, no_columns
from matchmaker.solve.joint.team import NOTHING, Bench, Positions, no_positions
from matchmaker.solve.joint.team_best import FIRST, GROWTH, BestOfTeam, Undecided, for_team
from matchmaker.solve.joint.team_choice import NEVER, best_choice
from matchmaker.solve.joint.team_program import best_by_program

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from matchmaker.solve.reach import Reach

__all__ = ["solve_by_teams"]

MOST_PUPILS, MOST_TEAMS, MOST_ROUNDS = 14, 6_000, 1_000
MOST_IN_REACH = 30
"""Pupils with work in reach, of whom some may turn out not to fit anywhere, up to which that is looked at."""
POOL = 6_000
ROUNDING, EPS = 1e-3, 1e-6
MOST_WEIGHT = 1 << 60


class AllTeams(Site):
    """An employer, its teams, and what is known of each.

    Attributes
    ----------
    teams : list of tuple of int
        Places among the members of the bench.
    inside : float array, shape (teams, members)
        1 for who is in it.
    most_points : float array, shape (teams)
        No positions for all of the team have more points.
    exact : int64 array, shape (teams)
        The value (see `BestOfTeam`), NEVER where it is not known yet.
    filling : list
        The positions that have it.
    """

    def __init__(
        self,
        reach: Reach,
        packings: Packings,
        employer: int,
        keep: Columns | None,
        scale: int,
        left: Callable[[], float],
    ) -> None:
        super().__init__(reach, packings, Stock(*full_stock(reach.work)), employer, POOL)
        bench, self.scale, self.left = self.room.bench, scale, left
        self.best = BestOfTeam(reach, None if keep is None else _wanted(bench, keep), scale, lambda: left() <= 0)
        total, alone = self.values(self.no_price, self.everybody)
        self.teams = _teams(reach, bench, np.flatnonzero(alone > NOTHING / 2).tolist())
        self.inside = np.zeros((len(self.teams), len(bench.pupil)))
        for k, team in enumerate(self.teams):
            self.inside[k, list(team)] = 1.0
        self.latest = self.no_price
        self.most_points = total + self.inside @ np.maximum(alone, NOTHING)
        self.exact = np.full(len(self.teams), NEVER, np.int64)
        self.within, self.hard = np.full(len(self.teams), FIRST), np.zeros(len(self.teams), bool)
        self.price: list[NDArray[np.float64] | None] = [None] * len(self.teams)
        self.filling: list[Positions | None] = [None] * len(self.teams)

    def most(self) -> NDArray[np.int64]:
        """Return what every team is worth at most, NEVER where it cannot all be placed."""
        extra = np.array([self.best.extra(team) for team in self.teams], np.int64)
        never = self.most_points < self.reach.work.fit_floor * self.inside.sum(axis=1) - ROUNDING
        points = np.floor(np.where(never, 0.0, self.most_points) + ROUNDING).astype(np.int64)
        return np.where(never, NEVER, np.where(self.exact != NEVER, self.exact, points * self.scale + extra))

    def look_closer(self, k: int) -> bool:
        """Work a team out more closely: by prices of its own first, then among ever more positions near the best ones.

        Says whether that was possible: there may be too many such positions.
        """
        price, team = self.price[k], self.teams[k]
        if price is None:
            self._bound(k)
            return True
        found = None if self.hard[k] else self.best.nearby(self.room, team, price, self.within[k])
        if found is None:
            self.hard[k] = True
            return False
        if isinstance(found, float):
            self.most_points[k], self.within[k] = min(self.most_points[k], found), GROWTH * self.within[k]
        else:
            self.exact[k], self.filling[k] = found
        return True

    def settle(self, k: int) -> None:
        """Work a team out exactly, or show that there is no place for all of it, nor for more than it."""
        price, team = self.price[k], self.teams[k]
        assert price is not None
        room = for_team(self.room, team, price)
        found = self.best.of(room, team, price, self.within[k])
        if found is None or isinstance(found, float):
            found = best_by_program(self.best, room, team, price, self.left())
        if found is not None:
            self.exact[k], self.filling[k] = found
        else:
            self.most_points[(self.inside >= self.inside[k]).all(axis=1)] = -np.inf

    def _bound(self, k: int) -> None:
        """Bound a team by prices of its own; they bound the others here as well."""
        own, team = self.no_price, self.teams[k]
        below = self.bound(team, own, self.latest, self.reach.work.fit_floor * len(team) - ROUNDING)
        self.price[k] = self.latest = own
        total, value = self.values(own, self.everybody)
        self.most_points = np.minimum(self.most_points, total + self.inside @ value)
        self.most_points[k] = min(self.most_points[k], below)


def _teams(reach: Reach, bench: Bench, can: list[int]) -> list[tuple[int, ...]]:
    """List all teams of those who can work at an employer alone, for which there are places and supervision."""
    places = min(int(reach.work.places[bench.employer]), len(can))
    if sum(comb(len(can), size) for size in range(1, places + 1)) > MOST_TEAMS:
        raise Undecided
    support, there_is = reach.work.support[bench.pupil], reach.work.supervision[bench.employer] + EPS
    teams = (team for size in range(1, places + 1) for team in combinations(can, size))
    return [team for team in teams if support[list(team)].sum() <= there_is]


def _wanted(bench: Bench, keep: Columns) -> Positions:
    """Return the position of every member in another plan, member -1 for who is not here in it."""
    lots, wanted = len(bench.have) - len(bench.cap), no_positions(len(bench.pupil), keep.lot.shape[1])
    here = keep.employer[bench.pupil] == bench.employer
    wanted.member[:] = np.where(here, np.arange(len(bench.pupil)), -1)
    lot = keep.lot[bench.pupil]
    wanted.row[:] = np.where(lot >= 0, lot - bench.first_lot, -1)
    wanted.count[:] = keep.count[bench.pupil]
    seated = here & (keep.function[bench.pupil] >= 0)
    wanted.row[seated, 0] = lots + keep.function[bench.pupil[seated]] - bench.first_function
    wanted.count[seated, 0] = 1
    return wanted


class Teams:
    """All teams of a region, and the choice among them.

    Parameters
    ----------
    reach : Reach
    keep : Columns or None
        A plan whose positions are chosen where that costs nothing.
    left : callable
        Says how many seconds there are left.
    """

    def __init__(self, reach: Reach, keep: Columns | None, left: Callable[[], float]) -> None:
        pupils = len(reach.pair_start) - 1
        self.reach, self.left, self.scale, self.rounds = reach, left, pupils + 1, 0
        packings, can = packings_of(reach), np.zeros(pupils, bool)
        self.sites: list[AllTeams] = []
        for employer in np.flatnonzero(reach.work.places > 0).tolist():
            site = AllTeams(reach, packings, employer, keep, self.scale, left)
            can[site.room.bench.pupil[site.inside.any(axis=0)]] = True
            if can.sum() > MOST_PUPILS:
                raise Undecided
            if site.teams:
                self.sites.append(site)
        self.start = np.cumsum([0, *(len(site.teams) for site in self.sites)])
        self.pupil, bit = np.flatnonzero(can), np.zeros(pupils, np.int64)
        if self.start[-1] > MOST_TEAMS:
            raise Undecided
        bit[can] = 1 << np.arange(len(self.pupil))
        sets = [site.inside.astype(np.int64) @ bit[site.room.bench.pupil] for site in self.sites]
        self.team = np.concatenate([np.zeros(0, np.int64), *sets])

    def choose(self, masks: Sequence[NDArray[np.bool_]], at_least: Sequence[tuple[NDArray[np.bool_], int]]) -> Columns:
        """Return the best plan: most of each mask in turn, then points, then positions kept."""
        inside = np.arange(1 << len(self.pupil))[:, None] >> np.arange(len(self.pupil)) & 1
        allowed = np.ones(len(inside), bool)
        for mask, need in at_least:
            allowed &= inside @ mask[self.pupil].astype(np.int64) >= need
        bonus = inside[self.team] @ self._bonus(masks)
        while True:
            total, own, open_to = self._choice(bonus, allowed)
            if total == NEVER:
                raise Undecided
            if not open_to:
                return self._plan(own)
            if not sum([site.look_closer(k) for site, k in open_to]):
                site, k = min(open_to, key=lambda one: len(one[0].teams[one[1]]))
                site.settle(k)

    def _choice(
        self, bonus: NDArray[np.int64], allowed: NDArray[np.bool_]
    ) -> tuple[int, NDArray[np.int64], list[tuple[AllTeams, int]]]:
        """Choose by what teams are worth at most.

        Returns the sum, the team of every employer, and those teams that are not exact.
        """
        self.rounds += 1
        if self.rounds > MOST_ROUNDS or self.left() <= 0:
            raise Undecided
        most = np.concatenate([np.zeros(0, np.int64), *(site.most() for site in self.sites)])
        value = np.where(most == NEVER, NEVER, most + bonus)
        chosen = np.full(len(self.sites), -1, np.int64)
        total = best_choice(len(self.pupil), self.start, self.team, value, allowed, chosen)
        own = np.where(chosen >= 0, chosen - self.start[:-1], -1)
        pairs = zip(self.sites, own.tolist(), strict=True)
        return total, own, [(site, k) for site, k in pairs if k >= 0 and site.exact[k] == NEVER]

    def _bonus(self, masks: Sequence[NDArray[np.bool_]]) -> NDArray[np.int64]:
        """Return what placing each pupil is worth: more for an aim than all that comes after it can be."""
        most = sum(
            float(np.abs(site.most_points[site.most_points > NOTHING / 2]).max(initial=0.0)) for site in self.sites
        )
        weight, bonus = 2 * (int(most) + 2) * self.scale, np.zeros(len(self.pupil), np.int64)
        for mask in reversed(masks):
            bonus += weight * mask[self.pupil]
            weight *= len(self.pupil) + 1
        if weight > MOST_WEIGHT:
            raise Undecided
        return bonus

    def _plan(self, own: NDArray[np.int64]) -> Columns:
        plan = no_columns(len(self.reach.pair_start) - 1, self.reach.work.max_tasks)
        for site, k in zip(self.sites, own.tolist(), strict=True):
            filling = site.filling[k] if k >= 0 else None
            if filling is None:
                continue
            bench = site.room.bench
            write_filling(bench, filling, plan, bench.pupil[filling.member])
        return plan


def solve_by_teams(
    reach: Reach,
    *,
    masks: Sequence[NDArray[np.bool_]],
    same_number: Sequence[NDArray[np.bool_]],
    at_least: Sequence[tuple[NDArray[np.bool_], int]] = (),
    keep: Columns | None = None,
    left: Callable[[], float] = lambda: np.inf,
) -> tuple[Columns, int] | None:
    """Return the best plan, most placed of each mask in turn, then most points; None where that takes too long.

    Beside it the most points of any plan that places as many of each mask in `same_number` only.

    Parameters
    ----------
    reach : Reach
    masks, same_number : sequences of bool arrays, shape (pupils)
    at_least : sequence of (bool array, int)
        Groups with the number to place of each.
    keep : Columns, optional
        Among equal plans one with most of these positions [pupils] is chosen.
    left : callable
        Says how many seconds there are left.

    Examples
    --------
    >>> import matchmaker as mm
    >>> from matchmaker.numbers.problem import make_problem
    >>> from matchmaker.solve.reach import first_pupils, make_reach
    >>> reach = first_pupils(make_reach(make_problem(mm.read_region(mm.town()))), 2)
    >>> everybody = [np.ones(2, bool)]
    >>> plan, bound = solve_by_teams(reach, masks=everybody, same_number=everybody)
    >>> bool(plan.points.sum() == bound)
    True
    """
    some = (np.diff(reach.pair_start) > 0) | (np.diff(reach.vacancy_start) > 0)
    if reach.work.most_employers > 1 or some.sum() > MOST_IN_REACH:
        return None
    try:
        teams = Teams(reach, keep, left)
        plan = teams.choose(masks, at_least)
        same = all(one is other for one, other in zip(masks, same_number, strict=False))
        if len(masks) == len(same_number) and same and not at_least:
            return plan, int(plan.points.sum())
        return plan, int(teams.choose(same_number, ()).points.sum())
    except Undecided:
        return None
