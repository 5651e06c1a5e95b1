"""One position under all rules and contributions, against an independent reading of the contract."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import matchmaker as mm
from matchmaker.errors import MatchmakerError, UnknownId
from matchmaker.positions import Ledger, Position, check_position, ledger_of
from matchmaker.positions.counts import split_exactly
from tests.brute import broken, bundles, vacancies
from tests.checker_rules import Position as CheckedPosition
from tests.checker_rules import Tables, haversine, number, read_tables
from tests.checker_rules import check_position as checked_rules

ROOT = Path(__file__).resolve().parents[1]
TINY, TOWN = (ROOT / "data" / "fixtures" / name for name in ("tiny", "town"))
BORDER_KM = 2e-3
ON_THE_BORDER = (177, 50, [(0, 1.0)])
"""A pupil and an employer 20 cm farther away than the pupil may travel, as `town_positions` draws them."""


def known_levels(ledger: Ledger) -> dict[tuple[str, str], int]:
    """The levels that the library estimates, as the independent rules take them."""
    problem = ledger.problem
    rows, columns = np.nonzero(problem.levels.median >= 0)
    levels = problem.level_values[problem.levels.median[rows, columns]].tolist()
    return {
        (problem.pupils.ids[row], problem.dimensions[column]): level
        for row, column, level in zip(rows.tolist(), columns.tolist(), levels, strict=True)
    }


@pytest.fixture(scope="module")
def town() -> Ledger:
    return ledger_of(mm.read_region(TOWN))


@pytest.fixture(scope="module")
def town_tables(town: Ledger) -> Tables:
    return read_tables(TOWN, known_levels(town))


@pytest.fixture(scope="module")
def tiny() -> Ledger:
    return Ledger(region := mm.read_region(TINY), ledger_of(region).problem)


def as_checked(position: Position) -> CheckedPosition:
    return CheckedPosition(
        position.pupil,
        position.employer,
        position.kind,
        dict(position.tasks),
        {task: dict(week) for task, week in position.timetable.items()},
    )


def assert_same_rules(ledger: Ledger, tables: Tables, position: Position) -> None:
    found = {one.rule for one in position.violations} - {"fit_floor"}
    other = broken(tables, as_checked(position))
    birth, now = tables.pupils[position.pupil]["birth_month"], tables.date
    pupil, employer = tables.pupils[position.pupil], tables.employers[position.employer]
    if abs(haversine(pupil, employer) - number(pupil, "max_km", math.inf)) < BORDER_KM:
        # The other reading has a metre to spare.
        found, other = found - {"travel"}, other - {"travel"}
    if int(birth[5:7]) == now.month:
        # In the month of the birthday both readings of a birth month are possible.
        found, other = found - {"employer"}, other - {"employer"}
    assert found == other, position


def test_every_position_of_tiny_breaks_the_rules_that_the_checker_says(tiny: Ledger) -> None:
    """For every pupil, employer and bundle of tiny, the rules broken are those of an independent reading."""
    tables = read_tables(TINY)
    for pupil in tables.pupils:
        for employer in tables.employers:
            for one in bundles(tables, pupil, employer):
                assert_same_rules(tiny, tables, check_position(tiny, tiny.bundle(pupil, one.hours)))
            for one in vacancies(tables, pupil, employer):
                function = tiny.row("function", tables.tasks[next(iter(one.hours))]["function"])
                assert_same_rules(tiny, tables, check_position(tiny, tiny.vacancy(tiny.row("pupil", pupil), function)))


@st.composite
def town_positions(draw: st.DrawFn) -> tuple[int, int, list[tuple[int, float]]]:
    """A pupil, an employer, and tasks of the employer (by number) with a share of their hours."""
    shares = st.sampled_from([1.0, 1.0, 1.0, 0.5, 0.25, 1.5])
    chosen = st.lists(st.tuples(st.integers(0, 39), shares), min_size=1, max_size=6, unique_by=lambda pair: pair[0])
    return draw(st.integers(0, 199)), draw(st.integers(0, 59)), draw(chosen)


def position_of(ledger: Ledger, drawn: tuple[int, int, list[tuple[int, float]]]) -> Position:
    pupil, employer, chosen = drawn
    start, names = ledger.problem.employers.task_start, ledger.problem.tasks.ids
    rows = {start[employer] + number % (start[employer + 1] - start[employer]): share for number, share in chosen}
    hours = {names[row]: float(ledger.problem.tasks.hours[row] * share) for row, share in rows.items()}
    return check_position(ledger, ledger.bundle(ledger.problem.pupils.ids[pupil], hours))


@settings(max_examples=150, deadline=None)
@given(drawn=town_positions())
@example(drawn=ON_THE_BORDER)
def test_positions_of_the_town_break_the_rules_that_the_checker_says(
    town: Ledger, town_tables: Tables, drawn: tuple[int, int, list[tuple[int, float]]]
) -> None:
    """For any bundle in the town, whole or not, the rules broken are those of an independent reading."""
    assert_same_rules(town, town_tables, position_of(town, drawn))


def test_too_far_reads_as_more_than_allowed(town: Ledger) -> None:
    """A way that is longer by decimetres is said with as many digits as show it."""
    said = [one.text for one in position_of(town, ON_THE_BORDER).violations if one.rule == "travel"]
    assert said == ["Too far: 5.0002 km, at most 5 km."]


@settings(max_examples=150, deadline=None)
@given(drawn=town_positions())
def test_contributions_add_up(town: Ledger, drawn: tuple[int, int, list[tuple[int, float]]]) -> None:
    """Contributions are whole numbers that add up to the points, and parts to their contribution."""
    position = position_of(town, drawn)
    assert all(type(one.points) is int and one.text for one in position.contributions)
    assert sum(one.points for one in position.contributions) == position.points
    for one in position.contributions:
        assert not one.parts or sum(part.points for part in one.parts) == one.points


@settings(max_examples=60, deadline=None)
@given(drawn=town_positions())
def test_a_timetable_keeps_to_the_week(
    town: Ledger, town_tables: Tables, drawn: tuple[int, int, list[tuple[int, float]]]
) -> None:
    """Where there is a timetable, its hours stand on moments open to pupil and task, at most four a moment."""
    position = position_of(town, drawn)
    if position.timetable:
        said = checked_rules(town_tables, as_checked(position))
        assert [message for message in said if message.startswith("timetable")] == []


@given(
    exact=st.lists(st.floats(-500, 500, allow_nan=False), min_size=1, max_size=12),
    off=st.integers(-30, 30),
)
def test_rounding_is_exact_and_near(exact: list[float], off: int) -> None:
    """Whole numbers add up to the total asked, each near its exact share when the total is the rounded sum."""
    total = round(sum(exact)) + off
    whole = split_exactly(np.array(exact), total)
    assert sum(whole) == total
    if off == 0:
        assert all(abs(one - share) <= 1 + 1e-6 for one, share in zip(whole, exact, strict=True))


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"tasks": {"t01": 4.0}, "vacancy": "f5"}, MatchmakerError),
        ({}, MatchmakerError),
        ({"tasks": {}}, MatchmakerError),
        ({"tasks": {"t01": -1}}, MatchmakerError),
        ({"tasks": {"t01": "four"}}, MatchmakerError),
        ({"tasks": {"t01": 4.0, "t03": 4.0}}, MatchmakerError),
        ({"tasks": {"t01": 4.0}, "employer": "e2"}, MatchmakerError),
        ({"vacancy": "f5", "employer": "e2"}, MatchmakerError),
        ({"tasks": {"t99": 4.0}}, UnknownId),
        ({"vacancy": "f99"}, UnknownId),
        ({"tasks": {"t01": 4.0}, "language": "fr"}, UnknownId),
    ],
)
def test_a_wrong_question_is_an_error(tiny: Ledger, asked: dict[str, object], error: type[Exception]) -> None:
    """Asking for tasks and a vacancy, for neither, for tasks of two employers or for unknown ids is an error."""
    with pytest.raises(error):
        mm.score(tiny.region, pupil="p01", **asked)


def test_both_languages_say_the_same_numbers(tiny: Ledger) -> None:
    """A position has the same rules, names and points in both languages, and other words."""
    english, dutch = (
        mm.score(tiny.region, pupil="p02", tasks={"t01": 4.0, "t02": 4.0}, language=k) for k in ("en", "nl")
    )
    assert [one.rule for one in english.violations] == [one.rule for one in dutch.violations] == ["abilities"]
    assert [(one.name, one.points) for one in english.contributions] == [
        (one.name, one.points) for one in dutch.contributions
    ]
    assert english.violations[0].text != dutch.violations[0].text


def test_a_position_shows_itself(tiny: Ledger) -> None:
    """A position has a short repr, an HTML form, a frame of its contributions, and goes through its document."""
    position = mm.score(tiny.region, pupil="p12", tasks={"t14": 4.0, "t15": 4.0})
    assert repr(position).startswith("<Position p12 at e7, carved, 8 h")
    assert "<table>" in position._repr_html_()
    assert set(position.to_frame().columns) >= {"name", "points", "dimension", "asked", "estimated"}
    assert Position.from_document(position.to_document()) == position
    assert position.to_observe == ("endurance",)
