"""What a stated fact says of others: never more once a value is not known."""

import pytest

from provenet.core.when import parse_span
from provenet.policy.terms import FactValue
from provenet.policy.wordlists import with_implied

DAY = parse_span("2027-03-01")


@pytest.mark.parametrize(
    ("stated", "implied"),
    [
        ({"decisionpublished": DAY}, True),
        ({"decisions": "none"}, False),
        ({"decisions": "none", "decisionpublished": DAY}, None),
        ({"decisions": None, "decisionpublished": DAY}, None),
        ({"decisions": "none", "decisionpublished": None}, None),
        ({"decisions": None, "supplierdecisions": "none"}, False),
        ({"decisions": None}, None),
        ({"decisionstands": None, "decisionpublished": DAY}, None),
        ({"decisionstands": False, "decisionpublished": DAY}, False),
    ],
)
def test_a_value_that_is_not_known_settles_no_other_fact(stated: dict[str, FactValue | None], implied: object) -> None:
    assert with_implied(stated).get("decisionstands") is implied
