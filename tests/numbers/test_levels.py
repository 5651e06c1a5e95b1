"""What observations say together about a level."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import matchmaker as mm
from matchmaker.model import Region
from matchmaker.numbers.levels import LevelEstimates, estimate_levels, observation_quality
from matchmaker.numbers.problem import make_problem
from matchmaker.rules import task_factors

DATE = "2026-11-02"
SOURCES = ("test", "teacher", "internship", "employer", "self", "wage_value")
DIMENSIONS = ("care", "pace")


def region(*observations: dict[str, Any], most: int = 5, aids: str = "", demand: int = 3) -> Region:
    """Pupils p1 and p2 (p1 has the aids), one task that asks a level of pace, and these observations."""
    pupil = {"birth_month": "2008-01", "school": "pro", "lat": 52, "lon": 6, "hours_min": 4, "hours_max": 8}
    dimensions = [{"id": name, "domain": "doing", "label": {"nl": name, "en": name}} for name in DIMENSIONS]
    return mm.read_region(
        {
            "region": {
                "name": "levels",
                "date": DATE,
                "framework": {"name": "two", "levels": list(range(most + 1)), "dimensions": dimensions},
            },
            "pupils": [{"id": "p1", "aids": aids} | pupil, {"id": "p2"} | pupil],
            "observations": [{"pupil": "p1", "dimension": "pace"} | one for one in observations],
            "employers": [{"id": "e", "name": "E", "lat": 52, "lon": 6, "places": 1, "supervision_hours": 2}],
            "functions": [{"id": "f", "employer": "e", "name": "F"}],
            "tasks": [{"id": "t", "function": "f", "name": "T", "hours": 4}],
            "demands": [{"task": "t", "dimension": "pace", "level": demand}],
        }
    )


def estimate(region: Region) -> LevelEstimates:
    """The estimates of p1 and p2, on care and pace."""
    return estimate_levels(region, np.array(["p1", "p2"], object))


def chances(*observations: dict[str, Any], aids: str = "") -> np.ndarray:
    """What is known of the pace of p1, in percents per level."""
    return estimate(region(*observations, aids=aids)).percent[0, 1]


@pytest.mark.parametrize("most", [5, 7])
def test_one_test_gives_its_level(most: int) -> None:
    """A single observation of source test on the region's date gives that level, for every level of 0-5 and 0-7."""
    for level in range(most + 1):
        found = estimate(region({"level": level, "source": "test", "date": DATE}, most=most))
        assert found.median[0, 1] == level
        assert found.percent[0, 1].argmax() == level


observations = st.fixed_dictionaries(
    {
        "pupil": st.sampled_from(["p1", "p2"]),
        "dimension": st.sampled_from(DIMENSIONS),
        "level": st.integers(0, 5),
        "source": st.sampled_from(SOURCES),
        "date": st.sampled_from([None, "2026-11-02", "2026-10", "2024-05-17", "2019-01-31"]),
    }
)


@settings(max_examples=60, deadline=None)
@given(st.lists(observations, max_size=12), st.randoms(use_true_random=False))
def test_percents_add_up_whatever_the_row_order(rows: list[dict[str, Any]], random: Any) -> None:
    """Chances are whole percents that add up to 100 where anything was observed, the same for any order of the rows."""
    found = estimate(region(*rows))
    observed = np.zeros((2, 2), bool)
    for row in rows:
        observed[int(row["pupil"] == "p2"), DIMENSIONS.index(row["dimension"])] = True
    assert (found.percent.sum(axis=2) == np.where(observed, 100, 0)).all()
    assert (found.percent >= 0).all() and (found.observed == observed).all()
    random.shuffle(rows)
    again = estimate(region(*rows))
    assert (again.percent == found.percent).all() and (again.median == found.median).all()


def test_the_median_is_reached_by_half() -> None:
    """The level estimated is the lowest that the pupil surpasses with a chance of at most a half."""
    found = estimate(region({"level": 4, "source": "self"}, {"level": 1, "source": "teacher"}))
    level, share = int(found.median[0, 1]), found.percent[0, 1].cumsum()
    assert share[level] >= 50 and (level == 0 or share[level - 1] < 50)


def test_unknown_is_not_low() -> None:
    """Who was not observed is not excluded from a task that asks the highest level; who was seen low is."""
    problem = make_problem(region({"level": 0, "source": "test", "date": DATE}, demand=5))
    left, right = task_factors(problem)
    assert ((left @ right.T)[:, 0] > 0).tolist() == [True, False]
    assert problem.levels.median[:, 1].tolist() == [0, -1]


def test_old_observations_weigh_less() -> None:
    """Of two teachers who disagree the one who saw the pupil last counts most; one alone gets less sure with years."""
    old, new = {"source": "teacher", "date": "2023-11-02"}, {"source": "teacher", "date": DATE}
    levels = np.arange(6)
    assert (
        chances({"level": 1} | old, {"level": 4} | new) @ levels
        > chances({"level": 1} | new, {"level": 4} | old) @ levels
    )
    sure = [chances({"level": 3, "source": "teacher", "date": date}).max() for date in (DATE, "2025-01", "2022-01")]
    assert sure[0] > sure[1] > sure[2]
    undated = chances({"level": 3, "source": "teacher"})
    assert abs(int(undated.max()) - int(chances({"level": 3, "source": "teacher", "date": "2025-05-02"}).max())) <= 1


def test_sources_differ_in_bias_and_spread() -> None:
    """An internship report of level 3 says less than a test of 3: lower on average, and less sure."""
    levels = np.arange(6)
    test, report = (chances({"level": 3, "source": source, "date": DATE}) for source in ("test", "internship"))
    assert report @ levels < test @ levels
    assert report.max() < test.max()
    assert observation_quality()["internship"]["bias"] > 0 == observation_quality()["test"]["bias"]


def test_an_aid_counts_for_who_has_it() -> None:
    """An observation made with an aid counts only for a pupil who has that aid."""
    seen = {"level": 4, "source": "test", "date": DATE, "aid": "headphones"}
    assert chances(seen).sum() == 0
    assert chances(seen, aids="timer;headphones").argmax() == 4


def test_estimates_are_closed_for_writing() -> None:
    """Nobody can change an estimate by mistake."""
    found = estimate(region({"level": 2, "source": "test"}))
    assert not found.percent.flags.writeable and not found.median.flags.writeable
