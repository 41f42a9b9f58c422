"""A case in memory is the case in a folder: the same rows, runs and digests, whatever verbs do to it."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from golden.answers import INTERNET, SMALL
from provenet.case.case import Case
from provenet.case.memory import MemoryCase
from provenet.case.tables import tables
from provenet.verbs.add import add
from provenet.verbs.depend import depend
from provenet.verbs.expose_run import expose
from provenet.verbs.plan_run import plan
from provenet.verbs.retract import retract
from provenet.verbs.screen import screen
from support.plan_case import few_tries

__all__ = ["few_tries"]
DAY = date(2026, 11, 25)
FILES = sorted(path for path in SMALL.glob("*.csv") if path.name not in INTERNET)


def ask(case: Case) -> None:
    """Puts one question of each kind to a case, and one input out of count between them."""
    add(case, [*FILES, *(SMALL / name for name in INTERNET)])
    packs = [SMALL / "packs"]
    screen(case, "test-pack", country="Japan", as_of=DAY, packs=packs)
    depend(case, country="Japan", as_of=DAY)
    expose(case, country="Japan", as_of=DAY, restricted=SMALL / "restricted.txt")
    plan(case, country="Japan", as_of=DAY, packs=packs)
    first = case.read("carrier_share")["row_id"][0]
    retract(case, f"carrier_share:{first}", reason="a slip of the pen")
    depend(case, country="Japan", as_of=DAY)


def test_verbs_write_the_same_rows_in_memory_as_in_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few_tries: None
) -> None:
    folder, memory = Case.new(tmp_path / "case"), MemoryCase()
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    for case in (folder, memory):
        ask(case)
    assert [*Path().iterdir()] == [], "a case in memory wrote a file"
    columns = ["run_id", "verb", "settings", "inputs", "row_count"]
    assert memory.runs().select(columns).equals(folder.runs().select(columns))
    names = tables().keys() - {"run"}
    assert memory.digest(names) == folder.digest(names)
    for name in names:
        left = ["recorded_at"] if "recorded_at" in folder.read(name).columns else []
        assert memory.read(name, whole=True).drop(left).equals(folder.read(name, whole=True).drop(left)), name
        assert memory.count_latest(name) == folder.count_latest(name), name
    source = str(folder.read("source").drop_nulls("file_id")["file_id"][0])
    assert memory.source_bytes(source) == folder.source_bytes(source)


def test_a_run_that_fails_leaves_nothing_in_memory() -> None:
    case = MemoryCase()
    add(case, [SMALL / "party.csv"])
    before = case.read("party")
    other = before.head(1).drop("run_id").with_columns(row_id=pl.lit("x"), party_id=pl.lit("x"))
    with pytest.raises(RuntimeError), case.writer("add", {}, {}) as run:
        run.append("party", other)
        run._flush("party")
        raise RuntimeError
    assert case.read("party").equals(before)
    add(case, [SMALL / "carrier_share.csv"])
    assert case.ids("party", "party_id").to_list().count("x") == 0
    assert case._store.read("party", None)["party_id"].to_list().count("x") == 0
