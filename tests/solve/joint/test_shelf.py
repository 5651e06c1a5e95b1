"""Bundles kept by pair, against looking through them one by one."""

from __future__ import annotations

import numpy as np
import pytest

from matchmaker.solve.joint.build import best_position, new_found
from matchmaker.solve.joint.shelf import ROWS, best_kept, keep, no_shelf, take_down
from matchmaker.solve.joint.stock import Stock, column_fits, free_prices, full_stock, no_columns, take
from tests.solve.joint.test_solution import reach_of


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_best_kept_bundle_is_the_best_that_fits(seed: int) -> None:
    """Of the bundles kept of a pair, the one that fits and is worth most at the prices is found."""
    reach, draws = reach_of(seed), np.random.default_rng(seed)
    work, tasks = reach.work, reach.work.max_tasks
    free, shelf = free_prices(work), no_shelf(len(reach.pair_pupil), tasks)
    looked = 0
    for pair in draws.choice(len(reach.pair_pupil), 8, replace=False).tolist():
        pupil, employer = int(reach.pair_pupil[pair]), int(reach.pair_employer[pair])
        stock, table = Stock(*full_stock(work)), no_columns(ROWS + 6, tasks)
        rows = 0
        for row in range(ROWS + 6):
            price = draws.uniform(0, 150, len(work.lot_pieces)) * (draws.random(len(work.lot_pieces)) < 0.5)
            worth = best_position(reach, stock, free, price, pupil, employer, -1e18, table, row, new_found(1, tasks))
            if worth > -1e18 and table.function[row] < 0:
                keep(shelf, pair, table, row)
                rows += 1
        one = no_columns(1, tasks)
        for turn in range(4):
            price = draws.uniform(0, 60, len(work.lot_pieces))
            bundles = [row for row in range(ROWS + 6) if table.employer[row] >= 0 and table.function[row] < 0]
            costs = [(price[table.lot[row]] * table.count[row] * (table.lot[row] >= 0)).sum() for row in bundles]
            worths = {row: table.points[row] - cost for row, cost in zip(bundles, costs, strict=True)}
            kept = dict(list(worths.items())[-ROWS:])
            fitting = [worth for row, worth in kept.items() if column_fits(work, stock, table, row)]
            place, worth = best_kept(reach, stock, price, pair, -1e18, shelf)
            assert (place >= 0) == bool(fitting)
            if place >= 0:
                assert worth == pytest.approx(max(fitting))
                take_down(shelf, pair, place, one, 0)
                one.employer[0], one.pupil[0] = employer, pupil
                assert column_fits(work, stock, one, 0)
                if turn < 2:
                    take(work, stock, one, 0)
                looked += 1
    assert looked > 5
