"""Stored verdicts laid out for pages: a matrix per policy that joins vendors, classes and carriers answered alike."""

import re
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TypeVar

from provenet.case.extract import Extract
from provenet.case.rows import VerdictRow
from provenet.case.tables import words
from provenet.core import wording
from provenet.core.grouping import grouped

NO_RULE = "no rule in force"
ELSEWHERE = ", of another jurisdiction"
FORCES = {"advice": "advice, not binding", "proposal": "proposal, no effect yet"}
_ACTS = {"use": "in use", "install_new": "newly installed"}

Signature = tuple[Hashable, ...]
Item = TypeVar("Item")


@dataclass(frozen=True)
class PackRows:
    """The verdict rows of one policy."""

    pack: str
    rows: tuple[VerdictRow, ...]
    issuer: str

    @property
    def title(self) -> str:
        """The policy's title, shown with issuer and force beside every outcome."""
        return self.rows[0]["pack_title"]

    @property
    def force(self) -> str:
        """Its force in words."""
        force = self.rows[0]["force"]
        return FORCES.get(force, force) + ("" if self.binds or self.is_proposal else ELSEWHERE)

    @property
    def is_proposal(self) -> bool:
        """Whether the policy has no effect yet."""
        return bool(self.rows[0]["force"] == "proposal")

    @property
    def later(self) -> str:
        """The day on which its first rule came into force, where that is after the day of the dossier."""
        first, day = self.rows[0]["first_in_force_on"], self.rows[0]["as_of_on"]
        return wording.day(first) if first and first > day else ""

    def is_after(self, day: date) -> bool:
        """Whether its first rule came into force after a day."""
        return bool((self.rows[0]["first_in_force_on"] or date.min) > day)

    @cached_property
    def binds(self) -> bool:
        """Whether the policy binds the country: it is of its jurisdictions and no proposal; else it is a scenario."""
        return not self.is_proposal and all(row["binds"] is not False for row in self.rows)

    @cached_property
    def has_rules(self) -> bool:
        """Whether any rule of the policy had begun and not ended that day, whomever it binds."""
        return any(row["rules_in_force"] > 0 for row in self.rows)

    @property
    def in_force(self) -> bool:
        """Whether the policy binds the country and had a rule that day; a scenario never is."""
        return self.binds and self.has_rules


def by_pack(extract: Extract) -> list[PackRows]:
    """The country's verdict rows by policy; laws first, then contracts, advice and proposals.

    As known on a day, policies whose first rule came later are left out: their very names tell of it.
    """
    return extract.shared("verdicts by policy", lambda: _by_pack(extract))


def _by_pack(extract: Extract) -> list[PackRows]:
    rows = extract.verdicts()
    order = {word: i for i, word in enumerate(words("force"))}
    groups = grouped(
        (row["pack"], row)
        for row in sorted(
            rows, key=lambda r: (r["vendor_id"], r["asset_class"], r["layer"], r["action"], r["verdict_id"])
        )
    )
    packs = [PackRows(name, tuple(found), extract.name(found[0]["issuer"])) for name, found in groups.items()]
    if extract.replayed is not None:
        packs = [pack for pack in packs if not pack.is_after(extract.replayed)]
    return sorted(packs, key=lambda p: (order.get(p.rows[0]["force"], 9), p.pack))


def pack_words(pack: str | None, extract: Extract, name: str = "title") -> str:
    """The title, issuer or force of a policy; one of which no verdict stands is called as it is."""
    packs = extract.shared("policies by id", lambda: {one.pack: one for one in by_pack(extract)})
    return str(getattr(packs.get(pack or ""), name, None) or pack or "")


def outcome_word(row: VerdictRow) -> str:
    """The outcome as a page writes it: never clear where no rule was in force."""
    return row["outcome"] if row["rules_in_force"] > 0 else NO_RULE


_NOT_KNOWN = re.compile(r"Not known: (.+?)\. Possible")
_KEY = re.compile(r"\s*\([a-z0-9_]+(?: [^()]*)?\)")
_CLASS = "the asset class is "
"""How a fact begins that is none: whether a rule reaches a part of the class in question."""


def open_words(reason: str) -> list[str]:
    """The facts that a verdict lacks, in the words of its reason without their keys."""
    found = _NOT_KNOWN.search(reason)
    parts = (_KEY.sub("", part) for part in found[1].split("; ")) if found else ()
    return list(dict.fromkeys(part for part in parts if part and not part.startswith(_CLASS)))


def act_name(action: str) -> str:
    """An act in words."""
    return _ACTS.get(action) or _spaced(action)


def _spaced(key: str) -> str:
    return key.replace("_", " ")
