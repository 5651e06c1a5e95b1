"""What a plan leaves to give out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matchmaker.solve.compiled import compiled
from matchmaker.solve.joint.stock import Columns, Stock, full_stock, take
from matchmaker.solve.reach import Work

if TYPE_CHECKING:
    from matchmaker.plan.plan import Plan
    from matchmaker.solve.reach import Reach

__all__ = ["left_of", "stock_left"]


def left_of(plan: Plan) -> Stock:
    """Return the stock that the placements of a plan leave; it may be written to.

    Parameters
    ----------
    plan : Plan
        With its region.
    """
    pieces, function, places, supervision, seats = plan.left
    return Stock(pieces.copy(), function.copy(), places.copy(), supervision.copy(), seats.copy())


def stock_left(reach: Reach, columns: Columns) -> Stock:
    """Return what columns, one row a pupil, leave of all there is to give out.

    Parameters
    ----------
    reach : Reach
    columns : Columns
        Employer -1: not placed.
    """
    stock = Stock(*full_stock(reach.work))
    _take_all(reach.work, stock, columns)
    return stock


@compiled
def _take_all(work: Work, stock: Stock, columns: Columns) -> None:
    for row in range(len(columns.employer)):
        if columns.employer[row] >= 0:
            take(work, stock, columns, row)
