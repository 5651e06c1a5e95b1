"""The joint engine beside general solvers on the same region with the same time: one row of a table each.

Run by hand from the root of the project::

    python -m benchmarks.general 60x20 --seed 0 --time-limit 60

The general solvers get the compact program of ``tests/compact.py``: a whole region in one model, without bundles.
HiGHS takes it through scipy (which offers no choice of threads), or-tools CP-SAT with every row scaled to whole numbers
and two workers. They solve once for value = 10,000 x placed + points; the engine solves for the number placed first and
then for points, without an aim for the hardest to place, and is judged by the same value. The bound on points holds for
plans that place as many as the plan of that row; the engine has a bound on the value where its number placed is proved.

Every way runs in a process of its own, so that the peak of memory is its own (and because HiGHS and or-tools may not
share one). Seconds count from the arrays of what is in reach to the plan, writing the model included; the engine is
warmed up on a small region first: compilation happens once a machine. Every plan is checked with plain loops.
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import resource
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from benchmarks.regions import SIZES, Size, sized_region
from matchmaker.numbers.problem import make_problem
from matchmaker.solve.reach import Reach, make_reach
from tests.compact import Model, Step, check_solution, compact_model, no_plan, plan_of, solve_model

if TYPE_CHECKING:
    from matchmaker.solve.joint.stock import Columns

WORTH = 10_000
WORKERS = 2
SCALES = (1, 2, 4, 8, 16, 3, 6, 12, 24, 48, 5, 10, 20, 60, 100, 1000)
HEAD = (
    "region",
    "seed",
    "way",
    "placed",
    "points",
    "value",
    "bound on value",
    "gap %",
    "bound on placed",
    "bound on points",
    "seconds",
    "peak MB",
)


class Outcome(NamedTuple):
    """A plan and what is proved: bounds on the value, on the number placed, and on the points at the plan's number."""

    columns: Columns
    value_bound: float
    placed_bound: float
    points_bound: float


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("size", help="pupils x employers, such as 60x20; with tasks an employer: 60x20x40")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--time-limit", type=float, default=60.0, help="seconds for every way")
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    call = parser.parse_args()
    print(f"| {' | '.join(HEAD)} |\n|{'---|' * len(HEAD)}")
    for way in call.ways:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            facts = pool.apply(measured, (way, call.size, call.seed, call.time_limit))
        print(f"| {call.size} | {call.seed} | {way} | {' | '.join(facts)} |", flush=True)


def size_of(text: str) -> Size:
    """Read a size: a name of ``SIZES`` or numbers with x between them."""
    return SIZES.get(text) or Size(*map(int, text.split("x")))


def measured(way: str, size: str, seed: int, time_limit: float) -> list[str]:
    """Run one way on one region; give the cells of its row."""
    if way == "engine":
        engine(reach_of(Size(12, 5), seed=0), 1.0)
    reach = reach_of(size_of(size), seed=seed)
    start = time.perf_counter()
    found = WAYS[way](reach, time_limit)
    seconds = time.perf_counter() - start
    if faults := check_solution(reach, found.columns):
        raise AssertionError(f"the plan of {way} is not a plan: {'; '.join(faults)}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
    return [*cells(found), f"{seconds:.1f}", f"{peak:.0f}"]


def reach_of(size: Size, *, seed: int) -> Reach:
    """Generate a region, and give what is in reach there."""
    return make_reach(make_problem(sized_region(size, seed=seed)))


def cells(found: Outcome) -> list[str]:
    """Write plan and bounds as cells: placed, points, value, bound, gap, bound on placed, bound on points."""
    placed, points = int((found.columns.employer >= 0).sum()), int(found.columns.points.sum())
    value = WORTH * placed + points
    gap = (found.value_bound - value) / abs(found.value_bound or 1)
    bounds = [f"{bound:.0f}" if math.isfinite(bound) else "" for bound in found[1:]]
    shown = f"{100 * gap:.2f}" if math.isfinite(gap) else ""
    return [f"{placed}", f"{points}", f"{value}", bounds[0], shown, bounds[1], bounds[2]]


def engine(reach: Reach, time_limit: float) -> Outcome:
    """Solve with the library: number placed, then points."""
    from matchmaker.solve.joint import solve

    pupils = len(reach.pair_start) - 1
    found = solve(reach, hardest=np.zeros(pupils, bool), lottery=np.arange(pupils), time_limit=time_limit)
    placed = int((found.columns.employer >= 0).sum())
    value_bound = WORTH * placed + found.bound if placed == found.placed_bound else math.inf
    return Outcome(found.columns, value_bound, found.placed_bound, found.bound)


def highs(reach: Reach, time_limit: float) -> Outcome:
    """Solve the compact program with HiGHS."""
    return general(reach, time_limit, solve_model)


def cp_sat(reach: Reach, time_limit: float) -> Outcome:
    """Solve the compact program with CP-SAT."""
    return general(reach, time_limit, solve_cp_sat)


def general(reach: Reach, time_limit: float, solver: Callable[..., Step]) -> Outcome:
    """Write the compact program, have it solved in what is left of the time, and read the plan off."""
    until = time.monotonic() + time_limit
    model = compact_model(reach, objective="points", placed_worth=WORTH)
    step = solver(model, time_limit=until - time.monotonic())
    columns = no_plan(reach) if step.x is None else plan_of(reach, model, step.x)
    # A placement has at least the points of the floor, so it adds at least that much to the value.
    most = step.bound / (WORTH + reach.work.fit_floor)
    most = min(math.floor(most), len(reach.pair_start) - 1) if math.isfinite(most) else math.inf
    return Outcome(columns, step.bound, most, step.bound - WORTH * int((columns.employer >= 0).sum()))


def solve_cp_sat(model: Model, *, time_limit: float) -> Step:
    """Give a model whose variables are all whole numbers to CP-SAT."""
    from ortools.sat.python import cp_model

    program: Any = cp_model.CpModel()
    variables = [program.new_int_var(0, int(most), "") for most in model.upper]
    for row in range(len(model.low)):
        entries = slice(model.rows.indptr[row], model.rows.indptr[row + 1])
        own = [variables[column] for column in model.rows.indices[entries]]
        factors, low, high = whole_row(model.rows.data[entries], model.low[row], model.high[row])
        total = cp_model.LinearExpr.weighted_sum(own, factors)
        program.add_linear_constraint(total, low, high)
    program.maximize(cp_model.LinearExpr.weighted_sum(variables, np.rint(model.gain).astype(np.int64).tolist()))
    solver: Any = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = max(time_limit, 0.1)
    solver.parameters.num_workers = WORKERS
    status = solver.solve(program)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Step("limit", -math.inf, solver.best_objective_bound, None)
    x = np.array([solver.value(variable) for variable in variables], float)
    name = "optimal" if status == cp_model.OPTIMAL else "limit"
    return Step(name, solver.objective_value, math.floor(solver.best_objective_bound + 1e-6), x)


def whole_row(factors: np.ndarray[Any, Any], low: float, high: float) -> tuple[list[int], int, int]:
    """Scale a row until its factors are whole numbers; its limits then round inwards without loss.

    Examples
    --------
    >>> import numpy as np
    >>> whole_row(np.array([1.5, -2.0]), -np.inf, 0.5)
    ([3, -4], -4611686018427387904, 1)
    """
    fine = [scale for scale in SCALES if np.allclose(factors * scale, np.rint(factors * scale), rtol=0, atol=1e-9)]
    if not fine:
        raise ValueError(f"hours that no scale of {SCALES} makes whole numbers: {factors.tolist()}")
    scale, open_end = fine[0], 1 << 62
    lowest = math.ceil(low * scale - 1e-6) if math.isfinite(low) else -open_end
    highest = math.floor(high * scale + 1e-6) if math.isfinite(high) else open_end
    return np.rint(factors * scale).astype(np.int64).tolist(), lowest, highest


WAYS: dict[str, Callable[[Reach, float], Outcome]] = {"engine": engine, "HiGHS": highs, "CP-SAT": cp_sat}

if __name__ == "__main__":
    main()
