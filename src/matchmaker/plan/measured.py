"""What fairness looks at: the group of every pupil, and what the plan gives each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from matchmaker.errors import Fault, InputFaults
from matchmaker.model.faults import fault
from matchmaker.numbers.arrays import days_before
from matchmaker.numbers.distance import haversine_km

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from matchmaker.plan.plan import Plan

    Floats = NDArray[np.float64]

__all__ = ["AGES", "ALL", "MEASURES", "NOT_STATED", "groupings_of", "measured_of", "members", "own_groupings"]

MEASURES = ("placed", "points", "hours", "km", "waiting_placed", "waiting_unplaced")
"""Placed is a share; the others are means of the placed, the last of the unplaced: points, hours a week, km, days."""

AGES = ((0, "under 16"), (16, "16-17"), (18, "18-20"), (21, "21+"))
"""Least age of every age group."""

ALL, NOT_STATED = "all", "not stated"
ORDER = {
    "school": ("pro", "vso", "entree", "mbo"),
    "age": tuple(name for _, name in AGES),
    "stage": ("orientation", "preparation", "placement"),
    "hardest": ("yes", "no"),
}
OWN_NAME = ("a name of its own, not one of {names}", "een eigen naam, niet een van {names}")


def own_groupings(by: Mapping[str, Mapping[str, str]], *, ids: list[str]) -> dict[str, list[str]]:
    """Return the group of every pupil (`ids`) by grouping, as somebody brought them.

    Raises
    ------
    InputFaults
        For every pupil who is not among `ids`, with near names, and every grouping whose name is taken.

    Examples
    --------
    >>> own_groupings({"bus": {"p1": "yes"}}, ids=["p1", "p2"])
    {'bus': ['yes', 'not stated']}
    """
    known, faults = set(ids), list[Fault]()
    for name, groups in by.items():
        if name in (*ORDER, ALL):
            taken = ", ".join((*ORDER, ALL))
            expected = (OWN_NAME[0].format(names=taken), OWN_NAME[1].format(names=taken))
            faults.append(fault("bad_value", table="by", column=str(name), came=str(name), expected=expected))
        faults += [
            fault("unknown_id", table="by", column=str(name), came=str(pupil), expected="pupils", known=ids)
            for pupil in groups
            if pupil not in known
        ]
    if faults:
        raise InputFaults(faults)
    return {str(name): [_stated(groups.get(pupil)) for pupil in ids] for name, groups in by.items()}


def _stated(group: Any) -> str:
    # An empty cell of a table that somebody brings is None, NaN or an empty text.
    return NOT_STATED if group is None or group == "" or group != group else str(group)


def groupings_of(plan: Plan) -> dict[str, list[str]]:
    """Return the group of every pupil, in the order of the problem, by school, age, stage and hardest to place.

    Examples
    --------
    >>> import matchmaker as mm
    >>> plan = mm.match(mm.read_region(mm.town()), steps=0)               # doctest: +SKIP
    >>> sorted(groupings_of(plan))                                        # doctest: +SKIP
    ['age', 'hardest', 'school', 'stage']
    """
    ledger, order = plan.ledger, _order(plan)
    pupils, table = ledger.problem.pupils, ledger.region.pupils
    least = [age for age, _ in AGES]
    return {
        "school": table.column("school")[order].tolist(),
        "age": [AGES[k - 1][1] for k in np.searchsorted(least, pupils.age, side="right").tolist()],
        "stage": table.column("stage")[order].tolist(),
        "hardest": ["yes" if hard else "no" for hard in plan.hardest.tolist()],
    }


def _order(plan: Plan) -> NDArray[np.int64]:
    """Row in the region's table of every pupil of the problem."""
    row = {name: k for k, name in enumerate(plan.ledger.region.pupils.ids)}
    return np.array([row[name] for name in plan.ledger.problem.pupils.ids], np.int64)


def members(grouping: str, *, labels: list[str]) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Yield every group of a grouping with who is in it: in the usual order, or by name with ``not stated`` last.

    Examples
    --------
    >>> [name for name, _ in members("school", labels=["vso", "pro", "vso"])]
    ['pro', 'vso']
    """
    usual = {name: k for k, name in enumerate(ORDER.get(grouping, ()))}
    of = np.array(labels, object)
    for name in sorted(set(labels), key=lambda name: (name == NOT_STATED, usual.get(name, len(usual)), name)):
        yield name, np.asarray(of == name, bool)


def measured_of(plan: Plan) -> dict[str, Floats]:
    """Return the value of every measure for every pupil, NaN for those who do not count in it.

    Examples
    --------
    >>> import matchmaker as mm
    >>> plan = mm.match(mm.read_region(mm.town()), steps=0)               # doctest: +SKIP
    >>> measured_of(plan)["placed"].sum() == plan.placed                  # doctest: +SKIP
    True
    """
    ledger, problem = plan.ledger, plan.ledger.problem
    count, pupils, employers = len(problem.pupils.ids), problem.pupils, problem.employers
    row = np.array([ledger.row("pupil", one.pupil) for one in plan.placements], np.int64)
    where = np.array([ledger.row("employer", one.employer) for one in plan.placements], np.int64)
    # Who is at two employers goes the longer way.
    others = np.array([ledger.row("employer", one.employers[-1]) for one in plan.placements], np.int64)
    ways = [
        haversine_km(pupils.lat[row], pupils.lon[row], employers.lat[at], employers.lon[at]) for at in (where, others)
    ]
    waited = days_before(ledger.region.date, ledger.region.pupils.column("waiting_since")[_order(plan)])
    placed = np.zeros(count, bool)
    placed[row] = True

    def of_placed(values: Any) -> Floats:
        spread = np.full(count, np.nan)
        spread[row] = values
        return spread

    return {
        "placed": placed.astype(float),
        "points": of_placed([one.points for one in plan.placements]),
        "hours": of_placed([one.hours for one in plan.placements]),
        "km": of_placed(np.maximum(*ways)),
        "waiting_placed": np.where(placed, waited, np.nan),
        "waiting_unplaced": np.where(placed, np.nan, waited),
    }
