"""Generated regions of any size, for benchmarks and tests: the same arguments give the same region on every machine.

Nothing here describes real people or firms. Pupils differ in how much help they need, in general, per domain and per
dimension; observations of them err as their sources do. Tasks ask four to six dimensions that belong to their family;
the core of a function asks more than what can be split off. About one place in seven is a vacancy: a whole function
of simple tasks. Towns lie in a disc, so that a pupil reaches some 15 to 30 % of the employers.

Examples
--------
>>> make_region(12, employers=5, seed=1).name
'generated 12 x 5, seed 1'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

import matchmaker as mm
from matchmaker.model.framework import default_framework
from matchmaker.model.moments import MOMENTS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from matchmaker.model.region import Region

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]
    Texts = NDArray[np.object_]


def _names(text: str) -> Texts:
    return np.array(text.split(), dtype=object)


TASK_HOURS, LONG_TASK_HOURS = 3.6, 7.0
"""Hours a week of a task, on average. With the first, most positions need as many tasks as they may have, and the hours
that can be split off are hardly more than the places need; with the second there is room on both sides."""


class Size(NamedTuple):
    """How large a region is, and its tasks."""

    pupils: int
    employers: int
    tasks_per_employer: int = 40
    task_hours: float = TASK_HOURS


COUNTS = {"12x5": (12, 5), "60x20": (60, 20), "200x60": (200, 60), "1000x300": (1000, 300), "3000x1000": (3000, 1000)}
SIZES = {name: Size(*counts) for name, counts in COUNTS.items()} | {
    f"{name}-long": Size(*counts, task_hours=LONG_TASK_HOURS) for name, counts in COUNTS.items()
}
DATE = "2026-11-02"
FUNCTIONS_AN_EMPLOYER = 5
VACANCY_SHARE = 0.15
FAMILIES = _names("groen schoonmaak horeca magazijn winkel zorg techniek productie administratie dieren")
CONDITIONS = _names("noise dust wet_hands outdoor_cold heights stairs allergens smells dirt pollen crowds hot_kitchen")
CERTIFICATES = _names("vca forklift hygiene bhv branch_green branch_cleaning")
SOURCES = _names("test teacher internship employer self")
SOURCE_SHARE, SOURCE_BIAS, SOURCE_SPREAD = (
    np.array(figures) for figures in ([0.2, 0.35, 0.2, 0.1, 0.15], [0, 0.1, 0.4, 0.1, 0.3], [0.4, 0.8, 0.8, 0.7, 1.1])
)
TRAVEL_KM, TRAVEL_SHARE = np.array([6, 8, 12, 16, 25]), np.array([0.2, 0.35, 0.25, 0.12, 0.08])
RADIUS_KM = 25.0
KM_A_DEGREE = 111.2
CENTRE = (52.2, 5.9)
WEEK = 10  # weekday mornings and afternoons; the columns of `open` below
WEEKDAY_NAMES = np.array([name for name in MOMENTS if name[:2] not in ("sa", "su") and name[3:] != "ev"], dtype=object)


def make_region(
    pupils: int,
    *,
    employers: int,
    tasks_per_employer: int = 40,
    task_hours: float = TASK_HOURS,
    places_per_pupil: float = 1.1,
    seed: int = 0,
) -> Region:
    """Generate one region.

    Parameters
    ----------
    pupils, employers : int
    tasks_per_employer : int
        Spread over five functions.
    task_hours : float
        Hours a week of a task, on average, outside vacancies; more than 1.
    places_per_pupil : float
        Places of all employers together, divided by the number of pupils.
    seed : int

    Returns
    -------
    matchmaker.model.Region
    """
    tables: dict[str, Any] = dict(
        make_tables(
            pupils,
            employers=employers,
            tasks_per_employer=tasks_per_employer,
            task_hours=task_hours,
            places_per_pupil=places_per_pupil,
            seed=seed,
        )
    )
    name = f"generated {pupils} x {employers}, seed {seed}"
    return mm.read_region({"region": {"name": name, "date": DATE, "policy": {"seed": seed}}, **tables})


def sized_region(size: Size, *, seed: int = 0) -> Region:
    """Generate a region of a size, such as one of `SIZES`."""
    return make_region(
        size.pupils,
        employers=size.employers,
        tasks_per_employer=size.tasks_per_employer,
        task_hours=size.task_hours,
        seed=seed,
    )


def make_tables(
    pupils: int,
    *,
    employers: int,
    tasks_per_employer: int = 40,
    task_hours: float = TASK_HOURS,
    places_per_pupil: float = 1.1,
    seed: int = 0,
) -> dict[str, pd.DataFrame]:
    """Generate the tables of one region, with the contract's columns; arguments as for :func:`make_region`."""
    # A stream of random numbers per table: a change in how one is made leaves the others as they are.
    land, people, ratings, firms, jobs, work = (
        np.random.default_rng([seed, pupils, employers, tasks_per_employer, stream]) for stream in range(6)
    )
    towns = _towns(land, employers)
    places = _places(firms, employers, round(places_per_pupil * pupils))
    function_table = _functions(jobs, employers, places)
    task_table, demand_table = _tasks(work, function_table, tasks_per_employer, task_hours)
    function_table["max_carved_hours"] = _caps(jobs, function_table, task_table)
    pupil_table = _pupils(people, pupils, towns, employers)
    return {
        "pupils": pupil_table,
        "observations": _observations(ratings, pupils),
        "employers": _employers(firms, places, towns),
        "functions": function_table.drop(columns="family"),
        "tasks": task_table.drop(columns="open"),
        "demands": demand_table,
        "decisions": _decisions(people, pupils, employers),
    }


def _ids(letter: str, count: int) -> Texts:
    width = max(3, len(str(count)))
    return np.array([f"{letter}{i:0{width}d}" for i in range(1, count + 1)], dtype=object)


def _joined(chosen: Bools, names: Texts) -> Texts:
    # Rows repeat: each different one is spelt once.
    different, which = np.unique(chosen, axis=0, return_inverse=True)
    return np.array([";".join(names[row]) for row in different], dtype=object)[which.ravel()]


def _some(rng: np.random.Generator, liking: Floats, count: Ints) -> Bools:
    """Choose `count` columns per row without repetition, in proportion to `liking`."""
    keys = np.log(np.maximum(liking, 1e-12)) + rng.gumbel(size=liking.shape)
    rank = np.argsort(np.argsort(-keys, axis=1), axis=1)
    return np.asarray(rank < count[:, None])


def _towns(rng: np.random.Generator, employers: int) -> Floats:
    count = int(np.clip(round(employers**0.5), 4, 24))
    # A sunflower spreads towns evenly, the largest in the middle; the jitter makes each region its own.
    turn = np.arange(count)
    angle = 2 * np.pi * (0.381966 * turn + rng.uniform(0, 1)) + rng.normal(0, 0.2, count)
    radius = RADIUS_KM * min(1.0, (employers / 60) ** 0.25)
    distance = radius * np.sqrt(turn / count)
    return np.column_stack([distance * np.cos(angle), distance * np.sin(angle)])


def _located(rng: np.random.Generator, count: int, towns: Floats) -> tuple[Floats, Floats]:
    size = 1.0 / np.arange(1, len(towns) + 1) ** 0.7
    km = towns[rng.choice(len(towns), count, p=size / size.sum())] + rng.normal(0, 1.8, (count, 2))
    lat = CENTRE[0] + km[:, 0] / KM_A_DEGREE
    lon = CENTRE[1] + km[:, 1] / (KM_A_DEGREE * np.cos(np.radians(CENTRE[0])))
    return np.round(lat, 5), np.round(lon, 5)


def _places(rng: np.random.Generator, employers: int, total: int) -> Ints:
    size = rng.gamma(4.0, 1.0, employers)
    return np.asarray(rng.multinomial(total, size / size.sum()), np.int64)


def _employers(rng: np.random.Generator, places: Ints, towns: Floats) -> pd.DataFrame:
    count = len(places)
    lat, lon = _located(rng, count, towns)
    return pd.DataFrame(
        {
            "id": _ids("e", count),
            "name": [f"Werkgever {i}" for i in range(1, count + 1)],
            "lat": lat,
            "lon": lon,
            "places": places,
            "supervision_hours": np.round(2 * places * 2.2 * rng.uniform(0.6, 1.3, count)) / 2,
            "recognised": np.where(rng.random(count) < 0.6, "yes", "no"),
            "min_age": pd.array(np.where(rng.random(count) < 0.1, 16, -1), dtype="Int64").astype(object),
        }
    ).replace({"min_age": {-1: None}})


def _functions(rng: np.random.Generator, employers: int, places: Ints) -> pd.DataFrame:
    count = employers * FUNCTIONS_AN_EMPLOYER
    employer = np.repeat(np.arange(employers), FUNCTIONS_AN_EMPLOYER)
    main = rng.integers(len(FAMILIES), size=employers)
    family = np.where(rng.random(count) < 0.6, main[employer], rng.integers(len(FAMILIES), size=count))
    seats = rng.multivariate_hypergeometric(places, round(VACANCY_SHARE * int(places.sum())))
    vacancies = np.zeros((employers, FUNCTIONS_AN_EMPLOYER), np.int64)
    vacancies[:, 0], vacancies[:, 1] = (seats + 1) // 2, seats // 2
    return pd.DataFrame(
        {
            "id": _ids("f", count),
            "employer": _ids("e", employers)[employer],
            "name": [f"functie {name}" for name in FAMILIES[family]],
            "wage": np.round(rng.uniform(15, 32, count), 2),
            "vacancies": vacancies.ravel(),
            "family": family,
        }
    )


def _caps(rng: np.random.Generator, functions: pd.DataFrame, tasks: pd.DataFrame) -> Texts:
    """Limit what six in ten functions may give away, to a part of the hours of what can be split off."""
    hours = tasks[tasks.detachable == "yes"].groupby("function").hours.sum().reindex(functions.id, fill_value=0.0)
    cap = np.round(2 * hours.to_numpy() * rng.uniform(0.4, 0.9, len(functions))) / 2
    return np.where(rng.random(len(functions)) < 0.6, cap, None)


def _tasks(
    rng: np.random.Generator, functions: pd.DataFrame, per_employer: int, task_hours: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    in_turn = np.arange(per_employer) % FUNCTIONS_AN_EMPLOYER
    function = np.sort((np.arange(0, len(functions), FUNCTIONS_AN_EMPLOYER)[:, None] + in_turn).ravel())
    count = len(function)
    whole = functions.vacancies.to_numpy()[function] > 0
    family = np.where(rng.random(count) < 0.85, functions.family.to_numpy()[function], rng.integers(10, size=count))
    detachable = rng.random(count) < np.where(whole, 0.6, 0.72)
    # The functions with a vacancy share some 20 hours among their tasks, so that pupils have the time for all of them.
    spread = per_employer / FUNCTIONS_AN_EMPLOYER
    hours = np.where(
        whole, rng.uniform(12, 26, len(functions))[function] / spread, 1 + rng.gamma(2.0, (task_hours - 1) / 2, count)
    )
    hours = np.maximum(np.round(2 * hours * rng.uniform(0.8, 1.2, count)) / 2, 1.0)
    pieces = np.where((rng.random(count) < 0.35) & (hours >= 2) & (hours % 1 == 0), hours.astype(int), 1)
    together = _together(rng, function, detachable & (pieces == 1))
    opened = _open_moments(rng, count, whole)
    tasks = pd.DataFrame(
        {
            "id": _ids("t", count),
            "function": functions.id.to_numpy()[function],
            "name": [f"taak {name}" for name in FAMILIES[family]],
            "family": FAMILIES[family],
            "hours": hours,
            "when": _joined(opened, WEEKDAY_NAMES),
            "conditions": _joined(_some(rng, np.ones((count, 12)), rng.binomial(2, 0.15, count)), CONDITIONS),
            "certificates": _joined(_some(rng, np.ones((count, 6)), rng.binomial(1, 0.04, count)), CERTIFICATES),
            "detachable": np.where(detachable, "yes", "no"),
            "together": together,
            "pieces": pieces,
            "open": opened.sum(axis=1),
        }
    )
    return tasks, _demands(rng, tasks, family, np.where(whole, 2.5, np.where(detachable, 3.5, 4.1)))


def _together(rng: np.random.Generator, function: Ints, may: Bools) -> Texts:
    pair = np.flatnonzero(may[:-1] & may[1:] & (function[:-1] == function[1:]) & (rng.random(len(may) - 1) < 0.08))
    pair = pair[np.concatenate([[True], np.diff(pair) > 1])] if len(pair) else pair
    together = np.full(len(may), None, dtype=object)
    together[pair] = together[pair + 1] = [f"g{i}" for i in pair]
    return together


def _open_moments(rng: np.random.Generator, count: int, whole: Bools) -> Bools:
    """Choose when tasks can be done: all week, one part of the day, or some days."""
    kind = np.where(whole, 0, rng.choice(4, count, p=[0.4, 0.2, 0.15, 0.25]))
    days = np.repeat(_some(rng, np.ones((count, 5)), rng.integers(2, 5, count)), 2, axis=1)
    morning = np.tile([True, False], 5)
    return np.select([(kind == k)[:, None] for k in range(3)], [np.ones(WEEK, bool), morning, ~morning], default=days)


def _demands(rng: np.random.Generator, tasks: pd.DataFrame, family: Ints, ease: Floats) -> pd.DataFrame:
    dimensions = np.array(default_framework().ids, dtype=object)
    typical = np.random.default_rng(28).gamma(0.6, 1.0, (len(FAMILIES), len(dimensions))) + 0.05
    asked = _some(rng, typical[family], rng.integers(4, 7, len(tasks)))
    task, dimension = np.nonzero(asked)
    level = ease[task] + rng.normal(0, 0.5, len(tasks))[task] + rng.normal(0, 0.7, len(task))
    level = np.clip(np.round(level), 1, 5).astype(int)
    return pd.DataFrame({"task": tasks.id.to_numpy()[task], "dimension": dimensions[dimension], "level": level})


def _pupils(rng: np.random.Generator, count: int, towns: Floats, employers: int) -> pd.DataFrame:
    lat, lon = _located(rng, count, towns)
    days_off = np.where(rng.random(count) < 0.5, 0, rng.integers(1, 3, count))
    free = np.repeat(~_some(rng, np.ones((count, 5)), days_off), 2, axis=1)
    hours_min = rng.choice([8, 12, 16, 20], count, p=[0.3, 0.3, 0.25, 0.15])
    age = rng.integers(15 * 12, 20 * 12, count)
    born = np.datetime64(DATE[:7], "M") - age
    waiting = np.datetime64(DATE, "D") - rng.integers(14, 540, count)
    one = np.ones((count, len(FAMILIES)))
    likes = _some(rng, one, rng.integers(1, 4, count))
    dislikes = _some(rng, one * ~likes, rng.binomial(1, 0.4, count))
    refused = np.where(rng.random(count) < 0.5, rng.choice(FAMILIES, count), rng.choice(_ids("e", employers), count))
    return pd.DataFrame(
        {
            "id": _ids("p", count),
            "birth_month": born.astype(str),
            "school": rng.choice(["pro", "vso", "entree", "mbo"], count, p=[0.4, 0.3, 0.2, 0.1]),
            "stage": rng.choice(["orientation", "preparation", "placement"], count, p=[0.15, 0.15, 0.7]),
            "lat": lat,
            "lon": lon,
            "max_km": rng.choice(TRAVEL_KM, count, p=TRAVEL_SHARE),
            "hours_min": hours_min,
            "hours_max": np.minimum(hours_min + rng.choice([4, 8, 12], count), 4 * free.sum(axis=1) - 4),
            "school_hours": 6 * days_off,
            "available": _joined(free, WEEKDAY_NAMES),
            "support_hours": rng.choice([0.5, 1.0, 1.5, 2.0, 3.0, 4.0], count, p=[0.15, 0.25, 0.2, 0.2, 0.15, 0.05]),
            "certificates": _joined(_some(rng, np.ones((count, 6)), rng.binomial(1, 0.25, count)), CERTIFICATES),
            "excludes": _joined(_some(rng, np.ones((count, 12)), rng.binomial(2, 0.3, count)), CONDITIONS),
            "likes": _joined(likes, FAMILIES),
            "dislikes": _joined(dislikes, FAMILIES),
            "refuses": np.where(rng.random(count) < 0.1, refused, ""),
            "waiting_since": np.where(rng.random(count) < 0.3, waiting.astype(str), ""),
            "consent": np.where(age >= 18 * 12, "yes", ""),
        }
    )


def _observations(rng: np.random.Generator, count: int) -> pd.DataFrame:
    framework = default_framework()
    domain = np.unique([d.domain for d in framework.dimensions], return_inverse=True)[1]
    dimensions = len(framework.ids)
    truth = rng.normal(2.9, 0.6, (count, 1)) + rng.normal(0, 0.4, (count, 4))[:, domain]
    truth = truth + rng.normal(0, 0.6, (count, dimensions))
    seen = rng.random((count, dimensions)) < rng.uniform(0.6, 0.8, (count, 1))
    pupil, dimension = np.nonzero(seen)
    again = np.repeat(np.arange(len(pupil)), 1 + rng.binomial(2, 0.25, len(pupil)))
    pupil, dimension = pupil[again], dimension[again]
    source = rng.choice(len(SOURCES), len(pupil), p=SOURCE_SHARE)
    level = truth[pupil, dimension] + SOURCE_BIAS[source] + rng.normal(0, 1, len(pupil)) * SOURCE_SPREAD[source]
    days = rng.integers(30, 720, len(pupil))
    return pd.DataFrame(
        {
            "pupil": _ids("p", count)[pupil],
            "dimension": np.array(framework.ids, dtype=object)[dimension],
            "level": np.clip(np.round(level), 0, 5).astype(int),
            "source": SOURCES[source],
            "date": (np.datetime64(DATE, "D") - days).astype(str),
        }
    )


def _decisions(rng: np.random.Generator, pupils: int, employers: int) -> pd.DataFrame:
    some = np.sort(rng.choice(pupils, max(1, pupils // 100), replace=False))
    return pd.DataFrame(
        {
            "pupil": _ids("p", pupils)[some],
            "employer": rng.choice(_ids("e", employers), len(some)),
            "kind": "excluded",
            "reason": "an earlier internship there was broken off",
            "by": "network meeting",
            "date": "2026-10-01",
        }
    )
