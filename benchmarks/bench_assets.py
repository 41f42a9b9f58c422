"""An inventory of up to a million elements under twenty policies: how long, in how much memory, and what limits it.

    python benchmarks/bench_assets.py [--size small] [ROWS ...]

Two inventories of each size. *Realistic*: few vendors hold most elements, a carrier has two to four vendors, a site
holds the classes of its kind, most cells are empty. *Uniform*: every column drawn at random and none skewed, so nearly
every row is a profile of its own; no network looks like it, it is the worst case for a programme that counts profiles.
Each run is a process of its own on a copy of the case. The limits it is held against: copying the columns once through
memory, and writing the same verdicts as bare Parquet.
"""

import json
import os
import random
import shutil
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from datetime import date
from importlib import resources
from itertools import accumulate
from pathlib import Path
from typing import Any

from measuring import child, copy_bytes_per_second, is_small, machine

DAY = date(2026, 11, 25)
PACKS = 20
FACTS = ("vendors.csv", "carriers.csv", "claims.csv", "policies.csv", "sources.csv", "aliases.csv", "ran_share.csv")
BATCH = 200_000
KINDS: dict[str, tuple[str, ...]] = {
    "macro": ("ran.radio", "ran.baseband", "transport.backhaul", "cpe.router"),
    "exchange": ("access_fixed.olt", "transport.router", "transport.optical"),
    "core": ("core.control_plane", "core.user_plane", "core.subscriber_data", "ran.management", "mgmt.oss"),
}
CLASSES = (
    *("core", "core.control_plane", "core.user_plane", "ran", "ran.radio", "ran.baseband", "ran.management"),
    *("transport", "transport.router", "transport.optical", "access_fixed.olt", "mgmt.oss", "cpe.router", "devices"),
)
ORIGINS = ("CN", "DE", "SE", "US", "VN", None)
CAPABILITIES: tuple[list[str] | None, ...] = (
    *(None, [], ["route user data"], ["visibility"], ["route user data", "visibility"]),
)
ASSET_FACTS: tuple[list[str] | None, ...] = (
    *(None, ["generation=4G"], ["generation=5G"], ["generation=5G", "addressee=true"]),
    *(["role=intra-core"], ["bought=2019-05-01"]),
)
Row = dict[str, Any]
Draw = Callable[[random.Random, list[str], list[str], int], Iterator[Row]]


def uniform(draw: random.Random, vendors: list[str], carriers: list[str], count: int) -> Iterator[Row]:
    """Every column at random, none skewed."""
    for _ in range(count):
        yield {
            "carrier_id": draw.choice(carriers),
            "vendor_id": draw.choice([*vendors, None]),
            "asset_class": draw.choice(CLASSES),
            "layer": draw.choice(("hardware", "software", "management", None)),
            "origin_country": draw.choice(ORIGINS),
            "capability": draw.choice(CAPABILITIES),
            "facts": draw.choice(ASSET_FACTS),
        }


def realistic(draw: random.Random, vendors: list[str], carriers: list[str], count: int) -> Iterator[Row]:
    """Zipf's law over vendors, two to four vendors a carrier, classes by the kind of site, most cells empty."""
    weights = list(accumulate(1 / (place + 1) for place in range(len(vendors))))
    held = {carrier: draw.choices(vendors, cum_weights=weights, k=draw.randint(2, 4)) for carrier in carriers}
    kinds = list(KINDS)
    for at in range(count):
        carrier = carriers[at % len(carriers)]
        site = at // 40
        kind = kinds[0 if site % 20 else 1 if site % 400 else 2]
        asset_class = draw.choice(KINDS[kind])
        few = draw.random()
        yield {
            "carrier_id": carrier,
            "vendor_id": None if few < 0.05 else held[carrier][int(draw.random() ** 2 * len(held[carrier]))],
            "asset_class": asset_class,
            "layer": "software" if kind == "core" else "hardware",
            "origin_country": draw.choice(ORIGINS) if few > 0.8 else None,
            "capability": ["route user data", "visibility"] if kind == "core" else None,
            "facts": [f"generation={4 + at % 2}G"] if kind == "macro" else None,
        }


MIXES: dict[str, Draw] = {"realistic": realistic, "uniform": uniform}


def make(place: Path, mix: str, count: int) -> None:
    """A case of the bundled facts and `count` assets, drawn with one seed."""
    import polars as pl

    import provenet
    from provenet.case.case import Case

    provenet.new(place, "bench")
    with resources.as_file(resources.files("provenet").joinpath("facts")) as facts:
        provenet.add(place, [facts / name for name in FACTS])
    case = Case.open(place)
    parties = case.read("party")
    vendors, carriers = (sorted(parties.filter(role=role)["party_id"]) for role in ("vendor", "carrier"))
    rows = MIXES[mix](random.Random(1), vendors, carriers, count)
    lists = {"capability": pl.List(pl.String), "facts": pl.List(pl.String)}
    with case.writer("add", {"made": mix}, {"rows": str(count)}) as run:
        for low in range(0, count, BATCH):
            some = [next(rows) for _ in range(min(BATCH, count - low))]
            ids = [f"asset-{at}" for at in range(low, low + len(some))]
            places = [f"inventory.csv row {at + 2}" for at in range(low, low + len(some))]
            columns = pl.DataFrame(some, schema_overrides={**lists, "origin_country": pl.String, "layer": pl.String})
            fixed = {"country": "Germany", "source_id": "inventory", "file_id": "0" * 64, "reading": "not stated"}
            own = [pl.Series("asset_id", ids), pl.Series("row_id", ids), pl.Series("locator", places)]
            one = pl.lit(1, pl.Int64).alias("unit_count")
            run.append("asset", columns.with_columns(*own, one, **{k: pl.lit(v) for k, v in fixed.items()}))


class Clock:
    """Seconds by phase. A phase inside another is counted once, as its own."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)
        self._stack: list[list[float]] = []

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Counts what happens inside to a phase."""
        inner = [0.0]
        self._stack.append(inner)
        start = time.perf_counter()
        try:
            yield
        finally:
            took = time.perf_counter() - start
            self._stack.pop()
            self.spent[name] += took - inner[0]
            if self._stack:
                self._stack[-1][0] += took

    def watch(self, owner: object, name: str, phase: str) -> None:
        """Counts every call of a function to a phase."""
        work = getattr(owner, name)

        def timed(*args: Any, **named: Any) -> Any:
            with self.phase(phase):
                return work(*args, **named)

        setattr(owner, name, timed)


def watched() -> Clock:
    """A clock on the parts of `provenet.screen`."""
    from provenet.case.case import Case
    from provenet.case.runs import Run
    from provenet.evidence import screen
    from provenet.verbs import question

    clock = Clock()
    clock.watch(question, "tables_of", "read")
    clock.watch(Case, "digest", "digest")
    clock.watch(screen, "case_facts", "claims and owners")
    clock.watch(screen, "asset_profiles", "profiles")
    clock.watch(screen, "questions", "questions")
    clock.watch(screen, "_shared", "answers")
    clock.watch(screen, "_verdicts", "rows")
    clock.watch(Run, "append", "write")
    clock.watch(Run, "commit", "write")
    clock.watch(Case, "read_run", "read back")
    return clock


def once(place: Path, packs: int, phases: bool) -> dict[str, Any]:
    """Screens the case in this process."""
    import provenet
    from provenet.cli.door import json_rows, say_json
    from provenet.policy.packs import load_packs

    clock = watched() if phases else Clock()
    with clock.phase("packs"):
        asked = sorted(load_packs().packs)[:packs]
    start, cpu = time.perf_counter(), time.process_time()
    with clock.phase("the rest"):
        screened = provenet.screen(place, asked, as_of=DAY)
    took = {"wall": time.perf_counter() - start, "cpu": time.process_time() - cpu}
    if phases:
        with clock.phase("JSON"), Path(os.devnull).open("w", encoding="utf-8") as nowhere, redirect_stdout(nowhere):
            say_json(dict(screened) | {name: json_rows(getattr(screened, name)) for name in ("verdicts", "claims")})
    verdicts = sum(sum(policy.outcomes.values()) for policy in screened.policies)
    rules = sum(policy.rules_in_force for policy in screened.policies)
    return {**took, "policies": len(asked), "verdicts": verdicts, "rules": rules, "phases": dict(clock.spent)}


def depended(place: Path) -> dict[str, Any]:
    """What the country depends on, from the same inventory under three policies."""
    import provenet

    asked = ["de-bsig", "eu-5g-toolbox", "us-ndaa-889"]
    provenet.screen(place, asked, as_of=DAY, country=["Germany"])
    start, cpu = time.perf_counter(), time.process_time()
    (rested,) = provenet.depend(place, as_of=DAY, country=["Germany"]).countries
    took = {"wall": time.perf_counter() - start, "cpu": time.process_time() - cpu}
    return {**took, "rows": sum(rested.rows.values())}


def limits(place: Path) -> dict[str, float]:
    """The columns that screening reads, in bytes; seconds to copy them once; seconds to write its verdicts bare."""
    import polars as pl

    from provenet.case.case import Case
    from provenet.case.profiles import ASSET_COLUMNS

    case = Case.open(place)
    size = case.columns("asset", [*ASSET_COLUMNS, "unit_count", "row_id", "file_id", "locator"]).estimated_size()
    verdicts: pl.DataFrame = case.read("verdict")
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        for name, rows in verdicts.group_by("pack"):
            rows.write_parquet(Path(folder) / f"{name[0]}.parquet", compression="snappy")
    return {"bytes": size, "copy": 2 * size / copy_bytes_per_second(), "parquet": time.perf_counter() - start}


def measured(mix: str, count: int, packs: int, tries: int) -> None:
    """Makes one inventory, screens it once watched and some more times, and prints the best run and its limits."""
    with tempfile.TemporaryDirectory() as folder:
        case, used = Path(folder) / "case", Path(folder) / "copy"
        child(__file__, ["make", str(case), mix, str(count)])
        runs = []
        for verb in ["phases", *["once"] * tries]:
            shutil.rmtree(used, ignore_errors=True)
            shutil.copytree(case, used)
            runs.append(child(__file__, [verb, str(used), str(packs)]))
        floor = child(__file__, ["limits", str(used)]).told
        rests = child(__file__, ["depend", str(case)])
    apart, best = runs[0], min(runs[1:] or runs, key=lambda run: run.cpu)
    told = best.told
    print(
        f"{mix}, {count:,} assets x {told['policies']} policies ({told['rules']} rules in force): "
        f"{told['verdicts']:,} verdicts in {best.text()}; {count * told['policies'] / best.wall:,.0f} rows x policies/s"
    )
    phases = sorted(apart.told["phases"].items(), key=lambda phase: -phase[1])
    print(f"  phases, one run watched: {', '.join(f'{name} {spent:.2f} s' for name, spent in phases)}")
    print(f"  with every verdict printed as JSON as well: {apart.text()}")
    print(
        f"  limits: the columns read are {floor['bytes'] / 2**20:,.0f} MiB, copied once in {floor['copy']:.3f} s "
        f"(run: {told['wall'] / floor['copy']:,.0f} x); the verdicts as bare Parquet {floor['parquet']:.2f} s "
        f"(run: {told['wall'] / floor['parquet']:,.0f} x)"
    )
    print(
        f"  depend, one country, three policies: {rests.told['rows']:,} rows in {rests.told['wall']:.1f} s "
        f"({rests.told['cpu']:.1f} s of processor), peak {rests.peak_bytes / 2**30:.2f} GiB"
    )


def work(verb: str, place: Path, *words: str) -> dict[str, Any]:
    """What a child does. The parent stays small: a child's peak memory starts from that of its parent."""
    if verb == "make":
        make(place, words[0], int(words[1]))
        return {}
    if verb == "depend":
        return depended(place)
    return limits(place) if verb == "limits" else once(place, int(words[0]), verb == "phases")


def main(words: list[str]) -> None:
    """Measures each size asked for; or, as a child, works on one case and prints what it took."""
    if words and words[0] in ("make", "once", "phases", "depend", "limits"):
        print(json.dumps(work(words[0], Path(words[1]), *words[2:])))
        return
    small = is_small(words)
    print(machine())
    for count in [int(word) for word in words] or ([300] if small else [10_000, 100_000, 1_000_000]):
        for mix in MIXES:
            measured(mix, count, 2 if small else PACKS, 0 if small else 3)


if __name__ == "__main__":
    main(sys.argv[1:])
