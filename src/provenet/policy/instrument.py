"""The rows of an instrument's page: what a rule pack says, in plain words, one field per thing a reader asks.

Everything is read from the pack, the criteria in words and the worked cases handed in; nothing is decided here and
nothing is looked up elsewhere. `instrument_page.py` makes Markdown of the rows. Source: own.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from provenet.core import wording
from provenet.core.ids import slug
from provenet.core.rule_words import AXIS_WORDS, LIST_WORDS
from provenet.core.when import Span
from provenet.core.wording import series
from provenet.policy.pack import Limit, Pack, Rule, rule_facts
from provenet.policy.terms import AllOf, AxisTest, FactRef, FactTest, Node, Not, Right, axis_tests, fact_keys, list_name

ACTS = {
    "use": "use",
    "install_new": "new installation",
    "buy": "purchase",
    "authorise": "authorisation",
    "authorise_new": "new authorisation",
    "sell_or_import": "sale or import",
    "import": "import",
    "subsidise": "subsidy",
    "report": "report",
    "introduce": "introduction",
    "maintain": "maintenance",
    "expand": "expansion",
    "outsource": "outsourcing",
    "contract": "contract",
}
OPERATOR_WORDS = {
    "is": ("", "anything but "),
    "in": ("", "anything but "),
    "at_least": ("at least ", "below "),
    "at_most": ("at most ", "above "),
    "before": ("before ", "not before "),
    "after": ("after ", "not after "),
}


def span_words(span: Span) -> str:
    """A day, or the month or year of a date that is not known closer."""
    if span.low is None or span.high is None:
        return "an open date"
    if span.is_day:
        return wording.day(span.low)
    return f"{_period_words(span.low, span.high)} (the day is not known)"


def _period_words(low: date, high: date) -> str:
    same_month = (low.year, low.month) == (high.year, high.month)
    return f"{wording.MONTHS[low.month - 1]} {low.year}" if same_month else str(low.year)


def ref_words(ref: FactRef, says: Mapping[str, str]) -> str:
    """Another fact as a right side, with the time that is added to it."""
    noun = says.get(ref.key, f"`{ref.key}`")
    return f"{ref.plus[0]} {ref.plus[1]}s after {noun}" if ref.plus else noun


def condition_lines(node: Node, says: Mapping[str, str]) -> list[str]:
    """A condition as a nested Markdown list, one line per test. Cost O(size of the condition)."""
    if isinstance(node, AllOf):
        return [line for part in node.parts for line in _bullet(part, says, True)]
    return _bullet(node, says, True)


def _bullet(node: Node, meanings: Mapping[str, str], wanted: bool) -> list[str]:
    if isinstance(node, Not):
        return _bullet(node.part, meanings, not wanted)
    if isinstance(node, AxisTest):
        return [f"- {axis_words(node, wanted)}"]
    if isinstance(node, FactTest):
        return [f"- {fact_words(node, meanings, wanted)}"]
    if len(node.parts) == 1:
        return _bullet(node.parts[0], meanings, wanted)
    heads = (
        ("all of these:", "not all of these:")
        if isinstance(node, AllOf)
        else ("at least one of these:", "none of these:")
    )
    inner = [line for part in node.parts for line in _bullet(part, meanings, True)]
    return [f"- {heads[0 if wanted else 1]}", *(f"  {line}" for line in inner)]


def axis_words(test: AxisTest, wanted: bool) -> str:
    """One axis as half a sentence."""
    if test.axis == "asset_class" and ("*" in test.written or "all" in test.written):
        return "any asset" if wanted else "no asset"
    words = list(test.written)
    if test.axis == "action":
        words = [ACTS.get(word, word) for word in words]
    if test.axis in ("asset_class", "segment", "layer", "capability", "site_class"):
        words = [f"`{word}`" for word in words]
    if test.axis == "listed_in":
        words = [list_words(word) for word in words]
    return AXIS_WORDS[test.axis][0 if wanted else 1].format(wording.series(words, "or"))


def list_words(name: str) -> str:
    """A list by what it is, with the word a case names it by."""
    text = LIST_WORDS.get(list_name(name))
    return f"“{name}” ({text})" if text else f"“{name}”"


def fact_words(test: FactTest, says: Mapping[str, str], wanted: bool) -> str:
    """One fact as a clause (yes or no) or as a name with its values."""
    noun = says.get(test.key, f"`{test.key}`")
    if len(test.tests) == 1 and test.tests[0][0] == "is" and isinstance(test.tests[0][1], bool):
        return noun if test.tests[0][1] == wanted else f"it is not the case that {noun}"
    values = " and ".join(f"{OPERATOR_WORDS[op][0 if wanted else 1]}{_right(right, says)}" for op, right in test.tests)
    return f"{noun}: {values}"


def _right(right: Right, meanings: Mapping[str, str]) -> str:
    if isinstance(right, FactRef):
        return ref_words(right, meanings)
    if isinstance(right, tuple):
        return wording.series(
            [word for word in (_right(one, meanings) for one in right) if word != "no"] or ["no"], "or"
        )
    if isinstance(right, Span):
        return span_words(right)
    if isinstance(right, bool):
        return "yes" if right else "no"
    return (
        f"{right:,.0f}"
        if isinstance(right, float) and right >= 1000
        else f"{right:g}"
        if isinstance(right, float)
        else right
    )


def last_day(end: Span) -> str:
    """The last day of an interval that ends before `end`."""
    if end.low is None or end.high is None:
        return "an open date"
    return wording.day(end.low - timedelta(days=1)) if end.is_day else f"a day in {_period_words(end.low, end.high)}"


def measure_words(measure: str) -> str:
    """The measure of a cap as a sentence writes it."""
    return measure.replace("_", " ").replace("5g", "5G")


Row = Mapping[str, str]
EFFECT_WORDS = {
    "prohibit": "prohibits: the answer is *restricted*",
    "condition": "attaches conditions: the answer is *conditional*",
    "permit": "permits: the answer is *clear*",
    "cap": "caps a share: *restricted* above the cap, *conditional* at or below it",
}
READING = {"CONFIRMED": "read in the source", "PARTIAL": "read in part", "UNCONFIRMED": "not read"}
SUBJECTS = ("vendor_in", "affiliate_of", "controlled_from", "made_in", "carrier_in", "listed_in", "buyer")
SCOPES = {"asset_class": "asset classes", "segment": "segments", "layer": "layers", "site_class": "sites"}


@dataclass(frozen=True)
class RuleRow:
    """One rule as its page shows it; every field is text in plain words."""

    id: str
    policy: str
    says: str
    holds_when: tuple[str, ...]
    effect: str
    in_force: str
    remove_by: str
    caps: tuple[str, ...]
    decided_by: str
    rank: str
    facts: tuple[str, ...]
    lists: tuple[str, ...]
    open_while: tuple[str, ...]
    citation: str
    article: str


@dataclass(frozen=True)
class CaseRow:
    """A worked case with what the pack answers today."""

    id: str
    policy: str
    as_of: str
    asked: str
    expected: str
    outcome: str
    why: str
    file: str


@dataclass(frozen=True)
class SourceRow:
    """A source behind rules of a pack, and how far its reading went."""

    title: str
    address: str
    day: str
    reading: str
    rules: tuple[str, ...]


def rule_rows(pack: Pack) -> list[RuleRow]:
    """The rules of a pack, the one that decides first on top. Cost O(size of the pack)."""
    return [_rule_row(rule, pack) for rule in sorted(pack.rules, key=lambda rule: (-rule.rank, rule.id))]


def _rule_row(rule: Rule, pack: Pack) -> RuleRow:
    text = pack.fact_says
    return RuleRow(
        id=rule.id,
        policy=rule.policy,
        says=rule.says,
        holds_when=tuple(condition_lines(rule.when, text)),
        effect=EFFECT_WORDS[rule.effect] + ("; *conditional* while the term runs" if rule.remove_by else ""),
        in_force=("a proposal, screened as if in force " if pack.force == "proposal" else "")
        + in_force_words(rule.starts, rule.ends),
        remove_by=_term_words(rule, text),
        caps=tuple(_cap_words(limit, text) for limit in rule.limits),
        decided_by=_decider_words(rule, pack),
        rank=f"{rule.rank:g}",
        facts=tuple(sorted(rule_facts(rule))),
        lists=tuple(dict.fromkeys(w for t in axis_tests(rule.when) if t.axis == "listed_in" for w in t.written)),
        open_while=tuple(_open_while(rule)),
        citation=rule.citation,
        article=rule.article,
    )


def _decider_words(rule: Rule, pack: Pack) -> str:
    if not rule.decided_by:
        return "the claims and facts of the case"
    return (
        f"the latest act of {series(('the issuer' if by == slug(pack.issuer) else by for by in rule.decided_by), 'or')}"
    )


def in_force_words(starts: Span | None, ends: Span | None) -> str:
    """`from 13 October 2022`, with the last day where there is one."""
    begun = f"from {span_words(starts)}" if starts else "without a first day on record"
    return f"{begun} to {last_day(ends)}" if ends else begun


def _term_words(rule: Rule, meanings: Mapping[str, str]) -> str:
    if isinstance(rule.remove_by, FactRef):
        return f"up to and including {ref_words(rule.remove_by, meanings)}"
    if rule.remove_by is None:
        return "no term"
    return f"up to and including {span_words(rule.remove_by)}"


def _cap_words(limit: Limit, meanings: Mapping[str, str]) -> str:
    counted = f", counted in {limit.unit}" if limit.unit else ""
    measure = measure_words(limit.measure)
    most = limit.at_most_share
    share = ref_words(most, meanings) if isinstance(most, FactRef) else f"{most:.0%}"
    return f"at most {share} of the {limit.of}'s {measure}{counted}; exactly that much is within"


def _open_while(rule: Rule) -> Iterable[str]:
    for key in sorted(fact_keys(rule.when)):
        yield f"`{key}`"
    axes = dict.fromkeys(_axis_name(test.axis) for test in axis_tests(rule.when))
    if axes:
        yield f"the {series(axes)}"
    if isinstance(rule.remove_by, FactRef):
        yield f"the day that ends the term, `{rule.remove_by.key}`"
    for limit in rule.limits:
        if isinstance(limit.at_most_share, FactRef):
            yield f"the limit, `{limit.at_most_share.key}`"
        yield f"the share of {measure_words(limit.measure)}, or it is counted in another unit"
    if any(span is not None and not span.is_day for span in (rule.starts, rule.ends)):
        yield "whether the rule is in force, on a day inside a year or month that is known no closer"
    if isinstance(rule.remove_by, Span) and not rule.remove_by.is_day:
        yield "whether the term has ended, on a day inside the year or month named"


def _axis_name(axis: str) -> str:
    return {
        "vendor_in": "vendor",
        "affiliate_of": "vendor and its group",
        "controlled_from": "control of the vendor",
        "made_in": "place of production",
        "carrier_in": "carrier",
        "listed_in": "listing",
        "action": "act",
        "site_class": "class of the site",
    }.get(axis, axis.replace("_", " "))


def first_day(pack: Pack) -> date | None:
    """The first day on which a rule of the pack may be in force."""
    return min((rule.starts.low for rule in pack.rules if rule.starts and rule.starts.low), default=None)


def scope_rows(pack: Pack) -> list[tuple[str, str]]:
    """What the pack looks at over all its rules: subjects, classes, layers, sites, acts, terms, caps, exceptions."""
    tests = [test for rule in pack.rules for test in axis_tests(rule.when, wanted=True)]
    rows = [("tests", _subjects(pack))]
    for axis, name in SCOPES.items():
        words = dict.fromkeys(f"`{word}`" for test in tests if test.axis == axis for word in test.written)
        if words:
            rows.append((name, ", ".join(words)))
    acts = dict.fromkeys(ACTS.get(word, word) for test in tests if test.axis == "action" for word in test.written)
    rows.append(("acts", ", ".join(acts) if acts else "any"))
    terms = [f"{_term_words(r, pack.fact_says)} ({r.id})" for r in sorted(pack.rules, key=_term_key) if r.remove_by]
    caps = [f"{_cap_words(limit, pack.fact_says)} ({r.id})" for r in pack.rules for limit in r.limits]
    exceptions = [f"{r.says} ({r.id})" for r in pack.rules if r.effect == "permit"]
    for name, found in (("remove by", terms), ("caps", caps), ("exceptions", exceptions)):
        rows.append((name, "<br>".join(found) if found else "none"))
    return rows


def _term_key(rule: Rule) -> tuple[str, str]:
    high = rule.remove_by.high if isinstance(rule.remove_by, Span) else None
    return str(high or "~"), rule.id


def _subjects(pack: Pack) -> str:
    words = {
        "vendor_in": "named vendors",
        "affiliate_of": "named vendors with their groups",
        "controlled_from": "control of the vendor",
        "made_in": "place of production, whoever the vendor is",
        "carrier_in": "named carriers",
        "listed_in": "membership in a list",
        "buyer": "the buyer",
    }
    tests = [test for rule in pack.rules for test in axis_tests(rule.when)]
    axes = {test.axis for test in tests}
    lists = dict.fromkeys(list_words(word) for test in tests if test.axis == "listed_in" for word in test.written)
    words["listed_in"] += f": {', '.join(lists)}"
    found = [words[axis] for axis in SUBJECTS if axis in axes]
    if not axes & {"vendor_in", "affiliate_of", "listed_in", "made_in", "controlled_from"}:
        found.append("facts; no vendor and no country is named")
    return ", ".join(found)


def source_rows(pack: Pack, criteria: Sequence[Row]) -> list[SourceRow]:
    """The sources of the pack and of each rule's criterion in words, with address and reading, each once."""
    merged: dict[str, SourceRow] = {}
    for row in (*_criterion_sources(pack, criteria), *_own_sources(pack, criteria)):
        old = merged.get(row.title, row)
        merged[row.title] = replace(
            old,
            address=old.address or row.address,
            day=old.day or row.day,
            rules=tuple(dict.fromkeys((*old.rules, *row.rules))),
        )
    return list(merged.values())


def _criterion_sources(pack: Pack, criteria: Sequence[Row]) -> Iterator[SourceRow]:
    """The source of each rule's criterion in words."""
    by_id = {row["policy_id"]: row for row in criteria}
    for rule in pack.rules:
        row = by_id.get(rule.policy) or by_id.get(rule.id)
        if row:
            reading = READING[row["status"]]
            yield SourceRow(row["source_title"], row["source_url"], row["source_date"], reading, (rule.id,))


def _own_sources(pack: Pack, criteria: Sequence[Row]) -> Iterator[SourceRow]:
    """The sources that the pack and its rules name: titles, each with an address in angle brackets if any."""
    known = {row["source_title"]: row for row in criteria}
    for text, rules in ((pack.source, ()), *((rule.source, (rule.id,)) for rule in pack.rules)):
        for one in filter(None, (part.strip() for part in text.split("; "))):
            title, _, address = one.partition(" <")
            row = known.get(title, {})
            reading = READING[row["status"]] if row else "read in part"
            address = address.removesuffix(">") or row.get("source_url", "")
            yield SourceRow(title, address, row.get("source_date", ""), reading, rules)
