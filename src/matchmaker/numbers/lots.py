"""Lots: what can be split off at once. A lot is one detachable task, in pieces, or one `together` group as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from matchmaker.numbers.arrays import read_only, starts, stated

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Lots", "make_lots"]


@dataclass(frozen=True, eq=False, repr=False)
class Lots:
    """All lots, sorted by employer.

    Attributes
    ----------
    start : int64 array, shape (employers + 1)
        Bounds of each employer's lots.
    pieces : int64 array, shape (lots)
        How many equal pieces there are; 1 for a group.
    hours : float64 array, shape (lots)
        Hours a week of one piece, all its tasks together.
    part_start : int64 array, shape (lots + 1)
        Bounds of each lot's parts; a part is the share of one task in one piece.
    part_task : int64 array, shape (parts)
    part_hours : float64 array, shape (parts)
        Hours a week of one piece of that task.
    """

    start: NDArray[np.int64]
    pieces: NDArray[np.int64]
    hours: NDArray[np.float64]
    part_start: NDArray[np.int64]
    part_task: NDArray[np.int64]
    part_hours: NDArray[np.float64]

    def __repr__(self) -> str:
        return f"<Lots: {len(self.pieces)} lots of {len(self.part_task)} tasks>"


def make_lots(
    employer: NDArray[np.int64],
    hours: NDArray[np.float64],
    pieces: NDArray[np.int64],
    detachable: NDArray[np.bool_],
    together: NDArray[np.object_],
    employers: int,
) -> Lots:
    """Group tasks into lots. All arrays have one row a task, sorted by employer.

    Tasks of one employer with the same `together` id move as a whole; when one of them is not detachable, none is.
    Tasks without hours are left out: there is nothing to split off.

    Examples
    --------
    >>> import numpy as np
    >>> make_lots(np.array([0, 0, 0]), np.array([2.0, 1.0, 3.0]), np.array([2, 1, 1]), np.array([True] * 3),
    ...           np.array([None, "g", "g"], object), 1)
    <Lots: 2 lots of 3 tasks>
    """
    members: dict[tuple[int, str], list[int]] = {}
    for task in np.flatnonzero(stated(together)):
        members.setdefault((int(employer[task]), str(together[task])), []).append(int(task))
    free = np.asarray(detachable & (hours > 0))
    lot_of = np.arange(len(employer))
    for group in members.values():
        whole = all(free[task] for task in group)
        free[group] = whole
        lot_of[group] = group[0]
    part_task = np.flatnonzero(free)
    part_task = part_task[np.lexsort((part_task, lot_of[part_task]))]
    first, lot = np.unique(lot_of[part_task], return_inverse=True)
    single = ~stated(together[first])
    lot_pieces = np.where(single, pieces[first], 1).astype(np.int64)
    part_hours = hours[part_task] / lot_pieces[lot]
    # Counting nothing gives whole numbers, whatever the weights; kernels are compiled for hours that are floats.
    lot_hours = np.bincount(lot, weights=part_hours, minlength=len(first)).astype(float)
    return Lots(
        start=read_only(starts(employer[first], employers)),
        pieces=read_only(lot_pieces),
        hours=read_only(lot_hours),
        part_start=read_only(starts(lot, len(first))),
        part_task=read_only(part_task.astype(np.int64)),
        part_hours=read_only(part_hours),
    )
