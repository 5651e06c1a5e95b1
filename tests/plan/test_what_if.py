"""What if: as good as a fresh plan where both are exact, never worse than the plan that is still allowed."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

import matchmaker as mm
from benchmarks.regions import make_region
from matchmaker.errors import InputFaults, MatchmakerError
from matchmaker.model import Region
from matchmaker.plan import Plan, changes, read_plan
from matchmaker.plan.change import Change, apply_changes
from matchmaker.plan.reachable import hardest_to_place, lottery_ranks
from tests.brute import best_plan

TINY = Path(__file__).resolve().parents[2] / "data" / "fixtures" / "tiny"


@pytest.fixture(scope="module")
def plan() -> Plan:
    return mm.match(mm.read_region(TINY))


@pytest.fixture(scope="module")
def generated() -> Plan:
    return mm.match(make_region(12, employers=5, tasks_per_employer=12, seed=1))


def reached(plan: Plan) -> tuple[int, int, int, int]:
    """What a plan reaches, aim after aim: fixed decisions kept, placed, placed of the hardest to place, points."""
    assert plan.region is not None
    where = {one.pupil: one.employer for one in plan.placements}
    kept = sum(one.kind == "fixed" and where.get(one.pupil) == one.employer for one in plan.region.decisions)
    return kept, plan.placed, plan.groups["hardest"].get("yes", {}).get("placed", 0), plan.points


def drawn(region: Region, *, seed: int, count: int) -> list[Change]:
    """Some changes at random that the region allows."""
    chance, found = random.Random(seed), list[Change]()
    while len(found) < count:
        pupil, employer = chance.choice(region.pupils.ids), chance.choice(region.employers.ids)
        seen = [one for one in region.observations if one.pupil == pupil]
        task = changes.new_task(f"t-{seed}", function=chance.choice(region.functions.ids), name="extra", hours=4.0)
        one = chance.choice(
            [
                changes.places(employer, chance.choice([-1, 1, 2])),
                changes.supervision(employer, chance.choice([-2, 1.5, 4])),
                changes.hours(pupil, minimum=chance.choice([2, 4, 8]), maximum=chance.choice([8, 12, 24])),
                changes.travel(pupil, chance.choice([-2, 5, 15])),
                changes.certificate(pupil, chance.choice(["vca", "hygiene"])),
                changes.refuse(pupil, employer),
                changes.force(pupil, employer),
                changes.leaves(pupil),
                changes.support(pupil, chance.choice([-1, 1])),
                task,
                *([changes.level(pupil, chance.choice(seen).dimension, step=chance.choice([-1, 1]))] if seen else []),
            ]
        )
        try:
            apply_changes(region, [*found, one])
        except InputFaults:
            continue
        found.append(one)
    return found


def test_the_paper_of_tiny(plan: Plan) -> None:
    """With one more place at e1 ten can be placed and p01 stays; a second extra place adds nothing."""
    one, two = plan.what_if(changes.places("e1", +1)), plan.what_if(changes.places("e1", +2))
    assert (one.placed, one.status) == (10, "optimal")
    assert [move.pupil for move in (one - plan).newly_placed] == ["p05"]
    assert one.placement("p01") is not None
    assert reached(two) == reached(one)


def test_as_good_as_brute_force(plan: Plan, tmp_path: Path) -> None:
    """After changes of pupils, employers and tasks the plan reaches what enumeration of all positions reaches."""
    made = [
        changes.places("e1", +1),
        changes.level("p02", "planning"),
        changes.hours("p10", minimum=3),
        changes.support("p11", -1),
        changes.leaves("p07"),
        changes.new_task("t99", function="f3", name="etiketten plakken", hours=4, family="horeca"),
    ]
    found = plan.what_if(*made)
    assert found.region is not None
    mm.write_region(found.region, tmp_path)
    problem = found.ledger.problem
    levels = {
        (problem.pupils.ids[row], problem.dimensions[column]): int(
            problem.level_values[problem.levels.median[row, column]]
        )
        for row, column in np.argwhere(problem.levels.median >= 0).tolist()
    }

    def points(pupil: str, hours: dict[str, float], vacancy: str | None) -> int:
        asked = {"vacancy": vacancy} if vacancy else {"tasks": hours}
        return mm.score(found.region, pupil=pupil, **asked).points  # type: ignore[arg-type]

    lottery = lottery_ranks(problem.pupils.ids, seed=found.seed)
    hardest = hardest_to_place(problem, found.reach, lottery, share=found.policy["hardest_share"])
    best = best_plan(tmp_path, points, levels=levels, hardest=problem.pupils.ids[hardest].tolist())
    assert reached(found) == (best.fixed, best.placed, best.hardest, best.points)


@pytest.mark.parametrize("seed", range(4))
def test_as_good_as_a_fresh_plan_of_tiny(plan: Plan, seed: int) -> None:
    """After any changes of tiny the plan reaches what a fresh one reaches, aim after aim."""
    assert plan.region is not None
    picked = drawn(plan.region, seed=seed, count=1 + seed % 4)
    found = plan.what_if(*picked)
    fresh = mm.match(apply_changes(plan.region, picked))
    assert found.status == fresh.status == "optimal"
    assert reached(found) == reached(fresh)
    assert found.input_digest == fresh.input_digest


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_as_good_as_a_fresh_plan_of_a_generated_region(generated: Plan, seed: int) -> None:
    """After any changes of a region of 12 pupils the plan reaches what a fresh one reaches, aim after aim."""
    assert generated.region is not None
    picked = drawn(generated.region, seed=100 + seed, count=3)
    found = generated.what_if(*picked)
    assert found.status == "optimal"
    assert reached(found) == reached(mm.match(apply_changes(generated.region, picked)))


@pytest.mark.slow
def test_no_worse_than_the_plan_that_is_still_allowed() -> None:
    """Where more becomes possible and no plan is proved to be the best, what comes back is at least as good."""
    plan = mm.match(make_region(40, employers=12, tasks_per_employer=30, seed=2), steps=2)
    assert plan.region is not None
    open_to_some = [one.id for one in plan.region.employers if one.places > 0]
    assert plan.status == "limit"
    for employer in open_to_some[:1]:
        found = plan.what_if(changes.places(employer, +1), changes.supervision(employer, +2), steps=0)
        assert reached(found) >= reached(plan)


def test_what_was_changed_is_on_record(plan: Plan) -> None:
    """The record of a what-if on a what-if lists the changes of both; a difference names those in between."""
    first = plan.what_if(changes.places("e1", +1))
    second = first.what_if(changes.leaves("p07"))
    assert [one["change"] for one in second.record["changes"]] == ["places", "leaves"]
    assert [one.name for one in (second - first).changes] == ["leaves"]
    assert [one.name for one in (second - plan).changes] == ["places", "leaves"]
    assert (plan - second).changes == ()
    assert {"ledger", "reach"} <= second.__dict__.keys()


def test_without_changes_nothing_changes(plan: Plan) -> None:
    """No change at all gives the plan that there is."""
    assert plan.what_if() is plan


def test_what_if_needs_the_region_and_names_faults(plan: Plan) -> None:
    """Without its region a plan says what it needs; faults of all changes come at once."""
    with pytest.raises(MatchmakerError, match="needs the region"):
        read_plan(plan.to_document()).what_if(changes.places("e1", +1))
    with pytest.raises(InputFaults) as caught:
        plan.what_if(changes.places("e77", +1), changes.leaves("p77"))
    assert [one.row for one in caught.value.faults] == [1, 2]


def test_a_forced_pupil_who_cannot_be_there_is_named(plan: Plan) -> None:
    """A pair forced against the rules leaves the rest of the plan as it was and is counted as not kept."""
    found = plan.what_if(changes.force("p10", "e5"))
    assert found.points == plan.points
    assert {one.name: one.change for one in (found - plan).aims}["fixed"] == 1
    assert any(one.rule == "decisions" for one in found.why("p10").unplaced.reasons)  # type: ignore[union-attr]
