"""Leximin on a list of all positions: level after level, as high as an integer program says it can be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.optimize import LinearConstraint

__all__ = ["Chooser", "OutOfReach", "raise_levels"]

MOST_BRANCHES = 3_000
TIGHT = 1e-5


class OutOfReach(Exception):
    """An integer program took more branches or time than there are."""


class Chooser:
    """Chooses columns under limits by integer program.

    Branches are counted, so that a slower machine finds the same plan; `seconds` is for a time limit of the user.

    Parameters
    ----------
    limits : list of LinearConstraint
        Over the columns; may be added to.
    columns : int
    seconds : float
        For each program.

    Examples
    --------
    >>> from scipy.optimize import LinearConstraint
    >>> one_of_two = Chooser([LinearConstraint([[1.0, 1.0]], -np.inf, 1.0)], columns=2, seconds=1.0)
    >>> one_of_two.most(np.array([3.0, 5.0])).tolist()
    [False, True]
    """

    def __init__(self, limits: list[LinearConstraint], *, columns: int, seconds: float) -> None:
        self.limits, self.columns, self.seconds = limits, columns, seconds

    def hold(self, aim: NDArray[np.float64], *, least: float = -np.inf, most: float = np.inf) -> None:
        """Keep the sum of an aim over the columns chosen between two values."""
        from scipy.optimize import LinearConstraint

        self.limits.append(LinearConstraint(aim[None, :], least, most))

    def most(self, aim: NDArray[np.float64], allowed: NDArray[np.bool_] | None = None) -> NDArray[np.bool_] | None:
        """Choose the columns with most of the aim; None when the limits leave no choice.

        Raises
        ------
        OutOfReach
        """
        answer = self._ask(aim, allowed, whole=True)
        if answer.status == 2:
            return None
        if answer.x is None or answer.status != 0:
            raise OutOfReach
        return np.asarray(answer.x > 0.5)

    def may_exist(self, allowed: NDArray[np.bool_]) -> bool:
        """Say whether parts of the columns allowed could keep to the limits; if not, whole ones cannot either."""
        return bool(self._ask(np.zeros(self.columns), allowed, whole=False).status != 2)

    def _ask(self, aim: NDArray[np.float64], allowed: NDArray[np.bool_] | None, *, whole: bool) -> Any:
        from scipy.optimize import Bounds, milp

        return milp(
            -aim,
            constraints=self.limits,
            integrality=np.full(self.columns, int(whole)),
            bounds=Bounds(0, 1 if allowed is None else allowed.astype(float)),
            options={"mip_rel_gap": 0.0, "node_limit": MOST_BRANCHES, "time_limit": self.seconds},
        )


def raise_levels(chooser: Chooser, points: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Choose as many columns as can be, their lowest points as high as can be, then the second lowest, and so on.

    Each level is the largest one at which as many columns can still be chosen (bisection; the relaxation to parts of
    columns says first what is too high), with as few columns at it as can be. All of it is then held in the chooser.

    Parameters
    ----------
    chooser : Chooser
    points : int64 array, shape (columns)

    Returns
    -------
    bool array, shape (columns)

    Raises
    ------
    OutOfReach

    Examples
    --------
    >>> from scipy.optimize import LinearConstraint
    >>> table = [[1.0, 1, 0, 0], [0, 0, 1, 1], [1, 0, 1, 0], [0, 1, 0, 1]]      # two pupils, two places
    >>> chooser = Chooser([LinearConstraint(table, -np.inf, 1.0)], columns=4, seconds=1.0)
    >>> raise_levels(chooser, np.array([3, 9, 8, 4])).tolist()                  # 9 and 8; not 3 and 4
    [False, True, True, False]
    """
    taken = chooser.most(np.ones(len(points)))
    if taken is None:
        raise OutOfReach
    number, settled, closed = int(taken.sum()), 0, np.zeros(len(points), bool)
    chooser.hold(np.ones(len(points)), least=number - TIGHT)
    while settled < number:
        level, taken = _highest(chooser, points, taken, settled, closed)
        here = points == level
        chooser.hold(here.astype(float), most=int((here & taken).sum()) + TIGHT)
        settled += int((here & taken).sum())
        closed |= points <= level
    chooser.hold((closed & ~_levels_held(points, taken, settled)).astype(float), most=TIGHT)
    return taken


def _levels_held(points: NDArray[np.int64], taken: NDArray[np.bool_], settled: int) -> NDArray[np.bool_]:
    """Mark the columns at one of the levels that are settled."""
    return np.isin(points, np.sort(points[taken])[:settled])


def _highest(
    chooser: Chooser, points: NDArray[np.int64], taken: NDArray[np.bool_], settled: int, closed: NDArray[np.bool_]
) -> tuple[int, NDArray[np.bool_]]:
    """Return the highest that the lowest points not yet settled can be, and a choice with the fewest columns there."""
    values, held = np.unique(points[~closed]), _levels_held(points, taken, settled)

    def allowed(place: int) -> NDArray[np.bool_]:
        return np.asarray(held | (points >= values[place]))

    def reached(choice: NDArray[np.bool_]) -> int:
        return int(np.searchsorted(values, np.sort(points[choice])[settled]))

    low, high = reached(taken), len(values) - 1
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if chooser.may_exist(allowed(middle)) else (low, middle - 1)
    low, fewest, ask = reached(taken), -1, high
    while low < high or fewest != low:
        choice = chooser.most(-(points == values[ask]).astype(float), allowed(ask))
        if choice is None:
            high = ask - 1
        else:
            taken, fewest, low = choice, ask, max(low, reached(choice))
        ask = (low + high + 1) // 2
    return int(values[low]), taken
