"""Why a pupil is not placed, as records: reasons counted by rule, and the employers that came nearest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from matchmaker.positions import Violation

__all__ = ["Nearest", "Reason", "Unplaced"]


@dataclass(frozen=True)
class Reason:
    """One rule, and the number of employers at which it is the first that leaves nothing.

    Examples
    --------
    >>> Reason("travel", 12, "12 employers are too far away.").count
    12
    """

    rule: str
    count: int
    text: str


@dataclass(frozen=True)
class Nearest:
    """An employer that came near: the position there that breaks least, and what is missing for it.

    Parameters
    ----------
    employer
        Id.
    kind, hours, points, tasks
        Of the position.
    missing
        What stands in the way, rule by rule.

    Examples
    --------
    >>> Nearest("e1", "carved", 4.0, 900, {"t1": 4.0}, (Violation("travel", "Too far: 9 km, at most 8 km."),)).text
    'Too far: 9 km, at most 8 km.'
    """

    employer: str
    kind: str
    hours: float
    points: int
    tasks: Mapping[str, float]
    missing: tuple[Violation, ...]

    @property
    def text(self) -> str:
        """All that is missing, as sentences."""
        return " ".join(one.text for one in self.missing)

    def to_document(self) -> dict[str, Any]:
        """Return the record as in ``plan.json``."""
        return {
            "employer": self.employer,
            "kind": self.kind,
            "hours": self.hours,
            "points": self.points,
            "tasks": [{"task": task, "hours": hours} for task, hours in self.tasks.items()],
            "missing": [{"rule": one.rule, "text": one.text} for one in self.missing],
            "text": self.text,
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Nearest:
        """Read a record as `to_document` wrote it."""
        return cls(
            employer=document["employer"],
            kind=document["kind"],
            hours=document["hours"],
            points=document["points"],
            tasks={row["task"]: row["hours"] for row in document["tasks"]},
            missing=tuple(Violation(one["rule"], one["text"]) for one in document["missing"]),
        )


@dataclass(frozen=True)
class Unplaced:
    """A pupil without a position: the counts of all reasons add up to the number of employers.

    Examples
    --------
    >>> Unplaced("p1", (Reason("travel", 2, "2 employers are too far away."),), ()).row()["pupil"]
    'p1'
    """

    pupil: str
    reasons: tuple[Reason, ...]
    nearest: tuple[Nearest, ...]

    def __repr__(self) -> str:
        return f"<Unplaced {self.pupil}: {', '.join(f'{one.rule} {one.count}' for one in self.reasons)}>"

    def row(self) -> dict[str, Any]:
        """Return the record as one row of a table."""
        nearest = self.nearest[0] if self.nearest else None
        return {
            "pupil": self.pupil,
            "reasons": "; ".join(f"{one.rule} {one.count}" for one in self.reasons),
            "text": " ".join(one.text for one in self.reasons),
            "nearest": nearest.employer if nearest else "",
            "missing": nearest.text if nearest else "",
        }

    def to_document(self) -> dict[str, Any]:
        """Return the record as in ``plan.json``."""
        return {
            "pupil": self.pupil,
            "reasons": [{"rule": one.rule, "count": one.count, "text": one.text} for one in self.reasons],
            "nearest": [one.to_document() for one in self.nearest],
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Unplaced:
        """Read a record as `to_document` wrote it."""
        return cls(
            pupil=document["pupil"],
            reasons=tuple(Reason(**one) for one in document["reasons"]),
            nearest=tuple(Nearest.from_document(one) for one in document["nearest"]),
        )
