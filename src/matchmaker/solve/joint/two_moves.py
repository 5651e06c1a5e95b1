"""Positions at two employers in a plan: offered one by one, others make room, and what gains is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from matchmaker.solve.compiled import compiled
from matchmaker.solve.joint.build import Aims, column_worths, value_of
from matchmaker.solve.joint.pricing import piece_prices
from matchmaker.solve.joint.rounds import priced_from
from matchmaker.solve.joint.stock import (
    Columns,
    Prices,
    Stock,
    column_fits,
    copy_column,
    full_stock,
    give,
    has_room,
    no_columns,
    second_employer,
    second_employers,
    take,
)
from matchmaker.solve.joint.two import best_at_two

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from matchmaker.solve.reach import Reach, Work

__all__ = ["offer_two", "one_employer"]

OFFERS = 3
"""Positions that are offered to each pupil, those worth most at the prices."""
MOST_MOVED = 4
"""How many others may have to make room for one of them."""
LOW = -1e9


def one_employer(reach: Reach) -> Reach:
    """Return the same reach where positions are at one employer.

    Examples
    --------
    >>> import matchmaker as mm
    >>> from matchmaker.numbers.problem import make_problem
    >>> from matchmaker.solve.reach import make_reach
    >>> region = mm.read_region(mm.town())
    >>> two = region.replace(policy=region.policy.replace(employers_per_position=2))
    >>> reach = make_reach(make_problem(two))
    >>> reach.work.most_employers, one_employer(reach).work.most_employers
    (2, 1)
    """
    return reach._replace(work=reach.work._replace(most_employers=1))


def offer_two(
    reach: Reach,
    chosen: Columns,
    pool: Columns,
    prices: Prices,
    aims: Aims,
    *,
    lottery: NDArray[np.int64],
    stop: Callable[[], bool],
) -> int:
    """Change a plan by positions at two employers, as long as the aims gain; return how many were taken.

    The positions offered are those of the pool that are worth most at the prices, to those who stand to gain most
    first. Whoever is in the way leaves, the one worth least first, and takes the best of what is left; when the aims do
    not gain, all stay where they were. Who is unplaced is then offered what is left at two employers.

    Parameters
    ----------
    reach : Reach
    chosen : Columns
        The plan, one row a pupil; written to.
    pool : Columns
    prices : Prices
    aims : Aims
    lottery : int64 array, shape (pupils)
        Breaks ties.
    stop : callable
        Says that time is up.
    """
    stock, piece_price = Stock(*full_stock(reach.work)), piece_prices(reach, prices)
    for pupil in np.flatnonzero(chosen.employer >= 0).tolist():
        take(reach.work, stock, chosen, pupil)
    taken = 0
    for row in _offers(reach, chosen, pool, prices, piece_price, lottery).tolist():
        if stop():
            return taken
        taken += _offer(reach, stock, chosen, pool, row, prices, piece_price, aims)
    return taken + _from_what_is_left(reach, stock, chosen, prices, piece_price, lottery)


def _offers(
    reach: Reach,
    chosen: Columns,
    pool: Columns,
    prices: Prices,
    piece_price: NDArray[np.float64],
    lottery: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Choose rows of the pool: the best few of each pupil, who gains most at the prices first.

    Who is at two employers is offered positions at one as well, for moves leave such pupils where they are.
    """
    at_two = second_employers(reach.work, chosen) >= 0
    rows = np.flatnonzero((second_employers(reach.work, pool) >= 0) | at_two[pool.pupil])
    worth = column_worths(reach, pool, rows, prices, piece_price)
    now, placed = np.zeros(len(chosen.employer)), np.flatnonzero(chosen.employer >= 0)
    now[placed] = column_worths(reach, chosen, placed, prices, piece_price)
    order = np.lexsort((rows, -worth, pool.pupil[rows]))
    rows, worth = rows[order], worth[order]
    first = np.searchsorted(pool.pupil[rows], pool.pupil[rows])
    few = np.arange(len(rows)) - first < OFFERS
    rows, gain = rows[few], (worth - now[pool.pupil[rows]])[few]
    waits = chosen.employer[pool.pupil[rows]] < 0
    return np.asarray(rows[np.lexsort((lottery[pool.pupil[rows]], -gain, ~waits))])


def _offer(
    reach: Reach,
    stock: Stock,
    chosen: Columns,
    pool: Columns,
    row: int,
    prices: Prices,
    piece_price: NDArray[np.float64],
    aims: Aims,
) -> bool:
    """Give one position of the pool out, if the aims gain when those in the way take what is left."""
    work, pupil = reach.work, int(pool.pupil[row])
    moved, before = [pupil], no_columns(MOST_MOVED + 2, work.max_tasks)
    value = int(value_of(chosen, pupil, aims))
    leave(work, stock, chosen, pupil, before, 0)
    fits = bool(column_fits(work, stock, pool, row))
    while not fits and len(moved) <= MOST_MOVED:
        other = in_the_way(work, stock, chosen, pool, row, aims)
        if other < 0:
            break
        value += int(value_of(chosen, other, aims))
        leave(work, stock, chosen, other, before, len(moved))
        moved.append(other)
        fits = bool(column_fits(work, stock, pool, row))
    if fits:
        copy_column(pool, row, chosen, pupil)
        take(work, stock, chosen, pupil)
        _place_again(reach, stock, chosen, np.array(moved[1:], np.int64), prices, piece_price)
    if fits and sum(int(value_of(chosen, one, aims)) for one in moved) > value:
        return True
    for one in moved:
        if chosen.employer[one] >= 0:
            give(work, stock, chosen, one)
    for k, one in enumerate(moved):
        copy_column(before, k, chosen, one)
        chosen.pupil[one] = one
        if chosen.employer[one] >= 0:
            take(work, stock, chosen, one)
    return False


@compiled
def leave(work: Work, stock: Stock, chosen: Columns, pupil: int, before: Columns, row: int) -> None:
    """Take a pupil's position away, keeping it in a row of other columns."""
    copy_column(chosen, pupil, before, row)
    if chosen.employer[pupil] >= 0:
        give(work, stock, chosen, pupil)
    chosen.employer[pupil] = -1


@compiled
def uses_short(work: Work, stock: Stock, chosen: Columns, pupil: int, pool: Columns, row: int) -> bool:
    """Say whether a pupil has what a column lacks: a place or supervision, pieces of a lot, hours of a function."""
    for employer in (pool.employer[row], second_employer(work, pool, row)):
        at = chosen.employer[pupil] == employer or second_employer(work, chosen, pupil) == employer
        if at and not has_room(work, stock, pool.pupil[row], employer):
            return True
        if not at or chosen.function[pupil] >= 0:
            continue
        for slot in range(chosen.lot.shape[1]):
            lot = chosen.lot[pupil, slot]
            if lot < 0:
                break
            if work.lot_employer[lot] != employer:
                continue
            for wanted in range(pool.lot.shape[1]):
                other = pool.lot[row, wanted]
                if other < 0:
                    break
                if other == lot:
                    if stock.pieces[lot] < pool.count[row, wanted]:
                        return True
                elif work.lot_employer[other] == employer and same_function(work, lot, other):
                    return True
    return False


@compiled
def same_function(work: Work, lot: int, other: int) -> bool:
    """Say whether two lots of an employer draw on one function with a limit."""
    first = work.function_start[work.lot_employer[lot]]
    for part in range(work.part_start[lot], work.part_start[lot + 1]):
        for twin in range(work.part_start[other], work.part_start[other + 1]):
            if work.part_function[part] == work.part_function[twin]:
                return bool(np.isfinite(work.cap[first + work.part_function[part]]))
    return False


@compiled
def in_the_way(work: Work, stock: Stock, chosen: Columns, pool: Columns, row: int, aims: Aims) -> int:
    """Return the pupil who counts least of those who have what a column lacks, -1 for none."""
    least, value = -1, 0
    for pupil in range(len(chosen.employer)):
        if chosen.employer[pupil] < 0 or not uses_short(work, stock, chosen, pupil, pool, row):
            continue
        own = value_of(chosen, pupil, aims)
        if least < 0 or own < value:
            least, value = pupil, own
    return least


def _place_again(
    reach: Reach,
    stock: Stock,
    chosen: Columns,
    who: NDArray[np.int64],
    prices: Prices,
    piece_price: NDArray[np.float64],
) -> None:
    """Give these pupils the best of what is left at one employer, most worth first, until nobody finds anything."""
    while len(who := who[chosen.employer[who] < 0]):
        offered = priced_from(reach, stock, prices, piece_price, who)
        if not _give_out(reach, stock, chosen, offered, prices, piece_price):
            return


def _from_what_is_left(
    reach: Reach,
    stock: Stock,
    chosen: Columns,
    prices: Prices,
    piece_price: NDArray[np.float64],
    lottery: NDArray[np.int64],
) -> int:
    """Place who is unplaced at two employers, from what is left; return how many."""
    given = 0
    while len(who := np.flatnonzero(chosen.employer < 0)):
        who = who[np.argsort(lottery[who])]
        offered, _, _ = best_at_two(
            reach, stock, prices, piece_price, who=who, top=np.full(len(who), LOW), slack=0.0, keep=2
        )
        more = _give_out(reach, stock, chosen, offered, prices, piece_price)
        given += more
        if not more:
            break
    return given


def _give_out(
    reach: Reach, stock: Stock, chosen: Columns, offered: Columns, prices: Prices, piece_price: NDArray[np.float64]
) -> int:
    """Give out columns that fit to those without a position, most worth first; return how many."""
    rows, given = np.flatnonzero(offered.employer >= 0), 0
    worth = column_worths(reach, offered, rows, prices, piece_price)
    for row in rows[np.argsort(-worth, kind="stable")].tolist():
        pupil = int(offered.pupil[row])
        if chosen.employer[pupil] < 0 and column_fits(reach.work, stock, offered, row):
            copy_column(offered, row, chosen, pupil)
            take(reach.work, stock, chosen, pupil)
            given += 1
    return given
