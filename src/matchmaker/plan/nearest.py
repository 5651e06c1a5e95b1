"""The employers that came nearest to a position for an unplaced pupil, and what is missing there."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from matchmaker.numbers.distance import distance_km
from matchmaker.plan.obstacles import RANK, Obstacles, View
from matchmaker.plan.records import Nearest
from matchmaker.positions import Bundle, Labels, Ledger, Violation, points_of, violations
from matchmaker.positions.sentences import say
from matchmaker.rules import REASONS
from matchmaker.solve.bundle import Found, best_bundle

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["looked_into", "nearest_employers", "nearest_positions", "used_up"]

LOOKED_AT = 6
NAMED = 3
A_MISS = 1000.0
BEAT = -1e12
MOST_NODES = 5_000


def nearest_employers(ledger: Ledger, obstacles: Obstacles, view: View, *, language: str = "en") -> tuple[Nearest, ...]:
    """Return up to three employers whose best position for the pupil breaks the fewest rules, nearest first.

    Only the six employers that the rules about pupil and employer speak least against are looked into.

    Parameters
    ----------
    ledger : Ledger
    obstacles : Obstacles
    view : View
        Of the pupil.
    language : str
        ``en`` or ``nl``.
    """
    found = []
    for employer in looked_into(ledger, view):
        for near in nearest_positions(ledger, obstacles, view, employer, language=language)[:1]:
            missing = near.missing or (used_up(ledger, obstacles, view, employer, language=language),)
            found.append(dataclasses.replace(near, missing=missing))
    return tuple(sorted(found, key=lambda near: (len(near.missing), -near.points, near.employer))[:NAMED])


def looked_into(ledger: Ledger, view: View) -> list[int]:
    """Return the employers that the rules about pupil and employer speak least against, at most six, nearest first."""
    km = distance_km(ledger.problem, np.array([view.pupil]))[0]
    late = np.array([-RANK[rule] for rule in view.rule], np.int64)
    candidates: list[int] = np.lexsort((np.round(km, 6), late, view.forbids))[:LOOKED_AT].tolist()
    return candidates


def nearest_positions(
    ledger: Ledger, obstacles: Obstacles, view: View, employer: int, *, language: str = "en"
) -> list[Nearest]:
    """Return positions of a pupil at an employer, those that break fewest rules first, then by hours and points.

    Empty when there is no work at all.
    """
    bundles = [*_vacancies(ledger, view, employer), *_carved(ledger, obstacles, view, employer)]
    found = [_weighed(ledger, bundle, language) for bundle in bundles]
    low, high = (float(of[view.pupil]) for of in (ledger.problem.pupils.hours_min, ledger.problem.pupils.hours_max))
    return sorted(
        found, key=lambda near: (len(near.missing), max(low - near.hours, near.hours - high, 0.0), -near.points)
    )


def _weighed(ledger: Ledger, bundle: Bundle, language: str) -> Nearest:
    points, names = points_of(ledger, bundle), ledger.problem.tasks.ids
    return Nearest(
        employer=str(ledger.problem.employers.ids[bundle.employer]),
        kind="carved" if bundle.carved else "vacancy",
        hours=round(bundle.total, 9),
        points=points,
        tasks={str(names[task]): round(hours, 9) for task, hours in zip(bundle.tasks, bundle.hours, strict=True)},
        missing=violations(ledger, bundle, points=points, language=language),
    )


def _vacancies(ledger: Ledger, view: View, employer: int) -> Iterator[Bundle]:
    start, functions = ledger.problem.employers.function_start, ledger.problem.functions
    for function in range(start[employer], start[employer + 1]):
        if functions.vacancies[function] > 0 and len(ledger.tasks_of(function)):
            yield ledger.vacancy(view.pupil, function)


def _carved(ledger: Ledger, obstacles: Obstacles, view: View, employer: int) -> Iterator[Bundle]:
    """Give the bundle with fewest misses under all limits; where there is none, under ever fewer limits."""
    start = ledger.problem.lots.start
    lots = np.arange(start[employer], start[employer + 1])
    if not len(lots):
        return
    for any_week, any_hours in ((False, False), (True, False), (False, True), (True, True)):
        limits = obstacles.limits(view.pupil, employer, any_week=any_week, any_hours=any_hours)
        work = obstacles.free_work if any_week else obstacles.reach.work
        found = Found(np.full((1, limits.tasks), -1, np.int64), np.zeros((1, limits.tasks), np.int64), np.zeros(1))
        net = _worth(obstacles, view, lots)
        none = np.zeros(len(lots), np.int64)
        kept, _ = best_bundle(lots, net, none, work.lot_pieces[lots], work, limits, BEAT, MOST_NODES, found)
        if kept:
            yield ledger.carved(view.pupil, found.lot[0], found.count[0])
            return


def _worth(obstacles: Obstacles, view: View, lots: NDArray[np.int64]) -> NDArray[np.float64]:
    """A miss outweighs any hours; points are known only of what is in reach."""
    reach, hours = obstacles.reach, obstacles.reach.work.lot_hours[lots]
    worth = hours - A_MISS * view.misses[lots]
    pairs = np.arange(reach.pair_start[view.pupil], reach.pair_start[view.pupil + 1])
    employer = reach.work.lot_employer[lots[0]]
    for pair in pairs[reach.pair_employer[pairs] == employer].tolist():
        own = slice(reach.item_start[pair], reach.item_start[pair + 1])
        worth[reach.item_lot[own] - lots[0]] = reach.item_points[own]
    return np.asarray(worth, np.float64)


def used_up(ledger: Ledger, obstacles: Obstacles, view: View, employer: int, *, language: str) -> Violation:
    """Return what the plan has no more of at an employer where the pupil alone could have a position."""
    rule, label = view.rule[employer], Labels(ledger.region, language)
    name = label.employer(str(ledger.problem.employers.ids[employer]))
    if rule == "places":
        what = say("places_taken", language, count=int(ledger.problem.employers.places[employer]), employer=name)
    elif rule == "supervision":
        need = label.number(float(ledger.problem.pupils.support[view.pupil]))
        left = label.number(max(float(obstacles.left.supervision[employer]), 0.0))
        what = say("support_left", language, need=need, left=left, employer=name)
    else:
        rule, what = "tasks_once", say("given_out", language, employer=name)
    return Violation(rule, REASONS[rule].one[language].format(what=what))
