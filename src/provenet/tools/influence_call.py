"""What a call of the tool `influence` asks, and which calls make no sense."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from provenet.core.errors import UsageFault
from provenet.tools.influence_inputs import country_code, known_word

MEASURES = ("hegemony", "vendor", "transit")
SCOPES = ("global", "origin", "country")
WEIGHTS = ("addresses", "1")
UNLISTED = ("unknown", "none")
TIES = ("smallest", "both")


@dataclass(frozen=True)
class Asked:
    """A call that makes sense. `scope` is set, `country` two letters or None; without `graph` routes are observed."""

    mrt: tuple[Path, ...]
    graph: Path | None
    vantage: Path | None
    vantage_every: int | None
    addresses: tuple[Path, ...]
    countries: tuple[Path, ...]
    country: str | None
    scope: str
    origins: tuple[str, ...]
    weights: str
    skip_origin: bool
    shares: Path | None
    unlisted: str
    measure: str
    gate: float | None
    alpha: float
    tie: str
    family: int
    least_feed: float
    collector: str

    @property
    def own_weights(self) -> bool:
        """Whether observed routes bring their weights along: prefixes, not tables of networks."""
        return self.graph is None and self.measure == "hegemony" and self.scope != "country"


def asked_of(
    *,
    mrt: Sequence[Path | str],
    graph: Path | str | None,
    vantage: Path | str | None,
    vantage_every: int | None,
    addresses: Sequence[Path | str],
    countries: Sequence[Path | str],
    country: str | None,
    scope: str | None,
    origins: Sequence[str | int],
    weights: str | None,
    skip_origin: bool,
    shares: Path | str | None,
    unlisted: str | None,
    measure: str,
    gate: float | None,
    alpha: float,
    tie: str,
    family: int,
    least_feed: float,
    collector: str,
) -> Asked:
    """The call as a question; without `weights`, addresses count where any are told of, else networks alike.

    Raises UsageFault with the first thing that makes no sense, before a file is read."""
    reached = known_word("--scope", scope or ("country" if country else "origin" if origins else "global"), SCOPES)
    bare = not addresses and (graph is not None or (reached == "country" and bool(origins)))
    weighed = weights or ("1" if bare and measure != "transit" else "addresses")
    made = Asked(
        tuple(map(Path, mrt)),
        None if graph is None else Path(graph),
        None if vantage is None else Path(vantage),
        vantage_every,
        tuple(map(Path, addresses)),
        tuple(map(Path, countries)),
        None if country is None else country_code(country),
        reached,
        tuple(map(str, origins)),
        known_word("--weights", weighed, WEIGHTS),
        skip_origin,
        None if shares is None else Path(shares),
        known_word("--unlisted", unlisted or "unknown", UNLISTED),
        known_word("--measure", measure, MEASURES),
        gate,
        alpha,
        known_word("--tie", tie, TIES),
        family,
        least_feed,
        collector,
    )
    for says in (*_paths(made), *_numbers(made), *_scope(made), *_measure(made, unlisted is not None), *_tables(made)):
        raise UsageFault(says)
    for place in (*made.mrt, made.graph, made.vantage, *made.addresses, *made.countries, made.shares):
        if place is not None and not place.is_file():
            what = "this is a folder" if place.is_dir() else "this is no file" if place.exists() else "no such file"
            raise UsageFault(f"{what}; found {str(place)!r}, expected a file.")
    return made


def _paths(call: Asked) -> list[str]:
    """What is wrong with where paths come from."""
    if call.graph is None and not call.mrt:
        return ["influence: no paths were given; expected MRT files, or --graph with a file of AS relationships."]
    if call.graph is not None and call.mrt:
        return ["influence: MRT files give observed paths and --graph simulated ones; expected one of the two."]
    if call.vantage is not None and call.vantage_every is not None:
        return ["--vantage-every: a list of vantage points was given with --vantage; expected one of the two."]
    if call.graph is None:
        only = {"--vantage-every": call.vantage_every is not None, "--tie both": call.tie == "both"}
        return [f"{name}: this is for simulated paths, --graph." for name, given in only.items() if given]
    only = {"--family 6": call.family == 6, "--least-feed": call.least_feed > 0, "--collector": bool(call.collector)}
    return [f"{name}: this is for observed paths, MRT files." for name, given in only.items() if given]


def _numbers(call: Asked) -> list[str]:
    """Numbers out of their range, for callers from Python."""
    said = []
    if not 0 <= call.alpha < 0.5:
        said.append(f"--alpha: found {call.alpha}, expected a number from 0 to below 0.5.")
    if call.gate is not None and not (isfinite(call.gate) and 0 <= call.gate <= 1):
        said.append(f"--gate: found {call.gate}, expected a number from 0 to 1.")
    if not 0 <= call.least_feed <= 1:
        said.append(f"--least-feed: found {call.least_feed}, expected a number from 0 to 1.")
    if call.family not in (4, 6):
        said.append(f"--family: found {call.family}, expected 4 or 6.")
    if call.vantage_every is not None and call.vantage_every < 1:
        said.append(f"--vantage-every: found {call.vantage_every}, expected a whole number of at least 1.")
    return said


def _scope(call: Asked) -> list[str]:
    """What is wrong with the scope and what names it."""
    said = []
    if call.country is not None and call.scope != "country":
        said.append(f"--country: this is for --scope country, and --scope {call.scope} was given.")
    if call.origins and call.scope == "global":
        said.append("--origin: this is for --scope origin or country, and --scope global was given.")
    if call.scope == "country" and call.country is None and not call.origins:
        said.append("--scope country: no country was named; expected --country, or its networks with --origin.")
    if call.scope == "origin" and not call.own_weights and not call.origins:
        said.append("--scope origin: no origin was named; expected --origin.")
    if call.countries and call.country is None:
        said.append("--countries: this says where addresses are registered; expected --country too.")
    if call.skip_origin and (call.measure != "hegemony" or call.scope == "global"):
        said.append("--skip-origin: this is for hegemony of an origin or a country.")
    return said


def _measure(call: Asked, unlisted_given: bool) -> list[str]:
    """What is wrong with what is measured."""
    vendor, transit, said = call.measure == "vendor", call.measure == "transit", []
    if vendor and call.shares is None:
        said.append(
            "--measure vendor: a vendor speaks only through shares of networks; expected --shares with a CSV of "
            "asn,low,high. An empty one gives the interval that nothing known leaves."
        )
    for name, given in (("--shares", call.shares is not None), ("--unlisted", unlisted_given)):
        if given and not vendor:
            said.append(f"{name}: this is for --measure vendor.")
    if call.gate is not None and not transit:
        said.append("--gate: this is for --measure transit.")
    if transit and (call.country is None or call.origins):
        said.append("--measure transit: this is of one whole country; expected --country, without --origin.")
    if transit and call.family == 6:
        said.append("--measure transit: this weighs IPv4 addresses; expected --family 4.")
    if transit and call.weights == "1":
        said.append("--measure transit: this weighs IPv4 addresses; expected --weights addresses.")
    if transit and call.tie == "both":
        said.append("--tie both: this is for hegemony and vendor.")
    return said


def _tables(call: Asked) -> list[str]:
    """Tables of addresses that are missing or serve nothing."""
    named = bool(call.origins) and call.weights == "1"
    if call.own_weights:
        needless = "--addresses: observed routes bring their prefixes along; this is for --scope country and --graph."
        return [needless] if call.addresses else []
    if call.scope == "origin":
        needless = "--addresses: each origin stands alone, so nothing is weighed; expected no tables."
        return [needless] if call.addresses else []
    if call.family == 6 and (call.addresses or (call.scope == "country" and not named)):
        return ["--family 6: IPv6 addresses are not weighed; expected --origin with --weights 1."]
    if call.scope == "country":
        if named and not call.addresses:
            needless = "--countries: networks are named with --origin and weigh 1; expected no tables."
            return [needless] if call.countries else []
        if not call.addresses or (call.country is not None and not call.countries):
            return [
                "--scope country: which networks hold a country's addresses must be known; expected "
                "--addresses (prefixes or ranges with origins) and --countries (ranges with countries), or "
                "--origin and --weights 1."
            ]
        return []
    if call.graph is not None and call.weights == "addresses" and not call.addresses:
        return ["--weights addresses: a graph holds no addresses; expected --addresses, or --weights 1."]
    return []
