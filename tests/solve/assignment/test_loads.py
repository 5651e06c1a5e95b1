"""Assignment with loads: published optima, random small problems, honest bounds."""

from __future__ import annotations

import itertools
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from matchmaker.solve.assignment import LoadsDoNotFit, NotAllPlaced, assign

SMALL = [f"c0515_{k}" for k in range(1, 6)]
QUICK = ["a05100", "a10200", "a20200", "c1060_1", "c1060_4", "b10100"]
REST = ["a05200", "a10100", "a20100", "b05100", "b05200", "b10200", "b20100", "b20200", "c1060_2", "c1060_3", "c1060_5"]


def read_case(folder: Path, name: str) -> tuple[Any, Any, Any]:
    """Return points [jobs, agents], loads and capacities of a published case."""
    with zipfile.ZipFile(folder / "gap" / f"{name}.zip") as archive:
        numbers = np.array(archive.read(archive.namelist()[0]).split(), np.int64)
    m, n = numbers[:2]
    points, load, capacity = np.split(numbers[2:], [m * n, 2 * m * n])
    return points.reshape(m, n).T, load.reshape(m, n).T, capacity


def check_case(folder: Path, name: str, sense: str) -> Any:
    """Solve one case, assert that it is allowed and honest, and return it with the published value."""
    points, load, capacity = read_case(folder, name)
    sign = 1 if sense == "Max" else -1
    result = assign(sign * points, load=load, capacity=capacity, unplaced=None)
    rows = np.arange(len(points))
    assert (np.bincount(result.columns, load[rows, result.columns], len(capacity)) <= capacity).all()
    assert result.total == sign * points[rows, result.columns].sum() and result.bound >= result.total
    lines = (line.split() for line in (folder / "gap" / "bounds.txt").read_text().splitlines())
    published = {line[0]: sign * float(line[1]) for line in lines if line}[f"{name}_{sense}"]
    assert result.bound >= published
    return result, published


@pytest.mark.parametrize("sense", ["Min", "Max"])
@pytest.mark.parametrize("name", SMALL)
def test_small_published_optima_are_proved(cases: Path, name: str, sense: str) -> None:
    """On the small published cases the optimum is found and proved."""
    result, published = check_case(cases, name, sense)
    assert (result.total, result.gap, result.status) == (published, 0.0, "optimal")


@pytest.mark.parametrize("sense", ["Min", "Max"])
@pytest.mark.parametrize("name", [*QUICK, *(pytest.param(name, marks=pytest.mark.slow) for name in REST)])
def test_published_values_are_reached(cases: Path, name: str, sense: str) -> None:
    """On the larger published cases the total is within a thousandth of the published optimum."""
    result, published = check_case(cases, name, sense)
    assert abs(result.total - published) <= 1e-3 * abs(published)


def test_random_problems_agree_with_trying_everything() -> None:
    """On tiny random problems with loads, seats, forbidden pairs and prices the optimum is the true one."""
    rng = np.random.default_rng(7)
    for _ in range(120):
        n, m = rng.integers(1, 5, 2)
        points, load = rng.integers(-3, 10, (n, m)), rng.integers(0, 5, (n, m)).astype(float)
        capacity, seats = rng.integers(0, 8, m), rng.integers(0, 3, m)
        allowed, price = rng.random((n, m)) < 0.8, None if rng.random() < 0.3 else int(rng.integers(-1, 3))
        best = None
        for columns in itertools.product(range(-1, m), repeat=n):
            placed = [(i, j) for i, j in enumerate(columns) if j >= 0]
            if (price is None and len(placed) < n) or not all(allowed[pair] for pair in placed):
                continue
            taken = [j for _, j in placed]
            if (np.bincount(taken, [load[pair] for pair in placed], m) > capacity).any():
                continue
            if (np.bincount(taken, minlength=m) > seats).any():
                continue
            total = sum(int(points[pair]) for pair in placed) - (price or 0) * (n - len(placed))
            best = total if best is None else max(best, total)
        given = {"load": load, "capacity": capacity, "seats": seats, "allowed": allowed, "unplaced": price}
        if best is None:
            with pytest.raises((LoadsDoNotFit, NotAllPlaced)):
                assign(points, **given)
            continue
        result = assign(points, **given)
        assert (result.total, result.bound, result.status) == (best, best, "optimal")


def test_prices_bound_the_total() -> None:
    """Prices of rows, seats and capacity cover every pair, and their sum is no less than the total."""
    rng = np.random.default_rng(8)
    points, load, capacity = rng.integers(5, 50, (40, 6)), rng.integers(1, 9, (40, 6)), np.full(6, 30.0)
    result = assign(points, load=load, capacity=capacity)
    cover = result.row_prices[:, None] + result.column_prices + result.load_prices * load
    assert (cover >= points - 1e-6).all()
    seats = 40 * result.column_prices.sum()
    assert result.row_prices.sum() + result.load_prices @ capacity + seats >= result.total - 1e-6


def test_one_load_a_row_and_no_order() -> None:
    """A load by row is the same in every column, and the order of rows does not matter."""
    rng = np.random.default_rng(9)
    points, load, names = rng.integers(0, 5, (12, 4)), rng.integers(1, 4, 12), np.arange(12)
    first = assign(points, load=load, capacity=6, row_ids=names)
    rows = rng.permutation(12)
    again = assign(points[rows], load=load[rows], capacity=6, row_ids=names[rows])
    assert again.total == first.total and again.columns.tolist() == first.columns[rows].tolist()
