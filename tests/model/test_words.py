"""Words and moments."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from matchmaker.errors import UnknownId
from matchmaker.model import MOMENTS, TABLES, WEEKDAYS, Pupil, moments_mask, moments_names
from matchmaker.model.words import cells, required

PUPIL: dict[str, Any] = {
    "id": "p1",
    "birth_month": "2009-04",
    "school": "pro",
    "lat": 52.1,
    "lon": 5.2,
    "hours_min": 8,
    "hours_max": 16,
}


@given(st.integers(min_value=0, max_value=2**21 - 1))
def test_moments_and_masks_are_two_ways_to_say_the_same(mask: int) -> None:
    """Every bit mask of 21 bits survives the way to names and back."""
    assert moments_mask(moments_names(mask)) == mask


def test_weekdays_are_ten_half_days() -> None:
    """The default of available and when is Monday to Friday, morning and afternoon."""
    assert moments_names(WEEKDAYS) == tuple(
        f"{day}-{part}" for day in ("mo", "tu", "we", "th", "fr") for part in ("am", "pm")
    )
    assert len(MOMENTS) == 21


def test_an_unknown_moment_is_named() -> None:
    """A name that is no moment is an UnknownId that says which names are near."""
    with pytest.raises(UnknownId, match="mo-am"):
        moments_mask(["mo-an"])


def test_what_is_not_stated_gets_the_contract_default() -> None:
    """A pupil with only the required columns has the defaults of the contract, and None never means no."""
    pupil = Pupil(**PUPIL)
    assert (pupil.route, pupil.stage, pupil.school_hours, pupil.support_hours) == ("work", "placement", 0, 0)
    assert moments_mask(pupil.available) == WEEKDAYS
    assert pupil.max_km is None and pupil.consent is None and pupil.likes == ()


@pytest.mark.parametrize(
    "change",
    [{"school": "havo"}, {"lat": 91}, {"hours_min": -1}, {"hours_min": None}, {"naam": "x"}, {"available": ["ma-am"]}],
)
def test_a_word_refuses_what_a_table_refuses(change: dict[str, Any]) -> None:
    """A word made in Python is checked by the same grammar as a cell of a file."""
    with pytest.raises(ValidationError):
        Pupil(**{**PUPIL, **change})


def test_words_cannot_be_changed() -> None:
    """A word is frozen."""
    with pytest.raises(ValidationError):
        Pupil(**PUPIL).hours_min = 3


def test_required_columns_are_those_of_the_contract() -> None:
    """The required columns of every table are exactly those printed bold in the contract."""
    assert {name: required(word) for name, word in TABLES.items()} == {
        "pupils": ("id", "birth_month", "school", "lat", "lon", "hours_min", "hours_max"),
        "observations": ("pupil", "dimension", "level", "source"),
        "employers": ("id", "name", "lat", "lon", "places", "supervision_hours"),
        "functions": ("id", "employer", "name"),
        "tasks": ("id", "function", "name", "hours"),
        "demands": ("task", "dimension", "level"),
        "decisions": ("pupil", "employer", "kind"),
    }


def test_every_column_knows_its_grammar() -> None:
    """Each field of each word has exactly one cell grammar, and references name a table."""
    for word in TABLES.values():
        assert len(cells(word)) == len(word.model_fields)
        assert {cell.refers for cell in cells(word).values()} <= {"", *TABLES}
