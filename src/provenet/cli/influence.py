"""The command `influence`."""

from __future__ import annotations

from provenet.cli.command import command
from provenet.cli.influence_report import OUT, answer
from provenet.tools.influence import InfluenceSettings, run


@command(InfluenceSettings, case=False)
@OUT
def influence(settings: InfluenceSettings, *, out: str | None, as_json: bool) -> int:
    """Older name of hegemony, transit and vendor-influence.

    --measure says which of them to run. Paths are those of MRT files (RIBs, updates, truncated ones too), or simulated
    over --graph. A restricted network is not a restricted vendor: vendors enter only through --shares.
    docs/influence.md describes the measures.
    """
    return answer(run, settings, out=out, as_json=as_json)
