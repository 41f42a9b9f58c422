"""Measured evidence in a case, from files to pages: shares, paths, freshness; with carriers and without one."""

import json
import re
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

pytest.importorskip("numba", reason="the extra 'internet' is not installed")
pytest.importorskip("jinja2", reason="the extra 'brief' is not installed")

import provenet
from doors.measured_case import measured_case, probed, router, scan, traces
from provenet.case.case import Case
from provenet.case.standing import Standing
from provenet.cli.main import cli
from provenet.core.errors import StaleInput, UsageFault
from provenet.verbs.question import KnownCountries
from provenet.web.reading import Reading
from support.copies import copied_case
from unit.dossier.page_reading import Page, raw_identifiers

DAY = "2026-11-25"
TITLE = "What measurements show"
ADDRESS = re.compile(r"\b45\.\d+\.\d+\.\d+")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = measured_case(tmp_path_factory.mktemp("measured"))
    provenet.screen(found, "eu-5g-toolbox", country=["Netherlands"], as_of=DAY)
    return found


def asked(*words: str) -> dict[str, object]:
    made = CliRunner().invoke(cli, [*words, "--json"], catch_exceptions=False)
    assert made.exit_code == 0, made.output
    return json.loads(made.stdout)  # type: ignore[no-any-return]


def states(place: Path) -> dict[str, str]:
    return {one.run.verb: one.word for one in Standing(Case.open(place)).states()}


def test_depend_writes_measured_shares_beside_declared_ones(place: Path) -> None:
    answer = asked("depend", str(place), "--country", "Netherlands", "--as-of", DAY)
    (country,) = answer["countries"]  # type: ignore[misc]
    figures = country["measured"]["figures"]
    of = {
        (row["measured_of"], *row["vendor_ids"]): row
        for row in figures
        if row["level"] == "country" and not row["part"]
    }
    cisco = of["answered", "cisco"]
    assert (cisco["router_count"], cisco["seen_count"], cisco["identified_count"]) == (60, 30, 50)
    assert (cisco["low_unanswered_share"], cisco["high_unanswered_share"]) == (0.5, pytest.approx(40 / 60))
    assert (of["probed", "cisco"]["router_count"], of["probed", "cisco"]["low_unanswered_share"]) == (120, 0.25)
    assert {row["carrier_id"] for row in figures if row["level"] == "carrier"} == {"kpn"}
    assert Case.open(place).read_latest("vendor_share").filter(method="counted").is_empty()
    lines = CliRunner().invoke(cli, ["depend", str(place), "--country", "Netherlands", "--as-of", DAY]).output
    assert "Measured, of the routers that answered (60 routers; 50 routers identified)" in lines


def test_the_tool_counts_as_the_case_does(place: Path, tmp_path: Path) -> None:
    """The same scans and list of those probed, over all days and on each: one census of routers."""
    asked("depend", str(place), "--country", "Netherlands", "--as-of", DAY)
    (tmp_path / "countries.csv").write_text("45.0.0.0,45.5.255.255,NL\n", encoding="utf-8")
    scans, probed = sorted(place.parent.glob("scan_*.csv")), place.parent / "probed.txt"
    told = provenet.vendors(scans, probed=probed, countries=tmp_path / "countries.csv").summary
    rows = Case.open(place).read_latest("measured_share").filter(level="country").to_dicts()
    rows = [row for row in rows if row["part"] is None]
    (here,) = told["by_country"]
    parts = {("probed", "all", None): here} | {("answered", "day", one["seen_on"]): one for one in told["by_day"]}
    for (whole, period, day), part in parts.items():
        mine = [row for row in rows if (row["measured_of"], row["period"]) == (whole, period)]
        of = {row["vendor_ids"][0]: row for row in mine if day in (None, str(row["seen_low_on"]))}
        assert set(of) == {one["vendor_id"] for one in part["by_vendor"]} == {"cisco", "juniper", "huawei"}
        for one in part["by_vendor"]:
            row, ends = of[one["vendor_id"]], one["unanswered" if whole == "probed" else "answered"]
            assert row["router_count"] == (part["probed_count"] or part["answered_count"])
            for name in ("answered_count", "identified_count"):
                assert row[name] == part[name]
            assert row["seen_count"] == one["router_count"]
            assert ends == pytest.approx({f"{end}_share": row[f"{end}_unanswered_share"] for end in ("low", "high")})
            assert one["sampling"]["low_share"] == pytest.approx(row["low_seen_share"], abs=1e-6)


def test_the_window_of_evidence_is_stored_where_it_is_another(place: Path, tmp_path: Path) -> None:
    case = copied_case(place, tmp_path / "copy")
    asked("depend", str(case), "--country", "Netherlands", "--as-of", DAY)
    answer = asked("depend", str(case), "--country", "Netherlands", "--as-of", DAY, "--window-days", "400")
    assert answer["countries"][0]["measured"]["window_days"] == 400  # type: ignore[index]
    stored = [(run.verb, run.settings.get("window_days")) for run in Standing(Case.open(case)).records]
    assert [one for one in stored if one[0] in ("depend", "estimates", "measured")] == [
        ("depend", None),
        ("estimates", None),
        ("measured", None),
        ("estimates", 400),
        ("measured", 400),
    ]


def test_expose_holds_traces_against_the_routers(place: Path) -> None:
    asked("depend", str(place), "--country", "Netherlands", "--as-of", DAY)
    answer = asked("expose", str(place), "--paths", "--vendors", "huawei", "--country", "Netherlands", "--as-of", DAY)
    (country,) = answer["countries"]  # type: ignore[misc]
    whole = next(row for row in country["paths"] if row["target_country"] is None)
    tiers = [whole[f"{name}_count"] for name in ("on_hop", "in_network", "unknown", "clear")]
    assert sum(tiers) == whole["trace_count"] == 60
    assert whole["on_hop_count"] == 8 and whole["in_network_count"] > 0
    assert (whole["low_share"], whole["high_share"]) == (round(8 / 60, 12), round(1 - tiers[3] / 60, 12))
    assert {row["target_country"] for row in country["paths"]} == {None, "Germany", "Italy"}
    assert states(place)["paths"] == states(place)["measured"] == states(place)["estimates"] == "current"


def test_a_figure_walks_back_to_sightings(place: Path) -> None:
    asked("depend", str(place), "--country", "Netherlands", "--as-of", DAY)
    case = Case.open(place)
    shares = case.read_latest("measured_share").filter(measured_of="probed", period="all")
    walk = str(provenet.why(place, shares["measured_share_id"][0]))
    assert "all 60 rows of vendor_estimate" in walk and "rows of probed_address" in walk
    estimate = case.read_latest("vendor_estimate").filter(vendor_id="huawei")["estimate_id"][0]
    assert "sighting:" in str(provenet.why(place, estimate))


def test_pages_show_tiers_and_no_address(place: Path) -> None:
    asked("depend", str(place), "--country", "Netherlands", "--as-of", DAY)
    asked("expose", str(place), "--paths", "--vendors", "huawei", "--country", "Netherlands", "--as-of", DAY)
    for audience in ("public", "internal"):
        (made,) = provenet.brief(place, country=["Netherlands"], as_of=DAY, audience=audience).dossiers
        page, annex = made.html.read_text("utf-8"), made.annex.read_text("utf-8")
        assert TITLE in page
        assert not ADDRESS.search(page) and not ADDRESS.search(annex)
        text = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))
        assert "which is no evidence that it crossed that router" in text and "The two lie 6 years apart" in text
        assert ("In the networks of carriers" in text) == (audience == "internal")
        assert "AS6450" not in page and "64501" not in page
    case = Case.open(place)
    for is_public in (True, False):
        reading = Reading(case, public=is_public)
        for name, column in (("sighting", "address"), ("hop", "address"), ("vendor_estimate", "addresses")):
            assert reading.tables[name][column].drop_nulls().is_empty()
    few = Reading(case, public=True).tables["measured_share"]
    assert few.height and few["seen_count"].min() >= 5  # type: ignore[operator]
    assert few["level"].unique().to_list() == ["country"]


def test_more_evidence_makes_what_rests_on_it_stale(place: Path, tmp_path: Path) -> None:
    asked("depend", str(place), "--country", "Netherlands", "--as-of", DAY)
    asked("expose", str(place), "--paths", "--vendors", "huawei", "--country", "Netherlands", "--as-of", DAY)
    (tmp_path / "scan_2025-05-09_NL.csv").write_text(scan(9), encoding="utf-8")
    provenet.add(place, [tmp_path / "scan_2025-05-09_NL.csv"])
    found = states(place)
    (declared,) = [one for one in Standing(Case.open(place)).states() if one.run.verb == "depend"]
    assert set(declared.changed) <= {"source", "party"}
    assert found["estimates"] == found["measured"] == found["paths"] == "stale"
    with pytest.raises(StaleInput, match="the routers identified are older than the table sighting"):
        provenet.expose(place, paths=True, country=["Netherlands"], as_of=DAY)
    before = {one.run.verb: one.run.run_id for one in Standing(Case.open(place)).states()}
    assert provenet.run(place).left == ()
    assert set(states(place).values()) == {"current"}
    after = {one.run.verb: one.run.run_id for one in Standing(Case.open(place)).states()}
    for verb, table in (("measured", "measured_share"), ("estimates", "vendor_estimate")):
        found = provenet.diff(place, before[verb], after[verb])
        changed = next(one for one in found.changed if one.table == table)
        assert changed.columns["seen_high_on"][1].isoformat() == "2025-05-09"
        assert not any(ADDRESS.search(one.says) for one in found.changed)


def test_without_traces_or_routers_the_question_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "case"
    provenet.new(place, "empty")
    with pytest.raises(UsageFault, match="the case holds no trace"):
        provenet.expose(place, paths=True, as_of=DAY)
    with pytest.raises(UsageFault, match="ask one at a time"):
        provenet.expose(place, paths=True, sites=True, as_of=DAY)
    with pytest.raises(UsageFault, match="--vendors goes with --paths"):
        provenet.expose(place, vendors=["huawei"], as_of=DAY)
    with pytest.raises(UsageFault, match="leave out --restricted-country"):
        told, hops = traces()
        (tmp_path / "trace.csv").write_text(told, encoding="utf-8")
        (tmp_path / "hop.csv").write_text(hops, encoding="utf-8")
        provenet.add(place, [tmp_path / "trace.csv", tmp_path / "hop.csv"])
        provenet.expose(place, paths=True, restricted_country=["CN"], as_of=DAY)
    with pytest.raises(StaleInput, match="no router was identified for 2026-11-25; run: provenet depend CASE"):
        provenet.expose(place, paths=True, as_of=DAY)


def test_an_inventory_that_was_not_known_on_a_day_is_no_conflict_of_its_replay(tmp_path: Path) -> None:
    case = tmp_path / "case"
    row = "a,transport.router,kpn,NL,huawei,1,address=45.0.0.1\n"
    texts = {
        "party.csv": "name,role,country\nKPN,carrier,NL\nHuawei,vendor,CN\n",
        "scan_2025-05-07_NL.csv": scan(7),
        "asset.csv": "asset_id,asset_class,carrier_id,country,vendor_id,unit_count,facts\n" + row,
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    provenet.new(case, "later")
    assert provenet.add(Case.open(case), [tmp_path / name for name in texts]).fault_count == 0
    found = {}
    for known in ("2026-06-02", None):
        provenet.depend(case, country=["Netherlands"], as_of="2026-06-03", known_on=known)
        found[known] = Case.open(case).read_latest("finding").filter(kind="measured against declared").height
    assert found == {"2026-06-02": 0, None: 1}


ALONE_ON = "2025-05-13"
NOBODY = "the case knows nothing of this country: no carrier, no inventory and no measurement"
EMPTY = ("On whom the carriers depend", "Sensitive sites", "Options, and what each would cost", "Contracts and tenders")


def case_of(folder: Path, texts: dict[str, str]) -> Path:
    """A case made of some files alone."""
    folder.mkdir()
    alone = folder / "case"
    provenet.new(alone, "measured")
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    files = [folder / name for name in texts if not name.endswith(".toml")]
    added = provenet.add(Case.open(alone), files)
    assert added.fault_count == 0, added.faults
    return alone


def asked_alone(*words: str) -> Result:
    return CliRunner().invoke(cli, list(words))


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    sent, hops = traces()
    texts = {"scan_2025-05-07_NL.csv": scan(7), "scan_2025-05-08_NL.csv": scan(8), "trace.csv": sent, "hop.csv": hops}
    return case_of(tmp_path_factory.mktemp("alone") / "alone", texts)


@pytest.fixture(scope="module")
def answered(alone: Path) -> Path:
    """That case once every verb has answered of its country."""
    scope = (str(alone), "--country", "Netherlands", "--as-of", ALONE_ON)
    for verb, *more in (("screen", "--policy", "nl-trust-2019"), ("depend",), ("expose", "--paths"), ("brief",)):
        made = asked_alone(verb, *scope, *more)
        assert made.exit_code == 0, made.output
    return alone


def test_the_countries_of_scans_lists_and_traces_are_known(tmp_path: Path) -> None:
    constant = '[constants]\ncountry = "Belgium"\n'
    for number, (texts, known) in enumerate(
        (
            ({"scan_2025-05-07_NL.csv": scan(7)}, ["Netherlands"]),
            ({"probed.txt": probed(), "probed.toml": constant}, ["Belgium"]),
            ({"trace.csv": traces()[0], "hop.csv": traces()[1]}, ["Netherlands"]),
        )
    ):
        case = Case.open(case_of(tmp_path / str(number), texts))
        found = KnownCountries.of_case(case, date(2025, 5, 13), None)
        assert (found.with_carriers, found.with_inventories, found.stated()) == ([], [], known)
        assert found.named([known[0]]) == known
        with pytest.raises(UsageFault, match="the case knows nothing of this country"):
            found.named(["Japan"])


def test_a_country_that_only_a_table_of_ranges_gives_is_known(tmp_path: Path) -> None:
    nowhere = scan(7).replace(",NL,", ",,")
    ranges = "".join(f"45.{at}.0.0,45.{at}.255.255,BE\n" for at in range(6))
    case = Case.open(case_of(tmp_path / "made", {"scan_2025-05-07.csv": nowhere, "country-ipv4-20250501.csv": ranges}))
    found = KnownCountries.of_case(case, date(2025, 5, 13), None)
    assert (found.stated(), found.registered) == ([], ["Belgium"])
    assert found.named(["BE"]) == ["Belgium"]
    answer = provenet.depend(case, as_of=ALONE_ON)
    assert [one.country for one in answer.countries] == ["Belgium"]


def test_what_was_measured_later_is_not_known_before(alone: Path) -> None:
    case = Case.open(alone)
    traced = KnownCountries.of_case(case, date(2025, 5, 13), date(2020, 1, 1))
    assert (traced.measured_in("sighting"), traced.measured_in("trace")) == ([], ["Netherlands"])
    assert KnownCountries.of_case(case, date(2025, 5, 13), date(2019, 1, 1)).stated() == []


def test_every_verb_knows_the_country(answered: Path) -> None:
    screened = json.loads(
        asked_alone("screen", str(answered), "--policy", "nl-trust-2019", "--as-of", ALONE_ON, "--json").stdout
    )
    assert [one["country"] for one in screened["policies"]] == ["Netherlands"]
    for verb in ("status", "run"):
        made = asked_alone(verb, str(answered))
        assert made.exit_code == 0, made.output
    assert json.loads(asked_alone("status", str(answered), "--json").stdout)["up_to_date"]
    checked = provenet.check(answered, as_of=ALONE_ON)
    assert {one.country for one in checked.questions} == {"Netherlands"}
    again = provenet.run(answered, as_of="2025-06-01")
    assert not again.left, again.left
    assert {one.verb for one in again.renewed} == {"screen", "depend", "brief"}


@pytest.mark.parametrize("verb", ["screen", "depend", "brief"])
def test_a_country_that_nothing_was_measured_in_is_refused(alone: Path, verb: str) -> None:
    words = ("--policy", "nl-trust-2019") if verb == "screen" else ()
    made = asked_alone(verb, str(alone), *words, "--country", "Japan", "--as-of", ALONE_ON)
    assert isinstance(made.exception, UsageFault)
    assert f"--country: {NOBODY}; found 'Japan'." in str(made.exception)


def test_the_dossier_says_what_was_measured_and_has_no_empty_chapter(answered: Path) -> None:
    for audience in ("public", "internal"):
        brief = provenet.brief(answered, country=["Netherlands"], as_of=ALONE_ON, audience=audience)
        html = brief.dossiers[0].html.read_bytes()
        text, source = Page(html).text, html.decode("utf-8")
        assert "that is evidence of these routers and of no other equipment" in text
        assert "What measurements show: routers and paths" in text
        assert not [title for title in EMPTY if f". {title}</h2>" in source]
        assert router(0) not in source
        pages = [brief.dossiers[0].html, *brief.dossiers[0].html.parent.glob("netherlands*.html")]
        assert not {name for page in pages for name in raw_identifiers(page.read_text(encoding="utf-8"))}
        restricted = text.partition("Restricted under a policy, of the routers that answered")[2]
        is_withheld = "withheld fewer than five routers" in " ".join(restricted.split())
        assert is_withheld == (audience == "public"), restricted[:300]


def test_a_carrier_on_file_brings_no_empty_chapter_back(tmp_path: Path) -> None:
    texts = {"scan_2025-05-07_NL.csv": scan(7), "party.csv": "name,role,country\nKPN,carrier,NL\n"}
    made = case_of(tmp_path / "made", texts)
    provenet.screen(made, ["nl-trust-2019"], country=["Netherlands"], as_of=ALONE_ON)
    provenet.depend(made, country=["Netherlands"], as_of=ALONE_ON)
    source = provenet.brief(made, country=["Netherlands"], as_of=ALONE_ON).dossiers[0].html.read_text(encoding="utf-8")
    assert "We hold nothing on" in source and not [title for title in EMPTY if f". {title}</h2>" in source]


def test_what_speaks_against_a_vendor_is_no_part_of_its_name(tmp_path: Path) -> None:
    foreign = scan(7).replace("00:00:5e:00:", "00:e0:fc:00:").replace(",9,3,", ",25506,3,")
    case = Case.open(case_of(tmp_path / "made", {"scan_2025-05-07_NL.csv": foreign}))
    names = dict(case.read("party").select("party_id", "name").iter_rows())
    assert "h3c" in names and not [name for name in names.values() if "against it" in name]


def test_the_site_shows_the_country(answered: Path, tmp_path: Path) -> None:
    made = asked_alone("site", str(answered), str(tmp_path / "site"))
    assert made.exit_code == 0, made.output
    world = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    country = (tmp_path / "site" / "country-netherlands.html").read_text(encoding="utf-8")
    assert "country-netherlands.html" in world
    assert "that is evidence of these routers and of no other equipment" in country
    reading = ("index", "country", "world", "claims", "map", "aid", "plan")
    pages = [page for page in (tmp_path / "site").glob("*.html") if page.name.startswith(reading)]
    assert not {name for page in pages for name in raw_identifiers(page.read_text(encoding="utf-8"))}
