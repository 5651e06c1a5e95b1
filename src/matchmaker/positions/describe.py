"""From a bundle of row numbers to a position that people can read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matchmaker.model.moments import MOMENTS
from matchmaker.positions.checks import Case, violations_of
from matchmaker.positions.counts import contributions, to_observe
from matchmaker.positions.records import Position

if TYPE_CHECKING:
    from matchmaker.positions.ledger import Bundle, Ledger

__all__ = ["check_position"]


def check_position(ledger: Ledger, bundle: Bundle, *, language: str = "en") -> Position:
    """Weigh one position under every rule and contribution, whether it is allowed or not.

    Parameters
    ----------
    ledger : Ledger
        Of the region, from `ledger_of`.
    bundle : Bundle
        From `Ledger.bundle`, `Ledger.vacancy` or `Ledger.carved`.
    language : str
        ``en`` or ``nl``.

    Returns
    -------
    Position
        With all its violations, contributions that add up, and a timetable when there is one.

    Examples
    --------
    >>> import matchmaker as mm
    >>> from matchmaker.positions import ledger_of
    >>> ledger = ledger_of(mm.read_region(mm.town()))
    >>> position = check_position(ledger, ledger.bundle("p001", {"t0001": 9.5}))
    >>> position.points == sum(one.points for one in position.contributions)
    True
    """
    problem, case = ledger.problem, Case(ledger, bundle, language)
    counted = contributions(case)
    points = sum(one.points for one in counted)
    names = problem.tasks.ids
    return Position(
        pupil=str(problem.pupils.ids[bundle.pupil]),
        employer=str(problem.employers.ids[bundle.employer]),
        second=None if bundle.second < 0 else str(problem.employers.ids[bundle.second]),
        at={} if bundle.second < 0 else _places(ledger, bundle),
        kind="carved" if bundle.carved else "vacancy",
        function=None if bundle.carved else str(problem.functions.ids[bundle.function]),
        hours=round(bundle.total, 9),
        support_hours=float(problem.pupils.support[bundle.pupil]),
        points=points,
        tasks={str(names[task]): round(amount, 9) for task, amount in zip(bundle.tasks, bundle.hours, strict=True)},
        timetable={
            str(names[task]): {MOMENTS[moment]: amount for moment, amount in row.items()}
            for task, row in (case.week or {}).items()
        },
        contributions=counted,
        to_observe=to_observe(ledger, bundle),
        violations=violations_of(case, points=points),
    )


def _places(ledger: Ledger, bundle: Bundle) -> dict[str, str]:
    """Say at which employer each task is."""
    tasks, employers = ledger.problem.tasks, ledger.problem.employers.ids
    return {str(tasks.ids[task]): str(employers[tasks.employer[task]]) for task in bundle.tasks}
