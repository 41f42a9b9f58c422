"""Pages speak in words: no name of a column, a fact or a row stands on one outside code, and no grade without a row."""

import re
from pathlib import Path

import pytest

from unit.dossier.page_reading import raw_identifiers

READ = ("", "-annex")
GRADES = re.compile(
    r"(?i)\b(?:robust|medium|limited) evidence|\b(?:high|low) agreement|agreement cannot|\(exact\b|restrict no vendor"
)


def test_a_name_is_found_where_it_stands_as_a_word_alone() -> None:
    assert raw_identifiers("<p>Not known: carrier_in: A; <code>order_exists</code></p>") == {"carrier_in"}
    assert raw_identifiers('<a href="a_b">https://example.org/a_b and shares_2018.csv</a>') == set()


@pytest.mark.parametrize("country", ["germany", "italy", "japan"])
def test_no_page_of_the_demo_prints_a_name_as_a_word_or_a_grade_of_evidence(demo_folder: Path, country: str) -> None:
    places = [demo_folder / f"{country}{end}.html" for end in READ]
    places += [demo_folder / "2018" / f"{country}{end}.html" for end in (*READ, "-turned-out")]
    texts = {place.name: place.read_text("utf-8") for place in places}
    assert {name: raw for name, text in texts.items() if (raw := raw_identifiers(text))} == {}
    assert {name: grades for name, text in texts.items() if (grades := GRADES.findall(text))} == {}
