"""What an earlier plan says about a region that is nearly the same: positions that may stay, and prices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from matchmaker.numbers.timetable import EPS, fits_week, schedule_divided
from matchmaker.solve.joint import Start
from matchmaker.solve.joint.couple import write_two
from matchmaker.solve.joint.pricing import column_points, find_pair
from matchmaker.solve.joint.stock import Columns, Prices, free_prices, no_columns

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from matchmaker.plan.plan import Plan
    from matchmaker.positions import Ledger, Position
    from matchmaker.solve.reach import Reach

__all__ = ["carry_over", "columns_of", "employers_of", "prices_for", "same_numbers"]


def carry_over(plan: Plan, ledger: Ledger, reach: Reach) -> Start:
    """Return what a plan says for another region: its positions where no rule about the pair forbids them, its prices.

    Parameters
    ----------
    plan : Plan
    ledger, reach
        Of the other region.
    """
    if plan.region is None:
        prices = free_prices(reach.work)
    elif same_numbers(plan.ledger, ledger):
        prices = plan.proof.prices
    else:
        prices = prices_for(plan.proof.prices, plan.ledger, ledger, reach)
    return Start(columns_of(plan.placements, ledger, reach), prices)


def employers_of(plan: Plan, ledger: Ledger) -> NDArray[np.int64]:
    """Return where each pupil of a region is in a plan: the row of the employer, -1 for nowhere.

    Parameters
    ----------
    plan : Plan
    ledger
        Of the region, which need not be that of the plan.
    """
    found = np.full(len(ledger.problem.pupils.ids), -1, np.int64)
    for position in plan.placements:
        pupil = ledger.rows["pupil"].get(position.pupil, -1)
        if pupil >= 0:
            found[pupil] = ledger.rows["employer"].get(position.employer, -1)
    return found


def same_numbers(one: Ledger, other: Ledger) -> bool:
    """Say whether employers, functions and lots have the same rows in both."""
    mine, theirs = one.problem, other.problem
    return (
        np.array_equal(mine.employers.ids, theirs.employers.ids)
        and np.array_equal(mine.functions.ids, theirs.functions.ids)
        and np.array_equal(mine.tasks.ids, theirs.tasks.ids)
        and np.array_equal(mine.lots.part_task, theirs.lots.part_task)
    )


def columns_of(placements: tuple[Position, ...], ledger: Ledger, reach: Reach) -> Columns:
    """Return placements as columns, one row a pupil; those that the pupil may no longer have are left out."""
    columns = no_columns(len(reach.pair_start) - 1, reach.work.max_tasks)
    for position in placements:
        pupil = ledger.rows["pupil"].get(position.pupil, -1)
        employer = ledger.rows["employer"].get(position.employer, -1)
        if pupil < 0 or employer < 0:
            continue
        if position.function is not None:
            _seat(columns, ledger, reach, pupil, position)
        else:
            _bundle(columns, ledger, reach, pupil, employer, position)
    return columns


def _seat(columns: Columns, ledger: Ledger, reach: Reach, pupil: int, position: Position) -> None:
    function = ledger.rows["function"].get(str(position.function), -1)
    own = np.arange(reach.vacancy_start[pupil], reach.vacancy_start[pupil + 1])
    for option in own[reach.vacancy_function[own] == function].tolist():
        columns.employer[pupil] = reach.work.function_employer[function]
        columns.function[pupil], columns.points[pupil] = function, reach.vacancy_points[option]


def _bundle(columns: Columns, ledger: Ledger, reach: Reach, pupil: int, employer: int, position: Position) -> None:
    work, at = reach.work, [employer]
    if position.second is not None:
        at.append(ledger.rows["employer"].get(position.second, -1))
    pairs, pieces = [find_pair(reach, pupil, one) for one in sorted(at)], _pieces(ledger, position)
    if min(pairs) < 0 or pieces is None or len(pieces) > work.max_tasks or len(pairs) > work.most_employers:
        return
    items = np.concatenate([reach.item_lot[reach.item_start[pair] : reach.item_start[pair + 1]] for pair in pairs])
    lots, counts = np.array(list(pieces), np.int64), np.array(list(pieces.values()), np.int64)
    hours = float(counts @ work.lot_hours[lots])
    if not np.isin(lots, items).all() or set(work.lot_employer[lots].tolist()) != set(at):
        return
    points = sum(column_points(reach, pair, lots, counts) for pair in pairs)
    if points < work.fit_floor or not _fits(reach, pupil, lots, counts, hours):
        return
    if len(pairs) == 2:
        room = [(0, work.max_tasks - len(lots))]
        both = np.pad(lots, room, constant_values=-1), np.pad(counts, room)
        write_two(reach, pairs[0], pairs[1], *both, columns, pupil)
        return
    columns.employer[pupil], columns.points[pupil] = employer, points
    columns.lot[pupil, : len(lots)], columns.count[pupil, : len(lots)] = lots, counts


def _fits(reach: Reach, pupil: int, lots: NDArray[np.int64], counts: NDArray[np.int64], hours: float) -> bool:
    """Say whether the pupil still has the hours and the moments."""
    work = reach.work
    if not work.hours_min[pupil] - EPS <= hours <= work.hours_max[pupil] + EPS:
        return False
    parts = [
        (count * work.part_hours[part], int(work.part_when[part]))
        for lot, count in zip(lots.tolist(), counts.tolist(), strict=True)
        for part in range(work.part_start[lot], work.part_start[lot + 1])
    ]
    if len(parts) > work.max_tasks or any(part < max(hours / 16, 0.5) - EPS for part, _ in parts):
        return False
    week, at = work.available[pupil : pupil + 1], work.lot_employer[lots]
    if (at != at[0]).any():
        away = np.repeat(at != at[0], np.diff(work.part_start)[lots]).tolist()
        moments = [when & int(week[0]) for _, when in parts]
        return schedule_divided([part for part, _ in parts], moments, away) is not None
    return bool(fits_week([part for part, _ in parts], [when for _, when in parts], week)[0])


def _pieces(ledger: Ledger, position: Position) -> dict[int, int] | None:
    """Lot to number of pieces of a carved position; None when its tasks are not whole pieces of lots any more."""
    own, parts = ledger.problem.lots, 0
    pieces: dict[int, int] = {}
    for name, hours in position.tasks.items():
        task = ledger.rows["task"].get(name, -1)
        part = int(ledger.part_of_task[task]) if task >= 0 else -1
        if part < 0:
            return None
        lot, share = int(ledger.lot_of_part[part]), hours / float(own.part_hours[part])
        count = round(share)
        if abs(share - count) > EPS or pieces.setdefault(lot, count) != count:
            return None
        parts += 1
    whole = sum(int(own.part_start[lot + 1] - own.part_start[lot]) for lot in pieces)
    return {lot: pieces[lot] for lot in sorted(pieces)} if whole == parts else None


def prices_for(prices: Prices, before: Ledger, after: Ledger, reach: Reach) -> Prices:
    """Return the prices of one region for another, by id; what is new costs nothing yet."""
    found = free_prices(reach.work)
    employers = _same(before.problem.employers.ids, after.problem.employers.ids)
    functions = _same(before.problem.functions.ids, after.problem.functions.ids)
    first_task = [
        ledger.problem.tasks.ids[ledger.problem.lots.part_task[ledger.problem.lots.part_start[:-1]]]
        for ledger in (before, after)
    ]
    lots = _same(*first_task)
    for name, (old, new) in (
        ("places", employers),
        ("supervision", employers),
        ("function", functions),
        ("seats", functions),
        ("pieces", lots),
    ):
        getattr(found, name)[new] = getattr(prices, name)[old]
    return found


def _same(before: NDArray[np.object_], after: NDArray[np.object_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows of the ids that both have."""
    _, old, new = np.intersect1d(before.astype(str), after.astype(str), return_indices=True)
    return old, new
