from __future__ import annotations

import csv
import importlib.util
import math
import tomllib
from collections import Counter, defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TOWN = ROOT / "data" / "fixtures" / "town"
SCRIPT = ROOT / "data" / "make_town.py"
DATA = ROOT / "src" / "matchmaker" / "model" / "data"
TABLES = ("pupils", "observations", "employers", "functions", "tasks", "demands", "decisions")
MOMENTS = {f"{day}-{half}" for day in ("mo", "tu", "we", "th", "fr", "sa", "su") for half in ("am", "pm", "ev")}
OF_THE_WEEK = {f"{day}-{half}" for day in ("mo", "tu", "we", "th", "fr") for half in ("am", "pm")}
MONTH_OF_PLAN = 2026 * 12 + 11
LOWEST_WAGE = 14.99  # EUR an hour for adults, second half of 2026

Row = dict[str, str]
Town = dict[str, list[Row]]


@pytest.fixture(scope="module")
def town() -> Town:
    tables: Town = {}
    for name in TABLES:
        with (TOWN / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            tables[name] = list(csv.DictReader(file))
    return tables


def values(cell: str) -> list[str]:
    return [value for value in cell.split(";") if value]


def age(pupil: Row) -> int:
    year, month = pupil["birth_month"].split("-")
    return (MONTH_OF_PLAN - 12 * int(year) - int(month)) // 12


def distance(one: Row, other: Row) -> float:
    lat_1, lon_1, lat_2, lon_2 = (math.radians(float(row[axis])) for row in (one, other) for axis in ("lat", "lon"))
    half = math.sin((lat_2 - lat_1) / 2) ** 2 + math.cos(lat_1) * math.cos(lat_2) * math.sin((lon_2 - lon_1) / 2) ** 2
    return 2 * 6371.0 * math.asin(math.sqrt(half))


def test_running_the_script_again_gives_the_same_bytes(tmp_path: Path) -> None:
    """Running the kept script again gives the tables byte for byte, with LF line ends."""
    spec = importlib.util.spec_from_file_location("make_town", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    script.write_town(tmp_path)
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert set(made) == {"region.toml", *(f"{name}.csv" for name in TABLES)}
    assert all(made[name] == (TOWN / name).read_bytes() for name in made)
    assert all(b"\r" not in content for content in made.values())


def test_the_town_has_its_size(town: Town) -> None:
    """The town has 200 pupils, 60 employers, some 1,600 tasks in ten families and fewer places than pupils."""
    assert (len(town["pupils"]), len(town["employers"])) == (200, 60)
    assert 1200 <= len(town["tasks"]) <= 1800
    assert len({task["family"] for task in town["tasks"]}) == 10
    assert len({task["name"] for task in town["tasks"]}) >= 150
    assert sum(int(employer["places"]) for employer in town["employers"]) == 180


def test_every_employer_has_functions_and_every_function_tasks(town: Town) -> None:
    """Every employer has three to five functions and every function five to nine tasks."""
    functions = Counter(function["employer"] for function in town["functions"])
    tasks = Counter(task["function"] for task in town["tasks"])
    assert set(functions) == {employer["id"] for employer in town["employers"]}
    assert set(tasks) == {function["id"] for function in town["functions"]}
    assert set(functions.values()) == {3, 4, 5}
    assert 5 <= min(tasks.values()) <= max(tasks.values()) <= 9


def test_ids_are_there_once(town: Town) -> None:
    """No id stands twice in a table, and no task asks the same dimension twice."""
    for name in ("pupils", "employers", "functions", "tasks"):
        ids = [row["id"] for row in town[name]]
        assert len(set(ids)) == len(ids)
    pairs = [(row["task"], row["dimension"]) for row in town["demands"]]
    assert len(set(pairs)) == len(pairs)


def test_references_refer(town: Town) -> None:
    """Every id that a row names is a row of the table it belongs to."""
    ids = {name: {row["id"] for row in town[name]} for name in ("pupils", "employers", "functions", "tasks")}
    assert {row["employer"] for row in town["functions"] + town["decisions"]} <= ids["employers"]
    assert {row["function"] for row in town["tasks"]} <= ids["functions"]
    assert {row["task"] for row in town["demands"]} == ids["tasks"]
    assert {row["pupil"] for row in town["observations"]} == ids["pupils"]
    assert {row["pupil"] for row in town["decisions"]} <= ids["pupils"]
    families = {task["family"] for task in town["tasks"]}
    assert {name for pupil in town["pupils"] for name in values(pupil["refuses"])} <= ids["employers"] | families


def test_dimensions_and_levels_are_those_of_the_framework(town: Town) -> None:
    """Observations and demands name levels and all dimensions of the default framework."""
    framework = tomllib.loads((DATA / "leerling_in_beeld.toml").read_text(encoding="utf-8"))
    dimensions = {dimension["id"] for dimension in framework["dimension"]}
    for table in ("observations", "demands"):
        assert {row["dimension"] for row in town[table]} == dimensions
        assert {int(row["level"]) for row in town[table]} <= set(framework["levels"])


def test_names_are_in_the_shipped_vocabulary(town: Town) -> None:
    """Every family, condition, certificate and hazard of the town is listed in the shipped vocabulary."""
    vocabulary = tomllib.loads((DATA / "vocabulary.toml").read_text(encoding="utf-8"))
    known = {name: {entry["id"] for entry in entries} for name, entries in vocabulary.items()}
    for pupil in town["pupils"]:
        assert set(values(pupil["excludes"])) <= known["conditions"]
        assert set(values(pupil["certificates"])) <= known["certificates"]
        assert {*values(pupil["likes"]), *values(pupil["dislikes"])} <= known["families"]
    for task in town["tasks"]:
        assert task["family"] in known["families"]
        assert all(set(values(task[name])) <= known[name] for name in ("conditions", "certificates", "hazards"))


def test_moments_are_legal_and_hours_fit_into_them(town: Town) -> None:
    """Moments have legal names, and the hours of a task fit into the moments in which it can be done."""
    assert all(set(values(pupil["available"])) <= MOMENTS for pupil in town["pupils"])
    for task in town["tasks"]:
        moments = set(values(task["when"])) or OF_THE_WEEK
        assert moments <= MOMENTS
        assert 0 < float(task["hours"]) <= 4 * len(moments)
        assert (2 * float(task["hours"])).is_integer()


def test_pieces_are_equal_parts_of_half_hours(town: Town) -> None:
    """A task that goes in pieces has equal pieces of whole half hours, and a task of a group has one piece."""
    for task in town["tasks"]:
        assert (2 * float(task["hours"]) / int(task["pieces"])).is_integer()
        assert not task["together"] or task["pieces"] == "1"
    assert sum(int(task["pieces"]) > 1 for task in town["tasks"]) > 100


def test_groups_hold_detachable_tasks_of_one_function(town: Town) -> None:
    """A group has at least two tasks, all detachable and of the same function."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for task in town["tasks"]:
        if task["together"]:
            groups[task["together"]].append(task)
    assert len(groups) >= 10
    for tasks in groups.values():
        assert len(tasks) >= 2
        assert {task["detachable"] for task in tasks} == {"yes"}
        assert len({task["function"] for task in tasks}) == 1


def test_the_skilled_core_stays(town: Town) -> None:
    """Between a tenth and a third of the tasks cannot be split off."""
    stay = sum(task["detachable"] == "no" for task in town["tasks"])
    assert 0.1 <= stay / len(town["tasks"]) <= 0.34


def test_vacancies_are_small_jobs_within_the_places(town: Town) -> None:
    """About 15 % of the places are vacancies: functions of at most seven tasks and 8 to 32 hours, within the places."""
    hours: defaultdict[str, float] = defaultdict(float)
    count, seats = Counter[str](), Counter[str]()
    for task in town["tasks"]:
        hours[task["function"]] += float(task["hours"])
        count[task["function"]] += 1

    for function in town["functions"]:
        if int(function["vacancies"]):
            seats[function["employer"]] += int(function["vacancies"])
            assert count[function["id"]] <= 7
            assert 8 <= hours[function["id"]] <= 32
    assert 24 <= seats.total() <= 30
    assert all(seats[employer["id"]] <= int(employer["places"]) for employer in town["employers"])


def test_functions_earn_the_minimum_wage_and_give_up_what_they_have(town: Town) -> None:
    """Wages are at least the minimum, and a function gives up no more hours than its detachable tasks have."""
    free: defaultdict[str, float] = defaultdict(float)
    for task in town["tasks"]:
        if task["detachable"] == "yes":
            free[task["function"]] += float(task["hours"])
    for function in town["functions"]:
        assert float(function["wage"]) >= LOWEST_WAGE
        assert not function["max_carved_hours"] or 0 < float(function["max_carved_hours"]) <= free[function["id"]]


def test_a_profile_has_unknowns(town: Town) -> None:
    """Between 60 and 80 % of the 28 dimensions of every pupil are observed, by five sources over two years."""
    known: dict[str, set[str]] = defaultdict(set)
    for row in town["observations"]:
        known[row["pupil"]].add(row["dimension"])
        assert "2024-11-01" <= row["date"] <= "2026-11-02"
    assert all(0.59 <= len(dimensions) / 28 <= 0.81 for dimensions in known.values())
    assert {row["source"] for row in town["observations"]} == {"test", "teacher", "internship", "employer", "self"}


def test_demands_are_few_and_mostly_in_the_middle(town: Town) -> None:
    """A task asks three to six dimensions; at most 3 % of the demands are at the highest level."""
    per_task = Counter(row["task"] for row in town["demands"])
    assert 3 <= min(per_task.values()) <= max(per_task.values()) <= 6
    levels = Counter(int(row["level"]) for row in town["demands"])
    assert levels[0] == 0
    assert levels[5] <= 0.03 * levels.total()


def test_pupils_are_of_the_age_and_within_the_hours(town: Town) -> None:
    """Pupils are 15 to 20, work 8 to 32 hours, minors at most 40 with school, and who is 18 has consented."""
    for pupil in town["pupils"]:
        fewest, most = float(pupil["hours_min"]), float(pupil["hours_max"])
        assert 15 <= age(pupil) <= 20
        assert 8 <= fewest <= most <= 32
        assert age(pupil) >= 18 or most + float(pupil["school_hours"]) <= 40
        assert (pupil["consent"] == "yes") == (age(pupil) >= 18)
        assert not pupil["waiting_since"] or "2025-01-01" <= pupil["waiting_since"] <= "2026-11-02"


def test_nobody_likes_what_they_dislike_or_refuse(town: Town) -> None:
    """What a pupil likes is neither disliked nor refused."""
    for pupil in town["pupils"]:
        assert not set(values(pupil["likes"])) & {*values(pupil["dislikes"]), *values(pupil["refuses"])}


def test_three_pupils_are_impossible_for_the_reason_stated(town: Town) -> None:
    """One pupil is not on a route to work, one reaches no employer, one asks more hours than the moments hold."""
    row = {pupil["id"]: pupil for pupil in town["pupils"]}
    off_route = [p for p in row if row[p]["route"] != "work" and row[p]["stage"] == "placement"]
    nowhere = [p for p in row if min(distance(row[p], e) for e in town["employers"]) > float(row[p]["max_km"])]
    too_much = [p for p in row if float(row[p]["hours_min"]) > 4 * len(values(row[p]["available"]))]
    assert (off_route, nowhere, too_much) == (["p061"], ["p108"], ["p155"])


def test_decisions_are_about_pairs_in_reach(town: Town) -> None:
    """Two pairs are fixed and three excluded, each with reason, role and date, between pairs in reach."""
    pupils = {pupil["id"]: pupil for pupil in town["pupils"]}
    employers = {employer["id"]: employer for employer in town["employers"]}
    assert Counter(row["kind"] for row in town["decisions"]) == {"fixed": 2, "excluded": 3}
    for row in town["decisions"]:
        pupil, employer = pupils[row["pupil"]], employers[row["employer"]]
        assert distance(pupil, employer) <= float(pupil["max_km"])
        assert row["reason"]
        assert row["by"]
        assert row["date"] <= "2026-11-02"
