"""Whole fillings of employers: what is kept of them, which are proposed, and the best choice among them."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from benchmarks.regions import make_region
from matchmaker.numbers.problem import make_problem
from matchmaker.solve import chunks
from matchmaker.solve.joint import recombine as recombining
from matchmaker.solve.joint import turns
from matchmaker.solve.joint.build import best_position, new_found
from matchmaker.solve.joint.exchange import exchange
from matchmaker.solve.joint.fillings import Fillings, Notes, keep_notes, no_fillings, no_notes, note_rows
from matchmaker.solve.joint.pricing import piece_prices
from matchmaker.solve.joint.propose import propose
from matchmaker.solve.joint.recombine import CLOSE, LATER, Choice, choice_of, in_parts, recombine
from matchmaker.solve.joint.shelf import no_shelf
from matchmaker.solve.joint.solution import solve
from matchmaker.solve.joint.stock import Columns, Stock, column_fits, free_prices, full_stock, no_columns, take
from matchmaker.solve.reach import Reach, first_pupils, make_reach
from tests.compact import check_solution

EMPLOYERS, PUPILS, TASKS = 4, 7, 2
TEAMS = st.lists(st.sets(st.integers(0, PUPILS - 1), min_size=1, max_size=3), min_size=1, max_size=3)
TABLES = st.lists(TEAMS, min_size=EMPLOYERS, max_size=EMPLOYERS)


@pytest.fixture(scope="module")
def small() -> Reach:
    """Give a region of 24 x 8."""
    return make_reach(make_problem(make_region(24, employers=8, seed=0)))


def noted(notes: Notes, employer: int, team: set[int], points: int) -> Notes:
    """Note a filling in which everybody of a team has so many points."""
    rows = sorted(team)
    columns = no_columns(len(rows), TASKS)
    columns.pupil[:], columns.employer[:], columns.points[:] = rows, employer, points
    note_rows(columns, np.arange(len(rows)), employer, notes)
    return notes


def fillings_of(table: list[list[set[int]]], rng: np.random.Generator) -> tuple[Fillings, dict[int, list[tuple]]]:
    """Keep the teams of every employer, each with points drawn; return them, and the same as lists of sets."""
    fillings, notes, plain = no_fillings(EMPLOYERS, 3, TASKS), no_notes(1, 3, TASKS), {}
    for employer, teams in enumerate(table):
        plain[employer] = [(frozenset(), 0)]
        for team in {frozenset(team) for team in teams}:
            points = int(rng.integers(-50, 900))
            keep_notes(noted(notes, employer, set(team), points), fillings)
            plain[employer].append((team, points * len(team)))
    return fillings, plain


def best_by_hand(plain: dict[int, list[tuple]], least: int) -> int | None:
    """Try all choices in which nobody is twice and so many at least are placed; return the most points."""
    best = None
    for choice in product(*plain.values()):
        crowd = sum(len(team) for team, _ in choice)
        if len(frozenset().union(*(team for team, _ in choice))) == crowd and crowd >= least:
            points = sum(points for _, points in choice)
            best = points if best is None else max(best, points)
    return best


def close(plan: Columns, points: int | None) -> bool:
    """Say whether a plan has these points, as nearly as the integer program is asked to look."""
    own = int(plan.points[plan.employer >= 0].sum())
    return points is not None and points - CLOSE * abs(points) <= own <= points


@settings(max_examples=120, deadline=None)
@given(TABLES, st.integers(0, 2**32 - 1))
def test_equal_to_all_choices(table: list[list[set[int]]], seed: int) -> None:
    """Most points, and most points with one more placed, are those of trying all choices of fillings."""
    fillings, plain = fillings_of(table, np.random.default_rng(seed))
    empty, everywhere = no_columns(PUPILS, TASKS), np.arange(EMPLOYERS)
    plan = recombine(choice_of(fillings, empty, [], everywhere)).plan
    assert plan is not None
    assert close(plan, best_by_hand(plain, 0))
    placed = int((plan.employer >= 0).sum())
    more = recombine(choice_of(fillings, plan, [np.ones(PUPILS, bool)], everywhere, more=0.0)).plan
    assert more is not None
    by_hand = best_by_hand(plain, placed + 1)
    if by_hand is None:
        assert (more.employer >= 0).sum() == placed
        assert close(more, best_by_hand(plain, placed))
    else:
        assert (more.employer >= 0).sum() > placed
        assert close(more, by_hand)


@settings(max_examples=60, deadline=None)
@given(TABLES, st.integers(0, 2**32 - 1), st.sets(st.integers(0, PUPILS - 1), min_size=1))
def test_more_of_one_aim_keeps_the_next(table: list[list[set[int]]], seed: int, hardest: set[int]) -> None:
    """While more are placed, each of the hardest to place counts for so many points beside their own."""
    fillings, plain = fillings_of(table, np.random.default_rng(seed))
    everybody, hard = np.ones(PUPILS, bool), np.isin(np.arange(PUPILS), sorted(hardest))
    choice = choice_of(fillings, no_columns(PUPILS, TASKS), [everybody, hard], np.arange(EMPLOYERS), more=0.0)
    plan = recombine(choice).plan
    assert plan is not None
    placed = plan.employer >= 0
    counted = {
        employer: [(team, points + LATER * len(team & hardest)) for team, points in teams]
        for employer, teams in plain.items()
    }
    best, own = best_by_hand(counted, 1), plan.points[placed].sum() + LATER * (placed & hard).sum()
    assert best is not None
    assert best - CLOSE * abs(best) <= own <= best


@settings(max_examples=60, deadline=None)
@given(TABLES, st.integers(0, 2**32 - 1))
def test_in_parts(table: list[list[set[int]]], seed: int) -> None:
    """Parts of fillings lead to the prices, and to the fillings used, that a choice of whole ones begins with."""
    fillings, _ = fillings_of(table, np.random.default_rng(seed))
    plan = recombine(choice_of(fillings, no_columns(PUPILS, TASKS), [], np.arange(EMPLOYERS))).plan
    assert plan is not None
    choice = choice_of(fillings, plan, [np.ones(PUPILS, bool)], np.arange(EMPLOYERS))
    parts, whole = in_parts(choice), recombine(choice)
    assert parts.plan is None
    assert np.array_equal(parts.support, whole.support)
    assert (parts.worth is None) == (whole.worth is None)
    if parts.worth is not None and whole.worth is not None:
        assert np.array_equal(parts.worth, whole.worth)


@settings(max_examples=60, deadline=None)
@given(TABLES, st.integers(0, 2**32 - 1), st.sets(st.integers(0, EMPLOYERS - 1), min_size=1))
def test_others_stay(table: list[list[set[int]]], seed: int, some: set[int]) -> None:
    """Who is placed at another employer stays there, in the same position, and the plan is no worse."""
    fillings, _ = fillings_of(table, np.random.default_rng(seed))
    first = recombine(choice_of(fillings, no_columns(PUPILS, TASKS), [], np.arange(EMPLOYERS))).plan
    assert first is not None
    part = np.array(sorted(some))
    plan, worth, _ = recombine(choice_of(fillings, first, [], part))
    elsewhere = (first.employer >= 0) & ~np.isin(first.employer, part)
    if plan is None or worth is None:
        inside = [fillings.pupil[e, row, : fillings.crowd[e, row]] for e in some for row in range(fillings.seen[e])]
        assert all(elsewhere[team].any() for team in inside)
        return
    assert np.array_equal(plan.employer[elsewhere], first.employer[elsewhere])
    assert close(plan, int(first.points[first.employer >= 0].sum()))
    assert np.isnan(worth[elsewhere]).all()


def test_best_of_the_same_pupils_is_kept() -> None:
    """Of fillings with the same pupils the one with most points is kept, beside those with other pupils."""
    fillings, notes = no_fillings(2, 3, TASKS), no_notes(1, 3, TASKS)
    for team, points in (({0, 1}, 10), ({0, 1}, 30), ({0, 1}, 20), ({0, 2}, 5)):
        keep_notes(noted(notes, 1, team, points), fillings)
    assert fillings.seen.tolist() == [0, 2]
    assert fillings.points[1, :2].tolist() == [60, 10]
    assert fillings.pupil[1, 1, :2].tolist() == [0, 2]


def test_the_oldest_go() -> None:
    """Where more sets of pupils come by than are kept, the oldest go and the rest stay whole."""
    fillings, notes = no_fillings(1, 3, TASKS, kept=2), no_notes(1, 3, TASKS)
    for pupil in range(3):
        keep_notes(noted(notes, 0, {pupil}, pupil), fillings)
    assert fillings.seen.tolist() == [3]
    assert sorted(fillings.pupil[0, :, 0].tolist()) == [1, 2]


def test_too_many_pupils_are_not_kept() -> None:
    """A filling with more pupils than there is room for is left out, not cut."""
    fillings, notes = no_fillings(1, 2, TASKS), no_notes(1, 2, TASKS)
    keep_notes(noted(notes, 0, {0, 1, 2}, 5), fillings)
    assert fillings.seen.tolist() == [0]


def test_proposals_fit(small: Reach) -> None:
    """Every filling proposed can be given out together, and what there is to give out is as before."""
    work, employers = small.work, len(small.work.places)
    room, prices = (int(work.places.max()), work.max_tasks), free_prices(work)
    stock, shelf = Stock(*full_stock(work)), no_shelf(len(small.pair_pupil), work.max_tasks)
    liking, price = np.full(len(small.pair_pupil), np.inf), np.full(len(small.pair_start) - 1, 200.0)
    notes, fillings = no_notes(1, *room), no_fillings(employers, *room)
    for employer in range(employers):
        for start in range(1, 6):
            pairs, state = np.flatnonzero(small.pair_employer == employer), np.array([start])
            propose(small, stock, prices, piece_prices(small, prices), price, shelf, pairs, liking, state, 60.0, notes)
            keep_notes(notes, fillings)
    assert all(np.array_equal(one, other) for one, other in zip(stock, full_stock(work), strict=True))
    assert fillings.seen.sum() > employers
    assert all_fit(small, fillings)


def all_fit(reach: Reach, fillings: Fillings) -> bool:
    """Say whether every filling kept can be given out together."""
    for employer in range(len(reach.work.places)):
        for row in range(fillings.seen[employer]):
            left, columns = Stock(*full_stock(reach.work)), columns_of(fillings, employer, row)
            for one in range(len(columns.pupil)):
                if not column_fits(reach.work, left, columns, one):
                    return False
                take(reach.work, left, columns, one)
    return True


def columns_of(fillings: Fillings, employer: int, row: int) -> Columns:
    """Return the positions of a filling."""
    crowd = fillings.crowd[employer, row]
    parts = (fillings.pupil, fillings.function, fillings.own, fillings.lot, fillings.count)
    pupil, function, points, lot, count = (part[employer, row, :crowd].astype(np.int64) for part in parts)
    return Columns(pupil, np.full(crowd, employer), function, points, np.where(count > 0, lot, -1), count)


def test_exchanges(small: Reach) -> None:
    """Fillings with one pupil less are kept, and whoever is worth most comes for the one who goes."""
    work, employers = small.work, len(small.work.places)
    plan = solve(small, hardest=np.zeros(24, bool), lottery=np.arange(24), steps=20, exactly=False).columns
    stock, free, no_price = Stock(*full_stock(work)), free_prices(work), np.zeros(len(work.lot_pieces))
    room, price = (int(work.places.max()), work.max_tasks), np.full(len(plan.employer), 500.0)
    notes, fillings = no_notes(1, *room), no_fillings(employers, *room)
    target, found = no_columns(1, work.max_tasks), new_found(1, work.max_tasks)
    for employer in range(employers):
        here, pairs = np.flatnonzero(plan.employer == employer), np.flatnonzero(small.pair_employer == employer)
        exchange(small, stock, free, no_price, price, plan, here, pairs, employer, notes, fillings)
        assert all(np.array_equal(one, other) for one, other in zip(stock, full_stock(work), strict=True))
        kept = {
            tuple(columns.pupil.tolist()): int(columns.points.sum())
            for columns in (columns_of(fillings, employer, row) for row in range(fillings.seen[employer]))
        }
        for gone in here.tolist():
            rest = [pupil for pupil in here.tolist() if pupil != gone]
            assert not rest or kept[tuple(rest)] == plan.points[rest].sum()
            left, best = Stock(*full_stock(work)), (plan.points[gone] - 60.0, -1)
            for pupil in rest:
                take(work, left, plan, pupil)
            for pupil in np.setdiff1d(small.pair_pupil[pairs], here).tolist():
                worth = best_position(small, left, free, no_price, pupil, employer, -1e18, target, 0, found)
                best = max(best, (worth, pupil))
            if best[1] >= 0:
                assert kept[tuple(sorted([*rest, best[1]]))] >= plan.points[rest].sum() + best[0]
    assert all_fit(small, fillings)


def test_the_plan_can_be_chosen_when_few_are_kept() -> None:
    """Where only the fillings worth most are chosen among, those of the plan at hand are among them."""
    fillings, _ = fillings_of([[{0, 1}, {0}], [{2}, {3}], [{4}], [{5}]], np.random.default_rng(2))
    plan, (notes, price) = no_columns(PUPILS, TASKS), (no_notes(1, 3, TASKS), np.zeros(PUPILS))
    plan.employer[[0, 2]], plan.points[[0, 2]] = (0, 1), (-400, -300)
    for employer, pupil in ((0, 0), (1, 2)):
        keep_notes(noted(notes, employer, {pupil}, int(plan.points[pupil])), fillings)
    choice = choice_of(fillings, plan, [], np.arange(EMPLOYERS), price=price, seen=1)
    assert len(choice.pool.employer) == EMPLOYERS
    assert {0, 2} <= set(choice.pool.pupil.tolist())


def test_plan_is_a_copy() -> None:
    """A choice made while the plan changes is about the plan as it was."""
    fillings, _ = fillings_of([[{0, 1}], [{2}], [{3}], [{4}]], np.random.default_rng(1))
    plan = no_columns(PUPILS, TASKS)
    choice = choice_of(fillings, plan, [], np.arange(EMPLOYERS))
    plan.employer[6] = 3
    fillings.points[:] = -1_000
    found = recombine(choice).plan
    assert isinstance(found, Columns)
    assert found.employer[6] == -1


def test_nobody_to_place_ends(small: Reach) -> None:
    """Where nobody is looking for work the plan is empty at once."""
    found = solve(first_pupils(small, 0), hardest=np.zeros(0, bool), lottery=np.zeros(0, np.int64), exactly=False)
    assert len(found.columns.employer) == 0


def test_part_by_part_does_not_depend_on_threads(small: Reach, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a large region fillings are chosen for some employers at once, at last for all; threads change nothing."""
    in_parts_of_four(monkeypatch)
    parts: list[NDArray[np.int64]] = []
    ask = turns.choice_of

    def noting(*given: Any, **options: Any) -> Choice:
        parts.append(given[3])
        return ask(*given, **options)

    monkeypatch.setattr(turns, "choice_of", noting)
    found = []
    for threads in (1, 3):
        monkeypatch.setattr(chunks.os, "cpu_count", lambda threads=threads: threads)
        found.append(
            solve(small, hardest=np.zeros(24, bool), lottery=np.arange(24), steps=700, bounds=False, exactly=False)
        )
    assert all(np.array_equal(one, other) for one, other in zip(found[0].columns, found[1].columns, strict=True))
    whole = len(small.work.places)
    assert {len(part) for part in parts} == {4, whole}
    assert len(parts[-1]) == whole
    assert len({tuple(part.tolist()) for part in parts}) > 2
    assert check_solution(small, found[0].columns) == []


def test_at_last_no_choice_is_better(small: Reach, monkeypatch: pytest.MonkeyPatch) -> None:
    """After parts were chosen and then the whole, no choice for the whole finds a better plan."""
    in_parts_of_four(monkeypatch)
    seen: list[turns.Turns] = []
    ask = turns.Turns.choose_everywhere

    def noting(own: turns.Turns, *given: float, more: bool) -> bool:
        seen.append(own)
        return ask(own, *given, more=more)

    monkeypatch.setattr(turns.Turns, "choose_everywhere", noting)
    solve(small, hardest=np.zeros(24, bool), lottery=np.arange(24), steps=60, bounds=False, exactly=False)
    assert len(seen) == turns.STAGES
    repair = seen[0].repair
    choice = choice_of(repair.fillings, repair.best, seen[0].masks, np.arange(len(small.work.places)))
    plan = recombine(choice).plan
    assert plan is not None
    placed = repair.best.employer >= 0
    assert plan.points[plan.employer >= 0].sum() <= (1 + CLOSE) * repair.best.points[placed].sum()


def test_the_time_there_is_for_the_whole(small: Reach, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stages are as many as there is time for, the last one tries for more pupils; a short one does not; or none."""
    in_parts_of_four(monkeypatch)
    asked: list[tuple[float, Choice]] = []

    def noting(choice: Choice, *, seconds: float = np.inf) -> recombining.Recombined:
        asked.append((seconds, choice))
        return recombining.Recombined(None, None, np.zeros(0, np.int64))

    monkeypatch.setattr(turns, "recombine", noting)
    run, own = turns.Turns.run, turns_of(small, monkeypatch)
    cost = turns.A_CHOICE * len(own.visits) ** 2
    all_stages = [False] * (turns.STAGES - 1) + [True]
    for part, tries in ((np.inf, all_stages), (2.5 * turns.STAGE, [False, True]), (0.5, [False]), (0.0, [])):
        asked.clear()
        own.whole, own.pause, seconds = False, 0, part * cost
        run(own, heat=(1.0, 1.0), noise=0.0, progress=lambda _: 1.0, seconds_left=lambda seconds=seconds: seconds)
        assert [choice.more is not None for _, choice in asked] == tries
        assert all(within == (seconds if part in (0.5, np.inf) else turns.LONGER * cost) for within, _ in asked)
        assert all(len(choice.employers) == len(own.visits) for _, choice in asked)


def turns_of(reach: Reach, monkeypatch: pytest.MonkeyPatch) -> turns.Turns:
    """Return the turns that a search would take, none of them taken."""
    seen: list[turns.Turns] = []

    def run(own: turns.Turns, **_: object) -> tuple[int, int]:
        seen.append(own)
        return 0, 0

    monkeypatch.setattr(turns.Turns, "run", run)
    pupils = len(reach.pair_start) - 1
    solve(reach, hardest=np.zeros(pupils, bool), lottery=np.arange(pupils), exactly=False)
    return seen[0]


def in_parts_of_four(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a region with more than four employers count as large."""
    monkeypatch.setattr(turns, "WHOLE", 4)
    monkeypatch.setattr(turns, "PART", 4)


def test_more_of_any_aim_is_no_failure(small: Reach, monkeypatch: pytest.MonkeyPatch) -> None:
    """A choice with as many placed and more of a later aim lets the next one try for more; one with fewer does not."""
    own, pupils = turns_of(small, monkeypatch), len(small.pair_start) - 1
    best, (one, other) = own.repair.best, np.flatnonzero(own.repair.best.employer >= 0)[:2].tolist()
    without = {pupil: Columns(*(part.copy() for part in best)) for pupil in (one, other)}
    for pupil, plan in without.items():
        plan.employer[pupil] = -1
    own.masks = [np.ones(pupils, bool), np.arange(pupils) == one]
    choice = own.choice(own.part())
    for at_hand, answer, tries in ((one, other, True), (other, one, False)):
        own.repair.best, own.pause = without[at_hand], 0
        own.adopt(choice, recombining.Recombined(without[answer], None, np.zeros(0, np.int64)))
        assert (own.choice(own.part()).more is not None) == tries
