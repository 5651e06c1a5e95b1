"""Two plans subtract: who moved, and what it changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matchmaker.plan.rows import Rows

if TYPE_CHECKING:
    import pandas as pd

    from matchmaker.plan.plan import Plan
    from matchmaker.positions import Position

__all__ = ["Difference", "Move", "difference"]


@dataclass(frozen=True)
class Move:
    """One pupil whose position differs between two plans; None stands for not placed, or not in that plan.

    Examples
    --------
    >>> Move("p1", "e1", None, 900, None).points
    -900
    """

    pupil: str
    before: str | None
    after: str | None
    points_before: int | None
    points_after: int | None

    @property
    def points(self) -> int:
        """What the pupil's position gains in points."""
        return (self.points_after or 0) - (self.points_before or 0)

    def row(self) -> dict[str, Any]:
        """Return the move as one row of a table."""
        return {
            "pupil": self.pupil,
            "before": self.before or "-",
            "after": self.after or "-",
            "points_before": self.points_before,
            "points_after": self.points_after,
            "points": self.points,
        }


@dataclass(frozen=True)
class Difference:
    """What differs between two plans: totals, and one row for each pupil whose position is another one.

    Examples
    --------
    >>> Difference(placed=1, points=900, moves=Rows([Move("p1", None, "e1", None, 900)]))
    <Difference: placed +1, points +900, 1 pupil with another position>
    """

    placed: int
    points: int
    moves: Rows[Move]

    def __repr__(self) -> str:
        pupils = f"{len(self.moves)} pupil{'' if len(self.moves) == 1 else 's'} with another position"
        return f"<Difference: placed {self.placed:+d}, points {self.points:+d}, {pupils}>"

    def to_frame(self) -> pd.DataFrame:
        """Return one row a move."""
        return self.moves.to_frame()

    def _repr_html_(self) -> str:
        from matchmaker.show.tables import html_table

        return html_table([move.row() for move in self.moves], caption=repr(self))


def difference(before: Plan, after: Plan) -> Difference:
    """Return who has another position in `after` than in `before`, by pupil; the same as ``after - before``."""
    old = {one.pupil: one for one in before.placements}
    new = {one.pupil: one for one in after.placements}
    moves = [_move(name, old.get(name), new.get(name)) for name in sorted({*old, *new})]
    changed = [move for move in moves if _work(old.get(move.pupil)) != _work(new.get(move.pupil))]
    return Difference(after.placed - before.placed, after.points - before.points, Rows(changed))


def _move(pupil: str, old: Position | None, new: Position | None) -> Move:
    return Move(
        pupil,
        old.employer if old else None,
        new.employer if new else None,
        old.points if old else None,
        new.points if new else None,
    )


def _work(position: Position | None) -> object:
    return position and (position.employer, position.kind, position.function, dict(position.tasks))
