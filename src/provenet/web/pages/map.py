"""Map: shares, routes between countries and sites of a country on a day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from markupsafe import Markup

from provenet.case.rows import SiteRow, TransitRow
from provenet.case.sites import sensitive_rows
from provenet.core import wording
from provenet.core.answer import TITLES
from provenet.core.countries import countries
from provenet.core.errors import CaseBusy
from provenet.core.ids import slug
from provenet.core.settings import Day, Option, Settings, settings_class
from provenet.dossier.drawings.canvas import thinned
from provenet.dossier.drawings.flow_map import Flow, border_name, flow_map, kept, position, surroundings
from provenet.dossier.drawings.site_map import Shade, SiteSpot, at_half_degrees, has_country, site_map, world_map
from provenet.web.chrome import data_block
from provenet.web.jobs import settings_of
from provenet.web.page import (
    DaysQuestion,
    Html,
    Page,
    Redirect,
    Reply,
    Route,
    Visit,
    day_query,
    every_day,
    has_rows,
    settings_from,
)
from provenet.web.pages.jobs import busy, day_address, field_pairs, jobs_of, result_of
from provenet.web.pages.world import dossiers_of
from provenet.web.reading import Days, NotFound, Reading, day_words

LAYERS = {"shares": "Shares", "routes": "Routes between countries", "sites": "Sites"}
PARTS = {"shares": "countries", "routes": "lines", "sites": "sites"}
"""What the map that moves calls each layer."""
SHARE = TITLES["dependence"]
"""The question of a dossier's first page whose figure tints a country."""
SHOWN_FLOWS, LEAST_FLOW = 10, 0.005
LEAST_PX = 1.5
"""Points of outlines that lie nearer to each other are drawn as one, so that a page stays small."""
NOT_READ = "not read"


@settings_class()
class MapQuestion(DaysQuestion):
    """Which day, and which drawing."""

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
    country = _country(reading, visit.path.get("country"))
    words: dict[str, object] = {"country": country, "layers": LAYERS, **_job_words(visit, question)}
    if country is None:
        return Html(template="map.html.j2", title=visit.tongue.text("Map"), words=words)
    days, remark = _days(reading, question, may_write=visit.may_write)
    content, rows = _content(reading, country, days), _crossed(reading, country, days)
    still = question.drawing if question.drawing in content.layers else content.layers[0]
    words |= {
        "days": days,
        "remark": remark,
        "shares": [{"share": one, "is_here": one["country"] == country} for one in content.shares],
        "flows": content.flows,
        "nowhere": next((_flow("", row) for row in rows if row["network_country"] is None), None),
        "sites": content.sites,
        "places": {number: place for place in content.places for number in place.numbers},
        "measures": rows[0] if rows else {},
        "svg": _drawing(content, still),
        "drawing": still,
        "tabs": content.layers,
        "stated": day_query(*days),
        "has_more_days": [row["country"] for row in reading.dossiers].count(country) > 1,
        "all_days": [(pair, day_words(pair), day_query(*pair)) for pair in reading.days_with_runs],
        "block": Markup(data_block(_block(visit, content))),
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
    """The days of a question; where a day is named that has no runs the newest, with a remark, to whoever may ask for
    it. Raises NotFound for others."""
    every = reading.days_with_runs
    if may_write and question.as_of is not None and question.as_of not in {as_of for as_of, _ in every}:
        text = f"No run of this case speaks of {wording.day(question.as_of)}; shown is {day_words(every[0])}."
        return every[0], text
    found = reading.chosen_days(question.as_of, question.known_on)
    assert found is not None
    return found, ""


def _crossed(reading: Reading, country: str, days: Days) -> Sequence[Mapping[str, Any]]:
    """The rows on which countries routes of a country cross, all networks and all destinations together."""
    every = {"level": "country", "role": "all", "destination": "all", "audience": "public"}
    rows = reading.finder.of(TransitRow, country=country, as_of_on=days[0], known_on=days[1], **every)
    return sorted(rows, key=lambda row: (row["high_share"] is None, -(row["high_share"] or 0.0), row["transit_id"]))


def _flow(country: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """A country in which networks on the way are registered, with the share of routes that cross one."""
    low, high = row["low_share"], row["high_share"]
    return {"country": country, "low": low, "high": high, "words": wording.interval(low, high), "id": row["transit_id"]}


def _flows(reading: Reading, country: str, days: Days) -> list[dict[str, Any]]:
    """The countries in which most crossed networks are registered, at most ten that have a place on the map."""
    found = {
        row["network_country"]: row
        for row in _crossed(reading, country, days)
        if row["network_country"] not in (None, country) and row["low_share"] is not None
    }
    shown, _ = kept(
        [Flow(name, row["low_share"], row["high_share"]) for name, row in found.items()], SHOWN_FLOWS, LEAST_FLOW
    )
    return [_flow(one.country, found[one.country]) for one in shown]


def _shares(reading: Reading, days: Days) -> list[dict[str, Any]]:
    """The figure of each country's first page that tints it, with its ends; not known where the page has none."""
    rows = reading.tables.distinct("vendor_share", "share_id", "low_share", "high_share")
    ends = {key: (low, high) for key, low, high in rows}
    none = {"says": "", "figure": None, "row_id": None}
    made = []
    for row in dossiers_of(reading, days):
        one = next((one for one in row["figures"] or () if one["question"] == SHARE), none)
        low, high = ends.get(one["row_id"], (None, None))
        words = one["figure"] or wording.UNKNOWN
        more = {"says": one["says"], "words": words, "id": one["row_id"], "low": low, "high": high}
        made.append({"country": row["country"], **more})
    return made


def _sites(reading: Reading, country: str, days: Days) -> list[dict[str, Any]]:
    """The sensitive sites of a country, numbered by name; positions as rows have them, to be rounded."""
    wanted = {row["row_id"] for row in sensitive(reading)}
    here, code = (country, countries().code(country)), countries().code
    rows = [
        row
        for row in reading.finder.known(SiteRow, days[1])
        if row["row_id"] in wanted
        and row["reading"] != NOT_READ
        and row["country"]
        and {row["country"], code(row["country"])} & {*here}
    ]
    return [
        {
            "number": number,
            "id": row["site_id"],
            "name": row["name"],
            "town": row["host_city"],
            "role": row["role"],
            "carrier": reading.party_names.get(row["carrier_id"] or "", row["carrier_id"]),
            "lat": row["lat_deg"],
            "lon": row["lon_deg"] if row["lat_deg"] is not None else None,
        }
        for number, row in enumerate(sorted(rows, key=lambda row: (row["name"].casefold(), row["site_id"])), start=1)
    ]


def sensitive(reading: Reading) -> list[SiteRow]:
    """The rows of the sensitive sites."""
    return reading.once("sensitive sites", lambda: reading.ask(sensitive_rows))


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


def _drawing(content: _Content, layer: str) -> Markup:
    """The drawing of a layer, without scripts."""
    country = content.country
    if layer == "shares":
        shades = [
            Shade(it["country"], it["low"] or 0.0, 1.0 if it["high"] is None else it["high"], position(it["country"]))
            for it in content.shares
        ]
        made = world_map(shades, country, "shares")
    elif layer == "routes":
        drawn = [Flow(one["country"], one["low"] or 0.0, one["high"] or 0.0) for one in content.flows]
        title = f"Routes from {country} by the countries in which crossed networks are registered"
        made = flow_map(drawn, country, "routes", title=title)
    else:
        made = site_map(country, content.places, "sites", step_deg=0.5)
    return Markup(thinned(made, LEAST_PX))


def _block(visit: Visit, content: _Content) -> dict[str, object]:
    """What the map that moves draws: the same as the drawings, with names."""
    country, text = content.country, visit.tongue.text
    names = {one["number"]: one["name"] for one in content.sites}
    here = position(country)
    tints = [
        {**one, "border": border, "text": f"{one['country']}: {one['words']}", "here": one["country"] == country}
        for one in content.shares
        if (border := border_name(one["country"]))
    ]
    lines = [
        {**one, "from": here, "to": there, "text": f"{country}, {one['country']}: {one['words']}"}
        for one in content.flows
        if here and (there := position(one["country"]))
    ]
    dots = [
        {
            "lat": place.lat,
            "lon": place.lon,
            "label": names[place.numbers[0]] + (f" +{len(place.numbers) - 1}" if len(place.numbers) > 1 else ""),
            "text": "\n".join(f"{number}. {names[number]}" for number in place.numbers),
        }
        for place in content.places
    ]
    named = {one["country"]: f"{one['country']}: {one['words']}" for one in (*content.flows, *content.shares)}
    labels = [{"at": at, "text": one, "says": says} for one, says in named.items() if (at := position(one))]
    return {
        "countries": tints,
        "lines": lines,
        "sites": dots,
        "labels": labels,
        **({"box": surroundings(country)} if here else {}),
        "layers": [{"id": one, "label": text(LAYERS[layer])} for layer, one in PARTS.items()],
        "words": {
            "title": f"{text('Map')}: {country}",
            "zoom_in": text("Zoom in"),
            "zoom_out": text("Zoom out"),
            "close": text("Close"),
            "layers": text("Layers"),
        },
    }


def _every_map(reading: Reading) -> Iterable[Mapping[str, str]]:
    """Each country on each day, with each drawing that it has; an address need not name the first."""
    for country in reading.countries:
        for days in reading.days_with_runs:
            for at, layer in enumerate(_content(reading, country, days).layers):
                yield {"country": slug(country)} | day_query(*days) | ({"drawing": layer} if at else {})


PAGE = Page(
    key="map",
    title="Map",
    for_readers=True,
    place=50,
    is_filled=has_rows("dossier"),
    routes=(
        Route(path="/map", answer=map_page, question=MapQuestion, addresses=every_day),
        Route(path="/map/{country}", answer=map_page, question=MapQuestion, addresses=_every_map),
        Route(path="/map/{country}/day", answer=another_day, method="POST"),
    ),
)
