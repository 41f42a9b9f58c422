"""One policy applied to one case: profiles, answers and what they depend on, each distinct evaluation once.

A rule sees a question only through the truth of its axis tests and the values of its facts. Two questions alike in
those get the same answer, so answers are remembered by them; the questions themselves may be very many.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, cached_property
from itertools import product
from typing import Any

from provenet.case.parties import CARRIER, VENDOR, known_names, told_apart
from provenet.case.rows import FlipStruct, OriginStruct
from provenet.core.digest import canonical_json
from provenet.core.ids import fold, name_key
from provenet.core.sought_names import NOBODY, SoughtNames
from provenet.core.tri import Tri
from provenet.evidence.case_facts import CaseFacts
from provenet.evidence.claims import ClaimBook, FactState
from provenet.evidence.flips import Ground, flip_sets
from provenet.evidence.questions import PolicyQuestion, RuleInputs
from provenet.policy import terms
from provenet.policy.answers import Ruling, answer
from provenet.policy.cases import asset_listing, capability_of, classes_of
from provenet.policy.compiled import CompiledRules, Decide
from provenet.policy.packs import Selection
from provenet.policy.wordlists import fact_types, lexicon, with_implied

MAX_DISPUTED = 10
"""Above this many disputed facts in one verdict, each is tried alone beside all at once."""
ASSUMED_AXES = ("action", "buyer", "site_class", "product_category", "made_in")
"""Keys of an assumption that feed an axis instead of a fact."""

SEAT_KEYS = frozenset({"hq", "seat"})
"""Facts that are the seat of the vendor as the table `party` has it. It never stands in for control."""

FactKey = tuple[str, tuple[str, ...]]
"""A fact and those who decide it for a rule."""
Values = Mapping[FactKey, terms.FactValue | None]


@dataclass(frozen=True)
class Sensitivity:
    """What one answer depends on: whether on a disputed fact, the origins on each side, the flip sets."""

    on_disputed: bool
    origins: tuple[OriginStruct, ...]
    flips: tuple[FlipStruct, ...]


@dataclass
class Evaluation:
    """One policy, one case, one pair of days. Remembers what it has worked out."""

    name: str
    selection: Selection
    inputs: RuleInputs
    facts: CaseFacts
    assumed: Mapping[str, str]
    as_of: date
    known: date | None
    country: str | None
    relays: str = "stay"
    pack_row: str | None = None
    """The row of `rule_pack` by which the case holds the pack; None for a pack of a folder or a bundled one."""
    _tests: dict[str, list[terms.AxisTest]] = field(default_factory=dict)
    _signs: dict[tuple[str, object], tuple[Tri, ...]] = field(default_factory=dict)
    _answers: dict[object, Ruling] = field(default_factory=dict)
    _outcomes: dict[object, str] = field(default_factory=dict)
    _states: dict[str, dict[FactKey, FactState]] = field(default_factory=dict)
    _sensitivities: dict[object, Sensitivity] = field(default_factory=dict)
    _meanings: dict[tuple[str, bool | None], tuple[frozenset[str], str]] = field(default_factory=dict)
    _given: dict[tuple[tuple[str, str], ...], dict[str, terms.FactValue | None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for test in dict.fromkeys(test for rule in self.selection.rules for test in terms.axis_tests(rule.when)):
            self._tests.setdefault(_PART.get(test.axis, test.axis), []).append(test)

    @cached_property
    def assumed_text(self) -> str:
        """The assumptions as they are stored."""
        return canonical_json(dict(self.assumed))

    def kind(self, question: PolicyQuestion) -> tuple[object, ...]:
        """What sort of question this is: two of one sort get the same answer for the same reasons."""
        return question.vendor, self._seen(question), self.doubts(question)

    def doubts(self, question: PolicyQuestion) -> tuple[str, ...]:
        """Why the vendor, or the carrier, may be one that the rules test, or that stands on a list: a sentence each."""
        parties = ((question.vendor, False), (question.carrier, True), (question.vendor, None))
        return tuple(dict.fromkeys(why for one, side in parties if one and (why := self._meant(one, side)[1])))

    def _meant(self, party: str, is_carrier: bool | None) -> tuple[frozenset[str], str]:
        """A party with those that the rules test which it may be by its names, and why; of those on lists for None."""
        if (party, is_carrier) not in self._meanings:
            itself, (sure, sought) = self.facts.canon(party), self._sought[is_carrier]
            perhaps, why = (frozenset[str](), "") if itself in sure else self.facts.may_be(itself, sought)
            if is_carrier is None and perhaps <= {itself}:
                perhaps, why = frozenset(), ""
            others = {NOBODY} if itself in perhaps else frozenset[str]()
            self._meanings[party, is_carrier] = perhaps | {itself} | others, why
        return self._meanings[party, is_carrier]

    @cached_property
    def _sought(self) -> dict[bool | None, tuple[frozenset[str], SoughtNames]]:
        """Of all but carriers, of carriers, and for None of those on lists that rules test: who bears a name that is
        tested, and all names that mean those."""
        listed = self.facts.listings.by_party if "listed_in" in self._tests else {}
        spelled = ((name, party) for party in listed for name in self.facts.spellings.get(party, ()))
        return {None: (frozenset(), SoughtNames(spelled)), False: self._named_in(False), True: self._named_in(True)}

    def _named_in(self, is_carrier: bool) -> tuple[frozenset[str], SoughtNames]:
        axes = ("carrier_in",) if is_carrier else ("vendor_in", "affiliate_of")
        tests = [test for tests in self._tests.values() for test in tests if test.axis in axes]
        wanted = frozenset[str]().union(*(test.wanted for test in tests))

        def meant(word: str) -> str:
            return self.facts.named([word], carrier=is_carrier) or lexicon().canon(axes[0], word)

        written = [(word, meant(word)) for test in tests for word in test.written]
        known = [pair for pair in known_names().listed(CARRIER if is_carrier else VENDOR) if pair[1] in wanted]
        own = [(name, party) for party in wanted for name in self.facts.spellings.get(party, ())]
        keys = {name_key(name) for name, _ in (*written, *known)}
        borne = frozenset(party for name, party in own if name_key(name) in keys)
        sought = SoughtNames((pair for pair in (*written, *own, *known) if pair[1] in wanted), written)
        return borne | wanted & (told_apart() | {word for word, _ in written}), sought

    def states(self, question: PolicyQuestion) -> dict[FactKey, FactState]:
        """The state of each tested fact of the vendor that neither the asset nor an assumption gives."""
        vendor = self.facts.canon(question.vendor)
        if vendor not in self._states:
            book = self.facts.book
            self._states[vendor] = {
                (key, by): book.fact(vendor, key, by, as_of=self.as_of) for key, by in self.inputs.facts
            }
        given = self._given_to(question).keys() | SEAT_KEYS
        return {fact: state for fact, state in self._states[vendor].items() if fold(fact[0]) not in given}

    def answer(self, question: PolicyQuestion, values: Values | None = None) -> Ruling:
        """What the policy says; `values` stand in for the values of the claims' facts."""
        given = {fact: state.value for fact, state in self.states(question).items()} if values is None else values
        key = (self._seen(question), tuple(given.items()))
        if key not in self._answers:
            self._answers[key] = answer(self.selection, self._profile(question, given), self.as_of, known=self.known)
        return self._answers[key]

    def rest_answer(self, question: PolicyQuestion) -> Ruling:
        """What the policy says of a vendor that no rule names, whoever it is: its owners, its seat, the lists it is on
        and every fact of it are unknown. The vendor of the question counts for nothing."""
        nobody = terms.Profile(
            vendor=frozenset({""}),
            group=terms.Group(maybe=None),
            carrier=frozenset({self.facts.canon(question.carrier)}) if question.carrier else None,
            asset_class=classes_of(question.asset_class),
            plain=self._plain(question),
            fact=lambda key, _decided_by: None if fold(key) in SEAT_KEYS else self._given_to(question).get(fold(key)),
        )
        return answer(self.selection, nobody, self.as_of, known=self.known)

    @cached_property
    def named(self) -> frozenset[str]:
        """The vendors that the rules name: in lists of vendors, and as those whom another may be affiliated with."""
        tests = (test for tests in self._tests.values() for test in tests)
        return frozenset(
            str(word) for test in tests if test.axis in ("vendor_in", "affiliate_of") for word in test.values
        )

    def _outcome_at(self, question: PolicyQuestion) -> Callable[[Values], str]:
        """The outcome of a question for other values of its facts, by the compiled rules."""
        seen, profile = self._seen(question), cache(lambda: self._profile(question, {}))

        def outcome(values: Values) -> str:
            key = (seen, tuple(values.items()))
            if key not in self._outcomes:
                self._outcomes[key] = self._decide(replace(profile(), fact=self._fact(question, values))).outcome
            return self._outcomes[key]

        return outcome

    @cached_property
    def _decide(self) -> Decide:
        return CompiledRules(self.selection).on(self.as_of, self.known)

    def sensitivity(self, question: PolicyQuestion) -> Sensitivity:
        """What the answer to a question depends on. Cost O(claims^3) lookups once per vendor and kind of question."""
        key = (self.facts.canon(question.vendor), self._seen(question))
        if key not in self._sensitivities:
            self._sensitivities[key] = self._sensitivity_of(question)
        return self._sensitivities[key]

    def _sensitivity_of(self, question: PolicyQuestion) -> Sensitivity:
        states = self.states(question)
        stands, outcome_at = self.answer(question).outcome, self._outcome_at(question)
        values: dict[FactKey, terms.FactValue | None] = {fact: state.value for fact, state in states.items()}
        disputed = [fact for fact, state in states.items() if state.disputed]
        on_disputed = any(
            outcome_at({**values, **dict(zip(disputed, setting, strict=True))}) != stands
            for setting in settings(len(disputed))
        )
        book, vendor, facts = self.facts.book, self.facts.canon(question.vendor), list(states)
        grounds = [_ground(book, vendor, fact, as_of=self.as_of) for fact in facts]

        def outcome_of(tried: tuple[Tri, ...]) -> str:
            return outcome_at(dict(zip(facts, tried, strict=True)))

        relays = self.facts.relays if self.relays == "fall" else None
        flips = flip_sets(grounds, outcome_of, relays) if any(ground.live for ground in grounds) else []
        return Sensitivity(on_disputed, tuple(self._sides(facts, grounds)), tuple(flip.struct() for flip in flips))

    def _sides(self, facts: list[FactKey], grounds: list[Ground]) -> Iterator[OriginStruct]:
        """The independent origins on each side of each fact, whoever decides it; named and anonymous apart."""
        spelled: dict[str, str] = {}
        sides: dict[tuple[str, str], set[str]] = {}
        for (key, _), ground in zip(facts, grounds, strict=True):
            spelled.setdefault(fold(key), key)
            for stance in ("asserts", "denies"):
                claims = {claim.id for claim in ground.live if claim.stance == stance}
                sides.setdefault((fold(key), stance), set()).update(claims)
        for (fact, stance), claims in sides.items():
            named, anonymous = self.facts.origins.counted(claims)
            if named or anonymous:
                yield {"fact": spelled[fact], "stance": stance, "named": named, "anonymous": anonymous}

    def rests_on(self, question: PolicyQuestion) -> list[str]:
        """The rows on owners, lists and names that the answer reads beside claims."""
        axes = {test.axis for tests in self._tests.values() for test in tests}
        vendor, rows = self.facts.canon(question.vendor), []
        if axes & {"affiliate_of", "controlled_from"}:
            rows += self.facts.control(terms.CONTROL_ABOVE_SHARE).rows(vendor)
        if "listed_in" in axes:
            rows += self.facts.listings.rows(vendor)
        return [*rows, *sorted({state.search for state in self.states(question).values() if state.search})]

    def _given_to(self, question: PolicyQuestion) -> dict[str, terms.FactValue | None]:
        """Facts that the asset states, else those assumed, by folded key; None where two values are stated."""
        if question.facts not in self._given:
            types = {**fact_types(), **self.selection.pack.fact_types}
            made = {
                fold(k): terms.fact_value(text, types.get(k))
                for k, text in self.assumed.items()
                if k not in ASSUMED_AXES
            }
            own: dict[str, terms.FactValue | None] = {}
            for key, text in question.facts:
                value = terms.fact_value(text, types.get(key))
                own[fold(key)] = value if own.get(fold(key), value) == value else None
            self._given[question.facts] = with_implied({**made, **with_implied(own)})
        return self._given[question.facts]

    def _seen(self, question: PolicyQuestion) -> tuple[object, ...]:
        """All that the rules see of a question but the claims: the truth of every axis test, given facts, shares."""
        parts = _parts(question)
        signs = []
        for part, tests in self._tests.items():
            key = (part, parts[part])
            if key not in self._signs:
                profile = self._profile(question, {})
                self._signs[key] = tuple(terms.axis_holds(test, profile) for test in tests)
            signs.append(self._signs[key])
        seat = self._seat(question) if any(fold(key) in SEAT_KEYS for key, _ in self.inputs.facts) else None
        return (*signs, self._shares(question), seat, *question.facts)

    def _seat(self, question: PolicyQuestion) -> str | None:
        return self.facts.country_of.get(self.facts.canon(question.vendor))

    def _shares(self, question: PolicyQuestion) -> tuple[tuple[str, tuple[float, float]], ...]:
        if not self._counts_shares or question.carrier is None:
            return ()
        return tuple(self.facts.cap_shares(question.vendor, question.carrier, question.asset_class).items())

    @cached_property
    def _counts_shares(self) -> bool:
        return any(rule.limits for rule in self.selection.rules)

    def _profile(self, question: PolicyQuestion, values: Values) -> terms.Profile:
        facts, vendor = self.facts, self.facts.canon(question.vendor)

        def group(above_share: float) -> terms.Group:
            found = facts.control(above_share).group(vendor)
            meant = {one: self._meant(one, False)[0] for one in found.sure | (found.maybe or frozenset())}
            sure = frozenset(one for one in found.sure if len(meant[one]) == 1)
            return terms.Group(sure, None if found.maybe is None else found.maybe.union(*meant.values()))

        def controlled(above_share: float, countries: frozenset[str]) -> Tri:
            return facts.control(above_share).controlled_from(vendor, facts.seat_of, countries)

        capability, complete = capability_of(question.capability or "")
        return terms.Profile(
            vendor=self._meant(vendor, False)[0],
            group=group(terms.CONTROL_ABOVE_SHARE),
            carrier=self._meant(question.carrier, True)[0] if question.carrier else None,
            asset_class=classes_of(question.asset_class),
            plain=self._plain(question),
            capability=capability,
            capability_complete=complete,
            listing=self._listing(question, vendor),
            shares=dict(self._shares(question)),
            group_above=group,
            controlled_above=controlled,
            fact=self._fact(question, values),
        )

    def _fact(
        self, question: PolicyQuestion, values: Values
    ) -> Callable[[str, tuple[str, ...]], terms.FactValue | None]:
        """The values of facts: what the asset or an assumption states, the seat, else what claims make of them."""
        given = self._given_to(question)
        claimed = {(fold(key), by): value for (key, by), value in values.items()}

        def fact(key: str, decided_by: tuple[str, ...]) -> terms.FactValue | None:
            if fold(key) in given:
                return given[fold(key)]
            return self._seat(question) if fold(key) in SEAT_KEYS else claimed.get((fold(key), decided_by))

        return fact

    def _plain(self, question: PolicyQuestion) -> dict[str, frozenset[str]]:
        own = dict(question.facts)
        texts: dict[str, str | None] = {
            "layer": None if question.layer == "any" else question.layer,
            "action": question.action,
            "made_in": question.origin or self.assumed.get("made_in"),
            "site_class": question.site_class or self.assumed.get("site_class"),
            "product_category": question.product_category or self.assumed.get("product_category"),
            "buyer": own.get("buyer") or self.assumed.get("buyer"),
        }
        known = {axis: text for axis, text in texts.items() if text and fold(text) != "unknown"}
        return {axis: frozenset({terms.plain_word(axis, text)}) for axis, text in known.items()}

    def _listing(self, question: PolicyQuestion, vendor: str) -> terms.Listing:
        """What lists say of the vendor, and of those it may be by its names, and what the asset's own facts say."""
        category = question.product_category or self.assumed.get("product_category")
        known = self.facts.listings.of(vendor, category)
        alike = (self.facts.listings.of(one, category).off for one in self._meant(vendor, None)[0] - {NOBODY})
        known = replace(known, off=known.off.intersection(*alike))
        return asset_listing(known, dict(question.facts))


def _ground(book: ClaimBook, vendor: str, fact: FactKey, *, as_of: date) -> Ground:
    """What a fact rests on, and what it would rest on were it not withdrawn."""
    live, once = book.grounds(vendor, *fact, as_of=as_of), book.once_grounds(vendor, *fact, as_of=as_of)
    withdrawn = {claim.id: book.withdrawn_by[claim.id] for claim in once}
    return Ground((*live, *once), bool(fact[1]), withdrawn, book.search(vendor, fact[0], as_of) is not None)


_PART = {
    **dict.fromkeys(("vendor_in", "affiliate_of", "controlled_from"), "vendor"),
    **dict.fromkeys(("asset_class", "segment"), "asset_class"),
}
"""Axes that one part of a question settles together."""


def _parts(question: PolicyQuestion) -> dict[str, Any]:
    """The part of a question that settles each group of axes, as a key to remember by."""
    return {
        "vendor": question.vendor,
        "asset_class": question.asset_class,
        "carrier_in": question.carrier,
        "layer": question.layer,
        "action": question.action,
        "made_in": question.origin,
        "site_class": question.site_class,
        "product_category": question.product_category,
        "capability": question.capability,
        "buyer": question.facts,
        "listed_in": (question.vendor, question.product_category, question.facts),
    }


def settings(count: int) -> Iterator[tuple[bool, ...]]:
    """Every setting of `count` disputed facts; for very many, all alike and each alone."""
    if count == 0:
        return
    if count <= MAX_DISPUTED:
        yield from product((True, False), repeat=count)
        return
    for value in (True, False):
        yield (value,) * count
        for at in range(count):
            yield tuple(value if i == at else not value for i in range(count))
