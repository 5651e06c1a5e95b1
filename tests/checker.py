"""An independent judge of plans: reads only the CSV tables and plan.json, and checks every promise with plain loops.

Nothing of the library is imported here or in ``checker_rules``. A message starts with the id of what is broken: a rule
of the contract (``travel: ...``) or a promise of the plan document (``keys``, ``ids``, ``partition``, ``sums``,
``bound``, ``floor``, ``to_observe``, ``reasons``, ``record``).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.checker_rules import EPS, Levels, Position, Tables, check_position, check_shared, number, read_tables

KEYS = {
    "plan": {"schema", "region", "date", "policy", "seed", "version", "input_digest", "status"}
    | {"points", "bound", "gap", "placed", "pupils", "placements", "unplaced", "fairness", "steps"},
    "placements": {"pupil", "employer", "kind", "hours", "support_hours", "points", "tasks", "contributions"}
    | {"to_observe"},
    "tasks": {"task", "hours", "timetable"},
    "contributions": {"name", "points", "text"},
    "unplaced": {"pupil", "reasons", "nearest"},
    "reasons": {"rule", "count", "text"},
}


def check_plan(
    tables_dir: Path,
    plan_json: Path | dict[str, Any],
    *,
    levels: Levels | None = None,
    policy: Mapping[str, Any] | None = None,
) -> list[str]:
    """Everything that is wrong with a plan, as sentences; an empty list is a plan that keeps the contract.

    `levels` are the estimated levels (pupil, dimension) -> level; without them only single tests of the region's date
    are checked. `policy` holds settings that were given beside the region.
    """
    plan = plan_json if isinstance(plan_json, dict) else json.loads(plan_json.read_text(encoding="utf-8"))
    t = read_tables(tables_dir, levels, policy)
    faults = list(check_keys(plan))
    if not faults:
        faults = list(check_ids(t, plan))
    if faults:  # the other checks would stumble over what is not there
        return faults
    positions = [position_of(placement) for placement in plan["placements"]]
    faults += [m for p in positions for m in check_position(t, p)]
    faults += check_shared(t, positions)
    for check in (check_record, check_people, check_sums, check_bound, check_open_ends):
        faults += check(t, plan)
    return faults


def position_of(placement: Mapping[str, Any]) -> Position:
    """A placement of the document as a position."""
    tasks = placement["tasks"]
    return Position(
        pupil=placement["pupil"],
        employer=placement["employer"],
        kind=placement["kind"],
        hours={row["task"]: row["hours"] for row in tasks},
        timetable={row["task"]: row["timetable"] for row in tasks},
        second=placement.get("second"),
    )


def check_keys(plan: Mapping[str, Any]) -> Iterator[str]:
    """All keys of the contract's section 7 are there, at every level, and closed words are legal."""
    yield from missing("plan", plan)
    for outer, inner in (("placements", ("tasks", "contributions")), ("unplaced", ("reasons",))):
        for row in plan.get(outer, []):
            yield from missing(outer, row)
            for name in inner:
                for part in row.get(name, []):
                    yield from missing(name, part)
    for row in plan.get("placements", []):
        if not row.get("tasks"):
            yield f"keys: placement of {row.get('pupil')} has no tasks"
        if row.get("kind") not in ("vacancy", "carved"):
            yield f"keys: kind {row.get('kind')!r}"
    if plan.get("status") not in ("optimal", "limit"):
        yield f"keys: status {plan.get('status')!r}"


def missing(name: str, row: Mapping[str, Any]) -> Iterator[str]:
    """The keys that a part of the document lacks."""
    lacking = sorted(KEYS[name] - row.keys())
    if lacking:
        yield f"keys: {name} {row.get('pupil', '')} lacks {', '.join(lacking)}"


def check_ids(t: Tables, plan: Mapping[str, Any]) -> Iterator[str]:
    """Every id is in the tables, a position's tasks are its employer's, no task stands twice in a position."""
    for row in [*plan["placements"], *plan["unplaced"]]:
        if row["pupil"] not in t.pupils:
            yield f"ids: no pupil {row['pupil']}"
    for placement in plan["placements"]:
        at = [placement["employer"], *([placement["second"]] if "second" in placement else [])]
        for employer in at:
            if employer not in t.employers:
                yield f"ids: no employer {employer}"
        tasks = [row["task"] for row in placement["tasks"]]
        for task, times in Counter(tasks).items():
            if task not in t.tasks or t.employer_of(task) not in at:
                yield f"ids: no task {task} at {' or '.join(at)}"
            if times > 1:
                yield f"ids: {task} stands {times} times in the position of {placement['pupil']}"
        if len(at) == 2 and all(task in t.tasks for task in tasks):
            yield from check_two(t, placement, at)


def check_two(t: Tables, placement: Mapping[str, Any], at: list[str]) -> Iterator[str]:
    """At two employers: work at both, the one with most hours first (ties by id), and every task names its own."""
    hours = dict.fromkeys(at, 0.0)
    for row in placement["tasks"]:
        hours[t.employer_of(row["task"])] += row["hours"]
        if row.get("employer") != t.employer_of(row["task"]):
            yield f"ids: {row['task']} is not at {row.get('employer')}"
    if sorted(hours, key=lambda one: (-round(hours[one], 6), one)) != at or min(hours.values()) <= 0:
        yield f"ids: {placement['pupil']} at {' and '.join(at)} has {hours}"


def check_record(t: Tables, plan: Mapping[str, Any]) -> Iterator[str]:
    """The plan names the region, its date and the policy it was made with."""
    said = {"name": plan["region"], "date": str(plan["date"])}
    meant = {"name": t.region["name"], "date": str(t.region["date"])}
    if said != meant:
        yield f"record: {said}, the tables say {meant}"
    for key, value in t.policy.items():
        told = plan["policy"].get(key)
        if told != value and not isinstance(value, dict):  # a table of weights is merged over the shipped ones
            yield f"record: policy {key} {told!r}, the region's is {value!r}"


def check_people(t: Tables, plan: Mapping[str, Any]) -> Iterator[str]:
    """Every pupil is placed once or unplaced once; fixed decisions are kept or the plan says why not."""
    placed = {row["pupil"]: row["employer"] for row in plan["placements"]}
    times = Counter(row["pupil"] for row in [*plan["placements"], *plan["unplaced"]])
    for pupil in t.pupils:
        if times[pupil] != 1:
            yield f"partition: {pupil} stands {times[pupil]} times in placements and unplaced"
    if (plan["placed"], plan["pupils"]) != (len(plan["placements"]), len(t.pupils)):
        yield f"partition: placed {plan['placed']} of {plan['pupils']}, counted {len(placed)} of {len(t.pupils)}"
    excused = {row["pupil"] for row in plan["unplaced"] for reason in row["reasons"] if reason["rule"] == "decisions"}
    for row in t.decisions:
        if row["kind"] == "fixed" and row["pupil"] not in placed and row["pupil"] not in excused:
            yield f"decisions: {row['pupil']} is fixed at {row['employer']}, unplaced, and no reason says why"


def check_sums(t: Tables, plan: Mapping[str, Any]) -> Iterator[str]:
    """Contributions are whole numbers that add up to points, points to the plan's, hours to the position's."""
    for row in plan["placements"]:
        parts = [part["points"] for part in row["contributions"]]
        if not all(type(points) is int for points in [*parts, row["points"]]):
            yield f"sums: {row['pupil']}: points are not whole numbers"
        if sum(parts) != row["points"]:
            yield f"sums: {row['pupil']}: contributions add up to {sum(parts)}, points {row['points']}"
        if not all(part["text"] for part in row["contributions"]):
            yield f"sums: {row['pupil']}: a contribution without a sentence"
        if abs(sum(task["hours"] for task in row["tasks"]) - row["hours"]) > EPS:
            yield f"sums: {row['pupil']}: task hours do not add up to {row['hours']:g}"
        if abs(number(t.pupils[row["pupil"]], "support_hours", 0) - row["support_hours"]) > EPS:
            yield f"sums: {row['pupil']}: support_hours {row['support_hours']:g} is not the pupil's"
        if row["points"] < t.policy["fit_floor"]:
            yield f"floor: {row['pupil']}: {row['points']} points, at least {t.policy['fit_floor']}"
    total = sum(row["points"] for row in plan["placements"])
    if plan["points"] != total or type(plan["points"]) is not int:
        yield f"sums: the plan says {plan['points']} points, its placements {total}"


def check_bound(_: Tables, plan: Mapping[str, Any]) -> Iterator[str]:
    """Points <= bound, gap = (bound - points) / |bound|, and an optimal plan has as many points as its aims allow."""
    points, bound = plan["points"], plan["bound"]
    if points > bound + EPS:
        yield f"bound: {points} points above the bound {bound}"
    gap = (bound - points) / abs(bound) if bound else 0.0
    if abs(plan["gap"] - gap) > EPS:
        yield f"bound: gap {plan['gap']}, computed {gap}"
    aims = plan.get("bound_aims", bound)
    if not points <= aims <= bound:
        yield f"bound: {points} points, {aims} for all aims, {bound} for the number do not stand in this order"
    if plan["status"] == "optimal" and points != aims:
        yield f"bound: optimal with {points} points below {aims}"


def check_open_ends(t: Tables, plan: Mapping[str, Any]) -> Iterator[str]:
    """Demanded dimensions nobody observed are listed to observe; nobody is unplaced without a reason."""
    for row in plan["placements"]:
        asked = {dimension for task in row["tasks"] for dimension in t.demands.get(task["task"], {})}
        told = json.dumps(row["to_observe"])
        for dimension in sorted(d for d in asked if (row["pupil"], d) not in t.observed and f'"{d}"' not in told):
            yield f"to_observe: {row['pupil']}: {dimension} is not listed"
    for row in plan["unplaced"]:
        if not row["reasons"] or not all(reason["rule"] and reason["text"] for reason in row["reasons"]):
            yield f"reasons: {row['pupil']} is unplaced without a reason"
