"""Choosing positions and changes together, against trying every choice."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy.sparse import csr_array

from matchmaker.solve.choose import choose

COLUMNS, RESOURCES, CHANGES, BUDGET = 6, 4, 3, 2


@pytest.mark.parametrize("seed", range(12))
def test_no_choice_is_better(seed: int) -> None:
    """Of all columns and changes within the budget the choice has most of the first aim, then of the second."""
    rng = np.random.default_rng(seed)
    table = rng.integers(0, 3, (RESOURCES, COLUMNS)).astype(float)
    room = rng.integers(0, 4, RESOURCES).astype(float)
    relief = rng.integers(0, 2, (RESOURCES, CHANGES)).astype(float)
    needs = (rng.random((COLUMNS, CHANGES)) < 0.2).astype(float)
    most = rng.integers(1, 3, CHANGES)
    aims = [np.ones(COLUMNS), rng.integers(0, 50, COLUMNS).astype(float)]
    made = choose(
        csr_array(table),
        room,
        relief=csr_array(relief),
        needs=csr_array(needs),
        most=most,
        budget=BUDGET,
        aims=aims,
    )
    assert made is not None and made.proved

    def allowed(taken: np.ndarray, changes: np.ndarray) -> bool:
        asked = ((needs > 0) & taken[:, None] & (changes[None, :] == 0)).any()
        fits = (table @ taken <= room + relief @ changes + 1e-9).all()
        return bool(fits and not asked and changes.sum() <= BUDGET and (changes <= most).all())

    best = max(
        (*(float(aim @ np.array(taken)) for aim in aims), -sum(changes))
        for changes in product(*(range(int(top) + 1) for top in most))
        for taken in product((0, 1), repeat=COLUMNS)
        if allowed(np.array(taken, bool), np.array(changes))
    )
    assert allowed(made.taken, made.changes)
    assert (*(float(aim @ made.taken) for aim in aims), -int(made.changes.sum())) == best
