"""Why not: every hard reason why a pupil has no position at an employer, or what it would cost the whole plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from matchmaker.errors import UnknownId
from matchmaker.plan.difference import Move, Tally
from matchmaker.plan.forced import forced
from matchmaker.plan.leximin import lowest_points
from matchmaker.plan.nearest import nearest_positions, used_up
from matchmaker.plan.records import Nearest
from matchmaker.plan.rows import Rows
from matchmaker.positions import Bundle, Labels, Position, Violation, points_of, violations
from matchmaker.positions.checks import POSITION_RULES, Case
from matchmaker.rules import REASONS

if TYPE_CHECKING:
    import pandas as pd

    from matchmaker.plan.forced import Forced
    from matchmaker.plan.plan import Plan

__all__ = ["WhyNot", "hardest_of", "why_not"]

OF_THE_PAIR = ("route", "decisions", "own_say", "travel", "employer", "places", "supervision")
HELD = {
    "en": ("{pupil} at {employer}", "People fixed {pairs}; no plan was found that keeps to that."),
    "nl": ("{pupil} bij {employer}", "Mensen legden vast: {pairs}; er is geen plan gevonden dat zich daaraan houdt."),
}
NO_WORK = {"en": "{employer} has no work to give out.", "nl": "{employer} heeft geen werk uit te geven."}


@dataclass(frozen=True)
class WhyNot:
    """Why a pupil is not placed at an employer.

    Just one of three holds: the pupil is placed there (`there`), hard reasons leave no position (`reasons`), or it is
    possible and has a price (`position`, `moves`, `aims`).

    Attributes
    ----------
    pupil, employer : str
    language : str
    placed_at : str or None
        Where the plan places the pupil.
    there : Position or None
        The placement, when it is at this employer.
    reasons : tuple of Violation
        All that stands in the way of the position that comes nearest.
    nearest : Nearest or None
        That position; None when there is no work at all, or a position was found.
    position : Position or None
        The pupil's position in the best plan found with the pupil there.
    moves : Rows of Move
        Whose position differs in that plan, the pupil's own first.
    aims : Rows of Tally
        What that plan reaches on every aim beside what the plan reaches, in the order of the policy.
    least : int or None
        No plan that places as many, with the pupil there, loses fewer points than this against the plan; a number below
        0 proves nothing. None where the plan found places fewer or more.
    exact : bool
        Whether both plans are proved to be the best, so that what was found is the price.
    names : mapping of str to str
        Id to id and name of employers and tasks.

    Examples
    --------
    >>> WhyNot("p1", "e1", "en", None, reasons=(Violation("travel", "Too far: 9 km, at most 8 km."),)).possible
    False
    """

    pupil: str
    employer: str
    language: str
    placed_at: str | None
    there: Position | None = None
    reasons: tuple[Violation, ...] = ()
    nearest: Nearest | None = None
    position: Position | None = None
    moves: Rows[Move] = Rows()
    aims: Rows[Tally] = Rows()
    least: int | None = None
    exact: bool = False
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def possible(self) -> bool:
        """Whether a plan with the pupil at the employer exists."""
        return self.there is not None or self.position is not None

    @property
    def loss(self) -> int:
        """Points that the best plan found with the pupil there has fewer."""
        return -sum(one.change for one in self.aims if one.name == "points")

    def __repr__(self) -> str:
        if self.there is not None:
            said = "placed there"
        elif self.position is None:
            said = f"not possible: {', '.join(dict.fromkeys(one.rule for one in self.reasons))}"
        else:
            said = ", ".join(f"{one.name} {one.change:+d}" for one in self.aims if one.change) or "costs nothing"
        return f"<WhyNot {self.pupil} at {self.employer}: {said}>"

    def __str__(self) -> str:
        return self.summary()

    def summary(self, *, language: str | None = None) -> str:
        """Return the answer in sentences.

        Raises
        ------
        UnknownId
            For another language than the one asked in: the reasons are in that one; ask again.
        """
        from matchmaker.show.why_not import why_not_text

        if language not in (None, self.language):
            raise UnknownId(str(language), "language", (self.language,))
        return why_not_text(self)

    def to_frame(self) -> pd.DataFrame:
        """Return the reasons, one a row; or, when it is possible, one row for each pupil who would move."""
        import pandas as pd

        if self.reasons:
            return pd.DataFrame([{"rule": one.rule, "text": one.text} for one in self.reasons])
        return self.moves.to_frame()

    def to_document(self) -> dict[str, Any]:
        """Return the answer as plain values."""
        return {
            "pupil": self.pupil,
            "employer": self.employer,
            "placed_at": self.placed_at,
            "possible": self.possible,
            "reasons": [{"rule": one.rule, "text": one.text} for one in self.reasons],
            "nearest": self.nearest.to_document() if self.nearest is not None else None,
            "position": self.position.to_document() if self.position is not None else None,
            "moves": [{**move.row(), "kind": move.kind} for move in self.moves],
            "aims": [one.row() for one in self.aims],
            "least": self.least,
            "exact": self.exact,
            "text": self.summary(),
        }

    def _repr_html_(self) -> str:
        from matchmaker.show.tables import html_table

        rows = [{"rule": one.rule, "text": one.text} for one in self.reasons] or [move.row() for move in self.moves]
        return html_table(rows, caption=repr(self), below=self.summary())


def why_not(plan: Plan, pupil: str, employer: str, *, language: str | None = None) -> WhyNot:
    """Say why a plan does not place a pupil at an employer; see `Plan.why_not`.

    Parameters
    ----------
    plan : Plan
        With its region.
    pupil, employer : str
        Ids.
    language : str, optional
        ``en`` or ``nl``; by default that of the plan.

    Raises
    ------
    UnknownId
        For an id, or a language, that is not there.
    MatchmakerError
        When the plan was read back without its region.

    Examples
    --------
    >>> import matchmaker as mm
    >>> plan = mm.match(mm.read_region(mm.town()), steps=0)               # doctest: +SKIP
    >>> why_not(plan, "p001", "e01")                                      # doctest: +SKIP
    <WhyNot p001 at e01: ...>
    """
    chosen = language or plan.language
    if chosen not in NO_WORK:
        raise UnknownId(chosen, "language", tuple(NO_WORK))
    there, row = plan.placement(pupil), plan.ledger.row("employer", employer)
    placed_at = there.employer if there is not None else None
    if there is not None and employer in there.employers:
        names = _names(plan, list(there.employers), there.tasks, chosen)
        return WhyNot(pupil, employer, chosen, placed_at, there, names=names)
    nearest, reasons = _reasons(plan, pupil, row, chosen)
    if reasons:
        tasks = nearest.tasks if nearest is not None else ()
        names = _names(plan, [employer], tasks, chosen)
        return WhyNot(pupil, employer, chosen, placed_at, reasons=reasons, nearest=nearest, names=names)
    found = forced(plan, pupil, employer)
    broken = _fixed(plan) & {move.pupil for move in found.moves if move.after is None}
    if found.position is None or broken:
        held = _held(plan, pupil, row, broken, chosen)
        return WhyNot(pupil, employer, chosen, placed_at, reasons=held, names=_names(plan, [employer], (), chosen))
    return _price(plan, found, placed_at, chosen)


def _reasons(plan: Plan, pupil: str, employer: int, language: str) -> tuple[Nearest | None, tuple[Violation, ...]]:
    """What no plan can change: all that is in the way of the position that breaks the fewest rules."""
    obstacles, row = plan.obstacles, plan.ledger.row("pupil", pupil)
    view = obstacles.view(row)
    found = nearest_positions(plan.ledger, obstacles, view, employer, language=language)
    found = found[:1] or _single_tasks(plan, row, employer, language)
    for near in found:
        return near, near.missing
    return None, tuple(_without_work(plan, row, employer, language))


def _single_tasks(plan: Plan, pupil: int, employer: int, language: str) -> list[Nearest]:
    """Where nothing may be given out within any limit: the whole task that breaks the fewest rules."""
    ledger, start = plan.ledger, plan.ledger.problem.employers.function_start
    found = []
    for task in (task for one in range(start[employer], start[employer + 1]) for task in ledger.tasks_of(one).tolist()):
        hours = float(ledger.problem.tasks.hours[task])
        bundle = Bundle(pupil, employer, -1, (task,), (hours,))
        points = points_of(ledger, bundle)
        missing = violations(ledger, bundle, points=points, language=language)
        name, where = str(ledger.problem.tasks.ids[task]), str(ledger.problem.employers.ids[employer])
        found.append(Nearest(where, "carved", round(hours, 9), points, {name: round(hours, 9)}, missing))
    return sorted(found, key=lambda near: (len(near.missing), -near.points))[:1]


def _without_work(plan: Plan, pupil: int, employer: int, language: str) -> Iterator[Violation]:
    """Without any task there is no position to weigh: the rules about the pair, and that there is no work."""
    case = Case(plan.ledger, Bundle(pupil, employer, -1, (), ()), language)
    for rule in OF_THE_PAIR:
        for what in POSITION_RULES[rule](case):
            yield Violation(rule, REASONS[rule].one[language].format(what=what))
    yield Violation("tasks_once", NO_WORK[language].format(employer=case.employer(employer)))


def _held(plan: Plan, pupil: str, employer: int, broken: set[str], language: str) -> tuple[Violation, ...]:
    """What stands in the way where only a decision of people leaves no room: a plan obeys those first."""
    ledger, obstacles, labels = plan.ledger, plan.obstacles, Labels(plan.ledger.region, language)
    used = used_up(ledger, obstacles, obstacles.view(ledger.row("pupil", pupil)), employer, language=language)
    pupils, employers = ledger.problem.pupils.ids, ledger.problem.employers.ids
    pair, said = HELD[language]
    pairs = [
        pair.format(pupil=pupils[who], employer=labels.employer(str(employers[at])))
        for who, at in ledger.problem.decisions.fixed.tolist()
        if at == employer or pupils[who] in broken
    ]
    return (used, Violation("decisions", said.format(pairs=", ".join(sorted(pairs))))) if pairs else (used,)


def _price(plan: Plan, found: Forced, placed_at: str | None, language: str) -> WhyNot:
    position = found.position
    assert position is not None
    as_many = found.placed == plan.placed
    others = sorted(found.moves, key=lambda move: (move.pupil != found.pupil, move.pupil))
    employers = [at for move in others for at in (move.before, move.after) if at is not None]
    return WhyNot(
        found.pupil,
        position.employer,
        language,
        placed_at,
        position=position,
        moves=Rows(others),
        aims=Rows(_aims(plan, found)),
        least=plan.points - found.bound if as_many else None,
        exact=found.exact and plan.status == "optimal",
        names=_names(plan, [position.employer, *employers], position.tasks, language),
    )


def _aims(plan: Plan, found: Forced) -> Iterator[Tally]:
    """What is lost on every aim, in the order of the policy; moves say who is placed no longer, and who now is."""
    gone = {move.pupil for move in found.moves if move.after is None}
    come = {move.pupil for move in found.moves if move.before is None}
    fixed, hardest = _fixed(plan), hardest_of(plan)
    missed = len(fixed & {one.pupil for one in plan.not_placed})
    after = {one.pupil: one.points for one in plan.placements} | {one.pupil: one.points_after for one in found.moves}
    lowest = min((points for points in after.values() if points is not None), default=0)
    sizes = {
        "fixed": (missed, len(fixed & gone) - len(fixed & come)),
        "placed": (plan.placed, found.placed - plan.placed),
        "hardest": (len(hardest & {one.pupil for one in plan.placements}), len(hardest & come) - len(hardest & gone)),
        "leximin": (lowest_points(plan), lowest - lowest_points(plan)),
        "points": (plan.points, found.points - plan.points),
    }
    for aim in (one for one in plan.policy["order"] if one in sizes):
        before, change = sizes[aim]
        yield Tally(aim, before, before + change)


def _fixed(plan: Plan) -> set[str]:
    problem = plan.ledger.problem
    return set(problem.pupils.ids[problem.decisions.fixed[:, 0]].tolist())


def hardest_of(plan: Plan) -> set[str]:
    """Return the pupils who count as hardest to place in a plan's region."""
    return set(plan.ledger.problem.pupils.ids[plan.hardest].tolist())


def _names(plan: Plan, employers: list[str], tasks: Any, language: str) -> dict[str, str]:
    if plan.region is None:
        return {}
    labels = Labels(plan.region, language)
    return {**{name: labels.employer(name) for name in employers}, **{name: labels.task(name) for name in tasks}}
