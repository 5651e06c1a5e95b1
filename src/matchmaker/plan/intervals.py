"""Intervals: how far a rate or a mean of few pupils may be off. Closed formulas, nothing is drawn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

__all__ = [
    "LEVEL",
    "Figure",
    "difference_interval",
    "level_of_each",
    "mean_figure",
    "rate_figure",
    "t_quantile",
    "wilson",
]

LEVEL = 0.95
"""Confidence level of every interval."""


@dataclass(frozen=True)
class Figure:
    """A rate or a mean with the number of pupils behind it.

    Parameters
    ----------
    count
        Pupils; None when there are too few to tell.
    value
        None when there is nobody, or there are too few to tell.
    low, high
        95 % interval; None when it cannot be made from so few.

    Examples
    --------
    >>> Figure(40, 0.75, 0.6, 0.86).told
    True
    >>> Figure(None, None, None, None).told
    False
    """

    count: int | None
    value: float | None
    low: float | None
    high: float | None

    @property
    def told(self) -> bool:
        """Whether there is a value."""
        return self.value is not None


def wilson(successes: int, count: int, *, level: float = LEVEL) -> tuple[float, float]:
    """Return the score interval of a rate.

    With rate p of n and z the normal quantile: ``(p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n)`` (E. B. Wilson,
    Probable inference, the law of succession, and statistical inference, 1927). Unlike the plain normal interval it
    stays between 0 and 1 and holds for few pupils and for rates near 0 and 1.

    Parameters
    ----------
    successes, count : int
        `count` of at least 1.
    level : float
        Confidence, 0-1.

    Examples
    --------
    >>> [round(side, 3) for side in wilson(5, 10)]
    [0.237, 0.763]
    """
    z = NormalDist().inv_cdf((1 + level) / 2)
    rate, weight = successes / count, z * z / count
    middle = (rate + weight / 2) / (1 + weight)
    half = z / (1 + weight) * math.sqrt(rate * (1 - rate) / count + weight / (4 * count))
    # At the ends the two terms are equal up to the last bit; a rate is never below 0 or above 1.
    return max(0.0, middle - half) if successes else 0.0, min(1.0, middle + half) if successes < count else 1.0


def t_quantile(chance: float, freedom: int) -> float:
    """Return the quantile of Student's distribution, within 0.3 % where it matters here.

    One and two degrees of freedom exactly; from three on the expansion in the normal quantile (Abramowitz and Stegun,
    Handbook of Mathematical Functions, 26.7.5).

    Parameters
    ----------
    chance : float
        Between 0 and 1.
    freedom : int
        Degrees of freedom, at least 1.

    Examples
    --------
    >>> round(t_quantile(0.975, 9), 3)
    2.262
    """
    if freedom == 1:
        return math.tan(math.pi * (chance - 0.5))
    if freedom == 2:
        return (2 * chance - 1) * math.sqrt(2 / (4 * chance * (1 - chance)))
    x = NormalDist().inv_cdf(chance)
    terms = (
        (x**3 + x) / 4,
        (5 * x**5 + 16 * x**3 + 3 * x) / 96,
        (3 * x**7 + 19 * x**5 + 17 * x**3 - 15 * x) / 384,
        (79 * x**9 + 776 * x**7 + 1482 * x**5 - 1920 * x**3 - 945 * x) / 92160,
    )
    return float(x + sum(term / freedom**power for power, term in enumerate(terms, start=1)))


def rate_figure(successes: int, count: int, *, least: int = 1, level: float = LEVEL) -> Figure:
    """Return a rate with its Wilson interval; nothing when fewer than `least` pupils stand behind it.

    Examples
    --------
    >>> rate_figure(5, 10).value
    0.5
    >>> rate_figure(1, 2, least=5).count is None
    True
    """
    if 0 < count < least:
        return Figure(None, None, None, None)
    if not count:
        return Figure(0, None, None, None)
    return Figure(count, successes / count, *wilson(successes, count, level=level))


def mean_figure(values: Sequence[float], *, least: int = 1, level: float = LEVEL) -> Figure:
    """Return a mean with its interval ``mean ± t s/√n``, s the standard deviation; nothing below `least` values.

    The interval of Student (The probable error of a mean, 1908); for one value there is none.

    Examples
    --------
    >>> found = mean_figure([8.0, 10.0, 12.0])
    >>> found.value, round(found.low, 2), round(found.high, 2)
    (10.0, 5.03, 14.97)
    """
    count = len(values)
    if 0 < count < least:
        return Figure(None, None, None, None)
    if not count:
        return Figure(0, None, None, None)
    mean = math.fsum(values) / count
    if count == 1:
        return Figure(1, mean, None, None)
    spread = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (count - 1))
    half = t_quantile((1 + level) / 2, count - 1) * spread / math.sqrt(count)
    return Figure(count, mean, mean - half, mean + half)


def difference_interval(large: Figure, small: Figure) -> tuple[float, float] | None:
    """Return the interval of the difference of two figures of different pupils, from the intervals of the two.

    With a in (l, u) and b in (m, v): ``a - b - √((a-l)² + (v-b)²)`` to ``a - b + √((u-a)² + (b-m)²)``. For rates with
    Wilson intervals this is method 10 of R. G. Newcombe (Interval estimation for the difference between independent
    proportions, 1998), for any others that of G. Y. Zou and A. Donner (2008). None when one of them has no interval.

    Examples
    --------
    >>> low, high = difference_interval(rate_figure(56, 70), rate_figure(48, 80))
    >>> round(low, 4), round(high, 4)
    (0.0524, 0.3339)
    """
    if large.value is None or small.value is None:
        return None
    if large.low is None or large.high is None or small.low is None or small.high is None:
        return None
    gap = large.value - small.value
    low = gap - math.hypot(large.value - large.low, small.high - small.value)
    return low, gap + math.hypot(large.high - large.value, small.value - small.low)


def level_of_each(groups: int) -> float:
    """Return the level for each difference of `groups` groups, so that all of them together keep to 95 % (Bonferroni).

    Whoever looks for the two groups furthest apart has looked at all pairs; without this the more groups there are, the
    more often chance alone would show a clear difference.

    Examples
    --------
    >>> level_of_each(2), round(level_of_each(4), 4)
    (0.95, 0.9917)
    """
    return 1 - (1 - LEVEL) / (groups * (groups - 1) / 2)
