"""Compiles the catalogues of the web app: `make catalogues`.

src/provenet/web/languages/de.po -> de.mo, and the others. The same bytes at every time. Prints what a catalogue lacks.
"""

import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import get_args

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

PACKAGE = Path(__file__).resolve().parent.parent / "src/provenet"
FOLDER = PACKAGE / "web/languages"
_CALL = re.compile(r'(?:\.text|\bt)\(\s*"((?:[^"\\]|\\.)*)"')


def compiled(source: Path) -> bytes:
    """The bytes of a catalogue as gettext reads it."""
    with source.open("rb") as file:
        catalogue = read_po(file, locale=source.stem)
    catalogue.creation_date = catalogue.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    made = BytesIO()
    write_mo(made, catalogue)
    return made.getvalue()


def web_messages() -> set[str]:
    """Every sentence of the chrome: in its templates, in its pages, and those that its script says."""
    from provenet.web.chrome import SCRIPT_WORDS
    from provenet.web.page import pages

    found = {*SCRIPT_WORDS.values(), *(page.title for page in pages())}
    for place in sorted((PACKAGE / "web/templates").glob("*.j2")):
        for call in Environment().parse(place.read_text("utf-8")).find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == "t" and call.args:
                found |= set(_texts_of(call.args[0]))
    for place in sorted((PACKAGE / "web").rglob("*.py")):
        found |= set(_CALL.findall(place.read_text("utf-8")))
    return found | run_time_words()


def _texts_of(message: nodes.Node) -> Iterator[str]:
    """The texts that an argument of `t` may be, where the template holds them: one, or the values of a dictionary."""
    if isinstance(message, nodes.Const):
        yield message.value
    for pair in message.find_all(nodes.Pair):
        yield from _texts_of(pair.value)


def run_time_words() -> set[str]:
    """The words that pages fill in at run time: outcomes, months, states of jobs, kinds of tables and of answers."""
    from provenet.case.tables import words
    from provenet.core.wording import MONTHS
    from provenet.routing.explain import RELATIONS
    from provenet.tools.route import REASON_WORDS, RUNG_WORDS
    from provenet.web import jobs, sql
    from provenet.web.pages import figure, search, tables
    from provenet.web.pages import map as map_page
    from provenet.web.reading import STALE

    listed = {word for name in ("outcome", "force", "stance") for word in words(name)}
    named = (REASON_WORDS, RUNG_WORDS, figure.STANCES, map_page.LAYERS, tables.KINDS)
    states = {state.capitalize() for state in get_args(jobs.JobState)}
    texts = {text for one in named for text in one.values()} | {STALE}
    kept = {*listed, *MONTHS, *texts, *states, *search.KINDS, *RELATIONS, *sql.EXAMPLES, *jobs.TEXTS}
    return kept | {"no rule in force"}


def main() -> None:
    """Writes each `.mo` beside its `.po`."""
    for source in sorted(FOLDER.glob("*.po")):
        source.with_suffix(".mo").write_bytes(compiled(source))
        with source.open("rb") as file:
            held = {str(one.id) for one in read_po(file)}
        for message in sorted(web_messages() - held):
            sys.stderr.write(f"{source.name} lacks: {message}\n")


if __name__ == "__main__":
    main()
