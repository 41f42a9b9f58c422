"""`add CASE URL`: the inventory of a NetBox or Nautobot over REST becomes assets, as a file does; no token stays."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from doors.conftest import Provenet
from provenet.case.case import Case
from support.small_netbox import TOKEN, SmallNetBox, answers, reset, serving, small_lists
from unit.ingest.network.test_netbox import nautobot_lists

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
