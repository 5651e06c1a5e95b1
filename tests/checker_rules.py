"""The region's tables as texts and the hard rules as plain loops, written a second time from the contract alone.

Nothing of the library is imported here, so a fault in the library cannot hide itself. ``checker`` judges whole plans
with these rules, ``brute`` enumerates with them.
"""

from __future__ import annotations

import csv
import datetime
import math
import tomllib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Row = dict[str, str]
Levels = Mapping[tuple[str, str], int]

EPS = 1e-6
EARTH_KM = 6371.0
METRE_KM = 1e-3
HOURS_A_MOMENT = 4.0
WEEKDAYS = tuple(f"{day}-{part}" for day in ("mo", "tu", "we", "th", "fr") for part in ("am", "pm"))
POLICY: dict[str, Any] = {"max_gap": 1, "max_tasks": 5, "fit_floor": 0}


@dataclass(frozen=True)
class Tables:
    """The region as texts, with the levels and the policy that the checks take as given."""

    region: dict[str, Any]
    policy: dict[str, Any]
    pupils: dict[str, Row]
    employers: dict[str, Row]
    functions: dict[str, Row]
    tasks: dict[str, Row]
    observed: frozenset[tuple[str, str]]
    demands: dict[str, dict[str, int]]
    decisions: list[Row]
    levels: dict[tuple[str, str], int]

    @property
    def date(self) -> datetime.date:
        """The date on which ages are taken."""
        return datetime.date.fromisoformat(str(self.region["date"]))

    def employer_of(self, task: str) -> str:
        """The employer at which a task is done."""
        return self.functions[self.tasks[task]["function"]]["employer"]

    def tasks_of(self, function: str) -> list[str]:
        """All tasks of a function."""
        return [task for task, row in self.tasks.items() if row["function"] == function]

    def group_of(self, task: str) -> list[str]:
        """The tasks of the same employer that move together with a task, itself included."""
        group, employer = cell(self.tasks[task], "together"), self.employer_of(task)
        if not group:
            return [task]
        return [t for t, r in self.tasks.items() if cell(r, "together") == group and self.employer_of(t) == employer]


@dataclass(frozen=True)
class Position:
    """What one pupil would do at an employer, or at two: hours a task, and the timetable a task where there is one."""

    pupil: str
    employer: str
    kind: str
    hours: dict[str, float]
    timetable: dict[str, dict[str, float]]
    second: str | None = None

    @property
    def employers(self) -> list[str]:
        """The one employer, or both."""
        return [self.employer] if self.second is None else [self.employer, self.second]

    @property
    def total(self) -> float:
        """Hours a week."""
        return sum(self.hours.values())


def cell(row: Row, column: str, default: str = "") -> str:
    """The text of a cell, or the default when the column is absent or the cell empty."""
    return (row.get(column) or "").strip() or default


def number(row: Row, column: str, default: float) -> float:
    """The number in a cell, or the default when it is not stated."""
    return float(cell(row, column, str(default)))


def several(row: Row, column: str) -> list[str]:
    """The values of a cell that holds several."""
    return [part.strip() for part in cell(row, column).split(";") if part.strip()]


def moments(row: Row, column: str) -> set[str]:
    """The moments in a cell; all weekday mornings and afternoons when not stated."""
    return set(several(row, column)) or set(WEEKDAYS)


def rows_of(path: Path) -> list[Row]:
    """The rows of one table; none when the table is absent."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def read_tables(tables_dir: Path, levels: Levels | None = None, policy: Mapping[str, Any] | None = None) -> Tables:
    """Read a region's folder; without `levels` only single tests of the region's date count as known levels."""
    region = tomllib.loads((tables_dir / "region.toml").read_text(encoding="utf-8"))
    seen: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows_of(tables_dir / "observations.csv"):
        seen[row["pupil"], row["dimension"]].append(row)
    if levels is None:
        levels = {key: int(rows[0]["level"]) for key, rows in seen.items() if is_plain_test(rows, str(region["date"]))}
    demands: dict[str, dict[str, int]] = defaultdict(dict)
    for row in rows_of(tables_dir / "demands.csv"):
        demands[row["task"]][row["dimension"]] = int(row["level"])
    named = {
        name: {row["id"]: row for row in rows_of(tables_dir / f"{name}.csv")}
        for name in ("pupils", "employers", "functions", "tasks")
    }
    return Tables(
        region=region,
        policy=POLICY | region.get("policy", {}) | dict(policy or {}),
        **named,
        observed=frozenset(seen),
        demands=dict(demands),
        decisions=rows_of(tables_dir / "decisions.csv"),
        levels=dict(levels),
    )


def is_plain_test(rows: Sequence[Row], date: str) -> bool:
    """Whether one test of the region's date is all there is, so that its level is the estimate."""
    return len(rows) == 1 and rows[0]["source"] == "test" and rows[0].get("date") == date


# One function a rule of the contract: what of it does this one position break?


def abilities(t: Tables, p: Position) -> Iterator[str]:
    """Level asked <= level estimated + max_gap, for every demanded dimension whose level is known."""
    for task in p.hours:
        for dimension, asked in t.demands.get(task, {}).items():
            level = t.levels.get((p.pupil, dimension))
            if level is not None and asked > level + t.policy["max_gap"]:
                yield f"{task} asks {dimension} {asked}, estimated {level}, allowed gap {t.policy['max_gap']}"


def conditions(t: Tables, p: Position) -> Iterator[str]:
    """No task has a condition that the pupil excludes."""
    for task in p.hours:
        for condition in set(several(t.tasks[task], "conditions")) & set(several(t.pupils[p.pupil], "excludes")):
            yield f"{task} has {condition}, which is excluded"


def certificates(t: Tables, p: Position) -> Iterator[str]:
    """The pupil holds all certificates of all tasks."""
    for task in p.hours:
        for paper in set(several(t.tasks[task], "certificates")) - set(several(t.pupils[p.pupil], "certificates")):
            yield f"{task} needs {paper}"


def hours(t: Tables, p: Position) -> Iterator[str]:
    """hours_min <= hours <= hours_max."""
    low, high = (number(t.pupils[p.pupil], column, math.nan) for column in ("hours_min", "hours_max"))
    if not low - EPS <= p.total <= high + EPS:
        yield f"{p.total:g} h, wanted {low:g} to {high:g} h"


def timetable(t: Tables, p: Position) -> Iterator[str]:
    """The hours stand on moments open to pupil and task, 4 h a moment at one employer, and add up per task."""
    load: dict[str, float] = defaultdict(float)
    where: dict[str, set[str]] = defaultdict(set)
    for task, total in p.hours.items():
        slots = p.timetable.get(task, {})
        if abs(sum(slots.values()) - total) > EPS:
            yield f"{task}: {sum(slots.values()):g} h in the timetable, {total:g} h in the position"
        for moment, amount in slots.items():
            load[moment] += amount
            where[moment].add(t.employer_of(task))
            if amount <= 0:
                yield f"{task}: {amount:g} h on {moment}"
            if moment not in moments(t.pupils[p.pupil], "available"):
                yield f"the pupil is not available on {moment}"
            if moment not in moments(t.tasks[task], "when"):
                yield f"{task} cannot be done on {moment}"
    for moment, amount in load.items():
        if amount > HOURS_A_MOMENT + EPS:
            yield f"{amount:g} h on {moment}"
        if len(where[moment]) > 1:
            yield f"{moment} is spent at {' and '.join(sorted(where[moment]))}"


def haversine(a: Row, b: Row) -> float:
    """Kilometres over the sphere between two rows with lat and lon in degrees."""
    lat1, lon1, lat2, lon2 = (math.radians(float(row[c])) for row in (a, b) for c in ("lat", "lon"))
    half = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(half))


def travel(t: Tables, p: Position) -> Iterator[str]:
    """Distance <= max_km."""
    pupil = t.pupils[p.pupil]
    limit = number(pupil, "max_km", math.inf)
    for place in p.employers:
        distance = haversine(pupil, t.employers[place])
        if distance > limit + METRE_KM:
            yield f"{distance:.1f} km, at most {limit:g} km"


def own_say(t: Tables, p: Position) -> Iterator[str]:
    """The pupil refuses neither the employer nor a family in the position."""
    there = set(p.employers) | {cell(t.tasks[task], "family") for task in p.hours}
    for refused in there & set(several(t.pupils[p.pupil], "refuses")):
        yield f"the pupil refuses {refused}"


def route(t: Tables, p: Position) -> Iterator[str]:
    """Only pupils with route work, or stage orientation or preparation on any route."""
    way, stage = cell(t.pupils[p.pupil], "route", "work"), cell(t.pupils[p.pupil], "stage", "placement")
    if way != "work" and stage == "placement":
        yield f"route {way}, stage {stage}"


def employer(t: Tables, p: Position) -> Iterator[str]:
    """min_age is reached; a preparation internship stands at a recognised company."""
    for place in p.employers:
        row = t.employers[place]
        age, least = age_of(t.pupils[p.pupil], t.date), number(row, "min_age", 0)
        if age < least:
            yield f"{age} years old, at least {least:g}"
        if cell(t.pupils[p.pupil], "stage", "placement") == "preparation" and cell(row, "recognised", "no") != "yes":
            yield f"{place} is not a recognised company"


def age_of(pupil: Row, date: datetime.date) -> int:
    """Age in whole years, a birth month counted from its first day."""
    year, month = (int(part) for part in pupil["birth_month"].split("-")[:2])
    return date.year - year - (date.month < month)


def decisions(t: Tables, p: Position) -> Iterator[str]:
    """Never where people excluded the pupil; a pupil whom people fixed goes nowhere else."""
    for row in t.decisions:
        if row["pupil"] == p.pupil and row["kind"] == "excluded" and row["employer"] in p.employers:
            yield f"{row['employer']} is excluded"
        if row["pupil"] == p.pupil and row["kind"] == "fixed" and [row["employer"]] != p.employers:
            yield f"fixed at {row['employer']}, placed at {' and '.join(p.employers)}"


def shares(t: Tables, p: Position) -> Iterator[str]:
    """Carved: whole pieces, nothing that stays, groups whole. Vacancy: all tasks of one function in full."""
    if p.kind == "vacancy":
        wanted = {
            task: number(t.tasks[task], "hours", 0) for task in t.tasks_of(t.tasks[next(iter(p.hours))]["function"])
        }
        if set(wanted) != set(p.hours) or any(abs(wanted[task] - p.hours[task]) > EPS for task in wanted):
            yield f"a vacancy has all tasks of one function at the hours stated: {wanted}, not {p.hours}"
        return
    for task, amount in p.hours.items():
        row = t.tasks[task]
        piece = number(row, "hours", 0) / int(number(row, "pieces", 1))
        if cell(row, "detachable", "yes") == "no":
            yield f"{task} is not detachable"
        if amount <= 0 or abs(amount / piece - round(amount / piece)) > EPS:
            yield f"{task}: {amount:g} h is not a whole number of pieces of {piece:g} h"
        for mate in t.group_of(task):
            if len(t.group_of(task)) > 1 and abs(p.hours.get(mate, 0) - number(t.tasks[mate], "hours", 0)) > EPS:
                yield f"{task} moves together with all of {mate}"


def grain(t: Tables, p: Position) -> Iterator[str]:
    """Carved: at most max_tasks tasks, each at least 1/16 of the position and half an hour; few enough employers."""
    if p.second is not None and (p.kind != "carved" or t.policy.get("employers_per_position", 1) < 2):
        yield f"{p.kind} at {' and '.join(p.employers)}"
    if p.kind != "carved":
        return
    if len(p.hours) > t.policy["max_tasks"]:
        yield f"{len(p.hours)} tasks, at most {t.policy['max_tasks']}"
    for task, amount in p.hours.items():
        if amount < max(p.total / 16, 0.5) - EPS:
            yield f"{task}: {amount:g} h of {p.total:g} h"


Check = Callable[[Tables, Position], Iterator[str]]
POSITION_RULES: tuple[tuple[str, Check], ...] = (
    ("abilities", abilities), ("conditions", conditions), ("certificates", certificates), ("hours", hours),
    ("timetable", timetable), ("travel", travel), ("own_say", own_say), ("route", route), ("employer", employer),
    ("decisions", decisions), ("tasks_once", shares), ("carving_limits", grain),
)  # fmt: skip


def check_position(t: Tables, p: Position, *, skip: Collection[str] = ()) -> list[str]:
    """Every rule that one position breaks by itself; rules named in `skip` are not looked at."""
    return [f"{rule}: {p.pupil}: {m}" for rule, check in POSITION_RULES if rule not in skip for m in check(t, p)]


def check_shared(t: Tables, positions: Sequence[Position], *, skip: Collection[str] = ()) -> list[str]:
    """Every limit that the positions break together: places, supervision, task hours, function hours, seats."""
    used: dict[tuple[str, str, str], float] = defaultdict(float)
    room: dict[tuple[str, str, str], float] = {}
    for p in positions:
        for key, amount, limit in draws(t, p):
            used[key] += amount
            room[key] = limit
    return [
        f"{rule}: {what} {name}: {amount:g} of {room[rule, what, name]:g}"
        for (rule, what, name), amount in used.items()
        if rule not in skip and amount > room[rule, what, name] + EPS
    ]


def draws(t: Tables, p: Position) -> Iterator[tuple[tuple[str, str, str], float, float]]:
    """What a position takes of each shared resource: (rule, kind of resource, id), amount, limit."""
    support = number(t.pupils[p.pupil], "support_hours", 0)
    for place in p.employers:
        company = t.employers[place]
        yield ("places", "employer", place), 1, number(company, "places", 0)
        yield ("supervision", "employer", place), support, number(company, "supervision_hours", 0)
    if p.kind == "vacancy":
        function = t.tasks[next(iter(p.hours))]["function"]
        yield ("tasks_once", "vacancy", function), 1, number(t.functions[function], "vacancies", 0)
        return
    for task, amount in p.hours.items():
        function = t.tasks[task]["function"]
        yield ("tasks_once", "task", task), amount, number(t.tasks[task], "hours", 0)
        yield ("carving_limits", "function", function), amount, most_carved(t, function)


def most_carved(t: Tables, function: str) -> float:
    """Hours that may be carved from a function: as stated, else all hours of its detachable tasks."""
    rows = (t.tasks[task] for task in t.tasks_of(function))
    free = sum(number(row, "hours", 0) for row in rows if cell(row, "detachable", "yes") == "yes")
    return number(t.functions[function], "max_carved_hours", free)
