"""Kinds of work that nobody offers yet: family, area and level of demands, as words that a region could take in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from matchmaker.model import Demand, Employer, Function, Table, Task
from matchmaker.numbers.distance import haversine_km

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from matchmaker.model import Region
    from matchmaker.numbers.problem import Problem
    from matchmaker.plan.plan import Plan

__all__ = ["Area", "Kind", "areas_of", "kinds_of", "region_of"]

NEAR_KM, OFFERED_KM = 5.0, 10.0
MOST_AREAS = 6
TYPICAL, FEWEST, MOST = 0.25, 3, 5
"""A dimension is typical of a family when this share of its tasks asks it; so many are taken at least and at most."""


@dataclass(frozen=True)
class Area:
    """Where pupils who are not placed live.

    Parameters
    ----------
    lat, lon : float
        The middle of their homes.
    pupils : int
        How many of them live within 5 km.
    near : str
        Id of the employer that is nearest.

    Examples
    --------
    >>> Area(52.0, 6.0, 4, "e1").pupils
    4
    """

    lat: float
    lon: float
    pupils: int
    near: str


@dataclass(frozen=True)
class Kind:
    """Work of one family, in one area, that asks one level: one place, and hours that are usual in the region.

    Parameters
    ----------
    id : str
        Of the employer who would offer it, such as ``new-1-groen-2``.
    area : Area
    family : str
    level : int
        Asked on every dimension of `dimensions`, those typical of the family in the region.
    dimensions : tuple of str
    hours : int
        A week; a pupil may take fewer of them.

    Examples
    --------
    >>> Kind("new-1-groen-2", Area(52.0, 6.0, 4, "e1"), "groen", 2, ("endurance",), 8).added_to
    <bound method Kind.added_to of ...>
    """

    id: str
    area: Area
    family: str
    level: int
    dimensions: tuple[str, ...]
    hours: int

    def words(self, region: Region) -> tuple[Employer, Function, Task, list[Demand]]:
        """Return the employer, function, task and demands that a region would get.

        The employer is a recognised training company that asks no age, and has the supervision for any one pupil.
        """
        support = region.pupils.column("support_hours").max(initial=0.0)
        employer = Employer(
            id=self.id, name=self.family, lat=self.area.lat, lon=self.area.lon, places=1,
            supervision_hours=float(support), recognised=True,
        )  # fmt: skip
        function = Function(id=f"{self.id}-f", employer=self.id, name=self.family)
        task = Task(
            id=f"{self.id}-t", function=function.id, name=self.family, family=self.family, hours=float(self.hours),
            pieces=self.hours,
        )  # fmt: skip
        return employer, function, task, [Demand(task=task.id, dimension=d, level=self.level) for d in self.dimensions]

    def added_to(self, region: Region) -> Region:
        """Return the region with this work."""
        employer, function, task, demands = self.words(region)
        return region.replace(
            employers=region.employers.with_rows([employer]),
            functions=region.functions.with_rows([function]),
            tasks=region.tasks.with_rows([task]),
            demands=region.demands.with_rows(demands),
        )


def region_of(region: Region, kinds: list[Kind]) -> Region:
    """Return the region with the work of these kinds only, and without decisions."""
    words = [kind.words(region) for kind in kinds]
    return region.replace(
        employers=Table.of(Employer, rows=[one[0] for one in words]),
        functions=Table.of(Function, rows=[one[1] for one in words]),
        tasks=Table.of(Task, rows=[one[2] for one in words]),
        demands=Table.of(Demand, rows=[demand for one in words for demand in one[3]]),
        decisions=region.decisions.take([]),
    )


def areas_of(plan: Plan) -> list[Area]:
    """Return where the pupils live who are not placed and may work: most pupils first, up to six areas.

    Around the pupil with most of the others within 5 km; these are taken out, and so on.
    """
    pupils, employers = plan.ledger.problem.pupils, plan.ledger.problem.employers
    out = {one.pupil for one in plan.not_placed}
    rows = np.array([row for row, name in enumerate(pupils.ids) if str(name) in out and pupils.may_work[row]], np.int64)
    found: list[Area] = []
    while len(rows) and len(employers.ids) and len(found) < MOST_AREAS:
        lat, lon = pupils.lat[rows], pupils.lon[rows]
        near = haversine_km(lat[:, None], lon[:, None], lat[None, :], lon[None, :]) <= NEAR_KM
        own = near[int(np.argmax(near.sum(axis=1)))]
        middle = (round(float(lat[own].mean()), 4), round(float(lon[own].mean()), 4))
        far = haversine_km(np.array(middle[0]), np.array(middle[1]), employers.lat, employers.lon)
        found.append(Area(*middle, int(own.sum()), str(employers.ids[int(np.argmin(far))])))
        rows = rows[~own]
    return found


def kinds_of(plan: Plan, areas: list[Area]) -> Iterator[Kind]:
    """Give every kind of work that no employer within 10 km of an area offers."""
    problem, region = plan.ledger.problem, plan.ledger.region
    liked = {name for likes in region.pupils.column("likes") for name in likes}
    hours = max(1, round(float(np.median(_hours(plan))))) if plan.pupils else 1
    for family in sorted({*problem.families, *liked}):
        own = _tasks_of(problem, family)
        asked = problem.tasks.demand[own if len(own) else slice(None)]
        dimensions, levels = _typical(asked, len(problem.level_values))
        names = tuple(problem.dimensions[d] for d in dimensions)
        for number, area in enumerate(areas, start=1):
            for level in levels:
                if not _offered(problem, area, own, level):
                    value = int(problem.level_values[level])
                    yield Kind(f"new-{number}-{family}-{value}", area, family, value, names, hours)


def _hours(plan: Plan) -> NDArray[np.float64]:
    placed = np.array([one.hours for one in plan.placements], np.float64)
    return placed if len(placed) else plan.ledger.problem.pupils.hours_max


def _tasks_of(problem: Problem, family: str) -> NDArray[np.int64]:
    if family not in problem.families:
        return np.zeros(0, np.int64)
    return np.flatnonzero(problem.tasks.family == problem.families.index(family))


def _typical(asked: NDArray[np.int8], levels: int) -> tuple[list[int], list[int]]:
    """Return the dimensions that such tasks usually ask, and the usual level with the one below and the one above."""
    share = (asked >= 0).mean(axis=0) if len(asked) else np.zeros(asked.shape[1])
    order = np.argsort(-share, kind="stable")
    dimensions = [int(d) for rank, d in enumerate(order[:MOST]) if share[d] >= TYPICAL or rank < FEWEST]
    known = asked[asked >= 0]
    usual = int(np.median(known)) if len(known) else levels // 2
    return sorted(dimensions), [level for level in (usual - 1, usual, usual + 1) if 0 < level < levels]


def _offered(problem: Problem, area: Area, own: NDArray[np.int64], level: int) -> bool:
    """Say whether an employer near the area has such a task, to be split off, that asks no more than this level."""
    tasks, employers = problem.tasks, problem.employers
    easy = own[tasks.detachable[own] & (tasks.demand[own] <= level).all(axis=1)]
    at = tasks.employer[easy]
    far = haversine_km(np.array(area.lat), np.array(area.lon), employers.lat[at], employers.lon[at])
    return bool((far <= OFFERED_KM).any())
