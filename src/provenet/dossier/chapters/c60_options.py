"""Options side by side: what each would have replaced, by when, at what cost, and what of the cost a source gives."""

from provenet.dossier.extract import Extract, Fields
from provenet.dossier.options import (
    apart,
    drawn_options,
    estimates,
    lead,
    option_fields,
    options,
    put_estimates,
    put_options,
)

TITLE = "Options, and what each would cost"


def collect(extract: Extract) -> Fields:
    """The plans of the case as options, the picture of them, and published estimates beside them."""
    stored = options(extract)
    rows, alike = apart(stored, extract)
    published, more = estimates(extract)
    answer = lead(rows)
    return {
        "lead": answer,
        "options": option_fields(rows, extract),
        "alike": alike,
        "drawn": drawn_options(rows, extract),
        "scenarios": sum(row["scenario"] for row in stored),
        "estimates": published,
        "more_estimates": more,
        "options_file": put_options(rows, extract) if answer["costs"] else "",
        "estimates_file": put_estimates(extract) if published else "",
    }
