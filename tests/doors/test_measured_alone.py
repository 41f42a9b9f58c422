"""A case of measurements without a carrier: every verb answers of its countries, and pages say what is not held."""

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

pytest.importorskip("numba", reason="the extra 'internet' is not installed")
pytest.importorskip("jinja2", reason="the extra 'brief' is not installed")

import provenet
from doors.measured_case import probed, router, scan, traces
from provenet.case.case import Case
from provenet.cli.main import cli
from provenet.core.errors import UsageFault
from provenet.verbs.question import KnownCountries
from unit.dossier.page_reading import Page, raw_identifiers

DAY = "2025-05-13"
NOBODY = "the case knows nothing of this country: no carrier, no inventory and no measurement"
EMPTY = ("On whom the carriers depend", "Sensitive sites", "Options, and what each would cost", "Contracts and tenders")


def case_of(folder: Path, texts: dict[str, str]) -> Path:
    """A case made of some files alone."""
    folder.mkdir()
    place = folder / "case"
    provenet.new(place, "measured")
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    files = [folder / name for name in texts if not name.endswith(".toml")]
    added = provenet.add(Case.open(place), files)
    assert added.fault_count == 0, added.faults
    return place


def asked(*words: str) -> Result:
    return CliRunner().invoke(cli, list(words))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    sent, hops = traces()
    texts = {"scan_2025-05-07_NL.csv": scan(7), "scan_2025-05-08_NL.csv": scan(8), "trace.csv": sent, "hop.csv": hops}
    return case_of(tmp_path_factory.mktemp("alone") / "alone", texts)


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
    answer = provenet.depend(case, as_of=DAY)
    assert [one.country for one in answer.countries] == ["Belgium"]


def test_what_was_measured_later_is_not_known_before(place: Path) -> None:
    case = Case.open(place)
    traced = KnownCountries.of_case(case, date(2025, 5, 13), date(2020, 1, 1))
    assert (traced.measured_in("sighting"), traced.measured_in("trace")) == ([], ["Netherlands"])
    assert KnownCountries.of_case(case, date(2025, 5, 13), date(2019, 1, 1)).stated() == []


def test_every_verb_knows_the_country(place: Path) -> None:
    screened = json.loads(asked("screen", str(place), "--policy", "nl-trust-2019", "--as-of", DAY, "--json").stdout)
    assert [one["country"] for one in screened["policies"]] == ["Netherlands"]
    for words in (
        ("screen", str(place), "--policy", "nl-trust-2019", "--country", "Netherlands", "--as-of", DAY),
        ("depend", str(place), "--country", "NL", "--as-of", DAY),
        ("expose", str(place), "--paths", "--country", "Netherlands", "--as-of", DAY),
        ("brief", str(place), "--country", "Netherlands", "--as-of", DAY),
        ("status", str(place)),
        ("run", str(place)),
    ):
        made = asked(*words)
        assert made.exit_code == 0, made.output
    assert json.loads(asked("status", str(place), "--json").stdout)["up_to_date"]
    checked = provenet.check(place, as_of=DAY)
    assert {one.country for one in checked.questions} == {"Netherlands"}
    again = provenet.run(place, as_of="2025-06-01")
    assert not again.left, again.left
    assert {one.verb for one in again.renewed} == {"screen", "depend", "brief"}


@pytest.mark.parametrize("verb", ["screen", "depend", "brief"])
def test_a_country_that_nothing_was_measured_in_is_refused(place: Path, verb: str) -> None:
    words = ("--policy", "nl-trust-2019") if verb == "screen" else ()
    made = asked(verb, str(place), *words, "--country", "Japan", "--as-of", DAY)
    assert isinstance(made.exception, UsageFault)
    assert f"--country: {NOBODY}; found 'Japan'." in str(made.exception)


def test_the_dossier_says_what_is_not_held_and_has_no_empty_chapter(place: Path) -> None:
    for audience in ("public", "internal"):
        brief = provenet.brief(place, country=["Netherlands"], as_of=DAY, audience=audience)
        html = brief.dossiers[0].html.read_bytes()
        text, source = Page(html).text, html.decode("utf-8")
        assert "What is known of the Netherlands: measurements alone" in text
        assert "This case holds no carrier, no published share of a vendor, no sensitive site" in text
        assert "What it does not hold is not known: nothing follows from its absence." in text
        assert "What measurements show: routers and paths" in text
        assert "These pages cite no publication." in text
        assert not [title for title in EMPTY if f". {title}</h2>" in source]
        assert router(0) not in source
        pages = [brief.dossiers[0].html, *brief.dossiers[0].html.parent.glob("netherlands*.html")]
        assert not {name for page in pages for name in raw_identifiers(page.read_text(encoding="utf-8"))}
        restricted = text.partition("Restricted under a policy, of the routers that answered")[2]
        is_withheld = "withheld fewer than five routers" in " ".join(restricted.split())
        assert is_withheld == (audience == "public"), restricted[:300]


def test_a_carrier_on_file_brings_every_chapter_back(tmp_path: Path) -> None:
    texts = {"scan_2025-05-07_NL.csv": scan(7), "party.csv": "name,role,country\nKPN,carrier,NL\n"}
    made = case_of(tmp_path / "made", texts)
    provenet.screen(made, ["nl-trust-2019"], country=["Netherlands"], as_of=DAY)
    provenet.depend(made, country=["Netherlands"], as_of=DAY)
    source = provenet.brief(made, country=["Netherlands"], as_of=DAY).dossiers[0].html.read_text(encoding="utf-8")
    assert "measurements alone" not in source
    assert all(f". {title}</h2>" in source for title in EMPTY)


def test_what_speaks_against_a_vendor_is_no_part_of_its_name(tmp_path: Path) -> None:
    foreign = scan(7).replace("00:00:5e:00:", "00:e0:fc:00:").replace(",9,3,", ",25506,3,")
    case = Case.open(case_of(tmp_path / "made", {"scan_2025-05-07_NL.csv": foreign}))
    names = dict(case.read("party").select("party_id", "name").iter_rows())
    assert "h3c" in names and not [name for name in names.values() if "against it" in name]


def test_the_site_shows_the_country(place: Path, tmp_path: Path) -> None:
    made = asked("site", str(place), str(tmp_path / "site"))
    assert made.exit_code == 0, made.output
    world = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    country = (tmp_path / "site" / "country-netherlands.html").read_text(encoding="utf-8")
    assert "country-netherlands.html" in world
    assert "What is known of the Netherlands: measurements alone" in country
    reading = ("index", "country", "world", "claims", "map", "aid", "plan")
    pages = [page for page in (tmp_path / "site").glob("*.html") if page.name.startswith(reading)]
    assert not {name for page in pages for name in raw_identifiers(page.read_text(encoding="utf-8"))}
