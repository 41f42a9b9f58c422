"""A case with measured evidence: scans of two days, a list of those probed, traces, and the networks of addresses."""

from pathlib import Path

import provenet
from provenet.case.case import Case

SCAN = "ip,enterprise,engineIDFormat,engineIDData,snmpEngineBoots,snmpEngineTime,country,city,asn,asn_name\n"
ENTERPRISES = [9] * 30 + [2636] * 12 + [2011] * 8 + [8072] * 10
"""Cisco, Juniper, Huawei, and net-snmp, which names nobody."""


def router(at: int) -> str:
    return f"45.{at % 6}.0.{at + 1}"


def mac(at: int) -> str:
    return f"00:00:5e:00:{at // 256:02x}:{at % 256:02x}"


def scan(day: int) -> str:
    lines = [
        f"{router(at)},{enterprise},3,{mac(at)},{at + 3},{86400 * day + 97 * at},NL,Town,{64500 + at % 6},NET-{at % 6}"
        for at, enterprise in enumerate(ENTERPRISES)
    ]
    return SCAN + "\n".join(lines) + "\n"


def probed() -> str:
    return "\n".join([*(router(at) for at in range(60)), *(f"45.{at % 6}.9.{at + 1}" for at in range(60))]) + "\n"


def traces() -> tuple[str, str]:
    told = ["trace_id,started_at,family,source_address,source_country,target_address,target_country,reached,hop_count"]
    hops = ["trace_id,ttl_count,address,rtt_ms"]
    for at in range(60):
        target, place = ("8.8.8.8", "Germany") if at % 2 else ("9.9.9.9", "Italy")
        told.append(f"t{at},2019-05-01T10:00:{at:02d}Z,ipv4,195.0.0.1,NL,{target},{place},yes,3")
        way = [router(at), "" if at % 3 == 0 else router(at % 30)]
        hops += [f"t{at},{ttl},{one},{'' if not one else ttl}" for ttl, one in enumerate([*way, target], start=1)]
    return "\n".join(told) + "\n", "\n".join(hops) + "\n"


def files(folder: Path) -> list[Path]:
    told, hops = traces()
    ranges = "".join(f"45.{at}.0.0,45.{at}.255.255,{64500 + at},NET-{at}\n" for at in range(6))
    texts = {
        "scan_2025-05-07_NL.csv": scan(7),
        "scan_2025-05-08_NL.csv": scan(8),
        "probed.txt": probed(),
        "probed.toml": '[constants]\ncountry = "Netherlands"\n',
        "trace.csv": told,
        "hop.csv": hops,
        "ip-to-asn-ipv4-20260617.csv": ranges,
        "party.csv": "name,role,country\nKPN,carrier,NL\n",
        "identifier.csv": "party_id,scheme,value\nkpn,asn,64501\n",
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    order = ["party.csv", "identifier.csv", *(name for name in texts if name not in ("party.csv", "identifier.csv"))]
    return [folder / name for name in order if not name.endswith(".toml")]


def measured_case(folder: Path) -> Path:
    """Makes the case; no verb has answered in it yet."""
    found = folder / "measured"
    place = found / "case"
    found.mkdir()
    provenet.new(place, "measured")
    added = provenet.add(Case.open(place), files(found))
    assert added.fault_count == 0, added.faults
    return place
