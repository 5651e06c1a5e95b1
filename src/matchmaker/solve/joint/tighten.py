"""A bound that is closer: what every employer must lose at the prices found, worked out employer by employer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from matchmaker.solve.bundle import Found, copy_slots
from matchmaker.solve.compiled import compiled
from matchmaker.solve.joint.dual import in_pieces
from matchmaker.solve.joint.least_loss import Filling, least_loss
from matchmaker.solve.joint.packing import Packings
from matchmaker.solve.joint.pricing import pair_price, piece_prices, price_pair
from matchmaker.solve.joint.stock import Prices, Stock, full_stock
from matchmaker.solve.reach import Reach, Work

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Losses", "hours_of"]

EPS = 1e-6
FIRST, GROWTH, ROUNDS = 16.0, 2.0, 6
MOST_POSITIONS, MOST_OF_A_PAIR, MOST_NODES = 4_000, 1_500, 20_000


@compiled
def near_positions(
    reach: Reach,
    stock: Stock,
    prices: Prices,
    piece_price: NDArray[np.float64],
    pairs: NDArray[np.int64],
    least: NDArray[np.float64],
    within: float,
    found: Found,
    pupil: NDArray[np.int64],
    loss: NDArray[np.float64],
    lot: NDArray[np.int64],
    count: NDArray[np.int64],
) -> int:
    """Write all bundles of these pairs that fall short by less than `within`; return how many, -1 for too many."""
    rows = 0
    for pair in pairs:
        one, employer = reach.pair_pupil[pair], reach.pair_employer[pair]
        if stock.places[employer] < 1 or reach.work.support[one] > stock.supervision[employer] + EPS:
            continue
        constant = reach.pair_points[pair] - pair_price(reach, prices, one, employer)
        here, rest = price_pair(reach, stock, piece_price, pair, least[one] - within - constant, found)
        if here == len(found.value) or rows + here > len(loss) or rest > least[one] - within - constant + EPS:
            return -1
        for k in range(here):
            pupil[rows] = one
            loss[rows] = max(0.0, least[one] - constant - found.value[k])
            copy_slots(found.lot, found.count, k, lot, count, rows)
            rows += 1
    return rows


class Losses:
    """What employers lose at least, at the prices of one relaxation.

    `value` [pupils] is what each pupil's best position is worth (0 or more), `bonus` [pupils] the part of it that being
    placed is worth in itself.
    """

    def __init__(
        self, reach: Reach, packings: Packings, prices: Prices, value: NDArray[np.float64], bonus: NDArray[np.float64]
    ) -> None:
        self.reach, self.packings, self.prices, self.folded = (
            reach,
            packings,
            prices,
            in_pieces(reach, prices, packings),
        )
        self.piece_price, self.stock = piece_prices(reach, prices), Stock(*full_stock(reach.work))
        self.least = np.maximum(value, 0.0) - bonus
        self.by_employer = np.argsort(reach.pair_employer, kind="stable")
        employers = np.arange(len(reach.work.places) + 1)
        self.pair_start = np.searchsorted(reach.pair_employer[self.by_employer], employers)
        lot_group = np.full(len(reach.work.lot_pieces), -1, np.int64)
        lot_group[packings.lot] = np.repeat(np.arange(len(packings.lot_start) - 1), np.diff(packings.lot_start))
        self.lot_group = lot_group
        self.vacancy_pupil = np.repeat(np.arange(len(value)), np.diff(reach.vacancy_start))

    def of(self, employer: int, *, stop: Callable[[], bool]) -> float:
        """Return what is lost at least at an employer: 0 or more, the more the longer it may look."""
        proved, within = 0.0, FIRST
        for _ in range(ROUNDS):
            filling = None if stop() else self.filling(employer, within)
            if filling is None:
                break
            least, ended = least_loss(filling, within, MOST_NODES)
            if not ended:
                break
            proved = least
            if least < within:
                break
            within *= GROWTH
        return proved

    def filling(self, employer: int, within: float) -> Filling | None:
        """Collect all positions that fall short by less than `within`; None when there are too many."""
        work, prices = self.reach.work, self.folded
        lots = slice(work.lot_start[employer], work.lot_start[employer + 1])
        functions = slice(work.function_start[employer], work.function_start[employer + 1])
        carved, seated = self.carved(employer, within), self.seated(employer, within)
        if carved is None:
            return None
        width, height = lots.stop - lots.start, functions.stop - functions.start
        (pupil, loss, lot, count), (own, short, function) = carved, seated
        use = np.zeros((len(pupil) + len(own), width + height + 1), np.int64)
        use[:, -1] = 1
        at, slot = np.nonzero(lot >= 0)
        use[at, lot[at, slot] - lots.start] = count[at, slot]
        use[len(pupil) + np.arange(len(own)), width + function - functions.start] = 1
        every, losses = np.concatenate([pupil, own]), np.concatenate([loss, short])
        order = np.lexsort((every, losses))
        choice_start, choice, group = self._choices(lots, width + height + 1)
        return Filling(
            have=np.concatenate([work.lot_pieces[lots], work.seats[functions], work.places[[employer]]]),
            price=np.concatenate([prices.pieces[lots], prices.seats[functions], prices.places[[employer]]]),
            group=group,
            choice_start=choice_start,
            choice=choice,
            hours=hours_of(work, lots, height, width + height + 1),
            cap=work.cap[functions],
            hour_price=np.where(np.isfinite(work.cap[functions]), prices.function[functions], 0.0),
            supervision=float(work.supervision[employer]),
            supervision_price=float(prices.supervision[employer]),
            use=use[order],
            loss=losses[order],
            support=work.support[every[order]],
            pupil=every[order],
        )

    def pairs_at(self, employer: int) -> NDArray[np.int64]:
        """Return the pairs of an employer."""
        return self.by_employer[self.pair_start[employer] : self.pair_start[employer + 1]]

    def carved(
        self, employer: int, within: float
    ) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]] | None:
        """Bundles that fall short by less than `within`: pupil, loss, lots and pieces; None when there are too many."""
        pairs, shape = self.pairs_at(employer), MOST_OF_A_PAIR
        tasks = self.reach.work.max_tasks
        found = Found(np.full((shape, tasks), -1, np.int64), np.zeros((shape, tasks), np.int64), np.zeros(shape))
        pupil, loss = np.zeros(MOST_POSITIONS, np.int64), np.zeros(MOST_POSITIONS)
        lot, count = np.full((MOST_POSITIONS, tasks), -1, np.int64), np.zeros((MOST_POSITIONS, tasks), np.int64)
        rows = near_positions(
            self.reach,
            self.stock,
            self.prices,
            self.piece_price,
            pairs,
            self.least,
            within,
            found,
            pupil,
            loss,
            lot,
            count,
        )
        return None if rows < 0 else (pupil[:rows], loss[:rows], lot[:rows], count[:rows])

    def seated(self, employer: int, within: float) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
        """Vacancies that fall short by less than `within`: pupil, loss and function."""
        reach, work, prices = self.reach, self.reach.work, self.prices
        options = np.flatnonzero(work.function_employer[reach.vacancy_function] == employer)
        pupil, function = self.vacancy_pupil[options], reach.vacancy_function[options]
        cost = prices.seats[function] + prices.places[employer] + prices.supervision[employer] * work.support[pupil]
        loss = np.maximum(0.0, self.least[pupil] - (reach.vacancy_points[options] - cost))
        near = (loss < within) & (work.support[pupil] <= work.supervision[employer] + EPS)
        return pupil[near], loss[near], function[near]

    def _choices(self, lots: slice, rows: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        packings, own = self.packings, self.lot_group[lots]
        group, start, choices = np.full(rows, -1, np.int64), [0], []
        for at, name in enumerate(np.unique(own[own >= 0])):
            group[: len(own)][own == name] = at
            inside = packings.lot[packings.lot_start[name] : packings.lot_start[name + 1]] - lots.start
            for choice in range(packings.choice_start[name], packings.choice_start[name + 1]):
                row = np.zeros(rows, np.int64)
                first = packings.taken_start[choice]
                row[inside] = packings.taken[first : first + len(inside)]
                choices.append(row)
            start.append(len(choices))
        table = np.array(choices, np.int64).reshape(len(choices), rows)
        return np.array(start, np.int64), table, group


def hours_of(work: Work, lots: slice, functions: int, rows: int) -> NDArray[np.float64]:
    """Return the hours that a piece of each lot takes from each function, shape (rows, functions)."""
    hours = np.zeros((rows, functions))
    parts = slice(work.part_start[lots.start], work.part_start[lots.stop])
    lot = np.repeat(np.arange(lots.stop - lots.start), np.diff(work.part_start[lots.start : lots.stop + 1]))
    np.add.at(hours, (lot, work.part_function[parts]), work.part_hours[parts])
    return hours
