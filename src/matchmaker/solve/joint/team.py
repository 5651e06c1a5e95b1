"""One employer as its teams see it: what there is to give out, positions there, and what they are worth at prices.

A team is a set of pupils who all work at one employer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matchmaker.solve.bundle import Found
from matchmaker.solve.compiled import compiled
from matchmaker.solve.joint.pricing import price_pair
from matchmaker.solve.joint.stock import Stock
from matchmaker.solve.reach import Reach

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "NOTHING",
    "Bench",
    "Positions",
    "dearest_of",
    "fits",
    "join",
    "list_near",
    "no_positions",
    "price_of_all",
    "some_of",
    "whole_price",
    "worth_of",
]

NOTHING = -1e12
"""The worth of a position that does not exist."""
EPS = 1e-6


class Bench(NamedTuple):
    """One employer as its teams see it.

    Rows are what is given out: first the lots, then the seats of every function. `first_lot` is the lot of row 0,
    `first_function` the function of the first seat.

    Attributes
    ----------
    pupil, pair : int64 arrays, shape (members)
        Who may work here, and the pair in the reach, -1 where only a vacancy is open.
    have : int64 array, shape (rows)
    hours : float array, shape (rows, functions)
        Hours that one unit takes from each function.
    cap : float array, shape (functions)
    by_hour : bool array, shape (functions)
        Functions whose hours have a price: those with a cap that no group covers.
    grouped : bool array, shape (rows)
        Lots that belong to a group of largest choices (see `packing`).
    own_start, own : int64 arrays
        The rows of every group.
    choice_start, choice : int64 arrays
        The choices of every group, each one row of `choice` [choices, rows].
    """

    employer: int
    first_lot: int
    first_function: int
    pupil: NDArray[np.int64]
    pair: NDArray[np.int64]
    have: NDArray[np.int64]
    hours: NDArray[np.float64]
    cap: NDArray[np.float64]
    by_hour: NDArray[np.bool_]
    grouped: NDArray[np.bool_]
    own_start: NDArray[np.int64]
    own: NDArray[np.int64]
    choice_start: NDArray[np.int64]
    choice: NDArray[np.int64]


class Positions(NamedTuple):
    """Positions at one employer: whose (place among the members), points, rows used and how much of each (-1 ends).

    `worth` is what a position is worth at some prices.
    """

    member: NDArray[np.int64]
    points: NDArray[np.float64]
    worth: NDArray[np.float64]
    row: NDArray[np.int64]
    count: NDArray[np.int64]  # type: ignore[assignment]  # hides a method of tuple that nobody needs here


def no_positions(rows: int, most_tasks: int) -> Positions:
    """Return room for so many positions.

    Examples
    --------
    >>> len(no_positions(3, 5).points)
    3
    """
    return Positions(
        np.zeros(rows, np.int64),
        np.zeros(rows),
        np.zeros(rows),
        np.full((rows, most_tasks), -1, np.int64),
        np.zeros((rows, most_tasks), np.int64),
    )


def some_of(near: Positions, rows: NDArray[np.signedinteger[Any]]) -> Positions:
    """Return these rows of positions.

    Examples
    --------
    >>> len(some_of(no_positions(3, 5), np.array([0, 2])).points)
    2
    """
    return Positions(near.member[rows], near.points[rows], near.worth[rows], near.row[rows], near.count[rows])


def join(parts: Sequence[Positions]) -> Positions:
    """Return positions one after the other.

    Examples
    --------
    >>> len(join([no_positions(2, 5), no_positions(1, 5)]).points)
    3
    """
    return Positions(
        np.concatenate([part.member for part in parts]),
        np.concatenate([part.points for part in parts]),
        np.concatenate([part.worth for part in parts]),
        np.concatenate([part.row for part in parts]),
        np.concatenate([part.count for part in parts]),
    )


@compiled
def list_near(
    reach: Reach,
    stock: Stock,
    bench: Bench,
    price: NDArray[np.float64],
    member: int,
    beat: float,
    most: int,
    to: Positions,
    first: int,
) -> tuple[int, float]:
    """Write the positions of a member worth more than `beat` at these prices [rows] into `to` from row `first`.

    At most so many carved ones, the best; vacancies always. Returns how many, and a bound on the worth of all others.
    """
    rows, pupil, lots = first, bench.pupil[member], len(bench.have) - len(bench.cap)
    for option in range(reach.vacancy_start[pupil], reach.vacancy_start[pupil + 1]):
        function = reach.vacancy_function[option] - bench.first_function
        if function < 0 or function >= len(bench.cap) or bench.have[lots + function] < 1:
            continue
        worth = reach.vacancy_points[option] - price[lots + function]
        if worth > beat:
            to.member[rows], to.points[rows], to.worth[rows] = member, reach.vacancy_points[option], worth
            for slot in range(to.row.shape[1]):
                to.row[rows, slot], to.count[rows, slot] = -1, 0
            to.row[rows, 0], to.count[rows, 0] = lots + function, 1
            rows += 1
    pair = bench.pair[member]
    if pair < 0:
        return rows - first, beat
    tasks = reach.work.max_tasks
    found = Found(np.full((most, tasks), -1, np.int64), np.zeros((most, tasks), np.int64), np.zeros(most))
    piece_price = np.zeros(len(stock.pieces))
    for lot in range(lots):
        piece_price[bench.first_lot + lot] = price[lot]
    own = float(reach.pair_points[pair])
    here, rest = price_pair(reach, stock, piece_price, pair, beat - own, found)
    for k in range(here):
        to.member[rows], to.worth[rows], points = member, found.value[k] + own, found.value[k] + own
        for slot in range(tasks):
            lot = found.lot[k, slot]
            to.row[rows, slot] = lot - bench.first_lot if lot >= 0 else -1
            to.count[rows, slot] = found.count[k, slot]
            if lot >= 0:
                points += found.count[k, slot] * piece_price[lot]
        to.points[rows] = np.rint(points)
        rows += 1
    return rows - first, rest + own


@compiled
def whole_price(bench: Bench, price: NDArray[np.float64], whole: NDArray[np.float64]) -> None:
    """Write the price of a unit of every row, its hours included.

    `price` is that of the rows, then that of an hour of each function.
    """
    rows = len(bench.have)
    for row in range(rows):
        whole[row] = price[row]
        for function in range(len(bench.cap)):
            if bench.by_hour[function]:
                whole[row] += price[rows + function] * bench.hours[row, function]


@compiled
def dearest_of(bench: Bench, group: int, price: NDArray[np.float64], most: NDArray[np.int64]) -> tuple[float, int]:
    """Return what the dearest choice of a group is worth, counted up to `most` of each row, and which it is."""
    top, best = -1.0, -1
    for choice in range(bench.choice_start[group], bench.choice_start[group + 1]):
        worth = 0.0
        for k in range(bench.own_start[group], bench.own_start[group + 1]):
            row = bench.own[k]
            worth += price[row] * min(bench.choice[choice, row], most[row])
        if worth > top:
            top, best = worth, choice
    return max(top, 0.0), best


@compiled
def price_of_all(bench: Bench, price: NDArray[np.float64], have: NDArray[np.int64]) -> float:
    """Write how much of every row there is, in groups the dearest choice; return its price and that of hours."""
    rows, total = len(bench.have), 0.0
    have[:] = bench.have
    for group in range(len(bench.choice_start) - 1):
        _, best = dearest_of(bench, group, price, bench.have)
        for k in range(bench.own_start[group], bench.own_start[group + 1]):
            have[bench.own[k]] = bench.choice[best, bench.own[k]] if best >= 0 else 0
    for row in range(rows):
        total += price[row] * have[row]
    for function in range(len(bench.cap)):
        if bench.by_hour[function]:
            total += price[rows + function] * bench.cap[function]
    return total


@compiled
def worth_of(pool: Positions, k: int, whole: NDArray[np.float64]) -> float:
    """Return the points of a position less the price of what it uses."""
    worth = pool.points[k]
    for slot in range(pool.row.shape[1]):
        if pool.row[k, slot] < 0:
            break
        worth -= pool.count[k, slot] * whole[pool.row[k, slot]]
    return float(worth)


@compiled
def fits(bench: Bench, near: Positions, one: int, used: NDArray[np.int64], hours: NDArray[np.float64]) -> bool:
    """Say whether a position fits beside what is used."""
    for slot in range(near.row.shape[1]):
        row = near.row[one, slot]
        if row < 0:
            break
        if used[row] + near.count[one, slot] > bench.have[row]:
            return False
    for function in range(len(bench.cap)):
        if not np.isinf(bench.cap[function]):
            more = hours[function]
            for slot in range(near.row.shape[1]):
                row = near.row[one, slot]
                if row < 0:
                    break
                more += near.count[one, slot] * bench.hours[row, function]
            if more > bench.cap[function] + EPS:
                return False
    return True
