"""Rows: a tuple of records that shows itself as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Rows"]


class HasRow(Protocol):
    """A record that can be one row of a table."""

    def row(self) -> dict[str, Any]:
        """Return column to value."""


Record = TypeVar("Record", bound=HasRow)


class Rows(tuple[Record, ...]):
    """A tuple of records: index it, loop over it, or see it as a table.

    Examples
    --------
    >>> len(Rows())
    0
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<Rows: {len(self)}>" if len(self) > 5 else f"<Rows: {list(self)}>"

    def to_frame(self) -> pd.DataFrame:
        """Return one row a record."""
        import pandas as pd

        return pd.DataFrame([record.row() for record in self])

    def _repr_html_(self) -> str:
        from matchmaker.show.tables import html_table

        return html_table([record.row() for record in self])
