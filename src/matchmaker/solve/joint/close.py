"""The last points between plan and bound in a small region: all positions that a better plan could hold, and a choice.

A plan with more points than the one at hand loses less than the gap. So it holds no position that falls short of its
pupil's best by more than what is left of the gap once every other employer has lost what it must (reduced cost fixing;
Dantzig, Fulkerson and Johnson 1954). Where these are few, an integer program can choose among them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from matchmaker.solve.joint.dual import bonus_of
from matchmaker.solve.joint.exact import best_among
from matchmaker.solve.joint.pricing import column_points
from matchmaker.solve.joint.stock import Columns, no_columns
from matchmaker.solve.joint.tighten import Losses

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from matchmaker.solve.joint.clock import Clock
    from matchmaker.solve.joint.dual import Relaxation
    from matchmaker.solve.joint.proof import Proof
    from matchmaker.solve.reach import Reach

__all__ = ["can_be_closed", "close"]

MOST_PUPILS, MOST_COLUMNS = 80, 3_000
EPS = 1e-3


def close(
    relaxation: Relaxation, proof: Proof, chosen: Columns, masks: dict[str, NDArray[np.bool_]], clock: Clock
) -> tuple[Columns, float] | None:
    """Return the best plan that does as well as the one at hand on the aims before points; None when it takes too long.

    Beside it a bound on the points of plans that place as many pupils, and as many of the fixed.

    Parameters
    ----------
    relaxation : Relaxation
        As the proof leaves it: with the weights of all aims before points.
    proof : Proof
    chosen : Columns
        The plan at hand, one row a pupil, for which `can_be_closed` holds.
    masks : dict of bool arrays, shape (pupils)
        Whom each aim before points counts.
    clock : Clock
    """
    quotas = {aim: (mask, int((mask & (chosen.employer >= 0)).sum())) for aim, mask in masks.items()}
    last = replace(
        proof,
        lagrangian=relaxation.bound,
        prices=relaxation.prices,
        value=relaxation.value,
        bonus=bonus_of(relaxation.counts, relaxation.pupils),
    )
    best = _best_near(relaxation, last, chosen, quotas, clock)
    if best is None:
        return None
    points = float(best.points.sum())
    if "hardest" not in quotas or points == proof.bound:
        return best, points
    # Prices with a weight for the hardest say nothing of plans with fewer of them: look again at those without.
    del quotas["hardest"]
    other = _best_near(relaxation, proof, best, quotas, clock)
    return best, proof.bound if other is None else float(other.points.sum())


def _best_near(
    relaxation: Relaxation,
    proof: Proof,
    chosen: Columns,
    quotas: dict[str, tuple[NDArray[np.bool_], int]],
    clock: Clock,
) -> Columns | None:
    """Return the best plan that reaches the quotas, which are what the proof counts; None when it takes too long."""
    reach, gap = relaxation.reach, proof.lagrangian - float(chosen.points[chosen.employer >= 0].sum())
    losses = Losses(reach, relaxation.packings, proof.prices, np.maximum(proof.value, 0.0) - proof.bonus)
    near = _near_columns(losses, gap, clock)
    if near is None or not len(near.pupil):
        return None
    return best_among(reach, near, list(quotas.values()), seconds=clock.left())


def _near_columns(losses: Losses, gap: float, clock: Clock) -> Columns | None:
    """List every position that a plan could hold which loses less than `gap` in all; None when there are too many."""
    reach, lost = losses.reach, losses.everywhere(stop=clock.over)
    parts, rows = [no_columns(0, reach.work.max_tasks)], 0
    for employer in range(len(lost)):
        within = gap - float(lost.sum() - lost[employer]) + EPS
        near = _near(losses, employer, within) if within > 0 else parts[0]
        rows += 0 if near is None else len(near.pupil)
        if near is None or rows > MOST_COLUMNS:
            return None
        parts.append(near)
    return Columns(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def _near(losses: Losses, employer: int, within: float) -> Columns | None:
    carved, (pupil, _, function) = losses.carved(employer, within), losses.seated(employer, within)
    if carved is None:
        return None
    reach, (own, _, lot, count) = losses.reach, carved
    columns = no_columns(len(own) + len(pupil), reach.work.max_tasks)
    columns.pupil[:], columns.employer[:] = np.concatenate([own, pupil]), employer
    columns.lot[: len(own)], columns.count[: len(own)] = lot, count
    columns.function[len(own) :] = function
    pairs = losses.pairs_at(employer)
    pair_of = dict(zip(reach.pair_pupil[pairs].tolist(), pairs.tolist(), strict=True))
    columns.points[: len(own)] = [
        column_points(reach, pair_of[one], lot[row], count[row]) for row, one in enumerate(own.tolist())
    ]
    columns.points[len(own) :] = [_vacancy_points(reach, *both) for both in zip(pupil, function, strict=True)]
    return columns


def _vacancy_points(reach: Reach, pupil: int, function: int) -> int:
    options = slice(reach.vacancy_start[pupil], reach.vacancy_start[pupil + 1])
    return int(reach.vacancy_points[options][reach.vacancy_function[options] == function][0])


def can_be_closed(reach: Reach, chosen: Columns, *, placed_bound: int, masks: dict[str, NDArray[np.bool_]]) -> bool:
    """Say whether a plan does all that can be done on the aims before points, so that only points are left to prove.

    Parameters
    ----------
    reach : Reach
    chosen : Columns
        The plan at hand, one row a pupil.
    placed_bound : int
        No plan places more pupils.
    masks : dict of bool arrays, shape (pupils)
        Whom each aim before points counts: of each as many must be placed as have work in reach, or as can be placed.
    """
    placed = chosen.employer >= 0
    if len(placed) > MOST_PUPILS or placed.sum() < placed_bound or reach.work.most_employers > 1:
        return False
    some = (np.diff(reach.pair_start) > 0) | (np.diff(reach.vacancy_start) > 0)
    return all((placed & mask).sum() >= min((some & mask).sum(), placed_bound) for mask in masks.values())
