"""The command `hegemony`."""

from provenet.cli.command import command
from provenet.cli.influence_report import OUT, answer
from provenet.tools.graph_settings import HegemonySettings


@command(HegemonySettings, case=False)
@OUT
def hegemony(settings: HegemonySettings, *, out: str | None, as_json: bool) -> None:
    """Say over which networks paths lead: AS hegemony.

    What is reached is the Internet, a country or single origins. Paths are those of MRT files (RIBs, updates, truncated
    ones too), or simulated over --graph. docs/influence.md describes the measure.
    """
    from provenet.tools.path_measures import run_hegemony

    answer(run_hegemony, settings, out=out, as_json=as_json)
