"""`python -m matchmaker.cli`."""

from __future__ import annotations

from matchmaker.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())
