"""Pairs of small changes that together lift what stands between a pupil and an employer; no blind search over all."""

from __future__ import annotations

import dataclasses
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from matchmaker.numbers.arrays import read_only
from matchmaker.numbers.timetable import EPS
from matchmaker.plan.variants import Variant, employers_open, make_variants, with_pairs
from matchmaker.rules import EMPLOYER_RULES, TASK_RULES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from matchmaker.numbers.problem import Problem
    from matchmaker.solve.joint.stock import Stock
    from matchmaker.solve.reach import Reach, TaskSides

__all__ = ["MOST_PAIRS", "ORDER", "effort", "pairs_of"]

ORDER = ("certificate", "level", "support", "travel")
"""Kinds of change by effort, the smallest first."""
MOST_PAIRS = 250
"""Pairs weighed for one pupil, the smallest first."""
NO_FLOOR = -(1 << 40)

Needs = dict[tuple[str, int], int]
"""Steps asked of each change (kind, certificate or dimension); two steps of one change are a pair as well."""


def effort(one: Variant) -> tuple[int, int]:
    """Order changes by effort: the kinds of both, then the larger of the two.

    Examples
    --------
    >>> effort(Variant(0, "travel", amount=2.5)) > effort(Variant(0, "certificate", 1, 1.0))
    True
    """
    kinds = [ORDER.index(part.kind) for part in one.changes for _ in range(part.steps)]
    return sum(kinds), max(kinds)


def pairs_of(
    problem: Problem,
    known: NDArray[np.int16],
    single: list[Variant],
    *,
    left: Stock | None,
    sides: TaskSides | None = None,
) -> tuple[list[Variant], int]:
    """Return pairs of changes that may open work to a pupil whom none of them places, the smallest effort first.

    What stands in the way is looked up per employer: the changes that its terms need, and those that each lot and each
    vacancy needs. Only what these have in common with at most two steps is a pair: both for one piece of work, or one
    for each of two. Where only the floor of points is in the way, a level on what is asked there goes with it. An hour
    of a jobcoach goes with every change that opens something, as others may need the supervision.

    Parameters
    ----------
    problem : Problem
    known : int16 array
        From `known_levels`.
    single : list of Variant
        Every change about the pupil, one step each; not empty.
    left : Stock or None
        What others leave; None where they may move.
    sides : TaskSides, optional
        Of the same tasks (see `make_variants`).

    Returns
    -------
    tuple
        At most `MOST_PAIRS` pairs, and how many there were.
    """
    twice = [found for one in single for found in _twice(problem, one)]
    work = _Work(problem, known, single, twice, sides)
    found: set[frozenset[tuple[tuple[str, int], int]]] = set()
    for employer in np.flatnonzero(problem.employers.places > 0 if left is None else left.places > 0).tolist():
        found |= {frozenset(needs.items()) for needs in work.pairs_at(employer, left)}
    steps = {(one.kind, one.what): one for one in single}, {(one.kind, one.what): one for one in twice}
    listed = [_variant(dict(needs), *steps) for needs in found]
    listed.sort(key=lambda one: (effort(one), [(part.kind, part.what) for part in one.changes]))
    return listed[:MOST_PAIRS], len(listed)


def _twice(problem: Problem, one: Variant) -> list[Variant]:
    """The same change made twice, where that is possible."""
    if one.kind == "certificate":
        return []
    step = 1.0 if one.kind == "level" else one.amount
    if one.kind == "level" and one.amount + step >= len(problem.level_values):
        return []
    return [dataclasses.replace(one, amount=one.amount + step, steps=2)]


def _variant(needs: Needs, once: dict[tuple[str, int], Variant], twice: dict[tuple[str, int], Variant]) -> Variant:
    parts = [(once if steps == 1 else twice)[name] for name, steps in needs.items()]
    parts.sort(key=lambda one: (ORDER.index(one.kind), one.what))
    return parts[0] if len(parts) == 1 else dataclasses.replace(parts[0], second=parts[1])


def _size(needs: Needs) -> int:
    return sum(needs.values())


def _both(one: Needs, other: Needs) -> Needs:
    return {name: max(one.get(name, 0), other.get(name, 0)) for name in one.keys() | other.keys()}


def _may_fall_below(reach: Reach, floor: int) -> NDArray[np.bool_]:
    """At which pairs a position may have fewer points than the floor, by the hour of the lot that gives least."""
    work, sizes = reach.work, np.diff(reach.item_start)
    rate, lowest = reach.item_points / work.lot_hours[reach.item_lot], np.zeros(len(sizes))
    if len(rate):
        lowest[sizes > 0] = np.minimum.reduceat(rate, reach.item_start[:-1][sizes > 0])
    hours = np.where(lowest >= 0, work.hours_min[reach.pair_pupil], work.hours_max[reach.pair_pupil])
    return np.asarray(reach.pair_points + hours * lowest < floor)


def _with_floor(reach: Reach, floor: int) -> Reach:
    """Return a reach that was made without a floor as it is with one: the tables of pairs are the same."""
    keep = reach.vacancy_points >= floor
    owner = np.repeat(np.arange(len(reach.vacancy_start) - 1), np.diff(reach.vacancy_start))[keep]
    return reach._replace(
        work=reach.work._replace(fit_floor=floor),
        vacancy_start=read_only(np.searchsorted(owner, np.arange(len(reach.vacancy_start))).astype(np.int64)),
        vacancy_function=read_only(reach.vacancy_function[keep]),
        vacancy_points=read_only(reach.vacancy_points[keep]),
    )


class _Work:
    """What every employer, and every piece of work, asks of one pupil beyond what there is."""

    def __init__(
        self,
        problem: Problem,
        known: NDArray[np.int16],
        single: list[Variant],
        twice: list[Variant],
        sides: TaskSides | None,
    ) -> None:
        self.problem, self.pupil, self.single, self.sides = problem, single[0].pupil, single, sides
        self.listed, self.twice = [Variant(self.pupil), *single, *twice], {(one.kind, one.what) for one in twice}
        self.changed = make_variants(problem, known, self.listed, sides=sides).problem
        rows = np.arange(len(self.listed))
        self.masks = [mask(self.changed, rows) for masks in EMPLOYER_RULES.values() for mask in masks]
        self.tasks = self._needs_of_tasks()
        self.floor = self._under_the_floor(known)

    def _fixer(self, wrong: NDArray[np.bool_]) -> Needs | None:
        """The smallest change with which one thing is not wrong; `wrong` [variants]. None: no change helps."""
        if not wrong[0]:
            return {}
        right = np.flatnonzero(~wrong)
        if not len(right):
            return None
        one = self.listed[int(right[0])]
        return {(one.kind, one.what): one.steps}

    def _needs_of_tasks(self) -> list[Needs | None]:
        """What each task needs: the rules about tasks, column by column of their factors."""
        found: list[Needs | None] = [{} for _ in self.problem.tasks.ids]
        for makers in TASK_RULES.values():
            for make in makers:
                mine, theirs = make(self.changed)
                for column in np.flatnonzero(mine[0] > 0).tolist():
                    fixer = self._fixer(mine[:, column] > 0)
                    for task in np.flatnonzero(theirs[:, column] > 0).tolist():
                        known = found[task]
                        found[task] = None if known is None or fixer is None else _both(known, fixer)
        return found

    def _under_the_floor(self, known: NDArray[np.int16]) -> NDArray[np.bool_]:
        """Where, with one change or none, only the floor of points is in the way, shape (1 + changes, employers)."""
        some = self.listed[: 1 + len(self.single)]
        no_floor = dataclasses.replace(self.problem, fit_floor=NO_FLOOR)
        free = make_variants(no_floor, known, some, sides=self.sides).reach
        free = with_pairs(free, _may_fall_below(free, self.problem.fit_floor))
        floored = _with_floor(free, self.problem.fit_floor)
        with_floor, without = (employers_open(reach, like_first=True) for reach in (floored, free))
        return np.asarray(without & ~with_floor)

    def pairs_at(self, employer: int, left: Stock | None) -> Iterable[Needs]:
        """Every pair of changes that lifts all that is in the way of some work at an employer."""
        terms = self._terms(employer, left)
        if terms is None:
            return []
        work = [_both(terms, needs) for needs in self._needs_there(employer)]
        few = {frozenset(needs.items()): needs for needs in work if _size(needs) <= 2}
        both = [_both(one, other) for one, other in combinations(few.values(), 2)]
        jobcoach = next((one for one in self.single if one.kind == "support"), None)
        if jobcoach is not None and left is None:
            name = (jobcoach.kind, jobcoach.what)
            both += [{**needs, name: needs.get(name, 0) + 1} for needs in few.values()]
            both += [{name: 2}] * bool(few)
        return [one for one in [*few.values(), *both, *self._over_the_floor(employer)] if self._is_pair(one)]

    def _is_pair(self, needs: Needs) -> bool:
        return _size(needs) == 2 and all(steps == 1 or name in self.twice for name, steps in needs.items())

    def _terms(self, employer: int, left: Stock | None) -> Needs | None:
        """What the rules about pupil and employer need, and the supervision that is left."""
        terms: Needs = {}
        wrong = [~mask[:, employer] for mask in self.masks]
        if left is not None:
            wrong.append(self.changed.pupils.support > left.supervision[employer] + EPS)
        for one in wrong:
            fixer = self._fixer(one)
            if fixer is None:
                return None
            terms = _both(terms, fixer)
        return terms

    def _needs_there(self, employer: int) -> list[Needs]:
        """What each lot and each vacancy of an employer needs, each need once."""
        lots, functions, found = self.problem.lots, self.problem.functions, []
        for lot in range(lots.start[employer], lots.start[employer + 1]):
            found.append(self._together(lots.part_task[lots.part_start[lot] : lots.part_start[lot + 1]].tolist()))
        for function in np.flatnonzero((functions.employer == employer) & (functions.vacancies > 0)).tolist():
            found.append(self._together(range(functions.task_start[function], functions.task_start[function + 1])))
        return list({frozenset(needs.items()): needs for needs in found if needs is not None}.values())

    def _together(self, tasks: Iterable[int]) -> Needs | None:
        needs: Needs = {}
        for task in tasks:
            mine = self.tasks[task]
            if mine is None:
                return None
            needs = _both(needs, mine)
        return needs

    def _over_the_floor(self, employer: int) -> list[Needs]:
        """A level on what is asked there, beside the change (or the level) with which only the floor is in the way."""
        problem, found = self.problem, []
        asked = (problem.tasks.demand[problem.tasks.employer == employer] >= 0).any(axis=0)
        levels = [one for one in self.single if one.kind == "level" and asked[one.what]]
        for row in np.flatnonzero(self.floor[:, employer]).tolist():
            first: Needs = {} if row == 0 else {(self.listed[row].kind, self.listed[row].what): 1}
            for one in levels:
                name = (one.kind, one.what)
                found.append({**first, name: first.get(name, 0) + 1})
        if self.floor[0, employer]:
            names = [(one.kind, one.what) for one in levels]
            found += [{one: 1, other: 1} for one, other in combinations(names, 2)] + [{one: 2} for one in names]
        return found
