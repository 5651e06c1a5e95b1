"""Changes to a region as sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matchmaker.errors import UnknownId
from matchmaker.model import vocabulary

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matchmaker.model import Region
    from matchmaker.plan.changes import Change

__all__ = ["change_text"]

# Two texts of one name are for 1 and for more; {more} is one of the two words of "more" or "fewer".
TEXTS: dict[str, dict[str, str]] = {
    "en": {
        "places": "{employer}: {step} {places} {more}.",
        "supervision": "{employer}: {step} h a week {more_hours} supervision.",
        "hours": "{pupil} works {minimum} to {maximum} h a week.",
        "hours_minimum": "{pupil} works at least {minimum} h a week.",
        "hours_maximum": "{pupil} works at most {maximum} h a week.",
        "travel": "{pupil} travels {km} km {further}.",
        "level": "{pupil}: {step} {levels} {more_level} on {dimension} than estimated now.",
        "certificate": "{pupil} gets the certificate {certificate}.",
        "refuse": "{pupil} does not want to work at {employer}.",
        "force": "{pupil} is fixed at {employer}.",
        "new_employer": "New employer {id} {name}: {count} {places}, {supervision_hours} h a week of supervision.",
        "new_function": "New function {id} {name} at {employer}.",
        "new_function_open": "New function {id} {name} at {employer}, {vacancies} {vacancy}.",
        "new_task": "New task {id} {name} in {function}: {hours} h a week.",
        "leaves": "{pupil} takes no part any more.",
        "support": "{pupil} needs {step} h a week {more_hours} support.",
    },
    "nl": {
        "places": "{employer}: {step} {places} {more}.",
        "supervision": "{employer}: {step} uur per week {more_hours} begeleiding.",
        "hours": "{pupil} werkt {minimum} tot {maximum} uur per week.",
        "hours_minimum": "{pupil} werkt ten minste {minimum} uur per week.",
        "hours_maximum": "{pupil} werkt ten hoogste {maximum} uur per week.",
        "travel": "{pupil} reist {km} km {further}.",
        "level": "{pupil}: {step} {levels} {more_level} op {dimension} dan nu geschat.",
        "certificate": "{pupil} haalt het certificaat {certificate}.",
        "refuse": "{pupil} wil niet werken bij {employer}.",
        "force": "{pupil} wordt vastgelegd bij {employer}.",
        "new_employer": "Nieuwe werkgever {id} {name}: {count} {places}, {supervision_hours} uur begeleiding per week.",
        "new_function": "Nieuwe functie {id} {name} bij {employer}.",
        "new_function_open": "Nieuwe functie {id} {name} bij {employer}, {vacancies} {vacancy}.",
        "new_task": "Nieuwe taak {id} {name} in {function}: {hours} uur per week.",
        "leaves": "{pupil} doet niet meer mee.",
        "support": "{pupil} heeft {step} uur per week {more_hours} begeleiding nodig.",
    },
}
ONE_OR_MORE = {
    "en": {"places": ("place", "places"), "levels": ("level", "levels"), "vacancy": ("vacancy", "vacancies")},
    "nl": {"places": ("plaats", "plaatsen"), "levels": ("niveau", "niveaus"), "vacancy": ("vacature", "vacatures")},
}
UP_OR_DOWN = {
    "en": {
        "more": ("more", "fewer"),
        "more_hours": ("more", "less"),
        "more_level": ("more", "less"),
        "further": ("further", "less far"),
    },
    "nl": {
        "more": ("meer", "minder"),
        "more_hours": ("meer", "minder"),
        "more_level": ("hoger", "lager"),
        "further": ("verder", "minder ver"),
    },
}
STEPS = ("step", "km")


def change_text(change: Change, *, language: str = "en", region: Region | None = None) -> str:
    """Return a change in one sentence.

    Raises
    ------
    UnknownId
        For a language that is not there.
    """
    if language not in TEXTS:
        raise UnknownId(language, "language", tuple(TEXTS))
    facts, name = dict(change.facts), change.name
    signed = next((facts[key] for key in STEPS if key in facts), facts.get("places", facts.get("vacancies", 0)))
    count = abs(signed) if isinstance(signed, (int, float)) else 0
    words = {key: pair[count != 1] for key, pair in ONE_OR_MORE[language].items()}
    words |= {key: pair[count > 0 and signed < 0] for key, pair in UP_OR_DOWN[language].items()}
    if name == "hours" and len(facts) == 2:
        name = "hours_minimum" if "minimum" in facts else "hours_maximum"
    if name == "new_function" and facts.get("vacancies"):
        name = "new_function_open"
    said = {key: _said(key, value, language, region) for key, value in facts.items()}
    if "places" in said:
        said["count"] = said.pop("places")
    return TEXTS[language][name].format_map(_Blanks({**words, **said}))


class _Blanks(dict[str, str]):
    """A change may be written down before its faults are known: what is missing reads as a dash."""

    def __missing__(self, key: str) -> str:
        return "-"


def _said(key: str, value: Any, language: str, region: Region | None) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        text = f"{abs(value) if key in STEPS else value:g}"
        return text.replace(".", ",") if language == "nl" else text
    if key == "certificate":
        return vocabulary().label(str(value), kind="certificates", language=language)
    return _named(key, str(value), language, region)


def _named(key: str, name: str, language: str, region: Region | None) -> str:
    """Return id and name of what the region knows; for a dimension, its label."""
    if region is None:
        return name
    if key == "dimension" and name in region.framework.ids:
        return region.framework.dimension(name).name(language=language)
    tables: Mapping[str, Any] = {"employer": region.employers, "function": region.functions}
    if key not in tables or name not in tables[key].positions:
        return name
    return f"{name} {tables[key].get(name).name}"
