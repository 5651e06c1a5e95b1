"""What is left to give out, and what it costs: stock and prices of one region, and columns that draw on them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matchmaker.solve.bundle import copy_slots
from matchmaker.solve.compiled import compiled
from matchmaker.solve.reach import Work

__all__ = [
    "Columns",
    "Falls",
    "Prices",
    "Stock",
    "column_fits",
    "free_prices",
    "full_stock",
    "give",
    "lots_fit",
    "no_columns",
    "no_falls",
    "second_employer",
    "second_employers",
    "take",
]

EPS = 1e-6


class Stock(NamedTuple):
    """What is left: pieces of lots, hours of functions, places and supervision of employers, seats of vacancies."""

    pieces: NDArray[np.int64]
    function: NDArray[np.float64]
    places: NDArray[np.int64]
    supervision: NDArray[np.float64]
    seats: NDArray[np.int64]


class Prices(NamedTuple):
    """Points that a unit of each resource is worth: a piece, an hour of a function or supervision, a place, a seat."""

    pieces: NDArray[np.float64]
    function: NDArray[np.float64]
    places: NDArray[np.float64]
    supervision: NDArray[np.float64]
    seats: NDArray[np.float64]


class Columns(NamedTuple):
    """Positions for pupils: one row a (pupil, employer, bundle) or (pupil, vacancy).

    `function` is the vacancy, -1 for a carved position; `lot` and `count` list the bundle, unused slots -1. `points`
    are the points of the whole position. Of a position at two employers, `employer` is the one with most hours, ties by
    row; the other one is where the rest of the lots are (`second_employer`).
    """

    pupil: NDArray[np.int64]
    employer: NDArray[np.int64]
    function: NDArray[np.int64]
    points: NDArray[np.int64]
    lot: NDArray[np.int64]
    count: NDArray[np.int64]  # type: ignore[assignment]  # hides a method of tuple that nobody needs here


class Falls(NamedTuple):
    """By how much a position at each employer may have gained since the pairs were screened last.

    `place` and per hour `supervision`; for the pieces no more than `bundle`, nor than `hour` times the hours. With no
    `ceiling` nothing is screened; else `ceiling` [pairs] is what a position of the pair was worth at most.
    """

    ceiling: NDArray[np.float64]
    place: NDArray[np.float64]
    supervision: NDArray[np.float64]
    bundle: NDArray[np.float64]
    hour: NDArray[np.float64]


def full_stock(work: Work) -> Stock:
    """Return everything there is to give out, as arrays that may be written to."""
    return Stock(
        pieces=work.lot_pieces.copy(),
        function=work.cap.copy(),
        places=work.places.copy(),
        supervision=work.supervision.copy(),
        seats=work.seats.copy(),
    )


def free_prices(work: Work) -> Prices:
    """Return prices of nothing."""
    return Prices(*(np.zeros(len(part)) for part in full_stock(work)))


def no_falls() -> Falls:
    """Return falls with which nothing is screened.

    Examples
    --------
    >>> len(no_falls().ceiling)
    0
    """
    return Falls(*(np.zeros(0) for _ in range(5)))


def no_columns(rows: int, most_tasks: int) -> Columns:
    """Return room for `rows` columns; employer -1 says that a row is empty."""
    return Columns(
        pupil=np.arange(rows, dtype=np.int64),
        employer=np.full(rows, -1, np.int64),
        function=np.full(rows, -1, np.int64),
        points=np.zeros(rows, np.int64),
        lot=np.full((rows, most_tasks), -1, np.int64),
        count=np.zeros((rows, most_tasks), np.int64),
    )


@compiled
def lots_fit(
    work: Work,
    stock: Stock,
    lots: NDArray[np.signedinteger[Any]],
    counts: NDArray[np.signedinteger[Any]],
) -> bool:
    """Say whether what is left suffices for so many pieces of these lots; the first slot without any ends them."""
    for slot in range(len(lots)):
        if lots[slot] < 0 or counts[slot] == 0:
            break
        if counts[slot] > stock.pieces[lots[slot]]:
            return False
    for slot in range(len(lots)):
        lot = lots[slot]
        if lot < 0 or counts[slot] == 0:
            break
        first = work.function_start[work.lot_employer[lot]]
        for part in range(work.part_start[lot], work.part_start[lot + 1]):
            own, left = 0.0, stock.function[first + work.part_function[part]]
            if np.isinf(left):
                continue
            # Several lots of a column may draw on the same function.
            for other in range(len(lots)):
                drawn = lots[other]
                if drawn < 0 or counts[other] == 0:
                    break
                if work.lot_employer[drawn] != work.lot_employer[lot]:
                    continue
                for twin in range(work.part_start[drawn], work.part_start[drawn + 1]):
                    if work.part_function[twin] == work.part_function[part]:
                        own += counts[other] * work.part_hours[twin]
            if own > left + EPS:
                return False
    return True


@compiled
def second_employer(work: Work, columns: Columns, row: int) -> int:
    """Return the other employer of a position at two, -1 for every other position."""
    for slot in range(columns.lot.shape[1]):
        lot = columns.lot[row, slot]
        if lot < 0:
            break
        if work.lot_employer[lot] != columns.employer[row]:
            return int(work.lot_employer[lot])
    return -1


def second_employers(work: Work, columns: Columns) -> NDArray[np.int64]:
    """Return the other employer of every position at two, -1 for all others, shape (columns).

    Examples
    --------
    >>> import matchmaker as mm
    >>> from matchmaker.numbers.problem import make_problem
    >>> from matchmaker.solve.reach import make_work
    >>> work = make_work(make_problem(mm.read_region(mm.town())))
    >>> columns = no_columns(1, work.max_tasks)
    >>> columns.employer[0], columns.lot[0, :2] = 3, (work.lot_start[3], work.lot_start[5])
    >>> second_employers(work, columns).tolist()
    [5]
    """
    if not len(work.lot_employer):
        return np.full(len(columns.employer), -1, np.int64)
    at = np.where(columns.lot >= 0, work.lot_employer[columns.lot], -1)
    other = (at >= 0) & (at != columns.employer[:, None]) & (columns.employer >= 0)[:, None]
    slot = np.argmax(other, axis=1)
    return np.where(other.any(axis=1), at[np.arange(len(at)), slot], -1).astype(np.int64)


@compiled
def has_room(work: Work, stock: Stock, pupil: int, employer: int) -> bool:
    """Say whether an employer has a place and supervision for one more pupil."""
    return bool(stock.places[employer] > 0 and work.support[pupil] <= stock.supervision[employer] + EPS)


@compiled
def column_fits(work: Work, stock: Stock, columns: Columns, row: int) -> bool:
    """Say whether what is left suffices for a column."""
    employer, function = columns.employer[row], columns.function[row]
    if not has_room(work, stock, columns.pupil[row], employer):
        return False
    if function >= 0:
        return bool(stock.seats[function] > 0)
    second = second_employer(work, columns, row)
    if second >= 0 and not has_room(work, stock, columns.pupil[row], second):
        return False
    return bool(lots_fit(work, stock, columns.lot[row], columns.count[row]))


@compiled
def move_stock(work: Work, stock: Stock, columns: Columns, row: int, sign: int) -> None:
    """Add (sign 1) or draw (sign -1) all that a column uses."""
    employer, function = columns.employer[row], columns.function[row]
    stock.places[employer] += sign
    stock.supervision[employer] += sign * work.support[columns.pupil[row]]
    if function >= 0:
        stock.seats[function] += sign
        return
    second = second_employer(work, columns, row)
    if second >= 0:
        stock.places[second] += sign
        stock.supervision[second] += sign * work.support[columns.pupil[row]]
    for slot in range(columns.lot.shape[1]):
        lot = columns.lot[row, slot]
        if lot < 0:
            break
        stock.pieces[lot] += sign * columns.count[row, slot]
        first = work.function_start[work.lot_employer[lot]]
        for part in range(work.part_start[lot], work.part_start[lot + 1]):
            hours = columns.count[row, slot] * work.part_hours[part]
            stock.function[first + work.part_function[part]] += sign * hours


@compiled
def take(work: Work, stock: Stock, columns: Columns, row: int) -> None:
    """Draw what a column uses."""
    move_stock(work, stock, columns, row, -1)


@compiled
def give(work: Work, stock: Stock, columns: Columns, row: int) -> None:
    """Put back what a column uses."""
    move_stock(work, stock, columns, row, 1)


@compiled
def copy_column(source: Columns, row: int, target: Columns, place: int) -> None:
    """Write a column into a row of other columns."""
    target.pupil[place] = source.pupil[row]
    target.employer[place] = source.employer[row]
    target.function[place] = source.function[row]
    target.points[place] = source.points[row]
    copy_slots(source.lot, source.count, row, target.lot, target.count, place)
