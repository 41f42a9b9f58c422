"""A case of one country on two days, of rows made by hand: shares, routes, sites, carriers and verdicts."""

from datetime import date
from pathlib import Path
from typing import Any

from provenet.case.case import Case
from provenet.case.tables import table

OLD, NEW = date(2018, 11, 23), date(2026, 11, 25)
DAYS = ((OLD, OLD), (NEW, None))
EMPTY = {"text": "x", "int": 0, "float": 0.0, "bool": False, "date": NEW, "list": []}


def filled(name: str, /, **given: Any) -> dict[str, Any]:
    """A row of a table: what is given, and of every other column that must not be null a value without meaning."""
    made = {}
    for column in table(name).columns:
        if column.name in given:
            made[column.name] = given[column.name]
        elif not column.nullable and column.name != "run_id":
            made[column.name] = EMPTY.get(column.type, [])
    return made


def share(key: str, low: float, high: float, day: tuple[date, date | None]) -> dict[str, Any]:
    return filled("vendor_share", share_id=key, country="Germany", low_share=low, high_share=high, **of(day))


def of(day: tuple[date, date | None]) -> dict[str, date | None]:
    return {"as_of_on": day[0], "known_on": day[1]}


def crossed(key: str, country: str | None, ends: tuple[float, float], day: tuple[date, date | None]) -> dict[str, Any]:
    of_all = {"level": "country", "role": "all", "destination": "all", "audience": "public", "country": "Germany"}
    counted = {"network_count": 120, "pair_count": 4000, "low_share": ends[0], "high_share": ends[1]}
    said = {
        "measure": "share of routes, each counted once (unweighted)",
        "harm": "loss of service",
        "unseen_says": "optical transport",
    }
    return filled("transit", transit_id=key, network_country=country, **of_all, **counted, **said, **of(day))


def finding(question: str, says: str, figure: str | None, row: str | None) -> dict[str, str | None]:
    return {"question": question, "says": says, "figure": figure, "row_id": row, "day": None}


def dossier(day: tuple[date, date | None], *figures: dict[str, str | None], country: str = "Germany") -> dict[str, Any]:
    key = f"dossier-{country}-{day[0]}"
    return filled("dossier", dossier_id=key, country=country, figures=list(figures), files=[], **of(day))


def site(key: str, place: tuple[float, float] | None, **given: Any) -> dict[str, Any]:
    lat, lon = place or (None, None)
    named = {"site_id": key, "row_id": f"site-{key}", "name": f"Base {key}", "country": "Germany"}
    return filled("site", **{**named, "reading": "read in the source", "lat_deg": lat, "lon_deg": lon, **given})


PARTIES = (("acme", "Acme", "vendor"), ("bolt", "Bolt", "vendor"), ("north", "North <i>", "carrier"))
PAPERS = (("paper-old", date(2017, 5, 1)), ("paper-new", date(2022, 5, 1)))


def map_case(folder: Path) -> Path:
    """The case, in a new folder."""
    case = Case.new(folder, "Map")
    old, new = DAYS
    sites = [
        site("a", (49.3, 10.6), source_id="paper-old"),
        site("b", (49.4, 10.4), source_id="paper-old", carrier_id="north", site_kind="sensitive"),
        site("c", None, source_id="paper-old"),
        site("d", (51.0, 9.0), source_id="paper-new"),
        site("mast", (50.0, 9.0), source_id="paper-old", site_kind="network"),
        site("unread", (50.0, 9.0), source_id="paper-old", reading="not read"),
    ]
    unpriced = finding("What a change costs", "Nothing", None, None)
    dossiers = [
        dossier(old, finding("How dependent, and on whom", "Not known on that day.", None, None), unpriced),
        dossier(
            new,
            finding("How dependent, and on whom", "Acme: 20 to 60 % of the 5G RAN.", "20 to 60 %", "share-1"),
            unpriced,
        ),
        dossier(new, finding("How dependent, and on whom", "Not known", None, None), country="Italy"),
    ]
    crossings = [
        crossed("t-1", "United States", (0.5, 0.6), old),
        crossed("t-2", "United States", (0.4, 0.6), new),
        crossed("t-3", "France", (0.1, 0.1), old),
        crossed("t-4", "France", (0.1, 0.1), new),
        crossed("t-5", None, (0.0, 0.02), new),
        crossed("t-6", "Germany", (0.9, 0.9), new),
    ]
    with case.writer("add", {"file": "rows"}, {}) as run:
        for key, name, role in PARTIES:
            party = filled("party", party_id=key, row_id=f"party-{key}", name=name, role=role, country="DE")
            run.append("party", [party])
        for key, day in PAPERS:
            paper = filled("source", source_id=key, row_id=key, published_low_on=day, published_high_on=day)
            run.append("source", [paper])
        run.append("site", sites)
    with case.writer("brief", {"country": "Germany"}, {}) as run:
        run.append("dossier", dossiers)
        run.append("vendor_share", [share("share-1", 0.2, 0.6, new)])
        run.append("transit", crossings)
    return folder
