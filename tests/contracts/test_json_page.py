"""docs/json.md tells every key that the verbs print, and no key that none prints."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import provenet as verbs
from doors.conftest import ASKED, Provenet, briefed_case, case, facts, provenet  # noqa: F401
from doors.influence_files import write_influence_files
from doors.inside_files import write_inside_files
from doors.ladder_files import write_ladder_files, write_name_files
from doors.measured_case import measured_case
from doors.measured_files import write_measured_files, write_path_files
from doors.test_observed_by_command import table
from provenet.forms.certificate import instance_bytes, plan_bytes
from provenet.ingest.reader import bundled_files
from provenet.replacement import search
from support.copies import copied_case
from support.examples import sample
from support.own_network import network_case
from support.plan_case import DAY, packs, small_made  # noqa: F401
from unit.certify.plans import INSTANCE, hand_made
from unit.routing.small_internet import LINKS, write_files, write_restricted

PAGE = (Path(__file__).parents[2] / "docs" / "json.md").read_text("utf-8")
SECTIONS = {part.partition("\n")[0]: part for part in PAGE.split("\n## ")[1:]}
BY_NAME = (
    {
        "outcomes", "vendors", "added", "rows", "row", "marks", "points", "grades", "also_on", "assumed", "weights",
        "award", "clear_share",
    }
    | {*("by_route_class", "by_rung", "by_rung_lucky", "by_proof", "moved")}
    | {"records_by_kind", "slots", "passed_over", "assumed_facts", "start", "gap_by_family"}
)  # fmt: skip
"""Keys under which names of the case stand, not keys of ours."""
RECORDS = {"standing", "left_out"}
"""Keys under which the records of docs/evidence.md stand."""


def keys(value: object) -> Iterator[str]:
    if isinstance(value, list):
        for inner in value:
            yield from keys(inner)
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            if key not in BY_NAME | RECORDS:
                yield from keys(inner)


KEY = re.compile(r"`([a-z_][a-z_0-9]*)`")
FAULT = set(KEY.findall(PAGE.partition("\n## ")[0]))


def told(verb: str) -> set[str]:
    """Every key that a section names, and those of a fault."""
    return FAULT | set(KEY.findall(SECTIONS[verb]))


def of_each_input(verb: str) -> set[str]:
    """The keys that the row `inputs` of a section names of every file: those behind its first `each with`."""
    row = re.search(r"^\| `inputs` \| (.*) \|$", SECTIONS[verb], re.M)
    assert row is not None
    named = re.search(r"each with ((?:`\w+`(?:, | and )?)+)", row[1])
    return set() if named is None else set(KEY.findall(named[1]))


def rows(verb: str) -> set[str]:
    """The keys that rows of its tables are about."""
    return {key for line in re.findall(r"^\| (`.*?) \|", SECTIONS[verb], re.M) for key in KEY.findall(line)}


LATER = ("--country", "Japan", "--as-of", "2025-11-25")
"""A day on which the invented AS graph stands."""
PLANNED = ("--as-of", "2026-11-25", "--policy", "eu-csa2-proposal", "--listed", "hrs_list=Huawei")
PLANNED += ("--assume", "csa2_in_force=true", "--assume", "annex_ii=true", "--assume", "exemption=none")
PLANNED += ("--assume", "trigger=2027-12-31")
CHEAP = ("--budget", "20bn", "JPY/2026", "--scenarios", "200")
OF_CUBA = ("--graph", "{tmp}/graph", "--country", "CU")
OF_CUBA += ("--addresses", "{tmp}/origins", "--countries", "{tmp}/countries")
OF_A_NETWORK = ("inside", "{tmp}/net.txt", "--restricted", "{tmp}/restricted.txt")
IN_JAPAN = ("--country", "JP", "--as-of", "2025-11-25")
GRAPHS = ("--graphs", "{tmp}/20180101.as-rel.txt")
MEASURED = ("--country", "Netherlands", "--as-of", DAY)
CALLS = {
    "new": [("new", "{tmp}/made")],
    "add": [
        ("add", "{case}", "{tmp}/good.csv"),
        ("add", "{case}", "{tmp}/bad.csv"),
        ("add", "{case}", "{tmp}/bad.csv", "--suggest"),
    ],
    "check": [("check", "{case}", "--country", "Sweden"), ("check", "--list")],
    "screen": [
        ("screen", "{case}", "--policy", "legal-compulsion", "jp-ict-procurement-2018", "--relays", "fall", *ASKED),
        ("screen", "--cases", "{tmp}/asked.csv"),
    ],
    "ach": [
        ("ach", "{case}", "Huawei", "--as-of", "2026-11-25"),
        ("ach", "{case}", "Huawei", "--fact", "covert_access", "--as-of", "2026-11-25"),
        ("ach", "{case}", "seat:CN", "--as-of", "2026-11-25"),
    ],
    "depend": [
        ("depend", "{case}", *ASKED),
        ("depend", "{case}", *ASKED, "--vendors", "seat:CN"),
        ("depend", "{measured}", *MEASURED),
    ],
    "expose": [
        ("expose", "{case}", "--restricted", "{tmp}/restricted.txt", "--country", "JP", "--as-of", "2025-11-25"),
        ("expose", "{own}", "--inside", "--as-of", DAY),
        ("expose", "{case}", "--sites", "--country", "Japan", "--as-of", DAY),
        ("expose", "{case}", "--restricted", "{tmp}/restricted.txt", "--scenarios", "{tmp}/scenarios.csv", *IN_JAPAN),
        ("expose", "{case}", "--restricted", "{tmp}/restricted.txt", *GRAPHS, *IN_JAPAN),
        ("expose", "{case}", "--restricted", "{tmp}/restricted.txt", "--observed", "{tmp}/rib.mrt", *IN_JAPAN),
        ("expose", "{measured}", "--paths", "--vendors", "huawei", *MEASURED),
    ],
    "plan": [
        ("plan", "{small}", "--country", "Japan", "--as-of", DAY, "--packs", "{packs}", "--objective", "frontier"),
        ("plan", "{small}", "--country", "Japan", "--as-of", DAY, "--packs", "{packs}", "--robust"),
    ],
    "fund": [("fund", "{case}", "--country", "Japan", "--as-of", "2026-11-25", "--exclude", "Huawei", *CHEAP)],
    "inventory": [("inventory", "{tmp}/r.snmprec", "--out", "{tmp}/p.parquet", "--links-out", "{tmp}/l.parquet")],
    "vendors": [
        (
            *("vendors", "{tmp}/parsed_2025-05-13.csv.xz", "{tmp}/zmap.csv", "--probed", "{tmp}/probed.txt"),
            *("--aliases", "{tmp}/routers.aliases", "--rho", "2", "--out", "{tmp}/v.parquet"),
            *("--origins", "{tmp}/asn.csv", "--countries", "{tmp}/cc.csv"),
        ),
        ("vendors", "{tmp}/parsed_2025-05-13.csv.xz"),
    ],
    "paths": [
        (
            *("paths", "{tmp}/traces.ndjson", "--vendors", "{tmp}/v.parquet", "--origins"),
            *(
                "{tmp}/origins_2026-06-17.csv", "--restricted", "Huawei", "--restricted", "ZTE", "--out",
                "{tmp}/p.parquet",
            ),
        )
    ],
    "ladder": [
        (
            "ladder", "{tmp}/example.as-rel2.txt", "--restricted", "{tmp}/restricted.txt", "--shares",
            "{tmp}/shares.csv", "--from", "{tmp}/sources.txt", "--out", "{tmp}/rows.parquet", "--cuts", "9",
            "--cuts-out", "{tmp}/cuts.json", "--change", "--what-if", "drop:64501", "--flip-share", "0.1", "--draws",
            "1",
        )
    ],
    "route": [
        (
            *("route", "Registry", "Ministry", "--graph", "{tmp}/example.as-rel2.txt", "--back"),
            *("--restricted", "{tmp}/restricted.txt", "--names", "{tmp}/names.txt", "--tags", "{tmp}/gov.csv"),
        ),
        ("route", "64505", "64507", "--graph", "{tmp}/example.as-rel2.txt", "--restricted", "{tmp}/restricted.txt"),
    ],
    "hegemony": [
        ("hegemony", "{tmp}/rib", "--origin", "20", "--out", "{tmp}/rows.csv"),
        ("hegemony", "{tmp}/cut.bz2", "--vantage", "{tmp}/points"),
        ("hegemony", "--graph", "{tmp}/graph", "--vantage", "{tmp}/points", "--tie", "both"),
        ("vendor-influence", *OF_CUBA, "--shares", "{tmp}/shares", "--tie", "both"),
        ("transit", *OF_CUBA, "--gate", "1"),
        ("transit", *OF_CUBA),
    ],
    "inside": [
        (
            "inside", "{tmp}/net.txt", "--restricted", "{tmp}/restricted.txt", "--failures", "single", "--out",
            "{tmp}/rows.parquet",
        ),
        (*OF_A_NETWORK, "--replace", "--steer", "--budget", "1", "--own-links", "{tmp}/own.csv"),
        (*OF_A_NETWORK, "--steer", "--utilisation", "0.16"),
    ],
    "allocate": [("allocate", "{tmp}/a.json")],
    "certify": [
        ("certify", "{tmp}/i.json", "{tmp}/p.json"),
        ("certify", "{tmp}/i.json", "{tmp}/q.json"),
        ("certify", "{case}", "plan-"),
    ],
    "schedule": [("schedule", "{tmp}/i.json"), ("schedule", "{tmp}/late.json")],
    "ask": [("ask", "{case}", *ASKED)],
    "brief": [("brief", "{case}", *ASKED, "--out", "{tmp}/pages")],
    "export": [("export", "{case}", "--table", "party", "--out", "{tmp}/party.csv")],
    "why": [("why", "{case}", "claim:HW-LAW-1"), ("why", "{case}", "{figure}")],
    "retract": [("retract", "{case}", "claim:HW-LAW-1", "--reason", "Said of another.")],
    "site": [("site", "{case}", "{tmp}/site")],
    "fetch": [("fetch", "--list")],
    "test": [("test", "uk-direction-2022"), ("test", "eu-csa2-proposal", "--cases", "{tmp}/wrong.csv")],
}  # fmt: skip
ELSEWHERE = {"why": {"note", "retracted"}}
"""Keys of rows that these calls do not print."""


@pytest.mark.parametrize("verb", sample(CALLS, 2))
def test_the_page_tells_every_key(
    provenet: Provenet,  # noqa: F811
    case: Path,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
    verb: str,
) -> None:
    (tmp_path / "bad.csv").write_text("Hersteller;Land;Klasse\nHuawei;Japan;ran.radio\n", encoding="utf-8")
    (tmp_path / "good.csv").write_text("party_id,name,role\nmx,Maker X,vendor\n", encoding="utf-8")
    (tmp_path / "asked.csv").write_text("case_id,policy_id,as_of\nA,jp-espa,2024-08-01\n", encoding="utf-8")
    columns = "vendor_profile,asset_class,layer,site_class,origin_country,capability,known_facts,expected_outcome"
    wrong = f"case_id,policy_id,as_of,{columns}\nX,EU-CSA2-HRS,2027-09-01,colour=red,,,,,,,clear\n"
    (tmp_path / "wrong.csv").write_text(wrong, encoding="utf-8")
    figure, places = "", {"case": case, "tmp": tmp_path}
    if verb == "plan":
        # What a plan is worth changes no key.
        monkeypatch.setattr(search, "TRIES", 20_000)
        small = copied_case(request.getfixturevalue("small_made").path, tmp_path / "small")
        places |= {"small": small, "packs": request.getfixturevalue("packs")}
    if verb == "expose":
        verbs.add(case, write_files(tmp_path))
        write_restricted(tmp_path, 64502)
        (tmp_path / "20180101.as-rel.txt").write_text(LINKS.replace("64503|64510|-1|bgp\n", ""), encoding="utf-8")
        (tmp_path / "scenarios.csv").write_text("scenario,kind,network\none gone,fail,64503\n", encoding="utf-8")
        (tmp_path / "rib.mrt").write_bytes(table())
        places["own"] = network_case(tmp_path / "own", as_of=date.fromisoformat(DAY))
    if verb in ("depend", "expose"):
        places["measured"] = measured_case(tmp_path)
        verbs.depend(places["measured"], country=["Netherlands"], as_of=DAY)
    if verb == "hegemony":
        write_influence_files(tmp_path)
    if verb == "inventory":
        (tmp_path / "r.snmprec").write_text("1.3.6.1.4.1.9.9.23.1.2.1.1.6.7.1|4|switch-2\n", encoding="utf-8")
    if verb == "vendors":
        write_measured_files(tmp_path)
        (tmp_path / "asn.csv").write_text("192.0.2.0,192.0.2.255,64500,Alpha\n", encoding="utf-8")
        (tmp_path / "cc.csv").write_text("192.0.2.0,192.0.2.255,NL\n", encoding="utf-8")
    if verb == "paths":
        write_path_files(tmp_path)
        assert provenet("vendors", tmp_path / "scan_2025-05-13.csv", "--out", tmp_path / "v.parquet").code == 0
    if verb in ("ladder", "route"):
        write_ladder_files(tmp_path)
        write_name_files(tmp_path)
    if verb == "inside":
        write_inside_files(tmp_path)
    if verb == "allocate":
        given = '{"budget": 1, "carriers": [{"id": "a", "levels": [0, 1], "gaps": [1]}], "demands": []}'
        (tmp_path / "a.json").write_text(given, encoding="utf-8")
    if verb == "schedule":
        late = tuple(replace(unit, latest=0) for unit in INSTANCE.units)
        (tmp_path / "late.json").write_bytes(instance_bytes(replace(INSTANCE, units=late)))
    if verb in ("certify", "schedule"):
        (tmp_path / "i.json").write_bytes(instance_bytes(INSTANCE))
        (tmp_path / "p.json").write_bytes(plan_bytes(hand_made(), INSTANCE))
        (tmp_path / "q.json").write_text('{"start": {}}', encoding="utf-8")
    if verb in ("certify", "fund"):
        planned_case(provenet, case, tmp_path, run=verb == "certify")
    if verb == "why":
        from provenet.case.case import Case

        figure = Case.open(case).read("vendor_share").filter(method="published")["share_id"][0]
    seen: set[str] = set()
    for call in CALLS[verb]:
        words = [word.format(**places, figure=figure) for word in call]
        answer = json.loads(provenet(*words, "--json").out)
        claims = answer.pop("claims", []) if verb == "screen" else []
        for kind, files in answer["inputs"].items() if verb in ("vendors", "paths") else ():
            assert of_each_input(verb) >= {"file", "digest", "left_out_count"}
            assert all(of_each_input(verb) <= set(one) for one in files), f"inputs, {kind}"
        seen |= set(keys(answer)) | ({"claims"} if claims else set())
    assert sorted(seen - told(verb)) == [], "keys that docs/json.md does not tell"
    assert sorted(rows(verb) - seen - ELSEWHERE.get(verb, set())) == [], "keys that nothing prints"


def planned_case(provenet: Provenet, case: Path, tmp_path: Path, run: bool) -> None:  # noqa: F811
    """The bundled figures of a plan in the case, its verdicts and shares, and a plan if it is asked for."""
    names = ("element_count", "swap_option", "plan_limit", "interop_rule", "price_index", "exchange_rate")
    names += ("purchase", "choice_input", "programme")
    for name in names:
        (tmp_path / f"{name}.csv").write_bytes(bundled_files()[f"{name}.csv"])
    verbs.add(case, [tmp_path / f"{name}.csv" for name in names])
    day = ("--country", "Japan", "--as-of", "2026-11-25")
    for words in (("screen", case, "--policy", "jp-espa", *day), ("depend", case, *day)):
        assert provenet(*words).code == 0
    if run:
        assert provenet("plan", case, "--country", "Japan", *PLANNED).code == 0


def test_every_verb_has_a_section() -> None:
    from provenet.cli.main import load_all

    assert set(SECTIONS) == set(load_all())
