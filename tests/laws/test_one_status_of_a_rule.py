"""Law: in one dossier a rule is in force or belongs to a scenario, never both, whatever was screened and planned."""

from dataclasses import replace
from itertools import product

import pytest

from provenet.case.extract import Extract
from provenet.case.rows import PolicyRow, rows_of
from provenet.case.tables import vocabulary
from provenet.evidence.rules import KINDS, answers_today, kind_of, laws
from provenet.evidence.rules_answer import rules_answer
from provenet.evidence.screen import Screening
from provenet.evidence.verdict_rows import by_pack
from provenet.policy.packs import Binding, load_packs
from unit.dossier.small_tables import DAY, filled, tables, verdict
from unit.evidence.small_case import party
from unit.evidence.small_case import tables as tables_of

FORCES = ("law", "contract", "advice", "proposal")


def extract_with(packs):
    rows = [
        verdict(
            at,
            pack=f"pack-{at}",
            pack_title=f"Policy {at}",
            vendor_id="acme",
            outcome=outcome,
            force=force,
            binds=binds,
            rules_in_force=rules,
            as_of_on=DAY,
        )
        for at, (force, binds, rules, outcome) in enumerate(packs)
    ]
    return Extract({**tables(), "verdict": filled("verdict", rows)}, "Germany", DAY)


@pytest.mark.parametrize("outcome", ["restricted", "conditional", "undetermined", "clear"])
def test_what_does_not_bind_is_never_in_force(outcome):
    kinds = list(product(FORCES, (True, False, None), (0, 1)))
    extract = extract_with([(force, binds, rules, outcome) for force, binds, rules in kinds])
    titles = {line["policy"].partition(" (")[0] for line in answers_today(extract)}
    for pack in by_pack(extract):
        row = pack.rows[0]
        is_scenario = row["force"] == "proposal" or row["binds"] is False
        assert pack.in_force == (not is_scenario and row["rules_in_force"] > 0)
        assert not (is_scenario and pack.binds)
        assert (row["pack_title"] in titles) == (pack.in_force and outcome != "clear")
        assert not (pack.in_force and ("another jurisdiction" in pack.force or pack.is_proposal))


def test_a_foreign_law_alone_is_no_rule_in_force():
    extract = extract_with([("law", False, 1, "restricted")])
    extract = replace(extract, tables={**extract.tables, "policy": filled("policy", [])})
    said = rules_answer(extract).finding.says
    assert said == "No policy screened for Germany binds there: what they say is a scenario."
    assert answers_today(extract) == []


def test_every_row_of_a_policy_is_of_one_kind_and_a_law_of_rows_alike():
    rows = [
        {"policy_id": f"P-{at}", "jurisdiction": "DE", "title": "One title", "binding": binding, "lifecycle": lifecycle}
        for at, (binding, lifecycle) in enumerate(
            product(("statute", "soft law", "regulation (proposal)"), ("in force", "proposed in 2026"))
        )
    ]
    policy = filled("policy", [{"source_id": "paper", **row} for row in rows])
    extract = Extract({**tables(), "policy": policy}, "Germany", DAY)
    found = laws(extract)
    kinds = {kind_of(row) for row in rows_of(PolicyRow, policy)}
    assert [law.kind for law in found] == [kind for kind in KINDS if kind in kinds]
    assert sum(law.more + 1 for law in found) == len(rows)


def test_a_verdict_binds_where_the_one_place_says_so():
    """Every bundled pack, screened for three countries: a proposal or a foreign law binds nobody."""
    loaded = load_packs(())
    binding = Binding(loaded, vocabulary()["jurisdictions"])
    carriers = [party("here", "carrier", "DE"), party("there", "carrier", "JP"), party("far", "carrier", "US")]
    screening = Screening(tables_of([*carriers, party("acme", "vendor", "CN")]), as_of=DAY)
    for name, pack in loaded.packs.items():
        assert screening.verdicts(loaded, name)["binds"].null_count() == screening.verdicts(loaded, name).height
        for country in ("Germany", "Japan", "United States"):
            here = pack.jurisdiction in binding.jurisdictions_of(country) and pack.force != "proposal"
            assert screening.verdicts(loaded, name, country)["binds"].unique().to_list() == [here], (name, country)
