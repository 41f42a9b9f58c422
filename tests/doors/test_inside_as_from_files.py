"""What `expose --inside` stores equals what `provenet inside` says of the same network from files."""

from pathlib import Path

import pytest

import provenet as verbs
from doors.test_diff import enter
from provenet.case.case import Case
from provenet.core.wording import percent
from support.own_network import DAY, MAPPING, asset, network_case

# A ladder of two rows of four with a shortcut; b and f are restricted, g is unknown.
LADDER = """?SNDlib native format
NODES (
{nodes}
)
LINKS (
  ab ( a b ) 40.00 0.00 0.00 0.00 ( )
  bc ( b c ) 40.00 0.00 0.00 0.00 ( )
  cd ( c d ) 40.00 0.00 0.00 0.00 ( )
  ef ( e f ) 40.00 0.00 0.00 0.00 ( )
  fg ( f g ) 40.00 0.00 0.00 0.00 ( )
  gh ( g h ) 40.00 0.00 0.00 0.00 ( )
  ae ( a e ) 40.00 0.00 0.00 0.00 ( )
  bf ( b f ) 40.00 0.00 0.00 0.00 ( )
  cg ( c g ) 40.00 0.00 0.00 0.00 ( )
  dh ( d h ) 40.00 0.00 0.00 0.00 ( )
  ec ( e c ) 40.00 0.00 0.00 0.00 ( )
)
DEMANDS (
  ad ( a d ) 1 10.00 UNLIMITED
  eh ( e h ) 1 8.00 UNLIMITED
  ac ( a c ) 1 6.00 UNLIMITED
  hb ( h b ) 1 3.00 UNLIMITED
  eg ( e g ) 1 2.00 UNLIMITED
)
""".replace("{nodes}", "\n".join(f"  {name}" for name in "abcdefgh"))
SENSITIVE = 'sensitive = "no"\n[sensitive]\ndemands = ["ad", "eh"]\n'
COSTS = "network,carrier_id,country,element,replaceable,cost_amount,currency,price_year\n" + "".join(
    f"core,net,Germany,{row}\n" for row in ("b,,50,EUR,2026", "f,,20,EUR,2026", "g,,35,EUR,2026")
)
OWN = (
    "network,carrier_id,country,own_link,node,ahead_count,low_capacity_amount,high_capacity_amount,state\n"
    "core,net,Germany,sat,a,0,2,3,clear\ncore,net,Germany,fibre,a,1,4,4,\ncore,net,Germany,leased,h,,,,\n"
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ladder with costs and own links, and all demands that may be steered stated."""
    place = tmp_path_factory.mktemp("ladder") / "case"
    network_case(place, topology=LADDER, mapping=MAPPING + SENSITIVE)
    more = [asset("e", "v2"), asset("f", "v1"), asset("g", None), asset("h", "v2"), asset("fibre", "v1")]
    enter(place, "more", asset=more)
    for name, text in (("costs", COSTS), ("own", OWN)):
        (place.parent / f"{name}.csv").write_text(text, encoding="utf-8")
        added = verbs.add(place, [place.parent / f"{name}.csv"])
        assert not added.fault_count, added.faults
    verbs.screen(place, ["own-pack"], country=["Germany"], as_of=DAY)
    verbs.expose(place, inside=True, as_of=DAY, budget=60)
    return place


def rows(place: Path, name: str) -> list[dict[str, object]]:
    held = Case.open(place)
    return held.read_run(name, held.runs().filter(verb="inside")["run_id"][-1]).to_dicts()


def from_files(**options: object) -> dict[str, object]:
    """The answer of the tool on the same network."""
    lists = {"restricted": ("r", b"b\nf\n"), "unknown": ("u", b"g\n")}
    return verbs.inside(("ladder.txt", LADDER.encode()), **lists, failures="single", **options).as_dict()


def words(elements: list[dict[str, str]]) -> list[str]:
    return sorted(f"{one['kind']} {one['id']}" for one in elements)


@pytest.mark.parametrize("demands", ["all", "sensitive"])
@pytest.mark.parametrize(("unknown_as", "end"), [("clear", "low"), ("restricted", "high")])
def test_replacement_by_cost_and_under_failures(place: Path, demands: str, unknown_as: str, end: str) -> None:
    given = {"sensitive": ("s", b"ad\neh\n")} if demands == "sensitive" else {}
    costs = ("c", b"id,cost\na,none\nb,50\nc,none\nd,none\ne,none\nf,20\ng,35\nh,none\n")
    answer = from_files(replace=True, costs=costs, budget=60, **given)["replacement"]
    mine = [
        row
        for row in rows(place, "inside_replacement")
        if (row["demands"], row["unknown_as"]) == (demands, unknown_as) and row["kind"] != "steered"
    ]
    assert {(row["cost_unit"], row["price_year"]) for row in mine} == {("EUR", "2026")}
    for kind, key in (("as routed", "as_routed"), ("as routed under failures", "as_routed_under_failures")):
        other = answer[end][key]
        steps = [(row["cost"], row["clear_share"], row["exposed_share"]) for row in other["frontier"][1:]]
        found = sorted(
            (row["cost_amount"], row["clear_share"], row["exposed_share"]) for row in mine if row["kind"] == kind
        )
        assert steps
        assert found == [pytest.approx(step) for step in steps]
        (within,) = (row for row in mine if row["kind"] == kind.replace("as routed", "within budget"))
        best = other["within_budget"]
        assert within["elements"] == words(best["elements"])
        assert [within["budget_amount"], within["cost_amount"]] == [60.0, best["cost"]]
        assert within["clear_share"] == pytest.approx(best["clear_volume"] / answer["sensitive_volume"])
        assert within["proof"] == best["proof"]
    for kind, key in (("rerouted", "rerouted"), ("rerouted under failures", "rerouted_under_failures")):
        (row,) = (row for row in mine if row["kind"] == kind)
        other = answer[end][key]
        assert [row["cost_amount"], row["least_amount"], row["proof"]] == [
            other["cost"],
            other["bound"],
            other["proof"],
        ]
        assert row["elements"] == words(other["elements"])
        assert row["open_count"] == other["clear_pairs"] + other["opened_pairs"]
        assert row["closed_count"] == len(other["impossible_pairs"])
        assert row["parted_count"] == (None if kind == "rerouted" else len(other["parted_pairs"]))
        assert row["least_count"] is None


def test_metrics_alone(place: Path) -> None:
    answer = from_files(steer=True, sensitive=("s", b"ad\neh\n"))["steering"]
    low = answer["low"]["by_metrics"]
    total, *changes = sorted(rows(place, "inside_metric"), key=lambda row: row["level"] == "link")
    whole = answer["sensitive_volume"]
    assert total["volume_amount"] == whole
    assert total["today_share"] == pytest.approx(answer["low"]["clear_today_volume"] / whole)
    assert total["low_share"] == pytest.approx(low["clear_volume"] / whole)
    assert total["today_share"] < total["low_share"] <= total["high_share"] <= 1
    assert total["change_count"] == len(changes)
    # The metrics found are checked by routing all traffic anew with each link as long as it then is.
    new = {(row["source_node"], row["target_node"]): row["new_metric"] for row in changes}
    links = [line.split() for line in LADDER.partition("LINKS (")[2].partition(")\n)")[0].splitlines() if "(" in line]
    arcs = [(one[2], one[3]) for one in links] + [(one[3], one[2]) for one in links]
    names = list("abcdefgh")
    graph = f"NODES {len(names)}\nlabel x y\n" + "".join(f"{name} 0 0\n" for name in names)
    graph += f"\nEDGES {len(arcs)}\nlabel src dest weight bw delay\n"
    graph += "".join(
        f"e{i} {names.index(s)} {names.index(t)} {new.get((s, t), 1):g} 100 1\n" for i, (s, t) in enumerate(arcs)
    )
    demands = ("d.csv", b"id,source,target,volume\nad,a,d,10\neh,e,h,8\n")
    lists = {"restricted": ("r", b"b\nf\n"), "unknown": ("u", b"g\n")}
    routed = verbs.inside(("g.graph", graph.encode()), demands=demands, metric="weight", **lists).demands
    clear = sum(one["volume"] * (1 - one["high_share"]) for one in routed.to_dicts())
    assert clear / whole == pytest.approx(total["low_share"])


def test_own_links(place: Path) -> None:
    """The fibre has an element of v1, so it is restricted; the leased line has neither element nor state."""
    own = ("o.csv", b"node,capacity,state\na,2..3,clear\na,4,restricted\nh,,unknown\n")
    other = {(row["node"], row["direction"]): row for row in from_files(own_links=own)["own_links"]}
    mine = {(row["node"], row["direction"]): row for row in rows(place, "inside_own_link")}
    assert mine.keys() == other.keys() == {(node, way) for node in "ah" for way in ("from", "to")}
    for key, row in mine.items():
        for name in ("spilled_low", "spilled_high", "network_low", "network_high", "low", "high"):
            assert row[f"{name}_share"] == pytest.approx(other[key][f"{name}_share"]), (key, name)
        assert row["volume_amount"] == other[key]["volume"]
    row = mine["a", "from"]
    # 16 of a: 2 to 3 on the terminal, 4 on the fibre, 9 to 10 spill.
    assert (row["own_links"], row["states"]) == (["sat", "fibre"], ["clear", "restricted"])
    assert [row["spilled_low_share"], row["spilled_high_share"]] == pytest.approx([9 / 16, 10 / 16])
    assert mine["h", "to"]["states"] == ["unknown"]
    assert any("sat: as the carrier states" in words for words in row["assumed"])


def test_the_carriers_page_has_them_and_the_gate_reads_it(place: Path) -> None:
    made = verbs.brief(place, audience="carrier", carrier="net", as_of=DAY).dossiers[0]
    page = made.html.read_text("utf-8").replace("\N{NO-BREAK SPACE}", " ")
    cleared = next(
        row["clear_share"]
        for row in rows(place, "inside_replacement")
        if (row["kind"], row["demands"], row["unknown_as"]) == ("within budget", "all", "restricted")
    )
    for words in (
        "With routing as it is, also under every single failure",
        f"(prices of 2026)) makes {percent(cleared)} of the volume wholly clear",
        "Within the budget of EUR 60, replacing",
        "EUR 105 (prices of 2026)",
        "If routing may change and any one link, node or group fails",
        "Sensitive demands alone",
        "By metrics of links alone, without explicit paths,",
        "Sites with links of their own",
        "56.2 to 62.5 %",
        "sat (clear) and fibre (restricted)",
    ):
        assert words in page, words
    assert "built-in method" not in page
    tables = {file.name: file.read_text("utf-8") for file in made.files}
    assert {"own-links.csv", "link-metrics.csv", "replacement-sets.csv"} <= tables.keys()
    assert ",clear," in tables["replacement-sets.csv"]
    assert len(tables["own-links.csv"].splitlines()) == 5
    assert made.pdf.stat().st_size > 10_000
