"""Small regions team by team: equal to other methods, in any order, and honest where it takes too long."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.regions import LONG_TASK_HOURS, TASK_HOURS, make_region
from matchmaker.numbers.problem import make_problem
from matchmaker.solve.joint import teams
from matchmaker.solve.joint.exact import solve_exactly
from matchmaker.solve.joint.solution import solve
from matchmaker.solve.joint.stock import Columns
from matchmaker.solve.joint.team_best import BestOfTeam
from matchmaker.solve.joint.team_choice import NEVER, best_choice
from matchmaker.solve.joint.teams import solve_by_teams
from matchmaker.solve.reach import Reach, make_reach
from tests.compact import check_solution, solve_compact
from tests.solve.joint.test_solution import BEST
from tests.solve.test_compact import small_reaches

CROWDED = {
    (58, TASK_HOURS): (10, 6951),
    (64, TASK_HOURS): (10, 5938),
    (58, LONG_TASK_HOURS): (12, 8764),
    (30, LONG_TASK_HOURS): (10, 7420),
}
"""Regions with a team of many positions: most pupils placed and most points, by `solve_compact`."""


@cache
def reach_of(seed: int, tasks: int, task_hours: float = TASK_HOURS) -> Reach:
    """Give a region of 12 x 5."""
    return make_reach(
        make_problem(make_region(12, employers=5, tasks_per_employer=tasks, task_hours=task_hours, seed=seed))
    )


def everybody(reach: Reach) -> list[np.ndarray]:
    """Count all pupils, as the aim to place most does."""
    return [np.ones(len(reach.pair_start) - 1, bool)]


def best(reach: Reach, **options: object) -> tuple[Columns, int]:
    """Solve team by team, which must come to an end, most pupils placed first."""
    counted = {"masks": everybody(reach), "same_number": everybody(reach)} | options
    found = solve_by_teams(reach, **counted)  # type: ignore[arg-type]
    assert found is not None
    return found


def worth(plan: Columns) -> tuple[int, int]:
    """Count who is placed, and their points."""
    return int((plan.employer >= 0).sum()), int(plan.points.sum())


@settings(max_examples=150, deadline=None, derandomize=True)
@given(small_reaches(), st.booleans())
def test_equal_to_all_positions(reach: Reach, points_only: bool) -> None:
    """Number and points are those of an integer program over all positions, and the plan keeps to every rule."""
    masks = [] if points_only else everybody(reach)
    plan, bound = best(reach, masks=masks, same_number=masks)
    other = solve_exactly(reach, masks=masks, same_number=masks, seconds=np.inf)
    assert other is not None
    if points_only:
        assert int(plan.points.sum()) == int(other[0].points.sum()) == bound == other[1]
    else:
        assert worth(plan) == worth(other[0])
        assert bound == other[1]
    assert check_solution(reach, plan) == []


@settings(max_examples=150, deadline=None, derandomize=True)
@given(small_reaches(), st.integers(0, 1000))
def test_equal_without_lists(reach: Reach, seed: int) -> None:
    """With every team left to an integer program, number, points and positions kept are those of all positions."""
    rng = np.random.default_rng(seed)
    some = best(reach, masks=[rng.random(len(everybody(reach)[0])) < 0.5])[0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BestOfTeam, "nearby", lambda *_: None)
        plan, bound = best(reach, keep=some)
    other = solve_exactly(reach, masks=everybody(reach), same_number=everybody(reach), seconds=np.inf, keep=some)
    assert other is not None
    assert worth(plan) == worth(other[0])
    assert bound == other[1]
    assert kept(plan, some) == kept(other[0], some)
    assert check_solution(reach, plan) == []


@pytest.mark.parametrize(("seed", "tasks"), [(1, 10), (3, 10), (5, 10), (9, 10)])
def test_equal_to_the_compact_program(seed: int, tasks: int) -> None:
    """On 12 x 5 a plan has the number and points of a program that lists no positions, the hardest first too."""
    reach = reach_of(seed, tasks)
    hardest = np.arange(12) % 4 == 0
    found = solve(reach, hardest=hardest, lottery=np.arange(12))
    other = solve_compact(reach, hardest=hardest)
    assert other.status == "optimal"
    assert worth(found.columns) == worth(other.columns)
    assert (found.columns.employer[hardest] >= 0).sum() == (other.columns.employer[hardest] >= 0).sum()
    assert found.optimal
    assert found.bound_aims == found.columns.points.sum()
    assert check_solution(reach, found.columns) == []


@pytest.mark.parametrize("seed", BEST)
def test_many_positions(seed: int) -> None:
    """With 40 tasks an employer, too many positions to list, the plan is the best that the compact program knows."""
    reach = reach_of(seed, 40)
    found = solve(reach, hardest=np.zeros(12, bool), lottery=np.arange(12))
    assert found.optimal
    assert found.bound == found.bound_aims == found.columns.points.sum()
    assert (found.placed_bound, found.bound) == worth(found.columns) == BEST[seed]
    assert check_solution(reach, found.columns) == []


@pytest.mark.parametrize(("seed", "hours"), CROWDED)
def test_crowded_teams(seed: int, hours: float) -> None:
    """Where a team has more positions near the best than a search goes through, the plan is still the best."""
    plan, bound = best(reach_of(seed, 40, hours))
    assert (*worth(plan), bound) == (*CROWDED[seed, hours], plan.points.sum())
    assert check_solution(reach_of(seed, 40, hours), plan) == []


def test_equal_to_repair_and_closing() -> None:
    """Where repair and the integer program over near positions prove a plan optimal, it has just as many points."""
    reach = reach_of(3, 40)
    options = {"hardest": np.zeros(12, bool), "lottery": np.arange(12)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("matchmaker.solve.joint.solution.solve_small", lambda *_, **__: None)
        other = solve(reach, **options)  # type: ignore[arg-type]
    assert other.optimal
    assert worth(solve(reach, **options).columns) == worth(other.columns)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", [1, 4, 5, 8])
def test_what_closing_claims(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the hardest to place cost points, closing never claims less than plans without that aim reach."""
    reach, hardest = reach_of(seed, 12), np.arange(12) % 4 == 0
    plan, bound = best(reach, masks=[*everybody(reach), hardest])
    assert bound > plan.points.sum()
    monkeypatch.setattr("matchmaker.solve.joint.solution.solve_small", lambda *_, **__: None)
    monkeypatch.setattr("matchmaker.solve.joint.solution.can_be_closed", lambda *_, **__: True)
    found = solve(reach, hardest=hardest, lottery=np.arange(12), steps=60)
    assert worth(found.columns) == worth(plan)
    assert found.bound >= bound
    assert found.bound_aims == plan.points.sum()


def test_quotas() -> None:
    """Of a group at least so many are placed, at the cost that an integer program over all positions says."""
    reach = reach_of(5, 10)
    free, _ = best(reach)
    group = (free.employer < 0) & (np.diff(reach.pair_start) > 0)
    for need in (1, 2):
        options = {"masks": everybody(reach), "same_number": everybody(reach), "at_least": [(group, need)]}
        other = solve_exactly(reach, seconds=np.inf, **options)  # type: ignore[arg-type]
        found = solve_by_teams(reach, **options)  # type: ignore[arg-type]
        assert (found is None) == (other is None)
        if found is not None and other is not None:
            assert worth(found[0]) == worth(other[0])
            assert found[1] == other[1]
            assert (found[0].employer[group] >= 0).sum() >= need


@settings(max_examples=60, deadline=None, derandomize=True)
@given(small_reaches(), st.integers(0, 1000))
def test_positions_are_kept(reach: Reach, seed: int) -> None:
    """Of plans that are as good, one is chosen with as many of another plan's positions as can be."""
    rng = np.random.default_rng(seed)
    some = best(reach, masks=[rng.random(len(everybody(reach)[0])) < 0.5])[0]
    plan, _ = best(reach, keep=some)
    other = solve_exactly(reach, masks=everybody(reach), same_number=everybody(reach), seconds=np.inf, keep=some)
    assert other is not None
    assert worth(plan) == worth(other[0])
    assert kept(plan, some) == kept(other[0], some)


def kept(plan: Columns, other: Columns) -> int:
    """Count pupils with the same position in both plans."""

    def position(of: Columns, pupil: int) -> tuple[int, int, frozenset[tuple[int, int]]]:
        used = of.lot[pupil] >= 0
        bundle = frozenset(zip(of.lot[pupil][used].tolist(), of.count[pupil][used].tolist(), strict=True))
        return int(of.employer[pupil]), int(of.function[pupil]), bundle

    same = [position(plan, pupil) == position(other, pupil) for pupil in range(len(plan.employer))]
    return int((np.array(same, bool) & (plan.employer >= 0)).sum())


def test_too_much_is_not_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where an integer program may not branch any more, or pupils are too many, no plan is called the best."""
    reach = reach_of(58, 40, LONG_TASK_HOURS)
    options = {"masks": everybody(reach), "same_number": everybody(reach)}
    monkeypatch.setattr("matchmaker.solve.joint.team_program.MOST_BRANCHES", 1)
    assert solve_by_teams(reach, **options) is None
    monkeypatch.setattr(teams, "MOST_PUPILS", 3)
    assert solve_by_teams(reach_of(1, 10), **options) is None


@pytest.mark.parametrize("when", [0, 10, 20, 30])
def test_time_runs_out(when: int) -> None:
    """A region is given up as soon as time is over, within a team, too."""
    reach, asked = reach_of(58, 40, LONG_TASK_HOURS), 0

    def left() -> float:
        nonlocal asked
        asked += 1
        return 0.0 if asked > when else np.inf

    assert solve_by_teams(reach, masks=everybody(reach), same_number=everybody(reach), left=left) is None
    assert asked == when + 1


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.integers(0, 10_000))
def test_choice_of_teams(seed: int) -> None:
    """The choice of one team an employer, nobody in two, is the best of all choices."""
    rng = np.random.default_rng(seed)
    start = np.cumsum([0, *rng.integers(0, 5, 3)])
    team, value = rng.integers(1, 16, start[-1]), rng.integers(-5, 20, start[-1])
    value[rng.random(start[-1]) < 0.2] = NEVER
    allowed, chosen = rng.random(16) < 0.8, np.empty(3, np.int64)
    found = best_choice(4, start, team, value, allowed, chosen)
    every = {(0, 0)}
    for first, last in zip(start[:-1], start[1:], strict=True):
        fine = [(int(team[k]), int(value[k])) for k in range(first, last) if value[k] != NEVER]
        every |= {(used | own, sum_ + more) for used, sum_ in every for own, more in fine if not used & own}
    assert found == max([sum_ for used, sum_ in every if allowed[used]], default=NEVER)
    if found != NEVER:
        assert sum(int(value[k]) for k in chosen if k >= 0) == found
