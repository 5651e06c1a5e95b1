"""Observations to make: what knowing a level is worth, against plans made with the level known."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

import matchmaker as mm
from matchmaker.errors import MatchmakerError, UnknownId
from matchmaker.plan import Plan
from matchmaker.plan.knowledge import chances, short_chances, thin, worth_of_knowing
from matchmaker.plan.observe import Observe, ToObserve, observations_to_make
from matchmaker.plan.rows import Rows
from tests.plan.changed import GOLDEN, levels_known, shuffled, small_region, tiny


@pytest.fixture(scope="module")
def plan() -> Plan:
    return mm.match(small_region(2))


@pytest.fixture(scope="module")
def found(plan: Plan) -> Observe:
    return observations_to_make(plan, most=4)


def test_knowing_is_worth_what_fresh_plans_bring(plan: Plan, found: Observe) -> None:
    """What is worked out for the first observation is the mean over its levels of what fresh matches bring."""
    best, region = found.rows[0], plan.region
    assert region is not None and best.solved
    now = plan.placement(best.pupil)
    row, dimension = plan.ledger.row("pupil", best.pupil), plan.ledger.problem.dimensions.index(best.dimension)
    placed = points = 0.0
    for level, chance in zip(region.framework.levels, chances(plan.ledger.problem)[row, dimension], strict=True):
        if chance == 0:
            continue
        known = levels_known(region, [best.pupil], [best.dimension], [level])
        fresh, mine, lost = mm.match(known), 0, 0
        if now is not None:
            again = (
                mm.score(known, pupil=best.pupil, tasks=dict(now.tasks))
                if now.function is None
                else mm.score(known, pupil=best.pupil, vacancy=now.function)
            )
            mine, lost = (again.points, 0) if again.allowed else (0, 1)
        placed += chance * (fresh.placed - (plan.placed - lost))
        points += chance * (fresh.points - (plan.points - (now.points if now else 0) + mine))
    assert best.placed_more == pytest.approx(placed, abs=1e-6)
    assert best.points_more == pytest.approx(points, abs=1e-6)


def test_a_level_forbids_what_the_rules_forbid(plan: Plan) -> None:
    """For every level the present position is taken to be lost just when scoring it with that level known says so."""
    pupil, dimension, _ = thin(plan, most=300)
    worth, region = worth_of_knowing(plan, pupil, dimension), plan.region
    assert region is not None
    problem = plan.ledger.problem
    for k in range(0, len(pupil), 4):
        now = plan.placement(str(problem.pupils.ids[pupil[k]]))
        if now is None or now.function is not None:
            continue
        for row in range(worth.start[k], worth.start[k + 1]):
            level = int(problem.level_values[worth.level[row]])
            known = levels_known(region, [now.pupil], [problem.dimensions[dimension[k]]], [level])
            said = mm.score(known, pupil=now.pupil, tasks=dict(now.tasks))
            assert np.isfinite(worth.own[row]) == said.allowed
            assert not said.allowed or worth.own_points[row] == said.points


def test_knowing_never_harms(plan: Plan) -> None:
    """At every price the mean value when the level is known is at least the best value without knowing."""
    pupil, dimension, count = thin(plan, most=300)
    worth = worth_of_knowing(plan, pupil, dimension)
    assert count == len(pupil) > 0
    known = np.add.reduceat(worth.chance * worth.value, worth.start[:-1])
    assert (known >= worth.now - 1e-6).all() and (worth.gain >= 0).all()
    assert np.add.reduceat(worth.chance, worth.start[:-1]) == pytest.approx(1.0)


def test_chances_of_falling_short() -> None:
    """The chance to fall short is the sum of the chances of all levels more than max_gap below what is asked."""
    problem = mm.match(tiny(), steps=0).ledger.problem
    chance = chances(problem)
    short = short_chances(problem, chance)
    assert short[:, :, :2] == pytest.approx(0.0)
    assert short[:, :, 5] == pytest.approx(chance[:, :, :4].sum(axis=2))


def test_what_is_known_need_not_be_observed() -> None:
    """Where every level that is asked was tested on the date itself, nothing is left to observe."""
    region = tiny()
    known = levels_known(region, ["p12"], ["endurance"], [4])
    assert len(observations_to_make(mm.match(known)).rows) == 0


def test_row_order_does_not_matter(plan: Plan, found: Observe) -> None:
    """The same region with its rows in another order gives the same observations to make."""
    assert plan.region is not None
    other = observations_to_make(mm.match(shuffled(plan.region, 3)), most=4)
    assert other.to_document() == found.to_document()


def test_effects_are_the_whole(found: Observe) -> None:
    """The chances of all that may happen add up to 1, and levels follow one another."""
    assert 0 < len(found.rows) <= 4
    for one in found.rows:
        assert sum(effect.chance for effect in one.effects) == pytest.approx(1.0, abs=1e-4)
        assert [effect.lowest for effect in one.effects[1:]] == [effect.highest + 1 for effect in one.effects[:-1]]
        changes = sum(effect.chance for effect in one.effects if effect.outcome != "keeps")
        assert one.chance == pytest.approx(changes, abs=1e-4)


def test_what_is_not_allowed(plan: Plan) -> None:
    """Asking for nothing, for another language, or of a plan that was read back without its region is an error."""
    with pytest.raises(MatchmakerError):
        observations_to_make(plan, most=0)
    with pytest.raises(UnknownId):
        observations_to_make(plan, language="fy")
    with pytest.raises(MatchmakerError):
        observations_to_make(mm.Plan.from_json(plan.to_document()))


def test_results_show_themselves(found: Observe) -> None:
    """An answer is a frame, a document of plain values, HTML, and a repr with ids only."""
    assert len(found.to_frame()) == len(found.rows)
    json.dumps(found.to_document())
    assert "<table>" in found._repr_html_() and "Werkgever" not in repr(found)


@pytest.mark.parametrize("language", ["en", "nl"])
def test_observations_read_as_they_should(plan: Plan, language: str) -> None:
    """The observations to make of a small region are the text that people have read and found good."""
    expected = (GOLDEN / f"observe_small_2.{language}.txt").read_text(encoding="utf-8")
    assert str(observations_to_make(plan, most=4, language=language)) + "\n" == expected


@pytest.mark.parametrize("language", ["en", "nl"])
def test_the_one_observation_of_tiny(language: str) -> None:
    """On tiny nobody has seen how long p12 keeps going, and the text says what hangs on it."""
    expected = (GOLDEN / f"observe_tiny.{language}.txt").read_text(encoding="utf-8")
    assert str(observations_to_make(mm.match(tiny()), language=language)) + "\n" == expected


@pytest.mark.parametrize("language", ["en", "nl"])
def test_what_is_not_solved_anew_says_so(language: str) -> None:
    """Where worth comes from prices the text says that it is not proved, also when nothing is worth observing."""
    row = ToObserve("p1", "drive", "Drive", True, 120, 0.4, (), 3, False, None, None, "...")
    for optimal, rows in ((False, (row,)), (False, ()), (True, (row,))):
        said = str(Observe(language, Rows(rows), 1, 1, optimal))
        assert {"en": "nothing of it is proved", "nl": "is niet bewezen"}[language] in said
    solved = dataclasses.replace(row, solved=True)
    assert len(str(Observe(language, Rows((solved,)), 1, 1, True)).splitlines()) == 2
