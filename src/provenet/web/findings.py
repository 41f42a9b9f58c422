"""A finding of a dossier's first page as other pages repeat it: a restricted share never without its policy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provenet.web.reading import Reading


def with_policy(reading: Reading, finding: Mapping[str, Any]) -> Mapping[str, Any]:
    """The finding; where it is a part under a policy, its sentence names the policy and the issuer."""
    policy = reading.once("policies of shares", lambda: policies(reading)).get(finding["row_id"] or "")
    return {**finding, "says": f"{finding['says'].rstrip('.')}, under {policy}"} if policy else finding


def policies(reading: Reading) -> dict[str, str]:
    """The policy, with its issuer, of each share that is a part under one."""
    names = dict(reading.table("party").select("party_id", "name").iter_rows())
    titles = {
        pack: f"{title} ({names.get(issuer, issuer)})"
        for pack, title, issuer in reading.table("verdict").select("pack", "pack_title", "issuer").unique().iter_rows()
    }
    shares = reading.table("vendor_share").select("share_id", "pack").drop_nulls()
    return {share: titles.get(pack, pack) for share, pack in shares.iter_rows()}
