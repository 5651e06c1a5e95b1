"""What is told of an opening, and the call list: places, hours of supervision, and work that nobody offers yet."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from matchmaker.plan.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from matchmaker.model import Region
    from matchmaker.plan.kinds import Kind

__all__ = ["Opening", "Openings"]


@dataclass(frozen=True, repr=False)
class Opening:
    """One more place or hour of supervision, and what the plan would surely and at most gain by it.

    Parameters
    ----------
    employer : str or None
        Who would offer it; None for a kind of work that nobody offers yet.
    work : Kind or None
        That kind.
    pupils : tuple of str
        Those not placed who could start there while everybody else stays, the most points first.
    placed : int
        How many more pupils surely are placed with it.
    placed_most : int
        No plan with it places more than so many more.
    least, most : int
        The points that a plan of that number surely has more than the plan, and proved: has more at most. Below 0 when
        the next pupil placed costs points elsewhere.
    value : int
        Where between the two it is by the prices of the plan.
    exact : bool
        Whether the region with it was planned, so that all of these are its plan's.
    supervision : float
        Hours a week more of supervision, or of a jobcoach who takes them over; 0 for a place.

    Examples
    --------
    >>> Opening("e1", None, ("p5",), 1, 1, 900, 960, 930, False)
    <Opening e1: placed +1, points +900 to +960, reaches 1>
    """

    employer: str | None
    work: Kind | None
    pupils: tuple[str, ...]
    placed: int
    placed_most: int
    least: int
    most: int
    value: int
    exact: bool
    supervision: float = 0.0

    @property
    def id(self) -> str:
        """Id of the employer, or of the one who would offer the work."""
        return self.employer or (self.work.id if self.work else "")

    @property
    def reach(self) -> int:
        """How many pupils who are not placed could start there."""
        return len(self.pupils)

    def __repr__(self) -> str:
        points = f"{self.least:+d}" if self.least == self.most else f"{self.least:+d} to {self.most:+d}"
        return f"<Opening {self.id}: placed {self.placed:+d}, points {points}, reaches {self.reach}>"

    def row(self) -> dict[str, Any]:
        """Return the opening as one row of a table."""
        work = self.work
        return {
            "opening": "work" if work else "supervision" if self.supervision else "place",
            "employer": self.employer,
            "family": work.family if work else None,
            "near": work.area.near if work else None,
            "level": work.level if work else None,
            "hours": work.hours if work else None,
            "reach": self.reach,
            "placed": self.placed,
            "placed_at_most": self.placed_most,
            "points_at_least": self.least,
            "points_at_most": self.most,
            "value": self.value,
            "exact": self.exact,
            "pupils": "; ".join(self.pupils),
        }

    def to_document(self) -> dict[str, Any]:
        """Return the opening as plain values."""
        work = None if self.work is None else dataclasses.asdict(self.work)
        if work is not None:
            work["dimensions"] = list(work["dimensions"])
        return {**self.row(), "pupils": list(self.pupils), "work": work}

    def added_to(self, region: Region) -> Region:
        """Return the region with this opening, to plan with."""
        if self.work is not None:
            return self.work.added_to(region)
        employer = region.employers.get(str(self.employer))
        more: dict[str, Any] = {"places": employer.places + 1}
        if self.supervision:
            more = {"supervision_hours": employer.supervision_hours + self.supervision}
        return region.replace(employers=region.employers.with_row(employer.id, **more))


@dataclass(frozen=True, repr=False)
class Openings:
    """A call list: where a place or an hour of supervision helps, and which work to look for; what helps most first.

    Attributes
    ----------
    places, work, hours : rows of Opening
        One more place, work that nobody offers yet, one more hour a week of supervision or of a jobcoach.
    unplaced : int
        How many pupils are not placed.
    optimal : bool
        Whether the plan is proved the best.
    room : int
        How many points more than the plan has the best plan may have at most.
    language : str
    names : mapping of str to mapping
        By language: ids of employers, families and dimensions to what they are called.
    """

    places: Rows[Opening]
    work: Rows[Opening]
    unplaced: int
    optimal: bool
    room: int
    language: str
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    hours: Rows[Opening] = Rows()

    def __repr__(self) -> str:
        return f"<Openings: {len(self.places)} employers, {len(self.work)} kinds of work>"

    def __str__(self) -> str:
        return self.summary()

    def summary(self, *, language: str | None = None, most: int = 10) -> str:
        """Return the call list as sentences, at most so many of each kind."""
        from matchmaker.show.openings import openings_text

        return openings_text(self, language=language or self.language, most=most)

    def to_frame(self) -> pd.DataFrame:
        """Return one row an opening: the places, the hours of supervision, then the work."""
        return Rows([*self.places, *self.hours, *self.work]).to_frame()

    def to_document(self) -> dict[str, Any]:
        """Return the openings as plain values."""
        return {
            "places": [one.to_document() for one in self.places],
            "hours": [one.to_document() for one in self.hours],
            "work": [one.to_document() for one in self.work],
            "unplaced": self.unplaced,
            "optimal": self.optimal,
            "room": self.room,
            "text": self.summary(),
        }

    def _repr_html_(self) -> str:
        from matchmaker.show.tables import html_table

        return html_table(
            [one.row() for one in (*self.places, *self.hours, *self.work)], caption=repr(self), below=self.summary()
        )
