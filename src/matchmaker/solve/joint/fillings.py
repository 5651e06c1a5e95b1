"""Fillings seen: who was placed together at an employer during repair, in which positions, for how many points."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matchmaker.solve.compiled import compiled
from matchmaker.solve.joint.stock import Columns

__all__ = [
    "Fillings",
    "Notes",
    "crowds_seen",
    "keep_notes",
    "no_fillings",
    "no_notes",
    "note_employers",
    "note_rows",
]

KEPT = 300
"""Fillings kept of an employer: when there are more, the oldest go."""


class Fillings(NamedTuple):
    """Fillings of every employer, the best one seen of each set of pupils.

    Attributes
    ----------
    seen : int64 array, shape (employers)
        How many different sets of pupils came by; the last `KEPT` of them are kept.
    mark : int64 array, shape (employers, KEPT)
        Tells sets of pupils apart.
    crowd, points : int64 arrays, shape (employers, KEPT)
        Number of pupils and points of the filling.
    pupil, function, own : int32 arrays, shape (employers, KEPT, pupils)
        The positions: pupil, vacancy (-1 carved), points.
    lot, count : int32 and int16 arrays, shape (employers, KEPT, pupils, tasks)
    """

    seen: NDArray[np.int64]
    mark: NDArray[np.int64]
    crowd: NDArray[np.int64]
    points: NDArray[np.int64]
    pupil: NDArray[np.int32]
    function: NDArray[np.int32]
    own: NDArray[np.int32]
    lot: NDArray[np.int32]
    count: NDArray[np.int16]  # type: ignore[assignment]  # hides a method of tuple that nobody needs here


class Notes(NamedTuple):
    """What one move made of its employers: `employer` (-1 ends the list) and one row of `fillings` each."""

    employer: NDArray[np.int64]
    fillings: Fillings


def no_fillings(employers: int, most_pupils: int, most_tasks: int, *, kept: int = KEPT) -> Fillings:
    """Return room for the fillings of so many employers; the memory is used as they come.

    Examples
    --------
    >>> no_fillings(3, 4, 5).pupil.shape
    (3, 300, 4)
    """
    rows = (employers, kept)
    shape = (employers, kept, most_pupils)
    return Fillings(
        seen=np.zeros(employers, np.int64),
        mark=np.zeros(rows, np.int64),
        crowd=np.zeros(rows, np.int64),
        points=np.zeros(rows, np.int64),
        pupil=np.zeros(shape, np.int32),
        function=np.zeros(shape, np.int32),
        own=np.zeros(shape, np.int32),
        lot=np.zeros((*shape, most_tasks), np.int32),
        count=np.zeros((*shape, most_tasks), np.int16),
    )


def crowds_seen(fillings: Fillings, employer: int) -> list[NDArray[np.int32]]:
    """Return the pupils of every filling kept of an employer.

    Examples
    --------
    >>> crowds_seen(no_fillings(3, 4, 5), 0)
    []
    """
    kept = min(int(fillings.seen[employer]), fillings.mark.shape[1])
    return [fillings.pupil[employer, k, : fillings.crowd[employer, k]] for k in range(kept)]


def no_notes(employers: int, most_pupils: int, most_tasks: int) -> Notes:
    """Return room for the notes of one move with so many employers."""
    return Notes(np.full(employers, -1, np.int64), no_fillings(employers, most_pupils, most_tasks, kept=1))


@compiled
def note_employers(chosen: Columns, employers: NDArray[np.int64], notes: Notes) -> None:
    """Write down who is placed at these employers now, and in which positions."""
    into = notes.fillings
    for j in range(len(notes.employer)):
        notes.employer[j] = employers[j] if j < len(employers) else -1
        into.crowd[j, 0] = into.points[j, 0] = into.mark[j, 0] = 0
    for pupil in range(len(chosen.employer)):
        if chosen.employer[pupil] < 0:
            continue
        for j in range(len(employers)):
            if chosen.employer[pupil] == employers[j]:
                place = into.crowd[j, 0]
                into.crowd[j, 0] += 1
                if place < into.pupil.shape[2]:
                    write_position(chosen, pupil, into, j, place)
                break


@compiled
def note_rows(columns: Columns, rows: NDArray[np.int64], employer: int, notes: Notes) -> None:
    """Write down a filling of one employer, made of these rows of columns, sorted by pupil."""
    into = notes.fillings
    notes.employer[:] = -1
    notes.employer[0] = employer
    into.crowd[0, 0] = into.points[0, 0] = into.mark[0, 0] = 0
    for row in rows:
        place = into.crowd[0, 0]
        into.crowd[0, 0] += 1
        if place < into.pupil.shape[2]:
            write_position(columns, row, into, 0, place)


@compiled
def write_position(columns: Columns, row: int, into: Fillings, j: int, place: int) -> None:
    """Add the position in a row of columns to the filling in row `j`."""
    pupil = columns.pupil[row]
    # Any mixing of bits does: two sets with one mark would only cost a filling.
    mixed = (pupil + 1) * 2654435761
    into.mark[j, 0] = into.mark[j, 0] * 1000003 ^ (mixed ^ (mixed >> 13)) * 1274126177
    into.points[j, 0] += columns.points[row]
    into.pupil[j, 0, place], into.own[j, 0, place] = pupil, columns.points[row]
    into.function[j, 0, place] = columns.function[row]
    for slot in range(columns.lot.shape[1]):
        into.lot[j, 0, place, slot] = columns.lot[row, slot]
        into.count[j, 0, place, slot] = columns.count[row, slot]


@compiled
def keep_notes(notes: Notes, fillings: Fillings) -> None:
    """Keep what a move noted, where it has more points than the filling with the same pupils."""
    part, kept = notes.fillings, fillings.mark.shape[1]
    for j in range(len(notes.employer)):
        employer, crowd = notes.employer[j], part.crowd[j, 0]
        if employer < 0 or crowd < 1 or crowd > part.pupil.shape[2]:
            continue
        row = -1
        for k in range(min(kept, fillings.seen[employer])):
            if fillings.mark[employer, k] == part.mark[j, 0]:
                row = k
                break
        if row < 0:
            row = fillings.seen[employer] % kept
            fillings.seen[employer] += 1
            fillings.points[employer, row] = -(1 << 40)
        if part.points[j, 0] > fillings.points[employer, row]:
            fillings.mark[employer, row], fillings.crowd[employer, row] = part.mark[j, 0], crowd
            fillings.points[employer, row] = part.points[j, 0]
            for k in range(crowd):
                fillings.pupil[employer, row, k] = part.pupil[j, 0, k]
                fillings.own[employer, row, k] = part.own[j, 0, k]
                fillings.function[employer, row, k] = part.function[j, 0, k]
                for slot in range(part.lot.shape[3]):
                    fillings.lot[employer, row, k, slot] = part.lot[j, 0, k, slot]
                    fillings.count[employer, row, k, slot] = part.count[j, 0, k, slot]
