"""One filling for every employer, out of all that repair has seen: the best choice in which nobody is placed twice.

Repair improves a few employers at a time; what it threw away at one employer may be just what fits with something it
threw away at another. Which of the fillings seen go together is a set packing problem, small and nearly whole by itself
(a pool of routes and a set partitioning problem; Rochat and Taillard 1995).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from matchmaker.solve.joint.stock import Columns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from matchmaker.solve.joint.fillings import Fillings

__all__ = ["CLOSE", "LATER", "MOST_SECONDS", "Choice", "Recombined", "choice_of", "in_parts", "recombine"]

MOST_BRANCHES, NEAR, MOST_SECONDS = 20, 8, 1.0
"""Branches of an integer program, and the fillings of an employer it chooses among, those with the least reduced costs;
seconds where time is limited."""
MOST_SEEN = 48
"""Fillings of an employer that the linear program sees: those worth most beyond the prices of their pupils."""
INTERIOR = "highs-ipm"
"""An interior point method with a vertex at the end: among many fillings a ninth to a third as long as the simplex."""
CLOSE, EPS = 5e-4, 1e-6
"""Share of the points within which a choice counts as the best; rounding."""
LATER = 2_000.0
"""Points for each pupil of a later aim while more are sought of one before it: about twice what a good position has."""


class Pool(NamedTuple):
    """Fillings to choose from, copied.

    The employer of each, its points, who is in it (`row`, `pupil`) and in which positions.
    """

    employer: NDArray[np.int64]
    points: NDArray[np.float64]
    row: NDArray[np.int64]
    pupil: NDArray[np.int64]
    columns: Columns

    def counts(self, mask: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Count the pupils of a mask in every filling."""
        return np.bincount(self.row, mask[self.pupil], len(self.employer)).astype(float)


class Choice(NamedTuple):
    """What is asked: a choice of the pool for these employers that does as well as `best` on the masks, or better.

    `free` [pupils] says who does not stay where they are, `more` how far to try for more pupils placed.
    """

    pool: Pool
    best: Columns
    masks: Sequence[NDArray[np.bool_]]
    employers: NDArray[np.int64]
    free: NDArray[np.bool_]
    more: float | None


class Recombined(NamedTuple):
    """What came of a choice.

    Attributes
    ----------
    plan : Columns or None
        A plan of the whole region that keeps to all rules, as every filling does; None when none was found.
    worth : float array, shape (pupils), or None
        What every pupil who does not stay is worth to these employers, in points (prices of the linear program, NaN for
        the others).
    support : int64 array
        The fillings of the pool that the linear program uses, whole or in part.
    """

    plan: Columns | None
    worth: NDArray[np.float64] | None
    support: NDArray[np.int64]


def choice_of(
    fillings: Fillings,
    best: Columns,
    masks: Sequence[NDArray[np.bool_]],
    employers: NDArray[np.int64],
    *,
    more: float | None = None,
    price: NDArray[np.float64] | None = None,
    away: NDArray[np.bool_] | None = None,
    seen: int = MOST_SEEN,
) -> Choice:
    """Copy all that is needed for a choice, so that it can be made while fillings and plan change.

    Parameters
    ----------
    fillings : Fillings
    best : Columns
        The best plan so far, one row a pupil.
    masks : sequence of bool arrays, shape (pupils)
        Whom the aims before points count, the first aim first.
    employers : int64 array
        Who is placed elsewhere stays there.
    more : float, optional
        How far to try for more pupils placed: this share of those that the linear program has more, at least one. By
        default not at all.
    price : float array, shape (pupils), optional
        What every pupil is thought to be worth: of each employer only the `seen` fillings worth most beyond that are
        chosen among. By default all are.
    away : bool array, shape (pupils), optional
        Who stays unplaced here when unplaced now. By default nobody.
    seen : int
        How many of each employer are chosen among where there is a `price`.
    """
    free = (best.employer < 0) | np.isin(best.employer, employers)
    if away is not None:
        free &= ~away | (best.employer >= 0)
    plan = Columns(*(part.copy() for part in best))
    pool = _pool(fillings, employers, free)
    return Choice(pool if price is None else _best_of(pool, price, best, seen), plan, masks, employers, free, more)


def recombine(choice: Choice, *, seconds: float = np.inf, branches: int = MOST_BRANCHES) -> Recombined:
    """Choose a filling for each of some employers, or none, that go together better than what the best plan has there.

    More placed of the first mask of which that can be had (see `choice_of`), no fewer of those before it; else as many,
    with most points.
    """
    pool, best, free, masks = choice.pool, choice.best, choice.free, choice.masks
    worth, support = None, np.zeros(0, np.int64)
    if not len(pool.employer):
        return Recombined(None, worth, support)
    table, now = _table(pool, len(free)), _now(pool, best)
    counts, reached = _reached(choice)
    wanted: list[tuple[int, list[int]]] = []
    if choice.more is not None:
        for at in range(len(masks)):
            over = _most(table, counts[: at + 1], reached[:at]) - reached[at]
            if over > 0:
                wanted.append((at + 1, [*reached[:at], reached[at] + max(1, math.ceil(choice.more * over))]))
    for aims, least in (*wanted, (len(masks), reached)):
        rows, room = _floors(table, counts[:aims], least)
        value = pool.points + sum((LATER * count for count in counts[aims:]), 0.0 * pool.points)
        parts, price = _linear(rows, room, value)
        if price is None:
            continue
        worth, support = _worth(choice, price, aims), np.flatnonzero(parts > EPS)
        taken = _choose(rows, room, value, price, now, NEAR * len(choice.employers), seconds, branches)
        if taken is not None:
            return Recombined(_plan(pool, taken, best, free), worth, support)
    return Recombined(None, worth, support)


def in_parts(choice: Choice) -> Recombined:
    """Do as `recombine` does with parts of fillings, as many placed as now: there is no plan then."""
    pool, (counts, reached) = choice.pool, _reached(choice)
    if not len(pool.employer):
        return Recombined(None, None, np.zeros(0, np.int64))
    rows, room = _floors(_table(pool, len(choice.free)), counts, reached)
    parts, price = _linear(rows, room, pool.points)
    worth = None if price is None else _worth(choice, price, len(counts))
    return Recombined(None, worth, np.flatnonzero(parts > EPS))


def _reached(choice: Choice) -> tuple[list[NDArray[np.float64]], list[int]]:
    """Count whom every filling places of each mask, and whom the best plan does of those who are free."""
    placed = choice.free & (choice.best.employer >= 0)
    return [choice.pool.counts(mask) for mask in choice.masks], [int((mask & placed).sum()) for mask in choice.masks]


def _worth(choice: Choice, price: NDArray[np.float64], aims: int) -> NDArray[np.float64]:
    """Return what every pupil is worth, beside all aims, at the prices of a linear program; NaN for who stays."""
    free, weights = choice.free, [*price[len(price) - aims :], *[LATER] * (len(choice.masks) - aims)]
    bonus = sum((one * mask for one, mask in zip(weights, choice.masks, strict=True)), 0.0 * free)
    return np.where(free, price[: len(free)] - bonus, np.nan)


def _most(table: csr_array, counts: list[NDArray[np.float64]], least: list[int]) -> int:
    """Return how much of the last count the linear program has at most, with at least so many of those before it."""
    from scipy.optimize import linprog

    rows, room = _floors(table, counts[:-1], least)
    answer = linprog(-counts[-1], A_ub=rows, b_ub=room, method=INTERIOR)  # type: ignore[call-overload]  # sparse is fine
    return 0 if answer.x is None else math.floor(EPS - answer.fun)


def _floors(
    table: csr_array, counts: list[NDArray[np.float64]], least: list[int]
) -> tuple[csr_array, NDArray[np.float64]]:
    """Return all limits: everybody and every employer once, and at least so many of each count."""
    from scipy.sparse import csr_array, vstack

    floors = csr_array(np.array(counts).reshape(len(counts), table.shape[1]))
    return vstack([table, -floors]).tocsr(), np.concatenate([np.ones(table.shape[0]), -np.array(least, float)])


def _linear(
    rows: csr_array, room: NDArray[np.float64], points: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64] | None]:
    """Return how much of each filling to take when parts may be taken, and the prices, those of the counts last."""
    from scipy.optimize import linprog

    answer = linprog(-points, A_ub=rows, b_ub=room, method=INTERIOR)  # type: ignore[call-overload]  # sparse is fine
    return (np.zeros(len(points)), None) if answer.x is None else (answer.x, -answer.ineqlin.marginals)


def _choose(
    rows: csr_array,
    room: NDArray[np.float64],
    points: NDArray[np.float64],
    price: NDArray[np.float64],
    now: NDArray[np.int64],
    most: int,
    seconds: float,
    branches: int,
) -> NDArray[np.int64] | None:
    """Choose among the fillings with the least reduced costs, and those of now, the ones with most points together."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    short = price @ rows - points
    short[now] = -np.inf
    near = np.sort(np.argsort(short, kind="stable")[:most])
    whole = milp(
        -points[near],
        constraints=LinearConstraint(rows[:, near], -np.inf, room),
        integrality=np.ones(len(near), np.int64),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": CLOSE, "node_limit": branches, "time_limit": seconds},
    )
    taken = None if whole.x is None else near[whole.x > 0.5]
    # A solver that is wrong by more than its tolerance must not place somebody twice.
    return taken if taken is not None and bool((rows[:, taken].sum(axis=1) <= room).all()) else None


def _pool(fillings: Fillings, employers: NDArray[np.int64], free: NDArray[np.bool_]) -> Pool:
    """Copy the fillings of these employers in which everybody is free."""
    kept = fillings.mark.shape[1]
    at, place = np.nonzero(np.arange(kept) < np.minimum(fillings.seen[employers], kept)[:, None])
    employer = employers[at]
    inside = np.arange(fillings.pupil.shape[2]) < fillings.crowd[employer, place][:, None]
    may = (free[fillings.pupil[employer, place]] | ~inside).all(axis=1)
    employer, place, inside = employer[may], place[may], inside[may]
    row, slot = np.nonzero(inside)
    where = (employer[row], place[row], slot)
    parts = (fillings.pupil, fillings.function, fillings.own, fillings.lot, fillings.count)
    pupil, function, points, lot, count = (part[where].astype(np.int64) for part in parts)
    columns = Columns(pupil, employer[row], function, points, lot, count)
    return Pool(employer, fillings.points[employer, place].astype(float), row, pupil, columns)


def _best_of(pool: Pool, price: NDArray[np.float64], best: Columns, seen: int) -> Pool:
    """Return the fillings of every employer worth most beyond the prices of their pupils, those of now included."""
    worth = pool.points - np.bincount(pool.row, price[pool.pupil], len(pool.employer))
    worth[_now(pool, best)] = np.inf
    order = np.lexsort((-worth, pool.employer))
    start = np.searchsorted(pool.employer[order], pool.employer[order])
    kept = np.sort(order[np.arange(len(order)) - start < seen])
    inside = np.isin(pool.row, kept)
    columns = Columns(*(part[inside] for part in pool.columns))
    row = np.searchsorted(kept, pool.row[inside])
    return Pool(pool.employer[kept], pool.points[kept], row, pool.pupil[inside], columns)


def _now(pool: Pool, best: Columns) -> NDArray[np.int64]:
    """Return the fillings with the very pupils whom the best plan has there."""
    if not len(pool.employer):
        return np.zeros(0, np.int64)
    together = np.bincount(pool.row, best.employer[pool.pupil] == pool.employer[pool.row], len(pool.employer))
    here = np.bincount(best.employer[best.employer >= 0], minlength=pool.employer.max() + 1)[pool.employer]
    return np.flatnonzero((together == np.bincount(pool.row, minlength=len(pool.employer))) & (together == here))


def _table(pool: Pool, pupils: int) -> csr_array:
    """Who is in which filling, and at which employer it is: every row may be used once."""
    from scipy.sparse import coo_array

    every, shape = np.arange(len(pool.employer)), (pupils + int(pool.employer.max()) + 1, len(pool.employer))
    rows, columns = np.concatenate([pool.pupil, pupils + pool.employer]), np.concatenate([pool.row, every])
    return coo_array((np.ones(len(rows)), (rows, columns)), shape=shape).tocsr()


def _plan(pool: Pool, taken: NDArray[np.int64], best: Columns, free: NDArray[np.bool_]) -> Columns:
    plan = Columns(*(part.copy() for part in best))
    plan.employer[free] = plan.function[free] = plan.lot[free] = -1
    plan.points[free] = plan.count[free] = 0
    rows = np.flatnonzero(np.isin(pool.row, taken))
    for part, positions in zip(plan, pool.columns, strict=True):
        part[pool.pupil[rows]] = positions[rows]
    return plan
