"""Whole cases against a second implementation: outcome, rule, facts, origins and flip sets must agree."""

import csv
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from against.random_cases import CARRIERS, OTHERS, VENDORS, Case, Maker
from against.reference_case import Policy, Question, Verdict, policy_asked, verdict
from against.reference_evidence import World, in_interval, known
from against.reference_rules import fold
from provenet.case.tables import frame, vocabulary
from provenet.cli.main import main
from provenet.evidence.screen import printed
from support.examples import examples, sample
from support.screening import screen
from unit.evidence.small_case import packs, tables

FLIPS_ASKED = 6
"""Of how many verdicts of a case the flip sets are tried by brute force; all else is compared of every verdict."""
AXES = {"layer": "layer", "action": "action", "site_class": "site_class", "made_in": "origin_country"}
COLUMNS = ("origin_country", "capability", "site_class", "product_category")
Row = Mapping[str, Any]


def product(case: Case) -> list[dict[str, Any]]:
    text = yaml.safe_dump(case.pack, sort_keys=False, allow_unicode=True)
    given = tables(case.tables["party"], **{k: v for k, v in case.tables.items() if k != "party"})
    days = {"as_of": case.as_of, "known": case.known}
    rows = screen(given, packs(text), [case.asked], **days, assume=case.assume, relays=case.relays)
    return printed(frame("verdict", rows))


def question(world: World, said: Row, pairs: Iterable[tuple[str, str]]) -> Question:
    """The question that a verdict answers, or an asset asks: its columns and the facts of the asset."""
    own: dict[str, set[str]] = {}
    for key, text in pairs:
        own.setdefault(fold(key), set()).add(text)
    facts: dict[str, Any] = {fold(key): text for key, text in world.assume.items()}
    # Reading: an element of which a row states two values of one fact has none known.
    facts |= {key: next(iter(texts)) if len(texts) == 1 else None for key, texts in own.items()}
    facts = {key: None if text in {None, "unknown", "any", ""} else text for key, text in facts.items()}
    able = said["capability"]
    parts = [] if able in {None, "none"} else able.split("|")
    row = {"asset_class": said["asset_class"], "as_of": world.as_of, "buyer": None}
    row["capability"] = ({fold(part): True for part in parts}, None if able is None else False)
    for axis, column in {**AXES, "product_category": "product_category"}.items():
        row[axis] = None if said[column] in {None, "any"} else fold(said[column])
    return Question(world, world.canon(said["vendor_id"]), row, facts, said["carrier_id"])


def compare(case: Case, rows: list[dict[str, Any]] | None = None) -> None:
    """Fails on the first verdict that differs from the reference, and on questions left out or asked twice."""
    world = World(known(case.tables, case.known), case.as_of, case.assume)
    policy = policy_asked(case.pack, case.asked, case.as_of, case.known)
    rows = product(case) if rows is None else rows
    for at, said in enumerate(rows):
        flips = at % max(1, len(rows) // FLIPS_ASKED) == 0
        wanted = verdict(world, policy, question(world, said, said["asset_facts"]), case.relays, flips)
        differences = list(differing(said, wanted, flips))
        assert not differences, (differences, said)
    compare_questions(world, policy, rows)


def differing(said: Row, wanted: Verdict, flips: bool) -> list[tuple[str, Any, Any]]:
    found = [("outcome", said["outcome"], wanted.outcome)]
    if wanted.outcome != "undetermined" and said["rule_id"] not in wanted.deciders:
        found.append(("rule", said["rule_id"], wanted.deciders))
    facts = {(fold(fact["fact"]), tuple(sorted(fact["decided_by"]))): fact for fact in said["facts"]}
    found.append(("facts once", len(said["facts"]), len(facts)))
    found.append(("facts", set(facts), set(wanted.facts)))
    for ground, (value, claims) in wanted.facts.items():
        own = facts.get(ground)
        found.append((f"fact {ground}", (own["value"], own["claims"]) if own else None, (value, claims)))
    found.append(("disputed", said["disputed"], wanted.disputed))
    found.append(("hangs", said["hangs_on_disputed"], wanted.hangs_on_disputed))
    origins = {(fold(one["fact"]), one["stance"]): (one["named"], one["anonymous"]) for one in said["origins"]}
    found.append(("origins", origins, wanted.origins))
    found.append(("origins once", len(said["origins"]), len(origins)))
    if flips:
        sets = [(changes_of(flip), flip["outcome"]) for flip in said["flip_sets"]]
        found += [("flip sets", dict(sets), wanted.flip_sets), ("flip sets once", len(sets), len(dict(sets)))]
    return [(what, own, other) for what, own, other in found if own != other]


def changes_of(flip: Row) -> frozenset[tuple[str, str]]:
    return frozenset((change["claim_id"], change["change"]) for change in flip["claims"])


def compare_questions(world: World, policy: Policy, rows: Iterable[Row]) -> None:
    """Every vendor is asked about in every profile, and every asset in service is answered for, once per act."""
    answered = {key_of(row): row for row in rows}
    tested = set(next(iter(answered.values()))["tested"]) if answered else set()
    carriers = [row["party_id"] for row in world["party"] if row["role"] == "carrier"]
    words = vocabulary()
    for vendor in (row["party_id"] for row in world["party"] if row["role"] == "vendor"):
        for carrier in carriers if carriers and "carrier_id" in tested else [None]:
            for profile in words["asked_profiles"]:
                for act in words["asked_actions"]:
                    asked = (carrier, vendor, profile["asset_class"], profile["layer"], act, *(None,) * 4, ())
                    assert asked in answered, asked
    counted: Counter[tuple[Any, ...]] = Counter()
    for asset in world["asset"]:
        if asset["vendor_id"] is not None and in_interval(asset, world.as_of):
            for key, whole in keys_of_asset(world, asset, tested, words["asked_actions"]):
                wanted = verdict(world, policy, whole, flips=False)
                assert answered[key]["outcome"] == wanted.outcome, (key, answered[key], wanted)
                counted[key] += 1
    assert counted == Counter({key: row["asset_count"] for key, row in answered.items() if row["asset_count"]})


def key_of(row: Row) -> tuple[Any, ...]:
    own = (row["carrier_id"], row["vendor_id"], row["asset_class"], row["layer"], row["action"])
    return (*own, *(row[name] for name in COLUMNS), tuple(sorted(map(tuple, row["asset_facts"]))))


def keys_of_asset(
    world: World, asset: Row, tested: set[str], acts: list[str]
) -> list[tuple[tuple[Any, ...], Question]]:
    """Where the answers for an asset stand, each with the question that everything known of the asset makes."""
    pairs = [(key, value if mark else "true") for key, mark, value in (f.partition("=") for f in asset["facts"] or [])]
    sites = {row["site_id"]: row["site_class"] for row in world["site"]}
    able = asset["capability"]
    cells = {"capability": None if able is None else "|".join(sorted(able)) or "none", "vendor_id": asset["vendor_id"]}
    cells |= {name: asset[name] for name in ("origin_country", "product_category", "asset_class", "carrier_id")}
    cells |= {"site_class": sites.get(asset["site_id"]), "layer": asset["layer"] or "any"}
    told = tuple(sorted(pair for pair in pairs if f"fact:{fold(pair[0])}" in tested))
    made = []
    for act in [value for key, value in pairs if key == "action"] or acts:
        whole = question(world, {**cells, "action": act}, [pair for pair in pairs if pair[0] != "action"])
        columns = [cells[name] if name in tested else None for name in ("carrier_id", *COLUMNS)]
        key = (columns[0], cells["vendor_id"], cells["asset_class"], cells["layer"], act, *columns[1:], told)
        made.append((key, whole))
    return made


HEALTHY = {"deadline": None, "suppress_health_check": list(HealthCheck), "database": None}
SEEDS = st.integers(0, 2**48)


@settings(max_examples=examples(200), derandomize=True, **HEALTHY)
@given(SEEDS)
def test_random_cases_are_answered_as_the_reference_does(seed: int) -> None:
    compare(Maker(seed).case())


@pytest.mark.slow
@settings(max_examples=5_000, **HEALTHY)
@given(SEEDS)
def test_many_random_cases_are_answered_as_the_reference_does(seed: int) -> None:
    compare(Maker(seed).case())


@cache
def kinds_seen(count: int) -> dict[str, int]:
    """What a number of random cases holds, so that agreement on nothing is not taken for agreement."""
    seen: Counter[str] = Counter()
    for seed in range(count):
        case = Maker(seed).case()
        for said in product(case):
            seen[said["outcome"]] += 1
            seen["flip sets"] += bool(said["flip_sets"])
            seen["sets of two"] += any(len(flip["claims"]) == 2 for flip in said["flip_sets"])
            seen["disputed"] += said["disputed"]
            seen["hangs"] += said["hangs_on_disputed"]
            seen["acts"] += any(fact["decided_by"] and fact["claims"] for fact in said["facts"])
            seen["assets"] += bool(said["asset_count"])
    return dict(seen)


@pytest.mark.parametrize(
    "kind",
    ["restricted", "conditional", "clear", "undetermined", "flip sets", "sets of two", "disputed", "hangs", "acts"],
)
def test_random_cases_hold_every_kind_of_answer(kind: str) -> None:
    assert kinds_seen(60).get(kind, 0) >= 10, kinds_seen(60)


# -- through the command line -----------------------------------------------------------------------------------------
FILLED = frozenset({"said_low_on", "said_high_on", "published_high_on", "as_of_low_on", "as_of_high_on", "low_share"})
FILLED |= {"high_share", "low_open", "high_open", "measure_kind", "complement", "vendors_says"}
"""Columns that the reader fills from the text of another."""


SEGMENTS = {"all": "RAN/all", "ran": "RAN", "core": "core", "ran.radio": "radio"}


def as_file(table: str, rows: list[dict[str, Any]]) -> str:
    """The rows of one table as a CSV file under the table's own column names."""
    given = [{name: cell for name, cell in row.items() if name not in FILLED} for row in rows]
    for row, given_row in zip(rows, given, strict=True):
        if table == "claim" and row.get("sourced_high_on"):
            given_row["sourced"] = given_row.pop("sourced_high_on")
        if table == "market_share":
            percent = f"{row['low_share'] * 100:g}"
            given_row |= {"percent": percent, "qualifier": "=", "geo": "Germany", "forecast": "no"}
            given_row["segment"] = SEGMENTS[given_row.pop("asset_class")]
    columns = sorted({name for row in given for name in row} | {"source_id"})
    text = StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    for row in given:
        writer.writerow({name: "|".join(cell) if isinstance(cell, list) else cell for name, cell in row.items()})
    return text.getvalue()


Run = Callable[..., dict[str, Any]]


def run_alone(*words: str) -> dict[str, Any]:
    """What a command prints in a process of its own."""
    ran = subprocess.run([sys.executable, "-m", "provenet", *words], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    answer = json.loads(ran.stdout)
    assert isinstance(answer, dict)
    return answer


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """What a command prints in this process."""

    def call(*words: str) -> dict[str, Any]:
        with pytest.raises(SystemExit) as ended:
            main(list(words))
        out, err = capsys.readouterr()
        assert ended.value.code == 0, out + err
        answer = json.loads(out)
        assert isinstance(answer, dict)
        return answer

    return call


def for_files(seed: int) -> Case:
    """A case that tables in CSV can hold: what an empty list means to a reader is nothing."""
    case = Maker(seed).case()
    for party in case.tables["party"]:
        if party["party_id"] in VENDORS:
            party["role"] = "vendor"
        if party["party_id"] in CARRIERS:
            party["role"] = "carrier"
    for asset in case.tables["asset"]:
        asset["capability"] = asset["capability"] or None
    for share in case.tables["market_share"]:
        share["low_share"] = share["high_share"] = 0.35 if share["low_share"] < 0.4 else 0.5
        share |= {"low_open": False, "high_open": False, "complement": False, "forecast": False}
        share |= {"measure": "sites", "measure_kind": "sites"}
    return case


DECLARES = {
    "vendors": [*VENDORS, *OTHERS],
    "carriers": CARRIERS,
    "issuers": ["some-office", "The Office", "high-court"],
    "facts": {"x": "boolean", "y": "boolean", "left_open": "boolean", "n": "number", "bought": "day"},
}
"""The words of random packs."""


def through_the_commands(folder: Path, case: Case, run: Run) -> list[dict[str, Any]]:
    files = []
    for table, rows in case.tables.items():
        if rows:
            path = folder / f"{table}.csv"
            path.write_text(as_file(table, rows), encoding="utf-8")
            files.append(str(path))
    (folder / "packs").mkdir()
    pack = {**case.pack, "pack": "random-pack", "declares": DECLARES}
    text = yaml.safe_dump(pack, sort_keys=False, allow_unicode=True)
    (folder / "packs" / "p.yml").write_text(text, encoding="utf-8")
    run("new", str(folder / "case"), "--json")
    run("add", str(folder / "case"), *files, "--json")
    asked = "random-pack" if case.asked == "p" else case.asked
    words = ["--policy", asked, "--packs", str(folder / "packs"), "--as-of", str(case.as_of), "--relays", case.relays]
    words += ["--known-on", str(case.known)] if case.known else []
    words += [word for key, value in case.assume.items() for word in ("--assume", f"{key}={value}")]
    found = run("screen", str(folder / "case"), *words, "--json")
    return list(found["verdicts"])


@pytest.mark.parametrize("seed", sample(range(6), 3))
def test_cases_from_files_are_answered_by_command_as_the_reference_does(seed: int, tmp_path: Path, run: Run) -> None:
    case = for_files(seed)
    compare(case, through_the_commands(tmp_path, case, run_alone if seed == 0 else run))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 120))
def test_more_cases_from_files_are_answered_by_command_as_the_reference_does(seed: int, tmp_path: Path) -> None:
    case = for_files(seed)
    compare(case, through_the_commands(tmp_path, case, run_alone))
