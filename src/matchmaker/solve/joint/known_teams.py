"""The teams known at one employer, and what sets of prices say of all teams there."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from matchmaker.solve.joint.fillings import Fillings, keep_notes, no_notes, note_rows
from matchmaker.solve.joint.site import write_filling
from matchmaker.solve.joint.stock import no_columns
from matchmaker.solve.joint.team import NOTHING
from matchmaker.solve.joint.team_best import BestOfTeam, Undecided, for_team
from matchmaker.solve.joint.team_pricing import best_teams
from matchmaker.solve.joint.team_program import best_by_program

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from matchmaker.solve.joint.site import Site
    from matchmaker.solve.joint.team import Positions

__all__ = ["KnownTeams", "Team"]

Team = tuple[int, ...]
"""Places among the members of a bench, ascending."""
Say = Callable[["NDArray[np.int64]"], "NDArray[np.float64]"]
"""What prices say each of these members is worth."""
NOT_IN = -1
SETTLED = 0.1
"""Share of the time left for one integer program."""
MOST_NODES = 200_000
"""Branches of one search for the teams worth most."""


class KnownTeams(ABC):
    """The teams known at one employer, what each is worth at most, and a search for those worth most.

    At some prices a team is worth no more than a total and the values of its members. Many such sets of prices bound
    all teams; `first` says what the first is for everybody.

    Parameters
    ----------
    site : Site
    hour : float
        Any price of an hour of supervision, 0 or more: a good one makes the search shorter.
    total : float
    first : float array, shape (members of the bench)

    Attributes
    ----------
    members : int64 array
        Those who have been in question for a team so far: every set of prices says what each is worth. Of the others
        only the first prices do.
    total, value : float arrays, shapes (prices) and (prices, members)
    teams : list of tuple of int
    rows : int64 array, shape (teams, places)
        The same, -1 in unused places.
    most : float array, shape (teams)
        What each team is worth at most.
    bounded : dict of tuple of int to float array
        Teams bounded by prices of their own, with these.
    settled : set of tuple of int
        Teams that there is no more to learn about.
    """

    def __init__(self, site: Site, hour: float, total: float, first: NDArray[np.float64]) -> None:
        work, pupil = site.reach.work, site.room.bench.pupil
        self.site, self.hour, self.first, self.pupil = site, hour, first, pupil
        self.places, self.support = min(int(work.places[site.employer]), len(pupil)), work.support[pupil]
        # More than all of them need is as good as no limit, and finite.
        self.supervision = min(float(work.supervision[site.employer]), float(self.support.sum()))
        self.total, self.value, self._say = np.zeros(0), np.zeros((0, 0)), list[Say]()
        self.members, self._place = np.zeros(0, np.int64), np.full(len(pupil), NOT_IN)
        self.teams, self.rows = list[Team](), np.zeros((0, self.places), np.int64)
        self.most, self.settled, self.at = np.zeros(0), set[Team](), dict[Team, int]()
        self.bounded: dict[Team, NDArray[np.float64]] = {}
        self.learn(total, lambda members: first[members])

    def learn(self, total: float, say: Say) -> None:
        """Remember what prices say of every team: `say` takes members, and returns what each is worth."""
        value, everybody = say(self.members), np.zeros(len(self._place))
        self._say.append(say)
        self.total, self.value = np.append(self.total, total), np.vstack([self.value, value])
        everybody[self.members] = value
        self.most = np.minimum(self.most, total + self.sums(everybody))

    def sums(self, value: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the sum of what every team's members have of this, shape (teams)."""
        sums: NDArray[np.float64] = np.append(value, 0.0)[self.rows].sum(axis=1)
        return sums

    def add(self, team: Team) -> bool:
        """Add a team to those known; say whether it is new."""
        if team in self.at or not team:
            return False
        self._take_in(np.array(team))
        self.at[team] = len(self.teams)
        self.teams.append(team)
        self.rows = np.vstack([self.rows, np.pad(team, (0, self.places - len(team)), constant_values=-1)])
        self.most = np.append(self.most, (self.total + self.value[:, self._place[list(team)]].sum(axis=1)).min())
        return True

    def best(self, asked: NDArray[np.float64], floor: float, keep: int) -> tuple[float, list[Team]]:
        """Return what no team is worth more than beyond the prices of its members, and the best over `floor`."""
        limit, worth, found = self._search(asked, floor, keep, self.most)
        return max(limit, worth, floor), found

    def near(self, asked: NDArray[np.float64], slack: float, keep: int) -> list[Team]:
        """Return the best teams not looked at closely that are worth so little less than the best one; add new ones."""
        floor = float((self.most - self.sums(asked)).max(initial=0.0)) - slack
        _, _, found = self._search(asked, floor, keep, np.full(len(self.teams), -np.inf))
        for team in found:
            self.add(team)
        worth = self.most - self.sums(asked)
        order = np.argsort(-worth, kind="stable")
        teams = [self.teams[k] for k in order[worth[order] > floor].tolist()]
        return [team for team in teams if team not in self.bounded][:keep]

    @abstractmethod
    def look_closer(self, team: Team, left: Callable[[], float]) -> Positions | None:
        """Look at a team, more closely each time, `left` seconds at most; return positions for it, if found."""

    def settle(self, team: Team, left: Callable[[], float]) -> Positions | None:
        """Return the best positions of a bounded team, if that does not take long; rule it out if there are none."""
        self.settled.add(team)
        price = self.bounded[team]
        best = BestOfTeam(self.site.reach, None, 1, lambda: left() <= 0)
        try:
            found = best_by_program(best, for_team(self.site.room, team, price), team, price, SETTLED * left())
        except Undecided:
            return None
        if found is None:
            self.rule_out(team)
        return None if found is None else found[1]

    def rule_out(self, team: Team) -> None:
        """Remember that there is no place for all of a team."""
        self.most[self.at[team]] = NOTHING
        self.settled.add(team)

    def note(self, filling: Positions, fillings: Fillings) -> None:
        """Keep a filling among those seen."""
        rows, tasks = np.arange(len(filling.member)), self.site.reach.work.max_tasks
        columns, notes = no_columns(len(rows), tasks), no_notes(1, fillings.pupil.shape[2], tasks)
        write_filling(self.site.room.bench, filling, columns, rows)
        note_rows(columns, rows[np.argsort(columns.pupil)], self.site.employer, notes)
        keep_notes(notes, fillings)

    def _take_in(self, members: NDArray[np.int64]) -> None:
        """Work out what all prices say of these members, too."""
        new = members[self._place[members] == NOT_IN]
        if not len(new):
            return
        self._place[new] = np.arange(len(self.members), len(self.members) + len(new))
        self.members = np.append(self.members, new)
        self.value = np.hstack([self.value, [say(new) for say in self._say]])

    def _in_question(self, asked: NDArray[np.float64], floor: float) -> NDArray[np.int64]:
        """Return who could be in a team worth more than `floor` beyond all prices of pupils, by the first prices."""
        own = self.first - asked - self.hour * self.support
        best = np.maximum(-np.partition(-own, self.places - 1)[: self.places - 1], 0.0)
        top = self.total[0] + self.hour * self.supervision + float(best.sum())
        return np.flatnonzero(top + own > floor)

    def _search(
        self, asked: NDArray[np.float64], floor: float, keep: int, known: NDArray[np.float64]
    ) -> tuple[float, float, list[Team]]:
        """Return what limits all teams but the best one found, what that is worth, and those found over `floor`.

        Teams with somebody who is not in question are worth no more than `floor`.
        """
        self._take_in(self._in_question(asked, floor))
        worth, team = np.empty(keep), np.empty((keep, self.places), np.int64)
        limit = best_teams(
            self.total,
            self.value,
            asked[self.members],
            self.support[self.members],
            min(self.places, len(self.members)),
            self.supervision,
            self.hour,
            floor,
            MOST_NODES,
            np.append(self._place, NOT_IN)[self.rows],
            known,
            worth,
            team,
        )
        found = [tuple(sorted(self.members[row[row >= 0]].tolist())) for row in team]
        return limit, float(worth[0]), [team for team in found if team]
