"""Who would have to move: what a public page may say of it."""

from collections import Counter
from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import pytest

from provenet.core.disclosure import LEAST_SHOWN
from provenet.exposure.networks import NetworkRegister
from provenet.exposure.single_networks import _mover_rows, _Moves, _TagInCountry


@pytest.mark.parametrize(
    ("networks", "moves", "audience"),
    [(LEAST_SHOWN, LEAST_SHOWN, "public"), (LEAST_SHOWN - 1, 40, "internal"), (40, LEAST_SHOWN - 1, "internal"),
     (0, 0, "internal")],
)  # fmt: skip
def test_a_public_row_is_of_five_networks_and_five_moves_at_least(networks: int, moves: int, audience: str) -> None:
    told = {"ends_says": "all ends", "graph_ref": "file:graph", "days": {"as_of_on": date(2025, 11, 25)}}
    context = SimpleNamespace(restricted=SimpleNamespace(says="a list", refs=[]), register=NetworkRegister({}), **told)
    subject = _TagInCountry(cast("Any", context), "Japan", "gov", networks)
    (row,) = _mover_rows(subject, _Moves(100, 60, Counter({64510: moves})), sampled="all", sensitive=frozenset())
    assert row["audience"] == audience
