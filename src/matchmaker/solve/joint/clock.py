"""Time left, progress, and what was done so far."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Clock"]


class Clock:
    """Time left, progress, and what was done so far."""

    def __init__(self, time_limit: float | None, progress: Callable[[str, float], None] | None) -> None:
        self.started = self.last = time.perf_counter()
        self.time_limit = time_limit
        self.progress = progress
        self.steps: list[dict[str, Any]] = []

    def used(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self.started

    def over(self, share: float = 1.0) -> bool:
        """Whether this share of the time is used up."""
        return self.time_limit is not None and self.used() > share * self.time_limit

    def after(self, share: float) -> float:
        """Return the share of the time that is used up when this share of it has passed from now on."""
        return self.used() / self.time_limit + share if self.time_limit else 1.0

    def left(self, share: float = 1.0) -> float:
        """Seconds until this share of the time is used up; without a limit no number of seconds is too many."""
        return float("inf") if self.time_limit is None else max(0.0, share * self.time_limit - self.used())

    def rest(self) -> Clock:
        """Return a clock for what is left of the time, whose shares are shares of that; steps go on in one list."""
        rest = Clock(None if self.time_limit is None else self.left(), self.progress)
        rest.steps = self.steps
        return rest

    def tell(self, name: str, share: float) -> None:
        """Report progress within a step."""
        if self.progress is not None:
            self.progress(name, share)

    def done(self, name: str, **counts: Any) -> None:
        """Close a step."""
        now = time.perf_counter()
        self.steps.append({"name": name, **counts, "seconds": now - self.last})
        self.last = now
        self.tell(name, 1.0)
