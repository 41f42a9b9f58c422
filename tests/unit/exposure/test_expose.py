"""What the routes of a case cross, worked out by hand on an invented Internet, and laws on random ones."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenet.case.case import Case
from provenet.case.tables import empty, frame
from provenet.core.errors import UsageFault
from provenet.exposure.expose import READS, ExposureQuestion, expose
from provenet.exposure.networks import NameRule, NetworkTags, links_on
from support.examples import examples
from unit.dossier.small_tables import filled
from unit.routing.small_internet import make_case

DAY = date(2025, 11, 25)
WANTED = NetworkTags(("gov",), ("mobile",))
Row = Mapping[str, Any]


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pl.DataFrame]:
    case = Case.open(make_case(tmp_path_factory.mktemp("invented")))
    return {name: case.read(name) for name in READS}


def asked(*restricted: int, **replaced: Any) -> ExposureQuestion:
    listed = (("restricted.txt", "0" * 64, restricted),) if restricted else ()
    return ExposureQuestion(**{"as_of": DAY, "known": None, "tags": WANTED, "listed": listed, **replaced})


def rows_of(
    tables: Mapping[str, pl.DataFrame], question: ExposureQuestion, shares: pl.DataFrame | None = None
) -> list[Row]:
    made = expose(tables, {"Japan": empty("vendor_share") if shares is None else shares}, question)
    frame("exposure", made["Japan"]["exposure"])
    frame("remedy", made["Japan"]["remedy"])
    frame("influence", made["Japan"]["influence"])
    return made["Japan"]["exposure"]


def whole(rows: list[Row]) -> list[Row]:
    """The rows over all destinations."""
    return [row for row in rows if row["destination"] == "all"]


def network(rows: list[Row], asn: int, pack: str | None = None) -> Row:
    (found,) = [row for row in whole(rows) if row["asn"] == str(asn) and row["pack"] == pack]
    return found


def tag(rows: list[Row], name: str, pack: str | None = None) -> Row:
    (found,) = [row for row in whole(rows) if row["level"] == "tag" and row["tags"] == [name] and row["pack"] == pack]
    return found


def counts(row: Row, *names: str) -> tuple[int, ...]:
    return tuple(row[f"{name}_count"] for name in names)


def about(value: float) -> Any:
    """A share as a row holds it, to seven decimals."""
    return pytest.approx(value, abs=1e-7)


RUNGS = ("rung_0", "rung_1_alone", "rung_1_other", "rung_2", "rung_3", "rung_none")


def test_a_network_with_two_providers_goes_round_by_its_own_choice(tables: dict[str, pl.DataFrame]) -> None:
    row = network(rows_of(tables, asked(64502)), 64510)
    assert counts(row, "pair", "no_route", *RUNGS) == (7, 0, 4, 2, 0, 0, 0, 1)
    assert row["low_share"] == row["high_share"] == row["expected_share"] == about(3 / 7)
    assert (row["role"], row["tags"]) == ("sensitive", ["gov"])
    assert row["network_name"] == "MINISTRY-EXAMPLES Ministry of Examples"


def test_a_network_with_one_restricted_provider_has_no_way_round(tables: dict[str, pl.DataFrame]) -> None:
    row = network(rows_of(tables, asked(64502)), 64511)
    assert counts(row, *RUNGS) == (1, 0, 0, 0, 0, 6)
    assert row["low_share"] == about(6 / 7)


def test_a_restricted_network_is_an_end_like_others_unless_ends_count(tables: dict[str, pl.DataFrame]) -> None:
    assert network(rows_of(tables, asked(64502)), 64503)["rung_none_count"] == 1
    rows = rows_of(tables, asked(64502, count_endpoints=True))
    assert network(rows, 64503)["rung_none_count"] == 2
    assert network(rows, 64503)["ends_says"] == "source and destination count as crossed"


def test_a_tag_is_the_sum_of_its_networks_and_counts_those_not_in_the_graph(tables: dict[str, pl.DataFrame]) -> None:
    rows = rows_of(tables, asked(64502))
    row = tag(rows, "gov")
    assert counts(row, "network", "absent", "pair", *RUNGS) == (2, 1, 14, 5, 2, 0, 0, 0, 7)
    assert row["low_share"] == about(9 / 14)
    ids = {network(rows, asn)["exposure_id"] for asn in (64510, 64511)}
    assert {ref for ref in row["inputs"] if ref.startswith("exposure:")} == {f"exposure:{one}" for one in ids}


def test_carriers_on_file_and_tagged_ones_stand_apart(tables: dict[str, pl.DataFrame]) -> None:
    rows = rows_of(tables, asked(64502))
    assert (network(rows, 64503)["party_id"], network(rows, 64503)["tags"]) == ("lowland", ["carrier"])
    assert (network(rows, 64520)["party_id"], network(rows, 64520)["tags"]) == (None, ["mobile"])
    assert counts(tag(rows, "carrier"), "pair", "rung_0") == (7, 6)


def test_pairs_without_any_route_are_no_part_of_a_share(tables: dict[str, pl.DataFrame]) -> None:
    """Two networks more that nobody of the others reaches."""
    island = filled("as_link", [{"from_asn": "64530", "to_asn": "64531", "relation": "transit"}])
    links = pl.concat([tables["as_link"], island.with_columns(observed_on=date(2025, 9, 1))])
    row = network(rows_of({**tables, "as_link": links}, asked(64502)), 64510)
    assert counts(row, "pair", "no_route", "rung_none") == (9, 2, 3)
    assert row["low_share"] == about(3 / 7)


def test_networks_registered_in_a_country_may_be_the_restricted_set(tables: dict[str, pl.DataFrame]) -> None:
    rows, listed = rows_of(tables, asked(registered=("Norway",))), rows_of(tables, asked(64502))
    row = network(rows, 64510)
    assert row["restricted_says"] == "the 1 network registered in Norway"
    assert 'as_number?{"country": "Norway"}' in row["inputs"]
    figures = [name for name in row if name.endswith(("_share", "_count"))]
    assert {name: row[name] for name in figures} == {name: network(listed, 64510)[name] for name in figures}
    assert row["exposure_id"] != network(listed, 64510)["exposure_id"]


def share(carrier: str, low: float, high: float, **more: Any) -> dict[str, Any]:
    base = {"share_id": f"share-{carrier}-{low}-{high}", "carrier_id": carrier, "asset_class": "transport"}
    told = {"part": "restricted", "pack": "law-1", "issuer": "ministry", "country": "Japan"}
    return {**base, **told, "low_share": low, "high_share": high, **more}


def test_a_vendor_speaks_through_shares_and_unknown_is_not_clear(tables: dict[str, pl.DataFrame]) -> None:
    """64510 crosses nothing to its 2 providers, 64503 alone to 64501 and 64520, others to 64500, 64511 and 64521."""
    shares = filled("vendor_share", [share("lowland", 0.2, 0.5)])
    rows = rows_of(tables, asked(64502), shares)
    row = network(rows, 64510, "law-1")
    assert row["low_share"] == about(0.4 / 7)
    assert row["high_share"] == about((2 * 0.5 + 3) / 7)
    assert (row["expected_share"], row["rung_0_count"], row["restricted_count"]) == (None, None, 0)
    assert row["stated_count"] == 1
    assert "vendor_share:share-lowland-0.2-0.5" in row["inputs"]
    assert any("counts as unknown" in one for one in row["assumed"])
    assert network(rows, 64510)["high_share"] == about(3 / 7), "restricted networks are another matter"


def test_that_unlisted_networks_have_none_is_an_assumption_told(tables: dict[str, pl.DataFrame]) -> None:
    shares = filled("vendor_share", [share("lowland", 0.2, 0.5)])
    row = network(rows_of(tables, asked(64502, unlisted="none"), shares), 64510, "law-1")
    assert (row["low_share"], row["high_share"]) == (about(0.4 / 7), about(1.0 / 7))
    assert any(one.startswith("Assumption: a network without") for one in row["assumed"])


@pytest.mark.parametrize(
    "other", [{"asset_class": "ran"}, {"to_be_checked": True}, {"later_estimate": True}, {"part": "clear"}]
)
def test_shares_that_say_nothing_of_routes_are_not_taken(tables: dict[str, pl.DataFrame], other: Row) -> None:
    rows = rows_of(tables, asked(64502), filled("vendor_share", [share("lowland", 0.2, 0.5, **other)]))
    assert {row["pack"] for row in rows} == {None}


def test_of_several_shares_of_a_carrier_the_hull_of_the_most_telling_class_counts(
    tables: dict[str, pl.DataFrame],
) -> None:
    told = [share("lowland", 0.3, 0.4, asset_class="transport.router"), share("lowland", 0.0, 1.0)]
    told.append(share("lowland", 0.2, 0.35, asset_class="transport.router"))
    row = network(rows_of(tables, asked(64502, unlisted="none"), filled("vendor_share", told)), 64510, "law-1")
    assert (row["low_share"], row["high_share"]) == (about(0.4 / 7), about(0.8 / 7))


def test_a_network_that_two_carriers_call_theirs_has_the_hull_of_their_shares(tables: dict[str, pl.DataFrame]) -> None:
    other = filled("party", [{"party_id": "upland", "role": "carrier", "country": "JP"}])
    number = filled("identifier", [{"party_id": "upland", "scheme": "asn", "value": "64503", "row_id": "identifier-u"}])
    more = {name: pl.concat([tables[name], rows]) for name, rows in (("party", other), ("identifier", number))}
    shares = filled("vendor_share", [share("lowland", 0.2, 0.5), share("upland", 0.4, 0.9)])
    row = network(rows_of({**tables, **more}, asked(64502, unlisted="none"), shares), 64510, "law-1")
    assert (row["low_share"], row["high_share"]) == (about(0.4 / 7), about(1.8 / 7))


def test_who_would_have_to_move_and_how_robust_clear_is(tables: dict[str, pl.DataFrame]) -> None:
    made = expose(tables, {"Japan": empty("vendor_share")}, asked(64502))["Japan"]["remedy"]
    (mover,) = [row for row in made if row["kind"] == "mover"]
    told = mover["asn"], mover["pair_count"], mover["open_pair_count"], mover["asked_pair_count"]
    assert told == ("64510", 2, 2, 14)
    assert mover["audience"] == "internal", "of fewer than five sensitive networks"
    cuts = {row["source_asn"]: (row["state"], row["audience"]) for row in made if row["kind"] == "cut"}
    assert cuts == {"64510": ("direct link", "internal"), "64511": ("no clear route", "internal")}


def test_without_a_graph_or_a_restricted_set_it_refuses(tables: dict[str, pl.DataFrame]) -> None:
    with pytest.raises(UsageFault, match=r"^expose: the case has no AS graph\. Add one: provenet add CASE"):
        rows_of({**tables, "as_link": empty("as_link")}, asked(64502))
    with pytest.raises(UsageFault, match="stands for 2025-08-31; the first is of 2025-09-01"):
        rows_of(tables, asked(64502, as_of=date(2025, 8, 31)))
    with pytest.raises(UsageFault, match="stands for 2025-08-31"):
        rows_of(tables, asked(64502, known=date(2025, 8, 31)))
    with pytest.raises(UsageFault, match="no restricted networks are named"):
        rows_of(tables, asked())
    with pytest.raises(UsageFault, match="the restricted set is empty: the 0 networks registered in Chad"):
        rows_of(tables, asked(registered=("Chad",)))


def test_the_graph_of_a_day_is_the_newest_up_to_it() -> None:
    days = [date(2024, 1, 1), date(2025, 1, 1), date(2025, 1, 1), date(2026, 1, 1), None]
    links = pl.DataFrame({"at": range(5), "observed_on": days})
    assert links_on(links, DAY, None)["at"].to_list() == [1, 2]
    assert links_on(links, DAY, date(2024, 6, 1))["at"].to_list() == [0]
    assert links_on(links, date(2023, 1, 1), None)["at"].to_list() == [4]
    assert links_on(links, date(2023, 1, 1), date(2023, 1, 1))["at"].to_list() == []


def test_the_order_of_rows_changes_nothing(tables: dict[str, pl.DataFrame]) -> None:
    turned = {name: rows.reverse() for name, rows in tables.items()}
    assert rows_of(turned, asked(64502)) == rows_of(tables, asked(64502))


SAME = ("pack", "level", "asn", "tags", "role", "destination")
PAIRS = st.tuples(st.integers(1, 9), st.integers(1, 9), st.sampled_from(["transit", "peer"]))


@given(
    st.lists(PAIRS, min_size=1, max_size=16), st.sets(st.integers(1, 9), min_size=1), st.floats(0, 1), st.floats(0, 1)
)
@settings(max_examples=examples(25), deadline=None)
def test_laws_of_counts_and_intervals(
    links: list[tuple[int, int, str]], restricted: set[int], one: float, two: float
) -> None:
    told = [
        {"from_asn": str(64500 + a), "to_asn": str(64500 + b), "relation": relation, "observed_on": DAY}
        for a, b, relation in links
    ]
    asns = [str(64500 + n) for n in range(1, 10)]
    numbers = [{"asn": asn, "name": "N", "country": "Japan", "observed_on": DAY} for asn in asns]
    tags = [{"asn": asn, "tag": "gov", "observed_on": DAY} for asn in asns[:4]]
    tables = {
        "as_link": filled("as_link", told),
        "as_number": filled("as_number", numbers),
        "as_tag": filled("as_tag", tags),
        "party": filled("party", [{"party_id": "p", "role": "carrier", "country": "JP"}]),
        "identifier": filled("identifier", [{"party_id": "p", "scheme": "asn", "value": asns[5]}]),
    }
    shares = filled("vendor_share", [share("p", min(one, two), max(one, two))])
    wide = rows_of(tables, asked(*(64500 + n for n in restricted)), shares)
    narrow = rows_of(tables, asked(*(64500 + n for n in restricted), unlisted="none"), shares)
    for row in wide:
        if row["pack"] is None:
            assert sum(counts(row, *RUNGS)) == row["pair_count"]
            assert row["rung_none_count"] == row["lucky_none_count"] >= row["no_route_count"]
            assert row["lucky_0_count"] >= row["rung_0_count"]
        if row["low_share"] is not None:
            assert 0 <= row["low_share"] <= row["high_share"] <= 1
            assert row["either_low_share"] >= row["low_share"] - 2e-7
    networks = [row for row in wide if row["level"] == "network" and row["pack"] is None and "gov" in row["tags"]]
    for name in ("pair", "no_route", *RUNGS):
        of_tag = counts(tag(wide, "gov"), name)[0]
        assert of_tag == sum(counts(row, name)[0] for row in whole(networks))
        assert of_tag == sum(counts(row, name)[0] for row in networks if row["destination"] != "all")
    for other in narrow:
        if other["pack"] and other["low_share"] is not None:
            (row,) = [one for one in wide if all(one[name] == other[name] for name in SAME)]
            assert row["low_share"] == about(other["low_share"])
            assert row["high_share"] >= other["high_share"] - 2e-7


def test_a_tag_list_of_a_later_day_does_not_count(tables: dict[str, pl.DataFrame]) -> None:
    later = tables["as_tag"].with_columns(observed_on=date(2025, 12, 1))
    rows = rows_of({**tables, "as_tag": later}, asked(64502))
    assert tag(rows, "gov")["network_count"] == 0
    assert tag(rows, "gov")["low_share"] is None


def kinds(rows: list[Row], name: str) -> dict[str, tuple[int, int]]:
    """Destination networks and pairs of a tag by kind of destination."""
    found = [row for row in rows if row["level"] == "tag" and row["tags"] == [name] and row["pack"] is None]
    return {row["destination"]: (row["destination_count"], row["pair_count"]) for row in found}


def test_destinations_are_told_apart_by_kind_and_add_up(tables: dict[str, pl.DataFrame]) -> None:
    """64510 and 64511 are the government, 64503 and 64520 its carriers, 64521 is tagged as a cloud."""
    clouds = filled("as_tag", [{"asn": "64521", "tag": "cdn", "observed_on": None}])
    tags = NetworkTags(("gov",), ("mobile",), cloud=("cdn",))
    rows = rows_of({**tables, "as_tag": pl.concat([tables["as_tag"], clouds])}, asked(64502, tags=tags))
    assert kinds(rows, "gov") == {
        "all": (8, 14),
        "home_government": (2, 2),
        "allied_defence": (0, 0),
        "allied_government": (0, 0),
        "own_carrier": (2, 4),
        "cloud": (1, 2),
        "rest": (3, 6),
    }
    (row,) = [one for one in rows if one["asn"] == "64510" and one["destination"] == "own_carrier"]
    assert counts(row, "pair", "rung_0", "rung_1_alone") == (2, 2, 0)
    assert row["measure"].startswith(
        "share of routes to the 2 networks of the graph that are networks of the country's"
    )


def test_a_registered_name_gives_a_tag_and_the_words_are_printed(tables: dict[str, pl.DataFrame]) -> None:
    rule = NameRule("registered under a name of an office", ("office",), only=("Japan",))
    tags = NetworkTags(("gov", "office"), ("mobile",), names={"office": rule})
    rows = rows_of(tables, asked(64502, tags=tags))
    row = tag(rows, "office")
    assert (row["network_count"], row["label"][:62]) == (
        1,
        "Routes from the 1 network registered under a name of an office",
    )
    assert any("holds “office” as whole words, of networks registered in Japan" in one for one in row["assumed"])
    assert network(rows, 64511)["tags"] == ["gov", "office"]
    other = NameRule("registered under half a word", ("offi", "samples of"), but=("Japan",))
    rows = rows_of(tables, asked(64502, tags=NetworkTags(("offi",), ("mobile",), names={"offi": other})))
    assert tag(rows, "offi")["network_count"] == 0, "a word is whole or is none"


def test_networks_of_an_allied_ministry_count_in_every_country_and_apart(tables: dict[str, pl.DataFrame]) -> None:
    rule = NameRule("registered as far", ("far shop",))
    tags = NetworkTags(("gov",), ("mobile",), allied=("far",), names={"far": rule})
    made = expose(tables, {"Japan": empty("vendor_share"), "Norway": empty("vendor_share")}, asked(64502, tags=tags))
    for country in ("Japan", "Norway"):
        (row,) = [one for one in made[country]["exposure"] if one["asn"] == "64521" and one["destination"] == "all"]
        assert (row["role"], row["tags"]) == ("allied", ["far"])
        whole_of = [one for one in made[country]["transit"] if one["role"] == "all"]
        assert all(one["network_count"] == (4 if country == "Japan" else 0) for one in whole_of)


def passed(made: list[Row], **wanted: object) -> list[tuple[Any, ...]]:
    rows = [row for row in made if all(row[name] == value for name, value in wanted.items())]
    rows.sort(key=lambda row: (row["rank_count"] or 0, row["transit_id"]))
    names = ("asn", "network_country", "low_count", "conventional_count", "high_count", "pair_count")
    return [tuple(row[name] for name in names) for row in rows]


def test_what_the_routes_of_a_country_pass(tables: dict[str, pl.DataFrame]) -> None:
    """64511 passes 64502 on every way; 64510 passes 64502 on three, and 64503 on its ways to 64501 and 64520."""
    made = expose(tables, {"Japan": empty("vendor_share")}, asked(64502))["Japan"]["transit"]
    frame("transit", made)
    gov = passed(made, role="sensitive", destination="all", level="country")
    assert [row[1:] for row in gov] == [("Norway", 9, 9, 9, 14), ("Sweden", 5, 5, 5, 14), ("Japan", 3, 3, 3, 14)]
    assert passed(made, role="sensitive", destination="all", level="abroad") == [(None, None, 9, 9, 9, 14)]
    assert passed(made, role="sensitive", destination="all", level="commercial") == [(None, None, 11, 11, 11, 14)]
    networks = passed(made, role="all", destination="all", level="network")
    assert [(row[0], row[3]) for row in networks] == [("64500", 11), ("64502", 11), ("64501", 10), ("64503", 9)]
    assert not passed(made, role="sensitive", level="network"), "no network but for the whole country"
    assert {row["audience"] for row in made} == {"internal"}, "of fewer than five networks"
