"""What is not known, ranked by how much of the findings it widens, with whom to ask and what an answer would change.

Every width is that of a stored gap, every swing that of a stored figure of aid; this module only chooses and orders.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import fsum
from typing import NamedTuple, TypedDict

from provenet.case.extract import Citation, Extract
from provenet.case.plans import main_plan
from provenet.case.plans import uncounted as uncounted_kinds
from provenet.case.rows import (
    AnyRow,
    CommonFailureRow,
    FundInputRow,
    GapRow,
    PlanStepRow,
    PolicyRuleRow,
    PurchaseRow,
    SiteDependenceRow,
    VendorShareRow,
    VerdictRow,
)
from provenet.core import wording
from provenet.core.answer import Count, Name, Sentence, Series, Slot, Term, sentence
from provenet.core.grouping import grouped
from provenet.core.rule_words import words_of_test
from provenet.dependence.answer import NETWORK
from provenet.dossier.aid import in_order
from provenet.dossier.aid_inputs import by_width, figure_names
from provenet.evidence.verdict_rows import by_pack, open_words, pack_words

SHOWN_CLASSES = 3
SHOWN_GAPS, SHOWN_OF_FINDING, SHOWN_FACTS, SHOWN_SWINGS = 10, 3, 3, 3
LEAST_WIDTH = 0.005
"""A gap that adds less than half a percentage point is not listed."""
_UNPUBLISHED = "not published"


@dataclass(frozen=True, kw_only=True)
class Unknown:
    """One thing not known: `figure` is what it widens, `finding` its number on the first page (0: none)."""

    said: Sentence
    asked: Slot
    of: Sentence
    finding: int
    width_share: float
    left_share: float
    id: str
    more: int = 0
    check: bool = False
    cites: tuple[Citation, ...] = ()

    @property
    def what(self) -> str:
        """What is not known."""
        return self.said.says

    @property
    def ask(self) -> str:
        """Who can say."""
        return "".join(piece.text for piece in self.asked.pieces())

    @property
    def figure(self) -> str:
        """What it widens."""
        return self.of.says


def unknowns(extract: Extract, findings: Sequence[str]) -> list[Unknown]:
    """What widens the findings, each in turn by its row, then other shares of the country, the widest first."""
    gaps = sorted(extract.results(GapRow), key=lambda row: (-row["width_share"], row["gap_id"]))
    gaps = [row for row in gaps if row["width_share"] >= LEAST_WIDTH]
    by_figure = grouped((row["figure_id"], row) for row in gaps)
    figures = _figures(extract)
    found: list[Unknown] = []
    seen: set[tuple[object, ...]] = set()
    for number, finding in enumerate(findings, start=1):
        for gap in by_figure.get(finding, [])[:SHOWN_OF_FINDING]:
            seen.add(_question(gap))
            found.append(_unknown(gap, figures, extract, finding=number))
    return (found + _others(gaps, figures, seen, extract=extract))[:SHOWN_GAPS]


def _figures(extract: Extract) -> dict[str, AnyRow]:
    """The rows that gaps speak of, by id."""
    shares: dict[str, AnyRow] = {row["share_id"]: dict(row) for row in extract.results(VendorShareRow)}
    shares |= {row["failure_id"]: dict(row) for row in extract.results(CommonFailureRow)}
    return shares | {row["dependence_id"]: dict(row) for row in extract.results(SiteDependenceRow)}


def _question(gap: GapRow) -> tuple[object, ...]:
    """What would be asked: the same of two figures is one question."""
    pack = gap["pack"] if gap["ask"] == "issuer" else None
    return gap["kind"], gap["carrier_id"], gap["asset_class"], pack


def _others(
    gaps: Sequence[GapRow], figures: Mapping[str, AnyRow], seen: set[tuple[object, ...]], *, extract: Extract
) -> list[Unknown]:
    """Gaps of other shares of the whole country, of policies only those that bind; the unpublished classes are one."""
    binding = {pack.pack for pack in by_pack(extract) if pack.in_force and pack.rows[0]["force"] in ("law", "contract")}
    best = _best_wholes(figures.values())
    found: list[Unknown] = []
    unpublished: list[GapRow] = []
    for gap in gaps:
        figure = figures.get(gap["figure_id"], {})
        if figure.get("method") == _UNPUBLISHED:
            unpublished.append(gap)
        elif (
            best.get(_about(figure)) == _whole(figure)
            and gap["pack"] in {None, *binding}
            and (gap["kind"] != "equipment" or gap["carrier_id"])
            and _question(gap) not in seen
        ):
            seen.add(_question(gap))
            found.append(_unknown(gap, figures, extract))
    return ([_classes(unpublished)] if unpublished else []) + found


def _about(figure: AnyRow) -> tuple[object, ...]:
    """What a share of the country is of, in whatever measure and on whatever day; of nothing else."""
    is_share = "part" in figure and figure["carrier_id"] is None and not figure["later_estimate"]
    return (figure["asset_class"], figure["pack"]) if is_share else ()


def _whole(figure: AnyRow) -> tuple[object, ...]:
    return tuple(figure.get(name) for name in ("segment", "measure", "as_of"))


def _best_wholes(figures: Iterable[AnyRow]) -> dict[tuple[object, ...], tuple[object, ...]]:
    """For each class and policy the whole of which most is known, then the newest: what it lacks is what is not known.

    An older whole may lack what a newer one has.
    """
    ranked: dict[tuple[object, ...], tuple[float, date, str]] = {}
    best: dict[tuple[object, ...], tuple[object, ...]] = {}
    for figure in figures:
        about = _about(figure)
        if about and figure["method"] != _UNPUBLISHED:
            rank = figure["coverage_share"], figure["as_of_high_on"] or date.min, figure["share_id"]
            if rank > ranked.get(about, (-1.0, date.min, "")):
                ranked[about], best[about] = rank, _whole(figure)
    return best


OF_CLASSES = "shares of these classes"


def _classes(gaps: Sequence[GapRow]) -> Unknown:
    """The classes of which no share is on record, as one line: parts of a network first, others by their number."""
    classes = sorted({gap["asset_class"] for gap in gaps}, key=lambda one: (_place(one), "." in one, one))
    names: list[Slot] = [Term(text=wording.asset_class(one)) for one in classes[:SHOWN_CLASSES]]
    if (more := len(classes) - SHOWN_CLASSES) > 0:
        names.append(Count(number=more, one="other part"))
    first = gaps[0]
    return Unknown(
        said=sentence("The share of each vendor in {parts}", parts=Series(items=tuple(names))),
        asked=Term(text="each carrier, or the regulator for all of them"),
        of=sentence(OF_CLASSES),
        finding=0,
        width_share=first["width_share"],
        left_share=first["left_share"],
        id=first["gap_id"],
        more=len(gaps) - 1,
    )


def _place(asset_class: str) -> int:
    part = asset_class.split(".")[0]
    return NETWORK.index(part) if part in NETWORK else len(NETWORK)


def _unknown(gap: GapRow, figures: Mapping[str, AnyRow], extract: Extract, *, finding: int = 0) -> Unknown:
    figure = figures[gap["figure_id"]]
    return Unknown(
        said=_what(gap, figure, extract),
        asked=Term(text=_ask(gap, extract)),
        of=_figure(figure, extract),
        finding=finding,
        width_share=gap["width_share"],
        left_share=gap["left_share"],
        id=gap["gap_id"],
        check=gap["to_be_checked"],
        cites=tuple(extract.cite_refs(figure["inputs"])) if gap["ask"] == "publisher" else (),
    )


WHAT = {
    "equipment": "How much of the {part} of {carrier} each vendor supplies",
    "whole carrier": "Whether the rest of the {part} of {carrier} carries on when one vendor's part fails",
    "weight": "How large the carriers are that no figure names",
    "verdict": "Facts that leave answers of the policy open{facts}",
    "condition": "Whether the conditions of the policy are met",
    "range": "The figure behind a range that its source gives in words",
    "split": "How the published share splits, for {vendors}",
    "units": "The vendor of units that the inventory lists without one",
    "serves": "Which carrier serves each sensitive site",
}
FACTS = ": {facts}"
FAILS, OF_SITE = "{part}: what fails together with {vendors}", "dependence of a site on {vendors}"
RESTRICTED, OF_VENDORS = "{part}: restricted part, under {policy}", "{part}: {vendors}"


def _what(gap: GapRow, figure: AnyRow, extract: Extract) -> Sentence:
    facts, _ = _facts_of(gap, extract)
    return sentence(
        WHAT[gap["kind"]],
        part=Term(text=gap["segment"] or wording.asset_class(gap["asset_class"])),
        carrier=Term(text=extract.name(gap["carrier_id"]) or "every carrier"),
        vendors=extract.vendor_names(figure.get("vendor_ids") or ()),
        facts=sentence(FACTS, facts=Name(text="; ".join(facts))) if facts else sentence(""),
    )


ASKED = {
    "carrier": "each carrier",
    "regulator": "the regulator",
    "issuer": "who issued the policy",
    "publisher": "who published it",
    "site owner": "the owner of each site",
    "others": "the carriers and vendors concerned",
}


def _ask(gap: GapRow, extract: Extract) -> str:
    named = extract.name(gap["ask_id"])
    who = "others" if gap["ask"] == "issuer" and not _facts_of(gap, extract)[1] else gap["ask"]
    return named if named and who in ("carrier", "issuer") else ASKED[who]


def _figure(figure: AnyRow, extract: Extract) -> Sentence:
    """What a figure is of."""
    part = Term(text=figure.get("segment") or wording.asset_class(figure["asset_class"]))
    if "failure_id" in figure:
        return sentence(FAILS, part=part, vendors=Name(text=extract.name(figure["vendor_id"])))
    if "dependence_id" in figure:
        named = extract.vendor_names(figure["vendor_ids"])
        return sentence(OF_SITE, vendors=named if figure["vendor_ids"] else Term(text="any vendor"))
    if figure["part"]:
        return sentence(RESTRICTED, part=part, policy=Name(text=pack_words(figure["pack"], extract)))
    return sentence(OF_VENDORS, part=part, vendors=extract.vendor_names(figure["vendor_ids"], figure["complement"]))


def _facts_of(gap: GapRow, extract: Extract) -> tuple[tuple[str, ...], bool]:
    """The facts that are open for the class of a gap, in words, and whether its issuer alone can say them."""
    first = gap["asset_class"].split(".")[0]
    rows = [
        (row, issuer_facts(row, extract))
        for row in extract.verdicts()
        if row["pack"] == gap["pack"] and row["outcome"] == "undetermined"
        if row["asset_class"].split(".")[0] == first
    ]
    row, own = min(rows, key=lambda one: (not one[1], one[0]["reason"]), default=(None, ()))
    return tuple(one for one, _ in own) or tuple(open_words(row["reason"]) if row else ()), bool(own)


def issuer_facts(row: VerdictRow, extract: Extract) -> tuple[tuple[str, bool], ...]:
    """The open facts of a verdict that the issuer of its policy alone can say, each in words and whether a clause."""
    rules = extract.once(
        "rules by policy", lambda: grouped((one["pack"], one) for one in extract.results(PolicyRuleRow))
    )
    said = dict(fact.split(": ", 1) for rule in rules.get(row["pack"], ()) for fact in rule["issuer_facts"] or ())
    tests = [test.removeprefix("fact: ").partition(" ") for test in row["open_tests"] if test.startswith("fact: ")]
    return tuple({key: (said[key], not value) for key, _, value in tests if key in said}.values())


class OpenFact(TypedDict):
    """Facts that leave answers of one policy open: `facts` are those that its issuer alone can say."""

    what: str
    facts: tuple[tuple[str, bool], ...]
    policy: str
    ask: str
    settled: str
    id: str
    more: int


def open_facts(extract: Extract) -> list[OpenFact]:
    """The facts that leave most answers open, of policies that bind first; each set of facts once a policy.

    Whoever issued a policy is asked for what it alone can say, and for nothing else: that first. `more` further answers
    turn on the same facts.
    """
    ranked: list[tuple[bool, bool, int, str, OpenFact]] = []
    for pack in (pack for pack in by_pack(extract) if pack.in_force):
        groups: dict[tuple[tuple[str, bool], ...], list[VerdictRow]] = {}
        asked = dict[object, bool]()
        for row in (row for row in pack.rows if row["outcome"] == "undetermined"):
            own = issuer_facts(row, extract)
            other = tuple((word, False) for word in open_words(row["reason"]) or map(words_of_test, row["open_tests"]))
            groups.setdefault(own or other, []).append(row)
            asked[own or other] = bool(own)
        binds = pack.rows[0]["force"] in ("law", "contract")
        for facts, rows in ((facts, rows) for facts, rows in groups.items() if facts):
            key = min(row["verdict_id"] for row in rows)
            fact: OpenFact = {
                "what": "; ".join(one for one, _ in facts),
                "facts": facts if asked[facts] else (),
                "policy": pack.rows[0]["pack_title"],
                "ask": pack.issuer if asked[facts] else ASKED["others"],
                "settled": " or ".join(sorted({word for row in rows for word in row["if_settled"]})) or "not stated",
                "id": key,
                "more": len(rows) - 1,
            }
            ranked.append((not binds, not asked[facts], -len(rows), key, fact))
    return [fact for *_, fact in sorted(ranked, key=lambda one: one[:4])[:SHOWN_FACTS]]


def aid_swings(extract: Extract) -> list[tuple[str, FundInputRow]]:
    """The figures that move the answer on aid most when tried at their ends, each by its name."""
    fund = next(iter(in_order(extract)), None)
    rows = extract.parts_of(FundInputRow, fund) if fund is not None else []
    purchases = {row["purchase_id"]: row for row in extract.whole(PurchaseRow)}
    names = figure_names(rows, purchases, extract)
    return [(names[row["input_id"]], row) for row in by_width(rows)[:SHOWN_SWINGS]]


class CostSwing(NamedTuple):
    """Equipment of a carrier whose count and price are not certain: its cost and its part of the width, in words."""

    what: str
    ask: str
    cost: str
    width: str
    assumed: bool
    lot: str


def cost_swings(extract: Extract) -> list[CostSwing]:
    """The equipment whose count and price widen the net cost of the main plan most, the widest first.

    The cost of a plan is the sum of that of its lots, so the widths of all equipment add up to that of the plan.
    """
    plan = main_plan(extract)
    if plan is None:
        return []
    steps = [step for step in extract.parts_of(PlanStepRow, plan) if step["action"] != "stays" and step["priced"]]
    groups = grouped(((step["carrier_id"], step["asset_class"], step["from_vendor_id"]), step) for step in steps)
    ranked = [
        (
            fsum(row["low_cost_amount"] or 0.0 for row in rows),
            fsum(row["high_cost_amount"] or 0.0 for row in rows),
            rows,
        )
        for rows in groups.values()
    ]
    total = fsum(high - low for low, high, _ in ranked)
    ranked.sort(key=lambda one: (one[0] - one[1], min(row["step_id"] for row in one[2])))
    return [
        CostSwing(
            what=_equipment(rows[0], extract),
            ask=extract.name(rows[0]["carrier_id"]),
            cost=wording.amount_interval(low, high, plan["currency"]),
            width=wording.percent((high - low) / total),
            assumed=any(row["basis"] == "assumed" for row in rows),
            lot=min(row["step_id"] for row in rows),
        )
        for low, high, rows in ranked[:SHOWN_SWINGS]
        if high > low
    ]


def _equipment(row: PlanStepRow, extract: Extract) -> str:
    vendor, carrier = extract.name(row["from_vendor_id"]), extract.name(row["carrier_id"])
    part = wording.asset_class(row["asset_class"])
    return f"How much {vendor} equipment {carrier} has ({part}), and what replacing it costs"


_WHY = re.compile(r",? and no row (?:says how much|counts) .*$")


def uncounted(extract: Extract) -> list[str]:
    """What the main plan could not count, a sentence each."""
    plan = main_plan(extract)
    return [_WHY.sub("", text) for text in uncounted_kinds(plan)] if plan is not None else []
