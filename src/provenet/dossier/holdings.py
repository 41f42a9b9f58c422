"""Holdings: which chapters have rows to show of a country, and what its first page says is not held."""

from collections.abc import Callable, Mapping

from provenet.case.extract import Extract
from provenet.case.rows import TransitRow
from provenet.core.answer import Country, Sentence, Series, Term, sentence
from provenet.dependence import contracts
from provenet.dossier import aid
from provenet.dossier.answers import widest_gaps
from provenet.dossier.networks import markets, networks
from provenet.dossier.options import options
from provenet.dossier.threads import disputes
from provenet.dossier.unknowns import open_facts
from provenet.evidence.rules import laws
from provenet.evidence.verdict_rows import by_pack
from provenet.exposure.site_facts import sites_of
from provenet.replacement.cost_answer import costs_of_a_change

WORDS = {
    "c20_dependence": "shares of vendors",
    "c30_rules": "rules on equipment",
    "c40_sites": "sensitive sites",
    "c45_routes": "routes of networks",
    "c50_disputes": "disputes",
    "c60_options": "plans of replacement or costs of one",
    "c70_aid": "programmes of aid",
    "c85_contracts": "contracts and tenders",
}
"""By the file name of a chapter, what it rests on."""
HELD: Mapping[str, Callable[[Extract], bool]] = {
    "c20_dependence": lambda extract: bool(networks(extract) or markets(extract)),
    "c30_rules": lambda extract: bool(laws(extract) or by_pack(extract)),
    "c40_sites": lambda extract: bool(sites_of(extract)),
    "c45_routes": lambda extract: bool(extract.results(TransitRow)),
    "c50_disputes": lambda extract: bool(disputes(extract).groups),
    "c60_options": lambda extract: bool(options(extract) or costs_of_a_change(extract)),
    "c70_aid": lambda extract: bool(aid.in_order(extract) or aid.programmes(extract, None)[1]),
    "c80_unknown": lambda extract: bool(widest_gaps(extract) or open_facts(extract)),
    "c85_contracts": lambda extract: bool(
        contracts.announced(extract)
        or contracts.ahead(extract)
        or contracts.past(extract)
        or contracts.other_events(extract)
    ),
}
"""By chapter, whether something that it shows is held: it is left out else."""
NOT_HELD = "We hold nothing on {things} for {country}: what is not held is not known, and nothing follows from it."


def is_shown(chapter: str, extract: Extract) -> bool:
    """Whether a chapter has a place: one with rows to show."""
    return chapter not in HELD or HELD[chapter](extract)


def not_held(extract: Extract) -> Sentence | None:
    """What the case holds nothing of, in one sentence; None where each chapter has rows to show."""
    lacking = tuple(Term(text=words) for chapter, words in WORDS.items() if not is_shown(chapter, extract))
    things, country = Series(items=lacking, last="or"), Country(name=extract.country)
    return sentence(NOT_HELD, things=things, country=country) if lacking else None
