"""First-page questions that no figure answers: what can be said of them in plain words, with the id it rests on."""

from __future__ import annotations

from provenet.dossier.cards import RESTRICTED, SERVICE_HARM, SITES, TOGETHER, beside, open_part, under_policy
from provenet.dossier.shares import coverage, says_nothing, share_sources, vendor_rows, whole_interval
from provenet.dossier.stored import Row, Stored, unread
from provenet.dossier.verdicts import PackRows
from provenet.dossier.words import count_words, join_words


def _line(asks: str, says: str, quoted: str = "", rest: str = "", ident: str = "") -> Row:
    """A line: `says` and `rest` are ours, `quoted` holds the names and titles between them."""
    return {"asks": asks, "says": says[:1].upper() + says[1:], "quoted": quoted, "rest": rest, "id": ident}


def only_weak(stored: Stored) -> str:
    """The sentence for a country whose every published share with a number is to be checked."""
    rows = [r for r in vendor_rows(stored) if r["method"] == "published" and not says_nothing(r)]
    rows = [r for r in rows if not r["later_estimate"]]
    if not rows:
        return f"No share of vendors for {stored.country} in this case stands without checking."
    cites = {c["number"]: c["kind"] for r in rows for c in share_sources(r, stored)}
    kinds = join_words(sorted(set(cites.values())), "or")
    sources = f"{count_words(len(cites), 'source')} that cannot carry a figure alone (kind: {kinds})"
    return (
        f"Every published share of vendors for {stored.country} in this case that has a number rests on {sources}; "
        'each is listed under "to be checked" in section 4.'
    )


def restricted_line(stored: Stored, packs: list[PackRows]) -> Row:
    """How far restricted, where nothing is certain without checking."""
    then = stored.known is not None
    if not packs:
        return _line(RESTRICTED, "not known: this case holds no verdict for the country.")
    if not any(pack.in_force for pack in packs):
        return _line(RESTRICTED, "no rule of these policies was in force that day, so no restricted share is drawn.")
    row = open_part(stored)
    if row is None:
        return _line(RESTRICTED, f"not known{' on that day' if then else ''}: no policy that binds splits a share.")
    ends = "not known (0% to 100%)" if says_nothing(row) else f"to be checked: {whole_interval(row)}"
    says = f"{ends} of the {row['segment']} of the country, under"
    rest = f"{beside(row, stored)} {coverage(row)} Harm: {SERVICE_HARM}"
    return _line(RESTRICTED, says, under_policy(row, stored), rest, row["share_id"])


def together_line(stored: Stored) -> Row:
    """What fails together, where no figure stands without checking."""
    if any(not says_nothing(r) for r in stored.results("common_failure")):
        return _line(TOGETHER, 'the figures rest on weak sources and stand under "to be checked" in section 4.')
    return _line(TOGETHER, f"not known{' on that day' if stored.known is not None else ''}.")


def sites_line(stored: Stored) -> Row:
    """Where sensitive sites stand, where no figure stands without checking."""
    rows = stored.results("site_dependence")
    main = sorted((r for r in rows if r["scenario"] is None), key=lambda r: (r["low_share"], r["dependence_id"]))
    count = len([r for r in stored.inputs("site") if r["country"] in stored.places and not unread(r)])
    if not main:
        return _line(SITES, "this case lists no site in the country.")
    whose = f"{count_words(count, 'site')}, carrier unknown"
    if any(r["carrier_id"] for r in main):
        whose = count_words(count, "site")
    nothing = all(says_nothing(r) for r in main)
    ends = "how far each depends on any vendor is not known (0% to 100%)" if nothing else "figures are to be checked"
    weak = any(r["to_be_checked"] for r in rows)
    rest = "Scenarios that narrow it rest on weak sources: section 6. " if weak else ""
    return _line(SITES, f"{whose}: {ends}.", "", f"{rest}Harm: {main[0]['harm']}.", main[0]["dependence_id"])
