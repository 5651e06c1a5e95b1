"""From a region to a plan, and the questions that a plan answers."""

from __future__ import annotations

from matchmaker.plan.difference import Difference, Move
from matchmaker.plan.match import match
from matchmaker.plan.plan import Plan, read_plan
from matchmaker.plan.records import Nearest, Reason, Unplaced
from matchmaker.plan.rows import Rows
from matchmaker.plan.score import Carved, carve, score
from matchmaker.plan.why import Explanation

__all__ = [
    "Carved",
    "Difference",
    "Explanation",
    "Move",
    "Nearest",
    "Plan",
    "Reason",
    "Rows",
    "Unplaced",
    "carve",
    "match",
    "read_plan",
    "score",
]
