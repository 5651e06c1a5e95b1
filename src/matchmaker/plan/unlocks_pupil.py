"""Unlocks of one pupil: every small change by itself, all of them weighed at once as rows of one problem."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

import numpy as np

from matchmaker.plan.exactly import best_columns
from matchmaker.plan.left import left_of
from matchmaker.plan.pairs import ORDER, effort, pairs_of
from matchmaker.plan.rows import Rows
from matchmaker.plan.unlocks import Unlock, Unlocks
from matchmaker.plan.variants import (
    Variant,
    best_left,
    employers_open,
    known_levels,
    ledger_of_variants,
    make_variants,
    priced,
)
from matchmaker.positions import Labels, check_position
from matchmaker.rules import employer_mask
from matchmaker.solve.joint.stock import give

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from matchmaker.numbers.problem import Problem
    from matchmaker.plan.plan import Plan
    from matchmaker.positions import Position
    from matchmaker.solve.joint.stock import Columns, Stock

__all__ = ["small_changes", "unlocks_of_pupil"]

KM_MORE = 2.5
"""Ten minutes by bike at 15 km/h."""
HOURS_MORE = 1.0


def small_changes(problem: Problem, pupil: int, *, anywhere: bool = False) -> list[Variant]:
    """Return every small change about a pupil (row number) that could matter; `anywhere`: beside another one too.

    Examples
    --------
    >>> import matchmaker as mm
    >>> from matchmaker.numbers.problem import make_problem
    >>> {one.kind for one in small_changes(make_problem(mm.read_region(mm.town())), 0)} <= set(ORDER)
    True
    """
    pupils, tasks = problem.pupils, problem.tasks
    near = np.ones(len(problem.employers.ids), bool) if anywhere else employer_mask(problem, np.array([pupil]))[0]
    asked = tasks.certificates[near[tasks.employer]].any(axis=0) & ~pupils.holds[pupil]
    found = [Variant(pupil, "certificate", int(column), 1.0) for column in np.flatnonzero(asked)]
    median, top = problem.levels.median[pupil], len(problem.level_values) - 1
    for dimension in np.flatnonzero((median >= 0) & (median < top)).tolist():
        found.append(Variant(pupil, "level", dimension, float(median[dimension] + 1)))
    if pupils.support[pupil] > 0:
        found.append(Variant(pupil, "support", amount=HOURS_MORE))
    if np.isfinite(pupils.max_km[pupil]):
        found.append(Variant(pupil, "travel", amount=KM_MORE))
    return found


def unlocks_of_pupil(plan: Plan, pupil: str, *, budget: int, language: str) -> Unlocks:
    """Weigh every small change about one pupil, best first; changes that bring nothing are left out."""
    row = plan.ledger.row("pupil", pupil)
    listed = [Variant(row), *small_changes(plan.ledger.problem, row)]
    work = _Brought(plan, row, known_levels(plan.ledger.region), listed)
    found = [work.unlock(k, language) for k in range(1, len(listed))]
    kept = [one for one in found if one.opens or one.placed > 0 or one.points > 0 or (one.raises or 0) > 0]
    kept.sort(key=lambda one: (-one.placed, -one.points, -len(one.opens), -(one.raises or 0), ORDER.index(one.kind)))
    exact = work.exact and all(one.exact for one in found)
    room = max((one.placed for one in kept), default=0) if exact else _room(plan)
    pairs, weighed, of = Rows[Unlock](), 0, 0
    if work.now is None and not any(one.placed > 0 for one in kept):
        pairs, weighed, of = _pairs(plan, row, work.known, budget=budget, language=language)
    return Unlocks(
        pupil=pupil,
        placed_now=work.now is not None,
        language=language,
        budget=budget,
        changes=Rows(kept),
        placed=kept[0].placed if kept else 0,
        points=kept[0].points if kept else 0,
        placed_at_most=room,
        exact=exact,
        pairs=pairs,
        weighed=weighed,
        of=of,
    )


def _pairs(
    plan: Plan, row: int, known: NDArray[np.int16], *, budget: int, language: str
) -> tuple[Rows[Unlock], int, int]:
    """Return pairs of changes that place a pupil, the smallest first; how many were weighed, and of how many."""
    problem, exact = plan.ledger.problem, plan.status == "optimal"
    single = small_changes(problem, row, anywhere=True)
    if not single or not problem.pupils.may_work[row]:
        return Rows(), 0, 0
    listed, of = pairs_of(problem, known, single, left=None if exact else left_of(plan), sides=plan.sides)
    work = _Brought(plan, row, known, [Variant(row), *listed])
    found: list[tuple[Variant, Unlock]] = []
    for k, one in enumerate(listed, start=1):
        # Pairs come by effort: once there are enough, only those of the same effort could still be better.
        if len(found) >= budget and effort(one) > effort(found[-1][0]):
            break
        if work.opened[k].any() and (exact or work.points[k] > -np.inf):
            made = work.unlock(k, language)
            found += [(one, made)] * (made.placed > 0)
    found.sort(key=lambda pair: (effort(pair[0]), -pair[1].placed, -pair[1].points))
    return Rows(made for _, made in found[:budget]), len(listed), of


def _room(plan: Plan) -> int:
    """How many more any plan places at most when one pupil can do more.

    The most that can be placed without this pupil differs by at most one from the most with, before and after.
    """
    waiting = len(plan.not_placed)
    return waiting if plan.placed_bound is None else min(waiting, plan.placed_bound + 1 - plan.placed)


class _Brought:
    """What every change brings: in the best plan of all when the region is small, else with everybody else staying."""

    def __init__(self, plan: Plan, row: int, known: NDArray[np.int16], listed: list[Variant]) -> None:
        self.plan, self.row, self.known, self.listed = plan, row, known, listed
        self.pupil, self.exact = str(plan.ledger.problem.pupils.ids[row]), plan.status == "optimal"
        self.now = plan.placement(self.pupil)
        self.variants = make_variants(plan.ledger.problem, known, listed, sides=plan.sides)
        self.ledger = ledger_of_variants(plan.ledger, self.variants)
        self.opened = employers_open(self.variants.reach, like_first=True)
        self.columns, points = best_left(self.variants.reach, self._left())
        self.points = points[:, 0]
        self.raised = self._raised()

    def _left(self) -> Stock:
        """What the plan leaves, and what the pupil has now."""
        left = left_of(self.plan)
        if self.now is not None:
            give(self.plan.reach.work, left, self.plan.columns, self.row)
        return left

    def _raised(self) -> NDArray[np.float64]:
        """By how much each change raises the bound that the plan's prices give, with the pupil's term replaced."""
        # Who is not placed wants a place; what the bound on points does then is not told.
        if self.plan.solution is None or self.now is None:
            return np.full(len(self.listed), np.inf)
        proof = self.plan.solution.proof
        _, _, limit = priced(self.variants.reach, proof.prices)
        return np.asarray(np.maximum(limit + proof.bonus[self.row], 0.0) - max(float(proof.value[self.row]), 0.0))

    def unlock(self, k: int, language: str) -> Unlock:
        """Say what change `k` brings."""
        from matchmaker.show.unlocks import pupil_sentence

        found = self._best_of_all(k) if self.exact else None
        placed, points, columns, row = found or self._others_stay(k)
        position = self._position(k, columns, row, language)
        if not found and not placed and points <= 0:
            position = None
        one = self.listed[k]
        kind, what, amount = self._told(one)
        labels = self.plan.ledger.problem
        opens = np.flatnonzero(self.opened[k] & ~self.opened[0])
        made = Unlock(
            kind=kind,
            what=what,
            amount=amount,
            pupils=(self.pupil,),
            opens=tuple(str(labels.employers.ids[where]) for where in opens),
            placed=placed,
            points=points,
            at_most=points if found else self._at_most(k),
            raises=None if found else self._raises(k),
            exact=found is not None,
            position=position,
            text="",
            second=None if one.second is None else self._told(one.second),
        )
        label = Labels(self.plan.ledger.region, language)
        more = one.steps > 1
        here = self.now is not None
        text = pupil_sentence(
            made, self._words(made, label), moves=self._moves(position), here=here, language=language, more=more
        )
        return dataclasses.replace(made, text=text)

    def _told(self, one: Variant) -> tuple[str, str | None, float]:
        """Kind, what and amount of a change, in the words of the region."""
        problem = self.plan.ledger.problem
        names = {"certificate": problem.certificates, "level": problem.dimensions}.get(one.kind, ())
        amount = float(problem.level_values[int(one.amount)]) if one.kind == "level" else one.amount
        return one.kind, names[one.what] if names else None, amount

    def _others_stay(self, k: int) -> tuple[int, int, Columns, int]:
        base, mine = self.points[0], self.points[k]
        if mine == -np.inf:
            return 0, 0, self.columns, k
        if self.now is None:
            new = int(base == -np.inf)
            return new, int(mine if new else mine - base), self.columns, k
        return 0, int(mine - max(base, self.now.points)), self.columns, k

    def _best_of_all(self, k: int) -> tuple[int, int, Columns, int] | None:
        everybody = [Variant(row) for row in range(len(self.plan.ledger.problem.pupils.ids))]
        everybody[self.row] = self.listed[k]
        columns = best_columns(self.plan, make_variants(self.plan.ledger.problem, self.known, everybody).problem)
        if columns is None:
            return None
        placed = int((columns.employer >= 0).sum()) - self.plan.placed
        return placed, int(columns.points.sum()) - self.plan.points, columns, self.row

    def _at_most(self, k: int) -> int | None:
        if self.now is None or self.plan.solution is None:
            return None
        above = float(self.plan.solution.proof.lagrangian) - self.plan.points
        return math.floor(above + max(float(self.raised[k]), 0.0) + 1e-6)

    def _raises(self, k: int) -> int | None:
        if self.now is None or self.plan.solution is None:
            return None
        return math.ceil(max(float(self.raised[k]), 0.0) - 1e-6)

    def _position(self, k: int, columns: Columns, row: int, language: str) -> Position | None:
        if columns.employer[row] < 0:
            return None
        ledger = self.ledger
        function = int(columns.function[row])
        bundle = (
            ledger.vacancy(k, function) if function >= 0 else ledger.carved(k, columns.lot[row], columns.count[row])
        )
        return dataclasses.replace(check_position(ledger, bundle, language=language), pupil=self.pupil)

    def _moves(self, position: Position | None) -> bool:
        """Whether the pupil would do other work than now."""
        if position is None or self.now is None:
            return position is not None
        return (position.employer, dict(position.tasks)) != (self.now.employer, dict(self.now.tasks))

    def _words(self, made: Unlock, label: Labels) -> dict[str, str]:
        def named(kind: str, what: str | None, amount: float) -> tuple[str, str]:
            name = {"certificate": label.certificate, "level": label.dimension}.get(kind)
            return name(what) if name and what else "", label.number(amount)

        what, amount = named(made.kind, made.what, made.amount)
        other_what, other_amount = named(*made.second) if made.second else ("", "")
        return {
            "pupil": self.pupil,
            "what": what,
            "amount": amount,
            "other_what": other_what,
            "other_amount": other_amount,
            "opens": label.listed([label.employer(where) for where in made.opens], most=3),
            "employer": label.employer(made.position.employer) if made.position else "",
            "hours": label.number(made.position.hours) if made.position else "",
        }
