"""What it would cost to decide otherwise: a proved bound for every single decision, from prices, for all pairs at once.

At given prices the relaxation of `dual` pays everybody by themselves. To force one decision, such as a pupil at an
employer, changes the term of that pupil only, so that one pricing of all pairs bounds the plans of every decision.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from matchmaker.numbers.arrays import read_only
from matchmaker.solve.bundle import Found
from matchmaker.solve.chunks import in_chunks
from matchmaker.solve.compiled import compiled
from matchmaker.solve.joint.dual import in_pieces
from matchmaker.solve.joint.packing import dearest, packings_of
from matchmaker.solve.joint.pricing import pair_price, piece_prices, price_pair
from matchmaker.solve.joint.stock import Prices, Stock, full_stock
from matchmaker.solve.joint.two import best_at_two

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from matchmaker.solve.reach import Reach

__all__ = ["Margins", "make_margins", "vacancy_worths", "worths_when_free"]

WITHIN_TWO = 200.0
NEVER = -1e15
"""Less than any position is worth."""


@compiled
def price_pairs(
    first: int,
    last: int,
    who: NDArray[np.int64],
    reach: Reach,
    stock: Stock,
    prices: Prices,
    piece_price: NDArray[np.float64],
    within: float,
    top: NDArray[np.float64],
    worth: NDArray[np.float64],
) -> None:
    """Price every pair of the pupils `who[first:last]`.

    `worth` [pairs] takes an upper bound on the worth of the pair's positions: exact (but for searches that gave up)
    where it comes within `within` of the pupil's best. `top` [pupils] is the best known before, and after.
    """
    most = reach.work.max_tasks
    found = Found(np.full((1, most), -1, np.int64), np.zeros((1, most), np.int64), np.zeros(1))
    for index in range(first, last):
        pupil = who[index]
        for pair in range(reach.pair_start[pupil], reach.pair_start[pupil + 1]):
            constant = reach.pair_points[pair] - pair_price(reach, prices, pupil, reach.pair_employer[pair])
            beat = max(top[pupil] - within - constant, NEVER)
            count, rest = price_pair(reach, stock, piece_price, pair, beat, found)
            if count > 0:
                rest = max(rest, found.value[0])
                top[pupil] = max(top[pupil], found.value[0] + constant)
            worth[pair] = rest + constant if rest > NEVER else -np.inf


def vacancy_worths(reach: Reach, prices: Prices) -> NDArray[np.float64]:
    """Return what every open vacancy in reach is worth to its pupil at these prices, shape (vacancies)."""
    pupil = np.repeat(np.arange(len(reach.vacancy_start) - 1), np.diff(reach.vacancy_start))
    employer = reach.work.function_employer[reach.vacancy_function]
    shared = prices.places[employer] + prices.supervision[employer] * reach.work.support[pupil]
    return np.asarray(reach.vacancy_points - prices.seats[reach.vacancy_function] - shared, np.float64)


@dataclass(frozen=True, eq=False, repr=False)
class Margins:
    """Bounds on the points of plans, at one set of prices, when single decisions are forced.

    An *option* is a pupil at an employer, whatever the work there; options are sorted by pupil and employer.

    Attributes
    ----------
    start : int64 array, shape (pupils + 1)
        Bounds of each pupil's options.
    pupil, employer : int64 arrays, shape (options)
    worth : float array, shape (options)
        No position of the option has more points less prices; -inf where there is none.
    best : float array, shape (pupils)
        The same for the pupil's best option.
    paid : float
        All there is to give out, at its prices.

    Examples
    --------
    >>> worth, three = np.array([0.0, 100.0, -100.0]), np.arange(3)
    >>> margins = Margins(np.arange(4), three, three, worth, best=worth, paid=1683.0)
    >>> margins.most(3), margins.most(2), margins.forced(2).tolist()
    (1683.0, 1783.0, [1783.0, 1783.0, 1683.0])
    """

    start: NDArray[np.int64]
    pupil: NDArray[np.int64]
    employer: NDArray[np.int64]
    worth: NDArray[np.float64]
    best: NDArray[np.float64]
    paid: float

    def __repr__(self) -> str:
        return f"<Margins: {len(self.best)} pupils, {len(self.pupil)} options>"

    @cached_property
    def _rank(self) -> NDArray[np.int64]:
        """How many pupils are worth more, ties by row."""
        rank = np.empty(len(self.best), np.int64)
        rank[np.argsort(-self.best, kind="stable")] = np.arange(len(self.best))
        return rank

    @cached_property
    def _sums(self) -> NDArray[np.float64]:
        """The sum of the n best pupils, for every n."""
        return np.concatenate([[0.0], np.cumsum(-np.sort(-self.best))])

    def most(self, number: int | None = None) -> float:
        """Return a bound on the points of every plan that places just `number` pupils (None: any number)."""
        if number is None:
            return self.paid + float(np.maximum(self.best, 0.0).sum())
        if not 0 <= number < len(self._sums):
            return -np.inf
        return self.paid + float(self._sums[number])

    def without(self, number: int | None = None) -> NDArray[np.float64]:
        """Return for every pupil the bound of plans that place `number` others and leave this pupil out."""
        if number is None:
            return np.asarray(self.most() - np.maximum(self.best, 0.0))
        last = len(self.best)
        if not 0 <= number < last:
            return np.full(last, -np.inf)
        with np.errstate(invalid="ignore"):
            taken_out = self._sums[number + 1] - self.best
        sums = np.where(self._rank < number, taken_out, self._sums[number])
        return np.asarray(self.paid + np.where(np.isnan(sums), -np.inf, sums))

    def forced(self, number: int | None = None) -> NDArray[np.float64]:
        """Return for every option the bound of plans that hold to it and place `number` pupils in all."""
        return self.added(self.pupil, self.worth, number=number)

    def added(
        self, pupil: NDArray[np.int64], worth: NDArray[np.float64], *, number: int | None = None
    ) -> NDArray[np.float64]:
        """Return the bound of plans of `number` pupils in which a pupil takes a position that is worth so much.

        The position may be one that is not offered yet: what it uses beside what is priced belongs to nobody else.
        """
        others = self.without(None if number is None else number - 1)
        return np.asarray(others[pupil] + worth)


def make_margins(
    reach: Reach,
    prices: Prices,
    *,
    within: float = np.inf,
    pupils: NDArray[np.int64] | None = None,
    best: NDArray[np.float64] | None = None,
    paid: float | None = None,
) -> Margins:
    r"""Price all pairs at once.

    Parameters
    ----------
    reach : Reach
    prices : Prices
        Of all that is shared. The bounds hold for any; those of a plan make them low.
    within : float
        Options so many points below the pupil's best are of interest; of the others it is only made sure that they are
        further below, which takes less time.
    pupils : int array, optional
        Only options of these pupils (row numbers, in order); then `best` says what all the others are worth.
    best : float array, shape (pupils), optional
        Upper bounds on what every pupil's best option is worth, where known.
    paid : float, optional
        The price of all there is to give out, where known.

    Returns
    -------
    Margins

    Notes
    -----
    For a plan with positions :math:`c_i` of pupils :math:`i \in N`, and prices :math:`\lambda \ge 0`, the points are
    at most :math:`\sum_{i \in N} w_i(c_i) + \lambda b` with :math:`w_i(c)` the points less prices. Of all sets of
    :math:`n` pupils the one with the largest :math:`w_i = \max_c w_i(c)` bounds the sum: this is the relaxation of
    `dual` at its best weight for the number placed. A forced decision replaces one :math:`w_i`.
    """
    count = len(reach.pair_start) - 1
    who = np.arange(count) if pupils is None else np.asarray(pupils, np.int64)
    seats = vacancy_worths(reach, prices)
    owner = np.repeat(np.arange(count), np.diff(reach.vacancy_start))
    top = np.full(count, -np.inf)
    np.maximum.at(top, owner, seats)
    stock, piece_price = Stock(*full_stock(reach.work)), piece_prices(reach, prices)
    worth = np.full(len(reach.pair_pupil), -np.inf)
    in_chunks(
        lambda first, last: price_pairs(first, last, who, reach, stock, prices, piece_price, within, top, worth),
        len(who),
    )
    if reach.work.most_employers > 1:
        # Couples of employers further below than that keep the bound from filling, which is higher.
        slack = min(within, WITHIN_TWO)
        best_at_two(reach, stock, prices, piece_price, who=who, top=top[who], slack=slack, keep=1, worth=worth)
    return _joined(reach, who, seats, owner, worth, best, _paid(reach, stock, prices) if paid is None else paid)


def _paid(reach: Reach, stock: Stock, prices: Prices) -> float:
    """Price all there is; pieces and hours of functions by the dearest choice of whole pieces."""
    packings, have = packings_of(reach), stock.pieces.astype(float)
    prices = in_pieces(reach, prices, packings)
    dearest(packings, prices.pieces, have)
    both = zip(stock._replace(pieces=have), prices, strict=True)
    return sum(float(amount[price > 0] @ price[price > 0]) for amount, price in both)


def _joined(
    reach: Reach,
    who: NDArray[np.int64],
    seats: NDArray[np.float64],
    owner: NDArray[np.int64],
    worth: NDArray[np.float64],
    best: NDArray[np.float64] | None,
    paid: float,
) -> Margins:
    """Put vacancies and pairs together: one option for a pupil at an employer."""
    width, pupils = len(reach.work.places), len(reach.pair_start) - 1
    keys = np.concatenate(
        [
            reach.pair_pupil * width + reach.pair_employer,
            owner * width + reach.work.function_employer[reach.vacancy_function],
        ]
    )
    values = np.concatenate([worth, seats])
    asked = np.zeros(pupils, bool)
    asked[who] = True
    keep = asked[keys // max(width, 1)]
    option, place = np.unique(keys[keep], return_inverse=True)
    most = np.full(len(option), -np.inf)
    np.maximum.at(most, place, values[keep])
    pupil = option // max(width, 1)
    tops = np.full(pupils, -np.inf) if best is None else best.astype(float)
    own = np.full(pupils, -np.inf)
    np.maximum.at(own, pupil, most)
    tops[who] = own[who]
    return Margins(
        start=read_only(np.searchsorted(pupil, np.arange(pupils + 1)).astype(np.int64)),
        pupil=read_only(pupil.astype(np.int64)),
        employer=read_only((option - pupil * width).astype(np.int64)),
        worth=read_only(most),
        best=read_only(tops),
        paid=paid,
    )


def worths_when_free(
    reach: Reach, prices: Prices, lot: int, pairs: NDArray[np.int64], *, beat: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Price some pairs as if one lot cost nothing.

    Parameters
    ----------
    reach : Reach
    prices : Prices
    lot : int
        Row number; the hours it takes from functions are free too.
    pairs : int array
        Which pairs.
    beat : float array, shape (pairs)
        A lower worth is of no interest.

    Returns
    -------
    float array, shape (pairs)
        What the best position of each pair is then worth, -inf where that does not beat `beat`.
    """
    stock, piece_price = Stock(*full_stock(reach.work)), piece_prices(reach, prices)
    piece_price[lot] = 0.0
    worth = np.full(len(pairs), -np.inf)
    in_chunks(
        lambda first, last: price_some(first, last, pairs, reach, stock, prices, piece_price, beat, worth),
        len(pairs),
    )
    return worth


@compiled
def price_some(
    first: int,
    last: int,
    pairs: NDArray[np.int64],
    reach: Reach,
    stock: Stock,
    prices: Prices,
    piece_price: NDArray[np.float64],
    beat: NDArray[np.float64],
    worth: NDArray[np.float64],
) -> None:
    """Price the pairs `pairs[first:last]`; `worth` takes what beats `beat`."""
    most = reach.work.max_tasks
    found = Found(np.full((1, most), -1, np.int64), np.zeros((1, most), np.int64), np.zeros(1))
    for index in range(first, last):
        pair = pairs[index]
        constant = reach.pair_points[pair] - pair_price(
            reach, prices, reach.pair_pupil[pair], reach.pair_employer[pair]
        )
        count, _ = price_pair(reach, stock, piece_price, pair, max(beat[index] - constant, NEVER), found)
        if count > 0:
            worth[index] = found.value[0] + constant
