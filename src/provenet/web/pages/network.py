"""Network: a carrier's own network on a map, what of its traffic meets restricted equipment, also under failures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated

from markupsafe import Markup

from provenet.case.rows import InsideExposureRow
from provenet.core.ids import slug
from provenet.core.settings import Option, Range, Settings, WholeNumber, settings_class
from provenet.web.page import Html, Page, Reply, Route, Visit, has_rows
from provenet.web.reading import NotFound, Reading

if TYPE_CHECKING:
    from provenet.dossier.carrier_page import NetworkView


@settings_class()
class NetworkQuestion(Settings):
    """Which network under which policy, and which failure is played."""

    network: Annotated[str | None, Option(help="The network, by the name that its carrier gives it.")] = None
    pack: Annotated[str | None, Option(metavar="ID", help="The policy whose verdicts count.")] = None
    failure: Annotated[
        WholeNumber, Option(range=Range(low=0), help="Which failure is played: 0 for none, 1 for the worst, and so on.")
    ] = 0


@dataclass(frozen=True)
class _Own:
    """Whose networks were worked out, where, and for which days."""

    carrier: str
    carrier_id: str
    country: str
    as_of: date
    known: date | None


def networks(visit: Visit) -> Reply:
    """The carriers whose own networks were worked out."""
    return Html(
        template="networks.html.j2",
        title=visit.tongue.text("Carriers' own networks"),
        words={"found": _owners(visit.reading)},
    )


def network(visit: Visit) -> Reply:
    """One carrier's networks: the map, its figures, and one failure played."""
    from provenet.dossier.drawings.network_map import network_map

    question = visit.question_as(NetworkQuestion)
    asked = (visit.path["country"], visit.path["carrier"])
    own = next((one for one in _owners(visit.reading) if (slug(one.country), slug(one.carrier)) == asked), None)
    if own is None:
        raise NotFound(f"No network of {visit.path['carrier']!r} was worked out; run: provenet expose CASE --inside")
    views = visit.reading.once(("networks", own), lambda: _views(visit.reading, own))
    view = _chosen(views, question)
    played = view.failures[question.failure - 1] if 0 < question.failure <= len(view.failures) else None
    title = f"{own.carrier}: {view.network}"
    words = {"own": own, "views": views, "view": view, "question": question, "played": played}
    words |= {
        "drawing": Markup(network_map(view.drawn(played), "net", title=title)),
        "placeless": view.drawing.placeless_count,
    }
    return Html(template="network.html.j2", title=title, words=words)


def _chosen(views: tuple[NetworkView, ...], question: NetworkQuestion) -> NetworkView:
    """The network and policy of the question; what it does not name is the first there is."""
    for view in views:
        if question.network in (None, view.network) and question.pack in (None, view.pack):
            return view
    raise NotFound("This carrier has no such network under such a policy.")


def _owners(reading: Reading) -> tuple[_Own, ...]:
    """Carriers with their newest days, by country and name."""
    newest: dict[tuple[str, str], InsideExposureRow] = {}
    for row in reading.finder.of(InsideExposureRow, level="network"):
        key = row["country"], row["carrier_id"]
        if key not in newest or _day(row) > _day(newest[key]):
            newest[key] = row
    return tuple(
        _Own(reading.party_names.get(carrier, carrier), carrier, country, row["as_of_on"], row["known_on"])
        for (country, carrier), row in sorted(newest.items())
    )


def _day(row: InsideExposureRow) -> tuple[date, date]:
    return row["as_of_on"], row["known_on"] or date.max


def _views(reading: Reading, own: _Own) -> tuple[NetworkView, ...]:
    from provenet.dossier.carrier_page import network_views

    return network_views(reading.tables, country=own.country, carrier_id=own.carrier_id, days=(own.as_of, own.known))


PAGE = Page(
    key="network",
    title="Network",
    place=85,
    public=False,
    is_filled=has_rows("inside_exposure"),
    routes=(
        Route(path="/network", answer=networks),
        Route(path="/network/{country}/{carrier}", answer=network, question=NetworkQuestion),
    ),
)
