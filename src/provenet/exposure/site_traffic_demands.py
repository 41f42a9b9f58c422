"""What rows state of the demands of a country's forces and sites: amounts, ways in order, carriers, protection.

A row of the forces of a country is never copied to a site, and service to residents or exchanges says nothing of
official traffic. What no row states is not known: an own link that no row names may carry all or nothing, and a carrier
that no row names may be any.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import polars as pl

from provenet.case.rows import SiteAnswerRow, SiteDemandRow, SiteRow, SiteServiceRow, iter_rows_of, rows_of
from provenet.case.sites import NO_ANSWERS, SiteAnswers, answers_by_site, in_force, lasts, sensitive_sites, served_by
from provenet.case.tables import words
from provenet.core.countries import countries
from provenet.core.errors import Fault, InputFault
from provenet.core.grouping import grouped
from provenet.exposure.site_traffic import ALL, NOTHING, CountryCarriers, Serving, Way, hull, joined
from provenet.routing.own_links import Span

READS = (
    "site",
    "asset",
    "site_answer",
    "site_service",
    "site_demand",
    "party",
    "identifier",
    "succession",
    "rides_on",
    "source",
)
"""The input tables that the traffic of sites rests on."""
OFFICIAL, OFFICIAL_MOBILE, RESIDENTS_MOBILE = "official", "official_mobile", "residents_mobile"
OWN_NETWORK, OWN_SATELLITE, LEASED, SATELLITE, PUBLIC = (
    "own_network",
    "own_satellite",
    "leased_circuits",
    "commercial_satellite",
    "public_network",
)
END_TO_END = "end to end"
SHARE = "share"
OWN_FIRST = "Own links fill first: in the order stated, else own network, own satellite, leased and commercial ones."
ALL_NAMED = "The carriers that rows name are all that serve it."
_IN_UNIT = {
    SHARE: (SHARE, 1.0),
    "Mbit/s": ("Mbit/s", 1.0),
    "Gbit/s": ("Mbit/s", 1000.0),
    "GB a month": ("GB a month", 1.0),
    "TB a month": ("GB a month", 1000.0),
}
"""The unit that stands for each unit of its kind, and how many of it one is: rates and volumes are never mixed."""

Kept = TypeVar("Kept", SiteServiceRow, SiteDemandRow)


@dataclass(frozen=True)
class SiteQuestion:
    """One country on a day, as known on another; None is all that the case holds."""

    country: str
    as_of: date
    known: date | None = None


@dataclass(frozen=True, kw_only=True)
class Demand:
    """One demand of one site, or of the forces of a country where `site` is None, and the rows that all this rests on.

    `paths` names the ways in their order; what is left after them rides the public network. `serving` says who carries
    leased circuits and the public network. `protections` are those stated; None among them is not known.
    """

    site: SiteRow | None
    kind: str
    amount: Span
    paths: tuple[str, ...]
    ways: tuple[Way, ...]
    leased: Serving
    public: Serving
    protections: frozenset[str | None]
    is_stated: bool
    refs: tuple[str, ...]
    assumed: tuple[str, ...]

    @property
    def question(self) -> tuple[object, ...]:
        """What its figures depend on, whosever it is."""
        return self.kind, self.amount, self.paths, self.ways, self.leased, self.public, self.protections

    @property
    def is_distinct(self) -> bool:
        """Whether a row states an amount, a carrier or a protection, so that its figures may differ from others'."""
        named = self.leased.likely or self.public.likely
        return self.is_stated or bool(named) or self.protections != {None}

    @property
    def is_mobile(self) -> bool:
        """Whether its traffic enters by radio and passes a core of carriers."""
        return self.kind in (OFFICIAL_MOBILE, RESIDENTS_MOBILE)

    @property
    def leases(self) -> bool:
        """Whether leased circuits may carry some of it."""
        return any(path == LEASED and way.takes.high > 0 for path, way in zip(self.paths, self.ways, strict=True))

    @property
    def protection(self) -> str | None:
        """How its content is protected, where all that is stated agrees."""
        return next(iter(self.protections)) if len(self.protections) == 1 else None

    def ways_of(self, *paths: str) -> frozenset[int]:
        """The places of some paths among its ways; the public network also has what is left, the last place."""
        last = {len(self.ways)} if PUBLIC in paths else set()
        return frozenset(at for at, path in enumerate(self.paths) if path in paths) | last


def demands_of(tables: Mapping[str, pl.DataFrame], question: SiteQuestion) -> list[Demand]:
    """The demands of the forces of a country and of each of its sensitive sites, the forces first, then sites by id.

    Every site has official traffic; another demand is there where a row speaks of it. Raises InputFault with every row
    of `site_demand` that cannot be read.
    """
    _refuse_faults(tables["site_demand"])
    carriers = CountryCarriers(tables, question.country, question.as_of, known=question.known)
    places = _places(question.country)
    frame = sensitive_sites(tables["site"], tables.get("asset"), tables.get("site_answer")).sort("site_id")
    sites = [row for row in iter_rows_of(SiteRow, frame) if row["country"] in places]
    services = _by_site(row for row in rows_of(SiteServiceRow, tables["site_service"].sort("row_id")) if _is_read(row))
    stated = _by_site(row for row in rows_of(SiteDemandRow, tables["site_demand"].sort("row_id")) if _is_read(row))
    answers = answers_by_site(rows_of(SiteAnswerRow, tables["site_answer"]))
    made = []
    for site in (None, *sites):
        key = site["site_id"] if site else None
        of_site = _Statements(
            site,
            [row for row in services.get(key, []) if row["country"] in places],
            [row for row in stated.get(key, []) if row["country"] in places and lasts(row, question.as_of)],
            answers.get(key or "", NO_ANSWERS),
            question.as_of,
        )
        made += [_demand(of_site, kind, carriers) for kind in of_site.kinds]
    return made


def _places(country: str) -> frozenset[str]:
    book = countries()
    return frozenset(one for one in (country, book.name(country), book.code(country)) if one)


def _by_site(rows: Iterable[Kept]) -> dict[str | None, list[Kept]]:
    return grouped((row["site_id"], row) for row in rows)


def _is_read(row: Kept) -> bool:
    return row["reading"] != "not read"


@dataclass(frozen=True)
class _Statements:
    """What is stated of one site, or of the forces of a country."""

    site: SiteRow | None
    services: Sequence[SiteServiceRow]
    demands: Sequence[SiteDemandRow]
    answers: SiteAnswers
    day: date

    @property
    def kinds(self) -> list[str]:
        found = {OFFICIAL, *(row["what"] for row in self.services), *(row["kind"] for row in self.demands)}
        return [kind for kind in words("site_demand") if kind in found]

    def serving(self, kind: str, path: str, carriers: CountryCarriers) -> Serving:
        """Who carries a path: whom rows of the demand name, else of service in force, else whoever serves the site.

        Rows of the forces of a country name some of those that serve them, never all.
        """
        named = [row for row in self.demands if row["kind"] == kind and row["path"] in (path, None)]
        named = [row for row in named if row["carrier_id"]]
        if named:
            found = carriers.hosted(row["carrier_id"] for row in named)
            return Serving(found.carriers, found.likely, refs=(*found.refs, *(_ref(row) for row in named)))
        if self.site is None:
            return Serving()
        what = LEASED if (kind, path) == (OFFICIAL, LEASED) else kind
        live = [row for row in self.services if row["what"] == what and in_force(row, self.day)]
        if live:
            return joined([carriers.serving(row["provider"], row["provider_parent"]) for row in live])
        serves = served_by(self.site, self.answers) if kind in (OFFICIAL, OFFICIAL_MOBILE) else ()
        return carriers.hosted(serves) if serves else Serving()

    def rows_of(self, kind: str) -> list[SiteServiceRow]:
        """The rows of service that speak of a demand; of official traffic those of its links too."""
        of_kind = {kind, *((OWN_NETWORK, OWN_SATELLITE, LEASED, SATELLITE) if kind == OFFICIAL else ())}
        return [row for row in self.services if row["what"] in of_kind]


def _demand(stated: _Statements, kind: str, carriers: CountryCarriers) -> Demand:
    of_kind = [row for row in stated.demands if row["kind"] == kind]
    whole = _newest(row for row in of_kind if row["path"] is None)
    by_path = {path: _newest(row for row in of_kind if row["path"] == path) for path in words("site_path")}
    used = [*whole, *(row for rows in by_path.values() for row in rows)]
    by_share = any(row["path"] and row["amount_unit"] == SHARE for row in used)
    amount, unit = (ALL, SHARE) if by_share else _amount(whole)
    denied = (OWN_NETWORK, OWN_SATELLITE) if kind == OFFICIAL and stated.answers.own_links == "no" else ()
    paths = [path for path in _order(by_path) if by_path[path] or (kind == OFFICIAL and path != PUBLIC)]
    ways = [
        Way(takes=NOTHING if path in denied else _taken(by_path[path], unit, whole), is_own=path != PUBLIC)
        for path in paths
    ]
    leased, public = (stated.serving(kind, path, carriers) for path in (LEASED, PUBLIC))
    refs = [_ref(row) for row in used] + [f"site_service:{row['row_id']}" for row in stated.rows_of(kind)]
    refs += [f"site:{stated.site['site_id']}"] if stated.site else []
    assumed = [OWN_FIRST] if any(way.is_own for way in ways) else []
    assumed += [ALL_NAMED] if leased.carriers or public.carriers else []
    return Demand(
        site=stated.site,
        kind=kind,
        amount=amount,
        paths=tuple(paths),
        ways=tuple(ways),
        leased=leased,
        public=public,
        protections=frozenset(row["protection"] for row in whole or used) or frozenset([None]),
        is_stated=bool(denied) or any(_has_amount(row) for row in used),
        refs=tuple(dict.fromkeys((*refs, *stated.answers.refs))),
        assumed=tuple(assumed),
    )


def _ref(row: SiteDemandRow) -> str:
    return f"site_demand:{row['row_id']}"


def _newest(rows: Iterable[SiteDemandRow]) -> list[SiteDemandRow]:
    """The rows of the newest day of statement; rows without one are the oldest."""
    found = list(rows)
    last = max((row["stated_on"] or date.min for row in found), default=date.min)
    return [row for row in found if (row["stated_on"] or date.min) == last]


def _has_amount(row: SiteDemandRow) -> bool:
    return row["low_amount"] is not None or row["high_amount"] is not None


def _order(by_path: Mapping[str, Sequence[SiteDemandRow]]) -> list[str]:
    """Paths in the order in which they fill: those with a stated place first, then as the vocabulary has them."""
    listed = words("site_path")

    def place(path: str) -> tuple[float, int]:
        choices = [row["choice_count"] for row in by_path[path] if row["choice_count"] is not None]
        return (min(choices) if choices else float("inf")), listed.index(path)

    return sorted(by_path, key=place)


def _amount(whole: Sequence[SiteDemandRow]) -> tuple[Span, str | None]:
    """The amount of a demand and its unit; a share of all traffic of the site is no amount."""
    found = [row for row in whole if _has_amount(row) and row["amount_unit"] not in (None, SHARE)]
    units = {_IN_UNIT[row["amount_unit"] or SHARE][0] for row in found}
    if len(units) != 1:
        return Span(), None
    return hull(_span(row) for row in found), units.pop()


def _taken(rows: Sequence[SiteDemandRow], unit: str | None, whole: Sequence[SiteDemandRow]) -> Span:
    """What a path can take in the unit of the demand; not known where no row states it in such a unit, but for nothing.

    Of a demand counted in shares an amount is a share by the amount of the whole.
    """
    found = [row for row in rows if _has_amount(row)]
    if not found:
        return Span()
    spans = []
    for row in found:
        base = _IN_UNIT[row["amount_unit"] or SHARE][0]
        amount, whole_unit = _amount(whole)
        if base == unit or row["high_amount"] == 0:
            spans.append(_span(row))
        elif unit == SHARE and base == whole_unit and amount.low > 0:
            taken = _span(row)
            spans.append(Span(low=taken.low / amount.high, high=taken.high / amount.low))
        else:
            spans.append(Span())
    return hull(spans)


def _span(row: SiteDemandRow) -> Span:
    """The amount of a row in the unit that stands for its unit; an end that is not known is open."""
    base, factor = _IN_UNIT[row["amount_unit"] or SHARE]
    most = 1.0 if base == SHARE else float("inf")
    low = row["low_amount"] or 0.0
    return Span(low=low * factor, high=most if row["high_amount"] is None else row["high_amount"] * factor)


def _refuse_faults(rows: pl.DataFrame) -> None:
    """Raises InputFault with every row of `site_demand` whose cells contradict each other."""
    faults = [fault for row in rows_of(SiteDemandRow, rows.sort("locator", "row_id")) for fault in _faults(row)]
    if faults:
        raise InputFault(faults)


def _faults(row: SiteDemandRow) -> Iterable[Fault]:
    low, high, unit = row["low_amount"], row["high_amount"], row["amount_unit"]
    place = row["locator"]
    if low is not None and high is not None and low > high:
        yield Fault(
            place, "the low end is above the high end", column="low", found=f"{low:g}", expected=f"{high:g} or less"
        )
    for column, value in (("low", low), ("high", high)):
        if value is not None and not 0 <= value < float("inf"):
            yield Fault(place, "no amount of traffic", column=column, found=f"{value:g}", expected="0 or more")
        if value is not None and unit == SHARE and value > 1:
            way_out = "Write 0.6 for 60 %, or another unit."
            yield Fault(place, "a share above 1", column=column, found=f"{value:g}", expected="0 to 1", way_out=way_out)
    if (low is not None or high is not None) and unit is None:
        way_out = f"Write one of: {', '.join(words('traffic_unit'))}."
        yield Fault(place, "an amount without a unit", column="unit", way_out=way_out)
    if row["choice_count"] is not None and row["path"] is None:
        yield Fault(place, "a place in the order of paths, but no path", column="path", way_out="Name the path.")
