"""The pages of claims: both sides at one size, filters, and what changes if a claim falls. Worked by hand."""

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from provenet.web.page import Html
from provenet.web.pages.claims import PAGE, ClaimsQuestion, DaysQuestion
from provenet.web.reading import NotFound
from unit.web.claim_case import CLAIMS, claim_case, visited


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return claim_case(tmp_path_factory.mktemp("claims") / "case")


def shown(folder: Path, **asked: Any) -> list[str]:
    """The claims of each thread on the list, the threads parted by bars."""
    reply, _ = visited(folder, PAGE, "/claims", ClaimsQuestion(**asked))
    assert isinstance(reply, Html)
    threads: Any = reply.words["threads"]
    return ["/".join(one["claim_id"] for one in (*thread["said"], *thread["replies"])) for thread in threads]


def test_a_statement_stands_beside_every_reply(folder: Path) -> None:
    assert shown(folder) == ["A-1/A-2/A-3", "B-1"]
    page = visited(folder, PAGE, "/claims")[1]
    assert "Says the state &lt;b&gt;can&lt;/b&gt; compel Acme" in page and "<b>can</b>" not in page
    assert page.count('<article class="claim"') == len(CLAIMS)
    assert "Statements on record: 2." in page
    assert "No reply is on record. That nobody is on record as denying it does not make it so." in unescape(page)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"about": "bolt"}, ["B-1"]),
        ({"about": "nobody"}, []),
        ({"topic": "ownership"}, ["B-1"]),
        ({"stance": "denies"}, ["A-1/A-2/A-3"]),
        ({"speaker": "speaker of b"}, ["B-1"]),
        ({"since": "2019-06-07", "until": "2019-06-07"}, ["B-1"]),
        ({"since": "2021-02-04"}, []),
        ({"until": "2018-04-30"}, []),
        ({"disputed": True}, ["A-1/A-2/A-3"]),
        ({"text": "COMPEL acme"}, ["A-1/A-2/A-3"]),
        ({"text": "compel", "about": "bolt"}, ["B-1"]),
    ],
)
def test_filters(folder: Path, asked: dict[str, Any], found: list[str]) -> None:
    assert shown(folder, **asked) == found


def test_a_page_beyond_the_last_is_not_found(folder: Path) -> None:
    with pytest.raises(NotFound, match="The list has 1 page"):
        visited(folder, PAGE, "/claims", ClaimsQuestion(page=2))


def test_grades_and_sources_are_printed(folder: Path) -> None:
    page = visited(folder, PAGE, "/claims")[1]
    assert "reliability of the source b, credibility of the statement 2" in page
    assert 'href="https://example.org/paper"' in page


def changes_of(page: str) -> list[str]:
    section = page.partition('id="falls"')[2].partition('id="rests"')[0]
    return [re.sub(r"<[^>]+>|\s+", " ", one).strip() for one in re.findall(r"<h3>(.*?)</h3>", section, re.DOTALL)]


def test_what_changes_if_a_claim_falls(folder: Path) -> None:
    """A-1 asserts and A-2 denies what the policy tests of Acme: undetermined. Without A-2 it is conditional."""
    page = visited(folder, PAGE, "/claims/{claim}", claim="A-2")[1]
    assert [" ".join(one.split()) for one in changes_of(page)] == [
        "If this claim falls or says the opposite: conditional instead of undetermined"
    ]
    page = visited(folder, PAGE, "/claims/{claim}", claim="A-1")[1]
    assert [" ".join(one.split()) for one in changes_of(page)] == [
        "If this claim falls or says the opposite: clear instead of undetermined"
    ]
    page = visited(folder, PAGE, "/claims/{claim}", claim="B-1")[1]
    assert [" ".join(one.split()) for one in changes_of(page)] == [
        "If this claim falls: undetermined instead of conditional",
        "If this claim says the opposite: clear instead of conditional",
    ]


def test_a_claim_leads_to_the_verdicts_that_count_it(folder: Path) -> None:
    page = visited(folder, PAGE, "/claims/{claim}", claim="A-2")[1]
    assert len(set(re.findall(r'href="/figure/(verdict-\w+)"', page.partition('id="rests"')[2]))) > 5
    assert "the fact is disputed" in page
    page = visited(folder, PAGE, "/claims/{claim}", claim="A-3")[1]
    assert "The claim names no fact that a rule could test." in page


def test_claims_that_decide_are_listed(folder: Path) -> None:
    page = visited(folder, PAGE, "/claims")[1]
    assert re.findall(r'href="/claims/([\w-]+)#falls"', page) == ["A-1", "A-2", "B-1"]


def test_what_was_not_known_is_not_there(folder: Path) -> None:
    with pytest.raises(NotFound, match="No claim of this case has the id 'A-9'"):
        visited(folder, PAGE, "/claims/{claim}", claim="A-9")
    with pytest.raises(NotFound, match="Days with runs: 25 November 2026"):
        visited(folder, PAGE, "/claims/{claim}", DaysQuestion(as_of="2018-11-23"), claim="A-1")
