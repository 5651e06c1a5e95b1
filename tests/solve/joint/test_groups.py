"""Which employers and pupils moves are about."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.regions import make_region
from matchmaker.numbers.problem import make_problem
from matchmaker.solve.joint.groups import NEAR, Busy, Leads, choose_groups, leads_from, no_leads
from matchmaker.solve.joint.stock import Columns, Stock, column_fits, full_stock, no_columns, take
from matchmaker.solve.reach import Reach, make_reach

PUPILS, EMPLOYERS, GROUPS = 60, 20, 5


@pytest.fixture(scope="module")
def reach() -> Reach:
    return make_reach(make_problem(make_region(PUPILS, employers=EMPLOYERS, seed=4)))


@pytest.fixture(scope="module")
def plan(reach: Reach) -> tuple[Columns, Stock]:
    """Most of them with one piece of a lot that is left, rules on hours aside."""
    chosen, stock = no_columns(PUPILS, reach.work.max_tasks), Stock(*full_stock(reach.work))
    for pupil in range(PUPILS):
        for pair in range(reach.pair_start[pupil], reach.pair_start[pupil + 1]):
            chosen.employer[pupil] = reach.pair_employer[pair]
            chosen.lot[pupil, 0], chosen.count[pupil, 0] = reach.item_lot[reach.item_start[pair]], 1
            if column_fits(reach.work, stock, chosen, pupil):
                take(reach.work, stock, chosen, pupil)
                break
            chosen.employer[pupil], chosen.lot[pupil, 0], chosen.count[pupil, 0] = -1, -1, 0
    assert (chosen.employer >= 0).sum() > PUPILS / 2
    return chosen, stock


def drawn(
    reach: Reach,
    plan: tuple[Columns, Stock],
    short: NDArray[np.float64],
    *,
    seed: int = 1,
    leads: Leads | None = None,
    busy: Busy | None = None,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the groups of one draw: employers and pupils, a row each."""
    by_employer = np.argsort(reach.pair_employer, kind="stable")
    start = np.searchsorted(reach.pair_employer[by_employer], np.arange(EMPLOYERS + 1)).astype(np.int64)
    employers, pupils = np.empty((GROUPS, 7), np.int64), np.empty((GROUPS, 24), np.int64)
    nobody = Busy(np.zeros(EMPLOYERS, bool), np.zeros(PUPILS, bool))
    choose_groups(
        reach, by_employer, start, *plan, busy or nobody, leads or no_leads(PUPILS), short, np.array([seed]), GROUPS,
        6, 24, employers, pupils,
    )  # fmt: skip
    return employers, pupils


@pytest.mark.parametrize("seed", range(1, 30))
def test_groups_share_nothing(reach: Reach, plan: tuple[Columns, Stock], seed: int) -> None:
    """No employer and no pupil is in two groups or busy, and whoever is freed is at an employer of the group."""
    rng = np.random.default_rng(seed)
    shut, where = rng.random(EMPLOYERS) < 0.2, plan[0].employer
    busy = Busy(shut, np.where(where >= 0, shut[where], rng.random(PUPILS) < 0.5))
    employers, pupils = drawn(reach, plan, rng.random(PUPILS), seed=seed, busy=busy)
    for every, taken in ((employers, busy.employer), (pupils, busy.pupil)):
        used = every[every >= 0]
        assert len(used) == len(set(used.tolist()))
        assert not taken[used].any()
    for group in range(GROUPS):
        where = plan[0].employer[pupils[group][pupils[group] >= 0]]
        assert set(where[where >= 0].tolist()) <= set(employers[group].tolist())


def test_groups_begin_where_somebody_falls_short(reach: Reach, plan: tuple[Columns, Stock]) -> None:
    """The one employer where pupils fall short is in a group more often than when all fall short alike."""
    target = int(np.bincount(plan[0].employer[plan[0].employer >= 0], minlength=EMPLOYERS).argmax())
    short = np.where(plan[0].employer == target, 100.0, 0.0)
    with_it = [
        sum((drawn(reach, plan, some, seed=k)[0] == target).any() for k in range(1, 200)) for some in (short, 0 * short)
    ]
    assert with_it[0] > 1.2 * with_it[1]


def test_groups_grow_to_where_leads_lead(reach: Reach, plan: tuple[Columns, Stock]) -> None:
    """An employer to which all leads lead is in a group more often than without leads."""
    links = np.bincount(reach.pair_employer, minlength=EMPLOYERS)
    target = int(np.argmin(np.where((links > 0) & (reach.work.places > 0), links, PUPILS + 1)))
    leads, short = Leads(np.arange(PUPILS + 1), np.full(PUPILS, target)), np.zeros(PUPILS)
    with_it = [
        sum((drawn(reach, plan, short, seed=k, leads=some)[0] == target).any() for k in range(1, 200))
        for some in (leads, no_leads(PUPILS))
    ]
    assert with_it[0] > 1.2 * with_it[1]


@pytest.mark.parametrize("seed", range(10))
def test_leads_are_the_employers_near_the_best(seed: int) -> None:
    """They are those with a column near the pupil's best one, each once, by the best column there."""
    rng = np.random.default_rng(seed)
    pool = no_columns(40, 1)._replace(pupil=rng.integers(0, 6, 40), employer=rng.integers(0, 5, 40))
    worth = rng.integers(0, 120, 40).astype(float)
    leads = leads_from(pool, worth, 7)
    for pupil in range(7):
        own = pool.pupil == pupil
        best = {e: worth[own & (pool.employer == e)].max() for e in set(pool.employer[own].tolist())}
        near = sorted((-value, e) for e, value in best.items() if value >= max(best.values()) - NEAR)
        assert leads.employer[leads.start[pupil] : leads.start[pupil + 1]].tolist() == [e for _, e in near]
