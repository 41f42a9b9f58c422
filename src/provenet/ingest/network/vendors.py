"""Who made a piece of hardware: from an enterprise number, a MAC prefix, a maker's name as written, or a device type.

A vendor's id is its usual name: of a bundled party the party's id, of a brand in `registry/brands.csv` the id there,
of anybody else the name without place, legal form and words such as `Networks`, where what is left is still a name.
Mergers are rows with days: a line that carries its buyer's name since a day is the buyer's, a brand that is sold under
its own name keeps it and has an owner. Numbers of agents, of chips' reference software and of standards name nobody:
they stand in `registry/enterprise_arcs.csv`, with a longer arc before a shorter one.
Source: IANA enterprise numbers, IEEE MA-L, MA-M, MA-S and IAB, the community library of device types (THIRD_PARTY.md);
brands, mergers and their days: own, general knowledge, decision 0067.
"""

import lzma
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property, lru_cache, partial
from importlib import resources

from provenet.case.parties import VENDOR, PartyNames, known_names
from provenet.core.countries import packaged_rows
from provenet.core.grouping import grouped
from provenet.core.ids import fold, slug
from provenet.core.names import LEGAL_FORMS, fold_name

MAKER, CONTRACT, SOFTWARE, UNSETTLED = "maker", "contract", "software", "unsettled"
CHIP, PART, AGENT, STANDARD = "chip", "part", "agent", "standard"
"""What a name says of a device: who makes it; who makes it for others; whose system runs on it; a name whose owner
changed, so that without a day nobody is named. Whose chip, part or agent is in it, and which body numbers its objects,
say nothing of the device."""
ABSORBED, BRAND, SPELLING, SPLIT, PLATFORM = "absorbed", "brand", "spelling", "split", "platform"
"""How a name stands to its vendor: its line carries the vendor's name since a day; it is sold as a brand of its own; it
is the vendor, spelled otherwise; it was split, and the owner's column holds the other heir; it is a product of the
vendor, which names it in running text alone."""


@dataclass(frozen=True, slots=True)
class VendorName:
    """What a name, a number or a prefix says: `vendor_id` is null where it names nobody; `owner_id` owns the brand.

    `listed` is false of an organisation that no table of brands, makers or device types has.
    """

    vendor_id: str | None
    name: str
    use: str = MAKER
    owner_id: str | None = None
    basis: str = ""
    listed: bool = True

    @property
    def names_maker(self) -> bool:
        """Whether it is evidence of who made the device, or whose system it is."""
        return self.vendor_id is not None and self.use in (MAKER, SOFTWARE)


@dataclass(frozen=True, slots=True)
class Mention:
    """A maker named in running text: at its head or as holder of the copyright, or by a word of the language."""

    vendor: VendorName
    at_head: bool
    weak: bool


@dataclass(frozen=True, slots=True)
class DeviceType:
    """A device or module type of the community library."""

    vendor_id: str
    model: str
    part_number: str | None
    slug: str
    kind: str


@dataclass(frozen=True, slots=True)
class _Brand:
    name: str
    vendor_id: str
    relation: str
    owner_id: str | None
    from_on: date | None
    to_on: date | None
    basis: str

    @staticmethod
    def of(row: Mapping[str, str]) -> "_Brand":
        """The brand of a row of `brands.csv`."""
        from_on, to_on = (date.fromisoformat(row[end]) if row[end] else None for end in ("from_on", "to_on"))
        owner = row["owner_id"] or None
        return _Brand(row["name"], row["vendor_id"], row["relation"], owner, from_on, to_on, row["basis"])

    def holds(self, on: date | None) -> bool:
        """Whether the row is of a day; without a day it always is."""
        return on is None or ((self.from_on is None or self.from_on <= on) and (self.to_on is None or on < self.to_on))


_PLACEHOLDER = re.compile(
    r"(n/?a|none|null|nil|unknown|unspecified|undefined|unset|other|others|generic|oem|o\.e\.m\.?|default( string)?|"
    r"empty|private|<.*>|to be filled.*|not (set|available|applicable|specified|present|supported)|no |manufacturer|"
    r"mfg ?name|vendor|factory|test|string|invalid.*|x+|[^a-z]*|.)\Z",
    re.IGNORECASE,
)
_FORMER = re.compile(
    r"\((?:was |now )?(?:former|previous|abbr|http|https|www|see |dba|d/b/a|a |an )[^)]*\)?|\([^)]*\)", re.I
)
_TRAILING_CLAUSE = re.compile(r",? (?:an?|part of|division of|a division of|formerly|previously|dba|d/b/a)\b.*\Z", re.I)
_INSIDE = re.compile(r"\(([ -~]{4,})\)")
_CAMEL = re.compile(r"\b([A-Za-z]?[a-z]{3,})([A-Z][a-z]{3,})\b")
_WORDS = re.compile(r"[^\W_]+(?:[&+'.][^\W_]+)*")


@lru_cache(maxsize=1 << 16)
def written(text: str | bytes | None) -> str | None:
    """A maker's name as a device writes it, without padding; null where it is empty or a placeholder such as `OEM`.

    >>> written("Huawei\\0\\0\\0"), written("N/A"), written(" OEM "), written(None)
    ('Huawei', None, None, None)
    """
    if text is None:
        return None
    plain = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    plain = " ".join(plain.split("\0")[0].replace("\ufffd", " ").split()).strip(" \"'")
    return None if _PLACEHOLDER.match(plain) else plain


def usual_words(name: str) -> list[str]:
    """The words of a usual name: an organisation without place, legal form and words that many bear.

    >>> usual_words("Fortinet, Inc."), usual_words("Server Technology Inc."), usual_words("Beijing Foo Co.,Ltd")
    (['fortinet'], ['server', 'technology'], ['foo'])
    """
    bare = _FORMER.sub(" ", name)
    if not bare.isascii() and (inside := _INSIDE.search(name)):
        bare = inside[1]
    bare = _TRAILING_CLAUSE.sub("", bare if bare.strip() else name)
    words = [word.casefold().strip("'.") for word in _WORDS.findall(_apart(bare.replace("'", "")))]
    words = _without_legal_forms([word for word in words if word])
    if len(words) > 1 and words[0] in _PLACES | {"the"}:
        words = words[1:]
    while len(words) > 1 and words[-1] in _BORNE and _is_name(words[:-1]):
        words = words[:-1]
    return words


def _is_name(words: list[str]) -> bool:
    """Whether words may be a name by themselves."""
    return len("".join(words)) > 2 and not (len(words) == 1 and words[0] in _NO_NAME)


def _apart(name: str) -> str:
    """Words written together are parted where many bear the second: `ciscoSystems`, but not `AudioCodes`."""

    def parted(hit: re.Match[str]) -> str:
        first, second = hit.groups()
        return f"{first} {second}" if second.casefold() in _BORNE and first.casefold() not in _NO_NAME else hit[0]

    return _CAMEL.sub(parted, name)


def _without_legal_forms(words: list[str]) -> list[str]:
    kept = [word.replace(".", "") if word.replace(".", "") in LEGAL_FORMS else word for word in words]
    while len(kept) > 1 and (
        kept[-1] in LEGAL_FORMS or kept[-1] in {"kabushiki", "kaisha", "limitada", "corp", "sp", "zoo"}
    ):
        kept = kept[:-1]
    return kept


def usual_id(name: str) -> str:
    """The id of a usual name that no table lists.

    >>> usual_id("Allworx"), usual_id("Albentia Systems, S.A.")
    ('allworx', 'albentia')
    """
    return _slug_of(usual_words(name)) or slug(name)


def _slug_of(words: list[str]) -> str:
    return slug(" ".join(words).replace("+", " ").replace("&", " ")) if words else ""


_REGISTRY = resources.files("provenet").joinpath("ingest", "network", "registry")
_WORD_LISTS = tomllib.loads(_REGISTRY.joinpath("name_words.toml").read_text("utf-8"))
_LISTS = {name: frozenset(words.split()) for name, words in _WORD_LISTS.items()}
_BORNE, _COMMON, _PLACES, _BODIES = (_LISTS[name] for name in ("borne", "common", "places", "bodies"))
_NO_NAME = _COMMON | _BORNE
_AMBIGUOUS = _NO_NAME | _LISTS["ambiguous"]
_SHARED = _AMBIGUOUS | _LISTS["shared"]
_NO_HOLDERS = frozenset({"Private", "IEEE Registration Authority"})
_NAMING = frozenset({SPELLING, ABSORBED, BRAND, SPLIT, SOFTWARE})


def _text_words(text: str) -> list[str]:
    return [word.casefold() for word in _WORDS.findall(text.replace("'", ""))]


class VendorRegistry:
    """Vendors by name, enterprise number, MAC prefix and device type. Tables are opened when they are first needed."""

    @cached_property
    def _brands(self) -> dict[str, list[_Brand]]:
        return grouped(
            (fold_name(row["name"]), _Brand.of(row)) for row in _table("brands.csv") if row["relation"] != PLATFORM
        )

    @cached_property
    def _by_usual(self) -> dict[str, list[_Brand]]:
        """Brands by their usual words, where the name as a whole is not listed and at most one word of it falls away.

        `Emerson Network Power` is not `Emerson`.
        """
        named = ((brand, usual_words(brand.name)) for brands in self._brands.values() for brand in brands)
        found = grouped(
            ("".join(words), brand)
            for brand, words in named
            if len(_without_legal_forms(_text_words(brand.name))) <= len(words) + 1
        )
        return {key: brands for key, brands in found.items() if len({one.vendor_id for one in brands}) == 1}

    @cached_property
    def _ids(self) -> dict[str, _Brand]:
        """Rows by which a vendor's own id is a brand with an owner."""
        rows = [one for brands in self._brands.values() for one in brands if one.relation == BRAND]
        return {one.vendor_id: one for one in reversed(rows) if one.vendor_id != one.owner_id}

    @cached_property
    def _parties(self) -> PartyNames:
        return known_names()

    @cached_property
    def _manufacturers(self) -> dict[str, VendorName]:
        """Makers in the library of device types, by their usual words."""
        found: dict[str, VendorName] = {}
        for name in sorted({row[0] for row in self._types} - {"Generic"}):
            brands = self._brands.get(fold_name(name))
            party = self._parties.matches(name, VENDOR)
            known = self._settled(name, brands, None).vendor_id if brands else None
            vendor = known or (party[0].party_id if len(party) == 1 else usual_id(name))
            basis = "" if brands else "as the library of device types names it"
            found["".join(usual_words(name))] = VendorName(vendor, name, basis=basis)
        return found

    @cached_property
    def _makers(self) -> dict[str, VendorName]:
        """Further makers of network, power and office equipment, by their usual words."""
        found: dict[str, VendorName] = {}
        for line in _REGISTRY.joinpath("makers.txt").read_text("utf-8").splitlines():
            name, _, vendor = line.partition("=")
            for key in ("".join(usual_words(name)), fold_name(name)):
                found.setdefault(key, VendorName(vendor or usual_id(name), name))
        return found

    @cached_property
    def _types(self) -> list[list[str]]:
        return [line.split("\t") for line in _packed("device_types.tsv.xz").split("\n")]

    @cached_property
    def _enterprises(self) -> list[str]:
        return _packed("enterprises.txt.xz").split("\n")

    @cached_property
    def _arcs(self) -> dict[str, Mapping[str, str]]:
        return {row["oid"]: row for row in _table("enterprise_arcs.csv")}

    @cached_property
    def _prefixes(self) -> dict[str, str]:
        named = (line.partition("\t") for line in _packed("mac_prefixes.tsv.xz").split("\n"))
        return {prefix: name for name, _, prefixes in named for prefix in prefixes.split()}

    @cached_property
    def _parted(self) -> frozenset[bytes]:
        """Blocks of 24 bits that are given out in smaller ones."""
        return frozenset(bytes.fromhex(prefix[:6]) for prefix in self._prefixes if len(prefix) > 6)

    def __init__(self) -> None:
        self._named = cache(self._look_up)

    def of_text(self, text: str | bytes | None, on: date | None = None) -> VendorName | None:
        """Who is meant by a maker's name as somebody writes it; null where it is empty or a placeholder.

        Parameters
        ----------
        text
            The name, with any padding.
        on
            The day for which owners are taken; without one, today's, and a name that changed hands and back names
            nobody.

        >>> vendor_registry().of_text("HUAWEI TECHNOLOGIES CO., LTD").vendor_id
        'huawei'
        """
        plain = written(text)
        return None if plain is None else self._named(plain, on)

    def _look_up(self, name: str, on: date | None) -> VendorName | None:
        whole = fold_name(_FORMER.sub(" ", name))
        if whole in self._brands:
            return self._settled(name, self._brands[whole], on)
        party = self._parties.matches(name, VENDOR)
        if len(party) == 1:
            return VendorName(party[0].party_id, name, basis="a bundled party")
        words = usual_words(name)
        listed = self._listed(whole, words, on)
        if listed is not None:
            return VendorName(listed.vendor_id, name, listed.use, listed.owner_id, listed.basis)
        if _BODIES & set(_text_words(name)):
            return VendorName(None, name, STANDARD, basis="a body of standards or research")
        if words and {words[0], "".join(words)} & _SHARED:
            words = _without_legal_forms(_text_words(_FORMER.sub(" ", name)))
        return VendorName(_slug_of(words), name, listed=False) if len("".join(words)) > 1 else None

    def _listed(self, whole: str, words: list[str], on: date | None) -> VendorName | None:
        """The listed maker that a name means by its usual words, or by the first of them.

        `Lenovo Enterprise Business Group` is Lenovo; a word that several organisations bear names none of them, unless
        the whole name is listed: `Juniper Systems` is not Juniper.
        """
        joined = "".join(words)
        if joined in self._by_usual and joined not in _SHARED:
            return self._settled(joined, self._by_usual[joined], on)
        if whole in self._makers:
            return self._makers[whole]
        for known in (self._manufacturers.get(joined), self._makers.get(joined)):
            if known is not None and (joined not in _SHARED or whole == fold_name(known.name)):
                return known
        first = words[0] if len(words) > 1 else ""
        if len(first) < 5 or first in _SHARED:
            return None
        brands = self._by_usual.get(first)
        if brands and all(one.relation in (SPELLING, BRAND) for one in brands):
            return self._settled(first, brands, on)
        return self._manufacturers.get(first) or self._makers.get(first)

    def _settled(self, name: str, brands: list[_Brand], on: date | None) -> VendorName:
        """The row that holds on a day; without a day the last one, or nobody where the name was sold on."""
        if on is None and any(one.to_on for one in brands):
            return VendorName(None, name, UNSETTLED, basis="; ".join(one.basis for one in brands if one.basis))
        for one in reversed(brands):
            if one.holds(on):
                use = one.relation if one.relation in (CONTRACT, SOFTWARE, CHIP, PART, AGENT) else MAKER
                owner = one.owner_id if one.relation != SPLIT and one.owner_id != one.vendor_id else None
                return VendorName(one.vendor_id, name, MAKER if use == AGENT else use, owner, one.basis)
        return VendorName(usual_id(name), name, listed=False, basis="before " + min(str(one.from_on) for one in brands))

    def organisation(self, number: int) -> str | None:
        """Who holds an enterprise number, as IANA writes it; null where nobody does.

        >>> vendor_registry().organisation(9)
        'ciscoSystems'
        """
        return (self._enterprises[number] or None) if 0 <= number < len(self._enterprises) else None

    def of_enterprise(self, arc: str, on: date | None = None) -> VendorName | None:
        """Who is meant by an arc below 1.3.6.1.4.1, such as `2011.2.23`; null where nobody holds the number.

        >>> [vendor_registry().of_enterprise(arc).vendor_id for arc in ("2011.2.23", "2352.1", "6527.1", "8072.3.2.10")]
        ['huawei', 'ericsson', 'nokia', None]
        """
        steps = arc.split(".")
        for count in range(min(len(steps), 5), 0, -1):
            row = self._arcs.get(".".join(steps[:count]))
            if row is not None:
                return self._of_arc(row, steps[0], on)
        name = self.organisation(int(steps[0])) if steps[0].isdecimal() and len(steps[0]) < 10 else None
        return self._named(name, on) if name else None

    def _of_arc(self, row: Mapping[str, str], number: str, on: date | None) -> VendorName:
        holder = self.organisation(int(number)) or number
        if row["use"] != MAKER:
            return VendorName(None, holder, STANDARD if row["use"] == "none" else row["use"], basis=row["basis"])
        meant = self.of_text(row["name"], on)
        assert meant is not None
        return VendorName(meant.vendor_id, holder, meant.use, meant.owner_id, row["basis"] or meant.basis)

    def of_mac(self, address: bytes, on: date | None = None) -> VendorName | None:
        """Who holds the prefix of a MAC address of six octets; null for a local, a group or an unlisted address.

        >>> vendor_registry().of_mac(bytes.fromhex("00e0fc000001")).vendor_id
        'huawei'
        """
        name = self.prefix_holder(address)
        return self.of_text(name, on) if name and name not in _NO_HOLDERS else None

    def is_parted(self, block: bytes) -> bool:
        """Whether a block of 24 bits is given out in smaller ones, so that three octets name nobody."""
        return block[:3] in self._parted

    def prefix_holder(self, address: bytes) -> str | None:
        """The organisation to which a MAC address is assigned, as IEEE writes it."""
        if len(address) != 6 or address[0] & 3 or address[:3] in (b"\0\0\0", b"\0\0\x5e"):
            return None
        digits = address.hex().upper()
        return next((self._prefixes[digits[:n]] for n in (9, 7, 6) if digits[:n] in self._prefixes), None)

    @cached_property
    def _by_type(self) -> dict[str, list[DeviceType]]:
        """Device types by folded model, part number and slug."""
        found: dict[str, list[DeviceType]] = {}
        for manufacturer, model, number, short, kind in self._types:
            vendor = self.of_text(manufacturer)
            if vendor is None or vendor.vendor_id is None:
                continue
            one = DeviceType(vendor.vendor_id, model, number or None, short, kind)
            for key in {fold(model), fold(number), fold(short), fold(f"{manufacturer} {model}")} - {""}:
                found.setdefault(key, []).append(one)
        return found

    def device_type(self, text: str | None, vendor_id: str | None = None) -> DeviceType | None:
        """The type that a model, a part number or a slug means, of one vendor if it is known; null where two fit.

        >>> vendor_registry().device_type("s5735-l24p4x-a1").model
        'S5735-L24P4X-A1'
        """
        if not text:
            return None
        found = [one for one in self._by_type.get(fold(text), ()) if vendor_id in (None, one.vendor_id)]
        return found[0] if len({(one.vendor_id, one.model) for one in found}) == 1 else None

    def type_in(self, text: str | None, vendor_id: str) -> DeviceType | None:
        """The one type of a vendor whose model or part number stands as a word in a running text."""
        words = (text or "").replace(",", " ").replace("(", " ").replace(")", " ").split()
        found = {one.slug: one for word in words if len(word) > 4 for one in [self.device_type(word, vendor_id)] if one}
        return next(iter(found.values())) if len(found) == 1 else None

    @cached_property
    def _phrases(self) -> dict[str, list[tuple[tuple[str, ...], VendorName]]]:
        """Names that tell a maker apart in running text, by their first word; the longest first."""
        meant = {
            one.name: self.of_text(one.name)
            for rows in self._brands.values()
            for one in rows
            if one.relation in _NAMING
        }
        meant |= {one.name: self.of_text(one.name) for one in self._manufacturers.values()}
        meant |= {spelled: self.of_text(spelled) for spelled, _ in self._parties.listed(VENDOR)}
        meant |= {one.name: self.of_text(one.name) for one in self._makers.values()}
        products = {row["name"]: row["vendor_id"] for row in _table("brands.csv") if row["relation"] == PLATFORM}
        meant |= {name: VendorName(vendor, name) for name, vendor in products.items()}
        found: dict[str, dict[tuple[str, ...], VendorName]] = {}
        for name, vendor in meant.items():
            for phrase in (tuple(_text_words(name)), tuple(usual_words(name))):
                if (
                    phrase
                    and len("".join(phrase)) > 1
                    and all(word.isascii() for word in phrase)
                    and vendor
                    and vendor.names_maker
                ):
                    found.setdefault(phrase[0], {}).setdefault(phrase, vendor)
        return {first: sorted(more.items(), key=lambda one: -len(one[0])) for first, more in found.items()}

    def named_in(self, text: str) -> list[Mention]:
        """Makers that a running text names, in their order.

        Names that are words of the language count only as the first word, with a capital, and are `weak`; names of up
        to three letters count in capitals alone.

        >>> [one.vendor.vendor_id for one in vendor_registry().named_in("Cisco IOS Software, C3750 Software")]
        ['cisco']
        """
        plain = _WORDS.findall(text.replace("'", ""))
        words = [word.casefold() for word in plain]
        found: list[Mention] = []
        at = 0
        while at < len(words):
            legible = len(words[at]) > 3 or plain[at].isupper() or plain[at][:1].isdigit()
            near = self._phrases.get(words[at], ()) if legible else ()
            hit = next((one for one in near if tuple(words[at : at + len(one[0])]) == one[0]), None)
            weak = hit is not None and len(hit[0]) == 1 and (hit[0][0] in _AMBIGUOUS or len(hit[0][0]) == 2)
            if hit and not (weak and (at or plain[0][:2].islower())):
                by_right = "copyright" in words[max(at - 4, 0) : at] or "c" in words[max(at - 3, 0) : at]
                found.append(Mention(hit[1], at_head=not weak and (at < 2 or by_right), weak=weak))
            at += len(hit[0]) if hit else 1
        return found

    def owner_of(self, vendor_id: str, on: date | None = None) -> str | None:
        """Who owns the brand that an id stands for, on a day; null where nobody else does."""
        row = self._ids.get(vendor_id)
        return row.owner_id if row is not None and row.holds(on) else None

    def is_short_for(self, short: str, name: str) -> bool:
        """Whether a word is made of the first letters of an organisation's words: `CPS` of `Cyber Power System Inc.`.

        >>> vendor_registry().is_short_for("ICT", "Innovative Circuit Technology Ltd.")
        True
        """
        words = [word for word in _text_words(_FORMER.sub(" ", name)) if word not in LEGAL_FORMS]
        return len(short) > 2 and short.casefold() == "".join(word[0] for word in words)

    def was_called(self, name: str, other: str) -> bool:
        """Whether the former names in an organisation's entry have the first word of another name."""
        words, former = usual_words(other), " ".join(_FORMER.findall(name))
        return bool(words) and len(words[0]) > 3 and words[0] in _text_words(former)

    @cached_property
    def _splits(self) -> set[frozenset[str]]:
        rows = (one for brands in self._brands.values() for one in brands if one.relation == SPLIT)
        return {frozenset((one.vendor_id, one.owner_id or "")) for one in rows}

    def are_related(self, one: str, other: str, on: date | None = None) -> bool:
        """Whether two ids are one vendor, one owns the brand of the other on a day, or both are heirs of one vendor."""
        owned = one == other or self.owner_of(one, on) == other or self.owner_of(other, on) == one
        return owned or self.are_heirs(one, other)

    def are_heirs(self, one: str, other: str) -> bool:
        """Whether two ids share out what was one vendor, so that older equipment of it may bear either name."""
        return frozenset((one, other)) in self._splits


def _packed(name: str) -> str:
    return lzma.decompress(_REGISTRY.joinpath(name).read_bytes()).decode()


_table = partial(packaged_rows, "ingest", "network", "registry")


@lru_cache(maxsize=1)
def vendor_registry() -> VendorRegistry:
    """The registry of the product. Cached."""
    return VendorRegistry()
