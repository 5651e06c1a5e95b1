"""What the positions of a team can be worth together, by prices of its employer alone.

Prices on the pieces, hours and seats of an employer bound the points of positions there (Lagrangian relaxation;
Geoffrion 1974): at any prices they are worth no more than the best position of each pupil, priced, and the price of all
there is. The best prices are sought by subgradient steps on the positions known so far, and each time every pupil's
best position at them is priced exactly.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matchmaker.solve.compiled import compiled
from matchmaker.solve.joint.stock import Stock
from matchmaker.solve.joint.team import NOTHING, Bench, Positions, list_near, price_of_all, whole_price, worth_of
from matchmaker.solve.reach import Reach

__all__ = ["price_team", "team_bound", "values_at"]

KEPT = 24
"""Positions of a pupil that one round of pricing adds at most."""
ROUNDS, STEPS, PATIENCE = 14, 120, 8
NEAR = 0.25
"""A bound this close to what the positions known so far say is as good as it gets, in points."""
HOPE, LESS, MORE = 50.0, 0.5, 2.0
"""By how many points the first steps hope to lower a bound; what becomes of the hope when they do not, or do."""
AN_HOUR = 0.25
"""Steps on the price of an hour, beside those on the price of a unit: a unit takes about four hours."""
EPS = 1e-6


@compiled
def best_known(
    pool: Positions, known: int, place: NDArray[np.int64], whole: NDArray[np.float64], which: NDArray[np.int64]
) -> float:
    """Write the best known position of every pupil of a team (`place` [members], -1 elsewhere); return their worth."""
    top = np.full(len(which), NOTHING)
    which[:] = -1
    for k in range(known):
        at = place[pool.member[k]]
        if at >= 0:
            worth = worth_of(pool, k, whole)
            if worth > top[at]:
                top[at], which[at] = worth, k
    return float(top.sum())


@compiled
def wanted_more(
    bench: Bench, pool: Positions, which: NDArray[np.int64], have: NDArray[np.int64], slope: NDArray[np.float64]
) -> None:
    """Write how much more of every row, and of the hours of every function, these positions use than there is."""
    rows = len(bench.have)
    for row in range(rows):
        slope[row] = -float(have[row])
    for function in range(len(bench.cap)):
        slope[rows + function] = -bench.cap[function] if bench.by_hour[function] else 0.0
    for k in which:
        for slot in range(pool.row.shape[1]):
            row = pool.row[k, slot] if k >= 0 else -1
            if row < 0:
                break
            slope[row] += pool.count[k, slot]
            for function in range(len(bench.cap)):
                if bench.by_hour[function]:
                    slope[rows + function] += pool.count[k, slot] * bench.hours[row, function]


@compiled
def lower(
    bench: Bench,
    pool: Positions,
    known: int,
    place: NDArray[np.int64],
    members: int,
    beat: float,
    best: NDArray[np.float64],
) -> float:
    """Lower the bound over the positions known, from the prices `best`; write the best prices there, return the bound.

    Deflected subgradient steps (Camerini, Fratta and Maffioli 1975), aimed at a little less than the best so far. Below
    `beat` it is low enough.
    """
    rows, now, whole, have = len(bench.have), best.copy(), np.empty(len(bench.have)), bench.have.copy()
    slope, direction, which = np.zeros(len(best)), np.zeros(len(best)), np.empty(members, np.int64)
    least, hope, stale = 1e18, HOPE, 0
    for _ in range(STEPS):
        whole_price(bench, now, whole)
        value = price_of_all(bench, now, have) + best_known(pool, known, place, whole, which)
        stale = 0 if value < least - 0.1 * hope else stale + 1
        if value < least - hope and least < 1e18:
            hope *= MORE
        if value < least:
            least = value
            best[:] = now
        if least < beat - NEAR:
            break
        if stale > PATIENCE:
            hope, stale = LESS * hope, 0
            now[:] = best
            direction[:] = 0.0
            if hope < LESS * NEAR:
                break
            continue
        wanted_more(bench, pool, which, have, slope)
        norm = 0.0
        for k in range(len(now)):
            if slope[k] < 0.0 and now[k] <= 0.0:
                slope[k] = 0.0
            direction[k] = (AN_HOUR if k >= rows else 1.0) * slope[k] + LESS * direction[k]
            norm += direction[k] * direction[k]
        if norm < 1e-9:
            break
        length = (value - least + hope) / norm
        for k in range(len(now)):
            now[k] = max(0.0, now[k] + length * direction[k] * (AN_HOUR if k >= rows else 1.0))
    return least


@compiled
def price_team(
    reach: Reach,
    stock: Stock,
    bench: Bench,
    team: NDArray[np.int64],
    pool: Positions,
    known: int,
    price: NDArray[np.float64],
    value: NDArray[np.float64],
) -> tuple[float, int]:
    """Write what the best position of every pupil of a team is worth at these prices, at most, into `value` [team].

    Returns the price of all there is, and how many positions are known now; where there is no room for more of them,
    the last ones make room.
    """
    whole = np.empty(len(bench.have))
    whole_price(bench, price, whole)
    total = price_of_all(bench, price, bench.have.copy())
    best = np.full(len(bench.pupil), NOTHING)
    for k in range(known):
        best[pool.member[k]] = max(best[pool.member[k]], worth_of(pool, k, whole))
    for at in range(len(team)):
        beat = best[team[at]]
        known = min(known, len(pool.points) - KEPT - len(bench.cap))
        new, rest = list_near(reach, stock, bench, whole, team[at], beat + EPS, KEPT, pool, known)
        value[at] = max(beat, rest)
        for k in range(known, known + new):
            value[at] = max(value[at], pool.worth[k])
        known += new
    return total, known


@compiled
def team_bound(
    reach: Reach,
    stock: Stock,
    bench: Bench,
    team: NDArray[np.int64],
    pool: Positions,
    known: int,
    price: NDArray[np.float64],
    beat: float,
) -> tuple[float, int]:
    """Bound what the positions of a team can be worth together, and write the prices that say so into `price`.

    Parameters
    ----------
    reach, stock, bench
    team : int64 array
        Places among the members of the bench.
    pool : Positions
        Those known (`known` of them); takes those found on the way.
    price : float array, shape (rows + functions)
    beat : float
        A bound below this is low enough.

    Returns
    -------
    tuple
        The bound, and how many positions are known now.
    """
    place, trial = np.full(len(bench.pupil), -1, np.int64), price.copy()
    for at in range(len(team)):
        place[team[at]] = at
    least, before, goal, value = 1e18, 1e18, price.copy(), np.empty(len(team))
    for turn in range(ROUNDS):
        says = lower(bench, pool, known, place, len(team), beat, goal)
        for k in range(len(trial)):
            # Half way to the best prices so far, every second time: prices of few positions swing (Wentges 1997).
            trial[k] = goal[k] if turn % 2 == 0 else 0.5 * (goal[k] + price[k])
        total, known = price_team(reach, stock, bench, team, pool, known, trial, value)
        total += value.sum()
        if total < least:
            least = total
            price[:] = trial
        if least < beat or (least - says < NEAR and says > before - NEAR):
            break
        before = says
    return least, known


@compiled
def values_at(
    reach: Reach, stock: Stock, bench: Bench, pool: Positions, known: int, price: NDArray[np.float64]
) -> tuple[float, NDArray[np.float64], int]:
    """Return the price of all there is, what every member's best position is worth, and how many are known now."""
    value = np.empty(len(bench.pupil))
    total, known = price_team(reach, stock, bench, np.arange(len(bench.pupil)), pool, known, price, value)
    return total, value, known
