"""Internet: the route from A to B, hop by hop, whether it can avoid networks, and what one change changes."""

from time import monotonic
from typing import Annotated, Any

from provenet.core.settings import Option, Settings, Words, settings_class
from provenet.tools.internet import CHANGES, MOST_SOURCES, OpenInternet
from provenet.web.page import Html, Page, Reply, Route, Visit


@settings_class()
class RouteQuestion(Settings):
    """From where, to where, and what to avoid."""

    source: Annotated[str | None, Option(metavar="A", help="Where the route begins: an AS number or a name.")] = None
    destination: Annotated[str | None, Option(metavar="B", help="Where it ends: an AS number or a name.")] = None
    avoid: Annotated[
        Words,
        Option(
            metavar="NETWORKS", help="What it should not cross: AS numbers, names, country:CN, or a tag such as gov:CN."
        ),
    ] = ()
    back: Annotated[bool, Option(help="Explain the way back too.")] = False


@settings_class()
class ChangeQuestion(Settings):
    """Which network changes, how, and for whose routes."""

    network: Annotated[str | None, Option(help="The network that changes: an AS number or a name.")] = None
    how: Annotated[str, Option(choices=CHANGES, help="Gone, or added to what should not be crossed.")] = CHANGES[0]
    source: Annotated[
        Words,
        Option(
            metavar="NETWORKS",
            help=f"Whose routes: country:DE, a tag, AS numbers; of more than {MOST_SOURCES}, {MOST_SOURCES} are drawn.",
        ),
    ] = ()
    avoid: Annotated[Words, Option(metavar="NETWORKS", help="What routes should not cross, as it is today.")] = ()


def internet(visit: Visit) -> Reply:
    """The route between two networks."""
    question = visit.question_as(RouteQuestion)
    answer: dict[str, Any] | None = None
    if visit.internet is not None and question.source and question.destination:
        answer = visit.internet.route(question.source, question.destination, _words(question.avoid), back=question.back)
    return _page(
        visit, "internet.html.j2", visit.tongue.text("Routes over the Internet"), question=question, answer=answer
    )


def change(visit: Visit) -> Reply:
    """What a network's going, or its marking, changes for the routes of up to 500 sources."""
    question = visit.question_as(ChangeQuestion)
    answer: dict[str, Any] | None = None
    began = monotonic()
    if visit.internet is not None and question.network:
        sources, avoid = _words(question.source), _words(question.avoid)
        answer = visit.internet.change(sources, question.network, question.how, restricted=avoid)
        answer = {**answer, "seconds": monotonic() - began}
    return _page(
        visit, "internet_change.html.j2", visit.tongue.text("If one network changes"), question=question, answer=answer
    )


def _page(visit: Visit, template: str, title: str, *, question: Settings, answer: dict[str, Any] | None) -> Html:
    from provenet.tools.route import REASON_WORDS, RUNG_WORDS, label

    words = {"question": question, "answer": answer, "label": label, "rungs": RUNG_WORDS, "reasons": REASON_WORDS}
    return Html(template=template, title=title, words={**words, "graph": _graph(visit.internet)})


def _graph(internet: OpenInternet | None) -> dict[str, Any] | None:
    """What the page says of the graph that was given."""
    if internet is None:
        return None
    opened, names = internet.opened, internet.names
    return {
        "file": opened.links.name,
        "digest": opened.links.digest,
        "networks": opened.core.topology.node_count,
        "links": len(opened.links.provider) + len(opened.links.peer_a),
        "has_names": bool(names.name),
        "tags": sorted(names.tags),
    }


def _words(words: tuple[str, ...]) -> list[str]:
    """The words of a field in which several may stand with commas or blanks around them."""
    return [part.strip() for word in words for part in word.split(",") if part.strip()]


PAGE = Page(
    key="internet",
    title="Internet",
    place=80,
    public=False,
    is_filled=lambda visit: visit.internet is not None,
    routes=(
        Route(path="/internet", answer=internet, question=RouteQuestion),
        Route(path="/internet/change", answer=change, question=ChangeQuestion),
    ),
)
