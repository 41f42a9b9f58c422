"""Which party an entity of a list is: by name, bare name or alias, never by likeness, in any order."""

from datetime import date
from itertools import permutations

import pytest

from provenet.case.parties import PartyNames
from provenet.ingest.lists.ftm_model import BY_ALIAS, BY_BARE, BY_MAPPING, BY_NAME, Entity, PartyMatch, bare_name, meet
from provenet.ingest.lists.ftm_rows import listed_day, stakes_share


def entity(key: str, *names: str, caption: str | None = None, **properties: tuple[str, ...]) -> Entity:
    spelled = caption if caption is not None else names[0] if names else ""
    return Entity(key, "Company", {"name": names, **properties}, spelled, ("list",), 1)


def known(*parties: tuple[str, str]) -> PartyNames:
    names = PartyNames()
    for party, name in parties:
        names.add(party, name, "vendor")
    return names


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("ACME (Beijing) Co., Ltd.", "acme beijing"), ("Acme S.p.A.", "acme"), ("A.C.M.E. Inc", "acme"),
        ("Ltd.", "ltd"), ("...", "..."),
    ],
)  # fmt: skip
def test_a_bare_name_loses_marks_and_the_legal_form_at_its_end(name: str, bare: str) -> None:
    assert bare_name(name) == bare


def test_a_name_comes_before_a_bare_name_and_that_before_an_alias() -> None:
    names = known(("acme", "Acme"), ("bolt", "Bolt Ltd"))
    entities = [
        entity("1", "ACME"), entity("2", "Bolt Ltd"), entity("3", "Acme Co., Ltd.", "Acme"),
        entity("4", "Northern Bolt Works", alias=("Bolt Ltd", "Works")),
    ]  # fmt: skip
    met = meet(entities, names, {})
    assert met["1"] == PartyMatch("acme", "ACME", True, BY_NAME)
    assert (met["2"].party_id, met["2"].remark) == ("bolt", None)
    assert met["3"].party_id == "acme"
    assert met["4"] == PartyMatch("northern-bolt-works", "Northern Bolt Works", False, BY_NAME)
    assert met["4"].remark is None


def test_a_bare_name_and_an_alias_are_told_in_a_remark() -> None:
    met = meet([entity("1", "Acme Co., Ltd."), entity("2", "Zhejiang Dahua Works", alias=("Dahua",))],
               known(("acme", "Acme"), ("dahua", "Dahua")), {})  # fmt: skip
    assert [(met[key].by, met[key].remark) for key in "12"] == [
        (BY_BARE, "met by its name without its legal form"),
        (BY_ALIAS, "met by its alias"),
    ]


def test_entities_of_one_name_are_one_party_unless_a_number_tells_them_apart() -> None:
    met = meet([entity("1", "Acme"), entity("2", "Acme")], known(), {})
    assert met["1"].party_id == met["2"].party_id == "acme"
    apart = meet(
        [entity("1", "Acme", leiCode=("A",)), entity("2", "Acme", leiCode=("B",))], known(("acme", "Acme")), {}
    )
    assert len({apart["1"].party_id, apart["2"].party_id, "acme"}) == 3
    assert apart["1"].remark == "another entity of the file has this name and is told apart by a number or a seat"


def test_what_a_mapping_says_stands() -> None:
    met = meet([entity("1", "Acme"), entity("2", "Other")], known(("acme", "Acme")), {"1": "New (One)", "2": "ACME"})
    assert met["1"] == PartyMatch("new-one", "Acme", False, BY_MAPPING)
    assert met["2"] == PartyMatch("acme", "Other", True, BY_MAPPING)


def test_a_name_in_another_script_takes_the_latin_spelling_for_its_id() -> None:
    (match,) = meet([entity("1", "海康威视", "Hikvision")], known(), {}).values()
    assert (match.party_id, match.shown) == ("hikvision", "海康威视")


def test_the_order_of_entities_changes_nothing() -> None:
    entities = [
        entity("1", "Acme Ltd"), entity("2", "Acme", leiCode=("A",)), entity("3", "Acme", leiCode=("B",)),
        entity("4", "Acme Radio", alias=("Acme",)),
    ]  # fmt: skip
    names = known(("acme", "Acme"))
    once = meet(entities, names, {})
    assert all(meet(order, names, {}) == once for order in permutations(entities))


@pytest.mark.parametrize(
    ("text", "day", "is_rough"),
    [
        ("1001-01-01", None, False),  # the model's word for long past and not known
        ("1002-01-01", date(1002, 1, 1), False),
        ("1001-01-02", date(1001, 1, 2), False),
        ("2021-03-04", date(2021, 3, 4), False),
        ("2021-03-04T12:00:00", date(2021, 3, 4), False),
        (" 2021-02 ", date(2021, 2, 28), True),
        ("2021", date(2021, 12, 31), True),
    ],
)
def test_a_day_is_the_last_of_its_text_and_1001_is_since_always(text: str, day: date | None, is_rough: bool) -> None:
    assert listed_day(text) == (day, is_rough)


@pytest.mark.parametrize("text", ["", "12", "2021-13", "2021-02-30", "2021/03/04", "soon"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a day, month or year"):
        listed_day(text)


def test_several_percentages_of_one_stake_are_their_hull_and_a_word_among_them_leaves_it_open() -> None:
    assert stakes_share(("25", "50-75")) == (0.25, 0.75)
    assert stakes_share((">25 %", "less than 10")) == (0.0, 1.0)
    assert stakes_share(("25", "minority")) == (None, None)
    assert stakes_share(()) == (None, None)
