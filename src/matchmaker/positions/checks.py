"""Every rule about one position, each one function that says what exactly the position breaks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from matchmaker.model.moments import moments_names
from matchmaker.numbers.distance import distance_km
from matchmaker.numbers.levels import PERCENT
from matchmaker.numbers.misses import miss_percent, too_unsure
from matchmaker.numbers.timetable import EPS, schedule, schedule_divided
from matchmaker.positions.labels import Labels
from matchmaker.positions.records import Violation
from matchmaker.positions.sentences import say
from matchmaker.rules import REASONS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from matchmaker.numbers.problem import Problem
    from matchmaker.positions.ledger import Bundle, Ledger

__all__ = ["POSITION_RULES", "Case", "violations", "violations_of", "week"]

LEAST_HOURS = 0.5
LEAST_SHARE = 16
MOST_DIGITS = 6


@dataclass(frozen=True, eq=False)
class Case:
    """One position before the rules: where its numbers and its words are."""

    ledger: Ledger
    bundle: Bundle
    language: str

    @property
    def problem(self) -> Problem:
        """The numbers."""
        return self.ledger.problem

    @cached_property
    def labels(self) -> Labels:
        """The words."""
        return Labels(self.ledger.region, self.language)

    @cached_property
    def tasks(self) -> NDArray[np.int64]:
        """Row numbers of the tasks."""
        return np.array(self.bundle.tasks, np.int64)

    def say(self, name: str, **facts: object) -> str:
        """Return a particular in the language of the case."""
        return say(name, self.language, **facts)

    def number(self, value: float) -> str:
        """Return a number as text."""
        return self.labels.number(float(value))

    def most_of(self, function: int) -> float:
        """Return the hours that a function may give up: as stated, else all of what can be split off."""
        tasks, cap = self.problem.tasks, float(self.problem.functions.cap[function])
        own = self.ledger.tasks_of(function)
        return cap if np.isfinite(cap) else float(tasks.hours[own][tasks.detachable[own]].sum())

    def task(self, row: int) -> str:
        """Return the label of a task."""
        return self.labels.task(self.problem.tasks.ids[row])

    @cached_property
    def week(self) -> dict[int, dict[int, float]] | None:
        """A timetable, if there is one."""
        return week(self.problem, self.bundle)

    @cached_property
    def misses(self) -> NDArray[np.int64]:
        """The pupil's chance to stay more than max_gap below each level asked, shape (dimensions, levels)."""
        chance: NDArray[np.int64] = miss_percent(self.problem, np.array([self.bundle.pupil]))[0]
        return chance

    @cached_property
    def unsure(self) -> NDArray[np.bool_]:
        """Where that chance is larger than the policy allows."""
        return too_unsure(self.problem, self.misses)

    def employer(self, row: int) -> str:
        """Return the label of an employer."""
        return self.labels.employer(self.problem.employers.ids[row])


def route(case: Case) -> Iterator[str]:
    """Only pupils with route work, or in an orientation or preparation stage on any route."""
    if not case.problem.pupils.may_work[case.bundle.pupil]:
        yield ""


def decisions(case: Case) -> Iterator[str]:
    """People excluded none of the employers, nor fixed the pupil elsewhere."""
    decided, ids = case.problem.decisions, case.problem.employers.ids
    for name, rows, stands in (("excluded", decided.excluded, True), ("fixed", decided.fixed, False)):
        for employer in rows[rows[:, 0] == case.bundle.pupil, 1].tolist():
            # Who is fixed at one employer is at no other as well.
            breaks = employer in case.bundle.employers if stands else {employer} != set(case.bundle.employers)
            if breaks:
                label = case.labels.employer(ids[employer])
                yield case.say(name, employer=label, why=_why(case, str(ids[employer])))


def _why(case: Case, employer: str) -> str:
    table = case.ledger.region.decisions
    pupil = case.problem.pupils.ids[case.bundle.pupil]
    for who, where, reason in zip(*(table.column(name) for name in ("pupil", "employer", "reason")), strict=True):
        if (who, where) == (pupil, employer) and reason:
            return case.say("why", reason=reason)
    return ""


def own_say(case: Case) -> Iterator[str]:
    """The pupil refuses neither the employer nor a family of the tasks."""
    pupils, who = case.problem.pupils, case.bundle.pupil
    for where in case.bundle.employers:
        if pupils.refuses_employer[who, where]:
            yield case.employer(where)
    families = case.problem.tasks.family[case.tasks]
    for family in sorted({f for f in families.tolist() if f >= 0 and pupils.refuses_family[who, f]}):
        label = case.labels.family(case.problem.families[family])
        yield case.say("of_tasks", what=label, tasks=_named(case, families == family))


def _named(case: Case, mask: NDArray[np.bool_]) -> str:
    return case.labels.listed([case.task(task) for task in case.tasks[mask].tolist()], most=3)


def travel(case: Case) -> Iterator[str]:
    """The way to the employer is no longer than the pupil's max_km (haversine)."""
    most = float(case.problem.pupils.max_km[case.bundle.pupil])
    for km in distance_km(case.problem, np.array([case.bundle.pupil]))[0, list(case.bundle.employers)].tolist():
        if km > most:
            # So many digits that it reads as more.
            digits = next((digits for digits in range(2, MOST_DIGITS) if round(km, digits) > most), MOST_DIGITS)
            yield case.say("too_far", km=case.labels.number(km, digits=digits), most=case.number(most))


def employer(case: Case) -> Iterator[str]:
    """The pupil has the employer's least age; preparation needs a recognised company."""
    pupils, employers, who = case.problem.pupils, case.problem.employers, case.bundle.pupil
    for where in case.bundle.employers:
        if pupils.age[who] < employers.min_age[where]:
            yield case.say("too_young", least=case.number(employers.min_age[where]), age=int(pupils.age[who]))
        if pupils.preparation[who] and not employers.recognised[where]:
            yield case.say("not_recognised", employer=case.employer(where))


def places(case: Case) -> Iterator[str]:
    """The employer has a place at all."""
    for where in case.bundle.employers:
        if case.problem.employers.places[where] < 1:
            yield case.say("no_places", employer=case.employer(where))


def supervision(case: Case) -> Iterator[str]:
    """The employer has the supervision hours for this pupil alone."""
    need = case.problem.pupils.support[case.bundle.pupil]
    for where in case.bundle.employers:
        left = case.problem.employers.supervision[where]
        if need > left + EPS:
            yield case.say("support", need=case.number(need), left=case.number(left), employer=case.employer(where))


def abilities(case: Case) -> Iterator[str]:
    """Level asked <= level estimated + max_gap on every demanded dimension with observations, and surely enough."""
    problem = case.problem
    median, demand, values = (
        problem.levels.median[case.bundle.pupil],
        problem.tasks.demand[case.tasks],
        problem.level_values,
    )
    hardest = demand.argmax(axis=0)
    for dimension in np.flatnonzero((demand.max(axis=0) >= 0) & (median >= 0)).tolist():
        level = int(demand[hardest[dimension], dimension])
        asked, shown = int(values[level]), int(values[median[dimension]])
        task = int(case.tasks[hardest[dimension]])
        if asked - shown > problem.max_gap:
            yield _short(case, "level", task, dimension, asked=asked, estimated=shown, gap=problem.max_gap)
        elif case.unsure[dimension, level]:
            chance, most = int(case.misses[dimension, level]), PERCENT * float(problem.max_miss_chance or 0.0)
            least = asked - problem.max_gap
            yield _short(
                case, "unsure", task, dimension, asked=asked, least=least, chance=chance, most=case.number(most)
            )


def _short(case: Case, name: str, task: int, dimension: int, **facts: object) -> str:
    label = case.labels.dimension(case.problem.dimensions[dimension])
    return case.say(name, task=case.task(task), dimension=label, **facts)


def conditions(case: Case) -> Iterator[str]:
    """No task has a condition that the pupil excludes."""
    has = case.problem.tasks.conditions[case.tasks]
    for column in np.flatnonzero(has.any(axis=0) & case.problem.pupils.excludes[case.bundle.pupil]).tolist():
        label = case.labels.condition(case.problem.conditions[column])
        yield case.say("of_tasks", what=label, tasks=_named(case, has[:, column]))


def certificates(case: Case) -> Iterator[str]:
    """The pupil holds all certificates of all tasks."""
    needs = case.problem.tasks.certificates[case.tasks]
    for column in np.flatnonzero(needs.any(axis=0) & ~case.problem.pupils.holds[case.bundle.pupil]).tolist():
        label = case.labels.certificate(case.problem.certificates[column])
        yield case.say("of_tasks", what=label, tasks=_named(case, needs[:, column]))


def hours(case: Case) -> Iterator[str]:
    """hours_min <= hours <= hours_max."""
    low, high = (float(of[case.bundle.pupil]) for of in (case.problem.pupils.hours_min, case.problem.pupils.hours_max))
    if not low - EPS <= case.bundle.total <= high + EPS:
        yield case.say("hours", hours=case.number(case.bundle.total), low=case.number(low), high=case.number(high))


def timetable(case: Case) -> Iterator[str]:
    """The hours fit into moments open to pupil and task, at most 4 h a moment; a moment is spent at one employer."""
    if case.week is None:
        open_to_any = int(np.bitwise_or.reduce(_open(case.problem, case.bundle)))
        moments = ", ".join(moments_names(open_to_any)) or case.say("no_moments")
        yield case.say(
            "week" if case.bundle.second < 0 else "week_divided", hours=case.number(case.bundle.total), moments=moments
        )


def tasks_once(case: Case) -> Iterator[str]:
    """Carved: whole pieces, nothing that stays, groups whole, no more than there is. Vacancy: there is one."""
    if case.bundle.carved:
        for task, amount in zip(case.bundle.tasks, case.bundle.hours, strict=True):
            yield from _share(case, task, amount)
        return
    label = case.labels.function(case.problem.functions.ids[case.bundle.function])
    if case.problem.functions.vacancies[case.bundle.function] < 1:
        yield case.say("no_vacancy", function=label)
    if not case.bundle.tasks:
        yield case.say("no_tasks", function=label)


def _share(case: Case, task: int, amount: float) -> Iterator[str]:
    lots, part, most = case.problem.lots, int(case.ledger.part_of_task[task]), float(case.problem.tasks.hours[task])
    if amount <= EPS:
        yield case.say("no_hours", task=case.task(task), hours=case.number(amount))
    if amount > most + EPS:
        yield case.say("too_much", task=case.task(task), most=case.number(most), hours=case.number(amount))
    if part < 0:
        yield case.say("stays", task=case.task(task))
        return
    piece, lot = float(lots.part_hours[part]), int(case.ledger.lot_of_part[part])
    if abs(amount / piece - round(amount / piece)) > EPS:
        yield case.say("pieces", task=case.task(task), hours=case.number(amount), piece=case.number(piece))
    taken = dict(zip(case.bundle.tasks, case.bundle.hours, strict=True))
    for mate in lots.part_task[lots.part_start[lot] : lots.part_start[lot + 1]].tolist():
        if mate != task and abs(taken.get(mate, 0.0) - case.problem.tasks.hours[mate]) > EPS:
            yield case.say("together", task=case.task(task), mate=case.task(mate))


def carving_limits(case: Case) -> Iterator[str]:
    """Carved: at most max_tasks tasks, each long enough; no function gives up more than it may."""
    if not case.bundle.carved:
        return
    if len(case.tasks) > case.problem.max_tasks:
        yield case.say("too_many", count=len(case.tasks), most=case.problem.max_tasks)
    least = max(LEAST_HOURS, case.bundle.total / LEAST_SHARE)
    for task, amount in zip(case.bundle.tasks, case.bundle.hours, strict=True):
        if amount < least - EPS:
            yield case.say(
                "too_small", task=case.task(task), hours=case.number(amount), least=case.labels.number(least)
            )
    functions = case.problem.tasks.function[case.tasks]
    for function in np.unique(functions).tolist():
        taken, cap = float(np.array(case.bundle.hours)[functions == function].sum()), case.most_of(function)
        if taken > cap + EPS:
            label = case.labels.function(case.problem.functions.ids[function])
            yield case.say("cap", function=label, most=case.number(cap), hours=case.number(taken))


POSITION_RULES: dict[str, Callable[[Case], Iterator[str]]] = {
    "route": route,
    "decisions": decisions,
    "own_say": own_say,
    "travel": travel,
    "employer": employer,
    "places": places,
    "supervision": supervision,
    "abilities": abilities,
    "conditions": conditions,
    "certificates": certificates,
    "hours": hours,
    "timetable": timetable,
    "tasks_once": tasks_once,
    "carving_limits": carving_limits,
}
"""Rule id to the function that says what a position breaks, in the order in which reasons are given."""


def violations(ledger: Ledger, bundle: Bundle, *, points: int, language: str = "en") -> tuple[Violation, ...]:
    """Return everything that the hard rules forbid about a position, in the order in which reasons are given.

    Parameters
    ----------
    ledger : Ledger
    bundle : Bundle
    points : int
        Points of the position, for the region's floor.
    language : str
        ``en`` or ``nl``.

    Examples
    --------
    >>> import matchmaker as mm
    >>> from matchmaker.positions import Bundle, ledger_of
    >>> ledger = ledger_of(mm.read_region(mm.town()))
    >>> one = Bundle(pupil=0, employer=0, function=-1, tasks=(0,), hours=(0.25,))
    >>> "carving_limits" in {found.rule for found in violations(ledger, one, points=0)}
    True
    """
    return violations_of(Case(ledger, bundle, language), points=points)


def violations_of(case: Case, *, points: int) -> tuple[Violation, ...]:
    """Do as `violations` does, for a case."""
    found = [(rule, what) for rule, breaks in POSITION_RULES.items() for what in breaks(case)]
    if points < case.problem.fit_floor:
        found.append(("fit_floor", case.say("floor", points=points, floor=case.problem.fit_floor)))
    return tuple(Violation(rule, REASONS[rule].one[case.language].format(what=what)) for rule, what in found)


def _open(problem: Problem, bundle: Bundle) -> NDArray[np.int32]:
    when = problem.tasks.when[np.array(bundle.tasks, np.int64)]
    return np.asarray(when & problem.pupils.available[bundle.pupil])


def week(problem: Problem, bundle: Bundle) -> dict[int, dict[int, float]] | None:
    """Return a timetable: task to moment to hours, by row numbers; None when the week does not hold the tasks.

    Examples
    --------
    >>> import matchmaker as mm
    >>> from matchmaker.positions import Bundle, ledger_of
    >>> problem = ledger_of(mm.read_region(mm.town())).problem
    >>> week(problem, Bundle(pupil=0, employer=0, function=-1, tasks=(0,), hours=(90.0,))) is None
    True
    """
    moments = _open(problem, bundle).tolist()
    if bundle.second < 0:
        table = schedule(bundle.hours, moments)
    else:
        at = problem.tasks.employer[np.array(bundle.tasks, np.int64)]
        table = schedule_divided(bundle.hours, moments, (at == bundle.second).tolist())
    if table is None:
        return None
    return {
        task: {moment: round(float(row[moment]), 9) for moment in np.flatnonzero(row > EPS).tolist()}
        for task, row in zip(bundle.tasks, table, strict=True)
    }
