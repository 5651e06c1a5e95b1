"""What goes to standard output: answers alone, so that a program can read them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["only_answers_on_stdout"]


@contextmanager
def only_answers_on_stdout() -> Iterator[None]:
    """Lead to stderr what a solver writes to standard output, which HiGHS at times does though told to be silent.

    Examples
    --------
    >>> with only_answers_on_stdout():
    ...     _ = os.write(1, b"")
    """
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
