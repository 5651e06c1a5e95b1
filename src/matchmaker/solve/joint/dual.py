"""Prices and bound: Lagrangian relaxation of all that is shared, by subgradient steps on a pool of columns."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from matchmaker.solve.chunks import in_chunks
from matchmaker.solve.joint.packing import Packings, dearest, packings_of
from matchmaker.solve.joint.pool import Pool, Taking, in_parts, pool_of
from matchmaker.solve.joint.pricing import piece_prices, price_pupils
from matchmaker.solve.joint.screen import Screen
from matchmaker.solve.joint.stock import Columns, Falls, Prices, Stock, free_prices, full_stock, no_columns, no_falls
from matchmaker.solve.joint.two import with_two

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from matchmaker.solve.reach import Reach

__all__ = ["Count", "Dual", "Pool", "Relaxation", "ascend", "exact_bound", "in_pieces", "pool_of"]

KEEP, SLACK = 6, 60.0
"""Columns of a pupil that enter the pool in a round, and how many points below the best they may lie."""
MANY, FEWER, CLOSER = 200, 4, 20.0
"""The same for more employers than this: rounds are shorter, and twice as many fit into the time."""
LITTLE = 2e-5
"""A bound that is lower by less than this share counts as no better."""


@dataclass(frozen=True)
class Count:
    """An aim that counts placed pupils: those in `mask`, of whom a plan places `target`.

    In the relaxation each of them is worth `weight` points. `free` says that the plan compared with places just
    `target`, so that the weight may also be negative.
    """

    mask: NDArray[np.float64]
    weight: float
    target: float = 0.0
    free: bool = False


@dataclass
class Dual:
    """The best prices and weights of the counts so far, and the value of the relaxation at them."""

    prices: Prices
    counts: list[Count]
    value: float
    steps: int = 0


def bonus_of(counts: list[Count], pupils: int) -> NDArray[np.float64]:
    """Return what placing each pupil is worth in itself."""
    return sum((count.weight * count.mask for count in counts), np.zeros(pupils))


def aimed(counts: list[Count]) -> float:
    """Return what every plan compared with gets for its counts: it is taken off the relaxation."""
    return sum(count.weight * count.target for count in counts)


def ascend(
    reach: Reach,
    pool: Pool,
    counts: list[Count],
    start: Prices,
    *,
    packings: Packings,
    steps: int,
    target: float,
    theta: float = 1.0,
    move_counts: bool = False,
    patience: int = 25,
) -> Dual:
    """Lower the value of the relaxation over the pool by deflected subgradient steps.

    After Held and Karp (1971) and Camerini, Fratta and Maffioli (1975).

    Parameters
    ----------
    reach, pool
    counts : list of Count
        What placing a pupil is worth in itself; with `move_counts` these weights are multipliers too.
    start : Prices
    packings : Packings
    steps : int
    target : float
        A value that some plan is thought to reach; the step length aims at it.
    theta : float
        Share of the step length taken at first; halved when nothing improves for `patience` steps.

    Returns
    -------
    Dual
        `value` is over the pool only; `exact_bound` makes it a bound over all columns.
    """
    capacity, have = in_a_row(full_stock(reach.work))
    limited, mask = in_a_row(Prices(*(np.isfinite(part) for part in have)))
    mask.function[:] = packings.by_hour
    capacity[limited == 0] = 0.0
    current, now = in_a_row(in_pieces(reach, start, packings))
    scales = (np.full(len(part), scale) for part, scale in zip(now, typical_use(reach), strict=True))
    scale = limited / np.concatenate([*scales])
    count_scale, weights = max(1.0, len(pool.start) ** 0.5 / 4), np.array([count.weight for count in counts])
    direction, pull = np.zeros(len(current)), np.zeros(len(counts))
    free, taking = np.array([count.free for count in counts], bool), Taking(reach, pool)
    best, stale = Dual(prices=start, counts=counts, value=np.inf), 0
    for step in range(steps):
        moved = [replace(count, weight=float(weight)) for count, weight in zip(counts, weights, strict=True)]
        value = taking.at(bonus_of(moved, len(taking.best)), now) - aimed(moved)
        dearest(packings, now.pieces, have.pieces)
        value += float(capacity @ current)
        best.steps = step + 1
        stale = 0 if value < best.value - 1e-5 * abs(value) else stale + 1
        if value < best.value:
            best.value, best.counts, best.prices = value, moved, Prices(*(part.copy() for part in now))
        if stale > patience:
            theta, stale = theta / 2, 0
            if theta < 1e-3:
                break
        slope = (taking.use - capacity) * scale
        slope[(slope < 0) & (current <= 0)] = 0.0
        direction = slope + 0.6 * direction
        norm = float(direction @ direction)
        if move_counts:
            placed = taking.best > 0
            off = np.array([count.target - float(count.mask @ placed) for count in counts]) / count_scale
            pull = off + 0.6 * pull
            norm += float(pull @ pull)
        if norm <= 1e-12:
            break
        length = theta * max(value - target, 1e-4 * abs(value)) / norm
        current += length * direction * scale
        np.maximum(current, 0.0, out=current)
        weights = weights + length * pull / count_scale
        weights = np.where(free, weights, np.maximum(weights, 0.0))
    return best


def in_a_row(parts: Prices | Stock) -> tuple[NDArray[np.float64], Prices]:
    """Return all amounts in one array, and the same array in its parts."""
    row = np.concatenate([part.astype(float) for part in parts])
    return row, in_parts(row, parts)


def typical_use(reach: Reach) -> list[float]:
    """How much of each kind of resource one position uses, roughly: puts the prices on one scale."""
    hours = float(np.mean(reach.work.hours_max)) if len(reach.work.hours_max) else 1.0
    support = float(np.mean(reach.work.support)) if len(reach.work.support) else 1.0
    return [1.0, max(hours / 4, 0.5), 1.0, max(support, 0.25), 1.0]


def in_pieces(reach: Reach, prices: Prices, packings: Packings) -> Prices:
    """Return the same prices with those of hours of functions that a group covers put on the pieces."""
    whole, by_hour = (
        piece_prices(reach, prices),
        prices._replace(function=np.where(packings.by_hour, prices.function, 0.0)),
    )
    return by_hour._replace(pieces=prices.pieces + whole - piece_prices(reach, by_hour))


def exact_bound(
    reach: Reach,
    counts: list[Count],
    prices: Prices,
    *,
    packings: Packings | None = None,
    slack: float = 0.0,
    keep: int = KEEP,
    known: NDArray[np.float64] | None = None,
    falls: Falls | None = None,
) -> tuple[float, Columns, NDArray[np.float64]]:
    """Price every pair exactly: a proven bound on the points of all plans that reach the counts' targets.

    With `packings` what there is of pieces and hours of functions is priced by the dearest choice of whole pieces.
    `known` [pupils] is what each surely reaches, the counts included; `falls` says which pairs need not be priced.

    Returns
    -------
    tuple
        The bound, the columns that come within `slack` of each pupil's best, at most `keep` of each, and what each
        pupil's best is worth.
    """
    pupils = len(reach.pair_start) - 1
    bonus = bonus_of(counts, pupils)
    stock = Stock(*full_stock(reach.work))
    columns = no_columns(pupils * keep, reach.work.max_tasks)
    value, limit = np.empty(pupils * keep), np.empty(pupils)
    piece_price, everybody = piece_prices(reach, prices), np.arange(pupils)
    least = -bonus if known is None else np.maximum(known, 0.0) - bonus
    fallen = no_falls() if falls is None else falls
    in_chunks(
        lambda first, last: price_pupils(
            first, last, everybody, reach, stock, prices, piece_price, least, slack, columns, value, limit, fallen
        ),
        pupils,
    )
    if reach.work.most_employers > 1:
        top = np.maximum(least, value.reshape(pupils, keep).max(axis=1, initial=-np.inf))
        columns = with_two(reach, stock, prices, piece_price, columns, limit, top=top, slack=slack)
    total = float(np.maximum(limit + bonus, 0.0).sum()) - aimed(counts)
    if packings is not None:
        prices, have = in_pieces(reach, prices, packings), stock.pieces.astype(float)
        dearest(packings, prices.pieces, have)
        stock = stock._replace(pieces=have)
    for amount, price in zip(stock, prices, strict=True):
        paid = price > 0
        total += float(amount[paid] @ price[paid])
    return total, columns, limit + bonus


def between(share: float, one: Prices, other: Prices) -> Prices:
    """Return the prices `share` of the way from one to the other."""
    return Prices(*((1 - share) * a + share * b for a, b in zip(one, other, strict=True)))


class Relaxation:
    """Column generation with smoothing (Wentges 1997).

    Prices come from the pool, a proven bound and new columns from exact pricing. `counts` and `prices` are the best
    found, `bound` the proven bound at them, `pool` all columns priced.
    """

    def __init__(self, reach: Reach, counts: list[Count], *, prices: Prices | None = None) -> None:
        self.reach, self.counts, self.prices = reach, counts, free_prices(reach.work) if prices is None else prices
        self.pupils = len(reach.pair_start) - 1
        self.many = len(reach.work.places) > MANY
        self.keep, self.slack = (FEWER, CLOSER) if self.many else (KEEP, SLACK)
        self.packings, self.screen = packings_of(reach), Screen(reach, self.prices)
        self.pool = pool_of([no_columns(0, reach.work.max_tasks)], self.pupils)
        self.bound, columns, self.value = self._price(counts, self.prices)
        self.pool = pool_of([columns], self.pupils)
        self._prices, self._theta, self.rounds, self.priced, self.stalled = self.prices, 1.0, 0, 1, 0

    def _price(self, counts: list[Count], prices: Prices) -> tuple[float, Columns, NDArray[np.float64]]:
        taking = Taking(self.reach, self.pool)
        taking.at(bonus_of(counts, self.pupils), prices)
        return exact_bound(
            self.reach,
            counts,
            prices,
            packings=self.packings,
            slack=self.slack,
            keep=self.keep,
            known=taking.best,
            falls=self.screen.falls(prices),
        )

    def aim(self, counts: list[Count]) -> None:
        """Go on with other counts, from the prices found so far."""
        self.counts = counts
        self.bound, columns, self.value = self._price(counts, self.prices)
        self.pool = pool_of([self.pool.columns, columns], self.pupils)
        self._prices, self._theta, self.stalled = self.prices, 1.0, 0
        self.priced += 1

    def improve(self, *, steps: int, target: float, move_counts: bool = False) -> float:
        """Do one round: subgradient steps on the pool, then exact pricing half way.

        Returns how far the value over the pool is below the bound.
        """
        dual = ascend(
            self.reach,
            self.pool,
            self.counts,
            self._prices,
            packings=self.packings,
            steps=steps,
            target=target,
            theta=self._theta,
            move_counts=move_counts,
        )
        self._theta, self._prices = max(0.25, self._theta * 0.9), dual.prices
        middle = between(0.5, self.prices, dual.prices)
        counts = [
            replace(new, weight=(new.weight + old.weight) / 2)
            for new, old in zip(dual.counts, self.counts, strict=True)
        ]
        bound, columns, value = self._price(counts, middle)
        self.rounds += 1
        self.priced += 1
        self.stalled = 0 if bound < (1 - LITTLE) * self.bound else self.stalled + 1
        if bound < self.bound:
            self.bound, self.prices, self.counts, self.value = bound, middle, counts, value
        self.pool = pool_of([self.pool.columns, columns], self.pupils)
        return self.bound - dual.value
