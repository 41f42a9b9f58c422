"""What the tools may be told that ask an AS graph or observed paths. The command line reads it for `--help`."""

from dataclasses import KW_ONLY
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BeforeValidator

from provenet.core.countries import countries
from provenet.core.errors import UsageFault, clip
from provenet.core.settings import Number, Option, Places, ProgressSettings, Range, WholeNumber, Words, settings_class


def _country_code(value: str) -> str:
    code = countries().code(value)
    if code is None:
        near = countries().nearest(value)
        hint = f" Nearest: {near}." if near else ""
        raise ValueError(f"no such country; found {clip(value)!r}, expected a name or two letters such as JP.{hint}")
    return code


CountryCode = Annotated[str, AfterValidator(_country_code)]
"""A country, by name or code; kept as two letters."""


def _as_words(value: Any) -> tuple[str, ...]:
    return (str(value),) if isinstance(value, str | Path) else tuple(map(str, value))


NetworkWords = Annotated[tuple[str, ...], BeforeValidator(_as_words)]
"""Networks named by files, numbers, names, countries and tags."""


CHANGE_PAIRS, NAMED_CHANGE_PAIRS = 1_000_000, 10_000_000
"""For how many pairs the smallest change is searched: where destinations were not named, and where they were."""


@settings_class(kw_only=False)
class LadderSettings(ProgressSettings):
    """Which graph, which networks are restricted, and what to work out beside the ladder."""

    as_rel: Annotated[Path, Option(argument=True, metavar="AS_REL", help="The AS graph: CAIDA's AS relationships.")]
    restricted: Annotated[
        NetworkWords,
        Option(metavar="NETWORKS", help="Restricted networks: a file of one ASN a line, or named as those of --from."),
    ]
    _: KW_ONLY
    shares: Annotated[
        Path | None, Option(metavar="CSV", help="Shares of networks, asn,low,high; they enter shares, never rungs.")
    ] = None
    organisations: Annotated[Path | None, Option(help="CAIDA as2org; links between siblings are mutual transit.")] = (
        None
    )
    sources: Annotated[
        NetworkWords | None,
        Option(
            metavar="NETWORKS",
            flag="--from",
            help="Sources: a file of one ASN a line, AS64500, a name, country:CC, tag:NAME or NAME:CC (default: all).",
        ),
    ] = None
    destinations: Annotated[
        NetworkWords | None,
        Option(metavar="NETWORKS", flag="--to", help="Destinations, named as sources are (default: all)."),
    ] = None
    names: Annotated[Path | None, Option(help="Names and countries of networks: RIPE NCC's asnames.txt.")] = None
    tags: Annotated[Places, Option(help="Tags of networks, one file a tag, such as gov.csv of bgp.tools.")] = ()
    count_endpoints: Annotated[bool, Option(help="Count source and destination as crossed.")] = False
    recheck: Annotated[
        WholeNumber,
        Option(metavar="PAIRS", range=Range(low=0), help="Recheck this many pairs with every network choosing again."),
    ] = 200
    flip_share: Annotated[
        Number, Option(metavar="P", range=Range(low=0, high=1), help="Draw graphs with this share of links flipped.")
    ] = 0.0
    add_share: Annotated[
        Number, Option(metavar="P", range=Range(low=0, high=1), help="Draw graphs with this share of peerings added.")
    ] = 0.0
    draws: Annotated[WholeNumber, Option(range=Range(low=1), help="Graphs to draw.")] = 10
    seed: Annotated[WholeNumber, Option(range=Range(low=0), help="Seed of the draws.")] = 1
    threads: Annotated[WholeNumber, Option(range=Range(low=1), help="Batches to work on at once.")] = 2
    cuts: Annotated[
        WholeNumber,
        Option(
            range=Range(low=0),
            help="For this many clear pairs, count the networks whose failure leaves no clear route.",
        ),
    ] = 0
    change: Annotated[
        bool,
        Option(
            help="Find the fewest restricted networks whose change opens every pair that could be clear; for up to "
            f"{CHANGE_PAIRS:,} pairs, or with --to {NAMED_CHANGE_PAIRS:,}."
        ),
    ] = False
    change_seconds: Annotated[
        Number,
        Option(
            metavar="S",
            range=Range(above=0),
            help="Stop the search for the change after this many seconds, and give its bound.",
        ),
    ] = 120.0
    what_if: Annotated[
        Words,
        Option(metavar="CHANGE", help="share:ASN:LOW:HIGH, drop:ASN or drop:ASN:ASN: the shares before and after."),
    ] = ()


@settings_class(kw_only=False)
class RouteSettings(ProgressSettings):
    """Between whom, over which graph, and which networks are restricted."""

    source: Annotated[str, Option(argument=True, metavar="A", help="Where the route begins: an AS number or a name.")]
    destination: Annotated[str, Option(argument=True, metavar="B", help="Where it ends.")]
    _: KW_ONLY
    graph: Annotated[Path, Option(metavar="AS_REL", help="The AS graph: CAIDA's AS relationships.")]
    restricted: Annotated[
        NetworkWords | None,
        Option(
            metavar="NETWORKS",
            help="Restricted networks: a file of one ASN a line, AS64500, a name, country:CC, tag:NAME or NAME:CC.",
        ),
    ] = None
    restricted_country: Annotated[
        CountryCode | None,
        Option(metavar="CC", help="Networks registered in this country are restricted; needs --names."),
    ] = None
    names: Annotated[Path | None, Option(help="Names and countries of networks: RIPE NCC's asnames.txt.")] = None
    tags: Annotated[Places, Option(help="Tags of networks, one file a tag, such as gov.csv of bgp.tools.")] = ()
    back: Annotated[bool, Option(help="Explain the way back too.")] = False


@settings_class(kw_only=False)
class PathSettings(ProgressSettings):
    """Where paths come from, and whose addresses they reach."""

    mrt: Annotated[
        Places, Option(argument=True, metavar="[MRT_FILE]...", help="Observed paths: RIBs and updates.")
    ] = ()
    _: KW_ONLY
    graph: Annotated[Path | None, Option(metavar="AS_REL", help="Simulate paths over a graph of AS relationships.")] = (
        None
    )
    vantage: Annotated[
        Path | None, Option(help="Vantage points, one ASN a line: networks of the graph, or peers of the collectors.")
    ] = None
    vantage_every: Annotated[
        WholeNumber | None,
        Option(
            range=Range(low=1), help="Take every N-th network of the graph (default: the least N that leaves 1,000)."
        ),
    ] = None
    addresses: Annotated[Places, Option(help="Origins of addresses: pfx2as, pyasn, or ranges first,last,asn.")] = ()
    countries: Annotated[Places, Option(help="Countries of addresses: ranges first,last,country.")] = ()
    country: Annotated[
        CountryCode | None, Option(metavar="CC", help="The country that is reached, by name or in two letters.")
    ] = None
    alpha: Annotated[
        Number,
        Option(metavar="SHARE", range=Range(low=0, below=0.5), help="Trim this share of vantage points at either end."),
    ] = 0.1
    least_feed: Annotated[
        Number,
        Option(
            metavar="SHARE",
            range=Range(low=0, high=1),
            help="Leave out sessions with less than this share of the prefixes of the fullest one.",
        ),
    ] = 0.0
    collector: Annotated[
        str, Option(metavar="NAME", help="All MRT files come from this collector, in order: updates change its table.")
    ] = ""

    def check(self) -> None:
        """Raises UsageFault for paths from nowhere or from two places, and for files that are not there."""
        if self.graph is None and not self.mrt:
            raise UsageFault("No paths were given; expected MRT files, or --graph with a file of AS relationships.")
        if self.graph is not None and self.mrt:
            raise UsageFault("MRT files give observed paths and --graph simulated ones; expected one of the two.")
        if self.vantage is not None:
            self.refuse("vantage_every", "a list of vantage points was given with --vantage; expected one of the two.")
        if self.graph is None:
            self.refuse("vantage_every", "this is for simulated paths, --graph.")
        else:
            self.refuse("least_feed", "this is for observed paths, MRT files.")
            self.refuse("collector", "this is for observed paths, MRT files.")
        if self.country is None:
            self.refuse("countries", "this says where addresses are registered; expected --country too.")

    def refuse(self, name: str, says: str) -> None:
        """Raises UsageFault where an option is given."""
        if self.is_given(name):
            raise self.fault(name, says)


NO_TABLES = (
    "which networks hold a country's addresses must be known; expected --addresses (prefixes or ranges with origins) "
    "and --countries (ranges with countries)"
)
"""What is missing where nothing says which addresses lie in a country."""


@settings_class()
class ScopedSettings(PathSettings):
    """Paths, and whether the whole Internet, single origins or a country is reached."""

    scope: Annotated[
        str | None,
        Option(
            choices=("global", "origin", "country"), help="What is reached (default: as --country and --origin say)."
        ),
    ] = None
    origins: Annotated[
        NetworkWords,
        Option(metavar="ASN", flag="--origin", help="A network that is reached, or a file of one ASN a line."),
    ] = ()
    weights: Annotated[
        str | None,
        Option(
            choices=("addresses", "1"),
            help="What counts: IPv4 addresses (default where they are given), or networks alike.",
        ),
    ] = None
    tie: Annotated[
        str,
        Option(choices=("smallest", "both"), help="With both, also give the scores where the greatest ASN wins ties."),
    ] = "smallest"
    family: Annotated[
        WholeNumber,
        Option(metavar="4|6", range=Range(only=(4, 6)), help="The address family that is read from MRT files."),
    ] = 4
    _own_weights: ClassVar[bool] = False
    """Whether observed routes are weighed by their own prefixes unless a country is reached."""

    @property
    def reached(self) -> str:
        """The scope: as given, else what --country and --origin say."""
        return self.scope or ("country" if self.country else "origin" if self.origins else "global")

    @property
    def weighed(self) -> str:
        """What counts: as given, else addresses where tables or routes have any, else networks alike."""
        bare = not self.addresses and (self.graph is not None or (self.reached == "country" and bool(self.origins)))
        return self.weights or ("1" if bare else "addresses")

    @property
    def own_weights(self) -> bool:
        """Whether observed routes bring their weights along: prefixes, not tables of networks."""
        return self._own_weights and self.graph is None and self.reached != "country"

    def check(self) -> None:
        """Raises UsageFault for options that contradict each other, and for files that are not there."""
        super().check()
        if self.graph is None and self.tie == "both":
            raise UsageFault("--tie both: this is for simulated paths, --graph.")
        if self.graph is not None and self.family == 6:
            raise UsageFault("--family 6: this is for observed paths, MRT files.")
        if self.reached != "country":
            self.refuse("country", f"this is for --scope country, and --scope {self.reached} was given.")
        if self.reached == "global":
            self.refuse("origins", "this is for --scope origin or country, and --scope global was given.")
        if self.reached == "country" and self.country is None and not self.origins:
            raise UsageFault(
                "--scope country: no country was named; expected --country, or its networks with --origin."
            )
        if self.reached == "origin" and not self.own_weights and not self.origins:
            raise UsageFault("--scope origin: no origin was named; expected --origin.")
        self._check_tables()

    def _check_tables(self) -> None:
        """Raises UsageFault for tables of addresses that are missing or serve nothing."""
        named = bool(self.origins) and self.weighed == "1"
        if self.own_weights:
            self.refuse(
                "addresses", "observed routes bring their prefixes along; this is for --scope country and --graph."
            )
        elif self.reached == "origin":
            self.refuse("addresses", "each origin stands alone, so nothing is weighed; expected no tables.")
        elif self.family == 6 and (self.addresses or (self.reached == "country" and not named)):
            raise UsageFault("--family 6: IPv6 addresses are not weighed; expected --origin with --weights 1.")
        elif self.reached == "country" and named and not self.addresses:
            self.refuse("countries", "networks are named with --origin and weigh 1; expected no tables.")
        elif self.reached == "country" and (not self.addresses or (self.country is not None and not self.countries)):
            raise UsageFault(f"--scope country: {NO_TABLES}, or --origin and --weights 1.")
        elif self.graph is not None and self.weighed == "addresses" and not self.addresses:
            raise UsageFault("--weights addresses: a graph holds no addresses; expected --addresses, or --weights 1.")


@settings_class()
class HegemonySettings(ScopedSettings):
    """Paths, and whose hegemony over what is measured."""

    skip_origin: Annotated[bool, Option(help="Leave out the score of a network over itself.")] = False
    _own_weights = True

    def check(self) -> None:
        """Raises UsageFault for options that contradict each other, and for files that are not there."""
        if self.skip_origin and self.reached == "global":
            raise UsageFault("--skip-origin: this is for hegemony of an origin or a country.")
        super().check()


@settings_class()
class TransitSettings(PathSettings):
    """Paths, the country they enter, and the share of its entries that are by transit."""

    gate: Annotated[
        Number | None,
        Option(
            metavar="SHARE", range=Range(low=0, high=1), help="The share of the country's entries that are by transit."
        ),
    ] = None

    def check(self) -> None:
        """Raises UsageFault for options that contradict each other, and where no country is named."""
        super().check()
        if self.country is None:
            raise UsageFault("No country was named; expected --country: transit influence is of one whole country.")
        if not self.addresses or not self.countries:
            raise UsageFault(f"--country: {NO_TABLES}.")


@settings_class()
class VendorInfluenceSettings(ScopedSettings):
    """Paths, and how much of each network's equipment is the vendor's."""

    shares: Annotated[
        Path,
        Option(
            metavar="CSV", help="Shares of networks that are the vendor's, asn,low,high; an empty file: none is known."
        ),
    ]
    unlisted: Annotated[
        str,
        Option(
            choices=("unknown", "none"),
            help="The vendor's part in a network without a share: not known, or none (an assumption).",
        ),
    ] = "unknown"
