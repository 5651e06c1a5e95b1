"""The framework: what is measured, on which levels, in which words.

A framework is data. The one that ships is "leerling in beeld"; a region may bring its own ``framework.toml``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache, cached_property
from importlib import resources
from typing import Any, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, field_validator, model_validator

from matchmaker.errors import UnknownId
from matchmaker.model.faults import CellFault

__all__ = ["DOMAINS", "Dimension", "Framework", "default_framework"]

DOMAINS = ("thinking", "doing", "willing", "being")


class Dimension(BaseModel):
    """One thing that is measured.

    Parameters
    ----------
    id
        Short name used in the tables.
    domain
        thinking, doing, willing or being.
    label
        Language (``nl``, ``en``) to the name people read.
    weight
        How much a level of difference counts in the points, 1 by default.
    anchors
        Language to one sentence a level; ``anchors[lang][k]`` belongs to ``levels[k]`` of the framework.

    Examples
    --------
    >>> Dimension(id="endurance", domain="doing", label={"en": "Endurance"}).weight
    1.0
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(min_length=1)
    domain: Literal["thinking", "doing", "willing", "being"]
    label: dict[str, str] = Field(min_length=1)
    weight: float = Field(default=1.0, ge=0, allow_inf_nan=False)
    anchors: dict[str, tuple[str, ...]] = {}

    def name(self, *, language: str = "en") -> str:
        """Label in a language, else in English, else in any.

        Examples
        --------
        >>> Dimension(id="x", domain="doing", label={"nl": "Tempo"}).name(language="en")
        'Tempo'
        """
        return self.label.get(language) or self.label.get("en") or next(iter(self.label.values()))


class Framework(BaseModel):
    """Dimensions and the ordered levels on which all of them are rated.

    Parameters
    ----------
    name
        Name of the framework.
    levels
        Whole numbers, rising; at least two.
    dimensions
        Under the key ``dimension`` in TOML and JSON.

    Examples
    --------
    >>> pace = Dimension(id="pace", domain="doing", label={"en": "Pace"})
    >>> Framework(name="small", levels=(0, 1, 2), dimensions=(pace,)).ids
    ('pace',)
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    name: str = Field(min_length=1)
    levels: tuple[int, ...] = Field(min_length=2)
    dimensions: tuple[Dimension, ...] = Field(
        min_length=1, validation_alias=AliasChoices("dimension", "dimensions"), serialization_alias="dimension"
    )

    @field_validator("levels")
    @classmethod
    def _levels_rise(cls, levels: tuple[int, ...]) -> tuple[int, ...]:
        if any(after <= before for before, after in zip(levels, levels[1:], strict=False)):
            both = ("levels that rise, such as [0, 1, 2]", "niveaus die oplopen, zoals [0, 1, 2]")
            raise CellFault("bad_value", str(list(levels)), both)
        return levels

    @field_validator("dimensions")
    @classmethod
    def _ids_differ(cls, dimensions: tuple[Dimension, ...]) -> tuple[Dimension, ...]:
        ids = [dimension.id for dimension in dimensions]
        twice = sorted({name for name in ids if ids.count(name) > 1})
        if twice:
            both = ("each dimension id once", "elk id van een dimensie een keer")
            raise CellFault("bad_value", ", ".join(twice), both)
        return dimensions

    @model_validator(mode="after")
    def _an_anchor_a_level(self) -> Framework:
        for dimension in self.dimensions:
            for language, anchors in dimension.anchors.items():
                if len(anchors) != len(self.levels):
                    wanted = len(self.levels)
                    both = (f"{wanted} anchors, one a level", f"{wanted} ankerteksten, een per niveau")
                    raise CellFault("bad_value", f"{len(anchors)} anchors ({dimension.id}, {language})", both)
        return self

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """Ids of the dimensions, in their order."""
        return tuple(dimension.id for dimension in self.dimensions)

    def dimension(self, name: str) -> Dimension:
        """Dimension with this id.

        Raises
        ------
        UnknownId
            With near names.
        """
        if name not in self.ids:
            raise UnknownId(name, "dimension", self.ids)
        return self.dimensions[self.ids.index(name)]

    def to_document(self) -> dict[str, Any]:
        """Plain mapping in the shape of ``framework.toml``.

        Examples
        --------
        >>> pace = Dimension(id="pace", domain="doing", label={"en": "Pace"})
        >>> sorted(Framework(name="small", levels=(0, 1), dimensions=(pace,)).to_document())
        ['dimension', 'levels', 'name']
        """
        document: dict[str, Any] = self.model_dump(mode="json", by_alias=True)
        return document


@cache
def default_framework() -> Framework:
    """Return the framework that ships with the library: "leerling in beeld", levels 0-5.

    Examples
    --------
    >>> default_framework().levels
    (0, 1, 2, 3, 4, 5)
    """
    text = resources.files("matchmaker.model").joinpath("data/leerling_in_beeld.toml").read_text(encoding="utf-8")
    document: Mapping[str, Any] = tomllib.loads(text)
    return Framework.model_validate(document)
