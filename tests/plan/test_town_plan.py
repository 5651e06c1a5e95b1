"""The plan of the town: judged by the checker, explained pupil by pupil."""

from __future__ import annotations

from pathlib import Path

import pytest

import matchmaker as mm
from matchmaker.plan import Plan
from tests.checker import check_plan

TOWN = Path(__file__).resolve().parents[2] / "data" / "fixtures" / "town"


@pytest.fixture(scope="module")
def plan() -> Plan:
    return mm.match(mm.read_region(TOWN), steps=10)


def test_the_plan_of_the_town_keeps_the_contract(plan: Plan) -> None:
    """An independent checker finds nothing wrong with the plan of the town."""
    problem = plan.ledger.problem
    levels = {
        (problem.pupils.ids[row], name): int(problem.level_values[problem.levels.median[row, column]])
        for row in range(len(problem.pupils.ids))
        for column, name in enumerate(problem.dimensions)
        if problem.levels.median[row, column] >= 0
    }
    assert check_plan(TOWN, plan.to_document(), levels=levels) == []
    assert plan.placed > 100


def test_every_explanation_adds_up(plan: Plan) -> None:
    """The rows of why add up to the points of the placement, in both languages, with evidence where there is any."""
    for one in plan.placements:
        english, dutch = plan.why(one.pupil), plan.why(one.pupil, language="nl")
        assert sum(row.points for row in english.rows) == sum(row.points for row in dutch.rows) == one.points
        assert all(bool(row.evidence) == (row.estimated is not None) for row in english.rows if row.dimension)
        gaps = [row.dimension for row in english.rows if row.estimated is not None and row.asked > row.estimated]
        assert [gap.dimension for gap in english.bridged] == gaps


def test_unplaced_counts_add_up(plan: Plan) -> None:
    """The counts of every unplaced pupil's reasons add up to the 60 employers, and something came nearest."""
    assert all(sum(reason.count for reason in one.reasons) == 60 and one.nearest for one in plan.unplaced())


def test_decisions_are_kept(plan: Plan) -> None:
    """Who is fixed is placed there, who is excluded is not."""
    for decision in plan.region.decisions:
        placed = plan.placement(decision.pupil)
        assert (placed is not None and placed.employer == decision.employer) == (decision.kind == "fixed")


def test_fairness_counts_everybody(plan: Plan) -> None:
    """Every grouping counts each pupil once."""
    for groups in plan.groups.values():
        assert sum(group["pupils"] for group in groups.values()) == 200
        assert sum(group["placed"] for group in groups.values()) == plan.placed
