"""The page of the map: layers, days, what changed, the table beside; a day without runs is asked for as a job."""

import json
import re
import sys
import time
from collections.abc import Iterator
from functools import partial
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from provenet.core.errors import EXIT_DONE, EXIT_INPUT
from provenet.web.access import Access
from provenet.web.app import create_app
from provenet.web.jobs import Jobs
from provenet.web.page import Html
from provenet.web.pages.map import PAGE, MapQuestion
from provenet.web.reading import NotFound
from unit.web.claim_case import visited
from unit.web.map_case import NEW, OLD, map_case

PLACE = "/map/{country}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return map_case(tmp_path_factory.mktemp("map") / "case")


def shown(folder: Path, public: bool = False, country: str = "germany", **asked: Any) -> tuple[Any, str]:
    reply, page = visited(folder, PAGE, PLACE, MapQuestion(**asked), public=public, country=country)
    assert isinstance(reply, Html)
    return reply.words, " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def block_of(folder: Path, **asked: Any) -> Any:
    page = visited(folder, PAGE, PLACE, MapQuestion(**asked), public=False, country="germany")[1]
    found = re.search(r'id="map-data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def test_the_newest_day_is_shown_and_the_others_are_a_link_away(folder: Path) -> None:
    words, text = shown(folder)
    assert words["days"] == (NEW, None) and "Compare two days" in text
    assert [one["words"] for one in shown(folder, as_of=OLD, known_on=OLD)[0]["flows"]] == ["50 to 60 %", "10 %"]
    assert "cross a network registered in each country; each route counts once" in text


def test_sites_are_rounded_and_a_carriers_own_are_left_out(folder: Path) -> None:
    words, text = shown(folder)
    assert [one["name"] for one in words["sites"]] == ["Base a", "Base b", "Base c", "Base d"]
    assert {number: (place.lat, place.lon) for number, place in words["places"].items()} == {
        1: (49.5, 10.5),
        2: (49.5, 10.5),
        4: (51.0, 9.0),
    }
    assert "49.3" not in text and "mast" not in text
    sites = block_of(folder)["sites"]
    assert sites[0] == {"lat": 49.5, "lon": 10.5, "label": "Base a +1", "text": "1. Base a\n2. Base b"}
    assert "Base b not stated not stated North <i> latitude 49.5, longitude 10.5" in text


def test_what_is_not_known_is_hatched(folder: Path) -> None:
    block = block_of(folder)
    italy = next(one for one in block["countries"] if one["border"] == "Italy")
    assert (italy["low"], italy["high"], italy["text"]) == (None, None, "Italy: not known")
    assert "url(#verdictshares)" in visited(folder, PAGE, PLACE, MapQuestion(), public=False, country="germany")[1]
    old = next(one for one in block_of(folder, as_of=OLD)["countries"] if one["border"] == "Germany")
    assert (old["low"], old["high"]) == (None, None)


def test_a_drawing_is_chosen_and_the_map_that_moves_has_every_layer_and_name(folder: Path) -> None:
    block = block_of(folder, drawing="routes")
    assert [line["text"] for line in block["lines"]] == ["Germany, United States: 40 to 60 %", "Germany, France: 10 %"]
    assert [one["id"] for one in block["layers"]] == ["countries", "lines", "sites"]
    assert {one["text"] for one in block["labels"]} == {"United States", "France", "Germany", "Italy"}
    assert [one["label"] for one in block["sites"]] == ["Base a +1", "Base d"]
    assert ">Germany</text>" in shown(folder)[0]["svg"]
    words, text = shown(folder, drawing="sites")
    assert words["drawing"] == "sites" and "Base a Base b Base c Base d" in text, "the numbers of the drawing"
    assert shown(folder)[0]["tabs"] == ("shares", "routes", "sites")
    assert shown(folder, country="italy", drawing="sites")[0]["drawing"] == "shares", "a tab without a drawing"


def test_days_and_countries_without_runs_are_not_found(folder: Path) -> None:
    with pytest.raises(NotFound, match="Days with runs: 25 November 2026 and 23 November 2018"):
        shown(folder, as_of="2020-01-01", public=True)
    with pytest.raises(NotFound, match="No dossier of 'france' stands in this case; there are: Germany and Italy"):
        shown(folder, country="france")


def test_strangers_see_no_row_that_no_dossier_links(folder: Path) -> None:
    words, text = shown(folder, public=True)
    assert words["flows"] == [] and words["sites"] == []
    assert "Routes are not known" in text and "No sensitive site of this country is on record" in text
    assert words["shares"][0]["share"]["words"] == "20 to 60 %"


def test_names_are_escaped(folder: Path) -> None:
    page = visited(folder, PAGE, PLACE, MapQuestion(), public=False, country="germany")[1]
    assert "North <i>" not in page and "North &lt;i&gt;" in page


def test_a_case_without_dossiers_says_so(folder: Path, tmp_path: Path) -> None:
    from provenet.case.case import Case

    empty = Case.new(tmp_path / "empty", "Empty").path
    assert "No dossier stands in this case yet" in visited(empty, PAGE, "/map", public=False)[1]


HOST = "127.0.0.1:8350"
DAY = "2020-03-02"
FORM = {"as_of": DAY, "known": "then", "place": "map"}
OWN = {"origin": f"http://{HOST}", "sec-fetch-site": "same-origin"}
STUB = """
import os, sys, time
case = sys.argv[sys.argv.index("--") + 1]
sys.stderr.write("brief: the page names a later day.\\n" if sys.argv[1] == "3" else "")
while os.path.exists(os.path.join(case, "wait")):
    time.sleep(0.02)
print('{"run_id": "screen-0123456789abcdef"}')
sys.exit(int(sys.argv[1]))
"""


@pytest.fixture(scope="module")
def two_days(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return map_case(tmp_path_factory.mktemp("days") / "case")


class Holder:
    """A browser of whoever holds the case, and the jobs of its server."""

    def __init__(self, folder: Path, stub: Path, code: int) -> None:
        self.jobs: Jobs | None = None
        access = Access(frozenset({HOST}), False)
        app = create_app(folder, access)
        self.browser = TestClient(app, base_url=f"http://{HOST}", follow_redirects=False)
        self.browser.get("/", params={"token": access.token})
        self.csrf = access.csrf()

    def ask(self, **fields: str) -> Any:
        """Sends the form."""
        return self.browser.post("/map/germany/day", data={**FORM, "csrf": self.csrf, **fields}, headers=OWN)


@pytest.fixture
def holders(two_days: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Makes a holder whose jobs end with an exit code."""
    (tmp_path / "stub.py").write_text(STUB)
    made: list[Jobs] = []

    def jobs(case: Path, *, code: int) -> Jobs:
        made.append(Jobs(case, program=(sys.executable, str(tmp_path / "stub.py"), str(code))))
        return made[-1]

    def holder(code: int = EXIT_DONE) -> Holder:
        monkeypatch.setattr("provenet.web.app.Jobs", partial(jobs, code=code))
        found = Holder(two_days, tmp_path, code)
        found.jobs = made[-1]
        return found

    yield holder
    (two_days / "wait").unlink(missing_ok=True)
    for one in made:
        one.close()


def ended(holder: Holder) -> Any:
    """The newest job, once it is over."""
    assert holder.jobs is not None
    (job, *_), until = holder.jobs.listed(), time.monotonic() + 60
    while not job.is_over:
        assert time.monotonic() < until
        time.sleep(0.02)
    return job


def text_of(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_the_form_stands_where_somebody_may_write(holders: Any, two_days: Path) -> None:
    holder = holders()
    for place in ("/map/germany", "/country/germany"):
        assert "Answer for this day" in holder.browser.get(place).text, place
    stranger = TestClient(create_app(two_days, Access(frozenset({HOST}), True)), base_url=f"http://{HOST}")
    for place in ("/map/germany", "/country/germany"):
        assert "Answer for this day" not in stranger.get(place).text, place
    assert stranger.post("/map/germany/day", data=FORM, headers=OWN).status_code == 405


def test_a_day_is_asked_as_a_job_that_knows_nothing_later(holders: Any) -> None:
    holder = holders()
    sent = holder.ask()
    assert (sent.status_code, sent.headers["location"]) == (303, "/map/germany?job=1")
    job = ended(holder)
    assert (job.verb, job.words) == ("run", (f"--as-of={DAY}", f"--known-on={DAY}"))
    page = holder.browser.get("/map/germany?job=1").text
    assert f'href="/map/germany?as_of={DAY}&amp;known_on={DAY}">Show that day' in page
    assert f"/map/germany?as_of={DAY}&amp;known_on={DAY}" in holder.browser.get("/jobs/1").text


def test_what_is_known_today_may_enter_if_one_says_so(holders: Any) -> None:
    holder = holders()
    holder.ask(known="now", place="country")
    assert ended(holder).words == (f"--as-of={DAY}",)
    page = holder.browser.get("/map/germany?job=1").text
    assert f'href="/country/germany?as_of={DAY}">Show that day' in page


def test_what_has_no_answer_is_named(holders: Any) -> None:
    holder = holders(EXIT_INPUT)
    holder.ask()
    assert ended(holder).state == "done"
    text = text_of(holder.browser.get("/map/germany?job=1").text)
    assert "Done, but for what the lines name: it has no answer. brief: the page names a later day." in text


def test_a_day_that_has_runs_is_shown_without_a_job(holders: Any) -> None:
    holder = holders()
    sent = holder.ask(as_of="2018-11-23")
    assert (sent.status_code, sent.headers["location"]) == (303, "/map/germany?as_of=2018-11-23&known_on=2018-11-23")
    assert holder.jobs.listed() == []


def test_a_day_without_runs_shows_the_newest_and_offers_to_answer(holders: Any, two_days: Path) -> None:
    page = holders().browser.get(f"/map/germany?as_of={DAY}").text
    assert "No run of this case speaks of 2 March 2020; shown is 25 November 2026." in text_of(page)
    assert re.search(rf'id="other-day" name="as_of" required value="{DAY}"', page)
    stranger = TestClient(create_app(two_days, Access(frozenset({HOST}), True)), base_url=f"http://{HOST}")
    assert stranger.get(f"/map/germany?as_of={DAY}").status_code == 404


def test_a_second_day_waits_its_turn_or_is_refused_with_a_sentence(holders: Any, two_days: Path) -> None:
    holder = holders()
    (two_days / "wait").touch()
    assert holder.ask().status_code == 303
    second = holder.ask(as_of="2021-03-02")
    assert second.status_code == 409
    assert "Somebody else is writing: run" in text_of(second.text)
    assert 'name="as_of" value="2021-03-02"' in second.text
    assert holder.ask(as_of="2021-03-02", wait="on").headers["location"] == "/map/germany?job=2"
    (two_days / "wait").unlink()
    assert ended(holder).words == ("--as-of=2021-03-02", "--known-on=2021-03-02")


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"as_of": "yesterday"}, "no such day; found 'yesterday', expected a day as YYYY-MM-DD."),
        ({"as_of": ""}, "it is missing; expected a day such as 2020-01-30."),
        ({"known": "ever"}, "known: found 'ever', expected one of: then, now."),
        ({"place": "/etc"}, "place: found '/etc', expected one of: map, country."),
    ],
)
def test_words_that_make_no_sense_are_refused(holders: Any, fields: dict[str, str], says: str) -> None:
    holder = holders()
    answer = holder.ask(**fields)
    assert answer.status_code == 400
    assert says in text_of(answer.text)
    assert holder.jobs.listed() == []


def test_a_form_of_another_page_starts_nothing(holders: Any) -> None:
    holder = holders()
    assert holder.ask(csrf="another").status_code == 403
    assert holder.jobs.listed() == []
