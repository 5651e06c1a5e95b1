"""A brute-force solver for small regions: every bundle of every pair, then one exact 0/1 program over all of them.

Up to about 6 pupils x 4 employers x 12 tasks. It shares nothing with the library: the rules are those of
``checker_rules``, the program is given to HiGHS through scipy, aim after aim.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from tests.checker_rules import (
    EPS,
    HOURS_A_MOMENT,
    Levels,
    Position,
    Tables,
    check_position,
    check_shared,
    draws,
    moments,
    number,
    read_tables,
)

Points = Callable[[str, dict[str, float], str | None], int | None]
"""Points of (pupil, {task: hours}, function of the vacancy or None when carved); None forbids the position."""


@dataclass(frozen=True)
class Column:
    """One possible placement with its points."""

    position: Position
    points: int


@dataclass(frozen=True)
class Optimum:
    """The best that is possible, aim after aim, and one choice of columns that reaches it."""

    fixed: int
    placed: int
    hardest: int
    points: int
    columns: tuple[Column, ...]


def best_plan(
    tables_dir: Path,
    points: Points,
    *,
    levels: Levels | None = None,
    policy: Mapping[str, Any] | None = None,
    hardest: Collection[str] = (),
) -> Optimum:
    """Solve a region exactly: fixed decisions kept, then number placed, then placed among `hardest`, then points."""
    return best_of(read_tables(tables_dir, levels, policy), points, hardest=hardest)


def best_of(t: Tables, points: Points, *, hardest: Collection[str] = ()) -> Optimum:
    """Solve tables that are already read, and perhaps changed for a what-if."""
    columns = [column for pupil in t.pupils for column in columns_of(t, pupil, points)]
    if not columns:
        return Optimum(fixed=0, placed=0, hardest=0, points=0, columns=())
    fixed = {row["pupil"] for row in t.decisions if row["kind"] == "fixed"}
    who = [column.position.pupil for column in columns]
    aims = [
        np.array([pupil in fixed for pupil in who], dtype=float),
        np.ones(len(columns)),
        np.array([pupil in set(hardest) for pupil in who], dtype=float),
        np.array([column.points for column in columns], dtype=float),
    ]
    values, chosen = lexicographic(aims, limits(t, columns))
    kept, placed, hard, total = values
    return Optimum(kept, placed, hard, total, tuple(columns[k] for k in chosen))


def columns_of(t: Tables, pupil: str, points: Points) -> Iterator[Column]:
    """Every placement of one pupil that breaks no rule and reaches the floor."""
    for employer in t.employers:
        for position in (*bundles(t, pupil, employer), *vacancies(t, pupil, employer)):
            if broken(t, position):
                continue
            function = t.tasks[next(iter(position.hours))]["function"]
            value = points(pupil, dict(position.hours), function if position.kind == "vacancy" else None)
            if value is not None and value >= t.policy["fit_floor"]:
                yield Column(position, value)
    for position in bundles_of_two(t, pupil) if t.policy.get("employers_per_position", 1) > 1 else ():
        value = None if broken(t, position) else points(pupil, dict(position.hours), None)
        if value is not None and value >= t.policy["fit_floor"]:
            yield Column(position, value)


def bundles_of_two(t: Tables, pupil: str) -> Iterator[Position]:
    """Every bundle of one employer with every bundle of another, while the hours are not too many."""
    most = number(t.pupils[pupil], "hours_max", 0) + EPS
    own = {
        employer: [p.hours for p in bundles(t, pupil, employer) if p.total <= most and not fails(t, p)]
        for employer in sorted(t.employers)
    }
    for one, other in combinations(own, 2):
        for mine, theirs in product(own[one], own[other]):
            at = {one: sum(mine.values()), other: sum(theirs.values())}
            if sum(at.values()) <= most and len(mine) + len(theirs) <= t.policy["max_tasks"]:
                first, second = sorted(at, key=lambda e: (-round(at[e], 6), e))
                yield Position(pupil, first, "carved", {**mine, **theirs}, {}, second)


def fails(t: Tables, p: Position) -> bool:
    """Whether half a position already breaks a rule that more tasks cannot mend."""
    return bool(check_position(t, p, skip={"timetable", "hours"}))


def bundles(t: Tables, pupil: str, employer: str) -> Iterator[Position]:
    """Every non-empty choice of pieces of the tasks of an employer, groups as one."""
    groups = {tuple(t.group_of(task)) for task in t.tasks if t.employer_of(task) == employer}
    for picks in product(*(portions(t, group) for group in sorted(groups))):
        hours = {task: amount for pick in picks for task, amount in pick.items()}
        if hours:
            yield Position(pupil, employer, "carved", hours, {})


def portions(t: Tables, group: Sequence[str]) -> list[dict[str, float]]:
    """What may be taken of a group of tasks: nothing, or all of it, or of a single task any number of pieces."""
    whole = {task: number(t.tasks[task], "hours", 0) for task in group}
    pieces = int(number(t.tasks[group[0]], "pieces", 1)) if len(group) == 1 else 1
    return [{}, *({task: total * k / pieces for task, total in whole.items()} for k in range(1, pieces + 1))]


def vacancies(t: Tables, pupil: str, employer: str) -> Iterator[Position]:
    """The open functions of an employer, each with all its tasks."""
    for function, row in t.functions.items():
        tasks = t.tasks_of(function)
        if row["employer"] == employer and number(row, "vacancies", 0) and tasks:
            yield Position(pupil, employer, "vacancy", {k: number(t.tasks[k], "hours", 0) for k in tasks}, {})


def broken(t: Tables, p: Position) -> set[str]:
    """The rules that a position breaks when it is the only one; its timetable is any that fits."""
    messages = [*check_position(t, p, skip={"timetable"}), *check_shared(t, [p])]
    return {message.split(":")[0] for message in messages} | (set() if has_timetable(t, p) else {"timetable"})


def has_timetable(t: Tables, p: Position) -> bool:
    """Hall's condition: every set of tasks fits into the moments open to at least one of them.

    At two employers the moments that both could use are divided in every possible way, alike ones by their number.
    """
    free = moments(t.pupils[p.pupil], "available")
    if p.second is None:
        return fits(t, p.hours, free)
    halves = [{task: h for task, h in p.hours.items() if t.employer_of(task) == e} for e in p.employers]
    kinds: dict[tuple[str, ...], list[str]] = {}
    for moment in sorted(free):
        kinds.setdefault(tuple(task for task in p.hours if moment in moments(t.tasks[task], "when")), []).append(moment)
    for counts in product(*(range(len(alike) + 1) for alike in kinds.values())):
        first = {m for alike, n in zip(kinds.values(), counts, strict=True) for m in alike[:n]}
        if fits(t, halves[0], first) and fits(t, halves[1], free - first):
            return True
    return False


def fits(t: Tables, hours: dict[str, float], free: set[str]) -> bool:
    """Whether every set of these tasks fits into the moments that are free and open to at least one of them."""
    open_to = {task: moments(t.tasks[task], "when") & free for task in hours}
    return all(
        sum(hours[task] for task in some) <= HOURS_A_MOMENT * len(set.union(*(open_to[task] for task in some))) + EPS
        for size in range(1, len(hours) + 1)
        for some in combinations(hours, size)
    )


def limits(t: Tables, columns: Sequence[Column]) -> LinearConstraint:
    """Each pupil once, and every shared resource within its limit: one row a pupil or resource, one column a column."""
    room: dict[tuple[str, str, str], float] = {}
    entries: list[tuple[tuple[str, str, str], int, float]] = []
    for k, column in enumerate(columns):
        person = ("partition", "pupil", column.position.pupil)
        for key, amount, limit in ((person, 1.0, 1.0), *draws(t, column.position)):
            room[key] = limit
            entries.append((key, k, amount))
    row_of = {key: i for i, key in enumerate(room)}
    keys, ks, amounts = zip(*entries, strict=True)
    matrix = coo_array((amounts, ([row_of[key] for key in keys], ks)), shape=(len(room), len(columns)))
    return LinearConstraint(matrix.tocsr(), -np.inf, np.array(list(room.values())) + EPS)


def lexicographic(aims: Sequence[np.ndarray], resources: LinearConstraint) -> tuple[list[int], list[int]]:
    """Maximise aim after aim, each held at its best value while the next is maximised."""
    values: list[int] = []
    held = [resources]
    chosen: list[int] = []
    whole = np.ones(aims[0].size, dtype=np.int64)
    for aim in aims:
        found = milp(-aim, constraints=held, integrality=whole, bounds=Bounds(0, 1), options={"mip_rel_gap": 0})
        if found.x is None:
            raise AssertionError(f"the 0/1 program was not solved: {found.message}")
        chosen = [int(k) for k in np.flatnonzero(found.x > 0.5)]
        values.append(round(float(aim[chosen].sum())))
        held.append(LinearConstraint(aim[np.newaxis, :], values[-1] - 0.5, np.inf))
    return values, chosen
