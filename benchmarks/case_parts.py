"""Parts of bench_case_paths.py, each in a process of its own: prints one JSON object on its last line.

case_parts.py make FOLDER TRACES     writes traces, a scan, what was probed, networks by address, and an empty case
case_parts.py read FOLDER            reads the traces into arrays, and does nothing with them
case_parts.py add FOLDER             enters the traces into the case
case_parts.py answer FOLDER          identifies the routers of the case, so that paths can be held against them
case_parts.py expose FOLDER          holds the traces of the case against the routers
case_parts.py paths FOLDER           the same from the files, without a case
"""

import json
import random
import sys
import time
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import polars as pl
from bench_traces import made_up_lines

import provenet
from provenet.core.errors import FaultList
from provenet.core.progress import silent
from provenet.ingest.opening import Upload

DAY = "2026-11-25"
VENDOR = "huawei"
_ENTERPRISES, _NAMES = (9, 2636, 2011), ("cisco", "juniper", "huawei")
_LOOKED_AT = 6_000
_HEAD = "ip,enterprise,engineIDFormat,engineIDData,snmpEngineBoots,snmpEngineTime,country,city,asn,asn_name"


def _make(folder: Path, traces: int) -> dict[str, Any]:
    draw = random.Random(4)
    routers = [str(IPv4Address(draw.getrandbits(32))) for _ in range(_LOOKED_AT)]
    answers = [
        f"{one},{_ENTERPRISES[at % 3]},3,00:00:5e:00:{at // 256:02x}:{at % 256:02x},{at},{86_400 + at},NL,Town,64500,A"
        for at, one in enumerate(routers)
    ]
    ranges = [f"{at}.0.0.0,{at}.255.255.255,{64_500 + at},NET-{at}" for at in range(1, 224)]
    texts = {
        "scan_2025-05-07_NL.csv": "\n".join([_HEAD, *answers]),
        "probed.txt": "\n".join(routers),
        "probed.toml": '[constants]\ncountry = "Netherlands"\n',
        "ip-to-asn-ipv4-20260617.csv": "\n".join(ranges),
        "traces.toml": '[constants]\ncountry = "Netherlands"\n',
    }
    for name, text in texts.items():
        (folder / name).write_text(text + "\n", encoding="utf-8")
    names = [_NAMES[at % 3] for at in range(_LOOKED_AT)]
    known = pl.DataFrame({"address": routers, "vendor_id": names, "p_correct": 0.99})
    known.with_columns(method=pl.lit("scan"), evidence=pl.lit("engine id")).write_parquet(folder / "vendors.parquet")
    (folder / "traces.ndjson").write_bytes(made_up_lines(traces))
    provenet.new(folder / "case", "benchmark")
    added = provenet.add(folder / "case", [folder / name for name in texts if not name.endswith(".toml")])
    return {"faults": added.fault_count}


def _read(folder: Path) -> dict[str, Any]:
    from provenet.ingest.traces.reading import read_traces

    hops = sum(one.hop_count for one in read_traces(Upload.of(folder / "traces.ndjson", silent), FaultList()))
    return {"hops": hops}


def _add(folder: Path) -> dict[str, Any]:
    added = provenet.add(folder / "case", [folder / "traces.ndjson"])
    return {"hops": added.files[0].added.get("hop", 0)}


def _answer(folder: Path) -> dict[str, Any]:
    provenet.depend(folder / "case", country=["Netherlands"], as_of=DAY)
    return {}


def _expose(folder: Path) -> dict[str, Any]:
    answer = provenet.expose(folder / "case", paths=True, vendors=[VENDOR], country=["Netherlands"], as_of=DAY)
    (whole,) = [row for row in answer.countries[0].paths if row["target_country"] is None]
    return {"tiers": [whole[f"{name}_count"] for name in ("on_hop", "in_network", "unknown", "clear")]}


def _paths(folder: Path) -> dict[str, Any]:
    found = provenet.paths(
        [folder / "traces.ndjson"],
        vendors=folder / "vendors.parquet",
        origins=folder / "ip-to-asn-ipv4-20260617.csv",
        restricted=[VENDOR],
    )
    return {"tiers": [found.summary["tiers"][name]["trace_count"] for name in ("hop", "network", "unknown", "clear")]}


PARTS = {"read": _read, "add": _add, "answer": _answer, "expose": _expose, "paths": _paths}


def main(words: list[str]) -> dict[str, Any]:
    """Runs one part, and says what it took."""
    part, folder, *more = words
    start, cpu = time.perf_counter(), time.process_time()
    found = _make(Path(folder), int(more[0])) if part == "make" else PARTS[part](Path(folder))
    return {**found, "wall_s": time.perf_counter() - start, "cpu_s": time.process_time() - cpu}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1:])))
