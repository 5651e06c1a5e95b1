"""Leximin in whole plans: against enumeration where that can be, against its own bounds elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint

import matchmaker as mm
from benchmarks.regions import make_region
from matchmaker.errors import InputFaults, MatchmakerError
from matchmaker.model import Region
from matchmaker.numbers.problem import make_problem
from matchmaker.plan import Plan
from matchmaker.solve.joint import leximin, solution, solve, solve_leximin
from matchmaker.solve.joint.ceilings import Ceilings
from matchmaker.solve.joint.exact import all_columns, resources
from matchmaker.solve.joint.levels import Chooser, raise_levels
from matchmaker.solve.joint.stock import Columns
from matchmaker.solve.reach import Reach, make_reach
from tests.brute import columns_of
from tests.checker_rules import Position, check_shared, read_tables
from tests.compact import check_solution
from tests.plan.test_match import levels, shuffled

LEXIMIN = ("fixed", "placed", "hardest", "leximin", "points")
FEW_TRIES = {"BOUND_TRIES": 2, "BOUND_ROUNDS": 6, "FIRST_TRIES": 3, "LEVELS": 1}


def points_of(plan: Plan) -> list[int]:
    """The points of everybody placed, lowest first."""
    return sorted(one.points for one in plan.placements)


def lowest_first(columns: Columns) -> list[int]:
    """The same from the solver's columns."""
    return sorted(columns.points[columns.employer >= 0].tolist())


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_levels_are_those_of_enumeration(data: st.DataObject) -> None:
    """Of all choices of one column or none a row, within random limits, none is above the one chosen by leximin."""
    rows, width = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 3))
    count = rows * width
    points = np.array(data.draw(st.lists(st.integers(-3, 9), min_size=count, max_size=count)), np.int64)
    need = data.draw(st.lists(st.lists(st.integers(0, 2), min_size=count, max_size=count), min_size=1, max_size=2))
    room = data.draw(st.integers(0, 5))
    once = np.kron(np.eye(rows), np.ones(width))
    chooser = Chooser(
        [LinearConstraint(once, -np.inf, 1.0), LinearConstraint(np.array(need, float), -np.inf, room)],
        columns=count,
        seconds=np.inf,
    )
    found = sorted(points[raise_levels(chooser, points)].tolist())
    best: tuple[int, list[int]] = (0, [])
    for pick in product(range(-1, width), repeat=rows):
        taken = [row * width + at for row, at in enumerate(pick) if at >= 0]
        if (np.array(need)[:, taken].sum(axis=1) <= room).all():
            best = max(best, (len(taken), sorted(points[taken].tolist())))
    assert (len(found), found) == best


def every_plan(choices: list[list[tuple[Position, int]]], tables: Any) -> Iterator[list[tuple[Position, int]]]:
    """Every plan: each pupil one of the positions or none, within all that is shared."""
    if not choices:
        yield []
        return
    for rest in every_plan(choices[1:], tables):
        yield rest
        for one in choices[0]:
            if not check_shared(tables, [one[0], *(other for other, _ in rest)]):
                yield [one, *rest]


@pytest.mark.parametrize("seed", [0, 3, 5, 8])
def test_a_plan_is_above_every_other_plan(seed: int, tmp_path: Path) -> None:
    """Of all plans of a region of a few pupils none places more, then more of the hardest, then has points above."""
    region = make_region(5, employers=3, tasks_per_employer=4, seed=seed)
    region = region.replace(policy=region.policy.replace(order=LEXIMIN, hardest_share=0.4, max_tasks=2))
    mm.write_region(region, tmp_path / "region")
    plan = mm.match(region)

    def points(pupil: str, hours: dict[str, float], vacancy: str | None) -> int:
        return mm.score(plan.region, pupil=pupil, **({"vacancy": vacancy} if vacancy else {"tasks": hours})).points

    tables = read_tables(tmp_path / "region", levels(plan.ledger), plan.policy)
    choices = [[(one.position, one.points) for one in columns_of(tables, pupil, points)] for pupil in tables.pupils]
    hardest = set(plan.ledger.problem.pupils.ids[plan.hardest].tolist())
    best = max(
        (len(one), sum(at.pupil in hardest for at, _ in one), sorted(own for _, own in one))
        for one in every_plan(choices, tables)
    )
    placed = {one.pupil for one in plan.placements}
    assert plan.status == "optimal"
    assert (plan.placed, len(placed & hardest), points_of(plan)) == best
    assert plan.leximin is not None
    assert plan.leximin.proved and plan.leximin.levels == plan.placed


def exact_and_searched(seed: int, monkeypatch: pytest.MonkeyPatch) -> tuple[Plan, Plan]:
    """A plan that is proved the best, and one found without listing all positions."""
    region = make_region(12, employers=5, tasks_per_employer=10, seed=seed)
    exact = mm.match(region, policy={"order": LEXIMIN}, steps=60)
    monkeypatch.setattr(solution, "close", lambda *_: None)
    monkeypatch.setattr(solution, "solve_small", lambda *_, **__: None)
    return exact, mm.match(region, policy={"order": LEXIMIN}, steps=60)


@pytest.mark.parametrize("seed", [0, 2, 7])
def test_bounds_hold_for_the_best_plan(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The proved bound is never below what the best plan has for its lowest, nor are levels proved that are not its."""
    exact, searched = exact_and_searched(seed, monkeypatch)
    assert exact.status == "optimal" and searched.status == "limit"
    assert exact.leximin is not None and searched.leximin is not None
    assert searched.leximin.lowest is not None and searched.leximin.bound is not None
    same = searched.placed == exact.placed and searched.groups["hardest"] == exact.groups["hardest"]
    assert searched.leximin.lowest <= searched.leximin.bound
    if same:
        assert points_of(searched) <= points_of(exact)
        assert exact.leximin.lowest <= searched.leximin.bound
        proved = searched.leximin.levels
        assert points_of(searched)[:proved] == points_of(exact)[:proved]
        assert exact.points <= searched.bound_aims or points_of(exact)[0] < points_of(searched)[0]


@pytest.mark.parametrize("seed", [0, 2, 3])
def test_ceilings_hold_place_by_place(seed: int) -> None:
    """A plan's points are at no place from the lowest above the ceiling, also not that for those whom it places."""
    plan = mm.match(make_region(12, employers=5, tasks_per_employer=10, seed=seed), steps=5)
    for order in (LEXIMIN, ("fixed", "placed", "points")):
        other = mm.match(plan.region, policy={"order": order}, steps=5)
        own, placed = points_of(other), other.columns.employer >= 0
        free, those = (Ceilings(plan.reach, always=always) for always in (~placed & placed, placed))
        most = [(free.at(place, len(own)), those.at(place, len(own))) for place in range(len(own))]
        assert all(mine <= narrow <= wide for mine, (wide, narrow) in zip(own, most, strict=True))
        assert most == sorted(most)


@pytest.fixture(scope="module")
def larger() -> Plan:
    """A region whose positions are too many to list, planned without leximin."""
    return mm.match(make_region(40, employers=12, tasks_per_employer=20, seed=2), steps=60)


def test_the_lowest_rise_in_a_larger_region(larger: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    """The plan breaks no rule, and places more or has points above those without leximin, within its bound."""
    for name, value in FEW_TRIES.items():
        monkeypatch.setattr(leximin, name, value)
    fixed = np.zeros(larger.pupils, bool)
    given = {"hardest": larger.hardest, "lottery": larger.lottery, "fixed": fixed, "steps": 60}
    without, found = solve(larger.reach, **given), solve_leximin(larger.reach, order=LEXIMIN, **given)
    step = found.steps[-1]
    assert check_solution(larger.reach, found.columns) == []
    keys = []
    for columns in (without.columns, found.columns):
        at = columns.employer >= 0
        keys.append((int(at.sum()), int(at[larger.hardest].sum()), lowest_first(columns)))
    assert keys[0] < keys[1]
    assert step["lowest"] == lowest_first(found.columns)[0] <= step["bound"]
    assert lowest_first(found.columns)[0] <= found.bound_aims <= found.bound


def test_no_plan_of_a_larger_region_passes_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plans found from this one with floors, that place as many, have no lowest points above the proved bound."""
    for name, value in FEW_TRIES.items():
        monkeypatch.setattr(leximin, name, value)
    problem = make_problem(make_region(40, employers=12, tasks_per_employer=20, seed=0))
    whole = make_reach(problem)
    options: dict[str, Any] = {"hardest": np.zeros(40, bool), "lottery": np.arange(40), "steps": 60}
    found = solve_leximin(whole, order=("fixed", "placed", "leximin", "points"), **options)
    placed, most, compared = int((found.columns.employer >= 0).sum()), found.steps[-1]["bound"], 0
    for floor in (0, most, most + 1):
        stays = np.where(found.columns.points >= floor, found.columns.employer, -1)
        start = solution.Start(found.columns._replace(employer=stays), found.prices)
        reach = leximin.with_floors(whole, np.full(40, floor))
        other = solve(reach, seed=floor, start=start, bounds=False, exactly=False, **options).columns
        own = lowest_first(other)
        assert check_solution(whole, other) == [] and own[0] >= floor
        assert len(own) < placed or own[0] <= most
        compared += len(own) >= placed
    assert compared


def test_floors_differ_by_pupil(larger: Plan) -> None:
    """With a floor for each pupil nobody is placed below his own; points less what was lent are the real ones."""
    floors = np.where(np.arange(larger.pupils) % 2 == 0, 200, 600)
    options = {"hardest": larger.hardest, "lottery": larger.lottery, "steps": 10, "bounds": False, "exactly": False}
    columns = solve(leximin.with_floors(larger.reach, floors), **options).columns
    points = np.where(columns.employer >= 0, columns.points - (600 - floors), 0)
    assert check_solution(larger.reach, columns._replace(points=points)) == []
    assert (points >= floors)[columns.employer >= 0].all()


def test_row_order_never_matters(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rows in another order give the same plan, solved exactly or searched."""
    region = make_region(12, employers=5, tasks_per_employer=10, seed=7)
    for _ in range(2):
        plans = [mm.match(one, policy={"order": LEXIMIN}, steps=5) for one in (region, shuffled(region, 1))]
        assert plans[0].to_json() == plans[1].to_json()
        monkeypatch.setattr(solution, "close", lambda *_: None)
        monkeypatch.setattr(solution, "solve_small", lambda *_, **__: None)


def test_quotas_come_before_leximin() -> None:
    """A quota that can be kept is kept, and the lowest are then no higher than without it."""
    region = make_region(12, employers=5, tasks_per_employer=10, seed=2)
    free = mm.match(region, policy={"order": LEXIMIN}, steps=5)
    asked = mm.match(region, policy={"order": LEXIMIN, "protect": {"hardest": 1.0}}, steps=5)
    hardest = asked.groups["hardest"]["yes"]
    assert hardest["placed"] >= free.groups["hardest"]["yes"]["placed"]
    if asked.placed == free.placed:
        assert points_of(asked) <= points_of(free)


def test_nobody_placed_has_no_lowest(region: Region) -> None:
    """Without any position there is nothing to raise, and the plan says so."""
    plan = mm.match(region, policy={"order": LEXIMIN, "fit_floor": 5000}, steps=5)
    assert plan.leximin is not None
    assert (plan.placed, plan.leximin.lowest, plan.leximin.bound, plan.leximin.levels) == (0, None, None, 0)


@pytest.fixture(scope="module")
def region() -> Region:
    return mm.read_region(Path(__file__).resolve().parents[3] / "data" / "fixtures" / "tiny")


def test_leximin_stands_between_placed_and_points(region: Region) -> None:
    """Leximin before the number placed, after points, or beside a cost of moving, is refused with what is allowed."""
    for order in (("leximin", "placed", "points"), ("placed", "points", "leximin"), ("placed", "leximin")):
        with pytest.raises(InputFaults, match="after placed and before points"):
            mm.match(region, policy={"order": order})
    plan = mm.match(region)
    with pytest.raises(MatchmakerError, match="one of the two"):
        mm.match(region, policy={"order": LEXIMIN}, previous=plan, move_cost=10)
    assert plan.leximin is None


def test_a_plan_read_back_still_knows(region: Region) -> None:
    """What is proved about the lowest stands in plan.json; the summary says it in both languages."""
    plan = mm.match(region, policy={"order": LEXIMIN})
    back = mm.read_plan(plan.to_document())
    assert back.leximin == plan.leximin
    assert "Nobody placed has fewer than 505 points" in back.summary(language="en")
    assert "Niemand met een plek heeft minder dan 505 punten" in back.summary(language="nl")


def test_other_answers_name_the_lowest(region: Region) -> None:
    """The difference of two plans and why not name the lowest points; what opens most moves nobody who is placed."""
    without, plan = mm.match(region), mm.match(region, policy={"order": LEXIMIN})
    assert ("leximin", 500, 505) in [(one.name, one.before, one.after) for one in (plan - without).aims]
    aims = {one.name: (one.before, one.after) for one in plan.why_not("p02", "e4").aims}
    assert aims["leximin"] == (505, 478)
    assert not plan.unlocks().exact


def test_columns_chosen_are_those_of_the_list(region: Region) -> None:
    """On tiny the list of all positions and its limits give the same lowest points as the plan."""
    plan: Plan = mm.match(region, policy={"order": ("placed", "leximin", "points")})
    reach: Reach = plan.reach
    columns = all_columns(reach)
    assert columns is not None
    table, room = resources(reach, columns)
    chooser = Chooser([LinearConstraint(table, -np.inf, room)], columns=len(columns.pupil), seconds=np.inf)
    assert sorted(columns.points[raise_levels(chooser, columns.points)].tolist()) == points_of(plan)
