"""Framework, policy, vocabulary, region."""

from __future__ import annotations

import datetime as dt
import pickle
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from matchmaker.errors import InputFaults, UnknownId
from matchmaker.model import (
    TABLES,
    Decision,
    Demand,
    Dimension,
    Employer,
    Framework,
    Observation,
    Policy,
    Pupil,
    Region,
    Table,
    default_framework,
    vocabulary,
)
from matchmaker.model.checks import check, checkable

PACE = Dimension(id="pace", domain="doing", label={"en": "Pace", "nl": "Tempo"})
SMALL = Framework(name="small", levels=(0, 1, 2), dimensions=(PACE,))


def region(**parts: Any) -> Region:
    """Return a region with the parts given."""
    return Region("Dorp", dt.date(2026, 11, 2), framework=SMALL, **parts)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"levels": [0, 2, 1]}, "levels"),
        ({"levels": [0]}, "levels"),
        ({"dimension": [PACE.model_dump(), PACE.model_dump()]}, "dimension"),
        ({"dimension": [{**PACE.model_dump(), "domain": "social"}]}, "dimension"),
        ({"dimension": [{**PACE.model_dump(), "anchors": {"en": ["one"]}}]}, "anchors"),
        ({"dimension": [{**PACE.model_dump(), "weigth": 2}]}, "weigth"),
        ({"dimension": [{**PACE.model_dump(), "weight": -1}]}, "weight"),
    ],
)
def test_a_framework_that_contradicts_itself_is_refused(change: dict[str, Any], where: str) -> None:
    """Levels rise, dimension ids differ, domains are the four, anchors are one a level."""
    with pytest.raises(ValidationError, match=where):
        Framework.model_validate({**SMALL.to_document(), **change})


def test_a_framework_survives_its_document() -> None:
    """A framework read from its own document is the same framework."""
    assert Framework.model_validate(default_framework().to_document()) == default_framework()


def test_labels_fall_back() -> None:
    """A label that is missing in a language is read in another one instead of being empty."""
    assert PACE.name(language="nl") == "Tempo"
    assert Dimension(id="x", domain="doing", label={"nl": "Tempo"}).name(language="en") == "Tempo"


def test_an_unknown_dimension_is_named() -> None:
    """Asking for a dimension that is not there says which look like it."""
    with pytest.raises(UnknownId, match="pace"):
        SMALL.dimension("pase")


@pytest.mark.parametrize(
    ("document", "column", "near"),
    [
        ({"max_tsks": 3}, "policy.max_tsks", "max_tasks"),
        ({"max_tasks": 0}, "policy.max_tasks", ""),
        ({"weights": {"travle": 1}}, "policy.weights", "travel"),
        ({"weights": {"travel": -1}}, "policy.weights", ""),
        ({"order": ["placed", "placed"]}, "policy.order", ""),
        ({"order": ["money"]}, "policy.order.0", ""),
        ({"hardest_share": 1.5}, "policy.hardest_share", ""),
        ({"language": "de"}, "policy.language", ""),
    ],
)
def test_a_policy_names_what_is_wrong(document: dict[str, Any], column: str, near: str) -> None:
    """An unknown key or a value out of range is a fault with its key, and near names where there are any."""
    with pytest.raises(InputFaults) as caught:
        Policy.from_document(document)
    assert [fault.column for fault in caught.value.faults] == [column]
    assert near in caught.value.faults[0].hint


def test_weights_lie_over_the_defaults() -> None:
    """Naming one weight leaves the others as they were."""
    policy = Policy(weights={"travel": 2})
    assert policy.weights == {**Policy().weights, "travel": 2}
    assert policy.replace(seed=4).weights == policy.weights


def test_the_vocabulary_is_open() -> None:
    """Usual ids have a label in both languages; any other id is its own label."""
    words = vocabulary()
    for kind in ("families", "conditions", "certificates", "hazards"):
        assert words.ids(kind)
        assert all(words.label(name, kind=kind, language="nl") for name in words.ids(kind))
    assert words.label("bijen", kind="families") == "bijen"


def test_the_digest_does_not_look_at_row_order() -> None:
    """Turning the rows of a table round changes equality but not the digest; changing a cell changes both."""
    rows = [Demand(task=f"t{k}", dimension="pace", level=k % 3) for k in range(5)]
    one, other = region(demands=Table.of(Demand, rows=rows)), region(demands=Table.of(Demand, rows=rows[::-1]))
    assert one != other and one.digest == other.digest
    changed = region(demands=Table.of(Demand, rows=[rows[0].model_copy(update={"level": 2}), *rows[1:]]))
    assert changed.digest != one.digest
    assert one.replace(policy=Policy(seed=1)).digest != one.digest


def test_a_region_travels() -> None:
    """A pickled region comes back equal, with the same digest."""
    here = region(demands=Table.of(Demand, rows=[Demand(task="t1", dimension="pace", level=1)]))
    there = pickle.loads(pickle.dumps(here))
    assert there == here and there.digest == here.digest


def test_a_region_shows_itself_briefly() -> None:
    """The repr is one line with sizes, and the notebook view escapes the name."""
    assert repr(region()) == "Region('Dorp', 2026-11-02: 0 pupils, 0 employers, 0 functions, 0 tasks)"
    assert "<b>" not in region().replace(name="<b>")._repr_html_()


def test_a_changed_region_can_be_checked_again() -> None:
    """The cross checks of reading also work on a region changed in Python."""
    rows = [Observation(pupil="p9", dimension="pase", level=7, source="test", date=dt.date(2027, 1, 1))]
    found = check(checkable(region(observations=Table.of(Observation, rows=rows))))
    assert {fault.kind for fault in found} == {"unknown_id", "unknown_dimension", "unknown_level", "after_region"}
    assert check(checkable(region())) == []


def test_many_faults_stay_cheap() -> None:
    """A whole column of unknown ids gives one fault a row without comparing every row with every id."""
    size = 20_000
    row = Observation(pupil="p1", dimension="pace", level=1, source="test")
    table = Table.of(Observation, rows=[row]).take(np.zeros(size, dtype=np.int64))
    pupils = np.array([f"x{k}" for k in range(size)], dtype=object)
    found = check(checkable(region(observations=Table(Observation, {**table.arrays, "pupil": pupils}))))
    assert len(found) == size


def test_a_decision_may_be_taken_after_the_date_of_the_region() -> None:
    """Only what must have happened by the date of the region is held against it; a decision may come later."""
    pupil = Pupil(id="p1", birth_month="2009-04", school="pro", lat=52, lon=5, hours_min=8, hours_max=9)
    employer = Employer(id="e1", name="Kas", lat=52, lon=5, places=1, supervision_hours=1)
    later = Decision(pupil="p1", employer="e1", kind="excluded", date=dt.date(2026, 11, 9))
    rows = {"pupils": [pupil], "employers": [employer], "decisions": [later]}
    tables = {name: Table.of(TABLES[name], rows=part) for name, part in rows.items()}
    assert check(checkable(region(**tables))) == []
