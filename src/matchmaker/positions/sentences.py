"""What exactly is in the way, and what exactly counts: particulars, in nl and en, for the sentences of the rules."""

from __future__ import annotations

from typing import Literal

__all__ = ["PARTICULARS", "say"]

PARTICULARS: dict[str, dict[Literal["en", "nl"], str]] = {
    # --- rules ---
    "excluded": {"en": "Excluded at {employer}.{why}", "nl": "Uitgesloten bij {employer}.{why}"},
    "fixed": {"en": "Fixed at {employer}.{why}", "nl": "Vastgelegd bij {employer}.{why}"},
    "why": {"en": " Reason: {reason}", "nl": " Reden: {reason}"},
    "too_far": {"en": "{km} km, at most {most} km", "nl": "{km} km, ten hoogste {most} km"},
    "too_young": {"en": "from {least} years, the pupil is {age}", "nl": "vanaf {least} jaar, de leerling is {age}"},
    "not_recognised": {
        "en": "{employer} is no recognised training company, which preparation asks",
        "nl": "{employer} is geen erkend leerbedrijf, en dat vraagt de voorbereiding",
    },
    "no_places": {"en": "{employer} has none", "nl": "{employer} heeft er geen"},
    "places_taken": {"en": "{count} of {count} at {employer} taken", "nl": "{count} van {count} bij {employer} bezet"},
    "support": {"en": "{need} h needed, {left} h at {employer}", "nl": "{need} uur nodig, {left} uur bij {employer}"},
    "support_left": {
        "en": "{need} h needed, {left} h left at {employer}",
        "nl": "{need} uur nodig, nog {left} uur bij {employer}",
    },
    "level": {
        "en": "{task} asks {dimension} {asked}, shown is {estimated}, at most {gap} more is allowed",
        "nl": "{task} vraagt {dimension} {asked}, getoond is {estimated}, ten hoogste {gap} meer mag",
    },
    "unsure": {
        "en": "{task} asks {dimension} {asked}, and the chance that the pupil stays below {least} is {chance} %, "
        "at most {most} % is allowed",
        "nl": "{task} vraagt {dimension} {asked}, en de kans dat de leerling onder {least} blijft is {chance} %, "
        "ten hoogste {most} % mag",
    },
    "of_tasks": {"en": "{what} ({tasks})", "nl": "{what} ({tasks})"},
    "hours": {
        "en": "{hours} h a week, the pupil works {low} to {high} h",
        "nl": "{hours} uur per week, de leerling werkt {low} tot {high} uur",
    },
    "week": {
        "en": "{hours} h of work, and open to both are {moments}",
        "nl": "{hours} uur werk, en open voor beide zijn {moments}",
    },
    "week_divided": {
        "en": "{hours} h of work at two employers, never both in one half day, and open are {moments}",
        "nl": "{hours} uur werk bij twee werkgevers, nooit beide op één dagdeel, en open zijn {moments}",
    },
    "no_moments": {"en": "no moments", "nl": "geen dagdelen"},
    "stays": {"en": "{task} cannot be split off", "nl": "{task} kan niet worden afgesplitst"},
    "no_hours": {"en": "{task} with {hours} h", "nl": "{task} met {hours} uur"},
    "pieces": {
        "en": "{task}: {hours} h is no whole number of pieces of {piece} h",
        "nl": "{task}: {hours} uur is geen heel aantal delen van {piece} uur",
    },
    "too_much": {"en": "{task} has {most} h, not {hours} h", "nl": "{task} heeft {most} uur, geen {hours} uur"},
    "together": {"en": "{task} moves together with all of {mate}", "nl": "{task} gaat samen met heel {mate}"},
    "no_vacancy": {"en": "{function} has no vacancy", "nl": "{function} heeft geen vacature"},
    "no_tasks": {"en": "{function} has no tasks", "nl": "{function} heeft geen taken"},
    "given_out": {
        "en": "others have the work at {employer} that fits",
        "nl": "anderen hebben het werk bij {employer} dat past",
    },
    "too_many": {"en": "{count} tasks, at most {most}", "nl": "{count} taken, ten hoogste {most}"},
    "too_small": {
        "en": "{task}: {hours} h, at least {least} h (half an hour, and a sixteenth of the position)",
        "nl": "{task}: {hours} uur, ten minste {least} uur (een half uur, en een zestiende van de plek)",
    },
    "cap": {
        "en": "{function} may give up {most} h, not {hours} h",
        "nl": "{function} mag {most} uur afstaan, geen {hours} uur",
    },
    "floor": {"en": "{points} points, the floor is {floor}", "nl": "{points} punten, de ondergrens is {floor}"},
    # --- contributions ---
    "share": {
        "en": "{hours} of the {most} h a week",
        "nl": "{hours} van de {most} uur per week",
    },
    "fits_well": {"en": "no difference", "nl": "geen verschil"},
    "loss": {"en": "{dimension} {points}", "nl": "{dimension} {points}"},
    "first_choice": {"en": "{family} (first choice)", "nl": "{family} (eerste keus)"},
    "choice": {"en": "{family} (choice {rank})", "nl": "{family} (keus {rank})"},
    "disliked": {"en": "{family} (rather not)", "nl": "{family} (liever niet)"},
    "hours_freed": {"en": "{hours} h a week", "nl": "{hours} uur per week"},
    "km": {"en": "{km} km", "nl": "{km} km"},
    "km_to": {"en": "{km} km to {employer}", "nl": "{km} km naar {employer}"},
    "vacancy_at": {
        "en": "There is an open vacancy, so that the placement can become a job: {employers}.",
        "nl": "Er is een open vacature, zodat de plaatsing een baan kan worden: {employers}.",
    },
    # --- one dimension ---
    "asks": {"en": "{asked}", "nl": "{asked}"},
    "asks_range": {"en": "{least} to {asked}", "nl": "{least} tot {asked}"},
    "unknown": {
        "en": "{dimension}: asked {asks}, never observed.",
        "nl": "{dimension}: gevraagd {asks}, nooit waargenomen.",
    },
    "even": {
        "en": "{dimension}: asked {asks}, shown {estimated}.",
        "nl": "{dimension}: gevraagd {asks}, getoond {estimated}.",
    },
    "over": {
        "en": "{dimension}: asked {asks}, shown {estimated}: {gap} more than shown.",
        "nl": "{dimension}: gevraagd {asks}, getoond {estimated}: {gap} meer dan getoond.",
    },
    "under": {
        "en": "{dimension}: asked {asks}, shown {estimated}: {gap} less than shown.",
        "nl": "{dimension}: gevraagd {asks}, getoond {estimated}: {gap} minder dan getoond.",
    },
}
"""Name of a particular to its text in both languages."""


def say(name: str, language: str, **facts: object) -> str:
    """Return a particular with its facts filled in.

    Examples
    --------
    >>> say("too_far", "nl", km="12,3", most="8")
    '12,3 km, ten hoogste 8 km'
    """
    texts = PARTICULARS[name]
    return (texts["nl"] if language == "nl" else texts["en"]).format(**facts)
