"""What stands between a pupil and every employer: the first rule, in the order of reasons, that leaves nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from matchmaker.numbers.arrays import read_only
from matchmaker.numbers.change import problem_at, without_tasks
from matchmaker.numbers.timetable import EPS, fits_week
from matchmaker.plan.reachable import bundle_exists, possible_pairs
from matchmaker.rules import EMPLOYER_RULES, REASONS, TASK_RULES
from matchmaker.solve.bundle import Limits
from matchmaker.solve.chunks import in_chunks
from matchmaker.solve.joint.stock import Stock, full_stock
from matchmaker.solve.part import part_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from matchmaker.numbers.problem import Problem
    from matchmaker.solve.reach import Reach

__all__ = ["ANY_WEEK", "NO_FLOOR", "Obstacles", "View"]

ANY_WEEK = (1 << 21) - 1
NO_FLOOR = -(1 << 40)
MOST_SUMS, MOST_MISSES = 20_000, 30_000
ROWS_A_BLOCK = 32
"""Pupils whose rules are applied to all tasks at once."""
RANK = {rule: rank for rank, rule in enumerate(REASONS)}
NONE = -1
"""The rank of no rule."""


@dataclass(frozen=True, eq=False)
class View:
    """What one pupil meets.

    Attributes
    ----------
    pupil : int
    rule : list of str, one an employer
        The first rule that leaves nothing; empty where a position is possible at what is left.
    forbids : int array, shape (employers)
        How many rules about the pair alone stand in the way.
    misses : int16 array, shape (lots)
        How many things the task rules find wrong with a lot.
    """

    pupil: int
    rule: list[str]
    forbids: NDArray[np.int64]
    misses: NDArray[np.int16]


@dataclass(frozen=True, eq=False)
class Obstacles:
    """Looks for obstacles, one pupil at a time, given what is in reach and what a plan has left."""

    problem: Problem
    reach: Reach
    left: Stock

    @cached_property
    def _factors(self) -> dict[str, list[tuple[NDArray[np.float32], NDArray[np.float32]]]]:
        return {rule: [make(self.problem) for make in makers] for rule, makers in TASK_RULES.items()}

    def like(self, problem: Problem, reach: Reach, left: Stock, *, row_of: NDArray[np.int64]) -> Obstacles:
        """Return the obstacles of a problem with the same tasks: what is known of those is not worked out again.

        `row_of` is the row there of every pupil for whom no rule says otherwise than here, -1 for all others.
        """
        few, found = without_tasks(problem), Obstacles(problem, reach, left)
        lefts = {rule: [make(few)[0] for make in makers] for rule, makers in TASK_RULES.items()}
        found.__dict__["_factors"] = {
            rule: [(new, right) for new, (_, right) in zip(lefts[rule], both, strict=True)]
            for rule, both in self._factors.items()
        }
        found._cases.update({int(row_of[row]): case for row, case in self._cases.items() if row_of[row] >= 0})
        return found

    @cached_property
    def _open_functions(self) -> NDArray[np.int64]:
        has_tasks = np.diff(self.problem.functions.task_start) > 0
        return np.flatnonzero((self.problem.functions.vacancies > 0) & has_tasks)

    def possible_at(self, pupil: int) -> NDArray[np.bool_]:
        """Return at which employers a position exists when nobody else is placed, shape (employers)."""
        reach, found = self.reach, np.zeros(len(self.problem.employers.ids), bool)
        own = slice(reach.pair_start[pupil], reach.pair_start[pupil + 1])
        found[reach.pair_employer[own][possible_pairs(reach, pupil)]] = True
        functions = reach.vacancy_function[reach.vacancy_start[pupil] : reach.vacancy_start[pupil + 1]]
        found[self.problem.functions.employer[functions]] = True
        return found

    def adopt(self, cases: Mapping[int, View], *, employers: Iterable[int]) -> None:
        """Take over what is known of pupils (by row here) for whom rules say otherwise at these employers at most."""
        rows, stock = np.array(sorted(cases), np.int64), Stock(*full_stock(self.reach.work))
        found = {row: replace(case, rule=list(case.rule), forbids=case.forbids.copy()) for row, case in cases.items()}
        for employer in employers if cases else ():
            part = part_of(self.reach, pupils=rows, employers=np.array([employer]), left=stock)
            # What a plan leaves has no say in a case.
            there = Obstacles(problem_at(self.problem, employer, rows), part.reach, self.left)
            there.look_at(range(len(rows)))
            for place, row in enumerate(rows.tolist()):
                case = there._cases[place]
                found[row].rule[employer], found[row].forbids[employer] = case.rule[0], case.forbids[0]
        self._cases.update(found)

    def learn(self, other: Obstacles, *, row_of: NDArray[np.int64]) -> None:
        """Keep what obstacles made with `like` have found out about pupils for whom no rule says otherwise."""
        for row, there in enumerate(row_of.tolist()):
            if there in other._cases:
                self._cases.setdefault(row, other._cases[there])

    @cached_property
    def _cases(self) -> dict[int, View]:
        return {}

    def known(self, pupil: int) -> View | None:
        """Return what is known of a pupil whatever the plan has used up; None when nobody asked yet."""
        return self._cases.get(pupil)

    def view(self, pupil: int) -> View:
        """Apply rule after rule and note at which employers each is the first that leaves nothing."""
        self.look_at([pupil])
        case = self._cases[pupil]
        rule = [name or self._used_up(pupil, employer) for employer, name in enumerate(case.rule)]
        return replace(case, pupil=pupil, rule=rule)

    def look_at(self, pupils: Iterable[int]) -> None:
        """Look at all of these pupils who have not been looked at: many at once take less time than one by one."""
        new = [pupil for pupil in pupils if pupil not in self._cases]
        for first in range(0, len(new), ROWS_A_BLOCK):
            block = new[first : first + ROWS_A_BLOCK]
            wrong, possible = self._wrong(np.array(block)), self._possible(block)
            for k, pupil in enumerate(block):
                own = {name: counts[k] for name, counts in wrong.items()}
                self._cases[pupil] = self._case(pupil, own, possible[k])

    def _wrong(self, rows: NDArray[np.int64]) -> dict[str, NDArray[np.int32]]:
        """Count what every task rule finds wrong with a task, shape (rows, tasks) each."""
        # Only zeros and ones: what some processors' kernels complain of lies beside the numbers.
        with np.errstate(invalid="ignore"):
            return {
                name: sum(
                    ((left[rows] @ right.T).astype(np.int32) for left, right in factors),
                    np.zeros((len(rows), len(self.problem.tasks.ids)), np.int32),
                )
                for name, factors in self._factors.items()
            }

    def _possible(self, pupils: Sequence[int]) -> list[NDArray[np.bool_]]:
        """Return at which employers each of these pupils could have a position, side by side."""
        found: dict[int, NDArray[np.bool_]] = {}

        def some(first: int, last: int) -> None:
            for k in range(first, last):
                found[k] = self.possible_at(pupils[k])

        in_chunks(some, len(pupils))
        return [found[k] for k in range(len(pupils))]

    def _case(self, pupil: int, wrong: dict[str, NDArray[np.int32]], possible: NDArray[np.bool_]) -> View:
        """Return the view whatever the plan has used up; the rule is empty where a position is possible.

        `wrong` is what every task rule finds wrong with a task, `possible` where the pupil could have a position.
        """
        employers, names = len(self.problem.employers.ids), [*REASONS, ""]
        first, forbids = np.full(employers, NONE), np.zeros(employers, np.int64)
        so_far = np.zeros(len(self.problem.tasks.ids), np.int32)
        allowed, work = np.ones(employers, bool), np.ones(employers, bool)
        for rank, name in enumerate(REASONS):
            for mask in self._pair_masks(name, pupil):
                forbids += ~mask
                allowed &= mask
            if name in wrong:
                so_far += wrong[name]
                work = self._has_work(so_far)
            first[~(allowed & work) & (first == NONE)] = rank
        misses, vacancies = self._lot_misses(so_far), self._fine_vacancies(so_far)
        first[(first == NONE) & ~self._ever] = RANK["tasks_once"]
        rule = [names[rank] for rank in first.tolist()]
        for employer in np.flatnonzero((first == NONE) & ~possible).tolist():
            rule[employer] = self._of_the_bundle(pupil, employer, vacancies, misses)
        return View(pupil, rule, forbids, np.asarray(np.minimum(misses, MOST_MISSES), np.int16))

    def _pair_masks(self, name: str, pupil: int) -> list[NDArray[np.bool_]]:
        if name == "route":
            return [np.full(len(self.problem.employers.ids), bool(self.problem.pupils.may_work[pupil]))]
        row = np.array([pupil])
        return [mask(self.problem, row)[0] for mask in EMPLOYER_RULES.get(name, ())]

    def _lot_misses(self, wrong: NDArray[np.int32]) -> NDArray[np.int32]:
        lots = self.problem.lots
        if not len(lots.part_task):
            return np.zeros(0, np.int32)
        return np.asarray(np.add.reduceat(wrong[lots.part_task], lots.part_start[:-1]))

    def _has_work(self, wrong: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Employers with a lot or a vacancy of which no task is wrong, and those that never had any."""
        fine = np.zeros(len(self.problem.employers.ids), bool)
        fine[self.reach.work.lot_employer[self._lot_misses(wrong) == 0]] = True
        fine[self.problem.functions.employer[self._fine_vacancies(wrong)]] = True
        return fine | ~self._ever

    @cached_property
    def _ever(self) -> NDArray[np.bool_]:
        """Employers that have a lot or a vacancy at all."""
        some = np.zeros(len(self.problem.employers.ids), bool)
        some[self.reach.work.lot_employer] = True
        some[self.problem.functions.employer[self._open_functions]] = True
        return some

    def _fine_vacancies(self, wrong: NDArray[np.int32]) -> NDArray[np.int64]:
        total = np.concatenate([[0], np.cumsum(wrong)])
        start = self.problem.functions.task_start
        bad = total[start[1:]] - total[start[:-1]]
        return np.asarray(self._open_functions[bad[self._open_functions] == 0])

    def _used_up(self, pupil: int, employer: int) -> str:
        if self.left.places[employer] < 1:
            return "places"
        if self.problem.pupils.support[pupil] > self.left.supervision[employer] + EPS:
            return "supervision"
        return "tasks_once"

    def _of_the_bundle(self, pupil: int, employer: int, vacancies: NDArray[np.int64], misses: NDArray[np.int32]) -> str:
        """The last of the rules that take away carving and each vacancy: only then nothing is left."""
        start = self.problem.lots.start
        lots = np.arange(start[employer], start[employer + 1])
        lots = lots[misses[lots] == 0]
        ends = [self._of_carving(pupil, employer, lots)] if len(lots) else []
        for function in vacancies[self.problem.functions.employer[vacancies] == employer].tolist():
            ends.append(self._of_vacancy(pupil, function))
        return max(ends, key=RANK.__getitem__)

    def _of_vacancy(self, pupil: int, function: int) -> str:
        start, tasks, pupils = self.problem.functions.task_start, self.problem.tasks, self.problem.pupils
        own = slice(start[function], start[function + 1])
        total = float(tasks.hours[own].sum())
        if not pupils.hours_min[pupil] - EPS <= total <= pupils.hours_max[pupil] + EPS:
            return "hours"
        fits = fits_week(tasks.hours[own].tolist(), tasks.when[own].tolist(), pupils.available[pupil : pupil + 1])
        return "fit_floor" if fits[0] else "timetable"

    def _of_carving(self, pupil: int, employer: int, lots: NDArray[np.int64]) -> str:
        if self.exists(pupil, employer, lots):
            return "fit_floor"
        if self.exists(pupil, employer, lots, any_week=True):
            return "timetable"
        return "carving_limits" if self._hours_add_up(pupil, lots) else "hours"

    def exists(self, pupil: int, employer: int, lots: NDArray[np.int64], *, any_week: bool = False) -> bool:
        """Say whether a bundle of these lots keeps to all limits but the floor (and, when asked, the week)."""
        work = self.free_work if any_week else self.reach.work
        limits = self.limits(pupil, employer, any_week=any_week)
        return bool(bundle_exists(work, lots, np.zeros(len(lots), np.int64), work.lot_pieces[lots], limits))

    @cached_property
    def free_work(self) -> Any:
        """Work whose tasks can be done at any moment."""
        work = self.reach.work
        return work._replace(part_when=read_only(np.full(len(work.part_when), ANY_WEEK, np.int32)))

    def limits(self, pupil: int, employer: int, *, any_week: bool = False, any_hours: bool = False) -> Limits:
        """Return the limits of a position for a pair, without the floor, and without week or least hours when asked."""
        work = self.reach.work
        return Limits(
            0.0 if any_hours else float(work.hours_min[pupil]),
            float(work.hours_max[pupil]),
            work.max_tasks,
            NO_FLOOR,
            # The types are those of the solver's own calls: another type would be compiled all over again.
            cast(int, np.int32(ANY_WEEK if any_week else work.available[pupil])),
            work.cap[work.function_start[employer] : work.function_start[employer + 1]].copy(),
        )

    def _hours_add_up(self, pupil: int, lots: NDArray[np.int64]) -> bool:
        """Whether any choice of pieces has hours between the pupil's least and most."""
        work = self.reach.work
        low, high = float(work.hours_min[pupil]), float(work.hours_max[pupil])
        sums = {0.0}
        for lot in lots.tolist():
            piece = float(work.lot_hours[lot])
            most = min(int(work.lot_pieces[lot]), int((high + EPS) / piece))
            sums |= {
                round(total + n * piece, 6)
                for total in sums
                for n in range(1, most + 1)
                if total + n * piece <= high + EPS
            }
            if max(sums) >= low - EPS or len(sums) > MOST_SUMS:
                return True
        return False
