"""Small regions exactly: list every position of every pair, and choose among them with an integer program, aim by aim."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from matchmaker.solve.bundle import Found
from matchmaker.solve.joint.pricing import column_points, piece_prices, price_pair
from matchmaker.solve.joint.stock import Columns, copy_column, free_prices, full_stock, no_columns

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from matchmaker.solve.reach import Reach

__all__ = ["all_columns", "solve_exactly"]

MOST_COLUMNS = 8_000
MOST_OF_A_PAIR = 4_000
MOST_ITEMS = 2_000
SECONDS = 5.0


def all_columns(reach: Reach) -> Columns | None:
    """List every position of every pair, or None when there are too many."""
    if len(reach.item_lot) > MOST_ITEMS:
        return None
    work, stock, free = reach.work, full_stock(reach.work), free_prices(reach.work)
    piece_price, rows = piece_prices(reach, free), 0
    columns = no_columns(MOST_COLUMNS, work.max_tasks)
    width = MOST_OF_A_PAIR
    found = Found(np.full((width, work.max_tasks), -1, np.int64), np.zeros((width, work.max_tasks), np.int64), np.zeros(width))
    for option in range(len(reach.vacancy_function)):
        pupil = int(np.searchsorted(reach.vacancy_start, option, side="right")) - 1
        function = reach.vacancy_function[option]
        columns.pupil[rows], columns.employer[rows] = pupil, work.function_employer[function]
        columns.function[rows], columns.points[rows] = function, reach.vacancy_points[option]
        rows += 1
    for pair in range(len(reach.pair_pupil)):
        count, _ = price_pair(reach, stock, piece_price, pair, -1e18, found)
        if count == width or rows + count > MOST_COLUMNS:
            return None
        own = slice(rows, rows + count)
        columns.pupil[own], columns.employer[own] = reach.pair_pupil[pair], reach.pair_employer[pair]
        columns.lot[own], columns.count[own] = found.lot[:count], found.count[:count]
        columns.points[own] = [column_points(reach, pair, found.lot[k], found.count[k]) for k in range(count)]
        rows += count
    return Columns(*(part[:rows] for part in columns))


def solve_exactly(reach: Reach, *, masks: list[NDArray[np.bool_]]) -> Columns | None:
    """Return the best plan: most placed of each mask in turn, then most points; None when the region is too large."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    columns = all_columns(reach)
    pupils = len(reach.pair_start) - 1
    chosen = no_columns(pupils, reach.work.max_tasks)
    if columns is None:
        return None
    if not len(columns.pupil):
        return chosen
    table, room = _resources(reach, columns)
    limits = [LinearConstraint(table, -np.inf, room)]
    aims = [mask[columns.pupil].astype(float) for mask in masks if mask.any()] + [columns.points.astype(float)]
    for aim in aims:
        answer = milp(
            -aim,
            constraints=limits,
            integrality=np.ones(len(aim)),
            bounds=Bounds(0, 1),
            options={"mip_rel_gap": 0.0, "time_limit": SECONDS},
        )
        if answer.status != 0:
            return None
        limits.append(LinearConstraint(aim[None, :], round(-answer.fun) - 0.5, np.inf))
    for row in np.flatnonzero(answer.x > 0.5):
        copy_column(columns, int(row), chosen, int(columns.pupil[row]))
    return chosen


def _resources(reach: Reach, columns: Columns) -> tuple[object, NDArray[np.float64]]:
    """Sparse table of what every column uses, and what there is: pupils, places, supervision, pieces, functions, seats."""
    from scipy.sparse import coo_array

    work, stock, pupils = reach.work, full_stock(reach.work), len(reach.pair_start) - 1
    room = np.concatenate([np.ones(pupils), stock.places, stock.supervision, stock.pieces, stock.function, stock.seats])
    offset = np.cumsum([0, pupils, *(len(part) for part in (stock.places, stock.supervision, stock.pieces, stock.function))])
    rows, cols, amounts = [], [], []
    every = np.arange(len(columns.pupil))
    for base, index, amount in (
        (offset[0], columns.pupil, np.ones(len(every))),
        (offset[1], columns.employer, np.ones(len(every))),
        (offset[2], columns.employer, work.support[columns.pupil]),
    ):
        rows.append(base + index), cols.append(every), amounts.append(amount)
    seat = np.flatnonzero(columns.function >= 0)
    rows.append(offset[5] + columns.function[seat]), cols.append(seat), amounts.append(np.ones(len(seat)))
    column, slot = np.nonzero(columns.lot >= 0)
    lot, count = columns.lot[column, slot], columns.count[column, slot].astype(float)
    rows.append(offset[3] + lot), cols.append(column), amounts.append(count)
    parts = np.diff(work.part_start)[lot]
    which = np.repeat(np.arange(len(lot)), parts)
    part = np.arange(len(which)) - np.repeat(np.cumsum(parts) - parts, parts) + work.part_start[lot][which]
    function = work.function_start[work.lot_employer[lot[which]]] + work.part_function[part]
    rows.append(offset[4] + function), cols.append(column[which]), amounts.append(count[which] * work.part_hours[part])
    shape = (len(room), len(every))
    table = coo_array((np.concatenate(amounts), (np.concatenate(rows), np.concatenate(cols))), shape=shape).tocsr()
    limited = np.isfinite(room)
    return table[limited], room[limited] + 1e-6
