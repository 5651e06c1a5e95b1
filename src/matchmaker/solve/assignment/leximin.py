"""Leximin: whoever gets least gets as much as can be, then whoever gets second least, and so on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from matchmaker.solve.assignment.errors import InvalidProblem

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from matchmaker.solve.assignment.source import PointsSource

__all__ = ["with_leximin"]

MOST_CELLS, MOST_LEVELS = 4_000_000, 300


def with_leximin(aims: Sequence[Any], source: PointsSource) -> list[Any]:
    """Put an aim for every level of points in the place of ``"leximin"``.

    At a given number of rows placed, one list of points in ascending order is above another when at the first level
    where they differ more rows are above that level. So leximin is a row of aims: as many rows as possible above the
    lowest level, then above the next one, and so on.

    Parameters
    ----------
    aims : sequence
    source : PointsSource
        Small enough to be looked at as a whole, with at most 300 different points.

    Returns
    -------
    list

    Raises
    ------
    InvalidProblem

    Examples
    --------
    >>> import numpy as np
    >>> from matchmaker.solve.assignment.source import ArrayPoints
    >>> [np.asarray(aim).tolist() for aim in with_leximin(["leximin"], ArrayPoints(np.array([[3, 8], [5, 5]])))]
    [[[0, 1], [1, 1]], [[0, 1], [0, 0]]]
    """
    if not any(isinstance(aim, str) and aim == "leximin" for aim in aims):
        return list(aims)
    levels = _levels(source)
    found: list[Any] = []
    for aim in aims:
        found.extend(levels if isinstance(aim, str) and aim == "leximin" else [aim])
    return found


def _levels(source: PointsSource) -> list[NDArray[np.int8]]:
    n, m = source.shape
    if n * m > MOST_CELLS:
        raise InvalidProblem([f"leximin looks at {MOST_CELLS:,} pairs at most. Got {n * m:,}."])
    if not n * m:
        return []
    points, allowed = source.block(slice(0, n))
    values = np.unique(points if allowed is None else points[allowed])
    if len(values) > MOST_LEVELS:
        hint = "Hint: round them, for example to tens."
        raise InvalidProblem([f"leximin takes {MOST_LEVELS} different points at most. Got {len(values)}. {hint}"])
    return [(points >= value).astype(np.int8) for value in values[1:]]
