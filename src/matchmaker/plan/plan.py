"""`Plan`: all placements, all who are not placed with reasons, the bound, and how it was made."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TextIO

import numpy as np

from matchmaker.errors import MatchmakerError, UnknownId
from matchmaker.model.whole import write_whole
from matchmaker.plan.document import not_a_plan, plan_document, plan_parts
from matchmaker.plan.questions import Questions
from matchmaker.plan.records import Unplaced
from matchmaker.plan.rows import Rows
from matchmaker.positions import Ledger, Position, ledger_of

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from matchmaker.model import Region
    from matchmaker.plan.difference import Difference
    from matchmaker.plan.leximin import Leximin
    from matchmaker.plan.obstacles import Obstacles
    from matchmaker.solve.joint import Solution
    from matchmaker.solve.joint.proof import Proof
    from matchmaker.solve.joint.stock import Columns, Stock
    from matchmaker.solve.reach import Reach, TaskSides

__all__ = ["Plan", "read_plan"]

WORKED_OUT = (
    "ledger",
    "sides",
    "reach",
    "lottery",
    "in_reach",
    "hardest",
    "columns",
    "left",
    "obstacles",
    "proof",
    "_by_pupil",
)
A_PLAN = ("a plan as one JSON document", "een plan als een JSON-document")


@dataclass(frozen=True, eq=False, repr=False)
class Plan(Questions):
    """A plan for a region. Made by `match`, or read back with `read_plan`.

    Attributes
    ----------
    name, date, policy, seed, version, input_digest
        Region, policy as used, and what made the plan.
    status
        ``optimal`` when proved so, else ``limit``.
    points, bound
        Total points, and a proven upper bound on the points of any plan that places as many.
    bound_aims
        The same for plans that also place as many of the hardest to place, and with leximin in the policy have their
        lowest points as high: no higher than `bound`. What lies between is at most what these aims cost.
    placed_bound
        No plan places more pupils; None when not known.
    language
        Of the sentences.
    placements
        One position for each placed pupil, by pupil.
    not_placed
        Everybody else, by pupil.
    groups, steps, record
        Counts by group; what was done with counts; the same with times, versions and settings.
    region
        With the policy as used; None for a plan read back without it.
    solution
        What the solver knows, such as prices; None for a plan read back.
    """

    name: str
    date: str
    policy: Mapping[str, Any]
    seed: int
    version: str
    input_digest: str
    status: Literal["optimal", "limit"]
    points: int
    bound: int
    bound_aims: int
    placed_bound: int | None
    language: str
    placements: Rows[Position]
    not_placed: Rows[Unplaced]
    groups: Mapping[str, Any]
    steps: tuple[Mapping[str, Any], ...]
    record: Mapping[str, Any] = field(default_factory=dict)
    region: Region | None = None
    solution: Solution | None = None

    def __post_init__(self) -> None:
        who = [one.pupil for one in self.placements] + [one.pupil for one in self.not_placed]
        twice = sorted(name for name, times in Counter(who).items() if times > 1)
        known = set(self.region.pupils.ids) if self.region is not None else set(who)
        lost, strange = sorted(known - set(who)), sorted(set(who) - known)
        if twice or lost or strange:
            raise MatchmakerError(
                f"pupils twice in the plan: {twice}; not in it: {lost}; not in the region: {strange}."
            )
        if not self.bound >= self.bound_aims >= self.points:
            raise MatchmakerError(
                f"the bounds are {self.bound} and {self.bound_aims}, and the plan has {self.points} points."
            )

    @property
    def placed(self) -> int:
        """Number of pupils placed."""
        return len(self.placements)

    @property
    def pupils(self) -> int:
        """Number of pupils."""
        return len(self.placements) + len(self.not_placed)

    @property
    def gap(self) -> float:
        """How far the points may be below the best: ``(bound - points) / |bound|``."""
        return (self.bound - self.points) / abs(self.bound) if self.bound else 0.0

    @property
    def leximin(self) -> Leximin | None:
        """The lowest points and how far they are proved; None when leximin is no aim of the policy."""
        from matchmaker.plan.leximin import leximin_of

        return leximin_of(self)

    def unplaced(self) -> Rows[Unplaced]:
        """Return everybody who is not placed, with reasons counted by rule and the employers that came nearest."""
        return self.not_placed

    def placement(self, pupil: str) -> Position | None:
        """Return the position of a pupil, None when not placed.

        Raises
        ------
        UnknownId
            When the plan does not know the pupil.
        """
        found = self._by_pupil.get(pupil)
        if found is None:
            raise UnknownId(str(pupil), "pupil", tuple(self._by_pupil))
        return found if isinstance(found, Position) else None

    @cached_property
    def _by_pupil(self) -> dict[str, Position | Unplaced]:
        both: list[Position | Unplaced] = [*self.placements, *self.not_placed]
        return {one.pupil: one for one in both}

    @cached_property
    def ledger(self) -> Ledger:
        """What weighs single positions of the plan's region.

        Raises
        ------
        MatchmakerError
            When the plan was read back without its region.
        """
        if self.region is None:
            raise MatchmakerError("this answer needs the region. Hint: read_plan(source, region=read_region(...)).")
        return ledger_of(self.region)

    @cached_property
    def sides(self) -> TaskSides:
        """What rules and points need to know of the tasks."""
        from matchmaker.solve.reach import task_sides

        return task_sides(self.ledger.problem)

    @cached_property
    def reach(self) -> Reach:
        """What every pupil of the plan's region could do where."""
        from matchmaker.solve.reach import make_reach

        return make_reach(self.ledger.problem, sides=self.sides)

    @cached_property
    def lottery(self) -> NDArray[np.int64]:
        """Rank of every pupil in the lottery that breaks ties, in the order of the problem."""
        from matchmaker.plan.reachable import lottery_ranks

        return lottery_ranks(self.ledger.problem.pupils.ids, seed=self.seed)

    @cached_property
    def in_reach(self) -> NDArray[np.int64]:
        """How many employers are in reach of every pupil, in the order of the problem."""
        from matchmaker.plan.reachable import employers_in_reach

        return employers_in_reach(self.reach)

    @cached_property
    def hardest(self) -> NDArray[np.bool_]:
        """Who counts as hardest to place, in the order of the problem."""
        from matchmaker.plan.reachable import hardest_to_place

        share = float(self.policy["hardest_share"])
        return hardest_to_place(self.ledger.problem, self.reach, self.lottery, share=share, counts=self.in_reach)

    @cached_property
    def columns(self) -> Columns:
        """The placements in the solver's terms: one row a pupil of the region."""
        if self.solution is not None:
            return self.solution.columns
        from matchmaker.plan.carry import columns_of

        return columns_of(self.placements, self.ledger, self.reach)

    @cached_property
    def left(self) -> Stock:
        """What the placements leave to give out; nobody writes to it (`left_of` gives a copy)."""
        from matchmaker.plan.left import stock_left

        return stock_left(self.reach, self.columns)

    @cached_property
    def obstacles(self) -> Obstacles:
        """What stands between pupils and employers, given what the plan has used up."""
        from matchmaker.plan.obstacles import Obstacles

        return Obstacles(self.ledger.problem, self.reach, self.left)

    @cached_property
    def proof(self) -> Proof:
        """The prices of the plan and what they prove; worked out anew for a plan that was read back.

        Raises
        ------
        MatchmakerError
            When the plan was read back without its region.
        """
        if self.solution is not None:
            return self.solution.proof
        from matchmaker.solve.joint.proof import proof_for

        fixed = np.zeros(self.pupils, bool)
        fixed[self.ledger.problem.decisions.fixed[:, 0]] = True
        order = self.policy["order"]
        return proof_for(self.reach, self.columns, hardest=self.hardest, fixed=fixed, order=order)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a placement."""
        return self.placements.to_frame()

    def summary(self, *, language: str | None = None) -> str:
        """Return the plan in a few lines."""
        from matchmaker.show.summary import summary

        return summary(self, language=language or self.language)

    def to_document(self) -> dict[str, Any]:
        """Return the plan as in ``plan.json``: plain values, the same for the same input and seed."""
        return plan_document(self)

    def to_json(self, path: str | Path | None = None) -> str:
        """Return the plan as JSON text; also write it to `path` when given, whole or not at all."""
        text = json.dumps(self.to_document(), ensure_ascii=False, indent=1, allow_nan=False) + "\n"
        if path is not None:
            write_whole({Path(path): text})
        return text

    @classmethod
    def from_json(cls, source: str | Path | TextIO | Mapping[str, Any], *, region: Region | None = None) -> Plan:
        """Read a plan back; see `read_plan`."""
        return read_plan(source, region=region)

    def __sub__(self, before: Plan) -> Difference:
        from matchmaker.plan.difference import difference

        return difference(before, self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Plan):
            return NotImplemented
        return self.to_document() == other.to_document()

    __hash__ = None  # type: ignore[assignment]

    def __getstate__(self) -> dict[str, Any]:
        # What can be worked out again from the region is not carried along.
        return {name: value for name, value in self.__dict__.items() if name not in WORKED_OUT}

    def __repr__(self) -> str:
        said = f"{self.placed} of {self.pupils} placed, {self.points} points, gap {100 * self.gap:.1f} %"
        return f"<Plan {self.name}: {said}>"

    def _repr_html_(self) -> str:
        from matchmaker.show.tables import plan_html

        return plan_html(self)


def read_plan(source: str | Path | TextIO | Mapping[str, Any], *, region: Region | None = None) -> Plan:
    """Read a plan from ``plan.json``.

    Parameters
    ----------
    source : path, open text file or mapping
        A file, the folder it stands in, or its content.
    region : Region, optional
        The region that the plan was made for; questions that need more than the plan itself need it.

    Returns
    -------
    Plan

    Raises
    ------
    InputFaults
        When it is no plan, or `region` is not the one that the plan was made for.

    Examples
    --------
    >>> from matchmaker.errors import InputFaults
    >>> try:
    ...     read_plan({"schema": "something else"})
    ... except InputFaults as error:
    ...     print(error.faults[0].allowed)
    matchmaker plan 1
    """
    parts = plan_parts(_document(source))
    if region is not None:
        if region.digest != parts["input_digest"]:
            own = region.digest
            both = (f"the plan of a region with digest {own}", f"het plan van een regio met digest {own}")
            raise not_a_plan("input_digest", str(parts["input_digest"]), both)
        changes = {name: value for name, value in parts["policy"].items() if name in type(region.policy).model_fields}
        # A choice that the plan does not name was made as by default, whatever the region says.
        region = region.replace(policy=type(region.policy).from_document(changes))
    return Plan(**parts, region=region)


def _document(source: str | Path | TextIO | Mapping[str, Any]) -> Mapping[str, Any]:
    if isinstance(source, Mapping):
        return source
    if isinstance(source, (str, Path)):
        path = Path(source)
        path = path / "plan.json" if path.is_dir() else path
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise not_a_plan("", f"{source}: {error}", A_PLAN) from None
    else:
        text = source.read()
    try:
        document = json.loads(text)
    except ValueError as error:
        raise not_a_plan("", str(error), A_PLAN) from None
    if not isinstance(document, Mapping):
        raise not_a_plan("", type(document).__name__, A_PLAN)
    return document
