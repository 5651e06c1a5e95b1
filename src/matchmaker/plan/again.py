"""Plan again: a region that changed a little, from the plan that there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matchmaker.plan.match import Progress, make_plan

if TYPE_CHECKING:
    from matchmaker.model import Region
    from matchmaker.plan.plan import Plan

__all__ = ["again"]


def again(plan: Plan, region: Region, *, steps: int | None = None, progress: Progress | None = None) -> Plan:
    """Plan a changed region, beginning with the positions and prices of a plan that there is.

    What no longer fits is dropped, who waits is placed where possible, and the plan is improved with a quarter of the
    moves of a fresh one. Rules, aims and bounds are those of `match`; a small region is solved exactly.

    Parameters
    ----------
    plan : Plan
    region : Region
        The changed region: tables, policy or both.
    steps : int, optional
        Rounds of improvement.
    progress : callable, optional
        As for `match`.

    Returns
    -------
    Plan

    Examples
    --------
    >>> import matchmaker as mm
    >>> plan = mm.match(mm.read_region(mm.town().parent / "tiny"))          # doctest: +SKIP
    >>> again(plan, plan.region).points == plan.points                      # doctest: +SKIP
    True
    """
    digest = region.digest
    chosen = region if steps is None else region.replace(policy=region.policy.replace(steps=steps))
    return make_plan(chosen, digest, progress=progress, before=plan)
