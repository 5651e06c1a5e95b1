"""Openings: which workplaces to go and find: a place or an hour of supervision more, or work that nobody offers yet."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from matchmaker.numbers.arrays import read_only
from matchmaker.numbers.problem import make_problem
from matchmaker.plan.again import again
from matchmaker.plan.kinds import Kind, areas_of, kinds_of, region_of
from matchmaker.plan.left import left_of
from matchmaker.plan.more_hours import HOUR, MoreHours
from matchmaker.plan.opening import Opening, Openings
from matchmaker.plan.prices import all_margins, language_of, number_of, whole
from matchmaker.plan.rows import Rows
from matchmaker.positions import Labels
from matchmaker.solve.joint.others import NONE, points_from
from matchmaker.solve.joint.stock import full_stock
from matchmaker.solve.reach import make_reach

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from matchmaker.plan.plan import Plan
    from matchmaker.solve.joint.margins import Margins
    from matchmaker.solve.joint.stock import Stock
    from matchmaker.solve.reach import Reach

__all__ = ["Opening", "Openings", "openings"]

PLANNED = 3
"""How many places are planned anew, in a region that is solved exactly."""
MOST_WORK = 20


def openings(plan: Plan, *, language: str | None = None, planned: int = PLANNED) -> Openings:
    """Say which workplaces to go and find; see `Plan.openings`.

    What an opening surely gives is a position that was found: somebody starts there and all others stay. What it gives
    at most follows from prices: it is the bound of plans with the opening, less the points of the plan. No two searches
    are subtracted; only in a region that is solved exactly are the first places and hours of the list planned anew.

    Parameters
    ----------
    plan : Plan
    language : str, optional
        ``en`` or ``nl``.
    planned : int
        How many places, and how many hours, to plan anew in a region solved exactly.

    Raises
    ------
    MatchmakerError
        When the plan was read back and knows no prices.
    """
    chosen, search = language_of(plan, language), _Search(plan)
    places, hours = (search.ranked(found, planned) for found in (search.places(), search.hours()))
    work = sorted(_one_level(search.work()), key=_rank)[:MOST_WORK]
    return Openings(
        places=Rows(places),
        work=Rows(work),
        unplaced=len(plan.not_placed),
        optimal=plan.status == "optimal",
        room=plan.bound - plan.points,
        language=chosen,
        names={one: _names(plan, places, work, one) for one in ("en", "nl")},
        hours=Rows(hours),
    )


def _rank(one: Opening) -> tuple[int, int, int, int, str]:
    return (-one.placed, -one.reach, -one.value, -(one.work.level if one.work else 0), one.id)


def _one_level(work: list[Opening]) -> list[Opening]:
    """Keep of each family and area the level that helps most; of equals the highest, which is easiest to find."""
    best: dict[tuple[str, str], Opening] = {}
    for one in sorted(work, key=_rank):
        if one.work is not None and (one.reach or one.value > 0):
            best.setdefault((one.work.family, repr(one.work.area)), one)
    return list(best.values())


def _names(plan: Plan, places: list[Opening], work: list[Opening], language: str) -> dict[str, str]:
    labels, kinds = Labels(plan.ledger.region, language), [one.work for one in work if one.work]
    employers = {str(one.employer) for one in places} | {kind.area.near for kind in kinds}
    found = {name: labels.employer(name) for name in sorted(employers)}
    found.update({f"family {kind.family}": labels.family(kind.family) for kind in kinds})
    found.update({f"dimension {name}": labels.dimension(name) for kind in kinds for name in kind.dimensions})
    return found


@dataclass(frozen=True, eq=False)
class _Offers:
    """Positions at openings, one row a pupil at an opening: what it is worth at most, and points that are sure."""

    pupil: NDArray[np.int64]
    opening: NDArray[np.int64]
    worth: NDArray[np.float64]
    points: NDArray[np.float64]


class _Search:
    """Weighs the openings of one plan."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.chosen, self.prices = plan, plan.columns, plan.proof.prices
        self.margins: Margins = all_margins(plan, within=1.0 + float(self.prices.places.max(initial=0.0)))
        self.ids = [str(name) for name in plan.ledger.problem.pupils.ids]
        self.free = np.ones(len(self.ids), bool)
        self.free[plan.ledger.problem.decisions.fixed[:, 0]] = False

    def places(self) -> list[Opening]:
        """Weigh one more place at every employer."""
        problem, employers = self.plan.ledger.problem, [str(name) for name in self.plan.ledger.problem.employers.ids]
        own = self._more_places(self.plan.reach, left_of(self.plan))
        offers = [dataclasses.replace(own, worth=own.worth + self.prices.places[own.opening])]
        none = problem.employers.places == 0
        if none.any():
            # Where there is no place nobody is in reach yet: the rules are asked again, for these employers only.
            changed = dataclasses.replace(problem.employers, places=read_only(none.astype(np.int64)))
            reach = make_reach(dataclasses.replace(problem, employers=changed))
            offers.append(self._all_theirs(reach))
        joined = _Offers(*(np.concatenate([getattr(one, name) for one in offers]) for name in OFFER))
        return [self._opening(joined, row, name, None) for row, name in enumerate(employers)]

    def ranked(self, found: list[Opening], planned: int) -> list[Opening]:
        """Sort openings, what helps most first; in a region solved exactly the first few are planned."""
        found = sorted(found, key=_rank)
        if self.plan.status != "optimal":
            return found
        return sorted([*(self.planned(one) for one in found[:planned]), *found[planned:]], key=_rank)

    def hours(self) -> list[Opening]:
        """Weigh one more hour of supervision at every employer."""
        found, made = MoreHours(self.plan, self.margins), []
        for row, name in enumerate(self.plan.ledger.problem.employers.ids):
            own = found.employer == row
            pupils, more, least = self._sure(found.pupil[own], found.points[own])
            bound, before = found.bounds(row, more)
            limits, most = (least, bound, before), max(more, found.placed_most(row))
            made.append(self._made(str(name), None, pupils, (more, most), limits, supervision=HOUR))
        return made

    def work(self) -> list[Opening]:
        """Weigh every kind of work that nobody offers."""
        kinds = list(kinds_of(self.plan, areas_of(self.plan)))
        problem = make_problem(region_of(self.plan.ledger.region, kinds))
        offers = self._all_theirs(make_reach(problem))
        keep = self.free[offers.pupil]
        offers = _Offers(*(getattr(offers, name)[keep] for name in OFFER))
        row_of = {str(name): row for row, name in enumerate(problem.employers.ids)}
        return [self._opening(offers, row_of[kind.id], None, kind) for kind in kinds]

    def _more_places(self, reach: Reach, left: Stock) -> _Offers:
        """One more place at every employer of the region, with what the plan leaves there."""
        margins = self.margins
        more = left._replace(places=left.places + 1)
        away = np.flatnonzero(self.chosen.employer[margins.pupil] != margins.employer)
        points = np.full(len(margins.pupil), NONE)
        now = np.where(self.chosen.employer >= 0, self.chosen.points, NONE)
        points[away] = points_from(
            reach, more, margins.pupil[away], margins.employer[away], least=now[margins.pupil[away]]
        )
        return _Offers(margins.pupil, margins.employer, margins.worth, points)

    def _all_theirs(self, reach: Reach) -> _Offers:
        """Positions at employers whose work belongs to nobody: they are worth their points."""
        width = max(len(reach.work.places), 1)
        owner = np.repeat(np.arange(len(reach.vacancy_start) - 1), np.diff(reach.vacancy_start))
        keys = np.unique(
            np.concatenate(
                [
                    reach.pair_pupil * width + reach.pair_employer,
                    owner * width + reach.work.function_employer[reach.vacancy_function],
                ]
            )
        )
        pupil, employer = (part.astype(np.int64) for part in np.divmod(keys, width))
        points = points_from(reach, full_stock(reach.work), pupil, employer)
        return _Offers(pupil, employer, np.where(points > NONE, points, -np.inf), points)

    def _opening(self, offers: _Offers, row: int, employer: str | None, kind: Kind | None) -> Opening:
        """Put together what is known of one opening."""
        own = np.flatnonzero(offers.opening == row)
        pupil, worth = offers.pupil[own], offers.worth[own]
        pupils, more, least = self._sure(pupil, offers.points[own])
        number = number_of(self.plan)
        number = None if number is None else number + more
        top = float(self.margins.added(pupil, worth, number=number).max(initial=-np.inf))
        bound, before = self._bounds(number, top, more)
        most = max(more, self._placed_most(len(own) > 0))
        return self._made(employer, kind, pupils, (more, most), (least, bound, before))

    def _sure(self, pupil: NDArray[np.int64], points: NDArray[np.float64]) -> tuple[tuple[str, ...], int, int]:
        """Return who can start, the most points first; how many more are surely placed; points surely won."""
        placed = self.chosen.employer[pupil] >= 0
        can = np.flatnonzero((points > NONE) & ~placed)
        can = can[np.lexsort((pupil[can], -points[can]))]
        gains = points[placed & (points > NONE)] - self.chosen.points[pupil[placed & (points > NONE)]]
        least = int(points[can[0]]) if len(can) else max(0, int(gains.max(initial=0)))
        return tuple(self.ids[one] for one in pupil[can]), int(len(can) > 0), least

    def _made(
        self,
        employer: str | None,
        kind: Kind | None,
        pupils: tuple[str, ...],
        placed: tuple[int, int],
        limits: tuple[int, float, float],
        *,
        supervision: float = 0.0,
    ) -> Opening:
        """Put together one opening: placed surely and at most; points surely, and the bounds with it and without."""
        least, bound, before = limits
        most = max(least, (whole(bound) or 0) - self.plan.points)
        value = min(max(round(bound - before) if np.isfinite(bound - before) else least, least), most)
        return Opening(employer, kind, pupils, *placed, least, most, value, exact=False, supervision=supervision)

    def _bounds(self, number: int | None, top: float, more: int) -> tuple[float, float]:
        """Bound plans with the opening, of which those that use it have at most `top`; and plans without it.

        Where every place is taken, a placement may be worth more or a place less at the same bound. Prices of places
        are lowered as far as they go together, or raised without end when one pupil more is placed than there are
        places now: whichever makes the bound lowest.
        """
        if number is None:
            return max(self.margins.most(), top), self.margins.most()
        places = self.plan.ledger.problem.employers.places
        spare = int(places.sum()) - number
        if spare < 0:
            return top, self.margins.most(number - more)
        lower = float(self.prices.places[places > 0].min(initial=np.inf)) if (places > 0).any() else 0.0
        bound = max(self.margins.most(number) - spare * lower, top - (spare + 1) * lower)
        return bound, self.margins.most(number - more) - (spare + more) * lower

    def _placed_most(self, anybody: bool) -> int:
        """One more than the best plan without the opening; a plan places no more than there are pupils."""
        bound = self.plan.placed_bound if self.plan.placed_bound is not None else self.plan.pupils
        return min(bound + int(anybody), self.plan.pupils) - self.plan.placed

    def planned(self, one: Opening) -> Opening:
        """Plan the region with the opening; it is exact when that plan is proved the best."""
        made = again(self.plan, one.added_to(self.plan.ledger.region))
        if made.status != "optimal":
            return one
        more, points = made.placed - self.plan.placed, made.points - self.plan.points
        return dataclasses.replace(
            one, placed=more, placed_most=more, least=points, most=points, value=points, exact=True
        )


OFFER = tuple(one.name for one in dataclasses.fields(_Offers))
