"""The price of each aim as sentences."""

from __future__ import annotations

import html
from dataclasses import replace
from typing import TYPE_CHECKING

from matchmaker.show.tables import html_table

if TYPE_CHECKING:
    from matchmaker.plan.aims import AimPrice, PriceOfAims

__all__ = ["TEXTS", "aims_html", "said", "summary"]

TEXTS = {
    "en": {
        "placed": "As many pupils as possible: {got} of {of} placed; without this aim {without}.",
        "hardest": "The hardest to place first: {got} of {of} placed; without this aim {without}.",
        "leximin": "The lowest points first: nobody placed has fewer than {got}, and above {of} it cannot be; "
        "without this aim {without}.",
        "floor": "No position below {floor} points: {got} of {of} pupils placed; without this floor {without}.",
        "protect": "At least {groups}: {got} of {of} placed; without this quota {without}.{missed}",
        "protect_points": "The same quota in points{how}:",
        "share": "{percent} % of {group}",
        "how_found": ", for plans that do as well on the aims before points",
        "missed": " That is fewer than the quota asks.",
        "hardest_group": "the hardest to place",
        "group": "the pupils with {column} {value}",
        "school": "school",
        "stage": "stage",
        "route": "route",
        "and": " and ",
        "nothing": "That costs nothing; this is proved.",
        "cost": "That costs {cost}; this is proved.",
        "gain": "That gains {cost}; this is proved.",
        "found": "In the plans found that costs {cost}; proved: {range}.",
        "none": "No cost was found; proved: {range}.",
        "between": "between {low} and {high}",
        "most": "at most {high}",
        "least": "at least {low}",
        "open": "nothing",
        "points": "{n} points",
        "points_1": "1 point",
        "placements": "{n} placements",
        "placements_1": "1 placement",
        "how": "Each aim is weighed against a plan that knows only the aims before it.",
        "limit": "The plan is not proved to be the best: {points} points, at most {bound} for as many placed. What was "
        "found is a difference between two such plans, and no price; what is proved holds.",
    },
    "nl": {
        "placed": "Zo veel mogelijk leerlingen: {got} van de {of} geplaatst; zonder dit doel {without}.",
        "hardest": "Moeilijkst te plaatsen leerlingen eerst: {got} van de {of} geplaatst; zonder dit doel {without}.",
        "leximin": "De laagste punten eerst: niemand met een plek heeft er minder dan {got}, en boven {of} kan niet; "
        "zonder dit doel {without}.",
        "floor": "Geen plek onder {floor} punten: {got} van de {of} leerlingen geplaatst; zonder deze ondergrens "
        "{without}.",
        "protect": "Ten minste {groups}: {got} van de {of} geplaatst; zonder dit quotum {without}.{missed}",
        "protect_points": "Hetzelfde quotum in punten{how}:",
        "share": "{percent} % van {group}",
        "how_found": ", voor plannen die het op de doelen voor de punten even goed doen",
        "missed": " Dat is minder dan het quotum vraagt.",
        "hardest_group": "wie het moeilijkst te plaatsen zijn",
        "group": "de leerlingen met {column} {value}",
        "school": "school",
        "stage": "stage",
        "route": "route",
        "and": " en ",
        "nothing": "Dat kost niets; dit is bewezen.",
        "cost": "Dat kost {cost}; dit is bewezen.",
        "gain": "Dat levert {cost} op; dit is bewezen.",
        "found": "In de gevonden plannen kost dat {cost}; bewezen: {range}.",
        "none": "Er zijn geen kosten gevonden; bewezen: {range}.",
        "between": "tussen {low} en {high}",
        "most": "ten hoogste {high}",
        "least": "ten minste {low}",
        "open": "niets",
        "points": "{n} punten",
        "points_1": "1 punt",
        "placements": "{n} plaatsingen",
        "placements_1": "1 plaatsing",
        "how": "Elk doel is vergeleken met een plan dat alleen de doelen ervoor kent.",
        "limit": "Van het plan is niet bewezen dat het het beste is: {points} punten, ten hoogste {bound} bij evenveel "
        "plaatsingen. Wat gevonden is, is het verschil tussen twee zulke plannen en geen prijs; wat bewezen is, staat "
        "vast.",
    },
}


def said(price: AimPrice, *, language: str) -> AimPrice:
    """Return a price with its sentences in a language.

    Examples
    --------
    >>> from matchmaker.plan.aims import AimPrice
    >>> said(AimPrice("hardest", "points", 3, 4, 2, 120, 120, 120), language="en").text
    'The hardest to place first: 3 of 4 placed; without this aim 2. That costs 120 points; this is proved.'
    """
    texts = TEXTS[language]
    got = texts[price.aim].format(
        got=price.got,
        of=price.of,
        without=price.without,
        floor=price.floor,
        groups=texts["and"].join(_share(name, share, texts) for name, share in price.groups),
        missed="" if price.met else texts["missed"],
        how="" if price.certain else texts["how_found"],
    )
    return replace(price, text=f"{got} {_cost(price, texts)}")


def _share(name: str, share: float, texts: dict[str, str]) -> str:
    column, _, value = name.partition("=")
    group = texts["group"].format(column=texts.get(column, column), value=value) if value else texts["hardest_group"]
    return texts["share"].format(percent=f"{100 * share:g}", group=group)


def _amount(number: int, unit: str, texts: dict[str, str]) -> str:
    return texts[f"{unit}_1"] if number == 1 else texts[unit].format(n=number)


def _cost(price: AimPrice, texts: dict[str, str]) -> str:
    if price.certain:
        assert price.at_least is not None
        name = "cost" if price.at_least > 0 else "gain" if price.at_least < 0 else "nothing"
        return texts[name].format(cost=_amount(abs(price.at_least), price.unit, texts))
    name = "found" if price.found > 0 else "none"
    return texts[name].format(cost=_amount(price.found, price.unit, texts), range=_range(price, texts))


def _range(price: AimPrice, texts: dict[str, str]) -> str:
    name = ("between" if price.at_least else "most") if price.at_most is not None else "open"
    name = "least" if name == "open" and price.at_least else name
    high = _amount(price.at_most or 0, price.unit, texts)
    low = str(price.at_least) if name == "between" else _amount(price.at_least or 0, price.unit, texts)
    return texts[name].format(low=low, high=high)


def summary(prices: PriceOfAims, *, language: str) -> str:
    """Return the prices as lines of text, with what is not proved."""
    lines = [said(one, language=language).text for one in prices.rows]
    if any(one.aim in ("placed", "hardest") for one in prices.rows):
        lines.append(TEXTS[language]["how"])
    if prices.status != "optimal":
        lines.append(TEXTS[language]["limit"].format(points=prices.points, bound=prices.bound))
    return "\n".join(lines)


def aims_html(prices: PriceOfAims) -> str:
    """Return the prices as an HTML table."""
    below = prices.summary().splitlines()[len(prices.rows) :]
    return html_table([one.row() for one in prices.rows]) + "".join(f"<p>{html.escape(line)}</p>" for line in below)
