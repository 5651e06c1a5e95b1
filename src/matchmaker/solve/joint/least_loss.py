"""What an employer must lose: a search over all ways to fill one employer with whole positions.

At some prices every position of a pupil falls short of what the pupil's best one is worth, and everything left over at
an employer costs its price. The relaxation counts neither. What the two come to at least, over all fillings that keep
to the rules, comes off the bound, employer by employer (a decomposition by employer; Geoffrion 1974).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matchmaker.solve.compiled import compiled

__all__ = ["Filling", "least_loss"]

EPS = 1e-6
MOST_DEPTH = 96
UNSEEN, SETTLED = -2, -1


class Filling(NamedTuple):
    """One employer and the positions that may fill it, as the search sees them.

    Rows are what is given out: first the lots, then the seats of every function, then the places. Every position uses
    some of each row, and falls short by its `loss`.

    Attributes
    ----------
    have : int64 array, shape (rows)
    price : float array, shape (rows)
        Of one unit.
    group : int64 array, shape (rows)
        The group of largest choices (see `packing`) a lot belongs to, -1 for none.
    choice_start, choice : int64 arrays
        The choices of every group, each one row of `choice` [choices, rows].
    hours : float array, shape (rows, functions)
        Hours that one unit takes from each function.
    cap, hour_price : float arrays, shape (functions)
    supervision, supervision_price : float
    use : int64 array, shape (positions, rows)
    loss, support : float arrays, shape (positions)
        By loss, the smallest first.
    pupil : int64 array, shape (positions)
    """

    have: NDArray[np.int64]
    price: NDArray[np.float64]
    group: NDArray[np.int64]
    choice_start: NDArray[np.int64]
    choice: NDArray[np.int64]
    hours: NDArray[np.float64]
    cap: NDArray[np.float64]
    hour_price: NDArray[np.float64]
    supervision: float
    supervision_price: float
    use: NDArray[np.int64]
    loss: NDArray[np.float64]
    support: NDArray[np.float64]
    pupil: NDArray[np.int64]


@compiled
def left_over(filling: Filling, limit: NDArray[np.int64]) -> float:
    """Return what is lost at least when no more than `limit` of each row is ever used."""
    total = 0.0
    for row in range(len(limit)):
        if filling.group[row] < 0:
            total += filling.price[row] * (filling.have[row] - limit[row])
    for group in range(len(filling.choice_start) - 1):
        full, most = 0.0, 0.0
        for choice in range(filling.choice_start[group], filling.choice_start[group + 1]):
            worth, reached = 0.0, 0.0
            for row in range(len(limit)):
                if filling.choice[choice, row] > 0:
                    worth += filling.price[row] * filling.choice[choice, row]
                    reached += filling.price[row] * min(filling.choice[choice, row], limit[row])
            full, most = max(full, worth), max(most, reached)
        total += full - most
    for function in range(len(filling.cap)):
        if filling.hour_price[function] > 0.0:
            hours = 0.0
            for row in range(len(limit)):
                hours += limit[row] * filling.hours[row, function]
            total += filling.hour_price[function] * max(0.0, filling.cap[function] - hours)
    return total


@compiled
def fits(
    filling: Filling, one: int, used: NDArray[np.int64], limit: NDArray[np.int64], hours: NDArray[np.float64]
) -> bool:
    """Say whether a position still fits beside what is used."""
    for row in range(len(limit)):
        if filling.use[one, row] > limit[row] - used[row]:
            return False
    for function in range(len(filling.cap)):
        if not np.isinf(filling.cap[function]):
            more = 0.0
            for row in range(len(limit)):
                if filling.use[one, row] > 0:
                    more += filling.use[one, row] * filling.hours[row, function]
            if hours[function] + more > filling.cap[function] + EPS:
                return False
    return True


@compiled
def give_up(
    filling: Filling,
    open_to: NDArray[np.int64],
    used: NDArray[np.int64],
    limit: NDArray[np.int64],
    most: NDArray[np.int64],
) -> int:
    """Lower limits to what the open positions can still use; return the row to branch on, -1 when all are settled."""
    for row in range(len(limit)):
        most[row] = 0
    for one in open_to:
        for row in range(len(limit)):
            most[row] += filling.use[one, row]
    best, choice = 0.0, SETTLED
    for row in range(len(limit)):
        limit[row] = min(limit[row], used[row] + most[row])
        worth = filling.price[row] * (limit[row] - used[row])
        if worth > best:
            best, choice = worth, row
    return choice


class Branch(NamedTuple):
    """The branch of the search that is looked at, one row a depth.

    `used` and `limit` of every row given out, `hours` of every function, `support` and `loss` so far; `open_to` lists
    the positions that may still come in (`width` of them), `row` what is branched on, `at` the next to try there.
    """

    used: NDArray[np.int64]
    limit: NDArray[np.int64]
    hours: NDArray[np.float64]
    support: NDArray[np.float64]
    loss: NDArray[np.float64]
    open_to: NDArray[np.int64]
    width: NDArray[np.int64]
    row: NDArray[np.int64]
    at: NDArray[np.int64]


@compiled
def root_of(filling: Filling) -> Branch:
    """Return the empty filling, all positions open."""
    rows, functions, count = len(filling.have), len(filling.cap), len(filling.loss)
    branch = Branch(
        np.zeros((MOST_DEPTH, rows), np.int64),
        np.zeros((MOST_DEPTH, rows), np.int64),
        np.zeros((MOST_DEPTH, functions)),
        np.zeros(MOST_DEPTH),
        np.zeros(MOST_DEPTH),
        np.empty((MOST_DEPTH, count), np.int64),
        np.zeros(MOST_DEPTH, np.int64),
        np.full(MOST_DEPTH, UNSEEN, np.int64),
        np.zeros(MOST_DEPTH, np.int64),
    )
    for row in range(rows):
        branch.limit[0, row] = filling.have[row]
    branch.width[0] = count
    for one in range(count):
        branch.open_to[0, one] = one
    return branch


@compiled
def enter(filling: Filling, branch: Branch, depth: int, place: int, best: float) -> bool:
    """Write the next depth: with the open position at `place`, or with the row given up when there is none.

    Of the positions that use the row only those after `place` stay open, so that no set is looked at twice. Returns
    whether anything better than `best` may be there.
    """
    below, row = depth + 1, branch.row[depth]
    one = branch.open_to[depth, place] if place < branch.width[depth] else -1
    branch.row[below], branch.width[below] = UNSEEN, 0
    branch.loss[below], branch.support[below] = branch.loss[depth], branch.support[depth]
    for k in range(len(filling.have)):
        branch.used[below, k], branch.limit[below, k] = branch.used[depth, k], branch.limit[depth, k]
    for function in range(len(filling.cap)):
        branch.hours[below, function] = branch.hours[depth, function]
    if one < 0:
        branch.limit[below, row] = branch.used[below, row]
    else:
        branch.loss[below] += filling.loss[one]
        branch.support[below] += filling.support[one]
        for k in range(len(filling.have)):
            branch.used[below, k] += filling.use[one, k]
            for function in range(len(filling.cap)):
                branch.hours[below, function] += filling.use[one, k] * filling.hours[k, function]
    for k in range(branch.width[depth]):
        other = branch.open_to[depth, k]
        if (filling.use[other, row] > 0 and k <= place) or branch.loss[below] + filling.loss[other] >= best - EPS:
            continue
        if one >= 0 and filling.pupil[other] == filling.pupil[one]:
            continue
        if branch.support[below] + filling.support[other] > filling.supervision + EPS:
            continue
        if fits(filling, other, branch.used[below], branch.limit[below], branch.hours[below]):
            branch.open_to[below, branch.width[below]] = other
            branch.width[below] += 1
    return bool(branch.loss[below] < best - EPS)


@compiled
def least_loss(filling: Filling, beat: float, most_nodes: int) -> tuple[float, bool]:
    """Return the least loss of any filling with these positions, or `beat` when none has less.

    Depth first: on what is worth most of what is not settled yet, each position that uses it in turn, then without. The
    second value says whether the search came to its end within so many nodes; if not, the first proves nothing.
    """
    branch, most = root_of(filling), np.zeros(len(filling.have), np.int64)
    depth, nodes, best = 0, 0, beat
    while depth >= 0:
        if branch.row[depth] == UNSEEN:
            nodes += 1
            if nodes > most_nodes or depth >= MOST_DEPTH - 2:
                return best, False
            open_to = branch.open_to[depth, : branch.width[depth]]
            branch.row[depth] = give_up(filling, open_to, branch.used[depth], branch.limit[depth], most)
            bound = branch.loss[depth] + left_over(filling, branch.limit[depth])
            if len(open_to) == 0 and filling.supervision_price > 0.0:
                bound += filling.supervision_price * max(0.0, filling.supervision - branch.support[depth])
            if bound >= best - EPS or branch.row[depth] == SETTLED:
                best = min(best, bound)
                depth -= 1
                continue
            branch.at[depth] = 0
        place, width = branch.at[depth], branch.width[depth]
        while place < width and filling.use[branch.open_to[depth, place], branch.row[depth]] == 0:
            place += 1
        branch.at[depth] = place + 1
        if place > width:
            depth -= 1
        elif enter(filling, branch, depth, place, best):
            depth += 1
    return best, True
