"""What is known of each sensitive site of a country: what rows say, what its owner answered, what its traffic rides."""

from collections.abc import Mapping, Sequence
from typing import Any

from provenet.case.extract import Extract, Fields, unread
from provenet.case.rows import SiteAnswerRow, SiteDemandRow, SiteExposureRow, SiteRow, SiteServiceRow, SiteTrafficRow
from provenet.case.sites import NO_ANSWERS, SiteAnswers, answers_by_site, in_force, served_by
from provenet.case.tables import vocabulary, words
from provenet.core import wording
from provenet.core.answer import Country, Name, Sentence, Series, Term, sentence
from provenet.core.grouping import grouped

FORCES = "forces in {country}"
SITE, SITES = "site {sites}", "sites {sites}"
SPAN, FROM, UNTIL, STATED, UNDATED = "{first} to {last}", "from {first}", "until {last}", "stated {first}", "undated"
EARLIER = "earlier: {when}"
OWN = ("own_network", "own_satellite")
"""Services that the forces run themselves; every other word of the list is one of somebody else's networks."""
ALL_LINKS, LOST = "none", "all"


def sites_of(extract: Extract) -> list[SiteRow]:
    """The sites of the country whose rows were read, in the order in which pages number them."""
    found = [row for row in extract.inputs(SiteRow) if row["country"] in extract.places and not unread(row)]
    return sorted(found, key=lambda row: (row["name"].casefold(), row["site_id"]))


def answers_of(extract: Extract) -> dict[str, SiteAnswers]:
    """What the owners of sites answered by the day known, by site."""
    return extract.shared("site answers", lambda: answers_by_site(extract.inputs(SiteAnswerRow)))


def carriers_of(site: SiteRow, extract: Extract) -> tuple[str, ...]:
    """The carriers that may serve a site as its owner or its row says; none is not known."""
    return served_by(site, answers_of(extract).get(site["site_id"], NO_ANSWERS))


def carrier_words(site: SiteRow, extract: Extract) -> str:
    """The carriers of a site in words; empty where they are not known."""
    return wording.series((extract.name(one) for one in carriers_of(site, extract)), "or")


def services_of(extract: Extract) -> list[SiteServiceRow]:
    """The rows on who serves the sites or forces of the country, or a programme that concerns it, in reading order."""
    numbers = _numbers(extract)
    order = words("site_service")
    found = [row for row in extract.inputs(SiteServiceRow) if _concerns(row, extract, numbers) and not unread(row)]

    def place(row: SiteServiceRow) -> tuple[object, ...]:
        where = numbers.get(row["site_id"] or "", 0), row["country"] is None, row["scope"]
        day = row["sourced_high_on"]
        return order.index(row["what"]), *where, day is None, str(day), row["row_id"]

    return sorted(found, key=place)


def _concerns(row: SiteServiceRow, extract: Extract, numbers: Mapping[str, int]) -> bool:
    if row["site_id"] is not None:
        return row["site_id"] in numbers
    if row["country"] is not None:
        return row["country"] in extract.places
    members = vocabulary()["site_traffic"]["programmes"].get(row["scope"])
    return members is None or bool(extract.places & set(members))


def _numbers(extract: Extract) -> dict[str, int]:
    return {site["site_id"]: number for number, site in enumerate(sites_of(extract), start=1)}


def whom(row: SiteServiceRow, extract: Extract) -> str:
    """Whom a row speaks of: a site by its number, the forces of the country, or a programme as its source has it."""
    return _party([row], extract).says


def _party(rows: Sequence[SiteServiceRow], extract: Extract) -> Sentence:
    if rows[0]["site_id"] is not None:
        named = Series(items=tuple(Name(text=str(_numbers(extract)[row["site_id"] or ""])) for row in rows))
        return sentence(SITE if len(rows) == 1 else SITES, sites=named)
    if rows[0]["country"] is not None:
        return sentence(FORCES, country=Country(name=extract.country))
    return sentence("{scope}", scope=Term(text=rows[0]["scope"]))


def services_at(site: SiteRow, extract: Extract) -> str:
    """The services of which rows speak at one site, in words; empty where none does."""
    phrases = vocabulary()["site_traffic"]["services"]
    found = [phrases[row["what"]] for row in services_of(extract) if row["site_id"] == site["site_id"]]
    return ", ".join(dict.fromkeys(found))


def service_groups(extract: Extract) -> list[Fields]:
    """Who serves what: a line for each service of the forces and of each programme, and one for sites served alike."""
    groups = grouped(((row["what"], whom(row, extract)), row) for row in services_of(extract))
    lines: dict[tuple[object, ...], list[list[SiteServiceRow]]] = {}
    for (what, who), rows in groups.items():
        alike = (
            tuple((row["provider"], _when(row, extract).says, row["source_id"]) for row in rows)
            if rows[0]["site_id"]
            else who
        )
        lines.setdefault((what, alike), []).append(rows)
    return [_line(found, extract) for found in lines.values()]


def _line(found: Sequence[Sequence[SiteServiceRow]], extract: Extract) -> Fields:
    """Rows on one service of the forces of a country, of a programme, or of sites of which the same is stated."""
    party = _party([rows[0] for rows in found], extract)
    return {
        "party": party,
        "what": vocabulary()["site_traffic"]["services"][found[0][0]["what"]],
        "whom": party.says,
        "stated": [
            {
                "provider": alike[0]["provider"],
                "when": _when(alike[0], extract).says,
                "said": _when(alike[0], extract),
                "ids": [row["row_id"] for row in alike],
                "cites": [extract.cite(alike[0])],
            }
            for alike in zip(*found, strict=True)
        ],
    }


def _when(row: SiteServiceRow, extract: Extract) -> Sentence:
    """When a row says the service was, else of when its source is; what does not count as of today says so."""
    if row["from_text"] or row["until_text"]:
        message = SPAN if row["from_text"] and row["until_text"] else FROM if row["from_text"] else UNTIL
    else:
        message = STATED if row["sourced_high_on"] else UNDATED
    first = row["from_text"] or str((row["sourced_high_on"] or extract.as_of).year)
    when = sentence(message, first=Name(text=first), last=Name(text=row["until_text"] or ""))
    return when if message == UNDATED or in_force(row, extract.as_of) else sentence(EARLIER, when=when)


def link_facts(extract: Extract) -> Fields:
    """What rows say of own links and of the networks of others, counted, and whether any says how much."""
    rows = services_of(extract)
    every = [row for row in extract.inputs(SiteServiceRow) if not unread(row)]
    numbers = _numbers(extract)
    with_rows = {row["site_id"] for row in rows if row["site_id"]}
    without = [number for site, number in numbers.items() if site not in with_rows]
    return {
        "earlier_count": sum(not in_force(row, extract.as_of) for row in rows),
        "own_count": sum(row["what"] in OWN for row in rows),
        "other_count": sum(row["what"] not in OWN for row in rows),
        "row_count": len(every),
        "wide_count": sum(row["site_id"] is None for row in every),
        "site_count": len(numbers),
        "with_count": len(with_rows),
        "without": _runs_of(without),
        "demand_count": len([row for row in extract.inputs(SiteDemandRow) if row["country"] in extract.places]),
    }


def _runs_of(numbers: Sequence[int]) -> str:
    """Numbers in a sentence, those that follow each other as a span.

    >>> _runs_of([1, 2, 3, 5, 7, 8])
    '1 to 3, 5, 7 and 8'
    """
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    shown = [[f"{run[0]} to {run[-1]}"] if len(run) > 2 else [str(one) for one in run] for run in runs]
    return wording.series(word for run in shown for word in run)


def traffic_figures(extract: Extract) -> list[Fields]:
    """What each demand rides, by subject: the forces of the country, and sites of which something is stated.

    Figures of a named site, and what follows where its links fail, are for an internal audience.
    """
    internal = extract.audience == "internal"
    numbers = _numbers(extract)
    phrases = vocabulary()["site_traffic"]
    alike = grouped(
        ((row["site_id"] or "", row["demand"]), row)
        for row in extract.results(SiteTrafficRow)
        if row["site_id"] is None or (internal and row["site_id"] in numbers and says_something(row))
    )
    order, networks = words("site_demand"), words("site_network")
    made = []
    for (site, demand), rows in sorted(
        alike.items(), key=lambda one: (numbers.get(one[0][0], 0), order.index(one[0][1]))
    ):
        by = {(row["network"], row["own_failed"]): row for row in rows}
        failed = [one for one in words("own_failed") if any(key[1] == one for key in by)]
        made.append(
            {
                "whom": f"site {numbers[site]}" if site else f"forces in {wording.country(extract.country)}",
                "demand": phrases["demands"][demand],
                "failed": [phrases["failed"][one] for one in failed],
                "assumed": rows[0]["assumed"],
                "lines": [
                    {"network": phrases["networks"][network], "figures": [_figure(by[network, one]) for one in failed]}
                    for network in networks
                    if (network, ALL_LINKS) in by
                ],
            }
        )
    return made


def says_something(row: SiteTrafficRow) -> bool:
    """Whether any row states an amount or a carrier behind a figure of traffic."""
    return row["is_stated"] or bool(row["carrier_ids"])


def _figure(row: SiteTrafficRow) -> Fields:
    words_of = wording.interval(row["low_share"], row["high_share"], whole="0 to 100 %")
    return {"words": words_of, "id": row["site_traffic_id"]}


def _met_words(row: SiteExposureRow) -> str:
    """What is met for certain, and beside it the estimate where that says more."""
    certain = wording.interval(row["low_share"], row["high_share"])
    likely = wording.interval(row["low_spread_share"], row["high_spread_share"])
    return certain if certain == likely else f"{certain}, estimate {likely}"


def routes_abroad(extract: Extract) -> list[Fields]:
    """What official traffic of the forces of the country crosses abroad of networks that no policy but a list names."""
    return [
        {
            "says": row["restricted_says"] or "",
            "words": _met_words(row),
            "id": row["site_exposure_id"],
            "assumed": row["assumed"],
        }
        for row in sorted(extract.results(SiteExposureRow), key=lambda one: one["restricted_says"] or "")
        if row["pack"] is None and row["site_id"] is None and row["demand"] == "official"
        if row["own_failed"] == ALL_LINKS and row["harm"] == "loss of service"
    ]


def exposure_figures(extract: Extract) -> list[dict[str, Any]]:
    """What official traffic meets on its whole way under each policy, by harm; as for `traffic_figures`."""
    internal = extract.audience == "internal"
    numbers = _numbers(extract)
    harms = words("harm")
    grouped: dict[tuple[str, str], dict[str, SiteExposureRow]] = {}
    for row in extract.results(SiteExposureRow):
        whole = row["network"] == "any" and row["own_failed"] == ALL_LINKS and row["demand"] == "official"
        shown = row["site_id"] is None or (internal and row["site_id"] in numbers)
        if whole and shown and row["pack"] is not None:
            grouped.setdefault((row["site_id"] or "", row["pack"]), {})[row["harm"]] = row
    return [
        {
            "whom": f"site {numbers[site]}" if site else f"forces in {wording.country(extract.country)}",
            "pack": pack,
            "figures": [
                {
                    "harm": harm,
                    "words": _met_words(rows[harm]),
                    "id": rows[harm]["site_exposure_id"],
                    "is_known": rows[harm]["high_spread_share"] - rows[harm]["low_spread_share"] < 1,
                }
                for harm in harms
                if harm in rows
            ],
        }
        for (site, pack), rows in sorted(grouped.items(), key=lambda one: (numbers.get(one[0][0], 0), one[0][1]))
    ]
