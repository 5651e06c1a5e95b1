"""What was read, before anyone checked it: texts of cells, kept once each, and where they stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.errors import Fault

__all__ = ["RawColumn", "RawRegion", "RawTable", "raw_column"]


@dataclass(frozen=True)
class RawColumn:
    """Cells of one column: row ``r`` holds ``texts[codes[r]]``.

    Examples
    --------
    >>> column = raw_column(["a", "b", "a"])
    >>> column.texts
    ['a', 'b']
    """

    texts: list[str]
    codes: NDArray[np.int64]


@dataclass(frozen=True)
class RawTable:
    """One table as texts.

    Parameters
    ----------
    name
        Name of the table.
    size
        Number of rows.
    columns
        Column name to its cells, also of columns that the contract does not know.
    ragged
        Rows (from 1) with too few or too many cells; other faults in them are not worth telling.

    Examples
    --------
    >>> RawTable("demands", 1, {"task": raw_column(["t1"])}).size
    1
    """

    name: str
    size: int
    columns: Mapping[str, RawColumn]
    ragged: frozenset[int] = frozenset()


@dataclass
class RawRegion:
    """Everything that was read, and the faults met while reading.

    Parameters
    ----------
    head
        Name, date, framework and policy as they stood; None when they could not be read.
    framework
        The framework's own document; None means the shipped one.
    tables
        Name to table.
    unread
        Tables that are there but could not be read; they are not reported as missing.
    faults
        What went wrong so far.

    Examples
    --------
    >>> RawRegion().tables
    {}
    """

    head: Mapping[str, Any] | None = None
    framework: Any = None
    tables: dict[str, RawTable] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)


def raw_column(cells: Iterable[str]) -> RawColumn:
    """Column of texts, each different text kept once.

    Examples
    --------
    >>> raw_column(["a", "b", "a"]).codes.tolist()
    [0, 1, 0]
    """
    listed = cells if isinstance(cells, (list, tuple)) else list(cells)
    code = {text: number for number, text in enumerate(dict.fromkeys(listed))}
    codes = np.fromiter(map(code.__getitem__, listed), dtype=np.int64, count=len(listed))
    return RawColumn(list(code), codes)
