"""Every contribution against a plain loop, and what a region's weights do."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

import matchmaker as mm
from matchmaker import points
from matchmaker.model import Region
from matchmaker.model.policy import DEFAULT_WEIGHTS
from matchmaker.numbers.problem import Problem, make_problem

FIXTURES = Path(__file__).resolve().parents[1] / "data" / "fixtures"
PUPILS, TASKS = range(0, 200, 23), range(0, 1587, 61)


@pytest.fixture(scope="module")
def town() -> Region:
    return mm.read_region(FIXTURES / "town")


@pytest.fixture(scope="module")
def problem(town: Region) -> Problem:
    return make_problem(town)


def product(factors: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    left, right = factors
    return (left[list(PUPILS)] @ right[list(TASKS)].T).astype(float)


def level_loss(asked: int, level: int) -> float:
    gap = asked - level
    return 100 * gap + 50 * gap**2 if gap > 0 else 10 * -gap


def test_fit_is_the_expected_loss(problem: Problem) -> None:
    """Fit, one matrix product, is minus the expected loss over the pupil's levels, dimension after dimension."""
    fit = product(points.fit(problem))
    for i, pupil in enumerate(PUPILS):
        for j, task in enumerate(TASKS):
            loss = 0.0
            for dimension in range(len(problem.dimensions)):
                asked = int(problem.tasks.demand[task, dimension])
                if asked < 0:
                    continue
                chances = problem.levels.percent[pupil, dimension].tolist()
                if problem.levels.median[pupil, dimension] >= 0:
                    loss += sum(chance * level_loss(asked, level) for level, chance in enumerate(chances))
                else:
                    passes = [level_loss(asked, level) for level in range(6) if asked - level <= problem.max_gap]
                    loss += 100 * float(np.rint(sum(passes) / len(passes)))
            assert fit[i, j] == -loss


def test_growth_counts_dimensions_one_level_up(problem: Problem) -> None:
    """Growth is 20 points for each dimension on which the task asks just one level more than shown."""
    growth = product(points.growth(problem))
    for i, pupil in enumerate(PUPILS):
        for j, task in enumerate(TASKS):
            median, asked = problem.levels.median[pupil], problem.tasks.demand[task]
            assert growth[i, j] == 2000 * int(((median >= 0) & (asked == median + 1)).sum())


def test_interest_follows_the_list(town: Region, problem: Problem) -> None:
    """Interest is 200, 150, 100 points for the first, second and later liked families, -200 for a disliked one."""
    interest = product(points.interest(problem))
    for i, row in enumerate(PUPILS):
        pupil = town.pupils.get(problem.pupils.ids[row])
        for j, task in enumerate(TASKS):
            family = town.tasks.get(problem.tasks.ids[task]).family
            expected = 0
            if family in pupil.likes:
                expected = (200, 150, 100)[min(pupil.likes.index(family), 2)]
            elif family in pupil.dislikes:
                expected = -200
            assert interest[i, j] == 100 * expected


def test_hours_and_benefit(town: Region, problem: Problem) -> None:
    """All hours of a pupil are worth 1000 points; an hour freed is worth what its function pays, never a subsidy."""
    assert (product(points.hours(problem)) == 100_000).all()
    benefit = product(points.benefit(problem))
    for j, task in enumerate(TASKS):
        function = town.functions.get(town.tasks.get(problem.tasks.ids[task]).function)
        assert (benefit[:, j] == round(100 * (function.wage or 0))).all()


def test_travel_and_perspective(town: Region, problem: Problem) -> None:
    """Six points off a kilometre; fifty more for stage placement where a function is vacant."""
    rows = np.array(list(PUPILS))
    travel, perspective = points.travel(problem, rows), points.perspective(problem, rows)
    vacant = {function.employer for function in town.functions if function.vacancies}
    for i, row in enumerate(PUPILS):
        pupil = town.pupils.get(problem.pupils.ids[row])
        for j, name in enumerate(problem.employers.ids):
            employer = town.employers.get(name)
            lat, other = math.radians(pupil.lat), math.radians(employer.lat)
            east = math.radians(employer.lon - pupil.lon)
            cosine = math.sin(lat) * math.sin(other) + math.cos(lat) * math.cos(other) * math.cos(east)
            assert abs(-travel[i, j] - 6 * 6371.0088 * math.acos(min(cosine, 1.0))) <= 0.51
            assert perspective[i, j] == (50 if pupil.stage == "placement" and name in vacant else 0)


def test_a_piece_is_rounded_once(problem: Problem) -> None:
    """A piece counts for its share of the pupil's hours, rounded to a whole number once."""
    assert points.rate_points(np.array([100_000.0, 55.0]), np.array([1 / 3, 1.0])).tolist() == [333.0, 1.0]


@pytest.mark.parametrize("name", sorted(DEFAULT_WEIGHTS))
def test_a_weight_scales_its_contribution_alone(name: str) -> None:
    """Without weight a contribution is gone, the others stay as they are."""
    region = mm.read_region(FIXTURES / "tiny")
    position = {"pupil": "p13", "tasks": {"t13": 6.0}}
    before = {one.name: one.points for one in mm.score(region, **position).contributions}
    without = region.replace(policy=region.policy.replace(weights={name: 0.0}))
    after = {one.name: one.points for one in mm.score(without, **position).contributions}
    assert {**before, name: 0} == {**after, name: after.get(name, 0)}


def test_a_vacancy_frees_nobody(problem: Problem) -> None:
    """A whole open function has every contribution of its tasks but the benefit of freed hours."""
    region = mm.read_region(FIXTURES / "tiny")
    names = {one.name for one in mm.score(region, pupil="p08", vacancy="f5").contributions}
    assert "benefit" not in names
    assert "perspective" in names


def test_contributions_have_weights_and_sentences() -> None:
    """Every contribution has a sentence in both languages and a weight in the policy."""
    names = {*points.TASK_POINTS, *points.EMPLOYER_POINTS}
    assert names == set(points.SENTENCES) == set(DEFAULT_WEIGHTS)
    assert all(sentence.en and sentence.nl for sentence in points.SENTENCES.values())
