"""A rule pack as written: parsing one YAML file into rules, with every fault named at its line.

The form of a pack is in docs/rules.md. Nothing is guessed: a key is read, or it is a fault.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from provenet.core.countries import countries
from provenet.core.digest import sha256_bytes
from provenet.core.errors import FaultList
from provenet.core.ids import fold, names_in, slug
from provenet.core.names import fold_name, near_names
from provenet.core.when import Span, parse_span
from provenet.policy.conditions import PackParser, in_years, read_condition, read_fact_ref
from provenet.policy.terms import CONTROL_ABOVE_SHARE, AllOf, FactRef, Node, axis_tests, fact_keys, leaves
from provenet.policy.wordlists import (
    CLASSES,
    DECLARED,
    FACT_TYPES,
    FACTS,
    ISSUERS,
    JURISDICTIONS,
    MEASURES,
    OTHERS,
    POLICIES,
    KnownWords,
    lexicon,
    one_letter_off,
    rule_words,
)
from provenet.policy.yamltext import Mapping as YamlMapping
from provenet.policy.yamltext import read_yaml

EFFECTS = ("prohibit", "cap", "condition", "permit")
DECLARES_KEYS = (*DECLARED, FACTS, CLASSES, OTHERS)
FORCES = ("law", "contract", "advice", "proposal")
DEFAULTS = ("clear", "restricted")
MOST_RULES = 2_000
PACK_KEYS = names_in("""
    pack issuer title source force default rules jurisdiction countries adopted says facts issuer_says declares example
    reading_of leaves_out
""")
RULE_KEYS = names_in("""
    id effect rank policy when decided_by in_force remove_by cap citation article text says source adopted
    control_above
""")
TEXT_KEYS = ("source", "from", "to", "sha256")


@dataclass(frozen=True)
class Limit:
    """One limit of a cap: a share of what `measure` counts, at most `at_most_share`, within `of`.

    `at_most_share` is a number, or the fact that holds it where each order sets a limit of its own.
    """

    measure: str
    at_most_share: float | FactRef
    of: str
    unit: str | None = None


@dataclass(frozen=True)
class TextSpan:
    """Where the words of a rule stand: bytes [first, end) of a file in `sources/`, both named by SHA-256."""

    file_id: str
    first: int
    end: int
    digest: str

    def is_held_by(self, data: bytes) -> bool:
        """Whether a file has these words there."""
        return self.end <= len(data) and sha256_bytes(data[self.first : self.end]) == self.digest


@dataclass(frozen=True)
class Rule:
    """One rule. `in_force` is [from, to) as spans, since an end may be known to a month only; None is open."""

    id: str
    effect: str
    rank: float
    policy: str
    when: Node
    decided_by: tuple[str, ...] = ()
    starts: Span | None = None
    ends: Span | None = None
    remove_by: Span | FactRef | None = None
    limits: tuple[Limit, ...] = ()
    citation: str = ""
    says: str = ""
    source: str = ""
    adopted: date | None = None
    line: int = 0
    article: str = ""
    text: TextSpan | None = None


@dataclass(frozen=True)
class Pack:
    """One policy as rules, and who issued it with what force."""

    id: str
    issuer: str
    title: str
    source: str
    force: str
    default: str
    rules: tuple[Rule, ...]
    place: str
    jurisdiction: str = ""
    countries: tuple[str, ...] = ()
    """The countries, by code, that a jurisdiction of several reaches."""
    adopted: date | None = None
    says: str = ""
    fact_says: dict[str, str] = field(default_factory=dict)
    issuer_says: tuple[str, ...] = ()
    """The facts that its issuer alone can say: what it designated, ordered, cleared or granted."""
    example: bool = False
    reading_of: str = ""
    """The pack that reads the same instrument more fully; while it is at hand, this one is asked by name only."""
    leaves_out: tuple[str, ...] = ()
    declares: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fact_types: Mapping[str, str] = field(default_factory=dict)


def rule_facts(rule: Rule) -> set[str]:
    """The facts that a rule tests, or takes its term or a limit from."""
    taken = (rule.remove_by, *(limit.at_most_share for limit in rule.limits))
    return fact_keys(rule.when) | {one.key for one in taken if isinstance(one, FactRef)}


def rule_tests(rules: Iterable[Rule]) -> list[str]:
    """Every test of some rules as a rule writes it, each once, sorted."""
    return sorted({leaf.text() for rule in rules for leaf, _ in leaves(rule.when)})


def rule_names(rules: Iterable[Rule]) -> frozenset[str]:
    """The words by which rules name vendors, carriers, lists and the parties that decide, folded."""
    names = {fold(word) for rule in rules for word in rule.decided_by}
    for rule in rules:
        for test in axis_tests(rule.when):
            names |= {fold(word) for word in (*test.values, *test.written) if isinstance(word, str)}
    return frozenset(names)


def pack_words(packs: Iterable[Pack]) -> dict[str, list[str]]:
    """The words that packs use, declare or explain, by kind."""
    made: dict[str, list[str]] = {}

    def add(words: Mapping[str, Iterable[str]]) -> None:
        for kind, found in words.items():
            made.setdefault(kind, []).extend(found)

    for pack in packs:
        add({**pack.declares, ISSUERS: [pack.issuer] if pack.issuer else []})
        add({FACTS: pack.fact_says, MEASURES: [limit.measure for rule in pack.rules for limit in rule.limits]})
        add({POLICIES: [rule.policy for rule in pack.rules]})
        for rule in pack.rules:
            add(rule_words(rule.when))
    return made


def parse_pack(place: str, data: bytes, faults: FaultList, *, words: KnownWords | None = None) -> Pack | None:
    """The pack in a YAML file. Cost O(bytes).

    Parameters
    ----------
    place
        The name of the file, for faults.
    data
        Its bytes: UTF-8, at most 1 MB.
    faults
        Takes every fault, each with its line.
    words
        The words that are known: any other that the pack does not declare is a fault. Without them no word is checked.

    Returns
    -------
    Pack or None
        None where there was a fault.
    """
    document = read_yaml(place, data, faults)
    if document is None:
        return None
    parser = PackParser(place, lexicon(), faults)
    before = faults.count
    parser.keys(document, PACK_KEYS, "pack")
    pack_id = parser.text(document, "pack", needed=True)
    declares = _declares(parser, document)
    fact_says = _fact_says(parser, document)
    parser.declared = {kind: declares.get(kind, ()) for kind in DECLARED}
    parser.words = words.more({**declares, FACTS: [*fact_says, *declares.get(FACTS, ())]}) if words else None
    issuer = parser.text(document, "issuer")
    if issuer:
        parser.word_known(ISSUERS, issuer, document.line_of("issuer"))
    reached = _countries(parser, document)
    if (jurisdiction := parser.text(document, "jurisdiction")) and not reached:
        parser.word_known(JURISDICTIONS, jurisdiction, document.line_of("jurisdiction"))
    rules = _rules(parser, document, issuer)
    if faults.count == before and words:
        _declared_in_use(parser, document, rules, fact_says=fact_says, declares=declares)
    pack = Pack(
        id=pack_id,
        issuer=issuer,
        title=parser.text(document, "title") or pack_id,
        source=parser.text(document, "source"),
        force=parser.word(document, "force", FORCES, default="advice"),
        default=parser.word(document, "default", DEFAULTS, default="clear"),
        rules=tuple(rules),
        place=place,
        jurisdiction=jurisdiction,
        countries=reached,
        adopted=parser.day(document, "adopted"),
        says=parser.text(document, "says"),
        fact_says=fact_says,
        issuer_says=_texts(parser, document, "issuer_says", expected="a list of keys of its facts", among=fact_says),
        example=_is_example(parser, document),
        reading_of=_reading_of(parser, document, pack_id),
        leaves_out=_texts(parser, document, "leaves_out", expected="a list of sentences"),
        declares=declares,
        fact_types=dict(parser.fact_types),
    )
    return pack if faults.count == before else None


def _declared_in_use(
    parser: PackParser,
    document: YamlMapping,
    rules: Sequence[Rule],
    *,
    fact_says: Mapping[str, str],
    declares: Mapping[str, Sequence[str]],
) -> None:
    """A fact explained but tested by no rule is a fault; so is a declared word that only lies near one in use."""
    used: dict[str, list[str]] = {FACTS: sorted({key for rule in rules for key in rule_facts(rule)})}
    for rule in rules:
        for kind, found in rule_words(rule.when).items():
            used.setdefault(kind, []).extend(found)
    in_use = {fold(key) for key in used[FACTS]}
    for key in fact_says:
        if fold(key) not in in_use:
            line, text = document["facts"].line_of(key), "no rule tests the fact that is explained here"
            way_out = "Correct the word, or take the line out."
            parser.fault(line, text, found=key, expected="a fact of a rule", near=used[FACTS], way_out=way_out)
    for kind, words in declares.items():
        others = used.get(kind, []) if kind != OTHERS else [word for found in used.values() for word in found]
        for word in words:
            near = near_names(word, others, fold_name if kind in DECLARED else fold) or one_letter_off(word, others)
            if near and fold(word) not in {fold(one) for one in others}:
                line = document["declares"].line_of(kind)
                text = "a declared word that no rule names lies near one that a rule names"
                way_out = "Correct the word, or take it out of the declaration."
                parser.fault(line, text, found=word, expected="a word of a rule", near=near, way_out=way_out)


def _declares(parser: PackParser, document: YamlMapping) -> dict[str, tuple[str, ...]]:
    """The words that a pack brings itself, by kind; the types of its facts are left with the parser."""
    value = document.get("declares")
    if value is None:
        return {}
    if not isinstance(value, YamlMapping):
        parser.fault(document.line_of("declares"), "declares is not a mapping", found=value, expected="vendors: [...]")
        return {}
    parser.keys(value, DECLARES_KEYS, "list of declared words")
    made: dict[str, tuple[str, ...]] = {}
    for key in (key for key in value if key in DECLARES_KEYS):
        made[key] = _declared_facts(parser, value) if key == FACTS else _declared_words(parser, value, key)
    return made


def _declared_words(parser: PackParser, declares: YamlMapping, key: str) -> tuple[str, ...]:
    value = declares[key]
    if isinstance(value, list) and all(isinstance(word, str) and word.strip() for word in value):
        return tuple(word.strip() for word in value)
    parser.fault(declares.line_of(key), f"{key} are no list of words", found=value, expected=f"{key}: [word, word]")
    return ()


def _declared_facts(parser: PackParser, declares: YamlMapping) -> tuple[str, ...]:
    value = declares[FACTS]
    if not isinstance(value, YamlMapping):
        text, expected = "declared facts are not a mapping", "facts: {key: boolean, number, day or text}"
        parser.fault(declares.line_of(FACTS), text, found=value, expected=expected)
        return ()
    for key in value:
        word = parser.word(value, key, tuple(FACT_TYPES), default="")
        if word:
            parser.fact_types[key] = FACT_TYPES[word]
    return tuple(value)


def _fact_says(parser: PackParser, document: YamlMapping) -> dict[str, str]:
    """Keys of facts the pack brings itself, each with what it says."""
    value = document.get("facts")
    if value is not None and not isinstance(value, YamlMapping):
        parser.fault(document.line_of("facts"), "facts is not a mapping", expected="key: what the fact says")
    return {key: parser.text(value, key) for key in value} if isinstance(value, YamlMapping) else {}


def _countries(parser: PackParser, document: YamlMapping) -> tuple[str, ...]:
    """The codes of the countries that the jurisdiction of a pack reaches, where it is one of several."""
    value, line = document.get("countries", []), document.line_of("countries")
    if not isinstance(value, list) or ("countries" in document and not value):
        parser.fault(line, "countries is no list", found=value, expected="a list of countries such as [Norway, IS]")
        return ()
    if value and "jurisdiction" not in document:
        parser.fault(line, "countries are those of a jurisdiction", found=value, expected="jurisdiction: its name")
    found = []
    for word in map(str, value):
        code = countries().code(word)
        if code is None:
            near = countries().nearest(word)
            parser.fault(
                line, "no such country", found=word, expected=f"a country{f', such as {near}' if near else ''}"
            )
        else:
            found.append(code)
    return tuple(dict.fromkeys(found))


def _is_example(parser: PackParser, document: YamlMapping) -> bool:
    """Whether the pack is an example: asked by name only, taken by no country's page."""
    value = document.get("example", False)
    if not isinstance(value, bool):
        parser.fault(document.line_of("example"), "example is not true or false", found=value, expected="true or false")
    elif value and "jurisdiction" in document:
        found, line = document["jurisdiction"], document.line_of("jurisdiction")
        parser.fault(line, "an example belongs to no jurisdiction", found=found, expected="no such key")
    return value is True


def _reading_of(parser: PackParser, document: YamlMapping, pack_id: str) -> str:
    """The id of the pack that reads the same instrument more fully; '' where the key is not given."""
    found = parser.text(document, "reading_of")
    if found and fold(found) == fold(pack_id):
        parser.fault(
            document.line_of("reading_of"), "a pack is no reading of itself", found=found, expected="another pack"
        )
    return found


def _texts(
    parser: PackParser, document: YamlMapping, key: str, *, expected: str, among: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """A list of texts that no rule reads: what the pack leaves out, or some of its own facts."""
    value = document.get(key, [])
    is_good = isinstance(value, list) and all(isinstance(text, str) and text.strip() for text in value)
    if not is_good or not (among is None or {*value} <= {*among}):
        parser.fault(document.line_of(key), f"{key} is no list", found=value, expected=expected)
    return tuple(text.strip() for text in value) if is_good else ()


def _rules(parser: PackParser, document: YamlMapping, issuer: str) -> list[Rule]:
    value = document.get("rules")
    if not isinstance(value, list) or not value:
        parser.fault(document.line_of("rules"), "a pack needs rules", expected="a list of at least one rule")
        return []
    if len(value) > MOST_RULES:
        line, way_out = document.line_of("rules"), "Split the rules into several packs, each a file of its own."
        found, expected = f"{len(value):,} rules", f"at most {MOST_RULES:,}"
        parser.fault(line, "a pack holds more rules than are read", found=found, expected=expected, way_out=way_out)
        return []
    made: list[Rule] = []
    lines: dict[str, int] = {}
    for item in value:
        if not isinstance(item, YamlMapping):
            parser.fault(
                document.line_of("rules"), "a rule is not a mapping", found=item, expected="id, effect, when ..."
            )
            continue
        rule = _rule(parser, item, issuer)
        if rule is None:
            continue
        key = rule.id.casefold()
        if key in lines:
            parser.fault(
                item.line_of("id"),
                "the rule appears twice",
                found=rule.id,
                expected=f"one (the first is on line {lines[key]})",
            )
        lines.setdefault(key, rule.line)
        made.append(rule)
    return made


def _rule(parser: PackParser, item: YamlMapping, issuer: str) -> Rule | None:
    before = parser.faults.count
    parser.keys(item, RULE_KEYS, "rule")
    rule_id = parser.text(item, "id", needed=True)
    if "effect" not in item:
        parser.fault(item.line, "the key effect is missing", expected=" or ".join(EFFECTS))
    effect = parser.word(item, "effect", EFFECTS, default="prohibit")
    rank = item.get("rank", 0)
    if isinstance(rank, bool) or not isinstance(rank, int | float):
        parser.fault(item.line_of("rank"), "rank is not a number", found=rank, expected="a number, higher decides")
        rank = 0
    starts, ends = _in_force(parser, item)
    if "when" not in item:
        parser.fault(
            item.line,
            "the key when is missing",
            expected="a condition",
            way_out='Write when: {asset_class: "*"} for a rule that reaches everything.',
        )
        return None
    parser.control_above_share = _control_above(parser, item)
    node = read_condition(parser, item["when"], item.line_of("when"))
    policy = parser.text(item, "policy")
    if policy and policy != rule_id:
        parser.word_known(POLICIES, policy, item.line_of("policy"))
    rule = Rule(
        id=rule_id,
        effect=effect,
        rank=float(rank),
        policy=policy or rule_id,
        when=node or AllOf(()),
        decided_by=_decided_by(parser, item, issuer),
        starts=starts,
        ends=ends,
        remove_by=_term(parser, item),
        limits=_limits(parser, item, effect),
        citation=parser.text(item, "citation"),
        says=parser.text(item, "says"),
        source=parser.text(item, "source"),
        adopted=parser.day(item, "adopted"),
        line=item.line,
        article=parser.text(item, "article"),
        text=_text_span(parser, item),
    )
    return rule if node is not None and parser.faults.count == before else None


def _text_span(parser: PackParser, item: YamlMapping) -> TextSpan | None:
    """Where the words of the rule stand in a file of `sources/`."""
    value = item.get("text")
    if value is None:
        return None
    line = item.line_of("text")
    if not isinstance(value, YamlMapping):
        expected = "text: {source: SHA-256, from: 0, to: 120, sha256: SHA-256}"
        parser.fault(line, "text is no mapping", found=value, expected=expected)
        return None
    parser.keys(value, TEXT_KEYS, "text")
    digests = [str(value.get(key, "")) for key in ("source", "sha256")]
    first, end = value.get("from"), value.get("to")
    for key, digest in zip(("source", "sha256"), digests, strict=True):
        if not re.fullmatch(r"[0-9a-f]{64}", digest):
            parser.fault(line, f"{key} of a text is no SHA-256", found=digest, expected="64 digits from 0 to f")
    if type(first) is not int or type(end) is not int or not 0 <= first < end:
        found = f"{first} to {end}"
        parser.fault(line, "a text has no span", found=found, expected="whole numbers of bytes, from below to")
        return None
    return TextSpan(digests[0], first, end, digests[1])


def _control_above(parser: PackParser, item: YamlMapping) -> float:
    """The stake that must be exceeded for control under this rule."""
    value = item.get("control_above", CONTROL_ABOVE_SHARE)
    is_share = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1
    if not is_share:
        line = item.line_of("control_above")
        parser.fault(line, "control_above is no share", found=value, expected="a share below 1, such as 0.25")
    return float(value) if is_share else CONTROL_ABOVE_SHARE


def _decided_by(parser: PackParser, item: YamlMapping, issuer: str) -> tuple[str, ...]:
    """The parties whose latest act settles the facts of a rule, as match keys."""
    value = item.get("decided_by")
    if value is None:
        return ()
    words = value if isinstance(value, list) else [value]
    made = []
    for word in words:
        if not isinstance(word, str) or not word.strip():
            parser.fault(
                item.line_of("decided_by"), "decided_by names no party", found=word, expected="issuer or a party id"
            )
        elif word == "issuer" and not issuer:
            parser.fault(
                item.line_of("decided_by"),
                "decided_by is the issuer, and the pack names none",
                expected="issuer: a party id",
            )
        else:
            if word != "issuer":
                parser.word_known(ISSUERS, word, item.line_of("decided_by"))
            made.append(slug(issuer if word == "issuer" else word))
    return tuple(made)


def _in_force(parser: PackParser, item: YamlMapping) -> tuple[Span | None, Span | None]:
    value = item.get("in_force")
    if value is None:
        return None, None
    line = item.line_of("in_force")
    if not isinstance(value, list) or len(value) != 2:
        parser.fault(line, "in_force is not an interval", found=value, expected="[from, to), each a date or null")
        return None, None
    ends: list[Span | None] = []
    for word in value:
        if word is None:
            ends.append(None)
            continue
        try:
            span = in_years(parse_span(str(word)))
            if span.low is None or span.high is None:
                raise ValueError("a date")
            ends.append(span)
        except ValueError as err:
            parser.fault(line, "an end of in_force is no date", found=word, expected=str(err))
            return None, None
    return ends[0], ends[1]


def _term(parser: PackParser, item: YamlMapping) -> Span | FactRef | None:
    value = item.get("remove_by")
    if value is None:
        return None
    line = item.line_of("remove_by")
    if isinstance(value, YamlMapping):
        return read_fact_ref(parser, value, line)
    try:
        span = in_years(parse_span(str(value)))
        if span.high is None:
            raise ValueError("a date or {fact: key, plus: 36 months}")
        return span
    except ValueError as err:
        parser.fault(line, "remove_by is no date", found=value, expected=str(err))
        return None


def _limits(parser: PackParser, item: YamlMapping, effect: str) -> tuple[Limit, ...]:
    value = item.get("cap")
    if effect != "cap":
        # The form of a pack shows a cap beside any effect; it counts with effect: cap only.
        return ()
    entries = value if isinstance(value, list) else [value]
    limits = [entry for entry in entries if isinstance(entry, YamlMapping)]
    if not entries or len(limits) < len(entries):
        parser.fault(
            item.line_of("cap"),
            "a cap states no limit",
            found=value,
            expected="cap: {measure: sites, at_most_share: 0.35, of: carrier}",
        )
        return ()
    return tuple(limit for entry in limits if (limit := _limit(parser, entry)) is not None)


def _limit(parser: PackParser, entry: YamlMapping) -> Limit | None:
    parser.keys(entry, ("measure", "at_most_share", "of", "unit"), "cap")
    measure = parser.text(entry, "measure", needed=True)
    share, line = entry.get("at_most_share"), entry.line_of("at_most_share")
    most: float | FactRef | None = None
    if isinstance(share, YamlMapping):
        most = read_fact_ref(parser, share, line)
    elif isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
        parser.fault(line, "at_most_share is no share", found=share, expected="a number from 0 to 1")
    else:
        most = float(share)
    if most is None:
        return None
    parser.word_known(MEASURES, measure, entry.line_of("measure"))
    of = parser.text(entry, "of") or "carrier"
    if near_names(of, ["carrier"], fold):
        parser.fault(entry.line_of("of"), "of is a slip", found=of, expected="carrier", near=["carrier"])
    return Limit(measure, most, of, parser.text(entry, "unit") or None)
