"""Points that are never a matrix: sources, profiles against demands, memory and proof."""

from __future__ import annotations

import tracemalloc
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from matchmaker.solve.assignment import InvalidProblem, PointsSource, ProfilePoints, assign, largest_violation
from matchmaker.solve.assignment.profiles import distances_km


def town(rows: int, columns: int, *, seed: int = 0, dims: int = 9) -> ProfilePoints:
    """Return a believable source: ordinal profiles, demands, places within reach."""
    rng = np.random.default_rng(seed)
    typical = np.clip(np.rint(rng.normal(3, 1, (rows, 1)) + rng.normal(0, 1, (rows, dims))), 0, 5).astype(int)
    chances = np.zeros((rows, dims, 6), int)
    np.put_along_axis(chances, typical[:, :, None], 3, axis=2)
    np.put_along_axis(chances, np.maximum(typical - 1, 0)[:, :, None], 1, axis=2)
    asked = np.where(rng.random((columns, dims)) < 0.5, rng.integers(1, 6, (columns, dims)), 0)
    level = np.arange(6)
    loss = np.maximum(0, level[None, :] - level[:, None]) * 4
    places = rng.uniform([52, 4.5], [52.5, 5.3], (columns // 4 + 1, 2))
    km = distances_km(rng.uniform([52, 4.5], [52.5, 5.3], (rows, 2)), sites=places)
    travel = np.where(km > 30, -1, np.rint(km)).astype(int)
    return ProfilePoints(
        chances,
        asked=asked,
        loss=np.broadcast_to(loss, (dims, 6, 6)),
        limits=typical + 1,
        base=2000,
        travel=travel,
        site=rng.integers(0, len(places), columns),
        excluded=rng.integers(0, 4, rows).astype(np.uint64),
        conditions=rng.choice([0, 1, 2], columns, p=[0.8, 0.1, 0.1]).astype(np.uint64),
    )


def one_pair(source: ProfilePoints, i: int, j: int) -> tuple[int, bool]:
    """Return points and permission of one pair by the formula."""
    lost = sum(source.chances[i, d] @ source.loss[d, :, source.asked[j, d]] for d in range(source.asked.shape[1]))
    away = source.travel[i, source.site[j]]
    fits = (source.asked[j] <= source.limits[i]).all() and away >= 0 and not source.excluded[i] & source.conditions[j]
    return int(source.base - lost - away), bool(fits)


def test_blocks_follow_the_formula() -> None:
    """Every pair of a block has the points and the permission of the formula, one by one."""
    source = town(15, 20)
    points, allowed = source.block(slice(0, 15))
    assert 0 < allowed.sum() < allowed.size
    for i in range(15):
        for j in range(20):
            expected, fits = one_pair(source, i, j)
            assert allowed[i, j] == fits and (not fits or points[i, j] == expected)


def test_a_source_is_solved_like_its_matrix() -> None:
    """A source, its matrix and scipy agree, also when lists have to be made longer."""
    source = town(120, 100)
    points, allowed = source.block(slice(0, 120))
    result = assign(source)
    assert result == assign(points, allowed=allowed) == assign(points, allowed=allowed, method="scipy")
    prices = {"row_prices": result.row_prices, "column_prices": result.column_prices}
    assert largest_violation(source, **prices) == 0.0
    assert largest_violation(source, row_prices=result.row_prices - 1, column_prices=result.column_prices) == 1.0


def test_a_large_source_stays_small() -> None:
    """Two thousand rows and six thousand columns are solved and proved in a fraction of the memory of their matrix."""
    source = town(2000, 6000)
    assign(town(50, 60))
    tracemalloc.start()
    result = assign(source)
    worst = largest_violation(source, row_prices=result.row_prices, column_prices=result.column_prices)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (worst, result.gap) == (0.0, 0.0)
    assert peak < 0.7 * 2000 * 6000 * 8


@dataclass(frozen=True)
class Slope:
    """A source written by a user: points fall with the distance between positions."""

    rows: int
    columns: int

    @property
    def shape(self) -> tuple[int, int]:
        return self.rows, self.columns

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.dtype(np.int64)

    def block(self, rows: Any) -> tuple[Any, Any]:
        i = np.arange(self.rows)[rows]
        return 100 - np.abs(i[:, None] - np.arange(self.columns)), None


def test_a_source_of_ones_own() -> None:
    """Any object with shape, dtype and block is a source."""
    source = Slope(200, 200)
    assert isinstance(source, PointsSource)
    result = assign(source)
    assert result.columns.tolist() == list(range(200)) and result.total == 20000


def test_profiles_that_do_not_fit_are_refused() -> None:
    """Arrays of a profile source that do not fit together are named."""
    flat = np.zeros((2, 3, 6), int)
    with pytest.raises(InvalidProblem, match="must fit together"):
        ProfilePoints(flat, asked=flat[0, :, :2].T, loss=flat.T, limits=flat[:, :, 0], base=1)
