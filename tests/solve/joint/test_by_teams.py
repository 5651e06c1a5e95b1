"""Bounds and plans by teams: the search for teams against all of them, bounds against the best plan there is."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.regions import make_region
from matchmaker.numbers.problem import make_problem
from matchmaker.solve.joint import by_teams, solution
from matchmaker.solve.joint.by_teams import ByTeams, suits_teams
from matchmaker.solve.joint.clock import Clock
from matchmaker.solve.joint.dual import Count, Relaxation
from matchmaker.solve.joint.fillings import Fillings, no_fillings
from matchmaker.solve.joint.number import bound_number
from matchmaker.solve.joint.solution import solve
from matchmaker.solve.joint.team_pricing import best_teams
from matchmaker.solve.reach import Reach, first_pupils, make_reach
from tests.compact import check_solution

ENOUGH = 1_000_000


def some_prices(seed: int, members: int = 8) -> tuple[NDArray[np.float64], ...]:
    """What three sets of prices say of teams, the price of every pupil, and hours of support."""
    random = np.random.default_rng(seed)
    value = random.integers(0, 900, (3, members)).astype(float)
    return (
        random.integers(0, 500, 3).astype(float),
        value,
        random.integers(100, 600, members).astype(float),
        (random.integers(1, 8, members) / 2),
    )


def region(seed: int, pupils: int = 14) -> Reach:
    """A small region."""
    return make_reach(make_problem(make_region(pupils, employers=6, tasks_per_employer=20, seed=seed)))


def fillings_of(reach: Reach) -> Fillings:
    """Room for the fillings of a region."""
    return no_fillings(len(reach.work.places), int(reach.work.places.max(initial=0)), reach.work.max_tasks)


@pytest.mark.parametrize("seed", range(60))
def test_best_teams_are_those_of_all_teams(seed: int) -> None:
    """The search finds the teams that are worth most of all that there are supervision and places for."""
    total, value, asked, support = some_prices(seed)
    places, supervision, hour = 1 + seed % 4, 2.0 + seed % 5, 40.0 * (seed % 3)
    teams = [
        team
        for size in range(1, places + 1)
        for team in combinations(range(8), size)
        if support[list(team)].sum() <= supervision
    ]
    every = np.array([min(total[k] + (value[k] - asked)[list(team)].sum() for k in range(3)) for team in teams])
    wanted = np.sort(every[every > 0.0])[::-1][:4].tolist()
    worth, team = np.empty(4), np.empty((4, places), np.int64)
    none = np.zeros((0, places), np.int64), np.zeros(0)
    best_teams(total, value, asked, support, places, supervision, hour, 0.0, ENOUGH, *none, worth, team)
    assert worth[: len(wanted)].tolist() == pytest.approx(wanted)
    assert (team[len(wanted) :] == -1).all()
    for own, row in zip(worth[: len(wanted)], team, strict=False):
        members = row[row >= 0]
        assert support[members].sum() <= supervision
        assert own == pytest.approx((total + (value - asked)[:, members].sum(axis=1)).min())
    # Of teams that were looked at before it counts what is known of them.
    known = np.random.default_rng(seed).permutation(len(teams))[: len(teams) // 2]
    rows = np.array([(*teams[k], *[-1] * (places - len(teams[k]))) for k in known], np.int64).reshape(-1, places)
    every[known] -= 70.0
    most = every[known] + np.array([asked[list(teams[k])].sum() for k in known])
    wanted = np.sort(every[every > 0.0])[::-1][:4].tolist()
    best_teams(total, value, asked, support, places, supervision, hour, 0.0, ENOUGH, rows, most, worth, team)
    assert worth[: len(wanted)].tolist() == pytest.approx(wanted)
    assert (team[len(wanted) :] == -1).all()


@pytest.mark.parametrize("seed", range(10))
def test_a_search_cut_short_claims_no_too_little(seed: int) -> None:
    """Where the search for teams gives up, what it says still is no less than the best team is worth."""
    total, value, asked, support = some_prices(seed)
    worth, team, none = np.empty(1), np.empty((1, 3), np.int64), (np.zeros((0, 3), np.int64), np.zeros(0))
    best_teams(total, value, asked, support, 3, 6.0, 10.0, 0.0, ENOUGH, *none, worth, team)
    top = float(worth[0])
    for nodes in (1, 5, 20):
        limit = best_teams(total, value, asked, support, 3, 6.0, 10.0, 0.0, nodes, *none, worth, team)
        assert max(limit, float(worth[0])) >= top


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("rounds", [1, 12])
def test_bound_by_teams_is_over_the_best_plan(seed: int, rounds: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """No plan that places as many has more points, after one round or many."""
    reach = region(seed)
    pupils = len(reach.pair_start) - 1
    order = ["fixed", "placed", "points"]
    best = solve(reach, hardest=np.zeros(pupils, bool), lottery=np.arange(pupils), order=order)
    assert best.optimal
    points, placed = float(best.columns.points.sum()), float((best.columns.employer >= 0).sum())
    relaxation = Relaxation(reach, [Count(np.ones(pupils), 300.0, placed, free=True)])
    for _ in range(2):
        relaxation.improve(steps=100, target=points, move_counts=True)
    monkeypatch.setattr(by_teams, "ROUNDS", rounds)
    bound = ByTeams(relaxation, fillings_of(reach), Clock(None, None)).bound(points, 1.0)
    assert points <= bound + 1e-6
    assert bound <= relaxation.bound


def test_bound_by_teams_is_close() -> None:
    """Over six regions what is left between the best plan and the bound is half of what it was, or less."""
    left = before = 0.0
    for seed in range(6):
        reach = region(seed)
        pupils = len(reach.pair_start) - 1
        best = solve(reach, hardest=np.zeros(pupils, bool), lottery=np.arange(pupils), order=["placed", "points"])
        points, placed = float(best.columns.points.sum()), float((best.columns.employer >= 0).sum())
        relaxation = Relaxation(reach, [Count(np.ones(pupils), 300.0, placed, free=True)])
        for _ in range(12):
            relaxation.improve(steps=100, target=points, move_counts=True)
        left += ByTeams(relaxation, fillings_of(reach), Clock(None, None)).bound(points, 1.0) - points
        before += relaxation.bound - points
    assert 0.0 <= left <= before / 2


@pytest.mark.parametrize("floor", [0, 500, -200])
def test_most_placed_by_teams(floor: int) -> None:
    """No plan places more than a bound by teams; over regions of little work it is a quarter as far off as before."""
    excess = before = 0
    for seed in range(3):
        tables = make_region(24, employers=6, tasks_per_employer=12, seed=seed)
        reach = make_reach(make_problem(tables.replace(policy=tables.policy.replace(fit_floor=floor))))
        pupils = len(reach.pair_start) - 1
        best = solve(reach, hardest=np.zeros(pupils, bool), lottery=np.arange(pupils), order=["placed", "points"])
        placed = int((best.columns.employer >= 0).sum())
        known, number = bound_number(reach, 0, Clock(None, None), rounds=6, share=1.0)
        relaxation = Relaxation(reach, [Count(np.ones(pupils), 300.0)])
        relaxation.improve(steps=100, target=0.0)
        found = ByTeams(relaxation, fillings_of(reach), Clock(None, None))
        found.bound(0.0, 1.0)
        most = found.most_placed(0, number, known, 1.0)
        assert placed <= most <= known
        excess, before = excess + most - placed, before + known - placed
    assert 4 * excess <= before


def test_plan_by_teams(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search by teams gives the same plan each time, within its bounds, that places no fewer than one without."""
    monkeypatch.setattr(by_teams, "FEWEST_PUPILS", 1)
    monkeypatch.setattr(by_teams, "MOST_PLACES", (99, 99))
    monkeypatch.setattr(solution, "close", lambda *_: None)
    reach = region(3, pupils=24)
    pupils = len(reach.pair_start) - 1
    hardest = np.arange(pupils) < 5
    assert suits_teams(reach, None)
    found = [solve(reach, hardest=hardest, lottery=np.arange(pupils), steps=6, exactly=False) for _ in range(2)]
    for one, other in zip(found[0].columns, found[1].columns, strict=True):
        assert np.array_equal(one, other)
    points = found[0].columns.points.sum()
    assert points <= found[0].bound_aims <= found[0].bound == found[1].bound
    names = [step["name"] for step in found[0].steps]
    assert "teams" in names
    monkeypatch.setattr(by_teams, "MOST_PLACES", (0, 0))
    without = solve(reach, hardest=hardest, lottery=np.arange(pupils), steps=6, exactly=False)
    assert (without.columns.employer >= 0).sum() <= (found[0].columns.employer >= 0).sum()


@pytest.mark.parametrize("seed", range(8))
def test_bounds_after_a_plan_by_teams(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """What teams learnt for the plan, with other counts, says nothing untrue of bounds: exact plans keep to them."""
    reach = region(seed)
    pupils = len(reach.pair_start) - 1
    hardest, lottery = np.arange(pupils) % 3 == 0, np.arange(pupils)
    best = solve(reach, hardest=hardest, lottery=lottery)
    assert best.optimal
    monkeypatch.setattr(by_teams, "FEWEST_PUPILS", 1)
    monkeypatch.setattr(by_teams, "MOST_PLACES", (99, 99))
    monkeypatch.setattr(solution, "close", lambda *_: None)
    found = solve(reach, hardest=hardest, lottery=lottery, steps=6, exactly=False)
    assert check_solution(reach, found.columns) == []
    placed, most = ((one.columns.employer >= 0) for one in (found, best))
    assert placed.sum() <= most.sum() <= found.placed_bound
    if placed.sum() == most.sum():
        assert found.bound >= best.bound
        assert (placed & hardest).sum() <= (most & hardest).sum()
        if (placed & hardest).sum() == (most & hardest).sum():
            assert found.columns.points.sum() <= best.columns.points.sum() <= found.bound_aims


@pytest.mark.parametrize("places", [0, 1])
@pytest.mark.parametrize("reached", [False, True])
def test_no_teams_at_all(places: int, reached: bool) -> None:
    """Where employers have no places, or nobody reaches one, nobody is placed and the bound is 0."""
    reach = make_reach(make_problem(make_region(82, employers=4, tasks_per_employer=6)))
    pupils = len(reach.pair_start) - 1
    reach = reach._replace(work=reach.work._replace(places=np.full_like(reach.work.places, places)))
    if not reached:
        reach = first_pupils(reach, 0)._replace(
            pair_start=np.zeros(pupils + 1, np.int64), vacancy_start=np.zeros(pupils + 1, np.int64)
        )
    assert suits_teams(reach, None)
    found = solve(reach, hardest=np.arange(pupils) < 9, lottery=np.arange(pupils), steps=4)
    placed = int((found.columns.employer >= 0).sum())
    assert (placed > 0) == (places > 0 and reached)
    assert check_solution(reach, found.columns) == []
    assert found.columns.points.sum() <= found.bound_aims <= found.bound
    if not placed:
        assert found.bound == found.placed_bound == 0


@pytest.mark.parametrize("seed", range(4))
def test_teams_near_the_best(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Teams nearly worth most are the best of all that were not looked at closely; what is found for one is no more."""
    monkeypatch.setattr("matchmaker.solve.joint.by_teams.ROUNDS", 1)
    reach = region(seed)
    pupils = len(reach.pair_start) - 1
    relaxation = Relaxation(reach, [Count(np.ones(pupils), 300.0)])
    relaxation.improve(steps=100, target=0.0)
    found = ByTeams(relaxation, fillings_of(reach), Clock(None, None))
    found.bound(0.0, 1.0)
    assert found.teams is not None
    asked = found.teams.asked(found.teams.row)
    looked_at = 0
    for site in (site for site in found.sites if site.places <= 3):
        own, members = asked[site.pupil], range(len(site.support))
        most = dict(zip(site.teams, site.most, strict=True))
        best = max(0.0, (site.most - site.sums(own)).max(initial=0.0))
        teams = site.near(own, 60.0, 3)
        value = np.full((len(site.total), len(site.support)), np.inf)
        value[0], value[:, site.members] = site.first, site.value
        every = [
            min((site.total + value[:, list(team)].sum(axis=1)).min(), most.get(team, np.inf)) - own[list(team)].sum()
            for size in range(1, site.places + 1)
            for team in combinations(members, size)
            if team not in site.bounded and site.support[list(team)].sum() <= site.supervision + 1e-6
        ]
        wanted = np.sort([worth for worth in every if worth > best - 60.0])[::-1][:3]
        worth = {team: most - own[list(team)].sum() for team, most in zip(site.teams, site.most, strict=True)}
        assert [worth[team] for team in teams] == pytest.approx(wanted.tolist())
        for team in teams:
            positions = site.look_closer(team, lambda: np.inf)
            looked_at += positions is not None
            if positions is not None:
                assert sorted(positions.member.tolist()) == list(team)
                assert positions.points.sum() <= dict(zip(site.teams, site.most, strict=True))[team] + 1e-6
    assert looked_at


def test_points_as_the_only_aim(monkeypatch: pytest.MonkeyPatch) -> None:
    """Teams do without a number to place, and with pupils to protect."""
    monkeypatch.setattr(by_teams, "FEWEST_PUPILS", 1)
    monkeypatch.setattr(by_teams, "MOST_PLACES", (99, 99))
    monkeypatch.setattr(solution, "close", lambda *_: None)
    reach = region(2, pupils=18)
    pupils = len(reach.pair_start) - 1
    some = np.arange(pupils) < 4
    for order, protected in ((["points"], None), (["placed", "hardest", "points"], some)):
        found = solve(
            reach, hardest=some, lottery=np.arange(pupils), order=order, protected=protected, steps=4, exactly=False
        )
        assert check_solution(reach, found.columns) == []
        assert 0 < found.columns.points.sum() <= found.bound_aims <= found.bound
