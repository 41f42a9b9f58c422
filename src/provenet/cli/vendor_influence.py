"""The command `vendor-influence`."""

from provenet.cli.command import command
from provenet.cli.influence_report import OUT, answer
from provenet.tools.graph_settings import VendorInfluenceSettings


@command(VendorInfluenceSettings, case=False)
@OUT
def vendor_influence(settings: VendorInfluenceSettings, *, out: str | None, as_json: bool) -> None:
    """Say how much is reached over a vendor's equipment.

    What is reached is the Internet, a country or single origins. Paths are those of MRT files (RIBs, updates, truncated
    ones too), or simulated over --graph. A restricted network is not a restricted vendor: vendors enter only through
    --shares. docs/influence.md describes the measure.
    """
    from provenet.tools.path_measures import run_vendor_influence

    answer(run_vendor_influence, settings, out=out, as_json=as_json)
