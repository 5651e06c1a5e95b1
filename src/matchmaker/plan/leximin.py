"""What a plan reached for those with the lowest points, and how far that is proved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matchmaker.plan.plan import Plan

__all__ = ["Leximin", "leximin_of", "lowest_points"]


@dataclass(frozen=True)
class Leximin:
    """The lowest points of anybody placed, with what is proved about them.

    Parameters
    ----------
    lowest
        Points; None when nobody is placed.
    bound
        No plan that does as well on the aims before leximin has its lowest points above this.
    levels
        Of so many pupils, counted from the lowest, it is proved that no such plan does better, all before them being
        equal.
    placed
        Number of pupils placed.

    Examples
    --------
    >>> Leximin(lowest=340, bound=529, levels=0, placed=37).proved
    False
    """

    lowest: int | None
    bound: int | None
    levels: int
    placed: int

    @property
    def proved(self) -> bool:
        """Whether the lowest points are proved to be as high as can be."""
        return self.lowest == self.bound


def leximin_of(plan: Plan) -> Leximin | None:
    """Return what a plan's steps say about leximin; None when it is no aim of the plan."""
    step = next((step for step in reversed(plan.steps) if step["name"] == "leximin"), None)
    if step is None:
        return None
    return Leximin(step["lowest"], step["bound"], int(step["levels"]), plan.placed)


def lowest_points(plan: Plan) -> int:
    """Return the lowest points of anybody placed, 0 when nobody is."""
    return min((one.points for one in plan.placements), default=0)
