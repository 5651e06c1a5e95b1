"""The compact program against enumeration of everything, and the check of plans against plans that are wrong."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.regions import make_region
from matchmaker.numbers.arrays import all_read_only
from matchmaker.numbers.problem import make_problem
from matchmaker.solve.joint.stock import Columns
from matchmaker.solve.reach import Reach, Work, make_reach
from tests.compact import check_solution, compact_model, no_plan, plan_of, solve_compact, solve_model, timetable_exists


@st.composite
def small_reaches(draw: st.DrawFn) -> Reach:
    """Two or three pupils, two employers with two functions each, up to five lots: small enough to try everything."""
    pupils, lots = draw(st.integers(2, 3)), draw(st.integers(1, 5))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    lot_employer = np.sort(rng.integers(0, 2, lots))
    parts = np.where(rng.random(lots) < 0.2, 2, 1)
    part_hours = rng.choice([0.25, 0.5, 1.0, 2.5, 4.0, 6.0, 9.0], parts.sum())
    part_start = np.concatenate([[0], np.cumsum(parts)])
    hours_min = rng.choice([0.5, 2.0, 4.0], pupils)
    work = Work(
        hours_min=hours_min,
        hours_max=hours_min + rng.choice([0.0, 4.0, 14.0], pupils),
        support=rng.choice([0.0, 1.0, 2.5], pupils),
        available=(rng.integers(1, 32, pupils) | rng.integers(0, 32, pupils)).astype(np.int32),
        lot_start=np.searchsorted(lot_employer, [0, 1, 2]),
        lot_employer=lot_employer,
        lot_pieces=np.where(parts > 1, 1, rng.integers(1, 4, lots)),
        lot_hours=np.add.reduceat(part_hours, part_start[:-1]),
        part_start=part_start,
        part_hours=part_hours,
        part_when=rng.integers(1, 32, len(part_hours)).astype(np.int32),
        part_function=rng.integers(0, 2, len(part_hours)),
        function_start=np.array([0, 2, 4]),
        function_employer=np.array([0, 0, 1, 1]),
        cap=rng.choice([3.0, 8.0, np.inf], 4),
        seats=rng.integers(0, 2, 4),
        places=rng.integers(1, 3, 2),
        supervision=rng.choice([1.0, 2.5, 5.0], 2),
        max_tasks=draw(st.integers(1, 3)),
        fit_floor=draw(st.sampled_from([-1000, 0, 20])),
    )
    return all_read_only(_everything_in_reach(work, rng))


def _everything_in_reach(work: Work, rng: np.random.Generator) -> Reach:
    pupils, lots = len(work.support), len(work.lot_pieces)
    here = [np.flatnonzero((work.lot_employer == e) & (rng.random(lots) < 0.9)) for _ in range(pupils) for e in (0, 1)]
    kept = [pair for pair, own in enumerate(here) if len(own)]
    open_to = rng.random((pupils, 4)) < 0.3
    return Reach(
        work=work,
        pair_start=np.searchsorted(np.array(kept) // 2, np.arange(pupils + 1)),
        pair_pupil=np.array(kept, np.int32) // 2,
        pair_employer=np.array(kept, np.int32) % 2,
        pair_points=rng.integers(-20, 10, len(kept)),
        item_start=np.concatenate([[0], np.cumsum([len(here[pair]) for pair in kept])]).astype(np.int64),
        item_lot=np.concatenate([np.zeros(0, np.int32), *(here[pair].astype(np.int32) for pair in kept)]),
        item_points=rng.integers(-5, 30, sum(len(here[pair]) for pair in kept)).astype(np.int32),
        vacancy_start=np.concatenate([[0], np.cumsum(open_to.sum(axis=1))]).astype(np.int64),
        vacancy_function=np.nonzero(open_to)[1].astype(np.int64),
        vacancy_points=rng.integers(20, 40, open_to.sum()),
    )


Row = tuple[int, int, int, list[tuple[int, int]]]


def _alone(reach: Reach, pupil: int) -> list[Row]:
    """Every position of a pupil that would be fine without the others: employer, vacancy, points, lots with pieces."""
    options: list[Row] = [(-1, -1, 0, [])]
    for option in range(reach.vacancy_start[pupil], reach.vacancy_start[pupil + 1]):
        function = int(reach.vacancy_function[option])
        employer = int(reach.work.function_employer[function])
        options.append((employer, function, int(reach.vacancy_points[option]), []))
    for pair in range(reach.pair_start[pupil], reach.pair_start[pupil + 1]):
        items = range(reach.item_start[pair], reach.item_start[pair + 1])
        lots = [int(reach.item_lot[item]) for item in items]
        for counts in product(*(range(reach.work.lot_pieces[lot] + 1) for lot in lots)):
            own = [int(count * reach.item_points[item]) for count, item in zip(counts, items, strict=True)]
            bundle = [(lot, count) for lot, count in zip(lots, counts, strict=True) if count]
            if len(bundle) <= reach.work.max_tasks:
                options.append((int(reach.pair_employer[pair]), -1, int(reach.pair_points[pair]) + sum(own), bundle))
    return [row for row in options if not check_solution(reach, _plan(reach, {pupil: row}))]


def _plan(reach: Reach, rows: dict[int, Row]) -> Columns:
    plan = no_plan(reach)
    for pupil, (employer, function, points, bundle) in rows.items():
        plan.employer[pupil], plan.function[pupil], plan.points[pupil] = employer, function, points
        for slot, (lot, count) in enumerate(bundle):
            plan.lot[pupil, slot], plan.count[pupil, slot] = lot, count
    return plan


def _best_of_all(reach: Reach) -> tuple[int, int]:
    """Most pupils placed, and the most points at that number, by trying every combination."""
    best = (0, 0)
    for rows in product(*(_alone(reach, pupil) for pupil in range(len(reach.work.support)))):
        value = (sum(row[0] >= 0 for row in rows), sum(row[2] for row in rows))
        if value > best and not check_solution(reach, _plan(reach, dict(enumerate(rows)))):
            best = value
    return best


@settings(max_examples=60, deadline=None, derandomize=True)
@given(small_reaches())
def test_equal_to_trying_everything(reach: Reach) -> None:
    """Number and points are those of the best of all combinations of all bundles, however the week is written down."""
    expected = _best_of_all(reach)
    for timetable in ("moments", "subsets"):
        number = solve_compact(reach, objective="number", timetable=timetable)
        points = solve_compact(reach, objective="points", timetable=timetable)
        assert (number.objective, points.objective) == expected
        assert (number.status, points.status, number.bound, points.bound) == ("optimal", "optimal", *expected)
        assert check_solution(reach, points.columns) == []


def _one_pair(hours: list[float], pieces: list[int]) -> Reach:
    """One pupil with the time for all, one employer, lots of these hours a piece worth 10 points each."""
    lots = len(hours)
    line, none = np.arange(lots + 1), np.zeros(0, np.int64)
    work = Work(
        hours_min=np.array([0.25]),
        hours_max=np.array([40.0]),
        support=np.zeros(1),
        available=np.array([(1 << 10) - 1], np.int32),
        lot_start=np.array([0, lots]),
        lot_employer=np.zeros(lots, np.int64),
        lot_pieces=np.array(pieces),
        lot_hours=np.array(hours),
        part_start=line,
        part_hours=np.array(hours),
        part_when=np.full(lots, (1 << 10) - 1, np.int32),
        part_function=np.zeros(lots, np.int64),
        function_start=np.array([0, 1]),
        function_employer=np.zeros(1, np.int64),
        cap=np.array([np.inf]),
        seats=np.zeros(1, np.int64),
        places=np.ones(1, np.int64),
        supervision=np.zeros(1),
        max_tasks=5,
        fit_floor=0,
    )
    one = np.zeros(1, np.int32)
    items = (np.array([0, lots]), line[:-1].astype(np.int32), np.full(lots, 10, np.int32))
    return Reach(work, np.array([0, 1]), one, one, np.zeros(1, np.int64), *items, np.zeros(2, np.int64), none, none)


@pytest.mark.parametrize(
    ("hours", "pieces", "points"),
    [
        ([0.25], [1], 0),
        ([0.25], [2], 20),
        ([0.25, 4.0], [1, 1], 10),
        ([0.5, 7.5], [1, 1], 20),
        ([0.5, 8.0], [1, 1], 10),
        ([0.5, 8.0], [2, 1], 30),
        ([1.0, 15.0, 15.0], [1, 1, 1], 20),
        ([1.0, 15.0, 16.0], [2, 1, 1], 30),
    ],
)
def test_no_task_is_too_small(hours: list[float], pieces: list[int], points: int) -> None:
    """A task of a position has half an hour at least, and a sixteenth of the position's hours."""
    solved = solve_compact(_one_pair(hours, pieces))
    assert (solved.objective, solved.bound) == (points, points)
    assert check_solution(_one_pair(hours, pieces), solved.columns) == []


def test_no_piece_is_too_small() -> None:
    """A quarter of an hour that would fill a position is not drawn on, though half an hour could be."""
    free = _one_pair([0.25, 3.0], [2, 1])
    just = free._replace(work=free.work._replace(hours_min=np.array([3.25]), hours_max=np.array([3.25])))
    assert (solve_compact(free).objective, solve_compact(just).objective) == (30, 0)


@pytest.fixture(scope="module")
def reach() -> Reach:
    """Give what is in reach in a generated region of 8 pupils and 4 employers."""
    return make_reach(make_problem(make_region(8, employers=4, tasks_per_employer=20, seed=1)))


@pytest.fixture(scope="module")
def plan(reach: Reach) -> Columns:
    """Give the plan of that region that places the most pupils."""
    return solve_compact(reach, objective="number", time_limit=60).columns


def test_both_timetables_agree(reach: Reach) -> None:
    """Hours on moments and Hall's condition allow the same plans."""
    solved = [solve_compact(reach, time_limit=60, timetable=timetable) for timetable in ("moments", "subsets")]
    assert [step.status for step in solved] == ["optimal", "optimal"]
    assert solved[0].objective == solved[1].objective
    assert [check_solution(reach, step.columns) for step in solved] == [[], []]


def test_hardest_come_before_points(reach: Reach, plan: Columns) -> None:
    """Asking for the hardest keeps the number placed and places at least as many of them as the plan of most points."""
    hardest = plan.employer < 0
    hardest[:3] = True
    free, asked = solve_compact(reach), solve_compact(reach, hardest=hardest)
    placed = [step.columns.employer >= 0 for step in (free, asked)]
    assert placed[0].sum() == placed[1].sum()
    assert placed[0][hardest].sum() <= placed[1][hardest].sum()
    assert asked.objective <= free.objective


def test_impossible_numbers_are_infeasible(reach: Reach) -> None:
    """Asking for more pupils than can be placed is proved impossible."""
    most = solve_compact(reach, objective="number")
    model = compact_model(reach, objective="points", number_at_least=int(most.objective) + 1)
    assert solve_model(model).status == "infeasible"


def test_one_solve_for_both_aims(reach: Reach) -> None:
    """With a high worth of being placed, one solve gives the number and the points of solving aim after aim."""
    model = compact_model(reach, objective="points", placed_worth=1e5)
    step, both = solve_model(model), solve_compact(reach)
    assert step.x is not None
    columns = plan_of(reach, model, step.x)
    assert (columns.employer >= 0).sum() == (both.columns.employer >= 0).sum()
    assert columns.points.sum() == both.objective


def _carved(plan: Columns) -> int:
    return int(np.flatnonzero((plan.employer >= 0) & (plan.function < 0))[0])


def _copy(plan: Columns) -> Columns:
    return Columns(*(column.copy() for column in plan))


def test_a_good_plan_has_no_faults(reach: Reach, plan: Columns) -> None:
    """The plan that is broken below is fine, and so is the plan that places nobody."""
    assert check_solution(reach, plan) == []
    assert check_solution(reach, no_plan(reach)) == []


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("hours_min", 40.0, "hours"),
        ("available", 0, "week"),
        ("max_tasks", 0, "tasks"),
        ("fit_floor", 10_000, "floor"),
        ("places", 0, "places"),
        ("supervision", -1.0, "supervision"),
        ("lot_pieces", 0, "pieces"),
        ("cap", 0.0, "function"),
        ("part_hours", 0.25, "few hours"),
    ],
)
def test_every_limit_is_checked(reach: Reach, plan: Columns, name: str, value: float, fault: str) -> None:
    """A plan that was fine has a fault when the limit it keeps to is tightened."""
    old = getattr(reach.work, name)
    tight: dict[str, Any] = {name: value if np.isscalar(old) else np.full_like(old, value)}
    changed = reach._replace(work=reach.work._replace(**tight))
    assert any(fault in text for text in check_solution(changed, plan))


def test_points_and_lots_are_checked(reach: Reach, plan: Columns) -> None:
    """Points that do not add up, a lot twice, a pupil twice and an employer out of reach are found."""
    row = _carved(plan)
    more, twice = _copy(plan), _copy(plan)
    more.points[row] += 1
    twice.lot[row, 1] = twice.lot[row, 0]
    again = Columns(*(np.concatenate([column, column[row : row + 1]]) for column in plan))
    assert any("add up" in text for text in check_solution(reach, more))
    assert any("a lot twice" in text for text in check_solution(reach, twice))
    assert any("placed twice" in text for text in check_solution(reach, again))
    elsewhere = reach._replace(pair_employer=reach.pair_employer + 1)
    assert any("out of reach" in text for text in check_solution(elsewhere, plan))


def test_vacancies_are_checked(reach: Reach) -> None:
    """A vacancy that the pupil cannot take, or at another employer, is found."""
    plan = no_plan(reach)
    plan.employer[0], plan.function[0], plan.points[0] = reach.work.function_employer[-1], 0, 5
    faults = check_solution(reach, plan)
    assert any("another employer" in text for text in faults) and any(
        "vacancy 0 out of reach" in text for text in faults
    )


def test_a_timetable_is_put_together() -> None:
    """Six hours fit into two moments when one task can move, and not when both need the same one."""
    assert timetable_exists([4.0, 2.0], [0b11, 0b01])
    assert not timetable_exists([4.0, 2.0], [0b01, 0b01])
    assert not timetable_exists([1.0], [0])
