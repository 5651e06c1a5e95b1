"""Every question that a plan answers, one method each; the answers are worked out in modules of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matchmaker.plan.aims import PriceOfAims
    from matchmaker.plan.alternatives import Alternatives
    from matchmaker.plan.changes import Change
    from matchmaker.plan.contested import Contested
    from matchmaker.plan.decisions import DecisionCost
    from matchmaker.plan.fairness import Fairness
    from matchmaker.plan.near_ties import NearTie
    from matchmaker.plan.observe import Observe
    from matchmaker.plan.openings import Openings
    from matchmaker.plan.plan import Plan
    from matchmaker.plan.robustness import Robustness
    from matchmaker.plan.rows import Rows
    from matchmaker.plan.unlocks import Unlocks
    from matchmaker.plan.why import Explanation
    from matchmaker.plan.why_not import WhyNot

__all__ = ["Questions"]


class Questions:
    """The questions of a plan. Each takes `language`, by default that of the plan."""

    __slots__ = ()

    def why(self: Plan, pupil: str, *, language: str | None = None) -> Explanation:  # type: ignore[misc]
        """Explain a placement: rows that add up to its points, with evidence; or why there is none.

        Raises
        ------
        UnknownId
            When the plan does not know the pupil.
        """
        from matchmaker.plan.why import explain

        return explain(self, pupil, language=language)

    def why_not(self: Plan, pupil: str, employer: str, *, language: str | None = None) -> WhyNot:  # type: ignore[misc]
        """Say why a pupil is not placed at an employer: every hard reason, or what it would cost and who would move.

        Raises
        ------
        UnknownId
            When the plan does not know the pupil or the employer.
        """
        from matchmaker.plan.why_not import why_not

        return why_not(self, pupil, employer, language=language)

    def alternatives(self: Plan, pupil: str, k: int = 3, *, language: str | None = None) -> Alternatives:  # type: ignore[misc]
        """Return the k best other positions for a pupil, each with what it costs the whole plan.

        Raises
        ------
        UnknownId
            When the plan does not know the pupil.
        """
        from matchmaker.plan.alternatives import alternatives

        return alternatives(self, pupil, k=k, language=language)

    def near_ties(self: Plan, *, within: int = 20) -> Rows[NearTie]:  # type: ignore[misc]
        """Return placements that could be others at a loss of at most so many points, for people to choose."""
        from matchmaker.plan.near_ties import near_ties

        return near_ties(self, within=within)

    def contested(self: Plan, pupil: str, *, language: str | None = None) -> Rows[Contested]:  # type: ignore[misc]
        """Return which tasks of a placement others wanted too, and who.

        Raises
        ------
        UnknownId
            When the plan does not know the pupil.
        """
        from matchmaker.plan.contested import contested

        return contested(self, pupil, language=language)

    def what_if(self: Plan, *changes: Change, steps: int | None = None) -> Plan:  # type: ignore[misc]
        """Return the plan of a changed region, found from this one; subtract to see what differs."""
        from matchmaker.plan.what_if import what_if

        return what_if(self, *changes, steps=steps)

    def decisions(self: Plan, *, language: str | None = None) -> Rows[DecisionCost]:  # type: ignore[misc]
        """Return what people decided, whether the plan keeps it, and what each decision costs."""
        from matchmaker.plan.decisions import decisions

        return decisions(self, language=language)

    def openings(self: Plan, *, language: str | None = None) -> Openings:  # type: ignore[misc]
        """Say which workplaces to go and find: more places where there are some, and work that nobody offers yet."""
        from matchmaker.plan.openings import openings

        return openings(self, language=language)

    def unlocks(  # type: ignore[misc]
        self: Plan, pupil: str | None = None, *, budget: int = 3, language: str | None = None
    ) -> Unlocks:
        """Return the smallest changes that open most, for one pupil or, within a budget, for the region.

        Raises
        ------
        UnknownId
            When the plan does not know the pupil.
        """
        from matchmaker.plan.unlocks import unlocks

        return unlocks(self, pupil, budget=budget, language=language)

    def observations_to_make(self: Plan, *, most: int = 10, language: str | None = None) -> Observe:  # type: ignore[misc]
        """Return the single observations most worth making, because they may change the plan."""
        from matchmaker.plan.observe import observations_to_make

        return observations_to_make(self, most=most, language=language)

    def robustness(self: Plan, *, draws: int = 20, seed: int = 0, language: str | None = None) -> Robustness:  # type: ignore[misc]
        """Say how often each placement survives when levels are drawn from their chances."""
        from matchmaker.plan.robustness import robustness

        return robustness(self, draws=draws, seed=seed, language=language)

    def fairness(  # type: ignore[misc]
        self: Plan, by: Mapping[str, Mapping[str, str]] | None = None, *, least: int = 5, language: str | None = None
    ) -> Fairness:
        """Compare groups of pupils: counts beside every rate, intervals, differences; small groups stay hidden."""
        from matchmaker.plan.fairness import fairness

        return fairness(self, by=by, least=least, language=language)

    def price_of_aims(self: Plan, *, language: str | None = None) -> PriceOfAims:  # type: ignore[misc]
        """Say what each aim of the policy costs: points for the hardest first, placements for the floor."""
        from matchmaker.plan.aims import price_of_aims

        return price_of_aims(self, language=language)
