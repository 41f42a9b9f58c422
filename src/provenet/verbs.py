"""The verbs: one function each, and the only place where rooms meet. The command line and Python call the same.

A verb reads tables, hands them to a room, and writes the rows the room gives back in one run. Equal settings, inputs
and code are the same run: running a verb again changes nothing. Verbs do no arithmetic, and ask no clock.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from provenet.answers import (
    Added,
    Briefed,
    Checked,
    Depended,
    Dossier,
    File,
    Made,
    Policy,
    Rested,
    Screened,
    Shown,
    Walked,
)
from provenet.asking import (
    Progress,
    asked_of,
    asked_policies,
    countries_asked,
    countries_with_shares,
    days_told,
    digest_of_file,
    fresh_run,
    known_countries,
    known_tables,
    opened,
    packs_digest,
    screens_of,
    silent,
    stored_verdicts,
)
from provenet.core.digest import sha256_bytes
from provenet.core.errors import FaultList, InputFault, StaleInput, UsageFault
from provenet.core.ids import row_id, slug
from provenet.model.case import Case
from provenet.model.export import digest_of
from provenet.model.tables import table, vocabulary
from provenet.model.tables import tables as all_tables

if TYPE_CHECKING:
    import polars as pl

    from provenet.evidence.policy import Packs
    from provenet.ingest.names import PartyNames


def new(path: Path | str, title: str = "") -> Made:
    """Makes an empty case in a folder that does not exist yet. Raises UsageFault where something stands there."""
    made = Case.new(path, title)
    return Made(made.path, made.title)


def add(case: Case | Path | str, files: Sequence[Path | str], *, progress: Progress = silent) -> Added:
    """Reads outside files into the case, each in a run of its own; `FILE.toml` beside `FILE.csv` declares its mapping.

    A file with a fault enters not at all and does not stop the others. The order of the files does not matter: those
    that bring parties go first, and a file that names a party another one brings waits for it. The same bytes twice
    are the same run. Raises UsageFault for a path that is no file.
    """
    return _enter(opened(case), {Path(file): _bytes_and_mapping(Path(file)) for file in files}, progress)


def _enter(into: Case, files: Mapping[Path, tuple[bytes, bytes | None]], progress: Progress) -> Added:
    from provenet.ingest.reader import turn_of

    turns = {path: turn_of(path.name, *read) for path, read in files.items()}
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
                entered[path] = _add_file(into, path, *waiting[path], names)
            except InputFault as fault:
                faults[path] = fault
                continue
            del waiting[path]
            grew = True
            names = names if turns[path] == 2 else _names(into)
        grew = grew and bool(faults)
    listed = FaultList()
    for path in sorted(faults):
        listed.extend(faults[path].faults)
    count = sum(fault.count for fault in faults.values())
    return Added(count, tuple(listed.faults), tuple(entered[path] for path in files if path in entered))


def _bytes_and_mapping(path: Path) -> tuple[bytes, bytes | None]:
    if not path.is_file():
        what = "this is a folder" if path.is_dir() else "no such file"
        raise UsageFault(f"add: {what}; found {str(path)!r}, expected a file.")
    beside = path.with_suffix(".toml")
    return path.read_bytes(), beside.read_bytes() if beside.is_file() else None


def _names(case: Case) -> PartyNames:
    from provenet.ingest.names import PartyNames

    return PartyNames.of(case.read("party").iter_rows(named=True), case.read("identifier").iter_rows(named=True))


def _add_file(case: Case, path: Path, data: bytes, mapping: bytes | None, names: PartyNames) -> File:
    from provenet.ingest.reader import read_table_file

    reading = read_table_file(path.name, data, mapping, names)
    read = {"file": sha256_bytes(data), "mapping": sha256_bytes(mapping) if mapping is not None else ""}
    with case.writer("add", read, read) as run:
        added = {table: run.append(table, rows) for table, rows in sorted(reading.rows.items())}
        file_id = run.put_source(data)
        for _, borrowed in reading.borrowed:
            run.put_source(borrowed)
    return File(path.name, file_id, reading.layout, reading.row_count, added, tuple(reading.ignored), run.already)


def check(case: Case | Path | str, *, progress: Progress = silent) -> Checked:
    """Looks for what does not fit together in a case and keeps the findings in its table `finding`."""
    from provenet.model.check import check as findings_of

    into = opened(case)
    progress("tables checked", 0, len(all_tables()))
    found = findings_of(into)
    read = [name for name, spec in all_tables().items() if spec.kind == "input"]
    results = [name for name, spec in all_tables().items() if spec.kind == "result" and name != "finding"]
    with into.writer("check", {}, lambda: into.digest([*read, *results])) as run:
        run.append("finding", found)
    errors = sum(1 for finding in found if finding["severity"] == "error")
    shown = [{name: value for name, value in finding.items() if name not in {"formula", "inputs"}} for finding in found]
    return Checked(errors, len(found), tuple(shown), run.run_id)


def screen(
    case: Case | Path | str,
    policy: Sequence[str],
    *,
    as_of: date,
    packs: Sequence[Path] = (),
    known_on: date | None = None,
    assume: Mapping[str, str] | None = None,
    country: Sequence[str] = (),
    progress: Progress = silent,
) -> Screened:
    """Writes what each policy says of each vendor and asset class: one run per policy and country.

    Without `country`, a policy is asked for the countries of its jurisdiction that have carriers in the case, else
    for carriers of all countries at once. Raises PackRefused with every fault of every pack, UsageFault for a policy
    or country nobody has.
    """
    from provenet.evidence.policy import load_packs
    from provenet.evidence.screen import READS, printed
    from provenet.evidence.screen import screen as verdicts_of

    into = opened(case)
    loaded = load_packs(packs)
    asked = asked_policies(loaded, policy)
    tables = {name: into.read(name) for name in READS}
    inputs = {**into.digest(READS), "packs": packs_digest(packs)}
    assumed = dict(sorted((assume or {}).items()))
    wanted = known_countries(tables["party"], country)
    names = dict(tables["party"].select("party_id", "name").iter_rows())
    turns = [(name, where) for name in asked for where in wanted or countries_asked(loaded, name, tables["party"])]
    said, verdicts = [], []
    for at, (name, where) in enumerate(turns):
        progress("policies screened", at, len(turns))
        settings = {"policy": name, "country": where, **days_told(as_of, known_on), "assume": assumed}
        with into.writer("screen", settings, inputs) as run:
            if not run.already:
                made = verdicts_of(tables, loaded, [name], as_of=as_of, known=known_on, assume=assumed, country=where)
                run.append("verdict", made)
        rows = into.read("verdict").filter(run_id=run.run_id)
        said.append(_policy_said(rows, run.run_id, loaded, name, where, names))
        verdicts += printed(rows.iter_rows(named=True))
    return Screened(as_of, known_on, tuple(said), tuple(loaded.notes), tuple(verdicts))


def _policy_said(
    rows: pl.DataFrame, run_id: str, loaded: Packs, name: str, country: str | None, names: Mapping[str, str]
) -> Policy:
    found = loaded.find(name)
    if found is None:
        raise UsageFault(f"screen: no pack, policy or rule has this id; found {name!r}.")
    counted = Counter(rows["outcome"].to_list())
    outcomes = {word: counted[word] for word in vocabulary()["words"]["outcome"] if counted[word]}
    pack = found.pack
    most = rows["rules_in_force"].max()
    return Policy(
        *(name, pack.title, pack.issuer, names.get(pack.issuer, pack.issuer), pack.force, country),
        *(outcomes, int(rows["disputed"].sum()), most if isinstance(most, int) else 0, run_id),
    )


def depend(
    case: Case | Path | str,
    *,
    as_of: date,
    known_on: date | None = None,
    country: Sequence[str] = (),
    policy: Sequence[str] = (),
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
    names = [name for name in READS if name != "verdict"]
    tables = {name: into.read(name) for name in names}
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
    as_of: date,
    known_on: date | None = None,
    country: Sequence[str] = (),
    policy: Sequence[str] = (),
    progress: Progress = silent,
) -> Briefed:
    """Writes the dossier of each country from stored results, as HTML and PDF in the case's folder `outputs`.

    Without `country`, of every country whose shares stand for that day; without `policy`, with all that were screened
    for it. Raises StaleInput where a result is missing or older than what it rests on.
    """
    from provenet.briefing.stored import READS

    into = opened(case)
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
        made.append(_dossier(into, {**tables, **results, "verdict": asked}, where, as_of, known_on))
    return Briefed(as_of, known_on, tuple(made))


def _dossier(
    case: Case, tables: Mapping[str, pl.DataFrame], country: str, as_of: date, known_on: date | None
) -> Dossier:
    from provenet.briefing.dossier import dossier
    from provenet.briefing.render import render_html, render_pdf

    key = {"country": country, "as_of_on": as_of, "known_on": known_on}
    folder = f"{as_of}" + (f"-known-{known_on}" if known_on else "")
    places = [case.path / "outputs" / folder / f"{slug(country)}.{kind}" for kind in ("html", "pdf")]
    read = {name: digest_of(table(name), rows) for name, rows in tables.items()}
    rests_on = sorted({f"run:{run}" for name in (*RESTED, "verdict") for run in tables[name]["run_id"].unique()})
    with case.writer("brief", {"country": country, **days_told(as_of, known_on)}, read) as run:
        stood = case.read("dossier").filter(run_id=run.run_id)
        if stood.height and [stood["html_id"][0], stood["pdf_id"][0]] == [digest_of_file(path) for path in places]:
            return Dossier(country, stood["headline"][0], places[0], places[1], run.run_id)
        view = dossier(tables, country=country, as_of=as_of, known=known_on)
        pages = {"html": render_html(view), "pdf": render_pdf(view)}
        for kind, data in pages.items():
            run.put_output(f"{folder}/{slug(country)}.{kind}", data)
        said = {"headline": view.headline, "formula": "one query over stored tables per section", "inputs": rests_on}
        ids = {f"{kind}_id": sha256_bytes(data) for kind, data in pages.items()}
        run.append("dossier", [{"dossier_id": row_id("dossier", key), **key, **said, **ids}])
    return Dossier(country, view.headline, places[0], places[1], run.run_id)


def why(case: Case | Path | str, figure: str) -> Walked:
    """Walks a figure back to its formula, rows, claims and pages. Raises UsageFault naming the nearest id."""
    from provenet.model.lineage import walk, walk_lines, walk_text

    found = walk(opened(case), figure)
    return Walked(walk_text(found), tuple(walk_lines(found)), found.as_dict())


def demo(path: Path | str, *, progress: Progress = silent) -> Shown:
    """Makes the bundled case in a folder, or goes on with the one there, and runs it end to end.

    Countries and days are the setting `demo` of `vocabulary.yml`. Every country is asked under the policies of its own
    jurisdiction; the foreign policies the setting names are asked once, on the first day.
    """
    from provenet.evidence.policy import load_packs
    from provenet.ingest.reader import bundled_files

    setting, listed = vocabulary()["demo"], vocabulary()["jurisdictions"]
    case = Case.open(path) if Path(path).exists() else Case.new(path, setting["title"])
    added = _enter(case, {Path(name): (data, None) for name, data in bundled_files().items()}, progress)
    if added.fault_count:
        raise InputFault(added.faults, added.fault_count)
    packs = load_packs().packs.values()
    # A proposal has no effect until it is law, so no country's page takes it.
    stand = [p for p in packs if p.force != "proposal"]
    own = {country: [p.id for p in stand if p.jurisdiction in listed[country]] for country in setting["countries"]}
    screened: list[Screened] = []
    briefed: list[Briefed] = []
    for day in setting["days"]:
        as_of, known_on = day["as_of"], day.get("known_on")
        asked = [(names, [country]) for country, names in own.items()] + ([] if screened else [(setting["also"], [])])
        said = [
            screen(case, names, as_of=as_of, known_on=known_on, country=where, progress=progress)
            for names, where in asked
        ]
        policies = [policy for one in said for policy in one.policies]
        policies.sort(key=lambda policy: policy.country is None or policy.country not in own)
        screened.append(Screened(as_of, known_on, tuple(policies)))
        depend(case, as_of=as_of, known_on=known_on, country=setting["countries"], progress=progress)
        briefed.append(brief(case, as_of=as_of, known_on=known_on, country=setting["countries"], progress=progress))
    return Shown(case.path, tuple(screened), tuple(briefed))
