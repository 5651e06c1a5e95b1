"""Moves: free employers of a group, fill them again, and keep what gains."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matchmaker.solve.compiled import compiled
from matchmaker.solve.joint.build import Aims, draw, empty_columns, fill, shake_prices, value_of
from matchmaker.solve.joint.fillings import Notes, note_employers
from matchmaker.solve.joint.groups import filled
from matchmaker.solve.joint.refill import Market, refill
from matchmaker.solve.joint.shelf import Shelf
from matchmaker.solve.joint.stock import Columns, Prices, Stock, copy_column, give, take
from matchmaker.solve.reach import Reach

__all__ = ["rebuild_groups"]


@compiled(inline=True)
def rebuild(
    reach: Reach,
    stock: Stock,
    prices: Prices,
    piece_price: NDArray[np.float64],
    shelf: Shelf,
    market: Market,
    deep: bool,
    aims: Aims,
    employers: NDArray[np.int64],
    pupils: NDArray[np.int64],
    chosen: Columns,
    state: NDArray[np.int64],
    noise: float,
    yields: float,
    notes: Notes,
) -> int:
    """Free these employers' pupils and fill the employers again from `pupils`.

    `pupils` holds everybody placed at the employers, and others who are unplaced. The result is kept unless it loses
    more than `yields`, and noted in any case. Returns the gain (0 when undone).
    """
    work, count = reach.work, len(pupils)
    old = empty_columns(count, work.max_tasks)
    before = 0
    for i in range(count):
        copy_column(chosen, pupils[i], old, i)
        before += value_of(chosen, pupils[i], aims)
        if chosen.employer[pupils[i]] >= 0:
            give(work, stock, chosen, pupils[i])
            chosen.employer[pupils[i]] = -1
    if deep:
        refill(reach, stock, market, shelf, employers, pupils, old, chosen, state, noise)
        prices, piece_price = market.now, market.piece_price
    fill(reach, stock, prices, piece_price, shelf, aims, employers, pupils, chosen, state, noise)
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


@compiled
def rebuild_groups(
    first: int,
    last: int,
    reach: Reach,
    stock: Stock,
    prices: Prices,
    piece_price: NDArray[np.float64],
    shelf: Shelf,
    market: Market,
    deep: bool,
    shake: bool,
    shaken: NDArray[np.float64],
    aims: Aims,
    employers: NDArray[np.int64],
    pupils: NDArray[np.int64],
    chosen: Columns,
    states: NDArray[np.int64],
    noise: float,
    heat: float,
    gains: NDArray[np.int64],
    notes: Notes,
) -> None:
    """Rebuild groups `first` to before `last`; groups share no employer and no pupil, so they may run side by side."""
    for group in range(first, last):
        width, crowd = filled(employers[group]), filled(pupils[group])
        if shake:
            shake_prices(reach, piece_price, employers[group, :width], states[group], shaken)
        else:
            shaken = piece_price
        yields = -heat * np.log(1.0 - draw(states[group])) * aims.scale
        gains[group] = rebuild(
            reach,
            stock,
            prices,
            shaken,
            shelf,
            market,
            deep,
            aims,
            employers[group, :width],
            pupils[group, :crowd],
            chosen,
            states[group],
            noise,
            yields,
            notes,
        )
