"""Writes docs/backtests.md and docs/backtests-aid.md: what the model would have said of programmes whose end is known.

    python scripts/write_backtests.py

Contract tests compare the files with what this makes.
"""

from pathlib import Path

from provenet.scheduling.backtests import report as replacement
from provenet.tipping.backtests import report as aid

DOCS = Path(__file__).resolve().parents[1] / "docs"


def main() -> None:
    """Writes both pages."""
    for name, report in (("backtests.md", replacement), ("backtests-aid.md", aid)):
        (DOCS / name).write_text(report.page(report.backtests()), encoding="utf-8")


if __name__ == "__main__":
    main()
