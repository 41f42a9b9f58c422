"""Networks of routers with known vendors, made from a seed: what each shows, who answers, and what is labelled.

A network has a mix of vendors around that of all (few vendors a network, as measured ones have); a router of a vendor
shows one of the vendor's tuples, some of which several vendors share; a protocol may stay silent, an owner may set
the initial TTL. Which routers answer SNMP depends on the vendor, so labels are no fair sample.
"""

from dataclasses import dataclass

import numpy as np

from provenet.identification.evidence import EvidenceItem, RouterAddress
from provenet.identification.features import FEATURE_NAMES, tuple_of_text

VENDORS = ("cisco", "juniper", "huawei", "mikrotik", "nokia", "h3c")
MIX = (0.45, 0.2, 0.12, 0.13, 0.04, 0.06)
LABELLED = (0.35, 0.25, 0.2, 0.3, 0.25, 0.35)
"""The share of each vendor's routers that answer SNMP."""
_OF_PROTOCOL = {
    "icmp": ("icmp_ipid_echo", "icmp_ipid_counter", "icmp_ittl", "icmp_echo_size"),
    "tcp": ("tcp_ipid_counter", "tcp_ittl", "tcp_size"),
    "udp": ("udp_ipid_counter", "udp_ittl", "udp_size"),
}
_PAIRS = {
    "tcp_udp_icmp_counter_share": ("tcp", "udp", "icmp"),
    "tcp_icmp_counter_share": ("tcp", "icmp"),
    "udp_icmp_counter_share": ("udp", "icmp"),
    "tcp_udp_counter_share": ("tcp", "udp"),
}


@dataclass(frozen=True)
class Corpus:
    """Routers with their true vendor (a number of `VENDORS`), network, tuple as shown (may be partial) and label."""

    true: np.ndarray
    network: np.ndarray
    shown: list[str]
    labelled: np.ndarray

    def addresses(self) -> list[RouterAddress]:
        """One address a router."""
        return [RouterAddress(str(at), int(net) + 1, "XX") for at, net in enumerate(self.network.tolist())]

    def items(self) -> list[EvidenceItem]:
        """What they show: tuples, and the engine of those that answer SNMP."""
        out = [EvidenceItem(str(at), "features", text) for at, text in enumerate(self.shown) if text.strip(",")]
        engines = np.flatnonzero(self.labelled).tolist()
        return out + [EvidenceItem(str(at), "snmp_engine", str(at), VENDORS[self.true[at]]) for at in engines]


def tuples_of_vendors(rng: np.random.Generator) -> list[tuple[list[str], np.ndarray]]:
    """Some tuples of each vendor with their weights; two of each vendor's are shared with the vendor before it."""
    made: list[tuple[list[str], np.ndarray]] = []
    for at in range(len(VENDORS)):
        base = rng.choice([64, 128, 255], 3)
        texts = []
        for _ in range(8):
            echo = bool(rng.uniform() < 0.35)
            classes = rng.choice(["i", "r", "sz", "dup"], 3, p=[0.45, 0.35, 0.1, 0.1])
            icmp = "echo" if echo else classes[0]
            counting = [icmp == "i", classes[1] == "i", classes[2] == "i"]
            share = [
                all(counting),
                counting[0] and counting[1],
                counting[0] and counting[2],
                counting[1] and counting[2],
            ]
            sizes = [84, int(rng.choice([40, 40, 58])), int(rng.choice([56, 68, 96]))]
            fields = [echo, icmp, classes[1], classes[2], *share, *base.tolist(), *sizes, ""]
            texts.append(",".join(str(one) for one in fields))
        if at:
            texts[:2] = made[-1][0][3:5]
        made.append((texts, rng.dirichlet(np.full(8, 0.7))))
    return made


def as_answered(text: str, silent: set[str], rng: np.random.Generator, reset: float) -> str:
    """A tuple without what silent protocols would have shown, its initial TTLs perhaps set by the owner."""
    fields = dict(zip(FEATURE_NAMES, tuple_of_text(text), strict=False))
    if rng.uniform() < reset:
        ttl = str(rng.choice([64, 128, 255]))
        fields.update(dict.fromkeys(("udp_ittl", "icmp_ittl", "tcp_ittl"), ttl))
    for protocol in silent:
        fields.update(dict.fromkeys(_OF_PROTOCOL[protocol]))
    for name, needed in _PAIRS.items():
        if silent & set(needed):
            fields[name] = None
    return ",".join(fields[name] or "" for name in FEATURE_NAMES)


def corpus(
    seed: int,
    *,
    networks: int = 300,
    mean_size: float = 25.0,
    alike: float = 0.8,
    answers: float = 0.75,
    reset: float = 0.01,
) -> Corpus:
    """Makes a corpus: `alike` is the concentration of vendors in a network, `answers` the chance that a protocol
    answers.
    """
    rng = np.random.default_rng(seed)
    tuples = tuples_of_vendors(rng)
    size = np.minimum(np.ceil(rng.lognormal(np.log(mean_size) - 0.5, 1.0, networks)).astype(int), 600)
    network = np.repeat(np.arange(networks), size)
    mixes = rng.dirichlet(np.array(MIX) * alike * len(MIX) / 2, networks)
    true = np.array([rng.choice(len(VENDORS), p=mixes[net]) for net in network.tolist()])
    shown = []
    for vendor in true.tolist():
        texts, weights = tuples[vendor]
        silent = {protocol for protocol in _OF_PROTOCOL if rng.uniform() > answers}
        shown.append(as_answered(texts[rng.choice(8, p=weights)], silent, rng, reset))
    labelled = rng.uniform(size=len(true)) < np.array(LABELLED)[true]
    return Corpus(true, network, shown, labelled)


def exact_match(found: Corpus, *, least: int = 20) -> np.ndarray:
    """The method of the paper: full tuples of at least `least` labelled routers, all of one vendor; -1 is no answer."""
    counts: dict[str, np.ndarray] = {}
    for at in np.flatnonzero(found.labelled).tolist():
        counts.setdefault(found.shown[at], np.zeros(len(VENDORS)))[found.true[at]] += 1
    answer = np.full(len(found.true), -1)
    for at, text in enumerate(found.shown):
        full = all(tuple_of_text(text)[:14])
        seen = counts.get(text)
        if full and seen is not None and seen.sum() >= least and seen.max() == seen.sum():
            answer[at] = int(seen.argmax())
    return answer
