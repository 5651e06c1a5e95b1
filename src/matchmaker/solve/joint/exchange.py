"""Fillings beside those of a plan: at an employer one pupil comes, goes, or takes the place of another."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matchmaker.solve.bundle import Found
from matchmaker.solve.compiled import compiled
from matchmaker.solve.joint.build import best_carved, best_seat, empty_columns, new_found
from matchmaker.solve.joint.fillings import Fillings, Notes, keep_notes, note_rows
from matchmaker.solve.joint.pricing import find_pair
from matchmaker.solve.joint.stock import Columns, Prices, Stock, copy_column, give, has_room, take
from matchmaker.solve.reach import Reach

__all__ = ["exchange"]

SLACK = 60.0
"""Points that a filling may be worth less, at the prices of its pupils, than the one it comes from."""
MOST = 20
"""Pupils who may come for one who goes, those worth most, one after the other, where there are more."""
NOBODY = -1


@compiled
def exchange(
    reach: Reach,
    stock: Stock,
    prices: Prices,
    piece_price: NDArray[np.float64],
    pupil_price: NDArray[np.float64],
    columns: Columns,
    rows: NDArray[np.int64],
    pairs: NDArray[np.int64],
    employer: int,
    notes: Notes,
    fillings: Fillings,
) -> None:
    """Keep every filling that differs by one pupil from the one in these rows of columns, and is worth nearly as much.

    Worth is points less the prices of the pupils. Whoever comes takes the best position of what is left; then all who
    are there may take a better one, in turn. `pairs` lists the pairs of the employer; `prices` and `piece_price` are of
    nothing, `stock` is full, and so it is at the end.
    """
    work, count = reach.work, len(rows)
    table, spare, found = (
        empty_columns(count + 1, work.max_tasks),
        empty_columns(1, work.max_tasks),
        new_found(1, work.max_tasks),
    )
    first = empty_columns(count, work.max_tasks)
    for k in range(count):
        copy_column(columns, rows[k], first, k)
        copy_column(first, k, table, k)
        take(work, stock, table, k)
    for out in range(NOBODY, count):
        lost = 0.0
        if out != NOBODY:
            give(work, stock, table, out)
            lost = table.points[out] - pupil_price[table.pupil[out]]
            note_all_but(table, count, out, employer, notes, fillings)
        top = np.full(MOST, -SLACK)
        for pair in pairs:
            pupil, low = reach.pair_pupil[pair], int(np.argmin(top))
            if not has_room(work, stock, pupil, employer) or (table.pupil[:count] == pupil).any():
                continue
            table.pupil[count], table.employer[count] = pupil, -1
            price = lost + pupil_price[pupil]
            beat = best_seat(reach, stock, prices, pupil, employer, top[low] + price, table, count)
            best_carved(reach, stock, prices, piece_price, pair, beat, table, count, found)
            if table.employer[count] < 0:
                continue
            top[low] = table.points[count] - price
            take(work, stock, table, count)
            for k in range(count + 1):
                if k != out:
                    improve(reach, stock, prices, piece_price, table, k, spare, found)
            note_all_but(table, count + 1, out, employer, notes, fillings)
            give(work, stock, table, count)
            for k in range(count):
                if k != out:
                    give(work, stock, table, k)
                    copy_column(first, k, table, k)
                    take(work, stock, table, k)
        if out != NOBODY:
            take(work, stock, table, out)
    for k in range(count):
        give(work, stock, table, k)


@compiled
def improve(
    reach: Reach,
    stock: Stock,
    prices: Prices,
    piece_price: NDArray[np.float64],
    table: Columns,
    row: int,
    spare: Columns,
    found: Found,
) -> None:
    """Give the pupil in a row the best position there is at the employer now, if it has more points."""
    pupil, employer = table.pupil[row], table.employer[row]
    give(reach.work, stock, table, row)
    spare.pupil[0], spare.employer[0] = pupil, -1
    beat = best_seat(reach, stock, prices, pupil, employer, float(table.points[row]), spare, 0)
    pair = find_pair(reach, pupil, employer)
    if pair >= 0:
        best_carved(reach, stock, prices, piece_price, pair, beat, spare, 0, found)
    if spare.employer[0] >= 0:
        copy_column(spare, 0, table, row)
    take(reach.work, stock, table, row)


@compiled
def note_all_but(table: Columns, count: int, out: int, employer: int, notes: Notes, fillings: Fillings) -> None:
    """Keep the filling of the first rows without one of them."""
    rows, width = np.empty(count, np.int64), 0
    for k in range(count):
        if k != out:
            rows[width] = k
            width += 1
    rows = rows[:width]
    note_rows(table, rows[np.argsort(table.pupil[rows])], employer, notes)
    keep_notes(notes, fillings)
