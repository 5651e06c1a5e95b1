"""A bound over teams: every employer takes one team of pupils, and only "each pupil once" is relaxed.

Pupils have a price here, and so have the counts of aims before points. At any prices of pupils every employer takes the
team that may be worth most beyond them (`team_pricing`), and the sum is a bound on the points of all plans: column
generation over teams (Dantzig and Wolfe 1960). What a team is worth is not known but bounded, more and more closely
where it matters (`known_teams`, `some_teams`), so that all that is shared within an employer is settled there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from matchmaker.solve.chunks import in_chunks
from matchmaker.solve.joint.packing import Packings
from matchmaker.solve.joint.recombine import INTERIOR
from matchmaker.solve.joint.settle import Stride, no_weights, settle
from matchmaker.solve.joint.shared import Offers, Shared
from matchmaker.solve.joint.team import NOTHING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from collections.abc import Set as AbstractSet

    from numpy.typing import NDArray

    from matchmaker.solve.joint.dual import Count
    from matchmaker.solve.joint.fillings import Fillings
    from matchmaker.solve.joint.known_teams import KnownTeams, Team
    from matchmaker.solve.joint.stock import Columns

__all__ = ["TeamRelaxation"]

STEPS, TURNS, PATIENCE = 300, 15, 25
"""Steps on the prices over the teams known, and how often teams are sought anew before any is looked at closely."""
CLOSE, OFTEN = 2e-4, 0.05
"""See `TeamRelaxation`."""
SLACK = 8.0, 64.0
"""How far teams may be from the best at their employer, in points, to be looked at where those taken are known."""
KEPT = 3
"""Teams of an employer that are added at once."""
SLOWER, SLOWEST = 0.9, 0.1
"""How the first steps become smaller from round to round."""


class TeamRelaxation:
    """Prices of pupils and counts, and the bound they give.

    Parameters
    ----------
    sites : sequence of KnownTeams
    counts : sequence of Count
        Aims before points, with what a plan reaches of each.
    value : float array, shape (pupils)
        What every pupil's best position is thought to be worth, the weights of the counts included.
    close : float
        Share of the bound by which it may be over what the teams known say.
    often : float
        Share of the last steps in which a team was taken that is looked at more closely.

    Attributes
    ----------
    bound : float
        No plan that reaches the counts has more points.
    row : float array, shape (pupils + counts)
        The prices that say so.
    """

    def __init__(
        self,
        sites: Sequence[KnownTeams],
        counts: Sequence[Count],
        value: NDArray[np.float64],
        close: float = CLOSE,
        often: float = OFTEN,
    ) -> None:
        self.sites, self.counts, self.pupils, self.close, self.often = sites, counts, len(value), close, often
        self.row = np.concatenate([np.maximum(value, 0.0), [max(0.0, count.weight) for count in counts]])
        self.shared, self.theta = _shared(self.pupils, counts), 1.0
        self.bound, self._row, self.slack = np.inf, self.row, SLACK[0]
        self._often: list[list[Team]] = [[] for _ in sites]
        self.seek(self.row)

    def aim(self, counts: Sequence[Count]) -> None:
        """Go on with other counts, or other numbers of them: weights of counts that there were stay.

        What is asked for a pupil stays, too: prices take up what the weights of counts that go made of it.
        """
        asked = self.asked(self.row)
        weights = [self._weight(count) for count in counts]
        self.counts, self.shared = counts, _shared(self.pupils, counts)
        bonus = sum((weight * count.mask for weight, count in zip(weights, counts, strict=True)), np.zeros(self.pupils))
        self.row = self._row = np.concatenate([np.maximum(asked + bonus, 0.0), weights])
        self.bound = np.inf
        self.seek(self.row)

    def _weight(self, count: Count) -> float:
        """Return the weight of a count that there was, 0 for a new one."""
        same = [k for k, own in enumerate(self.counts) if np.array_equal(own.mask, count.mask)]
        return float(self.row[self.pupils + same[0]]) if same else 0.0

    def know(self, plan: Columns) -> None:
        """Add the teams of a plan to those known."""
        for site in self.sites:
            site.add(tuple(np.flatnonzero(plan.employer[site.pupil] == site.site.employer).tolist()))

    def asked(self, row: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what every pupil costs an employer: the price less what counting the pupil is worth."""
        weights = row[self.pupils :]
        return row[: self.pupils] - sum(
            (weight * count.mask for weight, count in zip(weights, self.counts, strict=True)), np.zeros(self.pupils)
        )

    def seek(self, row: NDArray[np.float64]) -> tuple[float, int]:
        """Find the teams worth most at these prices; return a proven bound, and how many of them are new."""
        asked, top = self.asked(row), np.zeros(len(self.sites))
        new = np.zeros(len(self.sites), np.int64)

        def some(first: int, last: int) -> None:
            for k in range(first, last):
                site = self.sites[k]
                own = asked[site.pupil]
                known = float((site.most - site.sums(own)).max(initial=0.0))
                top[k], teams = site.best(own, known, KEPT)
                new[k] = sum(site.add(team) for team in teams)

        in_chunks(some, len(self.sites))
        bound = float(self.shared.capacity @ row + top.sum())
        if bound < self.bound:
            self.bound, self.row = bound, row
        return bound, int(new.sum())

    def improve(self, low: float, left: Callable[[], float]) -> dict[int, list[Team]]:
        """Find better prices over the teams known, and the teams worth most there; `low` is what a plan reaches.

        Where steps do not come close, or to no team that is not known, a linear program does. Returns the teams to look
        at more closely, by site.
        """
        taken: NDArray[np.float64] = np.zeros(0)
        for _ in range(TURNS):
            offers, row = self._offers(), self._row.copy()
            often = np.zeros(len(offers.points), np.int64)
            stride = Stride(STEPS, low, 0.0, self.theta, PATIENCE)
            said = settle(self.shared, offers, np.zeros(len(self.sites)), no_weights(), stride, row, often)
            self._row, taken = row, often / STEPS
            bound, new = self.seek((self.row + row) / 2)
            if left() <= 0 or not new or bound - said < self.close * abs(bound):
                break
        self.theta = max(SLOWEST, SLOWER * self.theta)
        wanted = self._wanted(taken)
        if left() > 0 and (not wanted or bound - said >= self.close * abs(bound)):
            _, taken = self.program()
            self.seek(self._row)
            self.seek((self.row + self._row) / 2)
            wanted = self._wanted(taken)
        return wanted

    def unsettled(self) -> dict[int, list[Team]]:
        """Return the teams taken often at last that there is more to learn about, by site."""
        return self._taken({k: site.settled for k, site in enumerate(self.sites)})

    def _wanted(self, taken: NDArray[np.float64]) -> dict[int, list[Team]]:
        """Return the teams taken often that have not been looked at closely, by site."""
        start = np.cumsum([0, *(len(site.teams) for site in self.sites)])
        self._often = [
            [site.teams[at] for at in np.flatnonzero(taken[first:last] > self.often).tolist()]
            for site, first, last in zip(self.sites, start[:-1], start[1:], strict=True)
        ]
        return self._taken({k: site.bounded.keys() for k, site in enumerate(self.sites)})

    def _taken(self, known: dict[int, AbstractSet[Team]]) -> dict[int, list[Team]]:
        """Return the teams taken often that are not known, by site."""
        here = {k: [team for team in teams if team not in known[k]] for k, teams in enumerate(self._often)}
        return {k: teams for k, teams in here.items() if teams}

    def near(self) -> dict[int, list[Team]]:
        """Return teams that are nearly worth most at the best prices and have not been looked at closely, by site."""
        wanted: dict[int, list[Team]] = {}
        asked = self.asked(self.row)

        def some(first: int, last: int) -> None:
            for k in range(first, last):
                site = self.sites[k]
                here = site.near(asked[site.pupil], self.slack, KEPT)
                if here:
                    wanted[k] = here

        in_chunks(some, len(self.sites))
        if not wanted and self.slack < SLACK[1]:
            self.slack *= 2.0
            return self.near()
        return dict(sorted(wanted.items()))

    def look_closer(self, wanted: dict[int, list[Team]], fillings: Fillings, left: Callable[[], float]) -> int:
        """Look at these teams more closely, and note the fillings found; return how many."""
        keys, found = list(wanted), {}

        def some(first: int, last: int) -> None:
            for k in keys[first:last]:
                found[k] = [self.sites[k].look_closer(team, left) for team in wanted[k] if left() > 0]

        in_chunks(some, len(keys))
        noted = 0
        for k in keys:
            for filling in found[k]:
                if filling is not None:
                    self.sites[k].note(filling, fillings)
                    noted += 1
        return noted

    def program(self) -> tuple[float, NDArray[np.float64]]:
        """Solve the linear program over the teams known: what they say, and how much of each is taken.

        The next prices are looked for from its own; infinite, and nothing taken, where it has no solution.
        """
        from scipy.optimize import linprog
        from scipy.sparse import coo_array

        offers, teams = self._offers(), sum(len(site.teams) for site in self.sites)
        if not teams:
            return 0.0, np.zeros(0)
        rows, columns = self.pupils + len(self.counts) + len(self.sites), np.arange(teams)
        site = np.repeat(np.arange(len(self.sites)), [len(site.teams) for site in self.sites])
        used = offers.amount != 0.0
        at = np.concatenate([offers.index[used], self.pupils + len(self.counts) + site]).astype(np.int64)
        amount = np.concatenate([offers.amount[used], np.ones(teams)])
        table = coo_array((amount, (at, np.concatenate([np.nonzero(used)[0], columns]))), shape=(rows, teams)).tocsr()
        room = np.concatenate([self.shared.capacity, np.ones(len(self.sites))])
        can = offers.points > NOTHING / 2
        points, most = np.where(can, offers.points, 0.0), np.column_stack([np.zeros(teams), np.where(can, np.inf, 0.0)])
        answer = linprog(-points, A_ub=table, b_ub=room, bounds=most, method=INTERIOR)  # type: ignore[call-overload]  # sparse is fine
        if answer.x is None:
            return np.inf, np.zeros(teams)
        self._row = -answer.ineqlin.marginals[: self.pupils + len(self.counts)]
        return -answer.fun, answer.x

    def _offers(self) -> Offers:
        """Return the teams known as offers, that pupils and counts are the resources of."""
        sizes = [len(site.teams) for site in self.sites]
        start, width = np.cumsum([0, *sizes]), max((site.places for site in self.sites), default=0)
        shape = int(start[-1]), width + len(self.counts)
        index, amount = np.zeros(shape, np.uint32), np.zeros(shape)
        for site, first, last in zip(self.sites, start[:-1], start[1:], strict=True):
            index[first:last, : site.places] = np.append(site.pupil, 0)[site.rows]
            amount[first:last, : site.places] = site.rows >= 0
        for k, count in enumerate(self.counts):
            index[:, width + k] = self.pupils + k
            amount[:, width + k] = -(count.mask[index[:, :width]] * amount[:, :width]).sum(axis=1)
        points = np.concatenate([np.zeros(0), *(site.most for site in self.sites)])
        return Offers(start[:-1], start[1:], points, index, amount)


def _shared(pupils: int, counts: Sequence[Count]) -> Shared:
    """Return what teams share: every pupil once, and what is to be reached of each count."""
    none, first, short = np.zeros(0, np.int64), np.zeros(1, np.int64), 1.0 / max(1.0, pupils**0.5 / 4)
    return Shared(
        employer=none,
        first_lot=first,
        first_function=first,
        capacity=np.concatenate([np.ones(pupils), [-count.target for count in counts]]),
        scale=np.concatenate([np.ones(pupils), [short] * len(counts)]),
        link_start=first,
        link_row=none,
        link_hours=np.zeros(0),
        packings=Packings(np.zeros(0, bool), np.zeros(0, bool), first, none, first, none, none),
        pieces=np.zeros(0),
    )
