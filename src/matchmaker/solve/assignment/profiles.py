"""Points of profiles against demands, less travel, with hard limits; made block by block, never a matrix.

The points of row i in column j are::

    base - sum over dimensions d of sum over levels l of chances[i, d, l] * loss[d, l, asked[j, d]] - travel[i, site[j]]

all in whole numbers. As a matrix product that is (rows x dimensions * levels) times (dimensions * levels x columns),
and the right factor, written by level asked, holds one 1 per dimension asked. So 64 rows at a time get a table of
what they lose by dimension and level asked, and each column adds up the few lines of the table that it asks for: wide
additions and no multiplications, a fraction of the dense product. What is not allowed (a demand above the row's
limit, a condition that the row excludes, a site out of reach) is a loss too large to be a real one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.solve.assignment.errors import InvalidProblem
from matchmaker.solve.assignment.source import Rows
from matchmaker.solve.compiled import compiled

__all__ = ["ProfilePoints", "Travel", "distances_km"]

EARTH_KM = 6371.0088  # mean radius, IUGG
LANES = 64  # rows at a time
TILE = 16  # columns that are turned from lanes to rows together: one cache line
FAR = np.int32(2**24)  # more than any real loss; sums of it stay below 2**31
FORBIDDEN = np.int32(-(2**31))
CONDITIONS = 64


def distances_km(rows: NDArray[Any], *, sites: NDArray[Any]) -> NDArray[np.float64]:
    """Return great circle distances (haversine, mean earth radius 6371.0088 km).

    Parameters
    ----------
    rows : float [n, 2]
        Latitude and longitude in degrees.
    sites : float [s, 2]

    Returns
    -------
    float64 [n, s]
        Kilometres.

    Examples
    --------
    >>> amsterdam, utrecht = [[52.37, 4.90]], [[52.09, 5.12]]
    >>> distances_km(np.array(amsterdam), sites=np.array(utrecht)).round(1)
    array([[34.6]])
    """
    a, b = np.radians(rows)[:, None, :], np.radians(sites)[None, :, :]
    half = np.sin((b - a) / 2) ** 2
    h = half[..., 0] + np.cos(a[..., 0]) * np.cos(b[..., 0]) * half[..., 1]
    result: NDArray[np.float64] = 2 * EARTH_KM * np.arcsin(np.sqrt(h))
    return result


@compiled
def _ways(home: Any, place: Any, longest: Any, per_km: float, lost: Any) -> None:
    """Write points lost by the way between points on the unit sphere; -1: the squared chord is too long."""
    for r in range(lost.shape[0]):
        x, y, z = home[r]
        for s in range(lost.shape[1]):
            dx, dy, dz = place[s, 0] - x, place[s, 1] - y, place[s, 2] - z
            chord = dx * dx + dy * dy + dz * dz
            if chord > longest[r]:
                lost[r, s] = -1
            else:
                lost[r, s] = np.rint(2 * EARTH_KM * np.arcsin(min(np.sqrt(chord) / 2, 1.0)) * per_km)


def _compressed(lines: NDArray[Any], chosen: NDArray[np.bool_]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the chosen lines of every column, one column after the other, and where each begins."""
    begin = np.concatenate([[0], np.cumsum(chosen.sum(axis=1))]).astype(np.int32)
    return begin, lines[chosen].astype(np.int32)


def _unit(degrees: NDArray[Any]) -> NDArray[np.float64]:
    """Return points on the earth as unit vectors."""
    north, east = np.radians(degrees).T
    vectors: NDArray[np.float64] = np.stack(
        [np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)], 1
    )
    return vectors


@dataclass(frozen=True, eq=False)
class Travel:
    """Points lost by the way, from coordinates, made for a few rows at a time.

    Parameters
    ----------
    home : float [n, 2]
        Latitude and longitude of the rows, in degrees.
    place : float [sites, 2]
    per_km : float
        Points a kilometre; the product is rounded once.
    reach : float [n]
        Kilometres that a row goes at most.

    Examples
    --------
    >>> here, there = np.array([[52.37, 4.90]]), np.array([[52.09, 5.12], [51.0, 5.0]])
    >>> Travel(here, place=there, per_km=2.0, reach=np.array([50.0])).rows(np.array([0]))
    array([[69, -1]], dtype=int32)
    """

    home: NDArray[Any]
    place: NDArray[Any]
    per_km: float
    reach: NDArray[Any]

    @property
    def sites(self) -> int:
        """Number of sites."""
        return len(self.place)

    @property
    def largest(self) -> int:
        """Most points that a way within reach can cost."""
        return int(np.rint(float(np.max(self.reach, initial=0.0)) * self.per_km))

    def rows(self, which: NDArray[np.int64]) -> NDArray[np.int32]:
        """Return what these rows lose on the way to each site; -1: out of reach.

        Parameters
        ----------
        which : int64 [r]

        Returns
        -------
        int32 [r, sites]
        """
        lost = np.empty((len(which), self.sites), np.int32)
        # A chord shorter than that of the reach; the last digit must not put out of reach what lies exactly at it.
        chord = 4 * np.sin(np.minimum(self.reach[which] / EARTH_KM / 2, np.pi / 2)) ** 2 * (1 + 1e-12)
        _ways(_unit(self.home[which]), _unit(self.place), chord, float(self.per_km), lost)
        return lost


@compiled
def _add_lines(tables: Any, begin: Any, asked: Any, way: Any, site: Any, lost: Any, first: int, stop: int) -> None:
    """Add up what 64 rows lose in the columns first..stop.

    The loops over lanes are short, of fixed length and without branches, so that they run in wide registers.
    """
    for c in range(first, stop):
        line = lost[c & (TILE - 1)]
        travel = way[site[c]]
        for k in range(LANES):
            line[np.uint64(k)] = travel[np.uint64(k)]
        for e in range(begin[c], begin[c + 1]):
            more = tables[asked[e]]
            for k in range(LANES):
                line[np.uint64(k)] += more[np.uint64(k)]


@compiled
def _turn(lost: Any, base: int, points: Any, first: int, stop: int) -> None:
    """Write the columns first..stop of the rows; a forbidden pair gets the smallest number."""
    for r in range(points.shape[0]):
        row = points[r]
        for c in range(first, stop):
            loss = lost[c & (TILE - 1), r]
            row[c] = base - loss if loss < FAR else FORBIDDEN


@compiled
def _add_up(tables: Any, begin: Any, asked: Any, way: Any, site: Any, base: int, points: Any) -> None:
    """Write the points of up to 64 rows.

    Parameters
    ----------
    tables : int32 [lines, 64]
        What each row loses by each line.
    begin, asked : int32 [m + 1], int32 [entries]
        Lines that each column asks for.
    way : int32 [sites, 64]
    site : int32 [m]
    base : int
    points : int32 [r, m]
        Written; r is at most 64.
    """
    lost = np.empty((TILE, LANES), np.int32)
    for first in range(0, site.size, TILE):
        stop = min(first + TILE, site.size)
        _add_lines(tables, begin, asked, way, site, lost, first, stop)
        _turn(lost, base, points, first, stop)


@dataclass(frozen=True, eq=False)
class ProfilePoints:
    """Points of profiles against demands, made block by block.

    Parameters
    ----------
    chances : int [n, dims, levels]
        Chance of every level, in whole shares (such as 16ths; 0 throughout when nothing is known).
    asked : int [m, dims]
        Level asked by each column, 0: not asked.
    loss : int [dims, levels, levels]
        Points lost a share, by level shown and level asked; 0 or more.
    limits : int [n, dims]
        Highest level that may be asked of each row; the number of levels or more: no limit.
    base : int
        Points of a perfect fit next door.
    travel : int [n, sites] or Travel, optional
        Points lost by the way to each site; -1: out of reach.
    site : int [m], optional
        Where each column is; needed with `travel`.
    excluded, conditions : uint64 [n], [m], optional
        Bits: conditions that a row excludes, that a column has.

    Attributes
    ----------
    columns : tuple of arrays
        Lines of the table of losses that each column asks for (in compressed rows), and its site.
    by_site : tuple of arrays
        The same in the order of sites, and that order.

    Examples
    --------
    >>> chances = np.array([[[0, 0, 1]], [[0, 1, 0]]])
    >>> loss = np.array([[[0, 1, 3], [0, 0, 1], [0, 0, 0]]])
    >>> source = ProfilePoints(chances, asked=np.array([[2], [0]]), loss=loss, limits=np.array([[2], [1]]), base=10)
    >>> source.block(slice(0, 2))
    (array([[10, 10],
           [ 0, 10]], dtype=int32), array([[ True,  True],
           [False,  True]]))
    """

    chances: NDArray[Any]
    asked: NDArray[Any]
    loss: NDArray[Any]
    limits: NDArray[Any]
    base: int
    travel: NDArray[Any] | Travel | None = None
    site: NDArray[Any] | None = None
    excluded: NDArray[np.uint64] | None = None
    conditions: NDArray[np.uint64] | None = None
    columns: tuple[Any, ...] = field(init=False, repr=False)
    by_site: tuple[Any, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._check()
        m, dims = self.asked.shape
        levels = self.loss.shape[2]
        bits = np.zeros((m, CONDITIONS), bool)
        if self.conditions is not None:
            bits = (self.conditions.astype(np.uint64)[:, None] >> np.arange(CONDITIONS, dtype=np.uint64)) & np.uint64(
                1
            ) > 0
        free = (self.loss[np.arange(dims), :, 0] == 0).all(axis=1)
        wanted = (self.asked > 0) | ~free
        lines = np.concatenate(
            [np.arange(dims) * levels + self.asked, dims * levels + np.arange(CONDITIONS) + 0 * bits], 1
        )
        chosen = np.concatenate([wanted, bits], axis=1)
        site = np.zeros(m, np.int32) if self.site is None else np.ascontiguousarray(self.site, np.int32)
        order = np.argsort(site, kind="stable")
        object.__setattr__(self, "columns", (*_compressed(lines, chosen), site))
        object.__setattr__(self, "by_site", (*_compressed(lines[order], chosen[order]), site[order], order))

    def _check(self) -> None:
        faults = []
        levels = self.chances.shape[2]
        if self.loss.shape != (self.chances.shape[1], levels, levels) or self.asked.shape[1] != self.chances.shape[1]:
            faults.append(
                "chances [n, dims, levels], asked [m, dims] and loss [dims, levels, levels] must fit together. "
                f"Got {self.chances.shape}, {self.asked.shape}, {self.loss.shape}."
            )
        if self.loss.size and self.loss.min() < 0:
            faults.append("loss must be 0 or more; put what is gained into base.")
        if (self.travel is None) != (self.site is None):
            faults.append("travel and site belong together. Got only one of them.")
        if not faults and self.largest - abs(self.base) >= FAR:
            faults.append(f"losses must add up to less than {FAR:,}. Got {self.largest - abs(self.base):,}.")
        if faults:
            raise InvalidProblem(faults)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.chances), len(self.asked)

    @property
    def dtype(self) -> np.dtype[Any]:
        """Whole numbers."""
        return np.dtype(np.int32)

    @property
    def largest(self) -> int:
        """A number that no point exceeds, without sign."""
        shares = int(self.chances.sum(axis=2, dtype=np.int64).max(initial=0))
        lost = shares * int(self.loss.max(axis=(1, 2), initial=0).sum())
        if isinstance(self.travel, Travel):
            lost += self.travel.largest
        elif self.travel is not None:
            lost += int(self.travel.max(initial=0))
        return abs(self.base) + lost

    def marked_block(self, rows: Rows) -> NDArray[np.int32]:
        """Return the points of these rows; a forbidden pair has the smallest int32.

        Parameters
        ----------
        rows : slice or int array

        Returns
        -------
        int32 [r, m]
        """
        which = np.arange(self.shape[0])[rows]
        points = np.empty((len(which), self.shape[1]), np.int32)
        begin, asked, site = self.columns
        for first in range(0, len(which), LANES):
            lanes = which[first : first + LANES]
            tables, way = self.tables(lanes), self.way(lanes)
            _add_up(tables, begin, asked, way, site, self.base, points[first : first + LANES])
        return points

    def tables(self, lanes: NDArray[np.int64]) -> NDArray[np.int32]:
        """Return what these rows lose by dimension and level asked, and by condition.

        Parameters
        ----------
        lanes : int64 [r]
            At most 64 rows.

        Returns
        -------
        int32 [lines, 64]
        """
        dims, levels = self.loss.shape[0], self.loss.shape[2]
        shares = self.chances[lanes].astype(np.float64)
        lost = np.matmul(shares.transpose(1, 0, 2), self.loss.astype(np.float64)).transpose(0, 2, 1)
        lost += np.where(np.arange(levels)[None, :, None] > self.limits[lanes].T[:, None, :], float(FAR), 0.0)
        tables = np.zeros((dims * levels + CONDITIONS, LANES), np.int32)
        tables[: dims * levels, : len(lanes)] = lost.reshape(dims * levels, -1)
        if self.excluded is not None:
            mine = self.excluded[lanes].astype(np.uint64) >> np.arange(CONDITIONS, dtype=np.uint64)[:, None]
            tables[dims * levels :, : len(lanes)] = np.where(mine & np.uint64(1), FAR, np.int32(0))
        return tables

    def way(self, lanes: NDArray[np.int64]) -> NDArray[np.int32]:
        """Return what these rows lose on the way to each site.

        Parameters
        ----------
        lanes : int64 [r]
            At most 64 rows.

        Returns
        -------
        int32 [sites, 64]
        """
        if self.travel is None:
            return np.zeros((1, LANES), np.int32)
        travel = self.travel.rows(lanes) if isinstance(self.travel, Travel) else self.travel[lanes]
        way = np.zeros((travel.shape[1], LANES), np.int32)
        way[:, : len(lanes)] = np.where(travel < 0, FAR, travel).T
        return way

    def block(self, rows: Rows) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
        """Return the points of these rows and which pairs are allowed.

        Parameters
        ----------
        rows : slice or int array

        Returns
        -------
        points : int32 [r, m]
            0 where not allowed.
        allowed : bool [r, m]
        """
        points = self.marked_block(rows)
        allowed = points != FORBIDDEN
        return np.where(allowed, points, np.int32(0)), allowed
