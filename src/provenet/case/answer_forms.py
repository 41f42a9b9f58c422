"""Forms that a person fills in and `add` reads back: a block for the signer, then a row per thing with its questions.

A form is a CSV file that any spreadsheet opens. It is written here and read in `ingest`, from one description. An empty
cell is a question that was not answered: not known, never no.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from provenet.case.tables import words
from provenet.core.ids import names_in

BYTE_ORDER_MARK = "\ufeff"
"""Without it a spreadsheet takes UTF-8 for the letters of its own country."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would work out."""


@dataclass(frozen=True, kw_only=True)
class AnswerForm:
    """One form: its title, what it asks of the signer, and the columns of its rows, each a key and its heading.

    `given` are filled in when the form is written and are left as they are; `asked` are for the answers. The first
    column given is what a row is about.
    """

    title: str
    notes: tuple[str, ...]
    signer: Mapping[str, str]
    given: Mapping[str, str]
    asked: Mapping[str, str]
    later: frozenset[str] = frozenset()
    """Questions that forms sent out earlier do not have: such a form is read without them."""

    @property
    def headings(self) -> dict[str, str]:
        """Every column of a row, by key."""
        return {**self.given, **self.asked}

    def write(self, signer: Mapping[str, str], rows: Iterable[Mapping[str, str]]) -> bytes:
        """The form as CSV, with what is known of the signer and the given cells of each row filled in."""
        text = io.StringIO(newline="")
        out = csv.writer(text)
        out.writerows([[self.title], *([note] for note in self.notes), []])
        out.writerows([[label, _plain(signer.get(key, ""))] for key, label in self.signer.items()])
        out.writerows([[], list(self.headings.values())])
        out.writerows([[_plain(row.get(key, "")) for key in self.headings] for row in rows])
        return (BYTE_ORDER_MARK + text.getvalue()).encode("utf-8")


def _plain(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


PATHS: Mapping[str, str] = {one.replace("_", " "): one for one in words("site_path")}
"""What may take the official traffic of a site, as a person writes it."""
PROTECTIONS = words("protection")
"""How content may be protected."""
_SIGNER = {"signer": "Your name", "office": "Your office", "day": "Day (YYYY-MM-DD or DD.MM.YYYY)"}
_HOW = (
    "Answer what you know and leave the rest empty. An empty cell counts as not known, never as no.",
    "Leave titles, headings and the columns already filled in as they are. Save the file as CSV and send it back.",
    "Whoever keeps the case reads it with: provenet add CASE FILE. You are then cited as the source, with your office.",
)

SITE_QUESTIONNAIRE = AnswerForm(
    title="Provenet questionnaire to the owners of sensitive sites",
    notes=_HOW,
    signer={**_SIGNER, "country": "Country"},
    given={"site_id": "Reference", "name": "Site", "town": "Town"},
    asked={
        "owner": "Who owns or runs the site?",
        "carriers": "Which carriers serve it? Name them all, with ; between them",
        "own_links": "Do links of your own carry part of its traffic? yes or no",
        "official": "How much official traffic has it? A number or a range with its unit (Mbit/s, Gbit/s, GB a month)",
        "own_network": "What can a network of your own take of it? A share (%) or an amount, or a range",
        "own_satellite": "What can satellites of your own take of it?",
        "leased_circuits": "What can leased circuits take of it?",
        "commercial_satellite": "What can commercial satellites take of it?",
        "first_path": f"Which comes first? {', '.join(PATHS)}",
        "protection": f"How is its content protected? {', '.join(PROTECTIONS)}",
        "note": "Remarks",
    },
    later=frozenset(
        names_in("official own_network own_satellite leased_circuits commercial_satellite first_path protection")
    ),
)

REPLY_FORM = AnswerForm(
    title="Provenet reply form for parties",
    notes=_HOW,
    signer={"party": "You answer for (party)", **_SIGNER},
    given={
        "claim_id": "Claim",
        "speaker": "Who made it",
        "said": "When",
        "paraphrase": "What it says, in our words",
        "vendors": "Vendors",
        "topic": "Topic",
        "fact": "Fact",
    },
    asked={
        "stance": "Your answer: denies, qualifies or agrees",
        "answer": "What you say",
        "url": "Where you published it, if you did (web address)",
    },
)

FORMS = (SITE_QUESTIONNAIRE, REPLY_FORM)
