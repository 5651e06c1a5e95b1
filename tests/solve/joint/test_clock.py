"""Time left: shares of a limit, and of what is left of it."""

from __future__ import annotations

import pytest

from matchmaker.solve.joint.clock import Clock
from matchmaker.solve.joint.solution import LONG_REPAIR_UNTIL, REPAIR_UNTIL, repair_until


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


def test_a_share_from_now_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """A share of the time that begins now is over when so much more of the limit is used up."""
    now = 50.0
    monkeypatch.setattr("matchmaker.solve.joint.clock.time.perf_counter", lambda: now)
    clock = Clock(10.0, None)
    now = 56.0
    until = clock.after(0.1)
    now = 56.9
    assert not clock.over(until)
    now = 57.1
    assert clock.over(until)
    assert Clock(None, None).after(0.1) == Clock(0.0, None).after(0.1) == 1.0


def test_moves_have_what_proofs_do_not_need() -> None:
    """The more time there is for every employer, and the fewer proofs, the larger the share for moves."""
    clocks = [Clock(seconds, None) for seconds in (0.0, 20.0, 60.0, 80.0, 100.0, 300.0)]
    one, two = ([repair_until(clock, 300, proofs=proofs) for clock in clocks] for proofs in (1, 2))
    assert one == sorted(one)
    assert (one[0], one[-1]) == (REPAIR_UNTIL, LONG_REPAIR_UNTIL)
    assert all(more <= less for more, less in zip(two, one, strict=True))
    assert two[3] < one[3]
    assert repair_until(Clock(None, None), 300, proofs=1) == REPAIR_UNTIL
