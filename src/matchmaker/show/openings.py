"""The call list of openings as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matchmaker.errors import UnknownId

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matchmaker.plan.openings import Opening, Openings

__all__ = ["openings_text"]

NAMED = 5
TEXTS = {
    "en": {
        "head": "Which workplaces to go and find. Pupils without a position: {count}.",
        "places": "One more place with employers we know",
        "work": "Work that nobody near offers yet",
        "hours": "One hour a week more of supervision, or of a jobcoach who takes it over",
        "no_hours": "For no employer do positions or prices show that one more hour of supervision helps.",
        "no_places": "For no employer we know do positions or prices show that one more place helps.",
        "no_work": "No kind of work that nobody offers yet would help.",
        "place": "{rank}. {employer}.",
        "kind": "{rank}. {family}, near {employer} ({near} {live} within 5 km without a position): up to {hours} h a "
        "week, asking level {level} at most on {dimensions}.",
        "live": "pupil lives,pupils live",
        "reach": "Could start there: {names}.",
        "nobody": "Nobody without a position could start there as things stand.",
        "more": "{count} more",
        "exact_more": "Planned with it: {placed} more placed, {points} points {direction}.",
        "exact": "Planned with it: nobody more is placed, {points} points {direction}.",
        "up": "more",
        "down": "fewer",
        "sure": "One more pupil is sure to be placed, and the plan gains {gain}.",
        "points": "Whether one more pupil is placed is not sure; for the same number the plan gains {gain}.",
        "between": "{least} to {most} points",
        "just": "{least} points",
        "about": ", about {value} by the prices",
        "left": "And {count} more.",
        "gap": "The plan is not proved the best: up to {room} points of what is gained at most could be had without "
        "any of these.",
    },
    "nl": {
        "head": "Welke werkplekken we moeten zoeken. Leerlingen zonder plek: {count}.",
        "places": "Eén plaats erbij bij bekende werkgevers",
        "work": "Werk dat niemand in de buurt nog biedt",
        "hours": "Eén uur per week begeleiding erbij, of een jobcoach die het overneemt",
        "no_hours": "Bij geen werkgever blijkt uit plekken of prijzen dat een uur begeleiding erbij helpt.",
        "no_places": "Bij geen bekende werkgever blijkt uit plekken of prijzen dat een plaats erbij helpt.",
        "no_work": "Geen soort werk die nog niemand biedt, zou helpen.",
        "place": "{rank}. {employer}.",
        "kind": "{rank}. {family}, in de buurt van {employer} ({near} {live} binnen 5 km zonder plek): tot {hours} uur "
        "per week; het werk vraagt ten hoogste niveau {level} op {dimensions}.",
        "live": "leerling woont,leerlingen wonen",
        "reach": "Wie daar kan beginnen: {names}.",
        "nobody": "Van wie nog geen plek heeft, kan daar op dit moment niemand beginnen.",
        "more": "nog {count}",
        "exact_more": "Opnieuw gepland: {placed} meer geplaatst, {points} punten {direction}.",
        "exact": "Opnieuw gepland: niemand meer geplaatst, {points} punten {direction}.",
        "up": "meer",
        "down": "minder",
        "sure": "Er wordt zeker één leerling meer geplaatst, en het plan wint {gain}.",
        "points": "Of er een leerling meer wordt geplaatst, is niet zeker; bij hetzelfde aantal wint het plan {gain}.",
        "between": "{least} tot {most} punten",
        "just": "{least} punten",
        "about": ", op grond van de prijzen ongeveer {value}",
        "left": "En nog {count}.",
        "gap": "Dat dit plan het beste is, is niet bewezen: tot {room} punten van wat het hoogstens oplevert, is "
        "misschien ook zonder deze plekken te halen.",
    },
}


def openings_text(answer: Openings, *, language: str, most: int = 10) -> str:
    """Return openings as lines of text, at most so many of each kind.

    Raises
    ------
    UnknownId
        For a language that is not there.
    """
    if language not in TEXTS:
        raise UnknownId(language, "language", tuple(TEXTS))
    texts, lines = TEXTS[language], [TEXTS[language]["head"].format(count=answer.unplaced)]
    names = answer.names.get(language, {})
    for part, rows in (("places", answer.places), ("hours", answer.hours), ("work", answer.work)):
        useful = [one for one in rows if one.placed > 0 or one.value > 0]
        if not useful:
            lines += ["", texts[f"no_{part}"]]
            continue
        lines += ["", f"{texts[part]}:"]
        lines += [_line(names, one, rank, texts) for rank, one in enumerate(useful[:most], start=1)]
        if len(useful) > most:
            lines.append(texts["left"].format(count=len(useful) - most))
    if not answer.optimal:
        lines += ["", texts["gap"].format(room=answer.room)]
    return "\n".join(lines)


def _line(names: Mapping[str, str], one: Opening, rank: int, texts: dict[str, str]) -> str:
    work = one.work
    if work is None:
        head = texts["place"].format(rank=rank, employer=names.get(one.id, one.id))
    else:
        head = texts["kind"].format(
            rank=rank,
            family=names.get(f"family {work.family}", work.family),
            employer=names.get(work.area.near, work.area.near),
            near=work.area.pupils,
            live=texts["live"].split(",")[work.area.pupils != 1],
            hours=work.hours,
            level=work.level,
            dimensions=", ".join(names.get(f"dimension {name}", name).lower() for name in work.dimensions),
        )
    return " ".join([head, _reached(one, texts), _gain(one, texts)])


def _reached(one: Opening, texts: dict[str, str]) -> str:
    if not one.pupils:
        return texts["nobody"]
    more = [texts["more"].format(count=one.reach - NAMED)] if one.reach > NAMED else []
    return texts["reach"].format(names=", ".join([*one.pupils[:NAMED], *more]))


def _gain(one: Opening, texts: dict[str, str]) -> str:
    if one.exact:
        direction = texts["up" if one.least >= 0 else "down"]
        name = "exact_more" if one.placed else "exact"
        return texts[name].format(placed=one.placed, points=abs(one.least), direction=direction)
    gain = texts["just" if one.least == one.most else "between"].format(least=one.least, most=one.most)
    if one.least < one.value < one.most:
        gain += texts["about"].format(value=one.value)
    return texts["sure" if one.placed else "points"].format(gain=gain)
