"""How many pupils an employer's teams place: which teams can be placed at all, as prices and positions say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from matchmaker.solve.joint.fillings import crowds_seen
from matchmaker.solve.joint.known_teams import KnownTeams
from matchmaker.solve.joint.some_teams import in_rows
from matchmaker.solve.joint.team import NOTHING
from matchmaker.solve.joint.team_best import BestOfTeam, for_team

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from matchmaker.solve.joint.fillings import Fillings
    from matchmaker.solve.joint.known_teams import Team
    from matchmaker.solve.joint.some_teams import SomeTeams
    from matchmaker.solve.joint.stock import Prices
    from matchmaker.solve.joint.team import Positions

__all__ = ["PLACED", "CountedTeams"]

PLACED = 1_000.0
"""What a pupil placed counts, so that prices of pupils are of the size of points."""
DEEP = 200.0
"""How many points below its floors a team is to be bounded, if it can be, so that prices rule out others with it."""
EPS = 1e-6


class CountedTeams(KnownTeams):
    """An employer whose teams are worth `PLACED` a member when there is a place for all, and otherwise nothing.

    No position has fewer points than the floor of the policy. A team that prices bound below its floors can therefore
    not be placed, and any multiple of what prices say beyond these bounds what a team is worth here.

    Parameters
    ----------
    teams : SomeTeams
        The same employer.
    prices : Prices
        Those of a relaxation in which a placement is worth `placed` points more.
    placed : float
    fillings : Fillings
        Those seen say which teams can be placed.
    """

    def __init__(self, teams: SomeTeams, prices: Prices, placed: float, fillings: Fillings) -> None:
        super().__init__(teams.site, 0.0, 0.0, np.where(teams.first > NOTHING / 2, PLACED, NOTHING))
        self.start, self.floor = teams.start, teams.site.reach.work.fit_floor
        self._learn_from(in_rows(teams.site, prices), PLACED / placed)
        for pupils in crowds_seen(fillings, self.site.employer):
            team = tuple(np.searchsorted(self.pupil, np.sort(pupils)).tolist())
            self.add(team)
            self.bounded[team] = self.start
            self.settled.add(team)

    def look_closer(self, team: Team, left: Callable[[], float]) -> Positions | None:
        """Look for a place for all of a team, `left` seconds at most; return positions for it, if found.

        First prices may say that there is none; then positions are sought, next time by an integer program.
        """
        if team in self.bounded:
            return self.settle(team, left)
        price, floors = self.start.copy(), self.floor * len(team)
        self.bounded[team], most = price, self.site.bound(team, price, self.start, floors - DEEP)
        if most < floors - EPS:
            self._learn_from(price, PLACED * len(team) / max(floors - most, 1.0))
            self.rule_out(team)
            return None
        best, room = BestOfTeam(self.site.reach, None, 1, lambda: left() <= 0), for_team(self.site.room, team, price)
        filling = best.good(room, team, price)
        if filling is not None:
            self.settled.add(team)
        return filling

    def _learn_from(self, price: NDArray[np.float64], times: float) -> None:
        """Remember so many times what prices say of every team, beside what its members count."""
        total, _ = self.site.values(price, self.members[:0])
        self.learn(times * total, lambda members: times * (self.site.values(price, members)[1] - self.floor) + PLACED)
