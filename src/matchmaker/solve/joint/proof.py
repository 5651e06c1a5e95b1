"""Relaxations round by round, and the proof that goes with a plan: bounds, and the prices that give them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from matchmaker.solve.joint.clock import Clock
from matchmaker.solve.joint.dual import Count, Relaxation, bonus_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from matchmaker.solve.joint.stock import Columns, Prices
    from matchmaker.solve.reach import Reach

__all__ = ["Proof", "aims_before_points", "counts_of", "masks_of", "proof_for", "prove", "relax"]

PLACED_WEIGHT, OTHER_WEIGHT = 2000.0, 1000.0
"""What a placement is worth in the prices for the search, in points: about twice the points of a good one."""
BOUND_WEIGHT = 300.0
"""Where the search for the weight begins at which the relaxation places about as many as a plan can."""
ROUNDS, PATIENCE = 16, 3
"""Rounds for a plan that there is; rounds without a better bound after which a relaxation ends."""


@dataclass(frozen=True, eq=False)
class Proof:
    """Bounds on the points of plans that do as well on the aims before points, and what gives them.

    Attributes
    ----------
    bound, bound_aims : float
        See `Solution`.
    lagrangian : float
        The bound that the prices give: the sum over the pupils of what each one's best position is worth at these
        prices (or 0), plus the price of all there is, minus `offset`. Any pupil's term may be replaced by that of a
        chosen position, which bounds the plans with that position.
    prices : Prices
    value : float array, shape (pupils)
        What each pupil's best position is worth at the prices, `bonus` included.
    bonus : float array, shape (pupils)
        What being placed is worth in itself: the price of keeping the number of placements.
    """

    bound: float
    bound_aims: float
    lagrangian: float
    prices: Prices
    value: NDArray[np.float64]
    bonus: NDArray[np.float64]


def masks_of(
    hardest: NDArray[np.bool_], fixed: NDArray[np.bool_] | None, protected: NDArray[np.bool_] | None = None
) -> dict[str, NDArray[np.bool_]]:
    """Return whom each aim before points counts."""
    none, everybody = np.zeros(len(hardest), bool), np.ones(len(hardest), bool)
    return {
        "fixed": none if fixed is None else fixed,
        "protected": none if protected is None else protected,
        "placed": everybody,
        "hardest": hardest,
    }


def aims_before_points(order: Sequence[str], masks: dict[str, NDArray[np.bool_]]) -> list[str]:
    """Return the aims that come before points and count somebody: leximin counts nobody."""
    before = order[: order.index("points")] if "points" in order else order
    return [aim for aim in before if aim == "placed" or (aim != "leximin" and masks[aim].any())]


def counts_of(aims: list[str], masks: dict[str, NDArray[np.bool_]], *, search: bool) -> list[Count]:
    """Return what each aim before points is worth in a relaxation, for the search or for the bound."""
    placed, other = (PLACED_WEIGHT, OTHER_WEIGHT) if search else (BOUND_WEIGHT, 0.0)
    return [Count(masks[aim].astype(float), placed if aim == "placed" else other) for aim in aims]


def relax(
    relaxation: Relaxation,
    clock: Clock,
    name: str,
    *,
    rounds: int,
    share: float,
    move_counts: bool = False,
    low: float | None = None,
) -> None:
    """Do rounds until this share of the time is used up or they do not lower the bound; `low` is what a plan reaches.

    With `move_counts` the weights of the counts move too, to where the relaxation places as many as they aim at.
    """
    for turn in range(rounds):
        if clock.over(share):
            return
        target = 0.985 * relaxation.bound if low is None else low
        relaxation.improve(steps=300, target=min(target, relaxation.bound), move_counts=move_counts)
        clock.tell(name, turn / rounds)
        if relaxation.stalled >= PATIENCE:
            return


def prove(
    relaxation: Relaxation,
    chosen: Columns,
    masks: dict[str, NDArray[np.bool_]],
    aims: list[str],
    clock: Clock,
    *,
    rounds: int,
) -> Proof:
    """Bound the points of every plan that does as well on the aims before points as the plan `chosen`."""
    placed, points = chosen.employer >= 0, float(chosen.points[chosen.employer >= 0].sum())
    # Who had to be protected is this plan's own choice: no part of what a bound may assume.
    aimed = {
        aim: replace(count, target=float(masks[aim][placed].sum()), free=aim == "placed")
        for aim, count in zip(aims, relaxation.counts, strict=True)
        if aim != "protected"
    }
    relaxation.aim(list(aimed.values()))
    relax(relaxation, clock, "bound", rounds=rounds, share=0.97, move_counts=True, low=points)
    bound_aims, hardest = relaxation.bound, [aim == "hardest" for aim in aimed]
    if any(hardest):
        relaxation.aim([count for count, hard in zip(relaxation.counts, hardest, strict=True) if not hard])
        relax(relaxation, clock, "bound", rounds=rounds, share=1.0, move_counts=True, low=points)
    bound = max(points, relaxation.bound)
    clock.done("bound", rounds=relaxation.rounds, columns=len(relaxation.pool), pricings=relaxation.priced)
    return Proof(
        bound=bound,
        bound_aims=min(max(points, bound_aims), bound),
        lagrangian=relaxation.bound,
        prices=relaxation.prices,
        value=relaxation.value,
        bonus=bonus_of(relaxation.counts, len(placed)),
    )


def proof_for(
    reach: Reach,
    chosen: Columns,
    *,
    hardest: NDArray[np.bool_],
    fixed: NDArray[np.bool_] | None,
    order: Sequence[str],
    prices: Prices | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> Proof:
    """Work out prices and bounds for a plan that there is, from some prices if there are any."""
    masks = masks_of(hardest, fixed)
    aims, clock = aims_before_points(order, masks), Clock(None, progress)
    relaxation = Relaxation(reach, counts_of(aims, masks, search=False), prices=prices)
    if prices is None:
        relax(relaxation, clock, "prices", rounds=ROUNDS, share=1.0)
    return prove(relaxation, chosen, masks, aims, clock, rounds=ROUNDS)
