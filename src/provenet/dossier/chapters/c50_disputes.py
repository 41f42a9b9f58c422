"""Disputes: claim and reply side by side, in full and at the same size."""

from provenet.case.extract import Extract, Fields
from provenet.core import wording
from provenet.dossier.threads import ISSUERS, NAMES, OTHER, PRESENT, RULED, TURNS, disputes

TITLE = "What is disputed"


def collect(extract: Extract) -> Fields:
    """The disputes that bear on the country, by why they do, and how many more the annex holds."""
    found = disputes(extract)
    why = {
        TURNS: f"On which an answer of the policies of {wording.country(extract.country)} turns",
        NAMES: f"That name {wording.country(extract.country)} or its carriers",
        ISSUERS: f"That name who issued the policies of {wording.country(extract.country)}",
        RULED: f"About vendors that the policies of {wording.country(extract.country)} restrict or set conditions for",
        PRESENT: f"About vendors of networks of {wording.country(extract.country)}",
        OTHER: "About other countries or other matters" if len(found.groups) > 1 else "The latest",
    }
    return {
        "groups": [{"why": why[rank], "threads": threads} for rank, threads in found.groups],
        "more": found.more,
        "silent": wording.count(found.silent, "claim", spelled=True),
        "has_silent": bool(found.silent),
    }
