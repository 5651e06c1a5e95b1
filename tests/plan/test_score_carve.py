"""`score` and `carve`: the best positions of one pair, against enumeration."""

from __future__ import annotations

from pathlib import Path

import pytest

import matchmaker as mm
from matchmaker.errors import UnknownId
from matchmaker.model import Region
from tests.brute import broken, bundles, vacancies
from tests.checker_rules import Position, Tables, read_tables

TINY = Path(__file__).resolve().parents[2] / "data" / "fixtures" / "tiny"


@pytest.fixture(scope="module")
def tiny() -> Region:
    return mm.read_region(TINY)


@pytest.fixture(scope="module")
def tables() -> Tables:
    return read_tables(TINY)


def function_of(tables: Tables, position: Position) -> str:
    """The function that a vacancy is."""
    return tables.tasks[min(position.hours)]["function"]


@pytest.mark.parametrize("employer", ["e1", "e2", "e3", "e4", "e5", "e6", "e7", "e8", "e9"])
def test_carve_finds_the_best(tiny: Region, tables: Tables, employer: str) -> None:
    """For every pupil, the positions at an employer are the best of all that enumeration finds, best first."""
    for pupil in tables.pupils:
        allowed = [
            mm.score(tiny, pupil=pupil, **asked).points
            for one, asked in (
                *((one, {"tasks": one.hours}) for one in bundles(tables, pupil, employer)),
                *((one, {"vacancy": function_of(tables, one)}) for one in vacancies(tables, pupil, employer)),
            )
            if not broken(tables, one)
        ]
        found = mm.carve(tiny, pupil=pupil, employer=employer, k=4)
        assert [one.points for one in found] == sorted(allowed, reverse=True)[:4], pupil
        assert all(one.allowed and one.pupil == pupil and one.employer == employer for one in found)
        assert len({tuple(one.tasks.items()) for one in found}) == len(found)
        assert bool(found) != bool(found.why_none)


def test_carved_positions_score_the_same(tiny: Region) -> None:
    """A carved position given to score is the same position."""
    best = mm.carve(tiny, pupil="p11", employer="e5")[0]
    assert mm.score(tiny, pupil="p11", tasks=best.tasks) == best
    vacancy = mm.carve(tiny, pupil="p08", employer="e5")[0]
    assert mm.score(tiny, pupil="p08", vacancy=vacancy.function) == vacancy


def test_no_position_says_why(tiny: Region) -> None:
    """Where no position is allowed the list is empty and says what the nearest one breaks, in either language."""
    none = mm.carve(tiny, pupil="p02", employer="e1", language="nl")
    assert [one.rule for one in none.why_none] == ["abilities"]
    assert "Plannen 4, getoond is 2" in none.why_none[0].text


def test_unknown_ids_are_named(tiny: Region) -> None:
    """An id that is not there is an error that names near ones."""
    for asked in ({"pupil": "p1", "employer": "e1"}, {"pupil": "p01", "employer": "e99"}):
        with pytest.raises(UnknownId):
            mm.carve(tiny, **asked)


def test_positions_show_themselves(tiny: Region) -> None:
    """Positions are a tuple that shows itself as a table."""
    found = mm.carve(tiny, pupil="p09", employer="e5")
    assert len(found.to_frame()) == len(found)
    assert "<table>" in found._repr_html_()
