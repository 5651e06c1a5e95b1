"""The words of the trade: pupil, observation, employer, function, task, demand, decision.

Field names are the column names of the contract (section 2), in its order. A field without a value of its own is
``None`` (not stated), which never counts as "no".
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict
from pydantic.fields import FieldInfo

from matchmaker.model.cells import Cell
from matchmaker.model.moments import WEEKDAYS, moments_names

__all__ = [
    "TABLES",
    "Decision",
    "Demand",
    "Employer",
    "Function",
    "Observation",
    "Pupil",
    "Task",
    "Word",
    "cells",
    "required",
]

SCHOOLS = ("pro", "vso", "entree", "mbo")
ROUTES = ("work", "further_education", "day_activity")
STAGES = ("orientation", "preparation", "placement")
SOURCES = ("test", "teacher", "internship", "employer", "self", "wage_value")
SETTINGS = ("school", "work")
DECISIONS = ("fixed", "excluded")

Id = Annotated[str, Cell("id")]
Text = Annotated[str, Cell("text")]
MaybeText = Annotated[str | None, Cell("text")]
Names = Annotated[tuple[str, ...], Cell("list")]
Moments = Annotated[tuple[str, ...], Cell("moments")]
Hours = Annotated[float, Cell("number", low=0)]
MaybeAmount = Annotated[float | None, Cell("number", low=0)]
MaybeDay = Annotated[dt.date | None, Cell("date")]
Count = Annotated[int, Cell("whole", low=0)]
Latitude = Annotated[float, Cell("number", low=-90, high=90)]
Longitude = Annotated[float, Cell("number", low=-180, high=180)]
OF_THE_WEEK = moments_names(WEEKDAYS)


class Word(BaseModel):
    """Base of all words: frozen, no unknown fields, comparable by content.

    Examples
    --------
    >>> Word.model_config["frozen"]
    True
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=False)
    table: ClassVar[str] = ""
    singular: ClassVar[str] = ""


class Pupil(Word):
    """Who looks for work: where, when, how much, under which conditions, with which own say.

    ``birth_month`` is the first day of the month of birth. ``hours_*`` and ``school_hours`` are hours a week,
    ``support_hours`` the hours a week somebody at the employer must have for this pupil, ``max_km`` the distance in km.
    ``likes`` are families, best first; ``refuses`` holds employers or families.

    Examples
    --------
    >>> Pupil(id="p1", birth_month="2009-04", school="pro", lat=52.1, lon=5.2, hours_min=8, hours_max=16).stage
    'placement'
    """

    table: ClassVar[str] = "pupils"
    singular: ClassVar[str] = "pupil"

    id: Id
    birth_month: Annotated[dt.date, Cell("month")]
    school: Annotated[Literal["pro", "vso", "entree", "mbo"], Cell("text", words=SCHOOLS)]
    route: Annotated[Literal["work", "further_education", "day_activity"], Cell("text", words=ROUTES)] = "work"
    stage: Annotated[Literal["orientation", "preparation", "placement"], Cell("text", words=STAGES)] = "placement"
    lat: Latitude
    lon: Longitude
    max_km: MaybeAmount = None
    hours_min: Hours
    hours_max: Hours
    school_hours: Hours = 0.0
    available: Moments = OF_THE_WEEK
    support_hours: Hours = 0.0
    certificates: Names = ()
    excludes: Names = ()
    likes: Names = ()
    dislikes: Names = ()
    refuses: Names = ()
    waiting_since: MaybeDay = None
    aids: Names = ()
    consent: Annotated[bool | None, Cell("yes_no")] = None


class Observation(Word):
    """One rating of one dimension of one pupil: level, source, date.

    Examples
    --------
    >>> Observation(pupil="p1", dimension="endurance", level=3, source="teacher").date is None
    True
    """

    table: ClassVar[str] = "observations"
    singular: ClassVar[str] = "observation"

    pupil: Annotated[str, Cell("id", refers="pupils")]
    dimension: Id
    level: Annotated[int, Cell("whole")]
    source: Annotated[
        Literal["test", "teacher", "internship", "employer", "self", "wage_value"], Cell("text", words=SOURCES)
    ]
    date: MaybeDay = None
    setting: Annotated[Literal["school", "work"] | None, Cell("text", words=SETTINGS)] = None
    aid: MaybeText = None


class Employer(Word):
    """Place where work is: location, places for pupils, hours of supervision a week.

    Examples
    --------
    >>> Employer(id="e1", name="Bakkerij", lat=52.1, lon=5.2, places=2, supervision_hours=6).recognised
    False
    """

    table: ClassVar[str] = "employers"
    singular: ClassVar[str] = "employer"

    id: Id
    name: Text
    sector: MaybeText = None
    lat: Latitude
    lon: Longitude
    places: Count
    supervision_hours: Hours
    recognised: Annotated[bool, Cell("yes_no")] = False
    min_age: MaybeAmount = None


class Function(Word):
    """A job that exists at an employer; ``wage`` is EUR an hour of who does it now.

    ``max_carved_hours`` not stated means: all hours of its detachable tasks.

    Examples
    --------
    >>> Function(id="f1", employer="e1", name="bakker").vacancies
    0
    """

    table: ClassVar[str] = "functions"
    singular: ClassVar[str] = "function"

    id: Id
    employer: Annotated[str, Cell("id", refers="employers")]
    name: Text
    wage: MaybeAmount = None
    vacancies: Count = 0
    max_carved_hours: MaybeAmount = None


class Task(Word):
    """The smallest thing with hours a week, moments, demands and conditions.

    Examples
    --------
    >>> Task(id="t1", function="f1", name="vloer vegen", hours=4).pieces
    1
    """

    table: ClassVar[str] = "tasks"
    singular: ClassVar[str] = "task"

    id: Id
    function: Annotated[str, Cell("id", refers="functions")]
    name: Text
    family: Annotated[str | None, Cell("id")] = None
    hours: Hours
    when: Moments = OF_THE_WEEK
    conditions: Names = ()
    certificates: Names = ()
    hazards: Names = ()
    detachable: Annotated[bool, Cell("yes_no")] = True
    together: Annotated[str | None, Cell("id")] = None
    pieces: Annotated[int, Cell("whole", low=1)] = 1


class Demand(Word):
    """The level a task asks on one dimension.

    Examples
    --------
    >>> Demand(task="t1", dimension="endurance", level=2).level
    2
    """

    table: ClassVar[str] = "demands"
    singular: ClassVar[str] = "demand"

    task: Annotated[str, Cell("id", refers="tasks")]
    dimension: Id
    level: Annotated[int, Cell("whole")]


class Decision(Word):
    """What people have already decided about a pupil and an employer; a plan obeys it.

    Examples
    --------
    >>> Decision(pupil="p1", employer="e1", kind="excluded", reason="stage eerder gestopt").kind
    'excluded'
    """

    table: ClassVar[str] = "decisions"
    singular: ClassVar[str] = "decision"

    pupil: Annotated[str, Cell("id", refers="pupils")]
    employer: Annotated[str, Cell("id", refers="employers")]
    kind: Annotated[Literal["fixed", "excluded"], Cell("text", words=DECISIONS)]
    reason: MaybeText = None
    by: MaybeText = None
    date: MaybeDay = None


TABLES: dict[str, type[Word]] = {
    word.table: word for word in (Pupil, Observation, Employer, Function, Task, Demand, Decision)
}


@cache
def cells(word: type[Word]) -> dict[str, Cell]:
    """Column name to :class:`Cell`, in the order of the contract.

    Examples
    --------
    >>> cells(Demand)["task"].refers
    'tasks'
    """
    return {name: _cell(field) for name, field in word.model_fields.items()}


@cache
def required(word: type[Word]) -> tuple[str, ...]:
    """Names of the columns that must be there.

    Examples
    --------
    >>> required(Demand)
    ('task', 'dimension', 'level')
    """
    return tuple(name for name, field in word.model_fields.items() if field.is_required())


def _cell(field: FieldInfo) -> Cell:
    found: list[Any] = [fact for fact in field.metadata if isinstance(fact, Cell)]
    cell: Cell = found[0]
    return cell
