"""Files are written whole or not at all: all of them beside their places first, then moved there.

It stands here because plans and regions are both written, and this is the room that both may look into.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

__all__ = ["write_whole"]


def write_whole(files: Mapping[Path, str | bytes | None]) -> None:
    """Write files; when anything fails before the last is written, none has changed.

    Parameters
    ----------
    files : mapping of Path to str, bytes or None
        Texts are written as UTF-8 with their line ends as they are. None takes a file away, at the very end: one that
        would be read beside the new ones.

    Raises
    ------
    OSError
        When a folder cannot be made or a file not be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_whole({Path(folder) / "a" / "b.txt": "c", Path(folder) / "a" / "old.txt": None})
    ...     (Path(folder) / "a" / "b.txt").read_text(encoding="utf-8")
    'c'
    """
    waiting: dict[Path, Path] = {}
    try:
        for target, content in files.items():
            if content is not None:
                waiting[target] = _beside(target, content.encode() if isinstance(content, str) else content)
        for target, written in waiting.items():
            os.replace(written, target)
        for target, content in files.items():
            if content is None:
                target.unlink(missing_ok=True)
    finally:
        for written in waiting.values():
            written.unlink(missing_ok=True)


def _beside(target: Path, data: bytes) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        # mkstemp makes files that only the owner can read; a plan or a table is an ordinary file.
        os.chmod(name, 0o644)
    except BaseException:
        os.unlink(name)
        raise
    return Path(name)
