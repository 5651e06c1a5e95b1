"""A first plan: what is kept of an earlier one, a dive, and rounds for who is left."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from matchmaker.solve.joint.dive import dive
from matchmaker.solve.joint.fillings import keep_notes, no_notes, note_employers
from matchmaker.solve.joint.repair import Kind, Repair
from matchmaker.solve.joint.rounds import place_in_rounds
from matchmaker.solve.joint.stock import Columns, Stock, column_fits, copy_column, full_stock, no_columns, take

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from matchmaker.solve.joint.build import Aims
    from matchmaker.solve.joint.clock import Clock
    from matchmaker.solve.joint.dual import Relaxation
    from matchmaker.solve.reach import Reach

__all__ = ["first_plan", "note_more_dives"]

DIVED_UNTIL, PLACED_UNTIL = 0.5, 0.7
"""Shares of the time at which a dive has to be done, and after which no round for who is left begins."""
MORE, MORE_UNTIL = 6, 0.45
"""Dives more that are made for their fillings, and the share of the time after which none begins."""


def first_plan(
    reach: Reach,
    kind: Kind,
    relaxation: Relaxation,
    aims: Aims,
    masks: dict[str, NDArray[np.bool_]],
    lottery: NDArray[np.int64],
    seed: int,
    clock: Clock,
    before: Columns | None,
) -> Repair:
    """Make a first plan: whom people have placed and who is protected, then the rest; each keeps what fits."""
    stock, chosen = Stock(*full_stock(reach.work)), no_columns(len(lottery), reach.work.max_tasks)
    kept, stages, rounds, ahead = 0, 0, 0, masks["fixed"] | masks["protected"]
    for who, tell in ((ahead, lambda _: None), (~ahead, partial(clock.tell, "first plan"))):
        kept += 0 if before is None else _keep(reach, stock, before, chosen, lottery, who)
        stages += dive(
            reach, stock, kind.prices, relaxation.pool.columns, chosen, packings=relaxation.packings, who=who,
            bonus=kind.bonus, lottery=lottery, seconds_left=partial(clock.left, DIVED_UNTIL), tell=tell,
        )  # fmt: skip
        rounds += place_in_rounds(
            reach,
            stock,
            kind.prices,
            relaxation.pool.columns,
            chosen,
            who=who,
            first=masks["hardest"],
            lottery=lottery,
            stop=lambda: clock.over(PLACED_UNTIL),
        )
    clock.done("first plan", kept=kept, stages=stages, rounds=rounds, placed=int((chosen.employer >= 0).sum()))
    return Repair(reach, stock, chosen, aims, relaxation.packings, seed)


def note_more_dives(
    repair: Repair, kind: Kind, relaxation: Relaxation, lottery: NDArray[np.int64], clock: Clock
) -> int:
    """Dive a few times more, with ties broken in other ways, and keep what employers get; return how many times.

    No such plan need be better than the first: what counts is which of their fillings go together (`recombine`).
    """
    reach, notes, done = repair.reach, no_notes(1, *repair.room), 0

    def one(turn: int) -> Columns | None:
        if clock.over(MORE_UNTIL):
            return None
        stock, chosen = Stock(*full_stock(reach.work)), no_columns(len(lottery), reach.work.max_tasks)
        ranks = np.random.default_rng([repair.seed, turn]).permutation(len(lottery))[lottery]
        dive(
            reach, stock, kind.prices, relaxation.pool.columns, chosen, packings=relaxation.packings,
            who=np.ones(len(lottery), bool), bonus=kind.bonus, lottery=ranks,
            seconds_left=partial(clock.left, DIVED_UNTIL),
        )  # fmt: skip
        return chosen

    with ThreadPoolExecutor() as pool:
        for chosen in pool.map(one, range(MORE)):
            if chosen is None:
                continue
            done += 1
            for employer in range(len(reach.work.places)):
                note_employers(chosen, np.array([employer]), notes)
                keep_notes(notes, repair.fillings)
    return done


def _keep(
    reach: Reach,
    stock: Stock,
    before: Columns,
    chosen: Columns,
    lottery: NDArray[np.int64],
    who: NDArray[np.bool_],
) -> int:
    """Give out again what still fits of an earlier plan, in the order of the lottery; return how many."""
    kept = 0
    for pupil in np.argsort(lottery).tolist():
        if who[pupil] and before.employer[pupil] >= 0 and column_fits(reach.work, stock, before, pupil):
            copy_column(before, pupil, chosen, pupil)
            take(reach.work, stock, chosen, pupil)
            kept += 1
    return kept
