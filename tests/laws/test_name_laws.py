"""Laws of names: two names are two ids in any script; a name that may be another is never taken for one in silence."""

import unicodedata
from collections.abc import Callable
from datetime import date
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import provenet
from provenet.case.case import Case
from provenet.case.check import MENU, chosen, look
from provenet.case.parties import CARRIER, VENDOR, PartyNames
from provenet.case.profiles import fact_pairs
from provenet.core.countries import packaged_rows
from provenet.core.errors import PackRefused, UsageFault
from provenet.core.ids import distinct_id, fold, name_id, name_key, slug
from provenet.core.rule_words import holds_two_facts
from provenet.evidence.case_facts import READS, case_facts
from provenet.evidence.rule_checks import rule_checks
from provenet.ingest.rows import source_book
from provenet.policy.cases import NEEDED_COLUMNS, answer_cases
from provenet.policy.packs import load_packs
from provenet.policy.terms import FactTest, Profile, fact_holds, fact_value
from provenet.tools.pack_test import screen_file
from support.examples import examples
from support.screening import screen
from unit.case.check_rows import found, made, page, rows_of
from unit.evidence.small_case import packs, stake, tables
from unit.evidence.small_case import party as party_row

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


ROOTS = ["Vektor", "Vélos", "Οδός", "Вектор", "東日本", "트로이", "\u0632\u064a\u0646\u062a"]
LEGAL_FORMS = [(" AG", " S.A."), (" Ltd.", " GmbH"), ("", " K.K."), (" Oy", " AB")]
PAIRS = [(stem, stem + one, stem + other) for stem in ROOTS for one, other in LEGAL_FORMS]
BETWEEN = [(stem + " Inc.", one, other) for stem, one, other in PAIRS] + [pair for pair in PAIRS if pair[0] != pair[1]]


def pack(*declared: str, tests: str) -> str:
    names = ", ".join(f"'{name}'" for name in declared)
    return (
        f"pack: own\ndeclares: {{vendors: [{names}]}}\nrules:\n"
        f"  - {{id: R, effect: prohibit, when: {{vendor_in: ['{tests}']}}}}\n"
    )


def asked(name: str, case_id: str = "c") -> dict[str, str]:
    blank = dict.fromkeys(NEEDED_COLUMNS, "")
    return {**blank, "case_id": case_id, "policy_id": "own", "as_of": "2024-01-01", "vendor_profile": f"name={name}"}


@pytest.mark.parametrize(("name", "one", "other"), BETWEEN)
def test_a_worked_case_that_names_two_is_undetermined_and_says_which(
    tmp_path: Path, name: str, one: str, other: str
) -> None:
    (tmp_path / "p.yml").write_text(pack(one, other, tests=other), "utf-8")
    packs = load_packs([tmp_path / "p.yml"])
    rows = [(at, asked(who, str(at))) for at, who in enumerate((name, one, other), 2)]
    found = answer_cases("c.csv", rows, packs)
    assert [case["outcome"] for case in found.cases] == ["undetermined", "clear", "restricted"]
    assert f"{name} may be " in found.cases[0]["reason"]


@pytest.mark.parametrize(("name", "one", "other"), BETWEEN)
def test_a_rule_that_names_two_is_refused(tmp_path: Path, name: str, one: str, other: str) -> None:
    (tmp_path / "p.yml").write_text(pack(one, other, tests=name), "utf-8")
    with pytest.raises(PackRefused) as refused:
        load_packs([tmp_path / "p.yml"])
    assert "2 declared names match this word equally well" in refused.value.faults[0].sentence()


@pytest.mark.parametrize(("name", "one", "other"), BETWEEN[::6])
def test_a_rule_that_names_two_parties_of_a_case_is_refused(
    tmp_path: Path, new_case: Callable[..., Case], name: str, one: str, other: str
) -> None:
    case = new_case(tmp_path / "case")
    (tmp_path / "p.csv").write_text(f"name,role\n{one},vendor\n{other},vendor\n", "utf-8")
    assert not provenet.add(case, tmp_path / "p.csv").faults
    case = Case.open(tmp_path / "case")
    facts = case_facts({table: case.read(table) for table in READS}, date(2024, 1, 1), None)
    with pytest.raises(UsageFault, match="2 parties match this name equally well"):
        facts.named([name], carrier=False)
    ids = dict(case.read("party").select("name", "party_id").iter_rows())
    assert facts.named([one], carrier=False) == ids[one]
    assert facts.named([other], carrier=False) == ids[other]


def test_a_case_id_that_stands_twice_is_a_fault_of_the_second_row(tmp_path: Path) -> None:
    (tmp_path / "p.yml").write_text(pack("Vektor AG", tests="Vektor AG"), "utf-8")
    rows = [asked("Vektor AG", "A"), asked("Nokia", "a "), asked("Nokia", "B"), asked("Nokia", ""), asked("Nokia", "")]
    lines = [",".join(NEEDED_COLUMNS), *(",".join(row[column] for column in NEEDED_COLUMNS) for row in rows)]
    found = screen_file("c.csv", "\n".join(lines).encode(), [tmp_path / "p.yml"])
    assert [case["case_id"] for case in found.cases] == ["A", "B", "", ""]
    assert [fault.sentence() for fault in found.faults] == [
        "c.csv row 3, case_id: the case appears twice; found 'a', expected one (the first is in row 2).\n"
        "    Give the case an id of its own."
    ]


PACKS, DAY = load_packs(), date(2028, 1, 1)
ALIASES = packaged_rows("facts", "aliases.csv")
TESTED = [row["alias"] for row in ALIASES if row["name"] in ("Huawei", "ZTE") and row["alias"].isascii()]
WORDS = st.lists(st.sampled_from(["Deutschland", "Austria", "Services", "2000", "Nord", "Rail"]), max_size=2)
ENDINGS = st.sampled_from(["", " GmbH", " S.p.A.", " Co., Ltd."])
CORE = {"asset_class": "core.amf", "layer": "hardware"}


def worked(vendor: str, carrier: str = "Vodafone Germany") -> str:
    """What the German contracts say of a worked case."""
    cells = {"case_id": "c", "policy_id": "de-contracts-2024", "as_of": str(DAY), "vendor_profile": f"name={vendor}"}
    facts = f"operator={carrier}; critical=true"
    row = dict.fromkeys(NEEDED_COLUMNS, "") | cells | CORE | {"known_facts": facts}
    outcome: str = answer_cases("c.csv", [(2, row)], PACKS).cases[0]["outcome"]
    return outcome


def screened(
    vendor: str, carrier: str = "Vodafone Germany", *, policy: str = "de-contracts-2024", **rows: object
) -> str:
    """What a policy says of an asset of a case with parties of these names."""
    parties = [
        party_row("v", "vendor", "DE") | {"name": vendor},
        party_row("c", "carrier", "DE") | {"name": carrier},
        party_row("o", "other", "DE") | {"name": rows.pop("owner", "Owner")},
    ]
    asset = {
        "asset_id": "a",
        "carrier_id": "c",
        "country": "DE",
        "vendor_id": "v",
        "unit_count": 1,
        "facts": ["critical=true"],
        **CORE,
    }
    case = tables(parties, asset=[asset], **rows)  # type: ignore[arg-type]
    return next(row["outcome"] for row in screen(case, PACKS, [policy], as_of=DAY) if row["asset_count"])


def listed(name: str) -> bool:
    """Whether `check` lists a vendor of this name."""
    parties = [made("party", "v", name=name, role="vendor", source_id="page")]
    return any(row["kind"] == "near-name" for row in found({"source": [page()], "party": parties}, "near-name"))


@settings(max_examples=examples(100), deadline=None)
@given(st.sampled_from(TESTED), WORDS, WORDS, ENDINGS)
@example("Huawei", [], ["Technologies", "Deutschland"], " GmbH")
def test_a_name_that_holds_a_tested_one_as_a_word_is_open_at_both_doors_and_listed(
    tested: str, before: list[str], after: list[str], form: str
) -> None:
    name = " ".join([*before, tested, *after]) + form
    is_known = name_key(name) in {name_key(row["alias"]) for row in ALIASES}
    assert worked(name) == ("restricted" if is_known else "undetermined")
    assert screened(name) == (screened(tested) if is_known else "undetermined")
    assert listed(name) or is_known
    glued = "".join([*before, "xyz", tested, "xyz", *after])
    assert worked(glued) == "clear"


RESPELT = [
    lambda name: f"{name} AB",
    lambda name: f"{name}, Inc.",
    lambda name: name.replace("e", "é", 1),
    lambda name: name.replace("d", "ð", 1).upper() + " OY",
    lambda name: " ".join(name.split()[0]) + name[len(name.split()[0]) :],
    lambda name: f"{name[:3]}-{name[3:]}",
    lambda name: name.replace(" ", "-") + " Island",
    lambda name: f"X ({name.upper()}) ehf",
]
OWN = "pack: own\ndeclares: {%s: [%r]}\nrules: [{id: R, effect: prohibit, when: {%s}}]\n"


@settings(max_examples=examples(60), deadline=None)
@given(
    st.sampled_from(["Vendel Networks", "Nordvelde", "Gedeon Radio One"]),
    st.sampled_from(RESPELT),
    st.sampled_from(["vendor_in", "carrier_in", "listed_in"]),
    st.booleans(),
)
def test_a_respelt_name_is_open_at_both_doors_and_listed_until_a_row_decides(
    tested: str, respell: Callable[[str], str], axis: str, has_row: bool
) -> None:
    name, role = respell(tested), "carrier" if axis == "carrier_in" else "vendor"
    on_list, has_row = axis == "listed_in", has_row or axis == "listed_in"
    rule = packs(OWN % (f"{role}s", tested, "listed_in: grey" if on_list else f"{axis}: {tested!r}"))
    cells = {"vendor_profile": "name=Some maker", "known_facts": f"operator={name}"}
    row = asked(name) | (cells if role == "carrier" else {})
    assert answer_cases("c.csv", [(2, row)], rule).cases[0]["outcome"] == "undetermined"
    named = {"v": name, "m": "Velum"} | ({"t": tested} if has_row else {})
    parties = [party_row(key, role, "SE") | {"name": one} for key, one in named.items()]
    parties += [party_row("other", "vendor" if role == "carrier" else "carrier", "SE")]
    entry = {"list_name": "grey", "party_id": "t", "whole_on": date(2020, 1, 1)}

    def outcomes(*judged: dict[str, object]) -> dict[str, str]:
        assets = [{"asset_id": key, f"{role}_id": key} for key in named]
        rest = {"country": "SE", "asset_class": "core", "layer": "hardware", "unit_count": 1}
        rest |= {"vendor_id": "other"} if role == "carrier" else {"carrier_id": "other"}
        given = {"asset": [rest | one for one in assets], "succession": judged, "listing": [entry] if on_list else []}
        found = screen(tables(parties, **given), rule, ["own"], as_of=DAY)  # type: ignore[arg-type]
        return {str(row[f"{role}_id"]): row["outcome"] for row in found if row["asset_count"]}  # type: ignore[literal-required]

    def told(*judged: dict[str, object]) -> bool:
        held = [made("party", key, name=one, role=role) for key, one in named.items()]
        said = [made("succession", "s", **one) for one in judged]
        rows = rows_of({"party": held, "succession": said, "rule_pack": [made("rule_pack", "p", pack="own")]})
        menu = chosen((*MENU, *rule_checks(lambda: rule)), ["near-name", "same-name", "tested-name"])
        return any("v" in str(one["place"]) for one in look(rows, menu).findings)

    restricted = {"t": "restricted"} if has_row else {}
    assert outcomes() == {"v": "undetermined", "m": "clear"} | restricted
    assert told()
    for how, outcome in (("same", "restricted"), ("different", "clear")) if has_row else ():
        row = {"predecessor_id": "t", "successor_id": "v", "how": how, "note": "as a register says"}
        assert outcomes(row) == {"v": outcome, "m": "clear"} | restricted
        assert not told(row)


@pytest.mark.parametrize("name", ["Хуавэй", "华为技术有限公司", "הואווי", "화웨이 Networks"])
def test_a_name_in_other_letters_is_open_at_both_doors_and_listed(name: str) -> None:
    assert (worked(name), screened(name), listed(name)) == ("undetermined", "undetermined", True)
    alias = {"party_id": "v", "scheme": "name", "value": "Acme"}
    assert screened(name, identifier=[alias]) == "clear"


@pytest.mark.parametrize(
    "brand", ["Vodafone Kabel Deutschland GmbH", "Vodafone Retail", "Vodafon Germany", "O2 Wholesale"]
)
def test_a_brand_of_a_carrier_is_open_at_both_doors(brand: str) -> None:
    assert (worked("Huawei", brand), screened("Huawei", brand)) == ("undetermined", "undetermined")
    assert worked("Huawei", "Vodafone") == "undetermined", "a group's name alone may be its company"
    for other in ("Vodafone Italy", "Vodafone Austria", "Campus Net"):
        assert (worked("Huawei", other), screened("Huawei", other)) == ("clear", "clear")


def test_a_row_that_calls_two_names_different_settles_them_and_an_owner_is_asked_by_name_too() -> None:
    apart = {"predecessor_id": "huawei", "successor_id": "v", "how": "different", "note": "two companies"}
    assert screened("Huawei Rail") == "undetermined"
    assert screened("Huawei Rail", succession=[apart]) == "clear"
    looked = {"sought": "owner", "searched_in": "a register", "searched_on": date(2030, 1, 1)}
    for owner, outcome in (("Huawei Rail", "undetermined"), ("Acme Rail", "clear")):
        held = {"ownership": [stake("o", "v", 1.0)], "absence": [looked], "owner": owner}
        assert screened("Acme", policy="us-ndaa-889", **held) == outcome


MARKS = [",", " ,", "|", "/", "\n", " ", "；", "、", ";", "; ", "&", "+", "・", "\\", " · ", ":"]


@given(st.sampled_from(MARKS), st.sampled_from(["critical", "x", "first use"]))
def test_two_facts_behind_a_foreign_mark_are_a_fault_and_never_one_word(mark: str, key: str) -> None:
    written = f"operator=Vodafone Germany{mark}{key}=true"
    assert holds_two_facts(written)
    row = dict.fromkeys(NEEDED_COLUMNS, "") | {"policy_id": "de-contracts-2024", "as_of": str(DAY)}
    told = answer_cases("c.csv", [(2, row | {"known_facts": written.replace(";", ",")})], PACKS)
    assert not told.cases
    assert "two facts stand in one" in told.faults[0].sentence()


@given(st.sampled_from(MARKS), st.sampled_from(["risky", "risky true", ""]))
def test_a_bare_key_behind_a_foreign_mark_never_makes_the_fact_before_it_another(mark: str, key: str) -> None:
    cell = f"zone=border{mark}{key}"
    if not any(map(holds_two_facts, cell.split("|"))) and (mark != " " or not key):
        facts = dict(fact_pairs("\0".join(cell.split("|"))))
        test = FactTest("zone", (("is", "border"),))
        assert fact_holds(test, Profile(fact=lambda name, _: fact_value(facts.get(name, ""))), ()) is not False
    assert holds_two_facts(cell) or not (key and set(mark) & {";", "；", "\n"})
