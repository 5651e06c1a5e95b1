"""Plan again near a small change: what it touches is worked out, the part around it planned, all else kept.

For changes about single pupils, and about what single employers have to give, in a plan that is not proved the best.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from matchmaker.numbers.change import changed_problem, problem_at, same_work
from matchmaker.plan.carry import columns_of
from matchmaker.plan.left import stock_left
from matchmaker.plan.nearby_bound import bound_nearby
from matchmaker.plan.reachable import employers_in_reach, hardest_to_place, lottery_ranks
from matchmaker.plan.variants import Variant, ledger_like, make_variants
from matchmaker.solve.joint import Solution, Start, solve
from matchmaker.solve.joint.stock import Columns, Stock, copy_column, full_stock
from matchmaker.solve.part import Part, around, part_of
from matchmaker.solve.reach import Reach, make_reach, make_work
from matchmaker.solve.splice import splice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from matchmaker.model import Region
    from matchmaker.numbers.problem import Problem
    from matchmaker.plan.change import Change
    from matchmaker.plan.plan import Plan
    from matchmaker.positions import Ledger

__all__ = ["Nearby", "is_nearby"]

ROUNDS = 40
"""Rounds of moves in the part of the region around the change."""
EPS = 1e-9


def is_nearby(plan: Plan, region: Region) -> bool:
    """Say whether a changed region can be planned around the change: see the module.

    Parameters
    ----------
    plan : Plan
        With its region.
    region : Region
        The region of the plan with some changes.

    Examples
    --------
    >>> import matchmaker as mm
    >>> plan = mm.match(mm.read_region(mm.town()), steps=0)                # doctest: +SKIP
    >>> is_nearby(plan, mm.places("e03").apply(plan.region))               # doctest: +SKIP
    True
    """
    if plan.status == "optimal" or plan.solution is None or plan.region is None:
        return False
    if plan.region.policy.protect or plan.region.policy.employers_per_position > 1:
        return False
    return same_work(plan.region, region) and bool(len(region.pupils))


@dataclass(frozen=True, eq=False, repr=False)
class Nearby:
    """A plan, a changed region, and what follows from the change.

    `changes` may name pupils and employers; nobody else's data differ.
    """

    plan: Plan
    region: Region
    changes: Sequence[Change]

    def __repr__(self) -> str:
        return f"<Nearby: {len(self.touched)} pupils, {len(self.given)} employers>"

    @cached_property
    def problem(self) -> Problem:
        """The changed region as arrays."""
        return changed_problem(self.plan.ledger.problem, self.region, pupils=set(self._named("pupil")))

    @cached_property
    def ledger(self) -> Ledger:
        """What weighs positions in the changed region."""
        return ledger_like(self.plan.ledger, self.region, self.problem)

    @cached_property
    def origin(self) -> NDArray[np.int64]:
        """Row in the plan of every pupil."""
        rows = self.plan.ledger.rows["pupil"]
        return np.array([rows[str(name)] for name in self.problem.pupils.ids], np.int64)

    @cached_property
    def row_of(self) -> NDArray[np.int64]:
        """Row now of every pupil of the plan; -1 for who left."""
        found = np.full(self.plan.pupils, -1, np.int64)
        found[self.origin] = np.arange(len(self.origin))
        return found

    @cached_property
    def touched(self) -> NDArray[np.int64]:
        """Rows of the pupils whom a change names."""
        rows = self.ledger.rows["pupil"]
        return np.array(sorted({rows[name] for name in self._named("pupil") if name in rows}), np.int64)

    @cached_property
    def given(self) -> NDArray[np.int64]:
        """Rows of the employers that have more or less to give."""
        old, new = self.plan.ledger.problem.employers, self.problem.employers
        return np.flatnonzero((old.places != new.places) | (old.supervision != new.supervision))

    def _named(self, kind: str) -> list[str]:
        return [str(one.facts[kind]) for one in self.changes if kind in one.facts]

    @cached_property
    def turned(self) -> dict[int, tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """By employer: pupils of the plan for whom it has nothing any more, and rows of those for whom it now has."""
        support, found = self.plan.ledger.problem.pupils.support, {}
        for at in self.given.tolist():
            was, now = (
                (part.places[at] > 0) & (support <= part.supervision[at] + EPS)
                for part in (self.plan.ledger.problem.employers, self.problem.employers)
            )
            rows = self.row_of[~was & now]
            found[at] = np.flatnonzero(was & ~now), np.setdiff1d(rows[rows >= 0], self.touched)
        return found

    @cached_property
    def added(self) -> list[Part]:
        """What pupils could do now: all of those touched, and of those for whom an employer has something now."""
        problem, found = self.problem, []
        if len(self.touched):
            listed = [Variant(row) for row in self.touched.tolist()]
            reach = make_variants(problem, np.zeros((0, 0), np.int16), listed, sides=self.plan.sides).reach
            sizes = (len(problem.employers.ids), len(problem.functions.ids), len(problem.lots.pieces))
            found.append(Part(reach, self.touched, *(np.arange(size) for size in sizes)))
        for at, (_, rows) in self.turned.items():
            if len(rows):
                reach = make_reach(problem_at(problem, at, rows), threads=1)
                functions = np.arange(*problem.employers.function_start[at : at + 2])
                found.append(Part(reach, rows, np.array([at]), functions, np.arange(*problem.lots.start[at : at + 2])))
        return found

    @cached_property
    def reach(self) -> Reach:
        """What every pupil could do where."""
        work, shut = make_work(self.problem), [np.zeros((0, 2), np.int64)]
        shut += [np.column_stack([rows, np.full(len(rows), at)]) for at, (rows, _) in self.turned.items()]
        gone = np.concatenate(shut)
        if not (len(gone) or self.added) and len(self.origin) == self.plan.pupils:
            return self.plan.reach._replace(work=work)
        row_of = self.row_of.copy()
        row_of[self.origin[self.touched]] = -1
        return splice(self.plan.reach, work, row_of=row_of, shut=gone, added=self.added)

    @cached_property
    def lottery(self) -> NDArray[np.int64]:
        """Rank of every pupil in the lottery that breaks ties."""
        return lottery_ranks(self.problem.pupils.ids, seed=self.plan.seed)

    @cached_property
    def others(self) -> NDArray[np.int64]:
        """Rows of all whose reach differs."""
        shut = [self.row_of[rows] for rows, _ in self.turned.values()]
        rows = np.unique(np.concatenate([self.touched, *shut, *(rows for _, rows in self.turned.values())]))
        return rows[rows >= 0].astype(np.int64)

    @cached_property
    def retold(self) -> NDArray[np.int64]:
        """Rows of all for whom an employer has nothing, before and after, but for another reason or for one more."""
        support, found = self.problem.pupils.support, np.zeros(len(self.origin), bool)
        for at in self.given.tolist():
            (place, enough), (place_now, enough_now) = (
                (bool(part.places[at] > 0), support <= part.supervision[at] + EPS)
                for part in (self.plan.ledger.problem.employers, self.problem.employers)
            )
            same = (enough & place) == (enough_now & place_now)
            found |= same & ((enough != enough_now) | (place != place_now))
        return np.setdiff1d(np.flatnonzero(found), self.touched)

    @cached_property
    def in_reach(self) -> NDArray[np.int64]:
        """How many employers are in reach of every pupil."""
        counts = self.plan.in_reach[self.origin]
        if len(self.touched):
            counts[self.touched] = _counted(self.reach, self.touched, np.arange(len(self.problem.employers.ids)))
        for at, (shut, opened) in self.turned.items():
            rows = self.row_of[shut]
            gone = shut[(rows >= 0) & ~np.isin(rows, self.touched)]
            counts[self.row_of[gone]] -= _counted(self.plan.reach, gone, np.array([at]))
            counts[opened] += _counted(self.reach, opened, np.array([at]))
        return counts

    @cached_property
    def hardest(self) -> NDArray[np.bool_]:
        """Who counts as hardest to place."""
        plan, share = self.plan, float(self.plan.policy["hardest_share"])
        order = np.lexsort((plan.lottery, -plan.ledger.problem.pupils.waiting, plan.in_reach))
        looked_at = order[: int(np.flatnonzero(plan.hardest[order]).max(initial=-1)) + 1]
        known = {int(self.row_of[row]): bool(plan.hardest[row]) for row in looked_at.tolist()}
        for row in self.others.tolist():
            known.pop(row, None)
        # Who keeps the position of the plan has one.
        keeps = np.setdiff1d(self.others[self.kept.employer[self.others] >= 0], self.touched)
        known.update(dict.fromkeys(keeps.tolist(), True))
        return hardest_to_place(self.problem, self.reach, self.lottery, share=share, counts=self.in_reach, known=known)

    @cached_property
    def kept(self) -> Columns:
        """The positions of the plan, without those that are not allowed any more."""
        found = Columns(*(part[self.origin].copy() for part in self.plan.columns))
        found.pupil[:] = np.arange(len(self.origin))
        # Who was placed elsewhere than where there is nothing any more keeps that position as it is.
        employer = self.plan.columns.employer
        gone = [self.touched, *(self.row_of[rows[employer[rows] == at]] for at, (rows, _) in self.turned.items())]
        rows = np.unique(np.concatenate(gone)).astype(np.int64)
        rows = rows[rows >= 0]
        old = [self.plan.placement(str(self.problem.pupils.ids[row])) for row in rows.tolist()]
        again = columns_of(tuple(one for one in old if one is not None), self.ledger, self.reach)
        for row in rows.tolist():
            copy_column(again, row, found, row)
        return found

    @cached_property
    def near(self) -> set[int]:
        """Rows of the employers around which is planned: those named, and where those touched were or are."""
        named = {self.ledger.rows["employer"][name] for name in self._named("employer")}
        before = {self.plan.ledger.rows["pupil"][name] for name in self._named("pupil")}
        were = {int(self.plan.columns.employer[row]) for row in before}
        return {int(at) for at in (*self.given.tolist(), *named, *were) if at >= 0}

    @cached_property
    def solution(self) -> Solution:
        """The new plan: all else stays, the part around the change is planned anew."""
        began, found = time.perf_counter(), Columns(*(part.copy() for part in self.kept))
        left = stock_left(self.reach, found)
        pupils, employers, left = around(
            self.reach, found, left, employers=self.near, pupils=set(self.touched.tolist())
        )
        part = part_of(self.reach, pupils=pupils, employers=employers, left=left)
        fixed = np.zeros(len(self.origin), bool)
        fixed[self.problem.decisions.fixed[:, 0]] = True
        solved = solve(
            part.reach,
            hardest=self.hardest[pupils],
            lottery=np.argsort(np.argsort(self.lottery[pupils])),
            fixed=fixed[pupils],
            order=self.plan.policy["order"],
            steps=ROUNDS,
            seed=self.plan.seed,
            start=Start(part.columns_in(found), part.prices_in(self.plan.proof.prices)),
            bounds=False,
            exactly=False,
        )
        part.put_back(solved.columns, found)
        step = {"name": "nearby", "pupils": len(pupils), "employers": len(employers), "rounds": ROUNDS}
        seconds = round(time.perf_counter() - began, 3)
        proof, placed_bound = bound_nearby(self, found)
        return Solution(found, proof, placed_bound, steps=[{**step, "seconds": seconds}])


def _counted(reach: Reach, pupils: NDArray[np.int64], employers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Count which of these employers are in reach of these pupils when nobody is placed."""
    stock = Stock(*full_stock(reach.work))
    return employers_in_reach(part_of(reach, pupils=pupils, employers=employers, left=stock).reach)
