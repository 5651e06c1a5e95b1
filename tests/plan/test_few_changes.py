"""Few changes: staying is kept where moving gains too little, and the curve says what that costs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import matchmaker as mm
from benchmarks.regions import make_region
from matchmaker.model import Region
from matchmaker.plan.few_changes import trade_off
from tests.checker import check_plan


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
