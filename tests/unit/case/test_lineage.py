"""The walk back from a figure to a page, as text, as five lines and as plain values."""

import json
from datetime import date

import pytest

from provenet.case import lineage
from provenet.case.lineage import share_of, walk, walk_lines, walk_text
from provenet.core.errors import UsageFault

DIGEST = "6d6b6b0c1ac5"


def figures(case, row, inputs):
    """One run with figures that rest on the given rows."""
    with case.writer("depend", {}, {"t": repr(sorted(inputs))}) as run:
        run.append("vendor_share", [row("vendor_share", key, inputs=refs, label=key) for key, refs in inputs.items()])


def test_the_walk_as_text(told):
    file_id = told.read("market_share")["file_id"][0]
    code = told.runs()["code"][0]
    run_id = told.read("vendor_share")["run_id"][0]
    assert walk_text(walk(told, "vs-1")).replace(code, "CODE").replace(run_id, "RUN") == (
        "Subscribers in Germany on 4G radio of Huawei or ZTE: 57 %\n"
        "[vendor_share:vs-1]\n"
        "formula: as published\n"
        "in force on 2026-11-25; known: all that the case holds\n"
        "rests on 1 row:\n"
        "    - DE, 4G RAN, Huawei+ZTE, =, 57, share of subscribers, 2020\n"
        "      [market_share:market_share-1]\n"
        "      source: Three European countries have only Chinese gear (press, 2020-06-30)\n"
        "      page: https://example.org/reuters\n"
        f"      file: shares.csv row 2 (read in the source; SHA-256 {file_id[:12]})\n"
        'written by depend with {"as_of":"2026-11-25"} (run RUN, code CODE)\n'
    )


def test_five_lines_from_the_figure_to_the_page(told):
    assert walk_lines(walk(told, "vs-1")) == [
        "Subscribers in Germany on 4G radio of Huawei or ZTE: 57 %",
        "= as published",
        "< DE, 4G RAN, Huawei+ZTE, =, 57, share of subscribers, 2020",
        "source: Three European countries have only Chinese gear (press, 2020-06-30)",
        "https://example.org/reuters <- shares.csv row 2",
    ]


def test_five_lines_stay_five_over_longer_ways_and_missing_sources(told, row):
    figures(told, row, {"f1": ["vendor_share:f2"], "f2": ["vendor_share:f3"], "f3": ["market_share:market_share-1"]})
    lines = walk_lines(walk(told, "f1"))
    assert lines[0] == "f1: 57 %"
    assert lines[2:] == walk_lines(walk(told, "vs-1"))[2:]
    assert len(walk_lines(walk(told, "f1"), lines=7)) == 7
    figures(told, row, {"bare": []})
    assert walk_lines(walk(told, "bare")) == ["bare: 57 %", "= as published"]


def test_a_long_label_is_cut_and_its_interval_is_not(told, row):
    with told.writer("depend", {"long": True}, {}) as run:
        run.append("vendor_share", [row("vendor_share", "long", label="word " * 40, low_share=0.1)])
    line = walk_lines(walk(told, "long"))[0]
    assert line.endswith("…: 10 to 57 %")
    assert len(line) == lineage.WIDTH


def test_a_row_met_twice_tells_its_page_once(told, row):
    share = "market_share:market_share-1"
    figures(told, row, {"f1": ["vendor_share:f2", share, share], "f2": [share]})
    text = walk_text(walk(told, "f1"))
    assert text.count("https://example.org/reuters") == 1
    assert text.count("[market_share:market_share-1] (its source stands above)\n") == 2


def test_a_figure_may_be_named_with_its_table_and_an_input_row_by_either_id(told):
    assert walk(told, "vendor_share:vs-1").root == walk(told, "vs-1").root
    assert walk(told, "party:huawei").root == walk(told, "party-huawei").root
    assert "source: none named" in walk_text(walk(told, "huawei"))


def test_an_unknown_id_names_the_nearest(told):
    for name in ("vs-2", "vendor_share:vs-2"):
        with pytest.raises(UsageFault) as caught:
            walk(told, name)
        assert str(caught.value) == (
            f"{told.path}: no figure or row has the id {name!r}. Nearest: vs-1. "
            "Each figure of a dossier carries its id."
        )


def test_a_figure_may_be_named_by_a_beginning_that_is_no_others(told, row):
    figures(told, row, {key: [] for key in ("share-0123456789abcdef", "share-0123456789ffffff", "share-0123")})
    whole = walk(told, "share-0123456789abcdef").as_dict()
    assert walk(told, "share-0123456789a").as_dict() == whole
    assert walk(told, "vendor_share:share-0123456789abcde").root == walk(told, "share-0123456789abcdef").root
    assert walk(told, "share-0123").figure_id == "share-0123"
    for unclear in ("share-0123456789", "share-012", "share-01234567 ", "share-0123456789abcdef0"):
        with pytest.raises(UsageFault):
            walk(told, unclear)


def test_the_row_that_stands_is_shown_before_older_ones(told, row):
    with told.writer("depend", {"as_of": "2026-11-25"}, {"market_share": "newer"}) as run:
        run.append("vendor_share", [row("vendor_share", "vs-1", low_share=0.5)])
    assert walk_text(walk(told, "vs-1")).startswith("Subscribers in Germany on 4G radio of Huawei or ZTE: 50 to 57 %\n")


def test_a_missing_row_and_a_name_that_is_no_row_say_so(told, row):
    figures(told, row, {"f": ["market_share:gone", "rule:DE-2024-CORE", "noise"]})
    found = walk(told, "f")
    assert [(step.kind, step.note) for step in found.root.inputs] == [
        ("missing", "no such row stands in market_share"),
        ("named", "named by the row above; not a row of a table"),
        ("named", "named by the row above; not a row of a table"),
    ]
    assert "    - market_share:gone\n      (no such row stands in market_share)\n" in walk_text(found)


def test_rows_that_rest_on_each_other_end_with_a_note(told, row):
    figures(told, row, {"a": ["vendor_share:b"], "b": ["vendor_share:a"], "self": ["vendor_share:self"]})
    text = walk_text(walk(told, "a"))
    assert text.count("(refers back to a row above)") == 1
    assert walk_text(walk(told, "self")).count("(refers back to a row above)") == 1


def test_a_row_reached_twice_is_expanded_once(told, row):
    """Twenty layers of two rows that each rest on both of the next would be a million steps."""
    layers = {f"{side}{n}": [f"vendor_share:l{n + 1}", f"vendor_share:r{n + 1}"] for n in range(20) for side in "lr"}
    figures(told, row, layers | {"l20": ["market_share:market_share-1"], "r20": []})
    text = " ".join(walk_text(walk(told, "l0")).split())
    assert text.count("(its inputs are listed where it stands first)") == 38
    assert text.count("https://example.org/reuters") == 1


def test_a_very_long_way_stops_and_says_so(told, row):
    figures(told, row, {f"f{n}": [f"vendor_share:f{n + 1}"] for n in range(200)})
    text = walk_text(walk(told, "f0"))
    assert "more than 40 steps from the figure; ask why of this row" in " ".join(text.split())
    json.dumps(walk(told, "f0").as_dict())


def test_a_long_list_shows_ten_counts_all_and_lists_two_hundred(told, row):
    figures(told, row, {"sum": [f"market_share:m{n}" for n in range(1234)]})
    found = walk(told, "sum")
    text = walk_text(found)
    assert "rests on 1,234 rows; the first 10 are:" in text
    assert text.count("(no such row stands in market_share)") == 10
    tree = found.as_dict()["walk"]
    assert tree["input_count"] == 1234
    assert len(tree["inputs"]) == 200


def test_the_walk_as_plain_values(told):
    tree = json.loads(json.dumps(walk(told, "vs-1").as_dict()))
    assert tree["figure"] == "vs-1"
    root = tree["walk"]
    assert root["says"] == "Subscribers in Germany on 4G radio of Huawei or ZTE: 57 %"
    assert root["row"]["as_of_on"] == "2026-11-25"
    assert root["run"]["verb"] == "depend"
    assert "recorded_at" not in json.dumps(tree)
    (leaf,) = root["inputs"]
    assert leaf["source"] == {
        "source_id": "reuters-2020",
        "title": "Three European countries have only Chinese gear",
        "kind": "press",
        "published": "2020-06-30",
        "url": "https://example.org/reuters",
    }
    assert leaf["row"]["locator"] == "shares.csv row 2"


def test_no_line_is_wider_than_the_page_but_an_address(told, row):
    figures(told, row, {"wide": ["market_share:market_share-1"]})
    with told.writer("depend", {"x": 1}, {}) as run:
        run.append("vendor_share", [row("vendor_share", "w", label="word " * 60, formula="step " * 60)])
    assert max(map(len, walk_text(walk(told, "w")).splitlines())) <= lineage.WIDTH


@pytest.mark.parametrize(
    ("ends", "text"),
    [
        ((0.5, 1.0, True, False), "over 50 to 100 %"),
        ((0.5, 0.6, False, True), "50 to under 60 %"),
        ((None, 1.0, None, None), None),
    ],
)
def test_a_share_is_said_with_its_ends(ends, text):
    assert share_of(dict(zip(("low_share", "high_share", "low_open", "high_open"), ends, strict=True))) == text


def test_a_part_under_a_policy_names_policy_issuer_and_both_dates(told, row):
    cells = {"pack": "de-contracts-2024", "issuer": "de-bmi", "part": "restricted", "known_on": date(2018, 11, 23)}
    with told.writer("depend", {"part": True}, {}) as run:
        run.append("vendor_share", [row("vendor_share", "part", **cells)])
    assert "policy de-contracts-2024, issued by de-bmi; in force on 2026-11-25; known on 2018-11-23\n" in walk_text(
        walk(told, "part")
    )
