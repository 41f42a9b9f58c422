"""What `add` takes besides files of rows: parties in any script, the inventory of a NetBox or Nautobot over REST."""

import re
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest

import provenet
from doors.conftest import Provenet
from provenet.case.case import Case
from provenet.case.parties import CARRIER, PartyNames
from provenet.core.errors import CaseMigrated
from provenet.core.ids import distinct_id, name_key
from support.small_netbox import TOKEN, SmallNetBox, answers, reset, serving, small_lists
from unit.ingest.network.test_netbox import nautobot_lists

ALIASES = "Fix the cell, or add a party of this name (a file with name,role,country)."
OWN_ID = "Give the row its own id, or take the earlier file out of the case."
NAMES = [
    f"{stem}{end}"
    for stem in (
        "NTT東日本",
        "NTT西日本",
        "МТС",
        "MTC",
        "Νέα",
        "케이티",
        "زين",
        "פרטנר",
        "Orange (Tonga)",
        "T-Mobile",
        "T Mobile",
    )
    for end in ("", " 1", " 2", " (2018)", " (2023)", " AG", "ー")
]


@pytest.fixture
def add(tmp_path: Path, new_case: Callable[..., Case]) -> Callable[..., list[str]]:
    case = new_case(tmp_path / "case")

    def added(name: str, text: str) -> list[str]:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return [fault.sentence() for fault in provenet.add(case, tmp_path / name).faults]

    return added


def parties(tmp_path: Path) -> dict[str, str]:
    frame = Case.open(tmp_path / "case").read("party")
    return dict(frame.select("name", "party_id").iter_rows())


def test_every_name_of_a_file_is_a_party_of_its_own_in_any_order(
    tmp_path: Path, add: Callable[..., list[str]], new_case: Callable[..., Case]
) -> None:
    assert add("a.csv", "name,role\n" + "".join(f"{name},carrier\n" for name in NAMES)) == []
    made = parties(tmp_path)
    assert sorted(made) == sorted(NAMES)
    assert len(set(made.values())) == len({name_key(name) for name in NAMES})
    assert made["T Mobile"] == "t-mobile" and made["MTC"] == "mtc" and made["Orange (Tonga)"] == "orange-tonga"
    other = new_case(tmp_path / "other")
    (tmp_path / "b.csv").write_text("name,role\n" + "".join(f"{n.upper()},carrier\n" for n in NAMES[::-1]), "utf-8")
    assert not provenet.add(other, tmp_path / "b.csv").faults
    again = {
        name_key(name): party
        for name, party in Case.open(tmp_path / "other").read("party").select("name", "party_id").iter_rows()
    }
    assert again == {name_key(name): party for name, party in made.items()}


def test_each_type_of_column_resolves_a_name_in_every_form(tmp_path: Path, add: Callable[..., list[str]]) -> None:
    assert add("p.csv", "name,role\nÉlan Télécom,vendor\nNTT東日本,carrier\n") == []
    vendor, carrier = (parties(tmp_path)[name] for name in ("Élan Télécom", "NTT東日本"))
    rows = "".join(
        f"A-{at},{who},Japan,core,{made},1\n"
        for at, (who, made) in enumerate(
            [
                ("NTT東日本", "Élan Télécom"),
                ("ＮＴＴ東日本", "elan telecom"),
                ("NTT 東日本株式会社", "Élan-Télécom S.A."),
            ]
        )
    )
    assert add("asset.csv", "asset_id,carrier_id,country,asset_class,vendor_id,unit_count\n" + rows) == []
    assert add("ownership.csv", "owner_id,owned_id\nntt東日本,ELAN TELECOM SA\n") == []
    case = Case.open(tmp_path / "case")
    assert set(case.read("asset").select("carrier_id", "vendor_id").iter_rows()) == {(carrier, vendor)}
    assert case.read("ownership").select("owner_id", "owned_id").rows() == [(carrier, vendor)]


def test_a_name_that_means_two_or_lies_near_one_is_a_fault(tmp_path: Path, add: Callable[..., list[str]]) -> None:
    assert add("p.csv", "name,role\nT-Mobile,carrier\nT Mobile,carrier\nÉlan Télécom,vendor\n") == []
    ids = parties(tmp_path)
    hyphens = "its name but for hyphens and spaces"
    assert add("ownership.csv", "owner_id,owned_id\nTMobile,T Mobile\nÉlan Telecon,T-Mobile\n") == [
        "ownership.csv row 2, owner_id: 2 parties match this name equally well; found 'TMobile', expected the id of "
        f"one: t-mobile (T Mobile: {hyphens}) or {ids['T-Mobile']} (T-Mobile: {hyphens}).\n"
        "    Write the id of the one that is meant.",
        "ownership.csv row 3, owner_id: no such party; found 'Élan Telecon', expected a name or identifier in party. "
        f"Nearest: Élan Télécom. Score 0.91 (1 letter off).\n    {ALIASES}",
    ]


def test_an_id_of_two_names_is_a_fault_with_both_rows(tmp_path: Path, add: Callable[..., list[str]]) -> None:
    assert add("p.csv", "party_id,name,role\nacme,Acme,vendor\n") == []
    assert add("q.csv", "party_id,name,role\nacme,Apex,vendor\n") == [
        "q.csv row 2, party_id: the party_id acme is that of 'Acme', from p.csv row 2; found 'Apex', expected an id of "
        f"its own for each name; a row of succession (how same) says where they are one party.\n    {OWN_ID}"
    ]
    assert add("r.csv", "party_id,name,role\nacme,ACME Ltd.,vendor\n") == []
    assert add("s.csv", "name,role\nNTT東日本,carrier\nＮＴＴ東日本,carrier\n") == [
        "s.csv row 3, party_id: the id stands already in row 2, and says something else there; found 'ntt-f5fd69be', "
        "expected each id once."
    ]


def test_publications_are_told_apart_by_title_address_and_date(tmp_path: Path, add: Callable[..., list[str]]) -> None:
    head = "key,title,url,date,kind\n"
    rows = [
        "a,Annual report (2018),https://x.example/r,2018,press",
        "b,Annual report (2023),https://x.example/r,2023,press",
        "c,年次報告書,https://x.example/j,2018,press",
        "d,年次報告,https://x.example/j,2018,press",
        "e,Report,https://x.example/1,2018,press",
        "f,Report,https://x.example/2,2018,press",
    ]
    assert add("s.csv", head + "\n".join(rows)) == []
    sources = Case.open(tmp_path / "case").read("source")
    assert sources["source_id"].n_unique() == len(rows)
    assert (
        add(
            "asset.csv",
            "asset_id,carrier_id,country,asset_class,vendor_id,unit_count,source_title\nA-1,TIM,Italy,core,,1,年次報告\n",
        )
        == []
    )
    cited = Case.open(tmp_path / "case").read("asset")["source_id"].item()
    assert dict(sources.select("source_id", "title").iter_rows())[cited] == "年次報告"
    again = add("t.csv", head + "e,Report,https://x.example/1,2020,press\n")
    assert again == [
        "t.csv row 2, date: its title and address stand already with the date 2018, from s.csv row 6; found "
        f"'2020 of {distinct_id('Report', 'https://x.example/1')}', expected one date, or an edition that its title or "
        f"address tells apart.\n    {OWN_ID}"
    ]


HEAD = "predecessor_id,successor_id,how,from_on,note\n"


def test_near_names_are_found_until_a_row_says_what_they_are(tmp_path: Path, add: Callable[..., list[str]]) -> None:
    assert add("p.csv", "name,role\nVestnet,carrier\nVastnet,carrier\nKalmar-Nord,carrier\nKalmar Nord,carrier\n") == []
    ids = parties(tmp_path)

    def found() -> list[str]:
        case = Case.open(tmp_path / "case")
        return [f["kind"] for f in provenet.check(case).findings if f["kind"] in {"near-name", "same-name"}]

    assert sorted(found()) == ["near-name", "same-name"]
    assert add("a.csv", f"{HEAD}{ids['Vestnet']},{ids['Vastnet']},different,,two companies by law\n") == []
    assert found() == ["same-name"]
    said = f"{ids['Kalmar-Nord']},{ids['Kalmar Nord']},same,2020-01-01,one brand of one company\n"
    assert add("b.csv", HEAD + said) == []
    assert found() == []
    names = PartyNames.of_case(Case.open(tmp_path / "case"))
    assert names.resolve("KalmarNord", "--x", CARRIER) == "kalmar-nord"
    assert add("c.csv", f"{HEAD}{ids['Kalmar-Nord']},{ids['Kalmar Nord']},different,2021-01-01,two networks\n") == []
    assert PartyNames.of_case(Case.open(tmp_path / "case")).find("KalmarNord", CARRIER) is None


REASON = "Write the reason into note: what shows it, and where it is published."


def test_a_merge_states_its_reason(tmp_path: Path, add: Callable[..., list[str]]) -> None:
    """A row that makes two names one party, or parts them, is refused without a reason; an old one is a finding."""
    assert add("p.csv", "name,role\nKalmar Nord,carrier\nKalmar Sud,carrier\n") == []
    for how in ("same", "different"):
        for note in ("", "-", "REASON", "2020"):
            found = "" if not note else f" found {note!r},"
            assert add("a.csv", f"{HEAD}kalmar-nord,kalmar-sud,{how},,{note}\n") == [
                f"a.csv row 2, note: the row calls kalmar-nord and kalmar-sud {how} and gives no reason;{found} "
                f"expected a reason in words.\n    {REASON}"
            ], (how, note)
    assert add("b.csv", "predecessor_id,successor_id,how\nkalmar-nord,kalmar-sud,same\n")
    assert Case.open(tmp_path / "case").read("succession").is_empty()
    assert add("c.csv", f"{HEAD}kalmar-nord,kalmar-sud,rename,2020-01-01,\n") == []
    assert add("d.csv", f"{HEAD}kalmar-nord,kalmar-sud,same,2020-01-01,一つの会社\n") == []


def test_an_old_merge_without_a_reason_opens_holds_and_is_a_finding(
    tmp_path: Path, add: Callable[..., list[str]]
) -> None:
    assert add("p.csv", "name,role\nKalmar-Nord,carrier\nKalmar Nord,carrier\n") == []
    ids = parties(tmp_path)
    assert add("a.csv", f"{HEAD}{ids['Kalmar-Nord']},{ids['Kalmar Nord']},same,,one company\n") == []
    case = Case.open(tmp_path / "case")
    row = case.read("succession").drop("run_id")
    old = row.with_columns(note=pl.lit(None, pl.String), row_id=pl.lit("succession-2"), locator=pl.lit("b.csv row 2"))
    with case.writer("add", {}, {"old": "1"}) as run:
        run.append("succession", old)
    case = Case.open(tmp_path / "case")
    assert PartyNames.of_case(case).resolve("KalmarNord", "--x", CARRIER)
    assert [f for f in provenet.check(case).findings if f["kind"] == "no-reason"] == []
    mine = case.read("succession").filter(pl.col("note").is_not_null())["row_id"].item()
    assert mine != "succession-2"


def test_an_old_merge_that_no_row_gives_a_reason_for_is_a_finding(
    tmp_path: Path, add: Callable[..., list[str]]
) -> None:
    assert add("p.csv", "name,role\nKalmar-Nord,carrier\nKalmar Nord,carrier\n") == []
    ids = parties(tmp_path)
    assert add("a.csv", f"{HEAD}{ids['Kalmar-Nord']},{ids['Kalmar Nord']},rename,,\n") == []
    case = Case.open(tmp_path / "case")
    row = case.read("succession").drop("run_id")
    with case.writer("add", {}, {"old": "1"}) as run:
        run.append("succession", row.with_columns(how=pl.lit("same"), row_id=pl.lit("succession-2")))
    case = Case.open(tmp_path / "case")
    found = [f for f in provenet.check(case).findings if f["kind"] == "no-reason"]
    assert [(f["severity"], f["place"]) for f in found] == [("warning", "succession succession-2, note (a.csv row 2)")]


def test_an_old_case_tells_which_names_were_one_id_and_changes_none(
    tmp_path: Path, add: Callable[..., list[str]]
) -> None:
    assert add("p.csv", "party_id,name,role\nntt,NTT東日本,carrier\nntt-docomo,ドコモ,carrier\n") == []
    case = Case.open(tmp_path / "case")
    row = case.read("party").filter(pl.col("party_id") == "ntt").drop("run_id")
    with case.writer("add", {}, {"old": "1"}) as run:
        run.append(
            "party", row.with_columns(name=pl.lit("NTT西日本"), row_id=pl.lit("party-2"), locator=pl.lit("q.csv row 2"))
        )
    place = tmp_path / "case" / "case.toml"
    place.write_text(place.read_text("utf-8").replace('ids = "whole names"\n', ""), "utf-8")
    before = case.read("party")
    with pytest.warns(CaseMigrated) as warned:
        case = Case.open(tmp_path / "case")
    assert [str(one.message).partition(" It holds ")[2] for one in warned] == [
        "ids under which an earlier release put rows of different names, which stay as they are until you decide: "
        "party ntt: 'NTT東日本' (p.csv row 2) and 'NTT西日本' (q.csv row 2). All of them: provenet check CASE --only "
        "merged-name"
    ]
    assert case.read("party").equals(before)
    assert [f["kind"] for f in provenet.check(case).findings if f["kind"] == "merged-name"] == ["merged-name"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Case.open(tmp_path / "case")


def test_a_new_party_near_one_that_the_product_knows_is_found(tmp_path: Path, add: Callable[..., list[str]]) -> None:
    assert add("p.csv", 'name,role\n"Huawei Technologies GmbH",vendor\nHuawey,vendor\nAcme,vendor\n') == []
    found = [f for f in provenet.check(tmp_path / "case").findings if f["kind"] == "near-name"]
    assert sorted(f["place"] for f in found) == [
        "party, name (huawei, huawei-technologies-gmbh)",
        "party, name (huawei, huawey)",
    ]
    assert "(huawei, a name that the product knows)" in str(found[0]["says"])
    rows = "huawei,huawey,same,,a slip of the pen\nhuawei,huawei-technologies-gmbh,same,,its legal name\n"
    assert add("a.csv", HEAD + rows) == []
    assert [f for f in provenet.check(tmp_path / "case").findings if f["kind"] == "near-name"] == []


def test_doing_what_is_advised_on_a_name_settles_it(tmp_path: Path, add: Callable[..., list[str]]) -> None:
    """A name in other letters, and a second name under an id that stands."""
    assert add("p.csv", "name,role\nАкме Нетворкс,vendor\nPromnet,vendor\n") == []
    (told,) = [f for f in provenet.check(tmp_path / "case").findings if f["kind"] == "near-name"]
    (row,) = re.findall(r"write (\S+),ID OF THAT PARTY,same,REASON", str(told["repair"]))
    assert add("a.csv", f"{HEAD}{row},promnet,same,,as a register says\n") == []
    assert "a row of succession (how same)" in add("q.csv", "party_id,name,role\npromnet,Zeta,vendor\n")[0]
    assert add("r.csv", "name,role\nZeta,vendor\n") == []
    assert add("b.csv", f"{HEAD}promnet,zeta,same,,as a register says\n") == []
    assert [f for f in provenet.check(tmp_path / "case").findings if f["kind"] == "near-name"] == []


MAPPING = '[constants]\ncarrier_id = "TIM"\n'


@pytest.fixture
def held() -> Iterator[SmallNetBox]:
    with serving(SmallNetBox(small_lists())) as server:
        yield server


@pytest.fixture
def words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str | Path]:
    """A case with a carrier, and the words behind the address."""
    from provenet import new

    new(tmp_path / "case")
    (tmp_path / "mapping.toml").write_text(MAPPING, encoding="utf-8")
    monkeypatch.setenv("NETBOX_TOKEN", TOKEN)
    return [tmp_path / "case", "--mapping", tmp_path / "mapping.toml"]


def test_an_inventory_over_rest_becomes_assets(
    provenet: Provenet, held: SmallNetBox, words: list[str | Path], tmp_path: Path
) -> None:
    added = provenet("add", *words, held.url)
    assert added.code == 0, added.err
    case = Case.open(tmp_path / "case")
    assets = case.read("asset").sort("asset_id")
    columns = ["asset_id", "carrier_id", "country", "asset_class", "layer", "vendor_id", "site_id"]
    assert assets.select(columns).rows() == [
        ("r00001", "tim", "Germany", "transport.router", "hardware", "huawei", "tim-leipzig"),
        ("r00001/SFP 1", "tim", "Germany", "transport.router", "component", "juniper", "tim-leipzig"),
        ("r00001/Slot 1", "tim", "Germany", "transport.router", "component", "huawei", "tim-leipzig"),
        ("r00002", "tim", "Germany", "transport.router", "hardware", "huawei", "tim-leipzig"),
        ("r00003", "tim", "Germany", "transport.router", "hardware", "huawei", "tim-leipzig"),
        ("stack-1:1", "tim", "Germany", "transport", "hardware", "juniper", "tim-halle"),
        ("stack-1:2", "tim", "Germany", "transport", "hardware", "juniper", "tim-halle"),
    ]
    sites = case.read("site").sort("site_id").select("site_id", "lat_deg", "lon_deg", "site_kind")
    assert sites.rows() == [("tim-halle", None, None, "network"), ("tim-leipzig", 51.3, 12.4, "network")]
    assert "1 device is no network element by role or ports, and left out: 1 panels and frames for cables." in added.out


def test_a_nautobot_is_read_alike(provenet: Provenet, words: list[str | Path], tmp_path: Path) -> None:
    with serving(SmallNetBox(nautobot_lists(), product="nautobot")) as held:
        added = provenet("add", *words, held.url)
    assert added.code == 0, added.err
    rows = Case.open(tmp_path / "case").read("asset").sort("asset_id").select("asset_id", "vendor_id").rows()
    assert rows == [("r1", "huawei"), ("r1/Port 1", "finisar"), ("r1/Slot 1", "huawei"), ("r2", "huawei")]
    assert {query.get("depth") for path, query, _ in held.log if path != "status"} == {"1"}


def test_nothing_of_the_token_and_of_what_is_not_used_stays(
    provenet: Provenet, held: SmallNetBox, words: list[str | Path], tmp_path: Path
) -> None:
    added = provenet("add", *words, held.url, "--json")
    assert added.code == 0
    text = (added.out + added.err).encode()
    for file in (tmp_path / "case").rglob("*"):
        text += file.read_bytes() if file.is_file() else b""
    for secret in (TOKEN.encode(), b"zz-hidden", b"ZZ-SERIAL", b"10.0.0.1"):
        assert secret not in text, secret


def test_the_same_inventory_again_is_the_same_run_however_it_is_paged(
    provenet: Provenet, held: SmallNetBox, words: list[str | Path], tmp_path: Path
) -> None:
    assert provenet("add", *words, held.url).code == 0
    held.most = 2
    again = provenet("add", *words, held.url)
    assert again.code == 0 and "nothing new" in again.out
    assert Case.open(tmp_path / "case").read("asset").height == 7


def test_a_broken_connection_is_a_sentence_and_adds_nothing(
    provenet: Provenet, held: SmallNetBox, words: list[str | Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("provenet.verbs.add.time.sleep", lambda _: None)
    held.faults["dcim/devices", 0] = [reset] * 6
    broken = provenet("add", *words, held.url)
    assert broken.code == 3 and "tried 5 times" in broken.err and TOKEN not in broken.err
    assert provenet("add", *words, held.url).code == 0


def test_a_token_in_a_file(
    provenet: Provenet, held: SmallNetBox, words: list[str | Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NETBOX_TOKEN")
    assert "the service wants a token, and none is given" in provenet("add", *words, held.url).err
    (tmp_path / "token").write_text(f"{TOKEN}\n", encoding="ascii")
    assert provenet("add", *words, held.url, "--token-file", tmp_path / "token").code == 0


def test_what_no_mapping_gives_is_told_once(provenet: Provenet, held: SmallNetBox, words: list[str | Path]) -> None:
    refused = provenet("add", words[0], held.url)
    assert refused.code == 3
    assert refused.err.count("nothing gives carrier_id for 5 devices, first r00001") == 1
    assert '[constants] and "carrier_id" = "vodafone-germany" into the file that --mapping names.' in refused.err


def test_a_list_that_the_token_may_not_read_is_remarked(
    provenet: Provenet, held: SmallNetBox, words: list[str | Path]
) -> None:
    held.faults["circuits/circuits", 0] = [answers(403)]
    added = provenet("add", *words, held.url)
    assert added.code == 0
    assert "The token may not read circuits/circuits: what stands there is not known." in added.out


@pytest.mark.parametrize("folder", ["netbox/", "login"])
def test_a_wrong_root_is_told(provenet: Provenet, held: SmallNetBox, words: list[str | Path], folder: str) -> None:
    refused = provenet("add", *words, held.url + folder)
    assert refused.code == 3
    assert "neither a NetBox nor a Nautobot answers here; found '404 for status/'" in refused.err


def test_http_to_another_machine_is_refused_before_anything_is_sent(
    provenet: Provenet, words: list[str | Path]
) -> None:
    refused = provenet("add", *words, "http://netbox.example.org/")
    assert refused.code == 2 and "the token sent in clear" in refused.err
