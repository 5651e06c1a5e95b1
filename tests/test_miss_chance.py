"""Caution about uncertain levels: max_miss_chance, from the policy to the reasons."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import matchmaker as mm
from benchmarks.regions import make_region
from matchmaker.errors import InputFaults
from matchmaker.model import Region
from matchmaker.numbers.problem import make_problem
from matchmaker.plan import Plan
from matchmaker.plan.reachable import hardest_to_place, lottery_ranks
from matchmaker.positions import Ledger, ledger_of
from matchmaker.rules import TASK_RULES, task_factors
from tests.brute import best_plan
from tests.plan.test_match import levels

TINY = Path(__file__).resolve().parents[1] / "data" / "fixtures" / "tiny"
CAREFUL = 0.03
"""Tiny knows levels from one test each: 4, 92 and 4 percent around the level seen, so this refuses a gap of one."""


def careful(region: Region, chance: float | None) -> Region:
    """The region with this much caution."""
    return region.replace(policy=region.policy.replace(max_miss_chance=chance))


@pytest.fixture(scope="module")
def tiny() -> Region:
    return mm.read_region(TINY)


def chance_of_a_miss(ledger: Ledger, pupil: str, task: str) -> int:
    """The largest chance, in percents, that the pupil is too far below what a task asks; in plain loops."""
    problem = ledger.problem
    row, asked = ledger.row("pupil", pupil), problem.tasks.demand[ledger.row("task", task)]
    worst = 0
    for dimension in range(len(problem.dimensions)):
        if asked[dimension] >= 0:
            least = problem.level_values[asked[dimension]] - problem.max_gap
            chances = zip(problem.level_values.tolist(), problem.levels.percent[row, dimension].tolist(), strict=True)
            worst = max(worst, sum(percent for level, percent in chances if level < least))
    return worst


def test_the_policy_takes_a_chance(tmp_path: Path, tiny: Region) -> None:
    """A region's own policy may state the chance, it is read back as written, and 1.5 is a fault."""
    mm.write_region(careful(tiny, 0.15), tmp_path / "careful")
    assert "max_miss_chance = 0.15" in (tmp_path / "careful" / "region.toml").read_text(encoding="utf-8")
    assert mm.read_region(tmp_path / "careful") == careful(tiny, 0.15)
    with pytest.raises(InputFaults) as caught:
        careful(tiny, 1.5)
    assert [fault.column for fault in caught.value.faults] == ["policy.max_miss_chance"]


def test_score_says_how_large_the_chance_is(tiny: Region) -> None:
    """A chance larger than the policy's is a violation in both languages; one just as large is none."""
    region = careful(tiny, CAREFUL)
    english = mm.score(region, pupil="p01", tasks={"t01": 4}).violations
    dutch = mm.score(region, pupil="p01", tasks={"t01": 4}, language="nl").violations
    assert [one.rule for one in english] == [one.rule for one in dutch] == ["abilities"]
    assert "asks Planning 4, and the chance that the pupil stays below 3 is 4 %, at most 3 %" in english[0].text
    assert "vraagt Plannen 4, en de kans dat de leerling onder 3 blijft is 4 %, ten hoogste 3 %" in dutch[0].text
    assert mm.score(careful(tiny, 0.04), pupil="p01", tasks={"t01": 4}).allowed


def test_what_nobody_observed_excludes_nothing(tiny: Region) -> None:
    """Without observations there is no chance to go by, so even no tolerance at all leaves the task allowed."""
    found = mm.score(careful(tiny, 0.0), pupil="p12", tasks={"t14": 4, "t15": 4})
    assert "endurance" in found.to_observe
    assert not any("Endurance" in one.text for one in found.violations)


@pytest.mark.parametrize("chance", [0.0, 0.03, 0.29, 1.0])
def test_the_mask_agrees_with_the_reasons(tiny: Region, chance: float) -> None:
    """The factors forbid a task just where its reasons name the rule, each dimension counted once."""
    region = careful(tiny, chance)
    ledger = ledger_of(region)
    problem = ledger.problem
    wrong = sum(left @ right.T for left, right in (make(problem) for make in TASK_RULES["abilities"]))
    for row, pupil in enumerate(problem.pupils.ids):
        for column, task in enumerate(problem.tasks.ids):
            said = mm.score(region, pupil=pupil, tasks={task: float(problem.tasks.hours[column])}).violations
            assert wrong[row, column] == [one.rule for one in said].count("abilities"), (pupil, task)


@pytest.mark.parametrize("seed", [3, 4])
def test_the_mask_is_the_rule(seed: int) -> None:
    """On generated regions a task is refused for lack of ability just when a plain reading of both rules says so."""
    plain, cautious = (ledger_of(careful(make_region(12, employers=5, seed=seed), c)).problem for c in (None, 0.15))
    sums = [
        sum(left @ right.T for left, right in (make(problem) for make in TASK_RULES["abilities"])) > 0
        for problem in (plain, cautious)
    ]
    ledger = ledger_of(careful(make_region(12, employers=5, seed=seed), 0.15))
    unsure = [[chance_of_a_miss(ledger, p, t) > 15 for t in plain.tasks.ids] for p in plain.pupils.ids]
    assert (sums[1] == (sums[0] | np.array(unsure))).all()
    assert sums[1].sum() > sums[0].sum()


def test_without_the_choice_nothing_changes(tiny: Region) -> None:
    """Nothing stated and a chance of 1 allow the same, and nothing stated adds no columns to the product."""
    none, all_of_it = (task_factors(make_problem(careful(tiny, chance))) for chance in (None, 1.0))
    assert (none[0] @ none[1].T == all_of_it[0] @ all_of_it[1].T).all()
    assert none[0].shape[1] < all_of_it[0].shape[1]


def misses(plan: Plan) -> int:
    """The largest chance of a miss in a plan, in percents."""
    found = [chance_of_a_miss(plan.ledger, one.pupil, task) for one in plan.placements for task in one.tasks]
    return max(found, default=0)


@pytest.mark.parametrize("seed", [3, 4])
def test_match_obeys(seed: int) -> None:
    """No placement has a larger chance of a miss than the policy allows, and fewer pupils may be placed."""
    region = make_region(12, employers=5, seed=seed)
    free, bound = mm.match(region, steps=5), mm.match(region, steps=5, policy={"max_miss_chance": 0.1})
    assert misses(bound) <= 10 < misses(free)
    assert bound.placed <= free.placed
    assert bound.policy["max_miss_chance"] == 0.1


def test_match_is_the_best_that_obeys(tiny: Region) -> None:
    """On tiny the plan under caution is the optimum of an independent enumeration of all that it allows."""
    plan = mm.match(careful(tiny, CAREFUL), steps=5)

    def points(pupil: str, hours: dict[str, float], vacancy: str | None) -> int | None:
        if any(chance_of_a_miss(plan.ledger, pupil, task) > 100 * CAREFUL for task in hours):
            return None
        asked = {"vacancy": vacancy} if vacancy else {"tasks": hours}
        return mm.score(plan.region, pupil=pupil, **asked).points

    lottery = lottery_ranks(plan.ledger.problem.pupils.ids, seed=plan.seed)
    hard = hardest_to_place(plan.ledger.problem, plan.reach, lottery, share=plan.policy["hardest_share"])
    best = best_plan(TINY, points, levels=levels(plan.ledger), hardest=plan.ledger.problem.pupils.ids[hard].tolist())
    assert plan.status == "optimal"
    assert (plan.placed, plan.points) == (best.placed, best.points)
    assert plan.placed < 9


def test_reasons_count_it(tiny: Region) -> None:
    """Who has no place for caution alone is told so: the employer counts under abilities, the chance is what misses."""
    plan = mm.match(careful(tiny, CAREFUL), steps=5)
    before = mm.match(tiny, steps=5)

    def abilities(made: Plan, pupil: str) -> int:
        return sum(reason.count for reason in made.why(pupil).unplaced.reasons if reason.rule == "abilities")

    assert plan.placement("p03") is None
    assert abilities(plan, "p03") == abilities(before, "p03") + 1
    assert "is 4 %, at most 3 % is allowed" in plan.why("p03").unplaced.nearest[0].text


def realised(plan: Plan, *, draws: int) -> float:
    """Share of placements with a miss when every level is drawn from its chances; the same draws for every plan."""
    problem = plan.ledger.problem
    draw = np.random.default_rng(11).random((draws, *problem.levels.median.shape))
    reached = np.cumsum(problem.levels.percent, axis=2)[None] / 100
    true = (draw[..., None] >= reached).sum(axis=3).clip(max=len(problem.level_values) - 1)
    asked = {
        one.pupil: problem.tasks.demand[[plan.ledger.row("task", task) for task in one.tasks]].max(axis=0)
        for one in plan.placements
    }
    missed = [
        (
            (level >= 0)
            & (problem.levels.median[row] >= 0)
            & (problem.level_values[true[:, row]] < problem.level_values[level] - problem.max_gap)
        ).any(axis=1)
        for pupil, level in asked.items()
        for row in [plan.ledger.row("pupil", pupil)]
    ]
    return float(np.mean(missed))


def test_more_caution_fewer_misses() -> None:
    """When true levels are drawn from their chances, every step of caution lowers the share of placements that miss."""
    region = make_region(40, employers=14, seed=6)
    plans = [mm.match(region, steps=10, policy={"max_miss_chance": chance}) for chance in (None, 0.3, 0.1)]
    shares = [realised(plan, draws=200) for plan in plans]
    assert shares == sorted(shares, reverse=True)
    assert shares[2] < 0.5 * shares[0]
