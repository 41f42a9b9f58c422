"""The command `transit`."""

from provenet.cli.command import command
from provenet.cli.influence_report import OUT, answer
from provenet.tools.graph_settings import TransitSettings


@command(TransitSettings, case=False)
@OUT
def transit(settings: TransitSettings, *, out: str | None, as_json: bool) -> None:
    """Say who carries a country's addresses in by transit.

    Paths are those of MRT files (RIBs, updates, truncated ones too), or simulated over --graph. Without --gate, or
    where it is too small, no number is given. docs/influence.md describes the measure.
    """
    from provenet.tools.path_measures import run_transit

    answer(run_transit, settings, out=out, as_json=as_json)
