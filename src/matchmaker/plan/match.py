"""`match`: from a region to a plan."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import numpy as np

from matchmaker import __version__
from matchmaker.errors import MatchmakerError
from matchmaker.plan.carry import carry_over, employers_of
from matchmaker.plan.groups import placed_by_group
from matchmaker.plan.left import stock_left
from matchmaker.plan.obstacles import Obstacles
from matchmaker.plan.plan import Plan
from matchmaker.plan.protect import quotas_of
from matchmaker.plan.reachable import employers_in_reach, hardest_to_place, lottery_ranks
from matchmaker.plan.record import make_record, plain, without_times
from matchmaker.plan.rows import Rows
from matchmaker.plan.unplaced import explain_unplaced
from matchmaker.positions import Ledger, Position, check_position, ledger_of
from matchmaker.solve.compiled import announcing, seconds_compiling
from matchmaker.solve.joint import solve, solve_leximin, solve_protected, solve_with_few_changes
from matchmaker.solve.reach import make_reach, task_sides

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from matchmaker.model import Policy, Region
    from matchmaker.solve.joint import Solution
    from matchmaker.solve.joint.stock import Columns
    from matchmaker.solve.reach import Reach, TaskSides

__all__ = ["described", "make_plan", "match"]

Progress = Callable[[str, float], None]

LEAST_SHARE = 0.25
"""Share of the time limit that the search gets at least."""
AGAIN = 0.75
"""How long describing takes at least, as a part of what preparing took: that shows how quick the machine is."""
A_POSITION, AN_UNPLACED, A_TASK = 9e-4, 3e-3, 1.1e-7
"""Seconds set aside for describing: a position, and an unplaced pupil in all and for every task of the region."""


def match(
    region: Region,
    *,
    policy: Policy | Mapping[str, Any] | None = None,
    seed: int | None = None,
    time_limit: float | None = None,
    steps: int | None = None,
    progress: Progress | None = None,
    language: str | None = None,
    previous: Plan | None = None,
    move_cost: int = 0,
) -> Plan:
    """Place the pupils of a region: vacancies and positions carved from tasks together.

    Parameters
    ----------
    region : Region
    policy : Policy or mapping, optional
        A whole policy, or the choices that differ from the region's.
    seed, time_limit, steps, language : optional
        Single choices of the policy that differ.
    progress : callable, optional
        Called with the name of what is being done, and how far it is (0-1).
    previous : Plan, optional
        An earlier plan, to begin with.
    move_cost : int
        Points that a plan must gain for every pupil whom it moves away from the employer of the earlier plan. The
        points and the bound of the plan are without them.

    Returns
    -------
    Plan
        Always one that breaks no rule; how good it is, its bound and status say.

    Raises
    ------
    InputFaults
        For an unknown choice of the policy, or a value that is not allowed.

    Examples
    --------
    >>> import matchmaker as mm
    >>> mm.match(mm.read_region(mm.town()), steps=0)                      # doctest: +SKIP
    <Plan Waterbeek: ... of 200 placed, ... points, gap ... %>
    """
    digest = region.digest
    chosen = _policy(region, policy, seed=seed, time_limit=time_limit, steps=steps, language=language)
    region = region if chosen == region.policy else region.replace(policy=chosen)
    if move_cost < 0 or (move_cost and previous is None):
        given = "no earlier plan" if previous is None else f"{move_cost}"
        raise MatchmakerError(f"move_cost is at least 0 and goes with previous=plan. Got {given}.")
    if move_cost and "leximin" in region.policy.order:
        raise MatchmakerError(
            "move_cost trades moves for points, and leximin comes before points: take one of the two."
        )
    return make_plan(region, digest, progress=progress, before=previous, move_cost=move_cost)


def make_plan(
    region: Region,
    digest: str,
    *,
    progress: Progress | None = None,
    before: Plan | None = None,
    move_cost: int = 0,
) -> Plan:
    """Plan a region whose policy is as wanted; start from an earlier plan of nearly the same region if there is one."""
    work = _Work(region, progress)
    with announcing(lambda name: work.tell(f"compiling {name}", 0.0)) if progress else nullcontext():
        work.prepare()
        solution = work.solve(before, move_cost)
        placements, not_placed = work.placements(solution), work.unplaced(solution)
    return _plan(work, digest, solution, placements, not_placed)


def _policy(region: Region, policy: Policy | Mapping[str, Any] | None, **single: Any) -> Policy:
    chosen = region.policy
    if policy is not None:
        chosen = chosen.replace(**policy) if isinstance(policy, Mapping) else policy
    changes = {name: value for name, value in single.items() if value is not None}
    return chosen.replace(**changes) if changes else chosen


class _Work:
    """The steps of `match`, each with its counts and time."""

    ledger: Ledger
    sides: TaskSides
    reach: Reach
    obstacles: Obstacles
    in_reach: NDArray[np.int64]
    hardest: NDArray[np.bool_]
    lottery: NDArray[np.int64]

    def __init__(self, region: Region, progress: Progress | None) -> None:
        self.region, self.policy, self.progress = region, region.policy, progress
        self.steps: list[dict[str, Any]] = []
        self.begun = self.started = time.perf_counter()
        self.compiled = seconds_compiling()

    def tell(self, what: str, how_far: float) -> None:
        if self.progress is not None:
            self.progress(what, how_far)

    def done(self, name: str, **counts: Any) -> None:
        now = time.perf_counter()
        self.steps.append({"name": name, **counts, "seconds": round(now - self.started, 3)})
        self.started = now

    def prepare(self) -> None:
        self.tell("numbers", 0.0)
        self.ledger = ledger_of(self.region)
        problem = self.ledger.problem
        sizes = {name: len(getattr(self.region, name)) for name in ("pupils", "employers", "tasks", "observations")}
        self.done("numbers", **sizes)
        self.tell("reach", 0.0)
        self.sides = task_sides(problem)
        self.reach = make_reach(problem, sides=self.sides)
        self.done("reach", pairs=len(self.reach.pair_pupil), vacancies=len(self.reach.vacancy_function))
        self.lottery = lottery_ranks(problem.pupils.ids, seed=self.policy.seed)
        self.in_reach = employers_in_reach(self.reach)
        self.hardest = hardest_to_place(
            problem, self.reach, self.lottery, share=self.policy.hardest_share, counts=self.in_reach
        )
        self.done("hardest", hardest=int(self.hardest.sum()))

    def time_to_solve(self) -> float | None:
        """Seconds left for the search; what describing the plan takes is set aside."""
        if self.policy.time_limit is None:
            return None
        compiled = seconds_compiling() - self.compiled
        spent = time.perf_counter() - self.begun - compiled
        later = max(AGAIN * spent, self.time_to_describe())
        return max(self.policy.time_limit - spent - later, LEAST_SHARE * self.policy.time_limit)

    def time_to_describe(self) -> float:
        """Seconds that it may take to describe a plan that places as many as there are places for."""
        pupils, places = len(self.hardest), int(self.reach.work.places.sum())
        placed = min(pupils, places)
        unplaced = AN_UNPLACED + A_TASK * len(self.ledger.problem.tasks.ids)
        return A_POSITION * placed + unplaced * (pupils - placed)

    def solve(self, before: Plan | None, move_cost: int) -> Solution:
        self.tell("solve", 0.0)
        fixed = np.zeros(len(self.hardest), bool)
        fixed[self.ledger.problem.decisions.fixed[:, 0]] = True
        options: dict[str, Any] = {
            "hardest": self.hardest,
            "lottery": self.lottery,
            "fixed": fixed,
            "order": self.policy.order,
            "seed": self.policy.seed,
            "steps": self.policy.steps,
            "time_limit": self.time_to_solve(),
            "progress": self.progress,
            "start": None if before is None else carry_over(before, self.ledger, self.reach),
        }
        quotas = quotas_of(self.ledger, self.hardest)
        if before is not None and move_cost:
            stay = employers_of(before, self.ledger)
            found = solve_with_few_changes(self.reach, stay=stay, move_cost=move_cost, quotas=quotas, **options)
        elif "leximin" in self.policy.order:
            found = solve_leximin(self.reach, quotas=quotas, **options)
        elif quotas:
            found = solve_protected(self.reach, quotas, **options)
        else:
            found = solve(self.reach, **options)
        self.steps += [plain(dict(step)) for step in found.steps]
        self.started = time.perf_counter()
        return found

    def placements(self, solution: Solution) -> list[Position]:
        """Describe every column of the solution; that solver and explanation count the same is made sure of."""
        self.tell("reasons", 0.0)
        rows = np.flatnonzero(solution.columns.employer >= 0).tolist()
        return [described(self.ledger, solution.columns, row, language=self.policy.language) for row in rows]

    def unplaced(self, solution: Solution) -> Any:
        self.obstacles = Obstacles(self.ledger.problem, self.reach, stock_left(self.reach, solution.columns))
        who = np.flatnonzero(solution.columns.employer < 0).tolist()
        found = explain_unplaced(self.ledger, self.obstacles, who, language=self.policy.language)
        self.done("reasons", placed=len(solution.columns.employer) - len(who), unplaced=len(who))
        return found


def described(ledger: Ledger, columns: Columns, row: int, *, language: str) -> Position:
    """Return the position that a row of columns stands for, weighed anew.

    Raises
    ------
    MatchmakerError
        When the solver counted otherwise, or gave out what a rule forbids.
    """
    function = int(columns.function[row])
    bundle = (
        ledger.vacancy(row, function) if function >= 0 else ledger.carved(row, columns.lot[row], columns.count[row])
    )
    position = check_position(ledger, bundle, language=language)
    if position.points != columns.points[row] or position.violations:
        said = f"{int(columns.points[row])} points, {[one.rule for one in position.violations]}"
        raise MatchmakerError(f"solver and rules disagree about {position!r}: {said}. Please report this.")
    return position


def _plan(work: _Work, digest: str, solution: Solution, placements: list[Position], not_placed: Any) -> Plan:
    points = sum(position.points for position in placements)
    # Points are whole, so the bound may be rounded down; the summand takes the noise of float sums away.
    bound, bound_aims = (math.floor(value + 1e-6) for value in (solution.bound, solution.bound_aims))
    facts = {
        "status": "optimal" if solution.optimal else "limit",
        "placed": len(placements),
        "placed_bound": int(solution.placed_bound),
        "points": points,
        "bound": bound,
        "bound_aims": bound_aims,
    }
    plan = Plan(
        name=work.region.name,
        date=work.region.date.isoformat(),
        policy=work.policy.model_dump(mode="json"),
        seed=work.policy.seed,
        version=__version__,
        input_digest=digest,
        status="optimal" if solution.optimal else "limit",
        points=points,
        bound=bound,
        bound_aims=bound_aims,
        placed_bound=int(solution.placed_bound),
        language=work.policy.language,
        placements=Rows(placements),
        not_placed=Rows(not_placed),
        groups=placed_by_group(work.ledger, [position.pupil for position in placements], work.hardest),
        steps=tuple(without_times(work.steps)),
        record=make_record(work.policy, digest, work.steps, facts),
        region=work.region,
        solution=solution,
    )
    # What was worked out for the plan need not be worked out again for a question about it.
    known = ("ledger", "sides", "reach", "lottery", "in_reach", "hardest", "obstacles")
    plan.__dict__.update({name: getattr(work, name) for name in known})
    return plan
