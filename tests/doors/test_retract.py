"""An input counts no more for a reason that stays, and counts again when it is restored; results follow."""

import re
from pathlib import Path

import pytest

import provenet as verbs
from doors.conftest import ASKED, Provenet
from provenet.case.case import Case
from provenet.web.api import ROUTES, STALE_HEADER
from support.copies import copied_case
from support.web_client import client

WHY = ("--reason", "Read for another country.")


@pytest.fixture
def own(case: Path, tmp_path: Path) -> Path:
    """A copy of the small case that a test may change."""
    return copied_case(case, tmp_path / "own")


def share_of(case: Path) -> tuple[str, str]:
    """The row and the source of a published share of Japan."""
    rows = Case.open(case).read("market_share").filter(geo="Japan").sort("row_id")
    return rows["row_id"][0], rows["source_id"][0]


def shares(provenet: Provenet, case: Path, *more: str) -> list[str]:
    """The inputs of the shares of Japan as `depend` answers now."""
    ran = provenet("depend", case, *ASKED, *more, "--json")
    assert ran.code == 0, ran.err
    rows = Case.open(case).read("vendor_share").filter(run_id=ran.json["countries"][0]["run_id"])
    return sorted({ref for refs in rows["inputs"].to_list() for ref in refs if ref.startswith("market_share:")})


def test_a_retracted_row_counts_no_more_stays_in_the_case_and_comes_back(provenet: Provenet, own: Path) -> None:
    row, _ = share_of(own)
    before, digest = shares(provenet, own), Case.open(own).digest(["market_share"])
    assert f"market_share:{row}" in before
    done = provenet("retract", own, row, *WHY)
    assert done.code == 0, done.err
    assert done.out.startswith(f"market_share:{row}: retracted; 1 row counts no more. Read for another country.\n")
    assert "Stale now: brief 1, depend 1, screen 1." in done.out
    status = provenet("status", own)
    assert f"Retracted: market_share:{row}: Read for another country.\n" in status.out
    assert "stale" in status.out
    assert f"market_share:{row}" not in shares(provenet, own)
    assert "retracted: Read for another country." in provenet("why", own, f"market_share:{row}").out
    assert provenet("why", own, f"market_share:{row}", "--json").json["walk"]["retracted"] == WHY[1]
    assert Case.open(own).read("market_share", whole=True).filter(row_id=row).height == 1
    assert row not in provenet("export", own, "market_share").out
    back = provenet("retract", own, row, "--restore", "--reason", "It was right.", "--json").json
    assert (back["state"], back["row_count"]) == ("restored", 1)
    assert Case.open(own).digest(["market_share"]) == digest
    assert shares(provenet, own) == before
    assert provenet("status", own, "--json").json["retracted"] == []
    history = Case.open(own).read("retraction")
    assert set(history["reason"]) == {"It was right.", "Read for another country."}


def test_a_retracted_source_takes_every_row_that_cites_it_and_no_party(provenet: Provenet, own: Path) -> None:
    _, source = share_of(own)
    held = Case.open(own)
    parties = held.read("party")
    citing = held.read("market_share").filter(source_id=source)["row_id"].to_list()
    done = provenet("retract", own, source, *WHY, "--json").json
    assert done["about"] == f"source:{source}"
    assert done["row_count"] >= len(citing)
    after = Case.open(own)
    assert after.read("market_share").filter(source_id=source).is_empty()
    assert after.scan("market_share").filter(source_id=source).collect().is_empty()
    assert after.columns("market_share", ["source_id"]).filter(source_id=source).is_empty()
    assert after.read("party").equals(parties)
    assert not {f"market_share:{row}" for row in citing} & set(shares(provenet, own))
    assert provenet("run", own).code == 0
    assert "results are current." in provenet("status", own).out


def test_adding_the_file_again_brings_no_retracted_row_back(provenet: Provenet, own: Path, tmp_path: Path) -> None:
    row, _ = share_of(own)
    provenet("retract", own, row, *WHY)
    held = Case.open(own)
    file = held.read("market_share", whole=True).filter(row_id=row)["file_id"][0]
    again = tmp_path / "ran_share.csv"
    again.write_bytes(held.source_bytes(file))
    assert provenet("add", own, again).code == 0
    assert Case.open(own).read("market_share", whole=True).filter(row_id=row).height == 1
    assert Case.open(own).read("market_share").filter(row_id=row).is_empty()


def test_what_was_sound_until_a_day_counts_as_known_before_it(provenet: Provenet, own: Path) -> None:
    row, _ = share_of(own)
    early, late = ("--known-on", "2024-06-30"), ("--known-on", "2024-07-31")
    stood = f"market_share:{row}" in shares(provenet, own, *early)
    assert stood, "a share that was public by then"
    assert provenet("retract", own, row, *WHY, "--from-on", "2024-07-15").code == 0
    assert f"market_share:{row}" in shares(provenet, own, *early)
    assert f"market_share:{row}" not in shares(provenet, own, *late)
    assert f"market_share:{row}" not in shares(provenet, own)
    assert provenet("run", own).code == 0
    assert "results are current." in provenet("status", own).out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("nobody",), "retract: --reason is missing; expected a sentence that says why, which stays in the case."),
        (("nobody", *WHY), "retract: no source, row or rule pack of the case has the id 'nobody'."),
        (("ROW", "--restore", *WHY), "retract: this input is not retracted; found"),
    ],
)
def test_what_cannot_be_retracted_is_a_fault_in_words(
    provenet: Provenet, own: Path, words: tuple[str, ...], says: str
) -> None:
    row, _ = share_of(own)
    ran = provenet("retract", own, *(word.replace("ROW", row) for word in words))
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err


def test_a_second_retraction_of_the_same_is_a_fault_and_python_answers_alike(provenet: Provenet, own: Path) -> None:
    row, _ = share_of(own)
    assert verbs.retract(own, f"market_share:{row}", reason="Twice in the case.").state == "retracted"
    ran = provenet("retract", own, row, *WHY)
    assert ran.code == 2
    assert "retract: this input is retracted already: Twice in the case." in ran.err


def test_a_newer_state_of_an_inventory_takes_the_place_of_the_old_one(
    provenet: Provenet, own: Path, tmp_path: Path
) -> None:
    head = "asset_id,carrier_id,country,asset_class,layer,vendor_id,unit_count\n"
    old, new = tmp_path / "june.csv", tmp_path / "july.csv"
    old.write_text(head + "A,KDDI,Japan,ran.radio,hardware,Nokia,1\nB,KDDI,Japan,ran.radio,hardware,Nokia,1\n")
    new.write_text(head + "A,KDDI,Japan,ran.radio,hardware,Nokia,1\nB,KDDI,Japan,ran.radio,hardware,Ericsson,1\n")
    assert provenet("add", own, old).code == 0
    clash = provenet("add", own, new)
    assert clash.code == 3  # B is said twice, otherwise
    first = Case.open(own).read("asset").filter(asset_id="A")["source_id"][0]
    assert provenet("retract", own, first, *WHY).code == 0
    assert Case.open(own).read("asset").is_empty()
    assert provenet("add", own, new).code == 0
    found = Case.open(own).read("asset").sort("asset_id")
    assert found.select("asset_id", "vendor_id").rows() == [("A", "nokia"), ("B", "ericsson")]
    assert set(found["source_id"]) != {first}
    restored = provenet("retract", own, first, *WHY, "--restore")
    assert restored.code == 0, restored.err
    again = Case.open(own)
    assert again.read("asset").filter(asset_id="A").height == 1
    assert again.scan("asset").filter(asset_id="A").collect().height == 1
    assert again.columns("asset", ["asset_id"]).filter(asset_id="A").height == 1


def test_what_strangers_read_is_never_stale_and_pages_say_where_it_is(
    provenet: Provenet, own: Path, tmp_path: Path
) -> None:
    pages = ("/", "/country/japan", "/map/japan", "/plan", "/tables/vendor_share", "/claims")
    out, words = tmp_path / "site", "results are stale"
    assert provenet("site", own, out).code == 0
    assert not any(words in client(own).get(page).text for page in pages)
    calls = [one.path for one in ROUTES if one.public and not one.words and one.path not in ("/api/why", "/api/ach")]
    calls += ["/api/tables/party", "/api/why?figure=party:huawei", "/api/ach?vendor=huawei&as_of=2026-11-25"]
    assert not any(STALE_HEADER in client(own).get(call).headers for call in calls)
    row, _ = share_of(own)
    provenet("retract", own, row, *WHY)
    for public in (True, False):
        assert all(words in client(own, public=public).get(page).text for page in pages), public
        banner = re.search(r'<p class="banner" role="note">(.*?)</p>', client(own, public=public).get("/").text)
        said = re.sub("<[^>]*>", "", banner[1]) if banner else ""
        answers = [client(own, public=public).get(call) for call in calls]
        assert [(one.status_code, one.headers[STALE_HEADER]) for one in answers] == [(200, said)] * len(calls)
    for door in (("site", own, out), ("serve", own, "--public")):
        refused = provenet(*door)
        assert refused.code == 3 and "3 results that strangers would read are stale" in refused.err
        assert "first: provenet run CASE\n" in refused.err
        for verb in ("screen", "depend", "brief"):
            assert re.search(rf"\n    provenet {verb} CASE .*: the table market_share has changed", refused.err)
    assert provenet("run", own).code == 0
    assert provenet("site", own, out).code == 0
    assert not any(words in client(own, public=True).get(page).text for page in pages)
