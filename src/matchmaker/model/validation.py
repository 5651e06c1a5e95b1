"""What pydantic found, as faults with our sentences."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError

from matchmaker.errors import Fault
from matchmaker.model.cells import cell_text
from matchmaker.model.faults import CellFault, fault

__all__ = ["faults_of_validation"]

# start of pydantic's type of error: what is allowed, in English and Dutch
SAID = {
    "literal_error": ("one of {expected}", "een van {expected}"),
    "int": ("a whole number", "een geheel getal"),
    "float": ("a number", "een getal"),
    "finite": ("a number that is not infinite", "een getal dat niet oneindig is"),
    "string_too_short": ("a text that is not empty", "een tekst die niet leeg is"),
    "string": ("a text", "een tekst"),
    "tuple": ("a list", "een lijst"),
    "too_short": ("at least {min_length} of them", "er ten minste {min_length}"),
    "dict": ("names with values", "namen met waarden"),
    "model": ("names with values", "namen met waarden"),
    "greater_than_equal": ("at least {ge}", "ten minste {ge}"),
    "greater_than": ("more than {gt}", "meer dan {gt}"),
    "less_than_equal": ("at most {le}", "ten hoogste {le}"),
}


def faults_of_validation(
    error: ValidationError, *, table: str, row: int = 0, known: Iterable[str] = (), prefix: str = ""
) -> list[Fault]:
    """Turn a validation error into faults.

    Parameters
    ----------
    error
        What pydantic raised.
    table, row
        Where the word stands.
    known
        Allowed field names, for the hint on an unknown one.
    prefix
        Put before the name of the field, such as ``"policy."``.

    Examples
    --------
    >>> from matchmaker.model.words import Demand
    >>> try:
    ...     Demand(task="t1", dimension="x")
    ... except ValidationError as error:
    ...     print(faults_of_validation(error, table="demands", row=1)[0].column)
    level
    """
    names = tuple(known)
    return [_one(found, table=table, row=row, known=names, prefix=prefix) for found in error.errors()]


def _one(found: Any, *, table: str, row: int, known: tuple[str, ...], prefix: str) -> Fault:
    path = [str(part) for part in found["loc"]]
    column = prefix + ".".join(path)
    came = "" if found["type"] == "missing" else cell_text(found["input"])
    cause = found.get("ctx", {}).get("error")
    if isinstance(cause, CellFault):
        return cause.at(table, row=row, column=column)
    if found["type"] == "extra_forbidden":
        return fault(
            "unknown_key", table=table, row=row, column=column, came=path[-1], expected=", ".join(known), known=known
        )
    if found["type"] == "missing":
        return fault("missing_key", table=table, row=row, column=column, expected=path[-1])
    return fault("bad_value", table=table, row=row, column=column, came=came, expected=_said(found))


def _said(found: Any) -> tuple[str, str]:
    facts = found.get("ctx", {})
    for start, (english, dutch) in SAID.items():
        if found["type"].startswith(start):
            known = {key: str(value).replace("'", "") for key, value in facts.items()}
            return english.format(**known), dutch.format(**known).replace(" or ", " of ")
    said = str(found["msg"]).removeprefix("Value error, ").removeprefix("Input should be ")
    return said, said
