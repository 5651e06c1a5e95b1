"""Files are written whole or not at all: all of them beside their places first, then moved there."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

__all__ = ["write_whole"]


def write_whole(files: Mapping[Path, str]) -> None:
    """Write texts (UTF-8) to files; when anything fails before the last is written, none has changed.

    Raises
    ------
    OSError
        When a folder cannot be made or a file not be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_whole({Path(folder) / "a" / "b.txt": "c"})
    ...     (Path(folder) / "a" / "b.txt").read_text(encoding="utf-8")
    'c'
    """
    waiting: dict[Path, Path] = {}
    try:
        for target, text in files.items():
            waiting[target] = _beside(target, text)
        for target, written in waiting.items():
            os.replace(written, target)
    finally:
        for written in waiting.values():
            written.unlink(missing_ok=True)


def _beside(target: Path, text: str) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(number, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        # mkstemp makes files that only the owner can read; a plan is an ordinary file.
        os.chmod(name, 0o644)
    except BaseException:
        os.unlink(name)
        raise
    return Path(name)
