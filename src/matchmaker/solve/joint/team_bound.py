"""What the positions of a team can be worth together, by prices of its employer alone.

Prices on the pieces, hours and seats of an employer bound the points of positions there (Lagrangian relaxation;
Geoffrion 1974): at any prices they are worth no more than the best position of each pupil, priced, and the price of all
there is. The best prices are sought by subgradient steps on the positions known so far, and each time every pupil's
best position at them is priced exactly.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matchmaker.solve.compiled import compiled
from matchmaker.solve.joint.stock import Stock
from matchmaker.solve.joint.team import NOTHING, Bench, Positions, list_near, price_of_all, whole_price, worth_of
from matchmaker.solve.reach import Reach

__all__ = ["price_team", "team_bound", "values_at"]

KEPT, KEPT_OF_ALL = 24, 3
"""Positions of a pupil that one round of pricing adds at most: of a team, and of many members."""
ROUNDS, STEPS, PATIENCE = 14, 120, 8
NEAR = 0.25
"""A bound this close to what the positions known so far say is as good as it gets, in points."""
HOPE, LESS, MORE = 50.0, 0.5, 2.0
"""By how many points the first steps hope to lower a bound; what becomes of the hope when they do not, or do."""
AN_HOUR = 0.25
"""Steps on the price of an hour, beside those on the price of a unit: a unit takes about four hours."""
EPS = 1e-6


class Model(NamedTuple):
    """The positions known of a team, one member after the other, and the choices of groups, ready to be added up.

    `start` bounds the positions of each member. A position uses `amount` of `row` in its first `width` slots. What a
    choice holds of the rows of its group is in `held` [choices, rows of the largest group].
    """

    start: NDArray[np.int64]
    points: NDArray[np.float64]
    width: NDArray[np.int64]
    row: NDArray[np.int64]
    amount: NDArray[np.float64]
    held: NDArray[np.float64]


@compiled
def model_of(bench: Bench, pool: Positions, known: int, team: NDArray[np.int64]) -> Model:
    """Gather the positions known of a team."""
    slots, start, n = pool.row.shape[1], np.zeros(len(team) + 1, np.int64), 0
    which = np.empty(known, np.int64)
    for at in range(len(team)):
        for k in range(known):
            if pool.member[k] == team[at]:
                which[n] = k
                n += 1
        start[at + 1] = n
    points, width = np.empty(n), np.zeros(n, np.int64)
    row, amount = np.zeros((n, slots), np.int64), np.zeros((n, slots))
    for at in range(n):
        k = which[at]
        points[at] = pool.points[k]
        while width[at] < slots and pool.row[k, width[at]] >= 0:
            row[at, width[at]], amount[at, width[at]] = pool.row[k, width[at]], pool.count[k, width[at]]
            width[at] += 1
    largest = 0
    for group in range(len(bench.choice_start) - 1):
        largest = max(largest, bench.own_start[group + 1] - bench.own_start[group])
    held = np.zeros((bench.choice_start[-1], largest))
    for group in range(len(bench.choice_start) - 1):
        first = bench.own_start[group]
        for choice in range(bench.choice_start[group], bench.choice_start[group + 1]):
            for k in range(first, bench.own_start[group + 1]):
                held[choice, k - first] = min(bench.choice[choice, bench.own[k]], bench.have[bench.own[k]])
    return Model(start, points, width, row, amount, held)


@compiled
def best_of_each(model: Model, whole: NDArray[np.float64], which: NDArray[np.int64]) -> float:
    """Write the best position of every member (-1 for none); return their worth."""
    total = 0.0
    for at in range(len(which)):
        top = NOTHING
        which[at] = -1
        for k in range(model.start[at], model.start[at + 1]):
            worth = model.points[k]
            for slot in range(model.width[k]):
                worth -= model.amount[k, slot] * whole[model.row[k, slot]]
            if worth > top:
                top, which[at] = worth, k
        total += top
    return total


@compiled
def all_there_is(bench: Bench, model: Model, price: NDArray[np.float64], slope: NDArray[np.float64]) -> float:
    """Return the price of all there is, in groups the dearest choice, and write it, less than nothing, into `slope`.

    It is `price_of_all` with both at once, for it is called at every step.
    """
    rows, total = len(bench.have), 0.0
    for row in range(rows):
        slope[row] = -float(bench.have[row])
    for group in range(len(bench.choice_start) - 1):
        first, own = bench.own_start[group], bench.own_start[group + 1] - bench.own_start[group]
        top, best = -1.0, -1
        for choice in range(bench.choice_start[group], bench.choice_start[group + 1]):
            worth = 0.0
            for k in range(own):
                worth += price[bench.own[first + k]] * model.held[choice, k]
            if worth > top:
                top, best = worth, choice
        for k in range(own):
            slope[bench.own[first + k]] = -model.held[best, k] if best >= 0 else 0.0
    for function in range(len(bench.cap)):
        slope[rows + function] = -bench.cap[function] if bench.by_hour[function] else 0.0
    for k in range(len(slope)):
        total -= price[k] * slope[k]
    return total


@compiled
def add_wanted(bench: Bench, model: Model, which: NDArray[np.int64], slope: NDArray[np.float64]) -> None:
    """Add what these positions use of every row, and of the hours of functions."""
    rows = len(bench.have)
    for k in which:
        for slot in range(model.width[k] if k >= 0 else 0):
            slope[model.row[k, slot]] += model.amount[k, slot]
            for function in range(len(bench.cap)):
                if bench.by_hour[function]:
                    slope[rows + function] += model.amount[k, slot] * bench.hours[model.row[k, slot], function]


@compiled
def lower(bench: Bench, model: Model, beat: float, best: NDArray[np.float64]) -> float:
    """Lower the bound over the positions of a model, from the prices `best`; write the best there, return the bound.

    Deflected subgradient steps (Camerini, Fratta and Maffioli 1975), aimed at a little less than the best so far. Below
    `beat` it is low enough.
    """
    rows, now, whole = len(bench.have), best.copy(), np.empty(len(bench.have))
    slope, direction, which = np.zeros(len(best)), np.zeros(len(best)), np.empty(len(model.start) - 1, np.int64)
    least, hope, stale = 1e18, HOPE, 0
    for _ in range(STEPS):
        whole_price(bench, now, whole)
        value = all_there_is(bench, model, now, slope) + best_of_each(model, whole, which)
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
        add_wanted(bench, model, which, slope)
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
    kept: int = KEPT,
) -> tuple[float, int]:
    """Write what the best position of every pupil of a team is worth at these prices, at most, into `value` [team].

    At most so many positions of each pupil are `kept`. Returns the price of all there is, and how many positions are
    known now; where there is no room for more of them, the last ones make room.
    """
    whole = np.empty(len(bench.have))
    whole_price(bench, price, whole)
    total = price_of_all(bench, price, bench.have.copy())
    best = np.full(len(bench.pupil), NOTHING)
    for k in range(known):
        best[pool.member[k]] = max(best[pool.member[k]], worth_of(pool, k, whole))
    for at in range(len(team)):
        beat = best[team[at]]
        known = min(known, len(pool.points) - kept - len(bench.cap))
        new, rest = list_near(reach, stock, bench, whole, team[at], beat + EPS, kept, pool, known)
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
    trial, goal, value = price.copy(), price.copy(), np.empty(len(team))
    least, before = 1e18, 1e18
    for turn in range(ROUNDS):
        model = model_of(bench, pool, known, team)
        says = lower(bench, model, beat, goal)
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
    reach: Reach,
    stock: Stock,
    bench: Bench,
    pool: Positions,
    known: int,
    price: NDArray[np.float64],
    members: NDArray[np.int64],
) -> tuple[float, NDArray[np.float64], int]:
    """Return the price of all there is, what the best position of these is worth, and how many are known now."""
    value = np.empty(len(members))
    total, known = price_team(reach, stock, bench, members, pool, known, price, value, KEPT_OF_ALL)
    return total, value, known
