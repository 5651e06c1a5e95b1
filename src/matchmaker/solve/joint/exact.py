"""Small regions exactly: list every position of every pair, and choose with an integer program, aim by aim."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from matchmaker.solve.bundle import Found
from matchmaker.solve.joint.levels import Chooser, OutOfReach, raise_levels
from matchmaker.solve.joint.pricing import column_points, piece_prices, price_pair
from matchmaker.solve.joint.stock import Columns, copy_column, free_prices, full_stock, no_columns, second_employers
from matchmaker.solve.joint.teams import solve_by_teams
from matchmaker.solve.joint.two import all_at_two

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from matchmaker.solve.joint.clock import Clock
    from matchmaker.solve.reach import Reach

__all__ = ["all_columns", "best_among", "resources", "solve_exactly", "solve_small"]

MOST_COLUMNS = 8_000
MOST_OF_A_PAIR = 4_000
MOST_ITEMS = 2_000
NONE = -1e18
TEAMS_UNTIL, SHARE = 0.3, 0.1
"""Shares of the time: at which the search team by team ends, and for each integer program after it."""


def solve_small(
    reach: Reach,
    masks: dict[str, NDArray[np.bool_]],
    aims: Sequence[str],
    clock: Clock,
    *,
    leximin: int | None = None,
    at_least: Sequence[tuple[NDArray[np.bool_], int]] = (),
    keep: Columns | None = None,
) -> tuple[Columns, int] | None:
    """Solve a region that is small enough: team by team, else by listing all its positions; None when it is too large.

    Beside the plan the most points of any that places as many. `aims` are those before points, each counts whom its
    mask says; the other arguments are those of `solve_exactly`.
    """
    counted = [masks[aim] for aim in aims]
    same_number = [masks[aim] for aim in aims if aim in ("fixed", "placed")]
    exact = None
    if leximin is None:
        exact = solve_by_teams(
            reach,
            masks=counted,
            same_number=same_number,
            at_least=at_least,
            keep=keep,
            left=lambda: clock.left(TEAMS_UNTIL),
        )
    if exact is None:
        seconds = np.inf if clock.time_limit is None else SHARE * clock.time_limit
        exact = solve_exactly(
            reach,
            masks=counted,
            same_number=same_number,
            seconds=seconds,
            at_least=at_least,
            keep=keep,
            leximin=leximin,
        )
    if exact is not None:
        clock.done("exact", placed=int((exact[0].employer >= 0).sum()))
    return exact


def all_columns(reach: Reach) -> Columns | None:
    """List every position of every pair, and of two where that is allowed, or None when there are too many."""
    if len(reach.item_lot) > MOST_ITEMS:
        return None
    work, stock, free = reach.work, full_stock(reach.work), free_prices(reach.work)
    piece_price, rows = piece_prices(reach, free), 0
    columns = no_columns(MOST_COLUMNS, work.max_tasks)
    shape = (MOST_OF_A_PAIR, work.max_tasks)
    found = Found(np.full(shape, -1, np.int64), np.zeros(shape, np.int64), np.zeros(MOST_OF_A_PAIR))
    for option in range(len(reach.vacancy_function)):
        pupil = int(np.searchsorted(reach.vacancy_start, option, side="right")) - 1
        function = reach.vacancy_function[option]
        columns.pupil[rows], columns.employer[rows] = pupil, work.function_employer[function]
        columns.function[rows], columns.points[rows] = function, reach.vacancy_points[option]
        rows += 1
    for pair in range(len(reach.pair_pupil)):
        count, rest = price_pair(reach, stock, piece_price, pair, NONE, found)
        if count == MOST_OF_A_PAIR or rest > NONE or rows + count > MOST_COLUMNS:
            return None
        own = slice(rows, rows + count)
        columns.pupil[own], columns.employer[own] = reach.pair_pupil[pair], reach.pair_employer[pair]
        columns.lot[own], columns.count[own] = found.lot[:count], found.count[:count]
        columns.points[own] = [column_points(reach, pair, found.lot[k], found.count[k]) for k in range(count)]
        rows += count
    if work.most_employers > 1:
        rows = all_at_two(reach, columns, rows, found)
    return None if rows < 0 else Columns(*(part[:rows] for part in columns))


def solve_exactly(
    reach: Reach,
    *,
    masks: list[NDArray[np.bool_]],
    same_number: list[NDArray[np.bool_]],
    seconds: float,
    at_least: Sequence[tuple[NDArray[np.bool_], int]] = (),
    keep: Columns | None = None,
    leximin: int | None = None,
) -> tuple[Columns, int] | None:
    """Return the best plan, most placed of each mask in turn, then most points; None when the region is too large.

    Beside it the most points of any plan that places as many of each mask in `same_number` only. `at_least` names
    groups with the number to place of each; None too when that cannot be. After so many masks as `leximin` says, the
    lowest points are raised (`raise_levels`). Among equal plans it is one that has most of the positions of `keep`
    [pupils].
    """
    columns = all_columns(reach)
    if columns is None:
        return None
    if not len(columns.pupil):
        return no_columns(len(reach.pair_start) - 1, reach.work.max_tasks), 0
    table, room = resources(reach, columns)
    points = columns.points.astype(float)
    counted: list[NDArray[np.float64] | None] = [mask[columns.pupil].astype(float) for mask in masks if mask.any()]
    wider = [mask[columns.pupil].astype(float) for mask in same_number if mask.any()]
    quotas = [(mask[columns.pupil].astype(float), need) for mask, need in at_least]
    last = [] if keep is None else [_kept(columns, keep)]
    if leximin is not None:
        counted.insert(sum(bool(mask.any()) for mask in masks[:leximin]), None)
    taken = _most(table, room, [*counted, points, *last], seconds=seconds, at_least=quotas, points=columns.points)
    if taken is None:
        return None
    most = taken if len(wider) == len(counted) and not quotas else _most(table, room, [*wider, points], seconds=seconds)
    if most is None:
        return None
    return _plan_of(reach, columns, taken), int(columns.points[most].sum())


def best_among(
    reach: Reach, columns: Columns, at_least: Sequence[tuple[NDArray[np.bool_], int]], *, seconds: float
) -> Columns | None:
    """Return the plan with most points that can be made of these columns, with at least so many of each group.

    None when there is none, or when it takes longer.
    """
    table, room = resources(reach, columns)
    quotas = [(mask[columns.pupil].astype(float), need) for mask, need in at_least]
    taken = _most(table, room, [columns.points.astype(float)], seconds=seconds, at_least=quotas)
    return None if taken is None else _plan_of(reach, columns, taken)


def _plan_of(reach: Reach, columns: Columns, taken: NDArray[np.bool_]) -> Columns:
    chosen = no_columns(len(reach.pair_start) - 1, reach.work.max_tasks)
    for row in np.flatnonzero(taken).tolist():
        copy_column(columns, row, chosen, int(columns.pupil[row]))
    return chosen


def _kept(columns: Columns, keep: Columns) -> NDArray[np.float64]:
    """Mark the columns that are a pupil's position in another plan."""

    def key(of: Columns) -> NDArray[np.int64]:
        order = np.argsort(-of.lot, axis=1, kind="stable")
        lot, count = np.take_along_axis(of.lot, order, 1), np.take_along_axis(of.count, order, 1)
        return np.column_stack([of.employer, of.function, lot, np.where(lot >= 0, count, 0)])

    return np.asarray((key(columns) == key(keep)[columns.pupil]).all(axis=1)).astype(float)


def _most(
    table: csr_array,
    room: NDArray[np.float64],
    aims: Sequence[NDArray[np.float64] | None],
    *,
    seconds: float,
    at_least: Sequence[tuple[NDArray[np.float64], int]] = (),
    points: NDArray[np.int64] | None = None,
) -> NDArray[np.bool_] | None:
    """Choose columns: most of the first aim, then of the next; None when time runs out.

    An aim None is leximin of the points.
    """
    from scipy.optimize import LinearConstraint

    chooser, taken = Chooser([LinearConstraint(table, -np.inf, room)], columns=table.shape[1], seconds=seconds), None
    for row, need in at_least:
        chooser.hold(row, least=need - 0.5)
    try:
        for aim in aims:
            if aim is None:
                assert points is not None
                taken = raise_levels(chooser, points)
                continue
            taken = chooser.most(aim)
            if taken is None:
                return None
            chooser.hold(aim, least=round(float(aim[taken].sum())) - 0.5)
    except OutOfReach:
        return None
    return taken


def resources(reach: Reach, columns: Columns) -> tuple[csr_array, NDArray[np.float64]]:
    """Table of what every column uses, and what there is: pupils, places, supervision, pieces, functions, seats."""
    from scipy.sparse import coo_array

    work, stock, pupils = reach.work, full_stock(reach.work), len(reach.pair_start) - 1
    room = np.concatenate([np.ones(pupils), stock.places, stock.supervision, stock.pieces, stock.function, stock.seats])
    before = np.cumsum(
        [pupils, *(len(part) for part in (stock.places, stock.supervision, stock.pieces, stock.function))]
    )
    every, one = np.arange(len(columns.pupil)), np.ones(len(columns.pupil))
    seat, second = np.flatnonzero(columns.function >= 0), second_employers(work, columns)
    two = np.flatnonzero(second >= 0)
    column, slot = np.nonzero(columns.lot >= 0)
    lot, count = columns.lot[column, slot], columns.count[column, slot].astype(float)
    parts = np.diff(work.part_start)[lot]
    which = np.repeat(np.arange(len(lot)), parts)
    part = np.arange(len(which)) - np.repeat(np.cumsum(parts) - parts, parts) + work.part_start[lot][which]
    function = work.function_start[work.lot_employer[lot[which]]] + work.part_function[part]
    uses = (
        (columns.pupil, every, one),
        (before[0] + columns.employer, every, one),
        (before[1] + columns.employer, every, work.support[columns.pupil]),
        (before[0] + second[two], two, one[two]),
        (before[1] + second[two], two, work.support[columns.pupil[two]]),
        (before[2] + lot, column, count),
        (before[3] + function, column[which], count[which] * work.part_hours[part]),
        (before[4] + columns.function[seat], seat, one[seat]),
    )
    rows, cols, amounts = (np.concatenate(part) for part in zip(*uses, strict=True))
    table = coo_array((amounts, (rows, cols)), shape=(len(room), len(every))).tocsr()
    limited = np.isfinite(room)
    return table[limited], room[limited] + 1e-6
