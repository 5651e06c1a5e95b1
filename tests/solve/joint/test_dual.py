"""Bounds: priced again by plain loops, and never below any plan."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import matchmaker as mm
from benchmarks.regions import make_region
from matchmaker.numbers.problem import make_problem
from matchmaker.numbers.timetable import schedule
from matchmaker.solve.joint.build import column_worths
from matchmaker.solve.joint.dual import Count, Relaxation, ascend, bonus_of, exact_bound, in_pieces, pool_of
from matchmaker.solve.joint.packing import dearest
from matchmaker.solve.joint.pricing import piece_prices
from matchmaker.solve.joint.settle import take_best
from matchmaker.solve.joint.shared import offers_of
from matchmaker.solve.joint.stock import Columns, Prices, full_stock
from matchmaker.solve.reach import Reach, make_reach
from tests.compact import compact_model, plan_of, solve_model

TINY = Path(__file__).resolve().parents[3] / "data" / "fixtures" / "tiny"
EPS = 1e-6


@pytest.fixture(scope="module")
def tiny() -> Reach:
    return make_reach(make_problem(mm.read_region(TINY)))


@pytest.fixture(scope="module")
def generated() -> Reach:
    """Twelve pupils, five employers of ten tasks each."""
    return make_reach(make_problem(make_region(12, employers=5, tasks_per_employer=10, seed=1)))


def some_prices(reach: Reach, seed: int) -> Prices:
    """Random prices, many of them nothing; what is without limit costs nothing."""
    rng = np.random.default_rng(seed)
    scales = (60.0, 20.0, 200.0, 50.0, 150.0)
    parts = (
        np.where(rng.random(len(have)) < 0.5, rng.random(len(have)) * scale, 0.0) * np.isfinite(have)
        for have, scale in zip(full_stock(reach.work), scales, strict=True)
    )
    return Prices(*parts)


def best_worth(reach: Reach, pupil: int, prices: Prices) -> float:
    """What the pupil's best position is worth at these prices, by trying every vacancy and every bundle."""
    work, best = reach.work, -np.inf
    for option in range(reach.vacancy_start[pupil], reach.vacancy_start[pupil + 1]):
        function = int(reach.vacancy_function[option])
        worth = reach.vacancy_points[option] - prices.seats[function]
        best = max(best, worth - shared(reach, pupil, int(work.function_employer[function]), prices))
    for pair in range(reach.pair_start[pupil], reach.pair_start[pupil + 1]):
        constant = reach.pair_points[pair] - shared(reach, pupil, int(reach.pair_employer[pair]), prices)
        best = max(best, constant + best_bundle_worth(reach, pair, prices))
    return best


def shared(reach: Reach, pupil: int, employer: int, prices: Prices) -> float:
    """The price of a place and of the supervision."""
    return float(prices.places[employer] + prices.supervision[employer] * reach.work.support[pupil])


def best_bundle_worth(reach: Reach, pair: int, prices: Prices) -> float:
    """Points of the pieces minus their prices, of the best bundle of all."""
    items = range(reach.item_start[pair], reach.item_start[pair + 1])
    lots = [int(reach.item_lot[item]) for item in items]
    points = np.array([int(reach.item_points[item]) for item in items])
    net = points - [piece_price(reach, lot, prices) for lot in lots]
    best = -np.inf
    for counts in product(*(range(reach.work.lot_pieces[lot] + 1) for lot in lots)):
        row = np.array(counts)
        floor = reach.work.fit_floor - reach.pair_points[pair]
        if row.any() and row @ net > best and row @ points >= floor and is_position(reach, pair, lots, row):
            best = float(row @ net)
    return best


def piece_price(reach: Reach, lot: int, prices: Prices) -> float:
    """The price of one piece of a lot, and of the hours it takes from the functions."""
    work = reach.work
    total = float(prices.pieces[lot])
    for part in range(work.part_start[lot], work.part_start[lot + 1]):
        function = work.function_start[work.lot_employer[lot]] + work.part_function[part]
        total += float(work.part_hours[part] * prices.function[function])
    return total


def is_position(reach: Reach, pair: int, lots: list[int], counts: NDArray[np.int64]) -> bool:
    """Whether hours, number of tasks, least hours, caps and week are kept to."""
    work, pupil = reach.work, int(reach.pair_pupil[pair])
    chosen = [(lot, int(count)) for lot, count in zip(lots, counts, strict=True) if count]
    parts = [(part, n) for lot, n in chosen for part in range(work.part_start[lot], work.part_start[lot + 1])]
    hours = [float(work.part_hours[part] * n) for part, n in parts]
    total = sum(hours)
    if not work.hours_min[pupil] - EPS <= total <= work.hours_max[pupil] + EPS or len(parts) > work.max_tasks:
        return False
    if min(hours) < max(0.5, total / 16) - EPS:
        return False
    first = work.function_start[reach.pair_employer[pair]]
    for function in {int(work.part_function[part]) for part, _ in parts}:
        given = sum(own for own, (part, _) in zip(hours, parts, strict=True) if work.part_function[part] == function)
        if given > work.cap[first + function] + EPS:
            return False
    return schedule(hours, [int(work.part_when[part] & work.available[pupil]) for part, _ in parts]) is not None


def bound_by_loops(reach: Reach, bonus: NDArray[np.float64], prices: Prices) -> float:
    """The relaxation: everybody takes the best or nothing, and all there is to give out is paid for."""
    taken = [best_worth(reach, pupil, prices) + bonus[pupil] for pupil in range(len(bonus))]
    paid = [
        float(np.where(np.isfinite(have), have, 0.0) @ price)
        for have, price in zip(full_stock(reach.work), prices, strict=True)
    ]
    return sum(max(value, 0.0) for value in taken) + sum(paid)


def optimum(reach: Reach, *, number: int | None = None) -> Columns:
    """The plan with most points (of those that place so many), by an integer program."""
    model = compact_model(reach, objective="points", number_at_least=number)
    found = solve_model(model, time_limit=10)
    assert found.x is not None
    return plan_of(reach, model, found.x)


@pytest.mark.parametrize("seed", range(6))
def test_the_bound_is_the_relaxation(tiny: Reach, seed: int) -> None:
    """At any prices and any worth of a placement the bound is what loops over all bundles find, or a little more."""
    prices = some_prices(tiny, seed)
    pupils = len(tiny.pair_start) - 1
    counts = [Count(np.ones(pupils), 120.0 * seed), Count(np.arange(pupils) % 3 == 0, 50.0 * seed, target=2.0)]
    bound, columns, value = exact_bound(tiny, counts, prices)
    expected = bound_by_loops(tiny, bonus_of(counts, pupils), prices) - 2.0 * 50.0 * seed
    assert np.isclose(bound, expected, atol=1e-4)
    for pupil in range(pupils):
        worth = best_worth(tiny, pupil, prices) + bonus_of(counts, pupils)[pupil]
        assert np.isclose(max(value[pupil], 0.0), max(worth, 0.0), atol=1e-4)


@pytest.mark.parametrize("seed", range(4))
def test_no_plan_exceeds_the_bound(tiny: Reach, generated: Reach, seed: int) -> None:
    """The plan with most points has no more than the bound at any prices, nor the best of those that place so many."""
    for reach in (tiny, generated):
        pupils, prices = len(reach.pair_start) - 1, some_prices(reach, seed)
        best = optimum(reach)
        assert int(best.points.sum()) <= exact_bound(reach, [], prices)[0] + EPS
        number = int((best.employer >= 0).sum())
        for weight in (0.0, 300.0, 2000.0):
            counts = [Count(np.ones(pupils), weight, target=float(number), free=True)]
            assert int(best.points.sum()) <= exact_bound(reach, counts, prices)[0] + EPS


def test_rounds_lower_the_bound(generated: Reach) -> None:
    """Each round leaves the bound where it is or lowers it, and the best plan stays below it."""
    relaxation = Relaxation(generated, [])
    best, bounds = int(optimum(generated).points.sum()), [relaxation.bound]
    for _ in range(6):
        relaxation.improve(steps=150, target=0.985 * relaxation.bound)
        bounds.append(relaxation.bound)
    assert bounds == sorted(bounds, reverse=True)
    assert bounds[0] > bounds[-1] >= best - EPS
    again, _, _ = exact_bound(generated, relaxation.counts, relaxation.prices, packings=relaxation.packings)
    assert np.isclose(again, relaxation.bound)


@pytest.mark.parametrize("seed", range(3))
def test_pairs_left_unpriced_change_nothing(generated: Reach, seed: int) -> None:
    """However prices move, the bound with screened pairs is the one with every pair priced."""
    relaxation = Relaxation(generated, [])
    relaxation.slack = 0.0
    for step in range(8):
        near = some_prices(generated, seed)
        prices = Prices(*(part * (1 + 0.05 * step) / (1 + step % 3) for part in near))
        counts = [Count(np.ones(12), 40.0 * step)]
        screened, columns, _ = relaxation._price(counts, prices, relaxation._offers())
        full, _, _ = exact_bound(generated, counts, prices, packings=relaxation.packings)
        assert np.isclose(screened, full)
        relaxation.pool = pool_of([relaxation.pool.columns, columns], 12)


def test_prices_are_never_negative(generated: Reach) -> None:
    """Prices stay at nothing or above, and what is without limit costs nothing."""
    relaxation = Relaxation(generated, [])
    offers = offers_of(generated.work, relaxation.shared, relaxation.pool.columns, relaxation.pool.start)
    dual = ascend(
        relaxation.shared,
        offers,
        [],
        in_pieces(generated, relaxation.prices, relaxation.packings),
        steps=200,
        target=0.9 * relaxation.bound,
    )
    for have, price in zip(full_stock(generated.work), dual.prices, strict=True):
        assert (price >= 0).all()
        assert not price[~np.isfinite(have)].any()


@pytest.mark.parametrize(("target", "weight"), [(3.0, 900.0), (11.0, 0.0)])
def test_weights_move_with_the_prices(generated: Reach, target: float, weight: float) -> None:
    """The least value is that of the relaxation at the prices and weights that come with it, below where it began."""
    relaxation = Relaxation(generated, [])
    offers, taken = relaxation._offers(), np.empty(12, np.int64)
    count = Count(np.ones(12), weight, target=target, free=True)
    start = in_pieces(generated, relaxation.prices, relaxation.packings)
    values = []
    for steps in (1, 200):
        dual = ascend(relaxation.shared, offers, [count], start, steps=steps, target=0.0, move_counts=True)
        (moved,), known = dual.counts, np.empty(12)
        price = np.concatenate(dual.prices._replace(pieces=piece_prices(generated, dual.prices)))
        value = take_best(offers, np.full(12, moved.weight), price, known, taken) - moved.weight * target
        pieces = generated.work.lot_pieces.astype(float)
        dearest(relaxation.packings, dual.prices.pieces, pieces)
        for have, one in zip((pieces, *full_stock(generated.work)[1:]), dual.prices, strict=True):
            value += float(have[one > 0] @ one[one > 0])
        assert np.isclose(dual.value, value)
        values.append(value)
    assert values[1] < values[0]
    assert moved.weight != weight


def test_the_pool_has_no_doubles(generated: Reach) -> None:
    """However often the same position is priced, it is in the pool once."""
    relaxation = Relaxation(generated, [])
    for _ in range(3):
        relaxation.improve(steps=50, target=0.98 * relaxation.bound)
    columns = relaxation.pool.columns
    key = np.column_stack([columns.pupil, columns.employer, columns.function, columns.lot, columns.count])
    assert len(np.unique(key, axis=0)) == len(key) == len(relaxation.pool)
    assert np.array_equal(np.searchsorted(columns.pupil, np.arange(13)), relaxation.pool.start)


@pytest.mark.parametrize("seed", range(3))
def test_everybody_takes_the_best_of_the_pool(generated: Reach, seed: int) -> None:
    """What pupils take from a pool at some prices is worth most there."""
    relaxation, prices = Relaxation(generated, []), some_prices(generated, seed)
    columns, start = relaxation.pool.columns, relaxation.pool.start
    offers, known, taken = relaxation._offers(), np.empty(12), np.empty(12, np.int64)
    worth = column_worths(generated, columns, np.arange(len(columns.pupil)), prices, piece_prices(generated, prices))
    price = np.concatenate(prices._replace(pieces=piece_prices(generated, prices)))
    total = take_best(offers, np.full(12, 30.0), price, known, taken)
    best = [max([0.0, *(30.0 + worth[first:last])]) for first, last in zip(start[:-1], start[1:], strict=True)]
    assert np.allclose(known, best) and np.isclose(total, sum(best))
    assert np.allclose(known[taken >= 0], 30.0 + worth[taken[taken >= 0]])
