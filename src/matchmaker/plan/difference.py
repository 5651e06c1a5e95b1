"""Two plans subtract: who moved, who gains and who loses, which aim it pays, and whether that is certain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from matchmaker.plan.change import Change
from matchmaker.plan.leximin import lowest_points
from matchmaker.plan.rows import Rows

if TYPE_CHECKING:
    import pandas as pd

    from matchmaker.plan.plan import Plan
    from matchmaker.positions import Position

__all__ = ["Certainty", "Difference", "Move", "Tally", "difference"]


@dataclass(frozen=True)
class Move:
    """One pupil whose position differs between two plans; None stands for not placed, or not in that plan.

    Parameters
    ----------
    pupil
        Id.
    before, after
        Ids of the employers.
    points_before, points_after
        Of the positions.
    gone, new
        Whether only the earlier plan, or only the later one, knows the pupil.

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
    gone: bool = False
    new: bool = False

    @property
    def points(self) -> int:
        """What the pupil's position gains in points."""
        return (self.points_after or 0) - (self.points_before or 0)

    @property
    def kind(self) -> str:
        """``placed``, ``unplaced``, ``moved`` (to another employer), ``stayed``; ``new`` or ``gone`` (from the region).

        Examples
        --------
        >>> Move("p1", "e1", "e2", 900, 950).kind
        'moved'
        """
        if self.new or self.gone:
            return "new" if self.new else "gone"
        if self.before is None or self.after is None:
            return "placed" if self.before is None else "unplaced"
        return "stayed" if self.before == self.after else "moved"

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
class Tally:
    """A number of the earlier plan beside that of the later one.

    Examples
    --------
    >>> Tally("placed", 9, 10).change
    1
    """

    name: str
    before: int
    after: int

    @property
    def change(self) -> int:
        """What it grows by."""
        return self.after - self.before

    def row(self) -> dict[str, Any]:
        """Return the numbers as one row of a table."""
        return {"name": self.name, "before": self.before, "after": self.after, "change": self.change}


@dataclass(frozen=True)
class Certainty:
    """What is proved of the difference between the best plans, by the bounds of the two plans that were found.

    Attributes
    ----------
    aim : str or None
        The first aim, in the order of the policy, on which the plans differ; None when they do equally well.
    certain : bool
        Whether the best plans are proved to differ on it in the same direction (or, without an aim, to do equally
        well).
    optimal : bool
        Whether both plans are proved to be the best.
    low, high : int or None
        Between these lies what the points of the best plans differ by, among plans that do as well as the ones found on
        the aims before points; None when the two found do not do equally well on those.
    placed_before, placed_after : int or None
        Bounds on the number placed.

    Examples
    --------
    >>> Certainty("points", certain=False, optimal=False, low=-40, high=90).certain
    False
    """

    aim: str | None = None
    certain: bool = False
    optimal: bool = False
    low: int | None = None
    high: int | None = None
    placed_before: int | None = None
    placed_after: int | None = None

    def to_document(self) -> dict[str, Any]:
        """Return the record as plain values."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(frozen=True)
class Difference:
    """What differs between two plans: totals, and one row for each pupil whose position is another one.

    Attributes
    ----------
    placed, points : int
        What the number placed, and the points, grow by.
    moves : Rows of Move
        Pupils with another position, by pupil.
    rescored : Rows of Move
        Pupils with the same position that now has other points. The points of these and of `moves` add up to `points`.
    pupils : int
        Of the later plan.
    aims, contributions : Rows of Tally
        What the plans reach on every aim, in the order of the policy (of fixed decisions: how many are not kept);
        points by contribution, which add up.
    certainty : Certainty
    changes : tuple of Change
        What was changed in between, when the later plan is a what-if on the earlier one.
    told : mapping of str to tuple of str
        Language to the sentences of these changes.
    names : mapping of str to str
        Id to id and name of employers, when a region is known.
    language : str

    Examples
    --------
    >>> Difference(placed=1, points=900, moves=Rows([Move("p1", None, "e1", None, 900)]))
    <Difference: placed +1, points +900, 1 pupil with another position>
    """

    placed: int
    points: int
    moves: Rows[Move]
    rescored: Rows[Move] = Rows()
    pupils: int = 0
    aims: Rows[Tally] = Rows()
    contributions: Rows[Tally] = Rows()
    certainty: Certainty = field(default_factory=Certainty)
    changes: tuple[Change, ...] = ()
    told: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    language: str = "en"

    @property
    def newly_placed(self) -> Rows[Move]:
        """Pupils placed in the later plan only."""
        return Rows(move for move in self.moves if move.before is None)

    @property
    def no_longer_placed(self) -> Rows[Move]:
        """Pupils placed in the earlier plan only."""
        return Rows(move for move in self.moves if move.after is None)

    @property
    def gains(self) -> Rows[Move]:
        """Pupils with more points than before, most first; of those whom both plans know."""
        return Rows(sorted((move for move in self._all if move.points > 0), key=lambda move: -move.points))

    @property
    def losses(self) -> Rows[Move]:
        """Pupils with fewer points than before, most lost first; of those whom both plans know."""
        return Rows(sorted((move for move in self._all if move.points < 0), key=lambda move: move.points))

    @property
    def _all(self) -> list[Move]:
        known = [move for move in (*self.moves, *self.rescored) if not (move.new or move.gone)]
        return sorted(known, key=lambda move: move.pupil)

    def __repr__(self) -> str:
        pupils = f"{len(self.moves)} pupil{'' if len(self.moves) == 1 else 's'} with another position"
        return f"<Difference: placed {self.placed:+d}, points {self.points:+d}, {pupils}>"

    def __str__(self) -> str:
        return self.summary()

    def summary(self, *, language: str | None = None) -> str:
        """Return the difference in sentences: who moves, which aim it pays, whether it is certain."""
        from matchmaker.show.difference import difference_text

        return difference_text(self, language=language or self.language)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a move."""
        return self.moves.to_frame()

    def to_document(self) -> dict[str, Any]:
        """Return the difference as plain values."""
        return {
            "placed": self.placed,
            "points": self.points,
            "pupils": self.pupils,
            "changes": [change.to_document() for change in self.changes],
            "told": {language: list(texts) for language, texts in self.told.items()},
            "moves": [{**move.row(), "kind": move.kind} for move in self.moves],
            "rescored": [move.row() for move in self.rescored],
            "aims": [one.row() for one in self.aims],
            "contributions": [one.row() for one in self.contributions],
            "certainty": self.certainty.to_document(),
        }

    def _repr_html_(self) -> str:
        from matchmaker.show.tables import html_table

        return html_table([move.row() for move in self.moves], caption=repr(self), below=self.summary())


def difference(before: Plan, after: Plan) -> Difference:
    """Return who has another position in `after` than in `before`, by pupil; the same as ``after - before``."""
    old = {one.pupil: one for one in before.placements}
    new = {one.pupil: one for one in after.placements}
    known = [{*of, *(one.pupil for one in plan.not_placed)} for of, plan in ((old, before), (new, after))]
    moves = [_move(name, old.get(name), new.get(name), known) for name in sorted({*old, *new})]
    same = [_work(old.get(move.pupil)) == _work(new.get(move.pupil)) for move in moves]
    aims, changes = Rows(_aims(before, after)), _changes(before, after)
    return Difference(
        after.placed - before.placed,
        after.points - before.points,
        Rows(move for move, kept in zip(moves, same, strict=True) if not kept),
        rescored=Rows(move for move, kept in zip(moves, same, strict=True) if kept and move.points),
        pupils=after.pupils,
        aims=aims,
        contributions=Rows(_contributions(before, after)),
        certainty=_certainty(before, after, aims),
        changes=changes,
        told={
            lang: tuple(one.sentence(language=lang, region=after.region) for one in changes) for lang in ("en", "nl")
        },
        names=_names(before, after),
        language=after.language,
    )


def _move(pupil: str, old: Position | None, new: Position | None, known: list[set[str]]) -> Move:
    return Move(
        pupil,
        old.employer if old else None,
        new.employer if new else None,
        old.points if old else None,
        new.points if new else None,
        gone=pupil not in known[1],
        new=pupil not in known[0],
    )


def _work(position: Position | None) -> object:
    return position and (position.employer, position.kind, position.function, dict(position.tasks))


def _aims(before: Plan, after: Plan) -> list[Tally]:
    both = [_reached(before), _reached(after)]
    if before.region is not None and after.region is not None:
        # A decision that was dropped in between is no decision that is kept now.
        missed = [_missed(plan) for plan in (before, after)]
        both[0]["fixed"], both[1]["fixed"] = len(missed[0] & _fixed(after)), len(missed[1])
    return [Tally(aim, both[0][aim], both[1][aim]) for aim in after.policy["order"] if all(aim in one for one in both)]


def _reached(plan: Plan) -> dict[str, int]:
    """What a plan reaches on the aims that can be counted from what it says."""
    found = {"placed": plan.placed, "leximin": lowest_points(plan), "points": plan.points}
    hardest = plan.groups.get("hardest")
    return found if hardest is None else found | {"hardest": int(hardest.get("yes", {}).get("placed", 0))}


def _fixed(plan: Plan) -> set[tuple[str, str]]:
    if plan.region is None:
        return set()
    table = plan.region.decisions
    return {
        (who, at)
        for who, at, kind in zip(*(table.column(name) for name in ("pupil", "employer", "kind")), strict=True)
        if kind == "fixed"
    }


def _missed(plan: Plan) -> set[tuple[str, str]]:
    """Fixed decisions that a plan does not keep."""
    return _fixed(plan) - {(one.pupil, at) for one in plan.placements for at in one.employers}


def _contributions(before: Plan, after: Plan) -> list[Tally]:
    both: list[Counter[str]] = [Counter(), Counter()]
    for sums, plan in zip(both, (before, after), strict=True):
        for position in plan.placements:
            for one in position.contributions:
                sums[one.name] += one.points
    return [Tally(name, both[0][name], both[1][name]) for name in dict.fromkeys([*both[0], *both[1]])]


def _certainty(before: Plan, after: Plan, aims: Rows[Tally]) -> Certainty:
    aim = next((one for one in aims if one.change), None)
    optimal = before.status == after.status == "optimal"
    low, high = _points_apart(before, after, aims)
    certain = optimal
    if aim is not None and aim.name == "placed":
        # The number placed is bounded whatever the earlier aims ask, so the bound holds in any order of aims.
        more, bound = (after, before.placed_bound) if aim.change > 0 else (before, after.placed_bound)
        certain |= bound is not None and more.placed > bound
    elif aim is not None and aim.name == "points" and low is not None and high is not None:
        certain |= low > 0 if aim.change > 0 else high < 0
    name = aim.name if aim is not None else None
    return Certainty(name, certain, optimal, low, high, before.placed_bound, after.placed_bound)


def _points_apart(before: Plan, after: Plan, aims: Rows[Tally]) -> tuple[int | None, int | None]:
    """Bounds of a plan hold for plans that do as well on the aims before points: only then the two can be compared."""
    if after.placed != before.placed or any(one.change for one in aims if one.name != "points"):
        return None, None
    return after.points - _most(before), _most(after) - before.points


def _most(plan: Plan) -> int:
    return plan.points if plan.status == "optimal" else plan.bound_aims


def _changes(before: Plan, after: Plan) -> tuple[Change, ...]:
    """The changes of the later plan that the earlier one does not have yet, when it builds on that one."""
    first, then = (list(plan.record.get("changes", [])) for plan in (before, after))
    return tuple(Change.from_document(one) for one in then[len(first) :]) if then[: len(first)] == first else ()


def _names(before: Plan, after: Plan) -> dict[str, str]:
    found: dict[str, str] = {}
    for plan in (before, after):
        if plan.region is not None:
            employers = plan.region.employers
            wanted = dict.fromkeys(at for one in plan.placements for at in one.employers)
            found |= {name: f"{name} {employers.column('name')[employers.position(name)]}" for name in wanted}
    return found
