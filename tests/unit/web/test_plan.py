"""The pages Plan, Aid and Jobs: what is stored, with its proof, and the same anew within other limits as a job."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from provenet.case import lock
from provenet.case.case import Case
from provenet.core.errors import UsageFault
from provenet.core.language import ENGLISH
from provenet.web.app import address
from provenet.web.jobs import Jobs
from provenet.web.page import DaysQuestion, Html, Visit
from provenet.web.pages import aid as aid_page
from provenet.web.pages import jobs as jobs_page
from provenet.web.pages import plan as plan_page
from provenet.web.reading import NotFound, Reading
from provenet.web.site import site_files
from provenet.web.stored_answers import StoredAnswer
from support.copies import copied_case
from support.plan_case import packs, small_made  # noqa: F401
from support.web_client import client
from unit.web.answered_case import answered, shown_to_all, until

if TYPE_CHECKING:
    from starlette.testclient import TestClient

LIMITED = "Rules in force; a budget of JPY 1 million; 4 crews of each carrier; last days of rules ignored"


@pytest.fixture(scope="module")
def made(small_made: Case, packs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:  # noqa: F811
    return answered(small_made.path, packs, tmp_path_factory.mktemp("answered"))


@pytest.fixture(scope="module")
def app(made: Path) -> TestClient:
    return client(made)


@pytest.fixture(scope="module")
def shown(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shown_to_all(made, tmp_path_factory.mktemp("shown"))


@pytest.fixture(scope="module")
def strangers(shown: Path) -> TestClient:
    return client(shown, public=True)


def runs(case: Path, table: str) -> dict[str, str]:
    """The runs of a table: the first with a budget of its own, and the one without."""
    rows = Case.open(case).read_latest(table).select("run_id", "budget_amount").iter_rows()
    return {("limited" if amount else "free"): run for run, amount in rows}


def page(app: TestClient, path: str, **words: str) -> str:
    found = app.get(path, params=words or None)
    assert found.status_code == 200, found.text
    return unescape(found.text)


def forms_of(text: str) -> list[str]:
    return re.findall(r'<form method="post" action="([^"]+)"', text)


def test_the_plans_of_a_country_stand_in_one_table(app: TestClient, made: Path) -> None:
    text = page(app, "/plan")
    assert "<h1>Plan</h1>" in text and "Plans for Japan" in text
    assert text.index(">Rules in force<") < text.index(f">{LIMITED}<")
    for run in runs(made, "plan").values():
        assert f'href="/plan/japan/{run}"' in text
    assert "Lots that go" in text


def test_a_plan_is_drawn_and_stands_beside_its_drawings_as_tables(app: TestClient) -> None:
    text = page(app, "/plan/japan")
    assert "In cash, what the rules in force require would cost" in text
    for words in ("Lots over quarters, by carrier and class", "Money spent, by quarter and cumulative"):
        assert f'aria-label="{words}"' in text
    for caption in ("Lot by lot", "Quarter by quarter", "The plan", "Options side by side"):
        assert re.search(f"<caption[^>]*>{caption}", text)
    assert text.count("<h1>") == 1
    assert "Inputs that no source gives" in text and "certified" in text
    assert "This plan stores no curve between cost and exposure." in text
    assert len(set(re.findall(r'<a class="fig" href="/figure/(step-[0-9a-f]{16})">', text))) == 22
    assert "built-in method" not in text


def test_a_form_offers_the_limits_of_the_plan(app: TestClient) -> None:
    text = page(app, "/plan/japan")
    names = set(re.findall(r'(?:input|select)[^>]* name="([a-z_]+)"', text))
    assert {"csrf", "budget_million", "deadline", "crews", "to", "objective", "seconds", "robust", "deadlines"} <= names
    assert {"fix", "packs", "country", "as_of"}.isdisjoint(names)
    blocks = dict(re.findall(r'<script type="application/json" id="([a-z-]+)">(.*?)</script>', text))
    budgets, quarters = json.loads(blocks["budgets"]), json.loads(blocks["quarters"])
    assert (budgets["0"], budgets["10"]) == ("JPY 0", "no limit")
    assert (quarters["0"], quarters["11"]) == ("31 March 2027", "31 December 2029")
    assert re.search(r'name="deadline" min="0" max="\d+" step="1" value="11"', text)
    assert re.findall(r'name="to" value="([a-z]+)" checked', text) == ["bolt", "cord"]


def test_two_plans_stand_side_by_side_with_a_sentence(app: TestClient, made: Path) -> None:
    both = runs(made, "plan")
    text = page(app, f"/plan/japan/{both['limited']}", beside=both["free"])
    (says,) = re.findall(r'aria-label="What changed"><p data-announce>(.*?)</p>', text)
    assert says.startswith(f"“{LIMITED}” instead of “Rules in force”. Lots: ")
    assert "Lots that go: " in says and " instead of " in says
    same = page(app, f"/plan/japan/{both['free']}", beside=both["free"])
    assert "What changed" not in same


def test_the_certificate_is_checked_now(app: TestClient, made: Path) -> None:
    text = page(app, f"/plan/japan/{runs(made, 'plan')['free']}/certificate")
    assert "Everything stated holds." in text
    assert "The rows of the run say what its schedule says." in text


NOWHERE = (
    "/plan/atlantis /plan/japan/plan-0123456789abcdef /plan/japan/..%2f..%2fetc /aid/atlantis /jobs/7 /jobs/7/events"
)


@pytest.mark.parametrize("path", [*NOWHERE.split(), "/aid/japan/fund-0123456789abcdef"])
def test_nothing_stands_there(app: TestClient, path: str) -> None:
    assert app.get(path).status_code == 404


def test_a_country_without_a_plan_on_a_day(made: Path) -> None:
    with pytest.raises(NotFound, match="Days with runs"):
        plan_page.PLANS.first_page(visit(made, {"country": "japan"}, DaysQuestion(as_of="2018-11-23")))


def visit(
    case: Path, path: dict[str, str], question: Any = None, form: dict[str, object] | None = None, **more: Any
) -> Visit:
    return Visit(
        reading=Reading(Case.open(case), public=False),
        link=address,
        tongue=ENGLISH,
        path=path,
        question=question,
        form=form or {},
        csrf="sealed",
        may_write=True,
        **more,
    )


UNMOVED = {
    **dict.fromkeys(("deadline", "deadline_was"), "11"),
    **dict.fromkeys(("crews", "crews_was", "unlimited_from"), "10"),
    "to_whole": "bolt cord",
}


@pytest.mark.parametrize(
    ("form", "changed"),
    [
        ({**UNMOVED, "budget_million": "10", "to": ["bolt", "cord"]}, {}),
        ({"budget_million": "3"}, {"budget": "3M JPY/2026"}),
        ({**UNMOVED, "deadline": "7"}, {"by": "2028-12-31"}),
        ({**UNMOVED, "crews": "6"}, {"crews": 6.0}),
        ({**UNMOVED, "to": "cord"}, {"to": ["cord"]}),
        ({"boxes": "on", "robust": "on", "deadlines": "on"}, {"robust": True, "deadlines": False}),
        ({"boxes": "on"}, {}),
        ({"objective": "cost", "seconds": "2.5"}, {"objective": "cost", "seconds": 2.5}),
        ({"packs": "/etc", "fix": "/etc/passwd", "country": "Italy", "as_of": "2018-11-23"}, {}),
    ],
)
def test_what_a_form_changes(made: Path, form: dict[str, object], changed: dict[str, object]) -> None:
    stored = plan_page.PLANS.of_run(Reading(Case.open(made), public=False), "Japan", runs(made, "plan")["free"])
    settings = plan_page._settings_anew(stored, visit(made, {}, form=form))
    before = {"as_of": "2026-11-25", "known_on": None, "objective": "exposure"}
    assert settings.stored() == {**before, **changed}
    assert (settings.country, settings.packs, settings.fix) == (("Japan",), (), None)


@pytest.mark.parametrize("form", [{"deadline": "999"}, {"deadline": "-1"}, {"budget_million": "many"}, {"crews": "0"}])
def test_limits_that_make_no_sense_are_refused(app: TestClient, made: Path, form: dict[str, str]) -> None:
    found = app.post(f"/plan/japan/{runs(made, 'plan')['free']}", data=form)
    assert found.status_code == 400, found.text
    assert "expected" in found.text


def test_a_plan_is_made_anew_as_a_job(made: Path, tmp_path: Path) -> None:
    own = copied_case(made, tmp_path / "case")
    app, free = client(own), runs(own, "plan")["free"]
    form = {"budget_million": "2", "unlimited_from": "10", "boxes": "on", "deadlines": "on"}
    with lock.held(own):
        refused = app.post(f"/plan/japan/{free}", data=form)
        assert refused.status_code == 409 and "another writer holds this case" in refused.text
        begun = app.post(f"/plan/japan/{free}", data={**form, "wait": "on"})
        assert begun.status_code == 303
        assert begun.headers["location"] == f"/plan/japan/{free}?job=1"
        text = page(app, begun.headers["location"])
        assert 'data-job="/jobs/1/events"' in text and "/jobs/1/cancel" in forms_of(text)
        second = app.post("/jobs", data={"verb": "check", "as_of": "2026-11-25"})
        assert second.status_code == 409
        assert "Somebody else is writing: plan" in second.text
        assert 'name="wait" value="on"' in second.text and 'name="verb" value="check"' in second.text
    with app.stream("GET", "/jobs/1/events") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        events = "".join(stream.iter_text())
    end = json.loads(events.rpartition("event: end\ndata: ")[2].partition("\n")[0])
    assert (end["state"], end["text"]) == ("done", "Done: plan.")
    new = page(app, end["address"])
    assert "a budget of JPY 2 million; last days of rules ignored” instead of “Rules in force”" in new
    assert f'href="/plan/japan/{free}"' in new
    last = re.findall(r"id: (\d+)", events)[-1]
    with app.stream("GET", "/jobs/1/events", headers={"last-event-id": last}) as stream:
        assert "".join(stream.iter_text()) == ""
    job = page(app, "/jobs/1")
    assert "--budget 2M JPY/2026" in job and "Done: plan." in job and end["address"] in job
    assert "Job 1" in page(app, "/jobs")


def test_strangers_see_what_is_stored_and_start_nothing(strangers: TestClient, made: Path) -> None:
    free = runs(made, "plan")["free"]
    text = page(strangers, f"/plan/japan/{free}")
    assert forms_of(text) == [] and "/certificate" not in text and "/jobs" not in text
    assert forms_of(page(strangers, "/aid/japan")) == []
    for path in ("/jobs", "/jobs/1", f"/plan/japan/{free}/certificate"):
        assert strangers.get(path).status_code == 404
    assert strangers.post(f"/plan/japan/{free}", data={"budget_million": "2"}).status_code == 405


def test_what_was_only_tried_is_nobody_elses(made: Path) -> None:
    free = runs(made, "plan")["free"]
    assert client(made, public=True).get(f"/plan/japan/{free}").status_code == 404


def test_the_static_site_holds_every_plan_and_answer(made: Path, shown: Path) -> None:
    files = site_files(Reading(Case.open(shown), public=True))
    both, (fund,) = runs(made, "plan"), runs(made, "fund").values()
    names = {
        "plan.html",
        "plan-japan.html",
        "aid.html",
        "aid-japan.html",
        *(f"plan-japan-{run}.html" for run in both.values()),
    }
    names |= {f"aid-japan-{fund}.html", f"aid-japan-{fund}-offer-north.html", f"aid-japan-{fund}-offer-south.html"}
    assert names <= set(files)
    text = files[f"aid-japan-{fund}.html"].decode()
    assert "<form" not in text.partition("<main")[2].partition("</main>")[0]
    assert f'href="aid-japan-{fund}-offer-north.html"' in text


def test_a_budget_is_read_on_the_stored_curve(app: TestClient, made: Path) -> None:
    (fund,) = runs(made, "fund").values()
    text = page(app, f"/aid/japan/{fund}")
    assert 'data-drag-mark="budget"' in text and re.search(r'<circle[^>]* data-mark transform="translate\(', text)
    (says,) = re.findall(r'<p class="lead" data-announce>(.*?)</p>', text)
    assert says.startswith("Within JPY 1.5 million the stored curve reaches ")
    none = page(app, f"/aid/japan/{fund}", budget="0")
    assert "Within JPY 0 the stored curve reaches " in none
    places = json.loads(re.findall(r'id="budget-places">(.*?)</script>', text)[0])
    assert places[0]["value"] == 0 and places == sorted(places, key=lambda one: one["value"])
    for budget in ("-1", "nan", "inf", "many", "1e99"):
        assert app.get(f"/aid/japan/{fund}", params={"budget": budget}).status_code == 400


def test_mechanisms_awards_and_offer_sheets(app: TestClient, made: Path) -> None:
    (fund,) = runs(made, "fund").values()
    text = page(app, f"/aid/japan/{fund}")
    for word in ("pay-as-bid auction", "loan guarantee", "Who is offered what", "Inputs that no source gives"):
        assert word in text
    sheet = page(app, f"/aid/japan/{fund}/offer/north")
    assert "<h1>Offer to North</h1>" in sheet and "Claims on both sides" in sheet and "data-print" in sheet
    assert "Against buying from these vendors" in sheet and "In reply, or to the contrary" in sheet
    assert "Offer to South" not in sheet
    assert app.get(f"/aid/japan/{fund}/offer/west").status_code == 404


def test_an_answer_by_a_mechanism_of_old_keeps_its_page_and_is_not_asked_again(
    app: TestClient, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (fund,) = runs(made, "fund").values()
    monkeypatch.setattr(StoredAnswer, "repeated", lambda *_, **__: {"as_of": "2026-11-25", "mechanism": "pro-rata"})
    text = page(app, f"/aid/japan/{fund}")
    assert "pro-rata is no longer offered; expected one of: offers, pay-as-bid auction, loan guarantee." in text
    assert 'name="budget_million"' not in text
    again = app.post(f"/aid/japan/{fund}", data={"budget_million": "1"})
    assert again.status_code == 400 and "pro-rata is no longer offered" in again.text


@pytest.mark.slow
def test_aid_is_worked_out_anew_as_a_job(made: Path, tmp_path: Path) -> None:
    own = copied_case(made, tmp_path / "case")
    app, (fund,) = client(own), runs(own, "fund").values()
    begun = app.post(f"/aid/japan/{fund}", data={"budget_million": "1", "mechanism": "pay-as-bid auction"})
    assert begun.headers["location"] == f"/aid/japan/{fund}?job=1"
    with app.stream("GET", "/jobs/1/events") as stream:
        events = "".join(stream.iter_text())
    end = json.loads(events.rpartition("event: end\ndata: ")[2].partition("\n")[0])
    assert end["state"] == "done", events
    text = page(app, end["address"])
    (says,) = re.findall(r'aria-label="What changed"><p data-announce>(.*?)</p>', text)
    assert says.startswith("“JPY 1 million, by pay-as-bid auction” instead of “JPY 1.5 million, by offers”. ")


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({}, "verb: found ''"),
        ({"verb": "serve"}, "verb: found 'serve'"),
        ({"verb": "add", "files": "/etc/passwd"}, "verb: found 'add'"),
        ({"verb": "plan", "as_of": "soon"}, "--as-of: no such day"),
        ({"verb": "retract", "reason": "wrong"}, "--what: it is missing."),
    ],
)
def test_what_cannot_be_started(app: TestClient, form: dict[str, str], says: str) -> None:
    found = app.post("/jobs", data=form)
    assert found.status_code == 400
    assert says in unescape(found.text)


def test_a_case_is_brought_up_to_date_from_the_page_of_jobs(made: Path, tmp_path: Path) -> None:
    app = client(copied_case(made, tmp_path / "case"))
    assert forms_of(page(app, "/jobs")) == ["/jobs"]
    assert app.post("/jobs", data={"verb": "run"}).headers["location"] == "/jobs/1"
    with app.stream("GET", "/jobs/1/events") as stream:
        assert '"state": "done"' in "".join(stream.iter_text())


def test_a_job_from_a_form_is_cancelled_by_a_form(made: Path, tmp_path: Path) -> None:
    own = copied_case(made, tmp_path / "case")
    before = Case.open(own).runs().height
    app = client(own)
    begun = app.post("/jobs", data={"verb": "check", "as_of": "2026-11-25", "packs": "/etc"})
    assert begun.headers["location"] == "/jobs/1"
    assert app.post("/jobs/1/cancel").headers["location"] == "/jobs/1"
    with app.stream("GET", "/jobs/1/events") as stream:
        events = "".join(stream.iter_text())
    end = json.loads(events.rpartition("event: end\ndata: ")[2].partition("\n")[0])
    assert end["state"] in ("cancelled", "done")
    assert Case.open(own).runs().height in (before, before + 1)
    text = page(app, "/jobs/1")
    assert "--as-of=2026-11-25" in text and "/etc" not in text


def test_jobs_are_for_whoever_holds_the_case(made: Path) -> None:
    with pytest.raises(NotFound, match="background"):
        jobs_page.jobs_of(visit(made, {}))
    jobs = Jobs(made)
    assert jobs_page.jobs_of(visit(made, {}, jobs=jobs)) is jobs
    reply = jobs_page.jobs(visit(made, {}, jobs=jobs))
    assert isinstance(reply, Html)
    with pytest.raises(UsageFault, match="verb"):
        jobs_page.start(visit(made, {}, form={"verb": ["plan", "fund"]}, jobs=jobs))
    assert aid_page.PAGE.public and plan_page.PAGE.public and not jobs_page.PAGE.public
    until(lambda: jobs.listed() == [])
