"""Where points come from: an array, a sparse matrix, or anything that yields blocks of rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

__all__ = ["ArrayPoints", "PointsSource", "Rows", "SparsePoints"]

Rows = slice | NDArray[np.int64]


@runtime_checkable
class PointsSource(Protocol):
    """Points that need never be one matrix: blocks of rows, made when asked for.

    The same rows must yield the same points every time. A source whose `dtype` is a whole number type is solved in
    exact integer arithmetic, even if its blocks come as float32 that hold whole numbers.

    Attributes
    ----------
    shape : (int, int)
        Rows and columns.
    dtype : numpy.dtype
        A whole number type or a floating type: what the points *are*.

    Examples
    --------
    >>> isinstance(ArrayPoints(np.eye(2)), PointsSource)
    True
    """

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """What the points are: whole numbers or not."""

    def block(self, rows: Rows) -> tuple[NDArray[Any], NDArray[np.bool_] | None]:
        """Return the points of these rows, [r, m], and which pairs are allowed (None: all).

        Parameters
        ----------
        rows : slice or int array

        Returns
        -------
        points : array [r, m]
        allowed : bool array [r, m] or None
        """


@dataclass(frozen=True, eq=False)
class ArrayPoints:
    """Points that are an array in memory; the array is used as it is, never copied whole.

    Parameters
    ----------
    points : array [n, m]
    allowed : bool array [n, m], optional

    Examples
    --------
    >>> ArrayPoints(np.arange(6).reshape(2, 3)).block(slice(1, 2))
    (array([[3, 4, 5]]), None)
    """

    points: NDArray[Any]
    allowed: NDArray[np.bool_] | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        n, m = self.points.shape
        return n, m

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of the array."""
        return self.points.dtype

    def block(self, rows: Rows) -> tuple[NDArray[Any], NDArray[np.bool_] | None]:
        """Return these rows of the arrays.

        Parameters
        ----------
        rows : slice or int array

        Returns
        -------
        points : array [r, m]
        allowed : bool array [r, m] or None
        """
        return self.points[rows], None if self.allowed is None else self.allowed[rows]


@dataclass(frozen=True, eq=False)
class SparsePoints:
    """Points of a few pairs only, in compressed rows; a pair that is absent is forbidden, a stored zero is zero points.

    Parameters
    ----------
    begin : int array [n + 1]
        Entries of row i are ``begin[i]:begin[i + 1]``.
    columns : int array [entries]
    points : array [entries]
    width : int
        Number of columns.

    Examples
    --------
    >>> sparse = SparsePoints(np.array([0, 1, 2]), np.array([2, 0]), np.array([5, 7]), width=3)
    >>> sparse.block(slice(0, 1))
    (array([[0, 0, 5]]), array([[False, False,  True]]))
    """

    begin: NDArray[np.int64]
    columns: NDArray[Any]
    points: NDArray[Any]
    width: int

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.begin) - 1, self.width

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of the points."""
        return self.points.dtype

    def block(self, rows: Rows) -> tuple[NDArray[Any], NDArray[np.bool_] | None]:
        """Return these rows as full rows.

        Parameters
        ----------
        rows : slice or int array

        Returns
        -------
        points : array [r, m]
        allowed : bool array [r, m]
        """
        which = np.arange(self.shape[0])[rows]
        points = np.zeros((len(which), self.width), self.points.dtype)
        allowed = np.zeros(points.shape, bool)
        for k, row in enumerate(which):
            here = slice(self.begin[row], self.begin[row + 1])
            points[k, self.columns[here]] = self.points[here]
            allowed[k, self.columns[here]] = True
        return points, allowed
