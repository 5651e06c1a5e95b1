"""Quotas: kept where they can be, at the least cost where the region is solved exactly."""

from __future__ import annotations

import numpy as np
import pytest

import matchmaker as mm
from benchmarks.regions import make_region
from matchmaker.model import Region
from matchmaker.solve.joint import solve_protected
from matchmaker.solve.joint.exact import all_columns, solve_exactly


def small(seed: int) -> Region:
    """A region small enough to be solved exactly."""
    return make_region(12, employers=5, tasks_per_employer=10, seed=seed)


def placed_of(plan: mm.Plan, region: Region, school: str) -> int:
    """How many of a school are placed."""
    schools = dict(zip(region.pupils.ids, region.pupils.column("school").tolist(), strict=True))
    return sum(schools[one.pupil] == school for one in plan.placements)


def protecting(region: Region, **shares: float) -> Region:
    """The region with quotas for schools."""
    return region.replace(policy=region.policy.replace(protect={f"school={k}": v for k, v in shares.items()}))


@pytest.mark.parametrize("seed", [0, 2, 3])
def test_a_quota_is_kept_where_it_can_be(seed: int) -> None:
    """At least the share asked of a school is placed, or no plan places as many; nobody is placed against a rule."""
    region = small(seed)
    for school in ("pro", "vso"):
        asked = protecting(region, **{school: 1.0})
        plan, free = mm.match(asked), mm.match(region)
        mask = np.asarray(plan.ledger.region.pupils.column("school") == school)
        columns = all_columns(plan.reach)
        assert columns is not None
        best = solve_exactly(plan.reach, masks=[mask], same_number=[mask], seconds=10.0)
        assert best is not None
        most = int((best[0].employer[mask] >= 0).sum())
        assert placed_of(plan, region, school) == most
        assert plan.placed <= free.placed


def test_a_quota_that_is_met_changes_nothing() -> None:
    """Where the plan without quotas meets them, the plan is the same."""
    region = small(1)
    free, asked = mm.match(region), mm.match(protecting(region, pro=0.0))
    assert [(one.pupil, one.employer) for one in free.placements] == [(o.pupil, o.employer) for o in asked.placements]


@pytest.mark.parametrize("seed", range(3))
def test_the_search_keeps_quotas_too(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a region that is not solved exactly a quota that an exact solution keeps is kept, or nearly so."""
    plan = mm.match(small(seed))
    pupils = np.arange(12)
    mask = pupils % 2 == 0
    options = {"hardest": np.zeros(12, bool), "lottery": pupils}
    exact = solve_protected(plan.reach, [(mask, 6)], **options)
    monkeypatch.setattr("matchmaker.solve.joint.exact.MOST_ITEMS", 0)
    searched = solve_protected(plan.reach, [(mask, 6)], **options)
    kept, found = (int((one.columns.employer[mask] >= 0).sum()) for one in (exact, searched))
    assert found >= kept - 1


@pytest.mark.parametrize("wrong", [{"age=3": 0.5}, {"hardest": 1.5}, {"school": 0.2}])
def test_an_unknown_group_is_refused(wrong: dict[str, float]) -> None:
    """A group that is none, or a share that is none, is a fault of the policy."""
    with pytest.raises(mm.InputFaults):
        small(0).policy.replace(protect=wrong)
