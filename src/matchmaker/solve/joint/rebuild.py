"""A move: free employers of a group, fill them again, and keep what gains."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matchmaker.solve.compiled import compiled
from matchmaker.solve.joint.build import Aims, draw, empty_columns, fill, value_of
from matchmaker.solve.joint.fillings import Notes, note_employers
from matchmaker.solve.joint.groups import filled
from matchmaker.solve.joint.refill import Market, refill
from matchmaker.solve.joint.shelf import Shelf
from matchmaker.solve.joint.stock import Columns, Stock, copy_column, give, take
from matchmaker.solve.reach import Reach

__all__ = ["rebuild"]


@compiled
def rebuild(
    reach: Reach,
    stock: Stock,
    shelf: Shelf,
    market: Market,
    aims: Aims,
    employers: NDArray[np.int64],
    pupils: NDArray[np.int64],
    chosen: Columns,
    state: NDArray[np.int64],
    noise: float,
    heat: float,
    notes: Notes,
) -> int:
    """Free these pupils and fill these employers from them again; -1 ends either list.

    `pupils` holds those to free at the employers, and others who are unplaced. The result is kept unless it loses more
    than a draw that is `heat` points on average, and noted in any case. Returns the gain (0 when undone).
    """
    employers, pupils = employers[: filled(employers)], pupils[: filled(pupils)]
    work, count = reach.work, len(pupils)
    yields = -heat * np.log(1.0 - draw(state)) * aims.scale
    old = empty_columns(count, work.max_tasks)
    before = 0
    for i in range(count):
        copy_column(chosen, pupils[i], old, i)
        before += value_of(chosen, pupils[i], aims)
        if chosen.employer[pupils[i]] >= 0:
            give(work, stock, chosen, pupils[i])
            chosen.employer[pupils[i]] = -1
    refill(reach, stock, market, shelf, employers, pupils, old, chosen, state, noise)
    fill(reach, stock, market.now, market.piece_price, shelf, aims, employers, pupils, chosen, state, noise)
    note_employers(chosen, employers, notes)
    after = 0
    for i in range(count):
        after += value_of(chosen, pupils[i], aims)
    if after - before >= -yields:
        return after - before
    for i in range(count):
        if chosen.employer[pupils[i]] >= 0:
            give(work, stock, chosen, pupils[i])
    for i in range(count):
        copy_column(old, i, chosen, pupils[i])
        if chosen.employer[pupils[i]] >= 0:
            take(work, stock, chosen, pupils[i])
    return 0
