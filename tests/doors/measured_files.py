"""Small scans, lists of probed addresses and alias sets, in the layouts that public measurements have."""

import json
import lzma
from pathlib import Path

DECODED_HEAD = "ip,enterprise,engineIDFormat,engineIDData,snmpEngineBoots,snmpEngineTime,country,city,asn,asn_name\n"
DECODED = """\
192.0.2.1,9,3,00:00:0c:9e:4b:86,6,286d20h26m34s,The Netherlands,Delft,64500,Alpha
192.0.2.2,9,3,00:00:0c:28:5b:80,1,1d0h0m0s,The Netherlands,Delft,64500,Alpha
192.0.2.3,2011,3,00:e0:fc:12:34:56,2,5d0h0m0s,The Netherlands,Delft,64500,Alpha
198.51.100.1,25506,3,00:0f:e2:67:f5:51,4,9d0h0m0s,Belgium,Gent,64501,Beta
198.51.100.2,8072,4,,4,9d0h0m0s,Belgium,Gent,64501,Beta
198.51.100.3,1970372420,76,,4,234d15h56m47s,Belgium,Gent,64501,Beta
198.51.100.4,2636,1,,1,397d0h46m57s,Belgium,Gent,64501,Beta
"""
"""Seven answers: Cisco twice, Huawei, H3C, Juniper, an agent of hosts, and a number that nobody holds."""
REPORT = (
    "3066020103300e02024a69020205dc040100020103041f301d040c{engine}020101020405df876c040004000400"
    "3030040c{engine}0400a81e020237f002010002010030123010060a2b060106030f01010400"
    "41024e81"
)
ZMAP = """\
saddr,classification,success,data,timestamp-str
192.0.2.1,udp,1,{cisco},2025-05-17T16:43:01.000+0000
192.0.2.9,udp,1,{huawei},2025-05-17T16:43:02.000+0000
192.0.2.10,icmp-unreach,0,,2025-05-17T16:43:03.000+0000
"""


def write_measured_files(folder: Path) -> None:
    """Writes `parsed_2025-05-13.csv.xz`, `zmap.csv`, `probed.txt` (ten addresses) and `routers.aliases` (one set)."""
    (folder / "parsed_2025-05-13.csv.xz").write_bytes(lzma.compress((DECODED_HEAD + DECODED).encode()))
    cisco, huawei = (REPORT.format(engine=engine) for engine in ("80000009030000 0c9e4b86", "800007db0300e0fc123456"))
    text = ZMAP.format(cisco=cisco.replace(" ", ""), huawei=huawei)
    (folder / "zmap.csv").write_text(text, encoding="utf-8")
    probed = [f"192.0.2.{last}" for last in range(1, 7)] + [f"198.51.100.{last}" for last in range(1, 5)]
    (folder / "probed.txt").write_text("\n".join(probed) + "\n", encoding="utf-8")
    (folder / "routers.aliases").write_text("node N1:  192.0.2.1 192.0.2.2\n", encoding="utf-8")


ON_PATHS = """\
1.2.3.1,9,3,00:00:0c:9e:4b:86,6,286d20h26m34s,,,64500,Alpha
1.2.3.2,2011,3,00:e0:fc:12:34:56,2,5d0h0m0s,,,64500,Alpha
1.2.4.1,9,3,00:00:0c:28:5b:80,1,1d0h0m0s,,,64501,Beta
"""
"""Three answers: Cisco and Huawei in one network, Cisco in another."""
ORIGINS = "1.2.3.0,1.2.3.255,64500,Alpha\n1.2.4.0,1.2.4.255,64501,Beta\n1.2.9.0,1.2.9.255,64502,Gamma\n"
HOPS: tuple[tuple[str | None, ...], ...] = (
    ("1.2.3.1", "1.2.3.2", "1.2.9.9"),
    ("1.2.3.1", "1.2.3.7", "1.2.9.9"),
    ("1.2.4.1", "1.2.9.9"),
    ("1.2.4.1", None, "1.2.9.9"),
)
"""Four traces, one of each tier: hop, network, clear and unknown."""


def write_path_files(folder: Path) -> None:
    """Writes `scan_2025-05-13.csv`, `origins_2026-06-17.csv` and `traces.ndjson`, with a ping among the traces."""
    (folder / "scan_2025-05-13.csv").write_text(DECODED_HEAD + ON_PATHS, encoding="utf-8")
    (folder / "origins_2026-06-17.csv").write_text(ORIGINS, encoding="utf-8")
    lines = [json.dumps(trace_of(at, hops)) for at, hops in enumerate(HOPS)]
    lines.append('{"type": "ping", "prb_id": 1, "timestamp": 1557653472, "fw": 4970, "msm_id": 2, "result": []}')
    (folder / "traces.ndjson").write_text("\n".join(lines) + "\n", encoding="utf-8")


def trace_of(number: int, hops: tuple[str | None, ...]) -> dict[str, object]:
    answers = [[{"x": "*"}] if one is None else [{"from": one, "rtt": 1.5, "size": 28, "ttl": 64}] for one in hops]
    return {
        "af": 4,
        "dst_addr": "1.2.9.9",
        "dst_name": "1.2.9.9",
        "src_addr": "1.2.9.1",
        "from": "1.2.9.1",
        "fw": 4970,
        "msm_id": 1,
        "prb_id": 10 + number,
        "timestamp": 1557653472 + number,
        "endtime": 1557653473 + number,
        "proto": "ICMP",
        "paris_id": 1,
        "size": 48,
        "type": "traceroute",
        "result": [{"hop": at, "result": found} for at, found in enumerate(answers, start=1)],
    }
