"""Which few changes to make: positions and changes chosen together, within a budget, by one integer program."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

__all__ = ["Choice", "choose", "sparse"]

MOST_BRANCHES = 3_000


class Choice(NamedTuple):
    """What was chosen.

    Attributes
    ----------
    taken : bool array, shape (columns)
    changes : int array, shape (changes)
        How often each change is made.
    proved : bool
        Whether no choice among these columns and changes is better.
    """

    taken: NDArray[np.bool_]
    changes: NDArray[np.int64]
    proved: bool


def choose(
    table: csr_array,
    room: NDArray[np.float64],
    *,
    relief: csr_array,
    needs: csr_array,
    most: NDArray[np.int64],
    budget: int,
    aims: list[NDArray[np.float64]],
) -> Choice | None:
    """Choose columns and changes: most of the first aim, then of the next, in the end with as few changes as will do.

    Parameters
    ----------
    table : sparse array, shape (resources, columns)
        What every column uses.
    room : float array, shape (resources)
        What there is.
    relief : sparse array, shape (resources, changes)
        What one change adds.
    needs : sparse array, shape (columns, changes)
        Not zero where a column asks that a change be made.
    most : int array, shape (changes)
        How often each may be made.
    budget : int
        How many changes may be made together.
    aims : list of float arrays, shape (columns)

    Returns
    -------
    Choice or None
        None when nothing was found within the limit on branches.

    Examples
    --------
    One seat for two columns, and a change that adds a seat:

    >>> import numpy as np
    >>> from scipy.sparse import csr_array
    >>> seat, extra, none = csr_array([[1.0, 1.0]]), csr_array([[1.0]]), csr_array((2, 1))
    >>> made = choose(seat, np.array([1.0]), relief=extra, needs=none, most=np.array([1]), budget=1,
    ...               aims=[np.array([5.0, 3.0])])
    >>> made.taken.tolist(), made.changes.tolist(), made.proved
    ([True, True], [1], True)
    """
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import coo_array, hstack

    columns, changes = table.shape[1], len(most)
    asks = needs.tocoo()
    rows, ones = np.arange(asks.nnz), np.ones(asks.nnz)
    places = (np.concatenate([rows, rows]), np.concatenate([asks.coords[0], columns + asks.coords[1]]))
    linked = coo_array((np.concatenate([ones, -ones]), places), shape=(asks.nnz, columns + changes)).tocsr()
    count = np.concatenate([np.zeros(columns), np.ones(changes)])
    limits = [
        LinearConstraint(hstack([table, -relief]).tocsr(), -np.inf, room),
        LinearConstraint(count[None, :], 0, budget),
        *([LinearConstraint(linked, -np.inf, 0)] if asks.nnz else []),
    ]
    upper = np.concatenate([np.ones(columns), np.minimum(most, budget)])
    found, proved = None, True
    # Fewest changes is the last aim: a change that brings nothing is not made.
    for aim in [*(np.concatenate([aim, np.zeros(changes)]) for aim in aims), -count]:
        answer = milp(
            -aim,
            constraints=limits,
            integrality=np.ones(columns + changes, np.int64),
            bounds=Bounds(0, upper),
            options={"mip_rel_gap": 0.0, "node_limit": MOST_BRANCHES},
        )
        if answer.x is None:
            break
        proved &= answer.status == 0
        found = np.rint(answer.x).astype(np.int64)
        limits.append(LinearConstraint(aim[None, :], float(aim @ found) - 0.5, np.inf))
    if found is None:
        return None
    return Choice(found[:columns] > 0, found[columns:], bool(proved and answer.x is not None))


def sparse(rows: NDArray[np.int64], columns: NDArray[np.int64], *, shape: tuple[int, int]) -> csr_array:
    """Return a table of ones at these places.

    Examples
    --------
    >>> import numpy as np
    >>> sparse(np.array([0, 1]), np.array([1, 0]), shape=(2, 2)).toarray().tolist()
    [[0.0, 1.0], [1.0, 0.0]]
    """
    from scipy.sparse import coo_array

    return coo_array((np.ones(len(rows)), (rows, columns)), shape=shape).tocsr()
