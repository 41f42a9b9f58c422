"""Writes the archive of a release: a tiny case as that release stores it. Run once per release, never again for it.

python tests/archives/write_case.py 0.1.0
"""

import io
import sys
import tarfile
import tempfile
from datetime import date
from pathlib import Path

from provenet.case.case import Case

FILE = b"geo,vendor,percent\nGermany,Huawei+ZTE,57\n"


def fill(case: Case) -> None:
    """Two vendors, one published share with its page, the figure that rests on it, and a page that shows it."""
    with case.writer("add", {}, {"shares.csv": "one"}) as run:
        read = {"file_id": run.put_source(FILE), "locator": "shares.csv row 2", "reading": "read in the source"}
        party = {"role": "vendor", "segments": ["ran"], **read}
        run.append(
            "party",
            [
                {"party_id": "huawei", "name": "Huawei", "row_id": "party-1", "country": "CN", **party},
                {"party_id": "zte", "name": "ZTE", "row_id": "party-2", "note": "=ZTE", **party},
            ],
        )
        page = {"title": "Three countries", "url": "https://example.org/a", "kind": "press", "kind_by": "mended"}
        days = {"published": "2020", "published_low_on": date(2020, 1, 1), "published_high_on": date(2020, 12, 31)}
        run.append("source", [{"source_id": "three-countries", "row_id": "source-1", **page, **days, **read}])
        share = {
            "segment": "4G RAN", "asset_class": "ran", "vendor_ids": ["huawei", "zte"],
            "complement": False, "low_share": 0.57, "high_share": 0.57, "low_open": False, "high_open": False,
            "measure": "share of subscribers", "measure_kind": "subscribers", "as_of": "2020",
        }  # fmt: skip
        published = {
            "level": "country",
            "vendors_says": "Huawei+ZTE",
            "percent": "57",
            "qualifier": "=",
            "forecast": False,
        }
        run.append(
            "market_share",
            [{"row_id": "ms-1", "geo": "DE", "source_id": "three-countries", **share, **published, **read}],
        )
    with case.writer("depend", {"as_of": "2026-11-25"}, case.digest(["market_share"])) as run:
        figure = {
            "share_id": "vs-1", "country": "DE", "coverage_share": 1.0, "as_of_on": date(2026, 11, 25),
            "method": "published", "later_estimate": False, "to_be_checked": False, "formula": "as published",
            "label": "Subscribers on 4G radio of Huawei or ZTE", "inputs": ["market_share:ms-1"],
        }  # fmt: skip
        run.append("vendor_share", [figure | share])
    with case.writer("brief", {}, case.digest(["vendor_share"])) as run:
        run.put_output("germany.html", b"<p>57 %</p>\n")


def pack(folder: Path, archive: Path) -> None:
    """The folder as a tar file whose bytes tell neither who packed it nor when."""
    with tarfile.open(archive, "w:xz") as tar:
        for path in sorted(folder.rglob("*")):
            if path.name == ".lock":
                continue
            entry = tarfile.TarInfo(path.relative_to(folder.parent).as_posix())
            entry.mode = 0o755 if path.is_dir() else 0o644
            if path.is_dir():
                entry.type = tarfile.DIRTYPE
                tar.addfile(entry)
            else:
                data = path.read_bytes()
                entry.size = len(data)
                tar.addfile(entry, io.BytesIO(data))


def main(release: str) -> None:
    archive = Path(__file__).with_name(f"case-{release}.tar.xz")
    if archive.exists():
        raise SystemExit(f"{archive.name} stands already; an archive is never written again.")
    with tempfile.TemporaryDirectory() as folder:
        case = Case.new(Path(folder) / "case", f"As release {release} wrote it")
        fill(case)
        pack(case.path, archive)


if __name__ == "__main__":
    main(sys.argv[1])
