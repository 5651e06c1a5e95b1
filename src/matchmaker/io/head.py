"""The head of a region: name, date, framework, policy; every fault told, never the first alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from matchmaker.errors import Fault, InputFaults
from matchmaker.io.folder import SHIPPED
from matchmaker.io.raw import RawRegion
from matchmaker.model.cells import Cell
from matchmaker.model.faults import CellFault, fault
from matchmaker.model.framework import Framework, default_framework
from matchmaker.model.policy import Policy
from matchmaker.model.validation import faults_of_validation

__all__ = ["Head", "parse_head"]

KEYS = ("name", "date", "framework", "policy")
NAME = ("the name of the region", "de naam van de regio")
DATE = ("a date YYYY-MM-DD, the day on which the plan is made", "een datum JJJJ-MM-DD, de dag waarop het plan geldt")
FRAMEWORK = (f"a file such as framework.toml, or {SHIPPED[0]}", f"een bestand zoals framework.toml, of {SHIPPED[0]}")
NAMES = ("names with values", "namen met waarden")


@dataclass(frozen=True)
class Head:
    """What could be understood; None stands for a part with faults.

    Parameters
    ----------
    name, date, framework, policy
        As in :class:`matchmaker.model.region.Region`.

    Examples
    --------
    >>> Head("Dorp", dt.date(2026, 11, 2), None, None).name
    'Dorp'
    """

    name: str | None
    date: dt.date | None
    framework: Framework | None
    policy: Policy | None


def parse_head(raw: RawRegion) -> tuple[Head, list[Fault]]:
    """Understand name, date, framework and policy.

    Parameters
    ----------
    raw
        What was read.

    Examples
    --------
    >>> head, faults = parse_head(RawRegion(head={"name": "Dorp", "date": "2026-11-02"}))
    >>> head.date, faults
    (datetime.date(2026, 11, 2), [])
    """
    faults: list[Fault] = []
    framework = _framework(raw, faults=faults)
    if raw.head is None:
        return Head(None, None, framework, None), faults
    faults += [
        fault("unknown_key", table="region", column=str(key), came=str(key), expected=", ".join(KEYS), known=KEYS)
        for key in raw.head
        if key not in KEYS
    ]
    name = _cell(raw.head, key="name", cell=Cell("text"), expected=NAME, faults=faults)
    date = _cell(raw.head, key="date", cell=Cell("date"), expected=DATE, faults=faults)
    return Head(name, date, framework, _policy(raw.head.get("policy"), faults=faults)), faults


def _cell(head: Mapping[str, Any], *, key: str, cell: Cell, expected: tuple[str, str], faults: list[Fault]) -> Any:
    text = cell.text(head.get(key))
    if not text.strip():
        faults.append(fault("missing_key", table="region", column=key, expected=expected))
        return None
    try:
        return cell.read(text)
    except CellFault as error:
        faults.append(error.at("region", row=0, column=key))
        return None


def _framework(raw: RawRegion, *, faults: list[Fault]) -> Framework | None:
    said = (raw.head or {}).get("framework")
    if "framework" in raw.unread:
        return None
    if raw.framework is None:
        if said is None or said in SHIPPED:
            return default_framework()
        faults.append(fault("bad_value", table="region", column="framework", came=str(said), expected=FRAMEWORK))
        return None
    if isinstance(raw.framework, Framework):
        return raw.framework
    try:
        return Framework.model_validate(raw.framework)
    except ValidationError as error:
        faults += [
            _by_dimension(found, document=raw.framework) for found in faults_of_validation(error, table="framework")
        ]
        return None


def _by_dimension(found: Fault, *, document: Any) -> Fault:
    # pydantic counts dimensions from 0 and knows no rows; people count [[dimension]] blocks from 1
    parts = found.column.split(".")
    if len(parts) > 1 and parts[0] in ("dimension", "dimensions") and parts[1].isdigit():
        row, column = int(parts[1]) + 1, ".".join(parts[2:])
        return Fault(found.table, row, column, found.came, found.allowed, found.hint, found.kind, found.dutch)
    return found


def _policy(said: Any, *, faults: list[Fault]) -> Policy | None:
    if isinstance(said, Policy):
        return said
    if said is not None and not isinstance(said, Mapping):
        faults.append(fault("not_this_shape", table="region", column="policy", came=str(said), expected=NAMES))
        return None
    try:
        return Policy.from_document(said or {})
    except InputFaults as error:
        faults += error.faults
        return None
