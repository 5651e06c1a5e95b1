"""The prices of a plan, and what they prove about plans that decide one thing otherwise."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from matchmaker.errors import UnknownId
from matchmaker.solve.joint.margins import make_margins

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from matchmaker.plan.difference import Move
    from matchmaker.plan.plan import Plan
    from matchmaker.solve.joint.margins import Margins

__all__ = [
    "all_margins",
    "breaks_a_decision",
    "hardest_change",
    "hardest_of",
    "language_of",
    "number_of",
    "own_margins",
    "price_of_all",
    "whole",
]

SUMMAND = 1e-6


def language_of(plan: Plan, language: str | None) -> str:
    """Return the language of an answer: the one asked for, or that of the plan.

    Raises
    ------
    UnknownId
        For a language that is not there.
    """
    chosen = language or plan.language
    if chosen not in ("en", "nl"):
        raise UnknownId(chosen, "language", ("en", "nl"))
    return chosen


def number_of(plan: Plan) -> int | None:
    """Return how many pupils the plans place that a plan is compared with; None when points come first."""
    aims = list(plan.policy["order"])
    before = aims[: aims.index("points")] if "points" in aims else aims
    return plan.placed if "placed" in before else None


def own_margins(plan: Plan, pupil: int) -> Margins:
    """Return the margins of one pupil's options; of all the others it is known what they are worth at most."""
    proof = plan.proof
    # Who is worth nothing at these prices has a best position worth `-bonus` at most.
    most = proof.value - proof.bonus
    return make_margins(plan.reach, proof.prices, pupils=np.array([pupil]), best=most, paid=price_of_all(plan))


def all_margins(plan: Plan, *, within: float) -> Margins:
    """Return the margins of everybody's options, exactly where they come within so many points of the pupil's best."""
    return make_margins(plan.reach, plan.proof.prices, within=within, paid=price_of_all(plan))


def price_of_all(plan: Plan) -> float:
    """Return the price of all there is: the bound that the prices give, less what it pays the pupils."""
    proof, placed = plan.proof, plan.columns.employer >= 0
    return proof.lagrangian - float(np.maximum(proof.value, 0.0).sum()) + float(proof.bonus[placed].sum())


def hardest_of(plan: Plan) -> frozenset[str]:
    """Return who counts as hardest to place; nobody when that is no aim before points."""
    aims = list(plan.policy["order"])
    before = aims[: aims.index("points")] if "points" in aims else aims
    if "hardest" not in before:
        return frozenset()
    return frozenset(str(name) for name in plan.ledger.problem.pupils.ids[plan.hardest])


def breaks_a_decision(plan: Plan, moves: Iterable[Move]) -> bool:
    """Say whether somebody whom people placed is placed elsewhere, or not at all, after these moves."""
    problem = plan.ledger.problem
    fixed = {str(name) for name in problem.pupils.ids[problem.decisions.fixed[:, 0]]}
    return any(move.pupil in fixed and move.before is not None and move.after != move.before for move in moves)


def hardest_change(moves: Iterable[Move], hardest: Collection[str]) -> int:
    """Return how many more of the hardest to place are placed after these moves."""
    return sum((move.after is not None) - (move.before is not None) for move in moves if move.pupil in hardest)


def whole(bound: float) -> int | None:
    """Return a bound on points as a whole number; None when there is no such plan.

    Examples
    --------
    >>> whole(12.0000000001), whole(11.99), whole(float("-inf"))
    (12, 11, None)
    """
    return math.floor(bound + SUMMAND) if bound > -math.inf else None
