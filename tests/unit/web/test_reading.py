"""What a server holds of a case is bounded; damage is told in a sentence; earlier states are those that were."""

import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from pathlib import Path
from threading import Event

import pytest
from tests.unit.web.conftest import HOST, Caller
from tests.unit.web.small_case import brief_again

from provenet.case.case import Case
from provenet.case.tables import tables
from provenet.web import reading as module
from provenet.web.page import pages
from provenet.web.reading import DAMAGED, Reading, Readings

TABLES = ("dossier", "vendor_share", "market_share", "party", "source", "run")


def opened(folder: Path) -> Reading:
    return Reading(Case.open(folder), public=False)


def test_tables_are_held_up_to_a_size_and_read_again_after(small_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = {name: opened(small_folder).table(name) for name in TABLES}
    largest = max(rows.estimated_size() for rows in whole.values())
    monkeypatch.setattr(module, "HELD_BYTES", int(largest))
    reading = opened(small_folder)
    for _ in range(3):
        for name in TABLES:
            assert reading.table(name).equals(whole[name])
            held = [size for size, _ in reading._frames.values()]
            assert sum(held) <= largest or len(held) == 1


def test_a_table_that_is_asked_for_again_stays(small_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HELD_BYTES", 0)
    reading = opened(small_folder)
    first = reading.table("party")
    assert reading.table("party") is first
    reading.table("source")
    assert list(reading._frames) == ["source"]


def test_answers_are_kept_up_to_a_number(small_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HELD_ANSWERS", 3)
    reading, made = opened(small_folder), list[int]()

    def make(at: int) -> int:
        made.append(at)
        return at

    for at in (1, 2, 3, 1, 4, 1, 2):
        assert reading.once(("answer", at), lambda at=at: make(at)) == at  # type: ignore[misc]
        assert len(reading._kept) <= 3
    assert made == [1, 2, 3, 4, 2], "the one asked for last stays"


def test_some_columns_are_those_of_the_rows_that_stand(small_folder: Path) -> None:
    for is_public in (False, True):
        reading = Reading(Case.open(small_folder), public=is_public)
        for name, spec in tables().items():
            columns = [one.name for one in spec.columns][:3]
            few = reading.columns(name, columns)
            assert few.sort(columns).equals(reading.table(name).select(columns).sort(columns)), name
            assert reading.columns(name, columns).height == reading.row_count(name) == few.height


def test_earlier_states_are_kept_open_up_to_a_number(own_folder: Path) -> None:
    readings = Readings(own_folder, public=True)
    states = [readings.newest().digest]
    for word in ("One ", "Two ", "Three ", "Four "):
        brief_again(own_folder, word)
        states.append(readings.newest().digest)
    for state in [*states, *states]:
        found = readings.at(state)
        assert found is not None and found.digest == state
        assert len(readings._earlier) <= module.EARLIER_READINGS


def test_nobody_waits_while_another_reader_opens_a_new_state(own_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    readings = Readings(own_folder, public=True)
    before = readings.newest()
    brief_again(own_folder, "Now ")
    opening, may_go_on = Event(), Event()

    def slow(case: Case, *, public: bool) -> Reading:
        opening.set()
        assert may_go_on.wait(60)
        return Reading(case, public=public)

    monkeypatch.setattr(module, "Reading", slow)
    with ThreadPoolExecutor(1) as other:
        newer = other.submit(readings.newest)
        assert opening.wait(60)
        assert readings.newest() is before
        may_go_on.set()
        assert newer.result().digest != before.digest
    assert readings.newest() is newer.result()


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


def cited(page: str) -> str:
    """The permanent address that a page prints."""
    found = re.search(r'<code id="cite-address">([^<]*)</code>', page)
    assert found is not None
    return unescape(found[1])


def test_the_permanent_address_leaves_out_what_passes(small_folder: Path, caller: Caller) -> None:
    reading = Reading(Case.open(small_folder), public=True)
    page = caller(small_folder).get("/country/germany?as_of=2018-11-23&lang=de").text
    assert cited(page) == f"http://{HOST}/country/germany?as_of=2018-11-23&state={reading.digest}"


def test_the_digest_is_the_same_for_the_same_runs_and_another_for_one_more(own_folder: Path) -> None:
    first = Reading(Case.open(own_folder), public=True).digest
    assert Reading(Case.open(own_folder), public=True).digest == first
    brief_again(own_folder, "Now ")
    assert Reading(Case.open(own_folder), public=True).digest != first


def test_a_cited_page_is_shown_as_it_stood(own_folder: Path, caller: Caller) -> None:
    reader = caller(own_folder)
    before = cited(reader.get("/country/germany?as_of=2018-11-23").text)
    brief_again(own_folder, "Now ")
    assert "Now Acme" in reader.get("/country/germany").text
    page = reader.get(before).text
    assert "the case as it stood on" in page and "Runs recorded since: 1." in page
    assert "On 2018-11-23, Acme" in page
    assert cited(page) == before
    state, now = before.rpartition("=")[2], "/country/germany?as_of=2018-11-23"
    inside = {unescape(one) for one in re.findall(r'href="(/(?!static)[^"#]*)', page)} - {now}
    assert inside and all(f"state={state}" in one for one in inside), "a reader stays in the state"
    assert 'href="/country/germany?as_of=2018-11-23">See this page as it stands now' in page


def test_a_page_that_is_gone_from_the_disk_is_said_to_be_gone(own_folder: Path, caller: Caller) -> None:
    reader = caller(own_folder)
    before = cited(reader.get("/country/germany").text)
    brief_again(own_folder, "Now ")
    page = reader.get(before).text
    assert "Now Acme" not in page
    assert "in the folder `outputs` no more" in page
    assert "On 2026-11-25, Acme." in page


def test_a_state_that_the_case_never_had_is_refused(small_folder: Path, caller: Caller) -> None:
    refusal = caller(small_folder).get("/?state=0000000000000000")
    assert refusal.status_code == 404
    assert "The case has been in no state of that name" in refusal.text


def test_a_reading_does_not_change_while_runs_are_recorded(own_folder: Path) -> None:
    reading = Reading(Case.open(own_folder), public=False)
    brief_again(own_folder, "Now ")
    assert reading.table("dossier").height == 2
    assert Reading(Case.open(own_folder), public=False).digest != reading.digest
    assert all("Now" not in (reading.written(row["html_id"]) or b"").decode() for row in reading.dossiers)
