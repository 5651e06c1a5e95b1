"""Progress, stopping, interruption, threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from matchmaker.solve.assignment import assign, engine

POINTS = np.random.default_rng(0).integers(0, 100, (300, 300))


def test_progress_is_told() -> None:
    """The callback hears of lists and rows, never more done than there is."""
    heard: list[tuple[str, int, int]] = []
    assign(POINTS, progress=lambda *told: heard.append(told))
    assert {"lists", "rows"} <= {stage for stage, _, _ in heard}
    assert all(done <= total for _, done, total in heard)


@pytest.mark.parametrize("stage", ["lists", "rows"])
def test_a_callback_can_stop(stage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A callback that returns False gets the best so far, with a bound that holds."""
    monkeypatch.setattr(engine, "BUDGET", 100)
    enough = 150 if stage == "rows" else 0
    result = assign(POINTS, progress=lambda name, done, total: name != stage or done < enough)
    best = assign(POINTS)
    assert result.status == "limit" and result.total <= best.total <= result.bound
    assert stage == "lists" or (result.placed > 100 and 0 < result.gap < 1)


def test_a_time_limit_gives_a_bound() -> None:
    """With no time at all the answer is empty but honest."""
    result = assign(POINTS, time_limit=0.0)
    assert result.status == "limit" and result.bound >= assign(POINTS).total
    loads = assign(POINTS[:20, :5], load=np.ones(20), capacity=3, time_limit=0.0)
    assert loads.bound >= loads.total


def test_an_interrupt_leaves_nothing_broken() -> None:
    """After an interruption in the middle the same call, and a resumed one, work as ever."""

    def interrupt(stage: str, done: int, total: int) -> None:
        if stage == "rows":
            raise KeyboardInterrupt

    first = assign(POINTS[:250], row_ids=range(250))
    before = first.columns.copy()
    for start in (None, first):
        with pytest.raises(KeyboardInterrupt):
            assign(POINTS, row_ids=range(300), start=start, progress=interrupt)
    assert (first.columns == before).all()
    assert assign(POINTS, row_ids=range(300), start=first) == assign(POINTS, row_ids=range(300))


def test_several_solutions_at_once() -> None:
    """Threads that solve at the same time get what each would get alone."""
    problems = [np.random.default_rng(k).integers(0, 9, (150, 120)) for k in range(8)]
    alone = [assign(points) for points in problems]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(assign, problems)) == alone
