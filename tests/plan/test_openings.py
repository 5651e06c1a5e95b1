"""Openings: what one more place or new work really changes lies between what is sure and what is proved possible."""

from __future__ import annotations

import dataclasses
import json
from functools import cache
from pathlib import Path

import pytest

import matchmaker as mm
from benchmarks.regions import make_region
from matchmaker.model import Region
from matchmaker.plan.openings import Opening, Openings, openings
from matchmaker.plan.rows import Rows

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


@cache
def openings_of(name: str, planned: int = 0) -> Openings:
    """Return the openings of a region, so many places of which are planned anew."""
    return openings(plan_of(name), planned=planned)


def holds(plan: mm.Plan, one: Opening) -> bool:
    """Whether a fresh plan of the region with the opening is what was said of it."""
    made = mm.match(one.added_to(plan.region), policy=NO_HARDEST)
    more, points = made.placed - plan.placed, made.points - plan.points
    if not one.placed <= more <= one.placed_most:
        return False
    return more != one.placed or one.least <= points <= one.most


@pytest.mark.parametrize("name", ["tiny", "1", "3"])
def test_one_more_place_changes_what_was_said(name: str) -> None:
    """What a fresh plan with one more place gains lies between least and most, in placements and in points."""
    plan, found = plan_of(name), openings_of(name)
    assert {one.employer for one in found.places} == set(plan.region.employers.ids)
    assert [one.id for one in found.places[:5] if not holds(plan, one)] == []


@pytest.mark.parametrize("name", ["tiny", "1", "3"])
def test_new_work_changes_what_was_said(name: str) -> None:
    """What a fresh plan with new work gains lies between least and most, in placements and in points."""
    plan, found = plan_of(name), openings_of(name)
    some = [*found.work[:2], *found.work[-1:]]
    assert [one.id for one in some if not holds(plan, one)] == []


def test_a_place_at_an_employer_without_any() -> None:
    """One more place is weighed too where there is none now, so that nobody had the employer in reach."""
    region = region_of("1")
    closed = region.replace(employers=region.employers.with_row("e001", places=0))
    plan = mm.match(closed, policy=NO_HARDEST)
    one = next(one for one in openings(plan, planned=0).places if one.employer == "e001")
    assert one.reach > 0 or one.most > 0
    assert holds(plan, one)


@pytest.mark.parametrize("name", ["tiny", "1", "3"])
def test_an_hour_of_supervision_changes_what_was_said(name: str) -> None:
    """What a fresh plan with an hour of supervision more gains lies between least and most, at every employer."""
    plan, found = plan_of(name), openings_of(name)
    assert {one.employer for one in found.hours} == set(plan.region.employers.ids)
    assert all(one.supervision == 1.0 for one in found.hours)
    assert [one.id for one in found.hours if not holds(plan, one)] == []


@pytest.mark.parametrize(("hours", "support"), [(0.0, 0.5), (0.0, 1.0), (1.5, 2.0), (1.0, 1.0)])
def test_an_hour_where_there_are_too_few(hours: float, support: float) -> None:
    """An hour is weighed too where it lets in those who needed more than there was, one of them or several."""
    region = region_of("1")
    for name in region.employers.ids:
        region = region.replace(employers=region.employers.with_row(name, supervision_hours=hours))
    for name in region.pupils.ids:
        region = region.replace(pupils=region.pupils.with_row(name, support_hours=support))
    plan = mm.match(region, policy=NO_HARDEST)
    found = openings(plan, planned=0).hours
    assert any(one.reach or one.most > 0 for one in found)
    assert [one.id for one in found if not holds(plan, one)] == []
    for one in found:
        for pupil in one.pupils:
            assert mm.carve(one.added_to(plan.region), pupil=pupil, employer=one.id, k=1)


def test_planned_places_are_exact() -> None:
    """A place or an hour that was planned anew has just the change of a fresh plan."""
    plan = plan_of("tiny")
    exact = [one for one in openings_of("tiny", 1).places if one.exact]
    assert len(exact) == 1
    made = mm.match(exact[0].added_to(plan.region), policy=NO_HARDEST)
    assert (exact[0].placed, exact[0].least) == (made.placed - plan.placed, made.points - plan.points)
    assert exact[0].least == exact[0].most == exact[0].value
    hour = next(one for one in openings_of("tiny", 1).hours if one.exact)
    made = mm.match(hour.added_to(plan.region), policy=NO_HARDEST)
    assert (hour.placed, hour.least) == (made.placed - plan.placed, made.points - plan.points)


def test_who_is_reached_can_start() -> None:
    """Who is said to be able to start at new work is not placed now, and has a position there that breaks no rule."""
    plan = plan_of("tiny")
    out = {one.pupil for one in plan.not_placed}
    assert openings_of("tiny").work
    for one in openings_of("tiny").work[:3]:
        region = one.added_to(plan.region)
        for pupil in one.pupils:
            assert pupil in out
            assert len(mm.carve(region, pupil=pupil, employer=one.id, k=1)) == 1


def test_new_work_is_not_offered_yet() -> None:
    """No family comes twice in an area, and what is listed helps somebody."""
    work = openings_of("tiny").work
    assert len({(one.work.family, one.work.area) for one in work if one.work}) == len(work)
    assert all(one.reach or one.value > 0 for one in work)


def test_an_answer_shows_itself() -> None:
    """An answer has a short repr, a frame with a row an opening, HTML, and a document of plain values."""
    found = openings_of("tiny")
    assert repr(found).startswith("<Openings: 9 employers")
    assert len(found.to_frame()) == len(found.places) + len(found.hours) + len(found.work)
    assert {one["opening"] for one in found.to_document()["hours"]} == {"supervision"}
    assert "<table>" in found._repr_html_()
    assert json.loads(json.dumps(found.to_document()))["unplaced"] == found.unplaced


@pytest.mark.parametrize("language", ["en", "nl"])
def test_sentences(language: str) -> None:
    """The sentences are those of the golden file."""
    found = openings_of("tiny", 1)
    exact = next(one for one in found.places if one.exact)
    # Prices may shift a little with the method; the sentences are read with bounds of their own.
    priced = dataclasses.replace(found.places[-1], employer="e5", pupils=(), placed=0, least=0, value=40, most=90)
    many = dataclasses.replace(priced, employer="e2", pupils=tuple(f"p{row:02}" for row in range(1, 8)), placed=1)
    work = [dataclasses.replace(one, value=one.least, most=one.least + 6) for one in found.work[:2]]
    hours = [dataclasses.replace(one, supervision=1.0) for one in (many, priced)]
    told = dataclasses.replace(
        found, places=Rows([exact, many, priced]), hours=Rows(hours), work=Rows(work), optimal=False, room=75
    )
    said = told.summary(language=language, most=2)
    none = dataclasses.replace(found, places=Rows(), hours=Rows(), work=Rows())
    said += "\n\n" + none.summary(language=language)
    assert said + "\n" == (GOLDEN / f"openings.{language}.txt").read_text(encoding="utf-8")
