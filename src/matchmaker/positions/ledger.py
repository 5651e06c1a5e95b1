"""The ledger: what is needed to weigh single positions, worked out once for a region."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from matchmaker.errors import MatchmakerError, UnknownId
from matchmaker.numbers.problem import make_problem
from matchmaker.points import TASK_POINTS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from matchmaker.model import Region
    from matchmaker.numbers.problem import Problem

    Factors: TypeAlias = tuple[NDArray[np.float32], NDArray[np.float32]]

__all__ = ["Bundle", "Ledger", "ledger_of"]


@dataclass(frozen=True)
class Bundle:
    """A position as row numbers of the problem.

    Parameters
    ----------
    pupil, employer
        Row numbers; of two employers the one with most hours, ties by id.
    function
        The vacancy, -1 for a carved position.
    tasks, hours
        Row numbers of the tasks, and hours a week of each.
    second
        The other employer of a position at two, -1 for none.

    Examples
    --------
    >>> Bundle(pupil=0, employer=1, function=-1, tasks=(4, 5), hours=(2.0, 3.0)).total
    5.0
    """

    pupil: int
    employer: int
    function: int
    tasks: tuple[int, ...]
    hours: tuple[float, ...]
    second: int = -1

    @property
    def employers(self) -> tuple[int, ...]:
        """The one employer, or both."""
        return (self.employer,) if self.second < 0 else (self.employer, self.second)

    @property
    def carved(self) -> bool:
        """Whether the tasks are split off, not taken with a vacancy."""
        return self.function < 0

    @property
    def total(self) -> float:
        """Hours a week."""
        return float(sum(self.hours))


@dataclass(frozen=True, eq=False, repr=False)
class Ledger:
    """A region with its problem, and the tables that weigh a position.

    Examples
    --------
    >>> import matchmaker as mm
    >>> ledger_of(mm.read_region(mm.town()))                              # doctest: +ELLIPSIS
    <Ledger: ... pupils, ... employers, ... tasks>
    """

    region: Region
    problem: Problem

    def __repr__(self) -> str:
        return repr(self.problem).replace("Problem", "Ledger")

    @cached_property
    def rates(self) -> dict[str, Factors]:
        """Factors of every contribution of tasks, by name."""
        return {name: contribution(self.problem) for name, contribution in TASK_POINTS.items()}

    @cached_property
    def part_of_task(self) -> NDArray[np.int64]:
        """Part of the lots that a task is, -1 for a task that is never split off."""
        lots = self.problem.lots
        part = np.full(len(self.problem.tasks.ids), -1, np.int64)
        part[lots.part_task] = np.arange(len(lots.part_task))
        return part

    @cached_property
    def lot_of_part(self) -> NDArray[np.int64]:
        """Lot that a part belongs to."""
        return np.repeat(np.arange(len(self.problem.lots.pieces)), np.diff(self.problem.lots.part_start))

    @cached_property
    def rows(self) -> dict[str, dict[str, int]]:
        """Ids to row numbers of the problem, by kind of thing."""
        problem = self.problem
        kinds: dict[str, Any] = {
            "pupil": problem.pupils,
            "employer": problem.employers,
            "function": problem.functions,
            "task": problem.tasks,
        }
        return {kind: {str(name): row for row, name in enumerate(part.ids)} for kind, part in kinds.items()}

    def row(self, kind: str, name: str) -> int:
        """Return the row number of a pupil, employer, function or task.

        Raises
        ------
        UnknownId
            With near names.
        """
        if name not in self.rows[kind]:
            raise UnknownId(str(name), kind, tuple(self.rows[kind]))
        return self.rows[kind][name]

    def tasks_of(self, function: int) -> NDArray[np.int64]:
        """Return the row numbers of a function's tasks."""
        start = self.problem.functions.task_start
        return np.arange(start[function], start[function + 1])

    def vacancy(self, pupil: int, function: int) -> Bundle:
        """Return the position of a pupil on a whole open function."""
        tasks = self.tasks_of(function)
        hours = self.problem.tasks.hours[tasks]
        employer = int(self.problem.functions.employer[function])
        return Bundle(pupil, employer, function, tuple(tasks.tolist()), tuple(hours.tolist()))

    def carved(self, pupil: int, lots: NDArray[np.int64], counts: NDArray[np.int64]) -> Bundle:
        """Return the position of a pupil on so many pieces of each of these lots (lot -1: unused)."""
        own = self.problem.lots
        tasks: dict[int, float] = {}
        for lot, count in zip(lots.tolist(), counts.tolist(), strict=True):
            for part in range(own.part_start[lot], own.part_start[lot + 1]) if lot >= 0 else ():
                tasks[int(own.part_task[part])] = float(count * own.part_hours[part])
        return self._split_off(pupil, tasks)

    def _split_off(self, pupil: int, tasks: Mapping[int, float]) -> Bundle:
        """Return the carved position of these tasks (rows, with hours)."""
        rows, at = sorted(tasks), self.problem.tasks.employer
        hours: dict[int, float] = {}
        for row in rows:
            hours[int(at[row])] = hours.get(int(at[row]), 0.0) + tasks[row]
        # Hours that differ by less than a rounding are the same: the id decides.
        main = min(hours, key=lambda one: (-round(hours[one], 6), one))
        second = next((one for one in hours if one != main), -1)
        return Bundle(pupil, main, -1, tuple(rows), tuple(tasks[row] for row in rows), second)

    def bundle(self, pupil: str, tasks: Mapping[str, float], employer: str | None = None) -> Bundle:
        """Return the carved position of these tasks, named by id.

        Raises
        ------
        UnknownId
            For an id that is not there.
        MatchmakerError
            When there are no tasks, hours are no number of at least 0, or the tasks are of more employers than a
            position may be at.
        """
        who = self.row("pupil", pupil)
        hours = {self.row("task", task): _hours(task, amount) for task, amount in tasks.items()}
        if not hours:
            raise MatchmakerError("tasks is empty; allowed is at least one task with its hours, such as {'t12': 4.0}.")
        owners = {self.problem.employers.ids[self.problem.tasks.employer[task]] for task in hours}
        owners |= {self.problem.employers.ids[self.row("employer", employer)]} if employer is not None else set()
        most = self.problem.employers_per_position
        if len(owners) > most:
            at = "one employer" if most == 1 else "two employers at most"
            raise MatchmakerError(f"these tasks belong to {', '.join(sorted(owners))}; a position is at {at}.")
        return self._split_off(who, hours)


def _hours(task: str, amount: float) -> float:
    try:
        hours = float(amount)
    except (TypeError, ValueError):
        hours = float("nan")
    if not 0 <= hours < float("inf"):
        raise MatchmakerError(f"hours of {task}: came {amount!r}, allowed is a number of at least 0.")
    return hours


class _SameObject:
    """A region as a key: regions compare by content, which is dear; the same object is enough here."""

    def __init__(self, region: Region) -> None:
        self.region = region

    def __hash__(self) -> int:
        return id(self.region)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _SameObject) and other.region is self.region


@lru_cache(maxsize=1)
def _ledger(key: _SameObject) -> Ledger:
    return Ledger(key.region, make_problem(key.region))


def ledger_of(region: Region) -> Ledger:
    """Return the ledger of a region; that of the last region asked for is kept, so that a second question is quick.

    Examples
    --------
    >>> import matchmaker as mm
    >>> region = mm.read_region(mm.town())
    >>> ledger_of(region) is ledger_of(region)
    True
    """
    return _ledger(_SameObject(region))
