"""Leximin where positions are too many to list: floors that rise, and bounds that say how far they can."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from matchmaker.numbers.arrays import all_read_only
from matchmaker.solve.joint.ceilings import Ceilings
from matchmaker.solve.joint.clock import Clock
from matchmaker.solve.joint.dual import Count, Relaxation
from matchmaker.solve.joint.proof import aims_before_points, masks_of, proof_for
from matchmaker.solve.joint.protect import solve_protected
from matchmaker.solve.joint.solution import Solution, Start, solve
from matchmaker.solve.joint.stock import Columns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from matchmaker.solve.reach import Reach

    Quota = tuple[NDArray[np.bool_], int]

__all__ = ["solve_leximin", "with_floors"]

FIRST_TRIES, TRIES, LEVELS = 6, 2, 2
"""Searches for the lowest points, for those of each next level, and how many next levels there are."""
STEP, MOVES, FEW_MOVES = 3, 2, 4
"""One in so many: of the way up that a search tries; of the first plan's moves, for the lowest and other levels."""
BOUND_TRIES, BOUND_ROUNDS, PRICE_ROUNDS, TARGET = 9, 20, 8, 0.9
PLACED_WEIGHT = 2000.0
"""What a placement is worth where a relaxation begins: as for the first plan, more than what points leave to choose."""
FIRST_PART, PART, LAST_TRY, LAST_BOUND = 0.6, 0.06, 0.85, 0.95
"""Shares of the time: for the first plan, for one search, and after which no search, and no proof, begins any more."""


def solve_leximin(reach: Reach, *, order: Sequence[str], quotas: Sequence[Quota] = (), **options: Any) -> Solution:
    """Carve and place; among plans that do as well on the aims before it, raise the lowest points, then the next ones.

    A small region is solved exactly. Elsewhere the plan without this aim comes first. Then floors are tried: plans that
    place as well with no position below the floor. The lowest points get the most tries; whoever cannot be lifted keeps
    what he has, and the floor of all others is tried higher. What cannot be reached is proved apart: by a matching in
    which every position is on its own (`Ceilings`), and for the lowest points by a relaxation.

    Parameters
    ----------
    reach : Reach
    order : sequence of str
        Aims, most important first: leximin after placed and before points.
    quotas : sequence of (bool array [pupils], int)
        As for `solve_protected`.
    **options
        As for `solve`.

    Returns
    -------
    Solution
        Its last step, ``leximin``, says the `lowest` points, the proved `bound` on them, and of how many `levels`,
        counted in pupils from the lowest, it is proved that no plan does better. `bound` holds without this aim,
        `bound_aims` for plans whose lowest points are as high.
    """
    clock = Clock(options.get("time_limit"), options.get("progress"))
    make, options = partial(solve_protected, quotas=quotas) if quotas else solve, options | {"order": order}
    if clock.time_limit is not None:
        options["time_limit"] = FIRST_PART * clock.time_limit
    found = make(reach, **options)
    if found.optimal:
        points = np.sort(_points(found.columns))
        return _with_step(found, clock, points, bound=int(points[0]) if len(points) else None, levels=len(points))
    search = _Search(reach, found, make, quotas, options, clock)
    bound, placed = search.bound_of_lowest(), search.placed()
    search.raise_floors(bound)
    proof = found.proof
    if search.placed() != placed:
        proof = proof_for(
            reach,
            search.columns,
            hardest=options["hardest"],
            fixed=options.get("fixed"),
            order=order,
            prices=found.prices,
        )
        bound = search.bound_of_lowest()
    proof = replace(proof, bound_aims=max(min(proof.bound_aims, search.bound_of_all()), float(search.points.sum())))
    best = replace(found, columns=search.columns, proof=proof)
    return _with_step(best, clock, search.points, bound=bound, levels=search.levels_proved(bound))


def with_floors(reach: Reach, floors: NDArray[np.int64]) -> Reach:
    """Return the reach with a floor for every pupil: none of his positions has fewer points.

    There is one floor for all in the kernels, so whoever has a lower one is given the difference as points; take it off
    again from the positions found.

    Parameters
    ----------
    reach : Reach
    floors : int64 array, shape (pupils)

    Returns
    -------
    Reach
    """
    extra = _extra(floors)
    pupil = np.repeat(np.arange(len(floors)), np.diff(reach.vacancy_start))
    stays = reach.vacancy_points >= floors[pupil]
    pupil, most = pupil[stays], int(floors.max(initial=0))
    found = reach._replace(
        work=reach.work._replace(fit_floor=most),
        pair_points=reach.pair_points + extra[reach.pair_pupil],
        vacancy_start=np.searchsorted(pupil, np.arange(len(floors) + 1)).astype(np.int64),
        vacancy_function=reach.vacancy_function[stays],
        vacancy_points=reach.vacancy_points[stays] + extra[pupil],
    )
    return all_read_only(found)


def _extra(floors: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.asarray(floors.max(initial=0) - floors)


def _points(columns: Columns) -> NDArray[np.int64]:
    return columns.points[columns.employer >= 0]


def _with_step(found: Solution, clock: Clock, points: NDArray[np.int64], *, bound: int | None, levels: int) -> Solution:
    """Return the solution with what is proved about its points, lowest first."""
    clock.done("leximin", lowest=int(points[0]) if len(points) else None, bound=bound, levels=levels)
    return replace(found, steps=[*found.steps, *clock.steps])


class _Search:
    """The best plan so far by the aims before leximin, then by its points, lowest first."""

    def __init__(
        self, reach: Reach, found: Solution, make: Any, quotas: Sequence[Quota], options: dict[str, Any], clock: Clock
    ) -> None:
        self.reach, self.make, self.options, self.clock = reach, make, options, clock
        self.columns, self.prices, self.quotas = found.columns, found.prices, quotas
        self.moves = next(int(step["rounds"]) for step in found.steps if step["name"] == "repair")
        masks, order = masks_of(options["hardest"], options.get("fixed")), options["order"]
        first = order[: order.index("leximin")]
        self.masks = {aim: masks[aim] for aim in aims_before_points(first, masks)}
        self.later = {aim: masks[aim] for aim in aims_before_points(order, masks) if aim not in first}
        self.ceilings = Ceilings(reach, always=self._always())

    def _always(self) -> NDArray[np.bool_]:
        """Whom people have placed, when all of them are."""
        fixed = self.masks.get("fixed", np.zeros(len(self.columns.employer), bool))
        return fixed if (self.columns.employer[fixed] >= 0).all() else np.zeros(len(fixed), bool)

    @property
    def points(self) -> NDArray[np.int64]:
        """The points of everybody placed, lowest first."""
        return np.sort(_points(self.columns))

    def placed(self, columns: Columns | None = None) -> tuple[int, ...]:
        """How many of every quota, as far as asked, and of every aim before leximin and after it a plan places."""
        at = (self.columns if columns is None else columns).employer >= 0
        met = [min(int((at & mask).sum()), need) for mask, need in self.quotas]
        return (*met, *(int((at & mask).sum()) for mask in (*self.masks.values(), *self.later.values())))

    def _ceiling(self, place: int) -> int:
        own = int(self.points[place])
        most = self.ceilings.at(place, len(self.points))
        return own if most is None else max(own, most)

    def levels_proved(self, bound: int | None) -> int:
        """Count, from the lowest, whose points no plan that places as well has more of, all before them being equal."""
        for place, own in enumerate(self.points.tolist()):
            if own != (bound if place == 0 else self._ceiling(place)):
                return place
        return len(self.points)

    def raise_floors(self, bound: int | None) -> None:
        """Raise the lowest points, to the bound at most, then those of the next levels."""
        settled = 0
        for level in range(1 + LEVELS):
            if bound is None or settled >= len(self.points):
                return
            self._raise(settled, bound if level == 0 else self._ceiling(settled), FIRST_TRIES if level == 0 else TRIES)
            points = self.points
            settled = int(np.searchsorted(points, points[settled], side="right"))

    def _raise(self, settled: int, high: int, tries: int) -> None:
        """Try floors for all but the lowest so many: part of the way from what they have to what is not proved away."""
        for _ in range(tries):
            low = int(self.points[settled])
            if low >= high or self.clock.over(LAST_TRY):
                return
            ask = low + -(-(high - low) // STEP)
            self._try(settled, ask)
            if self.points[settled] < ask:
                high = ask - 1

    def _try(self, settled: int, floor: int) -> None:
        """Search a plan in which all but the lowest so many of this one have at least so many points."""
        points = np.where(self.columns.employer >= 0, self.columns.points, np.iinfo(np.int64).max)
        floors = np.full(len(points), floor)
        low = np.lexsort((self.options["lottery"], points))[:settled]
        floors[low] = np.minimum(points[low], floor)
        reach, kept = with_floors(self.reach, floors), Columns(*(part.copy() for part in self.columns))
        kept.employer[points < floors] = -1
        kept.points[:] += _extra(floors)
        limit = None if self.clock.time_limit is None else PART * self.clock.time_limit
        moves = max(1, self.moves // (FEW_MOVES if settled else MOVES))
        prices = self._relax(reach, rounds=PRICE_ROUNDS).prices
        changes = {"start": Start(kept, prices), "bounds": False, "exactly": False, "time_limit": limit}
        columns = self.make(reach, **(self.options | changes | {"steps": moves})).columns
        columns = columns._replace(points=np.where(columns.employer >= 0, columns.points - _extra(floors), 0))
        if self._key(columns) > self._key(self.columns):
            self.columns = columns

    def _key(self, columns: Columns) -> tuple[tuple[int, ...], list[int], tuple[int, ...]]:
        placed, first = self.placed(columns), len(self.quotas) + len(self.masks)
        return placed[:first], np.sort(_points(columns)).tolist(), placed[first:]

    def bound_of_lowest(self) -> int | None:
        """Bound the lowest points of plans that place as well; None when nobody is placed.

        With a floor everybody placed has at least that: a lower bound on all their points proves that no plan keeps it.
        """
        if not len(self.points):
            return None
        low, high = int(self.points[0]), self._ceiling(0)
        for _ in range(BOUND_TRIES):
            if low >= high or self.clock.over(LAST_BOUND):
                break
            middle = (low + high + 1) // 2
            least = middle * len(self.points) - 0.5
            none = self._relax(self._floored(middle), rounds=BOUND_ROUNDS, enough=least).bound < least
            low, high = (low, middle - 1) if none else (middle, high)
        return high

    def bound_of_all(self) -> float:
        """Bound the points of plans that place as well and whose lowest points are as high."""
        if not len(self.points) or self.clock.over(LAST_BOUND):
            return np.inf
        reach, low = self._floored(int(self.points[0])), float(self.points.sum())
        return self._relax(reach, rounds=BOUND_ROUNDS, low=low).bound

    def _floored(self, floor: int) -> Reach:
        return with_floors(self.reach, np.full(len(self.columns.employer), floor))

    def _relax(self, reach: Reach, *, rounds: int, enough: float = -np.inf, low: float = -np.inf) -> Relaxation:
        """Bound the points of plans that place as well, until the bound is low enough; `low` is what a plan reaches."""
        at = self.columns.employer >= 0
        counts = [
            Count(mask.astype(float), PLACED_WEIGHT if aim == "placed" else 0.0, float((at & mask).sum()))
            for aim, mask in self.masks.items()
        ]
        relaxation = Relaxation(reach, counts, prices=self.prices)
        for _ in range(rounds):
            if relaxation.bound < enough or self.clock.over(LAST_BOUND):
                break
            target = max(TARGET * relaxation.bound, low)
            relaxation.improve(steps=300, target=min(target, relaxation.bound), move_counts=True)
        return relaxation
