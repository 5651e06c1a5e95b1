"""A part of a region as a region of its own: some pupils, some employers, and what others leave there."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from matchmaker.numbers.arrays import all_read_only
from matchmaker.solve.reach import Reach

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from matchmaker.solve.joint.stock import Columns, Prices, Stock

__all__ = ["Part", "around", "children_of", "only_at", "part_of"]

MOST_EMPLOYERS, MOST_PUPILS = 10, 50
"""Size of the part of a large region that is planned anew around a pupil or an employer."""
OPEN = 1000
"""A place that is left counts for more than any number of pupils who could move to an employer."""


class Part(NamedTuple):
    """A part, and which row of the whole each of its rows is.

    Attributes
    ----------
    reach : Reach
        Of the part: pupils, employers, functions and lots are numbered anew, in the same order.
    pupils, employers, functions, lots : int64 arrays
        Rows of the whole.
    """

    reach: Reach
    pupils: NDArray[np.int64]
    employers: NDArray[np.int64]
    functions: NDArray[np.int64]
    lots: NDArray[np.int64]

    def columns_in(self, columns: Columns) -> Columns:
        """Return the rows of the part's pupils, in its numbers; a position not all at its employers becomes none."""
        from matchmaker.solve.joint.stock import Columns

        employer, function, lot = (
            _numbers(rows, own[self.pupils])
            for rows, own in (
                (self.employers, columns.employer),
                (self.functions, columns.function),
                (self.lots, columns.lot),
            )
        )
        employer[(columns.lot[self.pupils] >= 0).sum(axis=1) > (lot >= 0).sum(axis=1)] = -1
        return Columns(
            pupil=np.arange(len(self.pupils)),
            employer=employer,
            function=function,
            points=columns.points[self.pupils].copy(),
            lot=lot,
            count=np.where(lot >= 0, columns.count[self.pupils], 0),
        )

    def put_back(self, found: Columns, columns: Columns) -> None:
        """Write the part's positions into the rows of the whole."""
        columns.employer[self.pupils] = _back(self.employers, found.employer)
        columns.function[self.pupils] = _back(self.functions, found.function)
        columns.points[self.pupils] = np.where(found.employer >= 0, found.points, 0)
        columns.lot[self.pupils] = _back(self.lots, found.lot)
        columns.count[self.pupils] = found.count

    def prices_in(self, prices: Prices) -> Prices:
        """Return the prices of what the part has."""
        return type(prices)(
            pieces=prices.pieces[self.lots],
            function=prices.function[self.functions],
            places=prices.places[self.employers],
            supervision=prices.supervision[self.employers],
            seats=prices.seats[self.functions],
        )


def part_of(reach: Reach, *, pupils: NDArray[np.int64], employers: NDArray[np.int64], left: Stock) -> Part:
    """Cut out some pupils and employers; `left` is what may be given out there.

    Parameters
    ----------
    reach : Reach
    pupils, employers : int64 arrays
        Row numbers, ascending, each once.
    left : Stock
        Of the whole region.

    Returns
    -------
    Part

    Examples
    --------
    >>> import numpy as np
    >>> import matchmaker as mm
    >>> from matchmaker.numbers.problem import make_problem
    >>> from matchmaker.solve.joint.stock import full_stock
    >>> from matchmaker.solve.reach import make_reach
    >>> reach = make_reach(make_problem(mm.read_region(mm.town())))
    >>> whole = part_of(reach, pupils=np.arange(200), employers=np.arange(60), left=full_stock(reach.work))
    >>> all(np.array_equal(a, b) for a, b in zip(whole.reach[1:], reach[1:]))
    True
    """
    work = reach.work
    functions, function_start = _children(work.function_start, employers)
    lots, lot_start = _children(work.lot_start, employers)
    parts, part_start = _children(work.part_start, lots)
    near = np.zeros(len(work.places), bool)
    near[employers] = True
    pairs, _ = _children(reach.pair_start, pupils)
    pairs = pairs[near[reach.pair_employer[pairs]]]
    items, item_start = _children(reach.item_start, pairs)
    options, _ = _children(reach.vacancy_start, pupils)
    options = options[near[work.function_employer[reach.vacancy_function[options]]]]
    option_pupil = np.searchsorted(reach.vacancy_start, options, side="right") - 1
    cut = work._replace(
        hours_min=work.hours_min[pupils],
        hours_max=work.hours_max[pupils],
        support=work.support[pupils],
        available=work.available[pupils],
        lot_start=lot_start,
        lot_employer=np.searchsorted(employers, work.lot_employer[lots]),
        lot_pieces=left.pieces[lots],
        lot_hours=work.lot_hours[lots],
        part_start=part_start,
        part_hours=work.part_hours[parts],
        part_when=work.part_when[parts],
        part_function=work.part_function[parts],
        function_start=function_start,
        function_employer=np.searchsorted(employers, work.function_employer[functions]),
        cap=left.function[functions],
        seats=left.seats[functions],
        places=left.places[employers],
        supervision=left.supervision[employers],
    )
    found = Reach(
        work=cut,
        pair_start=np.searchsorted(reach.pair_pupil[pairs], [*pupils, len(reach.pair_start)]).astype(np.int64),
        pair_pupil=np.searchsorted(pupils, reach.pair_pupil[pairs]),
        pair_employer=np.searchsorted(employers, reach.pair_employer[pairs]),
        pair_points=reach.pair_points[pairs],
        item_start=item_start,
        item_lot=np.searchsorted(lots, reach.item_lot[items]).astype(reach.item_lot.dtype),
        item_points=reach.item_points[items],
        vacancy_start=np.searchsorted(option_pupil, [*pupils, len(reach.pair_start)]).astype(np.int64),
        vacancy_function=np.searchsorted(functions, reach.vacancy_function[options]),
        vacancy_points=reach.vacancy_points[options],
    )
    return Part(all_read_only(found), pupils, employers, functions, lots)


def around(
    reach: Reach, columns: Columns, left: Stock, *, employers: Collection[int], pupils: Collection[int] = ()
) -> tuple[NDArray[np.int64], NDArray[np.int64], Stock]:
    """Choose the part of a region that matters for some employers and pupils.

    To the employers come those where most of the pupils placed there, and those asked about, could go, above all where
    there is a place left; to the pupils all who are placed at these employers, and some who wait and could come.

    Parameters
    ----------
    reach : Reach
    columns : Columns
        A plan, one row a pupil.
    left : Stock
        What the plan leaves; it is written to.
    employers, pupils : collection of int
        Row numbers.

    Returns
    -------
    tuple
        Pupils and employers, ascending, and what all pupils outside leave.

    Examples
    --------
    >>> import matchmaker as mm
    >>> from matchmaker.numbers.problem import make_problem
    >>> from matchmaker.solve.joint.stock import Stock, full_stock, no_columns
    >>> from matchmaker.solve.reach import make_reach
    >>> reach = make_reach(make_problem(mm.read_region(mm.town())))
    >>> nobody, stock = no_columns(200, 5), Stock(*full_stock(reach.work))
    >>> len(around(reach, nobody, stock, employers={0}, pupils={7})[1])
    10
    """
    from matchmaker.solve.joint.stock import give, second_employers

    there = np.isin(columns.employer, list(employers)) | np.isin(np.arange(len(columns.employer)), list(pupils))
    reached = reach.pair_employer[_children(reach.pair_start, np.flatnonzero(there))[0]]
    links = np.bincount(reached, minlength=len(left.places))
    links[links > 0] += OPEN * (left.places[links > 0] > 0)
    links[list(employers)] = 0
    more = np.argsort(-links, kind="stable")[: max(0, MOST_EMPLOYERS - len(employers))]
    near = np.zeros(len(left.places), bool)
    near[[*employers, *more[links[more] > 0].tolist()]] = True
    second = second_employers(reach.work, columns)
    # Who is also at an employer outside the part stays.
    inside = np.flatnonzero((columns.employer >= 0) & near[columns.employer] & ((second < 0) | near[second]))
    pairs, _ = _children(reach.pair_start, np.flatnonzero(columns.employer < 0))
    waiting = np.unique(reach.pair_pupil[pairs[near[reach.pair_employer[pairs]]]])[: max(0, MOST_PUPILS - len(inside))]
    for pupil in inside.tolist():
        give(reach.work, left, columns, pupil)
    chosen = np.unique(np.concatenate([inside, waiting, np.array(list(pupils), np.int64)]))
    return chosen.astype(np.int64), np.flatnonzero(near), left


def only_at(reach: Reach, pupil: int, employer: int | None) -> Reach:
    """Return the reach with all employers but one taken from a pupil (rows)."""
    keep = (reach.pair_pupil != pupil) | (reach.pair_employer == (-1 if employer is None else employer))
    option_pupil = np.repeat(np.arange(len(reach.pair_start) - 1), np.diff(reach.vacancy_start))
    at = reach.work.function_employer[reach.vacancy_function]
    seats = (option_pupil != pupil) | (at == (-1 if employer is None else employer))
    sizes = np.diff(reach.item_start)
    items = np.repeat(keep, sizes)
    numbers = np.arange(len(reach.pair_start))
    found = reach._replace(
        pair_start=np.searchsorted(reach.pair_pupil[keep], numbers).astype(np.int64),
        pair_pupil=reach.pair_pupil[keep],
        pair_employer=reach.pair_employer[keep],
        pair_points=reach.pair_points[keep],
        item_start=np.concatenate([[0], np.cumsum(sizes[keep])]).astype(np.int64),
        item_lot=reach.item_lot[items],
        item_points=reach.item_points[items],
        vacancy_start=np.searchsorted(option_pupil[seats], numbers).astype(np.int64),
        vacancy_function=reach.vacancy_function[seats],
        vacancy_points=reach.vacancy_points[seats],
    )
    return all_read_only(found)


def _children(start: NDArray[np.int64], rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return all children of these rows, and the bounds of each row's children among them."""
    return children_of(start[rows], start[rows + 1] - start[rows])


def children_of(first: NDArray[np.int64], sizes: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the children of rows whose children begin at `first`, so many each, and the bounds of each row's.

    Examples
    --------
    >>> [found.tolist() for found in children_of(np.array([4, 0]), np.array([2, 1]))]
    [[4, 5, 0], [0, 2, 3]]
    """
    bounds = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    return np.arange(bounds[-1]) + np.repeat(first - bounds[:-1], sizes), bounds


def _numbers(rows: NDArray[np.int64], of: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the place of each value among `rows`, -1 where it is none of them."""
    if not len(rows):
        return np.full(of.shape, -1, np.int64)
    place = np.minimum(np.searchsorted(rows, of), len(rows) - 1)
    return np.where(rows[place] == of, place, -1).astype(np.int64)


def _back(rows: NDArray[np.int64], of: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the row of the whole for each row of the part, -1 for -1."""
    if not len(rows):
        return np.full(of.shape, -1, np.int64)
    return np.where(of >= 0, rows[np.maximum(of, 0)], -1)
