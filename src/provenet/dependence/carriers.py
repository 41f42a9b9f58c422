"""What is known of one carrier's networks: published shares, stated absence or sole supply, and whose network it uses.

The figure that answers for a set of vendors is the newest not after the day that speaks of the set. "Absent" (share 0)
and "the only vendor" (share 1) hold in every measure, so they stand beside any of them. A carrier of which nothing is
published is [0, 1]: unknown, never clear. Where some part of a carrier's users is carried by another network and the
part is not known, the answer is the hull of both.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from provenet.case.rows import RidesOnRow
from provenet.case.tables import vocabulary
from provenet.dependence.intervals import UNKNOWN, Bound
from provenet.dependence.question import (
    NO_DATES,
    CarrierShare,
    Dates,
    DependenceQuestion,
    Deployment,
    MarketShare,
    covers,
    newest_first,
    overlaps,
    segment_of,
    segment_words,
)
from provenet.dependence.shares import PublishedWhole, published_wholes, ref
from provenet.dependence.swaps import since
from provenet.dependence.whole import CONTRADICTORY, NOTHING_SAID, Share, Whole, statement

STATED = "stated absence or sole supply"


@dataclass(frozen=True, order=True)
class Segment:
    """One asset class, of one generation where sources limit it, in one kind of measure."""

    asset_class: str
    generation: str
    measure_kind: str

    @property
    def words(self) -> str:
        """The segment as sources name it."""
        return segment_words(self.asset_class, self.generation or None)


@dataclass(frozen=True)
class CarrierBound:
    """What is known of a set of vendors at one carrier, and the rows and dates it rests on."""

    bound: Bound
    refs: tuple[str, ...] = ()
    dates: Dates = NO_DATES
    measures: tuple[str, ...] = ()
    weak: bool = False
    later: bool = False
    named: bool = False


def joined(answers: Iterable[CarrierBound]) -> CarrierBound:
    """Several answers as one where it is not known which of them holds; of none, nothing is known."""
    found, *others = [*answers] or [CarrierBound(UNKNOWN)]
    for other in others:
        found = CarrierBound(
            found.bound.hull(other.bound),
            tuple(sorted({*found.refs, *other.refs})),
            found.dates.joined(other.dates),
            tuple(sorted({*found.measures, *other.measures})),
            found.weak or other.weak,
            found.later or other.later,
            found.named or other.named,
        )
    return found


def measures_text(answers: Iterable[CarrierBound | Base]) -> str:
    """What the figures of several carriers are of, each measure once."""
    found = {m for a in answers for m in a.measures}
    return "; ".join(sorted(found - {STATED}) or sorted(found)) or "nothing published"


@dataclass(frozen=True)
class Base:
    """One whole of a carrier with its dates; `stated` where it rests on words that hold in every measure."""

    whole: Whole
    dates: Dates
    measures: tuple[str, ...]
    order: tuple[object, ...]
    stated: bool = False
    later: bool = False


_NO_BASE = Base(NOTHING_SAID, NO_DATES, (), ())


class Carriers:
    """The carriers of a country in one segment. With `later`, estimates published after the day known count too."""

    def __init__(self, question: DependenceQuestion, segment: Segment, *, later: bool = False) -> None:
        self.question, self.segment, self.later = question, segment, later
        self.hosts = _hosts(question, segment)
        self._deployments = [r for r in question.rows(Deployment, later=later) if self._speaks(r)]
        self._wholes = [p for p in published_wholes(question, later=later) if self._fits(p)]
        self.bases = lru_cache(maxsize=None)(self._bases)
        self.own = lru_cache(maxsize=None)(self._own)
        self.answer = lru_cache(maxsize=None)(self._answer)

    def _fits(self, published: PublishedWhole) -> bool:
        row, wanted = published.first, self.segment
        same = (row["asset_class"], row["generation"] or "") == (wanted.asset_class, wanted.generation)
        return same and row["carrier_id"] is not None and row["measure_kind"] == wanted.measure_kind

    def _speaks(self, row: Deployment) -> bool:
        """Whether a deployment names something in the segment, all of it or some part of it."""
        if row["country"] not in self.question.places or row["asset_class"] is None:
            return False
        same = not (row["generation"] and self.segment.generation) or row["generation"] == self.segment.generation
        return same and overlaps(row["asset_class"], self.segment.asset_class) and self.question.belongs(row, "day")

    def _holds(self, row: Deployment) -> bool:
        """Whether what a deployment states holds for all of the segment."""
        asset_class = row["asset_class"]
        same = row["generation"] in (None, self.segment.generation)
        return same and asset_class is not None and covers(asset_class, self.segment.asset_class)

    def _bases(self, carrier: str) -> list[Base]:
        """Everything known of the carrier's own network in this segment, the newest last."""
        found = [
            Base(p.whole, p.dates, (p.measure,), newest_first(p.first, "as_of"), False, p.first["later"])
            for p in self._wholes
            if p.first["carrier_id"] == carrier and p.whole.is_known
        ]
        stated = self._stated(carrier)
        return sorted([*found, *([stated] if stated else [])], key=lambda b: (b.order, b.stated, b.measures))

    def _stated(self, carrier: str) -> Base | None:
        """Absences and sole supplies that no row of the same or a later day takes back."""
        rows = sorted(
            (r for r in self._deployments if r["carrier_id"] == carrier), key=lambda r: newest_first(r, "day")
        )
        used = {
            vendor: row
            for row in rows
            if row["presence"] == "named" and not is_sole(row) and not row["complement"]
            for vendor in row["vendor_ids"]
        }
        stated = [(row, share) for row in rows if (share := self._statement(row)) is not None]
        kept = [(row, share) for row, share in stated if not self._taken_back(row, share, used)]
        whole = Whole([share for _, share in kept], self.question.country_of)
        if not kept or whole.standing == CONTRADICTORY:
            return None
        last = [row for row, _ in kept]
        days = [row["day_low_on"] for row in last]
        whole = since(
            self.question,
            whole,
            carrier=carrier,
            asset_class=self.segment.asset_class,
            generation=self.segment.generation,
            day=None if None in days else min(day for day in days if day),
        )
        later = any(row["later"] for row in last)
        return Base(whole, Dates.of(last, "day"), (STATED,), newest_first(last[-1], "day"), True, later)

    def _statement(self, row: Deployment) -> Share | None:
        weak = self.question.is_weak(row)
        name = ref(row, "deployment")
        if not row["vendor_ids"] or not self._holds(row):
            return None
        if row["presence"] == "absent" or (row["presence"] == "named" and row["complement"]):
            return statement(name, row["vendor_ids"], sole=False, weak=weak)
        return statement(name, row["vendor_ids"], sole=True, weak=weak) if is_sole(row) else None

    def _taken_back(self, row: Deployment, share: Share, used: dict[str, Deployment]) -> bool:
        """Whether a row as new or newer names a vendor that the statement excludes."""
        inside = self._members(share.vendors, used)
        sole = bool(share.bound.low)
        excluded = [v for v in used if (v in inside) != sole]
        return any(newest_first(used[v], "day") >= newest_first(row, "day") for v in excluded)

    def _members(self, vendors: frozenset[str], among: Iterable[str]) -> set[str]:
        seats = self.question.country_of
        return {v for v in among if v in vendors or f"country:{seats.get(v)}" in vendors}

    def _own(self, carrier: str, vendors: frozenset[str]) -> CarrierBound:
        bases = [b for b in self.bases(carrier) if b.whole.published.share_of(vendors).is_known]
        speaking = [b for b in bases if all(b.whole.names([v]) for v in vendors)] or bases
        return joined(
            CarrierBound(
                base.whole.share_of(vendors),
                tuple(base.whole.refs_of(vendors)),
                base.dates,
                base.measures,
                base.whole.is_weak(vendors),
                base.later,
                base.whole.names(vendors),
            )
            for base in speaking
            if base.order == speaking[-1].order
        )

    def networks(self, carrier: str) -> list[str]:
        """The networks that may carry the carrier's users in this segment: its own and those it rides on.

        None of a carrier that others carry wholly where no row states which.
        """
        seen, queue = {carrier}, [carrier]
        while queue:
            for row in self.hosts.get(queue.pop(), ()):
                host = row["host_id"]
                if host is not None and host not in seen:
                    seen.add(host)
                    queue.append(host)
        wholly = vocabulary()["carried_wholly"]
        return sorted(one for one in seen if not any(row["form"] in wholly for row in self.hosts.get(one, ())))

    def shared(self, carrier: str) -> list[RidesOnRow]:
        """The arrangements in force by which other networks carry the carrier's users."""
        found = [row for network in {carrier, *self.networks(carrier)} for row in self.hosts.get(network, ())]
        return sorted(found, key=lambda row: str(row["row_id"]))

    def _answer(self, carrier: str, vendors: frozenset[str]) -> CarrierBound:
        found = joined(self.own(network, vendors) for network in self.networks(carrier))
        rides = (ref(row, "rides_on") for row in self.shared(carrier) if self.networks(carrier))
        return replace(found, refs=tuple(sorted({*found.refs, *rides})))

    def base(self, carrier: str) -> Base:
        """The newest whole of the carrier's own network, all vendors of one date and measure."""
        return next(reversed(self.bases(carrier)), _NO_BASE)

    def naming(self, carrier: str, vendor: str) -> list[str]:
        """Rows that name the vendor at the carrier: published shares above zero, and deployments."""
        at = {carrier, *self.networks(carrier)}
        found = {ref(r, "deployment") for r in self._deployments if r["carrier_id"] in at and _names(r, vendor)}
        for published in self._wholes:
            if published.first["carrier_id"] in at and published.whole.published.share_of([vendor]).low > 0:
                found |= set(published.whole.published.refs)
        return sorted(found)


def _names(row: Deployment, vendor: str) -> bool:
    return row["presence"] == "named" and not row["complement"] and vendor in row["vendor_ids"]


def is_sole(row: Deployment) -> bool:
    """Whether a deployment row says that its vendor is the only one."""
    return row["presence"] == "named" and row["extent"] == "sole"


def _hosts(question: DependenceQuestion, segment: Segment) -> dict[str, list[RidesOnRow]]:
    """Carriers to the arrangements in force on the day that reach the segment. Preliminary ones change nothing."""
    made: dict[str, list[RidesOnRow]] = {}
    for row in question.rows(RidesOnRow):
        begun = row["from_on"] is None or row["from_on"] <= question.as_of
        lasts = row["to_on"] is None or question.as_of < row["to_on"]
        if row["binding"] == "agreed" and begun and lasts and overlaps(row["segment"], segment.asset_class):
            made.setdefault(row["carrier_id"], []).append(row)
    return made


def segments(question: DependenceQuestion, *, later: bool = False) -> list[Segment]:
    """Every segment and kind of measure in which something is known of a carrier of the country.

    Kinds of measure that say what was bought and not what is in use are left out: customers cannot weigh them.
    A segment of which only absence or sole supply is stated stands under the kind "equipment".
    """
    wholes = [published for published in published_wholes(question, later=later) if published.whole.is_known]
    found = {
        Segment(row["asset_class"], row["generation"] or "", row["measure_kind"])
        for row in (published.first for published in wholes)
        if row["carrier_id"] is not None and row["measure_kind"] in vocabulary()["weighable_kinds"]
    }
    plain = {
        (row["asset_class"], row["generation"] or "")
        for row in _deployments(question, later=later)
        if row["presence"] == "absent" or row["complement"] or is_sole(row)
        if row["carrier_id"] is not None and row["asset_class"] and segment_of(row["asset_class"]) != "all"
    }
    covered = {(s.asset_class, s.generation) for s in found}
    return sorted(found | {Segment(*key, "equipment") for key in plain - covered})


def _deployments(question: DependenceQuestion, *, later: bool) -> list[Deployment]:
    """The deployments of the country that had begun by the day."""
    rows = question.rows(Deployment, later=later)
    return [row for row in rows if row["country"] in question.places and question.belongs(row, "day")]


def carriers_of(question: DependenceQuestion, asset_class: str, *, later: bool = False) -> list[str]:
    """Carriers of the country that rows name: with a size, a share or a deployment in the segment."""
    sizes, shares = question.rows(CarrierShare, later=later), question.rows(MarketShare, later=later)
    found = {
        *(row["carrier_id"] for row in sizes if row["country"] in question.places and question.belongs(row, "as_of")),
        *(
            row["carrier_id"]
            for row in _deployments(question, later=later)
            if overlaps(row["asset_class"] or asset_class, asset_class)
        ),
        *(
            row["carrier_id"]
            for row in shares
            if row["geo"] in question.places and question.belongs(row, "as_of")
            if overlaps(row["asset_class"] or asset_class, asset_class)
        ),
    }
    return sorted(carrier for carrier in found if carrier)


def restricted_vendors(question: DependenceQuestion, asset_class: str) -> set[str]:
    """Vendors that a pack in question restricts or puts under a condition in the segment or a part of it."""
    return {vendor for vendor, of_class in question.reached if overlaps(of_class, asset_class)}


def vendors_of(question: DependenceQuestion, asset_class: str, *, later: bool = False) -> list[str]:
    """Vendors that rows of the country name in the segment, or that a policy in question reaches: each alike."""
    shares = [row for row in question.rows(MarketShare, later=later) if row["geo"] in question.places]
    deployments = [row for row in question.rows(Deployment, later=later) if row["country"] in question.places]
    named = {
        vendor
        for row in (*shares, *deployments)
        if overlaps(row["asset_class"] or "", asset_class)
        for vendor in row["vendor_ids"]
    }
    return sorted(v for v in named | restricted_vendors(question, asset_class) if not v.startswith("country:"))


def sets_of(
    question: DependenceQuestion, vendors: Sequence[str], asset_class: str, *, later: bool = False
) -> list[frozenset[str]]:
    """Each vendor alone, each set of several that a share of the country was published of, and each that is named."""
    made = {frozenset([v]) for v in vendors} | set(question.groups)
    for row in question.rows(MarketShare, later=later):
        here = row["geo"] in question.places and overlaps(row["asset_class"], asset_class) and not row["complement"]
        if here and len(row["vendor_ids"]) > 1:
            made.add(frozenset(row["vendor_ids"]))
    return sorted(made, key=lambda s: (len(s), sorted(s)))
