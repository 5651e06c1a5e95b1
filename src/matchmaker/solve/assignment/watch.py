"""Progress, time limit and stop of one solution under way."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

__all__ = ["Progress", "Watch"]

Progress = Callable[[str, int, int], object]


@dataclass
class Watch:
    """Tells the caller how far it is, and the solver whether to stop.

    Parameters
    ----------
    progress : callable, optional
        Called with (stage, done, total) between pieces of work of about a tenth of a second; returning False (not
        None) stops the solution, as a time limit does.
    time_limit : float, optional
        Seconds from now.

    Examples
    --------
    >>> Watch(time_limit=0.0).stop("rows", 0, 3)
    True
    """

    progress: Progress | None = None
    time_limit: float | None = None
    stopped: bool = False
    _start: float = field(default_factory=time.monotonic)

    def stop(self, stage: str, done: int, total: int) -> bool:
        """Report, and say whether the solution should stop here.

        Parameters
        ----------
        stage : str
        done, total : int

        Returns
        -------
        bool
        """
        if self.progress is not None and self.progress(stage, done, total) is False:
            self.stopped = True
        if self.time_limit is not None and time.monotonic() - self._start >= self.time_limit:
            self.stopped = True
        return self.stopped

    def left(self) -> float:
        """Return the seconds left (infinite without a limit).

        Returns
        -------
        float
        """
        if self.time_limit is None:
            return float("inf")
        return max(0.0, self.time_limit - (time.monotonic() - self._start))

    def announce(self, kernel: str) -> None:
        """Report that a kernel is being compiled, once on every machine.

        Parameters
        ----------
        kernel : str
        """
        if self.progress is not None:
            self.progress(f"compiling {kernel.rpartition('.')[2]}", 0, 0)
