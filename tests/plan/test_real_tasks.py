"""A region of real task statements: a plan in which no rule of the contract is broken."""

from __future__ import annotations

from pathlib import Path

import pytest

import matchmaker as mm
from tests.checker import check_plan

REAL = Path(__file__).resolve().parents[3] / "shared" / "cases" / "onet-twente"


@pytest.mark.skipif(not REAL.is_dir(), reason="the cases of ../shared are not beside the project")
def test_the_plan_of_real_tasks_keeps_the_contract() -> None:
    """An independent checker finds nothing wrong with a plan of real tasks, and most places are used."""
    plan = mm.match(mm.read_region(REAL), steps=20)
    assert check_plan(REAL, plan.to_document()) == []
    assert plan.placed > 200
