"""Kernels: candidate lists straight out of profiles, without writing the points of a block first.

The losses of 64 rows in one column lie side by side (see `profiles`). A sample of columns tells each row which loss
about twice k columns stay below; one pass over all columns keeps those that do. A row for which too few or too many
remain is handed back, to be listed the ordinary way.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.solve.assignment.lists import STRIDE, keep_best, sort
from matchmaker.solve.assignment.market import BEGIN, COUNT, LEAVE, MUST, SEATS, TAIL, WHOLE
from matchmaker.solve.assignment.profiles import FAR, LANES, ProfilePoints
from matchmaker.solve.compiled import compiled

__all__ = ["WORTH_IT", "list_profiles"]

SAMPLE = 512
BUFFER = 1024  # or four lists, if that is more
GROUP = 16
WORTH_IT = 24


@compiled
def _gather(profile: Any, way: Any, columns: Any, limit: Any, counts: Any, found: Any, losses: Any) -> None:
    """Keep, for each of 64 rows, the columns in which it loses less than its limit (those that find room)."""
    tables, begin, asked, site, order = profile
    line = np.empty(LANES, np.int32)
    for c in columns:
        travel = way[site[c]]
        for k in range(LANES):
            line[np.uint64(k)] = travel[np.uint64(k)]
        for e in range(begin[c], begin[c + 1]):
            more = tables[asked[e]]
            for k in range(LANES):
                line[np.uint64(k)] += more[np.uint64(k)]
        for group in range(0, LANES, GROUP):
            hit = np.uint8(0)
            for k in range(group, group + GROUP):
                hit |= np.uint8(line[np.uint64(k)] < limit[np.uint64(k)])
            if hit == 0:
                continue
            for k in range(group, group + GROUP):
                if line[k] < limit[k]:
                    n = counts[k]
                    counts[k] = n + 1
                    if n < found.shape[1]:
                        found[k, n] = order[c]
                        losses[k, n] = line[k]


@compiled
def _set_limits(limit: Any, counts: Any, losses: Any, rank: int) -> None:
    """Lower each limit to the loss of the given rank in the sample, where the sample says enough."""
    for k in range(LANES):
        if counts[k] >= 2 * rank:
            limit[k] = min(limit[k], np.sort(losses[k, : counts[k]])[rank - 1] + 1)


@compiled
def _write(a: Any, row: int, k: int, place: int, base: int, found: Any, losses: Any, m: int, dropped: bool) -> None:
    """Write the list of one row, in the order that `select` would give it."""
    size = found.size
    first = (row * STRIDE) % m
    points, turns = np.empty(size, a.points.dtype), np.empty(size, np.int32)
    for e in range(size):
        points[e] = base - losses[e]
        turns[e] = (found[e] - first) % m
    if size > k:
        keep_best(points, turns, size, k)
        size, dropped = k, True
    sort(points, turns, size)
    for e in range(size):
        a.points[place + e] = points[e]
        a.listed[place + e] = (turns[e] + first) % m
    a.rows[row, BEGIN], a.rows[row, COUNT], a.rows[row, WHOLE] = place, size, 0 if dropped else 1
    a.row_values[row, TAIL] = points[size - 1] if dropped else a.row_values[row, LEAVE]


@compiled
def _list_lanes(a: Any, profile: Any, way: Any, base: int, which: Any, k: int, places: Any, columns: Any) -> Any:
    """Write the lists of up to 64 rows; return for which of them that was not possible."""
    every, sample = columns
    m = profile[3].size
    most, limit = np.zeros(LANES, np.int64), np.zeros(LANES, np.int32)
    for r in range(which.size):
        row = which[r]
        most[r] = FAR if a.rows[row, MUST] == 1 else min(np.int64(FAR), base - a.row_values[row, LEAVE] + 1)
        limit[r] = max(most[r], 0)
    counts, found = np.zeros(LANES, np.int64), np.empty((LANES, max(BUFFER, 4 * k)), np.int32)
    losses = np.empty((LANES, max(BUFFER, 4 * k)), np.int32)
    _gather(profile, way, sample, limit, counts, found, losses)
    _set_limits(limit, counts, losses, 2 * k * sample.size // m + 3)
    counts[:] = 0
    _gather(profile, way, every, limit, counts, found, losses)
    failed = np.zeros(which.size, np.bool_)
    for r in range(which.size):
        n, cut = counts[r], limit[r] < most[r]
        failed[r] = n > found.shape[1] or (cut and n < k)
        if not failed[r]:
            _write(a, which[r], k, places[r], base, found[r, :n], losses[r, :n], m, cut)
    return failed


def list_profiles(
    source: ProfilePoints, a: Any, *, which: NDArray[np.int64], k: int, places: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Write the lists of these rows into the market; return for which of them that was not possible.

    Parameters
    ----------
    source : ProfilePoints
    a : Market
    which : int64 [r]
    k : int
    places : int64 [r]
        Where in the market's lists each row has room for k entries.

    Returns
    -------
    bool [r]
    """
    begin, asked, site, order = source.by_site
    every = np.flatnonzero(a.columns[order, SEATS] > 0)
    sample = every[:: max(1, len(every) // SAMPLE)][:SAMPLE]
    failed = np.zeros(len(which), bool)
    for first in range(0, len(which), LANES):
        here = slice(first, first + LANES)
        tables, way = source.tables(which[here]), source.way(which[here])
        profile = tables, begin, asked, site, order
        failed[here] = _list_lanes(a, profile, way, source.base, which[here], k, places[here], (every, sample))
    return failed
