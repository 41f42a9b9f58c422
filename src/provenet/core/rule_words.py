"""What rules test beside facts, in words: the vendor, the part of the network, the act, lists of a government."""

import re
from collections.abc import Sequence

from provenet.core import wording
from provenet.core.ids import fold

AXIS_WORDS = {
    "vendor_in": ("the vendor is {}", "the vendor is not {}"),
    "affiliate_of": ("the vendor is {} or belongs to that group", "the vendor is not {} and belongs to no such group"),
    "controlled_from": ("the vendor is controlled from {}", "the vendor is not controlled from {}"),
    "made_in": ("it was made in {}", "it was not made in {}"),
    "carrier_in": ("the carrier is {}", "the carrier is not {}"),
    "asset_class": ("the asset class is {}, or one below it", "the asset class is not {}, nor one below it"),
    "segment": ("the segment of the network is {}", "the segment of the network is not {}"),
    "layer": ("the layer is {}", "the layer is not {}"),
    "action": ("the act is {}", "the act is not {}"),
    "site_class": ("the class of the site is {}", "the class of the site is not {}"),
    "capability": ("it has the capability {}", "it does not have the capability {}"),
    "product_category": ("the product category is {}", "the product category is not {}"),
    "buyer": ("the buyer is {}", "the buyer is not {}"),
    "listed_in": ("the vendor is on the list {}", "the vendor is not on the list {}"),
}
LIST_WORDS = {
    "ukannex": "annex of the UK designation notice",
    "ncschrv": "vendors that the UK centre classes as high risk",
    "hrslist": "EU list of high-risk vendors, as proposed",
    "1260h": "US section 1260H list",
    "indenylist": "Indian deny list",
}


def axis_clause(axis: str, words: Sequence[str]) -> str:
    """What a test of an axis asks, as a clause of a sentence.

    >>> axis_clause("carrier_in", ["Odido", "KPN"]), axis_clause("asset_class", ["core.user_plane"])
    ('the carrier is Odido or KPN', 'the asset class is core.user plane, or one below it')
    """
    if axis == "listed_in":
        return f"the vendor is on the {wording.series(map(list_says, words), 'or')}"
    shown = [word.replace("_", " ") for word in words]
    return AXIS_WORDS[axis][0].format(wording.series(shown, "or")) if axis in AXIS_WORDS else ", ".join(shown)


def list_says(name: str) -> str:
    """A list by what it is; one of a pack of one's own by its name."""
    return LIST_WORDS.get(fold(name)) or f"list “{name.replace('_', ' ')}”"


_SECOND = re.compile(r"=.*[^\w=].*?[^\W\d]\w*\s*=(?!=)|=.*[^=\s]\s*=\s*[^=\s]|[;；\n\r]\s*[^\s;；]", re.DOTALL)


def holds_two_facts(text: str) -> bool:
    """Whether what should be one `key=value` holds a second, or a semicolon or line break that parts no facts here.

    >>> [holds_two_facts(text) for text in ("a=x&b=true", "a=x b = true", "a=x; b", "a=x;", "m=A, Inc.", "d=ab==")]
    [True, True, True, False, False, False]
    """
    return _SECOND.search(text) is not None


_TESTED = re.compile(r" \((?=[a-z0-9_]*[a-z])([a-z0-9_]+)(?: (is|in|at_least|at_most|before|after) ([^()]*))?\)")


_BARE = re.compile(r"\bfact: [a-z0-9_]+")


_OPERATORS = {"at_least": "at least ", "at_most": "at most ", "before": "before ", "after": "after "}


def plain_reason(reason: str) -> str:
    """The reason of a verdict as a page writes it: without the keys of facts, the values asked for in words.

    >>> plain_reason("Not known: the day of first use (first_use at_least 2026-01-01). Possible: clear.")
    'Not known: the day of first use: at least 2026-01-01. Possible: clear.'
    >>> plain_reason("Not known: the state's measure (state_measure in [veto, partial_veto]). Possible: clear.")
    "Not known: the state's measure: veto or partial veto. Possible: clear."
    """
    return _BARE.sub(lambda found: found[0].replace("_", " "), _TESTED.sub(_value_words, reason))


def _value_words(found: re.Match[str]) -> str:
    _, operator, value = found.groups()
    if operator is None or value in ("true", "false"):
        return ""
    values = [word.replace("_", " ") for word in value.strip("[]").split(", ")]
    return f": {_OPERATORS.get(operator, '')}{wording.series(values, 'or')}"


def words_of_test(test: str) -> str:
    """What a test of a rule asks for, in words: a fact by its key, anything else as a clause.

    >>> words_of_test("fact: order_exists"), words_of_test("carrier_in: Odido, KPN")
    ('order exists', 'the carrier is Odido or KPN')
    """
    if test.startswith("fact: "):
        return test.removeprefix("fact: ").replace("_", " ")
    axis, _, written = test.partition(": ")
    return axis_clause(axis, written.split(", "))
