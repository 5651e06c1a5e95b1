"""What to observe, in sentences for a teacher."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matchmaker.plan.observe import Effect, Observe, ToObserve

__all__ = ["observe_sentence", "observe_text", "solved_sentence"]

TEXTS = {
    "en": {
        "watch": "Watch next week whether this is true of {pupil}: “{anchor}” ({label}, level {level}).",
        "watch_level": "Watch next week what {pupil} shows on {label}: level {level} or more?",
        "never": "Nobody has observed this yet.",
        "range": "level {low} to {high}",
        "single": "level {low}",
        "below": "level {high} or less",
        "above": "level {low} or more",
        "keeps": "At {levels} (chance {chance} %) the plan stays as it is.",
        "lost": "At {levels} (chance {chance} %) the position at {here} asks too much; {employer} is then the best.",
        "lost_all": "At {levels} (chance {chance} %) the position at {here} asks too much, and no other is known.",
        "lost_same": "At {levels} (chance {chance} %) the position at {here} asks too much; other work there is then "
        "the best.",
        "better": "At {levels} (chance {chance} %) {employer} is better than {here}.",
        "opens": "At {levels} (chance {chance} %) work comes up at {employer}.",
        "head": "Most worth observing ({count} of {thin} characteristics of pupils about which too little is known "
        "were looked at):",
        "none": "No single observation would change the plan by more than a little.",
        "worth": "Worth {value} points.",
        "solved": "Worked out for every level: on average {placed} more placed and {points} points more than now.",
        "no_gain": "Knowing it beforehand prevents a start that fails; more than that is not known to be done with it.",
        "about": "The region is not solved anew for these answers. Worth is reckoned with the plan's prices: what "
        "others could do with the same work. It says where to look, not what will be found, and nothing of it is "
        "proved.",
    },
    "nl": {
        "watch": "Let er volgende week op of dit voor {pupil} klopt: “{anchor}” ({label}, niveau {level}).",
        "watch_level": "Let er volgende week op wat {pupil} laat zien op {label}: niveau {level} of hoger?",
        "never": "Dit is nog door niemand waargenomen.",
        "range": "niveau {low} tot en met {high}",
        "single": "niveau {low}",
        "below": "niveau {high} of lager",
        "above": "niveau {low} of hoger",
        "keeps": "Bij {levels} (kans {chance} %) blijft het plan zoals het is.",
        "lost": "Bij {levels} (kans {chance} %) vraagt de plek bij {here} te veel; {employer} is dan het beste.",
        "lost_all": "Bij {levels} (kans {chance} %) vraagt de plek bij {here} te veel, en een andere is niet bekend.",
        "lost_same": "Bij {levels} (kans {chance} %) vraagt de plek bij {here} te veel; ander werk daar is dan het "
        "beste.",
        "better": "Bij {levels} (kans {chance} %) is {employer} beter dan {here}.",
        "opens": "Bij {levels} (kans {chance} %) komt werk bij {employer} in zicht.",
        "head": "Het meest de moeite waard om waar te nemen (bekeken: {count} van de {thin} kenmerken van leerlingen "
        "waarover te weinig bekend is):",
        "none": "Geen enkele waarneming zou het plan meer dan een beetje veranderen.",
        "worth": "Waarde: {value} punten.",
        "solved": "Doorgerekend voor elk niveau: gemiddeld {placed} meer geplaatst en {points} punten meer dan nu.",
        "no_gain": "Wie dit vooraf weet, voorkomt een start die mislukt; meer is er, voor zover bekend, niet mee te "
        "doen.",
        "about": "Voor deze antwoorden is de regio niet opnieuw gepland. De waarde is berekend met de prijzen van het "
        "plan: wat anderen met hetzelfde werk zouden kunnen. Zij zegt waar u moet kijken, niet wat u zult zien, en is "
        "niet bewezen.",
    },
}


def observe_sentence(one: ToObserve, anchor: str, employers: Mapping[str, str], here: str, *, language: str) -> str:
    """Return what to look at and what may come of it.

    Parameters
    ----------
    one : ToObserve
    anchor : str
        The framework's text for the level; empty when there is none.
    employers : mapping of str to str
        Id to label.
    here : str
        Label of the employer where the pupil is placed; empty when nowhere.
    language : str
        ``en`` or ``nl``.
    """
    texts = TEXTS[language]
    watch = texts["watch" if anchor else "watch_level"]
    said = [watch.format(pupil=one.pupil, anchor=anchor, label=one.label, level=one.level)]
    said += [] if one.observed else [texts["never"]]
    said += [_effect(one.effects, k, employers, here, texts) for k in range(len(one.effects))]
    said += [texts["worth"].format(value=one.value) if one.value >= 1 else texts["no_gain"]]
    return " ".join(said)


def _effect(
    effects: tuple[Effect, ...], k: int, employers: Mapping[str, str], here: str, texts: Mapping[str, str]
) -> str:
    one = effects[k]
    if one.lowest == one.highest:
        levels = "single"
    elif len(effects) > 1 and k in (0, len(effects) - 1):
        levels = "below" if k == 0 else "above"
    else:
        levels = "range"
    name = one.outcome
    if name == "lost" and employers.get(one.employer or "", here) == here:
        name = "lost_same" if one.employer else "lost_all"
    return texts[name].format(
        levels=texts[levels].format(low=one.lowest, high=one.highest),
        chance=round(100 * one.chance),
        employer=employers.get(one.employer or "", ""),
        here=here,
    )


def solved_sentence(one: ToObserve, placed: str, points: str, *, language: str) -> str:
    """Return the sentences of an observation with what solving the whole region for every level has shown."""
    texts = TEXTS[language]
    told = texts["solved"].format(placed=placed, points=points)
    worth = texts["worth"].format(value=one.value)
    return one.text.replace(worth, told) if one.value >= 1 else one.text


def observe_text(found: Observe) -> str:
    """Return the answer as lines of text in its language."""
    texts = TEXTS[found.language]
    # In a region solved exactly one answer may still be too large to be solved for every level.
    about = [] if found.optimal and all(one.solved for one in found.rows) else [texts["about"]]
    if not found.rows:
        return "\n".join([texts["none"], *about])
    head = texts["head"].format(count=found.looked_at, thin=found.thin)
    return "\n".join([head, *(f"- {one.text}" for one in found.rows), *about])
