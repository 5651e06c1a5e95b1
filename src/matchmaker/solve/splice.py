"""A reach in which little differs: options dropped, options added, pupils gone; all the rest is copied."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from matchmaker.numbers.arrays import all_read_only
from matchmaker.solve.part import Part
from matchmaker.solve.reach import Reach

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from matchmaker.solve.reach import Work

__all__ = ["splice"]


def splice(
    reach: Reach,
    work: Work,
    *,
    row_of: NDArray[np.int64],
    shut: NDArray[np.int64],
    added: Sequence[Part],
) -> Reach:
    """Return a reach with other options for some pupils.

    Parameters
    ----------
    reach : Reach
        As it was.
    work : Work
        What there is to give out and to take now; employers, functions and lots are the same.
    row_of : int64 array, shape (pupils before)
        Row of each pupil now; -1 where none of the options of before stays.
    shut : int64 array, shape (n, 2)
        Pupils and employers (rows of before) that are out of reach now.
    added : sequence of Part
        Options that come in their place, with the rows of the whole that theirs stand for.

    Examples
    --------
    >>> import matchmaker as mm
    >>> from matchmaker.numbers.problem import make_problem
    >>> from matchmaker.solve.reach import make_reach
    >>> reach = make_reach(make_problem(mm.read_region(mm.town())))
    >>> same = splice(reach, reach.work, row_of=np.arange(200), shut=np.zeros((0, 2), np.int64), added=[])
    >>> all(np.array_equal(one, other) for one, other in zip(reach[1:], same[1:]))
    True
    """
    width, rows = len(work.places), np.arange(len(work.hours_min) + 1)
    keys = np.unique(shut[:, 0] * width + shut[:, 1])
    owners = _owners(reach)
    pairs = _kept(reach.pair_pupil, reach.pair_employer, row_of, keys, width)
    seats = _kept(owners, reach.work.function_employer[reach.vacancy_function], row_of, keys, width)
    new = [_in_the_whole(part) for part in added]
    source = np.repeat(np.arange(len(new) + 1), [len(pairs), *(len(one.pair_pupil) for one in new)])

    def joined(old: NDArray[Any], others: Iterable[NDArray[Any]]) -> NDArray[Any]:
        return np.concatenate([old, *others])

    pupil = joined(row_of[reach.pair_pupil[pairs]], (one.pair_pupil for one in new))
    employer = joined(reach.pair_employer[pairs], (one.pair_employer for one in new))
    order = np.argsort(pupil * width + employer, kind="stable")
    first = joined(reach.item_start[pairs], (one.item_start[:-1] for one in new))[order]
    sizes = joined(np.diff(reach.item_start)[pairs], (np.diff(one.item_start) for one in new))[order]
    runs = _runs(source[order], first, first + sizes)
    owner = joined(row_of[owners[seats]], (_owners(one) for one in new))
    function = joined(reach.vacancy_function[seats], (one.vacancy_function for one in new))
    seat_order = np.lexsort((function, owner))
    found = Reach(
        work=work,
        pair_start=np.searchsorted(pupil[order], rows).astype(np.int64),
        pair_pupil=pupil[order],
        pair_employer=employer[order],
        pair_points=joined(reach.pair_points[pairs], (one.pair_points for one in new))[order],
        item_start=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        item_lot=_strung([reach.item_lot, *(one.item_lot for one in new)], runs),
        item_points=_strung([reach.item_points, *(one.item_points for one in new)], runs),
        vacancy_start=np.searchsorted(owner[seat_order], rows).astype(np.int64),
        vacancy_function=function[seat_order],
        vacancy_points=joined(reach.vacancy_points[seats], (one.vacancy_points for one in new))[seat_order],
    )
    return all_read_only(found)


def _runs(source: NDArray[np.int64], first: NDArray[np.int64], last: NDArray[np.int64]) -> list[tuple[int, int, int]]:
    """Return stretches that follow one another: where they are from, where each begins, and before what it ends.

    Nearly all items stay side by side: copied by the stretch they take far less time than one by one.
    """
    begins = np.ones(len(source), bool)
    begins[1:] = (source[1:] != source[:-1]) | (first[1:] != last[:-1])
    starts = np.flatnonzero(begins)
    ends = np.append(starts[1:], len(source))[: len(starts)] - 1
    return list(zip(source[starts].tolist(), first[starts].tolist(), last[ends].tolist(), strict=True))


def _strung(arrays: Sequence[NDArray[Any]], runs: Sequence[tuple[int, int, int]]) -> NDArray[Any]:
    """Return stretches of some arrays, one behind the other."""
    return np.concatenate([arrays[0][:0], *(arrays[which][first:last] for which, first, last in runs)])


def _owners(reach: Reach) -> NDArray[np.int64]:
    """Return the pupil of every open function in reach."""
    return np.repeat(np.arange(len(reach.vacancy_start) - 1), np.diff(reach.vacancy_start))


def _kept(
    pupil: NDArray[np.int64],
    employer: NDArray[np.int64],
    row_of: NDArray[np.int64],
    keys: NDArray[np.int64],
    width: int,
) -> NDArray[np.int64]:
    """Return which options stay."""
    stays = row_of[pupil] >= 0
    if len(keys):
        wanted = np.flatnonzero(np.isin(employer, np.unique(keys % width)))
        stays[wanted[np.isin(pupil[wanted] * width + employer[wanted], keys)]] = False
    return np.flatnonzero(stays)


def _in_the_whole(part: Part) -> Reach:
    """Return the options of a part in the numbers of the whole; the bounds of its pupils' vacancies are those too."""
    reach, pupils = part.reach, part.pupils
    counts = np.zeros(int(pupils.max(initial=-1)) + 1, np.int64)
    counts[pupils] = np.diff(reach.vacancy_start)
    return reach._replace(
        pair_pupil=pupils[reach.pair_pupil],
        pair_employer=part.employers[reach.pair_employer],
        item_lot=part.lots[reach.item_lot].astype(reach.item_lot.dtype),
        vacancy_start=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        vacancy_function=part.functions[reach.vacancy_function],
    )
