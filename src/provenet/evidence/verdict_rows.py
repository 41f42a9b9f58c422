"""Stored verdicts laid out for pages: a matrix per policy that joins vendors, classes and carriers answered alike."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TypeVar

from provenet.case.extract import Extract, Fields
from provenet.case.rows import VerdictRow
from provenet.case.tables import words
from provenet.core import wording
from provenet.core.grouping import grouped
from provenet.core.rule_words import plain_reason, words_of_test
from provenet.core.wording import letters

NO_RULE = "no rule in force"
_FORCE = {"advice": "advice, not binding", "proposal": "proposal, no effect yet"}
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
    def stamp(self) -> Fields:
        """The policy's title, issuer and force, shown beside every outcome."""
        first = self.rows[0]
        force = _FORCE.get(first["force"], first["force"])
        if not (self.binds or self.is_proposal):
            force += ", of another jurisdiction"
        return {
            "pack": self.pack,
            "title": first["pack_title"],
            "issuer": self.issuer,
            "force": force,
            "later": self.later,
        }

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


def none_in_force_yet(extract: Extract) -> str:
    """That the first rule of every policy screened came after the day known, as the middle of a sentence."""
    return (
        f"there was no rule in force yet under any policy that this case holds for {wording.country(extract.country)}"
    )


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


def signature(row: VerdictRow) -> Signature:
    """What makes two answers alike on a page."""
    return (
        outcome_word(row),
        row["rule_id"],
        row["remove_by_on"],
        tuple(row["open_tests"]),
        tuple(row["if_settled"]),
        row["disputed"],
        row["hangs_on_disputed"],
    )


def act_name(action: str) -> str:
    """An act in words."""
    return _ACTS.get(action) or _spaced(action)


def assumptions(rows: Iterable[VerdictRow]) -> list[str]:
    """The named assumptions of verdicts as `fact: value`."""
    found: set[str] = set()
    for row in rows:
        found |= {f"{_spaced(one['fact'])}: {one['value']}" for one in row["assumed"]}
    return sorted(found)


def _spaced(key: str) -> str:
    return key.replace("_", " ")


def _grouped(items: Iterable[Item], key: Callable[[Item], Hashable]) -> list[list[Item]]:
    groups = grouped((key(item), item) for item in items)
    return list(groups.values())


def matrices(pack: PackRows, extract: Extract) -> list[Fields]:
    """One matrix per set of carriers with the same answers: rows of vendors, columns of asset classes and layers.

    Vendors with the same answers share a row and classes with the same answers a column; a cell holds one entry, or
    one per act where the acts differ. Notes are lettered; a note names every verdict behind it.
    """
    carriers = _grouped(sorted({r["carrier_id"] or "" for r in pack.rows}), lambda c: _whole(pack.rows, c))
    found: list[Fields] = []
    for group in carriers:
        here = [r for r in pack.rows if (r["carrier_id"] or "") == group[0]]
        alike = [r for r in pack.rows if (r["carrier_id"] or "") in group]
        names = [extract.name(c) for c in group if c]
        found.append({**_matrix(here, alike, extract), "carriers": names})
    return found


def _whole(rows: Iterable[VerdictRow], carrier: str) -> Hashable:
    return tuple(
        (r["vendor_id"], r["asset_class"], r["layer"], r["action"], signature(r))
        for r in rows
        if (r["carrier_id"] or "") == carrier
    )


def _matrix(rows: Sequence[VerdictRow], alike: Sequence[VerdictRow], extract: Extract) -> Fields:
    cells: dict[tuple[str, tuple[str, str]], dict[str, VerdictRow]] = {}
    for row in rows:
        place = (row["vendor_id"], (row["asset_class"], row["layer"]))
        cells.setdefault(place, {})[row["action"]] = row
    vendors = sorted({v for v, _ in cells}, key=lambda v: extract.name(v).casefold())
    classes = list(dict.fromkeys(c for _, c in cells))
    classes.sort(key=_class_order)

    def sign(vendor: str, kind: tuple[str, str]) -> Hashable:
        return tuple((a, signature(r)) for a, r in sorted(cells.get((vendor, kind), {}).items()))

    columns = _grouped(classes, lambda c: tuple(sign(v, c) for v in vendors))
    lines = _grouped(vendors, lambda v: tuple(sign(v, c[0]) for c in columns))
    lines.sort(key=lambda vs: (len(vs), extract.name(vs[0]).casefold()))
    notes = _Notes(alike)
    body = []
    for line in lines:
        entries = [_entries(cells.get((line[0], column[0]), {}), notes) for column in columns]
        body.append({"vendors": [extract.name(v) for v in line], "cells": entries})
    heads = [[{"class": wording.asset_class(c), "layer": layer} for c, layer in column] for column in columns]
    return {"columns": heads, "rows": body, "notes": notes.shown(extract)}


def _class_order(kind: tuple[str, str]) -> tuple[int, str, str]:
    order = {word: i for i, word in enumerate(words("segment"))}
    return order.get(kind[0].split(".")[0], 99), kind[0], kind[1]


def _entries(acts: dict[str, VerdictRow], notes: _Notes) -> list[Fields]:
    """The entries of one cell: one where every act gets the same answer, else one per act."""
    groups = _grouped(sorted(acts.items()), lambda item: signature(item[1]))
    return [
        {
            "outcome": outcome_word(group[0][1]),
            "acts": "" if len(groups) == 1 else wording.series(act_name(action) for action, _ in group),
            "note": notes.letter(group[0][1]),
            "verdict_id": group[0][1]["verdict_id"],
            "disputed": group[0][1]["disputed"],
            "decisive": group[0][1]["hangs_on_disputed"],
        }
        for group in groups
    ]


class _Notes:
    """Letters for the distinct answers of a matrix, in order of appearance."""

    def __init__(self, rows: Sequence[VerdictRow]) -> None:
        self._letters: dict[Signature, str] = {}
        self._rows: dict[Signature, list[VerdictRow]] = grouped((signature(row), row) for row in rows)

    def letter(self, row: VerdictRow) -> str:
        """The letter of a row's answer."""
        return self._letters.setdefault(signature(row), letters(len(self._letters)))

    def shown(self, extract: Extract) -> list[Fields]:
        """Every note: its letter, outcome, rule, reason, what would settle it, disputes, and the verdicts behind."""
        return [self._note(letter, self._rows[key], extract) for key, letter in self._letters.items()]

    def _note(self, letter: str, rows: Sequence[VerdictRow], extract: Extract) -> Fields:
        reasons = sorted({r["reason"] for r in rows})
        first = rows[0]
        return {
            "letter": letter,
            "outcome": outcome_word(first),
            "rule_id": "" if (first["rule_id"] or "") in reasons[0] else first["rule_id"],
            "citation": first["citation"] if first["rules_in_force"] > 0 else None,
            "reason": plain_reason(reasons[0]),
            "more_reasons": len(reasons) - 1,
            "open_tests": [words_of_test(test) for test in first["open_tests"]],
            "if_settled": list(first["if_settled"]),
            "disputed": first["disputed"],
            "decisive": first["hangs_on_disputed"],
            "claims_for": sorted({c for r in rows for c in r["claims_for"]}),
            "claims_against": sorted({c for r in rows for c in r["claims_against"]}),
            "verdicts": [_named(r, extract) for r in rows],
        }


def _named(row: VerdictRow, extract: Extract) -> Fields:
    kind = f"{wording.asset_class(row['asset_class'])} ({row['layer']}), {act_name(row['action'])}"
    carrier = f", {extract.name(row['carrier_id'])}" if row["carrier_id"] else ""
    return {"id": row["verdict_id"], "of": f"{extract.name(row['vendor_id'])}{carrier}: {kind}"}
