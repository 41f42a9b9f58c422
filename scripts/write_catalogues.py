"""Compiles the catalogues of the first page: `make catalogues`.

src/provenet/dossier/languages/de.po -> de.mo, and the others. The same bytes at every time.
"""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

FOLDER = Path(__file__).resolve().parent.parent / "src/provenet/dossier/languages"


def compiled(source: Path) -> bytes:
    """The bytes of a catalogue as gettext reads it."""
    with source.open("rb") as file:
        catalogue = read_po(file, locale=source.stem)
    catalogue.creation_date = catalogue.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    made = BytesIO()
    write_mo(made, catalogue)
    return made.getvalue()


def main() -> None:
    """Writes each `.mo` beside its `.po`."""
    for source in sorted(FOLDER.glob("*.po")):
        source.with_suffix(".mo").write_bytes(compiled(source))


if __name__ == "__main__":
    main()
