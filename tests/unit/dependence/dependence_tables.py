"""Hand-made tables for tests of dependence: each call says only what matters."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import polars as pl

from provenet.case.tables import empty, frame
from provenet.core.units import published_share
from provenet.core.when import parse_span
from provenet.dependence.depend import depend
from provenet.dependence.question import DependenceQuestion

DAY = date(2026, 11, 25)
Row = dict[str, Any]
_count = iter(range(10**9))


def _input(source: str | None = "press-page", reading: str = "read in the source") -> Row:
    number = next(_count)
    row_id = f"r-{number:09d}"
    return {"row_id": row_id, "source_id": source, "file_id": "f", "locator": f"row {number}", "reading": reading}


def _span(stem: str, text: str | None) -> Row:
    span = parse_span(text) if text else None
    return {stem: text, f"{stem}_low_on": span and span.low, f"{stem}_high_on": span and span.high}


def share(vendors: str, percent: str, qualifier: str = "=", *, carrier: str | None = None, segment: str = "RAN",
          asset_class: str = "ran", generation: str | None = None, measure: str = "share of sites (X)",
          kind: str = "sites", as_of: str = "2025", geo: str = "Germany", complement: bool = False,
          forecast: bool = False, **source: Any) -> Row:  # fmt: skip
    bound = published_share(percent, qualifier)
    return {
        **_input(**source),
        "geo": geo,
        "level": "carrier" if carrier else "country",
        "carrier_id": carrier,
        "segment": segment,
        "asset_class": asset_class,
        "generation": generation,
        "vendor_ids": vendors.split("+") if vendors else [],
        "complement": complement,
        "vendors_says": vendors,
        "percent": percent or None,
        "qualifier": qualifier,
        "low_share": bound.low,
        "high_share": bound.high,
        "low_open": bound.low_open,
        "high_open": bound.high_open,
        "measure": measure,
        "measure_kind": kind,
        **_span("as_of", as_of),
        "forecast": forecast,
        "sourced_high_on": None,
    }


def weight(carrier: str, percent: str, *, measure: str = "contracts (Y)", kind: str = "contracts", as_of: str = "2025",
           **source: Any) -> Row:  # fmt: skip
    value = float(percent) / 100
    return {
        **_input(**source),
        "carrier_id": carrier,
        "country": "Germany",
        "measure": measure,
        "measure_kind": kind,
        "percent": percent,
        "low_share": round(value, 9),
        "high_share": round(value, 9),
        **_span("as_of", as_of),
    }


def deployed(carrier: str, vendors: str, role: str = "supplier", *, presence: str = "named", asset_class: str = "ran",
             segment: str = "RAN", generation: str | None = None, day: str | None = "2024", complement: bool = False,
             extent: str | None = None, **source: Any) -> Row:  # fmt: skip
    return {
        **_input(**source),
        "carrier_id": carrier,
        "country": "Germany",
        "segment": segment,
        "asset_class": asset_class,
        "generation": generation,
        "vendor_ids": vendors.split("+") if vendors else [],
        "complement": complement,
        "presence": presence,
        "role": role,
        "extent": extent,
        **_span("day", day),
    }


def rides(carrier: str, host: str | None, *, binding: str = "agreed", form: str = "joint network",
          from_on: date | None = None, to_on: date | None = None, segment: str = "ran") -> Row:  # fmt: skip
    return {
        **_input(),
        "carrier_id": carrier,
        "host_id": host,
        "segment": segment,
        "form": form,
        "binding": binding,
        "from_text": None,
        "from_on": from_on,
        "to_on": to_on,
        "says": f"{carrier} on {host}",
    }


def contract(carrier: str | None, vendors: str, replaced: str, *, segment: str = "RAN", day: str | None = "2026",
             most: float | None = None, **source: Any) -> Row:  # fmt: skip
    return {
        **_input(**source),
        "carrier_id": carrier,
        "country": "Germany",
        "segment": segment,
        "vendor_ids": vendors.split("+") if vendors else [],
        "replaces_vendor_ids": replaced.split("+"),
        "high_replaced_share": most,
        "event": "selected",
        **_span("day", day),
    }


def merger(carrier: str, into: str, day: date = date(2025, 1, 1)) -> Row:
    return {**_input(), "predecessor_id": carrier, "successor_id": into, "how": "merger", "from_on": day}


def site(name: str, carrier: str | None = None) -> Row:
    return {**_input(), "site_id": name, "name": name, "country": "Germany", "carrier_id": carrier}


def answer(
    name: str, carriers: list[str], own_links: str | None = None, *, day: str = "2026-01-01", signer: str = "x"
) -> Row:
    return {
        **_input(),
        "answer_id": f"answer-{name}-{day}" + ("" if signer == "x" else f"-{signer}"),
        "site_id": name,
        "country": "Germany",
        "owner": None,
        "carrier_ids": carriers,
        "own_links": own_links,
        "signer": signer,
        "office": None,
        "answered_on": date.fromisoformat(day),
    }


def asset(name: str, carrier: str, vendor: str | None, count: int = 1, *, asset_class: str = "ran",
          layer: str | None = "hardware") -> Row:  # fmt: skip
    return {
        **_input(),
        "asset_id": name,
        "carrier_id": carrier,
        "country": "Germany",
        "asset_class": asset_class,
        "layer": layer,
        "vendor_id": vendor,
        "unit_count": count,
    }


def verdict(vendor: str, outcome: str, *, carrier: str | None = None, pack: str = "p1", asset_class: str = "ran",
            layer: str = "hardware", rules_in_force: int = 1, action: str = "use",
            as_of: date = DAY) -> Row:  # fmt: skip
    return {
        "verdict_id": f"v-{pack}-{vendor}-{carrier}-{asset_class}-{layer}-{action}",
        "pack": pack,
        "pack_title": f"Policy {pack}",
        "issuer": "ministry",
        "force": "law",
        "country": "Germany",
        "carrier_id": carrier,
        "vendor_id": vendor,
        "asset_class": asset_class,
        "layer": layer,
        "action": action,
        "assumed": [],
        "as_of_on": as_of,
        "known_on": None,
        "outcome": outcome,
        "rules_in_force": rules_in_force,
        "reason": "because",
        "open_tests": [],
        "if_settled": [],
        "disputed": False,
        "hangs_on_disputed": False,
        "facts": [],
        "claims_for": [],
        "claims_against": [],
        "formula": "rules",
        "inputs": [],
    }


VENDORS = {"alpha": "AA", "beta": "BB", "gamma": "CC", "delta": None, "huawei": "CN", "zte": "CN"}
CARRIERS = ("north", "south", "east", "west", "tower")
SOURCES = {"press-page": "press", "forum-page": "forum"}


def parties(
    vendors: dict[str, str | None] = VENDORS, carriers: Iterable[str] = CARRIERS, code: str = "DE"
) -> list[Row]:
    made = [{**_input(), "party_id": v, "name": v.title(), "role": "vendor", "country": c} for v, c in vendors.items()]
    made += [{**_input(), "party_id": c, "name": c.title(), "role": "carrier", "country": code} for c in carriers]
    return [{**row, "segments": []} for row in made]


def sources() -> list[Row]:
    return [
        {**_input(None), "source_id": s, "title": s, "kind": kind, "kind_by": "first guess"}
        for s, kind in SOURCES.items()
    ]


def tables_of(**rows: list[Row]) -> dict[str, pl.DataFrame]:
    names = ("market_share", "carrier_share", "deployment", "rides_on", "site", "site_answer", "asset", "verdict")
    made = {name: empty(name) for name in names}
    made |= {name: frame(name.removesuffix("_later"), some) for name, some in rows.items()}
    made.setdefault("party", frame("party", parties()))
    return {**made, "source": frame("source", sources())}


def figures(packs: Iterable[str] = ("p1",), as_of: date = DAY, known: date | None = None, country: str = "Germany",
            groups: dict[frozenset[str], str] | None = None, **rows: list[Row]) -> dict[str, list[Row]]:  # fmt: skip
    """The answer of the room, each table typed by the dictionary on the way, so that no column is amiss."""
    found = depend(DependenceQuestion(tables_of(**rows), country, as_of, known, tuple(packs), groups or {}))
    for table, made in found.items():
        frame(table, made)
    return found


def pick(rows: Iterable[Row], **wanted: Any) -> list[Row]:
    return [row for row in rows if all(row[name] == value for name, value in wanted.items())]


def only(rows: Iterable[Row], **wanted: Any) -> Row:
    found = pick(rows, **wanted)
    assert len(found) == 1, [(r.get("label"), r.get("method")) for r in found]
    return found[0]


def ends(row: Row) -> tuple[float, float]:
    return row["low_share"], row["high_share"]
