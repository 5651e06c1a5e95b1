"""What is in reach, all pairs at once, against plain loops over pupils and tasks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import matchmaker as mm
from matchmaker.model import Region
from matchmaker.numbers.distance import haversine_km
from matchmaker.numbers.problem import Problem, make_problem
from matchmaker.numbers.timetable import schedule
from matchmaker.solve.reach import Reach, first_pupils, make_reach

FIXTURES = Path(__file__).resolve().parents[2] / "data" / "fixtures"
EPS = 1e-6


def part_of_town() -> Region:
    """Every sixth pupil of the town, with all its employers."""
    town = mm.read_region(FIXTURES / "town")
    ids = [pupil for row, pupil in enumerate(town.pupils.ids) if row % 6 == 0]
    kept = {
        name: getattr(town, name).take(np.flatnonzero(np.isin(getattr(town, name).column(key).astype(str), ids)))
        for name, key in (("pupils", "id"), ("observations", "pupil"), ("decisions", "pupil"))
    }
    return town.replace(**kept)


@pytest.fixture(scope="module", params=["tiny", "town"])
def region(request: pytest.FixtureRequest) -> Region:
    return mm.read_region(FIXTURES / "tiny") if request.param == "tiny" else part_of_town()


@pytest.fixture(scope="module")
def problem(region: Region) -> Problem:
    return make_problem(region)


@pytest.fixture(scope="module")
def reach(problem: Problem) -> Reach:
    return make_reach(problem)


def employer_open(problem: Problem, p: int, e: int) -> bool:
    """The rules about one pupil and one employer, one after the other."""
    pupils, employers = problem.pupils, problem.employers
    fixed = [there for who, there in problem.decisions.fixed.tolist() if who == p]
    return bool(
        pupils.may_work[p]
        and [p, e] not in problem.decisions.excluded.tolist()
        and (not fixed or e in fixed)
        and not pupils.refuses_employer[p, e]
        and km(problem, p, e) <= pupils.max_km[p]
        and pupils.age[p] >= employers.min_age[e]
        and (not pupils.preparation[p] or employers.recognised[e])
        and employers.places[e] > 0
        and pupils.support[p] <= employers.supervision[e] + EPS
    )


def km(problem: Problem, p: int, e: int) -> float:
    """How far the employer is for the pupil."""
    places = (problem.pupils.lat[p], problem.pupils.lon[p], problem.employers.lat[e], problem.employers.lon[e])
    return float(haversine_km(*(np.array([angle]) for angle in places))[0])


def task_open(problem: Problem, p: int, t: int) -> bool:
    """The rules about one pupil and one task, dimension after dimension, word after word."""
    pupils, tasks, levels = problem.pupils, problem.tasks, problem.level_values
    for dimension, asked in enumerate(tasks.demand[t].tolist()):
        shown = int(problem.levels.median[p, dimension])
        if asked >= 0 and shown >= 0 and levels[asked] > levels[shown] + problem.max_gap:
            return False
    for condition in range(len(problem.conditions)):
        if tasks.conditions[t, condition] and pupils.excludes[p, condition]:
            return False
    for certificate in range(len(problem.certificates)):
        if tasks.certificates[t, certificate] and not pupils.holds[p, certificate]:
            return False
    return tasks.family[t] < 0 or not pupils.refuses_family[p, tasks.family[t]]


def task_points(problem: Problem, p: int, t: int, *, share: float, carved: bool) -> int:
    """The points of a share of the pupil's hours on a task, contribution after contribution, each rounded once."""
    tasks, levels, weights = problem.tasks, problem.level_values, problem.weights
    fit = growth = 0.0
    for dimension, asked in enumerate(tasks.demand[t].tolist()):
        if asked < 0:
            continue
        weight = weights["fit"] * problem.dimension_weight[dimension]
        shown = int(problem.levels.median[p, dimension])
        if shown >= 0:
            chances = problem.levels.percent[p, dimension].tolist()
            fit -= sum(c * float(np.rint(loss(levels, asked, k) * weight)) for k, c in enumerate(chances))
            growth += 20 * 100 * weights["growth"] if asked == shown + 1 else 0.0
        else:
            fine = [k for k, level in enumerate(levels) if levels[asked] - level <= problem.max_gap]
            passes = [loss(levels, asked, k) for k in fine]
            fit -= 100 * float(np.rint(np.rint(sum(passes) / len(passes)) * weight))
    liked = int(problem.pupils.interest[p, tasks.family[t]]) if tasks.family[t] >= 0 else 0
    interest = {1: 200, 2: 150, 0: 0, -1: -200}.get(liked, 100) * weights["interest"]
    wage = np.nan_to_num(problem.functions.wage[tasks.function[t]]) * weights["benefit"] if carved else 0.0
    rates = (1000 * 100 * weights["hours"], fit, growth, 100 * np.rint(interest), np.rint(100 * wage))
    return sum(int(np.rint(rate * share / 100)) for rate in rates)


def loss(levels: np.ndarray, asked: int, shown: int) -> float:
    """Points lost where a level is asked and another one is shown."""
    gap = int(levels[asked] - levels[shown])
    return 100 * gap + 50 * gap**2 if gap > 0 else -10 * gap


def pair_points(problem: Problem, p: int, e: int) -> int:
    """Travel and perspective."""
    open_function = bool((problem.functions.vacancies[problem.functions.employer == e] > 0).any())
    plus = 50 * problem.weights["perspective"] if problem.pupils.placement[p] and open_function else 0
    return int(np.rint(plus)) - int(np.rint(6 * problem.weights["travel"] * km(problem, p, e)))


def lot_of(problem: Problem, p: int, lot: int) -> int | None:
    """The points of one piece of a lot for a pupil, or None where a rule or its size forbids it."""
    lots, tasks = problem.lots, problem.tasks
    total = 0
    for part in range(lots.part_start[lot], lots.part_start[lot + 1]):
        task, hours = lots.part_task[part], float(lots.part_hours[part])
        moments = int(tasks.when[task] & problem.pupils.available[p]).bit_count()
        if not task_open(problem, p, task) or hours > 4 * moments + EPS:
            return None
        if hours * lots.pieces[lot] < 0.5 - EPS or hours > problem.functions.cap[tasks.function[task]] + EPS:
            return None
        total += task_points(problem, p, task, share=hours / problem.pupils.hours_max[p], carved=True)
    few = lots.part_start[lot + 1] - lots.part_start[lot] <= problem.max_tasks
    return total if few and lots.hours[lot] <= problem.pupils.hours_max[p] + EPS else None


def vacancy_of(problem: Problem, p: int, f: int) -> int | None:
    """The points of a whole open function for a pupil, or None where it is not allowed."""
    own = np.flatnonzero(problem.tasks.function == f)
    hours, e = problem.tasks.hours[own], int(problem.functions.employer[f])
    low, high = problem.pupils.hours_min[p] - EPS, problem.pupils.hours_max[p] + EPS
    if not len(own) or not low <= hours.sum() <= high or not all(task_open(problem, p, t) for t in own):
        return None
    open_to = [int(problem.tasks.when[t] & problem.pupils.available[p]) for t in own]
    if schedule(hours.tolist(), open_to) is None:
        return None
    shares = hours / problem.pupils.hours_max[p]
    each = (task_points(problem, p, t, share=share, carved=False) for t, share in zip(own, shares, strict=True))
    total = pair_points(problem, p, e) + sum(each)
    return total if total >= problem.fit_floor else None


def test_reach_is_what_a_plain_loop_finds(problem: Problem, reach: Reach) -> None:
    """Matrix products over all pupils and tasks find the same pairs, lots and points as a plain loop over them."""
    found = {}
    for pair, (p, e) in enumerate(zip(reach.pair_pupil.tolist(), reach.pair_employer.tolist(), strict=True)):
        items = slice(reach.item_start[pair], reach.item_start[pair + 1])
        lots = dict(zip(reach.item_lot[items].tolist(), reach.item_points[items].tolist(), strict=True))
        found[p, e] = (int(reach.pair_points[pair]), lots)
    expected = {}
    for p in range(len(problem.pupils.ids)):
        for e in range(len(problem.employers.ids)):
            if not employer_open(problem, p, e):
                continue
            points = {lot: lot_of(problem, p, lot) for lot in range(problem.lots.start[e], problem.lots.start[e + 1])}
            lots = {lot: own for lot, own in points.items() if own is not None}
            if lots:
                expected[p, e] = (pair_points(problem, p, e), lots)
    assert len(expected) > 20
    assert found == expected


def test_vacancies_are_what_a_plain_loop_finds(problem: Problem, reach: Reach) -> None:
    """The open functions in reach, and their points, are those that a plain loop finds."""
    pupil = np.repeat(np.arange(len(problem.pupils.ids)), np.diff(reach.vacancy_start))
    found = zip(pupil.tolist(), reach.vacancy_function.tolist(), reach.vacancy_points.tolist(), strict=True)
    expected = [
        (p, f, points)
        for p in range(len(problem.pupils.ids))
        for f in np.flatnonzero(problem.functions.vacancies > 0).tolist()
        if employer_open(problem, p, problem.functions.employer[f])
        and (points := vacancy_of(problem, p, f)) is not None
    ]
    assert expected
    assert list(found) == expected


def test_bounds_and_types(reach: Reach) -> None:
    """Pairs lie by pupil and employer, items by pair; everything is read-only."""
    assert np.array_equal(np.repeat(np.arange(len(reach.pair_start) - 1), np.diff(reach.pair_start)), reach.pair_pupil)
    key = reach.pair_pupil * len(reach.work.places) + reach.pair_employer
    assert (np.diff(key) > 0).all()
    owner = np.repeat(reach.pair_employer, np.diff(reach.item_start))
    assert np.array_equal(reach.work.lot_employer[reach.item_lot], owner)
    assert not any(part.flags.writeable for part in (*reach[1:], *reach.work) if isinstance(part, np.ndarray))


def test_threads_do_not_matter(problem: Problem, reach: Reach) -> None:
    """One thread or four: the same arrays."""
    for threads in (1, 4):
        again = make_reach(problem, threads=threads)
        assert all(np.array_equal(one, other) for one, other in zip(again[1:], reach[1:], strict=True))


def test_the_first_pupils_only(reach: Reach) -> None:
    """The reach of the first pupils is the beginning of the reach of all."""
    few = first_pupils(reach, 4)
    assert len(few.pair_start) == 5
    for name, part in few._asdict().items():
        if name != "work":
            assert np.array_equal(part, getattr(reach, name)[: len(part)])
    assert len(few.item_lot) == few.item_start[-1] and len(few.vacancy_points) == few.vacancy_start[-1]
