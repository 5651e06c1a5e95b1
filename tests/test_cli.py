"""The command line: what it writes, what it prints, how it ends."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import matchmaker as mm
from matchmaker.cli import main
from tests.checker import check_plan

ROOT = Path(__file__).resolve().parents[1]
FIXTURES = ROOT / "data" / "fixtures"
TINY = str(FIXTURES / "tiny")

Output = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which match has written the plan of tiny."""
    folder = tmp_path_factory.mktemp("plan") / "new" / "folder"
    assert main(["match", TINY, "--out", str(folder), "--steps", "5"]) == 0
    return folder


def test_match_writes_its_files(out: Path) -> None:
    """Match writes plan, placements, unplaced and record, whole, with nothing left beside them."""
    assert sorted(path.name for path in out.iterdir()) == ["placements.csv", "plan.json", "record.json", "unplaced.csv"]
    plan = mm.read_plan(out)
    with (out / "placements.csv").open(encoding="utf-8", newline="") as file:
        assert [row["pupil"] for row in csv.DictReader(file)] == [one.pupil for one in plan.placements]
    with (out / "unplaced.csv").open(encoding="utf-8", newline="") as file:
        assert [row["pupil"] for row in csv.DictReader(file)] == [one.pupil for one in plan.unplaced()]
    assert json.loads((out / "record.json").read_text(encoding="utf-8"))["points"] == plan.points


def test_match_prints_table_and_summary(tmp_path: Path, capsys: Output) -> None:
    """Match prints every placement and a summary, in Dutch when asked."""
    assert main(["match", TINY, "--out", str(tmp_path / "a"), "--steps", "0", "--seed", "3", "--lang", "nl"]) == 0
    said = capsys.readouterr()
    assert "leerlingen geplaatst" in said.out
    assert "seed 3" in said.out
    assert said.err == ""


def test_standard_input_to_standard_output(monkeypatch: pytest.MonkeyPatch, capsys: Output, tmp_path: Path) -> None:
    """With - a region comes as JSON from standard input, the plan goes to standard output, and no file is written."""
    from matchmaker.io import region_document

    monkeypatch.chdir(tmp_path)
    document = json.dumps(region_document(mm.read_region(TINY)))
    monkeypatch.setattr(sys, "stdin", io.StringIO(document))
    assert main(["match", "-", "--steps", "5"]) == 0
    assert check_plan(FIXTURES / "tiny", json.loads(capsys.readouterr().out)) == []
    assert list(tmp_path.iterdir()) == []


def test_only_the_plan_is_on_standard_output(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """What a solver writes to standard output by itself is on standard error, and the plan alone is JSON."""
    match = mm.match

    def chatty(*given: object, **options: object) -> object:
        os.write(1, b"a solver says something")
        return match(*given, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(mm, "match", chatty)
    assert main(["match", TINY, "--json", "--out", str(tmp_path / "plan")]) == 0
    said = capfd.readouterr()
    assert json.loads(said.out)["placements"]
    assert "a solver says something" in said.err


def test_check_lists_faults(capsys: Output) -> None:
    """Check exits 1 with all faults on stderr, as text or as JSON; a region without faults exits 0."""
    assert main(["check", str(FIXTURES / "broken" / "several")]) == 1
    assert "6 faults" in capsys.readouterr().err
    assert main(["check", str(FIXTURES / "broken" / "several"), "--json", "--lang", "nl"]) == 1
    said = capsys.readouterr()
    assert len(json.loads(said.err)["faults"]) == 6
    assert said.out == ""
    assert main(["check", TINY]) == 0
    assert main(["check", TINY, "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == {"faults": []}


def test_faults_leave_no_files(tmp_path: Path, capsys: Output) -> None:
    """A region with faults gives exit code 1 and not a single file."""
    assert main(["match", str(FIXTURES / "broken" / "several"), "--out", str(tmp_path / "none")]) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "call",
    [[], ["match"], ["fly"], ["match", TINY, "--seed", "x"], ["check", TINY, "--lang", "fr"], ["why", TINY]],
)
def test_a_wrong_call_is_2(call: list[str], capsys: Output) -> None:
    """A call that does not exist exits 2 and says so on stderr."""
    assert main(call) == 2
    assert capsys.readouterr().err


def test_help_comes_in_both_languages(capsys: Output) -> None:
    """Help exits 0, in English or in Dutch."""
    assert main(["--help"]) == 0
    assert "list all faults" in capsys.readouterr().out
    assert main(["match", "--help", "--lang", "nl"]) == 0
    assert "seed van de loting" in capsys.readouterr().out


def test_why_answers(out: Path, capsys: Output) -> None:
    """Why explains a placement and a pupil who is not placed, from the plan alone or with its region, and as JSON."""
    assert main(["why", str(out / "plan.json"), "p12"]) == 0
    assert "p12 at e7" in capsys.readouterr().out
    assert main(["why", str(out), "p10", "--region", TINY, "--lang", "nl"]) == 0
    assert "p10 is niet geplaatst" in capsys.readouterr().out
    assert main(["why", str(out), "p12", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["employer"] == "e7"


def test_why_there_answers(out: Path, capsys: Output) -> None:
    """Why with an employer names the best position there, or what stands in its way; it needs the region."""
    assert main(["why", str(out), "p02", "e1", "--region", TINY]) == 0
    assert "Planning 4, shown is 2" in capsys.readouterr().out
    assert main(["why", str(out), "p09", "e5", "--region", TINY]) == 0
    assert "The best position for p09 at e5" in capsys.readouterr().out
    assert main(["why", str(out), "p09", "e5", "--region", TINY, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["employer"] == "e5"
    assert main(["why", str(out), "p09", "e5"]) == 2
    assert "--region" in capsys.readouterr().err


def test_unknown_ids_and_files(out: Path, tmp_path: Path, capsys: Output) -> None:
    """An unknown pupil is a wrong call, a file that is no plan or no policy a fault in the input."""
    assert main(["why", str(out), "p1"]) == 2
    assert "Did you mean p1" in capsys.readouterr().err
    assert main(["why", str(tmp_path / "nothing.json"), "p01"]) == 1
    assert main(["why", str(out), "p01", "--region", str(FIXTURES / "town")]) == 1
    (tmp_path / "policy.toml").write_text("max_gap =", encoding="utf-8")
    assert main(["match", TINY, "--policy", str(tmp_path / "policy.toml"), "--out", str(tmp_path / "x")]) == 1
    (tmp_path / "policy.toml").write_text("[policy]\nmax_gaps = 1\n", encoding="utf-8")
    assert main(["match", TINY, "--policy", str(tmp_path / "policy.toml"), "--out", str(tmp_path / "x")]) == 1
    assert "max_gap" in capsys.readouterr().err


def test_a_policy_file_counts(tmp_path: Path, capsys: Output) -> None:
    """Choices in a policy file, TOML or JSON, override those of the region and stand in the plan."""
    (tmp_path / "a.toml").write_text("[policy]\nmax_gap = 0\n", encoding="utf-8")
    (tmp_path / "b.json").write_text('{"max_gap": 0}', encoding="utf-8")
    for name in ("a.toml", "b.json"):
        assert main(["match", TINY, "--policy", str(tmp_path / name), "--json", "--steps", "0"]) == 0
        assert json.loads(capsys.readouterr().out)["policy"]["max_gap"] == 0


def test_compare_names_who_moved(out: Path, tmp_path: Path, capsys: Output) -> None:
    """Compare lists nobody between a plan and itself, and who moved between two plans."""
    assert main(["compare", str(out), str(out)]) == 0
    assert "placed +0, points +0" in capsys.readouterr().out
    changed = json.loads((out / "plan.json").read_text(encoding="utf-8"))
    gone = changed["placements"].pop(0)
    changed["unplaced"].append({"pupil": gone["pupil"], "reasons": [], "nearest": []})
    changed["points"] -= gone["points"]
    (tmp_path / "b.json").write_text(json.dumps(changed), encoding="utf-8")
    assert main(["compare", str(out), str(tmp_path / "b.json"), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["placed"], said["moves"][0]["pupil"]) == (-1, gone["pupil"])


def test_schema_is_json(capsys: Output) -> None:
    """Schema prints one JSON document."""
    assert main(["schema"]) == 0
    assert "pupils" in json.loads(capsys.readouterr().out)["properties"]


def test_a_reader_who_leaves_is_no_error(out: Path) -> None:
    """When what reads the output stops early, nothing is complained about."""
    command = f"{sys.executable} -m matchmaker.cli schema | head -n 1"
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False, env=environment)
    assert (done.stdout, done.stderr) == ("{\n", "")


def test_progress_only_on_a_terminal(capsys: Output) -> None:
    """A terminal on stderr gets progress, a file or pipe gets nothing."""
    from matchmaker.cli.main import _progress

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    with _progress(io.StringIO()) as nothing:
        assert nothing is None
    terminal = Terminal()
    with _progress(terminal) as told:
        assert told is not None
        told("reach", 0.5)
    assert "reach" in terminal.getvalue()


@pytest.mark.parametrize(
    "question",
    [
        "why-not PLAN p01 e3",
        "alternatives PLAN p04 -k 1",
        "contested PLAN p04",
        "near-ties PLAN",
        "decisions PLAN",
        "openings PLAN",
        "unlocks PLAN p11",
        "observe PLAN",
        "robustness PLAN",
        "fairness PLAN",
        "price-of-aims PLAN",
        "what-if PLAN places:e1:+1",
        "trade-off PLAN --costs 0 100",
    ],
)
def test_every_question_answers(out: Path, question: str, capsys: Output) -> None:
    """A question about a plan that was read back answers in sentences, in Dutch, and as JSON."""
    words = [str(out) if word == "PLAN" else word for word in question.split()]
    assert main([*words, "--region", TINY, "--lang", "nl"]) == 0
    assert capsys.readouterr().out.strip()
    assert main([*words, "--region", TINY, "--json"]) == 0
    assert isinstance(json.loads(capsys.readouterr().out), dict | list)


@pytest.mark.parametrize("change", ["places:e1:x", "places", "nothing:e1", "leaves:p01:2", "travel:p01"])
def test_a_change_that_does_not_exist_is_refused(out: Path, change: str, capsys: Output) -> None:
    """A change with a wrong name or wrong words is a wrong call, and the error shows all changes."""
    assert main(["what-if", str(out), change, "--region", TINY]) == 2
    assert "places:employer:+1" in capsys.readouterr().err
