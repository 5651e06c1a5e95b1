"""Carve and place together: one region's reach in, a position for as many pupils as possible out, with a proven bound."""

from __future__ import annotations

from matchmaker.solve.joint.solution import Solution, solve

__all__ = ["Solution", "solve"]
