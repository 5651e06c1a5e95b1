"""Level estimates: observations of varying quality become a probability over levels, per pupil and dimension."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np

from matchmaker.numbers.arrays import days_before, read_only, stated

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from matchmaker.model import Region

__all__ = ["PERCENT", "LevelEstimates", "estimate_levels", "observation_quality"]

PERCENT = 100
"""Probabilities are whole percents, so that expected losses are whole numbers and add up exactly in any order."""

DAYS_A_MONTH = 365.25 / 12


@dataclass(frozen=True, eq=False, repr=False)
class LevelEstimates:
    """What is known of every pupil on every dimension.

    Attributes
    ----------
    percent : int16 array, shape (pupils, dimensions, levels)
        Chance of each level in whole percents (they add up to 100); all zero where nothing was observed.
    median : int8 array, shape (pupils, dimensions)
        Position (in the framework's list of levels) of the level estimated: the lowest level that the pupil has a
        chance of at least a half not to surpass; -1 where nothing was observed.

    Examples
    --------
    >>> import numpy as np
    >>> LevelEstimates(percent=np.zeros((2, 3, 6), np.int16), median=np.full((2, 3), -1, np.int8))
    <LevelEstimates: 2 pupils x 3 dimensions, 0 % observed>
    """

    percent: NDArray[np.int16]
    median: NDArray[np.int8]

    @property
    def observed(self) -> NDArray[np.bool_]:
        """Whether the pupil has observations on the dimension, shape (pupils, dimensions)."""
        return self.median >= 0

    def __repr__(self) -> str:
        pupils, dimensions = self.median.shape
        share = 100 * float(np.mean(self.observed)) if self.median.size else 0.0
        return f"<LevelEstimates: {pupils} pupils x {dimensions} dimensions, {share:.0f} % observed>"


@cache
def observation_quality() -> dict[str, Any]:
    """Return the shipped spread and bias of every source of observations, and how observations age.

    Returns
    -------
    dict
        ``half_life_months``, ``undated_months`` and per source ``spread``, ``bias`` (levels) and ``origin`` of the
        figure.

    Examples
    --------
    >>> observation_quality()["test"]["bias"]
    0.0
    """
    return tomllib.loads(files("matchmaker.numbers").joinpath("data/sources.toml").read_text(encoding="utf-8"))


def estimate_levels(region: Region, pupil_ids: NDArray[np.object_]) -> LevelEstimates:
    """Turn all observations of a region into level estimates.

    A flat prior over the framework's levels is multiplied, per observation, by a normal likelihood around (level seen -
    bias) with the source's spread, raised to a power that halves every ``half_life_months``. An observation made with
    an aid counts only for a pupil who has that aid.

    Parameters
    ----------
    region : Region
    pupil_ids : object array of str
        The order of the rows of the result.

    Returns
    -------
    LevelEstimates

    Examples
    --------
    >>> from matchmaker.model import default_framework
    >>> len(default_framework().levels)
    6
    """
    levels = np.asarray(region.framework.levels, float)
    pupil, dimension, seen, spread, bias, weight = _usable(region, pupil_ids)
    shape = (len(pupil_ids), len(region.framework.dimensions), len(levels))
    log_chance = np.zeros(shape)
    distance = (seen - bias)[:, None] - levels[None, :]
    np.add.at(log_chance, (pupil, dimension), -(weight / (2 * spread**2))[:, None] * distance**2)
    observed = np.zeros(shape[:2], bool)
    observed[pupil, dimension] = True
    percent = np.zeros(shape, np.int16)
    percent[observed] = _whole_percents(log_chance[observed])
    median = np.full(shape[:2], -1, np.int8)
    median[observed] = np.argmax(2 * np.cumsum(percent[observed], axis=1) >= PERCENT, axis=1)
    return LevelEstimates(percent=read_only(percent), median=read_only(median))


def _usable(region: Region, pupil_ids: NDArray[np.object_]) -> tuple[NDArray[Any], ...]:
    table, quality = region.observations, observation_quality()
    row = {pupil: i for i, pupil in enumerate(pupil_ids)}
    pupil = np.array([row[p] for p in table.column("pupil")], np.int64)
    column = {dimension.id: i for i, dimension in enumerate(region.framework.dimensions)}
    dimension = np.array([column[d] for d in table.column("dimension")], np.int64)
    source = table.column("source").astype(str)
    names, code = np.unique(source, return_inverse=True) if len(source) else (np.array([], str), np.zeros(0, np.int64))
    spread = np.array([quality[name]["spread"] for name in names], float)[code]
    bias = np.array([quality[name]["bias"] for name in names], float)[code]
    days = days_before(region.date, table.column("date"))
    months = np.where(np.isnan(days), quality["undated_months"], days / DAYS_A_MONTH)
    weight = 0.5 ** (np.maximum(months, 0.0) / quality["half_life_months"])
    level = table.column("level").astype(float)
    keep = np.flatnonzero(_with_aid_at_hand(region, pupil))
    # Sums of floats depend on their order: a fixed order makes the estimate the same for any row order of the table.
    order = keep[np.lexsort((weight[keep], level[keep], code[keep], dimension[keep], pupil[keep]))]
    return pupil[order], dimension[order], level[order], spread[order], bias[order], weight[order]


def _with_aid_at_hand(region: Region, pupil: NDArray[np.int64]) -> NDArray[np.bool_]:
    aid = region.observations.column("aid")
    counts = np.ones(len(aid), bool)
    named = np.flatnonzero(stated(aid))
    if len(named):
        aids = dict(zip(region.pupils.column("id"), region.pupils.column("aids"), strict=True))
        who = region.observations.column("pupil")
        counts[named] = [aid[i] in aids[who[i]] for i in named]
    return counts


def _whole_percents(log_chance: NDArray[np.float64]) -> NDArray[np.int16]:
    chance = np.exp(log_chance - log_chance.max(axis=1, keepdims=True))
    chance *= PERCENT / chance.sum(axis=1, keepdims=True)
    # The last bits of exp differ between machines; the rounding must not.
    chance = np.round(chance, 6)
    whole = np.floor(chance).astype(np.int16)
    rest = PERCENT - whole.sum(axis=1)
    rank = np.argsort(np.argsort(-(chance - whole), axis=1, kind="stable"), axis=1, kind="stable")
    return np.asarray(whole + (rank < rest[:, None]), np.int16)
