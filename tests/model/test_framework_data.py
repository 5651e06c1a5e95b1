from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "src" / "matchmaker" / "model" / "data"
LAW = ROOT.parent / "shared" / "law" / "parameters.json"
LISTS = ("families", "conditions", "certificates", "hazards")
# Codes of the law figures that state a duty or how to read the others: no task can carry them.
NO_TASK_CARRIES = {"C1", "G1", "G3", "G4"}


@pytest.fixture(scope="module")
def framework() -> dict[str, Any]:
    return tomllib.loads((DATA / "leerling_in_beeld.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def vocabulary() -> dict[str, Any]:
    return tomllib.loads((DATA / "vocabulary.toml").read_text(encoding="utf-8"))


def test_framework_has_28_dimensions_over_four_domains(framework: dict[str, Any]) -> None:
    """The framework has 28 dimensions with different ids, at least five in each of the four domains."""
    domains = Counter(dimension["domain"] for dimension in framework["dimension"])
    assert set(domains) == {"thinking", "doing", "willing", "being"}
    assert min(domains.values()) >= 5
    assert len({dimension["id"] for dimension in framework["dimension"]}) == sum(domains.values()) == 28
    assert framework["levels"] == [0, 1, 2, 3, 4, 5]


def test_ids_are_snake_case_and_labels_differ(framework: dict[str, Any]) -> None:
    """Every dimension has an id in snake case and, in each language, a label that no other dimension has."""
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", dimension["id"]) for dimension in framework["dimension"])
    for language in ("nl", "en"):
        labels = {dimension["label"][language] for dimension in framework["dimension"]}
        assert len(labels) == len(framework["dimension"])


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_level_has_its_own_short_anchor(framework: dict[str, Any], language: str) -> None:
    """Every level of every dimension has an anchor sentence of its own, at most 120 characters long."""
    anchors = [dimension["anchors"][language] for dimension in framework["dimension"]]
    assert {len(texts) for texts in anchors} == {len(framework["levels"])}
    sentences = [text for texts in anchors for text in texts]
    assert len(set(sentences)) == len(sentences)
    assert all(text[0].isupper() and text.endswith(".") and 20 <= len(text) <= 120 for text in sentences)


def test_anchors_are_no_template(framework: dict[str, Any]) -> None:
    """No two anchors of the same level are alike in more than half of their words."""
    for language in ("nl", "en"):
        for level in framework["levels"]:
            words = [set(d["anchors"][language][level].lower().split()) for d in framework["dimension"]]
            pairs = [(a, b) for i, a in enumerate(words) for b in words[:i]]
            assert max(len(a & b) / len(a | b) for a, b in pairs) <= 0.5


def test_every_entry_of_the_vocabulary_has_an_id_and_two_labels(vocabulary: dict[str, Any]) -> None:
    """The vocabulary has four lists; in each, every id is there once, with a label in Dutch and in English."""
    assert set(vocabulary) == set(LISTS)
    for entries in vocabulary.values():
        assert len({entry["id"] for entry in entries}) == len(entries)
        assert all(set(entry["label"]) == {"nl", "en"} and all(entry["label"].values()) for entry in entries)


def test_the_vocabulary_lists_the_families_of_the_town(vocabulary: dict[str, Any]) -> None:
    """The ten families of the demo town are listed."""
    ten = {
        "groen",
        "schoonmaak",
        "horeca",
        "magazijn",
        "winkel",
        "zorg",
        "techniek",
        "productie",
        "administratie",
        "dieren",
    }
    assert ten <= {entry["id"] for entry in vocabulary["families"]}


def test_the_hazards_are_those_of_the_law_figures(vocabulary: dict[str, Any]) -> None:
    """The hazards are the codes of the law figures that a task can carry."""
    if not LAW.exists():
        pytest.skip("the law figures beside the project are absent")
    rules = json.loads(LAW.read_text(encoding="utf-8"))["hazard_rules"]
    assert {entry["id"] for entry in vocabulary["hazards"]} == {rule["code"] for rule in rules} - NO_TASK_CARRIES
