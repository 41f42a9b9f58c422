"""What measured paths cross, by hand: four traces of three hops."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest

pytest.importorskip("numba", reason="the extra 'internet' is not installed")

from provenet.case.tables import empty
from provenet.exposure import measured_paths

CISCO, HUAWEI, OTHER, NOBODY, HERE, THERE = "45.0.0.1", "45.1.0.1", "45.1.0.2", "45.0.0.9", "9.9.9.9", "8.8.8.8"
DAY = date(2026, 11, 25)


def trace(
    name: str, hops: Sequence[str | None], *, reached: bool = True, **more: Any
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    told = {
        "trace_id": name, "started_at": datetime(2019, 5, 1, tzinfo=UTC), "family": "ipv4", "source_address": HERE,
        "source_country": "Netherlands", "target_address": THERE, "target_country": "Germany", "reached": reached,
        **more,
    }  # fmt: skip
    rows = [{"trace_id": name, "ttl_count": at, "address": one, "flags": []} for at, one in enumerate(hops, start=1)]
    return told, rows


def estimates() -> pl.DataFrame:
    known = {CISCO: "cisco", HUAWEI: "huawei", OTHER: "juniper"}
    rows = [
        {"addresses": [one], "vendor_id": vendor, "p_correct_share": 0.99, "seen_low_on": DAY, "seen_high_on": DAY}
        for one, vendor in known.items()
    ]
    return pl.DataFrame(rows)


def origins() -> pl.DataFrame:
    rows = [
        {"first_address": f"45.{at}.0.0", "last_address": f"45.{at}.0.255", "family": "ipv4",
         "origin_asns": [str(64500 + at)], "observed_on": date(2026, 6, 17)}
        for at in (0, 1)
    ]  # fmt: skip
    return pl.DataFrame(rows)


def vendors(says: str, *restricted: str, **more: Any) -> measured_paths.VendorQuestion:
    return measured_paths.VendorQuestion(country="Netherlands", says=says, restricted=frozenset(restricted), **more)


def rows_of(
    traces: Iterable[tuple[dict[str, Any], list[dict[str, Any]]]],
    *questions: measured_paths.VendorQuestion,
    with_origins: bool = True,
    batches: int = 1,
    probed: Sequence[str] = (),
) -> list[dict[str, Any]]:
    given = list(traces)
    tables = measured_paths.MeasuredTables(
        estimates(),
        origins=origins() if with_origins else empty("prefix_origin"),
        exchanges=empty("exchange_prefix"),
        places=empty("prefix_country"),
        probed=pl.Series(probed, dtype=pl.String),
        estimates_run="estimates-1",
    )
    asked = questions or (vendors("Huawei", "huawei"),)
    parts = [given[at::batches] for at in range(batches)]
    walked = ((_frame([one for one, _ in part], measured_paths.TRACE_COLUMNS), _hops(part)) for part in parts)
    found = measured_paths.path_rows(tables, measured_paths.PathQuestion(as_of=DAY, known=None, vendors=asked), walked)
    return [dict(row) for row in found]


def _frame(rows: list[dict[str, Any]], columns: Sequence[str]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={name: empty("trace").schema[name] for name in columns})


def _hops(part: list[tuple[dict[str, Any], list[dict[str, Any]]]]) -> pl.DataFrame:
    rows = [hop for _, hops in part for hop in hops]
    return pl.DataFrame(rows, schema={name: empty("hop").schema[name] for name in measured_paths.HOP_COLUMNS})


FOUR = [
    trace("hop", [CISCO, HUAWEI, THERE]),
    trace("network", [CISCO, None, NOBODY, "45.1.0.9", THERE]),
    trace("unknown", [CISCO, NOBODY, THERE]),
    trace("clear", [CISCO, CISCO, THERE]),
]


def whole(rows: list[dict[str, Any]]) -> dict[str, Any]:
    (found,) = [row for row in rows if row["target_country"] is None]
    return found


def test_each_trace_is_of_one_tier() -> None:
    row = whole(rows_of(FOUR))
    tiers = ("on_hop_count", "in_network_count", "unknown_count", "clear_count")
    assert [row[name] for name in tiers] == [1, 1, 1, 1]
    assert (row["trace_count"], row["low_share"], row["high_share"]) == (4, 0.25, 0.75)
    assert (row["traced_low_on"], row["seen_low_on"], row["origins_on"]) == (date(2019, 5, 1), DAY, date(2026, 6, 17))
    # Which addresses were probed is not known.
    assert (row["low_network_share"], row["high_network_share"]) == (0, 1)


def test_the_share_of_a_network_is_of_the_addresses_probed_in_it() -> None:
    row = whole(rows_of(FOUR, probed=[HUAWEI, OTHER, "45.1.0.8", "45.1.0.9"]))
    # Of four probed one is Huawei's, one Juniper's, and two are anybody's.
    assert (row["low_network_share"], row["high_network_share"]) == (0.25, 0.75)


def test_without_networks_by_address_the_middle_tier_is_unknown() -> None:
    row = whole(rows_of(FOUR, with_origins=False))
    assert (row["in_network_count"], row["unknown_count"]) == (0, 2)
    assert any("no network is known to be crossed" in text for text in row["assumed"])


def test_silence_and_a_target_that_was_not_reached_are_never_clear() -> None:
    row = whole(rows_of([trace("silent", [CISCO, None, THERE]), trace("cut", [CISCO, CISCO], reached=False)]))
    assert (row["clear_count"], row["unknown_count"]) == (0, 2)
    assert (row["silent_trace_count"], row["unreached_trace_count"]) == (1, 1)


def test_equipment_without_a_verdict_is_not_clear() -> None:
    row = whole(rows_of(FOUR, vendors("restricted", "huawei", undecided=frozenset(["cisco"]), pack="p")))
    assert (row["on_hop_count"], row["clear_count"]) == (1, 0)
    assert any("without a verdict" in text for text in row["assumed"])


def test_sums_by_target_and_batches_agree() -> None:
    more = [*FOUR, trace("other", [CISCO, HUAWEI, THERE], target_country="Italy")]
    rows = rows_of(more)
    assert {row["target_country"]: row["trace_count"] for row in rows} == {None: 5, "Germany": 4, "Italy": 1}
    assert {row["audience"] for row in rows} == {"internal"}
    assert rows == rows_of(more, batches=3)


def test_a_trace_in_two_files_counts_once_and_a_ttl_with_an_answer_is_not_silent() -> None:
    told, hops = FOUR[3]
    silent = {**hops[0], "address": None}
    once = _frame([told, told], measured_paths.TRACE_COLUMNS).unique("trace_id")
    arrays = measured_paths.trace_arrays(once, _hops([(told, [*hops, *hops, silent])]))
    assert arrays.first_hop.tolist() == [0, 3]
    assert arrays.family.tolist() == [4, 4, 4]


def test_hops_are_counted_between_the_ends() -> None:
    row = whole(rows_of(FOUR))
    assert (row["hop_count"], row["silent_count"], row["identified_count"], row["unmapped_count"]) == (10, 1, 6, 0)


def some(name: str, hops: Sequence[str | None], count: int, target: str) -> list[Any]:
    return [trace(f"{name}-{target}-{at}", hops, target_country=target) for at in range(count)]


TIERS = ("trace_count", "on_hop_count", "in_network_count", "unknown_count", "clear_count")


def shown(rows: list[dict[str, Any]]) -> set[str | None]:
    return {row["target_country"] for row in rows if row["audience"] == "public"}


def test_what_is_left_of_all_targets_beside_those_shown_is_nowhere_few() -> None:
    hop, clear = [CISCO, HUAWEI, THERE], [CISCO, CISCO, THERE]
    given = [*some("h", hop, 9, "Germany"), *some("c", clear, 20, "Germany")]
    given += [*some("h", hop, 5, "Italy"), *some("c", clear, 6, "Italy"), *some("h", hop, 2, "Japan")]
    rows = rows_of(given)
    assert whole(rows)["audience"] == "public"
    # Japan's two would follow from all but Germany's and Italy's.
    assert shown(rows) == {None, "Germany"}
    left = [whole(rows)[name] - sum(row[name] for row in rows if row["target_country"] == "Germany") for name in TIERS]
    assert left == [13, 7, 0, 0, 6]
    assert shown(rows_of([*given, *some("h", hop, 3, "France")])) == {None, "Germany", "Italy"}


def test_of_two_sets_of_vendors_within_each_other_few_paths_are_told_by_neither() -> None:
    given = [*some("h", [CISCO, HUAWEI, THERE], 9, "Germany"), *some("o", [CISCO, OTHER, THERE], 3, "Germany")]
    given += some("c", [CISCO, CISCO, THERE], 20, "Germany")
    narrow, wide = vendors("Huawei", "huawei"), vendors("both", "huawei", "juniper", pack="a")
    rows = rows_of(given, narrow, wide)
    assert {(row["restricted_says"], row["audience"]) for row in rows} == {("Huawei", "internal"), ("both", "public")}
    apart = rows_of([*given, *some("o", [CISCO, OTHER, THERE], 3, "Italy")], narrow, wide)
    assert {row["restricted_says"] for row in apart if row["audience"] == "public"} == {"Huawei", "both"}
