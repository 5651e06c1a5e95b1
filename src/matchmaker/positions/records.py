"""What is said about a position: contributions, violations, timetable. Plain frozen records, in one language."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Contribution", "Part", "Position", "Violation"]


@dataclass(frozen=True)
class Part:
    """The share of one dimension in the contribution `fit`.

    Parameters
    ----------
    dimension
        Id of the dimension.
    asked
        Highest level that a task of the position asks.
    estimated
        Level estimated; None when it was never observed.
    points
        Whole points; the parts of a contribution add up to it.
    text
        One sentence.

    Examples
    --------
    >>> Part("drive", asked=3, estimated=None, points=-12, text="Drive: asks 3, never observed.").points
    -12
    """

    dimension: str
    asked: int
    estimated: int | None
    points: int
    text: str


@dataclass(frozen=True)
class Contribution:
    """One named part of a position's points, with its sentence.

    Examples
    --------
    >>> Contribution("travel", -26, "The way to work: 4.4 km.").points
    -26
    """

    name: str
    points: int
    text: str
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True)
class Violation:
    """One thing about a position that a hard rule forbids.

    Examples
    --------
    >>> Violation("travel", "Too far: 12 km, at most 8 km.").rule
    'travel'
    """

    rule: str
    text: str


@dataclass(frozen=True)
class Position:
    """Work for one pupil at one employer, or at two: tasks with hours, timetable, points and reasons.

    Parameters
    ----------
    pupil, employer
        Ids; of two employers the one with most hours, ties by id.
    kind
        ``vacancy`` (a whole open function) or ``carved``.
    function
        Id of the function that is vacant; None for a carved position.
    hours, support_hours
        Hours a week of work, and of somebody's support; at two employers, the support at each.
    points
        Sum of the contributions.
    tasks
        Task id to hours a week.
    timetable
        Task id to moment to hours; empty when the week does not hold the tasks.
    contributions
        Add up to `points` exactly.
    to_observe
        Dimensions that the tasks ask and nobody has observed.
    violations
        What the hard rules forbid about it; empty for every position in a plan.
    second
        Id of the other employer of a position at two; None for every other position.
    at
        Task id to the employer where it is, of a position at two; else empty.

    Examples
    --------
    >>> Position("p1", "e1", "carved", None, 4.0, 0.0, 900, {"t1": 4.0}, {"t1": {"mo-am": 4.0}}, ()).allowed
    True
    """

    pupil: str
    employer: str
    kind: Literal["vacancy", "carved"]
    function: str | None
    hours: float
    support_hours: float
    points: int
    tasks: Mapping[str, float]
    timetable: Mapping[str, Mapping[str, float]]
    contributions: tuple[Contribution, ...]
    to_observe: tuple[str, ...] = ()
    violations: tuple[Violation, ...] = ()
    second: str | None = None
    at: Mapping[str, str] = field(default_factory=dict)

    @property
    def employers(self) -> tuple[str, ...]:
        """The one employer, or both."""
        return (self.employer,) if self.second is None else (self.employer, self.second)

    @property
    def allowed(self) -> bool:
        """Whether no hard rule stands in the way."""
        return not self.violations

    def __repr__(self) -> str:
        said = f"{self.pupil} at {' and '.join(self.employers)}, {self.kind}, {self.hours:g} h, {self.points} points"
        return f"<Position {said}{'' if self.allowed else f', {len(self.violations)} violations'}>"

    def row(self) -> dict[str, Any]:
        """Return the position as one row of a table; the second employer has a column only where there is one."""
        return {
            "pupil": self.pupil,
            "employer": self.employer,
            **({} if self.second is None else {"second": self.second}),
            "kind": self.kind,
            "hours": self.hours,
            "support_hours": self.support_hours,
            "points": self.points,
            "tasks": "; ".join(f"{task} {hours:g}" for task, hours in self.tasks.items()),
            "to_observe": "; ".join(self.to_observe),
        }

    def to_frame(self) -> pd.DataFrame:
        """Return the contributions as a frame, the parts of each below it."""
        import pandas as pd

        rows: list[dict[str, Any]] = []
        for one in self.contributions:
            rows.append({"name": one.name, "points": one.points, "text": one.text})
            rows += [{"name": one.name, "part_points": part.points, **_facts(part)} for part in one.parts]
        columns = ["name", "points", "dimension", "asked", "estimated", "part_points", "text"]
        return pd.DataFrame(rows, columns=columns)

    def to_document(self) -> dict[str, Any]:
        """Return the position as in ``plan.json``."""
        document: dict[str, Any] = {
            "pupil": self.pupil,
            "employer": self.employer,
            **({} if self.second is None else {"second": self.second}),
            "kind": self.kind,
            "function": self.function,
            "hours": self.hours,
            "support_hours": self.support_hours,
            "points": self.points,
            "tasks": [
                {
                    "task": task,
                    **({"employer": self.at[task]} if task in self.at else {}),
                    "hours": hours,
                    "timetable": dict(self.timetable.get(task, {})),
                }
                for task, hours in self.tasks.items()
            ],
            "contributions": [_contribution_document(one) for one in self.contributions],
            "to_observe": list(self.to_observe),
        }
        if self.violations:
            document["violations"] = [{"rule": one.rule, "text": one.text} for one in self.violations]
        return document

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Position:
        """Read a position as `to_document` wrote it."""
        return cls(
            pupil=document["pupil"],
            employer=document["employer"],
            kind=document["kind"],
            function=document.get("function"),
            hours=document["hours"],
            support_hours=document["support_hours"],
            points=document["points"],
            tasks={row["task"]: row["hours"] for row in document["tasks"]},
            timetable={row["task"]: dict(row["timetable"]) for row in document["tasks"]},
            contributions=tuple(_contribution(one) for one in document["contributions"]),
            to_observe=tuple(document["to_observe"]),
            violations=tuple(Violation(one["rule"], one["text"]) for one in document.get("violations", ())),
            second=document.get("second"),
            at={row["task"]: row["employer"] for row in document["tasks"] if "employer" in row},
        )

    def _repr_html_(self) -> str:
        rows = [(one.name, str(one.points), one.text) for one in self.contributions]
        rows += [(f"&#10007; {one.rule}", "", one.text) for one in self.violations]
        cells = "".join(
            f"<tr><td>{name}</td><td>{points}</td><td>{html.escape(text)}</td></tr>" for name, points, text in rows
        )
        caption = html.escape(f"{self.pupil}, {' + '.join(self.employers)}: {self.hours:g} h, {self.points}")
        return f"<table><caption>{caption}</caption>{cells}</table>"


def _facts(part: Part) -> dict[str, Any]:
    return {"dimension": part.dimension, "asked": part.asked, "estimated": part.estimated, "text": part.text}


def _contribution_document(one: Contribution) -> dict[str, Any]:
    document: dict[str, Any] = {"name": one.name, "points": one.points, "text": one.text}
    if one.parts:
        document["parts"] = [{**_facts(part), "points": part.points} for part in one.parts]
    return document


def _contribution(document: Mapping[str, Any]) -> Contribution:
    parts = tuple(Part(**part) for part in document.get("parts", ()))
    return Contribution(document["name"], document["points"], document["text"], parts)
