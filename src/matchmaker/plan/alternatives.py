"""Alternatives: the best other positions for a pupil, each in a plan that stays good for everyone."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from matchmaker.plan.forced import forced
from matchmaker.plan.prices import (
    breaks_a_decision,
    hardest_change,
    hardest_of,
    language_of,
    number_of,
    own_margins,
    whole,
)
from matchmaker.plan.rows import Rows
from matchmaker.positions import Labels

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from matchmaker.plan.difference import Move
    from matchmaker.plan.forced import Forced
    from matchmaker.plan.plan import Plan
    from matchmaker.positions import Position

__all__ = ["Alternative", "Alternatives", "alternatives"]

MORE = 3
"""How many employers more than asked are tried in a large region when the first ones turn out impossible."""


@dataclass(frozen=True)
class Alternative:
    """One other position for a pupil, in the plan found with this pupil at that employer.

    Parameters
    ----------
    position : Position
        What the pupil would do there.
    placed, hardest : int
        How many more (or fewer, below 0) that plan places, in all and of the hardest to place.
    least : int
        Proved: every plan with this pupil there that places as many as the one found has at least so many points less
        than the plan. Below 0 where it is not excluded that such a plan has more points.
    loss : int
        How many points the plan found has less.
    moves : rows of Move
        Who else would have another position.
    exact : bool
        Whether the plan found is proved the best with this pupil there.

    Examples
    --------
    >>> from matchmaker.plan import Rows
    >>> from matchmaker.positions import Position
    >>> there = Position("p1", "e1", "carved", None, 4.0, 0.0, 900, {"t1": 4.0}, {"t1": {"mo-am": 4.0}}, ())
    >>> Alternative(there, placed=0, hardest=0, least=20, loss=35, moves=Rows(), exact=False)
    <Alternative p1 at e1: loses 20 to 35 points, 0 others move>
    """

    position: Position
    placed: int
    hardest: int
    least: int
    loss: int
    moves: Rows[Move]
    exact: bool

    @property
    def employer(self) -> str:
        """Id of the employer."""
        return self.position.employer

    def row(self) -> dict[str, Any]:
        """Return the alternative as one row of a table."""
        return {
            "pupil": self.position.pupil,
            "employer": self.employer,
            "kind": self.position.kind,
            "hours": self.position.hours,
            "points": self.position.points,
            "placed": self.placed,
            "hardest": self.hardest,
            "loss_at_least": self.least,
            "loss_at_most": self.loss,
            "exact": self.exact,
            "moves": "; ".join(f"{move.pupil} {move.before or '-'} > {move.after or '-'}" for move in self.moves),
        }

    def to_document(self) -> dict[str, Any]:
        """Return the alternative as plain values."""
        return {
            **self.row(),
            "tasks": dict(self.position.tasks),
            "moves": [move.row() for move in self.moves],
        }

    def __repr__(self) -> str:
        who = f"{self.position.pupil} at {self.employer}"
        placed = f"placed {self.placed:+d}, " if self.placed else ""
        low = "" if self.least == self.loss else f"{self.least} to "
        return f"<Alternative {who}: {placed}loses {low}{self.loss} points, {len(self.moves)} others move>"


@dataclass(frozen=True, repr=False)
class Alternatives:
    """The best other positions of a pupil, best for the whole plan first.

    Attributes
    ----------
    pupil, language : str
    present : Position or None
        Where the plan places the pupil.
    rows : rows of Alternative
    employers : int
        How many other employers are in reach of the pupil; those that are not among `rows` were not weighed further.
    complete : bool
        Whether it is proved that no other employer comes before those listed.
    optimal : bool
        Whether the plan itself is proved the best.
    room : int
        How many points more than the plan has the best plan may have at most.
    names : mapping of str to str
        Ids of employers to id and name.
    """

    pupil: str
    language: str
    present: Position | None
    rows: Rows[Alternative]
    employers: int
    complete: bool
    optimal: bool
    room: int
    names: Mapping[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Alternative]:
        return iter(self.rows)

    def __getitem__(self, place: int) -> Alternative:
        return self.rows[place]

    def __repr__(self) -> str:
        listed = ", ".join(f"{one.employer} {-one.loss:+d}" for one in self.rows)
        return f"<Alternatives {self.pupil}: {listed or 'none'}>"

    def __str__(self) -> str:
        return self.summary()

    def summary(self, *, language: str | None = None) -> str:
        """Return the alternatives as sentences."""
        from matchmaker.show.alternatives import alternatives_text

        return alternatives_text(self, language=language or self.language)

    def to_frame(self) -> pd.DataFrame:
        """Return one row an alternative."""
        return self.rows.to_frame()

    def to_document(self) -> dict[str, Any]:
        """Return the alternatives as plain values."""
        return {
            "pupil": self.pupil,
            "present": self.present.employer if self.present else None,
            "alternatives": [one.to_document() for one in self.rows],
            "employers": self.employers,
            "complete": self.complete,
            "optimal": self.optimal,
            "room": self.room,
            "text": self.summary(),
        }

    def _repr_html_(self) -> str:
        from matchmaker.show.tables import html_table

        return html_table([one.row() for one in self.rows], caption=repr(self), below=self.summary())


def alternatives(plan: Plan, pupil: str, *, k: int = 3, language: str | None = None) -> Alternatives:
    """Return the best other positions for a pupil; see `Plan.alternatives`.

    All employers in reach are ranked by prices; the first ones are then planned with the pupil there. In a plan that is
    proved optimal as many are planned as it takes to prove that no other one comes before the `k` listed.

    Parameters
    ----------
    plan : Plan
    pupil : str
        Id.
    k : int
        How many at most.
    language : str, optional
        ``en`` or ``nl``.

    Raises
    ------
    UnknownId
        When the plan does not know the pupil.
    MatchmakerError
        When the plan was read back and knows no prices.
    """
    chosen = language_of(plan, language)
    search = _Search(plan, pupil)
    found, complete = search.best(max(k, 0))
    labels, present = Labels(plan.ledger.region, chosen), search.present
    shown = {name for one in found for move in one.moves for name in (move.before, move.after) if name}
    shown |= {one.employer for one in found} | ({present.employer} if present else set())
    return Alternatives(
        pupil=pupil,
        language=chosen,
        present=present,
        rows=Rows(found),
        employers=len(search.options),
        complete=complete,
        optimal=plan.status == "optimal",
        room=plan.bound - plan.points,
        names={name: labels.employer(name) for name in sorted(shown)},
    )


class _Search:
    """Plans with one pupil at one employer after the other, the one with the highest bound first."""

    def __init__(self, plan: Plan, pupil: str) -> None:
        self.plan, self.pupil, self.present = plan, pupil, plan.placement(pupil)
        self.margins = own_margins(plan, plan.ledger.row("pupil", pupil))
        self.bound = self.margins.forced(number_of(plan))
        here = -1 if self.present is None else plan.ledger.row("employer", self.present.employer)
        options = np.flatnonzero((self.margins.employer != here) & (self.margins.worth > -np.inf))
        self.options = options[np.argsort(-self.bound[options], kind="stable")].tolist()

    @cached_property
    def hardest(self) -> frozenset[str]:
        """Who is hardest to place; looked up only when somebody else is placed."""
        return hardest_of(self.plan)

    def best(self, k: int) -> tuple[list[Alternative], bool]:
        """Return the k best, and whether it is proved that no other employer comes before them."""
        found: list[Alternative] = []
        proved = self.plan.status == "optimal"
        for tried, option in enumerate(self.options):
            if not proved and (len(found) >= k or tried >= k + MORE):
                return found[:k], False
            if proved and len(found) >= k and self._settled(found[:k], option):
                return found[:k], True
            one = forced(self.plan, self.pupil, self._employer(option))
            if one.possible and not breaks_a_decision(self.plan, one.moves):
                found.append(self._alternative(one, option))
                found.sort(key=lambda one: (-one.placed, -one.hardest, one.loss, one.employer))
        return found[:k], proved and all(one.exact for one in found)

    def _employer(self, option: int) -> str:
        return str(self.plan.ledger.problem.employers.ids[self.margins.employer[option]])

    def _settled(self, found: list[Alternative], option: int) -> bool:
        """Say whether no option from this one on can come before those found.

        A plan that is proved the best is beaten on no aim: an alternative that keeps every count comes before all that
        do not, and among those that do, the points decide.
        """
        most = whole(self.bound[option])
        kept = all(one.exact and one.placed == one.hardest == 0 for one in found)
        return kept and (most is None or all(self.plan.points - one.loss > most for one in found))

    def _alternative(self, one: Forced, option: int) -> Alternative:
        assert one.position is not None
        placed = one.placed - self.plan.placed
        number = number_of(self.plan)
        most = whole(float(self.margins.forced(None if number is None else one.placed)[option]))
        if placed == 0:
            most = one.bound if most is None else min(most, one.bound)
        loss = self.plan.points - one.points
        return Alternative(
            position=one.position,
            placed=placed,
            hardest=hardest_change(one.moves, self.hardest) if _others_placed(one) else 0,
            least=loss if one.exact or most is None else min(loss, self.plan.points - most),
            loss=loss,
            moves=Rows(move for move in one.moves if move.pupil != one.pupil),
            exact=one.exact,
        )


def _others_placed(one: Forced) -> bool:
    return any((move.before is None) != (move.after is None) for move in one.moves)
