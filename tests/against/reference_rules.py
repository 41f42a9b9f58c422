"""A second, slow and obvious reading of the rule language, written from its description alone.

It shares no code with the product: packs are plain dicts (as YAML gives them), case rows plain dicts of text. Unknown
rules are resolved by trying every combination. Where the description leaves a choice, the reading taken here is marked
"Reading:". Which packs are refused is in reference_refusals.py.
"""

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from against.reference_dates import Days, days, moved

Tri = bool | None
NOT_KNOWN = {"", "any", "unknown"}
FLAGS = {"in_uk_annex": "UK annex", "ncsc_hrv": "NCSC HRV", "hrs_list": "HRS list", "on_1260H": "1260H"}
SINGLE_AXES = {
    "controlled_from", "made_in", "carrier_in", "layer", "action", "site_class", "product_category", "buyer",
}  # fmt: skip
TESTS = ("is", "in", "at_least", "at_most", "before", "after")


class RowFault(Exception):
    """The row cannot be answered."""


@cache
def fold(name: object) -> str:
    """Case, hyphen and space do not matter. Reading: nor does the underscore by which keys write a space."""
    return re.sub(r"[\s\-_]+", "", str(name)).casefold()


def as_list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else [value]


def any_of(values: Iterable[Tri]) -> Tri:
    found = list(values)
    return True if True in found else None if None in found else False


def negate(value: Tri) -> Tri:
    return None if value is None else not value


class Words(str):
    """A text, whatever its letters show."""


BOOLEANS = {"exempt"}
"""Facts of random rows that the bundled table lists as true or false."""


def fact_text(key: str, text: str) -> str | None:
    """Reading: a day is no value of a fact that is true or false, so there it is a text, of another type than days."""
    value = known(text)
    return Words(value) if value is not None and key in BOOLEANS and days(value) else value


# -- values: a row's text has the type its letters show ---------------------------------------------------------------
def typed(value: Any) -> list[tuple[str, Any]]:
    """Every type a value can be read as. Reading: 2018 is a number and a year; all else has one type."""
    if isinstance(value, bool):
        return [("bool", value)]
    if isinstance(value, int | float):
        return [("number", float(value))]
    if isinstance(value, date):
        return [("date", (value, value))]
    if isinstance(value, tuple):
        return [("date", value)]
    if isinstance(value, Words):
        return [("text", fold(value))]
    text = str(value)
    if text.casefold() in {"true", "false"}:
        return [("bool", text.casefold() == "true")]
    found: list[tuple[str, Any]] = []
    if re.fullmatch(r"[+-]?\d+(\.\d+)?", text):
        found.append(("number", float(text)))
    if span := days(text):
        found.append(("date", span))
    return found or [("text", fold(text))]


def compare(left: Any, test: str, right: Any) -> Tri:
    pairs = [(kind, x, y) for kind, x in typed(left) for other, y in typed(right) if kind == other]
    answers = [compare_kind(kind, x, test, y) for kind, x, y in pairs]
    known = [answer for answer in answers if answer is not None]
    return known[0] if known else None


def compare_kind(kind: str, x: Any, test: str, y: Any) -> Tri:
    if kind == "date":
        return compare_days(x, test, y)
    if test == "is":
        # Reading: a text with commas or bars holds each of its parts, since a fact may hold several values.
        return bool(x == y) or (kind == "text" and y in re.split(r"[,|]", x))
    if kind == "number" and test in {"at_least", "at_most"}:
        return bool(x >= y if test == "at_least" else x <= y)
    return None


def compare_days(x: Days, test: str, y: Days) -> Tri:
    if test == "is":
        if x[1] < y[0] or y[1] < x[0]:
            return False
        return True if x[0] == x[1] == y[0] == y[1] else None
    if test in {"after", "at_most"}:  # x after y is y before x; at_most is not after
        later = True if y[1] < x[0] else False if x[1] <= y[0] else None
        return later if test == "after" else negate(later)
    earlier = True if x[1] < y[0] else False if x[0] >= y[1] else None
    return earlier if test == "before" else negate(earlier)


def right_side(right: Any, facts: Mapping[str, Any]) -> Any:
    """A value, or the value of another fact, moved if asked; None if not known."""
    if not isinstance(right, Mapping):
        return right
    value = facts.get(right["fact"])
    if value is None or "plus" not in right:
        return value
    spans = [v for kind, v in typed(value) if kind == "date"]
    return moved(spans[0], right["plus"]) if spans else None


def fact_holds(leaf: Mapping[str, Any], facts: Mapping[str, Any]) -> Tri:
    value = facts.get(leaf["fact"])
    tests = [(test, leaf[test]) for test in TESTS if test in leaf] or [("is", True)]
    answers: list[Tri] = []
    for test, right in tests:
        options = [right_side(r, facts) for r in (right if test == "in" else [right])]
        word = "is" if test == "in" else test
        values = value if isinstance(value, frozenset) else [value]  # several values: only when trying every profile
        answers.append(any_of(None if v is None or o is None else compare(v, word, o) for v in values for o in options))
    return negate(any_of(negate(answer) for answer in answers))


# -- conditions -------------------------------------------------------------------------------------------------------
def covers(wide: str, narrow: str | None) -> Tri:
    """Reading: `*` tests nothing; a class known only more coarsely than the rule's may or may not be below it."""
    wide = fold(wide.removesuffix(".*"))
    if wide == "*":
        return True
    if narrow is None:
        return None
    narrow = fold(narrow)
    if narrow == wide or narrow.startswith(wide + "."):
        return True
    return None if wide.startswith(narrow + ".") else False


def holds(when: Mapping[str, Any], row: Mapping[str, Any], alias: Mapping[str, str]) -> Tri:
    """Whether a condition holds of a parsed row; a value of None is not known."""
    if "all" in when:
        return negate(any_of(negate(holds(part, row, alias)) for part in when["all"]))
    if "any" in when:
        return any_of(holds(part, row, alias) for part in when["any"])
    if "not" in when:
        return negate(holds(when["not"], row, alias))
    if "fact" in when:
        return fact_holds(when, row["facts"])
    ((axis, value),) = when.items()
    wanted = as_list(value)
    if axis in {"vendor_in", "affiliate_of"}:
        names = {alias.get(fold(w), fold(w)) for w in wanted}
        vendors = [row["vendor"]] if axis == "vendor_in" else [row["vendor"], row["group"]]
        if axis == "affiliate_of" and "affiliate" in row and row["affiliate"] not in names:
            return None if names & set(vendors) else False  # refusals only: one value of the axis at a time
        return any_of(None if v is None else v in names for v in vendors)
    if axis in {"asset_class", "segment"}:
        known = row["asset_class"]
        if axis == "asset_class":
            return any_of(covers(str(w), known) for w in wanted)
        return None if known is None else fold(known.split(".")[0]) in {fold(w) for w in wanted}
    if axis in {"capability", "listed_in"}:
        on, rest = row[axis]  # the values that hold; for any other False (known not) or None (not known)
        return any_of(on.get(fold(w), rest) for w in wanted)
    known = row[axis]
    names = {alias.get(fold(w), fold(w)) if axis == "carrier_in" else fold(w) for w in wanted}
    respelt = axis == "carrier_in" and row.get("carrier_spelled") not in {None, *(str(w).casefold() for w in wanted)}
    return None if known is None or (respelt and known in names) else known in names


# -- case rows --------------------------------------------------------------------------------------------------------
def known(text: str) -> str | None:
    text = text.strip()
    low = text.casefold()
    return None if low in NOT_KNOWN or low.startswith(("disputed", "suspected")) else text


def pairs(text: str) -> dict[str, str]:
    made: dict[str, str] = {}
    for part in text.split(";"):
        if part.strip():
            key, mark, value = part.partition("=")
            value = value.strip() if mark else "true"
            if made.setdefault(key.strip(), value) != value:
                raise RowFault(f"{key} twice")
    return made


def listed(profile: Mapping[str, str]) -> tuple[dict[str, Tri], Tri]:
    """Reading: being on one list says nothing about another; only `none` settles all; a flag settles its own list."""
    named = known(profile.get("listed_by", ""))
    on: dict[str, Tri] = {}
    rest: Tri = None
    if named is not None:
        rest = False if fold(named) == "none" else None
        on = {} if fold(named) == "none" else {fold(part): True for part in named.split("|")}
    for flag, name in FLAGS.items():
        value = known(profile.get(flag, ""))
        if value is not None:
            on[fold(name)] = value.casefold() == "true"
    return on, rest


def read_row(row: Mapping[str, str], alias: Mapping[str, str]) -> dict[str, Any]:
    profile, given = pairs(row.get("vendor_profile", "")), pairs(row.get("known_facts", ""))
    if not (when := days(row["as_of"])) or when[0] != when[1]:
        raise RowFault("as_of")
    vendor = known(profile.get("name", ""))
    vendor = None if vendor is None else alias.get(fold(vendor), fold(vendor))
    group = vendor
    if "group" in profile:
        named = known(profile["group"])
        group = None if named is None else alias.get(fold(named), fold(named))
    facts = {k: v for k, v in profile.items() if k not in {"name", "group", "controlled_from", "listed_by", *FLAGS}}
    axes = {"action": "action", "buyer": "buyer", "product_category": "product_category", "operator": "carrier_in"}
    made: dict[str, Any] = {"as_of": when[0], "vendor": vendor, "group": group, "listed_in": listed(profile)}
    for key, axis in axes.items():
        value = known(given.get(key, ""))
        made[axis] = None if value is None else fold(value)
    if made["carrier_in"] is not None:
        # A tested name in other hyphens or blanks is that or another; a listed alias is that.
        made["carrier_spelled"] = None if made["carrier_in"] in alias else given["operator"].strip().casefold()
        made["carrier_in"] = alias.get(made["carrier_in"], made["carrier_in"])
    shares: dict[str, float | None] = {}
    for key, text in given.items():
        value = known(text)
        if key.startswith("share_"):
            if value is not None and (not re.fullmatch(r"\d+(\.\d+)?", value) or not 0 <= float(value) <= 1):
                raise RowFault(key)
            shares[key.removeprefix("share_")] = None if value is None else float(value)
        elif key not in axes:
            if key in facts and facts[key] != text:
                raise RowFault(f"{key} twice")
            facts[key] = text
    # Reading: a unit that a row gives and does not know is no rule's unit; a row without one counts as the rule does.
    made["shares"], made["unit"] = shares, (known(given["unit"]) or "not known") if "unit" in given else None
    made["facts"] = {k: fact_text(k, v) for k, v in facts.items()}
    for column, axis in (("layer", "layer"), ("site_class", "site_class"), ("origin_country", "made_in")):
        value = known(row.get(column, ""))
        made[axis] = None if value is None else fold(value)
    control = known(profile.get("controlled_from", ""))
    made["controlled_from"] = None if control is None else fold(control)
    asset = known(row.get("asset_class", ""))
    made["asset_class"] = None if asset is None else asset.removesuffix(".*")
    able = known(row.get("capability", ""))
    parts = [] if able is None or fold(able) == "none" else [p for p in re.split(r"[,|]", able) if p.strip()]
    rest: Tri = None if able is None or any(known(p) is None for p in parts) else False
    made["capability"] = ({fold(p): True for p in parts if known(p)}, rest)
    return made


# -- rules and packs --------------------------------------------------------------------------------------------------
def reached(edge: Any, day: date) -> Tri:
    """Whether a day is that of an edge or later; an edge known to a month or year leaves the days within it open."""
    low, high = (edge, edge) if isinstance(edge, date) else days(str(edge)) or (edge, edge)
    return True if day >= high else False if day < low else None


def in_force(rule: Mapping[str, Any], day: date) -> Tri:
    start, end = rule.get("in_force", [None, None])
    begun = True if start is None else reached(start, day)
    running = True if end is None else negate(reached(end, day))
    return negate(any_of((negate(begun), negate(running))))


def truth_on(rule: Mapping[str, Any], row: Mapping[str, Any], alias: Mapping[str, str]) -> Tri:
    """Whether a rule is in force on the day of a row and its condition holds."""
    return negate(any_of((negate(in_force(rule, row["as_of"])), negate(holds(rule["when"], row, alias)))))


def forbids(rule: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    if rule.get("remove_by") is None:
        return "restricted"
    term = right_side(rule["remove_by"], row["facts"])
    spans = [] if term is None else [v for kind, v in typed(term) if kind == "date"]
    if not spans:
        return "undetermined"
    running = compare_days((row["as_of"], row["as_of"]), "at_most", spans[0])
    return "undetermined" if running is None else "conditional" if running else "restricted"


def outcome_if_true(rule: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    if rule["effect"] in {"permit", "condition"}:
        return {"permit": "clear", "condition": "conditional"}[rule["effect"]]
    if rule["effect"] == "prohibit":
        return forbids(rule, row)
    shares = []
    for limit in as_list(rule["cap"]):
        # Reading: `unit` says what every share of the row counts; `direction` means as the rule counts.
        alike = row["unit"] is None or fold(row["unit"]) in {fold(limit["measure"]), "direction"}
        most = limit["at_most_share"]
        if isinstance(most, Mapping):
            value = right_side(most, row["facts"])
            numbers = [] if value is None else [v for kind, v in typed(value) if kind == "number"]
            most = numbers[0] if numbers and 0 <= numbers[0] <= 1 else None
        shares.append((row["shares"].get(limit["measure"]) if alike else None, most))
    if any(share is not None and most is not None and share > most for share, most in shares):
        return forbids(rule, row)
    return "undetermined" if any(None in pair for pair in shares) else "conditional"


def decide(
    rules: Sequence[Mapping[str, Any]], default: str, row: Mapping[str, Any], alias: Mapping[str, str]
) -> tuple[str, set[str | None]]:
    """Tries every way of resolving the unknown rules: the outcome, and the rules that decided in some way."""
    truth = [(rule, truth_on(rule, row, alias)) for rule in rules if in_force(rule, row["as_of"]) is not False]
    if not truth:
        return "clear", {None}
    outcomes: set[str] = set()
    deciders: set[str | None] = set()
    for way in itertools.product(*([True, False] if value is None else [value] for _, value in truth)):
        true = [rule for (rule, _), value in zip(truth, way, strict=True) if value]
        top = max((rule["rank"] for rule in true), default=0)
        winners = [rule for rule in true if rule["rank"] == top]
        sure = [rule for rule, value in truth if value and rule in winners]
        winners = sure or winners  # an unknown rule of equal rank could not outrank one that is true
        outcomes |= {outcome_if_true(rule, row) for rule in winners} or {default}
        deciders |= {rule["id"] for rule in winners} or {None}
    return (outcomes.pop() if len(outcomes) == 1 else "undetermined"), deciders


def answer(
    packs: Sequence[Mapping[str, Any]], row: Mapping[str, str], alias: Mapping[str, str]
) -> tuple[str, set[str | None]]:
    """The outcome of a case row and the rules that may be named as deciding it. Raises RowFault."""
    asked, read = row["policy_id"], read_row(row, alias)
    for pack in packs:
        default, rules = pack.get("default", "clear"), pack["rules"]
        if pack["pack"] == asked:
            return decide(rules, default, read, alias)
        joined = [rule for rule in rules if rule.get("policy", rule["id"]) == asked]
        alone = joined or [rule for rule in rules if rule["id"] == asked]
        if len(alone) == 1 and alone[0]["id"] == asked:
            unknown = truth_on(alone[0], read, alias) is None
            return ("undetermined", {asked}) if unknown else decide(alone, default, read, alias)
        if alone:
            return decide(alone, default, read, alias)
    raise RowFault(f"no such policy: {asked}")
