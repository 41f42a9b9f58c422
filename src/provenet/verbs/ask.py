"""The verb `ask`: the answers that every page, command and letter lays out, as data."""

from provenet.case.days_ahead import plain
from provenet.core.answer import Answer
from provenet.core.settings import case_call_of
from provenet.verbs.answers import AskReport, CountryAnswers
from provenet.verbs.brief import tables_by_country
from provenet.verbs.options import CaseLike
from provenet.verbs.question import opened
from provenet.verbs.settings import AskSettings


def run(case: CaseLike, settings: AskSettings) -> AskReport:
    """Answers a question about each country from stored rows, or every question of a first page; writes nothing.

    An answer is made when asked and stored nowhere: equal rows give equal answers, and those of `brief` are the same.
    Raises StaleInput where a result is missing or stale. Cost O(rows of the countries).
    """
    from provenet.dossier.answers import answers
    from provenet.dossier.view import extract_of

    into, found = opened(case, settings.known_on), []
    for scope, tables, _ in tables_by_country(into, settings, "ask"):
        extract = extract_of(
            tables, country=str(scope.country), as_of=scope.as_of, known=scope.known_on, audience=settings.audience
        )
        wanted = [one for one in answers(extract) if settings.question in (None, one.question)]
        # Days ahead are enclosed for pages alone.
        bare = (Answer.model_validate_json(plain(one.model_dump_json(round_trip=True))) for one in wanted)
        found.append(CountryAnswers(extract.country, tuple(bare)))
    return AskReport(settings.as_of, settings.known_on, tuple(found))


ask = case_call_of(AskSettings, run, "ask")
