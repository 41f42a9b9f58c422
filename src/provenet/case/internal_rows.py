"""Which rows only internal rows made: told by their lineage, and internal where it does not tell.

A file that brings rows of a carrier's own network is internal with all that it brings. A party that own networks name
is internal unless a row for the public names it; where such a file made the party, a row of a publication. That two
names are one party or two is a judgement of whoever holds the case, and makes nobody public. A row of any table, from
whatever file, is internal where a party that it names is, and a result also where a row that it rests on is, and where
it rests on no row while its run read tables of own networks. So what is left is the same with an inventory in the case
and without one, but for results that rest on it: these are missing.
"""

from collections.abc import Iterable, Iterator, Mapping

import polars as pl

from provenet.case.audience_tables import MAY_REST_ON_NOTHING, OFFICIAL_ROLES, OWN, PUBLIC, SEEN, SHOWN
from provenet.case.export import digest_of_places
from provenet.case.parties import DIFFERENT, SAME
from provenet.case.profiles import is_general_question
from provenet.case.retractions import TABLE as RETRACTIONS
from provenet.case.store import Store
from provenet.case.structs import digests_of
from provenet.case.tables import Table, empty, table, tables

PARTY = "party.party_id"


class InternalRows:
    """The internal rows among those that some committed runs of a store wrote.

    Parameters
    ----------
    store : the tables of the case.
    runs : the rows of its committed runs.
    linked : the ids of rows that public dossiers link; None for what a dossier may link.
    """

    def __init__(self, store: Store, runs: pl.DataFrame, linked: frozenset[str] | None) -> None:
        self._store = store
        self._linked = None if linked is None else pl.Series(sorted(linked), dtype=pl.String)
        brought = {run for name in OWN if table(name).kind == "input" for run in store.files(name, None).values()}
        self.runs = frozenset(runs["run_id"]) & brought
        """The runs that brought rows of own networks: nothing that they brought is public."""
        self.open_runs = frozenset(runs["run_id"]) - self.runs
        """All others."""
        self._readers = frozenset(_readers_of_own(runs))
        urls = store.read("source", None, ["source_id", "url"]).filter(pl.col("url").is_not_null())
        self._is_published = pl.col("source_id").is_in(urls["source_id"].implode())
        self._made = store.gather(store.scan("party", self.runs).filter(~self._is_published), "party")["party_id"]
        """The ids of parties that rows of own networks made: those that the product brings along are published."""
        self.named = self._named_parties()
        """The ids of parties that rows for the public name."""
        self.parties = self._internal_parties()
        """The ids of parties that own networks name and none of these does, and of which no publication speaks."""
        self._unlinked = self._unlinked_sites()
        self._refs = "party:" + self.parties
        closed = (one.name for one in tables().values() if one.kind == "input" and one.name not in SEEN)
        if self._unlinked.len() or any(store.files(name, None) for name in closed):
            self._follow_lineage()

    def without(self, rows: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
        """Of rows of the case by table those that are not internal, of tables of which the public sees some."""
        wrote = pl.col("run_id").is_in(sorted(self.open_runs))
        return {
            name: self.open(name, found.lazy().filter(wrote)).collect() if name in SEEN else found
            for name, found in rows.items()
        }

    def ids(self) -> frozenset[str]:
        """The ids of the results and parties that are internal."""
        return frozenset(self._refs.str.extract(r"^[a-z_]+:(.*)$"))

    def open(self, name: str, rows: pl.LazyFrame) -> pl.LazyFrame:
        """The rows of a table that are not internal, of those that runs for the public wrote."""
        return rows.filter(~self._is_internal(table(name)))

    def is_whole(self, name: str) -> bool:
        """Whether a table holds no internal row, of those that runs for the public wrote."""
        return not self._refs.str.starts_with(f"{name}:").any()

    def linked(self, name: str, rows: pl.LazyFrame) -> pl.LazyFrame:
        """Of a table of which the public sees linked rows alone, these."""
        if self._linked is None:
            return rows
        return rows.filter(pl.col(table(name).id_column).is_in(self._linked.implode()))

    def _named_parties(self) -> pl.Series:
        """Parties that an input for the public or a rule names; of those that a private file made, a publication."""
        linked = pl.Series(self._linked if self._linked is not None else [], dtype=pl.String)
        by_rules = values_of(self._read(table("rest_verdict"), ["named_ids"])["named_ids"])
        of_publications = pl.concat([linked, by_rules, *self._parties_in(PUBLIC | SHOWN, self._is_published)])
        others = pl.concat(self._parties_in(PUBLIC | SHOWN, ~self._is_published))
        return pl.concat([of_publications, others.filter(~others.is_in(self._made.implode()))]).unique()

    def _parties_in(self, names: Iterable[str], *which: pl.Expr) -> Iterator[pl.Series]:
        """The parties that some inputs in some tables name, but for judgements of two names."""
        for spec in (table(name) for name in names):
            columns = [one.name for one in spec.columns if one.refers_to == PARTY]
            if spec.kind == "input" and columns:
                said = [~pl.col("how").is_in([SAME, DIFFERENT])] if spec.name == "succession" else []
                rows = self._read(spec, columns, *which, *said)
                yield from (values_of(rows[one]) for one in columns)

    def _internal_parties(self) -> pl.Series:
        parties = self._store.read("party", self.open_runs)
        is_open = pl.col("role").is_in(sorted(OFFICIAL_ROLES)) | self._is_published
        open_ids = pl.concat([self.named, parties.filter(is_open)["party_id"]])
        own = pl.concat([self._made, *self._parties_in(OWN)])
        return own.filter(~own.is_in(open_ids.implode())).unique()

    def _unlinked_sites(self) -> pl.Series:
        """References to the sites that no public dossier links."""
        sites = self._store.read("site", None, ["site_id"])["site_id"]
        return "site:" + (sites.clear() if self._linked is None else sites.filter(~sites.is_in(self._linked.implode())))

    def _read(self, spec: Table, columns: Iterable[str], *which: pl.Expr) -> pl.DataFrame:
        """Some columns of some rows of a table: of own networks of all, else of those of open runs that are linked."""
        rows = self._store.scan(spec.name, None if spec.name in OWN else self.open_runs).filter(*which)
        rows = self.linked(spec.name, rows) if spec.name in SHOWN else rows
        return self._store.gather(rows.select(columns), spec.name)

    def _follow_lineage(self) -> None:
        """Finds the internal rows, each table again until no more are found. Cost O(references of all results)."""
        specs = [table(name) for name in sorted(SEEN - {"run"}) if self._store.places(name, self.open_runs)]
        looked: dict[str, int] = {}
        while waiting := [one for one in specs if looked.get(one.name) != self._refs.len()]:
            for spec in waiting:
                looked[spec.name] = self._refs.len()
                rows = self._store.scan(spec.name, self.open_runs).filter(self._is_internal(spec))
                keys = sorted({spec.id_column, "row_id"} & set(spec.schema))
                found = self._store.gather(rows.select(keys), spec.name)
                self._refs = pl.concat([self._refs, *(f"{spec.name}:" + found[one] for one in keys)]).unique()

    def _is_internal(self, spec: Table) -> pl.Expr:
        """Whether a row of a table is internal, as far as internal rows are known by now."""
        found = [pl.lit(False), *self._refers(spec)]
        if spec.kind == "result":
            found.append(pl.col("inputs").list.eval(self._is_internal_ref(is_shown=spec.name in SHOWN)).list.any())
            if spec.name not in MAY_REST_ON_NOTHING:
                found.append((pl.col("inputs").list.len() == 0) & pl.col("run_id").is_in(sorted(self._readers)))
        if spec.name == "verdict":
            found.append(~is_general_question())
        return pl.any_horizontal(one.fill_null(False) for one in found)

    def _refers(self, spec: Table) -> Iterator[pl.Expr]:
        """Whether each reference of a row to a row of another table is one to an internal row."""
        if spec.name == "party":
            yield _holds("party_id", "text", self.parties)
        if spec.name == RETRACTIONS:
            yield pl.col("about").is_in(self._refs.implode())
        for column in spec.columns:
            if column.refers_to not in (None, "source.source_id", "run.run_id"):
                begins = column.refers_to.partition(".")[0] + ":"
                of_table = self._refs.filter(self._refs.str.starts_with(begins)).str.strip_prefix(begins)
                yield _holds(column.name, column.type, of_table)

    def _is_internal_ref(self, *, is_shown: bool) -> pl.Expr:
        """Whether a reference of a row leads to an internal row, or does not tell where it leads.

        What gates of pages guard already (`is_shown`) may rest on measurements of single networks.
        """
        ref, name = pl.element(), pl.element().str.extract(r"^([a-z_]+)[:?]")
        internal = ref.is_in(self._refs.implode())
        if is_shown:
            return internal | name.is_in(sorted(OWN))
        of_many_results = ref.str.contains(r"^[a-z_]+\?") & name.is_in(
            [one for one in SEEN if table(one).kind == "result"]
        )
        return (
            internal
            | of_many_results
            | ~name.is_in(sorted(SEEN)).fill_null(False)
            | ref.is_in(self._unlinked.implode())
        )


def values_of(column: pl.Series) -> pl.Series:
    """The values of a column, of lists those that they hold, each once."""
    return (column.explode(empty_as_null=False) if column.dtype == pl.List else column).unique().drop_nulls()


def _holds(column: str, kind: str, values: pl.Series) -> pl.Expr:
    """Whether a cell is, or holds, one of some values."""
    if kind == "list":
        return pl.col(column).list.eval(pl.element().is_in(values.implode())).list.any()
    return pl.col(column).is_in(values.implode())


def _readers_of_own(runs: pl.DataFrame) -> Iterator[str]:
    """The runs that read rows of own networks."""
    none = {name: digest_of_places(empty(name)) for name in OWN if table(name).kind == "input"}
    for run, inputs in runs.select("run_id", "inputs").iter_rows():
        read = digests_of(inputs)
        if any(read.get(name, digest) != digest for name, digest in none.items()):
            yield run
