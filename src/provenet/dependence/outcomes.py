"""The verdicts of each pack on each vendor, for the part of a network it supplies."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from provenet.case.profiles import is_general
from provenet.case.rows import RestVerdictRow, VerdictRow
from provenet.case.tables import words
from provenet.core.grouping import grouped
from provenet.dependence.question import DependenceQuestion, covers

REASON_OF = {"conditional": "condition", "undetermined": "verdict"}
"""Outcomes that count as unknown, and the reason stored."""
ACTION = "use"
"""The act whose verdicts split shares."""


def part_of_rows(rows: Iterable[VerdictRow]) -> str:
    """The part that verdicts give together: that of their outcome; where they differ or are none, undetermined."""
    outcomes = {row["outcome"] for row in rows}
    only = outcomes.pop() if len(outcomes) == 1 else "undetermined"
    return REASON_OF.get(only, only)


@dataclass(frozen=True)
class PolicyVerdicts:
    """The verdicts of one pack on one day for equipment of one asset class and layer."""

    rows: tuple[VerdictRow, ...]
    asset_class: str
    layer: str
    rest: tuple[RestVerdictRow, ...] = ()

    @property
    def pack(self) -> str:
        """Id of the pack."""
        return str(self.rows[0]["pack"])

    @property
    def issuer(self) -> str:
        """Who issued the policy."""
        return str(self.rows[0]["issuer"])

    @property
    def says(self) -> str:
        """The policy in words: title, issuer, force."""
        first = self.rows[0]
        return f"{first['pack_title']} (issuer {first['issuer']}, {first['force']})"

    @cached_property
    def _by_vendor(self) -> dict[str, list[VerdictRow]]:
        return grouped((row["vendor_id"], row) for row in self.rows)

    def verdicts(self, vendor: str, carrier: str | None) -> list[VerdictRow]:
        """The verdicts that speak of a vendor at a carrier; for a country, those for each of its carriers."""
        rows = self._by_vendor.get(vendor, [])
        if carrier is None:
            return rows
        own = [row for row in rows if row["carrier_id"] == carrier]
        return own or [row for row in rows if row["carrier_id"] is None]

    def part(self, vendor: str, carrier: str | None) -> str:
        """restricted or clear, else the reason why the part is unknown: condition or verdict.

        Where a country's carriers get different outcomes, or no verdict speaks of the vendor, it is the verdict.
        """
        return part_of_rows(self.verdicts(vendor, carrier))

    def rest_rows(self, carrier: str | None) -> list[RestVerdictRow]:
        """What the policy says at a carrier of vendors that it does not name; for a country, at any of its carriers."""
        if carrier is None:
            return [*self.rest]
        own = [row for row in self.rest if row["carrier_id"] == carrier]
        return own or [row for row in self.rest if row["carrier_id"] is None]

    def not_clear(self, carrier: str | None) -> frozenset[str] | None:
        """The only vendors of which anything but clear can be said; None where that may be any vendor.

        Known to be all where the policy is clear of every vendor that its rules do not name: those with another
        verdict, and those that rules name and no verdict speaks of.
        """
        rest = self.rest_rows(carrier)
        if not rest or any(row["outcome"] != "clear" for row in rest):
            return None
        named = {vendor for row in rest for vendor in row["named_ids"]}
        return frozenset(v for v in {*named, *self._by_vendor} if self.part(v, carrier) != "clear")

    def inputs(self, vendors: Iterable[str], carrier: str | None) -> list[str]:
        """The verdict rows a part rests on."""
        verdicts = [f"verdict:{row['verdict_id']}" for vendor in vendors for row in self.verdicts(vendor, carrier)]
        if self.not_clear(carrier) is None:
            return verdicts
        return [*verdicts, *(f"rest_verdict:{row['rest_id']}" for row in self.rest_rows(carrier))]


class Policies:
    """The verdicts of the packs in question, on the day in question; packs without a rule in force are left out.

    Where no rule is in force, no part is drawn: nothing is restricted or clear.
    """

    def __init__(self, question: DependenceQuestion) -> None:
        self._rows: dict[str, list[VerdictRow]] = {}
        self._every: dict[str, list[VerdictRow]] = {}
        self._held: dict[tuple[str, str, str], list[VerdictRow]] = {}
        self._found: dict[tuple[str, str, str | None], PolicyVerdicts | None] = {}
        for row in question.verdicts(ACTION):
            self._every.setdefault(row["pack"], []).append(row)
            self._held.setdefault((row["pack"], row["asset_class"], row["layer"]), []).append(row)
            if is_general(row):
                self._rows.setdefault(row["pack"], []).append(row)
        self._rest: dict[tuple[str, str, str], list[RestVerdictRow]] = grouped(
            ((rest["pack"], rest["asset_class"], rest["layer"]), rest)
            for rest in question.rows(RestVerdictRow)
            if rest["as_of_on"] == question.as_of and rest["known_on"] == question.known and rest["action"] == ACTION
        )
        self.packs = sorted(p for p, rows in self._every.items() if any(r["rules_in_force"] for r in rows))

    def of(self, pack: str, asset_class: str, layer: str | None = None) -> PolicyVerdicts | None:
        """The verdicts for an asset class, or for the nearest class that holds it.

        Without a layer the first that verdicts speak of: published shares are of equipment, so hardware
        before software before management. None where there are none.
        """
        rows = self._rows.get(pack, [])
        classes = sorted({r["asset_class"] for r in rows if covers(r["asset_class"], asset_class)}, key=len)
        for found in reversed(classes):
            held = [r for r in rows if r["asset_class"] == found]
            wanted = layer or _first_layer(held)
            if some := tuple(r for r in held if r["layer"] == wanted):
                return PolicyVerdicts(some, found, wanted, tuple(self._rest.get((pack, found, wanted), ())))
        return None

    def of_assets(self, pack: str, asset_class: str, layer: str | None) -> PolicyVerdicts | None:
        """The verdicts on assets of a class and layer, else what `of` gives. Kept once found."""
        key = (pack, asset_class, layer)
        if key not in self._found:
            rows = self._held.get((pack, asset_class, layer or "any"))
            own = PolicyVerdicts(tuple(rows), asset_class, layer or "any") if rows else None
            self._found[key] = own or self.of(pack, asset_class, layer)
        return self._found[key]

    def tested(self, pack: str) -> tuple[str, ...]:
        """What the pack's rules test of an asset beside vendor, class, layer and act."""
        return tuple(self._every[pack][0]["tested"] or ())


def _first_layer(rows: Sequence[VerdictRow]) -> str:
    order = [*words("layer"), "any"]
    return min((row["layer"] for row in rows), key=lambda layer: (order.index(layer) if layer in order else 99, layer))
