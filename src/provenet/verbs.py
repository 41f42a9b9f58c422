"""The verbs: one function each, and the only place where rooms meet. The command line and Python call the same.

A verb reads tables, hands them to a room, and writes the rows the room gives back in one run. Equal settings, inputs
and code are the same run: running a verb again changes nothing. Verbs do no arithmetic, and ask no clock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from provenet.answers import (
    Added,
    Briefed,
    Checked,
    Compared,
    Depended,
    Diffed,
    File,
    Funded,
    Made,
    Planned,
    Policy,
    Rested,
    Screened,
    Shown,
    Suggested,
    Walked,
)
from provenet.asking import (
    SAID,
    Day,
    Places,
    Progress,
    Several,
    asked_of,
    asked_policies,
    countries_asked,
    countries_with_shares,
    day_of,
    days_told,
    fresh_run,
    idle_assumptions,
    iso,
    known_countries,
    known_day,
    known_tables,
    opened,
    packs_digest,
    places,
    policy_said,
    screens_of,
    several,
    silent,
    stored_verdicts,
    tables_of,
    told_claims,
    told_verdicts,
    word_of,
)
from provenet.core.digest import sha256_bytes
from provenet.core.errors import FaultList, InputFault, StaleInput, UsageFault
from provenet.dossiers import dossier_of, standing_results
from provenet.exposing import expose as expose
from provenet.exposing import graph_of
from provenet.funding import demo_funds
from provenet.model.case import Case
from provenet.model.export import digest_of
from provenet.model.tables import table, vocabulary
from provenet.model.tables import tables as all_tables
from provenet.planning import demo_plans

if TYPE_CHECKING:
    from provenet.ingest.names import PartyNames
    from provenet.ingest.opening import Upload
    from provenet.model.check import Check


def new(path: Path | str, title: str = "") -> Made:
    """Makes an empty case in a folder that does not exist yet. Raises UsageFault where something stands there."""
    made = Case.new(path, title)
    return Made(made.path, made.title)


def add(case: Case | Path | str, files: Places, *, progress: Progress = silent) -> Added:
    """Reads outside files into the case, each in a run of its own; `FILE.toml` beside `FILE.csv` declares its mapping.

    A file with a fault enters not at all and does not stop the others. The order of the files does not matter: those
    that bring parties go first, and a file that names a party another one brings waits for it. The same bytes twice
    are the same run. Raises UsageFault for a path that is no file.
    """
    return _enter(opened(case), {file: _upload_and_mapping(file, progress) for file in places(files)}, progress)


def suggest(case: Case | Path | str, file: Path | str) -> Suggested:
    """Drafts a mapping for a file nobody has described yet, for a person to mend and save; writes nothing.

    Raises UsageFault for a path that is no file, InputFault where no table can be made out.
    """
    from provenet.ingest.suggest import suggest as drafted

    path = Path(file)
    upload, beside = _upload_and_mapping(path, silent)
    made = drafted(upload, _names(opened(case)))
    place = path.with_name(upload.plain_name).with_suffix(".toml")
    return Suggested(path, place, bool(beside and beside.strip()), made.table, made.mapping, made.columns, made.needed)


def _enter(into: Case, files: Mapping[Path, tuple[Upload, bytes | None]], progress: Progress) -> Added:
    from provenet.ingest.reader import turn_of

    turns = {path: turn_of(*read) for path, read in files.items()}
    waiting = {path: files[path] for path in sorted(files, key=lambda path: (turns[path], path))}
    entered: dict[Path, File] = {}
    faults: dict[Path, InputFault] = {}
    grew = True
    while waiting and grew:
        faults, grew = {}, False
        names = _names(into)
        for path in list(waiting):
            progress("files read", len(entered), len(waiting) + len(entered))
            try:
                entered[path] = _add_file(into, *waiting[path], names, progress)
            except InputFault as fault:
                faults[path] = fault
                continue
            del waiting[path]
            grew = grew or any(entered[path].added.get(name) for name in ("party", "identifier"))
            names = names if turns[path] == 2 else _names(into)
        grew = grew and bool(faults)
    listed = FaultList()
    for path in sorted(faults):
        listed.extend(faults[path].faults)
    count = sum(fault.count for fault in faults.values())
    return Added(count, tuple(listed.faults), tuple(entered[path] for path in files if path in entered))


def _upload_and_mapping(path: Path, progress: Progress) -> tuple[Upload, bytes | None]:
    from provenet.ingest.opening import Upload, mapping_beside

    if not path.is_file():
        what = "this is a folder" if path.is_dir() else "this is no file" if path.exists() else "no such file"
        raise UsageFault(f"add: {what}; found {str(path)!r}, expected a file.")
    try:
        return Upload.of(path, progress), mapping_beside(path)
    except OSError as err:
        raise UsageFault(f"add: the file cannot be read ({err.strerror}); found {str(path)!r}.") from err


def _names(case: Case) -> PartyNames:
    from provenet.ingest.names import PartyNames

    return PartyNames.of(case.read("party").iter_rows(named=True), case.read("identifier").iter_rows(named=True))


def _add_file(case: Case, upload: Upload, mapping: bytes | None, names: PartyNames, progress: Progress) -> File:
    from provenet.ingest.entering import enter

    made = enter(case, upload, mapping, names, progress)
    told = (made.layout, made.row_count, made.added, made.ignored, made.already, made.remarks)
    return File(upload.name, upload.file_id, *told)


def check(
    case: Case | Path | str,
    *,
    only: Several = (),
    skip: Several = (),
    as_of: Day | None = None,
    older_than: str = "24 months",
    packs: Places = (),
    progress: Progress = silent,
) -> Checked:
    """Looks for what does not fit together in a case and keeps the findings in its table `finding`.

    `only` and `skip` name checks or groups of the menu in docs/check.md. Checks of dates need `as_of`; without it they
    are not asked, and the answer lists them. Raises UsageFault for a check nobody knows, naming the nearest.
    """
    from provenet.model.check import Rows, age_of, chosen, look

    only, skip, packs = several(only), several(skip), places(packs)
    as_of = None if as_of is None else day_of("as_of", as_of)
    into, asked = opened(case), chosen(_checks(packs), only, skip)
    rows = Rows(into, as_of, age_of(older_than))
    looked = []

    def read() -> dict[str, str]:
        looked.append(look(rows, asked, progress))
        read = [name for name, spec in all_tables().items() if spec.kind != "record" and name != "finding"]
        # What lies beside the tables (bytes of sources, runs) is told by what was found of it.
        beside = [str(finding["finding_id"]) for finding in looked[0].findings if finding["kind"] in BESIDE_THE_TABLES]
        return {name: rows.digest(name) for name in read} | {"packs": packs_digest(packs), "beside": "|".join(beside)}

    settings = {"only": sorted(only), "skip": sorted(skip), "as_of": iso(as_of), "older_than": older_than}
    with into.writer("check", settings, read) as run:
        run.append("finding", looked[0].findings)
    found, errors = looked[0], sum(finding["severity"] == "error" for finding in looked[0].findings)
    shown = [{name: one[name] for name in one if name not in {"formula", "inputs"}} for one in found.findings]
    told = (as_of, older_than, tuple(found.told), tuple(found.not_asked))
    return Checked(errors, len(shown), tuple(shown), run.run_id, *told)


BESIDE_THE_TABLES = ("source", "row-count", "stale-run", "other-code")
"""Checks of what no digest of a table tells."""


def check_menu(packs: Places = (), only: Several = (), skip: Several = ()) -> list[dict[str, str]]:
    """What `check` can look for: id, group, severity, what it finds, and the repair, in the order of findings."""
    from provenet.model.check import chosen, entry

    return [entry(one) for one in chosen(_checks(places(packs)), several(only), several(skip))]


def _checks(packs: Sequence[Path]) -> tuple[Check, ...]:
    from provenet.evidence.exercised import rule_checks
    from provenet.evidence.policy import load_packs
    from provenet.model.check import MENU

    return (*MENU, *rule_checks(cache(lambda: load_packs(packs))))


def screen(
    case: Case | Path | str,
    policy: Several,
    *,
    as_of: Day,
    packs: Places = (),
    known_on: Day | None = None,
    assume: Mapping[str, str] | None = None,
    country: Several = (),
    relays: str = "stay",
    progress: Progress = silent,
) -> Screened:
    """Writes what each policy says of each vendor and asset class: one run per policy and country.

    Without `country`, a policy is asked for the countries of its jurisdiction that have carriers in the case, else
    for carriers of all countries at once. `relays` says whether relays of a claim stay or fall with it in flip sets.
    An assumption that no rule tests is told in `notes`. Raises PackRefused with every fault of every pack, UsageFault
    for a policy or country nobody has.
    """
    from provenet.evidence.policy import load_packs
    from provenet.evidence.screen import READS, Screening

    into, relays = opened(case), word_of("relays", relays)
    as_of, known_on = day_of("as_of", as_of), known_day(known_on)
    policy, country, packs = several(policy), several(country), places(packs)
    loaded = load_packs(packs)
    asked = asked_policies(loaded, policy)
    assumed = dict(sorted((assume or {}).items()))
    tables = tables_of(into, READS)
    inputs = {**into.digest(READS), "packs": packs_digest(packs)}
    wanted = known_countries(tables["party"], country)
    names = dict(tables["party"].select("party_id", "name").iter_rows())
    turns = [(name, where) for name in asked for where in wanted or countries_asked(loaded, name, tables["party"])]
    said: list[Policy] = []
    screening: Screening | None = None
    for at, (name, where) in enumerate(turns):
        progress("policies screened", at, len(turns))
        told = {"policy": name, "country": where, **days_told(as_of, known_on), "assume": assumed}
        with into.writer("screen", {**told, **({"relays": relays} if relays != "stay" else {})}, inputs) as run:
            if not run.already:
                screening = screening or Screening(tables, as_of=as_of, known=known_on, assume=assumed, relays=relays)
                run.append("verdict", screening.verdicts(loaded, name, where))
        rows = into.read_run("verdict", run.run_id, SAID)
        said.append(policy_said(rows, run.run_id, loaded, (name, where), names))
    notes = (*loaded.notes, *idle_assumptions(assumed, loaded, asked))
    rows_told = (told_verdicts(into, said), told_claims(into, said, as_of, known_on))
    return Screened(as_of, known_on, tuple(said), assumed, relays, notes, *rows_told)


def ach(
    case: Case | Path | str,
    vendor: str,
    *,
    as_of: Day,
    known_on: Day | None = None,
    fact: str | None = None,
    hypotheses_only: bool = False,
    weight: str = "none",
    marked_by: str | None = None,
    points: Mapping[str, float] | None = None,
) -> Compared:
    """Holds the live claims about a vendor against competing readings, one matrix per fact; writes nothing.

    `weight` is none, reliability or credibility; `points` are what I and II add to a score (1 and 2). The order of
    readings says how the claims on record sit with each, not which is so. Raises UsageFault for a vendor, fact, weight
    or analyst nobody has, and where analysts set different marks and none is named.
    """
    from provenet.evidence.readings import READS, Asked, matrices

    into, as_of, known_on = opened(case), day_of("as_of", as_of), known_day(known_on)
    tables = {name: into.read(name) for name in READS}
    names = _names(into)
    party = names.find(vendor, "vendor") or names.find(vendor)
    if party is None:
        close = names.nearest(vendor)
        hint = f" Nearest: {close}." if close else ""
        raise UsageFault(f"ach: the case knows no party of this name; found {vendor!r}.{hint}")
    asked = Asked(party, as_of, known_on, fact, hypotheses_only, weight, marked_by, points or {})
    made = matrices(tables, asked)
    called = dict(tables["party"].select("party_id", "name").iter_rows()).get(party, party)
    return Compared(party, called, None if fact is None else made[0]["fact"], as_of, known_on, tuple(made))


def depend(
    case: Case | Path | str,
    *,
    as_of: Day,
    known_on: Day | None = None,
    country: Several = (),
    policy: Several = (),
    progress: Progress = silent,
) -> Depended:
    """Writes how much rests on whom in each country, as intervals with coverage: one run per country.

    Parts under a policy rest on the verdicts last written for that day; without `policy`, on all that were screened
    for the country. Without any verdict there are shares of vendors and no parts. Raises UsageFault for a country
    nobody has.
    """
    from provenet.dependence.depend import READS
    from provenet.dependence.depend import depend as figures_of

    into = opened(case)
    as_of, known_on = day_of("as_of", as_of), known_day(known_on)
    policy, country = several(policy), several(country)
    names = [name for name in READS if name != "verdict"]
    tables = tables_of(into, names)
    inputs, known = into.digest(names), known_tables(tables, known_on)
    wanted = known_countries(tables["party"], country) or asked_of(into, "screen", as_of, known_on)
    rested = []
    for at, where in enumerate(wanted or countries_with_shares(tables)):
        progress("countries worked out", at, len(wanted))
        verdicts = stored_verdicts(into, screens_of(into, where, as_of, known_on, policy))
        packs = verdicts["pack"].unique().sort().to_list()
        read = {**inputs, "verdict": digest_of(table("verdict"), verdicts)}
        with into.writer("depend", {"country": where, **days_told(as_of, known_on)}, read) as run:
            if not run.already:
                asked = {**known, "verdict": verdicts}
                for name, rows in figures_of(asked, country=where, as_of=as_of, known=known_on, packs=packs).items():
                    run.append(name, rows)
        counted = {name: into.read(name).filter(run_id=run.run_id).height for name in RESTED}
        rested.append(Rested(where, counted, run.run_id))
    return Depended(as_of, known_on, tuple(rested))


RESTED = ("vendor_share", "common_failure", "site_dependence", "finding")
"""The tables that depend writes."""


def brief(
    case: Case | Path | str,
    *,
    as_of: Day,
    known_on: Day | None = None,
    country: Several = (),
    policy: Several = (),
    audience: str = "public",
    progress: Progress = silent,
) -> Briefed:
    """Writes the dossier of each country from stored results, as HTML and PDF in the case's folder `outputs`.

    Without `country`, of every country whose shares stand for that day; without `policy`, with all that were screened
    for it; `audience` internal sees what no public page shows. Raises StaleInput where a result is missing or stale.
    """
    from provenet.briefing.stored import READS

    into = opened(case)
    as_of, known_on = day_of("as_of", as_of), known_day(known_on)
    policy, country, audience = several(policy), several(country), word_of("audience", audience)
    wanted = known_countries(into.read("party"), country) or asked_of(into, "depend", as_of, known_on)
    if not wanted:
        raise StaleInput(f"brief: no shares stand for {as_of}; run: provenet depend CASE --as-of {as_of}")
    tables = {name: into.read(name) for name in READS if table(name).kind == "input"}
    digests = into.digest(name for name, spec in all_tables().items() if spec.kind == "input")
    made = []
    for at, where in enumerate(wanted):
        progress("dossiers written", at, len(wanted))
        screens = screens_of(into, where, as_of, known_on)
        figures = fresh_run(into, where, as_of, known_on, screens, digests)
        asked = stored_verdicts(into, screens_of(into, where, as_of, known_on, policy))
        results = {name: into.read(name).filter(run_id=figures) for name in RESTED}
        of = (into, where, as_of, known_on, digests, results["vendor_share"])
        stored = {**results, "verdict": asked, **standing_results(*of)}
        read = {**digests, **{name: digest_of(table(name), rows) for name, rows in stored.items()}}
        made.append(dossier_of(into, {**tables, **stored, "as_link": graph_of(into)}, read, *of[1:4], audience))
    return Briefed(as_of, known_on, tuple(made))


def why(case: Case | Path | str, figure: str) -> Walked:
    """Walks a figure back to its formula, rows, claims and pages. Raises UsageFault naming the nearest id."""
    from provenet.model.lineage import walk, walk_lines, walk_text

    found = walk(opened(case), figure)
    return Walked(walk_text(found), tuple(walk_lines(found)), found.as_dict())


def diff(
    case: Case | Path | str,
    first: Day,
    second: Day,
    *,
    by: str = "as-of",
    as_of: Day | None = None,
    known_on: Day | None = None,
    policy: Several = (),
    country: Several = (),
    packs: Places = (),
    assume: Mapping[str, str] | None = None,
    today: Day | None = None,
    progress: Progress = silent,
) -> Diffed:
    """Says what changed between two runs, two days or two policies, and which input rows and rules did it.

    It writes nothing. Runs are named by their ids or a beginning, days as YYYY-MM-DD (`by`: days asked about, days of
    knowledge or both), policies by their ids. `today` is the day asked about where `as_of` is not given. Raises
    UsageFault for a word that means nothing, for sides of two kinds, and for an option without meaning for the kind.
    """
    from provenet import differing
    from provenet.evidence.policy import load_packs

    days = [None if day is None else day_of(name, day) for name, day in (("as_of", as_of), ("today", today))]
    assumed = dict(sorted((assume or {}).items()))
    words = (tuple(several(policy)), tuple(several(country)))
    asked = differing.Options(by, days[0], known_day(known_on), *words, assumed, days[1], progress)
    packs = places(packs)
    return differing.difference(opened(case), load_packs(packs), packs_digest(packs), str(first), str(second), asked)


def demo(path: Path | str, *, progress: Progress = silent) -> Shown:
    """Makes the bundled case in a folder, or goes on with the one there, and runs it end to end.

    Countries and days are the setting `demo` of `vocabulary.yml`. Every country is asked under the policies of its own
    jurisdiction; the foreign policies the setting names are asked once, on the first day.
    """
    from provenet.evidence.policy import load_packs
    from provenet.ingest.opening import Upload
    from provenet.ingest.reader import bundled_files

    setting, listed = vocabulary()["demo"], vocabulary()["jurisdictions"]
    case = Case.open(path) if Path(path).exists() else Case.new(path, setting["title"])
    files = {name: Upload(name, sha256_bytes(data), data, len(data)) for name, data in bundled_files().items()}
    added = _enter(case, {Path(name): (upload, None) for name, upload in files.items()}, progress)
    if added.fault_count:
        raise InputFault(added.faults, added.fault_count)
    packs = load_packs().packs.values()
    # A proposal has no effect until it is law, so no country's page takes it.
    stand = [p for p in packs if p.force != "proposal"]
    own = {country: [p.id for p in stand if p.jurisdiction in listed[country]] for country in setting["countries"]}
    screened: list[Screened] = []
    briefed: list[Briefed] = []
    planned: list[Planned] = []
    funded: list[Funded] = []
    for day in setting["days"]:
        asked = [(names, [country]) for country, names in own.items()] + ([] if screened else [(setting["also"], [])])
        said = [screen(case, names, **day, country=where, progress=progress) for names, where in asked]
        policies = [policy for one in said for policy in one.policies]
        policies.sort(key=lambda policy: policy.country is None or policy.country not in own)
        screened.append(Screened(day["as_of"], day.get("known_on"), tuple(policies)))
        depend(case, **day, country=setting["countries"], progress=progress)
        planned += demo_plans(case, day, setting, progress)
        funded += demo_funds(case, day, setting, progress)
        briefed.append(brief(case, **day, country=setting["countries"], progress=progress))
    return Shown(case.path, tuple(screened), tuple(briefed), tuple(planned), tuple(funded))
