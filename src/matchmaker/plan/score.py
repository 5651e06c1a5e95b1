"""`score` weighs any bundle of tasks, or a whole open function, for one pupil; `carve` finds the best ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from matchmaker.errors import MatchmakerError, UnknownId
from matchmaker.plan.nearest import nearest_positions
from matchmaker.plan.obstacles import Obstacles
from matchmaker.plan.rows import Rows
from matchmaker.plan.unplaced import at_employers
from matchmaker.positions import Bundle, Ledger, Position, Violation, check_position, ledger_of
from matchmaker.solve.bundle import Found
from matchmaker.solve.joint.pricing import price_pair
from matchmaker.solve.joint.stock import full_stock
from matchmaker.solve.reach import make_reach

if TYPE_CHECKING:
    from matchmaker.model import Region
    from matchmaker.solve.reach import Reach

__all__ = ["Carved", "carve", "score"]

BEAT = -1e12


class Carved(Rows[Position]):
    """Positions for one pupil at one employer, best first; when there is none, `why_none` says what stands in the way.

    Examples
    --------
    >>> Carved().why_none
    ()
    """

    why_none: tuple[Violation, ...] = ()


def score(
    region: Region,
    *,
    pupil: str,
    tasks: Mapping[str, float] | None = None,
    vacancy: str | None = None,
    employer: str | None = None,
    language: str | None = None,
) -> Position:
    """Weigh one position, allowed or not: its points with reasons, its timetable, and every rule that it breaks.

    Parameters
    ----------
    region : Region
    pupil : str
        Id.
    tasks : mapping of str to float
        Task id to hours a week: a position carved from these tasks.
    vacancy : str
        Id of a function, in place of `tasks`: all its tasks at their full hours.
    employer : str, optional
        Id; only to make sure that there are tasks there, and nowhere else unless two employers are allowed.
    language : str, optional
        ``en`` or ``nl``; by default that of the policy.

    Returns
    -------
    Position

    Raises
    ------
    UnknownId
        For an id that is not there.
    MatchmakerError
        When not just one of `tasks` and `vacancy` is given, or the tasks are of more employers than allowed.

    Examples
    --------
    >>> import matchmaker as mm
    >>> region = mm.read_region(mm.town())
    >>> position = mm.score(region, pupil="p001", tasks={"t0001": 9.5})
    >>> position.points == sum(one.points for one in position.contributions)
    True
    """
    if (tasks is None) == (vacancy is None):
        raise MatchmakerError("came tasks and vacancy both or neither; allowed is just one of them.")
    ledger = ledger_of(region)
    bundle = (
        _open_function(ledger, pupil, str(vacancy), employer)
        if tasks is None
        else ledger.bundle(pupil, tasks, employer)
    )
    return check_position(ledger, bundle, language=_language(region, language))


def _open_function(ledger: Ledger, pupil: str, vacancy: str, employer: str | None) -> Bundle:
    bundle = ledger.vacancy(ledger.row("pupil", pupil), ledger.row("function", vacancy))
    if employer is not None and ledger.row("employer", employer) != bundle.employer:
        owner = ledger.problem.employers.ids[bundle.employer]
        raise MatchmakerError(f"employer: came {employer!r}, but function {vacancy} is at {owner}.")
    return bundle


def _language(region: Region, language: str | None) -> str:
    chosen = language or region.policy.language
    if chosen not in ("en", "nl"):
        raise UnknownId(chosen, "language", ("en", "nl"))
    return chosen


def carve(region: Region, *, pupil: str, employer: str, k: int = 5, language: str | None = None) -> Carved:
    """Return the best positions for one pupil at one employer when nobody else is placed, best first.

    Carved positions and open functions stand side by side. Every one of them breaks no rule.

    Parameters
    ----------
    region : Region
    pupil, employer : str
        Ids.
    k : int
        How many at most.
    language : str, optional
        ``en`` or ``nl``; by default that of the policy.

    Returns
    -------
    Carved
        A tuple of positions; when it is empty, its `why_none` says what stands in the way.

    Raises
    ------
    UnknownId
        For an id that is not there.

    Examples
    --------
    >>> import matchmaker as mm
    >>> region = mm.read_region(mm.town())
    >>> best = mm.carve(region, pupil="p001", employer="e01", k=2)
    >>> len(best) <= 2 and (len(best) > 0) != bool(best.why_none)
    True
    """
    chosen = _language(region, language)
    ledger = ledger_of(_only(region, pupil=pupil, employer=employer))
    reach = make_reach(ledger.problem, threads=1)
    where = ledger.row("employer", employer)
    bundles = [*_best_bundles(ledger, reach, where, max(k, 1)), *_open_functions(ledger, reach, where)]
    found = [check_position(ledger, bundle, language=chosen) for bundle in bundles]
    best = sorted(found, key=lambda position: (-position.points, len(position.tasks), tuple(position.tasks)))
    positions = Carved(best[: max(k, 0)])
    if not found:
        positions.why_none = _why_none(ledger, reach, where, chosen)
    return positions


def _why_none(ledger: Ledger, reach: Reach, employer: int, language: str) -> tuple[Violation, ...]:
    obstacles = Obstacles(ledger.problem, reach, full_stock(reach.work))
    view = obstacles.view(0)
    for nearest in nearest_positions(ledger, obstacles, view, employer, language=language)[:1]:
        return nearest.missing
    rule = view.rule[employer]
    return (Violation(rule, at_employers(rule, 1, language=language)),)


def _only(region: Region, *, pupil: str, employer: str) -> Region:
    """The region with this pupil alone, and with the work of this employer alone: the best positions are the same."""
    tables = region.tables()
    person, company = tables["pupils"].position(pupil), tables["employers"].position(employer)
    functions = tables["functions"].column("employer") == region.employers.ids[company]
    tasks = np.isin(tables["tasks"].column("function"), tables["functions"].column("id")[functions])
    demands = np.isin(tables["demands"].column("task"), tables["tasks"].column("id")[tasks])
    return region.replace(
        pupils=region.pupils.take([person]),
        observations=region.observations.take(tables["observations"].column("pupil") == pupil),
        functions=region.functions.take(functions),
        tasks=region.tasks.take(tasks),
        demands=region.demands.take(demands),
        decisions=region.decisions.take(tables["decisions"].column("pupil") == pupil),
    )


def _best_bundles(ledger: Ledger, reach: Reach, employer: int, keep: int) -> list[Bundle]:
    pairs, most = np.flatnonzero(reach.pair_employer == employer), reach.work.max_tasks
    if not len(pairs):
        return []
    found = Found(np.full((keep, most), -1, np.int64), np.zeros((keep, most), np.int64), np.zeros(keep))
    kept, _ = price_pair(
        reach, full_stock(reach.work), np.zeros(len(reach.work.lot_pieces)), int(pairs[0]), BEAT, found
    )
    return [ledger.carved(0, found.lot[row], found.count[row]) for row in range(kept)]


def _open_functions(ledger: Ledger, reach: Reach, employer: int) -> list[Bundle]:
    of = ledger.problem.functions.employer
    return [ledger.vacancy(0, int(function)) for function in reach.vacancy_function if of[function] == employer]
