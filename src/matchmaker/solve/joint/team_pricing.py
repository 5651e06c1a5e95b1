"""The teams of one employer worth most when pupils have a price: a search over who is in, not over positions.

Every set of prices of what the employer has says of every team: together you are worth no more than `total` and the
`value` of each of you (`team_bound`). The least that any of them says is what a team is worth at most. Teams are
searched depth first; a branch ends when one of these sets of prices says that nothing there is worth enough.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matchmaker.solve.compiled import compiled

__all__ = ["best_teams"]

EPS = 1e-6


@compiled
def most_to_come(own: NDArray[np.float64], order: NDArray[np.int64], places: int) -> NDArray[np.float64]:
    """Return what so many more members are worth at most, from each place in the order on, at each set of prices.

    `own` [members, prices] is what a member adds, the result has the shape (members + 1, places + 1, prices).
    """
    members, prices = own.shape
    most, best = np.zeros((members + 1, places + 1, prices)), np.zeros((prices, places))
    for at in range(members - 1, -1, -1):
        for k in range(prices):
            more, slot = own[order[at], k], places - 1
            if more > best[k, slot]:
                while slot > 0 and best[k, slot - 1] < more:
                    best[k, slot] = best[k, slot - 1]
                    slot -= 1
                best[k, slot] = more
            worth = 0.0
            for slot in range(places):
                worth += best[k, slot]
                most[at, slot + 1, k] = worth
    return most


@compiled
def hopeless(sure: NDArray[np.float64], more: NDArray[np.float64], beat: float, first: int) -> int:
    """Return a set of prices by which what is sure and may come is not over `beat`, or -1; `first` is tried first."""
    if sure[first] + more[first] <= beat:
        return first
    for k in range(len(sure)):
        if sure[k] + more[k] <= beat:
            return k
    return -1


@compiled
def add(sure: NDArray[np.float64], own: NDArray[np.float64], into: NDArray[np.float64]) -> float:
    """Write what is sure with one more member; return the least."""
    least = np.inf
    for k in range(len(sure)):
        into[k] = sure[k] + own[k]
        least = min(least, into[k])
    return least


@compiled
def insert(worth: NDArray[np.float64], team: NDArray[np.int64], own: float, members: NDArray[np.int64]) -> None:
    """Write a team into the list of the best, the best first; the last one leaves."""
    place = len(worth) - 1
    while place > 0 and worth[place - 1] < own:
        worth[place], team[place] = worth[place - 1], team[place - 1]
        place -= 1
    worth[place], team[place] = own, -1
    team[place, : len(members)] = members


@compiled
def known_place(rows: NDArray[np.int64], members: NDArray[np.int64], inside: NDArray[np.bool_]) -> int:
    """Return which of the teams known has just these members, who are marked in `inside`, or -1."""
    size = len(members)
    for k in range(len(rows)):
        if size < rows.shape[1] and rows[k, size] >= 0:
            continue
        slot = 0
        while slot < size and rows[k, slot] >= 0 and inside[rows[k, slot]]:
            slot += 1
        if slot == size:
            return k
    return -1


@compiled
def best_teams(
    total: NDArray[np.float64],
    value: NDArray[np.float64],
    asked: NDArray[np.float64],
    support: NDArray[np.float64],
    places: int,
    supervision: float,
    hour: float,
    floor: float,
    most_nodes: int,
    known: NDArray[np.int64],
    known_most: NDArray[np.float64],
    worth: NDArray[np.float64],
    team: NDArray[np.int64],
) -> float:
    """Find the teams that may be worth most beyond the prices of their pupils.

    Parameters
    ----------
    total : float array, shape (prices)
    value : float array, shape (prices, members)
        A team is worth at most the total and the values of its members, at every set of prices.
    asked, support : float arrays, shape (members)
        The price of each pupil, and hours of supervision.
    places, supervision
        What the employer has. At most as many places as members.
    hour : float
        Any price of an hour of supervision, 0 or more: a good one makes the search shorter.
    floor : float
        Only teams worth more are sought.
    most_nodes : int
    known : int64 array, shape (known, places)
        Teams looked at before, -1 in unused places.
    known_most : float array, shape (known)
        What they are worth at most: it may be less than prices say.
    worth : float array, shape (teams)
    team : int64 array, shape (teams, places)
        Take the teams found, the best first, -1 in unused places.

    Returns
    -------
    float
        No team is worth more than this and the best one found.
    """
    prices, members = value.shape
    own, least = np.empty((members, prices)), np.full(members, np.inf)
    for k in range(prices):
        for one in range(members):
            own[one, k] = value[k, one] - asked[one] - hour * support[one]
            least[one] = min(least[one], own[one, k])
    order = np.argsort(-least)
    most = most_to_come(own, order, places)
    worth[:], team[:] = floor, -1
    sure, left = np.empty((places + 1, prices)), np.full(places + 1, supervision)
    sure[0] = total + hour * supervision
    root = (sure[0] + most[0, places]).min()
    at, chosen = np.full(places + 1, -1), np.empty(places, np.int64)
    inside = np.zeros(members, np.bool_)
    depth, first = 0, 0
    while depth >= 0:
        at[depth] += 1
        most_nodes -= 1
        if most_nodes < 0:
            return float(root)
        beat, more = worth[-1], places - depth
        ended = hopeless(sure[depth], most[at[depth], more], beat, first) if at[depth] < members else first
        if ended >= 0:
            first, depth = ended, depth - 1
            if depth >= 0:
                inside[chosen[depth]] = False
            continue
        one = order[at[depth]]
        if support[one] > left[depth] + EPS:
            continue
        whole = add(sure[depth], own[one], sure[depth + 1])
        ended = hopeless(sure[depth + 1], most[at[depth] + 1, more - 1], beat, first)
        if ended >= 0:
            first = ended
            continue
        chosen[depth], left[depth + 1] = one, left[depth] - support[one]
        whole -= hour * left[depth + 1]
        inside[one] = True
        if whole > beat:
            k = known_place(known, chosen[: depth + 1], inside)
            if k >= 0:
                whole = known_most[k] - asked[chosen[: depth + 1]].sum()
            if whole > beat:
                insert(worth, team, whole, chosen[: depth + 1])
        if more > 1:
            at[depth + 1] = at[depth]
            depth += 1
        else:
            inside[one] = False
    return floor
