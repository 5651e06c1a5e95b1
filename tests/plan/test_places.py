"""One more place: what the method promises, and where it cannot promise it yet (docs/method/joint.md)."""

from __future__ import annotations

from pathlib import Path

import pytest

import matchmaker as mm

TINY = Path(__file__).resolve().parents[2] / "data" / "fixtures" / "tiny"


@pytest.mark.parametrize("employer", [f"e{k}" for k in range(1, 10)])
def test_one_more_place_never_places_fewer(employer: str) -> None:
    """Where all is solved exactly, a place more at any employer never lowers the number placed, nor its points."""
    region = mm.read_region(TINY)
    plan = mm.match(region, steps=5)
    more = region.employers.get(employer).places + 1
    wider = mm.match(region.replace(employers=region.employers.with_row(employer, places=more)), steps=5)
    assert plan.status == wider.status == "optimal"
    assert (wider.placed, wider.points) >= (plan.placed, plan.points) or wider.placed > plan.placed
