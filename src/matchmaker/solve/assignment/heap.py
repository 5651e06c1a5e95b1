"""Kernels: the heap of nearest columns of one search (four children a node, each column knows its place)."""

from __future__ import annotations

from typing import Any

from matchmaker.solve.assignment.market import (
    DISTANCE,
    HEAP,
    IN_HEAP,
    PLACE,
)
from matchmaker.solve.compiled import compiled

__all__ = ["pop", "push"]


@compiled
def push(a: Any, column: int) -> None:
    """Put a column in the heap of nearest columns, or move it up after its distance fell.

    Parameters
    ----------
    a : Market
    column : int
    """
    heap = a.paper[HEAP]
    k = a.columns[column, PLACE]
    if k < 0:
        k = a.tally[IN_HEAP]
        a.tally[IN_HEAP] += 1
    key = a.column_values[column, DISTANCE]
    while k > 0:
        parent = (k - 1) >> 2
        other = heap[parent]
        if a.column_values[other, DISTANCE] <= key:
            break
        heap[k] = other
        a.columns[other, PLACE] = k
        k = parent
    heap[k] = column
    a.columns[column, PLACE] = k


@compiled
def pop(a: Any) -> int:
    """Take the nearest column out of the heap (four children a node).

    Parameters
    ----------
    a : Market

    Returns
    -------
    int
    """
    heap = a.paper[HEAP]
    nearest = heap[0]
    a.columns[nearest, PLACE] = -1
    a.tally[IN_HEAP] -= 1
    size = a.tally[IN_HEAP]
    if size == 0:
        return int(nearest)
    last = heap[size]
    key = a.column_values[last, DISTANCE]
    k = 0
    while 4 * k + 1 < size:
        child = 4 * k + 1
        for c in range(child + 1, min(4 * k + 5, size)):
            if a.column_values[heap[c], DISTANCE] < a.column_values[heap[child], DISTANCE]:
                child = c
        if a.column_values[heap[child], DISTANCE] >= key:
            break
        heap[k] = heap[child]
        a.columns[heap[k], PLACE] = k
        k = child
    heap[k] = last
    a.columns[last, PLACE] = k
    return int(nearest)
