"""Who can go where at all, who is hardest to place, and in which order the lottery draws."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from matchmaker.solve.bundle import Found, Limits, best_bundle
from matchmaker.solve.chunks import in_chunks
from matchmaker.solve.compiled import compiled
from matchmaker.solve.joint.pricing import find_pair
from matchmaker.solve.reach import Reach, Work

if TYPE_CHECKING:
    from matchmaker.numbers.problem import Problem

__all__ = [
    "bundle_exists",
    "employers_in_reach",
    "hardest_to_place",
    "has_position",
    "is_possible",
    "lottery_ranks",
    "possible_pairs",
]

MOST_NODES = 3_000
EPS = 1e-6


@compiled
def bundle_exists(
    work: Work,
    lots: NDArray[np.int64],
    points: NDArray[np.int64],
    pieces: NDArray[np.int64],
    limits: Limits,
) -> bool:
    """Say whether any bundle of these lots keeps to the limits; the first one found is enough."""
    found = Found(np.full((1, limits.tasks), -1, np.int64), np.zeros((1, limits.tasks), np.int64), np.zeros(1))
    kept, bound = best_bundle(lots, np.zeros(len(lots)), points, pieces, work, limits, -1.0, MOST_NODES, found)
    # A search that gave up has proved nothing: the pair then counts as possible.
    return kept > 0 or bound > -1.0


@compiled
def _mark_possible(first: int, last: int, reach: Reach, possible: NDArray[np.bool_]) -> None:
    """Mark pairs `first` to before `last`, from the start of `possible`."""
    work = reach.work
    for pair in range(first, last):
        pupil, employer = reach.pair_pupil[pair], reach.pair_employer[pair]
        lots = reach.item_lot[reach.item_start[pair] : reach.item_start[pair + 1]].astype(np.int64)
        points = reach.item_points[reach.item_start[pair] : reach.item_start[pair + 1]].astype(np.int64)
        limits = Limits(
            work.hours_min[pupil],
            work.hours_max[pupil],
            work.max_tasks,
            work.fit_floor - reach.pair_points[pair],
            work.available[pupil],
            work.cap[work.function_start[employer] : work.function_start[employer + 1]].copy(),
        )
        possible[pair - first] = bundle_exists(work, lots, points, work.lot_pieces[lots], limits)


@compiled
def _mark_long_enough(first: int, last: int, reach: Reach, long_enough: NDArray[np.bool_]) -> None:
    """Mark pairs whose longest tasks, as many as a position may hold, reach the pupil's least hours."""
    work = reach.work
    for pair in range(first, last):
        pupil = reach.pair_pupil[pair]
        longest = np.zeros(work.max_tasks)
        for item in range(reach.item_start[pair], reach.item_start[pair + 1]):
            lot = reach.item_lot[item]
            most = int((work.hours_max[pupil] + EPS) / work.lot_hours[lot])
            hours = min(work.lot_pieces[lot], most) * work.lot_hours[lot]
            for slot in range(work.max_tasks):
                if hours > longest[slot]:
                    longest[slot], hours = hours, longest[slot]
        long_enough[pair] = longest.sum() >= work.hours_min[pupil] - EPS


def possible_pairs(reach: Reach, pupil: int) -> NDArray[np.bool_]:
    """Say for every pair of a pupil whether a carved position exists there when nobody else is placed.

    Parameters
    ----------
    reach : Reach
    pupil : int
        Row number.

    Returns
    -------
    bool array, shape (pairs of the pupil)

    Examples
    --------
    >>> import matchmaker as mm
    >>> from matchmaker.numbers.problem import make_problem
    >>> from matchmaker.solve.reach import make_reach
    >>> reach = make_reach(make_problem(mm.read_region(mm.town())))
    >>> len(possible_pairs(reach, 0)) == int(reach.pair_start[1])
    True
    """
    first, last = int(reach.pair_start[pupil]), int(reach.pair_start[pupil + 1])
    possible = np.zeros(last - first, bool)
    if first < last:
        _mark_possible(first, last, reach, possible)
    return possible


def is_possible(reach: Reach, pupil: int, employer: int) -> bool:
    """Say whether a pupil has a position at an employer when nobody else is placed (row numbers).

    Examples
    --------
    >>> import matchmaker as mm
    >>> from matchmaker.numbers.problem import make_problem
    >>> from matchmaker.solve.reach import make_reach
    >>> reach = make_reach(make_problem(mm.read_region(mm.town())))
    >>> is_possible(reach, 0, int(reach.pair_employer[0])) in (True, False)
    True
    """
    options = reach.vacancy_function[reach.vacancy_start[pupil] : reach.vacancy_start[pupil + 1]]
    if (reach.work.function_employer[options] == employer).any():
        return True
    pair, found = find_pair(reach, pupil, employer), np.zeros(1, bool)
    if pair >= 0:
        _mark_possible(pair, pair + 1, reach, found)
    return bool(found[0])


def employers_in_reach(reach: Reach) -> NDArray[np.int64]:
    """Count for every pupil the employers in reach: with enough hours of allowed tasks, or with an open function.

    Returns
    -------
    int array, shape (pupils)

    Examples
    --------
    >>> import matchmaker as mm
    >>> from matchmaker.numbers.problem import make_problem
    >>> from matchmaker.solve.reach import make_reach
    >>> reach = make_reach(make_problem(mm.read_region(mm.town())))
    >>> bool((employers_in_reach(reach) <= 60).all())
    True
    """
    pupils, employers = len(reach.pair_start) - 1, len(reach.work.places)
    enough = np.zeros(len(reach.pair_pupil), bool)
    in_chunks(lambda first, last: _mark_long_enough(first, last, reach, enough), len(enough))
    vacancy_pupil = np.repeat(np.arange(pupils), np.diff(reach.vacancy_start))
    vacancy_employer = reach.work.function_employer[reach.vacancy_function]
    carved = reach.pair_pupil[enough].astype(np.int64) * employers + reach.pair_employer[enough]
    pairs = np.unique(np.concatenate([carved, vacancy_pupil * employers + vacancy_employer]))
    return np.bincount(pairs // max(employers, 1), minlength=pupils)


def has_position(reach: Reach, pupil: int) -> bool:
    """Say whether there is any position for a pupil when nobody else is placed.

    Examples
    --------
    >>> import matchmaker as mm
    >>> from matchmaker.numbers.problem import make_problem
    >>> from matchmaker.solve.reach import make_reach
    >>> has_position(make_reach(make_problem(mm.read_region(mm.town()))), 0)
    True
    """
    if reach.vacancy_start[pupil] < reach.vacancy_start[pupil + 1]:
        return True
    one = np.zeros(1, bool)
    for pair in range(int(reach.pair_start[pupil]), int(reach.pair_start[pupil + 1])):
        _mark_possible(pair, pair + 1, reach, one)
        if one[0]:
            return True
    return False


def lottery_ranks(ids: Iterable[str], *, seed: int) -> NDArray[np.int64]:
    """Draw lots: the rank of every id, from nothing but the seed and the id (BLAKE2b), whatever the order of the rows.

    Examples
    --------
    >>> lottery_ranks(["p1", "p2", "p3"], seed=0).tolist() == lottery_ranks(["p3", "p2", "p1"], seed=0).tolist()[::-1]
    True
    """
    names = [str(name) for name in ids]
    drawn = [hashlib.blake2b(f"{seed}:{name}".encode(), digest_size=16).digest() for name in names]
    ranks = np.empty(len(names), np.int64)
    ranks[sorted(range(len(names)), key=lambda row: (drawn[row], names[row]))] = np.arange(len(names))
    return ranks


def hardest_to_place(
    problem: Problem,
    reach: Reach,
    lottery: NDArray[np.int64],
    *,
    share: float,
    counts: NDArray[np.int64] | None = None,
    known: Mapping[int, bool] | None = None,
) -> NDArray[np.bool_]:
    """Say who is hardest to place: fewest employers in reach, then waiting longest, then by lot.

    Who has no position at all even when nobody else is placed is not counted: no choice among plans can help there.

    Parameters
    ----------
    problem : Problem
    reach : Reach
    lottery : int array, shape (pupils)
    share : float
        Share of all pupils that counts as hardest to place, 0-1.
    counts : int array, shape (pupils), optional
        What `employers_in_reach` says, where that has been asked already.
    known : mapping of int to bool, optional
        Rows of pupils of whom it is known whether there is any position for them.

    Returns
    -------
    bool array, shape (pupils)

    Examples
    --------
    >>> import numpy as np
    >>> import matchmaker as mm
    >>> from matchmaker.numbers.problem import make_problem
    >>> from matchmaker.solve.reach import make_reach
    >>> problem = make_problem(mm.read_region(mm.town()))
    >>> int(hardest_to_place(problem, make_reach(problem), np.arange(200), share=0.2).sum())
    40
    """
    wanted = int(share * len(lottery) + 0.5)
    hardest = np.zeros(len(lottery), bool)
    near, able = employers_in_reach(reach) if counts is None else counts, known or {}
    for pupil in np.lexsort((lottery, -problem.pupils.waiting, near)).tolist():
        if not wanted:
            break
        if able[pupil] if pupil in able else has_position(reach, pupil):
            hardest[pupil] = True
            wanted -= 1
    return hardest
