"""How a column is stored: values of words become read-only arrays, and back into words and cell texts.

text, id -> object array of str (None: not stated); number -> float64 (NaN); whole -> int64; yes_no -> bool, or an
object array of True, False, None where it may be not stated; month, date -> datetime64[D] (NaT); list -> object array
of tuples; moments -> int32 bit masks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.model.cells import Cell, cell_text
from matchmaker.model.moments import moments_mask, moments_names
from matchmaker.model.words import Word, cells

__all__ = [
    "Column",
    "cells_of",
    "default_of",
    "empty_columns",
    "encode",
    "freeze",
    "is_optional",
    "same",
    "values_of",
]

Column = NDArray[Any]


def encode(values: Sequence[Any], *, cell: Cell, optional: bool) -> Column:
    """Array of a column from the values words hold; None is not stated.

    Parameters
    ----------
    values
        One value a row.
    cell
        What the column holds.
    optional
        Whether a yes/no may be not stated (decides bool or object).

    Examples
    --------
    >>> encode([1.5, None], cell=Cell("number"), optional=True)
    array([1.5, nan])
    """
    if cell.kind == "number":
        return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
    if cell.kind == "whole":
        return np.array(values, dtype=np.int64)
    if cell.kind in ("month", "date"):
        return np.array(["NaT" if value is None else value for value in values], dtype="datetime64[D]")
    if cell.kind == "moments":
        return np.array([moments_mask(names) for names in values], dtype=np.int32)
    if cell.kind == "yes_no" and not optional:
        return np.array(values, dtype=np.bool_)
    if cell.kind in ("text", "id"):
        return np.array(values, dtype=object)
    column = np.empty(len(values), dtype=object)
    for row, value in enumerate(values):
        column[row] = value
    return column


def values_of(column: Column, *, cell: Cell) -> list[Any]:
    """Values of a column as the words hold them; the inverse of :func:`encode`.

    Examples
    --------
    >>> values_of(np.array([1.5, np.nan]), cell=Cell("number"))
    [1.5, None]
    """
    if cell.kind == "number":
        return [None if value != value else value for value in column.tolist()]
    if cell.kind == "moments":
        return _looked_up(column, moments_names)
    values: list[Any] = column.tolist()
    return values


def cells_of(column: Column, *, cell: Cell) -> list[str]:
    """Cell texts of a column, as a file holds them; not stated is the empty text.

    Examples
    --------
    >>> cells_of(np.array([1.0, 2.5, np.nan]), cell=Cell("number"))
    ['1', '2.5', '']
    """
    if cell.kind in ("text", "id"):
        return [value or "" for value in column]
    if cell.kind == "list":
        return [";".join(value) for value in column]
    if cell.kind == "moments":
        return _looked_up(column, lambda mask: ";".join(moments_names(mask)))
    if cell.kind == "yes_no":
        return [cell_text(value) for value in column.tolist()]
    return _looked_up(column, lambda value: cell.text(value))


def default_of(word: type[Word], *, name: str) -> Any:
    """Value of an optional column where it is not stated.

    Examples
    --------
    >>> from matchmaker.model.words import Task
    >>> default_of(Task, name="pieces")
    1
    """
    return word.model_fields[name].default


def freeze(column: Column) -> Column:
    """Make an array read-only and return it.

    Examples
    --------
    >>> freeze(np.zeros(2)).flags.writeable
    False
    """
    column.flags.writeable = False
    return column


def same(one: Column, *, other: Column) -> bool:
    """Whether two columns hold the same; not stated equals not stated.

    Examples
    --------
    >>> same(np.array([1, np.nan]), other=np.array([1, np.nan]))
    True
    """
    if one.dtype.kind in "fM":
        return bool(np.array_equal(one, other, equal_nan=True))
    return bool(np.array_equal(one, other))


def is_optional(word: type[Word], *, name: str) -> bool:
    """Whether a column may be not stated even after its default is filled in.

    Examples
    --------
    >>> from matchmaker.model.words import Pupil
    >>> is_optional(Pupil, name="consent"), is_optional(Pupil, name="school_hours")
    (True, False)
    """
    field = word.model_fields[name]
    return not field.is_required() and field.default is None


def empty_columns(word: type[Word]) -> dict[str, Column]:
    """Columns of a table without rows.

    Examples
    --------
    >>> from matchmaker.model.words import Demand
    >>> list(empty_columns(Demand))
    ['task', 'dimension', 'level']
    """
    return {
        name: freeze(encode([], cell=cell, optional=is_optional(word, name=name))) for name, cell in cells(word).items()
    }


def _looked_up(column: Column, text: Any) -> list[Any]:
    unique, code = np.unique(column, return_inverse=True)
    found = np.empty(len(unique), dtype=object)
    for row, value in enumerate(unique.tolist()):
        found[row] = text(value)
    listed: list[Any] = found[code].tolist()
    return listed
