"""What fewer moves cost, as sentences."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from matchmaker.errors import UnknownId

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matchmaker.plan.few_changes import TradeOff

__all__ = ["TEXTS", "trade_off_text"]

# Two texts of one name are for 1 and for more.
TEXTS = {
    "en": {
        "head": "Whoever is placed moves to another employer only if the plan gains enough by it. What a move has to "
        "gain, and the plan that follows:",
        "free": "Nothing:",
        "worth": "At least {low} points:",
        "range": "At least {low} to {high} points:",
        "nobody": "nobody moves.",
        "moves": "1 pupil moves.;{moved} pupils move.",
        "lost": "1 loses a place.;{lost} lose a place.",
        "new": "1 is placed who was not.;{new} are placed who were not.",
        "plan": "{placed} placed, {points} points",
        "fewer": ", {cost} fewer for {moves}",
        "move": "1 move less;{fewer} moves less",
        "same": "Whatever a move has to gain, the plan is the same.",
        "gap": "Not all of these plans are proved the best: at {cost} points a move, no plan that places as many has "
        "more than {bound} points. A difference of at most {room} points may be due to the search.",
    },
    "nl": {
        "head": "Wie geplaatst is, wisselt alleen van werkgever als dat het plan genoeg oplevert. Wat een wisseling "
        "moet opleveren, en het plan dat volgt:",
        "free": "Niets:",
        "worth": "Ten minste {low} punten:",
        "range": "Ten minste {low} tot {high} punten:",
        "nobody": "niemand wisselt.",
        "moves": "1 leerling wisselt.;{moved} leerlingen wisselen.",
        "lost": "1 verliest een plek.;{lost} verliezen een plek.",
        "new": "1 is nieuw geplaatst.;{new} zijn nieuw geplaatst.",
        "plan": "{placed} geplaatst, {points} punten",
        "fewer": ", {cost} minder voor {moves}",
        "move": "1 wisseling minder;{fewer} wisselingen minder",
        "same": "Hoeveel een wisseling ook moet opleveren, het plan is hetzelfde.",
        "gap": "Niet van al deze plannen is bewezen dat ze de beste zijn: bij {cost} punten per wisseling heeft geen "
        "plan dat er evenveel plaatst meer dan {bound} punten. Een verschil van ten hoogste {room} punten kan aan het "
        "zoeken liggen.",
    },
}


def trade_off_text(curve: Sequence[TradeOff], *, language: str) -> str:
    """Return the curve as lines of text; costs that give the same plan stand together.

    Raises
    ------
    UnknownId
        For a language that is not there.

    Examples
    --------
    >>> print(trade_off_text([], language="nl"))
    <BLANKLINE>
    """
    if language not in TEXTS:
        raise UnknownId(language, "language", tuple(TEXTS))
    if not curve:
        return ""
    texts = TEXTS[language]
    groups = [list(same) for _, same in groupby(curve, key=_of_plan)]
    lines = [texts["head"], *(f"- {_line(groups, k, texts)}" for k in range(len(groups)))]
    if len(groups) == 1 and len(curve) > 1:
        lines.append(texts["same"])
    first = curve[0]
    if first.bound > first.points and (first.plan is None or first.plan.status != "optimal"):
        room = first.bound - first.points
        lines.append(texts["gap"].format(cost=first.move_cost, bound=first.bound, room=room))
    return "\n".join(lines)


def _of_plan(one: TradeOff) -> tuple[int, ...]:
    return (one.moved, one.no_longer_placed, one.newly_placed, one.placed, one.points)


def _line(groups: list[list[TradeOff]], k: int, texts: dict[str, str]) -> str:
    one, first = groups[k][0], groups[0][0]
    low, high = one.move_cost, groups[k][-1].move_cost
    head = texts["free" if high == 0 else "worth" if low == high else "range"].format(low=low, high=high)
    said = [head, _some(texts["moves"], one.moved, moved=one.moved) if one.moved else texts["nobody"]]
    said += [_some(texts["lost"], one.no_longer_placed, lost=one.no_longer_placed)] * (one.no_longer_placed > 0)
    said += [_some(texts["new"], one.newly_placed, new=one.newly_placed)] * (one.newly_placed > 0)
    plan = texts["plan"].format(placed=one.placed, points=one.points)
    moves, cost = first.moved - one.moved, first.points - one.points
    if moves > 0 and cost > 0 and one.placed == first.placed:
        plan += texts["fewer"].format(cost=cost, moves=_some(texts["move"], moves, fewer=moves))
    return " ".join([*said, plan + "."])


def _some(text: str, count: int, **facts: int) -> str:
    """Choose the text for one or for more."""
    return text.split(";")[count != 1].format(**facts)
