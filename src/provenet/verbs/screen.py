"""The verb `screen`: what each policy says of each vendor and asset class."""

from functools import cache

from provenet.case.asof import in_roles
from provenet.case.pack_files import own_pack_rows, pack_inputs
from provenet.core.settings import case_call_of
from provenet.evidence.questions import ELEMENT_COLUMNS
from provenet.evidence.screen import READS, Screening
from provenet.tools.pack_test import untested_notes
from provenet.verbs.answers import Policy, ScreenReport
from provenet.verbs.options import CaseLike
from provenet.verbs.question import (
    COUNTED,
    KnownCountries,
    default_countries,
    idle_assumptions,
    lazy_claims,
    lazy_verdicts,
    named_policies,
    opened,
    packs_at_hand,
    policy_answer,
    tables_of,
)
from provenet.verbs.run import StaleRun
from provenet.verbs.settings import ScreenSettings


def run(case: CaseLike, settings: ScreenSettings) -> ScreenReport:
    """Writes what each policy says of each vendor and asset class: one run per policy and country.

    Without `country`, a policy is screened for the countries of its jurisdiction of which the case knows something,
    else for carriers of all countries at once, as with `every_country` in any case. `notes` names assumptions that no
    rule tests. Raises PackRefused with every fault of every pack, UsageFault for a policy or country nobody has.
    """

    into, as_of, known_on = opened(case, settings.known_on), settings.as_of, settings.known_on
    assumed = settings.assume
    loaded = packs_at_hand(into, settings.packs)
    names = named_policies(loaded, settings.policy)
    tables = tables_of(into, READS)
    inputs = {**into.digest(READS), **pack_inputs(into, settings.packs)}
    known = KnownCountries(into, in_roles(tables["party"], as_of, known_on), known_on)
    wanted = known.named(settings.country)
    parties = dict(tables["party"].select("party_id", "name").iter_rows())
    turns = [
        (name, where)
        for name in names
        for where in ([None] if settings.every_country else wanted or default_countries(loaded, name, known.stated()))
    ]
    elements = cache(lambda: into.scan("asset").select(ELEMENT_COLUMNS).collect())
    policies: list[Policy] = []
    screening: Screening | None = None
    for at, (name, where) in enumerate(turns):
        settings.progress("policies screened", at, len(turns))
        with into.writer("screen", {"policy": name, "country": where, **settings.stored()}, inputs) as record:
            record.keep_pack_folders(inputs["packs"], settings.packs)
            if not record.already:
                screening = screening or Screening(
                    tables,
                    as_of=as_of,
                    known=known_on,
                    assume=assumed,
                    relays=settings.relays,
                    pack_rows=own_pack_rows(into),
                )
                verdicts = screening.verdicts(loaded, name, where)
                record.append("verdict", verdicts)
                record.append("rest_verdict", screening.rest(loaded, name, where))
                record.append("policy_rule", screening.rules(loaded, name, where))
                for rows in screening.of_assets(loaded, name, where, assets=elements(), verdicts=verdicts):
                    record.append("verdict_asset", rows)
        rows = into.read_run("verdict", record.run_id, COUNTED)
        policies.append(policy_answer(rows, record.run_id, loaded, question=(name, where), names=parties))
    return ScreenReport(
        as_of=as_of,
        known_on=known_on,
        policies=tuple(policies),
        assumed=assumed,
        relays=settings.relays,
        notes=(
            *loaded.notes,
            *untested_notes(loaded, settings.packs, names),
            *idle_assumptions(assumed, loaded, names),
        ),
        verdicts=lazy_verdicts(into, policies),
        claims=lazy_claims(into, policies, as_of, known_on=known_on),
    )


screen = case_call_of(ScreenSettings, run, "screen")


def repeat(stale: StaleRun) -> str:
    """Makes a stale run again, and returns the id of the new one."""
    settings = stale.settings
    policy = settings.pop("policy")
    every = stale.record.settings["country"] is None
    made = screen(stale.case, policy, country=stale.countries, every_country=every, packs=stale.packs(), **settings)
    return made.policies[0].run_id
