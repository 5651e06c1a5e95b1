"""Alternatives: checked against fresh plans in which people fix the pupil there."""

from __future__ import annotations

import dataclasses
import json
from functools import cache
from pathlib import Path

import pytest

import matchmaker as mm
from benchmarks.regions import make_region
from matchmaker.model import Decision, Region
from matchmaker.plan.alternatives import Alternatives, alternatives
from matchmaker.plan.difference import Move
from matchmaker.plan.rows import Rows
from matchmaker.solve.joint import solution

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = Path(__file__).resolve().parent / "golden"
NO_HARDEST = {"hardest_share": 0.0}


@cache
def region_of(name: str) -> Region:
    """Return tiny, or a generated region of that seed."""
    if name == "tiny":
        return mm.read_region(ROOT / "data" / "fixtures" / "tiny")
    return make_region(10, employers=4, tasks_per_employer=8, seed=int(name))


@cache
def plan_of(name: str) -> mm.Plan:
    """Return the plan of a region in which nobody counts as hardest to place."""
    return mm.match(region_of(name), policy=NO_HARDEST)


def fixed(region: Region, pupil: str, employer: str) -> mm.Plan:
    """Plan a region from nothing, with a pupil fixed at an employer."""
    decision = Decision(pupil=pupil, employer=employer, kind="fixed")
    return mm.match(region.replace(decisions=region.decisions.with_rows([decision])), policy=NO_HARDEST)


@pytest.mark.parametrize(("name", "pupil"), [("tiny", "p02"), ("1", "p004"), ("3", "p002")])
def test_alternatives_are_those_of_fresh_plans(name: str, pupil: str) -> None:
    """Each alternative is as good as a fresh plan with that decision, and none that is better is left out."""
    plan = plan_of(name)
    present = plan.placement(pupil)
    answer = alternatives(plan, pupil, k=2)
    fresh = []
    for employer in plan.region.employers.ids:
        if not mm.carve(region_of(name), pupil=pupil, employer=employer, k=1):
            continue
        made = fixed(region_of(name), pupil, employer)
        there = made.placement(pupil)
        if there is not None and (present is None or employer != present.employer):
            fresh.append((plan.placed - made.placed, plan.points - made.points, employer))
    expected = sorted(fresh)[:2]
    assert [(-one.placed, one.loss) for one in answer] == [(placed, loss) for placed, loss, _ in expected]
    assert answer.complete and all(one.exact and one.least == one.loss for one in answer)
    assert {(-one.placed, one.loss, one.employer) for one in answer} <= set(fresh)


def test_without_proof_the_loss_is_an_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the plan is not proved the best, what the best plan with the decision loses lies between least and loss."""
    with monkeypatch.context() as patch:
        patch.setattr(solution, "close", lambda *_: None)
        patch.setattr(solution, "solve_small", lambda *_, **__: None)
        plan = mm.match(region_of("tiny"), policy=NO_HARDEST, steps=5)
        answers = [alternatives(plan, pupil, k=1) for pupil in ("p02", "p09")]
    assert plan.status == "limit" and not any(answer.complete for answer in answers)
    for one in [one for answer in answers for one in answer]:
        assert one.least <= one.loss
        best = fixed(region_of("tiny"), one.position.pupil, one.employer)
        if best.placed - plan.placed == one.placed:
            assert one.least <= plan.points - best.points <= one.loss
    assert all(answer.rows and "not proved the best" in answer.summary() for answer in answers)


def test_a_decision_of_people_is_never_broken() -> None:
    """No alternative takes a position from somebody whom people placed, nor moves that pupil."""
    plan = plan_of("tiny")
    assert len(alternatives(plan, "p01")) == 0
    assert all(move.pupil != "p01" for one in alternatives(plan, "p05") for move in one.moves)


def test_unknown_and_read_back(tmp_path: Path) -> None:
    """An unknown pupil or language is named, and a plan read back with its region answers the same."""
    plan = plan_of("tiny")
    with pytest.raises(mm.UnknownId):
        alternatives(plan, "p99")
    with pytest.raises(mm.UnknownId):
        alternatives(plan, "p02", language="de")
    plan.to_json(tmp_path / "plan.json")
    back = mm.read_plan(tmp_path / "plan.json", region=mm.read_region(ROOT / "data" / "fixtures" / "tiny"))
    again = [(one.employer, one.loss) for one in alternatives(back, "p02")]
    assert again == [(one.employer, one.loss) for one in alternatives(plan, "p02")]


def test_an_answer_shows_itself() -> None:
    """An answer has a short repr, a frame with a row an alternative, HTML, and a document of plain values."""
    answer = plan_of("tiny").alternatives("p02", k=1)
    assert isinstance(answer, Alternatives) and repr(answer).startswith("<Alternatives p02: e")
    assert len(answer.to_frame()) == len(answer.rows) == len(answer) == 1
    assert "<table>" in answer._repr_html_()
    assert json.loads(json.dumps(answer.to_document()))["alternatives"][0]["employer"] == answer[0].employer
    assert repr(answer[0]).startswith("<Alternative p02 at")
    assert len(plan_of("tiny").alternatives("p02", k=0)) == 0


@pytest.mark.parametrize("language", ["en", "nl"])
def test_sentences(language: str) -> None:
    """The sentences are those of the golden file."""
    plan = plan_of("tiny")
    exact, none = plan.alternatives("p02"), plan.alternatives("p01")
    one = exact[0]
    leaves = Rows([Move("p04", "e4", None, 578, None), Move("p06", "e2", "e2", 505, 500)])
    rows = [
        dataclasses.replace(one, exact=False, least=12, loss=40, moves=Rows()),
        dataclasses.replace(one, exact=False, least=-30, loss=1, placed=-1, hardest=1, moves=leaves),
        dataclasses.replace(one, exact=False, least=-30, loss=0),
        dataclasses.replace(one, exact=False, least=-30, loss=-8),
    ]
    rough = dataclasses.replace(exact, rows=Rows(rows), employers=9, complete=False, optimal=False, room=75)
    unplaced = dataclasses.replace(rough, pupil="p05", present=None, rows=Rows(rows[:1]))
    said = "\n\n".join(answer.summary(language=language) for answer in (exact, none, rough, unplaced))
    assert said + "\n" == (GOLDEN / f"alternatives.{language}.txt").read_text(encoding="utf-8")
