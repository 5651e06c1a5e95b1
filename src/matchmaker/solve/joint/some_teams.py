"""An employer of a large region: the teams looked at there, and what each is worth at most."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from matchmaker.solve.joint.fillings import Fillings, keep_notes, no_notes, note_rows
from matchmaker.solve.joint.site import Site, write_filling
from matchmaker.solve.joint.stock import Prices, Stock, no_columns
from matchmaker.solve.joint.team_best import FIRST, GROWTH, BestOfTeam, Undecided, for_team
from matchmaker.solve.joint.team_pricing import best_teams

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from matchmaker.solve.joint.packing import Packings
    from matchmaker.solve.joint.team import Positions
    from matchmaker.solve.reach import Reach

__all__ = ["SomeTeams", "Team"]

Team = tuple[int, ...]
"""Places among the members of a bench, ascending."""
NOT_IN = -1
KNOWN = 1_500
"""Positions of an employer that are kept."""
FAR = 200.0
"""A team is out of the question when it is worth so many points less than was thought."""
LISTS = 2
"""Lists of positions near the best, each longer than the one before, in which the best of a team are sought."""
MOST_NODES = 200_000
"""Branches of one search for the teams worth most."""


class SomeTeams(Site):
    """An employer and the teams looked at there.

    `prices` are those of the relaxation, with hours of functions on the pieces where a group covers them.

    Attributes
    ----------
    members : int64 array
        Those who have been in question for a team so far: every set of prices says what each is worth. Of the others
        only the first prices do.
    teams : list of tuple of int
    rows : int64 array, shape (teams, places)
        The same, -1 in unused places.
    most : float array, shape (teams)
        What the positions of each team are worth at most, in points.
    closer : set of tuple of int
        Teams that have been bounded by prices of their own.
    """

    def __init__(self, reach: Reach, packings: Packings, stock: Stock, employer: int, prices: Prices) -> None:
        super().__init__(reach, packings, stock, employer, KNOWN)
        work, bench = reach.work, self.room.bench
        lots = slice(bench.first_lot, bench.first_lot + len(bench.have) - len(bench.cap))
        functions = slice(bench.first_function, bench.first_function + len(bench.cap))
        hours = np.where(bench.by_hour, prices.function[functions], 0.0)
        self.start = np.concatenate([prices.pieces[lots], prices.seats[functions], hours])
        self.places = min(int(work.places[employer]), len(bench.pupil))
        self.support = work.support[bench.pupil]
        # More than all of them need is as good as no limit, and finite.
        self.supervision = min(float(work.supervision[employer]), float(self.support.sum()))
        self.hour = float(prices.supervision[employer])
        total, self.first = self.values(self.start, self.everybody)
        self.prices, self.total = [self.start], np.array([total])
        self.members, self.value = np.zeros(0, np.int64), np.zeros((1, 0))
        self.place = np.full(len(bench.pupil), NOT_IN)
        self.teams, self.rows = list[Team](), np.zeros((0, self.places), np.int64)
        self.most, self.closer, self._at = np.zeros(0), set[Team](), dict[Team, int]()

    def _learn_from(self, price: NDArray[np.float64]) -> None:
        """Remember what prices say of every team."""
        total, value = self.values(price, self.members)
        self.prices.append(price)
        self.total, self.value = np.append(self.total, total), np.vstack([self.value, value])
        everybody = np.zeros(len(self.place))
        everybody[self.members] = value
        self.most = np.minimum(self.most, total + self.sums(everybody))

    def _take_in(self, members: NDArray[np.int64]) -> None:
        """Work out what all prices say of these members, too."""
        new = members[self.place[members] == NOT_IN]
        if not len(new):
            return
        self.place[new] = np.arange(len(self.members), len(self.members) + len(new))
        self.members = np.append(self.members, new)
        self.value = np.hstack([self.value, [self.values(price, new)[1] for price in self.prices]])

    def _in_question(self, asked: NDArray[np.float64], floor: float) -> NDArray[np.int64]:
        """Return who could be in a team worth more than `floor` beyond all prices of pupils, by the first prices."""
        own = self.first - asked - self.hour * self.support
        best = np.maximum(-np.partition(-own, self.places - 1)[: self.places - 1], 0.0)
        top = self.total[0] + self.hour * self.supervision + float(best.sum())
        return np.flatnonzero(top + own > floor)

    def sums(self, value: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the sum of what every team's members have of this, shape (teams)."""
        sums: NDArray[np.float64] = np.append(value, 0.0)[self.rows].sum(axis=1)
        return sums

    def add(self, team: Team) -> bool:
        """Add a team to those looked at; say whether it is new."""
        if team in self._at or not team:
            return False
        self._take_in(np.array(team))
        self._at[team] = len(self.teams)
        self.teams.append(team)
        self.rows = np.vstack([self.rows, np.pad(team, (0, self.places - len(team)), constant_values=-1)])
        self.most = np.append(self.most, (self.total + self.value[:, self.place[list(team)]].sum(axis=1)).min())
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
        return [team for team in teams if team not in self.closer][:keep]

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
            np.append(self.place, -1)[self.rows],
            known,
            worth,
            team,
        )
        found = [tuple(sorted(self.members[row[row >= 0]].tolist())) for row in team]
        return limit, float(worth[0]), [team for team in found if team]

    def look_closer(self, team: Team, stop: Callable[[], bool]) -> Positions | None:
        """Bound a team by prices of its own, which bound all others here as well; return positions for it, if found.

        Where few positions come near the best of each pupil these are the best, and the team is exact.
        """
        price, at = self.start.copy(), self._at[team]
        enough = self.most[at] - FAR
        self.most[at] = min(self.most[at], self.bound(team, price, self.start, enough))
        self._learn_from(price)
        self.closer.add(team)
        if self.most[at] <= enough:
            return None
        filling, points = self._realise(team, price, stop)
        self.most[at] = min(self.most[at], points)
        return filling

    def _realise(
        self, team: Team, price: NDArray[np.float64], stop: Callable[[], bool]
    ) -> tuple[Positions | None, float]:
        """Return the best positions of a team and their points, or good ones if found and a bound."""
        best, room = BestOfTeam(self.reach, None, 1, stop), for_team(self.room, team, price)
        within, most = FIRST, np.inf
        try:
            for _ in range(LISTS):
                found = best.nearby(room, team, price, within)
                if found is None:
                    break
                if not isinstance(found, float):
                    return found[1], float(found[0])
                within, most = within * GROWTH, found
        except Undecided:
            return None, most
        return best.good(room, team, price), most

    def note(self, filling: Positions, fillings: Fillings) -> None:
        """Keep a filling among those seen."""
        rows, tasks = np.arange(len(filling.member)), self.reach.work.max_tasks
        columns, notes = no_columns(len(rows), tasks), no_notes(1, fillings.pupil.shape[2], tasks)
        write_filling(self.room.bench, filling, columns, rows)
        note_rows(columns, rows[np.argsort(columns.pupil)], self.employer, notes)
        keep_notes(notes, fillings)
