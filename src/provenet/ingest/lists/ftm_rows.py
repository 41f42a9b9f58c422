"""The rows that entities become: party, identifier, ownership, succession and listing.

Stakes and days stand as lists and registers write them: `51%`, `50-75`, `>25`; `2021`, `2021-03`.
"""

import re
from dataclasses import dataclass, field
from datetime import date

from provenet.core.countries import countries
from provenet.core.errors import Fault
from provenet.core.grouping import grouped
from provenet.core.ids import fold
from provenet.core.when import parse_span
from provenet.ingest.lists.ftm_model import ENDS, Entities, Entity, FtmMapping, PartyMatch, ftm_words, meet
from provenet.ingest.registry import Parts, Source, in_batches
from provenet.ingest.rows import made_row

_NUMBER = r"(\d{1,3}(?:[.,]\d+)?)\s*(?:%|percent|per cent|pct\.?)?"
_ONE = re.compile(rf"(?P<before>[^\d]*?)\s*{_NUMBER}\s*(?P<after>[^\d]*)\Z", re.I)
_RANGE = re.compile(rf"(?:from|between)?\s*{_NUMBER}\s*(?:-|–|—|to|and|\.\.)\s*{_NUMBER}\s*\Z", re.I)
_OVER = ("more than", "over", "above", "greater than", "mehr als", "exceeding")
_UNDER = ("less than", "under", "below", "weniger als")
_AT_LEAST = ("at least", "minimum", "min.", "mindestens")
_AT_MOST = ("at most", "up to", "maximum", "max.", "höchstens", "bis zu")
_SINCE_ALWAYS = date(1001, 1, 1)
"""The day by which the model writes a date that is long past and not known."""


def stake_share(text: str) -> tuple[float, float] | None:
    """The least and the most that a percentage in words allows, as shares; None where it names no number.

    A stake above 25 % may be 25.1 % or all: its ends are 0.25 and 1. Whether an end is itself included is lost, which
    no rule that asks for a threshold can tell: control must exceed it. Cost O(len(text)).

    >>> stake_share("50-75"), stake_share(">25 %"), stake_share("51,5%")
    ((0.5, 0.75), (0.25, 1.0), (0.515, 0.515))
    """
    plain = " ".join(text.split())
    if len(plain) > 200:
        return None
    if hit := _RANGE.match(plain):
        low, high = _share(hit[1]), _share(hit[2])
        return (low, high) if low is not None and high is not None and low <= high else None
    hit = _ONE.match(plain)
    share = _share(hit[2]) if hit else None
    if hit is None or share is None:
        return None
    before, after = hit["before"].strip().casefold(), hit["after"].strip().casefold()
    if before in {">", ">=", "≥", *_OVER, *_AT_LEAST} or after in {"+", "or more", "and more", "or above", "and above"}:
        return share, 1.0
    if before in {"<", "<=", "≤", *_UNDER, *_AT_MOST} or after in {"or less", "and less", "or below", "and below"}:
        return 0.0, share
    return (share, share) if before in {"", "="} and after == "" else None


def _share(number: str) -> float | None:
    value = float(number.replace(",", "."))
    return round(value / 100, 9) if value <= 100 else None


def stakes_share(texts: tuple[str, ...]) -> tuple[float | None, float | None]:
    """The hull of several percentages of one stake; null ends where one of them names no number."""
    shares = [share for text in texts if (share := stake_share(text)) is not None]
    if not texts or len(shares) < len(texts):
        return None, None
    return min(low for low, _ in shares), max(high for _, high in shares)


def listed_day(text: str) -> tuple[date | None, bool]:
    """The day of a date of the model, and whether it was written as less than a day.

    A month or a year counts from its last day, as everywhere. A time of day is read over; the day by which the model
    writes "long past" is null. Raises ValueError, whose text is what was expected. Cost O(len(text)).
    """
    plain = text.strip()
    day = plain.partition("T")[0].partition(" ")[0] if len(plain) > 10 else plain
    if not re.match(r"\d{4}(-\d{2}(-\d{2})?)?\Z", day, re.ASCII):
        raise ValueError("a day, month or year such as 2021-06-03, 2021-06 or 2021")
    try:
        last = parse_span(day).high
    except ValueError as err:
        raise ValueError("a day, month or year that exists, such as 2021-06-03, 2021-06 or 2021") from err
    return (None if last == _SINCE_ALWAYS else last), len(day) < 10


Days = tuple[date | None, date | None]
Named = dict[str, tuple[str | None, date | None]]
"""Lists by name: who keeps each, and the day of the act that makes it, where known."""
_BIDI = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
"""Marks that steer the direction of text: invisible, and apt to make one name look like another."""
LONGEST_NAME = 1_000
TABLES = ("party", "identifier", "ownership", "succession", "listing")


def rows_of(found: Entities, source: Source, declared: FtmMapping, *, unit: str = "line") -> Parts:
    """The rows of all tables, in batches, parties first; none where anything is at fault. Cost O(values)."""
    maker = _Maker(found=found, source=source, declared=declared, unit=unit)
    maker.make()
    if source.faults.count:
        return
    yield from in_batches((table, maker.rows[table]) for table in TABLES)


@dataclass(kw_only=True)
class _Maker:
    found: Entities
    source: Source
    declared: FtmMapping
    unit: str
    rows: dict[str, list[dict[str, object]]] = field(default_factory=lambda: {table: [] for table in TABLES})

    def make(self) -> None:
        by_id = {self.found.merged.get(old, old): party for old, party in sorted(self.declared.parties.items())}
        self.place = self.source.upload.plain_name
        self.met = meet(self.found.parties.values(), self.source.names, by_id)
        self.met.update((one, self._stranger(one)) for one in by_id if one not in self.met)
        self.held = self._held()
        listed = {end for link in self.found.links.values() for end in self.found.ends(link, "entity")}
        self.made: set[str] = set()
        for entity in self.found.parties.values():
            self._party(entity)
            self._identifiers(entity)
            self._parents(entity)
            if entity.id not in listed:
                self._topics(entity)
        for link in self.found.links.values():
            read = self._sanction if link.schema == "Sanction" else self._stake
            read(link)
        self._whole()

    def _stranger(self, entity_id: str) -> PartyMatch:
        """A party that only the mapping names, for an id that the file refers to without holding it."""
        spelled = self.declared.parties.get(entity_id, entity_id)
        party = self.source.names.find(spelled)
        if party is None:
            way_out = "Name a party of the case under [parties], or add the entity's line."
            refused = self.source.names.refusal(spelled, place=self.place, column="parties", way_out=way_out)
            self.source.faults.add(refused)
        return PartyMatch(party or "", spelled, True, "mapping")

    def _held(self) -> dict[str, list[str]]:
        """Every primary name of the file, to the parties that hold it."""
        parties = self.found.parties.values()
        return grouped((fold(name), self.met[one.id].party_id) for one in parties for name in one.all("name"))

    def _add(self, table: str, entity: Entity, *remarks: str | None, **content: object) -> None:
        note = "; ".join(dict.fromkeys(one for one in remarks if one)) or None
        where = f"{self.place} {self.unit} {entity.row}"
        self.rows[table].append(made_row(table, {**content, "note": note}, self.source.upload.file_id, locator=where))

    def _party(self, entity: Entity) -> None:
        met = self.met[entity.id]
        if met.known or met.party_id in self.made:
            return
        self.made.add(met.party_id)
        shown = self._clean(entity, met.shown)
        seat, remark = self._seat(entity)
        topics = ", ".join(sorted(entity.all("topics")))
        data_sets = ", ".join(sorted(entity.datasets)) or "a data set without a name"
        lists = f"topics {topics} in {data_sets}" if topics else None
        stated = {"party_id": met.party_id, "name": shown, "role": self.declared.role, "country": seat}
        legal_form = entity.first("legalForm")
        self._add("party", entity, remark, met.remark, **stated, legal_form=legal_form, listed_by_says=lists)

    def _seat(self, entity: Entity) -> tuple[str | None, str | None]:
        """The registered seat: the jurisdiction alone. `country` says only that there is some tie to a country."""
        content = entity.all("jurisdiction")
        codes = {countries().code(one.partition("-")[0]) for one in content}
        if len(codes) == 1 and None not in codes:
            return codes.pop(), None
        return None, f"jurisdiction as written: {', '.join(content)}" if content else None

    def _clean(self, entity: Entity, spelled: str) -> str:
        if len(spelled) > LONGEST_NAME:
            expected = f"a name of at most {LONGEST_NAME:,} characters"
            self._fault(entity, "name", "the name is too long", found=spelled, expected=expected)
        return " ".join(_BIDI.sub("", spelled).split()) or spelled

    def _fault(self, entity: Entity, column: str, text: str, *, found: str | None, expected: str) -> None:
        self.source.faults.add(Fault(self.place, text, entity.row, column=column, found=found, expected=expected))

    def _identifiers(self, entity: Entity) -> None:
        met = self.met[entity.id]
        for prop, remark in {"name": None, "alias": "alias", "previousName": "previous name"}.items():
            for spelled in entity.all(prop):
                if prop != "name" and self._another(spelled, met.party_id):
                    self.source.ignored["name that another party holds"] += 1
                    continue
                self._identifier(entity, "name", self._clean(entity, spelled), remark, met.remark)
        for spelled in entity.all("weakAlias"):
            self._identifier(entity, "weak_name", self._clean(entity, spelled), "too short or common to match by")
        for prop, scheme in ftm_words()["identifiers"].items():
            for value in entity.all(prop):
                self._identifier(entity, scheme, value)

    def _another(self, spelled: str, party: str) -> bool:
        holders = {self.source.names.find(spelled), *self.held.get(fold(spelled), ())}
        return bool(holders - {None, party})

    def _identifier(self, entity: Entity, scheme: str, value: str, *remarks: str | None) -> None:
        self._add("identifier", entity, *remarks, party_id=self.met[entity.id].party_id, scheme=scheme, value=value)

    def _sanction(self, link: Entity) -> None:
        start, end, remarks = self._days(link, ("listingDate", "startDate", "date"))
        if end is None and self._is_over(link):
            self.source.ignored["listing that ended on a day not given"] += 1
            return
        named = self._lists(link)
        if not named:
            way_out = "a programme, or the data set under [lists] in a mapping"
            self._fault(link, "program", "nothing names the list", found=None, expected=way_out)
            return
        entry = " ".join((link.all("description") or link.all("provisions") or link.all("summary"))[:1]) or None
        remarks += [f"reason: {one}" for one in link.all("reason")] + [f"see {one}" for one in link.all("sourceUrl")]
        for end_id in self.found.ends(link, "entity"):
            if end_id in self.met:
                self._listing(link, end_id, named, days=(start, end), entry=entry, remarks=remarks)
            elif end_id in self.found.over:
                self.source.ignored[f"Sanction of a {self.found.over[end_id]}"] += 1

    def _listing(
        self, link: Entity, of: str, named: Named, *, days: Days, entry: str | None, remarks: list[str]
    ) -> None:
        met = self.met[of]
        for list_name, (issuer, act_on) in named.items():
            start = days[0] or act_on
            dated = f"no day of listing is given; the act is of {act_on}" if start and not days[0] else None
            self._add(
                "listing",
                link,
                met.remark,
                dated,
                *remarks,
                list_name=list_name,
                party_id=met.party_id,
                entry=entry,
                from_on=start,
                to_on=days[1],
                whole_on=self.declared.whole_on,
                issuer=link.first("authority") or issuer,
                product_category=link.first("productCategory"),
            )

    def _topics(self, entity: Entity) -> None:
        """A listing that stands only as a topic of the party: on the list of its programme, or of its one data set."""
        topics = sorted(set(entity.all("topics")) & set(ftm_words()["topics"]["listing"]))
        if not topics:
            return
        named = self._lists(entity)
        if not named or (len(entity.datasets) > 1 and not (entity.all("program") or entity.all("programId"))):
            self.source.ignored["topic that does not say which list"] += 1
            return
        remarks = [f"topic {', '.join(topics)}", *(f"see {one}" for one in entity.all("sourceUrl"))]
        self._listing(entity, entity.id, named, days=(None, None), entry=None, remarks=remarks)

    def _lists(self, entity: Entity) -> Named:
        """The lists an entity speaks of, by the name rules use."""
        content = [*entity.all("programId"), *entity.all("program")]
        data_set = list(entity.datasets) if len(entity.datasets) == 1 else []
        found = self._known_lists(content) or self._known_lists(data_set)
        rest = entity.all("program") or entity.all("programId") or data_set or entity.all("authority")
        return found or dict.fromkeys(rest, (None, None))

    def _known_lists(self, content: list[str]) -> Named:
        """Lists that the mapping or `ftm.toml` names by one of these words."""
        words = {fold(word) for word in content if word}
        declared = {name for word, name in self.declared.lists.items() if fold(word) in words}
        if declared:
            return dict.fromkeys(sorted(declared), (None, None))
        found: Named = {}
        for one in ftm_words()["list"]:
            by_words = any(part in word.casefold() for part in one["words"] for word in content)
            if by_words or words & {fold(word) for word in one["ids"]}:
                found[one["name"]] = (one["issuer"], one.get("act_on"))
        return found

    def _days(self, link: Entity, starts: tuple[str, ...]) -> tuple[date | None, date | None, list[str]]:
        remarks: list[str] = []
        start = min(self._read_days(link, next(filter(link.all, starts), "startDate"), remarks), default=None)
        end = max(self._read_days(link, "endDate", remarks), default=None)
        if start and end and end < start:
            expected = f"a day on or after {start}"
            self._fault(
                link, "endDate", "the end stands before the start", found=link.first("endDate"), expected=expected
            )
        return start, end, remarks

    def _read_days(self, link: Entity, name: str, remarks: list[str]) -> list[date]:
        days: list[date] = []
        for text in link.all(name):
            try:
                day, coarse = listed_day(text)
            except ValueError as err:
                self._fault(link, name, "not a date", found=text, expected=str(err))
                continue
            days += [day] if day else []
            if coarse or day is None or len(link.all(name)) > 1:
                remarks.append(f"{name} as written: {text}")
        return days

    def _is_over(self, link: Entity) -> bool:
        return not {*map(fold, link.all("status"))}.isdisjoint(map(fold, ftm_words()["status"]["ended"]))

    def _stake(self, link: Entity) -> None:
        owner_prop, owned_prop = ENDS[link.schema]
        start, end, remarks = self._days(link, ("startDate", "date"))
        if end is None and self._is_over(link):
            self.source.ignored[f"{link.schema} that ended on a day not given"] += 1
            return
        for owner in self.found.ends(link, owner_prop):
            for owned in self.found.ends(link, owned_prop):
                outside = next((self.found.over[one] for one in (owner, owned) if one in self.found.over), None)
                if outside is not None:
                    self.source.ignored[f"{link.schema} with a {outside}"] += 1
                elif self.met[owner].party_id == self.met[owned].party_id:
                    self.source.ignored[f"{link.schema} of a party with itself"] += 1
                elif link.schema == "Succession":
                    parties = {"predecessor_id": self.met[owner].party_id, "successor_id": self.met[owned].party_id}
                    unclear = "the file says succession, not of which kind"
                    self._add("succession", link, unclear, *remarks, how="merger", from_on=start or end, **parties)
                else:
                    self._owned(link, self.met[owner], self.met[owned], days=(start, end), remarks=remarks)

    def _parents(self, entity: Entity) -> None:
        """The parent that an entity itself names: a holder whose stake is not stated."""
        for parent in self.found.ends(entity, "parent"):
            if parent not in self.met:
                self.source.ignored[f"parent that is a {self.found.over.get(parent, 'stranger')}"] += 1
            elif self.met[parent].party_id != self.met[entity.id].party_id:
                parties = {"owner_id": self.met[parent].party_id, "owned_id": self.met[entity.id].party_id}
                self._add("ownership", entity, "named as its parent; no stake and no control is stated", **parties)

    def _owned(self, link: Entity, owner: PartyMatch, owned: PartyMatch, *, days: Days, remarks: list[str]) -> None:
        low, high = stakes_share(link.all("percentage"))
        words = [
            f"{label}: {', '.join(link.all(name))}"
            for name, label in (
                ("percentage", "percentage as written"),
                ("sharesType", "type of shares"),
                ("ownershipType", "type of ownership"),
                ("controlType", "type of control"),
                ("role", "role"),
                ("legalBasis", "legal basis"),
                ("description", "says"),
            )
            if link.all(name)
        ]
        self._add(
            "ownership",
            link,
            *words,
            *remarks,
            owner_id=owner.party_id,
            owned_id=owned.party_id,
            low_share=low,
            high_share=high,
            control="yes" if link.schema == "Control" else None,
            from_on=days[0],
            to_on=days[1],
        )

    def _whole(self) -> None:
        """A list the mapping calls whole and that names nobody now still says so, in a row without a party."""
        if self.declared.whole_on is None or self.rows["listing"]:
            return
        for list_name in sorted(set(self.declared.lists.values())):
            content = {"list_name": list_name, "whole_on": self.declared.whole_on}
            self.rows["listing"].append(made_row("listing", content, self.source.upload.file_id, locator=self.place))
