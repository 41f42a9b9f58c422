"""Hand-made tables of measurements: each call says only what matters."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import polars as pl

from provenet.case.tables import empty, frame
from provenet.dependence.measured_routers import Days, MeasuredRouters, measured_routers
from provenet.dependence.measured_shares import measured_tables
from provenet.dependence.question import DependenceQuestion
from unit.dependence.dependence_tables import Row, verdict

DAY = date(2026, 11, 25)
SEEN = date(2025, 5, 7)
_SHARED = {"source_id": "scan", "file_id": "f", "reading": "not stated", "run_id": "r"}


def router(number: int, network: int = 64500) -> str:
    """The address of a router; routers of one network lie in one block."""
    return f"45.{network - 64500}.0.{number}"


def sighting(
    address: str, vendor: str | None, *, day: date | None = SEEN, kind: str = "snmp_engine", **more: Any
) -> Row:
    told = {"country": "Netherlands", "asn": str(64500 + int(address.split(".")[1])), "value": f"of {address}", **more}
    key = f"{address} {day} {kind} {vendor}"
    return {
        "sighting_id": key, "row_id": key, "locator": key, "address": address, "kind": kind, "vendor_id": vendor,
        "no_vendor_because": None if vendor else "net-snmp: an agent of hosts, not a router vendor",
        "seen_on": day, **_SHARED, **told,
    }  # fmt: skip


def probed(address: str, *, country: str | None = "Netherlands", asn: str | None = "64500") -> Row:
    key = f"probed {address} {country}"
    return {
        "row_id": key, "locator": key, "address": address, "country": country, "asn": asn, "probed_on": SEEN, **_SHARED
    }  # fmt: skip


def alias(name: str, *addresses: str) -> list[Row]:
    told = {"router_id": name, "locator": "l", **_SHARED}
    return [{**told, "address": one, "row_id": f"{name} {one}"} for one in addresses]


def party(name: str, role: str = "vendor", country: str | None = None) -> Row:
    told = {"party_id": name, "name": name.title(), "role": role, "country": country, "segments": []}
    return {**told, "row_id": f"party {name}", "locator": "l", **_SHARED}


def number_of(carrier: str, asn: int) -> Row:
    told = {"party_id": carrier, "scheme": "asn", "value": str(asn)}
    return {**told, "row_id": f"{carrier} {asn}", "locator": "l", **_SHARED}


def judged(vendor: str, outcome: str) -> Row:
    """A verdict on routers under the policy p1."""
    return {**verdict(vendor, outcome, asset_class="transport.router"), "country": "Netherlands"}


def tables(**rows: Iterable[Row]) -> dict[str, pl.DataFrame]:
    names = ["sighting", "probed_address", "router_alias", "prefix_origin", "prefix_country", "identifier", "party"]
    names += ["asset", "deployment", "site", "source", "ownership"]
    base = {name: empty(name) for name in names}
    parties = [party("cisco"), party("juniper"), party("huawei"), party("kpn", "carrier", "NL")]
    given: Mapping[str, Iterable[Row]] = {"party": parties, **rows}
    return base | {name: _frame(name, found) for name, found in given.items()}


def _frame(name: str, rows: Iterable[Row]) -> pl.DataFrame:
    return frame(name, [{**dict.fromkeys(empty(name).columns), **row} for row in rows])


def identified(
    known: Mapping[str, pl.DataFrame], *, as_of: date = DAY, day_known: date | None = None, window_days: int = 31
) -> MeasuredRouters:
    return measured_routers(known, Days(as_of=as_of, known=day_known, window_days=window_days))


def written(known: Mapping[str, pl.DataFrame], *, packs: tuple[str, ...] = (), **more: Any) -> dict[str, list[Row]]:
    """The rows of the Netherlands."""
    none = known["asset"].with_columns(pl.lit(None, pl.String).alias("address")).clear()
    addressed = more.pop("addressed", none)
    routers = identified(known, window_days=more.pop("window_days", 31))
    question = DependenceQuestion(
        tables={**known, "verdict": more.pop("verdicts", empty("verdict")), "rest_verdict": empty("rest_verdict")},
        country=more.pop("country", "Netherlands"),
        as_of=DAY,
        known=None,
        packs=packs,
        **more,
    )
    found = measured_tables(question, routers, estimates_run="estimates-1", addressed=addressed)
    return {name: [dict(row) for row in rows] for name, rows in found.items()}


def share_of(rows: Iterable[Row], *vendors: str, of: str = "answered", **more: Any) -> Row:
    """The one row of a set of vendors over all days."""
    wanted = {"level": "country", "period": "all", "part": None, **more}
    (found,) = [
        row
        for row in rows
        if row["measured_of"] == of
        and row["vendor_ids"] == sorted(vendors)
        and all(row[name] == value for name, value in wanted.items())
    ]
    return found
