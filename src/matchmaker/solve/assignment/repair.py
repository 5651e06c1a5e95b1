"""Kernels: make an assignment respect loads, and improve it by moves and exchanges."""

from __future__ import annotations

from typing import Any

import numpy as np

from matchmaker.solve.compiled import compiled

__all__ = ["improve", "repair"]


@compiled
def repair(chosen: Any, points: Any, load: Any, room: Any, seats: Any, regret: Any) -> Any:
    """Keep what fits, dearest first to move, and put the rest where it still fits with the least regret.

    Parameters
    ----------
    chosen : int64 [n]
        Best column of every row at some prices, -1: none.
    points, load, regret : float64 [n, m]
    room, seats : float64 [m]
        Capacities; used up.

    Returns
    -------
    int64 [n]
    """
    n, m = points.shape
    plan = np.full(n, -1, np.int64)
    second = np.empty(n)
    for i in range(n):
        least, other = np.inf, np.inf
        for j in range(m):
            if regret[i, j] < least:
                least, other = regret[i, j], least
            elif regret[i, j] < other:
                other = regret[i, j]
        second[i] = -(other - least) if chosen[i] >= 0 else np.inf
    for i in np.argsort(second):
        best = -1
        if chosen[i] < 0:
            continue
        for j in range(m):
            fits = load[i, j] <= room[j] and seats[j] >= 1 and points[i, j] > -np.inf
            if fits and (best < 0 or regret[i, j] < regret[i, best]):
                best = j
        if best >= 0:
            plan[i] = best
            room[best] -= load[i, best]
            seats[best] -= 1
    return plan


@compiled
def _move(plan: Any, i: int, points: Any, load: Any, room: Any, seats: Any, leave: Any) -> bool:
    """Move one row to its best column that fits, if that gains."""
    now = points[i, plan[i]] if plan[i] >= 0 else leave[i]
    best = -1
    for j in range(room.size):
        if load[i, j] <= room[j] and seats[j] >= 1 and points[i, j] > now:
            now = points[i, j]
            best = j
    if best < 0:
        return False
    if plan[i] >= 0:
        room[plan[i]] += load[i, plan[i]]
        seats[plan[i]] += 1
    plan[i] = best
    room[best] -= load[i, best]
    seats[best] -= 1
    return True


@compiled
def _exchange(plan: Any, i: int, points: Any, load: Any, room: Any) -> bool:
    """Exchange the column of one row with that of another, if both fit and that gains."""
    for k in range(i):
        a, b = plan[i], plan[k]
        if a < 0 or b < 0 or a == b:
            continue
        if points[i, b] + points[k, a] <= points[i, a] + points[k, b]:
            continue
        if load[i, b] <= room[b] + load[k, b] and load[k, a] <= room[a] + load[i, a]:
            room[a] += load[i, a] - load[k, a]
            room[b] += load[k, b] - load[i, b]
            plan[i], plan[k] = b, a
            return True
    return False


@compiled
def improve(plan: Any, points: Any, load: Any, capacity: Any, seats: Any, leave: Any, rounds: int) -> Any:
    """Improve a plan by moves and exchanges until nothing gains or the rounds are over.

    Parameters
    ----------
    plan : int64 [n]
    points, load : float64 [n, m]
    capacity, seats : float64 [m]
    leave : float64 [n]
    rounds : int

    Returns
    -------
    int64 [n]
    """
    plan, room, free = plan.copy(), capacity.copy(), seats.copy()
    for i in range(plan.size):
        if plan[i] >= 0:
            room[plan[i]] -= load[i, plan[i]]
            free[plan[i]] -= 1
    for _ in range(rounds):
        gained = False
        for i in range(plan.size):
            gained |= _move(plan, i, points, load, room, free, leave)
            gained |= _exchange(plan, i, points, load, room)
        if not gained:
            break
    return plan
