"""The price of each aim, against enumeration of every plan on small regions."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import LinearConstraint
from scipy.sparse import vstack

import matchmaker as mm
from benchmarks.regions import make_region
from matchmaker.errors import MatchmakerError, UnknownId
from matchmaker.model import Region
from matchmaker.plan import Plan, Rows
from matchmaker.plan.aims import AimPrice, PriceOfAims, price_of_aims
from matchmaker.show.aims import TEXTS, said
from matchmaker.solve.joint import solution
from tests.brute import columns_of, lexicographic, limits
from tests.checker_rules import read_tables
from tests.plan.test_match import levels

ROOT = Path(__file__).resolve().parents[2]
TINY, GOLDEN = ROOT / "data" / "fixtures" / "tiny", Path(__file__).parent / "golden"
DEFAULT = ("fixed", "placed", "hardest", "points")
LOWEST = ("fixed", "placed", "hardest", "leximin", "points")
TURNED = ("fixed", "hardest", "placed", "points")


@pytest.fixture(scope="module")
def tiny() -> Region:
    return mm.read_region(TINY)


def small(seed: int, **policy: object) -> Region:
    """A region that is solved exactly, in which the hardest to place are not those with most points."""
    region = make_region(10, employers=3, seed=seed, tasks_per_employer=5)
    return region.replace(policy=region.policy.replace(hardest_share=0.3, steps=3, **policy))


class Enumeration:
    """Every placement of every pupil at whatever points, and the best plans made of them."""

    def __init__(self, folder: Path, plan: Plan) -> None:
        def points(pupil: str, hours: dict[str, float], vacancy: str | None) -> int:
            return mm.score(plan.region, pupil=pupil, **({"vacancy": vacancy} if vacancy else {"tasks": hours})).points

        self.plan = plan
        self.tables = read_tables(folder, levels(plan.ledger), {**plan.policy, "fit_floor": -1_000_000})
        self.columns = [one for pupil in self.tables.pupils for one in columns_of(self.tables, pupil, points)]

    def best(self, order: tuple[str, ...], floor: int | None = None) -> int:
        """The best value of the last aim of an order, each earlier one at its best."""
        least = self.plan.policy["fit_floor"] if floor is None else floor
        columns = [column for column in self.columns if column.points >= least]
        who = np.array([column.position.pupil for column in columns])
        fixed = [row["pupil"] for row in self.tables.decisions if row["kind"] == "fixed"]
        hardest = self.plan.ledger.problem.pupils.ids[self.plan.hardest].tolist()
        count = {"fixed": np.isin(who, fixed), "hardest": np.isin(who, hardest), "placed": np.ones(len(who))}
        count["points"] = np.array([column.points for column in columns])
        # Leximin another way than the solver goes: most above the lowest level, then above the next, and so on.
        above = [count["points"] >= level for level in np.unique(count["points"])]
        aims = [one.astype(float) for aim in order for one in (above if aim == "leximin" else [count[aim]])]
        return lexicographic(aims, limits(self.tables, columns))[0][-1]

    def with_quota(self, order: tuple[str, ...], column: str, value: str, need: int) -> dict[str, int]:
        """Placements and points of the best plan by an order of aims that also places so many of a group."""
        columns = [one for one in self.columns if one.points >= self.plan.policy["fit_floor"]]
        mine = [self.tables.pupils[one.position.pupil][column] == value for one in columns]
        hardest = self.plan.ledger.problem.pupils.ids[self.plan.hardest].tolist()
        count = {"placed": np.ones(len(columns)), "points": np.array([one.points for one in columns], float)}
        count["hardest"] = np.array([one.position.pupil in hardest for one in columns], float)
        quota = LinearConstraint(np.array(mine, float)[np.newaxis, :], need - 0.5, np.inf)
        room = limits(self.tables, columns)
        bounds = {"lb": np.concatenate([np.full(len(room.ub), -np.inf), quota.lb]), "ub": np.append(room.ub, np.inf)}
        both = LinearConstraint(vstack([room.A, quota.A]).tocsr(), **bounds)
        aims = [count[aim] for aim in order if aim != "fixed"]
        return dict(zip([aim for aim in order if aim != "fixed"], lexicographic(aims, both)[0], strict=True))

    def prices(self) -> dict[str, int]:
        """What every step of the policy's order costs, and the floor."""
        order = tuple(self.plan.policy["order"])
        best = [self.best((*order[:k], "points")) for k in range(len(order))]
        upto = order[: order.index("placed") + 1]
        floor = self.best(upto, floor=-1_000_000) - self.best(upto)
        return {**{aim: best[k] - best[k + 1] for k, aim in enumerate(order[:-1])}, "floor": floor}


@pytest.mark.parametrize("order", [DEFAULT, TURNED, LOWEST], ids=["default", "hardest before placed", "leximin"])
@pytest.mark.parametrize("seed", [6, 12])
def test_prices_are_those_of_enumeration(tmp_path: Path, seed: int, order: tuple[str, ...]) -> None:
    """On a region solved exactly every price is certain, the one that enumeration finds, and together they add up."""
    region = small(seed, order=order)
    mm.write_region(region, tmp_path / "region")
    plan = mm.match(region)
    every = Enumeration(tmp_path / "region", plan)
    expected = every.prices()
    prices = plan.price_of_aims()
    assert plan.status == "optimal"
    assert [one.aim for one in prices.rows] == [aim for aim in order if aim in ("placed", "hardest", "leximin")] + [
        "floor"
    ]
    for one in prices.rows:
        assert one.certain
        assert one.found == one.at_least == one.at_most == expected[one.aim], one
    cost = sum(one.at_most for one in prices.rows if one.unit == "points")
    assert plan.points + cost == every.best(("fixed", "points"))


@pytest.mark.parametrize("seed", [3, 6])
def test_what_is_proved_holds_without_an_optimum(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no plan is proved the best, the price that an exact solver finds lies between the limits told."""
    exact = mm.match(small(seed)).price_of_aims()
    monkeypatch.setattr(solution, "close", lambda *_: None)
    monkeypatch.setattr(solution, "solve_small", lambda *_, **__: None)
    plan = mm.match(small(seed))
    prices = plan.price_of_aims()
    assert plan.status == "limit"
    for one in prices.rows:
        if plan.placed == exact["placed"].got and plan.groups["hardest"]["yes"]["placed"] == exact["hardest"].got:
            assert one.at_least <= exact[one.aim].at_most <= one.at_most, one
        assert one.at_least <= one.found <= one.at_most, one
        assert ("proved:" in one.text) != one.certain


@pytest.mark.parametrize("seed", [1, 5, 6, 12])
def test_a_quota_costs_what_enumeration_says(tmp_path: Path, seed: int) -> None:
    """On a region solved exactly the quota costs the placements and the points that enumeration says, both certain."""
    region = small(seed, protect={"school=vso": 0.9})
    region = region.replace(decisions=region.decisions.take([]))
    mm.write_region(region, tmp_path / "region")
    plan = mm.match(region)
    prices = plan.price_of_aims()
    asked = prices["protect"]
    need = int(np.ceil(0.9 * asked.of))
    every = Enumeration(tmp_path / "region", plan)
    free = every.with_quota(DEFAULT, "school", "vso", 0)
    assert plan.status == "optimal" and asked.met == (asked.got >= need)
    if not asked.met:
        with pytest.raises(AssertionError):
            every.with_quota(DEFAULT, "school", "vso", need)
        return
    kept = every.with_quota(DEFAULT, "school", "vso", need)
    assert (asked.certain, asked.found) == (True, free["placed"] - kept["placed"])
    assert prices["protect_points"].certain
    assert prices["protect_points"].found == free["points"] - kept["points"]


@pytest.mark.parametrize("seed", [1, 5, 6])
def test_what_is_proved_of_a_quota_holds(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no plan is proved the best, the exact price of a quota in placements lies between the limits told."""
    region = small(seed, protect={"school=vso": 0.9})
    exact = mm.match(region).price_of_aims()
    monkeypatch.setattr(solution, "close", lambda *_: None)
    monkeypatch.setattr(solution, "solve_small", lambda *_, **__: None)
    prices = mm.match(region).price_of_aims()
    for aim in ("protect", "protect_points"):
        told = prices[aim]
        assert (told.met, told.at_least) == (told.at_most is not None, 0)
        assert told.at_most is None or told.found <= told.at_most
    if prices["protect"].met and exact["protect"].met:
        assert 0 <= exact["protect"].found <= prices["protect"].at_most


def test_without_a_quota_there_is_no_price(tiny: Region) -> None:
    """A policy without quotas has no price of a quota, nor one that asks for nobody."""
    for protect in ({}, {"school=vso": 0.0}):
        rows = mm.match(tiny, policy={"protect": protect}, steps=1).price_of_aims().rows
        assert not {"protect", "protect_points"} & {one.aim for one in rows}


def test_a_floor_that_costs_placements(tiny: Region) -> None:
    """On tiny a floor of 800 points takes three placements away, as enumeration says too."""
    plan = mm.match(tiny, policy={"fit_floor": 800})
    price = plan.price_of_aims()["floor"]
    assert (price.got, price.without, price.found, price.certain, price.floor) == (6, 9, 3, True, 800)
    assert price.text.endswith("That costs 3 placements; this is proved.")
    every = Enumeration(TINY, plan)
    assert every.best(("fixed", "placed")) == 6
    assert every.best(("fixed", "placed"), floor=-1_000_000) == 9


def test_an_aim_that_the_policy_does_not_have(tiny: Region) -> None:
    """An aim that the policy leaves out, or puts after points, has no price."""
    prices = mm.match(tiny, policy={"order": ("fixed", "points", "placed")}).price_of_aims()
    assert [one.aim for one in prices.rows] == ["floor"]
    with pytest.raises(UnknownId, match="hardest"):
        prices["hardest"]


def test_a_plan_read_back_has_the_same_prices(tiny: Region) -> None:
    """A plan read back with its region has the same prices; without it, the error says what is missing."""
    plan = mm.match(tiny)
    back = mm.read_plan(plan.to_document(), region=tiny)
    assert back.price_of_aims() == plan.price_of_aims()
    with pytest.raises(MatchmakerError, match="needs the region"):
        mm.read_plan(plan.to_document()).price_of_aims()


@pytest.fixture(scope="module")
def prices(tiny: Region) -> PriceOfAims:
    return mm.match(tiny).price_of_aims()


def unsure() -> PriceOfAims:
    """Prices of a plan that is not proved the best, one of each kind of sentence."""
    rows = [
        AimPrice("placed", "points", 176, 200, 175, 4235, 120, 18547),
        AimPrice("hardest", "points", 39, 40, 39, 0, 0, 18262),
        AimPrice("floor", "placements", 176, 200, 177, 1, None, 4, floor=0),
        AimPrice("hardest", "points", 39, 40, 36, 900, 100, None),
        AimPrice("placed", "points", 176, 200, 176, 0, 0, None),
        AimPrice("floor", "placements", 176, 200, 175, -1, -1, -1, floor=0),
        AimPrice("floor", "placements", 176, 200, 177, 1, 1, 1, floor=300),
        AimPrice("leximin", "points", 307, 466, 58, 231, 0, 900),
        AimPrice("protect", "placements", 30, 40, 24, 2, 2, 2, groups=(("school=vso", 0.75),)),
        AimPrice("protect_points", "points", 30, 40, 24, 950, 950, 950, groups=(("school=vso", 0.75),)),
        AimPrice("protect", "placements", 52, 80, 49, 1, 0, 4, groups=(("hardest", 0.8), ("stage=placement", 0.5))),
        AimPrice("protect_points", "points", 52, 80, 49, 0, 0, 1200, groups=(("hardest", 0.8),)),
        AimPrice("protect", "placements", 52, 80, 49, 0, 0, None, groups=(("hardest", 0.8),), met=False),
    ]
    return PriceOfAims("en", "limit", 138133, 156395, Rows(said(one, language="en") for one in rows))


@pytest.mark.parametrize("language", ["en", "nl"])
def test_prices_read_as_they_should(prices: PriceOfAims, language: str) -> None:
    """The sentences are those that people have read and found good, proved and not proved."""
    for name, told in (("aims", prices), ("aims_unsure", unsure())):
        expected = (GOLDEN / f"{name}.{language}.txt").read_text(encoding="utf-8")
        assert told.summary(language=language) + "\n" == expected


def test_texts_are_complete() -> None:
    """Every sentence is there in both languages, with the same blanks."""
    english, dutch = TEXTS["en"], TEXTS["nl"]
    assert english.keys() == dutch.keys()
    for name, text in english.items():
        assert sorted(part.split("}")[0] for part in text.split("{")[1:]) == sorted(
            part.split("}")[0] for part in dutch[name].split("{")[1:]
        ), name


def test_all_outputs_say_the_same(prices: PriceOfAims, tiny: Region) -> None:
    """Frame, document, HTML and text hold the same rows; a language that is not there is an error."""
    frame, document = prices.to_frame(), json.loads(json.dumps(prices.to_document()))
    assert frame.aim.tolist() == [row["aim"] for row in document["aims"]] == ["placed", "hardest", "floor"]
    assert document["plan"] == {"status": "optimal", "points": 7657, "bound": 7657}
    assert repr(prices) == "<PriceOfAims: placed 100..100 points, hardest 0..0 points, floor 0..0 placements>"
    assert all(one.text in prices._repr_html_() for one in prices.rows)
    assert str(prices) == document["text"]
    with pytest.raises(UnknownId):
        price_of_aims(mm.match(tiny), language="fr")
