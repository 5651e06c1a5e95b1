"""The library beside the plain way, on the same region with the same points: one row of a table each.

Run by hand from the root of the project::

    python -m benchmarks.compare 200x60 --seed 0 --time-limit 15

Every way runs in a process of its own, so that the peak of memory is its own. The library is warmed up on a small
region first: compilation happens once a machine and is not counted.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import sys
import time
from typing import Any

import matchmaker as mm
from benchmarks.plain import carve_first
from benchmarks.plain_tables import library_numbers
from benchmarks.regions import SIZES, make_region, sized_region

TABLES = ("pupils", "observations", "employers", "functions", "tasks", "demands", "decisions")
HEAD = ("region", "seed", "way", "placed", "points", "bound", "gap %", "seconds", "peak MB")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("size", choices=SIZES)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--time-limit", type=float, default=None, help="seconds for the library; none: its own default")
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    call = parser.parse_args()
    print(f"| {' | '.join(HEAD)} |\n|{'---|' * len(HEAD)}")
    for way in call.ways:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            facts = pool.apply(measured, (way, call.size, call.seed, call.time_limit))
        print(f"| {call.size} | {call.seed} | {way} | {' | '.join(facts)} |", flush=True)


def measured(way: str, size: str, seed: int, time_limit: float | None) -> list[str]:
    """Run one way on one region; give the cells of its row."""
    region = sized_region(SIZES[size], seed=seed)
    if way == "library":
        mm.match(make_region(12, employers=5))
    start = time.perf_counter()
    placed, points, bound = WAYS[way](region, time_limit)
    seconds = time.perf_counter() - start
    gap = f"{100 * (bound - points) / abs(bound):.2f}" if bound else ""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
    return [f"{placed}", f"{points:.0f}", "" if bound is None else f"{bound:.0f}", gap, f"{seconds:.1f}", f"{peak:.0f}"]


def library(region: Any, time_limit: float | None) -> tuple[int, float, float | None]:
    """Match the region."""
    plan = mm.match(region.replace(policy=region.policy.replace(time_limit=time_limit)) if time_limit else region)
    return plan.placed, plan.points, plan.bound


def plain(region: Any, time_limit: float | None) -> tuple[int, float, float | None]:
    """Carve first, then match, with masks and points by merging and looping; its points are of its own making."""
    plan = carve_first({name: getattr(region, name).to_frame() for name in TABLES})
    return plan.placed, plan.points, None


def carve_first_same_points(region: Any, time_limit: float | None) -> tuple[int, float, float | None]:
    """Carve first, then match, with the library's masks and points: the totals can be compared."""
    tables = {name: getattr(region, name).to_frame() for name in TABLES}
    plan = carve_first(tables, numbers=library_numbers(region))
    return plan.placed, plan.points, None


WAYS = {"library": library, "carve first, same points": carve_first_same_points, "plain": plain}

if __name__ == "__main__":
    main()
