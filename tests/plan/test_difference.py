"""Differences between plans: sums close, everybody is named, and nothing within the gap is sold as certain."""

from __future__ import annotations

import dataclasses
import json
import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import matchmaker as mm
from matchmaker.errors import UnknownId
from matchmaker.plan import Difference, Move, Plan, Rows, changes
from matchmaker.plan.change import Change
from matchmaker.plan.difference import Certainty, Tally
from matchmaker.points import SENTENCES
from matchmaker.show import decisions as show_decisions
from matchmaker.show import difference as show
from matchmaker.show import why_not as show_why_not

TINY = Path(__file__).resolve().parents[2] / "data" / "fixtures" / "tiny"
GOLDEN = Path(__file__).parent / "golden"
CASES: dict[str, list[Change]] = {
    "a_place_more": [changes.places("e1", +1)],
    "a_pupil_leaves": [changes.leaves("p01"), changes.level("p02", "planning")],
    "a_pupil_refuses": [changes.refuse("p01", "e1")],
    "less_supervision": [changes.supervision("e5", -3), changes.hours("p09", minimum=6, maximum=10)],
    "a_level_more": [changes.level("p12", "accuracy")],
    "a_pupil_forced": [changes.force("p02", "e4")],
}


@pytest.fixture(scope="module")
def plan() -> Plan:
    return mm.match(mm.read_region(TINY))


@pytest.fixture(scope="module")
def after(plan: Plan) -> dict[str, Plan]:
    return {name: plan.what_if(*made) for name, made in CASES.items()}


@pytest.mark.parametrize("name", CASES)
def test_sums_close(plan: Plan, after: dict[str, Plan], name: str) -> None:
    """Moves and new points for the same work add up to the points; so do contributions; placed is come less gone."""
    found = after[name] - plan
    assert sum(move.points for move in (*found.moves, *found.rescored)) == found.points
    assert sum(one.change for one in found.contributions) == found.points
    assert sum(one.after for one in found.contributions) == after[name].points
    assert len(found.newly_placed) - len(found.no_longer_placed) == found.placed
    sums = {one.name: one.change for one in found.aims}
    assert (sums["placed"], sums["points"]) == (found.placed, found.points)


@pytest.mark.parametrize("name", CASES)
def test_back_is_the_mirror(plan: Plan, after: dict[str, Plan], name: str) -> None:
    """The difference the other way round has the same pupils and the opposite points."""
    there, back = after[name] - plan, plan - after[name]
    assert [move.pupil for move in there.moves] == [move.pupil for move in back.moves]
    assert [move.points for move in there.moves] == [-move.points for move in back.moves]
    assert {one.pupil for one in there.gains} == {one.pupil for one in back.losses}
    assert (there.placed, there.points) == (-back.placed, -back.points)


def test_every_pupil_with_another_position_is_named(plan: Plan, after: dict[str, Plan]) -> None:
    """Who is not in the list of moves has the same tasks at the same employer in both plans."""
    for then in after.values():
        moved = {move.pupil for move in (then - plan).moves}
        known = {one.pupil for one in (*then.placements, *then.not_placed)}
        for one in plan.placements:
            if one.pupil not in moved and one.pupil in known:
                same = then.placement(one.pupil)
                assert same is not None and (same.employer, same.tasks) == (one.employer, one.tasks)


def test_kinds_of_moves() -> None:
    """What happened to a pupil follows from where the pupil was, is, and whether the region knows the pupil."""
    kinds = [
        Move("p", None, "e1", None, 9).kind,
        Move("p", "e1", None, 9, None).kind,
        Move("p", "e1", "e2", 9, 9).kind,
        Move("p", "e1", "e1", 9, 8).kind,
        Move("p", None, "e1", None, 9, new=True).kind,
        Move("p", "e1", None, 9, None, gone=True).kind,
    ]
    assert kinds == ["placed", "unplaced", "moved", "stayed", "new", "gone"]


def weaker(plan: Plan, *, points: int, room: int, most: int) -> Plan:
    """The same plan as if so many points of it had not been found, nor the rest proved."""
    best, least = plan.points, plan.points - points
    return dataclasses.replace(
        plan,
        status="limit",
        points=least,
        bound=best + room,
        bound_aims=best + room,
        placed_bound=most,
        solution=None,
    )


@given(lost=st.tuples(*[st.integers(0, 60)] * 2), room=st.tuples(*[st.integers(0, 60)] * 2), gain=st.integers(-80, 80))
def test_what_is_called_certain_is_true(plan: Plan, lost: tuple[int, int], room: tuple[int, int], gain: int) -> None:
    """Whatever is found and proved of two plans, the best ones differ by what is said, and as certain in direction."""
    later = dataclasses.replace(
        plan, points=plan.points + gain, bound=plan.points + gain, bound_aims=plan.points + gain
    )
    first = weaker(plan, points=lost[0], room=room[0], most=plan.placed)
    then = weaker(later, points=lost[1], room=room[1], most=plan.placed)
    said = (then - first).certainty
    assert said.low is not None and said.high is not None
    assert said.low <= gain <= said.high
    if said.certain:
        assert (then.points > first.points) == (gain > 0)
        assert abs(then.points - first.points) > min(first.bound - first.points, then.bound - then.points)


def test_a_gain_within_the_gap_is_not_certain(plan: Plan) -> None:
    """A plan with more points than one whose bound lies higher still is said to be no proof, with both ends."""
    first = weaker(plan, points=30, room=10, most=plan.placed)
    found = plan - first
    assert not found.certainty.certain
    assert (found.certainty.low, found.certainty.high) == (-10, 30)
    assert "Not certain" in found.summary() and "between -10 and +30 points" in found.summary()
    assert "Niet zeker" in found.summary(language="nl")


def test_a_placement_more_is_certain_only_by_its_bound(plan: Plan, after: dict[str, Plan]) -> None:
    """One more placed is certain when no plan before can place as many, and open when one might."""
    then = after["a_place_more"]
    sure = then - weaker(plan, points=0, room=50, most=9)
    open_ = then - weaker(plan, points=0, room=50, most=10)
    assert (sure.certainty.aim, sure.certainty.certain, sure.certainty.low) == ("placed", True, None)
    assert (open_.certainty.aim, open_.certainty.certain) == ("placed", False)
    assert "Certain: before, no plan could place more than 9 pupils." in sure.summary()
    assert "Not certain: it is not ruled out that 10 pupils could be placed before." in open_.summary()


def test_plans_without_a_region_can_be_subtracted(plan: Plan, after: dict[str, Plan]) -> None:
    """Two plans read back differ by the same moves, and say so with ids."""
    first, then = (mm.read_plan(one.to_document()) for one in (plan, after["a_place_more"]))
    found, full = then - first, after["a_place_more"] - plan
    assert found.moves == full.moves
    assert "fixed" not in {one.name for one in found.aims}
    assert "p05 at e1 (" in found.summary()


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("name", CASES)
def test_a_difference_reads_as_it_should(plan: Plan, after: dict[str, Plan], name: str, language: str) -> None:
    """The sentences of a difference are the text that people have read and found good."""
    expected = (GOLDEN / f"difference_{name}.{language}.txt").read_text(encoding="utf-8")
    assert (after[name] - plan).summary(language=language) + "\n" == expected


def test_a_difference_shows_itself(plan: Plan, after: dict[str, Plan]) -> None:
    """A difference has a short repr, a frame, a table in HTML and plain values, and survives a pickle."""
    found = after["a_place_more"] - plan
    assert repr(found) == "<Difference: placed +1, points -9, 2 pupils with another position>"
    assert list(found.to_frame()["pupil"]) == ["p01", "p05"]
    assert "<td>p05</td>" in found._repr_html_()
    assert json.loads(json.dumps(found.to_document()))["aims"][1]["change"] == 1
    assert pickle.loads(pickle.dumps(found)) == found
    with pytest.raises(UnknownId):
        found.summary(language="fr")


def test_long_lists_are_cut() -> None:
    """Of many moves a dozen are named, and how many more there are."""
    moves = Rows(Move(f"p{n:02}", None, "e1", None, 10) for n in range(20))
    aims = Rows([Tally("placed", 0, 20), Tally("points", 0, 200)])
    found = Difference(20, 200, moves, pupils=20, aims=aims, certainty=Certainty("placed"))
    said = found.summary()
    assert "... and 8 more." in said and "p11 at e1" in said and "p12 at e1" not in said
    assert "Better off: p00, " in said and "and 8 more." in said


def test_catalogues_are_complete() -> None:
    """Both languages have the same texts, and every contribution has a name."""
    catalogues = [
        show.TEXTS, show.MOVES, show.AIMS, show.CONTRIBUTIONS, show_why_not.TEXTS, show_why_not.MOVES,
        show_decisions.TEXTS,
    ]  # fmt: skip
    assert all(one["en"].keys() == one["nl"].keys() for one in catalogues)
    assert show.CONTRIBUTIONS["en"].keys() == SENTENCES.keys()
