"""Near ties: every one is a plan that can be had."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

import matchmaker as mm
from benchmarks.regions import make_region
from matchmaker.model import Decision, Region
from matchmaker.plan.near_ties import NearTie, near_ties
from matchmaker.plan.rows import Rows

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = Path(__file__).resolve().parent / "golden"
NO_HARDEST = {"hardest_share": 0.0}


@cache
def region_of(name: str) -> Region:
    """Return tiny, tiny with a second garage like e8, or a generated region of that seed."""
    if name not in ("tiny", "twin"):
        return make_region(16, employers=6, tasks_per_employer=6, seed=int(name))
    tiny = mm.read_region(ROOT / "data" / "fixtures" / "tiny")
    if name == "tiny":
        return tiny
    own = tiny.functions.get("f9")
    tasks = [task for task in tiny.tasks if task.function == "f9"]
    return tiny.replace(
        employers=tiny.employers.with_rows([tiny.employers.get("e8").model_copy(update={"id": "twin", "lat": 52.221})]),
        functions=tiny.functions.with_rows([own.model_copy(update={"id": "tf", "employer": "twin"})]),
        tasks=tiny.tasks.with_rows(
            [task.model_copy(update={"id": f"tt{task.id}", "function": "tf"}) for task in tasks]
        ),
    )


@cache
def plan_of(name: str) -> mm.Plan:
    """Return the plan of a region in which nobody counts as hardest to place."""
    return mm.match(region_of(name), policy=NO_HARDEST)


@cache
def ties_of(name: str, within: int) -> Rows[NearTie]:
    """Return the near ties of a region."""
    return near_ties(plan_of(name), within=within)


@pytest.mark.parametrize("name", ["tiny", "twin", "4"])
def test_every_near_tie_can_be_had(name: str) -> None:
    """With everybody who moves fixed where the near tie says, a fresh plan loses no more than it says."""
    plan = plan_of(name)
    ties = ties_of(name, 320)
    assert len(ties) > 0
    for tie in ties[:2]:
        region = region_of(name)
        decided = {one.pupil for one in region.decisions}
        rows = [
            Decision(pupil=move.pupil, employer=move.after, kind="fixed")
            for move in tie.moves
            if move.after is not None and move.pupil not in decided
        ]
        made = mm.match(region.replace(decisions=region.decisions.with_rows(rows)), policy=NO_HARDEST)
        assert made.placed == plan.placed
        assert plan.points - made.points <= tie.loss <= 320
        assert all(made.placement(row.pupil).employer == row.employer for row in rows)


@pytest.mark.parametrize("name", ["tiny", "twin", "4"])
def test_near_ties_are_sorted_and_told_once(name: str) -> None:
    """Near ties come by what they lose, and no set of moves comes twice."""
    ties = ties_of(name, 320)
    assert [tie.loss for tie in ties] == sorted(tie.loss for tie in ties)
    assert len({frozenset(tie.moves) for tie in ties}) == len(ties)
    assert all(tie.before != tie.after and tie.loss >= 0 for tie in ties)


def test_a_swap_is_of_two_employers() -> None:
    """In a swap each of the two goes to the employer of the other, and nobody else moves."""
    swaps = [tie for name in ("tiny", "twin", "4") for tie in ties_of(name, 320) if tie.kind == "swap"]
    assert swaps
    for tie in swaps:
        first, second = tie.moves
        assert (first.before, first.after) == (second.after, second.before)
        assert tie.loss == -first.points - second.points


def test_who_moves_alone_takes_what_is_left() -> None:
    """Where the same work is to be had next door, moving there alone is a near tie."""
    moves = [tie for tie in ties_of("twin", 320) if tie.kind == "move"]
    assert moves
    assert all(len(tie.moves) == 1 and tie.loss == -tie.moves[0].points for tie in moves)


@pytest.mark.parametrize("language", ["en", "nl"])
def test_sentences(language: str) -> None:
    """The sentences are those of the golden file."""
    said = "\n".join(tie.summary(language=language) for tie in ties_of("tiny", 320))
    assert said + "\n" == (GOLDEN / f"near_ties.{language}.txt").read_text(encoding="utf-8")


def test_a_near_tie_shows_itself() -> None:
    """A near tie has a repr with ids, and a document of plain values."""
    tie = ties_of("tiny", 320)[0]
    assert repr(tie).startswith("<NearTie ") and str(tie) == tie.summary()
    assert json.loads(json.dumps(tie.to_document()))["loss"] == tie.loss
    assert len(ties_of("tiny", 320).to_frame()) == len(ties_of("tiny", 320))
