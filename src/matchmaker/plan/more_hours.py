"""What one more hour of supervision, or of a jobcoach, is worth at every employer: by prices, and what surely fits."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

import numpy as np

from matchmaker.numbers.arrays import read_only
from matchmaker.numbers.timetable import EPS
from matchmaker.plan.left import left_of
from matchmaker.plan.prices import number_of
from matchmaker.solve.joint.margins import make_margins
from matchmaker.solve.joint.others import points_from
from matchmaker.solve.reach import make_reach

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from matchmaker.plan.plan import Plan
    from matchmaker.solve.joint.margins import Margins

__all__ = ["HOUR", "MoreHours"]

HOUR = 1.0
"""How many hours a week more are weighed."""


class MoreHours:
    """Weighs one more hour a week at every employer of a plan's region.

    Prices pay for it: with the price of supervision at an employer, a plan with one hour more there has at most the
    bound without, plus that price; those who needed more than there was at all are weighed there too.

    Attributes
    ----------
    pupil, employer, points : arrays, shape (offers)
        Whom the hour lets start where while all others stay, and with how many points.
    """

    pupil: NDArray[np.int64]
    employer: NDArray[np.int64]
    points: NDArray[np.float64]

    def __init__(self, plan: Plan, margins: Margins) -> None:
        self.plan, self.margins, self.prices = plan, margins, plan.proof.prices
        problem = plan.ledger.problem
        employers = dataclasses.replace(problem.employers, supervision=read_only(problem.employers.supervision + HOUR))
        reach = make_reach(dataclasses.replace(problem, employers=employers))
        support, left = problem.pupils.support, left_of(plan)
        # Who needs more than there is at all had the employer out of reach: these pairs have no margin yet.
        needy = np.flatnonzero((support[:, None] > problem.employers.supervision[None, :] + EPS).any(axis=1))
        wider = make_margins(reach, self.prices, within=HOUR, pupils=needy, best=margins.best, paid=margins.paid)
        new = support[wider.pupil] > problem.employers.supervision[wider.employer] + EPS
        self.new = (wider.pupil[new], wider.employer[new], wider.worth[new])
        pupil = np.concatenate([margins.pupil, self.new[0]])
        employer = np.concatenate([margins.employer, self.new[1]])
        missing = support[pupil] - left.supervision[employer]
        can = (missing > EPS) & (missing <= HOUR + EPS) & (plan.columns.employer[pupil] != employer)
        self.pupil, self.employer = pupil[can].astype(np.int64), employer[can].astype(np.int64)
        more = left._replace(supervision=left.supervision + HOUR)
        self.points = points_from(reach, more, self.pupil, self.employer)

    def bounds(self, employer: int, more: int) -> tuple[float, float]:
        """Bound plans that place so many more with the hour, and plans without it that place no more."""
        number = number_of(self.plan)
        wider = self._with_new(employer)
        after = wider.most(None if number is None else number + more)
        return after + HOUR * float(self.prices.supervision[employer]), self.margins.most(number)

    def _with_new(self, employer: int) -> Margins:
        """The margins when those who needed more than there was may work there too."""
        pupil, where, worth = self.new
        own = where == employer
        if not own.any():
            return self.margins
        best = self.margins.best.copy()
        np.maximum.at(best, pupil[own], worth[own])
        return dataclasses.replace(self.margins, best=read_only(best))

    def placed_most(self, employer: int) -> int:
        """No plan with the hour places so many more: only those who need supervision have to go for an hour less."""
        plan, support = self.plan, self.plan.ledger.problem.pupils.support
        here = np.concatenate(
            [self.margins.pupil[self.margins.employer == employer], self.new[0][self.new[1] == employer]]
        )
        needs = support[here][support[here] > EPS]
        each = math.ceil(HOUR / float(needs.min()) - EPS) if len(needs) else 0
        bound = plan.placed_bound if plan.placed_bound is not None else plan.pupils
        places = int(plan.ledger.problem.employers.places[employer])
        return min(bound + min(each, places), plan.pupils) - plan.placed
