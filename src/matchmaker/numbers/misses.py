"""The chance that a pupil falls short of what is asked, from the chances of the levels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from matchmaker.numbers.levels import PERCENT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from matchmaker.numbers.problem import Problem

__all__ = ["miss_percent", "too_unsure"]


def miss_percent(problem: Problem, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the chance of a level more than max_gap below each level asked, in whole percents.

    Parameters
    ----------
    problem : Problem
    rows : int array
        Pupils.

    Returns
    -------
    int array, shape (rows, dimensions, levels asked)
        Zero where nothing was observed.

    Examples
    --------
    >>> import numpy as np
    >>> import matchmaker as mm
    >>> from matchmaker.numbers.problem import make_problem
    >>> chance = miss_percent(make_problem(mm.read_region(mm.town())), np.arange(3))
    >>> int(chance.min()), int(chance[:, :, 0].max())                   # nobody stays below level 0
    (0, 0)
    """
    values = problem.level_values
    short = values[None, :] - values[:, None] > problem.max_gap
    return np.asarray(problem.levels.percent[rows].astype(np.int64) @ short.astype(np.int64))


def too_unsure(problem: Problem, chance: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which chances, in percents, are larger than the policy's max_miss_chance; none without that choice.

    Examples
    --------
    >>> import numpy as np
    >>> import matchmaker as mm
    >>> from matchmaker.numbers.problem import make_problem
    >>> region = mm.read_region(mm.town())
    >>> careful = region.replace(policy=region.policy.replace(max_miss_chance=0.29))
    >>> too_unsure(make_problem(careful), np.array([29, 30])).tolist()
    [False, True]
    """
    if problem.max_miss_chance is None:
        return np.zeros(chance.shape, bool)
    # 0.29 x 100 is a little less than 29: without rounding a chance of just 29 % would be refused.
    return np.asarray(chance > round(PERCENT * problem.max_miss_chance, 6))
