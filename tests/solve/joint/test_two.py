"""Positions at two employers: priced as trying everything does, with weeks divided by hand."""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from benchmarks.regions import make_region
from matchmaker.numbers.arrays import read_only
from matchmaker.numbers.problem import make_problem
from matchmaker.numbers.timetable import schedule
from matchmaker.solve.bundle import Found
from matchmaker.solve.halves import WEEK, halves_hold
from matchmaker.solve.joint import solve
from matchmaker.solve.joint.couple import price_two, write_two
from matchmaker.solve.joint.exact import solve_exactly
from matchmaker.solve.joint.proof import proof_for
from matchmaker.solve.joint.stock import (
    Stock,
    column_fits,
    free_prices,
    full_stock,
    give,
    no_columns,
    second_employer,
    take,
)
from matchmaker.solve.joint.two import best_at_two
from matchmaker.solve.reach import Reach, Work, make_reach

EPS = 1e-6
FUNCTIONS = 2
ORDER = ("placed", "points")
OPEN = [0b111111, 0b010101, 0b101010, 0b11, 0b1100, 0b1]

Choice = tuple[tuple[int, int], ...]


class Case(NamedTuple):
    """One pupil with two employers, and the price of a piece of every lot."""

    reach: Reach
    piece_price: NDArray[np.float64]


def make_case(seed: int) -> Case:
    """Up to four lots at each of two employers: pieces, groups of two tasks, caps, windows, prices, a floor."""
    rng = np.random.default_rng(seed)
    each = rng.integers(1, 5, 2)
    lots = int(each.sum())
    parts = rng.choice([1, 1, 1, 2], lots)
    start = np.concatenate([[0], np.cumsum(parts)]).astype(np.int64)
    sizes = [0.25, 0.5, 1.0, 2.0, 2.5, 4.0] if rng.random() < 0.7 else [0.5, 3.0, 4.0, 8.0]
    hours = rng.choice(sizes, start[-1])
    least = float(rng.choice([0.5, 2.0, 4.0, 8.0]))
    work = Work(
        hours_min=np.array([least]),
        hours_max=np.array([least + float(rng.choice([0.0, 4.0, 8.0, 16.0]))]),
        support=np.array([1.0]),
        available=np.array([rng.choice([0b111111, 0b111111, 0b011011, 0b1111])], np.int32),
        lot_start=np.concatenate([[0], np.cumsum(each)]).astype(np.int64),
        lot_employer=np.repeat([0, 1], each),
        lot_pieces=np.where(parts == 1, rng.choice([1, 1, 2], lots), 1),
        lot_hours=np.add.reduceat(hours, start[:-1]),
        part_start=start,
        part_hours=hours,
        part_when=rng.choice(OPEN, start[-1]).astype(np.int32),
        part_function=rng.integers(0, FUNCTIONS, start[-1]),
        function_start=np.array([0, FUNCTIONS, 2 * FUNCTIONS]),
        function_employer=np.repeat([0, 1], FUNCTIONS),
        cap=rng.choice([2.0, 6.0, 20.0, np.inf], 2 * FUNCTIONS),
        seats=np.zeros(2 * FUNCTIONS, np.int64),
        places=np.array([1, 1]),
        supervision=np.array([1.0, 1.0]),
        max_tasks=int(rng.choice([2, 3, 5])),
        fit_floor=int(rng.choice([-10_000, -10_000, 60])),
        most_employers=2,
    )
    work = Work(*(read_only(part) if isinstance(part, np.ndarray) else part for part in work))
    points = (rng.integers(-10, 60, lots) * np.maximum(1, work.lot_hours)).astype(np.int32)
    price = rng.random(lots) * np.abs(points) * float(rng.choice([0.0, 1.2]))
    none = read_only(np.zeros(0, np.int64))
    reach = Reach(
        work=work,
        pair_start=read_only(np.array([0, 2])),
        pair_pupil=read_only(np.array([0, 0])),
        pair_employer=read_only(np.array([0, 1])),
        pair_points=read_only(rng.integers(-30, 40, 2)),
        item_start=read_only(np.concatenate([[0], np.cumsum(each)]).astype(np.int64)),
        item_lot=read_only(np.arange(lots, dtype=np.int32)),
        item_points=read_only(points),
        vacancy_start=read_only(np.array([0, 0])),
        vacancy_function=none,
        vacancy_points=none,
    )
    return Case(reach, price)


def small_reach(seed: int) -> Reach:
    """Twelve pupils, five employers of ten tasks each, positions at two employers allowed."""
    region = make_region(12, employers=5, tasks_per_employer=10, seed=seed)
    return make_reach(make_problem(region.replace(policy=region.policy.replace(employers_per_position=2))))


@pytest.mark.parametrize("seed", [2, 3, 7])
def test_the_bound_is_never_below_the_optimum(seed: int) -> None:
    """The bound from prices holds for the best plan that an integer program finds among all positions."""
    reach = small_reach(seed)
    everybody, nobody = np.ones(12, bool), np.zeros(12, bool)
    best = solve_exactly(reach, masks=[everybody], same_number=[everybody], seconds=np.inf)
    assert best is not None
    chosen, points = best
    assert proof_for(reach, chosen, hardest=nobody, fixed=None, order=ORDER).lagrangian >= points - EPS
    found = solve(reach, hardest=nobody, lottery=np.arange(12), order=ORDER, steps=20, exactly=False)
    at = found.columns.employer >= 0
    assert at.sum() <= (chosen.employer >= 0).sum()
    if at.sum() == (chosen.employer >= 0).sum():
        assert found.columns.points[at].sum() <= points <= found.bound + EPS


def divides(hours: list[float], masks: list[int], at: list[int]) -> bool:
    """Whether some division of the moments gives each employer a timetable for its own tasks: all are tried."""
    union = int(np.bitwise_or.reduce(masks)) if masks else 0
    moments = [1 << k for k in range(WEEK) if union >> k & 1]
    for picks in product((0, 1), repeat=len(moments)):
        own = [sum(bit for bit, pick in zip(moments, picks, strict=True) if pick == side) for side in (0, 1)]
        tasks = [[(h, m & own[side]) for h, m, e in zip(hours, masks, at, strict=True) if e == side] for side in (0, 1)]
        if all(schedule([h for h, _ in of], [m for _, m in of]) is not None for of in tasks):
            return True
    return False


def is_position(case: Case, choice: Choice) -> bool:
    """Whether hours, number and length of tasks, caps, both employers and the divided week are kept to."""
    work = case.reach.work
    parts = [(part, n, lot) for lot, n in choice for part in range(work.part_start[lot], work.part_start[lot + 1])]
    hours = [float(work.part_hours[part] * n) for part, n, _ in parts]
    at = [int(work.lot_employer[lot]) for _, _, lot in parts]
    if set(at) != {0, 1} or len(parts) > work.max_tasks:
        return False
    if not work.hours_min[0] - EPS <= sum(hours) <= work.hours_max[0] + EPS or min(hours) < max(0.5, sum(hours) / 16):
        return False
    taken = np.zeros(len(work.cap))
    for (part, _, _), own, where in zip(parts, hours, at, strict=True):
        taken[FUNCTIONS * where + work.part_function[part]] += own
    points = sum(n * case.reach.item_points[lot] for lot, n in choice) + case.reach.pair_points.sum()
    if (taken > work.cap + EPS).any() or points < work.fit_floor:
        return False
    return divides(hours, [int(work.part_when[part] & work.available[0]) for part, _, _ in parts], at)


def all_positions(case: Case) -> dict[Choice, float]:
    """Every position at both employers with its value: points of the pieces less their prices."""
    pieces = case.reach.work.lot_pieces
    found = {}
    for counts in product(*(range(n + 1) for n in pieces)):
        choice = tuple((lot, n) for lot, n in enumerate(counts) if n)
        if sum(n > 0 for n in counts) >= 2 and is_position(case, choice):
            found[choice] = float(sum(n * (case.reach.item_points[lot] - case.piece_price[lot]) for lot, n in choice))
    return found


def priced(case: Case, rows: int, beat: float = -1e15) -> tuple[list[Choice], list[float], float]:
    """What the kernel finds, best first, and its bound on the rest."""
    most = case.reach.work.max_tasks
    found = Found(np.full((rows, most), -1, np.int64), np.zeros((rows, most), np.int64), np.zeros(rows))
    stock = Stock(*full_stock(case.reach.work))
    count, rest = price_two(case.reach, stock, case.piece_price, 0, 1, beat, found)
    choices = [
        tuple(sorted((int(lot), int(n)) for lot, n in zip(found.lot[k], found.count[k], strict=True) if lot >= 0))
        for k in range(count)
    ]
    return choices, found.value[:count].tolist(), rest


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**9))
def test_pricing_lists_all_positions(seed: int) -> None:
    """With room for all, the search at two employers lists just the positions that trying everything finds."""
    case = make_case(seed)
    expected = all_positions(case)
    choices, values, _ = priced(case, 3000)
    assert sorted(choices) == sorted(expected)
    assert np.allclose(values, [expected[choice] for choice in choices])
    assert values == sorted(values, reverse=True)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**9))
def test_the_best_and_a_bound_on_the_rest(seed: int) -> None:
    """The best position is found, and no other is worth more than the bound returned."""
    case = make_case(seed)
    worths = sorted(all_positions(case).values(), reverse=True)
    _, values, rest = priced(case, 1)
    assert np.allclose(values, worths[:1])
    assert not worths or rest >= max(worths[1:], default=-np.inf) - EPS


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**9))
def test_couples_left_out_cannot_matter(seed: int) -> None:
    """The bound on all positions at two holds, is exact for what matters, and points are those of both employers."""
    case = make_case(seed)
    reach, stock = case.reach, Stock(*full_stock(case.reach.work))
    worths = [value + float(reach.pair_points.sum()) for value in all_positions(case).values()]
    for top in (-1e12, 60.0):
        columns, value, bound = best_at_two(
            reach,
            stock,
            free_prices(reach.work),
            case.piece_price,
            who=np.array([0]),
            top=np.array([top]),
            slack=0.0,
            keep=1,
        )
        most = max(worths, default=-np.inf)
        assert bound[0] >= most - EPS or most <= top
        assert (columns.employer[0] >= 0) == (most > top + EPS)
        if most > top + EPS:
            assert np.isclose(value[0], most)
            assert np.isclose(columns.points[0] - priced_at(case, columns.lot[0], columns.count[0]), most)


def priced_at(case: Case, lots: NDArray[np.int64], counts: NDArray[np.int64]) -> float:
    """The prices of the pieces of a bundle."""
    return float(sum(n * case.piece_price[lot] for lot, n in zip(lots, counts, strict=True) if lot >= 0))


@settings(max_examples=120, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 63), st.sampled_from([0.5, 2.0, 4.0, 5.0, 9.0]), st.integers(0, 1)), max_size=5)
)
def test_weeks_are_divided_just_when_they_can_be(tasks: list[tuple[int, float, int]]) -> None:
    """The search over divisions of the week agrees with trying them all with an explicit timetable."""
    masks = np.array([mask << (WEEK * side) for mask, _, side in tasks], np.int64)
    hours = np.array([own for _, own, _ in tasks])
    expected = divides(hours.tolist(), [mask for mask, _, _ in tasks], [side for _, _, side in tasks])
    assert halves_hold(masks, hours, len(tasks)) == expected


@pytest.mark.parametrize("seed", range(40))
def test_both_employers_give(seed: int) -> None:
    """A position at two employers takes a place, support hours and pieces at each, and gives them back."""
    case = make_case(seed)
    choices, _, _ = priced(case, 1)
    if not choices:
        return
    reach, stock, columns = case.reach, Stock(*full_stock(case.reach.work)), no_columns(1, case.reach.work.max_tasks)
    lots, counts = np.full((2, reach.work.max_tasks), -1, np.int64)
    lots[: len(choices[0])], counts[: len(choices[0])] = zip(*choices[0], strict=True)
    write_two(reach, 0, 1, lots, counts, columns, 0)
    at = [
        float(sum(n * reach.work.lot_hours[k] for k, n in choices[0] if reach.work.lot_employer[k] == e))
        for e in (0, 1)
    ]
    assert columns.employer[0] == int(at[1] > at[0] + EPS)
    assert second_employer(reach.work, columns, 0) == 1 - columns.employer[0]
    assert column_fits(reach.work, stock, columns, 0)
    take(reach.work, stock, columns, 0)
    assert stock.places.tolist() == [0, 0] and stock.supervision.tolist() == [0.0, 0.0]
    assert all(reach.work.lot_pieces[lot] - stock.pieces[lot] == n for lot, n in choices[0])
    assert (stock.function >= -EPS).all() and not column_fits(reach.work, stock, columns, 0)
    give(reach.work, stock, columns, 0)
    assert all(np.allclose(a, b) for a, b in zip(stock, full_stock(reach.work), strict=True))
