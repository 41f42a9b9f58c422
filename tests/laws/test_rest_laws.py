"""A law of every bundled pack: where it is clear of vendors that it does not name, none gets another answer."""

from datetime import date

import polars as pl
import pytest

from provenet.evidence.screen import Screening
from provenet.policy.packs import Packs, load_packs
from support.examples import sample
from unit.evidence.small_case import claim, packs, party, stake, tables

QUESTION = ["asset_class", "layer", "action", "carrier_id"]
CARRIERS = [party("deutsche-telekom", "carrier", "DE"), party("net", "carrier", "IT")]
STRANGERS = {
    "seated abroad": party("stranger", "vendor", "CN"),
    "seated at home": party("stranger", "vendor", "DE"),
    "seat not known": party("stranger", "vendor"),
}
FACTS = ("critical", "supplier_seat_outside_EU", "controlled_from_outside", "operator_designated", "eligible")
DAYS = (date(2018, 11, 23), date(2021, 6, 1), date(2026, 11, 27))


@pytest.fixture(scope="module")
def bundled() -> Packs:
    return load_packs(())


def answers(screening: Screening, loaded: Packs, name: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    return screening.rest(loaded, name), screening.verdicts(loaded, name).filter(vendor_id="stranger")


@pytest.mark.parametrize("seat", sample(STRANGERS, 3))
@pytest.mark.parametrize("stance", ["asserts", "denies"])
def test_what_is_clear_of_the_rest_is_clear_of_every_stranger(bundled: Packs, seat: str, stance: str) -> None:
    listed = [{"list_name": name, "party_id": "stranger"} for name in ("covered-list", "1260H", "UK annex", "NCSC HRV")]
    given = tables(
        [*CARRIERS, STRANGERS[seat], party("huawei", "vendor", "CN")],
        claim=[claim(fact, fact, stance, date(2018, 1, 1)) for fact in FACTS],
        ownership=[stake("huawei", "stranger", 0.9)],
        listing=listed,
    )
    clear = 0
    for day in DAYS:
        screening = Screening(given, as_of=day)
        for name in bundled.packs:
            rest, verdicts = answers(screening, bundled, name)
            assert rest.height >= rest.filter(pl.col("carrier_id").is_null()).height > 0
            closed = rest.filter(outcome="clear").select(QUESTION)
            held = verdicts.join(closed, on=QUESTION, how="inner", nulls_equal=True)
            clear += held.height
            assert held.filter(pl.col("outcome") != "clear").is_empty(), (name, day, held)
    assert clear > 500


@pytest.mark.parametrize(
    ("when", "outcome", "named"),
    [
        ("{vendor_in: [huawei, zte]}", "clear", ["huawei", "zte"]),
        ("{all: [{vendor_in: huawei}, {fact: x}]}", "clear", ["huawei"]),
        ("{affiliate_of: huawei}", "undetermined", ["huawei"]),
        ("{controlled_from: CN}", "undetermined", []),
        ("{listed_in: 1260H}", "undetermined", []),
        ("{fact: hq, is: CN}", "undetermined", []),
        ("{not: {vendor_in: huawei}}", "restricted", ["huawei"]),
        ("{asset_class: satellite}", "clear", []),
    ],
)
def test_the_rest_by_hand(when: str, outcome: str, named: list[str]) -> None:
    text = f"pack: p\nissuer: o\nrules:\n  - {{id: R, effect: prohibit, rank: 1, when: {when}}}\n"
    given = tables([*CARRIERS, party("huawei", "vendor", "CN"), party("zte", "vendor", "CN")])
    rest = Screening(given, as_of=DAYS[-1]).rest(packs(text), "p")
    core = (
        rest.filter(pl.col("carrier_id").is_null())
        .filter(asset_class="core", layer="software", action="use")
        .row(0, named=True)
    )
    assert (core["outcome"], core["named_ids"]) == (outcome, named)
