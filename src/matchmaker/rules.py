"""Hard rules: each one function that gives a mask, and one sentence that gives the reason.

Three grains: a *pupil* rule looks at the pupil alone, an *employer* rule at pupil and employer, a *task* rule at pupil
and task. A task rule is two thin tables, one of pupils and one of tasks, whose product counts what stands in the way,
so that all task rules together are one matrix product. The rules about a whole position (hours, timetable, tasks_once,
carving_limits, the shared places and supervision) are in `matchmaker.positions`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from matchmaker.numbers.distance import distance_km
from matchmaker.numbers.misses import miss_percent, too_unsure

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from matchmaker.numbers.problem import Problem

    Mask: TypeAlias = NDArray[np.bool_]
    Factors: TypeAlias = tuple[NDArray[np.float32], NDArray[np.float32]]

__all__ = ["EMPLOYER_RULES", "PUPIL_RULES", "REASONS", "TASK_RULES", "Reason", "employer_mask", "task_factors"]


@dataclass(frozen=True)
class Reason:
    """The sentences of a rule: `one` for a single position, `many` for a count of employers; each in nl and en.

    `{what}` stands for what exactly is in the way, `{employers}` for "1 employer", "12 employers".
    """

    one: dict[str, str]
    many: dict[str, str]


REASONS: dict[str, Reason] = {}
"""Rule id to its sentences, in the order in which reasons are given."""

PUPIL_RULES: dict[str, Callable[[Problem], Mask]] = {}
EMPLOYER_RULES: dict[str, list[Callable[[Problem, NDArray[np.int64]], Mask]]] = {}
TASK_RULES: dict[str, list[Callable[[Problem], Factors]]] = {}


def _reason(rule: str, *, en: tuple[str, str], nl: tuple[str, str]) -> None:
    REASONS[rule] = Reason(one={"en": en[0], "nl": nl[0]}, many={"en": en[1], "nl": nl[1]})


_reason(
    "route",
    en=(
        "The pupil's route does not lead to a position now.",
        "At {employers}: the pupil's route does not lead to a position now.",
    ),
    nl=(
        "De route van de leerling leidt nu niet naar een plek.",
        "Bij {employers}: de route van de leerling leidt nu niet naar een plek.",
    ),
)
_reason(
    "decisions",
    en=(
        "People decided otherwise. {what}",
        "At {employers}: people decided otherwise.",
    ),
    nl=(
        "Mensen hebben anders besloten. {what}",
        "Bij {employers}: mensen hebben anders besloten.",
    ),
)
_reason(
    "own_say",
    en=(
        "The pupil does not want this: {what}.",
        "At {employers}: the pupil wants neither this employer nor this work.",
    ),
    nl=(
        "De leerling wil dit niet: {what}.",
        "Bij {employers}: de leerling wil deze werkgever of dit werk niet.",
    ),
)
_reason(
    "travel",
    en=(
        "Too far: {what}.",
        "At {employers}: too far away.",
    ),
    nl=(
        "Te ver: {what}.",
        "Bij {employers}: te ver weg.",
    ),
)
_reason(
    "employer",
    en=(
        "The employer cannot take this pupil: {what}.",
        "At {employers}: a higher age is asked, or the company is not recognised.",
    ),
    nl=(
        "De werkgever kan deze leerling niet nemen: {what}.",
        "Bij {employers}: er wordt een hogere leeftijd gevraagd, of het bedrijf is niet erkend.",
    ),
)
_reason(
    "places",
    en=(
        "No place: {what}.",
        "At {employers}: no place, or none left.",
    ),
    nl=(
        "Geen plaats: {what}.",
        "Bij {employers}: geen plaats, of geen meer over.",
    ),
)
_reason(
    "supervision",
    en=(
        "Not enough supervision: {what}.",
        "At {employers}: not enough hours of supervision, or not enough left.",
    ),
    nl=(
        "Te weinig begeleiding: {what}.",
        "Bij {employers}: te weinig uren begeleiding, of te weinig over.",
    ),
)
_reason(
    "abilities",
    en=(
        "The work asks more than the pupil shows now: {what}.",
        "At {employers}: the work asks more than the pupil shows now.",
    ),
    nl=(
        "Het werk vraagt meer dan de leerling nu laat zien: {what}.",
        "Bij {employers}: het werk vraagt meer dan de leerling nu laat zien.",
    ),
)
_reason(
    "conditions",
    en=(
        "The work has a condition that the pupil excludes: {what}.",
        "At {employers}: the work has a condition that the pupil excludes.",
    ),
    nl=(
        "Het werk heeft een omstandigheid die de leerling uitsluit: {what}.",
        "Bij {employers}: het werk heeft een omstandigheid die de leerling uitsluit.",
    ),
)
_reason(
    "certificates",
    en=(
        "A certificate is missing: {what}.",
        "At {employers}: a certificate is missing.",
    ),
    nl=(
        "Er ontbreekt een certificaat: {what}.",
        "Bij {employers}: er ontbreekt een certificaat.",
    ),
)
_reason(
    "hours",
    en=(
        "The hours do not fit: {what}.",
        "At {employers}: the work that fits does not come to the hours that the pupil works.",
    ),
    nl=(
        "De uren passen niet: {what}.",
        "Bij {employers}: het werk dat past komt niet uit op de uren die de leerling werkt.",
    ),
)
_reason(
    "timetable",
    en=(
        "The hours do not fit into the week: {what}.",
        "At {employers}: the work is at moments when the pupil is not available.",
    ),
    nl=(
        "De uren passen niet in de week: {what}.",
        "Bij {employers}: het werk is op momenten dat de leerling niet kan.",
    ),
)
_reason(
    "tasks_once",
    en=(
        "The work cannot be given out like this: {what}.",
        "At {employers}: nothing can be split off, or others have the work that fits.",
    ),
    nl=(
        "Het werk kan zo niet worden uitgegeven: {what}.",
        "Bij {employers}: er is niets af te splitsen, of anderen hebben het werk dat past.",
    ),
)
_reason(
    "carving_limits",
    en=(
        "A limit on carving is passed: {what}.",
        "At {employers}: tasks too many or too small, or a function that may give up no more hours.",
    ),
    nl=(
        "Een grens aan het afsplitsen is bereikt: {what}.",
        "Bij {employers}: te veel of te kleine taken, of een functie die niet meer uren mag afstaan.",
    ),
)
_reason(
    "fit_floor",
    en=(
        "The position stays below the region's floor: {what}.",
        "At {employers}: the best position stays below the region's floor.",
    ),
    nl=(
        "De plek blijft onder de ondergrens van de regio: {what}.",
        "Bij {employers}: de beste plek blijft onder de ondergrens van de regio.",
    ),
)


# --- the pupil alone -------------------------------------------------------------------------------------------------


def route(problem: Problem) -> Mask:
    """Only pupils with route work, or in an orientation or preparation stage on any route."""
    return problem.pupils.may_work


PUPIL_RULES["route"] = route


# --- pupil and employer: True = allowed, shape (rows, employers) -----------------------------------------------------


def travel(problem: Problem, rows: NDArray[np.int64]) -> Mask:
    """The way to the employer is no longer than the pupil's max_km (haversine)."""
    return distance_km(problem, rows) <= problem.pupils.max_km[rows, None]


def refused_employers(problem: Problem, rows: NDArray[np.int64]) -> Mask:
    """The pupil does not refuse the employer."""
    return ~problem.pupils.refuses_employer[rows]


def employer(problem: Problem, rows: NDArray[np.int64]) -> Mask:
    """The pupil has the employer's least age; preparation for a praktijkverklaring needs a recognised company."""
    old_enough = problem.pupils.age[rows, None] >= problem.employers.min_age[None, :]
    return old_enough & (~problem.pupils.preparation[rows, None] | problem.employers.recognised[None, :])


def excluded_pairs(problem: Problem, rows: NDArray[np.int64]) -> Mask:
    """People did not exclude the pair, nor fix the pupil elsewhere."""
    mask = np.ones((len(problem.pupils.ids), len(problem.employers.ids)), bool)
    excluded, fixed = problem.decisions.excluded, problem.decisions.fixed
    mask[excluded[:, 0], excluded[:, 1]] = False
    mask[fixed[:, 0]] = False
    mask[fixed[:, 0], fixed[:, 1]] = True
    return mask[rows]


def places(problem: Problem, rows: NDArray[np.int64]) -> Mask:
    """The employer has a place at all."""
    return np.repeat(problem.employers.places[None, :] > 0, len(rows), axis=0)


def supervision(problem: Problem, rows: NDArray[np.int64]) -> Mask:
    """The employer has the supervision hours for this pupil alone."""
    return problem.pupils.support[rows, None] <= problem.employers.supervision[None, :] + 1e-9


EMPLOYER_RULES.update(
    decisions=[excluded_pairs],
    own_say=[refused_employers],
    travel=[travel],
    employer=[employer],
    places=[places],
    supervision=[supervision],
)


def employer_mask(problem: Problem, rows: NDArray[np.int64]) -> Mask:
    """Return which employers every rule about pupil and employer allows, shape (rows, employers).

    Examples
    --------
    >>> import numpy as np
    >>> from matchmaker.numbers.problem import make_problem
    >>> import matchmaker as mm
    >>> problem = make_problem(mm.read_region(mm.town()))
    >>> employer_mask(problem, np.arange(2)).shape == (2, len(problem.employers.ids))
    True
    """
    mask = np.ones((len(rows), len(problem.employers.ids)), bool)
    for alone in PUPIL_RULES.values():
        mask &= alone(problem)[rows, None]
    for rules in EMPLOYER_RULES.values():
        for rule in rules:
            mask &= rule(problem, rows)
    return mask


# --- pupil and task: two factors whose product counts what stands in the way -----------------------------------------


def abilities(problem: Problem) -> Factors:
    """Level asked <= level estimated + max_gap on every demanded dimension that was observed; unknown is not low."""
    median, demand, values = problem.levels.median, problem.tasks.demand, problem.level_values
    left = median[:, :, None] == np.arange(len(values))[None, None, :]
    too_high = values[None, :] - values[:, None] > problem.max_gap
    right = np.where((demand >= 0)[:, None, :], too_high[:, demand].transpose(1, 0, 2), False).transpose(0, 2, 1)
    return _flat(left), _flat(right)


def caution(problem: Problem) -> Factors:
    """No demanded dimension that was observed has a chance of falling short larger than max_miss_chance.

    What the level estimated already forbids is left to `abilities`, so that no dimension counts twice.
    """
    if problem.max_miss_chance is None:
        return np.zeros((len(problem.pupils.ids), 0), np.float32), np.zeros((len(problem.tasks.ids), 0), np.float32)
    median, values = problem.levels.median, problem.level_values
    unsure = too_unsure(problem, miss_percent(problem, np.arange(len(median))))
    passes = values[None, None, :] - values[median][:, :, None] <= problem.max_gap
    asked = problem.tasks.demand[:, :, None] == np.arange(len(values))[None, None, :]
    return _flat(unsure & passes), _flat(asked)


def conditions(problem: Problem) -> Factors:
    """No task has a condition that the pupil excludes."""
    return _flat(problem.pupils.excludes), _flat(problem.tasks.conditions)


def certificates(problem: Problem) -> Factors:
    """The pupil holds all certificates of all tasks."""
    return _flat(~problem.pupils.holds), _flat(problem.tasks.certificates)


def refused_families(problem: Problem) -> Factors:
    """The pupil does not refuse the family of any task."""
    family = problem.tasks.family[:, None] == np.arange(len(problem.families))[None, :]
    return _flat(problem.pupils.refuses_family), _flat(family)


def _flat(table: NDArray[np.bool_]) -> NDArray[np.float32]:
    # float32 counts are exact up to 2**24, far above the number of columns.
    width = int(np.prod(table.shape[1:], dtype=np.int64))
    return np.ascontiguousarray(table.reshape(len(table), width), dtype=np.float32)


TASK_RULES.update(
    own_say=[refused_families], abilities=[abilities, caution], conditions=[conditions], certificates=[certificates]
)


def task_factors(problem: Problem) -> Factors:
    """Return the factors of all task rules side by side: their product is 0 exactly where every rule allows the task.

    Returns
    -------
    tuple of float32 arrays
        Shapes (pupils, k) and (tasks, k).

    Examples
    --------
    >>> from matchmaker.numbers.problem import make_problem
    >>> import matchmaker as mm
    >>> left, right = task_factors(make_problem(mm.read_region(mm.town())))
    >>> left.shape[1] == right.shape[1]
    True
    """
    pairs = [rule(problem) for rules in TASK_RULES.values() for rule in rules]
    return np.hstack([left for left, _ in pairs]), np.hstack([right for _, right in pairs])
