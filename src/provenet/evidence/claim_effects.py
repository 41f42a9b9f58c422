"""What rests on a claim: the verdicts that count it, and those that would change if it fell or said the opposite.

Verdicts that change alike are one entry. It says what the rules would make of other evidence, never that a claim is
weak. Nothing is computed here that a verdict does not hold: its flip sets are gathered by claim. Source: own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from provenet.case.rows import FlipStruct
from provenet.core.grouping import grouped

_ALIKE = ("pack", "pack_title", "force", "country", "carrier_id", "vendor_id", "outcome", "disputed")
_SIDES = {"claims_for": "asserts", "claims_against": "denies"}


@dataclass(frozen=True, kw_only=True)
class VerdictGroup:
    """Verdicts of one policy on one vendor with one outcome, over some asset classes and acts.

    `classes` gives for each asset class the id of one of its verdicts.
    """

    pack: str
    pack_title: str
    force: str
    country: str | None
    carrier_id: str | None
    vendor_id: str
    outcome: str
    disputed: bool
    actions: tuple[str, ...]
    classes: tuple[tuple[str, str], ...]
    verdict_ids: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ClaimChange:
    """A smallest set of claims that changes the verdicts of some groups from the outcome `now` to `outcome`.

    `falls` are taken away, `reversed` say the opposite. `or_reversed`: the same follows where any of `falls` says the
    opposite instead. `along` are relays that fall with them.
    """

    falls: tuple[str, ...]
    reversed: tuple[str, ...]
    or_reversed: bool
    along: tuple[str, ...]
    now: str
    outcome: str
    groups: tuple[VerdictGroup, ...]

    @property
    def claims(self) -> tuple[str, ...]:
        """Every claim of the set."""
        return tuple(sorted((*self.falls, *self.reversed)))


@dataclass(frozen=True, kw_only=True)
class Rest:
    """Verdicts that count a claim, and on which side: it asserts or denies a fact that the rules test."""

    side: str
    group: VerdictGroup


@dataclass(frozen=True, kw_only=True)
class ClaimEffects:
    """What rests on each claim of some verdicts, by its id."""

    changes: Mapping[str, tuple[ClaimChange, ...]]
    rests: Mapping[str, tuple[Rest, ...]]


def claim_effects(verdicts: pl.DataFrame) -> ClaimEffects:
    """Gathers the flip sets of verdicts, and what they count, by claim.

    Parameters
    ----------
    verdicts
        Rows of the table `verdict`.

    Returns
    -------
    ClaimEffects
        The smaller sets of a claim first. Cost O(rows + flip sets of distinct verdicts).
    """
    counting = verdicts.filter((pl.col("claims_for").list.len() > 0) | (pl.col("claims_against").list.len() > 0))
    alike: dict[Any, list[Mapping[str, Any]]] = {}
    for row in counting.iter_rows(named=True):
        flips = tuple((_changes(one), one["outcome"], tuple(one["with"] or ())) for one in row["flip_sets"] or ())
        sides = tuple((claim, side) for name, side in _SIDES.items() for claim in row[name])
        alike.setdefault((tuple(row[name] for name in _ALIKE), flips, sides), []).append(row)
    rests: dict[str, list[Rest]] = {}
    found: dict[Any, list[VerdictGroup]] = {}
    for (key, flips, sides), rows in alike.items():
        group = VerdictGroup(
            **dict(zip(_ALIKE, key, strict=True)),
            actions=tuple(sorted({row["action"] for row in rows})),
            classes=tuple(sorted({row["asset_class"]: row["verdict_id"] for row in rows}.items())),
            verdict_ids=tuple(sorted(row["verdict_id"] for row in rows)),
        )
        for claim, side in sides:
            rests.setdefault(claim, []).append(Rest(side=side, group=group))
        for folded in _folded(flips):
            found.setdefault((folded, group.outcome), []).append(group)
    changes: dict[str, list[ClaimChange]] = {}
    for ((falls, turned, or_reversed, along, outcome), now), groups in found.items():
        change = ClaimChange(
            falls=falls,
            reversed=turned,
            or_reversed=or_reversed,
            along=along,
            now=now,
            outcome=outcome,
            groups=tuple(sorted(groups, key=_group_order)),
        )
        for claim in change.claims:
            changes.setdefault(claim, []).append(change)
    return ClaimEffects(
        changes={claim: tuple(sorted(some, key=_change_order)) for claim, some in changes.items()},
        rests={claim: tuple(sorted(some, key=lambda one: _group_order(one.group))) for claim, some in rests.items()},
    )


def _changes(flip: FlipStruct) -> tuple[tuple[str, str], ...]:
    return tuple((one["claim_id"], one["change"]) for one in flip["claims"])


_Flip = tuple[tuple[tuple[str, str], ...], str, tuple[str, ...]]
_Key = tuple[tuple[str, ...], tuple[str, ...], bool, tuple[str, ...], str]


def _folded(flips: Iterable[_Flip]) -> list[_Key]:
    """The changes of each set of claims; those that lead where the fall of the whole set leads are one with it."""
    sets = grouped((tuple(claim for claim, _ in flip[0]), flip) for flip in flips)
    made: list[_Key] = []
    for claims, own in sets.items():
        whole = next((flip for flip in own if all(how == "falls" for _, how in flip[0])), None)
        like = [flip for flip in own if whole is not None and flip is not whole and flip[1] == whole[1]]
        every = len(like) == 2 ** len(claims) - 1
        if whole is not None:
            made.append((claims, (), every, whole[2], whole[1]))
        for changes, outcome, along in own:
            if (changes, outcome, along) == whole or (every and outcome == (whole or ("", ""))[1]):
                continue
            falls = tuple(claim for claim, how in changes if how == "falls")
            made.append((falls, tuple(claim for claim, how in changes if how != "falls"), False, along, outcome))
    return made


def _group_order(group: VerdictGroup) -> tuple[str, ...]:
    return (group.pack, group.country or "", group.carrier_id or "", group.vendor_id, group.outcome)


def _change_order(change: ClaimChange) -> tuple[object, ...]:
    return len(change.claims), len(change.reversed), change.claims, change.reversed, change.or_reversed, change.outcome
