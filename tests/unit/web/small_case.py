"""A small case with a dossier of two days, written by hand: quick to make, and every word of it is known."""

from datetime import date
from pathlib import Path
from typing import Any

from provenet.case.case import Case
from provenet.core.digest import sha256_bytes

TODAY, THEN = date(2026, 11, 25), date(2018, 11, 23)
SHARE, NOTHING, PUBLISHED = "share-0000000000000001", "share-00000000000000aa", "market_share-0000000000000001"
PLACED = {"file_id": "0" * 64, "locator": "shares.csv row 2", "reading": "read in the source", "source_id": "paper"}
TABLE = "network,segment\nGermany,5G RAN\n"
PAGE = """<!doctype html>
<html lang="en"><head><style>p{{color:red}}</style></head>
<body>
<header><h1>Germany</h1></header>
<nav><ol><li><a href="#s1">The answer</a></li></ol></nav>
<main>
<section id="s1" class="first">
<h2>1. The answer</h2>
<p class="lead">On {day}, Acme &amp; Bolt.</p>
<div class="finding"><p class="question">How dependent</p>
<p class="figure"><a class="fig" href="germany-annex.html#id-{share}" data-row="{share}">55 to 61 %</a></p></div>
<p><a class="ref" href="#source-1">[1]</a> <a href="germany-annex.html#reply">a form for replies</a>
<a href="germany-data/dependence.csv">Table</a> <a href="germany-data/private.csv">Lost</a>
<a href="germany.pdf">PDF</a></p>
</section>
<section id="s2" class="later">
<h2>2. Sources by weight</h2>
<h4>A list</h4>
<table><colgroup><col style="width:16.0%"></colgroup><tr><td id="source-1">A paper</td></tr></table>
<p><a href="https://example.org/paper" rel="noreferrer">paper</a> <a href="#s1">back</a></p>
</section>
</main>
<footer><p>No legal advice.</p></footer>
</body>
</html>
"""
ANNEX = """<!doctype html>
<html lang="en"><body><main>
<section id="s1"><h2>1. Rows</h2><p><code class="tag" id="id-{share}">{share}</code>
<a href="germany.html">page</a></p></section>
<section id="s2"><h2>2. Replies</h2><p id="reply">Write to us. <a href="#id-{share}">the row</a></p></section>
</main></body></html>
"""


def small_case(folder: Path) -> Path:
    """The case, in a new folder: one published share, the figure that rests on it, and dossiers of two days."""
    case = Case.new(folder, "A small case")
    source = {
        **PLACED,
        "source_id": "paper",
        "row_id": "source-paper",
        "title": "A paper",
        "url": "https://example.org/paper",
        "published": "2018-05-01",
        "kind": "press",
        "kind_by": "first guess",
    }
    parties = [
        {**PLACED, "row_id": f"party-{one}", "party_id": one, "name": name, "role": role, "segments": []}
        for one, name, role in (("acme", "Acme", "vendor"), ("north", "North", "carrier"))
    ]
    with case.writer("add", {"file": "shares.csv"}, {}) as run:
        run.append("source", [source])
        run.append("party", parties)
        run.append("market_share", [_published()])
    nothing = {"share_id": NOTHING, "country": "Spain", "vendor_ids": [], "low_share": 0.0, "high_share": 1.0}
    for day, rows in ((THEN, [{}]), (TODAY, [{}, {**nothing, "method": "not published", "inputs": []}])):
        for row in rows:
            where = {"as_of": str(day), "country": row.get("country", "Germany"), "known_on": _known(day)}
            with case.writer("depend", where, {}) as run:
                run.append("vendor_share", [{**_share(day), **row}])
        _brief(case, day)
    return folder


def _known(day: date) -> str | None:
    return None if day == TODAY else str(day)


def _published() -> dict[str, Any]:
    return {
        **PLACED,
        "row_id": PUBLISHED,
        "geo": "Germany",
        "level": "country",
        "segment": "5G RAN",
        "asset_class": "ran",
        "vendor_ids": ["acme"],
        "complement": False,
        "vendors_says": "Acme",
        "percent": "58",
        "qualifier": "about",
        "low_share": 0.55,
        "high_share": 0.61,
        "low_open": False,
        "high_open": False,
        "measure": "share of subscribers",
        "measure_kind": "subscribers",
        "as_of": "2022",
        "forecast": False,
    }


def _share(day: date) -> dict[str, Any]:
    return {
        "share_id": SHARE,
        "country": "Germany",
        "asset_class": "ran",
        "segment": "5G RAN",
        "vendor_ids": ["acme"],
        "complement": False,
        "measure": "share of subscribers",
        "measure_kind": "subscribers",
        "low_share": 0.55,
        "high_share": 0.61,
        "low_open": False,
        "high_open": False,
        "coverage_share": 1.0,
        "as_of": "2022",
        "as_of_on": day,
        "known_on": None if day == TODAY else day,
        "method": "published",
        "later_estimate": False,
        "to_be_checked": False,
        "label": "Acme: share of subscribers, 5G RAN, Germany, 2022",
        "formula": "as published",
        "inputs": [f"market_share:{PUBLISHED}"],
    }


def _brief(case: Case, day: date, words: str = "") -> None:
    """A dossier as `brief` leaves it: its files, then its row."""
    known = None if day == TODAY else day
    top = f"{day}-known-{day}" if known else str(day)
    page = PAGE.format(day=day, share=SHARE).replace("Acme &amp;", f"{words}Acme &amp;").encode()
    annex, table, pdf = ANNEX.format(share=SHARE).encode(), TABLE.encode(), b"%PDF-1.7 small"
    settings = {"as_of": str(day), "country": "Germany", "known_on": str(known) if known else None}
    with case.writer("brief", settings, {"words": sha256_bytes(words.encode())}) as run:
        files = {"germany.html": page, "germany-annex.html": annex, "germany.pdf": pdf}
        for name, data in {**files, "germany-data/dependence.csv": table}.items():
            run.put_output(f"{top}/{name}", data)
        row = {
            "dossier_id": f"dossier-{day}",
            "country": "Germany",
            "as_of_on": day,
            "known_on": known,
            "headline": f"On {day}, Acme.",
            "html_id": sha256_bytes(page),
            "pdf_id": sha256_bytes(pdf),
            "annex_id": sha256_bytes(annex),
            "figures": [
                {
                    "question": "How dependent",
                    "figure": "55 to 61 %",
                    "row_id": SHARE,
                    "says": "5G RAN: Acme",
                    "day": "Date of the figure: 2022.",
                }
            ],
            "files": [{"name": f"{top}/germany-data/dependence.csv", "digest": sha256_bytes(table)}],
            "formula": "written",
            "inputs": [],
        }
        run.append("dossier", [row])


def brief_again(folder: Path, words: str) -> None:
    """Writes the dossier of today anew with other words, as after a change of the case."""
    _brief(Case.open(folder), TODAY, words)
