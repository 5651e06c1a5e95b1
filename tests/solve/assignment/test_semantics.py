"""What may be handed in, what comes back, what is refused and how."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_array

from matchmaker.errors import MatchmakerError
from matchmaker.solve.assignment import (
    AssignmentError,
    BadPoints,
    InvalidProblem,
    LoadsDoNotFit,
    NotAllPlaced,
    assign,
)


def test_floor_belongs_inside_the_optimum() -> None:
    """With a floor of 5 inside the optimum two rows are placed where filtering afterwards would place one."""
    points = np.array([[10, 7], [6, 4]])
    assert assign(points, allowed=points >= 5).columns.tolist() == [1, 0]


def test_price_of_leaving_out() -> None:
    """A row is left out when that costs less than what its seat takes from others."""
    points = [[10, -3], [8, -9]]
    assert assign(points).columns.tolist() == [0, -1]
    result = assign(points, unplaced=20)
    assert (result.columns.tolist(), result.total) == ([1, 0], 5)
    assert assign(points, unplaced=[20, 0]).columns.tolist() == [0, -1]
    assert assign(points, unplaced=[0, np.inf]).columns.tolist() == [-1, 0]


def test_seats_are_capacities() -> None:
    """A column with k seats takes k rows, one with none takes none."""
    points = np.array([[3, 2], [3, 2], [3, 2]])
    assert np.bincount(assign(points, seats=[2, 1]).columns).tolist() == [2, 1]
    assert assign(points, seats=[0, 1]).placed == 1
    assert assign(points, seats=10).columns.tolist() == [0, 0, 0]


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0)])
@pytest.mark.parametrize("method", ["auto", "paths", "scipy"])
def test_empty_inputs(shape: tuple[int, int], method: str) -> None:
    """No rows or no columns is an ordinary problem with total 0 and prices of the right length."""
    result = assign(np.zeros(shape), method=method)
    assert (result.total, result.bound, result.gap, len(result.columns)) == (0, 0, 0.0, shape[0])
    assert (len(result.row_prices), len(result.column_prices)) == shape
    assert assign(np.zeros(shape), load=np.ones(shape[0]), capacity=1).total == 0


@pytest.mark.parametrize("kind", [bool, np.int8, np.uint16, np.int32, np.int64, np.float32, np.float64])
def test_number_types(kind: type) -> None:
    """Every number type gives the same assignment; whole numbers stay whole."""
    points = np.array([[1, 0, 1], [1, 1, 0]]).astype(kind)
    for array in (points, np.asfortranarray(points), np.vstack([points, points])[:2]):
        result = assign(array)
        assert (result.total, type(result.total)) == (2, int)


def test_read_only_points_are_left_alone() -> None:
    """Points that may not be written to are fine, since nothing is written to."""
    points = np.arange(12.0).reshape(3, 4)
    points.setflags(write=False)
    assert assign(points).total == 18


def test_sparse_points() -> None:
    """In a sparse matrix an absent pair is forbidden and a stored zero is zero points."""
    sparse = csr_array((np.array([0, 5, 4]), (np.array([0, 0, 1]), np.array([0, 1, 1]))), shape=(2, 3))
    assert assign(sparse, unplaced=None).columns.tolist() == [0, 1]
    full = np.zeros((2, 3), int)
    full[0, 1], full[1, 1] = 5, 4
    allowed = np.array([[True, True, False], [False, True, False]])
    for price in (0, 3, None):
        dense = assign(full, allowed=allowed, unplaced=price)
        assert assign(sparse, unplaced=price) == dense
        assert assign(sparse, unplaced=price, method="scipy") == dense


def test_large_sparse_points_agree_with_scipy() -> None:
    """On a random sparse problem with a full matching the total is that of scipy's sparse solver."""
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    rng = np.random.default_rng(1)
    n, m = 300, 900
    rows = np.repeat(np.arange(n), 8)
    columns = np.concatenate([rng.choice(m, 8, replace=False) for _ in range(n)])
    sparse = csr_array((rng.integers(1, 1000, 8 * n), (rows, columns)), shape=(n, m))
    i, j = min_weight_full_bipartite_matching(sparse, maximize=True)
    assert assign(sparse, unplaced=None).total == sparse[i, j].sum()


def test_points_that_are_not_numbers_are_named() -> None:
    """Points that are not finite are named by row and column id, unless the pair is forbidden."""
    points = np.array([[1.0, np.nan], [np.inf, 2.0]])
    with pytest.raises(BadPoints, match="nan at row p1, column e2, inf at row p2, column e1") as caught:
        assign(points, row_ids=["p1", "p2"], column_ids=["e1", "e2"])
    assert [pair[:2] for pair in caught.value.pairs] == [("p1", "e2"), ("p2", "e1")]
    assert assign(points, allowed=np.isfinite(points)).total == 3
    with pytest.raises(BadPoints, match="-inf at row 0, column 0"):
        assign(np.array([[-np.inf, 1.0]]))


def test_all_faults_at_once() -> None:
    """Arguments that do not fit together are all named in one error."""
    with pytest.raises(InvalidProblem) as caught:
        assign(np.zeros((2, 3)), seats=[1, -2, 1], allowed=[[True]], unplaced=[1, 2, 3], row_ids=["a", "a"])
    assert len(caught.value.faults) == 4


@pytest.mark.parametrize(
    "wrong",
    [
        {"points": [1, 2, 3]},
        {"points": [["a", "b"]]},
        {"points": [[1, 2]], "method": "magic"},
        {"points": [[1, 2]], "seats": 1.5},
        {"points": [[1, 2]], "unplaced": np.nan},
        {"points": [[1, 2]], "column_ids": ["a"]},
        {"points": [[1, 2]], "aims": ["placd"]},
        {"points": [[1, 2]], "aims": [[1, 2, 3]]},
        {"points": [[1, 2]], "load": [1]},
        {"points": [[1, 2]], "load": [-1], "capacity": 2},
        {"points": [[1, 2]], "load": [1], "capacity": 2, "aims": ["placed"]},
        {"points": [[2**61, 2]]},
    ],
)
def test_wrong_arguments(wrong: dict[str, Any]) -> None:
    """Each wrong argument is refused with an error of this library that is also a ValueError."""
    with pytest.raises(InvalidProblem) as caught:
        assign(**wrong)
    assert isinstance(caught.value, MatchmakerError | ValueError)


def test_conflicts_name_a_smallest_group() -> None:
    """Of two groups that compete for too few seats the smaller one is named."""
    allowed = np.zeros((7, 7), bool)
    allowed[:4, :3] = True
    allowed[4:6, 3] = True
    allowed[6, 4:] = True
    for method in ("paths", "scipy"):
        with pytest.raises(NotAllPlaced) as caught:
            assign(np.ones((7, 7)), allowed=allowed, unplaced=None, method=method)
        assert (caught.value.rows, caught.value.columns, caught.value.seats) == ((4, 5), (3,), 1)


@pytest.mark.parametrize(
    "error",
    [
        InvalidProblem(["one", "two"]),
        BadPoints([("a", 1, 2.0)]),
        NotAllPlaced([1, 2], columns=["x"], seats=1),
        LoadsDoNotFit(4, proved=True),
    ],
)
def test_errors_survive_pickling(error: AssignmentError) -> None:
    """An error that travels between processes keeps its text and its objects."""
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), vars(again)) == (str(error), vars(error))


def test_result_is_small_to_look_at_and_can_be_pickled() -> None:
    """A result has a short repr, a summary, equality by content, and survives pickling."""
    result = assign([[10, 7], [6, 4]], aims=["placed"])
    assert repr(result) == "<Assignment 2 of 2 rows placed, total 14, optimal, gap 0.00%>"
    assert "aim 1:  2" in result.summary()
    assert pickle.loads(pickle.dumps(result)) == result
