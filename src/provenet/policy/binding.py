"""Which policies bind a country, and which of their rules on a day: the one place that decides it.

A policy binds a country if its pack belongs to one of the country's jurisdictions and is no proposal. Laws, contracts
and the government's advice all bind in this sense, each with its force on the page; a proposal is asked about and has
no effect until it is law; an example belongs to no jurisdiction and binds nobody. Binding does not depend on the day:
a pack of which no rule is in force yet still binds, and says "no rule in force". The day chooses among its rules.

Four verbs decided this by themselves, and differed:

- `demo` looked at the bundled packs alone, and failed at a country without listed jurisdictions.
- `fund` looked at the bundled packs asked whole, never at one policy or rule of a pack; a pack read from a folder did
  not bind; and it joined the jurisdictions of all countries of a call, so that a US pack asked for Germany bound there.
- `plan` looked at packs of folders too, and at single policies and rules; a name whose pack is not at hand did bind.
- `screen` asks every pack, proposals too, for the countries whose law it is or would be: `countries_of`.

A pack about transactions alone (acquisitions, resolutions) says nothing of equipment: it binds, and `policies` leaves
it out, so that no page shows its "clear" beside a vendor. It can be asked by name. So can a coarser reading of an
instrument (`reading_of`), which counts only where the fuller one is not at hand: one law is one policy.

Here any pack, policy or rule counts that is at hand, for one country at a time. A name whose pack is not at hand binds:
somebody asked it for that country, and nothing shows that it is foreign. A country without listed jurisdictions has its
ISO code as its jurisdiction. A pack names a jurisdiction by the code or the name of a country (`UK`, `GB` and `United
Kingdom` are one), and may name the countries that a jurisdiction of several reaches (`countries`). Source: own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from provenet.core.countries import countries
from provenet.core.ids import fold
from provenet.core.tri import Tri, tri_all
from provenet.core.when import Span
from provenet.policy.pack import Pack, Rule
from provenet.policy.packs import Packs
from provenet.policy.terms import AxisTest, Node, conjuncts

PROPOSAL = "proposal"


@dataclass(frozen=True)
class Binding:
    """Some packs, and the jurisdictions of each country by its name, its own first."""

    packs: Packs
    jurisdictions: Mapping[str, Sequence[str]]

    def jurisdictions_of(self, country: str) -> tuple[str, ...]:
        """The jurisdictions whose policies reach a country, its own first; its ISO code where none are listed."""
        listed = self.jurisdictions.get(country)
        if listed is not None:
            return tuple(listed)
        code = countries().code(country)
        return (code,) if code else ()

    def countries_of(self, name: str, among: Iterable[str]) -> list[str]:
        """The countries that a pack, policy or rule is of, proposals included, in the order given."""
        pack = self._pack(name)
        return [] if pack is None else [one for one in among if self._is_of(pack, one)]

    def binds(self, name: str, country: str) -> bool:
        """Whether a pack, policy or rule binds a country; one that is not at hand does."""
        pack = self._pack(name)
        return pack is None or (pack.force != PROPOSAL and self._is_of(pack, country))

    def policies(self, country: str) -> list[str]:
        """The ids of the packs at hand that bind a country and reach equipment, in the order of the packs.

        Of two readings of one instrument the fuller counts, where both are at hand.
        """
        return [
            name
            for name, pack in self.packs.packs.items()
            if self.binds(name, country) and reaches_equipment(pack) and not self._has_fuller_reading(pack)
        ]

    def rules(self, country: str, as_of: date, known: date | None = None) -> list[Rule]:
        """The rules that bind a country on a day, as known on another (None: all): what `policies` has in force.

        A rule counts whose first or last day is known to a month or year only, where that leaves the day open.
        """
        return [rule for name in self.policies(country) for rule in in_force(self.packs.packs[name], as_of, known)]

    def _has_fuller_reading(self, pack: Pack) -> bool:
        return fold(pack.reading_of) in {fold(one) for one in self.packs.packs} if pack.reading_of else False

    def _pack(self, name: str) -> Pack | None:
        found = self.packs.find(name)
        return None if found is None else found.pack

    def _is_of(self, pack: Pack, country: str) -> bool:
        """Whether a pack is of a jurisdiction of a country, however spelled, or names the country itself."""
        if countries().code(country) in pack.countries:
            return True
        places = {_place(word) for word in self.jurisdictions_of(country)}
        return bool(pack.jurisdiction) and _place(pack.jurisdiction) in places


def _place(jurisdiction: str) -> str:
    """A jurisdiction as others are compared with it: a country by its code, whatever it is called."""
    return countries().code(jurisdiction) or fold(jurisdiction)


def reaches_equipment(pack: Pack) -> bool:
    """Whether some rule of a pack may reach an element; one whose asset class is `none` is about a transaction."""
    return any(all(not _is_of_none(part) for part in conjuncts(rule.when)) for rule in pack.rules)


def _is_of_none(part: Node) -> bool:
    return isinstance(part, AxisTest) and part.axis == "asset_class" and part.values == (("none",),)


def in_force(pack: Pack, as_of: date, known: date | None = None) -> list[Rule]:
    """The rules of a pack that are in force on a day, or may be, as known on another (None: all)."""
    return [rule for rule in pack.rules if rule_in_force(rule, as_of, known, adopted=pack.adopted) is not False]


def rule_stands(rule: Rule, as_of: date, known: date | None = None, *, adopted: date | None = None) -> bool:
    """Whether a rule has not ended by a day, begun or not, and was adopted by the day known."""
    return _before_end(rule.ends, as_of) is not False and not _adopted_after(rule, known, adopted)


def rule_in_force(rule: Rule, as_of: date, known: date | None = None, *, adopted: date | None = None) -> Tri:
    """Whether a rule is in force on a day, [from, to); unknown inside an end that is known to a month or year only.
    With `known`, a rule not yet adopted by then (its adoption, the pack's, else its first day) is not in force."""
    if _adopted_after(rule, known, adopted):
        return False
    return tri_all((_reached(rule.starts, as_of, None), _before_end(rule.ends, as_of)))


def _adopted_after(rule: Rule, known: date | None, adopted: date | None) -> bool:
    day = rule.adopted or adopted or (rule.starts.high if rule.starts else None)
    return known is not None and day is not None and day > known


def _reached(start: Span | None, day: date, default: Tri) -> Tri:
    if start is None or start.low is None or start.high is None:
        return True if start is None else default
    return True if day >= start.high else False if day < start.low else None


def _before_end(end: Span | None, day: date) -> Tri:
    if end is None or end.low is None or end.high is None:
        return True
    return True if day < end.low else False if day >= end.high else None
