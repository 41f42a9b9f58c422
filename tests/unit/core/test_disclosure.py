"""Which parts are withheld beside others, so that no count under five follows."""

import re
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from provenet.core import disclosure
from provenet.core.disclosure import LEAST_SHOWN, is_few, withheld_beside
from support.examples import examples

COUNTS = st.integers(0, 12).filter(lambda one: not is_few(one))


@settings(max_examples=examples(200), deadline=None)
@given(st.lists(st.tuples(COUNTS, COUNTS), max_size=5), st.tuples(st.integers(0, 12), st.integers(0, 12)))
def test_the_rest_tells_no_few_and_no_part_hides_in_vain(parts: list[tuple[int, int]], rest: tuple[int, int]) -> None:
    whole = [sum(part[at] for part in parts) + rest[at] for at in (0, 1)]
    withheld = withheld_beside(whole, parts)
    left = [rest[at] + sum(parts[one][at] for one in withheld) for at in (0, 1)]
    assert len(withheld) == len(parts) or not any(map(is_few, left))
    if not any(map(is_few, rest)):
        assert not withheld
    if withheld:
        last = max(withheld, key=lambda one: (parts[one][0], one))
        before = [count - part for count, part in zip(left, parts[last], strict=True)]
        assert any(map(is_few, before))


def test_what_is_few() -> None:
    assert [is_few(one) for one in (0, 1, LEAST_SHOWN - 1, LEAST_SHOWN, -1)] == [False, True, True, False, True]


def test_the_least_count_shown_is_set_in_one_place() -> None:
    source = Path(disclosure.__file__).parents[1]
    setting = [
        path
        for path in source.rglob("*.py")
        if re.search(r"^[A-Z_]+ = LEAST_SHOWN|^LEAST_SHOWN =", path.read_text("utf-8"), re.M)
    ]
    assert setting == [Path(disclosure.__file__)]
