"""Figure: where a number comes from, as a tree that opens."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from provenet.core.errors import UsageFault
from provenet.verbs.why import why
from provenet.web.page import Html, NotFound, Page, Reply, Route, Visit
from provenet.web.reading import Reading

_LINKED = re.compile(rb'data-row="([^"<>&]+)"')


def figure(visit: Visit) -> Reply:
    """The walk from one figure to its rows and pages."""
    wanted = visit.path["figure"]
    try:
        walk = visit.reading.ask(lambda case: why(case, wanted))
    except UsageFault as err:
        raise NotFound(str(err).replace(f"{visit.reading.folder}: ", "", 1)) from err
    return Html(template="figure.html.j2", title=wanted, words={"figure": wanted, "walk": walk.as_dict()})


def linked_figures(reading: Reading) -> Iterable[Mapping[str, str]]:
    """The figures that the dossiers of the case link."""
    names = {f"{row['as_of_on']}" for row in reading.dossiers}
    found: set[bytes] = set()
    for name in reading.outputs():
        if names:
            found.update(_LINKED.findall(reading.output(name) or b""))
    return ({"figure": one.decode()} for one in sorted(found))


PAGE = Page(
    key="figure",
    title="Figure",
    place=40,
    in_navigation=False,
    routes=(Route(path="/figure/{figure}", answer=figure, addresses=linked_figures),),
)
