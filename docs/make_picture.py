"""Draw the table of a plan for the README: `python docs/make_picture.py` writes docs/pictures/plan.svg.

The plan is that of `data/fixtures/tiny`, small enough to show everybody. Standard library and matchmaker only.
"""

from __future__ import annotations

import html
from pathlib import Path
from typing import TYPE_CHECKING

import matchmaker as mm

if TYPE_CHECKING:
    from matchmaker import Plan, Position

DOCS = Path(__file__).resolve().parent
REGION = DOCS.parent / "data" / "fixtures" / "tiny"
PICTURE = DOCS / "pictures" / "plan.svg"

WIDTH, ROW, TOP, LEFT = 1000, 30, 92, 24
COLUMNS = {"pupil": LEFT, "employer": 76, "kind": 234, "tasks": 312, "week": 662, "hours": 818, "points": 846}
RIGHT = ("hours",)
DAYS, HALVES = ("mo", "tu", "we", "th", "fr"), ("am", "pm")
CELL = 13
MOST_POINTS = 1200
MOST_TASKS = 2
INK, PALE, LINE, BLUE, ORANGE = "#1f2933", "#5b6773", "#d5dbe1", "#2f6da8", "#b5651d"
FONT = "font-family='Helvetica, Arial, DejaVu Sans, sans-serif'"


def text(x: float, y: float, words: str, *, colour: str = INK, size: int = 13, look: str = "") -> str:
    """Return one line of text; `y` is its base line."""
    return f"<text x='{x}' y='{y}' font-size='{size}' fill='{colour}' {look}>{html.escape(words)}</text>"


def box(x: float, y: float, width: float, height: float, colour: str) -> str:
    """Return a filled rectangle."""
    return f"<rect x='{x:g}' y='{y:g}' width='{width:g}' height='{height:g}' fill='{colour}'/>"


def heads(y: float) -> list[str]:
    """Return the line with the names of the columns."""
    names = [
        text(x, y, name, colour=PALE, size=12, look="text-anchor='end'" if name in RIGHT else "")
        for name, x in COLUMNS.items()
    ]
    return [*names, box(LEFT, y + 8, WIDTH - 2 * LEFT, 1, LINE)]


def week(position: Position, y: float) -> list[str]:
    """Return the timetable of a position: mornings above, afternoons below, filled for the hours worked."""
    drawn = []
    for d, day in enumerate(DAYS):
        for h, half in enumerate(HALVES):
            hours = sum(moments.get(f"{day}-{half}", 0.0) for moments in position.timetable.values())
            x, top = COLUMNS["week"] + d * (CELL + 10), y - 12 + h * 9
            drawn.append(box(x, top, CELL + 8, 7, "#e9edf1"))
            if hours:
                drawn.append(box(x, top, (CELL + 8) * hours / 4, 7, BLUE))
    return drawn


def placed(plan: Plan, position: Position, y: float) -> list[str]:
    """Return the line of a pupil who is placed."""
    region = plan.region
    assert region is not None
    named = [f"{region.tasks.get(task).name} {hours:g}" for task, hours in position.tasks.items()]
    more = f" and {len(named) - MOST_TASKS} more" if len(named) > MOST_TASKS else ""
    return [
        text(COLUMNS["pupil"], y, position.pupil, look="font-weight='600'"),
        text(COLUMNS["employer"], y, region.employers.get(position.employer).name),
        text(COLUMNS["kind"], y, position.kind, colour=ORANGE if position.kind == "vacancy" else BLUE),
        text(COLUMNS["tasks"], y, ", ".join(named[:MOST_TASKS]) + more),
        *week(position, y),
        text(COLUMNS["hours"], y, f"{position.hours:g}", look="text-anchor='end'"),
        box(COLUMNS["points"], y - 11, 80 * position.points / MOST_POINTS, 14, "#bcd3e8"),
        text(COLUMNS["points"] + 6, y, str(position.points)),
    ]


def not_placed(plan: Plan, y: float) -> tuple[list[str], float]:
    """Return the lines of everybody else, each with the employer that came nearest and what is in the way there."""
    drawn = [
        text(LEFT, y, "Not placed yet, with what is in the way at the employer that came nearest", colour=PALE, size=12)
    ]
    for one in plan.not_placed:
        y += 24
        nearest = one.nearest[0]
        why = nearest.missing[0].text
        drawn.append(text(COLUMNS["pupil"], y, one.pupil, look="font-weight='600'"))
        drawn.append(text(COLUMNS["employer"], y, f"{plan.region.employers.get(nearest.employer).name}: {why}"))
    return drawn, y


def draw(plan: Plan) -> str:
    """Return the picture of a plan."""
    said = plan.summary().splitlines()
    lines = [text(LEFT, 34, said[0], size=17, look="font-weight='600'"), text(LEFT, 54, said[2], colour=PALE)]
    lines += heads(TOP - 12)
    y = TOP + 18.0
    for position in plan.placements:
        lines += placed(plan, position, y)
        y += ROW
    rest, y = not_placed(plan, y + 10)
    height = int(y + 22)
    size = f"width='{WIDTH}' height='{height}' viewBox='0 0 {WIDTH} {height}'"
    title = f"<title>The table of a plan: {html.escape(said[0])}</title>"
    body = "\n".join([title, box(0, 0, WIDTH, height, "#ffffff"), *lines, *rest])
    return f"<svg xmlns='http://www.w3.org/2000/svg' {size} role='img' {FONT}>\n{body}\n</svg>\n"


if __name__ == "__main__":
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(draw(mm.match(mm.read_region(REGION))), encoding="utf-8")
