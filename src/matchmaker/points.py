"""Points: named contributions, one function each, whole numbers that add up exactly.

1000 points = all the hours that a pupil can work, filled with tasks that fit exactly; every pupil counts for the same,
whether able to work eight hours or thirty-two. A *task* contribution is a rate: two thin tables, one of pupils and one
of tasks, whose product is the contribution of a pupil who spent all available hours on that task, in hundredths of a
point. One piece of a task then counts for its share of the pupil's hours, rounded once. An *employer* contribution is a
number of points per pupil and employer.

All table entries are whole numbers small enough for exact sums in float32, so the order of summation never matters.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from matchmaker.numbers.distance import distance_km
from matchmaker.numbers.levels import PERCENT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from matchmaker.numbers.problem import Problem

    Factors: TypeAlias = tuple[NDArray[np.float32], NDArray[np.float32]]

__all__ = [
    "CARVED_ONLY",
    "EMPLOYER_POINTS",
    "FULL",
    "SENTENCES",
    "TASK_POINTS",
    "fit_tables",
    "level_loss",
    "rate_points",
]

FULL = 1000
"""Points of a position that fills all the pupil's hours with tasks that fit exactly."""

UNIT = 100
"""Rates are in hundredths of a point."""

OVER, OVER_SQUARED, UNDER = 100, 50, 10
"""Loss, in points of `FULL`, per dimension: 100 x gap + 50 x gap^2 where the task asks more than the pupil shows (150
for one level, 400 for two), 10 a level where it asks less. Origin: judgement of the maintainers, open to the region's
weights."""

GROWTH = 20
INTEREST = (200, 150, 100)
DISLIKE = -200
TRAVEL_A_KM = 6
PERSPECTIVE = 50

CARVED_ONLY = frozenset({"benefit"})
"""Contributions that a vacancy does not have: it frees nobody's hours."""

TASK_POINTS: dict[str, Callable[[Problem], Factors]] = {}
EMPLOYER_POINTS: dict[str, Callable[[Problem, NDArray[np.int64]], NDArray[np.int64]]] = {}


@dataclass(frozen=True)
class Sentence:
    """What a contribution says, in nl and en; `{what}` stands for the particulars."""

    en: str
    nl: str


SENTENCES: dict[str, Sentence] = {
    "hours": Sentence(
        "The position fills {what} that the pupil can work.",
        "De plek vult {what} die de leerling kan werken.",
    ),
    "fit": Sentence(
        "Levels asked against levels shown, and how sure those are: {what}.",
        "Gevraagde niveaus naast getoonde, en hoe zeker die zijn: {what}.",
    ),
    "growth": Sentence(
        "Tasks that ask one level more than shown, to grow into: {what}.",
        "Taken die één niveau meer vragen dan getoond, om in te groeien: {what}.",
    ),
    "interest": Sentence(
        "What the pupil likes or rather does not do: {what}.",
        "Wat de leerling graag of liever niet doet: {what}.",
    ),
    "benefit": Sentence(
        "Hours of skilled workers that come free: {what}.",
        "Uren van vakmensen die vrijkomen: {what}.",
    ),
    "travel": Sentence(
        "The way to work: {what}.",
        "De weg naar het werk: {what}.",
    ),
    "perspective": Sentence(
        "The employer has an open vacancy, so that the placement can become a job.",
        "De werkgever heeft een open vacature, zodat de plaatsing een baan kan worden.",
    ),
}
"""Contribution to its sentence."""


def rate_points(rate: NDArray[Any], share: NDArray[Any]) -> NDArray[np.float64]:
    """Return whole points of pieces: rate (hundredths of a point for all hours) x share of the pupil's hours, rounded.

    Examples
    --------
    >>> import numpy as np
    >>> rate_points(np.array([100_000.0]), np.array([0.25])).tolist()
    [250.0]
    """
    return np.asarray(np.rint(rate * share / UNIT), float)


def level_loss(problem: Problem) -> NDArray[np.int64]:
    """Return the loss of every (level estimated, level asked), shape (levels + 1, levels), in points of `FULL`.

    The last row is for a dimension without observations: the mean over the levels that the rule on abilities would let
    pass, so that unknown never counts as low.

    Examples
    --------
    >>> from matchmaker.numbers.problem import make_problem
    >>> import matchmaker as mm
    >>> level_loss(make_problem(mm.read_region(mm.town())))[2].tolist()     # level 2 against demands 0 to 5
    [20, 10, 0, 150, 400, 750]
    """
    values = problem.level_values
    gap = values[None, :] - values[:, None]
    loss = np.where(gap > 0, OVER * gap + OVER_SQUARED * gap**2, -UNDER * gap)
    passes = gap <= problem.max_gap
    unknown = np.rint((loss * passes).sum(axis=0) / np.maximum(passes.sum(axis=0), 1)).astype(np.int64)
    return np.vstack([loss, unknown])


def fit_tables(problem: Problem) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the factors of the fit with one axis a dimension: shapes (pupils, dimensions, levels + 1), (tasks, same).

    The product summed over the last axis is the loss per dimension, in hundredths of a point for all hours.

    Examples
    --------
    >>> from matchmaker.numbers.problem import make_problem
    >>> import matchmaker as mm
    >>> left, right = fit_tables(make_problem(mm.read_region(mm.town())))
    >>> left.shape[1:] == right.shape[1:]
    True
    """
    levels, demand = problem.levels, problem.tasks.demand
    unknown = np.where(levels.observed, 0, PERCENT)[:, :, None]
    left = np.concatenate([levels.percent, unknown], axis=2)
    weight = problem.weights["fit"] * problem.dimension_weight
    loss = np.rint(level_loss(problem)[:, demand] * weight[None, None, :]).transpose(1, 2, 0)
    right = np.where((demand >= 0)[:, :, None], loss, 0)
    return left.astype(np.int64), right.astype(np.int64)


# --- task contributions ----------------------------------------------------------------------------------------------


def hours(problem: Problem) -> Factors:
    """Every hour of work counts for its share of the hours that the pupil can work."""
    return _constant(len(problem.pupils.ids), 1), _constant(
        len(problem.tasks.ids), FULL * UNIT * problem.weights["hours"]
    )


def fit(problem: Problem) -> Factors:
    """Expected loss over the whole distribution of the pupil's levels, summed over the dimensions the task asks."""
    left, right = fit_tables(problem)
    return _exact(_flat(left)), _exact(_flat(-right))


def growth(problem: Problem) -> Factors:
    """A small plus for every dimension on which the task asks just one level more than the pupil shows."""
    count = len(problem.level_values)
    left = problem.levels.median[:, :, None] == np.arange(count)
    right = (problem.tasks.demand[:, :, None] == np.arange(count) + 1) * np.rint(
        GROWTH * UNIT * problem.weights["growth"]
    )
    return _exact(_flat(left)), _exact(_flat(right))


def interest(problem: Problem) -> Factors:
    """Families of work that the pupil likes (best first) or dislikes."""
    scale = np.array([*INTEREST, DISLIKE, 0]) * problem.weights["interest"]
    rank = problem.pupils.interest
    left = scale[
        np.where(rank > 0, np.minimum(rank, len(INTEREST)) - 1, np.where(rank < 0, len(INTEREST), len(INTEREST) + 1))
    ]
    family = problem.tasks.family[:, None] == np.arange(len(problem.families))
    return _exact(np.rint(left)), _exact(family * UNIT)


def benefit(problem: Problem) -> Factors:
    """One point per euro an hour that who does the function now earns: skilled hours come free. Never a subsidy."""
    wage = np.nan_to_num(problem.functions.wage, nan=0.0)[problem.tasks.function]
    return _constant(len(problem.pupils.ids), 1), _exact(np.rint(wage * UNIT * problem.weights["benefit"])[:, None])


TASK_POINTS.update(hours=hours, fit=fit, growth=growth, interest=interest, benefit=benefit)


# --- employer contributions ------------------------------------------------------------------------------------------


def travel(problem: Problem, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Six points off for every kilometre."""
    return -np.rint(TRAVEL_A_KM * problem.weights["travel"] * distance_km(problem, rows)).astype(np.int64)


def perspective(problem: Problem, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """A plus for a pupil in the placement stage at an employer who has a vacancy."""
    has_vacancy = np.zeros(len(problem.employers.ids), bool)
    has_vacancy[problem.functions.employer[problem.functions.vacancies > 0]] = True
    plus = int(np.rint(PERSPECTIVE * problem.weights["perspective"]))
    return (problem.pupils.placement[rows, None] & has_vacancy[None, :]) * plus


EMPLOYER_POINTS.update(travel=travel, perspective=perspective)


def _flat(table: NDArray[Any]) -> NDArray[Any]:
    # Not -1: that has no meaning for a table without rows.
    return table.reshape(len(table), int(np.prod(table.shape[1:])))


def _constant(rows: int, value: float) -> NDArray[np.float32]:
    return _exact(np.full((rows, 1), np.rint(value)))


def _exact(table: NDArray[Any]) -> NDArray[np.float32]:
    return np.ascontiguousarray(table, dtype=np.float32)
