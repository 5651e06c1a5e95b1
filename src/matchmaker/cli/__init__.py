"""The command line."""

from __future__ import annotations

from matchmaker.cli.main import main
from matchmaker.cli.texts import TEXTS

__all__ = ["TEXTS", "main"]
