"""What each tool may be told; of those that ask an AS graph, see `graph_settings`.

The command line reads it for `--help`, so nothing here loads a table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import KW_ONLY
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from provenet.core.errors import UsageFault
from provenet.core.settings import (
    Day,
    File,
    Listener,
    Number,
    Option,
    Places,
    ProgressSettings,
    Range,
    Settings,
    WholeNumber,
    Words,
    settings_class,
)
from provenet.core.when import EVIDENCE_WINDOW_DAYS
from provenet.tools.files import refuse_missing

if TYPE_CHECKING:
    import polars as pl

EMBEDDED, SPARK = "embedded", "spark"


def no_rows(_: pl.DataFrame) -> None:
    """A listener to rows that wants none: none are made."""


@settings_class(kw_only=False)
class PathsSettings(ProgressSettings):
    """Which paths were measured, and what is known of addresses on them."""

    files: Annotated[
        Places, Option(argument=True, metavar="FILE...", help="Traceroutes: RIPE Atlas JSON, scamper JSON.")
    ]
    _: KW_ONLY
    vendors: Annotated[
        Path, Option(metavar="PARQUET", help="Vendors of addresses, as `provenet vendors --out` writes them.")
    ]
    origins: Annotated[
        Places, Option(help="Which network announces which addresses: pfx2as, pyasn, or ranges first,last,asn.")
    ]
    exchanges: Annotated[
        Places,
        Option(metavar="JSON", help="Peering LANs of exchange points (PeeringDB ixpfx; ix and ixlan for their names)."),
    ] = ()
    restricted: Annotated[
        Words,
        Option(
            metavar="VENDOR", help="A vendor whose devices to look for, by name or id; seat:CN for all seated there."
        ),
    ] = ()
    endpoints: Annotated[bool, Option(help="Count the source and the target of a path as crossed too.")] = False
    engine: Annotated[
        str,
        Option(
            choices=(EMBEDDED, SPARK),
            help="What sums the traces: this process, or Apache Spark (its package and Java).",
        ),
    ] = EMBEDDED
    memory: Annotated[
        WholeNumber | None,
        Option(
            metavar="MIB",
            range=Range(low=256),
            help="Keep tables on disk and sum them within this much memory (default: in memory, as they are read).",
        ),
    ] = None
    targets: Annotated[
        WholeNumber | None,
        Option(
            range=Range(low=1),
            help="Choose what to measure next within this budget: addresses to fingerprint (1 each), "
            "paths to trace anew.",
        ),
    ] = None
    trace_cost: Annotated[
        Number,
        Option(range=Range(above=0, high=1_000_000), help="What tracing a path costs, in fingerprints of an address."),
    ] = 10.0
    as_of: Annotated[
        Day | None,
        Option(
            help="The day in question, YYYY-MM-DD: traces, sightings and tables of later days do not count "
            "(default: all count)."
        ),
    ] = None
    work: Annotated[Path | None, Option(hidden=True, help="An empty folder for the tables of an engine.")] = None
    rows: Listener[Callable[[Any], None] | None] = None
    """Hears the rows of each batch; without it, they are gathered in the report."""

    def check(self) -> None:
        """Raises UsageFault for files that are not there, and where none is given."""
        if not self.files:
            raise UsageFault("FILE: none is given; expected files of traceroutes.")
        if not self.origins:
            raise UsageFault("--origins: none is given; expected a table of which network announces which addresses.")
        refuse_missing([*self.files, self.vendors, *self.origins, *self.exchanges])
        if self.targets is not None and not self.restricted:
            raise self.fault("targets", "this needs vendors to look for; expected --restricted too.")
        if self.uses_tables and self.targets is not None:
            raise self.fault("targets", "this needs the paths themselves; expected no --memory and no Spark.")
        if self.uses_tables and self.work is None:
            raise UsageFault("work: none is given; expected an empty folder for the tables of --engine or --memory.")
        if self.uses_tables and self.rows not in (None, no_rows):
            raise self.fault(
                "memory" if self.engine == EMBEDDED else "engine", "sums alone are made; expected no --out."
            )

    @property
    def uses_tables(self) -> bool:
        """Whether traces become tables on disk, which an engine sums."""
        return self.engine == SPARK or self.memory is not None


@settings_class(kw_only=False)
class VendorsSettings(ProgressSettings):
    """What was measured, and what was asked."""

    files: Annotated[
        Places,
        Option(
            argument=True,
            metavar="FILE...",
            help="Scans: SNMPv3 replies (ZMap CSV, pcap), decoded tables, banners, features of replies.",
        ),
    ]
    _: KW_ONLY
    probed: Annotated[
        Places,
        Option(
            help="Addresses that were probed, one a line, answered or not; without them there is no share of a network."
        ),
    ] = ()
    aliases: Annotated[
        Places, Option(help="Alias sets (SAGE .aliases, ITDK .nodes): the addresses of a set are one router.")
    ] = ()
    recog: Annotated[
        Places, Option(metavar="XML", help="Patterns of Recog, which name makers in banners and descriptions.")
    ] = ()
    signatures: Annotated[
        Places,
        Option(
            metavar="CSV",
            help="Published signatures of features of replies (LFP), each with the maker that it stands for.",
        ),
    ] = ()
    origins: Annotated[
        Places,
        Option(
            help="Which network announces which addresses (pfx2as, pyasn, ranges first,last,asn); "
            "places silent ones too."
        ),
    ] = ()
    countries: Annotated[
        Places, Option(help="The country of addresses (ranges first,last,CC); places silent ones too.")
    ] = ()
    on: Annotated[Day | None, Option(help="The day of answers whose row and file name state none.")] = None
    window_days: Annotated[
        WholeNumber,
        Option(
            range=Range(low=0, high=36_500),
            help="Leave out what is more than N days older than the newest evidence of its country.",
        ),
    ] = EVIDENCE_WINDOW_DAYS
    rho: Annotated[
        Number | None,
        Option(
            range=Range(low=1),
            help="Assume that a silent router is at most N times as likely of a vendor as one that answered.",
        ),
    ] = None

    def check(self) -> None:
        """Raises UsageFault for files that are not there, and an assumption on the silent without a list of them."""
        if not self.files:
            raise UsageFault("FILE: none is given; expected files of scans.")
        refuse_missing([*self.files, *self.probed, *self.aliases, *self.recog, *self.signatures])
        refuse_missing([*self.origins, *self.countries])
        if not self.probed and self.rho is not None:
            raise self.fault("rho", "this is of routers that did not answer; expected --probed too.")


NONE = "none"


@settings_class(kw_only=False)
class InsideSettings(ProgressSettings):
    """A topology, its demands, which elements are restricted or unknown, and what fails."""

    topology: Annotated[File, Option(argument=True, metavar="TOPOLOGY", help="Nodes and links.")]
    _: KW_ONLY
    demands: Annotated[
        File | None,
        Option(help="Demands: those of another file of a known format, or a table source,target,volume or matrix."),
    ] = None
    demands_both_ways: Annotated[bool, Option(help="Count each demand in both directions.")] = False
    assumed_demands: Annotated[
        str,
        Option(
            choices=("degree", "capacity", "equal"),
            help="Masses of the gravity model, assumed where no demands are given.",
        ),
    ] = "degree"
    metric: Annotated[str, Option(choices=("hops", "weight", "length"), help="The cost of a link.")] = "hops"
    parallel: Annotated[
        str,
        Option(
            choices=("each", "bundle"), help="Whether parallel links count each, or as one bundle that fails as one."
        ),
    ] = "each"
    layer: Annotated[
        str | None, Option(metavar="ID", help="The layer that carries the traffic, of RFC 8345 files.")
    ] = None
    restricted: Annotated[File | None, Option(help="Restricted nodes and links, one id a line; may be empty.")] = None
    unknown: Annotated[File | None, Option(help="Nodes and links of unknown vendor, one id a line.")] = None
    case: Annotated[
        Path | None,
        Option(
            help="A case whose verdicts say which elements are restricted or unknown, in place of lists or beside them."
        ),
    ] = None
    policy: Annotated[Words, Option(metavar="ID", help="With --case: the policies that count, any of them.")] = ()
    country: Annotated[
        str | None, Option(metavar="NAME", help="With --case: the country whose verdicts are meant.")
    ] = None
    carrier: Annotated[
        str | None, Option(metavar="ID", help="With --case: whose network it is, where several carriers have elements.")
    ] = None
    as_of: Annotated[
        Day | None, Option(help="With --case: the day of the verdicts (default: the last day screened).")
    ] = None
    srlgs: Annotated[File | None, Option(help="Shared-risk groups, group,id a line, beside those of the topology.")] = (
        None
    )
    failures: Annotated[
        str, Option(choices=(NONE, "single", "double"), help="What fails: nothing, one element, or one and two.")
    ] = NONE
    failing: Annotated[
        str,
        Option(
            choices=("all", "links", "nodes", "groups"),
            help="With --failures, which elements fail; groups are of shared risk.",
        ),
    ] = "all"
    replace: Annotated[bool, Option(help="Find the elements to replace so that sensitive demands are clear.")] = False
    steer: Annotated[bool, Option(help="Find paths that keep sensitive demands clear with the equipment of today.")] = (
        False
    )
    sensitive: Annotated[
        File | None,
        Option(help="Sensitive demands, one id a line of a demand or of a node at its end (default: all demands)."),
    ] = None
    costs: Annotated[
        File | None, Option(help="Costs of replacement, id,cost a line; none: cannot be replaced (default: 1 each).")
    ] = None
    budget: Annotated[
        Number | None, Option(range=Range(low=0), help="With --replace, the most to spend with routing as it is.")
    ] = None
    stretch: Annotated[
        Number,
        Option(range=Range(low=1), help="With --steer, the cost of a path at most, in multiples of the shortest path."),
    ] = 2.0
    move_others: Annotated[bool, Option(help="With --steer, let other traffic move too, to make room.")] = False
    utilisation: Annotated[
        Number,
        Option(range=Range(above=0, high=1), help="With --steer, the share of a capacity that traffic may fill."),
    ] = 1.0
    greatest_metric: Annotated[
        WholeNumber, Option(range=Range(low=1), help="With --steer, the greatest metric of a link that may be set.")
    ] = 16_777_214
    own_links: Annotated[
        File | None,
        Option(help="Links of sites' own, node,capacity,state a line: what does not fit spills to the network."),
    ] = None

    def check(self) -> None:
        """Raises UsageFault for files that are not there, and where nothing says what is restricted."""
        if self.restricted is None and self.case is None:
            raise UsageFault(
                "inside: nothing says which elements are restricted; expected --restricted FILE or --case."
            )
        given = [
            self.topology,
            self.demands,
            self.restricted,
            self.unknown,
            self.srlgs,
            self.sensitive,
            self.costs,
            self.own_links,
        ]
        refuse_missing([one for one in given if not isinstance(one, tuple)])
        if not self.replace and (self.budget is not None or self.costs is not None):
            raise UsageFault("--budget and --costs say what replacing elements costs; expected --replace with them.")
        if self.failures == NONE and self.failing != "all":
            raise UsageFault("--failing says which elements fail; expected --failures single or double with it.")
        if not (self.replace or self.steer) and self.sensitive is not None:
            raise UsageFault("--sensitive says which demands shall be clear; expected --replace or --steer with it.")


@settings_class(kw_only=False)
class InventorySettings(ProgressSettings):
    """What describes the devices."""

    files: Annotated[
        Places,
        Option(argument=True, metavar="FILE...", help="Files of devices, or folders: their files of known endings."),
    ]
    _: KW_ONLY

    def check(self) -> None:
        """Raises UsageFault for a place where nothing is."""
        if not self.files:
            raise UsageFault("FILE: none is given; expected files of devices, or folders.")
        for place in self.files:
            if not place.exists():
                raise UsageFault(f"FILE: no such file or folder; found {str(place)!r}.")


Heard = Callable[[Any], None]
"""Called with how a search stands: what is being done, the best objective and bound so far, and how much is done."""


@settings_class(kw_only=False)
class ScheduleSettings(Settings):
    """What to schedule, and how long and with which solver to search."""

    instance: Annotated[File, Option(argument=True, help="The instance, a JSON file in the form of docs/schedule.md.")]
    _: KW_ONLY
    seconds: Annotated[
        Number | None,
        Option(
            range=Range(above=0), help="Stop the search after about N seconds; the plan then depends on the machine."
        ),
    ] = None
    seed: Annotated[WholeNumber, Option(range=Range(low=0), help="Seed of the search.")] = 1
    solver: Annotated[
        str, Option(metavar="NAME", help="Solver of the full MILP, such as cbc, gurobi or scip, where it is installed.")
    ] = "highs"
    heard: Listener[Heard | None] = None


@settings_class(kw_only=False)
class CertifySettings(Settings):
    """What to check. `beside` gives the bytes of the file that a plan names as its certificate; of a plan that is a
    path, it is read from the same folder."""

    instance: Annotated[File, Option(argument=True, help="The instance, a JSON file in the form of docs/schedule.md.")]
    plan: Annotated[File, Option(argument=True, help="The plan, a JSON file in the form of docs/schedule.md.")]
    _: KW_ONLY
    require_proof: Annotated[bool, Option(help="Refuse a plan whose bound no certificate proves.")] = False
    beside: Listener[Callable[[str], bytes] | None] = None


@settings_class(kw_only=False)
class AllocateSettings(Settings):
    """What to allocate, and how long to search."""

    instance: Annotated[File, Option(argument=True, help="The instance, a JSON file in the form of docs/allocate.md.")]
    _: KW_ONLY
    seconds: Annotated[
        Number | None,
        Option(
            range=Range(above=0), help="Stop the search after about N seconds; the award then depends on the machine."
        ),
    ] = None
    heard: Listener[Heard | None] = None


@settings_class(kw_only=False)
class PackTestSettings(Settings):
    """Which packs to test, and further worked cases."""

    pack: Annotated[
        Words,
        Option(
            argument=True,
            metavar="PACK",
            help="The id of a bundled pack, a file or a folder of packs, or a case: then the packs that it holds.",
        ),
    ] = ()
    cases: Annotated[Places, Option(metavar="CSV", help="A further file of worked cases.")] = ()
