"""What was declared is held against what was measured on one day, in one country."""

from datetime import date, timedelta

import polars as pl
import pytest

pytest.importorskip("numba", reason="the extra 'internet' is not installed")

from provenet.dependence.measured_routers import Days
from unit.dependence.dependence_tables import Row
from unit.dependence.measured_tables import DAY, SEEN, number_of, router, sighting, tables, written

LATER = SEEN + timedelta(days=1)
KEPT = {"locator": "l", "source_id": "x", "file_id": "f", "reading": "not stated", "run_id": "r"}


def seen(*, day: date | None = SEEN) -> list[Row]:
    """Four routers of Huawei in a carrier's network."""
    return [sighting(router(at), "huawei", day=day) for at in range(4)]


def asset(began: date | None, vendor: str = "cisco") -> Row:
    told = {"carrier_id": "kpn", "country": "Netherlands", "asset_class": "transport.router", "vendor_id": vendor}
    return {"asset_id": "a", "row_id": "a", "unit_count": 3, "facts": [], "from_on": began, **told, **KEPT}


def absence(day: date | None, country: str = "Netherlands") -> Row:
    told = {"carrier_id": "kpn", "country": country, "segment": "transport", "asset_class": "transport.router"}
    told |= {"vendor_ids": ["huawei"], "complement": False, "presence": "absent", "role": "supplier"}
    return {"row_id": "d", "day": str(day), "day_low_on": day, "day_high_on": day, **told, **KEPT}  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("began", "day", "findings"),
    [
        (SEEN, SEEN, 1), (None, SEEN, 1), (LATER, SEEN, 0), (LATER, LATER, 1), (DAY, None, 1),
        (DAY + timedelta(1), None, 0),
    ],
)  # fmt: skip
def test_an_inventory_speaks_of_the_days_of_its_rows(began: date | None, day: date | None, findings: int) -> None:
    """Equipment that came after the last answer replaced what answered; an answer of no day is one of today."""
    known = tables(sighting=seen(day=day), identifier=[number_of("kpn", 64500)], asset=[asset(began)])
    assert len(written(known)["finding"]) == findings
    days = {"from_on": pl.Date, "to_on": pl.Date}
    row = {"asset_id": "a", "country": "Netherlands", "vendor_id": "cisco", "address": router(0)}
    addressed = pl.DataFrame([{**row, "from_on": began, "to_on": None}], schema_overrides=days)
    assert len(written(tables(sighting=seen(day=day)), addressed=addressed)["finding"]) == findings


@pytest.mark.parametrize(
    ("day", "country", "findings"),
    [(SEEN, "Netherlands", 1), (None, "Netherlands", 1), (LATER, "Netherlands", 0), (SEEN, "Germany", 0)],
)
def test_an_absence_speaks_of_its_country_from_its_day_on(day: date | None, country: str, findings: int) -> None:
    identifier, deployment = [number_of("kpn", 64500)], [absence(day, country)]
    found = written(tables(sighting=seen(), identifier=identifier, deployment=deployment))["finding"]
    assert len(found) == findings


def test_tables_of_ranges_of_each_family_count_by_their_own_newest_day() -> None:
    rows = pl.DataFrame(
        {"family": ["ipv4", "ipv4", "ipv6", "ipv6"], "observed_on": [SEEN, LATER, SEEN, LATER + timedelta(1)]}
    )
    assert Days(as_of=LATER, known=None).newest(rows).rows() == [("ipv4", LATER), ("ipv6", SEEN)]
