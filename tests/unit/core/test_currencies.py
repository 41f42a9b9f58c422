"""Currencies: the codes of ISO 4217, in tables and in options."""

import re
from pathlib import Path

import pytest

import provenet
from provenet.core.currencies import CURRENCIES
from provenet.core.errors import UsageFault
from provenet.verbs.plan import PlanSettings


def test_codes_are_three_letters_each_once() -> None:
    assert all(re.fullmatch("[A-Z]{3}", code) for code in CURRENCIES)
    assert {"EUR", "USD", "JPY", "GBP", "CNY", "RON", "PLN", "DEM"} <= CURRENCIES
    assert not {"EURO", "ABC", "BTC", "UKP"} & CURRENCIES


@pytest.mark.parametrize("option", ["40M EURO/2026", "40M ABC/2026", "40M eur/2026"])
def test_a_budget_in_no_currency_is_refused(option: str) -> None:
    with pytest.raises(UsageFault):
        PlanSettings(as_of="2026-11-25", budget=option)


def test_the_sentence_names_the_currency() -> None:
    with pytest.raises(UsageFault, match=r"found 'EUX', expected a currency of ISO 4217, such as EUR\."):
        PlanSettings(as_of="2026-11-25", budget="40M EUX/2026")


def test_a_currency_of_a_table_that_iso_4217_does_not_know_is_a_fault(tmp_path: Path) -> None:
    provenet.new(tmp_path / "case")
    head = "carrier,country,segment,vendor,event,date,value,currency,status,note,checked_on,source_title,source_url\n"
    row = "Vodafone Germany,DE,RAN,Nokia,contract awarded,2024-01-01,5,EURO,CONFIRMED,,,A page,\n"
    (tmp_path / "procurement.csv").write_text(head + row, encoding="utf-8")
    found = provenet.add(tmp_path / "case", [tmp_path / "procurement.csv"])
    assert [fault.sentence() for fault in found.faults] == [
        "procurement.csv row 2, currency: no such currency; found 'EURO', expected a code of ISO 4217, such as EUR. "
        "Nearest: EUR."
    ]
