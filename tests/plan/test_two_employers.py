"""Positions at two employers: what a plan with them keeps to, says, and answers."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import matchmaker as mm
from benchmarks.regions import make_region
from matchmaker.cli.main import main
from matchmaker.errors import InputFaults, MatchmakerError
from matchmaker.model import Region
from matchmaker.plan import Plan
from matchmaker.positions import Ledger
from matchmaker.solve.joint.margins import make_margins
from tests.brute import Optimum, best_plan
from tests.checker import check_plan

TINY = Path(__file__).resolve().parents[2] / "data" / "fixtures" / "tiny"
GOLDEN = Path(__file__).parent / "golden"
TWO = {"employers_per_position": 2}
STEPS = 5


def levels(ledger: Ledger) -> dict[tuple[str, str], int]:
    """The estimated levels, which checker and brute force take as given."""
    problem = ledger.problem
    return {
        (problem.pupils.ids[row], problem.dimensions[column]): int(
            problem.level_values[problem.levels.median[row, column]]
        )
        for row, column in np.argwhere(problem.levels.median >= 0).tolist()
    }


def best_of(folder: Path, plan: Plan) -> Optimum:
    """The best plan by trying every bundle of one employer with every bundle of another."""

    def points(pupil: str, hours: dict[str, float], vacancy: str | None) -> int:
        asked: dict[str, Any] = {"vacancy": vacancy} if vacancy else {"tasks": hours}
        return mm.score(plan.region, pupil=pupil, **asked).points

    hardest = plan.ledger.problem.pupils.ids[plan.hardest].tolist()
    return best_plan(folder, points, levels=levels(plan.ledger), hardest=hardest, policy=TWO)


@pytest.fixture(scope="module")
def tiny() -> Region:
    return mm.read_region(TINY)


@pytest.fixture(scope="module")
def plan(tiny: Region) -> Plan:
    return mm.match(tiny, policy=TWO, steps=STEPS)


@pytest.fixture(scope="module")
def larger() -> Plan:
    """A plan that is not solved exactly, with pupils at two employers."""
    return mm.match(make_region(24, employers=16, tasks_per_employer=8, seed=5), policy=TWO, steps=20)


def test_the_choice_is_one_or_two(tiny: Region) -> None:
    """Only 1 and 2 are allowed, and faults name the choice."""
    for wrong in (0, 3, 1.5, "both"):
        with pytest.raises(InputFaults) as caught:
            tiny.policy.replace(employers_per_position=wrong)
        assert [fault.column for fault in caught.value.faults] == ["policy.employers_per_position"]


def test_without_the_choice_nothing_differs(tiny: Region, tmp_path: Path) -> None:
    """One employer a position is what a region without the choice has: the same digest and the same plan.json."""
    stated = tiny.replace(policy=tiny.policy.replace(employers_per_position=1))
    assert stated.digest == tiny.digest
    assert mm.match(stated, steps=STEPS).to_json() == mm.match(tiny, steps=STEPS).to_json()
    assert "employers_per_position" not in mm.match(tiny, steps=STEPS).to_json()
    two = tiny.replace(policy=tiny.policy.replace(**TWO))
    mm.write_region(two, tmp_path)
    assert mm.read_region(tmp_path) == two and two.digest != tiny.digest


def test_tiny_at_two_employers_is_the_best_of_all(plan: Plan, tiny: Region) -> None:
    """On tiny the plan has as many placed and as many points as trying everything, more than at one employer."""
    best = best_of(TINY, plan)
    assert plan.status == "optimal" and plan.groups["hardest"]["yes"]["placed"] == best.hardest
    assert (plan.placed, plan.points) == (best.placed, best.points) == (9, 7712)
    assert plan.points == mm.match(tiny, steps=STEPS).points + 55
    assert [one.pupil for one in plan.placements if one.second] == ["p13"]


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000))
def test_small_regions_are_solved_exactly(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    """Tiny with other places, hours and support: the plan is proved, passes the checker, and none is better."""
    rng = np.random.default_rng(seed)
    region = mm.read_region(TINY)
    for name in region.pupils.ids:
        least = float(rng.choice([2.0, 4.0, 6.0]))
        region = region.replace(
            pupils=region.pupils.with_row(name, hours_min=least, hours_max=least + float(rng.choice([2.0, 6.0])))
        )
    for name in region.employers.ids:
        region = region.replace(
            employers=region.employers.with_row(
                name, places=int(rng.integers(0, 3)), supervision_hours=float(rng.integers(0, 8))
            )
        )
    folder = tmp_path_factory.mktemp("tiny")
    mm.write_region(region, folder)
    made = mm.match(region, policy=TWO, steps=STEPS)
    best = best_of(folder, made)
    assert made.status == "optimal"
    assert (made.placed, made.groups["hardest"]["yes"]["placed"]) == (best.placed, best.hardest)
    assert made.points == best.points == made.bound_aims <= made.proof.lagrangian + 1e-6
    assert check_plan(folder, made.to_document(), levels=levels(made.ledger), policy=TWO) == []


@pytest.mark.parametrize("seed", [0, 1, 3])
def test_plans_keep_the_contract(seed: int, tmp_path: Path) -> None:
    """The independent checker finds nothing wrong, and the plan is no worse than that with one employer a position."""
    region = make_region(12, employers=5, seed=seed)
    mm.write_region(region, tmp_path)
    made, alone = (mm.match(region, policy=policy, steps=STEPS) for policy in (TWO, {}))
    assert check_plan(tmp_path, made.to_document(), levels=levels(made.ledger), policy=TWO) == []
    hardest = [one.groups["hardest"]["yes"]["placed"] for one in (made, alone)]
    assert (made.placed, hardest[0], made.points) >= (alone.placed, hardest[1], alone.points)


def test_the_checker_sees_what_is_wrong(plan: Plan) -> None:
    """A moment spent at both employers, a task at the wrong one and the choice not made are each found."""
    told: list[str] = []
    for change in ("moment", "task", "policy"):
        document = json.loads(plan.to_json())
        position = next(one for one in document["placements"] if "second" in one)
        if change == "moment":
            first, second = (row["timetable"] for row in position["tasks"])
            second.clear()
            second[next(iter(first))] = position["tasks"][1]["hours"]
        if change == "task":
            position["tasks"][0]["employer"] = position["second"]
        policy = {} if change == "policy" else TWO
        told += check_plan(TINY, document, levels=levels(plan.ledger), policy=policy)[:1]
    assert "is spent at" in told[0] or "h on" in told[0]
    assert "is not at" in told[1] and "carved at e6 and e7" in told[2]


def test_bounds_hold_at_any_prices(plan: Plan) -> None:
    """With positions at two employers in it no bound is below what the best plan has, also for each pair by itself."""
    margins = make_margins(plan.reach, plan.proof.prices)
    assert margins.most(plan.placed) >= plan.points
    forced = {
        (int(pupil), int(employer)): bound
        for pupil, employer, bound in zip(margins.pupil, margins.employer, margins.forced(plan.placed), strict=True)
    }
    for one in plan.placements:
        pupil = plan.ledger.row("pupil", one.pupil)
        for name in one.employers:
            assert forced[pupil, plan.ledger.row("employer", name)] >= plan.points - 1e-6


def test_a_plan_is_read_back(plan: Plan, tiny: Region, tmp_path: Path) -> None:
    """Both employers stand in plan.json and in the placements, and are there when the plan is read back."""
    plan.to_json(tmp_path / "plan.json")
    again = mm.read_plan(tmp_path / "plan.json", region=tiny)
    assert again == plan
    one = again.placement("p13")
    assert (one.employer, one.second, one.at) == ("e6", "e7", {"t13": "e6", "t17": "e7"})
    assert plan.columns.employer.tolist() == again.columns.employer.tolist()
    assert again.to_frame().set_index("pupil").loc["p13", "second"] == "e7"
    kept = mm.match(tiny, policy=TWO, steps=0, previous=again)
    assert kept.points == plan.points
    two = tiny.replace(policy=tiny.policy.replace(**TWO))
    alone = mm.match(two, policy={"employers_per_position": 1}, steps=STEPS)
    assert mm.read_plan(alone.to_document(), region=two).region.policy.employers_per_position == 1


def test_the_command_line_writes_both(tmp_path: Path) -> None:
    """The placements on file have a column for the second employer where somebody is at two."""
    policy = tmp_path / "policy.toml"
    policy.write_text("employers_per_position = 2\n", encoding="utf-8")
    assert main(["match", str(TINY), "--policy", str(policy), "--out", str(tmp_path / "out")]) == 0
    with (tmp_path / "out" / "placements.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["pupil"]: row for row in csv.DictReader(file)}
    assert (rows["p13"]["employer"], rows["p13"]["second"], rows["p01"]["second"]) == ("e6", "e7", "")


@pytest.mark.parametrize("language", ["en", "nl"])
def test_a_position_is_explained(plan: Plan, language: str) -> None:
    """Summary and explanation read as on file: both employers by name, the task at each, both ways to work."""
    text = f"{plan.summary(language=language)}\n\n{plan.why('p13', language=language)}\n"
    golden = GOLDEN / f"two_employers.{language}.txt"
    assert text == golden.read_text(encoding="utf-8")


def test_points_are_those_of_both(plan: Plan) -> None:
    """What counts at each employer alone counts at both: travel is the sum of the two ways, and all adds up."""
    one = plan.placement("p13")
    assert sum(part.points for part in one.contributions) == one.points
    halves = [mm.score(plan.region, pupil="p13", tasks={task: hours}) for task, hours in one.tasks.items()]
    ways = [part.points for half in halves for part in half.contributions if part.name == "travel"]
    assert len(ways) == 2 and sum(ways) == next(p.points for p in one.contributions if p.name == "travel")


def test_rules_hold_at_each_employer(tiny: Region, plan: Plan) -> None:
    """Each rule about pupil and employer is told of a position at two when either breaks it."""
    changes: dict[str, Region] = {
        "own_say": tiny.replace(pupils=tiny.pupils.with_row("p13", refuses=("e7",))),
        "travel": tiny.replace(pupils=tiny.pupils.with_row("p13", max_km=0.1)),
        "employer": tiny.replace(employers=tiny.employers.with_row("e7", min_age=60)),
        "places": tiny.replace(employers=tiny.employers.with_row("e7", places=0)),
        "supervision": tiny.replace(
            pupils=tiny.pupils.with_row("p13", support_hours=1.0),
            employers=tiny.employers.with_row("e7", supervision_hours=0.5),
        ),
        "timetable": tiny.replace(pupils=tiny.pupils.with_row("p13", available=("mo-am", "mo-pm"))),
    }
    tasks = dict(plan.placement("p13").tasks)
    assert mm.score(plan.region, pupil="p13", tasks=tasks).allowed
    for rule, region in changes.items():
        two = region.replace(policy=region.policy.replace(**TWO))
        assert rule in {one.rule for one in mm.score(two, pupil="p13", tasks=tasks).violations}
    with pytest.raises(MatchmakerError, match="at one employer"):
        mm.score(tiny, pupil="p13", tasks=tasks)


def test_a_fixed_pupil_stays_at_one(tiny: Region) -> None:
    """Who is fixed at an employer is at no second one."""
    two = tiny.replace(policy=tiny.policy.replace(**TWO))
    made = mm.match(two, steps=STEPS)
    assert made.placement("p01").employers == ("e1",)
    score = mm.score(two, pupil="p01", tasks={"t01": 4.0, "t03": 4.0})
    assert "decisions" in {one.rule for one in score.violations}


def test_questions_are_answered(plan: Plan, larger: Plan) -> None:
    """Every question about a plan with positions at two employers has an answer."""
    assert plan.why_not("p13", "e7").placed_at == "e6"
    for made in (plan, larger):
        two = [one for one in made.placements if one.second]
        assert two
        for one in two:
            assert made.why(one.pupil, language="nl").placement.second == one.second
            assert made.alternatives(one.pupil, k=2) is not None
            assert made.what_if(mm.places(one.second, -1)).placed <= made.placed_bound
            assert len(made.contested(one.pupil)) == len(one.tasks)
        made.near_ties(within=20)
        made.fairness()
        made.openings()
        made.unlocks()


def test_a_second_run_is_the_same(larger: Plan) -> None:
    """The same region, seed and steps give the same plan, all but the digest of a region that states its policy."""
    assert larger.status == "limit"
    again = mm.match(larger.region)
    assert again.to_document() == {**larger.to_document(), "input_digest": again.input_digest}
