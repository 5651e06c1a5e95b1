"""One pupil at one employer, or at none, by force: what the plan then looks like, and what it cannot exceed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from matchmaker.plan.difference import Move
from matchmaker.plan.left import left_of
from matchmaker.plan.rows import Rows
from matchmaker.positions import check_position
from matchmaker.solve.joint import Start, solve
from matchmaker.solve.joint.pricing import piece_prices, price_pupils
from matchmaker.solve.joint.stock import Columns, Stock, full_stock, give, no_columns, no_falls, second_employers
from matchmaker.solve.part import around, only_at, part_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from matchmaker.plan.plan import Plan
    from matchmaker.positions import Position
    from matchmaker.solve.joint import Solution
    from matchmaker.solve.reach import Reach

__all__ = ["Forced", "forced", "forced_bound"]

ROUNDS = 30
"""Rounds of moves in the part of a large region that is planned anew around the pupil."""
NEVER = 1e8
"""Points far below those of any position: what a pair without any is worth."""


@dataclass(frozen=True)
class Forced:
    """The plan with one pupil at one employer by force; without an employer: with the pupil not placed.

    Attributes
    ----------
    pupil : str
    employer : str or None
    possible : bool
        Whether a plan with this placement was found; otherwise the other numbers are those of the plan as it was.
    placed, points : int
        Of the whole plan found.
    bound : int
        Proved: no plan with this placement, and as many placed as in the plan asked, has more points.
    exact : bool
        Whether the plan found is proved to be the best with this placement.
    position : Position or None
        The pupil's position there.
    moves : Rows of Move
        Everybody whose position differs from the plan asked, by pupil.

    Examples
    --------
    >>> Forced("p1", "e1", False, 9, 7000, 7000, True, None, Rows()).possible
    False
    """

    pupil: str
    employer: str | None
    possible: bool
    placed: int
    points: int
    bound: int
    exact: bool
    position: Position | None
    moves: Rows[Move]

    def __repr__(self) -> str:
        at = self.employer or "nowhere"
        return f"<Forced {self.pupil} at {at}: {self.placed} placed, {self.points} points, at most {self.bound}>"

    def row(self) -> dict[str, Any]:
        """Return the facts as one row of a table."""
        facts = {name: getattr(self, name) for name in ("pupil", "employer", "possible", "placed", "points", "bound")}
        return {**facts, "exact": self.exact, "moves": len(self.moves)}


def forced(plan: Plan, pupil: str, employer: str | None) -> Forced:
    """Find the plan with a pupil at an employer alone (None: not placed), starting from the plan that there is.

    Where the plan is proved optimal the whole region is planned anew, exactly. Else only a part is, around the pupil
    and the employer; the rest stays. The bound needs no search: in the relaxation, the pupil's term is replaced by that
    of the position forced.

    Parameters
    ----------
    plan : Plan
        With its region.
    pupil : str
    employer : str or None

    Returns
    -------
    Forced

    Raises
    ------
    UnknownId
        When the region does not know the pupil or the employer.
    """
    who = plan.ledger.row("pupil", pupil)
    where = None if employer is None else plan.ledger.row("employer", employer)
    limit, columns = forced_bound(plan, who, where), plan.columns
    if limit < -NEVER:
        return Forced(pupil, employer, False, plan.placed, plan.points, plan.bound, True, None, Rows())
    if plan.status == "optimal":
        start, reach = Start(columns, plan.proof.prices), only_at(plan.reach, who, where)
        solution = _solve(plan, reach, np.arange(plan.pupils), who, where, start)
        found, exact = solution.columns, solution.optimal
    else:
        found, exact = _around(plan, columns, who, where), False
    if where is not None and found.employer[who] != where:
        return Forced(pupil, employer, False, plan.placed, plan.points, limit, exact, None, Rows())
    points, placed = int(found.points[found.employer >= 0].sum()), int((found.employer >= 0).sum())
    if exact and placed == plan.placed:
        limit = min(limit, math.floor(solution.bound + 1e-6))
    moves, position = _moves(plan, columns, found), _position(plan, found, who)
    return Forced(pupil, employer, True, placed, points, max(limit, points), exact, position, moves)


def forced_bound(plan: Plan, pupil: int, employer: int | None) -> int:
    """Bound the points of every plan that places as many and has this pupil at this employer (rows; None: nowhere).

    Weak duality: at any prices, a plan has at most the points that its positions are worth one by one, plus the price
    of all there is.
    """
    proof, own = plan.proof, 0.0
    if employer is not None:
        stock = Stock(*full_stock(plan.reach.work))
        part = part_of(plan.reach, pupils=np.array([pupil]), employers=np.array([employer]), left=stock)
        reach, prices, limit = part.reach, part.prices_in(proof.prices), np.full(1, -np.inf)
        price_pupils(
            0, 1, np.zeros(1, np.int64), reach, Stock(*full_stock(reach.work)), prices, piece_prices(reach, prices),
            np.full(1, -10 * NEVER), 0.0, no_columns(1, reach.work.max_tasks), np.empty(1), limit, no_falls(),
        )  # fmt: skip
        own = float(limit[0] + proof.bonus[pupil])
    without = proof.lagrangian - max(float(proof.value[pupil]), 0.0)
    return min(plan.bound, math.floor(without + own + 1e-6))


def _solve(plan: Plan, reach: Reach, pupils: NDArray[np.int64], who: int, where: int | None, start: Start) -> Solution:
    """Solve a region in which this pupil comes first after people's decisions; `pupils` are its rows of the whole."""
    fixed = np.zeros(plan.pupils, bool)
    fixed[plan.ledger.problem.decisions.fixed[:, 0]] = True
    first = np.arange(plan.pupils) == (who if where is not None else -1)
    return solve(
        reach,
        hardest=plan.hardest[pupils],
        lottery=np.argsort(np.argsort(plan.lottery[pupils])),
        fixed=fixed[pupils],
        protected=first[pupils],
        order=plan.policy["order"],
        steps=ROUNDS,
        seed=plan.seed,
        start=start,
        bounds=False,
        exactly=len(pupils) == plan.pupils,
    )


def _around(plan: Plan, columns: Columns, who: int, where: int | None) -> Columns:
    """Plan a part of the region anew: the employer, where the pupil was, and where those now there could go."""
    found, left, old = Columns(*(part.copy() for part in columns)), left_of(plan), int(columns.employer[who])
    second = int(second_employers(plan.reach.work, columns)[who])
    near = {employer for employer in (old, second, -1 if where is None else where) if employer >= 0}
    if old >= 0:
        give(plan.reach.work, left, found, who)
        found.employer[who] = -1
    others, employers, left = around(plan.reach, found, left, employers=near)
    pupils = np.union1d(others, [who]).astype(np.int64)
    part = part_of(plan.reach, pupils=pupils, employers=employers, left=left)
    at = None if where is None else int(np.searchsorted(employers, where))
    reach = only_at(part.reach, int(np.searchsorted(pupils, who)), at)
    start = Start(part.columns_in(found), part.prices_in(plan.proof.prices))
    part.put_back(_solve(plan, reach, pupils, who, where, start).columns, found)
    return found


def _position(plan: Plan, columns: Columns, pupil: int) -> Position | None:
    if columns.employer[pupil] < 0:
        return None
    if columns.function[pupil] >= 0:
        bundle = plan.ledger.vacancy(pupil, int(columns.function[pupil]))
    else:
        bundle = plan.ledger.carved(pupil, columns.lot[pupil], columns.count[pupil])
    return check_position(plan.ledger, bundle, language=plan.language)


def _moves(plan: Plan, before: Columns, after: Columns) -> Rows[Move]:
    """List whose position differs, by pupil."""
    ids, employers = plan.ledger.problem.pupils.ids, plan.ledger.problem.employers.ids

    def what(columns: Columns, pupil: int) -> tuple[Any, ...]:
        slots = columns.lot[pupil] >= 0
        tasks = sorted(zip(columns.lot[pupil][slots].tolist(), columns.count[pupil][slots].tolist(), strict=True))
        return (int(columns.employer[pupil]), int(columns.function[pupil]), tuple(tasks))

    def at(columns: Columns, pupil: int) -> tuple[str | None, int | None]:
        employer = int(columns.employer[pupil])
        return (str(employers[employer]), int(columns.points[pupil])) if employer >= 0 else (None, None)

    # Only rows in which anything differs at all need a closer look: lots may just stand in another order.
    differs = (before.employer != after.employer) | (before.function != after.function)
    differs |= (before.lot != after.lot).any(axis=1) | (before.count != after.count).any(axis=1)
    placed = np.flatnonzero(differs & ((before.employer >= 0) | (after.employer >= 0))).tolist()
    rows = []
    for pupil in placed:
        if what(before, pupil) != what(after, pupil):
            (old, had), (new, has) = at(before, pupil), at(after, pupil)
            rows.append(Move(str(ids[pupil]), old, new, had, has))
    return Rows(sorted(rows, key=lambda move: move.pupil))
