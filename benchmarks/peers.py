"""Rule packs in the languages of other rule engines, in the two-valued reading they have.

None of the peers tells missing from false: a fact that is not known makes their tests false (or an error), where ours
makes them unknown. So cases here are fully known, and there the two readings must agree. The peers answer with one
word; ours also names the rule, the reason, what is open and the day of removal. A pack is translated for one day:
rules not in force are left out and terms are settled beforehand, which spares the peers work that ours does each time.
A peer that is not installed is left out and told so.
"""

import json
import random
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from provenet.core.ids import fold
from provenet.core.when import Span, add_length
from provenet.policy.pack import Limit, Pack, Rule
from provenet.policy.packs import rule_in_force
from provenet.policy.terms import (
    AllOf,
    AnyOf,
    AxisTest,
    FactRef,
    FactTest,
    Group,
    Listing,
    Node,
    Not,
    Profile,
    Right,
    axis_tests,
)
from provenet.policy.wordlists import fact_types

Case = dict[str, Any]
Evaluate = Callable[[Case], str]
OTHER = "other"
LISTS = {"affiliate_of": "group", "asset_class": "classes", "segment": "classes", "capability": "capability"}
LISTS |= {"listed_in": "lists"}
"""Axes whose values a case holds as a list; the others are one word each."""
SIGNS = {"is": "==", "at_least": ">=", "at_most": "<=", "before": "<", "after": ">"}


def _words(test: AxisTest) -> list[str]:
    return [".".join(value) if isinstance(value, tuple) else value for value in test.values]


Plain = bool | float | str
"""A value that every peer has; a day is its number."""


def _value(right: object) -> Plain:
    """A right side as the peers compare it. Raises ValueError for a date that is no day."""
    if isinstance(right, Span):
        if right.low is None or not right.is_day:
            raise ValueError(f"{right}: only days are translated")
        return float(right.low.toordinal())
    return fold(right) if isinstance(right, str) else right  # type: ignore[return-value]


def _values(right: Right) -> list[Plain]:
    """The values of a right side; beside texts, true and false are left out, and no case is drawn so."""
    values = [_value(one) for one in (right if isinstance(right, tuple) else (right,))]
    return [one for one in values if isinstance(one, str)] or values


def _key(ref: FactRef) -> str:
    """The key under which a case holds the value of another fact, moved where the rule moves it."""
    return ref.text().replace(" + ", "_plus_").replace(" ", "_")


def _most(limit: Limit) -> float | str:
    """The most that a limit allows: a number, or the place of the fact that gives it."""
    most = limit.at_most_share
    return f"facts.{_key(most)}" if isinstance(most, FactRef) else most


def _is_day(test: FactTest) -> bool:
    rights = [one for _, right in test.tests for one in (right if isinstance(right, tuple) else (right,))]
    return any(isinstance(one, Span) for one in rights) or fact_types().get(test.key) == "date"


def _fact_tests(node: Node) -> Iterator[FactTest]:
    if isinstance(node, FactTest):
        yield node
    elif isinstance(node, Not):
        yield from _fact_tests(node.part)
    elif isinstance(node, AllOf | AnyOf):
        for part in node.parts:
            yield from _fact_tests(part)


def _drawn(test: FactTest) -> list[Plain]:
    """Values on either side of a test."""
    made: list[Plain] = []
    for op, right in test.tests:
        if isinstance(right, FactRef):
            made += [1.0, 2.0]
        elif op in ("is", "in"):
            told = _values(right)
            made += [
                *told,
                *([OTHER] if isinstance(told[0], str) else [not told[0]] if isinstance(told[0], bool) else [-1.0]),
            ]
        else:
            made += [float(_value(right)) + step for step in (-1.0, 0.0, 1.0)]
    return made


def known_cases(pack: Pack, count: int, seed: int = 1) -> list[Case]:
    """Cases in which everything that the pack tests is known, drawn from the words of its rules and one other."""
    draw = random.Random(seed)
    axes: dict[str, dict[Any, None]] = {}
    facts: dict[str, dict[Any, None]] = {}
    refs: dict[str, FactRef] = {}
    limits: set[str] = set()
    for rule in pack.rules:
        for axis in axis_tests(rule.when):
            axes.setdefault(axis.axis, {}).update(dict.fromkeys(_words(axis)))
        for fact in _fact_tests(rule.when):
            facts.setdefault(fact.key, {}).update(dict.fromkeys(_drawn(fact)))
            refs |= {_key(right): right for _, right in fact.tests if isinstance(right, FactRef)}
        if isinstance(rule.remove_by, FactRef):
            refs[_key(rule.remove_by)] = rule.remove_by
        most = [limit.at_most_share for limit in rule.limits if isinstance(limit.at_most_share, FactRef)]
        limits |= {_key(ref) for ref in most}
        refs |= {_key(ref): ref for ref in most}
    days = {key for key, ref in refs.items() if ref.plus or key in _terms(pack)}
    for key, ref in refs.items():
        ordinals = [float(date(year, 6, 1).toordinal()) for year in (2010, 2020, 2026, 2030)]
        plain = [0.1, 0.3, 0.6] if key in limits else [0.5, 1.0, 2.0]
        facts.setdefault(ref.key, {}).update(dict.fromkeys(ordinals if key in days else plain))
    classes = [*axes.get("asset_class", ()), *axes.get("segment", ())]
    measures = {limit.measure for rule in pack.rules for limit in rule.limits}
    made = []
    for _ in range(count):
        said = {axis: draw.choice([*words, OTHER]) for axis, words in axes.items()}
        of_class = f"{draw.choice([*classes, 'elsewhere'])}.{OTHER}".split(".")
        case: Case = {axis: said.get(axis, OTHER) for axis in ("vendor_in", *axes) if axis not in LISTS}
        case |= {name: [] for name in LISTS.values()}
        case |= {LISTS[axis]: [word] for axis, word in said.items() if axis in LISTS and word != OTHER}
        case["classes"] = [".".join(of_class[:depth]) for depth in range(1, len(of_class) + 1)]
        case["facts"] = {key: draw.choice([*told]) for key, told in facts.items()}
        for key, ref in refs.items():
            case["facts"][key] = _moved(case["facts"][ref.key], ref)
        case["shares"] = {measure: draw.choice((0.2, 0.5)) for measure in measures}
        made.append(case)
    return made


def _terms(pack: Pack) -> set[str]:
    return {_key(rule.remove_by) for rule in pack.rules if isinstance(rule.remove_by, FactRef)}


def _moved(value: float, ref: FactRef) -> float:
    if ref.plus is None:
        return value
    return float(add_length(date.fromordinal(int(value)), *ref.plus).toordinal())


def profile(case: Case, pack: Pack) -> Profile:
    """The same case as the product sees it."""
    lists = {word for rule in pack.rules for t in axis_tests(rule.when) if t.axis == "listed_in" for word in _words(t)}
    axes = {test.axis for rule in pack.rules for test in axis_tests(rule.when)}
    tests = [test for rule in pack.rules for test in _fact_tests(rule.when)]
    days = {test.key for test in tests if _is_day(test)}
    days |= {rule.remove_by.key for rule in pack.rules if isinstance(rule.remove_by, FactRef)}
    facts = {key: _as_day(value) if key in days else value for key, value in case["facts"].items()}
    on = frozenset(case["lists"])
    plain = axes - {*LISTS, "vendor_in", "carrier_in"}
    return Profile(
        vendor=frozenset({case["vendor_in"]}),
        group=Group(frozenset(case["group"])),
        carrier=frozenset({case["carrier_in"]}) if "carrier_in" in case else None,
        asset_class=(tuple(case["classes"][-1].split(".")),),
        plain={axis: frozenset({case[axis]}) for axis in plain},
        capability=frozenset(case["capability"]),
        listing=Listing(on, frozenset(lists) - on),
        shares={measure: (share, share) for measure, share in case["shares"].items()},
        fact=lambda key, _decided_by: facts.get(key),
    )


def _as_day(value: object) -> object:
    if not isinstance(value, float):
        return value
    day = date.fromordinal(int(value))
    return Span(day, day)


class Language(ABC):
    """How one language writes the parts of a condition."""

    @abstractmethod
    def holds(self, path: str, words: Sequence[str]) -> Any:
        """The list at a path holds one of the words."""

    @abstractmethod
    def among(self, path: str, values: Sequence[Any]) -> Any:
        """The value at a path is one of these."""

    @abstractmethod
    def ordered(self, path: str, sign: str, right: float | str) -> Any:
        """The value at a path compares so with a number or with the value at another path."""

    @abstractmethod
    def joined(self, parts: Sequence[Any], every: bool) -> Any:
        """Every part holds, or at least one."""

    @abstractmethod
    def negated(self, part: Any) -> Any:
        """The part does not hold."""

    @abstractmethod
    def chain(self, ladder: Sequence[tuple[Any, str]], default: str) -> Evaluate:
        """The outcome of the first condition that holds."""

    def condition(self, node: Node) -> Any:
        """A condition of ours in this language."""
        if isinstance(node, Not):
            return self.negated(self.condition(node.part))
        if isinstance(node, AllOf | AnyOf):
            return self.joined([self.condition(part) for part in node.parts], isinstance(node, AllOf))
        if isinstance(node, FactTest):
            return self.joined([self.fact(node.key, op, right) for op, right in node.tests], True)
        if node.axis in LISTS:
            return self.holds(LISTS[node.axis], _words(node))
        return self.among(node.axis, _words(node))

    def fact(self, key: str, op: str, right: Right) -> Any:
        """One comparison of a fact."""
        if isinstance(right, FactRef):
            return self.ordered(f"facts.{key}", SIGNS[op], f"facts.{_key(right)}")
        if op in ("is", "in"):
            return self.among(f"facts.{key}", _values(right))
        return self.ordered(f"facts.{key}", SIGNS[op], float(_value(right)))

    def pack(self, pack: Pack, day: date) -> Evaluate:
        """A whole pack on one day: its rules in force by rank, each with its outcome."""
        ladder: list[tuple[Any, str]] = []
        for rule in sorted(pack.rules, key=lambda one: -one.rank):
            if rule_in_force(rule, day, None, adopted=pack.adopted):
                ladder += self._steps(rule, day)
        return self.chain(ladder, pack.default)

    def _steps(self, rule: Rule, day: date) -> list[tuple[Any, str]]:
        when = self.condition(rule.when)
        if rule.effect in ("permit", "condition"):
            return [(when, "clear" if rule.effect == "permit" else "conditional")]
        if isinstance(rule.remove_by, FactRef):
            runs = self.ordered(f"facts.{_key(rule.remove_by)}", ">=", float(day.toordinal()))
            return [(self.joined([when, runs], True), "conditional"), (when, "restricted")]
        last = getattr(rule.remove_by, "high", None)
        struck = "conditional" if last is not None and day <= last else "restricted"
        if rule.effect == "prohibit":
            return [(when, struck)]
        passed = [self.ordered(f"shares.{limit.measure}", ">", _most(limit)) for limit in rule.limits]
        return [(self.joined([when, self.joined(passed, False)], True), struck), (when, "conditional")]


class Infix(Language):
    """Languages that write a condition as one line of text."""

    words = ("and", "or", "not ")
    path_form = "{}"

    def _path(self, path: str) -> str:
        return self.path_form.format(path)

    def holds(self, path: str, words: Sequence[str]) -> str:
        return self.joined([f"({json.dumps(word)} in {self._path(path)})" for word in words], False)

    def among(self, path: str, values: Sequence[Any]) -> str:
        if all(isinstance(value, bool) for value in values):
            return self.joined(
                [self._path(path) if value else self.negated(self._path(path)) for value in values], False
            )
        return f"({self._path(path)} in {json.dumps(values)})"

    def ordered(self, path: str, sign: str, right: float | str) -> str:
        return f"({self._item(path)} {sign} {self._item(right) if isinstance(right, str) else right})"

    def _item(self, path: str) -> str:
        first, _, rest = path.partition(".")
        return f"{self._path(first)}[{json.dumps(rest)}]"

    def joined(self, parts: Sequence[str], every: bool) -> str:
        return "(" + f" {self.words[0] if every else self.words[1]} ".join(parts) + ")"

    def negated(self, part: str) -> str:
        return f"({self.words[2]}{part})"


class Python(Infix):
    """Python's own compiler: a floor for anything that walks a condition in Python."""

    def _path(self, path: str) -> str:
        return "case" + "".join(f"[{part!r}]" for part in path.split("."))

    def chain(self, ladder: Sequence[tuple[str, str]], default: str) -> Evaluate:
        text = "".join(f"{outcome!r} if {when} else " for when, outcome in ladder)
        made: Evaluate = eval(f"lambda case: {text}{default!r}")
        return made


class RuleEngine(Infix):
    """The library rule-engine: one rule after another."""

    def chain(self, ladder: Sequence[tuple[str, str]], default: str) -> Evaluate:
        import rule_engine

        context = rule_engine.Context(resolver=rule_engine.resolve_item)
        rules = [(rule_engine.Rule(when, context=context), outcome) for when, outcome in ladder]
        return lambda case: next((outcome for rule, outcome in rules if rule.matches(case)), default)


class Cel(Infix):
    """Common Expression Language by cel-python; the case is turned into its types once for each evaluation."""

    words = ("&&", "||", "!")
    path_form = "case.{}"

    def chain(self, ladder: Sequence[tuple[str, str]], default: str) -> Evaluate:
        import celpy

        text = "".join(f"{when} ? {json.dumps(outcome)} : " for when, outcome in ladder) + json.dumps(default)
        env = celpy.Environment()
        programme = env.program(env.compile(text))
        return lambda case: str(programme.evaluate({"case": celpy.json_to_cel(case)}))


class JsonLogic(Language):
    """JSON-logic as plain objects."""

    def holds(self, path: str, words: Sequence[str]) -> Any:
        return {"or": [{"in": [word, {"var": path}]} for word in words]}

    def among(self, path: str, values: Sequence[Any]) -> Any:
        return {"in": [{"var": path}, list(values)]}

    def ordered(self, path: str, sign: str, right: float | str) -> Any:
        return {sign: [{"var": path}, {"var": right} if isinstance(right, str) else right]}

    def joined(self, parts: Sequence[Any], every: bool) -> Any:
        return {"and" if every else "or": list(parts)}

    def negated(self, part: Any) -> Any:
        return {"!": [part]}

    def chain(self, ladder: Sequence[tuple[Any, str]], default: str) -> Evaluate:
        from json_logic import jsonLogic

        rule = {"if": [*(part for step in ladder for part in step), default]}
        return lambda case: str(jsonLogic(rule, case))


class Rego(Language):
    """Rego, the language of OPA, by rego-cpp; compiled to a bundle once."""

    def __init__(self) -> None:
        self.names: dict[tuple[str, ...], str] = {}

    def _named(self, bodies: Sequence[str]) -> str:
        """The name of a rule with these bodies; each is written once, as an author would."""
        return self.names.setdefault(tuple(bodies), f"n{len(self.names)}")

    def holds(self, path: str, words: Sequence[str]) -> str:
        return self._named([f"{json.dumps(word)} in input.{path}" for word in words])

    def among(self, path: str, values: Sequence[Any]) -> str:
        return self._named([f"input.{path} in {json.dumps(list(values))}"])

    def ordered(self, path: str, sign: str, right: float | str) -> str:
        return self._named([f"{self._item(path)} {sign} {self._item(right) if isinstance(right, str) else right}"])

    def _item(self, path: str) -> str:
        first, _, rest = path.partition(".")
        return f"input.{first}[{json.dumps(rest)}]"

    def joined(self, parts: Sequence[str], every: bool) -> str:
        return self._named(["; ".join(parts)] if every else parts)

    def negated(self, part: str) -> str:
        return self._named([f"not {part}"])

    def chain(self, ladder: Sequence[tuple[str, str]], default: str) -> Evaluate:
        from regopy import Interpreter

        steps = " else ".join(f":= {json.dumps(outcome)} if {{ {when} }}" for when, outcome in ladder)
        lines = [f"{name} if {{ {body} }}" for bodies, name in self.names.items() for body in bodies]
        outcome = f"outcome {steps} else := {json.dumps(default)}" if ladder else f"outcome := {json.dumps(default)}"
        module = "\n".join(["package rules", *lines, outcome])
        engine = Interpreter()
        engine.add_module("rules", module)
        bundle = engine.build(None, ["rules/outcome"])

        def evaluate(case: Case) -> str:
            engine.set_input(case)
            found = engine.query_bundle_entrypoint(bundle, "rules/outcome")
            return str(json.loads(str(found))["expressions"][0])

        return evaluate


@dataclass(frozen=True)
class Peer:
    """A peer: what a reader calls it, the requirement that installs it, its language, and how slow it may be."""

    name: str
    requirement: str
    language: Callable[[], Language]
    share: float = 1.0


PEERS = (
    Peer("compiled Python, a floor", "", Python),
    Peer("rule-engine", "rule-engine>=5,<6", RuleEngine),
    Peer("JSON-logic (json-logic-qubit)", "json-logic-qubit>=0.9.1,<1", JsonLogic),
    Peer("CEL (cel-python)", "cel-python>=0.5,<1", Cel, 0.1),
    Peer("Rego, the language of OPA (regopy, rego-cpp)", "regopy>=1.5,<2", Rego, 0.1),
)
