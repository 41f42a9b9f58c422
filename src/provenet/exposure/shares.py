"""What share of each network's equipment is restricted under a policy, from the shares that stand in a case.

A vendor speaks of routes only here: through the share of a network's own forwarding equipment, from what is restricted
for certain to what is not known to be clear. A share of another class of equipment, such as radio access, says nothing
of routes and is not taken.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from provenet.case.carrier_networks import carrier_numbers
from provenet.case.tables import vocabulary

UNLISTED = {
    "unknown": "A network without a stated share counts as unknown, 0 to 100%.",
    "none": "Assumption: a network without a stated share has no equipment that the policy restricts.",
}
"""What a network without a share has; by default unknown is never counted as clear."""
_OF_EACH = "Assumption: a carrier's share of its forwarding equipment holds for each of its networks."


@dataclass(frozen=True)
class PolicyShares:
    """Shares of networks under one policy: low and high by AS number, the rows they rest on, and what is assumed."""

    pack: str
    issuer: str | None
    shares: Mapping[int, tuple[float, float]]
    refs: tuple[str, ...]
    assumed: tuple[str, ...]


def policy_shares(tables: Mapping[str, pl.DataFrame], country: str) -> list[PolicyShares]:
    """Shares of networks under each policy of the rows of `vendor_share`, policies by id; none where no row fits.

    Of a carrier the most telling class of forwarding equipment is taken, and of several figures of it the hull. Figures
    that are to be checked or were published later are not taken. Cost O(rows).
    """
    classes = list(vocabulary()["expose"]["forwarding_classes"])
    rows = tables["vendor_share"].filter(
        pl.col("part") == "restricted",
        pl.col("carrier_id").is_not_null(),
        pl.col("asset_class").is_in(classes),
        ~pl.col("to_be_checked"),
        ~pl.col("later_estimate"),
    )
    numbers: dict[str, list[int]] = {}
    named: dict[str, list[str]] = {}
    for party, row in carrier_numbers(tables, country):
        numbers.setdefault(party, []).append(int(row["value"]))
        named.setdefault(party, []).append(f"identifier:{row['row_id']}")
    made = []
    for pack in rows["pack"].drop_nulls().unique().sort().to_list():
        mine = rows.filter(pl.col("pack") == pack, pl.col("carrier_id").is_in(list(numbers)))
        shares: dict[int, tuple[float, float]] = {}
        refs: list[str] = []
        for carrier in mine["carrier_id"].unique().sort().to_list():
            of_carrier = mine.filter(pl.col("carrier_id") == carrier)
            best = next(c for c in classes if c in of_carrier["asset_class"].to_list())
            taken = of_carrier.filter(pl.col("asset_class") == best).sort("share_id")
            low, high = min(taken["low_share"].to_list()), max(taken["high_share"].to_list())
            for asn in numbers[carrier]:
                other = shares.get(asn, (low, high))
                shares[asn] = min(low, other[0]), max(high, other[1])
            refs += [*(f"vendor_share:{one}" for one in taken["share_id"].to_list()), *named[carrier]]
        if shares:
            issuer = mine["issuer"].drop_nulls().sort().to_list()
            assumed = (_OF_EACH,) if any(len(numbers[c]) > 1 for c in mine["carrier_id"].to_list()) else ()
            made.append(PolicyShares(pack, issuer[0] if issuer else None, shares, tuple(refs), assumed))
    return made
