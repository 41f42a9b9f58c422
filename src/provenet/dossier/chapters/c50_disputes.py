"""Disputes: claim and reply side by side, in full and at the same size."""

from provenet.case.extract import Extract
from provenet.dossier.threads import Disputes, disputes

TITLE = "What is disputed"


def collect(extract: Extract) -> Disputes:
    """The disputes that bear on the country, by why they do, and how many more the annex holds."""
    return disputes(extract)
