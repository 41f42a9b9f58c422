"""The verb `check`: what does not fit together in a case."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from provenet.case.case import Case
from provenet.case.tables import tables as all_tables
from provenet.core.progress import Progress, silent
from provenet.verbs.answers import (
    Checked,
)
from provenet.verbs.question import Day, Places, Several, day_of, iso, opened, packs_digest, places, several

if TYPE_CHECKING:
    from provenet.case.check import Check


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
    from provenet.case.check import Rows, age_of, chosen, look

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
    from provenet.case.check import chosen, entry

    return [entry(one) for one in chosen(_checks(places(packs)), several(only), several(skip))]


def _checks(packs: Sequence[Path]) -> tuple[Check, ...]:
    from provenet.case.check import MENU
    from provenet.evidence.rule_checks import rule_checks
    from provenet.policy.packs import load_packs

    return (*MENU, *rule_checks(cache(lambda: load_packs(packs))))
