"""Can these hours be put on the week, and how: tasks on moments, at most four hours a moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from matchmaker.model.moments import HOURS_A_MOMENT, MOMENTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["EPS", "fits_week", "schedule", "schedule_divided"]

EPS = 1e-6
"""Hours closer than this are the same: a thousandth of a second a week."""


def schedule(hours: Sequence[float], open_moments: Sequence[int]) -> NDArray[np.float64] | None:
    """Put the hours of each task on moments that are open to it, or say that it cannot be done.

    Tasks with the fewest open moments come first, each as early in the week as it can; where that gets stuck, hours
    move along augmenting paths (maximum flow; Ford and Fulkerson 1956), so that None means: no timetable exists.

    Parameters
    ----------
    hours : sequence of float
        Hours a week of each task.
    open_moments : sequence of int
        Bit mask per task of the moments in which it can be done and the pupil is available.

    Returns
    -------
    float array, shape (tasks, 21), or None
        Hours of each task in each moment; a row adds up to its hours, a column to at most 4.

    Examples
    --------
    >>> schedule([4.0, 2.0], [0b11, 0b01])[:, :2].tolist()
    [[2.0, 2.0], [2.0, 0.0]]
    >>> schedule([4.0, 2.0], [0b01, 0b01]) is None
    True
    """
    table = np.zeros((len(hours), len(MOMENTS)))
    room = np.full(len(MOMENTS), HOURS_A_MOMENT)
    open_to = [[k for k in range(len(MOMENTS)) if mask >> k & 1] for mask in open_moments]
    for task in sorted(range(len(hours)), key=lambda i: (len(open_to[i]), i)):
        left = float(hours[task])
        while left > EPS:
            path = _path(task, table, room, open_to)
            if path is None:
                return None
            left -= _push(path, left, table, room)
    return table


def _path(
    task: int, table: NDArray[np.float64], room: NDArray[np.float64], open_to: list[list[int]]
) -> list[tuple[int, int]] | None:
    """Shortest chain of (task, moment it takes): each task after the first gives up hours in the moment before it."""
    free = next((moment for moment in open_to[task] if room[moment] > EPS), None)
    if free is not None:
        return [(task, free)]
    reached_by: dict[int, int] = {}
    gives_up: dict[int, int] = {task: -1}
    line = [task]
    while line:
        current = line.pop(0)
        for moment in open_to[current]:
            if moment in reached_by:
                continue
            reached_by[moment] = current
            if room[moment] > EPS:
                return _chain(moment, reached_by, gives_up)
            for other in np.flatnonzero(table[:, moment] > EPS).tolist():
                if other not in gives_up:
                    gives_up[other] = moment
                    line.append(other)
    return None


def _chain(moment: int, reached_by: dict[int, int], gives_up: dict[int, int]) -> list[tuple[int, int]]:
    chain: list[tuple[int, int]] = []
    while moment >= 0:
        task = reached_by[moment]
        chain.append((task, moment))
        moment = gives_up[task]
    return chain[::-1]


def _push(path: list[tuple[int, int]], left: float, table: NDArray[np.float64], room: NDArray[np.float64]) -> float:
    amount = min(left, float(room[path[-1][1]]))
    for (_, moment), (giver, _) in zip(path, path[1:], strict=False):
        amount = min(amount, float(table[giver, moment]))
    for step, (task, moment) in enumerate(path):
        table[task, moment] += amount
        if step + 1 < len(path):
            table[path[step + 1][0], moment] -= amount
    room[path[-1][1]] -= amount
    return amount


def schedule_divided(
    hours: Sequence[float], open_moments: Sequence[int], away: Sequence[bool]
) -> NDArray[np.float64] | None:
    """Put the hours of tasks at two employers on moments, each moment spent at one of them; None when none exists.

    Moments that both could use are given to one or the other in turn, depth first; a branch ends where one of them has
    no timetable even with all that is still open. Of moments open to the same tasks the first employer has the first.

    Parameters
    ----------
    hours, open_moments : sequences
        As for `schedule`.
    away : sequence of bool
        Which tasks are at the second employer.

    Returns
    -------
    float array, shape (tasks, 21), or None

    Examples
    --------
    >>> schedule_divided([2.0, 2.0], [0b11, 0b11], [False, True])[:, :2].tolist()
    [[2.0, 0.0], [0.0, 2.0]]
    >>> schedule_divided([2.0, 2.0], [0b01, 0b01], [False, True]) is None
    True
    """
    sides = [[task for task, gone in enumerate(away) if gone is side] for side in (False, True)]
    unions = [int(np.bitwise_or.reduce([open_moments[task] for task in own], initial=0)) for own in sides]
    either = unions[0] & unions[1]
    shared = [1 << k for k in range(len(MOMENTS)) if either >> k & 1]

    def fits(side: int, moments: int) -> NDArray[np.float64] | None:
        own = sides[side]
        return schedule([hours[task] for task in own], [open_moments[task] & moments for task in own])

    def divide(first: int, second: int, rest: list[int]) -> NDArray[np.float64] | None:
        if fits(0, first | sum(rest)) is None or (theirs := fits(1, second | sum(rest))) is None:
            return None
        if (mine := fits(0, first)) is not None:
            table = np.zeros((len(hours), len(MOMENTS)))
            table[sides[0]], table[sides[1]] = mine, theirs
            return table
        if (found := divide(first | rest[0], second, rest[1:])) is not None:
            return found
        alike = [bit for bit in rest if all((bit & open_to > 0) == (rest[0] & open_to > 0) for open_to in open_moments)]
        return divide(first, second | sum(alike), [bit for bit in rest if bit not in alike])

    return divide(unions[0] & ~either, unions[1] & ~either, shared)


def fits_week(hours: Sequence[float], when: Sequence[int], available: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Say for many pupils at once whether they have a timetable for the same tasks.

    By Hall's theorem for flows a timetable exists exactly when every subset of tasks has at least its hours in moments
    open to one of them; tasks with the same moments stand or fall together, so few subsets remain.

    Parameters
    ----------
    hours, when : sequences
        Hours a week and bit mask of moments of each task.
    available : int32 array, shape (pupils)
        Bit masks of the pupils' moments.

    Returns
    -------
    bool array, shape (pupils)

    Examples
    --------
    >>> import numpy as np
    >>> fits_week([4.0, 2.0], [0b11, 0b01], np.array([0b11, 0b01], np.int32)).tolist()
    [True, False]
    """
    masks, group = np.unique(np.asarray(when, np.int32), return_inverse=True)
    if len(masks) > 12:
        weeks, which = np.unique(available, return_inverse=True)
        can = [schedule(hours, [int(mask & week) for mask in when]) is not None for week in weeks]
        return np.array(can, bool)[which]
    need = np.bincount(group, weights=np.asarray(hours, float), minlength=len(masks))
    fits = np.ones(len(available), bool)
    for subset in range(1, 1 << len(masks)):
        chosen = np.array([bool(subset >> k & 1) for k in range(len(masks))])
        union = np.bitwise_or.reduce(masks[chosen])
        fits &= need[chosen].sum() <= HOURS_A_MOMENT * np.bitwise_count(available & union) + EPS
    return fits
