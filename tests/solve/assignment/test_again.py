"""Solving again after a small change gives what a fresh solution gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from matchmaker.solve.assignment import BadPoints, assign, engine


@pytest.mark.parametrize("length", [2, 64])
def test_changes_one_after_the_other(length: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that leave and come and seats that open and close, step by step, end in the same plan as afresh."""
    monkeypatch.setattr(engine, "TIGHT_LIST", length)
    monkeypatch.setattr(engine, "LOOSE_LIST", length)
    rng = np.random.default_rng(length)
    resumed = 0
    for _ in range(200):
        n, m = (int(k) for k in rng.integers(3, [14, 10]))
        reach = int(rng.choice([2, 5, 100]))
        points, allowed = rng.integers(-1, reach + 1, (n + 4, m)), rng.random((n + 4, m)) < 0.8
        seats, rows = rng.integers(1, 4, m), np.arange(n)
        given: dict[str, Any] = {"unplaced": float(rng.integers(-1, 2)), "column_ids": range(m)}
        last = assign(points[rows], allowed=allowed[rows], seats=seats, row_ids=rows, **given)
        for _ in range(3):
            stay = rng.choice(rows, max(1, len(rows) - int(rng.integers(0, 3))), replace=False)
            come = np.setdiff1d(np.arange(n + 4), rows)[:2]
            rows = rng.permutation(np.concatenate([stay, come]))
            seats = np.maximum(0, seats + rng.integers(-1, 2, m))
            here = {"allowed": allowed[rows], "seats": seats, "row_ids": rows, **given}
            last, fresh = assign(points[rows], start=last, **here), assign(points[rows], **here)
            assert (last.total, last.bound) == (fresh.total, fresh.bound)
            assert last.columns.tolist() == fresh.columns.tolist()
            resumed += last.method == "again"
    assert resumed > 300


def test_a_small_change_costs_little() -> None:
    """After ten rows in, ten out and five seats closed, a hundredth of the candidates is looked at again."""
    rng = np.random.default_rng(1)
    points = rng.integers(0, 1000, (810, 2400))
    given: dict[str, Any] = {"column_ids": tuple(range(2400))}
    first = assign(points[:800], row_ids=range(800), **given)
    rows, seats = np.arange(10, 810), np.ones(2400, int)
    seats[first.columns[100:105]] = 0
    again = assign(points[rows], seats=seats, row_ids=rows, start=first, **given)
    fresh = assign(points[rows], seats=seats, row_ids=rows, **given)
    assert again == fresh and again.method == "again"
    work = [{step.name: step.count for step in result.steps}["searches"] for result in (again, fresh)]
    assert work[0] <= work[1] / 30


def test_the_earlier_solution_stays_as_it_was() -> None:
    """Going on from a solution twice gives the same twice and leaves it untouched."""
    rng = np.random.default_rng(2)
    points = rng.integers(0, 50, (60, 60))
    first = assign(points[:50], row_ids=range(50))
    before = first.columns.copy()
    twice = [assign(points[5:60], row_ids=range(5, 60), start=first) for _ in range(2)]
    assert twice[0] == twice[1] and (first.columns == before).all()


def test_new_rows_are_checked() -> None:
    """A new row with points that are not finite is named by its id."""
    points = np.ones((3, 3)) * 1.5
    first = assign(points[:2], row_ids=["a", "b"])
    points[2, 1] = np.nan
    with pytest.raises(BadPoints, match="row c, column 1"):
        assign(points, row_ids=["a", "b", "c"], start=first)


def test_what_cannot_be_used_is_solved_afresh() -> None:
    """Other columns than before lead to a fresh solution, not to a wrong one."""
    points = np.arange(12).reshape(3, 4)
    first = assign(points, column_ids="abcd")
    assert assign(points[:, :3], column_ids="abc", start=first).total == assign(points[:, :3]).total
