"""Reasons of pupils who are not placed: counted by rule, true, and with what came nearest."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import numpy as np
import pytest

import matchmaker as mm
from matchmaker.model import Decision, Region
from matchmaker.plan import Plan, read_plan
from matchmaker.plan import obstacles as obstacles_module
from matchmaker.plan.left import left_of, stock_left
from matchmaker.plan.obstacles import Obstacles
from matchmaker.solve.joint.stock import full_stock
from tests.brute import best_of, broken, bundles, vacancies
from tests.checker_rules import read_tables

TINY = Path(__file__).resolve().parents[2] / "data" / "fixtures" / "tiny"


@pytest.fixture(scope="module")
def tiny() -> Region:
    return mm.read_region(TINY)


@pytest.fixture(scope="module")
def plan(tiny: Region) -> Plan:
    return mm.match(tiny, steps=5)


def on_paper() -> dict[tuple[str, str], str]:
    """The tables "who can go where" of the README: (pupil, employer) to the cell."""
    cells = {}
    for block in re.findall(
        r"(?m)^\| (?:north|south) .*\n(?:\|.*\n)+", (TINY / "README.md").read_text(encoding="utf-8")
    ):
        head, _, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in block.strip().splitlines())
        cells |= {(row[0], employer): cell for row in rows for employer, cell in zip(head[1:], row[1:], strict=True)}
    return cells


def test_the_rule_named_is_one_on_paper(plan: Plan) -> None:
    """Wherever one rule alone stands in the way on paper, the rule that is named is such a rule."""
    obstacles = Obstacles(plan.ledger.problem, plan.reach, full_stock(plan.reach.work))
    cells = on_paper()
    assert len(cells) == 8 * 4 + 6 * 5
    for (pupil, employer), cell in cells.items():
        row, where = plan.ledger.row("pupil", pupil), plan.ledger.row("employer", employer)
        possible = bool(obstacles.possible_at(row)[where])
        assert possible == (cell == "yes"), (pupil, employer)
        if not possible and "+" not in cell:
            assert obstacles.view(row).rule[where] in cell.split(", "), (pupil, employer)


def test_many_at_once_meet_what_each_meets_alone(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pupils looked at in blocks, the last one not full, have the obstacles that each has when looked at alone."""
    monkeypatch.setattr(obstacles_module, "ROWS_A_BLOCK", 5)
    stock, pupils = full_stock(plan.reach.work), range(plan.pupils)
    together, alone = (Obstacles(plan.ledger.problem, plan.reach, stock) for _ in range(2))
    together.look_at(pupils)
    for row in pupils:
        one, other = together.known(row), alone.view(row)
        assert one is not None and (one.pupil, other.pupil) == (row, row)
        assert together.view(row).rule == other.rule
        assert np.array_equal(one.forbids, other.forbids) and np.array_equal(one.misses, other.misses)


def test_counts_add_up_to_the_employers(plan: Plan) -> None:
    """The counts of a pupil's reasons add up to the number of employers."""
    assert all(sum(reason.count for reason in one.reasons) == 9 for one in plan.unplaced())


def test_the_nearest_position_breaks_no_fewer_rules_than_the_best(plan: Plan) -> None:
    """What is missing at the nearest employer of tiny is as little as enumeration finds anywhere."""
    tables = read_tables(TINY)
    for one in plan.unplaced():
        fewest = min(
            len(broken(tables, position))
            for employer in tables.employers
            for position in (*bundles(tables, one.pupil, employer), *vacancies(tables, one.pupil, employer))
        )
        rules = {missing.rule for missing in one.nearest[0].missing}
        assert len(rules) == max(fewest, 1), one
        assert 1 <= len(one.nearest) <= 3
        assert [len(near.missing) for near in one.nearest] == sorted(len(near.missing) for near in one.nearest)


def test_what_is_left_follows_from_the_placements(plan: Plan, tiny: Region) -> None:
    """What a plan leaves to give out, worked out from its placements, is what its solution left."""
    read = read_plan(plan.to_document(), region=tiny)
    assert plan.solution is not None
    for mine, other in zip(left_of(read), stock_left(plan.reach, plan.solution.columns), strict=True):
        assert np.allclose(mine, other)


def test_a_fixed_decision_that_cannot_be_kept_is_named(tiny: Region) -> None:
    """A pupil fixed where there is no position is unplaced with a reason of the rule decisions; the rest is planned."""
    fixed = Decision(pupil="p10", employer="e5", kind="fixed", reason="beloofd")
    made = mm.match(tiny.replace(decisions=tiny.decisions.with_rows([fixed])), steps=5)
    said = next(one for one in made.unplaced() if one.pupil == "p10").reasons[0]
    assert said.rule == "decisions"
    assert "e5 Zorghuis Avondrust" in said.text
    assert made.placed == 9


def test_nobody_unplaced_fits_into_what_is_left(plan: Plan) -> None:
    """With what a plan leaves, no pupil who is not placed could be placed after all."""
    tables = read_tables(TINY)
    used = {one.pupil for one in plan.placements}
    left = left_of(plan)
    ids = plan.ledger.problem.employers.ids.tolist()
    room = {name: (str(left.places[k]), str(left.supervision[k])) for k, name in enumerate(ids)}
    employers = {
        name: row | dict(zip(("places", "supervision_hours"), room[name], strict=True))
        for name, row in tables.employers.items()
    }
    given = {task for one in plan.placements if one.kind == "carved" for task in one.tasks}
    rest = {
        name: row | ({"detachable": "no"} if name in given and row["pieces"] in ("", "1") else {})
        for name, row in tables.tasks.items()
    }
    pupils = {name: row for name, row in tables.pupils.items() if name not in used}
    functions = {name: row | {"vacancies": ""} for name, row in tables.functions.items()}
    changed = dataclasses.replace(tables, employers=employers, tasks=rest, pupils=pupils, functions=functions)
    assert best_of(changed, lambda pupil, hours, vacancy: 1).placed == 0


def test_reasons_in_the_other_language_have_the_same_counts(plan: Plan) -> None:
    """Reasons said again in Dutch have the same rules and counts, and the same nearest employers."""
    for one in plan.unplaced():
        dutch = plan.why(one.pupil, language="nl").unplaced
        assert [(r.rule, r.count) for r in dutch.reasons] == [(r.rule, r.count) for r in one.reasons]
        assert [near.employer for near in dutch.nearest] == [near.employer for near in one.nearest]
