"""The terms of a rule: axes, facts, values, and how each is tested against a profile in Kleene's logic.

A profile says what is known of one vendor, asset and act. Unknown is a state: an axis that is not known makes every
test of it unknown, never false. Source: own; the form of rules is in docs/rules.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property, lru_cache

from provenet.core.countries import countries
from provenet.core.ids import Names, fold, names_in
from provenet.core.tri import Tri, tri_all, tri_any, tri_not
from provenet.core.units import parse_number
from provenet.core.when import Span, parse_span, shift

AXES = names_in("""
    vendor_in affiliate_of controlled_from made_in carrier_in asset_class segment layer action site_class
    capability product_category buyer listed_in
""")
_COUNTRY_AXES = ("controlled_from", "made_in")
MANY_VALUED = ("capability", "listed_in", "fact")
"""Axes that may hold several values at once when two rules are asked to hold together."""

OPERATORS = ("is", "in", "at_least", "at_most", "before", "after")
FactValue = bool | float | Span | str
_LIST_NAMES = {"inukannex": "ukannex", "on1260h": "1260h", "hrs": "hrslist"}
_UNKNOWN_WORDS = {"", "any", "unknown", "unread", "unstated", "unassessed", "not assessed", "not yet assessed"}
_UNKNOWN_WORDS |= {"not known", "not read", "not stated", "none found", "none known", "not found", "not searched"}
_UNKNOWN_STARTS = ("disputed", "suspected")
_PARTS = re.compile(r"[,|]")
_MARKS = re.compile(r"[^\w\s.'’()-]+")


@lru_cache(maxsize=1 << 14)
def says_nothing(text: str) -> bool:
    """Whether a cell says that a value is not known: empty, unknown, unread, unstated, not assessed, or disputed.

    >>> [says_nothing(text) for text in ("", "Not-assessed", "disputed by one side", "none", "5")]
    [True, True, True, False, False]
    """
    words = text.strip().casefold().replace("_", " ").replace("-", " ")
    return words in _UNKNOWN_WORDS or words.startswith(_UNKNOWN_STARTS)


def list_name(text: str) -> str:
    """The one spelling of a list's name; the keys of a case row (`in_uk_annex`) mean the list they speak of."""
    key = fold(text)
    return _LIST_NAMES.get(key, key)


def plain_word(axis: str, text: str) -> str:
    """The one spelling of a word of a plain axis; a listed country is its code under any name (`China` is `CN`)."""
    if axis in _COUNTRY_AXES:
        text = countries().code(text) or text
    return fold(text)


def class_words(text: str) -> tuple[str, ...]:
    """A dotted asset class as words; `*` and `all` are the empty prefix that covers everything."""
    words = [w for w in (fold(part) for part in text.strip().split(".")) if w]
    if words and words[-1] == "*":
        words = words[:-1]
    return () if words == ["all"] else tuple(words)


@lru_cache(maxsize=1 << 14)
def fact_value(text: str, declared: str | None = None) -> FactValue | None:
    """What a cell says of a fact: bool, number, date span or text by its form; None where it says unknown.

    `declared` (bool, number, share, date, text) forces the type of a known key (true and false are always
    bool); a cell that does not fit its type stays text, and a test between different types is unknown.
    """
    text = text.strip()
    if says_nothing(text):
        return None
    if text.casefold() in ("true", "false"):
        return text.casefold() == "true"
    if declared == "text":
        return text
    if declared == "date":
        return _span_or_text(text)
    number = parse_number(text)
    if number is not None:
        return number
    return _span_or_text(text) if declared is None else text


def _span_or_text(text: str) -> FactValue:
    try:
        return parse_span(text)
    except ValueError:
        return text


@dataclass(frozen=True)
class FactRef:
    """The value of another fact, moved by a length of time where one is given."""

    key: str
    plus: tuple[int, str] | None = None

    def text(self) -> str:
        """As a rule writes it."""
        return f"{self.key} + {self.plus[0]} {self.plus[1]}s" if self.plus else self.key


Right = FactValue | FactRef | tuple[FactValue, ...]
CONTROL_ABOVE_SHARE = 0.5
"""The stake that must be exceeded for control, unless the rule states another."""
CONTROL_AXES = ("affiliate_of", "controlled_from")
"""Axes whose truth depends on what counts as control."""


@dataclass(frozen=True)
class AxisTest:
    """An axis holds one of `values` (canonical words; for asset classes tuples of words).

    `above_share` is what a stake must exceed to be control; it matters to `CONTROL_AXES` alone.
    """

    axis: str
    values: tuple[str | tuple[str, ...], ...]
    written: tuple[str, ...]
    above_share: float = CONTROL_ABOVE_SHARE

    @cached_property
    def wanted(self) -> frozenset[str]:
        """The values that are words; of asset classes none."""
        return frozenset(value for value in self.values if isinstance(value, str))

    def text(self) -> str:
        """As a rule writes it."""
        control = "" if self.above_share == CONTROL_ABOVE_SHARE else f" (control above {self.above_share:.2%})"
        return f"{self.axis}: {', '.join(self.written)}{control}"


@dataclass(frozen=True)
class FactTest:
    """A fact compared with right sides, all of which must hold."""

    key: str
    tests: tuple[tuple[str, Right], ...]

    @cached_property
    def match_key(self) -> str:
        """The key as facts are matched by."""
        return fold(self.key)

    def text(self) -> str:
        """As a rule writes it."""
        if self.tests == (("is", True),):
            return f"fact: {self.key}"
        return f"fact: {self.key} " + " and ".join(f"{op} {right_text(right)}" for op, right in self.tests)


@dataclass(frozen=True)
class AllOf:
    """Every part holds."""

    parts: tuple[Node, ...]


@dataclass(frozen=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Not:
    """The part does not hold."""

    part: Node


Node = AxisTest | FactTest | AllOf | AnyOf | Not


def right_text(right: Right) -> str:
    """A right side as a reader would write it."""
    if isinstance(right, FactRef):
        return right.text()
    if isinstance(right, tuple):
        return "[" + ", ".join(right_text(r) for r in right) + "]"
    if isinstance(right, Span):
        return str(right.low) if right.is_day else f"{right.low}..{right.high}"
    if isinstance(right, bool):
        return "true" if right else "false"
    if isinstance(right, float):
        return f"{right:g}"
    return right


@dataclass(frozen=True)
class Listing:
    """What is known of membership in lists: named true, named false, or on none at all."""

    on: frozenset[str] = frozenset()
    off: frozenset[str] = frozenset()
    on_none: bool = False


@dataclass(frozen=True)
class Group:
    """Who is known to control a vendor. `maybe` None means anyone might; an empty set means nobody else does."""

    sure: frozenset[str] = frozenset()
    maybe: frozenset[str] | None = frozenset()


@dataclass(frozen=True)
class Profile:
    """What is known of one question. None on an axis is not known; several values mean one of them.

    `fact` gives the value of a fact, or None; its second argument names who decides it for this rule, if anyone.
    `group_above` tells who controls the vendor where control begins above another stake; `controlled_above`, where it
    is given, whether that is from one of some countries.
    """

    vendor: frozenset[str] | None = None
    group: Group | None = None
    carrier: frozenset[str] | None = None
    asset_class: tuple[tuple[str, ...], ...] | None = None
    plain: Mapping[str, frozenset[str]] = field(default_factory=dict)
    capability: frozenset[str] | None = None
    capability_complete: bool = True
    listing: Listing = Listing()
    shares: Mapping[str, tuple[float, float] | None] = field(default_factory=dict)
    share_unit: str | None = None
    group_above: Callable[[float], Group] | None = None
    controlled_above: Callable[[float, frozenset[str]], Tri] | None = None
    fact: Callable[[str, tuple[str, ...]], FactValue | None] = lambda _key, _decided_by: None


def holds(node: Node, profile: Profile, decided_by: tuple[str, ...] = ()) -> Tri:
    """The truth of a condition on a profile: true, false, or None for unknown. Cost O(size of the condition)."""
    if isinstance(node, AxisTest):
        return axis_holds(node, profile)
    if isinstance(node, FactTest):
        return fact_holds(node, profile, decided_by)
    if isinstance(node, Not):
        return tri_not(holds(node.part, profile, decided_by))
    parts = (holds(part, profile, decided_by) for part in node.parts)
    return tri_all(parts) if isinstance(node, AllOf) else tri_any(parts)


def _one_of(known: frozenset[str] | None, wanted: frozenset[str]) -> Tri:
    if not known:
        return None
    hits = known & wanted
    return True if hits == known else None if hits else False


def axis_holds(test: AxisTest, profile: Profile) -> Tri:
    """The truth of one axis test."""
    if test.axis in ("asset_class", "segment"):
        return tri_any(_class_holds(p, profile.asset_class) for p in test.values if isinstance(p, tuple))
    wanted = test.wanted
    if test.axis == "vendor_in":
        return _one_of(profile.vendor, wanted)
    if test.axis == "affiliate_of":
        return _affiliate_holds(wanted, profile, test.above_share)
    if test.axis == "controlled_from" and profile.controlled_above:
        return profile.controlled_above(test.above_share, wanted)
    if test.axis == "carrier_in":
        return _one_of(profile.carrier, wanted)
    if test.axis == "capability":
        return _capability_holds(wanted, profile)
    if test.axis == "listed_in":
        return _listed_holds(wanted, profile.listing)
    return _one_of(profile.plain.get(test.axis), wanted)


def _class_holds(prefix: tuple[str, ...], known: tuple[tuple[str, ...], ...] | None) -> Tri:
    """A prefix covers all below it; a class known only coarser than the prefix may or may not be covered."""
    if not prefix:
        return True
    if not known:
        return None
    each = {_covers(prefix, words) for words in known}
    return each.pop() if len(each) == 1 else None


def _covers(prefix: tuple[str, ...], words: tuple[str, ...]) -> Tri:
    if words[: len(prefix)] == prefix:
        return True
    return None if prefix[: len(words)] == words else False


def _affiliate_holds(wanted: frozenset[str], profile: Profile, above_share: float) -> Tri:
    """The vendor itself or a group it belongs to; a group nobody recorded is the vendor's own."""
    itself = _one_of(profile.vendor, wanted)
    if itself is True:
        return True
    group = profile.group
    if profile.group_above is not None and above_share != CONTROL_ABOVE_SHARE:
        group = profile.group_above(above_share)
    if group is None:
        return itself
    if group.sure & wanted:
        return True
    if group.maybe is None or group.maybe & wanted:
        return None
    return itself


def _capability_holds(wanted: frozenset[str], profile: Profile) -> Tri:
    known = profile.capability
    if known is None:
        return None
    if known & wanted or ("none" in wanted and not known and profile.capability_complete):
        return True
    return False if profile.capability_complete else None


def _listed_holds(wanted: frozenset[str], listing: Listing) -> Tri:
    if wanted & listing.on:
        return True
    return False if listing.on_none or wanted <= listing.off else None


def fact_holds(test: FactTest, profile: Profile, decided_by: tuple[str, ...]) -> Tri:
    """The truth of one fact test; a fact that is not known makes it unknown."""
    left = profile.fact(test.key, decided_by)
    return tri_all(
        _compare(left, op, right_value(right, profile, decided_by) if isinstance(right, FactRef) else right)
        for op, right in test.tests
    )


def right_value(ref: FactRef, profile: Profile, decided_by: tuple[str, ...]) -> FactValue | None:
    """The value of a right side that names another fact; None where it is unknown or cannot be moved in time."""
    value = profile.fact(ref.key, decided_by)
    if ref.plus is None or value is None:
        return value
    if not isinstance(value, Span):
        return None
    try:
        return shift(value, *ref.plus)
    except OverflowError:
        return None


def _compare(left: FactValue | None, op: str, right: FactValue | tuple[FactValue, ...] | None) -> Tri:
    if left is None or right is None:
        return None
    if isinstance(right, tuple):
        alike = [r for r in right if _same_type(left, r)]
        return tri_any(_equal(left, r) for r in alike) if alike else None
    if not _same_type(left, right):
        return None
    if op in ("is", "in"):
        return _equal(left, right)
    return _ordered(left, op, right)


def _same_type(left: FactValue, right: FactValue) -> bool:
    return type(left) is type(right)


def _equal(left: FactValue, right: FactValue) -> Tri:
    if isinstance(left, Span) and isinstance(right, Span):
        if left.is_day and left == right:
            return True
        return False if _before(left, right) is True or _before(right, left) is True else None
    if isinstance(left, str) and isinstance(right, str):
        return True if fold(right) in _spellings(left) else None if fold(right) in _words(left) else False
    return left == right


@lru_cache(maxsize=1 << 14)
def _spellings(text: str) -> frozenset[str]:
    """A text as it is compared: whole, and each of its parts."""
    return frozenset({fold(text), *map(fold, _PARTS.split(text))})


@lru_cache(maxsize=1 << 14)
def _words(text: str) -> frozenset[str]:
    """What stands between marks of a text: it may be that alone, or a part of one word."""
    return frozenset(map(fold, _MARKS.split(text)))


def _ordered(left: FactValue, op: str, right: FactValue) -> Tri:
    if isinstance(left, Span) and isinstance(right, Span):
        if op in ("before", "at_most"):
            early = _before(left, right)
            return early if op == "before" else tri_not(_before(right, left))
        late = _before(right, left)
        return late if op == "after" else tri_not(_before(left, right))
    if isinstance(left, float) and isinstance(right, float) and op in ("at_least", "at_most"):
        return left >= right if op == "at_least" else left <= right
    return None


def _before(left: Span, right: Span) -> Tri:
    """Whether every day of `left` lies before every day of `right` (true), none does (false), or it is open."""
    if left.high is not None and right.low is not None and left.high < right.low:
        return True
    if left.low is not None and right.high is not None and left.low >= right.high:
        return False
    return None


def open_tests(node: Node, profile: Profile, decided_by: tuple[str, ...] = ()) -> list[str]:
    """The tests of an unknown condition whose value is not known and still matters, as a rule writes them."""
    if isinstance(node, Not):
        return open_tests(node.part, profile, decided_by)
    if isinstance(node, AllOf | AnyOf):
        if holds(node, profile, decided_by) is not None:
            return []
        return [text for part in node.parts for text in open_tests(part, profile, decided_by)]
    return [node.text()] if holds(node, profile, decided_by) is None else []


def leaves(node: Node, *, wanted: bool = True) -> Iterator[tuple[AxisTest | FactTest, bool]]:
    """Every test of a condition in the order written, each with whether its holding speaks for the condition."""
    if isinstance(node, Not):
        yield from leaves(node.part, wanted=not wanted)
    elif isinstance(node, AllOf | AnyOf):
        for part in node.parts:
            yield from leaves(part, wanted=wanted)
    else:
        yield node, wanted


def conjuncts(node: Node) -> tuple[Node, ...]:
    """What must all hold for a condition to hold."""
    return node.parts if isinstance(node, AllOf) else (node,)


def fact_keys(node: Node) -> set[str]:
    """Every fact a condition reads, right sides included."""
    found: set[str] = set()
    for leaf, _ in leaves(node):
        if isinstance(leaf, FactTest):
            found |= {leaf.key, *(right.key for _, right in leaf.tests if isinstance(right, FactRef))}
    return found


def axis_tests(node: Node, *, wanted: bool | None = None) -> list[AxisTest]:
    """The axis tests of a condition in the order written: all, or those whose holding (or not) speaks for it."""
    return [leaf for leaf, sign in leaves(node) if isinstance(leaf, AxisTest) and wanted in (None, sign)]


def condition_text(node: Node) -> str:
    """A condition in one line, its tests as a rule writes them."""
    if isinstance(node, Not):
        return f"not ({condition_text(node.part)})"
    if isinstance(node, AllOf | AnyOf):
        return ("; " if isinstance(node, AllOf) else " or ").join(condition_text(part) for part in node.parts)
    return node.text()


def renamed(node: Node, canon: Callable[[str, str], str]) -> Node:
    """A condition whose vendors and carriers are replaced by `canon(axis, word)`; all else stands."""
    if isinstance(node, AxisTest):
        if node.axis not in ("vendor_in", "affiliate_of", "carrier_in"):
            return node
        values = (canon(node.axis, v) for v in node.values if isinstance(v, str))
        return replace(node, values=tuple(dict.fromkeys(values)))
    if isinstance(node, Not):
        return Not(renamed(node.part, canon))
    if isinstance(node, AllOf | AnyOf):
        return type(node)(tuple(renamed(part, canon) for part in node.parts))
    return node


def term_on(right: Span | FactRef | None, profile: Profile, decided_by: tuple[str, ...]) -> Span | None:
    """The last day of a term as a span; None where it rests on a fact that is not known or is no date."""
    if isinstance(right, FactRef):
        value = right_value(right, profile, decided_by)
        return value if isinstance(value, Span) else None
    return right


def day_text(day: date | None) -> str:
    """A day as pages print it in a sentence."""
    return day.isoformat() if day else "an open date"


@dataclass(frozen=True)
class Lexicon:
    """The names by which vendors and carriers are matched."""

    vendors: Names
    carriers: Names

    def canon(self, axis: str, word: str) -> str:
        """The canonical word of an axis."""
        if axis in ("vendor_in", "affiliate_of"):
            return self.vendors.canon(word)
        if axis == "carrier_in":
            return self.carriers.canon(word)
        return list_name(word) if axis == "listed_in" else plain_word(axis, word)
