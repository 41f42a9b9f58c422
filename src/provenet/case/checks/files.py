"""The case as a whole: the bytes of its sources, the rows of its runs, and results that their inputs have overtaken."""

from collections.abc import Iterator, Sequence

import polars as pl

from provenet.case.checks.finding import Issue, StandingRows, listed
from provenet.case.runs import standing
from provenet.case.standing import PACKS, Standing
from provenet.case.tables import tables
from provenet.core import wording
from provenet.core.digest import canonical_json, code_version
from provenet.core.errors import CaseFault

_NO_RESULTS = ("new", "add", "check")
"""Verbs whose runs rest on nothing that could overtake them, or are being made again at this moment."""


def sources(rows: StandingRows) -> Iterator[Issue]:
    """Files that rows name and that are missing or changed."""
    first: dict[str, str] = {}
    for spec in tables().values():
        if spec.kind == "input" and not rows.is_empty(spec.name):
            least = rows.lazy(spec.name).group_by("file_id").agg(pl.col(spec.id_column).min().alias("key"))
            for file_id, key in least.collect().sort("file_id").iter_rows():
                first.setdefault(file_id, f"{spec.name}:{key}")
    for file_id, ref in sorted(first.items()):
        try:
            rows.case.source_bytes(file_id)
        except CaseFault as err:
            text = str(err).removeprefix(str(rows.case.path / "sources") + "/")
            yield Issue("sources", (file_id,), f"sources/{file_id}", says=text, refs=(ref,))


def counts(rows: StandingRows) -> Iterator[Issue]:
    """Runs of which fewer or more rows stand than they wrote."""
    stand: dict[str, int] = {}
    for name, spec in tables().items():
        if spec.kind != "record":
            for run, count in rows.case.ids(name, "run_id").value_counts().iter_rows():
                stand[run] = stand.get(run, 0) + count
    for run, wrote in rows.case.runs().select("run_id", "row_count").iter_rows():
        if stand.get(run, 0) != wrote:
            text = f"The run wrote {wrote} rows; {stand.get(run, 0)} stand."
            yield Issue("run.row_count", (run,), f"run {run}", says=text, refs=(f"run:{run}",))


def overtaken(rows: StandingRows) -> Iterator[Issue]:
    """Results that stand and read tables which have changed since, or results which do not stand any more."""
    for state in Standing(rows.case).states():
        run, gone = state.run, len(state.gone)
        if run.verb == "check":
            continue
        # A release that adds a column changes the digest of a table although no row of it has changed.
        also = "" if run.code == code_version() else " (or their columns: another release made it)"
        sentences = []
        if state.changed:
            read = [name for name in state.changed if name != PACKS]
            if read:
                sentences.append(f"these tables have changed since it ran{also}: {', '.join(read)}")
            if PACKS in state.changed:
                sentences.append("the rule packs that it read have changed or moved")
        if gone:
            sentences.append(
                f"it rests on {wording.count(gone, 'run')} that {wording.plural(gone, 'does', 'do')} not stand any more"
            )
        if sentences:
            yield Issue(
                "run.inputs",
                (run.verb, canonical_json(run.settings)),
                f"run {run.run_id}, inputs",
                says=f"The result is older than what it read: {'; '.join(sentences)}.",
                refs=(f"run:{run.run_id}",),
                words={"command": run.command},
            )


def other_code(rows: StandingRows) -> Iterator[Issue]:
    """Results that stand and were made by other code than this: rules and formulas may have changed since."""
    runs = rows.case.runs()
    now = code_version()
    kept = runs.filter(
        pl.col("run_id").is_in(standing(runs)) & ~pl.col("verb").is_in(_NO_RESULTS) & (pl.col("code") != now)
    )
    for verb in kept["verb"].unique().sort():
        old = kept.filter(pl.col("verb") == verb)
        made: Sequence[str] = old["code"].unique().sort().to_list()
        were = wording.plural(old.height, "was", "were")
        yield Issue(
            "run.code",
            (verb,),
            f"run, code ({verb})",
            says=f"{wording.count(old.height, 'run')} of {verb} {were} made by {listed(made)}; this is {now}.",
            refs=tuple(f"run:{run}" for run in old["run_id"].to_list()),
            words={"verb": verb},
        )
