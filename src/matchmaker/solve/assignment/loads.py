"""Assignment with loads: every row takes part of a column's capacity (the generalised assignment problem).

Bound: capacities and seats get prices (Lagrange multipliers), after which each row simply takes its best column; the
prices are improved by deflected subgradient steps and, where the problem is small enough, by its linear relaxation.
Plan: the priced assignment is repaired and improved by moves and exchanges. A pair whose regret (what it loses against
the row's best at these prices) is larger than the distance between bound and plan can be in no better plan and is
dropped; scipy's mixed-integer solver closes what stays open (Fisher, Jaikumar and Van Wassenhove 1986 for the bound;
Ross and Soland 1975 for the idea to branch only on what conflicts).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array, vstack

from matchmaker.solve.assignment.check import Problem
from matchmaker.solve.assignment.core import sum_of
from matchmaker.solve.assignment.errors import InvalidProblem, LoadsDoNotFit
from matchmaker.solve.assignment.repair import improve, repair
from matchmaker.solve.assignment.result import Assignment, Step
from matchmaker.solve.assignment.ties import tickets
from matchmaker.solve.assignment.watch import Watch

__all__ = ["read_loads", "solve_loads"]

STEPS = 300
PATIENCE = 12
RELAXED_PAIRS = 300_000
EXACT_PAIRS = 60_000
CORE = 5
CORE_SECONDS = 5.0
SECONDS = 10.0
TINY = 1e-9


@dataclass
class _Loads:
    """The problem as arrays in lottery order; forbidden pairs minus infinity."""

    points: NDArray[np.float64]
    load: NDArray[np.float64]
    capacity: NDArray[np.float64]
    seats: NDArray[np.float64]
    leave: NDArray[np.float64]
    must: NDArray[np.bool_]
    exact: bool
    load_prices: NDArray[np.float64]
    seat_prices: NDArray[np.float64]
    bound: float = np.inf
    plan: NDArray[np.int64] | None = None
    total: float = -np.inf

    def values(self) -> NDArray[np.float64]:
        """Points less prices of every pair."""
        return self.points - self.load * self.load_prices - self.seat_prices

    def row_prices(self) -> NDArray[np.float64]:
        best = self.values().max(axis=1, initial=-np.inf)
        prices: NDArray[np.float64] = np.where(self.must, best, np.maximum(best, self.leave))
        return prices

    def regrets(self) -> NDArray[np.float64]:
        return self.row_prices()[:, None] - self.values()

    def price_bound(self) -> float:
        fixed = float(self.load_prices @ self.capacity + self.seat_prices @ self.seats)
        return float(self.row_prices().sum()) + fixed

    def take(self, plan: NDArray[np.int64]) -> None:
        """Keep a plan if it is allowed and better than the best so far."""
        if (self.must & (plan < 0)).any():
            return
        placed = np.flatnonzero(plan >= 0)
        total = float(self.points[placed, plan[placed]].sum() + self.leave[plan < 0].sum())
        if total > self.total:
            self.plan, self.total = plan.copy(), total

    def closed(self) -> bool:
        """Whether no plan can be better than the best so far."""
        step = 1.0 - 1e-6 if self.exact else 1e-9 * max(1.0, abs(self.total))
        return self.plan is not None and self.bound < self.total + step


def read_loads(load: Any, capacity: Any, *, shape: tuple[int, int]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Check loads and capacities.

    Parameters
    ----------
    load : array [n] or [n, m]
    capacity : number or array [m]
    shape : (int, int)

    Returns
    -------
    load : float64 [n, m]
    capacity : float64 [m]

    Raises
    ------
    InvalidProblem

    Examples
    --------
    >>> read_loads([2, 3], 4, shape=(2, 1))
    (array([[2.],
           [3.]]), array([4.]))
    """
    n, m = shape
    faults = []
    if load is None or capacity is None:
        raise InvalidProblem(["load and capacity belong together. Got only one of them."])
    loads, room = np.asarray(load, np.float64), np.asarray(capacity, np.float64)
    if loads.shape not in ((n,), (n, m)):
        faults.append(f"load must have shape ({n},) or ({n}, {m}). Got {loads.shape}.")
    elif not np.isfinite(loads).all() or (loads < 0).any():
        faults.append("load must be finite and at least 0.")
    if room.shape not in ((), (m,)):
        faults.append(f"capacity must be one number or {m} of them. Got shape {room.shape}.")
    elif np.isnan(room).any() or (room < 0).any():
        faults.append("capacity must be at least 0.")
    if faults:
        raise InvalidProblem(faults)
    full = np.repeat(loads[:, None], m, axis=1) if loads.ndim == 1 else loads
    finite = np.minimum(np.broadcast_to(room, (m,)), full.sum(axis=0) + 1.0)
    return full, finite


def solve_loads(problem: Problem, *, load: Any, capacity: Any, seed: int | None, watch: Watch) -> Assignment:
    """Solve an assignment with loads.

    Parameters
    ----------
    problem : Problem
    load : float64 [n, m]
    capacity : float64 [m]
    seed : int or None
        Decides the order of rows and columns, so that ties do not depend on the order they came in.
    watch : Watch

    Returns
    -------
    Assignment
        Column prices are prices of seats, `load_prices` of a unit of capacity.

    Raises
    ------
    LoadsDoNotFit
    """
    n, m = problem.source.shape
    rows = np.argsort(tickets(problem.row_ids, which=np.arange(n), seed=seed or 0, kind="row"), kind="stable")
    columns = np.argsort(tickets(problem.column_ids, which=np.arange(m), seed=seed or 0, kind="column"), kind="stable")
    g = _arrays(problem, load, capacity, rows, columns)
    steps = []
    if (g.must & ~np.isfinite(g.points).any(axis=1)).any():
        raise LoadsDoNotFit(n, proved=True)
    if n and m:
        steps.append(Step("price steps", _price(g, watch)))
        _relax(g)
        _start(g)
        steps.append(Step("pairs left open", _close(g, watch)))
    if g.plan is None:
        g.plan = np.full(n, -1)
        if problem.must.any():
            raise LoadsDoNotFit(n, proved=not watch.stopped and g.bound == -np.inf)
    return _result(problem, g, rows, columns, tuple(steps))


def _arrays(problem: Problem, load: Any, capacity: Any, rows: Any, columns: Any) -> _Loads:
    n, m = problem.source.shape
    points, allowed = problem.source.block(slice(0, n))
    points = points.astype(np.float64)
    fits = (load <= capacity) & (problem.seats > 0)
    points[~(fits if allowed is None else fits & allowed)] = -np.inf
    seats = np.minimum(problem.seats, n).astype(np.float64)
    grid = np.ix_(rows, columns)
    return _Loads(
        points[grid], load[grid], capacity[columns].astype(np.float64), seats[columns],
        problem.leave[rows].astype(np.float64), problem.must[rows], problem.exact, np.zeros(m), np.zeros(m),
    )  # fmt: skip


def _price(g: _Loads, watch: Watch) -> int:
    """Improve the prices by deflected subgradient steps; return how many."""
    g.bound, stuck, step = g.price_bound(), 0, 1.0
    best = g.load_prices.copy(), g.seat_prices.copy()
    direction = np.zeros(2 * len(g.capacity))
    for k in range(STEPS):
        if watch.stop("prices", k, STEPS) or g.closed():
            return k
        chosen = _priced_choice(g)
        if k % 10 == 0:
            plan = repair(chosen, g.points, g.load, g.capacity.copy(), g.seats.copy(), g.regrets())
            g.take(improve(plan, g.points, g.load, g.capacity, g.seats, g.leave, 3))
        slack = np.concatenate([g.capacity - _used(g, chosen, g.load), g.seats - _used(g, chosen, None)])
        direction = slack + 0.3 * direction
        norm = float(direction @ direction)
        if norm < TINY:
            break
        target = max(g.total, g.bound - 0.05 * abs(g.bound) - 1.0)
        length = step * (g.price_bound() - target) / norm
        prices = np.maximum(0.0, np.concatenate([g.load_prices, g.seat_prices]) - length * direction)
        g.load_prices, g.seat_prices = prices[: len(g.capacity)], prices[len(g.capacity) :]
        bound = g.price_bound()
        if bound < g.bound - TINY:
            g.bound, best, stuck = bound, (g.load_prices, g.seat_prices), 0
        else:
            stuck += 1
            if stuck == PATIENCE:
                step, stuck = step / 2, 0
    g.load_prices, g.seat_prices = best
    return STEPS


def _priced_choice(g: _Loads) -> NDArray[np.int64]:
    values = g.values()
    chosen = values.argmax(axis=1)
    out = ~g.must & (values[np.arange(len(values)), chosen] <= g.leave)
    none = ~np.isfinite(values[np.arange(len(values)), chosen])
    return np.where(out | none, -1, chosen)


def _used(g: _Loads, chosen: NDArray[np.int64], load: NDArray[np.float64] | None) -> NDArray[np.float64]:
    placed = np.flatnonzero(chosen >= 0)
    weights = None if load is None else load[placed, chosen[placed]]
    return np.bincount(chosen[placed], weights, len(g.capacity)).astype(np.float64)


def _rules(g: _Loads, i: NDArray[np.int64], j: NDArray[np.int64]) -> tuple[csr_array, Any, Any]:
    """Return the constraints on the pairs (i, j): each row once, capacities, seats."""
    n, m = g.points.shape
    k = np.arange(len(i))
    data = np.concatenate([np.ones(len(i)), g.load[i, j], np.ones(len(i))])
    matrix = csr_array((data, (np.concatenate([i, n + j, n + m + j]), np.tile(k, 3))), shape=(n + 2 * m, len(i)))
    low = np.concatenate([g.must.astype(np.float64), np.full(2 * m, -np.inf)])
    return matrix, low, np.concatenate([np.ones(n), g.capacity, g.seats])


def _relax(g: _Loads) -> None:
    """Replace the prices by those of the linear relaxation where that is cheap and better."""
    i, j = np.nonzero(np.isfinite(g.points))
    if g.closed() or not 0 < len(i) <= RELAXED_PAIRS:
        return
    matrix, _, high = _rules(g, i, j)
    n, m = g.points.shape
    cost = -(g.points[i, j] - np.where(g.must, 0.0, g.leave)[i])
    once, rest = matrix[:n], matrix[n:]
    free = np.flatnonzero(~g.must)
    rules: dict[str, Any] = {"A_ub": vstack([rest, once[free]]), "b_ub": np.append(high[n:], np.ones(len(free)))}
    if g.must.any():
        rules |= {"A_eq": once[np.flatnonzero(g.must)], "b_eq": np.ones(g.must.sum())}
    solved = linprog(cost, bounds=(0, None), method="highs", **rules)
    if solved.status != 0:
        g.bound = -np.inf if solved.status == 2 else g.bound
        return
    before = g.load_prices, g.seat_prices
    prices = np.maximum(0.0, -solved.ineqlin.marginals[: 2 * m])
    g.load_prices, g.seat_prices = prices[:m], prices[m:]
    bound = g.price_bound()
    if bound < g.bound:
        g.bound = bound
    else:
        g.load_prices, g.seat_prices = before


def _start(g: _Loads) -> None:
    """Make a first good plan at the final prices: repaired, improved, then the best of each row's few best columns."""
    if g.bound == -np.inf:
        return
    plan = repair(_priced_choice(g), g.points, g.load, g.capacity.copy(), g.seats.copy(), g.regrets())
    g.take(improve(plan, g.points, g.load, g.capacity, g.seats, g.leave, 20))
    if g.closed() or g.points.size > RELAXED_PAIRS:
        return
    regrets = g.regrets()
    best = np.argpartition(regrets, min(CORE, regrets.shape[1]) - 1, axis=1)[:, :CORE]
    core = np.zeros(g.points.shape, bool)
    np.put_along_axis(core, best, True, axis=1)
    if core.sum() < np.isfinite(g.points).sum():
        _exact(g, core & np.isfinite(regrets), CORE_SECONDS)


def _close(g: _Loads, watch: Watch) -> int:
    """Solve what the bound leaves open; return how many pairs that were."""
    if g.closed() or g.bound == -np.inf:
        return 0
    regrets = g.regrets()
    room = g.bound - g.total - (1.0 - 1e-6 if g.exact else 0.0)
    is_open = np.isfinite(regrets) & (regrets <= room + 1e-9 * max(1.0, abs(g.bound)))
    count = int(is_open.sum())
    if count > EXACT_PAIRS:
        few = np.partition(regrets[is_open], EXACT_PAIRS)[EXACT_PAIRS]
        is_open &= regrets < few
    bound = _exact(g, is_open, min(SECONDS, watch.left()))
    if count <= EXACT_PAIRS:
        g.bound = min(g.bound, max(bound, g.total))
    return count


def _exact(g: _Loads, pairs: NDArray[np.bool_], seconds: float) -> float:
    """Let scipy's mixed-integer solver choose among these pairs; return its bound on them."""
    i, j = np.nonzero(pairs)
    if len(i) == 0:
        return -np.inf if g.must.any() else float(g.leave.sum())
    base = np.where(g.must, 0.0, g.leave)
    matrix, low, high = _rules(g, i, j)
    solved = milp(
        -(g.points[i, j] - base[i]), integrality=np.ones(len(i), np.int64), bounds=Bounds(0, 1),
        constraints=LinearConstraint(matrix, low, high), options={"time_limit": max(seconds, 0.01), "mip_rel_gap": 0.0},
    )  # fmt: skip
    if solved.x is not None:
        plan = np.full(len(g.leave), -1)
        taken = solved.x > 0.5
        plan[i[taken]] = j[taken]
        if (_used(g, plan, g.load) <= g.capacity * (1 + TINY) + TINY).all():
            g.take(plan)
    if solved.status == 2:
        return -np.inf
    dual = getattr(solved, "mip_dual_bound", None)
    return np.inf if dual is None else float(base.sum() - dual)


def _result(problem: Problem, g: _Loads, rows: Any, columns: Any, steps: tuple[Step, ...]) -> Assignment:
    n, m = problem.source.shape
    assert g.plan is not None
    chosen = np.full(n, -1)
    chosen[rows] = np.where(g.plan >= 0, columns[g.plan], -1) if m else -1
    values = g.leave.copy()
    placed = np.flatnonzero(g.plan >= 0)
    values[placed] = g.points[placed, g.plan[placed]]
    total: Any = int(round(values.sum())) if problem.exact else sum_of(values)
    closed = n == 0 or m == 0 or g.closed()
    bound: Any = total if closed else g.bound
    if problem.exact and not closed and np.isfinite(bound):
        bound = int(np.floor(bound + 1e-6))
        closed = bound == total
    prices = [np.zeros(n), np.zeros(m), np.zeros(m)]
    if n and m:
        prices[0][rows], prices[1][columns], prices[2][columns] = g.row_prices(), g.seat_prices, g.load_prices
    status = "optimal" if closed else "limit"
    names = problem.row_ids, problem.column_ids
    return Assignment(chosen, total, bound, prices[0], prices[1], status, "loads", steps, (), prices[2], *names)
