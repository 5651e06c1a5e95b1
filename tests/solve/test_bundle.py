"""The best bundle of a pair against trying everything."""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from matchmaker.numbers.arrays import all_read_only
from matchmaker.numbers.timetable import schedule
from matchmaker.solve.bundle import Found, Limits, best_bundle, week_holds
from matchmaker.solve.compiled import SWITCH
from matchmaker.solve.joint.pricing import price_pair
from matchmaker.solve.joint.stock import full_stock
from matchmaker.solve.reach import Reach, Work

EPS = 1e-6
EVERYTHING = -1e18
FUNCTIONS = 3
DAYS = [0b1111111111, 0b0101010101, 0b1010101010, 0b11, 0b1100, 0b1]

Bundle = tuple[tuple[int, int], ...]


class Case(NamedTuple):
    """One pupil at one employer, and the price of a piece of every lot."""

    reach: Reach
    piece_price: NDArray[np.float64]


def make_case(seed: int, *, lots: int, max_tasks: int) -> Case:
    """Lots of one or two tasks, pieces, caps, windows, prices and a floor, by the seed."""
    rng = np.random.default_rng(seed)
    parts = rng.choice([1, 1, 1, 1, 2], lots)
    start = np.concatenate([[0], np.cumsum(parts)]).astype(np.int64)
    sizes = [0.25, 0.5, 1.0, 1.5, 2.0, 2.5, 4.0] if rng.random() < 0.7 else [0.5, 0.75, 4.0, 8.0, 9.0]
    hours = rng.choice(sizes, start[-1])
    least = float(rng.choice([0.5, 0.5, 2.0, 4.0, 8.0, 14.0]))
    work = Work(
        hours_min=np.array([least]),
        hours_max=np.array([least + float(rng.choice([0.0, 4.0, 4.0, 10.0, 24.0]))]),
        support=np.array([1.0]),
        available=np.array([rng.choice(DAYS[:2] + [0b0111011101, 0b1111])], np.int32),
        lot_start=np.array([0, lots]),
        lot_employer=np.zeros(lots, np.int64),
        lot_pieces=np.where(parts == 1, rng.choice([1, 1, 1, 2, 3], lots), 1),
        lot_hours=np.add.reduceat(hours, start[:-1]),
        part_start=start,
        part_hours=hours,
        part_when=rng.choice(DAYS, start[-1]).astype(np.int32),
        part_function=rng.integers(0, FUNCTIONS, start[-1]),
        function_start=np.array([0, FUNCTIONS]),
        function_employer=np.zeros(FUNCTIONS, np.int64),
        cap=rng.choice([3.0, 6.0, 20.0, 20.0, np.inf], FUNCTIONS),
        seats=np.zeros(FUNCTIONS, np.int64),
        places=np.array([1]),
        supervision=np.array([1.0]),
        max_tasks=max_tasks,
        fit_floor=int(rng.choice([-10_000, -10_000, 60])),
    )
    points = (rng.integers(-10, 60, lots) * np.maximum(1, work.lot_hours)).astype(np.int32)
    price = rng.random(lots) * np.abs(points) * float(rng.choice([0.0, 1.2]))
    return Case(one_pair(all_read_only(work), points), price)


def one_pair(work: Work, points: NDArray[np.int32]) -> Reach:
    """All lots in reach of the one pupil at the one employer."""
    reach = Reach(
        work=work,
        pair_start=np.array([0, 1]),
        pair_pupil=np.array([0]),
        pair_employer=np.array([0]),
        pair_points=np.array([-7]),
        item_start=np.array([0, len(points)]),
        item_lot=np.arange(len(points), dtype=np.int32),
        item_points=points,
        vacancy_start=np.array([0, 0]),
        vacancy_function=np.zeros(0, np.int64),
        vacancy_points=np.zeros(0, np.int64),
    )
    return all_read_only(reach)


def everything(case: Case) -> dict[Bundle, float]:
    """Every bundle that keeps all limits, and its value, by trying all combinations of pieces."""
    work, points = case.reach.work, case.reach.item_points
    net = points - case.piece_price
    counts = np.array(list(product(*(range(pieces + 1) for pieces in work.lot_pieces))))
    hours = counts @ work.lot_hours
    tasks = (counts > 0) @ np.diff(work.part_start)
    fits = (work.hours_min[0] - EPS <= hours) & (hours <= work.hours_max[0] + EPS)
    fits &= (tasks >= 1) & (tasks <= work.max_tasks) & (counts @ points - 7 >= work.fit_floor)
    return {
        tuple((lot, int(count)) for lot, count in enumerate(row) if count): float(row @ net)
        for row in counts[fits]
        if keeps_limits(work, row)
    }


def keeps_limits(work: Work, row: NDArray[np.int64]) -> bool:
    """Whether tasks are long enough, functions give up no more than they may, and the hours fit into the week."""
    parts = [part for lot in np.flatnonzero(row) for part in range(work.part_start[lot], work.part_start[lot + 1])]
    lot_of = np.searchsorted(work.part_start, parts, side="right") - 1
    hours = work.part_hours[parts] * row[lot_of]
    if hours.min() < max(0.5, hours.sum() / 16) - EPS:
        return False
    given = np.bincount(work.part_function[parts], weights=hours, minlength=FUNCTIONS)
    if (given > work.cap + EPS).any():
        return False
    return schedule(hours.tolist(), [int(work.part_when[part] & work.available[0]) for part in parts]) is not None


def find(case: Case, *, keep: int, beat: float = EVERYTHING) -> tuple[list[tuple[Bundle, float]], float]:
    """The best bundles by branch and bound, and the bound on all others."""
    shape = (keep, case.reach.work.max_tasks)
    found = Found(np.full(shape, -1, np.int64), np.zeros(shape, np.int64), np.zeros(keep))
    kept, bound = price_pair(case.reach, full_stock(case.reach.work), case.piece_price, 0, beat, found)
    rows = [(bundle_of(found, row), float(found.value[row])) for row in range(kept)]
    return rows, float(bound)


def bundle_of(found: Found, row: int) -> Bundle:
    """The lots and pieces of one row, by lot."""
    used = found.lot[row] >= 0
    return tuple(sorted(zip(found.lot[row][used].tolist(), found.count[row][used].tolist(), strict=True)))


def agree(case: Case, *, keep: int) -> None:
    """Check the best bundles and the bound against all bundles."""
    bundles = everything(case)
    values = sorted(bundles.values(), reverse=True)
    rows, bound = find(case, keep=keep)
    assert np.allclose([value for _, value in rows], values[:keep])
    assert len({bundle for bundle, _ in rows}) == len(rows)
    assert all(np.isclose(bundles[bundle], value) for bundle, value in rows)
    assert bound >= max([value for bundle, value in bundles.items() if bundle not in dict(rows)], default=-np.inf) - EPS


seeds, few_lots = st.integers(0, 1 << 32), st.integers(1, 7)


@settings(max_examples=1000, deadline=None)
@given(seeds, few_lots, st.integers(1, 6), st.sampled_from([1, 3, 200]))
def test_best_bundle_is_the_best_of_all(seed: int, lots: int, max_tasks: int, keep: int) -> None:
    """The k best bundles are those of full enumeration, each listed once, and the bound covers every other one."""
    agree(make_case(seed, lots=lots, max_tasks=max_tasks), keep=keep)


@settings(max_examples=40, deadline=None)
@given(seeds, st.integers(7, 10), st.sampled_from([1, 5]))
def test_ten_tasks(seed: int, lots: int, keep: int) -> None:
    """With up to ten tasks in a bundle the search still finds what full enumeration finds."""
    agree(make_case(seed, lots=lots, max_tasks=10), keep=keep)


@settings(max_examples=300, deadline=None)
@given(seeds, few_lots, st.sampled_from([0.0, 0.0, 0.02, 0.1, 0.5]), st.sampled_from([0.0, -1.0, 5.0]))
def test_only_bundles_that_beat_a_value(seed: int, lots: int, place: float, more: float) -> None:
    """Asked for bundles worth more than a value, such as just the best, the search lists these and bounds the rest."""
    case = make_case(seed, lots=lots, max_tasks=4)
    values = sorted(everything(case).values(), reverse=True)
    beat = values[int(place * len(values))] + more if values else 0.0
    rows, bound = find(case, keep=500, beat=beat)
    assert np.allclose([value for _, value in rows], [value for value in values if value > beat + EPS])
    assert bound >= max([value for value in values if value <= beat + EPS], default=-np.inf) - EPS


@pytest.mark.parametrize("seed", range(12))
def test_the_source_runs_uncompiled(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """As plain Python the kernels find what full enumeration finds."""
    monkeypatch.setenv(SWITCH, "1")
    agree(make_case(seed, lots=5, max_tasks=4), keep=3)


@pytest.mark.parametrize("nodes", [0, 1, 3, 10])
def test_a_search_that_gives_up_has_a_bound(nodes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """After too few steps what was found is feasible, and the bound still covers the best bundle."""
    monkeypatch.setenv(SWITCH, "1")
    for seed in range(10):
        case = make_case(seed, lots=6, max_tasks=4)
        reach, bundles = case.reach, everything(case)
        work = reach.work
        found = Found(np.full((1, 4), -1, np.int64), np.zeros((1, 4), np.int64), np.zeros(1))
        limits = Limits(
            work.hours_min[0], work.hours_max[0], 4, work.fit_floor + 7, int(work.available[0]), work.cap.copy()
        )
        net, points = reach.item_points - case.piece_price, reach.item_points.astype(np.int64)
        lots = np.arange(len(points))
        kept, bound = best_bundle(lots, net, points, work.lot_pieces, work, limits, EVERYTHING, nodes, found)
        assert all(bundle_of(found, row) in bundles for row in range(kept))
        best = max(bundles.values(), default=-np.inf)
        assert max(bound, found.value[0] if kept else -np.inf) >= best - EPS


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 63), st.sampled_from([0.5, 2.0, 4.0, 6.0, 12.0])), min_size=1, max_size=5))
def test_week_holds_what_has_a_schedule(groups: list[tuple[int, float]]) -> None:
    """Hall's condition in the kernel says yes exactly when an explicit schedule exists."""
    masks, hours = [mask for mask, _ in groups], [own for _, own in groups]
    held = week_holds(np.array(masks, np.int64), np.array(hours), len(groups))
    assert held == (schedule(hours, masks) is not None)
