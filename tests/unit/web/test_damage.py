"""A case that is damaged: its holder reads what is broken and where, strangers read no place on the machine."""

import shutil
from pathlib import Path

import pytest
from tests.unit.web.conftest import Caller

from provenet.case.case import Case
from provenet.web.page import pages
from provenet.web.reading import DAMAGED, Reading

API = ("/api/case", "/api/tables/party", "/api/tables/market_share")


def spoil(case: Path, part: str) -> None:
    """Breaks a part of a case."""
    place = case / part
    if place.is_dir() and part.endswith("_delta_log"):
        (place / f"{1:020}.json").write_text("{", "utf-8")
    elif place.is_dir():
        for file in place.rglob("*.parquet"):
            file.write_bytes(file.read_bytes()[:-9] + b"\\0" * 9)
    elif place.exists():
        place.write_text("[", "utf-8")


def addresses(case: Path) -> list[str]:
    """Public addresses of a case that is whole: one of each route."""
    reading = Reading(Case.open(case), public=True)
    found = ["/"]
    for page in pages():
        for route in page.routes if page.public else ():
            words = next(iter(route.addresses(reading)), None) if route.addresses else None
            if words is not None:
                found.append(route.path.format(**words) if "{" in route.path else route.path)
    return found


@pytest.mark.parametrize(
    "part",
    [
        "tables/party",
        "tables/market_share",
        "tables/vendor_share",
        "tables/run",
        "tables/party/_delta_log",
        "case.toml",
    ],
)
def test_no_path_of_the_machine_reaches_a_public_page_and_the_holder_reads_it(
    part: str, small_folder: Path, tmp_path: Path, caller: Caller
) -> None:
    case = Path(shutil.copytree(small_folder, tmp_path / "case"))
    asked = addresses(case)
    spoil(case, part)
    seen = {public: [caller(case, public=public).get(one) for one in (*asked, *API)] for public in (True, False)}
    for response in seen[True]:
        assert str(tmp_path) not in response.text, (
            response.url,
            response.text[max(0, (at := response.text.find(str(tmp_path))) - 300) : at + 300],
        )
        assert response.status_code < 500, response.url
    assert any(DAMAGED in response.text for response in seen[True])
    assert any(str(case) in response.text for response in seen[False])
