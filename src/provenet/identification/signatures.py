"""Published signatures of features: tuples with the vendor that each stands for."""

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
