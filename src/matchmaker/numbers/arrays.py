"""Small helpers that every array of the problem goes through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from numpy.typing import NDArray

    Array = TypeVar("Array", bound=NDArray[Any])
    Record = TypeVar("Record", bound=tuple[Any, ...])

__all__ = ["all_read_only", "days_before", "one_hot", "positions", "read_only", "starts", "stated"]


def read_only(array: Array) -> Array:
    """Return `array`, closed for writing.

    Examples
    --------
    >>> import numpy as np
    >>> read_only(np.zeros(2)).flags.writeable
    False
    """
    array.flags.writeable = False
    return array


def all_read_only(record: Record) -> Record:
    """Return a named tuple with all its arrays closed for writing, those of named tuples in it too.

    Kernels are compiled for one kind of array: the same record open for writing would be compiled for anew.

    Examples
    --------
    >>> from typing import NamedTuple
    >>> import numpy as np
    >>> class Pair(NamedTuple):
    ...     hours: np.ndarray
    ...     places: int
    >>> all_read_only(Pair(np.zeros(2), 3)).hours.flags.writeable
    False
    """
    for part in record:
        if isinstance(part, np.ndarray):
            read_only(part)
        elif isinstance(part, tuple):
            all_read_only(part)
    return record


def stated(cells: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Return which cells of a column say something.

    Examples
    --------
    >>> import numpy as np
    >>> stated(np.array(["a", None], object)).tolist()
    [True, False]
    """
    nothing: Any = None
    return np.asarray(np.not_equal(cells, nothing), bool)


def days_before(day: date, dates: NDArray[Any]) -> NDArray[np.float64]:
    """Return how many days each date lies before `day`; NaN where it is not stated.

    Examples
    --------
    >>> from datetime import date
    >>> import numpy as np
    >>> days_before(date(2026, 11, 2), np.array(["2026-11-01", "NaT"], "datetime64[D]")).tolist()
    [1.0, nan]
    """
    past = np.subtract(np.datetime64(day, "D"), dates.astype("datetime64[D]"))
    return np.asarray(past / np.timedelta64(1, "D"), float)


def positions(names: Sequence[str] | NDArray[np.object_], wanted: Iterable[str]) -> NDArray[np.int64]:
    """Return the position in `names` of every one of `wanted`.

    Examples
    --------
    >>> positions(["a", "b"], ["b", "a", "b"]).tolist()
    [1, 0, 1]
    """
    place = {name: i for i, name in enumerate(names)}
    return np.array([place[name] for name in wanted], np.int64)


def one_hot(values: Iterable[Iterable[str]], vocabulary: Sequence[str]) -> NDArray[np.bool_]:
    """Return which words of `vocabulary` each row of `values` has, shape (rows, words); other words are passed over.

    Examples
    --------
    >>> one_hot([("noise",), ()], ["dust", "noise"]).tolist()
    [[False, True], [False, False]]
    """
    rows = list(values)
    place = {word: i for i, word in enumerate(vocabulary)}
    result = np.zeros((len(rows), len(vocabulary)), bool)
    for i, words in enumerate(rows):
        for word in words:
            if word in place:
                result[i, place[word]] = True
    return result


def starts(owner: NDArray[np.integer[Any]], owners: int) -> NDArray[np.int64]:
    """Return where each owner's rows begin, shape (owners + 1); `owner` is sorted.

    Examples
    --------
    >>> import numpy as np
    >>> starts(np.array([0, 0, 2]), 3).tolist()
    [0, 2, 2, 3]
    """
    return np.searchsorted(owner, np.arange(owners + 1), side="left").astype(np.int64)
