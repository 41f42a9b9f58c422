"""The words that rules are matched by: names of vendors and carriers, and the types of known fact keys.

Read from the product's own fact tables (`provenet/facts/aliases.csv`, `fact_keys.csv`); a case adds its own names.
"""

from __future__ import annotations

import csv
from functools import lru_cache
from importlib import resources
from io import StringIO

from provenet.core.ids import Names, slug
from provenet.policy.terms import Lexicon


def _rows(name: str) -> list[dict[str, str]]:
    text = resources.files("provenet").joinpath("facts", name).read_text(encoding="utf-8-sig")
    return list(csv.DictReader(StringIO(text)))


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """Vendor and carrier names with their aliases; a canonical id is the slug of the name. Cached."""
    names = {"vendor": Names(), "carrier": Names()}
    rows = _rows("aliases.csv")
    for row in rows:
        names[row["kind"]].add(row["name"], slug(row["name"]))
        names[row["kind"]].add(slug(row["name"]), slug(row["name"]))
    for row in rows:
        names[row["kind"]].add(row["alias"].strip('" '), slug(row["name"]))
    return Lexicon(names["vendor"], names["carrier"])


@lru_cache(maxsize=1)
def fact_types() -> dict[str, str]:
    """Known keys of facts and their declared type: bool, number, share, date or text. Cached."""
    return {row["key"]: row["type"] for row in _rows("fact_keys.csv")}
