"""What fails at one carrier with a vendor: radio in its share, a core from its share to the whole."""

from provenet.case.tables import vocabulary
from provenet.dependence.bounds import failing
from provenet.dependence.intervals import Bound


def test_radio_fails_in_its_share_and_a_core_may_stop_the_carrier() -> None:
    share = Bound.of(0.2, 0.3, low_open=True, high_open=True)
    assert "core" in vocabulary()["fails_as_a_whole"]
    assert failing(share, "ran.radio") == share
    assert failing(share, "core.amf") == Bound.of(0.2, 1, low_open=True)


def test_a_vendor_that_is_absent_stops_nothing() -> None:
    assert failing(Bound.of(0, 0), "core") == Bound.of(0, 0)
    assert failing(Bound.of(0, 0.1), "core") == Bound.of(0, 1)
