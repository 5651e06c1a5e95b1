"""The policy: a region's published choices about aims, limits and weights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    ValidationError,
    field_validator,
    model_serializer,
)

from matchmaker.errors import InputFaults
from matchmaker.model.faults import CellFault
from matchmaker.model.validation import faults_of_validation

__all__ = ["DEFAULT_WEIGHTS", "Policy"]

LEXIMIN_AMONG = ("placed", "leximin", "points")
LEXIMIN_PLACE = ("leximin after placed and before points", "leximin na placed en voor points")
PROTECTED_BY = ("school", "route", "stage")
DEFAULT_WEIGHTS: Mapping[str, float] = {
    "fit": 1.0,
    "interest": 1.0,
    "travel": 1.0,
    "hours": 1.0,
    "growth": 1.0,
    "perspective": 1.0,
    "benefit": 1.0,
}


class Policy(BaseModel):
    """Choices that decide between plans; printed in every plan.

    Parameters
    ----------
    max_gap
        A task may ask at most this many levels more than estimated.
    max_miss_chance
        A task is not for a pupil when the chance of a level more than `max_gap` below what it asks is larger than this,
        0-1, on any dimension that was observed; None leaves it to the level estimated alone.
    max_tasks
        Tasks in one carved position, at most.
    employers_per_position
        At how many employers one carved position may be, 1 or 2.
    fit_floor
        Points below which a pupil is better unplaced.
    order
        Aims, most important first: fixed, placed, hardest, points; and leximin, after placed and before points, for the
        lowest points of anybody placed as high as can be, then the second lowest, and so on.
    weights
        Weight of each contribution, by name; those not named keep 1.
    hardest_share
        Share of the pupils that counts as hardest to place, 0-1.
    protect
        Groups of whom at least a share (0-1) is placed before as many as possible are: ``hardest``, or a column of the
        pupils with a value, such as ``school=vso``.
    seed
        Seed of the lottery that breaks ties.
    language
        Language of sentences: ``en`` or ``nl``.
    time_limit
        Seconds that making a plan may take in all, from preparing to describing; compiling, once a machine, does not
        count. Then the best plan so far is returned. None is no limit.
    steps
        Number of improvement steps; None leaves it to the method.

    Examples
    --------
    >>> Policy(max_tasks=10).max_gap
    1
    >>> Policy(weights={"travel": 2}).weights["travel"], Policy().weights["fit"]
    (2.0, 1.0)
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    max_gap: int = Field(default=1, ge=0)
    max_miss_chance: float | None = Field(default=None, ge=0, le=1)
    max_tasks: int = Field(default=5, ge=1)
    employers_per_position: int = Field(default=1, ge=1, le=2)
    fit_floor: int = 0
    order: tuple[Literal["fixed", "placed", "hardest", "leximin", "points"], ...] = (
        "fixed",
        "placed",
        "hardest",
        "points",
    )
    weights: dict[str, float] = dict(DEFAULT_WEIGHTS)
    hardest_share: float = Field(default=0.2, ge=0, le=1)
    protect: dict[str, float] = {}
    seed: int = Field(default=0, ge=0)
    language: Literal["en", "nl"] = "en"
    time_limit: float | None = Field(default=None, gt=0)
    steps: int | None = Field(default=None, ge=0)

    @field_validator("order")
    @classmethod
    def _aims_once(cls, order: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(order)) < len(order):
            raise CellFault("bad_value", ", ".join(order), ("each aim once", "elk doel een keer"))
        if "leximin" in order and [aim for aim in order if aim in LEXIMIN_AMONG] != list(LEXIMIN_AMONG):
            raise CellFault("bad_value", ", ".join(order), LEXIMIN_PLACE)
        return order

    @field_validator("protect")
    @classmethod
    def _known_groups(cls, protect: dict[str, float]) -> dict[str, float]:
        for name, share in protect.items():
            column, _, value = name.partition("=")
            if name != "hardest" and (column not in PROTECTED_BY or not value):
                raise CellFault("unknown_key", name, f"hardest, {', '.join(f'{one}=...' for one in PROTECTED_BY)}")
            if not 0 <= share <= 1:
                raise CellFault("bad_value", f"{name} = {share}", ("a share from 0 to 1", "een aandeel van 0 tot 1"))
        return protect

    @field_validator("weights")
    @classmethod
    def _over_defaults(cls, weights: dict[str, float]) -> dict[str, float]:
        for name, weight in weights.items():
            if name not in DEFAULT_WEIGHTS:
                raise CellFault("unknown_key", name, ", ".join(DEFAULT_WEIGHTS), DEFAULT_WEIGHTS)
            if not 0 <= weight < float("inf"):
                raise CellFault(
                    "bad_value", f"{name} = {weight}", ("a weight of at least 0", "een gewicht van ten minste 0")
                )
        return {**DEFAULT_WEIGHTS, **weights}

    @model_serializer(mode="wrap")
    def _as_before(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        # A region that does not use the choice keeps the digest that it had before the choice existed.
        document: dict[str, Any] = write(self)
        if self.employers_per_position == 1:
            document.pop("employers_per_position", None)
        return document

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Policy:
        """Policy from the ``[policy]`` part of a document.

        Raises
        ------
        InputFaults
            For every key that is unknown (with near names) and every value that is not allowed.

        Examples
        --------
        >>> Policy.from_document({"max_tasks": 10}).max_tasks
        10
        """
        try:
            return cls.model_validate(document)
        except ValidationError as error:
            raise InputFaults(
                faults_of_validation(error, table="region", known=tuple(cls.model_fields), prefix="policy.")
            ) from None

    def replace(self, **changes: Any) -> Policy:
        """Return the policy with some choices changed.

        Raises
        ------
        InputFaults
            For an unknown choice or a value that is not allowed.

        Examples
        --------
        >>> Policy().replace(seed=3).seed
        3
        """
        return type(self).from_document({**self.model_dump(), **changes})
