"""A change to a region: a record with a name, a sentence, and what it does; several are applied in order."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from matchmaker.errors import Fault, InputFaults, MatchmakerError
from matchmaker.model import Decision, Demand, Employer, Function, Observation, Task, vocabulary
from matchmaker.model.checks import check, checkable
from matchmaker.model.faults import fault
from matchmaker.model.validation import faults_of_validation
from matchmaker.numbers.levels import estimate_levels

if TYPE_CHECKING:
    from matchmaker.model import Region, Table, Word

__all__ = ["Change", "apply_changes"]

REFERS = {"pupil": "pupils", "employer": "employers", "function": "functions"}
SHORT = 120
A_STEP = ("such as +1 or -2", "zoals +1 of -2")
NO_LIMIT = (
    "a step of at least 0: this pupil states no limit",
    "een stap van ten minste 0: deze leerling noemt geen grens",
)
OBSERVED = (
    "a dimension on which the pupil has been observed",
    "een dimensie waarop de leerling is waargenomen",
)


@dataclass(frozen=True)
class Change:
    """One thing about a region that is another way.

    Parameters
    ----------
    name
        Name of the function that makes it, such as ``places``.
    facts
        Its arguments.

    Examples
    --------
    >>> one = Change("places", {"employer": "e03", "step": 1})
    >>> one
    <Change places: employer e03, step +1>
    >>> one.sentence(language="nl")
    'e03: 1 plaats meer.'
    """

    name: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        said = ", ".join(f"{name} {_fact(name, value)}" for name, value in self.facts.items())
        return f"<Change {self.name}: {said if len(said) <= SHORT else said[:SHORT] + '...'}>"

    def sentence(self, *, language: str = "en", region: Region | None = None) -> str:
        """Return the change in one sentence; with `region`, by the names that things have there.

        Raises
        ------
        UnknownId
            For a language that is not there.
        """
        from matchmaker.show.changes import change_text

        return change_text(self, language=language, region=region)

    def apply(self, region: Region) -> Region:
        """Return the region with this change.

        Raises
        ------
        InputFaults
            For ids that are not there and values that are not allowed, all at once.
        """
        return apply_changes(region, [self])

    def row(self) -> dict[str, Any]:
        """Return the change as one row of a table."""
        return {"change": self.name, "text": self.sentence()}

    def to_document(self) -> dict[str, Any]:
        """Return the change as plain values."""
        return {"change": self.name, "facts": {name: _plain(value) for name, value in self.facts.items()}}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Change:
        """Read a change as `to_document` wrote it."""
        return cls(document["change"], dict(document["facts"]))

    def _repr_html_(self) -> str:
        from matchmaker.show.tables import html_table

        return html_table([self.row()])


def _fact(name: str, value: object) -> str:
    return f"{value:+g}" if name in ("step", "km") and isinstance(value, (int, float)) else str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    return value.item() if hasattr(value, "item") else value


def apply_changes(region: Region, changes: Iterable[Change]) -> Region:
    """Return a region with changes applied in order.

    Parameters
    ----------
    region : Region
    changes : iterable of Change

    Raises
    ------
    InputFaults
        Every fault of every change: in the table ``changes`` (row: the number of the change, from 1), or, for what only
        shows in the changed region as a whole, where it stands there.

    Examples
    --------
    >>> import matchmaker as mm
    >>> region = mm.read_region(mm.town())
    >>> more = apply_changes(region, [Change("places", {"employer": "e01", "step": 1})])
    >>> more.employers.get("e01").places - region.employers.get("e01").places
    1
    """
    given, unmade = region, set[str]()
    faults: list[Fault] = []
    for number, change in enumerate(changes, start=1):
        if not isinstance(change, Change):
            raise MatchmakerError(
                f"change {number}: came {change!r}; allowed is a change such as matchmaker.places('e01', +1)."
            )
        case = _Case(region, change, number)
        found = case.applied(unmade)
        if case.faults:
            unmade.add(str(change.facts.get("id", "")))
        faults += case.faults
        region = region if found is None else found
    faults += check(checkable(region, known=given)) if region is not given else []
    if faults:
        raise InputFaults(faults)
    return region


class _Case:
    """One change before the region that it changes, and what is wrong with it."""

    def __init__(self, region: Region, change: Change, number: int) -> None:
        self.region, self.facts, self.name, self.number = region, change.facts, change.name, number
        self.faults: list[Fault] = []

    def applied(self, unmade: set[str]) -> Region | None:
        """Return the changed region; None when something is wrong, or named in a change in which something was."""
        for column, table in REFERS.items():
            ids = getattr(self.region, table).positions
            name = self.facts.get(column)
            if column not in self.facts or name in ids:
                continue
            if name in unmade:
                return None
            self.wrong("unknown_id", column, name, expected=table, known=ids)
        if self.name not in HOW:
            self.wrong("unknown_key", "change", self.name, expected=", ".join(HOW), known=HOW)
        return None if self.faults else HOW[self.name](self)

    def wrong(
        self, kind: str, column: str, came: object, *, expected: str | tuple[str, str] = "", known: Iterable[str] = ()
    ) -> None:
        """Note a fault of this change."""
        said = "" if came is None else str(came)
        self.faults.append(
            fault(kind, table="changes", row=self.number, column=column, came=said, expected=expected, known=known)
        )

    def moved(self, faults: Iterable[Fault]) -> None:
        """Note faults of a row that this change would have made."""
        self.faults += [replace(one, table="changes", row=self.number) for one in faults]

    def amount(self, column: str, *, whole: bool = False) -> float | None:
        """Return a number among the facts; None, and a fault, when it is none."""
        value = self.facts[column]
        kind = (int, np.integer) if whole else (int, float, np.integer, np.floating)
        if isinstance(value, bool) or not isinstance(value, kind) or not math.isfinite(value):
            self.wrong("not_whole" if whole else "not_number", column, value, expected=A_STEP)
            return None
        return int(value) if whole else float(value)

    def with_row(self, table: str, name: str, **changes: Any) -> Region | None:
        """Return the region with fields of one row changed."""
        try:
            return self.region.replace(**{table: getattr(self.region, table).with_row(name, **changes)})
        except InputFaults as error:
            self.moved(error.faults)
            return None

    def with_new(self, word: type[Word], **extra: Any) -> Region | None:
        """Return the region with one row more, made from the facts."""
        fields = {name: value for name, value in {**self.facts, **extra}.items() if name in word.model_fields}
        table: Table[Any] = getattr(self.region, word.table)
        try:
            return self.region.replace(**{word.table: table.with_rows([word(**fields)])})
        except InputFaults as error:
            self.moved(error.faults)
        except ValueError as error:
            self.moved(faults_of_validation(error, table="changes", known=tuple(word.model_fields)))  # type: ignore[arg-type]
        return None

    def stepped(self, table: str, column: str, fact: str, *, whole: bool = False) -> Region | None:
        """Return the region with a number of one row larger or smaller by a step."""
        name, step = self.facts[table.removesuffix("s")], self.amount(fact, whole=whole)
        if step is None:
            return None
        now = getattr(getattr(self.region, table).get(name), column)
        return self.with_row(table, name, **{column: now + step})


def _hours(case: _Case) -> Region | None:
    given = [name for name in ("minimum", "maximum") if name in case.facts]
    if not given:
        case.wrong("missing_key", "minimum", None, expected="minimum, maximum")
    changes = {{"minimum": "hours_min", "maximum": "hours_max"}[name]: case.amount(name) for name in given}
    return None if case.faults else case.with_row("pupils", case.facts["pupil"], **changes)


def _travel(case: _Case) -> Region | None:
    step, now = case.amount("km"), case.region.pupils.get(case.facts["pupil"]).max_km
    if step is None:
        return None
    if now is None and step < 0:
        case.wrong("bad_value", "km", step, expected=NO_LIMIT)
        return None
    return case.region if now is None else case.with_row("pupils", case.facts["pupil"], max_km=now + step)


def _level(case: _Case) -> Region | None:
    region, pupil, dimension = case.region, case.facts["pupil"], case.facts["dimension"]
    names, levels, step = region.framework.ids, region.framework.levels, case.amount("step", whole=True)
    if dimension not in names:
        case.wrong("unknown_dimension", "dimension", dimension, expected=region.framework.name, known=names)
    if case.faults or step is None:
        return None
    table = region.observations
    rows, here = table.rows_with("pupil", pupil), np.zeros(len(table), bool)
    here[rows[table.column("dimension")[rows] == dimension]] = True
    own = region.replace(observations=table.take(here))
    now = int(estimate_levels(own, np.array([pupil], object)).median[0, names.index(dimension)])
    if now < 0:
        case.wrong("bad_value", "dimension", dimension, expected=OBSERVED)
        return None
    if not 0 <= now + step < len(levels):
        came = f"{levels[now]} {step:+g}"
        case.wrong("unknown_level", "step", came, expected=", ".join(map(str, levels)))
        return None
    # What was seen before would draw the estimate back: the change is about the level, not about one observation more.
    level = levels[now + int(step)]
    seen = Observation(pupil=pupil, dimension=dimension, level=level, source="test", date=region.date)
    return region.replace(observations=table.take(~here).with_rows([seen]))


def _certificate(case: _Case) -> Region | None:
    region, name = case.region, case.facts["certificate"]
    columns = (region.tasks.column("certificates"), region.pupils.column("certificates"))
    known = {one for column in columns for cell in column for one in cell} | set(vocabulary().ids("certificates"))
    if name not in known:
        expected = "tasks, pupils" if not known else ", ".join(sorted(known))
        case.wrong("unknown_word", "certificate", name, expected=expected, known=sorted(known))
        return None
    return _added(case, "certificates", name)


def _added(case: _Case, column: str, name: str) -> Region | None:
    pupil = case.facts["pupil"]
    now = getattr(case.region.pupils.get(pupil), column)
    return case.region if name in now else case.with_row("pupils", pupil, **{column: (*now, name)})


def _force(case: _Case) -> Region:
    """A pupil is fixed at one employer at most, and not where people excluded it: the last word counts."""
    pupil, employer, table = case.facts["pupil"], case.facts["employer"], case.region.decisions
    own, there = table.column("pupil") == pupil, table.column("employer") == employer
    undone = own & ((table.column("kind") == "fixed") | there)
    fixed = Decision(pupil=pupil, employer=employer, kind="fixed")
    return case.region.replace(decisions=table.take(~undone).with_rows([fixed]))


def _new_task(case: _Case) -> Region | None:
    changed = case.with_new(Task)
    if changed is None:
        return None
    demands = case.facts.get("demands", {})
    try:
        rows = [Demand(task=case.facts["id"], dimension=name, level=level) for name, level in demands.items()]
    except ValueError as error:
        case.moved(faults_of_validation(error, table="changes", known=tuple(Demand.model_fields)))  # type: ignore[arg-type]
        return None
    return changed.replace(demands=changed.demands.with_rows(rows)) if rows else changed


def _leaves(case: _Case) -> Region:
    pupil = case.facts["pupil"]
    kept = {
        name: table.take(table.column("pupil") != pupil)
        for name, table in case.region.tables().items()
        if name in ("observations", "decisions")
    }
    return case.region.replace(pupils=case.region.pupils.without([pupil]), **kept)


HOW: dict[str, Callable[[_Case], Region | None]] = {
    "places": lambda case: case.stepped("employers", "places", "step", whole=True),
    "supervision": lambda case: case.stepped("employers", "supervision_hours", "step"),
    "hours": _hours,
    "travel": _travel,
    "level": _level,
    "certificate": _certificate,
    "refuse": lambda case: _added(case, "refuses", case.facts["employer"]),
    "force": _force,
    "new_employer": lambda case: case.with_new(Employer),
    "new_function": lambda case: case.with_new(Function),
    "new_task": _new_task,
    "leaves": _leaves,
    "support": lambda case: case.stepped("pupils", "support_hours", "step"),
}
"""Name of a change to what it does."""
