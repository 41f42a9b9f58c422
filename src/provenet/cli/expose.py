"""The command `expose`: what routes cross, as lines for a person or as one JSON object."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from provenet.cli.command import command
from provenet.cli.door import say, say_json
from provenet.cli.lines import heading
from provenet.cli.progress import with_progress
from provenet.core.wording import amount, count, interval, percent, plural, series
from provenet.verbs.answers import (
    CountryExposure,
    CountrySites,
    ExposureReport,
    OwnNetworkExposure,
    OwnNetworksReport,
    PathsReport,
    ScenariosReport,
    SitesReport,
)
from provenet.verbs.expose import ExposeSettings

Figure = Mapping[str, Any]
SHOWN_OWN_LINKS = 20
"""Sites with own links that are shown, each way."""


@command(ExposeSettings)
def expose(case: str, settings: ExposeSettings, *, as_json: bool) -> None:
    """Say what routes of sensitive networks in CASE cross.

    The answer is for sensitive networks and carriers, and says whether they can avoid what they cross. The case needs
    an AS graph (`provenet add CASE 20250901.as-rel2.txt.bz2`), names of networks with their countries, and tags. A
    restricted network is not a restricted vendor: the options say which networks are restricted; a vendor speaks only
    through shares of each network's equipment under a policy, in figures of their own. docs/expose.md describes each
    column. With --inside, the answer is for the carriers' own networks of the case: docs/inside.md. With --sites, it is
    for what the traffic of sensitive sites rides and meets: docs/sites.md. With --paths, it is for traceroutes of the
    case, against the routers that `depend` identified: docs/measured.md.
    """
    from provenet.verbs.expose_run import run

    report = with_progress(run, case, settings)
    if as_json:
        say_json(report.as_dict())
    elif isinstance(report, ScenariosReport):
        say(scenario_lines(report))
    elif isinstance(report, OwnNetworksReport):
        say(inside_lines(report))
    elif isinstance(report, SitesReport):
        say(sites_lines(report))
    elif isinstance(report, PathsReport):
        say(paths_lines(report))
    else:
        say(expose_lines(report))


def paths_lines(found: PathsReport) -> Iterator[str]:
    """Of each country and set of vendors the tiers of its measured paths, over all targets."""
    yield heading(found.as_of, found.known_on)
    for country in found.countries:
        yield f"  {country.country}"
        whole = [row for row in country.paths if row["target_country"] is None]
        for row in whole:
            yield from (f"    {line}" for line in _path_lines(row))
        if not whole:
            yield "    No trace is known to start there, or no vendor is in question."
            yield "    A table of ranges (ip-to-country) places traces whose file states no country;"
            yield "    vendors come from policies screened for the country, or from --vendors."


def _path_lines(row: Figure) -> Iterator[str]:
    share, traces = interval(row["low_share"], row["high_share"]), count(row["trace_count"], "trace")
    yield f"{row['restricted_says']}: {share} of {traces} cross such equipment"
    tiers = {
        "on a hop": row["on_hop_count"],
        "in a network on the way (no evidence that it was crossed)": row["in_network_count"],
        "unknown": row["unknown_count"],
        "clear": row["clear_count"],
    }
    yield "  " + "; ".join(f"{words} {number:,}" for words, number in tiers.items())
    days = f"  traces of {_days(row, 'traced')}; routers identified on {_days(row, 'seen')}"
    yield days + (f"; networks by addresses of {row['origins_on']}" if row["origins_on"] else "")


def _days(row: Figure, stem: str) -> str:
    low, high = row[f"{stem}_low_on"], row[f"{stem}_high_on"]
    if low is None:
        return "days that are not known"
    return str(low) if low == high else f"{low} to {high}"


def expose_lines(found: ExposureReport) -> Iterator[str]:
    """The two days, then a country at a time what the routes of each tag cross."""
    yield heading(found.as_of, found.known_on)
    day = f" of {found.graph_on}" if found.graph_on else ""
    yield f"  Graph{day}: {found.graph_says}"
    yield f"  Restricted networks: {found.restricted_says}; {found.restricted_count:,} of them in the graph."
    yield f"  Routes to all other networks of the graph, each counted once; {found.ends_says}."
    for country in found.countries:
        yield f"  {country.country}"
        several = len({figure["restricted_says"] for figure in country.figures if not figure["pack"]}) > 1
        for figure in country.figures:
            yield from (f"    {line}" for line in _figure_lines(figure, several=several))
        yield from (f"    {line}" for line in _compared_lines(country))


ROLES = {"sensitive": "government and defence", "allied": "allied ministries of defence", "carrier": "carriers"}


def _figure_lines(figure: Figure, *, several: bool) -> Iterator[str]:
    """What the routes of a tag or role cross; `several` is whether there are several restricted sets."""
    what = f"tagged {figure['tags'][0]}" if figure["tags"] else ROLES[figure["role"]]
    what = "carriers on file" if figure["tags"] == ["carrier"] else what
    absent = (
        f" ({figure['absent_count']} more {plural(figure['absent_count'], 'is', 'are')} not in the graph)"
        if figure["absent_count"]
        else ""
    )
    networks = figure["network_count"]
    name = f"{count(networks, 'network')}, {what}{absent}"
    if figure["pack"]:
        name += f", by shares of equipment under {figure['pack']}"
    if figure["low_share"] is None:
        yield f"{name}: {'no route' if networks else 'no network is in the graph'}"
        return
    crossed = f" {figure['restricted_says']}" if several and not figure["pack"] else ""
    yield f"{name}: {interval(figure['low_share'], figure['high_share'])} of routes cross{crossed}"
    if figure["rung_0_count"] is None:
        return
    pairs = figure["pair_count"]
    rungs = {
        "clear as they go": figure["rung_0_count"],
        "one network must choose differently": figure["rung_1_alone_count"] + figure["rung_1_other_count"],
        "two": figure["rung_2_count"],
        "three or more": figure["rung_3_count"],
        "no clear route": figure["rung_none_count"],
    }
    yield f"  of {count(pairs, 'pair')}: " + "; ".join(f"{words} {percent(of / pairs)}" for words, of in rungs.items())


def _compared_lines(country: CountryExposure) -> Iterator[str]:
    """How the model compares with other routes: all that was reported, then the networks of the country."""
    yield from (f"Beside: {text}" for text in country.compared_says)
    for row in country.compared:
        if row["destination"] != "all" or not row["path_count"]:
            continue
        if row["level"] not in ("all", "tag") and row["reading"] == "reported":
            continue
        yield from (f"  {line}" for line in _compared_row(row, country.country))


def _compared_row(row: Figure, country: str) -> Iterator[str]:
    whose = {"all": "all networks", "country": f"networks registered in {country}"}.get(row["level"])
    whose = whose or (_tagged(row["tag"]) if row["tag"] else f"networks of {ROLES[row['role']]}")
    ends = f"from {whose}" if row["direction"] == "from" else f"to {whose}"
    observed = row["against"] == "observed"
    what = count(row["path_count"], f"{row['reading'].replace('every', 'observed')} route" if observed else "pair")
    what += "" if observed else f" of {row['other_on']}"
    whole = f", the whole path of {percent(row['whole_share'])}" if observed else ""
    yield (
        f"{ends}: of {what} the model has the class of {percent(row['class_share'])}, "
        f"the next hop of {percent(row['next_hop_share'])}, the length of {percent(row['length_share'])}{whole}"
    )
    lacking = f"{row['no_route_count']:,} have no modelled route"
    if observed:
        lacking = (
            f"{row['unknown_link_count']:,} use a link that is not in the graph, {row['valley_count']:,} more are not "
            f"valley-free, {lacking}"
        )
    yield f"  {row['direct_count']:,} are of one link; {lacking}"
    if row["routed_pair_count"]:
        other = interval(row["low_other_share"], row["high_other_share"])
        modelled = interval(row["low_modelled_share"], row["high_modelled_share"])
        how = "as observed" if observed else f"on {row['other_on']}"
        yield f"  of {count(row['routed_pair_count'], 'pair')} {other} cross {how}, {modelled} by the model"


def _tagged(tag: str) -> str:
    return "carriers on file" if tag == "carrier" else f"networks tagged {tag}"


def scenario_lines(found: ScenariosReport) -> Iterator[str]:
    """The two days, then a country and scenario at a time what the routes of each tag lose and newly cross."""
    yield heading(found.as_of, found.known_on)
    day = f" of {found.graph_on}" if found.graph_on else ""
    yield f"  Graph{day}: {found.graph_says}"
    yield f"  Restricted networks: {found.restricted_says}."
    for country in found.countries:
        yield f"  {country.country}: {count(found.scenario_count, 'scenario')}"
        shown: tuple[str, str] | None = None
        for row in country.scenarios:
            if not row["network_count"]:
                continue
            if shown != (row["scenario"], row["extent"]):
                shown = row["scenario"], row["extent"]
                widest = ", with all that may fail" if row["extent"] == "possible" else ""
                yield f"    {row['scenario']}{widest}: {' '.join(row['changes'])}"
                if row["missing"]:
                    yield f"      not in the graph: {series(row['missing'])}"
            yield f"      {_scenario_line(row)}"


def _scenario_line(row: Figure) -> str:
    what = "carriers on file" if row["tag"] == "carrier" else f"tagged {row['tag']}"

    def ends(low: int, high: int) -> str:
        return f"{low:,}" if low == high else f"{low:,} to {high:,}"

    lost, new = (ends(row[f"low_{name}_count"], row[f"high_{name}_count"]) for name in ("lost", "new"))
    text = f"{count(row['network_count'], 'network')}, {what}: of {count(row['routed_count'], 'pair')} with a route "
    text += f"{lost} lose it, {new} newly cross"
    if row["low_share"] is None:
        return f"{text}; no route is left"
    before = interval(row["before_low_share"], row["before_high_share"])
    return f"{text}; {interval(row['low_share'], row['high_share'])} of those left cross, {before} before"


def sites_lines(found: SitesReport) -> Iterator[str]:
    """The two days, then a country at a time what official traffic rides and meets; sites of which nothing is stated
    are counted, not listed."""
    yield heading(found.as_of, found.known_on)
    for country in found.countries:
        yield f"  {country.country}: its forces and {count(country.site_count, 'site')}"
        messages = [
            site for site in dict.fromkeys(row["site_id"] for row in country.traffic) if _is_narrowed(country, site)
        ]
        for site in messages:
            yield from (f"    {line}" for line in _site_lines(country, site))
        silent = country.site_count - sum(site is not None for site in messages)
        if silent:
            yield (
                f"    {count(silent, 'site')} of which no row states an amount, a share or a carrier: each part of the "
                "traffic is 0 to 100 %."
            )


def _is_narrowed(country: CountrySites, site: str | None) -> bool:
    """Whether anything is stated of a site; of the forces of a country a line always stands."""
    rows = (row for row in country.traffic if row["site_id"] == site)
    return site is None or any(row["is_stated"] or row["carrier_ids"] for row in rows)


def _site_lines(country: CountrySites, site: str | None) -> Iterator[str]:
    mine = [row for row in country.traffic if row["site_id"] == site]
    for demand in dict.fromkeys(row["demand"] for row in mine):
        parts = {row["network"]: row for row in mine if row["demand"] == demand and row["own_failed"] == "none"}
        named = series(dict.fromkeys(name for row in parts.values() for name in row["carrier_ids"]), "or")
        yield f"{site or 'forces'}, {demand}" + (f", carried by {named}" if named else "")
        rides = (f"{network} {_ends(row, 'low_share', 'high_share')}" for network, row in parts.items())
        yield f"  rides {'; '.join(rides)}"
        whole = {"network": "any", "own_failed": "none", "harm": "loss of service", "site_id": site, "demand": demand}
        under = [row for row in country.exposure if whole.items() <= row.items()]
        for row in (one for one in under if one["unknown_share"] < 1):
            three = " / ".join(percent(row[f"{part}_share"]) for part in ("restricted", "unknown", "clear"))
            yield f"  under {row['pack']}: restricted / unknown / clear {three}"
        if silent := [row["pack"] for row in under if row["unknown_share"] >= 1]:
            yield f"  what of it meets restricted equipment is not known under {series(silent)}"


def _ends(row: Figure, low: str, high: str) -> str:
    return interval(row[low], row[high], whole="0 to 100 %")


def inside_lines(found: OwnNetworksReport) -> Iterator[str]:
    """The two days, then a network at a time: its elements, its exposure, what can be steered; the figure last."""
    yield heading(found.as_of, found.known_on)
    for network in found.networks:
        yield (
            f"  {network.country}, {network.carrier}, {network.network}: {count(network.node_count, 'node')}, "
            f"{count(network.link_count, 'link')}, {count(network.demand_count, 'demand')}"
        )
        yield from (f"    {remark}" for remark in network.remarks)
        for row in sorted(network.policies, key=lambda one: (one["pack"], one["demands"] == "all")):
            yield from (f"    {line}" for line in _inside_figure(row, network))


def _inside_figure(row: Figure, network: OwnNetworkExposure) -> Iterator[str]:
    which = "" if row["demands"] == "all" else f" of {row['demands']} demands"
    elements = f"{row['restricted_count']:,} restricted and {row['unknown_count']:,} unknown nodes and links"
    yield f"{row['pack']}: {elements}; links cost by {row['routed_by']}"
    if row["low_share"] is None:
        yield "  no traffic is carried: there is no exposure to state"
        return
    if row["latent_failure"] is not None:
        yield f"  clear today, restricted without {row['latent_failure']}: {percent(row['latent_share'])} of the volume"
    yield from (f"  {line}" for line in _own_link_lines(row["own_links"]))
    yield from (f"  {line}" for line in _replacement_lines(row["replacement"]))
    if row["metrics"] is not None and row["metrics"]["change_count"]:
        share = interval(row["metrics"]["low_share"], row["metrics"]["high_share"], whole="0 to 100 %")
        changes = count(row["metrics"]["change_count"], "direction")
        yield f"  by metrics of links alone, changing {changes}: {share} can ride clear paths"
    yield f"  {inside_sentence(row, which)}"


def _own_link_lines(rows: Sequence[Figure]) -> Iterator[str]:
    """What spills from sites with links of their own."""
    rows = [row for row in rows if row["volume_amount"] != 0]
    for row in rows[:SHOWN_OWN_LINKS]:
        spilled = interval(row["spilled_low_share"], row["spilled_high_share"], whole="0 to 100 %")
        exposed = interval(row["low_share"], row["high_share"], whole="0 to 100 %")
        links = series(row["own_links"])
        yield f"{row['direction']} {row['node']}, with {links}: {spilled} spills; exposed in all {exposed}"
    if len(rows) > SHOWN_OWN_LINKS:
        yield f"and {len(rows) - SHOWN_OWN_LINKS:,} more"


def _replacement_lines(rows: Sequence[Figure]) -> Iterator[str]:
    """The sets that clear most with routing as it is, and those that suffice if routing may change."""
    known = [row for row in rows if row["unknown_as"] == "restricted"]
    for kind in ("as routed", "within budget", "rerouted"):
        for failing in ("", " under failures"):
            found = [row for row in known if row["kind"] == kind + failing]
            if not found:
                continue
            row = max(found, key=lambda one: (one["clear_share"] or 0.0, -one["element_count"]))
            words = {"as routed": "routing as it is", "rerouted": "routing may change"}.get(kind, "within the budget")
            words += ", any single failure" if failing else ""
            cost = ""
            if row["cost_unit"] != "elements":
                cost = f", {amount(row['cost_amount'], row['cost_unit'])}"
            elements = count(row["element_count"], "element")
            clear = "what part of the volume can be clear is not known"
            if row["clear_share"] is not None:
                clear = f"{percent(row['clear_share'])} of the volume can be clear"
            yield f"replace {elements}{cost} ({words}): {clear}"


def inside_sentence(row: Figure, which: str = "") -> str:
    """What meets restricted equipment today, under the worst failure, and what can be steered, in a sentence."""

    def ends(values: Figure, name: str = "") -> str:
        return interval(values[f"{name}low_share"], values[f"{name}high_share"], whole="0 to 100 %")

    text = f"{ends(row)} of the volume{which} meets restricted equipment"
    if row["worst_high_share"] is not None:
        text += (
            f", {ends(row, 'worst_')} under the worst {'failure' if row['failures'] == 'double' else 'single failure'}"
        )
    steered = row["steering"]
    if steered is None:
        return f"{text}."
    today = percent(steered["today_share"])
    return f"{text}; {ends(steered)} can ride clear paths with the equipment of today, where {today} does now."
