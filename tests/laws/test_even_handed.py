"""Even-handed: rename vendors, carriers and countries consistently, and every verdict follows."""

import csv
import random
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from against.random_packs import DAYS, FACT_KEYS, NOT_KNOWN, VENDORS, packs, rows
from provenet.core.errors import FaultList
from provenet.core.ids import Names, name_key
from provenet.core.names import fold_name
from provenet.policy.cases import answer_cases
from provenet.policy.pack import parse_pack
from provenet.policy.packs import Packs
from provenet.policy.wordlists import lexicon
from support.examples import examples, sample
from support.screening import screen
from unit.evidence import small_case

SOURCE = Path(__file__).parents[2] / "src" / "provenet"
CARRIERS = ["Deutsche Telekom", "KDDI", "campus net", "other (no contract)"]
COUNTRIES = ["CN", "NO", "US", "VN"]
WORKS = settings(max_examples=examples(60), deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
Rename = Callable[[str], str]


def bijection(
    names: Iterable[str], canon: Callable[[str], str], seed: int, *, knows: Callable[[str], bool] = lambda _: True
) -> Rename:
    """A random renaming among names; aliases follow their name, a respelt name stays respelt, all other words stand."""
    shown: dict[str, str] = {}
    for name in names:
        shown.setdefault(canon(name), name)
    keys = sorted(shown)
    moved = keys[:]
    random.Random(seed).shuffle(moved)
    to = {key: shown[other] for key, other in zip(keys, moved, strict=True)}

    def rename(word: str) -> str:
        key = canon(word.strip())
        if word in NOT_KNOWN or key not in to:
            return word
        is_respelt = not knows(word) and name_key(word) != name_key(shown[key])
        return f"{to[key]} AB" if is_respelt else to[key]

    return rename


def party(names: Names) -> Callable[[str], str]:
    """Who is meant by a name: one party under all spellings that differ in accents, marks and legal forms alone."""
    return lambda name: names.canon(name) if names.knows(name) else fold_name(name)


def all_of(seed: int, vendors: Iterable[str], carriers: Iterable[str], countries: Iterable[str]) -> Rename:
    words = lexicon()
    parts = [
        bijection(vendors, party(words.vendors), seed, knows=words.vendors.knows),
        bijection(carriers, party(words.carriers), seed + 1, knows=words.carriers.knows),
        bijection(countries, str.upper, seed + 2),
    ]

    def rename(word: str) -> str:
        for part in parts:
            if part(word) != word:
                return part(word)
        return word

    return rename


def renamed(value: Any, rename: Rename) -> Any:
    """A pack, or a part of one, with every word renamed."""
    if isinstance(value, dict):
        return {key: renamed(inner, rename) for key, inner in value.items()}
    if isinstance(value, list):
        return [renamed(inner, rename) for inner in value]
    return rename(value) if isinstance(value, str) else value


def renamed_row(row: Mapping[str, str], rename: Rename) -> dict[str, str]:
    def pairs(text: str) -> str:
        cut = [part.partition("=") for part in text.split(";")]
        return "; ".join(f"{key}{mark}{_listed(value, rename)}" for key, mark, value in cut)

    made = {**row, "vendor_profile": pairs(row["vendor_profile"]), "known_facts": pairs(row["known_facts"])}
    return made | {"origin_country": rename(row["origin_country"])}


def _listed(value: str, rename: Rename) -> str:
    """A value with its word renamed, or every word of a list of words without blanks, such as CN,RU."""
    if re.fullmatch(r"\s*[A-Z]{2}(?:,[A-Z]{2})+\s*", value):
        return ",".join(rename(word) for word in value.strip().split(","))
    return rename(value.strip())


def load(documents: Sequence[Mapping[str, Any]]) -> Packs:
    faults = FaultList()
    texts = [yaml.safe_dump(document, sort_keys=False, allow_unicode=True).encode() for document in documents]
    found = [parse_pack(f"{at}.yml", text, faults) for at, text in enumerate(texts)]
    assert not faults.faults, [fault.sentence() for fault in faults.faults]
    made = Packs()
    made.index([pack for pack in found if pack is not None])
    return made


def answers(packs: Packs, asked: Sequence[Mapping[str, str]]) -> list[tuple[str | None, str | None]]:
    result = answer_cases("rows.csv", list(enumerate(asked, start=2)), packs)
    assert not result.faults, [fault.sentence() for fault in result.faults]
    return [(case["outcome"], case["rule"]) for case in result.cases]


def bundled() -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    class Plain(yaml.SafeLoader):
        """Leaves Norway a word."""

    kept = {
        key: [r for r in resolvers if "bool" not in r[0]] for key, resolvers in Plain.yaml_implicit_resolvers.items()
    }
    Plain.yaml_implicit_resolvers = kept
    for word in "tf":
        Plain.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("true|false"), [word])
    files = sorted((SOURCE / "policy" / "policies").glob("*.yml"))
    with (SOURCE / "facts" / "policy_tests.csv").open(encoding="utf-8", newline="") as file:
        return [yaml.load(path.read_text(encoding="utf-8"), Plain) for path in files], list(csv.DictReader(file))


def words_under(value: Any, axes: frozenset[str], inside: bool = False) -> list[str]:
    """Every word that a pack writes on some axes."""
    if isinstance(value, dict):
        return [word for key, inner in value.items() for word in words_under(inner, axes, inside or key in axes)]
    if isinstance(value, list):
        return [word for inner in value for word in words_under(inner, axes, inside)]
    return [str(value)] if inside else []


@pytest.mark.parametrize("seed", sample(range(5), 3))
def test_the_bundled_packs_and_cases_follow_a_renaming(seed: int) -> None:
    documents, asked = bundled()
    profiles = [part.strip() for row in asked for part in row["vendor_profile"].split(";")]
    given = [part.strip() for row in asked for part in row["known_facts"].split(";")]
    vendors = [*words_under(documents, frozenset({"vendor_in", "affiliate_of"})), *VENDORS]
    vendors += [part.partition("=")[2] for part in profiles if part.startswith(("name=", "group="))]
    # Placeholders such as Vendor L and Vendor M are one letter apart: in the place of a known name, one would be near
    # the other, which no renaming keeps.
    vendors = [name for name in vendors if name != "any" and not re.search(r" [A-Z0-9]\Z", name)]
    carriers = words_under(documents, frozenset({"carrier_in"}))
    carriers += [part.partition("=")[2] for part in given if part.startswith("operator=")]
    countries = [row["origin_country"] for row in asked if len(row["origin_country"]) == 2]
    countries += words_under(documents, frozenset({"made_in", "controlled_from"}))
    rename = all_of(seed, vendors, carriers, countries)
    assert sum(renamed_row(row, rename) != row for row in asked) > 100
    before = answers(load(documents), asked)
    assert answers(load(renamed(documents, rename)), [renamed_row(row, rename) for row in asked]) == before
    assert answers(load(renamed(documents, rename)), asked) != before


@WORKS
@given(packs(), st.lists(rows(), min_size=4, max_size=4), st.integers(0, 10_000))
def test_random_packs_and_rows_follow_a_renaming(pack: dict[str, Any], asked: list[dict[str, str]], seed: int) -> None:
    rename = all_of(seed, VENDORS, CARRIERS, COUNTRIES)
    asked = [{**row, "policy_id": "random-pack"} for row in asked]
    follows = answers(load([renamed(pack, rename)]), [renamed_row(row, rename) for row in asked])
    assert follows == answers(load([pack]), asked)


# -- through a case ---------------------------------------------------------------------------------------------------
VENDOR_IDS = ["huawei", "zte", "nokia", "vendor-x", "widget-works"]
OWNERS = [*VENDOR_IDS, "holding-one", "holding-two"]
CARRIER_IDS = ["deutsche-telekom", "kddi", "campus-net"]
WORDS = {"vendor_ids", "party_id", "name", "country", "owner_id", "owned_id", "carrier_id"}


@st.composite
def cases(draw: st.DrawFn) -> dict[str, list[dict[str, object]]]:
    country = st.sampled_from([*COUNTRIES, None])
    parties = [small_case.party(name, "vendor", draw(country)) for name in VENDOR_IDS]
    parties += [small_case.party(name, "other", draw(country)) for name in OWNERS[5:]]
    parties += [small_case.party(name, "carrier", "DE") for name in CARRIER_IDS]
    claims = []
    for at in range(draw(st.integers(0, 6))):
        about = draw(st.one_of(st.just(["all"]), st.lists(st.sampled_from(VENDOR_IDS), min_size=1, max_size=2)))
        stance = draw(st.sampled_from(["asserts", "asserts", "denies", "qualifies"]))
        more = {"vendor_ids": about, "speaker": draw(st.sampled_from(["Some Office", "Some Court", "A paper"]))}
        more["answers_claim_id"] = draw(st.sampled_from([None, f"c{at - 1}"]))
        fact = draw(st.sampled_from(FACT_KEYS))
        claims.append(small_case.claim(f"c{at}", fact, stance, draw(st.sampled_from([*DAYS, None])), **more))
    stakes = []
    for _ in range(draw(st.integers(0, 5))):
        low = draw(st.sampled_from([0.4, 0.5, 0.6, None]))
        control = draw(st.sampled_from([None, None, "yes", "no"]))
        owner, owned = draw(st.sampled_from(OWNERS)), draw(st.sampled_from(OWNERS))
        stakes.append(
            small_case.stake(owner, owned, low, control=control, from_on=draw(st.sampled_from([None, DAYS[2]])))
        )
    shares = []
    for _ in range(draw(st.integers(0, 3))):
        share = {"low_share": draw(st.sampled_from([0.2, 0.35, 0.6])), "high_share": 0.6}
        share |= {"vendor_ids": [draw(st.sampled_from(VENDOR_IDS))], "carrier_id": draw(st.sampled_from(CARRIER_IDS))}
        shares.append(small_case.SHARE | share)
    return {"parties": parties, "claim": claims, "ownership": stakes, "market_share": shares}


def renamed_case(case: Mapping[str, Any], rename: Rename) -> dict[str, Any]:
    def row(cells: Mapping[str, Any]) -> dict[str, Any]:
        return {key: renamed(value, rename) if key in WORDS else value for key, value in cells.items()}

    return {name: [row(cells) for cells in given] for name, given in case.items()}


def verdicts(
    pack: Mapping[str, Any], case: Mapping[str, Any], rename: Rename, as_of: date
) -> dict[tuple[Any, ...], Any]:
    found = screen(small_case.tables(**case), load([pack]), ["random-pack"], as_of=as_of)
    asked = ("asset_class", "layer", "action")
    says = ("outcome", "rule_id", "disputed", "hangs_on_disputed", "if_settled", "remove_by_on", "claims_for")
    made = {}
    for row in found:
        carrier = row["carrier_id"] and rename(row["carrier_id"])
        key = (rename(row["vendor_id"]), carrier, *(row[name] for name in asked))
        made[key] = [row[name] for name in (*says, "claims_against", "facts")]
    assert len(made) == len(found)
    return made


@WORKS
@given(packs(), cases(), st.integers(0, 10_000), st.sampled_from(DAYS))
def test_a_case_follows_a_renaming(pack: dict[str, Any], case: dict[str, Any], seed: int, as_of: date) -> None:
    rename = all_of(seed, OWNERS, CARRIER_IDS, COUNTRIES)
    follows = verdicts(renamed(pack, rename), renamed_case(case, rename), lambda word: word, as_of)
    assert follows == verdicts(pack, case, rename, as_of)
