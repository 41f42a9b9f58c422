"""The first page: seven answers, one picture of the carriers, and what is disputed."""

from collections.abc import Mapping
from dataclasses import dataclass

from provenet.case.extract import Citation, Extract
from provenet.core.answer import Answer, Sentence
from provenet.dossier.answers import answers
from provenet.dossier.carrier_bars import CarrierBars, carrier_bars
from provenet.dossier.holdings import not_held
from provenet.dossier.threads import Thread, first_page_disputes

TITLE = "The answer"


@dataclass(frozen=True, kw_only=True)
class AnswerPage:
    """The answers in their order with their sources, the picture, and the disputes."""

    not_held: Sentence | None
    answers: list[Answer]
    cites: Mapping[str, list[Citation]]
    """By question."""
    disputes: list[Thread]
    bars: CarrierBars | None


def collect(extract: Extract) -> AnswerPage:
    """The first page of a country."""
    return AnswerPage(
        not_held=not_held(extract),
        answers=answers(extract),
        cites={one.question: extract.cite_rows(one.rows) for one in answers(extract)},
        disputes=first_page_disputes(extract),
        bars=carrier_bars(extract),
    )
