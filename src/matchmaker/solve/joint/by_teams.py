"""Plan and bound by teams: column generation over teams, and a choice among the fillings that come of it."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from matchmaker.solve.chunks import in_chunks
from matchmaker.solve.joint.counted_teams import PLACED, CountedTeams
from matchmaker.solve.joint.dual import in_pieces
from matchmaker.solve.joint.number import WEIGHT
from matchmaker.solve.joint.proof import counts_at, relax
from matchmaker.solve.joint.recombine import recombine
from matchmaker.solve.joint.some_teams import SomeTeams
from matchmaker.solve.joint.stock import Stock, full_stock
from matchmaker.solve.joint.team_relaxation import TeamRelaxation
from matchmaker.solve.joint.turns import WHOLE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Future

    from numpy.typing import NDArray

    from matchmaker.solve.joint.clock import Clock
    from matchmaker.solve.joint.dual import Count, Relaxation
    from matchmaker.solve.joint.fillings import Fillings
    from matchmaker.solve.joint.recombine import Choice, Recombined
    from matchmaker.solve.joint.stock import Columns
    from matchmaker.solve.joint.turns import Turns
    from matchmaker.solve.reach import Reach

__all__ = ["ByTeams", "suits_teams"]

FEWEST_PUPILS, MOST_PLACES = 81, (4, 16)
"""Smaller regions are closed (`close`). Teams of more pupils take longer than they gain, unless there is much time."""
MUCH_TIME = 0.2
"""Seconds of time limit an employer from which on there is much."""
ROUNDS, PRICE_ROUNDS = 12, 8
"""Rounds at most where no time limit ends them."""
CHOICES = 2
"""Rounds between two choices among all fillings seen, at least: they are made while rounds go on."""
NEARLY = 0.99
"""A plan that places this part of the most that any does needs no closer bound on the number."""
CLOSER = 5e-5, 0.01
"""How close prices are to come there, and how often teams are taken that are looked at: many are worth the same."""
PATIENCE, LITTLE = 5, 1e-3
"""Rounds without a better bound on the number placed after which that ends; what in number counts as no better."""
MOST_OF_IT, MOST_BRANCHES = 0.08, 300
"""Share of the time for each integer program of a choice, and its branches."""
MORE_PLACED = 0.015
"""Share by which more pupils are to be placed than the plan places, in the prices that fillings are looked for at;
every second time, when a choice did not place more."""


def suits_teams(reach: Reach, time_limit: float | None) -> bool:
    """Say whether a region is looked at by teams: all employers at once, and few places at each, or much time.

    Examples
    --------
    >>> import matchmaker as mm
    >>> from matchmaker.numbers.problem import make_problem
    >>> from matchmaker.solve.reach import make_reach
    >>> reach = make_reach(make_problem(mm.read_region(mm.town())))
    >>> suits_teams(reach, None), suits_teams(reach, 60.0)
    (False, True)
    """
    places = reach.work.places
    much = time_limit is not None and time_limit >= MUCH_TIME * len(places)
    most = MOST_PLACES[1] if much else MOST_PLACES[0]
    if reach.work.most_employers > 1 or len(reach.pair_start) <= FEWEST_PUPILS or len(places) > WHOLE:
        return False
    return bool(places.max(initial=0) <= most)


class ByTeams:
    """The employers of a region as their teams see them; what is learnt of one plan helps to bound the next.

    Parameters
    ----------
    relaxation : Relaxation
        Its prices are where those of every team begin.
    fillings : Fillings
        Takes those found.
    clock : Clock
    """

    def __init__(self, relaxation: Relaxation, fillings: Fillings, clock: Clock) -> None:
        self.relaxation, self.fillings, self.clock = relaxation, fillings, clock
        self.sites: list[SomeTeams] = []
        self.teams: TeamRelaxation | None = None

    def _open(self) -> None:
        """Look at every employer once, at the prices found."""
        reach = self.relaxation.reach
        stock = Stock(*full_stock(reach.work))
        prices = in_pieces(reach, self.relaxation.prices, self.relaxation.packings)
        employers = np.flatnonzero(reach.work.places > 0).tolist()
        found: dict[int, SomeTeams] = {}

        def some(first: int, last: int) -> None:
            for employer in employers[first:last]:
                found[employer] = SomeTeams(reach, self.relaxation.packings, stock, employer, prices)

        in_chunks(some, len(employers))
        self.sites = [found[employer] for employer in employers if found[employer].places]

    def plan(
        self, turns: Turns, aims: list[str], masks: dict[str, NDArray[np.bool_]], share: float, placed_bound: int
    ) -> None:
        """Make the best plan better until this share of the time is used up; none places more than `placed_bound`."""
        clock, wanted, more = self.clock, True, MORE_PLACED
        noted = helped = done = 0
        pending: tuple[Choice, Future[Recombined]] | None = None

        def counts(of: Sequence[Count]) -> list[Count]:
            return _more_placed(counts_at(of, aims, masks, turns.repair.best), more, placed_bound)

        teams = self._begin(counts(self.relaxation.counts), _points(turns.repair.best), share)
        with ThreadPoolExecutor(1) as aside:
            while wanted and self._used(done, share) < 1.0:
                teams.know(turns.repair.best)
                wanted, found = self._round(teams, _points(turns.repair.best), share, near=True)
                noted, done = noted + found, done + 1
                clock.tell("teams", min(1.0, self._used(done, share)))
                if done % CHOICES or (pending is not None and clock.time_limit is not None and not pending[1].done()):
                    continue
                if pending is not None:
                    placed = _placed(turns.repair.best)
                    helped += _adopt(turns, pending)
                    more = MORE_PLACED if _placed(turns.repair.best) > placed or not more else 0.0
                    teams.aim(counts(teams.counts))
                pending = self._choose(turns, teams, share, aside)
            if pending is not None:
                helped += _adopt(turns, pending)
            helped += _adopt(turns, self._choose(turns, teams, share, aside))
        clock.done("teams", rounds=done, fillings=noted, helped=helped, placed=_placed(turns.repair.best))

    def _begin(self, counts: list[Count], low: float, share: float) -> TeamRelaxation:
        """Find prices at these counts, and look at every employer once at them; `low` is what a plan reaches."""
        self.relaxation.aim(counts)
        relax(self.relaxation, self.clock, "teams", rounds=PRICE_ROUNDS, share=share, move_counts=True, low=low)
        self._open()
        self.teams = TeamRelaxation(self.sites, self.relaxation.counts, self.relaxation.value)
        return self.teams

    def most_placed(self, placed: int, number: Relaxation | None, known: int, share: float) -> int:
        """Return how many pupils any plan places at most, more closely where a plan does not place nearly as many.

        Parameters
        ----------
        placed : int
            How many the plan at hand places.
        number : Relaxation or None
            The relaxation, if there is one, that says that no plan places more than `known`.
        known : int
        share : float
            Of the time: then it ends, or when `placed` is near what is known, or when rounds do not help.
        """
        if number is None or placed >= NEARLY * known or not self.sites:
            return known
        prices = in_pieces(number.reach, number.prices, number.packings)
        sites = [CountedTeams(site, prices, WEIGHT, self.fillings) for site in self.sites]
        teams = TeamRelaxation(sites, [], number.value * (PLACED / WEIGHT), *CLOSER)
        most, stale, done = np.inf, 0, 0
        while stale < PATIENCE and placed < NEARLY * known and self._used(done, share) < 1.0:
            self._round(teams, PLACED * placed, share, near=True)
            stale = stale + 1 if teams.bound > most - LITTLE * PLACED else 0
            most, done = min(most, teams.bound), done + 1
            known = min(known, math.floor(most / PLACED + LITTLE))
            self.clock.tell("number", min(1.0, self._used(done, share)))
        self.clock.done("number by teams", rounds=done, at_most=known)
        return known

    def _used(self, rounds: int, share: float) -> float:
        """Return how much of this share of the time is used up, of the rounds where time is not limited; 1 is all."""
        limit = self.clock.time_limit
        return rounds / ROUNDS if limit is None else self.clock.used() / (share * limit)

    def _round(self, teams: TeamRelaxation, low: float, share: float, *, near: bool = False) -> tuple[bool, int]:
        """Do one round; return whether there was a team to look at more closely, and how many fillings were found.

        With `near` teams are looked at that are nearly worth most when all those taken are known. At last those taken
        are settled.
        """

        def left() -> float:
            return self.clock.left(share)

        wanted = teams.improve(low, left)
        if near and not wanted:
            wanted = teams.near()
        wanted = wanted or teams.unsettled()
        return bool(wanted), teams.look_closer(wanted, self.fillings, left)

    def _choose(
        self, turns: Turns, teams: TeamRelaxation, share: float, aside: ThreadPoolExecutor
    ) -> tuple[Choice, Future[Recombined]]:
        """Begin to choose among all fillings seen, the likeliest by the prices of the teams."""
        turns.worth, limit = teams.asked(teams.row), self.clock.time_limit
        choice = turns.fresh_choice(turns.part())
        seconds = np.inf if limit is None else min(MOST_OF_IT * limit, self.clock.left(share))
        return choice, aside.submit(recombine, choice, seconds=seconds, branches=MOST_BRANCHES)

    def bound(self, low: float, share: float) -> float:
        """Return a bound on the points of plans that reach the counts that the relaxation aims at."""
        relaxation = self.relaxation
        if self.teams is None:
            self._open()
            self.teams = TeamRelaxation(self.sites, relaxation.counts, relaxation.value)
        else:
            self.teams.aim(relaxation.counts)
        teams, done, wanted = self.teams, 0, True
        while wanted and teams.bound > low and self._used(done, share) < 1.0:
            wanted, _ = self._round(teams, low, share)
            done += 1
        return min(relaxation.bound, teams.bound)


def _adopt(turns: Turns, pending: tuple[Choice, Future[Recombined]]) -> bool:
    """Wait for a choice, and go on from it if it is better."""
    return turns.adopt(pending[0], pending[1].result())


def _placed(plan: Columns) -> int:
    return int((plan.employer >= 0).sum())


def _more_placed(counts: dict[str, Count], share: float, most: int) -> list[Count]:
    """Return counts with more pupils placed, `most` at most, so that prices lead to fillings with which more can be."""
    return [
        replace(count, target=min(most, round(count.target * (1 + share)))) if count.free else count
        for count in counts.values()
    ]


def _points(plan: Columns) -> float:
    return float(plan.points[plan.employer >= 0].sum())
