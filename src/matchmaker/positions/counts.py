"""The points of one position: named contributions, the fit split by dimension, whole numbers that add up exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from matchmaker.numbers.distance import distance_km
from matchmaker.numbers.timetable import EPS
from matchmaker.points import CARVED_ONLY, EMPLOYER_POINTS, SENTENCES, UNIT, rate_points
from matchmaker.positions.checks import Case
from matchmaker.positions.records import Contribution, Part

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from matchmaker.positions.ledger import Bundle, Ledger

__all__ = ["contributions", "points_of", "split_exactly", "to_observe"]

ALWAYS = ("hours", "fit")
MOST_NAMED = 3


def contributions(case: Case) -> tuple[Contribution, ...]:
    """Return the contributions of a position; one that counts for nothing is left out, but for hours and fit.

    Pieces of a task count one by one, each rounded once; a task of a vacancy counts as one piece of all its hours.

    Examples
    --------
    >>> import matchmaker as mm
    >>> from matchmaker.positions import Bundle, ledger_of
    >>> ledger = ledger_of(mm.read_region(mm.town()))
    >>> one = Bundle(pupil=0, employer=0, function=-1, tasks=(0,), hours=(9.5,))
    >>> [found.name for found in contributions(Case(ledger, one, "en"))][:2]
    ['hours', 'fit']
    """
    points = {**_of_tasks(case), **_of_employer(case)}
    parts = {"fit": _fit_parts(case, points["fit"])}
    return tuple(
        Contribution(name, points[name], _sentence(case, name, parts["fit"]), parts.get(name, ()))
        for name in points
        if points[name] or name in ALWAYS
    )


def points_of(ledger: Ledger, bundle: Bundle) -> int:
    """Return the points of a position, without the sentences.

    Examples
    --------
    >>> import matchmaker as mm
    >>> from matchmaker.positions import Bundle, ledger_of
    >>> ledger = ledger_of(mm.read_region(mm.town()))
    >>> one = Bundle(pupil=0, employer=0, function=-1, tasks=(0,), hours=(9.5,))
    >>> points_of(ledger, one) == sum(found.points for found in contributions(Case(ledger, one, "en")))
    True
    """
    case = Case(ledger, bundle, "en")
    return sum(_of_tasks(case).values()) + sum(_of_employer(case).values())


def _pieces(case: Case) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Number of pieces of every task, and the share of the pupil's hours that one piece is."""
    bundle, lots = case.bundle, case.problem.lots
    amount = np.array(bundle.hours)
    piece = amount.copy()
    if bundle.carved:
        part = case.ledger.part_of_task[case.tasks]
        own = np.where(part >= 0, lots.part_hours[part] if len(lots.part_hours) else amount, amount)
        count = amount / np.maximum(own, EPS)
        # What is no whole number of pieces is not allowed; its points are then those of one piece of that size.
        piece = np.where(np.abs(count - np.rint(count)) <= EPS, own, amount)
    count = np.rint(amount / np.maximum(piece, EPS))
    return count, piece / max(float(case.problem.pupils.hours_max[bundle.pupil]), EPS)


def _of_tasks(case: Case) -> dict[str, int]:
    count, share = _pieces(case)
    points = {}
    for name, (left, right) in case.ledger.rates.items():
        if case.bundle.carved or name not in CARVED_ONLY:
            rate = right[case.tasks].astype(np.float64) @ left[case.bundle.pupil].astype(np.float64)
            points[name] = int((rate_points(rate, share) * count).sum())
    return points


def _of_employer(case: Case) -> dict[str, int]:
    row = np.array([case.bundle.pupil])
    at = list(case.bundle.employers)
    return {name: int(points(case.problem, row)[0, at].sum()) for name, points in EMPLOYER_POINTS.items()}


def _fit_parts(case: Case, total: int) -> tuple[Part, ...]:
    """The fit by dimension that any task asks; whole numbers by the largest remainder."""
    problem, (left, right) = case.problem, case.ledger.rates["fit"]
    shape = (len(problem.dimensions), len(problem.level_values) + 1)
    count, share = _pieces(case)
    rate = (right[case.tasks].astype(np.float64) * left[case.bundle.pupil].astype(np.float64)).reshape(
        len(case.tasks), *shape
    )
    exact = (rate.sum(axis=2) * (share * count / UNIT)[:, None]).sum(axis=0)
    demand, most = problem.tasks.demand[case.tasks], len(problem.level_values)
    highest = demand.max(axis=0, initial=-1)
    lowest = np.where(demand >= 0, demand, most).min(axis=0, initial=most)
    asked = np.flatnonzero(highest >= 0)
    points = split_exactly(exact[asked], total)
    levels = zip(asked.tolist(), highest[asked].tolist(), lowest[asked].tolist(), points, strict=True)
    return tuple(_part(case, dimension, high, low, own) for dimension, high, low, own in levels)


def _part(case: Case, dimension: int, high: int, low: int, points: int) -> Part:
    """Return the part of a dimension of which levels `low` to `high` are asked."""
    problem = case.problem
    asked, least = int(problem.level_values[high]), int(problem.level_values[low])
    median, name = int(problem.levels.median[case.bundle.pupil, dimension]), problem.dimensions[dimension]
    shown = int(problem.level_values[median]) if median >= 0 else None
    asks = case.say("asks" if asked == least else "asks_range", asked=asked, least=least)
    gap = 0 if shown is None else asked - shown
    kind = "unknown" if shown is None else "even" if gap == 0 else "over" if gap > 0 else "under"
    text = case.say(kind, dimension=case.labels.dimension(name), asks=asks, estimated=shown, gap=abs(gap))
    return Part(name, asked, shown, points, text)


def split_exactly(exact: NDArray[Any], total: int) -> list[int]:
    """Round to whole numbers that add up to `total`, by the largest remainder; what is 0 stays 0 where possible.

    Examples
    --------
    >>> import numpy as np
    >>> split_exactly(np.array([-1.5, -2.5, 0.0]), -4)
    [-1, -3, 0]
    """
    whole = np.floor(np.round(exact, 9))
    takes = np.flatnonzero(np.round(exact, 9) != 0)
    takes = takes if len(takes) else np.arange(len(exact))
    if not len(takes):
        return []
    rest = total - int(whole.sum())
    order = takes[np.argsort(-(exact - whole)[takes], kind="stable")]
    every, extra = divmod(rest, len(order))
    whole[order] += every
    whole[order[:extra]] += 1
    return [int(value) for value in whole]


def to_observe(ledger: Ledger, bundle: Bundle) -> tuple[str, ...]:
    """Return the ids of the dimensions that the tasks ask and that were never observed of the pupil.

    Examples
    --------
    >>> import matchmaker as mm
    >>> from matchmaker.positions import Bundle, ledger_of
    >>> ledger = ledger_of(mm.read_region(mm.town()))
    >>> len(to_observe(ledger, Bundle(pupil=0, employer=0, function=-1, tasks=(), hours=())))
    0
    """
    problem = ledger.problem
    asked = (problem.tasks.demand[np.array(bundle.tasks, np.int64)] >= 0).any(axis=0)
    unknown = asked & (problem.levels.median[bundle.pupil] < 0)
    return tuple(problem.dimensions[dimension] for dimension in np.flatnonzero(unknown).tolist())


# --- sentences -------------------------------------------------------------------------------------------------------


def _sentence(case: Case, name: str, parts: tuple[Part, ...]) -> str:
    if name == "perspective" and case.bundle.second >= 0:
        return _vacancies(case)
    sentence = SENTENCES[name]
    what = {"hours": _hours, "growth": _growth, "interest": _interest, "benefit": _benefit, "travel": _travel}
    said = _losses(case, parts) if name == "fit" else what[name](case) if name in what else ""
    return (sentence.nl if case.language == "nl" else sentence.en).format(what=said)


def _hours(case: Case) -> str:
    most = case.problem.pupils.hours_max[case.bundle.pupil]
    return case.say("share", hours=case.number(case.bundle.total), most=case.number(most))


def _losses(case: Case, parts: tuple[Part, ...]) -> str:
    worst = sorted((part for part in parts if part.points), key=lambda part: (part.points, part.dimension))
    named = [case.say("loss", dimension=case.labels.dimension(p.dimension), points=p.points) for p in worst]
    return case.labels.listed(named, most=MOST_NAMED) or case.say("fits_well")


def _growth(case: Case) -> str:
    demand, median = case.problem.tasks.demand[case.tasks], case.problem.levels.median[case.bundle.pupil]
    grows = ((demand == median + 1) & (median >= 0)).any(axis=0)
    return case.labels.listed(case.labels.dimension(case.problem.dimensions[d]) for d in np.flatnonzero(grows).tolist())


def _interest(case: Case) -> str:
    families = case.problem.tasks.family[case.tasks]
    told = []
    for family in sorted({f for f in families.tolist() if f >= 0}):
        rank = int(case.problem.pupils.interest[case.bundle.pupil, family])
        name = "first_choice" if rank == 1 else "choice" if rank > 1 else "disliked"
        if rank:
            told.append(case.say(name, family=case.labels.family(case.problem.families[family]), rank=rank))
    return case.labels.listed(told)


def _benefit(case: Case) -> str:
    return case.say("hours_freed", hours=case.number(case.bundle.total))


def _travel(case: Case) -> str:
    way = distance_km(case.problem, np.array([case.bundle.pupil]))[0]
    km = [case.labels.number(float(way[where]), digits=1) for where in case.bundle.employers]
    if len(km) == 1:
        return case.say("km", km=km[0])
    both = zip(km, case.bundle.employers, strict=True)
    return case.labels.listed(case.say("km_to", km=each, employer=case.employer(where)) for each, where in both)


def _vacancies(case: Case) -> str:
    """Name which of two employers has an open vacancy."""
    functions = case.problem.functions
    has = set(functions.employer[functions.vacancies > 0].tolist())
    return case.say(
        "vacancy_at", employers=case.labels.listed(case.employer(at) for at in case.bundle.employers if at in has)
    )
