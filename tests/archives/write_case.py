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
from provenet.case.profiles import facts_column
from provenet.case.structs import assumptions_cell

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


def fill_structs(case: Case) -> None:
    """Runs with every kind of setting, and rows whose cells hold facts, origins and flips. Format 1 held their text."""
    settings = {
        "policy": "zz", "country": "Deutschland \u2028", "as_of": "2026-11-25", "known_on": None, "robust": True,
        "assume": {"action": "new", "trigger \u2028": "2027-12-31"}, "listed": ["a=b", "c"], "none": [], "nudge": 0.25,
        "seed": 20181123, "whole": 2.0, "empty": {},
    }  # fmt: skip
    verdict = {
        "pack": "zz", "pack_title": "A pack", "issuer": "nobody", "force": "law", "country": "Deutschland",
        "vendor_id": "huawei", "asset_class": "ran", "layer": "hardware", "action": "new",
        "as_of_on": date(2026, 11, 25), "outcome": "undetermined", "rules_in_force": 1, "reason": "r", "open_tests": [],
        "if_settled": ["restricted"], "disputed": True, "hangs_on_disputed": True, "claims_for": [],
        "claims_against": [], "formula": "rules", "inputs": ["party:huawei"],
    }  # fmt: skip
    facts = [
        {"asserts": ["c-1"], "decided_by": [], "denies": ["c-2"], "fact": "state \"control\"", "step": "disputed",
         "value": None},
        {"asserts": [], "decided_by": ["gov-zz"], "denies": ["c-4"], "fact": "trusted", "step": "latest act",
         "superseded": ["c-3", "c-2"], "value": False},
        {"asserts": [], "decided_by": [], "denies": [], "fact": "listed", "step": "r\n\t\\", "value": True},
    ]  # fmt: skip
    origins = [
        {"anonymous": [], "fact": "trusted", "named": ["c-4", "Ein Amt: \u00fc"], "stance": "denies"},
        {"anonymous": ["c-1"], "fact": "trusted", "named": [], "stance": "asserts"},
    ]
    flips = [
        {"claims": [{"change": "falls", "claim_id": "c-1"}], "outcome": "clear"},
        {"claims": [{"change": "falls", "claim_id": "c-2"}, {"change": "reversed", "claim_id": "c-4"}],
         "outcome": "restricted", "with": ["c-5"]},
    ]  # fmt: skip
    with case.writer("screen", settings, {"packs": "", **case.digest(["party"])}) as run:
        run.append(
            "verdict",
            [
                verdict | {
                    "verdict_id": "v-1", "facts": facts, "origins": origins, "flip_sets": flips,
                    "assumed": assumptions_cell(settings["assume"]),
                    "asset_facts": facts_column((("vendor_role", "maker"), ("vendor_role", '\u00fc,"value":'))),
                },
                verdict | {
                    "verdict_id": "v-2", "facts": [], "origins": [], "flip_sets": [], "assumed": [],
                    "asset_facts": None,
                },
                verdict | {"verdict_id": "v-3", "facts": facts[:1], "assumed": []},
            ],
        )  # fmt: skip
    with case.writer("expose", {"country": "Deutschland"}, case.digest(["verdict"])):
        pass
    plan = {
        "plan_id": "p-1", "country": "Deutschland", "objective": "exposure", "scenario": True, "packs": ["zz"],
        "policy_says": "as if", "assumed_facts": assumptions_cell({"hrs_list: ZTE": "listed", "annex_ii": "true"}),
        "status": "optimal", "proof": "certified", "discount_share": 0.03, "first_on": date(2027, 1, 1),
        "by_on": date(2027, 12, 31), "period_count": 4, "period_says": "quarter", "lot_count": 1, "swapped_count": 1,
        "unpriced_count": 0, "headline": "h", "unanswered": [], "clash": [], "relief": [], "binding": [], "assumed": [],
        "input_count": 0, "assumed_count": 0, "as_of_on": date(2026, 11, 25), "label": "l", "formula": "f",
        "inputs": [],
    }  # fmt: skip
    with case.writer("plan", {"country": "Deutschland"}, case.digest(["verdict"])) as run:
        run.append("plan", [plan, plan | {"plan_id": "p-2", "assumed_facts": []}])


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
        fill_structs(case)
        pack(case.path, archive)


if __name__ == "__main__":
    main(sys.argv[1])
