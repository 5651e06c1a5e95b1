"""A bound that is closer: what every employer must lose at the prices found, worked out employer by employer."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from matchmaker.solve.bundle import Found, copy_slots
from matchmaker.solve.chunks import in_chunks
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
WITHIN = (6.0, 16.0, 32.0, 48.0, 64.0, 96.0, 128.0, 192.0, 256.0, 384.0, 512.0)
"""How far positions may fall short that an employer is looked at with, one after the other."""
ROOM = (4_000, 20_000)
"""Positions of an employer that there is room for: more only once all have been looked at with less."""
MOST_WORK, GAVE_UP = 10_000_000, -1.0
"""Looks at a position in one search (a third of a second to half of one), and what says that it was not enough."""


@compiled
def near_positions(
    reach: Reach,
    stock: Stock,
    prices: Prices,
    piece_price: NDArray[np.float64],
    pairs: NDArray[np.int64],
    asked: NDArray[np.float64],
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
        here, rest = price_pair(reach, stock, piece_price, pair, asked[one] - within - constant, found)
        if here == len(found.value) or rows + here > len(loss) or rest > asked[one] - within - constant + EPS:
            return -1
        for k in range(here):
            pupil[rows] = one
            loss[rows] = max(0.0, asked[one] - constant - found.value[k])
            copy_slots(found.lot, found.count, k, lot, count, rows)
            rows += 1
    return rows


class Losses:
    """What employers lose at least, at the prices of one relaxation.

    `asked` [pupils] is what each pupil's best position is worth at these prices, or nothing, without what being placed
    is worth in itself.
    """

    def __init__(self, reach: Reach, packings: Packings, prices: Prices, asked: NDArray[np.float64]) -> None:
        self.reach, self.packings, self.prices, self.asked = reach, packings, prices, asked
        self.folded = in_pieces(reach, prices, packings)
        self.piece_price, self.stock = piece_prices(reach, prices), Stock(*full_stock(reach.work))
        self.by_employer = np.argsort(reach.pair_employer, kind="stable")
        employers = np.arange(len(reach.work.places) + 1)
        self.pair_start = np.searchsorted(reach.pair_employer[self.by_employer], employers)
        lot_group = np.full(len(reach.work.lot_pieces), -1, np.int64)
        lot_group[packings.lot] = np.repeat(np.arange(len(packings.lot_start) - 1), np.diff(packings.lot_start))
        self.lot_group = lot_group
        self.vacancy_pupil = np.repeat(np.arange(len(asked)), np.diff(reach.vacancy_start))

    def everywhere(self, *, stop: Callable[[], bool]) -> NDArray[np.float64]:
        """Return what every employer loses at least: 0 or more, the more the longer it may look.

        All are looked at a little before any is looked at more closely.
        """
        lost, level = np.zeros(len(self.reach.work.places)), np.zeros(len(self.reach.work.places), np.int64)
        for room in ROOM:
            for at, within in enumerate(WITHIN):
                here = np.flatnonzero(level == at)
                found = np.full(len(here), np.nan)
                in_chunks(partial(self._look, here, within, room, stop, found), len(here))
                lost[here] = np.where(found >= 0.0, found, lost[here])
                level[here] = np.where(found >= within - EPS, at + 1, np.where(np.isnan(found), at, len(WITHIN)))
        return lost

    def _look(
        self,
        employers: NDArray[np.int64],
        within: float,
        room: int,
        stop: Callable[[], bool],
        found: NDArray[np.float64],
        first: int,
        last: int,
    ) -> None:
        """Write what employers lose at least, up to `within`; NaN where there is no room or time, or `GAVE_UP`."""
        for k in range(first, last):
            filling = None if stop() else self.filling(int(employers[k]), within, room)
            if filling is not None:
                least, ended = least_loss(filling, within, MOST_WORK)
                found[k] = least if ended else GAVE_UP

    def filling(self, employer: int, within: float, room: int) -> Filling | None:
        """Collect all positions that fall short by less than `within`; None when there are more than `room`."""
        work, prices = self.reach.work, self.folded
        lots = slice(work.lot_start[employer], work.lot_start[employer + 1])
        functions = slice(work.function_start[employer], work.function_start[employer + 1])
        carved, seated = self.carved(employer, within, room), self.seated(employer, within)
        if carved is None:
            return None
        width, rows = lots.stop - lots.start, lots.stop - lots.start + functions.stop - functions.start + 1
        (pupil, loss, lot, count), (own, short, function) = carved, seated
        every, losses = np.concatenate([pupil, own]), np.concatenate([loss, short])
        order = np.lexsort((every, losses))
        row = np.full((len(every), work.max_tasks + 1), -1)
        row[:, 0] = rows - 1
        row[: len(pupil), 1:] = np.where(lot >= 0, lot - lots.start, -1)
        row[len(pupil) :, 1] = width + function - functions.start
        used = np.where(row >= 0, 1, 0)
        used[: len(pupil), 1:] = count
        price = np.concatenate([prices.pieces[lots], prices.seats[functions], prices.places[[employer]]])
        hours, groups = hours_of(work, lots, functions.stop - functions.start, rows), self._groups(lots)
        return Filling(
            have=np.concatenate([work.lot_pieces[lots], work.seats[functions], work.places[[employer]]]),
            price=price,
            grouped=np.isin(np.arange(rows), groups[1]),
            own_start=groups[0],
            own=groups[1],
            choice_start=groups[2],
            choice=groups[3],
            full=groups[4],
            hours=hours,
            cap=work.cap[functions],
            hour_price=np.where(np.isfinite(work.cap[functions]), prices.function[functions], 0.0),
            supervision=float(work.supervision[employer]),
            supervision_price=float(prices.supervision[employer]),
            row=row[order],
            count=used[order],
            drawn=(used[:, :, None] * hours[row]).sum(axis=1)[order],
            loss=losses[order],
            support=work.support[every[order]],
            share=np.minimum(losses / np.maximum((used * price[row]).sum(axis=1), EPS), 1.0)[order],
            pupil=every[order],
        )

    def pairs_at(self, employer: int) -> NDArray[np.int64]:
        """Return the pairs of an employer."""
        return self.by_employer[self.pair_start[employer] : self.pair_start[employer + 1]]

    def carved(
        self, employer: int, within: float, room: int = ROOM[-1]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]] | None:
        """Bundles that fall short by less than `within`: pupil, loss, lots and pieces; None when more than `room`."""
        pairs, most, shape = self.pairs_at(employer), room // 2, (room, self.reach.work.max_tasks)
        found = Found(np.full((most, shape[1]), -1, np.int64), np.zeros((most, shape[1]), np.int64), np.zeros(most))
        pupil, loss = np.zeros(room, np.int64), np.zeros(room)
        lot, count = np.full(shape, -1, np.int64), np.zeros(shape, np.int64)
        rows = near_positions(
            self.reach,
            self.stock,
            self.prices,
            self.piece_price,
            pairs,
            self.asked,
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
        loss = np.maximum(0.0, self.asked[pupil] - (reach.vacancy_points[options] - cost))
        near = (loss < within) & (work.support[pupil] <= work.supervision[employer] + EPS)
        return pupil[near], loss[near], function[near]

    def _groups(
        self, lots: slice
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """Return the rows of the groups, their choices, each with where those of a group begin, and the dearest."""
        packings, groups = self.packings, np.unique(self.lot_group[lots][self.lot_group[lots] >= 0])
        widths, counts = np.diff(packings.lot_start)[groups], np.diff(packings.choice_start)[groups]
        own_start, choice_start = np.append(0, np.cumsum(widths)), np.append(0, np.cumsum(counts))
        own = np.zeros(own_start[-1], np.int64)
        choice, full = np.zeros((choice_start[-1], widths.max(initial=0)), np.int64), np.zeros(len(groups))
        for at, group in enumerate(groups):
            lot = packings.lot[packings.lot_start[group] : packings.lot_start[group + 1]]
            first, last = packings.choice_start[group], packings.choice_start[group + 1]
            begin = packings.taken_start[first]
            taken = packings.taken[begin : begin + counts[at] * widths[at]].reshape(last - first, widths[at])
            own[own_start[at] : own_start[at + 1]] = lot - lots.start
            choice[choice_start[at] : choice_start[at + 1], : widths[at]] = taken
            full[at] = (taken @ self.folded.pieces[lot]).max(initial=0.0)
        return own_start, own, choice_start, choice, full


def hours_of(work: Work, lots: slice, functions: int, rows: int) -> NDArray[np.float64]:
    """Return the hours that a piece of each lot takes from each function, shape (rows, functions)."""
    hours = np.zeros((rows, functions))
    parts = slice(work.part_start[lots.start], work.part_start[lots.stop])
    lot = np.repeat(np.arange(lots.stop - lots.start), np.diff(work.part_start[lots.start : lots.stop + 1]))
    np.add.at(hours, (lot, work.part_function[parts]), work.part_hours[parts])
    return hours
