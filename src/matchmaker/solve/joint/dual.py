"""Prices and bound: Lagrangian relaxation of all that is shared, by subgradient steps on a pool of columns."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from matchmaker.solve.chunks import in_chunks
from matchmaker.solve.joint.packing import Packings, dearest, packings_of
from matchmaker.solve.joint.pool import Pool, pool_of
from matchmaker.solve.joint.pricing import piece_prices, price_pupils
from matchmaker.solve.joint.screen import Screen
from matchmaker.solve.joint.settle import Stride, Weights, settle, take_best
from matchmaker.solve.joint.shared import Offers, Shared, offers_of, shared_by_all
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
PATIENCE = 25
"""Steps without a better value after which they shrink."""
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


def bonus_of(counts: list[Count], pupils: int) -> NDArray[np.float64]:
    """Return what placing each pupil is worth in itself."""
    return sum((count.weight * count.mask for count in counts), np.zeros(pupils))


def aimed(counts: list[Count]) -> float:
    """Return what every plan compared with gets for its counts: it is taken off the relaxation."""
    return sum(count.weight * count.target for count in counts)


def ascend(
    shared: Shared,
    offers: Offers,
    counts: list[Count],
    start: Prices,
    *,
    steps: int,
    target: float,
    theta: float = 1.0,
    move_counts: bool = False,
) -> Dual:
    """Lower the value of the relaxation over a pool by deflected subgradient steps.

    Parameters
    ----------
    shared, offers
        What there is to give out, and the columns of the pool.
    counts : list of Count
        What placing a pupil is worth in itself; with `move_counts` these weights are multipliers too.
    start : Prices
        With hours on the pieces (`in_pieces`).
    steps : int
    target : float
        A value that some plan is thought to reach; the step length aims at it.
    theta : float
        Share of the step length taken at first; halved when nothing improves for `PATIENCE` steps.

    Returns
    -------
    Dual
        `value` is over the pool only; `exact_bound` makes it a bound over all columns.
    """
    pupils, row = len(offers.start), np.concatenate(start).astype(float)
    weights = Weights(
        mask=np.array([count.mask for count in counts], float).reshape(len(counts), pupils),
        weight=np.array([count.weight for count in counts], float),
        target=np.array([count.target for count in counts], float),
        free=np.array([count.free for count in counts], bool),
        scale=1.0 / max(1.0, pupils**0.5 / 4) if move_counts else 0.0,
    )
    stride, often = Stride(steps, target, 0.0, theta, PATIENCE), np.zeros(len(offers.points), np.int64)
    value = settle(shared, offers, np.zeros(pupils), weights, stride, row, often)
    moved = [replace(count, weight=float(weight)) for count, weight in zip(counts, weights.weight, strict=True)]
    ends = np.cumsum([len(part) for part in start])
    prices = Prices(*(row[end - len(part) : end] for end, part in zip(ends, start, strict=True)))
    return Dual(prices, moved, value)


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
        self.shared = shared_by_all(reach, self.packings)
        self.pool = pool_of([no_columns(0, reach.work.max_tasks)], self.pupils)
        self.bound, columns, self.value = self._price(counts, self.prices, self._offers())
        self.pool = pool_of([columns], self.pupils)
        self._prices, self._theta, self.rounds, self.priced, self.stalled = self.prices, 1.0, 0, 1, 0

    def _offers(self) -> Offers:
        return offers_of(self.reach.work, self.shared, self.pool.columns, self.pool.start)

    def _price(self, counts: list[Count], prices: Prices, offers: Offers) -> tuple[float, Columns, NDArray[np.float64]]:
        known, bonus = np.empty(self.pupils), bonus_of(counts, self.pupils)
        price = np.concatenate(prices._replace(pieces=piece_prices(self.reach, prices)))
        take_best(offers, bonus, price, known, np.empty(self.pupils, np.int64))
        return exact_bound(
            self.reach,
            counts,
            prices,
            packings=self.packings,
            slack=self.slack,
            keep=self.keep,
            known=known,
            falls=self.screen.falls(prices),
        )

    def aim(self, counts: list[Count]) -> None:
        """Go on with other counts, from the prices found so far."""
        self.counts = counts
        self.bound, columns, self.value = self._price(counts, self.prices, self._offers())
        self.pool = pool_of([self.pool.columns, columns], self.pupils)
        self._prices, self._theta, self.stalled = self.prices, 1.0, 0
        self.priced += 1

    def improve(self, *, steps: int, target: float, move_counts: bool = False) -> float:
        """Do one round: subgradient steps on the pool, then exact pricing half way.

        Returns how far the value over the pool is below the bound.
        """
        offers, start = self._offers(), in_pieces(self.reach, self._prices, self.packings)
        dual = ascend(
            self.shared,
            offers,
            self.counts,
            start,
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
        bound, columns, value = self._price(counts, middle, offers)
        self.rounds += 1
        self.priced += 1
        self.stalled = 0 if bound < (1 - LITTLE) * self.bound else self.stalled + 1
        if bound < self.bound:
            self.bound, self.prices, self.counts, self.value = bound, middle, counts, value
        self.pool = pool_of([self.pool.columns, columns], self.pupils)
        return self.bound - dual.value
