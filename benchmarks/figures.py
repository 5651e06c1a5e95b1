"""Figures of a plan that do not depend on the machine's speed: a change that makes the solver work more shows here.

The steps, the pool, the pricings and what was found, with a set number of steps, beside those kept in `figures.json`.
Run by hand from the root of the project to see them, or to keep them anew after a change that is meant to be::

    python -m benchmarks.figures [--keep]

`small.py` compares them with every change. What is counted before any arithmetic with fractions must be the same to the
last unit. The rest may differ a little: processors round differently, and prices then take another course.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import matchmaker as mm
from benchmarks.regions import make_region

KEPT = Path(__file__).with_suffix(".json")
STEPS = 40
REGIONS = {"12x5": (12, 5), "60x20": (60, 20), "120x40": (120, 40)}
EXACT = ("pupils", "pairs", "items", "moves")
ROOM = {"rounds": 0.25, "pool": 0.15, "pricings": 0.25, "placed": 0.04, "points": 0.03, "bound": 0.02}
"""By which share a figure may differ on another processor."""

Figures = dict[str, int]


def figures(name: str) -> Figures:
    """Plan one region with a set number of steps and count.

    Parameters
    ----------
    name : str
        One of `REGIONS`.
    """
    pupils, employers = REGIONS[name]
    plan = mm.match(make_region(pupils, employers=employers), steps=STEPS)
    steps = {step["name"]: step for step in plan.steps}
    bound = steps.get("bound", {})
    return {
        "pupils": plan.pupils,
        "pairs": len(plan.reach.pair_pupil),
        "items": len(plan.reach.item_lot),
        "moves": int(steps.get("repair", {}).get("rounds", 0)),
        "rounds": int(bound.get("rounds", 0)),
        "pool": int(bound.get("columns", 0)),
        "pricings": int(bound.get("pricings", 0)),
        "placed": plan.placed,
        "points": plan.points,
        "bound": plan.bound,
    }


def differences(found: Figures, kept: Figures) -> list[str]:
    """Name every figure that differs by more than it may."""
    return [
        f"{name}: {found[name]}, kept {kept[name]}"
        for name in kept
        if abs(found[name] - kept[name]) > (0 if name in EXACT else max(1.0, ROOM[name] * abs(kept[name])))
    ]


def main() -> None:
    """Print the figures, and keep them when asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--keep", action="store_true", help="write figures.json")
    call = parser.parse_args()
    found = {name: figures(name) for name in REGIONS}
    print("\n".join(f"{name}: {one}" for name, one in found.items()))
    if call.keep:
        KEPT.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
