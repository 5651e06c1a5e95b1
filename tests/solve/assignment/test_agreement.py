"""Methods agree with each other, with scipy and with what peers' test suites expect."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from matchmaker.solve.assignment import NotAllPlaced, assign, core, engine
from tests.solve.assignment.helpers import by_name, check_proof, random_problem, shuffled


def outcome(problem: dict[str, Any], **options: Any) -> Any:
    """Return total and who got what, or that not all could be placed; the proof is checked on the way."""
    try:
        result = assign(**problem, **options)
    except NotAllPlaced as error:
        check_conflict(problem, error)
        return "not all placed"
    check_proof(problem, result)
    return round(float(result.total), 6), by_name(result)


def check_conflict(problem: dict[str, Any], error: NotAllPlaced) -> None:
    """Assert that the rows named compete for too few seats, and that no row of them could be missed."""
    position = {name: k for k, name in enumerate(problem["row_ids"])}
    rows = [position[name] for name in error.rows]
    allowed = np.ones(problem["points"].shape, bool) if problem["allowed"] is None else problem["allowed"]

    def too_few(some: list[int]) -> bool:
        return len(some) > problem["seats"][allowed[some].any(axis=0)].sum()

    assert too_few(rows)
    assert not any(too_few([row for row in rows if row != one]) for one in rows if len(rows) > 1)


@pytest.mark.parametrize("batch", range(10))
def test_methods_agree_in_any_order(batch: int) -> None:
    """Paths, scipy, and paths on the shuffled problem choose the same assignment, each with a proof."""
    rng = np.random.default_rng(batch)
    for k in range(250):
        problem = random_problem(rng)
        first = outcome(problem, method="paths", seed=k)
        assert outcome(problem, method="scipy", seed=k) == first
        assert outcome(shuffled(problem, rng), seed=k) == first


def test_whole_rows_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    """Giving up lists for whole rows in the middle of a solution changes nothing."""
    monkeypatch.setattr(core, "HARD", 0)
    monkeypatch.setattr(engine, "BUDGET", 1)
    rng = np.random.default_rng(5)
    for k in range(400):
        problem = random_problem(rng)
        assert outcome(problem, seed=k) == outcome(problem, method="scipy", seed=k)


def test_short_lists_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists of two entries that have to be made longer lead to the same assignment."""
    monkeypatch.setattr(engine, "TIGHT_LIST", 2)
    monkeypatch.setattr(engine, "LOOSE_LIST", 2)
    rng = np.random.default_rng(6)
    for k in range(400):
        problem = random_problem(rng, largest=12)
        assert outcome(problem, method="paths", seed=k) == outcome(problem, method="scipy", seed=k)


def hard_families() -> dict[str, np.ndarray]:
    """Return matrices that are known to be hard for one method or another."""
    rng = np.random.default_rng(0)
    i = np.arange(1, 151)
    scarce = rng.random((150, 150))
    scarce[:, 7] += 100
    return {
        "products": np.outer(i, i),
        "negative products": -np.outer(i, i),
        "geometric": np.floor(1.05 ** rng.uniform(0, 400, (150, 150))),
        "ties": rng.integers(0, 3, (150, 200)),
        "all equal": np.ones((120, 120)),
        "tight square": rng.integers(0, 1000, (200, 200)),
        "one scarce column": scarce,
        "tall": rng.random((300, 40)),
        "very different sizes": 10.0 ** rng.uniform(-6, 9, (80, 80)),
        "huge whole numbers": rng.integers(0, 10**12, (60, 60)),
    }


@pytest.mark.parametrize("family", hard_families())
def test_hard_families(family: str) -> None:
    """On hard matrices the total is scipy's, in paths as in automatic mode."""
    points = hard_families()[family]
    rows, columns = linear_sum_assignment(points, maximize=True)
    expected = points[rows, columns].sum()
    aims = ["placed"] if points.min() < 0 else []
    for method in ("auto", "paths"):
        result = assign(points, method=method, aims=aims)
        np.testing.assert_allclose(float(result.total), float(expected), rtol=1e-12)
        assert result.gap <= 1e-12


def test_cases_of_peers(cases: Path) -> None:
    """Every case out of other libraries' test suites gives the objective and number matched that they expect."""
    for case in json.loads((cases / "peer_lap_cases.json").read_text(encoding="utf-8")):
        matrix = np.array([[np.nan if cell is None else cell for cell in row] for row in case["matrix"]], float)
        matrix = matrix.T if matrix.shape[0] > matrix.shape[1] else matrix
        sign = 1 if case["sense"] == "max" else -1
        usable = np.isfinite(matrix)
        if case["expect"].get("infeasible"):
            with pytest.raises(NotAllPlaced):
                assign(sign * matrix, allowed=usable, unplaced=None)
            continue
        for method in ("paths", "scipy"):
            result = assign(sign * matrix, allowed=usable, aims=["placed"], method=method)
            expected = case["expect"]["objective"]
            np.testing.assert_allclose(sign * result.total, expected, rtol=1e-12, err_msg=case["name"])
            assert result.placed == case["matched"], case["name"]


def test_uncompiled_kernels_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same source run as plain Python gives the same assignment."""
    rng = np.random.default_rng(9)
    problems = [random_problem(rng, largest=5) for _ in range(60)]
    compiled = [outcome(problem, method="paths", seed=3) for problem in problems]
    monkeypatch.setenv("MATCHMAKER_UNCOMPILED", "1")
    monkeypatch.setattr(core, "HARD", 1)
    assert [outcome(problem, method="paths", seed=3) for problem in problems] == compiled
    assert [outcome(problem, seed=3) for problem in problems] == compiled
