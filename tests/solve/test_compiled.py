"""Kernels are lazy, can be switched off, and may call each other."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from matchmaker.solve.compiled import Kernel, _called_from, _Compiling, announcing, compiled, is_compiled, prange
from matchmaker.solve.joint.build import best_position
from matchmaker.solve.kept import KeptFiles, source_digest


@compiled
def twice(x: float) -> float:
    return 2.0 * x


@compiled
def sum_of_twice(values: np.ndarray) -> float:
    total = 0.0
    for value in values:
        total += twice(value)
    return total


@compiled(parallel=True)
def fill(values: np.ndarray) -> None:
    for k in prange(values.size):
        values[k] = twice(1.0 * k)


def test_import_leaves_numba_alone() -> None:
    """Importing the assignment core does not import numba."""
    code = "import sys, matchmaker.solve.assignment; sys.exit('numba' in sys.modules)"
    paths = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    assert subprocess.run([sys.executable, "-c", code], check=False, env=paths).returncode == 0


@pytest.mark.parametrize("switch", ["", "1"])
def test_kernels_call_kernels(monkeypatch: pytest.MonkeyPatch, switch: str) -> None:
    """A kernel that calls another gives the same compiled and uncompiled."""
    monkeypatch.setenv("MATCHMAKER_UNCOMPILED", switch)
    assert is_compiled() is (switch == "")
    assert sum_of_twice(np.arange(4.0)) == 12.0


@pytest.mark.parametrize("switch", ["", "1"])
def test_parallel_kernels(monkeypatch: pytest.MonkeyPatch, switch: str) -> None:
    """A parallel kernel fills the same array compiled and uncompiled."""
    monkeypatch.setenv("MATCHMAKER_UNCOMPILED", switch)
    values = np.zeros(5)
    fill(values)
    assert values.tolist() == [0.0, 2.0, 4.0, 6.0, 8.0]


def test_parallel_kernels_take_turns() -> None:
    """Several threads may call a parallel kernel at once."""
    arrays = [np.zeros(1000) for _ in range(4)]
    threads = [threading.Thread(target=fill, args=(array,)) for array in arrays]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(array[-1] == 1998.0 for array in arrays)


def test_compilation_is_announced_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hook hears of the kernel before its first compilation and not again at the second call."""
    monkeypatch.delenv("MATCHMAKER_UNCOMPILED", raising=False)
    heard: list[str] = []
    with announcing(heard.append):
        twice(np.float32(1.0))
        before = len(heard)
        twice(np.float32(1.0))
    assert len(heard) == before
    assert all(name.endswith("twice") for name in heard)


def test_a_kernel_keeps_its_source_and_can_be_pickled() -> None:
    """A kernel is a picklable name for a plain Python function."""
    assert isinstance(twice, Kernel)
    assert twice.function(1.5) == 3.0
    from matchmaker.solve.assignment.paths import enter_rows

    assert pickle.loads(pickle.dumps(enter_rows)) is enter_rows


def plus(x: float) -> float:
    return x + STEP


STEP = 1.0


def test_two_processes_may_keep_code_at_the_same_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two signatures that got the same number are never taken for each other (that ends the process)."""
    one, other = (KeptFiles(str(tmp_path), "plus", "source") for _ in range(2))
    late = one._load_index()
    other.save("float32", "code for float32")
    with monkeypatch.context() as then:
        then.setattr(one, "_load_index", lambda: late)
        one.save("float64", "code for float64")
    other._save_index({"float32": other._data_name(1)})
    assert one.load("float64") is None
    assert other.load("float32") is None
    one.save("float64", "code for float64")
    other.save("float32", "code for float32")
    assert (one.load("float64"), one.load("float32")) == ("code for float64", "code for float32")


def test_code_of_an_earlier_source_is_not_used(tmp_path: Path) -> None:
    """A file left from an earlier source is passed over, even where the index already names it for the new one."""
    before, now = (KeptFiles(str(tmp_path), "plus", source) for source in ("before", "now"))
    before.save("float64", "old")
    assert now.load("float64") is None
    now._save_index({"float64": now._data_name(1)})
    assert now.load("float64") is None


def test_kept_code_follows_the_constants_and_the_kernels_it_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """The digest changes with a constant of the module; it covers kernels of other modules that a kernel calls."""
    before = source_digest([plus])
    monkeypatch.setitem(plus.__globals__, "STEP", 2.0)
    assert source_digest([plus]) != before
    assert source_digest([plus], "parallel") != source_digest([plus])
    assert _called_from(sum_of_twice) == [sum_of_twice, twice]
    modules = {one.function.__module__ for one in _called_from(best_position)}
    assert {"matchmaker.solve.bundle", "matchmaker.solve.bundle_bounds", "matchmaker.solve.joint.stock"} <= modules


KERNELS = """
import numpy as np
from matchmaker.solve.compiled import announcing, compiled

@compiled
def in_order(x):
    return np.sort(x)

@compiled
def order(x):
    return np.argsort(x)

@compiled
def same(x):
    return x
"""


def run_kernels(folder: Path, calls: str, seed: str) -> str:
    """Return what a process of its own prints that calls the kernels above, and which of them it compiles."""
    (folder / "sorting.py").write_text(KERNELS)
    paths = os.pathsep.join([str(folder), *(path for path in sys.path if path)])
    env = {**os.environ, "PYTHONPATH": paths, "PYTHONHASHSEED": seed, "PYTHONDONTWRITEBYTECODE": "1"}
    code = f"from sorting import *\nx = np.arange(100)[::-1].copy()\nwith announcing(print):\n    print({calls})"
    done = subprocess.run([sys.executable, "-c", code], check=False, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_processes_keep_is_not_taken_for_each_other(tmp_path: Path) -> None:
    """Code of two processes works together in a third, which compiles nothing, whatever the seed of its hashes."""
    assert "sorting.in_order" in run_kernels(tmp_path, "in_order(x)", "1")
    # Three kernels more, so that functions of the two sorts, which have the same name, would have the same number.
    assert "sorting.order" in run_kernels(tmp_path, "same(1), same(1.0), same(True), order(x)", "2")
    assert run_kernels(tmp_path, "*in_order(x)[[0, -1]], *order(x)[[0, -1]]", "3") == "0 99 99 0\n"
    assert run_kernels(tmp_path, "*order(x)[[0, -1]], *in_order(x)[[0, -1]]", "4") == "99 0 0 99\n"


def test_time_to_compile_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel compiled while another one waits for it counts once, from the first beginning to the last end."""
    moments = iter([1.0, 5.0])
    monkeypatch.setattr("matchmaker.solve.compiled.time.perf_counter", lambda: next(moments))
    compiling = _Compiling()
    for what in (compiling.begin, compiling.begin, compiling.end, compiling.end):
        what()
    assert compiling.seconds == 4.0
