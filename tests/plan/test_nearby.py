"""What if, planned around the change only: all that is carried over is what working it out from the start gives."""

from __future__ import annotations

import numpy as np
import pytest

import matchmaker as mm
from benchmarks.regions import make_region
from matchmaker.numbers.problem import make_problem
from matchmaker.plan import Plan
from matchmaker.plan.change import Change
from matchmaker.plan.left import stock_left
from matchmaker.plan.nearby import is_nearby
from matchmaker.plan.obstacles import Obstacles
from matchmaker.plan.reachable import employers_in_reach, hardest_to_place
from matchmaker.plan.unplaced import explain_unplaced
from matchmaker.solve.reach import make_reach
from tests.plan.test_what_if import drawn, reached

SEEDS = range(5)


@pytest.fixture(scope="module")
def plan() -> Plan:
    """A plan that is not proved the best, with some pupils not placed."""
    found = mm.match(make_region(24, employers=8, tasks_per_employer=24, seed=3), steps=2)
    assert found.status == "limit"
    assert found.unplaced()
    return found


def near_changes(plan: Plan, seed: int) -> list[Change]:
    """Some changes at random about pupils and what employers have to give."""
    assert plan.region is not None
    picked = [one for one in drawn(plan.region, seed=seed, count=2) if one.name != "new_task"]
    return picked or [mm.leaves(plan.placements[seed].pupil)]


@pytest.mark.parametrize("seed", SEEDS)
def test_numbers_and_reach_are_those_of_the_changed_region(plan: Plan, seed: int) -> None:
    """After any small changes reach, what is to give out, and who is hardest to place are as if worked out anew."""
    found = plan.what_if(*near_changes(plan, seed))
    assert [step["name"] for step in found.steps] == ["nearby"]
    assert found.region is not None
    problem = make_problem(found.region)
    reach = make_reach(problem)
    for mine, other in zip((*found.reach[1:], *found.reach.work), (*reach[1:], *reach.work), strict=True):
        assert np.array_equal(mine, other)
    assert np.array_equal(found.in_reach, employers_in_reach(reach))
    share = found.policy["hardest_share"]
    assert np.array_equal(found.hardest, hardest_to_place(problem, reach, found.lottery, share=share))


@pytest.mark.parametrize("seed", SEEDS)
def test_who_is_not_placed_hears_the_same_as_from_the_start(plan: Plan, seed: int) -> None:
    """The reasons of everybody who is not placed, most of them carried over, are those that a fresh look gives."""
    found = plan.what_if(*near_changes(plan, seed))
    rows = np.flatnonzero(found.columns.employer < 0).tolist()
    fresh = Obstacles(found.ledger.problem, found.reach, stock_left(found.reach, found.columns))
    assert tuple(found.unplaced()) == explain_unplaced(found.ledger, fresh, rows, language=found.language)


@pytest.mark.parametrize("seed", SEEDS)
def test_bounds_hold_and_positions_are_allowed(plan: Plan, seed: int) -> None:
    """No fresh plan of the changed region beats the bounds, and every position is one that `score` finds allowed."""
    found = plan.what_if(*near_changes(plan, seed))
    assert found.region is not None
    fresh = mm.match(found.region, steps=5)
    assert found.placed_bound is not None
    assert fresh.placed <= found.placed_bound
    assert fresh.placed != found.placed or fresh.points <= found.bound
    for one in found.placements:
        asked = {"vacancy": one.function} if one.function else {"tasks": one.tasks}
        told = mm.score(found.region, pupil=one.pupil, **asked)  # type: ignore[arg-type]
        assert (told.points, told.violations) == (one.points, ())


def test_a_what_if_on_a_what_if_and_never_worse(plan: Plan) -> None:
    """One more place, then another: each plan is at least as good as the one before, and builds on it."""
    assert plan.region is not None
    at = next(one.id for one in plan.region.employers if one.places > 0)
    first = plan.what_if(mm.places(at))
    second = first.what_if(mm.places(at))
    assert reached(second) >= reached(first) >= reached(plan)
    assert [one["change"] for one in second.record["changes"]] == ["places", "places"]


def test_what_else_changes_is_planned_as_a_whole(plan: Plan) -> None:
    """New work, and a plan that is proved the best, are planned as a whole."""
    assert plan.region is not None
    more = mm.new_task("t-new", function=plan.region.functions.ids[0], name="extra", hours=4)
    assert not is_nearby(plan, more.apply(plan.region))
    small = mm.match(make_region(8, employers=3, tasks_per_employer=8, seed=1))
    assert small.status == "optimal"
    assert small.region is not None
    assert not is_nearby(small, mm.leaves(small.region.pupils.ids[0]).apply(small.region))


@pytest.mark.parametrize("more", [-9, 2])
def test_an_employer_shut_or_opened_is_told_as_from_the_start(plan: Plan, more: int) -> None:
    """With an employer shut, or open to more, reasons, reach and who is hardest to place are as if made anew."""
    assert plan.region is not None
    for one in {one.employer: one for one in plan.placements}.values():
        found = plan.what_if(mm.places(one.employer, max(more, -plan_places(plan, one.employer))))
        assert [step["name"] for step in found.steps] == ["nearby"]
        reach = make_reach(found.ledger.problem)
        assert all(np.array_equal(mine, other) for mine, other in zip(found.reach[1:], reach[1:], strict=True))
        share = found.policy["hardest_share"]
        anew = hardest_to_place(found.ledger.problem, reach, found.lottery, share=share)
        assert np.array_equal(found.hardest, anew)
        rows = np.flatnonzero(found.columns.employer < 0).tolist()
        fresh = Obstacles(found.ledger.problem, reach, stock_left(reach, found.columns))
        assert tuple(found.unplaced()) == explain_unplaced(found.ledger, fresh, rows, language=found.language)
        back = found.what_if(mm.places(one.employer, 1))
        fresh = Obstacles(back.ledger.problem, back.reach, stock_left(back.reach, back.columns))
        rows = np.flatnonzero(back.columns.employer < 0).tolist()
        assert tuple(back.unplaced()) == explain_unplaced(back.ledger, fresh, rows, language=back.language)


def plan_places(plan: Plan, employer: str) -> int:
    """Return how many places an employer has."""
    return int(plan.ledger.problem.employers.places[plan.ledger.row("employer", employer)])
