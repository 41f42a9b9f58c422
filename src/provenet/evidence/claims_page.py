"""The section of an instrument's page on what is on record about each vendor: who asserts a fact, who denies it.

It says who speaks on either side, never who is right. Source: own.
"""

from collections.abc import Mapping, Sequence

from provenet.evidence.claims import Claim, FactState
from provenet.policy.instrument_page import markdown_table


def claims_section(
    key: str,
    says: str,
    states: Mapping[str, FactState],
    *,
    claims: Mapping[str, Claim],
    qualifying: Mapping[str, Sequence[str]],
) -> str:
    """For each vendor the claims that bear on one fact, who speaks on either side, and what would settle it.

    `states` gives each vendor's state of the fact, `claims` every claim by id, `qualifying` the claims that qualify
    others. It says who asserts and who denies, never who is right.
    """
    cells = []
    for vendor, state in sorted(states.items()):
        spoken = (state.asserts, state.denies, qualifying.get(vendor, ()))
        sides = [_speakers(ids, claims) or "no one on record" for ids in spoken]
        outcome = {True: "conditional", False: "clear", None: "undetermined"}[state.value]
        cells.append((vendor, *sides, f"*{outcome}*", settled_by(state)))
    head = ("vendor", "asserted by", "denied by", "qualified by", "answer", "what would settle or change it")
    return "\n".join(
        [
            "## What is on record about each vendor\n",
            f"The fact is `{key}`: {says}. The claims come from the bundled tables, whoever made them;",
            "a claim that was not read, or that only qualifies another, decides nothing.",
            "The answer says what the rule makes of them.\n",
            *markdown_table(head, cells),
            "",
        ]
    )


def _speakers(ids: Sequence[str], claims: Mapping[str, Claim]) -> str:
    return "<br>".join(f"{claims[one].speaker} (`{one}`)" for one in ids)


def settled_by(state: FactState) -> str:
    """Which claims would have to come or fall for another answer, in one sentence that favours no side."""
    sides = len(state.asserts), len(state.denies)
    if all(sides):
        either_side = _asserting(sides[0]), _denying(sides[1])
        return f"{either_side[0]}, or {either_side[1]}, would have to fall or be withdrawn"
    if sides[0]:
        return f"a claim that denies it would open it, as would the fall of {_all(sides[0])}; until then it holds"
    if sides[1]:
        return f"a claim that asserts it would open it, as would the fall of {_all(sides[1])}; until then it holds"
    return "one claim, read and published, that asserts it or denies it"


def _all(count: int) -> str:
    return "the one claim" if count == 1 else f"all {count} claims"


def _asserting(count: int) -> str:
    return "the one claim that asserts it" if count == 1 else f"all {count} claims that assert it"


def _denying(count: int) -> str:
    return "the one that denies it" if count == 1 else f"all {count} that deny it"
