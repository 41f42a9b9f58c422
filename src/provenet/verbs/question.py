"""What verbs settle before they call a room: which policies and countries are meant, and which tables they read.

Used by the verbs alone; it writes nothing and does no arithmetic.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial
from pathlib import Path

import polars as pl

from provenet.case.asof import as_known, in_roles
from provenet.case.case import Case
from provenet.case.pack_files import own_pack_files
from provenet.case.parties import PartyNames
from provenet.case.profiles import ASSET_COLUMNS
from provenet.case.standing import RunRecord, Standing
from provenet.case.tables import vocabulary
from provenet.core.countries import countries
from provenet.core.digest import sha256_bytes
from provenet.core.errors import Fault, FaultList, PackRefused, UsageFault, hint_at, nearest
from provenet.core.ids import fold
from provenet.evidence.evaluation import ASSUMED_AXES
from provenet.evidence.listings import READS, VendorWords
from provenet.evidence.screen import printed
from provenet.policy import wordlists as kinds
from provenet.policy.pack import Rule, rule_facts
from provenet.policy.packs import Binding, Packs, load_packs
from provenet.policy.terms import axis_tests
from provenet.policy.wordlists import implying
from provenet.verbs.answers import LazyRows, Policy, UnreachedPolicy


def opened(case: Case | Path | str, known_on: date | None = None) -> Case:
    """The case itself, or the one in a folder, as it answers of what was known on a day."""
    return (case if isinstance(case, Case) else Case.open(case)).as_known(known_on)


def packs_at_hand(case: Case, folders: Sequence[Path], *, added_by: Iterable[str] | None = None) -> Packs:
    """The packs that the case holds, those of folders and the bundled ones, which may name words of the case.

    `added_by`: of those that the case holds, the versions that these runs brought. Raises PackRefused with every fault
    of every pack, CaseFault where the bytes of a pack of the case are gone.
    """

    return loaded_packs(case, folders, own_pack_files(case, added_by))


def binding_policies(case: Case, country: str) -> list[str]:
    """The policies at hand that bind a country."""
    return Binding(packs_at_hand(case, ()), vocabulary()["jurisdictions"]).policies(country)


def loaded_packs(case: Case, folders: Sequence[Path], own: Sequence[tuple[str, bytes]]) -> Packs:
    """Packs that a case holds or would hold, with those of folders and the bundled ones; raises as `packs_at_hand`."""

    if folders or own:
        names = PartyNames.of_case(case)
        loaded = load_packs(folders, _words_of_case(case), own=own, issuer_id=lambda name: names.match(name) or name)
    else:
        loaded = load_packs()
    faults = FaultList()
    for pack in loaded.packs.values():
        for rule in pack.rules:
            text = rule.text
            place = case.path / "sources" / text.file_id if text else None
            if text and place is not None and place.is_file() and not text.is_held_by(place.read_bytes()):
                faults.add(
                    Fault(
                        f"{pack.place} line {rule.line}",
                        f"the words of {rule.id} do not stand where the rule says",
                        column="text",
                        found=f"other words at bytes {text.first} to {text.end} of sources/{text.file_id[:12]}",
                        expected=f"words with SHA-256 {text.digest[:12]}",
                        way_out="Correct the span, or give the SHA-256 of the words that stand there.",
                    )
                )
    if faults.count:
        raise PackRefused(faults.faults, faults.count)
    return loaded


def _words_of_case(case: Case) -> dict[str, list[str]]:
    """The words that the tables of a case know, by kind, as rule packs name them."""

    roles: dict[str, str] = {}
    words: dict[str, list[str]] = {kinds.VENDORS: [], kinds.CARRIERS: [], kinds.ISSUERS: []}

    def add(party: str, name: str) -> None:
        role = roles.get(party)
        words[kinds.ISSUERS].append(name)
        if role not in ("government", "regulator"):
            words[kinds.CARRIERS if role == "carrier" else kinds.VENDORS].append(name)

    for party, name, role in case.read("party").select("party_id", "name", "role").iter_rows():
        roles[party] = role
        add(party, party)
        add(party, name)
    for party, scheme, name in case.read("identifier").select("party_id", "scheme", "value").iter_rows():
        if scheme == "name":
            add(party, name)
    for kind, table, column in (
        (kinds.FACTS, "claim", "fact"),
        (kinds.FACTS, "fact_key", "key"),
        (kinds.CLASSES, "asset", "asset_class"),
        (kinds.JURISDICTIONS, "policy", "jurisdiction"),
        ("listed_in", "listing", "list_name"),
        ("site_class", "site", "site_class"),
        ("product_category", "asset", "product_category"),
        ("capability", "asset", "capability"),
    ):
        found = case.distinct(table, [column])[column].drop_nulls()
        found = (found.explode() if found.dtype == pl.List else found).drop_nulls().unique().sort()
        words.setdefault(kind, []).extend(found.to_list())
    return words


def pack_folders(case: Case, folders: Sequence[Path], screens: Iterable[RunRecord]) -> tuple[Path, ...]:
    """The folders of packs of a call: those that it names, else those in which the packs of some verdicts lie."""
    if folders:
        return tuple(folders)
    digests = dict.fromkeys(run.inputs.get("packs", "") for run in screens)
    found = [folder for digest in digests for folder in case.pack_folders(digest) or () if folder.exists()]
    return tuple(dict.fromkeys(found))


def named_policies(loaded: Packs, policy: Sequence[str]) -> list[str]:
    """The policies named, spelled as their packs spell them. Raises UsageFault where there is none."""
    spelled = {fold(name): name for name in loaded.ids()}
    if not policy:
        bundled = ", ".join(sorted(loaded.packs))
        raise UsageFault(f"screen: no policy is named; expected --policy with one of {bundled}, or a rule of theirs.")
    for name in policy:
        if fold(name) not in spelled:
            close = nearest(name, spelled.values())
            hint = f"Nearest: {close}." if close else f"Packs: {', '.join(sorted(loaded.packs))}."
            raise UsageFault(f"screen: no pack, policy or rule has this id; found {name!r}. {hint}")
    return list(dict.fromkeys(spelled[fold(name)] for name in policy))


def default_countries(loaded: Packs, name: str, known: Sequence[str]) -> list[str | None]:
    """The countries that a policy is screened for where the call names none: of those known, its jurisdiction's."""

    return [*Binding(loaded, vocabulary()["jurisdictions"]).countries_of(name, known)] or [None]


def stored_days(as_of: date, known_on: date | None) -> dict[str, str | None]:
    """The two days of a question as a run stores them."""
    return {"as_of": as_of.isoformat(), "known_on": iso(known_on)}


def vendor_words(case: Case, as_of: date, known_on: date | None) -> VendorWords:
    """What words of options that name vendors, or a group of them, mean in a case on a day."""

    return VendorWords({name: case.read(name) for name in READS}, as_of, known_on)


def iso(day: date | None) -> str | None:
    """A day as ISO text, or None."""
    return None if day is None else day.isoformat()


def parties_on(case: Case, as_of: date, known_on: date | None) -> pl.DataFrame:
    """The parties of a case in the roles of a day."""

    return in_roles(case.read("party"), as_of, known_on)


def known_tables(tables: Mapping[str, pl.DataFrame], as_of: date, known_on: date | None) -> dict[str, pl.DataFrame]:
    """Tables cut to what was known on a day, and beside each, as NAME_later, what came to be known after it.

    Parties are in the roles of the day in question.
    """

    made = dict(tables)
    if "party" in made:
        made["party"] = in_roles(made["party"], as_of, known_on)
    if known_on is None:
        return made
    for name, rows in list(made.items()):
        made[name] = as_known(name, rows, tables["source"], day=known_on)
        if made[name].height < rows.height and "row_id" in rows.columns:
            made[f"{name}_later"] = rows.join(made[name].select("row_id"), on="row_id", how="anti")
    return made


def countries_with_shares(tables: Mapping[str, pl.DataFrame]) -> list[str]:
    """Countries that have carriers and a published share."""
    shared = {*tables["market_share"]["geo"].to_list(), *tables["carrier_share"]["country"].to_list()}
    return [country for country in carrier_countries(tables["party"]) if country in shared]


def digest_of_file(path: Path) -> str | None:
    """SHA-256 of a file, or None where there is none."""
    return sha256_bytes(path.read_bytes()) if path.is_file() else None


def tables_of(case: Case, names: Iterable[str]) -> dict[str, pl.DataFrame]:
    """Whole tables for a room; of an inventory its distinct profiles, counted, since it may be very long."""
    return {name: case.distinct(name, ASSET_COLUMNS) if name == "asset" else case.read(name) for name in names}


COUNTED = ("vendor_id", "action", "outcome", "disputed", "rules_in_force", "rule_id")
"""The columns of verdicts that an answer of screen counts."""


def policy_answer(
    rows: pl.DataFrame, run_id: str, loaded: Packs, *, question: tuple[str, str | None], names: Names
) -> Policy:
    """The verdicts of one run, counted by outcome with the vendors of each, and what no rule reaches."""
    name, country = question
    found = loaded.find(name)
    if found is None:
        raise UsageFault(f"screen: no pack, policy or rule has this id; found {name!r}.")
    counted = Counter(rows["outcome"].to_list())
    outcomes = {word: counted[word] for word in vocabulary()["words"]["outcome"] if counted[word]}
    met = {word: rows.filter(outcome=word)["vendor_id"].unique().to_list() for word in outcomes}
    vendors = {word: tuple(sorted((names.get(v, v) for v in ids), key=str.casefold)) for word, ids in met.items()}
    most = rows["rules_in_force"].max() if rows.height else 0
    in_force = most if isinstance(most, int) else 0
    unreached = None
    if in_force and rows["rule_id"].is_null().all():
        acts = tuple(rows["action"].unique().sort().to_list())
        unreached = UnreachedPolicy(acts, *(_words_of(found.rules, axis) for axis in ("action", "buyer")))
    pack = found.pack
    return Policy(
        name,
        pack.title,
        pack.issuer,
        names.get(pack.issuer, pack.issuer),
        pack.force,
        country,
        outcomes,
        vendors,
        int(rows["disputed"].sum()),
        in_force,
        unreached,
        run_id,
    )


Names = Mapping[str, str]
"""Names of parties by id."""


def _words_of(rules: Iterable[Rule], axis: str) -> tuple[str, ...]:
    """The words on one axis that rules name, as they write them."""

    tests = [test for rule in rules for test in axis_tests(rule.when) if test.axis == axis]
    return tuple(sorted({word for test in tests for word in test.written}))


def idle_assumptions(assumed: Mapping[str, str], loaded: Packs, names: Sequence[str]) -> list[str]:
    """A remark for each assumption that no screened rule tests: a fact nobody reads, an act nobody names."""

    rules = [rule for name in names if (found := loaded.find(name)) for rule in found.rules]
    facts = {key for rule in rules for key in rule_facts(rule)}
    facts |= implying(facts)
    axes = {test.axis for rule in rules for test in axis_tests(rule.when)} & set(ASSUMED_AXES)
    known = {fold(key) for key in facts} | axes
    remarks = []
    for key, value in assumed.items():
        words = _words_of(rules, key) if key in axes else ()
        if (key if key in ASSUMED_AXES else fold(key)) not in known:
            hint = hint_at(nearest(key, sorted(facts | axes)))
            remarks.append(f"--assume: no screened rule tests {key!r}, so no outcome changes.{hint}")
        elif key in ("action", "buyer") and fold(value) not in {fold(word) for word in words}:
            remarks.append(f"--assume: no screened rule names the {key} {value!r}; they name: {', '.join(words)}.")
    return remarks


def lazy_verdicts(case: Case, policies: Sequence[Policy]) -> LazyRows:
    """The verdicts of some runs of screen as `--json` prints them, read when somebody takes them."""

    def part(run_id: str) -> list[dict[str, object]]:
        return printed(case.read_run("verdict", run_id))

    return LazyRows([partial(part, policy.run_id) for policy in policies])


def lazy_claims(case: Case, policies: Sequence[Policy], as_of: date, *, known_on: date | None) -> LazyRows:
    """How each claim that some verdicts rest on stands on the record, worked out when somebody takes it."""
    from provenet.evidence.claim_records import READS, claim_records

    def part() -> list[dict[str, object]]:
        used: set[str] = set()
        for policy in policies:
            rows = case.read_run("verdict", policy.run_id)
            for name in ("claims_for", "claims_against"):
                used |= set(rows[name].explode(empty_as_null=True).drop_nulls())
        records = claim_records({name: case.read(name) for name in READS}, as_of, known_on)
        return [record for record in records if record["claim_id"] in used]

    return LazyRows([part])


def graph_of(case: Case) -> pl.DataFrame:
    """One row of `as_link` where the case has an AS graph, else none: which row is of no account."""
    return case.scan("as_link").head(1).collect()


MEASURED = {
    "sighting": ("country", "seen_on"),
    "probed_address": ("country", "probed_on"),
    "trace": ("source_country", "started_at"),
}
"""Tables of measurements, each with the columns in which a source states the country and the day."""


@dataclass(frozen=True, eq=False)
class KnownCountries:
    """The countries of which a case knows something; `known_on` None is all that it holds.

    `parties` are in the roles of the day in question. A measurement counts up to the day known, one without a day where
    all is known.
    """

    case: Case
    parties: pl.DataFrame
    known_on: date | None

    @classmethod
    def of_case(cls, case: Case, as_of: date, known_on: date | None) -> KnownCountries:
        """What a case knows of on a day, with its parties in the roles of that day."""

        return cls(case, in_roles(case.read("party"), as_of, known_on), known_on)

    @cached_property
    def with_carriers(self) -> list[str]:
        """Where the case has a carrier."""
        return carrier_countries(self.parties)

    @cached_property
    def with_inventories(self) -> list[str]:
        """Where an inventory of the case has equipment. Cost O(rows of the inventory)."""
        return _names(self.case.distinct("asset", ["country"])["country"])

    @cached_property
    def measured(self) -> list[str]:
        """Where sources of measurements place a router that answered or was asked, or the sender of a traceroute."""
        return sorted({name for table in MEASURED for name in self.measured_in(table)})

    def measured_in(self, table: str) -> list[str]:
        """The countries that the rows of a table of `MEASURED` state."""

        column, day = MEASURED[table]
        rows = self.case.distinct(table, [column] if self.known_on is None else [column, day])
        if self.known_on is not None:
            rows = rows.filter((pl.col(day).cast(pl.Date) <= self.known_on).fill_null(False))
        return _names(rows[column])

    @cached_property
    def registered(self) -> list[str]:
        """Where a table of ranges registers a router that answered and that no source places. Cost O(ranges)."""

        if not self.case.scan("prefix_country").head(1).collect().height:
            return []
        from provenet.dependence.measured_routers import RANGE_COLUMNS, Days, Places

        rows = self.case.columns("sighting", ["address", "country", "asn", "seen_on"])
        counts = pl.lit(True) if self.known_on is None else (pl.col("seen_on") <= self.known_on).fill_null(False)
        rows = rows.filter(pl.col("country").is_null() & counts)
        ranges = self.case.columns("prefix_country", RANGE_COLUMNS["prefix_country"])
        places = Places(country=[Days(as_of=date.max, known=self.known_on).newest(ranges)])
        return _names(places.with_places(rows, "seen_on")["country"])

    def stated(self) -> list[str]:
        """Every country that a row names as the place of a carrier, of equipment or of a measurement."""
        return sorted({*self.with_carriers, *self.with_inventories, *self.measured})

    def named(self, words: Sequence[str]) -> list[str]:
        """Countries as tables call them. Raises UsageFault for one of which the case knows nothing."""
        return _known(
            words, self._kinds(), "the case knows nothing of this country: no carrier, no inventory and no measurement"
        )

    def _kinds(self) -> Iterator[list[str]]:
        """The countries of each kind of what is known, the cheapest first."""
        yield self.with_carriers
        yield self.measured
        yield self.with_inventories
        yield self.registered


def carrier_countries(parties: pl.DataFrame) -> list[str]:
    """The countries in which the case has a carrier, by the names that tables and pages use."""
    return _names(parties.filter(role="carrier")["country"])


def countries_with_carriers(parties: pl.DataFrame, words: Sequence[str]) -> list[str]:
    """Countries as tables call them, for questions about carriers. Raises UsageFault for one without a carrier."""
    return _known(words, iter([carrier_countries(parties)]), "no carrier of the case is in this country")


def countries_of_shares(
    case: Case, words: Sequence[str], as_of: date, *, known_on: date | None, verb: str
) -> list[str]:
    """The countries named, each with a carrier, else those meant on a day. Raises UsageFault for none."""
    found = countries_with_carriers(parties_on(case, as_of, known_on), words)
    found = found or Standing(case).countries_meant(as_of, known_on)
    if not found:
        raise UsageFault(f"{verb}: no shares stand for {as_of}; run: provenet depend CASE --as-of {as_of}")
    return found


def _known(words: Sequence[str], kinds: Iterator[list[str]], refusal: str) -> list[str]:
    """Words as the names of countries that some of `kinds` have; further kinds are read only where they are needed."""
    found, wanted = set[str](), []
    for text in words:
        name = countries().name(text) or text
        while name not in found:
            more = next(kinds, None)
            if more is None:
                raise UsageFault(f"--country: {refusal}; found {text!r}.{hint_at(nearest(text, sorted(found)))}")
            found.update(more)
        wanted.append(name)
    return list(dict.fromkeys(wanted))


def _names(found: pl.Series) -> list[str]:
    """Countries by the names that tables use, each once."""
    return sorted({countries().name(one) or one for one in found.drop_nulls().unique()})
