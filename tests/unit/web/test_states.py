"""Citations: every page names the state that it shows, and shows it again when the case has gone on."""

import re
from html import unescape
from pathlib import Path

from tests.unit.web.conftest import HOST, Caller
from tests.unit.web.small_case import brief_again

from provenet.case.case import Case
from provenet.web.reading import Reading


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
