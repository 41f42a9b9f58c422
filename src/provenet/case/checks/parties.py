"""Parties: names and numbers that mean two, numbers that cannot be, sources wrongly kept apart, stakes that clash."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date
from functools import partial
from itertools import combinations, product
from math import fsum

import polars as pl

from provenet.case.checks.finding import NEARER_AMONG, Issue, StandingRows, each, listed, place_of, ref, refs_of
from provenet.case.parties import (
    CARRIER,
    DIFFERENT,
    SAME,
    VENDOR,
    PartyNames,
    judged,
    known_names,
    merged_names,
    told_apart,
    unreasoned,
)
from provenet.case.rows import AnyRow, IdentifierRow, OwnershipRow, PartyRow, rows_of
from provenet.case.tables import table
from provenet.core import wording
from provenet.core.errors import clip
from provenet.core.grouping import grouped
from provenet.core.ids import fold
from provenet.core.names import fold_name, near_pairs
from provenet.core.sought_names import SoughtNames, is_latin

ROUNDING_SHARE = 0.01
"""By how much stakes of one company may pass 1 before a finding: each is rounded by its source."""
_SEPARATORS = re.compile(r"[\s:.\-]+")


def lei_holds(text: str) -> bool:
    """Whether a text is a legal entity identifier whose check digits agree. Source: ISO 17442-1, ISO 7064 MOD 97-10.

    >>> lei_holds("5493001KJTIIGC8Y1R12")
    True
    """
    text = text.strip().upper()
    if not re.fullmatch(r"[A-Z0-9]{18}[0-9]{2}", text, re.ASCII):
        return False
    return int("".join(str(int(sign, 36)) for sign in text)) % 97 == 1


def _number_to(text: str, most: int) -> bool:
    return bool(re.fullmatch(r"[0-9]{1,10}", text, re.ASCII)) and 1 <= int(text) <= most


_FORMS: Mapping[str, tuple[Callable[[str], bool], str]] = {
    "asn": (
        lambda text: _number_to(re.sub(r"^AS\s?", "", text.strip(), flags=re.I), 4_294_967_294),
        "a number from 1 to 4294967294, with or without AS",
    ),
    "plmn": (
        lambda text: bool(re.fullmatch(r"[0-9]{3}[- ]?[0-9]{2,3}", text.strip(), re.ASCII)),
        "a country code of three digits and a network code of two or three",
    ),
    "lei": (lei_holds, "18 letters or digits and two check digits that agree (ISO 17442)"),
    "oui": (
        lambda text: bool(re.fullmatch(r"[0-9A-F]{6,7}|[0-9A-F]{9}", _SEPARATORS.sub("", text).upper(), re.ASCII)),
        "6, 7 or 9 hexadecimal digits",
    ),
    "pen": (lambda text: _number_to(text.strip(), 4_294_967_295), "a number of 1 or more"),
    "name": (lambda text: bool(fold(text)), "a name"),
}


def identifiers(rows: StandingRows) -> Iterator[Issue]:
    """Numbers that cannot be what their scheme says. A scheme that is not known here is not looked at."""
    values = rows.lazy("identifier").select("scheme", "value").unique().collect()
    for scheme, (holds, expected) in _FORMS.items():
        wrong = [value for value in values.filter(pl.col("scheme") == scheme)["value"] if not holds(value)]
        if wrong:
            bad = (pl.col("scheme") == scheme) & pl.col("value").is_in(wrong)
            yield from each(
                rows,
                "identifier",
                "value",
                bad=bad,
                says=partial(_odd_number, scheme=scheme, expected=expected),
                words={"scheme": scheme},
            )


def _odd_number(row: AnyRow, scheme: str, expected: str) -> str:
    return f"No such {scheme}; found {clip(str(row['value']))!r}, expected {expected}."


def same_names(rows: StandingRows) -> Iterator[Issue]:
    """Names and numbers that stand for two parties. A carrier and another party may share a name."""
    roles = dict(rows.of("party").select("party_id", "role").iter_rows())
    meant: dict[tuple[str, str, bool], dict[str, list[str]]] = {}

    def add(scheme: str, value: str, party: str, *, where: str) -> None:
        key = fold(value) if scheme == "name" else _SEPARATORS.sub("", value).upper().removeprefix("AS")
        side = scheme == "name" and roles.get(party) == "carrier"
        meant.setdefault((scheme, key, side), {}).setdefault(party, []).append(where)

    for party in rows_of(PartyRow, rows.of("party").sort("party_id", "row_id")):
        add("name", party["name"], party["party_id"], where=f"party:{party['party_id']}")
    spelled: dict[tuple[str, str], str] = {}
    for row in rows_of(IdentifierRow, rows.of("identifier").sort("scheme", "value", "party_id", "row_id")):
        if row["scheme"] in _FORMS:
            add(row["scheme"], row["value"], row["party_id"], where=f"identifier:{row['row_id']}")
    for party in rows_of(PartyRow, rows.of("party")):
        spelled.setdefault(("name", fold(party["name"])), party["name"])
    for row in rows_of(IdentifierRow, rows.of("identifier").sort("row_id")):
        spelled.setdefault((row["scheme"], fold(row["value"])), row["value"])
    decided = judged(rows.of("succession").iter_rows(named=True))
    for (scheme, key, side), parties in sorted(meant.items()):
        undecided = any(frozenset(pair) not in decided for pair in combinations(parties, 2))
        if key and undecided:
            value = spelled.get((scheme, key), key)
            yield Issue(
                "identifier.value",
                (scheme, key, str(side)),
                f"identifier, value ({scheme} {value})",
                says=f"The {scheme} {clip(value)!r} stands for {len(parties)} parties: {listed(sorted(parties))}.",
                refs=tuple(where for name in sorted(parties) for where in parties[name][:1]),
            )


def near_parties(rows: StandingRows) -> Iterator[Issue]:
    """Parties whose names or aliases lie near those of another or hold one, until a row says whether they are one.

    Carriers among themselves. The parties that the product knows count also where the case has no row of them; they are
    told apart already. A party without a name in Latin letters may be any.
    """
    decided = judged(rows.of("succession").iter_rows(named=True))
    places = {party["party_id"]: party["locator"] for party in rows_of(PartyRow, rows.of("party").sort("row_id"))}
    for parties in _named_parties(rows, known_names()):
        for one_name, other_name, how in _alike(parties, places):
            for one, other in product(parties[one_name], parties[other_name]):
                ids = tuple(sorted((one, other)))
                inside = [party for party in ids if party in places]
                same_name = len(inside) == 2 and fold(one_name) == fold(other_name)
                settled = same_name or told_apart().issuperset(ids) or frozenset(ids) in decided
                if one != other and inside and not settled:
                    first = f"{clip(one_name)!r} ({one}, {places.get(one, _KNOWN)})"
                    second = f"{clip(other_name)!r} ({other}, {places.get(other, _KNOWN)})"
                    yield Issue(
                        "party.name",
                        ids,
                        f"party, name ({ids[0]}, {ids[1]})",
                        says=f"The names {first} and {second} {how}.",
                        refs=refs_of("party", inside),
                        words={"row": f"{ids[0]},{ids[1]},same,REASON"},
                    )
        yield from _not_latin(parties, places, {pair for pair, how in decided.items() if how == SAME})


def _not_latin(
    parties: Mapping[str, set[str]], places: Mapping[str, str], same: set[frozenset[str]]
) -> Iterator[Issue]:
    """Parties of the case all of whose names, and those of whom a row calls them, fold to no name in Latin letters."""
    names = grouped((party, name) for name, of in parties.items() for party in of)
    for party in sorted(names.keys() & places.keys() - told_apart()):
        spelled = names[party]
        others = (name for pair in same if party in pair for one in pair for name in names.get(one, ()))
        if not any(map(is_latin, (*spelled, *others))):
            yield Issue(
                "party.name",
                (party, "letters"),
                f"party, name ({party})",
                says=f"The name {clip(min(spelled))!r} ({places[party]}) is not in Latin letters and may be any.",
                refs=refs_of("party", [party]),
                repair="Say who it is: add a party of its name in Latin letters (name,role,country), write "
                f"{party},ID OF THAT PARTY,same,REASON under the header predecessor_id,successor_id,how,note into "
                "names.csv, and run: provenet add CASE names.csv",
            )


def _alike(parties: Mapping[str, set[str]], inside: Collection[str]) -> Iterator[tuple[str, str, str]]:
    """Names that lie near each other, and names of parties inside the case that hold another, with how they do."""
    found = {}
    for one, other, off in near_pairs(parties) if sum(map(len, parties.values())) <= NEARER_AMONG else ():
        found[one, other] = f"are {wording.count(off, 'letter')} off" if off else _ALIKE
    sought = SoughtNames((name, name) for name in parties)
    for name, of in parties.items():
        if not of.isdisjoint(inside) and of.isdisjoint(told_apart()):
            for held in sought.held(name):
                if fold_name(held) != fold_name(name):
                    found.setdefault((name, held), "hold one another: the second stands in the first as a word")
                elif held != name:
                    found.setdefault((min(name, held), max(name, held)), _ALIKE)
    yield from ((one, other, how) for (one, other), how in sorted(found.items()))


_ALIKE = "are alike but for accents, marks and legal forms"
_KNOWN = "a name that the product knows"


def _named_parties(rows: StandingRows, known: PartyNames) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Names and aliases with the parties that bear them: of carriers, and of all others."""
    roles = dict(rows.of("party").select("party_id", "role").iter_rows())
    pairs = [*rows.of("party").select("name", "party_id").iter_rows()]
    aliases = rows.of("identifier").filter(pl.col("scheme") == "name")
    pairs += aliases.select("value", "party_id").iter_rows()
    sides: tuple[dict[str, set[str]], dict[str, set[str]]] = ({}, {})
    for name, party in pairs:
        sides[roles.get(party) != "carrier"].setdefault(name, set()).add(party)
    for other, role in enumerate((CARRIER, VENDOR)):
        for name, party in known.listed(role):
            sides[other].setdefault(name, set()).add(party)
    return sides


def names_merged(rows: StandingRows) -> Iterator[Issue]:
    """Ids under which rows with different names stand, as earlier releases gave to names they could not tell apart."""
    frames = {name: rows.of(name) for name in ("party", "identifier", "site", "source")}
    for merged in merged_names(frames):
        yield Issue(
            f"{merged.table}.{merged.table}_id",
            (merged.table, merged.id),
            f"{merged.table} {merged.id}, {merged.table}_id",
            says=f"{len(merged.names)} names stand under one id: {merged.text()}.",
            refs=refs_of(merged.table, [merged.id]),
        )


def without_reason(rows: StandingRows) -> Iterator[Issue]:
    """Pairs called the same, or different, by rows that give no reason, as earlier releases took them."""
    judgements = rows.of("succession").filter(pl.col("how").is_in([SAME, DIFFERENT]))
    ids = ("predecessor_id", "successor_id")
    pair = pl.concat_str(pl.min_horizontal(ids), pl.max_horizontal(ids), separator="\n")
    reasoned = judgements.filter(~unreasoned()).select(pair).to_series()
    yield from each(
        rows,
        "succession",
        "note",
        bad=unreasoned() & ~pair.is_in(reasoned.implode()),
        shows=("predecessor_id", "successor_id", "how"),
        says=lambda row: f"{row['predecessor_id']} and {row['successor_id']} are called {row['how']} without a reason.",
    )


def same_sources(rows: StandingRows) -> Iterator[Issue]:
    """One title with two addresses, and one address under two ids, which would count as two independent sources."""
    named = rows.of("source").filter(pl.col("url").is_not_null())
    apart = named.group_by("title").agg(pl.col("url").unique().sort(), pl.col("source_id").unique().sort())
    for title, urls, ids in apart.filter(pl.col("url").list.len() > 1).sort("title").iter_rows():
        text = f"The title {clip(title)!r} stands with {len(urls)} addresses: {listed(urls, 2)}."
        yield Issue("source.url", ("title", title), f"source {ids[0]}, url", says=text, refs=refs_of("source", ids))
    alike = named.group_by("url").agg(pl.col("source_id").unique().sort())
    for url, ids in alike.filter(pl.col("source_id").list.len() > 1).sort("url").iter_rows():
        text = f"The address {clip(url)} stands under {len(ids)} sources: {listed(ids, 2)}."
        yield Issue(
            "source.source_id", ("url", url), f"source {ids[0]}, source_id", says=text, refs=refs_of("source", ids)
        )


def own_owners(rows: StandingRows) -> Iterator[Issue]:
    """Parties that hold a stake in themselves or succeed themselves."""
    yield from each(
        rows,
        "ownership",
        "owner_id",
        bad=pl.col("owner_id") == pl.col("owned_id"),
        says=lambda row: f"{row['owner_id']} is said to hold a stake in itself.",
        words={"columns": "owner_id or owned_id"},
    )
    yield from each(
        rows,
        "succession",
        "predecessor_id",
        bad=pl.col("predecessor_id") == pl.col("successor_id"),
        says=lambda row: f"{row['predecessor_id']} is said to succeed itself.",
        words={"columns": "predecessor_id or successor_id"},
    )


def cycles(rows: StandingRows) -> Iterator[Issue]:
    """Parties that hold each other in a ring, on some day."""
    stakes = rows_of(OwnershipRow, rows.of("ownership").filter(pl.col("owner_id") != pl.col("owned_id")))
    held = [(stake["owned_id"], stake["owner_id"], *_days(stake)) for stake in stakes]
    seen: set[tuple[str, ...]] = set()
    for ring in rings((low, high) for low, high, _, _ in held):
        inside = [link for link in held if {link[0], link[1]} <= set(ring)]
        for day in sorted({start for _, _, start, _ in inside}):
            today = [(low, high) for low, high, start, end in inside if start <= day < end]
            for members in rings(today):
                if members not in seen:
                    seen.add(members)
                    inner = [stake for stake in stakes if {stake["owned_id"], stake["owner_id"]} <= set(members)]
                    since = "" if day == date.min else f" on {day}"
                    yield Issue(
                        "ownership.owner_id",
                        members,
                        f"ownership, owner_id ({members[0]})",
                        says=f"{listed(members)} hold each other in a ring{since}; control then has no head.",
                        refs=refs_of("ownership", sorted(stake["row_id"] for stake in inner)),
                    )


def rings(links: Iterable[tuple[str, str]]) -> list[tuple[str, ...]]:
    """The sets of two or more that reach each other through links, each sorted. Cost O(links). Source: Tarjan 1972."""
    ahead: dict[str, list[str]] = {}
    for low, high in links:
        ahead.setdefault(low, []).append(high)
        ahead.setdefault(high, [])
    number: dict[str, int] = {}
    least: dict[str, int] = {}
    stack: dict[str, None] = {}
    found: list[tuple[str, ...]] = []
    for start in sorted(ahead):
        work = [(start, iter(sorted(ahead[start])))] if start not in number else []
        while work:
            node, rest = work[-1]
            if node not in number:
                number[node] = least[node] = len(number)
                stack[node] = None
            step = next((n for n in rest if n not in number or n in stack), None)
            if step is None:
                work.pop()
                if work:
                    least[work[-1][0]] = min(least[work[-1][0]], least[node])
                if least[node] == number[node]:
                    members = _popped(stack, node)
                    found += [members] if len(members) > 1 else []
            elif step in number:
                least[node] = min(least[node], number[step])
            else:
                work.append((step, iter(sorted(ahead[step]))))
    return sorted(found)


def _popped(stack: dict[str, None], last: str) -> tuple[str, ...]:
    taken: list[str] = []
    while not taken or taken[-1] != last:
        taken.append(stack.popitem()[0])
    return tuple(sorted(taken))


def _days(stake: OwnershipRow) -> tuple[date, date]:
    """The interval of a stake, open ends at the ends of the calendar."""
    return stake["from_on"] or date.min, stake["to_on"] or date.max


def too_much(rows: StandingRows) -> Iterator[Issue]:
    """Companies of which more than the whole is held on some day, even by the lower ends of the stakes."""
    stakes = rows.of("ownership").filter(pl.col("low_share") > 0)
    sums = stakes.group_by("owned_id").agg(pl.col("low_share").sum())
    heavy = sums.filter(pl.col("low_share") > 1 + ROUNDING_SHARE)["owned_id"].sort()
    for owned in heavy:
        held = rows_of(OwnershipRow, stakes.filter(pl.col("owned_id") == owned).sort("owner_id", "row_id"))
        for day in sorted({_days(stake)[0] for stake in held}):
            most: dict[str, OwnershipRow] = {}
            for stake in held:
                start, end = _days(stake)
                other = most.get(stake["owner_id"])
                if start <= day < end and (other is None or _low(stake) > _low(other)):
                    most[stake["owner_id"]] = stake
            total = fsum(_low(stake) for stake in most.values())
            if total > 1 + ROUNDING_SHARE:
                since = "" if day == date.min else f" on {day}"
                names = listed(f"{owner} {wording.percent(_low(stake))}" for owner, stake in sorted(most.items()))
                yield Issue(
                    "ownership.low_share",
                    (owned,),
                    f"ownership, low_share ({owned})",
                    says=f"Stakes in {owned} sum to at least {wording.percent(total)}{since}: {names}.",
                    refs=refs_of("ownership", sorted(stake["row_id"] for stake in most.values())),
                )
                break


def clashes(rows: StandingRows) -> Iterator[Issue]:
    """Two rows on one stake whose days overlap and whose shares exclude each other, or whose control differs."""
    spec = table("ownership")
    stakes = rows.of("ownership").filter(pl.struct("owner_id", "owned_id").is_duplicated())
    for _, group in stakes.sort("from_on", "row_id").group_by(["owner_id", "owned_id"], maintain_order=True):
        held = rows_of(OwnershipRow, group)
        for at, one in enumerate(held):
            for other in held[at + 1 :]:
                if (clash := _clash(one, other)) is not None:
                    yield Issue(
                        "ownership.low_share",
                        tuple(sorted((one["row_id"], other["row_id"]))),
                        place_of(spec, one, "low_share"),
                        says=f"Its days overlap with those of {other['locator']}, and {clash}.",
                        refs=(ref(spec, one), ref(spec, other)),
                    )


def _clash(one: OwnershipRow, other: OwnershipRow) -> str | None:
    (start, end), (later, last) = _days(one), _days(other)
    if max(start, later) >= min(end, last):
        return None
    if max(_low(one), _low(other)) > min(_high(one), _high(other)):
        return f"the stakes exclude each other: {_stake(one)} and {_stake(other)}"
    if {one["control"], other["control"]} == {"yes", "no"}:
        return f"one states control and the other denies it: {one['control']} and {other['control']}"
    return None


def _low(stake: OwnershipRow) -> float:
    return stake["low_share"] or 0.0


def _high(stake: OwnershipRow) -> float:
    high = stake["high_share"]
    return 1.0 if high is None else high


def _stake(row: OwnershipRow) -> str:
    low, high = ("?" if end is None else wording.percent(end) for end in (row["low_share"], row["high_share"]))
    return low if low == high else f"{low} to {high}"


def carriers_as_vendors(rows: StandingRows) -> Iterator[Issue]:
    """Assets whose vendor is a carrier of the case, their own or another."""
    carriers = rows.of("party").filter(pl.col("role") == "carrier")["party_id"].unique().to_list()
    own = (pl.col("vendor_id") == pl.col("carrier_id")).any().alias("own")
    found = rows.lazy("asset").filter(pl.col("vendor_id").is_in(carriers))
    counts = found.group_by("vendor_id").agg(pl.len().alias("rows"), own, pl.col("asset_id").min().alias("first"))
    for vendor, count, itself, first in counts.collect().sort("vendor_id").iter_rows():
        whose = ", also of its own network" if itself else ""
        name = wording.plural(count, "names", "name")
        yield Issue(
            "asset.vendor_id",
            (vendor,),
            f"asset, vendor_id ({vendor})",
            says=f"{wording.count(count, 'asset')} {name} the carrier {vendor} as vendor{whose}, first {first}.",
            refs=(f"asset:{first}", f"party:{vendor}"),
        )
