"""The figures of the first page, each one stored row chosen by a fixed rule; and a line where no figure answers."""

from dataclasses import dataclass, replace
from datetime import date

from provenet.case.rows import CommonFailureRow, SiteDependenceRow, VendorShareRow
from provenet.case.tables import words
from provenet.core import wording
from provenet.dossier import shares
from provenet.dossier.extract import Extract, Fields
from provenet.dossier.site_facts import carrier_words, carriers_of, sites_of
from provenet.dossier.verdicts import PackRows, by_pack, none_in_force_yet

DEPENDENT = "How dependent"
RESTRICTED = "How much is restricted"
TOGETHER = "What fails together"
SITES = "Sensitive sites"
NETWORK = frozenset(("ran", "core", "transport", "mgmt"))
"""Classes that a first page speaks of first: handsets and equipment at customers are no network."""
SERVICE_HARM = "loss of service, if this equipment fails or has to be switched off; not content."
_UNKNOWN_BECAUSE = {
    "condition": "a condition applies",
    "verdict": "the answer is undetermined",
    "vendor": "the vendor is not known",
}


@dataclass(frozen=True, kw_only=True)
class Card:
    """A figure of the first page: `says` is our sentence, `named` holds the names and titles that follow it."""

    question: str
    heading: str
    words: str
    low: float
    high: float
    says: str
    of: str
    check: bool
    id: str
    named: str = ""
    rest: str = ""
    css: str = "solid"
    when: str = ""
    coverage: str = ""
    harm: str = SERVICE_HARM
    scenario: Fields | None = None
    """A figure that would follow from an assumption, in words and with its row."""
    remarks: tuple[str, ...] = ()
    more_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class WordLine:
    """An answer without a figure: `says` and `rest` are ours, `quoted` holds the names and titles between them."""

    question: str
    says: str
    quoted: str = ""
    rest: str = ""
    id: str = ""


def _of(row: shares.ShareRow) -> str:
    return shares.short_measure(row).removeprefix("share of ")


def _share_card(
    row: VendorShareRow, question: str, heading: str, *, extract: Extract, says: str, when: str = "Date of the figure"
) -> Card:
    """The card of a stored share; `when` says what its date is, empty where it has none."""
    return Card(
        question=question,
        heading=heading,
        words=shares.first_page_interval(row),
        low=row["low_share"],
        high=row["high_share"],
        says=says,
        of=_of(row),
        check=row["to_be_checked"],
        id=row["share_id"],
        when=f"{when}: {row['as_of']}." if when else "",
        coverage=shares.coverage(row["coverage_share"]),
        remarks=_remarks(row, extract),
    )


def _remarks(row: shares.ShareRow, extract: Extract) -> tuple[str, ...]:
    """What the readers of the published shares behind a figure noted beside them, such as a swap that came later."""
    below = [extract.input_row(ref) for ref in row["inputs"] if ref.startswith("market_share:")]
    return tuple(dict.fromkeys(one["note"].rstrip(".") for one in below if one is not None and one["note"]))


def newest_card(extract: Extract) -> Card | None:
    """The newest published share that needs no check: of the whole country, else of one carrier."""
    row = shares.newest_card_row(extract)
    if row is None:
        return _counted_card(extract)
    carrier = extract.name(row["carrier_id"])
    of = "of a carrier; none is published for the whole country" if carrier else "for the whole country"
    return _share_card(
        row,
        DEPENDENT,
        f"{carrier + ', ' if carrier else ''}{row['segment']}: {extract.vendors(row['vendor_ids'])}",
        extract=extract,
        says=f"The newest published share {of}.",
    )


def _counted_card(extract: Extract) -> Card | None:
    """Where nothing is published: the greatest share of one vendor in the inventory of the case."""
    rows = [r for r in shares.vendor_rows(extract) if r["method"] == "counted" and not shares.says_nothing(r)]
    rows = [r for r in rows if r["carrier_id"] is None] or rows
    if not rows:
        return None
    row = max(rows, key=lambda r: (r["low_share"], r["coverage_share"], r["share_id"]))
    return _share_card(
        row,
        DEPENDENT,
        f"{row['segment']}: {extract.vendors(row['vendor_ids'])}",
        extract=extract,
        says="Counted in the inventory supplied, which does not state whether it lists every unit.",
        when="",
    )


def to_check_card(extract: Extract) -> Card | None:
    """Where every figure needs a check: the figure for the whole country with the widest coverage, marked so."""
    rows = [r for r in shares.vendor_rows(extract) if r["to_be_checked"] and r["carrier_id"] is None]
    rows = [r for r in rows if not (r["later_estimate"] or r["complement"] or shares.says_nothing(r))]
    if not rows:
        return None
    row = max(rows, key=lambda r: (r["coverage_share"], len(r["vendor_ids"]), r["low_share"], r["share_id"]))
    return _share_card(
        row,
        DEPENDENT,
        f"{row['segment']}: {extract.vendors(row['vendor_ids'])}",
        extract=extract,
        says="This figure comes only from sources that cannot carry a figure alone.",
        when="Dates of the figures",
    )


def only_weak(extract: Extract) -> str:
    """The sentence for a country whose every published share with a number is to be checked."""
    where = wording.country(extract.country)
    rows = [r for r in shares.vendor_rows(extract) if r["method"] == "published" and not shares.says_nothing(r)]
    rows = [r for r in rows if not r["later_estimate"]]
    if not rows:
        return f"This case holds no share of vendors for {where} that can be used without a check."
    cites = {c.number: c.kind for r in rows for c in shares.share_sources(r, extract)}
    kinds = wording.series(sorted(set(cites.values())), "or")
    sources = wording.count(len(cites), "source", spelled=True)
    return (
        f"Every published share of vendors for {where} that has a number comes from {sources} that cannot "
        f'carry a figure alone (kind: {kinds}); section 4 lists each under "To be checked".'
    )


def _binding_parts(extract: Extract) -> list[VendorShareRow]:
    """Restricted parts of the country under policies that bind, the plainest first: a published measure before a
    weighted one. Advice and proposals bind no carrier, and of some policies no rule reaches what was screened: the
    first figure of a page is not of them."""
    verdicts = {r["pack"]: r for r in extract.verdicts()}
    order = {word: i for i, word in enumerate(words("force"))}
    binding = {
        pack.pack
        for pack in by_pack(extract)
        if pack.in_force and pack.rows[0]["force"] in ("law", "contract") and any(row["rule_id"] for row in pack.rows)
    }
    rows = [r for r in shares.part_rows(extract) if r["part"] == "restricted" and r["pack"] in binding]
    rows = [r for r in rows if r["carrier_id"] is None and not r["later_estimate"]]

    def rank(row: VendorShareRow) -> tuple[bool, int, str, int, str]:
        pack = row["pack"] or ""
        force = order.get(verdicts[pack]["force"], 9)
        newest = -(row["as_of_high_on"] or date.min).toordinal()
        return row["measure_kind"] == "weighted", force, pack, newest, row["share_id"]

    return sorted(rows, key=rank)


def _is_measured(row: VendorShareRow) -> bool:
    """Whether some share of vendors, published or counted, stands behind a part."""
    return not (row["measure"] or "").endswith("no share of vendors is published")


def restricted_card(extract: Extract) -> Card | None:
    """The restricted part of the country under a policy that binds, where anything is certain of it.

    A class that the policy does not reach, and of which nobody publishes a share, is certain too; it is no finding.
    """
    rows = [r for r in _binding_parts(extract) if not (shares.says_nothing(r) or r["to_be_checked"])]
    rows = [r for r in rows if r["coverage_share"] > 0 and _is_measured(r)]
    rows = [r for r in rows if r["asset_class"].split(".")[0] in NETWORK]
    if not rows:
        return None
    row = rows[0]
    heading = f"{row['segment']}: restricted part"
    card = _share_card(row, RESTRICTED, heading, extract=extract, says="Under the policy")
    return replace(card, named=_policy_line(row, extract), rest=_other_parts(row, extract), css="restricted")


def restricted_line(extract: Extract, packs: list[PackRows]) -> WordLine:
    """How much is restricted, where nothing is certain without a check."""
    if not packs and extract.verdicts():
        return _line(RESTRICTED, f"{none_in_force_yet(extract)}, so no restricted share is drawn.")
    if not packs:
        return _line(RESTRICTED, "not known: there is no verdict for the country that this page may show.")
    if not any(pack.in_force for pack in packs):
        return _line(RESTRICTED, "no rule of these policies was in force that day, so no restricted share is drawn.")
    rows = [r for r in _binding_parts(extract) if _is_measured(r)]
    rows = [r for r in rows if r["coverage_share"] > 0] or rows
    rows = [r for r in rows if not r["to_be_checked"]] or rows
    if not rows:
        return _line(RESTRICTED, f"not known{_that_day(extract)}: no policy that binds splits a share.")
    row = rows[0]
    ends = shares.UNKNOWN_SHARE if shares.says_nothing(row) else f"to be checked: {shares.first_page_interval(row)}"
    text = f"{ends} of the {row['segment']} of the country, under"
    of = "" if shares.says_nothing(row) else f"Share of: {_of(row)}. Date of the figure: {row['as_of']}. "
    rest = f"{of}{_other_parts(row, extract)} {shares.coverage(row['coverage_share'])} Harm: {SERVICE_HARM}"
    noted = () if shares.says_nothing(row) else _remarks(row, extract)
    named = _policy_line(row, extract) + (f" Noted with the sources: {'; '.join(noted)}." if noted else "")
    return _line(RESTRICTED, text, named, rest=rest, ident=row["share_id"])


def _other_parts(row: VendorShareRow, extract: Extract) -> str:
    """The other parts of the same whole, and the layer whose verdicts were counted."""
    rows = [r for r in shares.part_rows(extract) if _whole(r) == _whole(row)]
    parts = [
        f"clear {shares.first_page_interval(r)}" for r in rows if r["part"] == "clear" and not shares.says_nothing(r)
    ]
    for r in sorted(rows, key=lambda r: str(r["unknown_because"])):
        because = r["unknown_because"]
        if r["part"] == "unknown" and because and r["low_share"] > 0:
            parts.append(f"unknown {shares.interval(r)}, because {_UNKNOWN_BECAUSE[because]}")
    layer = (
        f"Based on the answers for {wording.asset_class(row['asset_class'])}, {row['layer']}. " if row["layer"] else ""
    )
    return f"{layer}The other parts: {'; '.join(parts)}." if parts else layer


def _whole(row: VendorShareRow) -> tuple[str | None, ...]:
    """What the parts of one whole share."""
    place = row["pack"], row["carrier_id"], row["asset_class"], row["segment"]
    return *place, row["measure"], row["as_of"], row["layer"]


def _policy_line(row: VendorShareRow, extract: Extract) -> str:
    """The policy of a part with its issuer, its force and both dates."""
    verdict = next((r for r in extract.verdicts() if r["pack"] == row["pack"]), None)
    title = verdict["pack_title"] if verdict else row["pack"]
    force = f", {verdict['force']}" if verdict else ""
    known = wording.day(row["known_on"]) if row["known_on"] else "all that the case holds"
    day = wording.day(row["as_of_on"])
    return f"{title} (issued by {extract.name(row['issuer'])}{force}; in force {day}; known: {known})."


def common_card(extract: Extract) -> Card | None:
    """What fails together with one vendor: the highest lower end, then the lowest upper end; equals share the card."""
    rows = [r for r in extract.results(CommonFailureRow) if not (shares.says_nothing(r) or r["to_be_checked"])]
    if not rows:
        return None
    best = max((r["low_share"], -r["high_share"]) for r in rows)
    tied = [r for r in rows if (r["low_share"], -r["high_share"]) == best]
    tied.sort(key=lambda r: (r["measure"], extract.name(r["vendor_id"]).casefold(), r["failure_id"]))
    row = tied[0]
    alike = [r for r in tied if all(r[c] == row[c] for c in ("measure", "asset_class", "carrier_ids"))]
    carriers = wording.series(extract.name(c) for c in row["carrier_ids"])
    vendors = wording.series((extract.name(r["vendor_id"]) for r in alike), "or")
    which = wording.plural(len(alike), "this vendor", "these vendors, each alone")
    return Card(
        question=TOGETHER,
        heading=f"{wording.asset_class(row['asset_class'])}: fails together with {vendors}",
        words=shares.first_page_ends(row),
        low=row["low_share"],
        high=row["high_share"],
        says=f"Carriers with equipment of {which}:" if carriers else f"No carrier names {which}.",
        of=_of(row),
        check=bool(row["to_be_checked"]),
        id=row["failure_id"],
        named=f"{carriers}." if carriers else "",
        when=f"As of {wording.day(row['as_of_on'])}.",
        coverage="" if row["coverage_share"] is None else shares.coverage(row["coverage_share"]),
        harm="loss of service, everywhere at the same time.",
        remarks=_remarks(row, extract),
        more_ids=tuple(r["failure_id"] for r in alike[1:]),
    )


def common_line(extract: Extract) -> WordLine:
    """What fails together, where every figure needs a check."""
    if any(not shares.says_nothing(r) for r in extract.results(CommonFailureRow)):
        return _line(TOGETHER, 'the figures come from weak sources; section 4 lists them under "To be checked".')
    return _line(TOGETHER, f"not known{_that_day(extract)}.")


def site_card(extract: Extract) -> Card | None:
    """A site, first of all one whose carrier is unknown, with the set of vendors on which most of it depends."""
    rows = [r for r in extract.results(SiteDependenceRow) if not r["to_be_checked"]]
    main = {(r["site_id"], tuple(r["vendor_ids"])): r for r in rows if r["scenario"] is None}
    if not main:
        return None
    scenarios: dict[tuple[str, tuple[str, ...]], SiteDependenceRow] = {}
    for row in rows:
        key = (row["site_id"], tuple(row["vendor_ids"]))
        if row["scenario"] is not None and row["low_share"] > 0 and key in main:
            scenarios[key] = min(scenarios.get(key, row), row, key=lambda r: (-r["low_share"], r["dependence_id"]))
    pool = scenarios or {key: row for key, row in main.items() if not shares.says_nothing(row)}
    if not pool:
        return None
    named = {site["site_id"]: carrier_words(site, extract) for site in sites_of(extract)}

    def rank(key: tuple[str, tuple[str, ...]]) -> tuple[object, ...]:
        """Sites first whose carrier is not known: that is what a reader can ask for."""
        return bool(named.get(key[0])), -pool[key]["low_share"], pool[key]["high_share"], len(key[1]), key

    key = min(pool, key=rank)
    row, scenario = main[key], scenarios.get(key)
    served = f"served by {named[key[0]]}" if named.get(key[0]) else "carrier unknown"
    return Card(
        question=SITES,
        heading=f"A sensitive site, {served}: {extract.vendors(row['vendor_ids'])}",
        words=shares.first_page_ends(row),
        low=row["low_share"],
        high=row["high_share"],
        says="From the least to the most dependent carrier of the country; a carrier without a figure counts as "
        "0 to 100 %.",
        of=_of(row),
        check=bool(row["to_be_checked"]),
        id=row["dependence_id"],
        when=f"As of {wording.day(row['as_of_on'])}.",
        coverage=_carriers_with_figure(row),
        harm=f"{row['harm']}.",
        remarks=_remarks(row, extract),
        scenario=None
        if scenario is None
        else {
            "says": scenario["scenario"] or "",
            "words": wording.interval(scenario["low_share"], scenario["high_share"]),
            "id": scenario["dependence_id"],
        },
    )


def _carriers_with_figure(row: SiteDependenceRow) -> str:
    if row["asked_carrier_count"] is None:
        return ""
    known = wording.number_word(row["known_carrier_count"] or 0)
    return f"Coverage: {known} of {wording.number_word(row['asked_carrier_count'])} carriers have a figure."


def sites_line(extract: Extract) -> WordLine:
    """How far sensitive sites depend on a vendor, where every figure needs a check."""
    rows = extract.results(SiteDependenceRow)
    main = sorted((r for r in rows if r["scenario"] is None), key=lambda r: (r["low_share"], r["dependence_id"]))
    found = sites_of(extract)
    if not main:
        return _line(SITES, "this case lists no site in the country.")
    sites = wording.count(len(found), "site", spelled=True)
    if not any(carriers_of(site, extract) for site in found):
        sites += ", carrier unknown"
    nothing, unknown = all(map(shares.says_nothing, main)), shares.UNKNOWN_SHARE
    ends = f"how far each depends on any vendor is {unknown}" if nothing else "the figures are to be checked"
    weak = any(r["to_be_checked"] for r in rows)
    rest = "Scenarios that narrow this come from weak sources: see section 6. " if weak else ""
    return _line(SITES, f"{sites}: {ends}.", rest=f"{rest}Harm: {main[0]['harm']}.", ident=main[0]["dependence_id"])


def _line(question: str, text: str, quoted: str = "", *, rest: str = "", ident: str = "") -> WordLine:
    return WordLine(question, text[:1].upper() + text[1:], quoted, rest, ident)


def _that_day(extract: Extract) -> str:
    return "" if extract.known is None else " on that day"
