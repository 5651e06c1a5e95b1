"""A plan by diving: place those whose position is settled, find the prices of what is left, and so on."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from matchmaker.solve.chunks import in_chunks
from matchmaker.solve.compiled import compiled
from matchmaker.solve.joint.build import column_worths
from matchmaker.solve.joint.dual import in_pieces
from matchmaker.solve.joint.packing import Packings, group_starts
from matchmaker.solve.joint.pool import pool_of
from matchmaker.solve.joint.pricing import piece_prices, price_pupils
from matchmaker.solve.joint.screen import Screen
from matchmaker.solve.joint.settle import Stride, no_weights, settle
from matchmaker.solve.joint.shared import offers_of, read_prices, shared_of, typical_use, write_prices
from matchmaker.solve.joint.stock import (
    Columns,
    Prices,
    Stock,
    column_fits,
    copy_column,
    no_columns,
    second_employers,
    take,
)
from matchmaker.solve.reach import Work

if TYPE_CHECKING:
    from collections.abc import Callable

    from matchmaker.solve.reach import Reach

__all__ = ["dive"]

STAGES = 12
"""In how many stages everybody is placed."""
STRIDE = Stride(steps=100, target=-np.inf, reached=0.97, theta=1.0, patience=15)
"""The steps that the prices of what is left take in each."""
CHOICES, SLACK = 6, 200.0
"""Columns of a pupil that are priced anew in a stage, and how many points below the best they may lie."""


def dive(
    reach: Reach,
    stock: Stock,
    prices: Prices,
    pool: Columns,
    chosen: Columns,
    *,
    packings: Packings,
    who: NDArray[np.bool_],
    bonus: NDArray[np.float64],
    lottery: NDArray[np.int64],
    seconds_left: Callable[[], float],
    tell: Callable[[float], None] = lambda _: None,
) -> int:
    """Place pupils stage by stage, writing to `stock` and `chosen`; return the number of stages.

    In every stage columns are priced from what is left, steps of the relaxation lower its value over all columns that
    still fit, and the pupils who took one column in most of these steps are placed in it, as many as make the stages
    equally large. The prices of the next stage know what is gone (diving in column generation; Sadykov and others
    2019).

    Parameters
    ----------
    reach : Reach
    stock : Stock
        What may be given out.
    prices : Prices
        Of the whole relaxation: where the first stage begins.
    pool : Columns
        To choose from in the first stage, beside what is priced anew.
    chosen : Columns
        One row a pupil.
    packings : Packings
        Of the reach.
    who : bool array, shape (pupils)
        Who is to be placed.
    bonus : float array, shape (pupils)
        What being placed is worth in itself, in points.
    lottery : int64 array, shape (pupils)
        Ranks that break ties.
    seconds_left : callable
        How long it may take: there are as many stages as the time allows, by what the one before took, at least one.
    tell : callable, optional
        Told before every stage how far the dive is, 0 to 1.
    """
    work, typical, every = reach.work, typical_use(reach), np.arange(len(reach.work.places))
    groups = group_starts(work, packings)
    now = Prices(*(part.copy() for part in in_pieces(reach, prices, packings)))
    screen, took = Screen(reach, now), 0.0
    pool = Columns(*(part[second_employers(work, pool) < 0] for part in pool))
    for stage in range(STAGES):
        tell(stage / STAGES)
        begun, waiting = time.perf_counter(), who & (chosen.employer < 0)
        stages = max(1, math.floor(min(STAGES - stage, seconds_left() / max(took, 1e-9))))
        pool = _fitting(work, stock, pool, waiting)
        left = pool_of([pool, _priced(reach, stock, now, pool, bonus, np.flatnonzero(waiting), screen)], len(who))
        if not len(left):
            return stage
        pool = left.columns
        shared = shared_of(work, packings, groups, stock, every, typical)
        row, often = np.empty(len(shared.capacity)), np.zeros(len(left), np.int64)
        read_prices(work, shared, now, row)
        offers, most = offers_of(work, shared, pool, left.start), math.ceil(waiting.sum() / stages)
        settle(shared, offers, bonus, no_weights(), STRIDE, row, often)
        write_prices(work, shared, row, now, np.empty(len(now.pieces)))
        taken = np.flatnonzero(often)
        order = taken[np.lexsort((lottery[pool.pupil[taken]], -often[taken]))]
        give_out(work, stock, pool, order, most, chosen)
        if stages == 1:
            return stage + 1
        took = time.perf_counter() - begun
    return STAGES


def _fitting(work: Work, stock: Stock, pool: Columns, waiting: NDArray[np.bool_]) -> Columns:
    """Return the columns of those who wait that still fit."""
    fit = np.empty(len(pool.pupil), bool)
    in_chunks(lambda first, last: all_fit(work, stock, pool, waiting, first, last, fit), len(fit))
    return Columns(*(part[fit] for part in pool))


def _priced(
    reach: Reach,
    stock: Stock,
    prices: Prices,
    pool: Columns,
    bonus: NDArray[np.float64],
    waiting: NDArray[np.int64],
    screen: Screen,
) -> Columns:
    """Price positions of those who wait from what is left, several of each: near the best of the pool, or better."""
    columns = no_columns(len(waiting) * CHOICES, reach.work.max_tasks)
    value, limit = np.empty(len(waiting) * CHOICES), np.empty(len(waiting))
    piece_price, falls, least = piece_prices(reach, prices), screen.falls(prices), -bonus
    np.maximum.at(least, pool.pupil, column_worths(reach, pool, np.arange(len(pool.pupil)), prices, piece_price))
    in_chunks(
        lambda first, last: price_pupils(
            first, last, waiting, reach, stock, prices, piece_price, least, SLACK, columns, value, limit, falls
        ),
        len(waiting),
    )
    return columns


@compiled
def all_fit(
    work: Work,
    stock: Stock,
    columns: Columns,
    waiting: NDArray[np.bool_],
    first: int,
    last: int,
    fit: NDArray[np.bool_],
) -> None:
    """Say of each column whether its pupil waits and it fits."""
    for column in range(first, last):
        fit[column] = waiting[columns.pupil[column]] and column_fits(work, stock, columns, column)


@compiled
def give_out(work: Work, stock: Stock, columns: Columns, rows: NDArray[np.int64], most: int, chosen: Columns) -> int:
    """Place pupils in these columns, one after the other, as far as they fit, up to `most`; return how many."""
    given = 0
    for row in rows:
        if given == most:
            break
        pupil = columns.pupil[row]
        if chosen.employer[pupil] < 0 and column_fits(work, stock, columns, row):
            copy_column(columns, row, chosen, pupil)
            take(work, stock, chosen, pupil)
            given += 1
    return given
