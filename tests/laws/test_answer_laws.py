"""The laws of answers: what a first page says stands, and every contradiction planted on it is refused by its law."""

from collections import Counter
from functools import cache

import pytest

from laws.planted_contradictions import BASES, PLANTS, Plant, first_page
from provenet.case.extract import Extract
from provenet.dossier.answer_laws import LAWS, faults_of, law_faults
from provenet.dossier.slot_laws import FirstPage
from support.plan_rows import plan_tables
from unit.dossier.fund_rows import fund_tables
from unit.dossier.small_tables import DAY, THEN, tables


@cache
def base(name: str) -> FirstPage:
    return first_page(BASES[name]())


@pytest.mark.parametrize("name", BASES)
def test_a_page_as_it_is_made_has_no_fault(name: str) -> None:
    assert [fault.sentence() for fault in faults_of(base(name))] == []


def test_small_and_empty_cases_of_both_days_have_no_fault() -> None:
    held = (tables(), {**tables(), **plan_tables()}, {**tables(), **fund_tables()}, {})
    made = [Extract(frames, "Germany", DAY) for frames in held] + [Extract(tables(THEN, THEN), "Germany", THEN, THEN)]
    assert [fault.sentence() for extract in made for fault in law_faults(extract)] == []


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.name)
def test_a_planted_contradiction_is_refused_by_its_law(plant: Plant) -> None:
    found = faults_of(plant.change(base(plant.base)))
    laws = {fault.says.rpartition("(law ")[2].rstrip(")") for fault in found}
    assert plant.law in laws, (sorted(laws), [fault.sentence() for fault in found])
    assert all(fault.column and fault.expected is not None and fault.way_out for fault in found)


def test_sixty_are_kept_and_every_law_refuses_some() -> None:
    kept = Counter(plant.law for plant in PLANTS)
    assert len({plant.name for plant in PLANTS}) == len(PLANTS) >= 60
    assert kept.keys() == LAWS.keys()
