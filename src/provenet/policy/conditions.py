"""Reading the condition of a rule: all, any, not, the axes and the fact tests, with every fault at its line."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from provenet.core.errors import Fault, FaultList, clip, nearest
from provenet.core.ids import fold
from provenet.core.names import fold_name
from provenet.core.when import Span, parse_day, parse_length, parse_span
from provenet.core.wording import series
from provenet.policy import terms
from provenet.policy.wordlists import (
    CLASSES,
    COUNTRIES,
    DECLARED,
    FACT_TYPES,
    FACTS,
    JURISDICTIONS,
    KIND_OF_AXIS,
    LAYER_WORDS,
    LAYERS,
    NOUNS,
    OTHERS,
    POLICIES,
    SEGMENTS,
    KnownWords,
    fact_types,
    value_kind,
)
from provenet.policy.yamltext import Mapping

MAX_DEPTH = 30
_KNOWN_TO = "of the case, of the bundled tables or declared by the pack"
_OPEN_WORD = "a word that the bundled tables or packs know, or a new one that the pack declares"
EXPECTED_WORDS = {
    **{kind: f"a {NOUNS[kind]} {_KNOWN_TO}" for kind in DECLARED},
    FACTS: f"a fact {_KNOWN_TO}",
    SEGMENTS: "a dotted name under a known root",
    LAYERS: " or ".join(LAYER_WORDS),
    JURISDICTIONS: "a country by its code, or EU",
    COUNTRIES: "a country by its name or code",
    POLICIES: "a policy of the bundled tables and packs, or one whose id lies near none of them",
}
EXPECTED_WORDS["issuers"] = f"a party {_KNOWN_TO}"
_YEAR_OR_MONTH = re.compile(r"\d{4}(-\d{2})?\Z", re.ASCII)
_LIKE_A_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)


@dataclass
class PackParser:
    """Reads the values of one pack and gathers its faults."""

    place: str
    lexicon: terms.Lexicon
    faults: FaultList
    control_above_share: float = terms.CONTROL_ABOVE_SHARE
    words: KnownWords | None = None
    refused: set[tuple[int, str, str]] = field(default_factory=set)
    fact_types: dict[str, str] = field(default_factory=dict)
    declared: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def word_known(self, kind: str, word: str, line: int) -> None:
        """A word that nobody knows is a fault, with the nearest known one. Nothing where no words are given."""
        missing = self.words.missing(kind, word) if self.words else None
        if missing is None or self.words is None or (line, missing, word) in self.refused:
            return
        self.refused.add((line, missing, word))
        known = missing if missing in (*DECLARED, FACTS, CLASSES) else CLASSES if missing == SEGMENTS else OTHERS
        declared = f"{known}: {{{clip(word)}: boolean}}" if known == FACTS else f"{known}: [{clip(word)}]"
        way_out = f"Correct the word, or declare it at the head of the pack: declares: {{{declared}}}."
        self.faults.add(
            Fault(
                f"{self.place} line {line}",
                f"no {NOUNS.get(missing, missing)} of this name",
                found=word,
                expected=EXPECTED_WORDS.get(missing, _OPEN_WORD),
                nearest=self.words.nearest(missing, word if missing == kind else word.split(".")[0]),
                way_out="Correct the word." if missing in (LAYERS, JURISDICTIONS, COUNTRIES) else way_out,
            )
        )

    def means_one(self, kind: str, words: Sequence[str], line: int) -> None:
        """A name that two declared ones are but for accents, marks and legal forms is a fault with both.

        None where the test names them all.
        """
        tested = {fold(word) for word in words}
        for word in words:
            alike = {fold(one): one for one in self.declared.get(kind, ()) if fold_name(one) == fold_name(word)}
            if len(alike) > 1 and fold(word) not in alike and not tested.issuperset(alike):
                choice = series(sorted(alike.values()), "or")
                text = f"{len(alike)} declared names match this word equally well"
                self.fault(line, text, found=word, expected=f"one of them: {choice}")

    def fault(
        self,
        line: int,
        says: str,
        *,
        found: object = None,
        expected: str | None = None,
        near: Sequence[str] = (),
        way_out: str | None = None,
    ) -> None:
        """Adds a fault at a line."""
        text = None if found is None else str(found)
        close = nearest(text, near) if text and near else None
        place = f"{self.place} line {line}"
        self.faults.add(Fault(place, says, found=text, expected=expected, nearest=close, way_out=way_out))

    def keys(self, mapping: Mapping, allowed: Sequence[str], what: str) -> None:
        """Every key that is not read is a fault."""
        for key in mapping:
            if key not in allowed:
                self.fault(
                    mapping.line_of(key),
                    f"a {what} has no key of this name",
                    found=key,
                    expected=", ".join(allowed),
                    near=allowed,
                )

    def text(self, mapping: Mapping, key: str, *, needed: bool = False) -> str:
        """A text value, or '' with a fault where it is needed and missing or not text."""
        value = mapping.get(key)
        is_text = not isinstance(value, dict | list | bool)
        if value is None and needed:
            self.fault(mapping.line, f"the key {key} is missing", expected=f"{key}: a word")
        if not is_text:
            self.fault(mapping.line_of(key), f"{key} is not text", found=value, expected="a word or sentence")
        return str(value).strip() if is_text and value is not None else ""

    def word(self, mapping: Mapping, key: str, allowed: Sequence[str], *, default: str) -> str:
        """One of closed words."""
        if key not in mapping:
            return default
        value = self.text(mapping, key)
        if value not in allowed:
            if value:
                self.fault(
                    mapping.line_of(key),
                    f"{key} is not one of its words",
                    found=value,
                    expected=" or ".join(allowed),
                    near=allowed,
                )
            elif mapping[key] is None:
                self.fault(mapping.line_of(key), f"{key} is empty", expected=" or ".join(allowed))
            return default
        return value

    def day(self, mapping: Mapping, key: str) -> date | None:
        """An ISO day, or None."""
        value = self.text(mapping, key)
        if not value:
            return None
        try:
            return in_years(Span(day := parse_day(value), day)).low
        except ValueError as err:
            self.fault(mapping.line_of(key), f"{key} is no date", found=value, expected=str(err))
            return None


FIRST_YEAR, LAST_YEAR = 1900, 2100
"""The years in which days of rules lie: `0222` and `5025` are slips; the years 1 and 9999 stand for open ends."""


def in_years(span: Span) -> Span:
    """A span whose ends lie in years that a rule can mean. Raises ValueError, whose text is what was expected."""
    for end in (span.low, span.high):
        is_open = end is None or end.year in (date.min.year, date.max.year)
        if is_open or (end is not None and FIRST_YEAR <= end.year <= LAST_YEAR):
            continue
        raise ValueError(f"a day from {FIRST_YEAR} to {LAST_YEAR}")
    return span


def read_fact_ref(parser: PackParser, value: Mapping, line: int) -> terms.FactRef | None:
    """`{fact: other}` or `{fact: trigger, plus: 36 months}`; None with a fault otherwise."""
    parser.keys(value, ("fact", "plus"), "right side")
    key = parser.text(value, "fact", needed=True)
    plus = parser.text(value, "plus")
    if not key:
        return None
    parser.word_known(FACTS, key, line)
    if not plus:
        return terms.FactRef(key)
    try:
        return terms.FactRef(key, parse_length(plus))
    except ValueError as err:
        parser.fault(line, "plus is no length of time", found=plus, expected=str(err))
        return None


def read_condition(parser: PackParser, value: object, line: int, *, depth: int = 0) -> terms.Node | None:
    """A condition: all, any, not, an axis or a fact; None with a fault otherwise."""
    if not isinstance(value, Mapping):
        parser.fault(line, "a condition is not a mapping", found=value, expected="all, any, not, fact or one axis")
        return None
    if depth > MAX_DEPTH:
        parser.fault(value.line, "a condition is nested too deep", expected=f"at most {MAX_DEPTH} levels")
        return None
    if "fact" in value and set(value) <= {"fact", *terms.OPERATORS}:
        return _fact_test(parser, value)
    known = ("all", "any", "not", "fact", *terms.AXES)
    for key in value:
        if key not in known and not ("fact" in value and key in terms.OPERATORS):
            near = (*known, *terms.OPERATORS) if "fact" in value else known
            parser.fault(value.line_of(key), "no axis of this name", found=key, expected=", ".join(known), near=near)
            return None
    if len(value) != 1:
        parser.fault(
            value.line,
            "a condition tests one axis",
            found=", ".join(value) or "nothing",
            expected="one key; join several with all or any",
        )
        return None
    key, inner = next(iter(value.items()))
    at = value.line_of(key)
    if key == "not":
        part = read_condition(parser, inner, at, depth=depth + 1)
        return None if part is None else terms.Not(part)
    if key in ("all", "any"):
        return _joined(parser, key, inner, line=at, depth=depth)
    return _axis_test(parser, key, inner, line=at)


def _joined(parser: PackParser, key: str, inner: object, *, line: int, depth: int) -> terms.Node | None:
    if not isinstance(inner, list) or not inner:
        parser.fault(
            line,
            f"{key} joins nothing",
            found=inner if inner else "nothing",
            expected="a list of at least one condition",
        )
        return None
    parts = [read_condition(parser, part, line, depth=depth + 1) for part in inner]
    good = tuple(part for part in parts if part is not None)
    if len(good) < len(parts):
        return None
    return terms.AllOf(good) if key == "all" else terms.AnyOf(good)


def _axis_test(parser: PackParser, axis: str, inner: object, *, line: int) -> terms.Node | None:
    words = inner if isinstance(inner, list) else [inner]
    written: list[str] = []
    for word in words:
        if isinstance(word, bool | dict | list) or word is None or not str(word).strip():
            parser.fault(
                line,
                f"{axis} holds no word",
                found="nothing" if word is None else word,
                expected="a word or a list of words",
            )
            return None
        written.append(f"{word:g}" if isinstance(word, float) else str(word).strip())
        kind = KIND_OF_AXIS.get(axis, axis)
        parser.word_known(kind, written[-1].split(".")[0] if kind == SEGMENTS else written[-1], line)
    if not written:
        parser.fault(line, f"{axis} holds no word", found="nothing", expected="a word or a list of words")
        return None
    parser.means_one(KIND_OF_AXIS.get(axis, axis), written, line)
    if axis == "asset_class":
        values: tuple[str | tuple[str, ...], ...] = tuple(terms.class_words(w) for w in written)
    elif axis == "segment":
        values = tuple(terms.class_words(w)[:1] for w in written)
    else:
        values = tuple(parser.lexicon.canon(axis, w) for w in written)
    above = parser.control_above_share if axis in terms.CONTROL_AXES else terms.CONTROL_ABOVE_SHARE
    return terms.AxisTest(axis, tuple(dict.fromkeys(values)), tuple(written), above)


def _fact_test(parser: PackParser, value: Mapping) -> terms.Node | None:
    inner = value["fact"]
    line = value.line_of("fact")
    if isinstance(inner, Mapping) and len(value) == 1:
        if "fact" in inner and set(inner) <= {"fact", *terms.OPERATORS} and not isinstance(inner["fact"], dict):
            return _fact_test(parser, inner)
        parser.fault(
            line,
            "a fact test is not readable",
            found=", ".join(inner),
            expected="fact: key, with is, in, at_least, at_most, before or after",
        )
        return None
    if not isinstance(inner, str) or not inner.strip():
        parser.fault(line, "a fact test names no fact", found=inner, expected="fact: key")
        return None
    parser.word_known(FACTS, inner.strip(), line)
    tests: list[tuple[str, terms.Right]] = []
    for op in (key for key in value if key != "fact"):
        right = _right(parser, op, value[op], line=value.line_of(op))
        if right is None:
            return None
        tests.append((op, right))
        _values_known(parser, inner.strip(), right, line=value.line_of(op))
    if not tests:
        _values_known(parser, inner.strip(), True, line=line)
    return terms.FactTest(inner.strip(), tuple(tests) or (("is", True),))


_TYPE_NAMES: dict[type, str] = {bool: "boolean", float: "number", Span: "day", str: "text"}


def _values_known(parser: PackParser, key: str, right: terms.Right, *, line: int) -> None:
    """The right side of a test has the type that the pack declares for the fact, and no misspelt text."""
    declared = parser.fact_types.get(key)
    bundled = None if parser.words is None else fact_types().get(key)
    for one in right if isinstance(right, tuple) else (right,):
        if isinstance(one, terms.FactRef):
            continue
        if declared is not None and FACT_TYPES[_TYPE_NAMES[type(one)]] != declared:
            wanted = next(word for word, meant in FACT_TYPES.items() if meant == declared)
            text = f"the fact {key} is compared with a value of another type"
            parser.fault(
                line,
                text,
                found=terms.right_text(one),
                expected=f"a value of the type that the pack declares: {wanted}",
            )
        elif declared is None and bundled == "text" and isinstance(one, float):
            text = f"the fact {key} is compared with a value of another type"
            parser.fault(line, text, found=terms.right_text(one), expected="a text", near=_listed_texts(parser, key))
        elif isinstance(one, str) and declared is None:
            if bundled in _EXPECTED_VALUES and fold(one) != "none":
                expected, near = _EXPECTED_VALUES[bundled]
                text = f"the fact {key} is compared with a value of another type"
                parser.fault(line, text, found=one, expected=expected, near=near)
            else:
                parser.word_known(value_kind(key), one, line)


def _listed_texts(parser: PackParser, key: str) -> tuple[str, ...]:
    listed = parser.words.spelled.get(value_kind(key), {}) if parser.words else {}
    return tuple(listed.values())


_EXPECTED_VALUES: dict[str | None, tuple[str, tuple[str, ...]]] = {
    "bool": ("true or false", ("true", "false", "none")),
    "number": ("a number", ()),
    "share": ("a number from 0 to 1", ()),
    "date": ("a day", ()),
}
"""What a fact of the bundled tables is compared with, by its type, and the words of that type."""


def _right(parser: PackParser, op: str, value: object, *, line: int) -> terms.Right | None:
    if isinstance(value, Mapping):
        return read_fact_ref(parser, value, line)
    if op == "in":
        items = value if isinstance(value, list) else [value]
        if not items:
            parser.fault(line, "in holds no value", expected="a list of values")
            return None
        made = [_plain(parser, item, line) for item in items]
        return None if any(m is None for m in made) else tuple(m for m in made if m is not None)
    right: terms.FactValue | None = _span_of(value) if op in ("before", "after") else None
    right = right if right is not None else _plain(parser, value, line)
    wanted: dict[str, tuple[Callable[[terms.FactValue], bool], str]] = {
        "before": (lambda v: isinstance(v, Span), "a date"),
        "after": (lambda v: isinstance(v, Span), "a date"),
        "at_least": (lambda v: isinstance(v, Span | float), "a number or a date"),
        "at_most": (lambda v: isinstance(v, Span | float), "a number or a date"),
    }
    if right is not None and op in wanted and not wanted[op][0](right):
        parser.fault(line, f"{op} compares with a value of another kind", found=value, expected=wanted[op][1])
        return None
    return right


def _span_of(value: object) -> Span | None:
    """A year or month as the right side of before and after, as a span of days."""
    if isinstance(value, bool) or not isinstance(value, int | str) or not _YEAR_OR_MONTH.match(str(value)):
        return None
    try:
        return in_years(parse_span(str(value)))
    except ValueError:
        return None


def _plain(parser: PackParser, value: object, line: int) -> terms.FactValue | None:
    """A bool, number, day or text of a right side."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, str) and value.strip():
        try:
            day = parse_day(value)
        except ValueError:
            if not _LIKE_A_DAY.match(value.strip()):
                return value.strip()
            parser.fault(line, "a right side is a day that does not exist", found=value, expected="a day that exists")
            return None
        try:
            return in_years(Span(day, day))
        except ValueError as err:
            parser.fault(line, "a right side is a day that no rule can mean", found=value, expected=str(err))
        return None
    parser.fault(
        line,
        "a right side is no value",
        found="nothing" if value is None else value,
        expected="a word, number, date, true, false or {fact: key}",
    )
    return None
