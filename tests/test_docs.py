"""The documentation speaks of what is there."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import matchmaker
from matchmaker.model import Region
from matchmaker.numbers.problem import make_problem
from matchmaker.points import EMPLOYER_POINTS, TASK_POINTS
from matchmaker.rules import REASONS
from matchmaker.solve.joint.dual import Count, exact_bound
from matchmaker.solve.joint.stock import free_prices
from matchmaker.solve.reach import make_reach

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))


def test_reference_has_every_public_name() -> None:
    """The reference has every name that the package offers, and no other."""
    named = re.findall(r"^\.\. auto\w+:: matchmaker\.(\w+)$", (DOCS / "reference.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(named) == sorted(matchmaker.__all__)


def test_every_rule_and_contribution_has_its_row() -> None:
    """The method has a row for every rule and for every contribution to the points."""
    for page, names in (("rules.md", REASONS), ("points.md", {**TASK_POINTS, **EMPLOYER_POINTS})):
        rows = re.findall(r"^\| (\w+) \|", (DOCS / "method" / page).read_text(encoding="utf-8"), re.MULTILINE)
        assert set(names) <= set(rows)


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    """Every relative link of the documentation leads to a file of the project."""
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", (DOCS / page).read_text(encoding="utf-8"))
    assert [link for link in links if not (DOCS / page).parent.joinpath(link).exists()] == []


def three_of_tiny() -> Region:
    """The example of docs/method/joint.md: p02, p04 and p06 of tiny, with the work of e2 and e4."""
    tiny = matchmaker.read_region(ROOT / "data" / "fixtures" / "tiny")
    functions = tiny.functions.take(np.isin(tiny.functions.column("employer"), ["e2", "e4"]))
    tasks = tiny.tasks.take(np.isin(tiny.tasks.column("function"), functions.ids))
    return tiny.replace(
        pupils=tiny.pupils.take(np.isin(tiny.pupils.column("id"), ["p02", "p04", "p06"])),
        observations=tiny.observations.take(np.isin(tiny.observations.column("pupil"), ["p02", "p04", "p06"])),
        employers=tiny.employers.take(np.isin(tiny.employers.column("id"), ["e2", "e4"])),
        functions=functions,
        tasks=tasks,
        demands=tiny.demands.take(np.isin(tiny.demands.column("task"), tasks.ids)),
        decisions=tiny.decisions.take([]),
    )


@pytest.mark.parametrize(("weight", "order", "points"), [(0.0, ("points",), 1783), (100.0, ("placed", "points"), 1683)])
def test_the_example_of_the_method_is_right(weight: float, order: tuple[str, ...], points: int) -> None:
    """At the prices of the example the bound is the points of the best plan, with and without placing most first."""
    region = three_of_tiny()
    problem = make_problem(region)
    reach = make_reach(problem)
    price = {"t03": 605.0, "t04": 600.0, "t07": 478.0}
    prices = free_prices(reach.work)
    prices.pieces[:] = [price[task] for task in problem.tasks.ids[problem.lots.part_task]]
    bound, _, _ = exact_bound(reach, [Count(np.ones(3), weight, target=3.0, free=True)], prices)
    assert bound == pytest.approx(points)
    assert matchmaker.match(region, policy={"order": order}, steps=1).points == points
