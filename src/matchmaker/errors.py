"""The errors a user can meet, as one tree.

::

    MatchmakerError            everything below; catch this one to catch all
    ├── InputFaults            what was read breaks the contract: every fault with its place and a hint
    ├── UnknownId              an id that is not there (also a KeyError)
    └── MissingExtra           an optional package is not installed (also an ImportError)

Errors carry objects, not only text: ``InputFaults.faults`` is a tuple of :class:`Fault`.
"""

from __future__ import annotations

import difflib
import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Fault", "InputFaults", "MatchmakerError", "MissingExtra", "UnknownId", "near_names"]

PRINTED_OF_A_KIND = 20
WIDEST_CELL = 60
WIDEST_ALLOWED = 72
WORDS = {
    "en": {
        "head": ("table", "row", "column", "came", "allowed"),
        "title": "{n} fault{s} in the input.",
        "empty": "(empty)",
        "more": "... and {n} more like this in {table}, column {column}.",
        "near": "Did you mean {names}?",
        "unknown": "There is no {what} {came!r}.",
        "hint": "Hint: ",
    },
    "nl": {
        "head": ("tabel", "rij", "kolom", "gekregen", "toegestaan"),
        "title": "{n} fout{s} in de invoer.",
        "empty": "(leeg)",
        "more": "... en nog {n} van zulke fouten in {table}, kolom {column}.",
        "near": "Bedoelt u {names}?",
        "unknown": "Er is geen {what} {came!r}.",
        "hint": "Tip: ",
    },
}


class MatchmakerError(Exception):
    """Base of every error this library raises on purpose.

    Examples
    --------
    >>> issubclass(InputFaults, MatchmakerError)
    True
    """


def near_names(came: str, *, known: Iterable[str], most: int = 3) -> tuple[str, ...]:
    """Names that look like the one that came, best first; upper and lower case do not count.

    Examples
    --------
    >>> near_names("Pupil", known=["pupils", "tasks"])
    ('pupils',)
    """
    lower: dict[str, str] = {}
    for name in known:
        lower.setdefault(name.lower(), name)
    return tuple(lower[name] for name in difflib.get_close_matches(came.lower(), list(lower), n=most, cutoff=0.6))


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing in the input that the contract does not allow.

    Parameters
    ----------
    table
        Table (or ``region``, ``framework``, ``policy``) in which it stands.
    row
        1-based row of data; 0 means the table itself.
    column
        Column, empty when the whole row or table is meant.
    came
        What stood there, as text; empty for an empty cell.
    allowed
        What may stand there.
    hint
        What to do about it; may be empty.
    kind
        Short name of the kind of fault, for counting and grouping.
    dutch
        ``allowed`` and ``hint`` in Dutch; empty texts fall back to English.

    Examples
    --------
    >>> Fault("tasks", 3, "hours", "-1", "a number of at least 0").row
    3
    """

    table: str
    row: int
    column: str
    came: str
    allowed: str
    hint: str = ""
    kind: str = "other"
    dutch: tuple[str, str] = ("", "")

    def texts(self, *, language: str = "en") -> tuple[str, str]:
        """Return ``(allowed, hint)`` in the language asked for.

        Examples
        --------
        >>> Fault("tasks", 1, "hours", "x", "a number", dutch=("een getal", "")).texts(language="nl")
        ('een getal', '')
        """
        if language == "nl":
            return self.dutch[0] or self.allowed, self.dutch[1] or self.hint
        return self.allowed, self.hint


class InputFaults(MatchmakerError):
    """All faults of all tables at once.

    Parameters
    ----------
    faults
        Every fault found, in the order in which they should be read.

    Examples
    --------
    >>> error = InputFaults([Fault("tasks", 3, "hours", "-1", "a number of at least 0")])
    >>> print(error)
    1 fault in the input.
    <BLANKLINE>
    table  row  column  came  allowed
    tasks    3  hours   -1    a number of at least 0
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__(self.faults)

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"InputFaults({len(self.faults)} faults)"

    def text(self, *, language: str = "en") -> str:
        """Readable, aligned table of the faults; of each kind in one column at most 20 are printed.

        Examples
        --------
        >>> InputFaults([Fault("tasks", 3, "hours", "x", "a number")]).text(language="nl").splitlines()[0]
        '1 fout in de invoer.'
        """
        words = WORDS[language]
        plural = {"en": "s", "nl": "en"}[language] if len(self.faults) != 1 else ""
        title = str(words["title"]).format(n=len(self.faults), s=plural)
        return "\n".join([title, "", *_printed(self.faults, language=language)])

    def to_frame(self) -> pd.DataFrame:
        """Every fault as a row of a pandas frame: table, row, column, came, allowed, hint, kind.

        Examples
        --------
        >>> InputFaults([Fault("tasks", 3, "hours", "x", "a number")]).to_frame().shape
        (1, 7)
        """
        import pandas as pd

        names = ["table", "row", "column", "came", "allowed", "hint", "kind"]
        return pd.DataFrame([[getattr(fault, name) for name in names] for fault in self.faults], columns=names)

    def to_records(self, *, language: str = "en") -> list[dict[str, object]]:
        """Every fault as a plain mapping, for JSON.

        Examples
        --------
        >>> InputFaults([Fault("tasks", 3, "hours", "x", "a number")]).to_records()[0]["column"]
        'hours'
        """
        return [
            {
                "table": fault.table,
                "row": fault.row,
                "column": fault.column,
                "came": fault.came,
                "allowed": fault.texts(language=language)[0],
                "hint": fault.texts(language=language)[1],
                "kind": fault.kind,
            }
            for fault in self.faults
        ]


class UnknownId(MatchmakerError, KeyError):
    """An id was asked for that is not there; says which names look like it.

    Parameters
    ----------
    came
        The id asked for.
    what
        What it should have been: ``"pupil"``, ``"employer"``, ...
    known
        The ids that exist.

    Examples
    --------
    >>> print(UnknownId("p1", what="pupil", known=["p01", "e02"]))
    There is no pupil 'p1'. Hint: Did you mean p01?
    """

    def __init__(self, came: str, what: str, known: Sequence[str] = ()) -> None:
        self.came = came
        self.what = what
        self.known = tuple(known)
        super().__init__(came, what, self.known)

    def __str__(self) -> str:
        return self.text()

    def text(self, *, language: str = "en") -> str:
        """Return the message in English or Dutch.

        Examples
        --------
        >>> UnknownId("p1", what="leerling").text(language="nl")
        "Er is geen leerling 'p1'."
        """
        words = WORDS[language]
        said = str(words["unknown"]).format(what=self.what, came=self.came)
        near = near_names(self.came, known=self.known)
        joined = {"en": " or ", "nl": " of "}[language].join(near)
        return f"{said} {words['hint']}{str(words['near']).format(names=joined)}" if near else said


class MissingExtra(MatchmakerError, ImportError):
    """A package of an optional extra is needed and not installed.

    Examples
    --------
    >>> print(MissingExtra("reading .xlsx", package="python-calamine", extra="excel"))
    reading .xlsx needs python-calamine. Hint: pip install "matchmaker[excel]"
    """

    def __init__(self, doing: str, package: str, extra: str) -> None:
        self.doing, self.package, self.extra = doing, package, extra
        super().__init__(doing, package, extra)

    def __str__(self) -> str:
        return f'{self.doing} needs {self.package}. Hint: pip install "matchmaker[{self.extra}]"'


def _printed(faults: Sequence[Fault], *, language: str) -> list[str]:
    words = WORDS[language]
    counts = Counter((fault.table, fault.column, fault.kind) for fault in faults)
    seen: Counter[tuple[str, str, str]] = Counter()
    rows: list[tuple[tuple[str, ...], list[str]]] = []
    for fault in faults:
        group = (fault.table, fault.column, fault.kind)
        seen[group] += 1
        if seen[group] > PRINTED_OF_A_KIND:
            continue
        allowed, hint = fault.texts(language=language)
        came = _short(fault.came) if fault.came else str(words["empty"])
        below = [f"{words['hint']}{hint}"] if hint else []
        if seen[group] == PRINTED_OF_A_KIND and counts[group] > PRINTED_OF_A_KIND:
            left = counts[group] - PRINTED_OF_A_KIND
            below.append(str(words["more"]).format(n=left, table=fault.table, column=fault.column or "-"))
        rows.append(((fault.table, str(fault.row or "-"), fault.column or "-", came, allowed), below))
    return _aligned(tuple(words["head"]), rows)


def _aligned(head: tuple[str, ...], rows: Sequence[tuple[tuple[str, ...], list[str]]]) -> list[str]:
    widths = [max(len(cells[k]) for cells in [head, *(row for row, _ in rows)]) for k in range(len(head) - 1)]
    indent = " " * (sum(widths[:2]) + 4)
    lines = []
    for cells, below in [(head, []), *rows]:
        padded = [cell.ljust(width) for cell, width in zip(cells, widths, strict=False)]
        padded[1] = cells[1].rjust(widths[1])
        first, *rest = textwrap.wrap(cells[-1], WIDEST_ALLOWED) or [""]
        lines.append("  ".join([*padded, first]).rstrip())
        lines.extend(" " * (sum(widths) + 2 * len(widths)) + line for line in rest)
        lines.extend(indent + line for line in below)
    return lines


def _short(text: str) -> str:
    one_line = " ".join(text.split()) or repr(text)
    return one_line if len(one_line) <= WIDEST_CELL else one_line[: WIDEST_CELL - 3] + "..."
