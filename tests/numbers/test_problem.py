"""The door from words to numbers."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import matchmaker as mm
from matchmaker.model import Region
from matchmaker.numbers.problem import Problem, make_problem

FIXTURES = Path(__file__).resolve().parents[2] / "data" / "fixtures"


@pytest.fixture(scope="module")
def tiny() -> Region:
    return mm.read_region(FIXTURES / "tiny")


@pytest.fixture(scope="module")
def problem(tiny: Region) -> Problem:
    return make_problem(tiny)


def arrays(part: Any, name: str = "") -> dict[str, Any]:
    """Every array, and every other value, in a problem, by its path."""
    if not is_dataclass(part):
        return {name: part}
    found: dict[str, Any] = {}
    for field in fields(part):
        found |= arrays(getattr(part, field.name), f"{name}.{field.name}")
    return found


def shuffled(region: Region, seed: int) -> Region:
    """The same region with the rows of every table in another order."""
    rng = np.random.default_rng(seed)
    return region.replace(**{name: table.take(rng.permutation(len(table))) for name, table in region.tables().items()})


@pytest.mark.parametrize("fixture", ["tiny", "town"])
def test_row_order_never_matters(fixture: str) -> None:
    """Whatever the order of the rows of every table, all arrays are the same to the last bit."""
    region = mm.read_region(FIXTURES / fixture)
    expected = arrays(make_problem(region))
    for name, value in arrays(make_problem(shuffled(region, 1))).items():
        same = np.array_equal(value, expected[name]) if isinstance(value, np.ndarray) else value == expected[name]
        assert same, name


def test_everything_is_read_only(problem: Problem) -> None:
    """No array of a problem can be written to."""
    open_to_writing = [
        name for name, value in arrays(problem).items() if isinstance(value, np.ndarray) and value.flags.writeable
    ]
    assert open_to_writing == []


def test_everything_is_sorted(problem: Problem) -> None:
    """Pupils and employers are sorted by id, functions by employer and id, tasks by function and id."""
    for part in (problem.pupils, problem.employers):
        assert sorted(part.ids) == list(part.ids)
    functions, tasks = problem.functions, problem.tasks
    assert sorted(zip(functions.employer, functions.ids, strict=True)) == list(
        zip(functions.employer, functions.ids, strict=True)
    )
    assert sorted(zip(tasks.function, tasks.ids, strict=True)) == list(zip(tasks.function, tasks.ids, strict=True))


def test_bounds_hold_the_rows_of_each_owner(problem: Problem) -> None:
    """The bounds of an employer hold just its functions and tasks, those of a function just its tasks."""
    functions, tasks, employers = problem.functions, problem.tasks, problem.employers
    for owners, start in (
        (functions.employer, employers.function_start),
        (tasks.employer, employers.task_start),
        (tasks.function, functions.task_start),
    ):
        assert np.array_equal(np.repeat(np.arange(len(start) - 1), np.diff(start)), owners)
    assert np.array_equal(functions.employer[tasks.function], tasks.employer)


def test_cells_become_numbers(tiny: Region, problem: Problem) -> None:
    """What a cell says is found back in the arrays; what it does not say has the default of the contract."""
    for row, pupil in enumerate(problem.pupils.ids):
        word = tiny.pupils.get(pupil)
        assert problem.pupils.max_km[row] == (np.inf if word.max_km is None else word.max_km)
        assert problem.pupils.hours_max[row] == word.hours_max
        excluded = [name for k, name in enumerate(problem.conditions) if problem.pupils.excludes[row, k]]
        assert excluded == sorted(set(word.excludes) & set(problem.conditions))
    for row, task in enumerate(problem.tasks.ids):
        asked = {one.dimension: one.level for one in tiny.demands if one.task == task}
        found = {
            name: int(problem.level_values[level])
            for name, level in zip(problem.dimensions, problem.tasks.demand[row], strict=True)
            if level >= 0
        }
        assert found == asked


@pytest.mark.parametrize(
    ("birth", "age"), [("2008-10", 18), ("2008-11", 17), ("2008-12", 17), ("2009-01", 17), ("2007-11", 18)]
)
def test_age_is_what_the_data_prove(tiny: Region, birth: str, age: int) -> None:
    """On 2 November 2026 nobody is older than the month of birth proves: a birthday in that month has not been yet."""
    region = tiny.replace(pupils=tiny.pupils.with_row("p01", birth_month=birth))
    assert str(region.date) == "2026-11-02"
    assert make_problem(region).pupils.age[0] == age


def test_liked_families_are_ranked(tiny: Region) -> None:
    """A liked family has its rank, a disliked one -1, all others 0; who likes and dislikes the same likes it."""
    families = make_problem(tiny).families
    pupils = tiny.pupils.with_row("p01", likes=(families[1], families[0]), dislikes=(families[0], families[2]))
    interest = make_problem(tiny.replace(pupils=pupils)).pupils.interest[0]
    assert interest.tolist() == [2, 1, -1] + [0] * (len(families) - 3)


def test_an_empty_region() -> None:
    """A region of empty tables is a problem without rows."""
    tables = {name: [] for name in ("pupils", "observations", "employers", "functions", "tasks", "demands")}
    problem = make_problem(mm.read_region({"region": {"name": "nobody", "date": "2026-11-02"}, **tables}))
    assert repr(problem) == "<Problem: 0 pupils, 0 employers, 0 tasks>"
