"""The way between pupil and employer."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from matchmaker.numbers.arrays import read_only

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from matchmaker.numbers.problem import Problem

__all__ = ["EARTH_RADIUS_KM", "distance_km", "haversine_km"]

EARTH_RADIUS_KM = 6371.0088
"""Mean radius of the earth (IUGG)."""


def haversine_km(
    lat: NDArray[np.float64], lon: NDArray[np.float64], other_lat: NDArray[np.float64], other_lon: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return great-circle distances in km; arguments in degrees, broadcast against each other.

    Examples
    --------
    >>> import numpy as np
    >>> haversine_km(np.array([52.0]), np.array([6.0]), np.array([53.0]), np.array([6.0])).round(1).tolist()
    [111.2]
    """
    lat, lon, other_lat, other_lon = (np.radians(x) for x in (lat, lon, other_lat, other_lon))
    half = np.sin((other_lat - lat) / 2) ** 2
    half = half + np.cos(lat) * np.cos(other_lat) * np.sin((other_lon - lon) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(half)))


def distance_km(problem: Problem, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the distance of each of these pupils to every employer, in km, shape (rows, employers).

    That of a single pupil is kept until another is asked about: rules, points and sentences ask one after the other.

    Examples
    --------
    >>> import numpy as np
    >>> from matchmaker.numbers.problem import make_problem
    >>> import matchmaker as mm
    >>> bool((distance_km(make_problem(mm.read_region(mm.town())), np.arange(3)) >= 0).all())
    True
    """
    return _of_one(problem, int(rows[0])) if len(rows) == 1 else _of_all(problem, rows)


@lru_cache(maxsize=1)
def _of_one(problem: Problem, row: int) -> NDArray[np.float64]:
    return read_only(_of_all(problem, np.array([row])))


def _of_all(problem: Problem, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    pupils, employers = problem.pupils, problem.employers
    return haversine_km(pupils.lat[rows, None], pupils.lon[rows, None], employers.lat[None, :], employers.lon[None, :])
