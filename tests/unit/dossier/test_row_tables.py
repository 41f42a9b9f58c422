"""Tables of rows: every row of every listing stands in the annex once, with all that is shown of it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from itertools import product
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenet.case.extract import Extract
from provenet.case.tables import table
from provenet.case.tables import tables as all_tables
from provenet.core.ids import names_in
from provenet.dossier import sections, turned_out
from provenet.dossier.render import render_html
from provenet.dossier.row_tables import HIDDEN, NOTES, RowKind, RowList, _Lister, row_lists
from provenet.dossier.view import ANNEX, compose, extract_of, section_keys
from support.examples import examples
from unit.dossier.page_reading import raw_identifiers
from unit.dossier.small_tables import DAY, THEN, claim, filled, share, tables, verdict
from unit.dossier.test_routes_chapter import REMEDIES, ROWS, SEEN

LISTED: list[RowKind] = [
    one
    for key in section_keys(sections)
    for one in getattr(import_module(f"provenet.dossier.sections.{key}"), "LISTINGS", ())
]
RELATED = {
    "carrier_share": [{"carrier_id": "north-tel", "measure": "SIM", "low_share": 0.25, "high_share": 0.25}],
    "concentration": [{"concentration_id": "concentration-1", "high_hhi_points": 4_000.0}],
    "influence": [{"influence_id": "influence-1", "asn": "64999", "hegemony_share": 0.25, "assumed": ["Simulated."]}],
    "site_answer": [{"answer_id": "answer-1", "site_id": "camp-one", "carrier_ids": ["north-tel"], "own_links": "yes"}],
    "site_service": [{"site_id": "camp-two", "what": "own_network", "statement": "It runs its own."}],
    "site_traffic": [{"site_traffic_id": "traffic-1", "demand": "official", "network": "access", "own_failed": "all"}],
    "site_exposure": [
        {"site_exposure_id": f"exposed-{at}", "pack": "law-1", "demand": "official", "network": "any", "harm": harm}
        for at, harm in enumerate(("content", "control"))
    ],
}


RARE = (
    "The rules",
    "What the carriers' shares imply for the whole country",
    "Counts of sites and antennas, as their sources count them",
    "Contracts not signed yet",
)
"""What the small case has none of."""


def full() -> dict[str, pl.DataFrame]:
    """The small case with a row of every kind that the annex lists."""
    day = {"country": "Germany", "as_of_on": DAY, "known_on": None}
    names = {name: set(table(name).schema) for name in RELATED}
    more = {
        name: filled(
            name, [{key: value for key, value in ({**day, **row}).items() if key in names[name]} for row in rows]
        )
        for name, rows in RELATED.items()
    }
    routes = {"exposure": ROWS, "remedy": REMEDIES, "route_comparison": SEEN}
    return {**tables(), **more, **{name: filled(name, rows) for name, rows in routes.items()}}


def asked(audience: str = "internal", **replaced: pl.DataFrame) -> Extract:
    return extract_of({**full(), **replaced}, country="Germany", as_of=DAY, known=None, audience=audience)


def said(found: RowList) -> Iterator[tuple[str, str]]:
    """Each id with all that stands in its line, above its table and below the list."""
    below = [cell.words for cells in found.notes.values() for cell in cells]
    for one in found.tables:
        above = [*([one.title] if one.title else []), *one.alike.values()]
        lines = [*one.lines, *(line for left, right, _ in one.pairs for line in (*left, *right))]
        for line in lines:
            words = "\n".join([*below, *(cell.words for cell in (*above, *line.cells))])
            yield from ((key, words) for key in line.ids)


@pytest.mark.parametrize("listing", LISTED, ids=lambda one: one.title)
@pytest.mark.parametrize("audience", ["public", "internal"])
def test_each_row_of_a_listing_stands_once_with_every_column_that_is_shown(listing: RowKind, audience: str) -> None:
    extract = asked(audience)
    rows = list(listing.rows(extract))
    assert rows or listing.title in RARE or audience == "public"
    for found in row_lists([listing], extract):
        words = dict(said(found))
        ids = [row[table(listing.name).id_column] for row in rows]
        assert Counter(key for key, _ in said(found)) == Counter(ids)
        lister = _Lister(listing, rows, extract)
        for key, row in zip(ids, rows, strict=True):
            for column in listing.columns():
                if row.get(column.name) not in (None, "", [], False):
                    for part in lister.cell(column, row).words.rstrip(".").split("; "):
                        assert part in words[key], (key, column.name, part)
        if table(listing.name).kind == "input":
            lines = [line for one in found.tables for line in one.lines]
            assert all(line.cites for line in lines)


def test_the_page_shows_each_of_these_ids_and_no_word_of_code() -> None:
    for audience in ("public", "internal"):
        extract = asked(audience)
        page = render_html(compose(full(), country="Germany", as_of=DAY, document=ANNEX, audience=audience)).decode()
        ids = {row[table(one.name).id_column] for one in LISTED for row in one.rows(extract)}
        assert len(ids) > 30
        assert [key for key in ids if f">{key}<" not in page] == []
        assert raw_identifiers(page) == set()
        assert [word for word in (">None<", ">nan<", ">NaT<", "None;", "nan %") if word in page] == []


def test_each_hidden_column_is_hidden_for_a_reason_and_every_other_is_shown() -> None:
    reasons = [*HIDDEN.items(), *(pair for one in (*LISTED, *turned_out.LISTINGS) for pair in one.hidden.items())]
    known = {name for spec in all_tables().values() for name in spec.schema}
    assert [names for reason, names in reasons if len(reason) < 15 or not set(names) <= known] == []
    for one in LISTED:
        assert set(one.words) | set(one.by) | set(one.over) <= {column.name for column in one.columns()}
        assert not {"low_share", "measure", "outcome", "paraphrase", "quote"} & set(table(one.name).schema) - {
            column.name for column in one.columns()
        } - {"measure"}
    assert set(NOTES) <= known


DRAWN = st.lists(
    st.tuples(st.sampled_from("ab"), st.sampled_from("cd"), st.sampled_from("ef"), st.sampled_from([0.0, 0.5])),
    unique=True,
)


@given(DRAWN)
@settings(max_examples=examples(100), deadline=None)
def test_a_line_says_of_every_combination_what_its_rows_say(drawn: list[tuple[str, str, str, float]]) -> None:
    rows = [
        share(at, carrier_id=carrier, segment=segment, pack=pack, low_share=low, high_share=0.75)
        for at, (carrier, segment, pack, low) in enumerate(drawn)
    ]
    listing = RowKind(
        title="t",
        name="vendor_share",
        rows=lambda e: filled("vendor_share", rows).to_dicts(),
        over=names_in("pack segment carrier_id"),
        hidden={"told in a test of its own": names_in("label method")},
    )
    found = []
    for one in row_lists([listing], extract_of({}, country="Germany", as_of=DAY, known=None, audience="public")):
        for line in one.tables[0].lines:
            cells = {**one.tables[0].alike, **dict(zip(one.tables[0].heads, line.cells, strict=True))}
            axes = [cells[name].words.split("; ") for name in ("Carrier", "Segment", "Policy")]
            assert len(line.ids) == len(list(product(*axes)))
            found += [(*place, cells["Share"].words) for place in product(*axes)]
    assert sorted(found) == sorted((c, s, p, "50 to 75 %" if low else "0 to 75 %") for c, s, p, low in drawn)


def lists(key: str, extract: Extract) -> dict[str, dict[str, str]]:
    """What the lists of a section say of each id."""
    module: Any = import_module(f"provenet.dossier.sections.{key}")
    return {one.title: dict(said(one)) for one in row_lists(module.LISTINGS, extract)}


def test_without_a_rule_in_force_nothing_is_restricted_and_nothing_clear() -> None:
    rows = [verdict(n, vendor_id=v, rules_in_force=0) for n, v in enumerate(("acme", "bolt"), start=1)]
    found = lists("s20_rules", asked(verdict=filled("verdict", rows)))
    assert "Restricted, unknown and clear under each policy" not in found
    words = found["What each policy says of each vendor"]
    assert len(words) == 2 and all("no rule in force" in one and "clear" not in one for one in words.values())


def test_what_a_policy_says_comes_with_its_force_and_who_disputes_it_with_what_would_settle_it() -> None:
    bill = {"pack": "bill-1", "pack_title": "A bill", "force": "proposal", "outcome": "restricted", "rule_id": "B-1"}
    rows = [*full()["verdict"].to_dicts(), verdict(20, vendor_id="acme", **bill)]
    found = lists("s20_rules", asked(verdict=filled("verdict", rows)))["What each policy says of each vendor"]
    assert "proposal, no effect yet" in found["verdict-20"]
    assert all(part in found["verdict-4"].split("\n") for part in ("undetermined", "critical", "C-1", "C-2", "yes"))


def test_a_public_page_shows_no_single_network_and_no_sum_whose_difference_is_over_fewer_than_five() -> None:
    def row(at: int, count: int, **more: Any) -> dict[str, Any]:
        return {**ROWS[0], "exposure_id": f"exposure-{at}", "network_count": count, **more}

    whole = {"level": "role", "tags": []}
    rows = [
        row(1, 8),
        row(2, 3, tags=["defence"]),
        row(3, 9, **whole),
        row(4, 7, role="carrier", tags=["mobile"]),
        row(5, 1, level="network", asn="64505"),
        *(row(6 + at, 6, restricted_says="others", tags=[tag]) for at, tag in enumerate("ab")),
        row(8, 13, restricted_says="others", **whole),
    ]
    title = "What routes cross, and how few networks would have to choose another route"
    frames = {"exposure": filled("exposure", rows)}
    shown = {who: set(lists("s40_routes", asked(who, **frames))[title]) for who in ("public", "internal")}
    assert shown == {
        "public": {f"exposure-{at}" for at in (3, 4, 6, 7)},
        "internal": {f"exposure-{at}" for at in range(1, 9)},
    }
    assert "remedy-2" not in lists("s40_routes", asked("public"))["Who could choose another route"]


def test_a_position_is_never_finer_than_a_tenth_of_a_degree() -> None:
    site = {"site_id": "a", "name": "A", "country": "Germany", "lat_deg": 49.43691, "lon_deg": 7.60028}
    found = lists("s30_sites", asked(site=filled("site", [{**site, "precision_note": "seen at 49.4369/7.6003"}])))
    assert found["The sites"]["a"].split("\n") == ["A", "49.4° N, 7.6° E"]


def test_what_came_later_stands_on_a_page_of_its_own() -> None:
    then = extract_of(tables(THEN, THEN), country="Germany", as_of=THEN, known=THEN, audience="public")
    assert "share-2" not in lists("s10_dependence", then)["Shares of vendors, as published or counted"]
    (later,) = row_lists(turned_out.LISTINGS, replace(then, hindsight=True))
    assert [key for key, _ in said(later)] == ["share-2"]


def test_claims_stand_beside_their_replies_in_full_and_those_of_weak_sources_or_not_read_apart() -> None:
    long = "Says " + "a very long thing " * 40
    rows = [*tables()["claim"].to_dicts(), claim("C-7", answers_claim_id="C-1", stance="denies", quote=f"“{long}”")]
    extract = asked(claim=filled("claim", rows))
    module: Any = import_module("provenet.dossier.sections.s85_claims")
    known, weak, unread = row_lists(module.LISTINGS, extract)
    pairs = {left[0].ids: [line.ids for line in right] for one in known.tables for left, right, _ in one.pairs}
    assert pairs == {("C-1",): [("C-2",), ("C-7",)], ("C-3",): [], ("C-4",): []}
    assert long in dict(said(known))["C-7"]
    assert [{key for key, _ in said(one)} for one in (weak, unread)] == [{"C-5"}, {"C-6"}]
