"""matchmaker finds work for pupils: words become numbers, numbers become a plan, the plan answers questions.

Examples
--------
>>> import matchmaker as mm
>>> mm.read_region(mm.town())
Region('Waterbeek', 2026-11-02: 200 pupils, 60 employers, ...)
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

__version__ = "0.1.0"

_HOME = {
    "Alternatives": "matchmaker.plan",
    "Certainty": "matchmaker.plan",
    "Change": "matchmaker.plan",
    "Contested": "matchmaker.plan",
    "Contribution": "matchmaker.positions",
    "DecisionCost": "matchmaker.plan",
    "Decisions": "matchmaker.plan",
    "Explanation": "matchmaker.plan",
    "Fairness": "matchmaker.plan",
    "Fault": "matchmaker.errors",
    "InputFaults": "matchmaker.errors",
    "Leximin": "matchmaker.plan",
    "MatchmakerError": "matchmaker.errors",
    "NearTie": "matchmaker.plan",
    "Observe": "matchmaker.plan",
    "Openings": "matchmaker.plan",
    "Plan": "matchmaker.plan",
    "Policy": "matchmaker.model",
    "Position": "matchmaker.positions",
    "PriceOfAims": "matchmaker.plan",
    "Region": "matchmaker.model",
    "Robustness": "matchmaker.plan",
    "Tally": "matchmaker.plan",
    "TradeOff": "matchmaker.plan",
    "TradeOffs": "matchmaker.plan",
    "UnknownId": "matchmaker.errors",
    "Unlocks": "matchmaker.plan",
    "Violation": "matchmaker.positions",
    "WhyNot": "matchmaker.plan",
    "assign": "matchmaker.solve.assignment",
    "carve": "matchmaker.plan",
    "certificate": "matchmaker.plan",
    "force": "matchmaker.plan",
    "hours": "matchmaker.plan",
    "leaves": "matchmaker.plan",
    "level": "matchmaker.plan",
    "match": "matchmaker.plan",
    "new_employer": "matchmaker.plan",
    "new_function": "matchmaker.plan",
    "new_task": "matchmaker.plan",
    "places": "matchmaker.plan",
    "read_plan": "matchmaker.plan",
    "read_region": "matchmaker.io",
    "refuse": "matchmaker.plan",
    "schema": "matchmaker.io",
    "score": "matchmaker.plan",
    "supervision": "matchmaker.plan",
    "support": "matchmaker.plan",
    "trade_off": "matchmaker.plan",
    "travel": "matchmaker.plan",
    "write_region": "matchmaker.io",
}

__all__ = sorted([*_HOME, "town"])


def town() -> Path:
    """Return the folder of the town that ships with the library: the region of the demo.

    Examples
    --------
    >>> import matchmaker as mm
    >>> (mm.town() / "region.toml").is_file()
    True
    """
    package = Path(__file__).resolve().parent
    installed = package / "data" / "town"
    # In a checkout the town is not copied: it stands beside the tests, one source of truth.
    return installed if installed.is_dir() else package.parents[1] / "data" / "fixtures" / "town"


def __getattr__(name: str) -> Any:
    # Each name is fetched when it is first used, so that importing matchmaker costs next to nothing.
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'matchmaker' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
