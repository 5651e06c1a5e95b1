"""One test for each hard rule, on the region that fits on paper."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import matchmaker as mm
from matchmaker.model import Region
from matchmaker.numbers.problem import Problem, make_problem
from matchmaker.rules import EMPLOYER_RULES, REASONS, TASK_RULES, employer_mask, task_factors

TINY = Path(__file__).resolve().parents[1] / "data" / "fixtures" / "tiny"


@pytest.fixture(scope="module")
def tiny() -> Region:
    return mm.read_region(TINY)


@pytest.fixture(scope="module")
def problem(tiny: Region) -> Problem:
    return make_problem(tiny)


def said(tiny: Region, pupil: str, **position: object) -> dict[str, str]:
    """Rule to sentence of what a position breaks."""
    return {one.rule: one.text for one in mm.score(tiny, pupil=pupil, **position).violations}


def test_route(tiny: Region) -> None:
    """A pupil on route day_activity in stage placement has no position; in stage preparation the route is no matter."""
    assert "route" in said(tiny, "p07", tasks={"t05": 4})
    assert "route" not in said(tiny, "p12", tasks={"t14": 4, "t15": 4})


def test_decisions(tiny: Region) -> None:
    """An excluded pair is never allowed, nor another employer for a pupil who is fixed; the reason is told."""
    assert "eerdere stage" in said(tiny, "p13", tasks={"t18": 5})["decisions"]
    assert "e1 Kwekerij De Wilg" in said(tiny, "p01", tasks={"t07": 4})["decisions"]
    assert said(tiny, "p01", tasks={"t01": 4}) == {}


def test_own_say(tiny: Region) -> None:
    """A pupil gets no employer and no family of work that the pupil refuses."""
    assert "Green work" in said(tiny, "p04", tasks={"t01": 4})["own_say"]
    assert "e2 Wasserij Helder" in said(tiny, "p05", tasks={"t04": 4})["own_say"]


def test_travel(tiny: Region) -> None:
    """4.45 km is too far for who travels 4 km; not stated is no limit."""
    assert "4.45 km, at most 4 km" in said(tiny, "p05", tasks={"t07": 4})["travel"]
    assert "travel" not in said(tiny, "p13", tasks={"t01": 4})


def test_employer(tiny: Region) -> None:
    """An employer from 18 years takes nobody of 17; preparation needs a recognised company."""
    assert "from 18 years, the pupil is 17" in said(tiny, "p04", tasks={"t05": 4})["employer"]
    assert "e5 Zorghuis Avondrust" in said(tiny, "p12", tasks={"t08": 3, "t09": 3})["employer"]
    assert said(tiny, "p12", tasks={"t14": 4, "t15": 4}) == {}


def test_places(tiny: Region) -> None:
    """An employer without places has no position."""
    none = tiny.replace(employers=tiny.employers.with_row("e4", places=0))
    assert "e4" in said(none, "p04", tasks={"t07": 4})["places"]


def test_supervision(tiny: Region) -> None:
    """A pupil who needs 3 h of support has no position where there are 2 h."""
    assert "3 h needed, 2 h" in said(tiny, "p11", tasks={"t18": 10})["supervision"]


def test_abilities(tiny: Region) -> None:
    """Two levels more than shown is too much, one is not, and what nobody observed excludes nothing."""
    assert "Planning 4, shown is 2" in said(tiny, "p02", tasks={"t01": 4})["abilities"]
    assert said(tiny, "p01", tasks={"t01": 4}) == {}
    assert mm.score(tiny, pupil="p12", tasks={"t14": 4, "t15": 4}).to_observe == ("endurance",)


def test_conditions(tiny: Region) -> None:
    """A pupil gets no task with a condition that the pupil excludes."""
    assert "Noise" in said(tiny, "p03", tasks={"t04": 4})["conditions"]


def test_certificates(tiny: Region) -> None:
    """A pupil without the certificate gets no task that needs it."""
    assert "t05" in said(tiny, "p02", tasks={"t05": 4})["certificates"]
    assert "certificates" not in said(tiny, "p13", tasks={"t13": 6})


def test_hours(tiny: Region) -> None:
    """The hours of a position lie between the pupil's least and most."""
    assert "4 h a week, the pupil works 6 to 8 h" in said(tiny, "p03", tasks={"t07": 4})["hours"]


def test_timetable(tiny: Region) -> None:
    """Eight hours do not fit into the one moment that is open to two tasks together."""
    assert "8 h of work, and open to both are mo-am" in said(tiny, "p06", tasks={"t03": 4, "t04": 4})["timetable"]
    assert mm.score(tiny, pupil="p06", tasks={"t04": 4}).timetable == {"t04": {"mo-am": 4.0}}


def test_tasks_once(tiny: Region) -> None:
    """Only whole pieces of what can be split off, whole groups, and functions that are vacant."""
    assert "cannot be split off" in said(tiny, "p09", tasks={"t21": 4})["tasks_once"]
    assert "pieces of 5 h" in said(tiny, "p10", tasks={"t18": 4})["tasks_once"]
    assert "moves together" in said(tiny, "p12", tasks={"t14": 4})["tasks_once"]
    assert "has no vacancy" in said(tiny, "p08", vacancy="f9")["tasks_once"]
    assert said(tiny, "p08", vacancy="f5") == {}


def test_carving_limits(tiny: Region) -> None:
    """At most three tasks here, each long enough, and no more of a function than it may give up."""
    assert "4 tasks, at most 3" in said(tiny, "p08", tasks={"t08": 3, "t09": 3, "t10": 3, "t11": 4.5})["carving_limits"]
    assert "at least 0.56 h" in said(tiny, "p11", tasks={"t16": 8.5, "t17": 0.5})["carving_limits"]
    assert "may give up 3 h, not 4 h" in said(tiny, "p09", tasks={"t12": 4})["carving_limits"]


def test_fit_floor(tiny: Region) -> None:
    """A position below the region's floor is not allowed."""
    floor = tiny.replace(policy=tiny.policy.replace(fit_floor=2000))
    assert "the floor is 2000" in said(floor, "p01", tasks={"t01": 4})["fit_floor"]


def misses(problem: Problem, rule: str, pupil: int, task: int) -> list[float]:
    """What the factors of a task rule count for one pupil and task."""
    factors = [make(problem) for make in TASK_RULES.get(rule, [])]
    return [float(left[pupil] @ right[task]) for left, right in factors]


def test_masks_agree_with_reasons(tiny: Region, problem: Problem) -> None:
    """A rule's mask forbids a pair just where the position's reasons name the rule."""
    tasks = problem.tasks
    for pupil, name in enumerate(problem.pupils.ids):
        row = np.array([pupil])
        for task in range(len(tasks.ids)):
            found = said(tiny, name, tasks={tasks.ids[task]: float(tasks.hours[task])})
            for rule, masks in EMPLOYER_RULES.items():
                allowed = all(mask(problem, row)[0, tasks.employer[task]] for mask in masks)
                wrong = [
                    left[pupil] @ right[task] for left, right in (make(problem) for make in TASK_RULES.get(rule, []))
                ]
                assert (rule in found) == (not allowed or any(wrong)), (name, tasks.ids[task], rule)
            for rule in set(TASK_RULES) - set(EMPLOYER_RULES):
                wrong = misses(problem, rule, pupil, task)
                assert (rule in found) == any(wrong), (name, tasks.ids[task], rule)


def test_all_rules_together(problem: Problem) -> None:
    """The joint mask is the conjunction of all rules about pairs, the joint factors count all misses."""
    rows = np.arange(len(problem.pupils.ids))
    alone = [mask(problem, rows) for masks in EMPLOYER_RULES.values() for mask in masks]
    expected = np.logical_and.reduce(alone) & problem.pupils.may_work[:, None]
    assert (employer_mask(problem, rows) == expected).all()
    left, right = task_factors(problem)
    misses = sum(one @ other.T for makers in TASK_RULES.values() for one, other in (make(problem) for make in makers))
    assert (left @ right.T == misses).all()


def test_every_rule_has_its_sentences() -> None:
    """Every rule has both sentences in both languages, with the same blanks to fill in."""
    assert set(EMPLOYER_RULES) | set(TASK_RULES) <= set(REASONS)
    for rule, reason in REASONS.items():
        for texts in (reason.one, reason.many):
            assert set(texts) == {"en", "nl"}, rule
            assert texts["en"].count("{") == texts["nl"].count("{"), rule
