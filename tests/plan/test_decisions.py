"""Decisions: kept or named, the rest is planned anyway, and each has its price."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

import matchmaker as mm
from benchmarks.regions import make_region
from matchmaker.errors import MatchmakerError, UnknownId
from matchmaker.model import Decision, Region
from matchmaker.plan import Plan, changes, read_plan
from matchmaker.plan.change import apply_changes
from matchmaker.plan.decisions import Decisions

TINY = Path(__file__).resolve().parents[2] / "data" / "fixtures" / "tiny"
GOLDEN = Path(__file__).parent / "golden"
Costs = dict[tuple[str, str], Decisions]


@pytest.fixture(scope="module")
def plan() -> Plan:
    return mm.match(mm.read_region(TINY))


@pytest.fixture(scope="module")
def crowded(plan: Plan) -> Plan:
    """Tiny with two decisions that cannot be kept: hours that do not fit, and a place that is taken."""
    assert plan.region is not None
    return mm.match(apply_changes(plan.region, [changes.force("p10", "e5"), changes.force("p05", "e1")]))


@pytest.fixture(scope="module")
def costs(plan: Plan, crowded: Plan) -> Costs:
    """What the decisions cost, worked out once for each plan and language."""
    plans = {"tiny": plan, "crowded": crowded}
    return {(name, said): one.decisions(language=said) for name, one in plans.items() for said in ("en", "nl")}


def without(region: Region, number: int) -> Region:
    """The region without one decision."""
    return region.replace(decisions=region.decisions.take(np.arange(len(region.decisions)) != number))


def test_the_paper_of_tiny(costs: Costs) -> None:
    """The decision on p01 costs one placement, the one on p13 nothing; both are kept, with reason, by and date."""
    first, second = costs["tiny", "en"]
    assert (first.kept, first.placed, first.certain) == (True, 1, True)
    assert (second.kept, second.placed, second.points, second.certain) == (True, 0, 0, True)
    assert (first.by, first.date) == ("jobcoach", "2026-10-12")
    assert first.reason == "begonnen als vakantiekracht, mag blijven"


@pytest.mark.slow
def test_a_cost_is_what_a_fresh_plan_without_the_decision_gains(crowded: Plan, costs: Costs) -> None:
    """Placed and points of every decision are those between the plan and a fresh one without it."""
    assert crowded.region is not None
    for number, one in enumerate(costs["crowded", "en"]):
        fresh = mm.match(without(crowded.region, number))
        assert (one.placed, one.points) == (fresh.placed - crowded.placed, fresh.points - crowded.points)
        assert one.certain


def test_a_decision_that_cannot_be_kept_never_stops_the_plan(crowded: Plan, costs: Costs) -> None:
    """Decisions that cannot be kept are named with why, and everybody else is planned as ever."""
    found = {(one.pupil, one.employer): one for one in costs["crowded", "en"]}
    missed = {pair for pair, one in found.items() if not one.kept}
    assert ("p10", "e5") in missed and len(missed & {("p01", "e1"), ("p05", "e1")}) == 1
    assert all(found[pair].why and found[pair].why in found[pair].text for pair in missed)
    assert all(not one.why for pair, one in found.items() if pair not in missed)
    assert crowded.placed == 9
    assert {one.pupil for one in crowded.placements} >= {"p02", "p04", "p06", "p08", "p09", "p11", "p12", "p13"}


def test_a_region_of_decisions_that_nobody_can_keep() -> None:
    """Where every pupil is fixed at one employer without a place, nobody is placed and every decision is named."""
    region = make_region(6, employers=3, tasks_per_employer=5, seed=0)
    employer = region.employers.ids[0]
    fixed = [Decision(pupil=name, employer=employer, kind="fixed", by="mentor") for name in region.pupils.ids]
    closed = region.replace(
        decisions=region.decisions.take([]).with_rows(fixed), employers=region.employers.with_row(employer, places=0)
    )
    found = mm.match(closed).decisions()
    assert len(found) == 6
    assert not any(one.kept for one in found) and all(one.why for one in found)


@pytest.mark.slow
def test_what_is_not_proved_is_an_interval(plan: Plan) -> None:
    """On a plan that is not proved to be the best, the cost is an interval that holds what it costs in truth."""
    assert plan.region is not None
    decided = Decision(pupil="p02", employer="e4", kind="fixed")
    region = plan.region.replace(decisions=plan.region.decisions.with_rows([decided]))
    exact = mm.match(region)
    true = exact.decisions()[-1]
    assert (true.points, true.placed, true.certain) == (200, 0, True)
    for room, certain in ((50, True), (300, False)):
        loose = dataclasses.replace(exact, status="limit", bound=exact.points + room, bound_aims=exact.points + room)
        one = loose.decisions()[-1]
        low, high = one.row()["points_low"], one.row()["points_high"]
        assert low <= 200 <= high
        assert one.certain is certain
        assert ("not proved" in one.text) is not certain


def test_better_search_is_no_price(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan found without the decision that keeps to it all the same says nothing about what the decision costs."""
    loose = dataclasses.replace(plan, status="limit", points=plan.points - 90, placed_bound=11)
    for bound, placed_bound, certain in (
        (plan.points + 20, 9, False),
        (plan.points, 11, False),
        (plan.points, 9, True),
    ):
        found = dataclasses.replace(plan, status="limit", bound=bound, bound_aims=bound, placed_bound=placed_bound)
        monkeypatch.setattr("matchmaker.plan.decisions._planned_without", lambda *_, found=found: found)
        one = loose.decisions()[0]
        assert (one.placed, one.points, one.certain) == (0, 0, certain)
        assert (one.row()["points_low"], one.row()["points_high"]) == (0, bound - plan.points)
        assert ("better because of it" in one.text) is not certain


@pytest.mark.parametrize("language", ["en", "nl"])
def test_decisions_read_as_they_should(costs: Costs, language: str) -> None:
    """The sentences on decisions are the text that people have read and found good."""
    for name in ("tiny", "crowded"):
        said = costs[name, language].summary() + "\n"
        assert said == (GOLDEN / f"decisions_{name}.{language}.txt").read_text(encoding="utf-8")


def test_decisions_show_themselves(plan: Plan, costs: Costs) -> None:
    """Decisions have a short repr with ids only, a frame with one row each, and plain values."""
    found = costs["tiny", "en"]
    assert repr(found[0]).startswith("<DecisionCost p01 fixed at e1: kept, placed +1, points +")
    assert list(found.to_frame()["pupil"]) == ["p01", "p13"]
    assert json.loads(json.dumps(found.to_document()))[0]["kept"] is True
    with pytest.raises(UnknownId):
        plan.decisions(language="fr")
    with pytest.raises(MatchmakerError, match="need the region"):
        read_plan(plan.to_document()).decisions()
