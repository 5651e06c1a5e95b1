"""What knowing one level would be worth, for many pupils and dimensions at once, at the prices of a plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from matchmaker.numbers.levels import PERCENT
from matchmaker.plan.variants import Variant, known_levels, make_variants, priced
from matchmaker.rules import TASK_RULES, employer_mask
from matchmaker.solve.chunks import in_chunks
from matchmaker.solve.compiled import compiled
from matchmaker.solve.joint.build import column_worths
from matchmaker.solve.joint.pricing import find_pair, piece_prices
from matchmaker.solve.joint.stock import Columns, Prices, second_employer
from matchmaker.solve.reach import Reach

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from matchmaker.numbers.problem import Problem
    from matchmaker.plan.plan import Plan

__all__ = ["Worth", "chances", "short_chances", "thin", "worth_of_knowing"]

THIN = 0.9
"""Knowledge is thin where no level has at least this chance: a fresh test is enough."""
ROWS_A_BLOCK = 256
KEEP = 6
FULL = 1000.0


def chances(problem: Problem) -> NDArray[np.float64]:
    """Return the chance of every level, shape (pupils, dimensions, levels); equal where nothing was observed.

    Examples
    --------
    >>> import matchmaker as mm
    >>> from matchmaker.numbers.problem import make_problem
    >>> bool(np.allclose(chances(make_problem(mm.read_region(mm.town()))).sum(axis=2), 1.0))
    True
    """
    percent = problem.levels.percent / PERCENT
    return np.where(problem.levels.observed[:, :, None], percent, 1.0 / len(problem.level_values))


def short_chances(problem: Problem, chance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the chance that a level is more than max_gap below what is asked, shape (pupils, dimensions, asked).

    Examples
    --------
    >>> import matchmaker as mm
    >>> from matchmaker.numbers.problem import make_problem
    >>> problem = make_problem(mm.read_region(mm.town()))
    >>> bool((short_chances(problem, chances(problem)) >= 0).all())
    True
    """
    values = problem.level_values
    short = values[None, :] - values[:, None] > problem.max_gap
    return np.asarray(chance @ short)


def thin(plan: Plan, *, most: int) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """Return where knowledge is thin and may matter: pupils and dimensions, those that may matter most first.

    Two signs are looked at, for all at once: the chance that the pupil's own position asks more than the level turns
    out to be, and the work that this dimension alone keeps from the pupil.

    Returns
    -------
    tuple
        Row numbers of pupils and of dimensions, at most `most`, and how many there were.
    """
    problem = plan.ledger.problem
    chance = chances(problem)
    unsure = chance.max(axis=2) < THIN
    short = short_chances(problem, chance)
    score = _downside(plan, short) + _upside(problem, short)
    pupil, dimension = np.nonzero(unsure & (score > 0))
    order = np.lexsort((dimension, pupil, -np.round(score[pupil, dimension], 6)))[:most]
    return pupil[order], dimension[order], len(pupil)


def _downside(plan: Plan, short: NDArray[np.float64]) -> NDArray[np.float64]:
    """What every pupil stands to lose: chance that the present position asks too much, times what it is worth."""
    problem, proof = plan.ledger.problem, plan.proof
    score = np.zeros(short.shape[:2])
    for position in plan.placements:
        row = plan.ledger.row("pupil", position.pupil)
        asked = problem.tasks.demand[[plan.ledger.row("task", task) for task in position.tasks]].max(axis=0)
        which = np.flatnonzero(asked >= 0)
        score[row, which] = short[row, which, asked[which]] * max(float(proof.value[row]), 1.0)
    return score


def _upside(problem: Problem, short: NDArray[np.float64]) -> NDArray[np.float64]:
    """What every pupil may win: work that one dimension alone forbids, times the chance that the level suffices."""
    tasks, pupils = problem.tasks, problem.pupils
    levels, dimensions = len(problem.level_values), len(problem.dimensions)
    factors = [make(problem) for make in TASK_RULES["abilities"]]
    left, right = (np.hstack([pair[side] for pair in factors]) for side in (0, 1))
    number = np.tile(np.repeat(np.arange(dimensions, dtype=np.float32), levels), left.shape[1] // (dimensions * levels))
    other = [make(problem) for rule, makers in TASK_RULES.items() if rule != "abilities" for make in makers]
    other_left, other_right = (np.hstack([pair[side] for pair in other]) for side in (0, 1))
    score = np.zeros(len(pupils.ids) * dimensions)
    for first in range(0, len(pupils.ids), ROWS_A_BLOCK):
        rows = np.arange(first, min(first + ROWS_A_BLOCK, len(pupils.ids)))
        alone = left[rows] @ right.T == 1
        alone &= other_left[rows] @ other_right.T == 0
        alone &= employer_mask(problem, rows)[:, tasks.employer]
        row, task = np.nonzero(alone)
        which = np.rint(((left[rows] * number) @ right.T)[row, task]).astype(np.int64)
        enough = 1.0 - short[rows[row], which, tasks.demand[task, which]]
        most = np.maximum(pupils.hours_max[rows[row]], 0.5)
        weight = enough * FULL * np.minimum(tasks.hours[task] / most, 1.0)
        score += np.bincount(rows[row] * dimensions + which, weights=weight, minlength=len(score))
    return np.minimum(score, FULL).reshape(len(pupils.ids), dimensions)


@dataclass(frozen=True, eq=False)
class Worth:
    """What knowing each of some (pupil, dimension) is worth, with one row for each level that has a chance.

    Attributes
    ----------
    start : int array, shape (candidates + 1)
        Bounds of each candidate's rows.
    level : int array, shape (rows)
        Position of the level.
    chance : float array, shape (rows)
    value : float array, shape (rows)
        What the pupil is worth at the plan's prices when that level is known.
    own : float array, shape (rows)
        The same for the pupil's present position; -inf where that level forbids it, or there is none.
    own_points : float array, shape (rows)
        The points of the present position at that level; -inf likewise.
    columns : Columns
        The best position when that level is known; employer -1 where none is worth it.
    now : float array, shape (candidates)
        What the best choice without knowing is worth: a position that turns out to be forbidden brings nothing, and
        what it took has been kept from others (its price).
    """

    start: NDArray[np.int64]
    level: NDArray[np.int64]
    chance: NDArray[np.float64]
    value: NDArray[np.float64]
    own: NDArray[np.float64]
    own_points: NDArray[np.float64]
    columns: Columns
    now: NDArray[np.float64]

    @property
    def gain(self) -> NDArray[np.float64]:
        """What knowing is worth, in points: the mean when the level is known less what is there without knowing."""
        known = np.add.reduceat(self.chance * self.value, self.start[:-1]) if len(self.level) else np.zeros(0)
        return np.maximum(known - self.now, 0.0)


def worth_of_knowing(plan: Plan, pupil: NDArray[np.int64], dimension: NDArray[np.int64]) -> Worth:
    """Price every level of these pupils and dimensions, all of them at once.

    With prices standing for all others, knowing is worth ``sum over levels of chance x best value at that level`` less
    ``best over positions of sum over levels of chance x points of that position, nothing where the level forbids it,
    less its price`` (Raiffa and Schlaifer, Applied statistical decision theory, 1961: the expected value of perfect
    information).
    """
    problem, proof = plan.ledger.problem, plan.proof
    chance = chances(problem)[pupil, dimension]
    candidate, level = np.nonzero(chance > 0)
    listed = [
        Variant(int(pupil[k]), "level", int(dimension[k]), float(at)) for k, at in zip(candidate, level, strict=True)
    ]
    variants = make_variants(problem, known_levels(plan.ledger.region), listed, sides=plan.sides)
    columns, worth, _ = priced(variants.reach, proof.prices)
    bonus = proof.bonus[variants.origin]
    value = np.maximum(worth[:, 0] + bonus, 0.0)
    columns.employer[value <= 0] = -1
    offered, place = _offered(plan, pupil, proof.prices)
    points = _points_of(variants.reach, offered, place[candidate])
    paid = _paid(plan, offered, proof.prices).reshape(-1, KEEP + 1)[place[candidate]]
    start = np.searchsorted(candidate, np.arange(len(pupil) + 1)).astype(np.int64)
    weight = chance[candidate, level]
    kept = (np.where(np.isfinite(points), points + bonus[:, None], 0.0) - paid) * weight[:, None]
    mean = np.add.reduceat(kept, start[:-1], axis=0) if len(level) else np.zeros((0, KEEP + 1))
    now = np.maximum(mean.max(axis=1), 0.0) if len(mean) else np.zeros(0)
    own = points[:, 0] - paid[:, 0] + bonus
    return Worth(start, level, weight, value, own, points[:, 0], columns, now)


def _offered(plan: Plan, pupil: NDArray[np.int64], prices: Prices) -> tuple[Columns, NDArray[np.int64]]:
    """What can be chosen without knowing more: the present position, then the best priced ones, `KEEP` + 1 a pupil."""
    problem = plan.ledger.problem
    who, place = np.unique(pupil, return_inverse=True)
    asis = [Variant(int(row)) for row in who]
    variants = make_variants(problem, known_levels(plan.ledger.region), asis, sides=plan.sides)
    best, _, _ = priced(variants.reach, prices, keep=KEEP)
    parts = []
    for mine, others in zip(plan.columns, best, strict=True):
        tables = [mine[who][:, None], others.reshape(len(who), KEEP, *others.shape[1:])]
        joined = np.concatenate(tables, axis=1)
        parts.append(np.ascontiguousarray(joined.reshape(len(who) * (KEEP + 1), *others.shape[1:])))
    offered = Columns(*parts)._replace(pupil=np.repeat(who, KEEP + 1).astype(np.int64))
    return offered, place.astype(np.int64)


def _paid(plan: Plan, offered: Columns, prices: Prices) -> NDArray[np.float64]:
    """What all that each column uses costs at the prices."""
    piece_price, there = piece_prices(plan.reach, prices), np.flatnonzero(offered.employer >= 0)
    paid = np.zeros(len(offered.pupil))
    paid[there] = offered.points[there] - column_worths(plan.reach, offered, there, prices, piece_price)
    return paid


def _points_of(reach: Reach, offered: Columns, place: NDArray[np.int64]) -> NDArray[np.float64]:
    points = np.full((len(place), KEEP + 1), -np.inf)
    in_chunks(lambda first, last: _fill_points(first, last, reach, offered, place, points), len(place))
    return points


@compiled
def _fill_points(
    first: int, last: int, reach: Reach, offered: Columns, place: NDArray[np.int64], points: NDArray[np.float64]
) -> None:
    """Weigh each row's columns under its own rules; -inf where they forbid one."""
    keep = points.shape[1]
    for row in range(first, last):
        for k in range(keep):
            found = points_of_column(reach, offered, place[row] * keep + k, row)
            if found > -1e17:
                points[row, k] = found


@compiled
def points_of_column(reach: Reach, columns: Columns, column: int, row: int) -> float:
    """Return the points of a column for a row of a reach; a very low number where its rules forbid it."""
    employer, function = columns.employer[column], columns.function[column]
    if employer < 0:
        return -1e18
    if function >= 0:
        for option in range(reach.vacancy_start[row], reach.vacancy_start[row + 1]):
            if reach.vacancy_function[option] == function:
                return float(reach.vacancy_points[option])
        return -1e18
    second = second_employer(reach.work, columns, column)
    pair, other = find_pair(reach, row, employer), find_pair(reach, row, second) if second >= 0 else -1
    if pair < 0 or (second >= 0 and other < 0):
        return -1e18
    total = float(reach.pair_points[pair])
    if other >= 0:
        total += reach.pair_points[other]
    for slot in range(columns.lot.shape[1]):
        if columns.lot[column, slot] < 0:
            break
        there = False
        at = pair if reach.work.lot_employer[columns.lot[column, slot]] == employer else other
        for item in range(reach.item_start[at], reach.item_start[at + 1]):
            if reach.item_lot[item] == columns.lot[column, slot]:
                total += columns.count[column, slot] * reach.item_points[item]
                there = True
                break
        if not there:
            return -1e18
    return total if total >= reach.work.fit_floor else -1e18
