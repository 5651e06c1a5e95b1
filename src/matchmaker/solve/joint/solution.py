"""`solve`: from what is in reach to a plan of positions and a bound."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from matchmaker.solve.compiled import seconds_compiling
from matchmaker.solve.joint.build import column_worths, weights_of
from matchmaker.solve.joint.by_teams import ByTeams, suits_teams
from matchmaker.solve.joint.clock import Clock
from matchmaker.solve.joint.close import can_be_closed, close
from matchmaker.solve.joint.dual import Count, Relaxation, bonus_of
from matchmaker.solve.joint.exact import solve_small
from matchmaker.solve.joint.fillings import no_fillings
from matchmaker.solve.joint.first import first_plan, note_more_dives
from matchmaker.solve.joint.groups import leads_from
from matchmaker.solve.joint.number import bound_number
from matchmaker.solve.joint.pricing import piece_prices
from matchmaker.solve.joint.proof import Proof, aims_before_points, bound_by_losses, counts_of, masks_of, prove, relax
from matchmaker.solve.joint.repair import Kind, Repair, groups_of
from matchmaker.solve.joint.stock import Columns, Prices, full_stock
from matchmaker.solve.joint.turns import Turns
from matchmaker.solve.joint.two_moves import offer_two, one_employer
from matchmaker.solve.part import part_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from matchmaker.solve.reach import Reach

__all__ = ["DEFAULT_ORDER", "Solution", "Start", "solve"]

DEFAULT_ORDER = ("fixed", "placed", "hardest", "points")
SEARCH_ROUNDS, BOUND_ROUNDS, LAST_ROUNDS, FEW_ROUNDS = 25, 8, 20, 4
MOVES, MOVES_AN_EMPLOYER = 2_500, 60
MOVES_AGAIN = 0.25
"""Share of the moves when a plan for nearly the same region is there to begin with."""
REPAIR_UNTIL, LONG_REPAIR_UNTIL, NUMBER_AFTER = 0.74, 0.82, 0.04
"""Shares of the time for moves, where there is little or much, and after them for a bound on the number placed."""
REPAIR_BEFORE_TEAMS, TEAMS_UNTIL, NUMBER_BY_TEAMS_UNTIL = 0.22, 0.75, 0.88
"""Shares of the time for moves, and for the search by teams where there is one and its bound on the number placed."""
PRICES_UNTIL, PRICES_OF_MANY_UNTIL = (0.18, 0.28), (0.16, 0.22)
"""Shares of the time for the two kinds of prices; where there are many employers, dives and moves gain more from it."""
RECOMBINED_AFTER, A_NUMBER, A_PROOF = 0.08, 0.0025, 0.035
"""Share of the time after the moves in which fillings may be recombined; seconds an employer that a bound on the number
placed needs to be of use, and each proof."""
ALONE, TURNS = 0.5, 4
"""Where positions at two employers are allowed: share of the time for the plan without; how often they are offered."""
HEAT = (20.0, 0.5)
NOISE = 30.0


@dataclass(frozen=True, eq=False, repr=False)
class Solution:
    """What the solver found.

    Attributes
    ----------
    columns : Columns
        One row a pupil: employer (-1 unplaced), function (the vacancy, -1 carved), points, lots and pieces.
    proof : Proof
        Bounds on the points, and the prices that give them.
    placed_bound : int
        No plan places more pupils.
    optimal : bool
        Whether the plan is proved optimal.
    steps : list of dict
        What was done, in order: name, counts and seconds.
    """

    columns: Columns
    proof: Proof
    placed_bound: int
    optimal: bool = False
    steps: list[dict[str, Any]] = field(default_factory=list)

    @property
    def bound(self) -> float:
        """No plan that places as many pupils has more points."""
        return self.proof.bound

    @property
    def bound_aims(self) -> float:
        """No plan that places as many pupils, and as many of the hardest to place, has more points.

        What lies between the two bounds is at most what placing the hardest first costs.
        """
        return self.proof.bound_aims

    @property
    def prices(self) -> Prices:
        """What one more unit of every resource is worth, in points, as far as the prices found tell."""
        return self.proof.prices

    @property
    def pupil_value(self) -> NDArray[np.float64]:
        """What each pupil's best position is worth at these prices, shape (pupils)."""
        return self.proof.value

    def __repr__(self) -> str:
        placed = int((self.columns.employer >= 0).sum())
        return f"<Solution: {placed} of {len(self.columns.employer)} placed, {int(self.columns.points.sum())} points>"


class Start(NamedTuple):
    """A plan to begin with, for the pupils, lots and functions of the reach; what does not fit any more is left out."""

    columns: Columns
    prices: Prices


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
    start: Start | None = None,
    protected: NDArray[np.bool_] | None = None,
    at_least: Sequence[tuple[NDArray[np.bool_], int]] = (),
    bounds: bool = True,
    exactly: bool = True,
) -> Solution:
    """Carve and place: the aims of `order` one after the other, by default as many pupils as possible, then points.

    Prices and a bound come from a Lagrangian relaxation (`dual`), a first plan from those prices (`dive`), a better
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
        Aims, most important first: fixed, placed, hardest, points. Leximin is obeyed where the region is solved exactly
        (elsewhere by `solve_leximin`).
    steps : int, optional
        Rounds of repair; by default it grows with the number of employers.
    time_limit : float, optional
        Seconds after which the best plan so far is returned with its bound.
    progress : callable, optional
        Called with the name of the step and how far it is, 0 to 1.
    seed : int
    start : Start, optional
        A plan and prices to begin with, of a region that is nearly the same.
    protected : bool array, shape (pupils), optional
        Pupils of whom as many as possible are placed before all other aims but decisions.
    at_least : sequence of (bool array, int)
        Groups with the number to place of each: kept where the region is solved exactly (see `solve_protected`).
    bounds : bool
        Whether bounds are wanted; without, those returned are what the first prices give.
    exactly : bool
        Whether to list all positions of a small region and choose among them exactly.

    Returns
    -------
    Solution
    """
    teams = bounds and start is None and suits_teams(reach, time_limit)
    if time_limit is not None:
        time_limit -= min(_warm(reach, teams=teams), time_limit / 2)
    clock, pupils = Clock(time_limit, progress), len(hardest)
    masks = masks_of(hardest, fixed, protected)
    wanted = order
    order = [
        *order[: order.index("fixed") + 1 if "fixed" in order else 0],
        "protected",
        *(aim for aim in order if aim != "fixed"),
    ]
    before, leximin = aims_before_points(order, masks), None
    if "leximin" in order:
        leximin = len(aims_before_points(order[: order.index("leximin")], masks))
        order.remove("leximin")
    kept = None if start is None else start.columns
    exact = solve_small(reach, masks, before, clock, leximin=leximin, at_least=at_least, keep=kept) if exactly else None
    clock = clock.rest() if exact is None else clock
    if exact is None and start is None and reach.work.most_employers > 1:
        alone = solve(
            one_employer(reach), hardest=hardest, lottery=lottery, fixed=fixed, order=wanted, steps=steps, seed=seed,
            time_limit=None if time_limit is None else ALONE * clock.left(), progress=progress, protected=protected,
            bounds=bounds, exactly=exactly,
        )  # fmt: skip
        start = Start(alone.columns, alone.prices)
        clock.steps += alone.steps
    counts = counts_of(before or ["placed"], masks, search=True)
    relaxation = Relaxation(reach, counts, prices=start.prices if start else None)
    kinds = _search_prices(
        relaxation, before, masks, clock, least=exact is not None or start is not None, bounds=bounds
    )
    if exact is not None:
        columns, bound = exact
        points, placed = int(columns.points.sum()), int((columns.employer >= 0).sum())
        few = FEW_ROUNDS if bounds else 0
        proof = prove(relaxation, columns, masks, before, clock, rounds=few)
        return Solution(
            columns, replace(proof, bound=bound, bound_aims=points), placed, optimal=True, steps=clock.steps
        )
    chosen = None if start is None else start.columns
    aims = weights_of(order, masks, pupils)
    repair = first_plan(reach, kinds[0 if before else 1], relaxation, aims, masks, lottery, seed, clock, chosen)
    share = 1.0 if start is None else MOVES_AGAIN
    by_teams = None
    if teams:
        by_teams = ByTeams(relaxation, repair.fillings, clock)
    proofs, employers = 1 + ("hardest" in before), len(reach.work.places)
    until = REPAIR_BEFORE_TEAMS if teams else repair_until(clock, employers, proofs=proofs)
    progressed, counted = _progress(clock, reach, steps, share, until), {}
    if reach.work.most_employers > 1:
        done, counted["taken"] = _in_turns(repair, relaxation, kinds, lottery, clock, progressed)
    else:
        turns = Turns(repair, kinds, [masks[aim] for aim in before])
        if turns.whole and start is None and not teams:
            clock.done("more dives", dives=note_more_dives(repair, kinds[0], relaxation, lottery, clock))
        left = partial(clock.left, until if teams else until + RECOMBINED_AFTER)
        done, counted["helped"] = turns.run(heat=HEAT, noise=NOISE, progress=progressed, seconds_left=left)
    clock.done("repair", rounds=done, placed=int((repair.best.employer >= 0).sum()), **counted)
    last, placed = LAST_ROUNDS if bounds else 0, int((repair.best.employer >= 0).sum())
    time_for_it = clock.left(until + RECOMBINED_AFTER + NUMBER_AFTER) >= A_NUMBER * employers
    number_until = TEAMS_UNTIL if teams else clock.after(NUMBER_AFTER) if time_for_it else 0.0
    placed_bound, number = bound_number(reach, placed, clock, rounds=last, share=number_until)
    closer: Callable[[float, float], float] | None = None
    if bounds:
        closer = partial(bound_by_losses, relaxation, clock)
    if by_teams is not None:
        by_teams.plan(turns, before, masks, TEAMS_UNTIL, placed_bound)
        if "placed" in before:
            placed = int((repair.best.employer >= 0).sum())
            placed_bound = by_teams.most_placed(placed, number, placed_bound, NUMBER_BY_TEAMS_UNTIL)
        closer = by_teams.bound
    repair.best.points[repair.best.employer < 0] = 0
    proof = prove(relaxation, repair.best, masks, before, clock, rounds=last, closer=closer, by_teams=teams)
    found = Solution(repair.best, proof, placed_bound, steps=clock.steps)
    plain = exactly and bounds and leximin is None and not at_least and not masks["protected"].any()
    return _closed(found, relaxation, {aim: masks[aim] for aim in before}, clock) if plain else found


def _closed(found: Solution, relaxation: Relaxation, masks: dict[str, NDArray[np.bool_]], clock: Clock) -> Solution:
    """Close what is left between plan and bound, where few positions could be in a better plan."""
    chosen, placed_bound = found.columns, found.placed_bound
    if clock.over(0.99) or not can_be_closed(relaxation.reach, chosen, placed_bound=placed_bound, masks=masks):
        return found
    best = close(relaxation, found.proof, chosen, masks, clock)
    if best is None:
        return found
    columns, bound = best
    clock.done("closed", placed=int((columns.employer >= 0).sum()))
    proof = replace(found.proof, bound=bound, bound_aims=float(columns.points.sum()))
    return replace(found, columns=columns, proof=proof, optimal=True, steps=clock.steps)


def _search_prices(
    relaxation: Relaxation,
    aims: list[str],
    masks: dict[str, NDArray[np.bool_]],
    clock: Clock,
    *,
    least: bool,
    bounds: bool,
) -> list[Kind]:
    """Return two kinds of prices for the search: where every placement counts most, and where points do."""
    until = PRICES_OF_MANY_UNTIL if relaxation.many else PRICES_UNTIL
    if not least:
        relax(relaxation, clock, "prices", rounds=SEARCH_ROUNDS, share=until[0])
    first = _kind(relaxation, relaxation.counts if aims else [])
    relaxation.aim(counts_of(aims, masks, search=False))
    if bounds:
        relax(relaxation, clock, "more prices", rounds=FEW_ROUNDS if least else BOUND_ROUNDS, share=until[1])
    clock.done("prices", rounds=relaxation.rounds, columns=len(relaxation.pool), pricings=relaxation.priced)
    return [first, _kind(relaxation, relaxation.counts)]


def _kind(relaxation: Relaxation, counts: list[Count]) -> Kind:
    """Return the prices found, with what these counts make of a placement in a plan."""
    worth = relaxation.value - bonus_of(relaxation.counts, relaxation.pupils)
    pool, piece_price = relaxation.pool.columns, piece_prices(relaxation.reach, relaxation.prices)
    own = column_worths(relaxation.reach, pool, np.arange(len(pool.pupil)), relaxation.prices, piece_price)
    leads = leads_from(pool, own, relaxation.pupils)
    return Kind(relaxation.prices, bonus_of(counts, relaxation.pupils), worth, leads)


def _in_turns(
    repair: Repair,
    relaxation: Relaxation,
    kinds: list[Kind],
    lottery: NDArray[np.int64],
    clock: Clock,
    progress: Callable[[int], float],
) -> tuple[int, int]:
    """Offer positions at two employers and do moves in turns; return the rounds of moves and the positions taken."""
    done = taken = 0
    for turn in range(TURNS + 1):
        taken += offer_two(
            repair.reach,
            repair.best,
            relaxation.pool.columns,
            relaxation.prices,
            repair.aims,
            lottery=lottery,
            stop=lambda: clock.over(REPAIR_UNTIL),
        )
        repair.go_on_from(repair.best)
        if turn < TURNS:
            done += repair.run(kinds, heat=HEAT, noise=NOISE, progress=partial(_of_turn, progress, done, turn))
    return done, taken


def _of_turn(progress: Callable[[int], float], before: int, turn: int, k: int) -> float:
    """Return how far a turn is after `k` rounds, when `before` were done in the turns before it."""
    return TURNS * progress(before + k) - turn


FEW_EMPLOYERS = 3
_warmed: set[tuple[int, int, bool]] = set()


def _warm(reach: Reach, *, teams: bool) -> float:
    """Compile every kernel before a time limit starts to count, on one pupil; once a process and kind of position.

    Returns how many seconds that took, beside compiling.
    """
    begun = time.perf_counter() - seconds_compiling()
    kind = reach.work.max_tasks, reach.work.most_employers, teams
    if kind in _warmed or not len(reach.pair_pupil):
        return 0.0
    _warmed.add(kind)
    pupils, employers = reach.pair_pupil[:1], np.unique(reach.pair_employer[:FEW_EMPLOYERS])
    one = part_of(reach, pupils=pupils, employers=employers, left=full_stock(reach.work)).reach
    for exactly in (True, False):
        solve(one, hardest=np.ones(1, bool), lottery=np.zeros(1, np.int64), steps=1, exactly=exactly)
    if teams:
        fillings = no_fillings(len(one.work.places), int(one.work.places.max()), one.work.max_tasks)
        ByTeams(Relaxation(one, [Count(np.ones(1), 0.0)]), fillings, Clock(None, None)).bound(-np.inf, 1.0)
    return time.perf_counter() - seconds_compiling() - begun


def repair_until(clock: Clock, employers: int, *, proofs: int) -> float:
    """Return the share of the time for moves: where there is much of it, proofs need a smaller one."""
    if clock.time_limit is None:
        return REPAIR_UNTIL
    rest = proofs * A_PROOF * employers / max(clock.time_limit, A_PROOF)
    return min(max(REPAIR_UNTIL, 1.0 - RECOMBINED_AFTER - NUMBER_AFTER - rest), LONG_REPAIR_UNTIL)


def _progress(
    clock: Clock, reach: Reach, steps: int | None, part: float, until: float = REPAIR_UNTIL
) -> Callable[[int], float]:
    """Return how far repair is, 0 to 1, after so many rounds: by rounds, or by time when only a time limit is given."""
    employers = len(reach.work.places)
    moves = part * (MOVES + MOVES_AN_EMPLOYER * employers)
    rounds = math.ceil(moves / groups_of(employers)) if steps is None else steps
    begin = clock.used()

    def share(turn: int) -> float:
        done = turn / max(rounds, 1)
        if clock.time_limit is not None:
            spent = (clock.used() - begin) / max(until * clock.time_limit - begin, 1e-9)
            done = spent if steps is None else max(done, spent)
        if turn % 16 == 0:
            clock.tell("repair", min(done, 1.0))
        return done

    return share
