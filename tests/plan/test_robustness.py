"""Robustness: how often placements survive drawn levels."""

from __future__ import annotations

import json

import numpy as np
import pytest

import matchmaker as mm
from matchmaker.errors import MatchmakerError
from matchmaker.model import Region
from matchmaker.plan import Plan
from matchmaker.plan.intervals import wilson
from matchmaker.plan.robustness import Robustness, Survival, draw_levels, robustness
from matchmaker.plan.rows import Rows
from tests.plan.changed import GOLDEN, levels_known, shuffled, small_region, tiny


@pytest.fixture(scope="module")
def plan() -> Plan:
    return mm.match(small_region(2))


@pytest.fixture(scope="module")
def found(plan: Plan) -> Robustness:
    return robustness(plan)


def drawn_region(plan: Plan, draw: int, *, draws: int) -> Region:
    """The region in which the levels of one draw have been tested."""
    problem, region = plan.ledger.problem, plan.region
    assert region is not None
    levels = draw_levels(plan, draws=draws, seed=0)[draw]
    row, dimension = np.nonzero(problem.levels.observed)
    names = [problem.dimensions[which] for which in dimension]
    return levels_known(region, problem.pupils.ids[row].tolist(), names, problem.level_values[levels[row, dimension]])


def test_the_seed_decides(plan: Plan, found: Robustness) -> None:
    """The same seed gives the same answer, another seed other draws."""
    assert robustness(plan).to_document() == found.to_document()
    same, other = (draw_levels(plan, draws=20, seed=seed) for seed in (0, 1))
    assert (same == draw_levels(plan, draws=20, seed=0)).all() and (same != other).any()


def test_row_order_does_not_matter(plan: Plan, found: Robustness) -> None:
    """The same region with its rows in another order gives the same answer."""
    assert plan.region is not None
    assert robustness(mm.match(shuffled(plan.region, 5))).to_document() == found.to_document()


def test_draws_of_one_pupil_depend_on_nobody_else(plan: Plan) -> None:
    """Without the other pupils a pupil's levels are drawn the same."""
    assert plan.region is not None
    name = plan.region.pupils.ids[0]
    mine = plan.region.observations.column("pupil") == name
    decided = plan.region.decisions.column("pupil") == name
    alone = plan.region.replace(
        pupils=plan.region.pupils.take([0]),
        observations=plan.region.observations.take(mine),
        decisions=plan.region.decisions.take(decided),
    )
    row = plan.ledger.row("pupil", name)
    both = draw_levels(plan, draws=3, seed=7)[:, row], draw_levels(mm.match(alone, steps=0), draws=3, seed=7)[:, 0]
    assert (both[0] == both[1]).all()


def test_certain_levels_always_survive() -> None:
    """Where tests leave no doubt, every placement is allowed and chosen again in every draw."""
    region = tiny()
    sure = region.replace(observations=region.observations.with_rows(list(region.observations) * 2))
    found = robustness(mm.match(sure), draws=5)
    assert {(one.rate, one.stays, one.chance, one.kind) for one in found.rows} == {(1.0, 1.0, 1.0, "near_certain")}


def test_draws_follow_the_chances(plan: Plan) -> None:
    """Over many draws every level comes up as often as its chance says, within five standard errors."""
    percent = plan.ledger.problem.levels.percent
    levels = draw_levels(plan, draws=2000, seed=1)
    for level in range(percent.shape[2]):
        share, chance = (levels == level).mean(axis=0), percent[:, :, level] / 100
        assert (abs(share - chance) <= 5 * np.sqrt(chance * (1 - chance) / 2000) + 1e-9).all()


def test_a_survivor_is_allowed_by_the_rules(plan: Plan, found: Robustness) -> None:
    """Draw by draw a placement is counted as allowed just when scoring it with the levels drawn finds no violation."""
    counted = {one.pupil: 0 for one in plan.placements}
    for draw in range(6):
        region = drawn_region(plan, draw, draws=6)
        for one in plan.placements:
            said = (
                mm.score(region, pupil=one.pupil, tasks=dict(one.tasks))
                if one.function is None
                else mm.score(region, pupil=one.pupil, vacancy=one.function)
            )
            counted[one.pupil] += not any(broken.rule == "abilities" for broken in said.violations)
    assert {one.pupil: one.allowed for one in robustness(plan, draws=6).rows} == counted


def test_chosen_again_agrees_with_fresh_plans(plan: Plan) -> None:
    """In a small region a placement counts as chosen again when the fresh match with the levels drawn has it too."""
    again = {one.pupil: 0 for one in plan.placements}
    for draw in range(4):
        fresh = {one.pupil: one.employer for one in mm.match(drawn_region(plan, draw, draws=4)).placements}
        for one in plan.placements:
            again[one.pupil] += fresh.get(one.pupil) == one.employer
    assert {one.pupil: one.chosen for one in robustness(plan, draws=4).rows} == again


def test_counts_stand_beside_rates(found: Robustness) -> None:
    """Rates are counts divided, inside their Wilson intervals, and kinds follow from the rates."""
    for one in found.rows:
        assert one.rate == one.allowed / one.draws and (one.low, one.high) == wilson(one.allowed, one.draws)
        assert one.low <= one.rate <= one.high and one.draws == 20
        assert (one.kind == "near_certain") == (one.rate >= 0.9) and (one.kind == "fragile") == (one.rate < 0.5)
    assert len(found.near_certain) + len(found.fragile) <= len(found.rows)


def test_larger_regions_are_planned_within_a_limit() -> None:
    """In a region not solved exactly the work is limited, and a pupil may stay only where it is still allowed."""
    from benchmarks.regions import make_region

    made = mm.match(make_region(18, employers=6, seed=0), steps=2)
    found = robustness(made, draws=3)
    assert made.status == "limit" and found.planned == found.searched == 3
    assert "that they are the best is not proved" in str(found)
    assert all(one.stays_low <= one.stays <= one.stays_high for one in found.rows)
    assert any(one.chosen for one in found.rows)
    assert found.to_document() == robustness(made, draws=3).to_document()


def test_what_is_not_allowed(plan: Plan) -> None:
    """No draws at all is an error."""
    with pytest.raises(MatchmakerError):
        robustness(plan, draws=0)


def test_results_show_themselves(found: Robustness) -> None:
    """An answer is a frame, a document of plain values, HTML, and a repr with counts only."""
    assert len(found.to_frame()) == len(found.rows)
    json.dumps(found.to_document())
    assert "<table>" in found._repr_html_() and "Werkgever" not in repr(found)


@pytest.mark.parametrize("language", ["en", "nl"])
def test_robustness_reads_as_it_should(plan: Plan, language: str) -> None:
    """The answer about two regions is the text that people have read and found good."""
    for name, made in (("small_2", plan), ("tiny", mm.match(tiny()))):
        expected = (GOLDEN / f"robustness_{name}.{language}.txt").read_text(encoding="utf-8")
        assert str(robustness(made, language=language)) + "\n" == expected


@pytest.mark.parametrize("language", ["en", "nl"])
def test_unproved_robustness_reads_as_it_should(language: str) -> None:
    """Of plans that were only searched for the answer says so, and every share of few draws has its interval."""
    rows = []
    for pupil, allowed, chosen, kind in (
        ("p1", 8, 1, "fragile"),
        ("p2", 15, 3, "between"),
        ("p3", 20, 3, "near_certain"),
    ):
        rate, stays = wilson(allowed, 20), wilson(chosen, 3)
        facts = (20, allowed, allowed / 20, *rate, 0.5, 3, chosen, chosen / 3, *stays, kind)
        rows.append(Survival(pupil, "e1", *facts))
    told = Robustness(language, 0, 20, 3, 3, Rows(rows), False, 2, {"e1": "e1 Bakkerij"})
    expected = (GOLDEN / f"robustness_unproved.{language}.txt").read_text(encoding="utf-8")
    assert str(told) + "\n" == expected
