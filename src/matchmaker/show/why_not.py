"""Why a pupil is not placed at an employer, as sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matchmaker.show.difference import aims_text, said_of
from matchmaker.show.summary import rule_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from matchmaker.plan.difference import Move
    from matchmaker.plan.why_not import WhyNot

__all__ = ["why_not_text"]

TEXTS = {
    "en": {
        "there": "{pupil} is placed at {employer}: {hours} h a week, {points} points.",
        "not_possible": "{pupil} cannot have a position at {employer}.",
        "nearest": "What comes nearest is {hours} h a week: {tasks}. In the way:",
        "in_the_way": "In the way:",
        "possible": "{pupil} could have a position at {employer}: {hours} h a week, {points} points ({tasks}).",
        "now_at": "The plan has {pupil} at {employer} ({points} points).",
        "now_nowhere": "The plan has no position for {pupil}.",
        "others": "For others it means:",
        "nobody": "For others nothing changes.",
        "aims": "For the whole plan: {tallies}.",
        "tie": "For the whole plan that is just as good: people may choose.",
        "exact": "This is proved: no plan with {pupil} there does better.",
        "least": "This is the best plan found with {pupil} there. It is proved that every such plan that places as "
        "many pupils has at least {least} points fewer than the plan now.",
        "open": "This is the best plan found with {pupil} there. That it must cost anything is not proved: by the "
        "bound, such a plan may have up to {most} points more than the plan now.",
        "better": "On the way a better plan was found: the plan was not proved to be the best. What this position "
        "costs by itself is therefore not known. Hint: make the plan with more steps first.",
        "counts": "This is the best plan found with {pupil} there; that it must cost this is not proved.",
        "more": "... and {count} more.",
    },
    "nl": {
        "there": "{pupil} is geplaatst bij {employer}: {hours} uur per week, {points} punten.",
        "not_possible": "{pupil} kan geen plek krijgen bij {employer}.",
        "nearest": "Het dichtst in de buurt komt {hours} uur per week: {tasks}. Daarbij staat in de weg:",
        "in_the_way": "In de weg staat:",
        "possible": "{pupil} zou een plek kunnen krijgen bij {employer}: {hours} uur per week, {points} punten "
        "({tasks}).",
        "now_at": "In het plan zit {pupil} bij {employer} ({points} punten).",
        "now_nowhere": "In het plan is er geen plek voor {pupil}.",
        "others": "Voor anderen betekent dat:",
        "nobody": "Voor anderen verandert er niets.",
        "aims": "Voor het hele plan: {tallies}.",
        "tie": "Voor het hele plan is dat even goed: mensen kunnen kiezen.",
        "exact": "Dit is bewezen: geen enkel plan waarin {pupil} daar werkt, is beter.",
        "least": "Dit is het beste plan dat gevonden is waarin {pupil} daar werkt. Bewezen is dat elk zo'n plan dat "
        "evenveel leerlingen plaatst, ten minste {least} punten minder heeft dan het plan nu.",
        "open": "Dit is het beste plan dat gevonden is waarin {pupil} daar werkt. Dat het iets moet kosten, is niet "
        "bewezen: volgens de bovengrens kan zo'n plan nog tot {most} punten meer hebben dan het plan nu.",
        "better": "Onderweg is een beter plan gevonden: van het plan was niet bewezen dat het het beste is. Wat deze "
        "plek op zichzelf kost, is daarom niet bekend. Tip: maak eerst een plan met meer stappen.",
        "counts": "Dit is het beste plan dat gevonden is waarin {pupil} daar werkt; dat het dit moet kosten, is niet "
        "bewezen.",
        "more": "... en nog {count}.",
    },
}
MOVES = {
    "en": {
        "placed": "{pupil} is placed at {after} ({points:+d} {noun})",
        "unplaced": "{pupil} loses the position at {before} ({points:+d} {noun})",
        "moved": "{pupil} goes from {before} to {after} ({points:+d} {noun})",
        "stayed": "{pupil} gets other work at {after} ({points:+d} {noun})",
    },
    "nl": {
        "placed": "{pupil} wordt geplaatst bij {after} ({points:+d} {noun})",
        "unplaced": "{pupil} verliest de plek bij {before} ({points:+d} {noun})",
        "moved": "{pupil} gaat van {before} naar {after} ({points:+d} {noun})",
        "stayed": "{pupil} krijgt ander werk bij {after} ({points:+d} {noun})",
    },
}
NAMED = 12


def why_not_text(answer: WhyNot) -> str:
    """Return the answer as lines of text in its language."""
    if answer.there is not None:
        facts = {"hours": _number(answer.there.hours, answer.language), "points": answer.there.points}
        return TEXTS[answer.language]["there"].format(**_pair(answer), **facts)
    return "\n".join(_price(answer) if answer.position is not None else _reasons(answer))


def _pair(answer: WhyNot) -> dict[str, str]:
    return {"pupil": answer.pupil, "employer": answer.names.get(answer.employer, answer.employer)}


def _number(value: float, language: str) -> str:
    return f"{value:g}".replace(".", ",") if language == "nl" else f"{value:g}"


def _tasks(answer: WhyNot, tasks: Mapping[str, float]) -> str:
    unit = {"en": "h", "nl": "uur"}[answer.language]
    named = (
        f"{answer.names.get(task, task)} {_number(hours, answer.language)} {unit}" for task, hours in tasks.items()
    )
    return ", ".join(named)


def _reasons(answer: WhyNot) -> Iterator[str]:
    texts, near = TEXTS[answer.language], answer.nearest
    yield texts["not_possible"].format(**_pair(answer))
    if near is not None:
        hours = _number(near.hours, answer.language)
        yield texts["nearest"].format(hours=hours, tasks=_tasks(answer, near.tasks))
    else:
        yield texts["in_the_way"]
    yield from (f"  - {rule_name(one.rule, language=answer.language)}: {one.text}" for one in answer.reasons)


def _price(answer: WhyNot) -> Iterator[str]:
    texts, position = TEXTS[answer.language], answer.position
    assert position is not None
    hours, tasks = _number(position.hours, answer.language), _tasks(answer, position.tasks)
    yield texts["possible"].format(**_pair(answer), hours=hours, points=position.points, tasks=tasks)
    yield _now(answer)
    others = [move for move in answer.moves if move.pupil != answer.pupil]
    yield texts["others" if others else "nobody"]
    yield from (f"  - {_move(answer, move)}" for move in others[:NAMED])
    if len(others) > NAMED:
        yield "  " + texts["more"].format(count=len(others) - NAMED)
    yield from _worth(answer)


def _move(answer: WhyNot, move: Move) -> str:
    before, after = (answer.names.get(at or "", at) for at in (move.before, move.after))
    return said_of(MOVES[answer.language][move.kind], move, before=before, after=after, language=answer.language)


def _now(answer: WhyNot) -> str:
    texts = TEXTS[answer.language]
    own = next((move for move in answer.moves if move.pupil == answer.pupil), None)
    if answer.placed_at is None:
        return texts["now_nowhere"].format(pupil=answer.pupil)
    at, points = answer.names.get(answer.placed_at, answer.placed_at), own.points_before if own is not None else None
    return texts["now_at"].format(pupil=answer.pupil, employer=at, points=points)


def _worth(answer: WhyNot) -> Iterator[str]:
    """What the whole plan loses, and how much of that is proved."""
    texts = TEXTS[answer.language]
    changed, named = [one for one in answer.aims if one.change], aims_text(answer.aims, language=answer.language)
    yield texts["aims"].format(tallies=named) if named else texts["tie"]
    if answer.exact:
        yield texts["exact"].format(pupil=answer.pupil)
    elif changed and _gains(changed[0].name, changed[0].change):
        yield texts["better"]
    elif answer.least is None or (changed and changed[0].name != "points"):
        yield texts["counts"].format(pupil=answer.pupil)
    elif answer.least > 0:
        yield texts["least"].format(pupil=answer.pupil, least=answer.least)
    elif changed:
        yield texts["open"].format(pupil=answer.pupil, most=-answer.least)


def _gains(aim: str, change: int) -> bool:
    return change < 0 if aim == "fixed" else change > 0
