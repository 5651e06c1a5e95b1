"""Who is protected by the policy, and how many of them have to be placed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from matchmaker.positions import Ledger

__all__ = ["quotas_of"]


def quotas_of(ledger: Ledger, hardest: NDArray[np.bool_]) -> list[tuple[NDArray[np.bool_], int]]:
    """Return the groups that the policy protects, with the number to place of each.

    Parameters
    ----------
    ledger : Ledger
    hardest : bool array, shape (pupils)
        In the order of the problem.

    Returns
    -------
    list of (bool array [pupils], int)

    Examples
    --------
    >>> import numpy as np
    >>> import matchmaker as mm
    >>> from matchmaker.positions import ledger_of
    >>> region = mm.read_region(mm.town())
    >>> half = region.replace(policy=region.policy.replace(protect={"school=vso": 0.5}))
    >>> [(int(mask.sum()), need) for mask, need in quotas_of(ledger_of(half), np.zeros(200, bool))]
    [(54, 27)]
    """
    region, found = ledger.region, []
    row = {name: at for at, name in enumerate(region.pupils.ids)}
    order = [row[str(name)] for name in ledger.problem.pupils.ids]
    for name, share in region.policy.protect.items():
        column, _, value = name.partition("=")
        mask = hardest if name == "hardest" else np.asarray(region.pupils.column(column)[order] == value)
        need = math.ceil(share * int(mask.sum()) - 1e-9)
        if need:
            found.append((mask.astype(bool), need))
    return found
