"""Few changes: staying is kept where moving gains too little, and the curve says what that costs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import matchmaker as mm
from benchmarks.regions import make_region
from matchmaker.model import Region
from matchmaker.plan.few_changes import TradeOff, TradeOffs, trade_off
from matchmaker.solve.joint import stay
from tests.checker import check_plan

GOLDEN = Path(__file__).resolve().parent / "golden"


def small(seed: int) -> Region:
    """A region small enough to be solved exactly."""
    return make_region(12, employers=5, tasks_per_employer=10, seed=seed)


def without_a_place(region: Region) -> Region:
    """The same region, with a place less at the employer that has most."""
    places = region.employers.column("places")
    most = region.employers.ids[int(np.argmax(places))]
    return region.replace(employers=region.employers.with_row(most, places=int(places.max()) - 1))


def moved(before: mm.Plan, after: mm.Plan) -> int:
    """How many pupils placed in both plans are at another employer."""
    old = {one.pupil: one.employer for one in before.placements}
    return sum(old.get(one.pupil, one.employer) != one.employer for one in after.placements)


@pytest.mark.parametrize("seed", range(4))
def test_a_high_cost_moves_no_more_than_a_low_one(seed: int) -> None:
    """The dearer a move, the fewer pupils move, and the fewer points a plan has that places as many."""
    region = small(seed)
    before, changed = mm.match(region), without_a_place(region)
    curve = trade_off(changed, previous=before, costs=[0, 50, 1000])
    assert [one.moved for one in curve] == sorted((one.moved for one in curve), reverse=True)
    assert [one.points for one in curve] == sorted((one.points for one in curve), reverse=True)
    assert len({one.placed for one in curve}) == 1


@pytest.mark.parametrize("seed", range(3))
def test_the_plan_with_cost_is_the_best_with_cost(seed: int, tmp_path: Path) -> None:
    """No other plan, such as the one without any cost, is better once moves are paid for."""
    region = small(seed)
    before, changed = mm.match(region), without_a_place(region)
    free, few = mm.match(changed), mm.match(changed, previous=before, move_cost=60)
    assert few.placed == free.placed
    assert few.points - 60 * moved(before, few) >= free.points - 60 * moved(before, free)
    assert few.bound >= free.points >= few.points
    mm.write_region(changed, tmp_path / "region")
    assert check_plan(tmp_path / "region", few.to_document()) == []


def test_the_same_region_keeps_its_plan() -> None:
    """With any cost of moving nobody moves when nothing changed."""
    region = small(1)
    plan = mm.match(region)
    again = mm.match(region, previous=plan, move_cost=1)
    assert moved(plan, again) == 0
    assert (again.points, again.placed) == (plan.points, plan.placed)


def test_a_cost_needs_an_earlier_plan() -> None:
    """A cost without a plan to stay in, or below nothing, is refused."""
    with pytest.raises(mm.MatchmakerError, match="previous=plan"):
        mm.match(small(0), move_cost=10)
    with pytest.raises(mm.MatchmakerError, match="at least 0"):
        mm.match(small(0), previous=mm.match(small(0)), move_cost=-1)


def test_a_quota_is_asked_for_while_moves_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a cost of moving the search is asked for as many of a protected group as the policy says."""
    asked: list[list[int]] = []
    solve = stay.solve_protected

    def told(reach: Any, quotas: Any, **options: Any) -> Any:
        asked.append([need for _, need in quotas])
        return solve(reach, quotas, **options)

    monkeypatch.setattr(stay, "solve_protected", told)
    region = small(0)
    before = mm.match(region)
    protected = region.replace(policy=region.policy.replace(protect={"school=vso": 1.0}))
    mm.match(protected, previous=before, move_cost=5)
    assert asked == [[int((region.pupils.column("school") == "vso").sum())]]


def test_a_cost_keeps_to_the_order_of_aims() -> None:
    """A plan with fewer moves never places fewer of the hardest to place: that aim comes before points."""
    for seed in range(3):
        region = small(seed)
        curve = trade_off(without_a_place(region), previous=mm.match(region), costs=[0, 30, 300])
        assert len({one.plan.groups["hardest"]["yes"]["placed"] for one in curve}) == 1


def test_costs_must_be_costs() -> None:
    """No costs at all, or one below nothing, is refused."""
    for wrong in ([], [-1, 5]):
        with pytest.raises(mm.MatchmakerError, match="costs"):
            trade_off(small(0), previous=mm.match(small(0)), costs=wrong)


@pytest.mark.parametrize("language", ["en", "nl"])
def test_a_curve_reads_as_it_should(language: str) -> None:
    """The sentences are those that people have read and found good: costs with one plan together, gaps told."""
    proved = TradeOffs(
        [
            TradeOff(0, 4, 0, 1, 9, 7657, 7657, None),
            *(TradeOff(cost, 1, 1, 2, 9, 7600, 7657, None) for cost in (10, 25, 50)),
            TradeOff(100, 0, 0, 1, 9, 7501, 7657, None),
        ]
    )
    searched = TradeOffs([TradeOff(0, 31, 2, 5, 177, 137000, 144000, None)])
    same = TradeOffs(TradeOff(cost, 0, 0, 0, 9, 7657, 7657, None) for cost in (0, 50))
    said = "\n\n".join(curve.summary(language=language) for curve in (proved, searched, same))
    assert said + "\n" == (GOLDEN / f"trade_off.{language}.txt").read_text(encoding="utf-8")
    with pytest.raises(mm.MatchmakerError):
        proved.summary(language="fy")
