"""Plain values to TOML: the little of it that region.toml and framework.toml need."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

__all__ = ["toml_text"]


def toml_text(document: Mapping[str, Any]) -> str:
    """TOML of a mapping of plain values; mappings become tables, lists of mappings arrays of tables.

    Examples
    --------
    >>> print(toml_text({"name": "Dorp", "levels": [0, 1], "policy": {"max_gap": 1}}), end="")
    name = "Dorp"
    levels = [0, 1]
    <BLANKLINE>
    [policy]
    max_gap = 1
    """
    tables = {key: value for key, value in document.items() if _is_table(value)}
    lines = [_pair(key, value=value) for key, value in document.items() if key not in tables]
    for key, value in tables.items():
        for one in value if isinstance(value, list) else [value]:
            lines += ["", f"[[{_key(key)}]]" if isinstance(value, list) else f"[{_key(key)}]"]
            lines += [_pair(name, value=inner) for name, inner in one.items()]
    return "\n".join(lines) + "\n"


def _is_table(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and all(isinstance(part, Mapping) for part in value)
    return isinstance(value, Mapping)


def _pair(key: str, *, value: Any) -> str:
    return f"{_key(key)} = {_value(value)}"


def _key(key: str) -> str:
    plain = key.isascii() and key.replace("_", "").replace("-", "").isalnum()
    return key if plain else _text(key)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        inner = ", ".join(_pair(key, value=part) for key, part in value.items())
        return f"{{ {inner} }}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_value(part) for part in value)}]"
    return repr(value)


def _text(text: str) -> str:
    # JSON's escapes are TOML's too, but JSON leaves DEL as it is and TOML does not allow it
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
