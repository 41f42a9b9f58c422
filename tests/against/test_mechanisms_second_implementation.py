"""Mechanisms against plain loops over scenarios and carriers."""

import numpy as np
import pytest

from against.reference_mechanisms import outcome
from provenet.tipping import mechanisms
from provenet.tipping.mechanism_rules import Terms
from provenet.tipping.mechanisms import MECHANISMS, SUMS, run
from provenet.tipping.simulation import Simulation
from support.mechanism_cases import SCALARS, random_world


def worlds(simulated: Simulation, terms: Terms) -> list[dict[str, object]]:
    """The scenarios as plain numbers."""
    at = {buyer: j for j, buyer in enumerate(simulated.buyers)}
    found = []
    for s in range(simulated.scenarios):
        world = {name: getattr(simulated, name)[:, s].tolist() for name in ("gap", "effect", "kept", "cost")}
        world |= {name: getattr(terms, name)[:, s].tolist() for name in ("error", "luck")}
        world |= {name: float(getattr(terms, name)[s]) for name in SCALARS}
        world |= {
            "elements": simulated.elements.tolist(), "peers": simulated.peers.tolist(),
            "weight": [sum(d.weight for d in simulated.demands if b in d.carriers) for b in simulated.buyers],
            "demands": [(d.weight, [at[b] for b in d.carriers]) for d in simulated.demands],
            "risk": float(np.mean(terms.default_chance)),
        }  # fmt: skip
        found.append(world)
    return found


def agreed(seed: int) -> None:
    """Asserts that both say the same of every mechanism in every scenario."""
    simulated, budget, terms, offers = random_world(seed)
    plain = worlds(simulated, terms)
    for mechanism in MECHANISMS:
        ours = run(simulated, budget, terms, mechanism=mechanism, offers=offers)
        for s, world in enumerate(plain):
            theirs = outcome(world, budget, mechanism, offers.tolist())
            assert ours.clear[:, s].tolist() == theirs["clear"], (seed, mechanism, s)
            for name in SUMS:
                assert getattr(ours, name)[:, s].sum() == pytest.approx(theirs[name], rel=1e-9, abs=1e-9), (
                    seed, mechanism, s, name,
                )  # fmt: skip


@pytest.mark.parametrize("first", range(0, 200, 25))
def test_mechanisms_are_what_plain_loops_say(first: int) -> None:
    for seed in range(first, first + 25):
        agreed(seed)


def test_pieces_of_scenarios_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for seed in range(20):
        simulated, budget, terms, offers = random_world(seed)
        for mechanism in MECHANISMS:
            whole = run(simulated, budget, terms, mechanism=mechanism, offers=offers)
            monkeypatch.setattr(mechanisms, "CELLS", 2 * len(simulated.buyers))
            pieces = run(simulated, budget, terms, mechanism=mechanism, offers=offers)
            monkeypatch.undo()
            assert all(np.array_equal(getattr(whole, name), getattr(pieces, name)) for name in ("clear", *SUMS))


@pytest.mark.slow
@pytest.mark.parametrize("first", range(200, 4200, 250))
def test_mechanisms_are_what_plain_loops_say_often(first: int) -> None:
    for seed in range(first, first + 250):
        agreed(seed)
