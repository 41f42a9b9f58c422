"""Names are found in the words of a page, the longest that stands there first."""

import re

from hypothesis import given
from hypothesis import strategies as st

from provenet.dossier.page_rows import any_name

WORDS = st.lists(st.text("ab -(|é1", min_size=1, max_size=4), max_size=8)


@given(WORDS, st.text("ab -(|é1", max_size=40))
def test_law_names_are_found_as_by_trying_all_of_them_the_longest_first(names, text):
    longest = sorted(set(names), key=lambda one: (-len(one), one))
    plain = re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in longest) or r"(?!)")
    assert any_name(names).findall(text) == plain.findall(text)


def test_no_name_is_found_where_there_is_none():
    assert any_name([]).findall("Ericsson AB") == []
    assert any_name([""]).findall("Ericsson AB") == []
