"""What a plan found near a change cannot exceed: the bound of the plan before, with the terms that differ replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from matchmaker.plan.prices import price_of_all
from matchmaker.plan.variants import priced
from matchmaker.solve.joint.proof import Proof

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from matchmaker.plan.nearby import Nearby
    from matchmaker.solve.joint.stock import Columns

__all__ = ["bound_nearby"]


def bound_nearby(near: Nearby, found: Columns) -> tuple[Proof, int]:
    """Return the proof of a plan found near a change, and the most pupils that any plan places.

    Weak duality holds at any prices, so those of the plan before do: every pupil is worth the best position at these
    prices, and all there is to give out costs its price. Both are known but for the pupils and employers that differ. A
    plan that places n pupils has at most the n largest worths, and the price of all there is.

    Parameters
    ----------
    near : Nearby
    found : Columns
        The positions found, one row a pupil.
    """
    plan, proof, placed = near.plan, near.plan.proof, found.employer >= 0
    worth = _worths(near)
    bonus = proof.bonus[near.origin]
    paid = price_of_all(plan) + _more_to_give(near)
    points, value = int(found.points[placed].sum()), worth + bonus
    best = np.sort(worth)[::-1]
    counted = "placed" in list(plan.policy["order"])[: list(plan.policy["order"]).index("points")]
    most = float(best[: int(placed.sum())].sum()) if counted else float(np.maximum(best, 0.0).sum())
    bound = max(float(points), paid + most)
    lagrangian = paid + float(np.maximum(value, 0.0).sum()) - float(bonus[placed].sum())
    return Proof(bound, bound, lagrangian, proof.prices, value, bonus), _most_placed(near)


def _worths(near: Nearby) -> NDArray[np.float64]:
    """What the best position of every pupil is worth at most, at the prices of the plan."""
    proof = near.plan.proof
    worth = (proof.value - proof.bonus)[near.origin]
    for number, part in enumerate(near.added):
        _, _, limit = priced(part.reach, part.prices_in(proof.prices))
        whole = number == 0 and len(near.touched) > 0
        worth[part.pupils] = limit if whole else np.maximum(worth[part.pupils], limit)
    return worth


def _more_to_give(near: Nearby) -> float:
    """The price of what the employers have more, or less, than before."""
    prices, rows = near.plan.proof.prices, near.given
    old, new = near.plan.ledger.problem.employers, near.problem.employers
    places = (new.places[rows] - old.places[rows]) @ prices.places[rows]
    return float(places + (new.supervision[rows] - old.supervision[rows]) @ prices.supervision[rows])


def _most_placed(near: Nearby) -> int:
    """Bound the number placed: a pupil more who can be placed, and a place more, add one each to a matching at most."""
    assert near.plan.placed_bound is not None
    places = near.problem.employers.places - near.plan.ledger.problem.employers.places
    more = len(near.touched)
    for at, (_, rows) in near.turned.items():
        more += min(len(rows), int(near.problem.employers.places[at])) if len(rows) else 0
        more += max(int(places[at]), 0)
    reach = near.reach
    able = (np.diff(reach.pair_start) > 0) | (np.diff(reach.vacancy_start) > 0)
    return min(near.plan.placed_bound + more, int(able.sum()))
