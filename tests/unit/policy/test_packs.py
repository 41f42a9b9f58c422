"""Packs at hand: which pack, policy or rule an id names, which folder wins, what is refused, whom a pack binds."""

from datetime import date
from pathlib import Path

import pytest

from provenet.case.tables import vocabulary
from provenet.core.countries import packaged_rows
from provenet.core.errors import FaultList, PackRefused
from provenet.policy.pack import Pack, parse_pack
from provenet.policy.packs import Binding, Packs, in_force, load_packs, reaches_equipment


def text(name: str, *rules: str) -> str:
    return f"pack: {name}\nrules:\n" + "".join(
        f"  - {{{rule}, effect: permit, when: {{layer: hardware}}}}\n" for rule in rules
    )


def pack(name: str, *rules: str) -> Pack:
    made = parse_pack(f"{name}.yml", text(name, *rules).encode(), FaultList())
    assert made is not None
    return made


def found(packs: Packs, name: str) -> tuple[str, list[str], bool] | None:
    selection = packs.find(name)
    return selection and (selection.pack.id, [rule.id for rule in selection.rules], selection.alone)


def test_an_id_names_a_pack_a_policy_or_a_rule() -> None:
    packs = Packs()
    packs.index(
        [pack("one", "id: A, policy: P", "id: B, policy: P", "id: C", "id: D, policy: Q"), pack("two", "id: E")]
    )
    assert found(packs, "one") == ("one", ["A", "B", "C", "D"], False)
    assert found(packs, "two") == ("two", ["E"], False)
    assert found(packs, "P") == ("one", ["A", "B"], False)
    assert found(packs, "Q") == ("one", ["D"], False)
    assert found(packs, "D") == ("one", ["D"], True)
    assert found(packs, "A") == ("one", ["A"], True)
    assert found(packs, "C") == ("one", ["C"], True)
    assert found(packs, " p ") == ("one", ["A", "B"], False)
    assert found(packs, "O-n e") == ("one", ["A", "B", "C", "D"], False)
    assert found(packs, "nothing") is None
    assert packs.ids() == ["A", "B", "C", "D", "E", "P", "Q", "one", "two"]
    assert list(packs.packs) == ["one", "two"]


def test_a_policy_of_one_rule_with_its_name_in_other_letters_is_that_rule() -> None:
    packs = Packs()
    packs.index([pack("one", "id: a-b, policy: A-B"), pack("two", "id: C-d, policy: c.d")])
    assert found(packs, "a-b") == ("one", ["a-b"], True)
    assert found(packs, "c.d") == ("two", ["C-d"], False)
    assert found(packs, "C-d") == ("two", ["C-d"], True)


def test_packs_come_first_and_then_each_pack_with_policies_before_rules() -> None:
    packs = Packs()
    packs.index([pack("p", "id: A, policy: q", "id: p, policy: s"), pack("q", "id: B, policy: A", "id: C, policy: p")])
    assert found(packs, "p") == ("p", ["A", "p"], False)
    assert found(packs, "q") == ("q", ["B", "C"], False)
    assert found(packs, "A") == ("p", ["A"], True), "a rule of the first pack comes before a policy of the second"
    assert found(packs, "s") == ("p", ["p"], False)
    packs = Packs()
    packs.index([pack("one", "id: R"), pack("two", "id: R", "id: S")])
    assert found(packs, "R") == ("one", ["R"], True)


def test_an_exact_name_comes_before_one_that_only_sounds_alike() -> None:
    packs = Packs()
    packs.index([pack("one", "id: a-b"), pack("two", "id: ab")])
    assert found(packs, "AB") == ("two", ["ab"], True)
    assert found(packs, "a b") == ("one", ["a-b"], True)


def write(folder: Path, name: str, content: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(content, encoding="utf-8")
    return folder


def test_packs_of_folders_and_files_join_the_bundled_ones(tmp_path: Path) -> None:
    folder = write(tmp_path / "a", "b.yml", text("later", "id: L"))
    write(folder, "a.yaml", text("sooner", "id: S"))
    write(folder, "c.txt", "no pack")
    (folder / "d.yml").mkdir()
    single = write(tmp_path / "e", "single.yml", text("single", "id: X")) / "single.yml"
    bundled = load_packs()
    packs = load_packs([folder, single])
    assert list(packs.packs) == ["sooner", "later", "single", *bundled.packs]
    assert packs.packs["sooner"].place == "a.yaml"
    assert packs.notes == []
    assert len(bundled.packs) == 62
    assert next(iter(bundled.packs)) == "at-tkg-45-2021"


def test_a_pack_of_a_folder_replaces_the_bundled_one(tmp_path: Path) -> None:
    folder = write(tmp_path / "a", "own.yml", text("DE-BSIG", "id: OWN", "id: DE-2024-CORE"))
    packs = load_packs([folder])
    (note,) = packs.notes
    assert note.startswith("The pack de-bsig from a folder replaces the bundled one. It has no DE-NIS2, ")
    assert "de-bsig" not in packs.packs
    assert found(packs, "de-bsig") == ("DE-BSIG", ["OWN", "DE-2024-CORE"], False)
    assert found(packs, "DE-2024-CORE") == ("DE-BSIG", ["DE-2024-CORE"], True)
    assert len(packs.packs) == 62
    assert packs.undecided["DE-BSIG"] == ()
    assert load_packs().notes == []


def refused(*folders: Path) -> list[str]:
    with pytest.raises(PackRefused) as caught:
        load_packs(folders)
    assert caught.value.count == len(caught.value.faults)
    return [fault.sentence() for fault in caught.value.faults]


def test_folders_without_packs_are_refused(tmp_path: Path) -> None:
    empty = write(tmp_path / "empty", "a.txt", "x")
    assert refused(tmp_path / "none", empty) == [
        f"{tmp_path}/none: no such folder of rule packs; expected a folder that holds .yml files.",
        f"{empty}: the folder holds no rule pack; expected files that end in .yml or .yaml.",
    ]


def test_every_fault_of_every_file_is_named(tmp_path: Path) -> None:
    folder = write(tmp_path / "a", "a.yml", text("one", "id: A, in_force: [2024-01-01, 2024-01-01]"))
    write(folder, "b.yml", "pack: two\n")
    write(folder, "c.yml", text("ONE", "id: C", "id: a"))
    assert refused(folder) == [
        "b.yml line 1: a pack needs rules; expected a list of at least one rule.",
        "c.yml line 1: the pack appears twice; found 'ONE', expected one (the first is at a.yml line 1).",
        "c.yml line 4: the rule appears twice; found 'a', expected one (the first is at a.yml line 3).",
        "a.yml line 3: rule A cannot be reached: its interval is empty; found '[2024-01-01, 2024-01-01)', expected a "
        "first day before the end.\n    Correct the rule or remove it.",
    ]


def test_a_rule_and_a_pack_of_one_name_are_no_fault(tmp_path: Path) -> None:
    folder = write(tmp_path / "a", "a.yml", text("one", "id: two"))
    write(folder, "b.yml", text("two", "id: one"))
    packs = load_packs([folder])
    assert found(packs, "one") == ("one", ["two"], False)


JURISDICTIONS = {"Germany": ["DE", "EU"], "France": ["FR", "EU"], "United States": ["US"]}
RULE = (
    "  - {{id: {name}, policy: {policy}, effect: prohibit, when: {{asset_class: '*'}}, "
    "in_force: [{start}, {end}]{more}}}\n"
)


def pack_of(name: str, force: str, jurisdiction: str, *rules: str, head: str = "") -> Pack:
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


EU_LAW = pack_of("eu-law", "law", "EU", rule("E1", policy="E"), rule("E2", policy="E"))
EU_PROPOSAL = pack_of("eu-bill", "proposal", "EU", rule("P"))
DE_CONTRACT = pack_of("de-contract", "contract", "DE", rule("C"))
FR_ADVICE = pack_of("fr-advice", "advice", "FR", rule("A"))
EXAMPLE = pack_of("example", "law", "", rule("X"), head="example: true\n")
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
    norwegian = pack_of("no-law", "law", "NO", rule("N"))
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
    dated = pack_of("dated", "law", "DE", *rules)
    assert [one.id for one in in_force(dated, day)] == expected
    asked = binding(EU_PROPOSAL, dated)
    assert [one.id for one in asked.rules("Germany", day)] == expected
    assert asked.rules("France", day) == []
    assert asked.policies("Germany") == ["dated"]


def test_a_rule_binds_once_it_is_known() -> None:
    dated = pack_of(
        "dated", "law", "DE", rule("R", "2020-01-01", more=", adopted: 2019-03-01"), rule("S", "2020-01-01")
    )
    asked = binding(dated)

    def known(day: date) -> list[str]:
        return [one.id for one in asked.rules("Germany", date(2021, 1, 1), day)]

    assert known(date(2019, 2, 28)) == []
    assert known(date(2019, 3, 1)) == ["R"]
    assert known(date(2020, 1, 1)) == ["R", "S"]


@pytest.mark.parametrize("word", ["DE", "de", "Germany", "Deutschland"])
def test_a_jurisdiction_is_the_country_however_it_is_called(word: str) -> None:
    own = pack_of("own", "law", word, rule("R"))
    assert binding(own).binds("own", "Germany") == (word != "Deutschland")
    assert not binding(own).binds("own", "France")


@pytest.mark.parametrize("word", ["UK", "GB", "United Kingdom"])
def test_the_united_kingdom_has_two_codes(word: str) -> None:
    made = Packs()
    made.index([pack_of("own", "law", word, rule("R"))])
    assert Binding(made, vocabulary()["jurisdictions"]).binds("own", "United Kingdom")


def test_a_jurisdiction_of_several_countries_names_them() -> None:
    several = pack_of("eea", "law", "EEA", rule("R"), head="countries: [Norway, IS]\n")
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
    alone, both = pack_of("alone", "law", "DE", deal), pack_of("both", "law", "DE", deal, part)
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
