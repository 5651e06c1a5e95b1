"""Carve first, then match: what one would do with pandas and scipy instead, as a plan to compare with.

1. Per pupil, one merge of the demands with the pupil's levels gives which tasks are possible and how well they fit.
2. Per employer, tasks that may be split off are bundled, the easy ones with the easy ones, into jobs of some hours,
   before anybody looks at a pupil. Vacancies are added as they are.
3. The Hungarian method places pupils on jobs and vacancies; of what exceeds places or supervision the best are kept,
   and the others try again until nobody more can be placed.

It keeps to the contract's rules except `hazards`, with simplifications that only cost placements: weeks are filled
greedily, and a fixed decision closes every other employer but promises nothing. Given `library_numbers(region)` as
`numbers`, it takes masks and points from the library instead of step 1, so that totals can be compared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_array

from benchmarks.plain_tables import Numbers, Tables, plain_numbers, prepared

BLOCK = 200
PLACED = 1e6
MOMENT_HOURS = 4.0


@dataclass(eq=False)
class Position:
    """A job or one seat of a vacancy: its employer's row, and the hours of each of its tasks, by row."""

    employer: int
    kind: str
    hours: dict[int, float] = field(default_factory=dict)

    @property
    def total(self) -> float:
        """Hours a week."""
        return sum(self.hours.values())


@dataclass(frozen=True)
class PlainPlan:
    """Who was placed where: a frame with one row a placement, and the hours of each placement's tasks."""

    placements: pd.DataFrame
    tasks: list[dict[str, float]]

    @property
    def placed(self) -> int:
        """Number of pupils placed."""
        return len(self.placements)

    @property
    def points(self) -> float:
        """Points of all placements, before rounding."""
        return float(self.placements["points"].sum())


def carve_first(
    tables: Mapping[str, pd.DataFrame],
    *,
    numbers: Callable[[np.ndarray], Numbers] | None = None,
    date: str = "2026-11-02",
    target_hours: float = 16.0,
    max_tasks: int = 5,
) -> PlainPlan:
    """Plan a region, given as the contract's tables, in the obvious way."""
    t = prepared(tables, date)
    positions = [*vacancies(t), *carved_jobs(t, target_hours, max_tasks)]
    points, allowed = scored(t, positions, numbers or plain_numbers(t))
    chosen = sorted(place(t, positions, points, allowed).items())
    rows = [
        (
            t["pupils"].id[p],
            t["employers"].id[positions[j].employer],
            positions[j].kind,
            positions[j].total,
            points[p, j],
        )
        for p, j in chosen
    ]
    table = pd.DataFrame(rows, columns=["pupil", "employer", "kind", "hours", "points"])
    return PlainPlan(table, [{t["tasks"].id[k]: h for k, h in positions[j].hours.items()} for _, j in chosen])


def vacancies(t: Tables) -> list[Position]:
    """List the open seats, each with all tasks of its function."""
    hours = {function: dict(group.hours) for function, group in t["tasks"].groupby("row")}
    open_functions = t["functions"][t["functions"].vacancies > 0]
    return [
        Position(int(f.row), "vacancy", hours[f.Index])
        for f in open_functions.itertuples()
        for _ in range(int(f.vacancies))
        if f.Index in hours
    ]


def carved_jobs(t: Tables, target: float, max_tasks: int) -> list[Position]:
    """Bundle what can be split off, employer by employer, without looking at any pupil."""
    ease = t["demands"].groupby("task")["level"].mean().reindex(t["tasks"].id).fillna(0).to_numpy()
    tasks = t["tasks"].assign(ease=ease)
    group = tasks.employer.astype(str) + " " + tasks.together.where(tasks.together != "", "task " + tasks.id)
    # A group moves whole: one task in it that must stay keeps the others.
    free = (tasks.detachable == "yes").groupby(group).transform("all") & (tasks.hours > 0)
    tasks = tasks.assign(lot=group, mean=tasks.ease.groupby(group).transform("mean"))[free]
    jobs: list[Position] = []
    for employer, mine in tasks.sort_values(["mean", "lot", "id"]).groupby("employer"):
        lots = [list(lot.itertuples()) for _, lot in mine.groupby("lot", sort=False)]
        jobs += bundle(int(employer), lots, dict(t["functions"].max_carved_hours), target, max_tasks)
    return jobs


def bundle(employer: int, lots: list[list], room: dict[int, float], target: float, max_tasks: int) -> list[Position]:
    """Fill one job after the other, in the order of the lots; `room` is what each function may still give away."""
    job, jobs = Position(employer, "carved"), []
    for lot in lots:
        pieces = int(lot[0].pieces) if len(lot) == 1 else 1
        piece = {task.Index: task.hours / pieces for task in lot}
        for _ in range(pieces):
            if job.total + sum(piece.values()) > 1.25 * target or len(job.hours | piece) > max_tasks:
                jobs.append(job)
                job = Position(employer, "carved")
            asked = pd.Series(piece).groupby({task.Index: task.row for task in lot}).sum()
            if (
                len(piece) > max_tasks
                or sum(piece.values()) > 1.25 * target
                or any(room[f] < h for f, h in asked.items())
            ):
                break
            for function, hours in asked.items():
                room[function] -= hours
            for task, hours in piece.items():
                job.hours[task] = job.hours.get(task, 0.0) + hours
    # A job with a task below the least size is given up as a whole.
    return [j for j in (*jobs, job) if j.hours and min(j.hours.values()) >= max(0.5, j.total / 16)]


def scored(
    t: Tables, positions: list[Position], numbers: Callable[[np.ndarray], Numbers]
) -> tuple[np.ndarray, np.ndarray]:
    """Points of every pupil on every position, and whether it is allowed, by blocks of pupils."""
    shape = (len(t["tasks"]), len(positions))
    cells = [(task, j, h / t["tasks"].hours[task]) for j, p in enumerate(positions) for task, h in p.hours.items() if h]
    task, job, share = (np.array(part) for part in zip(*cells, strict=True))
    shares, counts = csr_array((share, (task, job)), shape), csr_array((np.ones(len(job)), (task, job)), shape)
    employer = np.array([p.employer for p in positions])
    vacancy = np.array([p.kind == "vacancy" for p in positions])
    total = np.array([p.total for p in positions])
    points, allowed = [], []
    for rows in np.array_split(np.arange(len(t["pupils"])), -(-len(t["pupils"]) // BLOCK)):
        n, who = numbers(rows), t["pupils"].iloc[rows]
        points.append(np.where(vacancy, n.vacancy @ shares, n.carved @ shares) + n.employer[:, employer])
        fits = (total >= who.hours_min.to_numpy()[:, None]) & (total <= who.hours_max.to_numpy()[:, None])
        allowed.append(fits & n.employer_allowed[:, employer] & ((~n.task_allowed).astype(float) @ counts == 0))
    return np.vstack(points), in_the_week(t, positions, np.vstack(allowed))


def in_the_week(t: Tables, positions: list[Position], allowed: np.ndarray) -> np.ndarray:
    """Take out the pairs whose hours do not fit into the week."""
    open_at, available = t["tasks"].open.to_numpy(), t["pupils"].open.to_numpy()

    @cache
    def fits(week: int, job: int) -> bool:
        left = {moment: MOMENT_HOURS for moment in range(21) if week >> moment & 1}
        tasks = sorted(
            (bin(open_at[task] & week).count("1"), task, hours) for task, hours in positions[job].hours.items()
        )
        for _, task, hours in tasks:
            for moment in left:
                if open_at[task] >> moment & 1:
                    used = min(left[moment], hours)
                    left[moment], hours = left[moment] - used, hours - used
            if hours > 1e-9:
                return False
        return True

    for pupil, job in zip(*np.nonzero(allowed), strict=True):
        allowed[pupil, job] = fits(int(available[pupil]), int(job))
    return allowed


def place(t: Tables, positions: list[Position], points: np.ndarray, allowed: np.ndarray) -> dict[int, int]:
    """Assign pupils to positions, number first, in rounds; give each pupil's position by row."""
    places, hours = t["employers"].places.to_numpy().copy(), t["employers"].supervision_hours.to_numpy().copy()
    support = t["pupils"].support_hours.to_numpy()
    employer = np.array([p.employer for p in positions])
    chosen: dict[int, int] = {}
    while True:
        pupils = np.setdiff1d(np.arange(len(points)), list(chosen))
        jobs = np.setdiff1d(np.flatnonzero(places[employer] > 0), list(chosen.values()))
        may = allowed[np.ix_(pupils, jobs)] & (support[pupils, None] <= hours[employer[jobs]])
        rows, columns = linear_sum_assignment(np.where(may, PLACED + points[np.ix_(pupils, jobs)], 0), maximize=True)
        pairs = [(pupils[r], jobs[c]) for r, c in zip(rows, columns, strict=True) if may[r, c]]
        if not pairs:
            return chosen
        for pupil, job in sorted(pairs, key=lambda pair: -points[pair]):
            at = employer[job]
            if places[at] > 0 and support[pupil] <= hours[at]:
                places[at], hours[at] = places[at] - 1, hours[at] - support[pupil]
                chosen[int(pupil)] = int(job)
