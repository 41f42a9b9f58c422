"""Shares of vendors among measured routers as intervals with coverage: of a country, of its carriers, under a policy.

Two wholes, never mixed with each other or with a declared share: the routers that *answered*, and the routers behind
the addresses that were *probed*, where a list of these is on file. Neither is all equipment. Each doubt stands by
itself: those not identified, whoever made them; what sampling leaves open, networks drawn and not addresses; mistaken
answers.
Laws: unknown is never clear; restricted, clear and unknown of one whole sum to 1; one more router identified, of a
whole of the same routers, moves no end of what holds without assumption outwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from provenet.case.parties import carrier_numbers
from provenet.case.profiles import query
from provenet.case.rows import AnyRow, MeasuredShareRow
from provenet.case.tables import vocabulary
from provenet.core import wording
from provenet.core.disclosure import LEAST_SHOWN_WORD, is_enough, is_few, withheld_beside
from provenet.core.grouping import grouped
from provenet.core.ids import row_id
from provenet.dependence.measured_conflicts import conflicts
from provenet.dependence.measured_routers import MeasuredRouters
from provenet.dependence.outcomes import REASON_OF, Policies, PolicyVerdicts
from provenet.dependence.question import DependenceQuestion
from provenet.dependence.whole import COUNTRY_MARK
from provenet.identification.shares import Ends, ShareSettings, VendorShare
from provenet.identification.stability import DayShare, stability
from provenet.numerics.arrays import Flags, Longs

READS = ("identifier", "party", "ownership", "asset", "deployment", "site", "verdict", "rest_verdict", "source")
"""The tables that shares and conflicts read beside the estimates."""
ASSET_CLASS, LAYER = "transport.router", "hardware"
SEGMENT = "routers seen in measurements"
ANSWERED, PROBED = "answered", "probed"
RHO = 2.0
"""Assumption of the estimate beside the interval: a router not identified is at most so many times as likely the
vendor's as one that is identified."""
LEVEL = 0.95
RESTRICTED, CLEAR, CONDITION, VERDICT, OTHER = range(5)
_CODES = {"restricted": RESTRICTED, "clear": CLEAR, "condition": CONDITION, "verdict": VERDICT}
_WHOLES = {
    ANSWERED: "share of the routers that answered a measurement",
    PROBED: "share of the routers behind the addresses that a measurement probed",
}


@dataclass(frozen=True, kw_only=True)
class _RouterGroup:
    """Some routers of one whole, with all that its rows share."""

    carrier: str | None
    whole: str
    found: MeasuredRouters
    """The routers by all that they showed, or by what they showed on one day alone."""
    inside: Flags
    period: str = "all"
    day: date | None = None
    unplaced: int = 0
    """Addresses probed of which it is not known whether they belong to the whole: with any there is no denominator."""
    nowhere: int = 0
    """Routers that answered of which that is not known."""

    @property
    def vendor(self) -> Longs:
        """The vendor of each router; -1 is not known."""
        return self.found.estimates.vendor


@dataclass(frozen=True, kw_only=True)
class _ShareSubject:
    """What a share is of: a set of vendors, or a part under a policy. `code` is its number among the vendors."""

    code: int
    vendors: tuple[str, ...] = ()
    part: str | None = None
    policy: PolicyVerdicts | None = None
    unknown_because: str | None = None
    inputs: tuple[str, ...] = ()
    words: str = ""
    is_seated: bool = False
    """Whether it is a group of vendors, of which some may be given by their seat."""

    @property
    def may_hold_more(self) -> bool:
        """Whether vendors of an open verdict, or of no known seat, may be of it or not."""
        return self.part is not None or self.is_seated


def measured_tables(
    question: DependenceQuestion, found: MeasuredRouters, *, estimates_run: str, addressed: pl.DataFrame
) -> Mapping[str, Sequence[AnyRow]]:
    """Rows of `measured_share` and `finding` of one country.

    Parameters: `question` with the tables of `READS`, `found` the estimates of all routers of the case and
    `estimates_run` the run that wrote them, `addressed` the assets that state an address.
    Cost O(routers x (vendors + policies)) for the country and each carrier.
    """
    shares = _Shares(question, found, estimates_run)
    return {
        "measured_share": shares.rows(),
        "finding": conflicts(question, found, shares.networks, addressed=addressed),
    }


def _without_few(rows: Sequence[MeasuredShareRow]) -> None:
    """Marks as internal the rows from which, beside others, a count of fewer than five routers follows.

    These are of the routers identified that no shown vendor made, of those not identified, of those probed that did not
    answer, of the parts under a policy, and of routers of a vendor that answered and were not probed.
    """
    for mine in grouped(
        ((row["measured_of"], row["seen_low_on"], row["period"]), row) for row in rows if row["audience"] == "public"
    ).values():
        _without_few_beside(mine)
    answered = {_subject_of(row): row for row in rows if _is_shown(row, ANSWERED)}
    for row in rows:
        other = answered.get(_subject_of(row))
        if other is not None and _is_shown(row, PROBED) and is_few(row["seen_count"] - other["seen_count"]):
            row["audience"] = "internal"


def _is_shown(row: MeasuredShareRow, whole: str) -> bool:
    return (row["audience"], row["measured_of"], row["period"]) == ("public", whole, "all")


def _subject_of(row: MeasuredShareRow) -> tuple[Any, ...]:
    return tuple(row["vendor_ids"]), row["part"], row["pack"], row["unknown_because"]


def _without_few_beside(rows: Sequence[MeasuredShareRow]) -> None:
    """The same among the shown rows of one whole."""
    first = rows[0]
    total, identified, answered = first["router_count"], first["identified_count"], first["answered_count"]
    if total is not None and (is_few(total - identified) or is_few(total - answered)):
        for row in rows:
            row["audience"] = "internal"
        return
    alone = [row for row in rows if row["part"] is None and len(row["vendor_ids"]) == 1]
    _withhold(identified, alone)
    for row in rows:
        if row["part"] is None and len(row["vendor_ids"]) > 1:
            members = [
                one for one in alone if one["audience"] == "public" and one["vendor_ids"][0] in row["vendor_ids"]
            ]
            if is_few(row["seen_count"] - sum(one["seen_count"] for one in members)):
                row["audience"] = "internal"
    for pack in {row["pack"] for row in rows if row["part"] is not None}:
        if total is not None:
            _withhold(total, [row for row in rows if row["part"] is not None and row["pack"] == pack])


def _withhold(whole: int, rows: Sequence[MeasuredShareRow]) -> None:
    for place in withheld_beside([whole], [[row["seen_count"]] for row in rows]):
        rows[place]["audience"] = "internal"


class _Shares:
    """The shares of one country."""

    def __init__(self, question: DependenceQuestion, found: MeasuredRouters, estimates_run: str) -> None:
        self.question, self.found, self.estimates_run = question, found, estimates_run
        self.policies = Policies(question)
        self.networks = _carrier_networks(question)
        regions = found.estimates.evidence.regions
        self.region = regions.index(question.country) if question.country in regions else 0

    def rows(self) -> list[MeasuredShareRow]:
        """All rows, in the order of their ids."""
        made = [row for group in self._groups() for row in self._of_group(group)]
        _without_few(made)
        return sorted(made, key=lambda row: row["measured_share_id"])

    def _groups(self) -> Iterator[_RouterGroup]:
        here = self.found.country == self.question.country
        wholes = {ANSWERED: here & self.found.answered, PROBED: here & self.found.was_probed}
        for carrier in (None, *self.networks):
            mine = here if carrier is None else here & self._in_networks(carrier)
            may_belong = self._may_belong(carrier)
            unplaced, nowhere = (
                int((may_belong & some).sum()) for some in (self.found.was_probed, self.found.answered)
            )
            for whole, inside in wholes.items():
                if (inside & mine & self.found.answered).any():
                    yield _RouterGroup(
                        carrier=carrier,
                        whole=whole,
                        found=self.found,
                        inside=inside & mine,
                        unplaced=unplaced if whole == PROBED else 0,
                        nowhere=nowhere,
                    )
            for day, found in self.found.by_day.items():
                if (found.answered & mine).any():
                    yield _RouterGroup(
                        carrier=carrier,
                        whole=ANSWERED,
                        found=found,
                        inside=found.answered & mine,
                        period="day",
                        day=day,
                    )

    def _may_belong(self, carrier: str | None) -> Flags:
        """The routers whose country or network is not known, so that they may be of the country, or of the carrier."""
        nowhere, elsewhere = self._placed
        return nowhere if carrier is None else (nowhere | (self.found.network == 0)) & ~elsewhere

    @cached_property
    def _placed(self) -> tuple[Flags, Flags]:
        """The routers whose country is not known, and those that are known to stand in another."""
        country = self.found.country
        nowhere = np.array([one is None for one in country], bool)
        return nowhere, ~nowhere & np.array([one != self.question.country for one in country], bool)

    def _in_networks(self, carrier: str) -> Flags:
        numbers = np.array([one or 0 for one in self.found.estimates.evidence.networks], np.int64)
        return np.isin(numbers[self.found.network], list(self.networks[carrier]))

    def _of_group(self, group: _RouterGroup) -> Iterator[MeasuredShareRow]:
        yield from self._bounded(group, np.arange(len(group.found.estimates.vendors)), self._vendor_subjects(group))
        if group.period == "all":
            for vendors, words in self.question.groups.items():
                codes = self._coded({**self._of_unknown_seat(vendors), **dict.fromkeys(vendors, 0)}, rest=OTHER)
                one = _ShareSubject(code=0, vendors=tuple(sorted(vendors)), words=words, is_seated=True)
                yield from self._bounded(group, codes, [one])
            for pack in self.policies.packs:
                yield from self._parts(group, pack)

    def _of_unknown_seat(self, vendors: frozenset[str]) -> dict[str, int]:
        """The vendors that may be of a group given by seat, or not: those whose own seat is not known."""
        if not any(one.startswith(COUNTRY_MARK) for one in vendors):
            return {}
        seats = self.question.country_of
        return {one: VERDICT for one in self.found.estimates.vendors if seats.get(one) is None}

    def _vendor_subjects(self, group: _RouterGroup) -> list[_ShareSubject]:
        seen = np.unique(group.vendor[group.inside & (group.vendor >= 0)])
        names = group.found.estimates.vendors
        return [_ShareSubject(code=int(at), vendors=(names[at],), words=self.question.name(names[at])) for at in seen]

    def _coded(self, code_of: Mapping[str, int], rest: int) -> Longs:
        """The code of each vendor."""
        return np.array([code_of.get(name, rest) for name in self.found.estimates.vendors], np.int64)

    def _parts(self, group: _RouterGroup, pack: str) -> Iterator[MeasuredShareRow]:
        """Restricted and clear as intervals, and what is unknown by reason; the reasons and least shares sum to 1.

        None where the policy is clear of every vendor: then nothing follows from who made a router.
        """
        policy = self.policies.of(pack, ASSET_CLASS, LAYER)
        if policy is None or policy.not_clear(group.carrier) == frozenset():
            return
        parts = {name: part_of(policy, name, group.carrier) for name in self.found.estimates.vendors}
        codes = self._coded({name: _CODES[part] for name, part in parts.items()}, rest=VERDICT)
        used = [self.found.estimates.vendors[at] for at in np.unique(group.vendor[group.inside & (group.vendor >= 0)])]
        inputs = tuple(policy.inputs(used, group.carrier))
        subjects = [
            _ShareSubject(code=_CODES[part], part=part, policy=policy, inputs=inputs)
            for part in ("restricted", "clear")
        ]
        yield from self._bounded(group, codes, subjects)
        yield from self._unknown(group, codes, policy, inputs=inputs)

    def _unknown(
        self, group: _RouterGroup, codes: Longs, policy: PolicyVerdicts, *, inputs: tuple[str, ...]
    ) -> Iterator[MeasuredShareRow]:
        """What is unknown by reason, as it was counted: a mass and no interval."""
        total = int(group.inside.sum())
        reasons = () if group.unplaced else (("condition", CONDITION), ("verdict", VERDICT), ("vendor", -1))
        for reason, code in reasons:
            count = int((_of_routers(codes, group.vendor)[group.inside] == code).sum())
            if count:
                subject = _ShareSubject(code=code, part="unknown", policy=policy, unknown_because=reason, inputs=inputs)
                share = share_value_of(count, total)
                yield self._row(group, subject, {"seen_count": count, "low_share": share, "high_share": share})

    def _bounded(
        self, group: _RouterGroup, codes: Longs, subjects: Sequence[_ShareSubject]
    ) -> Iterator[MeasuredShareRow]:
        if not subjects:
            return
        plain = self._bounds(group, codes, subjects)
        assumed = self._bounds(group, codes, subjects, rho=RHO)
        corrected = self._corrected(group, codes, subjects)
        for subject in subjects:
            least = most = _Doubts(plain[subject.code], corrected.get(subject.code))
            widest, likely = plain[subject.code], assumed[subject.code].rho_bound
            if subject.may_hold_more:
                # Routers of vendors whose verdict or seat is open may be of the part, or not: each end takes the way
                # that widens it.
                widest = self._bounds(group, _with_open(codes, -1), [subject])[subject.code]
                held = _with_open(codes, subject.code)
                most = self._at_most(group, held, subject)
                likely = _hull(likely, self._bounds(group, held, [subject], rho=RHO)[subject.code].rho_bound)
            figures = self._figures(group, (least, most), widest=widest, assumed=likely, subject=subject)
            yield self._row(group, subject, figures | self._daily(group, codes, subject))

    def _at_most(self, group: _RouterGroup, codes: Longs, subject: _ShareSubject) -> _Doubts:
        corrected = self._corrected(group, codes, [subject])
        return _Doubts(self._bounds(group, codes, [subject])[subject.code], corrected.get(subject.code))

    def _bounds(
        self,
        group: _RouterGroup,
        codes: Longs,
        subjects: Sequence[_ShareSubject],
        *,
        rho: float | None = None,
        is_corrected: bool = False,
    ) -> dict[int, VendorShare]:
        """The shares of subjects among the routers of a group, by their codes."""
        of = np.where(group.inside, 0, -1)
        found = group.found.shares(
            of,
            codes=codes,
            vendors=[one.code for one in subjects],
            regions=np.full(len(of), self.region) if is_corrected else None,
            settings=ShareSettings(level=LEVEL, rho=rho),
        )
        return {code: one for (_, code), one in found.items()}

    def _figures(
        self,
        group: _RouterGroup,
        ends_of: tuple[_Doubts, _Doubts],
        *,
        widest: VendorShare,
        assumed: tuple[float, float] | None,
        subject: _ShareSubject,
    ) -> dict[str, Any]:
        """The ends of a share, each doubt apart; `ends_of`: open verdicts not of the part, and of the part."""
        least, most = ends_of
        made: dict[str, Any] = {"seen_count": least.plain.seen}
        if group.unplaced:
            return made
        ends: dict[str, Ends | None] = {"share": widest.ends, "unanswered_share": widest.unanswered}
        if least.plain.identified:
            ends["seen_share"] = _hull(least.plain.sampling, most.plain.sampling)
            ends["corrected_share"] = _hull(least.corrected, most.corrected)
            if subject.part is None:
                ends["assumed_share"] = assumed
        for name, pair in ends.items():
            if pair is not None:
                made[f"low_{name}"], made[f"high_{name}"] = (share_value_float(end) for end in pair)
        return made

    def _corrected(
        self, group: _RouterGroup, codes: Longs, subjects: Sequence[_ShareSubject]
    ) -> dict[int, tuple[float, float] | None]:
        """Shares of those identified with mistaken answers put right, by code; none where mistakes are not known."""
        mistakes = group.found.mistakes(codes)
        if group.unplaced or mistakes.unknown_because(group.inside, mistakes.of(self.region)) is not None:
            return {}
        return {code: one.corrected for code, one in self._bounds(group, codes, subjects, is_corrected=True).items()}

    def _not_corrected_because(
        self, group: _RouterGroup, subject: _ShareSubject, figures: Mapping[str, Any]
    ) -> str | None:
        """Why no share with mistakes put right stands in a row that has a share; None where one does."""
        if figures.get("low_seen_share") is None or figures.get("low_corrected_share") is not None:
            return None
        mistakes = group.found.mistakes()
        because = mistakes.unknown_because(group.inside, mistakes.of(self.region))
        return because or "too few routers of these vendors were judged to tell how often they are mistaken for others"

    def _daily(self, group: _RouterGroup, codes: Longs, subject: _ShareSubject) -> dict[str, Any]:
        """The least and greatest share of those identified on a day, over the days with enough of them.

        None where a day has fewer than five of these: the row of that day has it. Whether a part moved is not known
        where verdicts are open.
        """
        if group.whole != ANSWERED or group.period != "all":
            return {}
        most_codes = _with_open(codes, subject.code) if subject.may_hold_more else codes
        least = self._day_shares(group, codes, subject)
        if not least:
            return {"day_count": 0}
        named = self.found.vendor_by_day[:, group.inside]
        is_settled = bool((codes == most_codes)[named[named >= 0]].all())
        most = least if is_settled else self._day_shares(group, most_codes, subject)
        made: dict[str, Any] = {"day_count": len(least)}
        if is_settled:
            made["moved_count"] = sum(one.moved for one in least)
        if any(is_few(one.seen) for one in (*least, *most)):
            # The share of a day would tell a count that no page shows.
            return made
        return made | {
            "low_daily_share": round(min(one.share for one in least), 12),
            "high_daily_share": round(max(one.share for one in most), 12),
        }

    def _day_shares(self, group: _RouterGroup, codes: Longs, subject: _ShareSubject) -> list[DayShare]:
        """The share of a subject on each day with enough identified routers."""
        of = np.where(group.inside, _of_routers(codes, self.found.vendor_by_day), -1)
        days = [at for at, count in enumerate((of >= 0).sum(axis=1).tolist()) if is_enough(count)]
        day, router = np.nonzero(of[days] >= 0)
        return stability(
            day,
            self.found.cluster[router],
            of[days][day, router],
            days=[list(self.found.by_day)[at].isoformat() for at in days],
            vendors=[subject.code],
            level=LEVEL,
        )

    def _row(self, group: _RouterGroup, subject: _ShareSubject, figures: Mapping[str, Any]) -> MeasuredShareRow:
        question, found = self.question, group.found
        inside, policy = group.inside, subject.policy
        answered = inside & found.answered
        identified = int((group.vendor[inside] >= 0).sum())
        seen_in = found.seen.filter(pl.col("router").is_in(np.flatnonzero(answered)))
        days = [group.day] if group.day else seen_in["seen_on"].drop_nulls().unique().to_list()
        key = {
            "country": question.country,
            "carrier_id": group.carrier,
            "measured_of": group.whole,
            "vendor_ids": sorted(subject.vendors),
            "part": subject.part,
            "unknown_because": subject.unknown_because,
            "pack": policy.pack if policy else None,
            "as_of_on": question.as_of,
            "known_on": question.known,
        }
        total = int(inside.sum())
        has_few = not is_enough(int(figures["seen_count"]))
        ends = {name: figures.get(name) for name in _ENDS}
        return {
            "measured_share_id": row_id("measured_share", {**key, "day": group.day}),
            **key,  # type: ignore[typeddict-item]
            "level": "country" if group.carrier is None else "carrier",
            "audience": "internal" if group.carrier is not None or has_few else "public",
            "asset_class": ASSET_CLASS,
            "segment": SEGMENT,
            "issuer": policy.issuer if policy else None,
            "layer": policy.layer if policy else None,
            "period": group.period,
            "seen_low_on": min(days, default=None),
            "seen_high_on": max(days, default=None),
            "kinds": seen_in["kind"].unique().sort().to_list(),
            "router_count": None if group.unplaced else total,
            "seen_count": int(figures["seen_count"]),
            "identified_count": identified,
            "answered_count": int(answered.sum()),
            "network_count": int(np.count_nonzero(np.unique(found.network[answered]))) or None,
            **ends,
            "corrected_unknown_because": self._not_corrected_because(group, subject, figures),
            "coverage_share": None if group.unplaced else share_value_of(identified, total),
            "day_count": figures.get("day_count"),
            "moved_count": figures.get("moved_count"),
            "measure": f"{_WHOLES[group.whole]}; never of all equipment",
            "unseen_says": vocabulary()["measured"]["unseen"],
            "assumed": self._assumed(group, subject),
            "label": self._label(group, subject),
            "formula": _FORMULA,
            "inputs": sorted({*self._inputs(group), *subject.inputs}),
        }

    def _inputs(self, group: _RouterGroup) -> list[str]:
        """The estimates that a share counts, and the lists of probed addresses, as references to queries."""
        where: dict[str, object] = {"run_id": self.estimates_run, "country": self.question.country}
        if group.carrier:
            where["asn"] = [str(one) for one in sorted(self.networks[group.carrier])]
        made = [query("vendor_estimate", **where)]
        if group.day:
            made.append(query("sighting", seen_on=group.day.isoformat()))
        if group.whole == PROBED:
            sources = self.found.probed["source_id"].drop_nulls().unique().sort().to_list()
            made.append(query("probed_address", source_id=sources))
        return made

    def _label(self, group: _RouterGroup, subject: _ShareSubject) -> str:
        question = self.question
        place = question.name(group.carrier) if group.carrier else question.country
        when = f" on {wording.day(group.day)}" if group.day else ""
        if subject.policy is None:
            return f"{subject.words}: {_WHOLES[group.whole]}, {place}{when}"
        label = f"{subject.part} under {subject.policy.says}: {_WHOLES[group.whole]}, {place}{when}"
        label += f"; by the verdicts for {subject.policy.asset_class}, layer {subject.policy.layer}"
        return label + (f"; unknown because of the {subject.unknown_because}" if subject.unknown_because else "")

    @property
    def _window(self) -> str:
        """Which evidence counts by its age, and how much was left out as older."""
        days = wording.count(self.found.days.window_days, "day")
        older = wording.count(self.found.older_count, "sighting of the case is", "sightings of the case are")
        return f"Evidence counts up to {days} older than the newest of its country; {older} older and left out."

    def _assumed(self, group: _RouterGroup, subject: _ShareSubject) -> list[str]:
        made = [
            "Country and network of an address are those that the source gives, else those of its registration and of "
            "its origin in routing.",
            "Addresses are of different routers unless an alias set says otherwise.",
            self._window,
        ]
        if subject.part != "unknown":
            identified = group.inside & (group.vendor >= 0)
            drawn = "networks, not addresses, are"
            if len(np.unique(self.found.cluster[identified])) < 2:
                drawn = "the routers identified are of one network, and each is"
            level = f"{LEVEL:.0%}".replace("%", " %")
            made.append(f"Sampling: {drawn} taken as drawn at random; the level is {level}, both ends together.")
            mistakes = group.found.mistakes()
            made += mistakes.assumed(group.inside, mistakes.of(self.region))
        if subject.part is None:
            made.append(
                f"Estimate under an assumption: a router that is not identified is at most {RHO:g} times as likely the "
                "vendor's as one that is identified."
            )
        if group.carrier:
            made.append("The carrier's networks are those of its AS numbers on file.")
        if group.unplaced:
            made.append(
                f"Of {_counted(group.unplaced, 'probed address', 'probed addresses')} country or network are not "
                "known, so there is no denominator and no share: state them in the mapping beside the list, or add a "
                "table of ranges."
            )
        if group.whole == ANSWERED and group.nowhere:
            number = _counted(group.nowhere, "router that answered", "routers that answered")
            made.append(f"Country or network of {number} are not known: they are in no share, and may belong here.")
        if not self.found.was_probed.any():
            made.append("No list of the addresses probed is on file: nothing is said of routers that did not answer.")
        return made


_ENDS = tuple(
    f"{end}_{name}"
    for name in ("share", "seen_share", "unanswered_share", "assumed_share", "corrected_share", "daily_share")
    for end in ("low", "high")
)
_FORMULA = (
    "routers identified of all routers counted; ends: those not identified all of other vendors, or all of these, and "
    "sampling of networks"
)


def _counted(number: int, one: str, many: str) -> str:
    """A count of routers in a sentence that pages of any reader print: none under five."""
    return f"fewer than {LEAST_SHOWN_WORD} {many}" if is_few(number) else wording.count(number, one, many)


def part_of(policy: PolicyVerdicts, vendor: str, carrier: str | None) -> str:
    """restricted or clear, else why the part of an identified vendor is unknown: condition or verdict.

    A vendor that no rule names is clear where the policy is clear of every vendor that its rules do not name.
    """
    part = policy.part(vendor, carrier)
    if part == REASON_OF["undetermined"] and not policy.verdicts(vendor, carrier):
        not_clear = policy.not_clear(carrier)
        if not_clear is not None and vendor not in not_clear:
            return "clear"
    return part


@dataclass(frozen=True)
class _Doubts:
    """A share, and the same with mistaken answers put right."""

    plain: VendorShare
    corrected: tuple[float, float] | None


def _of_routers(codes: Longs, vendor: Longs) -> Longs:
    """The code of each vendor; -1 where there is none."""
    return np.append(codes, -1)[vendor]


def _with_open(codes: Longs, code: int) -> Longs:
    """The codes of vendors where those with an open verdict have another."""
    return np.where(np.isin(codes, [CONDITION, VERDICT]), code, codes)


def _hull(one: tuple[float, float] | None, other: tuple[float, float] | None) -> tuple[float, float] | None:
    """The lower end of the first and the upper end of the second; None where either is not known."""
    return None if one is None or other is None else (one[0], other[1])


def share_value_of(count: int, total: int) -> float | None:
    """A count as a share; None of nothing."""
    return round(count / total, 12) if total else None


def share_value_float(value: float) -> float:
    """A share as the column holds it, inside 0 to 1."""
    return round(min(1.0, max(0.0, value)), 12)


def _carrier_networks(question: DependenceQuestion) -> dict[str, frozenset[int]]:
    """The AS numbers of each carrier of the country that has some on file."""
    found: dict[str, set[int]] = {}
    for party, row in carrier_numbers(question.tables, question.country):
        found.setdefault(party, set()).add(int(row["value"]))
    return {party: frozenset(numbers) for party, numbers in sorted(found.items())}
