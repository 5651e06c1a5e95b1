"""Bounds of forced decisions: never below what an integer program finds with that decision."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

import matchmaker as mm
from benchmarks.regions import make_region
from matchmaker.numbers.arrays import read_only
from matchmaker.numbers.problem import make_problem
from matchmaker.solve.joint.dual import Count, Relaxation, exact_bound
from matchmaker.solve.joint.exact import all_columns, resources
from matchmaker.solve.joint.margins import Margins, make_margins
from matchmaker.solve.joint.stock import Columns, Prices, free_prices, full_stock
from matchmaker.solve.reach import Reach, make_reach

TINY = Path(__file__).resolve().parents[3] / "data" / "fixtures" / "tiny"
EPS = 1e-6
NAMES = ("tiny", "1", "3")


@cache
def reach_of(name: str) -> Reach:
    """Return what is in reach in tiny, or in a generated region of that seed."""
    region = (
        mm.read_region(TINY) if name == "tiny" else make_region(10, employers=4, tasks_per_employer=8, seed=int(name))
    )
    return make_reach(make_problem(region))


def some_prices(reach: Reach, seed: int) -> Prices:
    """Random prices, many of them nothing; what is without limit costs nothing."""
    rng = np.random.default_rng(seed)
    scales = (60.0, 20.0, 200.0, 50.0, 150.0)
    parts = (
        np.where(rng.random(len(have)) < 0.5, rng.random(len(have)) * scale, 0.0) * np.isfinite(have)
        for have, scale in zip(full_stock(reach.work), scales, strict=True)
    )
    return Prices(*parts)


@cache
def good_prices(name: str) -> Prices:
    """The prices after some rounds of the relaxation."""
    relaxation = Relaxation(reach_of(name), [Count(np.ones(len(reach_of(name).pair_start) - 1), 300.0)])
    for _ in range(4):
        relaxation.improve(steps=100, target=0.9 * relaxation.bound)
    return relaxation.prices


@cache
def listed(name: str) -> Columns:
    """Every position of every pair."""
    columns = all_columns(reach_of(name))
    assert columns is not None
    return columns


def most_points(name: str, number: int | None, must: np.ndarray | None = None, never: int = -1) -> float:
    """Most points of plans of `number` pupils that take one of the columns `must` and leave the pupil `never` out."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    columns = listed(name)
    table, room = resources(reach_of(name), columns)
    limits = [LinearConstraint(table, -np.inf, room)]
    if number is not None:
        limits.append(LinearConstraint(np.ones((1, len(columns.pupil))), number, number))
    if must is not None:
        limits.append(LinearConstraint(must.astype(float)[None, :], 1, 1))
    upper = np.where(columns.pupil == never, 0.0, 1.0)
    found = milp(
        -columns.points.astype(float), constraints=limits, integrality=np.ones(len(upper)), bounds=Bounds(0, upper)
    )
    return -np.inf if found.x is None else round(-found.fun)


def margins_of(name: str, seed: int, **options: float) -> Margins:
    """Margins at random prices, or for seed 0 at good ones."""
    reach = reach_of(name)
    return make_margins(reach, some_prices(reach, seed) if seed else good_prices(name), **options)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("seed", [0, 1])
def test_no_plan_of_a_number_exceeds_its_bound(name: str, seed: int) -> None:
    """At any prices the best plan of each number of pupils has no more points than the bound for that number."""
    margins = margins_of(name, seed)
    for number in (None, *range(8)):
        assert most_points(name, number) <= margins.most(number) + EPS


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("seed", [0, 1])
def test_no_plan_with_a_forced_pair_exceeds_its_bound(name: str, seed: int) -> None:
    """The best plan of each number with a pupil at an employer has no more points than the bound of that option."""
    margins, columns = margins_of(name, seed), listed(name)
    for number in (None, 4):
        bound = margins.forced(number)
        for option in range(0, len(bound), 3):
            must = (columns.pupil == margins.pupil[option]) & (columns.employer == margins.employer[option])
            best = most_points(name, number, must) if must.any() else -np.inf
            assert best <= bound[option] + EPS


@pytest.mark.parametrize("name", NAMES)
def test_no_plan_without_a_pupil_exceeds_its_bound(name: str) -> None:
    """The best plan that leaves a pupil out has no more points than the bound without that pupil."""
    margins = margins_of(name, 0)
    for number in (None, 4):
        for pupil, bound in enumerate(margins.without(number)):
            assert most_points(name, number, never=pupil) <= bound + EPS


@pytest.mark.parametrize("name", NAMES)
def test_worth_is_that_of_the_best_position(name: str) -> None:
    """What an option is worth is what its best listed position is worth, and far options are bounded from above."""
    reach, columns, prices = reach_of(name), listed(name), good_prices(name)
    table, _ = resources(reach, columns)
    room = full_stock(reach.work)
    price = np.concatenate([np.zeros(len(reach.pair_start) - 1), prices.places, prices.supervision, prices.pieces,
                            prices.function, prices.seats])  # fmt: skip
    have = np.concatenate([np.ones(len(reach.pair_start) - 1), room.places, room.supervision, room.pieces,
                           room.function, room.seats])  # fmt: skip
    worth = columns.points - table.T @ price[np.isfinite(have)]
    exact, near = make_margins(reach, prices), make_margins(reach, prices, within=30.0)
    for option in range(len(exact.pupil)):
        own = (columns.pupil == exact.pupil[option]) & (columns.employer == exact.employer[option])
        best = float(worth[own].max()) if own.any() else -np.inf
        assert exact.worth[option] == pytest.approx(best, abs=1e-5)
        assert near.worth[option] >= best - EPS
        if best > exact.best[exact.pupil[option]] - 30.0:
            assert near.worth[option] == pytest.approx(best, abs=1e-5)
    assert np.allclose(exact.best, near.best, atol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_the_number_has_the_best_weight(name: str) -> None:
    """The bound of a number is the relaxation at the best weight for it, so no weight gives a lower one."""
    reach, prices = reach_of(name), good_prices(name)
    margins = make_margins(reach, prices)
    for weight in (-300.0, 0.0, 150.0, 900.0):
        count = Count(np.ones(len(reach.pair_start) - 1), weight, target=5.0, free=True)
        assert margins.most(5) <= exact_bound(reach, [count], prices)[0] + 1e-4


def test_one_pupil_is_enough() -> None:
    """The options of one pupil are the same, with the same bounds, when only that pupil is priced."""
    reach, prices = reach_of("3"), good_prices("3")
    every = make_margins(reach, prices)
    for pupil in range(3):
        alone = make_margins(reach, prices, pupils=np.array([pupil]), best=every.best)
        own = slice(every.start[pupil], every.start[pupil + 1])
        assert np.array_equal(alone.employer, every.employer[own])
        assert np.allclose(alone.forced(4), every.forced(4)[own])


def test_what_was_worked_out_on_paper() -> None:
    """Three pupils of tiny at the prices of docs/method/joint.md: forcing a pupil replaces that pupil's term."""
    best = np.array([0.0, 100.0, -100.0])
    margins = Margins(
        start=np.array([0, 1, 2, 3]), pupil=np.arange(3), employer=np.zeros(3, int), worth=best, best=best, paid=1683.0
    )
    assert (margins.most(), margins.most(3), margins.most(2), margins.most(4)) == (1783, 1683, 1783, -np.inf)
    assert margins.forced(2).tolist() == [1783, 1783, 1683]
    assert margins.without(2).tolist() == [1683, 1583, 1783]
    assert margins.without(3).tolist() == [-np.inf] * 3
    assert margins.added(np.array([2]), np.array([50.0]), number=2).tolist() == [1833]


def test_nothing_in_reach() -> None:
    """Where nothing is in reach there are no options, and no plan places anybody."""
    reach = reach_of("tiny")
    none = read_only(np.zeros(3, np.int64))
    nobody = reach._replace(
        pair_start=none, vacancy_start=none, item_start=none[:1], pair_pupil=reach.pair_pupil[:0],
        pair_employer=reach.pair_employer[:0], pair_points=reach.pair_points[:0],
        vacancy_function=reach.vacancy_function[:0], vacancy_points=reach.vacancy_points[:0],
    )  # fmt: skip
    margins = make_margins(nobody, free_prices(reach.work))
    assert (len(margins.pupil), margins.most(0), margins.most(), margins.most(1)) == (0, 0.0, 0.0, -np.inf)
