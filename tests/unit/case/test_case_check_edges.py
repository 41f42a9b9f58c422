"""Edges of single checks: forms of numbers, who a speaker is, whose reply counts, and what is left alone."""

from datetime import date

import pytest

from provenet.case.checks.finding import Speakers
from unit.case.check_examples import LATER, OLD, around, asset, cost, policy, size, stake
from unit.case.check_rows import DAY, Tables, claim, found, made, page, party, rows_of, share


@pytest.mark.parametrize(
    ("scheme", "good", "wrong"),
    [
        ("asn", ["3320", "AS3320", "as 4294967294"], ["0", "4294967295", "AS", "3320.5", "65_000"]),
        ("plmn", ["262-01", "26201", "310 410"], ["26", "2620", "262-1", "262-0123", "abc-01"]),
        ("oui", ["00:1E:10", "001e10", "00-1E-10-2", "001E10234"], ["00:1E", "00:1E:1G", "001E1023", "00 1E 10 23 45"]),
        ("pen", ["2011", "1"], ["0", "", "-1", "4294967296"]),
        ("lei", ["5493001KJTIIGC8Y1R12", "5493001kjtiigc8y1r12"], ["5493001KJTIIGC8Y1R", "549300-KJTIIGC8Y1R12"]),
        ("name", ["O2", "1&1"], ["", " - "]),
        ("another", ["anything"], []),
    ],
)
def test_forms_of_identifiers(scheme: str, good: list[str], wrong: list[str]) -> None:
    rows = [made("identifier", str(n), party_id="nokia", scheme=scheme, value=v) for n, v in enumerate([*good, *wrong])]
    told = found(around(identifier=rows), "identifier")
    assert [f["inputs"] for f in told] == [[f"identifier:identifier-{n}"] for n in range(len(good), len(rows))]


def test_a_carrier_and_a_vendor_may_share_a_name_and_a_number_may_not_be_shared() -> None:
    rows = [
        made("identifier", "1", party_id="nokia", scheme="name", value="Blue"),
        made("identifier", "2", party_id="tim", scheme="name", value="blue"),
        made("identifier", "3", party_id="tim", scheme="asn", value="AS3269"),
        made("identifier", "4", party_id="iliad", scheme="asn", value="3269"),
        made("identifier", "5", party_id="nokia", scheme="name", value="NOKIA"),
    ]
    assert [f["says"] for f in found(around(identifier=rows), "same-name")] == [
        "The asn '3269' stands for 2 parties: iliad and tim."
    ]


def test_a_speaker_is_the_party_its_words_begin_with() -> None:
    alias = made("identifier", "1", party_id="nokia", scheme="name", value="Nokia Networks")
    speakers = Speakers.of(rows_of(around(identifier=[alias])))
    for words in ("Nokia", "nokia (spokesperson)", "Nokia, in a letter", "NOKIA NETWORKS Italy"):
        assert speakers.parties(words) == {"nokia"}
    for words in ("Nokiantyres", "A note on Nokia", "", "(…)"):
        assert speakers.parties(words) == frozenset()


def reply(key: str, /, **cells: object) -> dict[str, object]:
    return claim(key, **{"stance": "denies", "speaker": "Nokia", **cells})


def kinds(told: Tables) -> list[tuple[object, object]]:
    ids = ("no-reply", "unlinked-reply", "withdrawn-target", "early-reply", "reply-of-another", "reply", "relay")
    return [(f["kind"], str(f["place"]).split(",")[0]) for f in found(told, *ids)]


@pytest.mark.parametrize(
    ("claims", "told"),
    [
        # A denial that answers nothing and was said before is no candidate.
        ([claim("C-1", said_low_on=LATER), reply("C-2", said_high_on=OLD)], []),
        ([claim("C-1"), reply("C-2", topic="law")], []),
        # What a vendor says of itself asks for no reply.
        ([claim("C-1", speaker="Nokia", fact="f")], []),
        # Who defends a vendor against a third party is not answered by it.
        ([claim("C-1"), reply("C-2", speaker="A lawyer", answers_claim_id="C-1")], [("reply-of-another", "claim C-1")]),
        ([claim("C-1"), reply("C-2", answers_claim_id="C-1"),
          reply("C-3", speaker="A lawyer", answers_claim_id="C-1"), claim("C-4", answers_claim_id="C-3")], []),
        # A reply to who relays a claim is a reply to it: neither is without one.
        ([claim("C-1", fact="f"), claim("C-2", fact="f", derived_from="C-1"), reply("C-3", answers_claim_id="C-2"),
          reply("C-4", topic="access")], []),
        # Claims on everybody, or on the vendors of a country, are about no one who could reply alone.
        ([claim("C-1", vendor_ids=["all"]), reply("C-2", speaker="Tim", answers_claim_id="C-1")], []),
        # A row that was not read takes nothing back.
        ([claim("C-1"), reply("C-2", answers_claim_id="C-1"),
          claim("C-3", answers_claim_id="C-1", said_high_on=LATER, reading="not read")], []),
        ([claim("C-1", derived_from="C-2|C-7"), claim("C-2", topic="x")], [("relay", "claim C-1")]),
        # A fact that is denied of the vendor, not of another one, or answered by anybody, has its reply.
        ([claim("C-1", fact="x"), claim("C-2", stance="qualifies", answers_claim_id="C-1", speaker="Nokia"),
          claim("C-3", fact="y"), claim("C-4", fact="y", stance="denies", topic="law"), claim("C-5", fact="z"),
          claim("C-6", fact="z", stance="denies", vendor_ids=["ericsson"])], [("no-reply", "claim C-5")]),
        ([claim("C-1", answers_claim_id="C-1")], [("reply", "claim C-1")]),
    ],
)  # fmt: skip
def test_replies(claims: list[dict[str, object]], told: list[tuple[str, str]]) -> None:
    assert kinds(around(claim=claims)) == told


def test_a_reply_on_the_same_fact_is_named_before_one_on_the_same_topic() -> None:
    claims = [claim("C-1", fact="f"), reply("C-2"), reply("C-3", fact="F", topic="law")]
    (finding,) = found(around(claim=claims), "unlinked-reply")
    assert finding["says"] == (
        "No reply of the party it is about is linked, and C-3 (Nokia) and C-2 (Nokia) are on the same fact."
    )
    assert str(finding["repair"]).startswith("If it is the reply, write C-1 into answers_claim_id of C-3;")


def test_stakes_that_follow_each_other_do_not_clash() -> None:
    sold = [stake("1", to_on=LATER), stake("2", from_on=LATER, low_share=0.1, high_share=0.1)]
    assert found(around(ownership=sold), "ownership") == []
    wide = [stake("1"), stake("2", low_share=0.5, high_share=None), stake("3", low_share=None, high_share=None)]
    assert found(around(ownership=wide), "ownership") == []
    (clash,) = found(around(ownership=[stake("1", control="yes"), stake("2", control="no")]), "ownership")
    assert "and one states control and the other denies it: yes and no." in str(clash["says"])


def test_a_longer_ring_is_told_once() -> None:
    held = [stake("1"), stake("2", owner_id="ericsson", owned_id="tim"), stake("3", owner_id="tim", owned_id="nokia")]
    (ring,) = found(around(ownership=held), "ownership-ring")
    assert ring["says"] == "ericsson, nokia and tim hold each other in a ring; control then has no head."
    assert ring["inputs"] == ["ownership:ownership-1", "ownership:ownership-2", "ownership:ownership-3"]


def test_a_carrier_that_rides_on_another_is_told() -> None:
    rides = [made("rides_on", "r", carrier_id="iliad", host_id="tim")]
    assert found(around(market_share=[share("1")], rides_on=rides), "carrier-figure") == []
    assert found(around(asset=[asset("a")], rides_on=rides), "carrier-figure") == []


def test_forecasts_are_left_out_of_what_is_newest() -> None:
    ahead = share("2", forecast=True, low_share=0.1, as_of_high_on=date(2030, 1, 1), measure_kind="subscribers")
    told = around(market_share=[share("1"), ahead])
    assert found(told, "thin-share", "unlike-measures", "future", as_of=DAY) == []


def test_a_share_of_all_others_fills_its_own_whole() -> None:
    rest = share("2", complement=True, vendors_says="all others", low_share=0.4)
    assert found(around(market_share=[share("1", low_share=0.3), rest]), "thin-share") == []


def test_amounts_of_no_money_need_no_year() -> None:
    assert found(around(cost=[cost("1", year=None, currency="percent")]), "price-year") == []
    paid = made("procurement", "p", country="Italy", value_amount=5.0, currency=None, day="2020", source_id="page")
    assert [f["says"] for f in found(around(procurement=[paid]), "price-year")] == [
        "An amount of 5 without a currency."
    ]


def test_a_policy_that_names_its_end_in_words_is_left_alone() -> None:
    over = policy("P-1", lifecycle="superseded by directions", deadline_on=OLD)
    assert found(around(policy=[over]), "passed-term", as_of=DAY) == []
    both = [policy("P-1", superseded_by=["P-2"]), policy("P-2", effective_high_on=LATER)]
    assert found(around(policy=both), "superseded-policy") == []
    (said,) = found(around(policy=both), "superseded-policy", as_of=DAY)
    assert said["says"] == "P-2 took over on 2021-01-01, and lifecycle says 'in force'."


def test_rows_of_one_source_without_a_day_are_gathered() -> None:
    sizes = [size(str(n), carrier_id=None, as_of=f"{n}", source_id="bare") for n in range(3)]
    undated = page("bare", published_high_on=None)
    told = around(source=[undated], carrier_share=[{**s, "carrier_id": "tim"} for s in sizes])
    assert [(f["place"], f["says"]) for f in found(told, "undated")] == [
        ("carrier_share, source_id (bare)", "No day of 3 rows of bare is known, first carrier_share.csv row 2.")
    ]


def test_a_file_that_names_no_publication_is_no_source() -> None:
    own = page("file-1", kind="file")
    told = {"source": [own], "party": [party("nokia", source_id="file-1"), party("ericsson", source_id="file-1")]}
    assert [f["says"] for f in found(told, "no-source")] == [
        "2 of 2 rows name no publication, first ericsson (party.csv row 2)."
    ]


def test_a_site_whose_owner_names_carriers_lacks_none_and_a_blank_answer_names_none() -> None:
    sites = [made("site", name, country="Italy", carrier_id=None) for name in ("a", "b")]
    answers = [
        made("site_answer", f"answer-{site}", site_id=site, country="Italy", carrier_ids=carriers, answered_on=DAY)
        for site, carriers in (("a", ["tim"]), ("b", []))
    ]
    told = found(around(site=sites, site_answer=answers), "site-carrier")
    assert [one["says"] for one in told] == ["1 of 2 sites in Italy name no carrier: b."]


def test_references_inside_a_list_and_the_word_for_every_row() -> None:
    claims = [claim("C-1", vendor_ids=["all", "nokia"]), claim("C-2", vendor_ids=["ericsson", "nokai", "x"])]
    told = found(around(claim=claims, market_share=[share("2", vendor_ids=["country:CN", "all"])]), "reference")
    assert [(f["place"], f["says"]) for f in told] == [
        ("claim C-2, vendor_ids (claim.csv row 2)", "No such party; found 'nokai|x'. Nearest: nokia."),
        ("market_share market_share-2, vendor_ids (market_share.csv row 2)", "No such party; found 'all'."),
    ]


def test_rows_of_one_key_that_say_the_same_are_sound_and_all_places_of_others_are_named() -> None:
    again = party("tim", "carrier", row_id="again", locator="other.csv row 9")
    assert found(around(party=[again]), "key") == []
    third = party("tim", "carrier", name="TIM", country="IT", row_id="third", locator="other.csv row 10")
    assert [f["says"] for f in found(around(party=[again, third]), "key")] == [
        "Rows share this key and differ in name, country: other.csv row 10; other.csv row 9; party.csv row 2."
    ]


@pytest.mark.parametrize(
    ("row", "check", "says"),
    [
        (share("2", low_share=-0.1), "range", "Found -0.1, expected 0 to 1."),
        (made("site", "s", lat_deg=91.0), "range", "Found 91.0, expected -90 to 90."),
        (made("site", "s", lon_deg=-180.5), "range", "Found -180.5, expected -180 to 180."),
        (share("2", high_share=0.5), "order", "Found low_share 0.6 and high_share 0.5; nothing lies between."),
        (share("2", low_open=True), "order", "Found low_share 0.6 and high_share 0.6; nothing lies between."),
        (page("p", published_low_on=LATER, published_high_on=OLD), "order",
         "Found published_low_on 2021-01-01 and published_high_on 2020-01-01; nothing lies between."),
        (stake("2", from_on=OLD, to_on=OLD), "order",
         "Found from_on 2020-01-01 and to_on 2020-01-01; nothing lies between."),
        (stake("2", from_on=OLD, to_on=date(2020, 1, 2)), "order", None),
    ],
)  # fmt: skip
def test_numbers_out_of_range_and_ends_in_the_wrong_order(row: dict[str, object], check: str, says: str | None) -> None:
    name = next(one for one in ("market_share", "site", "ownership", "source") if row["locator"] == f"{one}.csv row 2")
    assert [f["says"] for f in found(around(**{name: [row]}), check)] == ([says] if says else [])


def test_words_of_lists_that_all_inputs_share_are_closed_too() -> None:
    assert [f["says"] for f in found(around(claim=[claim("C-1", reading="read")]), "word")] == [
        "Found 'read', expected one of: read in the source, read in part, our arithmetic, not read, not stated. "
        "Nearest: not read."
    ]


def part(key: str, vendors: str, low: float, /, **cells: object) -> dict[str, object]:
    ids = vendors.split("+")
    return share(key, **{"vendor_ids": ids, "vendors_says": vendors, "low_share": low, "high_share": low, **cells})


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([part("a", "nokia", 0.5), part("b", "ericsson", 0.3), part("c", "zte", 0.21)], None),
        ([part("a", "nokia", 0.5), part("d", "nokia+ericsson", 0.8), part("e", "zte", 0.25)],
         "105 %: nokia+ericsson, zte."),
        # A share of all others stands beside those of its own set alone.
        ([part("rest", "nokia+zte", 0.5, complement=True), part("a", "nokia", 0.4), part("b", "zte", 0.1)], None),
        ([part("rest", "nokia+zte", 0.5, complement=True), part("a", "nokia", 0.4), part("c", "zte", 0.2)],
         "110 %: nokia+zte, nokia, zte."),
        # Unlike measures, sources and days are not summed.
        ([part("a", "nokia", 0.7), part("b", "zte", 0.7, measure="share of sites")], None),
        ([part("a", "nokia", 0.7), part("b", "zte", 0.7, source_id="another")], None),
        ([part("a", "nokia", 0.7), part("b", "zte", 0.7, as_of="2019")], None),
    ],
)  # fmt: skip
def test_shares_of_one_whole_that_pass_one(rows: list[dict[str, object]], says: str | None) -> None:
    wanted = [f"Shares of one whole in one source sum to at least {says}"] if says else []
    assert [f["says"] for f in found(around(market_share=rows), "share-sum")] == wanted
