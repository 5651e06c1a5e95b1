"""What is written and read again is the same region."""

from __future__ import annotations

import datetime as dt
import io
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matchmaker.io import read_region, region_document, schema, write_region
from matchmaker.model import (
    MOMENTS,
    TABLES,
    Decision,
    Demand,
    Dimension,
    Employer,
    Framework,
    Function,
    Observation,
    Policy,
    Pupil,
    Region,
    Table,
    Task,
)
from matchmaker.model.words import SCHOOLS, SETTINGS, SOURCES

FIXTURES = Path(__file__).parents[2] / "data" / "fixtures"
DATE = dt.date(2026, 11, 2)
LETTERS = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters=";")
WORD = st.text(LETTERS, min_size=1, max_size=6).map(str.strip).filter(bool)
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], include_characters="\n\t\r"), max_size=9)
NAME = TEXT.map(str.strip).filter(bool)
MAYBE = st.none() | NAME
AMOUNT = st.floats(0, 1e9)
SOME = st.lists(WORD, max_size=3).map(tuple)
DAY = st.none() | st.dates(dt.date(1990, 1, 1), DATE)  # nothing observed after the day of the region
WHEN = st.lists(st.sampled_from(MOMENTS), min_size=1, max_size=5)


def ids(most: int) -> st.SearchStrategy[list[str]]:
    """Return lists of different ids."""
    return st.lists(WORD, max_size=most, unique=True)


@st.composite
def regions(draw: st.DrawFn) -> Region:
    """Small regions with strange texts, odd numbers and cells that are not stated."""
    dimensions = tuple(Dimension(id=name, domain="doing", label={"en": name}) for name in draw(ids(3)) or ["x"])
    levels = tuple(sorted(draw(st.sets(st.integers(-3, 9), min_size=2, max_size=4))))
    framework = Framework(name=draw(NAME), levels=levels, dimensions=dimensions)
    pupils = [draw(pupil(name)) for name in draw(ids(3))]
    employers = [draw(employer(name)) for name in draw(ids(3))]
    functions = [draw(function(name, employers)) for name in draw(ids(3)) if employers]
    tasks = [draw(task(name, functions)) for name in draw(ids(3)) if functions]
    parts: dict[str, Any] = {"pupils": pupils, "employers": employers, "functions": functions, "tasks": tasks}
    parts["observations"] = [draw(observation(one, framework)) for one in pupils]
    parts["demands"] = [Demand(task=one.id, dimension=framework.ids[0], level=levels[0]) for one in tasks]
    parts["decisions"] = [
        Decision(pupil=one.id, employer=employers[0].id, kind="excluded", reason=draw(MAYBE), date=draw(DAY))
        for one in pupils
        if employers
    ]
    policy = Policy(
        seed=draw(st.integers(0, 99)), weights={"travel": draw(AMOUNT)}, time_limit=draw(st.none() | st.just(2.5))
    )
    tables = {name: Table.of(TABLES[name], rows=rows) for name, rows in parts.items()}
    return Region(draw(NAME), DATE, framework=framework, policy=policy, **tables)


def pupil(name: str) -> st.SearchStrategy[Pupil]:
    """Return pupils with this id."""
    return st.builds(
        Pupil,
        id=st.just(name),
        birth_month=st.dates(dt.date(1990, 1, 1), DATE).map(lambda day: day.replace(day=1)),
        school=st.sampled_from(SCHOOLS),
        lat=st.floats(-90, 90),
        lon=st.floats(-180, 180),
        max_km=st.none() | AMOUNT,
        hours_min=st.just(0.1),
        hours_max=st.floats(0.1, 99),
        available=WHEN,
        likes=SOME,
        refuses=SOME,
        waiting_since=DAY,
        consent=st.none() | st.booleans(),
    )


def employer(name: str) -> st.SearchStrategy[Employer]:
    """Return employers with this id."""
    return st.builds(
        Employer,
        id=st.just(name),
        name=NAME,
        sector=MAYBE,
        lat=st.floats(-90, 90),
        lon=st.floats(-180, 180),
        places=st.integers(0, 9),
        supervision_hours=AMOUNT,
        recognised=st.booleans(),
        min_age=st.none() | st.integers(0, 99),
    )


def function(name: str, employers: list[Employer]) -> st.SearchStrategy[Function]:
    """Return functions with this id."""
    at = st.sampled_from([one.id for one in employers])
    limit = st.none() | AMOUNT
    return st.builds(Function, id=st.just(name), employer=at, name=NAME, wage=limit, max_carved_hours=limit)


def task(name: str, functions: list[Function]) -> st.SearchStrategy[Task]:
    """Return tasks with this id."""
    return st.builds(
        Task,
        id=st.just(name),
        function=st.sampled_from([one.id for one in functions]),
        name=NAME,
        family=st.none() | WORD,
        hours=AMOUNT,
        when=WHEN,
        hazards=SOME,
        detachable=st.booleans(),
        together=st.none() | WORD,
        pieces=st.integers(1, 9),
    )


def observation(one: Pupil, framework: Framework) -> st.SearchStrategy[Observation]:
    """Return observations of a pupil."""
    return st.builds(
        Observation,
        pupil=st.just(one.id),
        dimension=st.sampled_from(framework.ids),
        level=st.sampled_from(framework.levels),
        source=st.sampled_from(SOURCES),
        date=DAY,
        setting=st.none() | st.sampled_from(SETTINGS),
        aid=MAYBE,
    )


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(regions())
def test_any_region_survives_every_form(region: Region) -> None:
    """A region written as CSV, JSON or Parquet, or handed over as frames, is read as an equal region."""
    with tempfile.TemporaryDirectory() as folder:
        for path in (Path(folder) / "region.json", Path(folder) / "region"):
            again = read_region(write_region(region, path))
            assert again == region and again.digest == region.digest
        assert read_region(write_region(region, Path(folder) / "region", tables="parquet")) == region
    head = {"name": region.name, "date": region.date, "framework": region.framework, "policy": region.policy}
    assert (
        read_region({"region": head, **{name: table.to_frame() for name, table in region.tables().items()}}) == region
    )


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(regions())
def test_any_document_keeps_to_the_schema(region: Region) -> None:
    """The JSON document of any region is valid against the schema that is handed out."""
    jsonschema = pytest.importorskip("jsonschema")
    document = json.loads(json.dumps(region_document(region)))
    jsonschema.validate(document, schema())
    assert read_region(io.StringIO(json.dumps(document))) == region


@pytest.mark.parametrize("name", ["town", "tiny"])
def test_the_fixtures_survive_every_form(name: str, tmp_path: Path) -> None:
    """The regions that ship are the same after CSV, JSON and a workbook."""
    if not (FIXTURES / name / "region.toml").is_file():
        pytest.skip(f"the fixture {name} is not there")
    region = read_region(FIXTURES / name)
    for target in ("again", "again.json", "again.xlsx"):
        assert read_region(write_region(region, tmp_path / target)) == region


def test_a_long_framework_fits_into_a_workbook(tmp_path: Path) -> None:
    """A framework longer than one cell of a workbook may hold is spread over rows and read whole."""
    pytest.importorskip("openpyxl")
    anchors = {"nl": tuple("x" * 400 for _ in range(6))}
    many = tuple(Dimension(id=f"d{k}", domain="doing", label={"en": "x"}, anchors=anchors) for k in range(20))
    region = Region("Dorp", DATE, framework=Framework(name="long", levels=tuple(range(6)), dimensions=many))
    assert read_region(write_region(region, tmp_path / "long.xlsx")) == region
