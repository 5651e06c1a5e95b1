"""What can be wrong with an assignment problem.

::

    MatchmakerError
    └── AssignmentError        also a ValueError
        ├── InvalidProblem     arguments that do not fit together: all faults at once
        ├── BadPoints          points that are not finite numbers, named by row and column
        ├── NotAllPlaced       ``unplaced=None``, yet some rows compete for too few seats
        └── LoadsDoNotFit      ``unplaced=None`` with loads, and no way was found to fit them
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from matchmaker.errors import MatchmakerError

__all__ = ["AssignmentError", "BadPoints", "InvalidProblem", "LoadsDoNotFit", "NotAllPlaced"]

SHOWN = 8


def _some(things: Sequence[object]) -> str:
    shown = ", ".join(str(thing) for thing in things[:SHOWN])
    return shown if len(things) <= SHOWN else f"{shown}, ... ({len(things)} in all)"


class AssignmentError(MatchmakerError, ValueError):
    """Base of what `assign` raises on purpose."""


class InvalidProblem(AssignmentError):
    """Arguments that do not fit together.

    Parameters
    ----------
    faults : sequence of str
        One sentence a fault: what came, what is allowed.

    Attributes
    ----------
    faults : tuple of str

    Examples
    --------
    >>> print(str(InvalidProblem(["seats must be at least 0. Got -1 for column 2."])).splitlines()[0])
    seats must be at least 0. Got -1 for column 2.
    """

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)

    def __reduce__(self) -> tuple[type[InvalidProblem], tuple[tuple[str, ...]]]:
        return type(self), (self.faults,)


class BadPoints(AssignmentError):
    """Points that are not finite numbers where a pair is allowed.

    Parameters
    ----------
    pairs : sequence of (row, column, value)

    Attributes
    ----------
    pairs : tuple of (row, column, float)

    Examples
    --------
    >>> print(str(BadPoints([(0, 2, float("nan"))])).splitlines()[0])
    points must be finite numbers. Got nan at row 0, column 2.
    """

    def __init__(self, pairs: Sequence[tuple[Hashable, Hashable, float]]) -> None:
        named = _some([f"{value} at row {row}, column {column}" for row, column, value in pairs])
        super().__init__(
            f"points must be finite numbers. Got {named}.\n"
            "Hint: mark pairs that may not be chosen in `allowed`; what stands there is then not looked at."
        )
        self.pairs = tuple(pairs)

    def __reduce__(self) -> tuple[type[BadPoints], tuple[tuple[tuple[Hashable, Hashable, float], ...]]]:
        return type(self), (self.pairs,)


class NotAllPlaced(AssignmentError):
    """Every row had to be placed, yet these rows compete for too few seats.

    Taking any one row out of the group would make the rest of it placeable (P. Hall 1935 for one seat a column).

    Parameters
    ----------
    rows : sequence
        Names of the rows of the group.
    columns : sequence
        Names of all columns that any of them may take.
    seats : int
        Seats of those columns together: one less than there are rows.

    Attributes
    ----------
    rows, columns : tuple
    seats : int

    Examples
    --------
    >>> print(str(NotAllPlaced(["p1", "p2"], columns=["e1"], seats=1)).splitlines()[0])
    not every row can be placed: 2 rows (p1, p2) compete for 1 seat (columns: e1).
    """

    def __init__(self, rows: Sequence[Hashable], *, columns: Sequence[Hashable], seats: int) -> None:
        compete = "competes" if len(rows) == 1 else "compete"
        super().__init__(
            f"not every row can be placed: {len(rows)} row{'s' * (len(rows) != 1)} ({_some(rows)}) {compete} for "
            f"{seats} seat{'s' * (seats != 1)} (columns: {_some(columns) or 'none'}).\n"
            "Hint: allow more pairs, add a seat there, or give `unplaced` a price."
        )
        self.rows = tuple(rows)
        self.columns = tuple(columns)
        self.seats = seats

    def __reduce__(self) -> tuple[object, ...]:
        return _not_all_placed, (self.rows, self.columns, self.seats)


def _not_all_placed(rows: Sequence[Hashable], columns: Sequence[Hashable], seats: int) -> NotAllPlaced:
    return NotAllPlaced(rows, columns=columns, seats=seats)


class LoadsDoNotFit(AssignmentError):
    """Every row had to be placed, but the loads do not fit the capacities, or no way was found in time.

    Parameters
    ----------
    rows : int
        Number of rows.
    proved : bool
        Whether it is proved that there is no way.

    Attributes
    ----------
    rows : int
    proved : bool

    Examples
    --------
    >>> print(str(LoadsDoNotFit(3, proved=True)).splitlines()[0])
    the loads of 3 rows do not fit the capacities.
    """

    def __init__(self, rows: int, *, proved: bool) -> None:
        said = "do not fit the capacities" if proved else "could not be made to fit the capacities in the time given"
        super().__init__(
            f"the loads of {rows} rows {said}.\n"
            "Hint: give `unplaced` a price, so that the rows that do not fit are named."
        )
        self.rows = rows
        self.proved = proved

    def __reduce__(self) -> tuple[object, ...]:
        return _loads_do_not_fit, (self.rows, self.proved)


def _loads_do_not_fit(rows: int, proved: bool) -> LoadsDoNotFit:
    return LoadsDoNotFit(rows, proved=proved)
