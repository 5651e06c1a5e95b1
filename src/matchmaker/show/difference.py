"""A difference between two plans as sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matchmaker.errors import UnknownId

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from matchmaker.plan.difference import Difference, Move, Tally

__all__ = ["aims_text", "difference_text", "said_of"]

TEXTS = {
    "en": {
        "changed": "Changed: {texts}",
        "head": "{placed} of {pupils} pupils placed, {placed_before} before; {points} points, {points_before} before "
        "({change:+d}).",
        "nobody": "Nobody's position changes.",
        "placed": "Newly placed:",
        "unplaced": "No longer placed:",
        "moved": "To another employer:",
        "stayed": "Other work at the same employer:",
        "new": "New in the region, and placed:",
        "gone": "No longer in the region:",
        "rescored": "The same position, other points:",
        "better": "Better off: {pupils}.",
        "worse": "Worse off: {pupils}.",
        "aims": "Aims that change: {tallies}.",
        "from_to": "{name} from {before} to {after} ({change:+d})",
        "parts": "Points by part: {tallies}.",
        "more": "... and {count} more.",
        "optimal": "Certain: both plans are proved to be the best for their region.",
        "placed_up": "Certain: before, no plan could place more than {placed_before} pupils.",
        "placed_down": "Certain: now no plan can place more than {placed_after} pupils.",
        "points_up": "Certain: at this number of pupils placed, the best plan gains {low} to {high} points.",
        "points_down": "Certain: at this number of pupils placed, the best plan loses {low} to {high} points.",
        "open_placed_up": "Not certain: it is not ruled out that {placed_before} pupils could be placed before.",
        "open_placed_down": "Not certain: it is not ruled out that {placed_after} pupils can be placed now.",
        "open_points": "Not certain: these plans are not proved to be the best. Between the best plans that "
        "place as many, the difference lies between {low:+d} and {high:+d} points, so what was found may come from "
        "the search and not from the change.",
        "open": "Not certain: these plans are not proved to be the best.",
    },
    "nl": {
        "changed": "Gewijzigd: {texts}",
        "head": "{placed} van de {pupils} leerlingen geplaatst, eerst {placed_before}; {points} punten, eerst "
        "{points_before} ({change:+d}).",
        "nobody": "Niemand krijgt een andere plek.",
        "placed": "Nieuw geplaatst:",
        "unplaced": "Niet meer geplaatst:",
        "moved": "Naar een andere werkgever:",
        "stayed": "Ander werk bij dezelfde werkgever:",
        "new": "Nieuw in de regio, en geplaatst:",
        "gone": "Niet meer in de regio:",
        "rescored": "Dezelfde plek, andere punten:",
        "better": "Erop vooruit: {pupils}.",
        "worse": "Erop achteruit: {pupils}.",
        "aims": "Doelen die veranderen: {tallies}.",
        "from_to": "{name} van {before} naar {after} ({change:+d})",
        "parts": "Punten per onderdeel: {tallies}.",
        "more": "... en nog {count}.",
        "optimal": "Zeker: van beide plannen is bewezen dat ze voor hun regio het beste zijn.",
        "placed_up": "Zeker: eerst kon geen enkel plan meer dan {placed_before} leerlingen plaatsen.",
        "placed_down": "Zeker: nu kan geen enkel plan meer dan {placed_after} leerlingen plaatsen.",
        "points_up": "Zeker: bij dit aantal geplaatste leerlingen wint het beste plan {low} tot {high} punten.",
        "points_down": "Zeker: bij dit aantal geplaatste leerlingen verliest het beste plan {low} tot {high} punten.",
        "open_placed_up": "Niet zeker: het is niet uitgesloten dat er eerst ook {placed_before} leerlingen geplaatst "
        "konden worden.",
        "open_placed_down": "Niet zeker: het is niet uitgesloten dat er nu ook {placed_after} leerlingen geplaatst "
        "kunnen worden.",
        "open_points": "Niet zeker: van deze plannen is niet bewezen dat ze het beste zijn. Tussen de beste plannen "
        "die evenveel leerlingen plaatsen, ligt het verschil tussen {low:+d} en {high:+d} punten; wat hier gevonden "
        "is, kan dus ook aan het zoeken liggen en niet aan de wijziging.",
        "open": "Niet zeker: van deze plannen is niet bewezen dat ze het beste zijn.",
    },
}
MOVES = {
    "en": {
        "placed": "{pupil} at {after} ({points:+d} {noun})",
        "unplaced": "{pupil}, was at {before} ({points:+d} {noun})",
        "moved": "{pupil} from {before} to {after} ({points:+d} {noun})",
        "stayed": "{pupil} at {after} ({points:+d} {noun})",
        "new": "{pupil} at {after} ({points:+d} {noun})",
        "gone": "{pupil}, was at {before} ({points:+d} {noun})",
    },
    "nl": {
        "placed": "{pupil} bij {after} ({points:+d} {noun})",
        "unplaced": "{pupil}, eerst bij {before} ({points:+d} {noun})",
        "moved": "{pupil} van {before} naar {after} ({points:+d} {noun})",
        "stayed": "{pupil} bij {after} ({points:+d} {noun})",
        "new": "{pupil} bij {after} ({points:+d} {noun})",
        "gone": "{pupil}, eerst bij {before} ({points:+d} {noun})",
    },
}
AIMS = {
    "en": {
        "fixed": "fixed decisions not kept",
        "placed": "pupils placed",
        "hardest": "placed among the hardest to place",
        "leximin": "lowest points of anybody placed",
        "points": "points",
    },
    "nl": {
        "fixed": "vaste besluiten die niet worden nagekomen",
        "placed": "leerlingen geplaatst",
        "hardest": "geplaatst onder de moeilijkst te plaatsen leerlingen",
        "leximin": "laagste punten van wie een plek heeft",
        "points": "punten",
    },
}
CONTRIBUTIONS = {
    "en": {
        "hours": "hours",
        "fit": "fit with what the pupil shows",
        "growth": "growth",
        "interest": "interest",
        "benefit": "hours of skilled workers freed",
        "travel": "travel",
        "perspective": "prospect of a job",
    },
    "nl": {
        "hours": "uren",
        "fit": "aansluiting bij wat de leerling laat zien",
        "growth": "groei",
        "interest": "interesse",
        "benefit": "vrijgekomen uren van vakmensen",
        "travel": "reizen",
        "perspective": "uitzicht op een baan",
    },
}
POINTS = {"en": ("point", "points"), "nl": ("punt", "punten")}
KINDS = ("placed", "unplaced", "moved", "stayed", "new", "gone")
NAMED = 12


def difference_text(found: Difference, *, language: str = "en") -> str:
    """Return a difference as lines of text.

    Raises
    ------
    UnknownId
        For a language that is not there.
    """
    if language not in TEXTS:
        raise UnknownId(language, "language", tuple(TEXTS))
    return "\n".join(_lines(found, language))


def _lines(found: Difference, language: str) -> Iterator[str]:
    texts, aims = TEXTS[language], {one.name: one for one in found.aims}
    if found.changes:
        yield texts["changed"].format(texts=" ".join(found.told[language]))
    if {"placed", "points"} <= aims.keys():
        numbers = {"placed": aims["placed"].after, "placed_before": aims["placed"].before}
        points = {"points": aims["points"].after, "points_before": aims["points"].before}
        yield texts["head"].format(pupils=found.pupils, change=found.points, **numbers, **points)
    if not found.moves:
        yield texts["nobody"]
    for kind in KINDS:
        yield from _listed(found, kind, [move for move in found.moves if move.kind == kind], language)
    yield from _listed(found, "rescored", list(found.rescored), language)
    yield from _who(found, language)
    yield from _tallies(found, language)
    if found.aims:
        yield _certain(found, language)


def _listed(found: Difference, title: str, moves: list[Move], language: str) -> Iterator[str]:
    if moves:
        yield TEXTS[language][title]
        yield from (f"  - {_move(found, move, language)}" for move in moves[:NAMED])
        if len(moves) > NAMED:
            yield "  " + TEXTS[language]["more"].format(count=len(moves) - NAMED)


def _move(found: Difference, move: Move, language: str) -> str:
    before, after = (found.names.get(at or "", at) for at in (move.before, move.after))
    return said_of(MOVES[language][move.kind], move, before=before, after=after, language=language)


def said_of(text: str, move: Move, *, before: str | None, after: str | None, language: str) -> str:
    """Fill in the text of a move, with employers by name."""
    noun = POINTS[language][abs(move.points) != 1]
    return text.format(pupil=move.pupil, before=before, after=after, points=move.points, noun=noun)


def _who(found: Difference, language: str) -> Iterator[str]:
    sides = {"better": found.gains, "worse": found.losses}
    said = [
        TEXTS[language][name].format(pupils=_some([move.pupil for move in moves], language))
        for name, moves in sides.items()
        if moves
    ]
    if said:
        yield " ".join(said)


def _some(names: list[str], language: str) -> str:
    more = {"en": f" and {len(names) - NAMED} more", "nl": f" en nog {len(names) - NAMED}"}[language]
    return ", ".join(names[:NAMED]) + (more if len(names) > NAMED else "")


def _tallies(found: Difference, language: str) -> Iterator[str]:
    texts, changed = TEXTS[language], aims_text(found.aims, language=language)
    if changed:
        yield texts["aims"].format(tallies=changed)
    named = CONTRIBUTIONS[language]
    parts = [f"{named.get(one.name, one.name)} {one.change:+d}" for one in found.contributions if one.change]
    if parts:
        yield texts["parts"].format(tallies="; ".join(parts))


def aims_text(aims: Iterable[Tally], *, language: str = "en") -> str:
    """Return the aims that change, in a few words; empty when none does.

    Examples
    --------
    >>> from matchmaker.plan.difference import Tally
    >>> aims_text([Tally("placed", 9, 10), Tally("points", 900, 900)])
    'pupils placed from 9 to 10 (+1)'
    """
    one_aim, names = TEXTS[language]["from_to"], AIMS[language]
    return "; ".join(
        one_aim.format(name=names[one.name], before=one.before, after=one.after, change=one.change)
        for one in aims
        if one.change
    )


def _certain(found: Difference, language: str) -> str:
    what, texts = found.certainty, TEXTS[language]
    change = next((one.change for one in found.aims if one.change), 0)
    way = "up" if change > 0 else "down"
    if what.optimal:
        return texts["optimal"]
    if what.aim == "placed" and (what.placed_before if change > 0 else what.placed_after) is not None:
        said = texts[f"placed_{way}" if what.certain else f"open_placed_{way}"]
        return said.format(placed_before=what.placed_before, placed_after=what.placed_after)
    if what.low is None or what.high is None:
        return texts["open"]
    if what.certain:
        low, high = sorted((abs(what.low), abs(what.high)))
        return texts[f"points_{way}"].format(low=low, high=high)
    return texts["open_points"].format(low=what.low, high=what.high)
