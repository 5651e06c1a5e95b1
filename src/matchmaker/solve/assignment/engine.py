"""One assignment under way: lists out of a source, rows entered, lists made longer where a search asks for it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.solve.assignment import market as at
from matchmaker.solve.assignment.blocks import plain_block
from matchmaker.solve.assignment.dense import enter_rows_dense
from matchmaker.solve.assignment.errors import InvalidProblem
from matchmaker.solve.assignment.lanes import WORTH_IT, list_profiles
from matchmaker.solve.assignment.lists import copy_sparse, select
from matchmaker.solve.assignment.paths import enter_rows
from matchmaker.solve.assignment.profiles import ProfilePoints
from matchmaker.solve.assignment.prove import settle_prices, take_open_seats, take_over
from matchmaker.solve.assignment.result import Step
from matchmaker.solve.assignment.source import ArrayPoints, PointsSource, Rows, SparsePoints
from matchmaker.solve.assignment.watch import Watch

__all__ = ["Engine"]

LOOSE_LIST = 32
TIGHT_LIST = 128
FAR_LIST = 128
KEPT_LIST = 512
WIDE = 40_000
FIRST_OF_SPARSE = 8
GROWTH = 4
THREADS = 2
BLOCK_CELLS = 2_000_000
KEPT_CELLS = 32_000_000
BUDGET = 20_000_000


@dataclass
class Engine:
    """The state of one solution.

    Parameters
    ----------
    source : PointsSource
    seats : int64 [m]
    leave : int64 or float64 [n]
        Points of leaving a row out (minus its price). Its dtype decides between exact and floating arithmetic.
    must : bool [n]
        Rows that have to be placed.
    watch : Watch

    Attributes
    ----------
    market : Market
    listed : bool
        Whether the first lists of all rows are complete.
    effort : int or None
        Candidates to look at before `enter` gives up, so that another method can be tried.
    too_hard : bool
        Whether it did.
    whole_rows : bool
        Whether the search looked at whole rows; then the prices cover all pairs, whatever the lists say.
    kept : (points, allowed) or None
        All points of a source, where they are kept.
    shared : bool
        Whether the lists belong to an earlier solution too, so that they must not be written to.
    counts : dict
        How much work each step was.
    """

    source: PointsSource
    seats: NDArray[np.int64]
    leave: NDArray[Any]
    must: NDArray[np.bool_]
    watch: Watch
    market: at.Market = field(init=False)
    listed: bool = False
    effort: int | None = None
    too_hard: bool = False
    whole_rows: bool = False
    kept: tuple[NDArray[Any], NDArray[np.bool_]] | None = field(default=None, repr=False)
    shared: bool = False
    room: int = 0
    counts: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.market = at.new_market(self.seats, leave=self.leave, must=self.must)

    def add(self, step: str, count: int) -> None:
        """Count work done.

        Parameters
        ----------
        step : str
        count : int
        """
        self.counts[step] = self.counts.get(step, 0) + int(count)

    def steps(self) -> tuple[Step, ...]:
        """Return the work done so far.

        Returns
        -------
        tuple of Step
        """
        return tuple(Step(name, count) for name, count in self.counts.items())

    def first_lists(self) -> bool:
        """Make the first list of every row; say whether there was time for all.

        Returns
        -------
        bool
        """
        n, m = self.source.shape
        if isinstance(self.source, SparsePoints):
            self._make_room(len(self.source.columns))
            self._copy_sparse(np.arange(n), FIRST_OF_SPARSE)
            self.add("pairs listed", len(self.source.columns))
            self._check_range(np.arange(n))
            self.listed = True
            return True
        loose = int(np.minimum(self.seats, n).sum()) >= 2 * n
        near = isinstance(self.source, ArrayPoints)
        if not near and not loose and n * m <= KEPT_CELLS:
            near = self._keep()
        k = LOOSE_LIST if loose else TIGHT_LIST
        if self.kept is not None:
            k = min(KEPT_LIST, max(TIGHT_LIST, m // 10))
        elif not near:
            k = FAR_LIST if m < WIDE else 2 * FAR_LIST
        self.listed = self.lengthen(np.arange(n), min(m, k))
        return self.listed

    def _copy_sparse(self, rows: NDArray[np.int64], first: int) -> None:
        """List sparse rows with their first few best candidates, or whole."""
        assert isinstance(self.source, SparsePoints)
        copy_sparse(self.source.begin, self.source.columns, self.source.points, rows, first, self.market)

    def _keep(self) -> bool:
        """Keep all points of a source, because where seats are scarce many lists have to be made longer."""
        n, m = self.source.shape
        step = max(1, BLOCK_CELLS // max(m, 1))
        for first in range(0, n, step):
            if self.watch.stop("points", first, n):
                self.kept = None
                return False
            rows = slice(first, min(first + step, n))
            block, allowed = plain_block(self.source, rows)
            if self.kept is None or first == 0:
                self.kept = np.empty((n, m), block.dtype), np.empty((n, m) if len(allowed) else (0, 0), bool)
            self.kept[0][rows] = block
            if len(allowed):
                self.kept[1][rows] = allowed
        return self.kept is not None

    def lengthen(self, rows: NDArray[np.int64], k: int) -> bool:
        """Make (or remake) the lists of these rows with k entries; say whether there was time for all.

        Parameters
        ----------
        rows : int64 [r]
        k : int

        Returns
        -------
        bool
        """
        if k == 0:
            self.market.rows[rows, at.WHOLE] = 1
            return True
        step = max(1, BLOCK_CELLS // max(self.source.shape[1], 1))
        places = self.room + np.arange(len(rows)) * k
        self._make_room(len(rows) * k)
        firsts = range(0, len(rows), step)

        def one(first: int) -> None:
            here = slice(first, first + step)
            self._list_block(rows[here], k, places[here])

        # The first block alone: it may have to compile. Then two at a time; other sources may not expect that.
        together = THREADS if isinstance(self.source, ArrayPoints | ProfilePoints) else 1
        with nullcontext() if len(firsts) <= 2 else ThreadPoolExecutor(together) as pool:
            for start in range(0, len(firsts), together):
                if self.watch.stop("lists", firsts[start], len(rows)):
                    return False
                batch = firsts[start : start + together]
                if pool is None or start == 0:
                    for first in batch:
                        one(first)
                else:
                    list(pool.map(one, batch))
        self.add("pairs listed", len(rows) * k)
        if not self.listed or self.must.any():
            self._check_range(rows)
        return True

    def _list_block(self, which: NDArray[np.int64], k: int, places: NDArray[np.int64]) -> None:
        """Make the lists of the rows of one block."""
        if isinstance(self.source, ProfilePoints) and self.kept is None and self.source.shape[1] >= WORTH_IT * k:
            failed = list_profiles(self.source, self.market, which=which, k=k, places=places)
            which, places = which[failed], places[failed]
            if len(which) == 0:
                return
        consecutive = which[-1] - which[0] == len(which) - 1
        asked: Rows = slice(int(which[0]), int(which[-1]) + 1) if consecutive else which
        block, allowed = self._block(asked)
        bottom = np.iinfo(block.dtype).min if block.dtype.kind == "i" else -np.inf
        select(block, allowed, which, self.market, k, places, bottom)

    def _check_range(self, rows: NDArray[np.int64]) -> None:
        """Refuse whole numbers so large that prices might not fit 64 bits."""
        if self.leave.dtype.kind != "i" or len(rows) == 0:
            return
        chain = 2 * min(len(self.leave), int(self.market.columns[:, at.SEATS].sum())) + 4 if self.must.any() else 8
        table = self.market.rows[rows]
        begin, count = (table[table[:, at.COUNT] > 0, field] for field in (at.BEGIN, at.COUNT))
        ends = self.market.points[np.concatenate([begin, begin + count - 1])]
        largest = max(int(np.abs(ends).max(initial=0)), int(np.abs(self.leave).max(initial=0)))
        if largest > 2**62 // max(chain, 8):
            raise InvalidProblem([f"whole points must stay below {2**62 // max(chain, 8):,} here. Got {largest:,}."])

    def _block(self, rows: Rows) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        if self.kept is not None:
            block, mask = self.kept
            return block[rows], mask if len(mask) == 0 else mask[rows]
        return plain_block(self.source, rows)

    def _make_room(self, entries: int) -> None:
        have = len(self.market.listed)
        need = self.room + entries
        if need > have or self.shared:
            self.shared = False
            size = need if have == 0 else max(need, have + have // 2)
            listed, points = np.empty(size, np.int32), np.empty(size, self.market.points.dtype)
            listed[: self.room] = self.market.listed[: self.room]
            points[: self.room] = self.market.points[: self.room]
            self.market = self.market._replace(listed=listed, points=points)
        self.room = need

    def enter(self, rows: NDArray[np.int64]) -> bool:
        """Enter rows until all are in (True), or time is up or rows cannot be placed (False).

        Parameters
        ----------
        rows : int64 [q]
            Rows that wait.

        Returns
        -------
        bool
        """
        tally = self.market.tally
        in_memory = self.kept is not None or isinstance(self.source, ArrayPoints | SparsePoints)
        while len(rows):
            parked = np.empty(0 if in_memory else len(rows), np.int64)
            tally[[at.NEXT, at.RESUMED, at.N_PARKED]] = 0
            done = self._enter_once(rows, parked)
            self.add("searches", int(tally[at.NEXT]))
            if not done:
                self.market.rows[:, at.WANTED] = 0
                return False
            rows = parked[: tally[at.N_PARKED]]
            wanted = np.flatnonzero(self.market.rows[:, at.WANTED])
            self.market.rows[wanted, at.WANTED] = 0
            if not self.longer_lists(wanted):
                return False
        return True

    def _enter_once(self, rows: NDArray[np.int64], parked: NDArray[np.int64]) -> bool:
        """Go through the rows once; say whether each is in or parked."""
        tally, how = self.market.tally, at.PAUSED
        while how in (at.PAUSED, at.ENDED):
            if self.watch.stop("rows", int(tally[at.NEXT]), len(rows)):
                return False
            how = enter_rows(self.market, rows, parked, BUDGET)
            self.add("candidates looked at", int(tally[at.WORK]))
            if self.effort is not None and self.counts["candidates looked at"] > self.effort:
                self.too_hard = True
                return False
            wanted = np.flatnonzero(self.market.rows[:, at.WANTED]) if how == at.ENDED else rows[:0]
            if not self.longer_lists(wanted):
                return False
        return bool(how == at.DONE)

    def enter_dense(self, points: NDArray[Any]) -> bool:
        """Enter all rows that wait, looking at whole rows of a matrix; say whether all are in.

        Parameters
        ----------
        points : int64 or float64 [n, m]
            Forbidden pairs minus `far_away`.

        Returns
        -------
        bool
        """
        tally = self.market.tally
        distances = self.market.column_values[:, at.DISTANCE]
        rows = np.flatnonzero(self.chosen == at.WAITING)
        tally[[at.NEXT, at.RESUMED]] = 0
        how = at.PAUSED
        distances[:] = self.market.marks[at.FAR]
        while how == at.PAUSED and not self.watch.stop("rows", int(tally[at.NEXT]), len(rows)):
            how = enter_rows_dense(self.market, rows, points, at.far_away(points.dtype), BUDGET)
            distances[:] = self.market.marks[at.FAR]
            self.add("pairs looked at", int(tally[at.WORK]))
        self.too_hard, self.whole_rows = False, True
        return bool(how == at.DONE)

    def longer_lists(self, rows: NDArray[np.int64]) -> bool:
        """Make the lists of these rows four times as long; say whether there was time for all.

        Parameters
        ----------
        rows : int64 [r]

        Returns
        -------
        bool
        """
        if len(rows) == 0:
            return True
        self.add("lists made longer", len(rows))
        if isinstance(self.source, SparsePoints):
            self._copy_sparse(rows, self.source.shape[1])
            return True
        longer = np.maximum(self.market.rows[rows, at.COUNT], 1) * GROWTH
        longer = np.minimum(longer, self.source.shape[1])
        return all(self.lengthen(rows[longer == k], int(k)) for k in np.unique(longer))

    def is_stuck(self) -> bool:
        """Say whether the last row that entered found no seat at all.

        Returns
        -------
        bool
        """
        return not self.watch.stopped and not self.too_hard and bool((self.chosen == at.WAITING).any())

    def adopt(self, chosen: NDArray[np.int64], prices: NDArray[Any]) -> None:
        """Take over a finished assignment with its column prices, found by another method.

        Parameters
        ----------
        chosen : int64 [n]
        prices : array [m]
        """
        take_over(self.market, chosen, prices.astype(self.leave.dtype))
        settle_prices(self.market)
        table, values = self.market.rows, self.market.row_values
        while True:
            short = (table[:, at.WHOLE] == 0) & (values[:, at.PRICE] <= values[:, at.TAIL])
            if not short.any():
                return
            if not self.longer_lists(np.flatnonzero(short)):
                return
            table, values = self.market.rows, self.market.row_values
            settle_prices(self.market)

    @property
    def chosen(self) -> NDArray[np.int64]:
        """Column of every row, or OUT or WAITING (a view)."""
        return self.market.rows[:, at.CHOSEN]

    @property
    def column_prices(self) -> NDArray[Any]:
        """Price of every column (a view)."""
        return self.market.column_values[: len(self.seats), at.PRICE]

    @property
    def used(self) -> NDArray[np.int64]:
        """Taken seats of every column (a view)."""
        return self.market.columns[: len(self.seats), at.USED]

    def finish(self) -> tuple[NDArray[np.int64], NDArray[Any], NDArray[Any]]:
        """Give rows that still wait any open seat, and settle prices so that they bound every assignment.

        Returns
        -------
        columns : int64 [n]
        row_prices, column_prices : arrays [n], [m]
        """
        if (self.chosen == at.WAITING).any():
            take_open_seats(self.market)
        if not self.whole_rows:
            settle_prices(self.market)
        row_prices = self.market.row_values[:, at.PRICE].copy()
        return self.chosen.copy(), row_prices, self.column_prices.copy()
