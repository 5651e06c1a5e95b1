"""Why: the points of a placement as rows that add up, with the evidence behind each level; or why there is none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from matchmaker.errors import UnknownId
from matchmaker.plan.records import Unplaced
from matchmaker.plan.unplaced import explain_unplaced
from matchmaker.positions import Labels, Part, Position, check_position

if TYPE_CHECKING:
    import pandas as pd

    from matchmaker.model import Region
    from matchmaker.plan.plan import Plan

__all__ = ["Evidence", "Explanation", "ExplanationRow", "Gap", "explain"]

GAP = {
    "en": "{dimension}: the work asks {asked}, shown is {shown}. Asked is: {anchor} The region lets work ask at most "
    "{most} more than shown; agree before the start who helps with this, and when.",
    "nl": "{dimension}: het werk vraagt {asked}, getoond is {shown}. Gevraagd is: {anchor} In de regio mag werk ten "
    "hoogste {most} meer vragen dan getoond; spreek voor de start af wie hierbij helpt, en wanneer.",
}
SOURCES = {
    "nl": {
        "test": "test",
        "teacher": "leraar",
        "internship": "stage",
        "employer": "werkgever",
        "self": "leerling zelf",
        "wage_value": "loonwaardemeting",
    }
}
NO_DATE = {"en": "no date", "nl": "geen datum"}


@dataclass(frozen=True)
class Evidence:
    """One observation behind an estimate.

    Examples
    --------
    >>> Evidence("teacher", 3, "2026-07-28", "teacher 3 (2026-07-28)").level
    3
    """

    source: str
    level: int
    date: str | None
    text: str


@dataclass(frozen=True)
class ExplanationRow:
    """One row of the sum: a contribution, or the share of one dimension in the fit.

    Attributes
    ----------
    name : str
        Of the contribution.
    dimension : str or None
    asked, estimated : int or None
        Levels; `estimated` is None on a dimension that was never observed.
    points : int
    text : str
    evidence : tuple of Evidence
        The observations behind the estimate, the latest first.
    sure : int or None
        Chance, in whole percents, that the pupil has at least the level asked; None where nothing was observed, or the
        plan was read back without its region.

    Examples
    --------
    >>> ExplanationRow("travel", None, None, None, -26, "The way to work: 4.4 km.", ()).points
    -26
    """

    name: str
    dimension: str | None
    asked: int | None
    estimated: int | None
    points: int
    text: str
    evidence: tuple[Evidence, ...]
    sure: int | None = None

    def row(self) -> dict[str, Any]:
        """Return the row as one of a table."""
        facts = {
            name: getattr(self, name) for name in ("name", "dimension", "asked", "estimated", "sure", "points", "text")
        }
        return {**facts, "evidence": "; ".join(one.text for one in self.evidence)}


@dataclass(frozen=True)
class Gap:
    """A dimension on which the work asks more than was shown, with the written reason why that is accepted.

    Examples
    --------
    >>> Gap("drive", 4, 3, "Drive: the work asks 4, shown is 3. ...").asked
    4
    """

    dimension: str
    asked: int
    estimated: int
    text: str


@dataclass(frozen=True)
class Explanation:
    """Why a pupil is placed where the plan says, or why not placed.

    Attributes
    ----------
    pupil : str
    language : str
    placement : Position or None
    unplaced : Unplaced or None
        Just one of the two is there.
    rows : tuple of ExplanationRow
        Their points add up to those of the placement.
    bridged : tuple of Gap
        Where the work asks more than was shown.
    to_observe : tuple of str
        Labels of dimensions that the work asks and nobody has observed.
    names : mapping of str to str
        Id to id and name of employers and tasks, when the region is known.
    """

    pupil: str
    language: str
    placement: Position | None
    unplaced: Unplaced | None
    rows: tuple[ExplanationRow, ...] = ()
    bridged: tuple[Gap, ...] = ()
    to_observe: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        what = repr(self.placement or self.unplaced)[1:-1]
        return f"<Why {what}>"

    def __str__(self) -> str:
        from matchmaker.show.explanation import explanation_text

        return explanation_text(self)

    def summary(self) -> str:
        """Return the explanation as lines of text, in the language that was asked for."""
        return str(self)

    def to_document(self) -> dict[str, Any]:
        """Return the explanation as plain values."""
        return {
            "pupil": self.pupil,
            "placement": self.placement.to_document() if self.placement is not None else None,
            "unplaced": self.unplaced.to_document() if self.unplaced is not None else None,
            "rows": [row.row() for row in self.rows],
            "bridged": [asdict(gap) for gap in self.bridged],
            "to_observe": list(self.to_observe),
            "text": self.summary(),
        }

    def to_frame(self) -> pd.DataFrame:
        """Return the rows of the sum, or the counted reasons of a pupil who is not placed."""
        import pandas as pd

        if self.unplaced is not None:
            return pd.DataFrame([{"rule": r.rule, "count": r.count, "text": r.text} for r in self.unplaced.reasons])
        return pd.DataFrame([row.row() for row in self.rows])

    def _repr_html_(self) -> str:
        from matchmaker.show.explanation import explanation_html

        return explanation_html(self)


def explain(plan: Plan, pupil: str, *, language: str | None = None) -> Explanation:
    """Explain one pupil's place in a plan; see `Plan.why`.

    Without its region a plan knows the sums but not the observations behind them, and only the language it was made in.
    """
    chosen = language or plan.language
    if chosen not in ("en", "nl"):
        raise UnknownId(chosen, "language", ("en", "nl"))
    position = plan.placement(pupil)
    if position is None:
        unplaced = _unplaced(plan, pupil, chosen)
        employers = [near.employer for near in unplaced.nearest]
        return Explanation(pupil, chosen, None, unplaced, names=_names(plan, employers, [], chosen))
    if chosen != plan.language:
        position = _said_again(plan, position, chosen)
    return Explanation(
        pupil,
        chosen,
        position,
        None,
        rows=tuple(_rows(plan, position, chosen)),
        bridged=_gaps(plan, position, chosen),
        to_observe=_unknown(plan, position, chosen),
        names=_names(plan, position.employers, position.tasks, chosen),
    )


def _names(plan: Plan, employers: Iterable[str], tasks: Iterable[str], language: str) -> dict[str, str]:
    if plan.region is None:
        return {}
    labels = Labels(plan.region, language)
    return {**{name: labels.employer(name) for name in employers}, **{name: labels.task(name) for name in tasks}}


def _said_again(plan: Plan, position: Position, language: str) -> Position:
    ledger = plan.ledger
    if position.function is not None:
        bundle = ledger.vacancy(ledger.row("pupil", position.pupil), ledger.row("function", position.function))
    else:
        bundle = ledger.bundle(position.pupil, position.tasks)
    return check_position(ledger, bundle, language=language)


def _unplaced(plan: Plan, pupil: str, language: str) -> Unplaced:
    if language == plan.language:
        return next(one for one in plan.not_placed if one.pupil == pupil)
    row = plan.ledger.row("pupil", pupil)
    return explain_unplaced(plan.ledger, plan.obstacles, [row], language=language)[0]


def _rows(plan: Plan, position: Position, language: str) -> list[ExplanationRow]:
    rows: list[ExplanationRow] = []
    for one in position.contributions:
        if one.parts:
            rows += [_dimension_row(plan, position.pupil, one.name, part, language) for part in one.parts]
        else:
            rows.append(ExplanationRow(one.name, None, None, None, one.points, one.text, ()))
    return rows


def _dimension_row(plan: Plan, pupil: str, name: str, part: Part, language: str) -> ExplanationRow:
    evidence = _evidence(plan.region, pupil, part.dimension, language) if plan.region is not None else ()
    sure = _sure(plan, pupil, part) if plan.region is not None else None
    return ExplanationRow(name, part.dimension, part.asked, part.estimated, part.points, part.text, evidence, sure)


def _sure(plan: Plan, pupil: str, part: Part) -> int | None:
    """The chance in percent, by all observations together, of at least the level asked."""
    problem = plan.ledger.problem
    row, column = plan.ledger.row("pupil", pupil), problem.dimensions.index(part.dimension)
    if problem.levels.median[row, column] < 0:
        return None
    return int(problem.levels.percent[row, column, np.asarray(problem.level_values) >= part.asked].sum())


def _evidence(region: Region, pupil: str, dimension: str, language: str) -> tuple[Evidence, ...]:
    """The observations of a pupil on a dimension, the latest first."""
    table = region.observations
    rows, asked = table.rows_with("pupil", pupil), table.column("dimension")
    found = [table[row] for row in rows.tolist() if asked[row] == dimension]
    dated = [(one.date.isoformat() if one.date else None, one) for one in found]
    dated.sort(key=lambda pair: (pair[0] or "", pair[1].source, pair[1].level), reverse=True)
    return tuple(
        Evidence(one.source, one.level, date, _seen(one.source, one.level, date, language)) for date, one in dated
    )


def _seen(source: str, level: int, date: str | None, language: str) -> str:
    name = SOURCES.get(language, {}).get(source, source.replace("_", " "))
    return f"{name} {level} ({date or NO_DATE[language]})"


def _gaps(plan: Plan, position: Position, language: str) -> tuple[Gap, ...]:
    parts = [part for one in position.contributions for part in one.parts]
    return tuple(
        Gap(part.dimension, part.asked, part.estimated, _reason(plan, part, language))
        for part in parts
        if part.estimated is not None and part.asked > part.estimated
    )


def _reason(plan: Plan, part: Part, language: str) -> str:
    name, anchor = part.text.partition(":")[0], f"{part.asked}."
    if plan.region is not None:
        dimension, levels = plan.region.framework.dimension(part.dimension), plan.region.framework.levels
        name = dimension.name(language=language)
        anchors = dimension.anchors.get(language, ())
        anchor = anchors[levels.index(part.asked)] if anchors else anchor
    most = plan.policy["max_gap"]
    return GAP[language].format(dimension=name, asked=part.asked, shown=part.estimated, anchor=anchor, most=most)


def _unknown(plan: Plan, position: Position, language: str) -> tuple[str, ...]:
    if plan.region is None:
        return position.to_observe
    labels = Labels(plan.region, language)
    return tuple(labels.dimension(name) for name in position.to_observe)
