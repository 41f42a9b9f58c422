"""Which of several registrations of one network stands on a day."""

from datetime import date

from provenet.exposure.networks import NetworkRegister
from unit.dossier.small_tables import filled

DAY = date(2025, 6, 1)


def test_the_newest_up_to_the_day_stands_else_the_first_after_it() -> None:
    rows = [
        {"asn": "64500", "name": "old", "country": "Norway", "observed_on": date(2018, 1, 1)},
        {"asn": "64500", "name": "new", "country": "Japan", "observed_on": date(2025, 1, 1)},
        {"asn": "64500", "name": "later", "country": "Italy", "observed_on": date(2026, 1, 1)},
        {"asn": "64501", "name": "after", "country": "Japan", "observed_on": date(2025, 7, 1)},
        {"asn": "64501", "name": "no day", "country": "Norway", "observed_on": None},
    ]
    register = NetworkRegister.of(filled("as_number", rows), DAY)
    assert (register.name(64500), register.country(64500)) == ("new", "Japan")
    assert register.name(64501) == "no day"
    assert register.name(64502) is None
