"""The numbers of a region in which little differs: what is the same is not worked out again."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

from matchmaker.numbers.arrays import read_only
from matchmaker.numbers.levels import LevelEstimates, estimate_levels
from matchmaker.numbers.lots import Lots
from matchmaker.numbers.problem import (
    Decisions,
    Employers,
    Functions,
    Problem,
    Pupils,
    decisions_of,
    employers_of,
    pupils_of,
)

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from matchmaker.model import Region

__all__ = ["changed_problem", "problem_at", "same_work", "without_tasks"]


def same_work(before: Region, after: Region) -> bool:
    """Say whether two regions have the very same employers, functions, tasks, demands, framework and policy.

    What an employer has to give (places, hours of supervision) may differ.

    Examples
    --------
    >>> import matchmaker as mm
    >>> region = mm.read_region(mm.town())
    >>> same_work(region, mm.places("e01", +1).apply(region)), same_work(region, mm.read_region(mm.town()))
    (True, False)
    """
    tables = all(getattr(before, name) is getattr(after, name) for name in ("functions", "tasks", "demands"))
    told = ("id", "lat", "lon", "recognised", "min_age")
    known = all(before.employers.column(name) is after.employers.column(name) for name in told)
    return tables and known and before.framework is after.framework and before.policy is after.policy


def changed_problem(problem: Problem, after: Region, *, pupils: Collection[str]) -> Problem:
    """Return the problem of a region with the same work (`same_work`), in which these pupils may be others, or gone.

    Examples
    --------
    >>> import numpy as np
    >>> import matchmaker as mm
    >>> from matchmaker.numbers.problem import make_problem
    >>> region = mm.read_region(mm.town())
    >>> after = mm.hours("p001", minimum=2).apply(region)
    >>> found = changed_problem(make_problem(region), after, pupils={"p001"})
    >>> np.array_equal(found.pupils.hours_min, make_problem(after).pupils.hours_min)
    True
    """
    ids, words = problem.employers.ids, (problem.families, problem.conditions, problem.certificates)
    order = np.argsort(after.employers.column("id").astype(str), kind="stable")
    found = pupils_of(after, ids, *words)
    return dataclasses.replace(
        problem,
        pupils=found,
        employers=employers_of(after, order, problem.functions, problem.tasks),
        decisions=decisions_of(after, found.ids, ids),
        levels=_levels(problem, after, found.ids, pupils),
    )


def _levels(problem: Problem, after: Region, ids: NDArray[np.object_], pupils: Collection[str]) -> LevelEstimates:
    old = {name: row for row, name in enumerate(problem.pupils.ids.tolist())}
    origin = np.array([old[name] for name in ids.tolist()], np.int64)
    percent, median = problem.levels.percent[origin], problem.levels.median[origin]
    rows = [row for row, name in enumerate(ids.tolist()) if name in pupils]
    seen = np.zeros(len(after.observations), bool)
    for row in rows:
        seen |= after.observations.column("pupil") == ids[row]
    own = estimate_levels(after.replace(observations=after.observations.take(seen)), ids[rows])
    percent[rows], median[rows] = own.percent, own.median
    return LevelEstimates(percent=read_only(percent), median=read_only(median))


def without_tasks(problem: Problem) -> Problem:
    """Return the problem without any task, for all that asks about pupils alone.

    Examples
    --------
    >>> import matchmaker as mm
    >>> from matchmaker.numbers.problem import make_problem
    >>> without_tasks(make_problem(mm.read_region(mm.town())))
    <Problem: 200 pupils, 60 employers, 0 tasks>
    """
    return dataclasses.replace(problem, tasks=_cut(problem.tasks, slice(0, 0)))


def problem_at(problem: Problem, employer: int, pupils: NDArray[np.int64]) -> Problem:
    """Return the problem of some pupils and one employer (row numbers) alone.

    Examples
    --------
    >>> import numpy as np
    >>> import matchmaker as mm
    >>> from matchmaker.numbers.problem import make_problem
    >>> problem_at(make_problem(mm.read_region(mm.town())), 0, np.arange(3))
    <Problem: 3 pupils, 1 employers, ... tasks>
    """
    functions, tasks, lots = (
        slice(int(start[employer]), int(start[employer + 1]))
        for start in (problem.employers.function_start, problem.employers.task_start, problem.lots.start)
    )
    who: Pupils = _cut(problem.pupils, pupils)
    refuses = problem.pupils.refuses_employer[pupils, employer : employer + 1]
    return dataclasses.replace(
        problem,
        pupils=dataclasses.replace(who, refuses_employer=read_only(refuses)),
        employers=_employer(problem, employer, functions, tasks),
        functions=_functions(problem, functions, tasks),
        tasks=dataclasses.replace(
            _cut(problem.tasks, tasks),
            function=read_only(problem.tasks.function[tasks] - functions.start),
            employer=read_only(np.zeros(tasks.stop - tasks.start, np.int64)),
        ),
        lots=_lots(problem.lots, lots, tasks),
        decisions=_decisions(problem.decisions, employer, pupils),
        levels=_cut(problem.levels, pupils),
    )


def _cut(part: Any, rows: Any) -> Any:
    """Return some rows of all columns."""
    return type(part)(**{one.name: read_only(getattr(part, one.name)[rows]) for one in dataclasses.fields(part)})


def _bounds(rows: slice) -> NDArray[np.int64]:
    return read_only(np.array([0, rows.stop - rows.start], np.int64))


def _employer(problem: Problem, employer: int, functions: slice, tasks: slice) -> Employers:
    one: Employers = _cut(problem.employers, slice(employer, employer + 1))
    return dataclasses.replace(one, function_start=_bounds(functions), task_start=_bounds(tasks))


def _functions(problem: Problem, functions: slice, tasks: slice) -> Functions:
    own: Functions = _cut(problem.functions, functions)
    start = problem.functions.task_start[functions.start : functions.stop + 1] - tasks.start
    return dataclasses.replace(own, employer=read_only(np.zeros(len(own.ids), np.int64)), task_start=read_only(start))


def _lots(lots: Lots, own: slice, tasks: slice) -> Lots:
    parts = slice(int(lots.part_start[own.start]), int(lots.part_start[own.stop]))
    return Lots(
        start=_bounds(own),
        pieces=read_only(lots.pieces[own]),
        hours=read_only(lots.hours[own]),
        part_start=read_only(lots.part_start[own.start : own.stop + 1] - parts.start),
        part_task=read_only(lots.part_task[parts] - tasks.start),
        part_hours=read_only(lots.part_hours[parts]),
    )


def _decisions(decisions: Decisions, employer: int, pupils: NDArray[np.int64]) -> Decisions:
    """Who is fixed elsewhere is as good as excluded here."""
    place = {row: k for k, row in enumerate(pupils.tolist())}
    fixed = [place[who] for who, at in decisions.fixed.tolist() if who in place and at == employer]
    out = [place[who] for who, at in decisions.fixed.tolist() if who in place and at != employer]
    out += [place[who] for who, at in decisions.excluded.tolist() if who in place and at == employer]
    tables = (np.array([(who, 0) for who in rows], np.int64).reshape(-1, 2) for rows in (fixed, out))
    return Decisions(*map(read_only, tables))
