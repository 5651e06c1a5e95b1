"""How many pupils can be placed at most."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from matchmaker.solve.joint.dual import Count, Relaxation
from matchmaker.solve.joint.rounds import most_placed

if TYPE_CHECKING:
    from matchmaker.solve.joint.clock import Clock
    from matchmaker.solve.reach import Reach

__all__ = ["WEIGHT", "bound_number"]

WEIGHT = 1e6
"""What a placement is worth while placements are counted, in points: so much that points hardly count."""
STEPS, TARGET, PATIENCE = 100, 0.97, 12
"""The bound comes down only after the pool has grown for some rounds."""
ROUNDING = 1e-6


def bound_number(
    reach: Reach, placed: int, clock: Clock, *, rounds: int, share: float
) -> tuple[int, Relaxation | None]:
    """Return a number of pupils that no plan exceeds, and the relaxation that says so, if that was worked out.

    `placed` is what a plan reaches: a bound need not be less.
    The smaller of a matching, in which places are all that is shared, and a relaxation in which everything is, with
    placements worth so much that points hardly count: a plan with n placed is worth n times the weight at least.

    Examples
    --------
    >>> import matchmaker as mm
    >>> from matchmaker.numbers.problem import make_problem
    >>> from matchmaker.solve.joint.clock import Clock
    >>> from matchmaker.solve.reach import make_reach
    >>> reach = make_reach(make_problem(mm.read_region(mm.town())))
    >>> most, _ = bound_number(reach, 180, Clock(None, None), rounds=0, share=1.0)
    >>> most >= 180
    True
    """
    known, pupils = most_placed(reach), len(reach.pair_start) - 1
    if not rounds or known <= placed or clock.over(share):
        return known, None
    relaxation = Relaxation(reach, [Count(np.ones(pupils), WEIGHT)])
    below = pupils * max(0.0, -float(reach.work.fit_floor))
    for turn in range(rounds):
        if clock.over(share) or relaxation.stalled >= PATIENCE or known <= placed:
            break
        relaxation.improve(steps=STEPS, target=max(TARGET * relaxation.bound, WEIGHT * placed))
        known = min(known, math.floor((relaxation.bound + below) / WEIGHT + ROUNDING))
        clock.tell("number", turn / rounds)
    clock.done("number", rounds=relaxation.rounds, columns=len(relaxation.pool), at_most=known)
    return known, relaxation
