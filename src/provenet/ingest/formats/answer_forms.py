"""Forms of a dossier that came back filled in."""

from functools import partial

from provenet.case.answer_forms import REPLY_FORM, SITE_QUESTIONNAIRE
from provenet.ingest.answer_forms import read_replies, read_site_answers, recognises
from provenet.ingest.registry import Format, from_stream

FORMATS = (
    Format(
        name="sites-questionnaire",
        says="the questionnaire to the owners of sites, filled in",
        known_by="its title",
        tables=("site_answer", "site_demand", "source"),
        recognises=partial(recognises, SITE_QUESTIONNAIRE),
        opens_rows=from_stream(read_site_answers),
        order=15,
    ),
    Format(
        name="reply-form",
        says="the reply form for parties, filled in",
        known_by="its title",
        tables=("claim", "source"),
        recognises=partial(recognises, REPLY_FORM),
        opens_rows=from_stream(read_replies),
        order=15,
    ),
)
