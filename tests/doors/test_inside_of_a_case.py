"""`expose --inside`: the carriers' own networks of a case; every figure of a square worked out by hand."""

from datetime import date
from pathlib import Path

import pytest

import provenet as verbs
from doors.conftest import Provenet
from doors.test_diff import enter
from provenet.case.case import Case
from support.copies import copied_case
from support.own_network import DAY, MAPPING, SQUARE, add_topology, asset, network_case

ASKED = ("--inside", "--as-of", DAY.isoformat())
NETWORKS = Path(__file__).parents[3] / "shared" / "data" / "topology" / "sndlib" / "native"


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The square with its exposure; copy it before you write to it."""
    place = network_case(tmp_path_factory.mktemp("own") / "case")
    verbs.expose(place, inside=True, as_of=DAY)
    return place


@pytest.fixture
def case(answered: Path, tmp_path: Path) -> Path:
    return copied_case(answered, tmp_path / "case")


def rows(case: Path, name: str) -> list[dict[str, object]]:
    held = Case.open(case)
    return held.read_run(name, held.runs().filter(verb="inside")["run_id"][-1]).to_dicts()


def test_the_total_of_the_network_by_hand(answered: Path) -> None:
    (row,) = (one for one in rows(answered, "inside_exposure") if one["level"] == "network")
    assert (row["demands"], row["demand_count"], row["volume_amount"]) == ("all", 2, 20.0)
    # Half of a-d crosses b; a-c is clear.
    assert (row["low_share"], row["high_share"], row["disconnected_share"]) == (0.25, 0.25, 0.0)
    # Without a-c everything crosses b, also what was clear.
    assert (row["worst_low_share"], row["worst_high_share"], row["worst_failure"]) == (1.0, 1.0, "link ac")
    assert (row["latent_share"], row["latent_failure"], row["latent_count"]) == (0.5, "link ac", 1)
    # ab 0, ac 1, bd 0, cd 1/2, b 0, c 1, d 0; a carries nothing.
    assert row["mean_low_share"] == pytest.approx(2.5 / 7)
    assert row["scenario_count"] == 8
    assert row["harm"] == ["loss of service", "metadata", "content"]


def test_each_demand_by_hand(answered: Path) -> None:
    found = {row["demand"]: row for row in rows(answered, "inside_exposure") if row["level"] == "demand"}
    both = found["ad"], found["to-c"]
    assert [(one["low_share"], one["high_share"]) for one in both] == [(0.5, 0.5), (0.0, 0.0)]
    assert [(one["worst_low_share"], one["worst_failure"]) for one in both] == [(1.0, "link ac"), (1.0, "link ac")]
    assert [one["latent_count"] for one in both] == [0, 1]
    assert [(one["source_node"], one["target_node"], one["sensitive"]) for one in both] == [
        ("a", "d", None),
        ("a", "c", None),
    ]


def test_elements_failures_steering_and_replacement_by_hand(answered: Path) -> None:
    states = {row["element"]: (row["state"], row["asset_count"]) for row in rows(answered, "inside_element")}
    assert states == {"a": ("clear", 1), "b": ("restricted", 1), "c": ("clear", 1), "d": ("clear", 1)}
    failures = {row["failure"]: row for row in rows(answered, "inside_failure")}
    assert (failures["link ac"]["latent_share"], failures["link ac"]["because"]) == (0.5, "both")
    assert "link ab" not in failures
    total, path = sorted(rows(answered, "steering"), key=lambda row: str(row["level"]))
    assert [total[name] for name in ("today_share", "low_share", "high_share", "room")] == [
        pytest.approx(0.75),
        pytest.approx(1.0),
        pytest.approx(1.0),
        "stated",
    ]
    assert (path["demand"], path["nodes"], path["links"]) == ("ad", ["a", "c", "d"], ["ac", "cd"])
    sets = {row["kind"]: row for row in rows(answered, "inside_replacement")}
    assert (sets["as routed"]["elements"], sets["as routed"]["clear_share"]) == (["node b"], 1.0)
    assert (sets["rerouted"]["elements"], sets["rerouted"]["open_count"]) == ([], 2)


def test_the_answer_ends_with_its_figure(provenet: Provenet, case: Path) -> None:
    ran = provenet("expose", case, *ASKED)
    assert ran.code == 0, ran.err
    assert ran.out.splitlines()[-1].strip() == (
        "25 % of the volume meets restricted equipment, 100 % under the worst single failure; 100 % can ride clear "
        "paths with the equipment of today, where 75 % does now."
    )
    assert provenet("expose", case, *ASKED).out == ran.out
    found = provenet("expose", case, *ASKED, "--json").json
    (network,) = found["networks"]
    assert (network["carrier_id"], network["network"], network["node_count"]) == ("net", "core", 4)
    assert [(one["pack"], one["low_share"], one["restricted_count"]) for one in network["policies"]] == [
        ("own-pack", 0.25, 1)
    ]


def test_an_unknown_vendor_widens_and_a_missing_element_is_unknown(case: Path) -> None:
    enter(case, "more", asset=[asset("c-card", None, part_of="c")])
    verbs.screen(case, ["own-pack"], country=["Germany"], as_of=DAY)
    verbs.expose(case, inside=True, as_of=DAY, failures="none")
    states = {row["element"]: (row["state"], row["unknown_because"]) for row in rows(case, "inside_element")}
    assert states["c"] == ("unknown", "vendor")
    (row,) = (one for one in rows(case, "inside_exposure") if one["level"] == "network")
    assert (row["low_share"], row["high_share"]) == (0.25, 1.0)
    assert (row["worst_high_share"], row["latent_share"], row["failures"]) == (None, None, "none")


def test_a_changed_inventory_makes_it_stale_and_run_mends_it(provenet: Provenet, case: Path) -> None:
    assert "inside: 1 current" in provenet("status", case).out
    enter(case, "more", asset=[asset("c-card", "v1", part_of="c")])
    assert "inside: 1 stale" in provenet("status", case).out
    refused = provenet("expose", case, *ASKED)
    assert refused.code != 0
    assert "the verdicts of own-pack are older than the table asset" in refused.err
    assert provenet("run", case).code == 0
    assert "stale" not in provenet("status", case).out
    (row,) = (one for one in rows(case, "inside_exposure") if one["level"] == "network")
    assert (row["low_share"], row["high_share"]) == (1.0, 1.0)


def test_why_walks_to_the_element_its_verdict_and_the_file(provenet: Provenet, answered: Path) -> None:
    (total,) = (one for one in rows(answered, "inside_exposure") if one["level"] == "network")
    walked = provenet("why", answered, str(total["inside_exposure_id"]))
    assert walked.code == 0, walked.err
    for words in ("The node b of core of net: restricted", "verdict_asset:", "T-V1", "square.txt link ab"):
        assert words in walked.out
    demand = next(one for one in rows(answered, "inside_exposure") if one["demand"] == "ad")
    walked = provenet("why", answered, str(demand["inside_exposure_id"]))
    assert "network_demand:" in walked.out
    assert "The node b of core of net" in walked.out


WITHOUT_AC = SQUARE.replace("  ac ( a c ) 100.00 0.00 0.00 0.00 ( )\n", "")


def test_a_later_topology_takes_the_place_of_the_earlier_from_its_day_on(case: Path) -> None:
    add_topology(case, WITHOUT_AC, MAPPING.replace("2026-11-01", "2026-11-20"), "later")
    verbs.screen(case, ["own-pack"], country=["Germany"], as_of=DAY)
    verbs.expose(case, inside=True, as_of=DAY)
    (row,) = (one for one in rows(case, "inside_exposure") if one["level"] == "network")
    assert row["low_share"] == 1.0
    verbs.screen(case, ["own-pack"], country=["Germany"], as_of=date(2026, 11, 10))
    verbs.expose(case, inside=True, as_of=date(2026, 11, 10))
    (row,) = (one for one in rows(case, "inside_exposure") if one["level"] == "network")
    assert row["low_share"] == 0.25


def test_what_was_known_on_a_day(case: Path) -> None:
    """The topology of a later day was not known; an inventory without a day of publication leaves nodes unknown."""
    add_topology(case, WITHOUT_AC, MAPPING.replace("2026-11-01", "2026-11-20"), "later")
    known = date(2026, 11, 10)
    verbs.screen(case, ["own-pack"], country=["Germany"], as_of=DAY, known_on=known)
    verbs.expose(case, inside=True, as_of=DAY, known_on=known)
    found = rows(case, "inside_element")
    assert {(row["element"], row["state"], row["unknown_because"]) for row in found} == {
        (name, "unknown", "element") for name in "abcd"
    }
    (row,) = (one for one in rows(case, "inside_exposure") if one["level"] == "network")
    assert (row["low_share"], row["high_share"], row["demand_count"]) == (0.0, 1.0, 2)
    before = date(2026, 10, 1)
    verbs.screen(case, ["own-pack"], country=["Germany"], as_of=DAY, known_on=before)
    with pytest.raises(verbs.UsageFault, match="holds no carrier's own network of that day"):
        verbs.expose(case, inside=True, as_of=DAY, known_on=before)


def test_sensitive_demands_are_summed_apart_and_others_are_not_steered(tmp_path: Path) -> None:
    more = 'sensitive = "no"\nprotection = "end to end"\n[sensitive]\ndemands = ["to-c"]\n'
    place = network_case(tmp_path / "case", mapping=MAPPING + more)
    verbs.expose(place, inside=True, as_of=DAY)
    found = {row["demands"]: row for row in rows(place, "inside_exposure") if row["level"] == "network"}
    assert (found["all"]["low_share"], found["sensitive"]["low_share"]) == (0.25, 0.0)
    assert found["sensitive"]["worst_low_share"] == 1.0
    assert found["all"]["harm"] == ["loss of service", "metadata"]
    (steered,) = rows(place, "steering")
    assert (steered["volume_amount"], steered["today_share"], steered["path_count"]) == (10.0, 1.0, 0)


def test_links_without_a_capacity_widen_what_can_be_steered(tmp_path: Path) -> None:
    place = network_case(tmp_path / "case", topology=SQUARE.replace("100.00 0.00", "0.00 0.00"))
    verbs.expose(place, inside=True, as_of=DAY)
    total = next(row for row in rows(place, "steering") if row["level"] == "network")
    assert (total["low_share"], total["high_share"], total["room"]) == (
        pytest.approx(0.75),
        pytest.approx(1.0),
        "assumed",
    )


def test_without_demands_a_named_assumption_stands_beside_the_figure(tmp_path: Path) -> None:
    bare = SQUARE.partition("DEMANDS")[0]
    place = network_case(tmp_path / "case", topology=bare)
    verbs.expose(place, inside=True, as_of=DAY)
    (row,) = rows(place, "inside_exposure")
    assert row["level"] == "network"
    assert any("gravity model" in one for one in row["assumed"])  # type: ignore[attr-defined]
    assert rows(place, "steering") == []


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--inside", "--network", "cor"), "the case holds no such network; found 'cor'. Nearest: core."),
        (("--inside", "--restricted-country", "CN"), "--restricted-country speak of routes between networks"),
        (("--inside", "--policy", "nobody"), "nobody was not screened for Germany"),
        (("--network", "core"), "--network, --metric, --failures, --stretch and --budget go with --inside."),
        (("--recorded", "--network", "core"), "--failures, --stretch and --budget go with --inside."),
        (
            ("--inside", "--scenarios", "x.csv"),
            "--inside and --scenarios are questions of their own; ask one at a time.",
        ),
        (("--recorded", "--sites"), "--recorded and --sites are questions of their own; ask one at a time."),
        (("--inside", "--metric", "weight"), "no link has metric above zero"),
    ],
)
def test_what_does_not_go_is_said(provenet: Provenet, answered: Path, words: tuple[str, ...], says: str) -> None:
    ran = provenet("expose", answered, *words, "--as-of", DAY.isoformat())
    assert ran.code != 0
    assert says in ran.err


def test_a_case_without_a_network_says_what_to_add(provenet: Provenet, tmp_path: Path) -> None:
    verbs.new(tmp_path / "case", "empty")
    ran = provenet("expose", tmp_path / "case", *ASKED)
    assert ran.code == 2
    assert "provenet add CASE TOPOLOGY, with carrier_id, country and network in TOPOLOGY.toml" in ran.err


@pytest.mark.skipif(not NETWORKS.is_dir(), reason="the public topologies are not beside the repository")
def test_a_public_network_agrees_with_the_tool(provenet: Provenet, tmp_path: Path) -> None:
    text = (NETWORKS / "nobel-germany.txt").read_text(encoding="utf-8")
    place = network_case(tmp_path / "case", topology=text)
    enter(place, "more", asset=[asset("Frankfurt", "v1"), asset("Leipzig", None)])
    verbs.screen(place, ["own-pack"], country=["Germany"], as_of=DAY)
    verbs.expose(place, inside=True, as_of=DAY)
    (row,) = (one for one in rows(place, "inside_exposure") if one["level"] == "network")
    options = ("--case", place, "--policy", "own-pack", "--as-of", DAY.isoformat(), "--failures", "single", "--json")
    found = provenet("inside", NETWORKS / "nobel-germany.txt", *options).json
    assert [row["low_share"], row["high_share"]] == [
        pytest.approx(found["totals"]["low_share"]),
        pytest.approx(found["totals"]["high_share"]),
    ]
    worst = max(one["worst_high_share"] for one in found["by_kind"])
    assert row["worst_high_share"] == pytest.approx(worst)
    demands = {one["demand_id"]: one for one in found["demands"]}
    for one in rows(place, "inside_exposure"):
        if one["level"] == "demand":
            same = demands[str(one["demand"])]
            assert one["low_share"] == pytest.approx(same["low_share"])
            assert one["worst_high_share"] == pytest.approx(same["worst_high_share"])


def test_a_full_link_leaves_nothing_to_steer_and_says_what_replacement_adds(tmp_path: Path) -> None:
    """c-d carries 5 of its 5: all that is left is to replace b, which clears everything."""
    place = network_case(tmp_path / "case", topology=SQUARE.replace("cd ( c d ) 100.00", "cd ( c d ) 5.00"))
    verbs.expose(place, inside=True, as_of=DAY)
    total = next(row for row in rows(place, "steering") if row["level"] == "network")
    assert [total[name] for name in ("today_share", "low_share", "high_share")] == [pytest.approx(0.75)] * 3
    assert total["path_count"] == 0
    (priced,) = (row for row in rows(place, "inside_replacement") if row["kind"] == "steered")
    assert (priced["elements"], priced["clear_share"], priced["proof"]) == (["node b"], pytest.approx(1.0), "certified")
    page = verbs.brief(place, audience="carrier", carrier="net", as_of=DAY).dossiers[0].html.read_text("utf-8")
    assert "What one element adds to steering" in page


def test_an_unknown_element_may_be_clear_at_the_high_end_of_steering(case: Path) -> None:
    enter(case, "more", asset=[asset("c-card", None, part_of="c")])
    verbs.screen(case, ["own-pack"], country=["Germany"], as_of=DAY)
    verbs.expose(case, inside=True, as_of=DAY)
    total = next(row for row in rows(case, "steering") if row["level"] == "network")
    # Surely clear is nothing: a-c ends at c; if c is clear all can ride over it.
    assert [total[name] for name in ("today_share", "low_share", "high_share")] == [0.0, 0.0, pytest.approx(1.0)]


LONG = """?SNDlib native format
NODES (
  a
  b
  c
  d
  e
  f
)
LINKS (
  ab ( a b ) 100.00 0.00 0.00 0.00 ( )
  bd ( b d ) 100.00 0.00 0.00 0.00 ( )
  ac ( a c ) 100.00 0.00 0.00 0.00 ( )
  ce ( c e ) 100.00 0.00 0.00 0.00 ( )
  ef ( e f ) 100.00 0.00 0.00 0.00 ( )
  fd ( f d ) 100.00 0.00 0.00 0.00 ( )
)
DEMANDS (
  ad ( a d ) 1 10.00 UNLIMITED
)
"""


@pytest.mark.parametrize(("stretch", "low"), [(None, 1.0), (1.5, 0.0)])
def test_a_steered_path_keeps_the_stretch_limit(tmp_path: Path, stretch: float | None, low: float) -> None:
    """The way round over c, e and f takes four hops instead of two."""
    place = network_case(tmp_path / "case", topology=LONG)
    enter(place, "more", asset=[asset("e", "v2"), asset("f", "v2")])
    verbs.screen(place, ["own-pack"], country=["Germany"], as_of=DAY)
    verbs.expose(place, inside=True, as_of=DAY, stretch=stretch)
    total = next(row for row in rows(place, "steering") if row["level"] == "network")
    assert total["low_share"] == pytest.approx(low)
    assert verbs.status(place).up_to_date


def test_a_table_of_ones_own_is_a_topology_by_its_mapping(tmp_path: Path) -> None:
    place = tmp_path / "case"
    network_case(place)
    text = "carrier_id,country,network,link,source_node,target_node,way\n"
    text += "".join(f"net,Germany,sheet,{one}{two},{one},{two},both\n" for one, two in ("ab", "ac", "bd", "cd"))
    demands = "carrier_id,country,network,demand,source_node,target_node,volume_amount,sensitive\n"
    demands += "net,Germany,sheet,ad,a,d,10,yes\nnet,Germany,sheet,to-c,a,c,10,\n"
    for name, content in (("links.csv", text), ("demands.csv", demands)):
        (tmp_path / name).write_text(content, encoding="utf-8")
    added = verbs.add(place, [tmp_path / "links.csv", tmp_path / "demands.csv"])
    assert not added.fault_count, added.faults
    verbs.screen(place, ["own-pack"], country=["Germany"], as_of=DAY)
    verbs.expose(place, inside=True, as_of=DAY, network=["net/sheet"])
    found = {row["demands"]: row for row in rows(place, "inside_exposure") if row["level"] == "network"}
    assert (found["all"]["low_share"], found["sensitive"]["low_share"]) == (0.25, 0.5)


def test_two_answers_differ_by_what_the_inventory_added(provenet: Provenet, case: Path) -> None:
    before = Case.open(case).runs().filter(verb="inside")["run_id"][-1]
    enter(case, "more", asset=[asset("c-card", "v1", part_of="c")])
    verbs.screen(case, ["own-pack"], country=["Germany"], as_of=DAY)
    after = verbs.expose(case, inside=True, as_of=DAY).networks[0].run_id
    found = provenet("diff", case, before, after, "--json").json
    elements = [one for one in found["changed"] if one["table"] == "inside_element"]
    assert [(one["key"]["element"], one["columns"]["state"]) for one in elements] == [("c", ["clear", "restricted"])]
    assert provenet("diff", case, before, after).code == 0


def test_more_pairs_than_are_taken_down_are_refused(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("provenet.exposure.inside.MOST_PAIRS", 27)
    with pytest.raises(
        verbs.UsageFault, match="8 links, nodes and groups of net/core make 28 pairs; expected at most 27"
    ):
        verbs.expose(case, inside=True, as_of=DAY, failures="double")
    monkeypatch.setattr("provenet.exposure.inside.MOST_PAIRS", 28)
    verbs.expose(case, inside=True, as_of=DAY, failures="double")
    (row,) = (one for one in rows(case, "inside_exposure") if one["level"] == "network")
    assert (row["scenario_count"], row["worst_high_share"]) == (36, 1.0)
