"""The whole plan when only the part around a change was planned anew: what did not change is said as it was."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from matchmaker import __version__
from matchmaker.numbers.timetable import EPS
from matchmaker.plan.groups import placed_by_group
from matchmaker.plan.left import stock_left
from matchmaker.plan.match import described
from matchmaker.plan.nearby import Nearby
from matchmaker.plan.nearest import LOOKED_AT, looked_into
from matchmaker.plan.reachable import is_possible
from matchmaker.plan.record import make_record, plain, without_times
from matchmaker.plan.rows import Rows
from matchmaker.plan.unplaced import explain_unplaced
from matchmaker.rules import employer_mask

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from matchmaker.model import Region
    from matchmaker.plan.change import Change
    from matchmaker.plan.obstacles import Obstacles, View
    from matchmaker.plan.plan import Plan
    from matchmaker.plan.records import Unplaced
    from matchmaker.positions import Position
    from matchmaker.solve.joint.stock import Columns, Stock

__all__ = ["plan_nearby"]


def plan_nearby(plan: Plan, region: Region, changes: Sequence[Change]) -> Plan:
    """Return the plan of a changed region, planned anew around the change only.

    It is never worse than the plan before where that is still allowed: the search begins with it.

    Parameters
    ----------
    plan : Plan
        With its region.
    region : Region
        The plan's region with the changes.
    changes : sequence of Change
        What was changed; see `matchmaker.plan.nearby.is_nearby`.

    Examples
    --------
    >>> import matchmaker as mm
    >>> plan = mm.match(mm.read_region(mm.town()), steps=0)                # doctest: +SKIP
    >>> more = [mm.places("e03")]                                          # doctest: +SKIP
    >>> plan_nearby(plan, more[0].apply(plan.region), more).placed         # doctest: +SKIP
    """
    near = Nearby(plan, region, changes)
    solution = near.solution
    left = stock_left(near.reach, solution.columns)
    same = near.row_of.copy()
    same[near.origin[near.others]] = same[near.origin[near.retold]] = -1
    obstacles = plan.obstacles.like(near.problem, near.reach, left, row_of=same)
    obstacles.adopt(_turned_cases(near, solution.columns), employers=near.turned)
    placements = _placements(near, solution.columns)
    made = _plan(near, placements, _unplaced(near, solution.columns, obstacles))
    plan.obstacles.learn(obstacles, row_of=same)
    known = ("ledger", "reach", "lottery", "in_reach", "hardest")
    made.__dict__.update({name: getattr(near, name) for name in known}, left=left, obstacles=obstacles)
    made.__dict__.update(sides=plan.sides)
    return made


def _turned_cases(near: Nearby, columns: Columns) -> dict[int, View]:
    """Return what is known of pupils not placed for whom only this differs: if an employer has work, or why not."""
    others = np.union1d(near.others, near.retold)
    rows = np.setdiff1d(others[columns.employer[others] < 0], near.touched).tolist()
    known = ((row, near.plan.obstacles.known(int(near.origin[row]))) for row in rows)
    return {row: case for row, case in known if case is not None}


def _plan(near: Nearby, placements: list[Position], not_placed: list[Unplaced]) -> Plan:
    from matchmaker.plan.plan import Plan

    plan, solution, region = near.plan, near.solution, near.region
    points, steps = sum(one.points for one in placements), [plain(dict(step)) for step in solution.steps]
    bound = math.floor(solution.bound + 1e-6)
    facts = {
        "status": "limit",
        "placed": len(placements),
        "placed_bound": solution.placed_bound,
        "points": points,
        "bound": bound,
        "bound_aims": bound,
    }
    return Plan(
        name=region.name,
        date=region.date.isoformat(),
        policy=plan.policy,
        seed=plan.seed,
        version=__version__,
        input_digest=region.digest,
        status="limit",
        points=points,
        bound=bound,
        bound_aims=bound,
        placed_bound=solution.placed_bound,
        language=plan.language,
        placements=Rows(placements),
        not_placed=Rows(not_placed),
        groups=placed_by_group(near.ledger, [one.pupil for one in placements], near.hardest),
        steps=tuple(without_times(steps)),
        record=make_record(region.policy, region.digest, steps, facts),
        region=region,
        solution=solution,
    )


def _placements(near: Nearby, columns: Columns) -> list[Position]:
    """Describe who has another position, or is touched by the change; all others are described already."""
    plan, before = near.plan, near.plan.columns
    other = (columns.employer != before.employer[near.origin]) | (columns.function != before.function[near.origin])
    other |= (columns.lot != before.lot[near.origin]).any(axis=1)
    other |= (columns.count != before.count[near.origin]).any(axis=1)
    other |= np.isin(columns.employer, near.given)
    other[near.touched] = True
    found = []
    for row in np.flatnonzero(columns.employer >= 0).tolist():
        told = None if other[row] else plan.placement(str(near.problem.pupils.ids[row]))
        found.append(told or described(near.ledger, columns, row, language=plan.language))
    return found


def _unplaced(near: Nearby, columns: Columns, obstacles: Obstacles) -> list[Unplaced]:
    """Explain who is not placed; who was not before, and for whom nothing differs, is explained already."""
    plan, ids = near.plan, near.problem.pupils.ids
    rows = np.flatnonzero(columns.employer < 0)
    known = {one.pupil: one for one in plan.not_placed}
    new = _differs(near, rows, obstacles.left) | np.array([ids[row] not in known for row in rows.tolist()], bool)
    new |= np.isin(rows, near.touched)
    again = rows[new].tolist()
    nearest = {
        row: known[str(ids[row])].nearest for row in again if ids[row] in known and _same_nearest(near, obstacles, row)
    }
    told = explain_unplaced(near.ledger, obstacles, again, language=plan.language, nearest=nearest)
    known.update({one.pupil: one for one in told})
    return [known[str(ids[row])] for row in rows.tolist()]


def _same_nearest(near: Nearby, obstacles: Obstacles, row: int) -> bool:
    """Say whether the same employers come nearest to a position for a pupil as before, for the same reasons."""
    if row in near.touched:
        return False
    before, now = near.plan.obstacles, obstacles
    was, view = before.view(int(near.origin[row])), now.view(row)
    listed = looked_into(near.ledger, view)
    if listed != looked_into(near.plan.ledger, was) or np.isin(listed, near.given).any():
        return False
    least = [(was.rule[at], float(before.left.supervision[at])) for at in listed]
    return least == [(view.rule[at], float(now.left.supervision[at])) for at in listed]


def _differs(near: Nearby, rows: NDArray[np.int64], left: Stock) -> NDArray[np.bool_]:
    """Say for which pupils an employer stands in the way for another reason than before, or in other words.

    What is left speaks only where there could be a position. An employer that allows no pair,
    before nor after, is not among the nearest, unless there are hardly any that do.
    """
    old, new = near.plan.ledger.problem.employers, near.problem.employers
    was, support = near.plan.left, near.problem.pupils.support[rows]
    mask, found = employer_mask(near.problem, rows), np.isin(rows, near.retold)
    moved = (was.places != left.places) | (was.supervision != left.supervision)
    moved[near.given] = True
    for at in np.flatnonzero(moved).tolist():
        before = _used_up(int(was.places[at]), float(was.supervision[at]), support)
        after = _used_up(int(left.places[at]), float(left.supervision[at]), support)
        said = (after == 0) & (old.places[at] != new.places[at])
        said |= (after == 1) & (was.supervision[at] != left.supervision[at])
        for k in np.flatnonzero(~found & mask[:, at] & ((before != after) | said)).tolist():
            found[k] = is_possible(near.reach, int(rows[k]), at)
    if near.turned:
        earlier = employer_mask(near.plan.ledger.problem, near.origin[rows])
        few = (mask & earlier).sum(axis=1) < LOOKED_AT
        for at, (shut, opened) in near.turned.items():
            other = np.isin(rows, opened) | np.isin(rows, near.row_of[shut])
            found |= other & (few | mask[:, at] | earlier[:, at])
    return found


def _used_up(places: int, supervision: float, support: NDArray[np.float64]) -> NDArray[np.int64]:
    """Say what there is no more of: 0 places, 1 supervision, 2 work."""
    return np.where(places < 1, 0, np.where(support > supervision + EPS, 1, 2))
