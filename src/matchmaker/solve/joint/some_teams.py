"""What the teams of an employer of a large region are worth, more and more closely where it matters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from matchmaker.solve.joint.known_teams import KnownTeams
from matchmaker.solve.joint.site import Site
from matchmaker.solve.joint.team_best import FIRST, GROWTH, BestOfTeam, Undecided, for_team

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from matchmaker.solve.joint.known_teams import Team
    from matchmaker.solve.joint.packing import Packings
    from matchmaker.solve.joint.stock import Prices, Stock
    from matchmaker.solve.joint.team import Positions
    from matchmaker.solve.reach import Reach

__all__ = ["SomeTeams", "in_rows", "positions_of"]

KNOWN = 1_500
"""Positions of an employer that are kept."""
FAR = 200.0
"""A team is out of the question when it is worth so many points less than was thought."""
LISTS = 2
"""Lists of positions near the best, each longer than the one before, in which the best of a team are sought."""
WHOLE = 1.0 - 1e-6
"""Points are whole numbers: positions are the best when a bound is less than one point above them."""


class SomeTeams(KnownTeams):
    """An employer and the teams looked at there, worth the points of their positions.

    `prices` are those of the relaxation, with hours of functions on the pieces where a group covers them; `stock` is
    what the whole region has.
    """

    def __init__(self, reach: Reach, packings: Packings, stock: Stock, employer: int, prices: Prices) -> None:
        site = Site(reach, packings, stock, employer, KNOWN)
        self.start = in_rows(site, prices)
        super().__init__(site, float(prices.supervision[employer]), *site.values(self.start, site.everybody))

    def look_closer(self, team: Team, left: Callable[[], float]) -> Positions | None:
        """Look at a team, more closely each time, `left` seconds at most; return positions for it, if found.

        First it is bounded by prices of its own, which bound all others here as well. Where few positions come near the
        best of each pupil, these are the best and the team is exact; elsewhere an integer program says next time.
        """
        if team in self.bounded:
            settled = self.settle(team, left)
            if settled is not None:
                self.most[self.at[team]] = min(self.most[self.at[team]], float(settled.points.sum()))
            return settled
        price, at = self.start.copy(), self.at[team]
        enough = self.most[at] - FAR
        self.bounded[team], self.most[at] = price, min(self.most[at], self.site.bound(team, price, self.start, enough))
        total, _ = self.site.values(price, self.members[:0])
        self.learn(total, lambda members: self.site.values(price, members)[1])
        if self.most[at] <= enough:
            return None
        filling, points = positions_of(self.site, team, price, left)
        self.most[at] = min(self.most[at], points)
        if filling is not None and filling.points.sum() >= self.most[at] - WHOLE:
            self.settled.add(team)
        return filling


def in_rows(site: Site, prices: Prices) -> NDArray[np.float64]:
    """Return the prices of the rows of an employer, then those of an hour of each function."""
    bench = site.room.bench
    lots = slice(bench.first_lot, bench.first_lot + len(bench.have) - len(bench.cap))
    functions = slice(bench.first_function, bench.first_function + len(bench.cap))
    hours = np.where(bench.by_hour, prices.function[functions], 0.0)
    return np.concatenate([prices.pieces[lots], prices.seats[functions], hours])


def positions_of(
    site: Site, team: Team, price: NDArray[np.float64], left: Callable[[], float]
) -> tuple[Positions | None, float]:
    """Return the best positions of a team and their points, or good ones if found and a bound.

    `price` is of the rows and hours of functions: good prices make it shorter.
    """
    best, room = BestOfTeam(site.reach, None, 1, lambda: left() <= 0), for_team(site.room, team, price)
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
