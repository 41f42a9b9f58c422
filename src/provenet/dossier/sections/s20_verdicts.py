"""What each policy says of each vendor and asset class, why, who disputes it, and what would settle it."""

from __future__ import annotations

from typing import Any

from provenet.dossier.stored import Stored
from provenet.dossier.verdicts import assumptions, by_pack, matrices
from provenet.dossier.words import day_words

TITLE = "What each policy says of each vendor"


def collect(stored: Stored) -> dict[str, Any]:
    """One matrix per policy and set of carriers, with lettered notes."""
    packs = []
    for pack in by_pack(stored):
        packs.append({
            **pack.stamp,
            "in_force": pack.in_force,
            "matrices": matrices(pack, stored),
            "assumed": assumptions(pack.rows),
            "verdict_count": len(pack.rows),
        })  # fmt: skip
    return {"packs": packs, "day": day_words(stored.as_of)}
