"""Generated regions and the plain baseline: same seed same region, believable figures, a baseline that obeys."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import matchmaker as mm
from benchmarks.plain import carve_first
from benchmarks.plain_tables import library_numbers, prepared
from benchmarks.regions import LONG_TASK_HOURS, SIZES, TASK_HOURS, make_region, make_tables, sized_region
from matchmaker.numbers.problem import make_problem
from matchmaker.rules import employer_mask, task_factors
from tests.checker_rules import Position, check_position, check_shared, read_tables


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    """Give the tables of a region of 60 pupils and 20 employers."""
    return make_tables(60, employers=20, seed=3)


def test_same_seed_same_region() -> None:
    """The same arguments give the same region, another seed another one."""
    digests = [make_region(12, employers=5, seed=seed).digest for seed in (1, 1, 2)]
    assert digests[0] == digests[1] != digests[2]


@pytest.mark.parametrize("size", ["12x5", "200x60", "200x60-long"])
def test_sizes_are_as_named(size: str) -> None:
    """A region has as many pupils, employers, tasks and places as its size says."""
    pupils, employers, tasks, _ = SIZES[size]
    region = sized_region(SIZES[size])
    assert (len(region.pupils), len(region.employers), len(region.tasks)) == (pupils, employers, tasks * employers)
    assert int(region.employers.column("places").sum()) == round(1.1 * pupils)


@pytest.mark.parametrize("size", ["3000x1000", "3000x1000-long"])
def test_most_tasks_can_be_given_away(size: str) -> None:
    """At least 26,000 of the 40,000 tasks of the largest region can be split off."""
    pupils, employers, tasks, hours = SIZES[size]
    table = make_tables(pupils, employers=employers, tasks_per_employer=tasks, task_hours=hours)["tasks"]
    assert len(table) == 40_000
    assert (table.detachable == "yes").sum() >= 26_000


@pytest.mark.parametrize("hours", [TASK_HOURS, LONG_TASK_HOURS])
def test_tasks_take_the_hours_asked_for(hours: float) -> None:
    """Tasks outside vacancies take so many hours on average."""
    tables = make_tables(200, employers=60, task_hours=hours)
    whole = tables["functions"].set_index("id").vacancies.reindex(tables["tasks"].function).to_numpy() > 0
    assert float(tables["tasks"].hours[~whole].mean()) == pytest.approx(hours, rel=0.05)


@pytest.mark.parametrize("size", ["200x60", "200x60-long"])
@pytest.mark.parametrize("seed", range(3))
def test_regions_are_believable(size: str, seed: int) -> None:
    """A pupil reaches some 10 to 35 % of the employers and can do 30 to 60 % of the tasks that can be split off."""
    problem = make_problem(sized_region(SIZES[size], seed=seed))
    reach = employer_mask(problem, np.arange(200))
    left, right = task_factors(problem)
    can = (left @ right[problem.tasks.detachable].T) == 0
    assert 0.10 <= reach.mean() <= 0.35
    assert 0.30 <= can.mean() <= 0.60
    assert 0.6 <= problem.levels.observed.mean() <= 0.8


def test_the_plain_plan_obeys(tables: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    """The plain plan breaks no rule, as an independent reading of the contract sees it."""
    region = make_region(60, employers=20, seed=3)
    mm.write_region(region, tmp_path / "region")
    seen = prepared(tables, "2026-11-02")["observations"].groupby(["pupil", "dimension"])["level"].median()
    levels = {key: int(np.floor(level)) for key, level in seen.items()}
    checked = read_tables(tmp_path / "region", levels)
    plan = carve_first(tables)
    positions = [
        Position(row.pupil, row.employer, row.kind, hours, {})
        for row, hours in zip(plan.placements.itertuples(), plan.tasks, strict=True)
    ]
    assert plan.placed > 20
    assert plan.placements["pupil"].is_unique
    assert [fault for p in positions for fault in check_position(checked, p, skip={"timetable"})] == []
    assert check_shared(checked, positions) == []


def test_the_plain_plan_takes_other_numbers(tables: dict[str, pd.DataFrame]) -> None:
    """With the library's masks and points, the plain plan reads a region's own tables and places about as many."""
    region = make_region(60, employers=20, seed=3)
    frames = {name: getattr(region, name).to_frame() for name in tables}
    plan = carve_first(frames, numbers=library_numbers(region))
    assert plan.placed > 20
    assert plan.points > 200 * plan.placed
