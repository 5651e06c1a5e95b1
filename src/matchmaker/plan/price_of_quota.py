"""What a quota for protected groups costs, in placements and in points."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from matchmaker.plan.again import again
from matchmaker.plan.aims import AimPrice, as_well
from matchmaker.plan.protect import quotas_of

if TYPE_CHECKING:
    from matchmaker.plan.plan import Plan

__all__ = ["prices_of_quota"]

Limits = tuple[int, int | None, int | None]
"""What was found, at least and at most; None where nothing is proved."""


def prices_of_quota(plan: Plan, aims: tuple[str, ...]) -> list[AimPrice]:
    """Return what all quotas of the policy together cost, in placements and then in points; nothing without quotas.

    The plan is held against one that knows no quota, found from it. Where both are proved the best, the differences are
    the price. Elsewhere a plan with quotas is also a plan without them, so that the best plan without places no fewer
    and has, for the same numbers before points, no fewer points: the price is at least 0. At most it is what the bounds
    leave: they hold for plans with and without quotas. With a quota that was not met nothing is proved at most: a plan
    that meets it may have to give up more.

    Parameters
    ----------
    plan : Plan
        With its region.
    aims : tuple of str
        Those of the policy before points.
    """
    ledger, quotas = plan.ledger, quotas_of(plan.ledger, plan.hardest)
    if not quotas:
        return []
    free = again(plan, ledger.region.replace(policy=ledger.region.policy.replace(protect={})))
    groups = np.logical_or.reduce([mask for mask, _ in quotas])
    ids = ledger.problem.pupils.ids
    met = all(len(_placed(plan) & set(ids[mask])) >= need for mask, need in quotas)
    got, without = (len(_placed(one) & set(ids[groups])) for one in (plan, free))
    shares = tuple((name, share) for name, share in ledger.region.policy.protect.items() if share > 0)
    placements, points = _placements(plan, free, aims, met=met), _points(plan, free, aims, met=met)
    if plan.status == free.status == "optimal":
        placements, points = _exactly(free.placed - plan.placed), _exactly(free.points - plan.points)
    return [
        AimPrice("protect", "placements", got, int(groups.sum()), without, *placements, groups=shares, met=met),
        AimPrice("protect_points", "points", got, int(groups.sum()), without, *points, groups=shares, met=met),
    ]


def _placed(plan: Plan) -> set[str]:
    return {one.pupil for one in plan.placements}


def _exactly(cost: int) -> Limits:
    return cost, cost, cost


def _placements(plan: Plan, free: Plan, aims: tuple[str, ...], *, met: bool) -> Limits:
    """What was found, at least, at most; nothing is proved where another aim may trade placements away."""
    gain = free.placed - plan.placed
    before = aims[: aims.index("placed")] if "placed" in aims else None
    if before is None or not as_well(plan, free, before) or free.placed_bound is None:
        return gain, None, None
    # Searching without the quota may end lower than the plan that was there: that is no gain of the quota.
    return max(gain, 0), 0, free.placed_bound - plan.placed if met else None


def _points(plan: Plan, free: Plan, aims: tuple[str, ...], *, met: bool) -> Limits:
    """The same for points, of plans that do as well as this one on the aims before points."""
    same = as_well(plan, free, aims)
    found = max(free.points - plan.points, 0) if same else 0
    bounds = [plan.bound, *([free.bound] if same else [])]
    return found, 0, min(bounds) - plan.points if met else None
