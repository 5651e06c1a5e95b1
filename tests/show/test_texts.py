"""Texts: complete in both languages, and read as they should."""

from __future__ import annotations

import importlib
import string
from pathlib import Path

import pytest

import matchmaker as mm
from matchmaker import cli
from matchmaker.plan import Plan, unplaced, why
from matchmaker.plan.robustness import draw_levels
from matchmaker.positions import sentences
from matchmaker.show import explanation, summary, tables

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = Path(__file__).parent / "golden"
CATALOGUES = {
    "command line": cli.TEXTS,
    "explanation": explanation.TEXTS,
    "summary": summary.SUMMARY,
    "rules": summary.RULES,
    "tables": tables.HEADS,
    **{
        name: importlib.import_module(f"matchmaker.show.{name}").TEXTS
        for name in (
            *("aims", "alternatives", "changes", "decisions", "difference", "fairness", "few_changes", "observe"),
            *("openings",),
            *("robustness", "unlocks", "why_not"),
        )
    },
}
PAIRS = [*sentences.PARTICULARS.values(), why.GAP, why.NO_DATE, unplaced.NOT_KEPT, unplaced.NO_EMPLOYERS]


def blanks(text: str) -> set[str]:
    """The names of the blanks in a text."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("name", sorted(CATALOGUES))
def test_catalogues_are_complete(name: str) -> None:
    """A catalogue has the same texts in both languages, with the same blanks to fill in."""
    english, dutch = CATALOGUES[name]["en"], CATALOGUES[name]["nl"]
    assert english.keys() == dutch.keys()
    assert [key for key in english if blanks(english[key]) != blanks(dutch[key])] == []


def test_pairs_are_complete() -> None:
    """A text that stands by itself is there in both languages, with the same blanks."""
    assert [pair for pair in PAIRS if set(pair) != {"en", "nl"} or blanks(pair["en"]) != blanks(pair["nl"])] == []


@pytest.fixture(scope="module")
def plan() -> Plan:
    return mm.match(mm.read_region(ROOT / "data" / "fixtures" / "tiny"), steps=5)


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("pupil", ["p03", "p08", "p10", "p12"])
def test_why_reads_as_it_should(plan: Plan, pupil: str, language: str) -> None:
    """The explanation of a pupil of tiny is the text that people have read and found good."""
    expected = (GOLDEN / f"why_{pupil}_{language}.txt").read_text(encoding="utf-8")
    assert str(plan.why(pupil, language=language)) + "\n" == expected


def test_why_says_how_sure_each_estimate_is(plan: Plan) -> None:
    """The chance told of every observed level is how often it is drawn; what nobody observed has none."""
    draws = draw_levels(plan, draws=2000, seed=3)
    values = plan.ledger.problem.level_values
    for one in plan.placements:
        told, row = plan.why(one.pupil), plan.ledger.row("pupil", one.pupil)
        lines = str(told).splitlines()
        for part in (part for part in told.rows if part.dimension is not None and part.asked):
            line = next(line for line in lines if part.text in line)
            assert ("chance of level" in line) == bool(part.evidence) == (part.sure is not None)
            if part.sure is not None:
                assert f"chance of level {part.asked} or more: {part.sure} %" in line
                drawn = draws[:, row, plan.ledger.problem.dimensions.index(part.dimension)]
                share, chance = (values[drawn] >= part.asked).mean(), part.sure / 100
                assert abs(share - chance) <= 5 * (chance * (1 - chance) / 2000) ** 0.5 + 1e-9


def test_html_is_escaped() -> None:
    """What stands in a table cannot become markup."""
    assert "<script>" not in tables.html_table([{"<script>": "<script>"}], caption="<script>", below="<script>")


def test_tables_are_aligned() -> None:
    """Every line of a text table has its columns at the same places, numbers to the right, long texts cut."""
    lines = tables.text_table([{"a": "x" * 90, "n": 1}, {"a": "y", "n": 100}]).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert "..." in lines[1]
    assert tables.text_table([]) == ""
