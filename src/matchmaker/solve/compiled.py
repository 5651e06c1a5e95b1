"""Plain functions over arrays become machine code when they are first called; numba is named here and in `kept` only.

A *kernel* is a function that takes and returns only arrays and numbers. Decorate it with `compiled`; importing the
module costs nothing, the first call imports numba and compiles (or loads the machine code kept from an earlier run).
Kernels may call kernels, in the same module or imported from another one.

With the environment variable ``MATCHMAKER_UNCOMPILED=1`` the same source runs as ordinary Python. It is read at every
call, so that a test can switch it.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from functools import update_wrapper
from types import FunctionType
from typing import Any, Generic, ParamSpec, TypeVar, cast, overload

__all__ = ["Kernel", "announcing", "compiled", "is_compiled", "prange", "seconds_compiling"]

P = ParamSpec("P")
R = TypeVar("R")

SWITCH = "MATCHMAKER_UNCOMPILED"

_building = threading.RLock()
# numba's fallback thread pool must not be entered by two threads at once; a parallel kernel uses all cores anyway.
_parallel_turn = threading.RLock()
_announce: ContextVar[Callable[[str], None] | None] = ContextVar("matchmaker_announce_compilation", default=None)


def is_compiled() -> bool:
    """Say whether kernels run as machine code (the default) or as plain Python (``MATCHMAKER_UNCOMPILED=1``).

    Returns
    -------
    bool

    Examples
    --------
    >>> is_compiled() in (True, False)
    True
    """
    return os.environ.get(SWITCH, "") in ("", "0")


def prange(*bounds: int) -> range:
    """Return `range` of the bounds; inside a kernel compiled with ``parallel=True`` its turns run on all cores.

    Parameters
    ----------
    *bounds : int
        As for `range`.

    Returns
    -------
    range

    Examples
    --------
    >>> list(prange(3))
    [0, 1, 2]
    """
    return range(*bounds)


@contextmanager
def announcing(hook: Callable[[str], None] | None) -> Iterator[None]:
    """Call `hook` with a kernel's name just before it is compiled inside this block (not when it comes from the cache).

    Parameters
    ----------
    hook : callable or None
        Takes the name of the kernel, such as ``"matchmaker.solve.assignment.paths.augment"``. None: say nothing.

    Yields
    ------
    None

    Examples
    --------
    >>> with announcing(lambda name: None):
    ...     pass
    """
    token = _announce.set(hook)
    try:
        yield
    finally:
        _announce.reset(token)


class _Compiling:
    """How long kernels have been compiled: a kernel that another one waits for does not count twice."""

    def __init__(self) -> None:
        self.lock, self.depth, self.since, self.seconds = threading.Lock(), 0, 0.0, 0.0

    def begin(self) -> None:
        with self.lock:
            self.since = time.perf_counter() if self.depth == 0 else self.since
            self.depth += 1

    def end(self) -> None:
        with self.lock:
            self.depth -= 1
            self.seconds += time.perf_counter() - self.since if self.depth == 0 else 0.0


_compiling = _Compiling()


def seconds_compiling() -> float:
    """Return for how many seconds this process has compiled kernels; to load kept machine code does not count.

    Examples
    --------
    >>> seconds_compiling() >= 0.0
    True
    """
    return _compiling.seconds


class Kernel(Generic[P, R]):
    """A function over arrays that compiles itself when it is first called.

    Parameters
    ----------
    function : callable
        The source; arrays and numbers in, arrays and numbers out.
    parallel : bool
        Whether loops over `prange` run on all cores.
    inline : bool
        Whether its source is put into the kernels that call it.

    Attributes
    ----------
    function : callable
        The plain Python source.
    parallel : bool

    Examples
    --------
    >>> def double(x: float) -> float:
    ...     return 2.0 * x
    >>> Kernel(double, parallel=False).function(4.0)
    8.0
    """

    def __init__(self, function: Callable[P, R], *, parallel: bool, inline: bool = False) -> None:
        self.function = function
        self.parallel = parallel
        self.inline = inline
        self._machine: Callable[P, R] | None = None
        self._ready = False
        update_wrapper(self, function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run the machine code, or the source where kernels are switched off."""
        if not is_compiled():
            return self.function(*args, **kwargs)
        machine = self.machine()
        with _parallel_turn if self.parallel else nullcontext():
            return machine(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<kernel {self.function.__module__}.{self.function.__qualname__}>"

    def __reduce__(self) -> str:
        return self.function.__qualname__

    def machine(self) -> Callable[P, R]:
        """Return numba's dispatcher of this kernel, made at the first call.

        Returns
        -------
        callable
        """
        # Another thread must not see a dispatcher whose globals are still being filled; the building thread must.
        if not self._ready:
            with _building:
                if self._machine is None:
                    self._build()
                    self._ready = True
        return cast("Callable[P, R]", self._machine)

    def _options(self) -> dict[str, Any]:
        return {"parallel": self.parallel, "inline": "always" if self.inline else "never"}

    def _build(self) -> None:
        from numba import njit

        from matchmaker.solve.kept import KeptCode, source_digest

        _prepare()
        source = cast(FunctionType, self.function)
        twin = FunctionType(source.__code__, {}, source.__name__, source.__defaults__, source.__closure__)
        update_wrapper(twin, source)
        vars(twin).pop("__wrapped__")
        machine = njit(nogil=True, error_model="numpy", **self._options())(twin)
        called = _called_from(self)
        options = [kernel._options() for kernel in called]
        digest = source_digest((cast(FunctionType, kernel.function) for kernel in called), options)
        machine._cache = KeptCode(twin, digest)
        self._machine = machine
        # After the line above, so that kernels that call each other find each other's dispatcher.
        twin.__globals__.update(_globals_for_numba(source))


def _called_from(kernel: Kernel[..., Any]) -> list[Kernel[..., Any]]:
    """Return a kernel and all kernels that it calls, directly or through others."""
    found = [kernel]
    for one in found:
        source = cast(FunctionType, one.function)
        values = (source.__globals__.get(name) for name in source.__code__.co_names)
        called = dict.fromkeys(value for value in values if isinstance(value, Kernel))
        found.extend(value for value in called if value not in found)
    return found


def _globals_for_numba(source: FunctionType) -> dict[str, Any]:
    from numba import prange as parallel_range

    names = dict(source.__globals__)
    for name in source.__code__.co_names:
        value = names.get(name)
        if isinstance(value, Kernel):
            names[name] = value.machine()
        elif value is prange:
            names[name] = parallel_range
    return names


_prepared = False


def _prepare() -> None:
    """Make numba ready, once in a process: names that no other process gives, and word of what is compiled."""
    global _prepared
    if _prepared:
        return
    from numba.core import event

    from matchmaker.solve.kept import number_at_random

    number_at_random()

    class Announcer(event.Listener):  # type: ignore[misc, name-defined, unused-ignore]
        def on_start(self, event: Any) -> None:
            _compiling.begin()
            hook = _announce.get()
            function = event.data["dispatcher"].py_func
            if hook is not None:
                hook(f"{function.__module__}.{function.__qualname__}")

        def on_end(self, event: Any) -> None:
            _compiling.end()

    register: Callable[[str, Any], None] = event.register
    register("numba:compile", Announcer())
    _prepared = True


@overload
def compiled(function: Callable[P, R]) -> Kernel[P, R]: ...
@overload
def compiled(*, parallel: bool = ..., inline: bool = ...) -> Callable[[Callable[P, R]], Kernel[P, R]]: ...
def compiled(function: Callable[P, R] | None = None, *, parallel: bool = False, inline: bool = False) -> Any:
    """Make a function over arrays into a kernel: ``@compiled`` or ``@compiled(parallel=True)``.

    The machine code is kept on disk beside the module (or in the user's cache folder) and releases the interpreter's
    lock; it is made anew when the source of the kernel, or of one that it calls, has changed. Integer division by zero
    is not checked.

    Parameters
    ----------
    function : callable, optional
        The function, when used without brackets.
    parallel : bool, optional
        Whether loops over `prange` run on all cores. Such kernels take turns when several threads call them.
    inline : bool, optional
        Put the source into every kernel that calls this one. For the middle of a chain of kernels: machine code is
        made anew for every link of a chain, so that a long chain takes minutes to compile.

    Returns
    -------
    Kernel or decorator

    Examples
    --------
    >>> @compiled
    ... def twice(x: float) -> float:
    ...     return 2.0 * x
    >>> twice.function(1.5)
    3.0
    """
    if function is not None:
        return Kernel(function, parallel=parallel, inline=inline)
    return lambda source: Kernel(source, parallel=parallel, inline=inline)
