"""Who gets which position so that the points are most: exact, with seats, prices and a proof."""

from __future__ import annotations

from matchmaker.solve.assignment.assign import assign
from matchmaker.solve.assignment.errors import AssignmentError, BadPoints, InvalidProblem, LoadsDoNotFit, NotAllPlaced
from matchmaker.solve.assignment.profiles import ProfilePoints, Travel
from matchmaker.solve.assignment.prove import largest_violation
from matchmaker.solve.assignment.result import Assignment, Step
from matchmaker.solve.assignment.source import ArrayPoints, PointsSource, SparsePoints

__all__ = [
    "ArrayPoints",
    "Assignment",
    "AssignmentError",
    "BadPoints",
    "InvalidProblem",
    "LoadsDoNotFit",
    "NotAllPlaced",
    "PointsSource",
    "ProfilePoints",
    "SparsePoints",
    "Step",
    "Travel",
    "assign",
    "largest_violation",
]
