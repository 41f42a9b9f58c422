"""Random whole cases, small and dense with edges: tables as lists of plain dicts, a pack, and how it is asked."""

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import yaml

from provenet.core.errors import FaultList
from provenet.policy.logic import review_pack
from provenet.policy.pack import parse_pack
from unit.evidence.small_case import SHARE, party

DAYS = [date(2019, 12, 31), date(2020, 1, 1), date(2020, 6, 30), date(2020, 7, 1), date(2020, 7, 31), date(2021, 1, 1)]
VENDORS = ["acme", "bolt", "cord-works"]
OTHERS = ["holding", "top-house"]
CARRIERS = ["net-one", "net-two"]
NAMES = {"acme": ["Acme", "ACME AG"], "bolt": ["Bolt"], "cord-works": ["Cord Works", "cordworks"]}
OFFICE = ["some-office", "Some Office", "SOME OFFICE", "The Office"]
COURT = ["high-court", "High Court"]
FACTS = ["x", "y", "left_open"]
CLASSES = ["core", "core.user_plane", "ran", "ran.radio", "transport"]


def is_refused(pack: dict[str, Any]) -> bool:
    """Whether the product refuses a pack, as it does for rules of equal rank that can hold together and disagree."""
    faults = FaultList()
    text = yaml.safe_dump(pack, sort_keys=False, allow_unicode=True)
    parsed = parse_pack("p.yml", text.encode(), faults)
    return parsed is None or bool(review_pack(parsed).faults)


@dataclass
class Case:
    """A case and a question; rows are plain cells as small_case.tables takes them."""

    tables: dict[str, list[dict[str, Any]]]
    pack: dict[str, Any]
    asked: str
    as_of: date
    known: date | None
    assume: dict[str, str] = field(default_factory=dict)
    relays: str = "stay"


class Maker:
    """Draws one case from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.dense = self.chance(0.5)
        """Whether the case is about few facts and many claims on them, so that sets of two and three count."""

    def one(self, *options: Any) -> Any:
        return self.random.choice(options)

    def chance(self, part: float) -> bool:
        return self.random.random() < part

    def day(self) -> date:
        return self.one(*DAYS) + timedelta(self.one(-1, 0, 0, 0, 1))

    def interval(self) -> tuple[date | None, date | None]:
        start, end = sorted([self.day(), self.day()])
        return (self.one(None, start), self.one(None, None, end)) if start < end else (None, None)

    def name(self, vendor: str) -> str:
        return str(self.one(vendor, *NAMES.get(vendor, [])))

    # -- rows ---------------------------------------------------------------------------------------------------------
    def source(self) -> list[dict[str, Any]]:
        made = []
        for name in ("s0", "s1", "s2"):
            day = self.day()
            published = None if name == "s0" else {"published": str(day), "published_high_on": day}
            made.append({"source_id": name, "title": name, "kind": "press", "kind_by": "mended"} | (published or {}))
        return made

    def claim(self, at: int) -> dict[str, Any]:
        name = f"c{at}"
        made: dict[str, Any] = {"claim_id": name, "topic": "t", "paraphrase": "Says so"}
        made["stance"] = self.one("asserts", "asserts", "asserts", "denies", "denies", "denies", "qualifies")
        made["fact"] = self.one(
            "x", "x", "x", "x", "X", "y", "y", "y", "left_open", "left-open", self.one("other", None)
        )
        made["vendor_ids"] = self.one(
            ["acme"], ["acme"], ["acme"], ["all"], ["all"], ["bolt"], ["acme", "bolt"], ["bolt"], ["cord-works"]
        )
        made["speaker"] = self.one(
            *OFFICE,
            *OFFICE,
            *COURT,
            "Newspaper",
            "The Office (spokesman)",
            "The Office (by letter)",
            "Newspaper (A)",
            "Newspaper (B)",
            "newspaper",
            "acme",
            "Acme",
            "a person",
        )
        day = self.one(self.day(), self.day(), self.day(), None)
        made |= {"said": str(day) if day else None, "said_low_on": day, "said_high_on": day}
        if day and self.chance(0.2):  # a month: it counts from its last day
            made |= {"said": "2020-07", "said_low_on": date(2020, 7, 1), "said_high_on": date(2020, 7, 31)}
        if self.chance(0.2):
            made |= {"sourced_high_on": self.day()}
        others = [f"c{n}" for n in range(8)]
        if self.chance(0.25):
            made["answers_claim_id"] = self.one(*others, "elsewhere")
        if self.chance(0.35):
            made["derived_from"] = "|".join(self.random.sample([*others, "a wire"], self.one(1, 1, 2)))
        made["anonymous"] = self.one(None, None, "no", "yes")
        made["source_id"] = self.one(None, "s0", "s1")
        made["reading"] = self.one(
            "read in the source", "read in part", "our arithmetic", self.one("not stated", "not read")
        )
        return made

    def ownership(self) -> dict[str, Any]:
        owner, owned = self.one(*OTHERS, *OTHERS, *VENDORS), self.one(*VENDORS, "holding")
        low, high = self.one((0.6, 0.6), (0.5, 0.5), (0.3, 0.3), (0.4, 0.6), (0.5, 0.51), (None, None), (None, 0.5))
        control = self.one(None, None, None, "yes", "no")
        start, end = self.interval()
        made = {"owner_id": owner, "owned_id": owned, "low_share": low, "high_share": high, "control": control}
        return made | {"from_on": start, "to_on": end, "source_id": self.one(None, "s1", "s2")}

    def listing(self) -> dict[str, Any]:
        start, end = self.interval()
        made = {"list_name": self.one("grey list", "Grey-List", "black list"), "party_id": self.one(*VENDORS, None)}
        made |= {"from_on": start, "to_on": end, "product_category": self.one(None, None, None, "router", "Phone")}
        whole = None if self.chance(0.6) and made["party_id"] else self.day()
        return made | {"whole_on": whole, "source_id": self.one(None, "s1")}

    def absence(self) -> dict[str, Any]:
        start = self.one(None, None, self.day())
        made = {"sought": self.one("owner", "owner", "fact"), "party_id": self.one(*VENDORS, "holding", None)}
        made |= {"fact": self.one(*FACTS) if made["sought"] == "fact" else None, "searched_in": "a register"}
        return made | {"from_on": start, "searched_on": self.day(), "source_id": self.one(None, "s1")}

    def succession(self) -> dict[str, Any]:
        first, second = self.random.sample([*VENDORS, "holding"], 2)
        how, day = self.one("rename", "merger", "merger"), self.one(self.day(), self.day(), None)
        if self.chance(0.2):
            first, second = self.random.sample(CARRIERS, 2)
        made = {"predecessor_id": first, "successor_id": second, "how": how, "from_on": day}
        return made | {"source_id": self.one(None, "s1")}

    def share(self) -> dict[str, Any]:
        low, high = self.one((0.35, 0.35), (0.36, 0.36), (0.2, 0.2), (0.35, 1.0), (0.2, 0.35), (0.3, 0.4), (0.5, 0.5))
        day, vendors = self.day(), self.one(["acme"], ["acme"], ["bolt"], ["acme", "bolt"])
        made = SHARE | {"vendor_ids": vendors, "low_share": low, "high_share": high, "carrier_id": self.one(*CARRIERS)}
        made |= {"low_open": low < high and self.chance(0.5), "high_open": low < high and self.chance(0.5)}
        made |= {"measure": self.one("share of sites", "Traffic"), "percent": self.one("35", "36")}
        made |= {"measure_kind": self.one("sites", "sites", "subscribers", "other"), "forecast": self.chance(0.1)}
        made |= {
            "complement": self.chance(0.1),
            "asset_class": self.one("all", "all", "ran", "core", "ran.radio"),
            "as_of": str(day),
            "as_of_low_on": day,
        }
        return made | {"as_of_high_on": day, "source_id": "s1", "sourced_high_on": self.one(None, day)}

    def asset(self, at: int) -> dict[str, Any]:
        start, end = self.interval()
        made = {"asset_id": f"a{at}", "carrier_id": self.one(*CARRIERS), "country": "DE", "unit_count": self.one(1, 3)}
        made |= {"asset_class": self.one(*CLASSES), "layer": self.one("hardware", "software", None)}
        made |= {"vendor_id": self.one(*VENDORS, *VENDORS, None), "origin_country": self.one("CN", "VN", "no", None)}
        made |= {"capability": self.one(None, [], ["route"], ["route", "see"])}
        made |= {"site_id": self.one(None, "base", "hut")}
        made |= {"product_category": self.one(None, "router", "phone"), "from_on": start, "to_on": end}
        facts = [["x=true"], ["x=false"], ["bought=2020-06-30"], ["n=5"], ["y"], ["action=import"], ["x=unknown"]]
        made["facts"] = self.one(None, None, *facts, ["n=3", "left_open=true"], ["x=true", "x=false"])
        return made | {"source_id": self.one(None, "s1")}

    def dense_claim(self, at: int) -> dict[str, Any]:
        made = self.claim(at) | {"fact": self.one("x", "x", "y"), "vendor_ids": self.one(["acme"], ["all"])}
        made |= {"stance": self.one("asserts", "denies"), "reading": "read in part", "said": "2020-01-01"}
        day = self.one(date(2019, 12, 31), date(2020, 1, 1), date(2020, 1, 1))
        made |= {"said": str(day), "said_low_on": day, "said_high_on": day, "sourced_high_on": None}
        return made | ({"answers_claim_id": None} if self.chance(0.8) else {})

    def tables(self) -> dict[str, list[dict[str, Any]]]:
        def some(make: Any, most: int) -> list[dict[str, Any]]:
            return [make() for _ in range(self.random.randint(0, most))]

        seats = ["CN", "IE", None]
        parties = [party(vendor, "vendor", self.one(*seats)) for vendor in self.one(VENDORS, VENDORS[:2], VENDORS[:1])]
        parties += [party("holding", "other", "NL"), party("top-house", "other", "CN")]
        parties += [party("cord-works", "other", "IE")] if len(parties) < 5 else []
        parties += [party("bolt", "other", "IE")] if len(parties) < 5 else []
        parties += [party("some-office", "regulator", "DE"), party("high-court", "other", "DE")]
        parties += [party(name, "carrier", "DE") for name in CARRIERS[: self.one(1, 2)]]
        parties += [party("net-two", "other", "DE")] if parties[-1]["party_id"] == "net-one" else []
        names = [{"party_id": "some-office", "scheme": "name", "value": "The Office"}]
        names += [{"party_id": key, "scheme": "name", "value": name} for key, some in NAMES.items() for name in some]
        sites = [{"site_id": "base", "name": "base", "country": "DE", "site_class": "government facility"}]
        sites += [{"site_id": "hut", "name": "hut", "country": "DE", "site_class": None}]
        return {
            "party": parties,
            "identifier": names,
            "source": self.source(),
            "site": sites,
            "claim": [self.dense_claim(at) for at in range(self.random.randint(2, 8))]
            if self.dense
            else [self.claim(at) for at in range(self.random.randint(0, 8))],
            "ownership": some(self.ownership, 3) if self.chance(0.5) else [],
            "listing": some(self.listing, 4) if self.chance(0.5) else [],
            "absence": some(self.absence, 4) if self.chance(0.7) else [],
            "succession": some(self.succession, 2) if self.chance(0.3) else [],
            "market_share": some(self.share, 3) if self.chance(0.5) else [],
            "asset": [self.asset(at) for at in range(self.random.randint(1, 3))] if self.chance(0.4) else [],
        }

    # -- packs --------------------------------------------------------------------------------------------------------
    def leaf(self) -> dict[str, Any]:
        fact = {"fact": self.one(*FACTS, "x", "x", "Left-Open")}
        if self.dense and self.chance(0.8):
            return {"fact": self.one("x", "y"), "is": self.one(True, True, False)}
        if self.chance(0.6):
            return fact
        vendor = self.name(self.one(*VENDORS))
        return dict(
            self.one(
                *({"vendor_in": vendor}, {"affiliate_of": [self.one(*OTHERS), vendor]}, {"affiliate_of": vendor}),
                {"controlled_from": self.one("CN", "China", ["NL", "Ireland"])},
                *({"listed_in": "grey list"}, {"listed_in": ["Black List", "grey-list"]}),
                *({"carrier_in": "net-one"}, {"asset_class": self.one("core", "ran.radio", "*")}, {"segment": "ran"}),
                *(
                    {"layer": "software"},
                    {"made_in": self.one("CN", "NO", "viet nam", "Norway")},
                    {"capability": self.one("see", "route")},
                ),
                *({"site_class": "Government-Facility"}, {"product_category": "Router"}, {"action": "use"}),
                *(fact | {"is": False}, {"fact": "n", "at_least": 5}, {"fact": "bought", "before": date(2020, 7, 1)}),
                *({"fact": "x", "is": {"fact": "y"}}, {"action": ["import", "install new"]}),
            )
        )

    def when(self, depth: int = 0) -> dict[str, Any]:
        if depth > 1 or self.chance(0.4):
            return self.leaf()
        parts = [self.when(depth + 1) for _ in range(self.one(1, 2, 2))]
        return self.one({"all": parts}, {"any": parts}, {"not": parts[0]})  # type: ignore[no-any-return]

    def rule(self, name: str, rank: int) -> dict[str, Any]:
        effect = self.one("prohibit", "prohibit", "cap", "condition", "permit")
        made: dict[str, Any] = {"id": name, "effect": effect, "rank": rank, "when": self.when()}
        if self.chance(0.3):
            made["decided_by"] = self.one("issuer", "issuer", "The Office", "high-court", ["issuer", "High Court"])
        if self.chance(0.3) and self.interval() != (None, None):
            made["in_force"] = list(self.interval())
        if effect in {"prohibit", "cap"} and self.chance(0.4):
            made["remove_by"] = self.one(self.day(), {"fact": "bought"}, {"fact": "bought", "plus": "1 month"})
        if effect == "cap":
            limits = [
                {"measure": measure, "at_most_share": self.one(0.35, 0.5), "of": "carrier"}
                for measure in self.one(["sites"], ["sites"], ["sites", "subscribers"], ["traffic"])
            ]
            made["cap"] = limits if self.chance(0.5) else limits[0]
        if self.chance(0.2):
            made["control_above"] = self.one(0.25, 0.3, 0.5)
        if self.chance(0.2):
            made["policy"] = "JOINED"
        return made

    def pack(self) -> dict[str, Any]:
        names = "ABC"[: self.random.randint(1, 3)]
        ranks = self.random.sample([1, 2, 3, 4], 3) if self.chance(0.7) else [self.one(1, 1, 2) for _ in "ABC"]
        ranks = ranks[: len(names)]
        made: dict[str, Any] = {"pack": "p", "issuer": self.one("some-office", "The Office"), "force": "law"}
        made["default"] = self.one("clear", "clear", "restricted")
        if self.chance(0.2):
            made["adopted"] = self.day()
        return made | {"rules": [self.rule(f"R-{n}", rank) for n, rank in zip(names, ranks, strict=True)]}

    def case(self) -> Case:
        pack = self.pack()
        while is_refused(pack):
            pack = self.pack()
        asked = self.one("p", "p", "p", "R-A", *(["JOINED"] if any("policy" in r for r in pack["rules"]) else []))
        assume = self.one({}, {}, {}, {"x": "true"}, {"y": "unknown"}, {"x": "false", "n": "7"})
        known = self.one(None, None, self.day())
        assume = {} if self.dense else assume
        return Case(self.tables(), pack, asked, self.day(), known, assume, self.one("stay", "stay", "fall"))
