"""The words that rules are matched by, and which words are known: names, classes, keys of facts, jurisdictions.

Known are the words of the product's own fact tables (`provenet/facts`) and of its packs; a case adds its own, and a
pack may declare more. A word that nobody knows would never match, and a restriction would read *clear*: so it is a
fault.

Words of vendors, carriers, parties, layers, countries, facts, segments and the root of an asset class are closed. Finer
classes and listed texts of facts are what the bundled packs say they are; for every other pack they are closed too. A
word of another axis (acts, lists, classes of sites, capabilities, categories, measures) is a fault only where it lies
near a known one. Source: own, decision 0056.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from provenet.core.countries import countries, packaged_rows
from provenet.core.errors import nearest
from provenet.core.ids import Names, fold, slug
from provenet.core.names import fold_name, letters_off, most_letters_off, near_names
from provenet.policy.terms import AxisTest, FactTest, FactValue, Lexicon, Node, class_words, leaves, list_name

VENDORS, CARRIERS, ISSUERS, FACTS, CLASSES = "vendors", "carriers", "issuers", "facts", "classes"
LAYERS, JURISDICTIONS, COUNTRIES, SEGMENTS = "layers", "jurisdictions", "countries", "segments"
POLICIES = "policies"
OTHERS = "words"
"""The kind of the words that a pack declares for open axes, values and measures, whichever they are."""
NOUNS = {
    VENDORS: "vendor",
    CARRIERS: "carrier",
    ISSUERS: "issuer",
    FACTS: "fact",
    CLASSES: "asset class",
    LAYERS: "layer",
    JURISDICTIONS: "jurisdiction",
    COUNTRIES: "country",
    SEGMENTS: "segment",
    POLICIES: "policy",
    "action": "act",
    "site_class": "class of site",
    "product_category": "product category",
    "listed_in": "list",
}
"""What a fault calls a word of each kind; of any other its own name."""
KIND_OF_AXIS = {
    "vendor_in": VENDORS,
    "affiliate_of": VENDORS,
    "carrier_in": CARRIERS,
    "layer": LAYERS,
    "segment": SEGMENTS,
    "asset_class": CLASSES,
    "controlled_from": COUNTRIES,
    "made_in": COUNTRIES,
}
"""The kind of the words of an axis; of any other axis the axis itself, and open."""
DECLARED = {VENDORS: VENDORS, CARRIERS: CARRIERS, ISSUERS: ISSUERS}
"""The lists of names that a pack may declare, each with its kind."""
FACT_TYPES = {"boolean": "bool", "number": "number", "day": "date", "text": "text"}
"""The types by which a pack declares a fact, and what they are called here."""
MEASURES = "measure"
_VALUE = "value of "
LAYER_WORDS = ("hardware", "software", "management", "service", "component")
MORE_ROOTS = ("service", "component")
_CLOSED = frozenset({VENDORS, CARRIERS, ISSUERS, FACTS, LAYERS, JURISDICTIONS, COUNTRIES, SEGMENTS})
_NAMED = (VENDORS, CARRIERS, ISSUERS)
_CLASS = re.compile(r"[A-Za-z_0-9]+(\.[A-Za-z_0-9]+)*(\.\*)?\Z")
_FIGURE = re.compile(r"\d")
_NO_ROOTS = frozenset({"all", "any", "none", "other", "unknown", ""})


def _rows(name: str) -> Sequence[Mapping[str, str]]:
    return packaged_rows("facts", name)


class SpelledNames(Names):
    """Aliases to one canonical id, also where a name differs from a listed one in accents, marks or legal form.

    A spelling that so means two of them means neither.
    """

    def __init__(self) -> None:
        self._spelled: dict[str, str | None] = {}
        super().__init__()

    def add(self, alias: str, canonical: str) -> None:
        """Declares that `alias` means `canonical`; the first declaration of an alias stands."""
        super().add(alias, canonical)
        key = fold_name(alias)
        if self._spelled.setdefault(key, canonical) != canonical:
            self._spelled[key] = None

    def canon(self, name: str) -> str:
        """The canonical id of a name, or its folded spelling when it is not listed."""
        listed = None if super().knows(name) else self._spelled.get(fold_name(name))
        return listed or super().canon(name)

    def knows(self, name: str) -> bool:
        """Whether the name is listed."""
        return super().knows(name) or self._spelled.get(fold_name(name)) is not None


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """Vendor and carrier names with their aliases; a canonical id is the slug of the name. Cached."""
    names: dict[str, Names] = {"vendor": SpelledNames(), "carrier": SpelledNames()}
    rows = _rows("aliases.csv")
    for row in rows:
        names[row["kind"]].add(row["name"], slug(row["name"]))
        names[row["kind"]].add(slug(row["name"]), slug(row["name"]))
    for row in rows:
        names[row["kind"]].add(row["alias"].strip('" '), slug(row["name"]))
    return Lexicon(names["vendor"], names["carrier"])


@lru_cache(maxsize=1)
def fact_types() -> dict[str, str]:
    """Known keys of facts and their declared type: bool, number, share, date or text. Cached."""
    return {row["key"]: row["type"] for row in _rows("fact_keys.csv")}


@lru_cache(maxsize=1)
def implications() -> dict[str, tuple[tuple[str, str, bool], ...]]:
    """What a stated fact says of others, by its folded key: (`none` or `given`, other key, value). Cached.

    `decisions` as `none` says that the item stands in none of them; a day of publication, that there is a decision.
    """
    made = {}
    for row in _rows("fact_keys.csv"):
        parts = [part.split() for part in row["implies"].split("|") if part]
        made[fold(row["key"])] = tuple((when, fold(other), value == "true") for when, _, other, _, value in parts)
    return {key: parts for key, parts in made.items() if parts}


def implying(keys: Iterable[str]) -> set[str]:
    """The folded keys of facts that say something of one of some facts."""
    wanted = {fold(key) for key in keys}
    return {key for key, parts in implications().items() if any(other in wanted for _, other, _ in parts)}


def with_implied(stated: Mapping[str, FactValue | None]) -> dict[str, FactValue | None]:
    """Stated facts by folded key, and what they imply of facts that are not stated.

    Where two stated facts imply different values of a third, it stays unknown; also where one of them is stated as not
    known (None) and could imply the other value, and where the third is itself stated as not known.
    """
    found: dict[str, set[bool]] = {}
    possible: dict[str, set[bool]] = {}
    for key, parts in implications().items():
        if key not in stated:
            continue
        value = stated[key]
        is_none = value is False or (isinstance(value, str) and fold(value) == "none")
        for when, other, implied in parts:
            if value is None:
                possible.setdefault(other, set()).add(implied)
            elif (when == "none") is is_none:
                found.setdefault(other, set()).add(implied)
    sure = {
        other: next(iter(values))
        for other, values in found.items()
        if other not in stated and len(values | possible.get(other, set())) == 1
    }
    return {**stated, **sure}


def _folded(kind: str, word: str) -> str:
    """A word as words of its kind are compared."""
    if kind in _NAMED:
        return fold_name(word)
    if kind in (CLASSES, SEGMENTS):
        return ".".join(class_words(word))
    return list_name(word) if kind == "listed_in" else fold(word)


@dataclass(frozen=True)
class KnownWords:
    """Known words by kind: folded, each with its first spelling. `more` adds to them; nothing takes away."""

    spelled: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    more_closed: bool = False

    def closed(self) -> KnownWords:
        """The same words, with finer classes and listed texts of facts closed too."""
        return KnownWords(self.spelled, more_closed=True)

    def more(self, words: Mapping[str, Iterable[str]]) -> KnownWords:
        """These words and others. A class brings its root with it; a name of several kinds stands in each."""
        made = {kind: dict(known) for kind, known in self.spelled.items()}
        for kind, new in words.items():
            known = made.setdefault(kind, {})
            for word in new:
                known.setdefault(_folded(kind, word), word)
                if kind == CLASSES and (root := class_words(word)[:1]):
                    made.setdefault(SEGMENTS, {}).setdefault(root[0], word.split(".")[0])
        return KnownWords(made, self.more_closed)

    def knows(self, kind: str, word: str) -> bool:
        """Whether somebody lists the word, in any spelling."""
        if kind in (COUNTRIES, JURISDICTIONS) and countries().code(word):
            return True
        if kind == CLASSES and not class_words(word):
            return True
        if kind not in _CLOSED and fold(word) in self.spelled.get(OTHERS, {}):
            return True
        if kind.startswith(_VALUE) and any(self.knows(named, word) for named in (VENDORS, CARRIERS, COUNTRIES)):
            return True
        return _folded(kind, word) in self.spelled.get(kind, {})

    def missing(self, kind: str, word: str) -> str | None:
        """The kind of a word that cannot be taken as it stands, or None where it can.

        A closed word that nobody knows is missing. So is an open word that nobody knows and that lies near a known one
        of the same figures: `2.3 GHz` is no slip of `3.5 GHz`.
        """
        if self.knows(kind, word):
            return None
        if kind == POLICIES:
            return kind if self._near_policies(word) else None
        if kind == CLASSES:
            if class_words(word)[0] not in self.spelled.get(SEGMENTS, {}):
                return SEGMENTS
            return kind if self.more_closed or self._near_classes(word) else None
        figures = _FIGURE.findall(word)
        is_slip = any(_FIGURE.findall(one) == figures for one in self.near(kind, word))
        return kind if self._is_closed(kind) or is_slip else None

    def _is_closed(self, kind: str) -> bool:
        """Whether a word of this kind must be listed. Texts of a fact of which none is listed are anybody's."""
        is_listed_text = kind.startswith(_VALUE) and bool(self.spelled.get(kind))
        return kind in _CLOSED or (self.more_closed and is_listed_text)

    def near(self, kind: str, word: str) -> list[str]:
        """The known words that a misspelt one lies near, the nearest first."""
        if kind in (CLASSES, POLICIES):
            return self._near_classes(word) if kind == CLASSES else self._near_policies(word)
        known = self.spelled.get(kind, {}).values()
        near = near_names(word, known, fold_name if kind in _NAMED else fold)
        is_open_axis = kind not in _CLOSED and not kind.startswith(_VALUE)
        return one_letter_off(word, known) if is_open_axis and not near else near

    def nearest(self, kind: str, word: str) -> str | None:
        """The known word that is meant, as far as letters tell."""
        if kind == COUNTRIES:
            return countries().nearest(word)
        near = self.near(kind, word)
        more = ("true", "false") if kind.startswith(_VALUE) else ("issuer",) if kind == ISSUERS else ()
        return near[0] if near else nearest(word, [*self.spelled.get(kind, {}).values(), *more])

    def _near_policies(self, word: str) -> list[str]:
        """The known policies of which an id is a slip: near, and not the same but for figures of the same number."""
        written = fold(word)
        shape, most = _FIGURE.sub("0", written), most_letters_off(written)
        known = ((key, one) for key, one in self.spelled.get(POLICIES, {}).items() if _FIGURE.sub("0", key) != shape)
        found = [(off, one) for key, one in known if (off := letters_off(written, key, most))]
        return [one for _, one in sorted(found)]

    def _near_classes(self, word: str) -> list[str]:
        """The known classes under the same root of which every word is the same or near."""
        written = class_words(word)
        found = []
        for known, spelling in self.spelled.get(CLASSES, {}).items():
            words = tuple(known.split("."))
            pairs = list(zip(written, words, strict=False))
            if len(words) == len(written) and all(a == b or near_names(a, [b], fold) for a, b in pairs):
                found.append(spelling)
        return found


def one_letter_off(word: str, known: Iterable[str]) -> list[str]:
    """The known words that a word of three letters, too short to lie near any by `near_names`, is a slip of.

    >>> one_letter_off("byu", ["buy", "use"])
    ['buy']
    """
    short = fold(word)
    return [one for one in known if len(short) == 3 and short.isalpha() and letters_off(short, fold(one), 1)]


def rule_words(node: Node) -> dict[str, list[str]]:
    """The words that a condition names, by kind; the texts that a fact is compared with under `fact KEY`."""
    made: dict[str, list[str]] = {}
    for leaf, _ in leaves(node):
        if isinstance(leaf, AxisTest):
            made.setdefault(KIND_OF_AXIS.get(leaf.axis, leaf.axis), []).extend(leaf.written)
        else:
            made.setdefault(FACTS, []).append(leaf.key)
            made.setdefault(value_kind(leaf.key), []).extend(_texts(leaf))
    return made


def value_kind(key: str) -> str:
    """The kind of the texts that a fact may hold."""
    return f"{_VALUE}{fold(key)}"


def _texts(test: FactTest) -> list[str]:
    rights = [one for _, right in test.tests for one in (right if isinstance(right, tuple) else (right,))]
    return [one for one in rights if isinstance(one, str)]


@lru_cache(maxsize=1)
def table_words() -> KnownWords:
    """The words of the product's own tables. Cached."""
    names: dict[str, list[str]] = {VENDORS: [], CARRIERS: [], ISSUERS: []}
    for row in _rows("aliases.csv"):
        names[f"{row['kind']}s"] += [row["name"], row["alias"].strip('" '), slug(row["name"])]
    names[VENDORS] += [row["vendor"] for row in _rows("vendors.csv")]
    names[CARRIERS] += [row["carrier"] for row in _rows("carriers.csv") if row["carrier"] != "all"]
    for row in _rows("parties_extra.csv"):
        if row["role"] in ("vendor", "carrier"):
            names[f"{row['role']}s"] += [row["name"], row["party_id"]]
        names[ISSUERS] += [row["party_id"], row["name"]]
    policies = _rows("policies.csv")
    classes = [row["asset_classes"] for row in policies]
    classes += [row["segment"] for row in _rows("ran_share.csv") if "." in row["segment"]]
    classes += [row["asset_class"] for name in ("policy_functions.csv", "policy_tests.csv") for row in _rows(name)]
    keys = _rows("fact_keys.csv")
    words: dict[str, Iterable[str]] = {
        **names,
        CLASSES: [*_classes(classes), *MORE_ROOTS],
        LAYERS: LAYER_WORDS,
        JURISDICTIONS: [row["jurisdiction"] for row in policies],
        POLICIES: [row["policy_id"] for row in policies],
        FACTS: [row["key"] for row in keys],
        "listed_in": [row["values"] for row in keys if row["key"] == "listed_by"],
    }
    values = {value_kind(row["key"]): row["values"].split("|") for row in keys if row["values"]}
    return KnownWords().more({**words, **values})


def _classes(cells: Iterable[str]) -> list[str]:
    """The dotted classes among some cells; prose and words that are no class are left out."""
    parts = {part.strip() for cell in cells for part in cell.split("|")}
    good = [part for part in parts if _CLASS.match(part) and fold(part.split(".")[0]) not in _NO_ROOTS]
    return sorted(part.removesuffix(".*") for part in good)
