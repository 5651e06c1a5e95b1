"""The region: everything a plan is made from, in one immutable object."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import html
import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from matchmaker.model.framework import Framework, default_framework
from matchmaker.model.policy import Policy
from matchmaker.model.table import BETWEEN_ROWS, Table
from matchmaker.model.words import TABLES, Decision, Demand, Employer, Function, Observation, Pupil, Task

__all__ = ["Region"]


@dataclass(frozen=True, repr=False)
class Region:
    """Name, date, framework, policy and the seven tables.

    Two regions are equal when their content and row order are equal; ``digest`` does not look at row order.

    Parameters
    ----------
    name
        Name of the region.
    date
        Day on which ages and the law are taken.
    framework
        What is measured; the shipped one by default.
    policy
        The region's choices.
    pupils, observations, employers, functions, tasks, demands, decisions
        The tables; empty by default.

    Examples
    --------
    >>> from matchmaker.model.framework import Dimension
    >>> pace = Dimension(id="pace", domain="doing", label={"en": "Pace"})
    >>> small = Framework(name="small", levels=(0, 1), dimensions=(pace,))
    >>> Region("Dorp", dt.date(2026, 11, 2), framework=small)
    Region('Dorp', 2026-11-02: 0 pupils, 0 employers, 0 functions, 0 tasks)
    """

    name: str
    date: dt.date
    framework: Framework = field(default_factory=default_framework)
    policy: Policy = field(default_factory=Policy)
    pupils: Table[Pupil] = field(default_factory=lambda: Table.of(Pupil))
    observations: Table[Observation] = field(default_factory=lambda: Table.of(Observation))
    employers: Table[Employer] = field(default_factory=lambda: Table.of(Employer))
    functions: Table[Function] = field(default_factory=lambda: Table.of(Function))
    tasks: Table[Task] = field(default_factory=lambda: Table.of(Task))
    demands: Table[Demand] = field(default_factory=lambda: Table.of(Demand))
    decisions: Table[Decision] = field(default_factory=lambda: Table.of(Decision))

    __hash__ = None  # type: ignore[assignment]

    def replace(self, **changes: Any) -> Region:
        """Return the region with some parts changed; what-if builds on this.

        Examples
        --------
        >>> from matchmaker.model.framework import Dimension
        >>> pace = Dimension(id="pace", domain="doing", label={"en": "Pace"})
        >>> small = Framework(name="small", levels=(0, 1), dimensions=(pace,))
        >>> Region("Dorp", dt.date(2026, 11, 2), framework=small).replace(name="Stad").name
        'Stad'
        """
        return dataclasses.replace(self, **changes)

    def tables(self) -> dict[str, Table[Any]]:
        """Return the seven tables by name, in the order of the contract.

        Examples
        --------
        >>> list(Region("Dorp", dt.date(2026, 11, 2)).tables())[:2]
        ['pupils', 'observations']
        """
        return {name: getattr(self, name) for name in TABLES}

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the content, hex; the same for any row order of any table.

        Examples
        --------
        >>> len(Region("Dorp", dt.date(2026, 11, 2)).digest)
        64
        """
        head = {
            "name": self.name,
            "date": self.date.isoformat(),
            "framework": self.framework.to_document(),
            "policy": self.policy.model_dump(mode="json"),
        }
        found = hashlib.sha256(json.dumps(head, sort_keys=True, ensure_ascii=False).encode())
        for name, table in self.tables().items():
            found.update(f"{BETWEEN_ROWS}{name}{BETWEEN_ROWS}".encode())
            found.update(table.sorted_text)
        return found.hexdigest()

    def __repr__(self) -> str:
        sizes = ", ".join(
            f"{len(getattr(self, name))} {name}" for name in ("pupils", "employers", "functions", "tasks")
        )
        return f"Region({self.name!r}, {self.date}: {sizes})"

    def _repr_html_(self) -> str:
        rows = "".join(f"<tr><td>{name}</td><td>{len(table)}</td></tr>" for name, table in self.tables().items())
        title = html.escape(f"{self.name}, {self.date}, {self.framework.name}")
        return f"<table><caption>{title}</caption><tr><th>table</th><th>rows</th></tr>{rows}</table>"
