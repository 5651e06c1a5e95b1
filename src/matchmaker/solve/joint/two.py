"""Positions at two employers that are worth most, points minus prices, of every pupil.

Most couples of employers need no search: filling by value an hour from both says that they cannot matter. The others
are searched exactly (`couple`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matchmaker.solve.bundle import LEAST_HOURS, LEAST_SHARE, Found
from matchmaker.solve.bundle_bounds import EPS
from matchmaker.solve.chunks import in_chunks
from matchmaker.solve.compiled import compiled
from matchmaker.solve.joint.couple import price_two, write_two
from matchmaker.solve.joint.pricing import pair_price, slot_for
from matchmaker.solve.joint.stock import Columns, Prices, Stock, free_prices, full_stock, has_room, no_columns
from matchmaker.solve.reach import Reach

__all__ = ["all_at_two", "best_at_two", "positions_at_two", "price_twos", "with_two"]

LOW, NEVER = -1e12, -1e15
KEEP, SLACK = 4, 20.0
"""Columns at two employers of one pupil that an exact pricing keeps, and how far below the best one they may lie."""


@compiled
def values_an_hour(
    reach: Reach,
    stock: Stock,
    piece_price: NDArray[np.float64],
    pair: int,
    value: NDArray[np.float64],
    hours: NDArray[np.float64],
    first: int,
) -> int:
    """Write what the pair's lots are worth an hour and how many hours they have, best first, from `first` on.

    Hours that the limits of their functions leave no room for are left out. Returns where the next pair begins.
    """
    work, pupil, employer = reach.work, reach.pair_pupil[pair], reach.pair_employer[pair]
    least_hours = max(LEAST_HOURS, work.hours_min[pupil] / LEAST_SHARE)
    lots = np.empty(reach.item_start[pair + 1] - reach.item_start[pair], np.int64)
    last = first
    for item in range(reach.item_start[pair], reach.item_start[pair + 1]):
        lot = reach.item_lot[item]
        most = min(stock.pieces[lot], int((work.hours_max[pupil] + EPS) / work.lot_hours[lot]))
        smallest = 1e9
        for part in range(work.part_start[lot], work.part_start[lot + 1]):
            smallest = min(smallest, most * work.part_hours[part])
        if most < 1 or smallest < least_hours - EPS:
            continue
        worth, place = (reach.item_points[item] - piece_price[lot]) / work.lot_hours[lot], last
        while place > first and value[place - 1] < worth:
            value[place], hours[place] = value[place - 1], hours[place - 1]
            lots[place - first] = lots[place - 1 - first]
            place -= 1
        value[place], hours[place], lots[place - first] = worth, most * work.lot_hours[lot], lot
        last += 1
    left = stock.function[work.function_start[employer] : work.function_start[employer + 1]].copy()
    for place in range(first, last):
        lot = lots[place - first]
        if work.part_start[lot + 1] - work.part_start[lot] == 1:
            function = work.part_function[work.part_start[lot]]
            hours[place] = min(hours[place], max(left[function], 0.0))
            left[function] -= hours[place]
    return last


@compiled
def fill_from_both(
    value: NDArray[np.float64],
    hours: NDArray[np.float64],
    start: NDArray[np.int64],
    one: int,
    other: int,
    room: float,
    need: float,
) -> float:
    """Bound the value of `need` to `room` hours from two sorted lists, taking the best value an hour first."""
    a, b, bound = start[one], start[other], 0.0
    while a < start[one + 1] or b < start[other + 1]:
        if b == start[other + 1] or (a < start[one + 1] and value[a] >= value[b]):
            at, a = a, a + 1
        else:
            at, b = b, b + 1
        wanted = room if value[at] > 0.0 else need
        if wanted <= EPS:
            break
        part = min(hours[at], wanted)
        bound += value[at] * part
        room -= part
        need -= part
    return bound if need <= EPS else -np.inf


@compiled
def price_twos(
    first: int,
    last: int,
    who: NDArray[np.int64],
    reach: Reach,
    stock: Stock,
    prices: Prices,
    piece_price: NDArray[np.float64],
    slack: float,
    top: NDArray[np.float64],
    best: Columns,
    value: NDArray[np.float64],
    bound: NDArray[np.float64],
    worth: NDArray[np.float64],
) -> None:
    """For the pupils `who[first:last]` find the positions at two employers that are worth most.

    `top` [who] is what each surely has, raised by what is found; couples of employers that stay `slack` below it are
    not searched. `best` and `value` take as many columns as they have rows for each one in `who` (unused ones with
    employer -1), `bound` [who] an upper bound on the worth of them all. Where `worth` [pairs] has rows they are raised
    to a bound on positions that hold the pair.
    """
    work = reach.work
    keep = len(best.pupil) // max(len(who), 1)
    found = Found(np.full((1, work.max_tasks), -1, np.int64), np.zeros((1, work.max_tasks), np.int64), np.zeros(1))
    for index in range(first, last):
        pupil, base = who[index], index * keep
        begin, end = reach.pair_start[pupil], reach.pair_start[pupil + 1]
        for row in range(base, base + keep):
            best.pupil[row], best.employer[row], value[row] = pupil, -1, -np.inf
        bound[index] = -np.inf
        items = reach.item_start[end] - reach.item_start[begin]
        rate, hours, start = np.empty(items), np.empty(items), np.zeros(end - begin + 1, np.int64)
        shared = np.empty(end - begin)
        for pair in range(begin, end):
            employer, at = reach.pair_employer[pair], start[pair - begin]
            shared[pair - begin] = reach.pair_points[pair] - pair_price(reach, prices, pupil, employer)
            if has_room(work, stock, pupil, employer):
                at = values_an_hour(reach, stock, piece_price, pair, rate, hours, at)
            start[pair - begin + 1] = at
        for one in range(end - begin):
            for other in range(one + 1, end - begin):
                if start[one] == start[one + 1] or start[other] == start[other + 1]:
                    continue
                both = shared[one] + shared[other]
                limit = both + fill_from_both(
                    rate, hours, start, one, other, work.hours_max[pupil], work.hours_min[pupil]
                )
                if limit > top[index] - slack:
                    beat = max(top[index] - slack - both, NEVER)
                    count, rest = price_two(reach, stock, piece_price, begin + one, begin + other, beat, found)
                    limit = both + max(rest, found.value[0]) if count > 0 else both + rest
                    if count == 0 and rest <= NEVER:
                        limit = -np.inf
                    row = slot_for(value, base, keep, both + found.value[0]) if count > 0 else -1
                    if row >= 0:
                        write_two(reach, begin + one, begin + other, found.lot[0], found.count[0], best, row)
                        value[row] = both + found.value[0]
                    if count > 0:
                        top[index] = max(top[index], both + found.value[0])
                bound[index] = max(bound[index], limit)
                if len(worth) > 0:
                    worth[begin + one] = max(worth[begin + one], limit)
                    worth[begin + other] = max(worth[begin + other], limit)


def best_at_two(
    reach: Reach,
    stock: Stock,
    prices: Prices,
    piece_price: NDArray[np.float64],
    *,
    who: NDArray[np.int64],
    top: NDArray[np.float64],
    slack: float,
    keep: int = KEEP,
    worth: NDArray[np.float64] | None = None,
) -> tuple[Columns, NDArray[np.float64], NDArray[np.float64]]:
    """Price positions at two employers of some pupils.

    Parameters
    ----------
    reach, stock, prices, piece_price
    who : int array
        Row numbers.
    top : float array, shape (who)
        What each surely has; only what comes within `slack` of it, and of the best found, is searched for.
    slack : float
    keep : int
        Columns to keep of each.
    worth : float array, shape (pairs), optional
        Raised to a bound on the positions at two employers that hold each pair.

    Returns
    -------
    tuple
        Columns, `keep` a pupil (employer -1: none); their worth; and for each pupil a bound on all of them, -inf where
        there is none.

    Examples
    --------
    >>> import numpy as np
    >>> import matchmaker as mm
    >>> from matchmaker.numbers.problem import make_problem
    >>> from matchmaker.solve.joint.stock import free_prices, full_stock
    >>> from matchmaker.solve.reach import make_reach
    >>> reach = make_reach(make_problem(mm.read_region(mm.town())))
    >>> free, nothing = free_prices(reach.work), np.zeros(len(reach.work.lot_pieces))
    >>> found, value, bound = best_at_two(reach, Stock(*full_stock(reach.work)), free, nothing,
    ...                                   who=np.array([0]), top=np.array([-1e9]), slack=0.0)
    >>> bool(bound[0] >= value.max())
    True
    """
    columns, value = no_columns(len(who) * keep, reach.work.max_tasks), np.full(len(who) * keep, -np.inf)
    bound, top = np.full(len(who), -np.inf), top.astype(float)
    rows = np.zeros(0) if worth is None else worth
    in_chunks(
        lambda first, last: price_twos(
            first, last, who, reach, stock, prices, piece_price, slack, top, columns, value, bound, rows
        ),
        len(who),
    )
    return columns, value, bound


def all_at_two(reach: Reach, columns: Columns, rows: int, found: Found) -> int:
    """Write every position at two employers into columns from row `rows` on; return where they end, -1 for no room.

    Parameters
    ----------
    reach : Reach
    columns : Columns
    rows : int
    found : Found
        With more rows than any couple of employers may have positions.
    """
    stock, nothing = Stock(*full_stock(reach.work)), np.zeros(len(reach.work.lot_pieces))
    for one in range(len(reach.pair_pupil)):
        for other in range(one + 1, int(reach.pair_start[reach.pair_pupil[one] + 1])):
            count, _ = price_two(reach, stock, nothing, one, other, -1e18, found)
            if count == len(found.value) or rows + count > len(columns.pupil):
                return -1
            for k in range(count):
                write_two(reach, one, other, found.lot[k], found.count[k], columns, rows + k)
            rows += count
    return rows


def positions_at_two(reach: Reach) -> NDArray[np.bool_]:
    """Say who has any position at two employers when nobody else is placed, shape (pupils); unsure counts as yes."""
    free, nothing = free_prices(reach.work), np.zeros(len(reach.work.lot_pieces))
    who, stock = np.arange(len(reach.pair_start) - 1), Stock(*full_stock(reach.work))
    top = np.full(len(who), LOW)
    _, _, bound = best_at_two(reach, stock, free, nothing, who=who, top=top, slack=0.0, keep=1)
    return np.asarray(bound > LOW)


def with_two(
    reach: Reach,
    stock: Stock,
    prices: Prices,
    piece_price: NDArray[np.float64],
    columns: Columns,
    limit: NDArray[np.float64],
    *,
    top: NDArray[np.float64],
    slack: float,
) -> Columns:
    """Return the columns of an exact pricing of everybody with those at two employers; `limit` [pupils] is raised.

    Parameters
    ----------
    reach, stock, prices, piece_price
    columns : Columns
        At one employer.
    limit : float array, shape (pupils)
        Upper bound on the worth of any column of each pupil.
    top : float array, shape (pupils)
        What each surely has.
    slack : float

    Returns
    -------
    Columns
    """
    who, slack = np.arange(len(top)), min(slack, SLACK)
    two, _, bound = best_at_two(reach, stock, prices, piece_price, who=who, top=top, slack=slack)
    np.maximum(limit, bound, out=limit)
    return Columns(*(np.concatenate(parts) for parts in zip(columns, two, strict=True)))
