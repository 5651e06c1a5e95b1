"""Fillings by price: who would go together well at an employer if pupils, too, had a price."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matchmaker.solve.compiled import compiled
from matchmaker.solve.joint.build import NONE, draw, empty_columns, good_position, new_found
from matchmaker.solve.joint.fillings import Notes, note_rows
from matchmaker.solve.joint.shelf import Shelf
from matchmaker.solve.joint.stock import Prices, Stock, column_fits, give, take
from matchmaker.solve.reach import Reach

__all__ = ["propose"]

CROWD = 24
"""Pupils looked at for one filling."""
LEAST = -150.0
"""Positions that are worth less than the price of the pupil by more than this are not given."""


@compiled
def propose(
    reach: Reach,
    stock: Stock,
    prices: Prices,
    piece_price: NDArray[np.float64],
    pupil_price: NDArray[np.float64],
    shelf: Shelf,
    pairs: NDArray[np.int64],
    liking: NDArray[np.float64],
    state: NDArray[np.int64],
    noise: float,
    notes: Notes,
) -> None:
    """Fill one employer, all of it free, by what positions are worth less the prices of pupils, with some noise.

    `pairs` lists the pairs of the employer, `liking` what each was worth at most when last looked at. The
    filling is noted; `stock` is as before at the end.
    """
    crowd = min(CROWD, len(pairs))
    if crowd == 0:
        return
    employer = int(reach.pair_employer[pairs[0]])
    key = np.empty(len(pairs))
    for k in range(len(pairs)):
        key[k] = -(liking[pairs[k]] - pupil_price[reach.pair_pupil[pairs[k]]] + noise * (2.0 * draw(state) - 1.0))
    best = np.argsort(key)[:crowd]
    found, table = new_found(1, reach.work.max_tasks), empty_columns(crowd, reach.work.max_tasks)
    worth, extra, taken = np.full(crowd, NONE), np.empty(crowd), np.zeros(crowd, np.bool_)
    for i in range(crowd):
        pupil = reach.pair_pupil[pairs[best[i]]]
        extra[i] = noise * (2.0 * draw(state) - 1.0) - pupil_price[pupil]
        worth[i] = good_position(reach, stock, prices, piece_price, pupil, employer, shelf, table, i, found)
        liking[pairs[best[i]]] = worth[i] if worth[i] > NONE else -1e6
    while True:
        top, at = LEAST, -1
        for i in range(crowd):
            if not taken[i] and worth[i] > NONE and worth[i] + extra[i] > top:
                top, at = worth[i] + extra[i], i
        if at < 0:
            break
        taken[at] = True
        take(reach.work, stock, table, at)
        for i in range(crowd):
            if not taken[i] and worth[i] > NONE and not column_fits(reach.work, stock, table, i):
                pupil = table.pupil[i]
                worth[i] = good_position(reach, stock, prices, piece_price, pupil, employer, shelf, table, i, found)
    rows = np.flatnonzero(taken)
    note_rows(table, rows[np.argsort(table.pupil[rows])], employer, notes)
    for row in rows:
        give(reach.work, stock, table, int(row))
