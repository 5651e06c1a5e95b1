"""The record: all that is needed to make the same plan again a year later, and to see how it was made."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from matchmaker import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from matchmaker.model import Policy

__all__ = ["make_record", "plain", "without_times"]

LIBRARIES = ("numpy", "scipy", "numba", "pandas", "pydantic")
BOUND = (
    "Lagrangian: prices on pieces of tasks, hours of functions, places, supervision and vacancies; every pupil takes "
    "the position worth most at these prices, by exact branch and bound; the sum plus the price of all there is to "
    "give out is at least the points of any plan that places as many (bound), and as many of the hardest to place "
    "(bound_aims). Rounded down, as points are whole. A region whose positions can all be listed is solved by "
    "an integer program; its bounds are then the optima."
)
LOTTERY = (
    "Pupils are ranked by the BLAKE2b hash (16 bytes) of 'seed:id'; ties between plans that are equally good go to the "
    "pupil with the lower rank. The order of rows never matters. A region solved by integer program takes the optimum "
    "that the program finds first, in order of ids."
)
TIMES = ("seconds", "second", "time")


def make_record(
    policy: Policy, digest: str, steps: Iterable[Mapping[str, Any]], facts: Mapping[str, Any]
) -> dict[str, Any]:
    """Put together version, policy, seed, digest of the input, steps with times, and how bound and ties are made.

    Parameters
    ----------
    policy : Policy
        As used.
    digest : str
        Of the region as it was given.
    steps : iterable of mapping
        With times.
    facts : mapping
        More to record, such as status, points, bound and number placed.
    """
    return {
        "schema": "matchmaker record 1",
        "version": __version__,
        "python": platform.python_version(),
        "libraries": {name: _version(name) for name in LIBRARIES},
        "input_digest": digest,
        "policy": policy.model_dump(mode="json"),
        "seed": policy.seed,
        **facts,
        "bound_from": BOUND,
        "lottery": LOTTERY,
        "steps": [plain(step) for step in steps],
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def without_times(value: Any) -> Any:
    """Return steps without anything that differs from run to run: plan.json must be the same for the same input.

    Examples
    --------
    >>> without_times({"name": "reach", "pairs": 12, "seconds": 0.5})
    {'name': 'reach', 'pairs': 12}
    """
    if isinstance(value, dict):
        return {key: without_times(part) for key, part in value.items() if not _is_time(key)}
    if isinstance(value, (list, tuple)):
        return [without_times(part) for part in value]
    return value


def _is_time(key: str) -> bool:
    return key in TIMES or key.endswith("_seconds")


def plain(value: Any) -> Any:
    """Return numbers of numpy as plain numbers, so that they can be written as JSON.

    Examples
    --------
    >>> import numpy as np
    >>> plain({"pairs": np.int64(3)})
    {'pairs': 3}
    """
    if isinstance(value, dict):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    return value.item() if hasattr(value, "item") else value
