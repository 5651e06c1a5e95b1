"""Which lots every pupil may do and what a piece of each is worth: one pass over the pairs that rules leave."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matchmaker.numbers.timetable import EPS
from matchmaker.points import UNIT
from matchmaker.solve.bundle import LEAST_HOURS, popcount
from matchmaker.solve.compiled import compiled

if TYPE_CHECKING:
    from matchmaker.solve.reach import Work

__all__ = ["Factor", "find_items", "splittable"]


class Factor(NamedTuple):
    """What some things say of pupils and of parts of lots: their products say it of both.

    A part asks for few of all there is to ask for, so its side stands without zeros. All are whole numbers, exact in
    any order of the sum.

    Attributes
    ----------
    left : float32 array, shape (pupils, k)
    start : int64 array, shape (parts * things + 1)
        Bounds of what each thing says of every part, other than zeros.
    column : int64 array
    value : float32 array
    """

    left: NDArray[np.float32]
    start: NDArray[np.int64]
    column: NDArray[np.int64]
    value: NDArray[np.float32]


def splittable(work: Work) -> NDArray[np.bool_]:
    """Lots that some position could hold at all: enough hours a task, few enough tasks, within the function's cap."""
    if not work.part_hours.size:
        return np.zeros(len(work.lot_pieces), bool)
    function = work.part_function + work.function_start[np.repeat(work.lot_employer, np.diff(work.part_start))]
    part_ok = work.part_hours <= work.cap[function] + EPS
    most = work.part_hours * np.repeat(work.lot_pieces, np.diff(work.part_start))
    part_ok &= most >= LEAST_HOURS - EPS
    ok = np.logical_and.reduceat(part_ok, work.part_start[:-1])
    return np.asarray(ok & (np.diff(work.part_start) <= work.max_tasks))


@compiled
def product(factor: Factor, pupil: int, row: int) -> float:
    """Return the product of a pupil's side and a row of the other."""
    total = 0.0
    for k in range(factor.start[row], factor.start[row + 1]):
        total += factor.left[pupil, factor.column[k]] * factor.value[k]
    return total


@compiled
def is_zero(factor: Factor, pupil: int, row: int) -> bool:
    """Say whether the product is zero where no side has a negative number."""
    k, last = factor.start[row], factor.start[row + 1]
    while k < last and factor.left[pupil, factor.column[k]] == 0.0:
        k += 1
    return bool(k == last)


@compiled
def find_items(
    rows: NDArray[np.int64],
    work: Work,
    mask: NDArray[np.bool_],
    useful: NDArray[np.bool_],
    rules: Factor,
    rates: Factor,
    lots: NDArray[np.int32],
    points: NDArray[np.int32],
    items: NDArray[np.int64],
) -> int:
    """Write the lots that pupils may do, and the points of one piece of each, employer by employer.

    Parameters
    ----------
    rows : int64 array
        Pupils of this block.
    work : Work
    mask : bool array, shape (rows, employers)
        Pairs that the rules about pupil and employer allow.
    useful : bool array, shape (lots)
        See `splittable`.
    rules : Factor
        How many rules about the task stand in the way.
    rates : Factor
        The contributions, as `rate_points` takes them.
    lots, points : int32 arrays
        Take lot and points of every item; long enough for all.
    items : int64 array, shape (rows * employers)
        Takes how many items each pair has.

    Returns
    -------
    int
        The number of items.
    """
    count, contributions = 0, (len(rates.start) - 1) // max(len(work.part_hours), 1)
    for row in range(len(rows)):
        pupil = rows[row]
        most, available = work.hours_max[pupil], work.available[pupil]
        for employer in range(mask.shape[1]):
            before = count
            if mask[row, employer]:
                for lot in range(work.lot_start[employer], work.lot_start[employer + 1]):
                    fine, total = useful[lot] and work.lot_hours[lot] <= most + EPS, 0.0
                    for part in range(work.part_start[lot], work.part_start[lot + 1]):
                        hours = work.part_hours[part]
                        fine = fine and hours <= 4.0 * popcount(available & work.part_when[part]) + EPS
                        fine = fine and is_zero(rules, pupil, part)
                        if not fine:
                            break
                        for row_of in range(part * contributions, (part + 1) * contributions):
                            total += np.rint(product(rates, pupil, row_of) * (hours / max(most, EPS)) / UNIT)
                    if fine:
                        lots[count], points[count] = lot, int(total)
                        count += 1
            items[row * mask.shape[1] + employer] = count - before
    return count
