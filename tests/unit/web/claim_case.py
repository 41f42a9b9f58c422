"""A case of a few claims on two vendors, with the verdicts of one policy that tests what they say."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import provenet
from provenet.case.case import Case
from provenet.core.language import ENGLISH
from provenet.core.settings import Settings
from provenet.web.app import address
from provenet.web.chrome import rendered
from provenet.web.page import Html, Page, Reply, Visit
from provenet.web.reading import Reading

DAY = date(2026, 11, 25)
POLICY = "legal-compulsion"
PLACED = {"file_id": "0" * 64, "locator": "claims.csv row 2", "reading": "read in the source", "source_id": "paper"}
CLAIMS = (
    (
        "A-1",
        "acme",
        "asserts",
        "2018-05-01",
        {"paraphrase": "Says the state <b>can</b> compel Acme", "quote": "It can."},
    ),
    ("A-2", "acme", "denies", "2020-02-03", {"answers_claim_id": "A-1", "speaker": "Acme", "speaker_kind": "vendor"}),
    (
        "A-3",
        "acme",
        "qualifies",
        "2021-02-03",
        {"answers_claim_id": "A-2", "fact": None, "reliability": "b", "credibility": "2"},
    ),
    ("B-1", "bolt", "asserts", "2019-06-07", {"topic": "ownership"}),
)


def claim_row(key: str, vendor: str, stance: str, said: str, more: Mapping[str, Any]) -> dict[str, Any]:
    """A claim on the fact that the policy tests, by a speaker of its own."""
    day = date.fromisoformat(said)
    return {
        **PLACED,
        "row_id": f"claim-{key}",
        "claim_id": key,
        "vendor_ids": [vendor],
        "topic": "legal compulsion",
        "speaker": f"Speaker of {key}",
        "stance": stance,
        "said": said,
        "said_low_on": day,
        "said_high_on": day,
        "paraphrase": "Says so",
        "fact": "home_state_can_compel",
        **more,
    }


def claim_case(folder: Path) -> Path:
    """The case, in a new folder."""
    case = Case.new(folder, "Claims")
    source = {
        "source_id": "paper",
        "row_id": "paper",
        "title": "A paper",
        "url": "https://example.org/paper",
        "published": "2018-05-01",
        "published_low_on": date(2018, 5, 1),
        "published_high_on": date(2018, 5, 1),
        "kind": "press",
        "kind_by": "first guess",
        "file_id": "0" * 64,
        "locator": "sources.csv row 2",
        "reading": "read in the source",
    }
    parties = [
        {
            **PLACED, "row_id": f"party-{one}", "party_id": one, "name": one.title(), "role": role, "country": country,
            "segments": [],
        }
        for one, role, country in (("acme", "vendor", "CN"), ("bolt", "vendor", "US"), ("north", "carrier", "DE"))
    ]  # fmt: skip
    with case.writer("add", {"file": "claims.csv"}, {}) as run:
        run.append("source", [source])
        run.append("party", parties)
        run.append("claim", [claim_row(*one) for one in CLAIMS])
    provenet.screen(folder, [POLICY], as_of=DAY)
    return folder


def visited(
    folder: Path, page: Page, path: str, question: Settings | None = None, *, public: bool = True, **words: Any
) -> tuple[Reply, str]:
    """What a page replies to a visit, and its HTML; `words` are the words of the path, or `form`."""
    form = words.pop("form", {})
    (route,) = (one for one in page.routes if one.path == path and (one.method == "POST") == bool(form))
    if question is None and route.question is not None:
        question = route.question()
    place = path.format_map(words)
    visit = Visit(
        reading=Reading(Case.open(folder), public=public),
        link=address,
        tongue=ENGLISH,
        path=words,
        question=question,
        form=form,
        csrf="sealed",
        may_write=not public,
        address=place,
    )
    reply = route.answer(visit)
    return reply, rendered(reply, visit).decode() if isinstance(reply, Html) else ""
