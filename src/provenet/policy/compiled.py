"""Rules as one Python function: the outcome and the rule that decides it, many times a second.

`answers.answer` walks conditions and says why; it stays the measure. What is compiled answers the same two words for
every profile and day, and leaves reasons, open tests and days of removal to it (`CompiledRules.answer`). Two ideas:

- A test sees one part of a profile (the vendor, the asset class, the value of a fact). What the interpreter says of the
  tests of one part is remembered by that part, so no test is written a second time here.
- For one day, which rules are in force and what they answer is settled, unless a share or a fact decides it. What is
  left is control flow over three values, 0 false, 1 unknown and 3 true, of which `&` is Kleene's *and* and `|` his
  *or*. It is written as Python source, which holds no word of a pack: constants are handed over by name.

Rules that are too many to be worth compiling are walked. Source: own (decision 0045).
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from types import CodeType
from typing import Any, NamedTuple

from provenet.core.tri import Tri
from provenet.policy import terms
from provenet.policy.answers import OUTCOMES, Ruling, answer, rule_outcome
from provenet.policy.pack import Rule
from provenet.policy.packs import Selection, rule_in_force

MOST_TESTS = 20_000
"""Rules with more tests than this are walked, not compiled."""
REMEMBERED = 1 << 14
"""How many values of one part of a profile, and how many days, are remembered; then all are forgotten."""
_WIDEST = 12
"""How many parts one expression joins; more are joined in groups."""
_BITS = {outcome: 1 << at for at, outcome in enumerate(OUTCOMES)}
_CODES = {False: 0, None: 1, True: 3}


class Decision(NamedTuple):
    """What rules decide: the outcome, and the id of the rule that decides it or is open; None where none does."""

    outcome: str
    rule_id: str | None


Decide = Callable[[terms.Profile], Decision]


@dataclass(frozen=True)
class _State:
    """A rule in force, or perhaps, on a day; `outcome` is None where the profile decides it."""

    rule: Rule
    force: Tri
    outcome: str | None


class CompiledRules:
    """The rules of a pack, of a policy or one rule, compiled for each day on which they are asked."""

    def __init__(self, selection: Selection) -> None:
        self.selection = selection
        self._is_small = sum(1 for rule in selection.rules for _ in terms.leaves(rule.when)) <= MOST_TESTS
        self._by_day: dict[tuple[date, date | None], Decide] = {}
        self._by_states: dict[tuple[_State, ...], Decide] = {}

    def on(self, as_of: date, known: date | None = None) -> Decide:
        """The function that decides profiles on a day, as known on another (None: all).

        Law: it gives the outcome and the rule id of `answers.answer`. Cost O(size of the rules) once for each set of
        rules in force and answers of theirs; then of one profile O(rules + parts of the profile that they test).
        """
        key = as_of, known
        if key not in self._by_day:
            if len(self._by_day) >= REMEMBERED:
                self._by_day.clear()
            self._by_day[key] = self._decide_on(as_of, known)
        return self._by_day[key]

    def decide(self, profile: terms.Profile, as_of: date, known: date | None = None) -> Decision:
        """The outcome and the rule for one profile."""
        return self.on(as_of, known)(profile)

    def answer(self, profile: terms.Profile, as_of: date, known: date | None = None) -> Ruling:
        """The same with the reason, the open tests and the day of removal, by the interpreter."""
        return answer(self.selection, profile, as_of, known=known)

    def _decide_on(self, as_of: date, known: date | None) -> Decide:
        if not self._is_small:
            return self._walked(as_of, known)
        states = tuple(_states(self.selection, as_of, known))
        try:
            if any(state.outcome is None for state in states):
                return _Writer(self.selection, states, as_of).function()
            if states not in self._by_states:
                self._by_states[states] = _Writer(self.selection, states, as_of).function()
            return self._by_states[states]
        except (RecursionError, MemoryError, SyntaxError):  # what Python says of an expression nested too deep for it
            return self._walked(as_of, known)

    def _walked(self, as_of: date, known: date | None) -> Decide:
        def decide(profile: terms.Profile) -> Decision:
            found = answer(self.selection, profile, as_of, known=known)
            return Decision(found.outcome, found.rule.id if found.rule else None)

        return decide


def _states(selection: Selection, as_of: date, known: date | None) -> Iterator[_State]:
    for rule in selection.rules:
        force = rule_in_force(rule, as_of, known, adopted=selection.pack.adopted)
        if force is not False:
            is_open = rule.effect == "cap" or (rule.effect == "prohibit" and isinstance(rule.remove_by, terms.FactRef))
            yield _State(rule, force, None if is_open else rule_outcome(rule, terms.Profile(), as_of)[0])


@lru_cache(maxsize=1024)
def _code(source: str) -> CodeType:
    """Source as Python compiles it; rules that differ in words alone share it."""
    return compile(source, "<rules>", "exec")


@dataclass
class _ProfilePart:
    """A part of a profile, as an expression, and the tests that see nothing else of it."""

    key: str
    profile_of: Callable[[Any], terms.Profile]
    tests: list[terms.AxisTest] = field(default_factory=list)

    def table(self) -> tuple[dict[Any, tuple[int, ...]], Callable[[Any], tuple[int, ...]]]:
        """What the tests say of the values seen so far, and how a new value is learnt."""
        seen: dict[Any, tuple[int, ...]] = {}

        def learn(value: Any) -> tuple[int, ...]:
            if len(seen) >= REMEMBERED:
                seen.clear()
            profile = self.profile_of(value)
            found = seen[value] = tuple(_CODES[terms.axis_holds(test, profile)] for test in self.tests)
            return found

        return seen, learn


_VENDORS, _CLASSES = "profile.vendor", "profile.asset_class"
_PARTS: dict[str, tuple[str, Callable[[Any], terms.Profile]]] = {
    "vendor_in": (_VENDORS, lambda value: terms.Profile(vendor=value)),
    "affiliate_of": (
        f"({_VENDORS}, group.sure, group.maybe) if (group := profile.group) else {_VENDORS}",
        lambda value: (
            terms.Profile(vendor=value[0], group=terms.Group(*value[1:]))
            if isinstance(value, tuple)
            else terms.Profile(vendor=value)
        ),
    ),
    "carrier_in": ("profile.carrier", lambda value: terms.Profile(carrier=value)),
    "asset_class": (_CLASSES, lambda value: terms.Profile(asset_class=value)),
    "segment": (_CLASSES, lambda value: terms.Profile(asset_class=value)),
    "capability": (
        "(profile.capability, profile.capability_complete)",
        lambda value: terms.Profile(capability=value[0], capability_complete=value[1]),
    ),
    "listed_in": (
        "((listing := profile.listing).on, listing.off, listing.on_none)",
        lambda value: terms.Profile(listing=terms.Listing(*value)),
    ),
}


def _part_of(axis: str) -> tuple[str, Callable[[Any], terms.Profile]]:
    """The part of a profile that settles an axis, and a profile with nothing else."""
    return _PARTS.get(axis) or (
        f"plain.get({axis!r})",
        lambda value: terms.Profile(plain={axis: value} if value is not None else {}),
    )


_NEGATED = "(3, 1, 0, 0)"
"""What *not* makes of each value."""


class _Writer:
    """Writes the source for one day and gathers what it refers to."""

    def __init__(self, selection: Selection, states: Sequence[_State], as_of: date) -> None:
        self._selection, self._states, self._as_of = selection, states, as_of
        self._names: dict[str, Any] = {"outcome_of": self._outcome_of}
        self._parts: dict[str, tuple[str, _ProfilePart]] = {}
        self._values: dict[tuple[str, tuple[str, ...]], str] = {}
        self._uses = Counter(key for state in states for key in _keys(state.rule.when, state.rule.decided_by))
        self._held: dict[object, str] = {}
        self._temporaries = 0

    def function(self) -> Decide:
        """The compiled function."""
        if not self._states:
            decided = Decision("clear", None)
            return lambda _profile: decided
        body = list(self._alone() if self._selection.alone else self._ranked())
        source = "\n".join(["def decide(profile):", *(f"    {line}" for line in [*self._head(), *body])])
        exec(_code(source), self._names)
        decide: Decide = self._names["decide"]
        return decide

    # -- what is looked up before the first rule ----------------------------------------------------------------------
    def _head(self) -> Iterator[str]:
        if any(key.startswith("plain") for key in self._parts):
            yield "plain = profile.plain"
        yield "fact = profile.fact"
        for name, part in self._parts.values():
            self._names[f"{name}_seen"], self._names[f"{name}_learn"] = part.table()
            yield f"{name} = {name}_seen.get(key := {part.key})"
            yield f"if {name} is None: {name} = {name}_learn(key)"
        if self._held:
            yield f"{' = '.join(self._held.values())} = -1"
        if self._values:
            yield f"{' = '.join(self._values.values())} = UNREAD"
            self._names["UNREAD"] = object()

    # -- rules --------------------------------------------------------------------------------------------------------
    def _alone(self) -> Iterator[str]:
        (state,) = self._states
        yield f"truth = {self._truth(state)}"
        yield f"if truth == 3: return {self._decided(0)}[{self._outcome(0)}]"
        yield f"return {self._named('OPEN', self._open())}[0] if truth else {self._named('DEFAULT', self._default())}"

    def _ranked(self) -> Iterator[str]:
        self._named("OPEN", self._open())
        default = self._named("DEFAULT", self._default())
        yield "possible, first = 0, -1"
        for rank in sorted({state.rule.rank for state in self._states}, reverse=True):
            level = [at for at, state in enumerate(self._states) if state.rule.rank == rank]
            yield from self._one(level[0]) if len(level) == 1 else self._level(level)
        yield f"return OPEN[first] if possible & {~_BITS[self._selection.pack.default]} else {default}"

    def _one(self, at: int) -> Iterator[str]:
        """The only rule of its rank."""
        yield f"truth = {self._truth(self._states[at])}"
        yield "if truth:"
        yield f"    outcome = {self._outcome(at)}"
        yield f"    if truth == 3: return OPEN[first] if possible & ~outcome else {self._decided(at)}[outcome]"
        yield "    possible |= outcome"
        yield f"    if first < 0: first = {at}"

    def _level(self, level: Sequence[int]) -> Iterator[str]:
        """Several rules of one rank: those that hold must agree."""
        yield "true = maybe = 0; true_at = maybe_at = -1"
        for at in level:
            yield f"truth = {self._truth(self._states[at])}"
            yield "if truth:"
            yield "    if truth == 3:"
            yield f"        true |= {self._outcome(at)}"
            yield f"        if true_at < 0: true_at = {at}; decided = {self._decided(at)}"
            yield "    else:"
            yield f"        maybe |= {self._outcome(at)}"
            yield f"        if maybe_at < 0: maybe_at = {at}"
        yield "if true:"
        yield "    if true & (true - 1): return OPEN[true_at]"
        yield "    return OPEN[first] if possible & ~true else decided[true]"
        yield "if maybe:"
        yield "    possible |= maybe"
        yield "    if first < 0: first = maybe_at"

    def _truth(self, state: _State) -> str:
        text = self._condition(state.rule.when, state.rule, wanted=True)
        return text if state.force else f"{text} & 1"

    def _outcome(self, at: int) -> str:
        outcome = self._states[at].outcome
        return f"outcome_of({at}, profile)" if outcome is None else str(_BITS[outcome])

    def _outcome_of(self, at: int, profile: terms.Profile) -> int:
        return _BITS[rule_outcome(self._states[at].rule, profile, self._as_of)[0]]

    def _decided(self, at: int) -> str:
        """The decisions that one rule may lead to, by outcome."""
        rule_id = self._states[at].rule.id
        return self._named(f"RULE{at}", {bit: Decision(outcome, rule_id) for outcome, bit in _BITS.items()})

    def _open(self) -> tuple[Decision, ...]:
        return tuple(Decision("undetermined", state.rule.id) for state in self._states)

    def _default(self) -> Decision:
        return Decision(self._selection.pack.default, None)

    # -- conditions ---------------------------------------------------------------------------------------------------
    def _condition(self, node: terms.Node, rule: Rule, *, wanted: bool) -> str:
        """An expression for the truth of a condition, or of its negation; one that returns is worked out once."""
        while isinstance(node, terms.Not):
            node, wanted = node.part, not wanted
        if isinstance(node, terms.AxisTest) and not _is_asked(node):
            text = self._looked_up(node)
            return text if wanted else f"{_NEGATED}[{text}]"
        key = _key(node, rule.decided_by)
        if self._uses[key] < 2:
            return self._worked_out(node, rule, wanted=wanted)
        name = self._held.get((key, wanted))
        if name is None:
            name = self._held[key, wanted] = f"held{len(self._held)}"
        return f"({name} if {name} >= 0 else ({name} := {self._worked_out(node, rule, wanted=wanted)}))"

    def _worked_out(
        self, node: terms.AxisTest | terms.FactTest | terms.AllOf | terms.AnyOf, rule: Rule, *, wanted: bool
    ) -> str:
        if isinstance(node, terms.AllOf | terms.AnyOf):
            parts = [self._condition(part, rule, wanted=wanted) for part in node.parts]
            return self._joined(sorted(parts, key=len), every=isinstance(node, terms.AllOf) == wanted)
        text = self._fact(node, rule.decided_by) if isinstance(node, terms.FactTest) else self._direct(node)
        return text if wanted else f"{_NEGATED}[{text}]"

    def _joined(self, parts: list[str], *, every: bool) -> str:
        while len(parts) > _WIDEST:
            parts = [
                self._joined(parts[at : at + _WIDEST], every=every) if at + 1 < len(parts) else parts[at]
                for at in range(0, len(parts), _WIDEST)
            ]
        if len(parts) < 2:
            return parts[0] if parts else "3" if every else "0"
        names = [f"t{self._temporaries + at}" for at in range(len(parts))]
        self._temporaries += len(parts)
        ways = [
            f"0 if not ({name} := {part})" if every else f"3 if ({name} := {part}) == 3"
            for name, part in zip(names, parts, strict=True)
        ]
        return f"({' else '.join(ways)} else {(' & ' if every else ' | ').join(names)})"

    def _direct(self, test: terms.AxisTest) -> str:
        name = f"axis{len(self._names)}"
        self._names[name] = lambda profile: _CODES[terms.axis_holds(test, profile)]
        return f"{name}(profile)"

    def _looked_up(self, test: terms.AxisTest) -> str:
        key, profile_of = _part_of(test.axis)
        name, part = self._parts.setdefault(key, (f"part{len(self._parts)}", _ProfilePart(key, profile_of)))
        if test not in part.tests:
            part.tests.append(test)
        return f"{name}[{part.tests.index(test)}]"

    def _fact(self, test: terms.FactTest, by: tuple[str, ...]) -> str:
        if any(isinstance(right, terms.FactRef) for _, right in test.tests):
            name = f"fact{len(self._names)}"
            self._names[name] = lambda profile: _CODES[terms.fact_holds(test, profile, by)]
            return f"{name}(profile)"
        read = f"fact({self._constant(test.key)}, {self._constant(by)})"
        if self._uses[test.key, by] > 1:
            value = self._values.setdefault((test.key, by), f"value{len(self._values)}")
            read = f"({value} if {value} is not UNREAD else ({value} := {read}))"
        truth = self._constant(_FactTable(test))
        yes, no = (_CODES[_fact_truth(test, known)] for known in (True, False))
        return f"(1 if (v := {read}) is None else {yes} if v is True else {no} if v is False else {truth}[v])"

    def _constant(self, value: object) -> str:
        name = f"c{len(self._names)}"
        self._names[name] = value
        return name

    def _named(self, name: str, value: object) -> str:
        self._names.setdefault(name, value)
        return name


class _FactTable(dict[terms.FactValue, int]):
    """What a test says of each value of its fact but true and false, learnt as they come."""

    def __init__(self, test: terms.FactTest) -> None:
        self.test = test

    def __missing__(self, value: terms.FactValue) -> int:
        if len(self) >= REMEMBERED:
            self.clear()
        found = self[value] = _CODES[_fact_truth(self.test, value)]
        return found


def _fact_truth(test: terms.FactTest, value: terms.FactValue) -> Tri:
    return terms.fact_holds(test, terms.Profile(fact=lambda _key, _by: value), ())


def _is_asked(test: terms.AxisTest) -> bool:
    """Whether a test is put to functions of the profile, which say nothing of other profiles."""
    return test.axis == "controlled_from" or (
        test.axis == "affiliate_of" and test.above_share != terms.CONTROL_ABOVE_SHARE
    )


def _key(node: terms.Node, by: tuple[str, ...]) -> tuple[object, ...]:
    """What makes two conditions one, as they are written: true and 1 are two values, though Python calls them equal."""
    return repr(node), by


def _keys(node: terms.Node, by: tuple[str, ...]) -> Iterator[tuple[object, ...]]:
    """A condition, all within it, and the facts that it compares, each as often as it stands there."""
    if isinstance(node, terms.Not):
        yield from _keys(node.part, by)
        return
    yield _key(node, by)
    if isinstance(node, terms.AllOf | terms.AnyOf):
        for part in node.parts:
            yield from _keys(part, by)
    elif isinstance(node, terms.FactTest):
        yield node.key, by
