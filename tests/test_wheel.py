"""What is installed is what is needed: the demo works without the project's folder."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TOWN = ROOT / "data" / "fixtures" / "town"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel and unpack it, as an installer does."""
    builder = pytest.importorskip("hatchling.builders.wheel").WheelBuilder(str(ROOT))
    folder = tmp_path_factory.mktemp("wheel")
    with zipfile.ZipFile(next(iter(builder.build(directory=str(folder), versions=["standard"])))) as wheel:
        wheel.extractall(folder / "site")
    return folder / "site"


def test_wheel_holds_the_town(installed: Path) -> None:
    """The wheel holds every table of the town, byte by byte, and the package's own data."""
    tables = {path.name for path in TOWN.iterdir() if path.is_file()}
    assert {name for name in tables if (installed / "matchmaker/data/town" / name).is_file()} == tables
    assert all(
        (installed / "matchmaker/data/town" / name).read_bytes() == (TOWN / name).read_bytes() for name in tables
    )
    sources = ROOT / "src" / "matchmaker"
    kept = [path.relative_to(sources) for kind in ("*.py", "*.toml", "py.typed") for path in sources.rglob(kind)]
    assert [path for path in kept if not (installed / "matchmaker" / path).is_file()] == []


def test_wheel_holds_no_leftovers(installed: Path) -> None:
    """The wheel holds no caches, tests or benchmarks."""
    names = {part for path in installed.rglob("*") for part in path.relative_to(installed).parts}
    assert names & {"__pycache__", "tests", "benchmarks", "notebooks"} == set()
    assert [name for name in names if name.endswith((".pyc", ".nbi", ".nbc"))] == []


def test_town_is_found_when_installed(installed: Path, tmp_path: Path) -> None:
    """An installed package finds its town, wherever it is called from."""
    script = "import matchmaker as mm; print(mm.town()); print(len(mm.read_region(mm.town()).pupils))"
    environment = os.environ | {"PYTHONPATH": str(installed)}
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    town, pupils = done.stdout.split()
    assert Path(town).resolve().is_relative_to(installed.resolve())
    assert int(pupils) > 0
