"""What if: the plan of a changed region, found from the plan that there is."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from matchmaker.errors import MatchmakerError
from matchmaker.plan.change import Change, apply_changes

if TYPE_CHECKING:
    from matchmaker.plan.plan import Plan

__all__ = ["what_if"]


def what_if(plan: Plan, *changes: Change, steps: int | None = None) -> Plan:
    """Return the plan of the region with these changes, applied in order; subtract to see what differs.

    The plan that there is comes first: where it is still allowed, what comes back is no worse. In a plan that is not
    proved the best, a change about pupils, or about what employers have to give, is answered from the part of the
    region around it; all others keep their positions. Other changes, and `steps`, plan the whole region again.

    Parameters
    ----------
    plan : Plan
        With its region.
    changes : Change
        Such as ``matchmaker.places("e03", +1)``.
    steps : int, optional
        Rounds of repair of the whole region; by default as many as the method thinks fit.

    Returns
    -------
    Plan
        Its record lists the changes, those of earlier what-ifs first.

    Raises
    ------
    InputFaults
        For ids that are not there and values that are not allowed, all at once.
    MatchmakerError
        When the plan was read back without its region.

    Examples
    --------
    >>> import matchmaker as mm
    >>> from matchmaker.plan.changes import places
    >>> plan = mm.match(mm.read_region(mm.town()))                        # doctest: +SKIP
    >>> plan.what_if(places("e03", +1)) - plan                            # doctest: +SKIP
    <Difference: placed ..., points ..., ... pupils with another position>
    """
    from matchmaker.plan.again import again
    from matchmaker.plan.nearby import is_nearby
    from matchmaker.plan.nearby_plan import plan_nearby
    from matchmaker.plan.plan import WORKED_OUT

    if plan.region is None:
        raise MatchmakerError("what-if needs the region. Hint: read_plan(source, region=read_region(...)).")
    if not changes:
        return plan
    region = apply_changes(plan.region, changes)
    near = steps is None and is_nearby(plan, region)
    found = plan_nearby(plan, region, changes) if near else again(plan, region, steps=steps)
    known = [*plan.record.get("changes", []), *(change.to_document() for change in changes)]
    told = dataclasses.replace(found, record={**found.record, "changes": known})
    # What was worked out for the plan need not be worked out again for a question about it.
    told.__dict__.update({name: found.__dict__[name] for name in WORKED_OUT if name in found.__dict__})
    return told
