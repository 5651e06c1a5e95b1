"""Robustness: how often each placement survives when the levels turn out otherwise than estimated."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from matchmaker.errors import MatchmakerError
from matchmaker.numbers.levels import PERCENT
from matchmaker.plan.exactly import plan_again
from matchmaker.plan.intervals import wilson
from matchmaker.plan.prices import language_of
from matchmaker.plan.rows import Rows
from matchmaker.plan.variants import known_levels, with_levels

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from matchmaker.plan.plan import Plan

__all__ = ["Robustness", "Survival", "draw_levels", "robustness"]

NEAR_CERTAIN, FRAGILE = 0.9, 0.5
ROUNDS = 40
"""Rounds of improvement of a plan made for drawn levels."""
MOST_PAIRS = 12_000
"""Pairs of pupil and employer in reach, over all plans made for drawn levels: beyond, fewer draws are planned."""
FEWEST = 3


@dataclass(frozen=True)
class Survival:
    """How one placement fares over the draws.

    Attributes
    ----------
    pupil, employer : str
    draws : int
    allowed : int
        Draws in which the position asks no more than the pupil can, give or take max_gap.
    rate, low, high : float
        ``allowed / draws`` with its Wilson interval of 95 %.
    chance : float
        The same worked out without draws: the chance that every dimension suffices.
    planned : int
        Draws for which a plan was made.
    chosen : int
        Those in which the pupil is placed at the same employer again.
    stays, stays_low, stays_high : float or None
        ``chosen / planned`` with its interval; None when no plan was made.
    kind : str
        ``near_certain`` (rate 0.9 or more), ``fragile`` (below 0.5) or ``between``.

    Examples
    --------
    >>> Survival("p1", "e1", 20, 19, 0.95, 0.76, 0.99, 0.93, 20, 18, 0.9, 0.7, 0.97, "near_certain")
    <Survival p1 at e1: allowed in 19 of 20, chosen again in 18 of 20>
    """

    pupil: str
    employer: str
    draws: int
    allowed: int
    rate: float
    low: float
    high: float
    chance: float
    planned: int
    chosen: int
    stays: float | None
    stays_low: float | None
    stays_high: float | None
    kind: str

    def __repr__(self) -> str:
        again_in = f", chosen again in {self.chosen} of {self.planned}" if self.planned else ""
        return f"<Survival {self.pupil} at {self.employer}: allowed in {self.allowed} of {self.draws}{again_in}>"

    def row(self) -> dict[str, Any]:
        """Return the placement as one row of a table."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(frozen=True)
class Robustness:
    """How all placements fare, the most fragile first.

    Attributes
    ----------
    language : str
    seed : int
    draws, planned, searched : int
        Draws of all levels; those for which a plan was made; those of which that plan is not proved to be the best.
    rows : Rows of Survival
    optimal : bool
        Whether the plan is proved optimal.
    unknown : int
        Dimensions that placements ask and nobody has observed: they are not drawn.
    employers : mapping of str to str
        Id to label of the employers named.

    Examples
    --------
    >>> print(Robustness("en", 0, 20, 0, 0, Rows(), True, 0, {}))
    Nobody is placed.
    """

    language: str
    seed: int
    draws: int
    planned: int
    searched: int
    rows: Rows[Survival]
    optimal: bool
    unknown: int
    employers: dict[str, str]

    @property
    def near_certain(self) -> Rows[Survival]:
        """Placements allowed in at least nine of ten draws."""
        return Rows(one for one in self.rows if one.kind == "near_certain")

    @property
    def fragile(self) -> Rows[Survival]:
        """Placements allowed in fewer than half of the draws."""
        return Rows(one for one in self.rows if one.kind == "fragile")

    def __repr__(self) -> str:
        kinds = f"{len(self.near_certain)} near-certain, {len(self.fragile)} fragile"
        return f"<Robustness: {len(self.rows)} placements, {kinds}, {self.draws} draws, {self.planned} planned>"

    def __str__(self) -> str:
        return self.summary()

    def to_frame(self) -> pd.DataFrame:
        """Return one row a placement."""
        return self.rows.to_frame()

    def summary(self) -> str:
        """Return the answer in sentences."""
        from matchmaker.show.robustness import robustness_text

        return robustness_text(self)

    def to_document(self) -> dict[str, Any]:
        """Return the answer as plain values."""
        names = ("language", "seed", "draws", "planned", "searched", "optimal", "unknown")
        return {**{name: getattr(self, name) for name in names}, "rows": [one.row() for one in self.rows]}

    def _repr_html_(self) -> str:
        from matchmaker.show.tables import html_table

        return html_table([one.row() for one in self.rows], caption=repr(self), below=self.summary())


def robustness(plan: Plan, *, draws: int = 20, seed: int = 0, language: str | None = None) -> Robustness:
    """Draw levels from their chances and say how often each placement survives; see `Plan.robustness`.

    Whether a placement is still allowed is looked at in every draw. For each draw a plan is made too: exactly where the
    region is small, else starting from this one and with a limit on the work, for the first few draws only. The draws
    follow from `seed` and the ids of the pupils alone, whatever the order of the rows.

    Parameters
    ----------
    plan : Plan
        With its region.
    draws : int
        At least 1.
    seed : int
    language : str, optional
        ``en`` or ``nl``; by default that of the plan.

    Raises
    ------
    MatchmakerError
        When `draws` is below 1, or the plan was read back without its region.
    """
    chosen = language_of(plan, language)
    if draws < 1:
        raise MatchmakerError(f"draws: came {draws}, allowed is a whole number of at least 1.")
    levels = draw_levels(plan, draws=draws, seed=seed)
    asked = _asked(plan)
    rows = np.array([plan.ledger.row("pupil", one.pupil) for one in plan.placements], np.int64)
    allowed = _allowed(plan, levels[:, rows], asked)
    planned = min(draws, max(FEWEST, MOST_PAIRS // max(len(plan.reach.pair_pupil), 1)))
    again_there, searched = _chosen(plan, levels[:planned], rows)
    chance = _chance(plan, rows, asked)
    made = [
        _survival(one.pupil, one.employer, allowed[:, k], again_there[:, k], float(chance[k]))
        for k, one in enumerate(plan.placements)
    ]
    made.sort(key=lambda one: (one.rate, one.chance, one.pupil))
    observed = plan.ledger.problem.levels.observed[rows]
    return Robustness(
        language=chosen,
        seed=seed,
        draws=draws,
        planned=planned if len(made) else 0,
        searched=searched,
        rows=Rows(made),
        optimal=plan.status == "optimal",
        unknown=int(((asked >= 0) & ~observed).sum()),
        employers=_labels(plan, chosen),
    )


def _labels(plan: Plan, language: str) -> dict[str, str]:
    from matchmaker.positions import Labels

    label = Labels(plan.ledger.region, language)
    return {one.employer: label.employer(one.employer) for one in plan.placements}


def draw_levels(plan: Plan, *, draws: int, seed: int) -> NDArray[np.int64]:
    """Draw the level of every pupil on every dimension, each from its own chances.

    Returns
    -------
    int array, shape (draws, pupils, dimensions)
        Positions of levels; -1 where nothing was observed.
    """
    problem = plan.ledger.problem
    total = np.cumsum(problem.levels.percent, axis=2) / PERCENT
    found = np.full((draws, *problem.levels.median.shape), -1, np.int64)
    for row, name in enumerate(problem.pupils.ids.tolist()):
        # A stream a pupil, from nothing but seed and id.
        stream = hashlib.blake2b(f"{seed}:{name}".encode(), digest_size=16).digest()
        numbers = np.random.default_rng(int.from_bytes(stream, "big")).random((draws, len(problem.dimensions)))
        found[:, row] = (numbers[:, :, None] >= total[row][None]).sum(axis=2)
    found[:, ~problem.levels.observed] = -1
    return found


def _asked(plan: Plan) -> NDArray[np.int64]:
    """Highest level asked by each placement, shape (placements, dimensions), positions; -1 where nothing is asked."""
    demand = plan.ledger.problem.tasks.demand
    asked = np.full((len(plan.placements), demand.shape[1]), -1, np.int64)
    for k, position in enumerate(plan.placements):
        asked[k] = demand[[plan.ledger.row("task", task) for task in position.tasks]].max(axis=0)
    return asked


def _allowed(plan: Plan, levels: NDArray[np.int64], asked: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether each placement asks no more than was drawn, give or take max_gap, shape (draws, placements)."""
    values, most = plan.ledger.problem.level_values, plan.ledger.problem.max_gap
    short = values[asked][None] - values[levels] > most
    return np.asarray(~((asked >= 0)[None] & (levels >= 0) & short).any(axis=2))


def _chance(plan: Plan, rows: NDArray[np.int64], asked: NDArray[np.int64]) -> NDArray[np.float64]:
    """Chance that every dimension suffices: the product over dimensions."""
    problem = plan.ledger.problem
    values = problem.level_values
    enough = values[asked][:, :, None] - values[None, None, :] <= problem.max_gap
    share = (problem.levels.percent[rows] * enough).sum(axis=2) / PERCENT
    return np.asarray(np.where((asked >= 0) & problem.levels.observed[rows], share, 1.0).prod(axis=1))


def _chosen(plan: Plan, levels: NDArray[np.int64], rows: NDArray[np.int64]) -> tuple[NDArray[np.bool_], int]:
    """Whether the plan for each draw has each pupil at the same employer, shape (draws, placements).

    Also how many of these plans are not proved to be the best.
    """
    problem, known, now = plan.ledger.problem, known_levels(plan.ledger.region), plan.columns.employer
    found, searched = np.zeros((len(levels), len(rows)), bool), 0
    for draw in range(len(levels) if len(rows) else 0):
        new, proved = plan_again(plan, with_levels(problem, known, levels[draw]), rounds=ROUNDS)
        found[draw] = new.employer[rows] == now[rows]
        searched += not proved
    return found, searched


def _survival(
    pupil: str, employer: str, allowed: NDArray[np.bool_], chosen: NDArray[np.bool_], chance: float
) -> Survival:
    draws, planned, holds, again_there = len(allowed), len(chosen), int(allowed.sum()), int(chosen.sum())
    rate, between = holds / draws, wilson(holds, draws)
    stays = wilson(again_there, planned) if planned else (None, None)
    kind = "near_certain" if rate >= NEAR_CERTAIN else "fragile" if rate < FRAGILE else "between"
    return Survival(
        pupil=pupil,
        employer=employer,
        draws=draws,
        allowed=holds,
        rate=rate,
        low=between[0],
        high=between[1],
        chance=round(chance, 9),
        planned=planned,
        chosen=again_there,
        stays=again_there / planned if planned else None,
        stays_low=stays[0],
        stays_high=stays[1],
        kind=kind,
    )
