"""Leximin: the list of points, least first, is the highest of all assignments that place as many."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from matchmaker.solve.assignment import InvalidProblem, assign


def highest(points: np.ndarray, allowed: np.ndarray) -> list[int]:
    """The highest list of points in ascending order, of the assignments that place most, by trying all."""
    n, m = points.shape
    lists = []
    for columns in permutations([*range(m), *[-1] * n], n):
        if all(column < 0 or allowed[row, column] for row, column in enumerate(columns)):
            lists.append(sorted(int(points[row, column]) for row, column in enumerate(columns) if column >= 0))
    most = max(len(one) for one in lists)
    return max(one for one in lists if len(one) == most)


@pytest.mark.parametrize("seed", range(40))
def test_leximin_is_the_highest_list(seed: int) -> None:
    """On small problems with forbidden pairs leximin finds what trying all assignments finds."""
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(1, 4)), int(rng.integers(1, 4))
    points, allowed = rng.integers(-2, 6, (n, m)), rng.random((n, m)) < 0.8
    found = assign(points, allowed=allowed, aims=["placed", "leximin"])
    rows = np.flatnonzero(found.columns >= 0)
    assert sorted(points[rows, found.columns[rows]].tolist()) == highest(points, allowed)


def test_leximin_before_the_sum() -> None:
    """The sum decides only among those that are as good for who gets least."""
    points = np.array([[100, 3], [5, 2]])
    assert assign(points, aims=["placed"]).total == 102
    assert assign(points, aims=["placed", "leximin"]).columns.tolist() == [1, 0]


def test_too_many_levels_are_refused() -> None:
    """Points with more levels than aims can be made for are refused with a hint."""
    with pytest.raises(InvalidProblem, match="round"):
        assign(np.arange(400.0).reshape(20, 20) + 0.5, aims=["placed", "leximin"])
