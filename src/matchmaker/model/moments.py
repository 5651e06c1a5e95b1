"""The 21 moments of a week and their bit masks.

A week has seven days of three moments of four hours: am 08-12, pm 13-17, ev 17-21 (contract, section 2).
A set of moments is kept as a bit mask, so that "who can work when" is one ``&``.
"""

from __future__ import annotations

from collections.abc import Iterable

from matchmaker.errors import UnknownId

__all__ = ["HOURS_A_MOMENT", "MOMENTS", "WEEKDAYS", "moments_mask", "moments_names"]

DAYS = ("mo", "tu", "we", "th", "fr", "sa", "su")
MOMENTS: tuple[str, ...] = tuple(f"{day}-{part}" for day in DAYS for part in ("am", "pm", "ev"))
HOURS_A_MOMENT = 4.0
BIT = {name: 1 << position for position, name in enumerate(MOMENTS)}
WEEKDAYS: int = sum(bit for name, bit in BIT.items() if name[:2] not in ("sa", "su") and name[3:] != "ev")


def moments_mask(names: Iterable[str]) -> int:
    """Bit mask of a set of moments; bit k stands for ``MOMENTS[k]``.

    Raises
    ------
    UnknownId
        For a name that is no moment.

    Examples
    --------
    >>> moments_mask(["mo-am", "mo-ev"])
    5
    """
    mask = 0
    for name in names:
        if name not in BIT:
            raise UnknownId(name, "moment", MOMENTS)
        mask |= BIT[name]
    return mask


def moments_names(mask: int) -> tuple[str, ...]:
    """Names of the moments in a bit mask, in the order of the week.

    Examples
    --------
    >>> moments_names(5)
    ('mo-am', 'mo-ev')
    """
    return tuple(name for name, bit in BIT.items() if mask & bit)
