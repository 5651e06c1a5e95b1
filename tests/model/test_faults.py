"""Faults and their sentences."""

from __future__ import annotations

import pytest

from matchmaker.errors import PRINTED_OF_A_KIND, Fault, InputFaults, MatchmakerError, MissingExtra, UnknownId
from matchmaker.model.faults import OTHERWISE, SENTENCES, fault


@pytest.mark.parametrize("kind", SENTENCES)
def test_every_fault_speaks_both_languages(kind: str) -> None:
    """Each kind of fault says what is allowed in English and in Dutch, and has a hint in both or in neither."""
    told = fault(kind, table="tasks", row=1, column="hours", came="x", expected=("an example", "een voorbeeld"))
    (allowed, hint), (allowed_nl, hint_nl) = told.texts(language="en"), told.texts(language="nl")
    assert allowed and allowed_nl and "{" not in allowed + hint + allowed_nl + hint_nl
    assert bool(hint) == bool(hint_nl)
    assert hint == "" or hint != hint_nl


def test_where_no_name_is_near_there_is_another_hint() -> None:
    """A kind of fault whose hint is a near name has a second hint for when nothing is near."""
    near = {kind for kind, ((_, hint), _) in SENTENCES.items() if hint == "{near}"}
    assert near == set(OTHERWISE)


def test_many_of_one_kind_are_kept_but_not_all_printed() -> None:
    """All faults are in the object and in the frame; of one kind in one column at most twenty are printed."""
    error = InputFaults(Fault("tasks", row, "hours", "x", "a number", kind="not_number") for row in range(1, 51))
    lines = str(error).splitlines()
    assert len(error.faults) == len(error.to_frame()) == len(error.to_records()) == 50
    assert sum(line.startswith("tasks") for line in lines) == PRINTED_OF_A_KIND
    assert lines[-1].strip() == "... and 30 more like this in tasks, column hours."


def test_the_table_of_faults_is_aligned() -> None:
    """The columns of the printed table start at the same place in every row."""
    error = InputFaults(
        [Fault("tasks", 3, "hours", "x", "a number"), Fault("observations", 12, "level", "9", "0 to 5")]
    )
    head, *rows = str(error).splitlines()[2:]
    assert {row.index(word) for row, word in zip(rows, ("x", "9"), strict=True)} == {head.index("came")}


def test_errors_are_one_tree() -> None:
    """Everything the library raises on purpose is a MatchmakerError, and also what a Python programmer expects."""
    assert issubclass(UnknownId, KeyError) and issubclass(MissingExtra, ImportError)
    assert all(issubclass(kind, MatchmakerError) for kind in (InputFaults, UnknownId, MissingExtra))
    assert UnknownId("p1", "leerling", ["p01"]).text(language="nl") == "Er is geen leerling 'p1'. Tip: Bedoelt u p01?"
