"""What rules say of one profile on one day: one rule, several joined by a policy, or a whole pack.

Strong Kleene logic throughout. The rule of highest rank whose condition is true decides; where rules that could
outrank it are unknown, the outcome stands only if every way of resolving them gives the same, else it is
undetermined. Source: algorithms of the design, section 5.9; form of a rule in docs/rules.md.
"""

from dataclasses import dataclass
from datetime import date

from provenet.core.ids import fold
from provenet.core.rule_words import axis_clause
from provenet.core.tri import Tri, tri_all
from provenet.core.when import Span
from provenet.policy.pack import Limit, Pack, Rule
from provenet.policy.packs import Selection, rule_in_force
from provenet.policy.terms import FactRef, Profile, day_text, holds, open_tests, right_value, term_on

OUTCOMES = ("restricted", "conditional", "clear", "undetermined")
_OWN_UNITS = {"direction", "rule", "instrument", "pack"}
"""Words by which a case says that a share is counted as the rule itself counts."""


@dataclass(frozen=True)
class Ruling:
    """What rules say on one day: the outcome, the rule that decided, why, and what would settle it."""

    outcome: str
    rule: Rule | None
    reason: str
    in_force_count: int
    open_tests: tuple[str, ...] = ()
    if_settled: tuple[str, ...] = ()
    remove_by: date | None = None


def rule_outcome(rule: Rule, profile: Profile, as_of: date) -> tuple[str, date | None]:
    """The outcome of a rule that holds, and the last day of a term that still runs."""
    if rule.effect == "permit":
        return "clear", None
    if rule.effect == "condition":
        return "conditional", None
    if rule.effect == "prohibit":
        return _within_term(rule, profile, as_of)
    passed, missing = _limits_passed(rule, profile)
    if passed:
        return _within_term(rule, profile, as_of)
    return ("undetermined" if missing else "conditional"), None


def _within_term(rule: Rule, profile: Profile, as_of: date) -> tuple[str, date | None]:
    if rule.remove_by is None:
        return "restricted", None
    term = term_on(rule.remove_by, profile, rule.decided_by)
    if term is not None and term.low is not None and as_of <= term.low:
        return "conditional", term.high
    if term is not None and term.high is not None and as_of > term.high:
        return "restricted", None
    return "undetermined", None


def _limits_passed(rule: Rule, profile: Profile) -> tuple[bool, bool]:
    """(a limit is passed, a share or limit is missing, or the share is counted in another measure)."""
    passed = missing = False
    shares = {fold(measure): share for measure, share in profile.shares.items()}
    for limit in rule.limits:
        share, most = shares.get(fold(limit.measure)), _most(limit, rule, profile)
        if share is None or most is None or not _counted_alike(limit, profile.share_unit):
            missing = True
        elif share[0] > most:
            passed = True
        elif share[1] > most:
            missing = True
    return passed, missing


def _most(limit: Limit, rule: Rule, profile: Profile) -> float | None:
    """The share that a limit allows; None where a fact holds it that is not known to be a share."""
    if not isinstance(limit.at_most_share, FactRef):
        return limit.at_most_share
    value = right_value(limit.at_most_share, profile, rule.decided_by)
    return value if isinstance(value, float) and 0 <= value <= 1 else None


def _counted_alike(limit: Limit, unit: str | None) -> bool:
    if unit is None:
        return True
    return fold(unit) in {fold(limit.unit or limit.measure), fold(limit.measure), *_OWN_UNITS}


@dataclass(frozen=True)
class _RuleState:
    rule: Rule
    holds: Tri
    outcome: str
    remove_by: date | None


@dataclass(frozen=True)
class _DayAsked:
    """The rules asked, about what, on which day, and how many of them are in force."""

    selection: Selection
    profile: Profile
    as_of: date
    count: int

    @property
    def pack(self) -> Pack:
        return self.selection.pack


def answer(selection: Selection, profile: Profile, as_of: date, *, known: date | None = None) -> Ruling:
    """What the selected rules say of a profile on a day. Cost O(rules x size of their conditions).

    Parameters
    ----------
    selection
        A pack, the rules of a policy, or one rule.
    profile
        What is known of one vendor, asset and act.
    as_of
        The day on which rules and terms are judged.
    known
        The day up to which adopted rules count; all where not given.

    Returns
    -------
    Ruling
        The outcome, the rule that decided or is open, and what would settle an *undetermined* one.

    Law: with every fact and axis known, the outcome is never undetermined unless a cap lacks a share or a term its
    date. Law: learning a value never changes an outcome other than undetermined.
    """
    pack = selection.pack
    states = []
    for rule in selection.rules:
        force = rule_in_force(rule, as_of, known, adopted=pack.adopted)
        if force is not False:
            truth = tri_all((force, holds(rule.when, profile, rule.decided_by)))
            states.append(_RuleState(rule, truth, *rule_outcome(rule, profile, as_of)))
    if not states:
        return Ruling("clear", None, f"{_nobody(selection)} was in force on {day_text(as_of)}.", 0)
    question = _DayAsked(selection, profile, as_of, len(states))
    return _alone(states[0], question) if selection.alone else _ranked(states, question)


def _nobody(selection: Selection) -> str:
    """The rules asked, as the subject of a sentence that says that none of them counts."""
    pack, ids = selection.pack, list(dict.fromkeys(rule.policy for rule in selection.rules))
    if len(selection.rules) == len(pack.rules):
        return f"No rule of {pack.title}"
    return f"No rule under {', '.join(ids)} ({pack.title})"


def _alone(state: _RuleState, question: _DayAsked) -> Ruling:
    if state.holds is None:
        return _undetermined([state], {state.outcome, question.pack.default}, question)
    if state.holds is False:
        return _default([state], question)
    return _decided(state, question)


def _ranked(states: list[_RuleState], question: _DayAsked) -> Ruling:
    """Walks the ranks downward, collecting every outcome that some way of resolving unknown rules leads to."""
    possible: set[str] = set()
    open_states: list[_RuleState] = []
    true: list[_RuleState] = []
    for rank in sorted({state.rule.rank for state in states}, reverse=True):
        level = [state for state in states if state.rule.rank == rank]
        true = [state for state in level if state.holds is True]
        reached = true or [state for state in level if state.holds is None]
        possible |= {state.outcome for state in reached}
        if true:
            break
        open_states += reached
    if len({state.outcome for state in true}) > 1:
        return _contradiction(true, open_states, question)
    if not true:
        possible.add(question.pack.default)
    if len(possible) > 1:
        return _undetermined(open_states, possible, question)
    return _decided(true[0], question) if true else _default(states, question)


def _contradiction(true: list[_RuleState], open_states: list[_RuleState], question: _DayAsked) -> Ruling:
    """Rules of one rank hold together and disagree: none of them decides, unless an open one of higher rank does."""
    sides = {state.outcome: f"{state.rule.id} says {state.outcome}" for state in reversed(true)}
    reason = f"Rules of one rank hold together and disagree: {', '.join(sides[one] for one in sorted(sides))}."
    settled = tuple(sorted({*sides, *(state.outcome for state in open_states)}))
    tests = _open_tests(open_states, question.profile)
    return Ruling("undetermined", true[0].rule, reason, question.count, tests, settled)


def _default(states: list[_RuleState], question: _DayAsked) -> Ruling:
    pack, day = question.pack, day_text(question.as_of)
    reach = f"Rule {states[0].rule.id} does not reach" if len(states) == 1 else "No rule in force reaches"
    reason = f"{reach} this case on {day}; {pack.title} then leaves it {pack.default}."
    if any(s.holds is None for s in states):
        reason = f"Whatever the unknown facts are, {pack.title} leaves this case {pack.default} on {day}."
    return Ruling(pack.default, None, reason, question.count)


def _undetermined(states: list[_RuleState], possible: set[str], question: _DayAsked) -> Ruling:
    tests, rule, settled = _open_tests(states, question.profile), states[0].rule, tuple(sorted(possible))
    if tests:
        shown = "; ".join(_in_words(question.pack, test) for test in tests[:4])
        shown += f" and {len(tests) - 4} more" if len(tests) > 4 else ""
        reason = f"Rule {rule.id} is open. Not known: {shown}. Possible: {', '.join(settled)}."
    else:
        reason = f"Rule {rule.id} is open: whether it is in force that day is not known to the day."
    return Ruling("undetermined", rule, reason, question.count, tests, settled)


def _open_tests(states: list[_RuleState], profile: Profile) -> tuple[str, ...]:
    """The tests of some rules that are not known and matter, each once."""
    tests = [test for state in states for test in open_tests(state.rule.when, profile, state.rule.decided_by)]
    return tuple(dict.fromkeys(tests))


def _in_words(pack: Pack, test: str) -> str:
    """A test whose value is not known, with what the pack says its fact means."""
    if not test.startswith("fact: "):
        axis, _, written = test.partition(": ")
        return axis_clause(axis, written.split(", "))
    key, _, rest = test.removeprefix("fact: ").partition(" ")
    meaning = pack.fact_says.get(key)
    return f"{meaning} ({key}{f' {rest}' if rest else ''})" if meaning else test


def _decided(state: _RuleState, question: _DayAsked) -> Ruling:
    rule, outcome, day = state.rule, state.outcome, day_text(question.as_of)
    tests: tuple[str, ...] = ()
    if outcome == "undetermined":
        tests = _missing_for_outcome(rule, question.profile)
        reason = f"Rule {rule.id} holds, but its answer is not known: missing {'; '.join(tests)}."
    elif outcome == "clear":
        reason = f"Rule {rule.id} permits it on {day}."
    elif rule.effect == "cap":
        stated = ((limit.measure, _most(limit, rule, question.profile)) for limit in rule.limits)
        limits = " and ".join(f"{most:.0%} of {measure}" for measure, most in stated if most is not None)
        within = "is passed" if outcome == "restricted" or state.remove_by else "is kept"
        reason = f"Rule {rule.id}: the cap of {limits} {within} on {day}."
    elif outcome == "restricted":
        ended = rule.remove_by.high if isinstance(rule.remove_by, Span) else None
        term = f"; its term ended on {ended}" if ended else "; its term has run out" if rule.remove_by else ""
        term += "" if ended else f" on {day}"
        reason = f"Rule {rule.id} prohibits it{term}."
    elif state.remove_by:
        reason = f"Rule {rule.id} prohibits it after {state.remove_by}; the term still runs on {day}."
    else:
        reason = f"Rule {rule.id} attaches conditions on {day}."
    return Ruling(outcome, rule, reason, question.count, tests, (), state.remove_by)


def _missing_for_outcome(rule: Rule, profile: Profile) -> tuple[str, ...]:
    missing = []
    if isinstance(rule.remove_by, FactRef):
        missing.append(f"the date {rule.remove_by.text()}")
    shares = {fold(m): s for m, s in profile.shares.items()}
    for limit in rule.limits:
        most = _most(limit, rule, profile)
        if most is None and isinstance(limit.at_most_share, FactRef):
            missing.append(f"the limit {limit.at_most_share.text()}")
        if shares.get(fold(limit.measure)) is None:
            missing.append(f"the share of {limit.measure}")
        elif not _counted_alike(limit, profile.share_unit):
            missing.append(f"the share of {limit.measure} (given as a share of {profile.share_unit})")
        elif most is not None:
            missing.append(f"the share of {limit.measure} precisely enough to compare it with {most:.0%}")
    return tuple(missing) or ("the day on which its term ends",)
