"""Observations to make: where knowledge is thin, and knowing more would change the plan."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from matchmaker.errors import MatchmakerError
from matchmaker.plan.exactly import best_columns
from matchmaker.plan.knowledge import thin, worth_of_knowing
from matchmaker.plan.prices import language_of
from matchmaker.plan.rows import Rows
from matchmaker.plan.variants import Variant, known_levels, make_variants
from matchmaker.positions import Labels

if TYPE_CHECKING:
    import pandas as pd

    from matchmaker.plan.knowledge import Worth
    from matchmaker.plan.plan import Plan

__all__ = ["Effect", "Observe", "ToObserve", "observations_to_make"]

MOST_LOOKED_AT = 300
"""Candidates of which every level is priced exactly: those that may matter most."""
NOTICED = 20.0
"""Points by which another position must be better before people would move."""
LIKELY = 0.2
"""Chance of another plan from which an observation is named even when nothing better is known to do then."""


@dataclass(frozen=True)
class Effect:
    """What the plan does when the level turns out to lie in a range.

    Attributes
    ----------
    lowest, highest : int
        Levels, both included.
    chance : float
    outcome : str
        ``keeps`` (nothing changes), ``lost`` (the present position asks too much), ``better`` (another position is
        better) or ``opens`` (a pupil who is not placed could be).
    employer : str or None
        Where the best position is then; None when there is none, or nothing changes.

    Examples
    --------
    >>> Effect(3, 5, 0.4, "opens", "e05").chance
    0.4
    """

    lowest: int
    highest: int
    chance: float
    outcome: str
    employer: str | None


@dataclass(frozen=True)
class ToObserve:
    """One observation to make, of one pupil on one dimension.

    Attributes
    ----------
    pupil, dimension : str
        Ids.
    label : str
        Of the dimension, in the language of the answer.
    observed : bool
        Whether there are observations already.
    value : int
        What knowing is worth, in points, with the plan's prices standing for all other pupils.
    chance : float
        That the plan would change.
    effects : tuple of Effect
        By level.
    level : int
        The level about which to look: the lowest at which something is different from below.
    solved : bool
        Whether the next two are there: the whole region solved for every level.
    placed_more, points_more : float or None
        What the best plans made with the level known bring on average, more than the present plan does when a position
        that turns out to ask too much brings nothing.
    text : str
        What to look at, for a teacher.

    Examples
    --------
    >>> ToObserve("p1", "drive", "Drive", True, 120, 0.4, (), 3, False, None, None, "Look next week ...")
    <ToObserve p1 drive: 120 points, chance 0.40>
    """

    pupil: str
    dimension: str
    label: str
    observed: bool
    value: int
    chance: float
    effects: tuple[Effect, ...]
    level: int
    solved: bool
    placed_more: float | None
    points_more: float | None
    text: str

    def __repr__(self) -> str:
        return f"<ToObserve {self.pupil} {self.dimension}: {self.value} points, chance {self.chance:.2f}>"

    def row(self) -> dict[str, Any]:
        """Return the observation as one row of a table."""
        named = ("pupil", "dimension", "label", "observed", "value", "chance", "level", "placed_more", "points_more")
        return {**{name: getattr(self, name) for name in named}, "text": self.text}

    def to_document(self) -> dict[str, Any]:
        """Return the observation as plain values."""
        return {**self.row(), "solved": self.solved, "effects": [dataclasses.asdict(one) for one in self.effects]}


@dataclass(frozen=True)
class Observe:
    """The observations most worth making, best first.

    Attributes
    ----------
    language : str
    rows : Rows of ToObserve
    thin : int
        Pairs of pupil and dimension where knowledge is thin and may matter.
    looked_at : int
        Those of which every level was priced.
    optimal : bool
        Whether the plan is proved optimal.

    Examples
    --------
    >>> print(Observe("en", Rows(), 0, 0, True))
    No single observation would change the plan by more than a little.
    """

    language: str
    rows: Rows[ToObserve]
    thin: int
    looked_at: int
    optimal: bool

    def __repr__(self) -> str:
        return f"<Observe: {len(self.rows)} observations to make, {self.looked_at} of {self.thin} looked at>"

    def __str__(self) -> str:
        return self.summary()

    def to_frame(self) -> pd.DataFrame:
        """Return one row an observation."""
        return self.rows.to_frame()

    def summary(self) -> str:
        """Return the answer in sentences."""
        from matchmaker.show.observe import observe_text

        return observe_text(self)

    def to_document(self) -> dict[str, Any]:
        """Return the answer as plain values."""
        facts = {name: getattr(self, name) for name in ("language", "thin", "looked_at", "optimal")}
        return {**facts, "rows": [one.to_document() for one in self.rows]}

    def _repr_html_(self) -> str:
        from matchmaker.show.tables import html_table

        return html_table([one.row() for one in self.rows], caption=repr(self))


def observations_to_make(plan: Plan, *, most: int = 10, language: str | None = None) -> Observe:
    """Return the single observations most worth making; see `Plan.observations_to_make`.

    Parameters
    ----------
    plan : Plan
        As made by `match`: its prices stand for the other pupils.
    most : int
        How many at most.
    language : str, optional
        ``en`` or ``nl``; by default that of the plan.

    Raises
    ------
    MatchmakerError
        When `most` is below 1, or the plan was read back.
    """
    chosen = language_of(plan, language)
    if most < 1:
        raise MatchmakerError(f"most: came {most}, allowed is a whole number of at least 1.")
    pupil, dimension, count = thin(plan, most=MOST_LOOKED_AT)
    if not len(pupil):
        return Observe(chosen, Rows(), count, 0, plan.status == "optimal")
    worth = worth_of_knowing(plan, pupil, dimension)
    made = [_made(plan, worth, k, int(pupil[k]), int(dimension[k]), chosen) for k in range(len(pupil))]
    kept = [one for one in made if one.chance > 0 and (one.value >= 1 or one.chance >= LIKELY)]
    kept.sort(key=lambda one: (-one.value, -one.chance, one.pupil, one.dimension))
    best = kept[:most]
    if plan.status == "optimal":
        best = [_solved(plan, one, chosen) for one in best]
        best = [one for one in best if _brings(one)]
        best.sort(key=lambda one: (-round(one.placed_more or 0.0, 6), -round(one.points_more or 0.0, 6)))
    return Observe(chosen, Rows(best), count, len(pupil), plan.status == "optimal")


def _brings(one: ToObserve) -> bool:
    """Whether something is gained, or a start that fails is prevented."""
    more = max(one.placed_more or 0.0, one.points_more or 0.0) > 0
    return more or not one.solved or any(effect.outcome == "lost" for effect in one.effects)


def _made(plan: Plan, worth: Worth, k: int, pupil: int, dimension: int, language: str) -> ToObserve:
    from matchmaker.show.observe import observe_sentence

    problem, region = plan.ledger.problem, plan.ledger.region
    effects = _effects(plan, worth, k, pupil)
    name, words = problem.dimensions[dimension], Labels(region, language)
    level = _where_it_turns(effects)
    one = ToObserve(
        pupil=str(problem.pupils.ids[pupil]),
        dimension=name,
        label=words.dimension(name),
        observed=bool(problem.levels.observed[pupil, dimension]),
        value=int(worth.gain[k] + 1e-6),
        chance=round(sum(effect.chance for effect in effects if effect.outcome != "keeps"), 6),
        effects=effects,
        level=level,
        solved=False,
        placed_more=None,
        points_more=None,
        text="",
    )
    anchors = region.framework.dimension(name).anchors.get(language, ())
    anchor = anchors[region.framework.levels.index(level)] if anchors else ""
    employers = {effect.employer: words.employer(effect.employer) for effect in effects if effect.employer}
    now = plan.placement(one.pupil)
    here = words.employer(now.employer) if now else ""
    return dataclasses.replace(one, text=observe_sentence(one, anchor, employers, here, language=language))


def _effects(plan: Plan, worth: Worth, k: int, pupil: int) -> tuple[Effect, ...]:
    """Levels next to each other with the same outcome are one effect."""
    problem, levels = plan.ledger.problem, plan.ledger.problem.level_values
    placed = plan.columns.employer[pupil] >= 0
    found: list[Effect] = []
    for row in range(worth.start[k], worth.start[k + 1]):
        outcome, where = "keeps", int(worth.columns.employer[row])
        if placed and not np.isfinite(worth.own[row]):
            outcome = "lost"
        elif placed and worth.value[row] > worth.own[row] + NOTICED and where != plan.columns.employer[pupil]:
            outcome = "better" if where >= 0 else "keeps"
        elif not placed and worth.value[row] > worth.now[k] + NOTICED and where >= 0:
            outcome = "opens"
        employer = str(problem.employers.ids[where]) if outcome != "keeps" and where >= 0 else None
        level, chance = int(levels[worth.level[row]]), float(worth.chance[row])
        last = found[-1] if found else None
        if last is not None and (last.outcome, last.employer) == (outcome, employer):
            found[-1] = dataclasses.replace(last, highest=level, chance=round(last.chance + chance, 6))
        else:
            found.append(Effect(level, level, round(chance, 6), outcome, employer))
    return tuple(found)


def _where_it_turns(effects: tuple[Effect, ...]) -> int:
    """The lowest level from which things are different from what lies below; the lowest of all when nothing turns."""
    return effects[1].lowest if len(effects) > 1 else effects[0].lowest


def _solved(plan: Plan, one: ToObserve, language: str) -> ToObserve:
    """Solve the region for every level: what the best plans with it known bring, and what the present plan does."""
    from matchmaker.show.observe import solved_sentence

    problem = plan.ledger.problem
    row, dimension = plan.ledger.row("pupil", one.pupil), problem.dimensions.index(one.dimension)
    worth = worth_of_knowing(plan, np.array([row]), np.array([dimension]))
    now = plan.placement(one.pupil)
    without = plan.points - (now.points if now is not None else 0)
    placed = points = 0.0
    for at, (level, chance) in enumerate(zip(worth.level.tolist(), worth.chance.tolist(), strict=True)):
        everybody = [Variant(other) for other in range(plan.pupils)]
        everybody[row] = Variant(row, "level", dimension, float(level))
        best = best_columns(plan, make_variants(problem, known_levels(plan.ledger.region), everybody).problem)
        if best is None:
            return one
        holds = bool(np.isfinite(worth.own_points[at]))
        mine = float(worth.own_points[at]) if holds else 0.0
        placed += chance * (int((best.employer >= 0).sum()) - (plan.placed - int(now is not None and not holds)))
        points += chance * (int(best.points.sum()) - (without + mine))
    words = Labels(plan.ledger.region, language)
    text = solved_sentence(one, words.number(placed), words.number(points, digits=0), language=language)
    return dataclasses.replace(one, solved=True, placed_more=round(placed, 6), points_more=round(points, 6), text=text)
