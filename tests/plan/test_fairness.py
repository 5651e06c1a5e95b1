"""Fairness: every figure against a plain count, and what is not told."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import matchmaker as mm
from matchmaker.errors import InputFaults, MatchmakerError, UnknownId
from matchmaker.plan import Plan
from matchmaker.plan.fairness import Fairness
from matchmaker.plan.intervals import (
    difference_interval,
    level_of_each,
    mean_figure,
    rate_figure,
    t_quantile,
    wilson,
)
from matchmaker.plan.measured import MEASURES
from matchmaker.show.fairness import CAUTION, GROUPS, TEXTS, WORDS

ROOT = Path(__file__).resolve().parents[2]
TINY, TOWN = (ROOT / "data" / "fixtures" / name for name in ("tiny", "town"))
GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(scope="module")
def tiny() -> Plan:
    return mm.match(mm.read_region(TINY))


@pytest.fixture(scope="module")
def town() -> Plan:
    return mm.match(mm.read_region(TOWN), steps=0)


@pytest.fixture(scope="module")
def found(town: Plan) -> Fairness:
    return town.fairness()


def counted(plan: Plan, label: dict[str, str], group: str) -> dict[str, tuple[int, float | None]]:
    """Count and value of every measure for one group, in plain loops over the words of the region."""
    who = [pupil for pupil in plan.region.pupils if label[pupil.id] == group]
    at = {one.pupil: one for one in plan.placements}
    placed = [pupil for pupil in who if pupil.id in at]
    waited = {pupil.id: (plan.region.date - pupil.waiting_since).days for pupil in who if pupil.waiting_since}
    values = {
        "points": [at[pupil.id].points for pupil in placed],
        "hours": [at[pupil.id].hours for pupil in placed],
        "km": [km(pupil, plan.region.employers.get(at[pupil.id].employer)) for pupil in placed],
        "waiting_placed": [waited[pupil.id] for pupil in placed if pupil.id in waited],
        "waiting_unplaced": [days for name, days in waited.items() if name not in at],
    }
    means = {name: (len(some), sum(some) / len(some) if some else None) for name, some in values.items()}
    return {"placed": (len(who), len(placed) / len(who)), **means}


def km(pupil: object, employer: object) -> float:
    """The way to work, by the law of cosines on the sphere."""
    a, b, c, d = (np.radians(x) for x in (pupil.lat, pupil.lon, employer.lat, employer.lon))
    return float(6371.0088 * np.arccos(min(1.0, np.sin(a) * np.sin(c) + np.cos(a) * np.cos(c) * np.cos(b - d))))


def labels_of(plan: Plan) -> dict[str, dict[str, str]]:
    """Group of every pupil by grouping, from the words of the region."""

    def age(pupil: object) -> str:
        month, now = pupil.birth_month, plan.region.date
        years = now.year - month.year - (now.month <= month.month)
        return "under 16" if years < 16 else "16-17" if years < 18 else "18-20" if years < 21 else "21+"

    hard = dict(zip(plan.ledger.problem.pupils.ids, plan.hardest, strict=True))
    return {
        "all": {pupil.id: "all" for pupil in plan.region.pupils},
        "school": {pupil.id: pupil.school for pupil in plan.region.pupils},
        "age": {pupil.id: age(pupil) for pupil in plan.region.pupils},
        "stage": {pupil.id: pupil.stage for pupil in plan.region.pupils},
        "hardest": {pupil.id: "yes" if hard[pupil.id] else "no" for pupil in plan.region.pupils},
    }


def test_every_figure_is_a_plain_count(town: Plan, found: Fairness) -> None:
    """Every count, share and mean of the town is the one that loops over the tables give, fewer than five not told."""
    labels = labels_of(town)
    assert {one.grouping for one in found.groups} == set(labels)
    for one in found.groups:
        for measure, (count, value) in counted(town, labels[one.grouping], one.group).items():
            figure = one.figures[measure]
            if 0 < count < 5:
                assert (figure.count, figure.value, figure.low) == (None, None, None)
            else:
                assert figure.count == count, (one, measure)
                assert figure.value == pytest.approx(value, abs=1e-3), (one, measure)


def test_groups_add_up(found: Fairness) -> None:
    """The groups of every grouping hold all pupils and all placed."""
    for grouping in ("school", "age", "stage", "hardest"):
        own = [one for one in found.groups if one.grouping == grouping]
        assert sum(one.pupils for one in own) == found.overall.pupils == 200
        assert sum(one.placed for one in own) == found.overall.placed


def test_spreads_are_largest_minus_smallest(found: Fairness) -> None:
    """Difference and ratio are those of the groups told that lie furthest apart; the interval holds the difference."""
    for one in found.spreads:
        values = {
            group.group: group.figures[one.measure].value
            for group in found.groups
            if group.grouping == one.grouping and group.figures[one.measure].told
        }
        assert (one.groups, values[one.largest], values[one.smallest]) == (
            len(values),
            max(values.values()),
            min(values.values()),
        )
        assert one.difference == pytest.approx(max(values.values()) - min(values.values()))
        assert one.ratio is None or one.ratio == pytest.approx(min(values.values()) / max(values.values()))
        assert one.low <= one.difference <= one.high
        assert one.clear == (one.low > 0)


def test_small_groups_are_not_told(tiny: Plan) -> None:
    """A group of fewer than five has no count, no rate and no part in a difference, in no output."""
    made = tiny.fairness()
    group = made.group("school", "vso")
    assert (group.told, group.pupils, group.placed) == (False, None, None)
    assert all(not figure.told and figure.count is None for figure in group.figures.values())
    assert made.spread("school") is None
    assert "n &lt; 5" in made._repr_html_()
    assert tiny.fairness(least=4).group("school", "vso").pupils == 4
    assert tiny.fairness(least=4).spread("school").groups == 2


def test_any_grouping(town: Plan) -> None:
    """A grouping of one's own is told beside the others; who is not named is in the group not stated, which is last."""
    named = {f"p{k:03d}": "bus" if k % 2 else "bike" for k in range(1, 101)}
    made = town.fairness(by={"travels by": named})
    own = [one for one in made.groups if one.grouping == "travels by"]
    assert [(one.group, one.pupils) for one in own] == [("bike", 50), ("bus", 50), ("not stated", 100)]
    assert made.spread("travels by").groups == 3
    assert "niet opgegeven" in town.fairness(by={"x": named}, language="nl")._repr_html_()


def test_unknown_pupils_are_all_named(town: Plan) -> None:
    """Every pupil that the region does not know is a fault with near names, and so is a name that is taken."""
    with pytest.raises(InputFaults) as caught:
        town.fairness(by={"club": {"p0001": "a", "p001": "a", "q": "b"}, "school": {}})
    faults = caught.value.faults
    assert [(one.column, one.came) for one in faults] == [("club", "p0001"), ("club", "q"), ("school", "school")]
    assert "p001" in faults[0].hint
    with pytest.raises(MatchmakerError, match="least"):
        town.fairness(least=0)
    with pytest.raises(UnknownId):
        town.fairness(language="fr")


def test_a_plan_read_back_says_the_same(town: Plan, found: Fairness) -> None:
    """A plan read back with its region has the same figures; without it, the error says what is missing."""
    back = mm.read_plan(town.to_document(), region=mm.read_region(TOWN))
    assert back.fairness() == found
    with pytest.raises(MatchmakerError, match="needs the region"):
        mm.read_plan(town.to_document()).fairness()


def test_all_outputs_hold_the_groups(found: Fairness) -> None:
    """Frame and document have a row a group with a count beside every figure; the document is plain JSON."""
    frame, document = found.to_frame(), json.loads(json.dumps(found.to_document(), allow_nan=False))
    assert len(frame) == len(document["groups"]) == len(found.groups)
    assert {f"{name}{end}" for name in MEASURES for end in ("", "_low", "_high", "_n")} < set(frame.columns)
    assert document["cannot_say"].startswith(CAUTION["en"])
    assert f"at most {found.bound}" in document["cannot_say"]
    assert repr(found).startswith("<Fairness: ")
    with pytest.raises(UnknownId, match="pro"):
        found.group("school", "pros")


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("least", [4, 5])
def test_fairness_reads_as_it_should(tiny: Plan, least: int, language: str) -> None:
    """The sentences about tiny are those that people have read and found good."""
    by = {"club": {"p01": "red", "p02": "red", "p03": "red", "p04": "red", "p07": "blue", "p10": "blue", "p05": "blue"}}
    expected = (GOLDEN / f"fairness_{least}.{language}.txt").read_text(encoding="utf-8")
    assert tiny.fairness(by, least=least, language=language).summary() + "\n" == expected


def test_texts_are_complete() -> None:
    """Every text is there in both languages."""
    for texts in (TEXTS, WORDS, GROUPS, CAUTION):
        assert set(texts) == {"en", "nl"}
    assert all(texts["en"].keys() == texts["nl"].keys() for texts in (TEXTS, WORDS, GROUPS))


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_is_that_of_scipy(pair: tuple[int, int]) -> None:
    """The score interval is the one that scipy gives, and always holds the rate."""
    low, high = wilson(*pair)
    other = stats.binomtest(*pair).proportion_ci(0.95, method="wilson")
    assert (low, high) == pytest.approx((other.low, other.high), abs=1e-9)
    assert 0 <= low <= pair[0] / pair[1] <= high <= 1


@given(st.integers(1, 300), st.sampled_from([0.9, 0.95, 0.975, 0.99, 0.9958]))
def test_the_quantile_is_that_of_student(freedom: int, chance: float) -> None:
    """The quantile is within one percent of the exact one, and within 0.3 % from four degrees of freedom on."""
    exact = float(stats.t.ppf(chance, freedom))
    assert t_quantile(chance, freedom) == pytest.approx(exact, rel=0.003 if freedom >= 4 else 0.015)


def test_intervals_of_means_hold_as_often_as_they_say() -> None:
    """Of 2,000 samples of eight normal values about 95 % of the intervals hold the mean."""
    draws = np.random.default_rng(3).normal(10, 4, (2000, 8))
    figures = [mean_figure(row.tolist()) for row in draws]
    assert 0.94 < np.mean([one.low <= 10 <= one.high for one in figures]) < 0.96
    assert mean_figure([3.0]).low is None
    assert mean_figure([]).count == 0


def test_equal_groups_seldom_look_different() -> None:
    """Of four groups with the same chance, no pair is clearly different in at least 95 % of 1,000 draws."""
    drawn = np.random.default_rng(5).binomial(40, 0.7, (1000, 4))
    level = level_of_each(4)
    clear = 0
    for row in drawn.tolist():
        low, _ = difference_interval(rate_figure(max(row), 40, level=level), rate_figure(min(row), 40, level=level))
        clear += low > 0
    assert clear <= 50
