"""Which claims make one statement: a claim that relays another one says what that one says."""

from collections.abc import Mapping
from datetime import date

from provenet.case.rows import ClaimRow


def said_order(row: ClaimRow) -> tuple[date, str]:
    """The order of claims: the day they were published, then their id."""
    return row["said_high_on"] or row["said_low_on"] or date.max, row["claim_id"]


def statement_origins(rows: Mapping[str, ClaimRow]) -> dict[str, str]:
    """For each claim, by id, the claim whose statement it makes: itself, or the one it relays, at any remove.

    It relays a claim where `derived_from` names that one alone, with the same stance and a vendor in common. Claims
    that relay each other in a ring make the statement of the first of them. Cost O(claims x length of a chain).

    >>> statement_origins({})
    {}
    """
    return {key: _origin(key, rows) for key in rows}


def _origin(key: str, rows: Mapping[str, ClaimRow]) -> str:
    chain = [key]
    while True:
        row = rows[chain[-1]]
        origin = rows.get(row["derived_from"] or "")
        if origin is None or origin["stance"] != row["stance"] or not share_vendor(origin, row):
            return chain[-1]
        if origin["claim_id"] in chain:
            return min(chain[chain.index(origin["claim_id"]) :], key=lambda one: said_order(rows[one]))
        chain.append(origin["claim_id"])


def share_vendor(one: ClaimRow, other: ClaimRow) -> bool:
    """Whether two claims are about a vendor in common."""
    return bool({*one["vendor_ids"]} & {*other["vendor_ids"]})
