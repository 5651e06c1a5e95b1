"""The pool of columns priced so far, and what everybody takes from it at some prices."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from matchmaker.solve.compiled import compiled
from matchmaker.solve.joint.pricing import piece_prices
from matchmaker.solve.joint.stock import Columns, Prices, Stock, free_prices, second_employer, second_employers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from matchmaker.solve.reach import Reach

__all__ = ["Pool", "Taking", "in_parts", "pool_of"]

WORTH_THREADS = 10_000
"""Columns from which on two threads look through the pool."""


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
def relaxed(
    first: int,
    last: int,
    reach: Reach,
    columns: Columns,
    second: NDArray[np.int64],
    start: NDArray[np.int64],
    bonus: NDArray[np.float64],
    prices: Prices,
    piece_price: NDArray[np.float64],
    use: Prices,
    best: NDArray[np.float64],
) -> float:
    """Let pupils take the column of the pool worth most at these prices, or none; return the sum of their values.

    For the pupils `first` to before `last`. `second` [columns] is the other employer of positions at two, empty where
    there are none. `use` takes how much of every resource they use, `best` [pupils] the value
    of each pupil's column.
    """
    work = reach.work
    for part in use:
        part[:] = 0.0
    total = 0.0
    for pupil in range(first, last):
        chosen, top = -1, 0.0
        for row in range(start[pupil], start[pupil + 1]):
            employer = columns.employer[row]
            worth = (
                columns.points[row]
                + bonus[pupil]
                - prices.places[employer]
                - prices.supervision[employer] * work.support[pupil]
            )
            if columns.function[row] >= 0:
                worth -= prices.seats[columns.function[row]]
            else:
                if len(second) > 0 and second[row] >= 0:
                    worth -= prices.places[second[row]] + prices.supervision[second[row]] * work.support[pupil]
                for slot in range(columns.lot.shape[1]):
                    lot = columns.lot[row, slot]
                    if lot < 0 or worth <= top:
                        break
                    worth -= columns.count[row, slot] * piece_price[lot]
            if worth > top:
                chosen, top = row, worth
        best[pupil] = top
        total += top
        if chosen >= 0:
            add_use(reach, columns, chosen, use)
    return total


@compiled
def add_use(reach: Reach, columns: Columns, row: int, use: Prices) -> None:
    """Add what a column uses."""
    work = reach.work
    employer, function = columns.employer[row], columns.function[row]
    use.places[employer] += 1.0
    use.supervision[employer] += work.support[columns.pupil[row]]
    if function >= 0:
        use.seats[function] += 1.0
        return
    second = second_employer(work, columns, row)
    if second >= 0:
        use.places[second] += 1.0
        use.supervision[second] += work.support[columns.pupil[row]]
    for slot in range(columns.lot.shape[1]):
        lot = columns.lot[row, slot]
        if lot < 0:
            break
        use.pieces[lot] += columns.count[row, slot]
        first = work.function_start[work.lot_employer[lot]]
        for part in range(work.part_start[lot], work.part_start[lot + 1]):
            use.function[first + work.part_function[part]] += columns.count[row, slot] * work.part_hours[part]


class Taking:
    """What everybody takes from a pool at some prices, on two threads where the pool is large.

    `best` [pupils] is the value of each one's column; `use` how much they take of everything, in one row.
    """

    def __init__(self, reach: Reach, pool: Pool) -> None:
        self.reach, self.pool, pupils = reach, pool, len(pool.start) - 1
        self.best = np.zeros(pupils)
        two = reach.work.most_employers > 1
        self.second = second_employers(reach.work, pool.columns) if two else np.zeros(0, np.int64)
        bounds = (
            np.searchsorted(pool.start, [0, len(pool) // 2, len(pool)]) if len(pool) > WORTH_THREADS else [0, pupils]
        )
        self.bounds = [0, *(int(at) for at in bounds[1:-1]), pupils]
        free = free_prices(reach.work)
        self._rows = [np.concatenate(free) for _ in self.bounds[1:]]
        self.use, self.uses = self._rows[0], [in_parts(row, free) for row in self._rows]

    def at(self, bonus: NDArray[np.float64], prices: Prices) -> float:
        """Return the value of all that is taken; `use` and `best` hold what."""
        piece_price = piece_prices(self.reach, prices)

        def part(k: int) -> float:
            return float(
                relaxed(
                    self.bounds[k],
                    self.bounds[k + 1],
                    self.reach,
                    self.pool.columns,
                    self.second,
                    self.pool.start,
                    bonus,
                    prices,
                    piece_price,
                    self.uses[k],
                    self.best,
                )
            )

        if len(self.uses) == 1:
            return part(0)
        other = _threads().submit(part, 1)
        total = part(0) + other.result()
        self.use += self._rows[1]
        return total


def in_parts(row: NDArray[np.float64], parts: Prices | Stock) -> Prices:
    """Return views of an array, one for each part, as long as those of `parts`."""
    ends = np.cumsum([len(part) for part in parts])
    return Prices(*(row[end - len(part) : end] for end, part in zip(ends, parts, strict=True)))


@lru_cache(maxsize=1)
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(2)
