"""Who made a router: direct evidence, pooled addresses, abstention, conflicts, and what the network alone may not
decide.
"""

import numpy as np
import pytest

from provenet.identification.estimate import (
    BELOW_THRESHOLD,
    NETWORK_ALONE,
    NO_ANSWER,
    AddressEstimate,
    Estimates,
    EstimateSettings,
    estimate,
)
from provenet.identification.evidence import EvidenceItem, RouterAddress
from provenet.identification.features import Signature
from provenet.identification.mistakes import Mistakes
from support.synthetic_routers import corpus

PLAIN = "False,i,i,i,,,,,64,64,64,84,40,56"
OTHER = "True,echo,r,r,False,False,False,False,255,255,255,84,40,96"


def town(networks: int = 4, each: int = 12) -> tuple[list[RouterAddress], list[EvidenceItem]]:
    """Networks of one vendor each, turn by turn cisco and huawei, all answering with an engine of their own."""
    places, items = [], []
    for network in range(1, networks + 1):
        for host in range(each):
            address = f"10.{network}.0.{host}"
            places.append(RouterAddress(address, network, "NL"))
            items.append(EvidenceItem(address, "snmp_engine", address, ("cisco", "huawei")[network % 2]))
    return places, items


def by_address(found: Estimates) -> dict[str, AddressEstimate]:
    return {row.address: row for row in found.rows()}


def test_direct_evidence_is_an_answer_and_silence_is_none() -> None:
    places, items = town()
    rows = by_address(estimate([*places, RouterAddress("10.1.0.99", 1, "NL")], items))
    named = rows["10.1.0.3"]
    assert (named.vendor_id, named.method, named.evidence) == ("huawei", "snmp_engine", "snmp_engine: huawei")
    assert named.p_correct is not None and named.p_correct > 0.99
    assert (named.network, named.region, named.unknown_because, named.calibrated) == (1, "NL", None, False)
    silent = rows["10.1.0.99"]
    assert (silent.vendor_id, silent.likeliest_id, silent.p_correct) == (None, None, None)
    assert (silent.method, silent.evidence, silent.unknown_because) == ("none", "", NO_ANSWER)


def test_one_router_among_many_of_another_vendor_is_still_named() -> None:
    places, items = town(each=80)
    lone = EvidenceItem("10.2.0.200", "snmp_engine", "x", "huawei")
    row = by_address(estimate([*places, RouterAddress("10.2.0.200", 2, "NL")], [*items, lone]))["10.2.0.200"]
    assert row.vendor_id == "huawei"
    assert row.p_correct is not None and 0.9 < row.p_correct < 0.999


def test_the_network_alone_does_not_identify() -> None:
    """Features that any vendor may show, in a network of one vendor: likely, and yet no answer."""
    places, items = town(each=40)
    quiet = RouterAddress("10.1.0.200", 1, "NL")
    signatures = [Signature(PLAIN, "cisco"), Signature(PLAIN, "huawei")]
    found = estimate([*places, quiet], [*items, EvidenceItem("10.1.0.200", "features", PLAIN)], signatures=signatures)
    row = by_address(found)["10.1.0.200"]
    assert row.vendor_id is None and row.likeliest_id == "huawei"
    assert row.p_correct is not None and row.p_correct > 0.9
    assert row.unknown_because == NETWORK_ALONE
    assert found.posterior(row.router)["huawei"] == pytest.approx(row.p_correct)


def test_telling_features_are_an_answer_and_weak_ones_are_not() -> None:
    places, items = town(networks=2)
    signatures = [Signature(PLAIN, "cisco", 50), Signature(OTHER, "huawei", 50)]
    partial = "True,echo,,,,,,,,255,,84,,"
    shown = [EvidenceItem("20.0.0.1", "features", OTHER), EvidenceItem("20.0.0.2", "features", partial)]
    shown.append(EvidenceItem("20.0.0.3", "features", ",,,,,,,,,64,,,,"))
    rows = by_address(estimate(places, [*items, *shown], signatures=signatures))
    assert (rows["20.0.0.1"].vendor_id, rows["20.0.0.2"].vendor_id) == ("huawei", "huawei")
    assert rows["20.0.0.1"].method == "features" and rows["20.0.0.1"].evidence == f"features: {OTHER}"
    # An initial TTL alone, which anybody can set.
    assert rows["20.0.0.3"].vendor_id is None


def test_a_tuple_of_hosts_too_names_nobody() -> None:
    """A signature that a vendor shares with agents of hosts leaves it open whose the router is."""
    shown = [EvidenceItem("20.0.0.1", "features", OTHER)]
    alone = by_address(estimate([], shown, signatures=[Signature(OTHER, "huawei"), Signature(PLAIN, "cisco")]))
    assert alone["20.0.0.1"].vendor_id == "huawei"
    both = [Signature(OTHER, "huawei"), Signature(PLAIN, "cisco"), Signature(OTHER, None)]
    found = estimate([], shown, signatures=both)
    assert by_address(found)["20.0.0.1"].vendor_id is None
    assert set(found.posterior(0)) <= {"cisco", "huawei"} and found.posterior(0)["huawei"] < 0.6


def test_an_address_is_counted_once_per_kind_and_router() -> None:
    """Ten addresses of one router with the same engine say no more than one of them."""
    places, items = town()
    ten = [RouterAddress(f"30.0.0.{n}", 2, "NL") for n in range(10)]
    same = [EvidenceItem(one.address, "snmp_engine", "E", "huawei") for one in ten]
    merged = estimate([*places, *ten], [*items, *same], aliases=[[one.address for one in ten]])
    single = estimate([*places, ten[0]], [*items, same[0]])
    first, alone = by_address(merged)["30.0.0.0"], by_address(single)["30.0.0.0"]
    assert merged.evidence.router_count == single.evidence.router_count
    assert first.p_correct == pytest.approx(alone.p_correct, abs=1e-12)
    assert by_address(merged)["30.0.0.7"].router == first.router


def test_an_engine_seen_on_many_addresses_is_one_device_to_its_network() -> None:
    """Without alias sets, too, one engine on ten addresses does not turn the mix of its network."""
    places, items = town()
    ten = [RouterAddress(f"30.0.0.{n}", 2, "NL") for n in range(10)]
    same = [EvidenceItem(one.address, "snmp_engine", "E", "huawei") for one in ten]
    prior = estimate([*places, *ten], [*items, *same]).prior
    assert prior.counts.sum(axis=1).tolist() == [0.0, 12.0, 13.0, 12.0, 12.0]


def test_kinds_that_disagree() -> None:
    places, items = town()
    both = [EvidenceItem("10.9.0.1", "snmp_engine", "E", "cisco"), EvidenceItem("10.9.0.1", "banner", "B", "huawei")]
    found = estimate(places, [*items, *both])
    row = by_address(found)["10.9.0.1"]
    assert row.likeliest_id == "cisco" and row.method == "banner+snmp_engine"
    strict = by_address(estimate(places, [*items, *both], settings=EstimateSettings(threshold=0.95)))["10.9.0.1"]
    assert strict.vendor_id is None and strict.unknown_because == BELOW_THRESHOLD
    # The engine is assumed right in 995 of 1000 cases, a banner in 950; a wrong one names some other vendor.
    assert row.p_correct == pytest.approx(0.995 * 0.05 / (0.995 * 0.05 + 0.95 * 0.005), abs=0.02)


def test_the_number_and_the_mac_prefix_of_one_engine_id_are_one_witness() -> None:
    """Forty-eight routers whose id holds both: nothing is learnt, and each is as sure as by its number."""
    places, items = town()
    read = [EvidenceItem(one.address, "mac_address", "00:e0:fc", one.vendor_id) for one in items]
    found, alone = estimate(places, [*items, *read]), estimate(places, items)
    assert list(found.rows()) == list(alone.rows())
    assert {(one.p_right, one.compared, one.basis) for one in found.reliability} <= {
        (0.995, 0, "assumed"),
        (0.85, 0, "assumed"),
    }
    # Where they differ, the odds fall by how much likelier such a prefix is from the other's board: 0.15 to 0.85.
    lone = EvidenceItem("9.9.9.9", "snmp_engine", "E", "cisco")
    other = EvidenceItem("9.9.9.9", "mac_address", "00:e0:fc", "huawei")
    alone, against = estimate(places, [*items, lone]), estimate(places, [*items, lone, other])
    before, after = (found.posterior(len(places)) for found in (alone, against))
    assert after["cisco"] / after["huawei"] == pytest.approx(before["cisco"] / before["huawei"] * 0.15 / 0.85)
    assert by_address(against)["9.9.9.9"].method == "mac_address+snmp_engine"
    assert {one.compared for one in against.reliability} == {0}


def test_routers_of_one_maker_s_prefix_are_several_devices() -> None:
    """The prefix of a MAC address tells the maker and no device, so each router counts in the mix of its network."""
    places, items = town()
    shown = [
        EvidenceItem(one.address, kind, value, one.vendor_id)
        for one in items
        for kind, value in (("mac_address", "00:e0:fc"), ("banner", "SSH-2.0"))
    ]
    assert estimate(places, shown).prior.counts.sum(axis=1).tolist() == [0.0, 12.0, 12.0, 12.0, 12.0]


def test_evidence_that_names_nobody_is_none() -> None:
    places, items = town()
    row = by_address(estimate(places, [*items, EvidenceItem("10.1.0.77", "snmp_engine", "E", None)]))["10.1.0.77"]
    assert (row.vendor_id, row.method, row.network) == (None, "none", None)


def test_a_higher_threshold_only_withholds() -> None:
    places, items = town()
    strict = estimate(places, items, settings=EstimateSettings(threshold=0.99999))
    assert (strict.vendor == -1).all() and strict.unknown_because(0) == BELOW_THRESHOLD
    assert (strict.likeliest == estimate(places, items).vendor).all()


def test_nothing_at_all() -> None:
    assert list(estimate([], []).rows()) == []
    assert by_address(estimate([RouterAddress("1.1.1.1")], []))["1.1.1.1"].unknown_because == NO_ANSWER


def test_what_features_get_wrong_is_known_from_held_out_networks() -> None:
    made = corpus(2, networks=60)
    found = estimate(made.addresses(), made.items())
    confusion = Mistakes(found).of().confusion
    matrix, seen = confusion.matrix, confusion.counts.sum(axis=(0, 2))
    assert matrix.sum(axis=1) == pytest.approx(1)
    assert (np.diag(matrix)[seen > 20] > 0.85).all() and seen.sum() > 100
    assert len(found.held_out.true) == int((made.labelled & np.array([bool(t.strip(",")) for t in made.shown])).sum())
    calibrated = {int(shown): found.is_calibrated(at) for at, shown in enumerate(found.shows)}
    assert calibrated == {0: False, 1: False, 2: True, 3: False}, "held-out networks tell of features alone"
    places, items = town()
    assert Mistakes(estimate(places, items)).of().confusion is None


@pytest.mark.parametrize(
    "text", ["", ",", "\x00", "a" * 5000, ",".join("9" * 40), "1,2,3,4,5", ",,,,,,,,,,,,,", "é,ß,💡"]
)
def test_any_text_of_features_gets_an_answer_or_none(text: str) -> None:
    places, items = town(networks=2)
    rows = by_address(estimate(places, [*items, EvidenceItem("20.0.0.1", "features", text)]))
    assert rows["20.0.0.1"].vendor_id is None
