"""Rounds of best response among carriers that move each other, and the equilibria in which they end.

All of it is claimed for the binary game alone: clear or not. Peers who choose clear never make clear dearer (`effect`
is at least 0), so whoever chooses clear in a round still does once more peers have. From nobody clear the rounds
therefore only rise and end in the least equilibrium; from everybody they only fall and end in the greatest; every other
equilibrium lies between, and either way takes at most one round a buyer (Topkis, Operations Research 26, 1978; Milgrom
and Roberts, Econometrica 58, 1990). With three and more choices there is no such order, and nothing here holds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from provenet.core.ids import row_id
from provenet.tipping.kernels.equilibrium import HAIR, settle
from provenet.tipping.simulation import Floats, Simulation

Flags = NDArray[np.bool_]
Start = Literal["nobody", "everybody"]


@dataclass(frozen=True, eq=False)
class ResponseRounds:
    """What rounds of best response did.

    `share` float64[R, J]: the share of scenarios in which each buyer is clear after round 1 to R; the last round that
    changed anything is the last one, and there is at least one. `clear` bool[J, S]: the state after it. `settled`: that
    state is an equilibrium, so no limit on rounds cut it short.
    """

    share: Floats
    clear: Flags
    settled: bool


def best_responses(simulated: Simulation, aid: Floats, clear: Flags | None) -> Flags:
    """Who chooses clear in each scenario, bool[J, S], while its peers stand as in `clear` (None: nobody is).

    `aid` float64[J] or [J, S]. A buyer does if its aid is at least what is needed; never if no aid would do.
    """
    needed = simulated.needed(clear)
    offered = aid[:, None] if aid.ndim == 1 else aid
    if offered.shape not in ((len(needed), 1), needed.shape):
        raise ValueError(f"aid of {aid.shape} for {len(needed)} buyers in {simulated.scenarios} scenarios")
    return np.asarray((offered >= needed * (1 - HAIR)) & np.isfinite(needed))


def best_response_rounds(
    simulated: Simulation, aid: Floats, start: Start = "nobody", *, most: int | None = None
) -> ResponseRounds:
    """Rounds in which every buyer answers what its peers chose in the round before, until nobody changes.

    It ends in the least equilibrium from "nobody" and in the greatest from "everybody" (the binary game only). `most`
    rounds at most; None is one more than there are buyers, which always settles. Cost O(J^2 S) a round.
    """
    count, scenarios = len(simulated.buyers), simulated.scenarios
    state = np.full((count, scenarios), start == "everybody")
    shares: list[Floats] = []
    settled = False
    for _ in range(count + 1 if most is None else most):
        after = best_responses(simulated, aid, state)
        settled = bool(np.array_equal(after, state))
        if settled and shares:
            break
        shares.append(after.mean(axis=1))
        state = after
        if settled:
            break
    return ResponseRounds(np.array(shares).reshape(len(shares), count), state, settled)


def least_equilibrium(simulated: Simulation, aid: Floats, start: Flags | None = None) -> Flags:
    """Who is clear in the least equilibrium, bool[J, S]: what aid brings about for sure, since nobody waits in hope.

    The end of `best_response_rounds` from "nobody", compiled; whoever is clear at the `start` stays so. O(J^3 S) at
    most.
    """
    offered = aid[:, None] if aid.ndim == 1 else aid
    if offered.shape not in ((len(simulated.buyers), 1), simulated.gap.shape):
        raise ValueError(f"aid of {aid.shape} for {len(simulated.buyers)} buyers in {simulated.scenarios} scenarios")
    gap, effect, peers, kept, offer = (
        np.ascontiguousarray(one, np.float64)
        for one in (simulated.gap, simulated.effect, simulated.peers, simulated.kept, offered)
    )
    clear = np.zeros(gap.shape, np.bool_) if start is None else start.copy()
    settle(gap, effect, peers, kept, offer, clear)
    return clear


def round_rows(
    simulated: Simulation, aid: Floats, carriers: Mapping[str, str], *, funds: Mapping[str, str], aided: bool
) -> list[dict[str, object]]:
    """The rows of `response_round`: from both starts, round by round, the shorter one carried on as it ended.

    `carriers` gives the carrier of a purchase, `funds` the id of the fund of a country.
    """
    low, high = (
        best_response_rounds(simulated, aid, "nobody").share,
        best_response_rounds(simulated, aid, "everybody").share,
    )
    rows: list[dict[str, object]] = []
    for j, (buyer, group) in enumerate(zip(simulated.buyers, simulated.groups, strict=True)):
        for nth in range(max(len(low), len(high))):
            key = {"fund": funds[group], "buyer": buyer, "number": nth, "aided": aided}
            rows.append(
                {
                    "round_id": row_id("response_round", key),
                    "fund_id": funds[group],
                    "country": group,
                    "purchase_id": buyer,
                    "carrier_id": carriers[buyer],
                    "number_count": nth,
                    "least_p_clear_share": float(low[min(nth, len(low) - 1), j]),
                    "greatest_p_clear_share": float(high[min(nth, len(high) - 1), j]),
                    "aided": aided,
                }
            )
    return rows
