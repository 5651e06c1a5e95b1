"""A week shared between two employers: every moment is spent at one of them, and the work at each fits into its own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matchmaker.solve.bundle import popcount
from matchmaker.solve.bundle_bounds import EPS
from matchmaker.solve.compiled import compiled

__all__ = ["WEEK", "halves_hold"]

WEEK = 21
"""Moments in a week. The moments of the second employer are written that many bits higher than those of the first."""


@compiled
def side_holds(masks: NDArray[np.int64], hours: NDArray[np.float64], count: int, side: int, given: int) -> bool:
    """Say by Hall's condition whether the groups of one side fit into the moments given to it."""
    shift = WEEK * side
    for subset in range(1, 1 << count):
        union, need, own = 0, 0.0, True
        for group in range(count):
            if subset >> group & 1:
                mask = masks[group] >> shift
                if mask == 0 or mask >= 1 << WEEK:
                    own = False
                    break
                union |= mask & given
                need += hours[group]
        if own and need > 4.0 * popcount(union) + EPS:
            return False
    return True


@compiled
def contested(masks: NDArray[np.int64], count: int, moment: NDArray[np.int64], kind: NDArray[np.int64]) -> int:
    """List the moments open to work at both sides, alike ones side by side, and return how many.

    `kind` says to which groups a moment is open; moments of one kind are interchangeable.
    """
    found = 0
    for bit in range(WEEK):
        groups, sides = 0, 0
        for group in range(count):
            for side in range(2):
                if masks[group] >> (bit + WEEK * side) & 1:
                    groups |= 1 << group
                    sides |= 1 << side
        if sides < 3:
            continue
        place = found
        while place > 0 and kind[place - 1] > groups:
            moment[place], kind[place] = moment[place - 1], kind[place - 1]
            place -= 1
        moment[place], kind[place] = bit, groups
        found += 1
    return found


@compiled
def halves_hold(masks: NDArray[np.int64], hours: NDArray[np.float64], count: int) -> bool:
    """Say whether the moments can be divided between two employers so that all work fits, four hours a moment.

    Moments that only one side can use go to it. The others are given out one by one, depth first: a branch ends where
    one side would not fit even with all that is still open, and the search where one side fits with what it has, for
    the rest then suffices for the other.

    Parameters
    ----------
    masks : int64 array
        Open moments of every group of hours: bits 0 to 20 at the first employer, 21 to 41 at the second; no group has
        both.
    hours : float64 array
    count : int
        How many groups there are.

    Examples
    --------
    Two hours at each employer fit into two mornings, but not into one:

    >>> import numpy as np
    >>> both = np.array([0b11, 0b11 << WEEK])
    >>> halves_hold.function(both, np.array([2.0, 2.0]), 2), halves_hold.function(both & ~(0b10 | 0b10 << WEEK),
    ...                                                                           np.array([2.0, 2.0]), 2)
    (True, False)
    """
    moment, kind = np.empty(WEEK, np.int64), np.empty(WEEK, np.int64)
    side = np.zeros(WEEK, np.int64)
    number, depth = contested(masks, count, moment, kind), 0
    given = np.full(2, (1 << WEEK) - 1)
    rest = 0
    for k in range(number):
        rest |= 1 << moment[k]
    # What only one side can use is open to no group of the other: leaving it with both does no harm.
    given[0] &= ~rest
    given[1] &= ~rest
    while True:
        if side_holds(masks, hours, count, 0, given[0] | rest) and side_holds(masks, hours, count, 1, given[1] | rest):
            if side_holds(masks, hours, count, 0, given[0]) or side_holds(masks, hours, count, 1, given[1]):
                return True
            # Of moments that are alike those of the first side come first.
            alike = depth > 0 and kind[depth - 1] == kind[depth]
            side[depth] = side[depth - 1] if alike else 0
            given[side[depth]] |= 1 << moment[depth]
            rest &= ~(1 << moment[depth])
            depth += 1
            continue
        while depth > 0 and side[depth - 1] == 1:
            depth -= 1
            given[1] &= ~(1 << moment[depth])
            rest |= 1 << moment[depth]
        if depth == 0:
            return False
        given[0] &= ~(1 << moment[depth - 1])
        given[1] |= 1 << moment[depth - 1]
        side[depth - 1] = 1
