"""A condition in plain words: what a reader who knows no YAML needs to see of a rule.

Words only: nothing here decides anything. What a fact means is taken from the pack's own `facts`. Source: own.
"""

from collections.abc import Mapping
from datetime import date, timedelta

from provenet.core import wording
from provenet.core.rule_words import AXIS_WORDS, LIST_WORDS
from provenet.core.when import Span
from provenet.policy.terms import AllOf, AxisTest, FactRef, FactTest, Node, Not, Right, list_name

ACTS = {
    "use": "use",
    "install_new": "new installation",
    "buy": "purchase",
    "authorise": "authorisation",
    "authorise_new": "new authorisation",
    "sell_or_import": "sale or import",
    "import": "import",
    "subsidise": "subsidy",
    "report": "report",
    "introduce": "introduction",
    "maintain": "maintenance",
    "expand": "expansion",
    "outsource": "outsourcing",
    "contract": "contract",
}
OPERATOR_WORDS = {
    "is": ("", "anything but "),
    "in": ("", "anything but "),
    "at_least": ("at least ", "below "),
    "at_most": ("at most ", "above "),
    "before": ("before ", "not before "),
    "after": ("after ", "not after "),
}


def span_words(span: Span) -> str:
    """A day, or the month or year of a date that is not known closer."""
    if span.low is None or span.high is None:
        return "an open date"
    if span.is_day:
        return wording.day(span.low)
    return f"{_period_words(span.low, span.high)} (the day is not known)"


def _period_words(low: date, high: date) -> str:
    same_month = (low.year, low.month) == (high.year, high.month)
    return f"{wording.MONTHS[low.month - 1]} {low.year}" if same_month else str(low.year)


def ref_words(ref: FactRef, says: Mapping[str, str]) -> str:
    """Another fact as a right side, with the time that is added to it."""
    noun = says.get(ref.key, f"`{ref.key}`")
    return f"{ref.plus[0]} {ref.plus[1]}s after {noun}" if ref.plus else noun


def condition_lines(node: Node, says: Mapping[str, str]) -> list[str]:
    """A condition as a nested Markdown list, one line per test. Cost O(size of the condition)."""
    if isinstance(node, AllOf):
        return [line for part in node.parts for line in _bullet(part, says, True)]
    return _bullet(node, says, True)


def _bullet(node: Node, meanings: Mapping[str, str], wanted: bool) -> list[str]:
    if isinstance(node, Not):
        return _bullet(node.part, meanings, not wanted)
    if isinstance(node, AxisTest):
        return [f"- {axis_words(node, wanted)}"]
    if isinstance(node, FactTest):
        return [f"- {fact_words(node, meanings, wanted)}"]
    if len(node.parts) == 1:
        return _bullet(node.parts[0], meanings, wanted)
    heads = (
        ("all of these:", "not all of these:")
        if isinstance(node, AllOf)
        else ("at least one of these:", "none of these:")
    )
    inner = [line for part in node.parts for line in _bullet(part, meanings, True)]
    return [f"- {heads[0 if wanted else 1]}", *(f"  {line}" for line in inner)]


def axis_words(test: AxisTest, wanted: bool) -> str:
    """One axis as half a sentence."""
    if test.axis == "asset_class" and ("*" in test.written or "all" in test.written):
        return "any asset" if wanted else "no asset"
    words = list(test.written)
    if test.axis == "action":
        words = [ACTS.get(word, word) for word in words]
    if test.axis in ("asset_class", "segment", "layer", "capability", "site_class"):
        words = [f"`{word}`" for word in words]
    if test.axis == "listed_in":
        words = [list_words(word) for word in words]
    return AXIS_WORDS[test.axis][0 if wanted else 1].format(wording.series(words, "or"))


def list_words(name: str) -> str:
    """A list by what it is, with the word a case names it by."""
    text = LIST_WORDS.get(list_name(name))
    return f"“{name}” ({text})" if text else f"“{name}”"


def fact_words(test: FactTest, says: Mapping[str, str], wanted: bool) -> str:
    """One fact as a clause (yes or no) or as a name with its values."""
    noun = says.get(test.key, f"`{test.key}`")
    if len(test.tests) == 1 and test.tests[0][0] == "is" and isinstance(test.tests[0][1], bool):
        return noun if test.tests[0][1] == wanted else f"it is not the case that {noun}"
    values = " and ".join(f"{OPERATOR_WORDS[op][0 if wanted else 1]}{_right(right, says)}" for op, right in test.tests)
    return f"{noun}: {values}"


def _right(right: Right, meanings: Mapping[str, str]) -> str:
    if isinstance(right, FactRef):
        return ref_words(right, meanings)
    if isinstance(right, tuple):
        return wording.series(
            [word for word in (_right(one, meanings) for one in right) if word != "no"] or ["no"], "or"
        )
    if isinstance(right, Span):
        return span_words(right)
    if isinstance(right, bool):
        return "yes" if right else "no"
    return (
        f"{right:,.0f}"
        if isinstance(right, float) and right >= 1000
        else f"{right:g}"
        if isinstance(right, float)
        else right
    )


def last_day(end: Span) -> str:
    """The last day of an interval that ends before `end`."""
    if end.low is None or end.high is None:
        return "an open date"
    return wording.day(end.low - timedelta(days=1)) if end.is_day else f"a day in {_period_words(end.low, end.high)}"


def measure_words(measure: str) -> str:
    """The measure of a cap as a sentence writes it."""
    return measure.replace("_", " ").replace("5g", "5G")
