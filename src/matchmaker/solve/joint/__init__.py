"""Carve and place together: a region's reach in; out comes a plan for as many pupils as possible, and its bound."""

from __future__ import annotations

from matchmaker.solve.joint.solution import Solution, Start, solve

__all__ = ["Solution", "Start", "solve"]
