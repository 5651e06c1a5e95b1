"""A table of words, stored by column; a row becomes a word only when someone asks for it.

100,000 observations cost seven arrays, not 100,000 objects. Tables never change: every change is a new table that
shares the untouched columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from matchmaker.errors import Fault, InputFaults, MatchmakerError, UnknownId
from matchmaker.model.columns import (
    Column,
    cells_of,
    default_of,
    empty_columns,
    encode,
    freeze,
    is_optional,
    same,
    values_of,
)
from matchmaker.model.faults import fault
from matchmaker.model.validation import faults_of_validation
from matchmaker.model.words import Word, cells

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Table"]

Row = TypeVar("Row", bound=Word)
BETWEEN_CELLS = "\x1f"
BETWEEN_ROWS = "\x1e"


@dataclass(frozen=True, eq=False, repr=False)
class Table(Generic[Row]):
    """Immutable table of one kind of word.

    Parameters
    ----------
    word
        The class of its rows.
    arrays
        One read-only array a column, in the order of the contract; see :mod:`matchmaker.model.columns`.

    Examples
    --------
    >>> from matchmaker.model.words import Demand
    >>> table = Table.of(Demand, rows=[Demand(task="t1", dimension="endurance", level=2)])
    >>> len(table), table.column("level").tolist()
    (1, [2])
    >>> table[0].dimension
    'endurance'

    With an id, rows are found by it, and every change is a new table:

    >>> from matchmaker.model.words import Employer
    >>> bakery = Employer(id="e1", name="Bakker", lat=52.1, lon=5.2, places=2, supervision_hours=6)
    >>> garden = Employer(id="e2", name="Tuin", lat=52.2, lon=5.3, places=1, supervision_hours=2)
    >>> employers = Table.of(Employer, rows=[bakery]).with_rows([garden])
    >>> employers.get("e2").places, employers.with_row("e2", places=4).column("places").tolist()
    (1, [2, 4])
    >>> employers.without(["e1"]).ids, employers.take(employers.column("places") > 1).ids
    (('e2',), ('e1',))
    >>> employers.texts("supervision_hours"), employers.positions_of(np.array(["e2", "e9"])).tolist()
    (['6', '2'], [1, -1])
    """

    word: type[Row]
    arrays: Mapping[str, Column]

    @classmethod
    def of(cls, word: type[Row], *, rows: Iterable[Row] = ()) -> Table[Row]:
        """Table of the rows given.

        Raises
        ------
        InputFaults
            When two rows have the same id.
        """
        listed = list(rows)
        if not listed:
            return cls(word, empty_columns(word))
        arrays = {
            name: freeze(
                encode([getattr(row, name) for row in listed], cell=cell, optional=is_optional(word, name=name))
            )
            for name, cell in cells(word).items()
        }
        return cls(word, arrays)._with_unique_ids()

    @property
    def name(self) -> str:
        """Name of the table in the contract."""
        return self.word.table

    def __len__(self) -> int:
        return len(next(iter(self.arrays.values())))

    def __iter__(self) -> Iterator[Row]:
        names = list(self.arrays)
        for values in zip(*(self.values(name) for name in names), strict=True):
            yield self.word.model_construct(**dict(zip(names, values, strict=True)))

    def __getitem__(self, row: int) -> Row:
        size = len(self)
        if not -size <= row < size:
            raise IndexError(f"row {row} of the table {self.name}, which has {size} rows")
        place = slice(row % size, row % size + 1)
        values = {name: values_of(self.arrays[name][place], cell=cell)[0] for name, cell in cells(self.word).items()}
        return self.word.model_construct(**values)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Table) or other.word is not self.word:
            return NotImplemented if not isinstance(other, Table) else False
        return all(same(array, other=other.arrays[name]) for name, array in self.arrays.items())

    __hash__ = None  # type: ignore[assignment]

    def __getstate__(self) -> dict[str, Any]:
        # What can be worked out again is not carried along.
        return {"word": self.word, "arrays": self.arrays}

    def __setstate__(self, state: dict[str, Any]) -> None:
        # numpy forgets on pickling that an array is read-only
        self.__dict__.update(state)
        for array in self.arrays.values():
            freeze(array)

    def __repr__(self) -> str:
        return f"Table({self.name}: {len(self)} rows)"

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """Ids of the rows, in their order.

        Raises
        ------
        MatchmakerError
            For a table whose rows have no id (observations, demands, decisions).
        """
        if "id" not in self.arrays:
            raise MatchmakerError(f"rows of {self.name} have no id. Hint: use a row number, or column(...).")
        return tuple(self.arrays["id"].tolist())

    @cached_property
    def positions(self) -> Mapping[str, int]:
        """Id to row number, counted from 0."""
        return {name: row for row, name in enumerate(self.ids)}

    def position(self, name: str) -> int:
        """Row number of an id, counted from 0.

        Raises
        ------
        UnknownId
            With near names.
        """
        if name not in self.positions:
            raise UnknownId(str(name), self.word.singular, self.ids)
        return self.positions[name]

    def positions_of(self, names: Column) -> NDArray[np.int64]:
        """Row numbers of a column of ids, such as the tasks of all demands; -1 for an id that is not here."""
        place = self.positions
        return np.fromiter((place.get(name, -1) for name in names), dtype=np.int64, count=len(names))

    def get(self, name: str) -> Row:
        """Row with this id.

        Raises
        ------
        UnknownId
            With near names.
        """
        return self[self.position(name)]

    def column(self, name: str) -> Column:
        """Read-only array of a column; see :mod:`matchmaker.model.columns` for the types.

        Raises
        ------
        UnknownId
            For a name that is no column of this table.
        """
        if name not in self.arrays:
            raise UnknownId(name, f"column of {self.name}", tuple(self.arrays))
        return self.arrays[name]

    def values(self, name: str) -> list[Any]:
        """Values of a column as the words hold them: None where not stated, names of moments."""
        return values_of(self.column(name), cell=cells(self.word)[name])

    def texts(self, name: str) -> list[str]:
        """Cell texts of a column as a file holds them."""
        return cells_of(self.column(name), cell=cells(self.word)[name])

    def with_row(self, name: str, **changes: Any) -> Table[Row]:
        """Return the table with some fields of one row changed.

        Raises
        ------
        UnknownId
            When no row has this id.
        InputFaults
            When a change is not allowed.
        """
        row = self.position(name)
        changed = self._checked(self[row], changes=changes, row=row)
        arrays = dict(self.arrays)
        for field in changes:
            column = self.arrays[field].copy()
            column[row : row + 1] = self._encoded(field, values=[getattr(changed, field)])
            arrays[field] = freeze(column)
        return Table(self.word, arrays)._with_unique_ids()

    def with_rows(self, rows: Iterable[Row]) -> Table[Row]:
        """Return the table with these rows added at its end.

        Raises
        ------
        InputFaults
            When an id is already there.
        """
        added = Table.of(self.word, rows=rows)
        arrays = {name: freeze(np.concatenate([array, added.arrays[name]])) for name, array in self.arrays.items()}
        return Table(self.word, arrays)._with_unique_ids()

    def replace_rows(self, rows: Iterable[Row]) -> Table[Row]:
        """Return the table in which each row given takes the place of the row with its id.

        Raises
        ------
        UnknownId
            When no row has one of the ids.
        """
        new = Table.of(self.word, rows=rows)
        places = [self.position(name) for name in new.ids]
        arrays = {}
        for name, array in self.arrays.items():
            arrays[name] = array.copy()
            arrays[name][places] = new.arrays[name]
            freeze(arrays[name])
        return Table(self.word, arrays)

    def without(self, names: Iterable[str]) -> Table[Row]:
        """Return the table without the rows of these ids.

        Raises
        ------
        UnknownId
            When no row has one of the ids.
        """
        gone = {self.position(name) for name in names}
        return self.take([row for row in range(len(self)) if row not in gone])

    def take(self, rows: Sequence[int] | NDArray[Any]) -> Table[Row]:
        """Return the table of these row numbers (or of the rows where a mask is true), in their order."""
        chosen = np.asarray(rows)
        chosen = chosen if chosen.dtype == np.bool_ else chosen.astype(np.int64)
        return Table(self.word, {name: freeze(array[chosen]) for name, array in self.arrays.items()})

    def rows_with(self, column: str, value: Any) -> NDArray[np.int64]:
        """Row numbers in which a column of texts has a value; looked up without going through the column again."""
        if column not in self._rows_by:
            found: dict[Any, list[int]] = {}
            for row, cell in enumerate(self.column(column).tolist()):
                found.setdefault(cell, []).append(row)
            self._rows_by[column] = found
        return np.array(self._rows_by[column].get(value, []), np.int64)

    @cached_property
    def _rows_by(self) -> dict[str, dict[Any, list[int]]]:
        return {}

    @cached_property
    def sorted_text(self) -> bytes:
        """All cells as text, rows sorted: the same for any row order. Kept, because most changes leave most tables."""
        rows = zip(*(self.texts(column) for column in self.arrays), strict=True)
        return BETWEEN_ROWS.join(sorted(map(BETWEEN_CELLS.join, rows))).encode()

    def to_frame(self) -> pd.DataFrame:
        """Pandas frame with the contract's column names and cell texts; not stated is the empty text."""
        import pandas as pd

        return pd.DataFrame({name: np.array(self.texts(name), dtype=object) for name in self.arrays})

    def to_records(self) -> list[dict[str, Any]]:
        """Rows as plain mappings for a JSON document; what is not stated is left out."""
        listed = {name: _plain(self.values(name), cell_kind=cell.kind) for name, cell in cells(self.word).items()}
        defaults = {name: default_of(self.word, name=name) for name in listed}
        names = list(listed)
        return [
            {
                name: value
                for name, value in zip(names, values, strict=True)
                if value is not None and (value != [] or defaults[name] != ())
            }
            for values in zip(*listed.values(), strict=True)
        ]

    def _encoded(self, field: str, *, values: Sequence[Any]) -> Column:
        return encode(values, cell=cells(self.word)[field], optional=is_optional(self.word, name=field))

    def _checked(self, old: Row, *, changes: Mapping[str, Any], row: int) -> Row:
        try:
            return self.word.model_validate({**dict(old), **changes})
        except ValidationError as error:
            raise InputFaults(
                faults_of_validation(error, table=self.name, row=row + 1, known=tuple(self.arrays))
            ) from None

    def _with_unique_ids(self) -> Table[Row]:
        if "id" in self.arrays and len(self.positions) < len(self):
            raise InputFaults(duplicate_ids(self.ids, table=self.name))
        return self


def duplicate_ids(ids: Sequence[str | None], *, table: str) -> list[Fault]:
    """Faults of ids that stand in more than one row, each at its second and later rows.

    Examples
    --------
    >>> [fault.row for fault in duplicate_ids(["a", "b", "a"], table="pupils")]
    [3]
    """
    first: dict[str, int] = {}
    faults = []
    for row, name in enumerate(ids, start=1):
        if name is not None and first.setdefault(name, row) != row:
            faults.append(
                fault("duplicate_id", table=table, row=row, column="id", came=name, expected=str(first[name]))
            )
    return faults


def _plain(values: list[Any], *, cell_kind: str) -> list[Any]:
    if cell_kind == "number":
        return [int(v) if v is not None and v.is_integer() and abs(v) < 2**53 else v for v in values]
    if cell_kind == "month":
        return [None if value is None else value.isoformat()[:7] for value in values]
    if cell_kind == "date":
        return [None if value is None else value.isoformat() for value in values]
    if cell_kind in ("list", "moments"):
        return [list(value) for value in values]
    return values
