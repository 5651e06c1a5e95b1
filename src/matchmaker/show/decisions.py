"""What people decided, and what it costs, as sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matchmaker.show.difference import aims_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matchmaker.plan.decisions import DecisionCost

__all__ = ["decision_text"]

TEXTS = {
    "en": {
        "fixed": "{pupil} is fixed at {employer}; the plan keeps to it.",
        "fixed_not": "{pupil} is fixed at {employer}; the plan cannot keep to it. {why}",
        "excluded": "{pupil} is excluded from {employer}; the plan keeps to it.",
        "by_on": "Decided by {by} on {date}.",
        "by": "Decided by {by}.",
        "on": "Decided on {date}.",
        "reason": "Reason: {reason}.",
        "same": "Without this decision the plan would do just as well.",
        "nothing": "Without this decision no plan was found that is better because of it.",
        "without": "Without this decision: {tallies}.",
        "proved": "That is proved.",
        "proved_points": "It is proved to cost {low} to {high} points.",
        "proved_placed": "It is proved that no plan with this decision places as many.",
        "open_points": "That is not proved: at this number of pupils placed, it costs the best plan between {low} and "
        "{high} points.",
        "open": "That is not proved: neither plan is proved to be the best.",
    },
    "nl": {
        "fixed": "{pupil} ligt vast bij {employer}; het plan houdt zich daaraan.",
        "fixed_not": "{pupil} ligt vast bij {employer}; daar kan het plan zich niet aan houden. {why}",
        "excluded": "{pupil} is uitgesloten bij {employer}; het plan houdt zich daaraan.",
        "by_on": "Besloten door {by} op {date}.",
        "by": "Besloten door {by}.",
        "on": "Besloten op {date}.",
        "reason": "Reden: {reason}.",
        "same": "Zonder dit besluit zou het plan even goed zijn.",
        "nothing": "Zonder dit besluit is er geen plan gevonden dat daardoor beter is.",
        "without": "Zonder dit besluit: {tallies}.",
        "proved": "Dat is bewezen.",
        "proved_points": "Bewezen is dat het {low} tot {high} punten kost.",
        "proved_placed": "Bewezen is dat geen enkel plan met dit besluit er evenveel plaatst.",
        "open_points": "Dat is niet bewezen: bij dit aantal geplaatste leerlingen kost het besluit het beste plan "
        "tussen {low} en {high} punten.",
        "open": "Dat is niet bewezen: van geen van beide plannen is bewezen dat het het beste is.",
    },
}


def decision_text(one: DecisionCost, *, employer: str, language: str = "en") -> str:
    """Return a decision in a few sentences on one line.

    Parameters
    ----------
    one : DecisionCost
    employer : str
        Id and name.
    language : str
        ``en`` or ``nl``.
    """
    return " ".join(_sentences(one, employer, language))


def _sentences(one: DecisionCost, employer: str, language: str) -> Iterator[str]:
    texts = TEXTS[language]
    kind = one.kind if one.kept else "fixed_not"
    yield texts[kind].format(pupil=one.pupil, employer=employer, why=one.why)
    if one.by or one.date:
        name = "by_on" if one.by and one.date else "by" if one.by else "on"
        yield texts[name].format(by=one.by, date=one.date)
    if one.reason:
        yield texts["reason"].format(reason=one.reason.rstrip("."))
    tallies = aims_text(one.without.aims, language=language)
    same = "same" if one.certain or one.without.certainty.optimal else "nothing"
    yield texts["without"].format(tallies=tallies) if tallies else texts[same]
    yield _proved(one, texts)


def _proved(one: DecisionCost, texts: dict[str, str]) -> str:
    what = one.without.certainty
    if what.optimal or (what.certain and what.aim is None):
        return texts["proved"]
    if what.certain and what.aim == "placed":
        return texts["proved_placed"]
    if what.low is None or what.high is None:
        return texts["open"]
    return texts["proved_points" if what.certain else "open_points"].format(low=what.low, high=what.high)
