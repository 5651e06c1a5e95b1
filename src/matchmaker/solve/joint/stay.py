"""Few changes: a plan in which moving away from where one is costs points."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from matchmaker.numbers.arrays import all_read_only
from matchmaker.solve.joint.proof import proof_for
from matchmaker.solve.joint.protect import solve_protected
from matchmaker.solve.joint.solution import DEFAULT_ORDER, Solution
from matchmaker.solve.joint.stock import second_employers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from matchmaker.solve.joint.protect import Quota
    from matchmaker.solve.joint.stock import Columns
    from matchmaker.solve.reach import Reach, Work

__all__ = ["solve_with_few_changes"]


def solve_with_few_changes(
    reach: Reach, *, stay: NDArray[np.int64], move_cost: int, quotas: Sequence[Quota] = (), **options: Any
) -> Solution:
    """Carve and place, where every pupil who leaves the employer `stay` costs points.

    Staying is worth `move_cost` points in the search; points, bounds and floor of the plan returned are without them:
    its gap holds what the search left and what staying cost.

    Parameters
    ----------
    reach : Reach
    stay : int64 array, shape (pupils)
        The employer where each pupil is, -1 for none.
    move_cost : int
        Points, at least 0.
    quotas : sequence of (bool array [pupils], int)
        As for `solve_protected`.
    **options
        As for `solve`.

    Returns
    -------
    Solution
    """
    cost, start = np.where(stay >= 0, move_cost, 0), options.pop("start", None)
    while True:
        begin = None if start is None else start._replace(columns=_with_cost(reach.work, start.columns, stay, cost))
        found = solve_protected(worth_staying(reach, stay, cost), quotas, start=begin, **options)
        columns = without_cost(reach.work, found.columns, stay, cost)
        # What staying is worth must not lift a position over the floor.
        low = (columns.employer >= 0) & (columns.points < reach.work.fit_floor)
        if not low.any():
            break
        cost = np.where(low, 0, cost)
    proof = proof_for(
        reach,
        columns,
        hardest=options["hardest"],
        fixed=options.get("fixed"),
        order=options.get("order", DEFAULT_ORDER),
        prices=found.prices,
        progress=options.get("progress"),
    )
    optimal = found.optimal and proof.bound < columns.points[columns.employer >= 0].sum() + 1
    return replace(found, columns=columns, proof=proof, optimal=bool(optimal))


def worth_staying(reach: Reach, stay: NDArray[np.int64], cost: NDArray[np.int64]) -> Reach:
    """Return the reach with the cost of moving added to the points where everybody is."""
    option_pupil = np.repeat(np.arange(len(stay)), np.diff(reach.vacancy_start))
    at = reach.work.function_employer[reach.vacancy_function]
    pairs = np.where(reach.pair_employer == stay[reach.pair_pupil], cost[reach.pair_pupil], 0)
    seats = np.where(at == stay[option_pupil], cost[option_pupil], 0)
    found = reach._replace(pair_points=reach.pair_points + pairs, vacancy_points=reach.vacancy_points + seats)
    return all_read_only(found)


def without_cost(work: Work, columns: Columns, stay: NDArray[np.int64], cost: NDArray[np.int64]) -> Columns:
    """Return the columns with the points of the positions alone; at two employers, one of them may be the old one."""
    at = (columns.employer == stay) | (second_employers(work, columns) == stay)
    stays = (columns.employer >= 0) & (stay >= 0) & at
    return columns._replace(points=columns.points - np.where(stays, cost, 0))


def _with_cost(work: Work, columns: Columns, stay: NDArray[np.int64], cost: NDArray[np.int64]) -> Columns:
    """Return a copy of the columns, as the search changes what it is given, with staying worth what it is there."""
    return without_cost(work, type(columns)(*(part.copy() for part in columns)), stay, -cost)
