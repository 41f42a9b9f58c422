"""Which rows on who serves a site speak of a day, and which of an earlier time."""

from datetime import date

from provenet.case.rows import SiteDemandRow, SiteServiceRow
from provenet.case.tables import vocabulary


def lasts(row: SiteServiceRow | SiteDemandRow, day: date) -> bool:
    """Whether the span of a row holds a day; an end that is not known is open."""
    return (row["from_on"] is None or row["from_on"] <= day) and (row["until_on"] is None or day <= row["until_on"])


def in_force(row: SiteServiceRow, day: date) -> bool:
    """Whether a row speaks of service on a day: within its span, and where no end is stated while it is not too old.

    A row without an end and without any day is of no day known, and so of none.
    """
    if not lasts(row, day):
        return False
    if row["until_on"] is not None:
        return True
    latest = max((one for one in (row["from_on"], row["sourced_high_on"]) if one is not None), default=None)
    return latest is not None and latest.year + years_in_force() >= day.year


def years_in_force() -> int:
    """For how many years a row without an end counts as one of today."""
    return int(vocabulary()["site_traffic"]["years_in_force"])
