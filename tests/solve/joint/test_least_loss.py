"""The least that an employer loses, against trying every set of positions."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.numbers.arrays import read_only
from matchmaker.solve.joint.least_loss import Filling, least_loss

PLENTY = 1e6


def largest(pieces: np.ndarray, hours: np.ndarray, cap: float) -> np.ndarray:
    """List the choices of pieces within the limit to which nothing can be added."""
    allowed = [np.array(one) for one in product(*(range(n + 1) for n in pieces)) if one @ hours <= cap + 1e-9]
    return np.array([one for one in allowed if not any((one <= more).all() and (one < more).any() for more in allowed)])


@st.composite
def fillings(draw: st.DrawFn) -> Filling:
    """Draw an employer with up to four lots of one function, a vacancy, and up to seven positions."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    lots, count, grouped = int(rng.integers(1, 5)), int(rng.integers(1, 8)), bool(rng.integers(2))
    have = np.concatenate([rng.integers(1, 3, lots), [1], [rng.integers(1, 4)]])
    rows, pieces, hours = lots + 2, have[:lots], rng.integers(1, 5, lots).astype(float)
    cap = float(rng.integers(4, 16)) if grouped else np.inf
    price = rng.integers(0, 40, rows).astype(float)
    choice = largest(pieces, hours, cap) if grouped else np.zeros((0, 0), np.int64)
    row, used = np.full((count, lots + 1), -1), np.zeros((count, lots + 1), np.int64)
    row[:, 0], used[:, 0] = rows - 1, 1
    for one in range(count):
        own = np.sort(rng.permutation(lots)[: rng.integers(1, lots + 1)]) if rng.random() < 0.8 else np.array([lots])
        row[one, 1 : len(own) + 1] = own
        used[one, 1 : len(own) + 1] = [rng.integers(1, have[at] + 1) for at in own]
    table = np.zeros((rows, 1))
    table[:lots, 0] = hours
    drawn = (used[:, :, None] * table[row] * (row >= 0)[:, :, None]).sum(axis=1)
    # A position that is too much by itself is none.
    row, used, drawn = (part[drawn[:, 0] <= cap] for part in (row, used, drawn))
    count, loss = len(row), np.sort(rng.integers(0, 30, len(row))).astype(float)
    paid = (used * price[row] * (row >= 0)).sum(axis=1)
    return Filling(
        have=have,
        price=price,
        grouped=np.arange(rows) < (lots if grouped else 0),
        own_start=np.array([0, lots] if grouped else [0]),
        own=np.arange(lots if grouped else 0),
        choice_start=np.array([0, len(choice)] if grouped else [0]),
        choice=choice,
        full=(choice @ price[:lots]).max(keepdims=True) if grouped else np.zeros(0),
        hours=table,
        cap=read_only(np.array([cap])),
        hour_price=np.zeros(1),
        supervision=float(rng.integers(3, 8)),
        supervision_price=0.0,
        row=row,
        count=used,
        drawn=drawn,
        loss=loss,
        support=rng.integers(0, 4, count).astype(float),
        share=np.minimum(loss / np.maximum(paid, 1e-6), 1.0),
        pupil=rng.integers(0, 5, count),
    )


def lost(filling: Filling, chosen: tuple[int, ...]) -> float:
    """What a set of positions loses with all that it leaves over; infinite when it breaks a limit."""
    used, picked = np.zeros(len(filling.have), np.int64), list(chosen)
    for one in picked:
        for row, much in zip(filling.row[one], filling.count[one], strict=True):
            used[row] += much if row >= 0 else 0
    broken = (used > filling.have).any() or len(set(filling.pupil[picked])) < len(picked)
    if broken or filling.support[picked].sum() > filling.supervision or filling.drawn[picked].sum() > filling.cap[0]:
        return np.inf
    left = ((filling.have - used) * filling.price)[~filling.grouped].sum()
    left += filling.full.sum() - (used * filling.price)[filling.grouped].sum()
    return float(filling.loss[picked].sum() + left)


@given(fillings())
@settings(max_examples=400, deadline=None)
def test_the_least_of_all_sets_is_found(filling: Filling) -> None:
    """Trying every set of positions finds nothing that loses less, and one that loses as much."""
    every = range(len(filling.loss))
    best = min(lost(filling, chosen) for size in range(len(every) + 1) for chosen in combinations(every, size))
    least, ended = least_loss(filling, PLENTY, 100_000_000)
    assert ended
    assert np.isclose(least, best, atol=1e-5)


@given(fillings(), st.integers(0, 80))
@settings(max_examples=200, deadline=None)
def test_a_limit_that_nothing_beats_is_the_answer(filling: Filling, beat: int) -> None:
    """Where no filling loses less than what is to beat, that is what comes back."""
    least, _ = least_loss(filling, PLENTY, 100_000_000)
    assert np.isclose(least_loss(filling, float(beat), 100_000_000)[0], min(least, beat), atol=1e-5)


@given(fillings())
@settings(max_examples=50, deadline=None)
def test_a_search_cut_short_says_so(filling: Filling) -> None:
    """A search that may not look at any position proves nothing."""
    assert not least_loss(filling, PLENTY, 0)[1]
