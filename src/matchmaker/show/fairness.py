"""Fairness as sentences and as a table, with the paragraph that says what the figures cannot say."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from matchmaker.show.tables import html_table

if TYPE_CHECKING:
    from matchmaker.plan.fairness import Fairness, Group, Spread
    from matchmaker.plan.intervals import Figure

__all__ = ["CAUTION", "GROUPS", "TEXTS", "WORDS", "caution", "fairness_html", "fairness_rows", "summary"]

TEXTS = {
    "en": {
        "overall": "{placed} of {pupils} pupils placed: {rate}. Between brackets, here and below: 95 % interval.",
        "mean": "On average a placement has {found}.",
        "few": "Fewer than {least} pupils: no figures.",
        "clear": "{grouping}. Placed: {large}, {small}; the difference of {difference} percentage points ({interval}) "
        "is more than chance alone gives with these numbers.",
        "unclear": "{grouping}. Placed: {large}, {small}; the difference of {difference} percentage points "
        "({interval}) may be chance with these numbers.",
        "same": "{grouping}. Placed: {large} in every group.",
        "one": "{grouping}. No two groups of {least} pupils or more, so nothing to compare.",
        "means": "Clearly different: {found}.",
        "hidden": "Not told, for fewer than {least} pupils. {groups}.",
        "limit": "The plan is not proved to be the best ({points} points, at most {bound}): another plan that is as "
        "good may have other figures.",
        "caution": "What these figures cannot say",
        "n": "n < {least}",
        "of": "{count} of {pupils}",
        "to": "{low} to {high}",
    },
    "nl": {
        "overall": "{placed} van de {pupils} leerlingen geplaatst: {rate}. Tussen haakjes staat, hier en hieronder, "
        "het 95%-betrouwbaarheidsinterval.",
        "mean": "Een plaatsing heeft gemiddeld {found}.",
        "few": "Minder dan {least} leerlingen: geen cijfers.",
        "clear": "{grouping}. Geplaatst: {large}, {small}; het verschil van {difference} procentpunt ({interval}) is "
        "groter dan bij deze aantallen door toeval alleen.",
        "unclear": "{grouping}. Geplaatst: {large}, {small}; het verschil van {difference} procentpunt ({interval}) "
        "kan bij deze aantallen toeval zijn.",
        "same": "{grouping}. Geplaatst: {large} in elke groep.",
        "one": "{grouping}. Geen twee groepen van {least} of meer leerlingen, dus niets te vergelijken.",
        "means": "Duidelijk verschillend: {found}.",
        "hidden": "Niet vermeld, want minder dan {least} leerlingen. {groups}.",
        "limit": "Van dit plan is niet bewezen dat het het beste is ({points} punten, ten hoogste {bound}): een ander, "
        "even goed plan kan andere cijfers geven.",
        "caution": "Wat deze cijfers niet zeggen",
        "n": "n < {least}",
        "of": "{count} van {pupils}",
        "to": "{low} tot {high}",
    },
}
CAUTION = {
    "en": (
        "They describe this plan, not why it came out so. Groups differ in what is within their reach, in hours, "
        "travel and support, and in how often they were observed; none of that has been taken out. A difference does "
        "not prove unequal treatment, and no difference does not prove equal treatment: levels rest on what people "
        "observed, and what is skewed there the plan takes over. With small numbers a few pupils make the difference, "
        "so read the intervals too; they say how far a figure may be off if these pupils stand for many like them, and "
        "allow for the number of groups compared, not for the number of questions asked. Points say how well the work "
        "fits the pupil by the weights of the region, not how well a pupil does, nor how long a placement lasts."
    ),
    "nl": (
        "Ze beschrijven dit plan, niet waardoor het zo uitvalt. Groepen verschillen in wat voor hen bereikbaar is, in "
        "uren, reisafstand en begeleiding, en in hoe vaak er is waargenomen; daarvoor is niet gecorrigeerd. Een "
        "verschil bewijst geen ongelijke behandeling, en geen verschil bewijst geen gelijke behandeling: niveaus "
        "berusten op wat mensen hebben waargenomen, en wat daarin scheef zit, neemt het plan over. Bij kleine "
        "aantallen maken enkele leerlingen het verschil, dus lees de intervallen mee; die zeggen hoe ver een cijfer "
        "ernaast kan zitten als deze leerlingen staan voor velen zoals zij, en houden rekening met het aantal "
        "vergeleken groepen, niet met het aantal gestelde vragen. Punten zeggen hoe goed het werk volgens de weging "
        "van de regio bij de leerling past, niet hoe goed een leerling het doet of hoe lang een plaatsing standhoudt."
    ),
}
WORDS = {
    "en": {
        "all": "all pupils", "school": "school", "age": "age", "stage": "stage", "hardest": "hardest to place",
        "placed": "placed", "points": "points", "hours": "hours a week", "km": "km to work",
        "waiting_placed": "days waited before placement", "waiting_unplaced": "days waited, still not placed",
        "grouping": "grouping", "group": "group", "pupils": "pupils", "not stated": "not stated",
    },
    "nl": {
        "all": "alle leerlingen", "school": "school", "age": "leeftijd", "stage": "stage",
        "hardest": "moeilijkst te plaatsen",
        "placed": "geplaatst", "points": "punten", "hours": "uur per week", "km": "km naar het werk",
        "waiting_placed": "dagen wachten tot de plaatsing", "waiting_unplaced": "dagen wachten, nog niet geplaatst",
        "grouping": "indeling", "group": "groep", "pupils": "leerlingen", "not stated": "niet opgegeven",
    },
}  # fmt: skip
GROUPS = {
    "en": {
        "all all": "all", "school pro": "PrO", "school vso": "VSO", "school entree": "Entree", "school mbo": "MBO",
        "stage orientation": "orientation", "stage preparation": "preparation", "stage placement": "placement",
        "hardest yes": "the hardest", "hardest no": "the others", "age under 16": "under 16",
    },
    "nl": {
        "all all": "alle", "school pro": "PrO", "school vso": "VSO", "school entree": "entree", "school mbo": "mbo",
        "stage orientation": "oriëntatie", "stage preparation": "voorbereiding", "stage placement": "plaatsing",
        "hardest yes": "de moeilijksten", "hardest no": "de overigen", "age under 16": "onder de 16",
    },
}  # fmt: skip
MEANS = ("points", "hours", "km")


def _word(name: str, language: str) -> str:
    return WORDS[language].get(name, name)


def _group_word(grouping: str, group: str, language: str) -> str:
    """What a group is called; groups that people brought keep the names that they gave them."""
    plain = WORDS[language]["not stated"] if group == "not stated" else group
    return GROUPS[language].get(f"{grouping} {group}", plain)


def _number(value: float, language: str) -> str:
    text = f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}".removesuffix(".0")
    text = "0" if text == "-0" else text
    return text.replace(".", ",") if language == "nl" else text


def _percent(value: float) -> str:
    return f"{100 * value:.0f}"


def _to(low: str, high: str, language: str) -> str:
    return TEXTS[language]["to"].format(low=low, high=high)


def _figure(figure: Figure, language: str, *, rate: bool) -> str:
    """A value with its interval, such as 75 % (60 to 86)."""
    if figure.value is None:
        return ""
    said = f"{_percent(figure.value)} %" if rate else _number(figure.value, language)
    if figure.low is None or figure.high is None:
        return said
    low, high = (_percent(side) if rate else _number(side, language) for side in (figure.low, figure.high))
    return f"{said} ({_to(low, high, language)})"


def caution(fairness: Fairness, *, language: str) -> str:
    """Return what the figures cannot say, and that the plan is not proved when it is not."""
    texts = TEXTS[language]
    limit = "" if fairness.status == "optimal" else texts["limit"].format(points=fairness.points, bound=fairness.bound)
    return " ".join(part for part in (CAUTION[language], limit) if part)


def summary(fairness: Fairness, *, language: str) -> str:
    """Return fairness as lines of text: overall, one line a grouping, what is not told, and the caution."""
    texts, overall = TEXTS[language], fairness.overall
    if not overall.told:
        return texts["few"].format(least=fairness.least)
    rate = _figure(overall.figures["placed"], language, rate=True)
    lines = [texts["overall"].format(placed=overall.placed, pupils=overall.pupils, rate=rate)]
    means = [(_figure(overall.figures[name], language, rate=False), _word(name, language)) for name in MEANS]
    if all(said for said, _ in means):
        lines.append(texts["mean"].format(found=", ".join(f"{said} {name}" for said, name in means)))
    lines += [_line(fairness, name, language) for name in dict.fromkeys(one.grouping for one in fairness.groups[1:])]
    lines += _hidden(fairness, language)
    return "\n".join([*lines, "", f"{texts['caution']}. {caution(fairness, language=language)}"])


def _line(fairness: Fairness, grouping: str, language: str) -> str:
    texts, spread = TEXTS[language], fairness.spread(grouping)
    title = _word(grouping, language)
    title = title[:1].upper() + title[1:]
    if spread is None:
        return texts["one"].format(grouping=title, least=fairness.least)
    large, small = (_rate(fairness.group(grouping, name), language) for name in (spread.largest, spread.smallest))
    if not spread.difference:
        rate = _percent(fairness.group(grouping, spread.largest).figures["placed"].value or 0.0)
        said = texts["same"].format(grouping=title, large=f"{rate} %")
    else:
        low, high = (_percent(side or 0.0) for side in (spread.low, spread.high))
        said = texts["clear" if spread.clear else "unclear"].format(
            grouping=title,
            large=large,
            small=small,
            difference=_percent(spread.difference),
            interval=_to(low, high, language),
        )
    others = [one for one in fairness.spreads if one.grouping == grouping and one.clear and one.measure != "placed"]
    found = "; ".join(_measure(fairness, one, language) for one in others)
    return f"{said} {texts['means'].format(found=found)}" if found else said


def _rate(group: Group, language: str) -> str:
    of = TEXTS[language]["of"].format(count=group.placed, pupils=group.pupils)
    rate = _percent(group.figures["placed"].value or 0.0)
    return f"{_group_word(group.grouping, group.group, language)}: {rate} % ({of})"


def _measure(fairness: Fairness, spread: Spread, language: str) -> str:
    """A measure with its largest and smallest mean, such as points (MBO 917, Entree 745)."""
    means = [
        f"{_group_word(spread.grouping, name, language)}: "
        f"{_number(fairness.group(spread.grouping, name).figures[spread.measure].value or 0.0, language)}"
        for name in (spread.largest, spread.smallest)
    ]
    return f"{_word(spread.measure, language)} ({', '.join(means)})"


def _hidden(fairness: Fairness, language: str) -> list[str]:
    found: dict[str, list[str]] = {}
    for one in fairness.groups:
        if not one.told:
            found.setdefault(one.grouping, []).append(_group_word(one.grouping, one.group, language))
    named = "; ".join(f"{_word(grouping, language)}: {', '.join(names)}" for grouping, names in found.items())
    named = named[:1].upper() + named[1:]
    return [TEXTS[language]["hidden"].format(least=fairness.least, groups=named)] if named else []


def fairness_rows(fairness: Fairness, *, language: str) -> list[dict[str, Any]]:
    """Return the groups as rows that people read: every figure with its interval and, where it differs, its count."""
    return [_row(fairness, one, language) for one in fairness.groups]


def _row(fairness: Fairness, group: Group, language: str) -> dict[str, Any]:
    few = TEXTS[language]["n"].format(least=fairness.least)
    row: dict[str, Any] = {
        _word("grouping", language): _word(group.grouping, language),
        _word("group", language): _group_word(group.grouping, group.group, language),
        _word("pupils", language): few if group.pupils is None else group.pupils,
    }
    for name, figure in group.figures.items():
        said = _figure(figure, language, rate=name == "placed")
        if figure.count is None:
            said = few if group.told else ""
        elif figure.value is not None:
            of = TEXTS[language]["of"].format(count=group.placed, pupils=figure.count)
            said += f", {of}" if name == "placed" else f", n = {figure.count}"
        row[_word(name, language)] = said
    return row


def fairness_html(fairness: Fairness) -> str:
    """Return fairness as an HTML table with its sentences below."""
    lines = fairness.summary().splitlines()
    table = html_table(fairness_rows(fairness, language=fairness.language), caption=lines[0])
    return table + "".join(f"<p>{html.escape(line)}</p>" for line in lines[1:] if line)
