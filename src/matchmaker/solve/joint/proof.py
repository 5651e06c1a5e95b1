"""Relaxations round by round, and the proof that goes with a plan: bounds, and the prices that give them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from matchmaker.solve.joint.clock import Clock
from matchmaker.solve.joint.dual import Count, Relaxation, bonus_of
from matchmaker.solve.joint.tighten import Losses

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from matchmaker.solve.joint.stock import Columns, Prices
    from matchmaker.solve.reach import Reach

__all__ = [
    "Proof",
    "aims_before_points",
    "bound_by_losses",
    "counts_at",
    "counts_of",
    "masks_of",
    "proof_for",
    "prove",
    "relax",
]

PLACED_WEIGHT, OTHER_WEIGHT = 2000.0, 1000.0
"""What a placement is worth in the prices for the search, in points: about twice the points of a good one."""
BOUND_WEIGHT = 300.0
"""Where the search for the weight begins at which the relaxation places about as many as a plan can."""
STEPS, TARGET = 300, 0.985
"""Steps of a round, and the share of the bound that they aim at."""
FEW_STEPS, QUICK_STEPS, QUICK_TARGET, FAR = 150, 60, 0.94, 0.01
"""The same for many employers, the latter two as long as the pool says more than `FAR` less than the bound."""
SHARES = ((0.88, 0.98, 1.0, 1.0), (0.86, 0.94, 0.955, 0.98)), ((0.76, 0.98, 1.0, 1.0), (0.76, 0.94, 0.945, 0.98))
"""Shares of the time at which each step of a proof ends: rounds and losses, both again with the hardest to place. The
second of each pair is for plans where these are an aim; the last pair for bounds by teams, worth more than rounds."""
ROUNDING = 1e-3
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
    off, usual = FAR if low is None and relaxation.many else 0.0, FEW_STEPS if relaxation.many else STEPS
    for turn in range(rounds):
        if clock.over(share):
            return
        steps, reached = (QUICK_STEPS, QUICK_TARGET) if off >= FAR else (usual, TARGET)
        target = reached * relaxation.bound if low is None else min(low, relaxation.bound)
        below = relaxation.improve(steps=steps, target=target, move_counts=move_counts)
        off = below / max(abs(relaxation.bound), 1.0) if off > 0.0 else 0.0
        clock.tell(name, turn / rounds)
        if relaxation.stalled >= PATIENCE and off < FAR:
            return


def prove(
    relaxation: Relaxation,
    chosen: Columns,
    masks: dict[str, NDArray[np.bool_]],
    aims: list[str],
    clock: Clock,
    *,
    rounds: int,
    closer: Callable[[float, float], float] | None = None,
    by_teams: bool = False,
) -> Proof:
    """Bound the points of every plan that does as well on the aims before points as the plan `chosen`.

    `closer` makes the bound of the relaxation closer: it takes the points of the plan and a share of the time, nearly
    all that there is where it goes `by_teams`.
    """
    points = float(chosen.points[chosen.employer >= 0].sum())
    counts = counts_at(relaxation.counts, aims, masks, chosen)
    hardest = counts.pop("hardest", None)
    shares = SHARES[by_teams][hardest is not None]
    relaxation.aim(list(counts.values()))
    relax(relaxation, clock, "bound", rounds=rounds, share=shares[0], move_counts=True, low=points)
    closest = relaxation.bound if closer is None else closer(points, shares[1])
    bound, lost = max(points, _whole(closest)), relaxation.bound - closest
    bound_aims = bound
    proof = Proof(
        bound=bound,
        bound_aims=bound,
        lagrangian=relaxation.bound,
        prices=relaxation.prices,
        value=relaxation.value,
        bonus=bonus_of(relaxation.counts, relaxation.pupils),
    )
    if hardest is not None:
        relaxation.aim([*relaxation.counts, hardest])
        relax(relaxation, clock, "bound", rounds=rounds, share=shares[2], move_counts=True, low=points)
        closest = relaxation.bound if closer is None else closer(points, shares[3])
        bound_aims = min(bound, max(points, _whole(closest)))
    clock.done("bound", rounds=relaxation.rounds, columns=len(relaxation.pool), pricings=relaxation.priced, lost=lost)
    return replace(proof, bound_aims=bound_aims)


def counts_at(
    counts: Sequence[Count], aims: Sequence[str], masks: dict[str, NDArray[np.bool_]], plan: Columns
) -> dict[str, Count]:
    """Return the counts of these aims (or of all but the protected) with what a plan reaches of each.

    Who had to be protected is this plan's own choice: no part of what a bound may assume.
    """
    placed, assumed = plan.employer >= 0, [aim for aim in aims if aim != "protected"]
    return {
        aim: replace(count, target=float(masks[aim][placed].sum()), free=aim == "placed")
        for aim, count in zip(aims if len(counts) == len(aims) else assumed, counts, strict=True)
        if aim in assumed
    }


def bound_by_losses(relaxation: Relaxation, clock: Clock, points: float, share: float) -> float:
    """Return a closer bound: less what all employers together lose at least, as far as this share of the time goes.

    Nothing is claimed where a position may be at two employers: these are not counted employer by employer. No bound
    needs to be lower than the points of the plan.
    """
    if relaxation.reach.work.most_employers > 1 or relaxation.bound <= points:
        return relaxation.bound
    asked = np.maximum(relaxation.value, 0.0) - bonus_of(relaxation.counts, relaxation.pupils)
    losses = Losses(relaxation.reach, relaxation.packings, relaxation.prices, asked)
    return relaxation.bound - float(losses.everywhere(stop=lambda: clock.over(share)).sum())


def _whole(bound: float) -> float:
    """Points are whole numbers, so that a bound on them may be rounded down."""
    return float(np.floor(bound + ROUNDING))


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
    closer = partial(bound_by_losses, relaxation, clock)
    return prove(relaxation, chosen, masks, aims, clock, rounds=ROUNDS, closer=closer)
