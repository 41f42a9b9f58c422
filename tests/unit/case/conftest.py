"""A tiny hand-made case: two vendors, one published share with its page, one figure that rests on it."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from provenet.case.case import Case
from support.copies import copied_case

FILE = b"geo,vendor,percent\nGermany,Huawei+ZTE,57\n"

Make = Callable[..., dict[str, object]]


def build_row(table: str, key: str, **cells: object) -> dict[str, object]:
    """A row of a table from a few cells; the cells that every such row needs are filled in."""
    read = {"row_id": f"{table}-{key}", "file_id": "0" * 64, "locator": f"{table}.csv row 2", "reading": "not stated"}
    computed = {"formula": "as published", "inputs": []}
    return {**(computed if table in RESULTS else read), **DEFAULTS.get(table, {}), **_key(table, key), **cells}


@pytest.fixture
def row() -> Make:
    """Builds a row of a table: `build_row`."""
    return build_row


RESULTS = ("vendor_share", "verdict", "finding")
KEYS = {
    "source": "source_id",
    "party": "party_id",
    "claim": "claim_id",
    "site": "site_id",
    "vendor_share": "share_id",
    "finding": "finding_id",
}
DEFAULTS: dict[str, dict[str, object]] = {
    "source": {"title": "A page", "kind": "press", "kind_by": "mended"},
    "party": {"name": "A party", "role": "vendor", "segments": []},
    "identifier": {"party_id": "huawei", "scheme": "name", "value": "Huawei"},
    "claim": {"vendor_ids": [], "topic": "t", "speaker": "A speaker", "stance": "asserts", "paraphrase": "Says so"},
    "site": {"name": "A site", "country": "DE"},
    "finding": {"kind": "k", "severity": "error", "place": "p", "says": "s", "repair": "r"},
    "market_share": {
        "geo": "DE", "level": "country", "segment": "4G RAN", "asset_class": "ran", "generation": "4G",
        "vendor_ids": ["huawei", "zte"], "complement": False, "vendors_says": "Huawei+ZTE", "percent": "57",
        "qualifier": "=", "low_share": 0.57, "high_share": 0.57, "low_open": False, "high_open": False,
        "measure": "share of subscribers", "measure_kind": "subscribers", "as_of": "2020", "forecast": False,
    },
    "vendor_share": {
        "country": "DE", "asset_class": "ran", "segment": "4G RAN", "vendor_ids": ["huawei", "zte"],
        "complement": False, "measure": "share of subscribers", "measure_kind": "subscribers", "low_share": 0.57,
        "high_share": 0.57, "low_open": False, "high_open": False, "coverage_share": 1.0, "as_of": "2020",
        "as_of_on": date(2026, 11, 25), "method": "published", "later_estimate": False, "to_be_checked": False,
        "label": "Subscribers in Germany on 4G radio of Huawei or ZTE",
    },
}  # fmt: skip


def _key(table: str, key: str) -> dict[str, object]:
    return {KEYS[table]: key} if table in KEYS else {}


@pytest.fixture
def case(tmp_path: Path, new_case: Callable[..., Case]) -> Case:
    """An empty case."""
    return new_case(tmp_path / "case", "A case")


@pytest.fixture
def told(told_made: Case, tmp_path: Path) -> Case:
    """The case with one published share, its page and file, and the figure that rests on it."""
    return Case.open(copied_case(told_made.path, tmp_path / "case"))


@pytest.fixture(scope="session")
def told_made(tmp_path_factory: pytest.TempPathFactory, new_case: Callable[..., Case]) -> Case:
    """That case, made once; copy it before you write to it."""
    case, row = new_case(tmp_path_factory.mktemp("told") / "case", "A case"), build_row
    with case.writer("add", {}, {"shares.csv": "1"}) as run:
        file_id = run.put_source(FILE)
        page = {"file_id": file_id, "locator": "shares.csv row 2", "reading": "read in the source"}
        run.append("party", [row("party", "huawei", name="Huawei", **page), row("party", "zte", name="ZTE", **page)])
        run.append(
            "source",
            [
                row(
                    "source", "reuters-2020", title="Three European countries have only Chinese gear",
                    url="https://example.org/reuters", published="2020-06-30", **page,
                )
            ],
        )  # fmt: skip
        run.append("market_share", [row("market_share", "1", source_id="reuters-2020", **page)])
    with case.writer("depend", {"as_of": "2026-11-25"}, case.digest(["market_share"])) as run:
        run.append("vendor_share", [row("vendor_share", "vs-1", inputs=["market_share:market_share-1"])])
    return case
