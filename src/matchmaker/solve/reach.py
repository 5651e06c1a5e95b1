"""What is in reach of every pupil: employers, lots that may be split off, open vacancies, and the points of each."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matchmaker.numbers.arrays import read_only
from matchmaker.numbers.change import without_tasks
from matchmaker.numbers.timetable import EPS, fits_week
from matchmaker.points import CARVED_ONLY, EMPLOYER_POINTS, TASK_POINTS, rate_points
from matchmaker.rules import employer_mask, task_factors

if TYPE_CHECKING:
    from matchmaker.numbers.problem import Problem

__all__ = ["Reach", "TaskSides", "Work", "first_pupils", "make_reach", "make_work", "task_sides"]

ROWS_A_BLOCK = 48
MIN_TASK_HOURS = 0.5


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
    work, table = make_work(problem), _Tables(problem, sides or task_sides(problem))
    blocks = np.array_split(np.arange(len(problem.pupils.ids)), max(1, -(-len(problem.pupils.ids) // ROWS_A_BLOCK)))
    with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
        parts = list(pool.map(lambda rows: _block(problem, work, table, rows), blocks))
    names = ("pairs", "employer", "points", "items", "lot", "item_points", "vacancies", "function", "vacancy_points")
    joined = {name: read_only(np.concatenate([part[name] for part in parts])) for name in names}
    pupils = np.arange(len(problem.pupils.ids))
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
    rules : float32 array, shape (k, parts)
        Right-hand side of all task rules.
    rates : list of float32 array
        The same of every contribution, in the order of `TASK_POINTS`.
    vacancies : int array
        Open functions; `vacancy_tasks`, `vacancy_rules` and `vacancy_rates` have one entry each.
    """

    rules: NDArray[np.float32]
    rates: list[NDArray[np.float32]]
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
        rules=rules[part_task].T,
        rates=[rate[part_task].T for rate in rates.values()],
        vacancies=vacancies,
        vacancy_tasks=tasks,
        vacancy_rules=[rules[own].T for own in tasks],
        vacancy_rates=[[rate[own].T for rate in whole] for own in tasks],
    )


class _Tables:
    """The pupils' factors of rules and contributions beside those of the tasks."""

    def __init__(self, problem: Problem, sides: TaskSides) -> None:
        # The pupils' side asks for no task: without any it takes no time.
        few = without_tasks(problem)
        self.sides, self.left = sides, task_factors(few)[0]
        lefts = {name: contribution(few)[0] for name, contribution in TASK_POINTS.items()}
        self.rates = list(zip(lefts.values(), sides.rates, strict=True))
        whole = [left for name, left in lefts.items() if name not in CARVED_ONLY]
        self.vacancy_rates = [list(zip(whole, rates, strict=True)) for rates in sides.vacancy_rates]


def _block(problem: Problem, work: Work, table: _Tables, rows: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
    mask = employer_mask(problem, rows)
    pair_points = sum((points(problem, rows) for points in EMPLOYER_POINTS.values()), np.zeros(mask.shape, np.int64))
    allowed, points = _lots(work, table, rows)
    allowed &= mask[:, work.lot_employer]
    row, lot = np.nonzero(allowed)
    owner = row * len(work.places) + work.lot_employer[lot]
    pair, first, items = np.unique(owner, return_index=True, return_counts=True)
    pair_row, pair_employer = np.divmod(pair, max(len(work.places), 1))
    vacancy = _vacancies(problem, table, rows, mask, pair_points)
    return {
        "pairs": np.bincount(pair_row, minlength=len(rows)),
        "employer": pair_employer.astype(np.int64),
        "points": pair_points[pair_row, pair_employer],
        "items": items,
        "lot": lot.astype(np.int32),
        "item_points": points[row, lot].astype(np.int32),
        **vacancy,
    }


def _lots(work: Work, table: _Tables, rows: NDArray[np.int64]) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Which lots the rules about tasks allow each pupil, and the points of one piece, both of shape (rows, lots)."""
    shape = (len(rows), len(work.lot_pieces))
    if not work.part_hours.size:
        return np.zeros(shape, bool), np.zeros(shape)
    allowed = (table.left[rows] @ table.sides.rules) == 0
    moments = np.bitwise_count(work.available[rows, None] & work.part_when[None, :])
    allowed &= work.part_hours <= 4.0 * moments + EPS
    share = work.part_hours[None, :] / np.maximum(work.hours_max[rows, None], EPS)
    points = np.zeros(allowed.shape)
    for left, right in table.rates:
        points += rate_points((left[rows] @ right).astype(np.float64), share)
    if len(work.part_hours) > len(work.lot_pieces):
        points = np.add.reduceat(points, work.part_start[:-1], axis=1)
        allowed = np.logical_and.reduceat(allowed, work.part_start[:-1], axis=1)
    return allowed & _splittable(work) & (work.lot_hours <= work.hours_max[rows, None] + EPS), points


def _splittable(work: Work) -> NDArray[np.bool_]:
    """Lots that some position could hold at all: enough hours a task, few enough tasks, within the function's cap."""
    function = work.part_function + work.function_start[np.repeat(work.lot_employer, np.diff(work.part_start))]
    part_ok = work.part_hours <= work.cap[function] + EPS
    most = work.part_hours * np.repeat(work.lot_pieces, np.diff(work.part_start))
    part_ok &= most >= MIN_TASK_HOURS - EPS
    ok = np.logical_and.reduceat(part_ok, work.part_start[:-1])
    return np.asarray(ok & (np.diff(work.part_start) <= work.max_tasks))


def _vacancies(
    problem: Problem, table: _Tables, rows: NDArray[np.int64], mask: NDArray[np.bool_], pair_points: NDArray[np.int64]
) -> dict[str, NDArray[Any]]:
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
