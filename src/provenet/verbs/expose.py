"""The verb `expose`, and which of its runs a dossier rests on: tables of a case to the room and rows back.

Used through `provenet.verbs`. One run a country; the graph is walked once for all countries of a call.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from provenet.case.case import Case
from provenet.case.export import digest_of
from provenet.case.runs import run_id
from provenet.case.standing import WRITES, Scope, Standing
from provenet.case.tables import empty, table, vocabulary
from provenet.core.digest import sha256_bytes
from provenet.core.errors import UsageFault
from provenet.core.progress import Progress, silent
from provenet.verbs.answers import CountryExposure, ExposureReport
from provenet.verbs.question import (
    Day,
    Places,
    Several,
    carrier_countries,
    day_of,
    known_day,
    opened,
    places,
    several,
)

if TYPE_CHECKING:
    import polars as pl

    from provenet.exposure.expose import Results
    from provenet.exposure.networks import ExposureQuestion

MOST_LIST_BYTES = 64 * 2**20
"""The most that a list of restricted networks may hold; all AS numbers there are in use need 1 MiB."""
FIGURE = (
    *("exposure_id", "tags", "role", "pack", "network_count", "absent_count", "pair_count", "no_route_count"),
    *("rung_0_count", "rung_1_alone_count", "rung_1_other_count", "rung_2_count", "rung_3_count", "rung_none_count"),
    *("lucky_0_count", "lucky_1_count", "lucky_2_count", "lucky_3_count", "lucky_none_count"),
    *("low_share", "high_share", "expected_share", "reverse_low_share", "reverse_high_share"),
    *("either_low_share", "either_high_share"),
)
"""The columns of a tag's row that an answer tells."""


def expose(
    case: Case | Path | str,
    *,
    as_of: Day,
    restricted: Places = (),
    restricted_country: Several = (),
    known_on: Day | None = None,
    country: Several = (),
    policy: Several = (),
    sensitive: Several | None = None,
    carrier: Several | None = None,
    unlisted: str = "unknown",
    count_endpoints: bool = False,
    lists_read: Mapping[str, bytes] | None = None,
    progress: Progress = silent,
) -> ExposureReport:
    """Writes what the routes of sensitive networks and carriers cross, and who would have to move: a run per country.

    The restricted networks are those that the files `restricted` list and those registered in `restricted_country`. A
    policy speaks through the shares of carriers' networks that stand for the day, in rows of its own; `unlisted` says
    what a network without one has. `sensitive` and `carrier` are tags. `lists_read` are lists by name and bytes, in
    place of the files `restricted`. Raises UsageFault where the case has no graph
    of that day or no network is restricted, StaleInput where the shares are older than what they rest on.
    """
    into, as_of, known_on = opened(case), day_of("as_of", as_of), known_day(known_on)
    standing = Standing(into)
    lists = sorted(lists_read.items()) if lists_read is not None else _lists(places(restricted))
    _refuse_words(into, unlisted)
    words = vocabulary()["expose"]
    told: dict[str, object] = {
        "restricted": [name for name, _ in lists],
        "restricted_country": _countries("--restricted-country", several(restricted_country)),
        "sensitive": several(words["sensitive_tags"] if sensitive is None else sensitive),
        "carrier": several(words["carrier_tags"] if carrier is None else carrier),
        "unlisted": unlisted,
        **({"policy": sorted(several(policy))} if policy else {}),
        **({"count_endpoints": True} if count_endpoints else {}),
    }
    wanted = _countries("--country", several(country)) or _countries_meant(into, standing, as_of, known_on)
    call = _Call(into, standing, as_of, known_on, told, lists, tuple(several(policy)))
    runs = {where: _Run.of(call, where) for where in wanted}
    stand = set(into.runs()["run_id"])
    missing = [where for where, run in runs.items() if run.run_id not in stand]
    made = _room(call, {where: runs[where].shares for where in missing}, progress) if missing else {}
    crossed = []
    for where, asked in runs.items():
        with into.writer("expose", asked.settings, asked.inputs) as run:
            if not run.already:
                for _, data in lists:
                    run.put_source(data)
                for name, found in made[where].tables().items():
                    run.append(name, found)
        crossed.append(_told(into, where, run.run_id))
    rows = into.read_run("exposure", crossed[0].run_id)
    first = rows.filter(rows["pack"].is_null()).row(0, named=True)
    kept = {name: first[name] for name in _KEPT}
    return ExposureReport(as_of, known_on, **kept, unlisted=unlisted, countries=tuple(crossed))


_KEPT = ("restricted_says", "restricted_count", "graph_on", "graph_says", "ends_says")


@dataclass(frozen=True)
class _Call:
    case: Case
    standing: Standing
    as_of: date
    known_on: date | None
    told: Mapping[str, object]
    lists: Sequence[tuple[str, bytes]]
    policy: tuple[str, ...]


@dataclass(frozen=True)
class _Run:
    """What the run of one country is told and reads."""

    settings: Mapping[str, object]
    inputs: Mapping[str, str]
    shares: pl.DataFrame
    run_id: str

    @staticmethod
    def of(call: _Call, country: str) -> _Run:
        from provenet.exposure.expose import READS

        scope = Scope(country, call.as_of, call.known_on)
        shares = _shares(call, scope)
        settings = {**scope.settings, **call.told}
        inputs = {
            **call.case.digest(READS),
            "vendor_share": digest_of(table("vendor_share"), shares),
            **{f"list {name}": sha256_bytes(data) for name, data in call.lists},
        }
        chosen = shares
        if call.policy:
            chosen = shares.filter(shares["pack"].is_in(sorted(call.standing.screens(scope, call.policy))))
        return _Run(settings, inputs, chosen, run_id("expose", settings, inputs))


def _shares(call: _Call, scope: Scope) -> pl.DataFrame:
    """The parts under policies that stand for a country and day; none where it was not screened or has no shares.

    Raises StaleInput where they, or the verdicts they rest on, have been overtaken.
    """
    screens = call.standing.screens(scope, call.policy)
    if not screens or scope.country not in call.standing.countries("depend", call.as_of, call.known_on):
        return empty("vendor_share")
    return parts_of(call.case.read_run("vendor_share", call.standing.shares(scope, "expose").run_id))


def parts_of(shares: pl.DataFrame) -> pl.DataFrame:
    """The rows of `vendor_share` that are parts under a policy."""
    return shares.filter(shares["part"].is_not_null())


def _room(call: _Call, shares: Mapping[str, pl.DataFrame], progress: Progress) -> Mapping[str, Results]:
    from provenet.exposure import expose as room
    from provenet.ingest.bgp.as_lists import read_asn_list

    listed = [
        (name, sha256_bytes(data), tuple(int(asn) for asn in read_asn_list((name, data)))) for name, data in call.lists
    ]
    frames = {name: call.case.read(name) for name in room.READS if name not in room.COLUMNS}
    frames |= {name: call.case.columns(name, columns) for name, columns in room.COLUMNS.items()}
    return room.expose(frames, shares, _asked(call, listed), progress=progress)


def _asked(call: _Call, listed: Sequence[tuple[str, str, tuple[int, ...]]]) -> ExposureQuestion:
    from provenet.exposure.networks import ExposureQuestion, NetworkTags

    def words(name: str) -> tuple[str, ...]:
        value = call.told[name]
        return tuple(value) if isinstance(value, list) else ()

    return ExposureQuestion(
        as_of=call.as_of,
        known=call.known_on,
        tags=NetworkTags(words("sensitive"), words("carrier")),
        listed=tuple(listed),
        registered=words("restricted_country"),
        unlisted=str(call.told["unlisted"]),
        count_endpoints=bool(call.told.get("count_endpoints")),
    )


def _lists(files: Sequence[Path]) -> list[tuple[str, bytes]]:
    """The name and bytes of each list. Raises UsageFault for a path that is no file, and for two of one name."""
    from provenet.ingest.bgp.as_numbers import imported_numpy
    from provenet.ingest.plain_lines import opened as read

    imported_numpy()
    found: dict[str, bytes] = {}
    for file in files:
        upload = read(file, lambda what, done, total: None)
        if upload.size_bytes > MOST_LIST_BYTES:
            raise UsageFault(f"--restricted: the list is too large; found {str(file)!r}, expected at most 64 MiB.")
        data = file.read_bytes()
        if found.setdefault(file.name, data) != data:
            raise UsageFault(f"--restricted: two lists have the name {file.name!r}; give one of them another name.")
    return sorted(found.items())


def _refuse_words(case: Case, unlisted: str) -> None:
    if unlisted not in ("unknown", "none"):
        raise UsageFault(f"--unlisted: found {unlisted!r}, expected one of: unknown, none.")


def _countries(option: str, names: Sequence[str]) -> list[str]:
    """Countries by the name tables use. Raises UsageFault for one that is none."""
    from provenet.core.countries import countries

    made = []
    for text in names:
        name = countries().name(text)
        if name is None:
            close = countries().nearest(text)
            raise UsageFault(f"{option}: no such country; found {text!r}." + (f" Nearest: {close}." if close else ""))
        made.append(name)
    return list(dict.fromkeys(made))


def _countries_meant(case: Case, standing: Standing, as_of: date, known_on: date | None) -> list[str]:
    """The countries whose shares stand for the day, else those screened, else those with carriers."""
    found = standing.countries("depend", as_of, known_on) or standing.countries("screen", as_of, known_on)
    found = found or carrier_countries(case.read("party"))
    if not found:
        raise UsageFault("expose: the case has no carrier, so no country is meant; name one: --country NAME.")
    return found


def _told(case: Case, country: str, run: str) -> CountryExposure:
    rows = case.read_run("exposure", run)
    figures = rows.filter(level="tag").sort("pack", "role", "tags", descending=[False, True, False], nulls_last=False)
    counted = {"exposure": rows.height, **{name: case.read_run(name, run).height for name in WRITES["expose"][1:]}}
    return CountryExposure(country, counted, tuple(figures.select(FIGURE).iter_rows(named=True)), run)
