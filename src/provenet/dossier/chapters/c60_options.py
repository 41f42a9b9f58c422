"""Options side by side: what each would have replaced, by when, at what cost, and what of the cost a source gives."""

from provenet.case.extract import Extract, Fields
from provenet.dossier import options

TITLE = "Options, and what each would cost"


def collect(extract: Extract) -> Fields:
    """The plans of the case as options, the picture of them, and published estimates beside them."""
    stored = options.options(extract)
    rows, alike = options.apart(stored, extract)
    published, more = options.estimates(extract)
    answer = options.lead(rows)
    return {
        "lead": answer,
        "options": options.option_fields(rows, stored, extract),
        "alike": alike,
        "drawn": options.drawn_options(rows, extract),
        "scenarios": sum(row["scenario"] for row in stored),
        "estimates": published,
        "more_estimates": more,
        "options_file": options.put_options(rows, extract) if answer["costs"] else "",
        "estimates_file": options.put_estimates(extract) if published else "",
    }
