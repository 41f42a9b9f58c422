"""Addressees: whom a rule binds by name, and what is on record of each one's equipment of the vendors that it names."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from provenet.case.extract import SEAT_MARK, Extract, near_day, unread
from provenet.case.rows import (
    AddresseeRow,
    AnyRow,
    DeploymentRow,
    PolicyRuleRow,
    ProcurementRow,
    VendorShareRow,
    VerdictRow,
)
from provenet.core.answer import Interval, Name, Quotation, Sentence, Series, Term, sentence
from provenet.core.ids import is_in_class

SHOWN_ADDRESSEES = 4
"""Addressees whose state one sentence tells; the chapter has every name."""

BOUND = "Bound by it, with what is on record of their equipment of {vendors} there: {states}."
NONE_NAMED = "Whom it binds is not on record by name."
SHARE = "{who} {share} ({part}, {day})"
REPLACES = "{who} replaces it under a contract ({part}, {day}), what is left is not known"
NONE_OF = "{who} none, as reported ({part}, {day})"
NO_FIGURE = "{who} no figure"


def addressees(rules: Sequence[PolicyRuleRow], extract: Extract) -> dict[str, str | None]:
    """Those whom some rules bind, by name, each with its party where the case lists it."""
    ids = {one for rule in rules for one in (rule["policy_id"], rule["policy_rule_id"])}
    rows = [row for row in extract.inputs(AddresseeRow) if ids & {*row["policy_ids"]} and not unread(row)]
    found = [(row["party_id"], row["class_says"]) for row in rows if (row["day_low_on"] or date.min) <= extract.as_of]
    found += [(one, None) for rule in rules for one in rule["carrier_ids"] or ()]
    named = {extract.name(party) or str(words): party for party, words in found}
    return dict(sorted(named.items(), key=lambda one: one[0].casefold()))


def states(rules: Sequence[PolicyRuleRow], extract: Extract) -> Sentence | None:
    """What is on record of each addressee of rules that name vendors; None of rules that name none."""
    vendors = {vendor for rule in rules for vendor in rule["vendor_ids"] or ()}
    bound = [*addressees(rules, extract).items()][:SHOWN_ADDRESSEES]
    if not vendors or not bound:
        return sentence(NONE_NAMED) if vendors else None
    ids = {rule["rule_id"] for rule in rules}
    reached = {row["asset_class"] for row in extract.results(VerdictRow) if row["rule_id"] in ids}
    classes = reached or {one for rule in rules for one in rule["asset_classes"]}
    known = {name: max(_known(party, vendors, classes, extract=extract), default=None) for name, party in bound}
    told = (
        sentence(NO_FIGURE, who=Name(text=name)) if one is None else _state(name, *one[2:])
        for name, one in known.items()
    )
    return sentence(BOUND, vendors=extract.vendor_names(sorted(vendors)), states=Series(items=tuple(told)))


def _state(name: str, message: str, row: AnyRow) -> Sentence:
    """One addressee with the newest of what is on record of it."""
    key = row.get("share_id") or row["row_id"]
    day, share = Quotation(text=row.get("day") or row.get("as_of") or "no date", row=key), {}
    if message == SHARE:
        ends = {end: row[end] for end in ("low_open", "high_open")}
        share = {"share": Interval(low=row["low_share"], high=row["high_share"], row=key, **ends)}
    return sentence(message, who=Name(text=name), part=Term(text=row["segment"]), day=day, **share)


def _known(
    party: str | None, vendors: set[str], classes: set[str], *, extract: Extract
) -> Iterator[tuple[date, str, str, AnyRow]]:
    """Shares of vendors at a carrier, contracts that replace them and reports that exclude them, each with its day."""
    seats = {one["party_id"]: f"{SEAT_MARK}{one['country']}" for one in extract.parties()}
    rows: Iterable[tuple[str, AnyRow, bool]] = (
        *((SHARE, row, _is_share(row) and {*row["vendor_ids"]} <= vendors) for row in extract.results(VendorShareRow)),
        *(
            (REPLACES, row, bool(vendors & {*(row["replaces_vendor_ids"] or ())}) and not unread(row))
            for row in extract.inputs(ProcurementRow)
        ),
        *(
            (NONE_OF, row, all({one, seats.get(one)} & {*row["vendor_ids"]} for one in vendors) and _excludes(row))
            for row in extract.inputs(DeploymentRow)
        ),
    )
    for message, row, fits in rows:
        stem = "as_of" if message == SHARE else "day"
        day = near_day(row[f"{stem}_low_on"], row[f"{stem}_high_on"]) or date.min
        if fits and party and row["carrier_id"] == party and day <= extract.as_of and _is_part(row, classes):
            yield day, row.get("share_id") or row["row_id"], message, row


def _is_share(row: VendorShareRow) -> bool:
    is_today = row["method"] not in ("forecast", "not published") and not row["later_estimate"]
    return is_today and bool(row["vendor_ids"]) and not row["complement"] and row["part"] is None


def _excludes(row: DeploymentRow) -> bool:
    return bool(row["complement"] if row["presence"] == "named" else row["presence"] == "absent") and not unread(row)


def _is_part(row: AnyRow, classes: set[str]) -> bool:
    """Whether a row speaks of a part of the network among some classes; of none where they are of any part."""
    words = row["segment"].casefold()
    return not classes or any(is_in_class(row.get("asset_class") or words.split()[-1], one) for one in classes)
