"""A plan in a few lines."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matchmaker.plan import Plan

__all__ = ["rule_name", "summary"]

SUMMARY = {
    "en": {
        "head": "{name}, {date}: {placed} of {pupils} pupils placed.",
        "kinds": "{carved} on positions carved from tasks, {vacancy} on vacancies; {hours} h a week in all.",
        "two": "{count} of them at two employers.",
        "optimal": "{points} points; proved to be the best for these aims in this order.",
        "limit": "{points} points; no plan for this number of pupils has more than {bound} (gap {gap} %).",
        "aims_bound": "No plan that also places as many of the hardest to place has more than {bound} points.",
        "hardest": "Of the {pupils} hardest to place, {placed} are placed.",
        "leximin": "Nobody placed has fewer than {lowest} points; no plan for the aims before it can have more than "
        "{bound} for its lowest.",
        "leximin_proved": "Nobody placed has fewer than {lowest} points, and no plan for the aims before it does "
        "better: proved for the {levels} lowest of {placed}.",
        "leximin_bound": "No plan that does as well on all aims before points has more than {bound} points.",
        "unplaced": "Not placed: {count}. Most often in the way: {reasons}.",
        "order": "Order of aims: {order}; ties by lottery with seed {seed}.",
        "aims": "fixed: fixed decisions; placed: number placed; hardest: hardest to place; leximin: lowest points "
        "first; points: points",
    },
    "nl": {
        "head": "{name}, {date}: {placed} van {pupils} leerlingen geplaatst.",
        "kinds": "{carved} op plekken van afgesplitste taken, {vacancy} op vacatures; samen {hours} uur per week.",
        "two": "{count} daarvan bij twee werkgevers.",
        "optimal": "{points} punten; bewezen het beste voor deze doelen in deze volgorde.",
        "limit": "{points} punten; geen plan voor dit aantal leerlingen heeft er meer dan {bound} (verschil {gap} %).",
        "aims_bound": "Geen plan dat ook evenveel moeilijkst te plaatsen leerlingen plaatst, heeft meer dan {bound}.",
        "hardest": "Van de {pupils} moeilijkst te plaatsen leerlingen zijn er {placed} geplaatst.",
        "leximin": "Niemand met een plek heeft minder dan {lowest} punten; geen plan voor de doelen ervoor komt met "
        "zijn laagste boven {bound}.",
        "leximin_proved": "Niemand met een plek heeft minder dan {lowest} punten, en geen plan voor de doelen ervoor "
        "doet het beter: bewezen voor de {levels} laagste van {placed}.",
        "leximin_bound": "Geen plan dat het op alle doelen voor de punten even goed doet, heeft er meer dan {bound}.",
        "unplaced": "Niet geplaatst: {count}. Staat het vaakst in de weg: {reasons}.",
        "order": "Volgorde van doelen: {order}; gelijke kansen geloot met seed {seed}.",
        "aims": "fixed: vaste besluiten; placed: aantal geplaatst; hardest: moeilijkst te plaatsen; "
        "leximin: laagste punten eerst; points: punten",
    },
}
RULES = {
    "en": {
        "route": "route", "decisions": "decisions", "own_say": "own say", "travel": "travel",
        "employer": "employer's terms",
        "places": "places", "supervision": "supervision", "abilities": "abilities", "conditions": "conditions",
        "certificates": "certificates", "hours": "hours", "timetable": "timetable", "tasks_once": "tasks given out",
        "carving_limits": "limits on carving", "fit_floor": "floor",
    },
    "nl": {
        "route": "route", "decisions": "besluiten", "own_say": "eigen stem", "travel": "reizen",
        "employer": "eisen van de werkgever", "places": "plaatsen", "supervision": "begeleiding",
        "abilities": "vermogens", "conditions": "omstandigheden", "certificates": "certificaten", "hours": "uren",
        "timetable": "rooster", "tasks_once": "taken vergeven", "carving_limits": "grenzen aan afsplitsen",
        "fit_floor": "ondergrens",
    },
}  # fmt: skip
NAMED = 3


def rule_name(rule: str, *, language: str) -> str:
    """Return what a rule is called in a sentence; one without a name of its own is its id.

    Examples
    --------
    >>> rule_name("travel", language="nl")
    'reizen'
    """
    return RULES[language].get(rule, rule)


def summary(plan: Plan, *, language: str = "en") -> str:
    """Return a plan in a few lines of text.

    Parameters
    ----------
    plan : Plan
    language : str
        ``en`` or ``nl``.
    """
    texts = SUMMARY[language]
    kinds = Counter(one.kind for one in plan.placements)
    hours = f"{sum(one.hours for one in plan.placements):g}"
    gap = f"{100 * plan.gap:.1f}"
    if language == "nl":
        hours, gap = hours.replace(".", ","), gap.replace(".", ",")
    hardest = plan.groups.get("hardest", {}).get("yes")
    two = sum(one.second is not None for one in plan.placements)
    lines = [
        texts["head"].format(name=plan.name, date=plan.date, placed=plan.placed, pupils=plan.pupils),
        texts["kinds"].format(carved=kinds["carved"], vacancy=kinds["vacancy"], hours=hours),
        texts["two"].format(count=two) if two else "",
        texts[plan.status].format(points=plan.points, bound=plan.bound, gap=gap),
        _aims_bound(plan, texts),
        texts["hardest"].format(**hardest) if hardest else "",
        _leximin(plan, texts),
        _unplaced(plan, texts["unplaced"], language),
        texts["order"].format(order=_order(plan, texts["aims"]), seed=plan.seed),
    ]
    return "\n".join(line for line in lines if line)


def _aims_bound(plan: Plan, texts: dict[str, str]) -> str:
    if not plan.points < plan.bound_aims < plan.bound:
        return ""
    return texts["leximin_bound" if plan.leximin else "aims_bound"].format(bound=plan.bound_aims)


def _leximin(plan: Plan, texts: dict[str, str]) -> str:
    reached = plan.leximin
    if reached is None or reached.lowest is None:
        return ""
    name = "leximin_proved" if reached.proved else "leximin"
    return texts[name].format(lowest=reached.lowest, bound=reached.bound, levels=reached.levels, placed=reached.placed)


def _unplaced(plan: Plan, text: str, language: str) -> str:
    """In how many pupils' lists of reasons each rule stands first by count."""
    if not plan.not_placed:
        return ""
    worst = Counter(max(one.reasons, key=lambda reason: reason.count).rule for one in plan.not_placed)
    named = [f"{rule_name(rule, language=language)} ({count})" for rule, count in worst.most_common(NAMED)]
    return text.format(count=len(plan.not_placed), reasons=", ".join(named))


def _order(plan: Plan, aims: str) -> str:
    names = dict(part.split(": ") for part in aims.split("; "))
    return ", ".join(names.get(aim, aim) for aim in plan.policy["order"])
