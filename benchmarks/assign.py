"""The assignment core beside scipy, lapx, ortools and kwok: seconds, memory, and whether the totals agree.

The small ones run with pytest-benchmark (``pytest benchmarks/assign.py``). The table of the large ones::

    python -m benchmarks.assign            # all cases, some minutes
    python -m benchmarks.assign seats      # one case
    python -m benchmarks.assign huge       # 50,000 x 150,000, ours alone: time, memory and proof

Seconds are processor seconds of all threads (so that a busy machine does not decide the ratios), the best of up to
three runs in a process of its own, after one small run that loads and compiles.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from matchmaker.solve.assignment import ProfilePoints, Travel, assign, largest_violation

if TYPE_CHECKING:
    from pytest_benchmark.fixture import BenchmarkFixture

DIMENSIONS = 28
LEVELS = np.arange(6)
SHARES = 16


def profiles(rows: int, columns: int, *, seed: int = 0) -> ProfilePoints:
    """Return our kind of points: ordinal profiles with doubt, demands, travel within reach; 60-90 % forbidden."""
    rng = np.random.default_rng(seed)
    able = rng.normal(2.8, 0.9, (rows, 1)) + rng.normal(0, 0.9, (rows, DIMENSIONS))
    typical = np.clip(np.rint(able), 0, 5).astype(np.int8)
    weight = np.exp(-0.5 * ((LEVELS - LEVELS[:, None]) / 0.6) ** 2)
    chances = np.floor(SHARES * weight / weight.sum(axis=1, keepdims=True)).astype(np.int8)
    chances[LEVELS, LEVELS] += SHARES - chances.sum(axis=1)
    level = np.clip(np.rint(rng.normal(2.2, 0.7, (columns, 1)) + rng.normal(0, 0.9, (columns, DIMENSIONS))), 0, 5)
    asked = np.where(rng.random((columns, DIMENSIONS)) < 0.4, level, 0).astype(np.int8)
    gap = LEVELS[None, :] - LEVELS[:, None]
    loss = np.maximum(0, gap) * 4 + np.maximum(0, -gap) * (LEVELS > 0)
    sites = max(2, columns // 13)
    home, place = (rng.random((k, 2)) * [0.5, 0.8] + [52, 4.5] for k in (rows, sites))
    travel: Any = Travel(home, place=place, per_km=4.0, reach=rng.uniform(10, 40, rows))
    if rows * sites < 20_000_000:  # as a region keeps the distances of its pupils and employers
        travel = travel.rows(np.arange(rows))
    return ProfilePoints(
        chances[typical],
        asked=asked,
        loss=np.broadcast_to(loss, (DIMENSIONS, 6, 6)),
        limits=typical + 2,
        base=16_000,
        travel=travel,
        site=rng.integers(0, sites, columns),
    )


def sparse(rows: int, columns: int, *, edges: int = 30, seed: int = 0) -> csr_array:
    """Return a sparse matrix with as many random entries in every row."""
    rng = np.random.default_rng(seed)
    chosen = np.concatenate([rng.choice(columns, edges, replace=False) for _ in range(rows)])
    return csr_array(
        (rng.integers(1, 10_000, rows * edges), (np.repeat(np.arange(rows), edges), chosen)), (rows, columns)
    )


def filled(source: ProfilePoints) -> np.ndarray:
    """Return a source as the matrix of costs that scipy needs: forbidden costs as much as being left out, nothing."""
    n, m = source.shape
    costs = np.empty((n, m))
    for first in range(0, n, 200):
        points, allowed = source.block(slice(first, first + 200))
        np.multiply(points, allowed, out=costs[first : first + 200])
    np.maximum(costs, 0, out=costs)
    return np.negative(costs, out=costs)


def by_scipy(data: Any, seats: int) -> float:
    """Solve with scipy, matrix and copies of columns made on the way."""
    if isinstance(data, csr_array):
        rows, columns = min_weight_full_bipartite_matching(data, maximize=True)
        return float(data[rows, columns].sum())
    costs = filled(data) if isinstance(data, ProfilePoints) else -data
    costs = np.repeat(costs, seats, axis=1) if seats > 1 else costs
    rows, columns = linear_sum_assignment(costs)
    return float(-costs[rows, columns].sum())


def by_us(data: Any, seats: int) -> float:
    """Solve with this library, the lottery among optimal assignments included."""
    return float(assign(data, seats=seats, unplaced=None if isinstance(data, csr_array) else 0).total)


def by_lapx(data: Any, seats: int) -> float:
    """Solve with lapx, in its function for matrices of any shape."""
    import lap

    if isinstance(data, csr_array):
        raise NotImplementedError
    costs = filled(data) if isinstance(data, ProfilePoints) else -data
    costs = np.repeat(costs, seats, axis=1) if seats > 1 else costs
    rows, columns = lap.lapjvr(costs)[-2:]
    return float(-costs[rows, columns].sum())


def by_ortools(data: Any, seats: int) -> float:
    """Solve with the min-cost flow of ortools: seats as capacities, a way out for every row."""
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

    if isinstance(data, np.ndarray) and data.dtype.kind == "f":
        raise NotImplementedError
    if isinstance(data, csr_array):
        n, m = data.shape
        i, j, value = np.repeat(np.arange(n), np.diff(data.indptr)), data.indices, data.data
    else:
        n, m = data.shape
        points, allowed = data.block(slice(0, n)) if isinstance(data, ProfilePoints) else (data, data > 0)
        i, j = np.nonzero(allowed)
        value = points[i, j]
    flow = SimpleMinCostFlow()
    flow.add_arcs_with_capacity_and_unit_cost(i, n + j, np.ones(len(i), int), -value.astype(np.int64))
    flow.add_arcs_with_capacity_and_unit_cost(np.arange(n), np.full(n, n + m), np.ones(n, int), np.zeros(n, int))
    flow.add_arcs_with_capacity_and_unit_cost(n + np.arange(m), np.full(m, n + m), np.full(m, seats), np.zeros(m, int))
    flow.set_nodes_supplies(np.append(np.arange(n), n + m), np.append(np.ones(n, int), -n))
    flow.solve()
    return float(-flow.optimal_cost())


def by_kwok(data: Any, seats: int) -> float:
    """Solve a sparse matrix with kwok, lists of edges made on the way."""
    from kwok import kwok

    if not isinstance(data, csr_array):
        raise NotImplementedError
    edges = list(zip(data.indices.tolist(), data.data.tolist(), strict=True))
    return float(kwok([edges[a:b] for a, b in zip(data.indptr[:-1], data.indptr[1:], strict=True)]).total_weight)


WAYS: dict[str, Callable[[Any, int], float]] = {
    "scipy": by_scipy,
    "ours": by_us,
    "lapx": by_lapx,
    "ortools": by_ortools,
    "kwok": by_kwok,
}

# name: (what, small data to warm up with, data, seats)
CASES: dict[str, tuple[str, Callable[[int], Any], int]] = {
    "square": ("dense random 3,000 x 3,000", lambda k: np.random.default_rng(0).random((3000 // k, 3000 // k)), 1),
    "rectangle": ("dense random 5,000 x 20,000", lambda k: np.random.default_rng(0).random((5000 // k, 20000 // k)), 1),
    "loose": ("profiles 5,000 x 20,000, end to end", lambda k: profiles(5000 // k, 20000 // k), 1),
    "tight": ("profiles 5,000 x 5,000, end to end", lambda k: profiles(5000 // k, 5000 // k), 1),
    "seats": ("profiles 4,000 on 500 x 10 seats, end to end", lambda k: profiles(4000 // k, 500 // k), 10),
    "sparse": ("sparse 20,000 x 60,000, 30 a row", lambda k: sparse(20_000 // k, 60_000 // k), 1),
}


def one(case: str, way: str) -> dict[str, Any]:
    """Run one case one way, in this process, and return seconds, extra megabytes and total."""
    _, make, seats = CASES[case]
    solve = WAYS[way]
    solve(make(25), seats)
    data = make(1)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds, total = [], 0.0
    while len(seconds) < 3 and sum(seconds) < 8:
        start = time.process_time()
        total = solve(data, seats)
        seconds.append(time.process_time() - start)
    extra = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return {"seconds": min(seconds), "megabytes": extra / 1024, "total": total}


def elsewhere(case: str, way: str) -> dict[str, Any] | None:
    """Run one case one way in a process of its own; None when that way cannot do it."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.assign", "--one", case, way], capture_output=True, text=True, check=False
    )
    return json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else None


def table(cases: list[str]) -> None:
    """Print a Markdown table: seconds and ratio to scipy, memory."""
    print("| case | " + " | ".join(WAYS) + " | memory ours / scipy | totals |")
    print("|---" * (len(WAYS) + 3) + "|")
    for case in cases:
        found = {way: elsewhere(case, way) for way in WAYS}
        scipy, ours = found["scipy"], found["ours"]
        assert scipy is not None and ours is not None
        cells = [
            "-" if run is None else f"{run['seconds']:.3f} s ({scipy['seconds'] / run['seconds']:.1f}x)"
            for run in found.values()
        ]
        memory = f"{ours['megabytes']:.0f} / {scipy['megabytes']:.0f} MB"
        totals = [run["total"] for run in found.values() if run is not None]
        same = "equal" if np.allclose(totals, totals[0], rtol=1e-12) else "DIFFER"
        print(f"| {CASES[case][0]} | " + " | ".join(cells) + f" | {memory} | {same} |", flush=True)


def huge() -> None:
    """Solve 50,000 x 150,000 and prove it by pricing all 7.5 thousand million pairs anew."""
    assign(profiles(200, 600))
    source = profiles(50_000, 150_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    result = assign(source)
    solved = time.process_time()
    worst = largest_violation(source, row_prices=result.row_prices, column_prices=result.column_prices)
    proved = time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(result.summary())
    print(f"solved in {solved - start:.1f} s, proved in {proved - solved:.1f} s of CPU (largest violation {worst})")
    print(f"memory: {peak / 1024:.0f} MB in all, {before / 1024:.0f} MB of it before solving")


def test_profiles(benchmark: BenchmarkFixture) -> None:
    """Profiles of 400 rows and 1,600 columns are assigned."""
    source = profiles(400, 1600)
    assert benchmark.pedantic(assign, (source,), rounds=5, warmup_rounds=1).gap == 0


def test_seats(benchmark: BenchmarkFixture) -> None:
    """Profiles of 800 rows are assigned to 100 columns of 10 seats."""
    source = profiles(800, 100)
    assert benchmark.pedantic(assign, (source,), {"seats": 10}, rounds=5, warmup_rounds=1).gap == 0


def test_sparse(benchmark: BenchmarkFixture) -> None:
    """A sparse matrix of 2,000 rows and 6,000 columns is assigned."""
    matrix = sparse(2000, 6000)
    assert benchmark.pedantic(assign, (matrix,), {"unplaced": None}, rounds=5, warmup_rounds=1).placed == 2000


def test_scipy_as_the_kernel_to_compare_with(benchmark: BenchmarkFixture) -> None:
    """Scipy fills and solves the same profiles, the reference for the ratio."""
    source = profiles(400, 1600)
    assert benchmark.pedantic(by_scipy, (source, 1), rounds=5, warmup_rounds=1) > 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(one(*sys.argv[2:4])))
    elif sys.argv[1:] == ["huge"]:
        huge()
    else:
        table(sys.argv[1:] or list(CASES))
