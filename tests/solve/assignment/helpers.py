"""Random problems, and what must hold for every answer."""

from __future__ import annotations

from typing import Any

import numpy as np

from matchmaker.solve.assignment import Assignment


def random_problem(rng: np.random.Generator, *, largest: int = 8) -> dict[str, Any]:
    """Return the arguments of a small random assignment, with ids that are not positions."""
    n, m = (int(k) for k in rng.integers(0, largest + 1, 2))
    reach = int(rng.choice([1, 2, 5, 100]))
    points: Any = rng.integers(-reach, reach + 1, (n, m))
    if rng.random() < 0.3:
        points = points + rng.random((n, m))
    return {
        "points": points,
        "allowed": rng.random((n, m)) < rng.random() if rng.random() < 0.7 else None,
        "seats": rng.integers(0, 4, m),
        "unplaced": None if rng.random() < 0.3 else float(rng.integers(-2, 3)),
        "row_ids": rng.permutation(50)[:n],
        "column_ids": rng.permutation(50)[:m],
    }


def shuffled(problem: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """Return the same problem with rows and columns in another order."""
    n, m = problem["points"].shape
    rows, columns = rng.permutation(n), rng.permutation(m)
    grid = np.ix_(rows, columns)
    allowed = problem["allowed"]
    return {
        **problem,
        "points": problem["points"][grid],
        "allowed": None if allowed is None else allowed[grid],
        "seats": problem["seats"][columns],
        "row_ids": problem["row_ids"][rows],
        "column_ids": problem["column_ids"][columns],
    }


def by_name(result: Assignment) -> dict[Any, Any]:
    """Return which column each row got, by id."""
    assert result.row_ids is not None and result.column_ids is not None
    names = [*result.column_ids, None]
    return {row: names[j] for row, j in zip(result.row_ids, result.columns, strict=True)}


def check_proof(problem: dict[str, Any], result: Assignment) -> None:
    """Assert that the assignment is allowed and that its prices prove it optimal."""
    points, seats = problem["points"], problem["seats"]
    n, m = points.shape
    allowed = np.ones((n, m), bool) if problem["allowed"] is None else problem["allowed"]
    rows = np.flatnonzero(result.columns >= 0)
    taken = np.bincount(result.columns[rows], minlength=m)
    slack = result.row_prices[:, None] + result.column_prices - points
    price = problem["unplaced"]
    assert (taken <= seats).all() and allowed[rows, result.columns[rows]].all()
    assert (slack[allowed & (seats > 0)] >= -1e-9).all() and (result.column_prices >= 0).all()
    np.testing.assert_allclose(slack[rows, result.columns[rows]], 0, atol=1e-9)
    assert (result.column_prices[taken < seats] == 0).all()
    if price is None:
        assert len(rows) == n
    else:
        assert (result.row_prices >= -price - 1e-9).all()
    total = points[rows, result.columns[rows]].sum() - (0 if price is None else price * (n - len(rows)))
    np.testing.assert_allclose([result.total, result.bound], total, atol=1e-9)
    assert result.status == "optimal" and result.gap <= 1e-12
