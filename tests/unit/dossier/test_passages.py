"""A finished page read back: which words stand beside which id."""

import re

from hypothesis import given
from hypothesis import strategies as st

from provenet.dossier.page_rows import any_name
from provenet.dossier.passages import labels, passages, passages_and_rest

TAG = '<code class="tag" data-quoted>{}</code>'


def test_several_ids_after_the_same_words_share_them() -> None:
    page = f"<p>Two verdicts {TAG.format('one')} {TAG.format('two')}; a third {TAG.format('three')} at last</p>"
    found = [(one.key, one.words) for one in passages(page)]
    assert found == [("one", "Two verdicts"), ("two", "Two verdicts"), ("three", "a third at last")]
    assert {one.whole for one in passages(page)} == {"Two verdicts ; a third at last".replace(" ;", ";")}


def test_headings_stand_above_rows_and_a_new_section_clears_those_below_it() -> None:
    page = (
        "<h2>Plans</h2><h3>Lots</h3><table><tr><td>5</td><td>" + TAG.format("a") + "</td></tr></table>"
        "<h2>Aid</h2><ul><li>7 " + TAG.format("b") + "</li></ul>"
    )
    assert [(one.key, one.heading, one.words) for one in passages(page)] == [
        ("a", "Plans | Lots", "5"),
        ("b", "Aid", "7"),
    ]


def test_a_row_in_a_card_is_read_by_itself_and_words_of_sources_are_not_ours() -> None:
    page = (
        '<div class="card"><p>Share <span data-quoted>as Huawei says</span> 40 % ' + TAG.format("card") + "</p>"
        "<table><tr><td>3 units " + TAG.format("row") + "</td></tr></table></div>"
    )
    row, card = passages(page)
    assert (row.key, row.words, row.is_card) == ("row", "3 units", False)
    assert (card.key, card.is_card) == ("card", True)
    assert "as Huawei says" in card.words
    assert "as Huawei says" not in card.ours
    assert card.quoted == "as Huawei says"


def test_words_without_an_id_are_the_rest_and_labels_come_from_drawings_alone() -> None:
    page = "<p>About 5 %</p><p>no figure</p><svg><text x='1'>7 <tspan>%</tspan></text></svg>"
    assert passages_and_rest(page) == ([], ["About 5 %"])
    assert labels(page) == ["7 %"]


def test_a_figure_that_is_a_link_stands_beside_the_row_it_leads_to() -> None:
    page = '<p>In all <a href="x.html#r1" data-row="r1">41 %</a> of lines, <a data-row="r2">9 %</a> of sites</p>'
    assert [(one.key, one.words) for one in passages(page)] == [("r1", "In all 41 %"), ("r2", "of lines, 9 % of sites")]


WORDS = st.lists(st.text("ab -(|é1", min_size=1, max_size=4), max_size=8)


@given(WORDS, st.text("ab -(|é1", max_size=40))
def test_law_names_are_found_as_by_trying_all_of_them_the_longest_first(names, text):
    longest = sorted(set(names), key=lambda one: (-len(one), one))
    plain = re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in longest) or r"(?!)")
    assert any_name(names).findall(text) == plain.findall(text)


def test_no_name_is_found_where_there_is_none():
    assert any_name([]).findall("Ericsson AB") == []
    assert any_name([""]).findall("Ericsson AB") == []
