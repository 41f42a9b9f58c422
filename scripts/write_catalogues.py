"""Compiles the catalogues of the first page and of the web app: `make catalogues`.

src/provenet/dossier/languages/de.po -> de.mo, and the others; those of the web app in src/provenet/web/languages. The
same bytes at every time. Prints what a catalogue of the web app lacks.
"""

from __future__ import annotations

import re
import sys
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

PACKAGE = Path(__file__).resolve().parent.parent / "src/provenet"
FOLDERS = (PACKAGE / "dossier/languages", PACKAGE / "web/languages")
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
                found |= {call.args[0].value} if isinstance(call.args[0], nodes.Const) else set()
    for place in sorted((PACKAGE / "web").rglob("*.py")):
        found |= set(_CALL.findall(place.read_text("utf-8")))
    return found


def main() -> None:
    """Writes each `.mo` beside its `.po`."""
    for source in (place for folder in FOLDERS for place in sorted(folder.glob("*.po"))):
        source.with_suffix(".mo").write_bytes(compiled(source))
        if source.parent == FOLDERS[1]:
            with source.open("rb") as file:
                held = {str(one.id) for one in read_po(file)}
            for message in sorted(web_messages() - held):
                sys.stderr.write(f"{source.name} lacks: {message}\n")


if __name__ == "__main__":
    main()
