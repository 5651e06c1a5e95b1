"""What is in reach of every pupil: employers, lots that may be split off, open vacancies, and the points of each."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matchmaker.numbers.arrays import read_only
from matchmaker.numbers.change import without_tasks
from matchmaker.numbers.timetable import EPS, fits_week
from matchmaker.points import CARVED_ONLY, EMPLOYER_POINTS, TASK_POINTS, rate_points
from matchmaker.rules import employer_mask, task_factors
from matchmaker.solve.items import Factor, find_items, splittable

if TYPE_CHECKING:
    from typing import TypeAlias

    from matchmaker.numbers.problem import Problem

    Side: TypeAlias = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]

__all__ = ["Reach", "TaskSides", "Work", "first_pupils", "make_reach", "make_work", "task_sides"]

ROWS_A_BLOCK, ROWS_A_VACANCY = 48, 1024
"""Pupils in a block: over all lots, and over one vacancy after the other."""


class Work(NamedTuple):
    """What employers have to give, and what pupils can take, as the solver sees it: arrays without words.

    `lot_*` one row a lot, `part_*` one row a task within a lot, `part_function` counts within the employer from
    `function_start`. `places`, `supervision`, `seats` (vacancies a function) and `cap` (hours a function may give up)
    are what there is to give out. `most_employers` is at how many employers one position may be, 1 or 2.
    """

    hours_min: NDArray[np.float64]
    hours_max: NDArray[np.float64]
    support: NDArray[np.float64]
    available: NDArray[np.int32]
    lot_start: NDArray[np.int64]
    lot_employer: NDArray[np.int64]
    lot_pieces: NDArray[np.int64]
    lot_hours: NDArray[np.float64]
    part_start: NDArray[np.int64]
    part_hours: NDArray[np.float64]
    part_when: NDArray[np.int32]
    part_function: NDArray[np.int64]
    function_start: NDArray[np.int64]
    function_employer: NDArray[np.int64]
    cap: NDArray[np.float64]
    seats: NDArray[np.int64]
    places: NDArray[np.int64]
    supervision: NDArray[np.float64]
    max_tasks: int
    fit_floor: int
    most_employers: int = 1


class Reach(NamedTuple):
    """Pairs of pupil and employer that no rule forbids, sorted by pupil, with what the pupil could do there.

    Attributes
    ----------
    work : Work
    pair_start : int64 array, shape (pupils + 1)
        Bounds of each pupil's pairs.
    pair_pupil, pair_employer : int64 arrays, shape (pairs)
    pair_points : int64 array, shape (pairs)
        Points of the pair itself, whatever the tasks (travel, perspective).
    item_start : int64 array, shape (pairs + 1)
        Bounds of each pair's items: lots that the pupil may do.
    item_lot, item_points : int32 arrays, shape (items)
        The lot and the points of one of its pieces.
    vacancy_start : int64 array, shape (pupils + 1)
    vacancy_function, vacancy_points : int64 arrays
        Open functions the pupil may take as a whole, and their points in all.
    """

    work: Work
    pair_start: NDArray[np.int64]
    pair_pupil: NDArray[np.int64]
    pair_employer: NDArray[np.int64]
    pair_points: NDArray[np.int64]
    item_start: NDArray[np.int64]
    item_lot: NDArray[np.int32]
    item_points: NDArray[np.int32]
    vacancy_start: NDArray[np.int64]
    vacancy_function: NDArray[np.int64]
    vacancy_points: NDArray[np.int64]

    def __repr__(self) -> str:
        return f"<Reach: {len(self.pair_start) - 1} pupils, {len(self.pair_pupil)} pairs, {len(self.item_lot)} items>"


def first_pupils(reach: Reach, pupils: int) -> Reach:
    """Return the same work in reach of the first `pupils` only."""
    pairs, options = reach.pair_start[pupils], reach.vacancy_start[pupils]
    return reach._replace(
        pair_start=reach.pair_start[: pupils + 1],
        pair_pupil=reach.pair_pupil[:pairs],
        pair_employer=reach.pair_employer[:pairs],
        pair_points=reach.pair_points[:pairs],
        item_start=reach.item_start[: pairs + 1],
        item_lot=reach.item_lot[: reach.item_start[pairs]],
        item_points=reach.item_points[: reach.item_start[pairs]],
        vacancy_start=reach.vacancy_start[: pupils + 1],
        vacancy_function=reach.vacancy_function[:options],
        vacancy_points=reach.vacancy_points[:options],
    )


def make_work(problem: Problem) -> Work:
    """Collect what there is to give out and to take.

    Examples
    --------
    >>> from matchmaker.numbers.problem import make_problem
    >>> import matchmaker as mm
    >>> make_work(make_problem(mm.read_region(mm.town()))).max_tasks
    5
    """
    lots, tasks, pupils = problem.lots, problem.tasks, problem.pupils
    employers, functions = problem.employers, problem.functions
    part_function = tasks.function[lots.part_task] - employers.function_start[tasks.employer[lots.part_task]]
    first_task = lots.part_task[lots.part_start[:-1]]
    return Work(
        hours_min=pupils.hours_min,
        hours_max=pupils.hours_max,
        support=pupils.support,
        available=pupils.available,
        lot_start=lots.start,
        lot_employer=read_only(tasks.employer[first_task]),
        lot_pieces=lots.pieces,
        lot_hours=lots.hours,
        part_start=lots.part_start,
        part_hours=lots.part_hours,
        part_when=read_only(tasks.when[lots.part_task]),
        part_function=read_only(part_function),
        function_start=employers.function_start,
        function_employer=functions.employer,
        cap=functions.cap,
        seats=functions.vacancies,
        places=employers.places,
        supervision=employers.supervision,
        max_tasks=problem.max_tasks,
        fit_floor=problem.fit_floor,
        most_employers=problem.employers_per_position,
    )


def make_reach(problem: Problem, *, threads: int | None = None, sides: TaskSides | None = None) -> Reach:
    """Apply all rules to all pairs and tasks, and count their points, in blocks of pupils.

    Memory is that of the result plus one block a thread; the result does not depend on the number of threads.

    Parameters
    ----------
    problem : Problem
    sides : TaskSides, optional
        Those of a problem with the same tasks, where they have been worked out already.
    threads : int, optional
        How many blocks to work on at once; by default one a core.

    Returns
    -------
    Reach

    Examples
    --------
    >>> from matchmaker.numbers.problem import make_problem
    >>> import matchmaker as mm
    >>> make_reach(make_problem(mm.read_region(mm.town())))                 # doctest: +ELLIPSIS
    <Reach: ... pupils, ... pairs, ... items>
    """
    work = make_work(problem)
    table = _Tables(problem, work, sides or task_sides(problem))
    pupils = np.arange(len(problem.pupils.ids))
    joined: dict[str, NDArray[Any]] = {}
    with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
        for some, size in ((_items, ROWS_A_BLOCK), (_vacancies, ROWS_A_VACANCY)):
            blocks = np.array_split(pupils, max(1, -(-len(pupils) // size)))
            parts = list(pool.map(partial(some, problem, table), blocks))
            joined |= {name: read_only(np.concatenate([part[name] for part in parts])) for name in parts[0]}
    return Reach(
        work=work,
        pair_start=_bounds(joined["pairs"]),
        pair_pupil=read_only(np.repeat(pupils, joined["pairs"])),
        pair_employer=joined["employer"],
        pair_points=joined["points"],
        item_start=_bounds(joined["items"]),
        item_lot=joined["lot"],
        item_points=joined["item_points"],
        vacancy_start=_bounds(joined["vacancies"]),
        vacancy_function=joined["function"],
        vacancy_points=joined["vacancy_points"],
    )


def _bounds(counts: NDArray[Any]) -> NDArray[np.int64]:
    return read_only(np.concatenate([[0], np.cumsum(counts)]).astype(np.int64))


class TaskSides(NamedTuple):
    """What rules and contributions say of tasks alone, cut to the tasks that can be carved and to those of vacancies.

    Attributes
    ----------
    rules : tuple of arrays
        Right-hand side of all task rules, without zeros: `start`, `column` and `value` of `Factor`.
    rates : tuple of arrays
        The same of all contributions, in the order of `TASK_POINTS`.
    vacancies : int array
        Open functions; `vacancy_tasks`, `vacancy_rules` and `vacancy_rates` have one entry each.
    """

    rules: Side
    rates: Side
    vacancies: NDArray[np.int64]
    vacancy_tasks: list[NDArray[np.int64]]
    vacancy_rules: list[NDArray[np.float32]]
    vacancy_rates: list[list[NDArray[np.float32]]]


def task_sides(problem: Problem) -> TaskSides:
    """Work out what does not depend on the pupils: it can be shared by problems with the same tasks and policy.

    Examples
    --------
    >>> from matchmaker.numbers.problem import make_problem
    >>> import matchmaker as mm
    >>> problem = make_problem(mm.read_region(mm.town()))
    >>> sides = task_sides(problem)
    >>> repr(make_reach(problem, sides=sides)) == repr(make_reach(problem))
    True
    """
    part_task, start = problem.lots.part_task, problem.functions.task_start
    rules = task_factors(problem)[1]
    rates = {name: contribution(problem)[1] for name, contribution in TASK_POINTS.items()}
    vacancies = np.flatnonzero(problem.functions.vacancies > 0)
    tasks = [np.arange(start[function], start[function + 1]) for function in vacancies]
    whole = [rate for name, rate in rates.items() if name not in CARVED_ONLY]
    return TaskSides(
        rules=_without_zeros([rules[part_task]]),
        rates=_without_zeros([rate[part_task] for rate in rates.values()]),
        vacancies=vacancies,
        vacancy_tasks=tasks,
        vacancy_rules=[rules[own].T for own in tasks],
        vacancy_rates=[[rate[own].T for rate in whole] for own in tasks],
    )


def _without_zeros(tables: list[NDArray[np.float32]]) -> Side:
    """Return what tables with the same rows have other than zeros: by row, then by table."""
    joined, which = np.hstack(tables), np.repeat(np.arange(len(tables)), [table.shape[1] for table in tables])
    row, column = np.nonzero(joined)
    counts = np.bincount(row * len(tables) + which[column], minlength=len(joined) * len(tables))
    return _bounds(counts), read_only(column), read_only(joined[row, column])


class _Tables:
    """The pupils' factors of rules and contributions beside those of the tasks."""

    def __init__(self, problem: Problem, work: Work, sides: TaskSides) -> None:
        # The pupils' side asks for no task: without any it takes no time.
        few = without_tasks(problem)
        self.work, self.sides, self.left, self.useful = work, sides, task_factors(few)[0], splittable(work)
        lefts = {name: contribution(few)[0] for name, contribution in TASK_POINTS.items()}
        self.rules = Factor(self.left, *sides.rules)
        self.rates = Factor(np.hstack(list(lefts.values())), *sides.rates)
        whole = [left for name, left in lefts.items() if name not in CARVED_ONLY]
        self.vacancy_rates = [list(zip(whole, rates, strict=True)) for rates in sides.vacancy_rates]


def _pairs(problem: Problem, rows: NDArray[np.int64]) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Which employers the rules about pupil and employer allow, and the points of the pair itself."""
    mask = employer_mask(problem, rows)
    return mask, sum((points(problem, rows) for points in EMPLOYER_POINTS.values()), np.zeros(mask.shape, np.int64))


def _items(problem: Problem, table: _Tables, rows: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
    work, (mask, pair_points) = table.work, _pairs(problem, rows)
    most = len(rows) * len(work.lot_pieces)
    lots, points, items = np.empty(most, np.int32), np.empty(most, np.int32), np.zeros(mask.size, np.int64)
    found = find_items(rows, work, mask, table.useful, table.rules, table.rates, lots, points, items)
    pair = np.flatnonzero(items)
    pair_row, pair_employer = np.divmod(pair, max(len(work.places), 1))
    return {
        "pairs": np.bincount(pair_row, minlength=len(rows)),
        "employer": pair_employer.astype(np.int64),
        "points": pair_points[pair_row, pair_employer],
        "items": items[pair],
        "lot": lots[:found].copy(),
        "item_points": points[:found].copy(),
    }


def _vacancies(problem: Problem, table: _Tables, rows: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
    mask, pair_points = _pairs(problem, rows)
    pupils, tasks = problem.pupils, problem.tasks
    found: list[tuple[NDArray[Any], ...]] = [(np.zeros(0, np.int64),) * 3]
    for which, function in enumerate(table.sides.vacancies):
        own, employer = table.sides.vacancy_tasks[which], problem.functions.employer[function]
        total = float(tasks.hours[own].sum())
        open_to = mask[:, employer] & (pupils.hours_min[rows] <= total + EPS) & (total <= pupils.hours_max[rows] + EPS)
        near = rows[open_to & bool(len(own))]
        if not len(near):
            continue
        fine = ((table.left[near] @ table.sides.vacancy_rules[which]) == 0).all(axis=1)
        fine &= fits_week(tasks.hours[own].tolist(), tasks.when[own].tolist(), pupils.available[near])
        share = tasks.hours[own][None, :] / np.maximum(pupils.hours_max[near, None], EPS)
        points = pair_points[near - rows[0], employer]
        for left, right in table.vacancy_rates[which]:
            points = points + rate_points((left[near] @ right).astype(np.float64), share).sum(axis=1).astype(np.int64)
        fine &= points >= problem.fit_floor
        found.append((near[fine], np.full(fine.sum(), function), points[fine]))
    pupil, offered, total_points = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.lexsort((offered, pupil))
    return {
        "vacancies": np.bincount(pupil - rows[0] if len(rows) else pupil, minlength=len(rows)),
        "function": offered[order].astype(np.int64),
        "vacancy_points": total_points[order].astype(np.int64),
    }
