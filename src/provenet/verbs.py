"""The verbs: one function each, and the only place where rooms meet. The command line and Python call the same.

A verb reads tables, hands them to a room, and writes the rows the room gives back in one run. Equal settings, inputs
and code are the same run: running a verb again changes nothing. Verbs do no arithmetic, and ask no clock.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
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
from provenet.core.digest import sha256_bytes
from provenet.core.errors import FaultList, InputFault, StaleInput, UsageFault, nearest
from provenet.core.ids import fold, row_id, slug
from provenet.model.case import Case
from provenet.model.export import digest_of
from provenet.model.tables import table, vocabulary
from provenet.model.tables import tables as all_tables

if TYPE_CHECKING:
    import polars as pl

    from provenet.evidence.policy import Packs
    from provenet.ingest.names import PartyNames

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many items are done, and how many there are."""


def silent(what: str, done: int, total: int) -> None:
    """Progress for callers that show none."""


def opened(case: Case | Path | str) -> Case:
    """The case itself, or the one in a folder."""
    return case if isinstance(case, Case) else Case.open(case)


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
    asked = _policies(loaded, policy)
    tables = {name: into.read(name) for name in READS}
    inputs = {**into.digest(READS), "packs": _packs_digest(packs)}
    assumed = dict(sorted((assume or {}).items()))
    wanted = _known_countries(tables["party"], country)
    names = dict(tables["party"].select("party_id", "name").iter_rows())
    turns = [(name, where) for name in asked for where in wanted or _countries_of(loaded, name, tables["party"])]
    said, verdicts = [], []
    for at, (name, where) in enumerate(turns):
        progress("policies screened", at, len(turns))
        settings = {"policy": name, "country": where, **_days(as_of, known_on), "assume": assumed}
        with into.writer("screen", settings, inputs) as run:
            if not run.already:
                made = verdicts_of(tables, loaded, [name], as_of=as_of, known=known_on, assume=assumed, country=where)
                run.append("verdict", made)
        rows = into.read("verdict").filter(run_id=run.run_id)
        said.append(_policy_said(rows, run.run_id, loaded, name, where, names))
        verdicts += printed(rows.iter_rows(named=True))
    return Screened(as_of, known_on, tuple(said), tuple(loaded.notes), tuple(verdicts))


def _policies(loaded: Packs, policy: Sequence[str]) -> list[str]:
    """The ids asked for, spelled as their packs spell them. Raises UsageFault where there is none."""
    spelled = {fold(name): name for name in loaded.ids()}
    if not policy:
        bundled = ", ".join(sorted(loaded.packs))
        raise UsageFault(f"screen: no policy is named; expected --policy with one of {bundled}, or a rule of theirs.")
    for name in policy:
        if fold(name) not in spelled:
            close = nearest(name, spelled.values())
            hint = f" Nearest: {close}." if close else ""
            raise UsageFault(f"screen: no pack, policy or rule has this id; found {name!r}.{hint}")
    return list(dict.fromkeys(spelled[fold(name)] for name in policy))


def _carrier_countries(parties: pl.DataFrame) -> list[str]:
    """The countries in which the case has a carrier, by the names that tables and pages use."""
    from provenet.ingest.names import countries

    found = parties.filter(role="carrier")["country"].drop_nulls().unique().to_list()
    return sorted({countries().name(code) or code for code in found})


def _known_countries(parties: pl.DataFrame, country: Sequence[str]) -> list[str]:
    """Countries as tables call them. Raises UsageFault for one that has no carrier in the case."""
    from provenet.ingest.names import countries

    here, wanted = _carrier_countries(parties), []
    for text in country:
        name = countries().name(text) or text
        if name not in here:
            close = nearest(text, here)
            hint = f" Nearest: {close}." if close else ""
            raise UsageFault(f"--country: no carrier of the case is in this country; found {text!r}.{hint}")
        wanted.append(name)
    return list(dict.fromkeys(wanted))


def _countries_of(loaded: Packs, name: str, parties: pl.DataFrame) -> list[str | None]:
    """The countries a policy is asked for unless told otherwise."""
    found = loaded.find(name)
    listed: Mapping[str, Sequence[str]] = vocabulary()["jurisdictions"]
    under = found.pack.jurisdiction if found is not None else ""
    here: list[str | None] = [c for c in _carrier_countries(parties) if under and under in listed.get(c, ())]
    return here or [None]


def _packs_digest(packs: Iterable[Path]) -> str:
    """A digest of the packs added to the bundled ones; those are part of the code."""
    files = sorted(file for folder in packs for file in ([folder] if folder.is_file() else folder.glob("*.y*ml")))
    return sha256_bytes(b"".join(file.name.encode() + file.read_bytes() for file in files)) if files else ""


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


def _days(as_of: date, known_on: date | None) -> dict[str, str | None]:
    return {"as_of": as_of.isoformat(), "known_on": _iso(known_on)}


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


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
    inputs, known = into.digest(names), _known_tables(tables, known_on)
    wanted = _known_countries(tables["party"], country) or _asked_of(into, "screen", as_of, known_on)
    rested = []
    for at, where in enumerate(wanted or _countries_with_shares(tables)):
        progress("countries worked out", at, len(wanted))
        verdicts = _verdicts(into, _screens(into, where, as_of, known_on, policy))
        packs = verdicts["pack"].unique().sort().to_list()
        read = {**inputs, "verdict": digest_of(table("verdict"), verdicts)}
        with into.writer("depend", {"country": where, **_days(as_of, known_on)}, read) as run:
            if not run.already:
                asked = {**known, "verdict": verdicts}
                for name, rows in figures_of(asked, country=where, as_of=as_of, known=known_on, packs=packs).items():
                    run.append(name, rows)
        counted = {name: into.read(name).filter(run_id=run.run_id).height for name in RESTED}
        rested.append(Rested(where, counted, run.run_id))
    return Depended(as_of, known_on, tuple(rested))


RESTED = ("vendor_share", "common_failure", "site_dependence", "finding")
"""The tables that depend writes."""


def _known_tables(tables: Mapping[str, pl.DataFrame], known_on: date | None) -> dict[str, pl.DataFrame]:
    """Tables cut to what was known on a day, and beside each, as NAME_later, what came to be known after it."""
    from provenet.model.known import as_known

    if known_on is None:
        return dict(tables)
    made = {}
    for name, rows in tables.items():
        made[name] = as_known(name, rows, tables["source"], known_on)
        if made[name].height < rows.height:
            made[f"{name}_later"] = rows.join(made[name].select("row_id"), on="row_id", how="anti")
    return made


def _screens(
    case: Case, country: str, as_of: date, known_on: date | None, policy: Sequence[str] = ()
) -> dict[str, Mapping[str, str]]:
    """The last run of screen for each policy of a country and day: its id and the digests of what it read."""
    found = {}
    for run in case.runs().filter(verb="screen").iter_rows(named=True):
        told = json.loads(run["settings"])
        if told["country"] == country and told.items() >= _days(as_of, known_on).items():
            found[told["policy"]] = {"run_id": run["run_id"], **json.loads(run["inputs"])}
    missing = [name for name in policy if fold(name) not in {fold(one) for one in found}]
    if missing:
        says = f"{missing[0]} was not screened for {country} on {as_of}"
        raise StaleInput(
            f"{says}; run: provenet screen CASE --policy {missing[0]} --country {country!r} --as-of {as_of}"
        )
    wanted = {fold(name) for name in policy or found}
    return {name: run for name, run in sorted(found.items()) if fold(name) in wanted}


def _asked_of(case: Case, verb: str, as_of: date, known_on: date | None) -> list[str]:
    """The countries that a verb was run for, on a day."""
    settings = [json.loads(told) for told in case.runs().filter(verb=verb)["settings"]]
    days = _days(as_of, known_on).items()
    return sorted({told["country"] for told in settings if told["country"] and told.items() >= days})


def _verdicts(case: Case, screens: Mapping[str, Mapping[str, str]]) -> pl.DataFrame:
    runs = [run["run_id"] for run in screens.values()]
    rows = case.read("verdict")
    return rows.filter(rows["run_id"].is_in(runs)).sort("verdict_id")


def _countries_with_shares(tables: Mapping[str, pl.DataFrame]) -> list[str]:
    """Countries that have carriers and a published share."""
    told = {*tables["market_share"]["geo"].to_list(), *tables["carrier_share"]["country"].to_list()}
    return [country for country in _carrier_countries(tables["party"]) if country in told]


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
    wanted = _known_countries(into.read("party"), country) or _asked_of(into, "depend", as_of, known_on)
    if not wanted:
        raise StaleInput(f"brief: no shares stand for {as_of}; run: provenet depend CASE --as-of {as_of}")
    tables = {name: into.read(name) for name in READS if table(name).kind == "input"}
    digests = into.digest(name for name, spec in all_tables().items() if spec.kind == "input")
    made = []
    for at, where in enumerate(wanted):
        progress("dossiers written", at, len(wanted))
        screens = _screens(into, where, as_of, known_on)
        figures = _fresh(into, where, as_of, known_on, screens, digests)
        asked = _verdicts(into, _screens(into, where, as_of, known_on, policy))
        results = {name: into.read(name).filter(run_id=figures) for name in RESTED}
        made.append(_dossier(into, {**tables, **results, "verdict": asked}, where, as_of, known_on))
    return Briefed(as_of, known_on, tuple(made))


def _fresh(
    case: Case,
    country: str,
    as_of: date,
    known_on: date | None,
    screens: Mapping[str, Mapping[str, str]],
    digests: Mapping[str, str],
) -> str:
    """The run of depend that a dossier rests on. Raises StaleInput where it, or a run it read, has been overtaken."""
    again = f"--country {country!r} --as-of {as_of}" + (f" --known-on {known_on}" if known_on else "")
    if not screens:
        raise StaleInput(f"brief: no verdict stands for {country}; run: provenet screen CASE --policy ID {again}")
    for name, run in screens.items():
        for old in sorted(key for key, digest in digests.items() if run.get(key, digest) != digest):
            says = f"brief: the verdicts of {name} are older than the table {old}"
            raise StaleInput(f"{says}; run: provenet screen CASE --policy {name} {again}")
    settings = {"country": country, **_days(as_of, known_on)}
    runs = [r for r in case.runs().filter(verb="depend").iter_rows(named=True) if json.loads(r["settings"]) == settings]
    if not runs:
        raise StaleInput(f"brief: no shares stand for {country}; run: provenet depend CASE {again}")
    read = json.loads(runs[-1]["inputs"])
    now = {**digests, "verdict": digest_of(table("verdict"), _verdicts(case, screens))}
    for old in sorted(key for key, digest in now.items() if read.get(key, digest) != digest):
        raise StaleInput(
            f"brief: the shares of {country} are older than the table {old}; run: provenet depend CASE {again}"
        )
    return str(runs[-1]["run_id"])


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
    with case.writer("brief", {"country": country, **_days(as_of, known_on)}, read) as run:
        stood = case.read("dossier").filter(run_id=run.run_id)
        if stood.height and [stood["html_id"][0], stood["pdf_id"][0]] == [_digest_of_file(path) for path in places]:
            return Dossier(country, stood["headline"][0], places[0], places[1], run.run_id)
        view = dossier(tables, country=country, as_of=as_of, known=known_on)
        pages = {"html": render_html(view), "pdf": render_pdf(view)}
        for kind, data in pages.items():
            run.put_output(f"{folder}/{slug(country)}.{kind}", data)
        said = {"headline": view.headline, "formula": "one query over stored tables per section", "inputs": rests_on}
        ids = {f"{kind}_id": sha256_bytes(data) for kind, data in pages.items()}
        run.append("dossier", [{"dossier_id": row_id("dossier", key), **key, **said, **ids}])
    return Dossier(country, view.headline, places[0], places[1], run.run_id)


def _digest_of_file(path: Path) -> str | None:
    return sha256_bytes(path.read_bytes()) if path.is_file() else None


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
