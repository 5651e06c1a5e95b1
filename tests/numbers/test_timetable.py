"""Timetables: the schedule, Hall's condition and a linear program must agree."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from matchmaker.model.moments import HOURS_A_MOMENT, MOMENTS
from matchmaker.numbers.timetable import fits_week, schedule

WEEK = len(MOMENTS)

# A few moments only, so that many cases are on the edge.
masks = st.integers(0, 31) | st.integers(0, (1 << WEEK) - 1)
tasks = st.lists(st.tuples(st.sampled_from([0.0, 0.5, 1.25, 2.0, 4.0, 6.5, 8.0, 12.0]), masks), min_size=1, max_size=6)


def by_linear_program(hours: list[float], masks: list[int]) -> bool:
    """Whether a table of hours exists: rows add up to the hours, columns to at most four, closed moments stay empty."""
    size = (len(hours), WEEK)
    upper = [HOURS_A_MOMENT if mask >> k & 1 else 0.0 for mask in masks for k in range(WEEK)]
    of_task = np.kron(np.eye(size[0]), np.ones(WEEK))
    of_moment = np.kron(np.ones(size[0]), np.eye(WEEK))
    found = linprog(
        np.zeros(size[0] * WEEK),
        A_eq=of_task,
        b_eq=hours,
        A_ub=of_moment,
        b_ub=np.full(WEEK, HOURS_A_MOMENT),
        bounds=list(zip(np.zeros(len(upper)), upper, strict=True)),
    )
    return bool(found.status == 0)


@settings(max_examples=150, deadline=None)
@given(tasks, st.lists(masks, min_size=1, max_size=4))
def test_three_methods_agree(tasks: list[tuple[float, int]], weeks: list[int]) -> None:
    """A timetable exists by augmenting paths exactly when it does by Hall's condition and by a linear program."""
    hours, when = [own for own, _ in tasks], [mask for _, mask in tasks]
    fits = fits_week(hours, when, np.array(weeks, np.int32))
    for week, fit in zip(weeks, fits.tolist(), strict=True):
        open_to = [mask & week for mask in when]
        assert (schedule(hours, open_to) is not None) == fit == by_linear_program(hours, open_to)


@settings(max_examples=150, deadline=None)
@given(tasks)
def test_a_schedule_keeps_every_limit(tasks: list[tuple[float, int]]) -> None:
    """In a schedule every task has its hours, in its own moments only, and no moment more than four."""
    hours, when = [own for own, _ in tasks], [mask for _, mask in tasks]
    table = schedule(hours, when)
    if table is None:
        return
    assert np.allclose(table.sum(axis=1), hours, atol=1e-5)
    assert (table >= -1e-9).all() and (table.sum(axis=0) <= HOURS_A_MOMENT + 1e-9).all()
    closed = np.array([[not mask >> k & 1 for k in range(WEEK)] for mask in when])
    assert not table[closed].any()


def test_hours_give_way_to_each_other() -> None:
    """A task that sits in the only moment of a later one moves on, along a chain of several tasks."""
    table = schedule([4.0, 4.0, 4.0, 4.0], [0b0011, 0b0110, 0b1100, 0b0001])
    assert table is not None
    assert [int(row.argmax()) for row in table] == [1, 2, 3, 0]


def test_many_different_moments() -> None:
    """With more than twelve different sets of moments the answer stays that of the schedule."""
    when = [1 << k | 1 << (k + 1) for k in range(14)]
    weeks = np.array([(1 << WEEK) - 1, (1 << 14) - 1, 0b111], np.int32)
    full = fits_week([4.0] * 14, when, weeks)
    assert full.tolist() == [True, True, False]
    assert fits_week([4.1] * 14 + [2.7], [*when, 1], weeks).tolist() == [False, False, False]


def test_nothing_fits_into_no_week() -> None:
    """No tasks fit into every week, and a task without a moment into none."""
    assert fits_week([], [], np.array([0, 1], np.int32)).tolist() == [True, True]
    assert schedule([1.0], [0]) is None
