"""The obvious way to get from tables to masks and points: merges and loops, pupil by pupil. Used by ``plain``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from matchmaker.model.moments import WEEKDAYS, moments_mask

if TYPE_CHECKING:
    from matchmaker.model.region import Region

Tables = Mapping[str, pd.DataFrame]

LISTS = {
    "pupils": ("certificates", "excludes", "likes", "dislikes", "refuses"),
    "tasks": ("conditions", "certificates"),
}
OPEN = {"pupils": "available", "tasks": "when"}
NUMBERS: dict[str, dict[str, float]] = {
    "pupils": {"lat": 0, "lon": 0, "hours_min": 0, "hours_max": 0, "support_hours": 0, "max_km": np.inf},
    "employers": {"lat": 0, "lon": 0, "places": 0, "supervision_hours": 0, "min_age": 0},
    "functions": {"vacancies": 0, "max_carved_hours": np.inf},
    "tasks": {"hours": 0, "pieces": 1},
    "observations": {"level": 0},
    "demands": {"level": 0},
}
WORDS = {
    "pupils": {"route": "work", "stage": "placement"},
    "employers": {"recognised": "no"},
    "tasks": {"detachable": "yes", "together": "", "family": ""},
}


@dataclass(frozen=True)
class Numbers:
    """What is allowed and what it is worth, for a block of pupils.

    `carved` and `vacancy` [pupils, tasks] are points of the whole task, `employer` [pupils, employers] points of being
    there; `task_allowed` and `employer_allowed` have the same shapes.
    """

    carved: np.ndarray
    vacancy: np.ndarray
    employer: np.ndarray
    task_allowed: np.ndarray
    employer_allowed: np.ndarray


def prepared(tables: Tables, date: str) -> dict[str, pd.DataFrame]:
    """Sort by id, fill what may be left empty, turn lists into sets and names into row numbers."""
    t = {name: table.replace({"": None}) for name, table in tables.items()}
    for name in ("pupils", "employers", "functions", "tasks"):
        t[name] = t[name].sort_values("id", ignore_index=True)
    for name, defaults in NUMBERS.items():
        for column, default in defaults.items():
            t[name][column] = pd.to_numeric(optional(t[name], column)).fillna(default).astype(float)
    for name, words in WORDS.items():
        for column, word in words.items():
            t[name][column] = optional(t[name], column).fillna(word)
    for name, columns in LISTS.items():
        for column in columns:
            t[name][column] = [split(cell) for cell in optional(t[name], column)]
        t[name]["open"] = [
            moments_mask(split(cell)) if given(cell) else WEEKDAYS for cell in optional(t[name], OPEN[name])
        ]
    born = t["pupils"].birth_month.astype(str).str[:7].str.split("-", expand=True).astype(int)
    t["pupils"]["age"] = (12 * (int(date[:4]) - born[0]) + int(date[5:7]) - born[1] - 1) // 12
    for name, column, other in (("functions", "employer", "employers"), ("tasks", "function", "functions")):
        t[name]["row"] = t[name][column].map(pd.Series(t[other].index, index=t[other].id))
    t["tasks"]["employer"] = t["functions"].row.to_numpy()[t["tasks"].row]
    return t


def optional(table: pd.DataFrame, column: str) -> Any:
    """Return a column; an empty one when the table does not have it."""
    return table[column] if column in table else pd.Series([None] * len(table), dtype=object)


def given(cell: object) -> bool:
    """Tell whether a cell says something."""
    return cell is not None and cell == cell


def split(cell: object) -> set[str]:
    """Split a cell with several values."""
    return set(str(cell).split(";")) if given(cell) else set()


def haversine(lat: float, lon: float, lats: np.ndarray, lons: np.ndarray) -> np.ndarray:
    """Kilometres from one point to many."""
    a, b, c, d = map(np.radians, (lat, lon, lats, lons))
    half = np.sin((c - a) / 2) ** 2 + np.cos(a) * np.cos(c) * np.sin((d - b) / 2) ** 2
    return np.asarray(2 * 6371.0088 * np.arcsin(np.sqrt(half)))


def plain_numbers(t: Tables) -> Callable[[np.ndarray], Numbers]:
    """Give masks and points of any pupils: 10 points an hour, less what does not fit, less 0.6 a kilometre."""
    levels = t["observations"].groupby(["pupil", "dimension"])["level"].median().reset_index()

    def block(rows: np.ndarray) -> Numbers:
        pupils = list(t["pupils"].iloc[rows].itertuples())
        of_task = [tasks_of(t, levels[levels.pupil == pupil.id], pupil) for pupil in pupils]
        of_employer = [employers_of(t, pupil) for pupil in pupils]
        points, may = (np.array(part) for part in zip(*of_task, strict=True))
        near, open_to = (np.array(part) for part in zip(*of_employer, strict=True))
        return Numbers(points, points, near, may, open_to)

    return block


def tasks_of(t: Tables, levels: pd.DataFrame, pupil: Any) -> tuple[np.ndarray, np.ndarray]:
    """Points of every task for one pupil, and which are allowed."""
    tasks = t["tasks"]
    asked = t["demands"].merge(levels, on="dimension", suffixes=("", "_of"))
    asked["gap"] = asked["level"] - np.floor(asked["level_of"])
    asked["loss"] = np.where(asked.gap > 0, 2.0, -0.1) * asked.gap
    fit = asked.groupby("task").agg({"loss": "sum", "gap": "max"}).reindex(tasks.id)
    wish = np.array([2.0 * (family in pupil.likes) - 2.0 * (family in pupil.dislikes) for family in tasks.family])
    may = [
        not (conditions & pupil.excludes) and certificates <= pupil.certificates and family not in pupil.refuses
        for conditions, certificates, family in zip(tasks.conditions, tasks.certificates, tasks.family, strict=True)
    ]
    points = tasks.hours.to_numpy() * (10.0 - fit.loss.fillna(0).to_numpy() + wish)
    return points, np.array(may) & ~(fit.gap > 1).to_numpy()


def employers_of(t: Tables, pupil: Any) -> tuple[np.ndarray, np.ndarray]:
    """Points of being at every employer for one pupil, and which are allowed."""
    employers, decisions = t["employers"], t["decisions"][t["decisions"].pupil == pupil.id]
    excluded = set(decisions.employer[decisions.kind == "excluded"])
    fixed = set(decisions.employer[decisions.kind == "fixed"])
    km = haversine(pupil.lat, pupil.lon, employers.lat.to_numpy(), employers.lon.to_numpy())
    allowed = (km <= pupil.max_km) & (pupil.age >= employers.min_age) & (employers.places > 0)
    allowed &= (pupil.stage != "preparation") | (employers.recognised == "yes")
    allowed &= (pupil.route == "work") | (pupil.stage != "placement")
    allowed &= ~employers.id.isin(pupil.refuses | excluded)
    return -0.6 * km, (allowed & (employers.id.isin(fixed) | (not fixed))).to_numpy(bool)


def library_numbers(region: Region) -> Callable[[np.ndarray], Numbers]:
    """Take masks and points from the library's own tables, in the row order of :func:`prepared`."""
    from matchmaker import points, rules
    from matchmaker.numbers.problem import make_problem

    problem = make_problem(region)
    order = np.argsort(problem.tasks.ids.astype(str))
    barriers = rules.task_factors(problem)
    factors = {name: contribution(problem) for name, contribution in points.TASK_POINTS.items()}

    def block(rows: np.ndarray) -> Numbers:
        share = problem.tasks.hours[order] / problem.pupils.hours_max[rows, None] / points.UNIT
        part = {name: (left[rows] @ right[order].T) * share for name, (left, right) in factors.items()}
        near = sum(contribution(problem, rows) for contribution in points.EMPLOYER_POINTS.values())
        vacancy = sum(value for name, value in part.items() if name not in points.CARVED_ONLY)
        may = barriers[0][rows] @ barriers[1][order].T == 0
        return Numbers(sum(part.values()), vacancy, np.asarray(near, float), may, rules.employer_mask(problem, rows))

    return block
