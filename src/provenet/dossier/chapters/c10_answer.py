"""The first page: five findings, the next deadlines, what could be done and by whom, and what is disputed."""

from __future__ import annotations

from provenet.dossier.carrier_bars import carrier_bars
from provenet.dossier.chapters import c47_measured
from provenet.dossier.extract import Extract, Fields
from provenet.dossier.findings import actions, deadlines, disputes, findings, no_dispute, parts, short
from provenet.dossier.measured_alone import missing
from provenet.dossier.sections.s10_answer import headline

TITLE = "The answer"


def collect(extract: Extract) -> Fields:
    """Findings with their confidence, deadlines, actions, disputes, and one picture of the carriers."""
    not_held = missing(extract)
    return {
        "headline": headline(extract),
        "not_held": not_held,
        "measured": c47_measured.collect(extract) if not_held else None,
        "findings": findings(extract),
        "deadlines": deadlines(extract),
        "actions": actions(extract),
        "disputes": disputes(extract),
        "no_dispute": no_dispute(extract),
        "bars": carrier_bars(extract),
        "short": short,
        "parts": parts,
    }
