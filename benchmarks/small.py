"""The small benchmarks, run with every change: seconds in all, nothing is asserted about time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

import matchmaker as mm
from benchmarks import figures
from benchmarks.plain import carve_first
from benchmarks.regions import make_region, make_tables
from matchmaker.numbers.problem import make_problem
from matchmaker.points import TASK_POINTS
from matchmaker.rules import employer_mask, task_factors

if TYPE_CHECKING:
    from pytest_benchmark.fixture import BenchmarkFixture

    from matchmaker.model.region import Region


@pytest.fixture(scope="module")
def region() -> Region:
    """Give a region of 200 pupils and 60 employers."""
    return make_region(200, employers=60)


def test_reading(benchmark: BenchmarkFixture) -> None:
    """Tables of 200 x 60 are checked and become a region."""
    tables = make_tables(200, employers=60)
    document = {"region": {"name": "town", "date": "2026-11-02"}, **tables}
    assert len(benchmark.pedantic(mm.read_region, (document,), rounds=3).pupils) == 200


def test_numbers(benchmark: BenchmarkFixture, region: Region) -> None:
    """A region of 200 x 60 becomes arrays, level estimates included."""
    assert len(benchmark.pedantic(make_problem, (region,), rounds=3).tasks.ids) == 2400


def test_scoring(benchmark: BenchmarkFixture, region: Region) -> None:
    """Rules and points of all 480,000 pairs of a pupil and a task are computed."""
    problem = make_problem(region)
    everyone = np.arange(len(problem.pupils.ids))

    def score() -> float:
        left, right = task_factors(problem)
        allowed = ((left @ right.T) == 0) & employer_mask(problem, everyone)[:, problem.tasks.employer]
        rates = sum(left @ right.T for left, right in (factors(problem) for factors in TASK_POINTS.values()))
        return float((rates * allowed).sum())

    assert benchmark.pedantic(score, rounds=3, warmup_rounds=1) > 0


def test_matching(benchmark: BenchmarkFixture) -> None:
    """A region of 12 x 5 is planned, and nobody vanishes."""
    small = make_region(12, employers=5)
    plan = benchmark.pedantic(mm.match, (small,), {"steps": 50}, rounds=3, warmup_rounds=1)
    assert plan.placed + len(plan.unplaced()) == 12


def test_carving(benchmark: BenchmarkFixture) -> None:
    """The best positions of one pupil at one employer are found."""
    small = make_region(12, employers=5)
    pupil, employer = small.pupils.ids[0], small.employers.ids[0]
    benchmark.pedantic(mm.carve, (small,), {"pupil": pupil, "employer": employer}, rounds=3, warmup_rounds=1)


def test_plain(benchmark: BenchmarkFixture) -> None:
    """The plain way plans 60 x 20."""
    assert benchmark.pedantic(carve_first, (make_tables(60, employers=20),), rounds=1).placed > 20


@pytest.mark.parametrize("name", figures.REGIONS)
def test_figures(name: str) -> None:
    """Steps, pool, pricings, number placed, points and bound are what they were."""
    kept = json.loads(figures.KEPT.read_text(encoding="utf-8"))
    assert figures.differences(figures.figures(name), kept[name]) == []
