"""The verb `demo`: the bundled case, end to end."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from provenet.case.case import Case
from provenet.case.tables import vocabulary
from provenet.core.digest import sha256_bytes
from provenet.core.errors import InputFault
from provenet.core.progress import Progress, silent
from provenet.verbs.add import enter_files
from provenet.verbs.answers import (
    Briefed,
    Funded,
    Planned,
    Screened,
    Shown,
)
from provenet.verbs.brief import brief
from provenet.verbs.depend import depend
from provenet.verbs.fund import demo_funds
from provenet.verbs.plan import demo_plans
from provenet.verbs.screen import screen

if TYPE_CHECKING:
    pass


def demo(path: Path | str, *, progress: Progress = silent) -> Shown:
    """Makes the bundled case in a folder, or goes on with the one there, and runs it end to end.

    Countries and days are the setting `demo` of `vocabulary.yml`. Every country is asked under the policies of its own
    jurisdiction; the foreign policies the setting names are asked once, on the first day.
    """
    from provenet.ingest.opening import Upload
    from provenet.ingest.reader import bundled_files
    from provenet.policy.binding import Binding
    from provenet.policy.packs import load_packs

    setting = vocabulary()["demo"]
    case = Case.open(path) if Path(path).exists() else Case.new(path, setting["title"])
    files = {name: Upload(name, sha256_bytes(data), data, len(data)) for name, data in bundled_files().items()}
    added = enter_files(case, {Path(name): (upload, None) for name, upload in files.items()}, progress)
    if added.fault_count:
        raise InputFault(added.faults, added.fault_count)
    binding = Binding(load_packs(), vocabulary()["jurisdictions"])
    own = {country: binding.policies(country) for country in setting["countries"]}
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
