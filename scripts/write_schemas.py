"""Writes docs/schema/ from the models of the documents that Provenet reads, and of rule packs.

python scripts/write_schemas.py
"""

from pathlib import Path

from provenet.forms.schemas import schema_files
from provenet.policy.pack_schema import pack_schema_text

if __name__ == "__main__":
    folder = Path(__file__).parents[1] / "docs" / "schema"
    folder.mkdir(exist_ok=True)
    for name, text in {**schema_files(), "pack.schema.json": pack_schema_text()}.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
