"""The price of each aim: what the policy's order of aims, and its floor, cost in points and in placements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from matchmaker.errors import UnknownId
from matchmaker.plan.again import again
from matchmaker.plan.leximin import lowest_points
from matchmaker.plan.rows import Rows

if TYPE_CHECKING:
    import pandas as pd

    from matchmaker.plan.plan import Plan

__all__ = ["AimPrice", "PriceOfAims", "as_well", "price_of_aims"]

NO_FLOOR = -1_000_000
"""Points far below those of any position."""

PRICED = ("placed", "hardest", "leximin")


@dataclass(frozen=True)
class AimPrice:
    """What one aim of the policy got, and what it costs.

    Parameters
    ----------
    aim
        ``placed`` (as many as possible), ``hardest`` (the hardest to place first), ``leximin`` (the lowest points
        first), ``protect`` and ``protect_points`` (the quotas for groups, in placements and in points) or ``floor``.
    unit
        What the cost is counted in: ``points``, or ``placements`` for quotas and the floor.
    got, of
        Pupils whom the plan places, of all that the aim is about; for leximin the lowest points, and their bound.
    without
        Pupils of these whom the plan found without the aim places; for leximin the lowest points there.
    found
        Difference between the best plans found with and without the aim.
    at_least, at_most
        Proved limits of the cost; None where nothing is proved.
    floor
        The policy's floor, for the aim ``floor``.
    groups
        Protected groups with their shares, for the quotas.
    met
        Whether every quota is met; it may be that no plan meets it.

    Examples
    --------
    >>> AimPrice("hardest", "points", 3, 4, 2, 120, 120, 120).certain
    True
    >>> AimPrice("hardest", "points", 3, 4, 2, 120, 0, 900).certain
    False
    """

    aim: Literal["placed", "hardest", "leximin", "protect", "protect_points", "floor"]
    unit: Literal["points", "placements"]
    got: int
    of: int
    without: int
    found: int
    at_least: int | None
    at_most: int | None
    floor: int | None = None
    groups: tuple[tuple[str, float], ...] = ()
    met: bool = True
    text: str = ""

    @property
    def certain(self) -> bool:
        """Whether the cost is proved."""
        return self.at_least is not None and self.at_least == self.at_most

    def row(self) -> dict[str, Any]:
        """Return the price as one row of a table."""
        names = ("aim", "unit", "got", "of", "without", "found", "at_least", "at_most", "certain", "text")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, repr=False)
class PriceOfAims:
    """What each aim of the policy costs.

    Attributes
    ----------
    language, status : str
    points, bound : int
        Of the plan.
    rows : Rows of AimPrice
        In the order of the policy, then the quotas, the floor last.
    """

    language: str
    status: str
    points: int
    bound: int
    rows: Rows[AimPrice]

    def __getitem__(self, aim: str) -> AimPrice:
        found = {one.aim: one for one in self.rows}
        if aim not in found:
            raise UnknownId(str(aim), "aim", tuple(found))
        return found[aim]

    def to_frame(self) -> pd.DataFrame:
        """Return one row an aim."""
        return self.rows.to_frame()

    def to_document(self) -> dict[str, Any]:
        """Return everything as plain values."""
        plan = {"status": self.status, "points": self.points, "bound": self.bound}
        return {"plan": plan, "aims": [one.row() for one in self.rows], "text": self.summary()}

    def summary(self, *, language: str | None = None) -> str:
        """Return the prices as sentences."""
        from matchmaker.show.aims import summary

        return summary(self, language=language or self.language)

    def __str__(self) -> str:
        return self.summary()

    def __repr__(self) -> str:
        said = [f"{one.aim} {one.at_least}..{one.at_most} {one.unit}" for one in self.rows]
        return f"<PriceOfAims: {', '.join(said) or 'no aims before points'}>"

    def _repr_html_(self) -> str:
        from matchmaker.show.aims import aims_html

        return aims_html(self)


def price_of_aims(plan: Plan, *, language: str | None = None) -> PriceOfAims:
    """Say what each aim of a plan's policy costs; see `Plan.price_of_aims`.

    Aims are taken in the policy's order, each against the plan that knows only the aims before it: so the costs in
    points of all aims together are what the order costs against points alone. Quotas, and the floor, are taken out of
    the policy as it stands. Each plan is found from this one; a small region is solved exactly, and its prices are
    certain. Elsewhere `found` is a difference between two plans that are not proved the best, and says little:
    `at_least` and `at_most` are proved, from the bounds of both.

    Parameters
    ----------
    plan : Plan
        With its region.
    language : str, optional
        ``en`` or ``nl``; by default that of the plan.

    Returns
    -------
    PriceOfAims
    """
    from matchmaker.plan.price_of_quota import prices_of_quota
    from matchmaker.show.aims import said

    chosen = language or plan.language
    if chosen not in ("en", "nl"):
        raise UnknownId(chosen, "language", ("en", "nl"))
    steps = _Steps(plan)
    prices = [steps.price(place) for place, aim in enumerate(steps.aims) if aim in PRICED]
    prices += [*prices_of_quota(plan, steps.aims), _of_floor(plan, steps.aims)]
    rows = Rows(said(one, language=chosen) for one in prices)
    return PriceOfAims(chosen, plan.status, plan.points, plan.bound, rows)


class _Steps:
    """The plans that know only the first aims of the policy, then points: as many aims as their place in the list."""

    def __init__(self, plan: Plan) -> None:
        order = tuple(plan.policy["order"])
        self.plan = plan
        self.aims = order[: order.index("points")] if "points" in order else order
        self._made = {len(self.aims): plan}

    def _with_first(self, count: int) -> Plan:
        if count not in self._made:
            region = self.plan.ledger.region
            policy = region.policy.replace(order=(*self.aims[:count], "points"))
            self._made[count] = again(self.plan, region.replace(policy=policy))
        return self._made[count]

    def price(self, place: int) -> AimPrice:
        """What the aim at this place costs on top of those before it, for plans that do as well as ours on both."""
        without, _ = self._with_first(place), self._with_first(place + 1)
        aim: Any = self.aims[place]
        (low, high), (low_with, high_with) = self._points(place), self._points(place + 1)
        return AimPrice(
            aim,
            "points",
            _count(self.plan, self.plan, aim),
            _most(self.plan, aim),
            _count(self.plan, without, aim),
            found=low - low_with,
            at_least=0 if high_with is None else max(low - high_with, 0),
            at_most=None if high is None else high - low_with,
        )

    def _points(self, count: int) -> tuple[int, int | None]:
        """The most points found, and a bound, of plans that do as well as ours on the first aims."""
        aims = self.aims[:count]
        same = [one for one in self._made.values() if as_well(self.plan, one, aims)]
        bounds = [self._made[count].bound_aims] if self._made[count] in same else []
        if self.aims[count:] == ("hardest",):
            bounds.append(self.plan.bound)
        return max(one.points for one in same), min(bounds, default=None)


def as_well(plan: Plan, other: Plan, aims: tuple[str, ...]) -> bool:
    """Say whether another plan of the same pupils does just as well on these aims."""
    if "leximin" in aims and sorted(one.points for one in plan.placements) != sorted(
        one.points for one in other.placements
    ):
        return False
    return all(_count(plan, plan, aim) == _count(plan, other, aim) for aim in aims)


def _most(plan: Plan, aim: str) -> int:
    """What an aim could get at most: pupils, or for leximin what is proved about the lowest points."""
    if aim == "leximin":
        reached = plan.leximin
        return (reached.bound if reached else None) or 0
    return int(plan.hardest.sum()) if aim == "hardest" else plan.pupils


def _count(plan: Plan, other: Plan, aim: str) -> int:
    """How many pupils of an aim another plan of the same pupils places; for leximin its lowest points."""
    if aim == "leximin":
        return lowest_points(other)
    ids, placed = plan.ledger.problem.pupils.ids, {one.pupil for one in other.placements}
    if aim == "placed":
        return len(placed)
    of = plan.hardest if aim == "hardest" else np.unique(plan.ledger.problem.decisions.fixed[:, 0])
    return len(placed & set(ids[of]))


def _of_floor(plan: Plan, aims: tuple[str, ...]) -> AimPrice:
    ledger = plan.ledger
    free = again(plan, ledger.region.replace(policy=ledger.region.policy.replace(fit_floor=NO_FLOOR)))
    found, at_least, at_most = _placements(plan, free, aims)
    return AimPrice(
        "floor",
        "placements",
        plan.placed,
        plan.pupils,
        free.placed,
        found,
        at_least,
        at_most,
        floor=ledger.problem.fit_floor,
    )


def _placements(plan: Plan, free: Plan, aims: tuple[str, ...]) -> tuple[int, int | None, int | None]:
    """What the floor costs in placements: found, at least, at most."""
    gain = free.placed - plan.placed
    if plan.status == free.status == "optimal":
        return gain, gain, gain
    assert plan.placed_bound is not None and free.placed_bound is not None
    at_most = free.placed_bound - plan.placed
    before = aims[: aims.index("placed")] if "placed" in aims else None
    if before is None or not as_well(plan, free, before):
        return gain, None, at_most
    # What the other plan places above the floor it could place with the floor as well.
    above = sum(one.points >= plan.ledger.problem.fit_floor for one in free.placements)
    found = free.placed - max(plan.placed, above)
    return max(found, 0), max(free.placed - plan.placed_bound, 0), at_most
