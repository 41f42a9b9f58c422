"""Which programmes of aid are open to a country: its own, those of its jurisdictions, and those open to all."""

from provenet.case.rows import ProgrammeRow
from provenet.case.tables import vocabulary
from provenet.core.countries import countries


def is_open_to(row: ProgrammeRow, country: str) -> bool:
    """Whether carriers or the government of a country, by its name, may get aid of a programme.

    A programme without a country is open to the countries of its jurisdiction, and one without a jurisdiction to all.
    """
    if row["country"] is not None:
        return row["country"] in (country, countries().code(country))
    jurisdiction = row["jurisdiction"]
    return jurisdiction is None or jurisdiction in vocabulary()["jurisdictions"].get(country, ())
