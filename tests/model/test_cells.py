"""The grammar of a cell."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.model.cells import Cell, cell_text
from matchmaker.model.faults import CellFault


@pytest.mark.parametrize(
    ("cell", "text", "kind"),
    [
        (Cell("number"), "2,5", "not_number"),
        (Cell("number"), "nan", "not_number"),
        (Cell("number"), "inf", "not_number"),
        (Cell("number"), "1e999", "not_number"),
        (Cell("number"), "1_000", "not_number"),
        (Cell("number"), "٣", "not_number"),
        (Cell("number", low=0), "-1", "out_of_range"),
        (Cell("number", high=90), "90.1", "out_of_range"),
        (Cell("whole"), "1.5", "not_whole"),
        (Cell("whole"), "two", "not_whole"),
        (Cell("whole", low=1), "0", "out_of_range"),
        (Cell("yes_no"), "Yes", "bad_yes_no"),
        (Cell("month"), "2009-13", "bad_month"),
        (Cell("month"), "2009-04-01", "bad_month"),
        (Cell("date"), "2026-02-30", "bad_date"),
        (Cell("date"), "20260230", "bad_date"),
        (Cell("date"), "2026-W01-1", "bad_date"),
        (Cell("moments"), "ma-am", "bad_moment"),
        (Cell("moments"), ";", "bad_moment"),
        (Cell("id"), "e1;e2", "bad_id"),
        (Cell("id"), "e1\ne2", "bad_id"),
        (Cell("text"), "bell\x07", "bad_text"),
        (Cell("text", words=("pro", "vso")), "PRO", "unknown_word"),
    ],
)
def test_wrong_cells_are_refused(cell: Cell, text: str, kind: str) -> None:
    """A text outside the grammar of its column is refused with the kind of fault that fits."""
    with pytest.raises(CellFault) as caught:
        cell.read(text)
    assert caught.value.kind == kind


@pytest.mark.parametrize(
    ("cell", "text", "value"),
    [
        (Cell("number"), " 2.50 ", 2.5),
        (Cell("number"), "1e-3", 0.001),
        (Cell("whole"), "3.0", 3),
        (Cell("yes_no"), "no", False),
        (Cell("month"), "2009-04", dt.date(2009, 4, 1)),
        (Cell("date"), "2026-04", dt.date(2026, 4, 1)),
        (Cell("list"), " a ; b;;", ("a", "b")),
        (Cell("moments"), "tu-pm;mo-am;mo-am", ("mo-am", "tu-pm")),
    ],
)
def test_right_cells_are_read(cell: Cell, text: str, value: object) -> None:
    """Spaces around a cell or a value in it do not count, and moments come out in the order of the week."""
    assert cell.read(text) == value


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_keep_every_bit(number: float) -> None:
    """A number written into a cell and read again is the same number."""
    assert Cell("number").read(cell_text(number)) == number


@given(st.dates(min_value=dt.date(1000, 1, 1)))
def test_dates_keep_their_day(day: dt.date) -> None:
    """A date written into a cell and read again is the same date."""
    assert Cell("date").read(cell_text(day)) == day


def test_a_value_with_a_semicolon_does_not_become_two() -> None:
    """A list given in Python whose value holds the separator is refused instead of split."""
    with pytest.raises(CellFault):
        Cell("list").text(["a;b"])
