"""Plans of small regions: every promise of the plan document, whatever the order of rows."""

from __future__ import annotations

import dataclasses
import importlib
import json
import pickle
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import matchmaker as mm
from benchmarks.regions import make_region
from matchmaker.errors import InputFaults, MatchmakerError, UnknownId
from matchmaker.model import Region
from matchmaker.plan import Plan
from matchmaker.plan.match import _Work
from matchmaker.plan.reachable import employers_in_reach, hardest_to_place, has_position, lottery_ranks
from matchmaker.plan.record import without_times
from matchmaker.plan.rows import Rows
from matchmaker.positions import Ledger
from tests.brute import best_plan
from tests.checker import check_plan

match_module = importlib.import_module("matchmaker.plan.match")
TINY = Path(__file__).resolve().parents[2] / "data" / "fixtures" / "tiny"
STEPS = 5


def levels(ledger: Ledger) -> dict[tuple[str, str], int]:
    """The estimated levels, which the checker takes as given."""
    problem = ledger.problem
    return {
        (problem.pupils.ids[row], problem.dimensions[column]): int(
            problem.level_values[problem.levels.median[row, column]]
        )
        for row, column in np.argwhere(problem.levels.median >= 0).tolist()
    }


def shuffled(region: Region, seed: int) -> Region:
    """The region with the rows of every table in another order."""
    draw = np.random.default_rng(seed)
    return region.replace(**{name: table.take(draw.permutation(len(table))) for name, table in region.tables().items()})


@pytest.fixture(scope="module")
def tiny() -> Region:
    return mm.read_region(TINY)


@pytest.fixture(scope="module")
def plan(tiny: Region) -> Plan:
    return mm.match(tiny, steps=STEPS)


@pytest.fixture(scope="module")
def small() -> Region:
    return make_region(12, employers=5, seed=4)


def test_the_plan_of_tiny_keeps_the_contract(plan: Plan, tmp_path: Path) -> None:
    """An independent checker finds nothing wrong with plan.json, which is written as it is returned."""
    text = plan.to_json(tmp_path / "plan.json")
    assert (tmp_path / "plan.json").read_text(encoding="utf-8") == text
    assert check_plan(TINY, tmp_path / "plan.json", levels=levels(plan.ledger)) == []


def test_the_plan_of_tiny_is_the_one_on_paper(plan: Plan) -> None:
    """On tiny nine pupils are placed, p01 where people fixed the place, and no plan has more points."""

    def points(pupil: str, hours: dict[str, float], vacancy: str | None) -> int:
        asked = {"vacancy": vacancy} if vacancy else {"tasks": hours}
        return mm.score(plan.region, pupil=pupil, **asked).points

    hardest = [one for one, hard in zip(plan.ledger.problem.pupils.ids, _hardest(plan), strict=True) if hard]
    best = best_plan(TINY, points, levels=levels(plan.ledger), hardest=hardest)
    assert plan.placement("p01").employer == "e1"
    assert (plan.placed, plan.groups["hardest"]["yes"]["placed"]) == (9, best.hardest)
    assert plan.points <= best.points <= plan.bound


def _hardest(plan: Plan) -> np.ndarray:
    lottery = lottery_ranks(plan.ledger.problem.pupils.ids, seed=plan.seed)
    return hardest_to_place(plan.ledger.problem, plan.reach, lottery, share=plan.policy["hardest_share"])


@pytest.mark.parametrize("seed", [3, 4])
def test_plans_of_generated_regions_keep_the_contract(seed: int, tmp_path: Path) -> None:
    """Whatever the region, the checker finds nothing wrong, also after a choice of the policy was changed."""
    region = make_region(12, employers=5, seed=seed)
    mm.write_region(region, tmp_path)
    for policy in ({}, {"max_gap": 0, "fit_floor": 300, "max_tasks": 3}):
        made = mm.match(region, policy=policy, steps=STEPS)
        assert check_plan(tmp_path, made.to_document(), levels=levels(made.ledger), policy=policy) == []


@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_row_order_never_matters(small: Region, seed: int) -> None:
    """The rows of every table in another order give the same plan.json, byte by byte."""
    assert mm.match(shuffled(small, seed), steps=STEPS).to_json() == mm.match(small, steps=STEPS).to_json()


def test_row_order_never_matters_on_tiny(tiny: Region, plan: Plan) -> None:
    """Tiny with its rows reversed gives the same plan.json."""
    turned = tiny.replace(**{k: t.take(np.arange(len(t))[::-1]) for k, t in tiny.tables().items()})
    assert mm.match(turned, steps=STEPS).to_json() == plan.to_json()


def test_a_plan_comes_back(plan: Plan, tiny: Region, tmp_path: Path) -> None:
    """A plan read from its JSON, as text, file or folder, or unpickled, is equal to the one that was written."""
    plan.to_json(tmp_path / "plan.json")
    assert mm.read_plan(tmp_path) == mm.read_plan(tmp_path / "plan.json") == plan
    assert mm.Plan.from_json(json.loads(plan.to_json()), region=tiny) == plan
    assert pickle.loads(pickle.dumps(plan)) == plan
    assert plan.region.pupils.ids == pickle.loads(pickle.dumps(plan)).region.pupils.ids


def test_a_plan_of_another_region_is_refused(plan: Plan, small: Region) -> None:
    """A plan is not read with a region that it was not made for, nor from what is no plan."""
    for source, region in ((plan.to_document(), small), ({"schema": "x"}, None), ("no-such-file", None)):
        with pytest.raises(InputFaults):
            mm.read_plan(source, region=region)


def test_nobody_is_lost(plan: Plan) -> None:
    """A plan that misses a pupil, names one twice, or claims more points than its bound cannot be made."""
    for changes in (
        {"not_placed": plan.not_placed[:-1]},
        {"not_placed": Rows([*plan.not_placed, plan.not_placed[0]])},
        {"bound": plan.points - 1},
    ):
        with pytest.raises(MatchmakerError):
            dataclasses.replace(plan, **changes)


def test_times_stand_in_the_record_only(plan: Plan) -> None:
    """The record has a time for every step, plan.json has none, and both have the same steps."""
    assert re.search("second", plan.to_json()) is None
    assert all("seconds" in step for step in plan.record["steps"])
    assert without_times(plan.record["steps"]) == list(plan.steps)
    assert {"version", "python", "libraries", "input_digest", "policy", "seed", "bound_from", "lottery"} <= set(
        plan.record
    )
    json.dumps(plan.record)


def test_choices_given_beside_the_region_are_recorded(tiny: Region) -> None:
    """Seed, language and policy given to match stand in the plan, whose digest stays that of the input."""
    made = mm.match(tiny, policy={"max_gap": 2}, seed=7, language="nl", steps=0)
    assert (made.seed, made.language, made.policy["max_gap"], made.policy["steps"]) == (7, "nl", 2, 0)
    assert made.input_digest == tiny.digest
    with pytest.raises(InputFaults):
        mm.match(tiny, policy={"max_gaps": 2})


def test_progress_is_told(tiny: Region) -> None:
    """The progress callback hears names of steps and shares between 0 and 1."""
    heard: list[tuple[str, float]] = []
    mm.match(tiny, steps=0, progress=lambda name, share: heard.append((name, share)))
    assert {"reach", "solve", "reasons"} <= {name for name, _ in heard}
    assert all(0 <= share <= 1 for _, share in heard)


def test_lots_are_drawn_from_seed_and_id() -> None:
    """Ranks are a permutation that depends on seed and id alone."""
    names = [f"p{k}" for k in range(50)]
    ranks = lottery_ranks(names, seed=1)
    assert sorted(ranks.tolist()) == list(range(50))
    assert lottery_ranks(names[::-1], seed=1).tolist() == ranks[::-1].tolist()
    assert lottery_ranks(names, seed=2).tolist() != ranks.tolist()


def test_the_hardest_have_the_fewest_employers(plan: Plan) -> None:
    """Nobody who has a position somewhere has fewer employers in reach than one of the hardest to place."""
    hardest, count = _hardest(plan), employers_in_reach(plan.reach)
    able = np.array([has_position(plan.reach, pupil) for pupil in range(len(count))])
    assert plan.ledger.problem.pupils.ids[~able].tolist() == ["p07", "p10"]
    assert hardest.sum() == 3
    assert count[hardest].max() <= count[able & ~hardest].min()


def test_unknown_pupils_are_named(plan: Plan) -> None:
    """Asking for a pupil whom the plan does not know says which ids look like it."""
    with pytest.raises(UnknownId, match="Did you mean p1"):
        plan.why("p1")


def test_the_difference_of_plans_names_who_moved(tiny: Region, plan: Plan) -> None:
    """Without the decision on p01, the difference lists just the pupils whose position is another one."""
    free = mm.match(tiny.replace(decisions=tiny.decisions.take([1])), steps=STEPS)
    found = free - plan
    assert (found.placed, found.points) == (free.placed - plan.placed, free.points - plan.points)
    assert sum(move.points for move in found.moves) == found.points
    assert (plan - plan).moves == ()
    assert len(found.to_frame()) == len(found.moves)


def test_a_plan_shows_itself(plan: Plan) -> None:
    """A plan has a short repr, an HTML table with every placement, a frame and a summary in both languages."""
    assert repr(plan).startswith("<Plan Tiny: 9 of 13 placed")
    assert all(f"<td>{one.pupil}</td>" in plan._repr_html_() for one in plan.placements)
    assert list(plan.to_frame()["pupil"]) == [one.pupil for one in plan.placements]
    assert len(plan.unplaced().to_frame()) == 4
    assert "9 of 13 pupils placed" in plan.summary()
    assert "9 van 13 leerlingen geplaatst" in plan.summary(language="nl")


def test_an_empty_region_has_an_empty_plan(tiny: Region) -> None:
    """Without pupils, and without employers, there is still a plan that loses nobody."""
    none = {name: tiny.tables()[name].take([]) for name in ("observations", "decisions")}
    nobody = tiny.replace(pupils=tiny.pupils.take([]), **none)
    assert (mm.match(nobody, steps=0).pupils, mm.match(nobody, steps=0).status) == (0, "optimal")
    no_work = {
        name: tiny.tables()[name].take([]) for name in ("employers", "functions", "tasks", "demands", "decisions")
    }
    alone = mm.match(tiny.replace(**no_work), steps=0)
    assert (alone.placed, len(alone.unplaced())) == (0, 13)
    assert all(one.reasons for one in alone.unplaced())


def test_a_time_limit_holds_for_all_that_is_done(tiny: Region, monkeypatch: pytest.MonkeyPatch) -> None:
    """The search gets what preparing and describing leave, at least a quarter; what was compiled does not count."""
    now, compiled = 100.0, 5.0
    monkeypatch.setattr(match_module.time, "perf_counter", lambda: now)
    monkeypatch.setattr(match_module, "seconds_compiling", lambda: compiled)
    later = 0.0
    monkeypatch.setattr(_Work, "time_to_describe", lambda _: later)
    work = _Work(tiny.replace(policy=tiny.policy.replace(time_limit=10.0)), None)
    assert work.time_to_solve() == 10.0
    now = 102.0
    assert work.time_to_solve() == 6.5
    later = 4.0
    assert work.time_to_solve() == 4.0
    compiled, later = 6.5, 0.0
    assert work.time_to_solve() == 9.125
    now = 160.0
    assert work.time_to_solve() == 2.5
    assert _Work(tiny, None).time_to_solve() is None


def test_who_finds_no_place_takes_time_to_describe(tiny: Region) -> None:
    """With fewer places than pupils the reasons of those unplaced have their time set aside."""
    seconds = []
    for places in (2, 0):
        rows = [row.model_copy(update={"places": places}) for row in tiny.employers]
        work = _Work(tiny.replace(employers=tiny.employers.replace_rows(rows)), None)
        work.prepare()
        seconds.append(work.time_to_describe() / len(tiny.pupils))
    assert match_module.A_POSITION <= seconds[0] < match_module.AN_UNPLACED <= seconds[1]
