"""Own links of sites and costs of replacement as tables of a case: what is refused, what is stale, what is said."""

from pathlib import Path

import pytest

import provenet as verbs
from doors.conftest import Provenet
from provenet.case.case import Case
from support.copies import copied_case
from support.own_network import DAY, SQUARE, add_topology, network_case

ASKED = ("--inside", "--as-of", DAY.isoformat(), "--failures", "none")
WHOSE = "network,carrier_id,country"
OWN = f"{WHOSE},own_link,node,ahead_count,low_capacity_amount,high_capacity_amount,capacity_unit,state\n"
COST = f"{WHOSE},element,replaceable,cost_amount,currency,price_year\n"


@pytest.fixture(scope="module")
def square(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The square; copy it before you write to it."""
    return network_case(tmp_path_factory.mktemp("own") / "case")


@pytest.fixture
def case(square: Path, tmp_path: Path) -> Path:
    return copied_case(square, tmp_path / "case")


def enter_table(case: Path, name: str, head: str, *lines: str) -> None:
    """Adds a table of the network core of net."""
    text = head + "".join(f"core,net,Germany,{line}\n" for line in lines)
    (case.parent / name).write_text(text, encoding="utf-8")
    added = verbs.add(case, [case.parent / name])
    assert not added.fault_count, added.faults
    verbs.screen(case, ["own-pack"], country=["Germany"], as_of=DAY)


@pytest.mark.parametrize(
    ("head", "line", "says"),
    [
        (OWN, "sat,x9,0,1,2,,", "t.csv row 2, node: no such node or link in the topology; found 'x9'"),
        (OWN, "sat,a,0,3,2,,", "t.csv row 2: the capacity is none; found '3.0 to 2.0', expected amounts of 0 or more"),
        (OWN, "sat,a,0,-1,2,,", "t.csv row 2: the capacity is none; found '-1.0 to 2.0'"),
        (COST, "x9,,5,EUR,2026", "t.csv row 2, element: no such node or link in the topology; found 'x9'"),
        (COST, "b,,-5,EUR,2026", "t.csv row 2: the cost is no amount; found '-5', expected a number of 0 or more"),
        (COST, "b,,5,EUR,2026\ncore,net,Germany,a,,5,USD,2026", "costs of one network are in several of currency"),
        (COST, "b,,5,EUR,2026\ncore,net,Germany,a,,5,EUR,", "costs of one network are in several of price_year"),
    ],
)
def test_what_does_not_fit_the_network_is_a_fault(
    provenet: Provenet, case: Path, head: str, line: str, says: str
) -> None:
    enter_table(case, "t.csv", head, line)
    ran = provenet("expose", case, *ASKED)
    assert ran.code == 3
    assert says in ran.err


@pytest.mark.parametrize(
    ("head", "line", "says"),
    [
        (OWN, "sat,a,0,1,2,,perhaps", "column state: no such word; found 'perhaps', expected one of restricted"),
        (COST, "b,never,5,EUR,2026", "column replaceable: no such word; found 'never', expected one of yes, no"),
        (OWN, "sat,a,0,much,2,,", "found 'much'"),
    ],
)
def test_a_word_that_is_none_is_refused(provenet: Provenet, case: Path, head: str, line: str, says: str) -> None:
    (case.parent / "t.csv").write_text(f"{head}core,net,Germany,{line}\n", encoding="utf-8")
    ran = provenet("add", case, case.parent / "t.csv")
    assert ran.code == 3
    assert says in ran.err.replace("row 2, ", "row 2, column ")


def test_own_links_make_the_answer_stale_and_run_mends_it(provenet: Provenet, case: Path) -> None:
    verbs.expose(case, inside=True, as_of=DAY, budget=1)
    assert "inside: 1 current" in provenet("status", case).out
    enter_table(case, "own.csv", OWN, "sat,a,0,5,5,,clear")
    enter_table(case, "more.csv", OWN, "sat-2,d,0,1,1,bps,")
    status = provenet("status", case).out
    assert "inside: 1 stale" in status
    assert "--budget 1" in status
    assert provenet("run", case).code == 0
    assert "stale" not in provenet("status", case).out
    held = Case.open(case)
    run = held.runs().filter(verb="inside")["run_id"][-1]
    rows = {(row["node"], row["direction"]): row for row in held.read_run("inside_own_link", run).to_dicts()}
    # 5 of 20 ride the terminal, which is clear; of the rest a quarter meets b.
    row = rows["a", "from"]
    assert [row["spilled_low_share"], row["low_share"], row["high_share"]] == pytest.approx([0.75, 3 / 16, 3 / 16])
    assert any("another unit than volumes" in words for words in rows["d", "to"]["assumed"])
    assert [rows["d", "to"]["low_share"], rows["d", "to"]["high_share"]] == [0.0, 1.0]
    (within,) = held.read_run("inside_replacement", run).filter(kind="within budget").to_dicts()
    assert (within["elements"], within["cost_amount"], within["cost_unit"]) == (["node b"], 1.0, "elements")


def test_what_cannot_be_replaced_and_what_has_no_cost_stays(provenet: Provenet, case: Path) -> None:
    enter_table(case, "cost.csv", COST, "b,no,,,")
    row = verbs.expose(case, inside=True, as_of=DAY, failures="none").networks[0].policies[0]
    kinds = {one["kind"]: one for one in row["replacement"]}
    assert "as routed" not in kinds
    # Another path leads around b, so nothing has to be replaced if routing may change.
    assert (kinds["rerouted"]["elements"], kinds["rerouted"]["cost_unit"]) == ([], "elements")
    enter_table(case, "more.csv", COST, "a,,7,EUR,2026")
    row = verbs.expose(case, inside=True, as_of=DAY, failures="none").networks[0].policies[0]
    (only,) = (one for one in row["replacement"] if one["kind"] != "steered")
    assert (only["kind"], only["elements"], only["cost_unit"], only["cost_amount"]) == ("rerouted", [], "EUR", 0.0)


def test_rows_on_a_network_that_the_case_does_not_hold_are_said(provenet: Provenet, case: Path) -> None:
    text = OWN + "cor,net,Germany,sat,a,0,1,2,,\n"
    (case.parent / "t.csv").write_text(text, encoding="utf-8")
    verbs.add(case, [case.parent / "t.csv"])
    verbs.screen(case, ["own-pack"], country=["Germany"], as_of=DAY)
    ran = provenet("expose", case, *ASKED)
    assert ran.code == 0, ran.err
    assert "1 row of network_own_link left out: no link of a network 'cor' is known that day" in ran.out


def test_the_tables_of_a_carriers_template_are_read(provenet: Provenet, tmp_path: Path) -> None:
    place = tmp_path / "case"
    verbs.new(place, "case", template="carrier")
    folder = tmp_path / "case-tables"
    for name in ("party", "network_own_link", "network_cost"):
        lines = (folder / f"{name}.csv").read_text("utf-8").splitlines()
        header = next(at for at, line in enumerate(lines) if not line.startswith("#"))
        filled = [line.removeprefix("#") if at > header else line for at, line in enumerate(lines)]
        (folder / f"{name}.csv").write_text("\n".join(filled) + "\n", encoding="utf-8")
        added = verbs.add(place, [folder / f"{name}.csv"])
        assert not added.fault_count, added.faults
    held = Case.open(place)
    assert held.read("network_own_link")["own_link"].sort().to_list() == ["fibre-1", "sat-1"]
    assert set(held.read("network_cost")["element"]) == {"Tromso", "Oslo"}


def test_a_network_too_large_to_assume_demands_of_says_so(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("provenet.exposure.inside_networks.MOST_ASSUMED", 11)
    add_topology(case, SQUARE.partition("DEMANDS")[0], _other_network(), "bare")
    verbs.screen(case, ["own-pack"], country=["Germany"], as_of=DAY)
    (network,) = verbs.expose(case, inside=True, as_of=DAY, network=["bare"]).networks
    assert network.demands_says == (
        "No demands are known, and 4 nodes make more pairs than the 11 up to which a gravity model is assumed: add "
        "demands."
    )
    assert (network.policies[0]["low_share"], network.rows["inside_element"]) == (None, 4)


def _other_network() -> str:
    return '[constants]\ncarrier_id = "net"\ncountry = "Germany"\nnetwork = "bare"\nobserved_on = "2026-11-01"\n'
