"""Where what is declared of a router and what is measured of it name different vendors, and where measurements
differ.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from provenet.identification.estimate import Estimates


@dataclass(frozen=True, slots=True)
class DeclaredVendor:
    """What somebody declares of an address: an inventory, a carrier, a register. `declared_by` names the row or
    party.
    """

    address: str
    vendor_id: str
    declared_by: str = ""


@dataclass(frozen=True, slots=True)
class VendorConflict:
    """Two names for one router, neither of which is a finding. `between` is `declared and measured` or `measurements`.

    `declared_id` is None between measurements; `measured_id` is the answer, None where none was given, with
    `likeliest_id` and `p_correct` beside it. `evidence` is all that the router shows.
    """

    between: str
    address: str
    router: int
    declared_id: str | None
    declared_by: str
    measured_id: str | None
    likeliest_id: str | None
    p_correct: float
    evidence: str


def _same(first: str, second: str) -> bool:
    return first == second


def conflicts(
    estimates: Estimates, declared: Iterable[DeclaredVendor], *, same: Callable[[str, str], bool] = _same
) -> list[VendorConflict]:
    """Declared vendors that the measured answer contradicts, then routers whose direct evidence names several vendors.

    Parameters: `same` says whether two ids are one maker on the day in question (a merger, a brand, a maker of
    parts); equal ids alone by default. A router without an answer contradicts nothing: unknown is not another vendor.
    An address of which nothing was seen is passed over. Returns conflicts in the order of `declared`, then of
    routers.
    """
    router_of = dict(zip(estimates.evidence.addresses, estimates.evidence.router_of.tolist(), strict=True))
    out = []
    for one in declared:
        router = router_of.get(one.address)
        if router is not None and estimates.vendor[router] >= 0:
            measured = estimates.vendors[int(estimates.vendor[router])]
            if not same(one.vendor_id, measured):
                out.append(_conflict(estimates, one.address, router=router, declared=one))
    _, first = np.unique(estimates.evidence.router_of, return_index=True)
    width = max(len(estimates.vendors), 1)
    torn = {
        number
        for number, members in enumerate(estimates.direct_sets)
        if _several([estimates.vendors[at] for at in sorted(set((members % width).tolist()))], same)
    }
    for router, number in enumerate(estimates.direct_set.tolist()):
        if number in torn:
            out.append(
                _conflict(estimates, estimates.evidence.addresses[int(first[router])], router=router, declared=None)
            )
    return out


def _several(names: list[str], same: Callable[[str, str], bool]) -> bool:
    return any(not same(names[0], other) for other in names[1:])


def _conflict(estimates: Estimates, address: str, *, router: int, declared: DeclaredVendor | None) -> VendorConflict:
    vendor, likeliest = int(estimates.vendor[router]), int(estimates.likeliest[router])
    return VendorConflict(
        between="measurements" if declared is None else "declared and measured",
        address=address,
        router=router,
        declared_id=None if declared is None else declared.vendor_id,
        declared_by="" if declared is None else declared.declared_by,
        measured_id=estimates.vendors[vendor] if vendor >= 0 else None,
        likeliest_id=estimates.vendors[likeliest] if likeliest >= 0 else None,
        p_correct=float(estimates.p_correct[router]),
        evidence=estimates.evidence_of(router),
    )
