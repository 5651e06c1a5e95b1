"""Make the town of ``data/fixtures/town``: Waterbeek and its villages, which do not exist.

``python data/make_town.py [folder]`` writes the tables of the contract from the catalogue beside this script (tasks,
functions, employers, settings) and a fixed seed. Every draw rests on ``random.Random.random`` and on exact sums
(`math.fsum`; `sum` of floats differs between Pythons), products and roundings, so that the files come out byte for byte
the same on any machine.
"""

from __future__ import annotations

import csv
import math
import random
import sys
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

HERE = Path(__file__).resolve().parent
CATALOGUE = HERE / "town_catalogue"
FRAMEWORK = HERE.parent / "src" / "matchmaker" / "model" / "data" / "leerling_in_beeld.toml"

WEEK = ("mo", "tu", "we", "th", "fr", "sa", "su")
WORKDAYS = WEEK[:5]
HOURS_A_MOMENT = 4
KM_A_DEGREE = {"lat": 111.2, "lon": 68.1}  # at 52.27 degrees north
MONTH_OF_PLAN = 2026 * 12 + 10  # months since the year 0, January = 0
AGE_OF_CONSENT = 18

COLUMNS = {
    "pupils": "id birth_month school route stage lat lon max_km hours_min hours_max school_hours available "
    "support_hours certificates excludes likes dislikes refuses waiting_since aids consent",
    "observations": "pupil dimension level source date setting aid",
    "employers": "id name sector lat lon places supervision_hours recognised min_age",
    "functions": "id employer name wage vacancies max_carved_hours",
    "tasks": "id function name family hours when conditions certificates hazards detachable together pieces",
    "demands": "task dimension level",
    "decisions": "pupil employer kind reason by date",
}

Item = TypeVar("Item")
Row = dict[str, Any]
Tables = dict[str, list[Row]]


class Dice:
    """Draws that are the same on every machine; every thing in the town has dice of its own.

    Examples
    --------
    >>> Dice("p001").whole(1, 6) == Dice("p001").whole(1, 6)
    True
    """

    def __init__(self, thing: str) -> None:
        self._source = random.Random(f"{settings()['seed']} {thing}")

    def chance(self, share: float) -> bool:
        """Return yes in this share of the draws."""
        return self._source.random() < share

    def between(self, low: float, high: float) -> float:
        """Draw evenly between two numbers."""
        return low + (high - low) * self._source.random()

    def whole(self, low: int, high: int) -> int:
        """Draw a whole number, both ends included."""
        return low + int((high - low + 1) * self._source.random())

    def halves(self, low: float, high: float) -> float:
        """Draw a number of hours in halves, both ends included."""
        return self.whole(round(2 * low), round(2 * high)) / 2

    def bell(self) -> float:
        """Draw around 0 with spread 1: twelve even draws, whose sum needs no logarithm."""
        return math.fsum(self._source.random() for _ in range(12)) - 6.0

    def one(self, among: Sequence[Item], *, shares: Sequence[float] | None = None) -> Item:
        """Draw one item, by its share if there are shares."""
        weights = shares or [1.0] * len(among)
        point = self.between(0, math.fsum(weights))
        for item, weight in zip(among, weights, strict=True):
            point -= weight
            if point < 0:
                return item
        return among[-1]

    def named(self, table: dict[str, Any], *, share: str = "share") -> str:
        """Draw a name out of a table of settings, by the share that stands there."""
        return self.one(list(table), shares=[entry[share] for entry in table.values()])

    def some(self, among: Sequence[Item], count: int) -> list[Item]:
        """Draw different items, at most so many."""
        rest = list(among)
        return [rest.pop(int(len(rest) * self._source.random())) for _ in range(min(count, len(rest)))]


@cache
def settings() -> dict[str, Any]:
    """Return the settings of the town."""
    return tomllib.loads((CATALOGUE / "town.toml").read_text(encoding="utf-8"))


def make_town() -> Tables:
    """Make all tables; the same on every call.

    Returns
    -------
    dict of str to list of rows
        Table name to its rows (column to value; a column left out is an empty cell).
    """
    tables: Tables = {name: [] for name in COLUMNS}
    _add_employers(tables)
    _add_pupils(tables)
    tables["decisions"] = settings()["decisions"]
    return tables


def write_town(folder: Path) -> None:
    """Write the tables as CSV and ``region.toml`` into a folder (UTF-8, LF)."""
    folder.mkdir(parents=True, exist_ok=True)
    region = f'name = "{settings()["name"]}"\ndate = "{settings()["date"]}"\n'
    (folder / "region.toml").write_text(region, encoding="utf-8", newline="\n")
    for name, rows in make_town().items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS[name].split(), restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows({column: _cell(value) for column, value in row.items()} for row in rows)


def _cell(value: object) -> str:
    if isinstance(value, list):
        return ";".join(value)
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    return "" if value is None else str(value)


def _catalogue(name: str) -> list[dict[str, str]]:
    with (CATALOGUE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _spot(dice: Dice, ground: dict[str, float]) -> Row:
    return {axis: round(ground[axis] + dice.bell() * ground["km"] / 2 / km, 5) for axis, km in KM_A_DEGREE.items()}


def _moments(days: Sequence[str], *halves: str) -> list[str]:
    return [f"{day}-{half}" for day in WEEK if day in days for half in halves]


# --------------------------------------------------------------------------------------------------- employers


def _add_employers(tables: Tables) -> None:
    catalogue = _catalogue("employers")
    jobs = {row["key"]: row for row in _catalogue("functions")}
    tasks = {row["key"]: row for row in _catalogue("tasks")}
    places = _shared_out(settings()["places"], [len(row["functions"].split(";")) for row in catalogue])
    for number, (row, seats) in enumerate(zip(catalogue, places, strict=True), 1):
        employer = f"e{number:02d}"
        dice = Dice(employer)
        tables["employers"].append(
            {"id": employer, "name": row["name"], "sector": row["sector"], "places": seats}
            | _spot(dice, settings()["grounds"][row["place"]])
            | {"supervision_hours": dice.halves(1.1 * seats, 2.6 * seats), "recognised": dice.one(["yes", "no"])}
            | {"min_age": dice.one([None, 16, 18], shares=[0.82, 0.14, 0.04])}
        )
        for key in row["functions"].split(";"):
            _add_function(tables, employer, jobs[key], tasks)
    _open_vacancies(tables, {job["name"] for job in jobs.values() if job["assistant"] == "yes"})


def _shared_out(total: int, sizes: Sequence[int]) -> list[int]:
    dice = Dice("places")
    wanted = [size * dice.between(0.35, 1.65) for size in sizes]
    fair = [total * share / math.fsum(wanted) for share in wanted]
    shares = [max(1, round(share)) for share in fair]
    while sum(shares) != total:
        step = 1 if sum(shares) < total else -1
        shares[max(range(len(shares)), key=lambda i: step * (fair[i] - shares[i]))] += step
    return shares


def _add_function(tables: Tables, employer: str, job: dict[str, str], tasks: dict[str, dict[str, str]]) -> None:
    function = f"f{len(tables['functions']) + 1:03d}"
    dice = Dice(function)
    assistant = job["assistant"] == "yes"
    pool = job["tasks"].split(";")
    keys = sorted(dice.some(pool, 6 if assistant else dice.whole(6, 9)), key=pool.index)
    # How many people do the function now; 0 stands for an assistant's function, a small job for one pupil.
    crew = 0.0 if assistant else dice.one([1.0, 1.5, 2.0, 2.5])
    extra = dice.some(settings()["of_the_workplace"], 2)
    for key in keys:
        _add_task(tables, function, tasks[key], crew, extra)
    free = [task for task in tables["tasks"][-len(keys) :] if task["detachable"] == "yes"]
    light = [task for task in free if task["hours"] <= 5]
    if crew and len(light) > 2 and dice.chance(0.18):
        for task in dice.some(light, 2):
            task["together"], task["pieces"] = f"{function}-samen", 1
    tables["functions"].append(
        {"id": function, "employer": employer, "name": job["name"], "vacancies": 0}
        | {"wage": f"{dice.between(float(job['wage_from']), float(job['wage_to'])):.2f}"}
        | {"max_carved_hours": _cap(dice, sum(task["hours"] for task in free))}
    )


def _cap(dice: Dice, hours: float) -> float | None:
    return None if dice.chance(0.45) else min(hours, max(2.0, int(2 * hours * dice.between(0.45, 0.9)) / 2))


def _add_task(tables: Tables, function: str, kind: dict[str, str], crew: float, extra: Sequence[str]) -> None:
    task = f"t{len(tables['tasks']) + 1:04d}"
    dice = Dice(task)
    hours = dice.halves(crew * float(kind["hours_from"]), crew * float(kind["hours_to"])) if crew else dice.halves(2, 4)
    window = _when(dice, kind["when"], hours) if crew else []
    detachable = kind["detachable"] == "yes" and (not crew or dice.chance(0.88))
    tables["tasks"].append(
        {"id": task, "function": function, "name": kind["name"], "family": kind["family"], "hours": hours}
        | {"when": window, "detachable": "yes" if detachable else "no"}
        | {name: kind[name] for name in ("conditions", "certificates", "hazards")}
        | {"pieces": _pieces(dice, hours) if detachable else 1}
    )
    levels = {name: int(level) for name, level in (entry.split(":") for entry in kind["demands"].split(";"))}
    others = [name for name in extra if name not in levels][: 6 - len(levels)]
    levels |= {name: dice.whole(1, 3) for name in others if dice.chance(0.55)}
    for dimension, level in levels.items():
        moved = level + dice.one([-1, 0, 1], shares=[0.08, 0.58, 0.34])
        most = 5 if level > 4 else 4 if crew else 3
        tables["demands"].append({"task": task, "dimension": dimension, "level": max(1, min(most, moved))})


def _pieces(dice: Dice, hours: float) -> int:
    equal = [n for n in (2, 3, 4, 5) if hours / n >= 1 and (2 * hours / n) % 1 == 0]
    return dice.one(equal) if equal and dice.chance(0.35 if hours < 4 else 0.6) else 1


def _when(dice: Dice, kind: str, hours: float) -> list[str]:
    moments = _window(dice, kind)
    if dice.chance(0.15):
        days = dice.some(WORKDAYS, 3)
        fewer = [moment for moment in moments or _moments(WORKDAYS, "am", "pm") if moment[:2] in days]
        moments = fewer if fewer else moments
    return moments if not moments or len(moments) * HOURS_A_MOMENT >= hours else []


def _window(dice: Dice, kind: str) -> list[str]:
    cleaning = [_moments(WORKDAYS, "am"), _moments(WORKDAYS, "pm", "ev"), _moments(["mo", "we", "fr"], "am", "pm")]
    outdoor = [[], _moments(dice.some(WORKDAYS, 4), "am", "pm")]
    windows = {
        "am": _moments(WORKDAYS, "am"),
        "pm": _moments(WORKDAYS, "pm"),
        "tt": _moments(["tu", "th"], "am", "pm"),
        "early": _moments(WORKDAYS, "am"),
        "clean": dice.one(cleaning),
        "shop": _moments(WEEK[:6], "am", "pm")[1:],
        "earlyshop": _moments(WEEK[1:6], "am"),
        "lunch": _moments(WEEK[1:6], "am", "pm"),
        "dinner": _moments(WEEK[2:], "pm", "ev"),
        "daily": _moments(WEEK, "am", "pm"),
        "earlydaily": _moments(WEEK, "am"),
        "outdoor": dice.one(outdoor),
    }
    return windows.get(kind, [])


def _open_vacancies(tables: Tables, assistants: set[str]) -> None:
    dice = Dice("vacancies")
    places = {row["id"]: row["places"] for row in tables["employers"]}
    small = [row for row in tables["functions"] if row["name"] in assistants]
    left = settings()["vacant_seats"]
    for row in dice.some(small, len(small)):
        row["vacancies"] = min(left, 2 if places[row["employer"]] > 3 and dice.chance(0.12) else 1)
        left -= row["vacancies"]


# ------------------------------------------------------------------------------------------------------ pupils


def _add_pupils(tables: Tables) -> None:
    framework = tomllib.loads(FRAMEWORK.read_text(encoding="utf-8"))
    for number in range(1, settings()["pupils"] + 1):
        dice = Dice(f"p{number:03d}")
        hard = dice.chance(0.07)
        row: Row = {"id": f"p{number:03d}"} | _school(dice) | _way(dice, hard)
        row |= _week(dice, row, hard) | _conditions(dice, row, hard) | _say(dice, tables)
        tables["pupils"].append(row)
        _observe(dice, tables, row, framework["dimension"], hard)
    for row, change in zip(tables["pupils"][60::47], settings()["impossible"], strict=False):
        row |= change


def _school(dice: Dice) -> Row:
    schools = settings()["schools"]
    school = dice.named(schools)
    age = dice.whole(schools[school]["youngest"], schools[school]["oldest"])
    born = MONTH_OF_PLAN - 12 * age - dice.whole(0, 11)
    shares = {15: [1.0, 0.0, 0.0], 16: [0.25, 0.30, 0.45]}.get(age, [0.04, 0.12, 0.84])
    stage = dice.one(["orientation", "preparation", "placement"], shares=shares)
    other = stage != "placement" and dice.chance(0.15)
    return {
        "birth_month": f"{born // 12}-{born % 12 + 1:02d}",
        "school": school,
        "route": dice.one(["further_education", "day_activity"]) if other else "work",
        "stage": stage,
        "consent": "yes" if age >= AGE_OF_CONSENT else None,
    }


def _way(dice: Dice, hard: bool) -> Row:
    grounds = settings()["grounds"]
    ground = grounds[dice.named(grounds, share="pupils")]
    bus = dice.chance(ground["bus"]) and not hard
    return _spot(dice, ground) | {"max_km": dice.whole(10, 20) if bus else dice.whole(5, 8)}


def _week(dice: Dice, row: Row, hard: bool) -> Row:
    stage = row["stage"]
    full = stage == "placement" and row["consent"] and not hard and dice.chance(0.45)
    week = settings()["weeks"]["full" if full else stage]
    fewest, most = dice.whole(*week["fewest"]), dice.whole(*week["most"])
    if row["birth_month"] > "2010-11":
        # School weeks leave a pupil of 15 twelve hours of work.
        fewest, most = 8, 12
    elif hard:
        fewest, most = 8, dice.whole(10, 14)
    available = _moments(dice.some(WORKDAYS, week["days"]), "am", "pm")
    spare = len(available) - (most + HOURS_A_MOMENT - 1) // HOURS_A_MOMENT
    lost = dice.some(available, min(max(spare, 0), dice.one([0, 1, 2], shares=[0.6, 0.25, 0.15])))
    available = [moment for moment in available if moment not in lost]
    available += _moments(["sa"], "am", "pm") if dice.chance(0.25) else []
    available += _moments(dice.some(WEEK, 3), "ev") if dice.chance(0.10) else []
    return {"hours_min": fewest, "hours_max": most, "school_hours": week["school_hours"], "available": available}


def _conditions(dice: Dice, row: Row, hard: bool) -> Row:
    facts = settings()
    count = dice.whole(2, 3) if hard else dice.one([0, 1, 2, 3], shares=[0.35, 0.37, 0.20, 0.08])
    held = [name for name, share in facts["certificates"].items() if dice.chance(share)]
    held += ["forklift"] if row["consent"] and dice.chance(0.06) else []
    waits = row["stage"] == "placement" and dice.chance(0.9 if hard else 0.35)
    since = MONTH_OF_PLAN - 1 - dice.whole(0, 15)
    return {
        "support_hours": dice.halves(2.5, 4) if hard else dice.halves(0.5, 2.5),
        "certificates": held,
        "excludes": sorted(set(dice.some(facts["excluded"], count))),
        "waiting_since": f"{since // 12}-{since % 12 + 1:02d}-01" if waits else None,
        "aids": [dice.one(list(facts["aids"]))] if dice.chance(0.08) else [],
    }


def _say(dice: Dice, tables: Tables) -> Row:
    families = sorted({task["family"] for task in tables["tasks"]})
    picked = dice.some(families, 6)
    likes, dislikes = picked[: dice.one([0, 1, 2, 3], shares=[0.08, 0.3, 0.4, 0.22])], picked[3 : 3 + dice.whole(0, 2)]
    refused = dice.one([[], [picked[5]], [dice.one(tables["employers"])["id"]]], shares=[0.88, 0.06, 0.06])
    return {"likes": likes, "dislikes": dislikes, "refuses": refused}


def _observe(dice: Dice, tables: Tables, row: Row, dimensions: Sequence[Row], hard: bool) -> None:
    sources = settings()["sources"]
    level = settings()["schools"][row["school"]]["level"] + 0.45 * dice.bell() - (0.6 if hard else 0.0)
    domain = {entry["domain"]: 0.4 * dice.bell() for entry in dimensions}
    made = {name: _months_ago(dice.whole(*source["months"]), dice) for name, source in sources.items()}
    share = dice.between(0.60, 0.80)
    for dimension in dice.some(dimensions, round(share * len(dimensions))):
        true = level + domain[dimension["domain"]] + 0.7 * dice.bell()
        for _ in range(dice.one([1, 2, 3], shares=[0.6, 0.3, 0.1])):
            name = dice.named(sources)
            source = sources[name]
            aid = next((a for a in row["aids"] if settings()["aids"][a] == dimension["id"]), None)
            seen = true + source["bias"] + source["spread"] * dice.bell() + (0.7 if aid else 0.0)
            tables["observations"].append(
                {"pupil": row["id"], "dimension": dimension["id"], "level": max(0, min(5, round(seen)))}
                | {"source": name, "date": made[name], "setting": source["setting"], "aid": aid}
            )


def _months_ago(months: int, dice: Dice) -> str:
    month = MONTH_OF_PLAN - months
    return f"{month // 12}-{month % 12 + 1:02d}-{dice.whole(1, 28):02d}"


if __name__ == "__main__":
    write_town(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "fixtures" / "town")
