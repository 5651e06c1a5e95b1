"""`solve`: from what is in reach to a plan of positions and a bound."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from matchmaker.solve.joint.build import Aims
from matchmaker.solve.joint.dual import Count, Relaxation
from matchmaker.solve.joint.exact import solve_exactly
from matchmaker.solve.joint.repair import Repair, groups_of
from matchmaker.solve.joint.rounds import most_placed, place_in_rounds
from matchmaker.solve.joint.stock import Columns, Prices, Stock, full_stock, no_columns
from matchmaker.solve.reach import first_pupils

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from matchmaker.solve.reach import Reach

__all__ = ["DEFAULT_ORDER", "Solution", "solve"]

DEFAULT_ORDER = ("fixed", "placed", "hardest", "points")
PLACED_WEIGHT = 2000.0
"""What a placement is worth in the first relaxation, in points: about twice the points of a good one."""
OTHER_WEIGHT = 1000.0
MOVES, MOVES_AN_EMPLOYER = 2_500, 60
REPAIR_UNTIL = 0.85
HEAT = (20.0, 0.5)
NOISE = 30.0


@dataclass(frozen=True, eq=False, repr=False)
class Solution:
    """What the solver found.

    Attributes
    ----------
    columns : Columns
        One row a pupil: employer (-1 unplaced), function (the vacancy, -1 carved), points, lots and pieces.
    bound : float
        No plan that places as many pupils has more points.
    bound_aims : float
        No plan that places as many pupils, and as many of the hardest to place, has more points: what lies between the
        two bounds is at most what placing the hardest first costs.
    placed_bound : int
        No plan places more pupils.
    prices : Prices
        What one more unit of every resource is worth, in points, as far as the prices found tell.
    pupil_value : float array, shape (pupils)
        What each pupil's best position is worth at these prices.
    optimal : bool
        Whether the plan is proved optimal.
    steps : list of dict
        What was done, in order: name, counts and seconds.
    """

    columns: Columns
    bound: float
    bound_aims: float
    placed_bound: int
    prices: Prices
    pupil_value: NDArray[np.float64]
    optimal: bool = False
    steps: list[dict[str, Any]] = field(default_factory=list)

    def __repr__(self) -> str:
        placed = int((self.columns.employer >= 0).sum())
        return f"<Solution: {placed} of {len(self.columns.employer)} placed, {int(self.columns.points.sum())} points>"


class Clock:
    """Time left, progress, and what was done so far."""

    def __init__(self, time_limit: float | None, progress: Callable[[str, float], None] | None) -> None:
        self.started = self.last = time.perf_counter()
        self.time_limit = time_limit
        self.progress = progress
        self.steps: list[dict[str, Any]] = []

    def used(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self.started

    def over(self, share: float = 1.0) -> bool:
        """Whether this share of the time is used up."""
        return self.time_limit is not None and self.used() > share * self.time_limit

    def tell(self, name: str, share: float) -> None:
        """Report progress within a step."""
        if self.progress is not None:
            self.progress(name, share)

    def done(self, name: str, **counts: Any) -> None:
        """Close a step."""
        now = time.perf_counter()
        self.steps.append({"name": name, **counts, "seconds": now - self.last})
        self.last = now
        self.tell(name, 1.0)


def solve(
    reach: Reach,
    *,
    hardest: NDArray[np.bool_],
    lottery: NDArray[np.int64],
    fixed: NDArray[np.bool_] | None = None,
    order: Sequence[str] = DEFAULT_ORDER,
    steps: int | None = None,
    time_limit: float | None = None,
    progress: Callable[[str, float], None] | None = None,
    seed: int = 0,
) -> Solution:
    """Carve and place: the aims of `order` one after the other, by default as many pupils as possible, then points.

    Prices and a bound come from a Lagrangian relaxation (`dual`), a first plan from those prices (`build`), a better
    one from ruin and recreate (`repair`); a region small enough to list all its positions is then solved exactly
    (`exact`).

    Parameters
    ----------
    reach : Reach
    hardest : bool array, shape (pupils)
        Who counts as hardest to place.
    lottery : int64 array, shape (pupils)
        Ranks that break ties. The order of the pupils themselves is that of their ids (`make_problem`).
    fixed : bool array, shape (pupils), optional
        Pupils whom people have placed already (their reach holds that employer only).
    order : sequence of str
        Aims, most important first: fixed, placed, hardest, points.
    steps : int, optional
        Rounds of repair; by default it grows with the number of employers.
    time_limit : float, optional
        Seconds after which the best plan so far is returned with its bound.
    progress : callable, optional
        Called with the name of the step and how far it is, 0 to 1.
    seed : int

    Returns
    -------
    Solution
    """
    if time_limit is not None:
        _warm(reach)
    clock, pupils = Clock(time_limit, progress), len(hardest)
    masks = {
        "fixed": np.zeros(pupils, bool) if fixed is None else fixed,
        "placed": np.ones(pupils, bool),
        "hardest": hardest,
    }
    before = list(order[: order.index("points")]) if "points" in order else list(order)
    counts = [
        Count(masks[aim].astype(float), PLACED_WEIGHT if aim == "placed" else OTHER_WEIGHT)
        for aim in before
        if masks[aim].any()
    ]
    relaxation = Relaxation(reach, counts)
    _relax(relaxation, clock, "prices", rounds=25, share=0.3)
    clock.done("prices", rounds=relaxation.rounds, columns=len(relaxation.pool), pricings=relaxation.priced)
    found = _exactly(reach, relaxation, masks, before, clock)
    if found is not None:
        return found
    repair = _first(reach, relaxation, _aims(order, masks, pupils), hardest, lottery, seed, clock)
    done = repair.run(relaxation.prices, heat=HEAT, noise=NOISE, progress=_progress(clock, reach, steps))
    clock.done("repair", rounds=done, placed=int((repair.best.employer >= 0).sum()))
    repair.best.points[repair.best.employer < 0] = 0
    return _prove(reach, relaxation, repair.best, counts, masks, before, clock)


_warmed: set[int] = set()


def _warm(reach: Reach) -> None:
    """Compile every kernel on one pupil before a time limit starts to count; once a process and number of tasks."""
    most_tasks = reach.work.max_tasks
    if most_tasks in _warmed or len(reach.pair_start) < 2:
        return
    _warmed.add(most_tasks)
    solve(first_pupils(reach, 1), hardest=np.ones(1, bool), lottery=np.zeros(1, np.int64), steps=1)


def _progress(clock: Clock, reach: Reach, steps: int | None) -> Callable[[int], float]:
    """Return how far repair is, 0 to 1, after so many rounds: by rounds, or by time when only a time limit is given."""
    employers = len(reach.work.places)
    moves = MOVES + MOVES_AN_EMPLOYER * employers
    rounds = -(-moves // groups_of(employers)) if steps is None else steps
    begin = clock.used()

    def share(turn: int) -> float:
        done = turn / max(rounds, 1)
        if clock.time_limit is not None:
            spent = (clock.used() - begin) / max(REPAIR_UNTIL * clock.time_limit - begin, 1e-9)
            done = spent if steps is None else max(done, spent)
        if turn % 16 == 0:
            clock.tell("repair", min(done, 1.0))
        return done

    return share


def _relax(
    relaxation: Relaxation,
    clock: Clock,
    name: str,
    *,
    rounds: int,
    share: float,
    move_counts: bool = False,
    low: float | None = None,
) -> None:
    for turn in range(rounds):
        if clock.over(share):
            return
        target = 0.985 * relaxation.bound if low is None else low
        gap = relaxation.improve(steps=300, target=target, move_counts=move_counts)
        clock.tell(name, turn / rounds)
        if gap < 2e-4 * abs(relaxation.bound):
            return


def _aims(order: Sequence[str], masks: dict[str, NDArray[np.bool_]], pupils: int) -> Aims:
    """Weights so far apart that no sum over the pupils of one move outweighs an earlier aim."""
    bonus, scale, weight = np.zeros(pupils, np.int64), 0, 1
    for aim in reversed(order):
        if aim == "points":
            scale, weight = weight, weight << 20
        else:
            bonus += weight * masks[aim]
            weight <<= 7
    return Aims(bonus, scale)


def _first(
    reach: Reach,
    relaxation: Relaxation,
    aims: Aims,
    hardest: NDArray[np.bool_],
    lottery: NDArray[np.int64],
    seed: int,
    clock: Clock,
) -> Repair:
    stock, chosen = Stock(*full_stock(reach.work)), no_columns(len(lottery), reach.work.max_tasks)
    rounds = place_in_rounds(
        reach,
        stock,
        relaxation.prices,
        relaxation.pool.columns,
        chosen,
        first=hardest,
        lottery=lottery,
        stop=lambda: clock.over(0.7),
    )
    clock.done("first plan", rounds=rounds, placed=int((chosen.employer >= 0).sum()))
    return Repair(reach, stock, chosen, aims, seed)


def _exactly(
    reach: Reach, relaxation: Relaxation, masks: dict[str, NDArray[np.bool_]], before: list[str], clock: Clock
) -> Solution | None:
    """Solve a region small enough to list all its positions."""
    same_number = [masks[aim] for aim in before if aim != "hardest"]
    seconds = np.inf if clock.time_limit is None else 0.1 * clock.time_limit
    exact = solve_exactly(reach, masks=[masks[aim] for aim in before], same_number=same_number, seconds=seconds)
    if exact is None:
        return None
    columns, bound = exact
    points, placed = int(columns.points.sum()), int((columns.employer >= 0).sum())
    clock.done("exact", placed=placed)
    prices, value = relaxation.prices, relaxation.value
    return Solution(columns, bound, points, placed, prices, value, optimal=True, steps=clock.steps)


def _prove(
    reach: Reach,
    relaxation: Relaxation,
    chosen: Columns,
    counts: list[Count],
    masks: dict[str, NDArray[np.bool_]],
    before: list[str],
    clock: Clock,
) -> Solution:
    """Bound the points of every plan that does as well on the aims before points."""
    placed, points = chosen.employer >= 0, float(chosen.points.sum())
    named = [aim for aim in before if masks[aim].any()]
    aimed = {
        aim: replace(count, weight=found.weight, target=float(masks[aim][placed].sum()), free=aim == "placed")
        for aim, count, found in zip(named, counts, relaxation.counts, strict=True)
    }
    relaxation.aim(list(aimed.values()))
    _relax(relaxation, clock, "bound", rounds=12, share=0.95, move_counts=True, low=points)
    bound_aims = max(points, relaxation.bound)
    bound, prices, value = bound_aims, relaxation.prices, relaxation.value
    if aimed.pop("hardest", None) is not None:
        relaxation.aim(list(aimed.values()))
        _relax(relaxation, clock, "bound", rounds=12, share=1.0, move_counts=True, low=bound_aims)
        bound = max(bound_aims, relaxation.bound)
    clock.done("bound", rounds=relaxation.rounds, columns=len(relaxation.pool))
    return Solution(chosen, bound, bound_aims, most_placed(reach), prices, value, steps=clock.steps)
