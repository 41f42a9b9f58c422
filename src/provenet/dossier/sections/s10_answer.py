"""The first page: the answer in plain words, the figures that matter, the harm they describe, and what is not seen."""

from provenet.case.rows import ClaimRow, OutreachRow, SiteDependenceRow
from provenet.case.statements import said_order
from provenet.core import wording
from provenet.dossier import cards
from provenet.dossier.contracts import named_in
from provenet.dossier.extract import Extract, Fields, near_day, unread
from provenet.dossier.sections.s70_outreach import outreach_order, outreach_row, reaches
from provenet.dossier.shares import unseen_classes
from provenet.dossier.threads import Thread, exchanges, thread
from provenet.dossier.verdicts import NO_RULE, PackRows, act_name, assumptions, by_pack, none_in_force_yet, outcome_word

TITLE = "The answer on one page"

_SHOWN = 3
"""Claims and acts of persuasion shown on the first page of a day in the past."""

_NAMED = 3
"""Up to this many vendors are named in a line; more are counted."""


def collect(extract: Extract) -> Fields:
    """The headline, one line per policy, at most four figures, and what these pages cannot see."""
    packs = by_pack(extract)
    policies = [_policy_line(pack, extract) for pack in packs]
    newest = cards.newest_card(extract)
    check = cards.to_check_card(extract) if newest is None else None
    part, common, site = cards.restricted_card(extract), cards.common_card(extract), cards.site_card(extract)
    answers = [
        newest or check,
        part or cards.restricted_line(extract, packs),
        common or cards.common_line(extract),
        site or cards.sites_line(extract),
    ]
    return {
        "headline": headline(extract),
        "day": wording.day(extract.as_of),
        "policies": policies,
        "assumed": assumptions(row for pack in packs for row in pack.rows),
        "cards": [card for card in (newest or check, part, common, site) if card],
        "answers": [answer for answer in answers if answer],
        "noted": list(
            dict.fromkeys(note for card in (newest or check, part, common, site) if card for note in card.remarks)
        ),
        "only_weak": cards.only_weak(extract) if check else "",
        "named": named_in(extract, "ran") if check else [],
        "dependent": newest is not None or check is not None,
        "claims": _claims(extract) if extract.known is not None else [],
        "reached": _reached(extract) if extract.known is not None else [],
        "unseen": unseen_classes(extract),
        "has_sites": bool(extract.results(SiteDependenceRow)),
    }


def headline(extract: Extract) -> str:
    """One sentence: what the policies in force say that day, that none was in force, or that none was screened."""
    packs, day, where = by_pack(extract), wording.day(extract.as_of), wording.country(extract.country)
    if not packs and extract.verdicts():
        return f"On {day}, {none_in_force_yet(extract)}: no vendor could be restricted and none could be found clear."
    if not packs:
        return f"There is no verdict for {where} on {day} that this page may show."
    packs = [pack for pack in packs if pack.binds]
    if not packs:
        return f"On {day}, no policy screened for {where} binds there: what they say is a scenario."
    live = [pack for pack in packs if pack.in_force]
    policies = wording.count(len(packs), "policy", spelled=True)
    if not live:
        return (
            f"On {day}, {_none_of(packs, where)} in force: under "
            f"{wording.plural(len(packs), 'this policy', 'these policies')} no vendor could be restricted and none "
            "could be found clear."
        )
    parts = []
    for word, sentence in (("restricted", "restrict"), ("conditional", "set conditions for")):
        vendors = vendors_with(live, word, extract)
        if vendors:
            parts.append(f"{sentence} some equipment of {_listed(vendors)}")
    which = policies if len(live) == len(packs) else f"{wording.number_word(len(live))} of {policies}"
    text = f"On {day}, {which} screened for {where} had rules in force"
    text += f": they {wording.series(parts)}" if parts else ""
    open_vendors = vendors_with(live, "undetermined", extract)
    if open_vendors:
        because = "because facts that the rules test are not known"
        text += f"; for {_listed(open_vendors)} some answers are undetermined, {because}"
    return text + "."


def _none_of(packs: list[PackRows], country: str) -> str:
    """That no policy had a rule, as the middle of a sentence."""
    is_later, count = all(pack.later for pack in packs), len(packs)
    each = "" if count == 1 else "both " if count == 2 else "all "
    later = f", {each}adopted later," if is_later else ""
    if count == 1:
        return f"the one policy screened for {country}{later} had no rule"
    whole = "neither" if count == 2 else "none"
    return f"{whole} of the {wording.number_word(count)} policies screened for {country}{later} had a rule"


def _claims(extract: Extract) -> list[Thread]:
    """For a day in the past: claims with a reply, those of that very day first, else the latest."""
    read = [r for r in extract.inputs(ClaimRow) if not unread(r)]
    answered = [one for one in exchanges(read) if one.replies]
    today = [one for one in answered if near_day(one.claim["said_low_on"], one.claim["said_high_on"]) == extract.as_of]
    chosen = today[:_SHOWN] or sorted(answered, key=lambda one: said_order(one.claim))[-_SHOWN:]
    return [thread(one, extract) for one in chosen]


def _reached(extract: Extract) -> list[Fields]:
    """For a day in the past: the latest acts of persuasion addressed to the country."""
    rows = [r for r in extract.inputs(OutreachRow) if not unread(r) and reaches(r, extract)]
    rows.sort(key=outreach_order)
    return [outreach_row(r, extract) for r in rows[-_SHOWN:]]


def vendors_with(packs: list[PackRows], word: str, extract: Extract) -> list[str]:
    """The vendors that get an outcome for some equipment under any of some policies, by name."""
    found = {extract.name(r["vendor_id"]) for pack in packs for r in pack.rows if outcome_word(r) == word}
    return sorted(found, key=str.casefold)


def _listed(vendors: list[str]) -> str:
    return wording.series(vendors) if len(vendors) <= _NAMED else wording.count(len(vendors), "vendor", spelled=True)


def _policy_line(pack: PackRows, extract: Extract) -> Fields:
    """A policy's answers by outcome: which vendors get it for some equipment, and for which classes.

    `unreached` names the acts screened where no rule reaches any of them: then clear means very little.
    """
    if not pack.has_rules:
        return {**pack.stamp, "answers": [], "none": NO_RULE, "unreached": ""}
    answers: list[Fields] = []
    for word in ("restricted", "conditional", "undetermined", "clear"):
        rows = [r for r in pack.rows if outcome_word(r) == word]
        if not rows:
            continue
        vendors = sorted({extract.name(r["vendor_id"]) for r in rows}, key=str.casefold)
        segments = sorted({r["asset_class"].split(".")[0] for r in rows})
        whole = len(segments) == len({r["asset_class"].split(".")[0] for r in pack.rows})
        answers.append(
            {
                "outcome": word,
                "vendors": "" if word == "clear" and answers else _listed(vendors),
                "where": "every class screened" if whole else wording.series(wording.asset_class(s) for s in segments),
                "decisive": any(r["hangs_on_disputed"] for r in rows),
            }
        )
    acts = wording.series(sorted({act_name(r["action"]) for r in pack.rows}))
    unreached = "" if any(r["rule_id"] for r in pack.rows) else acts
    return {**pack.stamp, "answers": answers, "none": "", "unreached": unreached}
