"""Contested work: who wanted it, priced again by listing every position."""

from __future__ import annotations

import dataclasses
import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import matchmaker as mm
from matchmaker.plan.contested import Wanted, contested
from matchmaker.solve.joint.exact import all_columns
from matchmaker.solve.joint.pricing import piece_prices

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = Path(__file__).resolve().parent / "golden"


@cache
def tiny_plan() -> mm.Plan:
    """Return the plan of tiny."""
    return mm.match(mm.read_region(ROOT / "data" / "fixtures" / "tiny"))


def worth_of_all(plan: mm.Plan, free: int) -> tuple[np.ndarray, np.ndarray]:
    """List every position of tiny with its pupil, and what it is worth when a lot costs nothing (-1: none does)."""
    reach, prices = plan.reach, plan.solution.prices
    columns, piece = all_columns(reach), piece_prices(reach, prices)
    if free >= 0:
        piece[free] = 0.0
    shared = prices.places[columns.employer] + prices.supervision[columns.employer] * reach.work.support[columns.pupil]
    seats = np.where(columns.function >= 0, prices.seats[columns.function], 0.0)
    used = np.where(columns.lot >= 0, piece[columns.lot] * columns.count, 0.0).sum(axis=1)
    return columns.pupil, columns.points - shared - seats - np.where(columns.function >= 0, 0.0, used)


@pytest.mark.parametrize("pupil", ["p01", "p02", "p04", "p06", "p09", "p11"])
def test_who_wanted_a_task_gains_by_it(pupil: str) -> None:
    """Who wanted a task is each other pupil whose best position is worth more when it costs nothing, and by so much."""
    plan = tiny_plan()
    proof, ids = plan.solution.proof, plan.ledger.problem.pupils.ids
    for row in contested(plan, pupil):
        lot = int(plan.ledger.lot_of_part[plan.ledger.part_of_task[plan.ledger.row("task", row.tasks[0])]])
        who, worth = worth_of_all(plan, lot)
        expected = {}
        for one in range(len(ids)):
            now = proof.value[one] - proof.bonus[one]
            gain = worth[who == one].max(initial=-np.inf) - now
            if gain >= 0.5 and ids[one] != pupil and lot not in plan.columns.lot[one]:
                expected[str(ids[one])] = round(float(gain))
        assert {one.pupil: one.gain for one in row.wanted} == expected
        assert [one.gain for one in row.wanted] == sorted((one.gain for one in row.wanted), reverse=True)


def test_every_task_has_a_row() -> None:
    """The rows of a placement hold each of its tasks once with all hours, the dearest first; the unplaced have none."""
    plan = tiny_plan()
    for one in plan.placements:
        rows = plan.contested(one.pupil)
        assert sorted(task for row in rows for task in row.tasks) == sorted(one.tasks)
        assert sum(row.hours for row in rows) == pytest.approx(one.hours)
        assert [row.price for row in rows] == sorted((row.price for row in rows), reverse=True)
    assert len(plan.contested("p07")) == 0
    with pytest.raises(mm.UnknownId):
        plan.contested("p99")


def test_a_row_shows_itself() -> None:
    """A row has a repr with ids, a place in a frame, and a document of plain values."""
    rows = tiny_plan().contested("p02")
    assert repr(rows[0]).startswith("<Contested t03")
    assert len(rows.to_frame()) == len(rows)
    assert json.loads(json.dumps(rows[0].to_document()))["pupil"] == "p02"


@pytest.mark.parametrize("language", ["en", "nl"])
def test_sentences(language: str) -> None:
    """The sentences are those of the golden file."""
    plan = tiny_plan()
    task, function = plan.contested("p02", language=language)[0], plan.contested("p08", language=language)[0]
    # Prices may shift a little with the method; the sentences are read with prices of their own.
    few = (Wanted("p06", "e2", 90), Wanted("p03", None, 40))
    many = (*few, *(Wanted(f"p{row:02}", "e5", 30 - row) for row in range(7, 12)))
    rows = [
        dataclasses.replace(task, price=23.5, wanted=few),
        dataclasses.replace(task, price=12.0, wanted=many),
        dataclasses.replace(task, price=0.0, wanted=()),
        dataclasses.replace(function, price=0.0, wanted=()),
    ]
    said = "\n".join(str(row) for row in rows)
    assert said + "\n" == (GOLDEN / f"contested.{language}.txt").read_text(encoding="utf-8")
