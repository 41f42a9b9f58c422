"""The first page: the answer in plain words, the few figures that matter, the harm they speak of, what is not seen."""

from __future__ import annotations

from typing import Any

from provenet.dossier.cards import common_card, newest_card, part_card, site_card, to_check_card
from provenet.dossier.carriers import named_in
from provenet.dossier.outreach import outreach_order, outreach_row, reaches
from provenet.dossier.shares import unseen_classes
from provenet.dossier.stored import Row, Stored, near_day, unread
from provenet.dossier.threads import by_date, thread, threads
from provenet.dossier.unanswered import only_weak, restricted_line, sites_line, together_line
from provenet.dossier.verdicts import NO_RULE, PackRows, act_words, assumptions, by_pack, outcome_word
from provenet.dossier.words import class_words, count_words, day_words, join_words, number_words

TITLE = "The answer on one page"

_SHOWN = 3
"""Claims and acts of persuasion shown on the first page of a day in the past."""

_NAMED = 3
"""Up to this many vendors are named in a line; more are counted."""


def collect(stored: Stored) -> dict[str, Any]:
    """The headline, one line per policy, at most four figures, and what these pages cannot see."""
    packs = by_pack(stored)
    policies = [_policy_line(pack, stored) for pack in packs]
    newest = newest_card(stored)
    check = to_check_card(stored) if newest is None else None
    part, common, site = part_card(stored), common_card(stored), site_card(stored)
    answers = [
        newest or check,
        part or restricted_line(stored, packs),
        common or together_line(stored),
        site or sites_line(stored),
    ]
    return {
        "headline": _headline(stored, packs),
        "then": stored.known is not None,
        "day": day_words(stored.as_of),
        "policies": policies,
        "assumed": assumptions(row for pack in packs for row in pack.rows),
        "cards": [card for card in (newest or check, part, common, site) if card],
        "answers": [answer for answer in answers if answer],
        "only_weak": only_weak(stored) if check else "",
        "named": named_in(stored, "ran") if check else [],
        "dependent": newest is not None or check is not None,
        "said": _said(stored) if stored.known is not None else [],
        "reached": _reached(stored) if stored.known is not None else [],
        "unseen": unseen_classes(stored),
        "has_sites": bool(stored.results("site_dependence")),
    }


def _headline(stored: Stored, packs: list[PackRows]) -> str:
    """One sentence: what the policies in force say that day, or that none was in force, or that none was asked."""
    day = day_words(stored.as_of)
    if not packs:
        return f"This case holds no verdict for {stored.country} on {day}."
    packs = [pack for pack in packs if not pack.is_proposal] or packs
    live = [pack for pack in packs if pack.in_force]
    policies = count_words(len(packs), "policy", "policies")
    if not live:
        if all(pack.later for pack in packs):
            none = f"On {day}, none of the {policies} asked about for {stored.country}, all adopted later, had a rule"
        else:
            none = f"On {day}, none of the {policies} screened for {stored.country} had a rule"
        return f"{none} in force: under these policies no vendor could be restricted and none could be found clear."
    parts = []
    for word, says in (("restricted", "restrict"), ("conditional", "set conditions for")):
        vendors = _vendors_with(live, word, stored)
        if vendors:
            parts.append(f"{says} some equipment of {_listed(vendors)}")
    said = join_words(parts) if parts else "restrict no vendor on the facts on record"
    which = policies if len(live) == len(packs) else f"{number_words(len(live))} of {policies}"
    text = f"On {day}, {which} screened for {stored.country} had rules in force: they {said}"
    open_vendors = _vendors_with(live, "undetermined", stored)
    if open_vendors:
        text += (
            f"; for {_listed(open_vendors)} some answers are undetermined, because facts the rules test are not known"
        )
    return text + "."


def _said(stored: Stored) -> list[Row]:
    """For a day in the past: claims with a reply, those of that very day first, else the latest."""
    read = [r for r in stored.inputs("claim") if not unread(r)]
    answered = [(root, replies) for root, replies in threads(read) if replies]
    today = [pair for pair in answered if near_day(pair[0], "said_low_on", "said_high_on") == stored.as_of]
    chosen = today[:_SHOWN] or sorted(answered, key=lambda pair: by_date(pair[0]))[-_SHOWN:]
    return [thread(root, replies, stored) for root, replies in chosen]


def _reached(stored: Stored) -> list[Row]:
    """For a day in the past: the latest acts of persuasion addressed to the country."""
    rows = [r for r in stored.inputs("outreach") if not unread(r) and reaches(r, stored)]
    rows.sort(key=outreach_order)
    return [outreach_row(r, stored) for r in rows[-_SHOWN:]]


def _vendors_with(packs: list[PackRows], word: str, stored: Stored) -> list[str]:
    found = {stored.name(r["vendor_id"]) for pack in packs for r in pack.rows if outcome_word(r) == word}
    return sorted(found, key=str.casefold)


def _listed(vendors: list[str]) -> str:
    return join_words(vendors) if len(vendors) <= _NAMED else count_words(len(vendors), "vendor")


def _policy_line(pack: PackRows, stored: Stored) -> Row:
    """A policy's answers by outcome: which vendors get it for some equipment, and for which classes.

    `unreached` holds the acts asked about where no rule reaches any of what was asked: then clear says very little.
    """
    if not pack.in_force:
        return {**pack.stamp, "answers": [], "none": NO_RULE, "unreached": ""}
    answers: list[Row] = []
    for word in ("restricted", "conditional", "undetermined", "clear"):
        rows = [r for r in pack.rows if outcome_word(r) == word]
        if not rows:
            continue
        vendors = sorted({stored.name(r["vendor_id"]) for r in rows}, key=str.casefold)
        segments = sorted({r["asset_class"].split(".")[0] for r in rows})
        whole = len(segments) == len({r["asset_class"].split(".")[0] for r in pack.rows})
        answers.append({
            "outcome": word,
            "vendors": "" if word == "clear" and answers else _listed(vendors),
            "where": "every class asked about" if whole else join_words([class_words(s) for s in segments]),
            "disputed": any(r["hangs_on_disputed"] for r in rows),
        })  # fmt: skip
    acts = join_words(sorted({act_words(r["action"]) for r in pack.rows}))
    unreached = "" if any(r["rule_id"] for r in pack.rows) else acts
    return {**pack.stamp, "answers": answers, "none": "", "unreached": unreached}
