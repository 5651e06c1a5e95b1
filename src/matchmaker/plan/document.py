"""The plan as a document of plain values (contract, section 7), and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from matchmaker.errors import Fault, InputFaults
from matchmaker.plan.records import Unplaced
from matchmaker.plan.rows import Rows
from matchmaker.positions import Position

if TYPE_CHECKING:
    from matchmaker.plan.plan import Plan

__all__ = ["SCHEMA", "not_a_plan", "plan_document", "plan_parts"]

SCHEMA = "matchmaker plan 1"
HEAD = ("date", "policy", "seed", "version", "input_digest", "status", "points", "bound", "bound_aims")


def plan_document(plan: Plan) -> dict[str, Any]:
    """Return the document of a plan; nothing in it differs between two runs on the same input with the same seed."""
    return {
        "schema": SCHEMA,
        "region": plan.name,
        **{name: getattr(plan, name) for name in HEAD},
        "gap": plan.gap,
        "placed": plan.placed,
        "placed_bound": plan.placed_bound,
        "pupils": plan.pupils,
        "language": plan.language,
        "placements": [position.to_document() for position in plan.placements],
        "unplaced": [one.to_document() for one in plan.not_placed],
        "fairness": dict(plan.groups),
        "steps": [dict(step) for step in plan.steps],
    }


def plan_parts(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of `Plan` from its document.

    Raises
    ------
    InputFaults
        When it is not the document of a plan.
    """
    if document.get("schema") != SCHEMA:
        raise not_a_plan("schema", str(document.get("schema", "")), (SCHEMA, SCHEMA))
    try:
        return {
            "name": document["region"],
            **{name: document[name] for name in HEAD},
            "placed_bound": document["placed_bound"],
            "language": document["language"],
            "placements": Rows(Position.from_document(one) for one in document["placements"]),
            "not_placed": Rows(Unplaced.from_document(one) for one in document["unplaced"]),
            "groups": document["fairness"],
            "steps": tuple(document["steps"]),
        }
    except (KeyError, TypeError) as error:
        both = ("all parts that match writes", "alle delen die match schrijft")
        raise not_a_plan("", str(error), both) from None


def not_a_plan(column: str, came: str, allowed: tuple[str, str]) -> InputFaults:
    """Return the error for a file that should hold a plan and does not; `allowed` in English and Dutch.

    Examples
    --------
    >>> not_a_plan("schema", "x", ("a plan", "een plan")).faults[0].table
    'plan'
    """
    hint = ("Give the plan.json that match wrote.", "Geef de plan.json die match schreef.")
    return InputFaults([Fault("plan", 0, column, came, allowed[0], hint[0], "not_a_plan", (allowed[1], hint[1]))])
