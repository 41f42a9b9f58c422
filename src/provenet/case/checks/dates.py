"""Dates: figures that are old, terms that have passed, policies that others took over, rows that carry no day."""

from collections.abc import Iterator
from datetime import date
from functools import partial

import polars as pl

from provenet.case.asof import known_on
from provenet.case.checks.finding import Issue, StandingRows, each, listed, refs_of
from provenet.case.rows import AnyRow, PolicyRow, rows_of
from provenet.case.tables import table
from provenet.core import wording
from provenet.core.errors import clip
from provenet.core.ids import names_in
from provenet.core.when import add_length

WHOLES = {
    "market_share": (["geo", "carrier_id", "asset_class", "measure_kind"], "as_of_high_on"),
    "carrier_share": (["country", "carrier_id", "measure_kind"], "as_of_high_on"),
    "deployment": (["country", "carrier_id", "asset_class"], "day_high_on"),
    "cost": (["geo", "item"], "year_high_on"),
}
"""What one figure is about, by table, and the last day of its date."""
UNDATED = names_in("market_share carrier_share deployment procurement cost outreach interop policy ownership")
"""Tables whose rows a case turned back to a day leaves out where their day is not known, beside claims."""


def old_figures(rows: StandingRows) -> Iterator[Issue]:
    """Wholes whose newest figure is older than the length given, on the day in question."""
    if rows.as_of is None:
        return
    number, unit = rows.older_than
    length = wording.count(number, unit)
    for name, (whole, day) in WHOLES.items():
        frame = rows.of(name)
        if "forecast" in frame.columns:
            frame = frame.filter(~pl.col("forecast"))
        newest = frame.group_by(whole).agg(
            pl.col(day).max().alias("newest"), pl.col("row_id").sort_by(day, "row_id").last()
        )
        for *what, last, row in newest.filter(pl.col("newest").is_not_null()).sort(whole).iter_rows():
            if _older(last, number, unit, day=rows.as_of):
                about = ", ".join(str(part) for part in what if part is not None)
                yield Issue(
                    f"{name}.{day}",
                    (name, *map(str, what)),
                    f"{name}, {day} ({clip(about, 120)})",
                    says=f"The newest figure of {clip(about, 120)} is of {last}, more than {length} before "
                    f"{rows.as_of}.",
                    refs=(f"{name}:{row}",),
                )


def _older(last: date, number: int, unit: str, *, day: date) -> bool:
    try:
        return add_length(last, number, unit) < day
    except OverflowError:
        return False


def passed_terms(rows: StandingRows) -> Iterator[Issue]:
    """Policies whose term has passed while their lifecycle says that they are in force or proposed."""
    if rows.as_of is None:
        return
    stage = pl.col("lifecycle").str.to_lowercase()
    runs = stage.str.starts_with("in force") | stage.str.starts_with("proposed")
    yield from each(
        rows,
        "policy",
        "deadline_on",
        bad=runs & (pl.col("deadline_on") < rows.as_of),
        says=partial(_passed, day=rows.as_of),
        shows=("lifecycle",),
    )


def _passed(row: AnyRow, day: date) -> str:
    return f"The term ended on {row['deadline_on']}, before {day}, and lifecycle says {clip(str(row['lifecycle']))!r}."


def taken_over(rows: StandingRows) -> Iterator[Issue]:
    """Policies that others took over and that still decide verdicts of days on which the others were in force."""
    policies = rows.of("policy")
    starts = dict(policies.select("policy_id", "effective_high_on").iter_rows())
    old = policies.filter(pl.col("superseded_by").list.len() > 0).unique("policy_id", keep="first").sort("policy_id")
    if old.is_empty():
        return
    used = rows.lazy("verdict").filter(pl.col("rule_id").is_in(old["policy_id"].to_list()))
    verdicts = used.select("rule_id", "as_of_on", "verdict_id").collect().sort("rule_id", "as_of_on", "verdict_id")
    for row in rows_of(PolicyRow, old):
        days = [(starts[name], name) for name in row["superseded_by"] if starts.get(name) is not None]
        if not days:
            continue
        since, by = min(days)
        late = verdicts.filter((pl.col("rule_id") == row["policy_id"]) & (pl.col("as_of_on") >= since))
        in_words = rows.as_of is not None and rows.as_of >= since and row["lifecycle"].casefold().strip() == "in force"
        text = f"{by} took over on {since}"
        if late.height:
            days_of = listed(late["as_of_on"].unique().sort(), 3)
            follow = wording.plural(late.height, "follows", "follow")
            text += f", and {wording.count(late.height, 'verdict')} of {days_of} still {follow} it"
        elif in_words:
            text += ", and lifecycle says 'in force'"
        else:
            continue
        yield Issue(
            "policy.superseded_by",
            (row["policy_id"],),
            f"policy {row['policy_id']}, superseded_by ({row['locator']})",
            says=f"{text}.",
            refs=(f"policy:{row['policy_id']}", *refs_of("verdict", late["verdict_id"])),
            words={"policy": row["policy_id"]},
        )


def undated(rows: StandingRows) -> Iterator[Issue]:
    """Claims and figures whose day of publication is not known: a case turned back to a day leaves them out."""
    sources = rows.of("source")
    for name in ("claim", *UNDATED):
        frame = rows.of(name)
        bare = frame.filter(known_on(name, frame, sources).is_null()) if frame.height else frame
        if name == "claim" and bare.height:
            yield from each(
                rows,
                "claim",
                "said",
                bad=pl.col("row_id").is_in(bare["row_id"].to_list()),
                says=lambda row: (
                    f"No day of {row['claim_id']} or of its source {clip(str(row['source_id']))} is known."
                ),
                shows=("source_id",),
            )
            continue
        for (source,), group in bare.sort("source_id", "row_id").group_by(["source_id"], maintain_order=True):
            first = group.row(0, named=True)
            count = wording.count(group.height, "row")
            yield Issue(
                f"{name}.source_id",
                (name, str(source)),
                f"{name}, source_id ({source or 'none'})",
                says=f"No day of {count} of {source or 'no source'} is known, first {first['locator']}.",
                refs=refs_of(name, group[table(name).id_column]),
            )
