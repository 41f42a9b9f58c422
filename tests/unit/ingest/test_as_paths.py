"""An AS path of two-byte numbers and its AS4_PATH, put together by hand as RFC 6793, section 4.2.3, says."""

import pytest

from provenet.ingest.bgp.mrt_routes import Segment, flat, hops, merged

TRANS = 23456


def confederation(*asns: int) -> Segment:
    return 3, asns


def sequence(*asns: int) -> Segment:
    return 2, asns


def one_of(*asns: int) -> Segment:
    return 1, asns


def test_a_set_counts_one_and_a_confederation_nothing() -> None:
    assert hops([confederation(65_001, 65_002), sequence(10, 20), one_of(30, 40, 50)]) == 3


@pytest.mark.parametrize(
    ("path", "path4", "whole"),
    [
        # The confederation leads the path: it is kept, even where AS4_PATH tells all that follows.
        ([confederation(65_001), sequence(TRANS, 20)], [sequence(70_000, 20)],
         [confederation(65_001), sequence(70_000, 20)]),
        # It stands next to a segment that is kept, before or after it.
        ([sequence(10), confederation(65_001), sequence(TRANS)], [sequence(70_000)],
         [sequence(10), confederation(65_001), sequence(70_000)]),
        ([confederation(65_001), sequence(10, TRANS)], [sequence(70_000)],
         [confederation(65_001), sequence(10), sequence(70_000)]),
        # It stands behind what AS4_PATH tells: it is not kept.
        ([sequence(10, TRANS), confederation(65_001)], [sequence(70_000)], [sequence(10), sequence(70_000)]),
        ([sequence(TRANS), confederation(65_001)], [sequence(70_000)], [sequence(70_000)]),
        # A set before what AS4_PATH tells is kept whole and counts one.
        ([one_of(10, 20), sequence(30, TRANS)], [sequence(70_000)], [one_of(10, 20), sequence(30), sequence(70_000)]),
        # An AS4_PATH longer than the path, or of a confederation alone, is void.
        ([sequence(10)], [sequence(70_000, 20)], [sequence(10)]),
        ([sequence(TRANS)], [confederation(65_001)], [sequence(TRANS)]),
    ],
)  # fmt: skip
def test_as4_path_replaces_the_end_of_the_path(path: list[Segment], path4: list[Segment], whole: list[Segment]) -> None:
    assert merged(path, path4) == whole


def test_each_as_of_a_flat_path_stands_beside_the_part_it_was_in() -> None:
    assert flat([confederation(65_001), sequence(10, 20), one_of(30)]) == ((65_001, 10, 20, 30), (2, 0, 0, 1))
