"""What the first page says: findings, deadlines, actions and disputes, each from stored rows by a fixed rule."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from string import Formatter

from provenet.case.rows import AwardRow, ClaimRow, FundRow, PlanRow, PlanStepRow, PurchaseRow, VerdictRow
from provenet.core import wording
from provenet.dossier import cards
from provenet.dossier.age import age_of
from provenet.dossier.aid import purchase_name
from provenet.dossier.carrier_bars import carrier_bars
from provenet.dossier.extract import Citation, Extract, unread
from provenet.dossier.plans import BASES, uncounted
from provenet.dossier.rules import PROPOSAL, RULE_ENDS, TAKES_EFFECT, TERM_ENDS, DayAhead, days_ahead, laws
from provenet.dossier.site_facts import carriers_of, sites_of
from provenet.dossier.text import prices_of, words_of_test
from provenet.dossier.threads import OTHER, Bearing, Exchange, Thread, exchanges, thread
from provenet.dossier.verdicts import by_pack, open_words

FINDINGS, DEADLINES, ACTIONS, DISPUTES = 5, 3, 3, 3
LETTERS = 1500
"""Of claims and replies that fit on the first page."""
COST = "What a change costs"
SETTLE = "{who} can settle whether {fact}, under {policy}: no other single fact leaves as many answers open."
SETTLE_TOGETHER = (
    "{who} can settle these facts together, under {policy}: {fact}. No other facts leave as many answers open."
)
LIST_SITES = (
    "The government can list its sensitive sites and ask each owner which carrier serves it: no site is on record."
)
COUNT_UNITS = (
    "The carriers can state how much equipment of each vendor they use, and its prices: without them this page can "
    "show no cost of a change."
)
SWAP = "{who} can begin to replace {vendor} in {part} {quarter}, {plan}; net cost {figure} ({year} prices, {basis})."
SWAP_UNPRICED = "{who} can begin to replace {vendor} in {part} {quarter}, {plan}; its cost is not known ({basis})."
OFFER = "A programme of aid can offer {who} {figure} for {what} before it signs, assumed for {day}."
OFFER_UNDATED = "A programme of aid can offer {who} {figure} for {what}, before a day of signing that is not known."
ASK_OWNER = "The owner of each sensitive site can say which carrier serves it: for this one none is on record."
PUBLISH = (
    "The regulator can publish the share of each vendor by carrier and part of the network, which no source on record "
    "gives for every carrier."
)
CHANGES = {
    TAKES_EFFECT: "a rule takes effect",
    TERM_ENDS: "a term ends",
    RULE_ENDS: "a rule is in force for the last day",
}
NO_RULE = "No rule was in force, so nothing had to be replaced."
NOTHING = "Under the rules in force nothing that a row counts has to be replaced."


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One finding: its question, what the figure `words` is of, and what its sources note beside it."""

    question: str
    says: str
    words: str = ""
    id: str = ""
    rest: str = ""
    quoted: str = ""
    under: str = ""
    """The policy that a part is of."""
    day: str = ""
    remarks: tuple[str, ...] = ()
    left_out: str = ""
    """What the figure does not count."""
    noted_above: bool = False
    """Whether a finding above says what the sources of this one note too."""
    check: bool = False
    age: str = ""
    """How old the newest dated row behind it is."""
    place: str = ""
    """The chapter that says more, by the name of its file."""


@dataclass(frozen=True, kw_only=True)
class Deadline:
    """The first or last day of a rule, or the last of a term that one sets."""

    day: date
    days: str
    """How many are left."""
    change: str
    """What happens on it."""
    what: str
    title: str
    cite: Citation
    id: str

    @property
    def day_words(self) -> str:
        """The day in words."""
        return wording.day(self.day)


@dataclass(frozen=True, kw_only=True)
class Action:
    """Something that can be done and by whom: a sentence, and what is put into its braces.

    `names` are words of the case, `terms` words of ours, `figure` is of the row `id`.
    """

    message: str
    names: Mapping[str, str] = field(default_factory=dict)
    terms: Mapping[str, str] = field(default_factory=dict)
    figure: str = ""
    day: date | None = None
    id: str = ""


def parts(action: Action) -> Iterator[tuple[str, str]]:
    """The sentence of an action with everything put in, by pieces: `name`, `figure`, `day`, or `text` of ours."""
    for text, name, _, _ in Formatter().parse(action.message):
        yield "text", text
        if name == "figure":
            yield "figure", action.figure
        elif name == "quarter" and action.day:
            yield "day", f"in {wording.quarter(action.day)}"
        elif name == "day" and action.day:
            yield "day", wording.day(action.day)
        elif name is not None:
            yield ("name", action.names[name]) if name in action.names else ("text", action.terms[name])


def findings(extract: Extract) -> list[Finding]:
    """Five findings: how dependent, how much is restricted, what fails together, the sites, and what a change costs."""
    found = [
        _dependent(extract),
        _of_card(
            cards.restricted_card(extract) or cards.restricted_line(extract, by_pack(extract)),
            extract,
            place="c30_rules",
        ),
        _of_card(cards.common_card(extract) or cards.common_line(extract), extract, place="c20_dependence"),
        _of_card(cards.site_card(extract) or cards.sites_line(extract), extract, place="c40_sites"),
        _change(extract),
    ]
    seen: set[str] = set()
    return [replace(_once(one, seen), age=_age(one, extract)) for one in found[:FINDINGS]]


def _age(finding: Finding, extract: Extract) -> str:
    age = age_of(extract, finding.id) if finding.words else None
    return age.words if age else ""


def _once(finding: Finding, seen: set[str]) -> Finding:
    """A finding without what a finding above it has noted with the same sources."""
    fresh = tuple(remark for remark in finding.remarks if remark not in seen)
    seen.update(fresh)
    return replace(finding, remarks=fresh, noted_above=fresh != finding.remarks)


def _dependent(extract: Extract) -> Finding:
    card = cards.newest_card(extract) or cards.to_check_card(extract)
    if card is None:
        return Finding(
            question=cards.DEPENDENT,
            says=f"How dependent the carriers of {wording.country(extract.country)} are is not known"
            + (" on that day." if extract.known else ": no published share of theirs can be used without a check."),
            place="c90_unknown",
        )
    return _of_card(card, extract, place="c20_dependence")


def _of_card(card: cards.Card | cards.WordLine, extract: Extract, *, place: str) -> Finding:
    if isinstance(card, cards.WordLine):
        return Finding(
            question=card.question,
            says=card.says,
            quoted=card.quoted.partition(" (issued by")[0].rstrip("."),
            rest=card.rest.partition("Harm:")[0].strip(),
            id=card.id,
            place=place,
        )
    for name in ("vendor_share", "common_failure", "site_dependence"):
        for row in extract.finder.rows(name, [card.id]):
            extract.cite_refs(row["inputs"])
    return Finding(
        question=card.question,
        says=card.heading,
        words=card.words,
        id=card.id,
        quoted=card.of,
        rest=" ".join(part for part in (card.coverage, card.rest) if part),
        under=card.named.partition(" (issued by")[0] if card.css == "restricted" else "",
        day=card.when,
        remarks=card.remarks,
        check=card.check,
        place=place,
    )


def main_plan(extract: Extract) -> PlanRow | None:
    """The plan that replaces something under the rules in force; else in the scenario."""

    def place(row: PlanRow) -> tuple[object, ...]:
        return not row["lot_count"], row["scenario"], not row["swapped_count"], bool(row["only"]), row["plan_id"]

    return min(extract.results(PlanRow), key=place, default=None)


def _change(extract: Extract) -> Finding:
    plan = main_plan(extract)
    if plan is None:
        return Finding(
            question=COST,
            says="No plan that this page may show says what a replacement would cost.",
            place="c60_options",
        )
    left_out = len(uncounted(plan))
    found = Finding(
        question=COST,
        says=_none_replaced(plan, extract),
        id=plan["plan_id"],
        day=f"As of {wording.day(extract.as_of)}.",
        left_out=f"Left out, since no row counts them: {wording.count(left_out, 'kind', spelled=True)} of equipment "
        "that the rules reach."
        if left_out
        else "",
        place="c60_options",
    )
    if plan["status"] == "undetermined":
        return replace(found, says="No plan is made.", quoted=plan["headline"].partition(": no plan is made. ")[2][:-1])
    if not plan["swapped_count"]:
        return found
    under = "If the scenario became law, replacing" if plan["scenario"] else "Replacing"
    what = "what the plan replaces" if _left(plan) else "what the rules reach and a row counts"
    rest = [
        f"{prices_of(plan['price_year']).capitalize()}.",
        _left(plan),
        f"Nothing counted would be left from {wording.day(plan['clear_on'])}." if plan["clear_on"] else "",
        _assumed(plan["assumed_count"], plan["input_count"]),
    ]
    return replace(
        found,
        says=f"{under} {what} would cost, in cash",
        words=wording.amount_interval(plan["low_gross_cost_amount"], plan["high_gross_cost_amount"], plan["currency"]),
        rest=" ".join(filter(None, rest)),
    )


def _none_replaced(plan: PlanRow, extract: Extract) -> str:
    """Why a plan replaces nothing: that nothing has to go, or what keeps all that has to go where it is."""
    lots = plan["lot_count"]
    if not lots and plan["scenario"]:
        return "If the scenario became law, nothing that a row counts would have to be replaced."
    if not lots:
        return NOTHING if any(pack.in_force for pack in by_pack(extract)) else NO_RULE
    reach = "If the scenario became law, it would reach" if plan["scenario"] else "The rules in force reach"
    because = "the plan replaces none within its limits"
    if plan["status"] == "infeasible":
        because = "no plan keeps every limit"
    elif plan["unpriced_count"] == lots:
        because = "none has a price on record, and what has no price is not counted as free"
    return f"{reach} {wording.count(lots, 'lot')} of equipment that a row counts, and every one is left: {because}."


def _left(plan: PlanRow) -> str:
    """How many of the lots that a plan has to replace are left when it ends."""
    left = plan["lot_count"] - plan["swapped_count"]
    return f"Left when the plan ends: {left} of {wording.count(plan['lot_count'], 'lot')}." if left else ""


def _assumed(assumed: int | None, total: int | None) -> str:
    return f"{assumed:,} of {total:,} inputs are assumed." if assumed and total else ""


def deadlines(extract: Extract, most: int = DEADLINES) -> list[Deadline]:
    """The next days on which a rule of the country's jurisdictions begins or ends or a term of one ends, soonest first.

    A law stands once for each of its days; proposals, which set no day, and rules that others replaced are left out.
    """
    found: dict[tuple[date, str], DayAhead] = {}
    for one in days_ahead(laws(extract)):
        if one.kind != PROPOSAL:
            found.setdefault((one.day, one.law), one)
    return [
        Deadline(
            day=one.day,
            days=wording.count((one.day - extract.as_of).days, "day"),
            change=CHANGES[one.what],
            what=one.criterion,
            title=one.law,
            cite=one.cite,
            id=one.id,
        )
        for one in list(found.values())[:most]
    ]


def actions(extract: Extract, most: int = ACTIONS) -> list[Action]:
    """What could be done next and by whom: the fact that opens most answers, a first swap, an offer, a question.

    Where rows give fewer, what nobody has put on record: shares, sites, prices.
    """
    makers = (_settle, _swap, _offer, _ask_sites, _publish, _settle_together, _list_sites, _count)
    found: list[Action] = []
    for make in makers:
        if len(found) < most and (one := make(extract)) is not None:
            found.append(one)
    return found


def _settle(extract: Extract) -> Action | None:
    """The issuer of a policy that binds can settle the fact on which most of its open answers turn."""
    return _settling(extract, SETTLE, is_one=True)


def _settle_together(extract: Extract) -> Action | None:
    """The same for several facts together, where no answer turns on one alone."""
    return None if _settle(extract) else _settling(extract, SETTLE_TOGETHER, is_one=False)


def _settling(extract: Extract, message: str, *, is_one: bool) -> Action | None:
    best: tuple[int, tuple[str, ...], VerdictRow, str] | None = None
    for pack in by_pack(extract):
        counts: dict[tuple[str, ...], list[VerdictRow]] = {}
        if pack.in_force and pack.rows[0]["force"] in ("law", "contract"):
            for row in pack.rows:
                if row["outcome"] == "undetermined" and (len(row["open_tests"]) == 1) == is_one and row["open_tests"]:
                    counts.setdefault(tuple(row["open_tests"]), []).append(row)
        for tests, rows in counts.items():
            first = min(rows, key=lambda one: one["verdict_id"])
            if best is None or (len(rows), tests) > (best[0], best[1]):
                best = len(rows), tests, first, pack.issuer
    if best is None:
        return None
    _, tests, row, issuer = best
    facts = open_words(row["reason"]) or [words_of_test(test) for test in tests]
    return Action(
        message=message,
        names={"who": issuer, "fact": "; ".join(facts), "policy": row["pack_title"]},
        id=row["verdict_id"],
    )


def _swap(extract: Extract) -> Action | None:
    plan = main_plan(extract)
    if plan is None:
        return None
    steps = [one for one in extract.parts_of(PlanStepRow, plan) if one["start_on"]]
    if not steps:
        return None
    first = min(steps, key=lambda one: (one["start_on"] or date.max, -(one["mid_share"] or 0), one["step_id"]))
    names = {"who": extract.name(first["carrier_id"]), "vendor": extract.name(first["from_vendor_id"])}
    terms = {
        "part": wording.asset_class(first["asset_class"]),
        "plan": "as the plan for the scenario has it" if plan["scenario"] else "as the plan has it",
        "basis": BASES.get(first["basis"], first["basis"]),
    }
    if first["price_year"]:
        names["year"] = first["price_year"]
    return Action(
        message=SWAP if first["priced"] and first["price_year"] else SWAP_UNPRICED,
        names=names,
        day=first["start_on"] or extract.as_of,
        terms=terms,
        figure=wording.amount_interval(first["low_cost_amount"], first["high_cost_amount"], first["currency"]),
        id=first["step_id"],
    )


def main_fund(extract: Extract) -> FundRow | None:
    """The answer on aid."""
    return min(extract.results(FundRow), key=lambda one: (one["mechanism"] != "offers", one["fund_id"]), default=None)


def _offer(extract: Extract) -> Action | None:
    fund = main_fund(extract)
    if fund is None:
        return None
    awards = [one for one in extract.parts_of(AwardRow, fund) if one["award_amount"]]
    if not awards:
        return None
    best = max(awards, key=lambda one: (_gain(one), one["award_id"]))
    bought = next((one for one in extract.whole(PurchaseRow) if one["purchase_id"] == best["purchase_id"]), None)
    return Action(
        message=OFFER if best["signed_on"] else OFFER_UNDATED,
        names={"who": extract.name(best["carrier_id"]), "what": purchase_name(best, bought)},
        figure=wording.amount(best["award_amount"], best["currency"]),
        day=best["signed_on"],
        id=best["award_id"],
    )


def _gain(award: AwardRow) -> float:
    """How much an offer moves: the chance of a clear choice that it adds, by what is behind the purchase."""
    added = (award["after_p_clear_share"] or 0) - (award["before_p_clear_share"] or 0)
    return added * (award["mid_weight_share"] or 0)


def _ask_sites(extract: Extract) -> Action | None:
    blank = [site["site_id"] for site in sites_of(extract) if not carriers_of(site, extract)]
    return Action(message=ASK_OWNER, id=min(blank)) if blank else None


def _publish(extract: Extract) -> Action | None:
    """A call for shares by carrier, where a carrier on record has none."""
    shown = carrier_bars(extract)
    if shown is not None and all(bar.ids for bar in shown.bars):
        return None
    return Action(message=PUBLISH)


def _list_sites(extract: Extract) -> Action | None:
    """A call for a list of sites, where the case holds none of the country."""
    return None if sites_of(extract) else Action(message=LIST_SITES)


def _count(extract: Extract) -> Action | None:
    """A call for what a plan counts, where the page shows none."""
    return Action(message=COUNT_UNITS) if main_plan(extract) is None else None


def disputes(extract: Extract, most: int = DISPUTES) -> list[Thread]:
    """Claims that bear on the country, those that name it or a carrier of it before all others.

    Of both, denied ones come first and those without a reply last. One that does not fit beside those before it is
    left out, none is cut; and where one that names the country is left out, none that does not takes its place.
    """
    bearing = Bearing(extract)
    read = [row for row in extract.inputs(ClaimRow) if not unread(row)]
    found = [one for one in exchanges(read) if bearing.of(one) != OTHER]
    found.sort(key=lambda one: (not bearing.names(one), not _denials(one), not one.replies, *bearing.order(one)))
    naming = [one for one in found if bearing.names(one)]
    shown = _that_fit(naming, extract, most)
    if len(shown) == len(naming):
        shown = _that_fit(found, extract, most)
    return [{**thread(quoted, extract), "has_more": has_more} for quoted, has_more in shown]


def _that_fit(found: Sequence[Exchange], extract: Extract, most: int) -> list[tuple[Exchange, bool]]:
    """What of each is quoted, and whether more replies are on record."""
    shown: list[tuple[Exchange, bool]] = []
    for one in found:
        quoted = _quoted(one, extract)
        if len(shown) < most and (not shown or _length(quoted) + sum(_length(other) for other, _ in shown) <= LETTERS):
            beside = [row for row in (quoted.claim, *quoted.replies) if row in one.replies]
            shown.append((quoted, len(beside) < len(one.replies)))
    return shown


def _denials(one: Exchange) -> list[ClaimRow]:
    return [row for row in one.replies if row["stance"] == "denies"]


def _quoted(one: Exchange, extract: Extract) -> Exchange:
    """What an exchange denies first, with the denial: its claim, else one of the replies; else its first reply.

    Beside it stands the own reply of each vendor that replies are about, as far as they fit; where a vendor gave none,
    what others reply of it.
    """
    own = {row["claim_id"]: one.claim for row in (one.claim, *one.relays)}
    answered = own | {row["claim_id"]: row for row in one.replies}
    first = min(_denials(one) or one.replies, key=lambda row: row["answers_claim_id"] not in own, default=None)
    if first is None:
        return Exchange(claim=one.claim)
    claim = answered.get(first["answers_claim_id"] or "", one.claim)
    direct = [row for row in one.replies if answered.get(row["answers_claim_id"] or "") is claim]
    quoted = Exchange(claim=claim, replies=(first,))
    for vendor in dict.fromkeys(vendor for row in direct for vendor in row["vendor_ids"]):
        shown = (*quoted.replies, _own_reply(vendor, direct, extract))
        wider = Exchange(claim=claim, replies=tuple(row for row in one.replies if row in shown))
        if _length(wider) <= LETTERS:
            quoted = wider
    return quoted


def _own_reply(vendor: str, replies: Sequence[ClaimRow], extract: Extract) -> ClaimRow:
    about = [row for row in replies if vendor in row["vendor_ids"]]
    return min(about, key=lambda row: (extract.name(vendor) not in row["speaker"], row["speaker_kind"] != "vendor"))


def _length(one: Exchange) -> int:
    return sum(len(row["paraphrase"]) for row in (one.claim, *one.replies))
