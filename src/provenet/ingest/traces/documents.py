"""Values of JSON records of measurements: what was measured, or what is wrong with it and where."""

from collections.abc import Mapping, Sequence
from math import isfinite, nan

from provenet.ingest.bgp.numbers import IPV6, kept_address_number, read_address, unmapped
from provenet.ingest.traces.trace_batch import UNKNOWN, Address

MOST_TTL = 255
MOST_NUMBER = 2**62
"""Numbers of probes and measurements are smaller."""
LAST_MOMENT_S = 253_402_300_799
"""The last second of the year 9999. Milliseconds of any day since 1978 lie above it, so none is taken for seconds."""


class RecordFault(ValueError):
    """What is wrong with a record: where in it, what was found, and what was expected."""

    def __init__(self, says: str, path: str, *, found: object, expected: str) -> None:
        super().__init__(says)
        self.says, self.path, self.found, self.expected = says, path, str(found), expected


def address_in(document: Mapping[str, object], key: str, path: str) -> Address | None:
    """The address under a key, None where none is stated. A zone (`%eth0`) says nothing beyond its host, and IPv4 that
    is written inside IPv6 is IPv4.
    """
    value = document.get(key)
    if value is None or value == "":
        return None
    made = read_address(value.split("%", 1)[0]) if isinstance(value, str) else None
    if made is None or (made[0] != IPV6 and "%" in str(value)):
        raise RecordFault("this is no address", f"{path}.{key}", found=value, expected="an address such as 192.0.2.1")
    return unmapped(*made)


def number_in(document: Mapping[str, object], key: str, path: str) -> int:
    """The whole number under a key, -1 where none is stated; a fraction of a second is cut off."""
    value = document.get(key)
    if value is None:
        return UNKNOWN
    if type(value) not in (int, float) or not isinstance(value, int | float) or not 0 <= value < MOST_NUMBER:
        raise RecordFault("this is no number", f"{path}.{key}", found=value, expected="a whole number of 0 or more")
    return int(value)


def moment_in(document: Mapping[str, object], key: str, path: str) -> int:
    """The moment under a key in seconds since 1970, -1 where none is stated."""
    value = number_in(document, key, path)
    if value > LAST_MOMENT_S:
        expected = "seconds since 1970, not parts of them"
        raise RecordFault("this is no moment", f"{path}.{key}", found=value, expected=expected)
    return value


def round_trip_in(document: Mapping[str, object], path: str) -> float:
    """The round trip in milliseconds; NaN where none is stated, or one that no trip can take."""
    value = document.get("rtt")
    if value is None:
        return nan
    if type(value) not in (int, float):
        raise RecordFault("the round trip is no number", f"{path}.rtt", found=value, expected="milliseconds")
    assert isinstance(value, int | float)
    rtt = float(value) if abs(value) < MOST_NUMBER else nan
    return rtt if isfinite(rtt) and rtt >= 0 else nan


def kept(address: Address | None) -> Address | None:
    """An address as measured evidence keeps it; None stays None."""
    return None if address is None else kept_address_number(*address)


def kind_of(value: object) -> str:
    """What kind of value of JSON it is, in words."""
    names = {str: "a text", bool: "true or false", int: "a number", float: "a number", type(None): "nothing"}
    if isinstance(value, Mapping):
        return "an object"
    return names.get(type(value), "a list" if isinstance(value, Sequence) else "a value")
