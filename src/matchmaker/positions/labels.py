"""How things are called in the language of the reader: labels of dimensions, families, tasks; numbers; lists."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from matchmaker.model.vocabulary import vocabulary

if TYPE_CHECKING:
    from matchmaker.model import Region

__all__ = ["Labels"]


@dataclass(frozen=True, eq=False)
class Labels:
    """Labels of one region in one language.

    Parameters
    ----------
    region
        Where the names stand.
    language
        ``en`` or ``nl``.

    Examples
    --------
    >>> import matchmaker as mm
    >>> Labels(mm.read_region(mm.town()), "nl").number(4.5)
    '4,5'
    """

    region: Region
    language: str

    def __repr__(self) -> str:
        return f"Labels({self.region.name!r}, {self.language!r})"

    def dimension(self, name: str) -> str:
        """Return the label of a dimension."""
        return self.region.framework.dimension(name).name(language=self.language)

    def family(self, name: str) -> str:
        """Return the label of a family of work."""
        return vocabulary().label(name, kind="families", language=self.language)

    def condition(self, name: str) -> str:
        """Return the label of a condition."""
        return vocabulary().label(name, kind="conditions", language=self.language)

    def certificate(self, name: str) -> str:
        """Return the label of a certificate."""
        return vocabulary().label(name, kind="certificates", language=self.language)

    def task(self, name: str) -> str:
        """Return id and name of a task."""
        return f"{name} {self._cell('tasks', name)}"

    def function(self, name: str) -> str:
        """Return id and name of a function."""
        return f"{name} {self._cell('functions', name)}"

    def employer(self, name: str) -> str:
        """Return id and name of an employer."""
        return f"{name} {self._cell('employers', name)}"

    def _cell(self, table: str, name: str) -> str:
        rows = getattr(self.region, table)
        return str(rows.column("name")[rows.position(name)])

    def number(self, value: float, *, digits: int = 2) -> str:
        """Return a number with at most `digits` decimals, with a decimal comma in Dutch."""
        text = f"{value:.{digits}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
        text = "0" if text == "-0" else text
        return text.replace(".", ",") if self.language == "nl" else text

    def listed(self, names: Iterable[str], *, most: int = 0) -> str:
        """Return names after one another, at most `most` of them (0: all), and how many more there are."""
        all_names = list(names)
        kept = all_names[:most] if most else all_names
        left = len(all_names) - len(kept)
        more = {"en": f" and {left} more", "nl": f" en nog {left}"}[self.language] if left else ""
        return ", ".join(kept) + more
