"""An explanation as text and as HTML."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from matchmaker.show.summary import rule_name

if TYPE_CHECKING:
    from matchmaker.plan import Explanation
    from matchmaker.plan.why import ExplanationRow

__all__ = ["explanation_html", "explanation_text"]

TEXTS = {
    "en": {
        "placed": "{pupil} at {employer}: {hours} h a week, {kind}.",
        "carved": "a position carved from tasks",
        "vacancy": "the open function {function}",
        "and": " and ",
        "tasks": "Tasks",
        "h": "h",
        "sum": "Points",
        "total": "all together",
        "based": "based on {seen}",
        "sure": "chance of level {level} or more: {percent} %",
        "bridged": "Where the work asks more than was shown",
        "observe": "To observe, as nobody has yet: {names}.",
        "unplaced": "{pupil} is not placed.",
        "reasons": "What stands in the way, by employer",
        "nearest": "Nearest",
        "at": "{employer} ({hours} h, {points} points)",
    },
    "nl": {
        "placed": "{pupil} bij {employer}: {hours} uur per week, {kind}.",
        "carved": "een plek van afgesplitste taken",
        "vacancy": "de open functie {function}",
        "and": " en ",
        "tasks": "Taken",
        "h": "uur",
        "sum": "Punten",
        "total": "samen",
        "based": "op grond van {seen}",
        "sure": "kans op niveau {level} of hoger: {percent} %",
        "bridged": "Waar het werk meer vraagt dan getoond is",
        "observe": "Nog waar te nemen, want dat deed nog niemand: {names}.",
        "unplaced": "{pupil} is niet geplaatst.",
        "reasons": "Wat in de weg staat, per werkgever",
        "nearest": "Het dichtstbij",
        "at": "{employer} ({hours} uur, {points} punten)",
    },
}
WIDTH = 6


def explanation_text(explanation: Explanation) -> str:
    """Return an explanation as lines of text in its language."""
    return "\n".join(_placed(explanation) if explanation.placement else _unplaced(explanation))


def _number(value: float, language: str) -> str:
    return f"{value:g}".replace(".", ",") if language == "nl" else f"{value:g}"


def _placed(explanation: Explanation) -> list[str]:
    position, texts = explanation.placement, TEXTS[explanation.language]
    assert position is not None
    hours = _number(position.hours, explanation.language)
    kind = texts[position.kind].format(function=position.function)
    employer = texts["and"].join(explanation.names.get(name, name) for name in position.employers)
    lines = [texts["placed"].format(pupil=position.pupil, employer=employer, hours=hours, kind=kind), ""]
    lines.append(f"{texts['tasks']}:")
    for task, amount in position.tasks.items():
        slots = position.timetable.get(task, {})
        week = ", ".join(f"{moment} {_number(part, explanation.language)}" for moment, part in slots.items())
        name = explanation.names.get(task, task)
        if task in position.at:
            name += f", {explanation.names.get(position.at[task], position.at[task])}"
        lines.append(f"  {name}: {_number(amount, explanation.language)} {texts['h']} ({week})")
    lines += ["", f"{texts['sum']}:"]
    lines += [_sum_line(row, texts) for row in explanation.rows]
    lines.append(f"  {position.points:>{WIDTH}}  = {texts['total']}")
    if explanation.bridged:
        lines += ["", f"{texts['bridged']}:", *(f"  - {gap.text}" for gap in explanation.bridged)]
    if explanation.to_observe:
        lines += ["", texts["observe"].format(names=", ".join(explanation.to_observe))]
    return lines


def _sum_line(row: ExplanationRow, texts: dict[str, str]) -> str:
    known = []
    if row.evidence:
        known.append(texts["based"].format(seen="; ".join(one.text for one in row.evidence)))
    # A task that asks nothing of what was observed is no question of being sure.
    if row.sure is not None and row.asked:
        known.append(texts["sure"].format(level=row.asked, percent=row.sure))
    said = f" [{'; '.join(known)}]" if known else ""
    return f"  {row.points:>{WIDTH}}  {row.text}{said}"


def _unplaced(explanation: Explanation) -> list[str]:
    one, texts = explanation.unplaced, TEXTS[explanation.language]
    assert one is not None
    lines = [texts["unplaced"].format(pupil=one.pupil), "", f"{texts['reasons']}:"]
    lines += [f"  {reason.count:>{WIDTH}}  {reason.text}" for reason in one.reasons]
    if one.nearest:
        lines += ["", f"{texts['nearest']}:"]
    for near in one.nearest:
        hours = _number(near.hours, explanation.language)
        employer = explanation.names.get(near.employer, near.employer)
        lines.append("  - " + texts["at"].format(employer=employer, hours=hours, points=near.points))
        named = [(rule_name(found.rule, language=explanation.language), found.text) for found in near.missing]
        lines += [f"      {name}: {text}" for name, text in named]
    return lines


def explanation_html(explanation: Explanation) -> str:
    """Return an explanation as HTML."""
    return f"<pre>{html.escape(explanation_text(explanation))}</pre>"
