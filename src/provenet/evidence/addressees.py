"""Addressees: whom a rule binds by name, and what is on record of each one's equipment of the vendors that it names."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from provenet.case.extract import NOT_READ, SEAT_MARK, Extract, near_day, unread
from provenet.case.rows import (
    AddresseeRow,
    AnyRow,
    DeploymentRow,
    PolicyRuleRow,
    ProcurementRow,
    VendorShareRow,
    VerdictRow,
)
from provenet.core.answer import Interval, Name, Quotation, Sentence, Series, Slot, Term, sentence
from provenet.core.ids import is_in_class

SHOWN_ADDRESSEES = 4
"""Addressees whose state one sentence tells; the chapter has every name."""

BOUND = "Bound, with what is on record of {named} there: {states}."
NONE_NAMED = "Whom it binds is not on record by name."
STATES = {
    "share": "{who} ({share} of {part}, {day})",
    "replaces": "{who} (replaced by contract, {part}, {day}; what is left is not known)",
    "none": "{who} (none, as reported, {part}, {day})",
    "": "{party} (no figure{chosen})",
}
CHOSEN, CONTRACT = "; chosen there: {contracts}", "{vendor} ({part}, {day})"


def addressees(rules: Sequence[PolicyRuleRow], extract: Extract) -> dict[str, str | None]:
    """Those whom some rules bind, by name, each with its party where the case lists it."""
    ids = {one for rule in rules for one in (rule["policy_id"], rule["policy_rule_id"])}
    rows = [row for row in extract.inputs(AddresseeRow) if ids & {*row["policy_ids"]} and not unread(row)]
    found = [(row["party_id"], row["class_says"]) for row in rows if (row["day_low_on"] or date.min) <= extract.as_of]
    found += [(one, None) for rule in rules for one in rule["carrier_ids"] or ()]
    named = {extract.name(party) or str(words): party for party, words in found}
    return dict(sorted(named.items(), key=lambda one: one[0].casefold()))


def states(rules: Sequence[PolicyRuleRow], extract: Extract) -> tuple[list[Sentence], list[str]]:
    """What is on record of each addressee of rules that name vendors, and the rows; nothing of rules that name none."""
    vendors = {vendor for rule in rules for vendor in rule["vendor_ids"] or ()}
    bound = [*addressees(rules, extract).items()][:SHOWN_ADDRESSEES]
    if not vendors or not bound:
        return [sentence(NONE_NAMED)] if vendors else [], []
    newest = _newest(rules, vendors, bound, extract=extract)
    parties, classes = dict(bound), _reached(rules, extract)
    chosen = {name: _chosen(parties[name], vendors, classes, extract=extract) for name in newest}
    each = Series(items=tuple(_state(name, *one[2:], chosen=chosen[name]) for name, one in newest.items()), last=";")
    bound_by = sentence(BOUND, named=extract.vendor_names(sorted(vendors)), states=each)
    return [bound_by], [key for _, key, _, _ in newest.values() if key]


def without_state(rules: Sequence[PolicyRuleRow], extract: Extract) -> list[str]:
    """The addressees of rules of whom nothing on record says what is left of the vendors that the rules name."""
    vendors = {vendor for rule in rules for vendor in rule["vendor_ids"] or ()}
    newest = _newest(rules, vendors, [*addressees(rules, extract).items()], extract=extract) if vendors else {}
    return [name for name, (_, _, how, _) in newest.items() if how in ("", "replaces")]


def _newest(
    rules: Sequence[PolicyRuleRow], vendors: set[str], bound: Iterable[tuple[str, str | None]], *, extract: Extract
) -> dict[str, tuple[date, str, str, AnyRow]]:
    """The newest that is on record of each addressee's equipment of vendors in the classes that rules reach."""
    classes = _reached(rules, extract)
    none: tuple[date, str, str, AnyRow] = (date.min, "", "", {})
    return {name: max(_known(party, vendors, classes, extract=extract), default=none) for name, party in bound}


def _reached(rules: Sequence[PolicyRuleRow], extract: Extract) -> set[str]:
    """The classes of equipment that verdicts of rules reach, else those that the rules name."""
    ids = {rule["rule_id"] for rule in rules}
    reached = {row["asset_class"] for row in extract.results(VerdictRow) if row["rule_id"] in ids}
    return reached or {one for rule in rules for one in rule["asset_classes"]}


def _chosen(party: str | None, vendors: set[str], classes: set[str], *, extract: Extract) -> Sentence:
    """The other vendors that contracts of a carrier name in classes that rules reach, and when; empty without one."""
    rows = [
        row
        for row in extract.inputs(ProcurementRow)
        if party and row["carrier_id"] == party and row["vendor_ids"] and row["reading"] != NOT_READ
        if not (vendors & {*row["vendor_ids"]} or row["event"].startswith("planned"))
        if _is_part(row, classes) and row["day_high_on"] and row["day_high_on"] <= extract.as_of
    ]
    contracts = tuple(
        sentence(
            CONTRACT,
            vendor=extract.vendor_names(row["vendor_ids"]),
            part=Term(text=row["segment"]),
            day=Quotation(text=row["day"] or "no date", row=row["row_id"]),
        )
        for row in sorted(rows, key=lambda row: (row["day_high_on"], row["row_id"]))
    )
    return sentence(CHOSEN, contracts=Series(items=contracts)) if contracts else sentence("")


def _is_part(row: AnyRow, classes: set[str]) -> bool:
    """Whether a row speaks of a class, or of what its words of a part end in; each is one where none is named."""
    part = row.get("asset_class") or row["segment"].casefold().split()[-1]
    return not classes or any(is_in_class(part, one) for one in classes)


def _state(name: str, how: str, row: AnyRow, *, chosen: Sentence) -> Sentence:
    """One addressee with the newest of what is on record of it, else with whom else it chose."""
    if not row:
        return sentence(STATES[how], party=Name(text=name), chosen=chosen)
    key = row.get("share_id") or row.get("row_id", "")
    slots: dict[str, Slot] = {"who": Name(text=name), "part": Term(text=row.get("segment", ""))}
    slots["day"] = Quotation(text=row.get("day") or row.get("as_of") or "no date", row=key)
    if how == "share":
        ends = {end: row[end] for end in ("low_open", "high_open")}
        slots["share"] = Interval(low=row["low_share"], high=row["high_share"], row=key, **ends)
    return sentence(STATES[how], **slots)


def _known(
    party: str | None, vendors: set[str], classes: set[str], *, extract: Extract
) -> Iterator[tuple[date, str, str, AnyRow]]:
    """Shares of vendors at a carrier, contracts that replace them and reports that exclude them, each with its day."""
    seats = {one["party_id"]: f"{SEAT_MARK}{one['country']}" for one in extract.parties()}
    shares = (
        row
        for row in extract.results(VendorShareRow)
        if row["method"] not in ("forecast", "not published") and row["vendor_ids"] and {*row["vendor_ids"]} <= vendors
        if not (row["complement"] or row["later_estimate"] or row["part"])
    )
    contracts = (row for row in extract.inputs(ProcurementRow) if vendors & {*(row["replaces_vendor_ids"] or ())})
    reports = (
        row
        for row in extract.inputs(DeploymentRow)
        if (row["complement"] if row["presence"] == "named" else row["presence"] == "absent")
        if all({one, seats.get(one)} & {*row["vendor_ids"]} for one in vendors)
    )
    kinds: dict[str, Iterable[AnyRow]] = {"share": shares, "replaces": contracts, "none": reports}
    for how, row in ((how, row) for how, rows in kinds.items() for row in rows):
        stem = "as_of" if how == "share" else "day"
        day = near_day(row[f"{stem}_low_on"], row[f"{stem}_high_on"]) or date.min
        is_known = party and row["carrier_id"] == party and day <= extract.as_of and row.get("reading") != NOT_READ
        if is_known and _is_part(row, classes):
            yield day, row.get("share_id") or row["row_id"], how, row
