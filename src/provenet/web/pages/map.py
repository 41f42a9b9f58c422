"""Map: shares, routes between countries and sites of a country on a day, and what changed since the day before."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

import polars as pl
from markupsafe import Markup

from provenet.case.asof import as_known
from provenet.case.sites import sensitive_sites
from provenet.core import wording
from provenet.core.answer import TITLES
from provenet.core.countries import countries
from provenet.core.errors import CaseBusy
from provenet.core.grouping import grouped
from provenet.core.ids import slug
from provenet.core.settings import Day, Option, Range, Settings, WholeNumber, Words, settings_class
from provenet.dossier.drawings.canvas import thinned
from provenet.dossier.drawings.flow_map import Flow, border_name, flow_map, kept, position, surroundings
from provenet.dossier.drawings.site_map import Shade, SiteSpot, at_half_degrees, has_country, site_map, world_map
from provenet.web.chrome import data_block, day_in
from provenet.web.jobs import settings_of
from provenet.web.page import Html, Page, Redirect, Reply, Route, Visit, day_query, has_rows, settings_from
from provenet.web.pages.jobs import busy, day_address, field_pairs, jobs_of, result_of
from provenet.web.reading import Days, NotFound, Reading, day_words

LAYERS = {"shares": "Shares", "routes": "Routes between countries", "sites": "Sites"}
SHARE = TITLES["dependence"]
"""The question of a dossier's first page whose figure tints a country."""
SHOWN_FLOWS, LEAST_FLOW = 10, 0.005
LEAST_PX = 1.5
"""Points of outlines that lie nearer to each other are drawn as one, so that a page stays small."""
SHOWN_ROUTES = 3
"""Routes that the sentence on what changed names."""
NOT_READ = "not read"


@settings_class()
class MapQuestion(Settings):
    """Which day, and which layers."""

    as_of: Annotated[Day | None, Option(help="The day in question (default: the newest that has runs).")] = None
    known_on: Annotated[Day | None, Option(help="Only what was published by this day.")] = None
    day: Annotated[
        WholeNumber | None,
        Option(
            range=Range(low=0, high=10_000),
            help="The day in question by its place among the days that have runs, from 0.",
        ),
    ] = None
    known: Annotated[
        WholeNumber | None,
        Option(range=Range(low=0, high=10_000), help="The day known by its place among the days known, from 0."),
    ] = None
    layer: Annotated[Words, Option(help="What is shown: shares, routes, sites (default: all).")] = ()
    drawing: Annotated[
        str | None, Option(choices=tuple(LAYERS), help="The layer whose drawing stands on the page.")
    ] = None
    job: Annotated[str | None, Option(help="A job that answers for another day.")] = None


@settings_class()
class OtherDay(Settings):
    """A day that has no runs yet, and what was known by it."""

    as_of: Annotated[Day | None, Option(help="The day in question.")] = None
    known: Annotated[
        str, Option(choices=("then", "now"), help="What was published by that day, or all that the case holds.")
    ] = "then"
    place: Annotated[str, Option(choices=("map", "country"), help="The page that shows the answer.")] = "map"


def map_page(visit: Visit) -> Reply:
    """The map of a country on a day."""
    question, reading = visit.question_as(MapQuestion), visit.reading
    layers = tuple(question.layer) or tuple(LAYERS)
    if unknown := [one for one in layers if one not in LAYERS]:
        raise NotFound(f"The map has no layer {unknown[0]!r}; it has {wording.series(LAYERS)}.")
    still = question.drawing if question.drawing in layers else layers[0]
    country = _country(reading, visit.path.get("country"))
    listed = [{"name": one, "slug": slug(one)} for one in visit.reading.countries]
    words: dict[str, object] = {"country": country, "layers": LAYERS, "shown": layers, "countries": listed}
    words |= _job_words(visit, question)
    if country is None:
        return Html(template="map.html.j2", title=visit.tongue.text("Map"), words=words)
    days, remark = _days(reading, question, may_write=visit.may_write)
    earlier = _earlier(reading, days)
    content = _content(reading, country, days)
    words |= {
        "days": days,
        "remark": remark,
        "sliders": _sliders(visit, days),
        "earlier": earlier,
        "since": _since(reading, country, days, earlier=earlier) if earlier else None,
        "shares": [{"share": one, "is_here": one["country"] == country} for one in content.shares],
        "flows": content.flows,
        "nowhere": _nowhere(reading, country, days),
        "sites": content.sites,
        "places": {number: place for place in content.places for number in place.numbers},
        "carriers": _carriers(reading, country, days),
        "measures": _measures(reading, country, days),
        "drawings": _drawings(content, (still,)),
        "drawing": still,
        "tabs": content.layers if set(content.layers) <= set(layers) else (),
        "stated": day_query(*days),
        "all_days": [(pair, day_words(pair), day_query(*pair)) for pair in reading.days_with_runs],
        "block": Markup(data_block(_block(visit, content, layers))),
    }
    return Html(template="map.html.j2", title=f"{visit.tongue.text('Map')}: {country}", words=words)


def another_day(visit: Visit) -> Reply:
    """Asks of another day what was asked of those that have runs, as a job; a day that has them is shown."""
    country = _country(visit.reading, visit.path["country"])
    assert country is not None
    request = settings_from(OtherDay, field_pairs(visit.form))
    day = request.as_of
    if day is None:
        raise request.fault("as_of", "it is missing; expected a day such as 2020-01-30.")
    known = day if request.known == "then" else None
    about = {"country": country, "place": request.place, **day_query(day, known)}
    if (day, known) in visit.reading.days_with_runs:
        return Redirect(day_address(about, visit))
    settings = settings_from(settings_of("run"), day_query(day, known).items())
    try:
        job = jobs_of(visit).start("run", settings, about=about, wait=bool(visit.form.get("wait")))
    except CaseBusy as err:
        return busy(visit, str(err))
    return Redirect(visit.link("/map/{country}", country=slug(country), job=job.job_id))


def _job_words(visit: Visit, question: MapQuestion) -> dict[str, object]:
    """The job that answers for another day, and the day that the form names."""
    follows = visit.jobs.find(question.job) if question.job and visit.jobs is not None and visit.may_write else None
    result = result_of(follows, visit) if follows else None
    return {"job": follows, "job_result": result, "other_day": question.as_of}


def _country(reading: Reading, name: str | None) -> str | None:
    """The country of an address, or the first that has a dossier; None in a case without. Raises NotFound."""
    if name is None:
        return reading.countries[0] if reading.countries else None
    for one in reading.countries:
        if slug(one) == name:
            return one
    raise NotFound(
        f"No dossier of {name!r} stands in this case; there are: {wording.series(reading.countries) or 'none'}."
    )


def _days(reading: Reading, question: MapQuestion, *, may_write: bool) -> tuple[Days, str]:
    """The days of a question, and a remark where the sliders name a pair that has no runs: the nearest is shown.

    So is the newest where a day is named that has none, to whoever may ask for it. Raises NotFound for others.
    """
    days = reading.days_with_runs
    if question.day is None and question.known is None:
        if may_write and question.as_of is not None and question.as_of not in _as_ofs(days):
            text = f"No run of this case speaks of {wording.day(question.as_of)}; shown is {day_words(days[0])}."
            return days[0], text
        found = reading.chosen_days(question.as_of, question.known_on)
        assert found is not None
        return found, ""
    of, known = _as_ofs(days), _knowns(days)
    place, known_place = question.day, question.known
    as_of = of[min(place, len(of) - 1)] if place is not None else days[0][0]
    wanted = known[min(known_place, len(known) - 1)] if known_place is not None else days[0][1]
    own = [pair for pair in days if pair[0] == as_of]
    if (as_of, wanted) in own:
        return (as_of, wanted), ""
    state = f"known on {wording.day(wanted)}" if wanted else "seen with all that the case holds"
    return own[0], f"No run of this case speaks of {wording.day(as_of)} as {state}; shown is {day_words(own[0])}."


def _as_ofs(days: Sequence[Days]) -> list[date]:
    return sorted({as_of for as_of, _ in days})


def _knowns(days: Sequence[Days]) -> list[date | None]:
    return sorted({known for _, known in days}, key=lambda one: one or date.max)


def _sliders(visit: Visit, days: Days) -> list[dict[str, Any]]:
    """Both sliders: the places that they stop at, their words, and where they stand."""
    every = visit.reading.days_with_runs
    of, known = _as_ofs(every), _knowns(every)
    tongue = visit.tongue
    names = [day_in(tongue, one) if one else tongue.text("all that the case holds") for one in known]
    return [
        _slider("day", "The day in question", at=of.index(days[0]), words=[day_in(tongue, one) for one in of]),
        _slider("known", "What was known by", at=known.index(days[1]), words=names),
    ]


def _slider(name: str, label: str, *, at: int, words: Sequence[str]) -> dict[str, Any]:
    block = Markup(data_block({str(place): word for place, word in enumerate(words)}))
    return {"name": name, "label": label, "at": at, "words": words, "last": len(words) - 1, "block": block}


def _earlier(reading: Reading, days: Days) -> Days | None:
    """The days with runs just before some days; None where they are the first."""
    every = reading.days_with_runs
    at = every.index(days)
    return every[at + 1] if at + 1 < len(every) else None


def _of_days(rows: pl.DataFrame, days: Days) -> pl.DataFrame:
    return rows.filter(pl.col("as_of_on") == days[0], pl.col("known_on").eq_missing(pl.lit(days[1], pl.Date)))


def _crossed(reading: Reading, country: str, days: Days) -> pl.DataFrame:
    """The rows on which countries routes of a country cross, all networks and all destinations together."""
    rows = _of_days(reading.table("transit"), days)
    return rows.filter(
        pl.col("country") == country,
        pl.col("level") == "country",
        pl.col("role") == "all",
        pl.col("destination") == "all",
        pl.col("audience") == "public",
    ).sort("high_share", "transit_id", descending=[True, False], nulls_last=True)


def _flow(country: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """A country in which networks on the way are registered, with the share of routes that cross one."""
    low, high = row["low_share"], row["high_share"]
    return {"country": country, "low": low, "high": high, "words": wording.interval(low, high), "id": row["transit_id"]}


def _flows(reading: Reading, country: str, days: Days) -> list[dict[str, Any]]:
    """The countries in which most crossed networks are registered, at most ten that have a place on the map."""
    rows = _crossed(reading, country, days).filter(
        pl.col("network_country").is_not_null(), pl.col("network_country") != country, pl.col("low_share").is_not_null()
    )
    found = {row["network_country"]: row for row in rows.iter_rows(named=True)}
    shown, _ = kept(
        [Flow(name, row["low_share"], row["high_share"]) for name, row in found.items()], SHOWN_FLOWS, LEAST_FLOW
    )
    return [_flow(one.country, found[one.country]) for one in shown]


def _nowhere(reading: Reading, country: str, days: Days) -> dict[str, Any] | None:
    """The share of routes that cross a network whose country is not on file."""
    rows = _crossed(reading, country, days).filter(pl.col("network_country").is_null())
    return next((_flow("", row) for row in rows.iter_rows(named=True)), None)


def _measures(reading: Reading, country: str, days: Days) -> dict[str, object]:
    """What the shares of routes are of, and what they cannot see."""
    for row in _crossed(reading, country, days).head(1).iter_rows(named=True):
        return {
            name: row[name] for name in ("measure", "harm", "unseen_says", "network_count", "pair_count", "graph_on")
        }
    return {}


def _dossiers(reading: Reading, days: Days) -> dict[str, Mapping[str, Any]]:
    return {row["country"]: row for row in reading.dossiers if (row["as_of_on"], row["known_on"]) == days}


def _shares(reading: Reading, days: Days) -> list[dict[str, Any]]:
    """The figure of each country's first page that tints it, with its ends; not known where the page has none."""
    rows = {row["share_id"]: row for row in _of_days(reading.table("vendor_share"), days).iter_rows(named=True)}
    made = []
    for country, dossier in sorted(_dossiers(reading, days).items()):
        figure = next((one for one in dossier["figures"] or () if one["question"] == SHARE), None)
        row = rows.get(figure["row_id"] or "") if figure else None
        made.append(
            {
                "country": country,
                "says": figure["says"] if figure else "",
                "words": (figure["figure"] if figure else None) or wording.UNKNOWN,
                "low": row["low_share"] if row else None,
                "high": row["high_share"] if row else None,
                "id": row["share_id"] if row else None,
            }
        )
    return made


def _sites(reading: Reading, country: str, days: Days) -> list[dict[str, Any]]:
    """The sensitive sites of a country, numbered by name; positions as rows have them, to be rounded."""
    every = reading.once("sensitive sites", lambda: reading.ask(_sensitive))
    sites = as_known("site", every, reading.table("source"), day=days[1])
    names = _names(reading)
    rows = [
        row
        for row in sites.iter_rows(named=True)
        if _same_country(row["country"], country) and row["reading"] != NOT_READ
    ]
    return [
        {
            "number": number,
            "id": row["site_id"],
            "name": row["name"],
            "town": row["host_city"],
            "role": row["role"],
            "carrier": names.get(row["carrier_id"] or "", row["carrier_id"]),
            "lat": row["lat_deg"],
            "lon": row["lon_deg"] if row["lat_deg"] is not None else None,
        }
        for number, row in enumerate(sorted(rows, key=lambda row: (row["name"].casefold(), row["site_id"])), start=1)
    ]


def _sensitive(case: Any) -> pl.DataFrame:
    return sensitive_sites(case.read("site"), case.distinct("asset", ["site_id"]), case.read("site_answer"))


def _same_country(one: str | None, other: str) -> bool:
    return one is not None and (one == other or countries().code(one) == countries().code(other))


def _names(reading: Reading) -> dict[str, str]:
    return dict(reading.table("party").select("party_id", "name").iter_rows())


def _known(reading: Reading, table: str, days: Days) -> pl.DataFrame:
    """The rows of an input table that were public on the day known and are of the day in question or before."""
    rows = as_known(table, reading.table(table), reading.table("source"), day=days[1])
    day = {"carrier_share": "as_of_high_on", "deployment": "day_high_on"}[table]
    return rows.filter(pl.col(day).is_null() | (pl.col(day) <= days[0])).sort(day, "row_id", nulls_last=False)


def _carriers(reading: Reading, country: str, days: Days) -> list[dict[str, object]]:
    """The carriers of a country: the newest published share of each, and the vendors that rows name in its networks."""
    names = _names(reading)
    shares = _known(reading, "carrier_share", days).filter(pl.col("country") == country)
    reports = _known(reading, "deployment", days).filter(
        pl.col("country") == country,
        pl.col("presence") == "named",
        ~pl.col("complement"),
        pl.col("carrier_id").is_not_null(),
    )
    newest = {row["carrier_id"]: row for row in shares.iter_rows(named=True)}
    named: dict[str, dict[tuple[str, str], Mapping[str, Any]]] = {}
    for row in reports.iter_rows(named=True):
        for vendor in row["vendor_ids"]:
            named.setdefault(row["carrier_id"], {})[row["segment"], names.get(vendor, vendor)] = row
    made = []
    for carrier in sorted({*newest, *named}, key=lambda one: str(names.get(one, one)).casefold()):
        share = newest.get(carrier)
        made.append(
            {
                "name": names.get(carrier, carrier),
                "share": wording.interval(share["low_share"], share["high_share"]) if share else wording.UNKNOWN,
                "measure": share["measure"] if share else "",
                "as_of": share["as_of"] if share else "",
                "id": share["row_id"] if share else "",
                "low": share["low_share"] if share else None,
                "segments": _by_segment(named.get(carrier, {})),
            }
        )
    return made


def _by_segment(named: Mapping[tuple[str, str], Mapping[str, Any]]) -> dict[str, list[dict[str, str]]]:
    """The vendors that rows name in each segment of a carrier, each with the newest day on which one does."""
    return grouped(
        (segment, {"name": vendor, "day": row["day"] or "no date", "id": row["row_id"]})
        for (segment, vendor), row in sorted(named.items())
    )


def _since(reading: Reading, country: str, days: Days, *, earlier: Days) -> dict[str, Any]:
    return reading.once(
        ("map since", country, days, earlier), lambda: _compared(reading, country, days, earlier=earlier)
    )


def _compared(reading: Reading, country: str, days: Days, *, earlier: Days) -> dict[str, Any]:
    """What changed between two days: rules that came or went, findings, verdicts, routes; now and before."""
    now, before = _in_force(reading, country, days), _in_force(reading, country, earlier)
    changed = {
        "came": [title for pack, title in now.items() if pack not in before],
        "went": [title for pack, title in before.items() if pack not in now],
        "findings": _changed_findings(reading, country, days, earlier=earlier),
        "verdicts": _changed_verdicts(reading, country, days, earlier=earlier),
        "routes": _changed_routes(reading, country, days, earlier=earlier),
    }
    return {**changed, "is_nothing": not any(changed.values())}


def _verdicts(reading: Reading, country: str, days: Days) -> pl.DataFrame:
    return _of_days(reading.table("verdict"), days).filter(pl.col("country") == country)


def _in_force(reading: Reading, country: str, days: Days) -> dict[str, str]:
    """The policies of a country that had a rule in force, as their verdicts say: titles by pack."""
    rows = _verdicts(reading, country, days).filter(pl.col("rules_in_force") > 0, pl.col("force") != "proposal")
    return dict(rows.select("pack", "pack_title").unique().sort("pack").iter_rows())


def _changed_findings(reading: Reading, country: str, days: Days, *, earlier: Days) -> list[dict[str, Any]]:
    sides = [_dossiers(reading, pair).get(country) for pair in (days, earlier)]
    now, before = ({one["question"]: one for one in (row["figures"] or ())} if row else {} for row in sides)
    return [
        {"says": question, "now": one["says"], "before": before[question]["says"], "id": one["row_id"]}
        for question, one in now.items()
        if question in before and one["says"] != before[question]["says"]
    ]


def _changed_verdicts(reading: Reading, country: str, days: Days, *, earlier: Days) -> list[dict[str, Any]]:
    now, before = _by_outcome(reading, country, days), _by_outcome(reading, country, earlier)
    return [
        {
            "says": outcome,
            "now": wording.count(now.get(outcome, 0), "vendor", spelled=True),
            "before": wording.count(before.get(outcome, 0), "vendor", spelled=True),
            "id": None,
        }
        for outcome in sorted({*now, *before})
        if now.get(outcome, 0) != before.get(outcome, 0)
    ]


def _by_outcome(reading: Reading, country: str, days: Days) -> dict[str, int]:
    """How many vendors have each outcome under some policy that binds the country, for some equipment."""
    rows = _verdicts(reading, country, days).filter(pl.col("force") != "proposal")
    return dict(rows.group_by("outcome").agg(pl.col("vendor_id").n_unique()).iter_rows())


def _changed_routes(reading: Reading, country: str, days: Days, *, earlier: Days) -> list[dict[str, Any]]:
    before = {one["country"]: one["words"] for one in _flows(reading, country, earlier)}
    changed = [
        {"says": one["country"], "now": one["words"], "before": before[one["country"]], "id": one["id"]}
        for one in _flows(reading, country, days)
        if one["words"] != before.get(one["country"], one["words"])
    ]
    return changed[:SHOWN_ROUTES]


@dataclass(frozen=True, kw_only=True)
class _Content:
    """What stands on the map of a country."""

    country: str
    shares: Sequence[Mapping[str, Any]]
    flows: Sequence[Mapping[str, Any]]
    places: Sequence[SiteSpot]
    sites: Sequence[Mapping[str, Any]]

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers that have something to draw."""
        filled = {"shares": True, "routes": bool(self.flows), "sites": bool(self.places) and has_country(self.country)}
        return tuple(layer for layer in LAYERS if filled[layer])


def _content(reading: Reading, country: str, days: Days) -> _Content:
    sites = _sites(reading, country, days)
    return _Content(
        country=country,
        shares=_shares(reading, days),
        flows=_flows(reading, country, days),
        places=at_half_degrees([(one["number"], one["lat"], one["lon"]) for one in sites if one["lat"] is not None]),
        sites=sites,
    )


def _drawings(content: _Content, layers: Sequence[str]) -> dict[str, Markup]:
    """The drawing of each layer, without scripts."""
    country = content.country
    made: dict[str, Markup] = {}
    layers = [layer for layer in layers if layer in content.layers]
    if "shares" in layers:
        shades = [
            Shade(one["country"], one["low"] or 0.0, 1.0 if one["high"] is None else one["high"])
            for one in content.shares
        ]
        made["shares"] = Markup(thinned(world_map(shades, country, "shares"), LEAST_PX))
    if "routes" in layers:
        drawn = [Flow(one["country"], one["low"] or 0.0, one["high"] or 0.0) for one in content.flows]
        title = f"Routes from {country} by the countries in which crossed networks are registered"
        made["routes"] = Markup(thinned(flow_map(drawn, country, "routes", title=title), LEAST_PX))
    if "sites" in layers:
        made["sites"] = Markup(thinned(site_map(country, content.places, "sites", step_deg=0.5), LEAST_PX))
    return made


def _block(visit: Visit, content: _Content, layers: Sequence[str]) -> dict[str, object]:
    """What the map that moves draws: the same as the drawings."""
    country = content.country
    text = visit.tongue.text
    names = {one["number"]: one["name"] for one in content.sites}
    here = position(country)
    tints = [
        {
            "border": border_name(one["country"]),
            "low": one["low"],
            "high": one["high"],
            "text": f"{one['country']}: {one['words']}",
            "here": one["country"] == country,
        }
        for one in content.shares
        if border_name(one["country"])
    ]
    lines = [
        {
            "from": here,
            "to": position(one["country"]),
            "low": one["low"],
            "high": one["high"],
            "text": f"{country}, {one['country']}: {one['words']}",
        }
        for one in content.flows
        if here and position(one["country"])
    ]
    dots = [
        {
            "lat": place.lat,
            "lon": place.lon,
            "text": "\n".join(f"{number}. {names[number]}" for number in place.numbers),
        }
        for place in content.places
    ]
    parts = {"shares": ("countries", tints), "routes": ("lines", lines), "sites": ("sites", dots)}
    return {
        **{parts[one][0]: parts[one][1] for one in layers},
        **({"box": surroundings(country)} if here else {}),
        "layers": [{"id": parts[one][0], "label": text(LAYERS[one])} for one in layers],
        "words": {
            "title": f"{text('Map')}: {country}",
            "zoom_in": text("Zoom in"),
            "zoom_out": text("Zoom out"),
            "close": text("Close"),
            "layers": text("Layers"),
        },
    }


def _homes(reading: Reading) -> Iterable[Mapping[str, str]]:
    """The first map of the site, of each day."""
    return [day_query(*days) for days in reading.days_with_runs] or [{}]


def _every_map(reading: Reading) -> Iterable[Mapping[str, str]]:
    """Each country on each day, with each drawing that it has; an address need not name the first."""
    for country in reading.countries:
        for days in reading.days_with_runs:
            for at, layer in enumerate(_content(reading, country, days).layers):
                yield {"country": slug(country)} | day_query(*days) | ({"drawing": layer} if at else {})


PAGE = Page(
    key="map",
    title="Map",
    place=30,
    is_filled=has_rows("dossier"),
    routes=(
        Route(path="/map", answer=map_page, question=MapQuestion, addresses=_homes),
        Route(path="/map/{country}", answer=map_page, question=MapQuestion, addresses=_every_map),
        Route(path="/map/{country}/day", answer=another_day, method="POST"),
    ),
)
