"""Options side by side: what each would have replaced, by when, at what cost, and what of the cost a source gives."""

from collections.abc import Mapping
from dataclasses import dataclass

from provenet.case.extract import Extract
from provenet.case.rows import PlanRow
from provenet.core.answer import Sentence
from provenet.dossier import options, plans
from provenet.dossier.figure_tables import FigureTable
from provenet.dossier.options import OptionPicture
from provenet.replacement.cost_answer import costs_of_a_change

TITLE = "Options, and what each would cost"


@dataclass(frozen=True, kw_only=True)
class Options:
    """The plans of the case as options, the picture of them, and published estimates beside them."""

    lead: Sentence | None
    options: list[PlanRow]
    titles: list[str]
    notes: list[Mapping[str, Sentence]]
    side: FigureTable | None
    alike: list[tuple[PlanRow, str, int]]
    """Plans that swap what an option does, with what they are called and the number of that option."""
    drawn: OptionPicture | None
    has_scenarios: bool
    estimates: FigureTable | None
    more_estimates: int


def collect(extract: Extract) -> Options:
    """The options of the country; their figures and all published costs lie beside the page."""
    stored = options.options(extract)
    rows, alike = options.apart(stored, extract)
    published, answer = options.estimates(extract), options.lead(rows)
    if answer:
        options.put_options(rows, extract)
    if published:
        options.put_estimates(extract)
    return Options(
        lead=answer,
        options=[plans.in_words(row, extract) for row in rows],
        titles=[options.title_of(row) for row in rows],
        notes=[options.notes(row, stored, extract) for row in rows],
        side=options.side_by_side(rows, extract) if answer else None,
        alike=[(plans.in_words(row, extract), options.title_of(row), number) for row, number in alike],
        drawn=options.drawn_options(rows, extract),
        has_scenarios=any(row["scenario"] for row in stored),
        estimates=published,
        more_estimates=max(0, len(costs_of_a_change(extract)) - options.SHOWN_ESTIMATES),
    )
