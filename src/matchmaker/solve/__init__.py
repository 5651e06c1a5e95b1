"""Solvers over arrays: assignment, the best position of one pair, and carving and placing a whole region together."""
