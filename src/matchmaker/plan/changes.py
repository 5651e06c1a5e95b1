"""The changes that a what-if is made of: each function returns one, and changes nothing by itself.

A number with a sign is a step: ``places("e03", +1)`` is one place more than there is now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from matchmaker.plan.change import Change, apply_changes

__all__ = [
    "Change",
    "apply_changes",
    "certificate",
    "force",
    "hours",
    "leaves",
    "level",
    "new_employer",
    "new_function",
    "new_task",
    "places",
    "refuse",
    "supervision",
    "support",
    "travel",
]


def places(employer: str, step: int = 1) -> Change:
    """Return the change: so many places more (or fewer) at an employer.

    Examples
    --------
    >>> places("e03", +2).sentence()
    'e03: 2 places more.'
    """
    return Change("places", {"employer": employer, "step": step})


def supervision(employer: str, hours: float) -> Change:
    """Return the change: so many hours a week more (or less) supervision at an employer.

    Examples
    --------
    >>> supervision("e03", -1.5).sentence()
    'e03: 1.5 h a week less supervision.'
    """
    return Change("supervision", {"employer": employer, "step": hours})


def hours(pupil: str, *, minimum: float | None = None, maximum: float | None = None) -> Change:
    """Return the change: a pupil works at least `minimum` and at most `maximum` hours a week; None leaves it as it is.

    These are the hours themselves, not steps.

    Examples
    --------
    >>> hours("p07", minimum=4).sentence()
    'p07 works at least 4 h a week.'
    """
    given = {"minimum": minimum, "maximum": maximum}
    return Change("hours", {"pupil": pupil, **{name: value for name, value in given.items() if value is not None}})


def travel(pupil: str, km: float) -> Change:
    """Return the change: a pupil travels so many km further (or less far); who states no limit keeps none.

    Examples
    --------
    >>> travel("p07", 2.5).sentence()
    'p07 travels 2.5 km further.'
    """
    return Change("travel", {"pupil": pupil, "km": km})


def level(pupil: str, dimension: str, *, step: int = 1) -> Change:
    """Return the change: a pupil shows one level more than estimated now, or `step` levels.

    One observation of source ``test`` on the region's date takes the place of those on this dimension, so that the
    level estimated is just that one. Steps count in the framework's list of levels.

    Examples
    --------
    >>> level("p07", "endurance").sentence()
    'p07: 1 level more on endurance than estimated now.'
    """
    return Change("level", {"pupil": pupil, "dimension": dimension, "step": step})


def certificate(pupil: str, certificate: str) -> Change:
    """Return the change: a pupil gets a certificate; who holds it already keeps it.

    Examples
    --------
    >>> certificate("p07", "vca").sentence(language="nl")
    'p07 haalt het certificaat VCA-basis (veilig werken).'
    """
    return Change("certificate", {"pupil": pupil, "certificate": certificate})


def refuse(pupil: str, employer: str) -> Change:
    """Return the change: a pupil does not want to work at an employer.

    Examples
    --------
    >>> refuse("p07", "e03").sentence()
    'p07 does not want to work at e03.'
    """
    return Change("refuse", {"pupil": pupil, "employer": employer})


def force(pupil: str, employer: str) -> Change:
    """Return the change: people fix a pupil at an employer, whatever they decided before about the pupil there.

    A fixed decision is no way round the rules: where it cannot be kept, the plan says why.

    Examples
    --------
    >>> force("p07", "e03").sentence()
    'p07 is fixed at e03.'
    """
    return Change("force", {"pupil": pupil, "employer": employer})


def leaves(pupil: str) -> Change:
    """Return the change: a pupil takes no part any more.

    Examples
    --------
    >>> leaves("p07").sentence()
    'p07 takes no part any more.'
    """
    return Change("leaves", {"pupil": pupil})


def support(pupil: str, hours: float) -> Change:
    """Return the change: a pupil needs so many hours a week more (or less) support at the employer.

    Examples
    --------
    >>> support("p07", -1).sentence()
    'p07 needs 1 h a week less support.'
    """
    return Change("support", {"pupil": pupil, "step": hours})


def new_employer(
    id: str,
    *,
    name: str,
    lat: float,
    lon: float,
    places: int = 1,
    supervision_hours: float = 0.0,
    sector: str | None = None,
    recognised: bool = False,
    min_age: float | None = None,
) -> Change:
    """Return the change: an employer more, without work yet; see `new_function` and `new_task`.

    Parameters are the columns of the table ``employers``.

    Examples
    --------
    >>> new_employer("e99", name="Bakkerij Zuid", lat=52.1, lon=5.9, places=2, supervision_hours=4).sentence()
    'New employer e99 Bakkerij Zuid: 2 places, 4 h a week of supervision.'
    """
    facts = {"id": id, "name": name, "lat": lat, "lon": lon, "places": places, "supervision_hours": supervision_hours}
    return Change("new_employer", facts | _stated(sector=sector, recognised=recognised or None, min_age=min_age))


def new_function(
    id: str,
    *,
    employer: str,
    name: str,
    wage: float | None = None,
    vacancies: int = 0,
    max_carved_hours: float | None = None,
) -> Change:
    """Return the change: a function more at an employer, without tasks yet; see `new_task`.

    Parameters are the columns of the table ``functions``.

    Examples
    --------
    >>> new_function("f99", employer="e03", name="bakker", vacancies=1).sentence()
    'New function f99 bakker at e03, 1 vacancy.'
    """
    facts = {"id": id, "employer": employer, "name": name, "vacancies": vacancies}
    return Change("new_function", facts | _stated(wage=wage, max_carved_hours=max_carved_hours))


def new_task(
    id: str,
    *,
    function: str,
    name: str,
    hours: float,
    family: str | None = None,
    when: Iterable[str] | None = None,
    conditions: Iterable[str] = (),
    certificates: Iterable[str] = (),
    hazards: Iterable[str] = (),
    detachable: bool = True,
    together: str | None = None,
    pieces: int = 1,
    demands: Mapping[str, int] | None = None,
) -> Change:
    """Return the change: a task more in a function.

    Parameters are the columns of the table ``tasks``; `demands` is dimension to level asked.

    Examples
    --------
    >>> new_task("t99", function="f03", name="deeg afwegen", hours=4, demands={"accuracy": 3}).sentence()
    'New task t99 deeg afwegen in f03: 4 h a week.'
    """
    lists = {"conditions": conditions, "certificates": certificates, "hazards": hazards, "when": when}
    more = {key: tuple(values) for key, values in lists.items() if values is not None and tuple(values)}
    facts = {"id": id, "function": function, "name": name, "hours": hours, "detachable": detachable, "pieces": pieces}
    return Change("new_task", facts | more | _stated(family=family, together=together, demands=demands or None))


def _stated(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
