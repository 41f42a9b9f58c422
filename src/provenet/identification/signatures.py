"""Published signatures, and matching with partial tuples: what exact matching finds, and what agrees with all that is
known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from provenet.identification.features import FEATURE_NAMES, tuple_of_text

NOBODY = "nobody"
"""What competes with vendors and is none."""
DEFECTIVE = ("tcp_udp_icmp_counter_share", "tcp_icmp_counter_share", "udp_icmp_counter_share")
"""Fields of the published files that their programme did not test: true whenever ICMP counts, or merged out of
order.
"""


@dataclass(frozen=True, slots=True)
class Signature:
    """A tuple of features as text, the vendor it stands for, and on how many labelled routers it rests.

    `vendor_id` None stands for agents that name no vendor (net-snmp): whoever shows such a tuple may be nobody's
    router.

    Published files state no numbers, only "at least 20": a named assumption where nothing better is known.
    """

    text: str
    vendor_id: str | None
    samples: float = 20.0


def without_untested_fields(text: str) -> str:
    """A tuple of a published file without what its programme did not test: three shared counters, and a shared
    counter of TCP and UDP said to be true, which any increase made so. False stays: what the loose test refused, the
    right one does.
    """
    values = list(tuple_of_text(text))
    for name in DEFECTIVE:
        values[FEATURE_NAMES.index(name)] = None
    pair = FEATURE_NAMES.index("tcp_udp_counter_share")
    values[pair] = values[pair] if values[pair] == "False" else None
    return ",".join(value or "" for value in values)


class SignatureIndex:
    """Signatures by their fields: which vendors agree with a tuple.

    Cost of a question O(signatures) the first time for each set of known fields, then O(1).
    """

    def __init__(self, signatures: Sequence[Signature]) -> None:
        self._known = [(tuple_of_text(one.text), one.vendor_id or NOBODY) for one in signatures]
        self._tables: dict[tuple[int, ...], dict[tuple[str | None, ...], frozenset[str]]] = {}

    def exact(self, text: str) -> frozenset[str]:
        """The vendors whose signature is this tuple field by field: the method of the paper."""
        value = tuple_of_text(text)
        return frozenset(vendor for known, vendor in self._known if known == value)

    def agreeing(self, text: str) -> frozenset[str]:
        """The vendors of whose signatures at least one knows all fields that this tuple knows, and agrees in each."""
        value = tuple_of_text(text)
        fields = tuple(at for at, word in enumerate(value) if word is not None)
        if not fields:
            return frozenset()
        if fields not in self._tables:
            table: dict[tuple[str | None, ...], set[str]] = {}
            for known, vendor in self._known:
                table.setdefault(tuple(known[at] for at in fields), set()).add(vendor)
            self._tables[fields] = {key: frozenset(names) for key, names in table.items()}
        return self._tables[fields].get(tuple(value[at] for at in fields), frozenset())
