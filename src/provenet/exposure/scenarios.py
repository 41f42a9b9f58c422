"""Rows of `route_scenario`: what failures, leaks and refusals take from routes of a country, and what they newly cross.

A scenario names networks, countries, links, cables, facilities. A cable or facility takes links away only where rows of
`as_link_over` say which run over it: those that have no other way surely, those of which that is not known possibly. A
link of which nothing is stated stays: that is what is known, and the row says so.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from provenet.case.rows import AnyRow, RouteScenarioRow
from provenet.core import wording
from provenet.core.countries import countries
from provenet.core.disclosure import is_enough
from provenet.core.errors import Fault, FaultList, nearest
from provenet.core.grouping import grouped
from provenet.core.ids import fold, row_id
from provenet.core.progress import Progress, silent
from provenet.exposure.networks import CARRIER, ExposureQuestion, Network, NetworkRegister, networks_of
from provenet.exposure.rows import DIGITS, TIES, GraphContext, roles_of
from provenet.ingest.bgp.as_lists import ScenarioFile, ScenarioLine
from provenet.routing.kernels.csr import Topology
from provenet.routing.kernels.scenario_counts import COUNTED
from provenet.routing.scenarios import Scenario, ScenarioStudy

READS = ("as_link", "as_number", "as_tag", "identifier", "party", "cable", "facility", "as_link_over")
"""The input tables the room reads."""
_ASN = re.compile(r"(?i:as)?([1-9][0-9]{0,9})")
_LINK = re.compile(r"(?i:as)?([1-9][0-9]{0,9})\s*[-–]\s*(?i:as)?([1-9][0-9]{0,9})")
_HOW = (
    "best routes by customer before peer before provider, then by hops, worked out anew under the scenario for every "
    "destination that it touches; low = over all equal routes, high = over some; share = pairs that cross / pairs with "
    "a route left"
)
_SETTLES = "All networks choose again by the same rule, and nobody agrees on new links."
_LEAK = "The leaking network tells everybody the route it has; of equal ones the one through the lowest AS number."
_REFUSAL = (
    "A network that refuses announces nobody a route to those it refuses and drops their traffic; nobody learns of the "
    "drop, so nobody chooses anew for it."
)
_OVER = "A link runs over a cable or facility only where a row of as_link_over says so."
_SCOPE = (
    "Sources and destinations are networks: a network that stays is reached, whatever of its own lies where it fails."
)


@dataclass
class _Draft:
    """One scenario and extent while its lines are read."""

    removed: set[int] = field(default_factory=set)
    cut: set[tuple[int, int]] = field(default_factory=set)
    refusers: set[int] = field(default_factory=set)
    refused: set[int] | None = None
    leaker: int = -1
    changes: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    capacities: list[str] = field(default_factory=list)
    refs: list[str] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)
    columns: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class _Subject:
    country: str
    tag: str
    role: str
    networks: tuple[Network, ...]


class _Names:
    """What names in a list of scenarios mean; faults are added where one means nothing."""

    def __init__(
        self, tables: Mapping[str, pl.DataFrame], register: NetworkRegister, topology: Topology, *, faults: FaultList
    ) -> None:
        self.register, self.topology, self.faults = register, topology, faults
        self.by_name = grouped(
            (fold(str(text)), asn)
            for asn, one in register.registrations.items()
            for text in {one.name, (one.name or "").partition(" ")[2]} - {None, ""}
        )
        over = tables["as_link_over"]
        self.over = {
            column: {fold(name): rows for (name,), rows in over.filter(pl.col(column).is_not_null()).group_by([column])}
            for column in ("cable", "facility")
        }
        self.known = {
            column: {fold(row[column]): row for row in tables[column].sort("row_id").iter_rows(named=True)}
            for column in ("cable", "facility")
        }

    def network(self, name: str, line: ScenarioLine, text: str) -> int | None:
        """An AS number, or the network registered under a name."""
        if hit := _ASN.fullmatch(text):
            return int(hit[1])
        found = self.by_name.get(fold(text), [])
        if len(found) == 1:
            return found[0]
        sentence = "several networks have this name" if found else "no such network"
        close = nearest(fold(text), self.by_name) if not found else None
        expected = "an AS number, or a name of one network in as_number"
        shown = wording.series([f"AS{asn}" for asn in sorted(found)[:5]]) if found else close
        column = line.column if text == line.value else "for"
        self.faults.add(
            Fault(name, sentence, line.row, column=column, found=text, expected=expected, nearest=shown or None)
        )
        return None

    def country(self, name: str, line: ScenarioLine, text: str) -> str | None:
        """A country by the name tables use."""
        found = countries().name(text)
        if found is None:
            column = line.column if text == line.value else "for"
            self.faults.add(
                Fault(name, "no such country", line.row, column=column, found=text, nearest=countries().nearest(text))
            )
        return found

    def nodes(self, asns: Iterable[int]) -> dict[int, int]:
        """The node of each network that the graph has."""
        found = self.topology.known(sorted(set(asns)))
        return dict(zip(self.topology.asn[found].tolist(), found.tolist(), strict=True))


class _ScenarioReader:
    """Turns the lines of a file into scenarios, one for each extent."""

    def __init__(self, file: ScenarioFile, names: _Names) -> None:
        self.file, self.names = file, names
        self.sure: dict[str, _Draft] = {one: _Draft() for one in file.scenarios}
        self.possible: dict[str, _Draft] = {one: _Draft() for one in file.scenarios}

    def read(self) -> list[tuple[str, str, _Draft]]:
        """(scenario, extent, draft) in the order of the file; `possible` only where it differs. Raises InputFault."""
        for line in self.file.lines:
            getattr(self, f"_{line.kind}")(line)
        self.file.faults.refuse()
        made = []
        for name in self.file.scenarios:
            made.append((name, "sure", self.sure[name]))
            if self.possible[name].cut != self.sure[name].cut:
                made.append((name, "possible", self.possible[name]))
        return made

    def _both(self, line: ScenarioLine) -> tuple[_Draft, _Draft]:
        both = self.sure[line.scenario], self.possible[line.scenario]
        for draft in both:
            draft.kinds.add(line.kind)
            draft.columns.add(line.column)
        return both

    def _named(self, line: ScenarioLine, text: str, is_country: bool) -> tuple[set[int], str, list[str]] | None:
        """The networks that a word of a line names, in words, and the rows that say so; None for a fault."""
        register = self.names.register
        if is_country:
            where = self.names.country(self.file.name, line, text)
            if where is None:
                return None
            asns = set(register.registered_in(where))
            refs = ["as_number?" + json.dumps({"country": where}, sort_keys=True)]
            return asns, f"the {wording.count(len(asns), 'network')} registered in {where}", refs
        asn = self.names.network(self.file.name, line, text)
        return None if asn is None else ({asn}, register.words(asn), [*register.ref(asn)])

    def _fail(self, line: ScenarioLine) -> None:
        if line.column == "link":
            self._link(line)
        elif line.column in ("cable", "facility"):
            self._over(line)
        else:
            found = self._named(line, line.value, line.column == "country")
            if found is None:
                return
            asns, words, refs = found
            nodes = self.names.nodes(asns)
            for draft in self._both(line):
                draft.removed |= set(nodes.values())
                verb = "fails" if len(asns) == 1 else "fail"
                draft.changes.append(f"{words[0].upper()}{words[1:]} {verb}.")
                draft.refs += refs
                if line.column == "network" and not nodes:
                    draft.missing.append(words)

    def _link(self, line: ScenarioLine) -> None:
        hit = _LINK.fullmatch(line.value)
        if not hit or hit[1] == hit[2]:
            expected = "two AS numbers, such as 64500-64501"
            text = "this is no link between two networks"
            self.names.faults.add(
                Fault(self.file.name, text, line.row, column="link", found=line.value, expected=expected)
            )
            return
        one, two = int(hit[1]), int(hit[2])
        words = f"the link between {self.names.register.words(one)} and {self.names.register.words(two)}"
        for draft in self._both(line):
            draft.changes.append(f"T{words[1:]} fails.")
            if not self._cut(draft, one, two):
                draft.missing.append(words)

    def _cut(self, draft: _Draft, one: int, two: int) -> bool:
        """Takes a link away; whether the graph has it."""
        nodes = self.names.nodes((one, two))
        if len(nodes) < 2 or not self.names.topology.is_link(nodes[one], nodes[two]):
            return False
        draft.cut.add((min(nodes.values()), max(nodes.values())))
        return True

    def _over(self, line: ScenarioLine) -> None:
        """A cable or a facility: links that surely and possibly run over it alone."""
        column, key = line.column, fold(line.value)
        known, rows = self.names.known[column].get(key), self.names.over[column].get(key)
        if known is None and rows is None:
            self.names.faults.add(
                Fault(
                    self.file.name,
                    f"no such {column}",
                    line.row,
                    column=column,
                    found=line.value,
                    expected=f"a name of the table {column} or as_link_over",
                    nearest=nearest(key, {*self.names.known[column], *self.names.over[column]}),
                )
            )
            return
        stated = [] if rows is None else rows.sort("row_id").to_dicts()
        sure, possible = self._both(line)
        count = {"yes": 0, None: 0}
        for row in stated:
            alone, ends = row["alone"], (int(row["from_asn"]), int(row["to_asn"]))
            for draft, goes in ((sure, alone == "yes"), (possible, alone != "no")):
                draft.refs.append(f"as_link_over:{row['row_id']}")
                if goes and not self._cut(draft, *ends):
                    draft.missing.append(f"the link between AS{ends[0]} and AS{ends[1]}")
            if alone in count:
                count[alone] += 1
        what = f"The {column} {line.value} fails"
        may = wording.count(count[None], "more link")
        for draft, more in ((sure, f"{may} may run over it alone and stay here"), (possible, f"so may {may}")):
            surely = f"{wording.count(count['yes'], 'link')} surely run over it alone"
            draft.changes.append(f"{what}: {surely}" + (f"; {more}." if count[None] else "."))
            if not stated:
                draft.changes.append(
                    f"No link is stated to run over the {column} {line.value}: what it takes is unknown."
                )
            draft.capacities.append(_capacity(column, line.value, known))
            draft.refs += [f"{column}:{known['row_id']}"] if known else []

    def _leak(self, line: ScenarioLine) -> None:
        asn = self.names.network(self.file.name, line, line.value)
        if asn is None:
            return
        node = self.names.nodes((asn,)).get(asn, -1)
        for draft in self._both(line):
            if "leak" in draft.kinds and draft.leaker not in (-1, node):
                text = "a scenario has one network that leaks"
                if draft is self.sure[line.scenario]:
                    self.names.faults.add(Fault(self.file.name, text, line.row, column="network", found=line.value))
                continue
            draft.leaker = node
            draft.changes.append(f"{self.names.register.words(asn)} leaks its routes to everybody.")
            draft.refs += self.names.register.ref(asn)
            if node < 0:
                draft.missing.append(self.names.register.words(asn))

    def _refuse(self, line: ScenarioLine) -> None:
        found = self._named(line, line.value, line.column == "country")
        texts = [part.strip() for part in line.named.split("|")]
        others = [one for text in texts if (one := self._named(line, text, not _ASN.fullmatch(text)))]
        if found is None:
            return
        nodes = self.names.nodes(found[0])
        refused = set(self.names.nodes(asn for asns, _, _ in others for asn in asns).values())
        for draft in self._both(line):
            if draft.refused is not None and draft.refused != refused:
                sentence = "networks of one scenario refuse the same networks"
                way_out = "Give refusals of others a scenario of their own."
                if draft is self.sure[line.scenario]:
                    self.names.faults.add(
                        Fault(self.file.name, sentence, line.row, column="for", found=line.named, way_out=way_out)
                    )
                continue
            draft.refused = refused
            draft.refusers |= set(nodes.values())
            verb = "refuses" if len(found[0]) == 1 else "refuse"
            whom = wording.series([words for _, words, _ in others])
            draft.changes.append(f"{found[1][0].upper()}{found[1][1:]} {verb} to carry for {whom}.")
            draft.refs += [*found[2], *(ref for _, _, refs in others for ref in refs)]
            if line.column == "network" and not nodes:
                draft.missing.append(found[1])


def _capacity(column: str, name: str, known: Mapping[str, object] | None) -> str:
    if known is None or known["capacity_amount"] is None:
        return f"{column} {name}: capacity not known"
    unit = known["capacity_unit"] or "in a unit that is not stated"
    return f"{column} {name}: {known['capacity_amount']:g} {unit}"


@dataclass(frozen=True)
class _Setting:
    """What all rows of one call have in common."""

    context: GraphContext
    file: ScenarioFile
    study: ScenarioStudy
    place: Mapping[int, int]


def scenario_rows(
    tables: Mapping[str, pl.DataFrame],
    where: Sequence[str],
    question: ExposureQuestion,
    *,
    file: ScenarioFile,
    progress: Progress = silent,
) -> dict[str, list[RouteScenarioRow]]:
    """What each scenario takes from the routes of sensitive networks and carriers of some countries, a row a tag.

    Destinations are all other networks of the graph. Claims what follows from the links on file, with all networks
    choosing again by the usual rule; what is not stated of cables and facilities stays unknown.

    Parameters
    ----------
    tables
        The tables of `READS`.
    where
        Countries by the name tables use.
    question
        The days, whose routes, and which networks are restricted. Ends do not count as crossed.
    file
        The scenarios.
    progress
        Called with what is being done, how much is done, and of how much.

    Returns
    -------
    The rows of `route_scenario` by country.

    Raises
    ------
    InputFault
        With every fault of the file, names that mean nothing among them.
    UsageFault
        Where the case has no graph of that day or no network is restricted.
    """
    context = GraphContext.of(tables, question)
    register, made = context.register, context.topology
    over = {**tables, "as_link_over": _up_to(tables["as_link_over"], question)}
    drafts = _ScenarioReader(file, _Names(over, register, made, faults=file.faults)).read()
    networks = {country: networks_of(tables, register, country, question=question) for country in where}
    sources = made.known(np.array(sorted({one.asn for found in networks.values() for one in found}), np.int64))
    scenarios = [
        Scenario(
            removed=tuple(sorted(one.removed)),
            cut=tuple(sorted(one.cut)),
            refusers=tuple(sorted(one.refusers)),
            refused=tuple(sorted(one.refused or ())),
            leaker=one.leaker,
        )
        for _, _, one in drafts
    ]
    study = ScenarioStudy(made, sources, np.arange(made.node_count, dtype=np.int32), context.walls, scenarios)
    for what, done, total in study.run():
        progress(what, done, total)
    setting = _Setting(context, file, study, {int(asn): at for at, asn in enumerate(made.asn[sources].tolist())})
    return {
        country: [
            _row(setting, subject, nth=nth, name=name, extent=extent, draft=draft)
            for nth, (name, extent, draft) in enumerate(drafts)
            for tag, role in roles_of(question.tags)
            for subject in [_Subject(country, tag, role, tuple(one for one in found if tag in one.tags))]
        ]
        for country, found in networks.items()
    }


def _up_to(rows: pl.DataFrame, question: ExposureQuestion) -> pl.DataFrame:
    day = min(question.as_of, question.known) if question.known else question.as_of
    return rows.filter(~(pl.col("observed_on") > day).fill_null(question.known is not None))


def _row(setting: _Setting, subject: _Subject, *, nth: int, name: str, extent: str, draft: _Draft) -> RouteScenarioRow:
    context, study = setting.context, setting.study
    at = [setting.place[one.asn] for one in subject.networks if one.asn in setting.place]
    before = study.before
    base = {one: int(getattr(before, one)[at].sum()) for one in _BASE}
    change = dict(zip(COUNTED, study.counts[nth, at].sum(axis=0).tolist() if at else [0] * len(COUNTED), strict=True))
    routed = base["routed"]
    left = routed - change["low_lost"] + change["gained"], routed - change["high_lost"] + change["gained"]
    low_crossing, high_crossing = (base[f"{end}_crossing"] + change[f"{end}_crossing"] for end in ("low", "high"))
    carriers = "carriers on file" if subject.tag == CARRIER else f"tagged {subject.tag}"
    networks = f"the {wording.count(len(at), 'network')}, {carriers}, of {subject.country}"
    unnamed = draft.columns <= {"country", "cable", "facility"}
    about: AnyRow = {
        "scenario": name,
        "changes": draft.changes,
        "extent": extent,
        "country": subject.country,
        "tag": subject.tag,
        "restricted_says": context.restricted.says,
        **context.days,
    }
    return {
        "route_scenario_id": row_id("route_scenario", {**about, "refs": list(context.restricted.refs)}),
        **about,  # type: ignore[typeddict-item]
        **context.columns,
        "audience": "public" if unnamed and is_enough(len(at)) else "internal",
        "role": subject.role,
        "network_count": len(at),
        "removed_count": len(draft.removed),
        "cut_count": sum(not draft.removed & set(link) for link in draft.cut),
        "missing": list(dict.fromkeys(draft.missing)) or None,
        "capacity_says": "; ".join(dict.fromkeys(draft.capacities)) or None,
        "pair_count": base["pairs"],
        "routed_count": routed,
        **{f"{one}_count": change[one] for one in ("low_lost", "high_lost", "gained", "low_new", "high_new")},
        "low_clear_count": base["low_clear"] + change["low_still"],
        "high_clear_count": base["high_clear"] + change["high_still"],
        "before_low_share": _share(base["low_crossing"], routed),
        "before_high_share": _share(base["high_crossing"], routed),
        "low_share": _share(low_crossing, left[0]),
        "high_share": _share(high_crossing, left[1]),
        "measure": f"pairs with the other {max(context.network_count - 1, 0):,} networks of the graph, each counted "
        "once whatever its traffic (unweighted)",
        "assumed": [*_assumed(draft), *context.later],
        "label": f"Routes of {networks} under the scenario {name}" + (" at its widest" if extent == "possible" else ""),
        "formula": _HOW,
        "inputs": _inputs(setting, subject, draft),
    }


_BASE = ("pairs", "routed", "low_clear", "high_clear", "low_crossing", "high_crossing")


def _share(part: int, whole: int) -> float | None:
    return round(min(part / whole, 1.0), DIGITS) if whole else None


def _assumed(draft: _Draft) -> list[str]:
    made = [TIES, _SETTLES]
    made += [_LEAK] if "leak" in draft.kinds else []
    made += [_REFUSAL] if "refuse" in draft.kinds else []
    made += [_OVER, _SCOPE] if draft.columns & {"cable", "facility"} else []
    return made


def _inputs(setting: _Setting, subject: _Subject, draft: _Draft) -> list[str]:
    file, context = setting.file, setting.context
    of_tag = (
        ["identifier?" + json.dumps({"scheme": "asn"})]
        if subject.tag == CARRIER
        else ["as_tag?" + json.dumps({"tag": subject.tag})]
    )
    listed = f"scenarios listed in {file.name}, SHA-256 {file.digest[:12]}, its bytes lie in sources"
    country = "as_number?" + json.dumps({"country": subject.country}, sort_keys=True)
    return list(dict.fromkeys([context.graph_ref, *of_tag, country, *draft.refs, listed, *context.restricted.refs]))
