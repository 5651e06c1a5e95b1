"""What employers lose at least, against an integer program over all of their positions."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

from benchmarks.regions import make_region
from matchmaker.numbers.problem import make_problem
from matchmaker.solve.joint import tighten
from matchmaker.solve.joint.clock import Clock
from matchmaker.solve.joint.dual import Count, Relaxation, bonus_of
from matchmaker.solve.joint.exact import all_columns, resources
from matchmaker.solve.joint.number import bound_number
from matchmaker.solve.joint.rounds import most_placed
from matchmaker.solve.joint.stock import Columns
from matchmaker.solve.joint.tighten import Losses
from matchmaker.solve.reach import Reach, make_reach
from tests.solve.joint.test_solution import BEST, reach_of

CASES = [(seed, rounds, weight) for seed in (0, 2, 3) for rounds in (1, 12) for weight in (0.0, 300.0)]


def relaxed(reach: Reach, rounds: int, weight: float) -> Relaxation:
    """A relaxation after some rounds, every placement worth so much in itself."""
    relaxation = Relaxation(reach, [Count(np.ones(len(reach.pair_start) - 1), weight)])
    for _ in range(rounds):
        relaxation.improve(steps=100, target=0.9 * relaxation.bound)
    return relaxation


def losses_of(relaxation: Relaxation) -> Losses:
    """What employers lose, at the prices of a relaxation."""
    asked = np.maximum(relaxation.value, 0.0) - bonus_of(relaxation.counts, relaxation.pupils)
    return Losses(relaxation.reach, relaxation.packings, relaxation.prices, asked)


def best_filling(reach: Reach, columns: Columns, employer: int, worth: NDArray[np.float64]) -> float:
    """The most that one employer can make of all its positions, each worth so much."""
    mine = np.flatnonzero(columns.employer == employer)
    if not len(mine):
        return 0.0
    table, room = resources(reach, Columns(*(part[mine] for part in columns)))
    limits, whole = LinearConstraint(table, -np.inf, room), np.ones(len(mine))
    answer = milp(-worth[mine], constraints=limits, integrality=whole, bounds=Bounds(0, 1), options={"mip_rel_gap": 0})
    assert answer.status == 0
    return float(-answer.fun)


@pytest.mark.parametrize(("seed", "rounds", "weight"), CASES)
def test_bound_with_losses_is_what_employers_make_one_by_one(
    seed: int, rounds: int, weight: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With every position looked at, the bound less the losses is what pupils and employers make each by themselves."""
    monkeypatch.setattr(tighten, "WITHIN", (1e6,))
    monkeypatch.setattr(tighten, "MOST_WORK", 1_000_000_000)
    reach = make_reach(make_problem(make_region(8, employers=3, tasks_per_employer=10, seed=seed)))
    relaxation = relaxed(reach, rounds, weight)
    losses = losses_of(relaxation)
    lost = losses.everywhere(stop=lambda: False)
    columns = all_columns(reach)
    assert columns is not None
    worth = columns.points + weight - np.maximum(relaxation.value, 0.0)[columns.pupil]
    made = sum(best_filling(reach, columns, employer, worth) for employer in range(len(reach.work.places)))
    most = np.maximum(relaxation.value, 0.0).sum() + made
    assert relaxation.bound - sum(lost) >= most - 0.05
    # What is left of supervision and of hours with a price of their own is not counted in full.
    if not (losses.folded.supervision.any() or losses.folded.function.any()):
        assert relaxation.bound - sum(lost) == pytest.approx(most, abs=0.05)


@pytest.mark.parametrize("seed", sorted(BEST))
def test_bound_with_losses_holds(seed: int) -> None:
    """No plan of as many pupils has more points than the bound less the losses, at limits as they are."""
    reach, (number, points) = reach_of(seed), BEST[seed]
    for rounds in (2, 8):
        relaxation = relaxed(reach, rounds, 300.0)
        losses = losses_of(relaxation)
        lost = float(losses.everywhere(stop=lambda: False).sum())
        assert lost >= 0.0
        assert relaxation.bound - lost >= points + 300.0 * number - 1e-6


def test_stopped_search_proves_nothing() -> None:
    """Employers at which there was no time to look lose nothing."""
    losses = losses_of(relaxed(reach_of(0), 2, 0.0))
    assert not losses.everywhere(stop=lambda: True).any()


@pytest.mark.parametrize("seed", sorted(BEST))
def test_number_is_bounded(seed: int) -> None:
    """The bound on the number placed is never below the largest number, nor above what places alone allow."""
    reach, (number, _) = reach_of(seed), BEST[seed]
    found, _ = bound_number(reach, 0, Clock(None, None), rounds=12, share=1.0)
    assert number <= found <= most_placed(reach)


def test_number_is_bounded_by_work_too() -> None:
    """Where tasks run out before places do, the bound on the number placed says so."""
    reach = make_reach(make_problem(make_region(40, employers=12, tasks_per_employer=12, seed=0)))
    assert bound_number(reach, 0, Clock(None, None), rounds=20, share=1.0)[0] < most_placed(reach)


def test_more_room_goes_on_where_less_gave_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Employers with too many positions for the room there is are looked at with more, and lose as much in the end."""
    reach = make_reach(make_problem(make_region(8, employers=3, tasks_per_employer=10, seed=0)))
    losses = losses_of(relaxed(reach, 12, 300.0))
    found = []
    for room in ((8,), (8, 4_000), (4_000,)):
        monkeypatch.setattr(tighten, "ROOM", room)
        found.append(losses.everywhere(stop=lambda: False))
    little, both, much = found
    assert (little <= both + 1e-6).all() and little.sum() < both.sum()
    assert np.allclose(both, much)
