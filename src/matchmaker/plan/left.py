"""What a plan leaves to give out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matchmaker.solve.joint.stock import full_stock

if TYPE_CHECKING:
    from matchmaker.plan.plan import Plan
    from matchmaker.solve.joint.stock import Stock

__all__ = ["left_of"]


def left_of(plan: Plan) -> Stock:
    """Return the stock that the placements of a plan leave, worked out from the plan and its region alone.

    Parameters
    ----------
    plan : Plan
        With its region.
    """
    ledger, stock = plan.ledger, full_stock(plan.reach.work)
    lots = ledger.problem.lots
    for position in plan.placements:
        employer = ledger.row("employer", position.employer)
        stock.places[employer] -= 1
        stock.supervision[employer] -= position.support_hours
        if position.function is not None:
            stock.seats[ledger.row("function", position.function)] -= 1
            continue
        pieces: dict[int, int] = {}
        for name, hours in position.tasks.items():
            task = ledger.row("task", name)
            part = int(ledger.part_of_task[task])
            pieces[int(ledger.lot_of_part[part])] = round(hours / float(lots.part_hours[part]))
            stock.function[ledger.problem.tasks.function[task]] -= hours
        for lot, count in pieces.items():
            stock.pieces[lot] -= count
    return stock
