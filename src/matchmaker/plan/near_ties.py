"""Near ties: what could as well be otherwise, so that people may choose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from matchmaker.plan.difference import Move
from matchmaker.plan.forced import forced
from matchmaker.plan.left import left_of
from matchmaker.plan.prices import all_margins, breaks_a_decision, hardest_change, hardest_of, number_of
from matchmaker.plan.rows import Rows
from matchmaker.solve.joint.others import NONE, points_from, swaps

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matchmaker.plan.plan import Plan
    from matchmaker.solve.joint.margins import Margins

__all__ = ["NearTie", "near_ties"]

CHAINS, CHAINS_SMALL = 8, 400
"""How many placements that are near by their prices are planned, in a large region and in one solved exactly."""

MOST_MOVED = 5
"""Plans in which more pupils move are no choice that people can weigh."""

TEXTS = {
    "en": {
        "move": "{pupil} could also go to {after} in place of {before}; nobody else moves.",
        "swap": "{pupil} and {other} could change places: {pupil} to {after}, {other} to {before}.",
        "chain": "{pupil} could also go to {after} in place of {before}; then {others}.",
        "placed": "{pupil} could go to {after}; then {others}.",
        "moves": "{pupil} moves to {after}",
        "comes": "{pupil} gets a position at {after}",
        "out": "{pupil} is not placed",
        "other": "{pupil} gets other work at {after}",
        "loss": "The plan loses {loss} {points}.",
        "none": "The plan loses nothing.",
        "gain": "The plan even gains {loss} {points}.",
        "points": "point,points",
        "and": " and ",
    },
    "nl": {
        "move": "{pupil} kan ook naar {after} in plaats van {before}; voor anderen verandert er niets.",
        "swap": "{pupil} en {other} kunnen van plek ruilen: {pupil} naar {after}, {other} naar {before}.",
        "chain": "{pupil} kan ook naar {after} in plaats van {before}; dan {others}.",
        "placed": "{pupil} kan naar {after}; dan {others}.",
        "moves": "gaat {pupil} naar {after}",
        "comes": "krijgt {pupil} een plek bij {after}",
        "out": "wordt {pupil} niet geplaatst",
        "other": "krijgt {pupil} ander werk bij {after}",
        "loss": "Het plan levert {loss} {points} in.",
        "none": "Het kost het plan niets.",
        "gain": "Het plan wint er zelfs {loss} {points} mee.",
        "points": "punt,punten",
        "and": " en ",
    },
}


@dataclass(frozen=True, repr=False)
class NearTie:
    """A plan that places as many, differs in a few positions, and is almost as good.

    Parameters
    ----------
    kind : str
        ``move`` (one pupil elsewhere), ``swap`` (two pupils change employers) or ``chain`` (others make room).
    pupil : str
    before : str or None
        Employer in the plan; None when not placed.
    after : str
        The other employer.
    loss : int
        How many points the other plan has less. It is a plan that was weighed, so this is no estimate.
    moves : rows of Move
        Everybody whose position differs, the pupil first.
    language : str

    Examples
    --------
    >>> NearTie("move", "p1", "e1", "e2", 4, Rows([Move("p1", "e1", "e2", 900, 896)]), "en").summary()
    'p1 could also go to e2 in place of e1; nobody else moves. The plan loses 4 points.'
    """

    kind: str
    pupil: str
    before: str | None
    after: str
    loss: int
    moves: Rows[Move]
    language: str

    def __repr__(self) -> str:
        who = " and ".join(move.pupil for move in self.moves) if self.kind == "swap" else self.pupil
        return f"<NearTie {self.kind} {who}: {self.before or '-'} > {self.after}, loses {self.loss}>"

    def __str__(self) -> str:
        return self.summary()

    def row(self) -> dict[str, Any]:
        """Return the near tie as one row of a table."""
        return {
            "kind": self.kind,
            "pupil": self.pupil,
            "before": self.before or "-",
            "after": self.after,
            "others": "; ".join(f"{one.pupil} {one.before or '-'} > {one.after or '-'}" for one in self.moves[1:]),
            "loss": self.loss,
            "text": self.summary(),
        }

    def to_document(self) -> dict[str, Any]:
        """Return the near tie as plain values."""
        return {**self.row(), "before": self.before, "moves": [move.row() for move in self.moves]}

    def summary(self, *, language: str | None = None) -> str:
        """Return what could be otherwise, and what it costs, as sentences."""
        texts = TEXTS[language or self.language]
        others = [_said(move, texts) for move in self.moves[1:]]
        text = texts["placed" if self.before is None else self.kind].format(
            pupil=self.pupil,
            other=self.moves[1].pupil if others else "",
            before=self.before,
            after=self.after,
            others=texts["and"].join([", ".join(others[:-1]), others[-1]] if len(others) > 1 else others),
        )
        cost = texts["loss" if self.loss > 0 else "none" if self.loss == 0 else "gain"]
        return f"{text} {cost.format(loss=abs(self.loss), points=texts['points'].split(',')[abs(self.loss) != 1])}"


def _said(move: Move, texts: dict[str, str]) -> str:
    kind = "moves" if move.before and move.after else "comes" if move.after else "out"
    return texts["other" if move.before == move.after else kind].format(pupil=move.pupil, after=move.after)


def near_ties(plan: Plan, *, within: int = 20) -> Rows[NearTie]:
    """Return what could be otherwise at a loss of at most `within` points, least loss first.

    One pupil who moves into work that is left, and two who swap, are weighed for everybody. Placements that are near by
    their prices are planned with others making room, five pupils at most: all of them in a region solved exactly, else
    the nearest ones.
    Every plan named exists: the same number is placed, and as many of the hardest to place.

    Parameters
    ----------
    plan : Plan
    within : int
        Points.

    Raises
    ------
    MatchmakerError
        When the plan was read back and knows no prices.

    Examples
    --------
    >>> import matchmaker as mm
    >>> plan = mm.match(mm.read_region(mm.town()), steps=1)                # doctest: +SKIP
    >>> near_ties(plan, within=5)[0].moves                                 # doctest: +SKIP
    """
    work = _Ties(plan, within)
    found: dict[frozenset[Move], NearTie] = {}
    for tie in (*work.moves(), *work.swaps()):
        found.setdefault(frozenset(tie.moves), tie)
    told = {(move.pupil, move.after) for tie in found.values() for move in tie.moves}
    for tie in work.chains(told):
        found.setdefault(frozenset(tie.moves), tie)
    return Rows(sorted(found.values(), key=lambda tie: (tie.loss, len(tie.moves), tie.pupil, tie.after)))


class _Ties:
    """Looks for near ties of one plan."""

    def __init__(self, plan: Plan, within: int) -> None:
        self.plan, self.within, self.chosen = plan, within, plan.columns
        self.margins: Margins = all_margins(plan, within=float(within) + 2 * max(plan.bound - plan.points, 0) + 1)
        self.left = left_of(plan)
        self.pupils = [str(name) for name in plan.ledger.problem.pupils.ids]
        self.employers = [str(name) for name in plan.ledger.problem.employers.ids]

    def moves(self) -> Iterator[NearTie]:
        """Give every placed pupil who could as well take work that is left elsewhere."""
        pupil, employer = self.margins.pupil, self.margins.employer
        here = self.chosen.employer[pupil]
        asked = np.flatnonzero((here >= 0) & (employer != here))
        least = self.chosen.points[pupil[asked]] - self.within
        points = points_from(self.plan.reach, self.left, pupil[asked], employer[asked], least=least)
        for row in np.flatnonzero(points > NONE).tolist():
            option = asked[row]
            move = self._move(int(pupil[option]), int(employer[option]), int(points[row]))
            yield self._tie("move", move, [move], -move.points)

    def swaps(self) -> Iterator[NearTie]:
        """Give every two placed pupils who could as well change employers."""
        found = swaps(self.plan.reach, self.left, self.chosen, self.margins, within=self.within)
        for one, other, mine, theirs in found:
            first = self._move(one, int(self.chosen.employer[other]), mine)
            second = self._move(other, int(self.chosen.employer[one]), theirs)
            yield self._tie("swap", first, [first, second], -first.points - second.points)

    def chains(self, told: set[tuple[str, str | None]]) -> Iterator[NearTie]:
        """Give placements that are near by their prices and for which others make room."""
        bound = self.margins.forced(number_of(self.plan))
        here = self.chosen.employer[self.margins.pupil]
        near = np.flatnonzero((bound >= self.plan.points - self.within) & (self.margins.employer != here))
        near = near[np.argsort(-bound[near], kind="stable")]
        hardest = hardest_of(self.plan)
        most = CHAINS_SMALL if self.plan.status == "optimal" else CHAINS
        asked = [(self.pupils[self.margins.pupil[one]], self.employers[self.margins.employer[one]]) for one in near]
        for pupil, employer in [pair for pair in asked if pair not in told][:most]:
            one = forced(self.plan, pupil, employer)
            loss = self.plan.points - one.points
            if not one.possible or one.placed != self.plan.placed or loss > self.within or len(one.moves) > MOST_MOVED:
                continue
            if breaks_a_decision(self.plan, one.moves) or hardest_change(one.moves, hardest) < 0:
                continue
            moves = sorted(one.moves, key=lambda move: (move.pupil != pupil, move.pupil))
            yield self._tie("chain" if len(moves) > 1 else "move", moves[0], moves, loss)

    def _move(self, pupil: int, employer: int, points: int) -> Move:
        before, old = int(self.chosen.employer[pupil]), int(self.chosen.points[pupil])
        return Move(self.pupils[pupil], self.employers[before], self.employers[employer], old, points)

    def _tie(self, kind: str, move: Move, moves: list[Move], loss: int) -> NearTie:
        after = str(move.after)
        return NearTie(kind, move.pupil, move.before, after, loss, Rows(moves), self.plan.language)
