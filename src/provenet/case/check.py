"""What does not fit together in a case, as a menu of checks: which there are, and what the chosen ones find.

A finding is about the rows, never about the parties they name. Adding a check is a function that looks, its name
in `LOOKS`, its row in `checks/menu.csv` and its line in docs/check.md.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass

import polars as pl

from provenet.case.case import Case
from provenet.case.checks import cells, coverage, dates, figures, files, origins, parties, replies
from provenet.case.checks.finding import MOST_OF_A_KIND, Check, Issue, StandingRows, rest
from provenet.case.rows import FindingRow
from provenet.case.tables import tables
from provenet.core.errors import CaseFault, UsageFault, clip, hint_at, nearest
from provenet.core.grouping import grouped
from provenet.core.ids import row_id
from provenet.core.when import parse_length

__all__ = ["GROUPS", "MENU", "MOST_OF_A_KIND", "Check", "CheckResults", "StandingRows", "check", "chosen", "look"]

GROUPS = {
    "rows": "cells that contradict the dictionary or themselves",
    "files": "bytes and rows that were lost",
    "parties": "names, numbers and sources that mean two things or none",
    "ownership": "stakes that clash",
    "coverage": "what a question would need and no row says",
    "staleness": "what is old, over, or older than what it rests on",
    "measures": "figures that cannot stand in one sum",
    "measurements": "what was measured and does not fit together",
    "sources": "figures and facts that rest on one voice",
    "replies": "who answered whom, and who could have",
    "rules": "rules that no verdict and no worked case reaches",
    "pages": "dossiers on disk that are not as they were written",
}
"""The groups of the menu, in the order in which findings are listed; a group names all its checks."""

LOOKS = {
    "reference": cells.references,
    "key": cells.keys,
    "range": cells.ranges,
    "order": cells.orders,
    "word": cells.closed_words,
    "future": cells.to_come,
    "asset-fact": cells.asset_facts,
    "formula": cells.formulas,
    "source": files.sources,
    "row-count": files.counts,
    "stale-run": files.overtaken,
    "other-code": files.other_code,
    "identifier": parties.identifiers,
    "same-name": parties.same_names,
    "near-name": parties.near_parties,
    "merged-name": parties.names_merged,
    "no-reason": parties.without_reason,
    "same-source": parties.same_sources,
    "own-owner": parties.own_owners,
    "ownership-ring": parties.cycles,
    "stake-sum": parties.too_much,
    "stake-clash": parties.clashes,
    "carrier-as-vendor": parties.carriers_as_vendors,
    "carrier-figure": coverage.silent_carriers,
    "carrier-size": coverage.without_size,
    "country-size": coverage.without_sizes,
    "thin-share": coverage.thin_shares,
    "thin-result": coverage.thin_results,
    "vendor-seat": coverage.without_seat,
    "asset-vendor": coverage.without_vendor,
    "site-carrier": coverage.without_carrier,
    "no-source": coverage.without_source,
    "class-asked": coverage.classes_asked,
    "old-figure": dates.old_figures,
    "passed-term": dates.passed_terms,
    "superseded-policy": dates.taken_over,
    "undated": dates.undated,
    "unlike-measures": figures.unlike,
    "share-sum": figures.share_sums,
    "no-number": figures.without_number,
    "price-year": figures.without_year,
    "unit-in-words": figures.unit_words,
    "measured-vendors": figures.two_vendors,
    "measured-days": figures.days_apart,
    "measured-undated": figures.without_day,
    "probed-place": figures.probed_nowhere,
    "probed-missing": figures.answered_unprobed,
    "single-source": origins.lone_sources,
    "weak-source": origins.weak_sources,
    "single-origin": origins.lone_origins,
    "relay": replies.relays,
    "reply": replies.rings,
    "no-reply": replies.unanswered,
    "unlinked-reply": replies.unlinked,
    "withdrawn-target": replies.withdrawn,
    "early-reply": replies.early,
    "reply-of-another": replies.by_others,
}
"""What looks for each finding that needs the tables of a case alone, by the id of its check."""
MENU = tuple(Check.of(name, look) for name, look in LOOKS.items())
"""Every check that needs the tables of a case alone."""


@dataclass(frozen=True)
class CheckResults:
    """What some checks found: rows of the table `finding`, counts, and the checks made or left out."""

    findings: list[FindingRow]
    counts: Mapping[str, int]
    _: KW_ONLY
    checks: list[dict[str, object]]
    not_asked: list[dict[str, str]]


def check(case: Case, menu: Sequence[Check] = MENU) -> list[FindingRow]:
    """Every finding of a case by the checks of a menu, errors first, as rows of the table `finding` without `run_id`.

    Errors are rows that contradict the dictionary, themselves or their bytes; warnings are gaps a reader should know
    of. Finds nothing that is merely false in the world. Checks that need a day are left out. Cost O(cells),
    vectorised; each source is hashed once. Laws: the order of rows changes no finding but the place in a file it names.
    """
    return look(StandingRows(case), menu).findings


def look(
    rows: StandingRows, menu: Sequence[Check] = MENU, progress: Callable[[str, int, int], None] | None = None
) -> CheckResults:
    """What the checks of a menu find in some rows, at most `MOST_OF_A_KIND` per check and column, the rest counted."""
    found: list[tuple[Check, int, Issue]] = []
    counts: dict[str, int] = {}
    skipped = tuple(one.id for one in menu if one.needs_day and rows.as_of is None)
    made = [one for one in menu if one.id not in skipped]
    for at, one in enumerate(made):
        if progress is not None:
            progress(f"checks ({one.id})", at, len(made))
        kept = _kept(one, rows)
        counts[one.id] = sum(thing.count for thing in kept)
        found += [(one, number, thing) for number, thing in enumerate(kept)]
    place = {one.id: at for at, one in enumerate(in_groups(menu))}
    found.sort(key=lambda f: (f[0].severity != "error", place[f[0].id], f[2].is_rest, f[2].place, f[2].subject))
    checks = [{**entry(one), "finding_count": counts[one.id]} for one in in_groups(made)]
    not_asked = [{"id": one.id, "why": "give --as-of"} for one in in_groups(menu) if one.id in skipped]
    findings = [_row(one, thing) for one, _, thing in found]
    return CheckResults(findings, counts, checks=checks, not_asked=not_asked)


def entry(one: Check) -> dict[str, str]:
    """One check as the menu shows it."""
    return {"id": one.id, "group": one.group, "severity": one.severity, "says": one.says, "repair": one.repair}


def _kept(one: Check, rows: StandingRows) -> list[Issue]:
    """What one check found. Raises CaseFault naming the file of a table that cannot be read."""
    try:
        return list(_bounded(one.look(rows)))
    except (OSError, pl.exceptions.PolarsError) as err:
        for name, spec in tables().items():
            rows.case.columns(name, list(spec.schema))
        raise CaseFault(f"check {one.id}: the tables cannot be read ({err}). Restore the case from a copy.") from err


def in_groups(menu: Iterable[Check]) -> list[Check]:
    """A menu by group, each in the order its checks were listed."""
    groups = list(GROUPS)
    return sorted(menu, key=lambda one: groups.index(one.group))


def _bounded(found: Iterable[Issue]) -> Iterator[Issue]:
    """Each subject once; of each column the first in order, then one that counts the rest."""
    things: dict[str, dict[tuple[str, ...], Issue]] = {}
    for thing in found:
        things.setdefault(thing.column, {}).setdefault(thing.subject, thing)
    for column, by_subject in sorted(things.items()):
        tail = [thing for thing in by_subject.values() if thing.is_rest]
        plain = [thing for _, thing in sorted(by_subject.items()) if not thing.is_rest]
        yield from plain[:MOST_OF_A_KIND]
        more = sum(thing.count for thing in tail) + max(0, len(plain) - MOST_OF_A_KIND)
        if more:
            name, _, field_name = column.partition(".")
            last = [*tail, *plain][0]
            yield rest(name, field_name or name, more, words=last.words, repair=last.repair)


def _row(one: Check, thing: Issue) -> FindingRow:
    return {
        "finding_id": row_id("finding", {"check": one.id, "subject": [thing.column, *thing.subject]}),
        "kind": one.id,
        "severity": one.severity,
        "place": thing.place,
        "says": thing.says,
        "repair": thing.repair if thing.repair is not None else one.repair.format(**thing.words),
        "formula": f"check {one.id}",
        "inputs": list(thing.refs),
    }


def chosen(menu: Sequence[Check], only: Sequence[str] = (), skip: Sequence[str] = ()) -> list[Check]:
    """The checks of a menu by id or group: those of `only` (none named: all) without those of `skip`, in menu order.

    Raises UsageFault for a word that is neither, naming the nearest.
    """
    known = grouped(pair for one in menu for pair in ((one.id, one.id), (one.group, one.id)))
    for option, words in (("--only", only), ("--skip", skip)):
        for word in words:
            if word not in known:
                raise UsageFault(
                    f"check: {option} names no check; found {word!r}, expected an id or group of: "
                    f"provenet check --list.{hint_at(nearest(word, known))}"
                )
    wanted = {name for word in only for name in known[word]} if only else {one.id for one in menu}
    wanted -= {name for word in skip for name in known[word]}
    return [one for one in in_groups(menu) if one.id in wanted]


def age_of(text: str) -> tuple[int, str]:
    """A length of time such as `24 months` as number and unit. Raises UsageFault."""
    try:
        return parse_length(text)
    except ValueError as err:
        raise UsageFault(f"check: --older-than is no length of time; found {clip(text)!r}, expected {err}.") from err
