"""Contested work: what the tasks of a placement are worth to others, and who would have had them otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from matchmaker.plan.prices import language_of
from matchmaker.plan.rows import Rows
from matchmaker.positions import Labels
from matchmaker.solve.joint.margins import vacancy_worths, worths_when_free
from matchmaker.solve.joint.pricing import piece_prices

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from matchmaker.plan.plan import Plan
    from matchmaker.positions import Position

__all__ = ["Contested", "Wanted", "contested"]

LEAST = 0.5
"""Points below which nobody is said to have wanted a task: less is the roughness of prices."""
NAMED = 5

TEXTS = {
    "en": {
        "task": "{work} ({hours} h):",
        "function": "{work} (the whole open function, {hours} h):",
        "price": "worth {price} points an hour to others.",
        "free": "not scarce, others do as well without it.",
        "wanted": "Who would have liked it, and their gain in points: {who}.",
        "one": "{pupil} (now {employer}, {gain} more)",
        "out": "{pupil} (not placed, {gain})",
        "more": "and {count} more",
    },
    "nl": {
        "task": "{work} ({hours} uur):",
        "function": "{work} (de hele open functie, {hours} uur):",
        "price": "voor anderen {price} punten per uur waard.",
        "free": "niet schaars, anderen redden zich zonder.",
        "wanted": "Wie het ook had gewild, met de winst in punten: {who}.",
        "one": "{pupil} (nu {employer}, {gain} meer)",
        "out": "{pupil} (niet geplaatst, {gain})",
        "more": "en nog {count}",
    },
}


@dataclass(frozen=True)
class Wanted:
    """A pupil who would rather have had this work, were it free.

    Parameters
    ----------
    pupil : str
    employer : str or None
        Where the plan places the pupil.
    gain : int
        How many points a position with this work would be worth more than the pupil's best one now, all else at its
        price. Who is not placed is compared with what a placement must be worth.

    Examples
    --------
    >>> Wanted("p1", None, 120).gain
    120
    """

    pupil: str
    employer: str | None
    gain: int


@dataclass(frozen=True, repr=False)
class Contested:
    """One task of a placement (or tasks that move as one, or a whole open function), and who else wanted it.

    Parameters
    ----------
    pupil : str
        Who has it.
    tasks : tuple of str
    function : str or None
        The open function; None for tasks that are split off.
    hours : float
        A week, of the placement.
    price : float
        Points an hour that it is worth to others, as the prices of the plan tell.
    wanted : tuple of Wanted
        Who gains most first.
    language : str
    label : str
        Id and name of the tasks or the function.

    Examples
    --------
    >>> Contested("p1", ("t1",), None, 4.0, 12.5, (), "en", "t1 sweeping").summary()
    't1 sweeping (4 h): worth 12.5 points an hour to others.'
    """

    pupil: str
    tasks: tuple[str, ...]
    function: str | None
    hours: float
    price: float
    wanted: tuple[Wanted, ...]
    language: str
    label: str

    def __repr__(self) -> str:
        what = self.function or "+".join(self.tasks)
        who = ", ".join(one.pupil for one in self.wanted[:NAMED])
        return f"<Contested {what}: {self.price:g} an hour, wanted by {who or 'nobody else'}>"

    def __str__(self) -> str:
        return self.summary()

    def row(self) -> dict[str, Any]:
        """Return the task as one row of a table."""
        return {
            "tasks": "; ".join(self.tasks),
            "function": self.function,
            "hours": self.hours,
            "price_an_hour": self.price,
            "wanted": "; ".join(f"{one.pupil} {one.gain:+d}" for one in self.wanted),
            "text": self.summary(),
        }

    def to_document(self) -> dict[str, Any]:
        """Return the task as plain values."""
        wanted = [{"pupil": one.pupil, "employer": one.employer, "gain": one.gain} for one in self.wanted]
        return {**self.row(), "pupil": self.pupil, "tasks": list(self.tasks), "wanted": wanted}

    def summary(self, *, language: str | None = None) -> str:
        """Return what the work is worth and who wanted it, as sentences."""
        chosen = language or self.language
        texts = TEXTS[chosen]
        kind = texts["function" if self.function else "task"]
        said = [kind.format(work=self.label, hours=_number(self.hours, chosen))]
        if self.price > 0:
            said.append(texts["price"].format(price=_number(self.price, chosen)))
        else:
            said.append(texts["free"])
        if self.wanted:
            who = [
                texts["one" if one.employer else "out"].format(pupil=one.pupil, employer=one.employer, gain=one.gain)
                for one in self.wanted[:NAMED]
            ]
            left = len(self.wanted) - NAMED
            who += [texts["more"].format(count=left)] if left > 0 else []
            said.append(texts["wanted"].format(who=", ".join(who)))
        return " ".join(said)


def _number(value: float, language: str) -> str:
    return f"{value:g}".replace(".", ",") if language == "nl" else f"{value:g}"


def contested(plan: Plan, pupil: str, *, language: str | None = None) -> Rows[Contested]:
    """Return which work of a placement others wanted too, the dearest first; see `Plan.contested`.

    The price of a task is what an hour of it is worth to the others, as far as the prices of the plan tell: it is no
    sum that anybody pays, and does not say what the plan would gain. Who wanted it are the pupils whose best position
    would have taken it, had it cost nothing.

    Parameters
    ----------
    plan : Plan
    pupil : str
        Id; a pupil who is not placed has no rows.
    language : str, optional
        ``en`` or ``nl``.

    Raises
    ------
    UnknownId
        When the plan does not know the pupil.
    MatchmakerError
        When the plan was read back and knows no prices.
    """
    chosen, position = language_of(plan, language), plan.placement(pupil)
    if position is None:
        return Rows()
    labels = Labels(plan.ledger.region, chosen)
    rows = [_seat(plan, position, labels)] if position.function else _lots(plan, position, labels)
    return Rows(sorted(rows, key=lambda row: (-row.price, -len(row.wanted), row.tasks)))


def _seat(plan: Plan, position: Position, labels: Labels) -> Contested:
    reach, proof, name = plan.reach, plan.proof, str(position.function)
    function = plan.ledger.row("function", name)
    options = np.flatnonzero(reach.vacancy_function == function)
    price = float(proof.prices.seats[function])
    who = np.searchsorted(reach.vacancy_start, options, side="right") - 1
    worth = vacancy_worths(reach, proof.prices)[options] + price
    wanted = _wanted(plan, position, who, worth, has={function}, lots=False)
    tasks, label = tuple(position.tasks), labels.function(name)
    return Contested(
        position.pupil, tasks, name, position.hours, _rounded(price / position.hours), wanted, labels.language, label
    )


def _lots(plan: Plan, position: Position, labels: Labels) -> list[Contested]:
    reach, proof, ledger = plan.reach, plan.proof, plan.ledger
    price = piece_prices(reach, proof.prices)
    rows: list[Contested] = []
    of_lot: dict[int, list[str]] = {}
    for task in position.tasks:
        of_lot.setdefault(int(ledger.lot_of_part[ledger.part_of_task[ledger.row("task", task)]]), []).append(task)
    for lot, tasks in of_lot.items():
        able = np.searchsorted(reach.item_start, np.flatnonzero(reach.item_lot == lot), side="right") - 1
        who = reach.pair_pupil[able]
        worth = worths_when_free(reach, proof.prices, lot, able, beat=_now(plan, who))
        wanted = _wanted(plan, position, who, worth, has={lot}, lots=True)
        hours, label = sum(position.tasks[task] for task in tasks), labels.listed(map(labels.task, tasks))
        an_hour = _rounded(float(price[lot]) / float(reach.work.lot_hours[lot]))
        rows.append(Contested(position.pupil, tuple(tasks), None, hours, an_hour, wanted, labels.language, label))
    return rows


def _rounded(price: float) -> float:
    return round(price, 1) + 0.0


def _now(plan: Plan, who: NDArray[np.int64]) -> NDArray[np.float64]:
    """What the best position of each pupil is worth now, or what one must be worth at least for a placement."""
    proof = plan.proof
    return np.asarray((proof.value - proof.bonus)[who], np.float64)


def _wanted(
    plan: Plan, position: Position, who: NDArray[np.int64], worth: NDArray[np.float64], *, has: set[int], lots: bool
) -> tuple[Wanted, ...]:
    """Name who would gain, but those who have the work, or have it too."""
    columns, problem = plan.columns, plan.ledger.problem
    gain = worth - _now(plan, who)
    found = []
    for row in np.flatnonzero(gain >= LEAST).tolist():
        one = int(who[row])
        name, at = str(problem.pupils.ids[one]), int(columns.employer[one])
        holds = set(columns.lot[one].tolist()) if lots else {int(columns.function[one])}
        if name != position.pupil and not (at >= 0 and holds & has):
            found.append(Wanted(name, str(problem.employers.ids[at]) if at >= 0 else None, round(float(gain[row]))))
    return tuple(sorted(found, key=lambda one: (-one.gain, one.pupil)))
