"""P(vendor) of every router from all that its addresses show, calibrated, and no answer where that is not enough.

The posterior is the prior of the router's network and region times the likelihood of its direct evidence times that
of its features. The network's mix alone never identifies a router: what the router itself shows must speak for the
vendor too (`least_support`), since a restricted device in the network is another statement than one on the hop.

Features are learnt on routers with direct evidence. Such a router's own features are judged by counts of other networks
only, and probabilities are calibrated on networks that were held out whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from provenet.identification.calibration import Calibration, Calibrator, calibration, network_folds
from provenet.identification.evidence import EvidenceItem, RouterAddress, RouterEvidence, gather, set_numbers
from provenet.identification.features import NOBODY, FeatureModel, Signature
from provenet.identification.misclassification import JudgedAnswers
from provenet.identification.prior import (
    KindReliability,
    VendorPrior,
    direct_log_likelihood,
    learn_prior,
    learn_reliability,
    witnesses_of,
)
from provenet.numerics.arrays import Flags, Floats, Longs

NO_ANSWER = "it shows nothing that names a vendor"
NETWORK_ALONE = "only the other routers of its network speak for a vendor"
BELOW_THRESHOLD = "no vendor is likely enough"
_CHUNK = 1 << 15
_LABEL = 0.9
_KEPT = 1e-3


@dataclass(frozen=True, kw_only=True)
class EstimateSettings:
    """How routers are identified.

    `threshold`: least calibrated probability of an answer. `least_support`: by how much more likely the router's own
    evidence must be under the vendor than under the others. `strength`: how many routers a back-off level counts for.
    `elsewhere`: the assumed part of a network's routers that follow its region's mix. `reset`: the assumed
    probability that an owner set the initial TTL. `folds`, `least_labels`: how probabilities are calibrated,
    and with how many routers at least.
    """

    threshold: float = 0.9
    least_support: float = 3.0
    strength: float = 1.0
    reset: float = 0.02
    elsewhere: float = 0.1
    folds: int = 5
    least_labels: int = 50


@dataclass(frozen=True, slots=True)
class AddressEstimate:
    """The answer for one address: `vendor_id` None is unknown, and `unknown_because` then says why.

    `likeliest_id` and `p_correct` stand also where the answer is withheld, None where the router shows nothing.
    `calibrated` says whether `p_correct` rests on held-out networks or on stated assumptions alone.
    """

    address: str
    vendor_id: str | None
    p_correct: float | None
    method: str
    evidence: str
    network: int | None
    region: str | None
    router: int
    likeliest_id: str | None
    unknown_because: str | None
    calibrated: bool


@dataclass(frozen=True, eq=False)
class HeldOut:
    """What features alone say of labelled routers of networks none of whose labels were seen.

    Over those routers: `router` int64, `true` and `likeliest` int64 vendors, `p` float64 uncalibrated, `support`
    float64, `network` int64.
    """

    router: Longs

    true: Longs
    likeliest: Longs
    p: Floats
    support: Floats
    network: Longs


@dataclass(frozen=True, eq=False)
class Estimates:
    """The answers for R routers with A addresses, and what they rest on.

    Arrays over routers: `vendor` int64 into `vendors`, -1 unknown; `likeliest` int64, -1 where it shows nothing;
    `p_vendor` float64 posterior of the likeliest; `p_correct` float64 the same, calibrated; `support` float64;
    `shows` int64: 0 nothing, 1 direct evidence, 2 features, 3 both. `calibrations` by `direct` and `features`, only
    where there were labels enough; `held_out`: what features alone say of labelled routers.
    """

    evidence: RouterEvidence
    settings: EstimateSettings
    vendors: tuple[str, ...]
    vendor: Longs
    likeliest: Longs
    p_vendor: Floats
    p_correct: Floats
    support: Floats
    shows: Longs
    reliability: tuple[KindReliability, ...]
    prior: VendorPrior
    calibrations: dict[str, Calibration]
    held_out: HeldOut
    profile_of: Longs
    candidates: _Candidates
    direct_set: Longs
    direct_sets: list[Longs]
    tuple_set: Longs
    tuple_sets: list[Longs]
    texts: dict[tuple[int, int], str] = field(default_factory=dict)
    methods: dict[tuple[int, bool], str] = field(default_factory=dict)

    def posterior(self, router: int) -> dict[str, float]:
        """P(vendor) of one router, likeliest first; vendors below 0.001 are left out, and None-named ones too."""
        return self.candidates.of(int(self.profile_of[router]), self.vendors)

    def judged(self) -> JudgedAnswers:
        """Answers by features alone of routers whose vendor direct evidence names, in networks that were held out.

        None are there without calibration. Of what direct evidence gets wrong nothing tells: where two kinds of it
        differ, either may be mistaken.
        """
        held, reported = self.held_out, np.zeros(0, np.int64)
        router = held.router[: 0 if "features" not in self.calibrations else None]
        if len(router):
            p_correct = self.calibrations["features"].p_correct
            sure = (p_correct >= self.settings.threshold) & (held.support >= self.settings.least_support)
            reported = np.where(sure & (held.likeliest < len(self.vendors)), held.likeliest, -1)
        network, region = self.evidence.network_of[router], self.evidence.region_of[router]
        return JudgedAnswers(true=held.true[: len(router)], reported=reported, network=network, region=region)

    def is_calibrated(self, router: int) -> bool:
        """Whether the probability of a router rests on held-out networks."""
        return ("features" if self.shows[router] == 2 else "direct") in self.calibrations

    def method_of(self, router: int) -> str:
        """The kinds of evidence that a router shows, joined by `+`; `none` where it shows nothing."""
        key = int(self.direct_set[router]), bool(self.tuple_set[router])
        if key not in self.methods:
            pairs = self.direct_sets[key[0]] // max(len(self.vendors), 1)
            kinds = [self.evidence.kinds[kind] for kind in dict.fromkeys(pairs.tolist())]
            self.methods[key] = "+".join([*kinds, "features"] if key[1] else kinds) or "none"
        return self.methods[key]

    def evidence_of(self, router: int) -> str:
        """What a router shows in words: each kind with the vendor it names, and the tuples of features."""
        key = int(self.direct_set[router]), int(self.tuple_set[router])
        if key not in self.texts:
            vendors = len(self.vendors)
            parts = [
                f"{self.evidence.kinds[pair // vendors]}: {self.vendors[pair % vendors]}"
                for pair in self.direct_sets[key[0]].tolist()
            ]
            parts.extend(f"features: {self.evidence.tuples[at]}" for at in self.tuple_sets[key[1]].tolist())
            self.texts[key] = "; ".join(parts)
        return self.texts[key]

    def unknown_because(self, router: int) -> str | None:
        """Why a router has no answer; None where it has one."""
        if self.vendor[router] >= 0:
            return None
        if not self.shows[router]:
            return NO_ANSWER
        return NETWORK_ALONE if self.support[router] < self.settings.least_support else BELOW_THRESHOLD

    def rows(self) -> Iterator[AddressEstimate]:
        """One answer an address, in the order in which addresses came."""
        found = self.evidence
        vendor_of, likeliest_of, p_of = self.vendor.tolist(), self.likeliest.tolist(), self.p_correct.tolist()
        network_of, region_of = found.network_of.tolist(), found.region_of.tolist()
        for address, router in zip(found.addresses, found.router_of.tolist(), strict=True):
            vendor, likeliest = vendor_of[router], likeliest_of[router]
            yield AddressEstimate(
                address=address,
                vendor_id=self.vendors[vendor] if vendor >= 0 else None,
                p_correct=p_of[router] if likeliest >= 0 else None,
                method=self.method_of(router),
                evidence=self.evidence_of(router),
                network=found.networks[network_of[router]],
                region=found.regions[region_of[router]],
                router=router,
                likeliest_id=self.vendors[likeliest] if likeliest >= 0 else None,
                unknown_because=None if vendor >= 0 else self.unknown_because(router),
                calibrated=self.is_calibrated(router),
            )


@dataclass(frozen=True, eq=False)
class _Candidates:
    starts: Longs
    vendor: Longs
    p: Floats

    def of(self, profile: int, vendors: Sequence[str]) -> dict[str, float]:
        low, high = int(self.starts[profile]), int(self.starts[profile + 1])
        found = zip(self.p[low:high].tolist(), self.vendor[low:high].tolist(), strict=True)
        names = (*vendors, NOBODY)
        return {names[at]: p for p, at in sorted(found, key=lambda one: (-one[0], one[1])) if names[at] != NOBODY}


def estimate(
    addresses: Iterable[RouterAddress],
    items: Iterable[EvidenceItem],
    *,
    aliases: Iterable[Sequence[str]] = (),
    signatures: Sequence[Signature] = (),
    settings: EstimateSettings | None = None,
) -> Estimates:
    """Identifies the vendor of every router, or says that it is not known.

    Parameters: `addresses`, all that were probed or seen (silent ones too, they are answered with unknown); `items`,
    what addresses showed; `aliases`, sets of addresses of one router; `signatures`, published tuples with their
    vendors, which count as `samples` labelled routers each. Returns `Estimates`. Cost O(A + items + profiles x
    vendors): profiles are distinct pairs of network and evidence.
    """
    found = gather(addresses, [*items], aliases=aliases)
    return estimate_evidence(found, signatures=signatures, settings=settings or EstimateSettings())


def estimate_evidence(
    evidence: RouterEvidence, *, signatures: Sequence[Signature] = (), settings: EstimateSettings | None = None
) -> Estimates:
    """`estimate` of evidence already in arrays."""
    return _Estimation(evidence, signatures, settings or EstimateSettings()).run()


class _Estimation:
    """The steps from evidence to answers; each leaves arrays that the next reads."""

    def __init__(self, evidence: RouterEvidence, signatures: Sequence[Signature], settings: EstimateSettings) -> None:
        self.evidence, self.settings = evidence, settings
        self.vendors = tuple(
            dict.fromkeys([*evidence.vendors, *sorted({one.vendor_id or NOBODY for one in signatures})])
        )
        self.signatures = signatures
        self.published = np.zeros(len(self.vendors))
        for one in signatures:
            self.published[self.vendors.index(one.vendor_id or NOBODY)] += one.samples
        width, count = len(self.vendors), evidence.router_count
        pairs = evidence.direct_kind * max(width, 1) + evidence.direct_vendor
        distinct = np.unique(np.stack([evidence.direct_router, pairs], axis=1), axis=0)
        self.direct_set, self.direct_sets = set_numbers(distinct[:, 0], distinct[:, 1], count)
        self.tuple_set, self.tuple_sets = set_numbers(evidence.tuple_router, evidence.tuple_value, count)
        names = np.bincount(evidence.direct_vendor, minlength=width).astype(np.float64) + 0.5
        self.named = names / names.sum() if width else names

    def run(self) -> Estimates:
        """All steps."""
        self._label()
        self._learn_prior()
        self._learn_features()
        calibrations = self._calibrate()
        answers = self._answer()
        return self._decided(answers, calibrations)

    def _label(self) -> None:
        """The vendor that direct evidence names with at least 0.9 where all vendors are as common as named, else -1."""
        times = np.bincount(self.direct_set, minlength=len(self.direct_sets)).astype(np.float64)
        self.reliability = learn_reliability(self.direct_sets, times, kinds=self.evidence.kinds, named=self.named)
        right = np.array([one.p_right for one in self.reliability])
        self.direct_log = direct_log_likelihood(self.direct_sets, right, self.named)
        mix = np.append(self.named, 1e-3)
        posterior = _normal(self.direct_log + np.log(mix / mix.sum()))
        label = np.where(posterior.max(axis=1) >= _LABEL, posterior.argmax(axis=1), -1)
        label[label == len(self.vendors)] = -1
        label[0] = -1
        self.label = label[self.direct_set]
        self.weight = self._device_weight()
        self.fold = network_folds(self.evidence.network_of, self.settings.folds)

    def _device_weight(self) -> Floats:
        """One over the routers of a network that show the same value of a kind made for one device; else 1."""
        found = self.evidence
        weight = np.ones(found.router_count)
        rows = np.flatnonzero(found.direct_value >= 0)
        if len(rows):
            routers = found.direct_router[rows]
            keys = found.direct_value[rows] * len(found.networks) + found.network_of[routers]
            _, inverse, times = np.unique(keys, return_inverse=True, return_counts=True)
            np.minimum.at(weight, routers, 1 / times[inverse])
        return weight

    def _learn_prior(self) -> None:
        self.prior = self._prior_of(self.label >= 0)

    def _prior_of(self, used: Flags) -> VendorPrior:
        found, width = self.evidence, len(self.vendors)
        regions = len(found.regions)
        cells, cell = np.unique(found.network_of[used] * regions + found.region_of[used], return_inverse=True)
        counts = np.zeros((len(cells), width))
        np.add.at(counts, (cell, self.label[used]), self.weight[used])
        return learn_prior(
            counts,
            cells // regions,
            cells % regions,
            networks=len(found.networks),
            regions=regions,
            elsewhere=self.settings.elsewhere,
            published=self.published,
        )

    def _learn_features(self) -> None:
        """Log likelihoods of tuple sets: by the model of all labels first, then by that without each fold."""
        found = self.evidence
        size = np.bincount(found.tuple_router, minlength=found.router_count)
        labelled = (self.label >= 0) & (size > 0)
        self.with_both = np.flatnonzero(labelled)
        folds = self.settings.folds if len(self.with_both) else 0
        used = [labelled, *(labelled & (self.fold != fold) for fold in range(folds))]
        self.feature_log = [self._feature_table(one, size) for one in used]

    def _feature_table(self, used: Flags, size: Longs) -> Floats:
        found, width = self.evidence, len(self.vendors)
        counts = np.zeros((len(found.tuples) + len(self.signatures), width))
        rows = used[found.tuple_router]
        routers = found.tuple_router[rows]
        np.add.at(counts, (found.tuple_value[rows], self.label[routers]), self.weight[routers] / size[routers])
        for at, signature in enumerate(self.signatures, start=len(found.tuples)):
            counts[at, self.vendors.index(signature.vendor_id or NOBODY)] = signature.samples
        texts = [*found.tuples, *(signature.text for signature in self.signatures)]
        kept = np.flatnonzero(counts.sum(axis=1) > 0)
        model = FeatureModel(
            [texts[at] for at in kept], counts[kept], strength=self.settings.strength, reset=self.settings.reset
        )
        each = model.log_likelihood(found.tuples)
        table = np.zeros((len(self.tuple_sets), width + 1))
        for at, members in enumerate(self.tuple_sets[1:], start=1):
            table[at] = each[members].mean(axis=0)
        return table

    def _calibrate(self) -> dict[str, Calibration]:
        held = self.held_out = self._hide_labels()
        out = {}
        for name, (p, right, network) in (
            ("features", (held.p, held.likeliest == held.true, held.network)),
            ("direct", self._compared()),
        ):
            if len(p) >= self.settings.least_labels and len(np.unique(network)) >= 2 * self.settings.folds:
                out[name] = calibration(p, right, network, folds=self.settings.folds)
        return out

    def _hide_labels(self) -> HeldOut:
        """What features alone say of labelled routers in networks none of whose labels were seen."""
        found, count = self.evidence, len(self.with_both)
        answers = _Answers(count, np.arange(count))
        for fold in range(self.settings.folds):
            rows = np.flatnonzero(self.fold[self.with_both] == fold)
            routers = self.with_both[rows]
            if len(rows):
                prior = self._prior_of((self.label >= 0) & (self.fold != fold)).region[found.region_of[routers]]
                answers.add(rows, prior, self.feature_log[fold + 1][self.tuple_set[routers]])
        return HeldOut(
            router=self.with_both,
            true=self.label[self.with_both],
            likeliest=answers.best,
            p=answers.p,
            support=answers.support,
            network=found.network_of[self.with_both],
        )

    def _compared(self) -> tuple[Floats, Flags, Longs]:
        """What one kind of direct evidence says of routers where another kind names a vendor too."""
        width = len(self.vendors)
        p_all, right_all, network_all = [], [], []
        mix = np.log(np.append(self.named, 1e-3))
        right = np.array([one.p_right for one in self.reliability])
        for number, shown in enumerate(self.direct_sets):
            members = witnesses_of(shown, self.evidence.kinds, width)
            kinds = np.unique(members // max(width, 1))
            if len(kinds) < 2:
                continue
            routers = np.flatnonzero(self.direct_set == number)
            for kind in kinds.tolist():
                own, others = members[members // width == kind], members[members // width != kind]
                logs = direct_log_likelihood([own, others], right, self.named) + mix
                posterior = _normal(logs[:1])[0]
                p_all.append(np.full(len(routers), posterior.max()))
                right_all.append(np.full(len(routers), posterior.argmax() == logs[1].argmax()))
                network_all.append(self.evidence.network_of[routers])
        if not p_all:
            return np.zeros(0), np.zeros(0, bool), np.zeros(0, np.int64)
        return np.concatenate(p_all), np.concatenate(right_all), np.concatenate(network_all)

    def _answer(self) -> _Answers:
        """The posterior of each profile: a network, a region, a set of direct evidence, a set of tuples, a fold."""
        found = self.evidence
        table = np.zeros(found.router_count, np.int64)
        table[self.with_both] = self.fold[self.with_both] + 1
        own = np.where(self.label >= 0, self.weight, 0.0)
        columns = (found.network_of, found.region_of, self.direct_set, self.tuple_set, table)
        key = np.zeros(found.router_count, np.int64)
        for column in columns:
            _, key = np.unique(key * (int(column.max(initial=0)) + 1) + column, return_inverse=True)
        _, first, profile_of = np.unique(key, return_index=True, return_inverse=True)
        answers = _Answers(len(first), profile_of.astype(np.int64))
        for start in range(0, len(first), _CHUNK):
            rows = first[start : start + _CHUNK]
            direct = self.direct_log[self.direct_set[rows]]
            feature = np.zeros(direct.shape)
            for number, logs in enumerate(self.feature_log):
                inside = table[rows] == number
                feature[inside] = logs[self.tuple_set[rows[inside]]]
            mine = np.zeros(direct.shape)
            labelled = np.flatnonzero(self.label[rows] >= 0)
            mine[labelled, self.label[rows[labelled]]] = own[rows[labelled]]
            prior = self.prior.of(found.network_of[rows], found.region_of[rows], mine)
            answers.add(np.arange(start, start + len(rows)), prior, direct + feature)
        return answers

    def _decided(self, answers: _Answers, calibrations: dict[str, Calibration]) -> Estimates:
        of = answers.profile_of
        shows = (self.direct_set > 0) + 2 * (self.tuple_set > 0).astype(np.int64)
        likeliest = np.where(shows > 0, answers.best[of], -1)
        p_vendor, support = answers.p[of], answers.support[of]
        p_correct = p_vendor.copy()
        for name, codes in (("direct", (1, 3)), ("features", (2,))):
            calibrator: Calibrator | None = calibrations[name].calibrator if name in calibrations else None
            inside = np.isin(shows, codes)
            if calibrator is not None and inside.any():
                p_correct[inside] = calibrator.apply(p_vendor[inside])
        nobody = np.isin(likeliest, [at for at, name in enumerate((*self.vendors, NOBODY)) if name == NOBODY])
        sure = (p_correct >= self.settings.threshold) & (support >= self.settings.least_support)
        return Estimates(
            evidence=self.evidence,
            settings=self.settings,
            vendors=self.vendors,
            vendor=np.where(sure & (likeliest >= 0) & ~nobody, likeliest, -1),
            likeliest=np.where(nobody, -1, likeliest),
            p_vendor=p_vendor,
            p_correct=p_correct,
            support=support,
            shows=shows,
            reliability=tuple(self.reliability),
            prior=self.prior,
            calibrations=calibrations,
            held_out=self.held_out,
            profile_of=of,
            candidates=answers.candidates(),
            direct_set=self.direct_set,
            direct_sets=self.direct_sets,
            tuple_set=self.tuple_set,
            tuple_sets=self.tuple_sets,
        )


class _Answers:
    def __init__(self, count: int, profile_of: Longs) -> None:
        self.profile_of = profile_of
        self.best, self.p = np.zeros(count, np.int64), np.zeros(count)
        self.support = np.zeros(count)
        self.parts: list[tuple[Longs, Longs, Floats]] = []

    def add(self, slot: Longs, prior: Floats, log_likelihood: Floats) -> None:
        """Posterior, best vendor and support of the profiles of these numbers."""
        likelihood = np.exp(log_likelihood - log_likelihood.max(axis=1, keepdims=True))
        joint = np.maximum(prior * likelihood, 1e-300)
        total = joint.sum(axis=1)
        rows, best = np.arange(len(joint)), joint.argmax(axis=1)
        top, own = joint[rows, best], np.maximum(prior[rows, best], 1e-300)
        self.best[slot], self.p[slot] = best, top / total
        rest = np.maximum(total - top, 1e-300) / np.maximum(prior.sum(axis=1) - own, 1e-12)
        self.support[slot] = np.minimum(top / own / rest, 1e12)
        posterior = joint / total[:, None]
        where, vendor = np.nonzero(posterior >= _KEPT)
        self.parts.append((slot[where], vendor, posterior[where, vendor]))

    def candidates(self) -> _Candidates:
        """The posteriors above the least kept."""
        if not self.parts:
            return _Candidates(np.zeros(1, np.int64), np.zeros(0, np.int64), np.zeros(0))
        where, vendor, p = (np.concatenate(one) for one in zip(*self.parts, strict=True))
        starts = np.searchsorted(where, np.arange(len(self.best) + 1))
        return _Candidates(starts.astype(np.int64), vendor, p)


def _normal(logs: Floats) -> Floats:
    likelihood = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(likelihood / likelihood.sum(axis=1, keepdims=True))
