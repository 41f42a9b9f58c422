"""The verb `diff`: two runs, two days or two policies of one case compared, without writing anything.

The inputs of a run are the rows of every `add` recorded before it; a day or a policy is worked out anew from all that
the case holds.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from provenet.case.asof import in_roles
from provenet.case.case import DESCRIBED_AGAIN, Case
from provenet.case.difference import Difference, compare
from provenet.case.export import digest_of, digest_of_places
from provenet.case.pack_files import packs_digest
from provenet.case.rows import RunRow, rows_of
from provenet.case.structs import digests_of
from provenet.case.tables import conform, table, tables
from provenet.core.digest import code_version
from provenet.core.errors import UsageFault, hint_at, nearest
from provenet.core.ids import fold
from provenet.core.settings import case_call_of
from provenet.core.when import parse_day
from provenet.evidence.comparison import Comparison, Side
from provenet.evidence.screen import READS, Screening
from provenet.policy.pack import rule_tests
from provenet.policy.packs import Packs
from provenet.verbs.answers import Change, ChangeCause, DiffReport, LoneRow
from provenet.verbs.diff_causes import Figures, Phrasing, rows_read, settings_of, verdict_changes, verdicts_alone
from provenet.verbs.options import CaseLike
from provenet.verbs.question import (
    KnownCountries,
    default_countries,
    named_policies,
    opened,
    packs_at_hand,
    stored_days,
    tables_of,
)
from provenet.verbs.settings import DiffSettings

COMPARED: Mapping[str, tuple[str, ...]] = {
    "screen": ("verdict",),
    "depend": ("vendor_share", "concentration", "common_failure", "site_dependence", "gap", "finding"),
    "estimates": ("vendor_estimate",),
    "measured": ("measured_share", "finding"),
    "paths": ("path_exposure",),
    "expose": ("exposure", "transit", "remedy", "influence"),
    "scenarios": ("route_scenario",),
    "sites": ("site_traffic", "site_exposure"),
    "comparison": ("route_comparison",),
    "inside": ("inside_element", "inside_exposure", "inside_failure"),
    "plan": ("plan", "plan_step", "plan_period", "plan_frontier", "plan_input"),
    "fund": ("fund", "award", "response_cost", "fund_mechanism", "fund_input", "fund_approach"),
    "check": ("finding",),
    "brief": ("dossier",),
}
"""The tables that runs of a verb are compared by."""
BETWEEN_POLICIES = ("outcome", "rule_id", "effect", "remove_by_on")
"""What two policies are compared by; the rest of a verdict names its policy."""


def run(case: CaseLike, settings: DiffSettings) -> DiffReport:
    """Says what changed between two runs, two days or two policies, and which input rows and rules did it.

    It writes nothing. Runs are named by their ids or a beginning, days as YYYY-MM-DD (`by`: days in question, days of
    knowledge or both), policies by their ids. `today` is the day in question where `as_of` is not given. Raises
    UsageFault for a word that means nothing, for sides of two kinds, and for an option without meaning for the kind.
    """
    into, digest = opened(case), packs_digest(settings.packs)
    packs = packs_at_hand(into, settings.packs)
    one, two = named_sides(into, packs, settings.first, second=settings.second)
    settings.refuse_unused(one.kind)
    if one.run is not None and two.run is not None:
        settings.progress("runs compared", 0, 1)
        return of_runs(into, packs, digest, first=one.run, second=two.run)
    if one.day is not None and two.day is not None:
        return of_days(into, packs, one.day, second=two.day, settings=settings)
    return of_policies(into, packs, one.word, second=two.word, settings=settings)


diff = case_call_of(DiffSettings, run, "diff")


@dataclass(frozen=True)
class NamedSide:
    """One side as the call names it. `kind`: run, day or policy."""

    kind: str
    word: str
    run: RunRow | None = None
    day: date | None = None


def named_sides(case: Case, packs: Packs, first: str, *, second: str) -> tuple[NamedSide, NamedSide]:
    """What the two words of the call mean. Raises UsageFault where one means nothing, or they are not of one kind."""
    one, two = (_named_side(case, packs, word) for word in (first, second))
    if one.kind != two.kind:
        raise UsageFault(
            f"diff: {one.word} is a {one.kind} and {two.word} is a {two.kind}; "
            "expected two runs, two days or two policies."
        )
    if one.run is not None and two.run is not None and one.run["verb"] != two.run["verb"]:
        raise UsageFault(
            f"diff: {one.run['run_id']} is a run of {one.run['verb']} and {two.run['run_id']} one of "
            f"{two.run['verb']}; expected two runs of one verb."
        )
    if one.run is not None and one.run["verb"] not in COMPARED:
        raise UsageFault(
            f"diff: {one.run['run_id']} is a run of {one.run['verb']}, which diff does not compare; "
            f"expected a run of {', '.join(COMPARED)}."
        )
    return one, two


def _named_side(case: Case, packs: Packs, word: str) -> NamedSide:
    try:
        return NamedSide("day", word, day=parse_day(word))
    except ValueError:
        pass
    runs = {run["run_id"]: run for run in rows_of(RunRow, case.runs())}
    if word in runs:
        return NamedSide("run", word, runs[word])
    spelled = {fold(name): name for name in packs.ids()}
    if word and fold(word) in spelled:
        return NamedSide("policy", spelled[fold(word)])
    begun = [one for one in runs if word and (one.startswith(word) or one.partition("-")[2].startswith(word))]
    if len(begun) == 1:
        return NamedSide("run", begun[0], runs[begun[0]])
    if begun:
        listed = "".join(f"\n    {_run_line(runs[one])}" for one in begun[-LISTED_RUNS:])
        last = f", the last {LISTED_RUNS}" if len(begun) > LISTED_RUNS else ""
        raise UsageFault(f"diff: {len(begun)} runs begin with {word!r}{last}. Give more of the id:{listed}")
    hint = hint_at(nearest(word, [*runs, *spelled.values()]))
    text = f"diff: no such run, day or policy; found {word!r}"
    raise UsageFault(f"{text}, expected the id of a run or its beginning, a day as YYYY-MM-DD, or a policy.{hint}")


LISTED_RUNS = 20
"""Runs that are listed where a beginning fits several, the one recorded last at the end."""


def _run_line(run: RunRow) -> str:
    """A run by its id and settings."""
    given = {name: value for name, value in settings_of(run).items() if value not in (None, "", {}, [])}
    return f"{run['run_id']}  {', '.join(f'{name} {value}' for name, value in given.items())}".rstrip()


def inputs_of(case: Case, run_id: str, names: Iterable[str]) -> dict[str, pl.DataFrame]:
    """The input tables as a run found them: the rows of every `add` recorded before it, by row id. Cost O(rows)."""
    added = pl.col("run_id").is_in(_added_before(case, run_id))
    return {name: case.scan(name).filter(added).collect().sort("row_id") for name in names}


def _added_before(case: Case, run_id: str) -> list[str]:
    order = case.runs().select("run_id", "verb").rows()
    at = next(place for place, (one, _) in enumerate(order) if one == run_id)
    return [one for one, verb in order[:at] if verb == "add"]


def _digest(case: Case, run: RunRow, name: str) -> str:
    """The digest of an input table as a run found it, made as the run made it."""
    added = pl.col("run_id").is_in(_added_before(case, run["run_id"]))
    if name in DESCRIBED_AGAIN:
        return digest_of(table(name), case.read(name).filter(added))
    return digest_of_places(case.columns(name, ["row_id", "file_id", "locator", "run_id"]).filter(added))


def of_runs(case: Case, packs: Packs, digest: str, *, first: RunRow, second: RunRow) -> DiffReport:
    """Two runs of one verb. `digest` is that of the packs at hand beside the bundled ones."""
    verb = str(first["verb"])
    notes = [*_run_notes(case, packs, digest, runs=(first, second))]
    phrasing = Phrasing(case, packs)
    if verb == "screen":
        changes = _Changes()
        _screens(phrasing, first, second, changes=changes)
    else:
        changes = _figures(phrasing, first, second)
    sides = [{"run_id": run["run_id"], "settings": settings_of(run), "code": run["code"]} for run in (first, second)]
    return changes.answer(phrasing, sides, "runs", verb=verb, notes=notes)


class _Changes:
    """The changes of several comparisons, gathered."""

    def __init__(self) -> None:
        self.changed: list[Change] = []
        self.appeared: list[LoneRow] = []
        self.vanished: list[LoneRow] = []
        self.rules: list[Mapping[str, object]] = []
        self.unchanged = 0

    def answer(
        self, phrasing: Phrasing, sides: Sequence[Mapping[str, object]], kind: str, *, verb: str, notes: Sequence[str]
    ) -> DiffReport:
        """All of it as the answer of the verb."""
        keys = [one.key for some in (self.changed, self.appeared, self.vanished) for one in some]
        parties = {str(key[column]) for key in keys for column in ("vendor_id", "carrier_id") if key.get(column)}
        return DiffReport(
            sides[0],
            sides[1],
            kind,
            verb,
            tuple(self.changed),
            tuple(self.appeared),
            tuple(self.vanished),
            self.unchanged,
            tuple(self._rules()),
            tuple(dict.fromkeys(notes)),
            {party: phrasing.name(party) for party in sorted(parties)},
        )

    def _rules(self) -> list[Mapping[str, object]]:
        """Each line once, though a policy be compared for several countries."""
        return list({tuple(rule.values()): rule for rule in self.rules}.values())

    def take(self, phrasing: Phrasing, old: Side, new: Side, *, found: Difference) -> None:
        """Verdicts of one policy on two sides."""
        self.changed += verdict_changes(phrasing, old, new, found=found)
        self.appeared += verdicts_alone(phrasing, old, new, rows=found.appeared)
        self.vanished += verdicts_alone(phrasing, old, new, rows=found.vanished)
        self.unchanged += found.unchanged_count
        if old.packs.find(old.policy) is not None and new.packs.find(new.policy) is not None:
            for element in Comparison(old, new).rule_elements:
                self.rules.append({"policy": new.policy, "rule": element.row_id, "says": element.says})


def side_of_run(case: Case, packs: Packs, run: RunRow) -> Side:
    """A run of screen as it can be repeated, under the packs that the case held then."""
    settings = settings_of(run)
    known = settings["known_on"]
    return Side(
        inputs_of(case, run["run_id"], READS),
        _packs_then(case, packs, run),
        settings["policy"],
        date.fromisoformat(settings["as_of"]),
        date.fromisoformat(known) if known else None,
        settings.get("assume") or {},
        settings["country"],
    )


def _packs_then(case: Case, packs: Packs, run: RunRow) -> Packs:
    """The packs at hand, or where the case has taken another version of one since, those that the run found."""
    added = _added_before(case, run["run_id"])
    if set(case.columns("rule_pack", ["run_id"])["run_id"]) <= set(added):
        return packs
    folders = case.pack_folders(digests_of(run["inputs"]).get("packs", "")) or ()
    return packs_at_hand(case, [folder for folder in folders if folder.exists()], added_by=added)


def _screens(phrasing: Phrasing, first: RunRow, second: RunRow, *, changes: _Changes) -> None:
    case, packs = phrasing.case, phrasing.packs
    old, new = (side_of_run(case, packs, run) for run in (first, second))
    rows = [case.read("verdict").filter(run_id=run["run_id"]) for run in (first, second)]
    if fold(old.policy) != fold(new.policy):
        _policies(phrasing, (old, new), (rows[0], rows[1]), changes=changes)
        return
    without = {"country"} if old.country != new.country else set()
    changes.take(phrasing, old, new, found=compare("verdict", rows[0], rows[1], without=without))


def _figures(phrasing: Phrasing, first: RunRow, second: RunRow) -> _Changes:
    case, verb = phrasing.case, str(first["verb"])
    names = [name for name, spec in tables().items() if spec.kind == "input"]
    read = [rows_read(inputs_of(case, run["run_id"], names)) for run in (first, second)]
    settings = settings_of(first), settings_of(second)
    without = {"country"} if settings[0].get("country") != settings[1].get("country") else set()
    stood = {n: [case.read(n).filter(run_id=run["run_id"]) for run in (first, second)] for n in COMPARED[verb]}
    figures = Figures(phrasing, (read[0], read[1]), _verdicts_below(phrasing, first, second, stood=stood))
    changes = _Changes()
    for name, (old, new) in stood.items():
        found = compare(name, old, new, without=without)
        changes.changed += [figures.change(one) for one in found.changed]
        changes.appeared += [figures.alone(name, row, is_new=True) for row in found.appeared]
        changes.vanished += [figures.alone(name, row, is_new=False) for row in found.vanished]
        changes.unchanged += found.unchanged_count
    return changes


def _verdicts_below(
    phrasing: Phrasing, first: RunRow, second: RunRow, *, stood: Mapping[str, Sequence[pl.DataFrame]]
) -> dict[str, list[Change]]:
    """Changes of the verdicts under two runs' figures, by the ids of the verdict on both sides."""
    case = phrasing.case
    below = []
    for at, run in enumerate((first, second)):
        refs = pl.concat([sides[at]["inputs"].explode() for sides in stood.values()]).drop_nulls().unique()
        ids = refs.filter(refs.str.starts_with("verdict:")).str.strip_prefix("verdict:")
        below.append(_screens_below(case, run, ids) if ids.len() else {})
    made: dict[str, list[Change]] = {}
    for policy in sorted(set(below[0]) & set(below[1])):
        (old_run, old), (new_run, new) = below[0][policy], below[1][policy]
        changes = _Changes()
        sides = [side_of_run(case, phrasing.packs, run) for run in (old_run, new_run)]
        found = compare("verdict", old, new)
        decided = replace(found, changed=tuple(one for one in found.changed if "outcome" in one.columns))
        changes.changed = verdict_changes(phrasing, sides[0], sides[1], found=decided)
        for change, one in zip(changes.changed, decided.changed, strict=True):
            for verdict in {one.old["verdict_id"], one.new["verdict_id"]}:
                made.setdefault(verdict, []).append(change)
    return made


def _screens_below(case: Case, run: RunRow, ids: pl.Series) -> dict[str, tuple[RunRow, pl.DataFrame]]:
    """The last run of screen before a run for each policy whose verdicts it used, and those verdicts."""
    runs = rows_of(RunRow, case.runs())
    at = next(place for place, one in enumerate(runs) if one["run_id"] == run["run_id"])
    place_of = {one["run_id"]: place for place, one in enumerate(runs[:at]) if one["verb"] == "screen"}
    rows = case.read("verdict").filter(pl.col("verdict_id").is_in(ids.implode()))
    rows = rows.filter(pl.col("run_id").is_in(list(place_of)))
    order = rows["run_id"].replace_strict(place_of, return_dtype=pl.Int64)
    last = rows.with_columns(_place=order).sort("_place").unique("verdict_id", keep="last", maintain_order=True)
    found: dict[str, tuple[RunRow, pl.DataFrame]] = {}
    for one in sorted(set(last["run_id"]), key=lambda run_id: place_of[run_id]):
        settings = settings_of(runs[place_of[one]])
        key = f"{settings['policy']} {settings['country']}"
        found[key] = (runs[place_of[one]], last.filter(run_id=one).drop("_place"))
    return found


def _run_notes(case: Case, packs: Packs, digest: str, *, runs: Sequence[RunRow]) -> Iterable[str]:
    for run in runs:
        read = digests_of(run["inputs"])
        if run["code"] != code_version():
            yield f"{run['run_id']} was made by other code ({run['code']}); causes are sought with the code at hand."
        elif run["verb"] == "screen":
            unlike = [name for name in sorted(read) if name in READS and _digest(case, run, name) != read[name]]
            if unlike:
                text = "the rows it read do not follow from the runs before it"
                yield f"{run['run_id']}: {text}; the tables are {', '.join(unlike)}."
        if run["verb"] == "screen":
            if _packs_then(case, packs, run).find(settings_of(run)["policy"]) is None:
                text = f"{run['run_id']}: no pack at hand has the policy {settings_of(run)['policy']!r}"
                yield f"{text}, so no cause can be sought; name its folder with --packs."
            elif read.get("packs", "") != digest:
                yield f"{run['run_id']} was made with other packs; causes are sought with those at hand."


def of_days(case: Case, packs: Packs, first: date, *, second: date, settings: DiffSettings) -> DiffReport:
    """Two days under the same policies, each worked out from all that the case holds."""
    read = tables_of(case, READS)
    phrasing, changes = Phrasing(case, packs), _Changes()
    days = [settings.days(day) for day in (first, second)]
    pairs = _policies_compared(case, packs, KnownCountries(case, read["party"], None), settings=settings)
    for at, (name, where) in enumerate(pairs):
        settings.progress("policies compared", at, len(pairs))
        sides = [Side(read, packs, name, *two, settings.assume, where) for two in days]
        rows = [answers(side) for side in sides]
        changes.take(phrasing, sides[0], sides[1], found=compare("verdict", rows[0], rows[1]))
    names = list(dict.fromkeys(name for name, _ in pairs))
    return changes.answer(
        phrasing, [{**stored_days(*two), "policies": names} for two in days], "dates", verb="screen", notes=packs.notes
    )


def _policies_compared(
    case: Case, packs: Packs, known: KnownCountries, *, settings: DiffSettings
) -> list[tuple[str, str | None]]:
    """Each policy with each country to compare it for: as given, else as they were screened in the case."""
    wanted: list[str | None] = [*known.named(settings.country)]
    if settings.policy:
        named = named_policies(packs, settings.policy)
        return [(name, where) for name in named for where in wanted or default_countries(packs, name, known.stated())]
    screens = [settings_of(run) for run in rows_of(RunRow, case.runs().filter(verb="screen"))]
    pairs = [(one["policy"], one["country"]) for one in screens if packs.find(one["policy"]) is not None]
    if not pairs:
        raise UsageFault("diff: no policy was screened in this case; expected --policy with one or more.")
    if wanted:
        return [(name, where) for name in dict.fromkeys(name for name, _ in pairs) for where in wanted]
    return list(dict.fromkeys(pairs))


def of_policies(case: Case, packs: Packs, first: str, *, second: str, settings: DiffSettings) -> DiffReport:
    """Two policies on one day, question by question."""
    read = tables_of(case, READS)
    as_of, known = settings.days(None)
    places = KnownCountries(case, in_roles(read["party"], as_of, known), known)
    wanted: list[str | None] = [*places.named(settings.country)]
    countries = wanted or _shared(packs, first, second, places=places.stated())
    phrasing, changes = Phrasing(case, packs), _Changes()
    for at, where in enumerate(countries):
        settings.progress("countries compared", at, len(countries))
        old, new = (Side(read, packs, name, as_of, known, settings.assume, where) for name in (first, second))
        _policies(phrasing, (old, new), (answers(old), answers(new)), changes=changes)
    ends = [{"policy": name, **stored_days(as_of, known), "countries": countries} for name in (first, second)]
    return changes.answer(phrasing, ends, "policies", verb="screen", notes=packs.notes)


def _shared(packs: Packs, first: str, second: str, *, places: Sequence[str]) -> list[str | None]:
    """The countries both policies are compared for; where they share none, those of either alone, else all carriers."""
    one, two = (default_countries(packs, name, places) for name in (first, second))
    both = [where for where in one if where in two]
    if both:
        return both
    return two if one == [None] else one if two == [None] else [None]


def answers(side: Side) -> pl.DataFrame:
    """The verdicts of one side, worked out in memory."""
    screening = Screening(side.tables, as_of=side.as_of, known=side.known, assume=side.assume)
    return conform(table("verdict"), screening.verdicts(side.packs, side.policy, side.country))


def _policies(
    phrasing: Phrasing, sides: tuple[Side, Side], rows: tuple[pl.DataFrame, pl.DataFrame], *, changes: _Changes
) -> None:
    """Two policies side by side. A column that one of them does not test is no part of the question there."""
    old, new = _alike(*rows)
    without = {"pack", *({"country"} if sides[0].country != sides[1].country else ())}
    found = compare("verdict", old, new, without=without, compared=BETWEEN_POLICIES)
    named = [side.packs.find(side.policy) for side in sides]
    by_id = [{rule.id: rule for rule in one.rules} if one is not None else {} for one in named]
    for one in found.changed:
        deciding = [one.old["rule_id"], one.new["rule_id"]]
        used = [[rules[i]] if i in rules else list(rules.values()) for i, rules in zip(deciding, by_id, strict=True)]
        tests = [rule_tests(some) for some in used]
        causes = []
        for at, row in enumerate((one.old, one.new)):
            alone = [test for test in tests[at] if test not in tests[1 - at]]
            text = f"{row['pack']}: {row['reason']}" + (f" It alone tests {'; '.join(alone)}." if alone else "")
            ref = f"rule:{row['rule_id']}" if row["rule_id"] else f"pack:{row['pack']}"
            causes.append(ChangeCause((ref,), text, None, None, (phrasing.place(ref),)))
        text = f"{phrasing.verdict(one.new, one.old)}, {one.old['pack']} -> {one.new['pack']}"
        changes.changed.append(Change(one.table, one.key, one.columns, text, tuple(causes), None, 0))
    changes.appeared += verdicts_alone(phrasing, *sides, rows=found.appeared)
    changes.vanished += verdicts_alone(phrasing, *sides, rows=found.vanished)
    changes.unchanged += found.unchanged_count
    if all(one is not None for one in named):
        tests = [rule_tests(rules.values()) for rules in by_id]
        for at, side in enumerate(sides):
            alone = [test for test in tests[at] if test not in tests[1 - at]]
            changes.rules.append(
                {"policy": side.policy, "rule": None, "says": f"alone tests {'; '.join(alone) or 'nothing'}"}
            )


def _alike(old: pl.DataFrame, new: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows of a policy that tests no carrier or profile, repeated for each that the other one tests."""
    columns = ("carrier_id", "origin_country", "capability", "site_class", "product_category", "asset_facts")
    if old.is_empty() or new.is_empty():
        return old, new
    untested = [[c for c in columns if rows[c].is_null().all()] for rows in (old, new)]
    return _widened(old, new, untested[0], also=untested[1]), _widened(new, old, untested[1], also=untested[0])


def _widened(rows: pl.DataFrame, other: pl.DataFrame, untested: Sequence[str], *, also: Sequence[str]) -> pl.DataFrame:
    widened = [column for column in untested if column not in also]
    if not widened:
        return rows
    values = other.select(widened).unique().sort(widened, nulls_last=True)
    return rows.drop(widened).join(values, how="cross").select(rows.columns)
