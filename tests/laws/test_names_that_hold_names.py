"""Laws of names that may be one a rule tests: neither door calls them clear, `check` lists them, and a row decides."""

from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from provenet.core.countries import packaged_rows
from provenet.core.rule_words import holds_two_facts
from provenet.policy.cases import NEEDED_COLUMNS, answer_cases
from provenet.policy.packs import load_packs
from support.examples import examples
from support.screening import screen
from unit.case.check_rows import found, made, page
from unit.evidence.small_case import party as party_row
from unit.evidence.small_case import stake, tables

PACKS, DAY = load_packs(), date(2028, 1, 1)
ALIASES = packaged_rows("facts", "aliases.csv")
TESTED = [row["alias"] for row in ALIASES if row["name"] in ("Huawei", "ZTE") and row["alias"].isascii()]
WORDS = st.lists(st.sampled_from(["Deutschland", "Austria", "Services", "2000", "Nord", "Rail"]), max_size=2)
FORMS = st.sampled_from(["", " GmbH", " S.p.A.", " Co., Ltd."])
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
        "asset_id": "a", "carrier_id": "c", "country": "DE", "vendor_id": "v", "unit_count": 1,
        "facts": ["critical=true"], **CORE,
    }  # fmt: skip
    case = tables(parties, asset=[asset], **rows)  # type: ignore[arg-type]
    return next(row["outcome"] for row in screen(case, PACKS, [policy], as_of=DAY) if row["asset_count"])


def listed(name: str) -> bool:
    """Whether `check` lists a vendor of this name."""
    parties = [made("party", "v", name=name, role="vendor", source_id="page")]
    return any(row["kind"] == "near-name" for row in found({"source": [page()], "party": parties}, "near-name"))


@settings(max_examples=examples(100), deadline=None)
@given(st.sampled_from(TESTED), WORDS, WORDS, FORMS)
@example("Huawei", [], ["Technologies", "Deutschland"], " GmbH")
def test_a_name_that_holds_a_tested_one_as_a_word_is_open_at_both_doors_and_listed(
    tested: str, before: list[str], after: list[str], form: str
) -> None:
    name = " ".join([*before, tested, *after]) + form
    expected = "undetermined" if before or after else "restricted"
    assert worked(name) == expected
    assert screened(name) == ("undetermined" if before or after else screened(tested))
    assert listed(name) or not (before or after)
    glued = "".join([*before, "xyz", tested, "xyz", *after])
    assert worked(glued) == "clear"


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


@given(st.sampled_from([",", " ,", "|", "/", "\n", " ", "；", "、"]), st.sampled_from(["critical", "x", "first use"]))
def test_two_facts_behind_a_foreign_mark_are_a_fault_and_never_one_word(mark: str, key: str) -> None:
    written = f"operator=Vodafone Germany{mark}{key}=true"
    row = dict.fromkeys(NEEDED_COLUMNS, "") | {"policy_id": "de-contracts-2024", "as_of": str(DAY)}
    told = answer_cases("c.csv", [(2, row | {"known_facts": written})], PACKS)
    assert not told.cases
    assert "two facts stand in one" in told.faults[0].sentence()
    assert holds_two_facts(f"a=x; {key}=true")
