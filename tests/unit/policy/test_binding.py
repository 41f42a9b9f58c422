"""Which policies bind a country, and which of their rules on a day."""

from datetime import date

import pytest

from provenet.case.tables import vocabulary
from provenet.core.countries import packaged_rows
from provenet.core.errors import FaultList
from provenet.policy.pack import Pack, parse_pack
from provenet.policy.packs import Binding, Packs, in_force, load_packs, reaches_equipment

JURISDICTIONS = {"Germany": ["DE", "EU"], "France": ["FR", "EU"], "United States": ["US"]}
RULE = (
    "  - {{id: {name}, policy: {policy}, effect: prohibit, when: {{asset_class: '*'}}, "
    "in_force: [{start}, {end}]{more}}}\n"
)


def pack(name: str, force: str, jurisdiction: str, *rules: str, head: str = "") -> Pack:
    where = f"jurisdiction: {jurisdiction}\n" if jurisdiction else ""
    text = f"pack: {name}\nforce: {force}\n{where}{head}rules:\n" + "".join(rules)
    faults = FaultList()
    made = parse_pack(f"{name}.yml", text.encode(), faults)
    assert made is not None, [fault.sentence() for fault in faults.faults]
    return made


def rule(name: str, start: str = "null", end: str = "null", policy: str = "", more: str = "") -> str:
    return RULE.format(name=name, policy=policy or name, start=start, end=end, more=more)


def binding(*packs: Pack) -> Binding:
    made = Packs()
    made.index(packs)
    return Binding(made, JURISDICTIONS)


EU_LAW = pack("eu-law", "law", "EU", rule("E1", policy="E"), rule("E2", policy="E"))
EU_PROPOSAL = pack("eu-bill", "proposal", "EU", rule("P"))
DE_CONTRACT = pack("de-contract", "contract", "DE", rule("C"))
FR_ADVICE = pack("fr-advice", "advice", "FR", rule("A"))
EXAMPLE = pack("example", "law", "", rule("X"), head="example: true\n")
ALL = (FR_ADVICE, EU_PROPOSAL, EU_LAW, EXAMPLE, DE_CONTRACT)


@pytest.mark.parametrize(
    ("country", "expected"),
    [
        ("Germany", ["eu-law", "de-contract"]),
        ("France", ["fr-advice", "eu-law"]),
        ("United States", []),
        ("Atlantis", []),
    ],
)
def test_own_policies_bind_and_proposals_and_examples_do_not(country: str, expected: list[str]) -> None:
    """In the order of the packs, whatever their force."""
    assert binding(*ALL).policies(country) == expected


@pytest.mark.parametrize(
    ("name", "country", "expected"),
    [
        ("eu-law", "Germany", True),
        ("EU-Law", "Germany", True),
        ("E", "Germany", True),
        ("E2", "France", True),
        ("E2", "United States", False),
        ("eu-bill", "Germany", False),
        ("P", "Germany", False),
        ("de-contract", "France", False),
        ("example", "Germany", False),
        ("not-at-hand", "Germany", True),
    ],
)
def test_a_name_is_a_pack_a_policy_or_a_rule(name: str, country: str, expected: bool) -> None:
    assert binding(*ALL).binds(name, country) is expected


def test_a_country_without_listed_jurisdictions_has_its_code() -> None:
    norwegian = pack("no-law", "law", "NO", rule("N"))
    asked = binding(norwegian, EU_LAW)
    assert asked.jurisdictions_of("Norway") == ("NO",)
    assert asked.jurisdictions_of("Germany") == ("DE", "EU")
    assert asked.jurisdictions_of("Atlantis") == ()
    assert asked.policies("Norway") == ["no-law"]


def test_a_proposal_is_of_the_countries_whose_law_it_would_be() -> None:
    asked = binding(*ALL)
    countries = ["United States", "Germany", "Atlantis", "France"]
    assert asked.countries_of("eu-bill", countries) == ["Germany", "France"]
    assert asked.countries_of("A", countries) == ["France"]
    assert asked.countries_of("example", countries) == []
    assert asked.countries_of("not-at-hand", countries) == []


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2019, 12, 31), ["later-end"]),
        (date(2020, 1, 1), ["from", "later-end"]),
        (date(2021, 6, 15), ["from", "later-end", "month"]),
        (date(2022, 1, 1), ["from", "month"]),
    ],
)
def test_the_day_chooses_among_the_rules(day: date, expected: list[str]) -> None:
    """The last day is not in force; a month known no closer may be."""
    rules = (rule("from", "2020-01-01"), rule("later-end", "null", "2022-01-01"), rule("month", "2021-06"))
    dated = pack("dated", "law", "DE", *rules)
    assert [one.id for one in in_force(dated, day)] == expected
    asked = binding(EU_PROPOSAL, dated)
    assert [one.id for one in asked.rules("Germany", day)] == expected
    assert asked.rules("France", day) == []
    assert asked.policies("Germany") == ["dated"]


def test_a_rule_binds_once_it_is_known() -> None:
    dated = pack("dated", "law", "DE", rule("R", "2020-01-01", more=", adopted: 2019-03-01"), rule("S", "2020-01-01"))
    asked = binding(dated)

    def known(day: date) -> list[str]:
        return [one.id for one in asked.rules("Germany", date(2021, 1, 1), day)]

    assert known(date(2019, 2, 28)) == []
    assert known(date(2019, 3, 1)) == ["R"]
    assert known(date(2020, 1, 1)) == ["R", "S"]


@pytest.mark.parametrize("word", ["DE", "de", "Germany", "Deutschland"])
def test_a_jurisdiction_is_the_country_however_it_is_called(word: str) -> None:
    own = pack("own", "law", word, rule("R"))
    assert binding(own).binds("own", "Germany") == (word != "Deutschland")
    assert not binding(own).binds("own", "France")


@pytest.mark.parametrize("word", ["UK", "GB", "United Kingdom"])
def test_the_united_kingdom_has_two_codes(word: str) -> None:
    made = Packs()
    made.index([pack("own", "law", word, rule("R"))])
    assert Binding(made, vocabulary()["jurisdictions"]).binds("own", "United Kingdom")


def test_a_jurisdiction_of_several_countries_names_them() -> None:
    several = pack("eea", "law", "EEA", rule("R"), head="countries: [Norway, IS]\n")
    bound = [
        country for country in ("Norway", "Iceland", "Germany", "Atlantis") if binding(several).binds("eea", country)
    ]
    assert bound == ["Norway", "Iceland"]
    assert binding(several).countries_of("eea", ["Iceland", "Japan"]) == ["Iceland"]


@pytest.mark.parametrize(
    ("head", "says"),
    [
        ("jurisdiction: EEA\ncountries: [Norwy]\n", "no such country"),
        ("jurisdiction: EEA\ncountries: Norway\n", "countries is no list"),
        ("jurisdiction: EEA\ncountries: []\n", "countries is no list"),
        ("countries: [Norway]\n", "countries are those of a jurisdiction"),
    ],
)
def test_countries_that_cannot_be_read_are_faults(head: str, says: str) -> None:
    faults = FaultList()
    assert parse_pack("p.yml", f"pack: p\n{head}rules:\n{rule('R')}".encode(), faults) is None
    assert [fault.says for fault in faults.faults] == [says]


def test_bundled_packs_of_all_countries() -> None:
    """No bundled proposal and no example binds anyone, every other pack does.

    Two reach no equipment, and one is the coarser reading of a law.
    """
    asked = Binding(load_packs(), vocabulary()["jurisdictions"])
    every = [row["name"] for row in packaged_rows("core", "countries.csv")]
    bound = {name for name in asked.packs.packs if any(asked.binds(name, country) for country in every)}
    assert set(asked.packs.packs) - bound == {"eu-csa2-proposal", "legal-compulsion"}
    assert bound - {name for country in every for name in asked.policies(country)} == {
        "fr-5g-2019",  # fr-cpce-l34-11 reads the same law more fully
        "it-dl21-2012",
        "uk-nsia-2022",
    }
    assert asked.policies("Germany")[0] == "de-bsig"
    assert asked.policies("Norway") == ["no-security-act-2019"]


def test_a_pack_about_transactions_alone_binds_and_stands_on_no_page() -> None:
    deal = "  - {id: A, effect: condition, when: {all: [{asset_class: none}, {fact: deal}]}}\n"
    part = "  - {id: B, effect: condition, when: {asset_class: core}}\n"
    alone, both = pack("alone", "law", "DE", deal), pack("both", "law", "DE", deal, part)
    assert [reaches_equipment(one) for one in (alone, both)] == [False, True]
    assert binding(alone, both).policies("Germany") == ["both"]
    assert binding(alone).binds("alone", "Germany")


def test_of_two_readings_of_one_instrument_the_fuller_counts_where_both_are_at_hand() -> None:
    """The coarser one stays to be asked by name, and counts where the fuller is not there."""
    asked = Binding(load_packs(), vocabulary()["jurisdictions"])
    assert "fr-cpce-l34-11" in asked.policies("France")
    assert "fr-5g-2019" not in asked.policies("France")
    assert asked.binds("fr-5g-2019", "France")
    alone = Binding(Packs(), asked.jurisdictions)
    alone.packs.index([asked.packs.packs["fr-5g-2019"]])
    assert alone.policies("France") == ["fr-5g-2019"]
