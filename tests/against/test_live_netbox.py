"""A real NetBox with the community demo data is read back over REST: the same devices, parts and links as its dump."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import provenet
from provenet.case.case import Case
from provenet.core.digest import sha256_bytes
from provenet.core.errors import FaultList
from provenet.ingest.network.devices import DeviceLink, DevicePart
from provenet.ingest.opening import Upload
from provenet.ingest.registry import Head, Source, first_of
from provenet.verbs.answers import Addition
from support.live_netbox import TOKEN, LiveNetBox, Unavailable, live_netbox

DEMO = Path("../shared/data/inventory/netbox/netbox-demo-v4.2.sql.gz")
MAPPING = '[constants]\ncarrier_id = "TIM"\n[classes]\n"Application Server" = "it"\n'
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not DEMO.is_file(), reason="the shared dump of NetBox is not here")]


@pytest.fixture(scope="module")
def netbox() -> Iterator[LiveNetBox]:
    try:
        with live_netbox(DEMO) as found:
            yield found
    except Unavailable as lacking:
        pytest.skip(f"no NetBox can be started here: {lacking}")


def rows_of(name: str, data: bytes) -> list[DevicePart | DeviceLink]:
    upload = Upload(name, sha256_bytes(data), data, len(data))
    found = first_of(Head(upload), "opens_devices")
    assert found is not None and found.opens_devices is not None
    source = Source(upload=upload, faults=FaultList())
    rows = [replace(row, locator="") for row in found.opens_devices(source)]
    assert not source.faults.count
    return rows


def add(netbox: LiveNetBox, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Addition:
    """The inventory added to the case of a folder, with the right token."""
    monkeypatch.setenv("NETBOX_TOKEN", TOKEN)
    (folder / "mapping.toml").write_text(MAPPING, encoding="utf-8")
    case = folder / "case"
    return provenet.add(
        case if case.exists() else provenet.new(case).case, [netbox.url], mapping=folder / "mapping.toml"
    )


def test_what_is_read_over_rest_is_what_stands_in_the_dump(
    netbox: LiveNetBox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    addition = add(netbox, tmp_path, monkeypatch)
    assert addition.faults == (), [fault.sentence() for fault in addition.faults]
    (file,) = addition.files
    over_rest = rows_of(file.name, (tmp_path / "case" / "sources" / file.file_id).read_bytes())
    dumped = rows_of("netbox-demo-v4.2.sql.gz", DEMO.read_bytes())
    kinds = Counter(type(row).__name__ for row in over_rest)
    assert kinds == Counter(type(row).__name__ for row in dumped)
    assert set(map(repr, over_rest)) == set(map(repr, dumped))
    assets = Case.open(tmp_path / "case").read("asset")
    assert assets.height == kinds["DevicePart"] == 44


def test_the_same_inventory_twice_is_one_run(
    netbox: LiveNetBox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, again = (add(netbox, tmp_path, monkeypatch) for _ in range(2))
    assert len(first.files) == 1
    assert [file.file_id for file in first.files] == [file.file_id for file in again.files]
    assert again.files[0].stood_already


def test_a_wrong_token_is_told(netbox: LiveNetBox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETBOX_TOKEN", "f" * 40)
    case = provenet.new(tmp_path / "case").case
    addition = provenet.add(case, [netbox.url])
    assert "the service does not take the token; found '403'" in addition.faults[0].sentence()
