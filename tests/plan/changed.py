"""Regions in which one small thing differs, said in words: what the answers about knowledge are checked against."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

import matchmaker as mm
from benchmarks.regions import make_region
from matchmaker.model import Observation, Region
from matchmaker.numbers.problem import Problem
from matchmaker.plan.variants import Variant

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = Path(__file__).parent / "golden"
TINY = ROOT / "data" / "fixtures" / "tiny"


def small_region(seed: int) -> Region:
    """A region that is solved exactly, with observations of all kinds."""
    return make_region(8, employers=4, seed=seed, tasks_per_employer=10)


def levels_known(region: Region, pupils: Sequence[str], dimensions: Sequence[str], levels: Sequence[int]) -> Region:
    """The region in which a test on its date found these levels, one a row; earlier observations of them go."""
    table = region.observations
    wanted = set(zip(pupils, dimensions, strict=True))
    there = zip(table.column("pupil"), table.column("dimension"), strict=True)
    kept = table.take(np.array([pair not in wanted for pair in there], bool))
    rows = [
        Observation(pupil=pupil, dimension=name, level=int(level), source="test", date=region.date)
        for pupil, name, level in zip(pupils, dimensions, levels, strict=True)
    ]
    return region.replace(observations=kept.with_rows(rows))


def holding(region: Region, pupils: Sequence[str], certificate: str) -> Region:
    """The region in which these pupils hold a certificate too."""
    for name in pupils:
        held = region.pupils.get(name).certificates
        region = region.replace(pupils=region.pupils.with_row(name, certificates=tuple(sorted({*held, certificate}))))
    return region


def changed(region: Region, problem: Problem, one: Variant) -> Region:
    """The region in which one variant of a pupil has come true."""
    name = str(problem.pupils.ids[one.pupil])
    pupil = region.pupils.get(name)
    if one.kind == "certificate":
        return holding(region, [name], problem.certificates[one.what])
    if one.kind == "level":
        level = int(problem.level_values[int(one.amount)])
        return levels_known(region, [name], [problem.dimensions[one.what]], [level])
    if one.kind == "support":
        less = max(pupil.support_hours - one.amount, 0.0)
        return region.replace(pupils=region.pupils.with_row(name, support_hours=less))
    assert pupil.max_km is not None
    return region.replace(pupils=region.pupils.with_row(name, max_km=pupil.max_km + one.amount))


def shuffled(region: Region, seed: int) -> Region:
    """The same region with the rows of all tables in another order."""
    rng = np.random.default_rng(seed)
    return region.replace(**{name: table.take(rng.permutation(len(table))) for name, table in region.tables().items()})


def tiny() -> Region:
    """The region that can be worked out on paper."""
    return mm.read_region(TINY)
