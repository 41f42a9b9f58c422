"""What the picture of the first page draws as certain: never more than the vendors can hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenet.dossier.carrier_bars import certain_share

VENDORS = ("a", "b", "c", "d")
PARTS = st.lists(st.integers(0, 20), min_size=5, max_size=5).filter(sum)
SETS = st.lists(st.sets(st.sampled_from(VENDORS), min_size=1), min_size=1, max_size=5)


@given(PARTS, SETS, st.lists(st.floats(0, 1), min_size=5, max_size=5))
def test_no_more_is_certain_than_the_vendors_have(parts: list[int], sets: list[set[str]], cuts: list[float]) -> None:
    """Any true split; each row states at least some part of what its set has."""
    share = dict(zip(VENDORS, (part / sum(parts) for part in parts), strict=False))
    rows = [(frozenset(one), cut * sum(share[v] for v in one)) for one, cut in zip(sets, cuts, strict=False)]
    true = sum(share[vendor] for vendor in set().union(*sets))
    assert certain_share(rows) <= true + 1e-9


def test_sets_that_share_a_vendor_are_not_added_up() -> None:
    assert certain_share([(frozenset("ab"), 0.57), (frozenset("a"), 0.5), (frozenset("c"), 0.1)]) == pytest.approx(0.67)
    assert certain_share([]) == 0
