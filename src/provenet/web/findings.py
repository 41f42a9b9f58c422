"""A finding of a dossier's first page as other pages repeat it: a restricted share never without its policy."""

from collections.abc import Mapping
from typing import Any

from provenet.web.reading import Reading


def with_policy(reading: Reading, finding: Mapping[str, Any]) -> Mapping[str, Any]:
    """The finding; where it is a part under a policy, its sentence names the policy and the issuer."""
    policy = reading.once("policies of shares", lambda: policies(reading)).get(finding["row_id"] or "")
    return {**finding, "says": f"{finding['says'].rstrip('.')}, under {policy}"} if policy else finding


def policies(reading: Reading) -> dict[str, str]:
    """The policy, with its issuer, of each share that is a part under one."""
    names = dict(reading.columns("party", ["party_id", "name"]).iter_rows())
    screened = reading.columns("verdict", ["pack", "pack_title", "issuer"]).unique()
    titles = {pack: f"{title} ({names.get(issuer, issuer)})" for pack, title, issuer in screened.iter_rows()}
    shares = reading.columns("vendor_share", ["share_id", "pack"]).drop_nulls()
    return {share: titles.get(pack, pack) for share, pack in shares.iter_rows()}
