"""Few changes: what it gains to move more or fewer pupils away from where an earlier plan has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matchmaker.errors import MatchmakerError
from matchmaker.plan.match import Progress, match
from matchmaker.plan.rows import Rows

if TYPE_CHECKING:
    from matchmaker.model import Region
    from matchmaker.plan.plan import Plan

__all__ = ["TradeOff", "TradeOffs", "trade_off"]

COSTS = (0, 10, 25, 50, 100, 200, 400)


@dataclass(frozen=True)
class TradeOff:
    """One point of the curve: what a move must gain, how many pupils then move, and what the plan has.

    Attributes
    ----------
    move_cost : int
        Points that moving a pupil must gain.
    moved : int
        Pupils placed in both plans, at another employer.
    no_longer_placed, newly_placed : int
    placed, points : int
        Of the plan found.
    bound : int
        Proved: no plan that places as many has more points.
    plan : Plan

    Examples
    --------
    >>> TradeOff(10, 4, 0, 1, 9, 7657, 7700, None).row()["moved"]
    4
    """

    move_cost: int
    moved: int
    no_longer_placed: int
    newly_placed: int
    placed: int
    points: int
    bound: int
    plan: Plan | None

    def __repr__(self) -> str:
        return f"<TradeOff at {self.move_cost}: {self.moved} moved, {self.placed} placed, {self.points} points>"

    def row(self) -> dict[str, Any]:
        """Return the point as one row of a table."""
        names = ("move_cost", "moved", "no_longer_placed", "newly_placed", "placed", "points", "bound")
        return {name: getattr(self, name) for name in names}

    def to_document(self) -> dict[str, Any]:
        """Return the point as plain values."""
        return self.row()


class TradeOffs(Rows[TradeOff]):
    """The curve: one point for each cost of a move, lowest first; it reads as sentences and shows as a table.

    Examples
    --------
    >>> points = [TradeOff(0, 4, 0, 1, 9, 7657, 7657, None), TradeOff(50, 2, 0, 1, 9, 7600, 7657, None)]
    >>> print(TradeOffs(points).summary().splitlines()[2])                  # doctest: +NORMALIZE_WHITESPACE
    - At least 50 points: 2 pupils move. 1 is placed who was not. 9 placed, 7600 points, 57 fewer for 2 moves less.
    """

    __slots__ = ()

    def summary(self, *, language: str | None = None) -> str:
        """Return the curve as sentences, in the language of its plans unless another is asked for."""
        from matchmaker.show.few_changes import trade_off_text

        own = next((one.plan.language for one in self if one.plan is not None), "en")
        return trade_off_text(self, language=language or own)

    def __str__(self) -> str:
        return self.summary()


def trade_off(
    region: Region, *, previous: Plan, costs: Sequence[int] = COSTS, progress: Progress | None = None
) -> TradeOffs:
    """Plan a region anew for several costs of a move, and show what fewer moves cost.

    Every plan begins with the earlier one; a plan found for a lower cost also stands for a higher one when it is better
    there, so that the curve never bends the wrong way because of a search.

    Parameters
    ----------
    region : Region
    previous : Plan
    costs : sequence of int
        Points that moving a pupil must gain, each at least 0.
    progress : callable, optional
        As for `match`.

    Returns
    -------
    TradeOffs
        Rows of TradeOff by cost, lowest first; `summary()` has them as sentences.

    Raises
    ------
    MatchmakerError
        When there is no cost, or one below 0.

    Examples
    --------
    >>> import matchmaker as mm
    >>> region = mm.read_region(mm.town().parent / "tiny")                  # doctest: +SKIP
    >>> trade_off(region, previous=mm.match(region), costs=[0, 100])        # doctest: +SKIP
    <Rows: [<TradeOff at 0: ...
    """
    if not costs or min(costs) < 0:
        raise MatchmakerError(f"costs: came {list(costs)}, allowed are whole numbers of at least 0, one or more.")
    plans = [match(region, previous=previous, move_cost=cost, progress=progress) for cost in sorted(set(costs))]
    points = [_point(0, previous, plan) for plan in plans]

    def best_at(cost: int) -> TradeOff:
        return max(points, key=lambda one: (*_aims_of(one, cost), -one.moved))

    return TradeOffs(_point(cost, previous, best_at(cost).plan) for cost in sorted(set(costs)))


def _aims_of(one: TradeOff, cost: int) -> list[int]:
    """How a plan does on each aim, in the order of the policy, when every move has to be paid for."""
    assert one.plan is not None
    placed = {position.pupil: position.employer for position in one.plan.placements}
    decided = one.plan.ledger.region.decisions
    values = {
        "fixed": sum(row.kind == "fixed" and placed.get(row.pupil) == row.employer for row in decided),
        "placed": one.placed,
        "hardest": one.plan.groups["hardest"].get("yes", {"placed": 0})["placed"],
        "points": one.points - cost * one.moved,
    }
    return [values[aim] for aim in one.plan.policy["order"]]


def _point(cost: int, previous: Plan, plan: Plan | None) -> TradeOff:
    assert plan is not None
    old = {one.pupil: one.employer for one in previous.placements}
    new = {one.pupil: one.employers for one in plan.placements}
    known = {one.pupil for one in plan.placements} | {one.pupil for one in plan.not_placed}
    moved = sum(employer not in new[pupil] for pupil, employer in old.items() if pupil in new)
    lost = sum(pupil not in new for pupil in old if pupil in known)
    return TradeOff(cost, moved, lost, len(new.keys() - old.keys()), plan.placed, plan.points, plan.bound, plan)
