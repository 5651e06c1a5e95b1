"""One grammar for every cell: what a text in a table means, and which values a word accepts.

A :class:`Cell` is attached to each field of a word. The same object reads a cell of a file, checks a value given in
Python, and describes itself in the JSON schema; there is no second place that knows what a pupil's hours may be.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from matchmaker.model.faults import CellFault
from matchmaker.model.moments import MOMENTS, moments_mask, moments_names

__all__ = ["Cell", "cell_text"]

Kind = Literal["text", "id", "number", "whole", "yes_no", "month", "date", "list", "moments"]
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
MONTH = re.compile(r"\d{4}-\d{2}", re.ASCII)
DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
NOT_IN_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
NOT_IN_ID = re.compile(r"[;\x00-\x1f\x7f]")
YES_NO = {"yes": True, "no": False}
BIGGEST_WHOLE = 2**53


@dataclass(frozen=True, slots=True)
class Cell:
    """What may stand in the cells of one column.

    Parameters
    ----------
    kind
        text, id, number, whole, yes_no, month, date, list or moments.
    low, high
        Smallest and largest number allowed.
    words
        The closed list, empty when any text will do.
    refers
        Table of whose ids this must be one.

    Examples
    --------
    >>> Cell("number", low=0).read("2.5")
    2.5
    >>> Cell("list").read("vca; forklift")
    ('vca', 'forklift')
    """

    kind: Kind
    low: float = -math.inf
    high: float = math.inf
    words: tuple[str, ...] = ()
    refers: str = ""

    def read(self, text: str) -> Any:
        """Value of a cell that is not empty.

        Raises
        ------
        CellFault
            When the text is not allowed here.
        """
        return READERS[self.kind](self, text.strip())

    def text(self, value: Any) -> str:
        """Text of a value as it stands in a cell of this kind; a month loses its day.

        Raises
        ------
        CellFault
            When a value of a list contains the ``;`` that stands between values.

        Examples
        --------
        >>> Cell("month").text(dt.date(2009, 4, 1))
        '2009-04'
        """
        if self.kind == "list" and not isinstance(value, str):
            for part in value if isinstance(value, (list, tuple, set, frozenset)) else ():
                _id(self, cell_text(part))
        if self.kind == "month" and isinstance(value, dt.date):
            return value.isoformat()[:7]
        return cell_text(value)

    def forbids(self, text: str) -> bool:
        """Whether a text holds a character that no id, or no text, may hold.

        Examples
        --------
        >>> Cell("id").forbids("e1;e2"), Cell("text").forbids("vegen; dweilen")
        (True, False)
        """
        return (NOT_IN_ID if self.kind == "id" else NOT_IN_TEXT).search(text) is not None

    def expected(self) -> tuple[str, str]:
        """Return what may stand here, in English and Dutch, short enough for a table of faults.

        Examples
        --------
        >>> Cell("whole", low=1).expected()[0]
        'a whole number, at least 1'
        """
        if self.words:
            return _joined(self.words, last="or"), _joined(self.words, last="of")
        if self.kind in ("number", "whole"):
            return _range(self)
        return SHORT[self.kind]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self._from_python, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(schema), **_schema_of(self)}

    def _from_python(self, value: Any) -> Any:
        text = self.text(value)
        if text.strip():
            return self.read(text)
        return () if self.kind == "list" else None


def cell_text(value: Any) -> str:
    """Text of a Python value as it would stand in a cell; None, NaN and NaT are the empty cell.

    Examples
    --------
    >>> [cell_text(v) for v in (None, True, 2.0, 2.5, ("a", "b"), dt.date(2026, 11, 2))]
    ['', 'yes', '2', '2.5', 'a;b', '2026-11-02']
    """
    if isinstance(value, str):
        return value
    if value is None or value != value:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < BIGGEST_WHOLE else repr(value)
    if isinstance(value, dt.datetime):
        return value.isoformat() if value.time() != dt.time() else value.date().isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, (list, tuple, set, frozenset)):
        return ";".join(cell_text(part) for part in value)
    if hasattr(value, "item"):
        return cell_text(value.item())
    return str(value)


def _number(cell: Cell, text: str) -> float:
    value = float(text) if NUMBER.fullmatch(text) else math.nan
    if not math.isfinite(value):
        raise CellFault("not_number", text, _limits(cell))
    if not cell.low <= value <= cell.high:
        raise CellFault("out_of_range", text, _range(cell))
    return value


def _whole(cell: Cell, text: str) -> int:
    value = float(text) if NUMBER.fullmatch(text) else math.nan
    if not value.is_integer() or abs(value) >= BIGGEST_WHOLE:
        raise CellFault("not_whole", text, _limits(cell))
    if not cell.low <= value <= cell.high:
        raise CellFault("out_of_range", text, _range(cell))
    return int(value)


def _text(cell: Cell, text: str) -> str:
    if cell.words and text not in cell.words:
        raise CellFault("unknown_word", text, cell.expected(), cell.words)
    if cell.forbids(text):
        raise CellFault("bad_text", repr(text))
    return text


def _id(cell: Cell, text: str) -> str:
    if NOT_IN_ID.search(text):
        raise CellFault("bad_id", text)
    return text


def _yes_no(cell: Cell, text: str) -> bool:
    if text not in YES_NO:
        raise CellFault("bad_yes_no", text)
    return YES_NO[text]


def _month(cell: Cell, text: str) -> dt.date:
    if not MONTH.fullmatch(text):
        raise CellFault("bad_month", text)
    try:
        return dt.date.fromisoformat(f"{text}-01")
    except ValueError:
        raise CellFault("bad_month", text) from None


def _date(cell: Cell, text: str) -> dt.date:
    whole = f"{text}-01" if MONTH.fullmatch(text) else text
    try:
        if not DATE.fullmatch(whole):
            raise ValueError
        return dt.date.fromisoformat(whole)
    except ValueError:
        raise CellFault("bad_date", text) from None


def _list(cell: Cell, text: str) -> tuple[str, ...]:
    return tuple(_id(cell, part) for part in (piece.strip() for piece in text.split(";")) if part)


def _moments(cell: Cell, text: str) -> tuple[str, ...]:
    names = _list(cell, text)
    wrong = [name for name in names if name not in MOMENTS]
    if wrong or not names:
        raise CellFault("bad_moment", (wrong or [text])[0])
    return moments_names(moments_mask(names))


READERS: Mapping[str, Callable[[Cell, str], Any]] = {
    "text": _text,
    "id": _id,
    "number": _number,
    "whole": _whole,
    "yes_no": _yes_no,
    "month": _month,
    "date": _date,
    "list": _list,
    "moments": _moments,
}
SHORT: Mapping[str, tuple[str, str]] = {
    "text": ("a text", "een tekst"),
    "id": ("an id", "een id"),
    "yes_no": ("yes or no", "yes of no"),
    "month": ("a month YYYY-MM", "een maand JJJJ-MM"),
    "date": ("a date YYYY-MM-DD", "een datum JJJJ-MM-DD"),
    "list": ("values with ; between them", "waarden met ; ertussen"),
    "moments": ("moments such as mo-am;tu-pm", "momenten zoals mo-am;tu-pm"),
}


def _limits(cell: Cell) -> tuple[str, str]:
    if math.isinf(cell.low):
        return "positive or negative", "positief of negatief"
    if math.isinf(cell.high):
        return f"at least {cell.low:g}", f"ten minste {cell.low:g}"
    return f"from {cell.low:g} to {cell.high:g}", f"van {cell.low:g} tot en met {cell.high:g}"


def _range(cell: Cell) -> tuple[str, str]:
    english, dutch = _limits(cell)
    noun = ("a whole number", "een geheel getal") if cell.kind == "whole" else ("a number", "een getal")
    return f"{noun[0]}, {english}", f"{noun[1]}, {dutch}"


def _joined(words: tuple[str, ...], *, last: str) -> str:
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def _schema_of(cell: Cell) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    if cell.kind in ("number", "whole"):
        facts |= {} if math.isinf(cell.low) else {"minimum": cell.low}
        facts |= {} if math.isinf(cell.high) else {"maximum": cell.high}
    if cell.kind == "month":
        facts = {"type": "string", "pattern": r"^\d{4}-\d{2}$"}
    if cell.kind == "date":
        facts = {"type": "string", "pattern": r"^\d{4}-\d{2}(-\d{2})?$"}
    if cell.kind == "moments":
        facts = {"type": "array", "items": {"enum": list(MOMENTS)}, "minItems": 1}
    return facts
