"""Columns say their unit, pages keep to the words of the product."""

import csv
import re

import yaml

from contracts.sources import PACKAGE, ROOT, modules, name_of, strings, tree_of
from provenet.case.tables import tables

MEASURES = {
    *(
        "bps", "ms", "km", "deg", "weeks", "share", "amount", "count", "seconds", "bytes", "hours", "years", "points",
        "metric",
    )
}  # fmt: skip
"""A number's unit is the last word of its column."""
SINGULAR = ("hypothesis", "address", "alias")
"""Words that end in s and are singular."""
NO_UNIT_WORD = {("verdict", "rules_in_force")}
"""Numbers whose column is a released name without a unit word; their unit stands in the dictionary."""

FORBIDDEN = re.compile(
    r"\b(suppliers?|banned|ban|operators?|risky|untrusted|trusted|allegations?|alleged|confirmed|confirms|guilty)\b",
    re.I,
)
QUOTED = {
    # What sources, rule packs and worked cases call things; keys, not our prose.
    ("src/provenet/policy/cases.py", "operator"),
    # Words that no sentence of a page may hold, which a law looks for.
    ("src/provenet/dossier/answer_laws.py", "supplier"),
    # Words in which people look for a page.
    ("src/provenet/web/pages/search.py", "operators"),
}


def prose_of_modules() -> list[tuple[str, str]]:
    """Every string of the package that is a sentence or a label: more than one word, or a docstring."""
    return [
        (name_of(path), text)
        for path in modules()
        for _, text, documents in strings(tree_of(path))
        if documents or " " in text.strip()
    ]


def test_every_column_says_what_it_is() -> None:
    rows = list(csv.DictReader((PACKAGE / "case" / "dictionary.csv").read_text("utf-8").splitlines()))
    assert len(rows) > 200
    assert [r["column"] for r in rows if not r["type"].strip() or not r["says"].strip()] == []


def test_a_number_ends_in_its_unit_and_a_unit_word_is_a_number() -> None:
    wrong = []
    for table in tables().values():
        for column in table.columns:
            last = column.name.rpartition("_")[2]
            number = column.type in {"int", "float"}
            if number and not column.unit:
                wrong.append(f"{table.name}.{column.name} has no unit")
            if number and last not in MEASURES and (table.name, column.name) not in NO_UNIT_WORD:
                wrong.append(f"{table.name}.{column.name} does not end in its unit")
            if last in MEASURES and not number:
                wrong.append(f"{table.name}.{column.name} ends in a unit and is {column.type}")
    assert wrong == []


def test_days_end_in_on_and_instants_in_at() -> None:
    wrong = [
        f"{table.name}.{column.name}"
        for table in tables().values()
        for column in table.columns
        if (column.type == "date") != column.name.endswith("_on")
        or (column.type == "instant") != column.name.endswith("_at")
    ]
    assert wrong == []


def test_columns_are_lower_snake_and_tables_singular() -> None:
    names = [c.name for t in tables().values() for c in t.columns] + list(tables())
    assert [n for n in names if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", n)] == []
    assert [t for t in tables() if t.endswith("s") and not t.endswith(SINGULAR)] == []


def test_our_prose_keeps_to_the_words() -> None:
    found = [
        (place, hit.group(0), text[:80])
        for place, text in prose_of_modules()
        for hit in FORBIDDEN.finditer(text)
        if (place, hit.group(0).lower()) not in QUOTED
    ]
    assert found == []


def test_pages_and_documents_keep_to_the_words() -> None:
    pages = [p for ending in ("*.j2", "*.typ") for p in (PACKAGE / "dossier").rglob(ending)]
    documents = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    found = []
    for path in (*pages, *documents):
        text = re.sub(r"```.*?```|`[^`]*`|\{#.*?#\}", "", path.read_text("utf-8"), flags=re.S)
        # In capitals it is the word of a file's status column, which the page on mappings must name.
        found += [(name_of(path), hit[0]) for hit in FORBIDDEN.finditer(text) if hit[0] != "CONFIRMED"]
    assert found == []


def test_the_word_rule_finds_what_it_looks_for() -> None:
    assert [w.group(0) for w in FORBIDDEN.finditer("A trusted Supplier; bandwidth; CONFIRMED")] == [
        "trusted",
        "Supplier",
        "CONFIRMED",
    ]


def test_no_reading_is_called_by_the_word_that_files_use() -> None:
    vocabulary = yaml.safe_load((PACKAGE / "case" / "vocabulary.yml").read_text("utf-8"))
    assert set(vocabulary["reading_of_status"].values()) < set(vocabulary["words"]["reading"])
    assert not {"confirmed"} & {word.lower() for word in vocabulary["words"]["reading"]}
