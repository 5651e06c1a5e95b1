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
MANY = 1e9
"""More than there are positions, and more than anything costs."""
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
    grouped : bool array, shape (rows)
        Lots that belong to a group of largest choices (see `packing`).
    own_start, own : int64 arrays
        The rows of every group.
    choice_start, choice : int64 arrays
        The choices of every group, each one row of `choice` [choices, most rows of a group].
    full : float array, shape (groups)
        What the dearest choice of each group is worth.
    hours : float array, shape (rows, functions)
        Hours that one unit takes from each function.
    cap, hour_price : float arrays, shape (functions)
    supervision, supervision_price : float
    row, count : int64 arrays, shape (positions, most used)
        What a position uses: rows (-1 ends the list) and how much of each.
    drawn : float array, shape (positions, functions)
        Hours that a position takes from each function.
    loss, support : float arrays, shape (positions)
        By loss, the smallest first.
    share : float array, shape (positions)
        The loss as a share of the price of what the position uses, no more than 1.
    pupil : int64 array, shape (positions)
    """

    have: NDArray[np.int64]
    price: NDArray[np.float64]
    grouped: NDArray[np.bool_]
    own_start: NDArray[np.int64]
    own: NDArray[np.int64]
    choice_start: NDArray[np.int64]
    choice: NDArray[np.int64]
    full: NDArray[np.float64]
    hours: NDArray[np.float64]
    cap: NDArray[np.float64]
    hour_price: NDArray[np.float64]
    supervision: float
    supervision_price: float
    row: NDArray[np.int64]
    count: NDArray[np.int64]  # type: ignore[assignment]  # hides a method of tuple that nobody needs here
    drawn: NDArray[np.float64]
    loss: NDArray[np.float64]
    support: NDArray[np.float64]
    share: NDArray[np.float64]
    pupil: NDArray[np.int64]


@compiled
def left_over(filling: Filling, used: NDArray[np.int64], limit: NDArray[np.int64], least: NDArray[np.float64]) -> float:
    """Return what is lost at least of everything else when no more than `limit` of each row is ever used.

    What is used from here on loses `least` of its price or more, row by row, for the positions that use it fall short.
    """
    total = 0.0
    for row in range(len(limit)):
        if not filling.grouped[row]:
            gone, open_to = filling.have[row] - limit[row], limit[row] - used[row]
            total += filling.price[row] * (gone + least[row] * open_to)
    for group in range(len(filling.full)):
        most, first, last = 0.0, filling.own_start[group], filling.own_start[group + 1]
        # Whatever rounding says of the choices, what is used is not lost.
        for k in range(first, last):
            most += filling.price[filling.own[k]] * used[filling.own[k]]
        for choice in range(filling.choice_start[group], filling.choice_start[group + 1]):
            reached = 0.0
            for k in range(first, last):
                row = filling.own[k]
                more = min(filling.choice[choice, k - first], limit[row]) - used[row]
                # What is used already is in every choice that is still possible.
                if more < 0:
                    reached = 0.0
                    break
                reached += filling.price[row] * (used[row] + (1.0 - least[row]) * more)
            most = max(most, reached)
        total += filling.full[group] - most
    for function in range(len(filling.cap)):
        if filling.hour_price[function] > 0.0:
            hours = 0.0
            for row in range(len(limit)):
                hours += limit[row] * filling.hours[row, function]
            total += filling.hour_price[function] * max(0.0, filling.cap[function] - hours)
    return total


@compiled
def uses(filling: Filling, one: int, row: int) -> bool:
    """Say whether a position uses a row."""
    for slot in range(filling.row.shape[1]):
        if filling.row[one, slot] == row:
            return True
        if filling.row[one, slot] < 0:
            break
    return False


@compiled
def fits(
    filling: Filling, one: int, used: NDArray[np.int64], limit: NDArray[np.int64], hours: NDArray[np.float64]
) -> bool:
    """Say whether a position still fits beside what is used."""
    for slot in range(filling.row.shape[1]):
        row = filling.row[one, slot]
        if row < 0:
            break
        if filling.count[one, slot] > limit[row] - used[row]:
            return False
    for function in range(len(filling.cap)):
        if hours[function] + filling.drawn[one, function] > filling.cap[function] + EPS:
            return False
    return True


@compiled
def give_up(
    filling: Filling,
    open_to: NDArray[np.int64],
    used: NDArray[np.int64],
    limit: NDArray[np.int64],
    most: NDArray[np.int64],
    least: NDArray[np.float64],
    ways: NDArray[np.int64],
    spare: float,
) -> int:
    """Lower limits to what the open positions can still use; return the row to branch on, -1 when all are settled.

    `least` takes the least share of its price that using a row loses, 1 where no open position uses it, `ways` how many
    do. A row worth `spare` or more cannot be given up.
    """
    most[:], least[:], ways[:] = 0, 1.0, 0
    for one in open_to:
        for slot in range(filling.row.shape[1]):
            row = filling.row[one, slot]
            if row < 0:
                break
            most[row] += filling.count[one, slot]
            least[row] = min(least[row], filling.share[one])
            ways[row] += 1
    best, choice = np.inf, SETTLED
    for row in range(len(limit)):
        limit[row] = min(limit[row], used[row] + most[row])
        worth = filling.price[row] * (limit[row] - used[row])
        if worth > 0.0:
            # What cannot be given up is used in one of few ways; the rest comes later, the dearest first.
            score = ways[row] if worth >= spare else MANY - worth
            if score < best:
                best, choice = score, row
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
        for slot in range(filling.row.shape[1]):
            if filling.row[one, slot] < 0:
                break
            branch.used[below, filling.row[one, slot]] += filling.count[one, slot]
        for function in range(len(filling.cap)):
            branch.hours[below, function] += filling.drawn[one, function]
    for k in range(branch.width[depth]):
        other = branch.open_to[depth, k]
        if branch.loss[below] + filling.loss[other] >= best - EPS:
            break
        if (one >= 0 and filling.pupil[other] == filling.pupil[one]) or (k <= place and uses(filling, other, row)):
            continue
        if branch.support[below] + filling.support[other] > filling.supervision + EPS:
            continue
        if fits(filling, other, branch.used[below], branch.limit[below], branch.hours[below]):
            branch.open_to[below, branch.width[below]] = other
            branch.width[below] += 1
    return bool(branch.loss[below] < best - EPS)


@compiled
def least_loss(filling: Filling, beat: float, most_work: int) -> tuple[float, bool]:
    """Return the least loss of any filling with these positions, or `beat` when none has less.

    Depth first: on something that is not settled yet (`give_up`), each position that uses it in turn, then without. The
    second value says whether the search came to its end before it had looked at positions so often as `most_work` says;
    if not, the first proves nothing.
    """
    branch, rows = root_of(filling), len(filling.have)
    most, ways, least = np.zeros(rows, np.int64), np.zeros(rows, np.int64), np.zeros(rows)
    depth, work, best = 0, 0, beat
    while depth >= 0:
        if branch.row[depth] == UNSEEN:
            if work >= most_work or depth >= MOST_DEPTH - 2:
                return best, False
            open_to = branch.open_to[depth, : branch.width[depth]]
            used, limit = branch.used[depth], branch.limit[depth]
            branch.row[depth] = give_up(filling, open_to, used, limit, most, least, ways, best - branch.loss[depth])
            bound = branch.loss[depth] + left_over(filling, used, limit, least)
            if len(open_to) == 0 and filling.supervision_price > 0.0:
                bound += filling.supervision_price * max(0.0, filling.supervision - branch.support[depth])
            if bound >= best - EPS or branch.row[depth] == SETTLED:
                best = min(best, bound)
                depth -= 1
                continue
            branch.at[depth] = 0
        place, width = branch.at[depth], branch.width[depth]
        while place < width and not uses(filling, branch.open_to[depth, place], branch.row[depth]):
            place += 1
        branch.at[depth], work = place + 1, work + width + 1
        if place > width:
            depth -= 1
        elif enter(filling, branch, depth, place, best):
            depth += 1
    return best, True
