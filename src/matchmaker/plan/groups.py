"""Who is placed, by group: a count beside every number."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from matchmaker.positions import Ledger

__all__ = ["placed_by_group"]


def placed_by_group(ledger: Ledger, placed: Iterable[str], hardest: NDArray[np.bool_]) -> dict[str, Any]:
    """Count pupils and placed pupils by school, by stage, and among the hardest to place.

    Parameters
    ----------
    ledger : Ledger
    placed : iterable of str
        Ids of the placed pupils.
    hardest : bool array, shape (pupils)
        In the order of the problem.

    Returns
    -------
    dict
        Grouping to group to ``{"pupils": n, "placed": k}``.

    Examples
    --------
    >>> import numpy as np
    >>> import matchmaker as mm
    >>> from matchmaker.positions import ledger_of
    >>> ledger = ledger_of(mm.read_region(mm.town()))
    >>> placed_by_group(ledger, [], np.zeros(200, bool))["hardest"]["no"]
    {'pupils': 200, 'placed': 0}
    """
    region, names = ledger.region, set(placed)
    hard = dict(zip(ledger.problem.pupils.ids.tolist(), hardest.tolist(), strict=True))
    is_placed = [name in names for name in region.pupils.ids]
    groupings = {
        "school": region.pupils.column("school").tolist(),
        "stage": region.pupils.column("stage").tolist(),
        "hardest": ["yes" if hard[name] else "no" for name in region.pupils.ids],
    }
    return {name: _counted(groups, is_placed) for name, groups in groupings.items()}


def _counted(groups: list[str], is_placed: list[bool]) -> dict[str, dict[str, int]]:
    counted = {group: {"pupils": 0, "placed": 0} for group in sorted(set(groups))}
    for group, placed in zip(groups, is_placed, strict=True):
        counted[group]["pupils"] += 1
        counted[group]["placed"] += placed
    return counted
