"""What the public sees: no word of a row that is not for it, at any address, in no file, and not in memory."""

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import polars as pl
import pytest
from tests.unit.web.conftest import Caller

import provenet.verbs as verb_modules
from provenet.case.audience import PublicLinks, public_case
from provenet.case.audience_tables import DERIVED, HIDDEN_SCHEMES, NAMED, OPEN_SETTINGS, PUBLIC, SHOWN
from provenet.case.case import Case
from provenet.case.dictionary import Column
from provenet.case.tables import tables
from provenet.core.settings import Settings
from provenet.web.page import pages
from provenet.web.reading import Reading
from provenet.web.site import site_files

MARK, KEY = "zqmark", "zqkey"
"""Stand in every text of every planted row, and in the ids by which a reader may ask for it."""
PLANTED = [spec for spec in tables().values() if spec.name not in PUBLIC and spec.name != "run"]


def test_every_table_of_the_dictionary_stands_in_one_class_at_most_and_no_other_does() -> None:
    named = [*PUBLIC, *SHOWN, *DERIVED, *NAMED]
    assert len(named) == len(set(named))
    assert set(named) <= tables().keys()


def test_what_speaks_of_single_networks_sites_or_elements_is_not_public() -> None:
    words = (
        "as_", "asset", "network", "inside", "hop", "trace", "sighting", "prefix", "route", "site", "finding",
        "steering",
    )  # fmt: skip
    closed = {name for name in tables() if name.startswith(words)}
    assert closed and not closed & PUBLIC


def test_no_setting_that_the_public_reads_names_a_file() -> None:
    """Of verbs, whose runs a case keeps; a tool works without one."""
    for module in iter_modules(verb_modules.__path__):
        import_module(f"{verb_modules.__name__}.{module.name}")
    kept = [one for one in _every_settings(Settings) if one.__module__.startswith(f"{verb_modules.__name__}.")]
    assert kept
    for settings in kept:
        for option in settings.every_option():
            assert not (option.name in OPEN_SETTINGS and option.names_files), (settings, option.name)


def _every_settings(top: type[Settings]) -> Iterator[type[Settings]]:
    for one in top.__subclasses__():
        yield one
        yield from _every_settings(one)


def value_of(table: str, column: Column) -> Any:
    """A value of a column; a text holds the mark, but for the id of the row."""
    if column.fields:
        return [{field.name: value_of(table, field) for field in column.fields}]
    is_key = column.name in ("row_id", tables()[table].id_column) if table in tables() else False
    text = f"{KEY if is_key else MARK}-{table}-{column.name}"
    values: dict[str, Any] = {
        "text": text,
        "list": [text],
        "int": 1,
        "float": 0.5,
        "bool": True,
        "date": date(2026, 1, 1),
        "instant": datetime(2026, 1, 1, tzinfo=UTC),
    }
    return values[column.type]


@pytest.fixture(scope="module")
def planted(small_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small case with a row in every table that is not wholly public, and with what a holder tried out."""
    folder = Path(shutil.copytree(small_folder, tmp_path_factory.mktemp("planted") / "case"))
    case = Case.open(folder)
    with case.writer("add", {"file": f"{MARK}-file.csv", "mapping": f"{MARK}-mapping"}, {"file": "0" * 64}) as run:
        for spec in PLANTED:
            if spec.kind == "input":
                run.append(spec.name, [{column.name: value_of(spec.name, column) for column in spec.columns}])
    with case.writer("screen", {"as_of": "2026-11-25", "graph": f"{MARK}-graph.txt"}, {}) as run:
        for spec in PLANTED:
            if spec.kind == "result":
                run.append(spec.name, [{column.name: value_of(spec.name, column) for column in spec.columns}])
    for verb, settings in (("plan", {}), ("fund", {}), ("inside", {}), ("brief", {"audience": "internal"})):
        with case.writer(verb, {**settings, "country": f"{MARK}-{verb}"}, {}) as run:
            for name in ("plan", "fund", "dossier"):
                spec = tables()[name]
                run.append(name, [{column.name: value_of(f"{verb}-{name}", column) for column in spec.columns}])
            run.put_output(f"{MARK}/{verb}.html", f"<p data-row='x'>{MARK}</p>".encode())
    (folder / "outputs" / f"{MARK}.html").write_text(MARK, "utf-8")
    return folder


@pytest.fixture(scope="module")
def seen(planted: Path) -> Case:
    """The planted case as the public sees it."""
    return public_case(Case.open(planted))


def test_the_mark_is_seen_by_whoever_holds_the_case(planted: Path, caller: Caller) -> None:
    page = caller(planted, public=False).get(f"/figure/{KEY}-asset-asset_id")
    assert page.status_code == 200 and MARK in page.text


@pytest.mark.parametrize("spec", tables().values(), ids=lambda spec: spec.name)
def test_no_planted_row_is_in_the_memory_of_a_public_case(seen: Case, spec: Any) -> None:
    for rows in (
        seen.read(spec.name),
        seen.read_latest(spec.name),
        seen.scan(spec.name).collect(),
        seen.read(spec.name, whole=True),
    ):
        text = str(rows.write_json())
        assert MARK not in text and KEY not in text
        if spec.name == "identifier":
            assert not rows["scheme"].is_in(sorted(HIDDEN_SCHEMES)).any()


def test_rows_that_the_public_may_read_are_all_there(planted: Path) -> None:
    case, whole = public_case(Case.open(planted)), Case.open(planted)
    for name in ("market_share", "vendor_share"):
        assert case.read(name).equals(whole.read(name))
    assert case.read("source")["source_id"].to_list() == ["paper"]
    assert sorted(case.read("party")["party_id"]) == ["acme"], "North, whom no row names, is not told"
    assert case.runs().height == whole.runs().height - 5, "nor the run that brought an inventory"


def test_no_public_address_shows_a_planted_word(planted: Path, caller: Caller) -> None:
    reader, reading = caller(planted), Reading(Case.open(planted), public=True)
    addresses = [page.home for page in pages() if "{" not in page.home]
    for page in pages():
        for route in page.routes:
            for words in route.addresses(reading) if page.public and route.addresses else ():
                addresses.append(
                    re.sub(r"\{(\w+)(:path)?\}", lambda found, held=words: str(held[found[1]]), route.path)
                )
    keys = [f"{KEY}-{spec.name}-{spec.id_column}" for spec in PLANTED]
    addresses += [f"/figure/{key}" for key in keys]
    addresses += [f"/figure/{spec.name}:{key}" for spec, key in zip(PLANTED, keys, strict=True)]
    for path, methods in reader.get("/api/openapi.json").json()["paths"].items():
        if "get" in methods:
            addresses += [re.sub(r"\{\w+\}", key, path) for key in (KEY, *(spec.name for spec in PLANTED))]
    addresses += [f"/api/why?figure={key}" for key in keys] + [
        f"/api/tables/{spec.name}?text={KEY}" for spec in PLANTED
    ]
    addresses += [f"/country/{KEY}", f"/search?q={KEY}", f"/claims?text={KEY}", "/api/openapi.json", "/static/app.js"]
    for address in dict.fromkeys(addresses):
        answer = reader.get(address)
        at = answer.text.find(MARK)
        assert at < 0, (address, answer.status_code, answer.text[max(0, at - 200) : at + 200])


def test_no_file_of_the_site_holds_a_planted_word(planted: Path) -> None:
    reading = Reading(Case.open(planted), public=True)
    files = site_files(reading, replies="replies@example.org")
    assert not [name for name, data in files.items() for mark in (MARK, KEY) if mark.encode() in data or mark in name]


def test_what_was_tried_is_public_once_a_public_dossier_shows_it(planted: Path, tmp_path: Path) -> None:
    case = Case.open(Path(shutil.copytree(planted, tmp_path / "case")))
    tried = case.runs().filter(pl.col("verb") == "plan")["run_id"][0]
    with case.writer("brief", {"as_of": "2026-11-25", "country": "Germany", "known_on": None, "more": 1}, {}) as run:
        row = {column.name: value_of("shown", column) for column in tables()["dossier"].columns}
        run.append("dossier", [row | {"inputs": [f"run:{tried}"]}])
    assert tried in public_case(case).runs()["run_id"].to_list()


def lot(key: str, **words: object) -> dict[str, Any]:
    """A lot of a plan that rests on public tables, but for what is given."""
    own = {column.name: value_of("lot", column) for column in tables()["plan_step"].columns}
    inputs = ["swap_option:o", "element_count:whole", "verdict:v"]
    return {**own, "step_id": key, "region": None, "high_element_count": 1.0, "inputs": inputs, **words}


def test_a_lot_is_seen_where_it_rests_on_public_tables_alone_and_counts_no_few_elements_of_a_part(
    tmp_path: Path,
) -> None:
    case = Case.new(tmp_path / "case", "lots")
    counted = {column.name: value_of("count", column) for column in tables()["element_count"].columns}
    with case.writer("add", {"file": "counts.csv"}, {}) as run:
        none = {"region": None, "site_class": None}
        parts = {"whole": none, "part": {"region": "North"}, "class": {**none, "site_class": "government"}}
        run.append("element_count", [{**counted, "row_id": key, "count_id": key, **of} for key, of in parts.items()])
    lots = [
        lot("whole"),
        lot("region", region="North"),
        lot("large-region", region="North", high_element_count=5.0),
        lot("counted-part", inputs=["element_count:part"]),
        lot("counted-class", inputs=["element_count:class", "verdict:v"]),
        lot("large-class", inputs=["element_count:class"], high_element_count=6.0),
        lot("own-inventory", inputs=["element_count:whole", "asset:a"]),
        lot("own-inventory-counted", inputs=['asset?{"carrier_id": "north"}']),
        lot("nothing", inputs=[]),
        lot("odd", inputs=["no table"]),
        lot("linked", inputs=["asset:a"]),
    ]
    with case.writer("plan", {"country": "Germany"}, {}) as run:
        run.append("plan_step", lots)
        shown = run.run_id
    with case.writer("plan", {"country": "Germany", "budget": "1"}, {}) as run:
        run.append("plan_step", [lot("tried")])
    links = PublicLinks(rows=frozenset({"linked"}), runs=frozenset({shown}))
    found = public_case(Case.open(case.path), links).read("plan_step")["step_id"].sort().to_list()
    assert found == ["large-class", "large-region", "whole"], "and no linked one that rests on an inventory"
    assert (
        public_case(Case.open(case.path), PublicLinks(rows=frozenset(), runs=frozenset())).read("plan_step").height == 0
    )
