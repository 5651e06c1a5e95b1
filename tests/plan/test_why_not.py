"""Why not: all hard reasons, or a price that a fresh plan confirms."""

from __future__ import annotations

import dataclasses
import json
import pickle
from pathlib import Path

import pytest

import matchmaker as mm
from matchmaker.errors import MatchmakerError, UnknownId
from matchmaker.plan import Plan, changes, read_plan, why_not
from matchmaker.plan.forced import forced
from tests.plan.test_unplaced import on_paper

TINY = Path(__file__).resolve().parents[2] / "data" / "fixtures" / "tiny"
GOLDEN = Path(__file__).parent / "golden"
READ = [
    ("p01", "e1"),
    ("p02", "e4"),
    ("p03", "e2"),
    ("p05", "e1"),
    ("p07", "e9"),
    ("p13", "e2"),
    ("p13", "e8"),
]
PRICED = [("p02", "e4"), ("p13", "e2"), ("p09", "e5"), ("p08", "e8")]


@pytest.fixture(scope="module")
def plan() -> Plan:
    return mm.match(mm.read_region(TINY))


def test_hard_reasons_are_those_on_paper(plan: Plan) -> None:
    """For every pair that the paper of tiny forbids, a rule that stands in the way on paper is among the reasons."""
    forbidden = {pair: cell for pair, cell in on_paper().items() if cell != "yes"}
    assert len(forbidden) > 30
    for (pupil, employer), cell in forbidden.items():
        answer = plan.why_not(pupil, employer)
        rules = {one.rule for one in answer.reasons}
        assert not answer.possible and answer.position is None
        if "+" in cell:
            # Of several pairs of rules the paper names one.
            assert len(rules) > 1, (pupil, employer)
        else:
            assert rules & set(cell.split(", ")), (pupil, employer)


def test_all_hard_reasons_are_given(plan: Plan) -> None:
    """Several rules at once are all named: far away, on a route that leads elsewhere, at work that stays."""
    assert [one.rule for one in plan.why_not("p07", "e9").reasons] == ["route", "travel", "tasks_once"]
    assert {"travel", "employer"} <= {one.rule for one in plan.why_not("p12", "e3").reasons}


@pytest.mark.parametrize(("pupil", "employer"), PRICED)
def test_the_price_is_that_of_a_fresh_plan(plan: Plan, pupil: str, employer: str) -> None:
    """Placed and points lost are those between the plan and a fresh one in which people fixed the pair."""
    answer = plan.why_not(pupil, employer)
    assert plan.region is not None
    fresh = mm.match(changes.force(pupil, employer).apply(plan.region))
    aims = {one.name: one for one in answer.aims}
    at = fresh.placement(pupil)
    assert answer.exact and at is not None and at.employer == employer
    assert (aims["placed"].after, aims["points"].after) == (fresh.placed, fresh.points)
    assert answer.loss == plan.points - fresh.points
    assert answer.position is not None and answer.position.employer == employer
    assert sum(move.points for move in answer.moves) == -answer.loss
    if fresh.placed == plan.placed:
        assert answer.least is not None and answer.least <= answer.loss


def test_a_decision_that_would_break_is_named(plan: Plan) -> None:
    """Where the only place is somebody's by decision, that is the reason, whatever it would be worth."""
    for pupil in ("p03", "p05", "p06"):
        answer = plan.why_not(pupil, "e1")
        assert [one.rule for one in answer.reasons] == ["places", "decisions"]
        assert "p01 at e1 Kwekerij De Wilg" in answer.summary()


def test_who_is_there_is_told_so(plan: Plan) -> None:
    """A pupil who is placed at the employer has no reasons and no price."""
    answer = plan.why_not("p08", "e5")
    assert answer.there == plan.placement("p08")
    assert (answer.reasons, answer.moves, answer.aims) == ((), (), ())


def test_what_is_not_proved_is_not_claimed(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a plan that is not proved the price is what was found, and the least that is proved stands beside it."""
    found = forced(plan, "p02", "e4")
    loose = dataclasses.replace(plan, status="limit", bound=plan.points + 500, bound_aims=plan.points + 500)
    for bound, said in (
        (plan.points - 40, "at least 40 points fewer"),
        (plan.points + 90, "up to 90 points more"),
    ):
        known = dataclasses.replace(found, exact=False, bound=bound)
        monkeypatch.setattr("matchmaker.plan.why_not.forced", lambda *_, known=known: known)
        answer = why_not.why_not(loose, "p02", "e4")
        assert not answer.exact and answer.loss == 200
        assert answer.least == plan.points - bound
        assert said in answer.summary() and "This is proved" not in answer.summary()
    better = dataclasses.replace(found, exact=False, points=plan.points + 7, bound=plan.points + 90)
    monkeypatch.setattr("matchmaker.plan.why_not.forced", lambda *_: better)
    assert "a better plan was found" in why_not.why_not(loose, "p02", "e4").summary()


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize(("pupil", "employer"), READ)
def test_why_not_reads_as_it_should(plan: Plan, pupil: str, employer: str, language: str) -> None:
    """The answer is the text that people have read and found good, and never says who chose."""
    said = str(plan.why_not(pupil, employer, language=language)) + "\n"
    assert said == (GOLDEN / f"why_not_{pupil}_{employer}.{language}.txt").read_text(encoding="utf-8")
    assert "solver" not in said


def test_an_answer_shows_itself(plan: Plan) -> None:
    """An answer has a short repr with ids only, a frame, HTML and plain values, and survives a pickle."""
    price, hard = plan.why_not("p02", "e4"), plan.why_not("p03", "e2")
    assert repr(price) == "<WhyNot p02 at e4: points -200>"
    assert repr(hard) == "<WhyNot p03 at e2: not possible: conditions>"
    assert list(price.to_frame()["pupil"]) == ["p02", "p04"]
    assert list(hard.to_frame()["rule"]) == ["conditions"]
    for one in (price, hard, plan.why_not("p01", "e1")):
        assert json.loads(json.dumps(one.to_document()))["possible"] == one.possible
        assert pickle.loads(pickle.dumps(one)) == one
        assert one._repr_html_().startswith("<table>")
    with pytest.raises(UnknownId):
        price.summary(language="nl")


def test_unknown_ids_are_named(plan: Plan) -> None:
    """A pupil, employer or language that is not there is named; without its region a plan says what it needs."""
    for wrong in (("p1", "e1"), ("p01", "e11")):
        with pytest.raises(UnknownId, match="Did you mean"):
            plan.why_not(*wrong)
    with pytest.raises(UnknownId):
        plan.why_not("p01", "e2", language="fr")
    with pytest.raises(MatchmakerError, match="needs the region"):
        read_plan(plan.to_document()).why_not("p03", "e2")
