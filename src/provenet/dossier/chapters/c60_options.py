"""Options side by side: what each would have replaced, by when, at what cost, and what of the cost a source gives."""

from provenet.case.extract import Extract, Fields
from provenet.dossier import options, plans
from provenet.replacement.cost_answer import costs_of_a_change

TITLE = "Options, and what each would cost"


def collect(extract: Extract) -> Fields:
    """The plans of the case as options, the picture of them, and published estimates beside them."""
    stored = options.options(extract)
    rows, alike = options.apart(stored, extract)
    published, answer = options.estimates(extract), options.lead(rows)
    return {
        "lead": answer,
        "is_nothing": any(row["status"] == "nothing to swap" and not row["scenario"] for row in rows),
        "options": [plans.in_words(row, extract) for row in rows],
        "titles": [options.title_of(row) for row in rows],
        "notes": [options.notes(row, stored, extract) for row in rows],
        "side": options.side_by_side(rows, extract) if answer else None,
        "alike": [(plans.in_words(row, extract), options.title_of(row), number) for row, number in alike],
        "drawn": options.drawn_options(rows, extract),
        "has_scenarios": any(row["scenario"] for row in stored),
        "estimates": published,
        "more_estimates": max(0, len(costs_of_a_change(extract)) - options.SHOWN_ESTIMATES),
        "options_file": options.put_options(rows, extract) if answer else "",
        "estimates_file": options.put_estimates(extract) if published else "",
    }
