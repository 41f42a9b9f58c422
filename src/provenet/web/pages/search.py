"""Search: countries, parts of dossiers, parties, policies, claims and figures by their words."""

from typing import Annotated

from provenet.core.settings import Option, Settings, settings_class
from provenet.web.page import Html, Page, Reply, Route, Visit
from provenet.web.search_index import MOST, found, nearby


@settings_class()
class SearchQuestion(Settings):
    """Which words."""

    q: Annotated[str | None, Option(help="Words that all stand in what is looked for.")] = None


def search(visit: Visit) -> Reply:
    """What holds every word, the best first."""
    question = visit.question
    assert isinstance(question, SearchQuestion)
    words = question.q or ""
    hits = found(visit.reading, words)
    near = nearby(visit.reading, words) if words and not hits else []
    return Html(
        template="search.html.j2",
        title=visit.tongue.text("Search"),
        words={"searched": words, "hits": hits[:MOST] or near, "is_near": bool(near), "count": len(hits), "most": MOST},
    )


PAGE = Page(
    key="search",
    title="Search",
    place=900,
    in_navigation=False,
    routes=(Route(path="/search", answer=search, question=SearchQuestion),),
)
