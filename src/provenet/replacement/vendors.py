"""Who comes: a new vendor for each lot, chosen beforehand so that no new dependence grows past a cap.

Own rule: lots go one after another to the vendor with the most room under the cap, names break ties. It is a choice of
ours and no forecast of a tender; `plan_step.to_vendor_id` shows it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, fsum

import polars as pl

from provenet.case.rows import VendorShareRow
from provenet.core import wording
from provenet.replacement.blocks import Block


@dataclass(frozen=True)
class VendorAssignment:
    """A vendor for each lot of a block in turn (None where nobody is named), and what stands in the way."""

    vendors: tuple[str | None, ...]
    says: str
    clash: str | None = None
    relief: str | None = None


def named_vendors(deployments: pl.DataFrame, country: str, asset_class: str, *, carrier: str | None) -> list[str]:
    """Vendors named in a class of a carrier, or of any carrier of a country; those of its parts count too."""
    rows = deployments.filter(pl.col("country") == country, pl.col("presence") == "named", ~pl.col("complement"))
    if carrier is not None:
        rows = rows.filter(pl.col("carrier_id") == carrier)
    inside = (pl.col("asset_class") == asset_class) | pl.col("asset_class").str.starts_with(f"{asset_class}.")
    found = rows.filter(inside)["vendor_ids"].explode(empty_as_null=True).drop_nulls().unique().to_list()
    return sorted(name for name in found if not name.startswith("country:"))


def holdings(
    shares: Sequence[VendorShareRow], carrier: str, asset_class: str, *, vendors: Sequence[str], rest: float
) -> dict[str, float]:
    """What each vendor holds of a carrier's class before the plan: as published, else an equal part of what is left.

    `rest` is the share that is not to be swapped.
    """
    published: dict[str, float] = {}
    for row in sorted(shares, key=lambda one: str(one["as_of_high_on"])):
        one = str(row["vendor_ids"][0]) if len(row["vendor_ids"]) == 1 else ""
        fits = row["carrier_id"] == carrier and row["asset_class"] == asset_class and not row["complement"]
        if fits and one in vendors and not row["later_estimate"] and row["method"] == "published":
            published[one] = (row["low_share"] + row["high_share"]) / 2
    others = [name for name in vendors if name not in published]
    left = max(0.0, rest - fsum(published.values()))
    return {**dict.fromkeys(others, left / len(others) if others else 0.0), **published}


def assign_vendors(
    block: Block,
    lots: int,
    own: Sequence[str],
    *,
    others: Iterable[str],
    shares: Sequence[VendorShareRow],
    cap: float | None,
) -> VendorAssignment:
    """A vendor for each lot: of those that the carrier has in the class, and of `others` where a cap leaves no room.

    Laws: with a cap, no vendor ends above it; the order of vendors given does not matter.
    """
    beside = [name for name in sorted(set(others)) if name not in own]
    own = sorted(own)
    if not own and not beside:
        return VendorAssignment((None,) * lots, "no row names a possible vendor; none is chosen")
    held = holdings(shares, block.carrier_id, block.asset_class, vendors=own, rest=1 - block.share.mid)
    held |= dict.fromkeys(beside, 0.0)
    part = block.share.mid / lots
    most = 1.0 if cap is None else cap
    chosen, held_then = _deal(held, own, beside, part=part, lots=lots, most=most)
    if len(chosen) == lots:
        text = "each lot goes to the vendor of the class that holds least of the carrier's elements by then"
        return VendorAssignment(tuple(chosen), text)
    parts = wording.series(f"{name} {wording.percent(share, places=0)}" for name, share in sorted(held_then.items()))
    clash = (
        f"vendor cap: no new vendor may hold more than {wording.percent(most, places=0)} of {block.asset_class} at "
        f"{block.carrier_id}, but the shares there would be {parts} after {len(chosen)} of {lots} lots"
    )
    caps = range(ceil(100 * most), 101)
    enough = next(
        (cap for cap in caps if len(_deal(held, own, beside, part=part, lots=lots, most=cap / 100)[0]) == lots), None
    )
    relief = f"raise the vendor cap at {block.carrier_id} to {enough} %" if enough is not None else ""
    if len(held) == 1 or not relief:
        relief += f"{' or ' if relief else ''}name {'a second' if len(held) == 1 else 'another'} vendor"
    return VendorAssignment((None,) * lots, "", clash, relief)


def _deal(
    held: Mapping[str, float], own: Sequence[str], beside: Sequence[str], *, part: float, lots: int, most: float
) -> tuple[list[str], dict[str, float]]:
    """Who gets each lot until no vendor has room under the cap, and what each holds then."""
    holds, chosen = dict(held), list[str]()
    for _ in range(lots):
        fitting = [name for name in own if holds[name] + part <= most + 1e-9]
        fitting = fitting or [name for name in beside if holds[name] + part <= most + 1e-9]
        if not fitting:
            break
        best = min(fitting, key=lambda name: (holds[name], name))
        holds[best] += part
        chosen.append(best)
    return chosen, holds
