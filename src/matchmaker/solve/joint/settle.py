"""Prices of what employers share, by steps over a list of columns; and how often each column is taken."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matchmaker.solve.compiled import compiled
from matchmaker.solve.joint.packing import dearest
from matchmaker.solve.joint.shared import Offers, Shared

__all__ = ["Stride", "Weights", "no_weights", "settle", "take_best"]

KEPT = 0.6
"""Part of a step that goes on in the next."""
SHORTEST, SMALLEST = 1e-4, 1e-3
"""The least part of the value that a step aims below it, and the least share of a step; then it is settled."""
WATCHED = 3
"""What is taken in the first one in so many of the steps does not count."""


class Weights(NamedTuple):
    """Aims that count pupils, as multipliers beside the prices.

    Attributes
    ----------
    mask : float array, shape (aims, pupils)
        Whom each counts.
    weight, target : float arrays, shape (aims)
        What placing one of them is worth, which moves, and how many a plan places.
    free : bool array, shape (aims)
        Whether the weight may be negative.
    scale : float
        What the weights are measured in; 0 where they stay as they are.
    """

    mask: NDArray[np.float64]
    weight: NDArray[np.float64]
    target: NDArray[np.float64]
    free: NDArray[np.bool_]
    scale: float


class Stride(NamedTuple):
    """How steps go.

    They aim at the value `target`, or at the share `reached` of the value where that is more; each is the share `theta`
    of the way, which is halved when nothing improves for `patience` steps.
    """

    steps: int
    target: float
    reached: float
    theta: float
    patience: int


@compiled
def no_weights() -> Weights:
    """Return no aims that count."""
    return Weights(np.zeros((0, 0)), np.zeros(0), np.zeros(0), np.zeros(0, np.bool_), 0.0)


@compiled
def settle(
    shared: Shared,
    offers: Offers,
    bonus: NDArray[np.float64],
    weights: Weights,
    stride: Stride,
    row: NDArray[np.float64],
    often: NDArray[np.int64],
) -> float:
    """Lower the value of the relaxation by deflected subgradient steps from the prices in `row`; return the least.

    `row` and `weights.weight` take the prices and weights it has the least value at. `bonus` [pupils] is what being
    placed is worth beside the weights. `often` [columns] counts the steps in which a column was worth most to its
    pupil. After Held and Karp (1971) and Camerini, Fratta and Maffioli (1975).
    """
    price, use, best, direction = row.copy(), np.zeros(len(row)), row.copy(), np.zeros(len(row))
    worth, taken = np.empty(len(bonus)), np.empty(len(bonus), np.int64)
    weight, pull, all_bonus = weights.weight.copy(), np.zeros(len(weights.weight)), bonus.copy()
    theta, stale, least = stride.theta, 0, np.inf
    for step in range(stride.steps):
        whole_prices(shared, row, price)
        for pupil in range(len(bonus)):
            all_bonus[pupil] = bonus[pupil]
            for aim in range(len(weight)):
                all_bonus[pupil] += weight[aim] * weights.mask[aim, pupil]
        value = take_best(offers, all_bonus, price, worth, taken)
        use[:] = 0.0
        for pupil in range(len(bonus)):
            if taken[pupil] >= 0:
                often[taken[pupil]] += WATCHED * step >= stride.steps
                add_use(shared, offers.index[taken[pupil]], offers.amount[taken[pupil]], use)
        for aim in range(len(weight)):
            value -= weight[aim] * weights.target[aim]
        dearest(shared.packings, row, shared.pieces)
        for k in range(len(row)):
            have = shared.pieces[k] if k < len(shared.pieces) else shared.capacity[k]
            value += have * row[k]
            use[k] -= have
        stale = 0 if value < least - 1e-5 * abs(value) else stale + 1
        if value < least:
            least, best[:], weights.weight[:] = value, row, weight
        if stale > stride.patience:
            theta, stale = theta / 2, 0
            if theta < SMALLEST:
                break
        wanted = theta * max(value - max(stride.target, stride.reached * value), SHORTEST * abs(value))
        norm = lean(use, shared.scale, row, direction) + pull_at(weights, worth, pull)
        if norm <= 1e-12:
            break
        for k in range(len(row)):
            row[k] = max(0.0, row[k] + wanted / norm * direction[k] * shared.scale[k])
        for aim in range(len(weight)):
            weight[aim] += wanted / norm * pull[aim] * weights.scale
            if not weights.free[aim]:
                weight[aim] = max(0.0, weight[aim])
    row[:] = best
    return least


@compiled
def whole_prices(shared: Shared, row: NDArray[np.float64], price: NDArray[np.float64]) -> None:
    """Write the prices of one unit of everything, of a piece with the hours of functions that it takes."""
    price[:] = row
    for lot in range(len(shared.link_start) - 1):
        for link in range(shared.link_start[lot], shared.link_start[lot + 1]):
            price[lot] += shared.link_hours[link] * row[shared.link_row[link]]


@compiled
def take_best(
    offers: Offers,
    bonus: NDArray[np.float64],
    price: NDArray[np.float64],
    worth: NDArray[np.float64],
    taken: NDArray[np.int64],
) -> float:
    """Let pupils take the column worth most at these prices, or none; return the sum of what they are worth.

    `worth` [pupils] takes what each pupil's column is worth, `taken` its row, -1 for none.
    """
    total = 0.0
    for pupil in range(len(offers.start)):
        row, top = -1, 0.0
        for column in range(offers.start[pupil], offers.stop[pupil]):
            own = offers.points[column] + bonus[pupil]
            for k in range(offers.index.shape[1]):
                own -= offers.amount[column, k] * price[offers.index[column, k]]
            if own > top:
                row, top = column, own
        worth[pupil], taken[pupil] = top, row
        total += top
    return total


@compiled
def add_use(shared: Shared, index: NDArray[np.uint32], amount: NDArray[np.float64], use: NDArray[np.float64]) -> None:
    """Add what a column uses, hours of functions included."""
    for k in range(len(index)):
        at, much = index[k], amount[k]
        use[at] += much
        if at < len(shared.link_start) - 1 and much > 0.0:
            for link in range(shared.link_start[at], shared.link_start[at + 1]):
                use[shared.link_row[link]] += much * shared.link_hours[link]


@compiled
def lean(
    beyond: NDArray[np.float64], scale: NDArray[np.float64], row: NDArray[np.float64], direction: NDArray[np.float64]
) -> float:
    """Turn the direction to raise prices of what is used beyond what there is; return its length, squared."""
    norm = 0.0
    for k in range(len(row)):
        slope = beyond[k] * scale[k]
        if slope < 0.0 and row[k] <= 0.0:
            slope = 0.0
        direction[k] = slope + KEPT * direction[k]
        norm += direction[k] * direction[k]
    return norm


@compiled
def pull_at(weights: Weights, worth: NDArray[np.float64], pull: NDArray[np.float64]) -> float:
    """Turn the pull on the weights to where as many take a column as are to be placed; return its length, squared."""
    norm = 0.0
    for aim in range(len(pull)):
        off = weights.target[aim]
        for pupil in range(len(worth)):
            if worth[pupil] > 0.0:
                off -= weights.mask[aim, pupil]
        pull[aim] = off * weights.scale + KEPT * pull[aim]
        norm += pull[aim] * pull[aim]
    return norm
