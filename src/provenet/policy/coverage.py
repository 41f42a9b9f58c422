"""What worked cases show of a pack: whether each is answered as expected, and what each rule was seen to be.

A rule is covered once some case that asks it makes it true, some false and some unknown on its day. Around each day on
which a rule begins, ends or lets its term run out, a case that meets its condition is asked again, and the answers are
compared with plain sums of days. Source: own.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from provenet.core.errors import Fault
from provenet.core.tri import Tri, tri_all
from provenet.core.when import Span, parse_day
from provenet.policy.answers import answer
from provenet.policy.cases import CaseAnswer, CaseAnswers, answer_cases, case_profile
from provenet.policy.pack import Pack, Rule
from provenet.policy.packs import Packs, Selection, rule_in_force
from provenet.policy.terms import Profile, holds
from provenet.policy.wordlists import lexicon

Record = tuple[int, Mapping[str, str]]
"""The number of a row and its cells."""
SEEN: Mapping[Tri, str] = {True: "true", False: "false", None: "unknown"}


@dataclass(frozen=True)
class BoundaryDay:
    """One day beside a boundary of a rule, what the rule answers on it by plain sums of days, and what it answered."""

    rule_id: str
    day: date
    expected: str
    outcome: str

    @property
    def is_right(self) -> bool:
        """Whether the two agree."""
        return self.outcome == self.expected


@dataclass
class RuleCoverage:
    """How many cases made one rule true, false and unknown."""

    rule_id: str
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SEEN.values(), 0))

    @property
    def lacks(self) -> tuple[str, ...]:
        """What no case made of the rule."""
        return tuple(word for word, count in self.counts.items() if not count)


@dataclass
class PackTest:
    """What its worked cases show of a pack. `unexpected` are answers beside the outcome that the row expects."""

    pack: Pack
    case_count: int = 0
    unexpected: list[tuple[str, CaseAnswer]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    rules: list[RuleCoverage] = field(default_factory=list)
    days: list[BoundaryDay] = field(default_factory=list)

    @property
    def is_passed(self) -> bool:
        """Whether every case is as expected, every rule covered and every boundary where the pack puts it."""
        is_covered = not any(rule.lacks for rule in self.rules)
        return is_covered and not (self.unexpected or self.faults) and all(day.is_right for day in self.days)


def tested(pack: Pack, packs: Packs, files: Iterable[tuple[str, Sequence[Record]]]) -> PackTest:
    """Runs the worked cases of a pack. Cost O(rows x rules).

    Parameters
    ----------
    pack
        The pack.
    packs
        The packs at hand, the pack among them.
    files
        Files of worked cases by name; rows that ask other packs are passed over.

    Returns
    -------
    PackTest
        With the faults of rows that cannot be answered, each at its file and row.
    """
    test = PackTest(pack, rules=[RuleCoverage(rule.id) for rule in pack.rules])
    meeting: dict[str, Profile] = {}
    for place, records in files:
        own = [one for one in records if (found := packs.find(one[1]["policy_id"])) and found.pack is pack]
        result = answer_cases(place, own, packs)
        test.case_count += len(own)
        test.faults += result.faults
        good = {fault.row for fault in result.faults}
        answered = [record for row, record in own if row not in good]
        _compare(test, result, answered)
        for record in answered:
            _cover(test, packs, record, meeting=meeting)
    for rule in pack.rules:
        if rule.id in meeting:
            test.days += _boundary_days(rule, pack, meeting[rule.id])
    return test


def _compare(test: PackTest, result: CaseAnswers, answered: Sequence[Mapping[str, str]]) -> None:
    for record, found in zip(answered, result.cases, strict=True):
        expected = record.get("expected_outcome", "").strip()
        if expected and expected != found["outcome"]:
            test.unexpected.append((expected, found))


def _cover(test: PackTest, packs: Packs, record: Mapping[str, str], *, meeting: dict[str, Profile]) -> None:
    """Counts what a case makes of each rule that it asks; keeps the first that meets a rule's condition."""
    selection, as_of = packs.find(record["policy_id"]), parse_day(record["as_of"])
    profile = case_profile(record, lexicon())
    for rule in selection.rules if selection else ():
        truth = holds(rule.when, profile, rule.decided_by)
        if truth is True:
            meeting.setdefault(rule.id, profile)
        force = rule_in_force(rule, as_of, None, adopted=test.pack.adopted)
        (coverage,) = (one for one in test.rules if one.rule_id == rule.id)
        coverage.counts[SEEN[tri_all((force, truth))]] += 1


def _boundary_days(rule: Rule, pack: Pack, profile: Profile) -> Iterator[BoundaryDay]:
    """The days before, on and after each boundary of a rule that is known to the day; none where a share decides."""
    spans = (rule.starts, rule.ends, rule.remove_by if isinstance(rule.remove_by, Span) else None)
    edges = {span.low for span in spans if span is not None and span.is_day and span.low is not None}
    around = {edge + timedelta(days=step) for edge in edges for step in (-1, 0, 1) if date.min < edge < date.max}
    alone = Selection(pack, (rule,), alone=True)
    for day in sorted(around):
        expected = _expected(rule, day)
        if expected is not None:
            yield BoundaryDay(rule.id, day, expected, answer(alone, profile, day).outcome)


def _expected(rule: Rule, day: date) -> str | None:
    """What a rule whose condition is met answers on a day; None where a share, a fact or an open day decides."""
    low, high = _edge(rule.starts), _edge(rule.ends)
    if not isinstance(low, date | None) or not isinstance(high, date | None) or rule.effect == "cap":
        return None
    if (low is not None and day < low) or (high is not None and day >= high):
        return "clear"
    if rule.effect != "prohibit":
        return "clear" if rule.effect == "permit" else "conditional"
    if rule.remove_by is None:
        return "restricted"
    if not isinstance(rule.remove_by, Span) or not rule.remove_by.is_day or rule.remove_by.low is None:
        return None
    return "conditional" if day <= rule.remove_by.low else "restricted"


def _edge(span: Span | None) -> date | str | None:
    """The day of a boundary; None where it is open, a word where it is known to a period only."""
    if span is None:
        return None
    return span.low if span.is_day else "period"
