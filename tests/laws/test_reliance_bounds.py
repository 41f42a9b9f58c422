"""How much of a carrier comes from some vendors holds every split of the whole that published shares allow."""

import random
from itertools import product
from typing import Any

import pytest

from provenet.incentives.reliance import bounds

VENDORS = ["acme", "bolt", "cord", "anybody else"]
SPLITS = [split for split in product(range(11), repeat=4) if sum(split) == 10]


def of(split: tuple[int, ...], row: Any) -> int:
    """The tenths of the vendors of a row, or of all others."""
    mine = sum(part for part, name in zip(split, VENDORS, strict=True) if name in row["vendor_ids"])
    return 10 - mine if row["complement"] else mine


@pytest.mark.parametrize("seed", range(300))
def test_bounds_hold_every_split(seed: int) -> None:
    draw = random.Random(seed)
    real = draw.choice(SPLITS)
    rows = []
    for _ in range(draw.randint(1, 3)):
        row: Any = {"vendor_ids": draw.sample(VENDORS[:3], draw.randint(1, 2)), "complement": draw.random() < 0.3}
        value = of(real, row)
        low, high = max(0, value - draw.randint(0, 2)), min(10, value + draw.randint(0, 2))
        rows.append({**row, "low_share": low / 10, "high_share": high / 10})
    asked = set(draw.sample(VENDORS[:3], draw.randint(1, 3)))
    low, high = bounds(rows, asked)
    held = [
        sum(part for part, name in zip(split, VENDORS, strict=True) if name in asked) / 10
        for split in SPLITS
        if all(row["low_share"] * 10 - 1e-9 <= of(split, row) <= row["high_share"] * 10 + 1e-9 for row in rows)
    ]
    assert 0 <= low <= min(held) + 1e-9 and max(held) - 1e-9 <= high <= 1
