"""Quotas: at least so many of a group are placed, before as many as possible are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from matchmaker.solve.joint.solution import Solution, Start, solve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from matchmaker.solve.reach import Reach

    Quota = tuple[NDArray[np.bool_], int]

__all__ = ["solve_protected"]


def solve_protected(reach: Reach, quotas: Sequence[Quota], **options: Any) -> Solution:
    """Carve and place with at least so many of every group placed, as far as that can be.

    A small region is solved exactly with the quotas as limits. Else, where the plan without quotas misses one, a plan
    that places as many of these groups as it can says who of them can be placed together; just as many of those as
    the quotas ask are then placed before all others.

    Parameters
    ----------
    reach : Reach
    quotas : sequence of (bool array [pupils], int)
        Groups, and how many of each to place.
    **options
        As for `solve`.

    Returns
    -------
    Solution
        Its bounds hold without the quotas: the gap includes what they cost.
    """
    found = solve(reach, **options)
    if met(found, quotas):
        return found
    if found.optimal:
        exact = solve(reach, at_least=quotas, **options)
        if exact.optimal:
            return exact
    first = dict(options, start=Start(found.columns, found.prices))
    groups = np.logical_or.reduce([mask for mask, _ in quotas])
    most = solve(reach, protected=groups, **first)
    if not met(most, quotas):
        return most
    named = np.zeros(len(groups), bool)
    for mask, need in quotas:
        named[needed(mask, need - int((named & mask).sum()), named, found, most)] = True
    second = dict(options, start=Start(most.columns, most.prices))
    fewest = solve(reach, protected=named, **second)
    return fewest if met(fewest, quotas) else most


def met(solution: Solution, quotas: Sequence[Quota]) -> bool:
    """Say whether a plan places as many of every group as asked."""
    placed = solution.columns.employer >= 0
    return all(int((placed & mask).sum()) >= need for mask, need in quotas)


def needed(
    mask: NDArray[np.bool_], need: int, named: NDArray[np.bool_], found: Solution, most: Solution
) -> NDArray[np.int64]:
    """Choose whom of a group to protect: who can be placed; first who was anyway, then whose position is worth most."""
    can = np.flatnonzero(mask & ~named & (most.columns.employer >= 0))
    anyway = found.columns.employer[can] >= 0
    order = np.lexsort((can, -most.columns.points[can], ~anyway))
    return np.asarray(can[order[: max(need, 0)]])
