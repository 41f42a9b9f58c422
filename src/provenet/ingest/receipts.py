"""The receipt that `fetch` leaves beside a file: the page a list came from, for the rows that `add` reads in it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from email.utils import parsedate_to_datetime
from pathlib import Path

from provenet.core.errors import LONGEST_PLACE, clip, visible

RECEIPT_SUFFIX = ".fetched.json"
_CAP_BYTES = 65_536


@dataclass(frozen=True)
class Page:
    """Where a file came from, and the day by which it was published: the server's own, never a clock of ours."""

    title: str
    url: str
    by_on: date | None

    def as_dict(self) -> dict[str, str | None]:
        """The page as the settings of a run hold its digest."""
        return {"title": self.title, "url": self.url, "by_on": self.by_on.isoformat() if self.by_on else None}


def page_of(place: Path, file_id: str) -> Page | None:
    """What the receipt beside a file says of it. None where there is none, or one of other bytes.

    A receipt is a convenience, not an input of its own: one that cannot be read is passed over. Cost O(1).
    """
    beside = place.with_name(place.name + RECEIPT_SUFFIX)
    try:
        if not beside.is_file() or beside.stat().st_size > _CAP_BYTES:
            return None
        receipt = json.loads(beside.read_bytes())
        if receipt["sha256"] != file_id:
            return None
        title, url = (clip(visible(str(receipt[name])), LONGEST_PLACE) for name in ("title", "url"))
        return Page(title, url, _day(receipt.get("served_at")))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _day(served_at: object) -> date | None:
    """The day of a `Date` header."""
    try:
        return parsedate_to_datetime(str(served_at)).date()
    except ValueError:
        return None
