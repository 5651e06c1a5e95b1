"""What people decided: whether the plan keeps it, and what each decision costs the whole."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from matchmaker.errors import MatchmakerError, UnknownId
from matchmaker.plan.again import again
from matchmaker.plan.change import Change
from matchmaker.plan.difference import Certainty, Difference, difference
from matchmaker.plan.nearby import is_nearby
from matchmaker.plan.nearby_plan import plan_nearby
from matchmaker.plan.rows import Rows
from matchmaker.plan.why import explain
from matchmaker.plan.why_not import hardest_of
from matchmaker.rules import EMPLOYER_RULES

if TYPE_CHECKING:
    from matchmaker.model import Decision, Region
    from matchmaker.plan.plan import Plan

__all__ = ["DecisionCost", "Decisions", "decisions"]


@dataclass(frozen=True)
class DecisionCost:
    """One decision and what the plan without it would be.

    Attributes
    ----------
    pupil, employer, kind : str
        What was decided: ``fixed`` or ``excluded``.
    reason, by, date : str or None
        As people wrote it down.
    kept : bool
        Whether the plan keeps it; an exclusion always is.
    why : str
        Why it could not be kept; empty when it is.
    without : Difference
        What the plan without this decision, all others staying, does better or worse.
    text : str
        All this in sentences.

    Examples
    --------
    >>> free = Difference(placed=1, points=900, moves=Rows())
    >>> DecisionCost("p1", "e1", "fixed", None, "mentor", None, True, "", free, "")
    <DecisionCost p1 fixed at e1: kept, placed +1, points +900 without it>
    """

    pupil: str
    employer: str
    kind: str
    reason: str | None
    by: str | None
    date: str | None
    kept: bool
    why: str
    without: Difference
    text: str

    @property
    def placed(self) -> int:
        """Pupils that the decision costs a position, as far as was found."""
        return self.without.placed

    @property
    def points(self) -> int:
        """Points that the decision costs, as far as was found."""
        return self.without.points

    @property
    def certain(self) -> bool:
        """Whether what was found is proved: that it costs something, or that it costs nothing."""
        return self.without.certainty.certain

    def __repr__(self) -> str:
        at = "fixed at" if self.kind == "fixed" else "excluded from"
        said = f"{'kept' if self.kept else 'not kept'}, placed {self.placed:+d}, points {self.points:+d} without it"
        return f"<DecisionCost {self.pupil} {at} {self.employer}: {said}>"

    def row(self) -> dict[str, Any]:
        """Return the decision as one row of a table."""
        names = ("pupil", "employer", "kind", "reason", "by", "date", "kept", "why", "placed", "points")
        proved = self.without.certainty
        return {
            **{name: getattr(self, name) for name in names},
            "points_low": proved.low,
            "points_high": proved.high,
            "certain": self.certain,
            "text": self.text,
        }

    def to_document(self) -> dict[str, Any]:
        """Return the decision as plain values."""
        return {**self.row(), "without": self.without.to_document()}


class Decisions(Rows[DecisionCost]):
    """All decisions of a region with what they cost; costs of single decisions do not add up.

    Examples
    --------
    >>> Decisions().summary()
    ''
    """

    __slots__ = ()

    def summary(self) -> str:
        """Return every decision in sentences, in the language that was asked for."""
        return "\n".join(one.text for one in self)

    def to_document(self) -> list[dict[str, Any]]:
        """Return the decisions as plain values."""
        return [one.to_document() for one in self]


def decisions(plan: Plan, *, language: str | None = None) -> Decisions:
    """Return what people decided, whether the plan keeps it, and what each decision costs; see `Plan.decisions`.

    For each decision the region is planned again without it, beginning with the plan that there is; where that is not
    proved the best, only the part around the pupil and the employer. An exclusion that
    other rules make anyway costs nothing; that needs no plan. Where no plan is proved to be the best, only a plan that
    goes against the decision shows a cost: one that keeps to it all the same is no more than better search.

    Parameters
    ----------
    plan : Plan
        With its region.
    language : str, optional
        ``en`` or ``nl``; by default that of the plan.

    Raises
    ------
    UnknownId
        For a language that is not there.
    MatchmakerError
        When the plan was read back without its region.

    Examples
    --------
    >>> import matchmaker as mm
    >>> plan = mm.match(mm.read_region(mm.town()), steps=0)               # doctest: +SKIP
    >>> decisions(plan)[0]                                                # doctest: +SKIP
    <DecisionCost ... fixed at ...: kept, placed +0, points +0 without it>
    """
    if plan.region is None:
        raise MatchmakerError("decisions need the region. Hint: read_plan(source, region=read_region(...)).")
    chosen = language or plan.language
    if chosen not in ("en", "nl"):
        raise UnknownId(chosen, "language", ("en", "nl"))
    return Decisions(_costs(plan, chosen))


def _costs(plan: Plan, language: str) -> Iterator[DecisionCost]:
    from matchmaker.show.decisions import decision_text

    assert plan.region is not None
    for number, made in enumerate(plan.region.decisions):
        kept = _keeps(plan, made)
        one = DecisionCost(
            made.pupil,
            made.employer,
            made.kind,
            made.reason,
            made.by,
            made.date.isoformat() if made.date else None,
            kept,
            "" if kept else _why(plan, made, language),
            _without(plan, number, made),
            "",
        )
        label = f"{made.employer} {plan.region.employers.get(made.employer).name}"
        yield dataclasses.replace(one, text=decision_text(one, employer=label, language=language))


def _why(plan: Plan, made: Decision, language: str) -> str:
    unplaced = explain(plan, made.pupil, language=language).unplaced
    reasons = unplaced.reasons if unplaced is not None else ()
    return " ".join(one.text for one in reasons if one.rule == "decisions")


def _without(plan: Plan, number: int, made: Decision) -> Difference:
    assert plan.region is not None
    if made.kind == "excluded" and _forbidden_anyway(plan, made):
        nothing = Certainty(certain=True, optimal=plan.status == "optimal", low=0, high=0)
        return dataclasses.replace(difference(plan, plan), certainty=nothing)
    rest = np.arange(len(plan.region.decisions)) != number
    region = plan.region.replace(decisions=plan.region.decisions.take(rest))
    found = _planned_without(plan, region, made)
    if plan.status == "optimal" or not _keeps(found, made):
        return _no_gain_below_zero(plan, found)
    # The plan found without the decision keeps to it all the same: what it does better is search, not its price.
    most, proved = found.bound_aims - found.points, found.placed == found.placed_bound
    free = Certainty(certain=most == 0 and proved, low=0, high=most)
    return dataclasses.replace(difference(plan, plan), certainty=free)


def _planned_without(plan: Plan, region: Region, made: Decision) -> Plan:
    dropped = [Change(made.kind, {"pupil": made.pupil, "employer": made.employer})]
    return plan_nearby(plan, region, dropped) if is_nearby(plan, region) else again(plan, region)


def _no_gain_below_zero(plan: Plan, found: Plan) -> Difference:
    """Where the aims are the same, dropping a decision costs the best plan nothing: that plan stays allowed."""
    apart = difference(plan, found)
    low = apart.certainty.low
    if low is None or low >= 0 or hardest_of(plan) != hardest_of(found):
        return apart
    return dataclasses.replace(apart, certainty=dataclasses.replace(apart.certainty, low=0))


def _keeps(plan: Plan, made: Decision) -> bool:
    placement = plan.placement(made.pupil)
    there = placement is not None and placement.employer == made.employer
    return there if made.kind == "fixed" else not there


def _forbidden_anyway(plan: Plan, made: Decision) -> bool:
    """Whether a rule about the pupil or the pair, other than this decision, leaves no position there."""
    problem, row = plan.ledger.problem, plan.ledger.row("pupil", made.pupil)
    employer, one = plan.ledger.row("employer", made.employer), np.array([row])
    fixed = problem.decisions.fixed
    if not problem.pupils.may_work[row] or (fixed[fixed[:, 0] == row, 1] != employer).any():
        return True
    masks = (mask for rule, found in EMPLOYER_RULES.items() if rule != "decisions" for mask in found)
    return not all(bool(mask(problem, one)[0, employer]) for mask in masks)
