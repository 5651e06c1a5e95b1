"""The independent checker: plans made by hand on `tiny`, one good, the others each with one thing wrong."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from tests import brute
from tests.checker import check_plan
from tests.checker_rules import POSITION_RULES, Position, Tables, number, read_tables

TINY = Path(__file__).resolve().parents[1] / "data" / "fixtures" / "tiny"
Schedule = dict[str, dict[str, float]]
Spot = tuple[str, str, Schedule]
"""Employer, kind, and per task the hours on each moment."""

VACANCY: Schedule = {"t08": {"mo-am": 3}, "t09": {"mo-pm": 3}, "t10": {"tu-am": 3}, "t11": {"we-am": 4, "we-pm": 0.5}}
GOOD: dict[str, Spot] = {
    "p01": ("e1", "carved", {"t01": {"mo-am": 4}}),
    "p02": ("e2", "carved", {"t04": {"we-am": 4}}),
    "p04": ("e4", "carved", {"t07": {"th-pm": 2, "fr-pm": 2}}),
    "p06": ("e2", "carved", {"t03": {"mo-am": 4}}),
    "p08": ("e5", "vacancy", VACANCY),
    "p09": ("e8", "carved", {"t18": {"mo-am": 4, "mo-pm": 1}}),
    "p11": ("e5", "carved", {"t08": {"mo-am": 3}, "t09": {"mo-pm": 3}, "t10": {"tu-am": 3}}),
    "p12": ("e7", "carved", {"t14": {"mo-am": 4}, "t15": {"mo-pm": 4}}),
    "p13": ("e6", "carved", {"t13": {"mo-am": 4, "mo-pm": 2}}),
}
LONG: Schedule = {"t16": {"mo-am": 4, "mo-pm": 4, "tu-am": 0.5}, "t17": {"tu-am": 0.5}}
BAD_SPOTS: dict[str, dict[str, Spot]] = {
    "abilities: asked 4, estimated 2": {"p02": ("e1", "carved", {"t01": {"mo-am": 4}})},
    "conditions: noise": {"p03": ("e2", "carved", {"t03": {"mo-am": 4}, "t04": {"we-am": 4}})},
    "certificates: hygiene": {"p02": ("e3", "carved", {"t05": {"mo-am": 4}})},
    "hours: too few": {"p03": ("e4", "carved", {"t07": {"th-pm": 4}})},
    "hours: too many": {"p10": ("e7", "carved", {"t14": {"mo-am": 4}, "t15": {"mo-pm": 4}})},
    "timetable: pupil not available": {"p06": ("e4", "carved", {"t07": {"th-pm": 4}})},
    "timetable: task not then": {"p02": ("e4", "carved", {"t07": {"mo-am": 4}})},
    "timetable: each fits, both do not": {"p06": ("e2", "carved", {"t03": {"mo-am": 4}, "t04": {"mo-am": 4}})},
    "travel: too far": {"p05": ("e4", "carved", {"t07": {"th-pm": 2, "fr-pm": 2}})},
    "own_say: the employer": {"p05": ("e2", "carved", {"t04": {"we-am": 4}})},
    "own_say: the family": {"p04": ("e1", "carved", {"t01": {"mo-am": 4}})},
    "route: day_activity in placement": {"p07": ("e3", "carved", {"t05": {"mo-am": 4}})},
    "employer: too young": {"p04": ("e3", "carved", {"t05": {"mo-am": 4}})},
    "employer: not recognised": {"p12": ("e8", "carved", {"t18": {"mo-am": 4, "mo-pm": 1}})},
    "decisions: excluded": {"p13": ("e8", "carved", {"t18": {"mo-am": 4, "mo-pm": 1}})},
    "decisions: fixed elsewhere": {"p01": ("e3", "carved", {"t05": {"mo-am": 4}})},
    "places: one place, two pupils": {
        "p01": ("e1", "carved", {"t01": {"mo-am": 4}}),
        "p05": ("e1", "carved", {"t02": {"mo-am": 4}}),
    },
    "supervision: one pupil alone": {"p11": ("e8", "carved", {"t18": {"mo-am": 4, "tu-am": 4, "fr-am": 2}})},
    "supervision: two together": {
        "p02": ("e2", "carved", {"t03": {"mo-am": 4}}),
        "p04": ("e2", "carved", {"t04": {"we-am": 4}}),
    },
    "tasks_once: a task given twice": {
        "p02": ("e4", "carved", {"t07": {"th-pm": 4}}),
        "p04": ("e4", "carved", {"t07": {"fr-pm": 4}}),
    },
    "tasks_once: part of a piece": {"p10": ("e8", "carved", {"t18": {"mo-am": 4}})},
    "tasks_once: not detachable": {"p10": ("e9", "carved", {"t21": {"mo-am": 4}})},
    "tasks_once: half a group": {"p10": ("e7", "carved", {"t14": {"mo-am": 4}})},
    "tasks_once+hours: one seat, two pupils, one of them for 8 h at most": {
        "p08": ("e5", "vacancy", VACANCY),
        "p13": ("e5", "vacancy", VACANCY),
    },
    "tasks_once: part of a vacancy": {"p09": ("e5", "vacancy", {"t08": {"mo-am": 3}, "t09": {"mo-pm": 3}})},
    "tasks_once: a vacancy that is not there": {"p10": ("e6", "vacancy", {"t12": {"mo-am": 4}})},
    "carving_limits: function cap": {"p10": ("e6", "carved", {"t12": {"mo-am": 4}})},
    "carving_limits: too many tasks": {"p08": ("e5", "carved", VACANCY)},
    "carving_limits: under 1/16": {"p11": ("e7", "carved", LONG)},
    "carving_limits: under half an hour": {"p10": ("e8", "carved", {"t19": {"mo-am": 3.75}, "t20": {"mo-am": 0.25}})},
}


def placement_of(t: Tables, pupil: str, spot: Spot) -> dict[str, Any]:
    """One placement as the plan writes it, ten points by two contributions."""
    employer, kind, schedule = spot
    tasks = [{"task": task, "hours": sum(slots.values()), "timetable": slots} for task, slots in schedule.items()]
    asked = {dimension for task in schedule for dimension in t.demands.get(task, {})}
    return {
        "pupil": pupil,
        "employer": employer,
        "kind": kind,
        "hours": sum(task["hours"] for task in tasks),
        "support_hours": number(t.pupils[pupil], "support_hours", 0),
        "points": 10,
        "tasks": tasks,
        "contributions": [
            {"name": "fit", "points": 12, "text": "Fits."},
            {"name": "travel", "points": -2, "text": "Far."},
        ],
        "to_observe": sorted(dimension for dimension in asked if (pupil, dimension) not in t.observed),
    }


def plan_of(spots: Mapping[str, Spot]) -> dict[str, Any]:
    """A plan document on `tiny` that places the pupils named and nobody else."""
    t = read_tables(TINY)
    reason = {"rule": "decisions", "count": 1, "text": "No room is left."}
    return {
        "schema": "1",
        "region": t.region["name"],
        "date": str(t.region["date"]),
        "policy": dict(t.policy),
        "seed": 0,
        "version": "0",
        "input_digest": "0",
        "status": "limit",
        "points": 10 * len(spots),
        "bound": 200,
        "gap": (200 - 10 * len(spots)) / 200,
        "placed": len(spots),
        "pupils": len(t.pupils),
        "placements": [placement_of(t, pupil, spot) for pupil, spot in spots.items()],
        "unplaced": [{"pupil": p, "reasons": [dict(reason)], "nearest": []} for p in t.pupils if p not in spots],
        "fairness": {},
        "steps": [],
    }


def kinds(messages: list[str]) -> set[str]:
    """The ids with which messages start."""
    return {message.split(":")[0] for message in messages}


def test_a_good_plan_passes(tmp_path: Path) -> None:
    """The plan of the paper, nine of thirteen placed, breaks nothing, as a mapping and as a file."""
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(plan_of(GOOD)), encoding="utf-8")
    assert check_plan(TINY, plan_of(GOOD)) == []
    assert check_plan(TINY, file) == []


@pytest.mark.parametrize("case", BAD_SPOTS)
def test_a_broken_rule_is_caught_and_no_other(case: str) -> None:
    """A position that breaks one hard rule is reported under the id of that rule and no other."""
    assert kinds(check_plan(TINY, plan_of(BAD_SPOTS[case]))) == set(case.split(":")[0].split("+"))


def drop(key: str) -> Callable[[dict[str, Any]], None]:
    """A change that removes a key from the plan."""
    return lambda plan: plan.pop(key)


def put(key: str, value: Any) -> Callable[[dict[str, Any]], None]:
    """A change that sets a key of the plan."""
    return lambda plan: plan.update({key: value})


def put_first(key: str, value: Any) -> Callable[[dict[str, Any]], None]:
    """A change that sets a key of the first placement."""
    return lambda plan: plan["placements"][0].update({key: value})


def put_part(key: str, value: Any) -> Callable[[dict[str, Any]], None]:
    """A change that sets a key of the first contribution of the first placement."""
    return lambda plan: plan["placements"][0]["contributions"][0].update({key: value})


BAD_DOCUMENTS: dict[str, Callable[[dict[str, Any]], None]] = {
    "keys: no steps": drop("steps"),
    "keys: status": put("status", "fine"),
    "keys: kind": put_first("kind", "invented"),
    "keys: no tasks": put_first("tasks", []),
    "keys: a task without timetable": lambda plan: plan["placements"][0]["tasks"][0].pop("timetable"),
    "keys: a reason without count": lambda plan: plan["unplaced"][0]["reasons"][0].pop("count"),
    "ids: pupil": put_first("pupil", "p99"),
    "ids: employer": put_first("employer", "e99"),
    "ids: a task of another employer": lambda plan: plan["placements"][0]["tasks"][0].update(task="t03"),
    "ids: a task twice": lambda plan: plan["placements"][0]["tasks"].append(plan["placements"][0]["tasks"][0]),
    "timetable: hours missing": lambda plan: plan["placements"][2]["tasks"][0].update(timetable={"th-pm": 2}),
    "record: name": put("region", "Elsewhere"),
    "record: policy": put("policy", {"max_gap": 5, "max_tasks": 3, "fit_floor": -100000}),
    "partition: a pupil is lost": lambda plan: plan["unplaced"].pop(),
    "partition: placed and unplaced": lambda plan: plan["unplaced"].append(dict(plan["unplaced"][0], pupil="p01")),
    "partition: a wrong count": put("placed", 8),
    "decisions: fixed, unplaced without a word": lambda plan: release_fixed(plan),
    "sums: contributions": put_part("points", 11),
    "sums: not whole": put_part("points", 12.0),
    "sums: no sentence": put_part("text", ""),
    "sums: hours": put_first("hours", 5),
    "sums: support hours": put_first("support_hours", 1),
    "sums: the plan": put("points", 91),
    "bound: below the points": lambda plan: plan.update(bound=80, gap=-0.125),
    "bound: gap": put("gap", 0.0),
    "bound: optimal with a gap": put("status", "optimal"),
    "to_observe: an unknown dimension": lambda plan: plan["placements"][7].update(to_observe=[]),
    "reasons: none": lambda plan: plan["unplaced"][0].update(reasons=[]),
}


def release_fixed(plan: dict[str, Any]) -> None:
    """Leave the fixed pupil unplaced for a reason that says nothing about the decision."""
    plan["placements"].pop(0)
    plan["unplaced"].append(
        {"pupil": "p01", "reasons": [{"rule": "places", "count": 1, "text": "Full."}], "nearest": []}
    )
    plan.update(placed=8, points=80, gap=0.6)


@pytest.mark.parametrize("case", BAD_DOCUMENTS)
def test_a_broken_promise_of_the_document_is_caught(case: str) -> None:
    """A plan document that breaks one promise is reported under the name of that promise."""
    plan = copy.deepcopy(plan_of(GOOD))
    BAD_DOCUMENTS[case](plan)
    found = kinds(check_plan(TINY, plan))
    assert case.split(":")[0] in found
    assert found <= {case.split(":")[0], "bound"}  # a wrong number of points moves the gap as well


def test_the_floor_of_the_policy_holds() -> None:
    """With a floor above the points of the placements every placement is reported."""
    plan = plan_of(GOOD)
    plan["policy"]["fit_floor"] = 11
    messages = check_plan(TINY, plan, policy={"fit_floor": 11})
    assert kinds(messages) == {"floor"}
    assert len(messages) == len(GOOD)


def test_levels_of_the_caller_count() -> None:
    """Levels given by the caller replace those of the tests in the tables."""
    low = {("p06", "endurance"): 1}
    assert kinds(check_plan(TINY, plan_of(GOOD), levels=low)) == {"abilities"}


def test_a_fixed_pupil_may_be_unplaced_with_a_reason() -> None:
    """A fixed decision that the plan could not keep passes when a reason of the rule decisions says so."""
    assert check_plan(TINY, plan_of({k: v for k, v in GOOD.items() if k != "p01"})) == []


def relaxed(t: Tables, pupil: str, employer: str) -> Iterator[Position]:
    """Positions of a pair, allowed or not: whole hours, pieces or all of every task, groups torn, vacancies."""
    tasks = [task for task in t.tasks if t.employer_of(task) == employer]
    choices = []
    for task in tasks:
        total, pieces = number(t.tasks[task], "hours", 0), int(number(t.tasks[task], "pieces", 1))
        grid = {total * k / pieces for k in range(pieces + 1)} | {float(k) for k in range(int(total) + 1)}
        choices.append(sorted(grid))
    for amounts in product(*choices):
        hours = {task: amount for task, amount in zip(tasks, amounts, strict=True) if amount}
        if hours:
            yield Position(pupil, employer, "carved", hours, {})
    yield from brute.vacancies(t, pupil, employer)


def verdict(t: Tables, pupil: str, employer: str) -> str:
    """What the paper says of a pair: yes, the rules that stand alone in the way, or the fewest that do together."""
    faults = [brute.broken(t, position) for position in relaxed(t, pupil, employer)]
    if set() in faults:
        return "yes"
    alone = sorted({rule for rules in faults if len(rules) == 1 for rule in rules})
    fewest = min((sorted(rules) for rules in faults), key=lambda rules: (len(rules), rules))
    return ", ".join(alone) or " + ".join(fewest)


def paper() -> dict[tuple[str, str], str]:
    """The cells of the two tables of pupils and employers in the README of `tiny`."""
    cells: dict[tuple[str, str], str] = {}
    employers: list[str] = []
    for line in (TINY / "README.md").read_text(encoding="utf-8").splitlines():
        parts = [part.strip() for part in line.strip("|").split("|")]
        if parts[0] in ("north", "south"):
            employers = parts[1:]
        elif parts[0].startswith("p") and len(parts) == len(employers) + 1:
            cells |= {(parts[0], employer): part for employer, part in zip(employers, parts[1:], strict=True)}
        elif not line:
            employers = []
    return cells


def test_the_paper_of_tiny() -> None:
    """The tables of who can go where, worked out by hand, are what enumerating all positions finds."""
    t, cells = read_tables(TINY), paper()
    assert len(cells) == 8 * 4 + 6 * 5
    assert {pair: verdict(t, *pair) for pair in cells} == cells


def test_every_rule_of_a_pair_stands_alone_somewhere() -> None:
    """For every rule that a single position can break there is a pair which that rule and nothing else forbids."""
    alone = {rule for rule in paper().values() if "," not in rule and "+" not in rule}
    assert alone >= {rule for rule, _ in POSITION_RULES} | {"supervision"}


@pytest.mark.parametrize(("change", "placed"), [("none", 9), ("no fixed decision", 10), ("two places at e1", 10)])
def test_the_optimum_of_the_paper(change: str, placed: int) -> None:
    """The largest number placed, argued on paper, is the optimum of the 0/1 program, as are its two what-ifs."""
    t = read_tables(TINY)
    if change == "no fixed decision":
        t = replace(t, decisions=[row for row in t.decisions if row["kind"] != "fixed"])
    if change == "two places at e1":
        t = replace(t, employers=t.employers | {"e1": t.employers["e1"] | {"places": "2"}})
    assert brute.best_of(t, lambda pupil, hours, vacancy: 1).placed == placed
