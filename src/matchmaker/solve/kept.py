"""Machine code kept on disk: safe when several processes compile at once, and made anew when any kernel in it changed.

Three things numba leaves open, each of which ends a process without a word or runs old code:

- It numbers the functions that a process compiles, and some of its own, such as sorting and the order of sorting, have
  otherwise the same name. Kernels kept by two processes may so bring one name for two things, and the process that
  loads both takes one for the other (numba issues 4807 and 10486). Here the numbers are drawn at random.
- It numbers the files of a kernel's signatures and keeps the numbers in an index. Two processes that compile two
  signatures at the same moment may take the same number: the index then names code made for other arguments. Here every
  file says what it was made for, and is passed over where that is something else.
- It looks at the file of the kernel alone. Here the kernels that it calls count too, and the constants.
"""

from __future__ import annotations

import hashlib
import secrets
from types import CodeType
from typing import TYPE_CHECKING, Any

from numba.core.bytecode import FunctionIdentity
from numba.core.caching import FunctionCache, IndexDataCacheFile

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import FunctionType

__all__ = ["KeptCode", "KeptFiles", "number_at_random", "source_digest"]

PLAIN = (bool, int, float, str, tuple, frozenset, type(None))


def number_at_random() -> None:
    """Let numba tell functions apart by numbers that no other process has; a forked one draws its own as well."""
    numbers: Any = iter(lambda: secrets.randbits(62), None)
    FunctionIdentity._unique_ids = numbers


def source_digest(functions: Iterable[FunctionType], options: object = None) -> str:
    """Return a digest of the code of these functions, the plain values of their modules that they read, and `options`.

    Examples
    --------
    >>> def twice(x):
    ...     return 2 * x
    >>> def thrice(x):
    ...     return 3 * x
    >>> source_digest([twice]) == source_digest([twice]), source_digest([twice]) == source_digest([thrice])
    (True, False)
    """
    digest = hashlib.sha256(repr(options).encode())
    for function in functions:
        values = ((name, function.__globals__.get(name)) for name in function.__code__.co_names)
        plain = [(name, value) for name, value in values if isinstance(value, PLAIN)]
        digest.update(repr((_instructions(function.__code__), plain)).encode())
    return digest.hexdigest()


def _instructions(code: CodeType) -> tuple[Any, ...]:
    """Return what a function does, and nothing of where it stands or what it is called."""
    inner = [_instructions(one) if isinstance(one, CodeType) else one for one in code.co_consts]
    return code.co_code, inner, code.co_names, code.co_varnames


class KeptFiles(IndexDataCacheFile):
    """The files of one kernel, each with the source and the signature that it was made for."""

    def save(self, key: Any, data: Any) -> None:
        """Keep the machine code `data` of the signature `key`."""
        super().save(key, (self._source_stamp, key, data))

    def load(self, key: Any) -> Any:
        """Return the machine code of the signature `key`, None where there is none."""
        kept = super().load(key)
        return kept[2] if kept is not None and kept[:2] == (self._source_stamp, key) else None


class KeptCode(FunctionCache):
    """The machine code of one kernel on disk.

    Parameters
    ----------
    function : function
        As numba compiles it.
    digest : str
        `source_digest` of the function and of all that it calls.
    """

    def __init__(self, function: FunctionType, digest: str) -> None:
        super().__init__(function)
        self._cache_file = KeptFiles(self._cache_path, self._impl.filename_base, digest)
