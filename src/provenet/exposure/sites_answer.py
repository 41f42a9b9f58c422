"""What is known of a country's sensitive sites: who serves them, and how far they depend on a vendor."""

from provenet.case.extract import Extract
from provenet.case.rows import SiteDependenceRow
from provenet.core.answer import Answer, Count, Country, Interval, Name, Sentence, Series, Term, sentence
from provenet.exposure.site_facts import carriers_of, sites_of

NO_SITES = "No sensitive site of {country} is on record, so what its traffic rides is not known."
NO_CARRIER = "Which carrier serves {blank} of {sites} on record is not known{more}; each owner can say."
NONE_OF_ANY = "Which carrier serves any of {sites} on record is not known{more}; each owner can say."
ALL_SERVED = "A carrier is on record for each of {sites}."
MOST = "The most that is certain of one: {share} of {measure} from {vendors}."
SCENARIO = "If {says}: {share}."
UNKNOWN = ", nor how far any depends on a vendor (0 to 100 %)"
ALL_UNKNOWN = "How far any of them depends on a vendor is not known (0 to 100 %)."
SUCH = "Among them: {sites}."
SHOWN = 2
"""Sites that the answer names, headquarters first."""
HARM = "Harm: {harm}."
ASK = "The owner of each site can say which carrier serves it."


def sites_answer(extract: Extract) -> Answer:
    """How many sites are on record, of how many the carrier is known, and the most that is certain of a vendor."""
    sites = sites_of(extract)
    if not sites:
        return extract.answer("sites", sentence(NO_SITES, country=Country(name=extract.country)))
    blank = [site["site_id"] for site in sites if not carriers_of(site, extract)]
    counted = Count(number=len(sites), one="sensitive site")
    row = _most_dependent(extract)
    finding = (
        sentence(
            NO_CARRIER if len(blank) < len(sites) else NONE_OF_ANY,
            blank=Count(number=len(blank)),
            sites=counted,
            more=sentence("" if row else UNKNOWN),
        )
        if blank
        else sentence(ALL_SERVED, sites=counted)
    )
    beside = [_certain(row, extract)] if row else [] if blank else [sentence(ALL_UNKNOWN)]
    if row is not None and (then := _scenario(row, extract)) is not None:
        beside.append(sentence(SCENARIO, says=Name(text=then["scenario"] or ""), share=_share(then)))
    sites.sort(key=lambda site: "hq" not in (site["role"] or "").casefold().split())
    names = tuple(Name(text=site["name"]) for site in sites[:SHOWN])
    beside.append(sentence(SUCH, sites=Series(items=names)))
    harm = [sentence(HARM, harm=Term(text=row["harm"]))] if row is not None else []
    return extract.answer(
        "sites",
        finding,
        sentences=beside,
        caveats=harm,
        would_change=[sentence(ASK)] if blank else [],
        key_row="" if row is None else row["dependence_id"],
        rows=[*(site["site_id"] for site in sites)],
    )


def _main(extract: Extract) -> list[SiteDependenceRow]:
    rows = [row for row in extract.results(SiteDependenceRow) if not row["to_be_checked"]]
    return [row for row in rows if row["low_share"] > 0 or row["high_share"] < 1]


def _most_dependent(extract: Extract) -> SiteDependenceRow | None:
    """The row without a scenario of which most is certain."""
    rows = [row for row in _main(extract) if row["scenario"] is None and row["low_share"] > 0]
    return min(rows, key=lambda row: (-row["low_share"], row["high_share"], row["dependence_id"]), default=None)


def _scenario(row: SiteDependenceRow, extract: Extract) -> SiteDependenceRow | None:
    alike = ("site_id", "vendor_ids")
    rows = [one for one in _main(extract) if one["scenario"] and all(one[name] == row[name] for name in alike)]  # type: ignore[literal-required]
    return min(rows, key=lambda one: (-one["low_share"], one["dependence_id"]), default=None)


def _certain(row: SiteDependenceRow, extract: Extract) -> Sentence:
    measure = Name(text=(row["measure_short"] or row["measure"]).removeprefix("share of "))
    return sentence(MOST, vendors=extract.vendor_names(row["vendor_ids"]), share=_share(row), measure=measure)


def _share(row: SiteDependenceRow) -> Interval:
    return Interval(low=row["low_share"], high=row["high_share"], how="worked out", row=row["dependence_id"])
