"""The pool of columns priced so far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from matchmaker.solve.joint.stock import Columns

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Pool", "pool_of"]


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
