"""The questions of a plan as commands: read the plan and its region, ask, print."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matchmaker
from matchmaker.cli.streams import only_answers_on_stdout
from matchmaker.errors import MatchmakerError

if TYPE_CHECKING:
    from matchmaker.model import Region
    from matchmaker.plan import Change, Plan

__all__ = ["CHANGES", "add_questions", "change_of"]

# Change -> what its words are: numbers where a number is meant.
CHANGES: Mapping[str, tuple[str, ...]] = {
    "places": ("employer", "+1"),
    "supervision": ("employer", "+1.5"),
    "travel": ("pupil", "5"),
    "certificate": ("pupil", "certificate"),
    "level": ("pupil", "dimension"),
    "support": ("pupil", "-1"),
    "hours": ("pupil", "8", "24"),
    "force": ("pupil", "employer"),
    "refuse": ("pupil", "employer"),
    "leaves": ("pupil",),
}
QUESTIONS: Mapping[str, tuple[tuple[str, ...], Callable[[Plan, argparse.Namespace], Any]]] = {
    "why-not": (("pupil", "employer"), lambda plan, o: plan.why_not(o.pupil, o.employer, language=o.lang)),
    "alternatives": (("pupil",), lambda plan, o: plan.alternatives(o.pupil, o.k, language=o.lang)),
    "contested": (("pupil",), lambda plan, o: plan.contested(o.pupil, language=o.lang)),
    "near-ties": ((), lambda plan, o: plan.near_ties()),
    "decisions": ((), lambda plan, o: plan.decisions(language=o.lang)),
    "openings": ((), lambda plan, o: plan.openings(language=o.lang)),
    "unlocks": (("pupil?",), lambda plan, o: plan.unlocks(o.pupil, budget=o.k, language=o.lang)),
    "observe": ((), lambda plan, o: plan.observations_to_make(language=o.lang)),
    "robustness": ((), lambda plan, o: plan.robustness(language=o.lang)),
    "fairness": ((), lambda plan, o: plan.fairness(language=o.lang)),
    "price-of-aims": ((), lambda plan, o: plan.price_of_aims(language=o.lang)),
}


def add_questions(command: Callable[..., argparse.ArgumentParser], texts: Mapping[str, str]) -> None:
    """Add a command for every question."""
    for name, (arguments, ask) in QUESTIONS.items():
        added = command(name, _answer, "plan", *arguments)
        added.set_defaults(ask=ask)
        if name in ("alternatives", "unlocks"):
            added.add_argument("-k", type=int, default=3, metavar="N", help=texts["k"])
        added.add_argument("--region", required=True, help=texts["region"])
    asking = command("what-if", _what_if, "plan")
    asking.add_argument("change", nargs="*", metavar="CHANGE", help=texts["change"])
    asking.add_argument("--changes", type=Path, metavar="F", help=texts["changes"])
    asking.add_argument("--region", required=True, help=texts["region"])
    moving = command("trade-off", _trade_off, "plan")
    moving.add_argument("--costs", type=int, nargs="+", metavar="N", help=texts["costs"])
    moving.add_argument("--region", required=True, help=texts["region_now"])


def _region(options: argparse.Namespace) -> Region:
    region: Region = matchmaker.read_region(sys.stdin if options.region == "-" else options.region)
    return region


def _plan(options: argparse.Namespace) -> Plan:
    plan: Plan = matchmaker.read_plan(options.plan, region=_region(options))
    return plan


def _answer(options: argparse.Namespace, texts: Mapping[str, str]) -> None:
    with only_answers_on_stdout():
        plan = _plan(options)
        answer = options.ask(plan, options)
        sentences = _sentences(answer, texts, options.lang or plan.language)
    _say(answer, options, sentences)


def _trade_off(options: argparse.Namespace, texts: Mapping[str, str]) -> None:
    region = _region(options)
    # The earlier plan may be of the region as it was then: only who was where is taken from it.
    given = {} if options.costs is None else {"costs": options.costs}
    with only_answers_on_stdout():
        curve = matchmaker.trade_off(region, previous=matchmaker.read_plan(options.plan), **given)
    _say(curve, options, curve.summary(language=options.lang))


def _what_if(options: argparse.Namespace, texts: Mapping[str, str]) -> None:
    changes = [change_of(text, texts) for text in options.change]
    if options.changes is not None:
        try:
            document = json.loads(options.changes.read_text(encoding="utf-8"))
        except ValueError as error:
            raise MatchmakerError(f"{options.changes}: {error}") from None
        changes += [matchmaker.Change.from_document(one) for one in document]
    if not changes:
        raise MatchmakerError(texts["no_change"].format(names=_examples()))
    with only_answers_on_stdout():
        plan = _plan(options)
        found = plan.what_if(*changes) - plan
    _say(found, options, found.summary(language=options.lang or plan.language))


def change_of(text: str, texts: Mapping[str, str]) -> Change:
    """Read a change as it is typed.

    Raises
    ------
    MatchmakerError
        For a change that does not exist, or with other words than it takes.

    Examples
    --------
    >>> from matchmaker.cli.texts import TEXTS
    >>> change_of("places:e03:+1", TEXTS["en"]).sentence()
    'e03: 1 place more.'
    """
    name, *words = text.split(":")
    given = [_number(word) for word in words]
    try:
        expected = CHANGES[name]
        if not len(expected) - (name in ("places", "hours")) <= len(words) <= len(expected):
            raise ValueError
        if name == "hours":
            low, high = (float(word) if word else None for word in [*words[1:], ""][:2])
            change: Change = matchmaker.hours(words[0], minimum=low, maximum=high)
            return change
        pairs = zip((_number(word) for word in expected[1:]), given[1:], strict=False)
        if any(isinstance(kind, str) != isinstance(value, str) for kind, value in pairs):
            raise ValueError
        change = getattr(matchmaker, name)(words[0], *given[1:])
    except (KeyError, ValueError):
        raise MatchmakerError(texts["bad_change"].format(change=text, names=_examples())) from None
    return change


def _number(word: str) -> str | int | float:
    for kind in (int, float):
        try:
            return kind(word)
        except ValueError:
            continue
    return word


def _examples() -> str:
    return ", ".join(":".join((name, *words)) for name, words in CHANGES.items())


def _say(answer: Any, options: argparse.Namespace, text: str) -> None:
    if options.json:
        several = not hasattr(answer, "to_document")
        document = [one.to_document() for one in answer] if several else answer.to_document()
        print(json.dumps(document, ensure_ascii=False, indent=1))
    else:
        print(text)


def _sentences(answer: Any, texts: Mapping[str, str], language: str) -> str:
    if hasattr(answer, "summary"):
        return str(answer.summary())
    return "\n".join(str(one.summary(language=language)) for one in answer) or texts["none"]
