"""Writes docs/backtests-aid.md: what the mechanisms of aid would have said of programmes whose end is known.

    python scripts/write_aid_backtests.py

A contract test compares the file with what this makes.
"""

from __future__ import annotations

from pathlib import Path

from provenet.incentives.backtests.report import backtests, page

PLACE = Path(__file__).resolve().parents[1] / "docs" / "backtests-aid.md"


def main() -> None:
    """Writes the page."""
    PLACE.write_text(page(backtests()), encoding="utf-8")


if __name__ == "__main__":
    main()
