"""Carve and place together: a region's reach in; out comes a plan for as many pupils as possible, and its bound."""

from __future__ import annotations

from matchmaker.solve.joint.leximin import solve_leximin
from matchmaker.solve.joint.protect import solve_protected
from matchmaker.solve.joint.solution import Solution, Start, solve
from matchmaker.solve.joint.stay import solve_with_few_changes

__all__ = ["Solution", "Start", "solve", "solve_leximin", "solve_protected", "solve_with_few_changes"]
