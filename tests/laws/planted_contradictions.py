"""Contradictions planted on a first page: each changes an answer, a bar, a claim or a row under what was said of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from provenet.case.extract import Extract
from provenet.core.answer import Answer, Count, Country, Day, Interval, Money, Name, Sentence, Series, sentence
from provenet.dependence import answer as dependence
from provenet.dossier import answers as acts
from provenet.dossier.answers import answers
from provenet.dossier.carrier_bars import carrier_bars
from provenet.dossier.slot_laws import FirstPage
from provenet.dossier.threads import first_page_disputes
from provenet.evidence import rules_answer as rules
from provenet.exposure import sites_answer as sites
from provenet.incentives import aid_answer as aid
from provenet.replacement import cost_answer as cost
from support.plan_rows import plan_tables
from unit.dossier.small_tables import DAY, claim, filled, share, tables

Tables = dict[str, pl.DataFrame]
OLD, NEW = date(2017, 1, 1), date(2030, 6, 30)


def rich() -> Tables:
    """The small case with weights, a concentration, a gap, a programme, contracts, a merger and two replies."""
    day, asked = {"source_id": "paper"}, {"as_of_on": DAY, "known_on": None}
    made = {**tables(), **plan_tables()}
    shares = [
        share(1, low_share=0.55, coverage_share=0.9),
        share(2, vendor_ids=["bolt"], low_share=0.2, high_share=0.3),
        share(3, carrier_id="north-tel", low_share=0.6, high_share=0.7),
        share(4, carrier_id="south-tel", vendor_ids=["bolt"], low_share=0.8, high_share=0.8),
    ]
    weight = {**day, "country": "Germany", "measure": "subscribers", "as_of": "2025", "as_of_low_on": date(2025, 1, 1)}
    weights = [("north-tel", 0.5), ("south-tel", 0.3), ("old-tel", 0.1), ("mini-tel", 0.1)]
    parts = [{**weight, "carrier_id": one, "low_share": part} for one, part in weights]
    more = [
        {**day, "party_id": one, "name": name, "role": "carrier", "country": "DE"}
        for one, name in (("old-tel", "Old Tel"), ("mini-tel", "Mini Tel"))
    ]
    merger = {**day, "predecessor_id": "old-tel", "successor_id": "north-tel", "how": "merger", "from_on": OLD}
    ahead = {**day, "country": "Germany", "segment": "core", "asset_class": "core", "basis": "sourced"}
    ahead |= {"carrier_id": "south-tel", "low_signed_on": date(2027, 1, 1), "high_signed_on": date(2028, 1, 1)}
    index = {"country": "Germany", "segment": "5G RAN", "measure": "share of subscribers", "as_of": "2022", **asked}
    gap = {
        "country": "Germany",
        "asset_class": "ran",
        "segment": "5G RAN",
        "kind": "equipment",
        "ask": "carrier",
        **asked,
    }
    gap |= {"figure_id": "share-1"}
    gaps = [
        {**gap, "gap_id": one, "width_share": width, "carrier_id": whose, "ask_id": whose}
        for one, width, whose in (("gap-1", 0.1, "north-tel"), ("gap-2", 0.05, "south-tel"))
    ]
    aid_ = {**day, "programme_id": "aid-1", "title": "Aid for swaps", "giver": "a government", "country": "Germany"}
    second = {"stance": "denies", "speaker": "Bolt", "speaker_kind": "vendor", "answers_claim_id": "C-1"}
    claims = [*made["claim"].to_dicts(), {**claim("C-9", vendor_ids=["bolt"], **second), **day, "row_id": "claim-9"}]
    claims[0]["vendor_ids"] = ["acme", "bolt"]
    late = {"policy_id": "P-9", "jurisdiction": "DE", "title": "Network law", "lifecycle": "in force", "binding": "law"}
    late |= {
        "deadline": "2027-12-31",
        "deadline_on": date(2027, 12, 31),
        "criterion": "remove more",
        "source_id": "paper",
    }
    pack = {"pack": "law-1", "pack_title": "Network law", "force": "law", "jurisdiction": "DE", "country": "Germany"}
    rule = {**pack, **asked, "policy_rule_id": "law-1-L-2", "rule_id": "L-2", "says": "remove it", "effect": "prohibit"}
    rule |= {"asset_classes": ["core"], "issuer_facts": ["critical: the part is critical"]}
    rides = {**day, "carrier_id": "mini-tel", "host_id": "north-tel", "form": "virtual carrier", "says": "rides on it"}
    return {
        **made,
        "vendor_share": filled("vendor_share", [{**one, **asked} for one in shares]),
        "carrier_share": filled("carrier_share", parts),
        "party": filled("party", [*made["party"].to_dicts(), *more]),
        "succession": filled("succession", [merger]),
        "purchase": filled("purchase", [{**ahead, "purchase_id": "purchase-1"}]),
        "concentration": filled("concentration", [{**index, "low_hhi_points": 2_900.0, "high_hhi_points": 5_000.0}]),
        "gap": filled("gap", gaps),
        "programme": filled("programme", [{**aid_, "basis": "sourced", "mechanism": None}]),
        "claim": filled("claim", claims),
        "policy": filled("policy", [*made["policy"].to_dicts(), {**late, "row_id": "policy-9"}]),
        "rides_on": filled("rides_on", [rides]),
        "policy_rule": filled("policy_rule", [rule]),
    }  # fmt: skip


def first_page(frames: Mapping[str, pl.DataFrame]) -> FirstPage:
    """A first page as it is made of rows."""
    extract = Extract(frames, "Germany", DAY)
    return FirstPage(
        answers=answers(extract), disputes=first_page_disputes(extract), bars=carrier_bars(extract), extract=extract
    )


Change = Callable[[FirstPage], FirstPage]


@dataclass(frozen=True)
class Plant:
    """One contradiction, the letter of the law that refuses it, and what plants it on a first page."""

    name: str
    law: str
    change: Change
    base: str = "rich"


def _within(said: Sentence, message: str, change: Callable[[Sentence], Sentence]) -> Sentence:
    """A sentence with one message in it, its own or that of a clause, changed."""
    if said.message == message:
        return change(said)

    def inner(slot: Any) -> Any:
        if isinstance(slot, Series):
            return slot.model_copy(update={"items": tuple(map(inner, slot.items))})
        return _within(slot, message, change) if isinstance(slot, Sentence) else slot

    return said.model_copy(update={"slots": {name: inner(slot) for name, slot in said.slots.items()}})


def answer(question: str, change: Callable[[Answer], Answer]) -> Change:
    """One answer changed."""

    def changed(page: FirstPage) -> FirstPage:
        made = [change(one) if one.question == question else one for one in page.answers]
        assert made != list(page.answers), question
        return replace(page, answers=made)

    return changed


def field(question: str, **values: Any) -> Change:
    """Fields of an answer changed."""
    return answer(question, lambda one: one.model_copy(update=values))


def sentences(question: str, message: str, change: Callable[[Sentence], Sentence]) -> Change:
    """Each sentence or clause of an answer with a message changed."""

    def changed(one: Answer) -> Answer:
        told = {name: tuple(_within(said, message, change) for said in getattr(one, name)) for name in _LISTS}
        return one.model_copy(update={"finding": _within(one.finding, message, change), **told})

    return answer(question, changed)


_LISTS = ("sentences", "caveats", "would_change")


def slots(question: str, message: str, **values: Any) -> Change:
    """Slots of a message changed, each given anew or by a function of the old one."""

    def changed(said: Sentence) -> Sentence:
        made = {name: one(said.slots[name]) if callable(one) else one for name, one in values.items()}
        return said.model_copy(update={"slots": {**said.slots, **made}})

    return sentences(question, message, changed)


def words(question: str, message: str, new: str) -> Change:
    """A message in other words, its slots as they were."""
    return sentences(question, message, lambda said: said.model_copy(update={"message": new}))


def dropped(question: str, message: str) -> Change:
    """An answer without the sentences of a message."""
    return answer(
        question,
        lambda one: one.model_copy(update={"sentences": tuple(s for s in one.sentences if s.message != message)}),
    )


def said(question: str, new: Sentence) -> Change:
    """One more sentence in an answer."""
    return answer(question, lambda one: one.model_copy(update={"sentences": (*one.sentences, new)}))


def found(question: str, new: Sentence) -> Change:
    """Another finding."""
    return field(question, finding=new)


def rows(change: Callable[[Tables], Mapping[str, pl.DataFrame]]) -> Change:
    """Other rows under what was said already."""

    def changed(page: FirstPage) -> FirstPage:
        held = {**page.extract.tables}
        return replace(page, extract=Extract({**held, **change(held)}, "Germany", DAY))

    return changed


def cells(table: str, key: str, **values: Any) -> Change:
    """Cells of the rows of a table with an id, whatever column holds it."""

    def changed(held: Tables) -> Tables:
        made = [one | values if key in one.values() else one for one in held[table].to_dicts()]
        return {table: filled(table, made)}

    return rows(changed)


def added(table: str, **row: Any) -> Change:
    """One more row of a table; an input row is of the paper."""
    blank = {"source_id": "paper", "row_id": f"{table}-new"} if "source_id" in filled(table, []).columns else {}
    return rows(lambda held: {table: filled(table, [*held.get(table, filled(table, [])).to_dicts(), {**blank, **row}])})


def removed(table: str, key: str) -> Change:
    """A table without the rows with an id."""
    return rows(lambda held: {table: filled(table, [one for one in held[table].to_dicts() if key not in one.values()])})


def both(first: Change, second: Change) -> Change:
    """One change after another."""
    return lambda page: second(first(page))


def bars(change: Callable[[list[Any]], list[Any]]) -> Change:
    """Other bars of carriers."""

    def changed(page: FirstPage) -> FirstPage:
        assert page.bars is not None
        return replace(page, bars=replace(page.bars, bars=tuple(change([*page.bars.bars]))))

    return changed


def first_bar(**values: Any) -> Change:
    """Fields of the first bar changed."""
    return bars(lambda held: [replace(held[0], **values), *held[1:]])


def claims(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Change:
    """The first dispute changed."""
    return lambda page: replace(page, disputes=[change({**page.disputes[0]}), *page.disputes[1:]])


def first_claim(**values: Any) -> Change:
    """Fields of the claim of the first dispute changed."""
    return claims(lambda thread: thread | {"claim": thread["claim"] | values})


def first_reply(**values: Any) -> Change:
    """Fields of the first reply of the first dispute changed."""
    return claims(lambda thread: thread | {"replies": [thread["replies"][0] | values, *thread["replies"][1:]]})


def ends(low: float, high: float) -> Callable[[Interval], Interval]:
    """An interval with other ends."""
    return lambda one: one.model_copy(update={"low": low, "high": high})


def named(text: str) -> Name:
    """A name."""
    return Name(text=text)


REPLACED: Mapping[str, Any] = {
    "carrier_id": "north-tel", "country": "Germany", "segment": "5G RAN", "event": "selected", "vendor_ids": ["bolt"],
    "replaces_vendor_ids": ["acme"], "day": "2023", "day_low_on": date(2023, 1, 1), "day_high_on": date(2023, 12, 31),
}  # fmt: skip
"""A contract later than the shares of the case: Bolt in place of Acme at North Tel."""


def replaced() -> Tables:
    """The rich case with that contract, on which the shares of Acme rest."""
    held = rich()
    contract = {**REPLACED, "source_id": "paper", "row_id": "contract-1"}
    shares = [
        row | ({"inputs": ["procurement:contract-1"]} if "acme" in row["vendor_ids"] else {})
        for row in held["vendor_share"].to_dicts()
    ]
    return {**held, "vendor_share": filled("vendor_share", shares), "procurement": filled("procurement", [contract])}


def unsigned() -> Tables:
    """The rich case without a contract ahead, in which a swap is among the first acts."""
    return {**rich(), "purchase": filled("purchase", [])}


CONTRACT = "procurement-new"
BASES: Mapping[str, Callable[[], Tables]] = {"rich": rich, "replaced": replaced, "unsigned": unsigned}
FOR_SALE = Money(low=1e6, high=2e6, currency="EUR", row="plan-0000000000000001")
MERGED = {"carrier": "Old Tel", "weight": 0.1, "ids": (), "named": 0.0, "other": 0.0, "words": "no share on record"}
GERMANY = Country(name="Germany")
AGAIN = sentence(
    dependence.BESIDE,
    vendors=sentence(
        dependence.VENDOR, vendor=named("Acme"), share=Interval(low=0.1, high=0.2, row="share-9"), checked=sentence("")
    ),
)
D, R, S, C, A, U, N = "dependence", "rules", "sites", "cost", "acts", "unknown", "aid"

PLANTS = (
    Plant("no vendor is restricted beside a rule that names one", "b",
        said(R, sentence("No vendor is named on record."))),
    Plant("the line of the restricted vendor is gone", "b", dropped(R, rules.TODAY["restricted"])),
    Plant("another vendor is restricted", "b", slots(R, rules.TODAY["restricted"], vendors=named("Bolt"))),
    Plant("another part is restricted", "b", slots(R, rules.TODAY["restricted"], where=named("core"))),
    Plant("what is restricted is only conditional", "b",
        words(R, rules.TODAY["restricted"], rules.TODAY["conditional"])),
    Plant("a verdict falls under the line", "b", cells("verdict", "verdict-1", outcome="clear")),
    Plant("a policy in force is not named", "b", dropped(R, rules.OPEN)),
    Plant("the lead says that no supplier is restricted", "b",
        found(D, sentence("No supplier is restricted on record."))),
    Plant("nobody reports the vendor that is named", "c",
        said(D, sentence(dependence.REPORTED, carrier=named("North Tel"), vendor=named("Acme"), segment=named("core"),
             alone=sentence(""), day=named("no date")))),
    Plant("the low end is rounded up", "c", slots(D, dependence.MOST, share=ends(0.56, 0.6))),
    Plant("the ends are swapped", "c", slots(D, dependence.MOST, share=ends(0.6, 0.55))),
    Plant("a low end stands as a point", "c", slots(D, dependence.MOST, share=ends(0.55, 0.55))),
    Plant("an end is open that is not", "c",
        slots(D, dependence.MOST, share=lambda o: o.model_copy(update={"low_open": True}))),
    Plant("worked out stands as published", "c",
        slots(S, sites.MOST, share=lambda o: o.model_copy(update={"how": "as published"}))),
    Plant("coverage takes the place of the share", "c", slots(D, dependence.MOST, share=ends(0.9, 0.9))),
    Plant("SIM cards become revenue", "c", slots(D, dependence.OF, measure=named("revenue"))),
    Plant("the share is one of last month", "c", slots(D, dependence.OF, day=named("October 2026"))),
    Plant("the age is that of the newest input", "c", answer(D, lambda o: o.model_copy(update={"age": None}))),
    Plant("the vendor is another", "c", slots(D, dependence.MOST, vendor=named("Bolt"))),
    Plant("one carrier's part stands for another", "c",
        slots(D, dependence.MOST, part=sentence("{part}", part=named("core")))),
    Plant("the country is another", "c",
        slots(D, dependence.MOST, country=lambda o: o.model_copy(update={"name": "Italy"}))),
    Plant("the answer is of another day", "c", field(D, as_of=OLD)),
    Plant("the answer is for another audience", "c", field(S, audience="internal")),
    Plant("the vendor beside it is one of a hundred", "c", slots(D, dependence.VENDOR, share=ends(0.002, 0.003))),
    Plant("one quantity has two figures", "c",
        both(added("vendor_share", **share(9, low_share=0.1, high_share=0.2)), said(D, AGAIN))),
    Plant("the share of a row changes under the page", "c", cells("vendor_share", "share-1", high_share=0.65)),
    Plant("the row is to be checked and the page does not say so", "c",
        cells("vendor_share", "share-1", to_be_checked=True)),
    Plant("the row is an estimate of a later day", "c", cells("vendor_share", "share-1", later_estimate=True)),
    Plant("the index of concentration is another", "c",
        slots(D, dependence.CONCENTRATION, index=lambda o: o.model_copy(update={"high": 2900.0}))),
    Plant("more than any other, beside one that may have more", "c", cells("vendor_share", "share-2", high_share=0.9)),
    Plant("another vendor has become the largest", "c",
        cells("vendor_share", "share-2", low_share=0.55, high_share=0.7)),
    Plant("another site is more certain", "c", cells("site_dependence", "dep-camp-two", low_share=0.6)),
    Plant("euros become dollars", "c", slots(C, cost.COST, cost=lambda o: o.model_copy(update={"currency": "USD"}))),
    Plant("net stands for cash", "c",
        slots(C, cost.COST, cost=lambda o: o.model_copy(update={"low": 18e6, "high": 42e6}))),
    Plant("the prices are of another year", "c", slots(C, cost.COST, year=named("2019"))),
    Plant("the sponsor of an estimate is another", "c", slots(C, cost.OTHER, sponsor=named("Acme"))),
    Plant("the assumed inputs are fewer", "c", slots(C, cost.ASSUMED, assumed=named("0"))),
    Plant("the width of a gap is another", "c", slots(U, acts.BY, width=ends(0.3, 0.3))),
    Plant("another carrier is asked", "c", slots(U, acts.WIDEST, ask=named("South Tel"))),
    Plant("a wider gap stands under it", "c", cells("gap", "gap-2", width_share=0.4)),
    Plant("the lot begins in another quarter", "c", slots(A, acts.SWAP, quarter=Day(day=NEW, quarter=True)),
        "unsigned"),
    Plant("the vendor to go is another", "c", slots(A, acts.SWAP, vendor=named("Bolt")), "unsigned"),
    Plant("the bar draws more than is certain", "c", first_bar(named=0.7)),
    Plant("the bar is that of another carrier", "c", first_bar(ids=("share-4",))),
    Plant("the bar weighs what it does not", "c", first_bar(weight=0.9)),
    Plant("a merged carrier is drawn", "d", bars(lambda held: [*held, replace(held[0], **MERGED)])),
    Plant("a carrier is drawn twice", "d", bars(lambda held: [*held, held[0]])),
    Plant("a carrier without a network is drawn", "d",
        bars(lambda held: [*held, replace(held[0], **MERGED | {"carrier": "Mini Tel"})])),
    Plant("the largest carrier is missing", "d", bars(lambda held: held[1:])),
    Plant("a carrier is bought under the page", "d",
        added("succession", predecessor_id="south-tel", successor_id="north-tel", how="merger", from_on=OLD)),
    Plant("a contract replaces the vendor under the page", "e",
        both(added("procurement", **REPLACED), cells("vendor_share", "share-1", inputs=[f"procurement:{CONTRACT}"]))),
    Plant("the contracts are not named", "e", dropped(D, dependence.SINCE), "replaced"),
    Plant("a bar hides that a contract replaces it", "e", first_bar(words="Acme 60 to 70 % (2022)"), "replaced"),
    Plant("the carrier of the contract is another", "c",
        slots(D, dependence.REPLACED, carrier=named("South Tel")), "replaced"),
    Plant("a claim is cut", "f", first_claim(paraphrase="Says a")),
    Plant("the speaker of a claim is another", "f", first_claim(speaker="The Ministry")),
    Plant("an anonymous speaker is not told as one", "f", first_claim(anonymous=False)),
    Plant("a claim is of an earlier day", "f", first_claim(said="2012")),
    Plant("a reply is cut", "f", first_reply(paraphrase="")),
    Plant("a denial stands as an assertion", "f", first_reply(stance="asserts")),
    Plant("a reply is gone", "f", claims(lambda thread: thread | {"replies": thread["replies"][1:]})),
    Plant("every reply is gone", "f", claims(lambda thread: thread | {"replies": []})),
    Plant("a vendor's reply is left to the annex", "f",
        claims(lambda thread: thread | {"replies": thread["replies"][:1], "has_more": True})),
    Plant("a reply comes under the page", "f", added("claim", **claim("C-8", answers_claim_id="C-4", speaker="Acme"))),
    Plant("a criterion is cut", "f",
        slots(R, rules.NEXT["term ends"], what=lambda o: o.model_copy(update={"text": "remove"}))),
    Plant("a passed day stands as the next", "g", slots(R, rules.NEXT["term ends"], day=Day(day=OLD))),
    Plant("the nearer deadline is missing", "g", slots(R, rules.NEXT["term ends"], day=Day(day=date(2027, 12, 31)))),
    Plant("a nearer deadline comes under the page", "g",
        cells("policy", "P-2", deadline="2026-12-01", deadline_on=date(2026, 12, 1))),
    Plant("no rule has a day ahead", "g", found(R, sentence(rules.NO_DAY, country=GERMANY))),
    Plant("a deadline is neither costed nor listed", "g", dropped(R, rules.UNCOSTED)),
    Plant("only one deadline is listed as uncosted", "g",
        slots(R, rules.UNCOSTED, days=Series(items=(Day(day=date(2026, 12, 31)),)))),
    Plant("what is not costed stands as costed", "g", words(R, rules.UNCOSTED, rules.COSTED)),
    Plant("a sum does not say what it leaves out", "g", slots(C, cost.COST, left_out=sentence(""))),
    Plant("what is left when the plan ends is not said", "g", dropped(C, cost.SOME_LEFT)),
    Plant("the acts name another next day", "g", slots(A, acts.BEFORE, day=Day(day=NEW))),
    Plant("the next day stands before an act of no rule", "g",
        found(A, sentence(acts.BEFORE, day=Day(day=date(2026, 12, 31)), act=sentence(acts.PUBLISH)))),
    Plant("one who is not bound is to say what is left", "h",
        found(A, sentence(acts.LEFT, day=Day(day=date(2026, 12, 31)), who=named("Nobody"), vendors=named("Acme")))),
    Plant("an act of no chapter", "h", said(A, sentence("The government can buy North Tel."))),
    Plant("an act swaps a lot that stays", "h", cells("plan_step", "lot 3", action="stays"), "unsigned"),
    Plant("an act asks for what is settled", "h", cells("verdict", "verdict-4", outcome="clear")),
    Plant("a contract is signed already", "h", cells("purchase", "purchase-1", high_signed_on=OLD, low_signed_on=OLD)),
    Plant("an act of aid", "h", field(A, rows=("aid-1",))),
    Plant("an amount of aid is printed", "h", said(N, sentence("It would pay {cost}.", cost=FOR_SALE))),
    Plant("a programme that is over stands as open", "h", cells("programme", "aid-1", to_on=OLD)),
    Plant("a figure leads to no row", "i", field(D, key_row="share-99", rows=("share-99",))),
    Plant("the row of a claim's weight is gone", "i", removed("carrier_share", "north-tel")),
    Plant("a site of the answer is gone", "i", removed("site", "camp-two")),
    Plant("the row is one of another day", "i", cells("concentration", "5G RAN", as_of_on=OLD)),
    Plant("nobody publishes a share", "j", words(D, dependence.OF, "Nobody publishes a share of {measure}.")),
    Plant("not published stands for not on record", "j",
        said(S, sentence("The carriers of these sites are not published."))),
    Plant("there is no supplier of a lot", "j", words(C, cost.NOT_COUNTED, "; {kinds} do not exist")),
    Plant("no share is on record, beside shares", "j", found(D, sentence(dependence.NONE, country=GERMANY))),
    Plant("no site is on record, beside sites", "j", found(S, sentence(sites.NO_SITES, country=GERMANY))),
    Plant("no plan is on record, beside a plan", "j", found(C, sentence(cost.NO_PLAN, country=GERMANY))),
    Plant("nothing has to be replaced, beside lots", "j", found(C, sentence(cost.NOTHING_REACHED))),
    Plant("no policy is in force, beside one", "j",
        said(R, sentence(rules.NONE_IN_FORCE, policies=Count(number=1, one="policy"), country=GERMANY))),
    Plant("no programme is on record, beside one", "j", found(N, sentence(aid.NONE, country=GERMANY))),
    Plant("a site is served under the page", "j", cells("site", "camp-one", carrier_id="north-tel")),
    Plant("fewer sites are on record", "j", slots(S, sites.NONE_OF_ANY, sites=Count(number=1, one="sensitive site"))),
    Plant("what is open stands as settled", "j", words(R, rules.OPEN, rules.IN_FORCE)),
)  # fmt: skip
"""Every plant; each is refused by the law that it names, whatever others refuse it too."""
