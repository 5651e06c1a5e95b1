"""Distances over the earth."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import matchmaker as mm
from matchmaker.numbers.distance import EARTH_RADIUS_KM, distance_km, haversine_km
from matchmaker.numbers.problem import make_problem

TINY = Path(__file__).resolve().parents[2] / "data" / "fixtures" / "tiny"

places = st.tuples(st.floats(-89, 89), st.floats(-179, 179))


def by_vectors(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The angle between two directions from the middle of the earth, times its radius."""

    def direction(place: tuple[float, float]) -> np.ndarray:
        lat, lon = map(math.radians, place)
        return np.array([math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)])

    a, b = direction(one), direction(other)
    return EARTH_RADIUS_KM * math.atan2(float(np.linalg.norm(np.cross(a, b))), float(a @ b))


def between(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The haversine of two places."""
    return float(haversine_km(*(np.array([angle]) for angle in (*one, *other)))[0])


@given(places, places)
def test_haversine_is_the_great_circle(one: tuple[float, float], other: tuple[float, float]) -> None:
    """The haversine is the angle between two vectors, the same in both directions, and 0 from a place to itself."""
    assert math.isclose(between(one, other), by_vectors(one, other), rel_tol=1e-6, abs_tol=1e-3)
    assert math.isclose(between(one, other), between(other, one), abs_tol=1e-9)
    assert between(one, one) == 0


def test_amersfoort_to_utrecht() -> None:
    """From the station of Amersfoort to that of Utrecht it is some 20 km as the crow flies."""
    assert 19 < between((52.1533, 5.3738), (52.0894, 5.1102)) < 21


def test_table_of_pupils_and_employers() -> None:
    """Every cell of the table is the distance of that pupil to that employer, for any choice of pupils."""
    problem = make_problem(mm.read_region(TINY))
    rows = np.array([3, 0, 7])
    table = distance_km(problem, rows)
    pupils, employers = problem.pupils, problem.employers
    for i, pupil in enumerate(rows):
        for j in range(len(employers.ids)):
            here, there = (pupils.lat[pupil], pupils.lon[pupil]), (employers.lat[j], employers.lon[j])
            assert math.isclose(table[i, j], between(here, there))
