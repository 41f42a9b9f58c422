"""The settings of `expose`: what routes, sites, paths and networks cross, and under which assumptions."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from provenet.core.settings import Listener, Number, Option, Places, ProgressSettings, Range, Words, settings_class
from provenet.verbs.options import AsOf, KnownOn


@settings_class()
class ExposeSettings(ProgressSettings):
    """Which networks are restricted and which are sensitive, and whose equipment counts."""

    restricted: Annotated[Places, Option(help="Restricted networks, one AS number a line.")] = ()
    restricted_country: Annotated[
        Words,
        Option(
            metavar="CC",
            help="Restrict all networks registered in this country: an assumption, printed beside each figure.",
        ),
    ] = ()
    country: Annotated[
        Words,
        Option(
            metavar="NAME",
            help="A country (default: every country whose shares stand for that day, else all that the case knows of).",
        ),
    ] = ()
    policy: Annotated[
        Words,
        Option(
            metavar="ID",
            help="Shares of equipment under this policy (default: all under which shares stand).",
            stored="given",
        ),
    ] = ()
    sensitive: Annotated[
        Words | None, Option(metavar="TAG", help="Networks with this tag are sensitive (default: gov).")
    ] = None
    carrier: Annotated[
        Words | None, Option(metavar="TAG", help="Networks with this tag are carriers (default: mobile and dsl).")
    ] = None
    unlisted: Annotated[
        str,
        Option(
            choices=("unknown", "none"),
            help="The equipment of a network without a stated share: not known, or none (an assumption).",
            stored="always",
        ),
    ] = "unknown"
    inside: Annotated[
        bool,
        Option(help="Say what crosses inside the carriers' own networks of the case instead; needs verdicts alone."),
    ] = False
    sites: Annotated[
        bool,
        Option(
            help="Say what the traffic of sensitive sites rides and meets instead: own links first, the rest spills."
        ),
    ] = False
    paths: Annotated[
        bool,
        Option(
            help="Measured paths instead: what the traceroutes of the case cross, device by device and tier by tier."
        ),
    ] = False
    vendors: Annotated[
        Words,
        Option(
            metavar="GROUP", help="With --paths: also equipment of these vendors together: a name, seat:CN, list:NAME."
        ),
    ] = ()
    network: Annotated[
        Words, Option(metavar="NAME", help="With --inside: a network, or CARRIER/NAME (default: all).")
    ] = ()
    metric: Annotated[
        str | None,
        Option(
            choices=("hops", "weight", "length"),
            help="With --inside: the cost of a link (default: weight where every link states one, else hops).",
        ),
    ] = None
    failures: Annotated[
        str | None, Option(choices=("none", "single", "double"), help="With --inside: what fails (default: single).")
    ] = None
    stretch: Annotated[
        Number | None,
        Option(
            range=Range(low=1),
            help="With --inside: the cost of a steered path at most, in multiples of the shortest (default: 2).",
        ),
    ] = None
    budget: Annotated[
        Number | None,
        Option(
            range=Range(low=0),
            help="With --inside: the most to spend on replacements, in the currency of network_cost, or in elements.",
        ),
    ] = None
    scenarios: Annotated[
        Path | None,
        Option(
            metavar="FILE",
            help="Say what these scenarios take from routes instead: a CSV of what fails, leaks or refuses to carry.",
        ),
    ] = None
    graphs: Annotated[
        Places,
        Option(help="Hold the modelled routes against those of this graph of another day too; its name holds the day."),
    ] = ()
    observed: Annotated[
        Places, Option(metavar="MRT", help="Hold the modelled routes against those of this routing table (MRT) too.")
    ] = ()
    count_endpoints: Annotated[bool, Option(help="Count source and destination as crossed too.", stored="given")] = (
        False
    )
    as_of: AsOf
    known_on: KnownOn = None
    later_tags: Annotated[
        bool,
        Option(
            help="Use lists of tags that are later than the day known too: an assumption, printed beside each figure.",
            stored="given",
        ),
    ] = False
    graph: Annotated[Places, Option(help="Add this AS graph to the case first.", stored="never")] = ()
    recorded: Annotated[
        bool,
        Option(
            help="Take the figures that ship with the product, each with the receipt of how it was "
            "made; needs no graph.",
            stored="given",
        ),
    ] = False
    lists_read: Listener[Mapping[str, bytes] | None] = None
    graphs_read: Listener[Mapping[str, bytes] | None] = None
    scenarios_read: Listener[tuple[str, bytes] | None] = None
