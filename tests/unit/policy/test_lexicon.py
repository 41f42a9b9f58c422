"""Names that packs may use, each by its name, id and aliases, never by another; facts that follow from others."""

import pytest

from provenet.core.countries import packaged_rows
from provenet.core.ids import slug
from provenet.core.when import parse_span
from provenet.policy import wordlists
from provenet.policy.terms import FactValue
from provenet.policy.wordlists import SpelledNames, lexicon, with_implied


def test_every_bundled_name_means_its_own_party() -> None:
    names = {"vendor": lexicon().vendors, "carrier": lexicon().carriers}
    for row in packaged_rows("facts", "aliases.csv"):
        for spelling in (row["name"], slug(row["name"]), row["name"].upper()):
            assert names[row["kind"]].canon(spelling) == slug(row["name"]), spelling


def test_a_spelling_that_means_two_means_neither() -> None:
    names = SpelledNames()
    names.add("Télé Un", "one")
    names.add("Tele-Un", "two")
    assert names.canon("Télé Un") == "one"
    assert names.canon("Tele-Un") == "two"
    assert names.canon("TELE UN AG") not in ("one", "two")
    names.add("Tele Un AG", "two")
    assert names.canon("Tele Un AG") == "two"


def test_a_name_is_listed_by_itself_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where no alias repeats it."""
    rows = (
        {"kind": "vendor", "name": "Ämme & Söhne", "alias": '"ASV" '},
        {"kind": "carrier", "name": "N", "alias": "M"},
    )
    monkeypatch.setattr(wordlists, "_rows", lambda name: rows if name == "aliases.csv" else ())
    made = wordlists.lexicon.__wrapped__()
    names = ("Ämme & Söhne", "ämme & söhne", "amme-and-sohne", "ASV", "N")
    assert {made.vendors.canon(name) for name in names[:4]} == {"amme-and-sohne"}
    assert [made.vendors.knows(name) for name in names] == [True, True, True, True, False]
    assert [made.carriers.canon(name) for name in ("N", "M", "O")] == ["n", "n", "o"]


DAY = parse_span("2027-03-01")


@pytest.mark.parametrize(
    ("stated", "implied"),
    [
        ({"decisionpublished": DAY}, True),
        ({"decisions": "none"}, False),
        ({"decisions": "none", "decisionpublished": DAY}, None),
        ({"decisions": None, "decisionpublished": DAY}, None),
        ({"decisions": "none", "decisionpublished": None}, None),
        ({"decisions": None, "supplierdecisions": "none"}, False),
        ({"decisions": None}, None),
        ({"decisionstands": None, "decisionpublished": DAY}, None),
        ({"decisionstands": False, "decisionpublished": DAY}, False),
    ],
)
def test_a_value_that_is_not_known_settles_no_other_fact(stated: dict[str, FactValue | None], implied: object) -> None:
    assert with_implied(stated).get("decisionstands") is implied
