"""The style of the house, as far as a machine can see it."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

import matchmaker

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "matchmaker"
MODULES = sorted(path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.py"))
TESTS = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("test_*.py"))
LONGEST = 400
TEXT = {".py", ".md", ".toml", ".csv", ".json", ".txt", ".cfg", ".yml", ".yaml", ".lock", ".html", ".svg", ".rst", ""}
LEFT_OUT = {".git", ".venv", "venv", "build", "dist", "__pycache__", ".hypothesis", ".benchmarks", ".ipynb_checkpoints"}

# Spelt in halves, so that this file passes its own test. The word before may not be part of an address.
FOLDERS = [first + rest for first, rest in (("ho", "me"), ("ro", "ot"), ("Us", "ers"), ("wo", "rk"), ("tm", "p"))]
MACHINE = re.compile(rf"(?<![\w.:/-])/(?:{'|'.join(FOLDERS)})/")
HOSTS = [first + rest for first, rest in (("py", r"pi\."), ("python", "hosted"), ("ana", r"conda\."), ("np", r"mjs\."))]
REGISTRY = re.compile("|".join(HOSTS))


@cache
def project_files() -> tuple[Path, ...]:
    """List the text files of the project: what git knows, or else what lies in the folder."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if listed.returncode == 0:
        found = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    else:
        found = list(ROOT.rglob("*"))
    kept = (path for path in found if not LEFT_OUT & set(path.relative_to(ROOT).parts) and path.is_file())
    return tuple(sorted(path for path in kept if path.suffix in TEXT and "-cache" not in path.name))


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    """Name every line of the project that a pattern is found in."""
    found = []
    for path in project_files():
        # Some fixtures are undecodable on purpose.
        text = path.read_text(encoding="utf-8", errors="replace")
        if pattern.search(text):
            lines = enumerate(text.splitlines(), start=1)
            found += [f"{path.relative_to(ROOT)}:{number}" for number, line in lines if pattern.search(line)]
    return found


def tree(path: str) -> ast.Module:
    """Read one file of the project as a syntax tree."""
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def is_overload(node: ast.AST) -> bool:
    """Tell whether a function only declares a signature or sets a property."""
    decorators = [ast.unparse(item) for item in getattr(node, "decorator_list", [])]
    return any(item.endswith(("overload", ".setter")) for item in decorators)


def public(node: ast.Module | ast.ClassDef) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    """Yield the public functions, classes and methods of a module, not what is defined inside functions."""
    for child in node.body:
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not child.name.startswith("_"):
            if not is_overload(child):
                yield child
            if isinstance(child, ast.ClassDef):
                yield from public(child)


@pytest.mark.parametrize("module", MODULES)
def test_no_module_is_long(module: str) -> None:
    """No module of the package is longer than 400 lines."""
    length = len((SOURCE / module).read_text(encoding="utf-8").splitlines())
    assert length <= LONGEST, f"{module} has {length} lines; at most {LONGEST} are allowed"


@pytest.mark.parametrize("module", MODULES)
def test_everything_public_is_described(module: str) -> None:
    """Every module and every public function, class and method has a docstring."""
    node = tree(f"src/matchmaker/{module}")
    missing = [f"{module}:{item.lineno} {item.name}" for item in public(node) if not ast.get_docstring(item)]
    assert ast.get_docstring(node), f"{module} has no docstring"
    assert missing == []


@pytest.mark.parametrize("name", [name for name in matchmaker.__all__ if callable(getattr(matchmaker, name, None))])
def test_options_are_named(name: str) -> None:
    """What the package offers takes at most a subject and an object by position, and options by name only."""
    offered = getattr(matchmaker, name)
    functions = [offered] if inspect.isfunction(offered) else []
    assert [function.__name__ for function in functions if len(by_position(function)) > 2] == []


def by_position(function: Callable[..., object]) -> list[str]:
    """Name the arguments that a function takes by position."""
    taken = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [item.name for item in inspect.signature(function).parameters.values() if item.kind in taken]


@pytest.mark.parametrize("path", TESTS)
def test_every_test_states_its_property(path: str) -> None:
    """Every test has a docstring of one sentence that states the property."""
    tests = [
        node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]
    bad = [f"{path}:{node.lineno} {node.name}" for node in tests if not is_sentence(ast.get_docstring(node))]
    assert bad == []


def is_sentence(text: str | None) -> bool:
    """Tell whether a docstring is one paragraph that ends as a sentence does."""
    return bool(text) and "\n\n" not in str(text) and str(text).rstrip().endswith(".")


def test_public_names_are_sorted_and_exist() -> None:
    """The public names are sorted, named once, and all there."""
    names = list(matchmaker.__all__)
    assert names == sorted(set(names))
    assert [name for name in names if not hasattr(matchmaker, name)] == []


def test_no_file_names_a_machine() -> None:
    """No file of the project names a folder of one machine."""
    assert lines_with(MACHINE) == []


def test_no_file_names_a_registry() -> None:
    """No file of the project names the address of a package registry."""
    assert lines_with(REGISTRY) == []
