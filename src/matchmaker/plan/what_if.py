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

    The plan that there is comes first: where it is still allowed, what comes back is no worse.

    Parameters
    ----------
    plan : Plan
        With its region.
    changes : Change
        Such as ``matchmaker.places("e03", +1)``.
    steps : int, optional
        Rounds of repair; by default as many as the method thinks fit.

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

    if plan.region is None:
        raise MatchmakerError("what-if needs the region. Hint: read_plan(source, region=read_region(...)).")
    if not changes:
        return plan
    found = again(plan, apply_changes(plan.region, changes), steps=steps)
    known = [*plan.record.get("changes", []), *(change.to_document() for change in changes)]
    told = dataclasses.replace(found, record={**found.record, "changes": known})
    # What was worked out for the plan need not be worked out again for a question about it.
    told.__dict__.update({name: found.__dict__[name] for name in ("ledger", "reach") if name in found.__dict__})
    return told
