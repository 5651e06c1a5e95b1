"""One team an employer, nobody in two: the best choice, by going through the employers and all sets of pupils."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matchmaker.solve.compiled import compiled

__all__ = ["NEVER", "best_choice"]

NEVER = -(1 << 62)
"""The value of a team that cannot be."""


@compiled
def add_employer(
    before: NDArray[np.int64],
    team: NDArray[np.int64],
    value: NDArray[np.int64],
    after: NDArray[np.int64],
    taken: NDArray[np.int16],
) -> None:
    """Write the best value of every set of pupils when an employer may take one of its teams, and which (-1 none)."""
    for state in range(len(before)):
        after[state], taken[state] = before[state], -1
    for k in range(len(team)):
        if value[k] == NEVER:
            continue
        outside = (len(before) - 1) & ~team[k]
        # All subsets of the pupils outside the team, largest first.
        state = outside
        while True:
            if before[state] != NEVER and before[state] + value[k] > after[state | team[k]]:
                after[state | team[k]] = before[state] + value[k]
                taken[state | team[k]] = k
            if state == 0:
                break
            state = (state - 1) & outside


@compiled
def best_choice(
    pupils: int,
    team_start: NDArray[np.int64],
    team: NDArray[np.int64],
    value: NDArray[np.int64],
    allowed: NDArray[np.bool_],
    chosen: NDArray[np.int64],
) -> int:
    """Choose at most one team an employer, no pupil in two, so that the sum of the values is largest.

    Parameters
    ----------
    pupils : int
    team_start : int64 array, shape (employers + 1)
        Bounds of every employer's teams.
    team : int64 array, shape (teams)
        The pupils of each, as bits.
    value : int64 array, shape (teams)
        NEVER for a team that cannot be.
    allowed : bool array, shape (2 ** pupils)
        Which sets of pupils may be placed in all.
    chosen : int64 array, shape (employers)
        Takes the team of each employer (its row), -1 for none.

    Returns
    -------
    int
        The sum, NEVER when no set allowed can be placed.

    Examples
    --------
    >>> chosen = np.empty(2, np.int64)
    >>> teams, values = np.array([1, 3, 1, 2]), np.array([5, 9, 4, 6])      # the first two at one employer
    >>> best_choice(2, np.array([0, 2, 4]), teams, values, np.ones(4, bool), chosen), chosen.tolist()
    (11, [0, 3])
    """
    employers, states = len(team_start) - 1, 1 << pupils
    best = np.full((employers + 1, states), NEVER, np.int64)
    taken = np.full((employers, states), -1, np.int16)
    best[0, 0] = 0
    for employer in range(employers):
        own = slice(team_start[employer], team_start[employer + 1])
        add_employer(best[employer], team[own], value[own], best[employer + 1], taken[employer])
    most, state = NEVER, 0
    for end in range(states):
        if allowed[end] and best[employers, end] > most:
            most, state = best[employers, end], end
    for employer in range(employers - 1, -1, -1):
        k = taken[employer, state] if most > NEVER else -1
        chosen[employer] = team_start[employer] + k if k >= 0 else -1
        if k >= 0:
            state &= ~team[chosen[employer]]
    return most
