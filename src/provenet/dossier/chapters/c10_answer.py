"""The first page: seven answers, one picture of the carriers, and what is disputed."""

from provenet.case.extract import Extract, Fields
from provenet.core.answer import TITLES
from provenet.dossier.answers import answers, lead
from provenet.dossier.carrier_bars import carrier_bars
from provenet.dossier.holdings import not_held
from provenet.dossier.threads import first_page_disputes

TITLE = "The answer"


def collect(extract: Extract) -> Fields:
    """The answers in their order with their sources, the picture, and the disputes."""
    return {
        "headline": lead(extract),
        "not_held": not_held(extract),
        "answers": answers(extract),
        "titles": TITLES,
        "cites": {one.question: extract.cite_rows(one.rows) for one in answers(extract)},
        "disputes": first_page_disputes(extract),
        "bars": carrier_bars(extract),
    }
