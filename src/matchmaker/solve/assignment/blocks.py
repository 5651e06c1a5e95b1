"""Blocks of a source in one of the few forms for which the kernels are compiled."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.solve.assignment.profiles import ProfilePoints
from matchmaker.solve.assignment.source import PointsSource, Rows

__all__ = ["EVERYTHING", "plain_block"]

# Stands for "every pair is allowed".
EVERYTHING = np.zeros((0, 0), bool)


def plain_block(source: PointsSource, rows: Rows) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Return the points of these rows and which pairs are allowed (no rows: all, or marked in the points).

    Parameters
    ----------
    source : PointsSource
    rows : slice or int array

    Returns
    -------
    points : int32, int64, float32 or float64 [r, m]
    allowed : bool [r, m] or [0, 0]

    Examples
    --------
    >>> from matchmaker.solve.assignment.source import ArrayPoints
    >>> plain_block(ArrayPoints(np.eye(2, dtype=np.int8)), slice(0, 1))[0].dtype
    dtype('int64')
    """
    if isinstance(source, ProfilePoints):
        return source.marked_block(rows), EVERYTHING
    points, allowed = source.block(rows)
    return _plain(points), EVERYTHING if allowed is None else np.ascontiguousarray(allowed)


def _plain(points: NDArray[Any]) -> NDArray[Any]:
    """Return a block in one of the few forms for which the kernel is compiled."""
    kind = points.dtype
    if kind not in (np.dtype(np.int64), np.dtype(np.float64), np.dtype(np.int32), np.dtype(np.float32)):
        points = points.astype(np.float64 if kind.kind == "f" else np.int64)
    return np.ascontiguousarray(points)
