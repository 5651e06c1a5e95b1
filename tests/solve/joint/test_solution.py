"""Carving and placing together, against a second method."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import matchmaker as mm
from benchmarks.regions import make_region
from matchmaker.numbers.arrays import all_read_only
from matchmaker.numbers.problem import make_problem
from matchmaker.solve import chunks
from matchmaker.solve.joint import Solution, repair, solution, solve
from matchmaker.solve.joint.build import best_position, new_found
from matchmaker.solve.joint.pricing import piece_prices
from matchmaker.solve.joint.stock import Stock, free_prices, full_stock, no_columns
from matchmaker.solve.part import only_at
from matchmaker.solve.reach import Reach, make_reach
from tests.compact import check_solution, solve_compact

TINY = Path(__file__).resolve().parents[3] / "data" / "fixtures" / "tiny"
# Most pupils placed, and the most points at that number: `solve_compact(reach)` of tests/compact.py, in up to a minute.
BEST = {0: (10, 7522), 1: (9, 6423), 2: (11, 6763), 3: (7, 4507), 4: (11, 7691)}
STEPS = 60


def reach_of(name: int | str) -> Reach:
    """The reach of the region tiny, or of a generated one of 12 pupils and 5 employers, by its seed."""
    region = mm.read_region(TINY) if name == "tiny" else make_region(12, employers=5, seed=int(name))
    return make_reach(make_problem(region))


@cache
def middle_reach() -> Reach:
    """Sixteen pupils and eight employers."""
    return make_reach(make_problem(make_region(16, employers=8, tasks_per_employer=16, seed=3)))


@pytest.fixture
def middle(monkeypatch: pytest.MonkeyPatch) -> Reach:
    """A region that is not solved exactly, as if it were larger."""
    monkeypatch.setattr(solution, "close", lambda *_: None)
    monkeypatch.setattr(solution, "solve_small", lambda *_, **__: None)
    return middle_reach()


def run(reach: Reach, **options: Any) -> Solution:
    """Solve with a few rounds of repair, nobody being hardest to place."""
    pupils = len(reach.pair_start) - 1
    options = {"hardest": np.zeros(pupils, bool), "lottery": np.arange(pupils), "steps": STEPS} | options
    return solve(reach, **options)


def placed(found: Solution) -> int:
    """How many pupils have a position."""
    return int((found.columns.employer >= 0).sum())


def points(found: Solution) -> int:
    """The points of all positions."""
    return int(found.columns.points[found.columns.employer >= 0].sum())


def same(one: Solution, other: Solution) -> bool:
    """Whether two plans give everybody the same position."""
    return all(np.array_equal(a, b) for a, b in zip(positions(one), positions(other), strict=True))


def positions(found: Solution) -> list[NDArray[np.int64]]:
    """Employer, vacancy, points and pieces of each lot of everybody."""
    columns = found.columns
    at = columns.employer >= 0
    order = np.argsort(-columns.lot, axis=1, kind="stable")
    lot, count = (np.take_along_axis(part, order, axis=1) for part in (columns.lot, columns.count))
    function = np.where(at, columns.function, -1)
    carved = (at & (function < 0))[:, None] & (lot >= 0)
    return [columns.employer, function, np.where(at, columns.points, 0), np.where(carved, lot, -1), count * carved]


@pytest.mark.parametrize("seed", BEST)
def test_as_many_are_placed_as_can_be(seed: int) -> None:
    """The plan is feasible, places as many as an integer program proves possible, and no such plan beats its bound."""
    reach, (most, best) = reach_of(seed), BEST[seed]
    found = run(reach, steps=None)
    assert check_solution(reach, found.columns) == []
    assert placed(found) == most <= found.placed_bound
    assert 0.9 * best <= points(found) <= best <= found.bound
    if found.optimal:
        assert points(found) == best == found.bound


@pytest.mark.parametrize("exact", [True, False])
def test_tiny_is_solved(exact: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """On the region that fits on paper the plan is that of an integer program, with the exact step and without."""
    if not exact:
        monkeypatch.setattr(solution, "close", lambda *_: None)
        monkeypatch.setattr(solution, "solve_small", lambda *_, **__: None)
    reach = reach_of("tiny")
    found, best = run(reach), solve_compact(reach)
    assert check_solution(reach, found.columns) == []
    assert (placed(found), points(found)) == (int((best.columns.employer >= 0).sum()), best.objective)
    assert found.optimal == exact
    assert found.bound == best.objective if exact else found.bound >= best.objective


@pytest.mark.parametrize("name", ["tiny", 3, 4])
def test_hardest_come_before_points(name: int | str) -> None:
    """Of plans that place as many, one with the most of the hardest to place is chosen; the bound is for such plans."""
    reach = reach_of(name)
    hardest = np.arange(len(reach.pair_start) - 1) % 3 == 0
    found = run(reach, hardest=hardest)
    best = solve_compact(reach, hardest=hardest)
    at, best_at = found.columns.employer >= 0, best.columns.employer >= 0
    assert (at.sum(), at[hardest].sum()) == (best_at.sum(), best_at[hardest].sum())
    assert points(found) <= best.objective <= found.bound


def test_points_may_come_first() -> None:
    """With points as the first aim the plan has at least the points of one that places as many as it can."""
    for name in ("tiny", 3):
        reach = reach_of(name)
        first = run(reach, order=("fixed", "points", "placed", "hardest"))
        assert check_solution(reach, first.columns) == []
        assert first.bound >= points(first) >= points(run(reach))


def test_without_the_exact_step(middle: Reach, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the exact step the plan is feasible and no better, and the bound covers what the exact step finds."""
    found = run(middle)
    monkeypatch.undo()
    best = run(middle)
    assert check_solution(middle, found.columns) == check_solution(middle, best.columns) == []
    assert best.optimal and not found.optimal
    assert placed(found) <= placed(best) <= found.placed_bound
    if placed(found) == placed(best):
        assert points(found) <= points(best) <= found.bound


def test_the_bound_of_a_plan_does_not_depend_on_the_plan(middle: Reach) -> None:
    """A plan found with other steps and another seed that places as many pupils has no more points than the bound."""
    found = run(middle, steps=5)
    for seed in range(2):
        other = run(middle, steps=120, seed=seed)
        if placed(other) == placed(found):
            assert points(other) <= found.bound


def test_threads_do_not_matter(middle: Reach, monkeypatch: pytest.MonkeyPatch) -> None:
    """One thread, two or five give the same plan and the same bound."""
    pool, expected = repair.ThreadPoolExecutor, run(middle)
    for threads in (1, 5):
        monkeypatch.setattr(chunks.os, "cpu_count", lambda threads=threads: threads)
        monkeypatch.setattr(repair, "ThreadPoolExecutor", lambda *_, threads=threads: pool(threads))
        again = run(middle)
        assert same(again, expected)
        assert again.bound == expected.bound


def test_rows_in_another_order_give_the_same_plan(middle: Reach) -> None:
    """The order of the rows of the tables does not matter to who gets what."""
    region = make_region(16, employers=8, tasks_per_employer=16, seed=3)
    rng = np.random.default_rng(1)
    mixed = region.replace(**{name: table.take(rng.permutation(len(table))) for name, table in region.tables().items()})
    plans = [run(make_reach(make_problem(one))) for one in (region, mixed)]
    assert same(*plans) and same(plans[0], run(middle)) and plans[0].bound == plans[1].bound


def reordered(reach: Reach, order: NDArray[np.int64]) -> Reach:
    """The same reach with the pupils in another order."""
    work = reach.work._replace(
        **{name: getattr(reach.work, name)[order] for name in ("hours_min", "hours_max", "support", "available")}
    )
    pairs, pair_start = rows_of(reach.pair_start, order)
    items, item_start = rows_of(reach.item_start, pairs)
    options, vacancy_start = rows_of(reach.vacancy_start, order)
    return all_read_only(
        Reach(
            work=work,
            pair_start=pair_start,
            pair_pupil=np.repeat(np.arange(len(order)), np.diff(pair_start)),
            pair_employer=reach.pair_employer[pairs],
            pair_points=reach.pair_points[pairs],
            item_start=item_start,
            item_lot=reach.item_lot[items],
            item_points=reach.item_points[items],
            vacancy_start=vacancy_start,
            vacancy_function=reach.vacancy_function[options],
            vacancy_points=reach.vacancy_points[options],
        )
    )


def rows_of(start: NDArray[np.int64], owners: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The rows of these owners, one owner after the other, and their new bounds."""
    rows = [np.arange(start[owner], start[owner + 1]) for owner in owners]
    sizes = [len(own) for own in rows]
    return np.concatenate([np.zeros(0, np.int64), *rows]), np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)


def test_a_moment_is_enough_for_a_plan(middle: Reach) -> None:
    """However short the time limit, the plan is feasible, its bound valid, and the steps say how far it came."""
    full = run(middle, steps=STEPS)
    for seconds in (1e-6, 0.2):
        found = run(middle, time_limit=seconds)
        assert check_solution(middle, found.columns) == []
        assert points(found) <= found.bound
        if placed(full) == placed(found):
            assert points(full) <= found.bound
        assert found.steps


def test_progress_never_goes_back(middle: Reach) -> None:
    """Progress of every step runs from 0 to 1 and never goes back."""
    told: dict[str, list[float]] = {}
    run(middle, progress=lambda name, share: told.setdefault(name, []).append(share))
    for name, shares in told.items():
        assert shares == sorted(shares), name
        assert 0 <= shares[0] <= shares[-1] <= 1


def test_nobody_and_nothing() -> None:
    """A region in which nobody has anything in reach gives an empty plan with bound 0."""
    reach = reach_of("tiny")
    none = reordered(reach, np.zeros(0, np.int64))
    found = run(none)
    assert (placed(found), found.bound) == (0, 0)


@pytest.mark.parametrize("seed", range(4))
def test_whom_people_placed_comes_first(seed: int) -> None:
    """Without a single round of repair, who is fixed where there is work is placed there."""
    reach = make_reach(make_problem(make_region(60, employers=12, seed=seed)))
    waiting = np.flatnonzero(run(reach, steps=0, bounds=False).columns.employer < 0)
    pupil, employer = next(
        (int(pupil), int(employer))
        for pupil in waiting
        for employer in reach.pair_employer[reach.pair_pupil == pupil]
        if best_alone(reach, int(pupil), int(employer)) > 0
    )
    only = only_at(reach, pupil, employer)
    fixed = np.arange(60) == pupil
    assert run(only, steps=0, fixed=fixed, bounds=False).columns.employer[pupil] == employer


def best_alone(reach: Reach, pupil: int, employer: int) -> float:
    """What the best position of a pupil at an employer is worth with nobody else there; far below 0: there is none."""
    stock, free = Stock(*full_stock(reach.work)), free_prices(reach.work)
    table, found = no_columns(1, reach.work.max_tasks), new_found(1, reach.work.max_tasks)
    return best_position(reach, stock, free, piece_prices(reach, free), pupil, employer, -1e18, table, 0, found)
