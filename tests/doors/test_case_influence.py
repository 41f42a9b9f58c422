"""Over which networks a country of a case is reached: by hand on the invented Internet, with and without addresses."""

from datetime import date
from pathlib import Path

import pytest

pytest.importorskip("numba", reason="the extra 'internet' is not installed")
import numpy as np

import provenet
from provenet.case.case import Case
from provenet.routing.influence import disjoint, shared_out, weights_of
from unit.routing.small_internet import make_case, write_restricted

LATER = date(2025, 11, 25)
ORIGINS = "192.0.2.0\t24\t64510\n192.0.2.128\t25\t64511_64521\n198.51.100.0\t24\t64500\n"
COUNTRIES = "192.0.2.0,192.0.2.255,JP\n198.51.100.0,198.51.100.255,SE\n"


def rows(case: Path) -> dict[int, dict[str, object]]:
    provenet.expose(case, restricted=[write_restricted(case.parent, 64502)], country=["Japan"], as_of=LATER)
    found = Case.open(case).read("influence")
    last = Case.open(case).runs().filter(verb="expose")["run_id"][-1]
    return {int(row["asn"]): row for row in found.filter(run_id=last).iter_rows(named=True)}


def test_without_addresses_the_networks_registered_count_alike(tmp_path: Path) -> None:
    """64503, 64510, 64511 and 64520 are of Japan and in the graph, 64599 is in none; all eight are vantage points."""
    found = rows(make_case(tmp_path))
    assert {row["vantage_says"] for row in found.values()} == {"all networks of the graph"}
    assert {row["weights_says"] for row in found.values()} == {"each network registered in Japan alike"}
    assert {(row["network_count"], row["found_share"], row["vantage_count"]) for row in found.values()} == {(5, 0.8, 8)}
    # Paths over 64511: its own from all eight, and none through it but from itself to the three others.
    assert found[64511]["hegemony_share"] == pytest.approx((8 + 3) / 32)
    for asn, row in found.items():
        assert row["hegemony_share"] == pytest.approx(over(asn) / 32), asn
    assert found[64503]["party_id"] == "lowland"
    assert found[64502]["network_country"] == "Norway"


UP = {64502: [64500], 64521: [64500], 64503: [64501], 64510: [64502, 64503], 64511: [64502], 64520: [64503]}


def chains(asn: int) -> list[list[int]]:
    """Every way up from a network, itself first."""
    return [[asn], *([asn, *rest] for one in UP.get(asn, []) for rest in chains(one))]


def path(source: int, goal: int) -> tuple[int, ...]:
    """The conventional path by trying all: up, across the one peering or a turn at a network, then down."""
    peers = {(64500, 64501), (64501, 64500)}
    best: tuple[object, ...] | None = None
    for up in chains(source):
        for down in chains(goal):
            if up[-1] == down[-1]:
                whole = (*up, *down[-2::-1])
            elif (up[-1], down[-1]) in peers:
                whole = (*up, *down[::-1])
            else:
                continue
            if len(set(whole)) < len(whole):
                continue
            # A source routes down before across before up; here nobody but 64510 has a choice of equal class.
            kind = 0 if len(up) == 1 and up[-1] == down[-1] else 1 if len(up) == 1 else 2
            key = (kind, len(whole), whole)
            best = key if best is None or key < best else best
    assert best is not None
    return best[2]  # type: ignore[return-value]


def over(asn: int) -> int:
    """How many of the 32 paths from every network to the four of Japan hold a network."""
    every = [64500, 64501, 64502, 64503, 64510, 64511, 64520, 64521]
    return sum(asn in path(one, goal) for one in every for goal in (64503, 64510, 64511, 64520))


def test_with_tables_of_addresses_they_are_the_weights(tmp_path: Path) -> None:
    """128 of 64510, and 128 of 64511 and 64521 in equal parts: half, a quarter, a quarter."""
    case = make_case(tmp_path)
    for name, text in {"20250901.pfx2as": ORIGINS, "ranges.csv": COUNTRIES}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert provenet.add(case, [tmp_path / name]).fault_count == 0
    found = rows(case)
    assert {row["weights_says"] for row in found.values()} == {
        "IPv4 addresses registered in Japan, by the network that announces them"
    }
    assert {(row["network_count"], row["found_share"]) for row in found.values()} == {(3, 1.0)}
    every = [64500, 64501, 64502, 64503, 64510, 64511, 64520, 64521]
    parts = {64510: 0.5, 64511: 0.25, 64521: 0.25}
    for asn, row in found.items():
        wanted = sum(part * (asn in path(one, goal)) for one in every for goal, part in parts.items()) / 8
        assert row["hegemony_share"] == pytest.approx(wanted, abs=1e-7), asn


def test_a_figure_walks_back_and_asked_again_is_the_same(tmp_path: Path) -> None:
    case = make_case(tmp_path)
    found = rows(case)
    again = rows(case)
    assert [row["influence_id"] for row in found.values()] == [row["influence_id"] for row in again.values()]
    told = provenet.why(case, str(found[64502]["influence_id"]))
    assert "AS64502" in str(told.as_dict())


def test_nested_ranges_and_several_origins() -> None:
    first, last, at = disjoint(np.array([0, 4]), np.array([9, 5]), np.array([0, 1], np.int32))
    row, asn, part = shared_out(at, [[7], [8, 9]])
    found = weights_of(first[row], last[row], asn, part=part)
    assert dict(found.iter_rows()) == {7: 8.0, 8: 1.0, 9: 1.0}
    some = (np.array([5]), np.array([6]))
    assert dict(weights_of(first[row], last[row], asn, part=part, ranges=some).iter_rows()) == {7: 1.0, 8: 0.5, 9: 0.5}
