"""Tables: as HTML for notebooks, as aligned text for terminals."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matchmaker.plan import Plan

__all__ = ["html_table", "plan_html", "plan_rows", "text_table"]

MOST_ROWS = 50
HEADS = {
    "en": {
        "pupil": "pupil", "employer": "employer", "kind": "kind", "hours": "hours", "tasks": "tasks",
        "points": "points",
        "vacancy": "vacancy", "carved": "carved", "more": "... and {count} more.",
    },
    "nl": {
        "pupil": "leerling", "employer": "werkgever", "kind": "soort", "hours": "uren", "tasks": "taken",
        "points": "punten", "vacancy": "vacature", "carved": "afgesplitst", "more": "... en nog {count}.",
    },
}  # fmt: skip


def html_table(rows: Sequence[Mapping[str, Any]], *, caption: str = "", below: str = "") -> str:
    """Return rows as an HTML table; every text is escaped.

    Examples
    --------
    >>> html_table([{"a": "<b>"}])
    '<table><tr><th>a</th></tr><tr><td>&lt;b&gt;</td></tr></table>'
    """
    title = f"<caption>{html.escape(caption)}</caption>" if caption else ""
    names = list(dict.fromkeys(name for row in rows for name in row))
    head = "".join(f"<th>{html.escape(str(name))}</th>" for name in names)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(_cell(row.get(name)))}</td>" for name in names) + "</tr>" for row in rows
    )
    foot = f"<p>{html.escape(below)}</p>" if below else ""
    return f"<table>{title}<tr>{head}</tr>{body}</table>{foot}"


def text_table(rows: Sequence[Mapping[str, Any]], *, widest: int = 72) -> str:
    """Return rows as lines with aligned columns, numbers to the right; texts longer than `widest` are cut.

    Examples
    --------
    >>> print(text_table([{"pupil": "p1", "points": 9}, {"pupil": "p12", "points": 10}]))
    pupil  points
    p1          9
    p12        10
    """
    if not rows:
        return ""
    names = list(rows[0])
    right = {name for name in names if all(isinstance(row[name], (int, float)) or row[name] is None for row in rows)}
    table = [names, *([_short(_cell(row[name]), widest) for name in names] for row in rows)]
    widths = [max(len(line[k]) for line in table) for k in range(len(names))]
    lines = []
    for line in table:
        cells = [
            text.rjust(width) if name in right else text.ljust(width)
            for name, text, width in zip(names, line, widths, strict=True)
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _short(text: str, widest: int) -> str:
    return text if len(text) <= widest else text[: widest - 3] + "..."


def plan_rows(plan: Plan, *, language: str = "en", most: int | None = None) -> list[dict[str, Any]]:
    """Return the placements of a plan as rows with heads in the language of the reader."""
    heads = HEADS[language]
    return [
        {
            heads["pupil"]: one.pupil,
            heads["employer"]: " + ".join(one.employers),
            heads["kind"]: heads[one.kind],
            heads["hours"]: one.hours,
            heads["tasks"]: "; ".join(f"{task} {hours:g}" for task, hours in one.tasks.items()),
            heads["points"]: one.points,
        }
        for one in plan.placements[:most]
    ]


def plan_html(plan: Plan) -> str:
    """Return a plan as an HTML table: one row a placement, the summary below."""
    from matchmaker.show.summary import summary

    left = len(plan.placements) - MOST_ROWS
    more = HEADS[plan.language]["more"].format(count=left) + " " if left > 0 else ""
    lines = summary(plan, language=plan.language).splitlines()
    rows = plan_rows(plan, language=plan.language, most=MOST_ROWS)
    return html_table(rows, caption=lines[0], below=more + " ".join(lines[1:]))
