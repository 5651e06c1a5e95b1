"""Kernels are lazy, can be switched off, and may call each other."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading

import numpy as np
import pytest

from matchmaker.solve.compiled import Kernel, announcing, compiled, is_compiled, prange


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
