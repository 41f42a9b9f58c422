"""`expose --observed` as people call it: modelled routes beside those of a routing table, by hand on eight networks."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("numba", reason="the extra 'internet' is not installed")

from doors.conftest import Provenet
from provenet.case.case import Case
from readers.mrt_bytes import as_path, attribute, path, peer_index, rib
from unit.routing.small_internet import make_case, write_restricted

ON = ("--country", "Japan", "--as-of", "2025-11-25")


def table() -> bytes:
    """What 64521, a customer of 64500, and 64501 report; see the picture in small_internet.

    To 64510 (customer of 64502 and 64503):
      64521 64500 64502 64510   as modelled: up, down, down
      64501 64503 64510         as modelled, with prepending
      64501 64500 64502 64510   a peer's route where the model has a customer's
    To 64511 (customer of 64502):
      64521 64500 64502 64511   as modelled
      64521 64503 64511         two links that are not in the graph; 64502 is not crossed
    To 64520 (customer of 64503):
      64502 64510 64503 64520   a valley: 64510 passes on a provider's route to a provider
    To 64999, which is in no graph:
      64501 64999
    """
    return b"".join(
        [
            peer_index(("192.0.2.1", 64521), ("192.0.2.2", 64501), ("192.0.2.3", 64502)),
            rib("198.51.0.0/24", (0, path(64521, 64500, 64502, 64510)), (1, path(64501, 64503, 64503, 64510))),
            rib("198.51.1.0/24", (1, path(64501, 64500, 64502, 64510))),
            rib("198.51.2.0/24", (0, path(64521, 64500, 64502, 64511))),
            rib("198.51.3.0/24", (0, path(64521, 64503, 64511)), (2, path(64502, 64510, 64503, 64520))),
            rib("198.51.4.0/24", (1, path(64501, 64999))),
            rib("198.51.5.0/24", (0, path(64521, 64500, 64521, 64510)), (2, attribute(2, as_path((1, [1, 2]))))),
            rib("0.0.0.0/0", (0, path(64521, 64500))),
        ]
    )


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("observed")
    place = make_case(folder)
    write_restricted(folder, 64502)
    (folder / "rib.20250901.mrt").write_bytes(table())
    return place


@pytest.fixture
def call(provenet: Provenet, case: Path) -> Callable[..., object]:
    folder = case.parent
    words = ("--restricted", folder / "restricted.txt", "--observed", folder / "rib.20250901.mrt", *ON)

    def called(*more: object) -> object:
        ran = provenet("expose", case, *words, *more)
        assert ran.code == 0, ran.err
        return ran

    return called


def row(case: Path, **what: object) -> dict[str, object]:
    held = Case.open(case)
    run = held.runs().filter(verb="comparison")["run_id"][-1]
    wanted = {"level": "all", "role": None, "tag": None, "direction": "from", "reading": "every", "destination": "all"}
    wanted |= what
    found = [one for one in held.read_run("route_comparison", run).to_dicts() if wanted.items() <= one.items()]
    assert len(found) == 1, wanted
    return found[0]


PATHS = ("path", "direct", "unknown_link", "valley", "no_route", "class", "next_hop", "length", "whole")
PAIRS = ("pair", "routed_pair", "low_other", "high_other", "low_modelled", "high_modelled")


def counts(of: dict[str, object], names: tuple[str, ...]) -> tuple[object, ...]:
    return tuple(of[f"{name}_count"] for name in names)


def test_what_vantage_points_reported(call: Callable[..., object], case: Path) -> None:
    call()
    whole = row(case, reading="reported")
    # Six paths are reported between networks of the graph; the third and the sixth have another class than the model
    # (64502 reaches 64520 over its provider 64500), and 64521 no link to 64503.
    assert counts(whole, PATHS) == (6, 0, 1, 1, 0, 3, 3, 3, 3)
    assert whole["class_share"] == whole["whole_share"] == 0.5
    # Pairs: 64521 and 64501 to 64510, 64521 to 64511, 64502 to 64520. 64501 has a path that crosses and one that
    # does not, 64521 has two to 64511; by the model those of 64521 cross, and that of 64501 does not.
    assert counts(whole, PAIRS) == (4, 4, 1, 3, 2, 2)
    assert (whole["source_count"], whole["destination_count"]) == (3, 3)
    assert whole["outside_count"] == 1


def test_the_rest_of_a_path_is_a_route_of_each_network_on_it(call: Callable[..., object], case: Path) -> None:
    call()
    every = row(case)
    # Beside the six: 64500 and 64502 to 64510, 64503 to 64510, 64500 and 64502 to 64511, 64503 to 64511 (no link),
    # 64510 over 64503 and 64503 to 64520. Of one link: 64502 and 64503 to 64510, 64502 and 64503 to 64511, 64503 to
    # 64520.
    assert counts(every, PATHS) == (14, 5, 2, 1, 0, 10, 10, 10, 10)
    assert every["audience"] == "internal"


def test_the_networks_of_the_country_as_ends(call: Callable[..., object], case: Path) -> None:
    call()
    back = row(case, level="role", role="sensitive", direction="to")
    # To 64510 six paths, to 64511 five: all but 64501 over 64500, 64521 over 64503 and 64503 itself are as modelled.
    assert counts(back, PATHS) == (11, 4, 2, 0, 0, 8, 8, 8, 8)
    there = row(case, level="role", role="sensitive")
    # 64510 over 64503 to 64520, and as modelled.
    assert counts(there, PATHS) == (1, 0, 0, 0, 0, 1, 1, 1, 1)
    carriers = row(case, level="role", role="carrier", destination="home_government")
    assert counts(carriers, ("path", "unknown_link", "class")) == (2, 1, 1)
    none = row(case, level="tag", tag="us-defence", role="allied")
    assert (none["path_count"], none["class_share"], none["low_other_share"]) == (0, None, None)


def test_lines_json_and_the_same_bytes(call: Callable[..., object], case: Path) -> None:
    text = call().out  # type: ignore[attr-defined]
    assert "Beside: rib.20250901.mrt of 1970-01-01 (SHA-256 " in text
    assert "left out: 1 with an AS set, 1 with a loop and 1 default route." in text
    assert "from all networks: of 6 reported routes the model has the class of 50 %, the next hop of 50 %" in text
    assert "0 are of one link; 1 use a link that is not in the graph, 1 more are not valley-free" in text
    assert "of 4 pairs 25 to 75 % cross as observed, 50 % by the model" in text
    first = call("--json").out  # type: ignore[attr-defined]
    runs = Case.open(case).runs().height
    assert call("--json").out == first  # type: ignore[attr-defined]
    assert Case.open(case).runs().height == runs
    answer = json.loads(first)
    (country,) = answer["countries"]
    assert country["compared_says"][0].startswith("rib.20250901.mrt")
    assert country["rows"]["route_comparison"] > len(country["compared"]) > 0


def test_without_tables_the_answer_is_as_before(provenet: Provenet, case: Path) -> None:
    ran = provenet("expose", case, "--restricted", case.parent / "restricted.txt", *ON, "--json")
    answer = json.loads(ran.out)
    assert not any(name.startswith("compared") for name in answer["countries"][0])


def test_a_row_walks_back_to_the_table(call: Callable[..., object], provenet: Provenet, case: Path) -> None:
    call()
    ran = provenet("why", case, row(case)["route_comparison_id"])
    assert ran.code == 0, ran.err
    assert "routing table rib.20250901.mrt, SHA-256" in ran.out


def test_what_is_no_table_and_options_of_others_are_refused(provenet: Provenet, case: Path, tmp_path: Path) -> None:
    words = ("expose", case, "--restricted", case.parent / "restricted.txt", *ON)
    text = tmp_path / "text.mrt"
    text.write_text("no table at all, whatever its name", encoding="utf-8")
    ran = provenet(*words, "--observed", text)
    assert ran.code == 3
    assert "text.mrt: no route was read from it." in ran.err
    good = case.parent / "rib.20250901.mrt"
    for more in (("--sites",), ("--inside",)):
        ran = provenet(*words, "--observed", good, *more)
        assert ran.code == 2 and "are questions of their own; ask one at a time" in ran.err, ran.err
    ran = provenet(*words, "--observed", good, "--count-endpoints")
    assert ran.code == 2 and "ends are left aside" in ran.err
    ran = provenet("expose", case, "--recorded", "--observed", good, *ON)
    assert ran.code == 2 and "--recorded and --observed or --graphs are questions of their own" in ran.err


def test_a_stale_answer_says_why_it_cannot_be_made_again(
    call: Callable[..., object], provenet: Provenet, case: Path, tmp_path: Path
) -> None:
    call()
    names = tmp_path / "asnames-more.txt"
    names.write_text("64598 ELSEWHERE Elsewhere, SE\n", encoding="utf-8")
    assert provenet("add", case, names).code == 0
    ran = provenet("run", case)
    assert "the case does not keep routing tables (rib.20250901.mrt)" in ran.out + ran.err
