"""Where figures and facts come from: those that rest on one source, on weak kinds alone, or on one origin."""

from collections.abc import Callable, Iterable, Iterator, Mapping

import polars as pl

from provenet.case.checks.finding import Issue, StandingRows, listed, refs_of
from provenet.case.checks.parties import rings
from provenet.case.tables import words
from provenet.core import wording
from provenet.core.errors import clip
from provenet.core.grouping import grouped
from provenet.core.ids import fold

SHOWN_FIGURES = 3
"""Figures that a sentence names before it counts the rest."""
FIGURES = {
    "market_share": ["geo", "carrier_id", "asset_class", "generation", "measure_kind", "vendor_ids", "complement"],
    "carrier_share": ["country", "carrier_id", "measure_kind"],
    "cost": ["geo", "item"],
    "procurement": ["country", "carrier_id", "segment", "vendor_ids"],
    "ownership": ["owner_id", "owned_id"],
}
"""What makes two rows speak of one figure, by table: a second source for it is a second row that agrees in these."""
NOT_READ = "not read"
_OWN = "\x00"


def _with_origin(rows: StandingRows, name: str) -> pl.DataFrame:
    """A table's rows with `figure` (what it is of), `origin` (its source; one address is one) and `weak`."""
    sources = rows.of("source").unique("source_id", keep="first", maintain_order=True)
    first = pl.col("source_id").min().over("url")
    origin = pl.when(pl.col("url").is_null()).then(pl.col("source_id")).otherwise(first).alias("origin")
    weak_kind = pl.col("kind").is_in(words("weak_source_kind")).alias("weak_kind")
    known = sources.select("source_id", origin, weak_kind, pl.col("kind"))
    joined = rows.of(name).join(known, on="source_id", how="left", maintain_order="left")
    parts = [
        pl.col(c).list.sort().list.join("+") if joined.schema[c] == pl.List(pl.String) else pl.col(c).cast(pl.String)
        for c in FIGURES[name]
    ]
    figure = pl.concat_str([part.fill_null(_OWN) for part in parts], separator=" / ").alias("figure")
    weak = (pl.col("weak_kind").fill_null(True) | (pl.col("reading") == NOT_READ)).alias("weak")
    return joined.with_columns(figure, weak, pl.coalesce("origin", "source_id").fill_null("no source"))


def _named(figure: str) -> str:
    return ", ".join(part for part in figure.split(" / ") if part not in (_OWN, "", "false"))


def lone_sources(rows: StandingRows) -> Iterator[Issue]:
    """Figures that rest on one source, gathered by source: what would fall with it."""
    alone = pl.col("origin").n_unique().over("figure") == 1
    yield from _by_source(rows, alone, lambda group: "on this source alone")


def weak_sources(rows: StandingRows) -> Iterator[Issue]:
    """Figures that rest on weak kinds of source or on rows that were not read, and on nothing else."""

    def says(group: pl.DataFrame) -> str:
        kinds = {*group["kind"].drop_nulls(), *group["reading"].filter(group["reading"] == NOT_READ)}
        return f"only on what is weak ({listed(sorted(kinds))})"

    yield from _by_source(rows, pl.col("weak").all().over("figure"), says)


def _by_source(rows: StandingRows, which: pl.Expr, says: Callable[[pl.DataFrame], str]) -> Iterator[Issue]:
    """One finding for each source of figures that `which` keeps, with what they rest on in words."""
    for name in FIGURES:
        held = _with_origin(rows, name).filter(which).sort("origin", "figure", "row_id")
        for (origin,), group in held.group_by(["origin"], maintain_order=True):
            figures = group["figure"].unique().sort()
            count = wording.count(figures.len(), "figure")
            yield Issue(
                f"{name}.source_id",
                (name, str(origin)),
                f"{name}, source_id ({origin})",
                says=f"{count} of {name} {wording.plural(figures.len(), 'rests', 'rest')} {says(group)}: "
                f"{_listed_figures(figures)}.",
                refs=refs_of(name, group["row_id"]),
            )


def _listed_figures(figures: pl.Series) -> str:
    """The first figures; their names hold commas."""
    names = [clip(_named(figure)) for figure in figures.to_list()]
    more = [f"{len(names) - SHOWN_FIGURES:,} more"] if len(names) > SHOWN_FIGURES else []
    return "; ".join(names[:SHOWN_FIGURES] + more)


def roots(derived: Mapping[str, Iterable[str]]) -> dict[str, frozenset[str]]:
    """The independent origins of each claim: the roots of who relays whom; a ring is one origin.

    `derived` names each claim and what it is derived from; a name that is no claim is a root by its text.
    Cost O(claims x links).
    """
    links = {claim: frozenset(origins) - {claim} for claim, origins in derived.items()}
    ring_of = {
        member: " = ".join(ring)
        for ring in rings((claim, origin) for claim, origins in links.items() for origin in origins)
        for member in ring
    }
    goes_on = {
        ring_of.get(claim, claim)
        for claim, origins in links.items()
        for origin in origins
        if ring_of.get(origin, origin) != ring_of.get(claim, claim)
    }
    found = {}
    for claim in links:
        seen, todo = {claim}, [claim]
        while todo:
            ahead = links.get(todo.pop(), frozenset()) - seen
            seen |= ahead
            todo += ahead
        found[claim] = frozenset(ring_of.get(at, at) for at in seen) - goes_on
    return found


def lone_origins(rows: StandingRows) -> Iterator[Issue]:
    """Facts of a vendor whose claims on one side go back to one independent origin."""
    frame = rows.of("claim").unique("claim_id", keep="first", maintain_order=True)
    derived = {
        claim: [part.strip() for part in (text or "").split("|") if part.strip()]
        for claim, text in frame.select("claim_id", "derived_from").iter_rows()
    }
    origins = roots(derived)
    live = frame.filter(
        pl.col("fact").is_not_null() & pl.col("stance").is_in(["asserts", "denies"]) & (pl.col("reading") != NOT_READ)
    )
    stances = live.select("claim_id", "fact", "vendor_ids", "stance").rows()
    sides = grouped(((fold(fact), one, stance), claim) for claim, fact, vendors, stance in stances for one in vendors)
    spelled = {fold(fact): fact for _, fact, *_ in reversed(stances)}
    tested = _tested(rows)
    for (key, vendor, stance), claims in sorted(sides.items()):
        tops = frozenset().union(*(origins[claim] for claim in claims))
        if len(tops) != 1:
            continue
        (root,) = tops
        fact, verb = spelled[key], "asserted" if stance == "asserts" else "denied"
        through = (
            f"{wording.count(len(claims), 'claim')} that {wording.plural(len(claims), 'goes', 'go')} back to one origin"
        )
        use = tested.get((key, vendor), 0)
        uses = f"; {wording.count(use, 'verdict')} {wording.plural(use, 'tests', 'test')} it" if use else ""
        yield Issue(
            "claim.fact",
            (key, vendor, stance),
            f"claim, fact ({fact} of {vendor}, {stance})",
            says=f"The fact {fact!r} of {vendor} is {verb} by {through}, {clip(root)}{uses}.",
            refs=refs_of("claim", claims),
            words={"fact": fact},
        )


def _tested(rows: StandingRows) -> dict[tuple[str, str], int]:
    """How many standing verdicts test a fact of a vendor, where claims speak on it."""
    facts = pl.col("facts").list.eval(pl.element().struct.field("fact"))
    counts = rows.lazy("verdict").group_by("vendor_id", facts).len().collect()
    found: dict[tuple[str, str], int] = {}
    for vendor, names, count in counts.iter_rows():
        for key in set(map(fold, names)):
            found[key, vendor] = found.get((key, vendor), 0) + count
    return found
