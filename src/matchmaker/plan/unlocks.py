"""Unlocks: the smallest changes that open most, for one pupil, and for the region within a budget."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matchmaker.errors import MatchmakerError, UnknownId
from matchmaker.plan.rows import Rows

if TYPE_CHECKING:
    import pandas as pd

    from matchmaker.plan.plan import Plan
    from matchmaker.positions import Position

__all__ = ["Unlock", "Unlocks", "unlocks"]


@dataclass(frozen=True)
class Unlock:
    """One small change and what it brings.

    Attributes
    ----------
    kind : str
        For one pupil: ``certificate``, ``level`` (one more), ``support`` (an hour of a jobcoach) or ``travel`` (ten
        minutes); in a pair also two steps of one of these. For a region: ``certificate`` (a course for whoever it
        helps), ``hours`` (of supervision at an employer) or ``place``.
    what : str or None
        Id of the certificate, dimension or employer.
    amount : float
        Level asked for, hours, km or places.
    pupils : tuple of str
        Whom it helps.
    opens : tuple of str
        For one pupil: employers where there was no position before, whoever else is placed. For a region: employers
        where those whom it helps then work.
    placed, points : int
        How many more are placed, and points more, with this change alone (one pupil), or with all that were chosen.
    at_most : int or None
        Proved: with it, no plan that places as many has more than so many points more than this one. None where the
        change is about placing, or the plan has no prices.
    raises : int or None
        The part of `at_most` that is due to the change; the rest is what the plan itself may fall short.
    exact : bool
        Whether `placed` and `points` are those of the best plan of all; else everybody else stays where the plan puts
        them.
    position : Position or None
        What the pupil could then do; for one pupil only.
    text : str
        Sentences.
    second : tuple of (str, str or None, float), or None
        Kind, what and amount of the other change of a pair.

    Examples
    --------
    >>> Unlock("certificate", "vca", 1.0, ("p1",), ("e1",), 1, 900, None, None, True, None, "With the certificate ...")
    <Unlock certificate vca: 1 more placed, 900 points, opens 1>
    """

    kind: str
    what: str | None
    amount: float
    pupils: tuple[str, ...]
    opens: tuple[str, ...]
    placed: int
    points: int
    at_most: int | None
    raises: int | None
    exact: bool
    position: Position | None
    text: str
    second: tuple[str, str | None, float] | None = None

    def __repr__(self) -> str:
        both = [(self.kind, self.what, self.amount), *([self.second] if self.second else [])]
        what = " and ".join(f"{kind} {what or format(amount, 'g')}" for kind, what, amount in both)
        return f"<Unlock {what}: {self.placed} more placed, {self.points} points, opens {len(self.opens)}>"

    def row(self) -> dict[str, Any]:
        """Return the change as one row of a table."""
        return {
            "kind": self.kind,
            "what": self.what or "",
            "amount": self.amount,
            "pupils": "; ".join(self.pupils),
            "opens": "; ".join(self.opens),
            "placed": self.placed,
            "points": self.points,
            "at_most": self.at_most,
            "raises": self.raises,
            "exact": self.exact,
            "second": "" if self.second is None else f"{self.second[0]} {self.second[1] or ''} {self.second[2]:g}",
            "text": self.text,
        }

    def to_document(self) -> dict[str, Any]:
        """Return the change as plain values."""
        position = None if self.position is None else self.position.to_document()
        return {**self.row(), "pupils": list(self.pupils), "opens": list(self.opens), "position": position}


@dataclass(frozen=True)
class Unlocks:
    """Small changes: for one pupil each by itself, best first; for a region those chosen together within a budget.

    Attributes
    ----------
    pupil : str or None
    placed_now : bool
        Whether the pupil is placed in the plan; False for a region.
    language : str
    budget : int
        How many changes were allowed together (region); how many the summary names (pupil).
    changes : Rows of Unlock
    placed, points : int
        What the best change (pupil), or all chosen ones together (region), bring.
    placed_at_most : int
        No choice of changes within the budget places more than so many more pupils.
    exact : bool
        Whether no choice within the budget is better; else everybody else stays where the plan puts them.
    pairs : Rows of Unlock
        For a pupil whom no single change places: pairs of changes that do, the smallest first, at most `budget` many.
    weighed, of : int
        How many pairs were weighed, and how many there are that lift all that stands in the way somewhere; 0 of 0 when
        pairs were not asked for.

    Examples
    --------
    >>> print(Unlocks("p1", False, "nl", 3, Rows(), 0, 0, 0, True))       # doctest: +ELLIPSIS
    Geen enkele kleine verandering opent werk voor p1. ...
    """

    pupil: str | None
    placed_now: bool
    language: str
    budget: int
    changes: Rows[Unlock]
    placed: int
    points: int
    placed_at_most: int
    exact: bool
    pairs: Rows[Unlock] = Rows()
    weighed: int = 0
    of: int = 0

    def __repr__(self) -> str:
        whom = self.pupil or f"region, budget {self.budget}"
        return f"<Unlocks {whom}: {len(self.changes)} changes, {self.placed} more placed, {self.points} points>"

    def __str__(self) -> str:
        return self.summary()

    def to_frame(self) -> pd.DataFrame:
        """Return one row a change, then one a pair."""
        return Rows([*self.changes, *self.pairs]).to_frame()

    def summary(self) -> str:
        """Return the answer in sentences."""
        from matchmaker.show.unlocks import unlocks_text

        return unlocks_text(self)

    def to_document(self) -> dict[str, Any]:
        """Return the answer as plain values."""
        return {
            "pupil": self.pupil,
            "placed_now": self.placed_now,
            "language": self.language,
            "budget": self.budget,
            "placed": self.placed,
            "points": self.points,
            "placed_at_most": self.placed_at_most,
            "exact": self.exact,
            "changes": [one.to_document() for one in self.changes],
            "pairs": [one.to_document() for one in self.pairs],
            "weighed": self.weighed,
            "of": self.of,
        }

    def _repr_html_(self) -> str:
        from matchmaker.show.tables import html_table

        rows = [one.row() for one in (*self.changes, *self.pairs)]
        return html_table(rows, caption=repr(self), below=self.summary())


def unlocks(plan: Plan, pupil: str | None = None, *, budget: int = 3, language: str | None = None) -> Unlocks:
    """Return the smallest changes that open most; see `Plan.unlocks`.

    For one pupil: one certificate, one level more on one dimension, one hour of a jobcoach (so that the employer has to
    supervise an hour less), ten minutes more on the way (2.5 km by bike, at 15 km/h). Where none of these places the
    pupil, pairs of them that together lift what stands in the way at some employer (`plan.pairs`). For the region:
    `budget` courses, hours of supervision and places, chosen together by an integer program, because two pupils may
    need the same work.

    Parameters
    ----------
    plan : Plan
        With its region.
    pupil : str, optional
        Id; None asks for the region.
    budget : int
        At least 1.
    language : str, optional
        ``en`` or ``nl``; by default that of the plan.

    Raises
    ------
    UnknownId
        When the plan does not know the pupil.
    MatchmakerError
        When the budget is below 1, or the plan was read back without its region.
    """
    from matchmaker.plan.unlocks_pupil import unlocks_of_pupil
    from matchmaker.plan.unlocks_region import unlocks_of_region

    chosen = language or plan.language
    if chosen not in ("en", "nl"):
        raise UnknownId(chosen, "language", ("en", "nl"))
    if budget < 1:
        raise MatchmakerError(f"budget: came {budget}, allowed is a whole number of at least 1.")
    if pupil is None:
        return unlocks_of_region(plan, budget=budget, language=chosen)
    plan.placement(pupil)
    return unlocks_of_pupil(plan, pupil, budget=budget, language=chosen)
