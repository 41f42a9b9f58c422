"""Two policies, or one on two days, side by side: where their verdicts differ, and by which rule and fact.

Verdicts are compared by vendor, asset class and layer; carriers and acts of one such question are seen together. Only
outcomes are compared: two policies give other reasons even where they agree. Source: own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from provenet.core.grouping import grouped

_QUESTION = ("vendor_id", "asset_class", "layer")


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One answer to a question: the outcome, the rule that decided (empty: none did), why, and on which facts.

    `facts` are those of the vendor that are known, or disputed: the fact, its value (None: disputed), and what settled
    it.
    """

    outcome: str
    rule: str
    reason: str
    facts: tuple[tuple[str, bool | None, str], ...]
    actions: tuple[str, ...]
    verdict_id: str


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Questions that two sides answer differently and alike among themselves; no answer is a question not asked."""

    vendors: tuple[str, ...]
    asset_classes: tuple[str, ...]
    layers: tuple[str, ...]
    left: tuple[Reason, ...]
    right: tuple[Reason, ...]


@dataclass(frozen=True, kw_only=True)
class RuleComparison:
    """What two sides answer differently, of how many questions that either was asked."""

    differences: tuple[Difference, ...]
    question_count: int
    differing_count: int


def compared(left: pl.DataFrame, right: pl.DataFrame) -> RuleComparison:
    """Compares the verdicts of two sides, rows of the table `verdict`. Cost O(rows)."""
    one, two = _answers(left), _answers(right)
    every = sorted({*one, *two})
    alike: dict[Any, list[tuple[str, ...]]] = {}
    for question in every:
        here, there = one.get(question, {}), two.get(question, {})
        if {key[0] for key in here} != {key[0] for key in there}:
            alike.setdefault((_shape(here), _shape(there)), []).append(question)
    found = [_difference(questions, one, two) for questions in alike.values()]
    return RuleComparison(
        differences=tuple(part for parts in found for part in parts),
        question_count=len(every),
        differing_count=sum(len(questions) for questions in alike.values()),
    )


_Facts = tuple[tuple[str, bool | None, str], ...]
_Key = tuple[str, str, str, _Facts]
_Answers = dict[_Key, tuple[set[str], str]]


def _answers(verdicts: pl.DataFrame) -> dict[tuple[str, ...], _Answers]:
    """For each question the answers by outcome, rule, reason and known facts, with their acts and one verdict."""
    found: dict[tuple[str, ...], _Answers] = {}
    columns = [*_QUESTION, "outcome", "rule_id", "reason", "facts", "action", "verdict_id"]
    for *question, outcome, rule, reason, facts, action, verdict in (
        verdicts.select(columns).sort("verdict_id").iter_rows()
    ):
        answers = found.setdefault(tuple(question), {})
        answers.setdefault((outcome, rule or "", reason, _known(facts)), (set(), verdict))[0].add(action)
    return found


def _known(facts: Sequence[Mapping[str, Any]] | None) -> _Facts:
    """The tested facts that are known or disputed."""
    found = [(one["fact"], one["value"], one["step"]) for one in facts or ()]
    return tuple(sorted((one for one in found if one[1] is not None or one[2] == "disputed"), key=str))


def _shape(answers: Mapping[_Key, tuple[set[str], str]]) -> object:
    """What makes two answers the same, whichever question they answer."""
    return tuple(sorted(((key, tuple(sorted(actions))) for key, (actions, _) in answers.items()), key=str))


def _difference(
    questions: list[tuple[str, ...]], one: Mapping[tuple[str, ...], _Answers], two: Mapping[tuple[str, ...], _Answers]
) -> list[Difference]:
    """Questions answered alike, with the vendors that share asset classes and layers together."""
    places = grouped((vendor, (asset_class, layer)) for vendor, asset_class, layer in questions)
    groups = grouped((tuple(held), vendor) for vendor, held in places.items())
    made = []
    for own, vendors in groups.items():
        first = (vendors[0], *own[0])
        made.append(
            Difference(
                vendors=tuple(vendors),
                asset_classes=tuple(sorted({asset_class for asset_class, _ in own})),
                layers=tuple(sorted({layer for _, layer in own})),
                left=_reasons(one.get(first, {})),
                right=_reasons(two.get(first, {})),
            )
        )
    return made


def _reasons(answers: Mapping[_Key, tuple[set[str], str]]) -> tuple[Reason, ...]:
    return tuple(
        sorted(
            (
                Reason(
                    outcome=outcome,
                    rule=rule,
                    reason=reason,
                    facts=facts,
                    actions=tuple(sorted(actions)),
                    verdict_id=verdict,
                )
                for (outcome, rule, reason, facts), (actions, verdict) in answers.items()
            ),
            key=lambda one: (one.outcome, one.rule, one.reason, str(one.facts)),
        )
    )
