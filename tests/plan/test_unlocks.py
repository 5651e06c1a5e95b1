"""Unlocks: what small changes bring, against the best plan of the region in which they have come true."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from itertools import combinations, combinations_with_replacement

import numpy as np
import pytest

import matchmaker as mm
from matchmaker.errors import MatchmakerError, UnknownId
from matchmaker.model import Region
from matchmaker.numbers.problem import make_problem
from matchmaker.plan import Plan
from matchmaker.plan.exactly import best_columns
from matchmaker.plan.left import left_of
from matchmaker.plan.pairs import ORDER, effort
from matchmaker.plan.unlocks import Unlocks, unlocks
from matchmaker.plan.unlocks_pupil import small_changes
from matchmaker.plan.variants import Variant, best_left, known_levels, make_variants
from tests.plan.changed import GOLDEN, changed, holding, small_region, tiny

NO_TIERS = {"order": ("fixed", "placed", "points")}


@pytest.fixture(scope="module")
def plan() -> Plan:
    return mm.match(tiny())


@pytest.fixture(scope="module")
def small() -> Plan:
    return mm.match(small_region(2), policy=NO_TIERS)


def unproved(plan: Plan) -> Plan:
    """The same plan, as if nobody knew that it is the best."""
    made = dataclasses.replace(plan, status="limit")
    made.__dict__.update(ledger=plan.ledger, reach=plan.reach)
    return made


def reached(plan: Plan, region: Region) -> tuple[int, int]:
    """How many more the best plan of a changed region places, and how many points more it has."""
    best = best_columns(plan, make_problem(region))
    assert best is not None
    return int((best.employer >= 0).sum()) - plan.placed, int(best.points.sum()) - plan.points


def every_change(plan: Plan) -> Iterator[tuple[Variant, Region]]:
    """Every small change about every pupil, and the region in which it has come true."""
    assert plan.region is not None
    problem = plan.ledger.problem
    for row in range(plan.pupils):
        for one in small_changes(problem, row):
            yield one, changed(plan.region, problem, one)


def test_a_variant_is_the_pupil_of_the_changed_region(small: Plan) -> None:
    """Every row of the variants is the row that the changed region itself gives, rule by rule and point by point."""
    assert small.region is not None
    made = list(every_change(small))
    variants = make_variants(small.ledger.problem, known_levels(small.region), [one for one, _ in made])
    for row, (one, region) in list(enumerate(made))[::7]:
        problem = make_problem(region)
        for field in ("max_km", "support", "hours_min"):
            mine, theirs = getattr(variants.problem.pupils, field)[row], getattr(problem.pupils, field)[one.pupil]
            assert mine == theirs or np.isinf([mine, theirs]).all()
        assert (variants.problem.pupils.holds[row] == problem.pupils.holds[one.pupil]).all()
        assert (variants.problem.levels.percent[row] == problem.levels.percent[one.pupil]).all()
        assert (variants.problem.levels.median[row] == problem.levels.median[one.pupil]).all()


def test_one_pupil_exactly(plan: Plan) -> None:
    """On tiny what a change brings is what the best plan of the changed region has more; all others bring nothing."""
    found = {name: unlocks(plan, name, budget=99) for name in ("p02", "p05", "p06", "p11")}
    told = {
        (one.kind, one.what, name): (one.placed, one.points) for name, all_ in found.items() for one in all_.changes
    }
    problem = plan.ledger.problem
    for one, region in every_change(plan):
        names = {"certificate": problem.certificates, "level": problem.dimensions}.get(one.kind)
        key = (one.kind, names[one.what] if names else None, str(problem.pupils.ids[one.pupil]))
        if key[2] not in found:
            continue
        brings = reached(plan, region)
        assert told.get(key, brings) == brings
        assert key in told or brings <= (0, 0)


def test_a_change_agrees_with_a_fresh_match(plan: Plan) -> None:
    """With the food hygiene certificate p03 is placed, as a fresh match of the changed region says too."""
    best = unlocks(plan, "p03").changes[0]
    fresh = mm.match(holding(tiny(), ["p03"], "hygiene"))
    assert (best.kind, best.what, best.exact) == ("certificate", "hygiene", True)
    assert (best.placed, best.points) == (fresh.placed - plan.placed, fresh.points - plan.points)
    assert best.opens == ("e3",) and best.position is not None and best.position.allowed


def test_while_others_stay_is_reachable_and_bounded(small: Plan) -> None:
    """Of a plan not known to be the best, what is told is reached by some plan, and no plan exceeds the bound."""
    loose = unproved(small)
    for row in range(small.pupils):
        name = str(small.ledger.problem.pupils.ids[row])
        found = unlocks(loose, name, budget=99)
        told = {(one.kind, one.what): one for one in found.changes}
        assert not found.exact
        for one in small_changes(small.ledger.problem, row)[::5]:
            problem = small.ledger.problem
            names = {"certificate": problem.certificates, "level": problem.dimensions}.get(one.kind)
            said = told.get((one.kind, names[one.what] if names else None))
            assert small.region is not None
            brings = reached(small, changed(small.region, problem, one))
            assert brings[0] <= found.placed_at_most
            if said is None:
                continue
            assert not said.exact and (said.placed, said.points) <= brings
            if brings[0] == 0 and said.at_most is not None:
                assert brings[1] <= said.at_most
            if said.position is not None:
                assert said.position.allowed and said.position.pupil == name


def blind_pairs(plan: Plan, row: int) -> list[Variant]:
    """Every two changes of a pupil, and every change made twice, whatever they lift."""
    problem = plan.ledger.problem
    single = small_changes(problem, row, anywhere=True)
    twice = [
        dataclasses.replace(one, amount=one.amount + (1.0 if one.kind == "level" else one.amount), steps=2)
        for one in single
        if one.kind != "certificate" and (one.kind != "level" or one.amount + 1 < len(problem.level_values))
    ]
    return [dataclasses.replace(one, second=other) for one, other in combinations(single, 2)] + twice


@pytest.mark.parametrize("seed", [2, 3, 4, 7])
@pytest.mark.parametrize("floor", [0, 700])
def test_pairs_are_those_of_a_blind_search(seed: int, floor: int) -> None:
    """A pair is told just when some pair of all places the pupil while others stay, and the smallest one is."""
    loose = unproved(mm.match(small_region(seed), policy={**NO_TIERS, "fit_floor": floor}))
    known, left = known_levels(loose.region), left_of(loose)
    for one in loose.not_placed:
        row = loose.ledger.row("pupil", one.pupil)
        found = unlocks(loose, one.pupil, budget=2)
        if found.placed > 0 or not loose.ledger.problem.pupils.may_work[row]:
            assert not found.pairs
            continue
        listed = blind_pairs(loose, row)
        points = best_left(make_variants(loose.ledger.problem, known, listed).reach, left)[1][:, 0]
        places = [pair for pair, worth in zip(listed, points, strict=True) if worth > -np.inf]
        assert bool(places) == bool(found.pairs), one.pupil
        assert len(found.pairs) == min(2, len(places))
        if places:
            best = min(effort(pair) for pair in places)
            kinds = [found.pairs[0].kind, *([found.pairs[0].second[0]] if found.pairs[0].second else [])]
            assert sum(ORDER.index(kind) for kind in kinds) * (3 - len(kinds)) == best[0]


def asking_two() -> Region:
    """Tiny, where work that asks for food hygiene asks for safety as well."""
    region = tiny()
    for task in region.tasks:
        if "hygiene" in task.certificates:
            region = region.replace(tasks=region.tasks.with_row(task.id, certificates=("hygiene", "vca")))
    return region


@pytest.mark.parametrize("language", ["en", "nl"])
def test_pairs_read_as_they_should(language: str) -> None:
    """The answer that names pairs is the text that people have read and found good, solved exactly and not."""
    plan = mm.match(asking_two())
    said = [str(unlocks(one, "p03", language=language)) for one in (plan, unproved(plan))]
    twice = Variant(0, "travel", amount=5.0, steps=2)
    assert effort(twice) == (2 * ORDER.index("travel"), ORDER.index("travel"))
    expected = (GOLDEN / f"unlocks_pairs.{language}.txt").read_text(encoding="utf-8")
    assert "\n\n".join(said) + "\n" == expected


def test_a_pair_agrees_with_a_fresh_match() -> None:
    """Who lacks two certificates is placed with both, as the fresh match of that region says, and with none of them."""
    everywhere = asking_two()
    plan = mm.match(everywhere)
    assert plan.status == "optimal" and plan.placement("p03") is None
    found = unlocks(plan, "p03")
    assert found.placed == 0 and found.weighed == found.of > 0
    best = found.pairs[0]
    assert {best.what, best.second[1]} == {"hygiene", "vca"}
    both = holding(holding(everywhere, ["p03"], "hygiene"), ["p03"], "vca")
    fresh = mm.match(both)
    assert (best.placed, best.points) == (fresh.placed - plan.placed, fresh.points - plan.points)
    assert best.position is not None and best.position.allowed and fresh.placement("p03") is not None
    assert "and" in best.text and best.text in str(found)


def region_with(region: Region, chosen: tuple[tuple[str, str], ...]) -> Region:
    """The region in which these courses, hours and places have come true."""
    for kind, what in chosen:
        if kind == "certificate":
            region = holding(region, region.pupils.ids, what)
            continue
        employer = region.employers.get(what)
        more = (
            {"places": employer.places + 1}
            if kind == "place"
            else {"supervision_hours": employer.supervision_hours + 1}
        )
        region = region.replace(employers=region.employers.with_row(what, **more))
    return region


def brute(plan: Plan, budget: int) -> tuple[int, int]:
    """The best that any choice within the budget brings, by trying all of them."""
    problem, region = plan.ledger.problem, plan.region
    assert region is not None
    singles = [("certificate", name) for name in problem.certificates]
    singles += [(kind, str(name)) for kind in ("place", "hours") for name in problem.employers.ids]
    choices = combinations_with_replacement(singles, budget)
    return max((0, 0), *(reached(plan, region_with(region, chosen)) for chosen in choices))


def chosen_by(found: Unlocks) -> tuple[tuple[str, str], ...]:
    """The changes chosen, one each time that it is made."""
    return tuple((one.kind, str(one.what)) for one in found.changes for _ in range(round(one.amount)))


def test_the_best_choice_of_two(small: Plan) -> None:
    """The two changes chosen bring what the best of all pairs of changes brings, and they do bring it."""
    assert small.region is not None
    found = unlocks(small, budget=2)
    assert found.exact and (found.placed, found.points) == brute(small, 2)
    assert len(chosen_by(found)) <= 2
    assert reached(small, region_with(small.region, chosen_by(found))) == (found.placed, found.points)


def test_the_best_choice_of_one_on_tiny() -> None:
    """On tiny the one change chosen is the best of all of them."""
    plan = mm.match(tiny(), policy=NO_TIERS)
    found = unlocks(plan, budget=1)
    assert (found.placed, found.points) == brute(plan, 1)


def test_a_larger_budget_is_no_worse(plan: Plan) -> None:
    """Who may make more changes places as many or more, and no change is made that brings nothing."""
    found = [unlocks(plan, budget=budget) for budget in (1, 2, 3, 6)]
    assert [(one.placed, one.points) for one in found] == sorted((one.placed, one.points) for one in found)
    assert len(found[3].changes) == len(found[2].changes) == 3


def test_a_choice_while_others_stay(small: Plan) -> None:
    """With everybody else in place no more is told than the best plan reaches, and the bound is not passed."""
    loose, best = unlocks(unproved(small), budget=2), unlocks(small, budget=2)
    assert not loose.exact or loose.placed_at_most == 0
    assert loose.placed <= best.placed <= loose.placed_at_most


def test_what_is_not_allowed() -> None:
    """An unknown pupil, an unknown language and a budget of nothing are errors."""
    plan = mm.match(tiny(), steps=0)
    with pytest.raises(UnknownId):
        unlocks(plan, "p99")
    with pytest.raises(UnknownId):
        unlocks(plan, "p03", language="fy")
    with pytest.raises(MatchmakerError):
        unlocks(plan, budget=0)


def test_results_show_themselves(plan: Plan) -> None:
    """An answer is a frame, a document of plain values, HTML, and a repr with ids only."""
    import json

    for found in (unlocks(plan, "p03"), unlocks(plan)):
        assert len(found.to_frame()) == len(found.changes)
        json.dumps(found.to_document())
        assert "<table>" in found._repr_html_()
        assert "Bakkerij" not in repr(found)


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("pupil", ["p02", "p03", "p05", "p10", "p11", None])
def test_unlocks_read_as_they_should(plan: Plan, pupil: str | None, language: str) -> None:
    """The answer about tiny is the text that people have read and found good."""
    expected = (GOLDEN / f"unlocks_{pupil or 'region'}.{language}.txt").read_text(encoding="utf-8")
    assert str(unlocks(plan, pupil, language=language)) + "\n" == expected


@pytest.mark.parametrize("language", ["en", "nl"])
def test_unproved_unlocks_read_as_they_should(plan: Plan, language: str) -> None:
    """Of a plan not known to be the best the answer says that others stay, and that nothing is proved."""
    loose = unproved(plan)
    texts = [str(unlocks(loose, pupil, language=language)) for pupil in ("p03", "p05", None)]
    expected = (GOLDEN / f"unlocks_unproved.{language}.txt").read_text(encoding="utf-8")
    assert "\n".join(texts) + "\n" == expected


@pytest.mark.parametrize(
    ("language", "said"), [("en", "What the whole plan can reach at most rises by"), ("nl", "stijgt met")]
)
def test_a_bound_is_told_as_a_bound(plan: Plan, language: str, said: str) -> None:
    """What prices prove is told as a rise of what can be reached at most, not as a gain."""
    best = unlocks(unproved(plan), "p06", language=language).changes[0]
    assert best.raises is not None and best.at_most is not None and best.at_most >= best.raises >= best.points > 0
    assert f"{said} {best.raises} " in best.text
