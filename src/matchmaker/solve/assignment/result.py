"""What `assign` returns."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Assignment", "Step"]


@dataclass(frozen=True)
class Step:
    """One step of the solution: what was done, and a count that tells how much work it was.

    Attributes
    ----------
    name : str
    count : int

    Examples
    --------
    >>> Step("rows entered", 12)
    Step(name='rows entered', count=12)
    """

    name: str
    count: int


@dataclass(frozen=True, eq=False, repr=False)
class Assignment:
    """Which column every row got, with prices that prove it.

    For every allowed pair ``row_prices[i] + column_prices[j] >= points[i, j]``, with equality where row i got column j;
    ``row_prices[i] >= -unplaced``, with equality where row i was left out; a column with an open seat has price 0. So
    ``bound = row_prices.sum() + (seats * column_prices).sum()`` is an upper bound on every assignment, and equals
    `total` when the status is "optimal". With `load` the column prices are the prices of one seat and `load_prices`
    those of one unit of capacity.

    Attributes
    ----------
    columns : int array [n]
        Column of every row; -1: left out.
    total : int or float
        Points of the chosen pairs, less the price of every row left out.
    bound : int or float
        Proven upper bound on the total.
    row_prices, column_prices : arrays [n], [m]
    status : {"optimal", "limit"}
        "limit": stopped before the optimum was proved; `columns` is the best so far.
    method : str
        How it was solved.
    steps : tuple of Step
    aims : tuple
        Total of every aim, first to last, when aims were given.
    load_prices : array [m] or None

    Examples
    --------
    >>> from matchmaker.solve.assignment import assign
    >>> result = assign([[10, 7], [6, 4]])
    >>> result.columns, result.total, result.gap
    (array([0, 1]), 14, 0.0)
    """

    columns: NDArray[np.int64]
    total: Any
    bound: Any
    row_prices: NDArray[Any]
    column_prices: NDArray[Any]
    status: str = "optimal"
    method: str = "paths"
    steps: tuple[Step, ...] = ()
    aims: tuple[Any, ...] = ()
    load_prices: NDArray[Any] | None = None
    row_ids: tuple[Hashable, ...] | None = None
    column_ids: tuple[Hashable, ...] | None = None
    _memory: Any = field(default=None, compare=False)

    @property
    def gap(self) -> float:
        """How far the total may lie below the optimum at most: ``(bound - total) / |bound|``; 0.0 when optimal."""
        if self.bound == self.total:
            return 0.0
        if not np.isfinite(float(self.bound)):
            return float("inf")
        return float(self.bound - self.total) / max(abs(float(self.bound)), 1e-300)

    @property
    def placed(self) -> int:
        """Number of rows that got a column."""
        return int((self.columns >= 0).sum())

    def __repr__(self) -> str:
        return (
            f"<Assignment {self.placed} of {len(self.columns)} rows placed, total {self.total:,}, "
            f"{self.status}, gap {self.gap:.2%}>"
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Assignment):
            return NotImplemented
        return (self.total, self.status) == (other.total, other.status) and np.array_equal(self.columns, other.columns)

    __hash__ = None  # type: ignore[assignment]

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_memory": None}

    def summary(self) -> str:
        """Return a few lines of text: placed, total, bound, gap, how it was solved.

        Returns
        -------
        str

        Examples
        --------
        >>> from matchmaker.solve.assignment import assign
        >>> print(assign([[10, 7], [6, 4]]).summary().splitlines()[0])
        placed: 2 of 2 rows
        """
        lines = [
            f"placed: {self.placed} of {len(self.columns)} rows",
            f"total:  {self.total:,}",
            f"bound:  {self.bound:,} (gap {self.gap:.4%}, {self.status})",
            f"method: {self.method}",
        ]
        lines += [f"aim {k + 1}:  {value:,}" for k, value in enumerate(self.aims)]
        return "\n".join(lines + [f"  {step.name}: {step.count:,}" for step in self.steps])
