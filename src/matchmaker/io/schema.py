"""JSON schema of the region document, from the words themselves."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from matchmaker.model.framework import Framework
from matchmaker.model.policy import Policy
from matchmaker.model.words import TABLES

__all__ = ["schema"]


def schema() -> dict[str, Any]:
    """JSON schema (2020-12) of the document that :func:`read_region` reads and :func:`write_region` writes.

    Examples
    --------
    >>> sorted(schema()["required"])[:3]
    ['demands', 'employers', 'functions']
    """
    models: list[type[BaseModel]] = [Framework, Policy, *TABLES.values()]
    _, shared = models_json_schema([(model, "validation") for model in models], ref_template="#/$defs/{model}")
    tables = {name: {"type": "array", "items": {"$ref": f"#/$defs/{word.__name__}"}} for name, word in TABLES.items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "matchmaker region",
        "type": "object",
        "required": ["region", *(name for name in TABLES if name != "decisions")],
        "properties": {"region": _head(), **tables},
        "additionalProperties": False,
        "$defs": shared["$defs"],
    }


def _head() -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["name", "date"],
        "properties": {
            "name": {"type": "string", "minLength": 1},
            "date": {"type": "string", "format": "date"},
            "framework": {"anyOf": [{"$ref": "#/$defs/Framework"}, {"type": "string"}]},
            "policy": {"$ref": "#/$defs/Policy"},
        },
        "additionalProperties": False,
    }
