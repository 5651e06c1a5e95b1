"""Chunks of rows on threads. Kernels release the interpreter's lock, so that threads are enough."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["in_chunks"]

CHUNKS_A_THREAD = 8


def in_chunks(work: Callable[[int, int], None], rows: int, *, threads: int | None = None) -> None:
    """Call ``work(first, last)`` for chunks that cover all rows.

    Every row must be worked on by itself, so that neither the chunks nor the number of threads matter.

    Examples
    --------
    >>> done = []
    >>> in_chunks(lambda first, last: done.extend(range(first, last)), 5, threads=1)
    >>> done
    [0, 1, 2, 3, 4]
    """
    threads = threads or os.cpu_count() or 1
    if threads == 1 or rows < 2:
        work(0, rows)
        return
    chunk = max(1, -(-rows // (threads * CHUNKS_A_THREAD)))
    with ThreadPoolExecutor(threads) as pool:
        for job in [pool.submit(work, first, min(first + chunk, rows)) for first in range(0, rows, chunk)]:
            job.result()
