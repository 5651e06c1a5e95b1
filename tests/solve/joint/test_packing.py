"""Largest choices of whole pieces: by plain enumeration, and the bound that they give."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from benchmarks.regions import make_region
from matchmaker.numbers.problem import make_problem
from matchmaker.solve.joint.dual import Count, exact_bound, in_pieces
from matchmaker.solve.joint.packing import dearest, packings_of
from matchmaker.solve.joint.pricing import piece_prices
from matchmaker.solve.reach import Reach, make_reach
from tests.solve.joint.test_dual import optimum, some_prices

EPS = 1e-6


@pytest.fixture(scope="module", params=[1, 2, 3])
def reach(request: pytest.FixtureRequest) -> Reach:
    """Twelve pupils, five employers of twelve tasks each."""
    return make_reach(make_problem(make_region(12, employers=5, tasks_per_employer=12, seed=request.param)))


def most_of_an_employer(reach: Reach, employer: int, price: np.ndarray) -> float:
    """The worth of the dearest whole pieces that an employer's functions may give up, by trying all."""
    work = reach.work
    lots = range(work.lot_start[employer], work.lot_start[employer + 1])
    best = 0.0
    for counts in product(*(range(int(work.lot_pieces[lot]) + 1) for lot in lots)):
        hours = np.zeros(work.function_start[employer + 1] - work.function_start[employer])
        for lot, count in zip(lots, counts, strict=True):
            for part in range(work.part_start[lot], work.part_start[lot + 1]):
                hours[work.part_function[part]] += count * work.part_hours[part]
        if (hours <= work.cap[work.function_start[employer] : work.function_start[employer + 1]] + EPS).all():
            best = max(best, float(np.dot(counts, price[work.lot_start[employer] : work.lot_start[employer + 1]])))
    return best


@pytest.mark.parametrize("seed", range(3))
def test_the_dearest_choice_is_the_best_of_all(reach: Reach, seed: int) -> None:
    """At any prices the dearest largest choices, and all pieces outside groups, are worth what enumeration finds."""
    packings = packings_of(reach)
    assert not packings.by_hour.any()
    prices = in_pieces(reach, some_prices(reach, seed), packings)
    pieces = reach.work.lot_pieces.astype(float)
    dearest(packings, prices.pieces, pieces)
    for employer in range(5):
        own = slice(reach.work.lot_start[employer], reach.work.lot_start[employer + 1])
        if np.prod(reach.work.lot_pieces[own] + 1) < 60_000:
            assert np.isclose(pieces[own] @ prices.pieces[own], most_of_an_employer(reach, employer, prices.pieces))


@pytest.mark.parametrize("seed", range(3))
def test_whole_pieces_never_weaken_the_bound(reach: Reach, seed: int) -> None:
    """The bound with whole pieces lies between the best plan and the bound with prices by the hour."""
    prices, best = some_prices(reach, seed), optimum(reach)
    counts = [Count(np.ones(12), 200.0, target=float((best.employer >= 0).sum()), free=True)]
    whole, _, _ = exact_bound(reach, counts, prices, packings=packings_of(reach))
    by_hour, _, _ = exact_bound(reach, counts, prices)
    assert int(best.points.sum()) - EPS <= whole <= by_hour + EPS


def test_prices_in_pieces_are_the_same_prices(reach: Reach) -> None:
    """Moving the price of hours to the pieces changes no price of a whole piece."""
    prices, packings = some_prices(reach, 0), packings_of(reach)
    moved = in_pieces(reach, prices, packings)
    assert np.allclose(piece_prices(reach, moved), piece_prices(reach, prices))
    assert not moved.function[~packings.by_hour].any()
