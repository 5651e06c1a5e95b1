"""Time left: shares of a limit, and of what is left of it."""

from __future__ import annotations

import pytest

from matchmaker.solve.joint.clock import Clock


def test_what_is_left_is_shared_out_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """A share of the rest is a share of what was left when it began; steps of both stand in one list."""
    now = 50.0
    monkeypatch.setattr("matchmaker.solve.joint.clock.time.perf_counter", lambda: now)
    clock = Clock(10.0, None)
    now = 56.0
    rest = clock.rest()
    now = 57.9
    assert clock.over(0.5)
    assert not rest.over(0.5)
    now = 58.1
    assert rest.over(0.5)
    rest.done("dive")
    assert [step["name"] for step in clock.steps] == ["dive"]
    assert Clock(None, None).rest().left() == float("inf")
