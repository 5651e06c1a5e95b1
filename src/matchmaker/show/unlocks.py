"""What small changes bring, in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matchmaker.plan.unlocks import Unlock, Unlocks

__all__ = ["pupil_sentence", "region_sentence", "unlocks_text"]

TEXTS = {
    "en": {
        "certificate": "With the certificate {what}:",
        "level": "With level {amount} on {what}:",
        "support": "With {amount} h of a jobcoach a week (the employer has to supervise so much less):",
        "travel": "With ten minutes more on the way ({amount} km by bike):",
        "level_more": "With level {amount} on {what}, two more than shown:",
        "travel_more": "With twenty minutes more on the way ({amount} km by bike):",
        "and": "{first} and {second}:",
        "place": "{amount} more place at {what}:",
        "places": "{amount} more places at {what}:",
        "hours": "{amount} h a week more of supervision or a jobcoach at {what}:",
        "course": "A course for the certificate {what}:",
        "placed": "{pupil} can be placed at {employer}, {hours} h a week.",
        "moves": "{pupil} can work at {employer}, {hours} h a week, for {points} points more.",
        "improves": "the position that {pupil} has now fits better, for {points} points more.",
        "goes": "{pupil} then works at {employer}, {hours} h a week.",
        "whole_placed": "the best plan then places {placed} more.",
        "no_better": "the best plan gets no better by it.",
        "whole_points": "the best plan then has {points} points more.",
        "opens": "there is work then at {opens}.",
        "taken": "what fits there is given to others now.",
        "raises": "what the whole plan can reach at most rises by {raises} points.",
        "stay": "All others stay where they are in these answers; whether another plan does better is not proved.",
        "helps": "helps {pupils}.",
        "others": "makes room for another division of the work.",
        "head_pupil": "What could open work for {pupil}:",
        "head_pairs": "Two small changes together do place {pupil}:",
        "no_pairs": "Two of these changes together do not place {pupil} either: either something else stays in the way "
        "everywhere, or the work that opens is too little or taken (pairs weighed: {weighed}).",
        "some_pairs": "Of {of} pairs of changes only the {weighed} smallest were weighed.",
        "head_now": "What could improve the placement of {pupil}:",
        "head_region": "Of all choices of at most {changes} this one places most: {placed} more.",
        "head_points": "No choice of at most {changes} places anybody more; this one has most points: {points} more.",
        "head_found": "With what stands below {placed} more can be placed, while everybody else stays where they are.",
        "bound": "No choice of at most {changes} places more than {bound} more.",
        "change": "1 change",
        "changes": "{budget} changes",
        "not_proved": "That nothing better exists is not proved.",
        "nothing_pupil": "No single small change opens work for {pupil}. Looked at: a certificate, one level more, "
        "an hour of a jobcoach, ten minutes more on the way.",
        "nothing_now": "No single small change improves the placement of {pupil}.",
        "nothing_region": "No choice of at most {budget} courses, hours of supervision and places brings anything.",
        "nothing_found": "While everybody else stays where they are, no choice of at most {budget} courses, hours of "
        "supervision and places places anybody more.",
    },
    "nl": {
        "certificate": "Met het certificaat {what}:",
        "level": "Met niveau {amount} op {what}:",
        "support": "Met {amount} uur jobcoach per week (de werkgever hoeft dan zoveel minder te begeleiden):",
        "travel": "Met tien minuten langer reizen ({amount} km op de fiets):",
        "level_more": "Met niveau {amount} op {what}, twee hoger dan getoond:",
        "travel_more": "Met twintig minuten langer reizen ({amount} km op de fiets):",
        "and": "{first} en {second}:",
        "place": "{amount} plaats meer bij {what}:",
        "places": "{amount} plaatsen meer bij {what}:",
        "hours": "{amount} uur per week meer begeleiding of jobcoach bij {what}:",
        "course": "Een cursus voor het certificaat {what}:",
        "placed": "{pupil} kan worden geplaatst bij {employer}, {hours} uur per week.",
        "moves": "{pupil} kan terecht bij {employer}, {hours} uur per week, voor {points} punten meer.",
        "improves": "de plek die {pupil} nu heeft past beter, voor {points} punten meer.",
        "goes": "{pupil} werkt dan bij {employer}, {hours} uur per week.",
        "whole_placed": "het beste plan plaatst er dan {placed} meer.",
        "no_better": "het beste plan wordt er niet beter van.",
        "whole_points": "het beste plan heeft dan {points} punten meer.",
        "opens": "er is dan werk bij {opens}.",
        "taken": "wat daar past, is nu aan anderen gegeven.",
        "raises": "wat het hele plan ten hoogste kan halen, stijgt met {raises} punten.",
        "stay": "In deze antwoorden blijft ieder ander op zijn plek; of een ander plan beter is, is niet bewezen.",
        "helps": "helpt {pupils}.",
        "others": "maakt een andere verdeling van het werk mogelijk.",
        "head_pupil": "Wat werk kan openen voor {pupil}:",
        "head_pairs": "Twee kleine veranderingen samen plaatsen {pupil} wel:",
        "no_pairs": "Ook twee van deze veranderingen samen plaatsen {pupil} niet: er blijft overal iets anders in de "
        "weg staan, of het werk dat opengaat is te weinig of al weggegeven (paren bekeken: {weighed}).",
        "some_pairs": "Van de {of} paren van veranderingen zijn alleen de {weighed} kleinste bekeken.",
        "head_now": "Wat de plaatsing van {pupil} kan verbeteren:",
        "head_region": "Van alle keuzes van ten hoogste {changes} plaatst deze de meeste: {placed} meer.",
        "head_points": "Geen keuze van ten hoogste {changes} plaatst er meer; deze heeft de meeste "
        "punten: {points} meer.",
        "head_found": "Met wat hieronder staat: {placed} meer geplaatst, terwijl iedereen op zijn plek blijft.",
        "bound": "Geen keuze van ten hoogste {changes} plaatst er meer dan {bound} extra.",
        "change": "1 verandering",
        "changes": "{budget} veranderingen",
        "not_proved": "Dat er niets beters is, is niet bewezen.",
        "nothing_pupil": "Geen enkele kleine verandering opent werk voor {pupil}. Bekeken zijn: een certificaat, een "
        "niveau hoger, een uur jobcoach, tien minuten langer reizen.",
        "nothing_now": "Geen enkele kleine verandering verbetert de plaatsing van {pupil}.",
        "nothing_region": "Geen keuze van ten hoogste {budget} cursussen, uren begeleiding en plaatsen levert iets op.",
        "nothing_found": "Zolang iedereen op zijn plek blijft, wordt met geen keuze van ten hoogste {budget} "
        "cursussen, uren begeleiding en plaatsen iemand meer geplaatst.",
    },
}


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def pupil_sentence(
    one: Unlock, words: Mapping[str, str], *, moves: bool, here: bool, language: str, more: bool = False
) -> str:
    """Return what one change brings to one pupil.

    Parameters
    ----------
    one : Unlock
    words : mapping of str to str
        Labels of what the sentences name.
    moves : bool
        Whether the pupil would do other work than now.
    here : bool
        Whether the pupil is placed already.
    language : str
        ``en`` or ``nl``.
    more : bool
        Whether the change is made twice.
    """
    texts, parts = TEXTS[language], _brought(one, moves=moves, here=here)
    if one.opens and (one.position is None or one.opens != (one.position.employer,)):
        parts += ["opens"]
    if one.opens and one.position is None and not one.exact:
        parts += ["taken"]
    if one.exact and (one.placed, one.points) == (0, 0):
        parts += ["no_better"]
    if not one.exact and (one.raises or 0) > 0:
        parts += ["raises"]
    facts = {**words, "placed": one.placed, "points": one.points, "raises": one.raises}
    said = [_head(one, facts, texts, more=more), *(texts[part].format(**facts) for part in parts)]
    return " ".join([*said[:1], *said[1:2], *(_capital(part) for part in said[2:])])


def _head(one: Unlock, facts: Mapping[str, object], texts: Mapping[str, str], *, more: bool) -> str:
    """Name the change, or both of a pair."""
    first = texts[f"{one.kind}_more" if more and one.kind in ("level", "travel") else one.kind].format(**facts)
    if one.second is None:
        return first
    kind, _, _ = one.second
    other = texts[kind].format(**{**facts, "what": facts["other_what"], "amount": facts["other_amount"]})
    return texts["and"].format(first=first.removesuffix(":"), second=(other[:1].lower() + other[1:]).removesuffix(":"))


def _brought(one: Unlock, *, moves: bool, here: bool) -> list[str]:
    """Name the texts about what is gained: for the best plan of all, or while everybody else stays."""
    if one.placed > 0:
        goes = ["goes" if here else "placed"] if moves and one.position else []
        return [*goes, *(["whole_placed"] if one.exact else [])]
    if one.points <= 0:
        return []
    if one.exact:
        return [*(["goes"] if moves else []), "whole_points"]
    return ["moves" if moves else "improves"]


def region_sentence(one: Unlock, words: Mapping[str, str], *, language: str) -> str:
    """Return what one of the chosen changes is, and whom it helps."""
    texts = TEXTS[language]
    head = {"certificate": "course", "place": "place" if one.amount == 1 else "places"}.get(one.kind, one.kind)
    parts = [texts[head], texts["helps"] if one.pupils else texts["others"]]
    return " ".join(part.format(**words) for part in parts)


def unlocks_text(found: Unlocks) -> str:
    """Return the answer as lines of text in its language."""
    texts = TEXTS[found.language]
    facts = {
        "pupil": found.pupil,
        "budget": found.budget,
        "placed": found.placed,
        "points": found.points,
        "bound": found.placed_at_most,
        "weighed": found.weighed,
        "of": found.of,
        "changes": texts["change" if found.budget == 1 else "changes"].format(budget=found.budget),
    }
    named = [f"- {one.text}" for one in found.changes]
    if found.pupil is not None:
        head, nothing = ("head_now", "nothing_now") if found.placed_now else ("head_pupil", "nothing_pupil")
        above, below = [head if named else nothing], ["stay"] if (named or found.pairs) and not found.exact else []
        named = [*named[: found.budget], *_pairs(found, facts)]
    elif found.exact:
        above, below = ["head_region" if found.placed else "head_points" if named else "nothing_region"], []
    else:
        above = ["head_found" if named else "nothing_found"]
        below = [*(["bound"] if found.placed_at_most > found.placed else []), "not_proved"]
    first, last = ([texts[part].format(**facts) for part in parts] for parts in (above, below))
    return "\n".join([*first, *named, *last])


def _pairs(found: Unlocks, facts: Mapping[str, object]) -> list[str]:
    """Say which two changes place a pupil whom no single one does, or that no two do."""
    texts = TEXTS[found.language]
    if found.placed_now or found.placed > 0:
        return []
    some = [texts["some_pairs"].format(**facts)] if found.weighed < found.of else []
    if not found.pairs:
        return [texts["no_pairs"].format(**facts), *some]
    return [texts["head_pairs"].format(**facts), *(f"- {one.text}" for one in found.pairs), *some]
