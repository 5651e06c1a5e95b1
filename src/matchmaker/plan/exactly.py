"""The plan of a region when something about it differs, as positions alone: no bounds, no reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from matchmaker.plan.knowledge import points_of_column
from matchmaker.plan.reachable import hardest_to_place
from matchmaker.plan.variants import priced
from matchmaker.solve.joint.build import weights_of
from matchmaker.solve.joint.exact import solve_exactly
from matchmaker.solve.joint.groups import no_leads
from matchmaker.solve.joint.packing import packings_of
from matchmaker.solve.joint.repair import Kind, Repair
from matchmaker.solve.joint.rounds import place_in_rounds
from matchmaker.solve.joint.stock import Stock, copy_column, full_stock, no_columns, take
from matchmaker.solve.reach import make_reach

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from matchmaker.numbers.problem import Problem
    from matchmaker.plan.plan import Plan
    from matchmaker.solve.joint.stock import Columns
    from matchmaker.solve.reach import Reach

__all__ = ["aims_of", "best_columns", "plan_again"]

HEAT, NOISE = (10.0, 0.5), 30.0
KEEP, NEVER = 6, -1e17


def aims_of(plan: Plan, problem: Problem, reach: Reach) -> dict[str, NDArray[np.bool_]]:
    """Return whom each aim before points counts, in the order of the plan's policy; leximin counts nobody.

    Examples
    --------
    >>> import matchmaker as mm
    >>> region = mm.read_region(mm.town())
    >>> region.policy.order[:2]
    ('fixed', 'placed')
    """
    order, pupils = list(plan.policy["order"]), len(problem.pupils.ids)
    fixed = np.zeros(pupils, bool)
    fixed[problem.decisions.fixed[:, 0]] = True
    masks = {"fixed": fixed, "placed": np.ones(pupils, bool)}
    before = order[: order.index("points")] if "points" in order else order
    if "hardest" in before:
        share = float(plan.policy["hardest_share"])
        masks["hardest"] = hardest_to_place(problem, reach, plan.lottery, share=share)
    return {aim: masks[aim] for aim in before if aim != "leximin"}


def best_columns(plan: Plan, problem: Problem) -> Columns | None:
    """Return the best positions of all pupils of a changed problem, by the aims of the plan; None when it is too large.

    Examples
    --------
    >>> import matchmaker as mm
    >>> region = mm.read_region(mm.town())
    >>> best_columns(mm.match(region), region)                            # doctest: +SKIP
    """
    reach, order = make_reach(problem), list(plan.policy["order"])
    masks = list(aims_of(plan, problem, reach).values())
    leximin = order.index("leximin") if "leximin" in order else None
    found = solve_exactly(reach, masks=masks, same_number=masks, seconds=np.inf, leximin=leximin)
    return None if found is None else found[0]


def plan_again(plan: Plan, problem: Problem, *, rounds: int) -> tuple[Columns, bool]:
    """Return positions for the same pupils and work when levels differ: the best ones when the region is small.

    Else placements that are still allowed are kept, who waits is placed in rounds at the plan's prices, and so many
    rounds of repair follow. Nothing is proved about those.

    Parameters
    ----------
    plan : Plan
    problem : Problem
        That of the plan with other levels.
    rounds : int
        Of repair.

    Returns
    -------
    tuple
        Positions, and whether they are proved to be the best.
    """
    found = best_columns(plan, problem) if plan.status == "optimal" else None
    if found is not None:
        return found, True
    reach = make_reach(problem, sides=plan.sides)
    masks, prices = aims_of(plan, problem, reach), plan.proof.prices
    stock, chosen = Stock(*full_stock(reach.work)), no_columns(plan.pupils, reach.work.max_tasks)
    for row in np.flatnonzero(plan.columns.employer >= 0).tolist():
        points = points_of_column(reach, plan.columns, row, row)
        if points > NEVER:
            copy_column(plan.columns, row, chosen, row)
            chosen.points[row] = int(points)
            take(reach.work, stock, chosen, row)
    pool, _, _ = priced(reach, prices, keep=KEEP)
    hardest = masks.get("hardest", np.zeros(plan.pupils, bool))
    place_in_rounds(
        reach,
        stock,
        prices,
        pool,
        chosen,
        who=np.ones(len(hardest), bool),
        first=hardest,
        lottery=plan.lottery,
        stop=lambda: False,
    )
    aims, bonus = weights_of((*masks, "points"), masks, plan.pupils), plan.proof.bonus
    repair = Repair(reach, stock, chosen, aims, packings_of(reach), plan.seed)
    kinds = [Kind(prices, bonus, plan.proof.value - bonus, no_leads(len(bonus)))]
    repair.run(kinds, heat=HEAT, noise=NOISE, progress=lambda turn: turn / rounds)
    return repair.best, False
