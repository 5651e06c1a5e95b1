"""Aims are reached one before the other, exactly."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from matchmaker.solve.assignment import ArrayPoints, NotAllPlaced, aims, assign


def best_by_trying(points: Any, allowed: Any, seats: Any, levels: list[Any], price: float | None) -> Any:
    """Return the best totals of all aims and of the points by trying every assignment."""
    n, m = points.shape
    best: Any = None
    for columns in itertools.product(range(-1, m), repeat=n):
        placed = [(i, j) for i, j in enumerate(columns) if j >= 0]
        if (price is None and -1 in columns) or not all(allowed[pair] for pair in placed):
            continue
        if (np.bincount([j for _, j in placed], minlength=m) > seats).any():
            continue
        totals = [sum(level[i] if level.ndim == 1 else level[i, j] for i, j in placed) for level in levels]
        totals.append(sum(points[pair] for pair in placed) - (price or 0) * columns.count(-1))
        if best is None or totals > best:
            best = totals
    return best


@pytest.mark.parametrize("together", [True, False])
def test_aims_agree_with_trying_everything(together: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Aims added up in 64 bits, and aims solved one after the other, give the totals found by trying everything."""
    if not together:
        monkeypatch.setattr(aims, "_most", lambda problem: 3)
    rng = np.random.default_rng(together)
    for _ in range(250):
        n, m = rng.integers(1, 5, 2)
        reach = int(rng.choice([1, 3, 10**12]))
        points: Any = rng.integers(-reach, reach + 1, (n, m))
        points = points + rng.random((n, m)) if rng.random() < 0.3 else points
        allowed, seats = rng.random((n, m)) < 0.7, rng.integers(0, 3, m)
        price = None if rng.random() < 0.2 else int(rng.integers(-1, 2))
        levels = [np.ones(n, int), rng.integers(0, 2, n)]
        if rng.random() < 0.5:
            levels = [rng.integers(-2, 3, (n, m)), rng.integers(-3, 4, n)]
        expected = best_by_trying(points, allowed, seats, levels, price)
        if expected is None:
            with pytest.raises(NotAllPlaced):
                assign(points, allowed=allowed, seats=seats, unplaced=price, aims=levels)
            continue
        result = assign(points, allowed=allowed, seats=seats, unplaced=price, aims=levels)
        assert list(result.aims) == expected[:-1]
        np.testing.assert_allclose(float(result.total), float(expected[-1]), rtol=1e-12)
        assert result.gap < 1e-9


def test_a_million_million_next_to_one() -> None:
    """Points of 10**12 do not drown an aim that counts rows, nor points of 1 that come after it."""
    points = np.array([[10**12, 1, 3], [10**12, 2, 1]])
    allowed = np.array([[True, True, True], [True, False, False]])
    result = assign(points, allowed=allowed, aims=["placed"])
    assert (result.columns.tolist(), result.aims, result.total) == ([2, 0], (2,), 10**12 + 3)
    wider = assign(points, aims=[np.array([[0, 0, 1], [0, 1, 0]])])
    assert (wider.columns.tolist(), wider.total) == ([2, 1], 5)


def test_number_then_hardest_then_points() -> None:
    """The most rows are placed, among those the most of the hardest, and only then points decide."""
    points = np.array([[9, 0], [8, 0], [1, 0]])
    allowed = np.array([[True, False], [True, False], [True, False]])
    hardest = np.array([0, 0, 1])
    result = assign(points, allowed=allowed, aims=["placed", hardest])
    assert (result.columns.tolist(), result.aims, result.total) == ([-1, -1, 0], (1, 1), 1)


def test_aims_on_a_source() -> None:
    """Aims by row work on points that are no matrix, with the same result."""
    rng = np.random.default_rng(4)
    points = rng.integers(-5, 6, (30, 20))
    hardest = rng.integers(0, 2, 30)
    whole = assign(points, aims=["placed", hardest])
    assert assign(ArrayPoints(points), aims=["placed", hardest]) == whole
    assert whole.bound == whole.total
