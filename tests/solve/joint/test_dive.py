"""Diving: what is left of a region and its prices, whole plans, and the moves that fill employers that way."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.regions import make_region
from matchmaker.numbers.arrays import all_read_only
from matchmaker.numbers.problem import make_problem
from matchmaker.solve import chunks
from matchmaker.solve.joint.build import empty_columns, fill, weights_of
from matchmaker.solve.joint.clock import Clock
from matchmaker.solve.joint.dive import STRIDE, dive
from matchmaker.solve.joint.dual import Count, Relaxation, bonus_of
from matchmaker.solve.joint.first import MORE, note_more_dives
from matchmaker.solve.joint.groups import no_leads
from matchmaker.solve.joint.packing import Packings, group_starts, packings_of
from matchmaker.solve.joint.refill import ROOM, add
from matchmaker.solve.joint.repair import Kind, Repair, total_value
from matchmaker.solve.joint.settle import no_weights, settle
from matchmaker.solve.joint.shared import (
    Shared,
    offers_of,
    read_prices,
    shared_of,
    typical_use,
    write_prices,
    write_use,
)
from matchmaker.solve.joint.shelf import no_shelf
from matchmaker.solve.joint.stock import (
    Columns,
    Prices,
    Stock,
    column_fits,
    free_prices,
    full_stock,
    no_columns,
    take,
)
from matchmaker.solve.reach import Reach, first_pupils, make_reach
from tests.compact import check_solution

PUPILS = 24


@pytest.fixture(scope="module")
def reach() -> Reach:
    """Give a region of 24 x 8."""
    return make_reach(make_problem(make_region(PUPILS, employers=8, seed=3)))


@pytest.fixture(scope="module")
def relaxation(reach: Reach) -> Relaxation:
    """Relax the region where everybody placed is worth 300 points, with a few rounds of prices."""
    found = Relaxation(reach, [Count(np.ones(PUPILS), 300.0)])
    for _ in range(6):
        found.improve(steps=100, target=0.98 * found.bound)
    return found


def some_gone(reach: Reach, pool: Columns, rng: np.random.Generator) -> Stock:
    """Give out columns of a pool drawn at random, as far as they fit; return what is left."""
    stock = Stock(*full_stock(reach.work))
    for row in rng.permutation(len(pool.pupil))[: int(rng.integers(0, 12))].tolist():
        if column_fits(reach.work, stock, pool, row):
            take(reach.work, stock, pool, row)
    return stock


def shared_by(reach: Reach, packings: Packings, stock: Stock, employers: np.ndarray) -> Shared:
    """Return what some employers have left."""
    groups, typical = group_starts(reach.work, packings), typical_use(reach)
    return shared_of(reach.work, packings, groups, stock, employers, typical)


def choices_by_lot(packings: Packings, name: np.ndarray) -> set[tuple[tuple[int, int], ...]]:
    """Every choice as pairs of a lot, by its name, and the pieces taken of it."""
    found = set()
    for group in range(len(packings.lot_start) - 1):
        lots = name[packings.lot[packings.lot_start[group] : packings.lot_start[group + 1]]]
        for choice in range(packings.choice_start[group], packings.choice_start[group + 1]):
            at = packings.taken_start[choice]
            found.add(tuple(zip(lots.tolist(), packings.taken[at : at + len(lots)].tolist(), strict=True)))
    return found


def placed_by_dive(reach: Reach, relaxation: Relaxation, **options: object) -> tuple[Columns, Stock]:
    """Make a plan of the whole region by a dive."""
    pupils = len(reach.pair_start) - 1
    stock, chosen = Stock(*full_stock(reach.work)), no_columns(pupils, reach.work.max_tasks)
    given: dict[str, object] = {
        "packings": relaxation.packings,
        "who": np.ones(pupils, bool),
        "bonus": bonus_of(relaxation.counts, pupils),
        "lottery": np.arange(pupils),
        "seconds_left": lambda: np.inf,
    }
    dive(reach, stock, relaxation.prices, relaxation.pool.columns, chosen, **(given | options))  # type: ignore[arg-type]
    return chosen, stock


def left_by(reach: Reach, chosen: Columns) -> Stock:
    """Return what a plan leaves, given out one by one; everything must fit."""
    stock = Stock(*full_stock(reach.work))
    for pupil in np.flatnonzero(chosen.employer >= 0).tolist():
        assert column_fits(reach.work, stock, chosen, pupil)
        take(reach.work, stock, chosen, pupil)
    return stock


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_choices_of_what_is_left_are_those_listed_anew(reach: Reach, relaxation: Relaxation, seed: int) -> None:
    """Largest choices less what is gone are the largest choices of what is left."""
    rng = np.random.default_rng(seed)
    stock = some_gone(reach, relaxation.pool.columns, rng)
    employers = np.sort(rng.permutation(8)[: int(rng.integers(1, 9))])
    shared = shared_by(reach, relaxation.packings, stock, employers)
    work = reach.work
    rest = packings_of(all_read_only(reach._replace(work=work._replace(lot_pieces=stock.pieces, cap=stock.function))))
    name = np.concatenate([np.arange(work.lot_start[one], work.lot_start[one + 1]) for one in employers])
    wanted = {
        choice
        for choice in choices_by_lot(rest, np.arange(len(work.lot_pieces)))
        if work.lot_employer[choice[0][0]] in employers
    }
    assert choices_by_lot(shared.packings, name) == wanted


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_what_a_column_uses_is_what_it_takes(reach: Reach, relaxation: Relaxation, seed: int) -> None:
    """Taking a column lowers what is left by what it is said to use, and nothing else."""
    rng, pool = np.random.default_rng(seed), relaxation.pool.columns
    employers = np.sort(rng.permutation(8)[: int(rng.integers(1, 9))])
    at_one = np.flatnonzero(np.isin(pool.employer, employers))
    stock = Stock(*full_stock(reach.work))
    row = int(rng.choice(at_one))
    before = shared_by(reach, relaxation.packings, stock, employers)
    index, amount = np.empty(reach.work.max_tasks + 2, np.int32), np.empty(reach.work.max_tasks + 2)
    place = int(np.searchsorted(employers, pool.employer[row]))
    write_use(reach.work, before, place, pool, row, index, amount)
    take(reach.work, stock, pool, row)
    after = shared_by(reach, relaxation.packings, stock, employers)
    used = np.bincount(index, amount, len(before.capacity))
    for lot in np.flatnonzero(used[: len(before.link_start) - 1]).tolist():
        for link in range(before.link_start[lot], before.link_start[lot + 1]):
            used[before.link_row[link]] += used[lot] * before.link_hours[link]
    np.testing.assert_allclose(before.capacity - after.capacity, used, atol=1e-9)


def test_prices_in_a_row_and_back(reach: Reach, relaxation: Relaxation) -> None:
    """Prices written back from a row are those that were read; other employers' prices stay."""
    rng, employers = np.random.default_rng(1), np.array([1, 4, 6])
    stock = Stock(*full_stock(reach.work))
    prices = Prices(*(rng.uniform(1, 9, len(part)) for part in free_prices(reach.work)))
    again = Prices(*(np.full(len(part), -1.0) for part in prices))
    shared = shared_by(reach, relaxation.packings, stock, employers)
    row, piece_price = np.empty(len(shared.capacity)), np.full(len(prices.pieces), -1.0)
    read_prices(reach.work, shared, prices, row)
    write_prices(reach.work, shared, row, again, piece_price)
    lots = np.isin(reach.work.lot_employer, employers)
    functions = np.isin(reach.work.function_employer, employers)
    here = np.isin(np.arange(8), employers)
    for part, new, inside in zip(prices, again, (lots, functions, here, here, functions), strict=True):
        np.testing.assert_array_equal(new, np.where(inside, part, -1.0))
    assert (piece_price[lots] >= prices.pieces[lots]).all()
    assert (piece_price[~lots] == -1.0).all()


def test_prices_that_settle_lower_the_value(reach: Reach, relaxation: Relaxation) -> None:
    """Steps from no prices lower the value of the relaxation, and each pupil takes one column a step at most."""
    shared = shared_by(reach, relaxation.packings, Stock(*full_stock(reach.work)), np.arange(8))
    pool = relaxation.pool
    offers, bonus = offers_of(reach.work, shared, pool.columns, pool.start), np.full(PUPILS, 300.0)
    points, index, amount = offers.points, offers.index, offers.amount
    row, often = np.zeros(len(shared.capacity)), np.zeros(len(pool), np.int64)
    least = settle(shared, offers, bonus, no_weights(), STRIDE._replace(steps=90), row, often)
    assert (row >= 0).all()
    assert often.max() <= 60
    assert (np.add.reduceat(often, pool.start[:-1][np.diff(pool.start) > 0]) <= 60).all()
    again = np.zeros(len(pool), np.int64)
    first, settled = row * 0.0, row.copy()
    values = []
    for start in (first, settled):
        price = start.copy()
        for lot in range(len(shared.link_start) - 1):
            for link in range(shared.link_start[lot], shared.link_start[lot + 1]):
                price[lot] += shared.link_hours[link] * start[shared.link_row[link]]
        worth = np.append(points + bonus[pool.columns.pupil] - (amount * price[index]).sum(axis=1), 0.0)
        best = np.zeros(PUPILS)
        np.maximum.at(best, pool.columns.pupil, worth[:-1])
        # One step writes the dearest choices at the prices it starts from.
        settle(shared, offers, bonus, no_weights(), STRIDE._replace(steps=1), start, again)
        have = shared.capacity.copy()
        have[: len(shared.pieces)] = shared.pieces
        values.append(best.sum() + have @ start)
    assert values[1] < 0.9 * values[0]
    assert np.isclose(least, values[1])


def test_a_dive_makes_a_plan_that_keeps_to_the_rules(reach: Reach, relaxation: Relaxation) -> None:
    """What is placed fits, the stock is what it leaves, and it comes near the bound."""
    chosen, stock = placed_by_dive(reach, relaxation)
    assert check_solution(reach, chosen) == []
    for part, left in zip(stock, left_by(reach, chosen), strict=True):
        np.testing.assert_allclose(part, left)
    placed = chosen.employer >= 0
    assert 0.85 * relaxation.bound < chosen.points[placed].sum() + 300 * placed.sum() <= relaxation.bound + 1e-6


def test_a_dive_places_only_whom_it_is_asked_for(reach: Reach, relaxation: Relaxation) -> None:
    """Those not asked for stay out, and those placed already stay where they are."""
    who = np.arange(PUPILS) % 2 == 0
    chosen, stock = placed_by_dive(reach, relaxation, who=who)
    assert not (chosen.employer[~who] >= 0).any()
    before = chosen.employer.copy()
    dive(
        reach,
        stock,
        relaxation.prices,
        relaxation.pool.columns,
        chosen,
        packings=relaxation.packings,
        who=~who,
        bonus=bonus_of(relaxation.counts, PUPILS),
        lottery=np.arange(PUPILS),
        seconds_left=lambda: np.inf,
    )
    np.testing.assert_array_equal(chosen.employer[who & (before >= 0)], before[who & (before >= 0)])
    assert check_solution(reach, chosen) == []


def test_a_dive_that_is_stopped_places_at_once(reach: Reach, relaxation: Relaxation) -> None:
    """With no time left there is one stage, in which all are placed as far as prices tell."""
    chosen, _ = placed_by_dive(reach, relaxation, seconds_left=lambda: 0.0)
    assert check_solution(reach, chosen) == []
    assert (chosen.employer >= 0).sum() > PUPILS / 3


def test_a_dive_does_not_depend_on_threads(
    reach: Reach, relaxation: Relaxation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The plan is the same with one thread and with five."""
    monkeypatch.setattr(chunks.os, "cpu_count", lambda: 1)
    one, _ = placed_by_dive(reach, relaxation)
    monkeypatch.setattr(chunks.os, "cpu_count", lambda: 5)
    five, _ = placed_by_dive(reach, relaxation)
    for part, other in zip(one, five, strict=True):
        np.testing.assert_array_equal(part, other)


def test_a_dive_leaves_prices_and_pool_as_they_are(reach: Reach, relaxation: Relaxation) -> None:
    """Prices of the relaxation are its proof: a search may not write to them."""
    prices = Prices(*(part.copy() for part in relaxation.prices))
    pool = Columns(*(part.copy() for part in relaxation.pool.columns))
    placed_by_dive(reach, relaxation)
    for part, other in zip([*prices, *pool], [*relaxation.prices, *relaxation.pool.columns], strict=True):
        np.testing.assert_array_equal(part, other)


def test_nobody_to_place(reach: Reach, relaxation: Relaxation) -> None:
    """A dive with nobody in it ends before its first stage."""
    chosen, _ = placed_by_dive(reach, relaxation, who=np.zeros(PUPILS, bool))
    assert not (chosen.employer >= 0).any()
    nobody = first_pupils(reach, 0)
    empty = Relaxation(nobody, [])
    assert len(placed_by_dive(nobody, empty)[0].employer) == 0


@pytest.mark.parametrize("seed", range(3))
def test_moves_keep_to_the_rules(reach: Reach, relaxation: Relaxation, seed: int) -> None:
    """After rounds of moves the stock is what the plan leaves, and the best plan is worth what is said."""
    bonus = bonus_of(relaxation.counts, PUPILS)
    masks = {"placed": np.ones(PUPILS, bool)}
    start, stock = placed_by_dive(reach, relaxation, seconds_left=lambda: 0.0)
    before = Columns(*(part.copy() for part in start))
    repair = Repair(reach, stock, start, weights_of(("placed", "points"), masks, PUPILS), relaxation.packings, seed)
    kinds = [Kind(relaxation.prices, bonus, relaxation.value - bonus, no_leads(PUPILS))]
    repair.run(kinds, heat=(20.0, 0.5), noise=30.0, progress=lambda turn: turn / 30)
    assert check_solution(reach, repair.best) == []
    for part, left in zip(repair.stock, left_by(reach, repair.chosen), strict=True):
        np.testing.assert_allclose(part, left)
    assert repair.best_value == total_value(repair.best, repair.aims) > total_value(before, repair.aims)


def test_a_better_plan_by_moves_than_one_by_one(reach: Reach, relaxation: Relaxation) -> None:
    """From an empty plan rounds of moves come nearer the bound than filling all employers pupil by pupil."""
    work, aims, bonus = reach.work, weights_of(("points",), {}, PUPILS), bonus_of(relaxation.counts, PUPILS)
    alone, shelf = no_columns(PUPILS, work.max_tasks), no_shelf(len(reach.pair_pupil), work.max_tasks)
    fill(
        reach, Stock(*full_stock(work)), free_prices(work), np.zeros(len(work.lot_pieces)), shelf, aims,
        np.arange(len(work.places)), np.arange(PUPILS), alone, np.array([1]), 0.0,
    )  # fmt: skip
    chosen = no_columns(PUPILS, work.max_tasks)
    repair = Repair(reach, Stock(*full_stock(work)), chosen, aims, relaxation.packings, 0)
    kinds = [Kind(relaxation.prices, 0 * bonus, relaxation.value - bonus, no_leads(PUPILS))]
    repair.run(kinds, heat=(1e-6, 1e-7), noise=0.0, progress=lambda turn: turn / 60)
    assert repair.best_value > total_value(alone, aims) > 0


def test_columns_are_written_once(reach: Reach, relaxation: Relaxation) -> None:
    """A position that a pupil has in the table already is not added again."""
    pool = relaxation.pool.columns
    table, end = empty_columns(2 * ROOM, reach.work.max_tasks), np.array([0, ROOM])
    for row in (0, 1, 0, 1):
        add(table, 0, end, 0, pool, row)
    assert end.tolist() == [2, ROOM]
    assert table.points[:2].tolist() == pool.points[:2].tolist()


def test_more_dives_add_fillings_and_leave_the_plan(reach: Reach, relaxation: Relaxation) -> None:
    """Fillings of plans made in other orders are kept, the plan under repair stays, and none begins without time."""
    bonus, masks = bonus_of(relaxation.counts, PUPILS), {"placed": np.ones(PUPILS, bool)}
    chosen, stock = placed_by_dive(reach, relaxation)
    before = Columns(*(part.copy() for part in chosen))
    repair = Repair(reach, stock, chosen, weights_of(("placed", "points"), masks, PUPILS), relaxation.packings, 0)
    kind = Kind(relaxation.prices, bonus, relaxation.value - bonus, no_leads(PUPILS))
    assert note_more_dives(repair, kind, relaxation, np.arange(PUPILS), Clock(-1.0, None)) == 0
    assert repair.fillings.seen.sum() == 0
    assert note_more_dives(repair, kind, relaxation, np.arange(PUPILS), Clock(None, None)) == MORE
    assert (repair.fillings.seen[reach.work.places > 1] > 0).all()
    for part, other in zip(before, repair.best, strict=True):
        np.testing.assert_array_equal(part, other)
