"""Features of replies: each defect of the published programme is a test here, by its place in the list of targets."""

import pytest

from provenet.identification.features import (
    FEATURE_NAMES,
    Features,
    Reply,
    counter_class,
    features_of,
    initial_ttl,
    share_counter,
    tuple_of_text,
    without_untested_fields,
)

ROUND = ("icmp", "tcp", "udp")


def probed(
    icmp: tuple[int, ...], tcp: tuple[int, ...], udp: tuple[int, ...], *, ttl: int = 60, rst: int | None = None
) -> list[Reply]:
    """Replies to three rounds of one probe of each protocol, in the order of sending."""
    replies = []
    for protocol, values in zip(ROUND, (icmp, tcp, udp), strict=True):
        for turn, value in enumerate(values):
            sequence = rst if protocol == "tcp" else None
            at = 3 * turn + ROUND.index(protocol)
            replies.append(Reply(protocol, at, value, ttl, 56, request_ip_id=7000 + at, rst_sequence=sequence))
    return replies


def test_a_shared_counter_of_tcp_and_icmp_is_tested_step_by_step() -> None:
    """Defect: the field was true whenever ICMP counts."""
    apart = features_of(probed((10, 12, 14), (40000, 40001, 40002), (1, 2, 3)))
    assert apart.icmp_ipid_counter == "i" and apart.tcp_icmp_counter_share is False
    together = features_of(probed((10, 20, 30), (12, 22, 32), (5000, 9000, 60000)))
    assert together.tcp_icmp_counter_share is True and together.udp_icmp_counter_share is False


def test_an_increase_is_not_enough_for_a_shared_counter() -> None:
    """Defect: 5 then 60000 counted as shared; the limit acted only on wrapping around."""
    assert share_counter([5, 60000]) is False
    assert share_counter([65500, 100]) is True
    assert share_counter([0, 1300]) is True and share_counter([0, 1301]) is False
    found = features_of(probed((5, 6, 7), (60000, 60001, 60002), (60010, 60011, 60012)))
    assert found.tcp_icmp_counter_share is False and found.udp_icmp_counter_share is False
    # One counter for TCP and UDP would have to fall between the rounds here.
    assert found.tcp_udp_counter_share is False


def test_the_largest_step_decides_and_not_the_mean() -> None:
    """Defects: the mean step; and equal but huge steps counted as incremental."""
    assert counter_class([0, 1, 1302]) == "r"
    assert counter_class([0, 1, 1301]) == "i"
    assert counter_class([0, 20000, 40000]) == "r"
    assert counter_class([65000, 500, 1500]) == "i"
    assert counter_class([3, 4, 5]) == "i1"


def test_other_classes_and_too_few_replies() -> None:
    assert [counter_class(v) for v in ([0, 0, 0], [9, 9, 9], [9, 9, 10], [9, 10, 9])] == ["sz", "snz", "dup", "dup"]
    assert [counter_class(v) for v in ([], [5], [5, 6], [0, 0], [0, 2600])] == [None] * 5
    assert counter_class([0, 2601]) == "r"


def test_counters_are_merged_in_the_order_of_sending_with_all_their_values() -> None:
    """Defect: two of three ICMP values were spliced in at other places; the order of arrival does not count either."""
    one_counter = probed((100, 103, 106), (101, 104, 107), (102, 105, 108))
    for replies in (one_counter, one_counter[::-1]):
        found = features_of(replies)
        assert found.tcp_udp_icmp_counter_share is True
        assert (found.tcp_icmp_counter_share, found.udp_icmp_counter_share, found.tcp_udp_counter_share) == (True,) * 3
    # The last ICMP value alone breaks the counter: only those who look at all three see it.
    found = features_of(probed((100, 103, 1400), (101, 104, 107), (102, 105, 108)))
    assert found.icmp_ipid_counter == "i" and found.tcp_udp_icmp_counter_share is False
    assert found.tcp_udp_counter_share is True


def test_a_ttl_of_64_received_stays_64() -> None:
    """Defect: a router attached directly became one of 128."""
    assert [initial_ttl(v) for v in (1, 32, 33, 64, 65, 128, 129, 255)] == [32, 32, 64, 64, 128, 128, 255, 255]
    assert features_of([Reply("icmp", 0, 1, 64, 84)]).icmp_ittl == 64
    with pytest.raises(ValueError, match="a TTL lies between 0 and 255; found 256"):
        initial_ttl(256)


def test_a_missing_reply_leaves_a_partial_tuple() -> None:
    """Defect: any missing reply gave "unknown"."""
    found = features_of(probed((1, 4, 7), (), (2, 5, 8)))
    assert (found.tcp_ipid_counter, found.tcp_ittl, found.tcp_size, found.tcp_udp_counter_share) == (None,) * 4
    assert (found.icmp_ipid_counter, found.udp_ipid_counter, found.udp_icmp_counter_share) == ("i", "i", True)
    # A protocol that does not count shares with none, whether the other answers or not.
    assert features_of(probed((), (0, 0, 0), ())).tcp_icmp_counter_share is False
    assert features_of([]) == Features()


def test_the_sequence_of_the_rst_is_a_feature() -> None:
    """Defect: the fifteenth feature was not collected."""
    assert FEATURE_NAMES[-1] == "tcp_rst_sequence_zero" and len(FEATURE_NAMES) == 15
    assert features_of(probed((), (1, 2, 3), (), rst=0)).tcp_rst_sequence_zero is True
    assert features_of(probed((), (1, 2, 3), (), rst=77)).tcp_rst_sequence_zero is False
    assert features_of(probed((), (1, 2, 3), ())).tcp_rst_sequence_zero is None


def test_an_echoed_ip_id_is_seen_in_every_reply_or_not_at_all() -> None:
    echo = [Reply("icmp", n, 500 + n, 250, 84, request_ip_id=500 + n) for n in range(3)]
    found = features_of(echo)
    assert (found.icmp_ipid_echo, found.icmp_ipid_counter, found.tcp_icmp_counter_share) == (True, "echo", False)
    chance = [echo[0], *(Reply("icmp", n, 8 + n, 250, 84, request_ip_id=500 + n) for n in (1, 2))]
    assert features_of(chance).icmp_ipid_echo is False
    assert features_of([Reply("icmp", 0, 5, 250, 84)]).icmp_ipid_echo is None


def test_replies_that_differ_settle_nothing() -> None:
    two = [Reply("udp", 0, 1, 60, 56), Reply("udp", 1, 2, 200, 68)]
    assert (features_of(two).udp_ittl, features_of(two).udp_size) == (None, None)


def test_replies_out_of_range() -> None:
    with pytest.raises(ValueError, match="an IP-ID lies between 0 and 65535; found 65536"):
        features_of([Reply("udp", 0, 65536, 60, 56)])
    with pytest.raises(ValueError, match="a reply is of icmp, tcp, udp; found 'sctp'"):
        features_of([Reply("sctp", 0, 1, 60, 56)])


def test_tuples_as_text() -> None:
    found = features_of(probed((1, 2, 3), (4, 5, 6), (7, 8, 9), rst=0))
    assert found.text() == "False,i1,i1,i1,False,False,False,False,64,64,64,56,56,56,True"
    assert tuple_of_text(found.text()) == tuple(found.text().split(","))
    assert tuple_of_text("False,x,*,-1,None,,,,64,64,64,84,40,56")[:9] == ("False", *[None] * 7, "64")
    # A layout that nobody knows shows nothing, rather than something else.
    assert set(tuple_of_text("1,2,3")) == {None}


def test_published_tuples_without_what_was_not_tested() -> None:
    shipped = "False,i,i,i,True,True,True,True,255,255,255,84,40,56"
    assert without_untested_fields(shipped) == "False,i,i,i,,,,,255,255,255,84,40,56,"
    assert without_untested_fields(shipped.replace("True", "False")) == "False,i,i,i,,,,False,255,255,255,84,40,56,"
