"""The rooms of the house: who may look into whom, and what an import may cost."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[1] / "src" / "matchmaker"

# room -> rooms it may import. `__init__`, the shop window, and `cli` may see everything.
ABOVE: dict[str, frozenset[str]] = {
    "errors": frozenset(),
    "model": frozenset({"errors"}),
    "law": frozenset({"errors", "model"}),
    "numbers": frozenset({"errors", "model", "law"}),
    "rules": frozenset({"errors", "model", "law", "numbers"}),
    "points": frozenset({"errors", "model", "law", "numbers"}),
    "positions": frozenset({"errors", "model", "law", "numbers", "rules", "points"}),
    "solve": frozenset({"errors", "model", "law", "numbers", "rules", "points"}),
    "plan": frozenset({"errors", "model", "law", "numbers", "rules", "points", "positions", "solve"}),
    "learn": frozenset({"errors", "model", "plan"}),
    "io": frozenset({"errors", "model", "plan"}),
    "show": frozenset({"errors", "model", "plan"}),
}
EVERYTHING = frozenset({"__init__", "cli", "__main__"})

# A plan shows itself: `plan` hands itself to `show` when asked, inside a function, never when it is loaded.
WHEN_ASKED = frozenset({("plan", "show")})

# library -> rooms in which it lives; a longer name goes before a shorter one.
HOMES: dict[str, frozenset[str]] = {
    "pydantic": frozenset({"model", "io"}),
    "scipy.spatial": frozenset({"numbers", "solve"}),
    "scipy": frozenset({"solve"}),
    "numba": frozenset({"solve"}),
    "sklearn": frozenset({"learn"}),
    "matplotlib": frozenset({"show"}),
    "jinja2": frozenset({"show"}),
    "argparse": frozenset({"cli"}),
}

HEAVY = ("pandas", "sklearn", "matplotlib", "numba", "scipy.optimize", "jinja2", "tqdm")

MODULES = sorted(path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.py"))


def room_of(module: str) -> str:
    """Name the room of a file, given by its path inside the package."""
    return module.split("/")[0].removesuffix(".py")


def absolute(node: ast.ImportFrom, module: str) -> str:
    """Spell out what a from-import reads, relative or not."""
    if node.level == 0:
        return node.module or ""
    package = ["matchmaker", *module.split("/")[:-1]]
    return ".".join([*package[: len(package) - node.level + 1], *([node.module] if node.module else [])])


def is_type_checking(node: ast.AST) -> bool:
    """Tell whether a block is read by the type checker only."""
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def imports(module: str) -> Iterator[tuple[str, int, bool]]:
    """Yield each import of a file: dotted name, line, whether it runs when the file is loaded."""
    pending: list[tuple[ast.AST, bool]] = [(ast.parse((SOURCE / module).read_text(encoding="utf-8")), True)]
    while pending:
        node, at_load = pending.pop()
        if is_type_checking(node):
            continue
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno, at_load) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = absolute(node, module)
            yield from ((f"{origin}.{alias.name}", node.lineno, at_load) for alias in node.names)
        inside = at_load and not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        pending.extend((child, inside) for child in ast.iter_child_nodes(node))


def within(name: str, library: str) -> bool:
    """Tell whether a dotted name belongs to a library."""
    return name == library or name.startswith(library + ".")


@pytest.mark.parametrize("module", MODULES)
def test_a_room_imports_only_from_rooms_above_it(module: str) -> None:
    """A module imports only from its own room and the rooms above it."""
    room = room_of(module)
    if room in EVERYTHING:
        return
    assert room in ABOVE, f"{module}: not a room of the house"
    for name, line, at_load in imports(module):
        if not within(name, "matchmaker"):
            continue
        other = (name.split(".") + [""])[1]
        if other in ("__version__", room) or (not at_load and (room, other) in WHEN_ASKED):
            continue
        assert other in ABOVE[room], f"{module}:{line} imports {name}; {room} may import {sorted(ABOVE[room])}"


@pytest.mark.parametrize("module", MODULES)
def test_a_library_stays_in_its_room(module: str) -> None:
    """A library with a home is imported in that room only."""
    for name, line, _ in imports(module):
        library = next((library for library in HOMES if within(name, library)), None)
        if library is not None:
            assert room_of(module) in HOMES[library], f"{module}:{line} imports {name}; its home is {HOMES[library]}"


def loaded_after(statement: str) -> set[str]:
    """Run a statement in a fresh interpreter and list the modules that are loaded then."""
    script = f"{statement}\nimport sys\nprint('\\n'.join(sys.modules))"
    command = [sys.executable, "-W", "error", "-c", script]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": "src"},
        cwd=SOURCE.parents[1],
    )
    assert (done.returncode, done.stderr) == (0, "")
    return set(done.stdout.split())


def test_import_is_light() -> None:
    """Importing the package loads none of the heavy libraries and warns of nothing."""
    loaded = loaded_after("import matchmaker")
    assert sorted(name for name in HEAVY if name in loaded) == []


def test_import_leaves_the_process_alone() -> None:
    """Importing the package adds no log handler, no warning filter and no environment variable."""
    loaded_after(
        "import logging, os, warnings\n"
        "before = (list(logging.root.handlers), list(warnings.filters), dict(os.environ))\n"
        "import matchmaker\n"
        "assert before == (list(logging.root.handlers), list(warnings.filters), dict(os.environ))"
    )
