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
    "Contribution": "matchmaker.positions",
    "Explanation": "matchmaker.plan",
    "Fault": "matchmaker.errors",
    "InputFaults": "matchmaker.errors",
    "MatchmakerError": "matchmaker.errors",
    "Plan": "matchmaker.plan",
    "Policy": "matchmaker.model",
    "Position": "matchmaker.positions",
    "Region": "matchmaker.model",
    "UnknownId": "matchmaker.errors",
    "Violation": "matchmaker.positions",
    "assign": "matchmaker.solve.assignment",
    "carve": "matchmaker.plan",
    "match": "matchmaker.plan",
    "read_plan": "matchmaker.plan",
    "read_region": "matchmaker.io",
    "schema": "matchmaker.io",
    "score": "matchmaker.plan",
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
