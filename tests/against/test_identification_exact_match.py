"""Identification against exact matching of signatures (the method of LFP): coverage at a fixed precision, and
calibration.

On corpora of known truth, made from a seed; and on the tuples of the published signature files, where they are here.
"""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from provenet.identification.calibration import brier_score, expected_error
from provenet.identification.estimate import Estimates, estimate
from provenet.identification.evidence import EvidenceItem, RouterAddress
from provenet.identification.features import Signature, tuple_of_text, without_untested_fields
from support.synthetic_routers import VENDORS, Corpus, as_answered, corpus, exact_match

FILES = Path(__file__).parents[3] / "shared" / "data" / "fingerprints"
PRECISION = 0.98


class SignatureIndex:
    """Signatures by their fields: which vendors agree with a tuple.

    Cost of a question O(signatures) the first time for each set of known fields, then O(1).
    """

    def __init__(self, signatures: Sequence[Signature]) -> None:
        self._known = [(tuple_of_text(one.text), one.vendor_id or "nobody") for one in signatures]
        self._tables: dict[tuple[int, ...], dict[tuple[str | None, ...], frozenset[str]]] = {}

    def exact(self, text: str) -> frozenset[str]:
        """The vendors whose signature is this tuple field by field: the method of the paper."""
        value = tuple_of_text(text)
        return frozenset(vendor for known, vendor in self._known if known == value)

    def agreeing(self, text: str) -> frozenset[str]:
        """The vendors of whose signatures at least one knows all fields that this tuple knows, and agrees in each."""
        value = tuple_of_text(text)
        fields = tuple(at for at, word in enumerate(value) if word is not None)
        if not fields:
            return frozenset()
        if fields not in self._tables:
            table: dict[tuple[str | None, ...], set[str]] = {}
            for known, vendor in self._known:
                table.setdefault(tuple(known[at] for at in fields), set()).add(vendor)
            self._tables[fields] = {key: frozenset(names) for key, names in table.items()}
        return self._tables[fields].get(tuple(value[at] for at in fields), frozenset())


def answers(found: Estimates) -> tuple[np.ndarray, np.ndarray]:
    """The answer and the likeliest vendor of each router, as numbers of `VENDORS`, -1 for none."""
    number = np.array([VENDORS.index(name) for name in found.vendors] + [-1])
    return number[found.vendor], number[found.likeliest]


def unlabelled(made: Corpus) -> np.ndarray:
    return ~made.labelled & np.array([bool(text.strip(",")) for text in made.shown])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_more_routers_are_named_at_the_same_precision(seed: int) -> None:
    """Exact matching names a seventh to a quarter of the routers without a label; we name 0.7 and more, 98 in 100
    rightly.
    """
    made = corpus(seed)
    asked = unlabelled(made)
    exact, true = exact_match(made)[asked], made.true[asked]
    named, _ = answers(estimate(made.addresses(), made.items()))
    ours = named[asked]
    exact_cover, cover = (exact >= 0).mean(), (ours >= 0).mean()
    assert (exact == true)[exact >= 0].mean() >= PRECISION
    assert (ours == true)[ours >= 0].mean() >= PRECISION
    assert cover > 0.65 and cover > 2.5 * exact_cover


@pytest.mark.parametrize(("seed", "reset"), [(1, 0.01), (2, 0.05)])
def test_stated_probabilities_come_true_on_networks_not_seen(seed: int, reset: float) -> None:
    made = corpus(seed, reset=reset)
    found = estimate(made.addresses(), made.items())
    held = found.calibrations["features"]
    assert held.expected_error < 0.03 and held.brier_score < 0.11
    stated = brier_score(found.held_out.p, found.held_out.likeliest == found.held_out.true)
    assert held.networks > 200 and held.brier_score < stated + 0.002
    asked = unlabelled(made)
    _, likeliest = answers(found)
    right = (likeliest == made.true)[asked]
    # Among routers that have no label, and of which labels are no fair sample.
    assert expected_error(found.p_correct[asked], right) < 0.04
    assert brier_score(found.p_correct[asked], right) < 0.1


def test_abstaining_pays() -> None:
    """The routers left unnamed are those that would often have been named wrongly."""
    made = corpus(6)
    asked = unlabelled(made)
    named, likeliest = answers(estimate(made.addresses(), made.items()))
    kept, left = asked & (named >= 0), asked & (named < 0) & (likeliest >= 0)
    assert (likeliest == made.true)[kept].mean() > 0.97
    assert (likeliest == made.true)[left].mean() < 0.85


def published(name: str) -> list[tuple[str, str]]:
    """Tuples and vendors of a signature file."""
    path = FILES / name
    if not path.exists():
        pytest.skip("the signatures of LFP are not here (../shared/data)")
    with path.open(newline="") as stream:
        return [(",".join(row[:14]), row[14]) for row in list(csv.reader(stream))[1:]]


def test_partial_tuples_of_the_published_files_still_name_vendors() -> None:
    """Exact matching names nobody once a protocol is silent; of tuples with one protocol missing four in ten stay
    unique.
    """
    rows = published("lfp-202211-unique-signatures-20.csv") + published("lfp-202211-non-unique-signatures-20.csv")
    index = SignatureIndex([Signature(text, vendor) for text, vendor in rows])
    rng = np.random.default_rng(0)
    unique = dict.fromkeys(("icmp", "tcp", "udp"), 0)
    texts = sorted({text for text, _ in rows})
    for text in texts:
        for silent in unique:
            part = as_answered(text, {silent}, rng, 0.0)
            assert index.exact(part) == frozenset()
            assert index.exact(text) <= index.agreeing(part)
            unique[silent] += len(index.agreeing(part)) == 1
    assert all(count > 0.4 * len(texts) for count in unique.values()), unique


def test_the_file_that_sums_up_names_two_vendors_for_some_tuples() -> None:
    """Defect of the data: an index keeps both, the first does not win."""
    rows = published("lfp-signatures.csv")
    index = SignatureIndex([Signature(text, vendor.rsplit("-", 1)[0]) for text, vendor in rows])
    assert sum(len(index.exact(text)) > 1 for text, _ in rows) > 0


def test_published_shared_counters_carry_nothing() -> None:
    """The field of TCP and ICMP is true for the very tuples whose ICMP counter counts."""
    rows = published("lfp-signatures.csv")
    told = [text.split(",")[5] == "True" for text, _ in rows]
    counting = [text.split(",")[1] in ("i", "i1") for text, _ in rows]
    assert told == counting and sum(told) == 37 and len(rows) == 105
    assert all(without_untested_fields(text).split(",")[5] == "" for text, _ in rows)


HELD = {
    "ciscoSystems": 83918,
    "MikroTik": 28989,
    "HUAWEI": 19869,
    "Juniper": 17665,
    "H3C": 2469,
    "Nokia": 1111,
    "Ericsson": 200,
}
"""Labelled addresses by vendor: the paper's table 5."""


def test_routers_that_show_published_tuples() -> None:
    """Known truth over real tuples: vendors as often as in the paper, their tuples by falling weights, a protocol
    silent at random. Matching exactly, with the unique file; ours with both files as training, their untested fields
    left out.
    """
    unique = published("lfp-202211-unique-signatures-20.csv")
    shared = published("lfp-202211-non-unique-signatures-20.csv")
    rng = np.random.default_rng(7)
    of_vendor = {name: sorted({text for text, vendor in unique + shared if vendor == name}) for name in HELD}
    weight = {name: 1 / np.arange(1, len(texts) + 1) for name, texts in of_vendor.items()}
    names = [name for name in HELD if of_vendor[name]]
    share = np.array([HELD[name] for name in names], float)
    places, items, truth, exact = [], [], [], []
    index = SignatureIndex([Signature(text, vendor) for text, vendor in unique])
    alike = rng.dirichlet(share / share.sum() * 4, 250)
    for at in range(5000):
        network = int(rng.integers(250))
        vendor = names[int(rng.choice(len(names), p=alike[network]))]
        order = weight[vendor] / weight[vendor].sum()
        text = of_vendor[vendor][int(rng.choice(len(order), p=order))]
        silent = {one for one in ("icmp", "tcp", "udp") if rng.uniform() > 0.8}
        shown = as_answered(text, silent, rng, 0.01)
        if not shown.strip(","):
            continue
        places.append(RouterAddress(str(at), network + 1, "XX"))
        items.append(EvidenceItem(str(at), "features", without_untested_fields(shown)))
        if rng.uniform() < 0.25:
            items.append(EvidenceItem(str(at), "snmp_engine", str(at), vendor))
        truth.append(vendor)
        agreed = index.exact(shown.rstrip(",")) if not silent else frozenset()
        exact.append(next(iter(agreed)) if len(agreed) == 1 else None)
    training = [Signature(without_untested_fields(text), vendor) for text, vendor in unique + shared if vendor in names]
    rows = list(estimate(places, items, signatures=training).rows())
    asked = [at for at, row in enumerate(rows) if row.method == "features"]
    ours = [rows[at].vendor_id for at in asked]
    right = [name == truth[at] for at, name in zip(asked, ours, strict=True) if name is not None]
    cover, exact_cover = len(right) / len(asked), sum(exact[at] is not None for at in asked) / len(asked)
    exact_right = [exact[at] == truth[at] for at in asked if exact[at] is not None]
    print(f"exact {exact_cover:.3f} at {np.mean(exact_right):.4f}; ours {cover:.3f} at {np.mean(right):.4f}")
    assert np.mean(right) >= 0.97
    assert cover > exact_cover + 0.2
