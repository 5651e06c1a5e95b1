"""The one door from words to numbers: a `Region` becomes a `Problem`, read-only arrays in an order of their own.

Everything is sorted by id (tasks and functions within their employer), so that the row order of the tables never
matters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from matchmaker.numbers.arrays import days_before, one_hot, positions, read_only, starts
from matchmaker.numbers.levels import LevelEstimates, estimate_levels
from matchmaker.numbers.lots import Lots, make_lots

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from matchmaker.model import Region

__all__ = ["Decisions", "Employers", "Functions", "Problem", "Pupils", "Tasks", "make_problem"]


@dataclass(frozen=True, eq=False, repr=False)
class Pupils:
    """Pupils as arrays, sorted by id; one row a pupil.

    `available` is a bit mask of moments, `age` in whole years on the region's date, `waiting` in days, `max_km` inf
    where not stated. `excludes` [pupils, conditions], `holds` [pupils, certificates], `refuses_family` and `interest`
    [pupils, families], `refuses_employer` [pupils, employers] are tables; `interest` is the rank of a liked family
    (1 = best), -1 for a disliked one, 0 otherwise.
    """

    ids: NDArray[np.object_]
    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    max_km: NDArray[np.float64]
    hours_min: NDArray[np.float64]
    hours_max: NDArray[np.float64]
    school_hours: NDArray[np.float64]
    support: NDArray[np.float64]
    available: NDArray[np.int32]
    age: NDArray[np.int64]
    waiting: NDArray[np.int64]
    may_work: NDArray[np.bool_]
    preparation: NDArray[np.bool_]
    placement: NDArray[np.bool_]
    excludes: NDArray[np.bool_]
    holds: NDArray[np.bool_]
    refuses_family: NDArray[np.bool_]
    refuses_employer: NDArray[np.bool_]
    interest: NDArray[np.int8]


@dataclass(frozen=True, eq=False, repr=False)
class Employers:
    """Employers as arrays, sorted by id. `min_age` is 0 where not stated; `task_start` bounds each employer's tasks."""

    ids: NDArray[np.object_]
    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    places: NDArray[np.int64]
    supervision: NDArray[np.float64]
    recognised: NDArray[np.bool_]
    min_age: NDArray[np.float64]
    function_start: NDArray[np.int64]
    task_start: NDArray[np.int64]


@dataclass(frozen=True, eq=False, repr=False)
class Functions:
    """Functions as arrays, sorted by employer and id. `cap`: most hours a week to be carved (inf: no limit)."""

    ids: NDArray[np.object_]
    employer: NDArray[np.int64]
    wage: NDArray[np.float64]
    cap: NDArray[np.float64]
    vacancies: NDArray[np.int64]
    task_start: NDArray[np.int64]


@dataclass(frozen=True, eq=False, repr=False)
class Tasks:
    """Tasks as arrays, sorted by employer, function and id.

    `when` is a bit mask of moments; `demand` [tasks, dimensions] the position of the level asked (-1: not asked);
    `conditions` and `certificates` tables of what the task has or needs.
    """

    ids: NDArray[np.object_]
    function: NDArray[np.int64]
    employer: NDArray[np.int64]
    family: NDArray[np.int64]
    hours: NDArray[np.float64]
    pieces: NDArray[np.int64]
    when: NDArray[np.int32]
    detachable: NDArray[np.bool_]
    conditions: NDArray[np.bool_]
    certificates: NDArray[np.bool_]
    demand: NDArray[np.int8]


@dataclass(frozen=True, eq=False, repr=False)
class Decisions:
    """What people decided: `fixed` and `excluded` are arrays of (pupil, employer) rows."""

    fixed: NDArray[np.int64]
    excluded: NDArray[np.int64]


@dataclass(frozen=True, eq=False, repr=False)
class Problem:
    """A region as read-only arrays; what rules, points and solvers see.

    Attributes
    ----------
    pupils, employers, functions, tasks, lots, decisions
        Arrays of each kind of word.
    levels : LevelEstimates
    level_values : int array
        The framework's levels; `Tasks.demand` and `LevelEstimates.median` are positions in it.
    dimensions, families, conditions, certificates : tuple of str
        The vocabularies that columns of the tables stand for.
    dimension_weight : float array
    max_gap, max_tasks, fit_floor : int
        From the policy.
    max_miss_chance : float or None
        From the policy.
    employers_per_position : int
        From the policy.
    weights : dict of str to float
        The policy's weight per contribution.
    """

    pupils: Pupils
    employers: Employers
    functions: Functions
    tasks: Tasks
    lots: Lots
    decisions: Decisions
    levels: LevelEstimates
    level_values: NDArray[np.int64]
    dimensions: tuple[str, ...]
    dimension_weight: NDArray[np.float64]
    families: tuple[str, ...]
    conditions: tuple[str, ...]
    certificates: tuple[str, ...]
    max_gap: int
    max_tasks: int
    fit_floor: int
    weights: dict[str, float]
    max_miss_chance: float | None = None
    employers_per_position: int = 1

    def __repr__(self) -> str:
        pupils, employers, tasks = (len(part.ids) for part in (self.pupils, self.employers, self.tasks))
        return f"<Problem: {pupils} pupils, {employers} employers, {tasks} tasks>"


def make_problem(region: Region) -> Problem:
    """Turn a region into arrays.

    Parameters
    ----------
    region : Region

    Returns
    -------
    Problem

    Examples
    --------
    >>> import matchmaker as mm
    >>> make_problem(mm.read_region(mm.town()))                           # doctest: +ELLIPSIS
    <Problem: ... pupils, ... employers, ... tasks>
    """
    families = _vocabulary(region, ("tasks", "family"))
    conditions = _vocabulary(region, ("tasks", "conditions"))
    certificates = _vocabulary(region, ("tasks", "certificates"))
    employers_order = np.argsort(region.employers.column("id").astype(str), kind="stable")
    employer_ids = region.employers.column("id")[employers_order]
    functions, functions_of = _functions(region, employer_ids)
    tasks, together = _tasks(region, functions, families, conditions, certificates)
    employers = employers_of(region, employers_order, functions, tasks)
    pupils = pupils_of(region, employer_ids, families, conditions, certificates)
    policy, framework = region.policy, region.framework
    return Problem(
        pupils=pupils,
        employers=employers,
        functions=functions,
        tasks=tasks,
        lots=make_lots(tasks.employer, tasks.hours, tasks.pieces, tasks.detachable, together, len(employer_ids)),
        decisions=decisions_of(region, pupils.ids, employer_ids),
        levels=estimate_levels(region, pupils.ids),
        level_values=read_only(np.asarray(framework.levels, np.int64)),
        dimensions=tuple(d.id for d in framework.dimensions),
        dimension_weight=read_only(np.array([d.weight for d in framework.dimensions], float)),
        families=families,
        conditions=conditions,
        certificates=certificates,
        max_gap=policy.max_gap,
        max_tasks=policy.max_tasks,
        fit_floor=policy.fit_floor,
        weights=dict(policy.weights),
        max_miss_chance=policy.max_miss_chance,
        employers_per_position=policy.employers_per_position,
    )


def _vocabulary(region: Region, *columns: tuple[str, str]) -> tuple[str, ...]:
    words: set[str] = set()
    for table, column in columns:
        for cell in getattr(region, table).column(column):
            words.update((cell,) if isinstance(cell, str) else cell or ())
    return tuple(sorted(words))


def _functions(region: Region, employer_ids: NDArray[np.object_]) -> tuple[Functions, NDArray[np.int64]]:
    table = region.functions
    employer = positions(employer_ids, table.column("employer"))
    order = np.lexsort((table.column("id").astype(str), employer)) if len(table) else np.zeros(0, np.int64)
    ids = table.column("id")[order]
    cap = table.column("max_carved_hours").astype(float)[order]
    functions = Functions(
        ids=read_only(ids),
        employer=read_only(employer[order]),
        wage=read_only(table.column("wage").astype(float)[order]),
        cap=read_only(np.where(np.isnan(cap), np.inf, cap)),
        vacancies=read_only(table.column("vacancies").astype(np.int64)[order]),
        task_start=read_only(starts(np.sort(positions(ids, region.tasks.column("function"))), len(ids))),
    )
    return functions, order


def _tasks(
    region: Region,
    functions: Functions,
    families: tuple[str, ...],
    conditions: tuple[str, ...],
    certificates: tuple[str, ...],
) -> tuple[Tasks, NDArray[np.object_]]:
    table = region.tasks
    function = positions(functions.ids, table.column("function"))
    order = np.lexsort((table.column("id").astype(str), function)) if len(table) else np.zeros(0, np.int64)
    ids = table.column("id")[order]
    family = {name: i for i, name in enumerate(families)}
    tasks = Tasks(
        ids=read_only(ids),
        function=read_only(function[order]),
        employer=read_only(functions.employer[function[order]]),
        family=read_only(np.array([family.get(name, -1) for name in table.column("family")[order]], np.int64)),
        hours=read_only(table.column("hours").astype(float)[order]),
        pieces=read_only(table.column("pieces").astype(np.int64)[order]),
        when=read_only(table.column("when").astype(np.int32)[order]),
        detachable=read_only(table.column("detachable").astype(bool)[order]),
        conditions=read_only(one_hot(table.column("conditions")[order], conditions)),
        certificates=read_only(one_hot(table.column("certificates")[order], certificates)),
        demand=read_only(_demands(region, ids)),
    )
    return tasks, table.column("together")[order]


def _demands(region: Region, task_ids: NDArray[np.object_]) -> NDArray[np.int8]:
    table, framework = region.demands, region.framework
    demand = np.full((len(task_ids), len(framework.dimensions)), -1, np.int8)
    task = positions(task_ids, table.column("task"))
    dimension = positions([d.id for d in framework.dimensions], table.column("dimension"))
    demand[task, dimension] = np.searchsorted(np.asarray(framework.levels), table.column("level"))
    return demand


def employers_of(region: Region, order: NDArray[np.int64], functions: Functions, tasks: Tasks) -> Employers:
    """Return the employers of a region as arrays; `order` sorts them by id."""
    table, count = region.employers, len(order)
    return Employers(
        ids=read_only(table.column("id")[order]),
        lat=read_only(table.column("lat").astype(float)[order]),
        lon=read_only(table.column("lon").astype(float)[order]),
        places=read_only(table.column("places").astype(np.int64)[order]),
        supervision=read_only(table.column("supervision_hours").astype(float)[order]),
        recognised=read_only(_yes(table.column("recognised")[order])),
        min_age=read_only(np.nan_to_num(table.column("min_age").astype(float)[order], nan=0.0)),
        function_start=read_only(starts(functions.employer, count)),
        task_start=read_only(starts(tasks.employer, count)),
    )


def pupils_of(
    region: Region,
    employer_ids: NDArray[np.object_],
    families: tuple[str, ...],
    conditions: tuple[str, ...],
    certificates: tuple[str, ...],
) -> Pupils:
    """Return the pupils of a region as arrays, in the order of their ids."""
    table = region.pupils
    order = np.argsort(table.column("id").astype(str), kind="stable")

    def column(name: str) -> NDArray[Any]:
        return np.asarray(table.column(name)[order])

    def number(name: str) -> NDArray[np.float64]:
        return read_only(column(name).astype(float))

    max_km = column("max_km").astype(float)
    stage, refuses = column("stage"), column("refuses")
    return Pupils(
        ids=read_only(column("id")),
        lat=number("lat"),
        lon=number("lon"),
        max_km=read_only(np.where(np.isnan(max_km), np.inf, max_km)),
        hours_min=number("hours_min"),
        hours_max=number("hours_max"),
        school_hours=number("school_hours"),
        support=number("support_hours"),
        available=read_only(column("available").astype(np.int32)),
        age=read_only(_years(column("birth_month"), region)),
        waiting=read_only(_days(column("waiting_since"), region)),
        may_work=read_only((column("route") == "work") | (stage != "placement")),
        preparation=read_only(stage == "preparation"),
        placement=read_only(stage == "placement"),
        excludes=read_only(one_hot(column("excludes"), conditions)),
        holds=read_only(one_hot(column("certificates"), certificates)),
        refuses_family=read_only(one_hot(refuses, families)),
        refuses_employer=read_only(one_hot(refuses, [str(e) for e in employer_ids])),
        interest=read_only(_interest(column("likes"), column("dislikes"), families)),
    )


def _interest(likes: Any, dislikes: Any, families: tuple[str, ...]) -> NDArray[np.int8]:
    interest = -one_hot(dislikes, families).astype(np.int8)
    place = {family: i for i, family in enumerate(families)}
    for row, liked in enumerate(likes):
        for rank, family in reversed(list(enumerate(liked, start=1))):
            if family in place:
                interest[row, place[family]] = min(rank, 100)
    return interest


def _yes(column: NDArray[Any]) -> NDArray[np.bool_]:
    return np.array([value is not None and bool(value) and value == value for value in column], bool)


def _years(birth: NDArray[Any], region: Region) -> NDArray[np.int64]:
    now = region.date.year * 12 + region.date.month - 1
    months = birth.astype("datetime64[M]").astype(np.int64) + 1970 * 12
    # Only the month of birth is known. A birthday in the region's own month counts on its last day: nobody is taken for
    # older than the data prove.
    return np.asarray((now - months - (months % 12 == now % 12)) // 12, np.int64)


def _days(since: NDArray[Any], region: Region) -> NDArray[np.int64]:
    return np.asarray(np.nan_to_num(days_before(region.date, since), nan=0.0), np.int64)


def decisions_of(region: Region, pupil_ids: NDArray[np.object_], employer_ids: NDArray[np.object_]) -> Decisions:
    """Return what people decided as rows of pupils and employers."""
    table = region.decisions
    pupil, employer = positions(pupil_ids, table.column("pupil")), positions(employer_ids, table.column("employer"))
    order = np.lexsort((employer, pupil))
    rows = np.column_stack([pupil, employer])[order]
    fixed = np.asarray(table.column("kind")[order] == "fixed", bool)
    return Decisions(fixed=read_only(rows[fixed]), excluded=read_only(rows[~fixed]))
