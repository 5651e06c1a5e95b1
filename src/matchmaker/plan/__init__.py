"""From a region to a plan, and the questions that a plan answers."""

from __future__ import annotations

from matchmaker.plan.aims import AimPrice, PriceOfAims
from matchmaker.plan.alternatives import Alternative, Alternatives
from matchmaker.plan.changes import (
    Change,
    certificate,
    force,
    hours,
    leaves,
    level,
    new_employer,
    new_function,
    new_task,
    places,
    refuse,
    supervision,
    support,
    travel,
)
from matchmaker.plan.contested import Contested, Wanted
from matchmaker.plan.decisions import DecisionCost, Decisions
from matchmaker.plan.difference import Certainty, Difference, Move, Tally
from matchmaker.plan.fairness import Fairness, Group, Spread
from matchmaker.plan.few_changes import TradeOff, TradeOffs, trade_off
from matchmaker.plan.intervals import Figure
from matchmaker.plan.leximin import Leximin
from matchmaker.plan.match import match
from matchmaker.plan.near_ties import NearTie
from matchmaker.plan.observe import Observe, ToObserve
from matchmaker.plan.openings import Opening, Openings
from matchmaker.plan.plan import Plan, read_plan
from matchmaker.plan.records import Nearest, Reason, Unplaced
from matchmaker.plan.robustness import Robustness, Survival
from matchmaker.plan.rows import Rows
from matchmaker.plan.score import Carved, carve, score
from matchmaker.plan.unlocks import Unlock, Unlocks
from matchmaker.plan.why import Explanation
from matchmaker.plan.why_not import WhyNot

__all__ = [
    "AimPrice",
    "Alternative",
    "Alternatives",
    "Carved",
    "Certainty",
    "Change",
    "Contested",
    "DecisionCost",
    "Decisions",
    "Difference",
    "Explanation",
    "Fairness",
    "Figure",
    "Group",
    "Leximin",
    "Move",
    "NearTie",
    "Nearest",
    "Observe",
    "Opening",
    "Openings",
    "Plan",
    "PriceOfAims",
    "Reason",
    "Robustness",
    "Rows",
    "Spread",
    "Survival",
    "Tally",
    "ToObserve",
    "TradeOff",
    "TradeOffs",
    "Unlock",
    "Unlocks",
    "Unplaced",
    "Wanted",
    "WhyNot",
    "carve",
    "certificate",
    "force",
    "hours",
    "leaves",
    "level",
    "match",
    "new_employer",
    "new_function",
    "new_task",
    "places",
    "read_plan",
    "refuse",
    "score",
    "supervision",
    "support",
    "trade_off",
    "travel",
]
