"""Everybody who is not placed, each with reasons and with what came nearest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from matchmaker.plan.nearest import nearest_employers
from matchmaker.plan.obstacles import Obstacles, View
from matchmaker.plan.records import Nearest, Reason, Unplaced
from matchmaker.positions import Labels
from matchmaker.rules import REASONS

if TYPE_CHECKING:
    from matchmaker.positions import Ledger

__all__ = ["at_employers", "explain_unplaced"]

NOT_KEPT = {
    "en": "People fixed this pupil at {employer}; that cannot be kept: {why}",
    "nl": "Mensen legden deze leerling vast bij {employer}; dat kan niet: {why}",
}
EMPLOYERS = {"en": ("1 employer", "{count} employers"), "nl": ("1 werkgever", "{count} werkgevers")}
NO_EMPLOYERS = {"en": "There are no employers.", "nl": "Er zijn geen werkgevers."}


def explain_unplaced(
    ledger: Ledger,
    obstacles: Obstacles,
    pupils: Iterable[int],
    *,
    language: str = "en",
    nearest: Mapping[int, tuple[Nearest, ...]] | None = None,
) -> tuple[Unplaced, ...]:
    """Say for each of these pupils (row numbers) why there is no position.

    At every employer the first rule counts, in the order of `matchmaker.rules.REASONS`, that together with those before
    it leaves no position there; where one would have been possible, what the plan has used up counts (places,
    supervision, tasks_once). The counts add up to the number of employers. What is nearest may be known of some.
    """
    known, rows = nearest or {}, [int(pupil) for pupil in pupils]
    obstacles.look_at(rows)
    return tuple(_one(ledger, obstacles, pupil, language, known.get(pupil)) for pupil in rows)


def _one(
    ledger: Ledger, obstacles: Obstacles, pupil: int, language: str, known: tuple[Nearest, ...] | None
) -> Unplaced:
    view = obstacles.view(pupil)
    nearest = nearest_employers(ledger, obstacles, view, language=language) if known is None else known
    counted = Counter(view.rule)
    reasons = [
        Reason(rule, counted[rule], at_employers(rule, counted[rule], language=language))
        for rule in REASONS
        if counted[rule]
    ]
    fixed = _not_kept(ledger, obstacles, view, counted["decisions"], nearest, language)
    if fixed is not None:
        reasons = [fixed, *(reason for reason in reasons if reason.rule != "decisions")]
    if not reasons:
        reasons = [Reason("places", 0, NO_EMPLOYERS[language])]
    return Unplaced(str(ledger.problem.pupils.ids[pupil]), tuple(reasons), nearest)


def _not_kept(
    ledger: Ledger, obstacles: Obstacles, view: View, count: int, nearest: tuple[Nearest, ...], language: str
) -> Reason | None:
    """For a pupil whom people fixed somewhere: why the decision could not be kept, in place of the plain count."""
    fixed = ledger.problem.decisions.fixed
    for employer in fixed[fixed[:, 0] == view.pupil, 1].tolist():
        name = str(ledger.problem.employers.ids[employer])
        why = next((one.text for one in nearest if one.employer == name), "")
        why = why or at_employers(view.rule[employer], 1, language=language)
        label = Labels(ledger.region, language).employer(name)
        return Reason("decisions", count, NOT_KEPT[language].format(employer=label, why=why))
    return None


def at_employers(rule: str, count: int, *, language: str) -> str:
    """Return the sentence of a rule for a number of employers.

    Examples
    --------
    >>> at_employers("travel", 2, language="en")
    'At 2 employers: too far away.'
    """
    one, many = EMPLOYERS[language]
    return REASONS[rule].many[language].format(employers=one if count == 1 else many.format(count=count))
