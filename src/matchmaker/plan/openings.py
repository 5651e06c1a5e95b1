"""Openings: which workplaces to go and find, one more place at an employer or a kind of work that nobody offers yet."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from matchmaker.numbers.problem import make_problem
from matchmaker.plan.again import again
from matchmaker.plan.kinds import Kind, areas_of, kinds_of, region_of
from matchmaker.plan.left import left_of
from matchmaker.plan.prices import all_margins, language_of, number_of, whole
from matchmaker.plan.rows import Rows
from matchmaker.positions import Labels
from matchmaker.solve.joint.others import NONE, points_from
from matchmaker.solve.joint.stock import full_stock
from matchmaker.solve.reach import make_reach

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from matchmaker.model import Region
    from matchmaker.plan.plan import Plan
    from matchmaker.solve.joint.margins import Margins
    from matchmaker.solve.joint.stock import Stock
    from matchmaker.solve.reach import Reach

__all__ = ["Opening", "Openings", "openings"]

PLANNED = 3
"""How many places are planned anew, in a region that is solved exactly."""
MOST_WORK = 20


@dataclass(frozen=True, repr=False)
class Opening:
    """One more place, and what the plan would surely and at most gain by it.

    Parameters
    ----------
    employer : str or None
        Who would offer one more place; None for a kind of work that nobody offers yet.
    work : Kind or None
        That kind.
    pupils : tuple of str
        Those not placed who could start there while everybody else stays, the most points first.
    placed : int
        How many more pupils surely are placed with it.
    placed_most : int
        No plan with it places more than so many more.
    least, most : int
        The points that a plan of that number surely has more than the plan, and proved: has more at most. Below 0 when
        the next pupil placed costs points elsewhere.
    value : int
        Where between the two it is by the prices of the plan.
    exact : bool
        Whether the region with it was planned, so that all of these are its plan's.

    Examples
    --------
    >>> Opening("e1", None, ("p5",), 1, 1, 900, 960, 930, False)
    <Opening e1: placed +1, points +900 to +960, reaches 1>
    """

    employer: str | None
    work: Kind | None
    pupils: tuple[str, ...]
    placed: int
    placed_most: int
    least: int
    most: int
    value: int
    exact: bool

    @property
    def id(self) -> str:
        """Id of the employer, or of the one who would offer the work."""
        return self.employer or (self.work.id if self.work else "")

    @property
    def reach(self) -> int:
        """How many pupils who are not placed could start there."""
        return len(self.pupils)

    def __repr__(self) -> str:
        points = f"{self.least:+d}" if self.least == self.most else f"{self.least:+d} to {self.most:+d}"
        return f"<Opening {self.id}: placed {self.placed:+d}, points {points}, reaches {self.reach}>"

    def row(self) -> dict[str, Any]:
        """Return the opening as one row of a table."""
        work = self.work
        return {
            "opening": "place" if work is None else "work",
            "employer": self.employer,
            "family": work.family if work else None,
            "near": work.area.near if work else None,
            "level": work.level if work else None,
            "hours": work.hours if work else None,
            "reach": self.reach,
            "placed": self.placed,
            "placed_at_most": self.placed_most,
            "points_at_least": self.least,
            "points_at_most": self.most,
            "value": self.value,
            "exact": self.exact,
            "pupils": "; ".join(self.pupils),
        }

    def to_document(self) -> dict[str, Any]:
        """Return the opening as plain values."""
        work = None if self.work is None else dataclasses.asdict(self.work)
        if work is not None:
            work["dimensions"] = list(work["dimensions"])
        return {**self.row(), "pupils": list(self.pupils), "work": work}

    def added_to(self, region: Region) -> Region:
        """Return the region with this opening, to plan with."""
        if self.work is not None:
            return self.work.added_to(region)
        name = str(self.employer)
        return region.replace(employers=region.employers.with_row(name, places=region.employers.get(name).places + 1))


@dataclass(frozen=True, repr=False)
class Openings:
    """A call list: where one more place helps, and which work to look for. What reaches most pupils comes first.

    Attributes
    ----------
    places, work : rows of Opening
    unplaced : int
        How many pupils are not placed.
    optimal : bool
        Whether the plan is proved the best.
    room : int
        How many points more than the plan has the best plan may have at most.
    language : str
    names : mapping of str to mapping
        By language: ids of employers, families and dimensions to what they are called.
    """

    places: Rows[Opening]
    work: Rows[Opening]
    unplaced: int
    optimal: bool
    room: int
    language: str
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<Openings: {len(self.places)} employers, {len(self.work)} kinds of work>"

    def __str__(self) -> str:
        return self.summary()

    def summary(self, *, language: str | None = None, most: int = 10) -> str:
        """Return the call list as sentences, at most so many of each kind."""
        from matchmaker.show.openings import openings_text

        return openings_text(self, language=language or self.language, most=most)

    def to_frame(self) -> pd.DataFrame:
        """Return one row an opening: the places, then the work."""
        return Rows([*self.places, *self.work]).to_frame()

    def to_document(self) -> dict[str, Any]:
        """Return the openings as plain values."""
        return {
            "places": [one.to_document() for one in self.places],
            "work": [one.to_document() for one in self.work],
            "unplaced": self.unplaced,
            "optimal": self.optimal,
            "room": self.room,
            "text": self.summary(),
        }

    def _repr_html_(self) -> str:
        from matchmaker.show.tables import html_table

        return html_table([one.row() for one in (*self.places, *self.work)], caption=repr(self), below=self.summary())


def openings(plan: Plan, *, language: str | None = None, planned: int = PLANNED) -> Openings:
    """Say which workplaces to go and find; see `Plan.openings`.

    What an opening surely gives is a position that was found: somebody starts there and all others stay. What it gives
    at most follows from prices: it is the bound of plans with the opening, less the points of the plan. No two searches
    are subtracted; only in a region that is solved exactly are the first places of the list planned anew.

    Parameters
    ----------
    plan : Plan
    language : str, optional
        ``en`` or ``nl``.
    planned : int
        How many places to plan anew in a region solved exactly.

    Raises
    ------
    MatchmakerError
        When the plan was read back and knows no prices.
    """
    chosen, search = language_of(plan, language), _Search(plan)
    places = sorted(search.places(), key=_rank)
    if plan.status == "optimal":
        places = sorted([*(search.planned(one) for one in places[:planned]), *places[planned:]], key=_rank)
    work = sorted(_one_level(search.work()), key=_rank)[:MOST_WORK]
    return Openings(
        places=Rows(places),
        work=Rows(work),
        unplaced=len(plan.not_placed),
        optimal=plan.status == "optimal",
        room=plan.bound - plan.points,
        language=chosen,
        names={one: _names(plan, places, work, one) for one in ("en", "nl")},
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
            changed = dataclasses.replace(problem.employers, places=none.astype(np.int64))
            reach = make_reach(dataclasses.replace(problem, employers=changed))
            offers.append(self._all_theirs(reach))
        joined = _Offers(*(np.concatenate([getattr(one, name) for one in offers]) for name in OFFER))
        return [self._opening(joined, row, name, None) for row, name in enumerate(employers)]

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
        pupil, points, worth = offers.pupil[own], offers.points[own], offers.worth[own]
        placed = self.chosen.employer[pupil] >= 0
        can = np.flatnonzero((points > NONE) & ~placed)
        can = can[np.lexsort((pupil[can], -points[can]))]
        gains = points[placed & (points > NONE)] - self.chosen.points[pupil[placed & (points > NONE)]]
        least = int(points[can[0]]) if len(can) else max(0, int(gains.max(initial=0)))
        more, number = int(len(can) > 0), number_of(self.plan)
        number = None if number is None else number + more
        top = float(self.margins.added(pupil, worth, number=number).max(initial=-np.inf))
        bound, before = self._bounds(number, top, more)
        most = max(least, (whole(bound) or 0) - self.plan.points)
        return Opening(
            employer=employer,
            work=kind,
            pupils=tuple(self.ids[one] for one in pupil[can]),
            placed=more,
            placed_most=max(more, self._placed_most(len(own) > 0)),
            least=least,
            most=most,
            value=min(max(round(bound - before), least), most),
            exact=False,
        )

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
