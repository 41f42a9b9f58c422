"""The small case of plans with purchases, planned and funded: two plans and an answer on aid."""

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import provenet
from provenet.case.case import Case
from support.copies import copied_case
from support.plan_case import DAY

PURCHASES = """\
purchase_id,carrier_id,country,segment,asset_class,unit_says,low_count,high_count,low_signed_on,high_signed_on,life_years,vendor_ids,basis
north,North,Japan,5G RAN,ran,station,1000,1000,2027-01-01,2027-06-30,10,Acme|Bolt,assumed
south,South,Japan,5G RAN,ran,station,2000,2000,2027-03-01,2027-06-30,10,Acme|Cord,assumed
"""
FIGURES = """\
choice_input_id,name,low_amount,mid_amount,high_amount,currency,price_year,basis,says
price,price,10000,10000,10000,JPY,2026,assumed,as given
gap,price gap,0.05,0.1,0.15,,,assumed,as given
noise,choice noise,0.01,0.01,0.01,,,assumed,as given
default,default chance,0,0,0,,,assumed,as given
"""
SECONDS = 120
"""How long a test waits for a process on a busy machine."""


def answered(small: Path, packs: Path, folder: Path) -> Path:
    """A copy of the small case with its two plans and its answer."""
    place = copied_case(small, folder / "case")
    for name, text in (("purchase", PURCHASES), ("choice_input", FIGURES)):
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    added = provenet.add(place, sorted(folder.glob("*.csv")))
    assert added.fault_count == 0, added.faults
    case = Case.open(place)
    provenet.screen(case, "test-pack", as_of=DAY, country="Japan", packs=packs)
    provenet.depend(case, as_of=DAY, country="Japan")
    provenet.plan(case, as_of=DAY, country="Japan", packs=packs)
    provenet.plan(case, as_of=DAY, country="Japan", packs=packs, budget="1M JPY/2026", deadlines=False, crews=4.0)
    provenet.fund(case, as_of=DAY, country="Japan", packs=packs, exclude="Acme", budget="1.5M JPY/2026", scenarios=200)
    return place


def shown_to_all(case: Path, folder: Path) -> Path:
    """A copy of a case with a public dossier that shows its plans and answers: what was only tried no stranger sees."""
    place = copied_case(case, folder / "case")
    opened = Case.open(place)
    runs = [f"run:{one}" for name in ("plan", "fund") for one in opened.read_latest(name)["run_id"].to_list()]
    with opened.writer("brief", {"as_of": DAY, "country": "Japan", "known_on": None}, {}) as run:
        row = {
            "dossier_id": "dossier-shown",
            "country": "Japan",
            "as_of_on": date.fromisoformat(DAY),
            "headline": "Shown.",
            "html_id": "0",
        }
        run.append("dossier", [row | {"formula": "written", "inputs": runs}])
    return place


def until(condition: Callable[[], object]) -> None:
    """Waits for what a process does."""
    end = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.05)
