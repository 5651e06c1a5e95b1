"""The open vocabularies: families, conditions, certificates, hazards, with labels in Dutch and English.

They list what is usual; a region may use any other id.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Literal

from pydantic import BaseModel, ConfigDict

__all__ = ["Entry", "Vocabulary", "vocabulary"]

Kind = Literal["families", "conditions", "certificates", "hazards"]


class Entry(BaseModel):
    """One usual id and its labels.

    Examples
    --------
    >>> Entry(id="noise", label={"nl": "lawaai", "en": "noise"}).id
    'noise'
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    label: dict[str, str]


class Vocabulary(BaseModel):
    """The four lists that ship with the library.

    Examples
    --------
    >>> Vocabulary(families=(Entry(id="groen", label={"en": "green"}),)).label("groen", kind="families")
    'green'
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    families: tuple[Entry, ...] = ()
    conditions: tuple[Entry, ...] = ()
    certificates: tuple[Entry, ...] = ()
    hazards: tuple[Entry, ...] = ()

    def ids(self, kind: Kind) -> tuple[str, ...]:
        """Ids of one list, in its order.

        Examples
        --------
        >>> Vocabulary(hazards=(Entry(id="fumes", label={}),)).ids("hazards")
        ('fumes',)
        """
        return tuple(entry.id for entry in getattr(self, kind))

    def label(self, name: str, *, kind: Kind, language: str = "en") -> str:
        """Label of an id; an id that is not listed is its own label.

        Examples
        --------
        >>> Vocabulary().label("bijen", kind="families")
        'bijen'
        """
        for entry in getattr(self, kind):
            if entry.id == name:
                return str(entry.label.get(language, name))
        return name


@cache
def vocabulary() -> Vocabulary:
    """Return the vocabulary that ships with the library.

    Examples
    --------
    >>> "groen" in vocabulary().ids("families")
    True
    """
    text = resources.files("matchmaker.model").joinpath("data/vocabulary.toml").read_text(encoding="utf-8")
    return Vocabulary.model_validate(tomllib.loads(text))
