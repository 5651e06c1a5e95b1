"""Variants: the same pupil with one thing changed, as rows of one problem, so that all of them are weighed at once.

Employers, functions and tasks are those of the plan: nothing is read again, and no other pupil is scored.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from matchmaker.model import Observation, Table
from matchmaker.numbers.arrays import read_only
from matchmaker.numbers.change import without_tasks
from matchmaker.numbers.levels import LevelEstimates, estimate_levels
from matchmaker.numbers.problem import Decisions, Problem, Pupils
from matchmaker.plan.reachable import possible_pairs
from matchmaker.points import TASK_POINTS
from matchmaker.positions import Ledger
from matchmaker.solve.chunks import in_chunks
from matchmaker.solve.compiled import compiled
from matchmaker.solve.joint.build import best_position, empty_columns, new_found
from matchmaker.solve.joint.pricing import find_pair, piece_prices, price_pupils, slot_for
from matchmaker.solve.joint.stock import (
    Columns,
    Prices,
    Stock,
    copy_column,
    free_prices,
    full_stock,
    no_columns,
    no_falls,
)
from matchmaker.solve.joint.two import best_at_two
from matchmaker.solve.reach import Reach, make_reach

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from matchmaker.model import Region
    from matchmaker.solve.reach import TaskSides

__all__ = [
    "Variant",
    "Variants",
    "best_left",
    "employers_open",
    "known_levels",
    "ledger_like",
    "ledger_of_variants",
    "make_variants",
    "priced",
    "with_levels",
    "with_pairs",
]

NONE = -1e18
LOW = -1e12
SLACK = 400.0
"""How many points below a row's best a position may lie and still be kept beside it."""


@dataclass(frozen=True)
class Variant:
    """One pupil (row number) with one thing changed.

    Attributes
    ----------
    pupil : int
    kind : str
        ``as_is``, ``certificate`` (held), ``level`` (known to be so), ``support`` or ``travel`` (hours or km more).
    what : int
        Column of the certificate or dimension.
    amount : float
        Position of the level, hours less of the employer's supervision, km more.
    steps : int
        2 where the same change is made twice.
    second : Variant or None
        Another change of the pupil, beside this one.

    Examples
    --------
    >>> Variant(0, "travel", amount=2.5).what
    -1
    """

    pupil: int
    kind: str = "as_is"
    what: int = -1
    amount: float = 0.0
    steps: int = 1
    second: Variant | None = None

    @property
    def changes(self) -> tuple[Variant, ...]:
        """The change, or both of them."""
        return (self,) if self.second is None else (self, self.second)


@dataclass(frozen=True, eq=False, repr=False)
class Variants:
    """Variants of pupils as one problem, one row each; `origin` is the row of the pupil it came from.

    `sides`, where known, is what need not be worked out again of the tasks.
    """

    problem: Problem
    origin: NDArray[np.int64]
    sides: TaskSides | None = None

    def __repr__(self) -> str:
        return f"<Variants: {len(self.origin)} of {len(np.unique(self.origin))} pupils>"

    @cached_property
    def reach(self) -> Reach:
        """What every variant could do where."""
        return make_reach(self.problem, sides=self.sides)


def known_levels(region: Region) -> NDArray[np.int16]:
    """Return the chances that a single test on the region's date leaves, in percents, shape (level found, level).

    Examples
    --------
    >>> import matchmaker as mm
    >>> known_levels(mm.read_region(mm.town())).sum(axis=1).tolist()
    [100, 100, 100, 100, 100, 100]
    """
    levels, first = region.framework.levels, region.framework.ids[0]
    rows = [
        Observation(pupil=str(level), dimension=first, level=level, source="test", date=region.date) for level in levels
    ]
    ids = np.array([str(level) for level in levels], object)
    seen = estimate_levels(region.replace(observations=Table.of(Observation, rows=rows)), ids)
    return np.asarray(seen.percent[:, 0], np.int16)


def with_levels(problem: Problem, known: NDArray[np.int16], levels: NDArray[np.int64]) -> Problem:
    """Return the problem in which a test has found these levels; where nothing was observed nothing is known still.

    Parameters
    ----------
    problem : Problem
    known : int16 array, shape (levels, levels)
        From `known_levels`.
    levels : int array, shape (pupils, dimensions)
        Positions of levels.

    Examples
    --------
    >>> import matchmaker as mm
    >>> from matchmaker.numbers.problem import make_problem
    >>> region = mm.read_region(mm.town())
    >>> problem = make_problem(region)
    >>> bool(with_levels(problem, known_levels(region), problem.levels.median.astype(int)).levels.median.max() <= 5)
    True
    """
    observed = problem.levels.observed
    percent, median = problem.levels.percent.copy(), problem.levels.median.copy()
    percent[observed] = known[levels[observed]]
    median[observed] = levels[observed]
    return dataclasses.replace(problem, levels=LevelEstimates(percent=read_only(percent), median=read_only(median)))


def make_variants(
    problem: Problem, known: NDArray[np.int16], listed: Sequence[Variant], *, sides: TaskSides | None = None
) -> Variants:
    """Return the problem of these variants; all of its employers and tasks are those of `problem`.

    Parameters
    ----------
    problem : Problem
    known : int16 array, shape (levels, levels)
        From `known_levels`.
    listed : sequence of Variant
    sides : TaskSides, optional
        Those of the plan.

    Examples
    --------
    >>> import matchmaker as mm
    >>> from matchmaker.numbers.problem import make_problem
    >>> region = mm.read_region(mm.town())
    >>> make_variants(make_problem(region), known_levels(region), [Variant(0), Variant(0, "travel", amount=2.5)])
    <Variants: 2 of 1 pupils>
    """
    origin = np.array([one.pupil for one in listed], np.int64)
    taken = {field.name: getattr(problem.pupils, field.name)[origin] for field in dataclasses.fields(Pupils)}
    taken["ids"] = np.array([f"{name}~{row}" for row, name in enumerate(taken["ids"])], object)
    percent, median = problem.levels.percent[origin], problem.levels.median[origin]
    every = [(row, change) for row, one in enumerate(listed) for change in one.changes]
    for kind, change in (("certificate", "holds"), ("support", "support"), ("travel", "max_km"), ("level", "")):
        own = [(row, one) for row, one in every if one.kind == kind]
        if not own:
            continue
        rows = np.array([row for row, _ in own], np.int64)
        what = np.array([one.what for _, one in own], np.int64)
        amount = np.array([one.amount for _, one in own], float)
        if kind == "certificate":
            taken[change][rows, what] = True
        elif kind == "support":
            taken[change][rows] = np.maximum(taken[change][rows] - amount, 0.0)
        elif kind == "travel":
            taken[change][rows] += amount
        else:
            median[rows, what] = amount.astype(np.int64)
            percent[rows, what] = known[amount.astype(np.int64)]
    pupils = Pupils(**{name: read_only(column) for name, column in taken.items()})
    levels = LevelEstimates(percent=read_only(percent), median=read_only(median))
    decisions = Decisions(
        *(_of_variants(rows, origin) for rows in (problem.decisions.fixed, problem.decisions.excluded))
    )
    return Variants(dataclasses.replace(problem, pupils=pupils, levels=levels, decisions=decisions), origin, sides)


def _of_variants(rows: NDArray[np.int64], origin: NDArray[np.int64]) -> NDArray[np.int64]:
    variant, decision = np.nonzero(origin[:, None] == rows[None, :, 0])
    return read_only(np.column_stack([variant, rows[decision, 1]]).astype(np.int64))


def ledger_of_variants(ledger: Ledger, variants: Variants) -> Ledger:
    """Return what weighs positions of the variants; the tables of the tasks are those that the region's ledger has.

    Examples
    --------
    >>> import matchmaker as mm
    >>> from matchmaker.positions import ledger_of
    >>> region = mm.read_region(mm.town())
    >>> ledger = ledger_of(region)
    >>> ledger_of_variants(ledger, make_variants(ledger.problem, known_levels(region), [Variant(0)]))
    <Ledger: 1 pupils, 60 employers, ... tasks>
    """
    return ledger_like(ledger, ledger.region, variants.problem)


def ledger_like(ledger: Ledger, region: Region, problem: Problem) -> Ledger:
    """Return what weighs positions of a problem with the same tasks: what is known of those is not worked out again.

    Examples
    --------
    >>> import matchmaker as mm
    >>> from matchmaker.positions import ledger_of
    >>> ledger = ledger_of(mm.read_region(mm.town()))
    >>> ledger_like(ledger, ledger.region, ledger.problem).rates.keys() == ledger.rates.keys()
    True
    """
    made, few = Ledger(region, problem), without_tasks(problem)
    rates = {name: (contribution(few)[0], ledger.rates[name][1]) for name, contribution in TASK_POINTS.items()}
    rows = {**ledger.rows, "pupil": {str(name): row for row, name in enumerate(problem.pupils.ids)}}
    made.__dict__.update(rates=rates, rows=rows, part_of_task=ledger.part_of_task, lot_of_part=ledger.lot_of_part)
    return made


def employers_open(reach: Reach, *, like_first: bool = False) -> NDArray[np.bool_]:
    """Return at which employers each row of a reach has a position when nobody is placed, shape (rows, employers).

    Parameters
    ----------
    reach : Reach
    like_first : bool
        Whether every row can do at least what the first one can, so that what is open to that one is open to all.

    Examples
    --------
    >>> import matchmaker as mm
    >>> from matchmaker.plan.variants import employers_open
    >>> from matchmaker.numbers.problem import make_problem
    >>> from matchmaker.solve.reach import first_pupils, make_reach
    >>> reach = first_pupils(make_reach(make_problem(mm.read_region(mm.town()))), 2)
    >>> employers_open(reach).shape
    (2, 60)
    """
    found = np.zeros((len(reach.pair_start) - 1, len(reach.work.places)), bool)
    option = np.repeat(np.arange(len(found)), np.diff(reach.vacancy_start))
    found[option, reach.work.function_employer[reach.vacancy_function]] = True
    _mark_open(reach, found, 0, 1)
    first = found[0] if like_first else np.zeros(found.shape[1], bool)
    found |= first
    # What is known to be open need not be looked at again.
    rest = with_pairs(reach, ~found[reach.pair_pupil, reach.pair_employer])
    in_chunks(lambda low, high: _mark_open(rest, found, low, high), len(found))
    return found


def _mark_open(reach: Reach, found: NDArray[np.bool_], low: int, high: int) -> None:
    for row in range(low, high):
        own = slice(reach.pair_start[row], reach.pair_start[row + 1])
        found[row, reach.pair_employer[own][possible_pairs(reach, row)]] = True


def with_pairs(reach: Reach, keep: NDArray[np.bool_]) -> Reach:
    """Return the reach with these pairs only."""
    sizes = np.diff(reach.item_start)
    items = np.repeat(keep, sizes)
    pupil = reach.pair_pupil[keep]
    return reach._replace(
        pair_start=read_only(np.searchsorted(pupil, np.arange(len(reach.pair_start))).astype(np.int64)),
        pair_pupil=read_only(pupil),
        pair_employer=read_only(reach.pair_employer[keep]),
        pair_points=read_only(reach.pair_points[keep]),
        item_start=read_only(np.concatenate([[0], np.cumsum(sizes[keep])]).astype(np.int64)),
        item_lot=read_only(reach.item_lot[items]),
        item_points=read_only(reach.item_points[items]),
    )


def priced(reach: Reach, prices: Prices, *, keep: int = 1) -> tuple[Columns, NDArray[np.float64], NDArray[np.float64]]:
    """Return what each row's best positions are worth at prices, from all there is to give out.

    Returns
    -------
    tuple
        The best columns, `keep` a row (employer -1: none); the worth of each, shape (rows, keep), best first; and an
        upper bound on the worth of any position of the row.
    """
    rows = len(reach.pair_start) - 1
    columns = no_columns(rows * keep, reach.work.max_tasks)
    value, limit, everybody = np.full(rows * keep, -np.inf), np.empty(rows), np.arange(rows)
    piece_price, stock, least = piece_prices(reach, prices), Stock(*full_stock(reach.work)), np.full(rows, LOW)
    falls = no_falls()
    slack = 0.0 if keep == 1 else SLACK
    in_chunks(
        lambda first, last: price_pupils(
            first, last, everybody, reach, stock, prices, piece_price, least, slack, columns, value, limit, falls
        ),
        rows,
    )
    value = np.where(columns.employer >= 0, value, -np.inf)
    if reach.work.most_employers > 1:
        top = np.maximum(least, value.reshape(rows, keep).max(axis=1, initial=-np.inf))
        two, own, bound = best_at_two(reach, stock, prices, piece_price, who=everybody, top=top, slack=slack, keep=keep)
        columns = Columns(*(np.concatenate(parts) for parts in zip(columns, two, strict=True)))
        value, limit = np.concatenate([value, own]), np.maximum(limit, bound)
    # The columns at one employer of all rows come first, then those at two, if any.
    table = value.reshape(-1, rows, keep).transpose(1, 0, 2).reshape(rows, -1)
    place = np.arange(len(value)).reshape(-1, rows, keep).transpose(1, 0, 2).reshape(rows, -1)
    order = np.argsort(-table, axis=1, kind="stable")[:, :keep]
    flat = np.take_along_axis(place, order, axis=1).ravel()
    sorted_columns = Columns(*(part[flat] for part in columns))
    return sorted_columns, value[flat].reshape(rows, keep), np.where(limit <= LOW, -np.inf, limit)


@compiled
def _fill_best_left(
    first: int,
    last: int,
    reach: Reach,
    stock: Stock,
    prices: Prices,
    piece_price: NDArray[np.float64],
    target: Columns,
    worth: NDArray[np.float64],
    keep: int,
) -> None:
    work = reach.work
    found, one = new_found(1, work.max_tasks), empty_columns(1, work.max_tasks)
    for row in range(first, last):
        pairs = reach.pair_start[row + 1] - reach.pair_start[row]
        options = reach.vacancy_start[row + 1] - reach.vacancy_start[row]
        before = -1
        for k in range(pairs + options):
            if k < pairs:
                employer = reach.pair_employer[reach.pair_start[row] + k]
            else:
                function = reach.vacancy_function[reach.vacancy_start[row] + k - pairs]
                employer = work.function_employer[function]
                # With a pair the vacancy has been looked at; two vacancies of one employer stand side by side.
                if employer == before or find_pair(reach, row, employer) >= 0:
                    continue
                before = employer
            value = best_position(reach, stock, prices, piece_price, row, employer, NONE, one, 0, found)
            if value > NONE:
                slot = slot_for(worth, row * keep, keep, value)
                if slot >= 0:
                    worth[slot] = value
                    copy_column(one, 0, target, slot)


def best_left(reach: Reach, stock: Stock, *, keep: int = 1) -> tuple[Columns, NDArray[np.float64]]:
    """Return each row's positions with most points from what a stock has left, at most one an employer.

    Returns
    -------
    tuple
        Columns, `keep` a row (employer -1: none), and their points, shape (rows, keep); -inf where there is none.
    """
    rows, free = len(reach.pair_start) - 1, free_prices(reach.work)
    columns = no_columns(rows * keep, reach.work.max_tasks)
    worth, piece_price = np.full(rows * keep, -np.inf), piece_prices(reach, free)
    in_chunks(
        lambda first, last: _fill_best_left(first, last, reach, stock, free, piece_price, columns, worth, keep), rows
    )
    columns.pupil[:] = np.repeat(np.arange(rows), keep)
    return columns, worth.reshape(rows, keep)
