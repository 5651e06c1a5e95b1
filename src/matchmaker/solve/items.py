"""Which lots every pupil may do and what a piece of each is worth: one pass over the pairs that rules leave."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from matchmaker.numbers.timetable import EPS
from matchmaker.points import UNIT
from matchmaker.solve.bundle import LEAST_HOURS, popcount
from matchmaker.solve.compiled import compiled

if TYPE_CHECKING:
    from matchmaker.solve.reach import Work

__all__ = ["find_items", "splittable"]


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
def find_items(
    rows: NDArray[np.int64],
    work: Work,
    mask: NDArray[np.bool_],
    useful: NDArray[np.bool_],
    forbids: NDArray[np.float32],
    rates: tuple[NDArray[np.float32], ...],
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
    forbids : float32 array, shape (rows, parts)
        How many rules about the task stand in the way.
    rates : tuple of float32 arrays, shape (rows, parts)
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
    count = 0
    for row in range(len(rows)):
        pupil = rows[row]
        most, available = work.hours_max[pupil], work.available[pupil]
        for employer in range(mask.shape[1]):
            before = count
            if mask[row, employer]:
                for lot in range(work.lot_start[employer], work.lot_start[employer + 1]):
                    fine, total = useful[lot] and work.lot_hours[lot] <= most + EPS, 0.0
                    for part in range(work.part_start[lot], work.part_start[lot + 1]):
                        if not fine or forbids[row, part] != 0.0:
                            fine = False
                            break
                        hours = work.part_hours[part]
                        fine = hours <= 4.0 * popcount(available & work.part_when[part]) + EPS
                        share = hours / max(most, EPS)
                        for k in range(len(rates)):
                            total += np.rint(float(rates[k][row, part]) * share / UNIT)
                    if fine:
                        lots[count], points[count] = lot, int(total)
                        count += 1
            items[row * mask.shape[1] + employer] = count - before
    return count
