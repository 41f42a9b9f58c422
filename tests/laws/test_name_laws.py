"""Laws of names: two names are two ids in any script, and a name means one party, or a fault names them all."""

import unicodedata
from itertools import combinations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from provenet.case.parties import CARRIER, VENDOR, PartyNames
from provenet.core.errors import UsageFault
from provenet.core.ids import distinct_id, fold, name_id, name_key, slug
from provenet.ingest.rows import source_book
from support.examples import examples

STEMS = {
    "Latin": ["Orange", "Télécom", "Ørsted", "Łódź", "Straße", "T-Mobile", "A&B", "3 Italia"],
    "Greek": ["ΟΤΕ", "Ελλάδα", "Νέα"],
    "Cyrillic": ["МТС", "Ростелеком", "Київстар"],
    "Han and kana": ["NTT東日本", "NTT西日本", "ドコモ", "トコモ", "中兴通讯", "华为"],
    "Hangul": ["케이티", "SK텔레콤", "LG유플러스"],
    "Arabic and Hebrew": ["اتصالات", "زين", "פרטנר"],
}
ENDS = ["", " 1", " (2018)", " (2023)", " AG", "-Nord", " Nord", "ー", "子会社", " É"]
NAMES = sorted({stem + end for stems in STEMS.values() for stem in stems for end in ENDS})
LETTERS = st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"))
TEXTS = st.text(LETTERS, min_size=1, max_size=12).filter(lambda text: bool(name_key(text)))
ALIKE = [
    str.upper,
    str.lower,
    lambda name: unicodedata.normalize("NFD", name),
    lambda name: f"\u3000{name} ",
    lambda name: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in name),
]


def entered(names: list[str], role: str = CARRIER) -> dict[str, str]:
    """Ids of names that enter one after the other into an empty book."""
    book, ids = PartyNames(), {}
    for name in names:
        ids[name] = book.declared(name, role) or book.new_id(name)
        book.add(ids[name], name, role)
    return ids


def test_three_hundred_names_in_six_scripts_are_as_many_ids_as_names() -> None:
    assert len(NAMES) > 250
    keys = {name_key(name) for name in NAMES}
    ids = entered(NAMES)
    assert len(set(ids.values())) == len(keys) == len({fold(party) for party in ids.values()})
    for name in NAMES:
        assert {entered([name])[name], *(name_id(change(name)) for change in ALIKE)} == {name_id(name)}
        assert ids[name].isascii() and " " not in ids[name]


@settings(max_examples=examples(150), deadline=None)
@given(st.lists(TEXTS, min_size=2, max_size=6, unique_by=name_key))
@example(["NTT東日本", "NTT西日本"])
@example(["Ab C", "A BC", "a-bc"])
@example(["Foo Bar", "Foo-Bar", "foo bar!", "(foo) bar"])
@example(["Telecom", "Télécom", "Te\u0301lecom"])
@example(["MTC", "МТС", "mts"])
@example(["0:", "0"])
def test_two_names_are_two_parties_and_one_name_is_one(names: list[str]) -> None:
    ids = entered(names)
    for one, other in combinations(names, 2):
        # Whoever writes the id of a party that stands already means that party.
        assert fold(ids[one]) != fold(ids[other]) or ids[one] == other
    book = PartyNames()
    for name, party in ids.items():
        book.add(party, name, VENDOR)
    for name, party in ids.items():
        assert book.declared(party, VENDOR) == party
        assert party in {match.party_id for match in book.matches(name, VENDOR)} or name in ids.values()


@given(TEXTS)
def test_a_name_that_is_spelled_with_other_width_or_case_keeps_its_id(name: str) -> None:
    assert name_id(name) == name_id(unicodedata.normalize("NFD", name)) == name_id(f" {name}\u3000")
    assert name_key(name_key(name)) == name_key(name)
    assert distinct_id(name) == distinct_id(name_key(name))


@pytest.mark.parametrize(
    ("name", "party"),
    [
        ("Deutsche Telekom", "deutsche-telekom"),
        ("1&1", "1and1"),
        ("T-Mobile Poland", "t-mobile-poland"),
        ("Huawei Technologies Co., Ltd.", "huawei-technologies-co-ltd"),
        ("Orange (Spain)", "orange-spain"),
    ],
)
def test_a_name_in_plain_ascii_is_its_words(name: str, party: str) -> None:
    assert name_id(name) == party == PartyNames().new_id(name)


def test_ids_are_the_same_on_every_platform() -> None:
    assert name_id("NTT東日本") == "ntt-f5fd69be"
    assert name_id("МТС") == "xb96ba739"
    assert slug("Telefónica Germany (O2)") == "telefonica-germany"
    assert slug("NTT東日本") != slug("NTT西日本")


@settings(max_examples=examples(100), deadline=None)
@given(st.lists(st.tuples(TEXTS, st.sampled_from(["", "https://a.example/1", "https://a.example/2"])), max_size=5))
@example([("Annual report (2018)", ""), ("Annual report (2023)", "")])
@example([("年次報告", "https://a.example/1"), ("年次報告書", "https://a.example/1")])
def test_titles_and_addresses_that_differ_are_two_sources(citations: list[tuple[str, str]]) -> None:
    book = source_book()
    ids = {(name_key(title), url): book.cited(title, url) for title, url in citations}
    assert len(set(ids.values())) == len(ids)
    assert all(book.listing(title, url) == ids[name_key(title), url] for title, url in citations)


def test_a_title_without_an_address_is_the_one_publication_of_that_title() -> None:
    book = source_book().with_case([("a-1", "A page", "https://a.example/"), ("b-1", "B", "u"), ("b-2", "B", "v")])
    assert book.cited("a page", "") == "a-1"
    assert book.cited("A page", "https://b.example/") not in {"a-1", "a-page"}
    assert book.cited("B", "") == "b"
    assert book.cited("FAR 52.204-25 clause (a copy)", "https://www.acquisition.gov/far/52.204-25") == (
        "far-52-204-25-clause-text"
    )


FORMS = [
    ("Telefónica Germany", "telefonica-germany", 0.95),
    ("deutsche telekom ag", "deutsche-telekom", 0.95),
    ("Deutsche-Telekom", "deutsche-telekom", 0.99),
    ("ＤＥＵＴＳＣＨＥ　ＴＥＬＥＫＯＭ", "deutsche-telekom", 1.0),
    ("NTTドコモ株式会社", "ntt-docomo", 0.95),
    ("Drillisch", "1and1", 1.0),
    ("Wind-Tre S.p.A.", "windtre", 0.99),
]


@pytest.mark.parametrize(("name", "party", "score"), FORMS)
def test_a_name_resolves_in_every_form_with_a_score_and_a_reason(name: str, party: str, score: float) -> None:
    book = PartyNames.built_in()
    found = book.matches(name, CARRIER)
    assert [match.party_id for match in found] == [party]
    assert found[0].score == score and found[0].reason
    assert book.resolve(name, "--x", CARRIER) == book.match(name, CARRIER) == party


def test_two_equally_good_matches_name_both_and_a_near_name_its_score() -> None:
    book = PartyNames()
    book.add("vodafone-a", "Vodafone AG", VENDOR)
    book.add("vodafone-s", "Vodafone S.A.", VENDOR)
    assert book.match("Vodafone", VENDOR) is None and book.match("vodafone sa", VENDOR) is None
    assert book.resolve("Vodafone AG", "--x", VENDOR) == "vodafone-a"
    with pytest.raises(UsageFault) as fault:
        book.resolve("Vodafone", "--x", VENDOR)
    reason = "its name but for accents, marks and legal forms"
    assert str(fault.value) == (
        "--x: 2 parties match this name equally well; found 'Vodafone', expected the id of one: "
        f"vodafone-a (Vodafone AG: {reason}) or vodafone-s (Vodafone S.A.: {reason})."
    )
    with pytest.raises(UsageFault) as fault:
        PartyNames.built_in().resolve("Huawey", "--x", VENDOR)
    assert str(fault.value) == (
        "--x: the case has no party of this name; found 'Huawey'. Nearest: Huawei. Score 0.83 (1 letter off)."
    )


@settings(max_examples=examples(60), deadline=None)
@given(st.sampled_from(NAMES), st.sampled_from(["", " AG", " S.A.", " GmbH & Co. KG", " Ltd.", "株式会社"]))
def test_a_legal_form_width_or_case_never_picks_another_party(name: str, form: str) -> None:
    ids = entered(NAMES)
    book = PartyNames()
    for one, party in ids.items():
        book.add(party, one, VENDOR)
    for change in ALIKE:
        written = change(name)
        assert book.match(written, VENDOR) == (written if written in ids.values() else ids[name])
    found = book.match(name + form, VENDOR)
    assert found in {None, ids[name], ids.get(name + form)}
