"""Changes: each does what it says and nothing else, faults come all at once, sentences read well."""

from __future__ import annotations

import datetime as dt
import pickle
from pathlib import Path

import numpy as np
import pytest

import matchmaker as mm
from benchmarks.regions import make_region
from matchmaker.errors import InputFaults, MatchmakerError, UnknownId
from matchmaker.model import Region
from matchmaker.numbers.levels import estimate_levels
from matchmaker.plan import changes
from matchmaker.plan.change import HOW, Change, apply_changes
from matchmaker.show.changes import ONE_OR_MORE, TEXTS, UP_OR_DOWN

TINY = Path(__file__).resolve().parents[2] / "data" / "fixtures" / "tiny"
GOLDEN = Path(__file__).parent / "golden"
NEW = {
    "employer": changes.new_employer("e99", name="Bakkerij Zuid", lat=52.0, lon=6.0, places=2, supervision_hours=4),
    "function": changes.new_function("f99", employer="e99", name="bakker", vacancies=1),
    "task": changes.new_task("t99", function="f99", name="deeg wegen", hours=4.5, demands={"drive": 2}),
}
# Every change with the only tables that it may touch.
ALL: list[tuple[Change, set[str]]] = [
    (changes.places("e1", +1), {"employers"}),
    (changes.places("e2", -2), {"employers"}),
    (changes.supervision("e2", 1.5), {"employers"}),
    (changes.supervision("e2", -1), {"employers"}),
    (changes.hours("p10", minimum=2, maximum=6), {"pupils"}),
    (changes.hours("p10", minimum=2), {"pupils"}),
    (changes.hours("p10", maximum=6.5), {"pupils"}),
    (changes.travel("p05", +1), {"pupils"}),
    (changes.travel("p05", -1.5), {"pupils"}),
    (changes.level("p02", "planning"), {"observations"}),
    (changes.level("p02", "planning", step=-2), {"observations"}),
    (changes.certificate("p01", "vca"), {"pupils"}),
    (changes.refuse("p01", "e1"), {"pupils"}),
    (changes.force("p02", "e3"), {"decisions"}),
    (NEW["employer"], {"employers"}),
    (changes.new_function("f98", employer="e1", name="tuinman"), {"functions"}),
    (changes.new_function("f97", employer="e1", name="tuinman", vacancies=2), {"functions"}),
    (changes.new_task("t98", function="f1", name="harken", hours=2, demands={"drive": 2}), {"tasks", "demands"}),
    (changes.leaves("p01"), {"pupils", "observations", "decisions"}),
    (changes.support("p11", -1), {"pupils"}),
    (changes.support("p11", 2), {"pupils"}),
]


@pytest.fixture(scope="module")
def tiny() -> Region:
    return mm.read_region(TINY)


def touched(before: Region, after: Region) -> set[str]:
    """The tables that differ."""
    return {name for name, table in before.tables().items() if table != after.tables()[name]}


@pytest.mark.parametrize(("change", "tables"), ALL, ids=lambda value: value.name if isinstance(value, Change) else "")
def test_a_change_touches_its_tables_only(tiny: Region, change: Change, tables: set[str]) -> None:
    """A change leaves every other table, and the region it was given, as they were."""
    digest = mm.read_region(TINY).digest
    assert touched(tiny, change.apply(tiny)) == tables
    assert tiny.digest == digest


def test_every_change_is_tried() -> None:
    """No change is without a case above, a text in both languages and a function of its own name."""
    assert {change.name for change, _ in ALL} == set(HOW)
    assert all(callable(getattr(changes, name)) for name in HOW)
    assert all(name in TEXTS[language] for name in HOW for language in TEXTS)


def test_a_change_does_what_it_says(tiny: Region) -> None:
    """The cells that a change names hold what it says."""
    region = apply_changes(tiny, [change for change, _ in ALL if change.name not in ("leaves", "new_employer")])
    assert region.employers.get("e1").places == 2
    assert (region.employers.get("e2").places, region.employers.get("e2").supervision_hours) == (0, 3.5)
    assert (region.pupils.get("p10").hours_min, region.pupils.get("p10").hours_max) == (2, 6.5)
    assert region.pupils.get("p05").max_km == 3.5
    assert region.pupils.get("p01").certificates == ("hygiene", "vca")
    assert region.pupils.get("p01").refuses == ("e1",)
    assert region.pupils.get("p11").support_hours == 4
    assert [(one.pupil, one.employer, one.kind) for one in region.decisions][-1] == ("p02", "e3", "fixed")
    assert [(one.dimension, one.level) for one in region.demands if one.task == "t98"] == [("drive", 2)]


def test_steps_back_and_forth_change_nothing(tiny: Region) -> None:
    """A step and the same step back give the region that there was."""
    there = [
        changes.places("e1", 2),
        changes.supervision("e2", 0.5),
        changes.travel("p05", 3),
        changes.support("p11", 1),
    ]
    back = [changes.places("e1", -2), changes.supervision("e2", -0.5), changes.travel("p05", -3)]
    assert apply_changes(tiny, [*there, *back, changes.support("p11", -1)]).digest == tiny.digest


def test_what_is_new_can_be_built_on(tiny: Region) -> None:
    """A new employer, its function, its task and a pupil fixed there come in one go, in this order."""
    region = apply_changes(tiny, [*NEW.values(), changes.force("p07", "e99"), changes.places("e99", 1)])
    assert region.employers.get("e99").places == 3
    assert region.tasks.get("t99").function == "f99"


@pytest.mark.parametrize("step", [-1, 1])
def test_a_level_is_the_level_estimated(step: int) -> None:
    """After a step on a dimension the level estimated is just so much higher, whatever was observed before."""
    region = make_region(12, employers=3, tasks_per_employer=5, seed=3)
    ids = np.array(region.pupils.ids, object)
    before, names = estimate_levels(region, ids).median, region.framework.ids
    tried = 0
    for pupil, dimension in zip(*np.nonzero((before > 0) & (before < 5)), strict=True):
        if (pupil + dimension) % 7:
            continue
        change = changes.level(str(ids[pupil]), names[dimension], step=step)
        after = estimate_levels(change.apply(region), ids).median
        wanted = before.copy()
        wanted[pupil, dimension] += step
        assert np.array_equal(after, wanted)
        tried += 1
    assert tried > 5


def test_the_last_word_on_a_pupil_counts(tiny: Region) -> None:
    """A pupil who is forced somewhere is fixed nowhere else, and no longer excluded there."""
    region = apply_changes(tiny, [changes.force("p01", "e4"), changes.force("p13", "e8")])
    assert [(one.pupil, one.employer, one.kind) for one in region.decisions] == [
        ("p01", "e4", "fixed"),
        ("p13", "e8", "fixed"),
    ]


def test_what_is_there_already_stays(tiny: Region) -> None:
    """A certificate held, an employer refused and a limit that does not exist change nothing."""
    same = [changes.certificate("p13", "vca"), changes.refuse("p05", "e2"), changes.travel("p13", 5)]
    assert apply_changes(tiny, same) == tiny


def test_all_faults_come_at_once(tiny: Region) -> None:
    """Every fault of every change is named with its number, what came and, for ids, what looks like it."""
    wrong = [
        changes.places("e11"),
        changes.places("e1", -5),
        changes.places("e1", "two"),  # type: ignore[arg-type]
        changes.refuse("p99", "x1"),
        changes.level("p01", "planing"),
        changes.level("p12", "endurance"),
        changes.level("p10", "endurance", step=3),
        changes.certificate("p01", "vcq"),
        changes.hours("p01"),
        changes.new_employer("e1", name="Dubbel", lat=52, lon=6),
        changes.new_employer("e50", name="Ver", lat=99, lon=6),
        changes.new_function("f50", employer="e50", name="volgt uit de fout hierboven"),
        changes.new_task("t50", function="f1", name="niets", hours=-2),
        changes.travel("p13", -2),
        Change("plces"),
        changes.hours("p02", minimum=9),
        changes.new_task("t51", function="f1", name="iets", hours=2, demands={"driv": 9}),
    ]
    with pytest.raises(InputFaults) as caught:
        apply_changes(tiny, wrong)
    own = [(one.row, one.column) for one in caught.value.faults if one.table == "changes"]
    assert own == [
        (1, "employer"), (2, "places"), (3, "step"), (4, "pupil"), (4, "employer"), (5, "dimension"), (6, "dimension"),
        (7, "step"), (8, "certificate"), (9, "minimum"), (10, "id"), (11, "lat"), (13, "hours"), (14, "km"),
        (15, "change"),
    ]  # fmt: skip
    rest = {(one.table, one.column) for one in caught.value.faults if one.table != "changes"}
    assert rest == {("pupils", "hours_max"), ("demands", "dimension"), ("demands", "level")}
    hints = {one.came: one.hint for one in caught.value.faults}
    assert (hints["e11"], hints["vcq"], hints["plces"]) == (
        "Did you mean e1?",
        "Did you mean vca?",
        "Did you mean places?",
    )
    assert "toegestaan" in caught.value.text(language="nl")


def test_what_is_no_change_is_refused(tiny: Region) -> None:
    """Something else than a change is an error that says what is allowed."""
    with pytest.raises(MatchmakerError, match="allowed is a change"):
        apply_changes(tiny, ["places"])  # type: ignore[list-item]
    with pytest.raises(UnknownId):
        changes.places("e1").sentence(language="fr")


@pytest.mark.parametrize("language", ["en", "nl"])
def test_changes_read_as_they_should(tiny: Region, language: str) -> None:
    """The sentence of every change is the text that people have read and found good."""
    said = "".join(f"{change.sentence(language=language, region=tiny)}\n" for change, _ in ALL)
    assert said == (GOLDEN / f"changes.{language}.txt").read_text(encoding="utf-8")


def test_catalogues_are_complete() -> None:
    """Both languages have the same texts."""
    for catalogue in (TEXTS, ONE_OR_MORE, UP_OR_DOWN):
        assert catalogue["en"].keys() == catalogue["nl"].keys()


def test_changes_can_be_kept(tiny: Region) -> None:
    """A change comes back from plain values and from a pickle, and does the same."""
    for change, _ in ALL:
        again = Change.from_document(change.to_document())
        assert (again.sentence(), again.apply(tiny)) == (change.sentence(), change.apply(tiny))
        assert pickle.loads(pickle.dumps(change)) == change
    assert repr(changes.places("e03", +1)) == "<Change places: employer e03, step +1>"
    assert "<td>e03: 1 place more.</td>" in changes.places("e03", +1)._repr_html_()


def test_a_level_is_observed_on_the_day_of_the_region(tiny: Region) -> None:
    """The observation that a level stands for is a test of the region's date, and the only one on its dimension."""
    region = changes.level("p02", "planning").apply(tiny)
    seen = [one for one in region.observations if (one.pupil, one.dimension) == ("p02", "planning")]
    assert [(one.level, one.source, one.date) for one in seen] == [(3, "test", dt.date(2026, 11, 2))]
