"""How placements fare when levels turn out otherwise, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matchmaker.plan.robustness import Robustness, Survival

__all__ = ["robustness_text"]

MOST = 10
TEXTS = {
    "en": {
        "head": "{draws} times levels were drawn from the chances that the observations give. Placements: {count}, of "
        "which near-certain (allowed in at least 90 % of the draws): {near}, fragile (in fewer than 50 %): {fragile}.",
        "fragile": "Fragile:",
        "between": "In between:",
        "near": "Near-certain: {names} (lower end of the interval: {low} % or more).",
        "one": "{pupil} at {employer}: allowed in {allowed} of {draws} draws ({rate} %, interval {low} to {high} %)",
        "stays": "; placed there again in {chosen} of {planned} plans ({rate} %, interval {low} to {high} %).",
        "end": ".",
        "more": "... and {count} more.",
        "again": "Only for {planned} of the {draws} draws was a plan made as well.",
        "searched": "The plans for {searched} draws start from this one and were improved for a short while only; that "
        "they are the best is not proved. A pupil may also move in them because two positions are about equally good.",
        "unknown": "What positions ask and nobody has observed was not drawn (counted: {unknown}). See the "
        "observations to make.",
        "none": "Nobody is placed.",
    },
    "nl": {
        "head": "Er zijn {draws} keer niveaus geloot volgens de kansen die uit de waarnemingen volgen. Plaatsingen: "
        "{count}, waarvan bijna zeker (toegestaan in ten minste 90 % van de lotingen): {near}, kwetsbaar (in minder "
        "dan 50 %): {fragile}.",
        "fragile": "Kwetsbaar:",
        "between": "Daartussenin:",
        "near": "Bijna zeker: {names} (ondergrens van het interval: {low} % of meer).",
        "one": "{pupil} bij {employer}: toegestaan in {allowed} van de {draws} lotingen ({rate} %, interval {low} tot "
        "{high} %)",
        "stays": "; weer daar geplaatst in {chosen} van de {planned} plannen ({rate} %, interval {low} tot {high} %).",
        "end": ".",
        "more": "... en nog {count}.",
        "again": "Slechts voor {planned} van de {draws} lotingen is ook een plan gemaakt.",
        "searched": "De plannen voor {searched} lotingen beginnen bij dit plan en zijn maar kort verbeterd; dat ze de "
        "beste zijn, is niet bewezen. Een leerling kan daarin ook van plek wisselen doordat twee plekken ongeveer even "
        "goed zijn.",
        "unknown": "Wat plekken vragen en nog niemand heeft waargenomen, is niet meegeloot (aantal: {unknown}). Zie de "
        "waarnemingen die nog te doen zijn.",
        "none": "Er is niemand geplaatst.",
    },
}


def robustness_text(found: Robustness) -> str:
    """Return the answer as lines of text in its language."""
    texts = TEXTS[found.language]
    if not found.rows:
        return texts["none"]
    near, fragile = found.near_certain, found.fragile
    between = [one for one in found.rows if one.kind == "between"]
    head = texts["head"].format(draws=found.draws, count=len(found.rows), near=len(near), fragile=len(fragile))
    lines = [head, *_group(found, "fragile", fragile), *_group(found, "between", between)]
    if near:
        names = [one.pupil for one in sorted(near, key=lambda one: one.pupil)]
        low = round(100 * min(one.low for one in near))
        lines.append(texts["near"].format(names=", ".join(names), low=low))
    if found.planned < found.draws:
        lines.append(texts["again"].format(planned=found.planned, draws=found.draws))
    if found.searched:
        lines.append(texts["searched"].format(searched=found.searched))
    if found.unknown:
        lines.append(texts["unknown"].format(unknown=found.unknown))
    return "\n".join(lines)


def _group(found: Robustness, name: str, rows: list[Survival] | tuple[Survival, ...]) -> list[str]:
    texts = TEXTS[found.language]
    if not rows:
        return []
    more = [texts["more"].format(count=len(rows) - MOST)] if len(rows) > MOST else []
    return [texts[name], *(f"- {_line(found, one)}" for one in rows[:MOST]), *more]


def _line(found: Robustness, one: Survival) -> str:
    texts = TEXTS[found.language]
    said = texts["one"].format(
        pupil=one.pupil,
        employer=found.employers[one.employer],
        allowed=one.allowed,
        draws=one.draws,
        **_percents(one.rate, one.low, one.high),
    )
    if one.stays is None or one.stays_low is None or one.stays_high is None:
        return said + texts["end"]
    share = _percents(one.stays, one.stays_low, one.stays_high)
    return said + texts["stays"].format(chosen=one.chosen, planned=one.planned, **share)


def _percents(rate: float, low: float, high: float) -> dict[str, int]:
    return {"rate": round(100 * rate), "low": round(100 * low), "high": round(100 * high)}
