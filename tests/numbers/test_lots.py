"""Lots: pieces and groups."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.numbers.lots import Lots, make_lots


def lots(*tasks: tuple[int, float, int, bool, str | None], employers: int = 2) -> Lots:
    """Lots of tasks given as employer, hours, pieces, detachable, together."""
    employer, hours, pieces, detachable, together = zip(*tasks, strict=True) if tasks else [()] * 5
    return make_lots(
        np.array(employer, np.int64),
        np.array(hours, float),
        np.array(pieces, np.int64),
        np.array(detachable, bool),
        np.array(together, object),
        employers,
    )


def test_pieces_are_equal_parts() -> None:
    """A task of 6 h in 3 pieces is one lot of three times 2 h."""
    found = lots((0, 6.0, 3, True, None))
    assert (found.pieces.tolist(), found.hours.tolist(), found.part_hours.tolist()) == ([3], [2.0], [2.0])


def test_a_group_is_one_piece() -> None:
    """Tasks of a group make one lot of one piece, whatever their own pieces; each keeps its own hours in it."""
    found = lots((0, 2.0, 2, True, "g"), (0, 5.0, 1, True, None), (0, 3.0, 1, True, "g"))
    assert found.pieces.tolist() == [1, 1]
    assert found.hours.tolist() == [5.0, 5.0]
    assert found.part_task.tolist() == [0, 2, 1]
    assert found.part_hours.tolist() == [2.0, 3.0, 5.0]


def test_a_group_counts_within_its_employer() -> None:
    """The same id of a group at two employers is two groups."""
    found = lots((0, 2.0, 1, True, "g"), (1, 3.0, 1, True, "g"))
    assert found.start.tolist() == [0, 1, 2]
    assert found.hours.tolist() == [2.0, 3.0]


def test_a_group_moves_whole_or_not_at_all() -> None:
    """When one task of a group is not detachable, or has no hours to give, none of the group is a lot."""
    for fixed in ((0, 2.0, 1, False, "g"), (0, 0.0, 1, True, "g")):
        assert lots((0, 3.0, 1, True, "g"), fixed, (0, 1.0, 1, True, None)).hours.tolist() == [1.0]


def test_no_lots() -> None:
    """Without anything to split off the arrays are empty, of the same types as ever."""
    some, none = lots((0, 2.0, 1, True, None)), lots()
    for name, array in vars(none).items():
        assert array.dtype == vars(some)[name].dtype, name
    assert none.start.tolist() == [0, 0, 0] and none.part_start.tolist() == [0]


@st.composite
def tables(draw: st.DrawFn) -> list[Any]:
    """Tasks of two employers, sorted by employer."""
    task = st.tuples(
        st.integers(0, 1),
        st.sampled_from([0.0, 0.5, 3.0, 4.0]),
        st.integers(1, 3),
        st.booleans(),
        st.sampled_from([None, "g", "h"]),
    )
    return sorted(draw(st.lists(task, max_size=8)), key=lambda one: one[0])


@settings(max_examples=100, deadline=None)
@given(tables())
def test_every_detachable_hour_is_in_one_lot(tasks: list[Any]) -> None:
    """Pieces x hours of a lot are all hours of its tasks, each task is in at most one lot, and lots lie by employer."""
    found = lots(*tasks)
    assert len(set(found.part_task.tolist())) == len(found.part_task)
    for lot, (first, last) in enumerate(zip(found.part_start[:-1], found.part_start[1:], strict=True)):
        own = [tasks[task] for task in found.part_task[first:last]]
        assert np.isclose(found.pieces[lot] * found.hours[lot], sum(one[1] for one in own))
        assert all(one[3] for one in own)
        assert len({(one[0], one[4]) for one in own}) == 1
        assert found.start[own[0][0]] <= lot < found.start[own[0][0] + 1]
        assert not found.hours.flags.writeable
