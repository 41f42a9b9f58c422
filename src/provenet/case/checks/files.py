"""The case as a whole: the bytes of its sources, the rows of its runs, and results that their inputs have overtaken."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

import polars as pl

from provenet.case.checks.finding import Check, Found, Rows, counted, listed
from provenet.case.export import digest_of
from provenet.case.runs import standing
from provenet.case.tables import table, tables
from provenet.core.digest import code_version
from provenet.core.errors import CaseFault

_NO_RESULTS = ("new", "add", "check")
"""Verbs whose runs rest on nothing that could overtake them, or are being made again at this moment."""


def sources(rows: Rows) -> Iterator[Found]:
    """Files that rows name and that are missing or changed."""
    first: dict[str, str] = {}
    for spec in tables().values():
        if spec.kind == "input":
            least = rows.lazy(spec.name).group_by("file_id").agg(pl.col(spec.id_column).min().alias("key"))
            for file_id, key in least.collect().sort("file_id").iter_rows():
                first.setdefault(file_id, f"{spec.name}:{key}")
    for file_id, ref in sorted(first.items()):
        try:
            rows.case.source_bytes(file_id)
        except CaseFault as err:
            says = str(err).removeprefix(str(rows.case.path / "sources") + "/")
            yield Found("sources", (file_id,), f"sources/{file_id}", says, (ref,))


def counts(rows: Rows) -> Iterator[Found]:
    """Runs of which fewer or more rows stand than they wrote."""
    stand: dict[str, int] = {}
    for name, spec in tables().items():
        if spec.kind != "record":
            for run, count in rows.case.ids(name, "run_id").value_counts().iter_rows():
                stand[run] = stand.get(run, 0) + count
    for run, wrote in rows.case.runs().select("run_id", "row_count").iter_rows():
        if stand.get(run, 0) != wrote:
            says = f"The run wrote {wrote} rows; {stand.get(run, 0)} stand."
            yield Found("run.row_count", (run,), f"run {run}", says, (f"run:{run}",))


def overtaken(rows: Rows) -> Iterator[Found]:
    """Results that stand and read tables which have changed since, or results which do not stand any more."""
    runs = rows.case.runs()
    stand = set(standing(runs))
    rested = _rests_on(rows)
    now = cache(lambda country, days: _verdicts_now(rows, runs, country, days))
    for run in runs.filter(pl.col("run_id").is_in(list(stand)) & ~pl.col("verb").is_in(_NO_RESULTS)).iter_rows(
        named=True
    ):
        read, told = json.loads(run["inputs"]), json.loads(run["settings"])
        changed = [
            name
            for name, digest in sorted(read.items())
            if name in tables() and table(name).kind == "input" and rows.digest(name) != digest
        ]
        if run["verb"] == "depend" and "verdict" in read and _question(told)[0] is not None:
            changed += ["verdict"] if now(*_question(told)) != read["verdict"] else []
        gone = sorted(rested.get(run["run_id"], frozenset()) - stand)
        # A release that adds a column changes the digest of a table although no row of it has changed.
        also = "" if run["code"] == code_version() else " (or their columns: another release made it)"
        says = [f"these tables have changed since it ran{also}: {', '.join(changed)}"] if changed else []
        says += [f"it rests on {counted(len(gone), 'run')} that {_do_not(len(gone))} stand any more"] if gone else []
        if says:
            sentence = "; ".join(says)
            yield Found(
                "run.inputs", (run["verb"], run["settings"]), f"run {run['run_id']}, inputs",
                f"The result is older than what it read: {sentence}.",
                (f"run:{run['run_id']}",), {"command": command_again(run["verb"], told)},
            )  # fmt: skip


def _do_not(count: int) -> str:
    return "does not" if count == 1 else "do not"


def _rests_on(rows: Rows) -> dict[str, set[str]]:
    """The runs that the pages of each run rest on."""
    found: dict[str, set[str]] = {}
    for run, inputs in rows.lazy("dossier").select("run_id", "inputs").collect().iter_rows():
        found.setdefault(run, set()).update(one.removeprefix("run:") for one in inputs if one.startswith("run:"))
    return found


def _question(told: Mapping[str, object]) -> tuple[object, tuple[object, object]]:
    return told.get("country"), (told.get("as_of"), told.get("known_on"))


def _verdicts_now(rows: Rows, runs: pl.DataFrame, country: object, days: tuple[object, object]) -> str:
    """The digest of the verdicts that a country's figures of a day would rest on now: the last run of each policy."""
    last: dict[str, str] = {}
    for run in runs.filter(pl.col("verb") == "screen").iter_rows(named=True):
        told = json.loads(run["settings"])
        if _question(told) == (country, days):
            last[str(told.get("policy"))] = run["run_id"]
    verdicts = rows.case.read("verdict").filter(pl.col("run_id").is_in(list(last.values()))).sort("verdict_id")
    return digest_of(table("verdict"), verdicts)


def command_again(verb: str, told: Mapping[str, object]) -> str:
    """The command that asks again what a run of a verb was told."""
    words = [f"provenet {verb} CASE"]
    for name, value in told.items():
        option = f"--{name.replace('_', '-')}"
        if value is True:
            words.append(option)
            continue
        pairs = [f"{key}={one}" for key, one in value.items()] if isinstance(value, dict) else value
        values = pairs if isinstance(pairs, list) else [] if pairs is None else [pairs]
        words += [f"{option} {_quoted(str(one))}" for one in values]
    return " ".join(words)


def _quoted(text: str) -> str:
    return f"'{text}'" if " " in text else text


def other_code(rows: Rows) -> Iterator[Found]:
    """Results that stand and were made by other code than this: rules and formulas may have changed since."""
    runs = rows.case.runs()
    now = code_version()
    kept = runs.filter(
        pl.col("run_id").is_in(standing(runs)) & ~pl.col("verb").is_in(_NO_RESULTS) & (pl.col("code") != now)
    )
    for verb in kept["verb"].unique().sort():
        old = kept.filter(pl.col("verb") == verb)
        made: Sequence[str] = old["code"].unique().sort().to_list()
        says = f"{counted(old.height, 'run')} of {verb} {_were(old.height)} made by {listed(made)}; this is {now}."
        refs = tuple(f"run:{run}" for run in old["run_id"].to_list())
        yield Found("run.code", (verb,), f"run, code ({verb})", says, refs, {"verb": verb})


def _were(count: int) -> str:
    return "was" if count == 1 else "were"


CHECKS = (
    Check("source", "files", "error", "A file that rows came in and whose bytes are missing or changed.",
          "Restore the file or add it again.", sources),
    Check("row-count", "files", "error", "A run of which fewer or more rows stand than it wrote.",
          "Restore the case from a copy.", counts),
    Check("stale-run", "staleness", "warning", "A result that is older than the rows it was computed from.",
          "Run it again: {command}", overtaken),
    Check("other-code", "staleness", "warning", "Results that another release made: rules may have changed since.",
          "Run {verb} again where its figures are used.", other_code),
)  # fmt: skip
"""The checks of this module, in the order of the menu."""
