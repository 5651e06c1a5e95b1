"""Alternatives for a pupil as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matchmaker.errors import UnknownId

if TYPE_CHECKING:
    from matchmaker.plan.alternatives import Alternative, Alternatives
    from matchmaker.plan.difference import Move

__all__ = ["alternatives_text"]

TEXTS = {
    "en": {
        "placed": "{pupil} is placed at {employer}: {hours} h a week, {points} {noun}.",
        "unplaced": "{pupil} is not placed.",
        "none": "No other position is possible for {pupil} as things stand.",
        "head": "Where {pupil} could go instead when the rest of the plan adapts; what costs least comes first:",
        "head_unplaced": "Where {pupil} could go when the rest of the plan adapts; what costs least comes first:",
        "row": "{rank}. {employer}: {hours} h a week, {kind}, {points} {noun}.",
        "carved": "carved from tasks",
        "vacancy": "an open function",
        "placed_up": "The plan places {count} more.",
        "placed_down": "The plan places {count} fewer.",
        "hardest_up": "It places {count} more of the hardest to place.",
        "hardest_down": "It places {count} fewer of the hardest to place.",
        "loses": "The plan loses {loss} {noun}.",
        "gains": "The plan gains {loss} {noun}.",
        "nothing": "The plan loses no points.",
        "between": "The plan loses {loss} {noun} at most, and {least} at least.",
        "unsure": "The plan loses {loss} {noun} at most; it is not proved that it must lose any.",
        "unsure_none": "The plan loses no points; a plan with this may even have more.",
        "unsure_gains": "The plan found with this has {loss} {noun} more.",
        "nobody": "Nothing changes for others.",
        "others": "What changes for others: {names}.",
        "move": "{pupil} from {before} to {after}",
        "comes": "{pupil} to {after}, not placed before",
        "goes": "{pupil} leaves {before} and is not placed",
        "other": "{pupil} other work at {after}",
        "complete": "It is proved that no other employer comes before these.",
        "partly": "{count} employers to choose from; those not listed were compared by their prices only.",
        "gap": "The plan is not proved the best: the best one has at most {room} {room_noun} more. Smaller differences "
        "between these positions are no reason to choose one.",
        "nouns": "point,points",
    },
    "nl": {
        "placed": "{pupil} is geplaatst bij {employer}: {hours} uur per week, {points} {noun}.",
        "unplaced": "{pupil} is niet geplaatst.",
        "none": "Voor {pupil} is er op dit moment geen andere plek mogelijk.",
        "head": "Waar {pupil} ook terechtkan als de rest van het plan meebeweegt, wat het minst kost eerst:",
        "head_unplaced": "Waar {pupil} terechtkan als de rest van het plan meebeweegt, wat het minst kost eerst:",
        "row": "{rank}. {employer}: {hours} uur per week, {kind}, {points} {noun}.",
        "carved": "een plek van afgesplitste taken",
        "vacancy": "een open functie",
        "placed_up": "Het plan plaatst er {count} meer.",
        "placed_down": "Het plan plaatst er {count} minder.",
        "hardest_up": "Van de moeilijkst te plaatsen leerlingen plaatst het er {count} meer.",
        "hardest_down": "Van de moeilijkst te plaatsen leerlingen plaatst het er {count} minder.",
        "loses": "Het plan levert {loss} {noun} in.",
        "gains": "Het plan wint {loss} {noun}.",
        "nothing": "Het kost het plan geen punten.",
        "between": "Het plan levert ten hoogste {loss} {noun} in, en ten minste {least}.",
        "unsure": "Het plan levert ten hoogste {loss} {noun} in; dat het punten moet kosten, is niet bewezen.",
        "unsure_none": "Het kost het plan geen punten; misschien is er zelfs een plan met deze plek dat er meer heeft.",
        "unsure_gains": "Het plan dat met deze plek is gevonden, heeft {loss} {noun} meer.",
        "nobody": "Voor anderen verandert er niets.",
        "others": "Wat er voor anderen verandert: {names}.",
        "move": "{pupil} van {before} naar {after}",
        "comes": "{pupil} naar {after}, eerst niet geplaatst",
        "goes": "{pupil} weg bij {before}, dan niet geplaatst",
        "other": "{pupil} ander werk bij {after}",
        "complete": "Bewezen is dat geen andere werkgever hiervoor gaat.",
        "partly": "Keuze uit {count} werkgevers; wie hier niet staat, is alleen op prijs vergeleken.",
        "gap": "Dat dit plan het beste is, is niet bewezen: het beste plan heeft ten hoogste {room} {room_noun} meer. "
        "Kleinere verschillen tussen deze plekken zijn geen reden om er een te kiezen.",
        "nouns": "punt,punten",
    },
}


def alternatives_text(answer: Alternatives, *, language: str) -> str:
    """Return the alternatives of a pupil as lines of text.

    Raises
    ------
    UnknownId
        For a language that is not there.
    """
    if language not in TEXTS:
        raise UnknownId(language, "language", tuple(TEXTS))
    texts, lines = TEXTS[language], [_present(answer, language)]
    if not answer.rows:
        return "\n".join([*lines, texts["none"].format(pupil=answer.pupil)])
    lines += ["", texts["head" if answer.present else "head_unplaced"].format(pupil=answer.pupil)]
    lines += [_line(answer, one, rank, language) for rank, one in enumerate(answer.rows, start=1)]
    if answer.complete or answer.employers > len(answer.rows):
        lines += ["", texts["complete" if answer.complete else "partly"].format(count=answer.employers)]
    if not answer.optimal:
        lines.append(texts["gap"].format(room=answer.room, room_noun=_noun(answer.room, texts)))
    return "\n".join(lines)


def _number(value: float, language: str) -> str:
    return f"{value:g}".replace(".", ",") if language == "nl" else f"{value:g}"


def _noun(count: int, texts: dict[str, str]) -> str:
    return texts["nouns"].split(",")[abs(count) != 1]


def _present(answer: Alternatives, language: str) -> str:
    texts, now = TEXTS[language], answer.present
    if now is None:
        return texts["unplaced"].format(pupil=answer.pupil)
    return texts["placed"].format(
        pupil=answer.pupil,
        employer=answer.names.get(now.employer, now.employer),
        hours=_number(now.hours, language),
        points=now.points,
        noun=_noun(now.points, texts),
    )


def _line(answer: Alternatives, one: Alternative, rank: int, language: str) -> str:
    texts, there = TEXTS[language], one.position
    said = [
        texts["row"].format(
            rank=rank,
            employer=answer.names.get(one.employer, one.employer),
            hours=_number(there.hours, language),
            kind=texts[there.kind],
            points=there.points,
            noun=_noun(there.points, texts),
        )
    ]
    for name, change in (("placed", one.placed), ("hardest", one.hardest)):
        if change:
            said.append(texts[f"{name}_{'up' if change > 0 else 'down'}"].format(count=abs(change)))
    said.append(_cost(one, texts))
    moved = "; ".join(_move(answer, move, texts) for move in one.moves)
    said.append(texts["others"].format(names=moved) if moved else texts["nobody"])
    return " ".join(said)


def _cost(one: Alternative, texts: dict[str, str]) -> str:
    if one.least == one.loss:
        name = "loses" if one.loss > 0 else "gains" if one.loss < 0 else "nothing"
    elif one.least > 0:
        name = "between"
    else:
        name = "unsure" if one.loss > 0 else "unsure_gains" if one.loss < 0 else "unsure_none"
    return texts[name].format(loss=abs(one.loss), least=one.least, noun=_noun(one.loss, texts))


def _move(answer: Alternatives, move: Move, texts: dict[str, str]) -> str:
    kind = "comes" if move.before is None else "goes" if move.after is None else "move"
    kind = "other" if move.before == move.after else kind
    before, after = (answer.names.get(name or "", name) for name in (move.before, move.after))
    return texts[kind].format(pupil=move.pupil, before=before, after=after)
