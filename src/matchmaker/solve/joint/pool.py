"""The pool of columns priced so far, and what everybody takes from it at some prices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from matchmaker.solve.compiled import compiled
from matchmaker.solve.joint.pricing import piece_prices
from matchmaker.solve.joint.stock import Columns, Prices, Stock, free_prices, second_employers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from matchmaker.solve.reach import Reach, Work

__all__ = ["Pool", "Taking", "in_parts", "pool_of"]


@dataclass
class Pool:
    """All columns priced so far, sorted by pupil, without doubles."""

    columns: Columns
    start: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.columns.pupil)


def pool_of(batches: list[Columns], pupils: int) -> Pool:
    """Join batches of columns into a pool; empty rows and doubles go."""
    joined = Columns(*(np.concatenate(parts) for parts in zip(*batches, strict=True)))
    rows = np.flatnonzero(joined.employer >= 0)
    # Slots in one order, so that the same bundle is the same row.
    slots = np.argsort(-joined.lot[rows], axis=1, kind="stable")
    lot, count = np.take_along_axis(joined.lot[rows], slots, 1), np.take_along_axis(joined.count[rows], slots, 1)
    count = np.where(lot >= 0, count, 0)
    key = np.column_stack([joined.employer[rows], joined.function[rows], lot, count]).astype(np.uint64)
    mark = key @ np.random.default_rng(0).integers(1, 2**63, key.shape[1], dtype=np.uint64)
    order = np.lexsort((mark, joined.pupil[rows]))
    pupil, mark = joined.pupil[rows][order], mark[order]
    # Two bundles with one mark are never seen in practice; if they were, one would be priced again later.
    first = order[np.concatenate([[True], (pupil[1:] != pupil[:-1]) | (mark[1:] != mark[:-1])])] if len(rows) else order
    columns = Columns(
        pupil=joined.pupil[rows][first],
        employer=joined.employer[rows][first],
        function=joined.function[rows][first],
        points=joined.points[rows][first],
        lot=lot[first],
        count=count[first],
    )
    return Pool(columns, np.searchsorted(columns.pupil, np.arange(pupils + 1)).astype(np.int64))


@compiled
def take_best(
    start: NDArray[np.int64],
    points: NDArray[np.float64],
    index: NDArray[np.int32],
    amount: NDArray[np.float64],
    bonus: NDArray[np.float64],
    price: NDArray[np.float64],
    best: NDArray[np.float64],
    chosen: NDArray[np.int64],
) -> float:
    """Let pupils take the column worth most at these prices, or none; return the sum of their values.

    A column uses `amount` of the resources `index`. `best` [pupils] takes the value of each pupil's column, `chosen`
    its row, -1 for none.
    """
    total = 0.0
    for pupil in range(len(start) - 1):
        row, top = -1, 0.0
        for column in range(start[pupil], start[pupil + 1]):
            worth = points[column] + bonus[pupil]
            for k in range(index.shape[1]):
                worth -= amount[column, k] * price[index[column, k]]
            if worth > top:
                row, top = column, worth
        best[pupil], chosen[pupil] = top, row
        total += top
    return total


@compiled
def add_use(
    work: Work,
    index: NDArray[np.int32],
    amount: NDArray[np.float64],
    chosen: NDArray[np.int64],
    use: NDArray[np.float64],
) -> None:
    """Write how much of every resource the columns chosen use; hours of functions are those of the pieces."""
    use[:] = 0.0
    lots = len(work.lot_pieces)
    for column in chosen:
        if column < 0:
            continue
        for k in range(index.shape[1]):
            at, much = index[column, k], amount[column, k]
            use[at] += much
            if at < lots and much > 0.0:
                first = lots + work.function_start[work.lot_employer[at]]
                for part in range(work.part_start[at], work.part_start[at + 1]):
                    use[first + work.part_function[part]] += much * work.part_hours[part]


class Taking:
    """What everybody takes from a pool at some prices.

    `best` [pupils] is the value of each one's column; `use` how much they take of everything, in one row.
    """

    def __init__(self, reach: Reach, pool: Pool) -> None:
        self.reach, self.start, free = reach, pool.start, free_prices(reach.work)
        self.best, self.chosen = np.zeros(len(pool.start) - 1), np.zeros(len(pool.start) - 1, np.int64)
        self.points, self.use = pool.columns.points.astype(float), np.concatenate(free)
        self.index, self.amount = _uses(reach.work, pool.columns, free)

    def at(self, bonus: NDArray[np.float64], prices: Prices) -> float:
        """Return the value of all that is taken; `use` and `best` hold what."""
        price = np.concatenate(prices._replace(pieces=piece_prices(self.reach, prices)))
        total = take_best(self.start, self.points, self.index, self.amount, bonus, price, self.best, self.chosen)
        add_use(self.reach.work, self.index, self.amount, self.chosen, self.use)
        return total


def _uses(work: Work, columns: Columns, free: Prices) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Return which resources each column uses, as places in one row of all, and how much of each; 0 where unused."""
    ends = np.cumsum([len(part) for part in free])
    places, supervision, seats = ends[1], ends[2], ends[3]
    support, open_seat = work.support[columns.pupil], columns.function >= 0
    wanted: list[tuple[NDArray[Any], NDArray[Any]]] = [
        (places + columns.employer, np.ones(len(support))),
        (supervision + columns.employer, support),
    ]
    if work.most_employers > 1:
        second = second_employers(work, columns)
        wanted += [(places + second, 1.0 * (second >= 0)), (supervision + second, support * (second >= 0))]
    for slot in range(columns.lot.shape[1]):
        held = np.where(open_seat, -1, columns.lot[:, slot])
        wanted.append((held, columns.count[:, slot] * (held >= 0)))
    index, amount = (np.column_stack(part) for part in zip(*wanted, strict=True))
    index[open_seat, -1], amount[open_seat, -1] = seats + columns.function[open_seat], 1.0
    return np.where(amount > 0, index, 0).astype(np.int32), amount.astype(float)


def in_parts(row: NDArray[np.float64], parts: Prices | Stock) -> Prices:
    """Return views of an array, one for each part, as long as those of `parts`."""
    ends = np.cumsum([len(part) for part in parts])
    return Prices(*(row[end - len(part) : end] for end, part in zip(ends, parts, strict=True)))
