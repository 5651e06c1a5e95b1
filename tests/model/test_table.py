"""Tables stored by column."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from matchmaker.errors import InputFaults, MatchmakerError, UnknownId
from matchmaker.model import Demand, Employer, Pupil, Table

ROWS = [
    Employer(id="e1", name="Bakker", lat=52.1, lon=5.2, places=2, supervision_hours=6),
    Employer(id="e2", name="Tuin", lat=52.2, lon=5.3, places=1, supervision_hours=2.5, sector="groen", recognised=True),
    Employer(id="e3", name="Winkel", lat=52.3, lon=5.4, places=0, supervision_hours=0, min_age=16),
]


@pytest.fixture
def employers() -> Table[Employer]:
    """Return a table of three employers."""
    return Table.of(Employer, rows=ROWS)


def test_rows_come_back_as_they_were(employers: Table[Employer]) -> None:
    """A row taken from a table equals the word that was put in, by number, by id and by walking."""
    assert list(employers) == ROWS
    assert employers[-1] == ROWS[2] == employers.get("e3")
    assert len(employers) == 3 and employers.ids == ("e1", "e2", "e3")


def test_columns_have_the_promised_types() -> None:
    """Every kind of column has its array type, with its own sign for not stated."""
    pupil = Pupil(
        id="p1", birth_month="2009-04", school="pro", lat=52, lon=5, hours_min=8, hours_max=9, likes=["groen"]
    )
    pupils = Table.of(Pupil, rows=[pupil])
    assert pupils.column("birth_month")[0] == np.datetime64("2009-04-01")
    assert np.isnan(pupils.column("max_km")[0]) and np.isnat(pupils.column("waiting_since")[0])
    assert pupils.column("available").dtype == np.int32 and pupils.column("likes")[0] == ("groen",)
    assert pupils.column("consent")[0] is None
    employers = Table.of(Employer, rows=ROWS)
    assert employers.column("recognised").dtype == np.bool_ and employers.column("places").dtype == np.int64
    assert employers.column("sector").tolist() == [None, "groen", None]


def test_columns_are_read_only_also_after_pickling(employers: Table[Employer]) -> None:
    """Nobody can write into a table, not even into one that travelled to another process."""
    for table in (employers, pickle.loads(pickle.dumps(employers))):
        assert table == employers
        for name in table.arrays:
            assert not table.column(name).flags.writeable


def test_empty_tables_have_the_types_of_full_ones(employers: Table[Employer]) -> None:
    """A table without rows has the same columns and types as one with rows."""
    empty = Table.of(Employer)
    assert len(empty) == 0 and list(empty) == []
    assert {name: array.dtype for name, array in empty.arrays.items()} == {
        name: array.dtype for name, array in employers.arrays.items()
    }
    assert empty.with_rows(ROWS) == employers


def test_a_change_makes_a_new_table(employers: Table[Employer]) -> None:
    """A changed row stands in the new table, the old table keeps what it had, untouched columns are shared."""
    more = employers.with_row("e2", places=3, sector=None)
    assert more.get("e2").places == 3 and more.get("e2").sector is None
    assert employers.get("e2") == ROWS[1]
    assert more.column("lat") is employers.column("lat")


def test_a_change_is_checked(employers: Table[Employer]) -> None:
    """A change that breaks the grammar is a fault with the row and column where it would stand."""
    with pytest.raises(InputFaults) as caught:
        employers.with_row("e2", places=-1, plces=2)
    faults = {fault.column: fault for fault in caught.value.faults}
    assert faults["places"].row == 2 and faults["places"].came == "-1"
    assert "places" in faults["plces"].hint


def test_rows_can_be_added_replaced_and_removed(employers: Table[Employer]) -> None:
    """Adding, replacing and removing rows keep all other rows and their order."""
    other = ROWS[1].model_copy(update={"places": 9})
    assert employers.replace_rows([other]).column("places").tolist() == [2, 9, 0]
    assert employers.without(["e2"]).ids == ("e1", "e3")
    assert employers.without(["e2"]).with_rows([ROWS[1]]).ids == ("e1", "e3", "e2")
    assert employers.take(employers.column("places") > 0).ids == ("e1", "e2")
    assert employers.take([2, 0]).ids == ("e3", "e1")


def test_ids_stay_unique(employers: Table[Employer]) -> None:
    """An id that is already there is a fault that names the row where it stands first."""
    with pytest.raises(InputFaults) as caught:
        employers.with_rows([ROWS[0]])
    assert caught.value.faults[0].row == 4 and "row 1" in caught.value.faults[0].hint
    with pytest.raises(InputFaults):
        employers.with_row("e1", id="e2")


def test_unknown_names_say_what_is_near(employers: Table[Employer]) -> None:
    """Asking for an id or column that is not there names those that look like it."""
    with pytest.raises(UnknownId, match="Did you mean"):
        employers.get("e33")
    with pytest.raises(UnknownId, match="places"):
        employers.column("place")
    with pytest.raises(IndexError):
        employers[3]


def test_positions_lead_from_references_to_rows(employers: Table[Employer]) -> None:
    """A column of ids becomes row numbers, -1 where nothing has that id."""
    assert employers.positions_of(np.array(["e3", "e9", "e1"], dtype=object)).tolist() == [2, -1, 0]


def test_tables_without_ids_say_so() -> None:
    """Rows of demands have no id, and asking for one is an error, not an empty answer."""
    with pytest.raises(MatchmakerError, match="no id"):
        _ = Table.of(Demand, rows=[Demand(task="t1", dimension="x", level=1)]).ids


def test_equality_looks_at_content_and_order(employers: Table[Employer]) -> None:
    """Tables are equal when they hold the same rows in the same order, not-stated cells included."""
    assert employers == Table.of(Employer, rows=ROWS)
    assert employers != Table.of(Employer, rows=ROWS[::-1])
    assert employers != Table.of(Demand)
