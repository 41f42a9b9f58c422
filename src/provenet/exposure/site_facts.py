"""What is known of each sensitive site of a country: what rows say, what its owner answered, what its traffic rides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict

from provenet.case.extract import Citation, Extract, unread
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


def _party(rows: Sequence[SiteServiceRow], extract: Extract) -> Sentence:
    """Whom rows speak of: sites by number, the forces of the country, or a programme as its source has it."""
    if rows[0]["site_id"] is not None:
        named = Series(items=tuple(Name(text=str(_numbers(extract)[row["site_id"] or ""])) for row in rows))
        return sentence(SITE if len(rows) == 1 else SITES, sites=named)
    if rows[0]["country"] is not None:
        return sentence(FORCES, country=Country(name=extract.country))
    return sentence("{scope}", scope=Term(text=rows[0]["scope"]))


def services_at(site: SiteRow, extract: Extract) -> str:
    """The services of which rows speak at one site, in words; empty where none does."""
    found = dict.fromkeys(row["what"] for row in services_of(extract) if row["site_id"] == site["site_id"])
    return ", ".join(vocabulary()["site_traffic"]["services"][what] for what in found)


class Provider(TypedDict):
    """Who provides a service, and when, as rows of one source say alike."""

    provider: str
    when: str
    moment: Sentence
    """When, as a slot of a sentence."""
    ids: list[str]
    cites: list[Citation]


class Service(TypedDict):
    """A service of the forces of a country, of a programme, or of sites of which the same is stated."""

    what: str
    party: Sentence
    stated: list[Provider]


def service_groups(extract: Extract) -> list[Service]:
    """Who serves what: a line for each service of the forces and of each programme, and one for sites served alike."""
    groups = grouped(((row["what"], _party([row], extract).says), row) for row in services_of(extract))
    lines: dict[tuple[object, ...], list[list[SiteServiceRow]]] = {}
    for (what, who), rows in groups.items():
        alike = (
            tuple((row["provider"], _when(row, extract).says, row["source_id"]) for row in rows)
            if rows[0]["site_id"]
            else who
        )
        lines.setdefault((what, alike), []).append(rows)
    return [_service(found, extract) for found in lines.values()]


def _service(found: Sequence[Sequence[SiteServiceRow]], extract: Extract) -> Service:
    return {
        "what": vocabulary()["site_traffic"]["services"][found[0][0]["what"]],
        "party": _party([rows[0] for rows in found], extract),
        "stated": [
            {
                "provider": alike[0]["provider"],
                "when": _when(alike[0], extract).says,
                "moment": _when(alike[0], extract),
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


@dataclass(frozen=True, kw_only=True)
class LinkFacts:
    """What rows say of own links and of the networks of others, counted, and whether any says how much."""

    earlier_count: int
    own_count: int
    other_count: int
    row_count: int
    """Rows of the whole case, and of these the ones of a whole country or programme."""
    wide_count: int
    with_count: int
    """Sites that have a row of their own."""
    without: str
    """The numbers of the others."""
    demand_count: int


def link_facts(extract: Extract) -> LinkFacts:
    """The rows on services of the country, counted."""
    rows = services_of(extract)
    every = [row for row in extract.inputs(SiteServiceRow) if not unread(row)]
    with_rows = {row["site_id"] for row in rows if row["site_id"]}
    return LinkFacts(
        earlier_count=sum(not in_force(row, extract.as_of) for row in rows),
        own_count=sum(row["what"] in OWN for row in rows),
        other_count=sum(row["what"] not in OWN for row in rows),
        row_count=len(every),
        wide_count=sum(row["site_id"] is None for row in every),
        with_count=len(with_rows),
        without=_runs_of([number for site, number in _numbers(extract).items() if site not in with_rows]),
        demand_count=len([row for row in extract.inputs(SiteDemandRow) if row["country"] in extract.places]),
    )


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


@dataclass(frozen=True, kw_only=True)
class SiteTraffic:
    """What a demand of one site rides: a line for each network, with a row for each state of its own links."""

    number: int
    demand: str
    failed: list[str]
    lines: list[tuple[str, list[SiteTrafficRow]]]


def site_traffic(extract: Extract) -> list[SiteTraffic]:
    """What each demand of a site rides of which something is stated: for an internal audience alone."""
    numbers = _numbers(extract) if extract.audience == "internal" else {}
    phrases = vocabulary()["site_traffic"]
    alike = grouped(
        ((numbers[row["site_id"] or ""], words("site_demand").index(row["demand"])), row)
        for row in extract.results(SiteTrafficRow)
        if row["site_id"] in numbers and says_something(row)
    )
    made = []
    for (number, _), rows in sorted(alike.items()):
        by = {(row["network"], row["own_failed"]): row for row in rows}
        failed = [one for one in words("own_failed") if any(key[1] == one for key in by)]
        networks = [one for one in words("site_network") if (one, ALL_LINKS) in by]
        made.append(
            SiteTraffic(
                number=number,
                demand=phrases["demands"][rows[0]["demand"]],
                failed=[phrases["failed"][one] for one in failed],
                lines=[(phrases["networks"][one], [by[one, state] for state in failed]) for one in networks],
            )
        )
    return made


def says_something(row: SiteTrafficRow) -> bool:
    """Whether any row states an amount or a carrier behind a figure of traffic."""
    return row["is_stated"] or bool(row["carrier_ids"])


def routes_abroad(extract: Extract) -> list[SiteExposureRow]:
    """What official traffic of the forces of the country crosses abroad of networks that no policy but a list names."""
    rows = [row for row in _of_forces(extract) if row["pack"] is None]
    rows = [row for row in rows if row["own_failed"] == ALL_LINKS and row["harm"] == "loss of service"]
    return sorted(rows, key=lambda row: row["restricted_says"] or "")


def policy_exposures(extract: Extract) -> dict[str, list[SiteExposureRow]]:
    """What official traffic of the forces meets on its whole way under each policy, harm by harm."""
    rows = [row for row in _of_forces(extract) if row["network"] == "any" and row["own_failed"] == ALL_LINKS]
    rows.sort(key=lambda row: (row["pack"] or "", words("harm").index(row["harm"])))
    return grouped((row["pack"], row) for row in rows if row["pack"] is not None)


def _of_forces(extract: Extract) -> list[SiteExposureRow]:
    rows = extract.results(SiteExposureRow)
    return [row for row in rows if row["site_id"] is None and row["demand"] == "official"]
