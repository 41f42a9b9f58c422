"""Blocks and lots by hand, for the laws of plans."""

from datetime import date

from provenet.case.money import Band
from provenet.replacement.blocks import Block, Reach
from provenet.replacement.lots import Lot
from provenet.replacement.options import Choice

REACH = Reach("v-1", "pack", "rule", date(2029, 12, 31), "restricted")
ONE = Band(1.0, 1.0, 1.0)


def block_of(carrier: str, asset_class: str, vendor: str, share: Band, *, generation: str | None = None) -> Block:
    """A block of a vendor at a carrier that a rule reaches."""
    return Block(
        carrier_id=carrier,
        region=None,
        asset_class=asset_class,
        layer="hardware",
        generation=generation,
        site_class=None,
        vendor_id=vendor,
        count=ONE,
        share=share,
        weight=share,
        unit_says="sites",
        renewal_on=None,
        reach=REACH,
        basis="assumed",
        used=(),
    )


def lots_of_block(block: Block, lots: int, *, price: Band | None = None, count: Band = ONE) -> list[Lot]:
    """The lots of a block in turn; with a price for one element, of eight years of life and a tenth of salvage."""
    choice = None
    if price is not None:
        choice = Choice(
            action="swap",
            price=price,
            crew_weeks=ONE,
            lead_weeks=0.0,
            work_weeks=1.0,
            outage_hours=None,
            salvage_share=0.1,
            life_years=8.0,
            is_averaged=False,
            left_share=None,
            to_vendors=(),
            option_ids=("o",),
            basis="assumed",
            used=(),
        )
    return [
        Lot(
            unit_id=f"{block.name} {at}",
            block=block,
            number=at,
            lots=lots,
            count=count,
            weight=block.share,
            choice=choice,
            to_vendor=None,
            duration=1,
            earliest=0,
            latest=None,
            due_years=4.0 if price is not None else None,
        )
        for at in range(lots)
    ]
