"""The first page: five findings, the next deadlines, what could be done and by whom, and what is disputed."""

from provenet.dossier.carrier_bars import carrier_bars
from provenet.dossier.extract import Extract, Fields
from provenet.dossier.findings import actions, deadlines, disputes, findings, parts
from provenet.dossier.measured_alone import measurements
from provenet.dossier.sections.s10_answer import headline

TITLE = "The answer"


def collect(extract: Extract) -> Fields:
    """Findings, deadlines, actions, disputes, and one picture of the carriers."""
    return {
        "headline": headline(extract),
        "measured": measurements(extract),
        "findings": findings(extract),
        "deadlines": deadlines(extract),
        "actions": actions(extract),
        "disputes": disputes(extract),
        "bars": carrier_bars(extract),
        "parts": parts,
    }
