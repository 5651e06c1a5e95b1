"""One concrete position: every rule about it, its points with reasons, its timetable."""

from __future__ import annotations

from matchmaker.positions.checks import violations
from matchmaker.positions.counts import points_of, to_observe
from matchmaker.positions.describe import check_position
from matchmaker.positions.labels import Labels
from matchmaker.positions.ledger import Bundle, Ledger, ledger_of
from matchmaker.positions.records import Contribution, Part, Position, Violation

__all__ = [
    "Bundle",
    "Contribution",
    "Labels",
    "Ledger",
    "Part",
    "Position",
    "Violation",
    "check_position",
    "ledger_of",
    "points_of",
    "to_observe",
    "violations",
]
