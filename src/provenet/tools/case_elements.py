"""What the verdicts that stand in a case say of the nodes and links of a topology, for `inside --case`."""

from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path

import polars as pl

from provenet.case.case import Case
from provenet.case.standing import Scope, Standing
from provenet.core.errors import StaleInput, UsageFault
from provenet.core.wording import series
from provenet.exposure.own_network import NODE, ElementState, element_states


def case_states(
    case: Path,
    node_ids: Collection[str],
    link_ids: Collection[str],
    *,
    policy: Sequence[str],
    country: str | None,
    carrier: str | None,
    as_of: date | None,
) -> tuple[list[ElementState], tuple[str, ...]]:
    """The states of a topology's elements under the named policies, by verdicts that stand for a country; and remarks.

    Several policies count together: what any of them restricts is restricted. Elements of another carrier say nothing
    of this network. Raises UsageFault without a policy and where the country or the carrier is not clear, StaleInput
    where a policy was not screened for that day or the verdicts are older than what they rest on.
    """

    held = Case.open(case)
    standing = Standing(held)
    if not policy:
        raise UsageFault("inside: --case needs --policy: under which policy the elements of the case are judged.")
    day = as_of or max(
        (date.fromisoformat(str(run.settings["as_of"])) for run in standing.runs("screen")), default=None
    )
    if day is None:
        raise UsageFault(f"inside: nothing was screened in this case; run: provenet screen {case} --policy {policy[0]}")
    where = country or _only_country(standing, day)
    screens = standing.screens(Scope(where, day, None), policy)
    for name, run in screens.items():
        if changed := standing.changed(run):
            raise StaleInput(
                f"inside: the verdicts of {name} are older than what they rest on ({', '.join(changed)}); "
                f"run: provenet run {case}"
            )
    elements = pl.concat([held.read_run("verdict_asset", run.run_id) for run in screens.values()])
    if not elements.height:
        raise UsageFault(
            f"inside: the case holds no element of a carrier of {where}; add an inventory and screen anew."
        )
    carriers = sorted(elements["carrier_id"].drop_nulls().unique().to_list())
    if carrier is None and len(carriers) > 1:
        named = ", ".join(carriers)
        raise UsageFault(
            f"inside: the case holds elements of several carriers ({named}); say whose network: --carrier ID."
        )
    if carrier is not None:
        elements = elements.filter(pl.col("carrier_id") == carrier)
        if not elements.height:
            raise UsageFault(
                f"inside: no element of the case is of {carrier!r}; expected one of {', '.join(carriers)}."
            )
    sites = dict(held.read("site").select("site_id", "name").iter_rows())
    names = [(name, (name,)) for name in node_ids], [(name, (name,)) for name in link_ids]
    states, remarks = element_states(*names, elements=elements, sites=sites)
    nodes = set(node_ids)
    return [one for one in states if one.kind == NODE or one.id not in nodes], remarks


def _only_country(standing: Standing, as_of: date) -> str:
    """The country whose verdicts stand for a day. Raises UsageFault for none or several."""

    found = standing.countries("screen", as_of, None)
    if len(found) != 1:
        named = series(found) if found else "none"
        raise UsageFault(f"inside: verdicts stand for {named} on {as_of}; expected one country: --country NAME.")
    return found[0]
