"""Where the published cases lie, if they are there."""

from __future__ import annotations

from pathlib import Path

import pytest

CASES = Path(__file__).resolve().parents[4] / "shared" / "cases" / "assignment"


@pytest.fixture(scope="session")
def cases() -> Path:
    """Return the folder of published assignment cases."""
    if not CASES.is_dir():
        pytest.skip("the published cases (../shared/cases/assignment) are not here")
    return CASES
