"""Fairness: what a plan gives to groups of pupils, with a count and an interval beside every figure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from matchmaker.errors import MatchmakerError, UnknownId
from matchmaker.plan.intervals import LEVEL, Figure, difference_interval, level_of_each, mean_figure, rate_figure
from matchmaker.plan.measured import ALL, MEASURES, groupings_of, measured_of, members, own_groupings
from matchmaker.plan.rows import Rows

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from matchmaker.plan.plan import Plan

    Member: TypeAlias = NDArray[np.bool_]
    Measured: TypeAlias = Mapping[str, NDArray[np.float64]]

__all__ = ["Fairness", "Group", "Spread", "fairness"]


@dataclass(frozen=True)
class Group:
    """One group of pupils with its figures.

    Parameters
    ----------
    grouping, group
        Such as school and pro; both are ``all`` for all pupils together.
    pupils, placed
        Counts; None for a group of fewer pupils than are told.
    figures
        By the names of `MEASURES`.

    Examples
    --------
    >>> Group("school", "pro", 40, 30, {"placed": Figure(40, 0.75, 0.6, 0.86)}).told
    True
    """

    grouping: str
    group: str
    pupils: int | None
    placed: int | None
    figures: Mapping[str, Figure]

    @property
    def told(self) -> bool:
        """Whether the group is large enough to be told of."""
        return self.pupils is not None

    def row(self) -> dict[str, Any]:
        """Return the group as one row of a table: every figure with its count and interval."""
        row: dict[str, Any] = {"grouping": self.grouping, "group": self.group, "pupils": self.pupils}
        for name, figure in self.figures.items():
            row |= {name: figure.value, f"{name}_low": figure.low, f"{name}_high": figure.high}
            row[f"{name}_n"] = figure.count
        return row


@dataclass(frozen=True)
class Spread:
    """How far the groups of one grouping lie apart in one measure; groups that are not told do not count.

    Parameters
    ----------
    grouping, measure
        Such as school and placed.
    groups
        Number of groups compared.
    largest, smallest
        Group with the largest, and with the smallest value.
    difference
        Largest minus smallest value.
    ratio
        Smallest value over largest; None when that says nothing (a value below zero, or none above it).
    low, high
        95 % interval of the difference of these two groups, wide enough for all pairs of groups compared.

    Examples
    --------
    >>> Spread("school", "placed", 2, "pro", "vso", 0.2, 0.75, -0.05, 0.4).clear
    False
    """

    grouping: str
    measure: str
    groups: int
    largest: str
    smallest: str
    difference: float
    ratio: float | None
    low: float | None
    high: float | None

    @property
    def clear(self) -> bool:
        """Whether the interval of the difference leaves out zero: more than numbers this small do by chance."""
        return self.low is not None and self.low > 0

    def row(self) -> dict[str, Any]:
        """Return the spread as one row of a table."""
        return {**self.__dict__, "clear": self.clear}


@dataclass(frozen=True, repr=False)
class Fairness:
    """What a plan gives to groups of pupils.

    Attributes
    ----------
    language : str
    least : int
        A figure with fewer pupils behind it is not told.
    status, points, bound
        Of the plan: another plan that is as good may have other figures.
    groups : Rows of Group
        All pupils together first.
    spreads : Rows of Spread
        One for every grouping and measure with two groups or more to compare.
    """

    language: str
    least: int
    status: str
    points: int
    bound: int
    groups: Rows[Group]
    spreads: Rows[Spread]

    @property
    def overall(self) -> Group:
        """All pupils together."""
        return self.groups[0]

    def group(self, grouping: str, group: str) -> Group:
        """Return one group.

        Raises
        ------
        UnknownId
            With near names.
        """
        found = {(one.grouping, one.group): one for one in self.groups}
        if (grouping, group) not in found:
            raise UnknownId(f"{grouping}: {group}", "group", tuple(f"{a}: {b}" for a, b in found))
        return found[grouping, group]

    def spread(self, grouping: str, measure: str = "placed") -> Spread | None:
        """Return how far the groups of a grouping lie apart; None when there are no two to compare."""
        return next((one for one in self.spreads if (one.grouping, one.measure) == (grouping, measure)), None)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a group."""
        return self.groups.to_frame()

    def to_document(self) -> dict[str, Any]:
        """Return everything as plain values, with the text that says what they cannot say."""
        from matchmaker.show.fairness import caution

        return {
            "least": self.least,
            "plan": {"status": self.status, "points": self.points, "bound": self.bound},
            "groups": [{**one.row(), "told": one.told} for one in self.groups],
            "spreads": [one.row() for one in self.spreads],
            "text": self.summary(),
            "cannot_say": caution(self, language=self.language),
        }

    def summary(self, *, language: str | None = None) -> str:
        """Return the figures as sentences, and what they cannot say."""
        from matchmaker.show.fairness import summary

        return summary(self, language=language or self.language)

    def __str__(self) -> str:
        return self.summary()

    def __repr__(self) -> str:
        hidden = sum(not one.told for one in self.groups)
        said = f"{self.overall.placed} of {self.overall.pupils} placed" if self.overall.told else "too few pupils"
        return f"<Fairness: {said}, {len(self.groups) - 1} groups, {hidden} with n < {self.least}>"

    def _repr_html_(self) -> str:
        from matchmaker.show.fairness import fairness_html

        return fairness_html(self)


def fairness(
    plan: Plan, by: Mapping[str, Mapping[str, str]] | None = None, *, least: int = 5, language: str | None = None
) -> Fairness:
    """Compare groups of pupils in a plan; see `Plan.fairness`.

    Parameters
    ----------
    plan : Plan
        With its region.
    by : mapping, optional
        Groupings of your own: name to pupil to group. Pupils that are not named form the group ``not stated``.
    least : int
        Figures with fewer pupils behind them are not told.
    language : str, optional
        ``en`` or ``nl``; by default that of the plan.

    Returns
    -------
    Fairness

    Raises
    ------
    InputFaults
        For every pupil in `by` whom the region does not know, with near names, and every grouping whose name is taken.
    """
    chosen = language or plan.language
    if chosen not in ("en", "nl"):
        raise UnknownId(chosen, "language", ("en", "nl"))
    if least < 1:
        raise MatchmakerError(f"least: came {least}, allowed is a whole number of at least 1.")
    ids = [str(name) for name in plan.ledger.problem.pupils.ids]
    own = own_groupings(by or {}, ids=ids)
    measured, everybody = measured_of(plan), np.ones(len(ids), bool)
    found = {ALL: {ALL: everybody}}
    for grouping, labels in {**groupings_of(plan), **own}.items():
        found[grouping] = dict(members(grouping, labels=labels))
    groups = [
        _group(grouping, name, member, measured, least)
        for grouping, names in found.items()
        for name, member in names.items()
    ]
    spreads = [spread for grouping in found for spread in _spreads(grouping, found[grouping], measured, least)]
    return Fairness(chosen, least, plan.status, plan.points, plan.bound, Rows(groups), Rows(spreads))


def _group(grouping: str, name: str, member: Member, measured: Measured, least: int) -> Group:
    pupils, placed = int(member.sum()), int(measured["placed"][member].sum())
    if 0 < pupils < least:
        return Group(grouping, name, None, None, dict.fromkeys(MEASURES, Figure(None, None, None, None)))
    figures = {measure: _figure(measure, measured[measure][member], least) for measure in MEASURES}
    figures |= {measure: _not_below_zero(figures[measure]) for measure in MEASURES if measure != "points"}
    return Group(grouping, name, pupils, placed, figures)


def _not_below_zero(figure: Figure) -> Figure:
    """Hours, km and days are never below zero, so their means are not either."""
    return figure if figure.low is None else replace(figure, low=max(figure.low, 0.0))


def _figure(measure: str, values: NDArray[np.float64], least: int, level: float = LEVEL) -> Figure:
    if measure == "placed":
        return rate_figure(int(values.sum()), len(values), least=least, level=level)
    return mean_figure(values[~np.isnan(values)].tolist(), least=least, level=level)


def _spreads(grouping: str, names: Mapping[str, Member], measured: Measured, least: int) -> Iterator[Spread]:
    for measure in MEASURES:
        values = {name: measured[measure][member] for name, member in names.items() if member.sum() >= least}
        value = {name: _figure(measure, values[name], least).value for name in values}
        told = sorted((one, name) for name, one in value.items() if one is not None)
        if len(told) < 2:
            continue
        (small, smallest), (large, largest) = told[0], told[-1]
        level = level_of_each(len(told))
        high, low = (_figure(measure, values[name], least, level) for name in (largest, smallest))
        interval = difference_interval(high, low) or (None, None)
        ratio = small / large if small >= 0 and large > 0 else None
        yield Spread(grouping, measure, len(told), largest, smallest, large - small, ratio, *interval)
