"""Unlocks of a region: courses, hours of supervision and places, chosen together by an integer program."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from matchmaker.numbers.arrays import read_only
from matchmaker.plan.exactly import aims_of
from matchmaker.plan.left import left_of
from matchmaker.plan.rows import Rows
from matchmaker.plan.unlocks import Unlock, Unlocks
from matchmaker.plan.variants import Variant, best_left, employers_open, known_levels, make_variants
from matchmaker.positions import Labels
from matchmaker.solve.choose import choose, sparse
from matchmaker.solve.joint.exact import all_columns, resources
from matchmaker.solve.joint.stock import Columns, Stock, full_stock, second_employers
from matchmaker.solve.joint.two import positions_at_two
from matchmaker.solve.reach import make_reach

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from matchmaker.numbers.problem import Problem
    from matchmaker.plan.plan import Plan
    from matchmaker.solve.choose import Choice
    from matchmaker.solve.reach import Reach

__all__ = ["unlocks_of_region"]

KEEP = 6
"""Positions looked at for every pupil, with and without courses, when a region is too large to list them all."""


@dataclass(frozen=True, eq=False)
class _Ask:
    """What is chosen from: pupils (`who`) who may take a position, positions, and what there is to give out."""

    plan: Plan
    who: NDArray[np.int64]
    budget: int
    whole: bool

    @property
    def problem(self) -> Problem:
        return self.plan.ledger.problem

    @cached_property
    def eager(self) -> Reach:
        """In reach of these pupils when all courses are given and every employer has places and hours to spare."""
        taken = make_variants(
            self.problem, known_levels(self.plan.ledger.region), [Variant(int(row)) for row in self.who]
        )
        holds = np.ones_like(taken.problem.pupils.holds)
        employers = dataclasses.replace(
            self.problem.employers,
            places=read_only(self.problem.employers.places + self.budget),
            supervision=read_only(self.problem.employers.supervision + float(self.budget)),
        )
        pupils = dataclasses.replace(taken.problem.pupils, holds=read_only(holds))
        return make_reach(dataclasses.replace(taken.problem, pupils=pupils, employers=employers))

    @cached_property
    def stock(self) -> Stock:
        """What these pupils may have without any change."""
        return full_stock(self.plan.reach.work) if self.whole else left_of(self.plan)

    def columns(self) -> Columns | None:
        """Every position when the region is small, else the best ones of each pupil."""
        if self.whole:
            return all_columns(self.eager)
        roomy = self.stock._replace(
            places=self.stock.places + self.budget, supervision=self.stock.supervision + float(self.budget)
        )
        own = self._without_courses()
        found = [best_left(reach, roomy, keep=KEEP)[0] for reach in (self.eager, own)]
        joined = Columns(*(np.concatenate(parts) for parts in zip(*found, strict=True)))
        kept = np.flatnonzero(joined.employer >= 0)
        return Columns(*(part[kept] for part in joined))

    def _without_courses(self) -> Reach:
        taken = make_variants(
            self.problem, known_levels(self.plan.ledger.region), [Variant(int(row)) for row in self.who]
        )
        return taken.reach

    def needs(self, columns: Columns) -> NDArray[np.bool_]:
        """Which certificates each column asks that its pupil does not hold, shape (columns, certificates)."""
        lots, functions = self.problem.lots, self.problem.functions
        asked = self.problem.tasks.certificates
        of_lot = _any(asked[lots.part_task], lots.part_start)
        of_function = _any(asked, functions.task_start)
        needed = np.zeros((len(columns.pupil), asked.shape[1]), bool)
        for slot in range(columns.lot.shape[1]):
            used = (columns.lot[:, slot] >= 0) & (columns.function < 0)
            needed[used] |= of_lot[columns.lot[used, slot]]
        whole = columns.function >= 0
        needed[whole] |= of_function[columns.function[whole]]
        return needed & ~self.problem.pupils.holds[self.who[columns.pupil]]


def _any(table: NDArray[np.bool_], start: NDArray[np.int64]) -> NDArray[np.bool_]:
    total = np.vstack([np.zeros((1, table.shape[1]), np.int64), np.cumsum(table, axis=0, dtype=np.int64)])
    return np.asarray(total[start[1:]] > total[start[:-1]])


def unlocks_of_region(plan: Plan, *, budget: int, language: str) -> Unlocks:
    """Choose at most `budget` courses, hours of supervision and places that together open most.

    A region small enough to list all positions is solved as a whole; else, and with leximin among the aims, everybody
    who is placed stays, and those who are not placed share what is left.
    """
    everybody = np.arange(len(plan.ledger.problem.pupils.ids))
    if plan.status == "optimal" and "leximin" not in plan.policy["order"]:
        ask = _Ask(plan, everybody, budget, whole=True)
        made = _solved(ask)
        if made is not None and made[1].proved:
            return _answer(ask, *made, language)
    waiting = np.array(sorted(plan.ledger.row("pupil", one.pupil) for one in plan.not_placed), np.int64)
    ask = _Ask(plan, waiting, budget, whole=False)
    made = _solved(ask)
    return _answer(ask, *made, language) if made else _nothing(ask, language)


def _solved(ask: _Ask) -> tuple[Columns, Choice] | None:
    columns = ask.columns() if len(ask.who) else None
    if columns is None or not len(columns.pupil):
        return None
    # What there is stands in the rows of `table`: pupils, places, supervision, then the rest.
    reach = ask.eager._replace(
        work=ask.eager.work._replace(
            places=ask.stock.places,
            supervision=ask.stock.supervision,
            lot_pieces=ask.stock.pieces,
            cap=ask.stock.function,
            seats=ask.stock.seats,
        )
    )
    table, room = resources(reach, columns)
    masks = aims_of(ask.plan, ask.problem, ask.plan.reach)
    aims = [mask[ask.who][columns.pupil].astype(float) for mask in masks.values() if mask[ask.who].any()]
    relief, needs, most = _changes(ask, columns, table.shape[0])
    made = choose(
        table,
        room,
        relief=relief,
        needs=needs,
        most=most,
        budget=ask.budget,
        aims=[*aims, columns.points.astype(float)],
    )
    return None if made is None else (columns, made)


def _changes(ask: _Ask, columns: Columns, rows: int) -> tuple[csr_array, csr_array, NDArray[np.int64]]:
    """Changes in order: places of every employer, hours of every employer, courses."""
    employers, pupils, needed = len(ask.problem.employers.ids), len(ask.who), ask.needs(columns)
    every, width = np.arange(2 * employers), 2 * employers + needed.shape[1]
    relief = sparse(pupils + every, every, shape=(rows, width))
    column, course = np.nonzero(needed)
    needs = sparse(column, 2 * employers + course, shape=(len(columns.pupil), width))
    used, second = np.zeros(employers, np.int64), second_employers(ask.eager.work, columns)
    used[columns.employer] = ask.budget
    used[second[second >= 0]] = ask.budget
    return relief, needs, np.concatenate([used, used, needed.any(axis=0).astype(np.int64)])


def _answer(ask: _Ask, columns: Columns, made: Choice, language: str) -> Unlocks:
    plan, taken = ask.plan, np.flatnonzero(made.taken)
    before = (plan.placed, plan.points) if ask.whole else (0, 0)
    placed, points = len(taken) - before[0], int(columns.points[taken].sum()) - before[1]
    if (placed, points) == (0, 0):
        return _nothing(ask, language)
    changes = Rows(
        _unlock(ask, columns, taken, change, made, (placed, points), language) for change in _order(ask, made)
    )
    exact = ask.whole and made.proved
    bound = placed if exact else max(placed, _at_most(ask))
    return Unlocks(None, False, language, ask.budget, changes, placed, points, bound, exact)


def _nothing(ask: _Ask, language: str) -> Unlocks:
    bound = 0 if ask.whole else _at_most(ask)
    return Unlocks(None, False, language, ask.budget, Rows(), 0, 0, bound, ask.whole or bound == 0)


def _at_most(ask: _Ask) -> int:
    """How many who are not placed have any position at all with everything given: no choice places more."""
    waiting = np.array([ask.plan.placement(str(name)) is None for name in ask.problem.pupils.ids[ask.who]], bool)
    if not len(waiting):
        return 0
    able = employers_open(ask.eager).any(axis=1)
    if ask.eager.work.most_employers > 1:
        able |= positions_at_two(ask.eager)
    return int((able & waiting).sum())


def _order(ask: _Ask, made: Choice) -> list[int]:
    """Courses first, then hours, then places; each by id."""
    employers, found = len(ask.problem.employers.ids), np.flatnonzero(made.changes).tolist()
    rank = {0: 2, 1: 1}
    return sorted(found, key=lambda change: (rank.get(change // employers, 0), change))


def _unlock(
    ask: _Ask,
    columns: Columns,
    taken: NDArray[np.int64],
    change: int,
    made: Choice,
    total: tuple[int, int],
    language: str,
) -> Unlock:
    from matchmaker.show.unlocks import region_sentence

    problem, label = ask.problem, Labels(ask.plan.ledger.region, language)
    employers = len(problem.employers.ids)
    course = change - 2 * employers
    if course >= 0:
        mine = taken[ask.needs(columns)[taken, course]]
        kind, what = "certificate", problem.certificates[course]
        named = label.certificate(what)
    else:
        where = change % employers
        kind, what = ("hours" if change >= employers else "place"), str(problem.employers.ids[where])
        there = (columns.employer == where) | (second_employers(ask.eager.work, columns) == where)
        mine = np.array([row for row in taken if there[row] and _new(ask, columns, row)], np.int64)
        named = label.employer(what)
    pupils = tuple(str(name) for name in problem.pupils.ids[ask.who[columns.pupil[mine]]])
    amount = float(made.changes[change])
    opens = tuple(str(name) for name in problem.employers.ids[np.unique(columns.employer[mine])])
    one = Unlock(kind, what, amount, pupils, opens, *total, None, None, ask.whole and made.proved, None, "")
    words = {"what": named, "amount": label.number(amount), "pupils": label.listed(pupils, most=5)}
    return dataclasses.replace(one, text=region_sentence(one, words, language=language))


def _new(ask: _Ask, columns: Columns, row: int) -> bool:
    """Whether the pupil of a column is not placed at its employer in the plan."""
    now = ask.plan.placement(str(ask.problem.pupils.ids[ask.who[columns.pupil[row]]]))
    return now is None or now.employer != str(ask.problem.employers.ids[columns.employer[row]])
